//! A release as its row has it.

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use crypto::sign_in::passkey::Shown;
use crypto::{KeyId, Listing, Release, Signature, SignatureAlgorithm, sha256};
use store::{Link, StoreError};
use time::UtcDateTime;
use trail::id::JobId;

use crate::algorithm::{algorithm_code, algorithm_of};
use crate::passkey;

/// What was given for a job, besides what the job itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// By whom.
    pub releaser: String,
    /// For how many copies.
    pub copies: u32,
    /// Until when.
    pub expires: UtcDateTime,
    /// The list in which it stands, where several were released together.
    pub listing: Option<Listing>,
    /// How it was signed.
    pub algorithm: SignatureAlgorithm,
    /// The signature.
    pub signature: Signature,
    /// What stands beside that of a passkey.
    pub passkey: Option<Shown>,
}

/// Who says whether a release of a seal's key was given by one of its people: the key store, which is asked before the journal
/// has a line of it, and once more before the key signs (T-S3).
#[derive(Clone)]
pub struct Witness(Arc<Answers>);

type Answers = dyn Fn(&KeyId, &Release) -> bool + Send + Sync;

impl Witness {
    /// Who answers so.
    #[must_use]
    pub fn new(answers: impl Fn(&KeyId, &Release) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(answers))
    }
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Witness")
    }
}

/// What is about to be signed, for the key journal: one use of a seal, in one line (D23).
#[derive(Debug, Clone)]
pub struct Signing {
    /// Which key.
    pub key: KeyId,
    /// SHA-256 of the bytes to be signed.
    pub digest: [u8; 32],
    /// The same of the seal's key of another suite, where a second file is sealed in the same use.
    pub beside: Option<(KeyId, [u8; 32])>,
    /// For what, such as `licence`.
    pub purpose: String,
    /// The version of the seal's scope under which the use was ruled on.
    pub scope: u64,
    /// The number of the catalogue by which it was ruled on.
    pub catalogue: u64,
    /// Who says whether what is in the rows was signed.
    pub witness: Witness,
}

impl Signing {
    /// Whether each of these releases was given for each key that signs.
    #[must_use]
    pub fn is_given(&self, release: &Release, approvals: &[Release]) -> bool {
        let beside = self.beside.as_ref().map(|(key, _)| key);
        let keys = std::iter::once(&self.key).chain(beside);
        let releases = || std::iter::once(release).chain(approvals);
        keys.into_iter()
            .all(|key| releases().all(|release| (self.witness.0)(key, release)))
    }
}

/// A use of a seal that stands in the journal: the key may be asked to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journalled {
    /// The release, consumed.
    pub release: Release,
    /// What others released of the same use, where the seal needs several (T-S1).
    pub approvals: Vec<Release>,
    /// Which attempt this is, from 1; more than one after a lost process.
    pub attempt: u64,
}

const KEEP: &str = "INSERT INTO seal_release (job, department, statement_digest, algorithm, signature, \
     releaser, copies, expires, released, consumed, list, credential, authenticator, client) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
     ON CONFLICT DO NOTHING RETURNING 1";
const FIND: &str = "SELECT r.algorithm, r.signature, r.releaser, r.copies, r.expires, l.batch, l.listed, \
     r.credential, r.authenticator, r.client FROM seal_release r LEFT JOIN batch_release l ON l.digest = r.list WHERE r.department = $1 AND r.job = $2";

/// SHA-256 over what was signed for a list; nothing for a release of one job.
#[must_use]
pub fn list_of(release: &Release) -> Option<[u8; 32]> {
    let listing = release.listing.as_ref()?;
    Some(sha256(&listing.bytes(&release.statement)))
}

/// Keeps a release: one for a job, and each statement once. Whether it was not there.
///
/// # Errors
/// The store.
pub async fn keep(
    link: &mut Link,
    (department, job): (&DepartmentKey, &JobId),
    (release, digest): (&Release, &[u8; 32]),
    (given, consumed): (UtcDateTime, Option<UtcDateTime>),
) -> Result<bool, StoreError> {
    let list = list_of(release);
    let statement = &release.statement;
    let shown = release.passkey.as_ref();
    let values = [
        job.as_str().into(),
        department.as_str().into(),
        digest.into(),
        algorithm_code(release.algorithm).into(),
        release.signature.bytes().into(),
        statement.releaser.as_str().into(),
        statement.copies.into(),
        statement.expires.into(),
        given.into(),
        consumed.into(),
        list.as_ref().map(|list| list.as_slice()).into(),
        shown.map(|shown| shown.credential.as_slice()).into(),
        shown.map(|shown| shown.authenticator.as_slice()).into(),
        shown.map(|shown| shown.client.as_slice()).into(),
    ];
    Ok(link.row(KEEP, &values).await?.is_some())
}

/// What was given for a job.
///
/// # Errors
/// The store; `Damaged` where there is none.
pub async fn find(
    link: &mut Link,
    (department, job): (&DepartmentKey, &JobId),
) -> Result<Given, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged {
        table: "seal_release",
    };
    let values = [department.as_str().into(), job.as_str().into()];
    let mut row = link.one(FIND, &values, "seal_release").await?;
    let algorithm = algorithm_of(&row.text()?).ok_or(DAMAGED)?;
    let signature = Signature::new(row.bytes()?);
    let releaser = row.text()?;
    let copies = u32::try_from(row.integer()?).map_err(|_| DAMAGED)?;
    let expires = row.moment()?;
    let listing = match (row.maybe_text()?, row.maybe_bytes()?) {
        (Some(batch), Some(listed)) => {
            Some(Listing::parse(&batch, &listed).ok_or(StoreError::Damaged {
                table: "batch_release",
            })?)
        }
        _ => None,
    };
    Ok(Given {
        releaser,
        copies,
        expires,
        listing,
        algorithm,
        signature,
        passkey: passkey::read(&mut row)?,
    })
}
