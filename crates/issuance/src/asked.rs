//! What anyone may ask of the service: time-stamps and certificate status. Each signature is journalled before it leaves.

use catalogue::key::DepartmentKey;
use crypto::sha256;
use evidence::tsp::{Request, grant};
use registry::asked::By;
use registry::journal::KeyUse as Use;
use thiserror::Error;

use crate::answers::{AnswerError, Answered};
use crate::keys::ServiceKey;
use crate::office::Office;
use crate::stamps::StampError;

/// In whose trace the service's own acts stand.
const SERVICE: &str = "S-SERVICE";

/// Why the journal does not know a signature, which therefore does not leave.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AskedError {
    /// The answer cannot be made.
    #[error("the answer cannot be made")]
    Answer(#[from] AnswerError),
    /// The token cannot be made.
    #[error("the token cannot be made")]
    Stamp(#[from] StampError),
    /// The journal cannot be written (T-S8).
    #[error("the journal cannot be written")]
    Journal(#[from] registry::StoreError),
}

pub(crate) fn service() -> DepartmentKey {
    DepartmentKey::parse(SERVICE).expect("a department key of the right form")
}

/// The TimeStampResp to a TimeStampReq (RFC 3161 2.4). Refusals are answers too.
///
/// # Errors
/// [`AskedError`]: the client is told to come back.
pub async fn stamp(office: &Office, octets: &[u8]) -> Result<Vec<u8>, AskedError> {
    let request = match Request::parse(octets) {
        Ok(request) => request,
        Err(refused) => return Ok(refused.encode()),
    };
    let stamp = office.stamps.stamp(
        &request,
        office.clock.as_ref(),
        &office.keys,
        office.random.as_ref(),
    );
    let stamp = match stamp {
        Ok(stamp) => stamp,
        Err(StampError::Refused(refused)) => return Ok(refused.encode()),
        Err(error) => return Err(error.into()),
    };
    let used = Use {
        department: service(),
        by: By::new("service", stamp.moment),
        key: ServiceKey::TimeStamps.id(),
        purpose: "time-stamp".to_owned(),
        digest: stamp.signed,
        object: "tsa".to_owned(),
    };
    office.registry.journal().append(vec![used]).await?;
    Ok(grant(&stamp.token))
}

/// The answer to an OCSP request (RFC 6960, RFC 9919).
///
/// # Errors
/// [`AskedError`]: the client gets `tryLater`.
pub async fn status(office: &Office, octets: &[u8]) -> Result<Answered, AskedError> {
    let answered = office.responder.answer(octets).await?;
    if let Answered::Fresh(response) = &answered {
        let used = Use {
            department: service(),
            by: By::new("service", office.clock.now()),
            key: ServiceKey::Responder.id(),
            purpose: "ocsp".to_owned(),
            digest: sha256(response),
            object: "ocsp".to_owned(),
        };
        office.registry.journal().append(vec![used]).await?;
    }
    Ok(answered)
}
