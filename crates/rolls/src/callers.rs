//! Callers: machines with their secrets and quotas, people with their roles and public keys; nonces
//! that are used once (T-P1).

mod machine;
mod person;

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use time::UtcDateTime;

use store::Store;
use store::StoreError;
use trail::asked::By;
use trail::secrets::Secrets;

pub use machine::{Caller, NewCaller, Nonce, Quota};
pub use person::{EnrolRefused, NewPerson, Person};

/// The callers of every department.
#[derive(Debug, Clone)]
pub struct Callers {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

impl Callers {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Callers {
        Callers { store, secrets }
    }

    /// Enrols a machine. Its secret is kept sealed.
    ///
    /// # Errors
    /// `Taken` when the key id is in use or was.
    pub async fn enrol(&self, caller: NewCaller, by: By) -> Result<(), EnrolRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { machine::enrol(link, &secrets, &caller, &by).await })
            })
            .await
    }

    /// A machine by its key id, ended or not.
    ///
    /// # Errors
    /// The store.
    pub async fn find(&self, id: &str) -> Result<Option<Caller>, StoreError> {
        let secrets = &self.secrets;
        let mut link = self.store.reader().await?;
        machine::find(&mut link, secrets, id).await
    }

    /// The machines of a department.
    ///
    /// # Errors
    /// The store.
    pub async fn list(&self, department: &DepartmentKey) -> Result<Vec<Caller>, StoreError> {
        let secrets = &self.secrets;
        let mut link = self.store.reader().await?;
        machine::list(&mut link, secrets, department.as_str()).await
    }

    /// Ends a machine's rights at once.
    ///
    /// # Errors
    /// `Unknown`.
    pub async fn end(
        &self,
        department: &DepartmentKey,
        id: &str,
        by: By,
    ) -> Result<(), EnrolRefused> {
        let (department, id) = (department.clone(), id.to_owned());
        self.store
            .write(move |link| {
                Box::pin(async move { machine::end(link, &department, &id, &by).await })
            })
            .await
    }

    /// Uses a nonce, which is remembered for ten minutes, and counts the request. It is durable as soon as any later fact is: a request
    /// that left nothing durable may come again after a power cut.
    ///
    /// # Errors
    /// The store.
    pub async fn admit(
        &self,
        caller: &Caller,
        nonce: &str,
        now: UtcDateTime,
    ) -> Result<(Nonce, Quota), StoreError> {
        let (id, quota, nonce) = (caller.id.clone(), caller.quota, nonce.to_owned());
        self.store
            .note(move |link| {
                Box::pin(async move {
                    let fresh = machine::use_nonce(link, (&id, &nonce), now).await?;
                    // A repeated request costs its caller nothing more.
                    let quota = match fresh {
                        Nonce::Fresh => machine::count(link, &id, quota, now).await?,
                        Nonce::Used => Quota::Left(0),
                    };
                    Ok((fresh, quota))
                })
            })
            .await
    }

    /// Forgets nonces and quota counters that are over, and answered requests older than
    /// `requests`; gives how many rows went.
    ///
    /// # Errors
    /// The store.
    pub async fn forget(&self, now: UtcDateTime, requests: UtcDateTime) -> Result<u64, StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let requests = trail::asked::forget(link, requests).await?;
                    Ok(requests + machine::forget(link, now).await?)
                })
            })
            .await
    }

    /// Enrols a person with roles, and a public key if the person releases seals.
    ///
    /// # Errors
    /// `Taken`.
    pub async fn enrol_person(&self, person: NewPerson, by: By) -> Result<(), EnrolRefused> {
        self.store
            .write(move |link| Box::pin(async move { person::enrol(link, &person, &by).await }))
            .await
    }

    /// A person, ended or not.
    ///
    /// # Errors
    /// The store.
    pub async fn person(&self, id: &PersonKey) -> Result<Option<Person>, StoreError> {
        let mut link = self.store.reader().await?;
        person::find(&mut link, id.as_str()).await
    }

    /// The people of a department.
    ///
    /// # Errors
    /// The store.
    pub async fn people(&self, department: &DepartmentKey) -> Result<Vec<Person>, StoreError> {
        let mut link = self.store.reader().await?;
        person::list(&mut link, department.as_str()).await
    }

    /// Ends a person's rights at once.
    ///
    /// # Errors
    /// `Unknown`.
    pub async fn end_person(
        &self,
        department: &DepartmentKey,
        id: &PersonKey,
        by: By,
    ) -> Result<(), EnrolRefused> {
        let (department, id) = (department.clone(), id.clone());
        self.store
            .write(move |link| {
                Box::pin(async move { person::end(link, &department, id.as_str(), &by).await })
            })
            .await
    }
}
