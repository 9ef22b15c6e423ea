//! What an office writes besides licences, and what people sign: documents under its seals, stage documents, the evidence and
//! progress of a case, signatures of persons.
//!
//! [`documents`] takes a caller's own file into the main job of `issuance`, [`digests`] one that stays with its caller, [`stage`] one that a case has to say;
//! [`signers`] and [`signing`] are the identities of persons and what they sign, [`rounds`] what several of them sign, [`packages`] what is signed together,
//! [`pads`] what is signed once at a window, [`hashes`] what is signed from afar, [`elsewhere`] what is signed by a key that the person holds, [`handwriting`] how they write; [`evidence`] and [`progress`] show a case as
//! one file and as its applicant sees it. Nothing of the main job knows of them.

pub mod digests;
pub mod documents;
pub mod elsewhere;
pub mod envelopes;
pub mod evidence;
mod flat;
pub mod handwriting;
pub mod hashes;
mod kinds;
mod own_key;
pub mod packages;
pub mod pads;
pub mod progress;
mod resting;
pub mod rounds;
pub mod signers;
pub mod signing;
pub mod stage;
mod strokes;
mod waits;
