//! Typefaces with TrueType outlines, read in place: which glyph a character has, how wide it is,
//! and its outline as bytes that a subset can copy.

use std::borrow::Cow;
use std::ops::Range;

use thiserror::Error;

use crate::sheet::{Face, Mm};

pub(crate) mod contour;
pub(crate) mod cut;
pub(crate) mod program;

/// Why a typeface could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadFont {
    /// A table that is needed is missing.
    #[error("the font has no `{0}` table")]
    NoTable(&'static str),
    /// A table is shorter than its own account of itself, or of another version than we read.
    #[error("the font's `{0}` table cannot be read")]
    Malformed(&'static str),
}

/// A typeface with TrueType outlines.
#[derive(Clone, Debug)]
pub(crate) struct Typeface {
    data: Cow<'static, [u8]>,
    name: &'static str,
    characters: Range<usize>,
    outlines: Range<usize>,
    places: Range<usize>,
    metrics: Range<usize>,
    head: Range<usize>,
    line: Range<usize>,
    limits: Range<usize>,
    measured: u16,
    units: u16,
}

/// A glyph's number in its typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct GlyphId(pub(crate) u16);

/// The two embedded typefaces.
#[derive(Clone, Debug)]
pub(crate) struct Typefaces {
    hei: Typeface,
    song: Typeface,
}

impl Typefaces {
    /// The typefaces that travel inside the binary (see `assets/README.md`).
    ///
    /// # Errors
    /// `ReadFont` if a file in `assets/fonts` is damaged; a test reads both.
    pub(crate) fn embedded() -> Result<Typefaces, ReadFont> {
        Ok(Typefaces {
            hei: Typeface::read(
                "YinxinHei-Regular",
                Cow::Borrowed(include_bytes!("../assets/fonts/yinxin-hei.ttf")),
            )?,
            song: Typeface::read(
                "YinxinSong-Regular",
                Cow::Borrowed(include_bytes!("../assets/fonts/yinxin-song.ttf")),
            )?,
        })
    }

    /// One of the two.
    pub(crate) fn face(&self, face: Face) -> &Typeface {
        match face {
            Face::Hei => &self.hei,
            Face::Song => &self.song,
        }
    }
}

impl Typeface {
    /// Reads the directory of a font file; glyphs stay where they are.
    ///
    /// # Errors
    /// `NoTable` for a font without TrueType outlines or a full-range character map, `Malformed`
    /// for one that contradicts itself.
    pub(crate) fn read(name: &'static str, data: Cow<'static, [u8]>) -> Result<Typeface, ReadFont> {
        let head = table(&data, "head")?;
        let line = table(&data, "hhea")?;
        let limits = table(&data, "maxp")?;
        let metrics = table(&data, "hmtx")?;
        let places = table(&data, "loca")?;
        let outlines = table(&data, "glyf")?;
        let characters = full_character_map(&data)?;
        // OpenType `head`: indexToLocFormat 1 means offsets of 32 bits, which our cuts always have.
        if u16_at(&data, head.start + 50) != Some(1) {
            return Err(ReadFont::Malformed("head"));
        }
        let units = u16_at(&data, head.start + 18)
            .filter(|&units| units > 0)
            .ok_or(ReadFont::Malformed("head"))?;
        let measured = u16_at(&data, line.start + 34)
            .filter(|&count| count > 0)
            .ok_or(ReadFont::Malformed("hhea"))?;
        Ok(Typeface {
            data,
            name,
            characters,
            outlines,
            places,
            metrics,
            head,
            line,
            limits,
            measured,
            units,
        })
    }

    /// The PostScript name, without a subset's prefix.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The glyph of a character, or nothing if the typeface lacks it.
    pub(crate) fn glyph(&self, character: char) -> Option<GlyphId> {
        // OpenType `cmap` format 12: sorted groups of (first, last, first glyph).
        let map = self.data.get(self.characters.clone())?;
        let wanted = u32::from(character);
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
                return u16::try_from(glyph)
                    .ok()
                    .filter(|&glyph| glyph != 0)
                    .map(GlyphId);
            }
        }
        None
    }

    /// How far a glyph moves the pen, in thousandths of the em.
    pub(crate) fn advance(&self, glyph: GlyphId) -> f64 {
        let row = usize::from(glyph.0.min(self.measured - 1));
        let units = u16_at(&self.data, self.metrics.start + row * 4).unwrap_or(0);
        f64::from(units) * 1000.0 / f64::from(self.units)
    }

    /// How wide `text` is at `size`; the first character that the typeface lacks is the error.
    pub(crate) fn width(&self, text: &str, size: Mm) -> Result<Mm, char> {
        let mut thousandths = 0.0;
        for character in text.chars() {
            thousandths += self.advance(self.glyph(character).ok_or(character)?);
        }
        Ok(size * (thousandths / 1000.0))
    }

    /// A glyph's outline, empty for a blank.
    pub(crate) fn outline(&self, glyph: GlyphId) -> &[u8] {
        let place = self.places.start + usize::from(glyph.0) * 4;
        let bounds = u32_at(&self.data, place).zip(u32_at(&self.data, place + 4));
        bounds
            .and_then(|(from, until)| {
                let from = self
                    .outlines
                    .start
                    .checked_add(usize::try_from(from).ok()?)?;
                let until = self
                    .outlines
                    .start
                    .checked_add(usize::try_from(until).ok()?)?;
                self.data.get(from..until.min(self.outlines.end))
            })
            .unwrap_or_default()
    }

    /// Advance and left side bearing as `hmtx` has them.
    fn metric(&self, glyph: GlyphId) -> [u8; 4] {
        let row = usize::from(glyph.0.min(self.measured - 1)) * 4;
        let bearing = match glyph.0.checked_sub(self.measured) {
            None => row + 2,
            // OpenType `hmtx`: glyphs behind the last full entry share its advance.
            Some(behind) => usize::from(self.measured) * 4 + usize::from(behind) * 2,
        };
        let [high, low] = u16_at(&self.data, self.metrics.start + row)
            .unwrap_or(0)
            .to_be_bytes();
        let [left, right] = u16_at(&self.data, self.metrics.start + bearing)
            .unwrap_or(0)
            .to_be_bytes();
        [high, low, left, right]
    }
}

