//! What stands of the limits: stops, which two people lift with a note; and other limits of a seal, which two people give it.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use rolls::word::{self, Spoken, Waiting, Word};
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::By;
use trail::trace::{self, Act, Deed};

use crate::limits::Limits;
use crate::standing::{About, DAMAGED};

/// The stops and limits of every seal and person.
#[derive(Debug, Clone)]
pub struct Stops {
    store: Arc<Store>,
}

/// Releases that are stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Of a seal, or of a person.
    pub about: About,
    /// Which.
    pub subject: String,
    /// In whose trace it stands.
    pub department: DepartmentKey,
    /// Since when.
    pub since: UtcDateTime,
    /// Whose release was the one too many.
    pub releaser: String,
}

/// One person's word to lift a stop.
#[derive(Debug, Clone)]
pub struct Lift {
    /// Of a seal, or of a person.
    pub about: About,
    /// Which.
    pub subject: String,
    /// Why: what was found.
    pub note: String,
    /// Whose word.
    pub person: PersonKey,
    /// The department in whose trace it stands.
    pub department: DepartmentKey,
    /// When.
    pub at: UtcDateTime,
}

/// One person's word on the limits of a seal.
#[derive(Debug, Clone)]
pub struct LimitWord {
    /// Of which.
    pub seal: SealCode,
    /// Whose it is.
    pub department: DepartmentKey,
    /// What is to hold.
    pub limits: Limits,
    /// Whose word.
    pub person: PersonKey,
    /// When.
    pub at: UtcDateTime,
}

/// The limits that two people gave a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealLimits {
    /// What holds.
    pub limits: Limits,
    /// The two.
    pub people: Vec<String>,
    /// When the second of them spoke.
    pub decided: UtcDateTime,
}

/// Why a word to lift a stop does not count.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum LiftRefused {
    /// Nothing is stopped.
    #[error("nothing of that name is stopped")]
    NotStopped,
    /// Whose releases were stopped, or whose release stopped the seal, lifts nothing of it.
    #[error("who was stopped does not lift it")]
    Stopped,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const STOPS: &str = "SELECT about, subject, department, stopped, releaser FROM release_tally \
     WHERE stopped IS NOT NULL ORDER BY about, subject";
const FIND: &str = "SELECT about, subject, department, stopped, releaser FROM release_tally \
     WHERE about = $1 AND subject = $2 AND stopped IS NOT NULL";
const LOCK: &str = "SELECT about, subject, department, stopped, releaser FROM release_tally \
     WHERE about = $1 AND subject = $2 AND stopped IS NOT NULL FOR UPDATE";
const GO_ON: &str = "UPDATE release_tally SET stopped = NULL, releaser = NULL, warned = NULL, \
     counted_from = number WHERE about = $1 AND subject = $2 AND department = $3";
const CLOSE_SEAL: &str = "UPDATE alarm SET closed = $3, closed_by = $4, note = $5 \
     WHERE department = $2 AND seal = $1 AND kind IN ('seal-stop', 'seal-limit') AND closed IS NULL";
const CLOSE_PERSON: &str = "UPDATE alarm SET closed = $3, closed_by = $4, note = $5 \
     WHERE department = $2 AND person = $1 AND kind IN ('person-stop', 'person-limit') AND closed IS NULL";
const LIMITS: &str = "SELECT per_day, per_minute, listed_per_day, people, decided FROM release_limit \
     WHERE seal = $1 AND department = $2";
const KEEP: &str = "INSERT INTO release_limit (seal, department, per_day, per_minute, listed_per_day, people, decided) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (seal) DO UPDATE SET per_day = excluded.per_day, \
     per_minute = excluded.per_minute, listed_per_day = excluded.listed_per_day, people = excluded.people, \
     decided = excluded.decided";

/// What the subjects of words begin with.
const LIMITS_OF: &str = "release-limits ";
const LIFT_OF: &str = "release-lift ";

impl Stops {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Stops {
        Stops { store }
    }

