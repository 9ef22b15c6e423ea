//! A subset of a typeface: the characters that one page uses, as a font file of their own.

use std::collections::HashMap;

use super::{GlyphId, Typeface};

/// The characters used so far and the numbers they are written by; number 0 is `.notdef`.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    characters: Vec<(char, GlyphId)>,
    numbers: HashMap<char, u16>,
}

impl Cut {
    /// The number of a character already in the subset.
    pub fn number(&self, character: char) -> Option<u16> {
        self.numbers.get(&character).copied()
    }

    /// The number of a character, taken into the subset if it is not there yet; nothing if the
    /// typeface lacks it.
    pub fn take(&mut self, character: char, typeface: &Typeface) -> Option<u16> {
        if let Some(number) = self.number(character) {
            return Some(number);
        }
        let glyph = typeface.glyph(character)?;
        let number = u16::try_from(self.characters.len() + 1).ok()?;
        self.characters.push((character, glyph));
        self.numbers.insert(character, number);
        Some(number)
    }

    /// Whether nothing was taken yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }

    /// Characters and glyphs in the order of their numbers, from 1.
    pub fn characters(&self) -> &[(char, GlyphId)] {
        &self.characters
    }

    /// The subset as a TrueType file: glyph `n` is the character of number `n`. Outlines are copied
    /// as they are.
    ///
    /// A font program for a CIDFontType2 needs no more than these six tables (ISO 32000-1, 9.9).
    pub fn file(&self, typeface: &Typeface) -> Vec<u8> {
        assemble(&self.tables(typeface))
    }

    /// The tables that every font program has.
    pub(super) fn tables(&self, typeface: &Typeface) -> Vec<(&'static [u8; 4], Vec<u8>)> {
        let glyphs: Vec<GlyphId> = std::iter::once(GlyphId(0))
            .chain(self.characters.iter().map(|&(_, glyph)| glyph))
            .collect();
        let mut outlines = Vec::with_capacity(glyphs.len() * 400);
        let mut places = Vec::with_capacity(glyphs.len() * 4 + 4);
        let mut metrics = Vec::with_capacity(glyphs.len() * 4);
        for &glyph in &glyphs {
            places.extend_from_slice(&length(&outlines).to_be_bytes());
            outlines.extend_from_slice(typeface.outline(glyph));
            pad(&mut outlines);
            metrics.extend_from_slice(&typeface.metric(glyph));
        }
        places.extend_from_slice(&length(&outlines).to_be_bytes());
        let count = u16::try_from(glyphs.len())
            .unwrap_or(u16::MAX)
            .to_be_bytes();
        let copy = |range: &std::ops::Range<usize>| {
            typeface
                .data
                .get(range.clone())
                .unwrap_or_default()
                .to_vec()
        };
        // OpenType `hhea`, `maxp`: both count the glyphs, and readers refuse a font in which they differ.
        let mut head = copy(&typeface.head);
        set(&mut head, 8, &[0; 4]);
        set(&mut head, 50, &1_u16.to_be_bytes());
        let mut line = copy(&typeface.line);
        set(&mut line, 34, &count);
        let mut limits = copy(&typeface.limits);
        set(&mut limits, 4, &count);
        vec![
            (b"glyf", outlines),
            (b"head", head),
            (b"hhea", line),
            (b"hmtx", metrics),
            (b"loca", places),
            (b"maxp", limits),
        ]
    }
}

/// Puts tables, in the order of their tags, behind a directory with their checksums.
pub(super) fn assemble(tables: &[(&'static [u8; 4], Vec<u8>)]) -> Vec<u8> {
    let total: usize = tables.iter().map(|(_, table)| table.len() + 20).sum();
    let mut file = Vec::with_capacity(12 + total);
    // OpenType: the greatest power of two that is not above their count, sixteen times; which one; what is left.
    let count = u16::try_from(tables.len()).unwrap_or(u16::MAX);
    let selector = u16::try_from(count.ilog2()).unwrap_or_default();
    let range = 16 << selector;
    file.extend_from_slice(&[0, 1, 0, 0]);
    for value in [count, range, selector, count * 16 - range] {
        file.extend_from_slice(&value.to_be_bytes());
    }
    let mut place = 12 + 16 * tables.len();
    let mut head = 0;
    for (tag, table) in tables {
        if *tag == b"head" {
            head = place;
        }
        file.extend_from_slice(*tag);
        file.extend_from_slice(&checksum(table).to_be_bytes());
        file.extend_from_slice(&u32::try_from(place).unwrap_or(u32::MAX).to_be_bytes());
        file.extend_from_slice(&length(table).to_be_bytes());
        place += table.len().next_multiple_of(4);
    }
    for (_, table) in tables {
        file.extend_from_slice(table);
        pad(&mut file);
    }
    // OpenType `head`: checkSumAdjustment makes the whole file sum to this constant.
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&file));
    set(&mut file, head + 8, &adjustment.to_be_bytes());
    file
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = 0_u32;
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        sum = sum.wrapping_add(u32::from_be_bytes(*word));
    }
    let mut last = [0; 4];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    sum.wrapping_add(u32::from_be_bytes(last))
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

fn set(bytes: &mut [u8], place: usize, value: &[u8]) {
    if let Some(target) = bytes.get_mut(place..place + value.len()) {
        target.copy_from_slice(value);
    }
}

/// No subset comes near four gigabytes: a typeface has at most 65,535 glyphs of 64 KiB each.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
