//! Whether a delta goes with a complete CRL (RFC 5280 5.2.4, 6.3.3 c).

use std::cmp::Ordering;

use thiserror::Error;

use super::Crl;

/// Why a delta says nothing about what a complete list covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DeltaRefused {
    /// The first is no complete list, or the other no delta.
    #[error("not a complete list and a delta")]
    NotOne,
    /// Another issuer's.
    #[error("delta of another issuer")]
    OtherIssuer,
    /// Another issuing distribution point, octet for octet, or one of them has none.
    #[error("delta of another scope")]
    OtherScope,
    /// Another authority key identifier.
    #[error("delta of another key")]
    OtherKey,
    /// The complete list is older than the one from which on the delta tells changes.
    #[error("complete list is older than the delta's base")]
    BeforeBase,
    /// The delta is not newer than the complete list.
    #[error("delta is not newer than the complete list")]
    NotNewer,
}

impl Crl {
    /// Asks whether `delta` may be read on top of this complete list: of the same issuer, scope and key, this list's
    /// number from the base on, and below that of the delta. Both signatures are the caller's to check, with one key.
    ///
    /// # Errors
    /// Why not.
    pub fn takes(&self, delta: &Self) -> Result<(), DeltaRefused> {
        let (None, Some(base)) = (self.base(), delta.base()) else {
            return Err(DeltaRefused::NotOne);
        };
        let scope = |list: &Self| list.0.point.as_ref().map(|point| list.part(point).to_vec());
        // 6.3.3 c 1
        if self.issuer() != delta.issuer() {
            return Err(DeltaRefused::OtherIssuer);
        }
        if scope(self) != scope(delta) {
            return Err(DeltaRefused::OtherScope);
        }
        // 6.3.3 c 3
        if self.authority_key() != delta.authority_key() {
            return Err(DeltaRefused::OtherKey);
        }
        // 5.2.4 c, d
        if compare(self.number(), base) == Ordering::Less {
            return Err(DeltaRefused::BeforeBase);
        }
        if compare(self.number(), delta.number()) != Ordering::Less {
            return Err(DeltaRefused::NotNewer);
        }
        Ok(())
    }
}

/// Compares content octets of INTEGERs in DER, neither of which is negative.
fn compare(one: &[u8], other: &[u8]) -> Ordering {
    let digits = |number: &[u8]| {
        let zeros = number.iter().take_while(|octet| **octet == 0).count();
        number.get(zeros..).unwrap_or_default().to_vec()
    };
    let (one, other) = (digits(one), digits(other));
    one.len().cmp(&other.len()).then(one.cmp(&other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert_eq!(compare(&[0], &[0]), Ordering::Equal);
        assert_eq!(compare(&[0x7f], &[0, 0x80]), Ordering::Less);
        assert_eq!(compare(&[1, 0], &[0, 0xff]), Ordering::Greater);
        assert_eq!(compare(&[2; 20], &[3; 19]), Ordering::Greater);
        assert_eq!(compare(&[2, 1], &[2, 2]), Ordering::Less);
    }
}
