//! A leaf whose file never left is closed by another one, so that the log says so (house-style 2.2).

use registry::jobs::Job;
use registry::log::Log;
use tlog::{Leaf, LeafKind};

use crate::issue::IssueError;
use crate::office::Office;
use crate::sealing::SealingError;

/// Submits a closing leaf for each leaf of a seal signature that the job left behind.
pub(crate) async fn close(office: &Office, job: &Job) -> Result<(), IssueError> {
    let logs = office.registry.logs();
    let left = logs.leaves_of(&job.id).await.map_err(sealing)?;
    let parsed = left.iter().filter_map(|leaf| Leaf::parse(&leaf.leaf).ok());
    let leaves: Vec<Leaf> = parsed.collect();
    for leaf in &leaves {
        let closed = leaves
            .iter()
            .any(|other| other.kind == LeafKind::Abandoned && other.commitment == leaf.commitment);
        if leaf.kind == LeafKind::SealSignature && !closed {
            let closing = Leaf {
                kind: LeafKind::Abandoned,
                moment: crate::answers::whole(office.clock.now()),
                ..leaf.clone()
            };
            let octets = closing.encode().map_err(SealingError::from)?;
            logs.submit(Log::Public, octets, Some(job.id.clone()))
                .await
                .map_err(sealing)?;
        }
    }
    office.log.wake();
    Ok(())
}

fn sealing(error: registry::log::LogError) -> SealingError {
    SealingError::Log(error.into())
}
