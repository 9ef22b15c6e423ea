//! From an algorithm to what a token is asked for, and from its value to a signature.

use crypto::device::{Fault, hashed};
use crypto::{PublicKey, Signature, SignatureAlgorithm};

use crate::protocol::{LONGEST, Mechanism};

/// `DigestInfo` without the digest: AlgorithmIdentifier with NULL (RFC 8017 9.2, note 1).
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
const SHA384_INFO: [u8; 19] = [
    0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05,
    0x00, 0x04, 0x30,
];
const SHA512_INFO: [u8; 19] = [
    0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05,
    0x00, 0x04, 0x40,
];
/// Longest message of an EdDSA key, which signs messages: something stands around it in a request.
const LONGEST_MESSAGE: usize = LONGEST - 64;

/// Mechanism and octets for `message`; `sm2` is the vendor's number of its mechanism for SM2. We hash ourselves: not every
/// token has the mechanisms that do, and a list of a megabyte does not travel to it.
pub(crate) fn asked(
    by: (&PublicKey, SignatureAlgorithm),
    message: &[u8],
    sm2: Option<u32>,
) -> Result<(Mechanism, Vec<u8>), Fault> {
    use SignatureAlgorithm as A;
    if by.1 == A::Ed25519 {
        // RFC 8032 5.1: the message itself is hashed twice.
        return match message.len() {
            0..=LONGEST_MESSAGE => Ok((Mechanism::Eddsa, message.to_vec())),
            _ => Err(Fault::TooLong),
        };
    }
    let digest = hashed(by, message).ok_or(Fault::Unsupported)?;
    let info = |before: &[u8]| Ok((Mechanism::RsaPkcs1, [before, digest.bytes()].concat()));
    let mechanism = match by.1 {
        A::EcdsaP256Sha256 | A::EcdsaP384Sha384 => Mechanism::Ecdsa,
        A::RsaPkcs1Sha256 => return info(&SHA256_INFO),
        A::RsaPkcs1Sha384 => return info(&SHA384_INFO),
        A::RsaPkcs1Sha512 => return info(&SHA512_INFO),
        A::RsaPssSha256 => Mechanism::RsaPss256,
        A::RsaPssSha384 => Mechanism::RsaPss384,
        A::RsaPssSha512 => Mechanism::RsaPss512,
        A::Sm2Sm3 => Mechanism::Vendor(sm2.ok_or(Fault::Unsupported)?),
        _ => return Err(Fault::Unsupported),
    };
    Ok((mechanism, digest.bytes().to_vec()))
}

/// The value as X.509 and CMS carry it: tokens give `r ‖ s` in the curve's whole width, and of RSA and EdDSA the octets.
pub(crate) fn signature(algorithm: SignatureAlgorithm, value: Vec<u8>) -> Result<Signature, Fault> {
    use SignatureAlgorithm as A;
    let width = match algorithm {
        A::EcdsaP256Sha256 | A::Sm2Sm3 => 32,
        A::EcdsaP384Sha384 => 48,
        _ => return Ok(Signature::new(value)),
    };
    if value.len() != 2 * width {
        return Err(Fault::Answer);
    }
    Signature::from_fixed(&value).map_err(|_| Fault::Answer)
}
