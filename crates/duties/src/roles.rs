//! The roles of one account, and of one person over several.

use std::collections::BTreeSet;
use std::fmt;

use dossier::person::Role as Capacity;

use crate::never::{By, NEVER};
use crate::operation::Operation;
use crate::role::{Held, Role};
use crate::table::{TABLE, row};

/// Roles of one account: each held by accounts, none of which gives what another one never does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeSet<Role>);

/// These are not the roles of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadRoles {
    /// There is none.
    #[error("an account has a role")]
    None,
    /// There is no role of that name.
    #[error("there is no role of that name")]
    Unknown,
    /// Nobody has it by an account.
    #[error("nobody is {} by an account", .0.code())]
    NoAccount(Role),
    /// One of them gives what another one never does.
    #[error("{} never has what {} has: {}", role.code(), other.code(), operation.code())]
    Contradict {
        /// Who never does it.
        role: Role,
        /// Who does.
        other: Role,
        /// What.
        operation: Operation,
    },
    /// Two of them no person has both.
    #[error(transparent)]
    Apart(#[from] RolesApart),
}

/// One person would have two roles that belong to two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} and {} are two people", one.code(), other.code())]
pub struct RolesApart {
    /// The one.
    pub one: Role,
    /// The other.
    pub other: Role,
}

/// Roles that no person has both, over all accounts: who asks for, decides and releases *one* thing is told apart by
/// what they did (R3); these are told apart at once.
pub const APART: &[(Role, Role)] = &[
    // R3: release and administer. domain.md 3: a seal administrator never uses a seal.
    (Role::Custodian, Role::SealAdministrator),
    // domain.md 3: converter and checker are never both.
    (Role::Converter, Role::Checker),
    // T-S4: administrators cannot approve, nor make themselves an approver.
    (Role::Custodian, Role::Administrator),
    (Role::Approver, Role::Administrator),
    // domain.md 3: a supervisor never decides a case.
    (Role::Supervisor, Role::Approver),
    // threat-model 2: the auditor is independent of the administrator, and of who is looked at.
    (Role::Auditor, Role::Administrator),
    (Role::Auditor, Role::Approver),
    (Role::Auditor, Role::Custodian),
];

/// Whether one person may have all these roles.
///
/// # Errors
/// [`RolesApart`]: the first pair that belongs to two people.
pub fn apart(roles: impl IntoIterator<Item = Role>) -> Result<(), RolesApart> {
    let held: BTreeSet<Role> = roles.into_iter().collect();
    let both = |(one, other): &&(Role, Role)| held.contains(one) && held.contains(other);
    match APART.iter().find(both) {
        Some(&(one, other)) => Err(RolesApart { one, other }),
        None => Ok(()),
    }
}

impl Roles {
    /// No role, as a machine has.
    #[must_use]
    pub fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// Roles by their names, with blanks between them.
    ///
    /// # Errors
    /// [`ReadRoles`]; a set that contradicts itself cannot be made.
    pub fn read(text: &str) -> Result<Self, ReadRoles> {
        let mut roles = BTreeSet::new();
        for code in text.split_whitespace() {
            let role = Role::find(code).ok_or(ReadRoles::Unknown)?;
            if role.held() != Held::Account {
                return Err(ReadRoles::NoAccount(role));
            }
            roles.insert(role);
        }
        if roles.is_empty() {
            return Err(ReadRoles::None);
        }
        apart(roles.iter().copied())?;
        let this = Self(roles);
        match this.contradiction() {
            Some((role, other, operation)) => Err(ReadRoles::Contradict {
                role,
                other,
                operation,
            }),
            None => Ok(this),
        }
    }

    fn contradiction(&self) -> Option<(Role, Role, Operation)> {
        let never = NEVER.iter().filter(|never| self.has(never.role));
        for never in never {
            let By::NoRow(operations) = never.by else {
                continue;
            };
            let given = TABLE
                .iter()
                .filter(|row| operations.contains(&row.operation));
            for row in given {
                if let Some(other) = row.roles.iter().find(|role| self.has(**role)) {
                    return Some((never.role, *other, row.operation));
                }
            }
        }
        None
    }

