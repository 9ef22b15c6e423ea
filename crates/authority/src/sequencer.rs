//! Gives leaves their index: the next batch starts as soon as the last is durable, never on a timer.
//!
//! A leaf is submitted to the registry, durable, and then waits here. The sequencer lets those who are on their way with
//! a leaf arrive, for a checkpoint costs the same for one as for many; it takes all that wait, grows the tree by them,
//! signs one checkpoint and writes the step. Two processes cannot fork the log: a step names the head that it found, and
//! the registry takes it once (T-L5). A checkpoint leaves this process only after that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crypto::{Authorisation, KeyId, KeyStore, KeyUse, SignError, Signature};
use registry::jobs::JobId;
use registry::log::{Agreement, Extension, Log, LogError, Logs, Pending, PendingId};
use thiserror::Error;
use time::UtcDateTime;
use tlog::checkpoint::{CheckpointFault, OpenedCheckpoint};
use tlog::{Checkpoint, Grown, Hash, LeafIndex, Note, NoteKey, Tree, TreeHead, TrustedLog};
use tokio::sync::{Notify, oneshot};

use crate::arrivals::Arrivals;
pub use crate::arrivals::Coming;
use crate::clock::Clock;
use crate::seen::Seen;

/// Leaves in one step, at most.
const MAX_BATCH: u32 = 4_096;
/// How long a step waits for leaves that are on their way.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long the sequencer rests after a failed step.
const REST: Duration = Duration::from_millis(200);

