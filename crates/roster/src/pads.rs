//! Pages on which one person signs one document, once: made by a department, found by a link, opened by a code (domain.md 4.3, T-P6).
//!
//! Neither the link nor the code is kept, only keyed digests of them. A wrong code is counted in the transaction that refuses it.

mod closed;
mod kept;

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use crypto::sha256;
use dossier::signed::Assurance;
use serde::{Deserialize, Serialize};
use signing::pad::{Proof, STAY, State, TRIES};
use store::{Link, Store, StoreError};
use time::{Duration, UtcDateTime};
use trail::asked::{self, Asked, By, Response, Seen};
use trail::secrets::Secrets;

use crate::rounds::KeptFile;
pub use closed::PadOver;
pub use kept::PadRecord;
use kept::{DAMAGED, told};

/// How long a turn is kept for a signature that is being made.
const TURN: Duration = Duration::seconds(60);

/// Every kind of event of them, told to their own department.
pub const KINDS: [&str; 3] = ["pad.signed", "pad.declined", "pad.locked"];

/// Who signs what, as it is shown to them.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PadContent {
    /// The name as the person's document has it.
    pub name: String,
    /// The citizen's number.
    pub number: String,
    /// How sure it is who they are.
    pub level: Assurance,
    /// By which means that is proven.
    pub means: String,
    /// What they mean by signing: in Chinese, and in English.
    pub intent: (String, String),
    /// The case, or empty.
    pub case: String,
    /// Page, and the lower left corner in points of it, where something of the signature is to be seen.
    pub place: Option<(u32, f64, f64)>,
    /// The mandate under which they sign for another, and the matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<(String, String)>,
}

// T-P8: nothing of it reaches a log.
impl std::fmt::Debug for PadContent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<pad>")
    }
}

/// A page that a department asks for.
#[derive(Clone)]
pub struct NewPad {
    /// Its identifier.
    pub id: String,
    /// The request, with its idempotency key, and its answer.
    pub asked: (Asked, Response),
    /// The department.
    pub department: DepartmentKey,
    /// What says that it is the person.
    pub proof: Proof,
    /// Who signs what.
    pub content: PadContent,
    /// The document.
    pub file: KeptFile,
    /// The last second.
    pub deadline: UtcDateTime,
    /// The handle of the link, of at least 128 random bits, and the code.
    pub opened_by: (String, String),
    /// Who asks, when.
    pub by: By,
}

// T-P8: neither the link nor the code reaches a log.
impl std::fmt::Debug for NewPad {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("NewPad")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What came of a request for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// It is answered so, the first time or again.
    Answered(Response),
    /// Another request was made under this key.
    KeyReused,
}

/// A device that shows it opened a page: the handle of the link, and the ticket that it was given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// The handle.
    pub handle: &'a str,
    /// The ticket.
    pub ticket: &'a str,
}

// T-P8: what opens a page does not reach a log.
impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<shown>")
    }
}

/// Why somebody who opened a page does not sign now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnDenied {
    /// There is no such page, or this device did not open it, or not lately.
    Closed,
    /// It is signed, declined, taken back or over.
    Ended(State),
    /// Another document was shown.
    OtherDocument,
    /// It is being signed at this moment.
    Running,
}

impl TurnDenied {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Closed => "pad.closed",
            Self::Ended(State::Lapsed) => "pad.lapsed",
            Self::Ended(_) => "pad.ended",
            Self::OtherDocument => "pad.other-document",
            Self::Running => "pad.running",
        }
    }
}

/// The pages of every department.
#[derive(Debug, Clone)]
pub struct Pads {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const OPENED: &str =
    "UPDATE pad SET ticket = $3, ticket_until = $4 WHERE id = $1 AND department = $2";
const FAILED: &str = "UPDATE pad SET failures = $3, state = $4 WHERE id = $1 AND department = $2";
const TURN_TAKEN: &str = "UPDATE pad SET turn_until = $3 WHERE id = $1 AND department = $2";
const TURN_GIVEN: &str =
    "UPDATE pad SET turn_until = NULL, attempt = $3 WHERE id = $1 AND department = $2";
const LEFT: &str =
    "UPDATE pad SET ticket = NULL, ticket_until = NULL WHERE id = $1 AND department = $2";
const ENDED: &str = "UPDATE pad SET state = $3, ended = $4, signature = $5, reason = $6, turn_until = NULL \
     WHERE id = $1 AND department = $2";

impl Pads {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Self {
        Self { store, secrets }
    }

