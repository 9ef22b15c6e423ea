//! An open connection of either store: statements go in with `$1…`, rows come out read from left
//! to right. One text of a statement serves both.

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _, SqlSafeStr, SqlStr, Sqlite, Transaction};
use time::UtcDateTime;

use crate::deferred::Deferred;
use crate::error::StoreError;
pub use crate::value::Value;

/// A connection inside the transaction of a fact, or one that only reads.
#[derive(Debug)]
pub struct Link {
    connection: Connection,
    deferred: Deferred,
    broken: Option<StoreError>,
}

/// The text of a statement.
#[derive(Debug)]
pub struct Statement(SqlStr);

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Statement {
        Statement(text.into_sql_str())
    }
}

impl Statement {
    /// A text made of parts of the program and of names that the database itself gave, quoted;
    /// never of anything that came from outside.
    #[must_use]
    pub fn made(text: String) -> Statement {
        Statement(AssertSqlSafe(text).into_sql_str())
    }
}

/// Where statements go.
#[derive(Debug)]
pub(crate) enum Connection {
    /// The one writer of an SQLite file.
    SqliteWriter(Box<SqliteConnection>),
    /// A reader of an SQLite file.
    SqliteReader(PoolConnection<Sqlite>),
    /// A transaction.
    Postgres(Transaction<'static, Postgres>),
    /// A connection outside a transaction.
    PostgresReader(PoolConnection<Postgres>),
}

impl Link {
    pub(crate) fn new(connection: Connection) -> Link {
        Link {
            connection,
            deferred: Deferred::default(),
            broken: None,
        }
    }

    /// Runs a statement whose outcome the fact does not need, before the next one that it does or
    /// before the commit. It must not give rows.
    ///
    /// # Errors
    /// As the database has it; perhaps with the next statement only.
    pub async fn later(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
    ) -> Result<(), StoreError> {
        if let Connection::SqliteWriter(_) = self.connection {
            self.deferred.push(statement, values);
            return Ok(());
        }
        self.run(statement, values).await.map(|_| ())
    }

    /// Runs what was kept back.
    ///
    /// # Errors
    /// As the database has it.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.deferred.is_empty() {
            return Ok(());
        }
        let query = self.deferred.take();
        let done = match &mut self.connection {
            Connection::SqliteWriter(connection) => query.execute(connection.as_mut()).await,
            _ => return Ok(()),
        };
        done.map(|_| ()).map_err(|error| self.note(error))
    }

    /// Drops what was kept back; whether that was everything since `begin` was deferred, so that
    /// nothing was run.
    pub(crate) fn forget(&mut self, begin: &str) -> bool {
        let nothing_ran = self.deferred.begins_with(begin);
        self.deferred = Deferred::default();
        nothing_ran
    }

    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    /// As the database has it; `Constraint` where the statement does not say `ON CONFLICT`.
    pub async fn run(
        &mut self,
        statement: impl Into<Statement>,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        self.flush().await?;
        let Statement(statement) = statement.into();
        let done = match &mut self.connection {
            Connection::SqliteWriter(connection) => sqlite(statement, values)
                .execute(connection.as_mut())
                .await
                .map(|done| done.rows_affected()),
            Connection::SqliteReader(connection) => sqlite(statement, values)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
            Connection::Postgres(connection) => postgres(statement, values)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
            Connection::PostgresReader(connection) => postgres(statement, values)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
        };
        done.map_err(|error| self.note(error))
    }

    /// All rows of a question.
    ///
    /// # Errors
    /// As the database has it.
    pub async fn rows(
        &mut self,
        statement: impl Into<Statement>,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let Statement(statement) = statement.into();
        let rows = match &mut self.connection {
            Connection::SqliteWriter(connection) => {
                let query = if self.deferred.is_empty() {
                    sqlite(statement, values)
                } else {
                    self.deferred.push(statement.as_str(), values);
                    self.deferred.take()
                };
                query
                    .fetch_all(connection.as_mut())
                    .await
                    .map(Row::all_sqlite)
            }
            Connection::SqliteReader(connection) => sqlite(statement, values)
                .fetch_all(&mut **connection)
                .await
                .map(Row::all_sqlite),
            Connection::Postgres(connection) => postgres(statement, values)
                .fetch_all(&mut **connection)
                .await
                .map(Row::all_postgres),
            Connection::PostgresReader(connection) => postgres(statement, values)
                .fetch_all(&mut **connection)
                .await
                .map(Row::all_postgres),
        };
        rows.map_err(|error| self.note(error))
    }

    /// The first row of a question that has one at most.
    ///
    /// # Errors
    /// As the database has it.
    pub async fn row(
        &mut self,
        statement: impl Into<Statement>,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement, values).await?.into_iter().next())
    }

    /// The row of a question that always has one.
    ///
    /// # Errors
    /// As the database has it; `Damaged` when there is none.
    pub async fn one(
        &mut self,
        statement: impl Into<Statement>,
        values: &[Value<'_>],
        table: &'static str,
    ) -> Result<Row, StoreError> {
        self.row(statement, values)
            .await?
            .ok_or(StoreError::Damaged { table })
    }

    /// Whether other transactions may write at the same time, so that a row which decides has to be
    /// locked by a statement of its own.
    #[must_use]
    pub fn has_rivals(&self) -> bool {
        matches!(
            self.connection,
            Connection::Postgres(_) | Connection::PostgresReader(_)
        )
    }

    /// The error that ended this connection, if one did.
    pub(crate) fn broken(&self) -> Option<&StoreError> {
        self.broken.as_ref()
    }

    /// The connection, for ending its transaction.
    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }

    fn note(&mut self, error: sqlx::Error) -> StoreError {
        let error = StoreError::from(error);
        if error.ends_connection() {
            self.broken = Some(error.clone());
        }
        error
    }
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, PgArguments>;

