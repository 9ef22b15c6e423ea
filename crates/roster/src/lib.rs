//! The roster: persons who sign in an office.
//!
//! Books of the registry beside `rolls`: their identities and what each signed ([`signers`]), how they write ([`handwriting`]), documents
//! that several of them sign ([`rounds`]), pages on which one signs who was asked to ([`pads`]), by which power one signs for another
//! ([`mandates`]), and what users authorised for remote signing ([`activations`]).

pub mod activations;
pub mod handwriting;
pub mod mandates;
pub mod pads;
pub mod rounds;
pub mod signers;
