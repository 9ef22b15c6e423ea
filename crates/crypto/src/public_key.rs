//! Public keys: read from SubjectPublicKeyInfo, and asked to check signatures.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use ring::agreement;
use ring::signature as algorithms;
use thiserror::Error;

use crate::digest::sha256;
use crate::long::{self, Long};
use crate::signature::{Signature, SignatureAlgorithm};
use crate::sm::check::Checker;
use crate::sm::signature as sm2;
use crate::spki::{only, positive, take};

/// What kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// A point on P-256 (secp256r1).
    EcP256,
    /// A point on P-384 (secp384r1).
    EcP384,
    /// A point on P-521 (secp521r1): checked with, never signed with.
    EcP521,
    /// Ed25519.
    Ed25519,
    /// RSA.
    Rsa,
    /// A point on the curve of SM2 (GB/T 32918.5).
    Sm2,
}

/// Largest RSA modulus that is read, in bits: beyond it a check is an attack on time.
pub(crate) const MAX_RSA_BITS: usize = 8192;

/// A public key that was read and found to be of a kind that can be checked with.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    algorithm: KeyAlgorithm,
    spki: Box<[u8]>,
    /// Where the content of the BIT STRING begins in `spki`.
    bits: usize,
    known: Known,
}

/// What was found out about it: what was asked once need not be computed again.
#[derive(Clone, Default)]
struct Known(Arc<Found>);

#[derive(Default)]
struct Found {
    on_curve: AtomicBool,
    /// Ready to check with; `None` where the point is not on the curve. Behind a pointer: room that is not yet used would
    /// keep what the stack held before, which may have been a private key (T-K4).
    sm2: OnceLock<Option<Box<Checker>>>,
}

impl Known {
    fn is_on_curve(&self) -> bool {
        self.0.on_curve.load(Ordering::Relaxed)
    }

    fn note(&self) {
        self.0.on_curve.store(true, Ordering::Relaxed);
    }
}

/// Two keys are the same whatever was asked of them.
impl PartialEq for Known {
    fn eq(&self, _: &Known) -> bool {
        true
    }
}

impl Eq for Known {}

impl Hash for Known {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PublicKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Why a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadKey {
    /// Not the DER of a SubjectPublicKeyInfo (RFC 5280 4.1.2.7).
    #[error("the key is not a SubjectPublicKeyInfo")]
    Malformed,
    /// An algorithm, curve or parameter that is not read; explicit curves among them.
    #[error("the kind of key is not supported")]
    Unsupported,
    /// An EC point that is compressed, the point at infinity, or of the wrong length.
    #[error("the point is not uncompressed or has the wrong length")]
    PointForm,
    /// The point does not lie on the curve.
    #[error("the point is not on the curve")]
    NotOnCurve,
    /// RSA below [`PublicKey::MIN_RSA_BITS`], above `MAX_RSA_BITS`, or not whole octets.
    #[error("an RSA modulus of {bits} bits")]
    RsaSize {
        /// Bits of the modulus.
        bits: usize,
    },
    /// An RSA exponent that is even or below 65537 (T-C4).
    #[error("the RSA exponent is even or too small")]
    RsaExponent,
    /// An even RSA modulus.
    #[error("the RSA modulus is even")]
    RsaModulus,
}

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckSignature {
    /// The algorithm does not go with this kind of key.
    #[error("the algorithm does not go with the key")]
    WrongAlgorithm,
    /// The value was not made by this key over this message.
    #[error("the signature is not good")]
    Bad,
}

const ID_EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ID_P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const ID_P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
const ID_ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const ID_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

impl PublicKey {
    /// Smallest RSA modulus that is read, in bits (T-C4).
    pub const MIN_RSA_BITS: usize = 2048;

    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// `Malformed`, `Unsupported`, `PointForm`, `RsaSize`, `RsaExponent`, `RsaModulus`. Whether a point
    /// lies on its curve is asked at each check, and by [`PublicKey::inspect`].
    pub fn parse(spki: &[u8]) -> Result<PublicKey, ReadKey> {
        let fields = only(spki, 0x30).ok_or(ReadKey::Malformed)?;
        let (identifier, rest) = take(fields, 0x30).ok_or(ReadKey::Malformed)?;
        let bit_string = only(rest, 0x03).ok_or(ReadKey::Malformed)?;
        let (0, bits) = bit_string
            .split_first()
            .map(|(unused, bits)| (*unused, bits))
            .ok_or(ReadKey::Malformed)?
        else {
            return Err(ReadKey::Malformed);
        };
        let (oid, parameters) = take(identifier, 0x06).ok_or(ReadKey::Malformed)?;
        let algorithm = match oid {
            // RFC 5480 2.1.1: namedCurve alone; an explicit curve is whatever its sender wants.
            ID_EC => match only(parameters, 0x06) {
                Some(ID_P256) => KeyAlgorithm::EcP256,
                Some(ID_P384) => KeyAlgorithm::EcP384,
                Some(ID_P521) => KeyAlgorithm::EcP521,
                Some(sm2::CURVE) => KeyAlgorithm::Sm2,
                _ => return Err(ReadKey::Unsupported),
            },
            // The curve as the algorithm is read too, bare or with itself for a curve; never written.
            sm2::CURVE if parameters.is_empty() || only(parameters, 0x06) == Some(sm2::CURVE) => {
                KeyAlgorithm::Sm2
            }
            // RFC 8410 3: parameters absent.
            ID_ED25519 if parameters.is_empty() => KeyAlgorithm::Ed25519,
            // RFC 3279 2.3.1: parameters NULL.
            ID_RSA if parameters == [0x05, 0x00] => KeyAlgorithm::Rsa,
            ID_ED25519 | ID_RSA => return Err(ReadKey::Malformed),
            _ => return Err(ReadKey::Unsupported),
        };
        inspect_bits(algorithm, bits)?;
        Ok(PublicKey {
            algorithm,
            spki: spki.into(),
            bits: spki.len() - bits.len(),
            known: Known::default(),
        })
    }

