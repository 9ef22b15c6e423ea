//! Sessions: who somebody is for a while (T-P2).

use catalogue::key::{DepartmentKey, PersonKey};
use duties::Roles;
use store::{Link, StoreError};
use time::{Duration, UtcDateTime};
use trail::asked::By;

use crate::accounts::account::{own, write};
use crate::accounts::passkeys::{self, PasskeyUse};
use crate::accounts::provided::{self, Provided};
use crate::accounts::{Account, AccountKey, AccountRefused};

/// How long a session may rest (T-P2).
pub const IDLE: Duration = Duration::minutes(15);
/// How long a session may last (T-P2).
pub const ABSOLUTE: Duration = Duration::hours(8);
/// A use is noted when the last noted one is as old: a session may end by so much too early, never too late.
const NOTED: Duration = Duration::seconds(10);

/// Who a session is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The account.
    pub account: AccountKey,
    /// Its department.
    pub department: DepartmentKey,
    /// Whose account it is.
    pub person: PersonKey,
    /// What it may.
    pub roles: Roles,
    /// When the session began.
    pub begun: UtcDateTime,
    /// When it was noted last that it was used.
    pub used: UtcDateTime,
}

/// With what somebody signed in beside the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Second {
    /// With nothing: the account has no second factor.
    None,
    /// With the code of this step.
    Step(i64),
    /// With a passkey.
    Passkey(PasskeyUse),
}

impl Standing {
    pub(super) fn is_to_be_noted(&self, now: UtcDateTime) -> bool {
        now - self.used >= NOTED
    }
}

const DAMAGED: StoreError = StoreError::Damaged { table: "session" };

const BEGIN: &str =
    "INSERT INTO session (token, department, account, begun, used) VALUES ($1, $2, $3, $4, $4)";
// Of two who bring one code one is let in.
const USE_STEP: &str = "UPDATE account SET factor_used = $3 WHERE id = $1 AND department = $2 AND ended IS NULL \
     AND factor_used < $3";
// T-P1: without a second factor as long as the account has none; one whose password was taken away lets nobody in.
const STANDS: &str = "SELECT 1 FROM account WHERE id = $1 AND department = $2 AND ended IS NULL \
     AND password IS NOT NULL AND factor IS NULL";
const OPENS: &str = "SELECT 1 FROM account WHERE id = $1 AND department = $2 AND ended IS NULL AND password IS NOT NULL";
// A session ends with the roles under which it began.
const FIND: &str = "SELECT a.id, a.department, a.person, CASE WHEN a.next_from <= $2 THEN a.next_roles ELSE a.roles END, \
     s.begun, s.used FROM session s JOIN account a ON a.department = s.department AND a.id = s.account \
     WHERE s.token = $1 AND s.ended IS NULL AND a.ended IS NULL AND a.begins <= $2 AND s.used > $3 AND s.begun > $4 \
     AND (a.next_from IS NULL OR a.next_from > $2 OR s.begun >= a.next_from)";
const USED: &str = "UPDATE session SET used = $2 WHERE token = $1 AND ended IS NULL AND used < $2";
const END: &str = "UPDATE session SET ended = $2 WHERE token = $1 AND ended IS NULL";
const END_ALL: &str = "UPDATE session SET ended = $3 WHERE department = $1 AND ended IS NULL AND account IN \
     (SELECT id FROM account WHERE department = $1 AND person = $2)";
const FORGET: &str = "DELETE FROM session WHERE begun < $1";

pub(super) async fn begin(
    link: &mut Link,
    account: &Account,
    (token, second): (&[u8; 32], &Second),
    by: &By,
) -> Result<(), AccountRefused> {
    show(link, account, second, by).await?;
    begun(link, account, (token, "password"), by).await
}

