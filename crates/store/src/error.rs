//! Why the store could not do or say something; never a refusal by a rule.

use std::sync::Arc;

use sqlx::error::{DatabaseError, ErrorKind};
use thiserror::Error;

/// The store failed. Whether the fact was written is certain only for `Full`, `ReadOnly`, `Busy`
/// and `Constraint`: it was not. After the others ask again with the same key.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No space is left (T-D4). The fact was not written; the store goes on when there is space.
    #[error("no space is left in the store")]
    Full(#[source] Cause),
    /// The node takes no writes: a replica, or one that was demoted (T-D7).
    #[error("the store takes no writes")]
    ReadOnly(#[source] Cause),
    /// Too much waits already (T-A5), or another process holds the store.
    #[error("the store is busy")]
    Busy,
    /// It cannot be reached, or a write or its synchronisation failed. The connection is given up
    /// and opened anew.
    #[error("the store cannot be used")]
    Unavailable(#[source] Cause),
    /// Two facts met and this one gave way; the same request may be made again.
    #[error("another fact came in between")]
    Conflict(#[source] Cause),
    /// A rule of the schema was about to be broken, which facts prevent.
    #[error("the schema refuses the fact")]
    Constraint(#[source] Cause),
    /// A row is not what was written: it does not read, or does not open under its key.
    #[error("a row of {table} is damaged")]
    Damaged {
        /// The table.
        table: &'static str,
    },
    /// No randomness for a nonce or an identifier.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
}

/// What the database said, or what became of it.
#[derive(Debug, Clone, Error)]
#[error(transparent)]
pub struct Cause(Arc<Said>);

#[derive(Debug, Error)]
enum Said {
    #[error(transparent)]
    Postgres(#[from] sqlx::Error),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Steps(#[from] StepFault),
    #[error("the writer's thread cannot be started")]
    Thread(#[from] std::io::Error),
    #[error("the writer has stopped before it answered")]
    Stopped,
    #[error("the database gave no answer in time")]
    Late,
}

/// Why the steps of the schema do not fit those that were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum StepFault {
    /// A step was taken that this program does not know: the file is of a later edition.
    #[error("step {0} was taken and is unknown")]
    Unknown(i64),
    /// A step that was taken had another text.
    #[error("step {0} had another text when it was taken")]
    Changed(i64),
    /// A step was begun and not ended.
    #[error("step {0} was not ended")]
    Unfinished(i64),
}

/// The store cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenStore {
    /// Neither `sqlite:PATH` nor `postgres://…`.
    #[error("not the address of a store: sqlite:PATH or postgres://…")]
    Address,
    /// Acknowledged writes could be lost (T-D2): the setting has to be another.
    #[error("{setting} is {found}, which may lose acknowledged writes")]
    NotDurable {
        /// The setting of the database.
        setting: &'static str,
        /// Its value.
        found: String,
    },
    /// A replica or read-only node (T-D7).
    #[error("the node is a replica or read-only")]
    Replica,
    /// The schema cannot be brought up to date.
    #[error("the schema cannot be brought up to date")]
    Migrate(#[source] Cause),
    /// Another failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoreError {
    /// Whether the connection must not be used again (T-D4: never retry a failed synchronisation).
    pub(crate) fn ends_connection(&self) -> bool {
        matches!(
            self,
            StoreError::Full(_) | StoreError::ReadOnly(_) | StoreError::Unavailable(_)
        )
    }

    /// The writer is gone with what it was asked to do.
    pub(crate) fn stopped() -> StoreError {
        StoreError::Unavailable(Said::Stopped.into())
    }

    /// Nobody answered in time.
    pub(crate) fn late() -> StoreError {
        StoreError::Unavailable(Said::Late.into())
    }

    /// The writer's thread cannot be started.
    pub(crate) fn thread(error: std::io::Error) -> StoreError {
        StoreError::Unavailable(Said::from(error).into())
    }
}

impl From<sqlx::migrate::MigrateError> for OpenStore {
    fn from(error: sqlx::migrate::MigrateError) -> OpenStore {
        OpenStore::Migrate(Said::Postgres(error.into()).into())
    }
}

impl From<StepFault> for OpenStore {
    fn from(fault: StepFault) -> OpenStore {
        OpenStore::Migrate(Said::from(fault).into())
    }
}

impl From<Said> for Cause {
    fn from(said: Said) -> Cause {
        Cause(Arc::new(said))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        let class = match &error {
            sqlx::Error::Database(database) => postgres_error(database.as_ref()),
            sqlx::Error::PoolTimedOut => Class::Busy,
            _ => Class::Unavailable,
        };
        class.of(error)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let class = match &error {
            rusqlite::Error::SqliteFailure(code, _)
            | rusqlite::Error::SqlInputError { error: code, .. } => {
                sqlite_class(code.extended_code)
            }
            _ => Class::Unavailable,
        };
        class.of(error)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Full,
    ReadOnly,
    Busy,
    Unavailable,
    Conflict,
    Constraint,
}

impl Class {
    fn of(self, said: impl Into<Said>) -> StoreError {
        let cause = Cause::from(said.into());
        match self {
            Class::Full => StoreError::Full(cause),
            Class::ReadOnly => StoreError::ReadOnly(cause),
            Class::Busy => StoreError::Busy,
            Class::Unavailable => StoreError::Unavailable(cause),
            Class::Conflict => StoreError::Conflict(cause),
            Class::Constraint => StoreError::Constraint(cause),
        }
    }
}

fn postgres_error(error: &dyn DatabaseError) -> Class {
    match error.code() {
        _ if error.kind() != ErrorKind::Other => Class::Constraint,
        None => Class::Unavailable,
        Some(code) => postgres_class(&code),
    }
}

/// SQLite result codes: the low octet is the primary code.
fn sqlite_class(code: i32) -> Class {
    match code & 0xff {
        13 => Class::Full,
        8 => Class::ReadOnly,
        5 | 6 => Class::Busy,
        19 => Class::Constraint,
        _ => Class::Unavailable,
    }
}

/// PostgreSQL appendix A: SQLSTATE values.
fn postgres_class(code: &str) -> Class {
    match code {
        // disk_full; configuration_limit_exceeded
        "53100" | "53400" => Class::Full,
        // read_only_sql_transaction
        "25006" => Class::ReadOnly,
        // too_many_connections; lock_not_available; query_canceled by lock_timeout
        "53300" | "55P03" | "57014" => Class::Busy,
        // serialization_failure; deadlock_detected
        "40001" | "40P01" => Class::Conflict,
        // What a value may not be: of the data (22), such as a text with a NUL, or of the rows (23).
        _ if code.starts_with("22") || code.starts_with("23") => Class::Constraint,
        _ => Class::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_failed_synchronisation_have_names_of_their_own() {
        for (code, class) in [
            (13, Class::Full),
            (8, Class::ReadOnly),
            (1032, Class::ReadOnly),
            (5, Class::Busy),
            (517, Class::Busy),
            // SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE
            (1034, Class::Unavailable),
            (778, Class::Unavailable),
            (2067, Class::Constraint),
        ] {
            assert_eq!(sqlite_class(code), class, "{code}");
        }
        for (code, class) in [
            ("53100", Class::Full),
            ("25006", Class::ReadOnly),
            ("40P01", Class::Conflict),
            ("23505", Class::Constraint),
            // character_not_in_repertoire, invalid_text_representation
            ("22021", Class::Constraint),
            ("22P02", Class::Constraint),
            ("57P01", Class::Unavailable),
            ("58030", Class::Unavailable),
        ] {
            assert_eq!(postgres_class(code), class, "{code}");
        }
    }
}
