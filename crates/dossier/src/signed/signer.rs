//! Signature identities (domain.md 4.3): a person who signs with a key of their own, and how sure it is who they are.
//!
//! A handwriting sample is an appearance; the legal act is the key's signature over document digest, time and intent.

use catalogue::Rule;
use serde::{Deserialize, Serialize};

use crate::person::Role;
use crate::table::{NotListed, Row, next, row};

/// Where a signature identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerState {
    /// Asked for.
    Applied,
    /// It is known who the person is, at which level.
    IdentityProven,
    /// Its key signs.
    Active,
    /// Stopped for a time.
    Suspended,
    /// Given up: by its holder, for death, for a compromised key. What was signed before stays good.
    Cancelled,
    /// Its certificate is over.
    Expired,
    /// Its key was made for one document, and is destroyed.
    Spent,
}

/// What is done to a signature identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerAct {
    /// The identity was proven.
    Prove,
    /// The key was made and certified.
    Activate,
    /// Stopped.
    Suspend,
    /// Taken up again.
    Resume,
    /// Given up.
    Cancel,
    /// The certificate's last moment is over.
    Expire,
    /// A key for one document was destroyed.
    Spend,
}

impl SignerState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Applied,
        Self::IdentityProven,
        Self::Active,
        Self::Suspended,
        Self::Cancelled,
        Self::Expired,
        Self::Spent,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::IdentityProven => "identity_proven",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Spent => "spent",
        }
    }

    /// The state of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The state after `act`.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn step(self, act: SignerAct) -> Result<Self, NotListed> {
        next(
            SIGNER,
            (self, act),
            ("signature identity", self.code(), act.code()),
        )
    }
}

impl SignerAct {
    /// Every act.
    pub const ALL: [Self; 7] = [
        Self::Prove,
        Self::Activate,
        Self::Suspend,
        Self::Resume,
        Self::Cancel,
        Self::Expire,
        Self::Spend,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Prove => "prove",
            Self::Activate => "activate",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
            Self::Spend => "spend",
        }
    }

    /// The act of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.code() == code)
    }
}

const PROVEN: (&str, Rule) = ("real name or face checked against its source", Rule::R19);
const MADE: (&str, Rule) = ("key in custody, certificate issued", Rule::R10);
const STOPPED: (&str, Rule) = ("the holder's wish, or doubt about the key", Rule::R10);
const OVER: (&str, Rule) = ("the holder's wish, death, a compromised key", Rule::R10);
const ENDED: (&str, Rule) = ("the certificate's last moment is over", Rule::R10);

const USED: (&str, Rule) = (
    "the one document was signed, or was not; the key is destroyed",
    Rule::R10,
);

/// Every transition of a signature identity.
pub const SIGNER: &[Row<SignerState, SignerAct>] = {
    use SignerAct::{Activate, Cancel, Expire, Prove, Resume, Spend, Suspend};
    use SignerState::{Active, Applied, Cancelled, Expired, IdentityProven, Spent, Suspended};
    const OFFICE: &[Role] = &[Role::Clerk, Role::System];
    const HOLDER: &[Role] = &[Role::Applicant, Role::Clerk, Role::System];
    const SERVICE: &[Role] = &[Role::System];
    &[
        row(Applied, Prove, IdentityProven, OFFICE, PROVEN),
        row(IdentityProven, Activate, Active, SERVICE, MADE),
        row(Active, Suspend, Suspended, HOLDER, STOPPED),
        row(Suspended, Resume, Active, OFFICE, STOPPED),
        row(Active, Cancel, Cancelled, HOLDER, OVER),
        row(Suspended, Cancel, Cancelled, HOLDER, OVER),
        row(Active, Expire, Expired, SERVICE, ENDED),
        row(Suspended, Expire, Expired, SERVICE, ENDED),
        row(Active, Spend, Spent, SERVICE, USED),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_a_row_or_is_refused_by_its_names() {
        let listed = [
            ("applied", "prove", "identity_proven"),
            ("identity_proven", "activate", "active"),
            ("active", "suspend", "suspended"),
            ("suspended", "resume", "active"),
            ("active", "cancel", "cancelled"),
            ("suspended", "cancel", "cancelled"),
            ("active", "expire", "expired"),
            ("suspended", "expire", "expired"),
            ("active", "spend", "spent"),
        ];
        for state in SignerState::ALL {
            for act in SignerAct::ALL {
                let row = listed
                    .iter()
                    .find(|(from, by, _)| (*from, *by) == (state.code(), act.code()));
                match (row, state.step(act)) {
                    (Some((.., to)), Ok(after)) => assert_eq!(after.code(), *to),
                    (None, Err(refused)) => {
                        assert_eq!((refused.state, refused.act), (state.code(), act.code()));
                    }
                    (row, stepped) => panic!("{row:?} {stepped:?}"),
                }
            }
            assert_eq!(SignerState::find(state.code()), Some(state));
        }
        for act in SignerAct::ALL {
            assert_eq!(SignerAct::find(act.code()), Some(act));
        }
    }

    #[test]
    fn what_is_over_stays_over() {
        for state in [
            SignerState::Cancelled,
            SignerState::Expired,
            SignerState::Spent,
        ] {
            assert!(
                SignerAct::ALL
                    .into_iter()
                    .all(|act| state.step(act).is_err())
            );
        }
    }
}
