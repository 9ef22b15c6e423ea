//! A store that another process writes into: a drill beside a service at work (T-C6), an operator who enrols somebody.

use std::sync::PoisonError;

use super::disk;
use super::fault::KeyStoreError;
use super::file::StoreFile;
use super::{KeyStore, Unlocked, signers_of};
use crate::digest::sha256;

impl KeyStore {
    /// Takes over what another process wrote into the file since it was read; whether there was anything. A store that is
    /// unlocked stays so, where the file is sealed under the same passphrase; a locked one stays locked.
    ///
    /// # Errors
    /// As [`KeyStore::open`] and [`KeyStore::unlock`]; `NotAuthentic` where it is sealed under another passphrase, `CostTooLow`
    /// where that costs less. What is at hand stays then.
    pub fn follow(&self) -> Result<bool, KeyStoreError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = disk::read(&self.path)?;
        let on_disk = sha256(&bytes);
        let (cost, unlocked) = {
            let state = self.read();
            if state.on_disk == on_disk {
                return Ok(false);
            }
            (state.file.cost, state.unlocked.clone())
        };
        let file = StoreFile::parse(&bytes)?;
        if !file.cost.reaches(cost) {
            return Err(KeyStoreError::CostTooLow);
        }
        let next = match unlocked {
            Some(Unlocked { key, signers }) => {
                let private = file.open(&key)?;
                let custody = self.custody.as_ref();
                let signers = signers_of(&file.public, &private, &signers, custody)?;
                Some(Unlocked { key, signers })
            }
            None => None,
        };
        let mut state = self.write();
        state.file = file;
        state.on_disk = on_disk;
        // A store that was locked meanwhile stays locked.
        if state.unlocked.is_some() {
            state.unlocked = next;
        }
        Ok(true)
    }
}
