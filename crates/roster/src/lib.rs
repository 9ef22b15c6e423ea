//! The roster: persons who sign in an office.
//!
//! Books of the registry beside `rolls`: their identities and what each signed ([`signers`]), how they write ([`handwriting`]), and documents
//! that several of them sign ([`rounds`]).

pub mod handwriting;
pub mod rounds;
pub mod signers;
