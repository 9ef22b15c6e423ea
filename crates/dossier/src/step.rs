//! One event more: opens a case, or carries it on, or says why not. Pure.

use catalogue::DocumentPurpose;
use catalogue::department::Duty as BodyDuty;
use catalogue::key::DepartmentKey;
use catalogue::matter::{Matter, MatterStatus};
use time::{Date, Duration, UtcDateTime};

use crate::card::CardGround;
use crate::clock::Pause;
use crate::decision::Mode;
use crate::dossier::{Allowance, CaseTerms, Dossier, Forwarding, StopNote};
use crate::event::{Application, CaseEvent, Happening};
use crate::material::Item;
use crate::number::opened_on;
use crate::person::{Actor, Duties, Duty};
use crate::refused::Refused;
use crate::scene::{Effect, Scene, Stepped};
use crate::state::{Act, CASE, Competence, State};
use crate::table::{Goes, NotListed, Row};
use crate::text::Words;
use crate::{asking, deciding, papers};

/// How far an event's moment may lie ahead of the service's clock (T-P1).
pub const MAX_AHEAD: Duration = Duration::seconds(300);

/// A case as its first event opens it.
///
/// # Errors
/// [`Refused`]: the matter is not published, the body or capacity is wrong, the form is not
/// signed by who may sign it, the moment is impossible.
pub fn open(event: &CaseEvent, scene: &Scene<'_>) -> Result<Stepped, Refused> {
    let Happening::Received(application) = &event.what else {
        return Err(unlisted("not opened", event.what.act()));
    };
    let matter = scene
        .catalogue
        .matter(&application.matter)
        .ok_or_else(|| catalogue::Refusal::UnknownMatter(application.matter.clone()))?;
    let day = scene.day(matter, event.at);
    let matter = scene
        .catalogue
        .matter_on(&application.matter, day)
        .unwrap_or(matter);
    // R1: a case is opened for a matter that is published on its day.
    let status = matter.status_on(day);
    if status != MatterStatus::Published {
        return Err(Refused::Catalogue(catalogue::Refusal::MatterNotPublished {
            matter: matter.code.clone(),
            status,
        }));
    }
    if event.at > scene.now + MAX_AHEAD {
        return Err(Refused::Future);
    }
    if opened_on(&event.case).is_none_or(|opened| day < opened) {
        return Err(Refused::BeforeCase);
    }
    let role = event.actor.role;
    if !(role.applies()
        || matches!(
            role,
            crate::person::Role::Clerk | crate::person::Role::System
        ))
    {
        return Err(Refused::Capacity {
            act: Act::Receive,
            role,
        });
    }
    accepts(&event.actor, Act::Receive, (scene, matter, day))?;
    let dossier = opened(event, application, (scene, matter, day))?;
    Ok(Stepped {
        dossier,
        effects: Vec::new(),
    })
}

fn opened(
    event: &CaseEvent,
    application: &Application,
    (scene, matter, day): Place<'_, '_>,
) -> Result<Dossier, Refused> {
    let mut signers = vec![&application.applicant];
    signers.extend(&application.represented_by);
    application
        .signed
        .carries(&application.form, &signers, event.at)?;
    let mut allows = Vec::new();
    if matter.terms.inform_and_commit {
        allows.push(Allowance::Commitment);
    }
    if matter.terms.tolerate_missing {
        allows.push(Allowance::Deferral);
    }
    let duties = match event.actor.role {
        role if role.applies() => Duties::default(),
        _ => Duties::default().with(Duty::Receive, &event.actor.person)?,
    };
    let mut items: Vec<Item> = matter
        .materials
        .iter()
        .filter_map(|material| {
            let cancelled = scene.catalogue.is_cancelled(&material.name_zh, day);
            Item::open(material).map(|item| if cancelled { item.cancel() } else { item })
        })
        .collect();
    if let Some(package) = &application.package {
        items = package.eased((&event.case, &matter.code), items, scene.catalogue)?;
    }
    Ok(Dossier {
        case: event.case.clone(),
        terms: CaseTerms {
            matter: matter.code.clone(),
            version: matter.version,
            handling: matter.handling,
            promised_days: matter.promised_days,
            statutory_days: matter.statutory_days,
            special_steps: matter.special_steps.clone(),
            allows,
        },
        applicant: application.applicant.clone(),
        represented_by: application.represented_by.clone(),
        form: application.form,
        signed: application.signed.clone(),
        package: application.package.clone(),
        state: State::Received,
        before_stop: None,
        stop: None,
        items,
        commitments: Vec::new(),
        deferred: Vec::new(),
        mandates: Vec::new(),
        parts: Vec::new(),
        supplement: None,
        forwarding: Forwarding::Not,
        decision: None,
        released_by: None,
        receipt: None,
        cards: Vec::new(),
        duties,
        clock: None,
        number: event.number,
        at: event.at,
    })
}

