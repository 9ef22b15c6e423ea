//! A glyph's outline as closed polygons, for pictures made of points instead of paths.

/// Straight pieces that a quadratic curve becomes.
const PIECES: u8 = 6;

/// The contours of a glyph record, flattened, in font units from the baseline's beginning upwards.
///
/// OpenType `glyf`: our cuts hold simple glyphs only; a record that contradicts itself has no
/// contours.
pub(crate) fn contours(record: &[u8]) -> Vec<Vec<(f64, f64)>> {
    points(record).unwrap_or_default()
}

/// A point of an outline, and whether it lies on it or bends it.
#[derive(Clone, Copy)]
struct Corner {
    on: bool,
    x: f64,
    y: f64,
}

fn points(record: &[u8]) -> Option<Vec<Vec<(f64, f64)>>> {
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
fn flattened(corners: &[Corner]) -> Vec<(f64, f64)> {
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
        let outline = contours(&record);
        assert_eq!(outline.len(), 1);
        assert_eq!(outline[0][..4], square);
    }

    #[test]
    fn a_record_cut_anywhere_has_no_contours() {
        let record = [0, 1, 0, 0, 0, 0, 0, 9, 0, 9, 0, 3, 0, 0, 9, 3, 0, 0];
        for end in 0..record.len() {
            assert!(contours(&record[..end]).is_empty());
        }
        assert!(contours(&[0xFF; 64]).is_empty());
    }
}
