//! A seal with all that is told of it, in one question: each question is a way to the server and back.

use catalogue::key::SealCode;
use crypto::KeyId;
use store::{Row, StoreError};

use super::standing::{DAMAGED, columns, event};
use super::{SealHappened, SealRecord, Seals};

/// A seal, its history and the total of its ledger, all of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealLook {
    /// Where it stands.
    pub record: SealRecord,
    /// The version of its scope, as [`Seals::scope`] has it.
    pub scope: u64,
    /// The total of its ledger, as [`Seals::uses`] has it.
    pub uses: u64,
    /// What happened to it, in order.
    pub history: Vec<SealHappened>,
}

// A row for each event, and one for a seal without any.
const LOOK: &str = "SELECT s.code, s.department, s.stage, s.since, s.events, s.last_person, s.last_duty, \
     s.pending_event, s.pending_person, s.pending_duty, s.pending_until, s.scope, \
     (SELECT CAST(COALESCE(SUM(uses), 0) AS BIGINT) FROM key_total WHERE signing_key IN ($2, $3)), \
     e.number, e.event, e.stage, e.moment, e.people, e.reason \
     FROM seal AS s LEFT JOIN seal_event AS e ON e.code = s.code WHERE s.code = $1 ORDER BY e.number";

impl Seals {
    /// A seal by its code, and by the names of its keys, one for each suite.
    ///
    /// # Errors
    /// The store.
    pub async fn look(
        &self,
        (seal, [one, other]): (&SealCode, &[KeyId; 2]),
    ) -> Result<Option<SealLook>, StoreError> {
        let mut link = self.store.reader().await?;
        let names = [seal.as_str(), one.as_str(), other.as_str()];
        let values = names.map(store::Value::from);
        let mut rows = link.rows(LOOK, &values).await?.into_iter();
        let Some(first) = rows.next() else {
            return Ok(None);
        };
        let mut look = read(first)?;
        for row in rows {
            look.history.append(&mut read(row)?.history);
        }
        Ok(Some(look))
    }
}

fn read(mut row: Row) -> Result<SealLook, StoreError> {
    let record = columns(&mut row)?;
    let (scope, uses) = (row.count()?, row.count()?);
    let history = match row.maybe_integer()? {
        None => Vec::new(),
        Some(number) => {
            let number = u64::try_from(number).map_err(|_| DAMAGED)?;
            vec![event(&mut row, number)?]
        }
    };
    Ok(SealLook {
        record,
        scope,
        uses,
        history,
    })
}
