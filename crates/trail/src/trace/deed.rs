//! What was done with one object in whatever department: the view of whose object it is (R15).

use super::{Deed, Entry, PAGE, Trace, read};
use store::StoreError;

const OF_DEED: &str = "SELECT department, number, moment, actor, act, object, ground, detail, \
     signing_key, previous, digest FROM trace WHERE object = $1 AND act = $2 \
     ORDER BY moment DESC, department, number DESC LIMIT $3";

impl Trace {
    /// Entries of this deed about one object, in whatever department they were done, the latest first; at most 1,000.
    ///
    /// # Errors
    /// The store.
    pub async fn of_deed(&self, object: &str, deed: Deed) -> Result<Vec<Entry>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [object.into(), deed.code().into(), PAGE.into()];
        let rows = link.rows(OF_DEED, &values).await?;
        rows.into_iter().map(read).collect()
    }
}
