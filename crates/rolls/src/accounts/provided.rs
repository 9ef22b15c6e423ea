//! Who comes in by the OpenID provider: its name for a person, linked to an account by administrators (D9, T-P1, T-S4).

use catalogue::key::DepartmentKey;
use crypto::sign_in::passkey::CHALLENGE;
use store::{Link, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::{Secrets, hex};

use crate::accounts::account::{self, own, write};
use crate::accounts::passkeys::Answered;
use crate::accounts::{Account, AccountKey, AccountRefused};

/// What somebody is sent to the provider with. All of it follows from a question that they bring back: nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errand {
    /// The question: their browser keeps it.
    pub question: [u8; CHALLENGE],
    /// What comes back beside the code.
    pub state: [u8; 32],
    /// What comes back in the ID token.
    pub nonce: [u8; 32],
    /// With what the code is exchanged.
    pub verifier: [u8; 32],
}

impl Errand {
    pub(super) fn of(secrets: &Secrets, question: [u8; CHALLENGE]) -> Self {
        let open = hex(&question);
        Self {
            question,
            state: secrets.lookup("openid state", &open),
            nonce: secrets.lookup("openid nonce", &open),
            verifier: secrets.lookup("openid verifier", &open),
        }
    }
}

/// That the provider knows somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provided {
    /// The keyed digest of issuer and subject.
    pub name: [u8; 32],
    /// What they were given to come back with, beside a second factor.
    pub ticket: Option<Answered>,
}

/// The keyed digest of the provider's name for somebody: the name itself stands nowhere (T-P8).
pub(super) fn digest(secrets: &Secrets, (issuer, subject): (&str, &str)) -> [u8; 32] {
    // An issuer has no line end.
    secrets.lookup("openid subject", &format!("{issuer}\n{subject}"))
}

const DAMAGED: StoreError = StoreError::Damaged {
    table: "openid_name",
};

const LINK: &str = "INSERT INTO openid_name (name, department, account, linked, linked_by) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const STANDS: &str = "SELECT linked_by, confirmed FROM openid_name WHERE name = $1 AND department = $2 AND account = $3";
const CONFIRM: &str = "UPDATE openid_name SET confirmed = $4, confirmed_by = $5 \
     WHERE name = $1 AND department = $2 AND account = $3 AND confirmed IS NULL";
const END: &str = "DELETE FROM openid_name WHERE department = $1 AND account = $2";
// Whose account ended may have another one.
const FREE: &str = "DELETE FROM openid_name WHERE name = $1 \
     AND account IN (SELECT id FROM account WHERE ended IS NOT NULL)";
const FIND: &str = "SELECT account, confirmed FROM openid_name WHERE name = $1";
const OF_ACCOUNT: &str = "SELECT name FROM openid_name WHERE department = $1 AND account = $2";
const HOLDS: &str = "SELECT 1 FROM openid_name WHERE name = $1 AND department = $2 AND account = $3 AND confirmed <= $4";

/// Links a name to an account, or confirms that another administrator did: one alone lets nobody in (T-S4). Gives whether it waits.
pub(super) async fn link_to(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    name: &[u8; 32],
    by: &By,
) -> Result<(Account, bool), AccountRefused> {
    let account = own(link, (department, id), by.at).await?;
    if by.who == account.person.as_str() {
        return Err(AccountRefused::SamePerson);
    }
    let place = [name.into(), department.as_str().into(), id.as_str().into()];
    if let Some(mut row) = link.row(STANDS, &place).await? {
        let (linked_by, confirmed) = (row.text()?, row.maybe_moment()?);
        confirm(link, (&account, name), (&linked_by, confirmed), by).await?;
        return Ok((account, false));
    }
    link.run(FREE, &[name.into()]).await?;
    let values = [
        name.into(),
        department.as_str().into(),
        id.as_str().into(),
        by.at.into(),
        by.who.as_str().into(),
    ];
    if link.run(LINK, &values).await? != 1 {
        return Err(AccountRefused::Linked);
    }
    let detail = vec![("name", hex(name))];
    write(link, (department, id), by, ("account.openid", detail)).await?;
    Ok((account, true))
}

async fn confirm(
    link: &mut Link,
    (account, name): (&Account, &[u8; 32]),
    (linked_by, confirmed): (&str, Option<UtcDateTime>),
    by: &By,
) -> Result<(), AccountRefused> {
    if confirmed.is_some() {
        return Err(AccountRefused::NothingToChange);
    }
    if linked_by == by.who {
        return Err(AccountRefused::SamePerson);
    }
    let place = (&account.department, &account.id);
    let values = [
        name.into(),
        place.0.as_str().into(),
        place.1.as_str().into(),
        by.at.into(),
        by.who.as_str().into(),
    ];
    if link.run(CONFIRM, &values).await? != 1 {
        return Err(AccountRefused::NothingToChange);
    }
    let detail = vec![("name", hex(name))];
    write(link, place, by, ("account.openid-confirm", detail)).await?;
    Ok(())
}

/// Takes the name of an account away, and ends its sessions.
pub(super) async fn unlink(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    by: &By,
) -> Result<Account, AccountRefused> {
    let account = own(link, (department, id), by.at).await?;
    if end(link, (department, id)).await? == 0 {
        return Err(AccountRefused::NothingToChange);
    }
    account::end_sessions(link, (department, id), by).await?;
    write(
        link,
        (department, id),
        by,
        ("account.openid-end", Vec::new()),
    )
    .await?;
    Ok(account)
}

/// As password and second factor, it is gone with an invitation.
pub(super) async fn end(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
) -> Result<u64, StoreError> {
    let place = [department.as_str().into(), id.as_str().into()];
    link.run(END, &place).await
}

/// Whose a name is, whether the account ended or not, and whether two have said so.
pub(super) async fn find(
    link: &mut Link,
    name: &[u8; 32],
    now: UtcDateTime,
) -> Result<Option<(Account, bool)>, StoreError> {
    let Some(mut row) = link.row(FIND, &[name.into()]).await? else {
        return Ok(None);
    };
    let (id, confirmed) = (row.text()?, row.maybe_moment()?);
    let found = account::find(link, &id, now).await?;
    Ok(Some((found.ok_or(DAMAGED)?, confirmed.is_some())))
}

/// The name of an account.
pub(super) async fn of_account(
    link: &mut Link,
    account: &Account,
) -> Result<Option<[u8; 32]>, StoreError> {
    let place = [
        account.department.as_str().into(),
        account.id.as_str().into(),
    ];
    let row = link.row(OF_ACCOUNT, &place).await?;
    row.map(|mut row| row.digest()).transpose()
}

/// Looks whether a name lets into an account, with the roles under which that was judged. Nobody ends or unlinks it until the fact is
/// over.
///
/// # Errors
/// `Unknown`.
pub(super) async fn inspect(
    link: &mut Link,
    account: &Account,
    name: &[u8; 32],
    now: UtcDateTime,
) -> Result<(), AccountRefused> {
    let found = own(link, (&account.department, &account.id), now).await?;
    let values = [
        name.into(),
        account.department.as_str().into(),
        account.id.as_str().into(),
        now.into(),
    ];
    let is_linked = link.row(HOLDS, &values).await?.is_some();
    let holds = is_linked && found.roles == account.roles;
    holds.then_some(()).ok_or(AccountRefused::Unknown)
}
