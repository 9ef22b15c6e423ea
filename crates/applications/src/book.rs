//! Applications for seals, as they were made, and the scopes that each seal has had (domain.md 4.2).
//!
//! An application never changes: review, approval and making name its digest. A scope is changed by a further version, on which
//! two people agree to the letter; the one before stays to be read.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use crypto::sha256;
use rolls::seals::{self, Acting, Happening, SealRecord, SealRefused};
use rolls::word::{self, Spoken, Waiting, Word};
use seal::life::{Consent, Duty, Stage};
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::log::{self, Log};
use trail::secrets::{Place, Secrets};
use trail::trace::{self, Act, Deed};

/// What the subject of a word begins with.
const KIND: &str = "seal-scope ";
const DAMAGED: StoreError = StoreError::Damaged {
    table: "seal_application",
};

/// A seal that is asked for.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// The code that the seal is to have.
    pub seal: SealCode,
    /// The department whose seal it is to be.
    pub department: DepartmentKey,
    /// The seal in whose place it is to come.
    pub replaces: Option<SealCode>,
    /// What is asked for, whole.
    pub content: Vec<u8>,
    /// The scope in it, which becomes the first version.
    pub scope: String,
    /// The leaf of the public log, encoded.
    pub leaf: Vec<u8>,
    /// Who asks, when.
    pub by: By,
}

/// An application that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Where the seal stands.
    pub record: SealRecord,
    /// What was asked for, whole.
    pub content: Vec<u8>,
    /// SHA-256 over it.
    pub digest: [u8; 32],
    /// The seal in whose place it is to come.
    pub replaces: Option<SealCode>,
    /// When it was made.
    pub applied: UtcDateTime,
}

/// A version of a seal's scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeVersion {
    /// The department whose seal it is.
    pub department: DepartmentKey,
    /// Of which seal.
    pub seal: SealCode,
    /// From 1.
    pub number: u64,
    /// The scope as a catalogue has it, JSON.
    pub content: String,
    /// Why it is so.
    pub ground: String,
    /// Who decided it.
    pub people: Vec<String>,
    /// When.
    pub decided: UtcDateTime,
}

/// What one person says of a seal's scope.
#[derive(Debug, Clone)]
pub struct ScopeWord {
    /// Of which seal.
    pub seal: SealCode,
    /// The scope as a catalogue has it, JSON.
    pub content: String,
    /// Why it is to be so.
    pub ground: String,
    /// Who says it.
    pub person: PersonKey,
    /// When.
    pub at: UtcDateTime,
}

/// Why a word on a scope does not count.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ScopeRefused {
    /// There is no such seal, or it was not made yet or is given up.
    #[error("no seal that has a scope")]
    Unknown,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The applications of every department, and the scopes of every seal.
#[derive(Debug, Clone)]
pub struct Applications {
    pub(crate) store: Arc<Store>,
    pub(crate) secrets: Arc<Secrets>,
}

const BEGIN: &str = "INSERT INTO seal (code, department, stage, since, events, last_person, last_duty) \
     VALUES ($1, $2, 'applied', $3, 1, $4, 'applicant') ON CONFLICT (code) DO NOTHING RETURNING 1";
const KEEP: &str = "INSERT INTO seal_application (code, department, digest, content, replaces, applied) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str =
    "SELECT department, digest, content, replaces, applied FROM seal_application WHERE code = $1";
const PAGE: &str =
    "SELECT code, department FROM seal_application WHERE code > $1 ORDER BY code LIMIT $2";
const OWN: &str = "SELECT code, department FROM seal_application WHERE department = $3 AND code > $1 \
     ORDER BY code LIMIT $2";
