//! Octets changed: blindly, and along the structure that they have.

pub mod json;
pub mod octets;
pub mod page;
pub mod tlv;

use super::dice::Dice;
use super::target::Shape;

/// A changed copy of `from`; others of the same pool lend their parts.
#[must_use]
pub fn mutate(
    dice: &mut Dice,
    shape: Shape,
    from: &[u8],
    pool: &[Vec<u8>],
    most: usize,
) -> Vec<u8> {
    let mut out = from.to_vec();
    for _ in 0..=dice.below(3) {
        let other = dice.one(pool).map(Vec::as_slice).unwrap_or_default();
        // A third blind, the rest along the structure.
        let along = match shape {
            _ if dice.once_in(3) => None,
            Shape::Der => tlv::mutate(dice, &out, other),
            Shape::Json => json::mutate(dice, &out, other),
            Shape::Pdf => page::mutate(dice, &out, other),
            Shape::Text => octets::mutate_text(dice, &out, other),
            Shape::Octets => None,
        };
        out = match along {
            Some(changed) => changed,
            None => octets::mutate(dice, out, other),
        };
        out.truncate(most);
    }
    out
}
