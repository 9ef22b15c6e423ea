//! Seals: where each stands, who brought it there, and the one question that every use asks (T-S6).
//!
//! A seal that has no row, or any stage but *in use*, signs nothing. The question is asked inside the transaction that
//! consumes a release, so that a suspension that was answered holds in every process.

mod in_use;
mod look;
mod page;
mod standing;

use std::collections::BTreeSet;
use std::sync::Arc;

use catalogue::key::{DepartmentKey, SealCode};
use crypto::KeyId;
use pki::crl::Revoked;
use seal::life::{self, Consent, Event, Stage, Step};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::certificates::{self, CertificateError};
use store::{Link, Store, StoreError};
use trail::asked::{self, Asked, By, Response, Seen};
use trail::log::{self, Log};
use trail::outbox::{self, Outgoing};
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

pub use in_use::{InForce, in_use};
pub use look::SealLook;
use standing::{DAMAGED, happened, object, read};
pub use standing::{Pending, SealHappened, SealObject, SealRecord};

/// An act on a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealAct {
    /// Which.
    pub seal: SealCode,
    /// What.
    pub event: Event,
    /// Who, in what duty.
    pub consent: Consent,
    /// Why, or on what ground.
    pub reason: String,
    /// The leaf of the public log, encoded; written when the seal changes its stage (D13).
    pub leaf: Vec<u8>,
    /// Certificates of the seal's key that end with it, and who issued them; revoked when the seal changes its stage.
    pub revokes: Vec<(KeyId, Revoked)>,
    /// SHA-256 of the application that the act is on: what was examined is what is approved, and what is made.
    pub application: Option<[u8; 32]>,
    /// When.
    pub at: UtcDateTime,
}

/// What became of an act that was asked for under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acting {
    /// It was done now; this is its answer, and kept.
    Acted(Response),
    /// The same request was made before; this is its answer.
    Repeated(Option<Response>),
}

/// Makes the answer of an act from the seal as it stands after it.
pub type Tell = Box<dyn FnOnce(&SealRecord) -> Response + Send>;

