//! Statements of a fact on PostgreSQL whose outcome it does not need, kept back to travel together:
//! each exchange with the server costs more than the statement itself.
//!
//! What travels together is one statement to PostgreSQL: no part sees what another did, and of two
//! that change one row the second is lost without an error (PostgreSQL, 7.8.4 of its documentation). A
//! part that could is not taken in; `has_room_for` asks.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

use crate::value::Value;

/// Statements that travel together; more would make texts that are prepared once and never again.
const MAX_TOGETHER: usize = 24;

/// Statements in their order, as one text with one row of values.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    texts: Vec<String>,
    values: Vec<Owned>,
    changes: Vec<Change>,
}

/// Whose rows a statement changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    table: &'static str,
    adds_only: bool,
}

#[derive(Debug)]
enum Owned {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Deferred {
    /// How many are kept back.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether a statement may travel with those kept back: there is a place, it asks for nothing
    /// that they change, and no row can be changed by it and by one of them. Rows that are only
    /// added are different ones.
    pub(crate) fn has_room_for(&self, statement: &'static str) -> bool {
        let change = Change::of(statement);
        self.texts.len() < MAX_TOGETHER
            && self.changes.iter().all(|before| {
                if before.table == change.table {
                    before.adds_only && change.adds_only && !change.table.is_empty()
                } else {
                    !before.table.is_empty()
                        && !change.table.is_empty()
                        && !asks_for(statement, before.table)
                }
            })
    }

    /// Keeps a statement back. Its `$1…` become the numbers of its values in the whole.
    pub(crate) fn push(&mut self, statement: &'static str, values: &[Value<'_>]) {
        self.changes.push(Change::of(statement));
        let before = self.values.len();
        let mut text = String::with_capacity(statement.len() + 16);
        let mut pieces = statement.split('$');
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let end = piece
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(piece.len());
            let (number, rest) = piece.split_at(end);
            let number = number.parse().unwrap_or(0_usize) + before;
            text.push('$');
            text.push_str(&number.to_string());
            text.push_str(rest);
        }
        self.texts.push(text);
        self.values.extend(values.iter().map(|value| match *value {
            Value::Integer(value) => Owned::Integer(value),
            Value::Text(value) => Owned::Text(value.map(str::to_owned)),
            Value::Bytes(value) => Owned::Bytes(value.map(<[u8]>::to_vec)),
        }));
    }

    /// All of them as one query; nothing is kept back any more. They are parts of one statement, so
    /// none sees what another did and no two may change one row. The text is made of statements of
    /// the program only.
    pub(crate) fn take(&mut self) -> Query<'static, Postgres, PgArguments> {
        let Deferred {
            mut texts, values, ..
        } = std::mem::take(self);
        let last = texts.pop().unwrap_or_default();
        let mut text = String::new();
        for (number, part) in texts.iter().enumerate() {
            let begin = if number == 0 { "WITH" } else { "," };
            text.push_str(&format!("{begin} part{number} AS ({part}) "));
        }
        text.push_str(&last);
        values.into_iter().fold(
            sqlx::query(AssertSqlSafe(text)),
            |query, value| match value {
                Owned::Integer(value) => query.bind(value),
                Owned::Text(value) => query.bind(value),
                Owned::Bytes(value) => query.bind(value),
            },
        )
    }
}

impl Change {
    /// By the head of a statement of ours: `INSERT INTO table`, `UPDATE table`, `DELETE FROM table`.
    /// One with another head has no table, and travels alone.
    fn of(statement: &'static str) -> Change {
        let mut words = statement.split_whitespace();
        let verb = words.next().unwrap_or_default();
        let table = match verb {
            "INSERT" | "DELETE" => words.nth(1),
            "UPDATE" => words.next(),
            _ => None,
        };
        let table = table.unwrap_or_default();
        Change {
            table: table.split_once('(').map_or(table, |(table, _)| table),
            adds_only: verb == "INSERT" && !statement.contains("DO UPDATE"),
        }
    }
}

/// Whether a statement asks for a table's rows: its name stands where rows come from.
fn asks_for(statement: &str, table: &str) -> bool {
    let mut words = statement
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        if matches!(word, "FROM" | "JOIN" | "USING") && words.next() == Some(table) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use sqlx::Execute as _;

    use super::*;

    #[test]
    fn statements_become_parts_of_one_and_values_are_numbered_through() {
        let mut deferred = Deferred::default();
        deferred.push("a $1, $2, $1", &[1_i64.into(), "b".into()]);
        deferred.push("b", &[]);
        deferred.push("c $1 AND $12", &[2_i64.into()]);
        assert_eq!(deferred.len(), 3);
        assert_eq!(
            deferred.take().sql().as_str(),
            "WITH part0 AS (a $1, $2, $1) , part1 AS (b) c $3 AND $14"
        );
        assert_eq!(deferred.len(), 0);
        deferred.push("a $1", &[1_i64.into()]);
        assert_eq!(deferred.take().sql().as_str(), "a $1");
    }

    fn travel_together(first: &'static str, second: &'static str) -> bool {
        let mut deferred = Deferred::default();
        deferred.push(first, &[]);
        deferred.has_room_for(second)
    }

    #[test]
    fn no_row_is_changed_twice_by_what_travels_together() {
        const ADD: &str = "INSERT INTO sheet(code) VALUES($1)";
        const ADD_ONCE: &str = "INSERT INTO sheet (code) VALUES($1) ON CONFLICT DO NOTHING";
        const PUT: &str =
            "INSERT INTO sheet(code) VALUES($1) ON CONFLICT(code) DO UPDATE SET a = 1";
        const CHANGE: &str = "UPDATE sheet SET state = $1";
        const DROP: &str = "DELETE FROM sheet WHERE code = $1";
        for (first, second, together) in [
            (ADD, ADD, true),
            (ADD, ADD_ONCE, true),
            (ADD, PUT, false),
            (PUT, PUT, false),
            (ADD, CHANGE, false),
            (CHANGE, CHANGE, false),
            (CHANGE, ADD, false),
            (DROP, ADD, false),
            (CHANGE, DROP, false),
            (CHANGE, "UPDATE sheet_row SET state = $1", true),
            (CHANGE, "UPDATE\n    drawer SET state = $1", true),
            ("WITH a AS (SELECT 1) UPDATE sheet SET a = 1", ADD, false),
            (ADD, "WITH a AS (SELECT 1) UPDATE drawer SET a = 1", false),
        ] {
            assert_eq!(
                travel_together(first, second),
                together,
                "{first} / {second}"
            );
        }
    }

    #[test]
    fn what_asks_for_a_changed_table_travels_later() {
        let asks = "INSERT INTO note(sheet) SELECT code FROM sheet WHERE state = 1";
        for (changed, together) in [
            ("INSERT INTO sheet(code) VALUES($1)", false),
            ("UPDATE sheet SET state = $1", false),
            ("UPDATE sheet_row SET state = $1", true),
            ("UPDATE the_sheet SET state = $1", true),
        ] {
            assert_eq!(travel_together(changed, asks), together, "{changed}");
        }
    }

    #[test]
    fn so_many_travel_together_and_no_more() {
        let mut deferred = Deferred::default();
        for _ in 0..MAX_TOGETHER {
            assert!(deferred.has_room_for("INSERT INTO note(id) VALUES(1)"));
            deferred.push("INSERT INTO note(id) VALUES(1)", &[]);
        }
        assert!(!deferred.has_room_for("INSERT INTO note(id) VALUES(1)"));
    }
}
