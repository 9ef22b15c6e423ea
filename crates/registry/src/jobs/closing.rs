//! A leaf whose file never left is closed by another one (house-style 2.2), in the transaction after which it can leave
//! no more: under the job's lock, so that of two processes only one closes it.

use time::UtcDateTime;
use tlog::{Leaf, LeafKind};

use store::Link;
use store::StoreError;
use trail::id::JobId;
use trail::log::{self, Log};

/// Closes each seal signature that earlier attempts of the job left in the public log.
pub(crate) async fn close(
    link: &mut Link,
    job: &JobId,
    now: UtcDateTime,
) -> Result<(), StoreError> {
    let left = log::leaves_of(link, job).await?;
    let parsed = left.iter().filter_map(|leaf| Leaf::parse(&leaf.leaf).ok());
    let leaves: Vec<Leaf> = parsed.collect();
    for leaf in &leaves {
        let closed = leaves
            .iter()
            .any(|other| other.kind == LeafKind::Abandoned && other.commitment == leaf.commitment);
        if leaf.kind == LeafKind::SealSignature && !closed {
            let closing = Leaf {
                kind: LeafKind::Abandoned,
                moment: now,
                ..leaf.clone()
            };
            let closing = closing.encode();
            let closing = closing.map_err(|_| StoreError::Damaged { table: "log_leaf" })?;
            log::submit(link, Log::Public, &closing, Some(job)).await?;
        }
    }
    Ok(())
}
