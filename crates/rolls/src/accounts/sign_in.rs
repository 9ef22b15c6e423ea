//! What failed lately at whose door: counted and delayed, for each account and for each address.

use store::{Link, StoreError};
use time::{Duration, UtcDateTime};
use trail::asked::By;
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

use crate::accounts::Account;

/// Whose door a try is counted at.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// The name of an account, whether there is one or not.
    Account(&'a str),
    /// Where the try came from.
    Address(&'a str),
}

/// Whether a try is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It is, and counts as failed until it succeeds.
    Taken,
    /// None is before this moment.
    Wait {
        /// When one is again.
        until: UtcDateTime,
    },
}

/// Failures that cost nothing: of an account, of an address behind which there may be many people (*default*).
const FREE: (u64, u64) = (5, 30);
/// The longest delay, seconds (*default*: 15 minutes).
const LONGEST: i64 = 15 * 60;
/// After how long failures are forgotten.
const FORGOTTEN: Duration = Duration::hours(1);

/// A door by its keyed digest: neither names nor addresses stand in the database (T-P8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Door {
    digest: [u8; 32],
    free: u64,
}

/// In one order, so that two tries never wait for each other.
pub(super) fn digests(secrets: &Secrets, subjects: &[Subject<'_>]) -> Vec<Door> {
    let mut doors: Vec<Door> = subjects
        .iter()
        .map(|subject| match subject {
            Subject::Account(name) => Door {
                digest: secrets.lookup("sign-in account", name),
                free: FREE.0,
            },
            Subject::Address(address) => Door {
                digest: secrets.lookup("sign-in address", address),
                free: FREE.1,
            },
        })
        .collect();
    doors.sort();
    doors
}

// The row stays locked until the end of the fact: tries at one door are counted one after the other.
const LOCK: &str = "INSERT INTO sign_in (subject, failures, last) VALUES ($1, 0, $2) \
     ON CONFLICT (subject) DO UPDATE SET failures = sign_in.failures RETURNING failures, last";
const COUNT: &str = "UPDATE sign_in SET failures = $2, last = $3 WHERE subject = $1";
const FAILED: &str = "UPDATE sign_in SET last = $2 WHERE subject = $1";
const FORGIVE: &str = "UPDATE sign_in SET failures = CASE WHEN $2 = 1 THEN 0 \
     WHEN failures > 0 THEN failures - 1 ELSE 0 END WHERE subject = $1";
const FORGET: &str = "DELETE FROM sign_in WHERE last < $1";

/// Until when no try is taken after so many failures: a second after the first that costs, then twice as long each.
fn delay(failures: u64, free: u64) -> Duration {
    let Some(beyond) = failures.checked_sub(free) else {
        return Duration::ZERO;
    };
    let beyond = u32::try_from(beyond).unwrap_or(u32::MAX).min(30);
    Duration::seconds(1_i64.checked_shl(beyond).unwrap_or(LONGEST).min(LONGEST))
}

pub(super) async fn attempt(
    link: &mut Link,
    doors: &[Door],
    now: UtcDateTime,
) -> Result<Attempt, StoreError> {
    let mut counted = Vec::new();
    let mut wait: Option<UtcDateTime> = None;
    for door in doors {
        let values = [(&door.digest).into(), now.into()];
        let mut row = link.one(LOCK, &values, "sign_in").await?;
        let (failures, last) = (row.count()?, row.moment()?);
        let failures = if now - last >= FORGOTTEN { 0 } else { failures };
        let until = last + delay(failures, door.free);
        if failures >= door.free && now < until {
            wait = wait.max(Some(until));
        }
        counted.push((door, failures + 1));
    }
    if let Some(until) = wait {
        return Ok(Attempt::Wait { until });
    }
    for (door, failures) in counted {
        let values = [(&door.digest).into(), failures.into(), now.into()];
        link.run(COUNT, &values).await?;
    }
    Ok(Attempt::Taken)
}

pub(super) async fn refused(
    link: &mut Link,
    account: Option<&Account>,
    doors: &[Door],
    (ground, by): (&'static str, &By),
) -> Result<(), StoreError> {
    for door in doors {
        link.run(FAILED, &[(&door.digest).into(), by.at.into()])
            .await?;
    }
    let Some(account) = account else {
        return Ok(());
    };
    let act = Act {
        department: account.department.clone(),
        by: by.clone(),
        deed: Deed::Deny,
        object: account.id.to_string(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    };
    trace::write(link, &act).await.map(|_| ())
}

pub(super) async fn succeeded(link: &mut Link, doors: &[Door]) -> Result<(), StoreError> {
    for door in doors {
        // What an address failed before is not forgiven by one that succeeds behind it.
        let whole = door.free == FREE.0;
        link.run(FORGIVE, &[(&door.digest).into(), whole.into()])
            .await?;
    }
    Ok(())
}

pub(super) async fn forget(link: &mut Link, now: UtcDateTime) -> Result<u64, StoreError> {
    link.run(FORGET, &[(now - FORGOTTEN).into()]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_from_a_second_to_a_quarter_of_an_hour() {
        let seconds = |failures| delay(failures, 5).whole_seconds();
        assert_eq!([0, 4, 5, 6, 7].map(seconds), [0, 0, 1, 2, 4]);
        assert_eq!([14, 15, 100, u64::MAX].map(seconds), [512, 900, 900, 900]);
    }
}
