//! What users authorised for remote signing: so many signatures of one credential over named hashes, until a moment, each hash once.
//!
//! The activation data itself is nowhere: a row is found by its SHA-256, and a user by a keyed digest. It is consumed in the
//! transaction that lets a key sign.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::KeyId;
use rolls::word::Word;
use store::{Link, Row, Store, StoreError, Value};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::{Secrets, hex};
use trail::trace::{self, Act, Deed};

use crate::signers::{SignerRefused, stands_for};

/// What a user authorised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// SHA-256 of the activation data.
    pub handle: [u8; 32],
    /// The department whose credential it is.
    pub department: DepartmentKey,
    /// Which: a signature identity or the code of a seal.
    pub credential: String,
    /// Whose act it is: issuer and subject of the token.
    pub user: String,
    /// The algorithm that made the hashes, as OID.
    pub algorithm: String,
    /// The hashes, none twice.
    pub hashes: Vec<[u8; 32]>,
    /// How many signatures of them, at most.
    pub allowed: u32,
    /// When it was given.
    pub made: UtcDateTime,
    /// Its last moment.
    pub until: UtcDateTime,
}

/// A use of what was authorised: by whom, of which credential, over which hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivationUse {
    /// SHA-256 of the activation data.
    pub handle: [u8; 32],
    /// The department whose credential it is.
    pub department: DepartmentKey,
    /// Of which credential.
    pub credential: String,
    /// By whom.
    pub user: String,
    /// The algorithm that made the hashes.
    pub algorithm: String,
    /// Over which hashes.
    pub hashes: Vec<[u8; 32]>,
}

/// Why what was shown authorises nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ActivationRefused {
    /// There is no such one, or not of this user for this credential.
    #[error("there is no such activation")]
    Unknown,
    /// It was until an earlier moment.
    #[error("the activation expired")]
    Expired,
    /// A hash is not among those that were authorised, or was made by another algorithm.
    #[error("the hash was not authorised")]
    Hash,
    /// The hash was signed, or as many signatures were made as were authorised.
    #[error("the activation was used")]
    Used,
}

impl ActivationRefused {
    /// The code, as the trace has it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "activation.unknown",
            Self::Expired => "activation.expired",
            Self::Hash => "activation.hash",
            Self::Used => "activation.used",
        }
    }
}

/// Hashes that a person's key is going to sign.
#[derive(Debug, Clone)]
pub struct HashesBeginning {
    /// The department that keeps the identity.
    pub department: DepartmentKey,
    /// Who signs.
    pub signer: String,
    /// The key that is going to be asked.
    pub key: KeyId,
    /// What authorises it.
    pub under: ActivationUse,
    /// Who asks, when.
    pub by: By,
}

/// The book of activations.
#[derive(Debug, Clone)]
pub struct Activations {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const BIND: &str = "INSERT INTO signer_subject (signer, department, subject, bound) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (signer) DO NOTHING RETURNING 1";
const BOUND: &str = "SELECT subject FROM signer_subject WHERE signer = $1 AND department = $2";
const BIND_ANEW: &str =
    "UPDATE signer_subject SET subject = $3, bound = $4 WHERE signer = $1 AND department = $2";
/// What the subject of a word begins with.
const SUBJECT_OF: &str = "signer-subject ";
const OF_USER: &str = "SELECT signer, department FROM signer_subject WHERE subject = $1 AND signer > $2 ORDER BY signer LIMIT $3";
const IS_USER_S: &str = "SELECT department FROM signer_subject WHERE signer = $1 AND subject = $2";
const OPEN: &str = "INSERT INTO activation (handle, department, credential, subject, algorithm, allowed, used, made, \
     until_moment) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8) ON CONFLICT DO NOTHING RETURNING 1";
const OPEN_HASH: &str =
    "INSERT INTO activation_hash (handle, hash, department) VALUES ($1, $2, $3)";
// The row is locked by the change of it: of two uses at once one waits, and finds what the other left.
const USE: &str = "UPDATE activation SET used = used + $2 WHERE handle = $1 AND department = $3 \
     RETURNING credential, subject, algorithm, until_moment, allowed, used";
const STANDS: &str = "SELECT credential, subject, algorithm, until_moment, allowed, used + $2 FROM activation \
     WHERE handle = $1 AND department = $3";
const USE_HASH: &str = "UPDATE activation_hash SET used = $3 WHERE handle = $1 AND hash = $2 AND department = $4 AND used IS NULL RETURNING 1";
const HAS_HASH: &str =
    "SELECT used FROM activation_hash WHERE handle = $1 AND hash = $2 AND department = $3";
const FORGET_HASHES: &str = "DELETE FROM activation_hash WHERE handle IN \
     (SELECT handle FROM activation WHERE until_moment < $1)";
const FORGET: &str = "DELETE FROM activation WHERE until_moment < $1";

impl Activations {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Self {
        Self { store, secrets }
    }

