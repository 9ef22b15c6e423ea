//! Signatures that held before. That a key signed some octets never changes, so a validation that remembers it
//! gives the same answer as one that computes it again; what is trusted, and when, is asked anew each time.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crypto::{PublicKey, sha256};

/// A memory of signatures that held, which several validations may share.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<HashSet<[u8; 32]>>>);

/// Signatures that are remembered; beyond that it begins anew.
const MOST: usize = 16_384;

impl Memory {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many signatures it remembers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether it remembers none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What `check` says, without asking it where it said before that `key` signed exactly these octets: the
    /// whole signed object, its algorithm and signature among them.
    ///
    /// # Errors
    /// What `check` says.
    pub fn recall<E>(
        &self,
        object: &[u8],
        key: &PublicKey,
        check: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        // The whole object with its signature and algorithm, under a digest of the key of fixed length: two
        // pairs have one name only where SHA-256 is broken.
        let mut name = sha256(key.spki()).to_vec();
        name.extend(sha256(object));
        let name = sha256(&name);
        if self.lock(|known| known.contains(&name)) {
            return Ok(());
        }
        check()?;
        self.lock(|known| {
            if known.len() == MOST {
                known.clear();
            }
            known.insert(name)
        });
        Ok(())
    }

    fn lock(&self, act: impl FnOnce(&mut HashSet<[u8; 32]>) -> bool) -> bool {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl PartialEq for Memory {
    /// Whether they are one memory.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Memory {}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crypto::{KeyAlgorithm, SeededRandom, Signer as _, SoftwareSigner, generate_pkcs8};

    use super::*;

    fn key(seed: u64) -> PublicKey {
        let pkcs8 = generate_pkcs8(KeyAlgorithm::Ed25519, &SeededRandom::new(seed)).expect("a key");
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key");
        signer.public_key().clone()
    }

    #[test]
    fn only_what_held_is_remembered_and_only_for_its_key_and_octets() {
        let memory = Memory::new();
        assert_eq!(memory.recall(b"a", &key(1), || Err("no")), Err("no"));
        assert_eq!(memory.recall(b"a", &key(1), || Ok::<(), &str>(())), Ok(()));
        // Asked again, it is not computed; asked about another, it is.
        assert_eq!(memory.recall(b"a", &key(1), || Err("no")), Ok(()));
        assert_eq!(memory.recall(b"b", &key(1), || Err("no")), Err("no"));
        assert_eq!(memory.recall(b"a", &key(2), || Err("no")), Err("no"));
        assert_eq!(memory.len(), 1);
    }

    #[test]
    fn a_full_memory_begins_anew() {
        let memory = Memory::new();
        let key = key(1);
        for number in 0..=MOST {
            let object = number.to_be_bytes();
            assert_eq!(memory.recall(&object, &key, || Ok::<(), ()>(())), Ok(()));
        }
        assert_eq!(memory.len(), 1);
    }
}
