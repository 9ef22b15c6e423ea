//! A secret in shares, of which any k open it and k − 1 say nothing (Shamir 1979).
//!
//! Each octet of the secret is the constant of a polynomial of degree k − 1 over GF(2⁸) with the polynomial of AES; share i
//! has the values at i. The other coefficients are uniform, the highest one, too: a scheme that leaves zero out there tells
//! something of the secret (RUSTSEC-2024-0398). Nothing branches or looks up by a secret octet (T-K5).
//!
//! # Shape of a share
//! Five lines of ASCII, each with its line feed; numbers decimal, octets lower-case hexadecimal:
//! ```text
//! yinxin share v1
//! set 4b1f…    16 octets: SHA-256 over `yinxin shares v1`, k, n and the secret, cut off
//! share 2 of 3 any 2
//! value 9c…    32 octets
//! check 07…    8 octets: SHA-256 over the lines before, cut off
//! ```
//! The set binds shares to one another, and tells after joining whether one of them was another one: its holder can reckon
//! the check again, and not the set.

use crypto::mac::constant_time_eq;
use crypto::{Random, RandomUnavailable, sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// Octets of the secret.
pub const SECRET: usize = 32;
/// Most shares.
pub const MOST: u8 = 16;
/// Longest text of a share, in octets.
pub const LONGEST_SHARE: usize = 256;
const SET: usize = 16;
const CHECK: usize = 8;

/// Why a secret is not split or joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShareError {
    /// Of k and n: 2 ≤ k ≤ n ≤ 16.
    #[error("of n shares k open: k is at least 2, and n at least k and at most {MOST}")]
    Numbers,
    /// No randomness.
    #[error("no randomness can be had")]
    NoRandomness,
    /// Not a share of this version.
    #[error("not a share of this version")]
    Malformed,
    /// A share was damaged or mistyped.
    #[error("the share was damaged or mistyped: its check differs")]
    Check,
    /// Shares of different sets.
    #[error("the shares are of different sets")]
    Mixed,
    /// One share twice.
    #[error("share {0} is there twice")]
    Twice(u8),
    /// Too few.
    #[error("{have} shares are there, and {need} are needed")]
    TooFew {
        /// How many there are.
        have: usize,
        /// How many open.
        need: u8,
    },
    /// One of them is another share than was given out.
    #[error("the shares do not open: one of them was changed")]
    Changed,
}

impl From<RandomUnavailable> for ShareError {
    fn from(_: RandomUnavailable) -> ShareError {
        ShareError::NoRandomness
    }
}

/// One share; wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    set: [u8; SET],
    index: u8,
    of: u8,
    needs: u8,
    value: Zeroizing<[u8; SECRET]>,
}

impl std::fmt::Debug for Share {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Share")
            .field("index", &self.index)
            .field("of", &self.of)
            .field("needs", &self.needs)
            .finish_non_exhaustive()
    }
}

impl Share {
    /// Which one it is, from 1.
    #[must_use]
    pub fn index(&self) -> u8 {
        self.index
    }

    /// The share as it is given out.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LONGEST_SHARE));
        text.push_str("yinxin share v1\nset ");
        hex(&mut text, &self.set);
        let numbers = format!(
            "\nshare {} of {} any {}\nvalue ",
            self.index, self.of, self.needs
        );
        text.push_str(&numbers);
        hex(&mut text, &*self.value);
        text.push('\n');
        let digest = sha256(text.as_bytes());
        text.push_str("check ");
        hex(&mut text, digest.get(..CHECK).unwrap_or_default());
        text.push('\n');
        text
    }

    /// Reads a share as it was given out.
    ///
    /// # Errors
    /// `Malformed`, `Check`, `Numbers`.
    pub fn parse(text: &str) -> Result<Share, ShareError> {
        let bad = ShareError::Malformed;
        if text.len() > LONGEST_SHARE {
            return Err(bad);
        }
        let (signed, check) = text.rsplit_once("check ").ok_or(bad)?;
        let check: [u8; CHECK] = line(check).ok_or(bad)?;
        let mut lines = signed.split_inclusive('\n');
        let mut next = || lines.next().ok_or(bad);
        if next()? != "yinxin share v1\n" {
            return Err(bad);
        }
        let set = next()?.strip_prefix("set ").and_then(line).ok_or(bad)?;
        let numbers = next()?;
        let value = next()?.strip_prefix("value ").and_then(line).ok_or(bad)?;
        if lines.next().is_some() {
            return Err(bad);
        }
        if sha256(signed.as_bytes()).get(..CHECK) != Some(&check) {
            return Err(ShareError::Check);
        }
        let mut words = numbers.trim_ascii_end().split(' ');
        let mut number = |name| {
            let named = words.next() == Some(name);
            let number = words.next().filter(|_| named)?;
            number.parse::<u8>().ok()
        };
        let (index, of, needs) = (number("share"), number("of"), number("any"));
        let share = Share {
            set,
            index: index.ok_or(bad)?,
            of: of.ok_or(bad)?,
            needs: needs.ok_or(bad)?,
            value: Zeroizing::new(value),
        };
        let fits = (2..=share.of).contains(&share.needs) && (1..=share.of).contains(&share.index);
        if !fits || share.of > MOST {
            return Err(ShareError::Numbers);
        }
        // One share has one text.
        (*share.text() == text).then_some(share).ok_or(bad)
    }
}

