//! Cases: each one file, the fold of its events, sealed at rest and found by keyed digests alone (D8, R17).
//!
//! An event is one fact: the file is read under its row's lock, judged by what the caller brings, and kept with the
//! entry of the trace and the events for others. A refused event leaves its entry, and the cards it earned.

mod taking;

use std::sync::Arc;

use catalogue::key::{DepartmentKey, MatterCode};
pub use dossier::card::Colour;
use dossier::number::{CaseNumber, PackageNumber};
use dossier::package::{CaseOf, PackageOf};
use dossier::scene::SealRelease;
use licence::HolderCode;
use store::{Link, Row, Store, StoreError};
use time::{Date, UtcDateTime};
use trail::secrets::Secrets;

pub use taking::{
    AnswerOfAll, CaseRecord, Held, Judge, Judged, TakeError, Taken, TakenAll, Taking, TakingAll,
    TakingOne,
};
use taking::{DAMAGED, FIND, number, number_of, read, releases};

/// A case in a list: nothing of its applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// Its number.
    pub case: CaseNumber,
    /// Code of its state; empty before it was opened.
    pub state: String,
    /// Whether a supervisor has stopped it.
    pub stopped: bool,
    /// Yellow cards.
    pub yellow: u64,
    /// Red cards.
    pub red: u64,
    /// When it was written last.
    pub changed: UtcDateTime,
}

/// Which cases of a department are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// All.
    All,
    /// With a card of this colour.
    Carded(Colour),
}

/// The cases of every department.
#[derive(Debug, Clone)]
pub struct Cases {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const LOOKED: &str =
    "UPDATE case_file SET looked = $3 WHERE case_number = $1 AND revision = $2 AND looked < $3";
const STOPPED: &str = "SELECT stopped FROM case_file WHERE case_number = $1";
// Uses share the row; a stop waits for those under way, and those after it find it.
const SHARED: &str = "SELECT stopped FROM case_file WHERE case_number = $1 FOR SHARE";
const SHARED_FILE: &str = "SELECT department, revision, told, checked, content FROM case_file \
     WHERE case_number = $1 FOR SHARE";
const LIST: &str = "SELECT case_number, state, stopped, yellow, red, changed FROM case_file \
     WHERE department = $1 AND case_number > $2 AND yellow >= $3 AND red >= $4 ORDER BY case_number LIMIT $5";
const OF_APPLICANT: &str = "SELECT case_number, state, stopped, yellow, red, changed FROM case_file \
     WHERE applicant = $1 AND department = $2 ORDER BY case_number LIMIT 1000";
const PACKAGE: &str =
    "SELECT case_number, matter FROM package_case WHERE package = $1 ORDER BY place";
const WATCHED: &str = "SELECT case_number FROM case_file WHERE watched = 1 AND looked < $1 \
     AND changed <= $2 ORDER BY looked, case_number LIMIT $3";

impl Cases {
    pub(crate) fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Cases {
        Cases { store, secrets }
    }

