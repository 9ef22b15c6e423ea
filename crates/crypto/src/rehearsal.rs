//! Keys that sign the same octets the same way each time: for drills of a ceremony, and worth nothing.

use p384::ecdsa::signature::hazmat::PrehashSigner;
use ring::digest::{SHA384, digest};
use zeroize::Zeroizing;

use crate::authorisation::Authorisation;
use crate::public_key::{KeyAlgorithm, PublicKey};
use crate::random::{Random, RandomUnavailable};
use crate::signature::{Signature, SignatureAlgorithm};
use crate::signer::{Input, P384, ReadPrivateKey, SignError, Signer, SoftwareSigner};
use crate::signer::{checked, generate_pkcs8};
use crate::sm::signature as sm2;
use crate::spki::element;

/// A key of a drill. Never one of an office: who has the seed has the key.
pub struct Rehearsal {
    key: SoftwareSigner,
    again: Again,
    pkcs8: Zeroizing<Vec<u8>>,
}

enum Again {
    /// RFC 8032 5.1.6: no randomness is asked for.
    Ed25519,
    /// RFC 6979 3.2.
    P384(p384::ecdsa::SigningKey),
    Sm2(Box<sm2::Key>),
}

/// What an SM2 nonce is hedged with, where it has to be the same again: it is then derived from key and message alone.
#[derive(Debug)]
struct Nothing;

impl Random for Nothing {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable> {
        out.fill(0);
        Ok(())
    }
}

impl std::fmt::Debug for Rehearsal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Rehearsal").field(&self.key).finish()
    }
}

impl Rehearsal {
    /// The key that follows from the caller's randomness.
    ///
    /// # Errors
    /// `NotGenerated` for a kind whose keys or signatures are not the same again: RSA, P-256, P-521. `NoRandomness`.
    pub fn generate(kind: KeyAlgorithm, random: &dyn Random) -> Result<Self, ReadPrivateKey> {
        let (pkcs8, again) = match kind {
            KeyAlgorithm::EcP384 => p384_of(random)?,
            KeyAlgorithm::Ed25519 => (generate_pkcs8(kind, random)?, Again::Ed25519),
            KeyAlgorithm::Sm2 => {
                let pkcs8 = generate_pkcs8(kind, random)?;
                let key = sm2::Key::from_pkcs8(&pkcs8).ok_or(ReadPrivateKey::Unreadable)?;
                (pkcs8, Again::Sm2(Box::new(key)))
            }
            _ => return Err(ReadPrivateKey::NotGenerated),
        };
        let key = SoftwareSigner::from_pkcs8(&pkcs8, None)?;
        Ok(Self { key, again, pkcs8 })
    }

    /// The key as PKCS#8, for a store that a drill makes.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}

impl Signer for Rehearsal {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn sign(&self, input: Input<'_>, under: &Authorisation) -> Result<Signature, SignError> {
        let by = (self.public_key(), self.algorithm());
        let octets = |message: &[u8]| match &self.again {
            Again::Ed25519 => self
                .key
                .sign(input, under)
                .ok()
                .map(|made| made.bytes().to_vec()),
            Again::Sm2(key) => key.sign(message, &Nothing),
            Again::P384(key) => {
                let made: p384::ecdsa::Signature =
                    key.sign_prehash(digest(&SHA384, message).as_ref()).ok()?;
                Some(made.to_der().as_bytes().to_vec())
            }
        };
        checked(by, input, under, |message| {
            octets(message).map(Signature::new).ok_or(SignError::Failed)
        })
    }
}

/// A number in [1, n − 1] as FIPS 186-5 A.2.2 draws it: what is not below is thrown away.
fn p384_of(random: &dyn Random) -> Result<(Zeroizing<Vec<u8>>, Again), ReadPrivateKey> {
    let mut number = Zeroizing::new([0; 48]);
    let key = loop {
        random
            .fill(number.as_mut())
            .map_err(|_| ReadPrivateKey::NoRandomness)?;
        if let Ok(key) = p384::ecdsa::SigningKey::from_slice(number.as_ref()) {
            break key;
        }
    };
    let mut bits = vec![0];
    bits.extend_from_slice(key.verifying_key().to_sec1_point(false).as_bytes());
    // RFC 5915 3 in RFC 5958 2: version 1, the number, the public half.
    let parts = [
        &[2, 1, 1][..],
        &element(4, number.as_ref()),
        &element(0xa1, &element(3, &bits)),
    ];
    let inside = element(0x30, &parts.concat());
    let body = [&[2, 1, 0][..], &element(0x30, P384), &element(4, &inside)].concat();
    Ok((Zeroizing::new(element(0x30, &body)), Again::P384(key)))
}

#[cfg(test)]
mod tests {
    use time::UtcDateTime;

    use super::*;
    use crate::authorisation::{KeyId, KeyUse};
    use crate::random::SeededRandom;

    fn signed(kind: KeyAlgorithm, seed: u64) -> (Vec<u8>, Vec<u8>) {
        let key = Rehearsal::generate(kind, &SeededRandom::new(seed)).expect("a key of a drill");
        let id = KeyId::parse("drill-root").expect("a plain name");
        let under =
            Authorisation::journalled(id, KeyUse::Certificates, b"list", UtcDateTime::UNIX_EPOCH);
        let made = key.sign(Input::Message(b"list"), &under).expect("signs");
        let read = SoftwareSigner::from_pkcs8(key.pkcs8(), None).expect("a store takes it");
        assert_eq!(read.public_key(), key.public_key());
        (key.public_key().spki().to_vec(), made.bytes().to_vec())
    }

    #[test]
    fn one_seed_gives_one_key_and_one_signature_and_another_seed_another() {
        for kind in [
            KeyAlgorithm::EcP384,
            KeyAlgorithm::Ed25519,
            KeyAlgorithm::Sm2,
        ] {
            assert_eq!(signed(kind, 1), signed(kind, 1));
            assert_ne!(signed(kind, 1), signed(kind, 2));
        }
    }

    #[test]
    fn kinds_that_are_not_the_same_again_are_refused() {
        for kind in [KeyAlgorithm::EcP256, KeyAlgorithm::Rsa] {
            let refused = Rehearsal::generate(kind, &SeededRandom::new(1));
            assert!(matches!(refused, Err(ReadPrivateKey::NotGenerated)));
        }
    }
}
