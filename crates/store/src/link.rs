//! An open connection of either store: statements go in with `$1…`, rows come out read from left
//! to right. One text of a statement serves both.
//!
//! On SQLite a statement runs in place, on the thread that asks, and nothing here waits; on
//! PostgreSQL each is an exchange with the server, in a box: what speaks to the server is compiled
//! here, and not into each of the futures that ask (decision 052).

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, SqlStr, Transaction};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::deferred::Deferred;
use crate::error::StoreError;
use crate::file::File;
use crate::later::Later;
use crate::readers::Reader;
pub use crate::row::Row;
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

/// What becomes of statements that were kept back, when another is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeptBack {
    /// They are run before it.
    Before,
    /// It goes past them.
    Aside,
}

/// Where statements go.
#[derive(Debug)]
pub(crate) enum Connection {
    /// The one writer of an SQLite file.
    Writer(File),
    /// A reader of an SQLite file.
    Reader(Reader),
    /// A reader whose statements may take long.
    Scanner(Reader),
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

    /// Runs a statement whose outcome the fact does not need: at once on SQLite, on PostgreSQL
    /// together with others before the next statement or the commit. What could change a row that
    /// one of those kept back changes, or asks for what they change, goes after them.
    ///
    /// # Errors
    /// As the database has it; perhaps with a later statement only.
    pub async fn later(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
    ) -> Result<(), StoreError> {
        if !matches!(self.connection, Connection::Postgres(_)) {
            return self.run(statement, values).await.map(|_| ());
        }
        if !self.deferred.has_room_for(statement) {
            self.flush().await?;
        }
        self.deferred.push(statement, values);
        Ok(())
    }

    /// Runs what was kept back, for what comes next and needs it.
    ///
    /// # Errors
    /// As the database has it.
    pub async fn flush(&mut self) -> Result<(), StoreError> {
        match self.deferred.len() {
            0 => Ok(()),
            _ => self.flush_there().await,
        }
    }

    fn flush_there(&mut self) -> Later<'_, Result<(), StoreError>> {
        Box::pin(async move {
            if self.deferred.len() == 0 {
                return Ok(());
            }
            let query = self.deferred.take();
            let done = match &mut self.connection {
                Connection::Postgres(connection) => query.execute(&mut **connection).await,
                _ => return Ok(()),
            };
            done.map(|_| ()).map_err(|error| self.note(error.into()))
        })
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
        let Statement(statement) = statement.into();
        match self.run_here(statement.as_str(), values) {
            Some(done) => done,
            None => self.run_there(statement, values).await,
        }
    }

    /// On SQLite; `None` on PostgreSQL.
    fn run_here(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Option<Result<u64, StoreError>> {
        self.in_place(|file| file.run(statement, values))
    }

    /// On PostgreSQL.
    fn run_there(
        &mut self,
        statement: SqlStr,
        values: &[Value<'_>],
    ) -> Later<'_, Result<u64, StoreError>> {
        let query = postgres(statement, values);
        Box::pin(async move {
            self.flush().await?;
            let done = match &mut self.connection {
                Connection::Postgres(connection) => query.execute(&mut **connection).await,
                Connection::PostgresReader(connection) => query.execute(&mut **connection).await,
                _ => return Err(StoreError::stopped()),
            };
            done.map(|done| done.rows_affected())
                .map_err(|error| self.note(error.into()))
        })
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
        match self.rows_here(statement.as_str(), values) {
            Some(rows) => rows,
            None => self.rows_there(statement, values, KeptBack::Before).await,
        }
    }

    /// The row of a question that always has one, asked past the statements that are kept back: it
    /// must not need what they do.
    ///
    /// # Errors
    /// As the database has it; `Damaged` when there is none.
    pub async fn one_aside(
        &mut self,
        statement: impl Into<Statement>,
        values: &[Value<'_>],
        table: &'static str,
    ) -> Result<Row, StoreError> {
        let Statement(statement) = statement.into();
        let rows = match self.rows_here(statement.as_str(), values) {
            Some(rows) => rows?,
            None => self.rows_there(statement, values, KeptBack::Aside).await?,
        };
        rows.into_iter().next().ok_or(StoreError::Damaged { table })
    }

    /// On SQLite; `None` on PostgreSQL.
    fn rows_here(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Option<Result<Vec<Row>, StoreError>> {
        self.in_place(|file| file.rows(statement, values))
    }

    /// On PostgreSQL.
    fn rows_there(
        &mut self,
        statement: SqlStr,
        values: &[Value<'_>],
        kept: KeptBack,
    ) -> Later<'_, Result<Vec<Row>, StoreError>> {
        let query = postgres(statement, values);
        Box::pin(async move {
            if kept == KeptBack::Before {
                self.flush().await?;
            }
            let rows = match &mut self.connection {
                Connection::Postgres(connection) => query.fetch_all(&mut **connection).await,
                Connection::PostgresReader(connection) => query.fetch_all(&mut **connection).await,
                _ => return Err(StoreError::stopped()),
            };
            rows.map(|rows| rows.into_iter().map(Row::from).collect())
                .map_err(|error| self.note(error.into()))
        })
    }

    /// Runs `work` on the thread that asks, with the file of SQLite; `None` on PostgreSQL.
    fn in_place<T>(
        &mut self,
        work: impl FnOnce(&File) -> Result<T, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        let done = match &self.connection {
            Connection::Writer(file) => work(file),
            Connection::Reader(reader) => reader.file().and_then(work),
            Connection::Scanner(reader) => long(|| reader.file().and_then(work)),
            Connection::Postgres(_) | Connection::PostgresReader(_) => return None,
        };
        Some(done.map_err(|error| self.note(error)))
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

    /// Rows that the writer of an SQLite file has changed so far.
    pub(crate) fn changed(&self) -> u64 {
        match &self.connection {
            Connection::Writer(file) => file.changed(),
            _ => 0,
        }
    }

    /// The error that ended this connection, if one did.
    pub(crate) fn broken(&self) -> Option<&StoreError> {
        self.broken.as_ref()
    }

    /// The connection, for ending its transaction.
    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }

    fn note(&mut self, error: StoreError) -> StoreError {
        if error.ends_connection() {
            self.broken = Some(error.clone());
            if let Connection::Reader(reader) | Connection::Scanner(reader) = &mut self.connection {
                reader.spoil();
            }
        }
        error
    }
}

/// Lets other tasks of this worker go on meanwhile.
fn long<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

type PostgresQuery = sqlx::query::Query<'static, Postgres, PgArguments>;

fn postgres(statement: SqlStr, values: &[Value<'_>]) -> PostgresQuery {
    values
        .iter()
        .fold(sqlx::query(statement), |query, value| match *value {
            Value::Integer(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
}
