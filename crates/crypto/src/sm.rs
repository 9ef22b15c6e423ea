//! What the Chinese national algorithms have beside signatures and digests.
//!
//! SM2 signatures are [`crate::SignatureAlgorithm::Sm2Sm3`], SM3 is [`crate::DigestAlgorithm::Sm3`]: values like any other.

mod block;
pub(crate) mod check;
mod enveloped;
mod keyed;
mod sealed;
pub(crate) mod signature;
mod sliced;

pub use self::block::Sm4Key;
pub use self::enveloped::{envelop, take_out};
pub use self::keyed::hmac_sm3;
pub use self::sealed::{MAX_SEALED, SealedError, open, seal};
