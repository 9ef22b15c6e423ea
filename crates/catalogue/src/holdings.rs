//! The catalogue as a whole, and finding in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use time::Date;

use crate::asking::CancelledDocument;
use crate::calendar::Calendar;
use crate::code::OrganisationCode;
use crate::department::{Department, Region};
use crate::key::{
    DelegationKey, DepartmentKey, MatterCode, RegionCode, SealCode, TransferKey, TypeCode, TypeKey,
};
use crate::kind::{LicenceType, MergedType};
use crate::matter::{Matter, MatterStatus};
use crate::scope::{Delegation, SealScope};
use crate::transfer::{ListedPower, Transfer};

/// What may be done at all, at one state of publication. Made by [`Catalogue::import`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    pub(crate) regions: BTreeMap<RegionCode, Region>,
    pub(crate) departments: BTreeMap<DepartmentKey, Department>,
    pub(crate) department_codes: BTreeMap<OrganisationCode, DepartmentKey>,
    pub(crate) types: BTreeMap<TypeKey, LicenceType>,
    pub(crate) type_codes: BTreeMap<TypeCode, TypeKey>,
    pub(crate) merged: Vec<MergedType>,
    /// The version of each matter that was published last.
    pub(crate) matters: BTreeMap<MatterCode, Matter>,
    /// All versions, ascending, of the matters that have several.
    pub(crate) versions: BTreeMap<MatterCode, Vec<Matter>>,
    pub(crate) results: BTreeMap<TypeKey, BTreeSet<MatterCode>>,
    /// By type, the bodies that have had a say in a matter resulting in it, and in which.
    pub(crate) bodies: BTreeMap<TypeKey, BTreeMap<DepartmentKey, BTreeSet<MatterCode>>>,
    pub(crate) seals: BTreeMap<SealCode, SealScope>,
    pub(crate) delegations: BTreeMap<DelegationKey, Delegation>,
    pub(crate) lent: BTreeMap<(DepartmentKey, DepartmentKey), Vec<DelegationKey>>,
    pub(crate) calendars: BTreeMap<RegionCode, Calendar>,
    pub(crate) transfers: BTreeMap<TransferKey, Transfer>,
    /// The transfers of each matter that has any, by day.
    pub(crate) moved: BTreeMap<MatterCode, Vec<TransferKey>>,
    pub(crate) power_lists: BTreeMap<DepartmentKey, BTreeMap<MatterCode, ListedPower>>,
    pub(crate) cancelled: BTreeMap<String, CancelledDocument>,
}

impl Catalogue {
    /// Puts together what is found by look-up rather than by going through everything.
    pub(crate) fn index(&mut self) {
        let versions = self.versions.values().flatten();
        for matter in self.matters.values().chain(versions) {
            let Some(result) = &matter.result else {
                continue;
            };
            let codes = self.results.entry(result.clone()).or_default();
            codes.insert(matter.code.clone());
            let moved = self.moved.get(&matter.code).into_iter().flatten();
            let moved = moved.filter_map(|key| self.transfers.get(key));
            let bodies = self.bodies.entry(result.clone()).or_default();
            for body in [&matter.industry_authority, &matter.exercised_by]
                .into_iter()
                .chain(moved.map(|transfer| &transfer.to))
            {
                let codes = bodies.entry(body.clone()).or_default();
                codes.insert(matter.code.clone());
            }
        }
        for delegation in self.delegations.values() {
            let between = (delegation.from.clone(), delegation.to.clone());
            let keys = self.lent.entry(between).or_default();
            keys.push(delegation.key.clone());
        }
    }

    /// The department of this key.
    #[must_use]
    pub fn department(&self, key: &DepartmentKey) -> Option<&Department> {
        self.departments.get(key)
    }

    /// The department of this organisation code.
    #[must_use]
    pub fn department_of(&self, code: &OrganisationCode) -> Option<&Department> {
        self.departments.get(self.department_codes.get(code)?)
    }

    /// Every department, by key.
    pub fn departments(&self) -> impl ExactSizeIterator<Item = &Department> {
        self.departments.values()
    }

