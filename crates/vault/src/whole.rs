//! An object sealed at once, as it stands in a file or in a pack.

use crypto::Random;
use crypto::aead::OVERHEAD;

use crate::fault::ObjectError;
use crate::form::{CHUNK, HEAD, MAGIC, Place, associated};
use crate::name::ObjectId;
use crate::wrapping::Wrapping;

/// Octets of an object of `open` octets, as stored.
pub(crate) fn sealed_length(open: usize) -> u64 {
    let chunks = open.div_ceil(CHUNK).max(1);
    (HEAD + open + chunks * OVERHEAD) as u64
}

/// Writes the object of this name, under a key of its own, behind what `object` holds.
pub(crate) fn seal(
    object: &mut Vec<u8>,
    id: &ObjectId,
    bytes: &[u8],
    wrapping: &Wrapping,
    random: &dyn Random,
) -> Result<(), ObjectError> {
    let (key, number, wrapped) = wrapping.fresh(id, random)?;
    object.extend_from_slice(MAGIC);
    object.extend_from_slice(&number.to_be_bytes());
    object.extend_from_slice(&wrapped);
    let last = bytes.len().div_ceil(CHUNK).saturating_sub(1);
    let empty: [&[u8]; 1] = [b""];
    let chunks = bytes
        .chunks(CHUNK)
        .chain(empty.into_iter().filter(|_| bytes.is_empty()));
    for (number, chunk) in (0_u64..).zip(chunks) {
        let is_last = number == last as u64;
        let place = if is_last { Place::Last } else { Place::Inner };
        key.seal_behind(object, chunk, &associated(id, number, place), random)?;
    }
    Ok(())
}
