//! A credential that was made (WebAuthn 7.1): the attestation object, its authenticator data and the COSE key in it.
//!
//! The CBOR is that of CTAP2: definite lengths, arguments in their shortest form, no key twice. Nothing of it is nested deeper
//! than one map in another, so that there is no tree.

use crate::digest::sha256;
use crate::public_key::PublicKey;
use crate::sign_in::passkey::{
    Authenticator, CHALLENGE, Ceremony, Passkey, PasskeyFault, RelyingParty,
};
use crate::signature::{Signature, SignatureAlgorithm};

/// Longest attestation object, in octets (*default*): the longest identifier, its key and a few extensions.
pub const MAX_MADE: usize = 4_096;
/// Most extensions that an authenticator adds on its own (*default*).
const MAX_EXTENSIONS: u64 = 8;
/// RFC 9053 2.1, 2.2.
const ES256: i64 = -7;
const EDDSA: i64 = -8;
/// DER before the point of a key on P-256 (RFC 5480 2).
const P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// DER before an Ed25519 key (RFC 8410 4).
const ED25519: &[u8] = &[
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The credential that an authenticator made when it was asked `challenge`, with its counter, out of clientDataJSON and
/// attestation object.
///
/// That nobody has it yet (7.1 step 22) is the register's part.
///
/// # Errors
/// [`PasskeyFault`], but `Signature` and `Counter`.
pub fn made(
    party: &RelyingParty,
    challenge: &[u8; CHALLENGE],
    (client, object): (&[u8], &[u8]),
) -> Result<(Passkey, u32), PasskeyFault> {
    party.inspect_client(Ceremony::Create, challenge, client)?;
    if object.len() > MAX_MADE {
        return Err(PasskeyFault::Made);
    }
    let attested = attested(object)?;
    let data = party.inspect_authenticator(attested.data)?;
    // 6.1: a new credential comes with its identifier and key.
    if !data.has(Authenticator::ATTESTED) {
        return Err(PasskeyFault::Authenticator);
    }
    let malformed = PasskeyFault::Made;
    // 6.5.1: what kind of device it is.
    let (device, rest) = data.rest.split_first_chunk::<16>().ok_or(malformed)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (credential, rest) = rest.split_at_checked(length).ok_or(malformed)?;
    let mut reader = Reader(rest);
    let public = key(&mut reader)?;
    // 7.1 step 17: none were asked for, and some authenticators say on their own how they protect what they made.
    if data.has(Authenticator::EXTENDED) {
        reader.skip_extensions().ok_or(malformed)?;
    }
    if !reader.0.is_empty() {
        return Err(malformed);
    }
    let passkey = Passkey::new(credential.to_vec(), public, party.clone())?;
    match attested.by_itself {
        None => {}
        // 5.1.3: the one statement that stays where none was asked for is of a device that does not say what it is.
        Some(_) if *device != [0; 16] => return Err(PasskeyFault::Attestation),
        Some(statement) => statement.inspect(&passkey, (attested.data, client))?,
    }
    Ok((passkey, data.counter))
}

/// An attestation object (6.5.4).
struct Attested<'a> {
    data: &'a [u8],
    by_itself: Option<BySelf<'a>>,
}

/// The statement of the format *packed* by the new key itself (8.2, without `x5c`).
struct BySelf<'a> {
    algorithm: i64,
    signature: &'a [u8],
}

impl BySelf<'_> {
    /// 8.2: the algorithm is the key's, and the key signed its authenticator's data and what the browser says.
    fn inspect(
        &self,
        passkey: &Passkey,
        (data, client): (&[u8], &[u8]),
    ) -> Result<(), PasskeyFault> {
        let algorithm = passkey.algorithm().ok_or(PasskeyFault::Algorithm)?;
        let named = match algorithm {
            SignatureAlgorithm::EcdsaP256Sha256 => ES256,
            _ => EDDSA,
        };
        if self.algorithm != named {
            return Err(PasskeyFault::Attestation);
        }
        let octets = [data, &sha256(client)].concat();
        let signature = Signature::new(self.signature.to_vec());
        let checked = passkey.public.check(algorithm, &octets, &signature);
        checked.map_err(|_| PasskeyFault::Attestation)
    }
}

/// 7.1 step 12, 6.5.4: what stands in an attestation object of the format *none*, or of *packed* without certificates.
fn attested(object: &[u8]) -> Result<Attested<'_>, PasskeyFault> {
    let malformed = PasskeyFault::Made;
    let mut reader = Reader(object);
    let (mut format, mut statement, mut data) = (None, None, None);
    for _ in 0..reader.map().filter(|count| *count == 3).ok_or(malformed)? {
        let twice = match reader.text().ok_or(malformed)? {
            "fmt" => format.replace(reader.text().ok_or(malformed)?).is_some(),
            "attStmt" => statement.replace(reader.statement()?).is_some(),
            "authData" => data.replace(reader.bytes().ok_or(malformed)?).is_some(),
            _ => return Err(malformed),
        };
        if twice {
            return Err(malformed);
        }
    }
    if !reader.0.is_empty() {
        return Err(malformed);
    }
    let (Some(format), Some(by_itself), Some(data)) = (format, statement, data) else {
        return Err(malformed);
    };
    match (format, &by_itself) {
        // 7.1 steps 18 and 19, 8.7, 8.2.
        ("none", None) | ("packed", Some(_)) => Ok(Attested { data, by_itself }),
        _ => Err(PasskeyFault::Attestation),
    }
}