    /// Its SubjectPublicKeyInfo, DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The content of its BIT STRING, without the octet of unused bits: what key identifiers are
    /// computed over (RFC 5280 4.2.1.2).
    #[must_use]
    pub fn bits(&self) -> &[u8] {
        self.spki.get(self.bits..).unwrap_or_default()
    }

    /// What kind of key it is.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Bits of the modulus or of the curve.
    #[must_use]
    pub fn strength_bits(&self) -> usize {
        match self.algorithm {
            KeyAlgorithm::EcP256 | KeyAlgorithm::Ed25519 | KeyAlgorithm::Sm2 => 256,
            KeyAlgorithm::EcP384 => 384,
            KeyAlgorithm::EcP521 => 521,
            KeyAlgorithm::Rsa => only(self.bits(), 0x30)
                .and_then(positive)
                .map_or(0, |(modulus, _)| bits_of(modulus)),
        }
    }

    /// Asks what is asked of a key before a certificate is made for it (T-C4): that its point lies on
    /// the curve.
    ///
    /// # Errors
    /// `NotOnCurve`.
    pub fn inspect(&self) -> Result<(), ReadKey> {
        let curve = match self.algorithm {
            KeyAlgorithm::EcP256 => &agreement::ECDH_P256,
            KeyAlgorithm::EcP384 => &agreement::ECDH_P384,
            KeyAlgorithm::EcP521 => {
                let found = long::is_on_curve(self.bits());
                return found.then_some(()).ok_or(ReadKey::NotOnCurve);
            }
            KeyAlgorithm::Sm2 => {
                return self.sm2().map(|_| ()).ok_or(ReadKey::NotOnCurve);
            }
            KeyAlgorithm::Ed25519 | KeyAlgorithm::Rsa => return Ok(()),
        };
        if self.known.is_on_curve() {
            return Ok(());
        }
        // The agreement validates its peer's point before it uses it; the result is thrown away.
        let random = ring::rand::SystemRandom::new();
        let own = agreement::EphemeralPrivateKey::generate(curve, &random)
            .map_err(|_| ReadKey::Unsupported)?;
        let peer = agreement::UnparsedPublicKey::new(curve, self.bits());
        agreement::agree_ephemeral(own, &peer, |_| ()).map_err(|_| ReadKey::NotOnCurve)?;
        self.known.note();
        Ok(())
    }

    /// Checks that `signature` was made by this key over `message`.
    ///
    /// # Errors
    /// `WrongAlgorithm`, `Bad`.
    pub fn check(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), CheckSignature> {
        let is_sm2 = (self.algorithm, algorithm) == (KeyAlgorithm::Sm2, SignatureAlgorithm::Sm2Sm3);
        let long = self.long(algorithm);
        let method = self.method(algorithm);
        if method.is_none() && long.is_none() && !is_sm2 {
            return Err(CheckSignature::WrongAlgorithm);
        }
        if signature
            .checked()
            .is_some_and(|name| *name == self.name_of(algorithm, message))
        {
            return Ok(());
        }
        if let Some(curve) = long {
            let good = curve.is_good(self.bits(), message, signature.bytes());
            return good.then_some(()).ok_or(CheckSignature::Bad);
        }
        let Some(method) = method else {
            return self.check_sm2(None, message, signature);
        };
        algorithms::UnparsedPublicKey::new(method, self.bits())
            .verify(message, signature.bytes())
            .map_err(|_| CheckSignature::Bad)?;
        // The point was looked at before anything was computed with it.
        self.known.note();
        Ok(())
    }

