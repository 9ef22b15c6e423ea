//! Which TLS clients are which machine: keys of certificates, bound to accounts by two administrators (T-P1, T-S4).
//!
//! Bound is the key and not a certificate of it: who renews the certificate of a key goes on, who takes another key binds it beside the
//! first and ends that one later. A key that ended is never bound again.

use catalogue::key::DepartmentKey;
use time::UtcDateTime;

use store::{Link, Row, StoreError};
use trail::asked::By;
use trail::secrets::hex;
use trail::trace;

use crate::callers::person::permit;
use crate::callers::refused::MachineRefused;

/// SHA-256 over a SubjectPublicKeyInfo in DER (RFC 5280 4.1.2.7).
pub type KeyDigest = [u8; 32];

/// A key of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundKey {
    /// Which one.
    pub digest: KeyDigest,
    /// When an administrator bound it.
    pub bound: UtcDateTime,
    /// Who.
    pub bound_by: String,
    /// When another one confirmed it: it lets in since then.
    pub confirmed: Option<UtcDateTime>,
    /// Who.
    pub confirmed_by: Option<String>,
    /// Since when it lets nobody in.
    pub ended: Option<UtcDateTime>,
}

/// Whether a key lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// One administrator alone bound it.
    Waits,
    /// It does.
    Holds,
    /// It did.
    Ended,
}

/// Keys that an account has at once, those that wait among them: the one in use, its successor, and as many again for a
/// machine of two nodes.
const MOST: u64 = 4;

const OWN: &str = "SELECT person FROM caller WHERE id = $1 AND department = $2 AND ended IS NULL";
const STANDS: &str = "SELECT bound_by, confirmed, ended FROM caller_key \
     WHERE digest = $1 AND department = $2 AND caller = $3";
// What one administrator alone has said keeps nobody else's key from being bound.
const YIELD: &str =
    "DELETE FROM caller_key WHERE digest = $1 AND confirmed IS NULL AND caller <> $2";
const COUNT: &str =
    "SELECT COUNT(*) FROM caller_key WHERE department = $1 AND caller = $2 AND ended IS NULL";
const BIND: &str = "INSERT INTO caller_key (digest, department, caller, bound, bound_by) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO NOTHING";
const CONFIRM: &str = "UPDATE caller_key SET confirmed = $4, confirmed_by = $5 \
     WHERE digest = $1 AND department = $2 AND caller = $3 AND confirmed IS NULL";
const TAKE_BACK: &str = "DELETE FROM caller_key \
     WHERE digest = $1 AND department = $2 AND caller = $3 AND confirmed IS NULL";
const END: &str = "UPDATE caller_key SET ended = $4 \
     WHERE digest = $1 AND department = $2 AND caller = $3 AND ended IS NULL";
const LIST: &str = "SELECT caller, digest, bound, bound_by, confirmed, confirmed_by, ended FROM caller_key \
     WHERE department = $1 ORDER BY caller, bound, digest";
const OF_CALLER: &str = "SELECT caller, digest, bound, bound_by, confirmed, confirmed_by, ended FROM caller_key \
     WHERE department = $1 AND caller = $2 ORDER BY bound, digest";
const FIND: &str = "SELECT caller, confirmed, ended FROM caller_key WHERE digest = $1";

/// A machine of a department, by its key id.
type Whose<'a> = (&'a DepartmentKey, &'a str);

/// Binds a key to a machine, or confirms that another administrator did: one alone lets nobody in (T-S4).
pub(super) async fn bind(
    link: &mut Link,
    (department, id): Whose<'_>,
    digest: &KeyDigest,
    by: &By,
) -> Result<(), MachineRefused> {
    let own = [id.into(), department.as_str().into()];
    let own = link.row(OWN, &own).await?;
    let mut own = own.ok_or(MachineRefused::Unknown)?;
    if own.maybe_text()?.is_some_and(|person| person == by.who) {
        return Err(MachineRefused::SamePerson);
    }
    let place = [digest.into(), department.as_str().into(), id.into()];
    if let Some(stands) = link.row(STANDS, &place).await? {
        return confirm(link, (department, id), digest, (stands, by)).await;
    }
    let of = [department.as_str().into(), id.into()];
    let mut has = link.one(COUNT, &of, "caller_key").await?;
    if has.count()? >= MOST {
        return Err(MachineRefused::TooMany);
    }
    link.run(YIELD, &[digest.into(), id.into()]).await?;
    let values = [
        digest.into(),
        department.as_str().into(),
        id.into(),
        by.at.into(),
        by.who.as_str().into(),
    ];
    if link.run(BIND, &values).await? != 1 {
        return Err(MachineRefused::Bound);
    }
    tell(link, (department, id), by, ("machine.bind", digest)).await
}

