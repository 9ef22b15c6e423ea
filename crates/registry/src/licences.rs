//! Licences: reserved, found, changed, never rewritten.

pub(crate) mod change;
pub(crate) mod following;
pub(crate) mod reserve;
pub(crate) mod version;
mod voiding;

use std::sync::Arc;

use catalogue::OrganisationCode;
use catalogue::key::{DepartmentKey, TypeCode};
use licence::{HolderCode, Identifier, LicenceNumber};
use time::UtcDateTime;

use store::{Link, Store, StoreError};
use trail::secrets::Secrets;

pub(crate) use change::tell;
pub use change::{Change, ChangeRefused, Changing, Respond};
pub use following::{FollowRefused, Follows, Superseding};
pub use reserve::{
    Compose, Composed, Drawn, NotComposed, Reservation, ReserveRefused, Reserved, Reserving,
};
pub use trail::id::LicenceId;
pub use version::{Content, Happened, Record};
pub use voiding::{Voided, Voiding, Word};

/// The licences of every department.
#[derive(Debug, Clone)]
pub struct Licences {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

impl Licences {
    pub(crate) fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Licences {
        Licences { store, secrets }
    }

    /// Fixes number, identifier, status index, salts and moment of a licence and begins its job.
    ///
    /// # Errors
    /// `KeyReused` and `Running` for a key that was used (T-D3); `NumberTaken`, `IdentifierTaken`
    /// (R12); `ListFull`: begin the next status list and ask again.
    pub async fn reserve(&self, reservation: Reservation) -> Result<Reserving, ReserveRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { reserve::reserve(link, &secrets, &reservation).await })
            })
            .await
    }

    /// Changes the state of a version.
    ///
    /// # Errors
    /// `Revision` when somebody changed it meanwhile: read it again and decide again; `Life` when
    /// the table has no such transition (R10).
    pub async fn change(&self, change: Change) -> Result<Changing, ChangeRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { change::change(link, &secrets, change).await })
            })
            .await
    }

    /// One person's word that a version is void; the second person's voids it, within a day.
    ///
    /// # Errors
    /// As [`Licences::change`]; `Life` with `SamePerson` for the same person twice.
    pub async fn void(&self, voiding: Voiding) -> Result<Voided, ChangeRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move { voiding::void(link, &secrets, voiding).await })
            })
            .await
    }

    /// Versions whose record is due for retention, the longest first, at most `limit`.
    ///
    /// # Errors
    /// The store.
    pub async fn to_archive(
        &self,
        now: UtcDateTime,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        let mut link = self.store.reader().await?;
        change::to_archive(&mut link, now, limit).await
    }

    /// What the holder of this version has, the latest first, at most 1,000: of every department, for what hangs
    /// together (domain.md 4.1).
    ///
    /// # Errors
    /// The store.
    pub async fn held_beside(&self, identifier: &Identifier) -> Result<Vec<Record>, StoreError> {
        let identifier = identifier.to_string();
        let mut link = self.store.reader().await?;
        version::held_beside(&mut link, &identifier).await
    }

    /// Brings entries of the status lists up to date whose moment has come: endings, successors and
    /// ends of suspensions that were decided for later. Gives how many were looked at; ask again
    /// when it is `limit`.
    ///
    /// # Errors
    /// The store.
    pub async fn refresh_status(&self, now: UtcDateTime, limit: u32) -> Result<u64, StoreError> {
        self.store
            .write(move |link| Box::pin(async move { change::refresh(link, now, limit).await }))
            .await
    }

    /// A version by its identifier; of one department, or of any for the public answer and for
    /// workers.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        identifier: &Identifier,
        within: Option<&DepartmentKey>,
    ) -> Result<Option<Record>, StoreError> {
        let identifier = identifier.to_string();
        let mut link = self.store.reader().await?;
        version::find(&mut link, &identifier, text(within)).await
    }

    /// The versions of a licence by type, issuer and number, the latest first.
    ///
    /// # Errors
    /// The store.
    pub async fn by_number(
        &self,
        (type_code, issuer, number): (&TypeCode, &OrganisationCode, &LicenceNumber),
        within: Option<&DepartmentKey>,
    ) -> Result<Vec<Record>, StoreError> {
        let mut link = self.store.reader().await?;
        let key = (type_code.as_str(), issuer.as_str(), number.as_str());
        version::by_number(&mut link, key, text(within)).await
    }

    /// Versions that a holder has, the latest first, at most 1,000 (R17).
    ///
    /// # Errors
    /// The store.
    pub async fn by_holder(
        &self,
        holder: &HolderCode,
        within: Option<&DepartmentKey>,
    ) -> Result<Vec<Record>, StoreError> {
        let digest = self.secrets.lookup("holder", holder.reveal());
        let mut link = self.store.reader().await?;
        version::by_holder(&mut link, &digest, text(within)).await
    }

    /// A version by the handle of its public page (T-P6).
    ///
    /// # Errors
    /// The store.
    pub async fn by_handle(&self, handle: &str) -> Result<Option<Record>, StoreError> {
        let digest = self.secrets.lookup("handle", handle);
        let mut link = self.store.reader().await?;
        version::by_handle(&mut link, &digest).await
    }

    /// A page of a department's versions in the order of their reservation, after `after`.
    ///
    /// # Errors
    /// The store.
    pub async fn list(
        &self,
        department: &DepartmentKey,
        after: Option<&Record>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        let after = after.map(|record| {
            (
                record.reserved.unix_timestamp(),
                record.identifier.to_string(),
            )
        });
        let mut link = self.store.reader().await?;
        let (moment, identifier) = after.unwrap_or((i64::MIN, String::new()));
        version::page(&mut link, department.as_str(), (moment, &identifier), limit).await
    }

    /// What happened to a version, in order.
    ///
    /// # Errors
    /// The store.
    pub async fn history(
        &self,
        department: &DepartmentKey,
        identifier: &Identifier,
    ) -> Result<Vec<Happened>, StoreError> {
        let identifier = identifier.to_string();
        let mut link = self.store.reader().await?;
        version::history(&mut link, &identifier, department.as_str()).await
    }

    /// The version that this one comes after.
    ///
    /// # Errors
    /// The store.
    pub async fn before(&self, record: &Record) -> Result<Option<Record>, StoreError> {
        let Some(before) = record.birth.before() else {
            return Ok(None);
        };
        let mut link = self.store.reader().await?;
        let identifier = version::at(&mut link, record.licence.as_str(), before).await?;
        version::find(&mut link, &identifier, None).await
    }

    /// Every version of a licence, first to last, each with everything that happened to it: what a question about
    /// the past is answered from.
    ///
    /// # Errors
    /// The store.
    pub async fn whole(
        &self,
        licence: &LicenceId,
    ) -> Result<Vec<(Record, Vec<Happened>)>, StoreError> {
        whole(&mut self.store.reader().await?, licence.as_str()).await
    }

    /// What of a version is sealed, opened. Whoever looks writes a trace entry (R15).
    ///
    /// # Errors
    /// The store; `Damaged` when a column was changed or moved (T-P5).
    pub async fn content(
        &self,
        identifier: &Identifier,
        within: Option<&DepartmentKey>,
    ) -> Result<Option<Content>, StoreError> {
        let identifier = identifier.to_string();
        let secrets = &self.secrets;
        let mut link = self.store.reader().await?;
        version::content(&mut link, secrets, &identifier, text(within)).await
    }
}

/// Every version of a licence with everything that happened to it.
pub(crate) async fn whole(
    link: &mut Link,
    licence: &str,
) -> Result<Vec<(Record, Vec<Happened>)>, StoreError> {
    let mut whole: Vec<(Record, Vec<Happened>)> = version::of_licence(link, licence)
        .await?
        .into_iter()
        .map(|(record, _)| (record, Vec::new()))
        .collect();
    let mut place = 0;
    for (identifier, happened) in version::whole_history(link, licence).await? {
        let found = whole
            .iter()
            .skip(place)
            .position(|(record, _)| record.identifier.to_string() == identifier);
        place += found.ok_or(version::DAMAGED)?;
        if let Some((_, events)) = whole.get_mut(place) {
            events.push(happened);
        }
    }
    Ok(whole)
}

fn text(within: Option<&DepartmentKey>) -> Option<&str> {
    within.map(|key| key.as_str())
}
