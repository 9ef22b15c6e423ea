//! SM2 signatures (GB/T 32918.2): private keys, their PKCS#8, and signing. Checking is `check.rs`.
//!
//! The arithmetic is the package's, in constant time; what it is asked to work on is checked here.

use ::sm2::dsa::SigningKey;
use ::sm2::dsa::signature::hazmat::RandomizedPrehashSigner;
use ::sm2::dsa::signature::rand_core::{TryCryptoRng, TryRng};
use sm3::{Digest as _, Sm3};
use zeroize::Zeroizing;

use crate::random::{Random, RandomUnavailable};
use crate::spki::{element, integer, only, take};

/// The identity under which everything is signed that is no TLS handshake (GB/T 35276 10).
pub(crate) const DEFAULT_IDENTITY: &[u8] = b"1234567812345678";
/// The curve as `namedCurve`: 1.2.156.10197.1.301, content octets.
pub(crate) const CURVE: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];
/// AlgorithmIdentifier content: id-ecPublicKey, the curve.
pub(crate) const IDENTIFIER: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55,
    0x01, 0x82, 0x2d,
];
/// Octets of a number of the field or below the order.
pub(super) const WIDTH: usize = 32;

/// a, b and the base point (GB/T 32918.5), as Z has them.
const PARAMETERS: [[u8; WIDTH]; 4] = [
    [
        0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xfc,
    ],
    [
        0x28, 0xe9, 0xfa, 0x9e, 0x9d, 0x9f, 0x5e, 0x34, 0x4d, 0x5a, 0x9e, 0x4b, 0xcf, 0x65, 0x09,
        0xa7, 0xf3, 0x97, 0x89, 0xf5, 0x15, 0xab, 0x8f, 0x92, 0xdd, 0xbc, 0xbd, 0x41, 0x4d, 0x94,
        0x0e, 0x93,
    ],
    [
        0x32, 0xc4, 0xae, 0x2c, 0x1f, 0x19, 0x81, 0x19, 0x5f, 0x99, 0x04, 0x46, 0x6a, 0x39, 0xc9,
        0x94, 0x8f, 0xe3, 0x0b, 0xbf, 0xf2, 0x66, 0x0b, 0xe1, 0x71, 0x5a, 0x45, 0x89, 0x33, 0x4c,
        0x74, 0xc7,
    ],
    [
        0xbc, 0x37, 0x36, 0xa2, 0xf4, 0xf6, 0x77, 0x9c, 0x59, 0xbd, 0xce, 0xe3, 0x6b, 0x69, 0x21,
        0x53, 0xd0, 0xa9, 0x87, 0x7c, 0xc6, 0x2a, 0x47, 0x40, 0x02, 0xdf, 0x32, 0xe5, 0x21, 0x39,
        0xf0, 0xa0,
    ],
];
/// n − 1, one less than the order of the curve.
const LAST: [u8; WIDTH] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x22,
];

/// Z, which stands before a message: `SM3(ENTL ‖ ID ‖ a ‖ b ‖ Gx ‖ Gy ‖ Px ‖ Py)` (GB/T 32918.2 5.5); `point` is
/// `Px ‖ Py`. `None` for an identity of 8 KiB and more, whose bits two octets do not count.
pub(crate) fn identity_digest(identity: &[u8], point: &[u8]) -> Option<[u8; 32]> {
    let bits = u16::try_from(identity.len().checked_mul(8)?).ok()?;
    let mut hasher = Sm3::new_with_prefix(bits.to_be_bytes()).chain_update(identity);
    for parameter in PARAMETERS {
        hasher.update(parameter);
    }
    Some(hasher.chain_update(point).finalize().into())
}

/// `SM3(Z ‖ M)`.
pub(crate) fn message_digest(identity_digest: &[u8; 32], message: &[u8]) -> [u8; 32] {
    Sm3::new_with_prefix(identity_digest)
        .chain_update(message)
        .finalize()
        .into()
}

/// Two numbers in their whole width, one behind the other; `None` where one is wider.
pub(super) fn fixed(r: &[u8], s: &[u8]) -> Option<[u8; 2 * WIDTH]> {
    let mut fixed = [0; 2 * WIDTH];
    for (half, number) in fixed.chunks_exact_mut(WIDTH).zip([r, s]) {
        let start = WIDTH.checked_sub(number.len())?;
        half.get_mut(start..)?.copy_from_slice(number);
    }
    Some(fixed)
}

/// A private key in memory; overwritten with a worthless one when it is dropped (T-K4).
pub(crate) struct Key {
    key: SigningKey,
    usual: [u8; 32],
    bits: [u8; 2 * WIDTH + 1],
}

impl Key {
    /// Reads PKCS#8: see [`private_number`].
    pub(crate) fn from_pkcs8(pkcs8: &[u8]) -> Option<Key> {
        let parts = Parts::read(pkcs8)?;
        let key = Key::from_number(parts.number)?;
        parts
            .public
            .is_none_or(|bits| bits == key.bits)
            .then_some(key)
    }

    /// Of a number in [1, n − 2] in its whole width.
    pub(super) fn from_number(number: &[u8]) -> Option<Key> {
        if !is_private(number) {
            return None;
        }
        let key = SigningKey::from_slice("", number).ok()?;
        let bits: [u8; 2 * WIDTH + 1] = key
            .verifying_key()
            .to_sec1_bytes()
            .as_ref()
            .try_into()
            .ok()?;
        let usual = identity_digest(DEFAULT_IDENTITY, bits.get(1..)?)?;
        Some(Key { key, usual, bits })
    }

