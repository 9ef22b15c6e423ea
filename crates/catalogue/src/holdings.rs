//! The catalogue as a whole, and finding in it.

use std::collections::BTreeMap;

use crate::code::OrganisationCode;
use crate::department::{Department, Region};
use crate::key::{
    DelegationKey, DepartmentKey, MatterCode, RegionCode, SealCode, TypeCode, TypeKey,
};
use crate::kind::LicenceType;
use crate::matter::Matter;
use crate::scope::{Delegation, SealScope};

/// What may be done at all, at one state of publication. Made by [`Catalogue::import`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    pub(crate) regions: BTreeMap<RegionCode, Region>,
    pub(crate) departments: BTreeMap<DepartmentKey, Department>,
    pub(crate) department_codes: BTreeMap<OrganisationCode, DepartmentKey>,
    pub(crate) types: BTreeMap<TypeKey, LicenceType>,
    pub(crate) type_codes: BTreeMap<TypeCode, TypeKey>,
    pub(crate) matters: BTreeMap<MatterCode, Matter>,
    pub(crate) results: BTreeMap<TypeKey, Vec<MatterCode>>,
    pub(crate) seals: BTreeMap<SealCode, SealScope>,
    pub(crate) delegations: BTreeMap<DelegationKey, Delegation>,
}

impl Catalogue {
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

    /// The matter of this code.
    #[must_use]
    pub fn matter(&self, code: &MatterCode) -> Option<&Matter> {
        self.matters.get(code)
    }

    /// Every matter, by code.
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

    /// Every delegation, by key.
    pub fn delegations(&self) -> impl ExactSizeIterator<Item = &Delegation> {
        self.delegations.values()
    }
}
