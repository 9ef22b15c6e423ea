//! What is shown of a case to the bodies that it concerns: persons masked, words of officers as they are (R16).

use catalogue::key::DepartmentKey;
use dossier::card::{Card, CardGround};
use dossier::clock::Going;
use dossier::commitment::Commitment;
use dossier::decision::{Decision, Mode};
use dossier::event::CaseEvent;
use dossier::material::{Figures, How, Item, Standing};
use dossier::number::CaseNumber;
use dossier::person::Party;
use dossier::{CaseFile, Dossier};
use registry::StoreError;
use registry::cases::{CaseLine, Listed};
use serde::Serialize;
use time::UtcDateTime;

use crate::concern::is_concerned;
use crate::room::Room;
use crate::tell::{colour, moment};

/// Cases of one page of a list.
const PAGE: u32 = 200;

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseTold {
    /// Its number.
    pub case: String,
    /// Its matter.
    pub matter: String,
    /// The matter's version.
    pub matter_version: u32,
    /// The body that decides it.
    pub department: String,
    /// Who applies, masked.
    pub applicant: PartyTold,
    /// The person who stands for them, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub represented_by: Option<PartyTold>,
    /// Where it is.
    pub state: &'static str,
    /// The stop that holds it or blocks its seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopTold>,
    /// The number of the next event.
    pub next: u32,
    /// Numbers of events that wait for an earlier one.
    pub parked: Vec<u32>,
    /// What happened, in order.
    pub steps: Vec<StepTold>,
    /// Its clock, from acceptance on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockTold>,
    /// How its materials are had.
    pub figures: FiguresTold,
    /// Its materials.
    pub materials: Vec<MaterialTold>,
    /// Materials that follow.
    pub deferred: Vec<DeferredTold>,
    /// What was promised.
    pub commitments: Vec<CommitmentTold>,
    /// The parts of a joint case.
    pub parts: Vec<PartTold>,
    /// Its decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionTold>,
    /// Its cards.
    pub cards: Vec<CardTold>,
    /// Whether something stands that may not be dropped (R20, R21).
    pub unanswered: bool,
}

/// A party, masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartyTold {
    /// The name; of a person its first character.
    pub name: String,
    /// The code; of a person masked.
    pub code: String,
}

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopTold {
    /// Why.
    pub reason: String,
    /// The supervisor.
    pub by: String,
    /// Since, RFC 3339.
    pub since: String,
}

/// An event that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepTold {
    /// Its number; an act of the service has that of the event before it.
    pub number: u32,
    /// Its id.
    pub event: String,
    /// What was done.
    pub act: &'static str,
    /// The body that did it.
    pub body: String,
    /// The officer; nobody's on the applicant's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// From when it holds, RFC 3339.
    pub at: String,
}

/// The clock of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClockTold {
    /// Which working day it is: 0 on the day of acceptance.
    pub day: u32,
    /// Of how many promised.
    pub promised: u16,
    /// The last promised day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// The last day the law allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statutory_due: Option<String>,
    /// Working days left, today included.
    pub left: u32,
    /// `running`, `paused`, `stopped`.
    pub going: &'static str,
}

/// Figures of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FiguresTold {
    /// To be handed in.
    pub hand_in: usize,
    /// Promised.
    pub promised: usize,
    /// Fetched from the register.
    pub fetched: usize,
    /// Derived from another licence.
    pub derived: usize,
    /// Asked from another system.
    pub shared: usize,
    /// Answered by the authority itself.
    pub checked: usize,
    /// May not be asked for.
    pub cancelled: usize,
}

/// A material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MaterialTold {
    /// Its place in the matter's list.
    pub number: u16,
    /// Its name.
    pub name: String,
    /// How the matter says that it is had.
    pub means: &'static str,
    /// `open`, `had`, `promised`, `deferred`, `not_needed`.
    pub standing: &'static str,
    /// How it is had: `handed_in`, `reused`, `fetched`, `derived`, `shared`, `checked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<&'static str>,
    /// The licence that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// How often the applicant was asked for it after applying.
    pub asked: u16,
}

/// A material that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeferredTold {
    /// Its number.
    pub material: u16,
    /// The last day.
    pub due: String,
    /// `open`, `given`, `overdue`, `referred`.
    pub state: &'static str,
}

