//! Octets changed blindly: flips, numbers that are edges, cuts, copies, splices.

use crate::fuzz::dice::Dice;

/// The most octets that a part is copied to.
const MOST_COPIED: usize = 256 << 10;

const EDGES: &[u64] = &[
    0,
    1,
    0x1f,
    0x20,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
];

const WRITTEN: &[&str] = &[
    "0",
    "-1",
    "00",
    "1",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999",
    "-9223372036854775808",
    "1e400",
    "-0.0",
    ".",
    "+",
];

/// A changed copy of `out`.
#[must_use]
pub fn mutate(dice: &mut Dice, mut out: Vec<u8>, other: &[u8]) -> Vec<u8> {
    let at = dice.below(out.len());
    match dice.below(10) {
        0 | 1 => {
            let bit = 1_u8 << dice.below(8);
            if let Some(octet) = out.get_mut(at) {
                *octet ^= bit;
            }
        }
        2 => {
            let new = *dice
                .one(&[0, 1, 0x1f, 0x20, 0x30, 0x7f, 0x80, 0xff])
                .unwrap_or(&0);
            if let Some(octet) = out.get_mut(at) {
                *octet = new;
            }
        }
        3 => {
            let edge = dice.one(EDGES).copied().unwrap_or(0);
            let width = dice.one(&[1_usize, 2, 4, 8]).copied().unwrap_or(4);
            let octets = edge.to_be_bytes();
            let octets = octets.get(8 - width..).unwrap_or_default().to_vec();
            let end = (at + if dice.once_in(2) { width } else { 0 }).min(out.len());
            out.splice(at..end, octets);
        }
        4 => out.truncate(at),
        5 => {
            let range = dice.range(out.len());
            out.drain(range);
        }
        6 => {
            let range = dice.range(out.len());
            let often = dice.once_in(8);
            let most = MOST_COPIED / range.len().max(1);
            let times = if often { 1 + dice.below(most) } else { 1 };
            let copy = out.get(range.clone()).unwrap_or_default().repeat(times);
            out.splice(range.end..range.end, copy);
        }
        7 => {
            let range = dice.range(other.len());
            let part = other.get(range).unwrap_or_default().to_vec();
            let end = (at + dice.below(part.len() + 1)).min(out.len());
            out.splice(at..end, part);
        }
        8 => {
            let from = dice.below(other.len());
            out.truncate(at);
            out.extend_from_slice(other.get(from..).unwrap_or_default());
        }
        _ => {
            let octets: Vec<u8> = (0..=dice.below(8)).map(|_| dice.octet()).collect();
            out.splice(at..at, octets);
        }
    }
    out
}

/// A changed copy of text: numbers become edges, lines and words are moved.
#[must_use]
pub fn mutate_text(dice: &mut Dice, from: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    match dice.below(3) {
        0 => replace_number(dice, from),
        1 => exchange(dice, from, other, b'\n'),
        _ => {
            let mark = *dice.one(b" .,:/-+=\"").unwrap_or(&b' ');
            exchange(dice, from, other, mark)
        }
    }
}

/// A copy in which one written number is another.
#[must_use]
pub fn replace_number(dice: &mut Dice, from: &[u8]) -> Option<Vec<u8>> {
    let start = dice.below(from.len());
    let digit = |at: &usize| from.get(*at).is_some_and(u8::is_ascii_digit);
    let first = (start..from.len()).find(digit)?;
    let end = (first..from.len())
        .find(|at| !digit(at))
        .unwrap_or(from.len());
    let old: Option<u64> = std::str::from_utf8(from.get(first..end)?)
        .ok()
        .and_then(|text| text.parse().ok());
    let new = match (dice.below(4), old) {
        (0, Some(old)) => old.wrapping_add(1).to_string(),
        (1, Some(old)) => old.wrapping_sub(1).to_string(),
        (2, Some(old)) => (old ^ (1 << dice.below(12))).to_string(),
        _ => (*dice.one(WRITTEN)?).to_owned(),
    };
    let mut out = from.to_vec();
    out.splice(first..end, new.into_bytes());
    Some(out)
}

/// A copy in which one part between marks is dropped, doubled, or another's.
fn exchange(dice: &mut Dice, from: &[u8], other: &[u8], mark: u8) -> Option<Vec<u8>> {
    let mut parts: Vec<&[u8]> = from.split(|octet| *octet == mark).collect();
    let theirs: Vec<&[u8]> = other.split(|octet| *octet == mark).collect();
    let at = dice.below(parts.len());
    match dice.below(4) {
        0 => {
            parts.remove(at);
        }
        1 => {
            let again = *parts.get(at)?;
            let times = if dice.once_in(8) { dice.below(300) } else { 1 };
            for _ in 0..times {
                parts.insert(at, again);
            }
        }
        2 => *parts.get_mut(at)? = dice.one(&theirs)?,
        _ => {
            let to = dice.below(parts.len());
            parts.swap(at, to);
        }
    }
    Some(parts.join(&mark))
}
