//! A seal, read and kept as it was received.

use asn1::{Element, Oid, Reader, Tag, inspect_der, write};
use time::UtcDateTime;

use crate::ses::edition::Edition;
use crate::ses::fault::{Part, ReadSeal};
use crate::ses::form::{
    Extension, MAX_LIST, MAX_LISTED, MAX_PICTURE, MAX_SEAL, ascii, bits, bound, count, extensions,
    number, told,
};
use crate::ses::time::date;

/// A seal (`SESeal`): whose it is, how it looks, who may seal with it and when, signed by its maker.
///
/// A value of this type is DER throughout and has nothing that its edition has not; explicit FALSE in an extension is
/// let be. Nothing is said about its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    der: Box<[u8]>,
    pub(super) edition: Edition,
    pub(super) info: Information,
    pub(super) maker: Vec<u8>,
    pub(super) algorithm: Oid,
    pub(super) signature: Vec<u8>,
    pub(super) signed: Vec<u8>,
    time_stamp: Option<Vec<u8>>,
}

/// `SES-SealInfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Information {
    pub(super) version: u64,
    vendor: String,
    id: String,
    kind: u64,
    name: String,
    pub(super) signers: Signers,
    created: UtcDateTime,
    pub(super) from: UtcDateTime,
    pub(super) last: UtcDateTime,
    image: Image,
    extensions: Vec<Extension>,
}

/// Who may seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signers {
    /// Certificates, DER.
    Certificates(Vec<Vec<u8>>),
    /// Digests of certificates: what the list calls the algorithm, and the value.
    Digests(Vec<(String, Vec<u8>)>),
}

/// The picture of a seal, as the seal carries it: nothing has looked at its octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its format in the seal's words, such as `PNG`; upper or lower case.
    pub format: String,
    /// Its octets.
    pub octets: Vec<u8>,
    /// Its width in millimetres.
    pub width: u32,
    /// Its height in millimetres.
    pub height: u32,
}

impl Seal {
    /// Reads the DER of one seal and nothing after it.
    ///
    /// # Errors
    /// See [`ReadSeal`].
    pub fn parse(der: &[u8]) -> Result<Self, ReadSeal> {
        bound(Part::Seal, der.len(), MAX_SEAL)?;
        let outer = Reader::single(der, Tag::SEQUENCE)?;
        let mut parts = outer.reader()?;
        let elements = count(&parts)?;
        let info = parts.expect(Tag::SEQUENCE)?;
        let edition = told(elements, version(&info)?)?;
        let information = Information::read(&info, edition)?;
        // After the limits: only what may be decoded is looked through.
        inspect_der(der)?;
        let seal = if edition == Edition::V1 {
            let sign = parts.expect(Tag::SEQUENCE)?;
            Self::read_triple(der, &info, information, &sign)?
        } else {
            Self::read_flat(der, (edition, information), &info, &mut parts)?
        };
        parts.end()?;
        Ok(seal)
    }

    /// GM/T 0031-2014: `SES-SignInfo` is a SEQUENCE of its own, and what is signed is a new SEQUENCE around the
    /// information, the maker's certificate and the algorithm.
    fn read_triple(
        der: &[u8],
        info: &Element<'_>,
        information: Information,
        sign: &Element<'_>,
    ) -> Result<Self, ReadSeal> {
        let mut inside = sign.reader()?;
        let maker = inside.expect(Tag::OCTET_STRING)?;
        let algorithm = inside.expect(Tag::OID)?;
        let signature = bits(&mut inside, Edition::V1)?.to_vec();
        inside.end()?;
        Ok(Self {
            der: der.into(),
            edition: Edition::V1,
            info: information,
            signed: write::sequence([info.raw(), maker.raw(), algorithm.raw()]),
            maker: maker.content().to_vec(),
            algorithm: algorithm.oid()?,
            signature,
            time_stamp: None,
        })
    }

    /// GB/T 38540: certificate, algorithm and value follow, and what is signed is the information alone.
    fn read_flat(
        der: &[u8],
        (edition, information): (Edition, Information),
        info: &Element<'_>,
        parts: &mut Reader<'_>,
    ) -> Result<Self, ReadSeal> {
        let maker = parts.expect(Tag::OCTET_STRING)?.content().to_vec();
        let algorithm = parts.oid()?;
        let signature = bits(parts, edition)?.to_vec();
        // GM/T 0031-2025: a time-stamp over the maker's signature; V4 has no room for it.
        let time_stamp = match parts.optional(Tag::context(0))? {
            Some(outer) if edition == Edition::V5 => {
                Some(outer.only(Tag::BIT_STRING)?.bits()?.to_vec())
            }
            Some(_) => return Err(ReadSeal::Elements(5)),
            None => None,
        };
        Ok(Self {
            der: der.into(),
            edition,
            info: information,
            signed: info.raw().to_vec(),
            maker,
            algorithm,
            signature,
            time_stamp,
        })
    }

