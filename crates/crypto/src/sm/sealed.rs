//! SM2 encryption (GB/T 32918.4) in its DER form (GB/T 35276 7.2), parts in the order C1, C3, C2.
//!
//! The older forms, C1 ‖ C2 ‖ C3 and C1 ‖ C3 ‖ C2 without tags, are not read: nothing in them says which one it is.

use ::sm2::pke::{DecryptingKey, EncryptingKey, Mode};
use thiserror::Error;
use zeroize::Zeroizing;

use super::signature::{self, Source, WIDTH};
use crate::public_key::{KeyAlgorithm, PublicKey};
use crate::random::Random;
use crate::spki::{element, integer, only, positive, take};

/// Octets of the longest message: keys and short secrets, which is what it is for.
pub const MAX_SEALED: usize = 16 * 1024;

/// Why a message was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealedError {
    /// The key is not one of SM2, or not on the curve.
    #[error("the key is none of sm2")]
    Key,
    /// Empty, or above [`MAX_SEALED`] octets.
    #[error("the message is empty or too long")]
    Length,
    /// Not `SEQUENCE { x INTEGER, y INTEGER, hash OCTET STRING (32), cipherText OCTET STRING }`, or x, y not on the curve.
    #[error("the sealed message is malformed")]
    Malformed,
    /// The message was changed, or is for another key.
    #[error("the sealed message does not open")]
    NotAuthentic,
    /// No randomness, or the package failed.
    #[error("the message could not be sealed")]
    Failed,
}

/// Seals `message` for the holder of `key`: DER.
///
/// # Errors
/// `Key`, `Length`, `Failed`.
pub fn seal(key: &PublicKey, message: &[u8], random: &dyn Random) -> Result<Vec<u8>, SealedError> {
    if key.algorithm() != KeyAlgorithm::Sm2 {
        return Err(SealedError::Key);
    }
    if message.is_empty() || message.len() > MAX_SEALED {
        return Err(SealedError::Length);
    }
    let key = EncryptingKey::from_sec1_bytes(key.bits()).map_err(|_| SealedError::Key)?;
    let raw = key
        .encrypt(&mut Source(random), message)
        .map_err(|_| SealedError::Failed)?;
    encode(&raw).ok_or(SealedError::Failed)
}

/// Opens what was sealed for the private key `pkcs8`.
///
/// # Errors
/// `Key`, `Length`, `Malformed`, `NotAuthentic`; of a message that does not open nothing comes out.
pub fn open(pkcs8: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let number = signature::private_number(pkcs8).ok_or(SealedError::Key)?;
    let raw = decode(sealed)?;
    // GB/T 32918.4 7.1 B1: the point is on the curve before it is computed with.
    let point = raw.get(..2 * WIDTH + 1).unwrap_or_default();
    EncryptingKey::from_sec1_bytes(point).map_err(|_| SealedError::Malformed)?;
    let scalar = ::sm2::SecretKey::from_slice(number).map_err(|_| SealedError::Key)?;
    let key = DecryptingKey::new_with_mode(scalar.to_nonzero_scalar(), Mode::C1C3C2);
    let opened = key.decrypt(&raw).map_err(|_| SealedError::NotAuthentic);
    opened.map(Zeroizing::new)
}

/// `04 ‖ x ‖ y ‖ hash ‖ cipherText` as DER.
fn encode(raw: &[u8]) -> Option<Vec<u8>> {
    let (x, rest) = raw.strip_prefix(&[0x04])?.split_at_checked(WIDTH)?;
    let (y, rest) = rest.split_at_checked(WIDTH)?;
    let (hash, text) = rest.split_at_checked(WIDTH)?;
    let body = [
        integer(x),
        integer(y),
        element(0x04, hash),
        element(0x04, text),
    ];
    Some(element(0x30, &body.concat()))
}

/// The reverse, strict: minimal, nothing left over, the hash of its length, text that is not empty.
fn decode(sealed: &[u8]) -> Result<Vec<u8>, SealedError> {
    let parts = || {
        let (x, rest) = positive(only(sealed, 0x30)?)?;
        let (y, rest) = positive(rest)?;
        let (hash, rest) = take(rest, 0x04)?;
        let text = only(rest, 0x04)?;
        (hash.len() == WIDTH && !text.is_empty()).then_some(())?;
        let point = signature::fixed(x, y)?;
        Some((point, hash, text))
    };
    let (point, hash, text) = parts().ok_or(SealedError::Malformed)?;
    if text.len() > MAX_SEALED {
        return Err(SealedError::Length);
    }
    Ok([&[0x04], &point[..], hash, text].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;
    use crate::signer::{Signer as _, SoftwareSigner, generate_pkcs8};

    #[test]
    fn what_is_sealed_opens_with_the_private_key_alone() {
        let random = SystemRandom::new();
        let made = || generate_pkcs8(KeyAlgorithm::Sm2, &random).expect("made");
        let (own, other) = (made(), made());
        let signer = SoftwareSigner::from_pkcs8(&own, None).expect("its own");
        for length in [1, 16, 64, 4096, MAX_SEALED] {
            let message = vec![0x5a; length];
            let sealed = seal(signer.public_key(), &message, &random).expect("sealed");
            assert_eq!(open(&own, &sealed).as_deref(), Ok(&message));
            assert_eq!(open(&other, &sealed), Err(SealedError::NotAuthentic));
        }
        for length in [0, MAX_SEALED + 1] {
            let refused = seal(signer.public_key(), &vec![1; length], &random);
            assert_eq!(refused, Err(SealedError::Length));
        }
        let p256 = generate_pkcs8(KeyAlgorithm::EcP256, &random).expect("made");
        let signer = SoftwareSigner::from_pkcs8(&p256, None).expect("its own");
        let refused = seal(signer.public_key(), b"secret", &random);
        assert_eq!(refused, Err(SealedError::Key));
        assert_eq!(open(&p256, &[]), Err(SealedError::Key));
    }

    #[test]
    fn no_octet_of_a_sealed_message_can_be_changed() {
        let random = SystemRandom::new();
        let own = generate_pkcs8(KeyAlgorithm::Sm2, &random).expect("made");
        let signer = SoftwareSigner::from_pkcs8(&own, None).expect("its own");
        let sealed = seal(signer.public_key(), b"secret", &random).expect("sealed");
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(open(&own, &bent).is_err(), "{at}");
            assert!(open(&own, &sealed[..at]).is_err());
        }
        let mut trailing = sealed;
        trailing.push(0);
        assert_eq!(open(&own, &trailing), Err(SealedError::Malformed));
    }
}
