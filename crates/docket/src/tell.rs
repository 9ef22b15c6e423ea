//! What others are told of a case (R22, R23): by whom it is decided and supervised, in order for each case.

use catalogue::Catalogue;
use catalogue::key::DepartmentKey;
use dossier::card::{Card, Colour};
use dossier::event::{CaseEvent, Following, Happening};
use dossier::number::CommitmentNumber;
use dossier::told::{Receiver, receivers};
use dossier::{Dossier, Effect, Fate};
use registry::outbox::Outgoing;
use serde::Serialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

/// The receiver that stands for the credit platform, which is no body of the catalogue: an account of this
/// department subscribes for it.
pub const CREDIT: &str = "CREDIT";

/// Every kind of event that a case gives.
pub const KINDS: &[&str] = &[
    "case.received",
    "case.accepted",
    "case.returned",
    "case.supplement_asked",
    "case.closed",
    "case.forwarded",
    "case.part_decided",
    "case.decided",
    "case.rolled_back",
    "case.released",
    "case.delivered",
    "case.archived",
    "case.stopped",
    "case.lifted",
    "case.withdrawn",
    "case.card",
    "case.deferred_overdue",
    "case.referred",
    "commitment.check_due",
    "commitment.kept",
    "commitment.broken",
    "commitment.corrected",
    "commitment.annulled",
    "credit.event",
];

/// What is said of an event: no word of the applicant but the masked code.
#[derive(Debug, Serialize)]
struct Told<'a> {
    case: &'a str,
    matter: &'a str,
    applicant: String,
    state: &'static str,
    department: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    effective: String,
    recorded: String,
    #[serde(flatten)]
    more: More,
}

/// What one kind has beside that.
#[derive(Debug, Default, Serialize)]
struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    material: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    colour: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
}

/// Who is told, and by whom it was done.
pub(crate) struct Teller<'a> {
    pub(crate) dossier: &'a Dossier,
    pub(crate) catalogue: &'a Catalogue,
    /// Who did it, and knows.
    pub(crate) acting: Option<&'a DepartmentKey>,
    pub(crate) now: UtcDateTime,
}

impl Teller<'_> {
    /// What follows from an event for others.
    pub(crate) fn of_event(&self, event: &CaseEvent, fate: &Fate) -> Vec<Outgoing> {
        let (effects, cards): (&[Effect], &[Card]) = match fate {
            Fate::Applied(effects) => (effects, &[]),
            Fate::Refused { cards, .. } => (&[], cards),
            Fate::Repeated | Fate::Parked { .. } => (&[], &[]),
        };
        let mut out = Vec::new();
        if matches!(fate, Fate::Applied(_))
            && let Some(kind) = kind(&event.what)
        {
            out.push(self.outgoing(kind, Some(event), (event.at, more(event))));
        }
        for effect in effects {
            match effect {
                Effect::Card(card) => out.push(self.of_card(card, Some(event))),
                Effect::Credit(credit) => {
                    let more = of_commitment(&credit.commitment);
                    let mut told = self.outgoing("credit.event", Some(event), (credit.at, more));
                    told.receivers = vec![CREDIT.to_owned()];
                    out.push(told);
                }
                _ => {}
            }
        }
        out.extend(cards.iter().map(|card| self.of_card(card, Some(event))));
        out.retain(|told| !told.receivers.is_empty());
        out
    }

    /// A card that was given.
    pub(crate) fn of_card(&self, card: &Card, event: Option<&CaseEvent>) -> Outgoing {
        let more = More {
            colour: Some(colour(card.colour)),
            ..More::default()
        };
        self.outgoing("case.card", event, (card.at, more))
    }

    /// A commitment that has to be checked.
    pub(crate) fn of_check(&self, commitment: &CommitmentNumber, due: String) -> Outgoing {
        let more = More {
            due: Some(due),
            ..of_commitment(commitment)
        };
        self.outgoing("commitment.check_due", None, (self.now, more))
    }

    fn outgoing(
        &self,
        kind: &str,
        event: Option<&CaseEvent>,
        (effective, more): (UtcDateTime, More),
    ) -> Outgoing {
        let dossier = self.dossier;
        let told = Told {
            case: dossier.case().as_str(),
            matter: dossier.terms().matter.as_str(),
            applicant: dossier.applicant().masked_code(),
            state: dossier.state().code(),
            department: self.acting.map_or("yinxin", |acting| acting.as_str()),
            event: event.map(|event| event.id.as_str()),
            number: event.map(|event| event.number),
            effective: moment(effective),
            recorded: moment(self.now),
            more,
        };
        Outgoing {
            kind: kind.to_owned(),
            receivers: told_of(dossier, self.catalogue, self.acting),
            payload: serde_json::to_vec(&told).unwrap_or_default(),
        }
    }
}

