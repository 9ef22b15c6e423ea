//! Leaves of the log, and the commitment by which a leaf shows nothing and proves everything (D18).

use crypto::sha256;
use thiserror::Error;
use time::UtcDateTime;

use crate::cbor::{Reader, Writer};
use crate::hash::{Hash, TreeHead, leaf_hash};

/// Longest office code and longest seal or key id, in octets.
pub const MAX_CODE: usize = 64;
/// Longest address of a status list, in octets.
pub const MAX_URI: usize = 1024;
/// Octets of the salt of a commitment.
pub const SALT: usize = 16;

/// What a leaf records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeafKind {
    /// A seal signed.
    SealSignature,
    /// A licence changed its state.
    LicenceState,
    /// A status list or a CRL was published.
    PublishedList,
    /// A checkpoint of the trace (D13).
    TraceCheckpoint,
    /// A seal changed its state.
    SealState,
    /// A leaf whose act was not carried through.
    Abandoned,
}

impl LeafKind {
    /// Its number in the leaf.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            LeafKind::SealSignature => 1,
            LeafKind::LicenceState => 2,
            LeafKind::PublishedList => 3,
            LeafKind::TraceCheckpoint => 4,
            LeafKind::SealState => 5,
            LeafKind::Abandoned => 6,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub fn of(number: u64) -> Option<LeafKind> {
        [
            LeafKind::SealSignature,
            LeafKind::LicenceState,
            LeafKind::PublishedList,
            LeafKind::TraceCheckpoint,
            LeafKind::SealState,
            LeafKind::Abandoned,
        ]
        .into_iter()
        .find(|kind| kind.number() == number)
    }
}

/// Where the status of what is recorded stands (D20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusEntry {
    /// Address of the status list.
    pub uri: String,
    /// Index in it.
    pub index: u64,
}

/// A leaf.
///
/// # Shape
/// Deterministic CBOR map: 1 kind, 2 office code, 3 seal or key id, 4 moment in seconds since 1970,
/// 5 commitment (32 octets), 6 `[address, index]` of the status list entry, or null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What it records.
    pub kind: LeafKind,
    /// Code of the office.
    pub office: String,
    /// Seal code or key id.
    pub subject: String,
    /// When; whole seconds count.
    pub moment: UtcDateTime,
    /// See [`Opening`].
    pub commitment: [u8; 32],
    /// Where its status stands.
    pub status: Option<StatusEntry>,
}

/// Why a leaf cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LeafFault {
    /// Not the deterministic encoding of a leaf.
    #[error("member {member} of the leaf is not the deterministic encoding of its kind")]
    Encoding {
        /// Key of the member; 0 for the map itself.
        member: u64,
    },
    /// Something follows the leaf.
    #[error("something follows the leaf")]
    Trailing,
    /// A kind that is not known.
    #[error("leaf kind {0} is not known")]
    Kind(u64),
    /// A moment before 1970 or beyond the calendar.
    #[error("the moment of the leaf is outside the calendar")]
    Moment,
    /// An empty or overlong code or address.
    #[error("member {member} of the leaf is empty or too long")]
    Text {
        /// Key of the member.
        member: u64,
    },
}

impl LeafFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            LeafFault::Encoding { .. } => "leaf.encoding",
            LeafFault::Trailing => "leaf.trailing",
            LeafFault::Kind(_) => "leaf.kind",
            LeafFault::Moment => "leaf.moment",
            LeafFault::Text { .. } => "leaf.text",
        }
    }
}

impl Leaf {
    /// The octets that the log hashes.
    ///
    /// # Errors
    /// `Moment`, `Text`.
    pub fn encode(&self) -> Result<Vec<u8>, LeafFault> {
        let seconds = u64::try_from(self.moment.unix_timestamp()).map_err(|_| LeafFault::Moment)?;
        inspect_text(&self.office, 2, MAX_CODE)?;
        inspect_text(&self.subject, 3, MAX_CODE)?;
        let mut out = Writer::default();
        // RFC 8949 4.2.1: keys in the order of their encodings, which for 1 to 6 is their own.
        out.map(6);
        out.unsigned(1);
        out.unsigned(self.kind.number());
        out.unsigned(2);
        out.text(&self.office);
        out.unsigned(3);
        out.text(&self.subject);
        out.unsigned(4);
        out.unsigned(seconds);
        out.unsigned(5);
        out.bytes(&self.commitment);
        out.unsigned(6);
        match &self.status {
            Some(status) => {
                inspect_text(&status.uri, 6, MAX_URI)?;
                out.array(2);
                out.text(&status.uri);
                out.unsigned(status.index);
            }
            None => out.null(),
        }
        Ok(out.finish())
    }

