//! Message digests (FIPS 180-4, GB/T 32905).

mod lanes;

use fearless_simd::Level;
use ring::digest as sha;
use sm3::{Digest as _, Sm3};
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
    /// SM3.
    Sm3,
}

impl DigestAlgorithm {
    /// Octets of its value.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            DigestAlgorithm::Sha1 => 20,
            DigestAlgorithm::Sha256 | DigestAlgorithm::Sm3 => 32,
            DigestAlgorithm::Sha384 => 48,
            DigestAlgorithm::Sha512 => 64,
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
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest of each of these contents, in their order: what [`Digest::of`] says of each, by SM3 in a fraction of its time where
    /// there are many.
    #[must_use]
    pub fn of_each(algorithm: DigestAlgorithm, contents: &[&[u8]]) -> Vec<Digest> {
        if algorithm != DigestAlgorithm::Sm3 {
            let contents = contents.iter();
            return contents.map(|one| Digest::of(algorithm, one)).collect();
        }
        let values = lanes::of_each(Level::new(), contents).into_iter();
        let value = |value: [u8; 32]| Digest {
            algorithm,
            value: value.into(),
        };
        values.map(value).collect()
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
    state: State,
}

#[derive(Clone)]
enum State {
    Sha(sha::Context),
    Sm3(Sm3),
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
        let sha = |implementation| State::Sha(sha::Context::new(implementation));
        let state = match algorithm {
            DigestAlgorithm::Sha1 => sha(&sha::SHA1_FOR_LEGACY_USE_ONLY),
            DigestAlgorithm::Sha256 => sha(&sha::SHA256),
            DigestAlgorithm::Sha384 => sha(&sha::SHA384),
            DigestAlgorithm::Sha512 => sha(&sha::SHA512),
            DigestAlgorithm::Sm3 => State::Sm3(Sm3::new()),
        };
        Hasher { algorithm, state }
    }

    /// Takes the next octets.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Sha(state) => state.update(bytes),
            State::Sm3(state) => state.update(bytes),
        }
    }

    /// The digest of all octets taken.
    #[must_use]
    pub fn finish(self) -> Digest {
        let value = match self.state {
            State::Sha(state) => state.finish().as_ref().into(),
            State::Sm3(state) => state.finalize().as_slice().into(),
        };
        Digest {
            algorithm: self.algorithm,
            value,
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
    fn the_published_values_of_sm3() {
        // GB/T 32905 annex A.
        let sixteen = b"abcd".repeat(16);
        for (message, start) in [
            (
                &b"abc"[..],
                [0x66, 0xc7, 0xf0, 0xf4, 0x62, 0xee, 0xed, 0xd9],
            ),
            (&sixteen, [0xde, 0xbe, 0x9f, 0xf9, 0x22, 0x75, 0xb8, 0xa1]),
            (b"", [0x1a, 0xb2, 0x1d, 0x83, 0x55, 0xcf, 0xa1, 0x7f]),
        ] {
            let value = Digest::of(DigestAlgorithm::Sm3, message);
            assert_eq!(value.bytes()[..8], start);
            assert_eq!(value.bytes().len(), DigestAlgorithm::Sm3.length());
        }
    }

    #[test]
    fn each_algorithm_makes_values_of_its_length() {
        use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512, Sm3};
        for algorithm in [Sha1, Sha256, Sha384, Sha512, Sm3] {
            let value = Digest::of(algorithm, b"abc");
            assert_eq!(value.bytes().len(), algorithm.length());
            assert_eq!(Digest::from_bytes(algorithm, value.bytes()), Ok(value));
        }
    }

    #[test]
    fn the_digests_of_many_are_those_of_each() {
        use DigestAlgorithm::{Sha256, Sm3};
        let contents: Vec<Vec<u8>> = (0..40).map(|length| vec![7; 9 * length]).collect();
        let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
        for algorithm in [Sha256, Sm3] {
            let each = contents.iter().map(|one| Digest::of(algorithm, one));
            assert_eq!(
                Digest::of_each(algorithm, &contents),
                each.collect::<Vec<_>>()
            );
        }
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
