//! Keys are erased (domain.md 4.2, T-S9): the private halves of a seal's, in each suite, and of those in whose place others
//! came; of a key of the service that gave its place to another, when its time has come.

use time::UtcDateTime;

use super::fault::KeyStoreError;
use super::file::StoredKey;
use super::{KeyStore, disk};
use crate::authorisation::{KeyId, KeyUse};
use crate::device::Fault;
use crate::random::Random;

impl KeyStore {
    /// Erases the private keys of a seal, for good: the keys as they stand then. Their public halves stay, and who was enrolled
    /// for them; erased twice is erased once.
    ///
    /// What is in a device is destroyed there first. The file is written anew without the others, and the octets of the one
    /// before are written over: as far as the medium does that in their place, and in this file alone. A copy of the file that
    /// somebody made before still has them, under its passphrase.
    ///
    /// # Errors
    /// `Locked`; `Device` where the device did not destroy its own: then nothing was erased from the file. As [`KeyStore::add`].
    pub fn erase(&self, seal: &str, random: &dyn Random) -> Result<Vec<StoredKey>, KeyStoreError> {
        if self.is_locked() {
            return Err(KeyStoreError::Locked);
        }
        let own = self.of_seal(seal);
        if own.iter().all(|key| key.erased) {
            return Ok(own);
        }
        self.erase_all(&own, random)?;
        Ok(self.of_seal(seal))
    }

    /// Erases the private half of a key that gave its place to another ([`KeyStore::succeed`]), for good, from the moment on that
    /// was set then. Its public half stays; erased twice is erased once. As [`KeyStore::erase`] does.
    ///
    /// # Errors
    /// `Locked`; `UnknownKey`; `InUse` for a key that gave its place to none; `NotYet`. As [`KeyStore::erase`].
    pub fn erase_former(
        &self,
        id: &KeyId,
        now: UtcDateTime,
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        if self.is_locked() {
            return Err(KeyStoreError::Locked);
        }
        let unknown = || KeyStoreError::UnknownKey(id.clone());
        let own = self.list().into_iter().find(|key| key.id == *id);
        let own = own.ok_or_else(unknown)?;
        match own.former {
            None if own.erased && own.for_use != KeyUse::Seal => return Ok(()),
            None => return Err(KeyStoreError::InUse(id.clone())),
            Some(from) if now < from => return Err(KeyStoreError::NotYet(id.clone())),
            Some(_) => {}
        }
        self.erase_all(&[own], random)
    }

    /// What is in a device is destroyed first; then the file is written without the others, and the one before written over.
    fn erase_all(&self, keys: &[StoredKey], random: &dyn Random) -> Result<(), KeyStoreError> {
        keys.iter()
            .try_for_each(|key| self.destroy_in_device(key))?;
        let before = disk::open_old(&self.path)?;
        self.rewrite(random, |public, private| {
            for key in keys {
                let stored = public.keys.get_mut(&key.id);
                let stored = stored.filter(|stored| stored.public == key.public);
                let stored = stored.ok_or(KeyStoreError::ChangedOnDisk)?;
                stored.device = None;
                stored.erased = true;
                stored.former = None;
                private.insert(key.id.clone(), Vec::new().into());
            }
            Ok(())
        })?;
        disk::write_over(before)
    }

    /// Every key of a seal, in the order of their names.
    fn of_seal(&self, seal: &str) -> Vec<StoredKey> {
        let own =
            |key: &StoredKey| key.for_use == KeyUse::Seal && key.seal.as_deref() == Some(seal);
        self.list().into_iter().filter(own).collect()
    }

    fn destroy_in_device(&self, key: &StoredKey) -> Result<(), KeyStoreError> {
        let Some(handle) = key.device else {
            return Ok(());
        };
        let custody = self.custody.as_ref().ok_or(Fault::NotConfigured);
        let done = custody.and_then(|custody| custody.device.discard(handle));
        done.map_err(|source| KeyStoreError::Device {
            key: key.id.clone(),
            source,
        })
    }
}
