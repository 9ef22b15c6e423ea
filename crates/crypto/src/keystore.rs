//! Keys at rest: a file sealed under a passphrase, and what its keys may be asked to sign.
//!
//! The file's shape is told in `keystore/file.rs`. A store is locked when it is opened: public halves can
//! be listed, nothing can be signed (T-K1). What the public part of a locked store says is not yet
//! authentic; unlocking proves it.

mod cost;
mod disk;
mod enrolment;
mod erasing;
mod fault;
mod file;
mod follow;
mod held;
mod numbers;
mod quorum;
mod releases;
mod several;
mod succession;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use self::disk::Place;
use self::file::{PrivatePart, PublicPart, SALT, StoreFile};
use self::held::{Custody, Incoming, Signers, made, signers_of};
use self::releases::Releases;
use crate::aead::AeadKey;
use crate::authorisation::{Authorisation, Consent, KeyId, KeyUse};
use crate::device::{Device, Fault, Order};
use crate::digest::{Digest, sha256};
use crate::public_key::{KeyAlgorithm, PublicKey};
use crate::random::Random;
use crate::signature::{Signature, SignatureAlgorithm};
use crate::signer::{Input, SignError, scrub};

pub use self::cost::Cost;
pub use self::enrolment::Releaser;
pub use self::fault::KeyStoreError;
pub use self::file::StoredKey;
pub use self::held::NewKey;

/// A software key store.
///
/// Shared by all threads of a process; signatures are made side by side.
pub struct KeyStore {
    path: PathBuf,
    state: RwLock<State>,
    /// Held while the file is replaced.
    writing: Mutex<()>,
    releases: Releases,
    custody: Option<Custody>,
}

struct State {
    file: StoreFile,
    /// SHA-256 of the file on the disk as it was last read or written.
    on_disk: [u8; 32],
    unlocked: Option<Unlocked>,
}

#[derive(Clone)]
struct Unlocked {
    key: Arc<AeadKey>,
    signers: Signers,
}

impl std::fmt::Debug for KeyStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("KeyStore")
            .field("path", &self.path)
            .field("locked", &self.is_locked())
            .finish_non_exhaustive()
    }
}

impl KeyStore {
    /// Longest name of a person, in octets.
    pub const MAX_PERSON: usize = 256;

    /// Makes an empty store at [`Cost::DEFAULT`]; it is unlocked.
    ///
    /// # Errors
    /// `Exists`, `PassphraseEmpty`, `NoRandomness`, `File`.
    pub fn create(
        path: &Path,
        passphrase: &[u8],
        random: &dyn Random,
    ) -> Result<KeyStore, KeyStoreError> {
        KeyStore::create_at_cost(path, passphrase, Cost::DEFAULT, random)
    }

    /// Makes an empty store whose passphrase costs what `cost` says; it is unlocked.
    ///
    /// # Errors
    /// As [`KeyStore::create`]; `CostOutOfRange`.
    pub fn create_at_cost(
        path: &Path,
        passphrase: &[u8],
        cost: Cost,
        random: &dyn Random,
    ) -> Result<KeyStore, KeyStoreError> {
        let salt = fresh_salt(random)?;
        let key = cost.key(passphrase, &salt)?;
        let public = PublicPart::default();
        let file = StoreFile::seal(cost, salt, public, &PrivatePart::new(), &key, random)?;
        let bytes = file.encode()?;
        disk::write(path, &bytes, Place::Empty, random)?;
        let unlocked = Unlocked {
            key: Arc::new(key),
            signers: Signers::new(),
        };
        Ok(KeyStore::over(path, file, &bytes, Some(unlocked)))
    }

    /// Opens a store; it is locked.
    ///
    /// # Errors
    /// `File`, `NotPlainFile`, `ModeTooWide`, `TooLarge`, `NotKeyStore`, `Truncated`, `Record`,
    /// `CostTooLow` below [`Cost::DEFAULT`], `CostOutOfRange`.
    pub fn open(path: &Path) -> Result<KeyStore, KeyStoreError> {
        KeyStore::open_at_cost(path, Cost::DEFAULT)
    }

