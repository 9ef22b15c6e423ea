//! The end of a seal's key (domain.md 4.2, T-S9): two people order it for a day, anyone of them calls it off until then, two others
//! see it done, and the record of it is kept.
//!
//! Between the witnesses and the record the key is erased, which nothing takes back. What the record will say is kept before that,
//! so that a process that dies in between is followed by the same record.

use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use rolls::seals::{self, Happening, SealAct, SealRecord};
use rolls::word::{Spoken, Word};
use seal::life::{self, Consent, Duty, Event, Stage, Step};
use store::{Link, Row, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

use crate::book::Applications;

/// What the subject of a word begins with.
const KIND: &str = "seal-destruction ";
const DAMAGED: StoreError = StoreError::Damaged {
    table: "seal_destruction",
};

/// How far a destruction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestructionState {
    /// It waits for its day, and then for its witnesses.
    Scheduled,
    /// Two witnesses saw it begin.
    Erasing,
    /// The key is erased, and the record of it signed.
    Done,
}

impl DestructionState {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Erasing => "erasing",
            Self::Done => "done",
        }
    }

    fn find(code: &str) -> Option<Self> {
        let all = [Self::Scheduled, Self::Erasing, Self::Done];
        all.into_iter().find(|state| state.code() == code)
    }
}

/// The destruction of a seal's key, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// Of which seal.
    pub seal: SealCode,
    /// Whose.
    pub department: DepartmentKey,
    /// How far it has come.
    pub state: DestructionState,
    /// When its day begins.
    pub due: UtcDateTime,
    /// The two who ordered it.
    pub people: Vec<String>,
    /// Why.
    pub reason: String,
    /// When the second of them did.
    pub scheduled: UtcDateTime,
    /// The two who saw it, once they did.
    pub witnesses: Vec<String>,
    /// When the second of them did.
    pub witnessed: Option<UtcDateTime>,
    /// What the record says.
    pub statement: Vec<u8>,
    /// The record, signed.
    pub record: Vec<u8>,
}

/// What one person says of the end of a seal's key.
#[derive(Debug, Clone)]
pub struct DestructionWord {
    /// Of which seal.
    pub seal: SealCode,
    /// When its day begins.
    pub due: UtcDateTime,
    /// Why.
    pub reason: String,
    /// Who says it.
    pub person: PersonKey,
    /// When.
    pub at: UtcDateTime,
}

/// What became of a witness's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witnessed {
    /// It waits for a second witness until this moment.
    Waits(UtcDateTime),
    /// Both saw it: the key is to be erased now, if it was not.
    Begun(Destruction),
    /// It was done before.
    Done(Destruction),
}

/// What the record is to say, told once both witnesses are known.
pub type Statement = Box<dyn Fn(&Destruction) -> Vec<u8> + Send + Sync>;

/// A key that was erased, and the record that says so.
#[derive(Debug, Clone)]
pub struct Erased {
    /// Of which seal.
    pub seal: SealCode,
    /// Its keys, by name.
    pub keys: Vec<String>,
    /// The record, signed.
    pub record: Vec<u8>,
    /// The leaf of the public log, encoded.
    pub leaf: Vec<u8>,
    /// When.
    pub at: UtcDateTime,
}

