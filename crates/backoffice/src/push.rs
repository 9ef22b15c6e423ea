//! Step 15: tells receivers what happened (R22, R23).
//!
//! At least once, in order for each licence, under an event identifier by which a receiver drops repeats. What a
//! receiver does not take is tried again, later and later, and listed for a person at last. Who carries is an argument:
//! the network is the edge's.

use std::future::Future;
use std::sync::Arc;

use catalogue::DocumentPurpose;
use catalogue::department::Duty;
use catalogue::key::{DepartmentKey, MatterCode};
use docket::CaseGround;
use registry::StoreError;
use registry::jobs::Job;
use registry::licences::Record;
use registry::outbox::{Delivery, Outbox, Outcome, Outgoing, Subscription};
use registry::signers::pads::KINDS as PADS;
use serde::Serialize;
use serde_json::value::RawValue;
use time::{Duration, UtcDateTime};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::desk::Desk;
use crate::office::Office;
use crate::said::moment;

/// Every kind of event of licences, as subscriptions name them; those of cases are [`docket::tell::KINDS`].
const LICENCES: &[&str] = &[
    "licence.issued",
    "licence.supersede",
    "licence.suspend",
    "licence.resume",
    "licence.deregistered",
    "licence.annulled",
    "licence.withdrawn",
    "licence.revoked",
    "licence.void",
    "licence.archive",
    "licence.resealed",
    "document.resealed",
    "licence.at-risk",
    "licence.used",
    "paper.issue",
    "paper.declare-lost",
    "paper.surrender",
    "paper.destroy",
];

/// Every kind of event of accounts, told to their own department.
const ACCOUNTS: &[&str] = &[
    "account.opened",
    "account.confirmed",
    "account.invited",
    "account.roles",
    "account.ended",
];

/// Every kind of event of seals, told to their own department.
const SEALS: &[&str] = &[
    "seal.applied",
    "seal.reviewed",
    "seal.rejected",
    "seal.approved",
    "seal.made",
    "seal.in_use",
    "seal.suspended",
    "seal.replaced",
    "seal.cancelled",
    "seal.destroyed",
    "alarm.raised",
];

/// Whether there are events of this kind.
#[must_use]
pub fn is_kind(kind: &str) -> bool {
    let own = LICENCES.contains(&kind) || ACCOUNTS.contains(&kind);
    let own = own || SEALS.contains(&kind);
    let signing = registry::rounds::KINDS.contains(&kind) || PADS.contains(&kind);
    own || signing || docket::tell::KINDS.contains(&kind)
}

/// Deliveries to one receiver at once.
const BATCH: u32 = 32;
/// Batches to one receiver in one round; others get their turn then.
const BATCHES: usize = 16;
/// How often the office looks for deliveries that nobody announced.
const ROUND: std::time::Duration = std::time::Duration::from_secs(5);

/// The first wait; each later one is twice as long.
const FIRST_WAIT: Duration = Duration::seconds(5);
/// The longest wait at first: a receiver that is there again hears within a minute (domain.md 8).
const SHORT_WAIT: Duration = Duration::seconds(60);
/// Tries after which a receiver counts as away for longer.
const AWAY: u64 = 20;
/// The wait then.
const LONG_WAIT: Duration = Duration::minutes(15);
/// Tries after which a delivery waits for a person: about twenty hours.
const GIVE_UP: u64 = 96;
/// The same where the receiver was there and said no.
const REFUSED: u64 = 5;

/// A delivery as it is carried: signed by the carrier, at the moment it says (RFC 9421).
#[derive(Clone)]
pub struct Letter {
    /// Who is told.
    pub receiver: DepartmentKey,
    /// Where.
    pub address: String,
    /// The secret that the receiver and the service share.
    pub secret: Zeroizing<Vec<u8>>,
    /// The event's identifier: also the idempotency key of the request.
    pub event: String,
    /// CloudEvents 1.0, structured JSON.
    pub content: Vec<u8>,
    /// Now.
    pub sent: UtcDateTime,
}

