//! Packages (一件事一次办): one application for several matters, each material asked for once.

use std::collections::BTreeSet;

use catalogue::Catalogue;
use catalogue::key::{MatterCode, TypeKey};
use catalogue::matter::{Matter, MatterStatus, Means};
use serde::{Deserialize, Serialize};

use crate::material::{Figures, Item, exempt};
use crate::number::{CaseNumber, PackageNumber};

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

/// The package that a case belongs to, as its application says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageOf {
    /// Its number.
    pub number: PackageNumber,
    /// Its cases, in the order of the application.
    pub cases: Vec<CaseOf>,
}

/// A case of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseOf {
    /// The case.
    pub case: CaseNumber,
    /// Its matter.
    pub matter: MatterCode,
}

impl PackageOf {
    /// What the package asks for.
    ///
    /// # Errors
    /// [`PackageRefused`].
    pub fn terms(&self, catalogue: &Catalogue) -> Result<Package, PackageRefused> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.cases.iter().find(|one| !seen.insert(&one.case)) {
            return Err(PackageRefused::CaseTwice(twice.case.clone()));
        }
        let matters = self
            .cases
            .iter()
            .map(|one| {
                let matter = catalogue.matter(&one.matter);
                matter.ok_or_else(|| PackageRefused::NotPublished(one.matter.clone()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Package::of(&matters)
    }

    /// The cases that need a thing, each with its number in their list; `material` is its number in the list of `case`.
    /// Nothing where the package has no such case, or its list no such number.
    #[must_use]
    pub fn sharing(
        &self,
        terms: &Package,
        (case, material): (&CaseNumber, u16),
    ) -> Vec<(CaseNumber, u16)> {
        let Some(own) = self.cases.iter().find(|one| one.case == *case) else {
            return Vec::new();
        };
        let Some(need) = terms.need_of(&own.matter, material) else {
            return Vec::new();
        };
        let of_case = |one: &CaseOf| {
            let serves = need.serves.iter().find(|(code, _)| *code == one.matter);
            serves.map(|(_, number)| (one.case.clone(), *number))
        };
        self.cases.iter().filter_map(of_case).collect()
    }

    /// The materials of the case of `matter` as the package has them: each asked for in the way that asks least.
    pub(crate) fn eased(
        &self,
        (case, matter): (&CaseNumber, &MatterCode),
        items: Vec<Item>,
        catalogue: &Catalogue,
    ) -> Result<Vec<Item>, PackageRefused> {
        let own = CaseOf {
            case: case.clone(),
            matter: matter.clone(),
        };
        if !self.cases.contains(&own) {
            return Err(PackageRefused::OtherCase(own.case));
        }
        let terms = self.terms(catalogue)?;
        let eased = |item: Item| match terms.need_of(matter, item.number) {
            Some(need) if need.serves.len() > 1 => item.within(&need.means, need.may_follow),
            _ => item,
        };
        Ok(items.into_iter().map(eased).collect())
    }
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
    /// One case is there twice.
    #[error("case {0} is there twice")]
    CaseTwice(CaseNumber),
    /// A case says that it belongs to a package that does not have it.
    #[error("the package does not have case {0}")]
    OtherCase(CaseNumber),
    /// The package was not opened, or is opened twice.
    #[error("there is no such package")]
    Unopened,
    /// The list of the case has no such material.
    #[error("case {case} lists no material {material}")]
    NoSuchMaterial {
        /// The case.
        case: CaseNumber,
        /// The number.
        material: u16,
    },
    /// What belongs to several cases is said of one.
    #[error("what is said of case {0} belongs to several cases of the package")]
    Apart(CaseNumber),
    /// Nothing happens.
    #[error("nothing happens")]
    Nothing,
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
            Self::CaseTwice(_) => "package.case-twice",
            Self::OtherCase(_) => "package.other-case",
            Self::Unopened => "package.unknown",
            Self::NoSuchMaterial { .. } => "package.no-such-material",
            Self::Apart(_) => "package.apart",
            Self::Nothing => "package.nothing",
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

    /// What a material of a matter's list is in the package.
    #[must_use]
    pub fn need_of(&self, matter: &MatterCode, number: u16) -> Option<&Need> {
        self.needs.iter().find(|need| {
            let mut serves = need.serves.iter();
            serves.any(|(code, of)| code == matter && *of == number)
        })
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
