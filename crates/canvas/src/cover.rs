//! How much of each point polygons cover: by rows, by the non-zero or the even-odd rule.

use thiserror::Error;

/// A place on the board: to the right, down.
pub type Place = (f64, f64);

/// Which places inside polygons count (ISO 32000-1, 8.5.3.3; GB/T 33190-2016, 9: Rule).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// Those that the outline goes around.
    #[default]
    NonZero,
    /// Those that it goes around an odd number of times.
    EvenOdd,
}

/// What drawing may still cost: sides met by rows, and points looked up in pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work(pub u64);

/// Nothing is left of a [`Work`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("more to draw than is drawn")]
pub struct Spent;

impl Work {
    /// Takes from it.
    ///
    /// # Errors
    /// [`Spent`] if less is left; then nothing is.
    pub fn take(&mut self, much: usize) -> Result<(), Spent> {
        let much = u64::try_from(much).unwrap_or(u64::MAX);
        let left = self.0.checked_sub(much);
        self.0 = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Spent)
    }
}

/// Lines looked at in each row of points.
const LINES: u16 = 5;

/// A side of a polygon, downwards.
struct Side {
    from: Place,
    to: Place,
    winds: i32,
}

/// Gives `row` each row of points that the polygons touch within `width` × `height`: its number, where it begins, and how
/// much of each point they cover, 0 to 255.
///
/// # Errors
/// [`Spent`]; what was given before stands.
pub(crate) fn rows(
    (width, height): (usize, usize),
    polygons: &[Vec<Place>],
    rule: Rule,
    work: &mut Work,
    mut row: impl FnMut(usize, usize, &[u8]),
) -> Result<(), Spent> {
    let mut sides = sides(polygons);
    work.take(sides.len())?;
    let Some((columns, lines)) = extent(&sides, width, height) else {
        return Ok(());
    };
    sides.sort_by(|one, other| one.from.1.total_cmp(&other.from.1));
    let mut sums = vec![0_u16; columns.len()];
    let mut points = vec![0_u8; columns.len()];
    let begin = factor(columns.start);
    let mut waiting = sides.as_slice();
    let mut met: Vec<&Side> = Vec::new();
    let mut crossings = Vec::new();
    for line in lines {
        work.take(columns.len() / 16 + 1)?;
        sums.fill(0);
        for part in 0..LINES {
            let share = (f64::from(part) + 0.5) / f64::from(LINES);
            let y = factor(line) + share;
            while let Some((first, rest)) = waiting.split_first()
                && first.from.1 <= y
            {
                met.push(first);
                waiting = rest;
            }
            met.retain(|side| side.to.1 > y);
            work.take(met.len())?;
            crossings.clear();
            crossings.extend(met.iter().map(|side| side.at(y)));
            crossings.sort_by(|one, other| one.0.total_cmp(&other.0));
            spans(&crossings, rule, |left, right| {
                cover(&mut sums, left - begin, right - begin);
            });
        }
        for (point, sum) in points.iter_mut().zip(&sums) {
            *point = u8::try_from(sum / LINES).unwrap_or(u8::MAX);
        }
        row(line, columns.start, &points);
    }
    Ok(())
}

impl Side {
    /// Where it is at this height, and which way it goes.
    fn at(&self, y: f64) -> (f64, i32) {
        let ((x, from), (to_x, to)) = (self.from, self.to);
        (x + (to_x - x) * (y - from) / (to - from), self.winds)
    }
}

/// The sides of all polygons but level ones, and those with an end that is no place.
fn sides(polygons: &[Vec<Place>]) -> Vec<Side> {
    let mut sides = Vec::new();
    for polygon in polygons {
        let ends = polygon.iter().skip(1).chain(polygon.first());
        for (&from, &to) in polygon.iter().zip(ends) {
            let finite = [from.0, from.1, to.0, to.1].iter().all(|at| at.is_finite());
            if finite && from.1 != to.1 {
                let down = from.1 < to.1;
                let (upper, lower) = if down { (from, to) } else { (to, from) };
                sides.push(Side {
                    from: upper,
                    to: lower,
                    winds: if down { 1 } else { -1 },
                });
            }
        }
    }
    sides
}

