//! Mandates by which one person signs for another (domain.md 4.5, R4, R18): written down, given their ground, used, taken back.
//!
//! Whoever signs under one is asked for it in the transaction that lets the key sign: what was taken back on any node before that stops it,
//! and what was signed before stays good.

mod kept;
mod uses;

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use dossier::Words;
use dossier::person::Party;
pub use signing::mandate::MandateRefused;
use signing::mandate::{Ending, Kind, Terms};
use store::{Link, Store, StoreError};
use thiserror::Error;
use time::Date;
use trail::asked::{self, Asked, By, Seen};
use trail::secrets::{Secrets, hex};
use trail::trace::{self, Act, Deed};

use kept::{DAMAGED, Held, digest_of, find, sealed_at};
pub use kept::{Evidence, MandateRecord};
pub(crate) use uses::used;
pub use uses::{UseRecord, UsesOf};

/// A mandate that is written down.
#[derive(Clone)]
pub struct NewMandate {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// The department that keeps it.
    pub department: DepartmentKey,
    /// Who is signed for.
    pub principal: Party,
    /// The signature identity of who signs.
    pub signer: String,
    /// What it allows.
    pub terms: Terms,
    /// The document that shows its ground, where there is one.
    pub evidence: Option<Evidence>,
    /// Today, where the department is.
    pub today: Date,
    /// Who, when.
    pub by: By,
}

// T-P8: who signs for whom does not reach a log.
impl std::fmt::Debug for NewMandate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<new mandate>")
    }
}

/// What shows the ground of a mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// A signature of who is signed for, over the words of the mandate: its file was looked through.
    Signature(String),
    /// The document that was brought, by its SHA-256: a second person reviewed it.
    Evidence([u8; 32]),
}

/// That the ground of a mandate is shown.
#[derive(Debug, Clone)]
pub struct Confirmation {
    /// The department.
    pub department: DepartmentKey,
    /// Which.
    pub mandate: String,
    /// By what.
    pub ground: Ground,
    /// Today, where the department is.
    pub today: Date,
    /// Who, when.
    pub by: By,
}

/// That a mandate is taken back.
#[derive(Clone)]
pub struct TakeBack {
    /// The department.
    pub department: DepartmentKey,
    /// Which.
    pub mandate: String,
    /// At whose wish.
    pub ending: Ending,
    /// Why, in words.
    pub reason: String,
    /// Today, where the department is.
    pub today: Date,
    /// Who, when.
    pub by: By,
}

// T-P8: words about a person do not reach a log.
impl std::fmt::Debug for TakeBack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TakeBack")
            .field("mandate", &self.mandate)
            .finish_non_exhaustive()
    }
}

/// A use of a mandate: for what, on which day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateUse {
    /// Which.
    pub mandate: String,
    /// In which matter.
    pub matter: String,
    /// On which day, where the department is.
    pub day: Date,
}

/// Who would sign under a mandate.
#[derive(Clone, Copy)]
pub enum Who<'a> {
    /// The person of this signature identity.
    Signer(&'a str),
    /// The person of this number.
    Person(&'a str),
}

// T-P8: a number does not reach a log.
impl std::fmt::Debug for Who<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<who>")
    }
}