    /// Its octets as they were received: the content of an `.esl` file.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Which edition it is of, by its structure.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// The version in its header.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.info.version
    }

    /// Who made the program that made it, in its header.
    #[must_use]
    pub fn vendor(&self) -> &str {
        &self.info.vendor
    }

    /// Its code.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.info.id
    }

    /// What kind of seal, as the number it was given: see [`crate::ses::KIND_ORGANISATION`].
    #[must_use]
    pub fn kind(&self) -> u64 {
        self.info.kind
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.info.name
    }

    /// Who may seal with it.
    #[must_use]
    pub fn signers(&self) -> &Signers {
        &self.info.signers
    }

    /// When it was made.
    #[must_use]
    pub fn created(&self) -> UtcDateTime {
        self.info.created
    }

    /// Its first moment.
    #[must_use]
    pub fn valid_from(&self) -> UtcDateTime {
        self.info.from
    }

    /// Its last second, included.
    #[must_use]
    pub fn valid_until(&self) -> UtcDateTime {
        self.info.last
    }

    /// Its picture.
    #[must_use]
    pub fn image(&self) -> &Image {
        &self.info.image
    }

    /// Its extensions; none of them is critical.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.info.extensions
    }

    /// The certificate of its maker, DER as received.
    #[must_use]
    pub fn maker(&self) -> &[u8] {
        &self.maker
    }

    /// The identifier of the algorithm with which its maker signed.
    #[must_use]
    pub fn algorithm(&self) -> Oid {
        self.algorithm
    }

    /// The value of its maker's signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The octets that its maker signed: slices of what was received.
    #[must_use]
    pub fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// The time-stamp over its maker's signature, which V5 alone may have.
    #[must_use]
    pub fn time_stamp(&self) -> Option<&[u8]> {
        self.time_stamp.as_deref()
    }
}

/// The version in the header of a `SES-SealInfo`.
fn version(info: &Element<'_>) -> Result<u64, ReadSeal> {
    let mut header = info.reader()?.sequence()?;
    ascii(&mut header)?;
    number(&mut header)
}

impl Information {
    fn read(info: &Element<'_>, edition: Edition) -> Result<Self, ReadSeal> {
        let mut parts = info.reader()?;
        let mut header = parts.sequence()?;
        // GB/T 38540 SES-Header: the mark is always ES.
        if ascii(&mut header)? != "ES" {
            return Err(ReadSeal::Mark);
        }
        let version = number(&mut header)?;
        let vendor = ascii(&mut header)?;
        header.end()?;
        let id = ascii(&mut parts)?;
        let mut property = parts.sequence()?;
        let kind = number(&mut property)?;
        let name = property.expect(Tag::UTF8_STRING)?.text()?.to_owned();
        let signers = Signers::read(&mut property, edition)?;
        let created = date(&mut property, edition)?;
        let from = date(&mut property, edition)?;
        let last = date(&mut property, edition)?;
        property.end()?;
        let image = Image::read(parts.sequence()?)?;
        let extensions = extensions(&mut parts)?;
        parts.end()?;
        Ok(Self {
            version,
            vendor,
            id,
            kind,
            name,
            signers,
            created,
            from,
            last,
            image,
            extensions,
        })
    }
}

impl Signers {
    fn read(property: &mut Reader<'_>, edition: Edition) -> Result<Self, ReadSeal> {
        // GM/T 0031-2014 has certificates alone; GB/T 38540 says beforehand which of the two forms follows, and
        // nothing else tells them apart.
        let kind = if edition == Edition::V1 {
            1
        } else {
            number(property)?
        };
        let list = property.expect(Tag::SEQUENCE)?;
        bound(Part::List, list.raw().len(), MAX_LIST)?;
        let mut inside = list.reader()?;
        if inside.is_empty() {
            return Err(ReadSeal::NobodyListed);
        }
        let mut certificates = Vec::new();
        let mut digests = Vec::new();
        while !inside.is_empty() {
            if certificates.len().saturating_add(digests.len()) == MAX_LISTED {
                return Err(ReadSeal::TooManyListed(MAX_LISTED));
            }
            match kind {
                1 => certificates.push(inside.expect(Tag::OCTET_STRING)?.content().to_vec()),
                2 => digests.push(digest(inside.sequence()?)?),
                other => return Err(ReadSeal::ListKind(other)),
            }
        }
        Ok(if kind == 1 {
            Self::Certificates(certificates)
        } else {
            Self::Digests(digests)
        })
    }
}

/// `CertDigestObj`.
fn digest(mut inside: Reader<'_>) -> Result<(String, Vec<u8>), ReadSeal> {
    let algorithm = inside.expect(Tag::PRINTABLE_STRING)?.text()?.to_owned();
    let value = inside.expect(Tag::OCTET_STRING)?.content().to_vec();
    inside.end()?;
    Ok((algorithm, value))
}

impl Image {
    fn read(mut inside: Reader<'_>) -> Result<Self, ReadSeal> {
        let format = ascii(&mut inside)?;
        let octets = inside.expect(Tag::OCTET_STRING)?.content();
        bound(Part::Picture, octets.len(), MAX_PICTURE)?;
        let mut side = || -> Result<u32, ReadSeal> {
            u32::try_from(number(&mut inside)?).map_err(|_| ReadSeal::Number)
        };
        let (width, height) = (side()?, side()?);
        inside.end()?;
        Ok(Self {
            format,
            octets: octets.to_vec(),
            width,
            height,
        })
    }
}
