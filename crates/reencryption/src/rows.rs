//! One column after the other, page by page.

use std::sync::Arc;

use store::{Link, Row, Statement, Store, StoreError, Value};
use trail::secrets::{Place, Secrets};

use crate::columns::{COLUMNS, Column, Order, Whose};

/// Rows of one page, and so of one transaction: others that write wait for a few milliseconds at most.
const PAGE: u64 = 200;
/// Names of rows that do not open are told up to so many.
const NAMED: usize = 20;

/// What going over a column came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// The column.
    pub column: Column,
    /// Values that were under another key and are under the current one now.
    pub anew: u64,
    /// Values that were under the current key.
    pub before: u64,
    /// Values that somebody changed or removed meanwhile.
    pub changed: u64,
    /// Values that open under no key at hand, for their place: they are as they were.
    pub unopened: u64,
    /// What names their rows, the first twenty.
    pub names: Vec<String>,
}

impl Resealed {
    fn of(column: Column) -> Resealed {
        Resealed {
            column,
            anew: 0,
            before: 0,
            changed: 0,
            unopened: 0,
            names: Vec::new(),
        }
    }

    fn written(&mut self, written: u64, offered: usize) {
        self.anew += written;
        self.changed += offered as u64 - written;
    }

    fn does_not_open(&mut self, row: String) {
        self.unopened += 1;
        if self.names.len() < NAMED {
            self.names.push(row);
        }
    }
}

/// What the database keeps sealed, on its way under the current field key.
#[derive(Debug)]
pub struct Reencryption {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

/// Where a going over stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Text(String),
    Octets(Vec<u8>),
    Number(i64),
}

/// A value and its row.
struct Found {
    at: At,
    row: String,
    department: String,
    sealed: Vec<u8>,
}

/// A value on its way back.
struct Anew {
    at: At,
    department: String,
    sealed: Vec<u8>,
    before: Vec<u8>,
}

impl Reencryption {
    /// Over the store, under the current key of the secrets.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Reencryption {
        Reencryption { store, secrets }
    }

    /// The number of the key under which everything comes.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.secrets.number()
    }

    /// Goes over every sealed column; `told` hears of each when it is through. Services go on meanwhile; broken off, it
    /// is done again.
    ///
    /// # Errors
    /// The store; pages before stay as they are.
    pub async fn run(
        &self,
        told: &mut (dyn FnMut(&Resealed) + Send),
    ) -> Result<Vec<Resealed>, StoreError> {
        let mut all = Vec::new();
        for column in COLUMNS {
            let resealed = self.column(*column).await?;
            told(&resealed);
            all.push(resealed);
        }
        Ok(all)
    }

    async fn column(&self, column: Column) -> Result<Resealed, StoreError> {
        let mut done = Resealed::of(column);
        let mut after = At::before_all(column.order);
        while let Some(page) = self.page(column, &after).await? {
            if let Some(last) = page.last() {
                after = last.at.clone();
            }
            let anew = self.resealed(column, page, &mut done);
            let offered = anew.len();
            done.written(self.write(column, anew).await?, offered);
        }
        Ok(done)
    }

    /// The rows that come next, and with each all that stand in one place of the order.
    async fn page(&self, column: Column, after: &At) -> Result<Option<Vec<Found>>, StoreError> {
        let mut room = PAGE;
        loop {
            let found = self.next(column, after, room).await?;
            let is_all = (found.len() as u64) < room;
            let page = if is_all { found } else { whole(found) };
            match (page.is_empty(), is_all) {
                (true, true) => return Ok(None),
                (false, _) => return Ok(Some(page)),
                // More in one place than a page has room for.
                (true, false) => room = room.saturating_mul(2),
            }
        }
    }

    async fn next(&self, column: Column, after: &At, room: u64) -> Result<Vec<Found>, StoreError> {
        let mut link = self.store.scanner().await?;
        let values = [after.value(), room.into()];
        let rows = link.rows(column.question(), &values).await?;
        let read = rows.into_iter().map(|row| Found::read(column, row));
        read.collect()
    }

    fn resealed(&self, column: Column, page: Vec<Found>, done: &mut Resealed) -> Vec<Anew> {
        let mut all = Vec::new();
        for found in page {
            match self.secrets.resealed(&found.sealed, found.place(column)) {
                Ok(None) => done.before += 1,
                Ok(Some(sealed)) => all.push(found.anew(sealed)),
                Err(_) => done.does_not_open(found.row),
            }
        }
        all
    }

    /// Writes values back that are as they were read; how many were.
    async fn write(&self, column: Column, anew: Vec<Anew>) -> Result<u64, StoreError> {
        if anew.is_empty() {
            return Ok(0);
        }
        self.store
            .write(move |link| Box::pin(async move { put(link, column, &anew).await }))
            .await
    }
}

