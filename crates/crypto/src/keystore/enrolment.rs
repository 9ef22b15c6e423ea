//! Who may release the use of a seal: persons, each with a key of their own or with passkeys.

use super::KeyStore;
use super::fault::KeyStoreError;
use super::file::PublicPart;
use crate::authorisation::{KeyId, KeyUse, Release};
use crate::public_key::PublicKey;
use crate::random::Random;
use crate::sign_in::passkey::Passkey;
use crate::signer::SignError;

/// Who may release the use of a seal, and the key with which they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Releaser {
    /// Name of the seal's key.
    pub key: KeyId,
    /// The person.
    pub person: String,
    /// The person's own key, or that of a passkey.
    pub public: PublicKey,
    /// The passkey, where it is one.
    pub passkey: Option<Passkey>,
}

/// Most passkeys of one person for one seal.
const MOST: usize = 8;

impl KeyStore {
    /// Enrols a person's key for releasing the seal whose key is `key`; a person enrolled before gets
    /// the new key in place of the old.
    ///
    /// # Errors
    /// `Locked`, `UnknownKey`, `NotSeal`, `Person`, `KeyOfAnother`; as [`KeyStore::add`].
    pub fn enrol_releaser(
        &self,
        key: &KeyId,
        person: &str,
        public_key: &PublicKey,
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        self.rewrite(random, |public, _| {
            public.may_enrol(key, person, (public_key, None))?;
            let name = (key.clone(), person.to_owned());
            public.releasers.insert(name, public_key.clone());
            Ok(())
        })
    }

    /// Enrols a passkey of a person for releasing the seal whose key is `key`, beside a key of their own and other
    /// passkeys: at most eight of one person.
    ///
    /// # Errors
    /// `Full` for one too many; as [`KeyStore::enrol_releaser`].
    pub fn enrol_passkey(
        &self,
        key: &KeyId,
        person: &str,
        passkey: &Passkey,
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        self.rewrite(random, |public, _| {
            public.may_enrol(key, person, (&passkey.public, Some(&passkey.credential)))?;
            let name = (key.clone(), person.to_owned(), passkey.credential.clone());
            let others = public.passkeys.keys();
            let others = others.filter(|other| other.0 == name.0 && other.1 == name.1);
            if others.filter(|other| **other != name).count() >= MOST {
                return Err(KeyStoreError::Full);
            }
            public.passkeys.insert(name, passkey.clone());
            Ok(())
        })
    }

    /// Ends a person's right to release this seal, by their own key and by passkeys.
    ///
    /// # Errors
    /// `Locked`, `NotEnrolled`; as [`KeyStore::add`].
    pub fn dismiss_releaser(
        &self,
        key: &KeyId,
        person: &str,
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        self.rewrite(random, |public, _| {
            let name = (key.clone(), person.to_owned());
            let own = public.releasers.remove(&name).is_some();
            let before = public.passkeys.len();
            let others = |(of, who, _): &(KeyId, String, Vec<u8>)| of != key || who != person;
            public.passkeys.retain(|name, _| others(name));
            match own || public.passkeys.len() < before {
                true => Ok(()),
                false => Err(KeyStoreError::NotEnrolled),
            }
        })
    }

    /// Who may release the seal whose key is `key`: those with a key of their own, then passkeys.
    #[must_use]
    pub fn releasers(&self, key: &KeyId) -> Vec<Releaser> {
        let state = self.read();
        let public = &state.file.public;
        // Both are in the order of keys: of 10,000 seals the others are not looked at.
        let own = public.releasers.range((key.clone(), String::new())..);
        let own = own
            .take_while(|((of, _), _)| of == key)
            .map(|((_, person), public)| (person, public, None));
        let first = (key.clone(), String::new(), Vec::new());
        let passkeys = public.passkeys.range(first..);
        let passkeys = passkeys
            .take_while(|((of, ..), _)| of == key)
            .map(|((_, person, _), passkey)| (person, &passkey.public, Some(passkey)));
        own.chain(passkeys)
            .map(|(person, public, passkey)| Releaser {
                key: key.clone(),
                person: person.clone(),
                public: public.clone(),
                passkey: passkey.cloned(),
            })
            .collect()
    }

    /// Whether an enrolled releaser of the seal whose key is `key` signed this release, or answered it with a passkey
    /// that is enrolled: what is asked again, with all else that must be true of it, before that key signs.
    ///
    /// # Errors
    /// `ReleaseUnsigned`.
    pub fn check_release(&self, key: &KeyId, release: &Release) -> Result<(), SignError> {
        let enrolled = {
            let state = self.read();
            let found = state.file.public.enrolled(key, release);
            found.map(|(public, passkey)| (public.clone(), passkey.cloned()))
        };
        let (public, passkey) = enrolled.ok_or(SignError::ReleaseUnsigned)?;
        self.releases.check(release, (&public, passkey.as_ref()))
    }
}

impl PublicPart {
    /// The key with which this release was given, if its releaser is enrolled with one of that kind.
    pub(super) fn enrolled(
        &self,
        key: &KeyId,
        release: &Release,
    ) -> Option<(&PublicKey, Option<&Passkey>)> {
        let person = release.statement.releaser.clone();
        match &release.passkey {
            None => {
                let own = self.releasers.get(&(key.clone(), person))?;
                Some((own, None))
            }
            Some(shown) => {
                let name = (key.clone(), person, shown.credential.clone());
                let passkey = self.passkeys.get(&name)?;
                Some((&passkey.public, Some(passkey)))
            }
        }
    }

    fn may_enrol(
        &self,
        key: &KeyId,
        person: &str,
        (public_key, credential): (&PublicKey, Option<&[u8]>),
    ) -> Result<(), KeyStoreError> {
        if !(1..=KeyStore::MAX_PERSON).contains(&person.len()) {
            return Err(KeyStoreError::Person);
        }
        match self.keys.get(key) {
            None => return Err(KeyStoreError::UnknownKey(key.clone())),
            Some(stored) if stored.for_use != KeyUse::Seal => {
                return Err(KeyStoreError::NotSeal(key.clone()));
            }
            Some(_) => {}
        }
        // R3 counts persons: with one key under two names the requester could release.
        let own = self.releasers.iter();
        let mut own = own.map(|((_, other), known)| (other, known, None));
        let passkeys = self.passkeys.iter();
        let mut passkeys = passkeys.map(|((_, other, name), known)| {
            let name: Option<&[u8]> = Some(name);
            (other, &known.public, name)
        });
        let taken = |(other, known, name): (&String, &PublicKey, Option<&[u8]>)| {
            let same = known == public_key || (name.is_some() && name == credential);
            same && other != person
        };
        if own.any(taken) || passkeys.any(taken) {
            return Err(KeyStoreError::KeyOfAnother);
        }
        Ok(())
    }
}
