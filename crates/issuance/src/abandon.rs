//! A leaf whose file never left is closed by another one, so that the log says so (house-style 2.2).

use registry::jobs::JobId;
use registry::log::Log;
use tlog::{Leaf, LeafKind};

use crate::office::Office;
use crate::sequencer::AppendError;

/// Submits a closing leaf for each leaf of a seal signature that earlier attempts of the job left behind.
pub(crate) async fn close(office: &Office, job: &JobId) -> Result<(), AppendError> {
    close_those(office, job, |_| true).await
}

/// Submits the closing leaf of this one, unless it is there.
pub(crate) async fn close_one(
    office: &Office,
    job: &JobId,
    leaf: &Leaf,
) -> Result<(), AppendError> {
    close_those(office, job, |left| left.commitment == leaf.commitment).await
}

async fn close_those(
    office: &Office,
    job: &JobId,
    which: impl Fn(&Leaf) -> bool,
) -> Result<(), AppendError> {
    let logs = office.registry.logs();
    let left = logs.leaves_of(job).await?;
    let parsed = left.iter().filter_map(|leaf| Leaf::parse(&leaf.leaf).ok());
    let leaves: Vec<Leaf> = parsed.collect();
    for leaf in leaves.iter().filter(|leaf| which(leaf)) {
        let closed = leaves
            .iter()
            .any(|other| other.kind == LeafKind::Abandoned && other.commitment == leaf.commitment);
        if leaf.kind == LeafKind::SealSignature && !closed {
            let closing = Leaf {
                kind: LeafKind::Abandoned,
                moment: crate::answers::whole(office.clock.now()),
                ..leaf.clone()
            };
            logs.submit(Log::Public, closing.encode()?, Some(job.clone()))
                .await?;
        }
    }
    office.log.wake();
    Ok(())
}
