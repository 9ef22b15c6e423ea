//! Predictors before FlateDecode (ISO 32000-2, 7.4.4.4): TIFF and PNG.

use std::io::{Error, ErrorKind, Read, Result};

use crate::object::Dictionary;

/// Octets of one row.
const MAX_ROW: u64 = 1024 * 1024;

/// How the data are laid out in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    kind: Kind,
    /// Octets of a row and of a pixel, at least one.
    row: usize,
    pixel: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tiff,
    Png,
}

impl Shape {
    /// `Some(None)`: no predictor; `None`: parameters that make no sense or too long rows.
    #[expect(
        clippy::option_option,
        reason = "malformed, absent and present are three answers"
    )]
    pub(crate) fn of(parameters: &Dictionary) -> Option<Option<Shape>> {
        let number = |key: &[u8], default: i64| match parameters.value(key) {
            None => Some(default),
            Some(value) => value.as_integer(),
        };
        let kind = match number(b"Predictor", 1)? {
            1 => return Some(None),
            2 => Kind::Tiff,
            10..=15 => Kind::Png,
            _ => return None,
        };
        let colours = u64::try_from(number(b"Colors", 1)?).ok()?;
        let bits = u64::try_from(number(b"BitsPerComponent", 8)?).ok()?;
        let columns = u64::try_from(number(b"Columns", 1)?).ok()?;
        let sound = (1..=32).contains(&colours) && matches!(bits, 1 | 2 | 4 | 8 | 16);
        if !sound || columns == 0 || (kind == Kind::Tiff && bits != 8) {
            return None;
        }
        let row = columns.checked_mul(colours * bits)?.div_ceil(8);
        if row > MAX_ROW {
            return None;
        }
        Some(Some(Shape {
            kind,
            row: usize::try_from(row).ok()?,
            pixel: usize::try_from((colours * bits).div_ceil(8)).ok()?,
        }))
    }
}

/// Undoes the prediction row by row.
pub(crate) struct Predictor<R> {
    inner: R,
    shape: Shape,
    above: Vec<u8>,
    ready: std::io::Cursor<Vec<u8>>,
}

impl<R: Read> Predictor<R> {
    pub(crate) fn new(inner: R, shape: Shape) -> Predictor<R> {
        Predictor {
            inner,
            shape,
            above: vec![0; shape.row],
            ready: std::io::Cursor::new(Vec::new()),
        }
    }

    /// Reads as much of a row as there is; a row may be the last and short.
    fn fill(&mut self, row: &mut [u8]) -> Result<usize> {
        let mut size = 0;
        while let Some(place) = row.get_mut(size..).filter(|place| !place.is_empty()) {
            match self.inner.read(place)? {
                0 => break,
                more => size += more,
            }
        }
        Ok(size)
    }

    /// The next row, undone; empty at the end.
    fn row(&mut self) -> Result<Vec<u8>> {
        let mut row = vec![0; self.shape.row];
        let algorithm = match self.shape.kind {
            Kind::Tiff => None,
            Kind::Png => {
                let mut tag = [0];
                if self.fill(&mut tag)? == 0 {
                    return Ok(Vec::new());
                }
                Some(tag[0])
            }
        };
        let size = self.fill(&mut row)?;
        row.truncate(size);
        if size == 0 && algorithm.is_some() {
            return Err(Error::from(ErrorKind::InvalidData));
        }
        let pixel = self.shape.pixel;
        let mut corner = vec![0; pixel];
        let mut left = vec![0; pixel];
        for (at, octet) in row.iter_mut().enumerate() {
            let slot = at % pixel;
            let up = self.above.get(at).copied().unwrap_or(0);
            let (Some(left), Some(corner)) = (left.get_mut(slot), corner.get_mut(slot)) else {
                break;
            };
            // ISO/IEC 15948, 9.2: the five filter types.
            let predicted = match algorithm {
                None | Some(1) => *left,
                Some(0) => 0,
                Some(2) => up,
                Some(3) => average(*left, up),
                Some(4) => paeth(*left, up, *corner),
                Some(_) => return Err(Error::from(ErrorKind::InvalidData)),
            };
            *octet = octet.wrapping_add(predicted);
            *left = *octet;
            *corner = up;
        }
        self.above.clone_from(&row);
        Ok(row)
    }
}

fn average(left: u8, up: u8) -> u8 {
    left.midpoint(up)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, up, corner].map(i16::from);
    let estimate = a + b - c;
    let [to_a, to_b, to_c] = [a, b, c].map(|value| (estimate - value).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        up
    } else {
        corner
    }
}

impl<R: Read> Read for Predictor<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let size = self.ready.read(into)?;
        if size > 0 || into.is_empty() {
            return Ok(size);
        }
        self.ready = std::io::Cursor::new(self.row()?);
        self.ready.read(into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    fn shape(entries: &[(&[u8], i64)]) -> Option<Option<Shape>> {
        let entries = entries
            .iter()
            .map(|(key, value)| (key.to_vec(), Object::Integer(*value)))
            .collect();
        Shape::of(&Dictionary::new(entries).expect("keys differ"))
    }

    fn undo(shape: Shape, data: &[u8]) -> Result<Vec<u8>> {
        let mut found = Vec::new();
        Predictor::new(data, shape).read_to_end(&mut found)?;
        Ok(found)
    }

    #[test]
    fn each_png_filter_is_undone() {
        let shape = shape(&[(b"Predictor", 12), (b"Columns", 3)])
            .flatten()
            .expect("a predictor");
        let data = [
            0, 1, 2, 3, // none
            1, 1, 1, 1, // sub: 1 2 3
            2, 1, 1, 1, // up: 2 3 4
            3, 1, 1, 1, // average: 2 3 4
            4, 1, 1, 1, // Paeth: 3 4 5
        ];
        let rows = [1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5];
        assert_eq!(undo(shape, &data).expect("sound"), rows);
        assert!(undo(shape, &[5, 1, 2, 3]).is_err(), "no such filter type");
        assert!(undo(shape, &[0]).is_err(), "a row without octets");
    }

    #[test]
    fn tiff_adds_the_pixel_to_the_left() {
        let shape = shape(&[(b"Predictor", 2), (b"Columns", 2), (b"Colors", 2)])
            .flatten()
            .expect("a predictor");
        assert_eq!(undo(shape, &[1, 2, 3, 4]).expect("sound"), [1, 2, 4, 6]);
    }

    #[test]
    fn parameters_without_sense_are_refused() {
        for wrong in [
            [(b"Predictor".as_slice(), 3), (b"Columns".as_slice(), 1)],
            [(b"Predictor", 12), (b"Columns", 0)],
            [(b"Predictor", 12), (b"Columns", i64::MAX)],
            [(b"Predictor", 12), (b"Columns", 2 * 1024 * 1024)],
            [(b"Predictor", 12), (b"Colors", 33)],
            [(b"Predictor", 12), (b"BitsPerComponent", 3)],
        ] {
            assert_eq!(shape(&wrong), None, "{wrong:?}");
        }
        assert_eq!(shape(&[]), Some(None));
    }
}
