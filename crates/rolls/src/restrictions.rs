//! Restrictions of holders (联合惩戒): imposed, lifted, found by the holder's keyed digest (R13, R17). Nothing is
//! overwritten: a restriction under a number that is taken is another one.

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use licence::restriction::Restriction;
use licence::{HolderCode, Identifier};
use thiserror::Error;
use time::UtcDateTime;

use store::{Link, Row, Store, StoreError};
use trail::asked::By;
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

/// A restriction as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imposed {
    /// The restriction.
    pub restriction: Restriction,
    /// The department that brought it.
    pub department: DepartmentKey,
    /// The holder's code, starred for persons.
    pub holder_masked: String,
    /// When it was recorded.
    pub recorded: UtcDateTime,
    /// When it was lifted.
    pub lifted: Option<UtcDateTime>,
}

/// A restriction is not recorded, or not lifted.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ImposeRefused {
    /// Another restriction has this number.
    #[error("another restriction has this number")]
    Taken,
    /// There is no such restriction of this department.
    #[error("no such restriction")]
    Unknown,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The restrictions of every holder.
#[derive(Debug, Clone)]
pub struct Restrictions {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const IMPOSE: &str = "INSERT INTO restriction (number, department, holder_digest, holder_masked, content, recorded) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (number) DO NOTHING RETURNING 1";
const SAME: &str = "SELECT 1 FROM restriction WHERE number = $1 AND department = $2 AND holder_digest = $3 \
     AND content = $4";
const LIFT: &str = "UPDATE restriction SET lifted = $3 WHERE number = $1 AND department = $2 AND lifted IS NULL \
     RETURNING 1";
const FIND: &str = "SELECT department, holder_masked, content, recorded, lifted FROM restriction \
     WHERE number = $1 AND department = $2";
const OF: &str = "SELECT department, holder_masked, content, recorded, lifted FROM restriction \
     WHERE holder_digest = $1 ORDER BY recorded, number LIMIT 1000";
const OF_VERSION: &str = "SELECT r.department, r.holder_masked, r.content, r.recorded, r.lifted FROM version AS v \
     JOIN restriction AS r ON r.holder_digest = v.holder_digest WHERE v.identifier = $1 \
     ORDER BY r.recorded, r.number LIMIT 1000";

const DAMAGED: StoreError = StoreError::Damaged {
    table: "restriction",
};

impl Restrictions {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Restrictions {
        Restrictions { store, secrets }
    }

    /// Records a restriction of a holder. The same one again changes nothing.
    ///
    /// # Errors
    /// `Taken` for another one under the same number.
    pub async fn impose(
        &self,
        department: DepartmentKey,
        holder: &HolderCode,
        restriction: Restriction,
        by: By,
    ) -> Result<(), ImposeRefused> {
        let digest = self.secrets.lookup("holder", holder.reveal());
        let masked = holder.masked();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    impose(link, &department, (&digest, &masked), (&restriction, &by)).await
                })
            })
            .await
    }

    /// Lifts a restriction of this department, from now on. Lifting it again changes nothing.
    ///
    /// # Errors
    /// `Unknown`.
    pub async fn lift(
        &self,
        department: DepartmentKey,
        number: &str,
        by: By,
    ) -> Result<(), ImposeRefused> {
        let number = number.to_owned();
        self.store
            .write(move |link| Box::pin(async move { lift(link, &department, &number, &by).await }))
            .await
    }

    /// The restriction of this number that this department brought.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        department: &DepartmentKey,
        number: &str,
    ) -> Result<Option<Imposed>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [number.into(), department.as_str().into()];
        let row = link.row(FIND, &values).await?;
        row.map(read).transpose()
    }

    /// Everything that was imposed on a holder and is not lifted, in the order of its recording.
    ///
    /// # Errors
    /// The store.
    pub async fn of(&self, holder: &HolderCode) -> Result<Vec<Imposed>, StoreError> {
        let digest = self.secrets.lookup("holder", holder.reveal());
        let mut link = self.store.reader().await?;
        standing(link.rows(OF, &[(&digest).into()]).await?)
    }

    /// The same for the holder of a version, without its code.
    ///
    /// # Errors
    /// The store.
    pub async fn of_version(&self, identifier: &Identifier) -> Result<Vec<Imposed>, StoreError> {
        let identifier = identifier.to_string();
        let mut link = self.store.reader().await?;
        standing(link.rows(OF_VERSION, &[identifier.as_str().into()]).await?)
    }
}

fn standing(rows: Vec<Row>) -> Result<Vec<Imposed>, StoreError> {
    let all: Result<Vec<Imposed>, StoreError> = rows.into_iter().map(read).collect();
    Ok(all?
        .into_iter()
        .filter(|imposed| imposed.lifted.is_none())
        .collect())
}

async fn impose(
    link: &mut Link,
    department: &DepartmentKey,
    (digest, masked): (&[u8; 32], &str),
    (restriction, by): (&Restriction, &By),
) -> Result<(), ImposeRefused> {
    let content = serde_json::to_string(restriction).map_err(|_| DAMAGED)?;
    let number = restriction.number.as_str();
    let values = [
        number.into(),
        department.as_str().into(),
        digest.into(),
        masked.into(),
        content.as_str().into(),
        by.at.into(),
    ];
    if link.row(IMPOSE, &values).await?.is_none() {
        let values = [
            number.into(),
            department.as_str().into(),
            digest.into(),
            content.as_str().into(),
        ];
        return match link.row(SAME, &values).await? {
            Some(_) => Ok(()),
            None => Err(ImposeRefused::Taken),
        };
    }
    let effect = restriction.effect.code();
    note(link, department, number, (by, "imposed", effect)).await?;
    Ok(())
}

async fn lift(
    link: &mut Link,
    department: &DepartmentKey,
    number: &str,
    by: &By,
) -> Result<(), ImposeRefused> {
    let values = [number.into(), department.as_str().into(), by.at.into()];
    if link.row(LIFT, &values).await?.is_none() {
        let values = [number.into(), department.as_str().into()];
        return match link.row(FIND, &values).await? {
            Some(_) => Ok(()),
            None => Err(ImposeRefused::Unknown),
        };
    }
    note(link, department, number, (by, "lifted", "")).await?;
    Ok(())
}

async fn note(
    link: &mut Link,
    department: &DepartmentKey,
    number: &str,
    (by, ground, effect): (&By, &str, &str),
) -> Result<(), StoreError> {
    let act = Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Restrict,
        object: number.to_owned(),
        ground: ground.to_owned(),
        detail: vec![("effect", effect.to_owned())],
        key: None,
    };
    trace::write(link, &act).await.map(|_| ())
}

fn read(mut row: Row) -> Result<Imposed, StoreError> {
    Ok(Imposed {
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        holder_masked: row.text()?,
        restriction: serde_json::from_str(&row.text()?).map_err(|_| DAMAGED)?,
        recorded: row.moment()?,
        lifted: row.maybe_moment()?,
    })
}
