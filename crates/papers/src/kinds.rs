//! Which algorithm a person's key signs documents with.

use asn1::write;
use crypto::{DigestAlgorithm, KeyAlgorithm, SignatureAlgorithm};

/// Kinds of keys, the algorithm of each, and its code.
const KINDS: [(KeyAlgorithm, SignatureAlgorithm, &str); 3] = [
    (
        KeyAlgorithm::EcP256,
        SignatureAlgorithm::EcdsaP256Sha256,
        "ecdsa-p256-sha256",
    ),
    (
        KeyAlgorithm::EcP384,
        SignatureAlgorithm::EcdsaP384Sha384,
        "ecdsa-p384-sha384",
    ),
    (
        KeyAlgorithm::Rsa,
        SignatureAlgorithm::RsaPkcs1Sha256,
        "rsa-pkcs1-sha256",
    ),
];

/// The algorithm that a key signs with; `None` for a kind that signs no documents of persons here.
pub(crate) fn algorithm_of(key: KeyAlgorithm) -> Option<SignatureAlgorithm> {
    let known = KINDS.iter().find(|(kind, ..)| *kind == key);
    known.map(|(_, algorithm, _)| *algorithm)
}

/// The code of one of these.
pub(crate) fn code_of(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    let known = KINDS.iter().find(|(_, one, _)| *one == algorithm);
    known.map(|(.., code)| *code)
}

/// The hash of the algorithm of this code; of a code that was never given, SHA-256.
pub(crate) fn hash_of(code: &str) -> DigestAlgorithm {
    let known = KINDS.iter().find(|(.., one)| *one == code);
    known.map_or(DigestAlgorithm::Sha256, |(_, algorithm, _)| {
        algorithm.digest()
    })
}

/// Octets of a curve's order.
fn width_of(key: KeyAlgorithm) -> Option<usize> {
    match key {
        KeyAlgorithm::EcP256 => Some(32),
        KeyAlgorithm::EcP384 => Some(48),
        _ => None,
    }
}

/// `ECDSA-Sig-Value` in DER (RFC 5480 appendix A) of r and s one after the other, each as long as the curve's order.
pub(crate) fn der_of(key: KeyAlgorithm, plain: &[u8]) -> Option<Vec<u8>> {
    let width = width_of(key)?;
    let (r, s) = plain.split_at_checked(width)?;
    let whole = s.len() == width;
    whole.then(|| write::sequence([r, s].map(write::unsigned_octets)))
}