    /// The region of this code.
    #[must_use]
    pub fn region(&self, code: &RegionCode) -> Option<&Region> {
        self.regions.get(code)
    }

    /// The licence type of this key.
    #[must_use]
    pub fn licence_type(&self, key: &TypeKey) -> Option<&LicenceType> {
        self.types.get(key)
    }

    /// The licence type of this code.
    #[must_use]
    pub fn licence_type_of(&self, code: &TypeCode) -> Option<&LicenceType> {
        self.types.get(self.type_codes.get(code)?)
    }

    /// Every licence type, by key.
    pub fn licence_types(&self) -> impl ExactSizeIterator<Item = &LicenceType> {
        self.types.values()
    }

    /// Types that became one, and what their papers were called.
    #[must_use]
    pub fn merged_types(&self) -> &[MergedType] {
        &self.merged
    }

    /// The matter of this code, in the version that was published last.
    #[must_use]
    pub fn matter(&self, code: &MatterCode) -> Option<&Matter> {
        self.matters.get(code)
    }

    /// The version of a matter that is in force on `day`: the last published one whose first day
    /// has come. Before the first of them, or when none was published, the last version there is;
    /// [`Matter::status_on`] then says that it is not published.
    #[must_use]
    pub fn matter_on(&self, code: &MatterCode, day: Date) -> Option<&Matter> {
        let last = self.matters.get(code)?;
        let in_force = |matter: &&Matter| {
            !matches!(
                matter.status_on(day),
                MatterStatus::Draft | MatterStatus::Submitted
            )
        };
        match self.versions.get(code) {
            None => Some(last),
            Some(versions) => versions.iter().rev().find(in_force).or(Some(last)),
        }
    }

    /// Every version of a matter, ascending.
    pub fn matter_versions(&self, code: &MatterCode) -> impl Iterator<Item = &Matter> {
        let several = self.versions.get(code);
        let single = if several.is_none() {
            self.matters.get(code)
        } else {
            None
        };
        several.into_iter().flatten().chain(single)
    }

    /// The working days of a region: its own calendar, or that of the region around it, or
    /// weekends only.
    #[must_use]
    pub fn calendar(&self, region: &RegionCode) -> Calendar {
        let text = region.as_str();
        // GB/T 2260: two digits each for province, city, county.
        [6, 4, 2, 0]
            .iter()
            .filter_map(|kept| text.get(..*kept))
            .find_map(|kept| self.calendars.get(format!("{kept:0<6}").as_str()))
            .cloned()
            .unwrap_or_default()
    }

    /// Every matter, by code, in the version that was published last.
    pub fn matters(&self) -> impl ExactSizeIterator<Item = &Matter> {
        self.matters.values()
    }

    /// The matters that result in a licence of this type.
    pub fn matters_resulting_in(&self, key: &TypeKey) -> impl Iterator<Item = &Matter> {
        self.results
            .get(key)
            .into_iter()
            .flatten()
            .filter_map(|code| self.matters.get(code))
    }

    /// The scope of this seal.
    #[must_use]
    pub fn seal(&self, code: &SealCode) -> Option<&SealScope> {
        self.seals.get(code)
    }

    /// Every seal's scope, by code.
    pub fn seals(&self) -> impl ExactSizeIterator<Item = &SealScope> {
        self.seals.values()
    }

    /// Every seal's scope from a code on, by code.
    pub fn seals_from(&self, from: Bound<&SealCode>) -> impl Iterator<Item = &SealScope> {
        let range = self.seals.range::<SealCode, _>((from, Bound::Unbounded));
        range.map(|(_, scope)| scope)
    }

    /// Every delegation, by key.
    pub fn delegations(&self) -> impl ExactSizeIterator<Item = &Delegation> {
        self.delegations.values()
    }

    /// Documents that nobody may ask for any more, by name.
    pub fn cancelled_documents(&self) -> impl ExactSizeIterator<Item = &CancelledDocument> {
        self.cancelled.values()
    }

    /// Whether the document of this name is cancelled on `day`.
    #[must_use]
    pub fn is_cancelled(&self, name: &str, day: Date) -> bool {
        self.cancelled
            .get(name)
            .is_some_and(|document| document.cancelled_from <= day)
    }
}
