//! The whole trace gone over, and both logs with it: what `yinxin check --trace` says (T-L2, T-L4, R25).
//!
//! Reads alone, and trusts nothing that it reads: every entry against the one before it, every entry against the leaf
//! that it names, every leaf against tiles and signed checkpoint, and every checkpoint of the trace against what the
//! public log committed to. Who rewrote the private log throughout is contradicted by the public one, which others hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalogue::key::DepartmentKey;
use thiserror::Error;
use tlog::audit::AuditFault;
use tlog::bundle::parse_bundle;
use tlog::{
    Audit, Leaf, LeafIndex, LeafKind, NoteKey, Opening, TilePath, TreeHead, TrustedLog,
    wanted_for_tree,
};

use crate::anchor::{Anchor, Anchors};
use crate::log::{Agreement, Head, Log, LogError, Logs};
use crate::trace::{Trace, TraceFault};
use store::{Store, StoreError};

/// Levels of tiles: 256 to the eighth are more leaves than can be counted.
const LEVELS: u8 = 8;

/// Why it could not be gone over to the end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The key does not make a log.
    #[error("the log cannot be described")]
    Trust(#[from] tlog::checkpoint::TrustFault),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// In the chain of a department.
    Chain {
        /// Whose.
        department: String,
        /// What.
        fault: TraceFault,
    },
    /// An entry is not the leaf that it names.
    Unlinked {
        /// Whose.
        department: String,
        /// Its number.
        number: u64,
    },
    /// A leaf of the trace has no entry any more.
    Stray {
        /// Its index; nothing while it waits for one.
        index: Option<u64>,
    },
    /// Entries, tiles and head of a log do not belong together.
    Tree {
        /// Which.
        log: Log,
        /// What.
        fault: AuditFault,
    },
    /// The checkpoint of a log is not signed by its key, or says something else than the head.
    Checkpoint {
        /// Which.
        log: Log,
    },
    /// The trace had another tree when this checkpoint of it went into the public log, or is shorter now.
    Rewritten {
        /// Entries of that tree.
        size: u64,
    },
    /// The public log does not have the leaf of this checkpoint of the trace, or another one.
    Unanchored {
        /// Entries of that tree.
        size: u64,
    },
    /// The public log has a checkpoint of the trace that is not known any more.
    Forgotten {
        /// Index of the leaf.
        index: u64,
    },
    /// The public log is not the one that others have seen.
    Seen(Agreement),
}

/// What was gone over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audited {
    /// Departments that have a trace.
    pub departments: usize,
    /// Entries of the trace.
    pub entries: u64,
    /// Leaves of the public log.
    pub leaves: u64,
    /// Checkpoints of the trace in the public log.
    pub anchors: u64,
    /// What is wrong; nothing in an honest store.
    pub found: Vec<Found>,
}

/// Leaves of the public log that commit to a checkpoint of the trace, by index.
type Commitments = BTreeMap<u64, [u8; 32]>;

/// Who signs the checkpoints of a log.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The log's origin line.
    pub origin: String,
    /// Its key, as it stands in notes.
    pub key: NoteKey,
}

/// Who signs those of both.
#[derive(Debug, Clone)]
pub struct Signers {
    /// Of the public log.
    pub public: Signer,
    /// Of the trace.
    pub trace: Signer,
}

/// Goes over what a store holds.
#[derive(Debug, Clone)]
pub struct Audits {
    trace: Trace,
    logs: Logs,
    anchors: Anchors,
}