    /// Everything that is stopped.
    ///
    /// # Errors
    /// The store.
    pub async fn standing(&self) -> Result<Vec<Stop>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(STOPS, &[]).await?;
        rows.into_iter().map(read).collect()
    }

    /// The limits that two people gave a seal; none where the office's usual ones hold.
    ///
    /// # Errors
    /// The store.
    pub async fn limits(
        &self,
        (seal, department): (&SealCode, &DepartmentKey),
    ) -> Result<Option<SealLimits>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [seal.as_str().into(), department.as_str().into()];
        let Some(mut row) = link.row(LIMITS, &values).await? else {
            return Ok(None);
        };
        let mut limit = || u32::try_from(row.integer()?).map_err(|_| DAMAGED);
        let limits = Limits {
            per_day: limit()?,
            per_minute: limit()?,
            listed_per_day: limit()?,
        };
        let people = row.text()?.split_whitespace().map(str::to_owned).collect();
        let decided = row.moment()?;
        Ok(Some(SealLimits {
            limits,
            people,
            decided,
        }))
    }

    /// The limits that one person said of a seal, and until when that waits.
    ///
    /// # Errors
    /// The store.
    pub async fn limits_waiting(
        &self,
        seal: &SealCode,
        at: UtcDateTime,
    ) -> Result<Option<(Limits, Waiting)>, StoreError> {
        let mut link = self.store.reader().await?;
        let waits = waiting(&mut link, &format!("{LIMITS_OF}{seal}"), at).await?;
        let Some((proposal, first)) = waits else {
            return Ok(None);
        };
        let mut limits = proposal
            .split(' ')
            .map(|one| one.parse().map_err(|_| DAMAGED));
        let mut limit = || limits.next().unwrap_or(Err(DAMAGED));
        let limits = Limits {
            per_day: limit()?,
            per_minute: limit()?,
            listed_per_day: limit()?,
        };
        Ok(Some((limits, first)))
    }

    /// The note with which one person would lift this stop, and until when that waits.
    ///
    /// # Errors
    /// The store.
    pub async fn lift_waiting(
        &self,
        stop: &Stop,
        at: UtcDateTime,
    ) -> Result<Option<(String, Waiting)>, StoreError> {
        let mut link = self.store.reader().await?;
        let subject = format!("{LIFT_OF}{} {}", stop.about, stop.subject);
        let waits = waiting(&mut link, &subject, at).await?;
        let since = format!("{}\n", stop.since.unix_timestamp());
        Ok(waits.and_then(|(proposal, first)| {
            let note = proposal.strip_prefix(&since)?;
            Some((note.to_owned(), first))
        }))
    }

    /// One person's word on the limits of a seal; the second person's, which says the same within a day, puts them in force.
    ///
    /// # Errors
    /// The store.
    pub async fn say(&self, word: LimitWord) -> Result<Spoken, StoreError> {
        self.store
            .write(move |link| Box::pin(async move { say(link, &word).await }))
            .await
    }

    /// One person's word to lift a stop; the second person's, with the same note within a day, lifts it: counting begins anew, and
    /// the alarms about it are closed with the note.
    ///
    /// # Errors
    /// [`LiftRefused`].
    pub async fn lift(&self, lift: Lift) -> Result<Spoken, LiftRefused> {
        self.store
            .write(move |link| Box::pin(async move { go_on(link, &lift).await }))
            .await
    }
}

fn read(mut row: Row) -> Result<Stop, StoreError> {
    Ok(Stop {
        about: About::find(&row.text()?).ok_or(DAMAGED)?,
        subject: row.text()?,
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        since: row.moment()?,
        releaser: row.maybe_text()?.unwrap_or_default(),
    })
}

/// What waits about this subject.
pub(crate) async fn waiting(
    link: &mut Link,
    subject: &str,
    at: UtcDateTime,
) -> Result<Option<(String, Waiting)>, StoreError> {
    let all = word::waiting(link, subject).await?;
    let mut all = all.into_iter().filter(|(rest, ..)| rest.is_empty());
    let found = all.next().map(|(_, proposal, first)| (proposal, first));
    Ok(found.filter(|(_, first)| at < first.until))
}

