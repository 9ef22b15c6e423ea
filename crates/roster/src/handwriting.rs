//! How persons write: one sample of an identity, sealed, and the signature of the identity's key over it.

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use crypto::{KeyId, sha256};
use store::{Link, Row, Store, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::{Place, Secrets, hex};
use trail::trace::{self, Act, Deed};

use crate::signers::{SignerRefused, document_of};

/// A sample as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Sample {
    /// The department that keeps the identity.
    pub department: DepartmentKey,
    /// The identity.
    pub signer: String,
    /// The strokes, as `signing::strokes` writes them.
    pub strokes: Vec<u8>,
    /// The signature of the identity's key.
    pub signature: Vec<u8>,
    /// When it was given.
    pub given: UtcDateTime,
}

// T-P8: how somebody writes does not reach a log.
impl std::fmt::Debug for Sample {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Sample")
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

/// The samples of every department.
#[derive(Debug, Clone)]
pub struct Handwriting {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const FIND: &str = "SELECT strokes, signature, given FROM signer_handwriting WHERE signer = $1 AND department = $2";
const PUT: &str = "INSERT INTO signer_handwriting (signer, department, strokes, digest, signature, given) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (signer) DO UPDATE SET strokes = excluded.strokes, \
     digest = excluded.digest, signature = excluded.signature, given = excluded.given";
const DROP: &str = "DELETE FROM signer_handwriting WHERE signer = $1 AND department = $2";

impl Handwriting {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Self {
        Self { store, secrets }
    }

    /// The sample of an identity.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        department: &DepartmentKey,
        signer: &str,
    ) -> Result<Option<Sample>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [signer.into(), department.as_str().into()];
        let row = link.row(FIND, &values).await?;
        row.map(|row| read(row, &self.secrets, (department, signer)))
            .transpose()
    }

    /// Lets the key of an identity sign a sample: the entry of the key journal, before the key is asked. `signed` is what it is
    /// asked for.
    ///
    /// # Errors
    /// The identity does not sign at this moment (T-S6); the store.
    pub async fn begin(
        &self,
        department: &DepartmentKey,
        signer: &str,
        (key, signed, by): (KeyId, [u8; 32], By),
    ) -> Result<(), SignerRefused> {
        let entry = Act {
            department: department.clone(),
            by,
            deed: Deed::Sign,
            object: signer.to_owned(),
            ground: "handwriting".to_owned(),
            detail: vec![("purpose", "person".to_owned()), ("digest", hex(&signed))],
            key: Some(key),
        };
        self.store
            .write(move |link| {
                Box::pin(async move {
                    document_of(link, (&entry.department, &entry.object)).await?;
                    trace::write(link, &entry).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Keeps a sample that was signed, in the place of the one before.
    ///
    /// # Errors
    /// The store.
    pub async fn put(&self, sample: Sample) -> Result<(), StoreError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { put(link, &secrets, &sample).await }))
            .await
    }

    /// Forgets the sample of an identity that is given up.
    ///
    /// # Errors
    /// The store.
    pub async fn drop_of(
        &self,
        department: &DepartmentKey,
        signer: &str,
    ) -> Result<(), StoreError> {
        let (department, signer) = (department.clone(), signer.to_owned());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [signer.as_str().into(), department.as_str().into()];
                    link.later(DROP, &values).await
                })
            })
            .await
    }
}

async fn put(link: &mut Link, secrets: &Secrets, sample: &Sample) -> Result<(), StoreError> {
    let department = sample.department.as_str();
    let strokes = secrets.seal(&sample.strokes, sealed_at(&sample.signer, department))?;
    let digest = secrets.lookup("handwriting", &hex(&sha256(&sample.strokes)));
    let values = [
        sample.signer.as_str().into(),
        department.into(),
        (&strokes).into(),
        (&digest).into(),
        (&sample.signature).into(),
        sample.given.into(),
    ];
    link.later(PUT, &values).await
}

fn read(
    mut row: Row,
    secrets: &Secrets,
    (department, signer): (&DepartmentKey, &str),
) -> Result<Sample, StoreError> {
    let strokes = secrets.open(&row.bytes()?, sealed_at(signer, department.as_str()))?;
    Ok(Sample {
        department: department.clone(),
        signer: signer.to_owned(),
        strokes,
        signature: row.bytes()?,
        given: row.moment()?,
    })
}

fn sealed_at<'a>(row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "signer_handwriting",
        column: "strokes",
        row,
        department,
    }
}
