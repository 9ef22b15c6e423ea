//! The trace's checkpoints go into the public log, so that rewriting the private one shows in public too (D13); those of both
//! are kept beside the objects, so that a database that is put back in time is found at once (T-D8).

use authority::standing::{self, KeepStanding};
use registry::StoreError;
use registry::anchor::NewAnchor;
use registry::log::{Log, LogError};
use thiserror::Error;
use time::Duration;
use tlog::leaf::{LeafFault, SALT};
use tlog::{Leaf, LeafKind, Opening};

use crate::answers::whole;
use crate::keys::ServiceKey;
use crate::office::Office;
use crate::sequencer::AppendError;

/// How often a trace that grows is anchored, at most; with the rounds of upkeep this is well within two minutes.
const EVERY: Duration = Duration::MINUTE;
/// Whose leaf it is: the service's own, no office's.
const OFFICE: &str = "service";

/// Why the trace was not anchored; the next round tries again.
#[derive(Debug, Error)]
pub enum AnchorError {
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// The leaf cannot be written.
    #[error("the leaf cannot be written")]
    Leaf(#[from] LeafFault),
    /// No randomness for a salt.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// Puts the newest checkpoint of the trace into the public log, where the trace grew since the last one and a minute is
/// over; whether it did.
///
/// # Errors
/// [`AnchorError`]; then the next round does it.
pub async fn anchor(office: &Office) -> Result<bool, AnchorError> {
    let Some(latest) = office.registry.logs().latest(Log::Trace).await? else {
        return Ok(false);
    };
    let head = latest.head;
    let anchors = office.registry.anchors();
    let now = whole(office.clock.now());
    let is_early = anchors.newest().await?.is_some_and(|newest| {
        // T-T3: what counts is the order; a clock that was put back keeps nobody from going on.
        let since = now - newest.at;
        head.size <= newest.head.size || (!since.is_negative() && since < EVERY)
    });
    if is_early || head.size == 0 {
        return Ok(false);
    }
    let mut salt = [0; SALT];
    office.random.fill(&mut salt)?;
    let origin = &office.trace_log.signer().origin;
    let leaf = Leaf {
        kind: LeafKind::TraceCheckpoint,
        office: OFFICE.to_owned(),
        subject: ServiceKey::Trace.id().to_string(),
        moment: now,
        commitment: Opening::of_checkpoint(origin, &head, salt).commitment(),
        status: None,
    };
    let anchor = NewAnchor {
        head,
        salt,
        leaf: leaf.encode()?,
        at: now,
    };
    let is_kept = anchors.keep(anchor).await?;
    if is_kept {
        office.log.wake();
    }
    Ok(is_kept)
}

/// Whether the store still has both logs as far as they are known here: asked before a seal is used, since a database that was put
/// back in time has its used releases unused again (T-D8).
///
/// # Errors
/// `Behind`; `Log` where the store cannot be asked.
pub async fn stands(office: &Office) -> Result<(), AppendError> {
    let logs = office.registry.logs();
    standing::stand(&logs, [&office.log, &office.trace_log]).await
}

/// Keeps the newest checkpoint of both logs beside the objects: the next start reads them.
///
/// # Errors
/// [`KeepStanding`]; then those of before are kept.
pub async fn keep(office: &Office) -> Result<(), KeepStanding> {
    let sequencers = [&office.log, &office.trace_log];
    standing::keep(&office.registry.logs(), sequencers, &office.objects).await
}
