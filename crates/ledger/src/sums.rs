//! What the ledger sums up to, and whether that is what was signed.

use std::collections::BTreeMap;

use backoffice::office::Office;
use catalogue::key::SealCode;
use registry::StoreError;
use registry::trace::used::{Place, Used};
use serde::Serialize;

use crate::asked::{Seen, written};
use crate::line::{Line, TEST};
use crate::page::{entries, keys};

/// Lines that one answer sums up.
const SUMMED: u64 = 100_000;

/// Sums of the lines that are asked for, and each of their seals compared with the public log.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Sums {
    /// Lines.
    lines: u64,
    /// Uses that were made: what was sealed left.
    uses: u64,
    /// Uses that were begun and not made: attempts that had to be made again, jobs that were given up, and what is at work still.
    not_made: u64,
    /// Of the uses those whose content was not sent.
    content_not_sent: u64,
    /// Lines of tests, which left nowhere.
    tests: u64,
    /// Signatures of the uses that were made, by suite.
    signatures: Suites,
    /// Uses by seal.
    by_seal: BTreeMap<String, u64>,
    /// Uses by matter.
    by_matter: BTreeMap<String, u64>,
    /// Uses by who released; not for an auditor.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    by_releaser: BTreeMap<String, u64>,
    /// The place to go on after, where there are more lines than one answer sums up.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// Each seal's whole ledger, over all days, beside what its jobs left in the public log.
    seals: Vec<Compared>,
}

/// Signatures by suite.
#[derive(Debug, Default, Serialize)]
struct Suites {
    international: u64,
    sm: u64,
}

/// The whole ledger of a seal, beside the public log.
#[derive(Debug, Serialize)]
struct Compared {
    /// The seal.
    seal: String,
    /// Lines of its ledger, tests among them.
    lines: u64,
    /// Of them tests.
    tests: u64,
    /// Signatures that the journal allowed, tests left out.
    signatures: u64,
    /// Attempts of jobs to sign, each of which has a line.
    attempts: u64,
    /// Leaves of the public log.
    leaves: u64,
    /// Leaves that another one closes, since their file never left.
    abandoned: u64,
    /// Attempts whose files did not leave, or not yet.
    unfinished: u64,
    /// Whether each attempt has its line, which the total that is kept counts, and each signature its leaf.
    agrees: bool,
}

/// Sums up what is asked for.
///
/// # Errors
/// The store.
pub(crate) async fn sums(office: &Office, seen: &Seen) -> Result<Sums, StoreError> {
    let mut sums = Sums::default();
    let mut after = seen.after.clone();
    loop {
        let entries = entries(office, seen, &after).await?;
        let Some(last) = entries.last() else { break };
        after = Place::from(last);
        let lines: Vec<Line> = entries.iter().filter_map(|one| seen.line(one)).collect();
        let jobs: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.job.as_deref())
            .collect();
        let left = office.registry().logs().left(&jobs).await?;
        for line in lines {
            let made = line.job.as_ref().and_then(|job| left.get(job));
            let made = made == Some(&line.attempt);
            sums.add(line, made);
        }
        if sums.lines >= SUMMED {
            sums.after = Some(written(&after));
            break;
        }
    }
    for seal in &seen.seals {
        sums.seals.push(compared(office, seal).await?);
    }
    Ok(sums)
}

impl Sums {
    fn add(&mut self, line: Line, made: bool) {
        self.lines += 1;
        if line.purpose == TEST {
            self.tests += 1;
            return;
        }
        // A job has a line for each attempt, and what left is of the last one.
        if !made {
            self.not_made += 1;
            return;
        }
        self.uses += 1;
        self.signatures.international += signatures(line.international.as_ref());
        self.signatures.sm += signatures(line.sm.as_ref());
        self.content_not_sent += u64::from(line.content_not_sent);
        *self.by_seal.entry(line.seal).or_default() += 1;
        if let Some(matter) = line.matter {
            *self.by_matter.entry(matter).or_default() += 1;
        }
        if let Some(releaser) = line.releaser {
            *self.by_releaser.entry(releaser).or_default() += 1;
        }
    }
}

/// One for each digest that a key was given.
fn signatures(digests: Option<&String>) -> u64 {
    let digests = digests.map_or(0, |digests| digests.split(' ').count());
    u64::try_from(digests).unwrap_or(u64::MAX)
}

async fn compared(office: &Office, seal: &SealCode) -> Result<Compared, StoreError> {
    let registry = office.registry();
    let mut used = Used::default();
    for key in keys(std::slice::from_ref(seal)) {
        let of = registry.trace().used(&key).await?;
        used.lines += of.lines;
        used.beside += of.beside;
        used.tests += of.tests;
        used.counted += of.counted;
    }
    let made = registry.logs().made(seal).await?;
    let signatures = used.lines + used.beside - used.tests;
    let unfinished = made.attempts.saturating_sub(made.recorded);
    // An attempt that was lost signed for one file or two, and its leaves may be there or not.
    let missing = signatures.checked_sub(made.leaves);
    Ok(Compared {
        seal: seal.to_string(),
        lines: used.lines,
        tests: used.tests,
        signatures,
        attempts: made.attempts,
        leaves: made.leaves,
        abandoned: made.abandoned,
        unfinished,
        agrees: used.lines == used.counted
            && used.lines - used.tests == made.attempts
            && missing.is_some_and(|missing| missing <= 2 * unfinished),
    })
}
