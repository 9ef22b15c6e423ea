//! HMAC with SM3 (RFC 2104, GM/T 0042).

use sm3::{Digest as _, Sm3};
use zeroize::Zeroizing;

/// Octets of a block of SM3 (GB/T 32905 5.3).
const BLOCK: usize = 64;

/// HMAC with SM3.
#[must_use]
pub fn hmac_sm3(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; BLOCK]);
    // RFC 2104 2: a key longer than a block is its digest.
    let digest = Zeroizing::new(<[u8; 32]>::from(Sm3::digest(key)));
    let key = if key.len() > BLOCK { &digest[..] } else { key };
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let padded = |pad: u8| Zeroizing::new(block.map(|octet| octet ^ pad));
    let inner = Sm3::new_with_prefix(padded(0x36))
        .chain_update(message)
        .finalize();
    Sm3::new_with_prefix(padded(0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// The values are those of OpenSSL: `openssl mac -digest SM3 -macopt hexkey:… HMAC`.
    #[test]
    fn short_and_long_keys_make_the_values_of_another_program() {
        assert_eq!(
            hex(&hmac_sm3(b"Jefe", b"what do ya want for nothing?")),
            "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882"
        );
        assert_eq!(
            hex(&hmac_sm3(
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            )),
            "b4fd844e13342002f0b2e0690ea7741f1497d993a70494cea601e657bedf67a0"
        );
    }
}
