//! SM2EnvelopedKey (GB/T 35276 7.4): how a key centre hands an encryption key to the holder of a signing key.
//!
//! The private number stands under SM4 in ECB, two blocks of it, and the SM4 key under the holder's signing key. Neither
//! proves who made it: it travels inside what its sender signed.

use zeroize::Zeroizing;

use super::block::Sm4Key;
use super::sealed::{SealedError, open, seal};
use super::signature::{Key, WIDTH, pkcs8_of, private_number};
use crate::public_key::PublicKey;
use crate::random::Random;
use crate::spki::{element, only, take};

/// SM4 in ECB, 1.2.156.10197.1.104.1, content octets.
const SM4_ECB: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x68, 0x01];
/// SM4 without a mode, 1.2.156.10197.1.104, which others write for the same.
const SM4: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x68];
const NULL: &[u8] = &[0x05, 0x00];

/// Puts the key `private` (PKCS#8 of SM2) under the public key of its `holder`: DER.
///
/// # Errors
/// `Key` where either is none of SM2, `Failed`.
pub fn envelop(
    holder: &PublicKey,
    private: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, SealedError> {
    let number = private_number(private).ok_or(SealedError::Key)?;
    let key = Key::from_pkcs8(private).ok_or(SealedError::Key)?;
    let under = Sm4Key::generate(random).map_err(|_| SealedError::Failed)?;
    let sealed = seal(holder, under.expose(), random)?;
    let hidden = blocks(number, |block| under.encrypt_block(block)).ok_or(SealedError::Failed)?;
    let bits = |octets: &[u8]| element(0x03, &[&[0], octets].concat());
    let body = [
        element(0x30, &[&element(0x06, SM4_ECB), NULL].concat()),
        sealed,
        bits(key.bits()),
        bits(&hidden[..]),
    ];
    Ok(element(0x30, &body.concat()))
}

/// Takes out what [`envelop`] or another key centre put under the public half of `holder` (PKCS#8 of SM2): the key as PKCS#8.
///
/// # Errors
/// `Key` where `holder` is none of SM2; `Malformed` where the DER, the algorithm or a length is another one;
/// `NotAuthentic` where it is for another holder or the two halves do not belong together.
pub fn take_out(holder: &[u8], enveloped: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let Parts {
        sealed,
        public,
        hidden,
    } = Parts::read(enveloped).ok_or(SealedError::Malformed)?;
    let under = open(holder, &sealed)?;
    let under: &[u8; 16] = under
        .as_slice()
        .try_into()
        .map_err(|_| SealedError::Malformed)?;
    let under = Sm4Key::new(*under);
    let number =
        blocks(hidden, |block| under.decrypt_block(block)).ok_or(SealedError::Malformed)?;
    // GB/T 35276 7.4: the public key is that of the private one; ECB would let each half of the number be changed alone.
    Key::from_number(&number[..])
        .filter(|key| key.bits() == public)
        .map(|key| pkcs8_of(&number, key.bits()))
        .ok_or(SealedError::NotAuthentic)
}

struct Parts<'a> {
    sealed: Vec<u8>,
    public: &'a [u8],
    hidden: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(enveloped: &'a [u8]) -> Option<Parts<'a>> {
        let (algorithm, rest) = take(only(enveloped, 0x30)?, 0x30)?;
        let (oid, parameters) = take(algorithm, 0x06)?;
        let known = (oid == SM4_ECB || oid == SM4) && (parameters.is_empty() || parameters == NULL);
        let (sealed, rest) = take(rest, 0x30)?;
        let (public, rest) = take(rest, 0x03)?;
        let hidden = only(rest, 0x03)?;
        known.then_some(Parts {
            sealed: element(0x30, sealed),
            public: public.strip_prefix(&[0])?,
            hidden: hidden.strip_prefix(&[0])?,
        })
    }
}

/// The two blocks of a number, each by `act`; `None` for another length.
fn blocks(number: &[u8], act: impl Fn(&mut [u8; 16])) -> Option<Zeroizing<[u8; WIDTH]>> {
    let mut made = Zeroizing::new(<[u8; WIDTH]>::try_from(number).ok()?);
    for block in made.as_chunks_mut::<16>().0 {
        act(block);
    }
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public_key::KeyAlgorithm;
    use crate::random::SystemRandom;
    use crate::signer::{Signer as _, SoftwareSigner, generate_pkcs8};

    fn made(algorithm: KeyAlgorithm) -> (Zeroizing<Vec<u8>>, PublicKey) {
        let pkcs8 = generate_pkcs8(algorithm, &SystemRandom::new()).expect("made");
        let public = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("its own");
        let public = public.public_key().clone();
        (pkcs8, public)
    }

    #[test]
    fn an_enveloped_key_comes_out_for_its_holder_alone() {
        let random = SystemRandom::new();
        let (signing, holder) = made(KeyAlgorithm::Sm2);
        let (encryption, _) = made(KeyAlgorithm::Sm2);
        let enveloped = envelop(&holder, &encryption, &random).expect("enveloped");
        assert_eq!(take_out(&signing, &enveloped), Ok(encryption.clone()));
        assert_eq!(
            take_out(&encryption, &enveloped),
            Err(SealedError::NotAuthentic)
        );
        let (p256, other) = made(KeyAlgorithm::EcP256);
        assert_eq!(take_out(&p256, &enveloped), Err(SealedError::Key));
        assert_eq!(envelop(&other, &encryption, &random), Err(SealedError::Key));
        assert_eq!(envelop(&holder, &p256, &random), Err(SealedError::Key));
    }

    #[test]
    fn no_octet_of_an_enveloped_key_can_be_changed() {
        let random = SystemRandom::new();
        let (signing, holder) = made(KeyAlgorithm::Sm2);
        let (encryption, _) = made(KeyAlgorithm::Sm2);
        let enveloped = envelop(&holder, &encryption, &random).expect("enveloped");
        for at in 0..enveloped.len() {
            let mut bent = enveloped.clone();
            bent[at] ^= 1;
            assert!(take_out(&signing, &bent).is_err(), "{at}");
            assert!(take_out(&signing, &enveloped[..at]).is_err(), "{at}");
        }
        let mut trailing = enveloped;
        trailing.push(0);
        assert_eq!(take_out(&signing, &trailing), Err(SealedError::Malformed));
    }
}