    /// Its public half, `04 ‖ Px ‖ Py`.
    pub(crate) fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// Signs `message` under the default identity: DER `SEQUENCE { r, s }`. The nonce is derived from key and message
    /// and hedged with fresh octets of the system (T-K5).
    pub(crate) fn sign(&self, message: &[u8], random: &dyn Random) -> Option<Vec<u8>> {
        let digest = message_digest(&self.usual, message);
        // GB/T 32918.2 6.1 A5 and A6: once again where r or s is 0 or r + k is n.
        let value = (0..3).find_map(|_| {
            self.key
                .sign_prehash_with_rng(&mut Source(random), &digest)
                .ok()
        })?;
        let mut body = integer(&value.r_bytes());
        body.append(&mut integer(&value.s_bytes()));
        Some(element(0x30, &body))
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let mut one = [0; WIDTH];
        one[WIDTH - 1] = 1;
        if let Ok(other) = SigningKey::from_slice("", &one) {
            self.key = other;
        }
        std::hint::black_box(&mut self.key);
    }
}

/// The private number of a PKCS#8, whose public half, where it is inside, is its own.
pub(super) fn private_number(pkcs8: &[u8]) -> Option<&[u8]> {
    Key::from_pkcs8(pkcs8)?;
    Parts::read(pkcs8).map(|parts| parts.number)
}

/// What a PKCS#8 of SM2 holds.
struct Parts<'a> {
    number: &'a [u8],
    public: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    /// RFC 5958 2, RFC 5915 3: version 0, id-ecPublicKey with the curve; a curve inside, where given, is the same.
    fn read(pkcs8: &'a [u8]) -> Option<Parts<'a>> {
        let body = only(pkcs8, 0x30)?;
        let (&[0], rest) = take(body, 0x02)? else {
            return None;
        };
        let (identifier, rest) = take(rest, 0x30)?;
        if identifier != IDENTIFIER {
            return None;
        }
        let (inside, attributes) = take(rest, 0x04)?;
        if !attributes.is_empty() && only(attributes, 0xa0).is_none() {
            return None;
        }
        let (&[1], rest) = take(only(inside, 0x30)?, 0x02)? else {
            return None;
        };
        let (number, mut rest) = take(rest, 0x04)?;
        if let Some((curve, after)) = take(rest, 0xa0) {
            (only(curve, 0x06)? == CURVE).then_some(())?;
            rest = after;
        }
        let mut public = None;
        if let Some((found, after)) = take(rest, 0xa1) {
            let [0, bits @ ..] = only(found, 0x03)? else {
                return None;
            };
            public = Some(bits);
            rest = after;
        }
        rest.is_empty().then_some(Parts { number, public })
    }
}

/// Whether these octets are a private number: 32 of them, in [1, n − 2]. n − 1 would have no inverse of 1 + d.
fn is_private(number: &[u8]) -> bool {
    number.len() == WIDTH && number.iter().any(|octet| *octet != 0) && is_below(number, &LAST)
}

/// Compares without a branch on either number.
fn is_below(left: &[u8], right: &[u8]) -> bool {
    let borrow = left
        .iter()
        .zip(right)
        .rev()
        .fold(0_u16, |borrow, (left, right)| {
            (u16::from(*left)
                .wrapping_sub(u16::from(*right))
                .wrapping_sub(borrow))
                >> 15
        });
    borrow == 1
}

/// A fresh private key as PKCS#8.
///
/// # Errors
/// No randomness.
pub(crate) fn generate_pkcs8(random: &dyn Random) -> Result<Zeroizing<Vec<u8>>, RandomUnavailable> {
    let mut number = Zeroizing::new([0; WIDTH]);
    let key = loop {
        random.fill(number.as_mut())?;
        // GB/T 32918.1 6.1: uniform in [1, n − 2]: what is not below is thrown away.
        if let Some(key) = Key::from_number(number.as_ref()) {
            break key;
        }
    };
    Ok(pkcs8_of(&number, key.bits()))
}

/// A private number and its public half as PKCS#8.
pub(super) fn pkcs8_of(number: &Zeroizing<[u8; WIDTH]>, public: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bits = vec![0];
    bits.extend_from_slice(public);
    let mut private = Zeroizing::new(vec![0x02, 0x01, 0x01]);
    private.extend(&*Zeroizing::new(element(0x04, number.as_ref())));
    private.extend(element(0xa1, &element(0x03, &bits)));
    let private = Zeroizing::new(element(0x30, &private));
    let mut body = Zeroizing::new(vec![0x02, 0x01, 0x00]);
    body.extend(element(0x30, IDENTIFIER));
    body.extend(&*Zeroizing::new(element(0x04, &private)));
    Zeroizing::new(element(0x30, &body))
}

/// Randomness as the package asks for it.
pub(super) struct Source<'a>(pub(super) &'a dyn Random);

impl TryRng for Source<'_> {
    type Error = RandomUnavailable;

    fn try_next_u32(&mut self) -> Result<u32, RandomUnavailable> {
        let mut octets = [0; 4];
        self.0.fill(&mut octets)?;
        Ok(u32::from_be_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, RandomUnavailable> {
        let mut octets = [0; 8];
        self.0.fill(&mut octets)?;
        Ok(u64::from_be_bytes(octets))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), RandomUnavailable> {
        self.0.fill(out)
    }
}

impl TryCryptoRng for Source<'_> {}

#[cfg(test)]
mod tests;
