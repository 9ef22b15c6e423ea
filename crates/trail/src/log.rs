//! The two logs as facts: leaves that wait, entries in their order, tiles, and where each log stands.
//!
//! Arithmetic and signatures are made elsewhere (`tlog`, `issuance`); this keeps what they made. A log
//! grows by [`Logs::extend`] alone, which names the head that it found: of two processes that extend
//! one log from one head, one succeeds and the other is told where the log stands now (T-L5).

mod heads;
pub mod made;
mod place;

use std::sync::Arc;

use thiserror::Error;
use tlog::bundle::encode_bundle;
use tlog::path::TILE_WIDTH;
use tlog::tiles::TileFault;
use tlog::{Hash, LeafIndex, TileKind, TilePath, TileSet, TileWrite, TreeHead, wanted_for_tree};

use crate::id::JobId;
use place::place;
use store::Store;
use store::StoreError;
use store::{Link, Row};

/// One of the two logs (D13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    /// Commitments to signatures, state changes and lists; anyone reads it.
    Public,
    /// Every act; private.
    Trace,
}

impl Log {
    /// Both.
    pub const ALL: [Log; 2] = [Log::Public, Log::Trace];

    /// `public` or `trace`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Log::Public => "public",
            Log::Trace => "trace",
        }
    }

    /// Its number in the rows of leaves.
    #[must_use]
    pub fn column(self) -> i64 {
        match self {
            Log::Public => 1,
            Log::Trace => 2,
        }
    }
}

/// A leaf from the moment it is submitted; it keeps this number when it becomes an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PendingId(i64);

