//! What a seal may stand on, and who else may use it.

use std::collections::BTreeSet;

use time::Date;

use crate::civil::Days;
use crate::key::{DelegationKey, DepartmentKey, MatterCode, SealCode};

/// What kind of seal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SealKind {
    /// 行政审批专用章: the one seal of an approval bureau for all transferred matters.
    Approval,
    /// 部门业务专用章: of a department for its own matters.
    Department,
    /// 受理专用章: for acceptance notices and nothing else.
    Acceptance,
    /// 存量转换专用章: for converted stock and nothing else.
    Conversion,
}

impl SealKind {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("行政审批专用章", Self::Approval),
        ("部门业务专用章", Self::Department),
        ("受理专用章", Self::Acceptance),
        ("存量转换专用章", Self::Conversion),
    ];

    /// The words that stand in the seal.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Approval => "行政审批专用章",
            Self::Department => "部门业务专用章",
            Self::Acceptance => "受理专用章",
            Self::Conversion => "存量转换专用章",
        }
    }

    /// Whether a seal of this kind may ever stand on a document of `purpose`.
    #[must_use]
    pub fn serves(self, purpose: DocumentPurpose) -> bool {
        match self {
            Self::Approval | Self::Department => !matches!(
                purpose,
                DocumentPurpose::AcceptanceNotice | DocumentPurpose::Conversion
            ),
            Self::Acceptance => purpose == DocumentPurpose::AcceptanceNotice,
            Self::Conversion => purpose == DocumentPurpose::Conversion,
        }
    }
}

/// What a sealed document is for (D19 names the grounds of each).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DocumentPurpose {
    /// A licence: published matter, decision, release.
    Licence,
    /// An acceptance notice: matter, acceptance, delegation.
    AcceptanceNotice,
    /// A request for supplements.
    SupplementRequest,
    /// The text of a decision.
    Decision,
    /// A receipt of delivery.
    DeliveryReceipt,
    /// Converted stock: a batch confirmed by two.
    Conversion,
    /// Any other document: scope, release.
    Document,
}

impl DocumentPurpose {
    /// Every purpose.
    pub const ALL: [Self; 7] = [
        Self::Licence,
        Self::AcceptanceNotice,
        Self::SupplementRequest,
        Self::Decision,
        Self::DeliveryReceipt,
        Self::Conversion,
        Self::Document,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::AcceptanceNotice => "acceptance-notice",
            Self::SupplementRequest => "supplement-request",
            Self::Decision => "decision",
            Self::DeliveryReceipt => "delivery-receipt",
            Self::Conversion => "conversion",
            Self::Document => "document",
        }
    }

    /// The purpose of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }

    /// Whether such a document may be sealed by its digest, unseen: the others speak for the law in words that are fixed.
    #[must_use]
    pub fn may_be_unseen(self) -> bool {
        matches!(self, Self::Decision | Self::Document)
    }

    /// Whether such a document belongs to a matter (D19).
    #[must_use]
    pub fn needs_matter(self) -> bool {
        !matches!(self, Self::Conversion | Self::Document)
    }
}

/// A seal's scope: department, document purposes, matters, period (domain.md 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealScope {
    /// The seal.
    pub seal: SealCode,
    /// The seal's name, as it stands in its certificate.
    pub name_zh: String,
    /// The department whose seal it is.
    pub holder: DepartmentKey,
    /// What kind of seal it is.
    pub kind: SealKind,
    /// What it may stand on.
    pub purposes: BTreeSet<DocumentPurpose>,
    /// For which matters.
    pub matters: MatterScope,
    /// On which days.
    pub days: Days,
}

/// Which matters a scope or a delegation covers, within the power of its department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatterScope {
    /// Every matter that the department has the power for.
    Every,
    /// These only.
    Listed(BTreeSet<MatterCode>),
}

impl MatterScope {
    /// Whether `matter` is covered.
    #[must_use]
    pub fn covers(&self, matter: &MatterCode) -> bool {
        match self {
            Self::Every => true,
            Self::Listed(listed) => listed.contains(matter),
        }
    }
}

/// Power lent by one department to another, for purposes, matters and days (R4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Its key.
    pub key: DelegationKey,
    /// Who lends.
    pub from: DepartmentKey,
    /// Who acts.
    pub to: DepartmentKey,
    /// For which documents.
    pub purposes: BTreeSet<DocumentPurpose>,
    /// For which matters.
    pub matters: MatterScope,
    /// On which days.
    pub days: Days,
    /// From this day on it is revoked, whatever `days` say.
    pub revoked_from: Option<Date>,
}

impl Delegation {
    /// Whether it holds on `day` (R4: ends at its date, or at once on revocation).
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.days.contains(day) && self.revoked_from.is_none_or(|revoked| day < revoked)
    }
}
