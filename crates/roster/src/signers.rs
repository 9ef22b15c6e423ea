//! Persons who sign with a key of their own, and what they signed (domain.md 4.3).
//!
//! Who a person is stands sealed and is found by a keyed digest; the line of the key journal is written before the key is
//! asked, the signed file afterwards (T-S8).

mod prepared;
mod refused;
mod signature;
mod standing;

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use crypto::{KeyId, sha256};
use dossier::person::Party;
use dossier::signed::Assurance;
use dossier::signed::signer::{SignerAct, SignerState};
use store::{Link, Row, Store, StoreError};
use time::UtcDateTime;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::secrets::{Place, Secrets, hex};
use trail::trace::{self, Act, Deed};

pub use crate::{activations, handwriting, mandates, pads};
pub use prepared::{Layout, NewPrepared, PreparedOver, PreparedRecord, PreparedState};
pub use refused::{PreparedRefused, SignerRefused};
pub use signature::{Beginning, Begun, SignatureRecord, Signing};
pub(crate) use standing::{document_of, stands_for};

/// A signature identity as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerRecord {
    /// Its identifier, which also names its key.
    pub id: String,
    /// The department that keeps it.
    pub department: DepartmentKey,
    /// Where it is.
    pub state: SignerState,
    /// How sure it is who the person is, once proven.
    pub level: Option<Assurance>,
    /// The person.
    pub person: Party,
    /// Its certificate in DER, once active.
    pub certificate: Option<Vec<u8>>,
    /// The certificate's last moment.
    pub until: Option<UtcDateTime>,
    /// Since when it is in its state.
    pub since: UtcDateTime,
    /// How many events its life has.
    pub events: u64,
    /// SHA-256 of the one document that its key signs, where it was made for one.
    pub document: Option<[u8; 32]>,
    /// SHA-256 of its key, where the person holds that and not the office.
    pub own_key: Option<[u8; 32]>,
}

impl SignerRecord {
    /// The name of its key in the key store; `None` for an identifier that was never given.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        KeyId::parse(&format!("person-{}", self.id))
    }
}

/// A person who is to sign.
#[derive(Debug, Clone)]
pub struct NewSigner {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// The department that keeps it.
    pub department: DepartmentKey,
    /// The person.
    pub person: Party,
    /// SHA-256 of the one document that its key is made for, and signs nothing else.
    pub document: Option<[u8; 32]>,
    /// Who, when.
    pub by: By,
}

/// An act on a signature identity.
#[derive(Debug, Clone)]
pub struct SignerStep {
    /// The department that keeps it: no other has it (T-P3).
    pub department: DepartmentKey,
    /// Which.
    pub signer: String,
    /// What.
    pub act: SignerAct,
    /// How sure it is who the person is, when the identity is proven.
    pub level: Option<Assurance>,
    /// The certificate in DER and its last moment, on activation.
    pub certificate: Option<(Vec<u8>, UtcDateTime)>,
    /// SHA-256 of the key, where the person holds it, on activation.
    pub own_key: Option<[u8; 32]>,
    /// Why, or by which means.
    pub reason: String,
    /// Who, when.
    pub by: By,
}

/// The signature identities of every department.
#[derive(Debug, Clone)]
pub struct Signers {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const INSERT: &str = "INSERT INTO signer (id, department, state, person, person_digest, since, events, document) \
     VALUES ($1, $2, 'applied', $3, $4, $5, 1, $6)";
const FIND: &str = "SELECT id, department, state, level, person, certificate, until_moment, since, events, document, own_key \
     FROM signer WHERE id = $1 AND department = $2";
const LOCK: &str = "SELECT id, department, state, level, person, certificate, until_moment, since, events, document, own_key \
     FROM signer WHERE id = $1 AND department = $2 FOR UPDATE";
const MOVE: &str = "UPDATE signer SET state = $3, level = $4, certificate = $5, until_moment = $6, since = $7, \
     events = $8, own_key = $9 WHERE id = $1 AND department = $2";
const HAPPENED: &str = "INSERT INTO signer_event (signer, number, department, act, state, moment, actor, reason) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const OVER: &str = "SELECT id, department, state, level, person, certificate, until_moment, since, events, document, own_key \
     FROM signer WHERE state IN ('active', 'suspended') AND until_moment < $1 ORDER BY until_moment, id LIMIT $2";

const PAGE: &str = "SELECT id, department, state, level, person, certificate, until_moment, since, events, document, own_key \
     FROM signer WHERE department = $1 AND id > $2 ORDER BY id LIMIT $3";
const PAGE_AT: &str = "SELECT id, department, state, level, person, certificate, until_moment, since, events, document, own_key \
     FROM signer WHERE department = $1 AND state = $4 AND id > $2 ORDER BY id LIMIT $3";
// Put in order here: a store that is asked for the order goes through the department instead.
const OF_PERSON: &str = "SELECT id, department, state, level, person, certificate, until_moment, since, events, document, own_key \
     FROM signer WHERE person_digest = $1 AND department = $2 LIMIT $3";

const CLAIM: &str = "INSERT INTO own_key (key, person, claimed) SELECT $1, person_digest, $4 FROM signer \
     WHERE id = $2 AND department = $3 ON CONFLICT (key) DO NOTHING";
const CLAIMED: &str = "SELECT 1 FROM own_key, signer WHERE own_key.key = $1 AND signer.id = $2 AND signer.department = $3 \
     AND signer.person_digest = own_key.person";

const DAMAGED: StoreError = StoreError::Damaged { table: "signer" };

impl Signers {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Signers {
        Signers { store, secrets }
    }

