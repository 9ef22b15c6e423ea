//! Cases: each one file, the fold of its events, sealed at rest and found by keyed digests alone (D8, R17).
//!
//! An event is one fact: the file is read under its row's lock, judged by what the caller brings, and kept with the
//! entry of the trace and the events for others. A refused event leaves its entry, and the cards it earned.

use std::sync::Arc;

use catalogue::key::DepartmentKey;
pub use dossier::card::Colour;
use dossier::notice::Notice;
use dossier::number::CaseNumber;
use dossier::scene::SealRelease;
use dossier::{CaseFile, Took};
use licence::HolderCode;
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::{Date, UtcDateTime};
use trail::asked::{self, Asked, By, Response, Seen};
use trail::outbox::{self, Outgoing};
use trail::secrets::{Place, Secrets};
use trail::trace::{self, Act};

use crate::notices;

/// A case as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// Whose it is: the body that decides it; before it was opened, who sent its first event.
    pub department: DepartmentKey,
    /// Its file.
    pub file: CaseFile,
    /// How often it was written.
    pub revision: u64,
    /// The last day up to which checks of its commitments were asked for.
    pub checked: Option<Date>,
}

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

/// What an event is judged on, read in its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whose the case is; nothing for one that is not known.
    pub department: Option<DepartmentKey>,
    /// Its file.
    pub file: CaseFile,
    /// The releases of seals for documents of the case.
    pub releases: Vec<SealRelease>,
    /// The last day up to which checks of its commitments were asked for.
    pub checked: Option<Date>,
}

/// What was found about an event.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What became of it, with the file afterwards.
    pub took: Took,
    /// Whose the case is afterwards.
    pub department: DepartmentKey,
    /// The entries of the trace, all of one department.
    pub acts: Vec<Act>,
    /// Whom to tell.
    pub events: Vec<Outgoing>,
    /// What stands on the authority's page from now on; numbers are drawn here.
    pub notices: Vec<Notice>,
    /// The answer that is kept for the request; nothing for a refusal, which may be asked for again.
    pub response: Option<Response>,
    /// The day for which upkeep has looked at the case; nothing when it has to look again.
    pub looked: Option<Date>,
    /// The last day up to which checks of its commitments were asked for.
    pub checked: Option<Date>,
}

/// Judges an event on what is held.
pub type Judge = Box<dyn FnOnce(&Held) -> Judged + Send>;

/// An event on its way into a case.
pub struct Taking {
    /// The request, with its idempotency key; nothing for what the service does by itself.
    pub asked: Option<Asked>,
    /// The case.
    pub case: CaseNumber,
    /// Who sends it.
    pub department: DepartmentKey,
    /// Who, when.
    pub by: By,
    /// What becomes of it.
    pub judge: Judge,
}

impl std::fmt::Debug for Taking {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Taking")
            .field("case", &self.case)
            .finish_non_exhaustive()
    }
}

/// What became of a taking.
#[derive(Debug, Clone)]
pub enum Taken {
    /// It was judged now.
    Judged(Box<Judged>),
    /// The same request was made before; this is its answer.
    Repeated(Option<Response>),
}

/// Nothing was judged.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum TakeError {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
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

const DAMAGED: StoreError = StoreError::Damaged { table: "case_file" };

const BEGIN: &str = "INSERT INTO case_file (case_number, department, state, stopped, yellow, red, watched, \
     looked, checked, revision, told, changed) VALUES ($1, $2, '', 0, 0, 0, 0, 0, 0, 0, 0, $3) \
     ON CONFLICT (case_number) DO NOTHING";
const FIND: &str =
    "SELECT department, revision, told, checked, content FROM case_file WHERE case_number = $1";
const LOCK: &str = "SELECT department, revision, told, checked, content FROM case_file WHERE case_number = $1 FOR UPDATE";
const KEEP: &str = "UPDATE case_file SET department = $3, state = $4, stopped = $5, yellow = $6, red = $7, \
     watched = $8, looked = $9, revision = revision + 1, told = $10, changed = $11, applicant = $12, content = $13, checked = $14 \
     WHERE case_number = $1 AND revision = $2";
const LOOKED: &str =
    "UPDATE case_file SET looked = $3 WHERE case_number = $1 AND revision = $2 AND looked < $3";
const DROP: &str = "DELETE FROM case_file WHERE case_number = $1 AND revision = 0";
const RELEASES: &str = "SELECT j.decision, r.releaser FROM job j JOIN seal_release r ON r.job = j.id \
     WHERE j.case_number = $1 AND j.state IN ('released', 'journalled', 'recorded') ORDER BY r.released, j.id";
const STOPPED: &str = "SELECT stopped FROM case_file WHERE case_number = $1";
// Uses share the row; a stop waits for those under way, and those after it find it.
const SHARED: &str = "SELECT stopped FROM case_file WHERE case_number = $1 FOR SHARE";
const LIST: &str = "SELECT case_number, state, stopped, yellow, red, changed FROM case_file \
     WHERE department = $1 AND case_number > $2 AND yellow >= $3 AND red >= $4 ORDER BY case_number LIMIT $5";
const OF_APPLICANT: &str = "SELECT case_number, state, stopped, yellow, red, changed FROM case_file \
     WHERE applicant = $1 AND department = $2 ORDER BY case_number LIMIT 1000";
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
            .write(move |link| Box::pin(async move { take(link, &secrets, taking).await }))
            .await
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

/// A row, opened.
struct Kept {
    record: CaseRecord,
    told: u64,
}

