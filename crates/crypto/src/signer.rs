//! Signing: the trait behind which keys sit, and keys in software.

#[cfg(unix)]
use std::sync::Arc;

use ring::rsa;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING};
use ring::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512};
use ring::signature::{RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512};
use thiserror::Error;
#[cfg(unix)]
use zeroize::Zeroize;
use zeroize::Zeroizing;

use crate::authorisation::Authorisation;
use crate::device_fault::Fault;
use crate::digest::{Digest, DigestAlgorithm, sha256};
use crate::mac::constant_time_eq;
use crate::prehashed::{Number, is_good};
use crate::public_key::{KeyAlgorithm, PublicKey, ReadKey};
use crate::random::{Random, SystemRandom};
use crate::signature::{Signature, SignatureAlgorithm};
use crate::sm::signature as sm2;
use crate::spki::element;

/// What is signed.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Input<'a> {
    /// A message, hashed by the algorithm.
    Message(&'a [u8]),
    /// A digest, where a protocol hands over nothing else.
    Digest(&'a Digest),
}

/// A private key, wherever it sits.
pub trait Signer: Send + Sync {
    /// Its public half.
    fn public_key(&self) -> &PublicKey;

    /// The algorithm with which it signs.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Signs `input` under an authorisation that names these exact bytes; the signature was checked
    /// with the public key before it is returned (T-C3).
    ///
    /// # Errors
    /// The authorisation is for other bytes or another key, the key is locked away, the device fails.
    fn sign(&self, input: Input<'_>, under: &Authorisation) -> Result<Signature, SignError>;
}

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignError {
    /// The bytes are not those that were journalled.
    #[error("the bytes to be signed are not those that were journalled")]
    NotJournalled,
    /// The key is for another use.
    #[error("the key is not for this use")]
    WrongUse,
    /// The authorisation names another key.
    #[error("the authorisation names another key")]
    WrongKey,
    /// The store has no key of this name.
    #[error("the key store has no such key")]
    UnknownKey,
    /// A seal without a release.
    #[error("a seal is not used without a release")]
    NotReleased,
    /// The releaser's signature is not good, or the releaser is not enrolled for this seal.
    #[error("the release was not signed by an enrolled releaser")]
    ReleaseUnsigned,
    /// The release is for another seal.
    #[error("the release is for another seal")]
    ReleaseForAnotherSeal,
    /// Who asked for the seal released it (R3).
    #[error("nobody releases what they asked for themselves")]
    ReleasedByRequester,
    /// The release has expired.
    #[error("the release has expired")]
    ReleaseExpired,
    /// The seal is a high-risk one, and fewer of its people released this use than have to (T-S1).
    #[error("fewer people released this use of the seal than have to")]
    TooFewApprovals,
    /// A person's key without that person's consent to words, or too late.
    #[error("a person's key is not used without their consent")]
    NotConsented,
    /// The store is sealed or locked.
    #[error("the key store is locked")]
    Locked,
    /// This key does not sign digests.
    #[error("the key signs messages, not digests")]
    DigestUnsupported,
    /// The key could not be used.
    #[error("the key could not be used")]
    Failed,
    /// The signature made does not check (T-C3).
    #[error("the signature made is not good and was withheld")]
    SelfCheck,
    /// The device that has the key did not sign.
    #[error("the device that has the key did not sign")]
    Device(#[from] Fault),
}

/// Why a private key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadPrivateKey {
    /// Not the PKCS#8 of a supported key (RSA 2048–4096 with CRT parameters, P-256, P-384, Ed25519, SM2).
    #[error("the private key is not readable")]
    Unreadable,
    /// The algorithm asked for does not go with it.
    #[error("the algorithm does not go with the key")]
    WrongAlgorithm,
    /// This kind of key cannot be generated here (RSA).
    #[error("keys of this kind are not generated here")]
    NotGenerated,
    /// No randomness.
    #[error("no randomness can be had")]
    NoRandomness,
    /// Its public half is refused.
    #[error("the public half is refused")]
    Public(#[from] ReadKey),
}

enum Private {
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<rsa::KeyPair>),
    Sm2(Box<sm2::Key>),
}

/// A key in the memory of this process.
///
/// It checks that the input is the one journalled; use, enrolment and release are checked by the key
/// store that holds it. When it is dropped its memory is overwritten with a throw-away key, as far as the
/// package below allows: of an RSA key parts stay behind on the heap, and belong on a device (T-K2).
pub struct SoftwareSigner {
    private: Private,
    public: PublicKey,
    algorithm: SignatureAlgorithm,
    /// For signatures over digests; a key that is not asked for them has none.
    number: Option<Number>,
}

impl std::fmt::Debug for SoftwareSigner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SoftwareSigner")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl SoftwareSigner {
    /// Reads a PKCS#8 private key; without an algorithm the usual one of its kind (RSA: PKCS#1 v1.5
    /// with SHA-256).
    ///
    /// # Errors
    /// `Unreadable`, `WrongAlgorithm`, `Public`.
    pub fn from_pkcs8(
        pkcs8: &[u8],
        algorithm: Option<SignatureAlgorithm>,
    ) -> Result<SoftwareSigner, ReadPrivateKey> {
        use SignatureAlgorithm as A;
        let random = ring::rand::SystemRandom::new();
        let ec = |kind| EcdsaKeyPair::from_pkcs8(kind, pkcs8, &random);
        let (private, spki, usual) = if let Ok(key) = ec(&ECDSA_P256_SHA256_ASN1_SIGNING) {
            let spki = spki_of(P256, key.public_key().as_ref());
            (Private::Ec(key), spki, A::EcdsaP256Sha256)
        } else if let Ok(key) = ec(&ECDSA_P384_SHA384_ASN1_SIGNING) {
            let spki = spki_of(P384, key.public_key().as_ref());
            (Private::Ec(key), spki, A::EcdsaP384Sha384)
        } else if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8) {
            let spki = spki_of(ED25519, key.public_key().as_ref());
            (Private::Ed25519(key), spki, A::Ed25519)
        } else if let Some(key) = sm2::Key::from_pkcs8(pkcs8) {
            let spki = spki_of(sm2::IDENTIFIER, key.bits());
            (Private::Sm2(Box::new(key)), spki, A::Sm2Sm3)
        } else {
            let key = rsa::KeyPair::from_pkcs8(pkcs8).map_err(|_| ReadPrivateKey::Unreadable)?;
            let spki = spki_of(RSA, key.public().as_ref());
            (Private::Rsa(Box::new(key)), spki, A::RsaPkcs1Sha256)
        };
        let algorithm = algorithm.unwrap_or(usual);
        let is_rsa = matches!(
            algorithm,
            A::RsaPkcs1Sha256
                | A::RsaPkcs1Sha384
                | A::RsaPkcs1Sha512
                | A::RsaPssSha256
                | A::RsaPssSha384
                | A::RsaPssSha512
        );
        if algorithm != usual && !(is_rsa && matches!(private, Private::Rsa(_))) {
            return Err(ReadPrivateKey::WrongAlgorithm);
        }
        Ok(SoftwareSigner {
            private,
            public: PublicKey::parse(&spki)?,
            algorithm,
            number: None,
        })
    }

    /// A key behind a pointer: its octets are in one place, which is wiped, and not where it was moved from.
    #[cfg(unix)]
    #[inline(never)]
    pub(crate) fn shared(
        pkcs8: &[u8],
        algorithm: Option<SignatureAlgorithm>,
    ) -> Result<Arc<SoftwareSigner>, ReadPrivateKey> {
        SoftwareSigner::from_pkcs8(pkcs8, algorithm).map(Arc::new)
    }

    /// The same for a key that signs digests, too, where it is on P-256.
    #[cfg(unix)]
    #[inline(never)]
    pub(crate) fn shared_for_digests(
        pkcs8: &[u8],
        algorithm: Option<SignatureAlgorithm>,
    ) -> Result<Arc<SoftwareSigner>, ReadPrivateKey> {
        let mut signer = SoftwareSigner::from_pkcs8(pkcs8, algorithm)?;
        signer.number = Number::of_pkcs8(pkcs8, P256);
        Ok(Arc::new(signer))
    }

    fn make(&self, message: &[u8]) -> Result<Signature, SignError> {
        let random = ring::rand::SystemRandom::new();
        let bytes = match &self.private {
            Private::Ec(key) => key
                .sign(&random, message)
                .map_err(|_| SignError::Failed)?
                .as_ref()
                .to_vec(),
            Private::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Private::Rsa(key) => {
                let mut out = vec![0; key.public().modulus_len()];
                let padding = rsa_padding(self.algorithm).ok_or(SignError::Failed)?;
                key.sign(padding, &random, message, &mut out)
                    .map_err(|_| SignError::Failed)?;
                out
            }
            Private::Sm2(key) => key
                .sign(message, &SystemRandom::new())
                .ok_or(SignError::Failed)?,
        };
        Ok(Signature::new(bytes))
    }
}

