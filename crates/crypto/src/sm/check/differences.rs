//! Our computation beside the package's: the same answer to every case, good or bad, with and without a table.
//!
//! `YINXIN_SM2_DIFFERENCES=10000000 cargo test --release -p crypto --lib differences -- --nocapture` asks for the ten
//! millions; `A..B` for the cases from A on, before B. A case has one number whoever computes it.

use std::sync::atomic::{AtomicUsize, Ordering};

use ::sm2::dsa::signature::hazmat::PrehashVerifier as _;
use ::sm2::dsa::{Signature as Value, VerifyingKey};

use super::field::Element;
use super::multiple::{Table, combined, multiple};
use super::number::{Limbs, ORDER, Scalar, minus, plus};
use super::point::{Affine, Point, affine};
use crate::random::{Random as _, SeededRandom};

/// Cases of one key, and of one seed.
const OF_A_KEY: usize = 50;
/// How many, where nobody says otherwise.
const USUAL: usize = 3_000;
/// After how many the count is told.
const TOLD: usize = 100_000;

/// n, the highest octet first.
pub(super) const ORDER_OCTETS: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23,
];

/// The number in 32 octets, the highest first.
pub(super) fn octets_of(limbs: &Limbs) -> [u8; 32] {
    let mut octets = [0; 32];
    for (octets, limb) in octets.chunks_exact_mut(8).zip(limbs.iter().rev()) {
        octets.copy_from_slice(&limb.to_be_bytes());
    }
    octets
}

/// The point at x with one of its two y, where there is one.
pub(super) fn at(x: &Limbs) -> Option<(Limbs, Limbs)> {
    let element = Element::from_limbs(*x)?;
    let three = Element::ONE.doubled().plus(&Element::ONE);
    // b is what is left of the base point's equation.
    let base = Affine::base()?;
    let cube = |x: &Element| x.squared().minus(&three).times(x);
    let b = base.y.squared().minus(&cube(&base.x));
    let square = cube(&element).plus(&b);
    // p is 3 modulo 4: the power (p + 1) / 4 is a root where there is one.
    let exponent: Limbs = [
        0x4000_0000_0000_0000,
        0xffff_ffff_c000_0000,
        0xffff_ffff_ffff_ffff,
        0x3fff_ffff_bfff_ffff,
    ];
    let mut root = Element::ONE;
    for limb in exponent.iter().rev() {
        for bit in (0..64).rev() {
            root = root.squared();
            if limb >> bit & 1 == 1 {
                root = root.times(&square);
            }
        }
    }
    (root.squared() == square).then(|| (*x, root.limbs()))
}

/// What is drawn from one seed.
pub(super) struct Draw(SeededRandom);

/// A public key, and its private number where it is known.
pub(super) struct Key {
    point: Affine,
    number: Option<Scalar>,
    /// s of the one value for which the sum is the point wanted.
    only: Option<Scalar>,
}

impl Key {
    fn of(number: Scalar) -> Option<Key> {
        let point = affine(&[multiple(&Affine::base()?, number)]);
        Some(Key {
            point: *point.first()?,
            number: Some(number),
            only: None,
        })
    }

    /// Uncompressed.
    pub(super) fn bits(&self) -> Vec<u8> {
        let (x, y) = (self.point.x.limbs(), self.point.y.limbs());
        [&[4][..], &octets_of(&x), &octets_of(&y)].concat()
    }
}

/// A digest and a value.
struct Case {
    digest: [u8; 32],
    /// `r ‖ s`.
    value: [u8; 64],
    /// Known to be good; otherwise nothing is known.
    good: bool,
    /// s · G + t · P was O before anything was bent.
    of_o: bool,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Draw {
        Draw(SeededRandom::new(seed))
    }

    pub(super) fn limbs(&mut self) -> Limbs {
        let mut octets = [0; 32];
        self.0.fill(&mut octets).expect("never ends");
        super::number::from_octets(&octets)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        let [number, ..] = self.limbs();
        usize::try_from(number % u64::try_from(end).expect("small")).expect("small")
    }

