//! What a seal's jobs left in the public log, counted where it stands: the ledger is compared with it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use catalogue::key::SealCode;
use store::{Row, StoreError, Value};
use tlog::LeafKind;

use super::Logs;

/// What the jobs of a seal made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Made {
    /// Attempts to sign that the journal knows: each has its line in the ledger.
    pub attempts: u64,
    /// Jobs whose files left.
    pub recorded: u64,
    /// Leaves of the public log, one for each signature.
    pub leaves: u64,
    /// Those of them that another leaf closes: their file never left.
    pub abandoned: u64,
}

const ATTEMPTS: &str = "SELECT CAST(COALESCE(SUM(attempts), 0) AS BIGINT), \
     COUNT(CASE WHEN state = 'recorded' THEN 1 END) FROM job WHERE seal = $1 AND attempts > 0";
/// Jobs of one question.
const MOST: usize = 100;
static LEFT: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=MOST).map(|number| format!("${number}")).collect();
    let places = places.join(", ");
    format!("SELECT id, attempts FROM job WHERE state = 'recorded' AND id IN ({places})")
});
// A leaf begins with its map of six members and its kind (D18).
const LEAVES: &str = "SELECT COUNT(CASE WHEN substr(l.leaf, 1, 3) = $2 THEN 1 END), \
     COUNT(CASE WHEN substr(l.leaf, 1, 3) = $3 THEN 1 END) FROM job j JOIN log_leaf l ON l.job = j.id WHERE j.seal = $1";

/// How a leaf of this kind begins.
fn beginning(kind: LeafKind) -> [u8; 3] {
    let kind = u8::try_from(kind.number()).unwrap_or_default();
    [0xa6, 0x01, kind]
}

fn left(mut row: Row) -> Result<(String, u64), StoreError> {
    Ok((row.text()?, row.count()?))
}

impl Logs {
    /// Which of these jobs made what left, and at which attempt, in whatever department.
    ///
    /// # Errors
    /// The store.
    pub async fn left(&self, jobs: &[&str]) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut link = self.store.scanner().await?;
        let mut found = BTreeMap::new();
        for jobs in jobs.chunks(MOST) {
            let mut values: Vec<Value<'_>> = jobs.iter().map(|job| (*job).into()).collect();
            // As many values as there are places: one that no job has.
            values.resize_with(MOST, || "".into());
            for row in link.rows(LEFT.as_str(), &values).await? {
                let (job, attempt) = left(row)?;
                found.insert(job, attempt);
            }
        }
        Ok(found)
    }

    /// What the jobs of a seal made, in whatever department.
    ///
    /// # Errors
    /// The store.
    pub async fn made(&self, seal: &SealCode) -> Result<Made, StoreError> {
        let mut link = self.store.scanner().await?;
        let mut jobs = link.one(ATTEMPTS, &[seal.as_str().into()], "job").await?;
        let signed = beginning(LeafKind::SealSignature);
        let closed = beginning(LeafKind::Abandoned);
        let values = [
            seal.as_str().into(),
            signed.as_slice().into(),
            closed.as_slice().into(),
        ];
        let mut leaves = link.one(LEAVES, &values, "log_leaf").await?;
        Ok(Made {
            attempts: jobs.count()?,
            recorded: jobs.count()?,
            leaves: leaves.count()?,
            abandoned: leaves.count()?,
        })
    }
}
