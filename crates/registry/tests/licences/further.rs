//! Further versions of a licence that was issued, as far as a test or a measurement needs them.

use catalogue::Period;
use licence::Identifier;
use licence::life::Ground;
use licence::versions::Succession;
use registry::jobs::{Job, Recorded, StepRefused};
use registry::licences::{Follows, Record, Reservation, Reserved, Reserving, Superseding};
use time::UtcDateTime;

use super::office::{
    Office, accepted, by, custodian, department, outgoing, period, recording, release, reservation,
    signing, unsealed,
};

/// A change of this version, in force from `from` on.
pub(crate) fn change(before: &Record, key: &str, from: UtcDateTime) -> Reservation {
    let mut further = reservation(key);
    further.by = by(10);
    further.number = Some(before.number.clone());
    further.serial = Some(before.identifier.serial().clone());
    further.period = Period {
        from,
        until: period().until,
    };
    further.follows = Some(Follows {
        version: before.identifier.clone(),
        expected: before.revision,
        succession: Succession::Supersedes(Ground::Change),
    });
    let (identifier, number) = (before.identifier.clone(), before.number.clone());
    let handle = format!("handle-of-{key}");
    further.compose = Box::new(move |drawn| {
        Ok(registry::licences::Composed {
            number: number.clone(),
            identifier: Identifier::new(
                identifier.type_code().clone(),
                *identifier.issuer(),
                identifier.serial().clone(),
                drawn.version,
            ),
            status_index: drawn.status_counter,
            content: format!("{{\"version\":{}}}", drawn.version).into_bytes(),
            salts: Vec::new(),
            handle: handle.clone(),
            uses: Vec::new(),
        })
    });
    further
}

pub(crate) async fn reserved(office: &Office, further: Reservation) -> Box<Reserved> {
    match office.try_reserve(further).await.expect("it follows") {
        Reserving::Reserved(reserved) => Some(reserved),
        Reserving::Repeated { .. } => None,
    }
    .expect("a key that was not used")
}

/// Takes a reservation as far as its journal.
pub(crate) async fn journalled(office: &Office, reserved: &Reserved) -> Job {
    let jobs = office.registry.jobs();
    let job = jobs
        .await_release(&reserved.job, unsealed(), accepted(), by(11))
        .await
        .expect("reserved");
    jobs.release(&department(), &job.id, release(&job), custodian(12))
        .await
        .expect("it waits");
    jobs.journal(&job.id, signing(), by(13))
        .await
        .expect("released");
    job
}

pub(crate) async fn recorded(
    office: &Office,
    reserved: &Reserved,
) -> Result<Recorded, StepRefused> {
    let job = journalled(office, reserved).await;
    let mut recording = recording(&job);
    recording.by = by(14);
    recording.superseding = Superseding {
        leaf: Some(b"a leaf".to_vec()),
        events: vec![outgoing("licence.supersede", &["Q-ENF"])],
        notice: None,
    };
    office.registry.jobs().record(recording).await
}
