//! A row of either database, read from left to right in the order in which its statement names the
//! columns.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use time::UtcDateTime;

use crate::error::StoreError;

/// A row, read from left to right in the order in which the statement names its columns.
#[derive(Debug)]
pub struct Row {
    cells: Cells,
    next: usize,
}

/// What SQLite gave for one column.
#[derive(Debug)]
pub(crate) enum Cell {
    Nothing,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

#[derive(Debug)]
enum Cells {
    Sqlite(Vec<Cell>),
    Postgres(PgRow),
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Row {
        Row {
            cells: Cells::Sqlite(cells),
            next: 0,
        }
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Row {
        Row {
            cells: Cells::Postgres(row),
            next: 0,
        }
    }
}

impl Cells {
    /// The cell, which is read once.
    fn take(cells: &mut [Cell], at: usize) -> Result<Cell, StoreError> {
        let cell = cells.get_mut(at).ok_or(EMPTY)?;
        Ok(std::mem::replace(cell, Cell::Nothing))
    }
}

impl Row {
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
        match &mut self.cells {
            Cells::Sqlite(cells) => match Cells::take(cells, at)? {
                Cell::Nothing => Ok(None),
                Cell::Integer(value) => Ok(Some(value)),
                _ => Err(EMPTY),
            },
            Cells::Postgres(row) => Ok(row.try_get(at)?),
        }
    }

    /// A text, or none.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        let at = self.step();
        match &mut self.cells {
            Cells::Sqlite(cells) => match Cells::take(cells, at)? {
                Cell::Nothing => Ok(None),
                Cell::Text(value) => Ok(Some(value)),
                _ => Err(EMPTY),
            },
            Cells::Postgres(row) => Ok(row.try_get(at)?),
        }
    }

    /// Octets, or none.
    ///
    /// # Errors
    /// `Damaged` when the column holds something else.
    pub fn maybe_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let at = self.step();
        match &mut self.cells {
            Cells::Sqlite(cells) => match Cells::take(cells, at)? {
                Cell::Nothing => Ok(None),
                Cell::Bytes(value) => Ok(Some(value)),
                _ => Err(EMPTY),
            },
            Cells::Postgres(row) => Ok(row.try_get(at)?),
        }
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
