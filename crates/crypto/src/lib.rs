//! Algorithms behind two words, sign and check; keys at rest; randomness.
//!
//! The only crate that names the package behind the algorithms. An algorithm is a value here, never
//! a second implementation of a protocol (D5): what comes later (devices) adds variants.

pub mod aead;
mod authorisation;
pub mod device;
mod device_fault;
mod digest;
mod documents;
#[cfg(unix)]
mod keystore;
mod listing;
mod long;
pub mod mac;
mod prehashed;
mod public_key;
mod random;
mod rehearsal;
pub mod sign_in;
mod signature;
mod signer;
pub mod sm;
mod spki;
mod statement;

pub use authorisation::{Authorisation, Consent, KeyId, KeyUse, Release};
pub use digest::{Digest, DigestAlgorithm, Hasher, sha256};
#[cfg(unix)]
pub use keystore::{Cost, KeyStore, KeyStoreError, NewKey, Releaser, StoredKey};
pub use listing::Listing;
pub use public_key::{CheckSignature, KeyAlgorithm, PublicKey, ReadKey};
pub use random::{Random, RandomUnavailable, SeededRandom, SystemRandom};
pub use signature::{Signature, SignatureAlgorithm, WrongForm};
pub use signer::{
    Input, ReadPrivateKey, SignError, Signer, SoftwareSigner, ThrowAway, generate_pkcs8,
};
pub use statement::ReleaseStatement;
