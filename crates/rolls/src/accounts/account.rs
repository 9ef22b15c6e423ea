//! An account: whose it is, what it may, since when, and what opens it.

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::mac::constant_time_eq;
use crypto::sign_in::password::Kept;
use duties::{Roles, apart};
use store::{Link, Row, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::{Place, Secrets};
use trail::trace::{self, Act, Deed};
use zeroize::Zeroizing;

use crate::accounts::held::{hold, roles_of};
use crate::accounts::{AccountKey, AccountRefused, passkeys};

/// An account to be opened.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its name; never given again.
    pub id: AccountKey,
    /// Its department.
    pub department: DepartmentKey,
    /// Whose it is.
    pub person: PersonKey,
    /// What it may.
    pub roles: Roles,
    /// What the person activates it with.
    pub invitation: Invitation,
}

/// What a person activates an account with, and from when on it holds.
#[derive(Debug, Clone, Copy)]
pub struct Invitation {
    /// SHA-256 of the token that the person is given.
    pub digest: [u8; 32],
    /// Until when it is taken.
    pub until: UtcDateTime,
    /// From when on the account lets in.
    pub begins: UtcDateTime,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub id: AccountKey,
    /// Its department.
    pub department: DepartmentKey,
    /// Whose it is.
    pub person: PersonKey,
    /// What it may at the moment that was asked about.
    pub roles: Roles,
    /// What it is to be later, where that was said.
    pub next: Option<NextRoles>,
    /// When it was opened, or the person last invited.
    pub opened: UtcDateTime,
    /// By whom.
    pub opened_by: String,
    /// From when on it lets in.
    pub begins: UtcDateTime,
    /// Whether the person has a password for it.
    pub is_active: bool,
    /// Since when it lets nobody in.
    pub ended: Option<UtcDateTime>,
}

/// Other roles that wait for their moment, or for a second administrator (T-S4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextRoles {
    /// Which.
    pub roles: Roles,
    /// From when on.
    pub from: UtcDateTime,
    /// Who said so.
    pub by: String,
}

/// What opens an account.
#[derive(Debug)]
pub struct Doors {
    /// The password, once the person chose one.
    pub password: Option<Kept>,
    /// The secret of the second factor, where there is one.
    pub factor: Option<Zeroizing<Vec<u8>>>,
    /// The step of it that was used last.
    pub factor_used: i64,
}

const DAMAGED: StoreError = StoreError::Damaged { table: "account" };

const SIGNED: &str = "SELECT 1 FROM caller WHERE id = $1";
const OPEN: &str = "INSERT INTO account (id, department, person, roles, opened, opened_by, begins, invitation, \
     invited_until, factor_used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) ON CONFLICT (id) DO NOTHING";
const FIND: &str = "SELECT id, department, person, roles, next_roles, next_from, next_by, opened, opened_by, begins, \
     password, ended, invitation, invited_until FROM account WHERE id = $1";
// What is decided from an account holds until the end of the fact.
const LOCK: &str = "SELECT id, department, person, roles, next_roles, next_from, next_by, opened, opened_by, begins, \
     password, ended, invitation, invited_until FROM account WHERE id = $1 FOR UPDATE";
const LIST: &str = "SELECT id, department, person, roles, next_roles, next_from, next_by, opened, opened_by, begins, \
     password, ended FROM account WHERE department = $1 ORDER BY id";
const INVITE: &str = "UPDATE account SET opened = $3, opened_by = $4, begins = $5, invitation = $6, invited_until = $7, \
     password = NULL, factor = NULL WHERE id = $1 AND department = $2 AND ended IS NULL";
const END: &str = "UPDATE account SET ended = $3, invitation = NULL WHERE id = $1 AND department = $2 AND ended IS NULL";
const END_SESSIONS: &str =
    "UPDATE session SET ended = $3 WHERE account = $1 AND department = $2 AND ended IS NULL";
