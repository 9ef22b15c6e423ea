//! A glyph's outline as closed polygons, for pictures made of points instead of paths.

use crate::cover::Place;
use crate::matrix::Matrix;

/// Straight pieces that a quadratic curve becomes.
const PIECES: u8 = 6;

/// Glyphs within glyphs.
const MAX_DEPTH: u8 = 6;
/// Records that one glyph is put together from.
const MAX_RECORDS: usize = 64;

/// The contours of a glyph, flattened, in font units from the baseline's beginning upwards.
///
/// A record that contradicts itself has no contours (OpenType 1.9, `glyf`).
pub(super) fn contours<'f>(record: impl Fn(u16) -> &'f [u8], glyph: u16) -> Vec<Vec<Place>> {
    let mut out = Vec::new();
    let mut left = MAX_RECORDS;
    let found = gathered(&record, (glyph, &Matrix::IDENTITY), 0, &mut left, &mut out);
    found.map(|()| out).unwrap_or_default()
}

/// Adds the contours of a glyph, mapped.
fn gathered<'f>(
    record: &impl Fn(u16) -> &'f [u8],
    (glyph, map): (u16, &Matrix),
    depth: u8,
    left: &mut usize,
    out: &mut Vec<Vec<Place>>,
) -> Option<()> {
    *left = left.checked_sub(1)?;
    let octets = record(glyph);
    if octets.is_empty() {
        return Some(());
    }
    // A negative count of contours: the glyph is put together from others.
    if octets.first()? & 0x80 == 0 {
        let simple = points(octets)?;
        out.extend(
            simple
                .into_iter()
                .map(|contour| contour.into_iter().map(|at| map.place(at)).collect()),
        );
        return Some(());
    }
    if depth >= MAX_DEPTH {
        return None;
    }
    let mut reader = Reader(octets);
    reader.skip(10)?;
    loop {
        let flags = reader.unsigned()?;
        let (part, own) = component(&mut reader, flags)?;
        gathered(record, (part, &own.then(map)), depth + 1, left, out)?;
        if flags & MORE_COMPONENTS == 0 {
            return Some(());
        }
    }
}

/// The glyph that a component names, and how it is put in; one placed by matching points is put where it is.
fn component(reader: &mut Reader<'_>, flags: u16) -> Option<(u16, Matrix)> {
    let part = reader.unsigned()?;
    let (x, y) = match flags & WORDS != 0 {
        true => (f64::from(reader.signed()?), f64::from(reader.signed()?)),
        false => {
            let [x, y] = [reader.byte()?, reader.byte()?].map(|byte| f64::from(byte.cast_signed()));
            (x, y)
        }
    };
    let (x, y) = if flags & OFFSETS != 0 {
        (x, y)
    } else {
        (0.0, 0.0)
    };
    let mut scale = || reader.signed().map(|value| f64::from(value) / 16_384.0);
    let [a, b, c, d] = if flags & ONE_SCALE != 0 {
        let both = scale()?;
        [both, 0.0, 0.0, both]
    } else if flags & TWO_SCALES != 0 {
        [scale()?, 0.0, 0.0, scale()?]
    } else if flags & FOUR_SCALES != 0 {
        [scale()?, scale()?, scale()?, scale()?]
    } else {
        [1.0, 0.0, 0.0, 1.0]
    };
    Some((part, Matrix([a, b, c, d, x, y])))
}

/// A point of an outline, and whether it lies on it or bends it.
#[derive(Clone, Copy)]
struct Corner {
    on: bool,
    x: f64,
    y: f64,
}

fn points(record: &[u8]) -> Option<Vec<Vec<Place>>> {
    let mut reader = Reader(record);
    let count = usize::try_from(reader.signed()?).ok()?;
    reader.skip(8)?;
    let mut ends = Vec::new();
    for _ in 0..count {
        ends.push(usize::from(reader.unsigned()?) + 1);
    }
    let instructions = reader.unsigned()?;
    reader.skip(usize::from(instructions))?;
    let total = ends.last().copied().unwrap_or(0);
    let mut flags = Vec::with_capacity(total);
    while flags.len() < total {
        let flag = reader.byte()?;
        let times = if flag & REPEAT != 0 {
            reader.byte()?
        } else {
            0
        };
        flags.extend((0..=times).map(|_| flag));
    }
    let across = reader.deltas(flags.get(..total)?, X_SHORT, X_SAME)?;
    let up = reader.deltas(flags.get(..total)?, Y_SHORT, Y_SAME)?;
    let corners: Vec<Corner> = flags
        .iter()
        .zip(across.iter().zip(&up))
        .map(|(flag, (&x, &y))| Corner {
            on: flag & ON_CURVE != 0,
            x: f64::from(x),
            y: f64::from(y),
        })
        .collect();
    let mut begin = 0;
    let mut outlines = Vec::new();
    for end in ends {
        outlines.push(flattened(corners.get(begin..end)?));
        begin = end;
    }
    Some(outlines)
}

