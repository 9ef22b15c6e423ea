//! Uses of licences under a stated purpose (R15): one row for each, written with its trace, its event and its answer;
//! read by who used, by whose licence it is, and for its holder.

mod kept;
mod taking;

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use store::{Row, Store, StoreError};
use trail::id::LicenceId;
use trail::secrets::Secrets;

use crate::jobs::FileRecord;

pub use kept::{NewUse, UseDetail, UseRecord};
use kept::{find, read};
pub use taking::{
    Admit, Answered, Denied, HeldVersion, Judge, JudgeFile, Taken, TakingFile, UseError, Using,
    Wanted,
};

/// The uses of every department.
#[derive(Debug, Clone)]
pub struct Uses {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const OF_LICENCE: &str = "SELECT id, department, identifier, used, matter, case_number, material, person, state, \
     file_until, file_taken, content FROM licence_use WHERE licence = $1 ORDER BY used DESC, id DESC LIMIT $2";
const OF_HOLDER: &str = "SELECT id, department, identifier, used, matter, case_number, material, person, state, \
     file_until, file_taken, content FROM licence_use WHERE holder_digest = \
     (SELECT holder_digest FROM version WHERE licence = $1 ORDER BY version LIMIT 1) \
     ORDER BY used DESC, id DESC LIMIT $2";
const LISTED: &str = "SELECT id, department, identifier, used, matter, case_number, material, person, state, \
     file_until, file_taken, content FROM licence_use WHERE department = $1 \
     AND (used < $2 OR (used = $2 AND id < $3)) ORDER BY used DESC, id DESC LIMIT $4";

impl Uses {
    pub(crate) fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Uses {
        Uses { store, secrets }
    }

    /// Judges a use on what is there and keeps it with its trace, its event and its answer; of a refusal the trace alone.
    ///
    /// # Errors
    /// `KeyReused`, `Running`, `Store`.
    pub async fn take(&self, using: Using) -> Result<Taken, UseError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { taking::take(link, &secrets, using).await }))
            .await
    }

    /// Judges again whether the sealed file of a use may be taken, and notes that it was; gives where it is. Nothing for a
    /// use that this department does not have.
    ///
    /// # Errors
    /// The store.
    pub async fn take_file(
        &self,
        taking: TakingFile,
    ) -> Result<Option<Result<FileRecord, Denied>>, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { taking::take_file(link, &secrets, taking).await })
            })
            .await
    }

    /// A use by its identifier, of this department.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        department: &DepartmentKey,
        id: &str,
    ) -> Result<Option<UseRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        find(&mut link, &self.secrets, (department, id)).await
    }

    /// The uses of a licence, of whatever version and by whatever department, the latest first.
    ///
    /// # Errors
    /// The store.
    pub async fn of_licence(
        &self,
        licence: &LicenceId,
        limit: u32,
    ) -> Result<Vec<UseRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [licence.as_str().into(), limit.into()];
        self.all(link.rows(OF_LICENCE, &values).await?)
    }

    /// The uses of everything that the holder of this licence has, the latest first.
    ///
    /// # Errors
    /// The store.
    pub async fn of_holder(
        &self,
        licence: &LicenceId,
        limit: u32,
    ) -> Result<Vec<UseRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [licence.as_str().into(), limit.into()];
        self.all(link.rows(OF_HOLDER, &values).await?)
    }

    /// A page of what a department used, the latest first, after `after`.
    ///
    /// # Errors
    /// The store.
    pub async fn list(
        &self,
        department: &DepartmentKey,
        after: Option<&UseRecord>,
        limit: u32,
    ) -> Result<Vec<UseRecord>, StoreError> {
        let (used, id) = after.map_or((i64::MAX, ""), |last| {
            (last.used.unix_timestamp(), last.id.as_str())
        });
        let mut link = self.store.reader().await?;
        let values = [
            department.as_str().into(),
            used.into(),
            id.into(),
            limit.into(),
        ];
        self.all(link.rows(LISTED, &values).await?)
    }

    fn all(&self, rows: Vec<Row>) -> Result<Vec<UseRecord>, StoreError> {
        rows.into_iter()
            .map(|row| read(row, &self.secrets))
            .collect()
    }
}
