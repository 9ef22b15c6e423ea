//! Who asks, when, under which key: what every fact carries, and the promise that one key has one
//! effect (T-D3).

use std::fmt;

use time::UtcDateTime;

use crate::secrets::{Place, Secrets};
use store::{Link, Row, StoreError};

/// Who does something, and when. Moments are kept in whole seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// An account or a caller's key, never a name or a number of a person.
    pub who: String,
    /// The moment.
    pub at: UtcDateTime,
}

impl By {
    /// `who` at `at`; the part of a second is dropped.
    #[must_use]
    pub fn new(who: impl Into<String>, at: UtcDateTime) -> By {
        By {
            who: who.into(),
            at: at.replace_nanosecond(0).unwrap_or(at),
        }
    }
}

/// An idempotency key: 16 to 128 printable ASCII characters, scoped to its caller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<IdempotencyKey> {
        let fits = (16..=128).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() || byte == b' ');
        fits.then(|| IdempotencyKey(text.to_owned()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A request that must have one effect, however often it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The caller's key.
    pub caller: String,
    /// Its idempotency key.
    pub key: IdempotencyKey,
    /// SHA-256 over method, path and body.
    pub fingerprint: [u8; 32],
}

/// What was answered, kept to be answered again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// What is known of a request.
#[derive(Debug)]
pub enum Seen {
    /// Nothing: it is noted now.
    First,
    /// The same request.
    Same {
        /// The job that it began.
        job: Option<String>,
        /// What was answered, once it was.
        response: Option<Response>,
    },
    /// Another request under the same key.
    Other,
}

const NOTE: &str = "INSERT INTO request (caller, request_key, fingerprint, department, job, asked) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (caller, request_key) DO NOTHING RETURNING 1";
const NOTE_UNDER: &str = "INSERT INTO request (caller, request_key, fingerprint, department, job, asked) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (caller, request_key) DO NOTHING \
     RETURNING (SELECT COALESCE(MAX(version), 0) FROM catalogue_import)";
const SEEN: &str = "SELECT fingerprint, department, job, status, response FROM request \
     WHERE caller = $1 AND request_key = $2";
const ANSWER: &str =
    "UPDATE request SET status = $3, response = $4 WHERE caller = $1 AND request_key = $2";
const TAKE_BACK: &str = "DELETE FROM request WHERE caller = $1 AND request_key = $2";
const FORGET: &str = "DELETE FROM request WHERE asked < $1 AND status IS NOT NULL";

/// Notes a request in the transaction of its effect, or tells what became of it.
///
/// # Errors
/// The store.
pub async fn note(
    link: &mut Link,
    secrets: &Secrets,
    asked: &Asked,
    about: (&str, Option<&str>),
    at: UtcDateTime,
) -> Result<Seen, StoreError> {
    match first(link, NOTE, asked, about, at).await? {
        Some(_) => Ok(Seen::First),
        None => before(link, secrets, asked).await,
    }
}

/// The same, with the number of the catalogue that is in force in this transaction where the request is noted now: what it
/// was judged by may be another one (T-S6).
///
/// # Errors
/// The store.
pub async fn note_under(
    link: &mut Link,
    secrets: &Secrets,
    asked: &Asked,
    about: (&str, Option<&str>),
    at: UtcDateTime,
) -> Result<(Seen, Option<u64>), StoreError> {
    match first(link, NOTE_UNDER, asked, about, at).await? {
        Some(mut row) => Ok((Seen::First, Some(row.count()?))),
        None => Ok((before(link, secrets, asked).await?, None)),
    }
}

/// What the note of a request answers where it is the first of its key.
async fn first(
    link: &mut Link,
    statement: &'static str,
    asked: &Asked,
    (department, job): (&str, Option<&str>),
    at: UtcDateTime,
) -> Result<Option<Row>, StoreError> {
    let caller = asked.caller.as_str();
    let key = asked.key.as_str();
    let values = [
        caller.into(),
        key.into(),
        (&asked.fingerprint).into(),
        department.into(),
        job.into(),
        at.into(),
    ];
    link.row(statement, &values).await
}

/// What became of a request that was noted before.
async fn before(link: &mut Link, secrets: &Secrets, asked: &Asked) -> Result<Seen, StoreError> {
    let (caller, key) = (asked.caller.as_str(), asked.key.as_str());
    let mut row = link
        .one(SEEN, &[caller.into(), key.into()], "request")
        .await?;
    let fingerprint = row.digest()?;
    let department = row.text()?;
    let job = row.maybe_text()?;
    if fingerprint != asked.fingerprint {
        return Ok(Seen::Other);
    }
    let response = match (row.maybe_integer()?, row.maybe_bytes()?) {
        (Some(status), Some(sealed)) => Some(Response {
            status: u16::try_from(status).map_err(|_| StoreError::Damaged { table: "request" })?,
            body: secrets.open(&sealed, place(&format!("{caller} {key}"), &department))?,
        }),
        _ => None,
    };
    Ok(Seen::Same { job, response })
}

/// Takes the note of a request back, in the transaction that noted it: it had no effect but a refusal,
/// and may be made again under its key.
///
/// # Errors
/// The store.
pub async fn take_back(link: &mut Link, asked: &Asked) -> Result<(), StoreError> {
    let values = [asked.caller.as_str().into(), asked.key.as_str().into()];
    link.later(TAKE_BACK, &values).await
}

/// Keeps the answer to a request, in the transaction that makes it true.
///
/// # Errors
/// The store.
pub async fn answer(
    link: &mut Link,
    secrets: &Secrets,
    (caller, key, department): (&str, &str, &str),
    response: &Response,
) -> Result<(), StoreError> {
    let sealed = secrets.seal(
        &response.body,
        place(&format!("{caller} {key}"), department),
    )?;
    let values = [
        caller.into(),
        key.into(),
        u32::from(response.status).into(),
        (&sealed).into(),
    ];
    link.later(ANSWER, &values).await
}

/// Forgets answered requests from before `moment`; gives their number. Keep at least 72 hours.
///
/// # Errors
/// The store.
pub async fn forget(link: &mut Link, moment: UtcDateTime) -> Result<u64, StoreError> {
    link.run(FORGET, &[moment.into()]).await
}

fn place<'a>(row: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "request",
        column: "response",
        row,
        department,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_sixteen_to_128_printable_characters() {
        for (length, lawful) in [(15, false), (16, true), (128, true), (129, false)] {
            assert_eq!(IdempotencyKey::parse(&"k".repeat(length)).is_some(), lawful);
        }
        assert!(IdempotencyKey::parse("sixteen-letters\n").is_none());
        assert!(IdempotencyKey::parse("钥匙钥匙钥匙钥匙").is_none());
    }

    #[test]
    fn an_act_has_a_whole_second() {
        let at = UtcDateTime::UNIX_EPOCH + time::Duration::milliseconds(1_900);
        assert_eq!(By::new("q", at).at.unix_timestamp_nanos(), 1_000_000_000);
    }
}
