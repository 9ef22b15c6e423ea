//! Machines: key id, department, scopes, quota, secret; their nonces and what they used up.

use std::fmt;

use catalogue::key::{DepartmentKey, PersonKey};
use time::{Duration, UtcDateTime};
use zeroize::Zeroizing;

use crate::callers::person::{EnrolRefused, permit};
use store::StoreError;
use store::{Link, Row};
use trail::asked::By;
use trail::secrets::{Place, Secrets};
use trail::trace;

/// A machine to be enrolled.
#[derive(Clone)]
pub struct NewCaller {
    /// Its key id.
    pub id: String,
    /// Its department.
    pub department: DepartmentKey,
    /// Its name, for people.
    pub name: String,
    /// Codes of what it may do; the table of them is where requests are authorised.
    pub scopes: Vec<String>,
    /// Requests of a day.
    pub quota: u64,
    /// The person who acts through it, for an account of a person: two accounts of one person are
    /// one person (R3).
    pub person: Option<PersonKey>,
    /// The secret under which it signs its requests; none where it is empty.
    pub secret: Zeroizing<Vec<u8>>,
}

/// A machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its key id.
    pub id: String,
    /// Its department.
    pub department: DepartmentKey,
    /// Its name, for people.
    pub name: String,
    /// Codes of what it may do.
    pub scopes: Vec<String>,
    /// Requests of a day.
    pub quota: u64,
    /// The person who acts through it, for an account of a person: two accounts of one person are
    /// one person (R3).
    pub person: Option<PersonKey>,
    secret: Zeroizing<Vec<u8>>,
    /// When it was enrolled.
    pub enrolled: UtcDateTime,
    /// Since when it may do nothing.
    pub ended: Option<UtcDateTime>,
}

impl Caller {
    /// Who acts: the person of the account, or the machine by its key id.
    #[must_use]
    pub fn person(&self) -> &str {
        self.person
            .as_ref()
            .map_or(&self.id, |person| person.as_str())
    }

    /// The secret under which it signs its requests; nothing for a machine that comes with a certificate alone, which no
    /// signature is good for.
    #[must_use]
    pub fn secret(&self) -> Option<&[u8]> {
        Some(self.secret.as_slice()).filter(|secret| !secret.is_empty())
    }
}

/// Whether a nonce was fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonce {
    /// It was not seen in the last ten minutes.
    Fresh,
    /// It was: the request is a repeat.
    Used,
}

/// What is left of a quota after this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// So many requests up to the end of the day.
    Left(u64),
    /// None; the next day begins at this moment.
    Exhausted {
        /// When requests are counted anew.
        until: UtcDateTime,
    },
}

// T-P8: a secret reaches no log by way of `{:?}`.
impl fmt::Debug for NewCaller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewCaller")
            .field("id", &self.id)
            .field("department", &self.department)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Caller")
            .field("id", &self.id)
            .field("department", &self.department)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// How long a nonce is remembered (T-P1).
const NONCE_LIFE: Duration = Duration::minutes(10);
/// The time over which requests are counted, in seconds.
const DAY: i64 = 86_400;

const ENROL: &str = "INSERT INTO caller (id, department, name, scopes, quota, person, secret, enrolled) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
const OF_PEOPLE: &str = "SELECT 1 FROM account WHERE id = $1";
const FIND: &str = "SELECT id, department, name, scopes, quota, person, secret, enrolled, ended FROM caller WHERE id = $1";
const LIST: &str = "SELECT id, department, name, scopes, quota, person, secret, enrolled, ended FROM caller \
     WHERE department = $1 ORDER BY id";
const END: &str =
    "UPDATE caller SET ended = $3 WHERE id = $1 AND department = $2 AND ended IS NULL";
const USE: &str = "INSERT INTO nonce (caller, nonce, until_moment) VALUES ($1, $2, $3) \
     ON CONFLICT (caller, nonce) DO UPDATE SET until_moment = excluded.until_moment \
     WHERE nonce.until_moment <= $4";
const COUNT: &str = "INSERT INTO quota_use (caller, window_start, used) VALUES ($1, $2, 1) \
     ON CONFLICT (caller, window_start) DO UPDATE SET used = quota_use.used + 1 RETURNING used";
const FORGET_NONCES: &str = "DELETE FROM nonce WHERE until_moment <= $1";
const FORGET_COUNTS: &str = "DELETE FROM quota_use WHERE window_start < $1";

