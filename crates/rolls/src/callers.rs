//! Callers: machines with their secrets, keys of certificates and quotas, people with their roles and public keys; nonces
//! that are used once (T-P1).

mod bound;
mod machine;
mod order;
mod person;
mod refused;

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use time::UtcDateTime;

use store::Store;
use store::StoreError;
use trail::asked::{Asked, By, Response};
use trail::secrets::Secrets;

pub use bound::{Bound, BoundKey, KeyDigest};
pub use machine::{Caller, NewCaller, Nonce, Quota};
pub use order::{Machine, MachineOrder, SayMachine};
pub use person::{EnrolRefused, NewPerson, Person};
pub use refused::MachineRefused;

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

    /// Does what an administrator of a department orders, once for each request; the same request is answered the same. Nothing is
    /// answered while it still runs.
    ///
    /// # Errors
    /// [`MachineRefused`].
    pub async fn keep(
        &self,
        department: &DepartmentKey,
        order: MachineOrder,
        (asked, by): (Asked, By),
        say: SayMachine,
    ) -> Result<Option<Response>, MachineRefused> {
        let (department, secrets) = (department.clone(), Arc::clone(&self.secrets));
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let what = (&department, &order);
                    order::keep(link, &secrets, what, (&asked, &by), say).await
                })
            })
            .await
    }

    /// The machines of a department with the keys of their certificates, ended ones too.
    ///
    /// # Errors
    /// The store.
    pub async fn machines(&self, department: &DepartmentKey) -> Result<Vec<Machine>, StoreError> {
        let mut link = self.store.reader().await?;
        let callers = machine::list(&mut link, &self.secrets, department.as_str()).await?;
        let mut keys = bound::list(&mut link, department.as_str()).await?;
        let with_keys = callers.into_iter().map(|caller| {
            let own = keys.extract_if(.., |(of, _)| *of == caller.id);
            Machine {
                keys: own.map(|(_, key)| key).collect(),
                caller,
            }
        });
        Ok(with_keys.collect())
    }

    /// Whose a key of a certificate is, ended or not, and whether it lets in.
    ///
    /// # Errors
    /// The store.
    pub async fn find_bound(&self, key: &KeyDigest) -> Result<Option<(Caller, Bound)>, StoreError> {
        let mut link = self.store.reader().await?;
        let Some((id, bound)) = bound::find(&mut link, key).await? else {
            return Ok(None);
        };
        let caller = machine::find(&mut link, &self.secrets, &id).await?;
        Ok(caller.map(|caller| (caller, bound)))
    }

    /// Counts a request that needs no nonce, since its connection cannot be replayed.
    ///
    /// # Errors
    /// The store.
    pub async fn count(&self, caller: &Caller, now: UtcDateTime) -> Result<Quota, StoreError> {
        let (id, quota) = (caller.id.clone(), caller.quota);
        self.store
            .note(move |link| Box::pin(async move { machine::count(link, &id, quota, now).await }))
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
