//! What may be done at all: matters, licence types, seal scopes and who holds which power.
//!
//! A [`Catalogue`] is data. It is made by [`Catalogue::import`] from the published files, all or
//! nothing, and then answers questions: may this seal stand on this document for this matter
//! today ([`Catalogue::may_seal`]), may this body issue this type ([`Catalogue::may_issue`]),
//! suspend it, end it. An answer is either a value that proves the power (it can be made in no
//! other way) or a [`Refusal`] that names the rule.
//!
//! Civil dates become moments in one place, [`Zone`].

pub mod asking;
mod calendar;
mod civil;
mod code;
pub mod department;
mod holdings;
mod import;
pub mod kind;
mod lending;
pub mod life;
pub mod matter;
mod movement;
mod power;
mod refusal;
pub mod report;
pub mod scope;
pub mod transfer;
pub mod validity;

pub mod key;
pub mod wire;

pub use calendar::Calendar;
pub use civil::{Days, Period, ReadZone, Zone};
pub use code::{CitizenNumber, OrganisationCode, ReadCode};
pub use department::Department;
pub use holdings::Catalogue;
pub use import::{Defect, Fault, ImportError, Sources};
pub use kind::{Ending, FieldKind, HolderKind, LicenceType, Sensitivity};
pub use power::{EndingPower, IssuePower, SealGrounds, SealUse, SuspensionPower};
pub use refusal::{Refusal, Rule};
pub use scope::{DocumentPurpose, SealKind, SealScope};
