//! What a seal and a seal signature have to keep, each rule once.

use crypto::{Digest, DigestAlgorithm, PublicKey, Signature, SignatureAlgorithm};
use pki::Certificate;
use time::UtcDateTime;

use crate::ses::edition::Edition;
use crate::ses::fault::SealFault;
use crate::ses::form::resolve;
use crate::ses::seal::{Seal, Signers};
use crate::ses::signature::SealSignature;

/// A seal of an organisation (GM/T 0031-2014 `type`).
pub const KIND_ORGANISATION: u64 = 1;
/// A seal of a person.
pub const KIND_PERSON: u64 = 2;

impl Seal {
    /// Inspects that the header's version is one of the seal's structure.
    ///
    /// # Errors
    /// `Version`.
    pub fn inspect_version(&self) -> Result<(), SealFault> {
        // GM/T 0031-2014 leaves the number to the vendor; 4 and 5 are of the later structures.
        let fits = match self.edition {
            Edition::V1 => !matches!(self.info.version, 4 | 5),
            Edition::V4 => self.info.version == 4,
            Edition::V5 => self.info.version == 5,
        };
        fits.then_some(()).ok_or(SealFault::Version {
            edition: self.edition,
            version: self.info.version,
        })
    }

    /// Checks that its maker signed it, over the octets as received.
    ///
    /// # Errors
    /// `MakerUnreadable`, `MakerKey`, `MakerAlgorithm`, `MakerSignature`.
    pub fn check_maker(&self) -> Result<Certificate, SealFault> {
        let maker = Certificate::parse(&self.maker).map_err(SealFault::MakerUnreadable)?;
        let key = maker.public_key().map_err(SealFault::MakerKey)?;
        let algorithm =
            resolve(&self.algorithm, key.algorithm()).map_err(SealFault::MakerAlgorithm)?;
        // GB/T 38540 SESeal: over eSealInfo alone; GM/T 0031-2014: over the triple.
        key.check(
            algorithm,
            &self.signed,
            &Signature::new(self.signature.clone()),
        )
        .map_err(|_| SealFault::MakerSignature)?;
        Ok(maker)
    }

    /// Inspects that it is valid at a moment, both ends included.
    ///
    /// # Errors
    /// `PeriodEmpty`, `TooEarly`, `TooLate`.
    pub fn inspect_period(&self, at: UtcDateTime) -> Result<(), SealFault> {
        self.inspect_span(at, at)
    }

    /// The same for a moment of which only a span is known: some of it has to lie inside.
    ///
    /// # Errors
    /// As [`Self::inspect_period`].
    pub fn inspect_span(
        &self,
        earliest: UtcDateTime,
        latest: UtcDateTime,
    ) -> Result<(), SealFault> {
        let (from, last) = (self.info.from, self.info.last);
        // GB/T 38540, verifying a seal: validStart to validEnd.
        if last < from {
            Err(SealFault::PeriodEmpty)
        } else if latest < from {
            Err(SealFault::TooEarly { from, at: latest })
        } else if earliest.replace_nanosecond(0).unwrap_or(earliest) > last {
            Err(SealFault::TooLate { last, at: earliest })
        } else {
            Ok(())
        }
    }

    /// Inspects that this certificate, DER, may seal with it.
    ///
    /// # Errors
    /// `SignerNotListed`.
    pub fn inspect_signer(&self, certificate: &[u8]) -> Result<(), SealFault> {
        let listed = match &self.info.signers {
            // GM/T 0031-2014: by binary comparison; a renewed certificate needs a new seal.
            Signers::Certificates(list) => list.iter().any(|one| one == certificate),
            // GB/T 38540: what `type` holds is not settled, so that the value alone is compared, as SM3 of the whole
            // certificate.
            Signers::Digests(list) => {
                let digest = Digest::of(DigestAlgorithm::Sm3, certificate);
                list.iter().any(|(_, value)| value == digest.bytes())
            }
        };
        listed.then_some(()).ok_or(SealFault::SignerNotListed)
    }
}

impl SealSignature {
    /// Inspects that what was signed names the version of the seal in it (GB/T 38540 TBS-Sign).
    ///
    /// # Errors
    /// `VersionsDiffer`.
    pub fn inspect_version(&self) -> Result<(), SealFault> {
        let (seal, signature) = (self.seal.version(), self.version);
        // GM/T 0031-2014 has no such rule: both numbers are the vendor's.
        if self.seal.edition() == Edition::V1 || seal == signature {
            return Ok(());
        }
        Err(SealFault::VersionsDiffer { seal, signature })
    }

    /// The certificate of its signer.
    ///
    /// # Errors
    /// `SignerUnreadable`.
    pub fn signer(&self) -> Result<Certificate, SealFault> {
        Certificate::parse(&self.certificate).map_err(SealFault::SignerUnreadable)
    }

    /// How it was signed: the algorithm that its identifier means for its signer's key.
    ///
    /// # Errors
    /// `SignerKey`, `SignerAlgorithm`.
    pub fn signed_with(
        &self,
        signer: &Certificate,
    ) -> Result<(PublicKey, SignatureAlgorithm), SealFault> {
        let key = signer.public_key().map_err(SealFault::SignerKey)?;
        let algorithm =
            resolve(&self.algorithm, key.algorithm()).map_err(SealFault::SignerAlgorithm)?;
        Ok((key, algorithm))
    }

    /// Checks the value over the octets of `toSign` as received. Values among `made` were checked when they were made
    /// (T-C3) and say so.
    ///
    /// # Errors
    /// `SignerKey`, `SignerAlgorithm`, `Value`.
    pub fn check_value(&self, signer: &Certificate, made: &[Signature]) -> Result<(), SealFault> {
        let (key, algorithm) = self.signed_with(signer)?;
        let known = made.iter().find(|one| one.bytes() == self.signature);
        let value = known.map_or_else(|| Signature::new(self.signature.clone()), Signature::clone);
        key.check(algorithm, self.signed(), &value)
            .map_err(|_| SealFault::Value)
    }

    /// Inspects that it is over these octets: the digest by the algorithm that goes with the signature (GM/T 0031-2014:
    /// SM3 with SM2).
    ///
    /// # Errors
    /// `SignerKey`, `SignerAlgorithm`, `DigestForm`, `DigestDiffers`.
    pub fn inspect_digest(&self, signer: &Certificate, sealed: &[u8]) -> Result<(), SealFault> {
        let (_, algorithm) = self.signed_with(signer)?;
        let digest = Digest::of(algorithm.digest(), sealed);
        if self.data_hash.len() != digest.bytes().len() {
            return Err(SealFault::DigestForm {
                octets: self.data_hash.len(),
                algorithm: digest.algorithm(),
            });
        }
        (digest.bytes() == self.data_hash)
            .then_some(())
            .ok_or(SealFault::DigestDiffers)
    }

    /// Inspects that it was put on the object at this place: in a package the path of `Signature.xml`.
    ///
    /// # Errors
    /// `PropertyDiffers`.
    pub fn inspect_property(&self, place: &str) -> Result<(), SealFault> {
        (self.property == place)
            .then_some(())
            .ok_or_else(|| SealFault::PropertyDiffers {
                found: self.property.chars().take(256).collect(),
                expected: place.to_owned(),
            })
    }

    /// Inspects that the seal that stands beside it is, octet for octet, the seal in it.
    ///
    /// # Errors
    /// `SealDiffers`.
    pub fn inspect_beside(&self, beside: &[u8]) -> Result<(), SealFault> {
        (self.seal.der() == beside)
            .then_some(())
            .ok_or(SealFault::SealDiffers)
    }
}
