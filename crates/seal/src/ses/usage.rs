//! Using a seal: what its signer signs, and the seal signature.

use asn1::{Oid, write};
use crypto::{Digest, Signature, SignatureAlgorithm};
use pki::Certificate;
use pki::algorithm::key_of;
use thiserror::Error;
use time::UtcDateTime;

use crate::ses::draft::{ia5, signs};
use crate::ses::edition::Edition;
use crate::ses::fault::{ReadSeal, SealFault};
use crate::ses::form::oid_of;
use crate::ses::seal::Seal;
use crate::ses::signature::SealSignature;
use crate::ses::time::written;

/// A use of a seal, to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Usage<'a> {
    /// The seal.
    pub seal: &'a Seal,
    /// When; written to the second.
    pub time: UtcDateTime,
    /// The digest of what is sealed, by the algorithm that goes with the signature.
    pub digest: &'a Digest,
    /// What is sealed: in a package the path of `Signature.xml` from the root.
    pub property: &'a str,
}

/// A seal signature that lacks its value. Used once.
#[derive(Debug)]
pub struct PreparedUse {
    edition: Edition,
    to_be_signed: Vec<u8>,
    signer: Certificate,
    algorithm: Oid,
}

/// Why a seal is not used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UseSeal {
    /// V5 is read and not written; V1 has no room for a time-stamp.
    #[error("this is not written under edition {0}")]
    Edition(Edition),
    /// The name of what is sealed is not ASCII, or empty.
    #[error("what is sealed has no name in ASCII")]
    Property,
    /// The algorithm does not go with the signer's key, or needs parameters, for which there is no room.
    #[error("the algorithm does not go with the signer's key")]
    Algorithm,
    /// The digest is not one of the algorithm that goes with the signature.
    #[error("the digest does not go with the signature")]
    Digest,
    /// The signer's certificate is not for signatures.
    #[error("the signer's certificate is not for signatures")]
    KeyUsage,
    /// The signer's certificate is not valid at that time.
    #[error("the signer's certificate is not valid at that time")]
    SignerPeriod,
    /// What was put together breaks a rule of the structure.
    #[error("the seal signature cannot be read back, {0}")]
    Unreadable(#[from] ReadSeal),
    /// The seal may not be used so, or the value does not hold (T-C3).
    #[error("{0}")]
    Refused(#[from] SealFault),
}

impl Usage<'_> {
    /// Lays the seal signature out for its signer, after what GM/T 0031-2014 asks for before sealing: the signer's
    /// certificate, the seal, and that the seal lists the certificate.
    ///
    /// # Errors
    /// See [`UseSeal`].
    pub fn prepare(
        &self,
        signer: &Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Result<PreparedUse, UseSeal> {
        let edition = self.seal.edition();
        if edition == Edition::V5 {
            return Err(UseSeal::Edition(edition));
        }
        if self.property.is_empty() || !self.property.is_ascii() {
            return Err(UseSeal::Property);
        }
        if !signs(signer) {
            return Err(UseSeal::KeyUsage);
        }
        if !signer.validity().contains(self.time) {
            return Err(UseSeal::SignerPeriod);
        }
        self.seal.inspect_version()?;
        self.seal.inspect_period(self.time)?;
        self.seal.inspect_signer(signer.der())?;
        let key = signer.public_key().map_err(|_| UseSeal::Algorithm)?;
        let oid = oid_of(algorithm, key.algorithm())
            .filter(|_| key_of(algorithm) == key.algorithm())
            .ok_or(UseSeal::Algorithm)?;
        if self.digest.algorithm() != algorithm.digest() {
            return Err(UseSeal::Digest);
        }
        Ok(PreparedUse {
            edition,
            to_be_signed: self.laid_out(signer, &oid),
            signer: signer.clone(),
            algorithm: oid,
        })
    }

    fn laid_out(&self, signer: &Certificate, algorithm: &Oid) -> Vec<u8> {
        let v1 = self.seal.edition() == Edition::V1;
        let moment = written(self.time, self.seal.edition());
        let own = if v1 {
            [write::octet_string(signer.der()), write::oid(algorithm)].concat()
        } else {
            Vec::new()
        };
        // GM/T 0031-2014 leaves the form of the time open: DER, which has a zone.
        let time = if v1 {
            write::bit_string(&moment)
        } else {
            moment
        };
        write::sequence([
            write::unsigned(self.seal.version()),
            self.seal.der().to_vec(),
            time,
            write::bit_string(self.digest.bytes()),
            ia5(self.property),
            own,
        ])
    }
}

impl PreparedUse {
    /// The octets that the signer signs.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The seal signature, with a time-stamp token over `signature` where there is one; read back and checked before it
    /// is handed out (T-C3).
    ///
    /// # Errors
    /// `Edition` for a token in V1, `Unreadable` where a limit is met, `Refused` where the value does not hold.
    pub fn finish(
        self,
        signature: &Signature,
        time_stamp: Option<&[u8]>,
    ) -> Result<SealSignature, UseSeal> {
        let value = write::bit_string(signature.bytes());
        let der = match (self.edition, time_stamp) {
            (Edition::V1, None) => write::sequence([self.to_be_signed, value]),
            (Edition::V1, Some(_)) => return Err(UseSeal::Edition(self.edition)),
            _ => write::sequence([
                self.to_be_signed,
                write::octet_string(self.signer.der()),
                write::oid(&self.algorithm),
                value,
                time_stamp
                    .map(|token| write::context(0, [write::bit_string(token)]))
                    .unwrap_or_default(),
            ]),
        };
        let made = SealSignature::parse(&der)?;
        made.check_value(&self.signer, std::slice::from_ref(signature))?;
        Ok(made)
    }
}
