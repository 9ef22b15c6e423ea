//! Acceptance, parts, decision, rolling back and release.

use std::collections::BTreeSet;

use catalogue::key::TypeKey;
use catalogue::matter::Handling;
use licence::restriction::{self, RestrictionRefused};
use time::Date;

use crate::clock::Clock;
use crate::commitment::{CHECK_AFTER_DAYS, Commitment, CommitmentState};
use crate::decision::{Decision, Mode, Outcome, Ruled};
use crate::deferral::{Deferred, DeferredState};
use crate::dossier::{Allowance, Dossier, Forwarding, Part};
use crate::event::{CaseEvent, Deferral, PartOf};
use crate::material::MaterialRefused;
use crate::papers::with_commitment;
use crate::person::Role;
use crate::refused::Refused;
use crate::scene::{Effect, Scene};
use crate::text::Words;

/// Most parts of a joint case.
pub(crate) const MAX_PARTS: usize = 50;

type Seen<'a, 's> = (&'a CaseEvent, &'a Scene<'s>, Date);

/// The case after its acceptance: its clock runs from the day after.
pub(crate) fn accept(
    dossier: &Dossier,
    (parts, deferred): (&[PartOf], &[Deferral]),
    seen: Seen<'_, '_>,
    effects: &mut Vec<Effect>,
) -> Result<Dossier, Refused> {
    let (_, _, day) = seen;
    let mut next = defer(dossier, deferred, seen)?;
    let numbers: Vec<u16> = next
        .items
        .iter()
        .filter(|item| !item.settled())
        .map(|item| item.number)
        .collect();
    if !numbers.is_empty() {
        return Err(Refused::Open { numbers });
    }
    next.parts = parts_of(dossier, parts, seen)?;
    next.clock = Some(Clock {
        accepted: day,
        promised: next.terms.promised_days,
        statutory: next.terms.statutory_days,
        pauses: Vec::new(),
        stopped: None,
    });
    // R19: what was promised is shown to the public from acceptance on.
    for commitment in next.commitments.clone() {
        if commitment.state == CommitmentState::Signed {
            effects.push(Effect::CommitmentNotice(commitment.number.clone()));
            next = with_commitment(&next, commitment.publicise()?);
        }
    }
    Ok(next)
}

/// R21: only listed materials, each with a date in working days.
fn defer(
    dossier: &Dossier,
    deferred: &[Deferral],
    (event, scene, day): Seen<'_, '_>,
) -> Result<Dossier, Refused> {
    if !deferred.is_empty() && !dossier.terms.allows.contains(&Allowance::Deferral) {
        return Err(Refused::NoDeferral);
    }
    let mut next = dossier.clone();
    for one in deferred {
        let number = one.material;
        let due = (one.working_days > 0)
            .then(|| scene.calendar.after(day, one.working_days))
            .flatten()
            .ok_or(Refused::Day(day))?;
        let item = next
            .items
            .iter_mut()
            .find(|item| item.number == number)
            .ok_or(MaterialRefused::NotListed { number })?;
        *item = item.defer(due)?;
        next.deferred.push(Deferred::open(number, due, event.at));
    }
    Ok(next)
}

/// The parts of a joint case: types that the result is made of, each with a body that may issue it.
fn parts_of(
    dossier: &Dossier,
    parts: &[PartOf],
    (_, scene, _): Seen<'_, '_>,
) -> Result<Vec<Part>, Refused> {
    let joint = dossier.terms.handling == Handling::Joint;
    let once: BTreeSet<&TypeKey> = parts.iter().map(|part| &part.licence_type).collect();
    if joint == parts.is_empty() || once.len() != parts.len() || parts.len() > MAX_PARTS {
        return Err(Refused::Parts);
    }
    let result = scene.matter(&dossier.terms)?.result.as_ref();
    parts
        .iter()
        .map(|part| {
            let kind = scene.catalogue.licence_type(&part.licence_type);
            let lawful = kind.is_some_and(|kind| {
                kind.issuers.contains(&part.by)
                    && result.is_some_and(|result| kind.component_of.contains(result))
            });
            if !lawful {
                return Err(Refused::PartNotInPower {
                    part: part.licence_type.clone(),
                    by: part.by.clone(),
                });
            }
            Ok(Part {
                licence_type: part.licence_type.clone(),
                by: part.by.clone(),
                decision: None,
            })
        })
        .collect()
}

/// The case after a body decided its part (D14).
pub(crate) fn decide_part(
    dossier: &Dossier,
    part: &TypeKey,
    ruled: &Ruled,
    seen: Seen<'_, '_>,
) -> Result<Dossier, Refused> {
    let decision = ruled_by(dossier, (ruled, Some(part)), seen)?;
    let mut next = dossier.clone();
    let known = next
        .parts
        .iter_mut()
        .find(|known| known.licence_type == *part)
        .ok_or_else(|| Refused::UnknownPart(part.clone()))?;
    if known.decision.is_some() {
        return Err(Refused::PartDecided(part.clone()));
    }
    known.decision = Some(decision);
    Ok(next)
}

/// The case after its decision: the clock stops.
pub(crate) fn decide(
    dossier: &Dossier,
    ruled: &Ruled,
    seen: Seen<'_, '_>,
) -> Result<Dossier, Refused> {
    let (event, scene, day) = seen;
    if dossier.terms.handling == Handling::ForwardedUpward
        && dossier.forwarding != Forwarding::Answered
    {
        return Err(Refused::NotForwarded);
    }
    let result = scene.matter(&dossier.terms)?.result.clone();
    let decision = ruled_by(dossier, (ruled, result.as_ref()), seen)?;
    let mut next = dossier.clone();
    let granted = ruled.outcome == Outcome::Granted;
    // domain.md 4.4: the whole is decided when all parts are; the deciding body's own parts are
    // decided with it.
    let mut open = Vec::new();
    for part in &mut next.parts {
        if part.decision.is_none() && part.by == event.actor.body {
            part.decision = Some(decision.clone());
        } else if part.decision.is_none() {
            open.push(part.licence_type.clone());
        }
    }
    if granted && !open.is_empty() {
        return Err(Refused::PartsOpen { parts: open });
    }
    if granted && !next.parts.is_empty() && !next.parts.iter().any(Part::granted) {
        return Err(Refused::NothingGranted);
    }
    if let Some(clock) = &mut next.clock {
        clock.stopped = Some(day);
    }
    next.decision = Some(decision);
    Ok(next)
}

/// Whether what is granted rests on the commitment: its part was granted, or it has none.
fn rests_on(dossier: &Dossier, commitment: &Commitment) -> bool {
    commitment.state == CommitmentState::Publicised
        && match &commitment.part {
            None => true,
            Some(of) => dossier
                .parts
                .iter()
                .any(|part| part.licence_type == *of && part.granted()),
        }
}

fn ruled_by(
    dossier: &Dossier,
    (ruled, of): (&Ruled, Option<&TypeKey>),
    (event, scene, day): Seen<'_, '_>,
) -> Result<Decision, Refused> {
    if ruled.outcome != Outcome::Granted && ruled.reasons.is_none() {
        return Err(Refused::ReasonsMissing);
    }
    // R5: a machine decides under a rule with a named owner; a person never does.
    let by = match (&ruled.mode, event.actor.role) {
        (Mode::Automatic { owner, .. }, Role::System) => owner.clone(),
        (Mode::Automatic { .. }, _) | (_, Role::System) => return Err(Refused::Rule),
        _ => event.actor.person.clone(),
    };
    // R19: granted on commitments only where some were signed. A part may rest on the promises of
    // the whole: the sample's sign permit does.
    let promised = dossier
        .commitments
        .iter()
        .any(|commitment| commitment.signed.is_some());
    if ruled.mode == Mode::Commitment && !promised {
        return Err(Refused::Mode);
    }
    restricted(dossier, (ruled, of), (scene, day))?;
    Ok(Decision {
        ruled: ruled.clone(),
        body: event.actor.body.clone(),
        by,
        on: day,
    })
}

/// R13: every restriction of the day was shown before; a grant is blocked only as listed.
fn restricted(
    dossier: &Dossier,
    (ruled, of): (&Ruled, Option<&TypeKey>),
    (scene, day): (&Scene<'_>, Date),
) -> Result<(), Refused> {
    let shown: BTreeSet<String> = ruled
        .shown
        .iter()
        .map(|number| number.as_str().to_owned())
        .collect();
    if let (Outcome::Granted, Some(licence_type)) = (ruled.outcome, of) {
        let asked = restriction::Asked {
            licence_type,
            matter: &dossier.terms.matter,
            grant: match ruled.mode {
                Mode::Commitment => restriction::Grant::OnCommitment,
                Mode::Ordinary | Mode::Automatic { .. } => restriction::Grant::Ordinary,
            },
            on: day,
        };
        return Ok(restriction::may_decide(scene.restrictions, &shown, &asked)?);
    }
    match restriction::standing(scene.restrictions, day).find(|one| !shown.contains(&one.number)) {
        Some(hidden) => Err(RestrictionRefused::NotShown(hidden.number.clone()).into()),
        None => Ok(()),
    }
}

/// The case after a decision, or its review, was rolled back: the clock runs as if nothing had
/// been decided, what other bodies decided of their parts remains. Who decided did so all the same,
/// and releases nothing in this case (R3).
pub(crate) fn roll_back(dossier: &Dossier, scene: &Scene<'_>) -> Result<Dossier, Refused> {
    let mut next = dossier.clone();
    let Some(decision) = next.decision.take() else {
        return Ok(next);
    };
    // domain.md 4.4: only before sealing, which begins with the custodian's release.
    if scene.released(&decision.ruled.number, None) {
        return Err(Refused::ReleasedAlready);
    }
    for part in &mut next.parts {
        if part.decision.as_ref() == Some(&decision) {
            part.decision = None;
        }
    }
    if let Some(clock) = &mut next.clock {
        clock.stopped = None;
    }
    Ok(next)
}

/// The case after the custodian released the seal for its decision (R1, R3, R6). From here on
/// nothing is rolled back, so what was promised takes effect.
pub(crate) fn release(
    dossier: &Dossier,
    decision: &Words,
    (event, scene): (&CaseEvent, &Scene<'_>),
) -> Result<Dossier, Refused> {
    // R6: a stop blocks sealing until it is lifted.
    if dossier.stop.is_some() {
        return Err(Refused::Stopped);
    }
    let decided = dossier
        .decision
        .as_ref()
        .filter(|known| known.ruled.number == *decision)
        .ok_or(Refused::OtherDecision)?;
    // R1: what is said of a release has to have happened here.
    if !scene.released(decision, Some(&event.actor.person)) {
        return Err(Refused::NotReleased);
    }
    // R21: what was not given by its day goes to the approver before anything is sealed.
    if dossier
        .deferred
        .iter()
        .any(|item| item.state == DeferredState::Overdue)
    {
        return Err(Refused::Unanswered);
    }
    let mut next = Dossier {
        released_by: Some(event.actor.person.clone()),
        ..dossier.clone()
    };
    if decided.ruled.outcome == Outcome::Granted {
        for commitment in &dossier.commitments {
            if rests_on(dossier, commitment) {
                let in_force = commitment.take_effect(decided.on, CHECK_AFTER_DAYS)?;
                next = with_commitment(&next, in_force);
            }
        }
    }
    Ok(next)
}