const SCOPE: &str = "INSERT INTO seal_scope (code, number, department, content, ground, people, decided) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const NUMBERED: &str = "UPDATE seal SET scope = $2 WHERE code = $1 AND department = $3";
const LAST_SCOPE: &str = "SELECT MAX(number) FROM seal_scope WHERE code = $1 AND department = $2";
const SCOPES: &str = "SELECT department, code, number, content, ground, people, decided FROM seal_scope WHERE code = $1 \
     ORDER BY number";
// What was never made has a scope to be read, and none in force.
const IN_FORCE: &str = "SELECT scope.department, scope.code, scope.number, scope.content, scope.ground, scope.people, scope.decided \
     FROM seal_scope AS scope JOIN seal ON seal.code = scope.code \
     WHERE seal.stage NOT IN ('applied', 'reviewed', 'approved', 'rejected') AND scope.number = \
     (SELECT MAX(last.number) FROM seal_scope AS last WHERE last.code = scope.code) ORDER BY scope.code";
const MADE: &str = "SELECT value FROM counter WHERE name = 'seal-scopes'";
const HAPPENED_AGAIN: &str = "UPDATE seal SET events = $2 WHERE code = $1 AND department = $3";

impl Applications {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Applications {
        Applications { store, secrets }
    }

    /// Takes an application; the same request gives the same answer (T-D3).
    ///
    /// # Errors
    /// `KeyReused`; `Taken` where there is, or was, a seal of this code; `Unknown` where the seal that is to be replaced is not
    /// the department's; `Store`.
    pub async fn apply(
        &self,
        new: NewApplication,
        asked: Asked,
        response: Response,
    ) -> Result<Acting, SealRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let department = new.department.as_str();
                    match asked::note(link, &secrets, &asked, (department, None), new.by.at).await?
                    {
                        Seen::First => {}
                        Seen::Other => return Err(SealRefused::KeyReused),
                        Seen::Same { response, .. } => return Ok(Acting::Repeated(response)),
                    }
                    take(link, &secrets, &new).await?;
                    let key = (asked.caller.as_str(), asked.key.as_str(), department);
                    asked::answer(link, &secrets, key, &response).await?;
                    Ok(Acting::Acted(response))
                })
            })
            .await
    }

    /// The application for a seal.
    ///
    /// # Errors
    /// The store.
    pub async fn find(&self, seal: &SealCode) -> Result<Option<Application>, StoreError> {
        let mut link = self.store.reader().await?;
        let Some(row) = link.row(FIND, &[seal.as_str().into()]).await? else {
            return Ok(None);
        };
        let record = seals::standing(&mut link, seal).await?.ok_or(DAMAGED)?;
        self.read(record, row).map(Some)
    }

    /// Seals that were asked for after the one of code `after`, with their departments: of one department, or of all.
    ///
    /// # Errors
    /// The store.
    pub async fn page(
        &self,
        of: Option<&DepartmentKey>,
        (after, limit): (&str, u32),
    ) -> Result<Vec<(SealCode, DepartmentKey)>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = match of {
            Some(own) => {
                let values = [after.into(), limit.into(), own.as_str().into()];
                link.rows(OWN, &values).await?
            }
            None => link.rows(PAGE, &[after.into(), limit.into()]).await?,
        };
        rows.into_iter().map(named).collect()
    }

    /// Every scope that a seal has had, in order.
    ///
    /// # Errors
    /// The store.
    pub async fn scopes(&self, seal: &SealCode) -> Result<Vec<ScopeVersion>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(SCOPES, &[seal.as_str().into()]).await?;
        rows.into_iter().map(scope).collect()
    }

    /// The last scope of each seal that was made.
    ///
    /// # Errors
    /// The store.
    pub async fn scopes_in_force(&self) -> Result<Vec<ScopeVersion>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(IN_FORCE, &[]).await?;
        rows.into_iter().map(scope).collect()
    }

    /// How many versions of scopes the seals that were made have had: another number when one more is in force.
    ///
    /// # Errors
    /// The store.
    pub async fn scopes_made(&self) -> Result<u64, StoreError> {
        let mut link = self.store.reader().await?;
        let made = link.row(MADE, &[]).await?;
        made.map_or(Ok(0), |mut row| row.count())
    }

    /// What one person proposed of a seal's scope and waits for a second one at `now`: content, ground, whose word.
    ///
    /// # Errors
    /// The store.
    pub async fn waiting(
        &self,
        seal: &SealCode,
        now: UtcDateTime,
    ) -> Result<Option<(String, String, Waiting)>, StoreError> {
        let mut link = self.store.reader().await?;
        let all = word::waiting(&mut link, KIND).await?;
        let mut own = all.into_iter().filter(|(name, ..)| name == seal.as_str());
        let found = own.find(|(.., one)| now < one.until);
        found
            .map(|(_, proposal, waiting)| {
                let (ground, content) = proposal.split_once('\n').ok_or(DAMAGED)?;
                Ok((content.to_owned(), ground.to_owned(), waiting))
            })
            .transpose()
    }

    /// Takes one person's word on a seal's scope; the second person's, which says the same, puts it in force.
    ///
    /// # Errors
    /// [`ScopeRefused`]; then nothing was kept.
    pub async fn say(&self, word: ScopeWord) -> Result<Spoken, ScopeRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { say((link, &secrets), &word).await }))
            .await
    }

    fn read(&self, record: SealRecord, mut row: Row) -> Result<Application, StoreError> {
        if row.text()? != record.department.as_str() {
            return Err(DAMAGED);
        }
        let digest = row.digest()?;
        let place = place(record.code.as_str(), record.department.as_str());
        let content = self.secrets.open(&row.bytes()?, place)?;
        let replaces = row.maybe_text()?;
        let replaces = replaces.map(|code| SealCode::parse(&code)).transpose();
        if sha256(&content) != digest {
            return Err(DAMAGED);
        }
        Ok(Application {
            record,
            content,
            digest,
            replaces: replaces.map_err(|_| DAMAGED)?,
            applied: row.moment()?,
        })
    }
}

