//! What a licence is at a moment: its phase in the table, and what an inspector is told.

use catalogue::Ending;
use time::UtcDateTime;

use crate::identifier::Version;

/// The states of domain.md 4.1. *Not yet valid*, *expired* and *superseded* are computed from
/// moment and versions; the others are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// 草稿: fields are being filled.
    Draft,
    /// 待签章: decided, waiting for release.
    PendingSeal,
    /// 未生效: issued, starts later.
    NotYetValid,
    /// 有效: issued and in its period.
    Valid,
    /// 暂停: stopped for a time.
    Suspended,
    /// 过期: its period is over.
    Expired,
    /// 已变更: a later version holds.
    Superseded,
    /// 注销, 撤销, 撤回, 吊销.
    Ended(Ending),
    /// 作废: an issue error found before any use.
    Voided,
    /// 归档: retention of an ended licence.
    Archived,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 13] = [
        Self::Draft,
        Self::PendingSeal,
        Self::NotYetValid,
        Self::Valid,
        Self::Suspended,
        Self::Expired,
        Self::Superseded,
        Self::Ended(Ending::Deregistered),
        Self::Ended(Ending::Annulled),
        Self::Ended(Ending::Withdrawn),
        Self::Ended(Ending::Revoked),
        Self::Voided,
        Self::Archived,
    ];

    /// The stable code, such as `pending_seal`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::PendingSeal => "pending_seal",
            Self::NotYetValid => "not_yet_valid",
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Ended(ending) => ending.code(),
            Self::Voided => "voided",
            Self::Archived => "archived",
        }
    }

    /// The phase of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.code() == code)
    }
}

/// What an inspector is told, as far as the register knows (domain.md 4.6, from `void` on).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Draft or waiting for its seal: nothing has been issued.
    Unknown,
    /// Void since then.
    Void {
        /// From this moment.
        since: UtcDateTime,
    },
    /// Ended since then.
    Ended {
        /// Which ending.
        ending: Ending,
        /// From this moment.
        since: UtcDateTime,
        /// Whether the record has been archived.
        archived: bool,
    },
    /// A later version holds.
    Superseded {
        /// That version.
        by: Version,
        /// From this moment.
        since: UtcDateTime,
    },
    /// Stopped for a time.
    Suspended {
        /// From this moment.
        since: UtcDateTime,
        /// To this moment, or until lifted.
        until: Option<UtcDateTime>,
    },
    /// Starts later.
    NotYetValid {
        /// At this moment.
        from: UtcDateTime,
    },
    /// Over.
    Expired {
        /// From this moment.
        since: UtcDateTime,
    },
    /// Valid.
    Valid,
}

impl Status {
    /// The word of the answer (domain.md 4.6), such as `not_yet_valid`.
    #[must_use]
    pub fn answer(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Void { .. } => "void",
            Self::Ended { ending, .. } => ending.code(),
            Self::Superseded { .. } => "superseded",
            Self::Suspended { .. } => "suspended",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::Expired { .. } => "expired",
            Self::Valid => "valid",
        }
    }

    /// The entry of the version in its status list (D20): 0 valid, 1 ended or void, 2 suspended,
    /// 3 superseded. Expiry is no entry: the period stands in the document.
    #[must_use]
    pub fn list_entry(self) -> u8 {
        match self {
            // A reserved index looks valid until there is something to say.
            Self::Unknown | Self::NotYetValid { .. } | Self::Expired { .. } | Self::Valid => 0,
            Self::Void { .. } | Self::Ended { .. } => 1,
            Self::Suspended { .. } => 2,
            Self::Superseded { .. } => 3,
        }
    }
}
