//! Batches: licences asked for at once, reserved in one fact, released by one list, and jobs like any other (D19).

pub(crate) mod begin;
mod look;
mod release;

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use licence::Identifier;
use releasing::Terms;
use store::{Store, StoreError};
use trail::asked::By;
use trail::id::JobId;
use trail::secrets::Secrets;

use crate::jobs::StepRefused;

pub use begin::{Answering, BatchBegun, BatchRefused, NewBatch, NewLine};
pub use look::{Batch, Counted, Line, Sibling};
pub use releasing::listed::{Held, ListRelease, ListReleased};
pub use trail::id::BatchId;

/// The batches of every department.
#[derive(Debug, Clone)]
pub struct Batches {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
    terms: Terms,
}

impl Batches {
    pub(crate) fn new(store: Arc<Store>, secrets: Arc<Secrets>, terms: Terms) -> Batches {
        Batches {
            store,
            secrets,
            terms,
        }
    }

    /// Reserves every licence of a batch and begins their jobs, all of them or none.
    ///
    /// # Errors
    /// `KeyReused` for a key that was used; `Lines` names each licence that cannot be reserved, by its place.
    pub async fn begin(&self, new: NewBatch) -> Result<BatchBegun, BatchRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { begin::begin(link, &secrets, new).await }))
            .await
    }

    /// A second person releases exactly what of the batch waits. A licence that a rule holds back waits on, with the
    /// reason; the others are released.
    ///
    /// # Errors
    /// `Unknown`; `NotNow` where nothing waits, or where a page is not made yet; `Differs` when the list is not of
    /// exactly those that wait (T-S2); `Expired`, `SealNotInUse`, `Used`.
    pub async fn release(
        &self,
        department: &DepartmentKey,
        batch: &BatchId,
        release: ListRelease,
        by: By,
    ) -> Result<ListReleased, StepRefused> {
        let secrets = Arc::clone(&self.secrets);
        let (department, batch, terms) = (department.clone(), batch.clone(), self.terms);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let place = (&department, &batch);
                    release::release(link, &secrets, place, (release, &terms), &by).await
                })
            })
            .await?
    }

    /// The second person refuses these licences of a batch, or all that wait or are released; their jobs end.
    ///
    /// # Errors
    /// `Unknown` for a batch or a job that is not there; `NotNow` where one of those named has gone on, or nothing is
    /// left to refuse.
    pub async fn refuse(
        &self,
        department: &DepartmentKey,
        batch: &BatchId,
        (jobs, reason): (Option<Vec<JobId>>, &str),
        by: By,
    ) -> Result<(), StepRefused> {
        let secrets = Arc::clone(&self.secrets);
        let (department, batch) = (department.clone(), batch.clone());
        let reason = reason.to_owned();
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let asked = (jobs.as_deref(), reason.as_str());
                    release::refuse(link, &secrets, (&department, &batch), asked, &by).await
                })
            })
            .await
    }

    /// Notes why a licence of a batch does not go on: `code: text`. It tells who looks, and decides nothing.
    ///
    /// # Errors
    /// The store.
    pub async fn note_held(&self, job: &JobId, reason: &str) -> Result<(), StoreError> {
        let (job, reason) = (job.clone(), reason.to_owned());
        self.store
            .note(move |link| {
                Box::pin(async move { release::note_held(link, &job, &reason).await })
            })
            .await
    }

    /// A batch; of one department, or of any for workers.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        batch: &BatchId,
        within: Option<&DepartmentKey>,
    ) -> Result<Option<Batch>, StoreError> {
        let mut link = self.store.reader().await?;
        look::find(&mut link, batch, within.map(|key| key.as_str())).await
    }

    /// The licences of a batch with their jobs, in the order of the request.
    ///
    /// # Errors
    /// The store.
    pub async fn lines(&self, batch: &BatchId) -> Result<Vec<Line>, StoreError> {
        let mut link = self.store.reader().await?;
        look::lines(&mut link, &self.secrets, batch).await
    }

    /// A page of a department's batches with the counts of their states, the latest first, before `before`.
    ///
    /// # Errors
    /// The store.
    pub async fn list(
        &self,
        department: &DepartmentKey,
        before: Option<&Batch>,
        limit: u32,
    ) -> Result<Vec<Counted>, StoreError> {
        let mut link = self.store.reader().await?;
        look::list(&mut link, department.as_str(), before, limit).await
    }

    /// The licences that were asked for in one entry with this one, one for each address; none for one alone.
    ///
    /// # Errors
    /// The store.
    pub async fn beside(
        &self,
        identifier: &Identifier,
        within: &DepartmentKey,
    ) -> Result<Vec<Sibling>, StoreError> {
        let mut link = self.store.reader().await?;
        look::beside(&mut link, &identifier.to_string(), within.as_str()).await
    }
}
