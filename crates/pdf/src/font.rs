//! What a font's codes mean, and how wide they can be (ISO 32000-2, 9.5 to 9.10), as far as values and places of
//! text need it.

use std::collections::BTreeMap;

use syntax::{Dictionary, Object, ReadPdf, operators};

use crate::file::View;
use crate::tree::text;

/// Codes that a table may map.
const MAX_CODES: usize = 65_536;
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
    /// The widest glyph, in ems.
    pub(crate) widest: f64,
    characters: BTreeMap<u32, String>,
    /// Codes that stand for themselves where no table says otherwise.
    plain: bool,
}

impl Font {
    /// Reads a font.
    ///
    /// # Errors
    /// As [`View::resolve`].
    pub(crate) fn read(view: &View<'_>, font: &Dictionary) -> Result<Font, ReadPdf> {
        let subtype = view.value(font, b"Subtype")?;
        let wide = subtype.as_name() == Some(b"Type0");
        let encoding = view.value(font, b"Encoding")?;
        let characters = match view.value(font, b"ToUnicode")? {
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
        Ok(Font {
            octets: if wide { 2 } else { 1 },
            vertical: wide
                && encoding
                    .as_name()
                    .is_some_and(|name| name == b"V" || name.ends_with(b"-V")),
            drawn: subtype.as_name() == Some(b"Type3"),
            widest: if wide { 1.0 } else { widest(view, font)? },
            plain: !wide && is_plain(&encoding),
            characters,
        })
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
            None if self.plain => char::from_u32(code).map(String::from),
            None => None,
        }
    }
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
        && is_plain(&view.value(font, b"Encoding")?))
}

/// Codes mean what they mean in ASCII: one of the named encodings, or one that differs from them in marks alone.
fn is_plain(encoding: &Object) -> bool {
    match encoding {
        Object::Null | Object::Name(_) => true,
        Object::Dictionary(encoding) => {
            let mut code = 0;
            let differences = match encoding.value(b"Differences") {
                None => return true,
                Some(Object::Array(differences)) => differences,
                Some(_) => return false,
            };
            for difference in differences {
                match difference {
                    Object::Integer(next) => code = *next,
                    Object::Name(name) => {
                        let spared =
                            matches!(name.as_slice(), b"quotesingle" | b"grave" | b"space");
                        if (32..127).contains(&code) && !spared {
                            return false;
                        }
                        code = code.saturating_add(1);
                    }
                    _ => return false,
                }
            }
            true
        }
        _ => false,
    }
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
