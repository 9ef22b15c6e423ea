//! The check of a department's chain: every entry against its digest and the one before it, from the first to the head
//! (R25, T-L4).

use catalogue::key::DepartmentKey;
use crypto::sha256;
use store::{Link, Row, StoreError};

use crate::trace::{COLUMNS_AFTER, Entry, HEAD, PAGE, Trace, TraceFault, further};

impl Trace {
    /// Checks a department's chain from its first entry to its head and names every entry that
    /// was changed, is missing or was moved (R25). An empty list is a whole chain; that nobody
    /// rewrote all of it is what the trace's tree and its checkpoints show.
    ///
    /// # Errors
    /// The store.
    pub async fn check(&self, department: &DepartmentKey) -> Result<Vec<TraceFault>, StoreError> {
        let department = department.clone();
        let mut link = self.store.reader().await?;
        check(&mut link, department.as_str()).await
    }
}

/// Entries after a number: each with its own, and as a whole where its columns can be read at all.
async fn readable_after(
    link: &mut Link,
    department: &str,
    number: u64,
) -> Result<Vec<(u64, Option<Entry>)>, StoreError> {
    let values = [department.into(), number.into(), PAGE.into()];
    let rows = link.rows(COLUMNS_AFTER, &values).await?;
    let readable = |mut row: Row| {
        let place = (row.text()?, row.count()?);
        Ok((place.1, further(&mut row, place).ok()))
    };
    rows.into_iter().map(readable).collect()
}

async fn check(link: &mut Link, department: &str) -> Result<Vec<TraceFault>, StoreError> {
    // The head first: entries that are written meanwhile lie after it.
    let Some(mut row) = link.row(HEAD, &[department.into()]).await? else {
        return match readable_after(link, department, 0).await?.last() {
            None => Ok(Vec::new()),
            Some((number, _)) => Ok(vec![TraceFault::Truncated {
                number: *number,
                head: 0,
            }]),
        };
    };
    let (head, head_digest) = (row.count()?, row.digest()?);
    let mut faults = Vec::new();
    let mut last = (0, Some([0; 32]));
    loop {
        let page = readable_after(link, department, last.0).await?;
        let Some(end) = page.last().map(|(number, _)| *number) else {
            break;
        };
        for (number, entry) in &page {
            if *number > head {
                break;
            }
            judge((*number, entry.as_ref()), &mut last, &mut faults);
        }
        if end >= head {
            break;
        }
    }
    if last != (head, Some(head_digest)) {
        let told = faults.last() == Some(&TraceFault::Changed { number: head });
        if !told {
            faults.push(TraceFault::Truncated {
                number: last.0,
                head,
            });
        }
    }
    Ok(faults)
}

/// Compares an entry with the one before it, and moves on to it. One that cannot be read was changed, and says nothing
/// of the one behind it.
fn judge(
    (number, entry): (u64, Option<&Entry>),
    last: &mut (u64, Option<[u8; 32]>),
    faults: &mut Vec<TraceFault>,
) {
    let expected = last.0 + 1;
    faults.extend((expected..number).map(|number| TraceFault::Missing { number }));
    let whole = entry.filter(|entry| sha256(&entry.bytes()) == entry.digest);
    match (whole, last.1) {
        (None, _) => faults.push(TraceFault::Changed { number }),
        (Some(entry), Some(before)) if number == expected && entry.previous != before => {
            faults.push(TraceFault::Moved { number });
        }
        _ => {}
    }
    *last = (number, entry.map(|entry| entry.digest));
}
