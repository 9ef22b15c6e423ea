//! Which documents a compromised key sealed since, and which of them are sealed anew. The register says what there is; the
//! public log is asked whether there is something that the register does not know.

use std::collections::BTreeSet;

use catalogue::SealScope;
use catalogue::key::SealCode;
use issuance::Office;
use registry::jobs::SealedSince;
use registry::licences::Record;
use registry::log::Log;
use serde::Serialize;
use time::{Duration, UtcDateTime};
use tlog::{Leaf, LeafIndex, LeafKind};

use crate::fault::DrillError;

/// Documents looked at together.
const PAGE: u32 = 500;
/// Entries of the log read together.
const ENTRIES: u32 = 1_000;
/// How far the order of the log and that of clocks may be apart.
const SLACK: Duration = Duration::HOUR;

/// A document that was sealed since, and is not taken up yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The document.
    pub document: SealedSince,
    /// Why it is not sealed anew; nothing where it is.
    pub not_anew: Option<NotAnew>,
}

/// Why a document is not sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAnew {
    /// The licence is void.
    Void,
    /// The licence has ended.
    Ended,
    /// A later version is in force.
    Superseded,
    /// It is a document for a purpose that the seal has no more, or its version is gone.
    Unknown,
}

impl NotAnew {
    /// domain.md 4.1: on what has ended nobody relies any more; what is suspended or expired may still have to be shown.
    fn of(record: &Record, now: UtcDateTime) -> Option<Self> {
        match record.life.status(&record.period, now).answer() {
            "void" => Some(Self::Void),
            "superseded" => Some(Self::Superseded),
            "annulled" | "withdrawn" | "revoked" | "deregistered" => Some(Self::Ended),
            _ => None,
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Documents that are not taken up yet, in the order of their jobs.
    pub documents: Vec<Affected>,
    /// Signatures of the seal since, in the public log, that belong to no recorded document and were not closed: places in
    /// the log. There should be none.
    pub unexplained: Vec<u64>,
}

impl Found {
    /// How many of the documents are sealed anew.
    #[must_use]
    pub fn anew(&self) -> usize {
        let anew = self.documents.iter();
        anew.filter(|one| one.not_anew.is_none()).count()
    }
}

/// What the register knows to be sealed since, and this drill has not taken up.
pub(crate) async fn documents(
    office: &Office,
    scope: &SealScope,
    (since, drill): (UtcDateTime, &str),
) -> Result<Vec<Affected>, DrillError> {
    let jobs = office.registry.jobs();
    let place = (&scope.holder, &scope.seal);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = jobs.sealed_since(place, (since, drill), after.as_ref(), PAGE);
        let (documents, next) = page.await?;
        for document in documents {
            let not_anew = judged(office, &document).await?;
            found.push(Affected { document, not_anew });
        }
        match next {
            Some(last) => after = Some(last),
            None => return Ok(found),
        }
    }
}

async fn judged(office: &Office, document: &SealedSince) -> Result<Option<NotAnew>, DrillError> {
    let Some(identifier) = &document.identifier else {
        return Ok(None);
    };
    let record = office.registry.licences().find(identifier, None).await?;
    Ok(match record {
        Some(record) => NotAnew::of(&record, office.clock.now()),
        None => Some(NotAnew::Unknown),
    })
}

/// Signatures of the seal since that the log has and no recorded document explains.
pub(crate) async fn unexplained(
    office: &Office,
    scope: &SealScope,
    since: UtcDateTime,
) -> Result<Vec<u64>, DrillError> {
    let jobs = office.registry.jobs();
    let mut unexplained = Vec::new();
    for index in logged(office, &scope.seal, since).await? {
        if !jobs.explains(&scope.holder, LeafIndex(index)).await? {
            unexplained.push(index);
        }
    }
    Ok(unexplained)
}

/// Places of the signatures of a seal since, without those that another leaf closed. Read from the end: an entry far older
/// than the moment has none after it that is not.
async fn logged(
    office: &Office,
    seal: &SealCode,
    since: UtcDateTime,
) -> Result<Vec<u64>, DrillError> {
    let logs = office.registry.logs();
    let head = logs.latest(Log::Public).await?;
    let mut end = head.map_or(0, |head| head.head.size);
    let (mut sealed, mut closed) = (Vec::new(), BTreeSet::new());
    while end > 0 {
        let begin = end.saturating_sub(u64::from(ENTRIES));
        let count = u32::try_from(end - begin).unwrap_or(ENTRIES);
        let entries = logs.entries(Log::Public, LeafIndex(begin), count).await?;
        let mut is_older = true;
        for (index, entry) in (begin..).zip(&entries) {
            let Ok(leaf) = Leaf::parse(entry) else {
                continue;
            };
            is_older &= leaf.moment < since - SLACK;
            if leaf.subject != seal.as_str() || leaf.moment < since {
                continue;
            }
            match leaf.kind {
                LeafKind::SealSignature => sealed.push((index, leaf.commitment)),
                LeafKind::Abandoned => {
                    closed.insert(leaf.commitment);
                }
                _ => {}
            }
        }
        if is_older {
            break;
        }
        end = begin;
    }
    sealed.retain(|(_, commitment)| !closed.contains(commitment));
    sealed.sort_unstable_by_key(|(index, _)| *index);
    Ok(sealed.into_iter().map(|(index, _)| index).collect())
}
