//! Matters: what one can apply for, which body decides it, and what may be asked for.

use time::Date;

use crate::key::{DepartmentKey, FieldName, MatterCode, TypeKey};
use crate::scope::SealKind;

/// A published version of a matter (事项). Published versions never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// Its code.
    pub code: MatterCode,
    /// Its version, from 1.
    pub version: u32,
    /// Whether it may be used; [`Matter::status_on`] says it for a day.
    pub status: MatterStatus,
    /// The first day on which it is what `status` says, where that is kept.
    pub status_from: Option<Date>,
    /// The first day of this version; none when it was in force before the catalogue's memory.
    pub valid_from: Option<Date>,
    /// The laws it rests on. Kept for versions published here; imported ones may have none.
    pub legal_basis: Vec<String>,
    /// Which of the eight kinds it is.
    pub kind: MatterKind,
    /// Its Chinese name.
    pub name_zh: String,
    /// Its English name.
    pub name_en: String,
    /// The body that sets standards and supervises; before a transfer, the body that decided.
    pub industry_authority: DepartmentKey,
    /// The body that decides it now.
    pub exercised_by: DepartmentKey,
    /// The first day on which `exercised_by` decides it in the industry authority's place
    /// (R2); no day when the power was never moved.
    pub transferred_from: Option<Date>,
    /// Where one can apply.
    pub accepted_at: Vec<DepartmentKey>,
    /// The seal that stands on its results.
    pub seal: SealKind,
    /// What allows that seal to stand on them.
    pub seal_basis: Option<String>,
    /// How it is handled.
    pub handling: Handling,
    /// Working days the law allows.
    pub statutory_days: u16,
    /// Working days promised, at most `statutory_days`.
    pub promised_days: u16,
    /// What it allows.
    pub terms: Terms,
    /// What may be asked for.
    pub materials: Vec<Material>,
    /// The type of licence it results in, if any.
    pub result: Option<TypeKey>,
    /// Its item of supervision.
    pub supervision_item: String,
    /// Steps during which the clock pauses.
    pub special_steps: Vec<String>,
}

impl Matter {
    /// What it is on `day`. A version whose first day has not come counts as submitted; one that
    /// is suspended or abolished from a later day on is still published.
    #[must_use]
    pub fn status_on(&self, day: Date) -> MatterStatus {
        let begun = self.valid_from.is_none_or(|from| from <= day);
        let moved = self.status_from.is_none_or(|from| from <= day);
        match self.status {
            MatterStatus::Draft => MatterStatus::Draft,
            _ if !begun => MatterStatus::Submitted,
            MatterStatus::Suspended | MatterStatus::Abolished if !moved => MatterStatus::Published,
            status => status,
        }
    }

    /// The region that its code names.
    #[must_use]
    pub fn region(&self) -> &str {
        self.code.as_str().get(..6).unwrap_or_default()
    }
}

/// What a matter allows; each stands in the published implementation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "eight independent flags of the published implementation list"
)]
pub struct Terms {
    /// The whole process runs online.
    pub whole_process_online: bool,
    /// Granted on a signed commitment (R19).
    pub inform_and_commit: bool,
    /// Listed materials may follow (R21).
    pub tolerate_missing: bool,
    /// Handled anywhere in the province.
    pub province_wide: bool,
    /// Handled in other provinces.
    pub cross_province: bool,
    /// Handled in villages.
    pub village_level: bool,
    /// Several matters in one application.
    pub package: bool,
    /// Whether a licence is renewed after its renewal window closed (domain.md 4.1).
    pub late_renewal: LateRenewal,
}

/// What a matter says about renewal after the window closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LateRenewal {
    /// Nothing: a licence that is still valid is renewed, an expired one is not.
    #[default]
    Unstated,
    /// Never after the window closed.
    Refused,
    /// Even after expiry.
    Allowed,
}

impl LateRenewal {
    pub(crate) fn stated(allowed: Option<bool>) -> Self {
        match allowed {
            None => Self::Unstated,
            Some(false) => Self::Refused,
            Some(true) => Self::Allowed,
        }
    }
}