impl Drop for SoftwareSigner {
    /// T-K4: ring does not wipe its keys, so another key is written over this one.
    fn drop(&mut self) {
        let random = ring::rand::SystemRandom::new();
        match &mut self.private {
            Private::Ec(key) => {
                let kind = match self.public.algorithm() {
                    KeyAlgorithm::EcP384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
                    _ => &ECDSA_P256_SHA256_ASN1_SIGNING,
                };
                let other = EcdsaKeyPair::generate_pkcs8(kind, &random)
                    .ok()
                    .and_then(|other| EcdsaKeyPair::from_pkcs8(kind, other.as_ref(), &random).ok());
                if let Some(other) = other {
                    *key = other;
                }
                std::hint::black_box(key);
            }
            Private::Ed25519(key) => {
                if let Ok(other) = Ed25519KeyPair::from_seed_unchecked(&[0; 32]) {
                    *key = other;
                }
                std::hint::black_box(key);
            }
            // The one wipes itself, the other cannot be.
            Private::Sm2(_) | Private::Rsa(_) => {}
        }
    }
}

/// Overwrites the part of the stack below the caller, where a computation with a key has just ended (T-K4).
#[cfg(unix)]
#[inline(never)]
pub(crate) fn scrub() {
    let mut below = [0_u8; 16 * 1024];
    std::hint::black_box(&mut below).zeroize();
    std::hint::black_box(&below);
}