/// A commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitmentTold {
    /// Its number.
    pub number: String,
    /// The material in whose place it stands.
    pub material: u16,
    /// The part that rests on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Where it is.
    pub state: &'static str,
    /// The day of its check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Who signed, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<PartyTold>,
    /// The words that the signature was bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
}

/// A part of a joint case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartTold {
    /// The type of licence that it becomes.
    pub licence_type: String,
    /// The body that decides it.
    pub by: String,
    /// Its decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionTold>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionTold {
    /// Its number.
    pub number: String,
    /// `granted`, `refused`, `discontinued`.
    pub outcome: &'static str,
    /// `ordinary`, `commitment`, `automatic`.
    pub mode: &'static str,
    /// The body.
    pub body: String,
    /// The person; of an automatic decision the owner of its rule.
    pub by: String,
    /// The day.
    pub on: String,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardTold {
    /// `yellow`, `red`.
    pub colour: &'static str,
    /// What for.
    pub ground: &'static str,
    /// When, RFC 3339.
    pub at: String,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineTold {
    /// Its number.
    pub case: String,
    /// Where it is; `not_opened` while its first event is missing.
    pub state: String,
    /// Whether a supervisor has stopped it.
    pub stopped: bool,
    /// Yellow cards.
    pub yellow: u64,
    /// Red cards.
    pub red: u64,
    /// When it was written last, RFC 3339.
    pub changed: String,
}

/// A case, for a department that it concerns.
///
/// # Errors
/// The store.
pub async fn find(
    room: &Room,
    case: &CaseNumber,
    department: &DepartmentKey,
    now: UtcDateTime,
) -> Result<Option<CaseTold>, StoreError> {
    let Some(record) = room.registry.cases().find(case).await? else {
        return Ok(None);
    };
    // T-P3: for a body that it does not concern there is no such case.
    let told = record
        .file
        .dossier()
        .filter(|dossier| is_concerned(dossier, department, &room.catalogue))
        .map(|dossier| told(room, (&record.file, dossier), &record.department, now));
    Ok(told)
}

/// A page of a department's own cases.
///
/// # Errors
/// The store.
pub async fn list(
    room: &Room,
    department: &DepartmentKey,
    after: Option<&CaseNumber>,
    listed: Listed,
) -> Result<Vec<LineTold>, StoreError> {
    let lines = room
        .registry
        .cases()
        .list(department, after, listed, PAGE)
        .await?;
    Ok(lines.into_iter().map(line).collect())
}

fn line(line: CaseLine) -> LineTold {
    LineTold {
        case: line.case.to_string(),
        state: if line.state.is_empty() {
            "not_opened".to_owned()
        } else {
            line.state
        },
        stopped: line.stopped,
        yellow: line.yellow,
        red: line.red,
        changed: moment(line.changed),
    }
}

fn told(
    room: &Room,
    (file, dossier): (&CaseFile, &Dossier),
    department: &DepartmentKey,
    now: UtcDateTime,
) -> CaseTold {
    let terms = dossier.terms();
    CaseTold {
        case: dossier.case().to_string(),
        matter: terms.matter.to_string(),
        matter_version: terms.version,
        department: department.to_string(),
        applicant: party(dossier.applicant()),
        represented_by: dossier.represented_by().map(party),
        state: dossier.state().code(),
        stop: dossier.stop().map(|stop| StopTold {
            reason: stop.reason.as_str().to_owned(),
            by: stop.by.to_string(),
            since: moment(stop.since),
        }),
        next: file.due(),
        parked: file.parked().iter().map(|event| event.number).collect(),
        steps: file.history().iter().map(step).collect(),
        clock: clock(room, (file, dossier), now),
        figures: figures(dossier.items()),
        materials: dossier.items().iter().map(material).collect(),
        deferred: dossier
            .deferred()
            .iter()
            .map(|item| DeferredTold {
                material: item.material,
                due: item.due.to_string(),
                state: item.state.code(),
            })
            .collect(),
        commitments: dossier.commitments().iter().map(commitment).collect(),
        parts: dossier
            .parts()
            .iter()
            .map(|part| PartTold {
                licence_type: part.licence_type.to_string(),
                by: part.by.to_string(),
                decision: part.decision.as_ref().map(decision),
            })
            .collect(),
        decision: dossier.decision().map(decision),
        cards: dossier.cards().iter().map(card).collect(),
        unanswered: dossier.unanswered(),
    }
}

fn party(party: &Party) -> PartyTold {
    PartyTold {
        name: party.masked_name(),
        code: party.masked_code(),
    }
}

fn step(event: &CaseEvent) -> StepTold {
    let actor = &event.actor;
    StepTold {
        number: event.number,
        event: event.id.to_string(),
        act: event.what.act().code(),
        body: actor.body.to_string(),
        person: (!actor.role.applies()).then(|| actor.person.to_string()),
        at: moment(event.at),
    }
}

fn clock(
    room: &Room,
    (file, dossier): (&CaseFile, &Dossier),
    now: UtcDateTime,
) -> Option<ClockTold> {
    let clock = dossier.clock()?;
    let matter = room.catalogue.matter(&dossier.terms().matter)?;
    let zone = room
        .catalogue
        .department(&matter.exercised_by)
        .map_or_else(Default::default, |body| body.zone);
    let reading = clock.read(&room.calendar(file, None), zone.date_at(now));
    Some(ClockTold {
        day: reading.day,
        promised: reading.promised,
        due: reading.due.map(|day| day.to_string()),
        statutory_due: reading.statutory_due.map(|day| day.to_string()),
        left: reading.left,
        going: match reading.going {
            Going::Running => "running",
            Going::Paused => "paused",
            Going::Stopped => "stopped",
        },
    })
}

fn figures(items: &[Item]) -> FiguresTold {
    figures_told(&Figures::of(items.iter().map(|item| &item.means)))
}

pub(crate) fn figures_told(figures: &Figures) -> FiguresTold {
    FiguresTold {
        hand_in: figures.hand_in,
        promised: figures.promised,
        fetched: figures.fetched,
        derived: figures.derived,
        shared: figures.shared,
        checked: figures.checked,
        cancelled: figures.cancelled,
    }
}

fn material(item: &Item) -> MaterialTold {
    let how = match &item.standing {
        Standing::Had(having) => Some(&having.how),
        _ => None,
    };
    MaterialTold {
        number: item.number,
        name: item.name.as_str().to_owned(),
        means: item.means.code(),
        standing: standing(&item.standing),
        how: how.map(|how| match how {
            How::HandedIn { .. } => "handed_in",
            How::Reused { .. } => "reused",
            How::Fetched { .. } => "fetched",
            How::Derived { .. } => "derived",
            How::Shared { .. } => "shared",
            How::Checked { .. } => "checked",
        }),
        licence: how.and_then(How::licence).map(ToString::to_string),
        asked: item.asked,
    }
}

/// The word for where a material stands.
pub(crate) fn standing(standing: &Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Had(_) => "had",
        Standing::Promised(_) => "promised",
        Standing::Deferred(_) => "deferred",
        Standing::NotNeeded => "not_needed",
    }
}

