//! What an event has the authority tell everybody: what was promised, from acceptance on (R19), and what was decided.

use catalogue::Catalogue;
use dossier::event::CaseEvent;
use dossier::notice::{Notice, Says};
use dossier::number::NoticeNumber;
use dossier::{Dossier, Effect, Fate};

/// The notices that follow from an event that was applied, published on its day; their numbers are drawn where they are
/// written. Words that would show a person's data give none: they are the officer's to word anew (R16).
pub(crate) fn notices(
    catalogue: &Catalogue,
    dossier: &Dossier,
    (event, fate): (&CaseEvent, &Fate),
) -> Vec<Notice> {
    let Fate::Applied(effects) = fate else {
        return Vec::new();
    };
    let said = effects.iter().filter_map(|effect| says(dossier, effect));
    said.filter_map(|says| published(catalogue, dossier, event, says))
        .collect()
}

fn says(dossier: &Dossier, effect: &Effect) -> Option<Says> {
    let matter = dossier.terms().matter.clone();
    match effect {
        Effect::CommitmentNotice(number) => {
            let commitment = dossier.commitment(number)?;
            let signed = commitment.signed.as_ref()?;
            Some(Says::Commitment {
                matter,
                duty: commitment.terms.duty.clone(),
                consequence: commitment.terms.consequence.clone(),
                on: signed.at.date(),
            })
        }
        Effect::DecisionNotice => {
            let decision = dossier.decision()?;
            Some(Says::Decision {
                matter,
                decision: decision.ruled.number.clone(),
                outcome: decision.ruled.outcome,
                on: decision.on,
            })
        }
        _ => None,
    }
}

fn published(
    catalogue: &Catalogue,
    dossier: &Dossier,
    event: &CaseEvent,
    says: Says,
) -> Option<Notice> {
    let matter = catalogue.matter(&dossier.terms().matter)?;
    let body = catalogue.department(&matter.exercised_by)?;
    let number = NoticeNumber::parse("draft").ok()?;
    let draft = Notice::draft(number, body.key.clone(), dossier.applicant(), says).ok()?;
    draft.publish(body.zone.date_at(event.at)).ok()
}
