//! Links to the progress of a case: one a case and department, found by a keyed digest of its handle (T-P6).

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use dossier::number::CaseNumber;
use store::{Link, Store, StoreError};
use trail::asked::By;
use trail::secrets::{Place, Secrets};
use trail::trace::{self, Act, Deed};

/// The links of every department.
#[derive(Debug, Clone)]
pub struct CaseLinks {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const MAKE: &str = "INSERT INTO case_link (case_number, department, handle, handle_digest, made) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (case_number, department) DO NOTHING RETURNING 1";
const MADE: &str = "SELECT handle FROM case_link WHERE case_number = $1 AND department = $2";
const FIND: &str = "SELECT case_number FROM case_link WHERE handle_digest = $1";

const DAMAGED: StoreError = StoreError::Damaged { table: "case_link" };

impl CaseLinks {
    pub(crate) fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> CaseLinks {
        CaseLinks { store, secrets }
    }

    /// The handle of a case's link: `fresh`, of at least 128 random bits, or the one that was made before.
    ///
    /// # Errors
    /// The store.
    pub async fn give(
        &self,
        (case, department): (&CaseNumber, &DepartmentKey),
        fresh: String,
        by: By,
    ) -> Result<String, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        let (case, department) = (case.clone(), department.clone());
        self.store
            .write(move |link| {
                Box::pin(
                    async move { give(link, &secrets, (&case, &department), (&fresh, &by)).await },
                )
            })
            .await
    }

    /// The case of a handle.
    ///
    /// # Errors
    /// The store.
    pub async fn find(&self, handle: &str) -> Result<Option<CaseNumber>, StoreError> {
        let digest = self.secrets.lookup("case-handle", handle);
        let mut link = self.store.reader().await?;
        match link.row(FIND, &[(&digest).into()]).await? {
            Some(mut row) => Ok(Some(CaseNumber::parse(&row.text()?).map_err(|_| DAMAGED)?)),
            None => Ok(None),
        }
    }
}

async fn give(
    link: &mut Link,
    secrets: &Secrets,
    (case, department): (&CaseNumber, &DepartmentKey),
    (fresh, by): (&str, &By),
) -> Result<String, StoreError> {
    let place = Place {
        table: "case_link",
        column: "handle",
        row: case.as_str(),
        department: department.as_str(),
    };
    let handle = secrets.seal(fresh.as_bytes(), place)?;
    let digest = secrets.lookup("case-handle", fresh);
    let values = [
        case.as_str().into(),
        department.as_str().into(),
        (&handle).into(),
        (&digest).into(),
        by.at.into(),
    ];
    if link.row(MAKE, &values).await?.is_none() {
        let values = [case.as_str().into(), department.as_str().into()];
        let mut row = link.one(MADE, &values, "case_link").await?;
        let made = secrets.open(&row.bytes()?, place)?;
        return String::from_utf8(made).map_err(|_| DAMAGED);
    }
    let entry = Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Permit,
        object: case.as_str().to_owned(),
        ground: "progress-link".to_owned(),
        detail: Vec::new(),
        key: None,
    };
    trace::write(link, &entry).await?;
    Ok(fresh.to_owned())
}
