//! Checkpoints (C2SP tlog-checkpoint) and the log that one trusts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::Signature;
use thiserror::Error;
use time::UtcDateTime;

use crate::hash::{Hash, TreeHead};
use crate::key::{NoteKey, NoteKeyKind};
use crate::note::{Note, NoteFault, Signed};

/// Longest origin.
pub const MAX_ORIGIN: usize = 256;

/// What a log says about its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: TreeHead,
    extensions: Vec<String>,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointFault {
    /// The note around it is refused.
    #[error("the note is refused")]
    Note(#[from] NoteFault),
    /// Fewer than three lines.
    #[error("a checkpoint has an origin, a size and a root")]
    Lines,
    /// An empty or overlong origin.
    #[error("the origin is empty or too long")]
    Origin,
    /// A size that is not a plain decimal number below 2^64.
    #[error("the size is not a plain decimal number")]
    Size,
    /// A root that is not the base64 of 32 octets.
    #[error("the root is not the base64 of a hash")]
    Root,
    /// An empty extension line.
    #[error("an extension line is empty")]
    Extension,
    /// Another log's.
    #[error("the checkpoint is of another log")]
    OtherOrigin,
    /// Signed by witnesses or others, not by the log.
    #[error("the log itself did not sign")]
    NotSignedByLog,
    /// Not signed in the national suite too, in which the log signs trees of this size.
    #[error("the log did not sign a tree of {size} leaves in SM2 too")]
    NationalAbsent {
        /// Leaves of the tree.
        size: u64,
    },
    /// Too few witnesses saw it.
    #[error("{found} of {wanted} witnesses cosigned")]
    Witnesses {
        /// Witnesses whose cosignature holds.
        found: usize,
        /// Witnesses asked for.
        wanted: usize,
    },
}

impl CheckpointFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            CheckpointFault::Note(fault) => fault.code(),
            CheckpointFault::Lines => "checkpoint.lines",
            CheckpointFault::Origin => "checkpoint.origin",
            CheckpointFault::Size => "checkpoint.size",
            CheckpointFault::Root => "checkpoint.root",
            CheckpointFault::Extension => "checkpoint.extension",
            CheckpointFault::OtherOrigin => "checkpoint.other-origin",
            CheckpointFault::NotSignedByLog => "checkpoint.not-signed-by-log",
            CheckpointFault::NationalAbsent { .. } => "checkpoint.national-absent",
            CheckpointFault::Witnesses { .. } => "checkpoint.witnesses",
        }
    }
}

impl Checkpoint {
    /// A checkpoint of the log with this origin, without extension lines.
    ///
    /// # Errors
    /// `Origin` where it is empty, too long, or holds a line end or another control character.
    pub fn new(origin: &str, head: TreeHead) -> Result<Checkpoint, CheckpointFault> {
        let fits = (1..=MAX_ORIGIN).contains(&origin.len());
        if !fits || origin.bytes().any(|byte| byte < 0x20) {
            return Err(CheckpointFault::Origin);
        }
        Ok(Checkpoint {
            origin: origin.to_owned(),
            head,
            extensions: Vec::new(),
        })
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// `Lines`, `Origin`, `Size`, `Root`, `Extension`.
    pub fn parse(text: &str) -> Result<Checkpoint, CheckpointFault> {
        let text = text.strip_suffix('\n').ok_or(CheckpointFault::Lines)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointFault::Lines);
        };
        // tlog-checkpoint, note text 2: decimal, no leading zero, no sign.
        let plain = !size.is_empty()
            && size.bytes().all(|byte| byte.is_ascii_digit())
            && (size == "0" || !size.starts_with('0'));
        if !plain {
            return Err(CheckpointFault::Size);
        }
        let size = size.parse().map_err(|_| CheckpointFault::Size)?;
        let root = hash_from_base64(root).ok_or(CheckpointFault::Root)?;
        let mut read = Checkpoint::new(origin, TreeHead { size, root })?;
        for line in lines {
            if line.is_empty() {
                return Err(CheckpointFault::Extension);
            }
            read.extensions.push(line.to_owned());
        }
        Ok(read)
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Size and root.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// Lines that mean something to their log alone.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The text of the note: what the log's key signs.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.text().into_bytes()
    }

    /// The note, from the signature over [`Checkpoint::to_be_signed`].
    ///
    /// # Errors
    /// `Note` where the signature is not the key's over this text.
    pub fn finish(&self, key: &NoteKey, signature: &Signature) -> Result<Note, CheckpointFault> {
        Ok(Note::signed(&self.text(), key, signature)?)
    }

    fn text(&self) -> String {
        let root = STANDARD.encode(self.head.root.bytes());
        let mut text = format!("{}\n{}\n{root}\n", self.origin, self.head.size);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// A log with the keys that speak for it and the witnesses that must have seen what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedLog {
    origin: String,
    keys: Vec<NoteKey>,
    logs: usize,
    quorum: usize,
    national: Option<National>,
}

/// How a log signs in the national suite.
#[derive(Debug, Clone, PartialEq, Eq)]
struct National {
    keys: Vec<NoteKey>,
    /// Leaves of the tree when the log began to: larger trees are signed so.
    from: u64,
}

