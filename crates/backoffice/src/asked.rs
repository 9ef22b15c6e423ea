//! What anyone may ask of the service: time-stamps and certificate status. Each signature is journalled before it leaves.

use crypto::DigestAlgorithm;
use evidence::tsp::{Refused, Request, grant};
use thiserror::Error;

use crate::answers::{AnswerError, Answered, Responder};
use crate::ledger::Ledger;
use crate::office::Office;
use crate::stamps::StampError;

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

/// The TimeStampResp to a TimeStampReq (RFC 3161 2.4). Refusals are answers too.
///
/// # Errors
/// [`AskedError`]: the client is told to come back.
pub async fn stamp(office: &Office, octets: &[u8]) -> Result<Vec<u8>, AskedError> {
    let request = match Request::parse(octets) {
        Ok(request) => request,
        Err(refused) => return Ok(refused.encode()),
    };
    // A client of the national suite has an SM3 imprint, and gets a token that it can check.
    let national = office.national.as_ref();
    let (stamps, stamped) = match national {
        Some(national) if request.imprint().algorithm() == DigestAlgorithm::Sm3 => {
            (&national.stamps, &national.stamped)
        }
        _ => (&office.stamps, &office.stamped),
    };
    let stamp = stamps.stamp(
        &request,
        office.clock.as_ref(),
        &office.keys,
        office.random.as_ref(),
    );
    let stamp = match stamp {
        Ok(stamp) => stamp,
        Err(StampError::Refused(refused)) => return Ok(refused.encode()),
        Err(StampError::ClockBehind | StampError::Distrusted(_)) => {
            return Ok(Refused::TimeNotAvailable.encode());
        }
        Err(error) => return Err(error.into()),
    };
    stamped.write(stamp.signed, stamp.moment).await?;
    Ok(grant(&stamp.token))
}

/// The answer to an OCSP request (RFC 6960, RFC 9919).
///
/// While the registry is away, who asked about one certificate gets what was signed ahead, without the nonce (T-A1):
/// RFC 9654 2.1 leaves a responder that choice, and the client the choice to refuse it.
///
/// # Errors
/// [`AskedError`]: the client gets `tryLater`.
pub async fn status(office: &Office, octets: &[u8]) -> Result<Answered, AskedError> {
    let (responder, answered) = answering(office, octets);
    let asked = match responder.read(octets) {
        Ok(asked) => asked,
        Err(answered) => return Ok(answered),
    };
    match fresh((responder, answered), &asked).await {
        Ok(response) => Ok(Answered::Fresh(response)),
        Err(error) => responder.kept(&asked).ok_or(error),
    }
}

/// The responder of the CA that is asked about, and its ledger.
fn answering<'a>(office: &'a Office, octets: &[u8]) -> (&'a Responder, &'a Ledger) {
    match &office.national {
        Some(national) if national.responder.is_asked(octets) => {
            (&national.responder, &national.answered)
        }
        _ => (&office.responder, &office.answered),
    }
}

async fn fresh(
    (responder, answered): (&Responder, &Ledger),
    asked: &evidence::ocsp::Request,
) -> Result<Vec<u8>, AskedError> {
    let fresh = responder.fresh(asked).await?;
    answered.write(fresh.signed, fresh.moment).await?;
    Ok(fresh.der)
}