fn place<'a>(seal: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "seal_application",
        column: "content",
        row: seal,
        department,
    }
}

fn named(mut row: Row) -> Result<(SealCode, DepartmentKey), StoreError> {
    let code = SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let department = DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    Ok((code, department))
}

fn scope(mut row: Row) -> Result<ScopeVersion, StoreError> {
    Ok(ScopeVersion {
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        seal: SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?,
        number: row.count()?,
        content: row.text()?,
        ground: row.text()?,
        people: row.text()?.split_whitespace().map(str::to_owned).collect(),
        decided: row.moment()?,
    })
}

async fn take(link: &mut Link, secrets: &Secrets, new: &NewApplication) -> Result<(), SealRefused> {
    let (code, department) = (new.seal.as_str(), new.department.as_str());
    if let Some(old) = &new.replaces {
        let old = seals::standing(link, old).await?;
        let own = old.filter(|old| old.department == new.department);
        own.ok_or(SealRefused::Unknown)?;
    }
    let who = new.by.who.as_str();
    let values = [code.into(), department.into(), new.by.at.into(), who.into()];
    if link.row(BEGIN, &values).await?.is_none() {
        return Err(SealRefused::Taken);
    }
    let sealed = secrets.seal(&new.content, place(code, department))?;
    let digest = sha256(&new.content);
    let values = [
        code.into(),
        department.into(),
        (&digest).into(),
        (&sealed).into(),
        new.replaces.as_ref().map(SealCode::as_str).into(),
        new.by.at.into(),
    ];
    link.later(KEEP, &values).await?;
    let first = (1, new.scope.as_str(), "application", who);
    keep_scope(link, (&new.seal, &new.department), first, new.by.at).await?;
    log::submit(link, Log::Public, &new.leaf, None).await?;
    let record = SealRecord {
        code: new.seal.clone(),
        department: new.department.clone(),
        stage: Stage::Applied,
        since: new.by.at,
        events: 1,
        last: Consent {
            person: new.by.who.clone(),
            duty: Duty::Applicant,
        },
        pending: None,
    };
    seals::tell((link, secrets), &record, "apply").await?;
    let happened = Happening {
        number: 1,
        event: "apply",
        stage: Stage::Applied,
        people: who,
        reason: "",
    };
    Ok(seals::note(link, (&new.seal, &new.department), &happened, &new.by).await?)
}

