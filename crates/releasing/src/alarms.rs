//! Alarms as they are looked at and closed.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, SealCode};
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::By;
use trail::trace::{self, Act, Deed};

/// The alarms of every department.
#[derive(Debug, Clone)]
pub struct Alarms {
    store: Arc<Store>,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    /// Its name.
    pub id: String,
    /// In whose trace it stands.
    pub department: DepartmentKey,
    /// `seal-limit`, `seal-stop`, `person-limit`, `person-stop`, `list-ceiling`, `night-use` or `use-after-warning`.
    pub kind: String,
    /// Of which seal.
    pub seal: SealCode,
    /// Whose release gave rise to it.
    pub person: String,
    /// When.
    pub moment: UtcDateTime,
    /// Which limit, or what else.
    pub cause: String,
    /// When it was closed.
    pub closed: Option<UtcDateTime>,
    /// By whom, one or two people.
    pub closed_by: Vec<String>,
    /// With which note.
    pub note: Option<String>,
}

/// An alarm that is to be closed.
#[derive(Debug, Clone)]
pub struct Closing {
    /// Which.
    pub id: String,
    /// Whose.
    pub department: DepartmentKey,
    /// What was found.
    pub note: String,
    /// By whom, as a person.
    pub person: String,
    /// Who, when.
    pub by: By,
}

/// Why an alarm is not closed.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum CloseRefused {
    /// There is none of this name.
    #[error("there is no such alarm")]
    Unknown,
    /// It is closed.
    #[error("the alarm is closed already")]
    Closed,
    /// Whose release gave rise to it does not close it.
    #[error("who gave rise to an alarm does not close it")]
    Concerned,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const DAMAGED: StoreError = StoreError::Damaged { table: "alarm" };

const PAGE: &str = "SELECT id, department, kind, seal, person, moment, cause, closed, closed_by, note FROM alarm \
     WHERE department = $1 AND (moment < $2 OR (moment = $2 AND id > $3)) ORDER BY moment DESC, id LIMIT $4";
const OPEN: &str = "SELECT id, department, kind, seal, person, moment, cause, closed, closed_by, note FROM alarm \
     WHERE department = $1 AND (moment < $2 OR (moment = $2 AND id > $3)) AND closed IS NULL \
     ORDER BY moment DESC, id LIMIT $4";
const FIND: &str = "SELECT id, department, kind, seal, person, moment, cause, closed, closed_by, note FROM alarm \
     WHERE id = $1";
const LOCK: &str = "SELECT id, department, kind, seal, person, moment, cause, closed, closed_by, note FROM alarm \
     WHERE id = $1 FOR UPDATE";
const CLOSE: &str =
    "UPDATE alarm SET closed = $3, closed_by = $4, note = $5 WHERE id = $1 AND department = $2";

impl Alarms {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Alarms {
        Alarms { store }
    }

    /// Alarms of a department before a moment and name, the latest first; those that are open, or all.
    ///
    /// # Errors
    /// The store.
    pub async fn page(
        &self,
        department: &DepartmentKey,
        (moment, id): (UtcDateTime, &str),
        (is_open, limit): (bool, u32),
    ) -> Result<Vec<AlarmRow>, StoreError> {
        let mut link = self.store.reader().await?;
        let statement = if is_open { OPEN } else { PAGE };
        let values = [
            department.as_str().into(),
            moment.into(),
            id.into(),
            limit.into(),
        ];
        let rows = link.rows(statement, &values).await?;
        rows.into_iter().map(read).collect()
    }

    /// An alarm by its name, whosoever it is.
    ///
    /// # Errors
    /// The store.
    pub async fn find(&self, id: &str) -> Result<Option<AlarmRow>, StoreError> {
        let mut link = self.store.reader().await?;
        let row = link.row(FIND, &[id.into()]).await?;
        row.map(read).transpose()
    }

    /// Closes an alarm with a note.
    ///
    /// # Errors
    /// [`CloseRefused`].
    pub async fn close(&self, closing: Closing) -> Result<AlarmRow, CloseRefused> {
        self.store
            .write(move |link| Box::pin(async move { close(link, &closing).await }))
            .await
    }
}

fn read(mut row: Row) -> Result<AlarmRow, StoreError> {
    Ok(AlarmRow {
        id: row.text()?,
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        kind: row.text()?,
        seal: SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?,
        person: row.text()?,
        moment: row.moment()?,
        cause: row.text()?,
        closed: row.maybe_moment()?,
        closed_by: {
            let people = row.maybe_text()?.unwrap_or_default();
            people.split_whitespace().map(str::to_owned).collect()
        },
        note: row.maybe_text()?,
    })
}

async fn close(link: &mut Link, closing: &Closing) -> Result<AlarmRow, CloseRefused> {
    let statement = if link.has_rivals() { LOCK } else { FIND };
    let row = link.row(statement, &[closing.id.as_str().into()]).await?;
    let found = row.map(read).transpose()?;
    let found = found.filter(|found| found.department == closing.department);
    let mut alarm = found.ok_or(CloseRefused::Unknown)?;
    if alarm.closed.is_some() {
        return Err(CloseRefused::Closed);
    }
    if alarm.person == closing.person {
        return Err(CloseRefused::Concerned);
    }
    let values = [
        closing.id.as_str().into(),
        closing.department.as_str().into(),
        closing.by.at.into(),
        closing.person.as_str().into(),
        closing.note.as_str().into(),
    ];
    link.later(CLOSE, &values).await?;
    let act = Act {
        department: closing.department.clone(),
        by: closing.by.clone(),
        deed: Deed::Seal,
        object: alarm.seal.to_string(),
        ground: "alarm.closed".to_owned(),
        detail: vec![
            ("alarm", alarm.id.clone()),
            ("kind", alarm.kind.clone()),
            ("releaser", alarm.person.clone()),
        ],
        key: None,
    };
    trace::write(link, &act).await?;
    alarm.closed = Some(closing.by.at);
    alarm.closed_by = vec![closing.person.clone()];
    alarm.note = Some(closing.note.clone());
    Ok(alarm)
}