// T-P8: neither secret nor content reaches a log by way of `{:?}`.
impl std::fmt::Debug for Letter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Letter")
            .field("receiver", &self.receiver)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// Why a letter was not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undelivered {
    /// The address is not one that the service may call (T-I8).
    Forbidden,
    /// Nobody is there.
    Unreachable,
    /// Somebody is there and does not prove to be the receiver.
    Untrusted,
    /// There was no answer in time.
    Silent,
    /// The receiver cannot take it now: this status.
    Busy(u16),
    /// The receiver refuses it: this status.
    Refused(u16),
}

impl Undelivered {
    /// The stable code, as the parked list shows it.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Forbidden => "receiver.forbidden".to_owned(),
            Self::Unreachable => "receiver.unreachable".to_owned(),
            Self::Untrusted => "receiver.untrusted".to_owned(),
            Self::Silent => "receiver.silent".to_owned(),
            Self::Busy(status) => format!("receiver.busy {status}"),
            Self::Refused(status) => format!("receiver.refused {status}"),
        }
    }

    /// What becomes of a delivery that was tried so often.
    fn outcome(self, tries: u64, now: UtcDateTime) -> Outcome {
        let limit = match self {
            Self::Refused(_) => REFUSED,
            _ => GIVE_UP,
        };
        let reason = self.code();
        if tries >= limit {
            return Outcome::Parked { reason };
        }
        Outcome::Again {
            due: now + wait(tries),
            reason,
        }
    }
}

/// How long a delivery rests after so many tries.
fn wait(tries: u64) -> Duration {
    if tries >= AWAY {
        return LONG_WAIT;
    }
    let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or(u32::MAX);
    let factor = 1_i32.checked_shl(doublings.min(16)).unwrap_or(i32::MAX);
    FIRST_WAIT
        .checked_mul(factor)
        .map_or(SHORT_WAIT, |wait| wait.min(SHORT_WAIT))
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pushed {
    /// Deliveries that were acknowledged.
    pub acknowledged: u64,
    /// Deliveries that the receiver has no wish for.
    pub unwanted: u64,
    /// Deliveries to be tried again.
    pub waiting: u64,
    /// Deliveries that wait for a person now.
    pub parked: u64,
    /// Whether more was due than one round takes.
    pub more: bool,
}

impl Pushed {
    fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.unwanted += other.unwanted;
        self.waiting += other.waiting;
        self.parked += other.parked;
        self.more |= other.more;
    }
}

/// From where deliveries go out.
#[derive(Clone)]
pub struct Post {
    /// What is still to be told.
    pub outbox: Outbox,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// The `source` of every event: the service's address.
    pub source: String,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Post")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Post {
    /// The office's post.
    #[must_use]
    pub fn of(office: &Office) -> Self {
        Self {
            outbox: office.registry.outbox(),
            clock: office.clock.clone(),
            source: office.settings.address.clone(),
        }
    }
}

/// Says that something may be due to a subscriber.
pub fn wake(office: &Office) {
    office.push.notify_one();
}

/// One round: what is due goes to every subscriber, receivers beside each other, none waiting for another.
///
/// # Errors
/// The store; what was carried and not settled is carried again.
pub async fn round<C, F>(post: &Post, carry: &C) -> Result<Pushed, StoreError>
where
    C: Fn(Letter) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Undelivered>> + Send + 'static,
{
    let mut receivers = JoinSet::new();
    for subscription in post.outbox.subscriptions().await? {
        let (post, carry) = (post.clone(), carry.clone());
        receivers.spawn(async move { to_one(&post, &subscription, &carry).await });
    }
    let mut pushed = Pushed::default();
    let mut failed = None;
    while let Some(done) = receivers.join_next().await {
        match done {
            Ok(Ok(one)) => pushed.add(one),
            Ok(Err(error)) => failed = Some(error),
            Err(error) => tracing::error!(%error, "deliveries to one receiver stopped"),
        }
    }
    failed.map_or(Ok(pushed), Err)
}

