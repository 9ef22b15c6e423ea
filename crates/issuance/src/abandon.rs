//! A leaf whose file never left is closed by another one, so that the log says so (house-style 2.2).

use registry::jobs::JobId;
use registry::log::Log;
use tlog::{Leaf, LeafKind};

use crate::office::Office;
use crate::sequencer::AppendError;

/// Submits a closing leaf for each leaf of a seal signature that earlier attempts of the job left behind.
pub(crate) async fn close(office: &Office, job: &JobId) -> Result<(), AppendError> {
    submit(office, job, closing(office, job).await?).await
}

/// Submits the closing leaf of this one, unless it is there.
pub(crate) async fn close_one(
    office: &Office,
    job: &JobId,
    leaf: &Leaf,
) -> Result<(), AppendError> {
    let closing = closing_those(office, job, |left| left.commitment == leaf.commitment).await?;
    submit(office, job, closing).await
}

/// The leaves that close what the job left in the log.
pub(crate) async fn closing(office: &Office, job: &JobId) -> Result<Vec<Vec<u8>>, AppendError> {
    closing_those(office, job, |_| true).await
}

async fn submit(office: &Office, job: &JobId, closing: Vec<Vec<u8>>) -> Result<(), AppendError> {
    let logs = office.registry.logs();
    for leaf in closing {
        logs.submit(Log::Public, leaf, Some(job.clone())).await?;
    }
    office.log.wake();
    Ok(())
}

async fn closing_those(
    office: &Office,
    job: &JobId,
    which: impl Fn(&Leaf) -> bool,
) -> Result<Vec<Vec<u8>>, AppendError> {
    let left = office.registry.logs().leaves_of(job).await?;
    let parsed = left.iter().filter_map(|leaf| Leaf::parse(&leaf.leaf).ok());
    let leaves: Vec<Leaf> = parsed.collect();
    let mut closing = Vec::new();
    for leaf in leaves.iter().filter(|leaf| which(leaf)) {
        let closed = leaves
            .iter()
            .any(|other| other.kind == LeafKind::Abandoned && other.commitment == leaf.commitment);
        if leaf.kind == LeafKind::SealSignature && !closed {
            let close = Leaf {
                kind: LeafKind::Abandoned,
                moment: crate::answers::whole(office.clock.now()),
                ..leaf.clone()
            };
            closing.push(close.encode()?);
        }
    }
    Ok(closing)
}
