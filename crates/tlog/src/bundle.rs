//! Entry bundles: the leaves themselves, 256 to a file (C2SP tlog-tiles, log entries).
//!
//! # Shape
//! For each entry its length in two octets, big-endian, then its octets.

use thiserror::Error;

use crate::path::{TILE_WIDTH, TileKind, TilePath};
use crate::tiles::TileWrite;

/// Longest entry: what two octets can count.
pub const MAX_ENTRY: usize = 65_535;

/// Why a bundle cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BundleFault {
    /// A length or an entry ends before its time.
    #[error("entry {position} is cut off")]
    Truncated {
        /// Which entry of the bundle, from 0.
        position: usize,
    },
    /// More than 256 entries.
    #[error("a bundle of more than 256 entries")]
    TooMany,
    /// An entry above [`MAX_ENTRY`] octets.
    #[error("entry {position} has {found} octets")]
    EntryTooLong {
        /// Which entry, from 0.
        position: usize,
        /// Its octets.
        found: usize,
    },
    /// The open bundle does not hold as many entries as the size says.
    #[error("the open bundle holds {found} entries where the size says {wanted}")]
    OpenWidth {
        /// Entries found.
        found: usize,
        /// Entries that the size asks for.
        wanted: usize,
    },
}

impl BundleFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            BundleFault::Truncated { .. } => "bundle.truncated",
            BundleFault::TooMany => "bundle.too-many",
            BundleFault::EntryTooLong { .. } => "bundle.entry-too-long",
            BundleFault::OpenWidth { .. } => "bundle.open-width",
        }
    }
}

/// The entries of a bundle.
///
/// # Errors
/// `Truncated`, `TooMany`.
pub fn parse_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleFault> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let cut = BundleFault::Truncated {
            position: entries.len(),
        };
        if entries.len() == usize::from(TILE_WIDTH) {
            return Err(BundleFault::TooMany);
        }
        let (length, after) = rest.split_first_chunk::<2>().ok_or(cut)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(cut)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

/// A bundle of up to 256 entries.
///
/// # Errors
/// `TooMany`, `EntryTooLong`.
pub fn encode_bundle(entries: &[Vec<u8>]) -> Result<Vec<u8>, BundleFault> {
    if entries.len() > usize::from(TILE_WIDTH) {
        return Err(BundleFault::TooMany);
    }
    let mut out = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        push(&mut out, entry, position)?;
    }
    Ok(out)
}

/// The bundles that change when `entries` follow in a tree of `size` leaves; `open` is the last bundle
/// where it is not full, and empty otherwise.
///
/// # Errors
/// `OpenWidth` where `open` is not the bundle of that size; `Truncated`, `TooMany`, `EntryTooLong`.
pub fn append_entries(
    size: u64,
    open: &[u8],
    entries: &[Vec<u8>],
) -> Result<Vec<TileWrite>, BundleFault> {
    let found = parse_bundle(open)?.len();
    let wanted = usize::try_from(size % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
    if found != wanted {
        return Err(BundleFault::OpenWidth { found, wanted });
    }
    let mut index = size / u64::from(TILE_WIDTH);
    let mut width: u16 = u16::try_from(found).map_err(|_| BundleFault::TooMany)?;
    let mut bytes = open.to_vec();
    let mut bundles = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        push(&mut bytes, entry, position)?;
        width += 1;
        if width == TILE_WIDTH {
            bundles.extend(bundle(index, width, std::mem::take(&mut bytes)));
            (index, width) = (index + 1, 0);
        }
    }
    if width > 0 && !entries.is_empty() {
        bundles.extend(bundle(index, width, bytes));
    }
    Ok(bundles)
}

fn push(out: &mut Vec<u8>, entry: &[u8], position: usize) -> Result<(), BundleFault> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleFault::EntryTooLong {
        position,
        found: entry.len(),
    })?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(entry);
    Ok(())
}

fn bundle(index: u64, width: u16, bytes: Vec<u8>) -> Option<TileWrite> {
    let path = TilePath::new(TileKind::Entries, index, width).ok()?;
    Some(TileWrite { path, bytes })
}
