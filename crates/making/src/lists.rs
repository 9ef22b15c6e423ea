//! Seals asked for at once: a list that is looked through line by line before anything is written, handed in whole, examined, granted by a
//! second person and made, each time over the digest of the whole list.
//!
//! A list is a name for applications and the people's words on all of them. Each seal goes the way that one alone goes, by the table of
//! [`seal::life`], under the words that were given on the list; what is broken off in the middle goes on with what is left, and nothing is
//! made twice: a line is taken up where its seal stands.

mod carry;
mod check;
mod order;
mod refused;
mod told;
mod word;

pub use carry::{hand_in, resume};
pub use check::{Checked, Look, check};
pub use order::{LineOrder, ListOrder, MAX_LINES};
pub use told::{LineTold, ListTold, find};
pub use word::{Word, say};