    /// Reads a leaf; a leaf has one encoding.
    ///
    /// # Errors
    /// Every variant of [`LeafFault`].
    pub fn parse(bytes: &[u8]) -> Result<Leaf, LeafFault> {
        let mut reader = Reader::new(bytes);
        let wrong = |member| LeafFault::Encoding { member };
        reader.map(6).ok_or(wrong(0))?;
        member(&mut reader, 1)?;
        let kind = reader.unsigned().ok_or(wrong(1))?;
        let kind = LeafKind::of(kind).ok_or(LeafFault::Kind(kind))?;
        member(&mut reader, 2)?;
        let office = text(&mut reader, 2, MAX_CODE)?;
        member(&mut reader, 3)?;
        let subject = text(&mut reader, 3, MAX_CODE)?;
        member(&mut reader, 4)?;
        let seconds = reader.unsigned().ok_or(wrong(4))?;
        let moment = i64::try_from(seconds)
            .ok()
            .and_then(|seconds| UtcDateTime::from_unix_timestamp(seconds).ok())
            .ok_or(LeafFault::Moment)?;
        member(&mut reader, 5)?;
        let commitment = reader.bytes().ok_or(wrong(5))?;
        member(&mut reader, 6)?;
        let status = if reader.null() {
            None
        } else {
            reader.array(2).ok_or(wrong(6))?;
            let uri = text(&mut reader, 6, MAX_URI)?;
            let index = reader.unsigned().ok_or(wrong(6))?;
            Some(StatusEntry { uri, index })
        };
        if !reader.is_empty() {
            return Err(LeafFault::Trailing);
        }
        Ok(Leaf {
            kind,
            office,
            subject,
            moment,
            commitment,
            status,
        })
    }

    /// Its hash in the tree.
    ///
    /// # Errors
    /// As [`Leaf::encode`].
    pub fn hash(&self) -> Result<Hash, LeafFault> {
        Ok(leaf_hash(&self.encode()?))
    }
}

fn member(reader: &mut Reader<'_>, key: u64) -> Result<(), LeafFault> {
    match reader.unsigned() {
        Some(found) if found == key => Ok(()),
        _ => Err(LeafFault::Encoding { member: key }),
    }
}

fn text(reader: &mut Reader<'_>, member: u64, longest: usize) -> Result<String, LeafFault> {
    let text = reader.text().ok_or(LeafFault::Encoding { member })?;
    inspect_text(text, member, longest)?;
    Ok(text.to_owned())
}

fn inspect_text(text: &str, member: u64, longest: usize) -> Result<(), LeafFault> {
    if (1..=longest).contains(&text.len()) {
        Ok(())
    } else {
        Err(LeafFault::Text { member })
    }
}

/// What a commitment commits to: whoever holds the file and its receipt can make it again, and nobody
/// else can guess it, for the salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Random, one for each leaf.
    pub salt: [u8; SALT],
    /// Identifier of the licence, or of what is recorded.
    pub identifier: String,
    /// Its version, such as `001`.
    pub version: String,
    /// Content digest (D17).
    pub content: [u8; 32],
    /// What was signed; none for kinds without a document.
    pub sealed: Option<Sealed>,
}

/// The signature that a leaf records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of what was signed; of a PDF, over its byte ranges.
    pub signed: [u8; 32],
    /// SHA-256 of the signature value.
    pub signature: [u8; 32],
}

impl Opening {
    /// What a leaf of the kind [`LeafKind::TraceCheckpoint`] commits to: the log of this origin had this size and root.
    #[must_use]
    pub fn of_checkpoint(origin: &str, head: &TreeHead, salt: [u8; SALT]) -> Opening {
        Opening {
            salt,
            identifier: origin.to_owned(),
            version: head.size.to_string(),
            content: *head.root.bytes(),
            sealed: None,
        }
    }

    /// The commitment: SHA-256 over the deterministic CBOR array of the members, the last two null where
    /// nothing was signed.
    #[must_use]
    pub fn commitment(&self) -> [u8; 32] {
        let mut out = Writer::default();
        out.array(6);
        out.bytes(&self.salt);
        out.text(&self.identifier);
        out.text(&self.version);
        out.bytes(&self.content);
        match &self.sealed {
            Some(sealed) => {
                out.bytes(&sealed.signed);
                out.bytes(&sealed.signature);
            }
            None => {
                out.null();
                out.null();
            }
        }
        sha256(&out.finish())
    }
}