async fn keep_scope(
    link: &mut Link,
    (seal, department): (&SealCode, &DepartmentKey),
    (number, content, ground, people): (u64, &str, &str, &str),
    at: UtcDateTime,
) -> Result<(), StoreError> {
    let values = [
        seal.as_str().into(),
        number.into(),
        department.as_str().into(),
        content.into(),
        ground.into(),
        people.into(),
        at.into(),
    ];
    link.later(SCOPE, &values).await?;
    let values = [
        seal.as_str().into(),
        number.into(),
        department.as_str().into(),
    ];
    // At once: what changes the row of the seal besides waits until later.
    link.run(NUMBERED, &values).await.map(|_| ())
}

async fn say(
    (link, secrets): (&mut Link, &Secrets),
    word: &ScopeWord,
) -> Result<Spoken, ScopeRefused> {
    let found = seals::locked(link, &word.seal).await?;
    let mut record = found.ok_or(ScopeRefused::Unknown)?;
    if !has_scope(record.stage) {
        return Err(ScopeRefused::Unknown);
    }
    let by = By::new(word.person.as_str(), word.at);
    let heard = Word {
        subject: &format!("{KIND}{}", word.seal),
        proposal: &format!("{}\n{}", word.ground.replace('\n', " "), word.content),
        person: &word.person,
        by: &by,
    };
    let before = (word.seal.clone(), record.department.clone());
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        trace::write(link, &consented(&record, by)).await?;
        return Ok(Spoken::Waits(until));
    };
    heard.over(link).await?;
    let number = next(link, &record).await?;
    let people = format!("{first} {}", word.person);
    let version = (
        number,
        word.content.as_str(),
        word.ground.as_str(),
        people.as_str(),
    );
    keep_scope(link, (&before.0, &before.1), version, by.at).await?;
    record.events = record.events.saturating_add(1);
    let values = [
        word.seal.as_str().into(),
        record.events.into(),
        before.1.as_str().into(),
    ];
    link.later(HAPPENED_AGAIN, &values).await?;
    seals::scope_made(link).await?;
    seals::tell((link, secrets), &record, "scope").await?;
    let happened = Happening {
        number: record.events,
        event: "scope",
        stage: record.stage,
        people: &people,
        reason: &word.ground,
    };
    seals::note(link, (&before.0, &before.1), &happened, &by).await?;
    Ok(Spoken::Holds)
}

/// The trace of a first word.
fn consented(record: &SealRecord, by: By) -> Act {
    Act {
        department: record.department.clone(),
        by,
        deed: Deed::Seal,
        object: record.code.to_string(),
        ground: "consent to scope".to_owned(),
        detail: Vec::new(),
        key: None,
    }
}

/// The number of a seal's next scope; a seal of the founding has had none but the catalogue's.
async fn next(link: &mut Link, seal: &SealRecord) -> Result<u64, StoreError> {
    let values = [seal.code.as_str().into(), seal.department.as_str().into()];
    let mut row = link.one(LAST_SCOPE, &values, "seal_scope").await?;
    let last = row.maybe_integer()?.unwrap_or(0);
    let last = u64::try_from(last).map_err(|_| DAMAGED)?;
    Ok(last.saturating_add(1))
}

/// Whether a seal at this stage signs, or may sign again.
fn has_scope(stage: Stage) -> bool {
    matches!(stage, Stage::Made | Stage::InUse | Stage::Suspended)
}