impl Signer for SoftwareSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn sign(&self, input: Input<'_>, under: &Authorisation) -> Result<Signature, SignError> {
        let by = (&self.public, self.algorithm);
        if let Input::Digest(digest) = input {
            let number = self.number.as_ref().ok_or(SignError::DigestUnsupported)?;
            let make = || number.sign(digest).ok_or(SignError::Failed);
            return checked_digest(by, digest, under, make);
        }
        checked(by, input, under, |message| self.make(message))
    }
}

/// Lets `make` sign the message that was journalled, and gives the value where it is good under the public key: a fault in
/// arithmetic, or in a device, does not leave the process (T-C3).
pub(crate) fn checked(
    (public, algorithm): (&PublicKey, SignatureAlgorithm),
    input: Input<'_>,
    under: &Authorisation,
    make: impl FnOnce(&[u8]) -> Result<Signature, SignError>,
) -> Result<Signature, SignError> {
    let Input::Message(message) = input else {
        return Err(SignError::DigestUnsupported);
    };
    if !constant_time_eq(&sha256(message), &under.journalled) {
        return Err(SignError::NotJournalled);
    }
    let signature = make(message)?;
    public
        .check(algorithm, message, &signature)
        .map_err(|_| SignError::SelfCheck)?;
    Ok(signature.found_good(public.name_of(algorithm, message)))
}

/// Lets `make` sign the digest that was journalled, and gives the value where it is good under the public key (T-C3).
///
/// # Errors
/// `DigestUnsupported` for another algorithm than ECDSA on P-256 with SHA-256, `NotJournalled`, `SelfCheck`.
pub(crate) fn checked_digest(
    (public, algorithm): (&PublicKey, SignatureAlgorithm),
    digest: &Digest,
    under: &Authorisation,
    make: impl FnOnce() -> Result<Signature, SignError>,
) -> Result<Signature, SignError> {
    let known = algorithm == SignatureAlgorithm::EcdsaP256Sha256
        && digest.algorithm() == DigestAlgorithm::Sha256;
    if !known {
        return Err(SignError::DigestUnsupported);
    }
    if !constant_time_eq(digest.bytes(), &under.journalled) {
        return Err(SignError::NotJournalled);
    }
    let signature = make()?;
    is_good(public, digest, &signature)
        .then_some(signature)
        .ok_or(SignError::SelfCheck)
}

