//! Accounts of people, what fails at their doors, and their sessions (D9, T-P1, T-P2).
//!
//! An account belongs to one department and one person, and has roles. A person with several accounts is one person
//! (R3): opening one looks at all of them under one lock. What is said of an account here is what the register knows;
//! passwords are checked above, where randomness and threads are.

mod account;
mod held;
mod order;
pub mod passkeys;
mod provided;
mod roles;
mod session;
mod sign_in;

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use crypto::sign_in::passkey::{CHALLENGE, Passkey, PasskeyFault};
use crypto::sign_in::password::Kept;
use duties::{ReadRoles, RolesApart};
use store::{Store, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::{Asked, By, Response};
use trail::secrets::Secrets;

pub use account::{Account, Doors, Invitation, NewAccount, NextRoles, person_of};
pub use dossier::number::AccountKey;
pub use order::{Done, Order, Said, Say};
use passkeys::{Answered, OwnPasskey, PasskeyUse, Purpose};
pub use provided::{Errand, Provided};
pub use roles::Wanted;
pub use session::{ABSOLUTE, IDLE, Second, Standing};
pub use sign_in::{Attempt, Subject};

/// Nothing was done to an account.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum AccountRefused {
    /// The name is in use, or was: it is never given again.
    #[error("the account is taken")]
    Taken,
    /// There is no such account in this department that has not ended.
    #[error("no such account")]
    Unknown,
    /// The roles are not those of an account.
    #[error(transparent)]
    Roles(#[from] ReadRoles),
    /// With its other accounts the person would have roles of two people (R3).
    #[error(transparent)]
    Apart(#[from] RolesApart),
    /// Two people are needed: who opened it, or whose it is, does not confirm it; nobody opens one for themselves (T-S4).
    #[error("another person is needed")]
    SamePerson,
    /// The rights of the person have ended.
    #[error("the rights of the person have ended")]
    PersonEnded,
    /// It holds already.
    #[error("there is nothing to confirm")]
    NothingToConfirm,
    /// The account has these roles, or is to have them.
    #[error("these are the roles of the account")]
    NothingToChange,
    /// The passkey is not taken.
    #[error(transparent)]
    Passkey(#[from] PasskeyFault),
    /// The account has as many passkeys as it may.
    #[error("the account has as many passkeys as it may")]
    TooManyPasskeys,
    /// The name at the provider is linked to an account, or the account to a name.
    #[error("the account has a name at the provider, or the name an account")]
    Linked,
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountRefused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Taken => "account.taken",
            Self::Unknown => "account.unknown",
            Self::Roles(ReadRoles::Contradict { .. }) => "account.roles-contradict",
            Self::Roles(ReadRoles::Apart(_)) | Self::Apart(_) => "account.roles-apart",
            Self::Roles(_) => "account.roles",
            Self::SamePerson => "account.same-person",
            Self::PersonEnded => "account.person-ended",
            Self::NothingToConfirm => "account.nothing-to-confirm",
            Self::NothingToChange => "account.nothing-to-change",
            Self::Passkey(fault) => fault.code(),
            Self::TooManyPasskeys => "account.passkeys",
            Self::Linked => "account.openid",
            Self::KeyReused => "request.key-reused",
            Self::Store(_) => "store.unavailable",
        }
    }
}

/// The accounts of every department.
#[derive(Debug, Clone)]
pub struct Accounts {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

impl Accounts {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Accounts {
        Accounts { store, secrets }
    }

    /// Opens an account where the service runs: nobody can sign in before the person used the invitation and it began.
    ///
    /// # Errors
    /// `Taken`, `Apart`, `SamePerson`, `PersonEnded`.
    pub async fn open(&self, new: NewAccount, by: By) -> Result<Account, AccountRefused> {
        self.store
            .write(move |link| Box::pin(async move { account::open(link, &new, &by).await }))
            .await
    }

    /// Does what an administrator of the department asks for, once for each request; what the request is answered.
    ///
    /// # Errors
    /// [`AccountRefused`]; a refused request may be made again under its key.
    pub async fn keep(
        &self,
        department: &DepartmentKey,
        order: Order,
        (asked, by): (Asked, By),
        say: Say,
    ) -> Result<Option<Response>, AccountRefused> {
        let (secrets, department) = (Arc::clone(&self.secrets), department.clone());
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let what = (&department, &order);
                    order::keep(link, &secrets, what, (&asked, &by), say).await
                })
            })
            .await
    }

    /// The accounts of a department, by name, as they stand at a moment.
    ///
    /// # Errors
    /// The store.
    pub async fn list(
        &self,
        department: &DepartmentKey,
        now: UtcDateTime,
    ) -> Result<Vec<Account>, StoreError> {
        let mut link = self.store.reader().await?;
        account::list(&mut link, department, now).await
    }

    /// An account, ended or not, whatever its department, as it stands at a moment.
    ///
    /// # Errors
    /// The store.
    pub async fn find(
        &self,
        id: &AccountKey,
        now: UtcDateTime,
    ) -> Result<Option<Account>, StoreError> {
        let mut link = self.store.reader().await?;
        account::find(&mut link, id.as_str(), now).await
    }

    /// An account that has not ended, with what opens its doors.
    ///
    /// # Errors
    /// The store.
    pub async fn doors(
        &self,
        id: &AccountKey,
        now: UtcDateTime,
    ) -> Result<Option<(Account, Doors)>, StoreError> {
        let mut link = self.store.reader().await?;
        account::doors(&mut link, &self.secrets, (id.as_str(), now)).await
    }

    /// Uses an invitation up: the password is the person's from now on, and the second factor.
    ///
    /// # Errors
    /// `Unknown` when the invitation is another one, over or used.
    pub async fn activate(
        &self,
        id: &AccountKey,
        invitation: [u8; 32],
        (password, factor): (Kept, Option<Vec<u8>>),
        subjects: &[Subject<'_>],
        at: UtcDateTime,
    ) -> Result<Account, AccountRefused> {
        let (id, secrets) = (id.clone(), Arc::clone(&self.secrets));
        let subjects = sign_in::digests(&self.secrets, subjects);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    sign_in::succeeded(link, &subjects).await?;
                    let keys = (&password, factor.as_deref());
                    account::activate(link, &secrets, (&id, &invitation), keys, at).await
                })
            })
            .await
    }

    /// Another password; all sessions but the one of `keep` end.
    ///
    /// # Errors
    /// `Unknown`.
    pub async fn change_password(
        &self,
        account: &Account,
        password: Kept,
        keep: [u8; 32],
        subjects: &[Subject<'_>],
        by: By,
    ) -> Result<(), AccountRefused> {
        let (account, secrets) = (account.clone(), Arc::clone(&self.secrets));
        let subjects = sign_in::digests(&self.secrets, subjects);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    sign_in::succeeded(link, &subjects).await?;
                    account::change_password(link, &secrets, (&account, &password), &keep, &by)
                        .await
                })
            })
            .await
    }

    /// Counts a try at these doors as failed before it is known, or says until when none is taken. What is tried is
    /// counted at once, so that many tries at the same moment are as many.
    ///
    /// # Errors
    /// The store.
    pub async fn attempt(
        &self,
        subjects: &[Subject<'_>],
        now: UtcDateTime,
    ) -> Result<Attempt, StoreError> {
        let subjects = sign_in::digests(&self.secrets, subjects);
        self.store
            .write(move |link| {
                Box::pin(async move { sign_in::attempt(link, &subjects, now).await })
            })
            .await
    }

    /// A try failed. For an account that there is an entry of the trace says so; for another the same is written but
    /// that, so that both take the same time (T-P6).
    ///
    /// # Errors
    /// The store.
    pub async fn refused(
        &self,
        account: Option<&Account>,
        subjects: &[Subject<'_>],
        (ground, by): (&'static str, By),
    ) -> Result<(), StoreError> {
        let account = account.cloned();
        let subjects = sign_in::digests(&self.secrets, subjects);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    sign_in::refused(link, account.as_ref(), &subjects, (ground, &by)).await
                })
            })
            .await
    }

    /// A question for a passkey, of this moment and for this purpose; nothing is kept of it.
    #[must_use]
    pub fn ask(&self, purpose: Purpose<'_>, random: [u8; 12], now: UtcDateTime) -> [u8; CHALLENGE] {
        purpose.ask(&self.secrets, random, now)
    }

    /// A question that comes back with its answer.
    ///
    /// # Errors
    /// `Challenge` for one that was not asked for this, or not in the last five minutes.
    pub fn answered(
        &self,
        purpose: Purpose<'_>,
        question: [u8; CHALLENGE],
        now: UtcDateTime,
    ) -> Result<Answered, PasskeyFault> {
        purpose.answered(&self.secrets, question, now)
    }

    /// What somebody is sent to the provider with, who brings this question back.
    #[must_use]
    pub fn errand(&self, question: [u8; CHALLENGE]) -> Errand {
        Errand::of(&self.secrets, question)
    }

    /// The keyed digest of the provider's name for somebody.
    #[must_use]
    pub fn named(&self, issuer: &str, subject: &str) -> [u8; 32] {
        provided::digest(&self.secrets, (issuer, subject))
    }

    /// Uses a question up.
    ///
    /// # Errors
    /// `Passkey` with `Challenge` for one that was answered.
    pub async fn use_up(&self, answered: Answered) -> Result<(), AccountRefused> {
        self.store
            .write(move |link| Box::pin(async move { passkeys::answer(link, &answered).await }))
            .await
    }

    /// Whose a name at the provider is, and whether two administrators said so.
    ///
    /// # Errors
    /// The store.
    pub async fn find_named(
        &self,
        name: &[u8; 32],
        now: UtcDateTime,
    ) -> Result<Option<(Account, bool)>, StoreError> {
        let mut link = self.store.reader().await?;
        provided::find(&mut link, name, now).await
    }

    /// The name at the provider of an account.
    ///
    /// # Errors
    /// The store.
    pub async fn name_of(&self, account: &Account) -> Result<Option<[u8; 32]>, StoreError> {
        let mut link = self.store.reader().await?;
        provided::of_account(&mut link, account).await
    }

    /// Begins a session of somebody whom the provider knows, with a second factor of the account where there is one.
    ///
    /// # Errors
    /// As [`Accounts::begin`], and `Unknown` when the name or the roles are others meanwhile.
    pub async fn begin_provided(
        &self,
        account: &Account,
        provided: Provided,
        (token, second): ([u8; 32], Option<Second>),
        subjects: &[Subject<'_>],
        by: By,
    ) -> Result<(), AccountRefused> {
        let account = account.clone();
        let subjects = sign_in::digests(&self.secrets, subjects);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    sign_in::succeeded(link, &subjects).await?;
                    let what = (&token, second.as_ref());
                    session::begin_provided(link, &account, &provided, what, &by).await
                })
            })
            .await
    }

    /// The passkeys of an account that are in force, the oldest first.
    ///
    /// # Errors
    /// The store.
    pub async fn passkeys(
        &self,
        department: &DepartmentKey,
        id: &AccountKey,
    ) -> Result<Vec<OwnPasskey>, StoreError> {
        let mut link = self.store.reader().await?;
        passkeys::list(&mut link, (department, id)).await
    }

    /// Enrols a passkey: the tries are forgotten, the step of the other factor and the question are used up.
    ///
    /// # Errors
    /// `Unknown` when the account ended or the step was used meanwhile; `Passkey` with `Challenge` for a question that was
    /// answered, with `Credential` for a credential that anybody enrolled; `TooManyPasskeys`.
    pub async fn enrol(
        &self,
        (account, step): (&Account, i64),
        (passkey, usage): (Passkey, PasskeyUse),
        subjects: &[Subject<'_>],
        by: By,
    ) -> Result<(), AccountRefused> {
        let account = account.clone();
        let subjects = sign_in::digests(&self.secrets, subjects);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    sign_in::succeeded(link, &subjects).await?;
                    let what = (&passkey, &usage);
                    passkeys::enrol(link, (&account, step), what, &by).await
                })
            })
            .await
    }

    /// Begins a session: the tries are forgotten, the step of the second factor or the question of the passkey is used.
    ///
    /// # Errors
    /// `Unknown` when the account ended meanwhile, or the step was used by somebody faster; `Passkey` with `Challenge` for a
    /// question that was answered, with `Credential` and `Counter` as [`passkeys::count_on`].
    pub async fn begin(
        &self,
        account: &Account,
        (token, second): ([u8; 32], Second),
        subjects: &[Subject<'_>],
        by: By,
    ) -> Result<(), AccountRefused> {
        let account = account.clone();
        let subjects = sign_in::digests(&self.secrets, subjects);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    sign_in::succeeded(link, &subjects).await?;
                    session::begin(link, &account, (&token, &second), &by).await
                })
            })
            .await
    }

    /// Who a session is of, while it lasts; that it was used is noted.
    ///
    /// # Errors
    /// The store.
    pub async fn session(
        &self,
        token: &[u8; 32],
        now: UtcDateTime,
    ) -> Result<Option<Standing>, StoreError> {
        let found = {
            let mut link = self.store.reader().await?;
            session::find(&mut link, token, now).await?
        };
        if found
            .as_ref()
            .is_some_and(|found| found.is_to_be_noted(now))
        {
            let token = *token;
            self.store
                .note(move |link| Box::pin(async move { session::used(link, &token, now).await }))
                .await?;
        }
        Ok(found)
    }

    /// Ends one session.
    ///
    /// # Errors
    /// The store.
    pub async fn end_session(
        &self,
        standing: &Standing,
        token: [u8; 32],
        by: By,
    ) -> Result<(), StoreError> {
        let standing = standing.clone();
        self.store
            .write(move |link| {
                Box::pin(async move { session::end(link, &standing, &token, &by).await })
            })
            .await
    }

    /// Ends every session of the person whose account it is, in this department, on every device; gives how many.
    ///
    /// # Errors
    /// `Unknown`.
    pub async fn end_sessions(
        &self,
        department: &DepartmentKey,
        id: &AccountKey,
        by: By,
    ) -> Result<u64, AccountRefused> {
        let (department, id) = (department.clone(), id.clone());
        self.store
            .write(move |link| {
                Box::pin(async move { session::end_all(link, (&department, &id), &by).await })
            })
            .await
    }

    /// Forgets sessions and tries that are over; gives how many rows went.
    ///
    /// # Errors
    /// The store.
    pub async fn forget(&self, now: UtcDateTime) -> Result<u64, StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let sessions = session::forget(link, now).await?;
                    let answered = passkeys::forget(link, now).await?;
                    Ok(sessions + answered + sign_in::forget(link, now).await?)
                })
            })
            .await
    }
}