/// Who is told of process and result of a case: those of R22, and the deciding body; who acted knows.
#[must_use]
pub fn told_of(
    dossier: &Dossier,
    catalogue: &Catalogue,
    acting: Option<&DepartmentKey>,
) -> Vec<String> {
    let own = catalogue
        .matter(&dossier.terms().matter)
        .map(|matter| matter.exercised_by.to_string());
    let mut told: Vec<String> = receivers(dossier, catalogue)
        .into_iter()
        .map(|receiver| match receiver {
            Receiver::Body(body) => body.to_string(),
            Receiver::Credit => CREDIT.to_owned(),
        })
        .chain(own)
        .filter(|receiver| acting.is_none_or(|acting| acting.as_str() != receiver))
        .collect();
    told.sort_unstable();
    told.dedup();
    told
}

fn kind(what: &Happening) -> Option<&'static str> {
    Some(match what {
        Happening::Received(_) => "case.received",
        Happening::Accepted { .. } => "case.accepted",
        Happening::Returned { .. } => "case.returned",
        Happening::SupplementAsked { .. } => "case.supplement_asked",
        Happening::SupplementMissed => "case.closed",
        Happening::Forwarded { .. } => "case.forwarded",
        Happening::PartDecided { .. } => "case.part_decided",
        Happening::Decided(_) => "case.decided",
        Happening::RolledBack { .. } => "case.rolled_back",
        Happening::Released { .. } => "case.released",
        Happening::Delivered { .. } => "case.delivered",
        Happening::Archived => "case.archived",
        Happening::Stopped { .. } => "case.stopped",
        Happening::Lifted { .. } => "case.lifted",
        Happening::Withdrawn => "case.withdrawn",
        Happening::Followed(Following::Overdue { .. }) => "case.deferred_overdue",
        Happening::Followed(Following::Referred { .. }) => "case.referred",
        Happening::Followed(Following::Kept { .. }) => "commitment.kept",
        Happening::Followed(Following::Broken { .. }) => "commitment.broken",
        Happening::Followed(Following::Corrected { .. }) => "commitment.corrected",
        Happening::Followed(Following::Annulled { .. }) => "commitment.annulled",
        // Papers on their way in and steps of the examination are the office's own.
        Happening::Filed(_)
        | Happening::SupplementGiven
        | Happening::ReviewBegan
        | Happening::StepBegan { .. }
        | Happening::StepEnded
        | Happening::ForwardAnswered { .. }
        | Happening::TakenUp => return None,
    })
}

fn more(event: &CaseEvent) -> More {
    match &event.what {
        Happening::Decided(ruled) => More {
            decision: Some(ruled.number.as_str().to_owned()),
            outcome: Some(ruled.outcome.code()),
            ..More::default()
        },
        Happening::PartDecided { part, ruled } => More {
            decision: Some(ruled.number.as_str().to_owned()),
            outcome: Some(ruled.outcome.code()),
            part: Some(part.to_string()),
            ..More::default()
        },
        Happening::Followed(following) => match following {
            Following::Overdue { material } | Following::Referred { material } => More {
                material: Some(*material),
                ..More::default()
            },
            Following::Kept { commitment, .. }
            | Following::Broken { commitment, .. }
            | Following::Corrected { commitment }
            | Following::Annulled { commitment } => of_commitment(commitment),
        },
        _ => More::default(),
    }
}

fn of_commitment(commitment: &CommitmentNumber) -> More {
    More {
        commitment: Some(commitment.to_string()),
        ..More::default()
    }
}

pub(crate) fn colour(colour: Colour) -> &'static str {
    match colour {
        Colour::Yellow => "yellow",
        Colour::Red => "red",
    }
}

/// RFC 3339, in UTC.
pub(crate) fn moment(at: UtcDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
