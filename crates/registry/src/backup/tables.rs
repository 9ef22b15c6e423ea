//! The tables of a store as they are, whichever migrations made them: read whole, filled whole.

use vault::backup::{Cell, Column, Kind};

use super::fault::BackupError;
use store::StoreError;
use store::{Link, Row, Statement, Value};

/// Rows read at once.
const PAGE: u32 = 500;
/// Values of one statement; PostgreSQL takes 65,535 and SQLite 32,766.
const MAX_VALUES: usize = 8_000;

/// A table with its columns in order.
#[derive(Debug)]
pub(super) struct Table {
    name: String,
    columns: Vec<Column>,
}

impl Table {
    /// Every table of the schema, in the order of creation, without the record of migrations.
    pub(super) async fn all(link: &mut Link) -> Result<Vec<Table>, BackupError> {
        const SQLITE: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' \
             AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations' ORDER BY rowid";
        const POSTGRES: &str = "SELECT c.relname::text FROM pg_class c \
             WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace \
             AND c.relname <> '_sqlx_migrations' ORDER BY c.oid";
        let statement = if link.has_rivals() { POSTGRES } else { SQLITE };
        let rows = link.rows(statement, &[]).await?;
        let mut tables = Vec::with_capacity(rows.len());
        for mut row in rows {
            let name = row.text()?;
            let columns = columns(link, &name).await?;
            tables.push(Table { name, columns });
        }
        Ok(tables)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Shows every row, a page in memory at a time.
    pub(super) async fn read_all(
        &self,
        link: &mut Link,
        visit: &mut (dyn FnMut(Vec<Cell>) -> Result<(), BackupError> + Send),
    ) -> Result<(), BackupError> {
        let (table, names) = (quoted(&self.name), self.names());
        if link.has_rivals() {
            // Named after its table: what a statement of one text gives is remembered.
            let page = quoted(&format!("page of {}", self.name));
            let declare = format!(
                "DECLARE {page} NO SCROLL CURSOR FOR SELECT CAST(0 AS BIGINT), {names} FROM {table}"
            );
            link.run(Statement::made(declare), &[]).await?;
            let fetch = format!("FETCH {PAGE} FROM {page}");
            loop {
                let rows = link.rows(Statement::made(fetch.clone()), &[]).await?;
                if rows.is_empty() {
                    break;
                }
                self.show(rows, visit)?;
            }
            link.run(Statement::made(format!("CLOSE {page}")), &[])
                .await?;
            return Ok(());
        }
        let page = format!(
            "SELECT rowid, {names} FROM {table} WHERE rowid > $1 ORDER BY rowid LIMIT {PAGE}"
        );
        let mut after = i64::MIN;
        loop {
            let rows = link
                .rows(Statement::made(page.clone()), &[after.into()])
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            after = self.show(rows, visit)?;
        }
    }

    /// Shows rows; returns the number before the columns of the last.
    fn show(
        &self,
        rows: Vec<Row>,
        visit: &mut (dyn FnMut(Vec<Cell>) -> Result<(), BackupError> + Send),
    ) -> Result<i64, BackupError> {
        let mut last = 0;
        for mut row in rows {
            last = row.integer()?;
            let cells: Result<Vec<Cell>, StoreError> = self
                .columns
                .iter()
                .map(|column| {
                    Ok(match column.kind {
                        Kind::Integer => Cell::Integer(row.maybe_integer()?),
                        Kind::Text => Cell::Text(row.maybe_text()?),
                        Kind::Bytes => Cell::Bytes(row.maybe_bytes()?),
                    })
                })
                .collect();
            visit(cells?)?;
        }
        Ok(last)
    }

    pub(super) async fn is_empty(&self, link: &mut Link) -> Result<bool, BackupError> {
        let any = format!("SELECT 1 FROM {} LIMIT 1", quoted(&self.name));
        Ok(link.row(Statement::made(any), &[]).await?.is_none())
    }

    /// How many rows one statement takes.
    pub(super) fn rows_at_once(&self) -> usize {
        (MAX_VALUES / self.columns.len().max(1)).clamp(1, 500)
    }

    /// Adds rows.
    pub(super) async fn write_all(
        &self,
        link: &mut Link,
        rows: &[Vec<Cell>],
    ) -> Result<(), BackupError> {
        let width = self.columns.len();
        let lines: Vec<String> = (0..rows.len())
            .map(|line| {
                let places: Vec<String> = (1..=width)
                    .map(|at| format!("${}", line * width + at))
                    .collect();
                format!("({})", places.join(", "))
            })
            .collect();
        // Numbers that the database would give itself are taken as they were.
        let given = if link.has_rivals() {
            "OVERRIDING SYSTEM VALUE "
        } else {
            ""
        };
        let insert = format!(
            "INSERT INTO {} ({}) {given}VALUES {}",
            quoted(&self.name),
            self.names(),
            lines.join(", ")
        );
        let values: Vec<Value<'_>> = rows
            .iter()
            .flatten()
            .map(|cell| match cell {
                Cell::Integer(number) => (*number).into(),
                Cell::Text(text) => text.as_deref().into(),
                Cell::Bytes(bytes) => bytes.as_deref().into(),
            })
            .collect();
        link.run(Statement::made(insert), &values).await?;
        Ok(())
    }

    /// Numbers that the database gives go on after the largest that is there.
    pub(super) async fn restart_numbers(&self, link: &mut Link) -> Result<(), BackupError> {
        const IDENTITY: &str = "SELECT column_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'";
        if !link.has_rivals() {
            return Ok(());
        }
        for mut row in link.rows(IDENTITY, &[self.name.as_str().into()]).await? {
            let column = row.text()?;
            let restart = format!(
                "SELECT setval(pg_get_serial_sequence($1, $2), COALESCE(MAX({0}), 0) + 1, false) \
                 FROM {1}",
                quoted(&column),
                quoted(&self.name)
            );
            let table = quoted(&self.name);
            let values = [(&table).into(), (&column).into()];
            link.rows(Statement::made(restart), &values).await?;
        }
        Ok(())
    }

    fn names(&self) -> String {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| quoted(&column.name))
            .collect();
        names.join(", ")
    }
}

async fn columns(link: &mut Link, table: &str) -> Result<Vec<Column>, BackupError> {
    const SQLITE: &str = "SELECT name, type FROM pragma_table_info($1) ORDER BY name";
    const POSTGRES: &str = "SELECT column_name::text, data_type::text \
         FROM information_schema.columns \
         WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name COLLATE \"C\"";
    let statement = if link.has_rivals() { POSTGRES } else { SQLITE };
    let rows = link.rows(statement, &[table.into()]).await?;
    rows.into_iter()
        .map(|mut row| {
            let name = row.text()?;
            let kind = match row.text()?.to_ascii_lowercase().as_str() {
                "integer" | "bigint" => Kind::Integer,
                "text" => Kind::Text,
                "blob" | "bytea" => Kind::Bytes,
                _ => return Err(BackupError::Column(table.to_owned())),
            };
            Ok(Column { name, kind })
        })
        .collect()
}

/// A name of the schema as statements take it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