    /// A number below the order: half of them at an edge of some kind.
    pub(super) fn scalar(&mut self) -> Scalar {
        let small: Limbs = [u64::try_from(self.below(300)).expect("small"), 0, 0, 0];
        let bit = self.below(256);
        let mut power = [0; 4];
        power[bit / 64] = 1 << (bit % 64);
        let random = self.limbs();
        let other = self.limbs();
        let one = Scalar::reduced(&octets_of(&[1, 0, 0, 0]));
        let reduced = |limbs: &Limbs| Scalar::reduced(&octets_of(limbs));
        match self.below(16) {
            0 => reduced(&small),
            1 => reduced(&[0; 4]).minus(reduced(&small)),
            2 => reduced(&power),
            3 => reduced(&power).minus(one),
            4 => reduced(&power).plus(reduced(&small)),
            5 => reduced(&[0; 4]).minus(reduced(&power)),
            // Few ones, few zeros, long rows of either.
            6 => reduced(&std::array::from_fn(|at| {
                random[at] & other[at] & other[3 - at]
            })),
            7 => reduced(&std::array::from_fn(|at| {
                random[at] | other[at] | other[3 - at]
            })),
            8 => reduced(&[random[0], u64::MAX, 0, random[3]]),
            9 => reduced(&std::array::from_fn(|at| {
                if random[at] & 1 == 0 { 0 } else { u64::MAX }
            })),
            // About half of the order.
            10 => reduced(&[
                0xa9dd_fa04_9cea_a091 + small[0] % 5,
                0xb901_efb5_90e3_0295,
                u64::MAX,
                0x7fff_ffff_7fff_ffff,
            ]),
            _ => reduced(&random),
        }
    }

    /// Keys of the kind `kind`, the rest of its division.
    pub(super) fn key(&mut self, kind: usize) -> Key {
        loop {
            let key = match kind % 4 {
                0 | 1 => Key::of(self.scalar()),
                // d = 1, 2, 4 …: sums are O and points the same for numbers that are easily found.
                2 => {
                    let one = Scalar::reduced(&octets_of(&[1, 0, 0, 0]));
                    Key::of((0..self.below(9)).fold(one, |power, _| power.plus(power)))
                }
                _ => self.key_towards_a_large_x(),
            };
            if let Some(key) = key {
                return key;
            }
        }
    }

    /// A key for which t = 1 and some s lead to a point whose x lies from n to p: B7 then adds what is above n.
    fn key_towards_a_large_x(&mut self) -> Option<Key> {
        let [low, ..] = self.limbs();
        let (x, y) = at(&plus(&ORDER, &[low, 0, 0, 0]).0)?;
        let point = Affine::read(&[octets_of(&x), octets_of(&y)].concat().try_into().ok()?)?;
        let s = self.scalar();
        let back = multiple(&Affine::base()?, s).negated();
        let point = affine(&[back.plus_affine(&point)]);
        Some(Key {
            point: *point.first()?,
            number: None,
            only: Some(s),
        })
    }

    fn case(&mut self, key: &Key, table: &Table) -> Case {
        let one = Scalar::reduced(&octets_of(&[1, 0, 0, 0]));
        let (mut s, mut t) = (self.scalar(), self.scalar());
        match (self.below(8), key.only, key.number) {
            (0..4, Some(only), _) => (s, t) = (only, one),
            (0, _, _) => t = s,
            // sG + tP is O: s = −t · d, for d a small power of two.
            (1, _, Some(number)) if number.limbs()[0] < 300 && number.limbs()[1..] == [0; 3] => {
                let times = |_| t;
                s = (0..number.limbs()[0])
                    .map(times)
                    .fold(t.minus(t), Scalar::minus);
            }
            _ => {}
        }
        let r = t.minus(s);
        let sum = combined(s, t, &key.point, Some(table)).unwrap_or(Point::O);
        let x = affine(&[sum])
            .first()
            .map(|point| octets_of(&point.x.limbs()));
        let e = r.minus(Scalar::reduced(&x.unwrap_or([0; 32])));
        let mut value = [0; 64];
        value[..32].copy_from_slice(&octets_of(r.limbs()));
        value[32..].copy_from_slice(&octets_of(s.limbs()));
        let good = x.is_some() && !r.is_zero() && !s.is_zero() && !t.is_zero();
        let mut case = Case {
            digest: octets_of(e.limbs()),
            value,
            good,
            of_o: x.is_none(),
        };
        self.bend(&mut case, e);
        case
    }

