//! Drills: a seal's key is declared compromised as of a moment, by two people, and what was sealed since is sealed anew
//! under another key (T-C6). This book knows that a drill goes on; the jobs that seal anew are `registry`'s.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::{Secrets, hex};
use trail::trace::{self, Act, Deed};

use crate::seals::SealObject;

/// A drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Its identifier.
    pub id: String,
    /// The department whose seal it is.
    pub department: DepartmentKey,
    /// The seal.
    pub seal: SealCode,
    /// Since when its key is not to be relied upon.
    pub since: UtcDateTime,
    /// When that was declared.
    pub declared: UtcDateTime,
    /// Who declared it: an administrator of seals.
    pub administrator: PersonKey,
    /// And with whom: a custodian of the seal, who releases what is sealed anew.
    pub custodian: PersonKey,
    /// When it ended.
    pub ended: Option<UtcDateTime>,
    /// SHA-256 of its report.
    pub report: Option<[u8; 32]>,
}

/// A drill to be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDrill {
    /// The department whose seal it is.
    pub department: DepartmentKey,
    /// The seal.
    pub seal: SealCode,
    /// Since when its key is not to be relied upon.
    pub since: UtcDateTime,
    /// Who declares it.
    pub administrator: PersonKey,
    /// With whom.
    pub custodian: PersonKey,
    /// When.
    pub at: UtcDateTime,
}

/// A drill is not declared.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum DrillRefused {
    /// R3: two people do it.
    #[error("two different people declare a key compromised")]
    SamePerson,
    /// The moment is still to come.
    #[error("the moment from which the key is not to be relied upon is still to come")]
    Future,
    /// One goes on for this seal, with another moment or by other people: it is ended first.
    #[error("a drill of this seal goes on, declared with another moment or by other people")]
    GoesOn(Box<Drill>),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The drills of every department.
#[derive(Debug, Clone)]
pub struct Drills {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const DECLARE: &str = "INSERT INTO drill (id, department, seal, since, declared, administrator, custodian) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const OPEN: &str = "SELECT id, department, seal, since, declared, administrator, custodian, ended, report FROM drill \
     WHERE department = $1 AND seal = $2 AND ended IS NULL";
const OF: &str = "SELECT id, department, seal, since, declared, administrator, custodian, ended, report FROM drill \
     WHERE department = $1 AND seal = $2 ORDER BY declared, id";
const ANY: &str = "SELECT 1 FROM drill WHERE ended IS NULL LIMIT 1";
const END: &str =
    "UPDATE drill SET ended = $3, report = $4 WHERE department = $1 AND id = $2 AND ended IS NULL";

const REPLACE_OBJECT: &str = "UPDATE seal_object SET made = $3, object = $4, earlier = $5 \
     WHERE code = $1 AND department = $2";

const DAMAGED: StoreError = StoreError::Damaged { table: "drill" };

impl Drills {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Drills {
        Drills { store, secrets }
    }

    /// Declares a key compromised; both people stand in the trace. The same again is the drill that goes on.
    ///
    /// # Errors
    /// [`DrillRefused`].
    pub async fn declare(&self, new: NewDrill) -> Result<Drill, DrillRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { declare(link, &secrets, &new).await }))
            .await
    }

    /// Keeps another electronic seal in the place of one whose key is another since.
    ///
    /// # Errors
    /// The store.
    pub async fn replace_object(
        &self,
        made: SealObject,
        at: UtcDateTime,
    ) -> Result<(), StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [
                        made.code.as_str().into(),
                        made.department.as_str().into(),
                        at.into(),
                        (&made.object).into(),
                        made.earlier.as_deref().into(),
                    ];
                    link.run(REPLACE_OBJECT, &values).await.map(|_| ())
                })
            })
            .await
    }

    /// The drills of a seal, the first first.
    ///
    /// # Errors
    /// The store.
    pub async fn of(
        &self,
        department: &DepartmentKey,
        seal: &SealCode,
    ) -> Result<Vec<Drill>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [department.as_str().into(), seal.as_str().into()];
        let rows = link.rows(OF, &values).await?;
        rows.into_iter().map(read).collect()
    }

    /// Whether one goes on, of whatever seal.
    ///
    /// # Errors
    /// The store.
    pub async fn any(&self) -> Result<bool, StoreError> {
        let mut link = self.store.reader().await?;
        Ok(link.row(ANY, &[]).await?.is_some())
    }

    /// Ends a drill with the digest of its report, in the trace too. One that has ended stays as it is.
    ///
    /// # Errors
    /// The store.
    pub async fn end(
        &self,
        drill: &Drill,
        report: [u8; 32],
        at: UtcDateTime,
    ) -> Result<(), StoreError> {
        let drill = drill.clone();
        self.store
            .write(move |link| Box::pin(async move { end(link, &drill, &report, at).await }))
            .await
    }
}