/// Uses what was brought beside the password or the provider's word.
async fn show(
    link: &mut Link,
    account: &Account,
    second: &Second,
    by: &By,
) -> Result<(), AccountRefused> {
    let (id, department) = (account.id.as_str(), account.department.as_str());
    let place = [id.into(), department.into()];
    let stands = match second {
        Second::Step(step) => {
            let values = [id.into(), department.into(), (*step).into()];
            link.run(USE_STEP, &values).await? == 1
        }
        Second::None => link.row(STANDS, &place).await?.is_some(),
        Second::Passkey(_) => link.row(OPENS, &place).await?.is_some(),
    };
    if !stands {
        return Err(AccountRefused::Unknown);
    }
    if let Second::Passkey(usage) = second {
        passkeys::answer(link, &usage.answered).await?;
        let whose = (&account.department, account.person.as_str());
        let what = (usage.credential.as_slice(), usage.counter);
        passkeys::count_on(link, whose, what, by.at).await??;
    }
    Ok(())
}

/// Somebody whom the OpenID provider knows, with the account's own second factor or, where none is asked for, without.
pub(super) async fn begin_provided(
    link: &mut Link,
    account: &Account,
    provided: &Provided,
    (token, second): (&[u8; 32], Option<&Second>),
    by: &By,
) -> Result<(), AccountRefused> {
    provided::inspect(link, account, &provided.name, by.at).await?;
    if let Some(ticket) = &provided.ticket {
        passkeys::answer(link, ticket).await?;
    }
    if let Some(second) = second {
        show(link, account, second, by).await?;
    }
    begun(link, account, (token, "openid"), by).await
}

async fn begun(
    link: &mut Link,
    account: &Account,
    (token, way): (&[u8; 32], &str),
    by: &By,
) -> Result<(), AccountRefused> {
    let (id, department) = (account.id.as_str(), account.department.as_str());
    let values = [token.into(), department.into(), id.into(), by.at.into()];
    link.run(BEGIN, &values).await?;
    let place = (&account.department, &account.id);
    let detail = vec![("by", way.to_owned())];
    write(link, place, by, ("session.begin", detail)).await?;
    Ok(())
}

pub(super) async fn find(
    link: &mut Link,
    token: &[u8; 32],
    now: UtcDateTime,
) -> Result<Option<Standing>, StoreError> {
    let values = [
        token.into(),
        now.into(),
        (now - IDLE).into(),
        (now - ABSOLUTE).into(),
    ];
    let Some(mut row) = link.row(FIND, &values).await? else {
        return Ok(None);
    };
    Ok(Some(Standing {
        account: AccountKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        person: PersonKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        roles: Roles::read(&row.text()?).map_err(|_| DAMAGED)?,
        begun: row.moment()?,
        used: row.moment()?,
    }))
}

pub(super) async fn used(
    link: &mut Link,
    token: &[u8; 32],
    now: UtcDateTime,
) -> Result<(), StoreError> {
    let values = [token.into(), now.into()];
    link.run(USED, &values).await.map(|_| ())
}

pub(super) async fn end(
    link: &mut Link,
    standing: &Standing,
    token: &[u8; 32],
    by: &By,
) -> Result<(), StoreError> {
    if link.run(END, &[token.into(), by.at.into()]).await? == 0 {
        return Ok(());
    }
    let place = (&standing.department, &standing.account);
    write(link, place, by, ("session.end", Vec::new())).await
}

pub(super) async fn end_all(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    by: &By,
) -> Result<u64, AccountRefused> {
    let account = own(link, (department, id), by.at).await?;
    let values = [
        department.as_str().into(),
        account.person.as_str().into(),
        by.at.into(),
    ];
    let ended = link.run(END_ALL, &values).await?;
    let detail = vec![("sessions", ended.to_string())];
    write(link, (department, id), by, ("session.end-all", detail)).await?;
    Ok(ended)
}

pub(super) async fn forget(link: &mut Link, now: UtcDateTime) -> Result<u64, StoreError> {
    link.run(FORGET, &[(now - ABSOLUTE).into()]).await
}
