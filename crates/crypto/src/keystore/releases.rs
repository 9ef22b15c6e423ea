//! Releases whose signature was found good: the door asks before the release is taken, the store before its key signs,
//! and both ask the same of the same octets.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::authorisation::Release;
use crate::digest::sha256;
use crate::public_key::PublicKey;
use crate::sign_in::passkey::Passkey;
use crate::signer::SignError;

/// Releases that are remembered; beyond that it begins anew.
const MOST: usize = 4_096;

/// What is remembered of them: digests alone, and only of what was good.
#[derive(Debug, Default)]
pub(crate) struct Releases(Mutex<HashSet<[u8; 32]>>);

impl Releases {
    /// Whether `key` signed the release, as a person's own or as that of a passkey.
    pub(crate) fn check(
        &self,
        release: &Release,
        (key, passkey): (&PublicKey, Option<&Passkey>),
    ) -> Result<(), SignError> {
        // Key, algorithm and statement, and the value itself: another value is another name.
        // A list is looked through each time, and so is what a passkey answered; a signature is asked for once.
        let octets = release.octets(passkey).ok_or(SignError::ReleaseUnsigned)?;
        let signed = key.name_of(release.algorithm, &octets);
        let name = sha256(&[signed, sha256(release.signature.bytes())].concat());
        if self.lock(|known| known.contains(&name)) {
            return Ok(());
        }
        let checked = key.check(release.algorithm, &octets, &release.signature);
        checked.map_err(|_| SignError::ReleaseUnsigned)?;
        self.lock(|known| {
            if known.len() >= MOST {
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
