//! Affine maps of the plane.

/// An affine map: (x, y) becomes (a·x + c·y + e, b·x + d·y + f).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matrix(pub [f64; 6]);

impl Matrix {
    /// What leaves every place where it is.
    pub const IDENTITY: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// A scaling about the origin.
    #[must_use]
    pub fn scale(x: f64, y: f64) -> Matrix {
        Matrix([x, 0.0, 0.0, y, 0.0, 0.0])
    }

    /// A shift.
    #[must_use]
    pub fn shift(x: f64, y: f64) -> Matrix {
        Matrix([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// This map, and after it `outer`.
    #[must_use]
    pub fn then(&self, outer: &Matrix) -> Matrix {
        let [a, b, c, d, e, f] = self.0;
        let [oa, ob, oc, od, oe, of] = outer.0;
        Matrix([
            a * oa + b * oc,
            a * ob + b * od,
            c * oa + d * oc,
            c * ob + d * od,
            e * oa + f * oc + oe,
            e * ob + f * od + of,
        ])
    }

    /// Where a place goes.
    #[must_use]
    pub fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// By how much areas grow.
    #[must_use]
    pub fn determinant(&self) -> f64 {
        let [a, b, c, d, _, _] = self.0;
        a * d - b * c
    }

    /// By how much lengths grow, in the middle.
    #[must_use]
    pub fn growth(&self) -> f64 {
        self.determinant().abs().sqrt()
    }

    /// The map back, unless this one flattens the plane or has parts that are no numbers.
    #[must_use]
    pub fn inverse(&self) -> Option<Matrix> {
        let [a, b, c, d, e, f] = self.0;
        let size = self.determinant();
        if !size.is_normal() || !self.0.iter().all(|part| part.is_finite()) {
            return None;
        }
        Some(Matrix([
            d / size,
            -b / size,
            -c / size,
            a / size,
            (c * f - d * e) / size,
            (b * e - a * f) / size,
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_its_inverse_leave_a_place_where_it_is() {
        let map = Matrix([2.0, 1.0, -1.0, 3.0, 5.0, -7.0]);
        let back = map.then(&map.inverse().expect("it has one"));
        let (x, y) = back.place((4.0, 9.0));
        assert!((x - 4.0).abs() < 1e-12 && (y - 9.0).abs() < 1e-12);
        assert_eq!(Matrix::scale(0.0, 1.0).inverse(), None);
        assert_eq!(Matrix::scale(f64::NAN, 1.0).inverse(), None);
    }
}
