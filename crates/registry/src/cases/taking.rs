//! An event on its way into its case, and the events of a package on their way into several: read under the lock of
//! each row, judged by what the caller brings, kept with the trace and what others are told, all in one transaction.

use catalogue::key::DepartmentKey;
use dossier::card::Colour;
use dossier::notice::Notice;
use dossier::number::{CaseNumber, PackageNumber};
use dossier::scene::SealRelease;
use dossier::{CaseFile, Fate, Took};
use store::{Link, Row, StoreError};
use thiserror::Error;
use time::{Date, UtcDateTime};
use trail::asked::{self, Asked, By, Response, Seen};
use trail::outbox::{self, Outgoing};
use trail::secrets::{Place, Secrets};
use trail::trace::{self, Act};

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

/// Events of one package on their way into their cases: in all of them, or in none.
pub struct TakingAll {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// Who sends it.
    pub department: DepartmentKey,
    /// Who, when.
    pub by: By,
    /// The package that they open, where they open one.
    pub opens: Option<PackageNumber>,
    /// The events, in the order of the package.
    pub each: Vec<TakingOne>,
    /// Makes the answer to the request of those of the cases.
    pub respond: AnswerOfAll,
}

/// Makes one answer of those of several cases.
pub type AnswerOfAll = Box<dyn FnOnce(&[Response]) -> Response + Send>;

/// One of them.
pub struct TakingOne {
    /// The case.
    pub case: CaseNumber,
    /// What becomes of its event.
    pub judge: Judge,
}

/// What became of them.
#[derive(Debug, Clone)]
pub enum TakenAll {
    /// Taken in every case, or known there; the answer.
    Taken(Response),
    /// Refused by one case at least; in no case anything was applied but the cards that were earned.
    Refused(Vec<(CaseNumber, Judged)>),
    /// The same request was made before; this is its answer.
    Repeated(Option<Response>),
}

impl std::fmt::Debug for TakingAll {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cases = self.each.iter().map(|one| &one.case);
        formatter.debug_list().entries(cases).finish()
    }
}

impl std::fmt::Debug for TakingOne {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.case.as_str())
    }
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

pub(crate) const DAMAGED: StoreError = StoreError::Damaged { table: "case_file" };

// Whatever key it conflicts by: two that begin one case at once would wait for each other, one by each key of the table.
const BEGIN: &str = "INSERT INTO case_file (case_number, department, state, stopped, yellow, red, watched, \
     looked, checked, revision, told, changed) VALUES ($1, $2, '', 0, 0, 0, 0, 0, 0, 0, 0, $3) \
     ON CONFLICT DO NOTHING";
pub(crate) const FIND: &str =
    "SELECT department, revision, told, checked, content FROM case_file WHERE case_number = $1";
const LOCK: &str = "SELECT department, revision, told, checked, content FROM case_file WHERE case_number = $1 FOR UPDATE";
const KEEP: &str = "UPDATE case_file SET department = $3, state = $4, stopped = $5, yellow = $6, red = $7, \
     watched = $8, looked = $9, revision = revision + 1, told = $10, changed = $11, applicant = $12, content = $13, checked = $14 \
     WHERE case_number = $1 AND revision = $2";
const DROP: &str = "DELETE FROM case_file WHERE case_number = $1 AND revision = 0";
const RELEASES: &str = "SELECT j.decision, r.releaser FROM job j JOIN seal_release r ON r.job = j.id \
     WHERE j.case_number = $1 AND j.state IN ('released', 'journalled', 'recorded') ORDER BY r.released, j.id";
const PACKAGED: &str = "INSERT INTO package_case (package, place, department, case_number, matter) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

/// A row, opened.
pub(crate) struct Kept {
    pub(crate) record: CaseRecord,
    told: u64,
}

