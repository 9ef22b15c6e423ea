//! T-P4: a statement about rows that belong to a department says of which, or is named here with the reason why not. A
//! condition that somebody forgets fails the house before it leaks.

use std::collections::BTreeSet;

use crate::sources::{files_below, root, rust_files};

/// A statement by its file below `crates` and its beginning.
type Named = (&'static str, &'static str);

/// What it belongs to was found before and compared with the department: by the same transaction, or by the look-up that
/// this one goes on from.
const FOUND_BEFORE: &[Named] = &[
    (
        "registry/src/batches/look.rs",
        "SELECT job.state, COUNT(*) FROM batch_line",
    ),
    (
        "registry/src/batches/look.rs",
        "SELECT l.job, l.place, l.entry",
    ),
    (
        "registry/src/batches/release.rs",
        "UPDATE batch_line SET held",
    ),
    (
        "registry/src/cases/taking.rs",
        "UPDATE case_file SET department",
    ),
    ("registry/src/copies.rs", "SELECT id FROM licence"),
    (
        "registry/src/licences/change.rs",
        "UPDATE licence SET events",
    ),
    (
        "registry/src/licences/following.rs",
        "SELECT id FROM licence",
    ),
    (
        "registry/src/licences/reserve.rs",
        "SELECT number FROM licence",
    ),
    (
        "registry/src/licences/version.rs",
        "SELECT identifier FROM version WHERE licence",
    ),
    (
        "registry/src/licences/version.rs",
        "SELECT e.identifier, e.revision",
    ),
    (
        "registry/src/licences/voiding.rs",
        "SELECT person, terms, until_moment",
    ),
    (
        "registry/src/licences/voiding.rs",
        "DELETE FROM void_consent",
    ),
    ("notices/src/book.rs", "UPDATE notice SET state"),
    ("rolls/src/accounts/order.rs", "UPDATE account SET events"),
    // The ledger of a seal is over whatever department used it: whose the seal is was compared with who asks.
    (
        "trail/src/log/made.rs",
        "SELECT CAST(COALESCE(SUM(attempts)",
    ),
    ("trail/src/log/made.rs", "SELECT COUNT(CASE WHEN substr"),
    ("trail/src/log/made.rs", "SELECT id, attempts FROM job"),
    (
        "trail/src/trace/used.rs",
        "SELECT COUNT(*), COUNT(CASE WHEN detail",
    ),
    ("rolls/src/seals.rs", "SELECT CAST(COALESCE(SUM(uses), 0)"),
    ("rolls/src/seals.rs", "UPDATE seal SET pending_event"),
    ("rolls/src/seals.rs", "UPDATE seal SET stage"),
    ("rolls/src/seals.rs", "SELECT number, event, stage, moment"),
];

/// A rule asks whatever body's row it is, and the answer shows none of it: a stop order, a seal out of use, a name that is
/// taken, roles of one person in all their accounts (R3, R6).
const ASKED_BY_A_RULE: &[Named] = &[
    (
        "registry/src/cases.rs",
        "SELECT stopped FROM case_file WHERE case_number = $1 FOR SHARE",
    ),
    (
        "registry/src/cases.rs",
        "SELECT stopped FROM case_file WHERE case_number = $1",
    ),
    ("registry/src/licences/reserve.rs", "SELECT 1 FROM version"),
    ("rolls/src/accounts/account.rs", "SELECT 1 FROM caller"),
    (
        "rolls/src/accounts/account.rs",
        "SELECT person FROM account",
    ),
    ("rolls/src/accounts/held.rs", "SELECT 1 FROM person"),
    // A name has one account, whosever it is; one that has ended gives it back.
    (
        "rolls/src/accounts/provided.rs",
        "DELETE FROM openid_name WHERE name",
    ),
    // A key has one account, whosever it is; what one administrator alone has said gives way.
    (
        "rolls/src/callers/bound.rs",
        "DELETE FROM caller_key WHERE digest = $1 AND confirmed",
    ),
    ("rolls/src/accounts/held.rs", "SELECT CASE WHEN next_from"),
    ("rolls/src/accounts/held.rs", "SELECT scopes FROM caller"),
    ("rolls/src/callers/machine.rs", "SELECT 1 FROM account"),
    (
        "rolls/src/seals/in_use.rs",
        "SELECT stage, scope, (SELECT COALESCE(MAX(version), 0) FROM catalogue_import) FROM seal WHERE code = $1 FOR SHARE",
    ),
    (
        "rolls/src/seals/in_use.rs",
        "SELECT stage, scope, (SELECT COALESCE(MAX(version), 0) FROM catalogue_import) FROM seal WHERE code = $1",
    ),
    // T-S7: how often a seal is released counts over all who use it, and the people of a department over all seals.
    ("releasing/src/tally.rs", "DELETE FROM release_tick"),
    ("releasing/src/tally.rs", "UPDATE release_tally SET number"),
    ("releasing/src/tally.rs", "UPDATE release_tally SET stopped"),
    ("rolls/src/seals.rs", "SELECT people FROM seal_event"),
    ("rolls/src/seals.rs", "SELECT digest FROM seal_application"),
    (
        "applications/src/lists.rs",
        "SELECT code, digest FROM seal_application",
    ),
    (
        "rolls/src/seals/page.rs",
        "SELECT signing_key, CAST(SUM(uses) AS BIGINT) FROM key_total",
    ),
];