const END_OTHERS: &str = "UPDATE session SET ended = $3 WHERE account = $1 AND department = $2 \
     AND ended IS NULL AND token <> $4";
const ACTIVATE: &str = "UPDATE account SET password = $3, factor = $4, invitation = NULL, invited_until = NULL \
     WHERE id = $1 AND ended IS NULL AND invitation = $2";
// Where there is none, somebody took it away meanwhile: an invitation alone brings another one.
const CHANGE: &str = "UPDATE account SET password = $3 WHERE id = $1 AND department = $2 AND ended IS NULL \
     AND password IS NOT NULL";

pub(super) async fn open(
    link: &mut Link,
    new: &NewAccount,
    by: &By,
) -> Result<Account, AccountRefused> {
    // T-S4: nobody gives rights to themselves.
    if by.who == new.person.as_str() {
        return Err(AccountRefused::SamePerson);
    }
    let person = new.person.as_str();
    hold(link, person, 1).await?;
    // One name is one account's, whichever book it stands in, and never a person's own key.
    let same = link.row(SIGNED, &[new.id.as_str().into()]).await?;
    if same.is_some() || new.id.as_str() == person {
        return Err(AccountRefused::Taken);
    }
    // R3: a person with several accounts is one person.
    let held = roles_of(link, &new.person, (&new.id, by.at)).await?;
    apart(held.into_iter().chain(new.roles.iter()))?;
    let roles = new.roles.to_string();
    let values = [
        new.id.as_str().into(),
        new.department.as_str().into(),
        person.into(),
        roles.as_str().into(),
        by.at.into(),
        by.who.as_str().into(),
        new.invitation.begins.into(),
        (&new.invitation.digest).into(),
        new.invitation.until.into(),
    ];
    if link.run(OPEN, &values).await? != 1 {
        return Err(AccountRefused::Taken);
    }
    let detail = vec![
        ("person", new.person.to_string()),
        ("roles", roles),
        ("begins", new.invitation.begins.unix_timestamp().to_string()),
    ];
    write(
        link,
        (&new.department, &new.id),
        by,
        ("account.open", detail),
    )
    .await?;
    let opened = find(link, new.id.as_str(), by.at).await?;
    Ok(opened.ok_or(DAMAGED)?)
}

pub(super) async fn invite(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    invitation: &Invitation,
    by: &By,
) -> Result<Account, AccountRefused> {
    let account = own(link, (department, id), by.at).await?;
    if by.who == account.person.as_str() {
        return Err(AccountRefused::SamePerson);
    }
    // T-S4: at once, where nothing that decides, releases or administers is opened by it.
    let next = account.next.as_ref();
    let waits = next.is_some_and(|next| next.roles.are_confirmed());
    let begins = if waits || account.roles.are_confirmed() {
        invitation.begins
    } else {
        by.at
    };
    let values = [
        id.as_str().into(),
        department.as_str().into(),
        by.at.into(),
        by.who.as_str().into(),
        begins.into(),
        (&invitation.digest).into(),
        invitation.until.into(),
    ];
    if link.run(INVITE, &values).await? != 1 {
        return Err(AccountRefused::Unknown);
    }
    end_sessions(link, (department, id), by).await?;
    passkeys::end(link, (department, id), by).await?;
    write(link, (department, id), by, ("account.invite", Vec::new())).await?;
    own(link, (department, id), by.at).await
}

pub(super) async fn end(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    by: &By,
) -> Result<Account, AccountRefused> {
    own(link, (department, id), by.at).await?;
    let values = [id.as_str().into(), department.as_str().into(), by.at.into()];
    if link.run(END, &values).await? != 1 {
        return Err(AccountRefused::Unknown);
    }
    end_sessions(link, (department, id), by).await?;
    write(link, (department, id), by, ("account.end", Vec::new())).await?;
    Ok(find(link, id.as_str(), by.at).await?.ok_or(DAMAGED)?)
}

