//! Message digests (FIPS 180-4).

use ring::digest as sha;
use thiserror::Error;

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-1: an identifier of keys and names where a standard fixes it, never under a signature.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// Octets of its value.
    #[must_use]
    pub fn length(self) -> usize {
        self.implementation().output_len()
    }

    fn implementation(self) -> &'static sha::Algorithm {
        match self {
            DigestAlgorithm::Sha1 => &sha::SHA1_FOR_LEGACY_USE_ONLY,
            DigestAlgorithm::Sha256 => &sha::SHA256,
            DigestAlgorithm::Sha384 => &sha::SHA384,
            DigestAlgorithm::Sha512 => &sha::SHA512,
        }
    }
}

/// A value under the algorithm that made it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    value: Box<[u8]>,
}

/// Octets that are no value of the algorithm named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a digest of {found} octets where {wanted} are wanted")]
pub struct WrongLength {
    /// Octets found.
    pub found: usize,
    /// Octets of a value.
    pub wanted: usize,
}

impl Digest {
    /// The digest of these octets.
    #[must_use]
    pub fn of(algorithm: DigestAlgorithm, bytes: &[u8]) -> Digest {
        let value = sha::digest(algorithm.implementation(), bytes)
            .as_ref()
            .into();
        Digest { algorithm, value }
    }

    /// A value that came from elsewhere.
    ///
    /// # Errors
    /// The octets are not as many as the algorithm makes.
    pub fn from_bytes(algorithm: DigestAlgorithm, value: &[u8]) -> Result<Digest, WrongLength> {
        let wanted = algorithm.length();
        if value.len() != wanted {
            return Err(WrongLength {
                found: value.len(),
                wanted,
            });
        }
        Ok(Digest {
            algorithm,
            value: value.into(),
        })
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// Its octets.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.value
    }
}

/// A digest in the making, over octets that arrive in pieces.
#[derive(Clone)]
pub struct Hasher {
    algorithm: DigestAlgorithm,
    state: sha::Context,
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Hasher")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl Hasher {
    /// Over nothing yet.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm) -> Hasher {
        Hasher {
            algorithm,
            state: sha::Context::new(algorithm.implementation()),
        }
    }

    /// Takes the next octets.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
    }

    /// The digest of all octets taken.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest {
            algorithm: self.algorithm,
            value: self.state.finish().as_ref().into(),
        }
    }
}

/// SHA-256, where a format fixes it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut value = [0; 32];
    value.copy_from_slice(sha::digest(&sha::SHA256, bytes).as_ref());
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_in_pieces_is_the_digest_of_the_whole() {
        let mut hasher = Hasher::new(DigestAlgorithm::Sha384);
        hasher.update(b"ab");
        hasher.update(b"c");
        assert_eq!(hasher.finish(), Digest::of(DigestAlgorithm::Sha384, b"abc"));
    }

    #[test]
    fn the_published_value_of_abc() {
        let value = sha256(b"abc");
        assert_eq!(value[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(Digest::of(DigestAlgorithm::Sha256, b"abc").bytes(), value);
    }

    #[test]
    fn a_value_of_the_wrong_length_is_refused() {
        let refused = Digest::from_bytes(DigestAlgorithm::Sha256, &[0; 31]);
        assert_eq!(
            refused,
            Err(WrongLength {
                found: 31,
                wanted: 32
            })
        );
    }
}
