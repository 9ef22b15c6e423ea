//! Numbers of 256 bits and those below the order of the curve. In variable time: nothing secret comes here.

/// Four limbs, the lowest first.
pub(super) type Limbs = [u64; 4];

/// n, the order of the curve (GB/T 32918.5).
pub(super) const ORDER: Limbs = [
    0x53bb_f409_39d5_4123,
    0x7203_df6b_21c6_052b,
    0xffff_ffff_ffff_ffff,
    0xffff_fffe_ffff_ffff,
];

/// The number that octets are, the highest first.
pub(super) fn from_octets(octets: &[u8; 32]) -> Limbs {
    let mut limbs = [0; 4];
    for (limb, octets) in limbs.iter_mut().rev().zip(octets.chunks_exact(8)) {
        *limb = octets
            .iter()
            .fold(0, |limb, octet| limb << 8 | u64::from(*octet));
    }
    limbs
}

/// The sum, and whether it is wider than four limbs.
#[inline]
pub(super) fn plus(left: &Limbs, right: &Limbs) -> (Limbs, bool) {
    let [l0, l1, l2, l3] = *left;
    let [r0, r1, r2, r3] = *right;
    let (s0, carry) = l0.carrying_add(r0, false);
    let (s1, carry) = l1.carrying_add(r1, carry);
    let (s2, carry) = l2.carrying_add(r2, carry);
    let (s3, carry) = l3.carrying_add(r3, carry);
    ([s0, s1, s2, s3], carry)
}

/// The difference, and whether something had to be borrowed.
#[inline]
pub(super) fn minus(left: &Limbs, right: &Limbs) -> (Limbs, bool) {
    let [l0, l1, l2, l3] = *left;
    let [r0, r1, r2, r3] = *right;
    let (d0, borrow) = l0.borrowing_sub(r0, false);
    let (d1, borrow) = l1.borrowing_sub(r1, borrow);
    let (d2, borrow) = l2.borrowing_sub(r2, borrow);
    let (d3, borrow) = l3.borrowing_sub(r3, borrow);
    ([d0, d1, d2, d3], borrow)
}

/// The first where `first`, otherwise the second; without a branch, which would be guessed wrong each second time.
#[inline]
pub(super) fn select(first: bool, one: &Limbs, other: &Limbs) -> Limbs {
    let mask = 0_u64.wrapping_sub(u64::from(first));
    let [a0, a1, a2, a3] = *one;
    let [b0, b1, b2, b3] = *other;
    [
        b0 ^ (mask & (a0 ^ b0)),
        b1 ^ (mask & (a1 ^ b1)),
        b2 ^ (mask & (a2 ^ b2)),
        b3 ^ (mask & (a3 ^ b3)),
    ]
}

/// A number below the order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Scalar(Limbs);

impl Scalar {
    /// A number in [1, n − 1], which r and s of a signature are (GB/T 32918.2 7.1 B1, B2).
    pub(super) fn of_signature(octets: &[u8; 32]) -> Option<Scalar> {
        let limbs = from_octets(octets);
        let is_below = minus(&limbs, &ORDER).1;
        (is_below && limbs != [0; 4]).then_some(Scalar(limbs))
    }

    /// A digest modulo n. What is wider than n is so by less than n.
    pub(super) fn reduced(octets: &[u8; 32]) -> Scalar {
        let limbs = from_octets(octets);
        let (less, is_below) = minus(&limbs, &ORDER);
        Scalar(select(is_below, &limbs, &less))
    }

    pub(super) fn plus(self, other: Scalar) -> Scalar {
        let (sum, wide) = plus(&self.0, &other.0);
        let (less, is_below) = minus(&sum, &ORDER);
        Scalar(select(is_below && !wide, &sum, &less))
    }

    pub(super) fn minus(self, other: Scalar) -> Scalar {
        let (difference, below_zero) = minus(&self.0, &other.0);
        let (more, _) = plus(&difference, &ORDER);
        Scalar(select(below_zero, &more, &difference))
    }

    pub(super) fn is_zero(self) -> bool {
        self.0 == [0; 4]
    }

    pub(super) fn limbs(&self) -> &Limbs {
        &self.0
    }

    /// `width` bits from bit `at` on, at most 8; above the highest there are zeros.
    fn bits(&self, at: usize, width: u32) -> i16 {
        let (limb, shift) = (at / 64, at % 64);
        let part = |limb: usize| u128::from(self.0.get(limb).copied().unwrap_or(0));
        let window = (part(limb) | part(limb + 1) << 64) >> shift;
        i16::try_from(window & ((1 << width) - 1)).unwrap_or(0)
    }

    /// The number in digits of `width` bits, the lowest first, each in (−2^(width−1), 2^(width−1)].
    pub(super) fn digits(&self, width: u32) -> impl Iterator<Item = i16> {
        let mut carry = 0;
        (0..windows(width)).map(move |window| {
            let raw = self.bits(window * step(width), width) + carry;
            carry = i16::from(raw > 1 << (width - 1));
            raw - (carry << width)
        })
    }

    /// The number as powers of two with few odd factors below 2^(width−1) of either sign, at most one in `width`
    /// neighbours: the factor of each power, the lowest first.
    pub(super) fn sparse(&self, width: u32) -> [i16; 257] {
        let mut factors = [0; 257];
        let (mut carry, mut skip) = (0, 0);
        for (at, factor) in factors.iter_mut().enumerate() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if self.bits(at, 1) == carry {
                continue;
            }
            let raw = self.bits(at, width) + carry;
            carry = raw >> (width - 1);
            *factor = raw - (carry << width);
            skip = width - 1;
        }
        factors
    }
}

/// How many digits of `width` bits a number has, one bit for the last carry included.
pub(super) fn windows(width: u32) -> usize {
    257_usize.div_ceil(step(width))
}

fn step(width: u32) -> usize {
    usize::try_from(width).unwrap_or(1)
}
