//! Which partition of the lists a certificate belongs to.

use std::num::NonZeroU32;

use crate::certificate::SerialNumber;
use crypto::mac::hmac_sha256;

/// The shard of this certificate among `shards`, from 0 on: a keyed digest of the serial number.
///
/// Asked once, at issue, and kept with the certificate: `shards` may grow later, and what was printed into
/// a certificate stays. The key is the issuer generation's own, so that nobody outside fills one shard.
#[must_use]
pub fn shard(key: &[u8; 32], serial: &SerialNumber, shards: NonZeroU32) -> u32 {
    let digest = hmac_sha256(key, serial.octets());
    let first = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, octet| number << 8 | u64::from(*octet));
    u32::try_from(first % u64::from(shards.get())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_even_and_stay() {
        let shards = NonZeroU32::new(16).expect("not zero");
        let mut counts = [0_u32; 16];
        for number in 0..16_000_u32 {
            let mut random = [7; 16];
            random[12..].copy_from_slice(&number.to_be_bytes());
            let serial = SerialNumber::from_random(random);
            let place = shard(&[1; 32], &serial, shards);
            assert_eq!(place, shard(&[1; 32], &serial, shards));
            counts[place as usize] += 1;
        }
        assert!(
            counts.iter().all(|count| (800..1200).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn another_key_sorts_otherwise() {
        let shards = NonZeroU32::new(1 << 20).expect("not zero");
        let serial = SerialNumber::from_random([9; 16]);
        assert_ne!(
            shard(&[1; 32], &serial, shards),
            shard(&[2; 32], &serial, shards)
        );
        assert_eq!(shard(&[1; 32], &serial, NonZeroU32::MIN), 0);
    }
}
