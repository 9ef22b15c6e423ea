//! An OFD package laid out for its seal, and finished: GB/T 38540 over GB/T 33190.

use std::sync::Arc;

use affix::ofd::{List, Place, PreparedSeal, prepare_seal_at};
use evidence::cms::Attribute;
use pki::Certificate;
use time::UtcDateTime;
use verify::Case;

use crate::level::SealEdition;
use crate::means::Means;
use crate::office::Office;
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
        Subject::Licence(_) => (Place::Declared, own.object(SealEdition::V4)),
    };
    let list = match place {
        Place::Declared => List::Closed,
        _ => List::Open,
    };
    let object = object.ok_or(SealingError::NoSuite)?;
    Ok(prepare_seal_at(file, place, (list, now), &object, signer)?)
}

/// 12: the receipt goes into the time-stamp, which is the only place that GB/T 38540 has for it (D18), and so do the lists of
/// the authorities: the standard has no other place for what a later verifier needs. The finished file is
/// read before it is handed out; what was read comes with it, so that step 13 judges that.
pub(super) fn finish(
    (office, means): (&Office, &Means<'_>),
    (laid, seal): (PreparedSeal, &SealInUse),
    signed: Signed<'_>,
) -> Result<(Vec<u8>, Case), SealingError> {
    let token = match signed.stamp {
        Some(stamp) => {
            let lists = lists(office, means, seal).ok_or(SealingError::NoList)?;
            let receipt = Attribute::receipt(signed.receipt.as_bytes());
            Some(stamp.token_keeping(&[receipt], &lists))
        }
        None => None,
    };
    let finished = laid.finish_read(signed.signature, token.as_deref());
    let (file, facts) = finished.map_err(SealingError::PackageUnfinished)?;
    Ok((file, Case::of_package(facts)))
}

/// What proves the seal's certificate, its maker's and the time-stamp unit's.
fn lists(office: &Office, means: &Means<'_>, seal: &SealInUse) -> Option<Vec<Vec<u8>>> {
    let object = seal.national.as_ref()?.object(SealEdition::V4)?;
    let maker = Certificate::parse(object.maker()).ok()?;
    let unit = means.time_stamps.current();
    means.kept_lists(office, &[means.certificate, &maker, &unit])
}