pub(crate) async fn take(
    link: &mut Link,
    secrets: &Secrets,
    taking: Taking,
) -> Result<Taken, TakeError> {
    let sender = taking.department.as_str();
    if let Some(asked) = &taking.asked {
        match asked::note(link, secrets, asked, (sender, None), taking.by.at).await? {
            Seen::First => {}
            Seen::Other => return Err(TakeError::KeyReused),
            Seen::Same { response, .. } => return Ok(Taken::Repeated(response)),
        }
    }
    let at = taking.by.at;
    let opened = hold(link, secrets, &taking.case, (sender, at)).await?;
    let judged = (taking.judge)(&opened.held);
    settle(link, secrets, (&taking.case, &opened), &judged, at).await?;
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

/// A case that this fact has locked.
struct Opened {
    kept: Kept,
    held: Held,
    is_new: bool,
}

async fn hold(
    link: &mut Link,
    secrets: &Secrets,
    case: &CaseNumber,
    (sender, at): (&str, UtcDateTime),
) -> Result<Opened, StoreError> {
    // Of two that open one case at once the second waits here and finds what the first made of it.
    let begin = [case.as_str().into(), sender.into(), at.into()];
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
    Ok(Opened { kept, held, is_new })
}

/// Keeps what was found of a case, and whom to tell; what nothing was taken for leaves no case behind.
async fn settle(
    link: &mut Link,
    secrets: &Secrets,
    (case, opened): (&CaseNumber, &Opened),
    judged: &Judged,
    at: UtcDateTime,
) -> Result<(), StoreError> {
    let Opened { kept, held, is_new } = opened;
    if judged.took.file != held.file || !judged.events.is_empty() {
        keep(link, secrets, (case, kept), judged, at).await?;
        let stream = (judged.department.as_str(), case.as_str(), kept.told + 1);
        outbox::push(link, secrets, stream, &judged.events, at).await?;
    } else if *is_new {
        link.later(DROP, &[case.as_str().into()]).await?;
    }
    Ok(())
}

/// [`take`] for every case of a package. A refusal by one leaves of the others nothing at all.
pub(crate) async fn take_all(
    link: &mut Link,
    secrets: &Secrets,
    taking: TakingAll,
) -> Result<TakenAll, TakeError> {
    let (sender, at) = (taking.department.as_str(), taking.by.at);
    match asked::note(link, secrets, &taking.asked, (sender, None), at).await? {
        Seen::First => {}
        Seen::Other => return Err(TakeError::KeyReused),
        Seen::Same { response, .. } => return Ok(TakenAll::Repeated(response)),
    }
    let mut each: Vec<(usize, TakingOne)> = taking.each.into_iter().enumerate().collect();
    // In one order, whatever the package's is: two that take the same cases do not wait for each other.
    each.sort_by(|(_, one), (_, other)| one.case.as_str().cmp(other.case.as_str()));
    let mut all = Vec::with_capacity(each.len());
    for (place, one) in each {
        let opened = hold(link, secrets, &one.case, (sender, at)).await?;
        let judged = (one.judge)(&opened.held);
        all.push((place, one.case, opened, judged));
    }
    let is_taken = |judged: &Judged| {
        let fate = &judged.took.fate;
        judged.response.is_some() && matches!(fate, Fate::Applied(_) | Fate::Repeated)
    };
    let whole = all.iter().all(|(_, _, _, judged)| is_taken(judged));
    all.sort_by_key(|(place, ..)| *place);
    let mut acts = Vec::new();
    for (_, case, opened, judged) in &all {
        if whole || !is_taken(judged) {
            settle(link, secrets, (case, opened), judged, at).await?;
            acts.extend(judged.acts.iter().cloned());
        } else if opened.is_new {
            link.later(DROP, &[case.as_str().into()]).await?;
        }
    }
    if !whole {
        asked::take_back(link, &taking.asked).await?;
        trace::write_all(link, &acts).await?;
        let refused = all.into_iter().map(|(_, case, _, judged)| (case, judged));
        return Ok(TakenAll::Refused(refused.collect()));
    }
    if let Some(package) = &taking.opens {
        for (place, case, _, judged) in &all {
            let dossier = judged.took.file.dossier();
            let matter = dossier.map_or("", |dossier| dossier.terms().matter.as_str());
            let values = [
                package.as_str().into(),
                u64::try_from(*place).unwrap_or(u64::MAX).into(),
                sender.into(),
                case.as_str().into(),
                matter.into(),
            ];
            link.later(PACKAGED, &values).await?;
        }
    }
    let answers: Vec<Response> = all
        .iter()
        .filter_map(|(_, _, _, judged)| judged.response.clone())
        .collect();
    let response = (taking.respond)(&answers);
    let key = (
        taking.asked.caller.as_str(),
        taking.asked.key.as_str(),
        sender,
    );
    asked::answer(link, secrets, key, &response).await?;
    trace::write_all(link, &acts).await?;
    for notice in all.iter().flat_map(|(_, _, _, judged)| &judged.notices) {
        notices::put(link, notice.clone(), &taking.by).await?;
    }
    Ok(TakenAll::Taken(response))
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

pub(crate) async fn releases(
    link: &mut Link,
    case: &CaseNumber,
) -> Result<Vec<SealRelease>, StoreError> {
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

pub(crate) fn read(mut row: Row, secrets: &Secrets, case: &CaseNumber) -> Result<Kept, StoreError> {
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

pub(crate) fn number(text: &str) -> Result<CaseNumber, StoreError> {
    CaseNumber::parse(text).map_err(|_| DAMAGED)
}

pub(crate) fn number_of(day: Date) -> i64 {
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
