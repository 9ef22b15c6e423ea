//! The catalogue as it travels: the published JSON files, member for member. Unknown members are
//! refused. Checked values are made from these by `import` alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `departments.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Departments {
    /// The day the file speaks of.
    pub as_of: String,
    /// Regions.
    pub regions: Vec<Region>,
    /// Departments.
    pub departments: Vec<Department>,
}

/// A region.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Six digits.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// `province`, `city`, `county`, `zone`, `township`, `village`.
    pub level: String,
}

/// A department.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Key.
    pub key: String,
    /// Organisation code.
    pub uscc: String,
    /// Region code.
    pub region: String,
    /// The region's name, repeated for the reader.
    pub region_name: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Duties.
    pub roles: Vec<String>,
    /// Zone of its dates; `Asia/Shanghai` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// `licence-types.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceTypes {
    /// The day the file speaks of.
    pub as_of: String,
    /// Types.
    pub types: Vec<LicenceType>,
    /// Types that became one.
    #[serde(default)]
    pub merged_types: Vec<MergedType>,
}

/// Types that became one; their numbers live on as aliases.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergedType {
    /// Key of the merging.
    pub key: String,
    /// Chinese name.
    pub name_zh: String,
    /// The type that they became.
    pub successor: String,
    /// The old names.
    pub predecessors: Vec<String>,
    /// A note for readers.
    pub note: String,
}

/// A licence type.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceType {
    /// Short key.
    pub key: String,
    /// Code of 21 characters.
    pub type_code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// `person`, `org`, `person_or_org`, `project`.
    pub holder_kind: String,
    /// Departments.
    pub issuers: Vec<String>,
    /// Fields.
    pub fields: Vec<Field>,
    /// Validity rule.
    pub validity: Validity,
    /// Days before the end at which renewal opens and closes.
    pub renewal_window_days: Option<[u16; 2]>,
    /// Endings by their legal terms.
    pub endings: Vec<String>,
    /// Whether it may be suspended.
    pub may_suspend: bool,
    /// `together` or `instead`.
    pub physical: String,
    /// Whether granted on a commitment.
    pub inform_and_commit: bool,
    /// Whether it has parts.
    pub composite: bool,
    /// Composite types it may be part of.
    pub component_of: Vec<String>,
    /// Types that a licence of this one presupposes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<String>,
    /// Whether shown offline.
    pub offline_presentation: bool,
    /// Life of a presentation in seconds.
    pub presentation_ttl_s: u32,
    /// `pdf`, `ofd`.
    pub files: Vec<String>,
    /// Suite of each file.
    pub suite: BTreeMap<String, String>,
    /// The paper stock, for planning a conversion.
    pub stock: Stock,
    /// Retention in words.
    pub retention: String,
}

/// A field.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name in data.
    pub name: String,
    /// Chinese label.
    pub zh: String,
    /// Kind of value.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether required.
    pub required: bool,
    /// `open`, `personal`, `secret`.
    pub sensitivity: String,
}

/// A validity rule: its kind, and what that kind needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// `long_term`, `years`, `event`, `earliest_component`, `land_term`, `age_based`, `steps`.
    pub kind: String,
    /// For `years`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u16>,
    /// For `event`, `age_based`, `steps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// The paper stock of a type.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// Number of papers.
    pub paper_volume: u64,
    /// Years they are from.
    pub span: String,
}

/// `matters-catalogue.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matters {
    /// The day the file speaks of.
    pub as_of: String,
    /// The letters of each kind, repeated for the reader.
    #[serde(default)]
    pub kinds: BTreeMap<String, String>,
    /// The letters of each means, repeated for the reader.
    #[serde(default)]
    pub material_means: BTreeMap<String, String>,
    /// Matters.
    pub matters: Vec<Matter>,
}