/// Whoever has the secret has the row: a handle, a session's token, a password with its account.
const BY_ITS_SECRET: &[Named] = &[
    (
        "rolls/src/accounts/account.rs",
        "UPDATE account SET password = $3, factor",
    ),
    (
        "rolls/src/accounts/account.rs",
        "SELECT password, factor, factor_used",
    ),
    ("rolls/src/accounts/session.rs", "UPDATE session SET used"),
    (
        "rolls/src/accounts/session.rs",
        "UPDATE session SET ended = $2 WHERE token",
    ),
    ("rolls/src/links.rs", "SELECT object FROM person_link"),
    // The provider says who comes with this name.
    (
        "rolls/src/accounts/provided.rs",
        "SELECT account, confirmed FROM openid_name",
    ),
    // Who comes over TLS has proven to have the key.
    (
        "rolls/src/callers/bound.rs",
        "SELECT caller, confirmed, ended FROM caller_key",
    ),
];

/// What the service does for all: upkeep, backup, the log's audit, lists and answers of the certificate authority.
const FOR_ALL: &[Named] = &[
    ("registry/src/backup.rs", "SELECT object FROM file"),
    ("registry/src/cases.rs", "UPDATE case_file SET looked"),
    (
        "registry/src/cases.rs",
        "SELECT case_number FROM case_file WHERE watched",
    ),
    ("registry/src/licences/change.rs", "DELETE FROM archive_due"),
    (
        "registry/src/licences/change.rs",
        "SELECT identifier FROM archive_due",
    ),
    ("rolls/src/accounts/session.rs", "DELETE FROM session"),
    (
        "roster/src/activations.rs",
        "DELETE FROM activation_hash WHERE",
    ),
    ("roster/src/activations.rs", "DELETE FROM activation WHERE"),
    ("rolls/src/certificates.rs", "UPDATE certificate SET voided"),
    (
        "rolls/src/certificates.rs",
        "UPDATE certificate SET revoked = NULL",
    ),
    ("rolls/src/certificates.rs", "UPDATE certificate SET der"),
    (
        "rolls/src/certificates.rs",
        "UPDATE certificate SET revoked = $3",
    ),
    (
        "rolls/src/certificates/answers.rs",
        "SELECT a.serial, a.changes",
    ),
    (
        "rolls/src/certificates/lists.rs",
        "SELECT serial, revoked, reason, invalid FROM certificate WHERE issuer = $1 AND revoked",
    ),
    (
        "rolls/src/certificates/lists.rs",
        "SELECT serial, revoked, reason, invalid FROM certificate WHERE issuer = $1 AND shard",
    ),
    ("rolls/src/drills.rs", "SELECT 1 FROM drill WHERE ended"),
    ("rolls/src/portfolio.rs", "DELETE FROM portfolio_standing"),
    (
        "rolls/src/seals/page.rs",
        "SELECT code FROM seal WHERE stage",
    ),
    ("rolls/src/seals/page.rs", "SELECT code FROM seal"),
    (
        "rolls/src/seals/page.rs",
        "SELECT code, scope FROM seal WHERE scope",
    ),
    ("rolls/src/seals.rs", "SELECT code FROM seal WHERE stage"),
    ("trail/src/asked.rs", "DELETE FROM request WHERE asked"),
    ("trail/src/journal.rs", "SELECT MAX(moment) FROM trace"),
    ("trail/src/trace.rs", "SELECT l.entry_index FROM log_leaf"),
];

/// A case, and a package of them, has one number over all bodies: whoever acts is judged by the record of each case.
const OF_ONE_CASE: &[Named] = &[
    (
        "registry/src/cases.rs",
        "SELECT case_number, matter FROM package_case",
    ),
    ("registry/src/cases/taking.rs", "DELETE FROM case_file"),
    (
        "registry/src/cases/taking.rs",
        "SELECT j.decision, r.releaser",
    ),
];

/// The content that comes back names its publisher, which an act compares; who only looks is shown what is published.
const SAYS_ITSELF: &[Named] = &[
    (
        "notices/src/book.rs",
        "SELECT content FROM notice WHERE number = $1 FOR UPDATE",
    ),
    (
        "notices/src/book.rs",
        "SELECT content FROM notice WHERE number = $1",
    ),
];

