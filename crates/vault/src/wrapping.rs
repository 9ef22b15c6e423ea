//! The key under which each object's own key is wrapped, by number, with those it replaced.

use std::collections::BTreeMap;

use crypto::Random;
use crypto::aead::{AeadKey, OVERHEAD};

use crate::fault::ObjectError;
use crate::name::ObjectId;

/// Octets of a wrapped key.
pub(crate) const WRAPPED: usize = 32 + OVERHEAD;

/// Wrapping keys by number. New objects use the current one, old objects open under theirs, so that
/// a key is replaced without down time (T-P5).
#[derive(Debug)]
pub struct Wrapping {
    current: u32,
    keys: BTreeMap<u32, AeadKey>,
}

impl Wrapping {
    /// One key and its number.
    #[must_use]
    pub fn new(number: u32, key: AeadKey) -> Wrapping {
        Wrapping {
            current: number,
            keys: BTreeMap::from([(number, key)]),
        }
    }

    /// The same with a key that was current once.
    #[must_use]
    pub fn with_former(mut self, number: u32, key: AeadKey) -> Wrapping {
        self.keys.entry(number).or_insert(key);
        self
    }

    /// The number of the key that wraps.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.current
    }

    /// The wrapped key of `id` under the current key instead of under key `number`.
    pub(crate) fn rewrap(
        &self,
        id: &ObjectId,
        (number, wrapped): (u32, &[u8]),
        random: &dyn Random,
    ) -> Result<Vec<u8>, ObjectError> {
        let key = self.unwrap(id, number, wrapped)?;
        let unknown = ObjectError::UnknownKey(self.current);
        let wrapping = self.keys.get(&self.current).ok_or(unknown)?;
        Ok(wrapping.seal(key.expose(), &bound_to(id), random)?)
    }

    /// A fresh key for `id`: the key, the number of the key that wraps it, and it wrapped.
    pub(crate) fn fresh(
        &self,
        id: &ObjectId,
        random: &dyn Random,
    ) -> Result<(AeadKey, u32, Vec<u8>), ObjectError> {
        let wrapping = self
            .keys
            .get(&self.current)
            .ok_or(ObjectError::UnknownKey(self.current))?;
        let key = AeadKey::generate(random)?;
        let wrapped = wrapping.seal(key.expose(), &bound_to(id), random)?;
        Ok((key, self.current, wrapped))
    }

    /// The key of `id` from its wrapped form.
    pub(crate) fn unwrap(
        &self,
        id: &ObjectId,
        number: u32,
        wrapped: &[u8],
    ) -> Result<AeadKey, ObjectError> {
        let wrapping = self
            .keys
            .get(&number)
            .ok_or(ObjectError::UnknownKey(number))?;
        let open = zeroize::Zeroizing::new(
            wrapping
                .open(wrapped, &bound_to(id))
                .map_err(|_| ObjectError::Altered(*id))?,
        );
        let key: [u8; 32] = open
            .as_slice()
            .try_into()
            .map_err(|_| ObjectError::Altered(*id))?;
        Ok(AeadKey::new(key))
    }
}

/// A wrapped key moved to another object does not open.
fn bound_to(id: &ObjectId) -> Vec<u8> {
    let mut associated = b"object key ".to_vec();
    associated.extend(id.octets());
    associated
}
