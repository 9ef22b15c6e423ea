//! Numbers modulo p of the curve of SM2. In variable time in places, and for public data alone: nothing but
//! [`super::Checker`] reaches it, and a checker is given a public key, a message and a signature.
//!
//! In Montgomery's form, x · 2^256 mod p, and below p at all times. p = 2^256 − 2^224 − 2^96 + 2^64 − 1: its lowest limb is −1
//! modulo 2^64, so that the factor of a step of the reduction is the lowest limb itself, and p times it is made of shifts.

use super::number::{Limbs, from_octets, minus, plus, select};

/// p (GB/T 32918.5).
pub(super) const MODULUS: Limbs = [
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_0000_0000,
    0xffff_ffff_ffff_ffff,
    0xffff_fffe_ffff_ffff,
];
/// 2^512 mod p, with which a number comes into Montgomery's form.
const SQUARE: Limbs = [
    0x0000_0002_0000_0003,
    0x0000_0002_ffff_ffff,
    0x0000_0001_0000_0001,
    0x0000_0004_0000_0002,
];

/// A number modulo p.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Element(Limbs);

impl Element {
    pub(super) const ZERO: Element = Element([0; 4]);
    /// 2^256 mod p.
    pub(super) const ONE: Element = Element([1, 0xffff_ffff, 0, 0x1_0000_0000]);

    /// Of 32 octets, the highest first; `None` from p on.
    pub(super) fn from_octets(octets: &[u8; 32]) -> Option<Element> {
        Element::from_limbs(from_octets(octets))
    }

    /// `None` from p on.
    pub(super) fn from_limbs(limbs: Limbs) -> Option<Element> {
        minus(&limbs, &MODULUS)
            .1
            .then(|| Element(limbs).times(&Element(SQUARE)))
    }

    /// The number itself.
    #[cfg(test)]
    pub(super) fn limbs(&self) -> Limbs {
        let [t0, t1, t2, t3] = self.0;
        reduce([t0, t1, t2, t3, 0, 0, 0, 0]).0
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0 == [0; 4]
    }

    #[inline]
    pub(super) fn plus(&self, other: &Element) -> Element {
        let (sum, wide) = plus(&self.0, &other.0);
        below(sum, wide)
    }

    #[inline]
    pub(super) fn minus(&self, other: &Element) -> Element {
        let (difference, below_zero) = minus(&self.0, &other.0);
        let back = select(below_zero, &MODULUS, &[0; 4]);
        Element(plus(&difference, &back).0)
    }

    #[inline]
    pub(super) fn doubled(&self) -> Element {
        self.plus(self)
    }

    pub(super) fn negated(&self) -> Element {
        Element::ZERO.minus(self)
    }

    #[inline]
    pub(super) fn times(&self, other: &Element) -> Element {
        let [b0, b1, b2, b3] = other.0;
        let [a0, a1, a2, a3] = self.0;
        let row = |a: u64, [t0, t1, t2, t3]: Limbs| {
            let (t0, carry) = a.carrying_mul_add(b0, 0, t0);
            let (t1, carry) = a.carrying_mul_add(b1, carry, t1);
            let (t2, carry) = a.carrying_mul_add(b2, carry, t2);
            let (t3, carry) = a.carrying_mul_add(b3, carry, t3);
            (t0, [t1, t2, t3, carry])
        };
        let (t0, rest) = row(a0, [0; 4]);
        let (t1, rest) = row(a1, rest);
        let (t2, rest) = row(a2, rest);
        let (t3, [t4, t5, t6, t7]) = row(a3, rest);
        reduce([t0, t1, t2, t3, t4, t5, t6, t7])
    }

    #[inline]
    pub(super) fn squared(&self) -> Element {
        let [a0, a1, a2, a3] = self.0;
        // The products of different limbs, once each: places 1 to 6.
        let (t1, carry) = a0.carrying_mul(a1, 0);
        let (t2, carry) = a0.carrying_mul(a2, carry);
        let (t3, t4) = a0.carrying_mul(a3, carry);
        let (t3, carry) = a1.carrying_mul_add(a2, 0, t3);
        let (t4, t5) = a1.carrying_mul_add(a3, carry, t4);
        let (t5, t6) = a2.carrying_mul_add(a3, 0, t5);
        // Twice, and the squares.
        let t7 = t6 >> 63;
        let t6 = t6 << 1 | t5 >> 63;
        let t5 = t5 << 1 | t4 >> 63;
        let t4 = t4 << 1 | t3 >> 63;
        let t3 = t3 << 1 | t2 >> 63;
        let t2 = t2 << 1 | t1 >> 63;
        let t1 = t1 << 1;
        let (t0, high) = a0.carrying_mul(a0, 0);
        let (t1, carry) = t1.carrying_add(high, false);
        let (low, high) = a1.carrying_mul(a1, 0);
        let (t2, carry) = t2.carrying_add(low, carry);
        let (t3, carry) = t3.carrying_add(high, carry);
        let (low, high) = a2.carrying_mul(a2, 0);
        let (t4, carry) = t4.carrying_add(low, carry);
        let (t5, carry) = t5.carrying_add(high, carry);
        let (low, high) = a3.carrying_mul(a3, 0);
        let (t6, carry) = t6.carrying_add(low, carry);
        let (t7, _) = t7.carrying_add(high, carry);
        reduce([t0, t1, t2, t3, t4, t5, t6, t7])
    }

    /// Its inverse; of zero, zero.
    pub(super) fn inverse(&self) -> Element {
        // Fermat: the power p − 2.
        let (exponent, _) = minus(&MODULUS, &[2, 0, 0, 0]);
        let mut power = Element::ONE;
        for limb in exponent.iter().rev() {
            for bit in (0..64).rev() {
                power = power.squared();
                if limb >> bit & 1 == 1 {
                    power = power.times(self);
                }
            }
        }
        power
    }
}

/// A sum of two numbers below p, or a number below 2p, made one below p; `wide` where a bit is above four limbs.
#[inline]
fn below(limbs: Limbs, wide: bool) -> Element {
    let (less, is_below) = minus(&limbs, &MODULUS);
    Element(select(is_below & !wide, &limbs, &less))
}

/// The number divided by 2^256 modulo p; it is below p · 2^256.
#[inline]
fn reduce([t0, t1, t2, t3, t4, t5, t6, t7]: [u64; 8]) -> Element {
    // Four times: add p times the lowest limb, which then is zero, and leave it out. What is left stays below 2^256:
    // (2^256 + (2^64 − 1) · p) / 2^64 is below p + 2^192.
    let low = step(step(step(step([t0, t1, t2, t3]))));
    let (sum, wide) = plus(&low, &[t4, t5, t6, t7]);
    below(sum, wide)
}

#[inline]
fn step([m, t1, t2, t3]: Limbs) -> Limbs {
    // m · (2^256 − 2^224 − 2^96 + 2^64), the places 1 to 4: p · m and the lowest limb that it takes away.
    let (low, high) = (m << 32, m >> 32);
    let (d1, borrow) = m.borrowing_sub(low, false);
    let (d2, borrow) = 0_u64.borrowing_sub(high, borrow);
    let (d3, borrow) = 0_u64.borrowing_sub(low, borrow);
    let (d4, _) = m.borrowing_sub(high, borrow);
    let (t1, carry) = t1.carrying_add(d1, false);
    let (t2, carry) = t2.carrying_add(d2, carry);
    let (t3, carry) = t3.carrying_add(d3, carry);
    let (t4, _) = d4.carrying_add(0, carry);
    [t1, t2, t3, t4]
}