/// R15: the holders' codes come from the case that was judged, so that no other licence is looked at.
const OF_THE_CASES_PEOPLE: &[Named] = &[
    (
        "registry/src/uses/taking.rs",
        "SELECT v.identifier FROM version",
    ),
    (
        "registry/src/uses/taking.rs",
        "SELECT holder_digest FROM version",
    ),
];

const REASONS: [&[Named]; 7] = [
    FOUND_BEFORE,
    ASKED_BY_A_RULE,
    BY_ITS_SECRET,
    FOR_ALL,
    OF_ONE_CASE,
    SAYS_ITSELF,
    OF_THE_CASES_PEOPLE,
];

const BEGINNINGS: [&str; 4] = ["SELECT ", "UPDATE ", "DELETE ", "INSERT "];

/// Tables whose rows name a department.
fn departmental() -> BTreeSet<String> {
    let mut paths = Vec::new();
    files_below(&root().join("crates"), "sql", &mut paths);
    let mut tables = BTreeSet::new();
    for path in paths {
        let text = std::fs::read_to_string(path).expect("migrations are UTF-8");
        for table in text.split("CREATE TABLE ").skip(1) {
            let (name, rest) = table.split_once('(').expect("a table has columns");
            let columns = rest.split("\n)").next().unwrap_or(rest);
            let mut lines = columns.lines().map(str::trim_start);
            if lines.any(|line| line.starts_with("department ")) {
                tables.insert(name.trim().to_owned());
            }
        }
    }
    tables
}

/// The statements of a source, each on one line.
fn statements(text: &str) -> Vec<String> {
    let begins = |rest: &str| BEGINNINGS.iter().any(|word| rest.starts_with(word));
    text.match_indices('"')
        .filter_map(|(at, _)| text.get(at + 1..))
        .filter(|rest| begins(rest))
        .map(|rest| rest.split('"').next().unwrap_or(rest).replace('\\', " "))
        .map(|found| found.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Whether it is about rows of departments and does not say of which. Who is told, and who asked, are narrower than a
/// department; a statement that reads whose a row is leaves it to its reader to compare.
fn forgets(statement: &str, tables: &BTreeSet<String>) -> bool {
    let words: Vec<&str> = statement
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .collect();
    let is_about = words.windows(2).any(|pair| {
        matches!(pair, [before, table]
            if ["FROM", "JOIN", "UPDATE", "INTO"].contains(before) && tables.contains(*table))
    });
    let says = ["department", "receiver = ", "caller = "];
    let said = match statement.split_once(" FROM ") {
        // What is selected, or what is asked for.
        Some((_, after)) if statement.starts_with("DELETE") => after,
        _ if statement.starts_with("UPDATE") => statement
            .split_once(" WHERE ")
            .map_or("", |(_, asked)| asked),
        _ => statement,
    };
    is_about && !says.iter().any(|word| said.contains(word))
}

#[test]
fn a_statement_about_rows_of_departments_says_of_which() {
    let tables = departmental();
    assert!(tables.len() > 30, "{tables:?}");
    let mut left: BTreeSet<Named> = REASONS.iter().copied().flatten().copied().collect();
    let named = left.clone();
    let mut wrong = Vec::new();
    for (path, text) in rust_files() {
        let path = path.to_string_lossy();
        let file = path
            .strip_prefix("crates/")
            .filter(|file| file.contains("/src/"));
        let Some(file) = file else { continue };
        for statement in statements(&text) {
            if !forgets(&statement, &tables) {
                continue;
            }
            let ours = named
                .iter()
                .filter(|(of, begins)| *of == file && statement.starts_with(begins));
            match ours.max_by_key(|(_, begins)| begins.len()) {
                Some(found) => {
                    left.remove(found);
                }
                None => wrong.push(format!("{file}: {statement}")),
            }
        }
    }
    assert!(wrong.is_empty(), "no department and no reason: {wrong:#?}");
    assert!(left.is_empty(), "named and not there: {left:#?}");
}

#[test]
fn a_forgotten_department_is_found() {
    let tables = BTreeSet::from(["licence".to_owned(), "job".to_owned()]);
    let source = r#"
        const ONE: &str = "SELECT number FROM licence \
             WHERE id = $1";
        const TWO: &str = "SELECT number FROM licence WHERE id = $1 AND department = $2";
        const THREE: &str = "UPDATE job SET department = $2 WHERE id = $1";
        const FOUR: &str = "DELETE FROM job WHERE id = $1";
        const FIVE: &str = "INSERT INTO job (id, department) VALUES ($1, $2)";
        const SIX: &str = "SELECT number FROM nonce AS n JOIN licence AS l ON l.id = n.id";
        const SEVEN: &str = "SELECT id FROM nonce";
    "#;
    let found = statements(source);
    assert_eq!(found.len(), 7);
    let forgetful: Vec<bool> = found
        .iter()
        .map(|statement| forgets(statement, &tables))
        .collect();
    assert_eq!(
        forgetful,
        [true, false, true, true, false, true, false],
        "{found:#?}"
    );
}