    /// Makes one; the same request is answered as before.
    ///
    /// # Errors
    /// The store.
    pub async fn make(&self, new: NewPad) -> Result<Made, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { make(link, &secrets, &new).await }))
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
    ) -> Result<Option<PadRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        kept::of_department(&mut link, &self.secrets, (department, id)).await
    }

    /// The one that this device opened, for as long as that holds.
    ///
    /// # Errors
    /// The store.
    pub async fn shown(
        &self,
        shown: Shown<'_>,
        now: UtcDateTime,
    ) -> Result<Option<PadRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        let found = kept::of_handle(&mut link, &self.secrets, (shown.handle, false)).await?;
        Ok(found.filter(|record| record.is_opened_by(shown.ticket, now)))
    }

    /// The code is shown with the link: the device has `ticket` from now on, or it is counted and nothing opens. Whether it opened.
    ///
    /// # Errors
    /// The store.
    pub async fn open(
        &self,
        shown: Shown<'_>,
        code: &str,
        now: UtcDateTime,
    ) -> Result<bool, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        let texts = (
            shown.handle.to_owned(),
            shown.ticket.to_owned(),
            code.to_owned(),
        );
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let shown = Shown {
                        handle: &texts.0,
                        ticket: &texts.1,
                    };
                    open(link, &secrets, (shown, &texts.2), now).await
                })
            })
            .await
    }

    /// The turn of who opened it and was shown this document: nobody else signs meanwhile.
    ///
    /// # Errors
    /// The store.
    pub async fn take_turn(
        &self,
        shown: Shown<'_>,
        (document, now): ([u8; 32], UtcDateTime),
    ) -> Result<Result<PadRecord, TurnDenied>, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        let (handle, ticket) = (shown.handle.to_owned(), shown.ticket.to_owned());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let shown = Shown {
                        handle: &handle,
                        ticket: &ticket,
                    };
                    take_turn(link, &secrets, shown, (&document, now)).await
                })
            })
            .await
    }

    /// Gives a turn back, unused; the next one is of this attempt.
    ///
    /// # Errors
    /// The store.
    pub async fn give_turn_back(&self, record: &PadRecord, attempt: u64) -> Result<(), StoreError> {
        let (department, id) = (record.department.clone(), record.id.clone());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [
                        id.as_str().into(),
                        department.as_str().into(),
                        attempt.into(),
                    ];
                    link.later(TURN_GIVEN, &values).await
                })
            })
            .await
    }

    /// It ends: signed by this signature, declined for this reason, or taken back. Whether it stood open.
    ///
    /// # Errors
    /// The store.
    pub async fn end(
        &self,
        (department, id): (&DepartmentKey, &str),
        ending: Ending,
        by: By,
    ) -> Result<bool, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        let (department, id) = (department.clone(), id.to_owned());
        self.store
            .write(move |link| {
                Box::pin(
                    async move { end(link, &secrets, (&department, &id), (&ending, &by)).await },
                )
            })
            .await
    }

    /// Those that have ended and whose document is still kept, the earliest first.
    ///
    /// # Errors
    /// The store.
    pub async fn over(&self, now: UtcDateTime, limit: u32) -> Result<Vec<PadOver>, StoreError> {
        closed::over(&mut self.store.reader().await?, now, limit).await
    }

    /// Closes one of them: nothing of its document is kept, which stands in the trace.
    ///
    /// # Errors
    /// The store.
    pub async fn close(&self, over: PadOver, by: By) -> Result<(), StoreError> {
        self.store
            .write(move |link| Box::pin(async move { closed::close(link, &over, &by).await }))
            .await
    }

    /// The device that opened it forgets it.
    ///
    /// # Errors
    /// The store.
    pub async fn leave(&self, record: &PadRecord) -> Result<(), StoreError> {
        let (department, id) = (record.department.clone(), record.id.clone());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [id.as_str().into(), department.as_str().into()];
                    link.later(LEFT, &values).await
                })
            })
            .await
    }
}

/// How a page ends.
#[derive(Clone, PartialEq, Eq)]
pub enum Ending {
    /// By this signature.
    Signed(String),
    /// The person does not sign, for this reason.
    Declined(String),
    /// Its department takes it back.
    TakenBack,
}

// T-P8: words of a person do not reach a log.
impl std::fmt::Debug for Ending {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.state().code())
    }
}

impl Ending {
    fn state(&self) -> State {
        match self {
            Self::Signed(_) => State::Signed,
            Self::Declined(_) => State::Declined,
            Self::TakenBack => State::TakenBack,
        }
    }
}

