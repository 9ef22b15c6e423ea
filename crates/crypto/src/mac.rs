//! Keyed digests (RFC 2104) and comparison in constant time.

use ring::hmac;

/// HMAC with SHA-256.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut value = [0; 32];
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    value.copy_from_slice(hmac::sign(&key, message).as_ref());
    value
}

/// Whether two byte strings are equal, in a time that depends on their lengths alone (T-K5).
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).fold(0, |different, (left, right)| {
            std::hint::black_box(different | (left ^ right))
        }) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_is_equal_and_nothing_else() {
        assert!(constant_time_eq(b"", b"") && constant_time_eq(b"same", b"same"));
        assert!(!constant_time_eq(b"same", b"sane") && !constant_time_eq(b"same", b"sam"));
    }

    #[test]
    fn case_two_of_rfc_4231() {
        let value = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(value[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }
}
