//! What each role may never do (domain.md 3), each under a name, and what keeps it.

use dossier::state::Act;

use crate::operation::Operation;
use crate::role::Role;

/// What keeps a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// No row of the table gives these to the role, and no account has it together with a role that has one.
    NoRow(&'static [Operation]),
    /// No row of the case's table names the capacity for these acts.
    NotInCase(&'static [Act]),
    /// No person has the role and this one.
    Apart(Role),
    /// The core refuses with this code, whoever asks.
    Refused(&'static str),
    /// Nobody signs in with it.
    NoAccount,
}

/// One "may never".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Never {
    /// Whose.
    pub role: Role,
    /// Its name.
    pub name: &'static str,
    /// What, in the words of domain.md 3.
    pub text: &'static str,
    /// What keeps it.
    pub by: By,
}

const fn never(role: Role, name: &'static str, text: &'static str, by: By) -> Never {
    Never {
        role,
        name,
        text,
        by,
    }
}

const DECISIONS: &[Act] = &[Act::Decide, Act::DecidePart];
/// What decides over a licence outside a case.
const ENDINGS: &[Operation] = &[Operation::ChangeLicence, Operation::EndPart];
/// What makes or changes a record.
const RECORDS: &[Operation] = &[
    Operation::AskLicence,
    Operation::AskPaper,
    Operation::SealDocument,
    Operation::ChangeLicence,
    Operation::EndPart,
    Operation::VoidLicence,
    Operation::ChangePaper,
    Operation::LeadAlias,
    Operation::ReleaseSeal,
];
/// What shows the fields of a licence or a document.
const FIELDS: &[Operation] = &[
    Operation::ReadLicence,
    Operation::ReadDocument,
    Operation::LookReleases,
];
/// What makes the documents that a seal is put on.
const DOCUMENTS: &[Operation] = &[
    Operation::AskLicence,
    Operation::AskPaper,
    Operation::SealDocument,
];
const SEAL_USE: &[Operation] = &[Operation::ReleaseSeal, Operation::LookReleases];

/// Every "may never" of domain.md 3, and of T-S4 for administrators.
pub const NEVER: &[Never] = &[
    never(
        Role::Applicant,
        "applicant.beyond-proxy",
        "act beyond a proxy's scope or after its end",
        By::Refused("mandate.out-of-scope"),
    ),
    never(
        Role::Agent,
        "agent.without-authorisation",
        "receive another's licence data without an authorisation",
        By::Refused("case.mandate-unknown"),
    ),
    never(
        Role::Clerk,
        "clerk.decides",
        "decide",
        By::NotInCase(DECISIONS),
    ),
    never(Role::Clerk, "clerk.ends", "decide", By::NoRow(ENDINGS)),
    never(
        Role::Clerk,
        "clerk.asks-unlisted",
        "ask for unlisted materials",
        By::Refused("case.asked-forbidden"),
    ),
    never(
        Role::Officer,
        "officer.decides-alone",
        "decide what they examined alone",
        By::Refused("case.same-person"),
    ),
    never(
        Role::Approver,
        "approver.releases-own",
        "release the seal of an own decision",
        By::Refused("release.duties-not-separate"),
    ),
    never(
        Role::Custodian,
        "custodian.decides",
        "decide",
        By::NotInCase(DECISIONS),
    ),
    never(
        Role::Custodian,
        "custodian.ends",
        "decide",
        By::NoRow(ENDINGS),
    ),
    never(
        Role::Custodian,
        "custodian.changes-document",
        "change the document",
        By::NoRow(DOCUMENTS),
    ),
    never(
        Role::Custodian,
        "custodian.makes-seal-alone",
        "alone make or destroy a seal",
        By::Refused("seal.same-person"),
    ),
    never(
        Role::SealAdministrator,
        "seal-administrator.uses-seal",
        "use a seal",
        By::NoRow(SEAL_USE),
    ),
    never(
        Role::SealAdministrator,
        "seal-administrator.is-custodian",
        "use a seal",
        By::Apart(Role::Custodian),
    ),
    never(
        Role::CatalogueAdministrator,
        "catalogue-administrator.publishes-own",
        "write a matter and publish it alone",
        By::Refused("matter.same-person"),
    ),
    never(
        Role::Industry,
        "industry.uses-approval-seal",
        "use the approval seal",
        By::NoRow(SEAL_USE),
    ),
    never(
        Role::Inspector,
        "inspector.sees-undisclosed",
        "see undisclosed fields without a legal basis code",
        By::NoRow(FIELDS),
    ),
    never(
        Role::Supervisor,
        "supervisor.decides",
        "decide a case",
        By::NotInCase(DECISIONS),
    ),
    never(
        Role::Supervisor,
        "supervisor.changes",
        "change a record",
        By::NoRow(RECORDS),
    ),
    never(
        Role::Archivist,
        "archivist.changes",
        "change the packages taken over",
        By::NoRow(RECORDS),
    ),
    never(
        Role::Converter,
        "converter.checks",
        "be both",
        By::Apart(Role::Checker),
    ),
    never(
        Role::Checker,
        "checker.converts",
        "be both",
        By::Apart(Role::Converter),
    ),
    never(
        Role::OtherRegion,
        "other-region.issues",
        "issue in this region's name",
        By::NoAccount,
    ),
    never(
        Role::CallingSystem,
        "calling-system.of-another",
        "act for a department it is not bound to",
        By::Refused("case.other-department"),
    ),
    never(
        Role::Auditor,
        "auditor.sees-private",
        "see private data not needed for the case",
        By::NoRow(FIELDS),
    ),
    never(
        Role::Auditor,
        "auditor.changes",
        "change a record",
        By::NoRow(RECORDS),
    ),
    never(
        Role::Administrator,
        "administrator.uses-seal",
        "approve the use of a seal",
        By::NoRow(SEAL_USE),
    ),
    never(
        Role::Administrator,
        "administrator.is-custodian",
        "add themselves as approver",
        By::Apart(Role::Custodian),
    ),
    never(
        Role::Administrator,
        "administrator.confirms-own",
        "let an account begin that they opened, or that is theirs",
        By::Refused("account.same-person"),
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::role::Held;
    use crate::roles::APART;
    use crate::table::row;

    const PAGE: &str = include_str!("../../../docs/accounts.md");

    #[test]
    fn each_never_of_the_table_holds() {
        for never in NEVER {
            let held = match never.by {
                By::NoRow(operations) => operations.iter().all(|operation| {
                    row(*operation).is_some_and(|row| !row.roles.contains(&never.role))
                }),
                By::NotInCase(acts) => {
                    let capacity = never.role.capacity().expect("it acts in cases");
                    dossier::state::CASE
                        .iter()
                        .filter(|row| acts.contains(&row.act))
                        .all(|row| !row.by.contains(&capacity))
                }
                By::Apart(other) => {
                    APART.contains(&(never.role, other)) || APART.contains(&(other, never.role))
                }
                By::Refused(code) => PAGE.contains(&format!("`{code}`")),
                By::NoAccount => never.role.held() != Held::Account,
            };
            assert!(held, "{}", never.name);
        }
    }

    #[test]
    fn every_role_of_domain_3_has_a_never_and_names_differ() {
        let names: BTreeSet<&str> = NEVER.iter().map(|never| never.name).collect();
        assert_eq!(names.len(), NEVER.len());
        for role in Role::ALL {
            assert!(NEVER.iter().any(|never| never.role == role), "{role:?}");
        }
    }

    #[test]
    fn the_page_names_each_of_them() {
        for never in NEVER {
            let line = format!(
                "| `{}` | {} | {} |",
                never.name,
                never.role.code(),
                never.text
            );
            assert!(PAGE.contains(&line), "{line}");
        }
    }
}