fn sqlite(statement: SqlStr, values: &[Value<'_>]) -> SqliteQuery {
    values
        .iter()
        .fold(sqlx::query(statement), |query, value| match *value {
            Value::Integer(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
}

fn postgres(statement: SqlStr, values: &[Value<'_>]) -> PostgresQuery {
    values
        .iter()
        .fold(sqlx::query(statement), |query, value| match *value {
            Value::Integer(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
}

/// A row, read from left to right in the order in which the statement names its columns.
#[derive(Debug)]
pub struct Row {
    cells: Cells,
    next: usize,
}

#[derive(Debug)]
enum Cells {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    fn all_sqlite(rows: Vec<SqliteRow>) -> Vec<Row> {
        rows.into_iter()
            .map(|row| Row {
                cells: Cells::Sqlite(row),
                next: 0,
            })
            .collect()
    }

    fn all_postgres(rows: Vec<PgRow>) -> Vec<Row> {
        rows.into_iter()
            .map(|row| Row {
                cells: Cells::Postgres(row),
                next: 0,
            })
            .collect()
    }

    fn step(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// A whole number, or none.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn maybe_integer(&mut self) -> Result<Option<i64>, StoreError> {
        let at = self.step();
        Ok(match &self.cells {
            Cells::Sqlite(row) => row.try_get(at)?,
            Cells::Postgres(row) => row.try_get(at)?,
        })
    }

    /// A text, or none.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        let at = self.step();
        Ok(match &self.cells {
            Cells::Sqlite(row) => row.try_get(at)?,
            Cells::Postgres(row) => row.try_get(at)?,
        })
    }

    /// Octets, or none.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn maybe_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let at = self.step();
        Ok(match &self.cells {
            Cells::Sqlite(row) => row.try_get(at)?,
            Cells::Postgres(row) => row.try_get(at)?,
        })
    }

    /// A whole number.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn integer(&mut self) -> Result<i64, StoreError> {
        self.maybe_integer()?.ok_or(EMPTY)
    }

    /// A number that is not negative.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn count(&mut self) -> Result<u64, StoreError> {
        u64::try_from(self.integer()?).map_err(|_| EMPTY)
    }

    /// A text.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn text(&mut self) -> Result<String, StoreError> {
        self.maybe_text()?.ok_or(EMPTY)
    }

    /// Octets.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        self.maybe_bytes()?.ok_or(EMPTY)
    }

    /// 32 octets.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn digest(&mut self) -> Result<[u8; 32], StoreError> {
        self.bytes()?.try_into().map_err(|_| EMPTY)
    }

    /// 32 octets, or none.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn maybe_digest(&mut self) -> Result<Option<[u8; 32]>, StoreError> {
        match self.maybe_bytes()? {
            None => Ok(None),
            Some(bytes) => bytes.try_into().map(Some).map_err(|_| EMPTY),
        }
    }

    /// A moment.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn moment(&mut self) -> Result<UtcDateTime, StoreError> {
        UtcDateTime::from_unix_timestamp(self.integer()?).map_err(|_| EMPTY)
    }

    /// A moment, or none.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn maybe_moment(&mut self) -> Result<Option<UtcDateTime>, StoreError> {
        match self.maybe_integer()? {
            None => Ok(None),
            Some(seconds) => UtcDateTime::from_unix_timestamp(seconds)
                .map(Some)
                .map_err(|_| EMPTY),
        }
    }
}

/// A column without the value that its kind demands.
const EMPTY: StoreError = StoreError::Damaged {
    table: "a question",
};
