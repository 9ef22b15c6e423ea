//! One-time codes of a second factor: TOTP (RFC 6238) with HMAC-SHA-1, six digits, thirty seconds, which is what every
//! authenticator makes.

use ring::hmac;

use crate::mac::constant_time_eq;

/// Octets of a shared secret (RFC 4226 4 R6: 160 bits are recommended).
pub const SECRET: usize = 20;
/// Seconds of a step (RFC 6238 4.1).
const STEP: i64 = 30;
/// Steps by which clocks may differ, before and after (RFC 6238 5.2: one is recommended).
const SKEW: i64 = 1;
/// Codes are taken modulo this: six digits.
const DIGITS: u32 = 1_000_000;

/// The code of a step.
///
/// # Shape
/// Six decimal digits, zeros in front.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    // RFC 6238 1.2: authenticators know SHA-1 alone; as a keyed digest it is not broken (RFC 6194 3.3).
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    // RFC 4226 5.3: four octets from where the last half octet says, without the sign.
    let digest = tag.as_ref();
    let at = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    let word = digest.get(at..at + 4).unwrap_or_default();
    let word = word
        .iter()
        .fold(0_u32, |word, octet| (word << 8) | u32::from(*octet));
    format!("{:06}", (word & 0x7fff_ffff) % DIGITS)
}

/// The step whose code this is, at a moment in seconds of 1970; none for another code, and for one of the step `used`
/// last or before it: a code is good once (RFC 6238 5.2).
#[must_use]
pub fn find_step(secret: &[u8], given: &str, (at, used): (i64, i64)) -> Option<i64> {
    let now = at.div_euclid(STEP);
    let mut found = None;
    // Each step is looked at, whichever fits: the time says nothing.
    for step in now - SKEW..=now + SKEW {
        let same = constant_time_eq(code(secret, step).as_bytes(), given.as_bytes());
        if same && step > used {
            found = Some(step);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn appendix_b_of_rfc_6238() {
        for (seconds, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000_i64, "65353130"),
        ] {
            assert_eq!(code(SECRET, seconds / STEP), eight[2..], "{seconds}");
        }
    }

    #[test]
    fn appendix_d_of_rfc_4226() {
        for (step, expected) in ["755224", "287082", "359152", "969429", "338314"]
            .into_iter()
            .enumerate()
        {
            let step = i64::try_from(step).expect("few");
            assert_eq!(code(SECRET, step), expected);
        }
    }

    #[test]
    fn a_code_is_good_once_and_one_step_around_its_own() {
        let at = 1_234_567_890;
        let step = at / STEP;
        let good = code(SECRET, step);
        assert_eq!(find_step(SECRET, &good, (at, 0)), Some(step));
        assert_eq!(find_step(SECRET, &good, (at + STEP, 0)), Some(step));
        assert_eq!(find_step(SECRET, &good, (at - STEP, 0)), Some(step));
        assert_eq!(find_step(SECRET, &good, (at + 2 * STEP, 0)), None);
        assert_eq!(find_step(SECRET, &good, (at - 2 * STEP, 0)), None);
        assert_eq!(find_step(SECRET, &good, (at, step)), None, "used");
        for other in ["", "0", "000000", &good[1..], &format!("{good}0")] {
            assert_eq!(find_step(SECRET, other, (at, 0)), None, "{other}");
        }
    }
}
