//! Ending, suspending and resuming: one act, and every face of the licence follows (D2).

use std::cmp::Ordering;

use catalogue::{Ending, Refusal};
use dossier::notice::Notice;
use licence::{Event, Identifier};
use registry::asked::{By, Response};
use registry::licences::{Change, ChangeRefused, Changing, Record};
use registry::outbox::Outgoing;
use registry::trace::{Act, Deed};
use serde::Serialize;
use thiserror::Error;
use time::{Date, UtcDateTime};
use tlog::leaf::LeafFault;
use tlog::{Leaf, LeafKind, Opening, StatusEntry};

use crate::asker::{Asker, Once};
use crate::lives::notices::{self, Ended};
use crate::office::Office;
use crate::push::told_of;
use crate::relations;
use crate::said::{hex, moment, response};

/// Why nothing was changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// There is no such licence, or the department has no power over it: the same answer (T-P3).
    #[error("there is no such licence here")]
    Unknown,
    /// The same, where the trace has it that the department has no power.
    #[error("there is no such licence here")]
    Hidden,
    /// A rule of the catalogue says no.
    #[error("the catalogue says no")]
    Refused(#[from] Refusal),
    /// The act is dated in the future, which an ending or a suspension cannot be yet.
    #[error("the effective date lies ahead")]
    Ahead,
    /// Two people void a licence; a machine is none.
    #[error("two people of the department void a licence")]
    Machine,
    /// The registry refuses.
    #[error("the registry refuses")]
    Change(#[from] ChangeRefused),
    /// The leaf cannot be written.
    #[error("the leaf cannot be written")]
    Leaf(#[from] LeafFault),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] registry::StoreError),
    /// No randomness for a salt.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
}

/// What is to happen to a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// One of the four endings (R7).
    End(Ending),
    /// Stopped, to the end of this day or until lifted.
    Suspend(Option<Date>),
    /// The stop is lifted.
    Resume,
}

/// An order with its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// What.
    pub order: Order,
    /// The number of the decision.
    pub decision: String,
    /// The provision on which it rests.
    pub legal_basis: String,
    /// From the beginning of this day; now, when absent.
    pub effective: Option<Date>,
}

/// What a caller is told of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The licence.
    pub identifier: String,
    /// Its number.
    pub number: String,
    /// The word that a check answers now.
    pub state: String,
    /// How many events its life has.
    pub revision: u64,
    /// When it was recorded, RFC 3339.
    pub recorded: String,
    /// The salt of its commitment in the public log, lower-case hexadecimal.
    pub log_salt: String,
}

/// Ends, suspends or resumes a licence.
///
/// # Errors
/// [`ChangeError`]; what is refused by a rule stands in the trace.
pub async fn change(
    office: &Office,
    asker: &Asker,
    once: &Once,
    identifier: &Identifier,
    ordered: &Ordered,
) -> Result<Response, ChangeError> {
    let licences = office.registry.licences();
    let record = licences.find(identifier, None).await?;
    let record = record.ok_or(ChangeError::Unknown)?;
    let now = crate::answers::whole(office.clock.now());
    let ground = format!("{} {}", ordered.decision, ordered.legal_basis);
    let event = match event(office, asker, &record, ordered, now) {
        Ok(event) => event,
        Err(refused) => {
            let refused = deny(office, asker, &record, refused).await?;
            // T-P3: what another department has, and the asker has no power over, is not there.
            let is_hidden =
                asker.department != record.department && matches!(refused, ChangeError::Refused(_));
            return Err(if is_hidden {
                ChangeError::Hidden
            } else {
                refused
            });
        }
    };
    let notice = match ordered.order {
        Order::End(ending) => {
            let today = office.settings.zone.date_at(now);
            let ended = Ended {
                ending,
                decision: &ordered.decision,
                basis: &ordered.legal_basis,
                on: ordered.effective.unwrap_or(today),
            };
            notices::of_ending(office, &asker.department, &record, ended).await?
        }
        Order::Suspend(_) | Order::Resume => None,
    };
    let told = Told {
        event,
        ground,
        notice,
        now,
    };
    carry(office, asker, once, &record, told).await
}

/// An event with its ground, and the moment at which it is told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) event: Event,
    pub(crate) ground: String,
    /// What stands on the authority's page from now on.
    pub(crate) notice: Option<Notice>,
    pub(crate) now: UtcDateTime,
}

/// Writes an event that the asker has the power for; every face follows.
pub(crate) async fn carry(
    office: &Office,
    asker: &Asker,
    once: &Once,
    record: &Record,
    told: Told,
) -> Result<Response, ChangeError> {
    let Told {
        event,
        ground,
        notice,
        now,
    } = told;
    let mut salt = [0; 16];
    office.random.fill(&mut salt)?;
    let leaf = leaf(office, record, salt, now)?;
    let respond = Box::new(move |record: &Record| response(200, &changed(record, salt, now)));
    let outgoing = Outgoing {
        kind: format!("licence.{}", event.kind().code()),
        receivers: told_of(&office.desk(), record, &asker.department),
        payload: response(200, &changed(record, salt, now)).body,
    };
    let mut events = vec![outgoing];
    events.extend(relations::told(office, record, &event, now).await?);
    let licences = office.registry.licences();
    let changing = licences
        .change(Change {
            asked: Some(asker.asked(once)),
            department: record.department.clone(),
            identifier: record.identifier.clone(),
            expected: record.revision,
            event,
            ground,
            by: asker.by(now),
            leaf: Some(leaf),
            events,
            notice,
            respond,
        })
        .await;
    let answer = match changing {
        Ok(Changing::Changed { record, .. }) => response(200, &changed(&record, salt, now)),
        Ok(Changing::Repeated { response }) => response.ok_or(ChangeError::Unknown)?,
        Err(ChangeRefused::Unknown) => return Err(ChangeError::Unknown),
        // R10: what the table does not list is refused, and that is an act too.
        Err(refused @ ChangeRefused::Life(_)) => {
            return Err(deny(office, asker, record, refused.into()).await?);
        }
        Err(refused) => return Err(refused.into()),
    };
    // Every face follows: the leaf goes into the log, the list is signed anew.
    office.log.wake();
    office.upkeep.notify_one();
    office.push.notify_one();
    Ok(answer)
}

