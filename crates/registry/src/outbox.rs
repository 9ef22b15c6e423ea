//! What is still to be told to others: at least once, in order for each stream, under an event
//! identifier by which the receiver drops repeats (R23).

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use time::{Duration, UtcDateTime};

use crate::secrets::{Place, Secrets};
use store::Store;
use store::StoreError;
use store::{Link, Row, Value};

/// An event on its way out, written with the fact it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// What happened, such as `licence.issued`.
    pub kind: String,
    /// Who is to be told.
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
}

/// The outbox of every department.
#[derive(Debug, Clone)]
pub struct Outbox {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

/// A delivery that was taken and not answered is due again after this long.
const LEASE: Duration = Duration::seconds(60);

const PUSH: &str = "INSERT INTO outbox (event, receiver, department, stream, number, kind, payload, recorded, \
     due, tries, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0, 'due')";
// Only the first open event of a stream: what comes after waits for it, parked or not.
const DUE: &str = "SELECT event, receiver, department, stream, number, kind, payload, recorded, tries \
     FROM outbox AS o WHERE state = 'due' AND due <= $1 AND NOT EXISTS (SELECT 1 FROM outbox AS earlier \
     WHERE earlier.receiver = o.receiver AND earlier.stream = o.stream AND earlier.number < o.number \
     AND earlier.state <> 'done') ORDER BY due, receiver, stream, number LIMIT $2";
const TAKE: &str = "UPDATE outbox SET due = $3, tries = tries + 1 \
     WHERE event = $1 AND receiver = $2 AND state = 'due' AND due <= $4";
const DONE: &str =
    "UPDATE outbox SET state = 'done' WHERE event = $1 AND receiver = $2 AND state <> 'done'";
const RETRY: &str = "UPDATE outbox SET state = 'due', due = $3 WHERE event = $1 AND receiver = $2 AND state <> 'done'";
const PARK: &str =
    "UPDATE outbox SET state = 'parked' WHERE event = $1 AND receiver = $2 AND state = 'due'";
const PARKED: &str = "SELECT event, receiver, department, stream, number, kind, payload, recorded, tries \
     FROM outbox WHERE department = $1 AND state = 'parked' ORDER BY recorded LIMIT $2";

impl Outbox {
    pub(crate) fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Outbox {
        Outbox { store, secrets }
    }

    /// Takes what is due, at most `limit`: the first open event of each stream. What is neither
    /// done, retried nor parked within a minute is due again.
    ///
    /// # Errors
    /// The store.
    pub async fn due(&self, now: UtcDateTime, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { take(link, &secrets, now, limit).await }))
            .await
    }

    /// The receiver has acknowledged it.
    ///
    /// # Errors
    /// The store.
    pub async fn done(&self, event: &str, receiver: &str) -> Result<(), StoreError> {
        self.mark(DONE, event, receiver, None).await
    }

    /// To be tried again at `due`; also brings back what was parked.
    ///
    /// # Errors
    /// The store.
    pub async fn retry(
        &self,
        event: &str,
        receiver: &str,
        due: UtcDateTime,
    ) -> Result<(), StoreError> {
        self.mark(RETRY, event, receiver, Some(due)).await
    }

    /// Not to be tried again until a person has looked at it; later events of the stream wait.
    ///
    /// # Errors
    /// The store.
    pub async fn park(&self, event: &str, receiver: &str) -> Result<(), StoreError> {
        self.mark(PARK, event, receiver, None).await
    }

    /// What waits for a person of the department, oldest first.
    ///
    /// # Errors
    /// The store.
    pub async fn parked(
        &self,
        department: &DepartmentKey,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        let mut link = self.store.reader().await?;
        let values = [department.as_str().into(), limit.into()];
        let rows = link.rows(PARKED, &values).await?;
        rows.into_iter().map(|row| read(row, &secrets)).collect()
    }

    async fn mark(
        &self,
        statement: &'static str,
        event: &str,
        receiver: &str,
        due: Option<UtcDateTime>,
    ) -> Result<(), StoreError> {
        let (event, receiver) = (event.to_owned(), receiver.to_owned());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let mut values = vec![event.as_str().into(), receiver.as_str().into()];
                    values.extend(due.map(Value::from));
                    link.run(statement, &values).await.map(|_| ())
                })
            })
            .await
    }
}

/// Writes events of a stream in the transaction of their fact, numbered from `first`.
pub(crate) async fn push(
    link: &mut Link,
    secrets: &Secrets,
    (department, stream, first): (&str, &str, u64),
    events: &[Outgoing],
    at: UtcDateTime,
) -> Result<(), StoreError> {
    for (number, outgoing) in (first..).zip(events) {
        let event = secrets.fresh_id()?;
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
    now: UtcDateTime,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let rows = link.rows(DUE, &[now.into(), limit.into()]).await?;
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
