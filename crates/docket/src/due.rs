//! What time alone brings to a case: cards of the clock, deferred items that ran out, commitments to be checked.

use catalogue::key::{DepartmentKey, PersonKey};
use dossier::card::Card;
use dossier::deferral::DeferredState;
use dossier::event::{CaseEvent, Following, Happening};
use dossier::number::{AccountKey, CaseNumber, CommitmentNumber, EventId};
use dossier::person::{Actor, Role};
use dossier::step::due_cards;
use dossier::{CaseFile, Dossier, Fate, Took};
use registry::StoreError;
use registry::asked::By;
use registry::cases::{Held, Judged, TakeError, Taken, Taking};
use registry::outbox::Outgoing;
use registry::trace::Act;
use time::{Date, Duration, UtcDateTime};

use crate::act::Writer;
use crate::room::Room;
use crate::tell::{Teller, colour};

/// Who acts when time does.
const SERVICE: &str = "yinxin";
/// How long a case is left alone after its last event: a system that catches up reports one after the other.
const QUIET: Duration = Duration::minutes(10);
/// Cases looked at in one round.
const PAGE: u32 = 200;

/// Looks at cases that were not looked at since `today` began and have been quiet for ten minutes; gives how many had
/// something due.
///
/// # Errors
/// The store; what was not looked at is next round's.
pub async fn round(room: &Room, today: Date, now: UtcDateTime) -> Result<usize, StoreError> {
    let cases = room.registry.cases();
    let (mut brought, mut quiet) = (0, Vec::new());
    for case in cases.unlooked(today, now - QUIET, PAGE).await? {
        let Some(record) = cases.find(&case).await? else {
            continue;
        };
        if due(room, (&record.file, record.checked), now).is_empty() {
            quiet.push((case, record.revision));
            continue;
        }
        brought += usize::from(bring(room, (case, record.department), today, now).await?);
    }
    if !quiet.is_empty() {
        cases.looked(quiet, today).await?;
    }
    Ok(brought)
}

/// What is due to a case.
enum Due {
    /// A card of the clock.
    Card(Card),
    /// A deferred item ran out (R21).
    Overdue(u16),
    /// One that ran out goes to the approver.
    Refer(u16),
    /// A commitment has to be checked (R20).
    Check(CommitmentNumber, Date),
}

fn due(room: &Room, (file, checked): (&CaseFile, Option<Date>), now: UtcDateTime) -> Vec<Due> {
    let Some(dossier) = file.dossier() else {
        return Vec::new();
    };
    let calendar = room.calendar(file, None);
    let scene = room.scene(&calendar, (&[], &[]), &[], now);
    let today = day(room, dossier, now);
    let cards = due_cards(dossier, &scene, now);
    let mut due: Vec<Due> = cards.into_iter().map(Due::Card).collect();
    for item in dossier.deferred() {
        match item.state {
            DeferredState::Open if item.due < today => {
                due.extend([Due::Overdue(item.material), Due::Refer(item.material)]);
            }
            DeferredState::Overdue => due.push(Due::Refer(item.material)),
            _ => {}
        }
    }
    for commitment in dossier.commitments() {
        // Asked for once: on the first look from its day on.
        if commitment.check_due(today)
            && let Some(day) = commitment.due.filter(|day| checked < Some(*day))
        {
            due.push(Due::Check(commitment.number.clone(), day));
        }
    }
    due
}

fn day(room: &Room, dossier: &Dossier, now: UtcDateTime) -> Date {
    let catalogue = &room.catalogue;
    catalogue
        .matter(&dossier.terms().matter)
        .and_then(|matter| catalogue.department(&matter.exercised_by))
        .map_or_else(Default::default, |body| body.zone)
        .date_at(now)
}

/// Brings what is due, in one fact; whether there was something.
async fn bring(
    room: &Room,
    (case, department): (CaseNumber, DepartmentKey),
    today: Date,
    now: UtcDateTime,
) -> Result<bool, StoreError> {
    let inside = room.clone();
    let own = department.clone();
    let taking = Taking {
        asked: None,
        case,
        department,
        by: By::new(SERVICE, now),
        judge: Box::new(move |held| brought(&inside, (held, &own), today, now)),
    };
    match room.registry.cases().take(taking).await {
        Ok(Taken::Judged(judged)) => Ok(!judged.acts.is_empty()),
        Ok(Taken::Repeated(_)) | Err(TakeError::KeyReused) => Ok(false),
        Err(TakeError::Store(error)) => Err(error),
        // No other way of not being judged is known here.
        Err(_) => Ok(false),
    }
}

