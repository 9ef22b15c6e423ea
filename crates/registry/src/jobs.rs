//! Jobs: the frame in which licences are made and documents sealed, step by step.

pub(crate) mod about;
pub(crate) mod closing;
pub(crate) mod document;
mod failure;
pub(crate) mod job;
mod logging;
pub(crate) mod permitted;
pub(crate) mod record;
pub(crate) mod resealing;
pub(crate) mod step;

use std::sync::Arc;

use catalogue::key::{DepartmentKey, SealCode};
use crypto::{Release, ReleaseStatement};
use releasing::Terms;
pub use releasing::approvals::NotApproved;
use time::UtcDateTime;

use store::Store;
use store::StoreError;
use trail::asked::{By, Response};
use trail::log::PendingId;
use trail::secrets::Secrets;

pub use document::{
    DocumentRefused, DocumentReservation, DocumentReserving, DocumentSubmission, DocumentSubmitted,
};
pub use failure::{Failure, Reason};
pub use job::{Grounds, Job, JobKind, JobState, Unsealed};
pub use logging::Logging;
pub use record::{FileRecord, Recorded, Recording};
pub use releasing::kept::{Journalled, Signing, Witness};
pub use resealing::{NewResealing, Resealed, SealedSince};
pub use step::StepRefused;
use trail::id::BatchId;
pub use trail::id::JobId;

/// The jobs of every department.
#[derive(Debug, Clone)]
pub struct Jobs {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
    terms: Terms,
}

impl Jobs {
    pub(crate) fn new(store: Arc<Store>, secrets: Arc<Secrets>, terms: Terms) -> Jobs {
        Jobs {
            store,
            secrets,
            terms,
        }
    }

