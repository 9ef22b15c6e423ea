//! Voiding by two people of the issuing department: the first consent waits for a day, the second one voids (domain.md
//! 4.1). What waited for its seal is void with its job.

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::sha256;
use licence::life::Exposure;
use licence::{Event, Identifier, Phase, Refused};
use time::{Duration, UtcDateTime};

use crate::jobs::closing;
use crate::jobs::job;
use crate::licences::change::{Change, ChangeRefused, Changing, Respond, apply};
use crate::licences::version::{self, DAMAGED, Record};
use store::{Link, StoreError};
use trail::asked::{self, Asked, By, Response, Seen};
use trail::outbox::Outgoing;
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

/// One person's word that a version is void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// The department whose licence it is.
    pub department: DepartmentKey,
    /// Which version.
    pub identifier: Identifier,
    /// The revision on which that was decided.
    pub expected: u64,
    /// Who says it now.
    pub person: PersonKey,
    /// From when on it is void.
    pub at: UtcDateTime,
    /// Whether it was used already.
    pub exposure: Exposure,
    /// By what record, and why.
    pub ground: String,
    /// Who, when.
    pub by: By,
    /// The answer while it waits for the second person.
    pub waits: Response,
}

/// The word, with what follows where it is the second one.
pub struct Voiding {
    /// The word.
    pub word: Word,
    /// The leaf of the public log, encoded.
    pub leaf: Vec<u8>,
    /// Whom to tell.
    pub events: Vec<Outgoing>,
    /// Makes the answer that is kept for the request.
    pub respond: Respond,
}

impl std::fmt::Debug for Voiding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Voiding")
            .field("word", &self.word)
            .finish_non_exhaustive()
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one of them is the usual answer")]
pub enum Voided {
    /// It waits for a second person until this moment.
    Waits(UtcDateTime),
    /// It is void, or the request was repeated.
    Done(Changing),
}

/// How long a first consent waits for the second.
const PENDING: Duration = Duration::hours(24);

const PENDING_CONSENT: &str =
    "SELECT person, terms, until_moment FROM void_consent WHERE identifier = $1";
const CONSENT: &str = "INSERT INTO void_consent (identifier, department, person, terms, until_moment) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (identifier) DO UPDATE SET person = excluded.person, \
     terms = excluded.terms, until_moment = excluded.until_moment";
const USED: &str = "DELETE FROM void_consent WHERE identifier = $1";
const END_JOB: &str = "UPDATE job SET state = 'failed', changed = $3, reason = $4 \
     WHERE department = $1 AND id = $2 AND state IN ('reserved', 'waiting', 'released', 'journalled')";

pub(crate) async fn void(
    link: &mut Link,
    secrets: &Secrets,
    voiding: Voiding,
) -> Result<Voided, ChangeRefused> {
    let word = voiding.word.clone();
    let department = word.department.as_str();
    let (asked, at) = (&word.asked, word.by.at);
    match asked::note(link, secrets, asked, (department, None), at).await? {
        Seen::First => {}
        Seen::Other => return Err(ChangeRefused::KeyReused),
        Seen::Same { response, .. } => {
            return Ok(Voided::Done(Changing::Repeated { response }));
        }
    }
    let identifier = word.identifier.to_string();
    let seen = version::find(link, &identifier, Some(department)).await?;
    let seen = seen.ok_or(ChangeRefused::Unknown)?;
    // A job is locked before its version, as its own steps do.
    if seen.recorded.is_none() {
        job::lock(link, secrets, &seen.job, Some(department)).await?;
    }
    let record = version::lock(link, &identifier, Some(department)).await?;
    let record = record.ok_or(DAMAGED)?;
    if record.revision != word.expected {
        return Err(ChangeRefused::Revision {
            found: record.revision,
        });
    }
    match first(link, &word, &identifier).await? {
        Some(first) if first == word.person => Err(Refused::SamePerson.into()),
        Some(first) => second(link, secrets, (voiding, first), record).await,
        None => wait(link, secrets, &word, &record).await,
    }
}

/// What two people have to say alike.
fn terms(word: &Word) -> [u8; 32] {
    let exposure = match word.exposure {
        Exposure::Unpresented => "unpresented",
        Exposure::Replaced => "replaced",
        Exposure::Presented => "presented",
    };
    sha256(format!("{exposure} {}", word.ground).as_bytes())
}

/// The person who said the same before, while that holds.
async fn first(
    link: &mut Link,
    word: &Word,
    identifier: &str,
) -> Result<Option<PersonKey>, StoreError> {
    let Some(mut row) = link.row(PENDING_CONSENT, &[identifier.into()]).await? else {
        return Ok(None);
    };
    let person = PersonKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let holds = row.digest()? == terms(word) && word.by.at < row.moment()?;
    Ok(holds.then_some(person))
}

fn event(word: &Word, first: PersonKey) -> Event {
    Event::Void {
        at: word.at,
        by: [first, word.person.clone()],
        exposure: word.exposure,
    }
}

/// Keeps the first consent, if a second one could void the version.
async fn wait(
    link: &mut Link,
    secrets: &Secrets,
    word: &Word,
    record: &Record,
) -> Result<Voided, ChangeRefused> {
    let other = PersonKey::parse("the.second.person").map_err(|_| DAMAGED)?;
    let trial = event(word, other);
    record.life.step(&trial, &record.period, word.by.at)?;
    let until = word.by.at + PENDING;
    let identifier = record.identifier.to_string();
    let department = record.department.as_str();
    let terms = terms(word);
    let values = [
        identifier.as_str().into(),
        department.into(),
        word.person.as_str().into(),
        (&terms).into(),
        until.into(),
    ];
    link.later(CONSENT, &values).await?;
    let key = (
        word.asked.caller.as_str(),
        word.asked.key.as_str(),
        department,
    );
    asked::answer(link, secrets, key, &word.waits).await?;
    let act = Act {
        department: record.department.clone(),
        by: word.by.clone(),
        deed: Deed::Change,
        object: identifier,
        ground: word.ground.clone(),
        detail: vec![("event", "consent to void".to_owned())],
        key: None,
    };
    trace::write(link, &act).await?;
    Ok(Voided::Waits(until))
}

async fn second(
    link: &mut Link,
    secrets: &Secrets,
    (voiding, first): (Voiding, PersonKey),
    record: Record,
) -> Result<Voided, ChangeRefused> {
    let Voiding {
        word,
        leaf,
        events,
        respond,
    } = voiding;
    let change = Change {
        event: event(&word, first),
        asked: Some(word.asked),
        department: word.department,
        identifier: word.identifier,
        expected: word.expected,
        ground: word.ground,
        by: word.by.clone(),
        leaf: Some(leaf),
        events,
        notice: None,
        respond,
    };
    let (at, identifier) = (word.by.at, record.identifier.to_string());
    link.later(USED, &[identifier.as_str().into()]).await?;
    if record.life.phase(&record.period, at) == Phase::PendingSeal {
        closing::close(link, &record.job, at).await?;
        let values = [
            record.department.as_str().into(),
            record.job.as_str().into(),
            at.into(),
            "licence.voided: two people of the issuer said so".into(),
        ];
        link.later(END_JOB, &values).await?;
    }
    Ok(Voided::Done(apply(link, secrets, change, record).await?))
}
