//! What the public log says of a finished job: one leaf for its file, and every other signature marked as abandoned.

use anyhow::ensure;
use issuance::Office;
use registry::jobs::Job;
use tlog::{Leaf, LeafKind, Receipt};

/// Compares the leaves of a job with the receipt that was handed out.
///
/// # Errors
/// What does not agree.
pub async fn judge(office: &Office, job: &Job, receipt: &str) -> anyhow::Result<()> {
    let leaves = office.registry().logs().leaves_of(&job.id).await?;
    let receipt = Receipt::parse(receipt.as_bytes())?;
    let (mut lost, mut abandoned, mut standing) = (Vec::new(), Vec::new(), None);
    for submitted in leaves {
        let leaf = Leaf::parse(&submitted.leaf)?;
        match leaf.kind {
            LeafKind::SealSignature if submitted.index == Some(receipt.index) => {
                standing = Some(leaf.commitment);
            }
            LeafKind::SealSignature => lost.push(leaf.commitment),
            LeafKind::Abandoned => abandoned.push(leaf.commitment),
            kind => anyhow::bail!("{kind:?} is no leaf of a job"),
        }
    }
    ensure!(standing.is_some(), "the receipt names no leaf of the job");
    lost.sort_unstable();
    abandoned.sort_unstable();
    ensure!(
        lost == abandoned,
        "{} signatures were lost and {} marked as abandoned",
        lost.len(),
        abandoned.len()
    );
    ensure!(
        usize::try_from(job.attempts)? > lost.len(),
        "a signature without an entry of the journal"
    );
    Ok(())
}
