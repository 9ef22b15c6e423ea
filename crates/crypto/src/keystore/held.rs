//! Keys on their way into the store, and the signers behind them once it is unlocked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use zeroize::Zeroizing;

use super::fault::KeyStoreError;
use super::file::{PrivatePart, PublicPart, StoredKey};
use crate::authorisation::{KeyId, KeyUse};
use crate::device::{Device, DeviceSigner, Fault, Handle, Order, algorithm_of};
use crate::public_key::KeyAlgorithm;
use crate::random::Random;
use crate::signature::SignatureAlgorithm;
use crate::signer::{ReadPrivateKey, Signer, SoftwareSigner, generate_pkcs8, scrub};

/// A key that is to be kept.
#[derive(Clone)]
pub struct NewKey<'a> {
    /// Its name.
    pub id: KeyId,
    /// What it is for.
    pub for_use: KeyUse,
    /// How it signs; the usual way of its kind where none is named.
    pub algorithm: Option<SignatureAlgorithm>,
    /// The private key, PKCS#8.
    pub pkcs8: &'a [u8],
    /// Code of the seal for [`KeyUse::Seal`]; the name without `seal-` where none is named.
    pub seal: Option<&'a str>,
}

impl std::fmt::Debug for NewKey<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("NewKey")
            .field("id", &self.id)
            .field("for_use", &self.for_use)
            .finish_non_exhaustive()
    }
}

/// Signers by name.
pub(super) type Signers = BTreeMap<KeyId, Arc<dyn Signer>>;

/// The device of a store, and what it is not asked for.
#[derive(Debug)]
pub(super) struct Custody {
    pub(super) device: Arc<dyn Device>,
    /// Kinds of keys that are kept in the file all the same.
    pub(super) in_file: Vec<KeyAlgorithm>,
}

/// A key with its private half, PKCS#8; nothing where that is in a device.
pub(super) struct Incoming {
    pub(super) stored: StoredKey,
    pub(super) pkcs8: Zeroizing<Vec<u8>>,
}

impl NewKey<'_> {
    /// The key, if private key, use and seal code go together.
    pub(super) fn inspect(&self) -> Result<Incoming, KeyStoreError> {
        let signer = read_signer(&self.id, self.pkcs8, self.algorithm)?;
        Ok(Incoming {
            stored: StoredKey {
                id: self.id.clone(),
                for_use: self.for_use,
                algorithm: signer.algorithm(),
                public: signer.public_key().clone(),
                seal: seal_code(&self.id, self.for_use, self.seal)?,
                device: None,
                erased: false,
                former: None,
            },
            pkcs8: self.pkcs8.to_vec().into(),
        })
    }
}

/// Whether the device answers that keys need, if any does.
pub(super) fn answers(
    custody: Option<&Custody>,
    needed: impl FnOnce() -> bool,
    now: Instant,
) -> Result<(), Fault> {
    match custody {
        Some(custody) => custody.device.answers(now),
        None if needed() => Err(Fault::NotConfigured),
        None => Ok(()),
    }
}

/// Makes a key where the store keeps keys of its kind.
pub(super) fn made(
    order: &Order<'_>,
    custody: Option<&Custody>,
    random: &dyn Random,
) -> Result<Incoming, KeyStoreError> {
    let refused = |source| KeyStoreError::PrivateKey {
        key: order.id.clone(),
        source,
    };
    let Some(custody) = custody.filter(|custody| !custody.in_file.contains(&order.kind)) else {
        let pkcs8 = generate_pkcs8(order.kind, random).map_err(refused)?;
        return NewKey {
            id: order.id.clone(),
            for_use: order.for_use,
            algorithm: order.algorithm,
            pkcs8: &pkcs8,
            seal: order.seal,
        }
        .inspect();
    };
    let algorithm = algorithm_of(order.kind, order.algorithm);
    let algorithm = algorithm.ok_or_else(|| refused(ReadPrivateKey::WrongAlgorithm))?;
    let seal = seal_code(&order.id, order.for_use, order.seal)?;
    let handle = Handle::fresh(random).map_err(|_| KeyStoreError::NoRandomness)?;
    let public = custody.device.make(handle, &order.id, order.kind);
    let public = public.map_err(|source| KeyStoreError::Device {
        key: order.id.clone(),
        source,
    })?;
    Ok(Incoming {
        stored: StoredKey {
            id: order.id.clone(),
            for_use: order.for_use,
            algorithm,
            public,
            seal,
            device: Some(handle),
            erased: false,
            former: None,
        },
        pkcs8: Zeroizing::default(),
    })
}

/// The seal's code, if use and code go together.
fn seal_code(
    id: &KeyId,
    for_use: KeyUse,
    seal: Option<&str>,
) -> Result<Option<String>, KeyStoreError> {
    let code = match (for_use, seal) {
        (KeyUse::Seal, Some(code)) => Some(code),
        (KeyUse::Seal, None) => id.as_str().strip_prefix("seal-"),
        (_, None) => return Ok(None),
        (_, Some(_)) => None,
    };
    match code {
        Some(code) if !code.is_empty() => Ok(Some(code.to_owned())),
        _ => Err(KeyStoreError::SealCode(id.clone())),
    }
}

/// Signers for all keys; those at hand are kept, unless another key stands under their name now.
pub(super) fn signers_of(
    public: &PublicPart,
    private: &PrivatePart,
    at_hand: &Signers,
    custody: Option<&Custody>,
) -> Result<Signers, KeyStoreError> {
    let mut signers = Signers::new();
    for (id, stored) in &public.keys {
        let pkcs8 = private.get(id).ok_or(KeyStoreError::PartsDisagree)?;
        if pkcs8.is_empty() != (stored.device.is_some() || stored.erased) {
            return Err(KeyStoreError::PartsDisagree);
        }
        // What gave its place to another signs nothing any more, whoever asks for it by its name.
        if stored.erased || stored.former.is_some() {
            continue;
        }
        let signer: Arc<dyn Signer> = match (at_hand.get(id), stored.device) {
            (Some(signer), _) if *signer.public_key() == stored.public => Arc::clone(signer),
            (_, Some(handle)) => Arc::new(DeviceSigner {
                device: custody.map(|custody| Arc::clone(&custody.device)),
                handle,
                public: stored.public.clone(),
                algorithm: stored.algorithm,
            }),
            // A person's key is asked for digests, too (CSC API 2.1, signatures/signHash); no other one is.
            (_, None) if stored.for_use == KeyUse::Person => {
                let signer = SoftwareSigner::shared_for_digests(pkcs8, Some(stored.algorithm));
                read(id, signer)?
            }
            (_, None) => read_signer(id, pkcs8, Some(stored.algorithm))?,
        };
        if *signer.public_key() != stored.public {
            return Err(KeyStoreError::PublicDiffers(id.clone()));
        }
        signers.insert(id.clone(), signer);
    }
    Ok(signers)
}

fn read_signer(
    id: &KeyId,
    pkcs8: &[u8],
    algorithm: Option<SignatureAlgorithm>,
) -> Result<Arc<SoftwareSigner>, KeyStoreError> {
    read(id, SoftwareSigner::shared(pkcs8, algorithm))
}

fn read(
    id: &KeyId,
    signer: Result<Arc<SoftwareSigner>, ReadPrivateKey>,
) -> Result<Arc<SoftwareSigner>, KeyStoreError> {
    scrub();
    signer.map_err(|source| KeyStoreError::PrivateKey {
        key: id.clone(),
        source,
    })
}
