//! Status lists, compact signed tokens and the printed code: prepare, finish, parse, check.
//!
//! Everything here is bytes and plain values. Builders have two ends: `prepare` gives the exact bytes to be
//! signed, `finish` takes the signature. Readers refuse first and explain why: limits, one encoding, an
//! algorithm that the key fixes. Whether the signer is trusted is path validation's to say; what follows
//! from a status or from an expiry is `verify`'s.

mod algorithm;
mod base45;
mod cbor;
mod cose;
mod deflate;
mod handle;
mod json;
mod jws;
mod lc1;
mod modules;
mod permutation;
mod status;

pub use algorithm::{CheckToken, check_jose, jose_algorithm, jose_name, to_wire};
pub use cbor::ReadCbor;
pub use cose::ReadCose;
pub use deflate::Inflate;
pub use handle::{Handle, ReadHandle};
pub use json::{MAX_DEPTH, ReadJson, inspect as inspect_json};
pub use jws::{Draft as JwsDraft, Jws, MAX_TOKEN, Prepared as PreparedJws, ReadJws};
pub use lc1::{
    Lc1, Lc1Claims, LicenceClaims, MAX_TEXT as MAX_LC1_TEXT, PREFIX as LC1_PREFIX, PrepareLc1,
    PreparedLc1, ReadLc1, StatusReference, key_id,
};
pub use modules::{Modules, PrintLevel, TooMuchText};
pub use permutation::Permutation;
pub use status::{
    MAX_STATUS_TOKEN, PrepareStatus, PreparedStatus, ReadStatus, StatusClaims, StatusList,
    StatusToken, StatusValue,
};
