//! Who issues: name, key, algorithm and key identifier.

use crypto::{PublicKey, ReadKey, SignatureAlgorithm, sha256};

use crate::certificate::{Certificate, Validity};
use crate::name::Name;

/// Octets of our key identifiers.
const IDENTIFIER: usize = 20;

/// A CA as the maker of certificates and lists sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    pub(crate) name: Name,
    pub(crate) key: PublicKey,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) key_identifier: Vec<u8>,
    pub(crate) validity: Option<Validity>,
}

impl Issuer {
    /// The CA of this certificate, signing with `algorithm`.
    ///
    /// # Errors
    /// The certificate's key is none of ours.
    pub fn of(certificate: &Certificate, algorithm: SignatureAlgorithm) -> Result<Self, ReadKey> {
        let key = certificate.public_key()?;
        // RFC 5280 4.2.1.1: what stands there is what the issuer's own certificate says.
        let key_identifier = match certificate.subject_key_identifier() {
            Ok(Some(identifier)) => identifier.to_vec(),
            _ => key_identifier(&key).to_vec(),
        };
        Ok(Self {
            name: certificate.subject().clone(),
            key,
            algorithm,
            key_identifier,
            validity: Some(certificate.validity()),
        })
    }

    /// A CA that has no certificate yet: a root before its own.
    #[must_use]
    pub fn without_certificate(name: Name, key: PublicKey, algorithm: SignatureAlgorithm) -> Self {
        let key_identifier = key_identifier(&key).to_vec();
        Self {
            name,
            key,
            algorithm,
            key_identifier,
            validity: None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The algorithm with which it signs.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

/// The key identifier that our certificates have: the first 160 bits of SHA-256 over the key's bits.
#[must_use]
pub fn key_identifier(key: &PublicKey) -> [u8; IDENTIFIER] {
    // RFC 7093 2 method 1: RFC 5280 4.2.1.2 leaves the digest open, and SHA-1 is not needed for it.
    let mut identifier = [0; IDENTIFIER];
    for (to, from) in identifier.iter_mut().zip(sha256(key.bits())) {
        *to = from;
    }
    identifier
}
