//! Glyphs: from the fonts of the file, and from ours where those are not there or lack a character.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::rc::Rc;

use canvas::{Face, GlyphId, ReadFont, Typeface, Typefaces};
use ofd::shown::{Letter, Showing, ShownFont};

use crate::omission::Omission;

/// Octets of fonts that are kept at once.
const MAX_FONTS: usize = 64 * 1024 * 1024;

/// Typefaces by the identifiers of their fonts.
#[derive(Debug)]
pub(crate) struct Glyphs {
    ours: Typefaces,
    kept: BTreeMap<String, Rc<Known>>,
    octets: usize,
}

/// A font as it is drawn with.
#[derive(Debug)]
pub(crate) struct Known {
    typeface: Option<Typeface>,
    /// The face of ours that stands in for it.
    face: Face,
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    /// Why it has no typeface of its own.
    pub(crate) missing: Option<Omission>,
}

impl Glyphs {
    pub(crate) fn new() -> Result<Glyphs, ReadFont> {
        Ok(Glyphs {
            ours: Typefaces::embedded()?,
            kept: BTreeMap::new(),
            octets: 0,
        })
    }

    /// The font of this identifier; nothing if the file has none.
    pub(crate) fn font<R: Read + Seek>(
        &mut self,
        showing: &mut Showing<R>,
        id: &str,
    ) -> Option<Rc<Known>> {
        if let Some(known) = self.kept.get(id) {
            return Some(Rc::clone(known));
        }
        let font = showing.font(id)?.clone();
        let read = self.program(showing, &font);
        let (typeface, missing) = match read {
            Ok(typeface) => (Some(typeface), None),
            Err(missing) => (None, Some(missing)),
        };
        let known = Rc::new(Known {
            typeface,
            face: stand_in(&font),
            bold: font.bold,
            italic: font.italic,
            missing,
        });
        self.kept.insert(id.to_owned(), Rc::clone(&known));
        Some(known)
    }

    fn program<R: Read + Seek>(
        &mut self,
        showing: &mut Showing<R>,
        font: &ShownFont,
    ) -> Result<Typeface, Omission> {
        let path = font.file.as_ref();
        let path = path.ok_or_else(|| Omission::NotEmbedded(font.name.clone()))?;
        let octets = showing.octets(path);
        let octets = octets.map_err(|fault| Omission::Part(path.clone(), fault))?;
        self.octets = self.octets.saturating_add(octets.len());
        if self.octets > MAX_FONTS {
            return Err(Omission::TooMuch);
        }
        let read = Typeface::read("Embedded", Cow::Owned(octets));
        read.map_err(|fault| Omission::Font(font.name.clone(), fault))
    }

    /// The typeface and the glyph that a letter is drawn with; nothing if no font at hand has it.
    pub(crate) fn glyph<'k>(
        &'k self,
        known: &'k Known,
        letter: &Letter,
    ) -> Option<(&'k Typeface, GlyphId)> {
        if let Some(own) = &known.typeface {
            let glyph = letter
                .glyph
                .map(GlyphId)
                .or_else(|| own.glyph(letter.character));
            if let Some(glyph) = glyph {
                return Some((own, glyph));
            }
        }
        let faces = [known.face, Face::Song, Face::Hei].map(|face| self.ours.face(face));
        let mut found = faces
            .into_iter()
            .filter_map(|face| Some((face, face.glyph(letter.character)?)));
        found.next()
    }
}

/// The face that is nearest to a font by what it calls itself.
fn stand_in(font: &ShownFont) -> Face {
    const SANS: [&str; 8] = [
        "黑",
        "Hei",
        "Sans",
        "Arial",
        "Helvetica",
        "YaHei",
        "DengXian",
        "等线",
    ];
    let named = |part: &&str| font.name.contains(*part) || font.family.contains(*part);
    if !font.serif && SANS.iter().any(named) {
        Face::Hei
    } else {
        Face::Song
    }
}
