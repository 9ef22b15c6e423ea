//! Catalogues: imports, each kept whole as it was published, and what single acts changed since.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, MatterCode};
use crypto::sha256;
use thiserror::Error;
use time::UtcDateTime;

use store::Store;
use store::StoreError;
use store::{Link, Row};
use trail::asked::By;
use trail::trace::{self, Act, Deed};

/// A catalogue: the import that it rests on, and the entries that acts changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number, from 1 on; each import and each act makes the next.
    pub version: u64,
    /// SHA-256 of the sources, or of the last entry.
    pub digest: [u8; 32],
    /// The published files, in the form that the importer packed them.
    pub sources: Vec<u8>,
    /// The entries that follow, oldest first, in the form that the actor packed them.
    pub entries: Vec<Vec<u8>>,
    /// When the last of all this came.
    pub imported: UtcDateTime,
    /// By whom.
    pub person: String,
}

/// Something done to a version of a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterDone {
    /// The matter.
    pub code: MatterCode,
    /// Its version.
    pub version: u32,
    /// Code of the event: `draft`, or one of the table of a matter's life.
    pub event: String,
    /// The body that acted.
    pub department: DepartmentKey,
    /// Who, and when.
    pub by: By,
    /// The civil day from which it holds, `YYYY-MM-DD`.
    pub day: String,
    /// What it rests on; may be empty.
    pub legal_basis: String,
}

/// An act was not kept.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ActRefused {
    /// The catalogue is not the one any more that the act was judged by: judge again.
    #[error("the catalogue has moved on since the act was judged")]
    MovedOn,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Uses of seals hold 1004 together (`registry::jobs`): a catalogue waits for those under way, and those after it find it. Whoever
/// comes waits behind who waits.
const ALONE: &str = "SELECT pg_advisory_xact_lock(1004)";
const INSERT: &str = "INSERT INTO catalogue_import (version, digest, sources, imported, person, base) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT version, digest, sources, imported, person, base \
     FROM catalogue_import WHERE version = $1";
const ENTRIES: &str = "SELECT sources FROM catalogue_import \
     WHERE base = $1 AND version <= $2 ORDER BY version";
const DONE: &str = "INSERT INTO matter_act \
     (code, version, number, event, department, person, day, legal_basis, moment, catalogue) \
     SELECT $1, $2, COUNT(*) + 1, $3, $4, $5, $6, $7, $8, $9 \
     FROM matter_act WHERE code = $1 AND version = $2";
const HISTORY: &str = "SELECT event, department, person, day, legal_basis, moment \
     FROM matter_act WHERE code = $1 AND version = $2 ORDER BY number";

/// The catalogues of a registry.
#[derive(Debug, Clone)]
pub struct Catalogues {
    store: Arc<Store>,
}

impl Catalogues {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Catalogues {
        Catalogues { store }
    }

