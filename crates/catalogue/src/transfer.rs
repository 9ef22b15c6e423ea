//! Powers by date: transfers from body to body, power lists, and how the scope of a seal follows
//! them (R2, domain.md 4.2).

use std::collections::BTreeSet;

use time::Date;

use crate::civil::Days;
use crate::key::{DepartmentKey, MatterCode, TransferKey};
use crate::scope::SealKind;

/// A transfer (划转) of powers from one body to another on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its key.
    pub key: TransferKey,
    /// Who decided before.
    pub from: DepartmentKey,
    /// Who decides from the day on.
    pub to: DepartmentKey,
    /// For which matters.
    pub matters: BTreeSet<MatterCode>,
    /// First day of the new power; the old one stops on the same day (R2).
    pub on: Date,
    /// What moves it.
    pub legal_basis: String,
}

/// A power in the list (权力清单) that a body has published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPower {
    /// The law that gives it.
    pub legal_basis: String,
    /// On which days it is held; it ends when the power is cancelled.
    pub days: Days,
}

/// Who decides a matter from a day on, and with which seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding<'a> {
    /// The body.
    pub body: &'a DepartmentKey,
    /// First day; [`Date::MIN`] before the catalogue's memory.
    pub from: Date,
    /// The seal that stands on results.
    pub seal: SealKind,
    /// The transfer that gave it, if it is kept.
    pub by: Option<&'a TransferKey>,
}

/// A version of a seal's scope, with the ground of the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeVersion {
    /// From 1.
    pub version: u32,
    /// First day.
    pub from: Date,
    /// Matters that came in on that day.
    pub gained: BTreeSet<MatterCode>,
    /// Matters that went out on that day.
    pub lost: BTreeSet<MatterCode>,
    /// Why.
    pub grounds: BTreeSet<ScopeGround>,
}

/// Why the scope of a seal changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScopeGround {
    /// It began, with the powers of its body.
    Begun,
    /// A transfer that the catalogue knows by the matter's entry alone.
    Entry,
    /// This transfer.
    Transfer(TransferKey),
    /// The matter was abolished: the power is cancelled.
    Abolished,
}
