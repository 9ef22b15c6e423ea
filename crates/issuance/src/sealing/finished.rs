//! What a file is finished with.

use crypto::{Digest, Signature};

use crate::stamps::Open;

/// What a file is finished with.
pub(super) struct Signed<'a> {
    pub(super) signature: &'a Signature,
    /// The time-stamp, where the level has one.
    pub(super) stamp: Option<Open>,
    pub(super) receipt: &'a str,
}

/// A digest of 32 octets as it is.
pub(super) fn digest_of(digest: &Digest) -> [u8; 32] {
    let mut octets = [0; 32];
    for (to, from) in octets.iter_mut().zip(digest.bytes()) {
        *to = *from;
    }
    octets
}
