//! The ledger of a key: what it was used for, in whatever department, in the order of time (D13).

use catalogue::key::DepartmentKey;
use crypto::KeyId;
use time::UtcDateTime;

use super::{Entry, Trace, read};
use store::StoreError;

/// The place of an entry in the order of time: within a second that of departments, within one that of its chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When.
    pub moment: UtcDateTime,
    /// In which department's trace.
    pub department: String,
    /// Its number there.
    pub number: u64,
}

impl Place {
    /// Before everything from this moment on.
    #[must_use]
    pub fn before(moment: UtcDateTime) -> Place {
        Place {
            moment,
            department: String::new(),
            number: 0,
        }
    }
}

impl From<&Entry> for Place {
    fn from(entry: &Entry) -> Self {
        Self {
            moment: entry.moment,
            department: entry.department.clone(),
            number: entry.number,
        }
    }
}

/// What a key's ledger sums up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// Lines.
    pub lines: u64,
    /// Lines that stand for the signature of another key of the seal, too (D23).
    pub beside: u64,
    /// Lines as the facts counted them that wrote them.
    pub counted: u64,
    /// Lines of tests, which leave nowhere and have no leaf (D3).
    pub tests: u64,
}

const USES: &str = "SELECT department, number, moment, actor, act, object, ground, detail, \
     signing_key, previous, digest FROM trace WHERE signing_key = $1 AND moment >= $2 AND moment < $3 \
     AND (moment, department, number) > ($2, $4, $5) ORDER BY moment, department, number LIMIT $6";
const USES_BY: &str = "SELECT department, number, moment, actor, act, object, ground, detail, \
     signing_key, previous, digest FROM trace WHERE signing_key = $1 AND department = $7 AND moment >= $2 AND moment < $3 \
     AND (moment, department, number) > ($2, $4, $5) ORDER BY moment, department, number LIMIT $6";
const USED: &str = "SELECT COUNT(*), COUNT(CASE WHEN detail LIKE $2 THEN 1 END), \
     COUNT(CASE WHEN detail LIKE $3 THEN 1 END), \
     (SELECT CAST(COALESCE(SUM(uses), 0) AS BIGINT) FROM key_total WHERE signing_key = $1) \
     FROM trace WHERE signing_key = $1";

impl Trace {
    /// Uses of a key after a place and before a moment, the earliest first: those of one department, or of all.
    ///
    /// # Errors
    /// The store.
    pub async fn uses(
        &self,
        (key, by): (&KeyId, Option<&DepartmentKey>),
        (after, before): (&Place, UtcDateTime),
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut link = self.store.reader().await?;
        let mut values = vec![
            key.as_str().into(),
            after.moment.into(),
            before.into(),
            after.department.as_str().into(),
            after.number.into(),
            u64::from(limit).into(),
        ];
        values.extend(by.map(|by| store::Value::from(by.as_str())));
        let statement = by.map_or(USES, |_| USES_BY);
        let rows = link.rows(statement, &values).await?;
        rows.into_iter().map(read).collect()
    }

    /// What all uses of a key sum up to.
    ///
    /// # Errors
    /// The store.
    pub async fn used(&self, key: &KeyId) -> Result<Used, StoreError> {
        let mut link = self.store.scanner().await?;
        let values = [
            key.as_str().into(),
            "%\nbeside=%".into(),
            "%\npurpose=seal-test".into(),
        ];
        let mut row = link.one(USED, &values, "trace").await?;
        Ok(Used {
            lines: row.count()?,
            beside: row.count()?,
            tests: row.count()?,
            counted: row.count()?,
        })
    }
}
