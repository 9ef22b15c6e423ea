//! What the database itself keeps of the boundary between departments (T-P4): no row hangs on another department's row.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::stage::Service;

/// Versions of a licence may be issued by different departments: the licence's row is the first one's.
const SHARED: [(&str, &str); 1] = [("version", "licence")];

fn texts(connection: &Connection, statement: &str, column: usize) -> Vec<String> {
    let mut statement = connection.prepare(statement).expect("a statement");
    let rows = statement.query_map([], |row| row.get::<_, String>(column));
    rows.expect("rows")
        .map(|text| text.expect("a text"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_foreign_key_between_departments_things_names_the_department() {
    let service = Service::start(None).await;
    let file = service.installation.folder().join("registry.db");
    let connection = Connection::open(file).expect("it opens");
    let tables = texts(
        &connection,
        "SELECT name FROM sqlite_schema WHERE type = 'table'",
        0,
    );
    let bound: BTreeSet<&String> = tables
        .iter()
        .filter(|table| {
            let columns = format!("SELECT name FROM pragma_table_info('{table}')");
            texts(&connection, &columns, 0).contains(&"department".to_owned())
        })
        .collect();
    assert!(bound.len() > 20, "{bound:?}");
    let (mut seen, mut wrong) = (0, Vec::new());
    for table in &bound {
        let keys = format!(
            "SELECT CAST(id AS TEXT), \"table\", \"from\", coalesce(\"to\", '') FROM pragma_foreign_key_list('{table}')"
        );
        let mut pairs: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
        let all = (0..4).map(|column| texts(&connection, &keys, column));
        let all: Vec<Vec<String>> = all.collect();
        let [keys, parents, froms, tos] = all.try_into().expect("four columns");
        let columns = froms.into_iter().zip(tos);
        for (key, column) in keys.into_iter().zip(parents).zip(columns) {
            pairs.entry(key).or_default().push(column);
        }
        for ((_, parent), columns) in pairs {
            if !bound.contains(&parent) || SHARED.contains(&(table.as_str(), parent.as_str())) {
                continue;
            }
            seen += 1;
            if !columns.contains(&("department".to_owned(), "department".to_owned())) {
                wrong.push(format!("{table} -> {parent}: {columns:?}"));
            }
        }
    }
    assert!(seen > 8, "{seen}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_forgets_the_department_hangs_nothing_on_another_one_s_row() {
    let service = Service::start(None).await;
    service
        .opened(("Q-APR", "zhou.clerk", "P-ZHOU"), "clerk")
        .await;
    let file = service.installation.folder().join("registry.db");
    let connection = Connection::open(file).expect("it opens");
    let wait = std::time::Duration::from_secs(10);
    connection.busy_timeout(wait).expect("it waits");
    connection
        .execute_batch("PRAGMA foreign_keys = ON")
        .expect("kept");
    let session = |department: &str, token: u8| {
        connection.execute(
            "INSERT INTO session (token, department, account, begun, used) VALUES (?1, ?2, 'zhou.clerk', 0, 0)",
            rusqlite::params![[token; 32], department],
        )
    };
    assert!(
        session("C-FIRE", 1).is_err(),
        "the account is another department's"
    );
    assert_eq!(session("Q-APR", 2), Ok(1));
    // With what hangs on it a row does not go over to another department, either.
    let moved = connection.execute(
        "UPDATE account SET department = 'C-FIRE' WHERE id = 'zhou.clerk'",
        [],
    );
    assert!(moved.is_err());
}
