//! Receipts: that a leaf is in the log, to be checked with no network (C2SP tlog-proof).
//!
//! # Shape
//! `c2sp.org/tlog-proof@v1`, `extra` with the salt of the commitment, `index`, the hashes of the
//! inclusion proof a line each, an empty line, then the checkpoint as the log gave it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::Signature;
use thiserror::Error;

use crate::checkpoint::{CheckpointFault, Cosigned, TrustedLog, hash_from_base64};
use crate::hash::{Hash, LeafIndex, TreeHead};
use crate::leaf::{Leaf, LeafFault, SALT};
use crate::note::MAX_NOTE;
use crate::proof::{ProofFault, check_inclusion};

/// Most hashes of an inclusion proof: one a level of a tree of 2^64 leaves.
pub const MAX_HASHES: usize = 64;
/// Largest receipt that is read, in octets.
pub const MAX_RECEIPT: usize = MAX_NOTE + 8 * 1024;
const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A receipt as it was read or is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Salt of the commitment; trusted for nothing until the leaf made with it is found.
    pub salt: [u8; SALT],
    /// Place of the leaf.
    pub index: LeafIndex,
    /// Inclusion proof, from the leaf's sibling up.
    pub proof: Vec<Hash>,
    /// The checkpoint's note, verbatim.
    pub checkpoint: String,
}

/// What a good receipt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Place of the leaf.
    pub index: LeafIndex,
    /// The tree in which it was found.
    pub head: TreeHead,
    /// The witnesses that saw this tree.
    pub cosigned: Vec<Cosigned>,
}

/// Why a receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiptFault {
    /// Above [`MAX_RECEIPT`] octets.
    #[error("a receipt of {found} octets")]
    TooLarge {
        /// Octets found.
        found: usize,
    },
    /// Not UTF-8.
    #[error("the receipt is not UTF-8")]
    NotUtf8,
    /// Another first line: another version, or no receipt.
    #[error("the first line is not that of a receipt")]
    FirstLine,
    /// No salt.
    #[error("the receipt has no salt")]
    SaltAbsent,
    /// A salt that is not the base64 of 16 octets.
    #[error("the salt is not the base64 of {SALT} octets")]
    Salt,
    /// An index that is not a plain decimal number, or none.
    #[error("the index is not a plain decimal number")]
    Index,
    /// A line of the proof that is not the base64 of a hash.
    #[error("hash {position} of the proof is malformed")]
    HashLine {
        /// Which one, from 0.
        position: usize,
    },
    /// More than [`MAX_HASHES`] hashes.
    #[error("a proof of more than {MAX_HASHES} hashes")]
    TooManyHashes,
    /// No empty line and no checkpoint after the proof.
    #[error("the receipt has no checkpoint")]
    CheckpointAbsent,
    /// The checkpoint is refused.
    #[error("the checkpoint is refused")]
    Checkpoint(#[from] CheckpointFault),
    /// The proof is refused.
    #[error("the proof is refused")]
    Proof(#[from] ProofFault),
    /// The leaf cannot be written, so it is in no log.
    #[error("the leaf is refused")]
    Leaf(#[from] LeafFault),
}

impl ReceiptFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReceiptFault::TooLarge { .. } => "receipt.too-large",
            ReceiptFault::NotUtf8 => "receipt.not-utf8",
            ReceiptFault::FirstLine => "receipt.first-line",
            ReceiptFault::SaltAbsent => "receipt.salt-absent",
            ReceiptFault::Salt => "receipt.salt",
            ReceiptFault::Index => "receipt.index",
            ReceiptFault::HashLine { .. } => "receipt.hash-line",
            ReceiptFault::TooManyHashes => "receipt.too-many-hashes",
            ReceiptFault::CheckpointAbsent => "receipt.checkpoint-absent",
            ReceiptFault::Checkpoint(fault) => fault.code(),
            ReceiptFault::Proof(fault) => fault.code(),
            ReceiptFault::Leaf(fault) => fault.code(),
        }
    }
}

impl Receipt {
    /// Reads a receipt.
    ///
    /// # Errors
    /// `TooLarge`, `NotUtf8`, `FirstLine`, `SaltAbsent`, `Salt`, `Index`, `HashLine`, `TooManyHashes`,
    /// `CheckpointAbsent`. The checkpoint is read by [`Receipt::check`].
    pub fn parse(bytes: &[u8]) -> Result<Receipt, ReceiptFault> {
        if bytes.len() > MAX_RECEIPT {
            return Err(ReceiptFault::TooLarge { found: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptFault::NotUtf8)?;
        let rest = text
            .strip_prefix(FIRST_LINE)
            .and_then(|rest| rest.strip_prefix('\n'))
            .ok_or(ReceiptFault::FirstLine)?;
        // tlog-proof, format: the first empty line ends the proof; the note has another of its own.
        let (lines, checkpoint) = rest
            .split_once("\n\n")
            .filter(|(_, checkpoint)| !checkpoint.is_empty())
            .ok_or(ReceiptFault::CheckpointAbsent)?;
        let mut lines = lines.split('\n');
        let salt = lines
            .next()
            .and_then(|line| line.strip_prefix("extra "))
            .ok_or(ReceiptFault::SaltAbsent)?;
        let salt = STANDARD
            .decode(salt)
            .ok()
            .and_then(|salt| salt.try_into().ok())
            .ok_or(ReceiptFault::Salt)?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(plain_number)
            .ok_or(ReceiptFault::Index)?;
        let mut proof = Vec::new();
        for (position, line) in lines.enumerate() {
            if position == MAX_HASHES {
                return Err(ReceiptFault::TooManyHashes);
            }
            proof.push(hash_from_base64(line).ok_or(ReceiptFault::HashLine { position })?);
        }
        Ok(Receipt {
            salt,
            index: LeafIndex(index),
            proof,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// The receipt as text.
    #[must_use]
    pub fn encode(&self) -> String {
        let LeafIndex(index) = self.index;
        let salt = STANDARD.encode(self.salt);
        let mut out = format!("{FIRST_LINE}\nextra {salt}\nindex {index}\n");
        for hash in &self.proof {
            out.push_str(&STANDARD.encode(hash.bytes()));
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&self.checkpoint);
        out
    }

    /// Checks that `leaf` is in the log.
    ///
    /// # Errors
    /// `Checkpoint`, `Leaf`, `Proof`.
    pub fn check(&self, leaf: &Leaf, log: &TrustedLog) -> Result<Recorded, ReceiptFault> {
        self.check_made(leaf, log, &[])
    }

    /// The same for a receipt that may be our own, the checkpoint's signature among `made`
    /// ([`TrustedLog::open_made`]).
    ///
    /// # Errors
    /// As [`Receipt::check`].
    pub fn check_made(
        &self,
        leaf: &Leaf,
        log: &TrustedLog,
        made: &[Signature],
    ) -> Result<Recorded, ReceiptFault> {
        let opened = log.open_made(self.checkpoint.as_bytes(), made)?;
        let head = opened.checkpoint.head();
        check_inclusion(&leaf.hash()?, self.index, &head, &self.proof)?;
        Ok(Recorded {
            index: self.index,
            head,
            cosigned: opened.cosigned,
        })
    }
}

/// tlog-proof, format: ASCII decimal without leading zero.
fn plain_number(text: &str) -> Option<u64> {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}
