//! Keys in a device: what the key store asks of a token, or of another machine, in which private keys are made and stay.
//!
//! The device is asked last: use, enrolment, release and journalled octets are the key store's to check before, and the
//! value is checked with the public key after (T-C3). A device that fails says why, and never makes its caller wait
//! longer than its own limit.

use std::time::Instant;

use crate::authorisation::{Authorisation, KeyId, KeyUse};
pub use crate::device_fault::Fault;
use crate::digest::Digest;
use crate::public_key::{KeyAlgorithm, PublicKey, ReadKey};
use crate::random::{Random, RandomUnavailable};
pub use crate::rehearsal::Rehearsal;
use crate::signature::{Signature, SignatureAlgorithm};
use crate::signer::{ED25519, Input, P256, P384, RSA, SignError, Signer};
use crate::signer::{checked, checked_digest, spki_of};
use crate::sm::signature as sm2;
use crate::spki::{element, integer};

/// Octets of a handle.
const HANDLE: usize = 16;

/// The name of a key inside a device: random, so that two stores over one device, and a key and the one in whose place it
/// came, are never taken for each other. PKCS#11 has it as `CKA_ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(pub [u8; HANDLE]);

impl Handle {
    /// A handle that nothing has.
    ///
    /// # Errors
    /// No randomness.
    pub fn fresh(random: &dyn Random) -> Result<Handle, RandomUnavailable> {
        let mut octets = [0; HANDLE];
        random.fill(&mut octets)?;
        Ok(Handle(octets))
    }
}

/// A key that is to be made where the key store keeps keys.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Its name.
    pub id: KeyId,
    /// What it is for.
    pub for_use: KeyUse,
    /// Of which kind.
    pub kind: KeyAlgorithm,
    /// How it signs; the usual way of its kind where none is named.
    pub algorithm: Option<SignatureAlgorithm>,
    /// Code of the seal for [`KeyUse::Seal`]; the name without `seal-` where none is named.
    pub seal: Option<&'a str>,
}

/// A device in which private keys are made, stay and sign.
pub trait Device: std::fmt::Debug + Send + Sync {
    /// Makes a key that cannot be read out and can only sign; its public half.
    ///
    /// # Errors
    /// [`Fault`].
    fn make(&self, handle: Handle, name: &KeyId, kind: KeyAlgorithm) -> Result<PublicKey, Fault>;

    /// Signs `message` with a key that was made here. The value is not checked; the device is asked at most once for it.
    ///
    /// # Errors
    /// [`Fault`]; after `Lost` and `Slow` the device may have made a value that nobody has.
    fn sign(
        &self,
        handle: Handle,
        by: (&PublicKey, SignatureAlgorithm),
        message: &[u8],
    ) -> Result<Signature, Fault>;

    /// Signs a digest as it is, where a protocol hands over nothing else. The value is not checked.
    ///
    /// # Errors
    /// As [`Device::sign`]; `Unsupported` where it does not, as without a word of its own.
    fn sign_digest(
        &self,
        _handle: Handle,
        _by: (&PublicKey, SignatureAlgorithm),
        _digest: &Digest,
    ) -> Result<Signature, Fault> {
        Err(Fault::Unsupported)
    }

    /// Destroys a key that nothing names yet.
    ///
    /// # Errors
    /// [`Fault`].
    fn discard(&self, handle: Handle) -> Result<(), Fault>;

    /// Whether it answers at this moment, or did a few seconds before: to ask this often is no load on it.
    ///
    /// # Errors
    /// [`Fault`]: why it does not.
    fn answers(&self, now: Instant) -> Result<(), Fault>;
}

/// The public half of a key in a device: of an elliptic curve from `04 ‖ X ‖ Y`, of Ed25519 from its 32 octets.
///
/// # Errors
/// As [`PublicKey::parse`]; `Unsupported` for RSA and P-521.
pub fn public_of_point(kind: KeyAlgorithm, point: &[u8]) -> Result<PublicKey, ReadKey> {
    let identifier = match kind {
        KeyAlgorithm::EcP256 => P256,
        KeyAlgorithm::EcP384 => P384,
        KeyAlgorithm::Ed25519 => ED25519,
        KeyAlgorithm::Sm2 => sm2::IDENTIFIER,
        KeyAlgorithm::EcP521 | KeyAlgorithm::Rsa => return Err(ReadKey::Unsupported),
    };
    PublicKey::parse(&spki_of(identifier, point))
}

/// The public half of an RSA key in a device, from its two numbers, big-endian.
///
/// # Errors
/// As [`PublicKey::parse`].
pub fn public_of_rsa(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, ReadKey> {
    let numbers = [integer(modulus), integer(exponent)].concat();
    PublicKey::parse(&spki_of(RSA, &element(0x30, &numbers)))
}

/// What a device signs that hashes nothing by itself: the message's digest, for SM2 with Z before it (GB/T 32918.2 5.5).
/// `None` for a key that does not go with the algorithm.
#[must_use]
pub fn hashed(
    (public, algorithm): (&PublicKey, SignatureAlgorithm),
    message: &[u8],
) -> Option<Digest> {
    if algorithm != SignatureAlgorithm::Sm2Sm3 {
        return Some(Digest::of(algorithm.digest(), message));
    }
    let point = public.bits().get(1..)?;
    let identity = sm2::identity_digest(sm2::DEFAULT_IDENTITY, point)?;
    let digest = sm2::message_digest(&identity, message);
    Digest::from_bytes(algorithm.digest(), &digest).ok()
}

/// The usual algorithm of a kind of keys, and whether this one goes with it.
pub(crate) fn algorithm_of(
    kind: KeyAlgorithm,
    asked: Option<SignatureAlgorithm>,
) -> Option<SignatureAlgorithm> {
    use SignatureAlgorithm as A;
    let fits: &[A] = match kind {
        KeyAlgorithm::EcP256 => &[A::EcdsaP256Sha256],
        KeyAlgorithm::EcP384 => &[A::EcdsaP384Sha384],
        KeyAlgorithm::Ed25519 => &[A::Ed25519],
        KeyAlgorithm::Sm2 => &[A::Sm2Sm3],
        // Checked with, never signed with.
        KeyAlgorithm::EcP521 => &[],
        KeyAlgorithm::Rsa => &[
            A::RsaPkcs1Sha256,
            A::RsaPkcs1Sha384,
            A::RsaPkcs1Sha512,
            A::RsaPssSha256,
            A::RsaPssSha384,
            A::RsaPssSha512,
        ],
    };
    match asked {
        None => fits.first().copied(),
        Some(asked) => fits.contains(&asked).then_some(asked),
    }
}

/// A key in a device, as the key store holds it.
#[derive(Debug)]
pub(crate) struct DeviceSigner {
    /// Where; `None` where the configuration names no device.
    pub(crate) device: Option<std::sync::Arc<dyn Device>>,
    /// Which.
    pub(crate) handle: Handle,
    /// Its public half.
    pub(crate) public: PublicKey,
    /// How it signs.
    pub(crate) algorithm: SignatureAlgorithm,
}

impl Signer for DeviceSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn sign(&self, input: Input<'_>, under: &Authorisation) -> Result<Signature, SignError> {
        let by = (&self.public, self.algorithm);
        let device = || self.device.as_ref().ok_or(Fault::NotConfigured);
        if let Input::Digest(digest) = input {
            return checked_digest(by, digest, under, || {
                Ok(device()?.sign_digest(self.handle, by, digest)?)
            });
        }
        checked(by, input, under, |message| {
            Ok(device()?.sign(self.handle, by, message)?)
        })
    }
}
