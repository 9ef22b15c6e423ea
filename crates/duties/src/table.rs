//! Which role may do what, and on whose things.

use crate::operation::Operation;
use crate::role::Role;

/// On whose things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The own department's. Another's is answered as if it were not there (T-P3).
    Own,
    /// The own department's, and those of the region whose seals it administers.
    Region,
    /// Cases that concern the own department: it accepts, decides, decides a part, supervises, enforces.
    Concerned,
    /// Licences of every department, for a purpose that is stated, in a case of the own one (R15).
    Stated,
    /// The own department's, and those of the bodies that it supervises.
    Watched,
    /// What is every department's: the published catalogue.
    Common,
}

impl Reach {
    /// The word in `docs/accounts.md`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Region => "region",
            Self::Concerned => "concerned",
            Self::Stated => "stated",
            Self::Watched => "watched",
            Self::Common => "common",
        }
    }
}

/// One operation, on whose things, by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What is asked.
    pub operation: Operation,
    /// On whose things.
    pub reach: Reach,
    /// By one of these; nobody where there is none, whatever a machine's scopes say.
    pub roles: &'static [Role],
}

use Role::{
    Administrator, Approver, Archivist, Auditor, CatalogueAdministrator, Checker, Clerk, Converter,
    Custodian, Industry, Inspector, Officer, SealAdministrator, Supervisor,
};

/// Who signs in at all.
const PEOPLE: &[Role] = &[
    Clerk,
    Officer,
    Approver,
    Custodian,
    SealAdministrator,
    CatalogueAdministrator,
    Industry,
    Inspector,
    Supervisor,
    Archivist,
    Converter,
    Checker,
    Auditor,
    Administrator,
];

const fn own(operation: Operation, roles: &'static [Role]) -> Row {
    on(operation, Reach::Own, roles)
}

const fn on(operation: Operation, reach: Reach, roles: &'static [Role]) -> Row {
    Row {
        operation,
        reach,
        roles,
    }
}

/// The whole table, one row for each operation. An operation without a row, and a role that its row does not name, are
/// denied.
pub const TABLE: &[Row] = &[
    on(Operation::ReadCatalogue, Reach::Common, PEOPLE),
    // A whole catalogue would be written and published by one person: systems bring it.
    on(Operation::ImportCatalogue, Reach::Common, &[]),
    on(
        Operation::WriteMatter,
        Reach::Common,
        &[Officer, CatalogueAdministrator],
    ),
    on(
        Operation::PublishMatter,
        Reach::Common,
        &[CatalogueAdministrator],
    ),
    on(
        Operation::ReportEvent,
        Reach::Concerned,
        &[
            Clerk, Officer, Approver, Custodian, Industry, Inspector, Supervisor, Archivist,
        ],
    ),
    on(
        Operation::ReadCase,
        Reach::Concerned,
        &[
            Clerk, Officer, Approver, Custodian, Industry, Inspector, Supervisor, Archivist,
            Auditor,
        ],
    ),
    on(Operation::LinkCase, Reach::Concerned, &[Clerk]),
    on(
        Operation::ReadEvidence,
        Reach::Concerned,
        &[Officer, Approver, Archivist, Auditor],
    ),
    on(Operation::AskPaper, Reach::Concerned, &[Clerk, Officer]),
    on(
        Operation::ReadPapers,
        Reach::Concerned,
        &[Clerk, Officer, Approver, Archivist, Auditor],
    ),
    own(Operation::AskLicence, &[Officer]),
    own(
        Operation::ReadLicence,
        &[Clerk, Officer, Approver, Custodian, Industry, Archivist],
    ),
    on(
        Operation::UseLicence,
        Reach::Stated,
        &[Clerk, Officer, Approver],
    ),
    on(
        Operation::ReadUses,
        Reach::Watched,
        &[
            Clerk, Officer, Approver, Custodian, Industry, Supervisor, Archivist,
        ],
    ),
    own(Operation::ChangeLicence, &[Approver, Industry, Inspector]),
    own(Operation::EndPart, &[Approver, Industry]),
    own(Operation::VoidLicence, &[Officer, Approver]),
    own(Operation::ChangePaper, &[Clerk]),
    own(Operation::LeadAlias, &[Officer]),
    own(Operation::Restrict, &[Industry, Inspector]),
    own(
        Operation::LookRestrictions,
        &[Clerk, Officer, Approver, Custodian, Industry, Inspector],
    ),
    own(Operation::LookReleases, &[Custodian]),
    own(Operation::ReleaseSeal, &[Custodian]),
    own(Operation::LookJob, &[Officer, Custodian]),
    own(Operation::SealDocument, &[Officer]),
    own(Operation::ReadDocument, &[Clerk, Officer]),
    on(
        Operation::ReadSeals,
        Reach::Region,
        &[Custodian, SealAdministrator],
    ),
    on(
        Operation::ReadLedger,
        Reach::Watched,
        &[
            Approver,
            Custodian,
            SealAdministrator,
            Supervisor,
            Archivist,
            Auditor,
        ],
    ),
    on(
        Operation::CloseAlarm,
        Reach::Watched,
        &[Supervisor, Auditor],
    ),
    on(
        Operation::StopSeal,
        Reach::Region,
        &[Custodian, SealAdministrator],
    ),
    on(Operation::CancelSeal, Reach::Region, &[SealAdministrator]),
    on(
        Operation::WitnessSeal,
        Reach::Region,
        &[Custodian, SealAdministrator],
    ),
    own(Operation::ApplySeal, &[Officer]),
    on(
        Operation::ReadApplications,
        Reach::Region,
        &[Officer, Custodian, SealAdministrator],
    ),
    on(Operation::DecideSeal, Reach::Region, &[SealAdministrator]),
    own(Operation::AcceptSeal, &[Custodian]),
    own(Operation::KeepSigners, &[Clerk]),
    own(Operation::SignForPerson, &[Clerk]),
    own(Operation::KeepMandates, &[Clerk]),
    own(Operation::ReadMandates, &[Clerk, Administrator]),
    own(Operation::EndMandate, &[Clerk, Administrator]),
    own(Operation::WriteNotice, &[Officer]),
    own(Operation::ReadNotices, &[Clerk, Officer, Approver]),
    own(Operation::PublishNotice, &[Approver]),
    own(Operation::KeepCertificates, &[Administrator]),
    own(Operation::KeepSubscription, &[Administrator]),
    own(Operation::KeepAccounts, &[Administrator]),
    own(Operation::ChangeRoles, &[Administrator]),
    own(Operation::ReadAccounts, &[Administrator]),
    own(Operation::OwnSession, PEOPLE),
    on(
        Operation::ReadTrust,
        Reach::Common,
        &[CatalogueAdministrator, Auditor, Administrator],
    ),
    // R32: whose licences are taken is said where it is said what is licensed at all.
    on(
        Operation::KeepTrust,
        Reach::Common,
        &[CatalogueAdministrator],
    ),
    own(Operation::ReadProofs, &[Archivist, Auditor, Administrator]),
];