/// Why a word on the end of a seal's key does not count.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum DestructionRefused {
    /// There is no such seal.
    #[error("no such seal")]
    Unknown,
    /// The table refuses, or a person who acted before (domain.md 4.2).
    #[error(transparent)]
    Life(#[from] life::Refused),
    /// It is ordered already, otherwise.
    #[error("its destruction is ordered already")]
    Scheduled,
    /// It is not ordered.
    #[error("its destruction is not ordered")]
    NotScheduled,
    /// The day has come: it is called off no more.
    #[error("the day of its destruction has come")]
    Due,
    /// The day has not come.
    #[error("the day of its destruction has not come")]
    NotDue,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const FIND: &str = "SELECT code, department, state, due, people, reason, scheduled, witnesses, witnessed, statement, record \
     FROM seal_destruction WHERE code = $1";
const BEGUN: &str = "SELECT code, department, state, due, people, reason, scheduled, witnesses, witnessed, statement, record \
     FROM seal_destruction WHERE state = 'erasing' ORDER BY code";
const KEEP: &str = "INSERT INTO seal_destruction (code, department, state, due, people, reason, scheduled) \
     VALUES ($1, $2, 'scheduled', $3, $4, $5, $6)";
const CALL_OFF: &str = "DELETE FROM seal_destruction WHERE code = $1 AND department = $2";
const BEGIN: &str = "UPDATE seal_destruction SET state = 'erasing', witnesses = $3, witnessed = $4, statement = $5 \
     WHERE code = $1 AND department = $2";
const DONE: &str =
    "UPDATE seal_destruction SET state = 'done', record = $3 WHERE code = $1 AND department = $2";
const HAPPENED: &str = "UPDATE seal SET events = $2 WHERE code = $1 AND department = $3";

impl Applications {
    /// The destruction of a seal's key that is ordered, under way or done.
    ///
    /// # Errors
    /// The store.
    pub async fn destruction(&self, seal: &SealCode) -> Result<Option<Destruction>, StoreError> {
        let mut link = self.store.reader().await?;
        let row = link.row(FIND, &[seal.as_str().into()]).await?;
        row.map(read).transpose()
    }

    /// Those that were seen by their witnesses and have no record yet.
    ///
    /// # Errors
    /// The store.
    pub async fn destructions_begun(&self) -> Result<Vec<Destruction>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(BEGUN, &[]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Takes one person's order to destroy a seal's key; the second person's, which says the same, has it stand.
    ///
    /// # Errors
    /// [`DestructionRefused`]; then nothing was kept.
    pub async fn order_destruction(
        &self,
        word: DestructionWord,
    ) -> Result<Spoken, DestructionRefused> {
        let secrets = self.secrets.clone();
        self.store
            .write(move |link| Box::pin(async move { order((link, &secrets), &word).await }))
            .await
    }

    /// Calls it off, before its day; an order that waits for a second person too.
    ///
    /// # Errors
    /// [`DestructionRefused`].
    pub async fn call_off_destruction(
        &self,
        seal: SealCode,
        (by, reason): (By, String),
    ) -> Result<(), DestructionRefused> {
        let secrets = self.secrets.clone();
        self.store
            .write(move |link| {
                Box::pin(async move { call_off((link, &secrets), &seal, (&by, &reason)).await })
            })
            .await
    }

    /// Takes a witness's word, on the day or after it; with the second one's what the record will say is kept.
    ///
    /// # Errors
    /// [`DestructionRefused`].
    pub async fn witness_destruction(
        &self,
        seal: SealCode,
        by: By,
        says: Statement,
    ) -> Result<Witnessed, DestructionRefused> {
        self.store
            .write(move |link| Box::pin(async move { witness(link, &seal, (&by, &says)).await }))
            .await
    }

    /// The key is erased: keeps the record, and the seal is destroyed. Where another process was first, its record stays.
    ///
    /// # Errors
    /// [`DestructionRefused`].
    pub async fn erased(&self, erased: Erased) -> Result<Destruction, DestructionRefused> {
        let secrets = self.secrets.clone();
        self.store
            .write(move |link| Box::pin(async move { finish((link, &secrets), &erased).await }))
            .await
    }
}

fn read(mut row: Row) -> Result<Destruction, StoreError> {
    let names = |text: String| text.split_whitespace().map(str::to_owned).collect();
    Ok(Destruction {
        seal: SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?,
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        state: DestructionState::find(&row.text()?).ok_or(DAMAGED)?,
        due: row.moment()?,
        people: names(row.text()?),
        reason: row.text()?,
        scheduled: row.moment()?,
        witnesses: row.maybe_text()?.map(names).unwrap_or_default(),
        witnessed: row.maybe_moment()?,
        statement: row.maybe_bytes()?.unwrap_or_default(),
        record: row.maybe_bytes()?.unwrap_or_default(),
    })
}

/// The seal, locked, and what is ordered.
async fn standing(
    link: &mut Link,
    seal: &SealCode,
) -> Result<(SealRecord, Option<Destruction>), DestructionRefused> {
    let record = seals::locked(link, seal).await?;
    let record = record.ok_or(DestructionRefused::Unknown)?;
    let row = link.row(FIND, &[seal.as_str().into()]).await?;
    Ok((record, row.map(read).transpose()?))
}

/// Only a seal that was given up is destroyed.
fn cancelled(record: &SealRecord) -> Result<(), life::Refused> {
    let (stage, event) = (record.stage, Event::Destroy);
    match stage == Stage::Cancelled {
        true => Ok(()),
        false => Err(life::Refused::NotListed { stage, event }),
    }
}

async fn order(
    (link, secrets): (&mut Link, &Secrets),
    word: &DestructionWord,
) -> Result<Spoken, DestructionRefused> {
    let (mut record, ordered) = standing(link, &word.seal).await?;
    cancelled(&record)?;
    if let Some(ordered) = ordered {
        let same = ordered.due == word.due && ordered.reason == word.reason;
        let own = ordered.people.iter().any(|one| one == word.person.as_str());
        return match same && own {
            true => Ok(Spoken::Holds),
            false => Err(DestructionRefused::Scheduled),
        };
    }
    let by = By::new(word.person.as_str(), word.at);
    let heard = Word {
        subject: &format!("{KIND}{}", word.seal),
        proposal: &format!("{}\n{}", word.due.unix_timestamp(), word.reason),
        person: &word.person,
        by: &by,
    };
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        let act = noted(
            &record,
            by,
            ("consent to destruction", record.code.as_str()),
        );
        trace::write(link, &act).await?;
        return Ok(Spoken::Waits(until));
    };
    heard.over(link).await?;
    let people = format!("{first} {}", word.person);
    let values = [
        word.seal.as_str().into(),
        record.department.as_str().into(),
        word.due.into(),
        people.as_str().into(),
        word.reason.as_str().into(),
        word.at.into(),
    ];
    link.later(KEEP, &values).await?;
    let what = ("order-destruction", people.as_str(), word.reason.as_str());
    happened((link, secrets), &mut record, (what, &by)).await?;
    Ok(Spoken::Holds)
}

async fn call_off(
    (link, secrets): (&mut Link, &Secrets),
    seal: &SealCode,
    (by, reason): (&By, &str),
) -> Result<(), DestructionRefused> {
    let (mut record, ordered) = standing(link, seal).await?;
    let person = PersonKey::parse(&by.who).map_err(|_| DestructionRefused::Unknown)?;
    let subject = format!("{KIND}{seal}");
    let waits = rolls::word::waiting(link, &subject).await?;
    let waits = waits
        .iter()
        .any(|(rest, _, one)| rest.is_empty() && by.at < one.until);
    match ordered {
        None if !waits => return Err(DestructionRefused::NotScheduled),
        Some(one) if one.state != DestructionState::Scheduled || by.at >= one.due => {
            return Err(DestructionRefused::Due);
        }
        _ => {}
    }
    let word = Word {
        subject: &subject,
        proposal: "",
        person: &person,
        by,
    };
    word.over(link).await?;
    let values = [seal.as_str().into(), record.department.as_str().into()];
    link.later(CALL_OFF, &values).await?;
    let what = ("call-off-destruction", by.who.as_str(), reason);
    Ok(happened((link, secrets), &mut record, (what, by)).await?)
}

/// An event of the seal's life that leaves it where it stands.
async fn happened(
    (link, secrets): (&mut Link, &Secrets),
    record: &mut SealRecord,
    ((event, people, reason), by): ((&str, &str, &str), &By),
) -> Result<(), StoreError> {
    record.events = record.events.saturating_add(1);
    let (seal, department) = (record.code.clone(), record.department.clone());
    let values = [
        seal.as_str().into(),
        record.events.into(),
        department.as_str().into(),
    ];
    link.later(HAPPENED, &values).await?;
    seals::tell((link, secrets), record, event).await?;
    let happened = Happening {
        number: record.events,
        event,
        stage: record.stage,
        people,
        reason,
    };
    seals::note(link, (&seal, &department), &happened, by).await
}

fn noted(record: &SealRecord, by: By, (ground, object): (&str, &str)) -> Act {
    Act {
        department: record.department.clone(),
        by,
        deed: Deed::Seal,
        object: object.to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    }
}

async fn witness(
    link: &mut Link,
    seal: &SealCode,
    (by, says): (&By, &Statement),
) -> Result<Witnessed, DestructionRefused> {
    let (mut record, ordered) = standing(link, seal).await?;
    let mut ordered = match ordered {
        Some(ordered) => ordered,
        None => {
            cancelled(&record)?;
            return Err(DestructionRefused::NotScheduled);
        }
    };
    if ordered.state != DestructionState::Scheduled {
        return seen(&record, ordered, by);
    }
    if by.at < ordered.due {
        return Err(DestructionRefused::NotDue);
    }
    // Who ordered it does not see it done.
    if ordered.people.contains(&by.who) {
        return Err(life::Refused::SamePerson.into());
    }
    let pending = record.pending.take();
    let first = pending.filter(|one| one.event == Event::Destroy && by.at < one.until);
    if let Some(first) = first.as_ref().filter(|one| one.consent.person == by.who) {
        return Ok(Witnessed::Waits(first.until));
    }
    let consent = Consent {
        person: by.who.clone(),
        duty: Duty::Witness,
    };
    let before = first.as_ref().map(|first| &first.consent);
    match (
        life::step(record.stage, Event::Destroy, &consent, before)?,
        before,
    ) {
        (Step::Done(_), Some(before)) => {
            ordered.witnesses = vec![before.person.clone(), consent.person];
            ordered.witnessed = Some(by.at);
            begin(link, (&record, &mut ordered), (by, says)).await?;
            Ok(Witnessed::Begun(ordered))
        }
        _ => {
            let act = act(&ordered, consent, (Vec::new(), by.at));
            let record = seals::wait(link, record, &act, by).await?;
            let until = record.pending.map_or(by.at, |first| first.until);
            Ok(Witnessed::Waits(until))
        }
    }
}

/// What its own witnesses are told once both saw it.
fn seen(
    record: &SealRecord,
    ordered: Destruction,
    by: &By,
) -> Result<Witnessed, DestructionRefused> {
    match (ordered.state, ordered.witnesses.contains(&by.who)) {
        (DestructionState::Done, true) => Ok(Witnessed::Done(ordered)),
        (_, true) => Ok(Witnessed::Begun(ordered)),
        (_, false) => {
            let (stage, event) = (record.stage, Event::Destroy);
            Err(life::Refused::NotListed { stage, event }.into())
        }
    }
}

/// From here on the key is erased, whatever happens to this process.
async fn begin(
    link: &mut Link,
    (record, ordered): (&SealRecord, &mut Destruction),
    (by, says): (&By, &Statement),
) -> Result<(), StoreError> {
    ordered.statement = says(ordered);
    ordered.state = DestructionState::Erasing;
    let witnesses = ordered.witnesses.join(" ");
    let values = [
        ordered.seal.as_str().into(),
        ordered.department.as_str().into(),
        witnesses.as_str().into(),
        by.at.into(),
        (&ordered.statement).into(),
    ];
    link.later(BEGIN, &values).await?;
    let act = noted(record, by.clone(), ("erase", record.code.as_str()));
    trace::write(link, &act).await.map(|_| ())
}

fn act(ordered: &Destruction, consent: Consent, (leaf, at): (Vec<u8>, UtcDateTime)) -> SealAct {
    SealAct {
        seal: ordered.seal.clone(),
        event: Event::Destroy,
        consent,
        reason: ordered.reason.clone(),
        leaf,
        revokes: Vec::new(),
        application: None,
        at,
    }
}

async fn finish(
    (link, secrets): (&mut Link, &Secrets),
    erased: &Erased,
) -> Result<Destruction, DestructionRefused> {
    let (mut record, ordered) = standing(link, &erased.seal).await?;
    let mut ordered = ordered.ok_or(DestructionRefused::NotScheduled)?;
    match (ordered.state, ordered.witnesses.last()) {
        (DestructionState::Done, _) => return Ok(ordered),
        (DestructionState::Erasing, Some(_)) => {}
        _ => return Err(DestructionRefused::NotScheduled),
    }
    cancelled(&record)?;
    let second = ordered.witnesses.last().cloned().unwrap_or_default();
    let by = By::new(second.as_str(), erased.at);
    let consent = Consent {
        person: second,
        duty: Duty::Witness,
    };
    record.stage = Stage::Destroyed;
    record.since = erased.at;
    record.events = record.events.saturating_add(1);
    record.last = consent.clone();
    let act = act(&ordered, consent, (erased.leaf.clone(), erased.at));
    for key in &erased.keys {
        let mut act = noted(&record, by.clone(), ("erased", key));
        act.deed = Deed::Key;
        trace::write(link, &act).await?;
    }
    let witnesses = ordered.witnesses.join(" ");
    seals::go((link, secrets), &record, &act, (&witnesses, &by)).await?;
    let values = [
        ordered.seal.as_str().into(),
        ordered.department.as_str().into(),
        (&erased.record).into(),
    ];
    link.later(DONE, &values).await?;
    ordered.state = DestructionState::Done;
    ordered.record.clone_from(&erased.record);
    Ok(ordered)
}
