//! The key store's file, octet by octet.
//!
//! # Shape
//! Numbers are big-endian.
//!
//! | at | octets | what |
//! |---|---|---|
//! | 0 | 8 | `YXKEYS01` |
//! | 8 | 4 | Argon2id memory in KiB |
//! | 12 | 4 | passes |
//! | 16 | 4 | lanes |
//! | 20 | 16 | salt |
//! | 36 | 4 | P, length of the public part |
//! | 40 | P | public part, in the clear |
//! | 40+P | 12 | nonce |
//! | 52+P | n | private part, AES-256-GCM under the key from the passphrase; associated data: octets 0 to 40+P |
//! | 52+P+n | 16 | tag |
//!
//! Public part: one record after the other, keys in the order of their names, then releasers in the order
//! of key and person, then their passkeys in the order of key, person and credential, then quorums in the order of seals; a text or string of octets has
//! its length in two octets before it.
//!
//! - key: 1, name, use (1 octet), algorithm (1 octet), SubjectPublicKeyInfo, seal code (empty for none)
//! - key in a device: 3, the same, then its handle there (16 octets)
//! - key that was erased: 5, as a key
//! - former key, in whose place another came: 7, as a key, then from which moment on it may be erased (8 octets, seconds of Unix time)
//! - former key in a device: 8, as a key in a device, then the same moment
//! - releaser: 2, name of the seal's key, person, SubjectPublicKeyInfo
//! - passkey of a releaser: 4, name of the seal's key, person, identifier of the credential, origin, SubjectPublicKeyInfo
//! - quorum: 6, code of the seal, how many (1 octet), of how many (1 octet), each of them, in order
//!
//! Private part: for each key of the public part, in its order, length in two octets and PKCS#8; of a key in a device
//! and of an erased one nothing, at length 0.

use std::collections::{BTreeMap, BTreeSet};

use time::UtcDateTime;
use zeroize::Zeroizing;

use super::cost::Cost;
use super::fault::KeyStoreError;
use super::numbers::{algorithm_number, algorithm_of, use_number, use_of};
use super::several::Quorum;
use crate::aead::AeadKey;
use crate::authorisation::{KeyId, KeyUse};
use crate::device::Handle;
use crate::public_key::PublicKey;
use crate::random::Random;
use crate::sign_in::passkey::{Passkey, RelyingParty};
use crate::signature::SignatureAlgorithm;

const MAGIC: &[u8; 8] = b"YXKEYS01";
/// Octets of the salt.
pub(super) const SALT: usize = 16;
const KEY: u8 = 1;
const RELEASER: u8 = 2;
const KEY_IN_DEVICE: u8 = 3;
const PASSKEY: u8 = 4;
const ERASED_KEY: u8 = 5;
const QUORUM: u8 = 6;
const FORMER_KEY: u8 = 7;
const FORMER_IN_DEVICE: u8 = 8;

/// The public half of a key of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Its name.
    pub id: KeyId,
    /// What it is for.
    pub for_use: KeyUse,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// Its public half.
    pub public: PublicKey,
    /// Code of the seal, where it is a seal's.
    pub seal: Option<String>,
    /// Its name in the device, where the private half is in one.
    pub device: Option<Handle>,
    /// Whether its private half was erased: nothing is signed with it any more.
    pub erased: bool,
    /// From when on it may be erased, where another key of the service came in its place: it signs nothing any more.
    pub former: Option<UtcDateTime>,
}

/// Private keys by name, PKCS#8.
pub(super) type PrivatePart = BTreeMap<KeyId, Zeroizing<Vec<u8>>>;

/// What is readable while the store is locked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PublicPart {
    pub(super) keys: BTreeMap<KeyId, StoredKey>,
    pub(super) releasers: BTreeMap<(KeyId, String), PublicKey>,
    /// By the seal's key, the person and the credential.
    pub(super) passkeys: BTreeMap<(KeyId, String, Vec<u8>), Passkey>,
    /// By the code of the seal.
    pub(super) quorums: BTreeMap<String, Quorum>,
}

/// A file taken apart.
#[derive(Debug, Clone)]
pub(super) struct StoreFile {
    pub(super) cost: Cost,
    pub(super) salt: [u8; SALT],
    pub(super) public: PublicPart,
    sealed: Vec<u8>,
}

impl StoreFile {
    /// A file with these parts, sealed under `key`.
    pub(super) fn seal(
        cost: Cost,
        salt: [u8; SALT],
        public: PublicPart,
        private: &PrivatePart,
        key: &AeadKey,
        random: &dyn Random,
    ) -> Result<StoreFile, KeyStoreError> {
        let mut file = StoreFile {
            cost,
            salt,
            public,
            sealed: Vec::new(),
        };
        let room = private.values().map(|pkcs8| pkcs8.len() + 2).sum();
        // The room is reserved whole: a buffer that grew would leave its keys behind (T-K4).
        let mut open = Zeroizing::new(Vec::with_capacity(room));
        for pkcs8 in private.values() {
            string(&mut open, pkcs8)?;
        }
        let associated = file.associated()?;
        file.sealed = key
            .seal(&open, &associated, random)
            .map_err(|_| KeyStoreError::NoRandomness)?;
        Ok(file)
    }

