//! What is still to be told to others: at least once, in order for each stream, under an event
//! identifier by which the receiver drops repeats (R23).
//!
//! A receiver is a department. What was delivered stays, so that it can be told again from a point;
//! what nobody subscribed to waits for whom it is meant.

mod subscription;

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use time::{Duration, UtcDateTime};

use crate::asked::By;
use crate::secrets::{Place, Secrets};
use crate::trace;
use store::{Link, Row, Store, StoreError};

pub use subscription::Subscription;

/// An event on its way out, written with the fact it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// What happened, such as `licence.issued`.
    pub kind: String,
    /// Who is to be told: departments.
    pub receivers: Vec<String>,
    /// The message, before it is signed.
    pub payload: Vec<u8>,
}

/// An event for one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The event's identifier, the same for all its receivers.
    pub event: String,
    /// Who is to be told.
    pub receiver: String,
    /// The department it comes from.
    pub department: String,
    /// The licence or job it is about; its events come in the order of their numbers.
    pub stream: String,
    /// Its number in the stream.
    pub number: u64,
    /// What happened.
    pub kind: String,
    /// The message, opened.
    pub payload: Vec<u8>,
    /// When it happened.
    pub recorded: UtcDateTime,
    /// How often it was tried.
    pub tries: u64,
    /// Why it was not taken the last time.
    pub reason: Option<String>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has acknowledged it, or has no wish for it.
    Done,
    /// To be tried again.
    Again {
        /// From when on.
        due: UtcDateTime,
        /// The code of what went wrong.
        reason: String,
    },
    /// Not to be tried again until a person has looked at it; later events of the stream wait.
    Parked {
        /// The code of what went wrong.
        reason: String,
    },
}

/// What a person decides of a parked delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is tried again, from now on.
    Retry,
    /// It is given up; what waits behind it goes on.
    GiveUp,
}

/// The outbox of every department.
#[derive(Debug, Clone)]
pub struct Outbox {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

/// A delivery that was taken and not settled is due again after this long.
const LEASE: Duration = Duration::seconds(60);

const PUSH: &str = "INSERT INTO outbox (event, receiver, department, stream, number, kind, payload, recorded, \
     due, tries, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0, 'due')";
const ANY: &str = "SELECT due FROM outbox WHERE receiver = $1 AND state = 'due' AND due <= $2 ORDER BY due LIMIT 1";
// Only the first open event of a stream: what comes after waits for it, parked or not.
const DUE: &str = "SELECT event, receiver, department, stream, number, kind, payload, recorded, tries, reason \
     FROM outbox AS o WHERE receiver = $1 AND state = 'due' AND due <= $2 AND NOT EXISTS \
     (SELECT 1 FROM outbox AS earlier WHERE earlier.receiver = o.receiver AND earlier.stream = o.stream \
     AND earlier.number < o.number AND earlier.state <> 'done') ORDER BY due, stream, number LIMIT $3";
const TAKE: &str = "UPDATE outbox SET due = $3, tries = tries + 1 \
     WHERE event = $1 AND receiver = $2 AND state = 'due' AND due <= $4";
const DONE: &str =
    "UPDATE outbox SET state = 'done', reason = NULL WHERE event = $1 AND receiver = $2";
const AGAIN: &str =
    "UPDATE outbox SET due = $3, reason = $4 WHERE event = $1 AND receiver = $2 AND state = 'due'";
const PARK: &str = "UPDATE outbox SET state = 'parked', reason = $3 WHERE event = $1 AND receiver = $2 AND state = 'due'";
const PARKED: &str = "SELECT event, receiver, department, stream, number, kind, payload, recorded, tries, reason \
     FROM outbox WHERE receiver = $1 AND state = 'parked' ORDER BY recorded, event LIMIT $2";
const RETRY: &str = "UPDATE outbox SET state = 'due', due = $3, tries = 0 \
     WHERE event = $1 AND receiver = $2 AND state = 'parked'";
const GIVE_UP: &str =
    "UPDATE outbox SET state = 'done' WHERE event = $1 AND receiver = $2 AND state = 'parked'";
const TELL_AGAIN: &str = "UPDATE outbox SET state = 'due', due = $3, tries = 0, reason = NULL \
     WHERE receiver = $1 AND recorded >= $2 AND state <> 'due'";

impl Outbox {
    /// The outbox in a store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Outbox {
        Outbox { store, secrets }
    }

