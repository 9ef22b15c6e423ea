//! The request to issue, as it travels. Nothing in it is checked; `admit` does that.

pub use crate::reference::{is_misspelt_case, is_reference};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A decided case that asks for its licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueRequest {
    /// The matter, such as `990102-XK-0001`.
    pub matter: String,
    /// The case (办件), such as `BJ-990102-20260608-00017`.
    pub case: String,
    /// The decision that grants it.
    pub decision: DecisionRequest,
    /// The licence type by its key, such as `ONE`.
    #[serde(rename = "type")]
    pub licence_type: String,
    /// The issuing department by its key, such as `Q-APR`.
    pub issuer: String,
    /// The holder.
    pub holder: HolderRequest,
    /// The fields of the type, by name.
    pub fields: Map<String, Value>,
    /// The first day, `YYYY-MM-DD`.
    pub valid_from: String,
    /// The last day, `长期`, or the words of the event; may be absent where the type's rule
    /// gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The licence number, if the approval system gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The serial of the identifier, if the approval system gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// A decision as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// The number of the decision document.
    pub number: String,
    /// The day of the decision, `YYYY-MM-DD`.
    pub decided_on: String,
    /// The account of the person who decided.
    pub decided_by: String,
    /// The numbers of the holder's restrictions that this person was shown (R13).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<String>,
}

/// A holder as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolderRequest {
    /// `person`, `org` or `project`.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The code: citizen's number, organisation code, project code.
    pub code: String,
}
