//! An OFD package laid out for its seal, and finished: GB/T 38540 over GB/T 33190.

use std::sync::Arc;

use affix::ofd::{List, Place, PreparedSeal, prepare_seal_at};
use evidence::cms::Attribute;
use time::UtcDateTime;

use crate::means::Means;
use crate::sealing::fault::SealingError;
use crate::sealing::finished::Signed;
use crate::seals::SealInUse;
use crate::subject::{Stand, Subject};
use crate::waiting::WaitingFile;

/// Millimetres of a point.
const POINT: f64 = 25.4 / 72.0;

/// 7: `Signature.xml`, with the digests of all entries. Nobody signs after the office's seal on a licence (T-V5); on a
/// caller's document others may.
pub(super) fn prepare(
    means: &Means<'_>,
    (seal, subject): (&SealInUse, &Subject),
    waiting: WaitingFile,
    now: UtcDateTime,
) -> Result<PreparedSeal, SealingError> {
    let own = seal.national.as_ref().ok_or(SealingError::NoSuite)?;
    let file = Arc::unwrap_or_clone(waiting.file);
    let signer = (means.certificate, means.algorithm);
    let (place, list) = match subject {
        Subject::Document(spot) if spot.stand == Stand::Page => {
            let (right, up) = spot.corner;
            let place = Place::OnPage {
                page: spot.page,
                left: right * POINT,
                up: up * POINT,
            };
            (place, List::Open)
        }
        Subject::Licence(_) | Subject::Document(_) => (Place::Declared, List::Closed),
    };
    Ok(prepare_seal_at(
        file,
        place,
        (list, now),
        &own.object,
        signer,
    )?)
}

/// 12: the receipt goes into the time-stamp, which is the only place that GB/T 38540 has for it (D18).
pub(super) fn finish(laid: PreparedSeal, signed: Signed<'_>) -> Result<Vec<u8>, SealingError> {
    let token = signed
        .stamp
        .map(|stamp| stamp.token(&[Attribute::receipt(signed.receipt.as_bytes())]));
    let finished = laid.finish(signed.signature, token.as_deref());
    finished.map_err(SealingError::PackageUnfinished)
}