    /// By which power some of them sign for others.
    #[must_use]
    pub fn mandates(&self) -> mandates::Mandates {
        mandates::Mandates::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Takes a person in; the same request gives the same identity.
    ///
    /// # Errors
    /// `KeyReused`, `Person`, `Store`.
    pub async fn apply(&self, new: NewSigner) -> Result<SignerRecord, SignerRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { apply(link, &secrets, &new).await }))
            .await
    }

    /// Takes a step of the table.
    ///
    /// # Errors
    /// `Unknown`, `Life`, `Store`.
    pub async fn step(&self, step: SignerStep) -> Result<SignerRecord, SignerRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { take(link, &secrets, &step).await }))
            .await
    }

    /// An identity of a department.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        department: &DepartmentKey,
        signer: &str,
    ) -> Result<Option<SignerRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        find(&mut link, &self.secrets, FIND, (department, signer)).await
    }

    /// Identities of a department after the one of this identifier, in one state or in any.
    ///
    /// # Errors
    /// The store.
    pub async fn page(
        &self,
        (department, state): (&DepartmentKey, Option<SignerState>),
        (after, limit): (&str, u32),
    ) -> Result<Vec<SignerRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [department.as_str().into(), after.into(), limit.into()];
        let rows = match state {
            None => link.rows(PAGE, &values).await?,
            Some(state) => {
                let [department, after, limit] = values;
                let values = [department, after, limit, state.code().into()];
                link.rows(PAGE_AT, &values).await?
            }
        };
        self.all(rows)
    }

    /// The identities of the person of this number, found by its keyed digest (D8): of one department.
    ///
    /// # Errors
    /// The store.
    pub async fn of_person(
        &self,
        (department, number): (&DepartmentKey, &str),
        limit: u32,
    ) -> Result<Vec<SignerRecord>, StoreError> {
        let digest = self.secrets.lookup("signer", number);
        let mut link = self.store.reader().await?;
        let values = [(&digest).into(), department.as_str().into(), limit.into()];
        let rows = link.rows(OF_PERSON, &values).await?;
        let mut found = self.all(rows)?;
        found.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(found)
    }

    /// Identities whose certificates are over, the longest first.
    ///
    /// # Errors
    /// The store.
    pub async fn over(
        &self,
        now: UtcDateTime,
        limit: u32,
    ) -> Result<Vec<SignerRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(OVER, &[now.into(), limit.into()]).await?;
        self.all(rows)
    }

    fn all(&self, rows: Vec<Row>) -> Result<Vec<SignerRecord>, StoreError> {
        let rows = rows.into_iter();
        rows.map(|row| read(row, &self.secrets)).collect()
    }

    /// Writes the line of the key journal for a signature; only then may the key be asked. The same request finds the
    /// same signature, and its answer once it has one.
    ///
    /// # Errors
    /// `KeyReused`, `Unknown`, `NotActive`, `Store`.
    pub async fn begin(&self, beginning: Beginning) -> Result<Begun, SignerRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { signature::begin(link, &secrets, &beginning).await })
            })
            .await
    }

    /// What this request was answered; `None` where it was not, and nothing is kept of the question.
    ///
    /// # Errors
    /// `KeyReused`, `Store`.
    pub async fn answered(
        &self,
        asked: Asked,
        (department, at): (DepartmentKey, UtcDateTime),
    ) -> Result<Option<Response>, SignerRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    signature::answered(link, &secrets, &asked, (&department, at)).await
                })
            })
            .await
    }

    /// Records the signed file and keeps the answer; of two that signed under one request the first stays.
    ///
    /// # Errors
    /// `Unknown`, `Store`.
    pub async fn record(&self, signing: Signing) -> Result<Response, SignerRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { signature::record(link, &secrets, &signing).await })
            })
            .await
    }

    /// Says before a key is certified that it is this identity's person's, in all departments and for ever.
    ///
    /// # Errors
    /// `KeyKnown` where it is another person's; `Store`.
    pub async fn claim(
        &self,
        (department, signer): (DepartmentKey, String),
        key: [u8; 32],
        at: UtcDateTime,
    ) -> Result<(), SignerRefused> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let of = [
                        (&key).into(),
                        signer.as_str().into(),
                        department.as_str().into(),
                    ];
                    let [key, signer, department] = of;
                    link.run(CLAIM, &[key, signer, department, at.into()])
                        .await?;
                    let claimed = link.row(CLAIMED, &of).await?;
                    claimed.map(|_| ()).ok_or(SignerRefused::KeyKnown)
                })
            })
            .await
    }

    /// Keeps what a person is to sign elsewhere; the same request finds the same one.
    ///
    /// # Errors
    /// `KeyReused`, `Unknown`, `NotActive`, `OneTime`, `Round`, `Store`.
    pub async fn prepare(&self, new: NewPrepared) -> Result<PreparedRecord, SignerRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { prepared::prepare(link, &secrets, &new).await })
            })
            .await
    }

    /// What was prepared under a handle of a department.
    ///
    /// # Errors
    /// The store.
    pub async fn prepared(
        &self,
        department: &DepartmentKey,
        id: &str,
    ) -> Result<Option<PreparedRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        prepared::find(&mut link, &self.secrets, (department, id)).await
    }

    /// What was prepared and is over, the longest first.
    ///
    /// # Errors
    /// The store.
    pub async fn prepared_over(
        &self,
        now: UtcDateTime,
        limit: u32,
    ) -> Result<Vec<PreparedOver>, StoreError> {
        prepared::over(&mut self.store.reader().await?, now, limit).await
    }

    /// Closes what is over: nothing of its document and its words is kept; that no signature came stands in the trace.
    ///
    /// # Errors
    /// The store.
    pub async fn close_prepared(&self, over: PreparedOver, by: By) -> Result<(), StoreError> {
        self.store
            .write(move |link| Box::pin(async move { prepared::close(link, &over, &by).await }))
            .await
    }

    /// A recorded signature of a department.
    ///
    /// # Errors
    /// The store.
    pub async fn signature(
        &self,
        department: &DepartmentKey,
        id: &str,
    ) -> Result<Option<SignatureRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        signature::find(&mut link, &self.secrets, (department, id)).await
    }

    /// The recorded signatures of a case, the first first; at most 200.
    ///
    /// # Errors
    /// The store.
    pub async fn of_case(
        &self,
        department: &DepartmentKey,
        case: &str,
    ) -> Result<Vec<SignatureRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        signature::of_case(&mut link, &self.secrets, (department, case)).await
    }
}