/// Why nothing was done.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum MandateError {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// A rule refuses.
    #[error(transparent)]
    Refused(#[from] MandateRefused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The book of mandates.
#[derive(Debug, Clone)]
pub struct Mandates {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const PERSON: &str =
    "SELECT person_digest, person, state FROM signer WHERE id = $1 AND department = $2";
const HAS_KEY: &str = "SELECT 1 FROM signer WHERE person_digest = $1 AND department = $2 AND state = 'active' \
     AND document IS NULL LIMIT 1";
const SIGNED_BY: &str = "SELECT signer.id, signer.person_digest, signer.state, signer.document, \
     (SELECT mandate FROM mandate_use WHERE mandate_use.signature = signature.id AND mandate_use.department = signature.department) \
     FROM signature, signer WHERE signature.id = $1 AND signature.department = $2 AND signature.signed IS NOT NULL \
     AND signer.id = signature.signer AND signer.department = signature.department";
const STANDS: &str = "SELECT state FROM signer WHERE id = (SELECT principal_signer FROM mandate WHERE mandate.id = $1 \
     AND mandate.department = $2) AND department = $2 FOR SHARE";
const CONFIRM: &str = "UPDATE mandate SET confirmed = $3, confirmed_by = $4, authorisation = $5, principal_signer = $6 \
     WHERE id = $1 AND department = $2";
const END: &str = "UPDATE mandate SET ended = $3, ended_by = $4, ending = $5, reason = $6 \
     WHERE id = $1 AND department = $2";
// All of who has died: those that somebody else has taken back stay so.
const LEFT: &str = "SELECT id FROM mandate WHERE department = $1 AND principal = $2 AND ended IS NULL AND id <> $3 ORDER BY id";

impl Mandates {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Self {
        Self { store, secrets }
    }

    /// Writes a mandate down; the same request finds the same one. Nothing is signed under it before its ground is shown.
    ///
    /// # Errors
    /// [`MandateError`].
    pub async fn record(&self, new: NewMandate) -> Result<MandateRecord, MandateError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { record(link, &secrets, &new).await }))
            .await
    }

    /// Its ground is shown.
    ///
    /// # Errors
    /// [`MandateError`].
    pub async fn confirm(&self, confirmation: Confirmation) -> Result<MandateRecord, MandateError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { confirm(link, &secrets, &confirmation).await })
            })
            .await
    }

    /// It is taken back, at once for every process; of who has died, all of theirs.
    ///
    /// # Errors
    /// [`MandateError`].
    pub async fn take_back(&self, taken: TakeBack) -> Result<MandateRecord, MandateError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { take_back(link, &secrets, &taken).await }))
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
    ) -> Result<Option<MandateRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        find(&mut link, &self.secrets, (department, id), Held::Free).await
    }

    /// Those in which the person of this number is signed for, or signs: of one department, by identifier, after this one.
    ///
    /// # Errors
    /// The store.
    pub async fn of_person(
        &self,
        of: (&DepartmentKey, &str),
        page: (&str, u32),
    ) -> Result<Vec<MandateRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        kept::of_person(&mut link, &self.secrets, of, page).await
    }

    /// What was signed under mandates, in the order in which it was, after the signature of this identifier.
    ///
    /// # Errors
    /// The store.
    pub async fn uses(
        &self,
        of: (&DepartmentKey, UsesOf<'_>),
        page: (&str, u32),
    ) -> Result<Vec<UseRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        uses::list(&mut link, &self.secrets, of, page).await
    }

    /// Whether somebody could sign these words under a mandate; nothing is kept of the question.
    ///
    /// # Errors
    /// [`MandateError`].
    pub async fn inspect(
        &self,
        (department, asked): (&DepartmentKey, &MandateUse),
        (who, words): (Who<'_>, &str),
    ) -> Result<(), MandateError> {
        let mut link = self.store.reader().await?;
        let of = (department, asked.mandate.as_str());
        let found = find(&mut link, &self.secrets, of, Held::Free).await?;
        let record = found.ok_or(MandateRefused::Unknown)?;
        let person = match who {
            Who::Person(number) => Some(digest_of(&self.secrets, number)),
            Who::Signer(signer) => person_of(&mut link, (department, signer)).await?,
        };
        Ok(within(&self.secrets, &record, asked, (person, words))?)
    }
}

/// Whether an identity may sign these words under a mandate, asked in the transaction that lets its key sign.
pub(crate) async fn allows(
    link: &mut Link,
    secrets: &Secrets,
    (department, asked): (&DepartmentKey, &MandateUse),
    (signer, words): (&str, &str),
) -> Result<(), MandateError> {
    let of = (department, asked.mandate.as_str());
    // The identity that authorised it first, as a step of its life has it: a cancellation waits for this, or stops it.
    if link.has_rivals() {
        link.row(STANDS, &[of.1.into(), department.as_str().into()])
            .await?;
    }
    let found = find(link, secrets, of, Held::Shared).await?;
    let record = found.ok_or(MandateRefused::Unknown)?;
    let person = person_of(link, (department, signer)).await?;
    Ok(within(secrets, &record, asked, (person, words))?)
}

fn within(
    secrets: &Secrets,
    record: &MandateRecord,
    asked: &MandateUse,
    (person, words): (Option<[u8; 32]>, &str),
) -> Result<(), MandateRefused> {
    let representative = digest_of(secrets, record.representative.code().reveal());
    // Who it is not for learns nothing else of it.
    if person != Some(representative) {
        return Err(MandateRefused::OtherPerson);
    }
    record.terms.holds(record.standing(), asked.day)?;
    let words = (words, record.named());
    record.terms.reaches(&asked.matter, words)
}

/// The keyed digest of an identity's person.
async fn person_of(
    link: &mut Link,
    (department, signer): (&DepartmentKey, &str),
) -> Result<Option<[u8; 32]>, StoreError> {
    let values = [signer.into(), department.as_str().into()];
    let row = link.row(PERSON, &values).await?;
    row.map(|mut row| row.digest()).transpose()
}