fn commitment(commitment: &Commitment) -> CommitmentTold {
    CommitmentTold {
        number: commitment.number.to_string(),
        material: commitment.material,
        part: commitment.part.as_ref().map(ToString::to_string),
        state: commitment.state.code(),
        due: commitment.due.map(|day| day.to_string()),
        signed_by: commitment.signed.as_ref().map(|signed| party(&signed.by)),
        intent: commitment
            .signed
            .as_ref()
            .map(|signed| signed.intent.as_str().to_owned()),
    }
}

fn decision(decision: &Decision) -> DecisionTold {
    DecisionTold {
        number: decision.ruled.number.as_str().to_owned(),
        outcome: decision.ruled.outcome.code(),
        mode: match &decision.ruled.mode {
            Mode::Ordinary => "ordinary",
            Mode::Commitment => "commitment",
            Mode::Automatic { .. } => "automatic",
        },
        body: decision.body.to_string(),
        by: decision.by.to_string(),
        on: decision.on.to_string(),
    }
}

fn card(card: &Card) -> CardTold {
    CardTold {
        colour: colour(card.colour),
        ground: match &card.ground {
            CardGround::TimeShort => "time-short",
            CardGround::TimeUsedUp { .. } => "time-used-up",
            CardGround::Unlisted { .. } => "unlisted",
            CardGround::CanBeHad { .. } => "can-be-had",
            CardGround::AskedTwice { .. } => "asked-twice",
            CardGround::AddedCondition { .. } => "added-condition",
            CardGround::Ordered { .. } => "ordered",
        },
        at: moment(card.at),
    }
}
