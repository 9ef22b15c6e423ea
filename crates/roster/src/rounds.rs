//! Documents that several persons sign (domain.md 4.3): who has which role, whose turn it is, and the file as it stands.
//!
//! Of the file as it stands one person signs at a time: a turn is taken in the transaction of the key journal's line, and the
//! signed file takes the place of the one that was signed in the transaction that records it.

mod kept;
mod lapsed;

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use serde_json::json;
use signing::mandate::MandateRefused;
use signing::round::{Done, Order, Outcome, PlanRefused, Round, Seat, TurnRefused};
use store::{Link, Store, StoreError};
use thiserror::Error;
use time::{Duration, UtcDateTime};
use trail::asked::{self, Asked, By, Seen};
use trail::outbox::{self, Outgoing};
use trail::secrets::{Secrets, hex};
use trail::trace::{self, Act, Deed};

use crate::mandates::{MandateError, MandateUse, allows};
use kept::{DAMAGED, number};
pub use kept::{KeptFile, RoundRecord, SeatRecord};
pub use lapsed::RoundOver;

/// How long a turn is kept for a signature that is being made.
const TURN: Duration = Duration::seconds(60);

/// Every kind of event of them, told to their own department.
pub const KINDS: [&str; 5] = [
    "signing.begun",
    "signing.signed",
    "signing.complete",
    "signing.declined",
    "signing.lapsed",
];

/// A role, its person, and what they will mean by signing.
#[derive(Debug, Clone)]
pub struct NewSeat {
    /// The role.
    pub role: String,
    /// The signature identity.
    pub signer: String,
    /// The words.
    pub intent: String,
    /// The mandate under which they will sign for another.
    pub mandate: Option<MandateUse>,
}

/// A document that several are to sign.
#[derive(Debug, Clone)]
pub struct NewRound {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// The department that keeps the identities.
    pub department: DepartmentKey,
    /// The case, or empty.
    pub case: String,
    /// In which order.
    pub order: Order,
    /// Until when.
    pub deadline: UtcDateTime,
    /// The roles.
    pub seats: Vec<NewSeat>,
    /// The file.
    pub file: KeptFile,
    /// Who, when.
    pub by: By,
}

/// A person's part in one.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which.
    pub round: String,
    /// The role.
    pub role: String,
    /// Who.
    pub signer: String,
    /// SHA-256 of the file as it was shown.
    pub shown: [u8; 32],
    /// The words as they were shown.
    pub intent: String,
}

/// Why nothing was done.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum RoundRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// There is none, or not in this department, or an identity is not there.
    #[error("there is none here")]
    Unknown,
    /// It cannot be planned so.
    #[error(transparent)]
    Plan(#[from] PlanRefused),
    /// It is not this person's turn.
    #[error(transparent)]
    Turn(#[from] TurnRefused),
    /// Another file was shown than the one that stands.
    #[error("another file was shown than the one that would be signed")]
    OtherDocument,
    /// Other words were shown than those of the role.
    #[error("other words were shown than those of the role")]
    OtherIntent,
    /// Somebody signs at this moment.
    #[error("somebody signs at this moment")]
    Running,
    /// Nothing is signed under the mandate that was named.
    #[error(transparent)]
    Mandate(#[from] MandateRefused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MandateError> for RoundRefused {
    fn from(error: MandateError) -> Self {
        match error {
            MandateError::KeyReused => Self::KeyReused,
            MandateError::Refused(refused) => Self::Mandate(refused),
            MandateError::Store(error) => Self::Store(error),
        }
    }
}

impl RoundRefused {
    /// The stable code, where the request itself is refused.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Plan(refused) => Some(refused.code()),
            Self::Turn(refused) => Some(refused.code()),
            Self::OtherDocument => Some("signing.other-document"),
            Self::OtherIntent => Some("signing.other-intent"),
            Self::Running => Some("signing.running"),
            Self::Mandate(refused) => Some(refused.code()),
            _ => None,
        }
    }
}

/// The book of documents that several sign.
#[derive(Debug, Clone)]
pub struct Rounds {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const PERSON: &str = "SELECT person_digest FROM signer WHERE id = $1 AND department = $2";
const TURN_TAKEN: &str = "UPDATE signing SET turn = $3, turn_seat = $4, turn_until = $5 WHERE id = $1 AND department = $2";
const MOVE: &str = "UPDATE signing SET object = $3, digest = $4, length = $5, turn = NULL, turn_seat = NULL, \
     turn_until = NULL, ends = $6 WHERE id = $1 AND department = $2";
const EVENTS: &str =
    "UPDATE signing SET events = events + 1 WHERE id = $1 AND department = $2 RETURNING events";

impl Rounds {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Self {
        Self { store, secrets }
    }

