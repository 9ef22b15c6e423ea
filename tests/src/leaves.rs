//! What the public log says of a finished job: one leaf for each of its files, and every other signature marked as
//! abandoned.

use anyhow::ensure;
use issuance::Office;
use registry::jobs::Job;
use tlog::{Leaf, LeafKind, Receipt};

/// Compares the leaves of a job with the receipts that were handed out, one for each file.
///
/// # Errors
/// What does not agree.
pub async fn judge(office: &Office, job: &Job, receipts: &[&str]) -> anyhow::Result<()> {
    let leaves = office.registry().logs().leaves_of(&job.id).await?;
    let receipts: Result<Vec<Receipt>, _> = receipts
        .iter()
        .map(|receipt| Receipt::parse(receipt.as_bytes()))
        .collect();
    let receipts = receipts?;
    let handed_out = |index| receipts.iter().any(|receipt| Some(receipt.index) == index);
    let (mut lost, mut abandoned, mut standing) = (Vec::new(), Vec::new(), 0);
    for submitted in leaves {
        let leaf = Leaf::parse(&submitted.leaf)?;
        match leaf.kind {
            LeafKind::SealSignature if handed_out(submitted.index) => standing += 1,
            LeafKind::SealSignature => lost.push(leaf.commitment),
            LeafKind::Abandoned => abandoned.push(leaf.commitment),
            kind => anyhow::bail!("{kind:?} is no leaf of a job"),
        }
    }
    ensure!(
        standing == receipts.len(),
        "a receipt names no leaf of the job"
    );
    lost.sort_unstable();
    abandoned.sort_unstable();
    ensure!(
        lost == abandoned,
        "{} signatures were lost and {} marked as abandoned",
        lost.len(),
        abandoned.len()
    );
    ensure!(
        usize::try_from(job.attempts)? * receipts.len() >= lost.len() + standing,
        "a signature without an entry of the journal"
    );
    Ok(())
}