    /// Binds an identity to the account at the provider by which its person signs. In the place of another account when a second
    /// person says the same within a day (T-S4); until when that waits, where it does.
    ///
    /// # Errors
    /// `Unknown`, `Store`.
    pub async fn bind(
        &self,
        (department, signer): (DepartmentKey, String),
        user: &str,
        by: By,
    ) -> Result<Option<UtcDateTime>, SignerRefused> {
        let subject = self.subject(user);
        self.store
            .write(move |link| {
                Box::pin(async move { bind(link, (&department, &signer), &subject, &by).await })
            })
            .await
    }

    /// The identities of a user, each with the department that keeps it, in their order after `after`.
    ///
    /// # Errors
    /// The store.
    pub async fn of_user(
        &self,
        user: &str,
        (after, limit): (&str, u32),
    ) -> Result<Vec<(String, DepartmentKey)>, StoreError> {
        let mut link = self.store.reader().await?;
        let subject = self.subject(user);
        let values = [(&subject).into(), after.into(), limit.into()];
        let rows = link.rows(OF_USER, &values).await?;
        rows.into_iter()
            .map(|mut row| {
                let (signer, department) = (row.text()?, row.text()?);
                Ok((signer, read_department(&department)?))
            })
            .collect()
    }

    /// The department that keeps an identity, if the identity is this user's.
    ///
    /// # Errors
    /// The store.
    pub async fn department_of(
        &self,
        user: &str,
        signer: &str,
    ) -> Result<Option<DepartmentKey>, StoreError> {
        let mut link = self.store.reader().await?;
        let subject = self.subject(user);
        let row = link
            .row(IS_USER_S, &[signer.into(), (&subject).into()])
            .await?;
        row.map(|mut row| read_department(&row.text()?)).transpose()
    }

    /// Keeps what a user authorised, once: activation data that is shown again is the one that it was.
    ///
    /// # Errors
    /// The store.
    pub async fn open(&self, activation: Activation, by: By) -> Result<(), StoreError> {
        let subject = self.subject(&activation.user);
        self.store
            .write(move |link| {
                Box::pin(async move { open(link, &activation, &subject, &by).await })
            })
            .await
    }

    /// Whether a use would be authorised; nothing is consumed.
    ///
    /// # Errors
    /// `Activation`, `Store`.
    pub async fn inspect(
        &self,
        under: &ActivationUse,
        now: UtcDateTime,
    ) -> Result<(), SignerRefused> {
        let mut link = self.store.reader().await?;
        let subject = self.subject(&under.user);
        allowed(&mut link, STANDS, (under, &subject), now).await?;
        for hash in &under.hashes {
            let values = of_hash(under, hash);
            let row = link.row(HAS_HASH, &values).await?;
            let mut row = row.ok_or(ActivationRefused::Hash)?;
            if row.maybe_moment()?.is_some() {
                return Err(ActivationRefused::Used.into());
            }
        }
        Ok(())
    }

    /// Consumes what authorises a request that is not itself a signature: the release of a seal is (D19).
    ///
    /// # Errors
    /// `Activation`, `Store`.
    pub async fn spend(&self, under: ActivationUse, now: UtcDateTime) -> Result<(), SignerRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { consume(link, &secrets, &under, now).await }))
            .await
    }

    /// Consumes what authorises them and writes the lines of the key journal, in one transaction; only then may the key be asked.
    ///
    /// # Errors
    /// `Unknown`, `NotActive`, `OneTime`, `Activation`, `Store`.
    pub async fn begin(&self, beginning: HashesBeginning) -> Result<String, SignerRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { begin(link, &secrets, &beginning).await }))
            .await
    }

    /// Forgets activations that were until an earlier moment: their data, and a token that was one, opens nothing any more.
    ///
    /// # Errors
    /// The store.
    pub async fn forget(&self, moment: UtcDateTime) -> Result<u64, StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    link.run(FORGET_HASHES, &[moment.into()]).await?;
                    link.run(FORGET, &[moment.into()]).await
                })
            })
            .await
    }

    fn subject(&self, user: &str) -> [u8; 32] {
        subject(&self.secrets, user)
    }
}

fn subject(secrets: &Secrets, user: &str) -> [u8; 32] {
    secrets.lookup("subject", user)
}

fn read_department(text: &str) -> Result<DepartmentKey, StoreError> {
    DepartmentKey::parse(text).map_err(|_| StoreError::Damaged {
        table: "signer_subject",
    })
}

async fn bind(
    link: &mut Link,
    (department, signer): (&DepartmentKey, &str),
    subject: &[u8; 32],
    by: &By,
) -> Result<Option<UtcDateTime>, SignerRefused> {
    let place: [Value<'_>; 2] = [signer.into(), department.as_str().into()];
    let act = |ground: &str, people: &str| Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Signer,
        object: signer.to_owned(),
        ground: ground.to_owned(),
        detail: vec![("people", people.to_owned())],
        key: None,
    };
    let values = [
        signer.into(),
        department.as_str().into(),
        subject.into(),
        by.at.into(),
    ];
    if link.row(BIND, &values).await?.is_some() {
        trace::write(link, &act("subject", &by.who)).await?;
        return Ok(None);
    }
    let mut before = link.row(BOUND, &place).await?;
    let before = before.as_mut().map(Row::bytes).transpose()?;
    if before.ok_or(SignerRefused::Unknown)? == subject {
        return Ok(None);
    }
    let heard = Word {
        subject: &format!("{SUBJECT_OF}{signer}"),
        proposal: &hex(subject),
        person: &PersonKey::parse(&by.who).map_err(|_| SignerRefused::Person)?,
        by,
    };
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        trace::write(link, &act("consent to subject", &by.who)).await?;
        return Ok(Some(until));
    };
    heard.over(link).await?;
    link.later(BIND_ANEW, &values).await?;
    trace::write(link, &act("subject", &format!("{first} {}", by.who))).await?;
    Ok(None)
}

