//! Packages (一件事一次办): one application for several matters, each material asked for once.

use std::collections::BTreeSet;

use catalogue::key::{MatterCode, TypeKey};
use catalogue::matter::{Matter, MatterStatus, Means};

use crate::material::{Figures, exempt};

/// Most matters of one package.
pub const MAX_MATTERS: usize = 20;

/// What a package of matters asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The matters, in the order of the application; each becomes a case of its own.
    pub matters: Vec<MatterCode>,
    /// What is needed, each thing once.
    pub needs: Vec<Need>,
    /// The types of licence that come out of it.
    pub results: Vec<TypeKey>,
    /// The longest promise among them, in working days.
    pub promised_days: u16,
}

/// A thing that one or more matters of a package need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Its Chinese name, as the first matter calls it.
    pub name_zh: String,
    /// How it is had: of several ways the one that asks the applicant for least.
    pub means: Means,
    /// Whether it may follow for every matter that needs it.
    pub may_follow: bool,
    /// The matters it serves, with its number in each list.
    pub serves: Vec<(MatterCode, u16)>,
}

/// Why matters make no package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageRefused {
    /// Fewer than two, or more than [`MAX_MATTERS`].
    #[error("a package has two to {MAX_MATTERS} matters")]
    Count,
    /// One of them is there twice.
    #[error("matter {0} is there twice")]
    Twice(MatterCode),
    /// One of them is not handled in packages.
    #[error("matter {0} is not handled in packages")]
    NotAllowed(MatterCode),
    /// One of them is not published.
    #[error("matter {0} is not published")]
    NotPublished(MatterCode),
}

impl PackageRefused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Count => "package.count",
            Self::Twice(_) => "package.matter-twice",
            Self::NotAllowed(_) => "package.not-allowed",
            Self::NotPublished(_) => "package.not-published",
        }
    }
}

/// How much a means asks of the applicant: least first.
fn burden(means: &Means) -> u8 {
    match means {
        Means::Cancelled => 0,
        Means::Derived(..) => 1,
        Means::Licence(_) => 2,
        Means::DataSharing => 3,
        Means::InternalCheck => 4,
        Means::Commitment => 5,
        Means::Applicant => 6,
    }
}

/// Whether two matters mean one thing: the same licence or fact, or the same name.
fn same(need: &Need, (name, means): (&str, &Means)) -> bool {
    match (&need.means, means) {
        (Means::Licence(one), Means::Licence(other)) => one == other,
        (Means::Derived(..), Means::Derived(..)) => need.means == *means,
        _ => need.name_zh == name,
    }
}

impl Package {
    /// The package of these matters.
    ///
    /// # Errors
    /// [`PackageRefused`].
    pub fn of(matters: &[&Matter]) -> Result<Self, PackageRefused> {
        if !(2..=MAX_MATTERS).contains(&matters.len()) {
            return Err(PackageRefused::Count);
        }
        let mut seen = BTreeSet::new();
        let mut package = Self {
            matters: Vec::new(),
            needs: Vec::new(),
            results: Vec::new(),
            promised_days: 0,
        };
        for matter in matters {
            if !seen.insert(&matter.code) {
                return Err(PackageRefused::Twice(matter.code.clone()));
            }
            if matter.status != MatterStatus::Published {
                return Err(PackageRefused::NotPublished(matter.code.clone()));
            }
            if !matter.terms.package {
                return Err(PackageRefused::NotAllowed(matter.code.clone()));
            }
            package.matters.push(matter.code.clone());
            package.promised_days = package.promised_days.max(matter.promised_days);
            if let Some(result) = &matter.result
                && !package.results.contains(result)
            {
                package.results.push(result.clone());
            }
            for material in &matter.materials {
                package.need(matter, material);
            }
        }
        Ok(package)
    }

    fn need(&mut self, matter: &Matter, material: &catalogue::matter::Material) {
        let serves = (matter.code.clone(), material.number);
        let known = self
            .needs
            .iter_mut()
            .find(|need| same(need, (&material.name_zh, &material.means)));
        match known {
            // Two things of one list are two things, whatever they are called.
            Some(need) if !need.serves.iter().any(|(code, _)| *code == matter.code) => {
                if burden(&material.means) < burden(&need.means) {
                    need.means = material.means.clone();
                }
                need.may_follow &= material.may_follow;
                need.serves.push(serves);
            }
            _ => self.needs.push(Need {
                name_zh: material.name_zh.clone(),
                means: material.means.clone(),
                may_follow: material.may_follow,
                serves: vec![serves],
            }),
        }
    }

    /// What the applicant is asked for, and what not.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures::of(self.needs.iter().map(|need| &need.means))
    }

    /// What the applicant hands in, each once.
    pub fn to_hand_in(&self) -> impl Iterator<Item = &Need> {
        self.needs
            .iter()
            .filter(|need| !exempt(&need.means) && need.means != Means::Commitment)
    }
}