pub(crate) async fn enrol(
    link: &mut Link,
    secrets: &Secrets,
    caller: &NewCaller,
    by: &By,
) -> Result<(), EnrolRefused> {
    let department = caller.department.as_str();
    // One name is one account's, whichever book it stands in.
    if link
        .row(OF_PEOPLE, &[caller.id.as_str().into()])
        .await?
        .is_some()
    {
        return Err(EnrolRefused::Taken);
    }
    let secret = secrets.seal(&caller.secret, place(&caller.id, department))?;
    let scopes = caller.scopes.join(" ");
    let values = [
        caller.id.as_str().into(),
        department.into(),
        caller.name.as_str().into(),
        scopes.as_str().into(),
        caller.quota.into(),
        caller.person.as_ref().map(|person| person.as_str()).into(),
        (&secret).into(),
        by.at.into(),
    ];
    if link.run(ENROL, &values).await? != 1 {
        return Err(EnrolRefused::Taken);
    }
    let mut detail = vec![("scopes", scopes), ("quota", caller.quota.to_string())];
    detail.extend(
        caller
            .person
            .as_ref()
            .map(|person| ("person", person.to_string())),
    );
    let act = permit(&caller.department, by, &caller.id, ("enrol", detail));
    trace::write(link, &act).await?;
    Ok(())
}

pub(crate) async fn end(
    link: &mut Link,
    department: &DepartmentKey,
    id: &str,
    by: &By,
) -> Result<(), EnrolRefused> {
    let values = [id.into(), department.as_str().into(), by.at.into()];
    if link.run(END, &values).await? != 1 {
        return Err(EnrolRefused::Unknown);
    }
    trace::write(link, &permit(department, by, id, ("end", Vec::new()))).await?;
    Ok(())
}

pub(crate) async fn find(
    link: &mut Link,
    secrets: &Secrets,
    id: &str,
) -> Result<Option<Caller>, StoreError> {
    let row = link.row(FIND, &[id.into()]).await?;
    row.map(|row| read(row, secrets)).transpose()
}

pub(crate) async fn list(
    link: &mut Link,
    secrets: &Secrets,
    department: &str,
) -> Result<Vec<Caller>, StoreError> {
    let rows = link.rows(LIST, &[department.into()]).await?;
    rows.into_iter().map(|row| read(row, secrets)).collect()
}

pub(crate) async fn use_nonce(
    link: &mut Link,
    (caller, nonce): (&str, &str),
    now: UtcDateTime,
) -> Result<Nonce, StoreError> {
    let values = [
        caller.into(),
        nonce.into(),
        (now + NONCE_LIFE).into(),
        now.into(),
    ];
    Ok(match link.run(USE, &values).await? {
        0 => Nonce::Used,
        _ => Nonce::Fresh,
    })
}

pub(crate) async fn count(
    link: &mut Link,
    caller: &str,
    quota: u64,
    now: UtcDateTime,
) -> Result<Quota, StoreError> {
    let start = now.unix_timestamp().div_euclid(DAY) * DAY;
    let mut row = link
        .one(COUNT, &[caller.into(), start.into()], "quota_use")
        .await?;
    let used = row.count()?;
    Ok(match quota.checked_sub(used) {
        Some(left) => Quota::Left(left),
        None => Quota::Exhausted {
            until: UtcDateTime::from_unix_timestamp(start + DAY).unwrap_or(now),
        },
    })
}

pub(crate) async fn forget(link: &mut Link, now: UtcDateTime) -> Result<u64, StoreError> {
    let yesterday = now.unix_timestamp() - DAY;
    let nonces = link.run(FORGET_NONCES, &[now.into()]).await?;
    Ok(nonces + link.run(FORGET_COUNTS, &[(yesterday - DAY).into()]).await?)
}

const DAMAGED: StoreError = StoreError::Damaged { table: "caller" };

fn read(mut row: Row, secrets: &Secrets) -> Result<Caller, StoreError> {
    let (id, department) = (row.text()?, row.text()?);
    let name = row.text()?;
    let scopes = row.text()?.split_whitespace().map(str::to_owned).collect();
    let quota = row.count()?;
    let person = match row.maybe_text()? {
        None => None,
        Some(text) => Some(PersonKey::parse(&text).map_err(|_| DAMAGED)?),
    };
    let secret = Zeroizing::new(secrets.open(&row.bytes()?, place(&id, &department))?);
    Ok(Caller {
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        id,
        name,
        scopes,
        quota,
        person,
        secret,
        enrolled: row.moment()?,
        ended: row.maybe_moment()?,
    })
}

fn place<'a>(row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "caller",
        column: "secret",
        row,
        department,
    }
}