impl PendingId {
    /// The leaf of a stored number.
    #[must_use]
    pub fn new(number: i64) -> PendingId {
        PendingId(number)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

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

/// Whether a log is the one that others have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// It begins with what they saw.
    Holds,
    /// It lacks entries that they saw: this store is older than what was published.
    Behind {
        /// Entries here.
        size: u64,
    },
    /// It has other entries than they saw.
    Forked,
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
    /// The log does not reach to this tile.
    #[error("the log does not reach to tile {0}")]
    Absent(TilePath),
    /// A stored tile is none, or contradicts another.
    #[error(transparent)]
    Tiles(#[from] TileFault),
    /// A countersignature over a size that the log does not have.
    #[error("a countersigned checkpoint of {size} entries, which the log does not have")]
    BeyondLog {
        /// The size.
        size: u64,
    },
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The two logs of a registry.
#[derive(Debug, Clone)]
pub struct Logs {
    store: Arc<Store>,
}

impl Logs {
    /// The logs in a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Logs {
        Logs { store }
    }

    /// Takes a leaf; when this returns, it will be in the log. A job finds its leaves again after a
    /// crash.
    ///
    /// # Errors
    /// `Store`.
    pub async fn submit(
        &self,
        log: Log,
        leaf: Vec<u8>,
        job: Option<JobId>,
    ) -> Result<PendingId, LogError> {
        self.store
            .write(move |link| {
                Box::pin(async move { Ok(submit(link, log, &leaf, job.as_ref()).await?) })
            })
            .await
    }

    /// The leaves that wait longest, at most `limit`.
    ///
    /// # Errors
    /// `Store`.
    pub async fn pending(&self, log: Log, limit: u32) -> Result<Vec<Pending>, LogError> {
        pending(&mut self.store.reader().await?, log, limit).await
    }

    /// Takes one step. When this returns, entries, tiles and checkpoint are durable; before, nobody
    /// sees any of them.
    ///
    /// # Errors
    /// `Overtaken`, `WrongStep`, `WrongTile`, `NotPending`: nothing was recorded. After `Store` read
    /// the head again before the next step.
    pub async fn extend(&self, log: Log, step: Extension) -> Result<(), LogError> {
        step.inspect()?;
        self.store
            .write(move |link| Box::pin(async move { extend(link, log, &step).await }))
            .await
    }

    /// Where the log stands; nothing before its first step.
    ///
    /// # Errors
    /// `Store`.
    pub async fn latest(&self, log: Log) -> Result<Option<Head>, LogError> {
        Ok(latest(&mut self.store.reader().await?, log).await?)
    }

    /// The octets at an address of C2SP tlog-tiles: hashes, or a bundle of entries. A narrower tile
    /// is the beginning of the widest. Nothing where the log does not reach so far.
    ///
    /// # Errors
    /// `Store`.
    pub async fn tile(&self, log: Log, path: TilePath) -> Result<Option<Vec<u8>>, LogError> {
        tile(&mut self.store.reader().await?, log, path).await
    }

    /// The tiles of hashes at `paths`, for a proof or for [`tlog::Tree::restore`], in one reading.
    ///
    /// # Errors
    /// `Absent` where the log does not reach so far; `Tiles` when what is stored is no tile; `Store`.
    pub async fn tiles(&self, log: Log, paths: Vec<TilePath>) -> Result<TileSet, LogError> {
        let mut link = self.store.reader().await?;
        let mut set = TileSet::new();
        for path in paths {
            let octets = tile(&mut link, log, path).await?;
            let octets = octets.ok_or(LogError::Absent(path))?;
            set.insert(&path, &octets)?;
        }
        Ok(set)
    }

    /// At most `limit` entries from `from` on.
    ///
    /// # Errors
    /// `Store`.
    pub async fn entries(
        &self,
        log: Log,
        from: LeafIndex,
        limit: u32,
    ) -> Result<Vec<Vec<u8>>, LogError> {
        Ok(entries(&mut self.store.reader().await?, log, from, limit).await?)
    }

    /// One entry; nothing where the log does not reach so far.
    ///
    /// # Errors
    /// `Store`.
    pub async fn entry(&self, log: Log, at: LeafIndex) -> Result<Option<Vec<u8>>, LogError> {
        Ok(self.entries(log, at, 1).await?.pop())
    }

    /// The index that a leaf got; nothing while it waits.
    ///
    /// # Errors
    /// `Store`.
    pub async fn index_of(&self, id: PendingId) -> Result<Option<LeafIndex>, LogError> {
        index_of(&mut self.store.reader().await?, id).await
    }

    /// Every leaf submitted for a job, the oldest first: what a restart looks at, so that a leaf
    /// whose file never left is closed by another (house-style 2.2).
    ///
    /// # Errors
    /// `Store`.
    pub async fn leaves_of(&self, job: &JobId) -> Result<Vec<Submitted>, LogError> {
        Ok(leaves_of(&mut self.store.reader().await?, job).await?)
    }

    /// Compares this log with a head that others have seen: a witness, a mirror, the newest checkpoint
    /// published before a restore (T-D8). Nothing may be added to a log that does not agree.
    ///
    /// # Errors
    /// `Absent` and `Tiles` where stored tiles are gone or damaged; `Store`.
    pub async fn compare(&self, log: Log, seen: TreeHead) -> Result<Agreement, LogError> {
        let here = self.latest(log).await?.map(|found| found.head);
        let size = here.map_or(0, |here| here.size);
        if size < seen.size {
            return Ok(Agreement::Behind { size });
        }
        let root = match here {
            Some(here) if here.size == seen.size => here.root,
            _ => {
                let tiles = self.tiles(log, wanted_for_tree(seen.size)).await?;
                tiles.root(seen.size)?
            }
        };
        Ok(if root == seen.root {
            Agreement::Holds
        } else {
            Agreement::Forked
        })
    }

    /// Keeps a countersigned checkpoint of `size`; one older than the newest kept is dropped (T-L3).
    ///
    /// # Errors
    /// `BeyondLog` when the log is not so large; `Store`.
    pub async fn witnessed(
        &self,
        log: Log,
        size: u64,
        checkpoint: Vec<u8>,
    ) -> Result<(), LogError> {
        self.store
            .write(move |link| {
                Box::pin(async move { witnessed(link, log, size, &checkpoint).await })
            })
            .await
    }

    /// The newest countersigned checkpoint and its size.
    ///
    /// # Errors
    /// `Store`.
    pub async fn latest_witnessed(&self, log: Log) -> Result<Option<(u64, Vec<u8>)>, LogError> {
        latest_witnessed(&mut self.store.reader().await?, log).await
    }
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

/// Takes a leaf in the transaction of the act that it tells of (T-L1).
///
/// # Errors
/// The store.
pub async fn submit(
    link: &mut Link,
    log: Log,
    leaf: &[u8],
    job: Option<&JobId>,
) -> Result<PendingId, StoreError> {
    const SUBMIT: &str = "INSERT INTO log_leaf (log, leaf, job) VALUES ($1, $2, $3) RETURNING id";
    let job = job.map(JobId::as_str);
    let values = [log.column().into(), leaf.into(), job.into()];
    let mut row = link.one(SUBMIT, &values, "log_leaf").await?;
    Ok(PendingId(row.integer()?))
}

/// The same with a number that was drawn before; its outcome is not waited for.
pub(crate) async fn submit_as(
    link: &mut Link,
    number: i64,
    log: Log,
    leaf: &[u8],
) -> Result<PendingId, StoreError> {
    const SUBMIT: &str =
        "INSERT INTO log_leaf (id, log, leaf) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3)";
    link.later(SUBMIT, &[number.into(), log.column().into(), leaf.into()])
        .await?;
    Ok(PendingId(number))
}

async fn pending(link: &mut Link, log: Log, limit: u32) -> Result<Vec<Pending>, LogError> {
    const PENDING: &str = "SELECT id, leaf FROM log_leaf \
         WHERE log = $1 AND entry_index IS NULL ORDER BY id LIMIT $2";
    let rows = link
        .rows(PENDING, &[log.column().into(), limit.into()])
        .await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Pending {
                id: PendingId(row.integer()?),
                leaf: row.bytes()?,
            })
        })
        .collect()
}