/// Why a log cannot be trusted as described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TrustFault {
    /// No key of the log.
    #[error("a log without a key")]
    NoKey,
    /// A witness's key as the log's, or the reverse.
    #[error("a key of the wrong kind for its part")]
    WrongKind,
    /// One key stands there twice: it would count as two witnesses.
    #[error("one key stands there twice")]
    SameKey,
    /// More witnesses asked for than there are.
    #[error("more witnesses are asked for than are known")]
    Quorum,
}

/// A checkpoint whose log and witnesses were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Who cosigned, among the witnesses known.
    pub cosigned: Vec<Cosigned>,
}

/// A witness and when it cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// Name of the witness.
    pub name: String,
    /// When it says to have seen the checkpoint.
    pub at: UtcDateTime,
}

impl TrustedLog {
    /// A log, its keys, its witnesses, and how many of them must have cosigned.
    ///
    /// # Errors
    /// `NoKey`, `WrongKind`, `SameKey`, `Quorum`.
    pub fn new(
        origin: &str,
        keys: Vec<NoteKey>,
        witnesses: Vec<NoteKey>,
        quorum: usize,
    ) -> Result<TrustedLog, TrustFault> {
        if keys.is_empty() {
            return Err(TrustFault::NoKey);
        }
        if quorum > witnesses.len() {
            return Err(TrustFault::Quorum);
        }
        let (logs, mut all) = (keys.len(), keys);
        all.extend(witnesses);
        let wanted = |position: usize| {
            if position < logs {
                NoteKeyKind::Ed25519
            } else {
                NoteKeyKind::Cosignature
            }
        };
        let mut places = all.iter().enumerate();
        if places.any(|(position, key)| key.kind() != wanted(position)) {
            return Err(TrustFault::WrongKind);
        }
        // tlog-cosignature: the message does not name the cosigner, so one key is one cosigner.
        for (position, key) in all.iter().enumerate() {
            let twin =
                |other: &NoteKey| other.kind() == key.kind() && other.public() == key.public();
            if all.iter().skip(position + 1).any(twin) {
                return Err(TrustFault::SameKey);
            }
        }
        Ok(TrustedLog {
            origin: origin.to_owned(),
            keys: all,
            logs,
            quorum,
            national: None,
        })
    }

    /// The same log, which signs trees of more than `from` leaves in SM2 too: by one of `keys`, beside its usual
    /// signature and not in place of it.
    ///
    /// # Errors
    /// `NoKey`, `WrongKind`.
    pub fn with_national(self, keys: Vec<NoteKey>, from: u64) -> Result<TrustedLog, TrustFault> {
        if keys.is_empty() {
            return Err(TrustFault::NoKey);
        }
        if keys.iter().any(|key| key.kind() != NoteKeyKind::Sm2) {
            return Err(TrustFault::WrongKind);
        }
        let mut all = self.keys;
        all.extend_from_slice(&keys);
        Ok(TrustedLog {
            keys: all,
            national: Some(National { keys, from }),
            ..self
        })
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Reads a note and checks that this log said it and enough witnesses saw it.
    ///
    /// # Errors
    /// Every variant of [`CheckpointFault`]; the text is read after the signatures hold.
    pub fn open(&self, note: &[u8]) -> Result<OpenedCheckpoint, CheckpointFault> {
        self.open_made(note, &[])
    }

    /// The same for a note that may be our own, its signature among `made` ([`Note::check_made`]).
    ///
    /// # Errors
    /// As [`TrustedLog::open`].
    pub fn open_made(
        &self,
        note: &[u8],
        made: &[Signature],
    ) -> Result<OpenedCheckpoint, CheckpointFault> {
        let note = Note::parse(note)?;
        let signed = note.check_made(&self.keys, made)?;
        let (logs, _) = self
            .keys
            .split_at_checked(self.logs)
            .unwrap_or((&self.keys, &[]));
        if !signed.iter().any(|signed| logs.contains(signed.key)) {
            return Err(CheckpointFault::NotSignedByLog);
        }
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin != self.origin {
            return Err(CheckpointFault::OtherOrigin);
        }
        if !self.is_national_enough(&checkpoint, &signed) {
            let size = checkpoint.head.size;
            return Err(CheckpointFault::NationalAbsent { size });
        }
        let cosigned: Vec<Cosigned> = signed
            .iter()
            .filter_map(|signed| {
                Some(Cosigned {
                    name: signed.key.name().to_owned(),
                    at: signed.at?,
                })
            })
            .collect();
        if cosigned.len() < self.quorum {
            return Err(CheckpointFault::Witnesses {
                found: cosigned.len(),
                wanted: self.quorum,
            });
        }
        Ok(OpenedCheckpoint {
            checkpoint,
            cosigned,
        })
    }
}

impl TrustedLog {
    /// Whether the checkpoint has the SM2 signature, where this log makes one for a tree of its size.
    fn is_national_enough(&self, checkpoint: &Checkpoint, signed: &[Signed<'_>]) -> bool {
        self.national.as_ref().is_none_or(|national| {
            let mut signers = signed.iter().map(|signed| signed.key);
            checkpoint.head.size <= national.from || signers.any(|key| national.keys.contains(key))
        })
    }
}

/// A hash from its base64, strict: standard alphabet, padding, 32 octets.
pub(crate) fn hash_from_base64(text: &str) -> Option<Hash> {
    let bytes = STANDARD.decode(text).ok()?;
    bytes.try_into().ok().map(Hash::new)
}