/// The life of a matter (domain.md 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatterStatus {
    /// Being written.
    Draft,
    /// Waiting for publication.
    Submitted,
    /// In force.
    Published,
    /// Stopped for a time.
    Suspended,
    /// Ended.
    Abolished,
}

impl MatterStatus {
    /// Every status, in the order of a matter's life.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Submitted,
        Self::Published,
        Self::Suspended,
        Self::Abolished,
    ];
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("draft", Self::Draft),
        ("submitted", Self::Submitted),
        ("published", Self::Published),
        ("suspended", Self::Suspended),
        ("abolished", Self::Abolished),
    ];

    /// The stable code, such as `published`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Published => "published",
            Self::Suspended => "suspended",
            Self::Abolished => "abolished",
        }
    }
}

/// The eight kinds of matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatterKind {
    /// 行政许可
    Permit,
    /// 行政确认
    Confirmation,
    /// 行政裁决
    Ruling,
    /// 行政给付
    Grant,
    /// 行政奖励
    Award,
    /// 行政备案
    Filing,
    /// 其他行政权力
    OtherPower,
    /// 公共服务
    PublicService,
}

impl MatterKind {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("行政许可", Self::Permit),
        ("行政确认", Self::Confirmation),
        ("行政裁决", Self::Ruling),
        ("行政给付", Self::Grant),
        ("行政奖励", Self::Award),
        ("行政备案", Self::Filing),
        ("其他行政权力", Self::OtherPower),
        ("公共服务", Self::PublicService),
    ];

    /// The legal term.
    #[must_use]
    pub fn zh(self) -> &'static str {
        Self::TABLE
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(word, _)| word)
    }

    /// The two letters in a matter's code.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Self::Permit => "XK",
            Self::Confirmation => "QR",
            Self::Ruling => "CJ",
            Self::Grant => "GF",
            Self::Award => "JL",
            Self::Filing => "BA",
            Self::OtherPower => "QT",
            Self::PublicService => "GG",
        }
    }
}

/// The four ways of handling a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handling {
    /// 即办件
    Instant,
    /// 承诺件
    PromisedTerm,
    /// 上报件
    ForwardedUpward,
    /// 联办件
    Joint,
}

impl Handling {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("即办件", Self::Instant),
        ("承诺件", Self::PromisedTerm),
        ("上报件", Self::ForwardedUpward),
        ("联办件", Self::Joint),
    ];

    /// The legal term.
    #[must_use]
    pub fn zh(self) -> &'static str {
        Self::TABLE
            .iter()
            .find(|(_, handling)| *handling == self)
            .map_or("", |(word, _)| word)
    }
}

/// A document that the matter needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Its place in the list.
    pub number: u16,
    /// Its Chinese name.
    pub name_zh: String,
    /// How it is had.
    pub means: Means,
    /// Whether it may be handed in later (R21).
    pub may_follow: bool,
    /// The law that allows asking for it. Kept for versions published here.
    pub legal_basis: Option<String>,
}

/// How a material is had (domain.md 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// Fetched from the register as a licence of this type.
    Licence(TypeKey),
    /// A fact in another licence.
    Derived(TypeKey, FieldName),
    /// Asked for from another system.
    DataSharing,
    /// The authority answers yes or no itself.
    InternalCheck,
    /// Promised instead.
    Commitment,
    /// Handed in by the applicant.
    Applicant,
    /// May not be asked for.
    Cancelled,
}

impl Means {
    /// The licence type that the material comes from, if it comes from one.
    #[must_use]
    pub fn licence_type(&self) -> Option<&TypeKey> {
        match self {
            Self::Licence(key) | Self::Derived(key, _) => Some(key),
            Self::DataSharing
            | Self::InternalCheck
            | Self::Commitment
            | Self::Applicant
            | Self::Cancelled => None,
        }
    }

    /// The code in the published files, such as `e_licence`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Licence(_) => "e_licence",
            Self::Derived(..) => "derived_from_field",
            Self::DataSharing => "data_sharing",
            Self::InternalCheck => "internal_check",
            Self::Commitment => "commitment",
            Self::Applicant => "applicant",
            Self::Cancelled => "cancelled",
        }
    }
}
