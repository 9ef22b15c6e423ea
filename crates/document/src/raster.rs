//! A seal's picture as points: the transparent PNG of 600 dpi that a seal's data carry (looks 2).

use std::io::Cursor;

use image::{ImageFormat, Rgba, RgbaImage};
use seal::picture::{Letter, Picture, Shape, Step, Style};

use crate::font::Typefaces;
use crate::font::contour::contours;
use crate::pdf::appearance::DrawAppearance;
use crate::sheet::Face;

/// Points in a millimetre at 600 dpi.
const DOTS: f64 = 600.0 / 25.4;

/// Lines looked at in each row of points, and parts told apart along it.
const LINES: u16 = 5;

type Place = (f64, f64);

/// The picture of a seal as a PNG file: transparent where nothing is drawn, 600 dpi, the same bytes
/// for the same picture.
///
/// # Errors
/// `UnknownCharacter` for a character that no embedded typeface has; `Font` never, unless the
/// binary is damaged.
pub fn seal_png(picture: &Picture) -> Result<Vec<u8>, DrawAppearance> {
    let typefaces = Typefaces::embedded()?;
    let mut canvas = Canvas::new(picture.width, picture.height);
    for shape in &picture.shapes {
        canvas.shape(shape);
    }
    for letter in &picture.letters {
        canvas.letter(letter, &typefaces)?;
    }
    Ok(with_resolution(canvas.file(picture.colour)))
}

/// How much of each point is covered, 0 to 255.
struct Canvas {
    width: usize,
    height: usize,
    covered: Vec<u8>,
}

impl Canvas {
    fn new(width: f64, height: f64) -> Canvas {
        let (width, height) = (whole((width * DOTS).ceil()), whole((height * DOTS).ceil()));
        Canvas {
            width,
            height,
            covered: vec![0; width * height],
        }
    }

    fn shape(&mut self, shape: &Shape) {
        let outlines: Vec<Vec<Place>> = flattened(&shape.steps);
        match shape.line {
            None => self.fill(&outlines),
            Some(width) => outlines
                .iter()
                .for_each(|outline| self.stroke(outline, width * DOTS)),
        }
    }

    fn letter(&mut self, letter: &Letter, typefaces: &Typefaces) -> Result<(), DrawAppearance> {
        let (face, bold) = match letter.style {
            Style::Hei => (Face::Hei, 0.0),
            Style::Song => (Face::Song, 0.032),
        };
        let typeface = typefaces.face(face);
        let glyph = typeface
            .glyph(letter.character)
            .ok_or(DrawAppearance::UnknownCharacter {
                character: letter.character,
            })?;
        let middle = if letter.character.is_ascii() {
            0.36
        } else {
            0.38
        };
        let size = letter.size * DOTS;
        let half = typeface.advance(glyph) / 2000.0;
        let (sin, cos) = letter.turn.to_radians().sin_cos();
        let place = |(x, y): &Place| {
            let right = (x / 1000.0 - half) * letter.stretch * size;
            let down = (middle - y / 1000.0) * size;
            (
                letter.centre.0 * DOTS + right * cos - down * sin,
                letter.centre.1 * DOTS + right * sin + down * cos,
            )
        };
        let outlines: Vec<Vec<Place>> = contours(typeface.outline(glyph))
            .iter()
            .map(|outline| outline.iter().map(place).collect())
            .collect();
        self.fill(&outlines);
        if bold > 0.0 {
            outlines
                .iter()
                .for_each(|outline| self.stroke(outline, size * bold));
        }
        Ok(())
    }

    /// A line of this width along a closed outline: a box for each side, a disc at each corner.
    fn stroke(&mut self, outline: &[Place], width: f64) {
        let half = width / 2.0;
        let ends = outline.iter().skip(1).chain(outline.first());
        for (&(x, y), &(to_x, to_y)) in outline.iter().zip(ends) {
            let length = (to_x - x).hypot(to_y - y);
            if length < 1e-9 {
                continue;
            }
            let (across, along) = ((y - to_y) / length * half, (to_x - x) / length * half);
            self.fill(&[vec![
                (x + across, y + along),
                (to_x + across, to_y + along),
                (to_x - across, to_y - along),
                (x - across, y - along),
            ]]);
            let disc = (0..8_u8).map(|corner| {
                let (sin, cos) = (f64::from(corner) * std::f64::consts::TAU / 8.0).sin_cos();
                (x + half * cos, y + half * sin)
            });
            self.fill(&[disc.collect()]);
        }
    }

    /// Fills outlines by the non-zero rule, as PDF does (ISO 32000-1, 8.5.3.3.2).
    fn fill(&mut self, outlines: &[Vec<Place>]) {
        let bounds = |of: fn(&Place) -> f64, most: usize| {
            let (low, high) = outlines
                .iter()
                .flatten()
                .map(of)
                .fold((f64::MAX, f64::MIN), |(low, high), at| {
                    (low.min(at), high.max(at))
                });
            whole(low).min(most)..whole(high.ceil()).min(most)
        };
        let columns = bounds(|place| place.0, self.width);
        let rows = bounds(|place| place.1, self.height);
        let mut line = vec![0_u16; columns.len()];
        for row in rows {
            line.fill(0);
            for part in 0..LINES {
                let share = (f64::from(part) + 0.5) / f64::from(LINES);
                for (left, right) in spans(outlines, factor(row) + share) {
                    let begin = factor(columns.start);
                    cover(&mut line, left - begin, right - begin);
                }
            }
            let begin = row * self.width;
            let target = begin + columns.start..begin + columns.end;
            let points = self.covered.get_mut(target).into_iter().flatten();
            for (covered, sum) in points.zip(&line) {
                // What overlaps is not drawn twice.
                let share = u8::try_from(sum / LINES).unwrap_or(u8::MAX);
                *covered = (*covered).max(share);
            }
        }
    }