    /// Takes a document in; the same request finds the same one.
    ///
    /// # Errors
    /// `KeyReused`, `Unknown` where an identity is not there, `Plan`, `Store`.
    pub async fn begin(&self, new: NewRound) -> Result<RoundRecord, RoundRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { begin(link, &secrets, &new).await }))
            .await
    }

    /// One of a department.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        department: &DepartmentKey,
        id: &str,
    ) -> Result<Option<RoundRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        kept::find(&mut link, &self.secrets, (department, id)).await
    }

    /// Those, of whatever department, that lapsed before `now` and of which nobody was told, the longest ago first.
    ///
    /// # Errors
    /// The store.
    pub async fn over(&self, now: UtcDateTime, limit: u32) -> Result<Vec<RoundOver>, StoreError> {
        let mut link = self.store.reader().await?;
        lapsed::over(&mut link, now, limit).await
    }

    /// Tells the department of one that has lapsed, once; whether it did. One that is not over stays as it is.
    ///
    /// # Errors
    /// The store.
    pub async fn lapse(&self, over: RoundOver, by: By) -> Result<bool, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { lapsed::lapse(link, &secrets, &over, &by).await })
            })
            .await
    }

    /// The person of a role declines to sign, with a reason. It ends the round.
    ///
    /// # Errors
    /// `Unknown`, `Turn`, `Running`, `Store`.
    pub async fn decline(
        &self,
        department: &DepartmentKey,
        part: Part,
        (reason, by): (String, By),
    ) -> Result<RoundRecord, RoundRefused> {
        let (secrets, department) = (Arc::clone(&self.secrets), department.clone());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    decline(link, &secrets, (&department, &part), (&reason, &by)).await
                })
            })
            .await
    }
}

async fn begin(
    link: &mut Link,
    secrets: &Secrets,
    new: &NewRound,
) -> Result<RoundRecord, RoundRefused> {
    let department = new.department.as_str();
    let id = secrets.fresh_id()?;
    let place = (department, Some(id.as_str()));
    match asked::note(link, secrets, &new.asked, place, new.by.at).await? {
        Seen::First => {}
        Seen::Other => return Err(RoundRefused::KeyReused),
        Seen::Same { job, .. } => {
            let before = job.ok_or(DAMAGED)?;
            let found = kept::find(link, secrets, (&new.department, &before)).await?;
            return found.ok_or(RoundRefused::Unknown);
        }
    }
    let record = RoundRecord::planned(id, new)?;
    one_each(link, new).await?;
    for seat in &new.seats {
        if let Some(mandate) = &seat.mandate {
            let of = (&new.department, mandate);
            allows(link, secrets, of, (&seat.signer, &seat.intent)).await?;
        }
    }
    kept::insert(link, secrets, &record).await?;
    told(link, secrets, &record, ("signing.begun", None), &new.by).await?;
    Ok(record)
}

/// One person has one role, under whatever identity: the keyed digest of their number is the same.
async fn one_each(link: &mut Link, new: &NewRound) -> Result<(), RoundRefused> {
    let mut persons = Vec::with_capacity(new.seats.len());
    for seat in &new.seats {
        let values = [seat.signer.as_str().into(), new.department.as_str().into()];
        let row = link.row(PERSON, &values).await?;
        let person = row.ok_or(RoundRefused::Unknown)?.bytes()?;
        if persons.contains(&person) {
            return Err(PlanRefused::PersonTwice.into());
        }
        persons.push(person);
    }
    Ok(())
}

impl RoundRecord {
    fn planned(id: String, new: &NewRound) -> Result<Self, PlanRefused> {
        let seat = |seat: &NewSeat| Seat {
            role: seat.role.clone(),
            signer: seat.signer.clone(),
            done: Done::Waiting,
        };
        let seats = new.seats.iter().map(seat).collect();
        Ok(Self {
            id,
            department: new.department.clone(),
            case: new.case.clone(),
            round: Round::plan(new.order, new.deadline, seats, new.by.at)?,
            seats: new.seats.iter().map(SeatRecord::waiting).collect(),
            document: new.file.digest,
            document_length: new.file.length,
            file: new.file.clone(),
            begun: new.by.at,
            turn: None,
        })
    }

    /// Whether somebody but `signature` has the turn at `at`.
    fn is_taken(&self, signature: &str, at: UtcDateTime) -> bool {
        let turn = self.turn.as_ref();
        turn.is_some_and(|turn| turn.signature != signature && at <= turn.until)
    }

    fn seat(&self, place: usize) -> Result<&SeatRecord, StoreError> {
        self.seats.get(place).ok_or(DAMAGED)
    }
}

async fn locked(
    link: &mut Link,
    secrets: &Secrets,
    of: (&DepartmentKey, &str),
) -> Result<RoundRecord, RoundRefused> {
    let found = kept::locked(link, secrets, of).await?;
    found.ok_or(RoundRefused::Unknown)
}