async fn declare(
    link: &mut Link,
    secrets: &Secrets,
    new: &NewDrill,
) -> Result<Drill, DrillRefused> {
    if new.administrator == new.custodian {
        return Err(DrillRefused::SamePerson);
    }
    if new.since > new.at {
        return Err(DrillRefused::Future);
    }
    let values = [new.department.as_str().into(), new.seal.as_str().into()];
    if let Some(row) = link.row(OPEN, &values).await? {
        let found = read(row)?;
        let same = (found.since, &found.administrator, &found.custodian)
            == (new.since, &new.administrator, &new.custodian);
        return match same {
            true => Ok(found),
            false => Err(DrillRefused::GoesOn(Box::new(found))),
        };
    }
    let drill = Drill {
        id: secrets.dated_id(new.at)?,
        department: new.department.clone(),
        seal: new.seal.clone(),
        since: new.since,
        declared: new.at,
        administrator: new.administrator.clone(),
        custodian: new.custodian.clone(),
        ended: None,
        report: None,
    };
    let values = [
        drill.id.as_str().into(),
        drill.department.as_str().into(),
        drill.seal.as_str().into(),
        drill.since.into(),
        drill.declared.into(),
        drill.administrator.as_str().into(),
        drill.custodian.as_str().into(),
    ];
    link.run(DECLARE, &values).await?;
    let people = [&drill.administrator, &drill.custodian];
    let acts = people.map(|person| drill.act(person.as_str(), "key-compromise", new.at));
    trace::write_all(link, &acts).await?;
    Ok(drill)
}

async fn end(
    link: &mut Link,
    drill: &Drill,
    report: &[u8; 32],
    at: UtcDateTime,
) -> Result<(), StoreError> {
    let values = [
        drill.department.as_str().into(),
        drill.id.as_str().into(),
        at.into(),
        report.into(),
    ];
    if link.run(END, &values).await? == 0 {
        return Ok(());
    }
    let mut act = drill.act("service", "drill-ended", at);
    act.detail.push(("report", hex(report)));
    trace::write(link, &act).await.map(|_| ())
}

impl Drill {
    /// What the trace says of it.
    fn act(&self, who: &str, ground: &str, at: UtcDateTime) -> Act {
        Act {
            department: self.department.clone(),
            by: By::new(who, at),
            deed: Deed::Key,
            object: self.seal.to_string(),
            ground: ground.to_owned(),
            detail: vec![
                ("drill", self.id.clone()),
                ("since", self.since.unix_timestamp().to_string()),
            ],
            key: None,
        }
    }
}

fn read(mut row: Row) -> Result<Drill, StoreError> {
    let (id, department, seal) = (row.text()?, row.text()?, row.text()?);
    let (since, declared) = (row.moment()?, row.moment()?);
    let (administrator, custodian) = (row.text()?, row.text()?);
    Ok(Drill {
        id,
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        seal: SealCode::parse(&seal).map_err(|_| DAMAGED)?,
        since,
        declared,
        administrator: PersonKey::parse(&administrator).map_err(|_| DAMAGED)?,
        custodian: PersonKey::parse(&custodian).map_err(|_| DAMAGED)?,
        ended: row.maybe_moment()?,
        report: row.maybe_digest()?,
    })
}
