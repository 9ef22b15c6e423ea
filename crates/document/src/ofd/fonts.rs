//! The fonts of an OFD file (GB/T 33190-2016, 11.1: embedded): two that all files of a template share, and the file's own for
//! the lines that those cannot write.

use canvas::{Cut, Face, Typefaces, program};
use ofd::draw::{Font, Resource};

/// Fonts that a file has at most: two that it shares, two of its own.
pub(crate) const MOST: usize = 4;
/// The typefaces, in the order of the shared fonts.
const FACES: [Face; 2] = [Face::Hei, Face::Song];

/// Both typefaces cut to the characters that a template's files have in common.
#[derive(Clone, Debug)]
pub(crate) struct SharedFonts {
    cuts: [Cut; 2],
    fonts: [Font; 2],
}

impl SharedFonts {
    pub(crate) fn of(cuts: &[Cut; 2], typefaces: &Typefaces) -> SharedFonts {
        let [hei, song] = FACES;
        let [first, second] = cuts;
        SharedFonts {
            cuts: cuts.clone(),
            fonts: [
                font(first, typefaces, hei, ""),
                font(second, typefaces, song, ""),
            ],
        }
    }

    fn has(&self, face: usize, text: &str) -> bool {
        let cut = self.cuts.get(face);
        cut.is_some_and(|cut| text.chars().all(|one| cut.number(one).is_some()))
    }
}

/// The fonts of a file that is being drawn.
pub(crate) struct Fonts<'a> {
    pub(crate) typefaces: &'a Typefaces,
    shared: &'a SharedFonts,
    /// What the file has of each typeface beside.
    own: [Cut; 2],
    /// The typefaces of its own fonts, in the order in which they were first needed.
    order: Vec<usize>,
}

impl<'a> Fonts<'a> {
    pub(crate) fn new(typefaces: &'a Typefaces, shared: &'a SharedFonts) -> Fonts<'a> {
        Fonts {
            typefaces,
            shared,
            own: Default::default(),
            order: Vec::new(),
        }
    }

    /// The place of the font for this text, which it has all characters of: a line is written in one font, so that who
    /// copies it from a reader copies it whole. The error is a character that the typeface lacks.
    pub(crate) fn take(&mut self, face: Face, text: &str) -> Result<usize, char> {
        let face = FACES.iter().position(|one| *one == face).unwrap_or(0);
        if self.shared.has(face, text) {
            return Ok(face);
        }
        let typeface = self.typefaces.face(face_at(face));
        if let Some(cut) = self.own.get_mut(face) {
            for character in text.chars().chain([' ']) {
                cut.take(character, typeface).ok_or(character)?;
            }
        }
        let known = self.order.iter().position(|one| *one == face);
        let place = known.unwrap_or_else(|| {
            self.order.push(face);
            self.order.len() - 1
        });
        Ok(FACES.len() + place)
    }

    /// All fonts, each at its place.
    pub(crate) fn written(self) -> Vec<Font> {
        let own = self.order.iter().filter_map(|face| {
            let cut = self.own.get(*face)?;
            Some(font(cut, self.typefaces, face_at(*face), " 2"))
        });
        self.shared.fonts.iter().cloned().chain(own).collect()
    }
}

fn face_at(place: usize) -> Face {
    FACES.get(place).copied().unwrap_or(Face::Hei)
}

/// `behind` tells apart the names of two cuts of one typeface.
fn font(cut: &Cut, typefaces: &Typefaces, face: Face, behind: &str) -> Font {
    let typeface = typefaces.face(face);
    Font {
        name: format!("{}{behind}", typeface.name()),
        family: typeface.name().to_owned(),
        program: Resource::of(program(cut, typeface)),
    }
}
