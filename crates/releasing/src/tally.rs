//! How often a seal and a person are released by hand, counted in the fact that takes the release (T-S7).
//!
//! The rows of seal and person are locked from the count to the commit, in this order: of releases that race over whatever nodes
//! each finds those before it.

use store::{Link, StoreError, Value};
use time::Duration;
use trail::asked::By;
use trail::secrets::Secrets;
use trail::trace::{self, Act};

use crate::alarm::{Kind, Raised};
use crate::limits::Terms;
use crate::standing::{About, Over, Standing, Use, Verdict, WARNED};

const DAY: Duration = Duration::DAY;
const MINUTE: Duration = Duration::MINUTE;
/// Rows of releases long over go with each of these.
const PRUNED: u64 = 64;

/// What became of it.
#[derive(Debug)]
pub enum Counted {
    /// It is taken and counted, and the trace has this to say besides: an alarm for each first time over a limit.
    Taken(Vec<Act>),
    /// It is one too many. The stop stands in this fact, with its entry of the trace, and the fact has to commit with nothing else.
    Refused(Over),
}

const LOCK: &str = "INSERT INTO release_tally (about, subject, department, number, counted_from) \
     VALUES ('seal', $1, $3, 0, 0), ('person', $2, $3, 0, 0) \
     ON CONFLICT (about, subject) DO UPDATE SET number = release_tally.number";
const LOCK_LISTED: &str = "INSERT INTO release_tally (about, subject, department, number, counted_from) \
     VALUES ('seal', $1, $3, 0, 0), ('person', $2, $3, 0, 0), ('listed', $1, $3, 0, 0) \
     ON CONFLICT (about, subject) DO UPDATE SET number = release_tally.number";
const STANDING: &str = "SELECT t.about, t.number, t.counted_from, t.warned, t.stopped, \
     (SELECT k.number - k.uses FROM release_tick k WHERE k.about = t.about AND k.subject = t.subject \
      AND k.moment > $3 ORDER BY k.moment, k.number LIMIT 1), \
     (SELECT k.number - k.uses FROM release_tick k WHERE k.about = t.about AND k.subject = t.subject \
      AND k.moment > $4 ORDER BY k.moment, k.number LIMIT 1), \
     l.per_day, l.per_minute, l.listed_per_day, t.department \
     FROM release_tally t LEFT JOIN release_limit l ON l.seal = t.subject AND t.about <> 'person' \
     WHERE (t.about = 'person' AND t.subject = $2) OR (t.about IN ('seal', 'listed') AND t.subject = $1) ORDER BY t.about";
const ADVANCE: &str = "UPDATE release_tally SET number = $3, warned = $4, department = $5 \
     WHERE about = $1 AND subject = $2";
const TICK: &str = "INSERT INTO release_tick (about, subject, number, department, uses, moment) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const PRUNE: &str = "DELETE FROM release_tick WHERE about = $1 AND subject = $2 AND moment <= $3";
const STOP: &str = "UPDATE release_tally SET stopped = $3, releaser = $4, department = $5 \
     WHERE about = $1 AND subject = $2 AND stopped IS NULL";

/// Counts a release that passed everything else, before anything of it is written.
///
/// # Errors
/// The store.
pub async fn count(
    (link, secrets): (&mut Link, &Secrets),
    used: &Use<'_>,
    terms: &Terms,
    by: &By,
) -> Result<Counted, StoreError> {
    let found = standing(link, used, by).await?;
    if let Some(stopped) = found.iter().find(|one| one.is_stopped) {
        return Ok(Counted::Refused(Over::Stopped(stopped.about)));
    }
    let counted = used.counted();
    let judged: Vec<(&Standing, Verdict)> = found
        .iter()
        .map(|one| {
            let uses = counted.iter().find(|(about, ..)| *about == one.about);
            let uses = uses.map_or(0, |(.., uses)| *uses);
            (one, one.judged(uses, &terms.limits, by.at))
        })
        .collect();
    if let Some(over) = refused((link, secrets), used, &judged, by).await? {
        return Ok(Counted::Refused(over));
    }
    let mut found = Vec::new();
    for (one, verdict) in judged {
        let place = counted.iter().find(|(about, ..)| *about == one.about);
        let Some((_, subject, uses)) = place else {
            continue;
        };
        let is_first = matches!(verdict, Verdict::First(_));
        take(link, used, (one, subject, *uses), (is_first, by)).await?;
        found.extend(unusual(one, verdict, by));
    }
    let closed = terms.hours.filter(|hours| !hours.include(by.at));
    found.extend(closed.map(|hours| Raised {
        kind: Kind::Night,
        about: About::Person,
        cause: "office-hours",
        once: hours.day(by.at),
    }));
    let mut acts = Vec::new();
    for raised in found {
        acts.extend(raised.raise((link, secrets), used, by).await?);
    }
    Ok(Counted::Taken(acts))
}

