//! Making a seal: what its maker signs, and the seal with the signature in it.

use asn1::{Oid, Tag, write};
use crypto::{Digest, DigestAlgorithm, Signature, SignatureAlgorithm};
use pki::Certificate;
use pki::algorithm::key_of;
use pki::extension::KeyUsage;
use thiserror::Error;
use time::UtcDateTime;

use crate::ses::edition::Edition;
use crate::ses::fault::{ReadSeal, SealFault};
use crate::ses::form::oid_of;
use crate::ses::seal::{Image, Seal};
use crate::ses::time::written;

/// How those who may seal are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// By their certificates.
    Certificates,
    /// By the SM3 digests of their certificates (V4 alone).
    Digests,
}

/// A seal to be made.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// Which edition; V5 is not made.
    pub edition: Edition,
    /// Who makes it: the vendor in the header, ASCII.
    pub vendor: &'a str,
    /// Its code, ASCII.
    pub id: &'a str,
    /// What kind of seal.
    pub kind: u64,
    /// Its name.
    pub name: &'a str,
    /// Who may seal with it.
    pub signers: &'a [Certificate],
    /// How they are listed.
    pub listing: Listing,
    /// When it is made, first moment, last second; written to the second.
    pub dates: [UtcDateTime; 3],
    /// How it looks.
    pub image: &'a Image,
}

/// A seal that lacks its maker's signature. Used once.
#[derive(Debug)]
pub struct PreparedSeal {
    edition: Edition,
    info: Vec<u8>,
    maker: Vec<u8>,
    algorithm: Oid,
}

/// Why no seal is made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MakeSeal {
    /// V5 is read and not made; digests are listed by V4 alone.
    #[error("this is not made under edition {0}")]
    Edition(Edition),
    /// Vendor or code are not ASCII, or empty; or there is no name.
    #[error("a text is empty or not ASCII")]
    Text,
    /// The algorithm does not go with the maker's key, or needs parameters, for which there is no room.
    #[error("the algorithm does not go with the maker's key")]
    Algorithm,
    /// The maker's certificate, or a signer's, is not for signatures.
    #[error("a certificate that is not for signatures")]
    KeyUsage,
    /// The maker's certificate is not valid when the seal is made.
    #[error("the maker's certificate is not valid when the seal is made")]
    MakerPeriod,
    /// What was put together breaks a rule of the structure.
    #[error("the seal cannot be read back, {0}")]
    Unreadable(#[from] ReadSeal),
    /// The seal breaks a rule, or the signature does not hold (T-C3).
    #[error("{0}")]
    Refused(#[from] SealFault),
}

impl Draft<'_> {
    /// Lays the seal out for its maker's signature.
    ///
    /// # Errors
    /// See [`MakeSeal`]; limits show when it is finished.
    pub fn prepare(
        &self,
        maker: &Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Result<PreparedSeal, MakeSeal> {
        let v1 = self.edition == Edition::V1;
        if self.edition == Edition::V5 || (v1 && self.listing == Listing::Digests) {
            return Err(MakeSeal::Edition(self.edition));
        }
        let ascii = |text: &str| !text.is_empty() && text.is_ascii();
        if !(ascii(self.vendor) && ascii(self.id) && ascii(&self.image.format))
            || self.name.is_empty()
        {
            return Err(MakeSeal::Text);
        }
        // GM/T 0031-2014, making a seal: only who may sign makes a seal, and only who may sign is listed in one.
        if ![maker].into_iter().chain(self.signers).all(signs) {
            return Err(MakeSeal::KeyUsage);
        }
        let [created, from, last] = self.dates;
        if last < from {
            return Err(SealFault::PeriodEmpty.into());
        }
        if !maker.validity().contains(created) {
            return Err(MakeSeal::MakerPeriod);
        }
        let key = maker.public_key().map_err(|_| MakeSeal::Algorithm)?;
        let oid = oid_of(algorithm, key.algorithm())
            .filter(|_| key_of(algorithm) == key.algorithm())
            .ok_or(MakeSeal::Algorithm)?;
        let moment = |moment| written(moment, self.edition);
        let property = write::sequence([
            write::unsigned(self.kind),
            write::utf8_string(self.name),
            self.signers(),
            moment(created),
            moment(from),
            moment(last),
        ]);
        let info = write::sequence([self.header(), ia5(self.id), property, image(self.image)]);
        Ok(PreparedSeal {
            edition: self.edition,
            info,
            maker: maker.der().to_vec(),
            algorithm: oid,
        })
    }

    fn header(&self) -> Vec<u8> {
        // GM/T 0031-2014 leaves the number to the vendor: ours is 1.
        let version = if self.edition == Edition::V1 { 1 } else { 4 };
        write::sequence([ia5("ES"), write::unsigned(version), ia5(self.vendor)])
    }

    /// The list with, in V4, the number that says what it is of.
    fn signers(&self) -> Vec<u8> {
        let each = self.signers.iter().map(|one| match self.listing {
            Listing::Certificates => write::octet_string(one.der()),
            Listing::Digests => write::sequence([
                write::element(Tag::PRINTABLE_STRING, b"SM3"),
                write::octet_string(Digest::of(DigestAlgorithm::Sm3, one.der()).bytes()),
            ]),
        });
        let list = write::sequence(each);
        let kind = match (self.edition, self.listing) {
            (Edition::V1, _) => Vec::new(),
            (_, Listing::Certificates) => write::unsigned(1),
            (_, Listing::Digests) => write::unsigned(2),
        };
        [kind, list].concat()
    }
}

impl PreparedSeal {
    /// The octets that the maker signs.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        if self.edition == Edition::V1 {
            write::sequence([
                self.info.clone(),
                write::octet_string(&self.maker),
                write::oid(&self.algorithm),
            ])
        } else {
            self.info.clone()
        }
    }

    /// The seal, read back and its maker's signature checked before it is handed out (T-C3).
    ///
    /// # Errors
    /// `Unreadable` where a limit is met, `Refused` where the signature does not hold.
    pub fn finish(self, signature: &Signature) -> Result<Seal, MakeSeal> {
        let signed = [
            write::octet_string(&self.maker),
            write::oid(&self.algorithm),
            write::bit_string(signature.bytes()),
        ]
        .concat();
        let der = if self.edition == Edition::V1 {
            write::sequence([self.info, write::sequence([signed])])
        } else {
            write::sequence([self.info, signed])
        };
        let seal = Seal::parse(&der)?;
        seal.check_maker()?;
        Ok(seal)
    }
}

/// Whether a certificate is for signatures (GB/T 20518: a holder has another one for encryption).
pub(super) fn signs(certificate: &Certificate) -> bool {
    const SIGNS: KeyUsage = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);
    match certificate.key_usage() {
        Ok(None) => true,
        Ok(Some(usage)) => usage.intersects(SIGNS),
        Err(_) => false,
    }
}

/// An IA5String.
pub(super) fn ia5(text: &str) -> Vec<u8> {
    write::element(Tag::IA5_STRING, text.as_bytes())
}

fn image(image: &Image) -> Vec<u8> {
    write::sequence([
        ia5(&image.format),
        write::octet_string(&image.octets),
        write::unsigned(u64::from(image.width)),
        write::unsigned(u64::from(image.height)),
    ])
}
