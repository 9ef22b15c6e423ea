//! A subset as a font of its own: beside the outlines it maps characters and names itself, as readers of OFD look
//! glyphs up by character.

use super::cut::{Cut, assemble};
use super::{GlyphId, Typeface, u16_at};

/// The subset as a TrueType file with a character map, glyph `n` being the character of number `n`.
///
/// Ten tables: those of [`Cut::file`], and the four that readers of fonts ask for besides (OpenType 1.9, `cmap`, `name`,
/// `OS/2`, `post`).
#[must_use]
pub fn program(cut: &Cut, typeface: &Typeface) -> Vec<u8> {
    let mut mapped: Vec<(u32, u32)> = (1..)
        .zip(cut.characters())
        .map(|(number, (character, _))| (u32::from(*character), number))
        .collect();
    mapped.sort_unstable();
    let mut tables = cut.tables(typeface);
    tables.push((b"OS/2", system(cut, typeface, &mapped)));
    tables.push((b"cmap", map(&mapped)));
    tables.push((b"name", names(typeface.name())));
    // Version 3: glyphs have no names; the underline is that of the Noto designs.
    let post = [
        0x0003_0000_u32.to_be_bytes(),
        [0; 4],
        [0xFF, 0x83, 0, 50],
        [0; 4],
        [0; 4],
        [0; 4],
        [0; 4],
        [0; 4],
    ];
    tables.push((b"post", post.concat()));
    // OpenType: tables stand in the order of their tags.
    tables.sort_unstable_by_key(|(tag, _)| **tag);
    assemble(&tables)
}

/// `cmap`: format 4 for the basic plane, format 12 for all.
fn map(mapped: &[(u32, u32)]) -> Vec<u8> {
    let (basic, full) = (segments(mapped), groups(mapped));
    let mut table = Vec::new();
    for value in [0_u16, 2] {
        table.extend_from_slice(&value.to_be_bytes());
    }
    let mut at = 20;
    for (encoding, subtable) in [(1_u16, &basic), (10, &full)] {
        table.extend_from_slice(&3_u16.to_be_bytes());
        table.extend_from_slice(&encoding.to_be_bytes());
        table.extend_from_slice(&at_most(at).to_be_bytes());
        at += subtable.len();
    }
    table.extend_from_slice(&basic);
    table.extend_from_slice(&full);
    table
}

/// Runs of characters whose glyphs run with them: first, last, first glyph.
fn runs(mapped: &[(u32, u32)]) -> impl Iterator<Item = (u32, u32, u32)> {
    let runs = mapped.chunk_by(|one, next| next.0 == one.0 + 1 && next.1 == one.1 + 1);
    runs.filter_map(|run| Some((run.first()?.0, run.last()?.0, run.first()?.1)))
}