/// OpenType `glyf`: between two points off the curve lies one on it, in the middle.
fn flattened(corners: &[Corner]) -> Vec<Place> {
    let mut full: Vec<Corner> = Vec::with_capacity(corners.len() * 2);
    for (place, corner) in corners.iter().enumerate() {
        let before = corners.get(place.checked_sub(1).unwrap_or(corners.len() - 1));
        if let Some(before) = before
            && !before.on
            && !corner.on
        {
            full.push(Corner {
                on: true,
                x: f64::midpoint(before.x, corner.x),
                y: f64::midpoint(before.y, corner.y),
            });
        }
        full.push(*corner);
    }
    let Some(first) = full.iter().position(|corner| corner.on) else {
        return Vec::new();
    };
    full.rotate_left(first);
    let mut polygon = Vec::with_capacity(full.len() * 3);
    let ends = full.iter().skip(1).chain(full.first());
    let mut from = (0.0, 0.0);
    let mut bend: Option<Corner> = None;
    if let Some(corner) = full.first() {
        from = (corner.x, corner.y);
        polygon.push(from);
    }
    for corner in ends {
        match bend.take() {
            None if !corner.on => bend = Some(*corner),
            None => {
                from = (corner.x, corner.y);
                polygon.push(from);
            }
            Some(bend) => {
                for piece in 1..=PIECES {
                    let part = f64::from(piece) / f64::from(PIECES);
                    let rest = 1.0 - part;
                    let mix = |begin: f64, middle: f64, end: f64| {
                        rest * rest * begin + 2.0 * rest * part * middle + part * part * end
                    };
                    polygon.push((mix(from.0, bend.x, corner.x), mix(from.1, bend.y, corner.y)));
                }
                from = (corner.x, corner.y);
            }
        }
    }
    polygon
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn skip(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    fn unsigned(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    fn signed(&mut self) -> Option<i16> {
        Some(i16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    /// Coordinates: each point's is the one before plus a step of two bytes, of one byte whose sign
    /// is a flag, or none.
    fn deltas(&mut self, flags: &[u8], short: u8, same: u8) -> Option<Vec<i32>> {
        let mut at = 0_i32;
        let mut places = Vec::with_capacity(flags.len());
        for flag in flags {
            at += match (flag & short != 0, flag & same != 0) {
                (true, positive) => {
                    let step = i32::from(self.byte()?);
                    if positive { step } else { -step }
                }
                (false, true) => 0,
                (false, false) => i32::from(self.signed()?),
            };
            places.push(at);
        }
        Some(places)
    }
}

const ON_CURVE: u8 = 1;
const X_SHORT: u8 = 2;
const Y_SHORT: u8 = 4;
const REPEAT: u8 = 8;
const X_SAME: u8 = 16;
const Y_SAME: u8 = 32;

const WORDS: u16 = 0x0001;
const OFFSETS: u16 = 0x0002;
const ONE_SCALE: u16 = 0x0008;
const MORE_COMPONENTS: u16 = 0x0020;
const TWO_SCALES: u16 = 0x0040;
const FOUR_SCALES: u16 = 0x0080;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_comes_back_as_its_corners() {
        let mut record = vec![0, 1, 0, 0, 0, 0, 0, 9, 0, 9, 0, 3, 0, 0];
        record.extend([ON_CURVE | REPEAT, 3]);
        for step in [0_i16, 9, 0, -9, 0, 0, 9, 0] {
            record.extend(step.to_be_bytes());
        }
        let square = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)];
        let outline = contours(|_| &record, 0);
        assert_eq!(outline.len(), 1);
        assert_eq!(outline[0][..4], square);
        // The same square beside itself, half as large; and a glyph that holds itself.
        let mut both = [0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0].to_vec();
        both.extend([0, 0x22, 0, 0, 0, 0, 0, 0x0A, 0, 0, 10, 0, 0x20, 0]);
        let glyph = |number: u16| -> &[u8] { if number == 0 { &record } else { &both } };
        let outline = contours(glyph, 1);
        assert_eq!((outline.len(), outline[1][2]), (2, (14.5, 4.5)));
        assert!(contours(|_| &both, 0).is_empty());
    }

    #[test]
    fn a_record_cut_anywhere_has_no_contours() {
        let record = [0, 1, 0, 0, 0, 0, 0, 9, 0, 9, 0, 3, 0, 0, 9, 3, 0, 0];
        for end in 0..record.len() {
            assert!(contours(|_| &record[..end], 0).is_empty());
        }
        assert!(contours(|_| &[0xFF; 64], 0).is_empty());
    }
}