/// The rows of seal and person, locked.
async fn standing(link: &mut Link, used: &Use<'_>, by: &By) -> Result<Vec<Standing>, StoreError> {
    let (seal, person) = (used.seal.as_str(), used.person);
    let lock = match used.listed {
        Some(_) => LOCK_LISTED,
        None => LOCK,
    };
    let rows = [seal.into(), person.into(), used.department.as_str().into()];
    link.run(lock, &rows).await?;
    let (day, minute) = (by.at - DAY, by.at - MINUTE);
    let values = [seal.into(), person.into(), day.into(), minute.into()];
    let mut found = Vec::new();
    for mut row in link.rows(STANDING, &values).await? {
        let one = Standing::read(&mut row)?;
        if one.about != About::Listed || used.listed.is_some() {
            found.push(one);
        }
    }
    Ok(found)
}

/// What is unusual about a release that is taken: it is the first one over a limit, or comes after a warning.
fn unusual(one: &Standing, verdict: Verdict, by: &By) -> Option<Raised> {
    match (verdict, one.warned) {
        (Verdict::First(cause), _) => Some(raised(Kind::First, one, (cause, by))),
        (_, Some(warned)) if by.at < warned + WARNED => Some(Raised {
            kind: Kind::AfterWarning,
            about: one.about,
            cause: one.about.code(),
            once: warned.unix_timestamp().to_string(),
        }),
        _ => None,
    }
}

fn raised(kind: Kind, one: &Standing, (cause, by): (&'static str, &By)) -> Raised {
    Raised {
        kind,
        about: one.about,
        cause,
        once: format!("{} {}", one.number, by.at.unix_timestamp()),
    }
}

/// What is one too many stops what it exceeds; a list over its ceiling is an alarm, each time.
async fn refused(
    (link, secrets): (&mut Link, &Secrets),
    used: &Use<'_>,
    judged: &[(&Standing, Verdict)],
    by: &By,
) -> Result<Option<Over>, StoreError> {
    let (mut over, mut acts) = (None, Vec::new());
    for (one, verdict) in judged {
        match verdict {
            Verdict::Second(cause) => {
                stop(link, used, one.about, by).await?;
                let raised = raised(Kind::Stop, one, (cause, by));
                acts.extend(raised.raise((link, secrets), used, by).await?);
                over = Some(Over::Limit(one.about));
            }
            Verdict::Refused(cause) => {
                let raised = raised(Kind::Stop, one, (cause, by));
                acts.extend(raised.raise((link, secrets), used, by).await?);
                over = over.or(Some(Over::Ceiling));
            }
            Verdict::Within | Verdict::First(_) => {}
        }
    }
    if over.is_some() {
        trace::write_all(link, &acts).await?;
    }
    Ok(over)
}

async fn stop(link: &mut Link, used: &Use<'_>, about: About, by: &By) -> Result<(), StoreError> {
    let subject = match about {
        About::Person => used.person,
        About::Seal | About::Listed => used.seal.as_str(),
    };
    let values = [
        about.code().into(),
        subject.into(),
        by.at.into(),
        used.person.into(),
        used.department.as_str().into(),
    ];
    link.later(STOP, &values).await
}

async fn take(
    link: &mut Link,
    used: &Use<'_>,
    (one, subject, uses): (&Standing, &str, u64),
    (is_first, by): (bool, &By),
) -> Result<(), StoreError> {
    let about = one.about.code();
    let number = one.number.saturating_add(uses);
    let warned = if is_first { Some(by.at) } else { one.warned };
    let department: Value<'_> = used.department.as_str().into();
    let advance = [
        about.into(),
        subject.into(),
        number.into(),
        warned.into(),
        department,
    ];
    link.later(ADVANCE, &advance).await?;
    let tick = [
        about.into(),
        subject.into(),
        number.into(),
        department,
        uses.into(),
        by.at.into(),
    ];
    link.later(TICK, &tick).await?;
    if number % PRUNED < uses {
        let over = [about.into(), subject.into(), (by.at - DAY - DAY).into()];
        link.later(PRUNE, &over).await?;
    }
    Ok(())
}
