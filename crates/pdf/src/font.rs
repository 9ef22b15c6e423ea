//! What a font's codes mean, and how wide they can be (ISO 32000-2, 9.5 to 9.10), as far as values and places of
//! text need it.

use std::collections::BTreeMap;
use std::rc::Rc;

use syntax::{Dictionary, Object, ReadPdf, glyph_names, operators};

use crate::file::View;
use crate::tree::text;

/// What a code of a table counts as among what is followed: a range of a few octets has thousands.
const CODE: u64 = 32;
/// Codes that a table may map.
const MAX_CODES: usize = 65_536;
/// Thousandths of an em: signs that take less lie on each other.
const NARROW: f64 = 150.0;
/// Codes of a simple font.
const MAX_WIDTHS: usize = 256;
/// Octets of a table of characters.
const MAX_TABLE: usize = 4 * 1024 * 1024;

/// 9.6.2.2: fonts that every reader has.
const STANDARD: &[&[u8]] = &[
    b"Helvetica",
    b"Helvetica-Bold",
    b"Helvetica-Oblique",
    b"Helvetica-BoldOblique",
    b"Times-Roman",
    b"Times-Bold",
    b"Times-Italic",
    b"Times-BoldItalic",
    b"Courier",
    b"Courier-Bold",
    b"Courier-Oblique",
    b"Courier-BoldOblique",
    b"Symbol",
    b"ZapfDingbats",
];

/// What is known of a font.
#[derive(Debug, Clone)]
pub(crate) struct Font {
    /// Octets of a code.
    octets: usize,
    /// Whether text runs downwards.
    pub(crate) vertical: bool,
    /// Whether glyphs are content of their own, of any size.
    pub(crate) drawn: bool,
    /// The widest glyph, in ems, and the width of each code from the first on, where the font says it.
    widest: f64,
    widths: Option<(u32, Vec<f64>)>,
    /// Whether every reader has it.
    standard: bool,
    characters: BTreeMap<u32, String>,
    /// Codes are units of UTF-16 (9.7.5.2, the names of which begin with `Uni`).
    units: bool,
}

impl Font {
    /// Reads a font. It is shared by all that name it, since each operator may.
    ///
    /// # Errors
    /// As [`View::resolve`].
    pub(crate) fn read(view: &View<'_>, font: &Dictionary) -> Result<Rc<Font>, ReadPdf> {
        let subtype = view.value(font, b"Subtype")?;
        let wide = subtype.as_name() == Some(b"Type0");
        let encoding = view.value(font, b"Encoding")?;
        let mut characters = match view.value(font, b"ToUnicode")? {
            Object::Stream(stream) => {
                let table = view.content(&stream)?;
                if table.len() > MAX_TABLE {
                    return Err(ReadPdf::Limit {
                        what: "octets of a table of characters",
                        limit: MAX_TABLE as u64,
                    });
                }
                // A table that cannot be read maps nothing.
                characters(&table).unwrap_or_default()
            }
            _ => BTreeMap::new(),
        };
        view.count_table((characters.len() as u64).saturating_mul(CODE))?;
        if !wide && subtype.as_name() != Some(b"Type3") {
            name_glyphs(font, &encoding, &mut characters);
        }
        let named = encoding.as_name().unwrap_or_default();
        Ok(Rc::new(Font {
            octets: if wide { 2 } else { 1 },
            vertical: wide && (named == b"V" || named.ends_with(b"-V")),
            drawn: subtype.as_name() == Some(b"Type3"),
            widest: if wide { 1.0 } else { widest(view, font)? },
            widths: if wide { None } else { widths(view, font)? },
            standard: font
                .name(b"BaseFont")
                .is_some_and(|name| STANDARD.contains(&name)),
            units: wide && named.starts_with(b"Uni") && is_utf_16(named),
            characters,
        }))
    }

    /// How many glyphs a string shows.
    pub(crate) fn count(&self, string: &[u8]) -> usize {
        string.len().div_ceil(self.octets)
    }

    /// The characters of a string; `None` if one is not known.
    pub(crate) fn characters(&self, string: &[u8]) -> Option<String> {
        let codes = string.chunks(self.octets);
        codes.map(|code| self.character(number(code))).collect()
    }

    fn character(&self, code: u32) -> Option<String> {
        match self.characters.get(&code) {
            Some(known) => Some(known.clone()),
            None if self.units => char::from_u32(code).map(String::from),
            None => None,
        }
    }

    /// How wide a string is at the most, in ems.
    pub(crate) fn width(&self, string: &[u8]) -> f64 {
        let codes = string.chunks(self.octets).map(number);
        codes.map(|code| self.advance(code)).sum()
    }

