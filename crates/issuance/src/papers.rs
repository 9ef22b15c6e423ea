//! What an office writes besides licences, and what people sign: documents under its seals, stage documents, notices,
//! signatures of persons.

pub mod documents;
pub mod evidence;
pub mod notices;
pub mod progress;
pub mod signers;
pub mod signing;
pub mod stage;