    /// Takes an event: reads the file, has it judged, keeps what follows, all in one transaction.
    ///
    /// # Errors
    /// `KeyReused`; a refusal of the event is no error.
    pub async fn take(&self, taking: Taking) -> Result<Taken, TakeError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { taking::take(link, &secrets, taking).await }))
            .await
    }

    /// Takes events of one package: reads every file, has each judged, and keeps all of it or none, in one transaction.
    ///
    /// # Errors
    /// `KeyReused`; a refusal is no error.
    pub async fn take_all(&self, taking: TakingAll) -> Result<TakenAll, TakeError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { taking::take_all(link, &secrets, taking).await })
            })
            .await
    }

    /// A package by its number: its cases in the order of the application.
    ///
    /// # Errors
    /// The store.
    pub async fn package(&self, package: &PackageNumber) -> Result<Option<PackageOf>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(PACKAGE, &[package.as_str().into()]).await?;
        let cases = rows
            .into_iter()
            .map(|mut row| {
                Ok(CaseOf {
                    case: number(&row.text()?)?,
                    matter: MatterCode::parse(&row.text()?).map_err(|_| DAMAGED)?,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok((!cases.is_empty()).then(|| PackageOf {
            number: package.clone(),
            cases,
        }))
    }

    /// A case by its number.
    ///
    /// # Errors
    /// The store; `Damaged` when a row was changed or moved (T-P5).
    pub async fn find(&self, case: &CaseNumber) -> Result<Option<CaseRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        let row = link.row(FIND, &[case.as_str().into()]).await?;
        let kept = row.map(|row| read(row, &self.secrets, case)).transpose()?;
        Ok(kept.map(|kept| kept.record))
    }

    /// The releases of seals for documents of a case.
    ///
    /// # Errors
    /// The store.
    pub async fn releases(&self, case: &CaseNumber) -> Result<Vec<SealRelease>, StoreError> {
        releases(&mut self.store.reader().await?, case).await
    }

    /// A page of a department's cases in the order of their numbers, after `after`.
    ///
    /// # Errors
    /// The store.
    pub async fn list(
        &self,
        department: &DepartmentKey,
        after: Option<&CaseNumber>,
        listed: Listed,
        limit: u32,
    ) -> Result<Vec<CaseLine>, StoreError> {
        let (yellow, red): (u32, u32) = match listed {
            Listed::All => (0, 0),
            Listed::Carded(Colour::Yellow) => (1, 0),
            Listed::Carded(Colour::Red) => (0, 1),
        };
        let values = [
            department.as_str().into(),
            after.map_or("", |case| case.as_str()).into(),
            yellow.into(),
            red.into(),
            limit.into(),
        ];
        let mut link = self.store.reader().await?;
        let rows = link.rows(LIST, &values).await?;
        rows.into_iter().map(line).collect()
    }

    /// The cases of an applicant in a department, at most 1,000 (R17).
    ///
    /// # Errors
    /// The store.
    pub async fn of_applicant(
        &self,
        applicant: &HolderCode,
        department: &DepartmentKey,
    ) -> Result<Vec<CaseLine>, StoreError> {
        let digest = self.secrets.lookup("holder", applicant.reveal());
        let mut link = self.store.reader().await?;
        let values = [(&digest).into(), department.as_str().into()];
        let rows = link.rows(OF_APPLICANT, &values).await?;
        rows.into_iter().map(line).collect()
    }

    /// Cases to which time alone may bring something, which were not looked at for `day` yet and not
    /// written after `quiet`.
    ///
    /// # Errors
    /// The store.
    pub async fn unlooked(
        &self,
        day: Date,
        quiet: UtcDateTime,
        limit: u32,
    ) -> Result<Vec<CaseNumber>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link
            .rows(
                WATCHED,
                &[number_of(day).into(), quiet.into(), limit.into()],
            )
            .await?;
        rows.into_iter()
            .map(|mut row| number(&row.text()?))
            .collect()
    }

    /// Notes that cases were looked at for `day` and nothing was due; one that was written since its
    /// revision is looked at again.
    ///
    /// # Errors
    /// The store.
    pub async fn looked(&self, cases: Vec<(CaseNumber, u64)>, day: Date) -> Result<(), StoreError> {
        self.store
            .note(move |link| {
                Box::pin(async move {
                    for (case, revision) in &cases {
                        let values = [
                            case.as_str().into(),
                            (*revision).into(),
                            number_of(day).into(),
                        ];
                        link.later(LOOKED, &values).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// R6: whether a supervisor has stopped the case, in the transaction that would use a seal for it. A case that is not
/// known is not stopped.
pub(crate) async fn is_stopped(link: &mut Link, case: &str) -> Result<bool, StoreError> {
    let statement = if link.has_rivals() { SHARED } else { STOPPED };
    match link.row(statement, &[case.into()]).await? {
        Some(mut row) => Ok(row.integer()? != 0),
        None => Ok(false),
    }
}

/// A case as it stands, for a fact that rests on it: nobody writes it until the commit.
pub(crate) async fn kept(
    link: &mut Link,
    secrets: &Secrets,
    case: &CaseNumber,
) -> Result<Option<CaseRecord>, StoreError> {
    let statement = if link.has_rivals() { SHARED_FILE } else { FIND };
    let row = link.row(statement, &[case.as_str().into()]).await?;
    let kept = row.map(|row| read(row, secrets, case)).transpose()?;
    Ok(kept.map(|kept| kept.record))
}

fn line(mut row: Row) -> Result<CaseLine, StoreError> {
    Ok(CaseLine {
        case: number(&row.text()?)?,
        state: row.text()?,
        stopped: row.integer()? != 0,
        yellow: row.count()?,
        red: row.count()?,
        changed: row.moment()?,
    })
}
