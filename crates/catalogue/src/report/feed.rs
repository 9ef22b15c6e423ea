//! The change feed: what differs between two states of one catalogue, and whether the later one
//! may follow the earlier one at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use crate::holdings::Catalogue;
use crate::key::MatterCode;
use crate::life::MATTER_STEPS;
use crate::matter::{Matter, MatterStatus};

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A version of a matter.
    Matter(MatterCode, u32),
    /// Anything else, by what it is and its key.
    Entry(EntryKind, String),
}

/// The kinds of entry beside matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EntryKind {
    /// A department.
    Department,
    /// A licence type.
    LicenceType,
    /// The scope of a seal.
    Seal,
    /// A delegation.
    Delegation,
    /// A transfer of powers.
    Transfer,
    /// A power list, by its body.
    PowerList,
    /// The calendar of a region.
    Calendar,
    /// A cancelled document, by its name.
    CancelledDocument,
}

impl EntryKind {
    /// The stable code, such as `licence-type`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::LicenceType => "licence-type",
            Self::Seal => "seal",
            Self::Delegation => "delegation",
            Self::Transfer => "transfer",
            Self::PowerList => "power-list",
            Self::Calendar => "calendar",
            Self::CancelledDocument => "cancelled-document",
        }
    }
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It came in.
    Added,
    /// It is different.
    Changed,
    /// It went away.
    Removed,
    /// Only its status moved.
    Status(MatterStatus, MatterStatus),
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Of what.
    pub subject: Subject,
    /// How.
    pub turn: Turn,
}

/// Why a later state may not follow an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// Published versions never change (domain.md 4.5): a new version is needed.
    #[error("version {version} of matter {matter} was published and would change")]
    Rewritten {
        /// The matter.
        matter: MatterCode,
        /// The version.
        version: u32,
    },
    /// Published versions do not go away: they are abolished.
    #[error("version {version} of matter {matter} was published and would be gone")]
    Gone {
        /// The matter.
        matter: MatterCode,
        /// The version.
        version: u32,
    },
    /// The table of a matter's life has no such way.
    #[error("matter {matter} does not go from {} to {}", from.code(), to.code())]
    Step {
        /// The matter.
        matter: MatterCode,
        /// Its status before.
        from: MatterStatus,
        /// Its status after.
        to: MatterStatus,
    },
}

impl Breach {
    /// The stable code, such as `catalogue.published-rewritten`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rewritten { .. } => "catalogue.published-rewritten",
            Self::Gone { .. } => "catalogue.published-gone",
            Self::Step { .. } => "catalogue.matter-step",
        }
    }
}

impl Turn {
    /// The stable code, such as `added`; a status has the code of the new one.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Status(_, now) => now.code(),
        }
    }
}

impl Catalogue {
    /// What is different in `later`, in the order of subjects.
    #[must_use]
    pub fn changes_to(&self, later: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        self.matters_to(later, &mut changes);
        let found = &mut changes;
        let (one, other) = (self, later);
        entries(
            EntryKind::Department,
            (&one.departments, &other.departments),
            found,
        );
        entries(EntryKind::LicenceType, (&one.types, &other.types), found);
        entries(EntryKind::Seal, (&one.seals, &other.seals), found);
        entries(
            EntryKind::Delegation,
            (&one.delegations, &other.delegations),
            found,
        );
        entries(
            EntryKind::Transfer,
            (&one.transfers, &other.transfers),
            found,
        );
        entries(
            EntryKind::PowerList,
            (&one.power_lists, &other.power_lists),
            found,
        );
        entries(
            EntryKind::Calendar,
            (&one.calendars, &other.calendars),
            found,
        );
        entries(
            EntryKind::CancelledDocument,
            (&one.cancelled, &other.cancelled),
            found,
        );
        changes.sort();
        changes
    }

    fn matters_to(&self, later: &Self, changes: &mut Vec<Change>) {
        for (earlier, now) in pairs(self, later) {
            let turn = match (earlier, now) {
                (Some(earlier), Some(now)) if earlier == now => continue,
                (Some(earlier), Some(now)) if same_text(earlier, now) => {
                    Turn::Status(earlier.status, now.status)
                }
                (Some(_), Some(_)) => Turn::Changed,
                (Some(_), None) => Turn::Removed,
                (None, _) => Turn::Added,
            };
            if let Some(matter) = now.or(earlier) {
                changes.push(Change {
                    subject: Subject::Matter(matter.code.clone(), matter.version),
                    turn,
                });
            }
        }
    }

    /// Whether `later` may follow this state: published versions stay as they are, and a status
    /// moves along the table of a matter's life only. Nothing when it may.
    #[must_use]
    pub fn breaches(&self, later: &Self) -> Vec<Breach> {
        let mut breaches = Vec::new();
        for (earlier, now) in pairs(self, later) {
            let Some(earlier) = earlier else {
                continue;
            };
            let (matter, version) = (earlier.code.clone(), earlier.version);
            let published = !matches!(
                earlier.status,
                MatterStatus::Draft | MatterStatus::Submitted
            );
            match now {
                None if published => breaches.push(Breach::Gone { matter, version }),
                None => {}
                Some(now) if published && !same_text(earlier, now) => {
                    breaches.push(Breach::Rewritten { matter, version });
                }
                Some(now) if !reachable(earlier.status, now.status) => {
                    breaches.push(Breach::Step {
                        matter,
                        from: earlier.status,
                        to: now.status,
                    });
                }
                Some(_) => {}
            }
        }
        breaches
    }
}

type Sides<'a> = (Option<&'a Matter>, Option<&'a Matter>);

/// Every version of every matter that either state has, side by side.
fn pairs<'a>(one: &'a Catalogue, other: &'a Catalogue) -> impl Iterator<Item = Sides<'a>> {
    let mut sides: BTreeMap<(&MatterCode, u32), Sides<'a>> = BTreeMap::new();
    for matter in one
        .matters
        .keys()
        .flat_map(|code| one.matter_versions(code))
    {
        sides.entry((&matter.code, matter.version)).or_default().0 = Some(matter);
    }
    for matter in other
        .matters
        .keys()
        .flat_map(|code| other.matter_versions(code))
    {
        sides.entry((&matter.code, matter.version)).or_default().1 = Some(matter);
    }
    sides.into_values()
}

fn entries<K: Ord + Display, V: PartialEq>(
    kind: EntryKind,
    (one, other): (&BTreeMap<K, V>, &BTreeMap<K, V>),
    changes: &mut Vec<Change>,
) {
    let mut note = |key: &K, turn| {
        changes.push(Change {
            subject: Subject::Entry(kind, key.to_string()),
            turn,
        });
    };
    for (key, value) in one {
        match other.get(key) {
            None => note(key, Turn::Removed),
            Some(now) if now != value => note(key, Turn::Changed),
            Some(_) => {}
        }
    }
    for key in other.keys().filter(|key| !one.contains_key(*key)) {
        note(key, Turn::Added);
    }
}

/// Whether two versions say the same but for their status.
fn same_text(earlier: &Matter, now: &Matter) -> bool {
    *now == Matter {
        status: now.status,
        status_from: now.status_from,
        ..earlier.clone()
    }
}

/// Whether the table leads from one status to the other, in any number of steps.
fn reachable(from: MatterStatus, to: MatterStatus) -> bool {
    let mut reached = BTreeSet::from([from]);
    for _ in MatterStatus::ALL {
        for row in MATTER_STEPS {
            if reached.contains(&row.from) {
                reached.insert(row.to);
            }
        }
    }
    reached.contains(&to)
}