async fn say(link: &mut Link, word: &LimitWord) -> Result<Spoken, StoreError> {
    let by = By::new(word.person.as_str(), word.at);
    let limits = &word.limits;
    let said = [limits.per_day, limits.per_minute, limits.listed_per_day];
    let heard = Word {
        subject: &format!("{LIMITS_OF}{}", word.seal),
        proposal: &said.map(|limit| limit.to_string()).join(" "),
        person: &word.person,
        by: &by,
    };
    let act = |ground: &str, people: &str| Act {
        department: word.department.clone(),
        by: by.clone(),
        deed: Deed::Seal,
        object: word.seal.to_string(),
        ground: ground.to_owned(),
        detail: vec![
            ("people", people.to_owned()),
            ("per-day", limits.per_day.to_string()),
            ("per-minute", limits.per_minute.to_string()),
            ("listed-per-day", limits.listed_per_day.to_string()),
        ],
        key: None,
    };
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        let consent = act("consent to release-limits", word.person.as_str());
        trace::write(link, &consent).await?;
        return Ok(Spoken::Waits(until));
    };
    heard.over(link).await?;
    let people = format!("{first} {}", word.person);
    let values = [
        word.seal.as_str().into(),
        word.department.as_str().into(),
        limits.per_day.into(),
        limits.per_minute.into(),
        limits.listed_per_day.into(),
        people.as_str().into(),
        by.at.into(),
    ];
    link.later(KEEP, &values).await?;
    trace::write(link, &act("release-limits", &people)).await?;
    Ok(Spoken::Holds)
}

async fn go_on(link: &mut Link, lift: &Lift) -> Result<Spoken, LiftRefused> {
    let statement = if link.has_rivals() { LOCK } else { FIND };
    let place = [lift.about.code().into(), lift.subject.as_str().into()];
    let row = link.row(statement, &place).await?;
    let stop = row.map(read).transpose()?.ok_or(LiftRefused::NotStopped)?;
    let is_own = lift.about == About::Person && lift.person.as_str() == stop.subject;
    if is_own || lift.person.as_str() == stop.releaser {
        return Err(LiftRefused::Stopped);
    }
    let by = By::new(lift.person.as_str(), lift.at);
    let heard = Word {
        subject: &format!("{LIFT_OF}{} {}", lift.about, lift.subject),
        // A word about an earlier stop says nothing of this one.
        proposal: &format!("{}\n{}", stop.since.unix_timestamp(), lift.note),
        person: &lift.person,
        by: &by,
    };
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        trace::write(
            link,
            &lifted(lift, &by, ("consent to release.lift", lift.person.as_str())),
        )
        .await?;
        return Ok(Spoken::Waits(until));
    };
    heard.over(link).await?;
    let people = format!("{first} {}", lift.person);
    let place = [
        lift.about.code().into(),
        lift.subject.as_str().into(),
        stop.department.as_str().into(),
    ];
    link.later(GO_ON, &place).await?;
    let close = match lift.about {
        About::Person => CLOSE_PERSON,
        About::Seal | About::Listed => CLOSE_SEAL,
    };
    let values = [
        lift.subject.as_str().into(),
        stop.department.as_str().into(),
        by.at.into(),
        people.as_str().into(),
        lift.note.as_str().into(),
    ];
    link.later(close, &values).await?;
    trace::write(link, &lifted(lift, &by, ("release.lift", &people))).await?;
    Ok(Spoken::Holds)
}

fn lifted(lift: &Lift, by: &By, (ground, people): (&str, &str)) -> Act {
    Act {
        department: lift.department.clone(),
        by: by.clone(),
        deed: match lift.about {
            About::Person => Deed::Permit,
            About::Seal | About::Listed => Deed::Seal,
        },
        object: lift.subject.clone(),
        ground: ground.to_owned(),
        detail: vec![
            ("about", lift.about.to_string()),
            ("people", people.to_owned()),
        ],
        key: None,
    }
}
