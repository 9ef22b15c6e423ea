//! The public key of a certificate, and whether another key signed it.

use crypto::{CheckSignature, PublicKey, ReadKey, Signature};
use thiserror::Error;

use super::Certificate;
use crate::algorithm::{AlgorithmIdentifier, ResolveAlgorithm};
use asn1::{ReadAsn1, Reader, Tag};

/// Why the signature on a certificate cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckIssued {
    /// The algorithm identifier cannot be read.
    #[error("signature algorithm of the certificate is malformed")]
    Malformed(#[from] ReadAsn1),
    /// The algorithm is not one of ours, or not one of the issuer's key.
    #[error(transparent)]
    Algorithm(#[from] ResolveAlgorithm),
    /// The signature does not hold.
    #[error("the signature on the certificate does not hold")]
    Signature,
}

impl From<CheckSignature> for CheckIssued {
    fn from(_: CheckSignature) -> Self {
        Self::Signature
    }
}

impl Certificate {
    /// The key it is about.
    ///
    /// # Errors
    /// A key that is malformed, too weak or of a kind that is not ours; the certificate is readable all the
    /// same.
    pub fn public_key(&self) -> Result<PublicKey, ReadKey> {
        PublicKey::parse(self.spki())
    }

    /// Checks that `issuer` signed it.
    ///
    /// # Errors
    /// See [`CheckIssued`].
    pub fn check_signature(&self, issuer: &PublicKey) -> Result<(), CheckIssued> {
        check_issued(self.algorithm_der(), self.tbs(), self.signature(), issuer)
    }
}

/// Checks the signature on a certificate or list, by the algorithm that stands beside it.
pub(crate) fn check_issued(
    algorithm_der: &[u8],
    to_be_signed: &[u8],
    signature: &[u8],
    issuer: &PublicKey,
) -> Result<(), CheckIssued> {
    let identifier = AlgorithmIdentifier::read(&Reader::single(algorithm_der, Tag::SEQUENCE)?)?;
    let algorithm = identifier.signature(issuer.algorithm())?;
    issuer
        .check(algorithm, to_be_signed, &Signature::new(signature.to_vec()))
        .map_err(Into::into)
}