    /// Changes two thirds of the cases not at all.
    fn bend(&mut self, case: &mut Case, e: Scalar) {
        let Case {
            digest,
            value,
            good,
            ..
        } = case;
        match self.below(12) {
            0 => digest[self.below(32)] ^= 1 << self.below(8),
            1 => value[self.below(64)] ^= 1 << self.below(8),
            2 => value.rotate_left(32),
            3 => *digest = octets_of(&self.limbs()),
            // The same digest from n on, where it is not too wide.
            4 => {
                let (above, wide) = plus(e.limbs(), &ORDER);
                *digest = octets_of(if wide { e.limbs() } else { &above });
                return;
            }
            // Numbers that are not in [1, n − 1].
            5 => {
                let more: Limbs = [u64::try_from(self.below(3)).expect("small"), 0, 0, 0];
                let half = 32 * self.below(2);
                let out = [
                    plus(&ORDER, &more).0,
                    [0; 4],
                    [u64::MAX; 4],
                    minus(&ORDER, &more).0,
                ];
                let out = out[self.below(4)];
                value[half..half + 32].copy_from_slice(&octets_of(&out));
            }
            _ => return,
        }
        *good = false;
    }
}

/// What the package says.
fn theirs(key: &VerifyingKey, digest: &[u8; 32], value: &[u8; 64]) -> bool {
    Value::from_bytes(&(*value).into())
        .is_ok_and(|value| key.verify_prehash(digest, &value).is_ok())
}

/// The cases of one key: how many were good, and how many had O for their sum.
fn judge(seed: usize, cases: usize) -> (usize, usize) {
    let mut draw = Draw::new(u64::try_from(seed).expect("a number"));
    let key = draw.key(seed);
    let bits = key.bits();
    let package = VerifyingKey::from_sec1_bytes("", &bits).expect("a point for the package");
    if let Some(number) = key.number {
        let theirs = ::sm2::SecretKey::from_slice(&octets_of(number.limbs())).expect("a number");
        let theirs = VerifyingKey::new("", theirs.public_key()).expect("an empty identity");
        assert_eq!(theirs.as_affine(), package.as_affine(), "{number:x?}");
    }
    let checker = super::Checker::new(&bits).expect("a point");
    let table = Table::of_key(&key.point);
    let (mut good, mut of_o) = (0, 0);
    for _ in 0..cases {
        let case = draw.case(&key, &table);
        let Case { digest, value, .. } = &case;
        let own = [None, Some(&table)].map(|table| checker.compute(digest, value, table).is_some());
        let theirs = theirs(&package, digest, value);
        assert_eq!(
            own, [theirs; 2],
            "{seed}: {bits:02x?} {digest:02x?} {value:02x?}"
        );
        assert!(
            theirs || !case.good,
            "{seed}: {bits:02x?} {digest:02x?} {value:02x?}"
        );
        good += usize::from(theirs);
        of_o += usize::from(case.of_o);
    }
    (good, of_o)
}

#[test]
fn every_case_is_judged_as_the_package_judges_it() {
    let asked = std::env::var("YINXIN_SM2_DIFFERENCES").unwrap_or_else(|_| USUAL.to_string());
    let number = |text: &str| text.parse::<usize>().expect("a number of cases");
    let (from, to) = match asked.split_once("..") {
        Some((from, to)) => (number(from), number(to)),
        None => (0, number(&asked)),
    };
    let next = AtomicUsize::new(from / OF_A_KEY);
    let [done, good, of_o] = [const { AtomicUsize::new(0) }; 3];
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed * OF_A_KEY >= to {
                        break;
                    }
                    let found = judge(seed, OF_A_KEY);
                    good.fetch_add(found.0, Ordering::Relaxed);
                    of_o.fetch_add(found.1, Ordering::Relaxed);
                    let done = done.fetch_add(OF_A_KEY, Ordering::Relaxed) + OF_A_KEY;
                    if done.is_multiple_of(TOLD) {
                        println!("{done} cases from {from} on, no difference");
                    }
                }
            });
        }
    });
    let [done, good, of_o] = [done, good, of_o].map(AtomicUsize::into_inner);
    println!(
        "{done} cases from {from} on, no difference; {good} of them good, {of_o} with O for a sum"
    );
    assert!(done >= to - from);
    // A third or more are good: a program that says no to all of them would be found.
    assert!(good * 3 > done && good < done);
}