    /// Opens a store whose passphrase costs at least `floor`: for tests and the example keys.
    ///
    /// # Errors
    /// As [`KeyStore::open`].
    pub fn open_at_cost(path: &Path, floor: Cost) -> Result<KeyStore, KeyStoreError> {
        let bytes = disk::read(path)?;
        let file = StoreFile::parse(&bytes)?;
        if !file.cost.reaches(floor) {
            return Err(KeyStoreError::CostTooLow);
        }
        Ok(KeyStore::over(path, file, &bytes, None))
    }

    /// What the octets of a store's file show of its keys while they are sealed: not yet authentic.
    ///
    /// # Errors
    /// `NotKeyStore`, `Truncated`, `Record`, `CostOutOfRange`.
    pub fn inspect(bytes: &[u8]) -> Result<Vec<StoredKey>, KeyStoreError> {
        let file = StoreFile::parse(bytes)?;
        Ok(file.public.keys.into_values().collect())
    }

    fn over(path: &Path, file: StoreFile, bytes: &[u8], unlocked: Option<Unlocked>) -> KeyStore {
        KeyStore {
            path: path.to_owned(),
            state: RwLock::new(State {
                file,
                on_disk: sha256(bytes),
                unlocked,
            }),
            writing: Mutex::new(()),
            releases: Releases::default(),
            custody: None,
        }
    }

    /// The store over a device: keys that are made from now on are made in it and stay there, and the file has their public
    /// halves alone; those of the kinds `in_file` are made in the file all the same.
    #[must_use]
    pub fn over_device(self, device: Arc<dyn Device>, in_file: &[KeyAlgorithm]) -> KeyStore {
        let in_file = in_file.to_vec();
        KeyStore {
            custody: Some(Custody { device, in_file }),
            ..self
        }
    }

    /// Whether the device answers that keys are in, at the cost of one act of it in a few seconds at most; as well where there is none.
    ///
    /// # Errors
    /// [`Fault`]: why not.
    pub fn device_answers(&self, now: Instant) -> Result<(), Fault> {
        let in_device = |key: &StoredKey| key.device.is_some();
        let needed = || self.read().file.public.keys.values().any(in_device);
        held::answers(self.custody.as_ref(), needed, now)
    }

