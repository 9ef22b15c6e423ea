//! Points of the curve of SM2, y² = x³ − 3x + b, of order n. In variable time, for public data alone, like the field below.

use super::field::Element;
use super::number::{Limbs, ORDER, Scalar, plus};

/// b (GB/T 32918.5).
const B: Limbs = [
    0xddbc_bd41_4d94_0e93,
    0xf397_89f5_15ab_8f92,
    0x4d5a_9e4b_cf65_09a7,
    0x28e9_fa9e_9d9f_5e34,
];
/// The base point (GB/T 32918.5).
const GX: Limbs = [
    0x715a_4589_334c_74c7,
    0x8fe3_0bbf_f266_0be1,
    0x5f99_0446_6a39_c994,
    0x32c4_ae2c_1f19_8119,
];
const GY: Limbs = [
    0x02df_32e5_2139_f0a0,
    0xd0a9_877c_c62a_4740,
    0x59bd_cee3_6b69_2153,
    0xbc37_36a2_f4f6_779c,
];

/// A point other than O by its coordinates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Affine {
    pub(super) x: Element,
    pub(super) y: Element,
}

impl Affine {
    /// Of `Px ‖ Py`: `None` where a coordinate is not below p, or the point not of the curve (T-V8). The order of the curve
    /// is a prime number: every point but O has it.
    pub(super) fn read(octets: &[u8; 64]) -> Option<Affine> {
        let (x, y) = octets.split_first_chunk::<32>()?;
        let x = Element::from_octets(x)?;
        let y = Element::from_octets(y.try_into().ok()?)?;
        let of_x = x
            .squared()
            .minus(&Element::ONE.doubled().plus(&Element::ONE))
            .times(&x)
            .plus(&Element::from_limbs(B)?);
        (y.squared() == of_x).then_some(Affine { x, y })
    }

    /// The base point.
    pub(super) fn base() -> Option<Affine> {
        Some(Affine {
            x: Element::from_limbs(GX)?,
            y: Element::from_limbs(GY)?,
        })
    }

    pub(super) fn negated(&self) -> Affine {
        Affine {
            x: self.x,
            y: self.y.negated(),
        }
    }
}

/// A point as (X : Y : Z) with x = X / Z² and y = Y / Z³; O has Z = 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    x: Element,
    y: Element,
    z: Element,
}

impl From<Affine> for Point {
    fn from(affine: Affine) -> Point {
        Point {
            x: affine.x,
            y: affine.y,
            z: Element::ONE,
        }
    }
}

impl Point {
    pub(super) const O: Point = Point {
        x: Element::ONE,
        y: Element::ONE,
        z: Element::ZERO,
    };

    pub(super) fn is_o(&self) -> bool {
        self.z.is_zero()
    }

    pub(super) fn negated(&self) -> Point {
        Point {
            y: self.y.negated(),
            ..*self
        }
    }

    /// Twice the point: three products and five squares, since a is −3. O stays O; no point has y = 0, the order being odd.
    pub(super) fn doubled(&self) -> Point {
        let delta = self.z.squared();
        let gamma = self.y.squared();
        let beta = self.x.times(&gamma);
        let alpha = self.x.minus(&delta).times(&self.x.plus(&delta));
        let alpha = alpha.doubled().plus(&alpha);
        let beta4 = beta.doubled().doubled();
        let x = alpha.squared().minus(&beta4.doubled());
        let z = self.y.plus(&self.z).squared().minus(&gamma).minus(&delta);
        let gamma8 = gamma.squared().doubled().doubled().doubled();
        let y = alpha.times(&beta4.minus(&x)).minus(&gamma8);
        Point { x, y, z }
    }

    /// The sum with a point whose Z is 1: eight products, three squares.
    pub(super) fn plus_affine(&self, other: &Affine) -> Point {
        if self.is_o() {
            return Point::from(*other);
        }
        let zz = self.z.squared();
        let x = other.x.times(&zz);
        let y = other.y.times(&zz).times(&self.z);
        self.joined(&self.x, &self.y, &x, &y, &self.z)
    }

    /// The sum.
    pub(super) fn plus(&self, other: &Point) -> Point {
        if self.is_o() {
            return *other;
        }
        if other.is_o() {
            return *self;
        }
        let (zz, other_zz) = (self.z.squared(), other.z.squared());
        let own_x = self.x.times(&other_zz);
        let own_y = self.y.times(&other_zz).times(&other.z);
        let x = other.x.times(&zz);
        let y = other.y.times(&zz).times(&self.z);
        self.joined(&own_x, &own_y, &x, &y, &self.z.times(&other.z))
    }

    /// The sum of two points that were brought to the same denominators, whose product is `z`.
    #[inline]
    fn joined(
        &self,
        x: &Element,
        y: &Element,
        to_x: &Element,
        to_y: &Element,
        z: &Element,
    ) -> Point {
        let h = to_x.minus(x);
        let r = to_y.minus(y);
        if h.is_zero() {
            // The same x: the same point or its opposite.
            return if r.is_zero() {
                self.doubled()
            } else {
                Point::O
            };
        }
        let hh = h.squared();
        let hhh = hh.times(&h);
        let v = x.times(&hh);
        let sum_x = r.squared().minus(&hhh).minus(&v.doubled());
        let sum_y = r.times(&v.minus(&sum_x)).minus(&y.times(&hhh));
        Point {
            x: sum_x,
            y: sum_y,
            z: z.times(&h),
        }
    }

    /// Whether its x, as a number, is `x` modulo n. O has none.
    pub(super) fn has_x(&self, x: Scalar) -> bool {
        let zz = self.z.squared();
        let is = |limbs| Element::from_limbs(limbs).is_some_and(|x| x.times(&zz) == self.x);
        // p is above n: a number below p may be x + n.
        let (above, wide) = plus(x.limbs(), &ORDER);
        !self.is_o() && (is(*x.limbs()) || !wide && is(above))
    }
}

/// The points with Z = 1, by one inversion for all of them; O is left out.
pub(super) fn affine(points: &[Point]) -> Vec<Affine> {
    let mut product = Element::ONE;
    let points = points.iter().filter(|point| !point.is_o());
    let before: Vec<Element> = points
        .clone()
        .map(|point| {
            let more = product.times(&point.z);
            std::mem::replace(&mut product, more)
        })
        .collect();
    let mut inverse = product.inverse();
    let mut made: Vec<Affine> = points
        .rev()
        .zip(before.iter().rev())
        .map(|(point, before)| {
            let z = inverse.times(before);
            inverse = inverse.times(&point.z);
            let zz = z.squared();
            Affine {
                x: point.x.times(&zz),
                y: point.y.times(&zz).times(&z),
            }
        })
        .collect();
    made.reverse();
    made
}
