//! The field beside the slowest way to multiply, the points beside those of the package, and the edges of a value.

use ::sm2::elliptic_curve::sec1::ToSec1Point as _;

use super::differences::{Draw, ORDER_OCTETS, at, octets_of};
use super::field::{Element, MODULUS};
use super::multiple::{Table, multiple};
use super::number::{Limbs, ORDER, minus, plus};
use super::point::{Point, affine};
use super::*;

/// Numbers at which a carry or a borrow may be lost, and others.
fn numbers(draw: &mut Draw) -> Vec<Limbs> {
    let edges = [
        0,
        1,
        2,
        1 << 32,
        u64::MAX,
        u64::MAX - 1,
        0xffff_ffff,
        0xffff_ffff_0000_0000,
    ];
    let mut numbers: Vec<Limbs> = (0..200)
        .map(|_| std::array::from_fn(|_| edges[draw.below(edges.len())]))
        .collect();
    for less in 1..4 {
        numbers.push(minus(&MODULUS, &[less, 0, 0, 0]).0);
        numbers.push([less - 1, 0, 0, 0]);
    }
    numbers.extend((0..50).map(|_| draw.limbs()));
    numbers.retain(|number| minus(number, &MODULUS).1);
    numbers
}

/// The sum modulo p, by what is told apart with comparisons alone.
fn sum(left: &Limbs, right: &Limbs) -> Limbs {
    let (sum, wide) = plus(left, right);
    let (less, below) = minus(&sum, &MODULUS);
    if wide || !below { less } else { sum }
}

/// The product modulo p, bit by bit.
fn product(left: &Limbs, right: &Limbs) -> Limbs {
    let mut product = [0; 4];
    for limb in right.iter().rev() {
        for bit in (0..64).rev() {
            product = sum(&product, &product);
            if limb >> bit & 1 == 1 {
                product = sum(&product, left);
            }
        }
    }
    product
}

#[test]
fn the_field_computes_what_the_slowest_way_computes() {
    let mut draw = Draw::new(1);
    let numbers = numbers(&mut draw);
    assert!(numbers.len() > 100);
    let element = |number: &Limbs| Element::from_limbs(*number).expect("below p");
    for left in &numbers {
        let own = element(left);
        assert_eq!(own.limbs(), *left);
        assert_eq!(own.squared().limbs(), product(left, left), "{left:x?}");
        assert_eq!(sum(&own.negated().limbs(), left), [0; 4]);
        let one = own.times(&own.inverse());
        assert!(one == Element::ONE || own.is_zero() && one.is_zero());
        for right in numbers.iter().step_by(7) {
            let other = element(right);
            assert_eq!(
                own.times(&other).limbs(),
                product(left, right),
                "{left:x?} {right:x?}"
            );
            assert_eq!(own.plus(&other).limbs(), sum(left, right));
            assert_eq!(own.minus(&other).plus(&other).limbs(), *left);
        }
    }
}

#[test]
fn coordinates_from_p_on_are_not_read() {
    let last = minus(&MODULUS, &[1, 0, 0, 0]).0;
    assert!(Element::from_limbs(last).is_some());
    for above in 0..3 {
        assert!(Element::from_limbs(plus(&MODULUS, &[above, 0, 0, 0]).0).is_none());
    }
    assert!(Element::from_limbs([u64::MAX; 4]).is_none());
    // A point whose x is small is not read a second time with p added to it.
    let small = (0_u64..).find_map(|x| at(&[x, 0, 0, 0]));
    let (x, y) = small.expect("every second number is one");
    let octets = |x: &Limbs| -> [u8; 64] {
        [octets_of(x), octets_of(&y)]
            .concat()
            .try_into()
            .expect("two of 32")
    };
    assert!(Affine::read(&octets(&x)).is_some());
    let (again, wide) = plus(&x, &MODULUS);
    assert!(!wide && Affine::read(&octets(&again)).is_none());
}