/// What is due to one receiver, until it does not take something.
async fn to_one<C, F>(
    post: &Post,
    subscription: &Subscription,
    carry: &C,
) -> Result<Pushed, StoreError>
where
    C: Fn(Letter) -> F,
    F: Future<Output = Result<(), Undelivered>> + Send + 'static,
{
    let receiver = &subscription.department;
    let mut pushed = Pushed::default();
    for _ in 0..BATCHES {
        let now = post.clock.now();
        let batch = post.outbox.due(receiver, now, BATCH).await?;
        if batch.is_empty() {
            return Ok(pushed);
        }
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut letters = JoinSet::new();
        for delivery in batch {
            if !subscription.wants(&delivery.kind) {
                pushed.unwanted += 1;
                outcomes.push((delivery.event, Outcome::Done));
                continue;
            }
            let carried = carry(letter(post, subscription, &delivery, now));
            letters.spawn(async move { (delivery, carried.await) });
        }
        let before = pushed.waiting + pushed.parked;
        while let Some(done) = letters.join_next().await {
            // A carrier that fell says nothing: its delivery is due again after its minute.
            let Ok((delivery, carried)) = done else {
                continue;
            };
            let outcome = match carried {
                Ok(()) => Outcome::Done,
                Err(why) => why.outcome(delivery.tries, post.clock.now()),
            };
            match outcome {
                Outcome::Done => pushed.acknowledged += 1,
                Outcome::Again { .. } => pushed.waiting += 1,
                Outcome::Parked { .. } => pushed.parked += 1,
            }
            outcomes.push((delivery.event, outcome));
        }
        post.outbox.settle(receiver, outcomes).await?;
        if pushed.waiting + pushed.parked > before {
            return Ok(pushed);
        }
    }
    pushed.more = true;
    Ok(pushed)
}

/// An event as CloudEvents 1.0 has it (3.1 required, 3.2 optional attributes; `sequence` is the extension of that name).
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    r#type: &'a str,
    subject: &'a str,
    time: String,
    sequence: String,
    datacontenttype: &'static str,
    data: &'a RawValue,
}

fn letter(
    post: &Post,
    subscription: &Subscription,
    delivery: &Delivery,
    now: UtcDateTime,
) -> Letter {
    // The payload is JSON that this service wrote.
    let data = serde_json::from_slice(&delivery.payload).unwrap_or(RawValue::NULL);
    let event = CloudEvent {
        specversion: "1.0",
        id: &delivery.event,
        source: &post.source,
        r#type: &delivery.kind,
        subject: &delivery.stream,
        time: moment(delivery.recorded),
        // Fixed width: what sorts as text sorts as a number.
        sequence: format!("{:020}", delivery.number),
        datacontenttype: "application/json",
        data,
    };
    Letter {
        receiver: subscription.department.clone(),
        address: subscription.address.clone(),
        secret: subscription.secret.clone(),
        event: delivery.event.clone(),
        content: serde_json::to_vec(&event).unwrap_or_default(),
        sent: now,
    }
}

/// Who is told of something about a licence or a case (R22): the industry authority of its matter and the enforcement
/// nearest to the body whose licence it is; that body, too, when another one acted.
pub fn told(
    desk: &Desk,
    (owner, matter): (&DepartmentKey, Option<&MatterCode>),
    acting: &DepartmentKey,
) -> Vec<String> {
    let catalogue = &desk.catalogue;
    let mut told: Vec<&DepartmentKey> = vec![owner];
    told.extend(
        matter
            .and_then(|matter| catalogue.matter(matter))
            .map(|matter| &matter.industry_authority),
    );
    if let Some(owner) = catalogue.department(owner) {
        // A region's own code is the longest that covers it: the nearest enforcement has the most of it.
        let nearest = catalogue
            .departments()
            .filter(|body| body.has(Duty::Enforcement) && body.covers(owner))
            .max_by_key(|body| body.region.as_str().trim_end_matches('0').len());
        told.extend(nearest.map(|body| &body.key));
    }
    let mut told: Vec<String> = told
        .into_iter()
        .filter(|key| *key != acting)
        .map(ToString::to_string)
        .collect();
    told.sort_unstable();
    told.dedup();
    told
}

