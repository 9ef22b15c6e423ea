//! A board of points: white paper on which shapes and pictures are put, one over the other.

use std::io::Cursor;

use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};

use crate::clip::Clip;
use crate::cover::{Place, Rule, Spent, Work, factor, rows, whole};
use crate::matrix::Matrix;
use crate::picture::Picture;

/// A colour and how much of what is under it it hides, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shade {
    /// sRGB red, green, blue.
    pub colour: [u8; 3],
    /// 1 hides all.
    pub opacity: f64,
}

/// How what is drawn meets what is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blend {
    /// It lies over it.
    #[default]
    Over,
    /// It darkens it (ISO 32000-1, 11.3.5.2: Multiply): black under red stays black.
    Darken,
}

/// What the points of a file tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tint {
    /// Red, green and blue.
    Colour,
    /// How light it is.
    Grey,
}

/// A board of opaque points.
#[derive(Clone, Debug)]
pub struct Board {
    width: usize,
    height: usize,
    points: Vec<[u8; 3]>,
}

impl Board {
    /// White paper.
    #[must_use]
    pub fn white(width: usize, height: usize) -> Board {
        Board {
            width,
            height,
            points: vec![[255; 3]; width.saturating_mul(height)],
        }
    }

    /// Points across and down.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Red, green and blue of each point, rows from the top.
    #[must_use]
    pub fn points(&self) -> &[[u8; 3]] {
        &self.points
    }

    /// Fills polygons.
    ///
    /// # Errors
    /// [`Spent`]; what was drawn before stands.
    pub fn fill(
        &mut self,
        (polygons, rule): (&[Vec<Place>], Rule),
        shade: &Shade,
        (clip, blend): (&Clip, Blend),
        work: &mut Work,
    ) -> Result<(), Spent> {
        let (width, size) = (self.width, (self.width, self.height));
        let points = &mut self.points;
        rows(size, polygons, rule, work, |line, begin, covered| {
            let from = line * width + begin;
            let row = points.get_mut(from..from + covered.len());
            for ((at, point), covered) in (begin..).zip(row.into_iter().flatten()).zip(covered) {
                if *covered > 0 {
                    let share = f64::from(*covered) / 255.0 * clip.share(at, line);
                    mix(point, shade.colour, share * shade.opacity, blend);
                }
            }
        })
    }

    /// Draws a picture into the square of side 1 that `map` puts on the board. Where several points of the picture fall
    /// on one of the board, it is their middle.
    ///
    /// # Errors
    /// [`Spent`]; what was drawn before stands.
    pub fn picture(
        &mut self,
        picture: &Picture,
        map: &Matrix,
        opacity: f64,
        (clip, blend): (&Clip, Blend),
        work: &mut Work,
    ) -> Result<(), Spent> {
        let Some(back) = map.inverse() else {
            return Ok(());
        };
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|at| map.place(at));
        let side = |of: fn(&Place) -> f64, most: usize| {
            let low = corners.iter().map(of).fold(f64::MAX, f64::min);
            let high = corners.iter().map(of).fold(f64::MIN, f64::max);
            whole(low).min(most)..whole(high.ceil()).min(most)
        };
        let (columns, lines) = (side(|at| at.0, self.width), side(|at| at.1, self.height));
        let (across, down) = (factor(picture.width), factor(picture.height));
        // Into points of the picture, and how many of them one point of the board spans.
        let back = back.then(&Matrix::scale(across, down));
        let [a, b, c, d, _, _] = back.0;
        let span = a.hypot(b).max(c.hypot(d));
        let looks = whole(span.ceil().clamp(2.0, 8.0));
        let count = looks * looks;
        for line in lines {
            work.take(columns.len().saturating_mul(count))?;
            let from = line * self.width + columns.start;
            let row = self.points.get_mut(from..from + columns.len());
            for (column, point) in columns.clone().zip(row.into_iter().flatten()) {
                let share = clip.share(column, line);
                if share > 0.0 {
                    let at = (factor(column), factor(line));
                    let (colour, covered) = looked(picture, &back, at, looks);
                    mix(point, colour, share * covered * opacity, blend);
                }
            }
        }
        Ok(())
    }

    /// The board as a PNG file of this many dots a metre: the same bytes for the same points.
    #[must_use]
    pub fn png(&self, tint: Tint, dots: u32) -> Vec<u8> {
        let (octets, kind) = match tint {
            Tint::Colour => (self.points.concat(), ExtendedColorType::Rgb8),
            Tint::Grey => {
                let grey = self.points.iter().map(|point| lightness(*point));
                (grey.collect(), ExtendedColorType::L8)
            }
        };
        let size = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let mut file = Cursor::new(Vec::new());
        // Writing to a vector cannot fail, and the octets are as many as the size says.
        let _ = PngEncoder::new(&mut file).write_image(
            &octets,
            size(self.width),
            size(self.height),
            kind,
        );
        with_resolution(file.into_inner(), dots)
    }
}

