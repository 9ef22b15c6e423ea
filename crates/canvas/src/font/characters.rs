//! Which glyph a character has: the maps that fonts carry (OpenType 1.9, `cmap`).

use std::ops::Range;

use super::{place_at, u16_at, u32_at};

/// A character map, where it lies in the font.
#[derive(Clone, Debug)]
pub(super) enum Characters {
    /// None that is read.
    None,
    /// Format 12: sorted groups of first, last, first glyph.
    Groups(Range<usize>),
    /// Format 4: segments of the basic plane; for a font of symbols, all from F000 on.
    Segments { table: Range<usize>, symbols: bool },
    /// Format 6: glyphs of the characters from the first on.
    Run { first: u32, glyphs: Range<usize> },
    /// Format 0: a glyph for each of 256 characters.
    Octets(Range<usize>),
}

/// Bytes of one group of format 12.
const GROUP: usize = 12;
/// Subtables that are looked at.
const MAX_SUBTABLES: usize = 64;

impl Characters {
    /// The fullest of the maps in the table `map`.
    pub(super) fn find(data: &[u8], map: Range<usize>) -> Characters {
        let count = u16_at(data, map.start + 2).unwrap_or_default();
        let mut best = (0, Characters::None);
        for record in (0..usize::from(count).min(MAX_SUBTABLES)).map(|one| map.start + 4 + one * 8)
        {
            let platform = u16_at(data, record);
            let encoding = u16_at(data, record + 2);
            let symbols = (platform, encoding) == (Some(3), Some(0));
            let found = place_at(data, record + 4)
                .and_then(|place| place.checked_add(map.start))
                .and_then(|start| Characters::at(data, start, map.end, symbols));
            let rank = match &found {
                None | Some(Characters::None) => 0,
                Some(Characters::Octets(_)) => 1,
                Some(Characters::Run { .. }) => 2,
                Some(Characters::Segments { symbols, .. }) => 4 - u8::from(*symbols),
                Some(Characters::Groups(_)) => 5,
            };
            if let Some(found) = found
                && rank > best.0
            {
                best = (rank, found);
            }
        }
        best.1
    }

    fn at(data: &[u8], start: usize, end: usize, symbols: bool) -> Option<Characters> {
        let within = |from: usize, length: usize| {
            let until = from.checked_add(length)?;
            (until <= end).then_some(from..until)
        };
        Some(match u16_at(data, start)? {
            0 => Characters::Octets(within(start + 6, 256)?),
            4 => {
                let length = usize::from(u16_at(data, start + 2)?);
                let table = within(start, length)?;
                Characters::Segments { table, symbols }
            }
            6 => Characters::Run {
                first: u32::from(u16_at(data, start + 6)?),
                glyphs: within(start + 10, usize::from(u16_at(data, start + 8)?) * 2)?,
            },
            12 => {
                let length = place_at(data, start + 12)?.checked_mul(GROUP)?;
                Characters::Groups(within(start + 16, length)?)
            }
            _ => return None,
        })
    }

    /// The glyph of a character, 0 where the map says that it has none.
    pub(super) fn glyph(&self, data: &[u8], wanted: u32) -> Option<u16> {
        match self {
            Characters::None => None,
            Characters::Groups(range) => grouped(data.get(range.clone())?, wanted),
            Characters::Segments { table, symbols } => {
                let table = data.get(table.clone())?;
                let wanted = u16::try_from(wanted).ok()?;
                let found = segmented(table, wanted);
                // OpenType `cmap`: fonts of symbols keep their 256 characters in the private area.
                match *symbols && wanted < 0x100 {
                    true => found.or_else(|| segmented(table, 0xF000 + wanted)),
                    false => found,
                }
            }
            Characters::Run { first, glyphs } => {
                let place = usize::try_from(wanted.checked_sub(*first)?).ok()?;
                u16_at(data.get(glyphs.clone())?, place.checked_mul(2)?)
            }
            Characters::Octets(range) => {
                let place = usize::try_from(wanted).ok()?;
                Some(u16::from(*data.get(range.clone())?.get(place)?))
            }
        }
    }
}

fn grouped(map: &[u8], wanted: u32) -> Option<u16> {
    let (mut low, mut high) = (0, map.len() / GROUP);
    while low < high {
        let middle = low.midpoint(high);
        let first = u32_at(map, middle * GROUP)?;
        let last = u32_at(map, middle * GROUP + 4)?;
        if wanted < first {
            high = middle;
        } else if wanted > last {
            low = middle + 1;
        } else {
            let glyph = u32_at(map, middle * GROUP + 8)?.checked_add(wanted - first)?;
            return u16::try_from(glyph).ok();
        }
    }
    None
}

fn segmented(table: &[u8], wanted: u16) -> Option<u16> {
    let count = usize::from(u16_at(table, 6)? / 2);
    let (ends, starts) = (14, 16 + count * 2);
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if u16_at(table, ends + middle * 2)? < wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let start = u16_at(table, starts + low * 2).filter(|start| *start <= wanted)?;
    let delta = u16_at(table, starts + (count + low) * 2)?;
    let at = starts + (count * 2 + low) * 2;
    let by = u16_at(table, at)?;
    if by == 0 {
        return Some(wanted.wrapping_add(delta));
    }
    // Format 4: idRangeOffset counts from its own place.
    let glyph = u16_at(
        table,
        at + usize::from(by) + usize::from(wanted - start) * 2,
    )?;
    Some(if glyph == 0 {
        0
    } else {
        glyph.wrapping_add(delta)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_maps_find_what_they_have() {
        let words = |words: &[u16]| -> Vec<u8> {
            words.iter().flat_map(|word| word.to_be_bytes()).collect()
        };
        // Table: version, one subtable of Windows symbols at 12.
        let mut font = words(&[0, 1, 3, 0, 0, 12]);
        // Format 4: segments F020–F022 by delta and the last; then no more.
        font.extend(words(&[
            4, 32, 0, 4, 4, 1, 0, 0xF022, 0xFFFF, 0, 0xF020, 0xFFFF, 0x0FE1, 1, 0, 0,
        ]));
        let map = Characters::find(&font, 0..font.len());
        assert_eq!(map.glyph(&font, 0xF020), Some(1));
        assert_eq!(map.glyph(&font, 0x22), Some(3));
        assert_eq!(map.glyph(&font, 0x41), None);
        let mut font = words(&[0, 1, 1, 0, 0, 12]);
        font.extend(words(&[6, 14, 0, 0x41, 2, 7, 8]));
        let map = Characters::find(&font, 0..font.len());
        assert_eq!(
            [0x40, 0x41, 0x42, 0x43].map(|wanted| map.glyph(&font, wanted)),
            [None, Some(7), Some(8), None]
        );
        for end in 0..font.len() {
            let _ = Characters::find(&font[..end], 0..end).glyph(&font[..end], 0x41);
        }
    }
}
