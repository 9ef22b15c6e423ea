//! ECDSA over a digest, where a protocol hands over nothing else (CSC API 2.1 `signatures/signHash`): P-256 with SHA-256.
//! ring signs messages alone, so that the arithmetic is that of the package which checks P-384 and P-521 elsewhere.

use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{Signature as Value, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::public_key::PublicKey;
use crate::signature::Signature;
use crate::spki::{only, take};

/// The private number of a key on P-256; wiped when dropped (T-K4).
pub(crate) struct Number(Zeroizing<[u8; 32]>);

impl Number {
    /// Of a PKCS#8 key (RFC 5958 2, RFC 5915 3) that was read whole before; `curve` is the content of P-256's
    /// AlgorithmIdentifier; `None` for a key of another one.
    pub(crate) fn of_pkcs8(pkcs8: &[u8], curve: &[u8]) -> Option<Number> {
        let (_, rest) = take(only(pkcs8, 0x30)?, 0x02)?;
        let (identifier, rest) = take(rest, 0x30)?;
        if identifier != curve {
            return None;
        }
        let (inside, _) = take(rest, 0x04)?;
        let (_, rest) = take(only(inside, 0x30)?, 0x02)?;
        let (number, _) = take(rest, 0x04)?;
        number.try_into().ok().map(Zeroizing::new).map(Number)
    }

    /// The value over a digest, DER. The nonce is derived from number and digest (RFC 6979 3.2), so that no weakness of
    /// randomness reaches it (T-K5).
    pub(crate) fn sign(&self, digest: &Digest) -> Option<Signature> {
        let key = SigningKey::from_slice(self.0.as_ref()).ok()?;
        let value: Value = key.sign_prehash(digest.bytes()).ok()?;
        Some(Signature::new(value.to_der().as_bytes().to_vec()))
    }
}

/// Whether a value over a digest was made by this key.
pub(crate) fn is_good(public: &PublicKey, digest: &Digest, signature: &Signature) -> bool {
    let key = VerifyingKey::from_sec1_bytes(public.bits());
    let value = Value::from_der(signature.bytes());
    match (key, value) {
        (Ok(key), Ok(value)) => key.verify_prehash(digest.bytes(), &value).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::DigestAlgorithm;
    use crate::public_key::KeyAlgorithm;
    use crate::random::SystemRandom;
    use crate::signature::SignatureAlgorithm;
    use crate::signer::{P256, Signer as _, SoftwareSigner, generate_pkcs8};

    #[test]
    fn a_value_over_a_digest_is_one_over_the_message() {
        let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new()).expect("made");
        let key = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("its own");
        let number = Number::of_pkcs8(&pkcs8, P256).expect("on P-256");
        let digest = Digest::of(DigestAlgorithm::Sha256, b"message");
        let value = number.sign(&digest).expect("signed");
        let checked =
            key.public_key()
                .check(SignatureAlgorithm::EcdsaP256Sha256, b"message", &value);
        assert_eq!(checked, Ok(()));
        assert!(is_good(key.public_key(), &digest, &value));
        let other = Digest::of(DigestAlgorithm::Sha256, b"another");
        assert!(!is_good(key.public_key(), &other, &value));
    }

    #[test]
    fn a_key_of_another_kind_has_no_number() {
        for kind in [
            KeyAlgorithm::EcP384,
            KeyAlgorithm::Ed25519,
            KeyAlgorithm::Sm2,
        ] {
            let pkcs8 = generate_pkcs8(kind, &SystemRandom::new()).expect("made");
            assert!(Number::of_pkcs8(&pkcs8, P256).is_none());
        }
        assert!(Number::of_pkcs8(b"no key", P256).is_none());
    }
}
