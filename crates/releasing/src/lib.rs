//! What a release of a seal has to pass besides naming exactly its use: a book of the registry beside `rolls`, asked in the facts that
//! take a release.
//!
//! How often a seal and a person may (T-S7) is counted in [`tally`]; the first time is an alarm, the second a stop, which two people
//! lift ([`Stops`]). Some seals are released by several people together (T-S1,
//! [`approvals`], [`Quorums`]), some may be used on content that nobody here has seen (T-S5, [`unseen`]). Whether a passkey's counter goes on is asked in [`passkey`].

mod alarm;
mod alarms;
mod algorithm;
pub mod approvals;
pub mod kept;
mod limits;
pub mod listed;
pub mod passkey;
mod quorums;
mod standing;
mod stops;
pub mod tally;
pub mod unseen;

pub use alarms::{AlarmRow, Alarms, CloseRefused, Closing};
pub use limits::{Hours, Limits, Terms};
pub use quorums::{QuorumWord, Quorums, SoFar};
pub use standing::{About, Over, Use};
pub use stops::{Lift, LiftRefused, LimitWord, SealLimits, Stop, Stops};
pub use unseen::{Unseen, UnseenWord};