async fn make(link: &mut Link, secrets: &Secrets, new: &NewPad) -> Result<Made, StoreError> {
    let department = new.department.as_str();
    let (asked, response) = &new.asked;
    let place = (department, Some(new.id.as_str()));
    match asked::note(link, secrets, asked, place, new.by.at).await? {
        Seen::First => {}
        Seen::Other => return Ok(Made::KeyReused),
        Seen::Same { response, .. } => return Ok(Made::Answered(response.ok_or(DAMAGED)?)),
    }
    kept::insert(link, secrets, new).await?;
    let request = (asked.caller.as_str(), asked.key.as_str(), department);
    asked::answer(link, secrets, request, response).await?;
    let what = (&new.department, new.id.as_str());
    kept::trace_made(link, what, (new.proof, &new.file.digest), &new.by).await?;
    Ok(Made::Answered(response.clone()))
}

async fn open(
    link: &mut Link,
    secrets: &Secrets,
    (shown, code): (Shown<'_>, &str),
    now: UtcDateTime,
) -> Result<bool, StoreError> {
    let found = kept::of_handle(link, secrets, (shown.handle, true)).await?;
    let Some(record) = found else {
        return Ok(false);
    };
    let by = By::new(record.actor(), now);
    let state = record.state.at(record.deadline, by.at);
    if state != State::Open {
        kept::deny(link, &record, TurnDenied::Ended(state).code(), &by).await?;
        return Ok(false);
    }
    if !record.has_code(secrets, code) {
        return fail(link, secrets, record, &by).await.map(|()| false);
    }
    let ticket = sha256(shown.ticket.as_bytes());
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        (&ticket).into(),
        (by.at + STAY).into(),
    ];
    link.later(OPENED, &values).await?;
    kept::trace_opened(link, &record, &by).await?;
    Ok(true)
}

/// A wrong code: one more of few, and after the last nothing opens it.
async fn fail(
    link: &mut Link,
    secrets: &Secrets,
    mut record: PadRecord,
    by: &By,
) -> Result<(), StoreError> {
    record.failures += 1;
    if record.failures >= TRIES {
        record.state = State::Locked;
    }
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        record.failures.into(),
        record.state.code().into(),
    ];
    link.run(FAILED, &values).await?;
    kept::deny(link, &record, "pad.code", by).await?;
    match record.state {
        State::Locked => told(link, secrets, (&record, "pad.locked"), by).await,
        _ => Ok(()),
    }
}

async fn take_turn(
    link: &mut Link,
    secrets: &Secrets,
    shown: Shown<'_>,
    (document, now): (&[u8; 32], UtcDateTime),
) -> Result<Result<PadRecord, TurnDenied>, StoreError> {
    let found = kept::of_handle(link, secrets, (shown.handle, true)).await?;
    let Some(record) = found.filter(|record| record.is_opened_by(shown.ticket, now)) else {
        return Ok(Err(TurnDenied::Closed));
    };
    let by = By::new(record.actor(), now);
    if let Some(denied) = denied(&record, (document, by.at)) {
        kept::deny(link, &record, denied.code(), &by).await?;
        return Ok(Err(denied));
    }
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        (by.at + TURN).into(),
    ];
    link.later(TURN_TAKEN, &values).await?;
    Ok(Ok(record))
}

fn denied(record: &PadRecord, (document, now): (&[u8; 32], UtcDateTime)) -> Option<TurnDenied> {
    match record.state.at(record.deadline, now) {
        State::Open => {}
        state => return Some(TurnDenied::Ended(state)),
    }
    if record.is_signed_now(now) {
        return Some(TurnDenied::Running);
    }
    // What was shown is what is signed, to the last octet (T-S5).
    (record.file.digest != *document).then_some(TurnDenied::OtherDocument)
}

async fn end(
    link: &mut Link,
    secrets: &Secrets,
    of: (&DepartmentKey, &str),
    (ending, by): (&Ending, &By),
) -> Result<bool, StoreError> {
    let found = kept::locked(link, secrets, of).await?;
    // What is being signed at this moment is not taken back any more.
    let stands = |record: &PadRecord| {
        let is_taken_back = *ending == Ending::TakenBack;
        record.state == State::Open && !(is_taken_back && record.is_signed_now(by.at))
    };
    let Some(mut record) = found.filter(stands) else {
        return Ok(false);
    };
    record.state = ending.state();
    let (signature, reason) = match ending {
        Ending::Signed(signature) => (Some(signature.as_str()), None),
        Ending::Declined(reason) => (None, Some(kept::sealed(secrets, &record, reason)?)),
        Ending::TakenBack => (None, None),
    };
    record.signature = signature.map(str::to_owned);
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        record.state.code().into(),
        by.at.into(),
        signature.into(),
        reason.as_deref().into(),
    ];
    link.run(ENDED, &values).await?;
    let kind = match ending {
        Ending::Signed(_) => "pad.signed",
        Ending::Declined(_) => "pad.declined",
        Ending::TakenBack => "pad.taken-back",
    };
    told(link, secrets, (&record, kind), by).await?;
    Ok(true)
}