    /// Takes what is due to a receiver, at most `limit`: the first open event of each stream. What
    /// is not settled within a minute is due again.
    ///
    /// # Errors
    /// The store.
    pub async fn due(
        &self,
        receiver: &DepartmentKey,
        now: UtcDateTime,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        {
            // Most of the time nothing is: looking costs no transaction.
            let mut link = self.store.reader().await?;
            let values = [receiver.as_str().into(), now.into()];
            if link.row(ANY, &values).await?.is_none() {
                return Ok(Vec::new());
            }
        }
        let (secrets, receiver) = (Arc::clone(&self.secrets), receiver.clone());
        self.store
            .write(move |link| {
                Box::pin(async move { take(link, &secrets, (&receiver, limit), now).await })
            })
            .await
    }

    /// What became of deliveries to a receiver, by their events, in one transaction. What another
    /// worker settled meanwhile stays as it is.
    ///
    /// # Errors
    /// The store; then they are due again after their minute.
    pub async fn settle(
        &self,
        receiver: &DepartmentKey,
        outcomes: Vec<(String, Outcome)>,
    ) -> Result<(), StoreError> {
        let receiver = receiver.clone();
        self.store
            .write(move |link| Box::pin(async move { settle(link, &receiver, &outcomes).await }))
            .await
    }

    /// What waits for a person of the receiver, oldest first.
    ///
    /// # Errors
    /// The store.
    pub async fn parked(
        &self,
        receiver: &DepartmentKey,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        let mut link = self.store.reader().await?;
        let values = [receiver.as_str().into(), limit.into()];
        let rows = link.rows(PARKED, &values).await?;
        rows.into_iter().map(|row| read(row, &secrets)).collect()
    }

    /// A person has looked at a parked delivery; whether there was one.
    ///
    /// # Errors
    /// The store.
    pub async fn decide(
        &self,
        receiver: &DepartmentKey,
        event: &str,
        decision: Decision,
        by: By,
    ) -> Result<bool, StoreError> {
        let (receiver, event) = (receiver.clone(), event.to_owned());
        self.store
            .write(move |link| {
                Box::pin(async move { decide(link, (&receiver, &event), decision, &by).await })
            })
            .await
    }

    /// Tells a receiver again everything that happened at `since` or later, in order; the event
    /// identifiers are those of before. Gives the number of deliveries.
    ///
    /// # Errors
    /// The store.
    pub async fn replay(
        &self,
        receiver: &DepartmentKey,
        since: UtcDateTime,
        by: By,
    ) -> Result<u64, StoreError> {
        let receiver = receiver.clone();
        self.store
            .write(move |link| Box::pin(async move { replay(link, &receiver, since, &by).await }))
            .await
    }

    /// Begins or changes a department's subscription.
    ///
    /// # Errors
    /// The store.
    pub async fn subscribe(&self, subscription: Subscription, by: By) -> Result<(), StoreError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { subscription::put(link, &secrets, &subscription, &by).await })
            })
            .await
    }

    /// Ends a department's subscription; whether there was one. What is due to it waits.
    ///
    /// # Errors
    /// The store.
    pub async fn unsubscribe(
        &self,
        department: &DepartmentKey,
        by: By,
    ) -> Result<bool, StoreError> {
        let department = department.clone();
        self.store
            .write(move |link| {
                Box::pin(async move { subscription::end(link, &department, &by).await })
            })
            .await
    }

    /// A department's subscription.
    ///
    /// # Errors
    /// The store.
    pub async fn subscription(
        &self,
        department: &DepartmentKey,
    ) -> Result<Option<Subscription>, StoreError> {
        let mut link = self.store.reader().await?;
        subscription::find(&mut link, &self.secrets, department).await
    }

    /// Every subscription.
    ///
    /// # Errors
    /// The store.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        let mut link = self.store.reader().await?;
        subscription::all(&mut link, &self.secrets).await
    }
}

