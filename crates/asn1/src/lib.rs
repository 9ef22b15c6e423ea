//! Reading and writing DER, and reading BER where CMS allows it: the one reader and writer of this crate.
//!
//! A [`Reader`] hands out [`Element`]s that borrow from the input and keep their original octets, so
//! that what was signed is never encoded again. Limits are those of the threat model, T-I6.

mod canonical;
mod error;
mod moment;
mod oid;
mod read;
mod tag;
pub mod write;

pub use canonical::inspect_der;
pub use error::ReadAsn1;
pub use oid::Oid;
pub use read::{Element, Fraction, MAX_DEPTH, MAX_INDEFINITE, MAX_INTEGER, Reader, Rules};
pub use tag::Tag;
