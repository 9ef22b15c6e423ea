//! What comes into a case's papers, and what follows from them after acceptance.

use time::Date;

use crate::commitment::{COMMITMENT, Commitment, CommitmentAct, CommitmentState, Finding};
use crate::deferral::{Deferred, DeferredState};
use crate::dossier::{Allowance, Dossier, MAX_OF_A_KIND};
use crate::event::{CaseEvent, Filing, Following};
use crate::mandate::{MANDATE, Mandate, MandateAct, MandateRefused, Scope};
use crate::material::{Having, How, Item, MaterialRefused};
use crate::number::{CommitmentNumber, MandateNumber};
use crate::person::Party;
use crate::refused::Refused;
use crate::scene::{Effect, Scene, UseEntry};
use crate::signed::Signed;
use crate::state::Act;
use crate::table::Row;
use crate::text::Words;

/// The case after `filing`.
pub(crate) fn file(
    dossier: &Dossier,
    (filing, event): (&Filing, &CaseEvent),
    (scene, day): (&Scene<'_>, Date),
    effects: &mut Vec<Effect>,
) -> Result<Dossier, Refused> {
    match filing {
        Filing::Had { material, how } => {
            have(dossier, (*material, how), (event, scene, day), effects)
        }
        Filing::Unavailable { material, why } => {
            with_item(dossier, *material, |item| item.miss(why.clone()))
        }
        Filing::Mandated(mandate) => mandated(dossier, mandate, day),
        Filing::Revoked { mandate } => revoked(dossier, mandate, (event, day)),
        Filing::Offered {
            commitment,
            material,
            part,
            terms,
        } => {
            let offered =
                Commitment::offered(commitment.clone(), (*material, part.clone()), terms.clone());
            offer(dossier, offered, scene)
        }
        Filing::Promised { commitment, signed } => {
            promise(dossier, (commitment, signed), (event, day))
        }
    }
}

fn with_item(
    dossier: &Dossier,
    number: u16,
    change: impl FnOnce(&Item) -> Result<Item, MaterialRefused>,
) -> Result<Dossier, Refused> {
    let mut next = dossier.clone();
    let item = next
        .items
        .iter_mut()
        .find(|item| item.number == number)
        .ok_or(MaterialRefused::NotListed { number })?;
    *item = change(item)?;
    Ok(next)
}

fn have(
    dossier: &Dossier,
    (number, how): (u16, &How),
    (event, scene, day): (&CaseEvent, &Scene<'_>, Date),
    effects: &mut Vec<Effect>,
) -> Result<Dossier, Refused> {
    let waits = dossier
        .deferred
        .iter()
        .any(|item| item.material == number && item.state != DeferredState::Given);
    let subject = match how.ground() {
        Some(ground) => {
            let by = (&event.actor.body, day);
            let people = dossier.usable((ground, how.licence_type()), by)?;
            Some((whose(&people, how, scene)?, ground))
        }
        None => None,
    };
    let having = Having {
        how: how.clone(),
        at: event.at,
    };
    let mut next = with_item(dossier, number, |item| item.have(having))?;
    if waits {
        next.deferred = next
            .deferred
            .iter()
            .map(|item| match item.material == number {
                true => item.give(day, event.at),
                false => Ok(item.clone()),
            })
            .collect::<Result<Vec<Deferred>, _>>()?;
    }
    if let Some((subject, ground)) = subject {
        effects.push(Effect::DataUsed(UseEntry {
            subject,
            by: event.actor.body.clone(),
            person: event.actor.person.clone(),
            case: dossier.case.clone(),
            material: number,
            licence: how.licence().cloned(),
            ground: ground.clone(),
            at: event.at,
        }));
    }
    Ok(next)
}

/// The holder of the licence that is used, where the register holds it: the one who consented; under a law one of the
/// case's own people. It is used as what it is (R14, R15).
fn whose(people: &[&Party], how: &How, scene: &Scene<'_>) -> Result<Party, Refused> {
    let first = people.first().ok_or(Refused::OtherHolder)?;
    let (How::Fetched {
        licence,
        licence_type,
        ..
    }
    | How::Derived {
        licence,
        licence_type,
        ..
    }) = how
    else {
        return Ok((*first).clone());
    };
    let Some(held) = scene.licence(licence) else {
        return Ok((*first).clone());
    };
    if held.licence_type != *licence_type {
        return Err(Refused::OtherType(held.licence_type.clone()));
    }
    let mut people = people.iter();
    let holder = people.find(|party| party.code() == held.holder.code());
    holder
        .map(|party| (*party).clone())
        .ok_or(Refused::OtherHolder)
}

fn mandated(dossier: &Dossier, mandate: &Mandate, day: Date) -> Result<Dossier, Refused> {
    if dossier
        .mandates
        .iter()
        .any(|known| known.number == mandate.number)
    {
        return Err(Refused::NumberTaken);
    }
    if dossier.mandates.len() >= MAX_OF_A_KIND {
        return Err(Refused::TooMany {
            limit: MAX_OF_A_KIND,
        });
    }
    if let Some(last) = mandate.last
        && last < day
    {
        return Err(Refused::Day(last));
    }
    // Only this case's own people give consents to it.
    if !dossier
        .own_people()
        .iter()
        .any(|party| party.code() == mandate.subject.code())
    {
        return Err(MandateRefused::OutOfScope.into());
    }
    let mut next = dossier.clone();
    next.mandates.push(mandate.clone());
    Ok(next)
}

/// R4: from this day on, at once; what was used before remains good. The subject does it, nobody in their place.
fn revoked(
    dossier: &Dossier,
    number: &MandateNumber,
    (event, day): (&CaseEvent, Date),
) -> Result<Dossier, Refused> {
    let mut next = dossier.clone();
    let mandate = next
        .mandates
        .iter_mut()
        .find(|mandate| mandate.number == *number)
        .ok_or_else(|| Refused::UnknownMandate(number.clone()))?;
    let role = event.actor.role;
    let row = Row::find(MANDATE, mandate.state(day), MandateAct::Revoke);
    if row.is_some_and(|row| !row.by.contains(&role)) {
        let act = Act::File;
        return Err(Refused::Capacity { act, role });
    }
    *mandate = mandate.revoke(day)?;
    Ok(next)
}

/// Who may sign a promise: as above, and a proxy whose mandate reaches it (R18).
fn signers(dossier: &Dossier, day: Date) -> Vec<&Party> {
    let mut parties = dossier.own_people();
    for mandate in &dossier.mandates {
        if let Scope::Act { proxy, .. } = &mandate.scope
            && mandate
                .allows_act(proxy, (Act::File, &dossier.terms.matter), day)
                .is_ok()
        {
            parties.push(proxy);
        }
    }
    parties
}

fn offer(dossier: &Dossier, offered: Commitment, scene: &Scene<'_>) -> Result<Dossier, Refused> {
    // R19: only matters that allow it.
    if !dossier.terms.allows.contains(&Allowance::Commitment) {
        return Err(Refused::NoCommitment);
    }
    if dossier.commitment(&offered.number).is_some() {
        return Err(Refused::NumberTaken);
    }
    if dossier.commitments.len() >= MAX_OF_A_KIND {
        return Err(Refused::TooMany {
            limit: MAX_OF_A_KIND,
        });
    }
    if let Some(part) = &offered.part
        && scene.catalogue.licence_type(part).is_none()
    {
        return Err(Refused::UnknownPart(part.clone()));
    }
    // Asked as if it were promised now: what cannot be promised is not offered.
    with_item(dossier, offered.material, |item| {
        item.promise(offered.number.clone())
    })?;
    let mut next = dossier.clone();
    next.commitments.push(offered);
    Ok(next)
}

fn promise(
    dossier: &Dossier,
    (number, signed): (&CommitmentNumber, &Signed),
    (event, day): (&CaseEvent, Date),
) -> Result<Dossier, Refused> {
    let offered = dossier
        .commitment(number)
        .ok_or_else(|| Refused::UnknownCommitment(number.clone()))?;
    signed.carries(&offered.terms.paper, &signers(dossier, day), event.at)?;
    let commitment = offered.sign(signed.clone())?;
    let next = with_item(dossier, offered.material, |item| {
        item.promise(number.clone())
    })?;
    Ok(with_commitment(&next, commitment))
}

/// The case with this commitment in the place of the one of its number.
pub(crate) fn with_commitment(dossier: &Dossier, commitment: Commitment) -> Dossier {
    let mut next = dossier.clone();
    for known in &mut next.commitments {
        if known.number == commitment.number {
            *known = commitment;
            break;
        }
    }
    next
}

/// The case after something that follows acceptance.
pub(crate) fn follow(
    dossier: &Dossier,
    following: &Following,
    (event, day): (&CaseEvent, Date),
    effects: &mut Vec<Effect>,
) -> Result<Dossier, Refused> {
    match following {
        Following::Overdue { material } => {
            with_deferred(dossier, *material, |item| Ok(item.run_out(day, event.at)?))
        }
        Following::Referred { material } => {
            effects.push(Effect::Refer {
                material: *material,
            });
            with_deferred(dossier, *material, |item| Ok(item.refer(event.at)?))
        }
        Following::Kept {
            commitment,
            finding,
        } => {
            let known = checked(dossier, commitment, (CommitmentAct::Keep, event))?;
            Ok(with_commitment(dossier, known.keep(found(finding, event))?))
        }
        Following::Broken {
            commitment,
            finding,
        } => {
            let known = checked(dossier, commitment, (CommitmentAct::Break, event))?;
            let (broken, credit) = known.find_broken(found(finding, event))?;
            effects.push(Effect::Credit(credit));
            Ok(with_commitment(dossier, broken))
        }
        Following::Corrected { commitment } => {
            let known = checked(dossier, commitment, (CommitmentAct::Correct, event))?;
            Ok(with_commitment(dossier, known.correct()?))
        }
        Following::Annulled { commitment } => {
            let known = checked(dossier, commitment, (CommitmentAct::Annul, event))?;
            Ok(with_commitment(dossier, known.annul()?))
        }
    }
}

fn found(words: &Words, event: &CaseEvent) -> Finding {
    Finding {
        words: words.clone(),
        at: event.at,
    }
}

/// The commitment, if its table has the act in its state for the actor's capacity.
fn checked<'a>(
    dossier: &'a Dossier,
    number: &CommitmentNumber,
    (act, event): (CommitmentAct, &CaseEvent),
) -> Result<&'a Commitment, Refused> {
    let known = dossier
        .commitment(number)
        .ok_or_else(|| Refused::UnknownCommitment(number.clone()))?;
    let lawful = capacities(known.state, act).is_none_or(|by| by.contains(&event.actor.role));
    if lawful {
        Ok(known)
    } else {
        Err(Refused::Capacity {
            act: Act::FollowUp,
            role: event.actor.role,
        })
    }
}

fn capacities(
    state: CommitmentState,
    act: CommitmentAct,
) -> Option<&'static [crate::person::Role]> {
    Row::find(COMMITMENT, state, act).map(|row| row.by)
}

fn with_deferred(
    dossier: &Dossier,
    material: u16,
    change: impl FnOnce(&Deferred) -> Result<Deferred, Refused>,
) -> Result<Dossier, Refused> {
    let mut next = dossier.clone();
    let item = next
        .deferred
        .iter_mut()
        .find(|item| item.material == material)
        .ok_or(Refused::UnknownDeferred(material))?;
    *item = change(item)?;
    Ok(next)
}