/// An act is refused.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum SealRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// There is no such seal.
    #[error("no such seal")]
    Unknown,
    /// There is, or was, a seal of this code: none is given twice.
    #[error("there is, or was, a seal of this code")]
    Taken,
    /// The act is on another application than the one that is kept.
    #[error("this is not the application that is kept")]
    Altered,
    /// The table or a duty refuses (domain.md 4.2).
    #[error(transparent)]
    Life(#[from] life::Refused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The seals of every department.
#[derive(Debug, Clone)]
pub struct Seals {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

/// How long a first consent waits for the second.
const PENDING: Duration = Duration::hours(24);

const ESTABLISH: &str = "INSERT INTO seal (code, department, stage, since, events, last_person, last_duty) \
     VALUES ($1, $2, 'in_use', $3, 1, $4, 'custodian') ON CONFLICT (code) DO NOTHING RETURNING 1";
const FIND: &str = "SELECT code, department, stage, since, events, last_person, last_duty, pending_event, \
     pending_person, pending_duty, pending_until FROM seal WHERE code = $1";
const LOCK: &str = "SELECT code, department, stage, since, events, last_person, last_duty, pending_event, \
     pending_person, pending_duty, pending_until FROM seal WHERE code = $1 FOR UPDATE";
const WAIT: &str = "UPDATE seal SET pending_event = $2, pending_person = $3, pending_duty = $4, \
     pending_until = $5 WHERE code = $1";
const MOVE: &str = "UPDATE seal SET stage = $2, since = $3, events = $4, last_person = $5, last_duty = $6, \
     pending_event = NULL, pending_person = NULL, pending_duty = NULL, pending_until = NULL WHERE code = $1";
const HAPPENED: &str = "INSERT INTO seal_event (code, number, department, event, stage, moment, people, reason) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const HISTORY: &str = "SELECT number, event, stage, moment, people, reason FROM seal_event \
     WHERE code = $1 ORDER BY number";
const ACTED: &str = "SELECT people FROM seal_event WHERE code = $1";
const APPLICATION: &str = "SELECT digest FROM seal_application WHERE code = $1";
const STOPPED: &str = "SELECT code FROM seal WHERE stage <> 'in_use'";
const KEEP_OBJECT: &str = "INSERT INTO seal_object (code, department, made, object, earlier) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (code) DO NOTHING";
const OBJECTS: &str = "SELECT code, department, object, earlier FROM seal_object ORDER BY code";
const SCOPE_MADE: &str = "INSERT INTO counter (name, value) VALUES ('seal-scopes', 1) \
     ON CONFLICT (name) DO UPDATE SET value = counter.value + 1";
const USES: &str =
    "SELECT CAST(COALESCE(SUM(uses), 0) AS BIGINT) FROM key_total WHERE signing_key IN ($1, $2)";

impl Seals {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Seals {
        Seals { store, secrets }
    }

    /// Takes over seals whose keys and certificates are there and whose lives began elsewhere: in a ceremony, at a
    /// founding. What is known already stays as it stands.
    ///
    /// # Errors
    /// The store.
    pub async fn establish(
        &self,
        seals: Vec<(SealCode, DepartmentKey)>,
        by: By,
    ) -> Result<(), StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    for (seal, department) in &seals {
                        establish(link, seal, department, &by).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Keeps electronic seals as their maker signed them. One that is kept already stays.
    ///
    /// # Errors
    /// The store.
    pub async fn keep_objects(
        &self,
        made: Vec<SealObject>,
        at: UtcDateTime,
    ) -> Result<(), StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    for made in &made {
                        let values = [
                            made.code.as_str().into(),
                            made.department.as_str().into(),
                            at.into(),
                            (&made.object).into(),
                            made.earlier.as_deref().into(),
                        ];
                        link.run(KEEP_OBJECT, &values).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// All electronic seals that are kept, by the code of their seal.
    ///
    /// # Errors
    /// The store.
    pub async fn objects(&self) -> Result<Vec<SealObject>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(OBJECTS, &[]).await?;
        rows.into_iter().map(object).collect()
    }

    /// Acts on a seal. What needs two people waits for the second, for a day.
    ///
    /// # Errors
    /// [`SealRefused`].
    pub async fn act(&self, act: SealAct) -> Result<SealRecord, SealRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { act_on(link, &secrets, &act).await }))
            .await
    }

    /// The same for a request, which has one effect however often it arrives (T-D3).
    ///
    /// # Errors
    /// [`SealRefused`]; a refused request may be made again under its key.
    pub async fn act_once(
        &self,
        act: SealAct,
        asked: Asked,
        tell: Tell,
    ) -> Result<Acting, SealRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let row = link.row(FIND, &[act.seal.as_str().into()]).await?;
                    let department = read(row.ok_or(SealRefused::Unknown)?)?.department;
                    let department = department.as_str();
                    match asked::note(link, &secrets, &asked, (department, None), act.at).await? {
                        Seen::First => {}
                        Seen::Other => return Err(SealRefused::KeyReused),
                        Seen::Same { response, .. } => return Ok(Acting::Repeated(response)),
                    }
                    let record = act_on(link, &secrets, &act).await?;
                    let response = tell(&record);
                    let key = (asked.caller.as_str(), asked.key.as_str(), department);
                    asked::answer(link, &secrets, key, &response).await?;
                    Ok(Acting::Acted(response))
                })
            })
            .await
    }

    /// The seals that sign nothing at the moment.
    ///
    /// # Errors
    /// The store.
    pub async fn stopped(&self) -> Result<BTreeSet<SealCode>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(STOPPED, &[]).await?;
        rows.into_iter()
            .map(|mut row| SealCode::parse(&row.text()?).map_err(|_| DAMAGED))
            .collect()
    }

    /// A seal by its code.
    ///
    /// # Errors
    /// The store.
    pub async fn find(&self, seal: &SealCode) -> Result<Option<SealRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        standing(&mut link, seal).await
    }

    /// The version of a seal's scope, whatever its stage: 0 where the catalogue alone gives it one.
    ///
    /// # Errors
    /// The store.
    pub async fn scope(&self, seal: &SealCode) -> Result<Option<u64>, StoreError> {
        let mut link = self.store.reader().await?;
        let row = link.row(in_use::USE, &[seal.as_str().into()]).await?;
        row.map(|mut row| row.text().and_then(|_| row.count()))
            .transpose()
    }

    /// What happened to a seal, in order.
    ///
    /// # Errors
    /// The store.
    pub async fn history(&self, seal: &SealCode) -> Result<Vec<SealHappened>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(HISTORY, &[seal.as_str().into()]).await?;
        rows.into_iter().map(happened).collect()
    }

    /// How often a seal's keys were used, one for each suite, in whatever department: the total of its ledger, which is a view of the key journal (D13).
    /// It is counted in the facts that use it.
    ///
    /// # Errors
    /// The store.
    pub async fn uses(&self, keys: &[KeyId; 2]) -> Result<u64, StoreError> {
        let mut link = self.store.reader().await?;
        let values = keys.each_ref().map(|key| key.as_str().into());
        link.one(USES, &values, "key_total").await?.count()
    }
}