type Range = std::ops::Range<usize>;

/// The columns and rows of points that sides may touch.
fn extent(sides: &[Side], width: usize, height: usize) -> Option<(Range, Range)> {
    let mut across = (f64::MAX, f64::MIN);
    let mut down = (f64::MAX, f64::MIN);
    for side in sides {
        for x in [side.from.0, side.to.0] {
            across = (across.0.min(x), across.1.max(x));
        }
        down = (down.0.min(side.from.1), down.1.max(side.to.1));
    }
    let range =
        |(low, high): (f64, f64), most: usize| whole(low).min(most)..whole(high.ceil()).min(most);
    let (columns, lines) = (range(across, width), range(down, height));
    (!columns.is_empty() && !lines.is_empty()).then_some((columns, lines))
}

/// Where a line with these crossings, from left to right, is inside.
fn spans(crossings: &[(f64, i32)], rule: Rule, mut inside: impl FnMut(f64, f64)) {
    let (mut winding, mut begin) = (0_i32, 0.0);
    let within = |winding: i32| match rule {
        Rule::NonZero => winding != 0,
        Rule::EvenOdd => winding % 2 != 0,
    };
    for &(x, winds) in crossings {
        let before = within(winding);
        winding += winds;
        let after = within(winding);
        if !before && after {
            begin = x;
        }
        if before && !after && x > begin {
            inside(begin, x);
        }
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

/// The whole part of a length that is at least 0; boards are a few thousand points wide.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what both types hold"
)]
pub(crate) fn whole(value: f64) -> usize {
    value.clamp(0.0, 100_000.0) as usize
}

/// A count of points as a length.
pub(crate) fn factor(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(polygons: &[Vec<Place>], rule: Rule) -> Vec<Vec<u8>> {
        let mut all = vec![vec![0; 9]; 9];
        let given = rows(
            (9, 9),
            polygons,
            rule,
            &mut Work(10_000),
            |line, from, row| {
                all[line][from..from + row.len()].copy_from_slice(row);
            },
        );
        assert_eq!(given, Ok(()));
        all
    }

    #[test]
    fn a_square_covers_its_points_and_half_of_those_on_its_edge() {
        let square = vec![(1.0, 1.0), (2.5, 1.0), (2.5, 2.0), (1.0, 2.0)];
        let all = covered(&[square], Rule::NonZero);
        assert_eq!(all[1][..4], [0, 255, 128, 0]);
        assert_eq!(all[0], [0; 9]);
    }

    #[test]
    fn a_hole_stays_open_and_what_overlaps_is_one() {
        let outer = vec![(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)];
        let mut hole = vec![(3.0, 3.0), (3.0, 6.0), (6.0, 6.0), (6.0, 3.0)];
        let inside = |polygons: &[Vec<Place>], rule| covered(polygons, rule)[4][4];
        assert_eq!(inside(&[outer.clone(), hole.clone()], Rule::NonZero), 0);
        hole.reverse();
        assert_eq!(inside(&[outer.clone(), hole.clone()], Rule::NonZero), 255);
        assert_eq!(inside(&[outer, hole], Rule::EvenOdd), 0);
    }

    #[test]
    fn places_that_are_none_and_too_much_work_end_quietly() {
        let odd = vec![
            (f64::NAN, 0.0),
            (1e300, 1e300),
            (-1e300, 4.0),
            (2.0, f64::INFINITY),
        ];
        let _ = covered(&[odd], Rule::NonZero);
        let tall = vec![(0.0, 0.0), (9.0, 0.0), (9.0, 9.0)];
        let given = rows((9, 9), &[tall], Rule::NonZero, &mut Work(5), |_, _, _| {});
        assert_eq!(given, Err(Spent));
    }
}
