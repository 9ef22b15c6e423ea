//! Voiding (作废): an issue error found before any use, or with a replacement; two people of the issuing department say
//! so, the second within a day (domain.md 4.1).

use catalogue::key::PersonKey;
use licence::life::Exposure;
use licence::{Event, Identifier};
use registry::asked::Response;
use registry::licences::{ChangeRefused, Changing, Record, Voided, Voiding, Word};
use registry::outbox::Outgoing;
use serde::Serialize;
use time::UtcDateTime;

use crate::asker::{Asker, Once};
use crate::lives::change::{self, ChangeError, changed, deny};
use crate::office::Office;
use crate::push::told_of;
use crate::relations;
use crate::said::response;

/// What one person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidOrder {
    /// The number of the record on which it rests.
    pub decision: String,
    /// What was wrong.
    pub reason: String,
    /// Whether it was used already.
    pub exposure: Exposure,
}

/// What the first person is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct WaitsTold {
    identifier: String,
    /// What it is until the second person says the same.
    state: &'static str,
    /// For a second person of the department.
    waits: &'static str,
}

/// One person's word that a licence of the own department is void; the second person's voids it.
///
/// # Errors
/// [`ChangeError`]; what is refused by a rule stands in the trace.
pub async fn void(
    office: &Office,
    asker: &Asker,
    once: &Once,
    identifier: &Identifier,
    order: &VoidOrder,
) -> Result<Response, ChangeError> {
    let licences = office.registry.licences();
    let record = licences.find(identifier, Some(&asker.department)).await?;
    let record = record.ok_or(ChangeError::Unknown)?;
    // Duties are people's: a machine has no word of its own.
    let person = PersonKey::parse(&asker.person);
    let person = person.ok().filter(|_| asker.person != asker.account);
    let Some(person) = person else {
        return Err(deny(office, asker, &record, ChangeError::Machine).await?);
    };
    let now = crate::answers::whole(office.clock.now());
    let mut salt = [0; 16];
    office.random.fill(&mut salt)?;
    let event = Event::Void {
        at: now,
        by: [person.clone(), person.clone()],
        exposure: order.exposure,
    };
    let events = told(office, asker, &record, (&event, salt, now)).await?;
    let waits = WaitsTold {
        identifier: record.identifier.to_string(),
        state: record.life.status(&record.period, now).answer(),
        waits: "second-person",
    };
    let waits = response(202, &waits);
    let word = Word {
        asked: asker.asked(once),
        department: record.department.clone(),
        identifier: identifier.clone(),
        expected: record.revision,
        person,
        at: now,
        exposure: order.exposure,
        ground: format!("{} {}", order.decision, order.reason),
        by: asker.by(now),
        waits: waits.clone(),
    };
    let voiding = Voiding {
        word,
        leaf: change::leaf(office, &record, salt, now)?,
        events,
        respond: Box::new(move |record: &Record| response(200, &changed(record, salt, now))),
    };
    let answer = match licences.void(voiding).await {
        Ok(Voided::Waits(_)) => waits,
        Ok(Voided::Done(Changing::Changed { record, .. })) => {
            response(200, &changed(&record, salt, now))
        }
        Ok(Voided::Done(Changing::Repeated { response })) => {
            response.ok_or(ChangeError::Unknown)?
        }
        Err(refused @ ChangeRefused::Life(_)) => {
            return Err(deny(office, asker, &record, refused.into()).await?);
        }
        Err(refused) => return Err(refused.into()),
    };
    office.log.wake();
    office.upkeep.notify_one();
    office.push.notify_one();
    Ok(answer)
}

/// Whom a voiding is told, the authorities of dependants among them.
async fn told(
    office: &Office,
    asker: &Asker,
    record: &Record,
    (event, salt, now): (&Event, [u8; 16], UtcDateTime),
) -> Result<Vec<Outgoing>, ChangeError> {
    let mut events = vec![Outgoing {
        kind: "licence.void".to_owned(),
        receivers: told_of(&office.desk(), record, &asker.department),
        payload: response(200, &changed(record, salt, now)).body,
    }];
    events.extend(relations::told(office, record, event, now).await?);
    Ok(events)
}
