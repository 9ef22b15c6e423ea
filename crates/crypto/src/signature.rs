//! Signature algorithms and values.

use thiserror::Error;

use crate::digest::DigestAlgorithm;
use crate::spki;

/// A signature algorithm with its digest: what a certificate or a message names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-256 with SHA-384.
    EcdsaP256Sha384,
    /// ECDSA on P-256 with SHA-512: checked, never made.
    EcdsaP256Sha512,
    /// ECDSA on P-384 with SHA-256.
    EcdsaP384Sha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// ECDSA on P-384 with SHA-512: checked, never made.
    EcdsaP384Sha512,
    /// ECDSA on P-521 with SHA-512: checked, never made.
    EcdsaP521Sha512,
    /// Ed25519, pure (RFC 8032 5.1).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2).
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets (RFC 8017 8.1).
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384 throughout and a salt of 48 octets.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512 throughout and a salt of 64 octets.
    RsaPssSha512,
    /// SM2 with SM3 under the default identity, `1234567812345678` (GB/T 32918.2, GB/T 35276 10).
    Sm2Sm3,
}

impl SignatureAlgorithm {
    /// The digest that goes with it; for Ed25519 that of CMS (RFC 8419 3.1).
    #[must_use]
    pub fn digest(self) -> DigestAlgorithm {
        match self {
            Self::EcdsaP256Sha256
            | Self::EcdsaP384Sha256
            | Self::RsaPkcs1Sha256
            | Self::RsaPssSha256 => DigestAlgorithm::Sha256,
            Self::EcdsaP256Sha384
            | Self::EcdsaP384Sha384
            | Self::RsaPkcs1Sha384
            | Self::RsaPssSha384 => DigestAlgorithm::Sha384,
            Self::EcdsaP256Sha512
            | Self::EcdsaP384Sha512
            | Self::EcdsaP521Sha512
            | Self::Ed25519
            | Self::RsaPkcs1Sha512
            | Self::RsaPssSha512 => DigestAlgorithm::Sha512,
            Self::Sm2Sm3 => DigestAlgorithm::Sm3,
        }
    }
}

/// A signature value as X.509 and CMS carry it: DER `SEQUENCE {r, s}` for ECDSA and SM2, the bare octets
/// for Ed25519 and RSA.
///
/// A value that was just made here knows what it was checked for (T-C3): the same question about it is answered without
/// computing it again. One that was received knows nothing. Two values are equal if their octets are.
#[derive(Clone)]
pub struct Signature {
    bytes: Vec<u8>,
    checked: Option<[u8; 32]>,
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Signature")
            .field(&self.bytes)
            .finish()
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Signature) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Signature {}

impl std::hash::Hash for Signature {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

/// Why a value cannot be written in the other form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WrongForm {
    /// Not a DER `SEQUENCE` of two positive minimal `INTEGER`s.
    #[error("the signature is not the encoding of two integers")]
    NotTwoIntegers,
    /// An integer wider than the curve.
    #[error("an integer of the signature is wider than the curve")]
    TooWide,
    /// The two halves are not of one length.
    #[error("the signature has no two halves")]
    Halves,
}

impl Signature {
    /// A value as it was received.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Signature {
        Signature {
            bytes,
            checked: None,
        }
    }

    /// The value, found good for what `name` stands for: a key, its algorithm and a message.
    pub(crate) fn found_good(self, name: [u8; 32]) -> Signature {
        Signature {
            checked: Some(name),
            ..self
        }
    }

    /// For what it was found good, where it was made here.
    pub(crate) fn checked(&self) -> Option<&[u8; 32]> {
        self.checked.as_ref()
    }

    /// Its octets.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its octets, given away.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// An ECDSA or SM2 value as `r ‖ s`, each `width` octets (JOSE, COSE).
    ///
    /// # Errors
    /// `NotTwoIntegers`, `TooWide`.
    pub fn to_fixed(&self, width: usize) -> Result<Vec<u8>, WrongForm> {
        let (r, s) = spki::two_integers(&self.bytes).ok_or(WrongForm::NotTwoIntegers)?;
        let mut fixed = Vec::with_capacity(2 * width);
        for integer in [r, s] {
            let padding = width.checked_sub(integer.len()).ok_or(WrongForm::TooWide)?;
            fixed.resize(fixed.len() + padding, 0);
            fixed.extend_from_slice(integer);
        }
        Ok(fixed)
    }

    /// An ECDSA or SM2 value from `r ‖ s`.
    ///
    /// # Errors
    /// `Halves` for an odd or empty length.
    pub fn from_fixed(fixed: &[u8]) -> Result<Signature, WrongForm> {
        if fixed.is_empty() || fixed.len() % 2 == 1 || fixed.len() > 132 {
            return Err(WrongForm::Halves);
        }
        let (r, s) = fixed.split_at(fixed.len() / 2);
        let mut body = spki::integer(r);
        body.append(&mut spki::integer(s));
        Ok(Signature::new(spki::element(0x30, &body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let mut fixed = vec![0; 64];
        fixed[31] = 0x81;
        fixed[32] = 0xff;
        let signature = Signature::from_fixed(&fixed).expect("two halves");
        assert_eq!(signature.bytes()[..6], [0x30, 39, 2, 2, 0, 0x81]);
        assert_eq!(signature.to_fixed(32), Ok(fixed));
        assert_eq!(signature.to_fixed(16), Err(WrongForm::TooWide));
    }

    #[test]
    fn forms_that_are_not_minimal_are_refused() {
        for bytes in [
            &[0x30, 7, 2, 2, 0, 1, 2, 1, 1][..],
            &[0x30, 6, 2, 1, 1, 2, 1, 1, 0],
            &[0x30, 6, 2, 1, 0x81, 2, 1, 1],
            &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1],
            &[],
        ] {
            assert_eq!(
                Signature::new(bytes.to_vec()).to_fixed(32),
                Err(WrongForm::NotTwoIntegers)
            );
        }
    }
}
