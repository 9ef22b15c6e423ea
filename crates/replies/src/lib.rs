//! What the service answers with, and how strictly it reads: a problem document for each failure of the rooms below,
//! JSON ([`json`]), days ([`day`]), keys of requests ([`once`]).

pub mod account_problems;
mod active;
pub mod day;
pub mod denied;
mod inside;
pub mod json;
pub mod lives_problems;
pub mod once;
pub mod pad_problems;
pub mod problems;
pub mod seal_problems;
