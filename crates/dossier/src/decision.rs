//! What was decided of a case or of a part, and by which way of deciding.

use catalogue::key::{DepartmentKey, PersonKey};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::text::{Words, day};

/// A decision as the approval system reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruled {
    /// The number of the decision document.
    pub number: Words,
    /// Which way.
    pub outcome: Outcome,
    /// By which way of deciding.
    pub mode: Mode,
    /// Why; asked for unless it is granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Words>,
    /// The numbers of the holder's restrictions that the approver was shown (R13).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<Words>,
}

/// A decision that stands: what was ruled, by whom, on which day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What was ruled.
    pub ruled: Ruled,
    /// The body.
    pub body: DepartmentKey,
    /// The person; for an automatic decision the owner of its rule (R5).
    pub by: PersonKey,
    /// The day in the body's zone.
    #[serde(with = "day")]
    pub on: Date,
}

/// Which way a case was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 准予
    Granted,
    /// 不予
    Refused,
    /// 终止
    Discontinued,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Granted, Self::Refused, Self::Discontinued];

    /// The legal term.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Granted => "准予",
            Self::Refused => "不予",
            Self::Discontinued => "终止",
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Discontinued => "discontinued",
        }
    }
}

/// By which way it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Mode {
    /// 一般程序: a person, on the materials.
    Ordinary,
    /// 告知承诺: a person, on what was promised (R19).
    Commitment,
    /// A published rule with its named owner (R5).
    Automatic {
        /// The rule's id.
        rule: Words,
        /// Who answers for it.
        owner: PersonKey,
    },
}