/// The middle of the picture's points that a point of the board spans, by opacity, and their opacity.
fn looked(picture: &Picture, back: &Matrix, at: Place, looks: usize) -> ([u8; 3], f64) {
    let mut sums = [0_u64; 4];
    for row in 0..looks {
        for column in 0..looks {
            let inside = |place: usize| (factor(place) + 0.5) / factor(looks);
            let (x, y) = back.place((at.0 + inside(column), at.1 + inside(row)));
            if x < 0.0 || y < 0.0 || x >= factor(picture.width) || y >= factor(picture.height) {
                continue;
            }
            let place = whole(y) * picture.width + whole(x);
            let Some([red, green, blue, opacity]) = picture.points.get(place).copied() else {
                continue;
            };
            let weight = u64::from(opacity);
            for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
                *sum += u64::from(part) * weight;
            }
            sums[3] += weight;
        }
    }
    let [red, green, blue, weight] = sums;
    let part = |sum: u64| u8::try_from(sum.checked_div(weight).unwrap_or(0)).unwrap_or(u8::MAX);
    let most = factor(looks * looks) * 255.0;
    let covered = f64::from(u32::try_from(weight).unwrap_or(u32::MAX)) / most;
    ([part(red), part(green), part(blue)], covered)
}

fn mix(point: &mut [u8; 3], colour: [u8; 3], share: f64, blend: Blend) {
    for (there, new) in point.iter_mut().zip(colour) {
        let under = f64::from(*there);
        let new = match blend {
            Blend::Over => f64::from(new),
            Blend::Darken => under * f64::from(new) / 255.0,
        };
        *there = part(under + (new - under) * share.clamp(0.0, 1.0));
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what an octet holds"
)]
fn part(value: f64) -> u8 {
    (value + 0.5).clamp(0.0, 255.0) as u8
}

/// ITU-R BT.601: how light a colour looks.
fn lightness([red, green, blue]: [u8; 3]) -> u8 {
    let sum = u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114;
    u8::try_from((sum + 500) / 1000).unwrap_or(u8::MAX)
}

/// Adds the chunk that tells the dots a metre, before the first chunk of data (ISO/IEC 15948, 11.3.5.3).
fn with_resolution(mut file: Vec<u8>, dots: u32) -> Vec<u8> {
    const HEAD: usize = 33;
    let mut chunk = b"pHYs".to_vec();
    for _ in 0..2 {
        chunk.extend_from_slice(&dots.to_be_bytes());
    }
    chunk.push(1);
    let sum = checksum(&chunk);
    let chunk = [&[0, 0, 0, 9], chunk.as_slice(), &sum.to_be_bytes()].concat();
    if file.len() > HEAD {
        file.splice(HEAD..HEAD, chunk);
    }
    file
}