async fn apply(
    link: &mut Link,
    secrets: &Secrets,
    new: &NewSigner,
) -> Result<SignerRecord, SignerRefused> {
    if !new.person.is_person() {
        return Err(SignerRefused::Person);
    }
    let department = new.department.as_str();
    let id = secrets.fresh_id()?;
    let place = (department, Some(id.as_str()));
    match asked::note(link, secrets, &new.asked, place, new.by.at).await? {
        Seen::First => {}
        Seen::Other => return Err(SignerRefused::KeyReused),
        Seen::Same { job, .. } => {
            let before = job.ok_or(DAMAGED)?;
            let found = find(link, secrets, FIND, (&new.department, &before)).await?;
            return found.ok_or(SignerRefused::Unknown);
        }
    }
    let person = serde_json::to_vec(&new.person).map_err(|_| DAMAGED)?;
    let person = secrets.seal(&person, sealed_at(&id, department))?;
    let digest = secrets.lookup("signer", new.person.code().reveal());
    let values = [
        id.as_str().into(),
        department.into(),
        (&person).into(),
        (&digest).into(),
        new.by.at.into(),
        new.document.as_ref().map(<[u8; 32]>::as_slice).into(),
    ];
    link.later(INSERT, &values).await?;
    let record = SignerRecord {
        id,
        department: new.department.clone(),
        state: SignerState::Applied,
        level: None,
        person: new.person.clone(),
        certificate: None,
        until: None,
        since: new.by.at,
        events: 1,
        document: new.document,
        own_key: None,
    };
    note(link, &record, ("apply", ""), &new.by).await?;
    Ok(record)
}

