//! The office's cases: what approval systems report is taken in its scene, shown, and carried on by time.

use docket::take::{Outcome, Sender};
use docket::{CaseGround, Room};
use dossier::CaseFile;
use dossier::event::{CaseEvent, Happening};
use dossier::number::CaseNumber;
use licence::HolderCode;
use licence::restriction::Restriction;
use registry::StoreError;
use registry::cases::{Listed, TakeError};

use crate::asker::{Asker, Once};
use crate::office::Office;

pub use docket::look::{CaseTold, LineTold};
pub use docket::take::{Outcome as Taken, Refusal};
pub use dossier::event::CaseEvent as Event;
pub use dossier::number::CaseNumber as Number;

/// What the work on cases has at hand.
fn room(office: &Office) -> Room {
    Room {
        registry: office.registry.clone(),
        catalogue: office.desk().catalogue.clone(),
    }
}

/// Takes an event of a case as it was sent.
///
/// # Errors
/// `KeyReused`; the store. A refusal is an outcome, and stands in the trace.
pub async fn take(
    office: &Office,
    asker: &Asker,
    once: &Once,
    (case, event): (&CaseNumber, CaseEvent),
) -> Result<Outcome, TakeError> {
    let now = crate::answers::whole(office.clock.now());
    let restrictions = restrictions(office, case, &event).await?;
    let sender = Sender {
        asked: asker.asked(once),
        department: asker.department.clone(),
        by: asker.by(now),
    };
    let room = room(office);
    let outcome = docket::take::take(&room, sender, (case, event), restrictions, now).await?;
    office.push.notify_one();
    Ok(outcome)
}

/// The restrictions of the applicant (R13): of the event that opens the case, or of the case.
async fn restrictions(
    office: &Office,
    case: &CaseNumber,
    event: &CaseEvent,
) -> Result<Vec<Restriction>, StoreError> {
    let applicant: HolderCode = match (&event.what, find(office, case).await?) {
        (Happening::Received(application), _) => application.applicant.code().clone(),
        (_, Some(file)) => match file.dossier() {
            Some(dossier) => dossier.applicant().code().clone(),
            None => return Ok(Vec::new()),
        },
        (_, None) => return Ok(Vec::new()),
    };
    crate::lives::restrictions::of(office, &applicant).await
}

/// A case, for a department that it concerns.
///
/// # Errors
/// The store.
pub async fn look(
    office: &Office,
    asker: &Asker,
    case: &CaseNumber,
) -> Result<Option<CaseTold>, StoreError> {
    let now = office.clock.now();
    docket::look::find(&room(office), case, &asker.department, now).await
}

/// A page of the own department's cases: all, or those with a card of this colour, `yellow` or `red`.
///
/// # Errors
/// The store.
pub async fn list(
    office: &Office,
    asker: &Asker,
    after: Option<&CaseNumber>,
    listed: Listed,
) -> Result<Vec<LineTold>, StoreError> {
    docket::look::list(&room(office), &asker.department, after, listed).await
}

/// The whole file of a case, for work inside the office.
///
/// # Errors
/// The store.
pub async fn find(office: &Office, case: &CaseNumber) -> Result<Option<CaseFile>, StoreError> {
    let record = office.registry.cases().find(case).await?;
    Ok(record.map(|record| record.file))
}

/// What a seal may rest on: the case that a licence or a document names, where the service holds it (R1).
///
/// # Errors
/// The store.
pub async fn grant(office: &Office, case: &str) -> Result<CaseGround, StoreError> {
    docket::grant(&office.registry, case).await
}

/// What time brought to cases, a page of them at a time; gives how many had something due.
///
/// # Errors
/// The store.
pub(crate) async fn upkeep(office: &Office) -> Result<usize, StoreError> {
    let now = crate::answers::whole(office.clock.now());
    let today = office.settings.zone.date_at(now);
    let brought = docket::due::round(&room(office), today, now).await?;
    if brought > 0 {
        office.push.notify_one();
    }
    Ok(brought)
}