    /// Keeps an import that was read and found good; returns its number. The same sources as the
    /// latest make no new version, so that importing can be repeated.
    ///
    /// # Errors
    /// `Conflict` or `Constraint` when two imports meet: import again.
    pub async fn import(
        &self,
        sources: Vec<u8>,
        digest: [u8; 32],
        person: String,
        now: UtcDateTime,
    ) -> Result<u64, StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    alone(link).await?;
                    let before = newest(link).await?;
                    if let Some(before) = &before
                        && before.digest == digest
                        && before.base.is_none()
                    {
                        return Ok(before.version);
                    }
                    let version = before.map_or(1, |before| before.version + 1);
                    let values = [
                        version.into(),
                        (&digest).into(),
                        (&sources).into(),
                        now.into(),
                        (&person).into(),
                        None::<i64>.into(),
                    ];
                    link.run(INSERT, &values).await?;
                    Ok(version)
                })
            })
            .await
    }

    /// Keeps what was done to a version of a matter, and its entry as it reads from then on, as the
    /// catalogue that follows the one of number `after`; returns its number. One fact with its
    /// entry of the trace.
    ///
    /// # Errors
    /// `MovedOn` when `after` is not the latest any more.
    pub async fn act(
        &self,
        done: MatterDone,
        entry: Vec<u8>,
        after: u64,
    ) -> Result<u64, ActRefused> {
        let kept = self
            .store
            .write(move |link| {
                Box::pin(async move {
                    alone(link).await?;
                    let before = newest(link).await?;
                    let Some(before) = before.filter(|before| before.version == after) else {
                        return Ok(None);
                    };
                    let version = after + 1;
                    let digest = sha256(&entry);
                    let values = [
                        version.into(),
                        (&digest).into(),
                        (&entry).into(),
                        done.by.at.into(),
                        (&done.by.who).into(),
                        before.base.or(i64::try_from(before.version).ok()).into(),
                    ];
                    link.run(INSERT, &values).await?;
                    record(link, &done, version).await?;
                    Ok::<_, StoreError>(Some(version))
                })
            })
            .await?;
        kept.ok_or(ActRefused::MovedOn)
    }

    /// What was done to a version of a matter, oldest first; nothing for one that came with a file.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn history(
        &self,
        code: &MatterCode,
        version: u32,
    ) -> Result<Vec<MatterDone>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [code.as_str().into(), u64::from(version).into()];
        let rows = link.rows(HISTORY, &values).await?;
        rows.into_iter()
            .map(|row| done(row, (code, version)))
            .collect()
    }

    /// The number of the latest catalogue; 0 before the first.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn newest(&self) -> Result<u64, StoreError> {
        let mut link = self.store.reader().await?;
        Ok(newest(&mut link).await?.map_or(0, |newest| newest.version))
    }

    /// The latest catalogue.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn latest(&self) -> Result<Option<Kept>, StoreError> {
        match self.newest().await? {
            0 => Ok(None),
            newest => self.find(newest).await,
        }
    }

    /// The catalogue of this number, by which an earlier decision is looked at again.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn find(&self, version: u64) -> Result<Option<Kept>, StoreError> {
        let mut link = self.store.reader().await?;
        let Some(row) = link.row(FIND, &[version.into()]).await? else {
            return Ok(None);
        };
        let (mut kept, base) = read(row)?;
        let Some(base) = base else {
            return Ok(Some(kept));
        };
        const LOST: StoreError = StoreError::Damaged {
            table: "catalogue_import",
        };
        let whole = link.row(FIND, &[base.into()]).await?.ok_or(LOST)?;
        kept.sources = read(whole)?.0.sources;
        for mut row in link.rows(ENTRIES, &[base.into(), version.into()]).await? {
            kept.entries.push(row.bytes()?);
        }
        Ok(Some(kept))
    }
}

/// No seal is used in another transaction until this one ends, which brings another catalogue.
async fn alone(link: &mut Link) -> Result<(), StoreError> {
    if link.has_rivals() {
        link.run(ALONE, &[]).await?;
    }
    Ok(())
}

/// The latest row, without what it holds.
struct Newest {
    version: u64,
    digest: [u8; 32],
    base: Option<i64>,
}

async fn newest(link: &mut Link) -> Result<Option<Newest>, StoreError> {
    const NEWEST: &str =
        "SELECT version, digest, base FROM catalogue_import ORDER BY version DESC LIMIT 1";
    let Some(mut row) = link.row(NEWEST, &[]).await? else {
        return Ok(None);
    };
    Ok(Some(Newest {
        version: row.count()?,
        digest: row.digest()?,
        base: row.maybe_integer()?,
    }))
}

/// The row of the act, and its entry of the trace.
async fn record(link: &mut Link, done: &MatterDone, catalogue: u64) -> Result<(), StoreError> {
    let values = [
        done.code.as_str().into(),
        u64::from(done.version).into(),
        done.event.as_str().into(),
        done.department.as_str().into(),
        (&done.by.who).into(),
        done.day.as_str().into(),
        done.legal_basis.as_str().into(),
        done.by.at.into(),
        catalogue.into(),
    ];
    link.run(DONE, &values).await?;
    let act = Act {
        department: done.department.clone(),
        by: done.by.clone(),
        deed: Deed::Matter,
        object: format!("{} version {}", done.code, done.version),
        ground: done.event.clone(),
        detail: vec![
            ("day", done.day.clone()),
            ("catalogue", catalogue.to_string()),
        ],
        key: None,
    };
    trace::write(link, &act).await?;
    Ok(())
}

fn done(mut row: Row, (code, version): (&MatterCode, u32)) -> Result<MatterDone, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged {
        table: "matter_act",
    };
    let event = row.text()?;
    let department = DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let (who, day, legal_basis) = (row.text()?, row.text()?, row.text()?);
    Ok(MatterDone {
        code: code.clone(),
        version,
        event,
        department,
        by: By::new(who, row.moment()?),
        day,
        legal_basis,
    })
}

/// A row, and the number of the import that it rests on where it is an entry of an act.
fn read(mut row: Row) -> Result<(Kept, Option<i64>), StoreError> {
    let version = row.count()?;
    let digest = row.digest()?;
    let sources = row.bytes()?;
    let kept = Kept {
        version,
        digest,
        sources,
        entries: Vec::new(),
        imported: row.moment()?,
        person: row.text()?,
    };
    Ok((kept, row.maybe_integer()?))
}