async fn take(link: &mut Link, secrets: &Secrets, taking: Taking) -> Result<Taken, TakeError> {
    let sender = taking.department.as_str();
    if let Some(asked) = &taking.asked {
        match asked::note(link, secrets, asked, (sender, None), taking.by.at).await? {
            Seen::First => {}
            Seen::Other => return Err(TakeError::KeyReused),
            Seen::Same { response, .. } => return Ok(Taken::Repeated(response)),
        }
    }
    let case = &taking.case;
    // Of two that open one case at once the second waits here and finds what the first made of it.
    let begin = [case.as_str().into(), sender.into(), taking.by.at.into()];
    let is_new = link.run(BEGIN, &begin).await? == 1;
    let statement = if link.has_rivals() { LOCK } else { FIND };
    let row = link
        .one(statement, &[case.as_str().into()], "case_file")
        .await?;
    let kept = read(row, secrets, case)?;
    let held = Held {
        department: (!is_new).then(|| kept.record.department.clone()),
        releases: releases(link, case).await?,
        checked: kept.record.checked,
        file: kept.record.file.clone(),
    };
    let judged = (taking.judge)(&held);
    if judged.took.file != held.file || !judged.events.is_empty() {
        keep(link, secrets, (case, &kept), &judged, taking.by.at).await?;
        let stream = (judged.department.as_str(), case.as_str(), kept.told + 1);
        outbox::push(link, secrets, stream, &judged.events, taking.by.at).await?;
    } else if is_new {
        // What nothing was taken for leaves no case behind.
        link.later(DROP, &[case.as_str().into()]).await?;
    }
    match (&taking.asked, &judged.response) {
        (Some(asked), Some(response)) => {
            let key = (asked.caller.as_str(), asked.key.as_str(), sender);
            asked::answer(link, secrets, key, response).await?;
        }
        (Some(asked), None) => asked::take_back(link, asked).await?,
        (None, _) => {}
    }
    trace::write_all(link, &judged.acts).await?;
    for notice in &judged.notices {
        notices::put(link, notice.clone(), &taking.by).await?;
    }
    Ok(Taken::Judged(Box::new(judged)))
}

async fn keep(
    link: &mut Link,
    secrets: &Secrets,
    (case, before): (&CaseNumber, &Kept),
    judged: &Judged,
    at: UtcDateTime,
) -> Result<(), StoreError> {
    let file = &judged.took.file;
    let opened = file.dossier();
    let count = |colour: Colour| {
        let cards = opened.map_or(&[][..], |dossier| dossier.cards());
        let count = cards.iter().filter(|card| card.colour == colour).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    };
    let told = before.told + u64::try_from(judged.events.len()).unwrap_or(u64::MAX);
    let digest =
        opened.map(|dossier| secrets.lookup("holder", dossier.applicant().code().reveal()));
    let content = serde_json::to_vec(file).map_err(|_| DAMAGED)?;
    let content = secrets.seal(&content, place(case, &judged.department))?;
    let values = [
        case.as_str().into(),
        before.record.revision.into(),
        judged.department.as_str().into(),
        opened.map_or("", |dossier| dossier.state().code()).into(),
        opened
            .is_some_and(|dossier| dossier.stop().is_some())
            .into(),
        count(Colour::Yellow).into(),
        count(Colour::Red).into(),
        opened.is_some_and(dossier::Dossier::awaits_time).into(),
        judged.looked.map_or(0, number_of).into(),
        told.into(),
        at.into(),
        digest.as_ref().map(|digest| digest.as_slice()).into(),
        (&content).into(),
        judged.checked.map_or(0, number_of).into(),
    ];
    // The row is locked: another revision can only be damage.
    match link.run(KEEP, &values).await? {
        1 => Ok(()),
        _ => Err(DAMAGED),
    }
}

async fn releases(link: &mut Link, case: &CaseNumber) -> Result<Vec<SealRelease>, StoreError> {
    let rows = link.rows(RELEASES, &[case.as_str().into()]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(SealRelease {
                decision: row.text()?,
                by: row.text()?,
            })
        })
        .collect()
}

fn read(mut row: Row, secrets: &Secrets, case: &CaseNumber) -> Result<Kept, StoreError> {
    let department = DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let (revision, told) = (row.count()?, row.count()?);
    let checked = match row.integer()? {
        0 => None,
        day => Some(day_of(day)?),
    };
    let file = match row.maybe_bytes()? {
        None => CaseFile::default(),
        Some(sealed) => {
            let content = secrets.open(&sealed, place(case, &department))?;
            serde_json::from_slice(&content).map_err(|_| DAMAGED)?
        }
    };
    Ok(Kept {
        record: CaseRecord {
            department,
            file,
            revision,
            checked,
        },
        told,
    })
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

fn number(text: &str) -> Result<CaseNumber, StoreError> {
    CaseNumber::parse(text).map_err(|_| DAMAGED)
}

fn number_of(day: Date) -> i64 {
    i64::from(day.to_julian_day())
}

fn day_of(number: i64) -> Result<Date, StoreError> {
    let day = i32::try_from(number).map_err(|_| DAMAGED)?;
    Date::from_julian_day(day).map_err(|_| DAMAGED)
}

fn place<'a>(case: &'a CaseNumber, department: &'a DepartmentKey) -> Place<'a> {
    Place {
        table: "case_file",
        column: "content",
        row: case.as_str(),
        department: department.as_str(),
    }
}