    /// Whether a role is one of them.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether who has them looks as an auditor and in no other duty: then they see acts, and nobody's name.
    #[must_use]
    pub fn audit_alone(&self) -> bool {
        let others = [
            Role::Approver,
            Role::Custodian,
            Role::SealAdministrator,
            Role::Supervisor,
            Role::Archivist,
        ];
        self.has(Role::Auditor) && !others.into_iter().any(|role| self.has(role))
    }

    /// Whether one of them acts in this capacity in a case.
    #[must_use]
    pub fn acts_as(&self, capacity: Capacity) -> bool {
        self.0.iter().any(|role| role.capacity() == Some(capacity))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }

    /// T-P1: whether who has them signs in with a second factor.
    #[must_use]
    pub fn need_second_factor(&self) -> bool {
        self.0.iter().any(|role| role.needs_second_factor())
    }

    /// T-S4: whether an account with them waits for a second administrator, or a day.
    #[must_use]
    pub fn are_confirmed(&self) -> bool {
        self.0.iter().any(|role| role.is_confirmed())
    }

    /// T-S4: whether an account that is to have `others` instead waits for it: a change of who decides, releases or
    /// administers, whether one is given or taken.
    #[must_use]
    pub fn are_changed_confirmed(&self, others: &Roles) -> bool {
        self.0
            .symmetric_difference(&others.0)
            .any(|role| role.is_confirmed())
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, role) in self.0.iter().enumerate() {
            let blank = if at == 0 { "" } else { " " };
            write!(formatter, "{blank}{}", role.code())?;
        }
        Ok(())
    }
}

/// Whether one of these roles may do it. What no row says is denied (T-P3).
#[must_use]
pub fn may(roles: &Roles, operation: Operation) -> bool {
    row(operation).is_some_and(|row| row.roles.iter().any(|role| roles.has(*role)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_back_as_they_are_written() {
        let roles = Roles::read("officer clerk").expect("clerk and officer go together");
        assert_eq!(roles.to_string(), "clerk officer");
        assert_eq!(Roles::read(&roles.to_string()), Ok(roles));
    }

    #[test]
    fn a_change_waits_where_who_decides_releases_or_administers_is_given_or_taken() {
        let waits = |one: &str, other: &str| {
            let roles = [one, other].map(|text| Roles::read(text).expect("roles"));
            let [one, other] = roles;
            assert_eq!(
                one.are_changed_confirmed(&other),
                other.are_changed_confirmed(&one)
            );
            one.are_changed_confirmed(&other)
        };
        assert!(!waits("clerk", "clerk officer") && !waits("approver", "approver industry"));
        for role in Role::ALL.into_iter().filter(|role| role.is_confirmed()) {
            assert!(waits("archivist", role.code()), "{role:?}");
        }
    }

    #[test]
    fn what_no_account_holds_is_refused() {
        assert_eq!(Roles::read(" "), Err(ReadRoles::None));
        assert_eq!(Roles::read("clerk root"), Err(ReadRoles::Unknown));
        for role in Role::ALL {
            let held = role.held() == Held::Account;
            assert_eq!(Roles::read(role.code()).is_ok(), held, "{role:?}");
        }
    }

    #[test]
    fn every_pair_of_roles_is_one_person_s_or_two_as_the_tables_say() {
        for one in Role::ALL
            .into_iter()
            .filter(|role| role.held() == Held::Account)
        {
            for other in Role::ALL
                .into_iter()
                .filter(|role| role.held() == Held::Account)
            {
                let listed = APART.contains(&(one, other)) || APART.contains(&(other, one));
                assert_eq!(apart([one, other]).is_err(), listed, "{one:?} {other:?}");
                let barred = |role: Role, other: Role| {
                    NEVER.iter().any(|never| match never.by {
                        By::NoRow(operations) if never.role == role => TABLE.iter().any(|row| {
                            operations.contains(&row.operation) && row.roles.contains(&other)
                        }),
                        _ => false,
                    })
                };
                let refused = listed || barred(one, other) || barred(other, one);
                let both = Roles::read(&format!("{} {}", one.code(), other.code()));
                assert_eq!(both.is_err(), refused, "{one:?} {other:?}");
            }
        }
    }
}
