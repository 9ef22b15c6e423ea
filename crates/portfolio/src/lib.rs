//! The files of an office as a portfolio: until when each can be proven, what is due, and one evidence record that renews
//! all of it (RFC 4998).
//!
//! [`survey`] goes over every recorded file and reads on what its proof rests ([`life`]); [`Renewal::lay`] puts what is due
//! under one root, and [`Renewal::finish`] takes a time-stamp over it, by the office's own unit ([`Renewal::stamp`]) or one
//! from outside, and keeps a record for each file on a [`Shelf`]. No file changes. Whoever takes a file out takes its record
//! with it, and needs nothing else: what a record wants before it is proof by itself ([`Wants`]) it is given in the rounds that follow.
//! [`run`] is all of this as an operator asks for it, [`round`] as the service's upkeep does; [`found`] is what it found last.

mod alone;
mod proof;
mod renewing;
mod run;
mod shelf;
mod standing;
mod survey;
mod upkeep;

pub use alone::Wants;
pub use proof::{Unproven, life};
pub use renewing::{By, Done, RenewError, Renewal};
pub use run::{Report, RunError, Way, run};
pub use shelf::{Shelf, ShelfError};
pub use standing::{Due, Standing};
pub use survey::{Kept, Survey, SurveyError, survey};
pub use upkeep::{Found, found, round};