/// A matter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// Code.
    pub code: String,
    /// Version from 1.
    pub version: u32,
    /// `draft`, `submitted`, `published`, `suspended`, `abolished`.
    pub status: String,
    /// First day of that status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_from: Option<String>,
    /// First day of this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Laws it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_basis: Vec<String>,
    /// One of the eight kinds.
    pub kind_zh: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Industry authority.
    pub industry_authority: String,
    /// The deciding body.
    pub exercised_by: String,
    /// Where one can apply.
    pub accepted_at: Vec<String>,
    /// Whether the power was transferred.
    pub transferred: bool,
    /// The first day of the transfer; absent when it lies before the catalogue's memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transferred_from: Option<String>,
    /// Kind of seal.
    pub seal_purpose: String,
    /// What allows that seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_basis: Option<String>,
    /// One of the four ways.
    pub handling: String,
    /// Working days by law.
    pub statutory_days: u16,
    /// Working days promised.
    pub promised_days: u16,
    /// Flag of the implementation list.
    pub whole_process_online: bool,
    /// Flag of the implementation list.
    pub inform_and_commit: bool,
    /// Flag of the implementation list.
    pub tolerate_missing: bool,
    /// Flag of the implementation list.
    pub province_wide: bool,
    /// Flag of the implementation list.
    pub cross_province: bool,
    /// Flag of the implementation list.
    pub village_level: bool,
    /// Flag of the implementation list.
    pub package: bool,
    /// Whether renewal after its window is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_renewal: Option<bool>,
    /// Materials.
    pub materials: Vec<Material>,
    /// Type of the result.
    pub result_licence_type: Option<String>,
    /// Item of supervision.
    pub supervision_item: String,
    /// Special steps.
    pub special_steps: Vec<String>,
    /// Names of the stages.
    pub stages_zh: Vec<String>,
}

/// A material.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Place in the list.
    pub no: u16,
    /// Chinese name.
    pub name_zh: String,
    /// Means of having it.
    pub means: String,
    /// Whether it may follow.
    pub may_follow: bool,
    /// The licence it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_type: Option<String>,
    /// The law that allows asking for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// The field it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// What the office adds to the published files: `powers.json`. Seals, delegations, calendars,
/// transfers, power lists, and documents that nobody may ask for any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Powers {
    /// The day the file speaks of.
    pub as_of: String,
    /// Scopes of seals.
    pub seals: Vec<Seal>,
    /// Delegations.
    #[serde(default)]
    pub delegations: Vec<Delegation>,
    /// Holidays by region.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<Calendar>,
    /// Transfers of powers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<Transfer>,
    /// Power lists of bodies that have published one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub power_lists: Vec<PowerList>,
    /// Documents that were cancelled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancelled_documents: Vec<CancelledDocument>,
}

/// A seal's scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Code.
    pub seal_code: String,
    /// Chinese name.
    pub name_zh: String,
    /// Department.
    pub holder: String,
    /// Kind of seal.
    pub kind: String,
    /// Document purposes.
    pub purposes: Vec<String>,
    /// Matters; absent means every matter of the department's power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matters: Option<Vec<String>>,
    /// First day.
    pub valid_from: String,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
}

/// A delegation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// Key.
    pub key: String,
    /// Lender.
    pub from: String,
    /// Actor.
    pub to: String,
    /// Document purposes.
    pub purposes: Vec<String>,
    /// Matters; absent means every matter of the lender's power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matters: Option<Vec<String>>,
    /// First day.
    pub valid_from: String,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// From this day on revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_from: Option<String>,
}

/// The holidays of a region.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Region; holds for those in it that have none of their own.
    pub region: String,
    /// First day that is known.
    pub valid_from: String,
    /// Last day that is known.
    pub valid_to: String,
    /// Days that are not worked, beside the weekends.
    pub holidays: Vec<String>,
    /// Weekends that are worked.
    #[serde(default)]
    pub worked: Vec<String>,
    /// A note for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A transfer of powers on a day.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Key.
    pub key: String,
    /// Who decided before.
    pub from: String,
    /// Who decides from the day on.
    pub to: String,
    /// For which matters.
    pub matters: Vec<String>,
    /// First day of the new power.
    pub on: String,
    /// What moves it.
    pub legal_basis: String,
}

/// The published power list of a body.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerList {
    /// Department.
    pub body: String,
    /// Its powers.
    pub powers: Vec<ListedPower>,
}

/// One power of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedPower {
    /// Matter.
    pub matter: String,
    /// The law that gives it.
    pub legal_basis: String,
    /// First day.
    pub valid_from: String,
    /// Last day; absent while it is not cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
}

/// A document that was cancelled.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelledDocument {
    /// Chinese name, as materials call it.
    pub name_zh: String,
    /// First day on which nobody may ask for it.
    pub cancelled_from: String,
    /// What cancels it.
    pub legal_basis: String,
}