/// The row of an operation.
#[must_use]
pub fn row(operation: Operation) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.operation == operation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Held;
    use crate::roles::{Roles, may};

    const PAGE: &str = include_str!("../../../docs/accounts.md");

    #[test]
    fn every_operation_has_one_row_and_names_roles_with_accounts_alone() {
        for operation in Operation::all() {
            let rows = TABLE.iter().filter(|row| row.operation == operation);
            assert_eq!(rows.count(), 1, "{}", operation.code());
        }
        assert_eq!(TABLE.len(), Operation::all().count());
        for row in TABLE {
            assert!(row.roles.iter().all(|role| role.held() == Held::Account));
        }
    }

    #[test]
    fn what_a_role_is_not_named_for_it_may_not() {
        for role in PEOPLE {
            let alone = Roles::read(role.code()).expect("one role never contradicts itself");
            for row in TABLE {
                assert_eq!(may(&alone, row.operation), row.roles.contains(role));
            }
        }
        assert!(!may(&Roles::none(), Operation::ReadCatalogue));
    }

    #[test]
    fn the_page_shows_the_table_as_it_is() {
        let cells = |line: &str| -> Vec<String> {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        };
        let mut lines = PAGE
            .lines()
            .skip_while(|line| !line.starts_with("| operation |"));
        let head = cells(lines.next().expect("the page has the table"));
        let roles: Vec<Role> = head[2..]
            .iter()
            .map(|code| Role::find(code).expect("a role"))
            .collect();
        assert_eq!(roles, PEOPLE);
        let shown: Vec<Vec<String>> = lines
            .skip(1)
            .take_while(|line| line.starts_with('|'))
            .map(cells)
            .collect();
        assert_eq!(shown.len(), TABLE.len());
        for (row, line) in TABLE.iter().zip(shown) {
            let mut expected = vec![
                format!("`{}`", row.operation.code()),
                row.reach.code().to_owned(),
            ];
            expected.extend(
                PEOPLE
                    .iter()
                    .map(|role| if row.roles.contains(role) { "●" } else { "" }.to_owned()),
            );
            assert_eq!(line, expected);
        }
    }
}
