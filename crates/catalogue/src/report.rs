//! Reports over a catalogue: what it covers, and how two districts differ.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::asking::MaterialFigures;
use crate::holdings::Catalogue;
use crate::key::{DepartmentKey, MatterCode, RegionCode, TypeKey};
use crate::matter::{Handling, Matter, MatterKind, MatterStatus};

pub mod feed;

/// What a catalogue covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// How many matters there are that are not abolished.
    pub matters: usize,
    /// How many of each kind.
    pub kinds: BTreeMap<MatterKind, usize>,
    /// Matters whose result has no licence type: what they grant cannot be issued.
    pub without_type: Vec<MatterCode>,
    /// Licence types that no matter results in.
    pub without_matter: Vec<TypeKey>,
    /// Licence types that materials are fetched from although no matter results in them.
    pub fetched_only: Vec<TypeKey>,
    /// How their materials are had.
    pub materials: MaterialFigures,
}

/// How the matters of two regions differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison<'a> {
    /// Matters that only the first region has.
    pub only_left: Vec<&'a Matter>,
    /// Matters that only the second region has.
    pub only_right: Vec<&'a Matter>,
    /// Matters that both have and handle differently.
    pub differing: Vec<Differing<'a>>,
    /// How many both have and handle alike.
    pub alike: usize,
}

/// One matter in two regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing<'a> {
    /// In the first region.
    pub left: &'a Matter,
    /// In the second region.
    pub right: &'a Matter,
    /// In what they differ.
    pub differences: Vec<Difference>,
}

/// In what one matter differs between two regions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// Its status.
    Status(MatterStatus, MatterStatus),
    /// The body that decides, by what it is: an approval bureau here, a department there.
    Transferred(bool, bool),
    /// The industry authority.
    Authority(DepartmentKey, DepartmentKey),
    /// How it is handled.
    Handling(Handling, Handling),
    /// Working days by law.
    StatutoryDays(u16, u16),
    /// Working days promised.
    PromisedDays(u16, u16),
    /// What it allows.
    Terms,
    /// The licence type that results.
    Result(Option<TypeKey>, Option<TypeKey>),
    /// Steps during which the clock pauses.
    SpecialSteps,
    /// A material that only the first asks for.
    OnlyLeft(String),
    /// A material that only the second asks for.
    OnlyRight(String),
    /// A material that the two have by different means.
    Means(String, &'static str, &'static str),
    /// A material that may follow in one of them only.
    MayFollow(String),
}

impl Difference {
    /// The stable code, such as `promised-days`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Status(..) => "status",
            Self::Transferred(..) => "transferred",
            Self::Authority(..) => "authority",
            Self::Handling(..) => "handling",
            Self::StatutoryDays(..) => "statutory-days",
            Self::PromisedDays(..) => "promised-days",
            Self::Terms => "terms",
            Self::Result(..) => "result",
            Self::SpecialSteps => "special-steps",
            Self::OnlyLeft(_) => "material-only-left",
            Self::OnlyRight(_) => "material-only-right",
            Self::Means(..) => "means",
            Self::MayFollow(_) => "may-follow",
        }
    }

    /// What it is on either side, where words can say it: `(left, right)`, and the material that
    /// it is about.
    #[must_use]
    pub fn sides(&self) -> (String, String, Option<&str>) {
        let none = String::new;
        let key = |key: &Option<TypeKey>| key.as_ref().map(ToString::to_string).unwrap_or_default();
        match self {
            Self::Status(left, right) => (left.code().to_owned(), right.code().to_owned(), None),
            Self::Transferred(left, right) => (left.to_string(), right.to_string(), None),
            Self::Authority(left, right) => (left.to_string(), right.to_string(), None),
            Self::Handling(left, right) => (left.zh().to_owned(), right.zh().to_owned(), None),
            Self::StatutoryDays(left, right) | Self::PromisedDays(left, right) => {
                (left.to_string(), right.to_string(), None)
            }
            Self::Result(left, right) => (key(left), key(right), None),
            Self::Terms | Self::SpecialSteps => (none(), none(), None),
            Self::OnlyLeft(name) | Self::OnlyRight(name) | Self::MayFollow(name) => {
                (none(), none(), Some(name))
            }
            Self::Means(name, left, right) => ((*left).to_owned(), (*right).to_owned(), Some(name)),
        }
    }
}

