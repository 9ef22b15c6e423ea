//! What of a board may be drawn on: an upright rectangle, and shapes within it.

use std::rc::Rc;

use crate::cover::{Place, Rule, Spent, Work, factor, rows, whole};

/// How much of each point of a board is covered, 0 to 255.
#[derive(Clone, Debug)]
pub struct Mask {
    width: usize,
    height: usize,
    covered: Vec<u8>,
}

impl Mask {
    /// Nothing is covered.
    #[must_use]
    pub fn new(width: usize, height: usize) -> Mask {
        Mask {
            width,
            height,
            covered: vec![0; width.saturating_mul(height)],
        }
    }

    /// Points across and down.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Each point's share, rows from the top.
    #[must_use]
    pub fn covered(&self) -> &[u8] {
        &self.covered
    }

    /// Covers what polygons fill; what overlaps is not covered twice.
    ///
    /// # Errors
    /// [`Spent`].
    pub fn fill(
        &mut self,
        polygons: &[Vec<Place>],
        rule: Rule,
        work: &mut Work,
    ) -> Result<(), Spent> {
        let (width, size) = (self.width, (self.width, self.height));
        let covered = &mut self.covered;
        rows(size, polygons, rule, work, |line, begin, row| {
            let from = line * width + begin;
            let points = covered.get_mut(from..from + row.len());
            for (point, share) in points.into_iter().flatten().zip(row) {
                *point = (*point).max(*share);
            }
        })
    }
}

/// What may be drawn on.
#[derive(Clone, Debug)]
pub struct Clip {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    /// Shapes, each with where its upper left corner lies.
    masks: Vec<(usize, usize, Rc<Mask>)>,
}

impl Clip {
    /// All of a board.
    #[must_use]
    pub fn board(width: usize, height: usize) -> Clip {
        Clip {
            left: 0.0,
            top: 0.0,
            right: factor(width),
            bottom: factor(height),
            masks: Vec::new(),
        }
    }

    /// What lies in this clip and in the polygons.
    ///
    /// # Errors
    /// [`Spent`].
    pub fn within(
        &self,
        polygons: &[Vec<Place>],
        rule: Rule,
        work: &mut Work,
    ) -> Result<Clip, Spent> {
        let mut clip = self.clone();
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for at in polygons.iter().flatten() {
            low = (low.0.min(at.0), low.1.min(at.1));
            high = (high.0.max(at.0), high.1.max(at.1));
        }
        clip.left = clip.left.max(low.0);
        clip.top = clip.top.max(low.1);
        clip.right = clip.right.min(high.0);
        clip.bottom = clip.bottom.min(high.1);
        if let [only] = polygons
            && is_upright(only)
        {
            return Ok(clip);
        }
        let (x, y) = (whole(clip.left), whole(clip.top));
        let width = whole(clip.right.ceil()).saturating_sub(x);
        let height = whole(clip.bottom.ceil()).saturating_sub(y);
        work.take(width.saturating_mul(height))?;
        let mut mask = Mask::new(width, height);
        let moved = |at: &Place| (at.0 - factor(x), at.1 - factor(y));
        let moved: Vec<Vec<Place>> = polygons
            .iter()
            .map(|one| one.iter().map(moved).collect())
            .collect();
        mask.fill(&moved, rule, work)?;
        clip.masks.push((x, y, Rc::new(mask)));
        Ok(clip)
    }

    /// How much of a point it leaves, 0 to 1.
    #[must_use]
    pub fn share(&self, column: usize, line: usize) -> f64 {
        let inside =
            |at: f64, low: f64, high: f64| (high.min(at + 1.0) - low.max(at)).clamp(0.0, 1.0);
        let mut share = inside(factor(column), self.left, self.right)
            * inside(factor(line), self.top, self.bottom);
        for (x, y, mask) in &self.masks {
            let covered = column
                .checked_sub(*x)
                .filter(|column| *column < mask.width)
                .zip(line.checked_sub(*y))
                .and_then(|(column, line)| mask.covered.get(line * mask.width + column));
            share *= f64::from(covered.copied().unwrap_or(0)) / 255.0;
        }
        share
    }
}

/// Whether a polygon is a rectangle with level and upright sides.
fn is_upright(polygon: &[Place]) -> bool {
    let [a, b, c, d] = polygon else { return false };
    let same = |one: f64, other: f64| (one - other).abs() < 1e-6;
    let level = |a: &Place, b: &Place, c: &Place, d: &Place| {
        same(a.1, b.1) && same(b.0, c.0) && same(c.1, d.1) && same(d.0, a.0)
    };
    level(a, b, c, d) || level(b, c, d, a)
}
