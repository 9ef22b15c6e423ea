//! A file of a package, with the digests of it that were asked for.

use std::sync::OnceLock;

use crypto::{Digest, DigestAlgorithm};

/// Octets, and each digest of them once it was computed: 64 manifests may list one large file.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    octets: Vec<u8>,
    sha1: OnceLock<Digest>,
    sha256: OnceLock<Digest>,
    sha384: OnceLock<Digest>,
    sha512: OnceLock<Digest>,
    sm3: OnceLock<Digest>,
}

impl From<Vec<u8>> for Content {
    fn from(octets: Vec<u8>) -> Self {
        Self {
            octets,
            sha1: OnceLock::new(),
            sha256: OnceLock::new(),
            sha384: OnceLock::new(),
            sha512: OnceLock::new(),
            sm3: OnceLock::new(),
        }
    }
}

impl Content {
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(crate) fn digest(&self, algorithm: DigestAlgorithm) -> Digest {
        let known = match algorithm {
            DigestAlgorithm::Sha1 => &self.sha1,
            DigestAlgorithm::Sha256 => &self.sha256,
            DigestAlgorithm::Sha384 => &self.sha384,
            DigestAlgorithm::Sha512 => &self.sha512,
            DigestAlgorithm::Sm3 => &self.sm3,
            _ => return Digest::of(algorithm, &self.octets),
        };
        let found = known.get_or_init(|| Digest::of(algorithm, &self.octets));
        found.clone()
    }
}
