//! Lines in the order of time, over the keys of all seals that are asked for.

use backoffice::keys::seal_keys;
use backoffice::office::Office;
use catalogue::key::SealCode;
use crypto::KeyId;
use registry::StoreError;
use registry::trace::Entry;
use registry::trace::used::Place;
use serde::Serialize;

use crate::asked::{Seen, written};
use crate::line::Line;

/// Lines of a page.
const PAGE: usize = 100;
/// Lines that are read at once.
pub(crate) const READ: u32 = 500;
/// Lines that one page looks through for those that are asked for.
const LOOKED: usize = 10_000;

/// A page of the ledger.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// The earliest first.
    lines: Vec<Line>,
    /// The place to go on after; none where this is the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// The keys of seals, one for each suite (D23).
pub(crate) fn keys(seals: &[SealCode]) -> Vec<KeyId> {
    let keys = seals.iter().filter_map(|seal| seal_keys(seal.as_str()));
    keys.flatten().collect()
}

/// Entries after a place, in the order of time, at most [`READ`]; all of them where there are fewer.
pub(crate) async fn entries(
    office: &Office,
    seen: &Seen,
    after: &Place,
) -> Result<Vec<Entry>, StoreError> {
    let trace = office.registry().trace();
    let mut found = Vec::new();
    let lent = keys(&seen.lent).into_iter();
    let lent = lent.map(|key| (key, Some(&seen.delegate)));
    let own = keys(&seen.seals).into_iter().map(|key| (key, None));
    for (key, by) in own.chain(lent) {
        let uses = trace.uses((&key, by), (after, seen.before), READ).await?;
        found.extend(uses);
    }
    // Of each key the first ones are there, and so of all.
    found.sort_by_key(|entry: &Entry| (entry.moment, entry.department.clone(), entry.number));
    found.truncate(usize::try_from(READ).unwrap_or(usize::MAX));
    Ok(found)
}

/// The next page of what is asked for.
///
/// # Errors
/// The store.
pub(crate) async fn page(office: &Office, seen: &Seen) -> Result<Page, StoreError> {
    let (mut lines, mut after, mut looked) = (Vec::new(), seen.after.clone(), 0);
    loop {
        let entries = entries(office, seen, &after).await?;
        if entries.is_empty() {
            return Ok(Page { lines, after: None });
        }
        for entry in entries {
            after = Place::from(&entry);
            looked += 1;
            lines.extend(seen.line(&entry));
            if lines.len() >= PAGE || looked >= LOOKED {
                let after = Some(written(&after));
                return Ok(Page { lines, after });
            }
        }
    }
}
