//! Leaves find their places: one statement for all of a step, and work that grows with their number alone.

use store::{Link, StoreError};

use crate::log::{Extension, Log};

// How a list is taken apart is where the databases differ. The `+` keeps SQLite from going through the whole list for
// each leaf that waits, work that grows as a square.
const SQLITE: &str = "UPDATE log_leaf SET entry_index = $1 + listed.key \
     FROM json_each('[' || $2 || ']') AS listed \
     WHERE log_leaf.id = listed.value AND +log_leaf.log = $3 AND log_leaf.entry_index IS NULL";
const POSTGRES: &str = "UPDATE log_leaf SET entry_index = $1 + listed.place - 1 \
     FROM unnest(CAST('{' || $2 || '}' AS BIGINT[])) WITH ORDINALITY AS listed (id, place) \
     WHERE log_leaf.id = listed.id AND log_leaf.log = $3 AND log_leaf.entry_index IS NULL";

/// Gives the waiting leaves of a step their indexes; returns how many there were.
pub(super) async fn place(link: &mut Link, log: Log, step: &Extension) -> Result<u64, StoreError> {
    let list: Vec<String> = step
        .entries
        .iter()
        .map(|id| id.number().to_string())
        .collect();
    let list = list.join(",");
    let statement = if link.has_rivals() { POSTGRES } else { SQLITE };
    let values = [step.old.size.into(), (&list).into(), log.column().into()];
    link.run(statement, &values).await
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, StatementStatus};

    use super::*;

    /// The table as SQLite has it (`store::Migration`).
    fn table() -> Connection {
        let text = include_str!("../../../registry/migrations/1001_log.sql");
        let text = text
            .replace(" GENERATED ALWAYS AS IDENTITY", "")
            .replace("BYTEA", "BLOB")
            .replace("BIGINT", "INTEGER")
            .replace("\n);", "\n) STRICT;");
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(&text).expect("the schema");
        connection
    }

    /// Steps of the machine for so many leaves that wait and are placed at once, behind as many that have their place.
    fn steps(leaves: i64) -> i64 {
        let connection = table();
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2 * ?1) \
             INSERT INTO log_leaf (id, log, leaf, entry_index) \
             SELECT i, 2, zeroblob(32), CASE WHEN i <= ?1 THEN i - 1 END FROM n";
        connection.execute(fill, [leaves]).expect("filled");
        let list: Vec<String> = (leaves + 1..=2 * leaves).map(|id| id.to_string()).collect();
        let mut statement = connection
            .prepare(&SQLITE.replace('$', "?"))
            .expect("the statement");
        let values = rusqlite::params![leaves, list.join(","), Log::Trace.column()];
        let placed = statement.execute(values).expect("placed");
        assert_eq!(i64::try_from(placed), Ok(leaves));
        i64::from(statement.get_status(StatementStatus::VmStep))
    }

    #[test]
    fn four_thousand_leaves_find_their_places_in_steps_that_grow_with_their_number_alone() {
        let (fewer, more) = (steps(1_000), steps(4_000));
        assert!(
            more < 5 * fewer,
            "{fewer} steps for 1,000 leaves, {more} for 4,000"
        );
        assert!(more < 4_000 * 100, "{more} steps for 4,000 leaves");
    }
}