async fn open(
    link: &mut Link,
    activation: &Activation,
    subject: &[u8; 32],
    by: &By,
) -> Result<(), StoreError> {
    let department = activation.department.as_str();
    let values = [
        (&activation.handle).into(),
        department.into(),
        activation.credential.as_str().into(),
        subject.into(),
        activation.algorithm.as_str().into(),
        activation.allowed.into(),
        activation.made.into(),
        activation.until.into(),
    ];
    if link.row(OPEN, &values).await?.is_none() {
        return Ok(());
    }
    for hash in &activation.hashes {
        let values = [(&activation.handle).into(), hash.into(), department.into()];
        link.later(OPEN_HASH, &values).await?;
    }
    let entry = Act {
        department: activation.department.clone(),
        by: by.clone(),
        deed: Deed::Permit,
        object: activation.credential.clone(),
        ground: "activation".to_owned(),
        detail: vec![
            ("hashes", activation.hashes.len().to_string()),
            ("signatures", activation.allowed.to_string()),
        ],
        key: None,
    };
    trace::write(link, &entry).await.map(|_| ())
}

/// User, credential, algorithm and moment first, so that nobody learns of another's more than that it is none of theirs.
async fn allowed(
    link: &mut Link,
    statement: &'static str,
    (under, subject): (&ActivationUse, &[u8; 32]),
    now: UtcDateTime,
) -> Result<(), SignerRefused> {
    let number = u64::try_from(under.hashes.len()).unwrap_or(u64::MAX);
    let values = [
        (&under.handle).into(),
        number.into(),
        under.department.as_str().into(),
    ];
    let row = link.row(statement, &values).await?;
    let mut row = row.ok_or(ActivationRefused::Unknown)?;
    let (credential, user, algorithm) = (row.text()?, row.digest()?, row.text()?);
    if credential != under.credential || user != *subject {
        return Err(ActivationRefused::Unknown.into());
    }
    if now >= row.moment()? {
        return Err(ActivationRefused::Expired.into());
    }
    if algorithm != under.algorithm {
        return Err(ActivationRefused::Hash.into());
    }
    let (most, after) = (row.count()?, row.count()?);
    if after > most {
        return Err(ActivationRefused::Used.into());
    }
    Ok(())
}

fn of_hash<'a>(under: &'a ActivationUse, hash: &'a [u8; 32]) -> [Value<'a>; 3] {
    [
        (&under.handle).into(),
        hash.into(),
        under.department.as_str().into(),
    ]
}

/// Every hash once, and no more of them than were authorised; what is refused takes all of it back.
pub(crate) async fn consume(
    link: &mut Link,
    secrets: &Secrets,
    under: &ActivationUse,
    now: UtcDateTime,
) -> Result<(), SignerRefused> {
    let subject = subject(secrets, &under.user);
    allowed(link, USE, (under, &subject), now).await?;
    for hash in &under.hashes {
        let values = [
            (&under.handle).into(),
            hash.into(),
            now.into(),
            under.department.as_str().into(),
        ];
        if link.row(USE_HASH, &values).await?.is_some() {
            continue;
        }
        let known = link.row(HAS_HASH, &of_hash(under, hash)).await?.is_some();
        return Err(match known {
            true => ActivationRefused::Used.into(),
            false => ActivationRefused::Hash.into(),
        });
    }
    Ok(())
}

async fn begin(
    link: &mut Link,
    secrets: &Secrets,
    beginning: &HashesBeginning,
) -> Result<String, SignerRefused> {
    let department = &beginning.department;
    // T-S6: asked in the transaction that lets the key sign. A key that was made for one document signs no hash.
    stands_for(link, (department, &beginning.signer)).await?;
    consume(link, secrets, &beginning.under, beginning.by.at).await?;
    let id = secrets.fresh_id()?;
    let entries: Vec<Act> = beginning
        .under
        .hashes
        .iter()
        .map(|hash| line(beginning, &id, hash))
        .collect();
    trace::write_all(link, &entries).await?;
    Ok(id)
}

fn line(beginning: &HashesBeginning, id: &str, hash: &[u8; 32]) -> Act {
    Act {
        department: beginning.department.clone(),
        by: beginning.by.clone(),
        deed: Deed::Sign,
        object: id.to_owned(),
        ground: beginning.signer.clone(),
        detail: vec![
            ("purpose", "person".to_owned()),
            ("digest", hex(hash)),
            ("document", hex(hash)),
            ("case", String::new()),
        ],
        key: Some(beginning.key.clone()),
    }
}
