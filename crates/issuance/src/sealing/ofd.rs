//! An OFD package laid out for its seal, and finished: GB/T 38540 over GB/T 33190.

use std::sync::Arc;

use affix::ofd::{List, Place, PreparedSeal, prepare_seal_at};
use evidence::cms::Attribute;
use time::UtcDateTime;
use verify::Case;

use crate::means::Means;
use crate::sealing::fault::SealingError;
use crate::sealing::finished::Signed;
use crate::seals::SealInUse;
use crate::subject::Subject;
use crate::waiting::WaitingFile;

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
    let (place, object) = match subject {
        Subject::Document(spot) => (spot.on_package(), own.object(spot.edition)),
        Subject::Licence(_) => (Place::Declared, Some(&own.object)),
    };
    let list = match place {
        Place::Declared => List::Closed,
        _ => List::Open,
    };
    let object = object.ok_or(SealingError::NoSuite)?;
    Ok(prepare_seal_at(file, place, (list, now), object, signer)?)
}

/// 12: the receipt goes into the time-stamp, which is the only place that GB/T 38540 has for it (D18). The finished file is
/// read before it is handed out; what was read comes with it, so that step 13 judges that.
pub(super) fn finish(
    laid: PreparedSeal,
    signed: Signed<'_>,
) -> Result<(Vec<u8>, Case), SealingError> {
    let token = signed
        .stamp
        .map(|stamp| stamp.token(&[Attribute::receipt(signed.receipt.as_bytes())]));
    let finished = laid.finish_read(signed.signature, token.as_deref());
    let (file, facts) = finished.map_err(SealingError::PackageUnfinished)?;
    Ok((file, Case::of_package(facts)))
}