/// Without those of the last place in the order: there may be more of them.
fn whole(mut page: Vec<Found>) -> Vec<Found> {
    let last = page.last().map(|found| found.at.clone());
    page.retain(|found| Some(&found.at) != last.as_ref());
    page
}

async fn put(link: &mut Link, column: Column, anew: &[Anew]) -> Result<u64, StoreError> {
    let mut written = 0;
    for one in anew {
        written += link.run(column.change(), &one.values(column)).await?;
    }
    Ok(written)
}

impl Anew {
    fn values(&self, column: Column) -> Vec<Value<'_>> {
        let mut values = vec![
            (&self.sealed).into(),
            self.at.value(),
            (&self.before).into(),
        ];
        if column.of == Whose::Department {
            values.push(self.department.as_str().into());
        }
        values
    }
}

impl Column {
    /// Table and column in the place of a value.
    fn called(self) -> (&'static str, &'static str) {
        self.called.unwrap_or((self.table, self.column))
    }

    fn department(self) -> &'static str {
        match self.of {
            Whose::Department => "department",
            Whose::Nobody => "''",
        }
    }

    fn of_department(self) -> &'static str {
        match self.of {
            Whose::Department => " AND department = $4",
            Whose::Nobody => "",
        }
    }

    fn order(self) -> &'static str {
        match self.order {
            Order::Text(name) | Order::Octets(name) | Order::Number(name) => name,
        }
    }

    fn question(self) -> Statement {
        let (order, row, within) = (self.order(), self.row, self.within);
        let (table, column, department) = (self.table, self.column, self.department());
        Statement::made(format!(
            "SELECT {order}, {row}, {department}, {column} FROM {table} \
             WHERE {table}.{order} > $1 AND {column} IS NOT NULL AND {within} ORDER BY {table}.{order} LIMIT $2"
        ))
    }

    fn change(self) -> Statement {
        let (order, table, column) = (self.order(), self.table, self.column);
        let department = self.of_department();
        Statement::made(format!(
            "UPDATE {table} SET {column} = $1 WHERE {order} = $2 AND {column} = $3{department}"
        ))
    }
}

impl At {
    fn before_all(order: Order) -> At {
        match order {
            Order::Text(_) => At::Text(String::new()),
            Order::Octets(_) => At::Octets(Vec::new()),
            Order::Number(_) => At::Number(i64::MIN),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            At::Text(text) => text.as_str().into(),
            At::Octets(octets) => octets.into(),
            At::Number(number) => (*number).into(),
        }
    }
}

impl Found {
    fn place(&self, column: Column) -> Place<'_> {
        let (table, column) = column.called();
        Place {
            table,
            column,
            row: &self.row,
            department: &self.department,
        }
    }

    fn anew(self, sealed: Vec<u8>) -> Anew {
        Anew {
            at: self.at,
            department: self.department,
            sealed,
            before: self.sealed,
        }
    }

    fn read(column: Column, mut row: Row) -> Result<Found, StoreError> {
        let at = match column.order {
            Order::Text(_) => At::Text(row.text()?),
            Order::Octets(_) => At::Octets(row.bytes()?),
            Order::Number(_) => At::Number(row.integer()?),
        };
        Ok(Found {
            at,
            row: row.text()?,
            department: row.text()?,
            sealed: row.bytes()?,
        })
    }
}
