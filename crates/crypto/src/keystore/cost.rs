//! From a passphrase to the key of the file: Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use super::fault::KeyStoreError;
use crate::aead::AeadKey;

/// What one guess at the passphrase costs (RFC 9106 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// Memory beyond which a file is an attack on the process that opens it, in KiB.
const MAX_MEMORY_KIB: u32 = 1 << 20;
/// Passes beyond which it is one, and lanes.
const MAX_PASSES: u32 = 64;
const MAX_LANES: u32 = 16;

impl Cost {
    /// 64 MiB, three passes (T-K1; RFC 9106 4, second recommended option).
    pub const DEFAULT: Cost = Cost {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };
    /// 19 MiB, two passes: for the passwords of people, many of whom sign in at once (OWASP, minimum for Argon2id).
    pub const PASSWORD: Cost = Cost {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// As little as the algorithm allows: for tests and the example keys, whose passphrase is public.
    pub const FOR_TESTS: Cost = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    /// Whether a guess costs at least as much as with `floor`.
    #[must_use]
    pub(super) fn reaches(self, floor: Cost) -> bool {
        self.memory_kib >= floor.memory_kib && self.passes >= floor.passes
    }

    pub(super) fn inspect(self) -> Result<(), KeyStoreError> {
        let fits = self.memory_kib <= MAX_MEMORY_KIB
            && self.passes <= MAX_PASSES
            && self.lanes <= MAX_LANES;
        if !fits {
            return Err(KeyStoreError::CostOutOfRange);
        }
        self.parameters().map(|_| ())
    }

    fn parameters(self) -> Result<Params, KeyStoreError> {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| KeyStoreError::CostOutOfRange)
    }

    /// The key that this passphrase and salt give.
    pub(super) fn key(self, passphrase: &[u8], salt: &[u8]) -> Result<AeadKey, KeyStoreError> {
        if passphrase.is_empty() {
            return Err(KeyStoreError::PassphraseEmpty);
        }
        self.inspect()?;
        Ok(AeadKey::new(*self.derive(passphrase, salt)?))
    }

    /// 256 bits that this secret and salt give.
    pub(crate) fn derive(
        self,
        secret: &[u8],
        salt: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>, KeyStoreError> {
        let parameters = self.parameters()?;
        // T-K4: the working memory holds what the key follows from; it is ours, so that it can be wiped.
        let mut memory = vec![Block::new(); parameters.block_count()];
        let mut key = Zeroizing::new([0; 32]);
        let made = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into_with_memory(secret, salt, key.as_mut(), &mut memory);
        memory.zeroize();
        made.map_err(|_| KeyStoreError::CostOutOfRange)?;
        Ok(key)
    }
}
