//! One connection to an SQLite file, used in place: a statement runs on the thread that asks and is
//! done when the call returns.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, OpenFlags};
use sqlx::migrate::Migrator;

use crate::error::{OpenStore, StepFault, StoreError};
use crate::row::{Cell, Row};
use crate::value::Value;

/// How long another process may hold the file before this one is told that it is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// Statements kept prepared by each connection.
const STATEMENTS: usize = 400;

/// An open file.
#[derive(Debug)]
pub(crate) struct File(rusqlite::Connection);

impl File {
    /// Opens the file for writing, makes it if it is not there, and checks that commits are
    /// synchronous (T-D2).
    pub(crate) fn open(path: &Path) -> Result<File, OpenStore> {
        const WRITER: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000;";
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let file = File::connect(path, flags)?;
        file.0.execute_batch(WRITER).map_err(StoreError::from)?;
        file.durable()?;
        Ok(file)
    }

    /// Opens the file for reading alone.
    pub(crate) fn read_only(path: &Path) -> Result<File, StoreError> {
        File::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<File, StoreError> {
        // One thread at a time uses a connection; a path is a path and no address with settings.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Without it a statement with a value behind its LIMIT is prepared anew each time it runs.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // What a savepoint may have to put back stays in memory, however much it is, and never in a file.
        connection.execute_batch("PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;")?;
        Ok(File(connection))
    }

    /// T-D2: WAL with `synchronous=FULL`; NORMAL loses what was acknowledged.
    fn durable(&self) -> Result<(), OpenStore> {
        const TABLE: &str = "pragma";
        let ask = |setting| -> Result<Row, StoreError> {
            let mut rows = self.rows(setting, &[])?;
            rows.pop().ok_or(StoreError::Damaged { table: TABLE })
        };
        let synchronous = ask("PRAGMA synchronous")?.integer()?;
        // 2 is FULL, 3 is EXTRA.
        if synchronous < 2 {
            return Err(OpenStore::NotDurable {
                setting: "synchronous",
                found: synchronous.to_string(),
            });
        }
        let journal = ask("PRAGMA journal_mode")?.text()?;
        if journal != "wal" {
            return Err(OpenStore::NotDurable {
                setting: "journal_mode",
                found: journal,
            });
        }
        Ok(())
    }

    /// Runs a statement to its end and says how many rows it changed.
    pub(crate) fn run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.prepared(statement, values)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        Ok(self.0.changes())
    }

    /// All rows of a question.
    pub(crate) fn rows(
        &self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.prepared(statement, values)?;
        let width = statement.column_count();
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let cells: Result<Vec<Cell>, StoreError> =
                (0..width).map(|at| cell(row.get_ref(at)?)).collect();
            all.push(Row::from(cells?));
        }
        Ok(all)
    }

    /// A statement ready to run. What it leaves is reset when it is dropped.
    fn prepared(
        &self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Result<CachedStatement<'_>, StoreError> {
        let mut statement = self.0.prepare_cached(&numbered(statement))?;
        let places = statement.parameter_count();
        if places != values.len() {
            return Err(rusqlite::Error::InvalidParameterCount(values.len(), places).into());
        }
        for (place, value) in (1..).zip(values) {
            match value {
                Value::Integer(value) => statement.raw_bind_parameter(place, value)?,
                Value::Text(value) => statement.raw_bind_parameter(place, value)?,
                Value::Bytes(value) => statement.raw_bind_parameter(place, value)?,
            }
        }
        Ok(statement)
    }

    /// Rows that it has changed since it was opened.
    pub(crate) fn changed(&self) -> u64 {
        self.0.total_changes()
    }

    /// Whether no transaction is open.
    pub(crate) fn is_idle(&self) -> bool {
        self.0.is_autocommit()
    }

    /// Brings the schema up to date, all or nothing. The record of what was done is that of
    /// `sqlx::migrate`, which keeps it for PostgreSQL.
    pub(crate) fn take_steps(&self, steps: &Migrator) -> Result<(), OpenStore> {
        self.run("BEGIN IMMEDIATE", &[])?;
        match self.steps(steps) {
            Ok(()) => {
                self.run("COMMIT", &[])?;
                Ok(())
            }
            Err(error) => {
                self.run("ROLLBACK", &[])?;
                Err(error)
            }
        }
    }

    fn steps(&self, steps: &Migrator) -> Result<(), OpenStore> {
        const RECORD: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (\
             version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
             installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
             checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";
        const TAKEN: &str =
            "SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version";
        const TAKE: &str = "INSERT INTO _sqlx_migrations \
             (version, description, success, checksum, execution_time) VALUES ($1, $2, 1, $3, 0)";
        self.run(RECORD, &[])?;
        let mut taken = Vec::new();
        for mut row in self.rows(TAKEN, &[])? {
            let number = row.integer()?;
            let ended = row.integer()? != 0;
            let checksum = row.bytes()?;
            let step = steps.iter().find(|step| step.version == number);
            match step {
                None => return Err(StepFault::Unknown(number).into()),
                Some(_) if !ended => return Err(StepFault::Unfinished(number).into()),
                Some(step) if *step.checksum != *checksum => {
                    return Err(StepFault::Changed(number).into());
                }
                Some(_) => taken.push(number),
            }
        }
        for step in steps.iter().filter(|step| !taken.contains(&step.version)) {
            self.0
                .execute_batch(step.sql.as_str())
                .map_err(StoreError::from)?;
            let values = [
                step.version.into(),
                step.description.as_ref().into(),
                step.checksum.as_ref().into(),
            ];
            self.run(TAKE, &values)?;
        }
        Ok(())
    }
}

/// The text with its places `$1…` as SQLite numbers them, `?1…`; a `$1` is a name to it.
fn numbered(statement: &str) -> Cow<'_, str> {
    if statement.contains('$') {
        Cow::Owned(statement.replace('$', "?"))
    } else {
        Cow::Borrowed(statement)
    }
}

fn cell(value: ValueRef<'_>) -> Result<Cell, StoreError> {
    Ok(match value {
        ValueRef::Null => Cell::Nothing,
        ValueRef::Integer(value) => Cell::Integer(value),
        ValueRef::Text(octets) => {
            Cell::Text(std::str::from_utf8(octets).map_err(|_| DAMAGED)?.to_owned())
        }
        ValueRef::Blob(octets) => Cell::Bytes(octets.to_vec()),
        // No column of the schema holds one.
        ValueRef::Real(_) => return Err(DAMAGED),
    })
}

/// A column of a kind that the schema does not have.
const DAMAGED: StoreError = StoreError::Damaged {
    table: "a question",
};
