//! Checking SM2 signatures (GB/T 32918.2 7.1): what is asked of a value before it is computed with, and the computation.
//!
//! The arithmetic below is our own and in variable time. It is fit for public data alone, and is given nothing else: its
//! modules are private to this file, which knows public keys, messages and signatures. Whatever knows a private number
//! computes with the package (`signature.rs`, `sealed.rs`), to which this is held by `differences.rs`.

mod field;
mod multiple;
mod number;
mod point;
mod seen;

use self::multiple::{Table, combined};
use self::number::Scalar;
use self::point::Affine;
use self::seen::SEEN;
use super::signature::{DEFAULT_IDENTITY, WIDTH, fixed, identity_digest, message_digest};
use crate::spki::two_integers;

/// A public key whose point lies on the curve.
pub(crate) struct Checker {
    point: Affine,
    /// `Px ‖ Py`.
    octets: [u8; 2 * WIDTH],
    usual: [u8; 32],
}

impl Checker {
    /// Takes an uncompressed point, `04 ‖ Px ‖ Py`; `None` if it is none of the curve.
    pub(crate) fn new(bits: &[u8]) -> Option<Checker> {
        let octets: [u8; 2 * WIDTH] = bits.strip_prefix(&[0x04])?.try_into().ok()?;
        Some(Checker {
            point: Affine::read(&octets)?,
            octets,
            usual: identity_digest(DEFAULT_IDENTITY, &octets)?,
        })
    }

    /// Whether the value is one of this key over `message`, under the default identity or another one.
    pub(crate) fn is_good(&self, identity: Option<&[u8]>, message: &[u8], value: &[u8]) -> bool {
        self.judge(identity, message, value).is_some()
    }

    fn judge(&self, identity: Option<&[u8]>, message: &[u8], value: &[u8]) -> Option<()> {
        // GB/T 35276 7.3: DER of two positive numbers, nothing behind them.
        let (r, s) = two_integers(value)?;
        let before = match identity {
            None => self.usual,
            Some(identity) => identity_digest(identity, &self.octets)?,
        };
        self.judge_digest(&message_digest(&before, message), &fixed(r, s)?)
    }

    /// `value` is `r ‖ s`.
    fn judge_digest(&self, digest: &[u8; 32], value: &[u8; 2 * WIDTH]) -> Option<()> {
        let table = SEEN.table(&self.octets, &self.point);
        self.compute(digest, value, table.as_deref())
    }

    fn compute(
        &self,
        digest: &[u8; 32],
        value: &[u8; 2 * WIDTH],
        table: Option<&Table>,
    ) -> Option<()> {
        let (r, s) = value.split_first_chunk::<WIDTH>()?;
        // GB/T 32918.2 7.1 B1 and B2: both in [1, n − 1].
        let r = Scalar::of_signature(r)?;
        let s = Scalar::of_signature(s.try_into().ok()?)?;
        // B5: with t = 0 the key would not matter.
        let t = r.plus(s);
        if t.is_zero() {
            return None;
        }
        // B6 and B7: e + x1 = r. O has no x1.
        let sum = combined(s, t, &self.point, table)?;
        sum.has_x(r.minus(Scalar::reduced(digest))).then_some(())
    }
}

#[cfg(test)]
mod differences;
#[cfg(test)]
mod tests;
