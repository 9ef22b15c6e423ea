//! A seal signature, read and kept as it was received.

use std::ops::Range;

use asn1::{Element, Oid, Reader, Tag, inspect_der};

use crate::ses::edition::Edition;
use crate::ses::fault::{Part, ReadSeal};
use crate::ses::form::{
    Extension, MAX_SIGNATURE, ascii, bits, bound, count, extensions, number, range,
};
use crate::ses::seal::Seal;
use crate::ses::time::SigningTime;

/// One use of a seal (`SES_Signature`): the content of `SignedValue.dat`.
///
/// A value of this type is DER throughout, and its seal is of its own edition. Nothing is said about its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealSignature {
    der: Box<[u8]>,
    signed: Range<usize>,
    value: Range<usize>,
    pub(super) version: u64,
    pub(super) seal: Seal,
    time: SigningTime,
    pub(super) data_hash: Vec<u8>,
    pub(super) property: String,
    pub(super) certificate: Vec<u8>,
    pub(super) algorithm: Oid,
    pub(super) signature: Vec<u8>,
    time_stamp: Option<Vec<u8>>,
    extensions: Vec<Extension>,
}

/// `TBS_Sign` as far as all editions have it.
struct ToBeSigned<'a> {
    version: u64,
    seal: Seal,
    time: SigningTime,
    data_hash: Vec<u8>,
    property: String,
    rest: Reader<'a>,
}

impl SealSignature {
    /// Reads the DER of one seal signature and nothing after it.
    ///
    /// # Errors
    /// See [`ReadSeal`].
    pub fn parse(der: &[u8]) -> Result<Self, ReadSeal> {
        bound(Part::Signature, der.len(), MAX_SIGNATURE)?;
        let outer = Reader::single(der, Tag::SEQUENCE)?;
        let mut parts = outer.reader()?;
        // GM/T 0031-2014 has two elements, everything later four or five.
        let v1 = match count(&parts)? {
            2 => true,
            4 | 5 => false,
            other => return Err(ReadSeal::Elements(other)),
        };
        let signed = parts.expect(Tag::SEQUENCE)?;
        let mut inside = ToBeSigned::read(&signed, v1)?;
        inspect_der(der)?;
        let holder = if v1 { &mut inside.rest } else { &mut parts };
        let certificate = holder.expect(Tag::OCTET_STRING)?.content().to_vec();
        let algorithm = holder.oid()?;
        let extensions = if v1 {
            Vec::new()
        } else {
            tagged_extensions(&mut inside.rest)?
        };
        inside.rest.end()?;
        let edition = inside.seal.edition();
        let at = parts.clone().element()?;
        let signature = bits(&mut parts, edition)?.to_vec();
        let time_stamp = match parts.optional(Tag::context(0))? {
            // GB/T 38540 SES-Signature: the token in a BIT STRING of its own.
            Some(outer) if !v1 => Some(outer.only(Tag::BIT_STRING)?.bits()?.to_vec()),
            _ => None,
        };
        parts.end()?;
        Ok(Self {
            der: der.into(),
            signed: range(&signed),
            value: range(&at),
            version: inside.version,
            seal: inside.seal,
            time: inside.time,
            data_hash: inside.data_hash,
            property: inside.property,
            certificate,
            algorithm,
            signature,
            time_stamp,
            extensions,
        })
    }

    /// Its octets as they were received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Which edition it is of: that of the seal in it.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.seal.edition()
    }

    /// The octets that were signed: `toSign`, as received.
    #[must_use]
    pub fn signed(&self) -> &[u8] {
        // Ranges were taken from these octets.
        self.der.get(self.signed.clone()).unwrap_or_default()
    }

    /// The seal that was put on: the one that is shown.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    /// When it was put on, by the signer's word.
    #[must_use]
    pub fn time(&self) -> &SigningTime {
        &self.time
    }

    /// The digest that was signed.
    #[must_use]
    pub fn data_hash(&self) -> &[u8] {
        &self.data_hash
    }

    /// What was sealed, in the words of the signature: in a package the path of `Signature.xml`.
    #[must_use]
    pub fn property(&self) -> &str {
        &self.property
    }

    /// The certificate of its signer, DER as received. In V4 and V5 nothing but the seal's list binds it.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The identifier of the algorithm with which it was signed.
    #[must_use]
    pub fn algorithm(&self) -> Oid {
        self.algorithm
    }

    /// The signature value, which is what a time-stamp stamps.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The whole element of the value, which some authorities were given to stamp instead.
    #[must_use]
    pub fn signature_element(&self) -> &[u8] {
        self.der.get(self.value.clone()).unwrap_or_default()
    }

    /// The time-stamp token over the value, DER; V1 has no place for one.
    #[must_use]
    pub fn time_stamp(&self) -> Option<&[u8]> {
        self.time_stamp.as_deref()
    }

    /// Its extensions; none of them is critical.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }
}

impl<'a> ToBeSigned<'a> {
    fn read(element: &Element<'a>, v1: bool) -> Result<Self, ReadSeal> {
        let mut rest = element.reader()?;
        let version = number(&mut rest)?;
        let seal = Seal::parse(rest.expect(Tag::SEQUENCE)?.raw())?;
        let edition = seal.edition();
        // A seal of one edition in a signature of another: the two would be read by different rules.
        if v1 != (edition == Edition::V1) {
            return Err(ReadSeal::EditionsDiffer {
                seal: edition,
                signature: if v1 { Edition::V1 } else { Edition::V4 },
            });
        }
        let time = SigningTime::read(&mut rest, edition)?;
        let data_hash = bits(&mut rest, edition)?.to_vec();
        let property = ascii(&mut rest)?;
        Ok(Self {
            version,
            seal,
            time,
            data_hash,
            property,
            rest,
        })
    }
}

/// `extDatas [0] EXPLICIT`: here the tag is not left out.
fn tagged_extensions(rest: &mut Reader<'_>) -> Result<Vec<Extension>, ReadSeal> {
    if rest.peek() == Some(Tag::context(0)) {
        extensions(rest)
    } else {
        Ok(Vec::new())
    }
}