    /// Opens the private part.
    pub(super) fn open(&self, key: &AeadKey) -> Result<PrivatePart, KeyStoreError> {
        let open = key
            .open(&self.sealed, &self.associated()?)
            .map(Zeroizing::new)
            .map_err(|_| KeyStoreError::NotAuthentic)?;
        let mut reader = Reader(&open);
        let mut private = PrivatePart::new();
        for id in self.public.keys.keys() {
            let pkcs8 = reader.string().ok_or(KeyStoreError::PartsDisagree)?;
            private.insert(id.clone(), Zeroizing::new(pkcs8.to_vec()));
        }
        if !reader.0.is_empty() {
            return Err(KeyStoreError::PartsDisagree);
        }
        Ok(private)
    }

    /// Reads a file; what it says counts once it has been opened.
    pub(super) fn parse(bytes: &[u8]) -> Result<StoreFile, KeyStoreError> {
        let mut reader = Reader(bytes);
        if reader.take::<8>() != Some(MAGIC) {
            return Err(KeyStoreError::NotKeyStore);
        }
        let mut number = || {
            reader
                .take::<4>()
                .map(|octets| u32::from_be_bytes(*octets))
                .ok_or(KeyStoreError::Truncated)
        };
        let cost = Cost {
            memory_kib: number()?,
            passes: number()?,
            lanes: number()?,
        };
        cost.inspect()?;
        let salt = *reader.take::<SALT>().ok_or(KeyStoreError::Truncated)?;
        let length = reader.take::<4>().ok_or(KeyStoreError::Truncated)?;
        let length =
            usize::try_from(u32::from_be_bytes(*length)).map_err(|_| KeyStoreError::Truncated)?;
        let (public, sealed) = reader
            .0
            .split_at_checked(length)
            .ok_or(KeyStoreError::Truncated)?;
        if sealed.len() < crate::aead::OVERHEAD {
            return Err(KeyStoreError::Truncated);
        }
        Ok(StoreFile {
            cost,
            salt,
            public: PublicPart::parse(public)?,
            sealed: sealed.to_vec(),
        })
    }

    /// The file's octets.
    pub(super) fn encode(&self) -> Result<Vec<u8>, KeyStoreError> {
        let mut bytes = self.associated()?;
        bytes.extend_from_slice(&self.sealed);
        Ok(bytes)
    }

    /// Everything before the nonce: changed by nobody without the passphrase.
    fn associated(&self) -> Result<Vec<u8>, KeyStoreError> {
        let public = self.public.encode()?;
        let length = u32::try_from(public.len()).map_err(|_| KeyStoreError::Full)?;
        let mut out = MAGIC.to_vec();
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&public);
        Ok(out)
    }
}

impl PublicPart {
    fn encode(&self) -> Result<Vec<u8>, KeyStoreError> {
        let mut out = Vec::new();
        for key in self.keys.values() {
            out.push(match (key.device, key.former) {
                (None, _) if key.erased => ERASED_KEY,
                (None, None) => KEY,
                (Some(_), None) => KEY_IN_DEVICE,
                (None, Some(_)) => FORMER_KEY,
                (Some(_), Some(_)) => FORMER_IN_DEVICE,
            });
            string(&mut out, key.id.as_str().as_bytes())?;
            out.push(use_number(key.for_use));
            out.push(algorithm_number(key.algorithm));
            string(&mut out, key.public.spki())?;
            string(&mut out, key.seal.as_deref().unwrap_or_default().as_bytes())?;
            if let Some(Handle(octets)) = key.device {
                out.extend_from_slice(&octets);
            }
            if let Some(moment) = key.former {
                out.extend_from_slice(&moment.unix_timestamp().to_be_bytes());
            }
        }
        for ((key, person), public) in &self.releasers {
            out.push(RELEASER);
            string(&mut out, key.as_str().as_bytes())?;
            string(&mut out, person.as_bytes())?;
            string(&mut out, public.spki())?;
        }
        for ((key, person, credential), passkey) in &self.passkeys {
            out.push(PASSKEY);
            string(&mut out, key.as_str().as_bytes())?;
            string(&mut out, person.as_bytes())?;
            string(&mut out, credential)?;
            string(&mut out, passkey.party.origin().as_bytes())?;
            string(&mut out, passkey.public.spki())?;
        }
        for (seal, quorum) in &self.quorums {
            out.push(QUORUM);
            string(&mut out, seal.as_bytes())?;
            let people = quorum.people();
            let count = u8::try_from(people.len()).map_err(|_| KeyStoreError::Full)?;
            out.extend_from_slice(&[quorum.needed(), count]);
            for person in people {
                string(&mut out, person.as_bytes())?;
            }
        }
        Ok(out)
    }

