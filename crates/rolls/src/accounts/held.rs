//! What a person holds by every account: one person is one person (R3).

use catalogue::key::PersonKey;
use duties::Role;
use store::{Link, StoreError};
use time::UtcDateTime;

use crate::accounts::{AccountKey, AccountRefused};

// Whoever gives a person rights waits for who does: the row stays locked until the end of the fact.
const HOLD: &str = "INSERT INTO account_person (person, accounts) VALUES ($1, $2) \
     ON CONFLICT (person) DO UPDATE SET accounts = account_person.accounts + $2";
const ENDED: &str = "SELECT 1 FROM person WHERE id = $1 AND ended IS NOT NULL";
// Roles that are to come are held, too; those that have come instead of others are the only ones.
const ACCOUNTS: &str = "SELECT CASE WHEN next_from <= $3 THEN next_roles ELSE roles END, next_roles FROM account \
     WHERE person = $1 AND id <> $2 AND ended IS NULL";
const CALLERS: &str = "SELECT scopes FROM caller WHERE person = $1 AND ended IS NULL";

/// Holds a person who gets further accounts or other roles.
///
/// # Errors
/// `PersonEnded`.
pub(super) async fn hold(
    link: &mut Link,
    person: &str,
    further: u64,
) -> Result<(), AccountRefused> {
    link.run(HOLD, &[person.into(), further.into()]).await?;
    match link.row(ENDED, &[person.into()]).await? {
        Some(_) => Err(AccountRefused::PersonEnded),
        None => Ok(()),
    }
}

/// The roles that a person has, or is to have, by every other account that has not ended, and by signed accounts.
pub(super) async fn roles_of(
    link: &mut Link,
    person: &PersonKey,
    (beside, now): (&AccountKey, UtcDateTime),
) -> Result<Vec<Role>, StoreError> {
    let mut held = Vec::new();
    let values = [person.as_str().into(), beside.as_str().into(), now.into()];
    for mut row in link.rows(ACCOUNTS, &values).await? {
        for roles in [Some(row.text()?), row.maybe_text()?].into_iter().flatten() {
            held.extend(roles.split_whitespace().filter_map(Role::find));
        }
    }
    for mut row in link.rows(CALLERS, &[person.as_str().into()]).await? {
        held.extend(row.text()?.split_whitespace().filter_map(Role::of_scope));
    }
    Ok(held)
}