/// 6.5.1.1: a COSE key of ES256 on P-256 or of EdDSA on Ed25519 (RFC 9053 7.1, 7.2), with what it has to have and nothing else.
fn key(reader: &mut Reader<'_>) -> Result<PublicKey, PasskeyFault> {
    let malformed = PasskeyFault::Key;
    let count = reader.map().ok_or(malformed)?;
    let (mut kind, mut algorithm, mut curve) = (None, None, None);
    let (mut x, mut y) = (None, None);
    for _ in 0..count.min(6) {
        let twice = match reader.integer().ok_or(malformed)? {
            1 => kind.replace(reader.integer().ok_or(malformed)?).is_some(),
            3 => algorithm
                .replace(reader.integer().ok_or(malformed)?)
                .is_some(),
            -1 => curve
                .replace(reader.integer().ok_or(PasskeyFault::Algorithm)?)
                .is_some(),
            -2 => x.replace(reader.bytes().ok_or(malformed)?).is_some(),
            -3 => y.replace(reader.bytes().ok_or(malformed)?).is_some(),
            _ => return Err(malformed),
        };
        if twice {
            return Err(malformed);
        }
    }
    let spki = match (kind, algorithm, curve) {
        (Some(2), Some(ES256), Some(1)) => {
            let (Some(x), Some(y), 5) = (x, y, count) else {
                return Err(malformed);
            };
            if x.len() != 32 || y.len() != 32 {
                return Err(malformed);
            }
            [P256, x, y].concat()
        }
        (Some(1), Some(EDDSA), Some(6)) => {
            let (Some(x), None, 4) = (x, y, count) else {
                return Err(malformed);
            };
            [ED25519, x].concat()
        }
        _ => return Err(PasskeyFault::Algorithm),
    };
    let public = PublicKey::parse(&spki).map_err(|_| PasskeyFault::Key)?;
    // T-C4: the point lies on its curve.
    public.inspect().map_err(|_| PasskeyFault::Key)?;
    Ok(public)
}

/// CBOR, item by item (RFC 8949 3), strict.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Major type and argument; `None` for an argument longer than it need be (RFC 8949 4.2.1), a reserved head, an
    /// indefinite length.
    fn head(&mut self) -> Option<(u8, u64)> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        let (major, short) = (first >> 5, first & 31);
        let (argument, least) = match short {
            0..24 => return Some((major, u64::from(short))),
            24 => (u64::from(*self.take::<1>()?.first()?), 24),
            25 => (u64::from(u16::from_be_bytes(*self.take()?)), 1 << 8),
            26 => (u64::from(u32::from_be_bytes(*self.take()?)), 1 << 16),
            27 => (u64::from_be_bytes(*self.take()?), 1 << 32),
            _ => return None,
        };
        (argument >= least).then_some((major, argument))
    }

    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(taken)
    }

    /// The argument of an item of this major type.
    fn argument(&mut self, major: u8) -> Option<u64> {
        self.head()
            .filter(|(found, _)| *found == major)
            .map(|(_, argument)| argument)
    }

    /// How many pairs a map has.
    fn map(&mut self) -> Option<u64> {
        self.argument(5)
    }

    fn string(&mut self, length: u64) -> Option<&'a [u8]> {
        let length = usize::try_from(length).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.argument(2)?;
        self.string(length)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.argument(3)?;
        std::str::from_utf8(self.string(length)?).ok()
    }

    fn integer(&mut self) -> Option<i64> {
        let (major, argument) = self.head()?;
        let number = i64::try_from(argument).ok()?;
        match major {
            0 => Some(number),
            1 => Some(-1 - number),
            _ => None,
        }
    }

    /// The statement: empty, or a signature of the new key; any other is not looked at.
    fn statement(&mut self) -> Result<Option<BySelf<'a>>, PasskeyFault> {
        let malformed = PasskeyFault::Made;
        match self.map().ok_or(malformed)? {
            0 => return Ok(None),
            2 => {}
            _ => return Err(PasskeyFault::Attestation),
        }
        let (mut algorithm, mut signature) = (None, None);
        for _ in 0..2 {
            let twice = match self.text().ok_or(malformed)? {
                "alg" => algorithm
                    .replace(self.integer().ok_or(malformed)?)
                    .is_some(),
                "sig" => signature.replace(self.bytes().ok_or(malformed)?).is_some(),
                _ => return Err(PasskeyFault::Attestation),
            };
            if twice {
                return Err(malformed);
            }
        }
        Ok(algorithm
            .zip(signature)
            .map(|(algorithm, signature)| BySelf {
                algorithm,
                signature,
            }))
    }

    /// A map from texts to numbers, strings, true or false.
    fn skip_extensions(&mut self) -> Option<()> {
        let count = self
            .map()
            .filter(|count| (1..=MAX_EXTENSIONS).contains(count))?;
        let mut names = Vec::new();
        for _ in 0..count {
            let name = self.text()?;
            if names.contains(&name) {
                return None;
            }
            names.push(name);
            match self.head()? {
                (0 | 1, _) | (7, 20 | 21) => {}
                (2, length) => {
                    self.string(length)?;
                }
                (3, length) => {
                    std::str::from_utf8(self.string(length)?).ok()?;
                }
                _ => return None,
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
