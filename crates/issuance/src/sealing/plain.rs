//! An OFD package signed without a seal, and finished: `Type="Sign"`, a message of GB/T 35275 over GB/T 33190 (GM/T 0099).

use std::slice;
use std::sync::Arc;

use affix::ofd::{List, PreparedSignature, Request, prepare_signature};
use evidence::cms::Attribute;
use time::UtcDateTime;
use verify::Case;

use crate::means::Means;
use crate::office::Office;
use crate::sealing::fault::SealingError;
use crate::sealing::finished::Signed;
use crate::waiting::WaitingFile;

/// 7: `Signature.xml`, with the digests of all entries; on a caller's document others may sign afterwards.
pub(super) fn prepare(
    means: &Means<'_>,
    waiting: WaitingFile,
    now: UtcDateTime,
) -> Result<PreparedSignature, SealingError> {
    let file = Arc::unwrap_or_clone(waiting.file);
    let request = Request {
        stamps: &[],
        list: List::Open,
        time: now,
    };
    let prepared = prepare_signature(file, &request, means.certificate, means.algorithm)?;
    Ok(prepared)
}

/// 12: time-stamp and receipt are attributes that nobody signed, and the lists of the authorities lie in the time-stamp, where
/// every reader of it looks. Without one the message says no time of which the leaf could be rebuilt: the receipt is told
/// beside the file (D18).
pub(super) fn finish(
    (office, means): (&Office, &Means<'_>),
    laid: PreparedSignature,
    signed: Signed<'_>,
) -> Result<(Vec<u8>, Case), SealingError> {
    let mut unsigned = Vec::with_capacity(2);
    if let Some(stamp) = signed.stamp {
        let unit = means.time_stamps.current();
        let of = [means.certificate, &unit];
        let lists = means.kept_lists(office, &of).ok_or(SealingError::NoList)?;
        unsigned.push(Attribute::signature_time_stamp(
            &stamp.token_keeping(&[], &lists),
        ));
        unsigned.push(Attribute::receipt(signed.receipt.as_bytes()));
    }
    let chain = slice::from_ref(means.authority);
    let finished = laid.finish_read(signed.signature, chain, &unsigned);
    let (file, facts) = finished.map_err(SealingError::PackageUnfinished)?;
    Ok((file, Case::of_package(facts)))
}
