//! Regions and the departments in them.

use crate::civil::Zone;
use crate::code::OrganisationCode;
use crate::key::{DepartmentKey, RegionCode};

/// A region of the administration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its six digits.
    pub code: RegionCode,
    /// Its Chinese name.
    pub name_zh: String,
    /// Its level.
    pub level: Level,
}

/// Levels of regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// 省
    Province,
    /// 市
    City,
    /// 县、区
    County,
    /// 开发区
    Zone,
    /// 乡镇
    Township,
    /// 村
    Village,
}

impl Level {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("province", Self::Province),
        ("city", Self::City),
        ("county", Self::County),
        ("zone", Self::Zone),
        ("township", Self::Township),
        ("village", Self::Village),
    ];
}

/// A body of the administration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its key in the catalogue.
    pub key: DepartmentKey,
    /// Its organisation code.
    pub code: OrganisationCode,
    /// Where it is competent.
    pub region: RegionCode,
    /// Its full Chinese name, as it stands in certificates and on licences.
    pub name_zh: String,
    /// Its English name.
    pub name_en: String,
    /// What it is there for.
    pub duties: Vec<Duty>,
    /// The zone of its dates.
    pub zone: Zone,
}

impl Department {
    /// Whether the department has `duty`.
    #[must_use]
    pub fn has(&self, duty: Duty) -> bool {
        self.duties.contains(&duty)
    }

    /// Whether this department's region is `other`'s or contains it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let own = self.region.as_str();
        // GB/T 2260: two digits each for province, city, county; zeros where the level ends.
        let level = match (own.get(2..4), own.get(4..6)) {
            (Some("00"), Some("00")) => 2,
            (_, Some("00")) => 4,
            _ => 6,
        };
        own.get(..level) == other.region.as_str().get(..level)
    }
}

/// What a department is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Duty {
    /// Runs the platform.
    Platform,
    /// Owns the catalogue.
    CatalogueOwner,
    /// Owns the trust root.
    TrustRootOwner,
    /// Approves applications for seals.
    SealAdministrator,
    /// Operates the trust service.
    TrustOperator,
    /// Decides transferred matters.
    Approval,
    /// Holds seals.
    SealHolder,
    /// Sets standards and supervises.
    Industry,
    /// Issues licences.
    Issuer,
    /// Leads inspections.
    InspectionLead,
    /// Keeps credit records.
    Credit,
    /// Answers for identities.
    Identity,
    /// Its matters are never transferred (R2: police).
    NotTransferred,
    /// Reviews legality.
    LegalReview,
    /// Keeps archives.
    Archive,
    /// Inspects and punishes.
    Enforcement,
    /// Watches handling.
    Supervisor,
    /// Takes complaints.
    Complaints,
    /// Receives applications.
    Window,
    /// Belongs to another region under mutual recognition.
    MutualRecognition,
}

impl Duty {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("platform", Self::Platform),
        ("catalogue-owner", Self::CatalogueOwner),
        ("trust-root-owner", Self::TrustRootOwner),
        ("seal-administrator", Self::SealAdministrator),
        ("trust-operator", Self::TrustOperator),
        ("approval", Self::Approval),
        ("seal-holder", Self::SealHolder),
        ("industry", Self::Industry),
        ("issuer", Self::Issuer),
        ("inspection-lead", Self::InspectionLead),
        ("credit", Self::Credit),
        ("identity", Self::Identity),
        ("not-transferred", Self::NotTransferred),
        ("legal-review", Self::LegalReview),
        ("archive", Self::Archive),
        ("enforcement", Self::Enforcement),
        ("supervisor", Self::Supervisor),
        ("complaints", Self::Complaints),
        ("window", Self::Window),
        ("mutual-recognition", Self::MutualRecognition),
    ];
}
