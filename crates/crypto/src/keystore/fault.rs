//! Why a key store was not opened, unlocked or changed.

use std::io;

use thiserror::Error;

use crate::authorisation::KeyId;
use crate::device::Fault;
use crate::signer::ReadPrivateKey;

/// Why a key store was not opened, unlocked or changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// The file system refused.
    #[error("the key store's file could not be {act}: {kind}")]
    File {
        /// What was tried: `opened`, `read`, `written`, `written over`, `synced`, `put in place`.
        act: &'static str,
        /// How it was refused.
        kind: io::ErrorKind,
    },
    /// There is a file already.
    #[error("there is a file already")]
    Exists,
    /// Not a plain file.
    #[error("the key store is not a plain file")]
    NotPlainFile,
    /// Others than the owner have rights on the file (T-K1).
    #[error("the key store's file has mode {mode:04o}; it must be 0600 or narrower")]
    ModeTooWide {
        /// The lower twelve bits of the file's mode.
        mode: u32,
    },
    /// Larger than any key store of ours.
    #[error("the key store's file is too large")]
    TooLarge,
    /// Another kind of file, or another version of this kind.
    #[error("not a key store of this version")]
    NotKeyStore,
    /// The file ends early, or is longer than its parts.
    #[error("the key store's file is cut off or too long")]
    Truncated,
    /// The passphrase costs a guesser less than is asked for.
    #[error("the key store's passphrase is cheaper to guess than allowed")]
    CostTooLow,
    /// The passphrase costs more than this process is ready to spend, or no algorithm has such a cost.
    #[error("the key store's cost is out of range")]
    CostOutOfRange,
    /// A record of the public part is not as written here.
    #[error("record {record} of the key store's public part is malformed")]
    Record {
        /// Which one, from 0.
        record: usize,
    },
    /// The passphrase is another one, or the file was changed: one cannot be told from the other.
    #[error("the passphrase is wrong, or the key store's file was changed")]
    NotAuthentic,
    /// The private part does not hold one key for each key of the public part.
    #[error("private and public part of the key store do not belong together")]
    PartsDisagree,
    /// A private key does not have the public half that the public part shows.
    #[error("the private key of {0} has another public half")]
    PublicDiffers(KeyId),
    /// The store is locked.
    #[error("the key store is locked")]
    Locked,
    /// The file is not the one that was opened: another process wrote it.
    #[error("the key store's file was changed since it was opened")]
    ChangedOnDisk,
    /// A key of this name is there.
    #[error("there is a key {0} already")]
    KeyExists(KeyId),
    /// No key of this name.
    #[error("there is no key {0}")]
    UnknownKey(KeyId),
    /// A private key is refused.
    #[error("the private key of {key} is refused")]
    PrivateKey {
        /// Name of the key.
        key: KeyId,
        /// Why.
        #[source]
        source: ReadPrivateKey,
    },
    /// The device did not make a key.
    #[error("the key {key} was not made in the device")]
    Device {
        /// Name of the key.
        key: KeyId,
        /// Why.
        #[source]
        source: Fault,
    },
    /// A seal's key without a seal code, or a seal code for another use.
    #[error("key {0} has no seal code, or has one and is no seal's")]
    SealCode(KeyId),
    /// Releasers are enrolled for seals alone.
    #[error("key {0} is not a seal's")]
    NotSeal(KeyId),
    /// Keys of persons alone are destroyed at once.
    #[error("key {0} is not a person's")]
    NotPerson(KeyId),
    /// Of another use or kind, or of a use whose keys give their places to none.
    #[error("key {0} cannot come in the place of the other")]
    NotSuccessor(KeyId),
    /// A key in whose place none came is not erased by its name.
    #[error("key {0} is in use")]
    InUse(KeyId),
    /// T-S9: it is kept for a time after another came in its place.
    #[error("key {0} may not be erased yet")]
    NotYet(KeyId),
    /// Fewer than two people, more than sixteen, or fewer than have to.
    #[error("so many of these people cannot release a seal together")]
    Quorum,
    /// A name of a person that is empty or too long.
    #[error("the name of the person is empty or too long")]
    Person,
    /// The key is enrolled for somebody else: one key is one person (R3).
    #[error("the key is another person's")]
    KeyOfAnother,
    /// The person is not enrolled for this seal.
    #[error("the person is not enrolled for this seal")]
    NotEnrolled,
    /// No passphrase.
    #[error("the passphrase is empty")]
    PassphraseEmpty,
    /// More keys and releasers than a file holds.
    #[error("the key store is full")]
    Full,
    /// No randomness.
    #[error("no randomness can be had")]
    NoRandomness,
}

impl KeyStoreError {
    /// The file system's refusal while doing `act`.
    pub(super) fn file(act: &'static str) -> impl Fn(io::Error) -> KeyStoreError {
        move |error| KeyStoreError::File {
            act,
            kind: error.kind(),
        }
    }
}