async fn take(
    link: &mut Link,
    secrets: &Secrets,
    step: &SignerStep,
) -> Result<SignerRecord, SignerRefused> {
    let statement = if link.has_rivals() { LOCK } else { FIND };
    let found = find(link, secrets, statement, (&step.department, &step.signer)).await?;
    let mut record = found.ok_or(SignerRefused::Unknown)?;
    record.state = record.state.step(step.act)?;
    record.level = step.level.or(record.level);
    if let Some((certificate, until)) = &step.certificate {
        record.certificate = Some(certificate.clone());
        record.until = Some(*until);
    }
    record.own_key = step.own_key.or(record.own_key);
    record.since = step.by.at;
    record.events += 1;
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        record.state.code().into(),
        record.level.map(level_code).into(),
        record.certificate.as_deref().into(),
        record.until.into(),
        record.since.into(),
        record.events.into(),
        record.own_key.as_ref().map(<[u8; 32]>::as_slice).into(),
    ];
    link.later(MOVE, &values).await?;
    note(link, &record, (step.act.code(), &step.reason), &step.by).await?;
    Ok(record)
}

/// The event in the identity's life, and its entry in the trace.
async fn note(
    link: &mut Link,
    record: &SignerRecord,
    (act, reason): (&str, &str),
    by: &By,
) -> Result<(), StoreError> {
    let values = [
        record.id.as_str().into(),
        record.events.into(),
        record.department.as_str().into(),
        act.into(),
        record.state.code().into(),
        by.at.into(),
        by.who.as_str().into(),
        reason.into(),
    ];
    link.later(HAPPENED, &values).await?;
    let entry = Act {
        department: record.department.clone(),
        by: by.clone(),
        deed: Deed::Signer,
        object: record.id.clone(),
        ground: act.to_owned(),
        detail: proven(record, (act, reason)),
        key: None,
    };
    trace::write(link, &entry).await.map(|_| ())
}

/// What the trace says of a step: of a proof its level, and the digest of how it was proven, so that neither is another one later.
fn proven(record: &SignerRecord, (act, reason): (&str, &str)) -> Vec<(&'static str, String)> {
    let mut told = vec![("state", record.state.code().to_owned())];
    if act == SignerAct::Prove.code() {
        let level = record.level.map(level_code).unwrap_or_default();
        told.push(("level", level.to_owned()));
        told.push(("means", hex(&sha256(reason.as_bytes()))));
    }
    told
}

async fn find(
    link: &mut Link,
    secrets: &Secrets,
    statement: &'static str,
    (department, signer): (&DepartmentKey, &str),
) -> Result<Option<SignerRecord>, StoreError> {
    let values = [signer.into(), department.as_str().into()];
    let row = link.row(statement, &values).await?;
    row.map(|row| read(row, secrets)).transpose()
}

fn read(mut row: Row, secrets: &Secrets) -> Result<SignerRecord, StoreError> {
    let (id, department) = (row.text()?, row.text()?);
    let state = SignerState::find(&row.text()?).ok_or(DAMAGED)?;
    let level = match row.maybe_text()? {
        None => None,
        Some(code) => Some(level_of(&code).ok_or(DAMAGED)?),
    };
    let person = secrets.open(&row.bytes()?, sealed_at(&id, &department))?;
    Ok(SignerRecord {
        state,
        level,
        person: serde_json::from_slice(&person).map_err(|_| DAMAGED)?,
        certificate: row.maybe_bytes()?,
        until: row.maybe_moment()?,
        since: row.moment()?,
        events: row.count()?,
        document: row.maybe_digest()?,
        own_key: row.maybe_digest()?,
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        id,
    })
}

const LEVELS: [(&str, Assurance); 3] = [
    ("L1", Assurance::L1),
    ("L2", Assurance::L2),
    ("L3", Assurance::L3),
];

fn level_code(level: Assurance) -> &'static str {
    LEVELS
        .iter()
        .find(|(_, known)| *known == level)
        .map_or("L1", |(code, _)| code)
}

fn level_of(code: &str) -> Option<Assurance> {
    LEVELS
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, level)| *level)
}

fn sealed_at<'a>(row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "signer",
        column: "person",
        row,
        department,
    }
}