impl Audits {
    /// Over this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Audits {
        Audits {
            trace: Trace::new(Arc::clone(&store)),
            logs: Logs::new(Arc::clone(&store)),
            anchors: Anchors::new(store),
        }
    }

    /// Goes over trace and logs; `seen` is a head of the public log that others have.
    ///
    /// # Errors
    /// [`AuditError`], where something cannot be read; what is wrong stands in [`Audited::found`].
    pub async fn audit(
        &self,
        signers: &Signers,
        seen: Option<TreeHead>,
    ) -> Result<Audited, AuditError> {
        let mut audited = Audited::default();
        chains(&self.trace, &mut audited).await?;
        for (log, signer) in [(Log::Trace, &signers.trace), (Log::Public, &signers.public)] {
            let Some(head) = self.logs.latest(log).await? else {
                continue;
            };
            let trusted = TrustedLog::new(&signer.origin, vec![signer.key.clone()], Vec::new(), 0)?;
            let opened = trusted.open(&head.checkpoint);
            if !opened.is_ok_and(|opened| opened.checkpoint.head() == head.head) {
                audited.found.push(Found::Checkpoint { log });
            }
            let commitments = tree(&self.logs, (log, &head), &mut audited).await?;
            if log == Log::Public {
                audited.leaves = head.head.size;
                let origin = &signers.trace.origin;
                self.anchored((origin, commitments), &mut audited).await?;
            }
        }
        if let Some(seen) = seen {
            let agreement = self.logs.compare(Log::Public, seen).await?;
            if agreement != Agreement::Holds {
                audited.found.push(Found::Seen(agreement));
            }
        }
        Ok(audited)
    }

    /// Each anchor against the trace as it is and the public log as it is, and the reverse.
    async fn anchored(
        &self,
        (origin, mut commitments): (&str, Commitments),
        audited: &mut Audited,
    ) -> Result<(), AuditError> {
        let mut last = 0;
        loop {
            let page = self.anchors.list(last).await?;
            let Some(end) = page.last() else {
                break;
            };
            last = end.head.size;
            for anchor in &page {
                audited.anchors += 1;
                let size = anchor.head.size;
                if !is_held(&self.logs, anchor).await? {
                    audited.found.push(Found::Rewritten { size });
                }
                let opening = Opening::of_checkpoint(origin, &anchor.head, anchor.salt);
                // One that waits is there, and the next checkpoint has it; what was placed since the walk began lies behind.
                if let Some(LeafIndex(index)) = self.logs.index_of(anchor.leaf).await? {
                    let leaf = commitments.remove(&index);
                    let is_behind = index >= audited.leaves;
                    if !is_behind && leaf != Some(opening.commitment()) {
                        audited.found.push(Found::Unanchored { size });
                    }
                }
            }
        }
        let forgotten = commitments.into_keys();
        audited
            .found
            .extend(forgotten.map(|index| Found::Forgotten { index }));
        Ok(())
    }
}

/// Each department's chain, and each entry's leaf.
async fn chains(trace: &Trace, audited: &mut Audited) -> Result<(), AuditError> {
    for (department, entries) in trace.departments().await? {
        audited.departments += 1;
        audited.entries += entries;
        let Ok(key) = DepartmentKey::parse(&department) else {
            return Err(StoreError::Damaged {
                table: "trace_head",
            }
            .into());
        };
        let faults = trace.check(&key).await?.into_iter();
        audited.found.extend(faults.map(|fault| Found::Chain {
            department: department.clone(),
            fault,
        }));
    }
    let unlinked = trace.unlinked().await?.into_iter();
    audited
        .found
        .extend(unlinked.map(|(department, number)| Found::Unlinked { department, number }));
    let strays = trace.strays().await?.into_iter();
    audited
        .found
        .extend(strays.map(|index| Found::Stray { index }));
    Ok(())
}

/// Every entry of a log, up to its head; gives what commits to checkpoints of the trace. Ends at the first fault, since
/// nothing behind it can be told.
async fn tree(
    logs: &Logs,
    (log, head): (Log, &Head),
    audited: &mut Audited,
) -> Result<Commitments, AuditError> {
    let mut commitments = Commitments::new();
    let mut audit = Audit::new();
    let size = head.head.size;
    while audit.seen() < size {
        let from = audit.seen();
        let walked = bundle(logs, (log, size), &mut audit).await?;
        match walked {
            Ok(entries) if log == Log::Public => commitments.extend(committed(from, &entries)),
            Ok(_) => {}
            Err(fault) => {
                audited.found.push(Found::Tree { log, fault });
                return Ok(commitments);
            }
        }
    }
    if let Err(fault) = audit.finish(&head.head) {
        audited.found.push(Found::Tree { log, fault });
    }
    Ok(commitments)
}

