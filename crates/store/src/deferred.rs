//! Statements whose outcome a fact does not need, kept back to travel with the next one: each
//! exchange with SQLite's thread costs more than the statement itself.

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite};

use crate::value::Value;

/// Statements in their order, as one text with one row of values.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    text: String,
    values: Vec<Owned>,
}

#[derive(Debug)]
enum Owned {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Deferred {
    /// Whether nothing is kept back.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the first of them is `statement`.
    pub(crate) fn begins_with(&self, statement: &str) -> bool {
        self.text
            .strip_prefix(statement)
            .is_some_and(|rest| rest.starts_with(';'))
    }

    /// Keeps a statement back. Its `$1…` become the numbers of its values in the whole.
    pub(crate) fn push(&mut self, statement: &str, values: &[Value<'_>]) {
        let before = self.values.len();
        let mut pieces = statement.split('$');
        self.text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let end = piece
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(piece.len());
            let (number, rest) = piece.split_at(end);
            let number = number.parse().unwrap_or(0_usize) + before;
            self.text.push('$');
            self.text.push_str(&number.to_string());
            self.text.push_str(rest);
        }
        self.text.push(';');
        self.values.extend(values.iter().map(|value| match *value {
            Value::Integer(value) => Owned::Integer(value),
            Value::Text(value) => Owned::Text(value.map(str::to_owned)),
            Value::Bytes(value) => Owned::Bytes(value.map(<[u8]>::to_vec)),
        }));
    }

    /// All of them as one query; nothing is kept back any more. The text is made of statements of
    /// this crate only.
    pub(crate) fn take(&mut self) -> Query<'static, Sqlite, SqliteArguments> {
        let Deferred { text, values } = std::mem::take(self);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_through_the_whole() {
        let mut deferred = Deferred::default();
        deferred.push("SAVEPOINT fact", &[]);
        deferred.push("a $1, $2, $1", &[1_i64.into(), "b".into()]);
        deferred.push("c $1 AND $12", &[2_i64.into()]);
        assert_eq!(deferred.text, "SAVEPOINT fact;a $1, $2, $1;c $3 AND $14;");
        assert_eq!(deferred.values.len(), 3);
        drop(deferred.take());
        assert!(deferred.is_empty());
    }
}