/// ISO/IEC 15948, annex D: the check sum of a chunk's type and data.
fn checksum(octets: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for octet in octets {
        sum ^= u32::from(*octet);
        for _ in 0..8 {
            let low = sum & 1;
            sum = (sum >> 1) ^ (0xEDB8_8320 * low);
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(from: f64, to: f64) -> Vec<Vec<Place>> {
        vec![vec![(from, from), (to, from), (to, to), (from, to)]]
    }

    #[test]
    fn red_over_black_stays_black_where_it_darkens() {
        let mut board = Board::white(4, 1);
        let (clip, mut work) = (Clip::board(4, 1), Work(1_000));
        let shade = |colour, opacity| Shade { colour, opacity };
        let mut put = |from: f64, to, shade: Shade, blend| {
            let shape = vec![vec![(from, 0.0), (to, 0.0), (to, 1.0), (from, 1.0)]];
            board.fill((&shape, Rule::NonZero), &shade, (&clip, blend), &mut work)
        };
        assert_eq!(put(0.0, 2.0, shade([0; 3], 1.0), Blend::Over), Ok(()));
        assert_eq!(
            put(1.0, 3.0, shade([200, 0, 0], 1.0), Blend::Darken),
            Ok(())
        );
        assert_eq!(put(3.0, 4.0, shade([0, 0, 0], 0.5), Blend::Over), Ok(()));
        assert_eq!(board.points(), [[0; 3], [0; 3], [200, 0, 0], [128; 3]]);
    }

    #[test]
    fn a_picture_is_the_middle_of_its_points() {
        let mut board = Board::white(2, 2);
        let picture = Picture {
            width: 2,
            height: 2,
            points: vec![[0, 0, 0, 255], [0, 0, 0, 0], [100, 0, 0, 255], [0, 0, 0, 0]],
        };
        let map = Matrix([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
        let clip = Clip::board(2, 2);
        let put = board.picture(&picture, &map, 1.0, (&clip, Blend::Over), &mut Work(100));
        assert_eq!(put, Ok(()));
        let white = [255; 3];
        assert_eq!(board.points(), [white, [153, 128, 128], white, white]);
        let put = board.picture(&picture, &map, 1.0, (&clip, Blend::Over), &mut Work(1));
        assert_eq!(put, Err(Spent));
    }

    #[test]
    fn what_a_clip_leaves_out_is_not_drawn() {
        let mut board = Board::white(6, 6);
        let mut work = Work(10_000);
        let clip = Clip::board(6, 6).within(&square(1.0, 3.5), Rule::NonZero, &mut work);
        let clip = clip.expect("little work");
        let black = Shade {
            colour: [0; 3],
            opacity: 1.0,
        };
        let put = board.fill(
            (&square(0.0, 6.0), Rule::NonZero),
            &black,
            (&clip, Blend::Over),
            &mut work,
        );
        assert_eq!(put, Ok(()));
        let row: Vec<u8> = board.points()[12..18]
            .iter()
            .map(|point| point[0])
            .collect();
        assert_eq!(row, [255, 0, 0, 128, 255, 255]);
    }

    #[test]
    fn a_file_tells_its_resolution_and_comes_back() {
        let mut board = Board::white(3, 2);
        let shade = Shade {
            colour: [215, 0, 15],
            opacity: 1.0,
        };
        let clip = Clip::board(3, 2);
        let put = board.fill(
            (&square(0.0, 1.0), Rule::NonZero),
            &shade,
            (&clip, Blend::Over),
            &mut Work(100),
        );
        assert_eq!(put, Ok(()));
        let file = board.png(Tint::Colour, 23_622);
        // 600 dpi, whose check sum other writers of PNG give too.
        let chunk = [
            0, 0, 0, 9, b'p', b'H', b'Y', b's', 0, 0, 0x5C, 0x46, 0, 0, 0x5C, 0x46, 1, 0x14, 0x94,
            0x43, 0x41,
        ];
        assert_eq!(file[33..54], chunk);
        let read = Picture::decode(&file, 6).expect("a picture");
        assert_eq!((read.size(), read.points[0]), ((3, 2), [215, 0, 15, 255]));
        let grey = Picture::decode(&board.png(Tint::Grey, 1), 6).expect("a picture");
        assert_eq!(grey.points[0], [66, 66, 66, 255]);
    }
}
