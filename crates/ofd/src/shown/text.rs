//! Text objects: each character, or glyph, with the place of its pen (GB/T 33190-2016, 11).

use super::Line;
use super::colour::Paint;
use super::values::{deltas, number, numbers};
use super::{Gap, Unread};
use xml::Element;

/// Text in one font.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Identifier of its font.
    pub font: String,
    /// Side of the em square.
    pub size: f64,
    /// Width of glyphs over what the font says.
    pub stretch: f64,
    /// How heavy it is, 400 being regular.
    pub weight: u32,
    /// Whether it is slanted.
    pub italic: bool,
    /// Turn of each character about its pen, with the clock, in degrees.
    pub turn: f64,
    /// Colour inside the outlines.
    pub fill: Option<Paint>,
    /// The line along them.
    pub stroke: Option<(Paint, Line)>,
    /// Its characters.
    pub letters: Vec<Letter>,
}

/// A character, or the glyph that stands for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Letter {
    /// The character.
    pub character: char,
    /// The glyph's number in the font, where the text names it.
    pub glyph: Option<u16>,
    /// The pen, in the object's space.
    pub at: (f64, f64),
}

/// The characters of a text object, at most `most`; what cannot be read is added to `gaps`.
pub(super) fn letters(object: &Element, id: &str, most: usize, gaps: &mut Vec<Gap>) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let mut gap = |what| {
        let object = id.to_owned();
        gaps.push(Gap { object, what });
    };
    let mut begin = (0.0, 0.0);
    for code in object.all("TextCode") {
        let place = |name, before: f64| match code.attribute(name) {
            // A pen that is not said is that of the run before.
            None => Some(before),
            Some(text) => number(text),
        };
        let Some(at) = place("X", begin.0).zip(place("Y", begin.1)) else {
            gap(Unread::Value("TextCode"));
            continue;
        };
        begin = at;
        let count = code.text.chars().count();
        if letters.len().saturating_add(count) > most {
            gap(Unread::TooMany(most, "characters"));
            break;
        }
        let mut steps = |name| match code.attribute(name).map(|text| deltas(text, count)) {
            None => Vec::new(),
            Some(Some(steps)) => steps,
            Some(None) => {
                gap(Unread::Value("TextCode"));
                Vec::new()
            }
        };
        let (across, down) = (steps("DeltaX"), steps("DeltaY"));
        let mut pen = at;
        for (place, character) in code.text.chars().enumerate() {
            if let Some(before) = place.checked_sub(1) {
                // The last step goes on where there are fewer steps than characters; without any, nothing moves.
                let step = |steps: &[f64]| steps.get(before).or(steps.last()).copied();
                pen.0 += step(&across).unwrap_or_default();
                pen.1 += step(&down).unwrap_or_default();
            }
            letters.push(Letter {
                character,
                glyph: None,
                at: pen,
            });
        }
    }
    for one in object.all("CGTransform") {
        if transformed(one, &mut letters).is_none() {
            gap(Unread::Value("CGTransform"));
        }
    }
    letters
}

/// Glyphs in the place of characters (GB/T 33190-2016, 11.4). Of more glyphs than characters the further ones stand with the
/// last of them; of fewer, the further characters have none.
fn transformed(one: &Element, letters: &mut Vec<Letter>) -> Option<()> {
    let count =
        |name, default: &'static str| one.attribute(name).unwrap_or(default).parse::<usize>().ok();
    let from = count("CodePosition", "")?;
    let codes = count("CodeCount", "1")?;
    let wanted = count("GlyphCount", "1")?;
    let listed = numbers(one.text_of("Glyphs").ok()??)?;
    let glyphs: Vec<u16> = listed.into_iter().map(whole).collect::<Option<_>>()?;
    let until = from.checked_add(codes)?;
    let places: Vec<Letter> = letters.get(from..until)?.to_vec();
    if glyphs.len() < wanted || codes == 0 {
        return None;
    }
    let last = places.last()?;
    let named = glyphs
        .iter()
        .take(wanted)
        .enumerate()
        .map(|(place, glyph)| Letter {
            glyph: Some(*glyph),
            ..*places.get(place).unwrap_or(last)
        });
    // Characters keep their count, since later transforms name them by it: those without a glyph show nothing.
    let mut new: Vec<Letter> = named.collect();
    new.extend(places.iter().skip(wanted).map(|letter| Letter {
        character: ' ',
        ..*letter
    }));
    let further = new.split_off(codes.min(new.len()));
    letters.splice(from..until, new);
    letters.extend(further);
    Some(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number that two octets hold"
)]
fn whole(value: f64) -> Option<u16> {
    let fits = value.fract() == 0.0 && (0.0..=65_535.0).contains(&value);
    fits.then_some(value as u16)
}