    /// Begins a job that seals a document of the caller's own.
    ///
    /// # Errors
    /// `KeyReused` and `Running` for a key that was used (T-D3).
    pub async fn reserve_document(
        &self,
        reservation: DocumentReservation,
    ) -> Result<DocumentReserving, DocumentRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { document::reserve(link, &secrets, &reservation).await })
            })
            .await
    }

    /// Begins such a job with a file that is kept already: it waits for its release in the same transaction.
    ///
    /// # Errors
    /// As [`Jobs::reserve_document`].
    pub async fn submit_document(
        &self,
        submission: DocumentSubmission,
    ) -> Result<DocumentSubmitted, DocumentRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { document::submit(link, &secrets, submission).await })
            })
            .await
    }

    /// The file is rendered and waits for a second person; a repeat of the request that began the job
    /// gets this answer until there is a later one (T-D3). A redo that made the same file finds its
    /// step taken.
    ///
    /// # Errors
    /// `Unknown`, `NotNow`.
    pub async fn await_release(
        &self,
        job: &JobId,
        unsealed: Unsealed,
        answer: Response,
        by: By,
    ) -> Result<Job, StepRefused> {
        let (secrets, job) = (Arc::clone(&self.secrets), job.clone());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    step::await_release(link, &secrets, &job, (&unsealed, &answer), &by).await
                })
            })
            .await
    }

    /// A second person releases exactly this job. The signature is the caller's to check, and the
    /// key store checks it again.
    ///
    /// # Errors
    /// `NotNow`, `Differs` when any member is another (T-S2), `SamePerson` (R3), `Expired`, `Used`, `Over` (T-S7).
    pub async fn release(
        &self,
        department: &DepartmentKey,
        job: &JobId,
        release: Release,
        by: By,
    ) -> Result<Job, StepRefused> {
        let secrets = Arc::clone(&self.secrets);
        let (department, job, terms) = (department.clone(), job.clone(), self.terms);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let place = (&department, &job);
                    step::release(link, &secrets, place, (&release, &terms), &by).await
                })
            })
            .await?
    }

    /// [`Jobs::release`] and [`Jobs::journal`] in one transaction, for a job that waits and whose revision was laid
    /// out before: the release is used up as it is given. `by` releases, `service` signs.
    ///
    /// # Errors
    /// As [`Jobs::release`]; then nothing of it stands.
    pub async fn release_and_journal(
        &self,
        (department, job): (&DepartmentKey, &JobId),
        (release, signing): (Release, Signing),
        (by, service): (By, By),
    ) -> Result<(Job, Journalled), StepRefused> {
        let secrets = Arc::clone(&self.secrets);
        let (department, job, terms) = (department.clone(), job.clone(), self.terms);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let place = (&department, &job);
                    let what = (&release, &signing, &terms);
                    step::release_and_journal(link, &secrets, place, what, (&by, &service)).await
                })
            })
            .await?
    }

    /// Writes what is about to be signed and consumes the release; only then may the key be asked.
    /// After a lost process the same job may be journalled again under its release, and the journal
    /// shows both attempts; what the earlier ones left in the public log is closed with it.
    ///
    /// # Errors
    /// `NotNow`, `Expired`, `Used`.
    pub async fn journal(
        &self,
        job: &JobId,
        signing: Signing,
        by: By,
    ) -> Result<Journalled, StepRefused> {
        let (secrets, job) = (Arc::clone(&self.secrets), job.clone());
        self.store
            .write(move |link| {
                Box::pin(async move { step::journal(link, &secrets, &job, &signing, &by).await })
            })
            .await
    }

    /// Records the sealed files: the licence is issued, the answer kept, the outbox filled.
    ///
    /// # Errors
    /// `NotNow` unless the job is journalled; `Overtaken` unless by its last attempt; `Life` when the case was
    /// stopped (R6).
    pub async fn record(&self, recording: Recording) -> Result<Recorded, StepRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { record::record(link, &secrets, &recording).await })
            })
            .await
    }

    /// The second person refuses; the job ends. Only the first 1,000 octets of the reason are kept,
    /// and nothing in it may be personal.
    ///
    /// # Errors
    /// `NotNow` unless it waits or is released.
    pub async fn refuse(
        &self,
        department: &DepartmentKey,
        job: &JobId,
        reason: &str,
        by: By,
    ) -> Result<Job, StepRefused> {
        let secrets = Arc::clone(&self.secrets);
        let (department, job, reason) = (department.clone(), job.clone(), reason.to_owned());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    step::refuse(link, &secrets, (&department, &job), &reason, &by).await
                })
            })
            .await
    }

    /// The job cannot be carried out and ends; its leaves are closed. Its number and identifier stay used.
    ///
    /// # Errors
    /// `NotNow` when it has ended; `Overtaken` when another attempt began.
    pub async fn fail(&self, job: &JobId, failure: Failure, by: By) -> Result<Job, StepRefused> {
        let (secrets, job) = (Arc::clone(&self.secrets), job.clone());
        self.store
            .write(move |link| {
                Box::pin(async move { failure::fail(link, &secrets, &job, &failure, &by).await })
            })
            .await
    }

    /// Writes the leaf of an attempt, and the journal's line of its time-stamp. When this returns, the leaf will be in
    /// the log.
    ///
    /// # Errors
    /// `NotNow` unless the job is journalled; `Overtaken` unless by its last attempt.
    pub async fn log(&self, logging: Logging) -> Result<Vec<PendingId>, StepRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { logging::log(link, &secrets, &logging).await })
            })
            .await
    }

    /// A job; of one department, or of any for workers.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        job: &JobId,
        within: Option<&DepartmentKey>,
    ) -> Result<Option<Job>, StoreError> {
        let secrets = &self.secrets;
        let mut link = self.store.reader().await?;
        job::find(&mut link, secrets, job, text(within)).await
    }

    /// Jobs of a department that wait for a release, oldest first, after `after`.
    ///
    /// # Errors
    /// The store.
    pub async fn waiting(
        &self,
        department: &DepartmentKey,
        after: Option<&Job>,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let secrets = &self.secrets;
        let mut link = self.store.reader().await?;
        job::waiting(&mut link, secrets, department.as_str(), place(after), limit).await
    }

    /// Jobs of every department in an open state, oldest first, after `after`: what a start finds.
    ///
    /// # Errors
    /// The store.
    pub async fn unfinished(
        &self,
        state: JobState,
        after: Option<&Job>,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let secrets = &self.secrets;
        let mut link = self.store.reader().await?;
        job::open(&mut link, secrets, state, place(after), limit).await
    }

    /// What a department sealed or has waiting in a case, the first first; at most 200.
    ///
    /// # Errors
    /// The store.
    pub async fn of_case(
        &self,
        department: &DepartmentKey,
        case: &str,
    ) -> Result<Vec<Job>, StoreError> {
        let mut link = self.store.reader().await?;
        job::of_case(&mut link, &self.secrets, (case, department.as_str())).await
    }

    /// The sealed files of a job; of one department, or of any.
    ///
    /// # Errors
    /// The store.
    pub async fn files(
        &self,
        job: &JobId,
        within: Option<&DepartmentKey>,
    ) -> Result<Vec<FileRecord>, StoreError> {
        let mut link = self.store.reader().await?;
        record::files(&mut link, job, text(within)).await
    }

    /// What a seal's key sealed and recorded since a moment, by the time of its leaf, in the order of the jobs, after `after`;
    /// without what this drill has begun to seal anew. A drill that is not declared yet has an empty name.
    ///
    /// # Errors
    /// The store.
    pub async fn sealed_since(
        &self,
        (department, seal): (&DepartmentKey, &SealCode),
        (since, drill): (UtcDateTime, &str),
        after: Option<&JobId>,
        limit: u32,
    ) -> Result<(Vec<SealedSince>, Option<JobId>), StoreError> {
        let mut link = self.store.reader().await?;
        let place = (department, seal);
        resealing::since(&mut link, place, (since, drill), (after, limit)).await
    }

    /// Whether this leaf of the public log is of a recorded job of this department.
    ///
    /// # Errors
    /// The store.
    pub async fn explains(
        &self,
        department: &DepartmentKey,
        leaf: tlog::LeafIndex,
    ) -> Result<bool, StoreError> {
        let mut link = self.store.reader().await?;
        resealing::explains(&mut link, department, leaf).await
    }

    /// Begins a batch of jobs that seal anew what others sealed; they wait for their release.
    ///
    /// # Errors
    /// `Unknown`, `NotNow` where one of them was not sealed and recorded; `Used` where one was begun in this drill.
    pub async fn begin_resealing(&self, new: NewResealing) -> Result<BatchId, StepRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { resealing::begin(link, &secrets, &new).await })
            })
            .await
    }

    /// The batches of a drill in which something is still to be done.
    ///
    /// # Errors
    /// The store.
    pub async fn batches_of_drill(
        &self,
        department: &DepartmentKey,
        drill: &str,
    ) -> Result<Vec<BatchId>, StoreError> {
        let mut link = self.store.reader().await?;
        resealing::open_batches(&mut link, department, drill).await
    }

    /// The jobs of a batch in the order of their identifiers.
    ///
    /// # Errors
    /// The store.
    pub async fn of_batch(&self, batch: &BatchId) -> Result<Vec<Job>, StoreError> {
        let mut link = self.store.reader().await?;
        job::of_batch(&mut link, &self.secrets, batch.as_str(), job::Lock::Not).await
    }

    /// What a drill seals anew, and how far each is.
    ///
    /// # Errors
    /// The store.
    pub async fn of_drill(
        &self,
        department: &DepartmentKey,
        drill: &str,
    ) -> Result<Vec<Resealed>, StoreError> {
        let mut link = self.store.reader().await?;
        resealing::of_drill(&mut link, department, drill).await
    }

    /// The release under which a job goes on, if it has one.
    ///
    /// # Errors
    /// The store; `NotNow` when nothing was rendered yet.
    pub async fn release_of(&self, job: &Job) -> Result<Release, StepRefused> {
        let mut link = self.store.reader().await?;
        step::find_release(&mut link, job).await
    }

    /// What `releaser` has to sign to release this job once, up to `expires`.
    ///
    /// # Errors
    /// `NotNow` when nothing was rendered yet.
    pub fn statement(
        job: &Job,
        releaser: &str,
        expires: UtcDateTime,
    ) -> Result<ReleaseStatement, StepRefused> {
        step::statement_of(job, releaser, 1, expires)
    }
}

fn text(within: Option<&DepartmentKey>) -> Option<&str> {
    within.map(|key| key.as_str())
}

fn place(after: Option<&Job>) -> (i64, &str) {
    after.map_or((i64::MIN, ""), |job| {
        (job.begun.unix_timestamp(), job.id.as_str())
    })
}
