//! Pages that have ended and whose document is still kept: it goes, and that it went stands in the trace.

use catalogue::key::DepartmentKey;
use signing::pad::State;
use store::{Link, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::hex;
use trail::trace::{self, Act, Deed};

use super::kept::DAMAGED;

/// One that has ended: its document goes first, then its row is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PadOver {
    /// Its identifier.
    pub id: String,
    /// The department that asked.
    pub department: DepartmentKey,
    /// Where its document is.
    pub object: String,
}

// Of whatever department: who keeps the store asks. One on which somebody signs at this moment has its turn first.
const OVER: &str = "SELECT id, department, object FROM pad WHERE object <> '' \
     AND (state <> 'open' OR (deadline < $1 AND (turn_until IS NULL OR turn_until < $1))) ORDER BY deadline, id LIMIT $2";
// What stands open is over by its deadline alone, and nobody has written that down.
const CLOSE: &str = "UPDATE pad SET object = '', state = CASE WHEN state = 'open' THEN 'lapsed' ELSE state END \
     WHERE id = $1 AND department = $2 AND object <> '' \
     AND (state <> 'open' OR (deadline < $3 AND (turn_until IS NULL OR turn_until < $3))) RETURNING state, document";

pub(super) async fn over(
    link: &mut Link,
    now: UtcDateTime,
    limit: u32,
) -> Result<Vec<PadOver>, StoreError> {
    let rows = link.rows(OVER, &[now.into(), limit.into()]).await?;
    let read = |mut row: store::Row| {
        let (id, department) = (row.text()?, row.text()?);
        Ok(PadOver {
            id,
            department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
            object: row.text()?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Of several processes one closes it, and its end stands in the trace once.
pub(super) async fn close(link: &mut Link, over: &PadOver, by: &By) -> Result<(), StoreError> {
    let values = [
        over.id.as_str().into(),
        over.department.as_str().into(),
        by.at.into(),
    ];
    let Some(mut row) = link.row(CLOSE, &values).await? else {
        return Ok(());
    };
    let state = State::find(&row.text()?).ok_or(DAMAGED)?;
    let is_lapsed = state == State::Lapsed;
    let deed = if is_lapsed { Deed::Fail } else { Deed::Round };
    let ground = if is_lapsed {
        "pad.lapsed"
    } else {
        "pad.closed"
    };
    let entry = Act {
        department: over.department.clone(),
        by: by.clone(),
        deed,
        object: over.id.clone(),
        ground: ground.to_owned(),
        detail: vec![("document", hex(&row.digest()?))],
        key: None,
    };
    trace::write(link, &entry).await.map(|_| ())
}
