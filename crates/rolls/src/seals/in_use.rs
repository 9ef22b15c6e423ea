//! The one question that every use of a seal asks (T-S6), and by what it may be used.

use catalogue::key::SealCode;
use seal::life::Stage;
use store::{Link, StoreError};

pub(super) const USE: &str = "SELECT stage, scope, (SELECT COALESCE(MAX(version), 0) FROM catalogue_import) FROM seal WHERE code = $1";
// Uses share the row; a suspension waits for those under way, and those after it find it.
const SHARE: &str = "SELECT stage, scope, (SELECT COALESCE(MAX(version), 0) FROM catalogue_import) FROM seal \
     WHERE code = $1 FOR SHARE";

/// By what a seal may be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InForce {
    /// The version of its scope; 0 where the catalogue alone gives it one.
    pub scope: u64,
    /// The number of the catalogue.
    pub catalogue: u64,
}

/// What is in force for a seal that may sign, in the transaction that would have it do so; nothing where it signs nothing.
///
/// # Errors
/// The store.
pub async fn in_use(link: &mut Link, seal: &SealCode) -> Result<Option<InForce>, StoreError> {
    let statement = if link.has_rivals() { SHARE } else { USE };
    let Some(mut row) = link.row(statement, &[seal.as_str().into()]).await? else {
        return Ok(None);
    };
    let is_in_use = row.text()? == Stage::InUse.code();
    let in_force = InForce {
        scope: row.count()?,
        catalogue: row.count()?,
    };
    Ok(is_in_use.then_some(in_force))
}