fn segments(mapped: &[(u32, u32)]) -> Vec<u8> {
    let end = mapped.partition_point(|(character, _)| *character < 0xFFFF);
    let mut runs: Vec<(u16, u16, u16)> = runs(mapped.get(..end).unwrap_or_default())
        .filter_map(|(first, last, glyph)| {
            let [first, last, glyph] = [first, last, glyph].map(|value| u16::try_from(value).ok());
            Some((first?, last?, glyph?.wrapping_sub(first?)))
        })
        .collect();
    // Format 4: a last segment for FFFF, which has no glyph.
    runs.push((0xFFFF, 0xFFFF, 1));
    let count = u16::try_from(runs.len()).unwrap_or(u16::MAX / 2);
    let selector = u16::try_from(count.ilog2()).unwrap_or_default();
    let range = 2_u16 << selector;
    let mut values = vec![4, 16 + count * 8, 0, count * 2];
    values.extend([range, selector, count * 2 - range]);
    values.extend(runs.iter().map(|(_, last, _)| *last));
    values.push(0);
    values.extend(runs.iter().map(|(first, _, _)| *first));
    values.extend(runs.iter().map(|(_, _, delta)| *delta));
    values.extend(runs.iter().map(|_| 0));
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

fn groups(mapped: &[(u32, u32)]) -> Vec<u8> {
    let runs: Vec<(u32, u32, u32)> = runs(mapped).collect();
    let mut table = vec![0, 12, 0, 0];
    for value in [at_most(16 + runs.len() * 12), 0, at_most(runs.len())] {
        table.extend_from_slice(&value.to_be_bytes());
    }
    for (first, last, glyph) in runs {
        for value in [first, last, glyph] {
            table.extend_from_slice(&value.to_be_bytes());
        }
    }
    table
}

/// `name`: family, style, full name, PostScript name, in UTF-16.
fn names(name: &str) -> Vec<u8> {
    let (family, style) = name.split_once('-').unwrap_or((name, "Regular"));
    let full = format!("{family} {style}");
    let texts = [(1_u16, family), (2, style), (4, &full), (6, name)];
    let mut table = Vec::new();
    for value in [0_u16, 4, 6 + 4 * 12] {
        table.extend_from_slice(&value.to_be_bytes());
    }
    let mut strings = Vec::new();
    for (number, text) in texts {
        let from = strings.len();
        strings.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        let place = [strings.len() - from, from].map(|value| u16::try_from(value).unwrap_or(0));
        for value in [3, 1, 0x0409, number, place[0], place[1]] {
            table.extend_from_slice(&value.to_be_bytes());
        }
    }
    table.extend_from_slice(&strings);
    table
}

/// `OS/2`, version 3, of an upright regular face that may be embedded; heights as `hhea` has them.
fn system(cut: &Cut, typeface: &Typeface, mapped: &[(u32, u32)]) -> Vec<u8> {
    let glyphs: Vec<GlyphId> = cut.characters().iter().map(|(_, glyph)| *glyph).collect();
    let total: f64 = glyphs.iter().map(|glyph| typeface.advance(*glyph)).sum();
    let count = u32::try_from(glyphs.len().max(1)).unwrap_or(u32::MAX);
    let average = at_most_short(total / f64::from(count));
    let line = |at: usize| u16_at(&typeface.data, typeface.line.start + at).unwrap_or_default();
    let (ascent, descent) = (line(4), line(6));
    let end = |one: Option<&(u32, u32)>| {
        one.map_or(0, |(character, _)| {
            u16::try_from(*character).unwrap_or(u16::MAX)
        })
    };
    // Version, average, weight, width, may be embedded; sub- and superscripts; strikeout.
    let mut values = vec![3, average, 400, 5, 0];
    values.extend([650, 600, 0, 75, 650, 600, 0, 350, 50, 325, 0]);
    // Ten classes of shape, four words of ranges: none said.
    values.extend([0; 5]);
    values.extend([0; 8]);
    // Vendor, then: regular, first and last character, line heights, code pages, x and capital height, defaults.
    values.extend([
        0x594E,
        0x584E,
        0x0040,
        end(mapped.first()),
        end(mapped.last()),
    ]);
    values.extend([ascent, descent, 0, ascent, descent.wrapping_neg()]);
    values.extend([0, 4, 0, 0, 543, 733, 0, 32, 1]);
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

fn at_most(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an advance in thousandths of the em; casts of floats saturate"
)]
fn at_most_short(value: f64) -> u16 {
    value.round() as u16
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::font::{Face, Typefaces};

    #[test]
    fn a_program_is_read_like_the_typeface_it_was_cut_from() {
        let typefaces = Typefaces::embedded().expect("ours");
        let typeface = typefaces.face(Face::Song);
        let mut cut = Cut::default();
        let text = "证照abcd：长期有效，A1。\u{20089}";
        for character in text.chars() {
            let _ = cut.take(character, typeface);
        }
        let program = program(&cut, typeface);
        let read = Typeface::read("Cut-Regular", Cow::Owned(program.clone())).expect("a font");
        for (number, (character, glyph)) in (1..).zip(cut.characters()) {
            assert_eq!(read.glyph(*character), Some(GlyphId(number)), "{character}");
            assert_eq!(read.advance(GlyphId(number)), typeface.advance(*glyph));
            let (new, old) = (read.outline(GlyphId(number)), typeface.outline(*glyph));
            assert!(new.starts_with(old), "{character}");
        }
        assert_eq!(read.glyph('外'), None);
        let tags: Vec<&[u8]> = (0..10)
            .map(|at| &program[12 + at * 16..16 + at * 16])
            .collect();
        assert!(tags.is_sorted() && tags.contains(&&b"OS/2"[..]), "{tags:?}");
    }

    #[test]
    fn the_map_of_the_basic_plane_finds_each_character() {
        let mapped = [(0x20, 1), (0x21, 2), (0x23, 3), (0x4E00, 9), (0x2_0089, 4)];
        let table = segments(&mapped);
        let value = |at: usize| u16::from_be_bytes([table[at], table[at + 1]]);
        let count = usize::from(value(6) / 2);
        assert_eq!((count, usize::from(value(2))), (4, table.len()));
        let find = |character: u16| {
            let at = (0..count)
                .find(|at| value(14 + at * 2) >= character)
                .expect("a last one");
            let first = value(16 + (count + at) * 2);
            let delta = value(16 + (count * 2 + at) * 2);
            (first <= character).then(|| character.wrapping_add(delta))
        };
        assert_eq!([0x20, 0x21, 0x23, 0x4E00].map(find), [1, 2, 3, 9].map(Some));
        assert_eq!([0x22, 0x4E01].map(find), [None, None]);
        assert_eq!(find(0xFFFF), Some(0), "the last segment leads to no glyph");
    }
}
