//! What is told of the version before, when a further one is recorded: the public log learns that its state changes,
//! receivers learn by what and from when (D13, R22).

use catalogue::key::DepartmentKey;
use licence::versions::Birth;
use registry::jobs::Job;
use registry::licences::{Record, Superseding};
use registry::outbox::Outgoing;
use serde::Serialize;

use crate::draft::Payload;
use crate::lives::change::{self, ChangeError};
use crate::lives::notices;
use crate::office::Office;
use crate::push::told_of;
use crate::said::{hex, moment};

/// What receivers are told of a superseded version.
#[derive(Serialize)]
struct SupersededTold {
    identifier: String,
    number: String,
    /// What it is at the moment of the recording: `valid` until the new version takes effect.
    state: &'static str,
    /// From when on it is superseded, RFC 3339.
    effective: String,
    /// Why: `change`, `correction`, `renewal`, `late-renewal`.
    ground: &'static str,
    /// The identifier of the new version.
    by: String,
    /// Its number.
    version: String,
    recorded: String,
    /// The salt of the commitment in the public log, lower-case hexadecimal.
    log_salt: String,
}

/// What is told of the version that `new` supersedes; nothing where it supersedes none.
pub(crate) async fn superseding(
    office: &Office,
    job: &Job,
    new: &Record,
) -> Result<Superseding, ChangeError> {
    let Birth::Following(..) = new.birth else {
        return Ok(Superseding::default());
    };
    let licences = office.registry.licences();
    let before = licences.before(new).await?.ok_or(ChangeError::Unknown)?;
    let now = crate::answers::whole(office.clock.now());
    let mut salt = [0; 16];
    office.random.fill(&mut salt)?;
    let leaf = change::leaf(office, &before, salt, now)?;
    let effective = new.period.from.max(now);
    let state = before.life.status(&before.period, now).answer();
    let told = SupersededTold {
        identifier: before.identifier.to_string(),
        number: before.number.as_str().to_owned(),
        state: if effective > now { state } else { "superseded" },
        effective: moment(effective),
        ground: new.birth.code(),
        by: new.identifier.to_string(),
        version: new.identifier.version().to_string(),
        recorded: moment(now),
        log_salt: hex(&salt),
    };
    let mut event = Outgoing {
        kind: "licence.supersede".to_owned(),
        receivers: told_of(&office.desk(), &before, &job.department),
        // These values hold strings alone: they always write.
        payload: serde_json::to_vec(&told).unwrap_or_default(),
    };
    let payload = payload(job);
    let ended = payload.as_ref().and_then(|payload| payload.ended.as_ref());
    let notice = match ended {
        Some(part) => notices::of_part(office, &before, part).await?,
        None => None,
    };
    also(&mut event, &told_beside(job));
    Ok(Superseding {
        leaf: Some(leaf),
        events: vec![event],
        notice,
    })
}

/// Bodies that asked to be told of what this job makes, such as the one that ended a part.
pub(crate) fn told_beside(job: &Job) -> Vec<DepartmentKey> {
    payload(job).map(|payload| payload.told).unwrap_or_default()
}

fn payload(job: &Job) -> Option<Payload> {
    serde_json::from_slice(&job.payload).ok()
}

/// Tells an event to these bodies, too.
pub(crate) fn also(event: &mut Outgoing, told: &[DepartmentKey]) {
    let receivers = told.iter().map(ToString::to_string);
    event.receivers.extend(receivers);
    event.receivers.sort_unstable();
    event.receivers.dedup();
}