/// Where a log stands, in a transaction; nothing before its first step.
///
/// # Errors
/// The store.
pub async fn latest(link: &mut Link, log: Log) -> Result<Option<Head>, StoreError> {
    const HEAD: &str = "SELECT size, root, checkpoint FROM log_head WHERE log = $1";
    let row = link.row(HEAD, &[log.column().into()]).await?;
    row.map(|mut row| {
        let head = TreeHead {
            size: row.count()?,
            root: Hash::new(row.digest()?),
        };
        let checkpoint = row.bytes()?;
        Ok(Head { head, checkpoint })
    })
    .transpose()
}

async fn extend(link: &mut Link, log: Log, step: &Extension) -> Result<(), LogError> {
    if !swap_head(link, log, step).await? {
        let now = latest(link, log).await?.map(|found| found.head);
        return Err(LogError::Overtaken { now });
    }
    if place(link, log, step).await? != step.entries.len() as u64 {
        return Err(LogError::NotPending);
    }
    for tile in &step.tiles {
        const KEEP: &str = "INSERT INTO log_tile (log, level, tile_index, hashes) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (log, level, tile_index) \
             DO UPDATE SET hashes = excluded.hashes";
        let TileKind::Hashes(level) = tile.path.kind() else {
            return Err(LogError::WrongTile(tile.path));
        };
        let values = [
            log.column().into(),
            u32::from(level).into(),
            tile.path.index().into(),
            (&tile.bytes).into(),
        ];
        link.run(KEEP, &values).await?;
    }
    Ok(())
}

/// T-L5: compare and swap on size and root. Whether the log stood where the step found it.
async fn swap_head(link: &mut Link, log: Log, step: &Extension) -> Result<bool, StoreError> {
    // The first step finds no row, or that of the empty log.
    const BEGIN: &str = "INSERT INTO log_head (log, size, root, checkpoint) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (log) DO UPDATE \
         SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint \
         WHERE log_head.size = $6 AND log_head.root = $5 AND excluded.size > 0";
    const STEP: &str = "UPDATE log_head SET size = $2, root = $3, checkpoint = $4 \
         WHERE log = $1 AND size = $6 AND root = $5";
    let statement = if step.old.size == 0 { BEGIN } else { STEP };
    let values = [
        log.column().into(),
        step.new.size.into(),
        step.new.root.bytes().into(),
        (&step.checkpoint).into(),
        step.old.root.bytes().into(),
        step.old.size.into(),
    ];
    Ok(link.run(statement, &values).await? == 1)
}