/// The case after one more event, or why the event is refused. Has no effects: a refused event
/// leaves the case as it was, and its cards are [`Refused::cards`].
///
/// # Errors
/// [`Refused`]; `NotListed` when the table has no row (R10), otherwise the condition of the row
/// that does not hold.
pub fn step(dossier: &Dossier, event: &CaseEvent, scene: &Scene<'_>) -> Result<Stepped, Refused> {
    let act = event.what.act();
    if event.at < dossier.at {
        return Err(Refused::OutOfOrder { last: dossier.at });
    }
    if event.at > scene.now + MAX_AHEAD {
        return Err(Refused::Future);
    }
    let row = row_for(dossier.state, act).ok_or_else(|| unlisted(dossier.state.code(), act))?;
    if act
        .only_in()
        .is_some_and(|kind| kind != dossier.terms.handling)
    {
        return Err(Refused::Handling { act });
    }
    if !row.by.contains(&event.actor.role) {
        return Err(Refused::Capacity {
            act,
            role: event.actor.role,
        });
    }
    let matter = scene.matter(&dossier.terms)?;
    let day = scene.day(matter, event.at);
    competent(dossier, event, (scene, matter, day))?;
    let mut stepped = apply(dossier, event, (scene, day))?;
    let next = &mut stepped.dossier;
    if let Some(duty) = act.duty().filter(|_| !in_advance(dossier, event)) {
        // R5: an automatic decision is its rule's owner's.
        let person = match (&event.what, &next.decision) {
            (Happening::Decided(_), Some(decision)) => &decision.by,
            _ => &event.actor.person,
        };
        next.duties = next.duties.with(duty, person)?;
    }
    next.state = match row.goes {
        Goes::To(state) => state,
        Goes::Back => dossier.before_stop.unwrap_or(State::Received),
    };
    next.before_stop = match (row.goes, next.state) {
        (Goes::To(_), State::Stopped) => dossier.before_stop.or(Some(dossier.state)),
        _ => None,
    };
    next.number = event.number;
    next.at = event.at;
    Ok(stepped)
}

/// D19: the owner of a published rule has released what it decides in advance.
fn in_advance(dossier: &Dossier, event: &CaseEvent) -> bool {
    let owner = dossier
        .decision
        .as_ref()
        .and_then(|decision| match &decision.ruled.mode {
            Mode::Automatic { owner, .. } => Some(owner),
            Mode::Ordinary | Mode::Commitment => None,
        });
    event.what.act() == Act::Seal && owner == Some(&event.actor.person)
}

fn unlisted(state: &'static str, act: Act) -> Refused {
    Refused::NotListed(NotListed {
        life: "case",
        state,
        act: act.code(),
    })
}

/// The row for `act`; what a review does takes an accepted case into review first, since approval
/// systems report no beginning of the review.
fn row_for(state: State, act: Act) -> Option<&'static Row<State, Act>> {
    let from = match state {
        State::Accepted if act.reviews() => match Row::find(CASE, state, Act::Review)?.goes {
            Goes::To(review) => review,
            Goes::Back => return None,
        },
        other => other,
    };
    Row::find(CASE, from, act)
}

