//! SM4 (GB/T 32907) in the modes GCM (NIST SP 800-38D, RFC 8998) and CBC.
//!
//! It is for data that has to be in SM4; what the service keeps for itself is under [`crate::aead`].

use aes_gcm::AesGcm;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{
    BlockCipherDecrypt as _, BlockCipherEncrypt as _, BlockModeDecrypt as _, BlockModeEncrypt as _,
    KeyIvInit as _,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::sliced::Sm4;
use crate::aead::{AeadError, NONCE};
use crate::random::{Random, RandomUnavailable};

/// A key of 128 bits; wiped when it is dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Sm4Key([u8; 16]);

impl std::fmt::Debug for Sm4Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sm4Key(..)")
    }
}

impl Sm4Key {
    /// A key from its octets.
    #[must_use]
    pub fn new(key: [u8; 16]) -> Sm4Key {
        Sm4Key(key)
    }

    /// A fresh key.
    ///
    /// # Errors
    /// No randomness.
    pub fn generate(random: &dyn Random) -> Result<Sm4Key, RandomUnavailable> {
        let mut key = [0; 16];
        random.fill(&mut key)?;
        Ok(Sm4Key(key))
    }

    /// The key's octets, for wrapping under another key.
    #[must_use]
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// Seals `message` in GCM; `associated` is authenticated and not stored.
    ///
    /// # Shape
    /// nonce (12 octets) ‖ ciphertext ‖ tag (16 octets).
    ///
    /// # Errors
    /// `TooLong`, `Random`.
    pub fn seal(
        &self,
        message: &[u8],
        associated: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, AeadError> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce)?;
        let payload = Payload {
            msg: message,
            aad: associated,
        };
        let text = self
            .gcm()
            .encrypt(&Array(nonce), payload)
            .map_err(|_| AeadError::TooLong)?;
        Ok([&nonce[..], &text].concat())
    }

    /// Opens what [`Sm4Key::seal`] made with the same associated data.
    ///
    /// # Errors
    /// `NotAuthentic` for anything else.
    pub fn open(&self, sealed: &[u8], associated: &[u8]) -> Result<Vec<u8>, AeadError> {
        let (nonce, text) = sealed
            .split_first_chunk::<NONCE>()
            .ok_or(AeadError::NotAuthentic)?;
        let payload = Payload {
            msg: text,
            aad: associated,
        };
        self.gcm()
            .decrypt(&Array(*nonce), payload)
            .map_err(|_| AeadError::NotAuthentic)
    }

    /// Enciphers `message` in CBC with the padding of PKCS #7 (RFC 5652 6.3). It protects no integrity: only inside what is
    /// signed or has a MAC.
    #[must_use]
    pub fn encrypt_cbc(&self, iv: &[u8; 16], message: &[u8]) -> Vec<u8> {
        cbc::Encryptor::<Sm4>::new(&Array(self.0), &Array(*iv)).encrypt_padded_vec::<Pkcs7>(message)
    }

    /// Deciphers what [`Sm4Key::encrypt_cbc`] made; `None` where the padding is wrong. Whoever answers a stranger says the
    /// same as to a wrong MAC.
    #[must_use]
    pub fn decrypt_cbc(&self, iv: &[u8; 16], text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        cbc::Decryptor::<Sm4>::new(&Array(self.0), &Array(*iv))
            .decrypt_padded_vec::<Pkcs7>(text)
            .ok()
            .map(Zeroizing::new)
    }

    /// One block alone; for ECB where a structure prescribes it.
    pub(super) fn encrypt_block(&self, block: &mut [u8; 16]) {
        let mut made = Array(*block);
        Sm4::new(&Array(self.0)).encrypt_block(&mut made);
        *block = made.0;
    }

    /// The reverse of [`Sm4Key::encrypt_block`].
    pub(super) fn decrypt_block(&self, block: &mut [u8; 16]) {
        let mut made = Array(*block);
        Sm4::new(&Array(self.0)).decrypt_block(&mut made);
        *block = made.0;
    }

    fn gcm(&self) -> AesGcm<Sm4, U12> {
        AesGcm::new(&Array(self.0))
    }
}