#[test]
fn sums_of_points_are_those_of_the_package() {
    let base = Affine::base().expect("a point");
    let theirs = |number: u64| {
        let scalar = ::sm2::Scalar::from(number);
        let point = (::sm2::ProjectivePoint::GENERATOR * scalar).to_affine();
        point.to_sec1_point(false).as_bytes().to_vec()
    };
    let small: Vec<Point> = (0..20)
        .scan(Point::O, |sum, _| {
            Some(std::mem::replace(sum, sum.plus_affine(&base)))
        })
        .collect();
    let read = |number: u64| {
        let octets: [u8; 64] = theirs(number)[1..].try_into().expect("two coordinates");
        Affine::read(&octets).expect("a point")
    };
    for (one, left) in (0_u64..).zip(&small) {
        assert_eq!(left.is_o(), one == 0);
        assert!(left.plus(&left.negated()).is_o());
        assert_eq!(
            affine(&[left.doubled()]).first(),
            (one > 0).then(|| read(2 * one)).as_ref()
        );
        for (other, right) in (0_u64..).zip(&small) {
            let sums = affine(&[left.plus(right)]);
            let expected = (one + other > 0).then(|| read(one + other));
            assert_eq!(sums.first(), expected.as_ref(), "{one} + {other}");
            if let Some(right) = affine(&[*right]).first() {
                assert_eq!(affine(&[left.plus_affine(right)]), sums);
                let difference = affine(&[left.plus_affine(&right.negated())]);
                match one.cmp(&other) {
                    std::cmp::Ordering::Less => {
                        assert_eq!(difference, [read(other - one).negated()]);
                    }
                    std::cmp::Ordering::Equal => assert!(difference.is_empty()),
                    std::cmp::Ordering::Greater => assert_eq!(difference, [read(one - other)]),
                }
            }
        }
    }
}

#[test]
fn multiples_are_the_same_with_and_without_a_table() {
    let mut draw = Draw::new(2);
    let base = Affine::base().expect("a point");
    let tables = [4, 5, 7, 8].map(|width| Table::new(&base, width));
    for _ in 0..300 {
        let number = draw.scalar();
        let expected = affine(&[multiple(&base, number)]);
        assert_eq!(expected.is_empty(), number.is_zero());
        for table in &tables {
            assert_eq!(
                affine(&[table.add(Point::O, number)]),
                expected,
                "{number:x?}"
            );
        }
    }
}

#[test]
fn numbers_of_a_value_are_read_from_one_to_n_less_one() {
    let is_read = |more: u64, less: u64| {
        let number = minus(&plus(&ORDER, &[more, 0, 0, 0]).0, &[less, 0, 0, 0]).0;
        Scalar::of_signature(&octets_of(&number)).is_some()
    };
    assert_eq!(
        [is_read(0, 1), is_read(0, 0), is_read(1, 0)],
        [true, false, false]
    );
    assert!(Scalar::of_signature(&[0; 32]).is_none());
    assert!(Scalar::of_signature(&[0xff; 32]).is_none());
    assert!(Scalar::reduced(&ORDER_OCTETS).is_zero());
}

#[test]
fn a_sum_of_zero_is_refused() {
    // With s = 1 and r = n − 1, t is 0 and the point is the base point whatever the key: for this digest, n − 1 less
    // the x of the base point, e + x1 is r.
    let key = Draw::new(3).key(0);
    let checker = Checker::new(&key.bits()).expect("a point");
    let last = minus(&ORDER, &[1, 0, 0, 0]).0;
    let x = affine(&[Point::from(Affine::base().expect("a point"))]);
    let x = Scalar::reduced(&octets_of(&x.first().expect("one").x.limbs()));
    let r = Scalar::of_signature(&octets_of(&last)).expect("below n");
    let digest = octets_of(r.minus(x).limbs());
    let mut value = [0; 64];
    value[..32].copy_from_slice(&octets_of(&last));
    value[63] = 1;
    assert_eq!(digest[..4], [0xcd, 0x3b, 0x51, 0xd2]);
    assert!(checker.judge_digest(&digest, &value).is_none());
}
