//! A thousand entries of the trace, each changed, removed, moved or preceded by another one: each time the check says
//! where (T-L4). The database is SQLite: the check reads the same rows from either.

use registry::Registry;
use registry::journal::KeyUse;
use registry::trace::TraceFault;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::office::{by, department, signing};
use crate::stage::Stage;

const ENTRIES: i64 = 1_000;
const COLUMNS: [&str; 8] = [
    "actor",
    "act",
    "object",
    "detail",
    "signing_key",
    "moment",
    "previous",
    "digest",
];

fn used(number: i64) -> KeyUse {
    KeyUse {
        department: department(),
        by: by(number),
        key: signing().key,
        purpose: "ocsp".to_owned(),
        digests: vec![crypto::sha256(&number.to_be_bytes())],
        object: format!("serial {number}"),
    }
}

async fn faults(registry: &Registry) -> Vec<TraceFault> {
    let faults = registry.trace().check(&department()).await;
    faults.expect("answers")
}

fn place(fault: &TraceFault) -> i64 {
    let number = match fault {
        TraceFault::Changed { number }
        | TraceFault::Missing { number }
        | TraceFault::Moved { number } => *number,
        TraceFault::Truncated { number, .. } => number + 1,
        _ => 0,
    };
    i64::try_from(number).expect("few")
}

/// The value with one bit of one octet flipped; which one goes by the entry.
fn flipped(value: &Value, entry: i64) -> Value {
    match value {
        Value::Integer(number) => Value::Integer(number ^ 1),
        Value::Text(text) => {
            let octets = flip(text.as_bytes(), entry);
            Value::Text(String::from_utf8(octets).expect("ASCII"))
        }
        Value::Blob(octets) => Value::Blob(flip(octets, entry)),
        other => other.clone(),
    }
}

fn flip(octets: &[u8], entry: i64) -> Vec<u8> {
    let at = usize::try_from(entry).expect("few") * 7 % octets.len();
    let mut octets = octets.to_vec();
    *octets.get_mut(at).expect("an octet") ^= 1;
    octets
}

fn run(connection: &Connection, statement: &str) {
    connection.execute_batch(statement).expect("runs");
}

/// The first fault is at the entry, and none is further away than the one behind it.
async fn judge(registry: &Registry, entry: i64, what: &str) {
    let found = faults(registry).await;
    let first = found.first().map(place);
    assert_eq!(first, Some(entry), "{what} {entry}: {found:?}");
}

#[test]
fn any_entry_of_a_thousand_changed_removed_moved_or_inserted_is_found_and_located() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let stage = Stage::sqlite();
        let registry = stage.open().await;
        let uses = (1..=ENTRIES).map(used).collect();
        registry.journal().append(uses).await.expect("written");
        assert!(faults(&registry).await.is_empty());
        let file = stage.address().strip_prefix("sqlite:").expect("a file");
        let connection = Connection::open(file).expect("opens");
        for (entry, column) in (1..=ENTRIES).zip(COLUMNS.iter().cycle()) {
            let read = format!("SELECT {column} FROM trace WHERE number = {entry}");
            let value: Value = connection
                .query_row(&read, [], |row| row.get(0))
                .expect("a row");
            let write = format!("UPDATE trace SET {column} = ?1 WHERE number = {entry}");
            for (value, is_whole) in [(flipped(&value, entry), false), (value, true)] {
                connection.execute(&write, [&value]).expect("runs");
                if !is_whole {
                    judge(&registry, entry, column).await;
                }
            }
        }
        for entry in 1..=ENTRIES {
            let away = 1_000_000 + entry;
            let gone = format!("UPDATE trace SET number = {away} WHERE number = {entry}");
            run(&connection, &gone);
            judge(&registry, entry, "removed").await;
            let back = format!("UPDATE trace SET number = {entry} WHERE number = {away}");
            run(&connection, &back);
        }
        for entry in (1..ENTRIES).step_by(4) {
            let next = entry + 1;
            let swap = format!(
                "UPDATE trace SET number = -1 WHERE number = {entry};
                 UPDATE trace SET number = {entry} WHERE number = {next};
                 UPDATE trace SET number = {next} WHERE number = -1;"
            );
            run(&connection, &swap);
            judge(&registry, entry, "moved").await;
            run(&connection, &swap);
        }
        assert!(faults(&registry).await.is_empty(), "everything is back");
        // Last, since what is behind it moves up.
        let entry = ENTRIES / 2;
        run(
            &connection,
            &format!(
                "UPDATE trace SET number = -number WHERE number >= {entry};
                 UPDATE trace SET number = 1 - number WHERE number < 0;
                 INSERT INTO trace SELECT department, {entry}, moment, actor, act, object, ground, detail,
                 signing_key, previous, digest, leaf FROM trace WHERE number = {entry} - 1;"
            ),
        );
        judge(&registry, entry, "inserted").await;
    });
}

/// The value with one bit of each of its octets flipped in turn.
fn each_flipped(value: &Value) -> Vec<Value> {
    let each = |octets: &[u8]| -> Vec<Vec<u8>> {
        let places = 0..octets.len();
        places
            .map(|at| {
                let mut octets = octets.to_vec();
                *octets.get_mut(at).expect("an octet") ^= 1;
                octets
            })
            .collect()
    };
    match value {
        Value::Integer(number) => (0..7)
            .map(|at| Value::Integer(number ^ (1 << (8 * at))))
            .collect(),
        Value::Text(text) => each(text.as_bytes())
            .into_iter()
            .map(|octets| Value::Text(String::from_utf8(octets).expect("ASCII")))
            .collect(),
        Value::Blob(octets) => each(octets).into_iter().map(Value::Blob).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_octet_of_the_first_of_a_middle_and_of_the_last_of_a_thousand_entries_is_held() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let stage = Stage::sqlite();
        let registry = stage.open().await;
        let uses = (1..=ENTRIES).map(used).collect();
        registry.journal().append(uses).await.expect("written");
        let file = stage.address().strip_prefix("sqlite:").expect("a file");
        let connection = Connection::open(file).expect("opens");
        let mut octets = 0;
        for entry in [1, ENTRIES / 2, ENTRIES] {
            for column in COLUMNS {
                let read = format!("SELECT {column} FROM trace WHERE number = {entry}");
                let whole: Value = connection
                    .query_row(&read, [], |row| row.get(0))
                    .expect("a row");
                let write = format!("UPDATE trace SET {column} = ?1 WHERE number = {entry}");
                for bent in each_flipped(&whole) {
                    connection.execute(&write, [&bent]).expect("runs");
                    judge(&registry, entry, column).await;
                    octets += 1;
                }
                connection.execute(&write, [&whole]).expect("runs");
            }
        }
        assert!(octets > 400, "{octets}");
        assert!(faults(&registry).await.is_empty(), "everything is back");
    });
}