/// Why a leaf is not known to be in the log.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The registry refused or cannot be reached.
    #[error("the log cannot be written")]
    Log(#[from] LogError),
    /// The step failed; the leaf waits and will be in the log.
    #[error("the leaf waits for its place in the log")]
    Waits,
    /// The stored tree does not give a proof.
    #[error("the log's tiles give no proof")]
    Tiles(#[from] tlog::tiles::TileFault),
    /// The checkpoint was not signed.
    #[error("the checkpoint was not signed")]
    Sign(#[from] SignError),
    /// The checkpoint cannot be written.
    #[error("the checkpoint cannot be written")]
    Checkpoint(#[from] CheckpointFault),
    /// The leaf cannot be written.
    #[error("the leaf cannot be written")]
    Leaf(#[from] tlog::leaf::LeafFault),
    /// The note cannot be finished.
    #[error("the signed note cannot be written")]
    Note(#[from] tlog::note::NoteFault),
    /// The store is older than the log: it lacks entries that it had, or has others (T-D8). Nothing is added to it.
    #[error("the {} log in the store is not the one that reached {seen} entries", log.code())]
    Behind {
        /// Which log.
        log: Log,
        /// Entries that it had.
        seen: u64,
    },
}

/// Why a countersigned checkpoint is not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// It is no checkpoint of this log that a known witness countersigned.
    #[error("not a checkpoint of this log with a known witness's signature")]
    Checkpoint(#[from] CheckpointFault),
    /// The witnesses of the configuration cannot stand beside the log's key.
    #[error("the witnesses cannot be used")]
    Witnesses(#[from] tlog::checkpoint::TrustFault),
    /// Its head is none of this log's: two logs carry one name.
    #[error("the checkpoint is none of this log's")]
    Forked,
    /// The registry refuses or cannot be reached.
    #[error("the log cannot be read or written")]
    Log(#[from] LogError),
}

/// A leaf's place, with what proves it.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its index.
    pub index: LeafIndex,
    /// Its inclusion in the tree of the checkpoint (RFC 6962 2.1.1).
    pub proof: Vec<Hash>,
    /// The signed checkpoint that covers it.
    pub checkpoint: Arc<str>,
    /// Its signatures, where this process has just made them.
    pub signatures: Vec<Signature>,
}

/// Who signs a log's checkpoints.
#[derive(Debug, Clone)]
pub struct CheckpointSigner {
    /// The log's origin line (C2SP tlog-checkpoint).
    pub origin: String,
    /// The key in the key store.
    pub key: KeyId,
    /// The key as it stands in notes.
    pub note_key: NoteKey,
    /// Who signs them in SM2 too, where the office has the national suite.
    pub national: Option<NationalSigner>,
}

/// Who signs a log's checkpoints in SM2, beside the usual signature.
#[derive(Debug, Clone)]
pub struct NationalSigner {
    /// The key in the key store.
    pub key: KeyId,
    /// The key as it stands in notes.
    pub note_key: NoteKey,
    /// Leaves of the tree when it began to.
    pub from: u64,
}

/// One log's sequencer, shared by all who append.
#[derive(Clone)]
pub struct Sequencer {
    log: Log,
    logs: Logs,
    signer: Arc<CheckpointSigner>,
    keys: Arc<KeyStore>,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    wake: Notify,
    waiting: Mutex<BTreeMap<PendingId, oneshot::Sender<Placed>>>,
    arrivals: Arrivals,
    seen: Seen,
}

impl std::fmt::Debug for Sequencer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Sequencer")
            .field("origin", &self.signer.origin)
            .finish_non_exhaustive()
    }
}

impl Sequencer {
    /// A sequencer; [`Sequencer::run`] does its work.
    #[must_use]
    pub fn new(
        log: Log,
        logs: Logs,
        signer: CheckpointSigner,
        keys: Arc<KeyStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            log,
            logs,
            signer: Arc::new(signer),
            keys,
            clock,
            shared: Arc::default(),
        }
    }

    /// Knows how far the log had come, by a checkpoint that was kept outside of the store (T-D8).
    ///
    /// # Errors
    /// `Checkpoint` where this log's key did not sign it: then it says nothing.
    pub fn knows(&self, note: &[u8]) -> Result<(), WitnessError> {
        let head = self.trusted(&[], 0)?.open(note)?.checkpoint.head();
        self.shared.seen.note(head);
        Ok(())
    }

    /// The newest head that is known here.
    pub(crate) fn seen(&self) -> Option<TreeHead> {
        self.shared.seen.head()
    }

    /// Whether a log at `now` is the one that `seen` is of, as far as sizes tell.
    pub(crate) fn reaches(
        &self,
        seen: Option<TreeHead>,
        now: Option<TreeHead>,
    ) -> Result<(), AppendError> {
        let Some(seen) = seen else {
            return Ok(());
        };
        match now {
            Some(now) if now.size > seen.size || now == seen => Ok(()),
            _ => Err(self.behind(seen)),
        }
    }

    /// Which log it is.
    pub(crate) fn log(&self) -> Log {
        self.log
    }

    /// Whether it begins with all that is known of it.
    async fn begins_with_what_was_seen(&self, now: Option<TreeHead>) -> Result<(), AppendError> {
        let Some(seen) = self.seen() else {
            return Ok(());
        };
        self.reaches(Some(seen), now)?;
        match self.logs.compare(self.log, seen).await? {
            Agreement::Holds => Ok(()),
            Agreement::Behind { .. } | Agreement::Forked => Err(self.behind(seen)),
        }
    }

    fn behind(&self, seen: TreeHead) -> AppendError {
        AppendError::Behind {
            log: self.log,
            seen: seen.size,
        }
    }

    /// Who signs.
    #[must_use]
    pub fn signer(&self) -> &CheckpointSigner {
        &self.signer
    }

    /// Puts a leaf into the log and waits for the checkpoint that covers it.
    ///
    /// # Errors
    /// `Waits` when the leaf is durable and its place is not known yet; `Log` when it may not be there.
    pub async fn append(&self, leaf: Vec<u8>, job: Option<JobId>) -> Result<Placed, AppendError> {
        let id = self.logs.submit(self.log, leaf, job).await?;
        self.placed(id).await
    }

    /// Waits for the place of a leaf that was submitted.
    ///
    /// # Errors
    /// As [`Sequencer::append`].
    pub async fn placed(&self, id: PendingId) -> Result<Placed, AppendError> {
        let (tell, told) = oneshot::channel();
        self.waiting().insert(id, tell);
        self.wake();
        // Another step, or another process, may have placed it before anybody waited here.
        if let Some(index) = self.logs.index_of(id).await? {
            self.waiting().remove(&id);
            return self.proven(index).await;
        }
        match told.await {
            Ok(placed) => Ok(placed),
            Err(_) => match self.logs.index_of(id).await? {
                Some(index) => self.proven(index).await,
                None => Err(AppendError::Waits),
            },
        }
    }

    /// Says that a leaf comes: to be held from when it is known that it will until it is submitted.
    pub fn coming(&self) -> Coming {
        self.shared.arrivals.coming()
    }

    /// Tells the sequencer that leaves wait.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// The place of an entry under the newest checkpoint.
    ///
    /// # Errors
    /// `Waits` when the log does not reach so far; `Tiles` when what is stored is damaged.
    pub async fn proven(&self, index: LeafIndex) -> Result<Placed, AppendError> {
        let latest = self
            .logs
            .latest(self.log)
            .await?
            .ok_or(AppendError::Waits)?;
        let size = latest.head.size;
        let wanted = tlog::wanted_for_inclusion(index, size);
        let tiles = self.logs.tiles(self.log, wanted).await?;
        Ok(Placed {
            index,
            proof: tiles.inclusion(index, size)?,
            checkpoint: String::from_utf8_lossy(&latest.checkpoint).into(),
            signatures: Vec::new(),
        })
    }

    /// Takes a checkpoint of this log that witnesses countersigned, so that it is shown (T-L3). One of an older tree
    /// than is kept, with fewer witnesses or not signed later, changes nothing.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub async fn witnessed(&self, note: &[u8], witnesses: &[NoteKey]) -> Result<(), WitnessError> {
        let trusted = self.trusted(witnesses, 1)?;
        let opened = trusted.open(note)?;
        let head = opened.checkpoint.head();
        if self.logs.compare(self.log, head).await? != Agreement::Holds {
            return Err(WitnessError::Forked);
        }
        let weight = |opened: &OpenedCheckpoint| {
            let newest = opened.cosigned.iter().map(|cosigned| cosigned.at).max();
            (opened.cosigned.len(), newest)
        };
        if let Some((size, kept)) = self.logs.latest_witnessed(self.log).await?
            && size == head.size
            && trusted
                .open(&kept)
                .is_ok_and(|kept| weight(&kept) >= weight(&opened))
        {
            return Ok(());
        }
        let note = Note::parse(note)
            .map_err(CheckpointFault::Note)?
            .condensed();
        let note = note.encode().into_bytes();
        Ok(self.logs.witnessed(self.log, head.size, note).await?)
    }

    /// The newest checkpoint, as witnesses countersigned it where they did; none of an empty log.
    ///
    /// # Errors
    /// The registry.
    pub async fn newest(&self) -> Result<Option<Vec<u8>>, LogError> {
        let Some(latest) = self.logs.latest(self.log).await? else {
            return Ok(None);
        };
        Ok(match self.logs.latest_witnessed(self.log).await? {
            Some((size, countersigned)) if size == latest.head.size => Some(countersigned),
            _ => Some(latest.checkpoint),
        })
    }

    /// The newest checkpoint that a witness countersigned (T-L3).
    ///
    /// # Errors
    /// The registry.
    pub async fn newest_witnessed(&self) -> Result<Option<Vec<u8>>, LogError> {
        let kept = self.logs.latest_witnessed(self.log).await?;
        Ok(kept.map(|(_, countersigned)| countersigned))
    }

    /// When a witness last countersigned a checkpoint of this log; nothing before the first time.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub async fn witnessed_at(
        &self,
        witnesses: &[NoteKey],
    ) -> Result<Option<UtcDateTime>, WitnessError> {
        let Some((_, kept)) = self.logs.latest_witnessed(self.log).await? else {
            return Ok(None);
        };
        // A witness that the configuration names no more does not count.
        let Ok(opened) = self.trusted(witnesses, 1)?.open(&kept) else {
            return Ok(None);
        };
        Ok(opened.cosigned.iter().map(|cosigned| cosigned.at).max())
    }

    fn trusted(&self, witnesses: &[NoteKey], quorum: usize) -> Result<TrustedLog, WitnessError> {
        let log = TrustedLog::new(
            self.signer.origin.as_str(),
            vec![self.signer.note_key.clone()],
            witnesses.to_vec(),
            quorum,
        )?;
        // Whoever countersigns hands on what the log signed, in both suites.
        Ok(match &self.signer.national {
            Some(national) => log.with_national(vec![national.note_key.clone()], national.from)?,
            None => log,
        })
    }

    /// Works until the task is dropped.
    pub async fn run(self) {
        let mut tree = None;
        loop {
            match self.step(&mut tree).await {
                Ok(0) => self.shared.wake.notified().await,
                Ok(_) => {}
                // Another process took this step. Its leaves are found by the next one, and the others still wait.
                Err(AppendError::Log(LogError::Overtaken { .. })) => tree = None,
                Err(error) => {
                    tree = None;
                    // Whoever waits asks the registry itself; nobody waits for a step that failed.
                    self.waiting().clear();
                    tracing::warn!(error = %error, log = ?self.log, "a step of the log failed");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// Places all leaves that wait; returns how many.
    async fn step(&self, tree: &mut Option<(Tree, TreeHead)>) -> Result<usize, AppendError> {
        // Not longer than that, should one of them be held up.
        let _late = tokio::time::timeout(PATIENCE, self.shared.arrivals.all()).await;
        let waiting: Vec<PendingId> = self.waiting().keys().copied().collect();
        // The head before the batch: what another process places in between is not offered on top of its step.
        let (old, head) = match tree.take() {
            Some(old) => old,
            None => self.restore().await?,
        };
        let batch = self.logs.pending(self.log, MAX_BATCH).await?;
        self.tell_elsewhere(waiting, &batch).await?;
        if batch.is_empty() {
            *tree = Some((old, head));
            return Ok(0);
        }
        let hashes: Vec<Hash> = batch
            .iter()
            .map(|pending| tlog::leaf_hash(&pending.leaf))
            .collect();
        let grown = old.append(&hashes)?;
        let new = grown.head();
        let (checkpoint, signatures) = self.checkpoint(new)?;
        let step = Extension {
            old: head,
            new,
            checkpoint: checkpoint.as_bytes().to_vec(),
            entries: batch.iter().map(|pending| pending.id).collect(),
            tiles: grown.tiles().to_vec(),
        };
        self.logs.extend(self.log, step).await?;
        self.shared.seen.note(new);
        let signed = (checkpoint.into(), signatures);
        self.tell(&batch, (&grown, head.size), signed)?;
        *tree = Some((grown.into_tree(), new));
        Ok(batch.len())
    }

    /// Tells those whose leaf does not wait any more: another process placed it.
    async fn tell_elsewhere(
        &self,
        waiting: Vec<PendingId>,
        batch: &[Pending],
    ) -> Result<(), AppendError> {
        let pending: BTreeSet<PendingId> = batch.iter().map(|pending| pending.id).collect();
        for id in waiting.into_iter().filter(|id| !pending.contains(id)) {
            // One behind a full batch waits for the next.
            let Some(index) = self.logs.index_of(id).await? else {
                continue;
            };
            let placed = self.proven(index).await?;
            if let Some(tell) = self.waiting().remove(&id) {
                // Whoever asked may have gone away.
                let _gone = tell.send(placed);
            }
        }
        Ok(())
    }

    /// Tells those who wait where their leaves stand: from `first` on, in the order of the batch.
    fn tell(
        &self,
        batch: &[Pending],
        (grown, first): (&Grown, u64),
        (checkpoint, signatures): (Arc<str>, Vec<Signature>),
    ) -> Result<(), AppendError> {
        let mut waiting = Vec::new();
        for (index, pending) in (first..).map(LeafIndex).zip(batch) {
            if let Some(tell) = self.waiting().remove(&pending.id) {
                waiting.push((index, tell));
            }
        }
        let proofs = grown.inclusions(waiting.iter().map(|(index, _)| *index))?;
        for ((index, tell), proof) in waiting.into_iter().zip(proofs) {
            let placed = Placed {
                index,
                proof,
                checkpoint: checkpoint.clone(),
                signatures: signatures.clone(),
            };
            // Whoever asked may have gone away.
            let _gone = tell.send(placed);
        }
        Ok(())
    }

    async fn restore(&self) -> Result<(Tree, TreeHead), AppendError> {
        let latest = self.logs.latest(self.log).await?;
        let here = latest.as_ref().map(|latest| latest.head);
        self.begins_with_what_was_seen(here).await?;
        let Some(latest) = latest else {
            let empty = Tree::empty();
            let head = empty.head();
            return Ok((empty, head));
        };
        self.shared.seen.note(latest.head);
        let wanted = tlog::wanted_for_tree(latest.head.size);
        let tiles = self.logs.tiles(self.log, wanted).await?;
        Ok((Tree::restore(&latest.head, &tiles)?, latest.head))
    }

    /// The signed note of a head: by the log's key, and by that of the national suite where there is one.
    fn checkpoint(&self, head: TreeHead) -> Result<(String, Vec<Signature>), AppendError> {
        let checkpoint = Checkpoint::new(self.signer.origin.as_str(), head)?;
        let message = checkpoint.to_be_signed();
        let signature = self.sign(&self.signer.key, &message)?;
        let mut note = checkpoint.finish(&self.signer.note_key, &signature)?;
        let mut signatures = vec![signature];
        if let Some(national) = &self.signer.national {
            let signature = self.sign(&national.key, &message)?;
            note = note.signed_by(&national.note_key, &signature)?;
            signatures.push(signature);
        }
        Ok((note.encode(), signatures))
    }

    fn sign(&self, key: &KeyId, message: &[u8]) -> Result<Signature, SignError> {
        let now = self.clock.now();
        let under = Authorisation::journalled(key.clone(), KeyUse::Checkpoints, message, now);
        self.keys.sign(message, &under)
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, BTreeMap<PendingId, oneshot::Sender<Placed>>> {
        self.shared
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
