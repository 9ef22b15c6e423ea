//! Until when what a department sealed can be proven, in figures.

use std::collections::BTreeMap;

use renewal::{Ends, Life};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::alone::Wants;
use crate::shelf::hex;

/// Files that are told by name.
pub(crate) const TOLD: usize = 100;

/// The files of a department, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// Files that can be proven.
    pub files: u64,
    /// Files without a time-stamp (level B-B), which nothing renews.
    pub without_time_stamp: u64,
    /// Files of which nothing can be said.
    pub unread: u64,
    /// How many proofs end by what: `unit`, `issuer`, `digest`, `signature`.
    pub ends: BTreeMap<String, u64>,
    /// When the first proof ends, RFC 3339.
    pub first_end: Option<String>,
    /// Files that are due.
    pub due: u64,
    /// The first hundred of them that were found.
    pub due_first: Vec<Due>,
    /// Files beside which a record lies.
    pub records: u64,
    /// Of these, records that are judged with nothing else at hand.
    pub alone: u64,
}

/// A file that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// SHA-256 of its octets.
    pub file: String,
    /// When its proof ends, RFC 3339.
    pub until: String,
    /// By what.
    pub by: String,
}

impl Standing {
    pub(crate) fn count(&mut self, life: &Life, (is_due, wants): (bool, Option<Wants>)) {
        let more = |count: &mut u64, is: bool| *count = count.saturating_add(u64::from(is));
        more(&mut self.files, true);
        more(&mut self.due, is_due);
        more(&mut self.records, wants.is_some());
        more(&mut self.alone, wants == Some(Wants::Nothing));
        let ends = self.ends.entry(code(life.by).to_owned()).or_default();
        more(ends, true);
        self.end(&told(life.until));
    }

    pub(crate) fn tell_due(&mut self, digest: &[u8; 32], life: &Life) {
        if self.due_first.len() < TOLD {
            self.due_first.push(Due {
                file: hex(digest),
                until: told(life.until),
                by: code(life.by).to_owned(),
            });
        }
    }

    /// Moments as they are told here are in their order as text, too: all in UTC, years of four figures.
    fn end(&mut self, until: &str) {
        if self.first_end.as_deref().is_none_or(|first| until < first) {
            self.first_end = Some(until.to_owned());
        }
    }

    /// Both together.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        for (own, more) in [
            (&mut self.files, other.files),
            (&mut self.without_time_stamp, other.without_time_stamp),
            (&mut self.unread, other.unread),
            (&mut self.due, other.due),
            (&mut self.records, other.records),
            (&mut self.alone, other.alone),
        ] {
            *own = own.saturating_add(more);
        }
        for (by, more) in &other.ends {
            let own = self.ends.entry(by.clone()).or_default();
            *own = own.saturating_add(*more);
        }
        if let Some(until) = &other.first_end {
            self.end(until);
        }
        let room = TOLD.saturating_sub(self.due_first.len());
        self.due_first
            .extend(other.due_first.iter().take(room).cloned());
        self
    }
}

fn code(by: Ends) -> &'static str {
    match by {
        Ends::Unit => "unit",
        Ends::Issuer => "issuer",
        Ends::Digest => "digest",
        Ends::Signature => "signature",
    }
}

pub(crate) fn told(moment: UtcDateTime) -> String {
    // Without parts of a second: see `Standing::end`.
    let whole = moment.replace_nanosecond(0).unwrap_or(moment);
    whole.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::utc_datetime;

    use super::*;

    fn life(until: UtcDateTime) -> Life {
        Life {
            until,
            by: Ends::Unit,
            since: utc_datetime!(2026-01-01 0:00),
        }
    }

    #[test]
    fn figures_of_departments_add_up_and_the_earliest_end_is_kept() {
        let (mut one, mut other) = (Standing::default(), Standing::default());
        one.count(&life(utc_datetime!(2031-05-01 0:00)), (false, None));
        let soon = life(utc_datetime!(2027-01-01 0:00));
        other.count(&soon, (true, Some(Wants::Nothing)));
        other.tell_due(&[7; 32], &soon);
        other.without_time_stamp = 2;
        let whole = one.and(&other);
        assert_eq!(
            (whole.files, whole.due, whole.without_time_stamp),
            (2, 1, 2)
        );
        assert_eq!((whole.records, whole.alone), (1, 1));
        assert_eq!(whole.first_end.as_deref(), Some("2027-01-01T00:00:00Z"));
        assert_eq!(whole.ends.get("unit"), Some(&2));
        assert_eq!(whole.due_first.len(), 1);
        let text = serde_json::to_string(&whole).expect("plain");
        let again: Standing = serde_json::from_str(&text).expect("its own");
        assert_eq!(again, whole);
    }
}