/// Writes events of a stream in the transaction of their fact, numbered from `first`.
///
/// # Errors
/// The store.
pub async fn push(
    link: &mut Link,
    secrets: &Secrets,
    (department, stream, first): (&str, &str, u64),
    events: &[Outgoing],
    at: UtcDateTime,
) -> Result<(), StoreError> {
    for (number, outgoing) in (first..).zip(events) {
        let event = secrets.dated_id(at)?;
        let payload = secrets.seal(&outgoing.payload, place(&event, department))?;
        for receiver in &outgoing.receivers {
            let values = [
                event.as_str().into(),
                receiver.as_str().into(),
                department.into(),
                stream.into(),
                number.into(),
                outgoing.kind.as_str().into(),
                (&payload).into(),
                at.into(),
            ];
            link.later(PUSH, &values).await?;
        }
    }
    Ok(())
}

async fn take(
    link: &mut Link,
    secrets: &Secrets,
    (receiver, limit): (&DepartmentKey, u32),
    now: UtcDateTime,
) -> Result<Vec<Delivery>, StoreError> {
    let values = [receiver.as_str().into(), now.into(), limit.into()];
    let rows = link.rows(DUE, &values).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        let mut delivery = read(row, secrets)?;
        let values = [
            delivery.event.as_str().into(),
            delivery.receiver.as_str().into(),
            (now + LEASE).into(),
            now.into(),
        ];
        // Another worker may have taken it since.
        if link.run(TAKE, &values).await? == 1 {
            delivery.tries += 1;
            taken.push(delivery);
        }
    }
    Ok(taken)
}

async fn settle(
    link: &mut Link,
    receiver: &DepartmentKey,
    outcomes: &[(String, Outcome)],
) -> Result<(), StoreError> {
    for (event, outcome) in outcomes {
        let (event, receiver) = (event.as_str().into(), receiver.as_str().into());
        match outcome {
            Outcome::Done => link.later(DONE, &[event, receiver]).await?,
            Outcome::Again { due, reason } => {
                let values = [event, receiver, (*due).into(), reason.as_str().into()];
                link.later(AGAIN, &values).await?;
            }
            Outcome::Parked { reason } => {
                link.later(PARK, &[event, receiver, reason.as_str().into()])
                    .await?;
            }
        }
    }
    Ok(())
}

async fn decide(
    link: &mut Link,
    (receiver, event): (&DepartmentKey, &str),
    decision: Decision,
    by: &By,
) -> Result<bool, StoreError> {
    let place = [event.into(), receiver.as_str().into()];
    let (changed, what) = match decision {
        Decision::Retry => {
            let [event, receiver] = place;
            let values = [event, receiver, by.at.into()];
            (link.run(RETRY, &values).await?, "retry")
        }
        Decision::GiveUp => (link.run(GIVE_UP, &place).await?, "give-up"),
    };
    if changed == 0 {
        return Ok(false);
    }
    let detail = vec![("event", event.to_owned())];
    trace::write(link, &subscription::act(receiver, by, (what, detail))).await?;
    Ok(true)
}

async fn replay(
    link: &mut Link,
    receiver: &DepartmentKey,
    since: UtcDateTime,
    by: &By,
) -> Result<u64, StoreError> {
    let values = [receiver.as_str().into(), since.into(), by.at.into()];
    let told = link.run(TELL_AGAIN, &values).await?;
    let detail = vec![
        ("since", since.unix_timestamp().to_string()),
        ("deliveries", told.to_string()),
    ];
    trace::write(link, &subscription::act(receiver, by, ("replay", detail))).await?;
    Ok(told)
}

fn read(mut row: Row, secrets: &Secrets) -> Result<Delivery, StoreError> {
    let event = row.text()?;
    let receiver = row.text()?;
    let department = row.text()?;
    let stream = row.text()?;
    let number = row.count()?;
    let kind = row.text()?;
    let payload = secrets.open(&row.bytes()?, place(&event, &department))?;
    Ok(Delivery {
        event,
        receiver,
        department,
        stream,
        number,
        kind,
        payload,
        recorded: row.moment()?,
        tries: row.count()?,
        reason: row.maybe_text()?,
    })
}

fn place<'a>(row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "outbox",
        column: "payload",
        row,
        department,
    }
}
