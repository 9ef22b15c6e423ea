//! AES-256-GCM (NIST SP 800-38D) with a fresh nonce before the ciphertext.
//!
//! # Shape
//! nonce (12 octets) ‖ ciphertext ‖ tag (16 octets).

use ring::aead;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random::{Random, RandomUnavailable};

/// Octets of a nonce.
pub const NONCE: usize = 12;
/// Octets by which a sealed message is longer than the open one.
pub const OVERHEAD: usize = NONCE + 16;

/// A key; wiped when it is dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct AeadKey([u8; 32]);

impl std::fmt::Debug for AeadKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AeadKey(..)")
    }
}

/// Why a message was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AeadError {
    /// The message was changed, or key or associated data are others.
    #[error("the sealed message does not open")]
    NotAuthentic,
    /// The message is longer than the algorithm allows.
    #[error("the message is too long to seal")]
    TooLong,
    /// No nonce can be had.
    #[error("no nonce can be had")]
    Random(#[from] RandomUnavailable),
}

impl AeadKey {
    /// A key from its octets.
    #[must_use]
    pub fn new(key: [u8; 32]) -> AeadKey {
        AeadKey(key)
    }

    /// A fresh key.
    ///
    /// # Errors
    /// No randomness.
    pub fn generate(random: &dyn Random) -> Result<AeadKey, RandomUnavailable> {
        let mut key = [0; 32];
        random.fill(&mut key)?;
        Ok(AeadKey(key))
    }

    /// The key's octets, for wrapping under another key.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> Result<aead::LessSafeKey, AeadError> {
        let key = aead::UnboundKey::new(&aead::AES_256_GCM, &self.0)
            .map_err(|_| AeadError::NotAuthentic)?;
        Ok(aead::LessSafeKey::new(key))
    }

    /// Seals `message`; `associated` is authenticated and not stored.
    ///
    /// # Errors
    /// `TooLong`, `Random`.
    pub fn seal(
        &self,
        message: &[u8],
        associated: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, AeadError> {
        let mut sealed = Vec::with_capacity(message.len() + OVERHEAD);
        self.seal_behind(&mut sealed, message, associated, random)?;
        Ok(sealed)
    }

    /// The same behind what `out` holds, which is as it was when an error comes back.
    ///
    /// # Errors
    /// `TooLong`, `Random`.
    pub fn seal_behind(
        &self,
        out: &mut Vec<u8>,
        message: &[u8],
        associated: &[u8],
        random: &dyn Random,
    ) -> Result<(), AeadError> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce)?;
        let cipher = self.cipher()?;
        // Room for the tag from the start: a buffer that grew would leave the open message behind.
        out.reserve(message.len() + OVERHEAD);
        let before = out.len();
        out.extend_from_slice(&nonce);
        out.extend_from_slice(message);
        let body = out.get_mut(before + NONCE..).unwrap_or_default();
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        match cipher.seal_in_place_separate_tag(nonce, aead::Aad::from(associated), body) {
            Ok(tag) => {
                out.extend_from_slice(tag.as_ref());
                Ok(())
            }
            Err(_) => {
                body.zeroize();
                out.truncate(before);
                Err(AeadError::TooLong)
            }
        }
    }

    /// Opens what [`AeadKey::seal`] made with the same associated data.
    ///
    /// # Errors
    /// `NotAuthentic` for anything else.
    pub fn open(&self, sealed: &[u8], associated: &[u8]) -> Result<Vec<u8>, AeadError> {
        let (nonce, body) = sealed
            .split_first_chunk::<NONCE>()
            .ok_or(AeadError::NotAuthentic)?;
        let mut body = body.to_vec();
        let length = self
            .cipher()?
            .open_in_place(
                aead::Nonce::assume_unique_for_key(*nonce),
                aead::Aad::from(associated),
                &mut body,
            )
            .map_err(|_| AeadError::NotAuthentic)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn what_is_sealed_opens_under_the_same_key_and_data_alone() {
        let random = SeededRandom::new(1);
        let key = AeadKey::generate(&random).expect("a seed always gives");
        let sealed = key
            .seal(b"number", b"table/row", &random)
            .expect("short enough");
        assert_eq!(sealed.len(), 6 + OVERHEAD);
        assert_eq!(
            key.open(&sealed, b"table/row").as_deref(),
            Ok(&b"number"[..])
        );
        assert_eq!(
            key.open(&sealed, b"table/other"),
            Err(AeadError::NotAuthentic)
        );
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(
                key.open(&changed, b"table/row"),
                Err(AeadError::NotAuthentic)
            );
        }
        assert_eq!(key.open(&sealed[..11], b""), Err(AeadError::NotAuthentic));
    }

    #[test]
    fn a_message_is_sealed_behind_what_is_there() {
        let random = SeededRandom::new(2);
        let key = AeadKey::generate(&random).expect("a seed always gives");
        let mut out = b"head".to_vec();
        for message in [&b"one"[..], b"", b"three"] {
            let before = out.len();
            key.seal_behind(&mut out, message, b"row", &random)
                .expect("short enough");
            assert_eq!(&out[..4], b"head");
            assert_eq!(out.len(), before + message.len() + OVERHEAD);
            assert_eq!(key.open(&out[before..], b"row").as_deref(), Ok(message));
        }
    }
}