    /// Whether no sign of a string is said to take so little that the next would lie on it.
    pub(crate) fn is_spread(&self, string: &[u8]) -> bool {
        let codes = string.chunks(self.octets).map(number);
        self.widths.is_none()
            || codes
                .map(|code| self.advance(code))
                .all(|width| width * 1000.0 >= NARROW)
    }

    fn advance(&self, code: u32) -> f64 {
        let Some((first, widths)) = &self.widths else {
            let sign = self
                .characters
                .get(&code)
                .and_then(|sign| sign.chars().next());
            let known = sign.filter(|_| self.standard);
            return known.map_or(self.widest, |sign| broadest(sign).min(self.widest));
        };
        let place = code
            .checked_sub(*first)
            .and_then(|at| usize::try_from(at).ok());
        place
            .and_then(|at| widths.get(at))
            .copied()
            .unwrap_or(self.widest)
    }
}

/// Takes up what the glyphs of a simple font are called. Where a table says otherwise, nothing is known.
fn name_glyphs(font: &Dictionary, encoding: &Object, characters: &mut BTreeMap<u32, String>) {
    let base = font.name(b"BaseFont").unwrap_or_default();
    // Signs of their own, and signs that the font's program orders as it likes.
    let is_picture = [b"Symbol".as_slice(), b"ZapfDingbats"]
        .iter()
        .any(|name| base.ends_with(name));
    let own_order = *encoding == Object::Null && !STANDARD.contains(&base);
    let named = glyph_names(encoding).filter(|_| !is_picture);
    let Some(named) = named else {
        characters.clear();
        return;
    };
    for (code, sign) in named {
        match characters.get(&code) {
            Some(other) if *other != sign && !own_order => {
                characters.remove(&code);
            }
            Some(_) => {}
            None => {
                characters.insert(code, sign);
            }
        }
    }
}

/// The most that a sign takes in a font that every reader has, in ems.
fn broadest(sign: char) -> f64 {
    match sign {
        '0'..='9' | ' ' | '.' | ',' | ':' | ';' | '-' | '/' | '(' | ')' | 'I' => 0.6,
        'a'..='l' | 'n'..='v' | 'x'..='z' => 0.62,
        _ => 1.0,
    }
}