    fn file(&self, colour: [u8; 3]) -> Vec<u8> {
        let [red, green, blue] = colour;
        let points = self
            .covered
            .iter()
            .flat_map(|&covered| [red, green, blue, covered])
            .collect();
        let size = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let image = RgbaImage::from_raw(size(self.width), size(self.height), points)
            .unwrap_or_else(|| RgbaImage::from_pixel(1, 1, Rgba([0; 4])));
        let mut file = Cursor::new(Vec::new());
        // Writing to a vector cannot fail, and the size is one that PNG has.
        let _ = image.write_to(&mut file, ImageFormat::Png);
        file.into_inner()
    }
}

/// Adds to each point how much of it lies between `left` and `right`, 255 for all of it.
fn cover(line: &mut [u16], left: f64, right: f64) {
    let places = whole(left)..whole(right.ceil()).min(line.len());
    let begin = places.start;
    let points = line.get_mut(places).into_iter().flatten();
    for (place, point) in points.enumerate() {
        let at = factor(begin + place);
        let share = (right.min(at + 1.0) - left.max(at)).clamp(0.0, 1.0);
        *point += u16::try_from(whole(share * 255.0 + 0.5)).unwrap_or(u16::MAX);
    }
}

/// Where the line at height `y` is inside the outlines.
fn spans(outlines: &[Vec<Place>], y: f64) -> Vec<(f64, f64)> {
    let mut crossings: Vec<(f64, i32)> = Vec::new();
    for outline in outlines {
        let ends = outline.iter().skip(1).chain(outline.first());
        for (&(x, from), &(to_x, to)) in outline.iter().zip(ends) {
            let winds = match (from <= y, to <= y) {
                (true, false) => 1,
                (false, true) => -1,
                _ => continue,
            };
            crossings.push((x + (to_x - x) * (y - from) / (to - from), winds));
        }
    }
    crossings.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut spans = Vec::new();
    let (mut winding, mut begin) = (0, 0.0);
    for (x, winds) in crossings {
        if winding == 0 {
            begin = x;
        }
        winding += winds;
        if winding == 0 && x > begin {
            spans.push((begin, x));
        }
    }
    spans
}

/// Outlines in points, curves as short lines.
fn flattened(steps: &[Step]) -> Vec<Vec<Place>> {
    const PIECES: u8 = 48;
    let dots = |(x, y): Place| (x * DOTS, y * DOTS);
    let mut outlines: Vec<Vec<Place>> = Vec::new();
    for step in steps {
        match *step {
            Step::Move(to) => outlines.push(vec![dots(to)]),
            Step::Line(to) => outlines.iter_mut().last().into_iter().for_each(|outline| {
                outline.push(dots(to));
            }),
            Step::Curve(first, second, to) => {
                let Some(outline) = outlines.last_mut() else {
                    continue;
                };
                let Some(&from) = outline.last() else {
                    continue;
                };
                let (first, second, to) = (dots(first), dots(second), dots(to));
                for piece in 1..=PIECES {
                    let part = f64::from(piece) / f64::from(PIECES);
                    let rest = 1.0 - part;
                    let mix = |a: f64, b: f64, c: f64, d: f64| {
                        rest * rest * rest * a
                            + 3.0 * rest * rest * part * b
                            + 3.0 * rest * part * part * c
                            + part * part * part * d
                    };
                    outline.push((
                        mix(from.0, first.0, second.0, to.0),
                        mix(from.1, first.1, second.1, to.1),
                    ));
                }
            }
            Step::Close => {}
        }
    }
    outlines
}

/// The chunk that tells 600 dots an inch, put before the first chunk of data (ISO/IEC 15948, 11.3.5.3).
fn with_resolution(mut file: Vec<u8>) -> Vec<u8> {
    // 600 dpi are 23,622 dots a metre; the check sum covers type and data.
    const CHUNK: [u8; 21] = [
        0, 0, 0, 9, b'p', b'H', b'Y', b's', 0, 0, 0x5C, 0x46, 0, 0, 0x5C, 0x46, 1, 0x14, 0x94,
        0x43, 0x41,
    ];
    const HEAD: usize = 33;
    if file.len() > HEAD {
        file.splice(HEAD..HEAD, CHUNK);
    }
    file
}

/// The whole part of a length that is at least 0; pictures are a few thousand points wide.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what both types hold"
)]
fn whole(value: f64) -> usize {
    value.clamp(0.0, 100_000.0) as usize
}

/// A count of points as a length.
fn factor(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_covers_its_points_and_half_of_those_on_its_edge() {
        let mut canvas = Canvas::new(4.0 / DOTS, 3.0 / DOTS);
        canvas.fill(&[vec![(1.0, 1.0), (2.5, 1.0), (2.5, 2.0), (1.0, 2.0)]]);
        assert_eq!(canvas.covered[4..8], [0, 255, 128, 0]);
        assert_eq!(canvas.covered[..4], [0; 4]);
    }

    #[test]
    fn a_hole_stays_open() {
        let outer = vec![(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)];
        let hole = vec![(3.0, 3.0), (3.0, 6.0), (6.0, 6.0), (6.0, 3.0)];
        assert_eq!(spans(&[outer, hole], 4.5), [(0.0, 3.0), (6.0, 9.0)]);
    }
}
