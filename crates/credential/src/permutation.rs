//! The order in which a list's slots are given out: a keyed permutation of its counter (D20).
//!
//! Nobody without the key learns from an index how many licences there are or which were issued together,
//! and no index is given twice, because a permutation has no collisions.

use crypto::mac::hmac_sha256;
use zeroize::Zeroizing;

/// Bits of each half of a counter below 2^20.
const HALF: u32 = 10;
const MASK: u32 = (1 << HALF) - 1;
/// Rounds; ten as FF1 has (NIST SP 800-38G 5), far above the four that make a Feistel network a strong
/// pseudorandom permutation.
const ROUNDS: u8 = 10;

/// A permutation of the numbers below 2^20.
pub struct Permutation(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Permutation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Permutation(..)")
    }
}

impl Permutation {
    /// How many numbers it permutes.
    pub const SLOTS: u32 = 1 << (2 * HALF);

    /// The permutation of the list at `uri` under the office's key.
    #[must_use]
    pub fn of_list(key: &[u8; 32], uri: &str) -> Permutation {
        let mut message = b"yinxin status permutation v1\n".to_vec();
        message.extend_from_slice(uri.as_bytes());
        Permutation(Zeroizing::new(hmac_sha256(key, &message)))
    }

    /// The index that the counter's value gets; `None` where the list is used up.
    #[must_use]
    pub fn index(&self, counter: u32) -> Option<u32> {
        if counter >= Self::SLOTS {
            return None;
        }
        let (mut left, mut right) = (counter >> HALF, counter & MASK);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.round(round, right));
        }
        Some(left << HALF | right)
    }

    /// The counter's value that got this index.
    #[must_use]
    pub fn counter(&self, index: u32) -> Option<u32> {
        if index >= Self::SLOTS {
            return None;
        }
        let (mut left, mut right) = (index >> HALF, index & MASK);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.round(round, left), left);
        }
        Some(left << HALF | right)
    }

    fn round(&self, round: u8, half: u32) -> u32 {
        let [a, b, c, d] = half.to_be_bytes();
        let [first, second, ..] = hmac_sha256(&*self.0, &[round, a, b, c, d]);
        (u32::from(first) << 8 | u32::from(second)) & MASK
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_index_is_given_twice_and_each_leads_back() {
        let permutation = Permutation::of_list(&[7; 32], "https://example.test/status/1");
        let mut seen = BTreeSet::new();
        for counter in (0..5_000).chain(Permutation::SLOTS - 1_000..Permutation::SLOTS) {
            let index = permutation.index(counter).expect("below the end");
            assert!(index < Permutation::SLOTS && seen.insert(index));
            assert_eq!(permutation.counter(index), Some(counter));
        }
        assert_eq!(permutation.index(Permutation::SLOTS), None);
        assert_eq!(permutation.counter(Permutation::SLOTS), None);
    }

    #[test]
    fn another_list_or_key_is_another_order() {
        let row = |key: u8, uri: &str| {
            let permutation = Permutation::of_list(&[key; 32], uri);
            (0..8)
                .map(|counter| permutation.index(counter).expect("below the end"))
                .collect::<Vec<_>>()
        };
        assert_ne!(row(1, "a"), row(2, "a"));
        assert_ne!(row(1, "a"), row(1, "b"));
        assert_eq!(row(1, "a"), row(1, "a"));
    }

    #[test]
    fn neighbours_are_not_neighbours() {
        let permutation = Permutation::of_list(&[3; 32], "a");
        let close = (0..1_000_u32)
            .filter(|counter| {
                let index = |at| permutation.index(at).expect("below the end");
                index(*counter).abs_diff(index(counter + 1)) < 1_000
            })
            .count();
        assert!(close < 20, "{close} of 1,000 pairs lie close together");
    }
}