async fn establish(
    link: &mut Link,
    seal: &SealCode,
    department: &DepartmentKey,
    by: &By,
) -> Result<(), StoreError> {
    let values = [
        seal.as_str().into(),
        department.as_str().into(),
        by.at.into(),
        by.who.as_str().into(),
    ];
    if link.row(ESTABLISH, &values).await?.is_none() {
        return Ok(());
    }
    let happened = Happening {
        number: 1,
        event: "establish",
        stage: Stage::InUse,
        people: &by.who,
        reason: "",
    };
    note(link, (seal, department), &happened, by).await
}

/// A seal by its code.
///
/// # Errors
/// The store.
pub async fn standing(link: &mut Link, seal: &SealCode) -> Result<Option<SealRecord>, StoreError> {
    let row = link.row(FIND, &[seal.as_str().into()]).await?;
    row.map(read).transpose()
}

/// The same, and nobody else acts on it in this transaction.
///
/// # Errors
/// The store.
pub async fn locked(link: &mut Link, seal: &SealCode) -> Result<Option<SealRecord>, StoreError> {
    let statement = if link.has_rivals() { LOCK } else { FIND };
    let row = link.row(statement, &[seal.as_str().into()]).await?;
    row.map(read).transpose()
}

/// What is written of an event.
#[derive(Debug, Clone, Copy)]
pub struct Happening<'a> {
    /// Its number in the seal's life, from 1.
    pub number: u64,
    /// Code of the event.
    pub event: &'a str,
    /// Where the seal stands then.
    pub stage: Stage,
    /// Who, one or two people, with a space between.
    pub people: &'a str,
    /// Why, or on what ground.
    pub reason: &'a str,
}

/// Writes an event of a seal's life, and its entry of the trace.
///
/// # Errors
/// The store.
pub async fn note(
    link: &mut Link,
    (seal, department): (&SealCode, &DepartmentKey),
    happened: &Happening<'_>,
    by: &By,
) -> Result<(), StoreError> {
    let values = [
        seal.as_str().into(),
        happened.number.into(),
        department.as_str().into(),
        happened.event.into(),
        happened.stage.code().into(),
        by.at.into(),
        happened.people.into(),
        happened.reason.into(),
    ];
    link.later(HAPPENED, &values).await?;
    let detail = vec![
        ("stage", happened.stage.code().to_owned()),
        ("people", happened.people.to_owned()),
    ];
    let entry = entry((seal, department), by, (happened.event.to_owned(), detail));
    trace::write(link, &entry).await.map(|_| ())
}