/// What an acceptance or a decision is told by: no word of the holder.
#[derive(Serialize)]
struct CaseTold<'a> {
    case: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<&'a str>,
    decision: &'a str,
    department: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
}

/// What others are told of a recorded job: an acceptance notice is the acceptance, the text of a decision is the
/// decision, and so is a licence, which comes after it in its stream (R22, R23). A case that the service holds has
/// told of acceptance and decision itself, and knows who is told of its result.
pub fn events(
    office: &Office,
    (job, case): (&Job, &CaseGround),
    record: Option<&Record>,
    issued: &[u8],
) -> Vec<Outgoing> {
    let grounds = &job.grounds;
    let desk = office.desk();
    if let CaseGround::Known(dossier) = case {
        let issued = (grounds.purpose == DocumentPurpose::Licence).then(|| Outgoing {
            kind: "licence.issued".to_owned(),
            receivers: docket::tell::told_of(dossier, &desk.catalogue, Some(&job.department)),
            payload: issued.to_vec(),
        });
        return issued.into_iter().collect();
    }
    let receivers = told(
        &desk,
        (&job.department, grounds.matter.as_ref()),
        &job.department,
    );
    let outgoing = |kind: &str, payload: Vec<u8>| Outgoing {
        kind: kind.to_owned(),
        receivers: receivers.clone(),
        payload,
    };
    let case = CaseTold {
        case: &grounds.case,
        matter: grounds.matter.as_ref().map(|matter| matter.as_str()),
        decision: &grounds.decision,
        department: job.department.as_str(),
        identifier: record.map(|record| record.identifier.to_string()),
    };
    let case = serde_json::to_vec(&case).unwrap_or_default();
    match grounds.purpose {
        DocumentPurpose::AcceptanceNotice => vec![outgoing("case.accepted", case)],
        DocumentPurpose::Decision => vec![outgoing("case.decided", case)],
        DocumentPurpose::Licence => vec![
            outgoing("case.decided", case),
            outgoing("licence.issued", issued.to_vec()),
        ],
        _ => Vec::new(),
    }
}

/// Who is told of something about a version.
pub fn told_of(desk: &Desk, record: &Record, acting: &DepartmentKey) -> Vec<String> {
    told(desk, (&record.department, record.matter.as_ref()), acting)
}

/// Carries deliveries until the runtime ends.
pub fn start<C, F>(office: &Arc<Office>, carry: C)
where
    C: Fn(Letter) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Undelivered>> + Send + 'static,
{
    let office = office.clone();
    tokio::spawn(async move {
        let post = Post::of(&office);
        loop {
            match round(&post, &carry).await {
                Ok(Pushed { more: true, .. }) => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "deliveries go on in the next round"),
            }
            let announced = office.push.notified();
            // Whether announced or not, something may be due.
            let _either = tokio::time::timeout(ROUND, announced).await;
        }
    });
}

#[cfg(test)]
mod tests {
    use time::macros::utc_datetime;

    use super::*;

    const NOW: UtcDateTime = utc_datetime!(2026-07-03 01:00);

    #[test]
    fn waits_double_to_a_minute_and_are_long_for_who_stays_away() {
        let seconds: Vec<i64> = (1..=6).map(|tries| wait(tries).whole_seconds()).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 60, 60]);
        assert_eq!(wait(AWAY - 1), SHORT_WAIT);
        assert_eq!(wait(AWAY), LONG_WAIT);
        let first: Duration = (1..AWAY).map(wait).sum();
        assert!(first > Duration::minutes(10), "ten minutes are not away");
    }

    #[test]
    fn a_refusal_waits_for_a_person_sooner_than_an_absence() {
        let parked =
            |why: Undelivered, tries| matches!(why.outcome(tries, NOW), Outcome::Parked { .. });
        assert!(!parked(Undelivered::Refused(422), REFUSED - 1));
        assert!(parked(Undelivered::Refused(422), REFUSED));
        assert!(!parked(Undelivered::Busy(503), GIVE_UP - 1));
        assert!(parked(Undelivered::Busy(503), GIVE_UP));
        assert!(!parked(Undelivered::Unreachable, REFUSED));
    }
}
