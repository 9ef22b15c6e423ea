//! How an object stands on the disk: a head with its wrapped key, then chunks that open one by one.
//!
//! # Shape
//! `YXO1` ‖ number of the wrapping key (4 octets, big-endian) ‖ wrapped key (60) ‖ chunks.
//! A chunk is nonce ‖ ciphertext of at most [`CHUNK`] octets ‖ tag. Only the last may be shorter, and
//! there always is a last one. Name, position and *last* are authenticated with each chunk, so that
//! chunks cannot be left out, exchanged or moved to another object, and an end cannot be cut off.

use crypto::aead::OVERHEAD;

use crate::name::ObjectId;
use crate::wrapping::WRAPPED;

/// Octets of an object that are sealed together, and so the memory that reading takes.
pub const CHUNK: usize = 64 * 1024;
/// Octets of the largest object.
pub const MAX_OBJECT: u64 = 4 * 1024 * 1024 * 1024;

/// First octets of every object.
pub(crate) const MAGIC: &[u8; 4] = b"YXO1";
/// Octets before the first chunk.
pub(crate) const HEAD: usize = MAGIC.len() + 4 + WRAPPED;
/// Octets of a full chunk as stored.
pub(crate) const SEALED: u64 = (CHUNK + OVERHEAD) as u64;

/// Whether more follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// More chunks follow.
    Inner,
    /// The object ends here.
    Last,
}

/// What is authenticated with chunk `number` of `id`.
pub(crate) fn associated(id: &ObjectId, number: u64, place: Place) -> [u8; 25] {
    let mut data = [0; 25];
    let parts = id
        .octets()
        .iter()
        .copied()
        .chain(number.to_be_bytes())
        .chain([u8::from(place == Place::Last)]);
    for (to, from) in data.iter_mut().zip(parts) {
        *to = from;
    }
    data
}

/// Chunks and open octets of an object whose file has `stored` octets; `None` for a length that no
/// object has.
pub(crate) fn extent(stored: u64) -> Option<(u64, u64)> {
    let body = stored.checked_sub(HEAD as u64)?;
    let chunks = body.div_ceil(SEALED);
    let open = body.checked_sub(chunks.checked_mul(OVERHEAD as u64)?)?;
    // A last chunk shorter than its own overhead cannot be; nor can an object without a chunk.
    let last = body.checked_sub(chunks.checked_sub(1)?.checked_mul(SEALED)?)?;
    (last >= OVERHEAD as u64).then_some((chunks, open))
}
