//! Documents that several sign whose day came before all had signed: their department is told, once.

use catalogue::key::DepartmentKey;
use signing::round::Outcome;
use store::{Link, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::Secrets;

use super::kept::{self, DAMAGED};
use super::told;

/// One whose day is over, as far as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundOver {
    /// Its identifier.
    pub id: String,
    /// The department that asked.
    pub department: DepartmentKey,
}

// Of whatever department: who keeps the store asks. One in which somebody signs at this moment has its turn first.
const OVER: &str = "SELECT id, department FROM signing WHERE ends < $1 AND (turn_until IS NULL OR turn_until < $1) \
     ORDER BY ends, id LIMIT $2";
const ENDED: &str = "UPDATE signing SET ends = NULL WHERE id = $1 AND department = $2";
// A turn that was lost goes with it: what its process still brings comes too late.
const LAPSE: &str = "UPDATE signing SET ends = NULL, turn = NULL, turn_seat = NULL, turn_until = NULL \
     WHERE id = $1 AND department = $2 AND ends < $3 AND (turn_until IS NULL OR turn_until < $3) RETURNING id";

pub(super) async fn over(
    link: &mut Link,
    now: UtcDateTime,
    limit: u32,
) -> Result<Vec<RoundOver>, StoreError> {
    let rows = link.rows(OVER, &[now.into(), limit.into()]).await?;
    let read = |mut row: store::Row| {
        let (id, department) = (row.text()?, row.text()?);
        Ok(RoundOver {
            id,
            department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Nothing brings it to its day any more.
pub(super) async fn ended(
    link: &mut Link,
    (department, id): (&DepartmentKey, &str),
) -> Result<(), StoreError> {
    let values = [id.into(), department.as_str().into()];
    link.later(ENDED, &values).await
}

/// Of several processes one tells it.
pub(super) async fn lapse(
    link: &mut Link,
    secrets: &Secrets,
    over: &RoundOver,
    by: &By,
) -> Result<bool, StoreError> {
    let (id, department) = (over.id.as_str(), over.department.as_str());
    let values = [id.into(), department.into(), by.at.into()];
    if link.row(LAPSE, &values).await?.is_none() {
        return Ok(false);
    }
    let record = kept::find(link, secrets, (&over.department, id)).await?;
    let record = record.ok_or(DAMAGED)?;
    if record.round.outcome(by.at) != Outcome::Lapsed {
        return Ok(false);
    }
    told(link, secrets, &record, ("signing.lapsed", None), by).await?;
    Ok(true)
}