    /// Unlocks the store. The passphrase's buffer is the caller's to wipe.
    ///
    /// # Errors
    /// `NotAuthentic` for a wrong passphrase or a changed file, `PassphraseEmpty`, `PartsDisagree`,
    /// `PublicDiffers`, `PrivateKey`.
    pub fn unlock(&self, passphrase: &[u8]) -> Result<(), KeyStoreError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.read().file.clone();
        let key = file.cost.key(passphrase, &file.salt)?;
        scrub();
        let private = file.open(&key)?;
        let signers = signers_of(
            &file.public,
            &private,
            &Signers::new(),
            self.custody.as_ref(),
        )?;
        self.write().unlocked = Some(Unlocked {
            key: Arc::new(key),
            signers,
        });
        Ok(())
    }

    /// Locks the store and wipes its keys; a signature that is being made is finished first by its
    /// thread, and its key is wiped then.
    pub fn lock(&self) {
        let unlocked = self.write().unlocked.take();
        drop(unlocked);
        scrub();
    }

    /// Whether nothing can be signed.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.read().unlocked.is_none()
    }

    /// Adds keys: all of them or none, in one durable write.
    ///
    /// # Errors
    /// `Locked`, `KeyExists`, `PrivateKey`, `SealCode`, `Full`, `ChangedOnDisk`, `File`, `NoRandomness`.
    pub fn add(&self, keys: &[NewKey<'_>], random: &dyn Random) -> Result<(), KeyStoreError> {
        let keys: Result<Vec<_>, _> = keys.iter().map(NewKey::inspect).collect();
        self.take_in(&keys?, random)
    }

    /// Makes keys where the store keeps keys of their kind, and adds them: all of them or none. What a device made for a
    /// key that was then not added is destroyed there, unless the file system failed while the file was replaced: the file
    /// may name it then.
    ///
    /// # Errors
    /// `Device`; as [`KeyStore::add`].
    pub fn make(&self, orders: &[Order<'_>], random: &dyn Random) -> Result<(), KeyStoreError> {
        if self.is_locked() {
            return Err(KeyStoreError::Locked);
        }
        let mut incoming = Vec::with_capacity(orders.len());
        let taken = orders
            .iter()
            .find(|order| self.public_key(&order.id).is_some());
        let all = match taken {
            Some(order) => Err(KeyStoreError::KeyExists(order.id.clone())),
            None => orders.iter().try_for_each(|order| {
                incoming.push(made(order, self.custody.as_ref(), random)?);
                Ok(())
            }),
        };
        let done = all.and_then(|()| self.take_in(&incoming, random));
        done.inspect_err(|error| self.discard(&incoming, error))
    }

    /// Makes a key and puts it in the place of a seal's, as [`KeyStore::replace`] does.
    ///
    /// # Errors
    /// `Device`; as [`KeyStore::replace`].
    pub fn make_instead(
        &self,
        order: &Order<'_>,
        retired: &KeyId,
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        if self.is_locked() {
            return Err(KeyStoreError::Locked);
        }
        let incoming = made(order, self.custody.as_ref(), random)?;
        let done = self.put_in_place(&incoming, retired, random);
        done.inspect_err(|error| self.discard(&[incoming], error))
    }

    /// What a device made in vain; where it cannot be destroyed nothing names it.
    fn discard(&self, incoming: &[Incoming], why: &KeyStoreError) {
        if matches!(why, KeyStoreError::File { .. }) {
            return;
        }
        let handles = incoming.iter().filter_map(|one| one.stored.device);
        for (handle, custody) in handles.zip(self.custody.iter().cycle()) {
            let _not_named = custody.device.discard(handle);
        }
    }

    /// Destroys a person's key: it was made for one document, and no other use is left to it. No other key is destroyed so.
    ///
    /// # Errors
    /// `Locked`, `UnknownKey`, `NotPerson`; as [`KeyStore::add`]. What a device then cannot destroy is named by nothing.
    pub fn destroy(&self, id: &KeyId, random: &dyn Random) -> Result<(), KeyStoreError> {
        let mut handle = None;
        self.rewrite(random, |public, private| {
            let unknown = || KeyStoreError::UnknownKey(id.clone());
            let stored = public.keys.get(id).ok_or_else(unknown)?;
            if stored.for_use != KeyUse::Person {
                return Err(KeyStoreError::NotPerson(id.clone()));
            }
            handle = stored.device;
            public.keys.remove(id);
            private.remove(id);
            Ok(())
        })?;
        if let (Some(handle), Some(custody)) = (handle, &self.custody) {
            let _not_named = custody.device.discard(handle);
        }
        Ok(())
    }

    fn take_in(&self, keys: &[Incoming], random: &dyn Random) -> Result<(), KeyStoreError> {
        self.rewrite(random, |public, private| {
            for Incoming { stored, pkcs8 } in keys {
                if public.keys.contains_key(&stored.id) {
                    return Err(KeyStoreError::KeyExists(stored.id.clone()));
                }
                public.keys.insert(stored.id.clone(), stored.clone());
                private.insert(stored.id.clone(), pkcs8.clone());
            }
            Ok(())
        })
    }

    /// Puts another key in the place of a seal's, of which somebody else may have a copy (T-C6). The key before stays, under
    /// the name `retired`, with nobody enrolled for it: it can be shown and signs nothing. Who may release the seal
    /// stays as it was.
    ///
    /// # Errors
    /// `Locked`, `UnknownKey`, `NotSeal`, `SealCode` where the key is for another seal, `KeyExists` for the retired name;
    /// as [`KeyStore::add`].
    pub fn replace(
        &self,
        key: &NewKey<'_>,
        retired: &KeyId,
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        self.put_in_place(&key.inspect()?, retired, random)
    }

    fn put_in_place(
        &self,
        Incoming { stored, pkcs8 }: &Incoming,
        retired: &KeyId,
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        let id = &stored.id;
        self.rewrite(random, |public, private| {
            let before = public.keys.get(id);
            let mut before = before
                .cloned()
                .ok_or_else(|| KeyStoreError::UnknownKey(id.clone()))?;
            if before.for_use != KeyUse::Seal || stored.for_use != KeyUse::Seal {
                return Err(KeyStoreError::NotSeal(id.clone()));
            }
            if before.seal != stored.seal {
                return Err(KeyStoreError::SealCode(id.clone()));
            }
            if before.erased {
                return Err(KeyStoreError::UnknownKey(id.clone()));
            }
            if public.keys.contains_key(retired) {
                return Err(KeyStoreError::KeyExists(retired.clone()));
            }
            let kept = private.insert(id.clone(), pkcs8.clone());
            let kept = kept.ok_or(KeyStoreError::PartsDisagree)?;
            private.insert(retired.clone(), kept);
            before.id = retired.clone();
            public.keys.insert(retired.clone(), before);
            public.keys.insert(id.clone(), stored.clone());
            Ok(())
        })
    }

    /// Seals the store under another passphrase, at the same cost and with a fresh salt.
    ///
    /// # Errors
    /// `Locked`, `PassphraseEmpty`; as [`KeyStore::add`].
    pub fn change_passphrase(
        &self,
        passphrase: &[u8],
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        let cost = self.read().file.cost;
        let salt = fresh_salt(random)?;
        let key = Arc::new(cost.key(passphrase, &salt)?);
        scrub();
        self.rewrite_under(Some((salt, key)), random, |_, _| Ok(()))
    }

    /// A key's public half, algorithm and use.
    #[must_use]
    pub fn public_key(&self, id: &KeyId) -> Option<(PublicKey, SignatureAlgorithm, KeyUse)> {
        let state = self.read();
        let stored = state.file.public.keys.get(id)?;
        Some((stored.public.clone(), stored.algorithm, stored.for_use))
    }

    /// All public halves, in the order of their names.
    #[must_use]
    pub fn list(&self) -> Vec<StoredKey> {
        self.read().file.public.keys.values().cloned().collect()
    }

    /// Signs `message` with the key that `under` names, if everything that must be true of it is: the
    /// store is unlocked, the use is the key's, these bytes were journalled, and a seal was released by
    /// another enrolled person for this seal and not too long ago (D19, T-S3).
    ///
    /// That a release is used once for each copy is the registry's part: the store keeps no counters.
    ///
    /// # Errors
    /// `Locked`, `UnknownKey`, `WrongUse`, `NotJournalled`, `NotReleased`, `ReleaseForAnotherSeal`,
    /// `ReleasedByRequester`, `ReleaseExpired`, `ReleaseUnsigned`, `TooFewApprovals`, `Failed`, `SelfCheck`.
    pub fn sign(&self, message: &[u8], under: &Authorisation) -> Result<Signature, SignError> {
        self.sign_input(Input::Message(message), under)
    }

    /// Signs a digest, where a protocol hands over nothing else (CSC API 2.1, `signatures/signHash`), with a person's key:
    /// their consent is to exactly this digest, which is its document. No other key signs one (D19).
    ///
    /// # Errors
    /// As [`KeyStore::sign`]; `DigestUnsupported` for every other use, kind of key and digest.
    pub fn sign_digest(
        &self,
        digest: &Digest,
        under: &Authorisation,
    ) -> Result<Signature, SignError> {
        self.sign_input(Input::Digest(digest), under)
    }

    fn sign_input(&self, input: Input<'_>, under: &Authorisation) -> Result<Signature, SignError> {
        let signer = {
            let state = self.read();
            let unlocked = state.unlocked.as_ref().ok_or(SignError::Locked)?;
            let public = &state.file.public;
            let stored = public.keys.get(&under.key).ok_or(SignError::UnknownKey)?;
            let signer = unlocked.signers.get(&under.key);
            if stored.for_use != under.for_use {
                return Err(SignError::WrongUse);
            }
            if let Input::Digest(digest) = input {
                check_digest(stored, digest, under)?;
            }
            if stored.for_use == KeyUse::Seal {
                self.inspect_release(stored, public, under)?;
            }
            if stored.for_use == KeyUse::Person {
                check_consent(stored, under)?;
            }
            Arc::clone(signer.ok_or(SignError::UnknownKey)?)
        };
        // No lock is held from here on: `lock` and other signatures do not wait for this one.
        let signature = signer.sign(input, under);
        scrub();
        signature
    }

    /// D19, T-S2, T-S3: what must be true of the release of a seal, asked here and not only at the door.
    fn inspect_release(
        &self,
        stored: &StoredKey,
        public: &PublicPart,
        under: &Authorisation,
    ) -> Result<(), SignError> {
        let release = under.release.as_ref().ok_or(SignError::NotReleased)?;
        self.inspect_one((stored, public), under.now, release)?;
        self.inspect_quorum((stored, public), under, release)
    }

    fn rewrite(
        &self,
        random: &dyn Random,
        change: impl FnOnce(&mut PublicPart, &mut PrivatePart) -> Result<(), KeyStoreError>,
    ) -> Result<(), KeyStoreError> {
        self.rewrite_under(None, random, change)
    }

    fn rewrite_under(
        &self,
        new_key: Option<([u8; SALT], Arc<AeadKey>)>,
        random: &dyn Random,
        change: impl FnOnce(&mut PublicPart, &mut PrivatePart) -> Result<(), KeyStoreError>,
    ) -> Result<(), KeyStoreError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, unlocked, on_disk) = {
            let state = self.read();
            let unlocked = state.unlocked.clone().ok_or(KeyStoreError::Locked)?;
            (state.file.clone(), unlocked, state.on_disk)
        };
        let mut private = file.open(&unlocked.key)?;
        let mut public = file.public;
        change(&mut public, &mut private)?;
        let (salt, key) = new_key.unwrap_or((file.salt, unlocked.key));
        let signers = signers_of(&public, &private, &unlocked.signers, self.custody.as_ref())?;
        let next = StoreFile::seal(file.cost, salt, public, &private, &key, random)?;
        let bytes = next.encode()?;
        // Two processes with one file: the second would undo what the first wrote.
        if sha256(&disk::read(&self.path)?) != on_disk {
            return Err(KeyStoreError::ChangedOnDisk);
        }
        disk::write(&self.path, &bytes, Place::Taken, random)?;
        let mut state = self.write();
        state.file = next;
        state.on_disk = sha256(&bytes);
        // A store that was locked meanwhile stays locked.
        if state.unlocked.is_some() {
            state.unlocked = Some(Unlocked { key, signers });
        }
        Ok(())
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A person's key is asked under that person's consent, to words, and not later.
fn check_consent(stored: &StoredKey, under: &Authorisation) -> Result<(), SignError> {
    let consent = under.consent.as_ref().ok_or(SignError::NotConsented)?;
    let own = format!("person-{}", consent.signer) == stored.id.as_str();
    let timely = under.now >= consent.at && under.now - consent.at <= Consent::LIFE;
    if !own || !timely || !consent.is_whole() || consent.intent.trim().is_empty() {
        return Err(SignError::NotConsented);
    }
    Ok(())
}

/// What a person consents to where there is a digest alone is that digest.
fn check_digest(
    stored: &StoredKey,
    digest: &Digest,
    under: &Authorisation,
) -> Result<(), SignError> {
    if stored.for_use != KeyUse::Person {
        return Err(SignError::DigestUnsupported);
    }
    let consent = under.consent.as_ref();
    consent
        .is_some_and(|consent| digest.bytes() == consent.document)
        .then_some(())
        .ok_or(SignError::NotConsented)
}

fn fresh_salt(random: &dyn Random) -> Result<[u8; SALT], KeyStoreError> {
    let mut salt = [0; SALT];
    random
        .fill(&mut salt)
        .map_err(|_| KeyStoreError::NoRandomness)?;
    Ok(salt)
}
