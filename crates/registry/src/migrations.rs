//! The schema, as numbered steps that only expand. One text serves both databases.

use std::borrow::Cow;

use sqlx::AssertSqlSafe;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Number, name, text. Once released a step is never changed.
const ALL: &[(i64, &str, &str)] = &[
    (
        1,
        "licences",
        include_str!("../migrations/0001_licences.sql"),
    ),
    (2, "trace", include_str!("../migrations/0002_trace.sql")),
    (3, "callers", include_str!("../migrations/0003_callers.sql")),
    (4, "outbox", include_str!("../migrations/0004_outbox.sql")),
    (1001, "log", include_str!("../migrations/1001_log.sql")),
    (
        1002,
        "certificates",
        include_str!("../migrations/1002_certificates.sql"),
    ),
    (
        1003,
        "status",
        include_str!("../migrations/1003_status.sql"),
    ),
    (
        1004,
        "catalogue",
        include_str!("../migrations/1004_catalogue.sql"),
    ),
];

/// The steps for SQLite: its own words for two kinds of columns, and tables that hold to them.
pub(crate) fn sqlite() -> Migrator {
    migrator(|text| {
        Cow::Owned(
            text.replace("BYTEA", "BLOB")
                .replace("BIGINT", "INTEGER")
                .replace(" GENERATED ALWAYS AS IDENTITY", "")
                .replace("\n);", "\n) STRICT;"),
        )
    })
}

/// The steps for PostgreSQL, as written.
pub(crate) fn postgres() -> Migrator {
    migrator(Cow::Borrowed)
}

fn migrator(dialect: fn(&'static str) -> Cow<'static, str>) -> Migrator {
    let steps = ALL
        .iter()
        .map(|(number, name, text)| {
            Migration::new(
                *number,
                Cow::Borrowed(name),
                MigrationType::Simple,
                AssertSqlSafe(dialect(text).into_owned()).into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(steps)
}