impl Catalogue {
    /// What the catalogue covers. Abolished matters are left out.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let living = || {
            self.matters
                .values()
                .filter(|matter| matter.status != MatterStatus::Abolished)
        };
        let mut kinds = BTreeMap::new();
        for matter in living() {
            *kinds.entry(matter.kind).or_default() += 1;
        }
        let without_matter: Vec<_> = self
            .types
            .keys()
            .filter(|key| !self.results.contains_key(*key))
            .cloned()
            .collect();
        let fetched: BTreeSet<&TypeKey> = living()
            .flat_map(|matter| &matter.materials)
            .filter_map(|material| material.means.licence_type())
            .collect();
        Coverage {
            matters: living().count(),
            kinds,
            without_type: living()
                .filter(|matter| matter.result.is_none())
                .map(|matter| matter.code.clone())
                .collect(),
            fetched_only: without_matter
                .iter()
                .filter(|key| fetched.contains(key))
                .cloned()
                .collect(),
            without_matter,
            materials: MaterialFigures::of(living()),
        }
    }

    /// How the matters of two regions differ. A matter is the same in both when it has the same
    /// kind and name; where a region names it twice, the first by code counts.
    #[must_use]
    pub fn compare(&self, left: &RegionCode, right: &RegionCode) -> Comparison<'_> {
        let (one, other) = (self.of_region(left), self.of_region(right));
        let mut comparison = Comparison {
            only_left: Vec::new(),
            only_right: Vec::new(),
            differing: Vec::new(),
            alike: 0,
        };
        for (name, left) in &one {
            let Some(right) = other.get(name) else {
                comparison.only_left.push(left);
                continue;
            };
            let differences = differences(left, right);
            if differences.is_empty() {
                comparison.alike += 1;
            } else {
                comparison.differing.push(Differing {
                    left,
                    right,
                    differences,
                });
            }
        }
        comparison.only_right.extend(
            other
                .iter()
                .filter(|(name, _)| !one.contains_key(*name))
                .map(|(_, matter)| *matter),
        );
        comparison
    }

    fn of_region(&self, region: &RegionCode) -> BTreeMap<(MatterKind, &str), &Matter> {
        let mut named = BTreeMap::new();
        let first = region.as_str();
        let own = self
            .matters
            .range::<str, _>((Bound::Included(first), Bound::Unbounded))
            .map(|(_, matter)| matter)
            .take_while(|matter| matter.region() == first);
        for matter in own.filter(|matter| matter.status != MatterStatus::Abolished) {
            named
                .entry((matter.kind, matter.name_zh.as_str()))
                .or_insert(matter);
        }
        named
    }
}

fn differences(left: &Matter, right: &Matter) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut note = |differs: bool, difference: Difference| {
        if differs {
            found.push(difference);
        }
    };
    let transferred = (
        left.transferred_from.is_some(),
        right.transferred_from.is_some(),
    );
    note(
        left.status != right.status,
        Difference::Status(left.status, right.status),
    );
    note(
        transferred.0 != transferred.1,
        Difference::Transferred(transferred.0, transferred.1),
    );
    note(
        left.industry_authority != right.industry_authority,
        Difference::Authority(
            left.industry_authority.clone(),
            right.industry_authority.clone(),
        ),
    );
    note(
        left.handling != right.handling,
        Difference::Handling(left.handling, right.handling),
    );
    note(
        left.statutory_days != right.statutory_days,
        Difference::StatutoryDays(left.statutory_days, right.statutory_days),
    );
    note(
        left.promised_days != right.promised_days,
        Difference::PromisedDays(left.promised_days, right.promised_days),
    );
    note(left.terms != right.terms, Difference::Terms);
    note(
        left.result != right.result,
        Difference::Result(left.result.clone(), right.result.clone()),
    );
    note(
        left.special_steps != right.special_steps,
        Difference::SpecialSteps,
    );
    materials(left, right, &mut found);
    found
}

fn materials(left: &Matter, right: &Matter, found: &mut Vec<Difference>) {
    let by_name = |matter: &'_ Matter, name: &str| {
        matter
            .materials
            .iter()
            .position(|material| material.name_zh == name)
    };
    for material in &left.materials {
        let name = || material.name_zh.clone();
        let other = by_name(right, &material.name_zh).and_then(|at| right.materials.get(at));
        match other {
            None => found.push(Difference::OnlyLeft(name())),
            Some(other) if other.means != material.means => found.push(Difference::Means(
                name(),
                material.means.code(),
                other.means.code(),
            )),
            Some(other) if other.may_follow != material.may_follow => {
                found.push(Difference::MayFollow(name()));
            }
            Some(_) => {}
        }
    }
    for material in &right.materials {
        if by_name(left, &material.name_zh).is_none() {
            found.push(Difference::OnlyRight(material.name_zh.clone()));
        }
    }
}