    /// Checks an SM2 signature that was made under another identity than the default one: only where a policy names it
    /// (T-V8).
    ///
    /// # Errors
    /// `WrongAlgorithm` for a key of another kind, `Bad`; an identity of 8 KiB and more has no signature.
    pub fn check_identified(
        &self,
        identity: &[u8],
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), CheckSignature> {
        if self.algorithm != KeyAlgorithm::Sm2 {
            return Err(CheckSignature::WrongAlgorithm);
        }
        self.check_sm2(Some(identity), message, signature)
    }

    fn check_sm2(
        &self,
        identity: Option<&[u8]>,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), CheckSignature> {
        self.sm2()
            .filter(|key| key.is_good(identity, message, signature.bytes()))
            .map(|_| ())
            .ok_or(CheckSignature::Bad)
    }

    fn sm2(&self) -> Option<&Checker> {
        self.known
            .0
            .sm2
            .get_or_init(|| Checker::new(self.bits()).map(Box::new))
            .as_deref()
    }

    /// What a signature that was checked is remembered under: the key, the algorithm, and the message.
    pub(crate) fn name_of(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> [u8; 32] {
        let mut name = [sha256(&self.spki), sha256(message)].concat();
        name.extend_from_slice(format!("{algorithm:?}").as_bytes());
        sha256(&name)
    }

    /// The curve, where ring has not the digest for it or not the curve.
    fn long(&self, algorithm: SignatureAlgorithm) -> Option<Long> {
        match (self.algorithm, algorithm) {
            (KeyAlgorithm::EcP256, SignatureAlgorithm::EcdsaP256Sha512) => Some(Long::P256),
            (KeyAlgorithm::EcP384, SignatureAlgorithm::EcdsaP384Sha512) => Some(Long::P384),
            (KeyAlgorithm::EcP521, SignatureAlgorithm::EcdsaP521Sha512) => Some(Long::P521),
            _ => None,
        }
    }

    fn method(
        &self,
        algorithm: SignatureAlgorithm,
    ) -> Option<&'static dyn algorithms::VerificationAlgorithm> {
        use KeyAlgorithm::{EcP256, EcP384, Ed25519, Rsa};
        use SignatureAlgorithm as A;
        Some(match (self.algorithm, algorithm) {
            (EcP256, A::EcdsaP256Sha256) => &algorithms::ECDSA_P256_SHA256_ASN1,
            (EcP256, A::EcdsaP256Sha384) => &algorithms::ECDSA_P256_SHA384_ASN1,
            (EcP384, A::EcdsaP384Sha256) => &algorithms::ECDSA_P384_SHA256_ASN1,
            (EcP384, A::EcdsaP384Sha384) => &algorithms::ECDSA_P384_SHA384_ASN1,
            (Ed25519, A::Ed25519) => &algorithms::ED25519,
            (Rsa, A::RsaPkcs1Sha256) => &algorithms::RSA_PKCS1_2048_8192_SHA256,
            (Rsa, A::RsaPkcs1Sha384) => &algorithms::RSA_PKCS1_2048_8192_SHA384,
            (Rsa, A::RsaPkcs1Sha512) => &algorithms::RSA_PKCS1_2048_8192_SHA512,
            (Rsa, A::RsaPssSha256) => &algorithms::RSA_PSS_2048_8192_SHA256,
            (Rsa, A::RsaPssSha384) => &algorithms::RSA_PSS_2048_8192_SHA384,
            (Rsa, A::RsaPssSha512) => &algorithms::RSA_PSS_2048_8192_SHA512,
            _ => return None,
        })
    }
}

fn inspect_bits(algorithm: KeyAlgorithm, bits: &[u8]) -> Result<(), ReadKey> {
    let point = |width: usize| match bits {
        // SEC 1 2.3.3: 04 and both coordinates.
        [0x04, rest @ ..] if rest.len() == 2 * width => Ok(()),
        _ => Err(ReadKey::PointForm),
    };
    match algorithm {
        KeyAlgorithm::EcP256 | KeyAlgorithm::Sm2 => point(32),
        KeyAlgorithm::EcP384 => point(48),
        KeyAlgorithm::EcP521 => point(66),
        KeyAlgorithm::Ed25519 if bits.len() == 32 => Ok(()),
        KeyAlgorithm::Ed25519 => Err(ReadKey::PointForm),
        KeyAlgorithm::Rsa => inspect_rsa(bits),
    }
}

fn inspect_rsa(bits: &[u8]) -> Result<(), ReadKey> {
    let (modulus, rest) = only(bits, 0x30)
        .and_then(positive)
        .ok_or(ReadKey::Malformed)?;
    let (exponent, rest) = positive(rest).ok_or(ReadKey::Malformed)?;
    if !rest.is_empty() {
        return Err(ReadKey::Malformed);
    }
    let size = bits_of(modulus);
    if !(PublicKey::MIN_RSA_BITS..=MAX_RSA_BITS).contains(&size) || !size.is_multiple_of(8) {
        return Err(ReadKey::RsaSize { bits: size });
    }
    if modulus.last().is_none_or(|last| last & 1 == 0) {
        return Err(ReadKey::RsaModulus);
    }
    // FIPS 186-5 A.1.1: an odd exponent from 2^16 + 1 on; above 2^64 nobody means well.
    let value = exponent
        .iter()
        .fold(0_u128, |value, octet| value << 8 | u128::from(*octet));
    if exponent.len() > 8 || value % 2 == 0 || value < 65_537 {
        return Err(ReadKey::RsaExponent);
    }
    Ok(())
}

fn bits_of(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(zeros).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;
    use crate::signer::Signer;
    use crate::signer::{SoftwareSigner, generate_pkcs8};

    fn key(algorithm: KeyAlgorithm) -> PublicKey {
        let pkcs8 = generate_pkcs8(algorithm, &SystemRandom::new()).expect("ring makes this kind");
        SoftwareSigner::from_pkcs8(&pkcs8, None)
            .expect("ring reads its own")
            .public_key()
            .clone()
    }

    #[test]
    fn a_point_off_the_curve_is_refused() {
        for algorithm in [
            KeyAlgorithm::EcP256,
            KeyAlgorithm::EcP384,
            KeyAlgorithm::Sm2,
        ] {
            let good = key(algorithm);
            assert_eq!(good.inspect(), Ok(()));
            let mut spki = good.spki().to_vec();
            *spki.last_mut().expect("not empty") ^= 1;
            let bad = PublicKey::parse(&spki).expect("still the form of a key");
            assert_eq!(bad.inspect(), Err(ReadKey::NotOnCurve));
        }
    }

    #[test]
    fn a_compressed_point_is_refused() {
        let mut spki = key(KeyAlgorithm::EcP256).spki().to_vec();
        let at = spki.len() - 65;
        spki[at] = 0x02;
        assert_eq!(PublicKey::parse(&spki), Err(ReadKey::PointForm));
    }

    #[test]
    fn trailing_octets_are_refused() {
        let mut spki = key(KeyAlgorithm::Ed25519).spki().to_vec();
        spki.push(0);
        assert_eq!(PublicKey::parse(&spki), Err(ReadKey::Malformed));
    }

    #[test]
    fn weak_rsa_keys_are_refused() {
        let rsa = |modulus: &[u8], exponent: &[u8]| {
            let mut body = crate::spki::integer(modulus);
            body.append(&mut crate::spki::integer(exponent));
            inspect_bits(KeyAlgorithm::Rsa, &crate::spki::element(0x30, &body))
        };
        let modulus = |octets: usize| {
            let mut modulus = vec![0xc5; octets];
            modulus[octets - 1] = 1;
            modulus
        };
        assert_eq!(rsa(&modulus(256), &[1, 0, 1]), Ok(()));
        assert_eq!(
            rsa(&modulus(128), &[1, 0, 1]),
            Err(ReadKey::RsaSize { bits: 1024 })
        );
        assert_eq!(rsa(&modulus(256), &[3]), Err(ReadKey::RsaExponent));
        assert_eq!(rsa(&modulus(256), &[1, 0, 2]), Err(ReadKey::RsaExponent));
        let mut even = modulus(256);
        even[255] = 2;
        assert_eq!(rsa(&even, &[1, 0, 1]), Err(ReadKey::RsaModulus));
        let mut odd_size = modulus(257);
        odd_size[0] = 0x0f;
        assert_eq!(
            rsa(&odd_size, &[1, 0, 1]),
            Err(ReadKey::RsaSize { bits: 2052 })
        );
    }
}
