//! High-risk seals: some of their people release a use together (T-S1). Each of them releases it as anybody would; the last one's
//! release is taken, with those before it, and the key store looks at all of them.

use std::collections::BTreeSet;

use catalogue::key::{DepartmentKey, SealCode};
use crypto::{Release, Signature};
use store::{Link, Row, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::id::JobId;

use crate::algorithm::{algorithm_code, algorithm_of};
use crate::kept::Given;
use crate::passkey;

const DAMAGED: StoreError = StoreError::Damaged {
    table: "seal_approval",
};

/// Why a release of a high-risk seal is not taken, or not taken yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotApproved {
    /// It is kept, and more of the seal's people have to release the same.
    #[error("{given} of the {needed} people that the seal needs have released this")]
    Lacking {
        /// How many did.
        given: usize,
        /// How many have to.
        needed: usize,
    },
    /// The seal is released by others.
    #[error("the seal is a high-risk one, and the person none of those who release it")]
    NotOfThem,
    /// The same person released it before.
    #[error("the same person has released this already")]
    Again,
    /// Fewer than have to: one took theirs back, ran out, or is no more one of them.
    #[error("fewer people than have to release this use of the seal")]
    TooFew,
    /// Each use of it is looked at by itself.
    #[error("a high-risk seal is not released in lists")]
    Listed,
}

impl NotApproved {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Lacking { .. } => "release.lacking",
            Self::NotOfThem => "release.not-of-them",
            Self::Again => "release.again",
            Self::TooFew => "release.too-few",
            Self::Listed => "release.not-listed",
        }
    }
}

/// How many of which people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approvers {
    /// How many have to.
    pub needed: usize,
    /// Of whom.
    pub members: BTreeSet<String>,
}

/// Of a job: its department, itself, its seal.
pub type Place<'a> = (&'a DepartmentKey, &'a JobId, &'a SealCode);

const NEEDED: &str = "SELECT needed, members, department FROM seal_quorum WHERE seal = $1";
// A change of approvers waits for uses under way, and those after it find it.
const SHARE: &str = "SELECT needed, members, department FROM seal_quorum WHERE seal = $1 FOR SHARE";
const GIVEN: &str = "SELECT releaser, algorithm, signature, copies, expires, credential, authenticator, client \
     FROM seal_approval WHERE department = $1 AND job = $2 ORDER BY given, releaser";
const OVER: &str = "DELETE FROM seal_approval WHERE department = $1 AND job = $2 AND releaser = $3 AND expires <= $4";
const KEEP: &str = "INSERT INTO seal_approval (department, job, releaser, statement_digest, algorithm, signature, \
     copies, expires, given, credential, authenticator, client) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING 1";

/// How many of which people release this seal together; none where one does.
///
/// # Errors
/// The store.
pub async fn approvers(link: &mut Link, seal: &SealCode) -> Result<Option<Approvers>, StoreError> {
    let statement = if link.has_rivals() { SHARE } else { NEEDED };
    let row = link.row(statement, &[seal.as_str().into()]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// The same, where nothing is written.
pub(crate) async fn standing(
    link: &mut Link,
    seal: &SealCode,
) -> Result<Option<Approvers>, StoreError> {
    let row = link.row(NEEDED, &[seal.as_str().into()]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

pub(crate) fn read(row: &mut Row) -> Result<Approvers, StoreError> {
    let needed = usize::try_from(row.count()?).map_err(|_| DAMAGED)?;
    let members = row.text()?.split(' ').map(str::to_owned).collect();
    Ok(Approvers { needed, members })
}

/// What was given of a job so far, the first first.
///
/// # Errors
/// The store.
pub async fn given(
    link: &mut Link,
    (department, job): (&DepartmentKey, &JobId),
) -> Result<Vec<Given>, StoreError> {
    let values = [department.as_str().into(), job.as_str().into()];
    let rows = link.rows(GIVEN, &values).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Given {
                releaser: row.text()?,
                algorithm: algorithm_of(&row.text()?).ok_or(DAMAGED)?,
                signature: Signature::new(row.bytes()?),
                copies: u32::try_from(row.integer()?).map_err(|_| DAMAGED)?,
                expires: row.moment()?,
                listing: None,
                passkey: passkey::read(&mut row)?,
            })
        })
        .collect()
}

/// Who of the seal's people have released this and still do.
fn counted(approvers: &Approvers, given: &[Given], at: UtcDateTime) -> BTreeSet<String> {
    let holds = |one: &&Given| at < one.expires && approvers.members.contains(&one.releaser);
    let names = given.iter().filter(holds);
    names.map(|one| one.releaser.clone()).collect()
}

/// Whether a release that passed everything else is the last one that the seal needs, in the fact that has locked its job. Where it is
/// not, it is kept, and the fact has to commit with that: `Some` says how many there are.
///
/// # Errors
/// The store.
pub async fn approve(
    link: &mut Link,
    (department, job, seal): Place<'_>,
    (release, digest): (&Release, &[u8; 32]),
    at: UtcDateTime,
) -> Result<Result<Option<NotApproved>, NotApproved>, StoreError> {
    let Some(approvers) = approvers(link, seal).await? else {
        return Ok(Ok(None));
    };
    let statement = &release.statement;
    let releaser = statement.releaser.as_str();
    if !approvers.members.contains(releaser) {
        return Ok(Err(NotApproved::NotOfThem));
    }
    let before = given(link, (department, job)).await?;
    let mut people = counted(&approvers, &before, at);
    if !people.insert(releaser.to_owned()) {
        return Ok(Err(NotApproved::Again));
    }
    if people.len() >= approvers.needed {
        return Ok(Ok(None));
    }
    let place = [
        department.as_str().into(),
        job.as_str().into(),
        releaser.into(),
    ];
    let [one, two, three] = place;
    link.run(OVER, &[one, two, three, at.into()]).await?;
    let shown = release.passkey.as_ref();
    let values = [
        one,
        two,
        three,
        digest.into(),
        algorithm_code(release.algorithm).into(),
        release.signature.bytes().into(),
        statement.copies.into(),
        statement.expires.into(),
        at.into(),
        shown.map(|shown| shown.credential.as_slice()).into(),
        shown.map(|shown| shown.authenticator.as_slice()).into(),
        shown.map(|shown| shown.client.as_slice()).into(),
    ];
    Ok(match link.row(KEEP, &values).await? {
        Some(_) => Ok(Some(NotApproved::Lacking {
            given: people.len(),
            needed: approvers.needed,
        })),
        None => Err(NotApproved::Again),
    })
}

/// Whether as many as have to still release this, the one whose release was taken included: asked where the release is used up.
///
/// # Errors
/// The store.
pub async fn hold(
    link: &mut Link,
    (department, job, seal): Place<'_>,
    (releaser, at): (&str, UtcDateTime),
) -> Result<Result<(), NotApproved>, StoreError> {
    let Some(approvers) = approvers(link, seal).await? else {
        return Ok(Ok(()));
    };
    let before = given(link, (department, job)).await?;
    let mut people = counted(&approvers, &before, at);
    if approvers.members.contains(releaser) {
        people.insert(releaser.to_owned());
    }
    Ok(match people.len() >= approvers.needed {
        true => Ok(()),
        false => Err(NotApproved::TooFew),
    })
}