/// A key that exists for inspections alone (T-C2): what it signs fills the place of a signature in a draft, and nobody
/// relies on it, so that it is not checked. It is never kept.
#[derive(Debug)]
pub struct ThrowAway(SoftwareSigner);

impl ThrowAway {
    /// A fresh key that signs by `algorithm`.
    ///
    /// # Errors
    /// `NotGenerated` for RSA, `WrongAlgorithm` for one that is no usual one of its kind, `NoRandomness`.
    pub fn generate(
        algorithm: SignatureAlgorithm,
        kind: KeyAlgorithm,
        random: &dyn Random,
    ) -> Result<ThrowAway, ReadPrivateKey> {
        let pkcs8 = generate_pkcs8(kind, random)?;
        SoftwareSigner::from_pkcs8(&pkcs8, Some(algorithm)).map(ThrowAway)
    }

    /// Its public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public
    }

    /// How it signs.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm
    }

    /// Signs the octets of a draft.
    ///
    /// # Errors
    /// `Failed`.
    pub fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        self.0.make(message)
    }
}

fn rsa_padding(algorithm: SignatureAlgorithm) -> Option<&'static dyn ring::signature::RsaEncoding> {
    Some(match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha256 => &RSA_PKCS1_SHA256,
        SignatureAlgorithm::RsaPkcs1Sha384 => &RSA_PKCS1_SHA384,
        SignatureAlgorithm::RsaPkcs1Sha512 => &RSA_PKCS1_SHA512,
        SignatureAlgorithm::RsaPssSha256 => &RSA_PSS_SHA256,
        SignatureAlgorithm::RsaPssSha384 => &RSA_PSS_SHA384,
        SignatureAlgorithm::RsaPssSha512 => &RSA_PSS_SHA512,
        _ => return None,
    })
}

/// A fresh private key as PKCS#8; wiped when dropped. RSA keys come from elsewhere.
///
/// # Errors
/// `NotGenerated` for RSA and P-521, `NoRandomness`.
pub fn generate_pkcs8(
    algorithm: KeyAlgorithm,
    random: &dyn Random,
) -> Result<Zeroizing<Vec<u8>>, ReadPrivateKey> {
    match algorithm {
        KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 => {
            let kind = if algorithm == KeyAlgorithm::EcP256 {
                &ECDSA_P256_SHA256_ASN1_SIGNING
            } else {
                &ECDSA_P384_SHA384_ASN1_SIGNING
            };
            let document = EcdsaKeyPair::generate_pkcs8(kind, &ring::rand::SystemRandom::new())
                .map_err(|_| ReadPrivateKey::NoRandomness)?;
            Ok(Zeroizing::new(document.as_ref().to_vec()))
        }
        KeyAlgorithm::Ed25519 => {
            let mut seed = Zeroizing::new([0; 32]);
            random
                .fill(seed.as_mut())
                .map_err(|_| ReadPrivateKey::NoRandomness)?;
            // RFC 8410 7: version 0, the algorithm, the seed in two OCTET STRINGs.
            let mut body = vec![0x02, 0x01, 0x00];
            body.extend(element(0x30, ED25519));
            body.extend(element(0x04, &element(0x04, seed.as_ref())));
            Ok(Zeroizing::new(element(0x30, &body)))
        }
        KeyAlgorithm::Sm2 => sm2::generate_pkcs8(random).map_err(|_| ReadPrivateKey::NoRandomness),
        KeyAlgorithm::Rsa | KeyAlgorithm::EcP521 => Err(ReadPrivateKey::NotGenerated),
    }
}

/// AlgorithmIdentifier content: id-ecPublicKey, secp256r1.
pub(crate) const P256: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
    0x03, 0x01, 0x07,
];
/// AlgorithmIdentifier content: id-ecPublicKey, secp384r1.
pub(crate) const P384: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22,
];
/// AlgorithmIdentifier content: id-Ed25519.
pub(crate) const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// AlgorithmIdentifier content: rsaEncryption, NULL.
pub(crate) const RSA: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

