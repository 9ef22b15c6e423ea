//! A key of the service gives its place to another: all of it in one durable write.

use time::UtcDateTime;
use zeroize::Zeroizing;

use super::KeyStore;
use super::fault::KeyStoreError;
use super::file::{PrivatePart, PublicPart, StoredKey};
use crate::authorisation::{KeyId, KeyUse};
use crate::random::Random;

/// A key with its private half, taken out of the store's parts.
type Taken = (StoredKey, Zeroizing<Vec<u8>>);

impl KeyStore {
    /// Puts the key `next`, which was made and certified under that name, in the place of `id`: what is asked of `id` from now on
    /// is signed by it. The one before stays under the name `former`: it can be shown, signs nothing, and may be erased from
    /// `erased_from` on ([`KeyStore::erase_former`]).
    ///
    /// # Errors
    /// `Locked`; `UnknownKey` where one of the two is not there or was erased; `NotSuccessor` where they differ in use or way of
    /// signing, or are keys of seals, people or logs; `KeyExists` for the name `former`; as [`KeyStore::add`].
    pub fn succeed(
        &self,
        id: &KeyId,
        (next, former): (&KeyId, &KeyId),
        erased_from: UtcDateTime,
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        self.rewrite(random, |public, private| {
            if public.keys.contains_key(former) {
                return Err(KeyStoreError::KeyExists(former.clone()));
            }
            let (mut before, old) = taken(public, private, id)?;
            let (mut after, new) = taken(public, private, next)?;
            let is_same = before.for_use == after.for_use && before.algorithm == after.algorithm;
            if !is_same || !gives_place(before.for_use) {
                return Err(KeyStoreError::NotSuccessor(next.clone()));
            }
            before.id = former.clone();
            // The file counts in seconds.
            before.former = Some(erased_from.replace_nanosecond(0).unwrap_or(erased_from));
            after.id = id.clone();
            for (stored, pkcs8) in [(before, old), (after, new)] {
                private.insert(stored.id.clone(), pkcs8);
                public.keys.insert(stored.id.clone(), stored);
            }
            Ok(())
        })
    }
}

/// A seal's key has a way of its own (T-C6), a person's signs one document, and a log is known by its key.
fn gives_place(for_use: KeyUse) -> bool {
    matches!(
        for_use,
        KeyUse::Certificates
            | KeyUse::Ocsp
            | KeyUse::TimeStamps
            | KeyUse::Credentials
            | KeyUse::StatusLists
            | KeyUse::TrustBundle
    )
}

fn taken(
    public: &mut PublicPart,
    private: &mut PrivatePart,
    id: &KeyId,
) -> Result<Taken, KeyStoreError> {
    let stored = public.keys.remove(id);
    let stored = stored.filter(|key| !key.erased && key.former.is_none());
    let stored = stored.ok_or_else(|| KeyStoreError::UnknownKey(id.clone()))?;
    let pkcs8 = private.remove(id).ok_or(KeyStoreError::PartsDisagree)?;
    Ok((stored, pkcs8))
}
