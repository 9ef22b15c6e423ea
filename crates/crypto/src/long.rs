//! ECDSA that ring has not: with SHA-512, on P-256, P-384 and P-521 (FIPS 186-5, 6.4.2). Checking alone, in foreign documents:
//! nothing here is secret, and nothing is signed.

use p384::ecdsa::signature::hazmat::PrehashVerifier;
use ring::digest::{SHA512, digest};

/// Which curve, with SHA-512.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Long {
    P256,
    P384,
    P521,
}

impl Long {
    /// Whether a signature, DER, was made by the key whose point is `bits` over `message`.
    pub(crate) fn is_good(self, bits: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let hash = digest(&SHA512, message);
        let checked = match self {
            Long::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(bits).and_then(|key| {
                let signature = p256::ecdsa::Signature::from_der(signature)?;
                key.verify_prehash(hash.as_ref(), &signature)
            }),
            Long::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(bits).and_then(|key| {
                let signature = p384::ecdsa::Signature::from_der(signature)?;
                key.verify_prehash(hash.as_ref(), &signature)
            }),
            Long::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(bits).and_then(|key| {
                let signature = p521::ecdsa::Signature::from_der(signature)?;
                key.verify_prehash(hash.as_ref(), &signature)
            }),
        };
        checked.is_ok()
    }
}

/// Whether an uncompressed point lies on P-521.
pub(crate) fn is_on_curve(bits: &[u8]) -> bool {
    p521::ecdsa::VerifyingKey::from_sec1_bytes(bits).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_off_the_longest_curve_is_none() {
        let mut point = vec![0; 133];
        if let Some(first) = point.first_mut() {
            *first = 4;
        }
        assert!(!is_on_curve(&point));
        assert!(!Long::P521.is_good(&point, b"message", &[0x30, 0x00]));
    }
}