/// Whether a signature could be made now: whose turn it is, on which file, meaning what. Gives the seat.
pub(crate) async fn may_turn(
    link: &mut Link,
    secrets: &Secrets,
    (department, part): (&DepartmentKey, &Part),
    (signature, at): (&str, UtcDateTime),
) -> Result<usize, RoundRefused> {
    let record = locked(link, secrets, (department, &part.round)).await?;
    let place = record.round.turn((&part.role, &part.signer), at)?;
    if record.is_taken(signature, at) {
        return Err(RoundRefused::Running);
    }
    // What was shown is what is signed, to the last octet and word (T-S5).
    if record.file.digest != part.shown {
        return Err(RoundRefused::OtherDocument);
    }
    if record.seat(place)?.intent != part.intent {
        return Err(RoundRefused::OtherIntent);
    }
    Ok(place)
}

/// The turn of a signature that is about to be made, in the transaction of its line in the key journal.
pub(crate) async fn take_turn(
    link: &mut Link,
    secrets: &Secrets,
    of: (&DepartmentKey, &Part),
    (signature, at): (&str, UtcDateTime),
) -> Result<(), RoundRefused> {
    let place = may_turn(link, secrets, of, (signature, at)).await?;
    let (department, part) = of;
    let values = [
        part.round.as_str().into(),
        department.as_str().into(),
        signature.into(),
        number(place).into(),
        (at + TURN).into(),
    ];
    Ok(link.later(TURN_TAKEN, &values).await?)
}

/// The signed file takes the place of the one that was signed. A time-stamp from after the deadline is late.
pub(crate) async fn take_signature(
    link: &mut Link,
    secrets: &Secrets,
    (department, round, signature): (&DepartmentKey, &str, &str),
    (file, by): (&KeptFile, &By),
) -> Result<(), RoundRefused> {
    let mut record = locked(link, secrets, (department, round)).await?;
    let turn = record.turn.take();
    let turn = turn.filter(|turn| turn.signature == signature);
    let place = turn.ok_or(RoundRefused::Running)?.seat;
    if by.at > record.round.deadline() {
        return Err(TurnRefused::Lapsed.into());
    }
    record.round.mark(place, Done::Signed);
    let is_whole = record.round.outcome(by.at) == Outcome::Complete;
    let ends = (!is_whole).then(|| record.round.deadline());
    let values = [
        record.id.as_str().into(),
        department.as_str().into(),
        file.object.as_str().into(),
        (&file.digest).into(),
        file.length.into(),
        ends.into(),
    ];
    link.later(MOVE, &values).await?;
    kept::signed(link, (&record, place), (signature, by.at)).await?;
    let kind = if is_whole {
        "signing.complete"
    } else {
        "signing.signed"
    };
    Ok(told(link, secrets, &record, (kind, Some(place)), by).await?)
}

async fn decline(
    link: &mut Link,
    secrets: &Secrets,
    (department, part): (&DepartmentKey, &Part),
    (reason, by): (&str, &By),
) -> Result<RoundRecord, RoundRefused> {
    let mut record = locked(link, secrets, (department, &part.round)).await?;
    let place = record.round.turn((&part.role, &part.signer), by.at)?;
    if record.is_taken("", by.at) {
        return Err(RoundRefused::Running);
    }
    record.round.mark(place, Done::Declined);
    kept::declined(link, secrets, (&record, place), (reason, by.at)).await?;
    lapsed::ended(link, (department, &record.id)).await?;
    if let Some(seat) = record.seats.get_mut(place) {
        (seat.at, seat.reason) = (Some(by.at), Some(reason.to_owned()));
    }
    let what = ("signing.declined", Some(place));
    told(link, secrets, &record, what, by).await?;
    Ok(record)
}

/// The entry in the trace, and the event. Roles are told by their places: a name is the caller's word.
async fn told(
    link: &mut Link,
    secrets: &Secrets,
    record: &RoundRecord,
    (kind, place): (&str, Option<usize>),
    by: &By,
) -> Result<(), StoreError> {
    let state = record.round.outcome(by.at).code();
    let mut detail = vec![("state", state.to_owned()), ("case", record.case.clone())];
    detail.extend(place.map(|place| ("place", (number(place) + 1).to_string())));
    let entry = Act {
        department: record.department.clone(),
        by: by.clone(),
        deed: Deed::Round,
        object: record.id.clone(),
        ground: kind.to_owned(),
        detail,
        key: None,
    };
    trace::write(link, &entry).await?;
    let department = record.department.as_str();
    let values = [record.id.as_str().into(), department.into()];
    let first = link.one(EVENTS, &values, "signing").await?.count()?;
    let event = Outgoing {
        kind: kind.to_owned(),
        receivers: vec![department.to_owned()],
        payload: said(record, state, place),
    };
    let stream = format!("signing {}", record.id);
    let stream = (department, stream.as_str(), first);
    outbox::push(link, secrets, stream, &[event], by.at).await
}

fn said(record: &RoundRecord, state: &str, place: Option<usize>) -> Vec<u8> {
    let seats = record.round.seats();
    let role = place.and_then(|place| seats.get(place));
    let missing: Vec<&str> = record.round.missing().collect();
    json!({
        "signing": record.id, "case": record.case, "state": state, "missing": missing,
        "role": role.map(|seat| seat.role.as_str()), "document": hex(&record.document),
    })
    .to_string()
    .into_bytes()
}
