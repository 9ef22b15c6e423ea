//! Links for people who have no account: to the progress of a case, to a holder's own licence. One for each and
//! department, found by a keyed digest of its handle; each runs out, and can be taken back (T-P6).

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use dossier::number::CaseNumber;
use store::{Link, Store, StoreError};
use time::{Duration, UtcDateTime};
use trail::asked::By;
use trail::id::LicenceId;
use trail::secrets::{Place, Secrets};
use trail::trace::{self, Act, Deed};

/// How long a link leads somewhere (*default*).
const LIFE: Duration = Duration::days(180);

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadsTo {
    /// To the progress of a case.
    Case(CaseNumber),
    /// To a licence, for its holder.
    Licence(LicenceId),
    /// To everything that the holder of this licence has, for them.
    Holder(LicenceId),
}

impl LeadsTo {
    fn kind(&self) -> &'static str {
        match self {
            Self::Case(_) => "case",
            Self::Licence(_) => "licence",
            Self::Holder(_) => "holder",
        }
    }

    fn object(&self) -> &str {
        match self {
            Self::Case(case) => case.as_str(),
            Self::Licence(licence) | Self::Holder(licence) => licence.as_str(),
        }
    }
}

/// A link that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its handle.
    pub handle: String,
    /// From when on it leads nowhere.
    pub expires: UtcDateTime,
}

/// The links of every department.
#[derive(Debug, Clone)]
pub struct Links {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const MAKE: &str = "INSERT INTO person_link (kind, object, department, handle, handle_digest, made, expires) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, object, department) DO UPDATE SET \
     handle = excluded.handle, handle_digest = excluded.handle_digest, made = excluded.made, \
     expires = excluded.expires WHERE person_link.expires <= excluded.made RETURNING 1";
const MADE: &str =
    "SELECT handle, expires FROM person_link WHERE kind = $1 AND object = $2 AND department = $3";
const FIND: &str =
    "SELECT object FROM person_link WHERE handle_digest = $1 AND kind = $2 AND expires > $3";
const TAKE: &str =
    "DELETE FROM person_link WHERE kind = $1 AND object = $2 AND department = $3 RETURNING 1";

const DAMAGED: StoreError = StoreError::Damaged {
    table: "person_link",
};

impl Links {
    /// The links in a store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Links {
        Links { store, secrets }
    }

    /// The link to something: with `fresh` as its handle, of at least 128 random bits, or the one that was given before
    /// and still leads there.
    ///
    /// # Errors
    /// The store.
    pub async fn give(
        &self,
        (to, department): (&LeadsTo, &DepartmentKey),
        fresh: String,
        by: By,
    ) -> Result<Given, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        let (to, department) = (to.clone(), department.clone());
        self.store
            .write(move |link| {
                Box::pin(
                    async move { give(link, &secrets, (&to, &department), (&fresh, &by)).await },
                )
            })
            .await
    }

    /// Takes a link back; whether there was one.
    ///
    /// # Errors
    /// The store.
    pub async fn take_back(
        &self,
        (to, department): (&LeadsTo, &DepartmentKey),
        by: By,
    ) -> Result<bool, StoreError> {
        let (to, department) = (to.clone(), department.clone());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [
                        to.kind().into(),
                        to.object().into(),
                        department.as_str().into(),
                    ];
                    if link.row(TAKE, &values).await?.is_none() {
                        return Ok(false);
                    }
                    let entry = entry((&to, &department), "link.taken-back", &by);
                    trace::write(link, &entry).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// The case to which a handle leads at this moment.
    ///
    /// # Errors
    /// The store.
    pub async fn case(
        &self,
        handle: &str,
        now: UtcDateTime,
    ) -> Result<Option<CaseNumber>, StoreError> {
        let found = self.find(handle, ("case-handle", "case"), now).await?;
        let case = found.map(|object| CaseNumber::parse(&object).map_err(|_| DAMAGED));
        case.transpose()
    }

    /// The licence to which a handle leads at this moment.
    ///
    /// # Errors
    /// The store.
    pub async fn licence(
        &self,
        handle: &str,
        now: UtcDateTime,
    ) -> Result<Option<LicenceId>, StoreError> {
        let found = self.find(handle, ("holder-handle", "licence"), now).await?;
        let licence = found.map(|object| LicenceId::parse(&object).ok_or(DAMAGED));
        licence.transpose()
    }

    /// The licence to everything of whose holder a handle leads at this moment.
    ///
    /// # Errors
    /// The store.
    pub async fn holder(
        &self,
        handle: &str,
        now: UtcDateTime,
    ) -> Result<Option<LicenceId>, StoreError> {
        let found = self.find(handle, ("person-handle", "holder"), now).await?;
        let licence = found.map(|object| LicenceId::parse(&object).ok_or(DAMAGED));
        licence.transpose()
    }

    async fn find(
        &self,
        handle: &str,
        (space, kind): (&'static str, &'static str),
        now: UtcDateTime,
    ) -> Result<Option<String>, StoreError> {
        let digest = self.secrets.lookup(space, handle);
        let mut link = self.store.reader().await?;
        let values = [(&digest).into(), kind.into(), now.into()];
        match link.row(FIND, &values).await? {
            Some(mut row) => Ok(Some(row.text()?)),
            None => Ok(None),
        }
    }
}

async fn give(
    link: &mut Link,
    secrets: &Secrets,
    (to, department): (&LeadsTo, &DepartmentKey),
    (fresh, by): (&str, &By),
) -> Result<Given, StoreError> {
    // What was given before links had a table of their own stays readable.
    let (table, column, space) = match to {
        LeadsTo::Case(_) => ("case_link", "handle", "case-handle"),
        LeadsTo::Licence(_) => ("person_link", "handle", "holder-handle"),
        // Beside the link to the licence alone, which has the same object.
        LeadsTo::Holder(_) => ("person_link", "handle of holder", "person-handle"),
    };
    let place = Place {
        table,
        column,
        row: to.object(),
        department: department.as_str(),
    };
    let handle = secrets.seal(fresh.as_bytes(), place)?;
    let digest = secrets.lookup(space, fresh);
    let expires = by.at + LIFE;
    let values = [
        to.kind().into(),
        to.object().into(),
        department.as_str().into(),
        (&handle).into(),
        (&digest).into(),
        by.at.into(),
        expires.into(),
    ];
    if link.row(MAKE, &values).await?.is_none() {
        let values = [
            to.kind().into(),
            to.object().into(),
            department.as_str().into(),
        ];
        let mut row = link.one(MADE, &values, "person_link").await?;
        let made = secrets.open(&row.bytes()?, place)?;
        return Ok(Given {
            handle: String::from_utf8(made).map_err(|_| DAMAGED)?,
            expires: row.moment()?,
        });
    }
    trace::write(link, &entry((to, department), "link.given", by)).await?;
    Ok(Given {
        handle: fresh.to_owned(),
        expires,
    })
}

fn entry((to, department): (&LeadsTo, &DepartmentKey), ground: &str, by: &By) -> Act {
    Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Permit,
        object: to.object().to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    }
}
