//! Lines along outlines as polygons, each going round the same way, so that filling them together is the line.

use crate::cover::Place;
use crate::matrix::Matrix;
use crate::outline::{Contour, Outline};

/// How pieces of a line meet (ISO 32000-1, 8.4.3.4; GB/T 33190-2016, 8.2: Join).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Join {
    /// In a point, as long as that is not too far out.
    #[default]
    Miter,
    /// Round.
    Round,
    /// Cut off.
    Bevel,
}

/// How a line ends (GB/T 33190-2016, 8.2: Cap).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cap {
    /// Where it ends.
    #[default]
    Butt,
    /// In half a disc.
    Round,
    /// In half a square.
    Square,
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its width.
    pub width: f64,
    /// How its pieces meet.
    pub join: Join,
    /// How it ends.
    pub cap: Cap,
    /// How far a pointed join may reach out, in widths.
    pub miter: f64,
    /// Lengths drawn and left out in turn; without any it is drawn throughout.
    pub dashes: Vec<f64>,
    /// How far into the pattern it begins.
    pub offset: f64,
}

/// Dashes of one outline; a line with more is drawn throughout.
const MAX_DASHES: usize = 50_000;

impl Line {
    /// A line of this width, pointed where it turns.
    #[must_use]
    pub fn plain(width: f64) -> Line {
        Line {
            width,
            join: Join::Miter,
            cap: Cap::Butt,
            miter: 10.0,
            dashes: Vec::new(),
            offset: 0.0,
        }
    }

    /// The line along an outline, in its units, mapped: to be filled by the non-zero rule.
    #[must_use]
    pub fn along(&self, outline: &Outline, map: &Matrix) -> Vec<Vec<Place>> {
        let mut polygons = Vec::new();
        for contour in outline.contours() {
            match self.dashed(contour) {
                Some(dashes) => dashes
                    .iter()
                    .for_each(|dash| self.pieces(dash, &mut polygons)),
                None => self.pieces(contour, &mut polygons),
            }
        }
        for polygon in &mut polygons {
            polygon.iter_mut().for_each(|at| *at = map.place(*at));
            if area(polygon) < 0.0 {
                polygon.reverse();
            }
        }
        polygons
    }

    fn pieces(&self, contour: &Contour, polygons: &mut Vec<Vec<Place>>) {
        let half = self.width / 2.0;
        let mut points = contour.points.clone();
        points.dedup_by(|next, one| (next.0 - one.0).hypot(next.1 - one.1) < 1e-9);
        let closed = contour.closed && points.len() > 1;
        if closed && let (Some(first), Some(last)) = (points.first(), points.last()) {
            let (first, last) = (*first, *last);
            if (first.0 - last.0).hypot(first.1 - last.1) < 1e-9 {
                points.pop();
            }
            points.push(first);
        }
        if let [only] = points.as_slice() {
            // A line without length shows its caps alone.
            match self.cap {
                Cap::Butt => {}
                Cap::Round => polygons.push(disc(*only, half)),
                Cap::Square => {
                    polygons.push(side((only.0 - half, only.1), (only.0 + half, only.1), half))
                }
            }
            return;
        }
        let last = points.len().saturating_sub(2);
        for (place, (&from, &to)) in points.iter().zip(points.iter().skip(1)).enumerate() {
            let (from_out, to_out) = match self.cap {
                Cap::Square if !closed => (place == 0, place == last),
                _ => (false, false),
            };
            let (across, down) = direction(from, to);
            let out = |at: Place, by: f64| (at.0 + across * by, at.1 + down * by);
            let begin = if from_out { out(from, -half) } else { from };
            let end = if to_out { out(to, half) } else { to };
            polygons.push(side(begin, end, half));
        }
        let inner = points
            .iter()
            .zip(points.iter().skip(1))
            .zip(points.iter().skip(2));
        for ((&before, &at), &after) in inner {
            self.joined(before, at, after, polygons);
        }
        match (points.as_slice(), closed) {
            ([at, after, .., before, _], true) => self.joined(*before, *at, *after, polygons),
            ([first, .., end], false) if self.cap == Cap::Round => {
                polygons.push(disc(*first, half));
                polygons.push(disc(*end, half));
            }
            _ => {}
        }
    }

    fn joined(&self, before: Place, at: Place, after: Place, polygons: &mut Vec<Vec<Place>>) {
        let half = self.width / 2.0;
        let (first, second) = (direction(before, at), direction(at, after));
        let turn = first.0 * second.1 - first.1 * second.0;
        let along = first.0 * second.0 + first.1 * second.1;
        if turn.abs() < 1e-6 && along > 0.0 {
            return;
        }
        if self.join == Join::Round {
            polygons.push(disc(at, half));
            return;
        }
        // The outer side of the turn.
        let out = if turn > 0.0 { half } else { -half };
        let one = (at.0 + first.1 * out, at.1 - first.0 * out);
        let other = (at.0 + second.1 * out, at.1 - second.0 * out);
        let mut corner = vec![at, one, other];
        // 1 / sin(φ/2) of the angle between the pieces is √(2 / (1 + cos of the turn)).
        let reach = (2.0 / (1.0 + along)).sqrt();
        if self.join == Join::Miter && reach.is_finite() && reach <= self.miter {
            let middle = (first.1 + second.1, -(first.0 + second.0));
            let length = middle.0.hypot(middle.1);
            let by = out * reach / length;
            corner.insert(2, (at.0 + middle.0 * by, at.1 + middle.1 * by));
        }
        polygons.push(corner);
    }

