//! The schema, as numbered steps that only expand. One text serves both databases.

use std::borrow::Cow;

use sqlx::migrate::{MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

/// A step of the schema. Once released it is never changed.
///
/// # Shape
/// Statements in the words of PostgreSQL, with columns `BIGINT`, `TEXT` and `BYTEA` alone; each
/// `CREATE TABLE` ends with `);` on a line of its own.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number; steps run in their order.
    pub number: i64,
    /// Its name.
    pub name: &'static str,
    /// Its statements.
    pub text: &'static str,
}

/// The steps for SQLite: its own words for two kinds of columns, and tables that hold to them.
pub(crate) fn sqlite(steps: &[Migration]) -> Migrator {
    migrator(steps, |text| {
        Cow::Owned(
            text.replace(" GENERATED ALWAYS AS IDENTITY", "")
                .replace("BYTEA", "BLOB")
                .replace("BIGINT", "INTEGER")
                .replace("\n);", "\n) STRICT;"),
        )
    })
}

/// The steps for PostgreSQL, as written.
pub(crate) fn postgres(steps: &[Migration]) -> Migrator {
    migrator(steps, Cow::Borrowed)
}

fn migrator(steps: &[Migration], dialect: fn(&'static str) -> Cow<'static, str>) -> Migrator {
    let steps = steps
        .iter()
        .map(|step| {
            sqlx::migrate::Migration::new(
                step.number,
                Cow::Borrowed(step.name),
                MigrationType::Simple,
                AssertSqlSafe(dialect(step.text).into_owned()).into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(steps)
}
