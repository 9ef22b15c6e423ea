//! Typefaces with TrueType outlines, read in place: which glyph a character has, how wide it is,
//! and its outline as bytes that a subset can copy.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use thiserror::Error;

use crate::cover::Place;

mod characters;
mod contour;
pub(crate) mod cut;
pub(crate) mod program;

use characters::Characters;

/// Which of the two embedded typefaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Face {
    /// 黑体: labels, numbers, small print.
    Hei,
    /// 宋体: titles and values.
    Song,
}

/// Why a typeface could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
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
pub struct Typeface {
    data: Cow<'static, [u8]>,
    name: &'static str,
    characters: Characters,
    outlines: Range<usize>,
    places: Range<usize>,
    metrics: Range<usize>,
    head: Range<usize>,
    line: Range<usize>,
    limits: Range<usize>,
    measured: u16,
    units: u16,
    /// Places of outlines are four octets long, not two.
    wide: bool,
}

/// A glyph's number in its typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlyphId(pub u16);

/// The two embedded typefaces.
#[derive(Clone, Debug)]
pub struct Typefaces {
    hei: Typeface,
    song: Typeface,
}

impl Typefaces {
    /// The typefaces that travel inside the binary (see `assets/README.md`).
    ///
    /// # Errors
    /// `ReadFont` if a file in `assets/fonts` is damaged; a test reads both.
    pub fn embedded() -> Result<Typefaces, ReadFont> {
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
    #[must_use]
    pub fn face(&self, face: Face) -> &Typeface {
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
    /// `NoTable` for a font without TrueType outlines, `Malformed` for one that contradicts itself. A font without a
    /// character map that is read has glyphs by their numbers alone.
    pub fn read(name: &'static str, data: Cow<'static, [u8]>) -> Result<Typeface, ReadFont> {
        let head = table(&data, "head")?;
        let line = table(&data, "hhea")?;
        let limits = table(&data, "maxp")?;
        let metrics = table(&data, "hmtx")?;
        let places = table(&data, "loca")?;
        let outlines = table(&data, "glyf")?;
        let characters =
            table(&data, "cmap").map_or(Characters::None, |map| Characters::find(&data, map));
        // OpenType `head`: indexToLocFormat 1 means offsets of 32 bits, 0 halves of them in 16.
        let wide = match u16_at(&data, head.start + 50) {
            Some(0) => false,
            Some(1) => true,
            _ => return Err(ReadFont::Malformed("head")),
        };
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
            wide,
        })
    }

    /// The PostScript name, without a subset's prefix.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The glyph of a character, or nothing if the typeface lacks it.
    #[must_use]
    pub fn glyph(&self, character: char) -> Option<GlyphId> {
        let glyph = self.characters.glyph(&self.data, u32::from(character))?;
        Some(glyph).filter(|glyph| *glyph != 0).map(GlyphId)
    }

    /// How far a glyph moves the pen, in thousandths of the em.
    #[must_use]
    pub fn advance(&self, glyph: GlyphId) -> f64 {
        let row = usize::from(glyph.0.min(self.measured - 1));
        let units = u16_at(&self.data, self.metrics.start + row * 4).unwrap_or(0);
        f64::from(units) * 1000.0 / f64::from(self.units)
    }

    /// How wide `text` is, in ems; the first character that the typeface lacks is the error.
    ///
    /// # Errors
    /// The character.
    pub fn width(&self, text: &str) -> Result<f64, char> {
        let mut thousandths = 0.0;
        for character in text.chars() {
            thousandths += self.advance(self.glyph(character).ok_or(character)?);
        }
        Ok(thousandths / 1000.0)
    }

    /// A glyph's contours in ems, curves as short lines, from the beginning of the baseline to the right and up; none for
    /// a blank, or for a record that contradicts itself.
    #[must_use]
    pub fn contours(&self, glyph: GlyphId) -> Vec<Vec<Place>> {
        let mut contours = contour::contours(|number| self.outline(GlyphId(number)), glyph.0);
        let em = f64::from(self.units);
        let corners = contours.iter_mut().flatten();
        corners.for_each(|at| *at = (at.0 / em, at.1 / em));
        contours
    }

    /// A glyph's record, empty for a blank.
    fn outline(&self, glyph: GlyphId) -> &[u8] {
        let number = usize::from(glyph.0);
        let bounds = if self.wide {
            let place = self.places.start + number * 4;
            let bound = |at| u32_at(&self.data, at).and_then(|bound| usize::try_from(bound).ok());
            bound(place).zip(bound(place + 4))
        } else {
            let place = self.places.start + number * 2;
            let bound = |at| u16_at(&self.data, at).map(|half| usize::from(half) * 2);
            bound(place).zip(bound(place + 2))
        };
        bounds
            .and_then(|(from, until)| {
                let from = self.outlines.start.checked_add(from)?;
                let until = self.outlines.start.checked_add(until)?;
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

fn table(data: &[u8], tag: &'static str) -> Result<Range<usize>, ReadFont> {
    // OpenType: of a collection, the first font.
    let begin = match data.get(..4) {
        Some(b"ttcf") => place_at(data, 12).ok_or(ReadFont::Malformed("sfnt"))?,
        _ => 0,
    };
    let count = begin.checked_add(4).and_then(|at| u16_at(data, at));
    let count = usize::from(count.ok_or(ReadFont::Malformed("sfnt"))?);
    for entry in (0..count).map(|entry| begin + 12 + entry * 16) {
        if data.get(entry..entry + 4) == Some(tag.as_bytes()) {
            let start = place_at(data, entry + 8).ok_or(ReadFont::Malformed(tag))?;
            let length = place_at(data, entry + 12).ok_or(ReadFont::Malformed(tag))?;
            let end = start.checked_add(length).filter(|&end| end <= data.len());
            return Ok(start..end.ok_or(ReadFont::Malformed(tag))?);
        }
    }
    Err(ReadFont::NoTable(tag))
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