/// What the service does by itself when a moment has come: retention begins.
pub(crate) async fn archive(office: &Office, record: &Record) -> Result<(), ChangeError> {
    let now = crate::answers::whole(office.clock.now());
    let mut salt = [0; 16];
    office.random.fill(&mut salt)?;
    let outgoing = Outgoing {
        kind: "licence.archive".to_owned(),
        receivers: told_of(&office.desk(), record, &record.department),
        payload: response(200, &changed(record, salt, now)).body,
    };
    let change = Change {
        asked: None,
        department: record.department.clone(),
        identifier: record.identifier.clone(),
        expected: record.revision,
        event: Event::Archive { at: now },
        ground: "retention".to_owned(),
        by: By::new("service", now),
        leaf: Some(leaf(office, record, salt, now)?),
        events: vec![outgoing],
        notice: None,
        respond: Box::new(|_| response(200, &())),
    };
    office.registry.licences().change(change).await?;
    Ok(())
}

/// The moment from which an act of this day holds: now today, its beginning for a day that is over.
pub(crate) fn effective(
    office: &Office,
    day: Date,
    now: UtcDateTime,
) -> Result<UtcDateTime, ChangeError> {
    let zone = office.settings.zone;
    let today = zone.date_at(now);
    match day.cmp(&today) {
        Ordering::Greater => Err(ChangeError::Ahead),
        Ordering::Equal => Ok(now),
        Ordering::Less => Ok(zone.start_of(day)),
    }
}

/// `YYYY-MM-DD`.
pub(crate) fn day(day: Date) -> String {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    day.format(form).unwrap_or_default()
}

fn event(
    office: &Office,
    asker: &Asker,
    record: &Record,
    ordered: &Ordered,
    now: UtcDateTime,
) -> Result<Event, ChangeError> {
    let zone = office.settings.zone;
    let today = zone.date_at(now);
    let at = effective(office, ordered.effective.unwrap_or(today), now)?;
    let desk = office.desk();
    let catalogue = &desk.catalogue;
    let whose = (&record.licence_type, &record.department);
    Ok(match &ordered.order {
        Order::End(ending) => Event::End {
            at,
            power: catalogue.may_end(&asker.department, whose, *ending, today)?,
        },
        Order::Suspend(last) => Event::Suspend {
            at,
            until: last
                .and_then(Date::next_day)
                .map(|first_after| zone.start_of(first_after)),
            power: catalogue.may_suspend(&asker.department, whose, today)?,
        },
        Order::Resume => Event::Resume {
            at,
            power: catalogue.may_suspend(&asker.department, whose, today)?,
        },
    })
}

/// The public log learns that this licence's state changed, and not which licence (D13, D18).
pub(crate) fn leaf(
    office: &Office,
    record: &Record,
    salt: [u8; 16],
    now: UtcDateTime,
) -> Result<Vec<u8>, ChangeError> {
    let opening = Opening {
        salt,
        identifier: record.identifier.to_string(),
        version: record.identifier.version().to_string(),
        content: record.content_digest,
        sealed: None,
    };
    let leaf = Leaf {
        kind: LeafKind::LicenceState,
        office: record.issuer.as_str().to_owned(),
        subject: "register".to_owned(),
        moment: now,
        commitment: opening.commitment(),
        status: Some(StatusEntry {
            uri: office.slots.uri(record.status_list),
            index: u64::from(record.status_index),
        }),
    };
    Ok(leaf.encode()?)
}

pub(crate) fn changed(record: &Record, salt: [u8; 16], now: UtcDateTime) -> Changed {
    Changed {
        identifier: record.identifier.to_string(),
        number: record.number.as_str().to_owned(),
        state: record.life.status(&record.period, now).answer().to_owned(),
        revision: record.revision,
        recorded: moment(now),
        log_salt: hex(&salt),
    }
}

pub(crate) async fn deny(
    office: &Office,
    asker: &Asker,
    record: &Record,
    refused: ChangeError,
) -> Result<ChangeError, ChangeError> {
    let (ground, rule) = match &refused {
        ChangeError::Refused(refusal) => (refusal.code(), Some(refusal.rule())),
        ChangeError::Change(ChangeRefused::Life(life)) => (life.code(), Some(life.rule())),
        ChangeError::Machine => ("licence.void-by-machine", None),
        _ => ("licence.effective-ahead", None),
    };
    let rule = rule.map(|rule| ("rule", rule.number().to_owned()));
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: record.identifier.to_string(),
        ground: ground.to_owned(),
        detail: rule.into_iter().collect(),
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(refused)
}