    /// The parts of a contour that are drawn; nothing if it has no pattern, or one that is none.
    fn dashed(&self, contour: &Contour) -> Option<Vec<Contour>> {
        let total: f64 = self.dashes.iter().sum();
        let sound = self
            .dashes
            .iter()
            .all(|length| length.is_finite() && *length >= 0.0);
        if self.dashes.is_empty() || !sound || total < 1e-6 || !self.offset.is_finite() {
            return None;
        }
        let mut pattern = self.dashes.iter().cycle().copied();
        let (mut drawn, mut left) = (true, pattern.next()?);
        let mut skip = self.offset.rem_euclid(total * 2.0);
        while skip >= left {
            skip -= left;
            left = pattern.next()?;
            drawn = !drawn;
        }
        left -= skip;
        let mut parts: Vec<Contour> = Vec::new();
        let mut corners = contour
            .points
            .iter()
            .chain(contour.points.first().filter(|_| contour.closed));
        let mut at = *corners.next()?;
        let mut part = vec![at];
        for &to in corners {
            let mut length = (to.0 - at.0).hypot(to.1 - at.1);
            let (across, down) = direction(at, to);
            while length > left {
                at = (at.0 + across * left, at.1 + down * left);
                length -= left;
                part.push(at);
                let points = std::mem::replace(&mut part, vec![at]);
                if drawn {
                    parts.push(Contour {
                        points,
                        closed: false,
                    });
                }
                if parts.len() > MAX_DASHES {
                    return None;
                }
                left = pattern.next()?;
                drawn = !drawn;
            }
            left -= length;
            at = to;
            part.push(to);
        }
        if drawn && part.len() > 1 {
            parts.push(Contour {
                points: part,
                closed: false,
            });
        }
        Some(parts)
    }
}

/// From one place to another, of length 1; none where they are one.
fn direction(from: Place, to: Place) -> Place {
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    if length < 1e-12 {
        return (0.0, 0.0);
    }
    ((to.0 - from.0) / length, (to.1 - from.1) / length)
}

fn side(from: Place, to: Place, half: f64) -> Vec<Place> {
    let (across, down) = direction(from, to);
    let (x, y) = (-down * half, across * half);
    vec![
        (from.0 + x, from.1 + y),
        (to.0 + x, to.1 + y),
        (to.0 - x, to.1 - y),
        (from.0 - x, from.1 - y),
    ]
}

fn disc(at: Place, radius: f64) -> Vec<Place> {
    const CORNERS: u8 = 16;
    let corner = |number: u8| {
        let (sin, cos) = (f64::from(number) * std::f64::consts::TAU / f64::from(CORNERS)).sin_cos();
        (at.0 + radius * cos, at.1 + radius * sin)
    };
    (0..CORNERS).map(corner).collect()
}

/// Twice the area of a polygon, below 0 where it goes round the other way.
fn area(polygon: &[Place]) -> f64 {
    let ends = polygon.iter().skip(1).chain(polygon.first());
    polygon
        .iter()
        .zip(ends)
        .map(|(one, next)| one.0 * next.1 - next.0 * one.1)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn along(line: &Line, points: &[Place], closed: bool) -> Vec<Vec<Place>> {
        let mut outline = Outline::new(1.0);
        for (place, at) in points.iter().enumerate() {
            if place == 0 {
                outline.begin(*at)
            } else {
                outline.line(*at)
            }
        }
        if closed {
            outline.close();
        }
        line.along(&outline, &Matrix::IDENTITY)
    }

    #[test]
    fn a_corner_is_pointed_until_it_would_reach_too_far() {
        let corner = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        let far = |line: &Line| {
            let all = along(line, &corner, false);
            all.iter()
                .flatten()
                .map(|at| at.0 - at.1)
                .fold(f64::MIN, f64::max)
        };
        assert!(
            (far(&Line::plain(2.0)) - 12.0).abs() < 1e-9,
            "both sides meet at (11, -1)"
        );
        let bevel = Line {
            join: Join::Bevel,
            ..Line::plain(2.0)
        };
        assert!((far(&bevel) - 11.0).abs() < 1e-9);
        let short = Line {
            miter: 1.2,
            ..Line::plain(2.0)
        };
        assert!((far(&short) - 11.0).abs() < 1e-9);
    }

    #[test]
    fn every_piece_goes_round_one_way() {
        let square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)];
        let all = along(&Line::plain(1.0), &square, true);
        assert_eq!(all.len(), 8, "four sides, four corners");
        assert!(all.iter().all(|polygon| area(polygon) > 0.0));
    }

    #[test]
    fn dashes_are_drawn_and_left_out_in_turn() {
        let line = Line {
            dashes: vec![2.0, 1.0],
            offset: 1.0,
            ..Line::plain(1.0)
        };
        let all = along(&line, &[(0.0, 0.0), (7.0, 0.0)], false);
        let mut begins: Vec<(f64, f64)> = all
            .iter()
            .map(|one| {
                one.iter().fold((f64::MAX, f64::MIN), |(low, high), at| {
                    (low.min(at.0), high.max(at.0))
                })
            })
            .collect();
        begins.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert_eq!(begins, [(0.0, 1.0), (2.0, 4.0), (5.0, 7.0)]);
        let none = Line {
            dashes: vec![0.0, 0.0],
            ..Line::plain(1.0)
        };
        assert_eq!(along(&none, &[(0.0, 0.0), (7.0, 0.0)], false).len(), 1);
    }
}
