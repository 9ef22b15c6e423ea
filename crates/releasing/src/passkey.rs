//! A release by a passkey, in the fact that takes it (T-S3).

use catalogue::key::DepartmentKey;
use crypto::sign_in::passkey::{PasskeyFault, Shown};
use store::{Link, Row, StoreError};
use time::UtcDateTime;

/// What a passkey showed, as a release keeps it.
///
/// # Errors
/// The store.
pub fn read(row: &mut Row) -> Result<Option<Shown>, StoreError> {
    Ok(
        match (row.maybe_bytes()?, row.maybe_bytes()?, row.maybe_bytes()?) {
            (Some(credential), Some(authenticator), Some(client)) => Some(Shown {
                credential,
                authenticator,
                client,
            }),
            _ => None,
        },
    )
}

/// The passkey is in force for who released, in this department, and its counter goes on; nothing is asked of a release by
/// a key of one's own.
///
/// # Errors
/// The store.
pub async fn count_on(
    link: &mut Link,
    (department, releaser): (&DepartmentKey, &str),
    shown: Option<&Shown>,
    at: UtcDateTime,
) -> Result<Result<(), PasskeyFault>, StoreError> {
    let Some(shown) = shown else {
        return Ok(Ok(()));
    };
    let Some(counter) = shown.counter() else {
        return Ok(Err(PasskeyFault::Authenticator));
    };
    let what = (shown.credential.as_slice(), counter);
    rolls::accounts::passkeys::count_on(link, (department, releaser), what, at).await
}
