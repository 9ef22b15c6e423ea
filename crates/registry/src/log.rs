//! The two logs as facts: leaves that wait, entries in their order, tiles, and where each log stands.
//!
//! Arithmetic and signatures are made elsewhere (`tlog`, `issuance`); this keeps what they made. A log
//! grows by [`LogStore::extend`] alone, which names the head that it found: of two processes that
//! extend one log from one head, one succeeds and the other is told where the log stands now (T-L5).

pub(crate) mod postgres;
pub(crate) mod sqlite;
mod statements;

use thiserror::Error;
use tlog::{LeafIndex, TileKind, TilePath, TileWrite, TreeHead};

use crate::column::stored;
use crate::store::{Fact, JobId, StoreError};

/// One of the two logs (D13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Log {
    /// Commitments to signatures, state changes and lists; anyone reads it.
    Public,
    /// Every act; private.
    Trace,
}

impl Log {
    /// Both.
    pub const ALL: [Log; 2] = [Log::Public, Log::Trace];

    pub(crate) fn column(self) -> i64 {
        match self {
            Log::Public => 1,
            Log::Trace => 2,
        }
    }
}

/// A leaf from the moment it is submitted; it keeps this number when it becomes an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PendingId(pub(crate) i64);

/// A leaf that waits for its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its number.
    pub id: PendingId,
    /// Its octets.
    pub leaf: Vec<u8>,
}

/// A leaf that was submitted for a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Its number.
    pub id: PendingId,
    /// Its octets.
    pub leaf: Vec<u8>,
    /// Its index, once it has one.
    pub index: Option<LeafIndex>,
}

/// Where a log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Size and root.
    pub head: TreeHead,
    /// The signed note over them.
    pub checkpoint: Vec<u8>,
}

/// One step of a log: what it was, what it becomes, and everything that this adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The head that was found; the empty tree's for the first step.
    pub old: TreeHead,
    /// The head after the step.
    pub new: TreeHead,
    /// The signed note over the new head.
    pub checkpoint: Vec<u8>,
    /// The leaves in their new order, from `old.size` on.
    pub entries: Vec<PendingId>,
    /// The tiles of hashes that the step wrote. Bundles of entries are made from the entries.
    pub tiles: Vec<TileWrite>,
}

/// Why a fact of the log was not recorded or not found.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LogError {
    /// Another process extended the log; read the head again and redo the step.
    #[error("the log stands at another head")]
    Overtaken {
        /// Where it stands; nothing when it has not begun.
        now: Option<TreeHead>,
    },
    /// Sizes and entries do not fit each other, or a second checkpoint of one size is offered.
    #[error("an extension from {old} to {new} with {entries} entries")]
    WrongStep {
        /// Size before.
        old: u64,
        /// Size after.
        new: u64,
        /// Entries given.
        entries: usize,
    },
    /// A tile is no tile of hashes, or not as wide as its address says.
    #[error("tile {0} does not hold what its address says")]
    WrongTile(TilePath),
    /// A leaf of the step does not wait: it has an index, belongs to the other log, or never was.
    #[error("a leaf of the step does not wait for an index")]
    NotPending,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for LogError {
    fn from(error: sqlx::Error) -> LogError {
        LogError::Store(StoreError::from(error))
    }
}

/// The facts of the two logs.
pub trait LogStore: Send + Sync {
    /// Takes a leaf; when this returns, it will be in the log. The job finds it again after a crash.
    fn submit<'a>(
        &'a self,
        log: Log,
        leaf: &'a [u8],
        job: Option<&'a JobId>,
    ) -> Fact<'a, PendingId, LogError>;

    /// The leaves that wait longest, at most `limit`.
    fn pending(&self, log: Log, limit: usize) -> Fact<'_, Vec<Pending>, LogError>;

    /// Takes one step. When this returns, entries, tiles and checkpoint are durable; before, nobody sees any.
    ///
    /// # Errors
    /// `Overtaken`, `WrongStep`, `WrongTile`, `NotPending`: nothing was recorded.
    fn extend(&self, log: Log, step: Extension) -> Fact<'_, (), LogError>;

    /// Where the log stands; nothing before its first step.
    fn latest(&self, log: Log) -> Fact<'_, Option<Head>, LogError>;

    /// The octets at an address of C2SP tlog-tiles: hashes, or a bundle of entries. A narrower tile than
    /// the widest one is its beginning. Nothing where the log does not reach so far.
    fn tile(&self, log: Log, path: TilePath) -> Fact<'_, Option<Vec<u8>>, LogError>;

    /// At most `limit` entries from `from` on.
    fn entries(
        &self,
        log: Log,
        from: LeafIndex,
        limit: usize,
    ) -> Fact<'_, Vec<Vec<u8>>, LogError>;

    /// The index that a leaf got; nothing while it waits.
    fn index_of(&self, id: PendingId) -> Fact<'_, Option<LeafIndex>, LogError>;

    /// Every leaf submitted for a job, the oldest first: what a restart looks at (house-style 2.2).
    fn leaves_of<'a>(&'a self, job: &'a JobId) -> Fact<'a, Vec<Submitted>, LogError>;

    /// Keeps a countersigned checkpoint; an older one than the newest kept is dropped (T-L3).
    fn witnessed(&self, log: Log, size: u64, checkpoint: Vec<u8>) -> Fact<'_, (), LogError>;

    /// The newest countersigned checkpoint and its size.
    fn latest_witnessed(&self, log: Log) -> Fact<'_, Option<(u64, Vec<u8>)>, LogError>;
}

impl Extension {
    /// What can be refused without looking at the store.
    fn inspect(&self) -> Result<(), LogError> {
        let wrong = LogError::WrongStep {
            old: self.old.size,
            new: self.new.size,
            entries: self.entries.len(),
        };
        let added = u64::try_from(self.entries.len()).ok();
        if added.and_then(|added| self.old.size.checked_add(added)) != Some(self.new.size) {
            return Err(wrong);
        }
        // T-L5: one size, one checkpoint. Only the checkpoint of the empty log adds no entry.
        if self.entries.is_empty() && self.old.size != 0 {
            return Err(wrong);
        }
        for tile in &self.tiles {
            let width = usize::from(tile.path.width());
            let hashes = matches!(tile.path.kind(), TileKind::Hashes(_));
            if !hashes || tile.bytes.len() != width * 32 {
                return Err(LogError::WrongTile(tile.path));
            }
        }
        Ok(())
    }
}

/// Level and number of a tile of hashes, as columns hold them; nothing for a bundle of entries.
fn columns(path: &TilePath) -> Result<Option<(i64, i64)>, sqlx::Error> {
    match path.kind() {
        TileKind::Hashes(level) => Ok(Some((i64::from(level), stored(path.index())?))),
        TileKind::Entries => Ok(None),
    }
}

/// The beginning of the widest form of a tile; nothing where it is narrower than asked.
fn beginning(mut widest: Vec<u8>, path: &TilePath) -> Option<Vec<u8>> {
    let wanted = usize::from(path.width()) * 32;
    (widest.len() >= wanted).then(|| {
        widest.truncate(wanted);
        widest
    })
}

/// The bundle of `entries`; nothing where they are fewer than asked or one is too long to be bundled.
fn bundled(entries: &[Vec<u8>], path: &TilePath) -> Option<Vec<u8>> {
    if entries.len() != usize::from(path.width()) {
        return None;
    }
    tlog::encode_bundle(entries).ok()
}