fn entry(
    (seal, department): (&SealCode, &DepartmentKey),
    by: &By,
    (ground, detail): (String, Vec<(&'static str, String)>),
) -> Act {
    Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Seal,
        object: seal.to_string(),
        ground,
        detail,
        key: None,
    }
}

async fn act_on(
    link: &mut Link,
    secrets: &Secrets,
    act: &SealAct,
) -> Result<SealRecord, SealRefused> {
    let found = locked(link, &act.seal).await?;
    let mut record = found.ok_or(SealRefused::Unknown)?;
    inspect(link, act).await?;
    // A first consent to this very act, if it still holds; otherwise who acted before.
    let pending = record.pending.take();
    let first = pending.filter(|pending| pending.event == act.event && act.at < pending.until);
    let row = life::Transition::find(record.stage, act.event);
    let before = match row.map(|row| row.hands) {
        Some(life::Hands::Another(_)) => Some(&earlier(link, &record, act).await?),
        _ => first.as_ref().map(|pending| &pending.consent),
    };
    let stepped = life::step(record.stage, act.event, &act.consent, before)?;
    let by = By::new(act.consent.person.clone(), act.at);
    match stepped {
        Step::Waits => Ok(wait(link, record, act, &by).await?),
        Step::Done(stage) => {
            let people = match &first {
                Some(first) => format!("{} {}", first.consent.person, act.consent.person),
                None => act.consent.person.clone(),
            };
            record.stage = stage;
            record.since = by.at;
            record.events += 1;
            record.last = act.consent.clone();
            go((link, secrets), &record, act, (&people, &by)).await?;
            Ok(record)
        }
    }
}

/// What is examined, approved and made is one application.
async fn inspect(link: &mut Link, act: &SealAct) -> Result<(), SealRefused> {
    let Some(named) = act.application else {
        return Ok(());
    };
    let row = link.row(APPLICATION, &[act.seal.as_str().into()]).await?;
    match row.ok_or(SealRefused::Unknown)?.digest()? == named {
        true => Ok(()),
        false => Err(SealRefused::Altered),
    }
}

/// Keeps the first consent to an act of two people.
///
/// # Errors
/// The store.
pub async fn wait(
    link: &mut Link,
    mut record: SealRecord,
    act: &SealAct,
    by: &By,
) -> Result<SealRecord, StoreError> {
    let until = by.at + PENDING;
    let values = [
        act.seal.as_str().into(),
        act.event.code().into(),
        act.consent.person.as_str().into(),
        act.consent.duty.code().into(),
        until.into(),
    ];
    link.later(WAIT, &values).await?;
    let ground = format!("consent to {}", act.event.code());
    let detail = vec![("duty", act.consent.duty.code().to_owned())];
    let entry = entry((&act.seal, &record.department), by, (ground, detail));
    trace::write(link, &entry).await?;
    record.pending = Some(Pending {
        event: act.event,
        consent: act.consent.clone(),
        until,
    });
    Ok(record)
}

/// Brings a seal to the stage of its record: row, leaf, certificates that end, event, message to the department, trace.
///
/// # Errors
/// The store.
pub async fn go(
    (link, secrets): (&mut Link, &Secrets),
    record: &SealRecord,
    act: &SealAct,
    (people, by): (&str, &By),
) -> Result<(), StoreError> {
    let values = [
        act.seal.as_str().into(),
        record.stage.code().into(),
        by.at.into(),
        record.events.into(),
        act.consent.person.as_str().into(),
        act.consent.duty.code().into(),
    ];
    link.later(MOVE, &values).await?;
    if act.event == Event::Make {
        scope_made(link).await?;
    }
    log::submit(link, Log::Public, &act.leaf, None).await?;
    for (issuer, revoked) in &act.revokes {
        revoke(link, (issuer, revoked), (&record.department, by)).await?;
    }
    let happened = Happening {
        number: record.events,
        event: act.event.code(),
        stage: record.stage,
        people,
        reason: &act.reason,
    };
    tell((link, secrets), record, act.event.code()).await?;
    note(link, (&act.seal, &record.department), &happened, by).await
}

/// One more version of a scope is in force: of a seal that was made, or another one of it.
///
/// # Errors
/// The store.
pub async fn scope_made(link: &mut Link) -> Result<(), StoreError> {
    link.later(SCOPE_MADE, &[]).await
}

/// The own department is told (domain.md 4: each transition writes an event).
///
/// # Errors
/// The store.
pub async fn tell(
    (link, secrets): (&mut Link, &Secrets),
    record: &SealRecord,
    event: &str,
) -> Result<(), StoreError> {
    let department = record.department.as_str();
    let payload = serde_json::json!({
        "seal": record.code.as_str(), "event": event, "state": record.stage.code(),
        "department": department, "number": record.events,
    });
    let outgoing = Outgoing {
        kind: format!("seal.{}", record.stage.code()),
        receivers: vec![department.to_owned()],
        payload: payload.to_string().into_bytes(),
    };
    let stream = (department, record.code.as_str(), record.events);
    outbox::push(link, secrets, stream, &[outgoing], record.since).await
}

/// Whom an act of another person is compared with: of those who acted before, this person if they are among them, else the last.
async fn earlier(
    link: &mut Link,
    record: &SealRecord,
    act: &SealAct,
) -> Result<Consent, StoreError> {
    let rows = link.rows(ACTED, &[act.seal.as_str().into()]).await?;
    for mut row in rows {
        let people = row.text()?;
        if people
            .split_whitespace()
            .any(|one| one == act.consent.person)
        {
            return Ok(act.consent.clone());
        }
    }
    Ok(record.last.clone())
}

/// The certificate ends in the fact that ends its seal; one that was revoked before stays as it was.
async fn revoke(
    link: &mut Link,
    (issuer, revoked): (&KeyId, &Revoked),
    (department, by): (&DepartmentKey, &By),
) -> Result<(), StoreError> {
    match certificates::revoke(link, issuer.as_str(), revoked).await {
        Ok(_) => {}
        Err(CertificateError::Store(error)) => return Err(error),
        Err(_) => {
            return Err(StoreError::Damaged {
                table: "certificate",
            });
        }
    }
    let act = Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Certificate,
        object: revoked.serial.to_string(),
        ground: "revoked".to_owned(),
        detail: Vec::new(),
        key: None,
    };
    trace::write(link, &act).await.map(|_| ())
}