async fn tile(link: &mut Link, log: Log, path: TilePath) -> Result<Option<Vec<u8>>, LogError> {
    const TILE: &str =
        "SELECT hashes FROM log_tile WHERE log = $1 AND level = $2 AND tile_index = $3";
    let width = usize::from(path.width());
    let TileKind::Hashes(level) = path.kind() else {
        let first = LeafIndex(path.index().saturating_mul(u64::from(TILE_WIDTH)));
        let entries = entries(link, log, first, u32::from(path.width())).await?;
        // The schema takes no leaf that is too long to be bundled.
        let whole = entries.len() == width;
        return Ok(whole.then(|| encode_bundle(&entries).ok()).flatten());
    };
    let values = [
        log.column().into(),
        u32::from(level).into(),
        path.index().into(),
    ];
    let Some(mut row) = link.row(TILE, &values).await? else {
        return Ok(None);
    };
    // C2SP tlog-tiles, partial tiles: a tile only grows, so a narrower one is its beginning.
    let mut widest = row.bytes()?;
    let wanted = width * Hash::LENGTH;
    Ok((widest.len() >= wanted).then(|| {
        widest.truncate(wanted);
        widest
    }))
}

async fn entries(
    link: &mut Link,
    log: Log,
    from: LeafIndex,
    limit: u32,
) -> Result<Vec<Vec<u8>>, StoreError> {
    const ENTRIES: &str = "SELECT leaf FROM log_leaf \
         WHERE log = $1 AND entry_index >= $2 AND entry_index < $3 ORDER BY entry_index";
    let until = from.0.saturating_add(u64::from(limit));
    let rows = link
        .rows(ENTRIES, &[log.column().into(), from.0.into(), until.into()])
        .await?;
    rows.into_iter().map(|mut row| row.bytes()).collect()
}

async fn index_of(link: &mut Link, id: PendingId) -> Result<Option<LeafIndex>, LogError> {
    const INDEX: &str = "SELECT entry_index FROM log_leaf WHERE id = $1";
    match link.row(INDEX, &[id.0.into()]).await? {
        None => Ok(None),
        Some(mut row) => Ok(maybe_index(&mut row)?),
    }
}

/// Every leaf submitted for a job, the oldest first, in a transaction.
///
/// # Errors
/// The store.
pub async fn leaves_of(link: &mut Link, job: &JobId) -> Result<Vec<Submitted>, StoreError> {
    const LEAVES: &str = "SELECT id, leaf, entry_index FROM log_leaf WHERE job = $1 ORDER BY id";
    let rows = link.rows(LEAVES, &[job.as_str().into()]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Submitted {
                id: PendingId(row.integer()?),
                leaf: row.bytes()?,
                index: maybe_index(&mut row)?,
            })
        })
        .collect()
}

fn maybe_index(row: &mut Row) -> Result<Option<LeafIndex>, StoreError> {
    row.maybe_integer()?
        .map(|index| u64::try_from(index).map(LeafIndex))
        .transpose()
        .map_err(|_| StoreError::Damaged { table: "log_leaf" })
}

async fn witnessed(
    link: &mut Link,
    log: Log,
    size: u64,
    checkpoint: &[u8],
) -> Result<(), LogError> {
    const WITNESSED: &str = "UPDATE log_head SET witnessed_checkpoint = \
         CASE WHEN COALESCE(witnessed_size, -1) <= $2 THEN $3 ELSE witnessed_checkpoint END, \
         witnessed_size = CASE WHEN COALESCE(witnessed_size, -1) <= $2 THEN $2 ELSE witnessed_size END \
         WHERE log = $1 AND size >= $2";
    let values = [log.column().into(), size.into(), checkpoint.into()];
    match link.run(WITNESSED, &values).await? {
        0 => Err(LogError::BeyondLog { size }),
        _ => Ok(()),
    }
}

async fn latest_witnessed(link: &mut Link, log: Log) -> Result<Option<(u64, Vec<u8>)>, LogError> {
    const LATEST: &str = "SELECT witnessed_size, witnessed_checkpoint FROM log_head \
         WHERE log = $1 AND witnessed_size IS NOT NULL";
    match link.row(LATEST, &[log.column().into()]).await? {
        None => Ok(None),
        Some(mut row) => Ok(Some((row.count()?, row.bytes()?))),
    }
}
