//! SM3 in lanes beside SM3 of one message, at every level that the machine has.

use fearless_simd::Level;
use sm3::{Digest as _, Sm3};

use super::{LANES, alone, of_each, side_by_side};
use crate::{Random, SeededRandom};

/// What this machine can do, from the widest registers to the narrowest.
fn levels() -> Vec<Level> {
    let widest = Level::new();
    let mut levels = vec![widest];
    #[cfg(target_arch = "x86_64")]
    levels.extend(
        [
            widest.as_avx2().map(Level::Avx2),
            widest.as_sse4_2().map(Level::Sse4_2),
        ]
        .into_iter()
        .flatten(),
    );
    levels
}

fn messages(lengths: &[usize]) -> Vec<Vec<u8>> {
    let random = SeededRandom::new(32905);
    let of = |length: &usize| {
        let mut message = vec![0; *length];
        random.fill(&mut message).expect("seeded");
        message
    };
    lengths.iter().map(of).collect()
}

fn compare(level: Level, lengths: &[usize]) {
    let messages = messages(lengths);
    let given: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let wanted: Vec<[u8; 32]> = given.iter().map(|one| Sm3::digest(one).into()).collect();
    assert_eq!(of_each(level, &given), wanted, "{level:?}, {lengths:?}");
    let placed: Vec<_> = given.into_iter().enumerate().collect();
    let mut lanes = side_by_side(level, &placed);
    lanes.sort_unstable();
    let lanes: Vec<_> = lanes.into_iter().map(|(_, value)| value).collect();
    assert_eq!(lanes, wanted, "{level:?}, {lengths:?}");
}

#[test]
fn lanes_make_what_the_package_makes_of_one_message() {
    let every: Vec<usize> = (0..=260).collect();
    let uneven = [
        70_000, 0, 64, 128, 63_999, 1, 5_000, 55, 56, 119, 120, 64, 9,
    ];
    let even = [1_024; 2 * LANES + 1];
    for level in levels() {
        for count in [0, 1, 2, 15, 16, 17, 261] {
            compare(level, &every[..count]);
        }
        compare(level, &uneven);
        compare(level, &even);
    }
}

#[test]
fn the_published_values_of_every_lane() {
    // GB/T 32905 annex A.
    let sixteen = b"abcd".repeat(16);
    for level in levels() {
        for (message, start) in [
            (&b"abc"[..], [0x66, 0xc7, 0xf0, 0xf4]),
            (&sixteen, [0xde, 0xbe, 0x9f, 0xf9]),
        ] {
            for value in of_each(level, &[message; LANES]) {
                assert_eq!(value[..4], start);
            }
        }
    }
}

#[test]
fn a_message_that_others_would_wait_for_goes_alone() {
    for (lengths, wanted) in [
        (&[][..], 0),
        (&[900], 1),
        (&[900, 900], 2),
        (&[900; 16], 0),
        (&[90_000, 900, 900, 900, 900, 900, 900, 900], 1),
        (&[90_000, 80_000, 1, 1], 4),
        (&[100; 40], 0),
    ] {
        assert_eq!(alone(lengths), wanted, "{lengths:?}");
    }
}
