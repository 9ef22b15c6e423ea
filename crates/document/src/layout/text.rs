//! Lines of text: how wide they are, where their baselines lie, and how a long text breaks.

use canvas::{Face, Typeface, Typefaces};

use crate::layout::RenderPage;
use crate::sheet::{Mm, Point, Text};
use crate::template::Shape;

/// A line of text with its middle at `at`.
pub(crate) fn centred(
    field: &str,
    typefaces: &Typefaces,
    (face, size): (Face, Mm),
    text: &str,
    at: Point,
) -> Result<Text, RenderPage> {
    let width = measured(field, typefaces, face, text, size)?;
    let at = Point {
        x: at.x - width / 2.0,
        y: at.y,
    };
    Ok(Text::plain(text, (face, size), at))
}

/// Width of a text, or the field in which a character is unknown.
pub(crate) fn measured(
    field: &str,
    typefaces: &Typefaces,
    face: Face,
    text: &str,
    size: Mm,
) -> Result<Mm, RenderPage> {
    typefaces
        .face(face)
        .width(text)
        .map(|ems| size * ems)
        .map_err(|character| RenderPage::UnknownCharacter {
            character,
            field: field.to_owned(),
        })
}

/// From the middle of a line of Chinese to its baseline, in ems: ideographs stand from −0.12 to 0.88.
pub(crate) const MIDDLE: f64 = 0.38;

/// The face of a value.
pub(crate) fn face_of(shape: Shape) -> Face {
    if shape == Shape::Code {
        Face::Hei
    } else {
        Face::Song
    }
}

/// How many, as a factor.
pub(crate) fn count<T>(things: &[T]) -> f64 {
    f64::from(u32::try_from(things.len()).unwrap_or(u32::MAX))
}

/// Breaks `text` at `size` into lines of at most `width`, the first drawn in.
///
/// Chinese text breaks between any two characters, except that closing marks never begin a line
/// and opening ones never end it (GB/T 15834-2011, 5.1); words and numbers stay whole where they fit
/// on a line at all. `width` comes with what the first line is drawn in by.
///
/// # Errors
/// The first character that the typeface lacks.
pub(crate) fn broken(
    text: &str,
    typeface: &Typeface,
    size: Mm,
    (width, indent): (Mm, Mm),
) -> Result<Vec<String>, char> {
    let mut lines = Vec::new();
    let mut line = Line {
        text: String::new(),
        extent: indent,
    };
    for paragraph in text.split('\n') {
        for piece in pieces(paragraph) {
            let extent = size * typeface.width(piece)?;
            if line.extent + extent <= width + SLACK {
                line.push(piece, extent);
            } else if extent <= width {
                lines.push(line.finish());
                line.push(piece, extent);
            } else {
                for character in piece.chars().map(String::from) {
                    let extent = size * typeface.width(&character)?;
                    if line.extent + extent > width + SLACK {
                        lines.push(line.finish());
                    }
                    line.push(&character, extent);
                }
            }
        }
        lines.push(line.finish());
    }
    Ok(lines)
}

/// Rounding may not push a text that just fits onto another line.
const SLACK: Mm = Mm(0.01);

struct Line {
    text: String,
    extent: Mm,
}

impl Line {
    fn push(&mut self, piece: &str, extent: Mm) {
        if !(self.text.is_empty() && piece.trim().is_empty()) {
            self.text.push_str(piece);
            self.extent = self.extent + extent;
        }
    }

    fn finish(&mut self) -> String {
        self.extent = Mm(0.0);
        std::mem::take(&mut self.text).trim_end().to_owned()
    }
}

/// The parts of a text between which a line may end.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices().peekable();
        let (_, mut before) = characters.next()?;
        let end = loop {
            match characters.next() {
                None => break rest.len(),
                Some((place, next)) if may_break(before, next) => break place,
                Some((_, next)) => before = next,
            }
        };
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(piece)
    })
}

fn may_break(before: char, after: char) -> bool {
    if CLOSING.contains(after) || OPENING.contains(before) {
        return false;
    }
    if before == ' ' {
        return true;
    }
    !(joins(before) && joins(after))
}

/// Whether a character is part of a word or number that stays together.
fn joins(character: char) -> bool {
    character.is_ascii_graphic() || ('\u{C0}'..='\u{24F}').contains(&character)
}

const CLOSING: &str = "，。、；：？！）》〉」』】〕〗…—％℃·,.;:?!)]}%”’㎡㎥";
const OPENING: &str = "（《〈「『【〔〖([{“‘￥№";