pub(super) async fn end_sessions(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    by: &By,
) -> Result<(), StoreError> {
    let values = [id.as_str().into(), department.as_str().into(), by.at.into()];
    link.run(END_SESSIONS, &values).await.map(|_| ())
}

pub(super) async fn activate(
    link: &mut Link,
    secrets: &Secrets,
    (id, invitation): (&AccountKey, &[u8; 32]),
    (password, factor): (&Kept, Option<&[u8]>),
    at: UtcDateTime,
) -> Result<Account, AccountRefused> {
    let found = link.row(locking(link), &[id.as_str().into()]).await?;
    let mut row = found.ok_or(AccountRefused::Unknown)?;
    let account = read(&mut row, at)?;
    let (known, until) = (row.maybe_digest()?, row.maybe_moment()?);
    let same = known.is_some_and(|known| constant_time_eq(&known, invitation));
    if !same || until.is_none_or(|until| until <= at) || account.ended.is_some() {
        return Err(AccountRefused::Unknown);
    }
    // T-P1: roles that ask for a second factor may have come since it was left out.
    if account.needs_second_factor() && factor.is_none() {
        return Err(AccountRefused::Unknown);
    }
    let (sealed, factor) = sealed(secrets, &account, (password, factor))?;
    let values = [
        id.as_str().into(),
        invitation.into(),
        (&sealed).into(),
        factor.as_deref().into(),
    ];
    if link.run(ACTIVATE, &values).await? != 1 {
        return Err(AccountRefused::Unknown);
    }
    let by = By::new(account.person.as_str(), at);
    let place = (&account.department, id);
    write(link, place, &by, ("account.activate", Vec::new())).await?;
    Ok(account)
}

/// Password and second factor, sealed for their row (T-P5).
fn sealed(
    secrets: &Secrets,
    account: &Account,
    (password, factor): (&Kept, Option<&[u8]>),
) -> Result<(Vec<u8>, Option<Vec<u8>>), StoreError> {
    let (id, department) = (account.id.as_str(), account.department.as_str());
    let sealed = secrets.seal(&password.encode(), place(("password", id), department))?;
    let factor = factor.map(|factor| secrets.seal(factor, place(("factor", id), department)));
    Ok((sealed, factor.transpose()?))
}

pub(super) async fn change_password(
    link: &mut Link,
    secrets: &Secrets,
    (account, password): (&Account, &Kept),
    keep: &[u8; 32],
    by: &By,
) -> Result<(), AccountRefused> {
    let (id, department) = (account.id.as_str(), account.department.as_str());
    let (sealed, _) = sealed(secrets, account, (password, None))?;
    let values = [id.into(), department.into(), (&sealed).into()];
    if link.run(CHANGE, &values).await? != 1 {
        return Err(AccountRefused::Unknown);
    }
    let values = [id.into(), department.into(), by.at.into(), keep.into()];
    link.run(END_OTHERS, &values).await?;
    let place = (&account.department, &account.id);
    write(link, place, by, ("account.password", Vec::new())).await?;
    Ok(())
}

/// The entry of what was done to an account.
pub(super) async fn write(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    by: &By,
    (ground, detail): (&'static str, Vec<(&'static str, String)>),
) -> Result<(), StoreError> {
    let act = Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Permit,
        object: id.to_string(),
        ground: ground.to_owned(),
        detail,
        key: None,
    };
    trace::write(link, &act).await.map(|_| ())
}

/// The account of this department that has not ended. Another department's is not there (T-P3).
pub(super) async fn own(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    now: UtcDateTime,
) -> Result<Account, AccountRefused> {
    let row = link.row(locking(link), &[id.as_str().into()]).await?;
    let found = row.map(|mut row| read(&mut row, now)).transpose()?;
    found
        .filter(|account| account.department == *department && account.ended.is_none())
        .ok_or(AccountRefused::Unknown)
}

fn locking(link: &Link) -> &'static str {
    if link.has_rivals() { LOCK } else { FIND }
}

