//! Addresses of tiles and entry bundles (C2SP tlog-tiles).

use std::fmt;

use thiserror::Error;

/// Hashes of a full tile and entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// Highest level that an address may name.
pub const MAX_LEVEL: u8 = 63;
/// Longest address that is read.
const MAX_PATH: usize = 64;

/// What lies at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of this level; level 0 holds hashes of leaves.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// Address of a tile or of an entry bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

/// Text or numbers that are no address of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the address of a tile")]
pub struct NotTilePath;

impl TilePath {
    /// The tile `index` of its kind, `width` hashes or entries wide.
    ///
    /// # Errors
    /// A level above 63, or a width that is not 1 to 256.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Result<TilePath, NotTilePath> {
        let level_fits = match kind {
            TileKind::Hashes(level) => level <= MAX_LEVEL,
            TileKind::Entries => true,
        };
        if !level_fits || !(1..=TILE_WIDTH).contains(&width) {
            return Err(NotTilePath);
        }
        Ok(TilePath { kind, index, width })
    }

    /// The tile of hashes of `level` that holds place `at` of that level in a tree of `size` leaves; `None`
    /// where the tree has no such hash.
    #[must_use]
    pub fn holding(level: u8, at: u64, size: u64) -> Option<TilePath> {
        let row = row_length(level, size);
        if at >= row {
            return None;
        }
        let index = at / u64::from(TILE_WIDTH);
        Some(TilePath {
            kind: TileKind::Hashes(level),
            index,
            width: width_in(index, row),
        })
    }

    /// The entry bundle that holds `leaf` in a tree of `size` leaves; `None` where the tree has no such leaf.
    #[must_use]
    pub fn bundle_holding(leaf: u64, size: u64) -> Option<TilePath> {
        let tile = TilePath::holding(0, leaf, size)?;
        Some(TilePath {
            kind: TileKind::Entries,
            ..tile
        })
    }

    /// What lies there.
    #[must_use]
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// Its number among its kind.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Hashes or entries in it; 256 for a full one.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it is not full, and will be written again.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// Reads `tile/L/N` and `tile/entries/N`, with `.p/W` for a partial one.
    ///
    /// # Errors
    /// Any other form: an address has one spelling.
    pub fn parse(text: &str) -> Result<TilePath, NotTilePath> {
        if text.len() > MAX_PATH {
            return Err(NotTilePath);
        }
        let rest = text.strip_prefix("tile/").ok_or(NotTilePath)?;
        let (kind, rest) = rest.split_once('/').ok_or(NotTilePath)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(u8::try_from(number(level)?).map_err(|_| NotTilePath)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            // tlog-tiles, partial tiles: the suffix stands for widths 1 to 255 alone.
            Some((index, width)) => match number(width)? {
                width @ 1..=255 => (index, u16::try_from(width).map_err(|_| NotTilePath)?),
                _ => return Err(NotTilePath),
            },
            None => (rest, TILE_WIDTH),
        };
        let path = TilePath::new(kind, index_of(index)?, width)?;
        // Comparing with what would be written leaves one spelling: no superfluous `x000`.
        (path.to_string() == text)
            .then_some(path)
            .ok_or(NotTilePath)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(formatter, "tile/{level}/")?,
            TileKind::Entries => formatter.write_str("tile/entries/")?,
        }
        // tlog-tiles: groups of three digits, `x` before all but the last, so that no file is a folder.
        let mut groups = vec![format!("{:03}", self.index % 1000)];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        formatter.write_str(&groups.join("/"))?;
        if self.is_partial() {
            write!(formatter, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// Hashes of a level in a tree of `size` leaves: full subtrees of 256^level leaves.
pub(crate) fn row_length(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * 8).unwrap_or(0)
}

/// Width of tile `index` in a row of `row` hashes that reaches it.
fn width_in(index: u64, row: u64) -> u16 {
    let before = index.saturating_mul(u64::from(TILE_WIDTH));
    u16::try_from(row.saturating_sub(before).min(u64::from(TILE_WIDTH))).unwrap_or(TILE_WIDTH)
}

fn number(text: &str) -> Result<u64, NotTilePath> {
    let plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    plain
        .then(|| text.parse().ok())
        .flatten()
        .ok_or(NotTilePath)
}

fn index_of(text: &str) -> Result<u64, NotTilePath> {
    let mut index: u64 = 0;
    for group in text.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotTilePath);
        }
        let value: u64 = digits.parse().map_err(|_| NotTilePath)?;
        index = index
            .checked_mul(1000)
            .and_then(|index| index.checked_add(value))
            .ok_or(NotTilePath)?;
    }
    Ok(index)
}
