//! What a licence is: fields, numbers, holders, validity, and its life as a pure state machine.
//!
//! [`IssueRequest`] is what travels; [`admit`] makes an [`Admitted`] of it, which exists in no
//! other way. [`LicenceContent`] is the data of one version and gives the canonical bytes whose
//! SHA-256 is the content digest. [`Life`] is what happened to a version, and answers what it is
//! at a moment.

mod admit;
mod content;
mod holder;
mod identifier;
mod json;
mod number;
mod reference;
mod status;

pub mod field;
pub mod life;
pub mod paper;
pub mod parts;
pub mod relation;
pub mod request;
pub mod restriction;
pub mod sealing;

pub mod transition;
pub mod validity;
pub mod versions;

pub use admit::{Admitted, Decision, Defect, Fault, NotAdmitted, admit};
pub use content::{ContentError, LicenceContent, ReadTemplate, Salt, TemplateRef};
pub use holder::{Holder, HolderCode, ReadHolder};
pub use identifier::{Identifier, ReadIdentifier, SerialText, Version, check_character};
pub use json::CanonicalError;
pub use life::{Event, Life, Refused};
pub use number::{LicenceNumber, ReadNumber};
pub use request::IssueRequest;
pub use status::{Phase, Status};
pub use validity::ValidTo;
