//! Statements of a fact on PostgreSQL whose outcome it does not need, kept back to travel together:
//! each exchange with the server costs more than the statement itself.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

use crate::value::Value;

/// Statements that travel together; more would make texts that are prepared once and never again.
pub(crate) const MAX_TOGETHER: usize = 24;

/// Statements in their order, as one text with one row of values.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    texts: Vec<String>,
    values: Vec<Owned>,
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

    /// Keeps a statement back. Its `$1…` become the numbers of its values in the whole.
    pub(crate) fn push(&mut self, statement: &str, values: &[Value<'_>]) {
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
        let Deferred { mut texts, values } = std::mem::take(self);
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
}