async fn record(
    link: &mut Link,
    secrets: &Secrets,
    new: &NewMandate,
) -> Result<MandateRecord, MandateError> {
    let department = new.department.as_str();
    let id = secrets.fresh_id()?;
    let place = (department, Some(id.as_str()));
    match asked::note(link, secrets, &new.asked, place, new.by.at).await? {
        Seen::First => {}
        Seen::Other => return Err(MandateError::KeyReused),
        Seen::Same { job, .. } => {
            let before = job.ok_or(DAMAGED)?;
            let of = (&new.department, before.as_str());
            let found = find(link, secrets, of, Held::Free).await?;
            return found.ok_or(MandateRefused::Unknown.into());
        }
    }
    let representative = person(link, secrets, (&new.department, &new.signer)).await?;
    if representative.code() == new.principal.code() {
        return Err(MandateRefused::OnePerson.into());
    }
    new.terms.plan(representative.code().born_on(), new.today)?;
    let record = MandateRecord {
        id,
        department: new.department.clone(),
        principal: new.principal.clone(),
        representative,
        signer: new.signer.clone(),
        terms: new.terms.clone(),
        evidence: new.evidence.clone(),
        recorded_by: new.by.who.clone(),
        confirmed: None,
        authorisation: None,
        ended: None,
        cancelled: false,
    };
    // All of it is read in one text, by who signs it.
    if Words::parse(&record.authorisation_text()).is_err() {
        return Err(MandateRefused::Scope.into());
    }
    kept::insert(link, secrets, &record, new.by.at).await?;
    let evidence = record.evidence.as_ref();
    let evidence = evidence.map_or_else(String::new, |evidence| hex(&evidence.digest));
    let detail = vec![
        ("kind", record.terms.kind.code().to_owned()),
        ("signer", record.signer.clone()),
        ("evidence", evidence),
    ];
    note(link, &record, ("mandate.recorded", detail), &new.by).await?;
    Ok(record)
}

/// The person of an identity that is not at its end.
async fn person(
    link: &mut Link,
    secrets: &Secrets,
    (department, signer): (&DepartmentKey, &str),
) -> Result<Party, MandateError> {
    let values = [signer.into(), department.as_str().into()];
    let row = link.row(PERSON, &values).await?;
    let mut row = row.ok_or(MandateRefused::Unknown)?;
    let (_, sealed) = (row.digest()?, row.bytes()?);
    let place = trail::secrets::Place {
        table: "signer",
        ..sealed_at(("person", signer), department.as_str())
    };
    let person = secrets.open(&sealed, place)?;
    Ok(serde_json::from_slice(&person).map_err(|_| DAMAGED)?)
}

async fn confirm(
    link: &mut Link,
    secrets: &Secrets,
    confirmation: &Confirmation,
) -> Result<MandateRecord, MandateError> {
    let of = (&confirmation.department, confirmation.mandate.as_str());
    let found = find(link, secrets, of, Held::Locked).await?;
    let mut record = found.ok_or(MandateRefused::Unknown)?;
    match record.terms.holds(record.standing(), confirmation.today) {
        Err(MandateRefused::NotConfirmed) => {}
        Ok(()) | Err(MandateRefused::NotBegun) => return Err(MandateRefused::Confirmed.into()),
        Err(refused) => return Err(refused.into()),
    }
    let by_signature = match &confirmation.ground {
        Ground::Signature(signature) => {
            let signer = authorised(link, secrets, &record, signature).await?;
            Some((signature.clone(), signer))
        }
        Ground::Evidence(digest) => {
            reviewed(link, secrets, &record, (digest, &confirmation.by.who)).await?;
            None
        }
    };
    let (signature, signer) = by_signature.unzip();
    let signer = signer.flatten();
    let by = &confirmation.by;
    let values = [
        record.id.as_str().into(),
        record.department.as_str().into(),
        by.at.into(),
        by.who.as_str().into(),
        signature.as_deref().into(),
        signer.as_deref().into(),
    ];
    link.later(CONFIRM, &values).await?;
    let detail = vec![("authorisation", signature.clone().unwrap_or_default())];
    note(link, &record, ("mandate.given", detail), by).await?;
    (record.confirmed, record.authorisation) = (Some(by.at), signature);
    Ok(record)
}