/// The next bundle, with every tile that it fills or lengthens; its octets.
async fn bundle(
    logs: &Logs,
    (log, size): (Log, u64),
    audit: &mut Audit,
) -> Result<Result<Vec<u8>, AuditFault>, AuditError> {
    let from = audit.seen();
    let Some(path) = TilePath::bundle_holding(from, size) else {
        return Ok(Err(AuditFault::Size {
            found: from,
            wanted: size,
        }));
    };
    let Some(entries) = logs.tile(log, path).await? else {
        return Ok(Err(AuditFault::Absent { path }));
    };
    let until = from + u64::from(path.width());
    let stored = match logs.tiles(log, touched(from, until)).await {
        Ok(stored) => stored,
        Err(LogError::Absent(path)) => return Ok(Err(AuditFault::Absent { path })),
        Err(error) => return Err(error.into()),
    };
    Ok(audit.bundle(&entries, &stored).map(|()| entries))
}

/// Tiles of hashes that the leaves `from` to before `until`, one bundle, fill or lengthen.
fn touched(from: u64, until: u64) -> Vec<TilePath> {
    let levels = (0..LEVELS).map_while(|level| {
        let row = |size: u64| size >> (8 * u32::from(level));
        (row(until) > row(from)).then(|| TilePath::holding(level, row(until) - 1, until))
    });
    levels.flatten().collect()
}

fn committed(from: u64, bundle: &[u8]) -> Commitments {
    let entries = parse_bundle(bundle).unwrap_or_default();
    let leaves = (from..).zip(entries);
    let leaves = leaves.filter_map(|(index, entry)| Some((index, Leaf::parse(entry).ok()?)));
    leaves
        .filter(|(_, leaf)| leaf.kind == LeafKind::TraceCheckpoint)
        .map(|(index, leaf)| (index, leaf.commitment))
        .collect()
}

/// Whether the trace begins with the tree that an anchor names.
async fn is_held(logs: &Logs, anchor: &Anchor) -> Result<bool, AuditError> {
    let tiles = match logs
        .tiles(Log::Trace, wanted_for_tree(anchor.head.size))
        .await
    {
        Ok(tiles) => tiles,
        Err(LogError::Absent(_) | LogError::Tiles(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    Ok(tiles
        .root(anchor.head.size)
        .is_ok_and(|root| root == anchor.head.root))
}

impl std::fmt::Display for Found {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Found::Chain { department, fault } => match fault {
                TraceFault::Changed { number } => {
                    write!(
                        formatter,
                        "{department} {number}: changed since it was written"
                    )
                }
                TraceFault::Missing { number } => {
                    write!(formatter, "{department} {number}: missing")
                }
                TraceFault::Moved { number } => write!(
                    formatter,
                    "{department} {number}: does not follow the entry before it; moved, or put there"
                ),
                TraceFault::Truncated { number, head } => write!(
                    formatter,
                    "{department}: ends with {number}, {head} were written"
                ),
            },
            Found::Unlinked { department, number } => write!(
                formatter,
                "{department} {number}: is not the leaf of the trace's tree that it names"
            ),
            Found::Stray { index: Some(index) } => {
                write!(
                    formatter,
                    "leaf {index} of the trace's tree: its entry is gone"
                )
            }
            Found::Stray { index: None } => {
                write!(
                    formatter,
                    "a leaf that waits for the trace's tree: its entry is gone"
                )
            }
            Found::Tree { log, fault } => write!(formatter, "{} log: {fault}", log.code()),
            Found::Checkpoint { log } => write!(
                formatter,
                "{} log: the checkpoint is not signed by its key, or says something else than the head",
                log.code()
            ),
            Found::Rewritten { size } => write!(
                formatter,
                "the trace of {size} entries is not the one that the public log committed to"
            ),
            Found::Unanchored { size } => write!(
                formatter,
                "the public log does not commit to the trace of {size} entries"
            ),
            Found::Forgotten { index } => write!(
                formatter,
                "leaf {index} of the public log commits to a trace that is not known any more"
            ),
            Found::Seen(Agreement::Behind { size }) => write!(
                formatter,
                "the public log has {size} entries, less than others have seen"
            ),
            Found::Seen(_) => write!(
                formatter,
                "the public log is not the one that others have seen"
            ),
        }
    }
}
