//! s · G + t · P for public numbers and points, in variable time: with a table of each point's multiples where there is
//! one, otherwise digit by digit.

use std::sync::LazyLock;

use super::number::{Scalar, windows};
use super::point::{Affine, Point, affine};

/// Bits of a digit in the table of the base point: 37 × 64 points of 64 octets, 148 KiB, made at the first check.
const OF_BASE: u32 = 7;
/// Bits of a digit in the table of a key: 52 × 16 points of 64 octets, 52 KiB.
const OF_KEY: u32 = 5;
/// Bits between which a number without a table has one digit: eight multiples are made for it.
const SPARSE: u32 = 5;

static BASE: LazyLock<Option<Table>> =
    LazyLock::new(|| Some(Table::new(&Affine::base()?, OF_BASE)));

/// `s · G + t · P`; `table` is that of P.
pub(super) fn combined(
    s: Scalar,
    t: Scalar,
    point: &Affine,
    table: Option<&Table>,
) -> Option<Point> {
    let of_key = match table {
        Some(table) => table.add(Point::O, t),
        None => multiple(point, t),
    };
    Some(BASE.as_ref()?.add(of_key, s))
}

/// Multiples of a point that make any multiple of it a sum: for each digit's place the point times 2^place times each
/// digit that there is.
pub(super) struct Table {
    width: u32,
    /// Row by row, the lowest place first; in a row the multiples 1, 2, … 2^(width − 1).
    points: Vec<Affine>,
}

impl Table {
    /// Of a key.
    pub(super) fn of_key(point: &Affine) -> Table {
        Table::new(point, OF_KEY)
    }

    pub(super) fn new(point: &Affine, width: u32) -> Table {
        let mut places = Vec::with_capacity(windows(width));
        let mut place = Point::from(*point);
        for _ in 0..windows(width) {
            places.push(place);
            place = (0..width).fold(place, |place, _| place.doubled());
        }
        let mut points = Vec::with_capacity(places.len() << (width - 1));
        for place in affine(&places) {
            let mut multiple = Point::O;
            for _ in 0..1_u32 << (width - 1) {
                multiple = multiple.plus_affine(&place);
                points.push(multiple);
            }
        }
        // No multiple is O: each factor is below the order, which is a prime number.
        Table {
            width,
            points: affine(&points),
        }
    }

    /// `sum` and the point times `number`.
    pub(super) fn add(&self, sum: Point, number: Scalar) -> Point {
        let rows = self.points.chunks_exact(1 << (self.width - 1));
        number
            .digits(self.width)
            .zip(rows)
            .fold(sum, |sum, (digit, row)| {
                let at = usize::from(digit.unsigned_abs()).wrapping_sub(1);
                match row.get(at) {
                    Some(point) if digit < 0 => sum.plus_affine(&point.negated()),
                    Some(point) => sum.plus_affine(point),
                    None => sum,
                }
            })
    }
}

/// The point times `number`.
pub(super) fn multiple(point: &Affine, number: Scalar) -> Point {
    let twice = Point::from(*point).doubled();
    let mut odd = [Point::from(*point); 1 << (SPARSE - 2)];
    let mut last = None;
    for multiple in &mut odd {
        if let Some(last) = last {
            *multiple = twice.plus(&last);
        }
        last = Some(*multiple);
    }
    let factors = number.sparse(SPARSE);
    let mut sum = Point::O;
    for factor in factors.iter().rev() {
        sum = sum.doubled();
        if *factor == 0 {
            continue;
        }
        let found = odd.get(usize::from(factor.unsigned_abs() / 2));
        if let Some(multiple) = found {
            let signed = if *factor < 0 {
                multiple.negated()
            } else {
                *multiple
            };
            sum = sum.plus(&signed);
        }
    }
    sum
}