/// The signature is of who is signed for, by a key that signed for nobody else. Gives their identity, where its key signs more than once.
async fn authorised(
    link: &mut Link,
    secrets: &Secrets,
    record: &MandateRecord,
    signature: &str,
) -> Result<Option<String>, MandateError> {
    if record.terms.kind == Kind::Guardian {
        return Err(MandateRefused::Ground.into());
    }
    let values = [signature.into(), record.department.as_str().into()];
    let row = link.row(SIGNED_BY, &values).await?;
    let mut row = row.ok_or(MandateRefused::Authorisation)?;
    let (signer, person, state) = (row.text()?, row.digest()?, row.text()?);
    let one_time = row.maybe_digest()?.is_some();
    if row.maybe_text()?.is_some() {
        return Err(MandateRefused::Chained.into());
    }
    if person != digest_of(secrets, record.principal.code().reveal()) {
        return Err(MandateRefused::Authorisation.into());
    }
    if state == dossier::signed::signer::SignerState::Cancelled.code() {
        return Err(MandateRefused::PrincipalCancelled.into());
    }
    Ok((!one_time).then_some(signer))
}

/// The document is the one that was brought, by another person; and who is signed for has no key that could say so itself.
async fn reviewed(
    link: &mut Link,
    secrets: &Secrets,
    record: &MandateRecord,
    (digest, who): (&[u8; 32], &str),
) -> Result<(), MandateError> {
    let evidence = record.evidence.as_ref().ok_or(MandateRefused::Ground)?;
    if record.terms.kind != Kind::Guardian {
        let person = digest_of(secrets, record.principal.code().reveal());
        let values = [(&person).into(), record.department.as_str().into()];
        if link.row(HAS_KEY, &values).await?.is_some() {
            return Err(MandateRefused::Ground.into());
        }
    }
    if evidence.digest != *digest {
        return Err(MandateRefused::OtherEvidence.into());
    }
    if record.recorded_by == who {
        return Err(MandateRefused::SamePerson.into());
    }
    Ok(())
}

async fn take_back(
    link: &mut Link,
    secrets: &Secrets,
    taken: &TakeBack,
) -> Result<MandateRecord, MandateError> {
    let of = (&taken.department, taken.mandate.as_str());
    let found = find(link, secrets, of, Held::Locked).await?;
    let mut record = found.ok_or(MandateRefused::Unknown)?;
    let mut held = record.standing();
    held.cancelled = false;
    match record.terms.holds(held, taken.today) {
        Ok(()) | Err(MandateRefused::NotConfirmed | MandateRefused::NotBegun) => {}
        Err(refused) => return Err(refused.into()),
    }
    end(link, secrets, &record, taken).await?;
    if taken.ending == Ending::Death {
        others(link, secrets, &record, taken).await?;
    }
    record.ended = Some((taken.by.at, taken.ending));
    Ok(record)
}

async fn end(
    link: &mut Link,
    secrets: &Secrets,
    record: &MandateRecord,
    taken: &TakeBack,
) -> Result<(), StoreError> {
    let department = record.department.as_str();
    let place = sealed_at(("reason", &record.id), department);
    let reason = secrets.seal(taken.reason.as_bytes(), place)?;
    let by = &taken.by;
    let values = [
        record.id.as_str().into(),
        department.into(),
        by.at.into(),
        by.who.as_str().into(),
        taken.ending.code().into(),
        (&reason).into(),
    ];
    link.later(END, &values).await?;
    let detail = vec![("ending", taken.ending.code().to_owned())];
    note(link, record, ("mandate.ended", detail), by).await
}

/// Every other mandate of who has died, that nobody has taken back.
async fn others(
    link: &mut Link,
    secrets: &Secrets,
    record: &MandateRecord,
    taken: &TakeBack,
) -> Result<(), StoreError> {
    let principal = digest_of(secrets, record.principal.code().reveal());
    let values = [
        record.department.as_str().into(),
        (&principal).into(),
        record.id.as_str().into(),
    ];
    for mut row in link.rows(LEFT, &values).await? {
        let id = row.text()?;
        let of = (&record.department, id.as_str());
        let found = find(link, secrets, of, Held::Locked).await?;
        if let Some(other) = found.filter(|other| other.ended.is_none()) {
            end(link, secrets, &other, taken).await?;
        }
    }
    Ok(())
}

async fn note(
    link: &mut Link,
    record: &MandateRecord,
    (ground, detail): (&str, Vec<(&'static str, String)>),
    by: &By,
) -> Result<(), StoreError> {
    let entry = Act {
        department: record.department.clone(),
        by: by.clone(),
        deed: Deed::Permit,
        object: record.id.clone(),
        ground: ground.to_owned(),
        detail,
        key: None,
    };
    trace::write(link, &entry).await.map(|_| ())
}