/// The file with all that is due, seen again under its lock.
fn brought(
    room: &Room,
    (held, own): (&Held, &DepartmentKey),
    today: Date,
    now: UtcDateTime,
) -> Judged {
    let by = By::new(SERVICE, now);
    let writer = Writer {
        department: own,
        by: &by,
    };
    let mut file = held.file.clone();
    let (mut acts, mut events): (Vec<Act>, Vec<Outgoing>) = (Vec::new(), Vec::new());
    let mut checked = held.checked;
    for due in due(room, (&held.file, held.checked), now) {
        let Some(dossier) = file.dossier() else {
            break;
        };
        let case = dossier.case().as_str().to_owned();
        match due {
            Due::Card(card) => {
                events.push(teller(room, dossier, now).of_card(&card, None));
                acts.push(writer.brought(&case, "card", colour(card.colour).to_owned()));
                file = file.carded(vec![card]);
            }
            Due::Check(number, day) => {
                events.push(teller(room, dossier, now).of_check(&number, day.to_string()));
                acts.push(writer.brought(&case, "check-due", number.to_string()));
                checked = checked.max(Some(day));
            }
            Due::Overdue(material) => {
                let what = Following::Overdue { material };
                let step = added(room, &file, (what, "overdue", material), now);
                file = step.keep(room, writer, (&mut acts, &mut events), now);
            }
            Due::Refer(material) => {
                let what = Following::Referred { material };
                let step = added(room, &file, (what, "referred", material), now);
                file = step.keep(room, writer, (&mut acts, &mut events), now);
            }
        }
    }
    Judged {
        took: Took {
            file,
            fate: Fate::Applied(Vec::new()),
            late: Vec::new(),
        },
        department: held.department.clone().unwrap_or_else(|| own.clone()),
        acts,
        events,
        notices: Vec::new(),
        response: None,
        looked: Some(today),
        checked,
    }
}

fn teller<'a>(room: &'a Room, dossier: &'a Dossier, now: UtcDateTime) -> Teller<'a> {
    Teller {
        dossier,
        catalogue: &room.catalogue,
        acting: None,
        now,
    }
}

/// An act of the service, and what became of it.
struct Added {
    event: Option<CaseEvent>,
    took: Took,
}

/// The file after an act of the service itself, under the number of its last event.
fn added(
    room: &Room,
    file: &CaseFile,
    (what, word, material): (Following, &str, u16),
    now: UtcDateTime,
) -> Added {
    let event = own_event(room, file, (what, word, material), now);
    let took = match &event {
        Some(event) => {
            let calendar = room.calendar(file, None);
            file.add(event.clone(), &room.scene(&calendar, (&[], &[]), &[], now))
        }
        None => Took {
            file: file.clone(),
            fate: Fate::Repeated,
            late: Vec::new(),
        },
    };
    Added { event, took }
}

fn own_event(
    room: &Room,
    file: &CaseFile,
    (what, word, material): (Following, &str, u16),
    now: UtcDateTime,
) -> Option<CaseEvent> {
    let dossier = file.dossier()?;
    let matter = room.catalogue.matter(&dossier.terms().matter)?;
    let (number, last) = dossier.last();
    Some(CaseEvent {
        id: EventId::parse(&format!("{SERVICE}-{word}-{material}")).ok()?,
        case: dossier.case().clone(),
        number,
        actor: Actor {
            account: AccountKey::parse(SERVICE).ok()?,
            person: PersonKey::parse(SERVICE).ok()?,
            body: matter.exercised_by.clone(),
            role: Role::System,
        },
        at: now.max(last),
        what: Happening::Followed(what),
    })
}

impl Added {
    /// Writes down what became of it; gives the file.
    fn keep(
        self,
        room: &Room,
        writer: Writer<'_>,
        (acts, events): (&mut Vec<Act>, &mut Vec<Outgoing>),
        now: UtcDateTime,
    ) -> CaseFile {
        if let (Some(event), Some(dossier)) = (&self.event, self.took.file.dossier()) {
            acts.extend(writer.acts(event, &self.took.fate, &self.took.file));
            events.extend(teller(room, dossier, now).of_event(event, &self.took.fate));
        }
        self.took.file
    }
}