pub(crate) fn spki_of(identifier: &[u8], bits: &[u8]) -> Vec<u8> {
    let mut bit_string = vec![0];
    bit_string.extend_from_slice(bits);
    let mut body = element(0x30, identifier);
    body.extend(element(0x03, &bit_string));
    element(0x30, &body)
}

#[cfg(test)]
mod tests {
    use time::UtcDateTime;

    use super::*;
    use crate::authorisation::{KeyId, KeyUse};
    use crate::public_key::CheckSignature;
    use crate::random::SystemRandom;

    fn under(input: &[u8]) -> Authorisation {
        let key = KeyId::parse("test").expect("a plain name");
        Authorisation::journalled(key, KeyUse::Ocsp, input, UtcDateTime::UNIX_EPOCH)
    }

    #[test]
    fn each_kind_signs_and_checks() {
        for kind in [
            KeyAlgorithm::EcP256,
            KeyAlgorithm::EcP384,
            KeyAlgorithm::Ed25519,
            KeyAlgorithm::Sm2,
        ] {
            let pkcs8 = generate_pkcs8(kind, &SystemRandom::new()).expect("generated here");
            let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own");
            let signature = signer
                .sign(Input::Message(b"message"), &under(b"message"))
                .expect("signs");
            let key = signer.public_key();
            assert_eq!(key.algorithm(), kind);
            assert_eq!(
                key.check(signer.algorithm(), b"message", &signature),
                Ok(())
            );
            assert_eq!(
                key.check(signer.algorithm(), b"massage", &signature),
                Err(CheckSignature::Bad)
            );
        }
    }

    #[test]
    fn a_value_that_was_checked_is_good_for_its_own_key_and_message_alone() {
        let signer = |kind| {
            let pkcs8 = generate_pkcs8(kind, &SystemRandom::new()).expect("generated here");
            SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own")
        };
        for kind in [
            KeyAlgorithm::EcP256,
            KeyAlgorithm::Ed25519,
            KeyAlgorithm::Sm2,
        ] {
            let (own, other) = (signer(kind), signer(kind));
            let made = own
                .sign(Input::Message(b"message"), &under(b"message"))
                .expect("signs");
            let asked = |key: &SoftwareSigner, message: &[u8], value: &Signature| {
                key.public_key().check(own.algorithm(), message, value)
            };
            let bad = Err(CheckSignature::Bad);
            assert_eq!(asked(&own, b"message", &made), Ok(()));
            assert_eq!(asked(&own, b"massage", &made), bad);
            assert_eq!(asked(&other, b"message", &made), bad);
            let received = Signature::new(made.bytes().to_vec());
            assert_eq!(made, received);
            assert_eq!(asked(&own, b"message", &received), Ok(()));
            // Only what was computed is remembered: other octets under the same name are never good.
            let name = own.public_key().name_of(own.algorithm(), b"message");
            assert_eq!(made.checked(), Some(&name));
            assert_eq!(received.checked(), None);
        }
    }

    #[test]
    fn a_throw_away_key_signs_what_it_is_given_and_nothing_relies_on_it() {
        let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
        let random = SystemRandom::new();
        let key = ThrowAway::generate(algorithm, KeyAlgorithm::EcP256, &random).expect("generated");
        let value = key.sign(b"draft").expect("signs");
        assert_eq!(value.checked(), None);
        assert_eq!(key.public_key().check(algorithm, b"draft", &value), Ok(()));
        let wrong = ThrowAway::generate(algorithm, KeyAlgorithm::Ed25519, &random);
        assert_eq!(wrong.map(|_| ()), Err(ReadPrivateKey::WrongAlgorithm));
    }

    #[test]
    fn bytes_that_were_not_journalled_are_not_signed() {
        let pkcs8 =
            generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new()).expect("generated here");
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own");
        let refused = signer.sign(Input::Message(b"other"), &under(b"message"));
        assert_eq!(refused, Err(SignError::NotJournalled));
    }

    #[test]
    fn an_algorithm_of_another_kind_is_refused() {
        let pkcs8 =
            generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new()).expect("generated here");
        let refused =
            SoftwareSigner::from_pkcs8(&pkcs8, Some(SignatureAlgorithm::Ed25519)).map(|_| ());
        assert_eq!(refused, Err(ReadPrivateKey::WrongAlgorithm));
    }
}