    fn parse(bytes: &[u8]) -> Result<PublicPart, KeyStoreError> {
        let mut part = PublicPart::default();
        let mut reader = Reader(bytes);
        let mut record = 0;
        while !reader.0.is_empty() {
            part.record(&mut reader)
                .ok_or(KeyStoreError::Record { record })?;
            record += 1;
        }
        Ok(part)
    }

    /// Takes one record; `None` unless it comes after all before it, so that a part has one encoding.
    fn record(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        match reader.take::<1>()? {
            [kind @ (KEY | KEY_IN_DEVICE | ERASED_KEY | FORMER_KEY | FORMER_IN_DEVICE)] => {
                let id = KeyId::parse(reader.text()?)?;
                let [for_use] = *reader.take::<1>()?;
                let [algorithm] = *reader.take::<1>()?;
                let key = StoredKey {
                    id,
                    for_use: use_of(for_use)?,
                    algorithm: algorithm_of(algorithm)?,
                    public: PublicKey::parse(reader.string()?).ok()?,
                    seal: Some(reader.text()?)
                        .filter(|seal| !seal.is_empty())
                        .map(str::to_owned),
                    device: match *kind {
                        KEY_IN_DEVICE | FORMER_IN_DEVICE => Some(Handle(*reader.take()?)),
                        _ => None,
                    },
                    erased: *kind == ERASED_KEY,
                    former: match *kind {
                        FORMER_KEY | FORMER_IN_DEVICE => Some(reader.moment()?),
                        _ => None,
                    },
                };
                let follows = self
                    .keys
                    .last_key_value()
                    .is_none_or(|(id, _)| *id < key.id);
                let seal_fits = key.seal.is_some() == (key.for_use == KeyUse::Seal);
                let is_late = !self.releasers.is_empty() || self.is_past_releasers();
                if !follows || !seal_fits || is_late {
                    return None;
                }
                self.keys.insert(key.id.clone(), key);
            }
            [RELEASER] => {
                let key = KeyId::parse(reader.text()?)?;
                let name = (key, reader.text()?.to_owned());
                let public = PublicKey::parse(reader.string()?).ok()?;
                let seal = self.keys.get(&name.0)?.for_use == KeyUse::Seal;
                let last = self.releasers.last_key_value();
                let is_late = self.is_past_releasers();
                if !seal || is_late || last.is_some_and(|(last, _)| *last >= name) {
                    return None;
                }
                self.releasers.insert(name, public);
            }
            [PASSKEY] => {
                let key = KeyId::parse(reader.text()?)?;
                let person = reader.text()?.to_owned();
                let credential = reader.string()?.to_vec();
                let party = RelyingParty::of(reader.text()?)?;
                let public = PublicKey::parse(reader.string()?).ok()?;
                let seal = self.keys.get(&key)?.for_use == KeyUse::Seal;
                let name = (key, person, credential.clone());
                let last = self.passkeys.last_key_value();
                let is_late = !self.quorums.is_empty();
                if !seal || is_late || last.is_some_and(|(last, _)| *last >= name) {
                    return None;
                }
                let passkey = Passkey::new(credential, public, party).ok()?;
                self.passkeys.insert(name, passkey);
            }
            [QUORUM] => self.quorum(reader)?,
            _ => return None,
        }
        Some(())
    }

    fn is_past_releasers(&self) -> bool {
        !self.passkeys.is_empty() || !self.quorums.is_empty()
    }

    /// Takes the rest of the record of a quorum.
    fn quorum(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let seal = reader.text()?.to_owned();
        let [needed, count] = *reader.take::<2>()?;
        let mut people = BTreeSet::new();
        for _ in 0..count {
            let person = reader.text()?.to_owned();
            if people.last().is_some_and(|last| *last >= person) {
                return None;
            }
            people.insert(person);
        }
        let quorum = Quorum::new(needed, people)?;
        let last = self.quorums.last_key_value();
        if last.is_some_and(|(last, _)| *last >= seal) {
            return None;
        }
        self.quorums.insert(seal, quorum);
        Some(())
    }
}

fn string(out: &mut Vec<u8>, value: &[u8]) -> Result<(), KeyStoreError> {
    let length = u16::try_from(value.len()).map_err(|_| KeyStoreError::Full)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value);
    Ok(())
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(taken)
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(u16::from_be_bytes(*self.take::<2>()?));
        let (value, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(value)
    }

    fn moment(&mut self) -> Option<UtcDateTime> {
        let seconds = i64::from_be_bytes(*self.take::<8>()?);
        UtcDateTime::from_unix_timestamp(seconds).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }
}