/// Bytes of one group of a character map of format 12.
const GROUP: usize = 12;

fn table(data: &[u8], tag: &'static str) -> Result<Range<usize>, ReadFont> {
    let count = usize::from(u16_at(data, 4).ok_or(ReadFont::Malformed("sfnt"))?);
    for entry in (0..count).map(|entry| 12 + entry * 16) {
        if data.get(entry..entry + 4) == Some(tag.as_bytes()) {
            let start = place_at(data, entry + 8).ok_or(ReadFont::Malformed(tag))?;
            let length = place_at(data, entry + 12).ok_or(ReadFont::Malformed(tag))?;
            let end = start.checked_add(length).filter(|&end| end <= data.len());
            return Ok(start..end.ok_or(ReadFont::Malformed(tag))?);
        }
    }
    Err(ReadFont::NoTable(tag))
}

/// Where the groups of the format 12 map lie.
fn full_character_map(data: &[u8]) -> Result<Range<usize>, ReadFont> {
    let malformed = ReadFont::Malformed("cmap");
    let map = table(data, "cmap")?;
    let count = usize::from(u16_at(data, map.start + 2).ok_or(malformed)?);
    for record in (0..count).map(|record| map.start + 4 + record * 8) {
        let start = place_at(data, record + 4).and_then(|place| place.checked_add(map.start));
        let start = start.ok_or(ReadFont::Malformed("cmap"))?;
        if u16_at(data, start) == Some(12) {
            let groups = place_at(data, start + 12).and_then(|groups| groups.checked_mul(GROUP));
            let end = groups
                .and_then(|length| length.checked_add(start + 16))
                .filter(|&end| end <= map.end);
            return Ok(start + 16..end.ok_or(ReadFont::Malformed("cmap"))?);
        }
    }
    Err(ReadFont::NoTable("cmap"))
}

fn u16_at(data: &[u8], place: usize) -> Option<u16> {
    data.get(place..place.checked_add(2)?)?
        .try_into()
        .ok()
        .map(u16::from_be_bytes)
}

fn u32_at(data: &[u8], place: usize) -> Option<u32> {
    data.get(place..place.checked_add(4)?)?
        .try_into()
        .ok()
        .map(u32::from_be_bytes)
}

fn place_at(data: &[u8], place: usize) -> Option<usize> {
    u32_at(data, place).and_then(|value| usize::try_from(value).ok())
}