fn is_utf_16(name: &[u8]) -> bool {
    [b"-UCS2-H".as_slice(), b"-UCS2-V", b"-UTF16-H", b"-UTF16-V"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Whether a font is one that every reader has, with nothing of its own that could say or show something else.
pub(crate) fn is_standard(view: &View<'_>, font: &Dictionary) -> Result<bool, ReadPdf> {
    let known = font.name(b"BaseFont");
    let plain = font.entries().all(|(key, _)| {
        matches!(
            key,
            b"Type" | b"Subtype" | b"BaseFont" | b"Name" | b"Encoding"
        )
    });
    Ok(plain
        && known.is_some_and(|name| STANDARD.contains(&name))
        && font.name(b"Subtype") == Some(b"Type1")
        && glyph_names(&view.value(font, b"Encoding")?).is_some())
}

/// Whether a font has no programme and no table of its own, and names its signs by their characters, so that readers
/// draw them with what they have (9.7.5.2).
pub(crate) fn is_drawn_by_readers(view: &View<'_>, font: &Dictionary) -> Result<bool, ReadPdf> {
    let only = |dictionary: &Dictionary, keys: &[&[u8]]| {
        dictionary.entries().all(|(key, _)| keys.contains(&key))
    };
    let named = font.name(b"Encoding").unwrap_or_default();
    let Object::Array(below) = view.value(font, b"DescendantFonts")? else {
        return Ok(false);
    };
    let [one] = below.as_slice() else {
        return Ok(false);
    };
    let one = view.resolve(one)?.into_dictionary().unwrap_or_default();
    let descriptor = view
        .dictionary(&one, b"FontDescriptor")?
        .unwrap_or_default();
    let programmes = [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"];
    let widths = view.value(&one, b"W")?;
    let widths = all_widths(widths.as_array().unwrap_or_default());
    Ok(font.name(b"Subtype") == Some(b"Type0")
        && named.starts_with(b"Uni")
        && is_utf_16(named)
        && only(
            font,
            &[
                b"Type",
                b"Subtype",
                b"BaseFont",
                b"Name",
                b"Encoding",
                b"DescendantFonts",
            ],
        )
        && only(
            &one,
            &[
                b"Type",
                b"Subtype",
                b"BaseFont",
                b"CIDSystemInfo",
                b"FontDescriptor",
                b"DW",
                b"W",
            ],
        )
        && !programmes.iter().any(|key| descriptor.value(key).is_some())
        && one
            .value(b"DW")
            .is_none_or(|width| width.as_number() == Some(1000.0))
        && widths.is_some_and(|widths| widths.iter().all(|width| *width >= NARROW)))
}

/// The widths of a /W (9.7.4.3): after a number a list of them, or another number and one.
fn all_widths(mut rows: &[Object]) -> Option<Vec<f64>> {
    let mut widths = Vec::new();
    while let [_, second, rest @ ..] = rows {
        rows = rest;
        if let Object::Array(each) = second {
            widths.extend(each.iter().map(|width| width.as_number().unwrap_or(0.0)));
        } else {
            let (width, rest) = rows.split_first()?;
            widths.push(width.as_number()?);
            rows = rest;
        }
    }
    rows.is_empty().then_some(widths)
}

/// /Widths from /FirstChar on, in ems (9.6.2).
fn widths(view: &View<'_>, font: &Dictionary) -> Result<Option<(u32, Vec<f64>)>, ReadPdf> {
    let first = font
        .integer(b"FirstChar")
        .and_then(|first| u32::try_from(first).ok());
    let widths = view.value(font, b"Widths")?;
    let widths = widths.as_array().map(|widths| {
        let each = widths.iter().take(MAX_WIDTHS).map(Object::as_number);
        each.map(|width| width.map(|width| width.abs() / 1000.0))
            .collect::<Option<Vec<f64>>>()
    });
    Ok(first.zip(widths.flatten()))
}

fn widest(view: &View<'_>, font: &Dictionary) -> Result<f64, ReadPdf> {
    let widths = view.value(font, b"Widths")?;
    let numbers = widths.as_array().unwrap_or_default().iter();
    let widest = numbers.filter_map(Object::as_number).fold(0.0, f64::max);
    Ok(if widest > 0.0 { widest / 1000.0 } else { 1.0 })
}

/// The table of a /ToUnicode (9.10.3).
fn characters(table: &[u8]) -> Result<BTreeMap<u32, String>, ReadPdf> {
    let mut found = BTreeMap::new();
    operators(table, &mut |word, operands| {
        match word {
            b"endbfchar" => {
                for pair in operands.chunks(2) {
                    if let [Object::String(code), Object::String(said)] = pair {
                        found.insert(number(code), unicode(said));
                    }
                }
            }
            b"endbfrange" => {
                for row in operands.chunks(3) {
                    range(row, &mut found);
                }
            }
            _ => {}
        }
        if found.len() > MAX_CODES {
            return Err(ReadPdf::Limit {
                what: "codes of a table of characters",
                limit: MAX_CODES as u64,
            });
        }
        Ok(())
    })?;
    Ok(found)
}

fn range(row: &[Object], found: &mut BTreeMap<u32, String>) {
    let [Object::String(first), Object::String(last), said] = row else {
        return;
    };
    let (first, last) = (number(first), number(last).min(0xffff));
    match said {
        Object::String(said) => {
            let start = unicode(said);
            let mut head: Vec<char> = start.chars().collect();
            let Some(base) = head.pop().map(u32::from) else {
                return;
            };
            for code in first..=last {
                let Some(own) = char::from_u32(base.saturating_add(code - first)) else {
                    return;
                };
                let said: String = head.iter().copied().chain([own]).collect();
                found.insert(code, said);
            }
        }
        Object::Array(each) => {
            for (code, said) in (first..=last).zip(each) {
                if let Object::String(said) = said {
                    found.insert(code, unicode(said));
                }
            }
        }
        _ => {}
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter()
        .take(4)
        .fold(0, |number, octet| number << 8 | u32::from(*octet))
}

fn unicode(said: &[u8]) -> String {
    text(&[&[0xfe, 0xff], said].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_maps_single_codes_and_ranges() {
        let table = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n\
            1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
            2 beginbfchar <0003> <0020> <0004> <D83DDE00> endbfchar\n\
            2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<0061> <00620063>] endbfrange endcmap";
        let found = characters(table).expect("a table");
        let said: Vec<(u32, &str)> = found.iter().map(|(c, s)| (*c, s.as_str())).collect();
        let wanted = [
            (3, " "),
            (4, "\u{1f600}"),
            (16, "A"),
            (17, "B"),
            (18, "C"),
            (32, "a"),
            (33, "bc"),
        ];
        assert_eq!(said, wanted);
    }
}
