//! Outlines as polygons: curves become short straight pieces when they are added.

use crate::cover::Place;
use crate::matrix::Matrix;

/// One run of straight pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contour {
    /// Its corners.
    pub points: Vec<Place>,
    /// Whether its end is joined to its beginning; what is filled always is.
    pub closed: bool,
}

/// Contours, drawn together.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    contours: Vec<Contour>,
    /// Points of the board that one unit becomes: how finely curves are cut.
    fineness: f64,
}

/// Pieces of a curve at the least and at the most.
const PIECES: (f64, f64) = (4.0, 64.0);

impl Outline {
    /// Nothing yet, in units of which one becomes `fineness` points of the board.
    #[must_use]
    pub fn new(fineness: f64) -> Outline {
        Outline {
            contours: Vec::new(),
            fineness,
        }
    }

    /// The contours.
    #[must_use]
    pub fn contours(&self) -> &[Contour] {
        &self.contours
    }

    /// Begins a contour.
    pub fn begin(&mut self, at: Place) {
        self.contours.push(Contour {
            points: vec![at],
            closed: false,
        });
    }

    /// Where the pen is, if a contour has begun.
    #[must_use]
    pub fn pen(&self) -> Option<Place> {
        let last = self.contours.last()?;
        match last.closed {
            true => last.points.first().copied(),
            false => last.points.last().copied(),
        }
    }

    /// A straight line; without a beginning, nothing.
    pub fn line(&mut self, to: Place) {
        if let Some(contour) = self.open() {
            contour.points.push(to);
        }
    }

    /// A cubic Bézier curve.
    pub fn curve(&mut self, first: Place, second: Place, to: Place) {
        let Some(from) = self.pen() else {
            return;
        };
        let count = self.pieces(&[from, first, second, to]);
        let Some(contour) = self.open() else {
            return;
        };
        for piece in 1..=count {
            let part = f64::from(piece) / f64::from(count);
            let rest = 1.0 - part;
            let mix = |a: f64, b: f64, c: f64, d: f64| {
                rest * rest * rest * a
                    + 3.0 * rest * rest * part * b
                    + 3.0 * rest * part * part * c
                    + part * part * part * d
            };
            contour.points.push((
                mix(from.0, first.0, second.0, to.0),
                mix(from.1, first.1, second.1, to.1),
            ));
        }
    }

    /// A quadratic Bézier curve.
    pub fn bend(&mut self, middle: Place, to: Place) {
        let Some(from) = self.pen() else {
            return;
        };
        let toward = |end: Place| {
            let third = |end: f64, middle: f64| end + (middle - end) * 2.0 / 3.0;
            (third(end.0, middle.0), third(end.1, middle.1))
        };
        self.curve(toward(from), toward(to), to);
    }

    /// Joins the contour's end to its beginning.
    pub fn close(&mut self) {
        if let Some(contour) = self.contours.last_mut() {
            contour.closed = true;
        }
    }

    /// The corners of all contours, each place mapped.
    #[must_use]
    pub fn polygons(&self, map: &Matrix) -> Vec<Vec<Place>> {
        let mapped = |contour: &Contour| contour.points.iter().map(|at| map.place(*at)).collect();
        self.contours.iter().map(mapped).collect()
    }

    /// The contour that goes on: after a close, a new one from the place that it came back to.
    fn open(&mut self) -> Option<&mut Contour> {
        if self.contours.last()?.closed {
            let at = self.pen()?;
            self.begin(at);
        }
        self.contours.last_mut()
    }

    /// By the length of the polygon around it.
    fn pieces(&self, corners: &[Place]) -> u8 {
        let sides = corners.iter().zip(corners.iter().skip(1));
        let length: f64 = sides
            .map(|(one, next)| (next.0 - one.0).hypot(next.1 - one.1))
            .sum();
        let wanted = (length * self.fineness).max(0.0).sqrt() * 1.5;
        small(wanted.clamp(PIECES.0, PIECES.1))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what both types hold; no number becomes 0, which divides nothing since counts begin at 1"
)]
fn small(value: f64) -> u8 {
    (value as u8).max(1)
}