/// Splits a secret that was drawn for this: `of` shares, of which any `needs` open it.
///
/// # Errors
/// `Numbers`, `NoRandomness`.
pub fn split(
    secret: &[u8; SECRET],
    (needs, of): (u8, u8),
    random: &dyn Random,
) -> Result<Vec<Share>, ShareError> {
    if !(2..=of).contains(&needs) || of > MOST {
        return Err(ShareError::Numbers);
    }
    let mut rows = Vec::with_capacity(usize::from(needs));
    for _ in 1..needs {
        let mut row = Zeroizing::new([0; SECRET]);
        random.fill(row.as_mut())?;
        rows.push(row);
    }
    let set = set_of(secret, (needs, of));
    let share = |index| {
        // Horner, from the highest coefficient down to the secret.
        let mut value = Zeroizing::new([0; SECRET]);
        for row in rows.iter().map(|row| &**row).chain([secret]) {
            for (octet, coefficient) in value.iter_mut().zip(row) {
                *octet = times(*octet, index) ^ coefficient;
            }
        }
        Share {
            set,
            index,
            of,
            needs,
            value,
        }
    };
    Ok((1..=of).map(share).collect())
}

/// Joins shares of one set, as many as are needed or more.
///
/// # Errors
/// `TooFew`, `Mixed`, `Twice`, `Changed`.
pub fn join(shares: &[Share]) -> Result<Zeroizing<[u8; SECRET]>, ShareError> {
    let first = shares
        .first()
        .ok_or(ShareError::TooFew { have: 0, need: 2 })?;
    let of_set =
        |share: &&Share| (share.set, share.of, share.needs) == (first.set, first.of, first.needs);
    if !shares.iter().all(|share| of_set(&share)) {
        return Err(ShareError::Mixed);
    }
    for (at, share) in shares.iter().enumerate() {
        if shares
            .iter()
            .skip(at + 1)
            .any(|other| other.index == share.index)
        {
            return Err(ShareError::Twice(share.index));
        }
    }
    if shares.len() < usize::from(first.needs) {
        return Err(ShareError::TooFew {
            have: shares.len(),
            need: first.needs,
        });
    }
    // All that are there: one more than needed that does not fit the others shows, too.
    let mut secret = Zeroizing::new([0; SECRET]);
    for share in shares {
        // Lagrange at 0: the product of x_j / (x_j − x_i), where minus is exclusive or.
        let others = shares.iter().filter(|other| other.index != share.index);
        let weight = others.fold(1, |weight, other| {
            times(
                weight,
                times(other.index, inverse(other.index ^ share.index)),
            )
        });
        for (octet, value) in secret.iter_mut().zip(share.value.iter()) {
            *octet ^= times(*value, weight);
        }
    }
    let known = set_of(&secret, (first.needs, first.of));
    match constant_time_eq(&known, &first.set) {
        true => Ok(secret),
        false => Err(ShareError::Changed),
    }
}

fn set_of(secret: &[u8; SECRET], (needs, of): (u8, u8)) -> [u8; SET] {
    let message = Zeroizing::new([&b"yinxin shares v1"[..], &[needs, of], secret].concat());
    let mut set = [0; SET];
    for (octet, from) in set.iter_mut().zip(sha256(&message)) {
        *octet = from;
    }
    set
}

/// The product in GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1, in the same steps whatever is multiplied.
fn times(left: u8, right: u8) -> u8 {
    let (mut left, mut product) = (left, 0);
    for bit in 0..8 {
        product ^= left & (right >> bit & 1).wrapping_neg();
        left = left << 1 ^ 0x1b & (left >> 7).wrapping_neg();
    }
    product
}

/// The inverse: the power of 254. Of numbers of shares alone, which are no secret.
fn inverse(of: u8) -> u8 {
    (0..253).fold(of, |power, _| times(power, of))
}

fn hex(text: &mut String, octets: &[u8]) {
    for octet in octets {
        for half in [octet >> 4, octet & 15] {
            text.push(char::from_digit(half.into(), 16).unwrap_or_default());
        }
    }
}

/// The octets of the rest of a line.
fn line<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.strip_suffix('\n')?;
    let mut octets = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (octet, pair) in octets.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *octet = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_but_zero_has_its_inverse_and_products_are_those_of_aes() {
        assert!((1..=255).all(|octet| times(octet, inverse(octet)) == 1));
        // FIPS 197 4.2: {57} · {83} = {c1}, {57} · {13} = {fe}.
        assert_eq!((times(0x57, 0x83), times(0x57, 0x13)), (0xc1, 0xfe));
    }
}