pub(super) async fn find(
    link: &mut Link,
    id: &str,
    now: UtcDateTime,
) -> Result<Option<Account>, StoreError> {
    let row = link.row(FIND, &[id.into()]).await?;
    row.map(|mut row| read(&mut row, now)).transpose()
}

pub(super) async fn list(
    link: &mut Link,
    department: &DepartmentKey,
    now: UtcDateTime,
) -> Result<Vec<Account>, StoreError> {
    let rows = link.rows(LIST, &[department.as_str().into()]).await?;
    let accounts = rows.into_iter().map(|mut row| read(&mut row, now));
    accounts.collect()
}

pub(super) async fn doors(
    link: &mut Link,
    secrets: &Secrets,
    (id, now): (&str, UtcDateTime),
) -> Result<Option<(Account, Doors)>, StoreError> {
    const PASSWORD: &str = "SELECT password, factor, factor_used FROM account WHERE id = $1";
    let found = find(link, id, now).await?;
    let Some(account) = found.filter(|one| one.ended.is_none()) else {
        return Ok(None);
    };
    let Some(mut row) = link.row(PASSWORD, &[id.into()]).await? else {
        return Ok(None);
    };
    let department = account.department.as_str();
    let password = match row.maybe_bytes()? {
        None => None,
        Some(sealed) => {
            let octets = secrets.open(&sealed, place(("password", id), department))?;
            Some(Kept::parse(&Zeroizing::new(octets)).ok_or(DAMAGED)?)
        }
    };
    let factor = match row.maybe_bytes()? {
        None => None,
        Some(sealed) => {
            let octets = secrets.open(&sealed, place(("factor", id), department))?;
            Some(Zeroizing::new(octets))
        }
    };
    let doors = Doors {
        password,
        factor,
        factor_used: row.integer()?,
    };
    Ok(Some((account, doors)))
}

/// Whose account this is, of people or signed; none for a name that no account has. For facts that count people by
/// the name of an account (R3).
///
/// # Errors
/// The store.
pub async fn person_of(link: &mut Link, account: &str) -> Result<Option<String>, StoreError> {
    const PERSON: &str = "SELECT person FROM account WHERE id = $1 \
         UNION ALL SELECT person FROM caller WHERE id = $1 AND person IS NOT NULL";
    let row = link.row(PERSON, &[account.into()]).await?;
    row.map(|mut row| row.text()).transpose()
}

impl Account {
    /// T-P1: whether who signs in brings a second factor, now or as soon as the roles are others.
    #[must_use]
    pub fn needs_second_factor(&self) -> bool {
        let next = self.next.as_ref();
        self.roles.need_second_factor() || next.is_some_and(|next| next.roles.need_second_factor())
    }
}

fn read(row: &mut Row, now: UtcDateTime) -> Result<Account, StoreError> {
    let id = AccountKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let department = DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let person = PersonKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
    let roles = Roles::read(&row.text()?).map_err(|_| DAMAGED)?;
    let next = match (row.maybe_text()?, row.maybe_moment()?, row.maybe_text()?) {
        (Some(roles), Some(from), Some(by)) => Some(NextRoles {
            roles: Roles::read(&roles).map_err(|_| DAMAGED)?,
            from,
            by,
        }),
        _ => None,
    };
    // Nobody has to do anything for the moment to come.
    let (roles, next) = match next {
        Some(next) if next.from <= now => (next.roles, None),
        next => (roles, next),
    };
    Ok(Account {
        id,
        department,
        person,
        roles,
        next,
        opened: row.moment()?,
        opened_by: row.text()?,
        begins: row.moment()?,
        is_active: row.maybe_bytes()?.is_some(),
        ended: row.maybe_moment()?,
    })
}

fn place<'a>((column, row): (&'static str, &'a str), department: &'a str) -> Place<'a> {
    Place {
        table: "account",
        column,
        row,
        department,
    }
}