async fn confirm(
    link: &mut Link,
    (department, id): Whose<'_>,
    digest: &KeyDigest,
    (mut stands, by): (Row, &By),
) -> Result<(), MachineRefused> {
    let bound_by = stands.text()?;
    let (confirmed, ended) = (stands.maybe_moment()?, stands.maybe_moment()?);
    if ended.is_some() {
        return Err(MachineRefused::Bound);
    }
    if confirmed.is_some() {
        return Err(MachineRefused::NothingToChange);
    }
    if bound_by == by.who {
        return Err(MachineRefused::SamePerson);
    }
    let values = [
        digest.into(),
        department.as_str().into(),
        id.into(),
        by.at.into(),
        by.who.as_str().into(),
    ];
    if link.run(CONFIRM, &values).await? != 1 {
        return Err(MachineRefused::NothingToChange);
    }
    tell(link, (department, id), by, ("machine.bind-confirm", digest)).await
}

/// Ends a key at once, or takes back one that waits; one administrator does.
pub(super) async fn unbind(
    link: &mut Link,
    (department, id): Whose<'_>,
    digest: &KeyDigest,
    by: &By,
) -> Result<(), MachineRefused> {
    let place = [digest.into(), department.as_str().into(), id.into()];
    if link.run(TAKE_BACK, &place).await? != 1 {
        let [digest, department, id] = place;
        let values = [digest, department, id, by.at.into()];
        if link.run(END, &values).await? != 1 {
            return Err(MachineRefused::Unknown);
        }
    }
    tell(link, (department, id), by, ("machine.unbind", digest)).await
}

async fn tell(
    link: &mut Link,
    (department, id): Whose<'_>,
    by: &By,
    (ground, digest): (&str, &KeyDigest),
) -> Result<(), MachineRefused> {
    let detail = vec![("key", hex(digest))];
    trace::write(link, &permit(department, by, id, (ground, detail))).await?;
    Ok(())
}

/// The keys of the machines of a department, each with its machine.
pub(super) async fn list(
    link: &mut Link,
    department: &str,
) -> Result<Vec<(String, BoundKey)>, StoreError> {
    let rows = link.rows(LIST, &[department.into()]).await?;
    rows.into_iter().map(read).collect()
}

/// The keys of a machine.
pub(super) async fn of_caller(
    link: &mut Link,
    (department, id): Whose<'_>,
) -> Result<Vec<BoundKey>, StoreError> {
    let place = [department.as_str().into(), id.into()];
    let rows = link.rows(OF_CALLER, &place).await?;
    let keys = rows.into_iter().map(|row| read(row).map(|(_, key)| key));
    keys.collect()
}

/// Whose a key is.
pub(super) async fn find(
    link: &mut Link,
    digest: &KeyDigest,
) -> Result<Option<(String, Bound)>, StoreError> {
    let Some(mut row) = link.row(FIND, &[digest.into()]).await? else {
        return Ok(None);
    };
    let caller = row.text()?;
    let bound = match (row.maybe_moment()?, row.maybe_moment()?) {
        (_, Some(_)) => Bound::Ended,
        (None, None) => Bound::Waits,
        (Some(_), None) => Bound::Holds,
    };
    Ok(Some((caller, bound)))
}

fn read(mut row: Row) -> Result<(String, BoundKey), StoreError> {
    let caller = row.text()?;
    let key = BoundKey {
        digest: row.digest()?,
        bound: row.moment()?,
        bound_by: row.text()?,
        confirmed: row.maybe_moment()?,
        confirmed_by: row.maybe_text()?,
        ended: row.maybe_moment()?,
    };
    Ok((caller, key))
}