type Place<'a, 's> = (&'a Scene<'s>, &'a Matter, Date);

/// Whether the actor's body may do it (R1, R4).
fn competent(
    dossier: &Dossier,
    event: &CaseEvent,
    (scene, matter, day): Place<'_, '_>,
) -> Result<(), Refused> {
    let act = event.what.act();
    let actor = &event.actor;
    // The applicant's side belongs to no body; the approval system answers for who it is.
    if actor.role.applies() {
        return Ok(());
    }
    let deciding = scene.catalogue.deciding_body(matter, day);
    let fits = match act.competence() {
        Competence::Accepting => return accepts(actor, act, (scene, matter, day)),
        Competence::Deciding => actor.body == *deciding,
        Competence::Part => matches!(
            &event.what,
            Happening::PartDecided { part, .. }
                if dossier.parts.iter().any(|known| known.licence_type == *part && known.by == actor.body)
        ),
        Competence::Supervising => supervises(&actor.body, deciding, scene),
        Competence::Concerned => {
            actor.body == *deciding
                || actor.body == matter.industry_authority
                || matter.accepted_at.contains(&actor.body)
                || dossier.parts.iter().any(|part| part.by == actor.body)
                || enforces(&actor.body, deciding, scene)
                || accepts(actor, act, (scene, matter, day)).is_ok()
        }
    };
    if fits {
        Ok(())
    } else {
        Err(Refused::WrongBody {
            act,
            by: actor.body.clone(),
        })
    }
}

/// Where one can apply: the matter's own places, the deciding body, and who holds its delegation
/// for acceptance notices on that day (R4).
fn accepts(actor: &Actor, act: Act, (scene, matter, day): Place<'_, '_>) -> Result<(), Refused> {
    let body = &actor.body;
    let deciding = scene.catalogue.deciding_body(matter, day);
    if actor.role.applies() || body == deciding || matter.accepted_at.contains(body) {
        return Ok(());
    }
    let mut over = None;
    for delegation in scene.catalogue.delegations() {
        let fits = delegation.from == *deciding
            && delegation.to == *body
            && delegation
                .purposes
                .contains(&DocumentPurpose::AcceptanceNotice)
            && delegation.matters.covers(&matter.code);
        if fits && delegation.holds_on(day) {
            return Ok(());
        }
        if fits {
            over = Some(delegation.key.clone());
        }
    }
    Err(match over {
        Some(delegation) => Refused::Catalogue(catalogue::Refusal::DelegationOver { delegation }),
        None => Refused::WrongBody {
            act,
            by: body.clone(),
        },
    })
}

fn supervises(body: &DepartmentKey, over: &DepartmentKey, scene: &Scene<'_>) -> bool {
    has_over(body, (BodyDuty::Supervisor, over), scene)
}

fn enforces(body: &DepartmentKey, over: &DepartmentKey, scene: &Scene<'_>) -> bool {
    has_over(body, (BodyDuty::Enforcement, over), scene)
}

fn has_over(
    body: &DepartmentKey,
    (duty, over): (BodyDuty, &DepartmentKey),
    scene: &Scene<'_>,
) -> bool {
    match (
        scene.catalogue.department(body),
        scene.catalogue.department(over),
    ) {
        (Some(body), Some(over)) => body.has(duty) && body.covers(over),
        _ => false,
    }
}

/// What the event changes beside the state.
fn apply(
    dossier: &Dossier,
    event: &CaseEvent,
    (scene, day): (&Scene<'_>, Date),
) -> Result<Stepped, Refused> {
    let mut effects = Vec::new();
    let next = match &event.what {
        Happening::Received(_) => return Err(unlisted(dossier.state.code(), Act::Receive)),
        Happening::Filed(filing) => {
            papers::file(dossier, (filing, event), (scene, day), &mut effects)?
        }
        Happening::Followed(following) => {
            papers::follow(dossier, following, (event, day), &mut effects)?
        }
        Happening::Accepted { parts, deferred } => {
            effects.push(Effect::Document(DocumentPurpose::AcceptanceNotice));
            deciding::accept(
                dossier,
                (parts, deferred),
                (event, scene, day),
                &mut effects,
            )?
        }
        Happening::SupplementAsked {
            asked,
            conditions,
            by,
        } => {
            effects.push(Effect::Document(DocumentPurpose::SupplementRequest));
            asking::ask(dossier, (asked, conditions), (*by, day, scene.catalogue))?
        }
        Happening::SupplementGiven => asking::given(dossier)?,
        Happening::SupplementMissed => asking::missed(dossier, day)?,
        Happening::StepBegan { step } => begin_step(dossier, step, day),
        Happening::StepEnded => end_step(dossier, day),
        Happening::Forwarded { .. } => forwarded(dossier, Forwarding::Sent),
        Happening::ForwardAnswered { .. } => forwarded(dossier, Forwarding::Answered),
        Happening::PartDecided { part, ruled } => {
            deciding::decide_part(dossier, part, ruled, (event, scene, day))?
        }
        Happening::Decided(ruled) => {
            effects.push(Effect::Document(DocumentPurpose::Decision));
            effects.push(Effect::DecisionNotice);
            deciding::decide(dossier, ruled, (event, scene, day))?
        }
        Happening::RolledBack { .. } => deciding::roll_back(dossier, scene)?,
        Happening::Released { decision } => deciding::release(dossier, decision, (event, scene))?,
        what => close(dossier, what, event, &mut effects)?,
    };
    Ok(Stepped {
        dossier: next,
        effects,
    })
}

/// What stops, ends or only moves a case.
fn close(
    dossier: &Dossier,
    what: &Happening,
    event: &CaseEvent,
    effects: &mut Vec<Effect>,
) -> Result<Dossier, Refused> {
    let mut next = dossier.clone();
    match what {
        Happening::Stopped { reason } => return stop(dossier, (reason, event), effects),
        Happening::Lifted { .. } if dossier.stop.is_none() => return Err(Refused::NotStopped),
        Happening::Lifted { .. } => next.stop = None,
        Happening::Delivered { .. } if dossier.stop.is_some() => return Err(Refused::Stopped),
        Happening::Delivered { receipt } => {
            effects.push(Effect::Document(DocumentPurpose::DeliveryReceipt));
            effects.push(Effect::Rating);
            next.receipt = Some(*receipt);
        }
        // R20, R21: what is open is not archived away.
        Happening::Archived if dossier.unanswered() => return Err(Refused::Unanswered),
        _ => {}
    }
    Ok(next)
}

fn begin_step(dossier: &Dossier, step: &Words, day: Date) -> Dossier {
    let mut next = dossier.clone();
    let listed = next
        .terms
        .special_steps
        .iter()
        .any(|name| name == step.as_str());
    // domain.md 4.4: the clock pauses only for listed steps.
    if listed && let Some(clock) = &mut next.clock {
        clock.pauses.push(Pause {
            from: day,
            until: None,
        });
    }
    next
}

fn end_step(dossier: &Dossier, day: Date) -> Dossier {
    let mut next = dossier.clone();
    if let Some(clock) = &mut next.clock
        && let Some(pause) = clock.pauses.last_mut()
        && pause.until.is_none()
    {
        pause.until = Some(day);
    }
    next
}

fn forwarded(dossier: &Dossier, forwarding: Forwarding) -> Dossier {
    Dossier {
        forwarding,
        ..dossier.clone()
    }
}

/// R6: stopped by a red card, given with the stop where there was none.
fn stop(
    dossier: &Dossier,
    (reason, event): (&Words, &CaseEvent),
    effects: &mut Vec<Effect>,
) -> Result<Dossier, Refused> {
    if dossier.stop.is_some() {
        return Err(Refused::Stopped);
    }
    let card = CardGround::Ordered {
        reason: reason.clone(),
    }
    .card(event.at);
    effects.push(Effect::Card(card.clone()));
    Ok(Dossier {
        stop: Some(StopNote {
            reason: reason.clone(),
            by: event.actor.person.clone(),
            since: event.at,
        }),
        ..dossier.carded(vec![card])
    })
}

/// The cards that the clock gives on the day of `now` and that the case does not have yet.
#[must_use]
pub fn due_cards(dossier: &Dossier, scene: &Scene<'_>, now: UtcDateTime) -> Vec<crate::card::Card> {
    let (Some(clock), Ok(matter), true) = (
        &dossier.clock,
        scene.matter(&dossier.terms),
        dossier.state.under_way(),
    ) else {
        return Vec::new();
    };
    let today = scene.day(matter, now);
    clock
        .alarm(scene.calendar, today)
        .map(CardGround::of_alarm)
        .filter(|ground| !dossier.cards.iter().any(|had| had.ground == *ground))
        .map(|ground| ground.card(now))
        .into_iter()
        .collect()
}
