//! Passkeys: what an authenticator signed for us (Web Authentication Level 2, clause 7.2), as an answer to a question
//! that was asked of one person, once.
//!
//! An authenticator signs its own data and the digest of what the browser says it was asked. Both are compared as
//! octets and never parsed: WebAuthn 5.8.1.2 has an algorithm for those who check without a parser of JSON, so that the
//! key store can check by itself.

mod made;

use thiserror::Error;

use crate::digest::sha256;
use crate::mac::constant_time_eq;
use crate::public_key::{KeyAlgorithm, PublicKey};
use crate::signature::{Signature, SignatureAlgorithm};

pub use made::{MAX_MADE, made};

/// Longest identifier of a credential, in octets (WebAuthn 4, *credential ID*).
pub const MAX_CREDENTIAL: usize = 1_023;
/// Longest word of a browser about what it was asked, in octets (*default*).
pub const MAX_CLIENT: usize = 2_048;
/// Octets of a question.
pub const CHALLENGE: usize = 32;
/// Octets before what only some authenticator data have (WebAuthn 6.1): digest, flags, counter.
const HEAD: usize = 37;
/// Before the digest of what a release signs: no other question has these first octets.
const RELEASE: &[u8] = b"yinxin release by passkey v1\n";

/// What a browser was asked to do (WebAuthn 5.8.1, `type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// To make a credential.
    Create,
    /// To show one.
    Get,
}

/// Why what an authenticator and a browser said does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PasskeyFault {
    /// What the browser says is longer than [`MAX_CLIENT`], or does not end as 5.8.1.1 writes it.
    #[error("what the browser says is not written as it has to be")]
    Client,
    /// The browser was asked for something else (7.2 step 11).
    #[error("the browser was asked for something else")]
    Ceremony,
    /// The answer is to another question (7.2 step 12).
    #[error("the answer is to another question")]
    Challenge,
    /// Another page asked (7.2 step 13).
    #[error("a page of another origin asked")]
    Origin,
    /// The page stood in a frame of another origin (5.8.1.2).
    #[error("the page stood in a frame of another origin")]
    CrossOrigin,
    /// The authenticator's data are short, or have what was not asked for (6.1, 7.2 step 18).
    #[error("the authenticator's data are not those of this act")]
    Authenticator,
    /// The credential is of another relying party (7.2 step 15).
    #[error("the credential is of another relying party")]
    RelyingParty,
    /// Nobody touched the authenticator (7.2 step 16).
    #[error("nobody was present")]
    NotPresent,
    /// The authenticator did not make sure who touched it (7.2 step 17).
    #[error("the person was not verified")]
    NotVerified,
    /// Backed up, though it cannot be (Level 3, 6.1.3).
    #[error("a credential that cannot be backed up is")]
    Backup,
    /// The signature is not this credential's over this answer (7.2 step 20).
    #[error("the signature is not good")]
    Signature,
    /// The counter did not go on: there may be a copy of the authenticator (7.2 step 21).
    #[error("the counter did not go on")]
    Counter,
    /// The identifier is empty or longer than [`MAX_CREDENTIAL`], or another one.
    #[error("the credential is another one")]
    Credential,
    /// The key is not one of the kinds that were asked for (7.1 step 16).
    #[error("the kind of key was not asked for")]
    Algorithm,
    /// What an authenticator made is longer than [`MAX_MADE`], or not the CBOR of a new credential (6.5.4).
    #[error("what was made is not written as it has to be")]
    Made,
    /// It comes with a statement about its authenticator, which was not asked for (7.1 steps 18 and 19).
    #[error("an attestation that was not asked for")]
    Attestation,
    /// The key is not written as it has to be (6.5.1.1), or is no point of its curve (T-C4).
    #[error("the key is not written as it has to be, or no point of its curve")]
    Key,
}

impl PasskeyFault {
    /// The stable code, as it stands in the trace.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Client => "passkey.client",
            Self::Ceremony => "passkey.ceremony",
            Self::Challenge => "passkey.challenge",
            Self::Origin => "passkey.origin",
            Self::CrossOrigin => "passkey.cross-origin",
            Self::Authenticator => "passkey.authenticator",
            Self::RelyingParty => "passkey.relying-party",
            Self::NotPresent => "passkey.not-present",
            Self::NotVerified => "passkey.not-verified",
            Self::Backup => "passkey.backup",
            Self::Signature => "passkey.signature",
            Self::Counter => "passkey.counter",
            Self::Credential => "passkey.credential",
            Self::Algorithm => "passkey.algorithm",
            Self::Made => "passkey.made",
            Self::Attestation => "passkey.attestation",
            Self::Key => "passkey.key",
        }
    }
}

/// Who asks: one origin; its host is the identifier of the relying party (WebAuthn 4, *RP ID*).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RelyingParty {
    origin: String,
}

impl RelyingParty {
    /// The relying party of an origin as browsers write it (RFC 6454 6.2): `https://`, or `http://` where a browser lets
    /// that do, a host in small letters, a port that is not the usual one. `None` for anything else: a path, an address in brackets,
    /// letters that JSON would write otherwise.
    #[must_use]
    pub fn of(origin: &str) -> Option<RelyingParty> {
        let rest = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"))?;
        let (host, port) = rest.split_once(':').unwrap_or((rest, "1"));
        let is_host = (1..=253).contains(&host.len())
            && host
                .bytes()
                .all(|octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
        let is_port = !port.starts_with('0') && port.parse::<u16>().is_ok();
        (is_host && is_port).then(|| RelyingParty {
            origin: origin.to_owned(),
        })
    }

    /// The origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The identifier: the host of the origin.
    #[must_use]
    pub fn id(&self) -> &str {
        let rest = self.origin.split_once("://").map_or("", |(_, rest)| rest);
        rest.split_once(':').map_or(rest, |(host, _)| host)
    }

    /// What the browser says that it was asked (clientDataJSON): for this, to answer `challenge`, by a page of this origin
    /// that stood in no frame of another.
    ///
    /// # Errors
    /// `Client`, `Ceremony`, `Challenge`, `Origin`, `CrossOrigin`.
    pub fn inspect_client(
        &self,
        ceremony: Ceremony,
        challenge: &[u8; CHALLENGE],
        client: &[u8],
    ) -> Result<(), PasskeyFault> {
        if client.len() > MAX_CLIENT {
            return Err(PasskeyFault::Client);
        }
        let kind: &[u8] = match ceremony {
            Ceremony::Create => br#"{"type":"webauthn.create","#,
            Ceremony::Get => br#"{"type":"webauthn.get","#,
        };
        // 5.8.1.2 steps 1 to 12: the first members have one order and one writing. 7.2 step 11, 7.1 step 7.
        let rest = client.strip_prefix(kind).ok_or(PasskeyFault::Ceremony)?;
        // 7.2 step 12, 7.1 step 8.
        let asked = format!(r#""challenge":"{}","#, url64(challenge));
        let rest = rest
            .strip_prefix(asked.as_bytes())
            .ok_or(PasskeyFault::Challenge)?;
        // 7.2 step 13, 7.1 step 9: an origin of ours needs no escape (5.8.1.1, CCDToString).
        let page = format!(r#""origin":"{}""#, self.origin);
        let rest = rest
            .strip_prefix(page.as_bytes())
            .ok_or(PasskeyFault::Origin)?;
        // 5.8.1: a browser that does not say it (WebKit, which says so of frames alone) says *false*, and nothing else after it.
        if rest == b"}" {
            return Ok(());
        }
        let rest = rest
            .strip_prefix(br#","crossOrigin":false"#)
            .ok_or(PasskeyFault::CrossOrigin)?;
        // Steps 13 and 14: the end, or further members, of which nothing is used.
        let ends = match rest {
            b"}" => true,
            [b',', .., b'}'] => std::str::from_utf8(rest).is_ok(),
            _ => false,
        };
        ends.then_some(()).ok_or(PasskeyFault::Client)
    }

    /// The authenticator's data up to its counter (WebAuthn 6.1): for this relying party, with the person there and verified.
    ///
    /// # Errors
    /// `Authenticator` where it is short; `RelyingParty`, `NotPresent`, `NotVerified`, `Backup`.
    pub fn inspect_authenticator<'a>(
        &self,
        octets: &'a [u8],
    ) -> Result<Authenticator<'a>, PasskeyFault> {
        let short = PasskeyFault::Authenticator;
        let (head, rest) = octets.split_first_chunk::<HEAD>().ok_or(short)?;
        let (party, head) = head.split_first_chunk::<32>().ok_or(short)?;
        let (flags, counter) = head.split_first().ok_or(short)?;
        let counter = <[u8; 4]>::try_from(counter).map_err(|_| short)?;
        let data = Authenticator {
            flags: *flags,
            counter: u32::from_be_bytes(counter),
            rest,
        };
        // 7.2 step 15, 7.1 step 13.
        if *party != sha256(self.id().as_bytes()) {
            return Err(PasskeyFault::RelyingParty);
        }
        // 7.2 step 16, 7.1 step 14.
        if !data.has(Authenticator::PRESENT) {
            return Err(PasskeyFault::NotPresent);
        }
        // 7.2 step 17, 7.1 step 15: always asked for.
        if !data.has(Authenticator::VERIFIED) {
            return Err(PasskeyFault::NotVerified);
        }
        // Level 3, 6.1.3: what cannot be backed up is not.
        if data.has(Authenticator::BACKED_UP) && !data.has(Authenticator::MAY_BE_BACKED_UP) {
            return Err(PasskeyFault::Backup);
        }
        Ok(data)
    }
}

/// Authenticator data (WebAuthn 6.1), its first 37 octets read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticator<'a> {
    /// The flags.
    pub flags: u8,
    /// How often it signed, or 0 where it does not count.
    pub counter: u32,
    /// What follows the counter.
    pub rest: &'a [u8],
}

impl Authenticator<'_> {
    /// UP.
    pub const PRESENT: u8 = 0x01;
    /// UV.
    pub const VERIFIED: u8 = 0x04;
    /// BE (Level 3).
    pub const MAY_BE_BACKED_UP: u8 = 0x08;
    /// BS (Level 3).
    pub const BACKED_UP: u8 = 0x10;
    /// AT: a new credential follows.
    pub const ATTESTED: u8 = 0x40;
    /// ED: extensions follow.
    pub const EXTENDED: u8 = 0x80;

    /// Whether this flag is set.
    #[must_use]
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// What stands beside the signature of an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Identifier of the credential.
    pub credential: Vec<u8>,
    /// The authenticator's data.
    pub authenticator: Vec<u8>,
    /// What the browser says that it was asked: clientDataJSON.
    pub client: Vec<u8>,
}

impl Shown {
    /// The authenticator's counter, as it stands in its data; none where they are short.
    #[must_use]
    pub fn counter(&self) -> Option<u32> {
        let counter = self.authenticator.get(33..HEAD)?;
        let counter = <[u8; 4]>::try_from(counter).ok()?;
        Some(u32::from_be_bytes(counter))
    }
}

/// A credential as it is kept, and where it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its identifier.
    pub credential: Vec<u8>,
    /// Its public key.
    pub public: PublicKey,
    /// Where it is good.
    pub party: RelyingParty,
}

impl Passkey {
    /// A credential with a key of a kind that is asked for.
    ///
    /// # Errors
    /// `Credential`, `Algorithm`.
    pub fn new(
        credential: Vec<u8>,
        public: PublicKey,
        party: RelyingParty,
    ) -> Result<Passkey, PasskeyFault> {
        if !(1..=MAX_CREDENTIAL).contains(&credential.len()) {
            return Err(PasskeyFault::Credential);
        }
        let passkey = Passkey {
            credential,
            public,
            party,
        };
        passkey.algorithm().ok_or(PasskeyFault::Algorithm)?;
        Ok(passkey)
    }

    /// How it signs: ES256 or EdDSA (RFC 9053 2.1, 2.2), as its key says; none for another kind of key.
    #[must_use]
    pub fn algorithm(&self) -> Option<SignatureAlgorithm> {
        match self.public.algorithm() {
            KeyAlgorithm::EcP256 => Some(SignatureAlgorithm::EcdsaP256Sha256),
            KeyAlgorithm::Ed25519 => Some(SignatureAlgorithm::Ed25519),
            _ => None,
        }
    }

    /// The octets under an assertion's signature, if all that stands in them is what it has to be: an answer of this
    /// credential to `challenge`. Gives the authenticator's counter, too.
    ///
    /// # Errors
    /// [`PasskeyFault`], but `Signature` and `Counter`.
    pub fn signed(
        &self,
        shown: &Shown,
        challenge: &[u8; CHALLENGE],
    ) -> Result<(Vec<u8>, u32), PasskeyFault> {
        // 7.2 steps 5 to 7.
        if !constant_time_eq(&self.credential, &shown.credential) {
            return Err(PasskeyFault::Credential);
        }
        let party = &self.party;
        party.inspect_client(Ceremony::Get, challenge, &shown.client)?;
        let data = party.inspect_authenticator(&shown.authenticator)?;
        // 6.1: an assertion has no new credential. 7.2 step 18: and no extension, for none is asked for.
        if !data.rest.is_empty()
            || data.has(Authenticator::ATTESTED)
            || data.has(Authenticator::EXTENDED)
        {
            return Err(PasskeyFault::Authenticator);
        }
        // 7.2 steps 19 and 20.
        let octets = [shown.authenticator.as_slice(), &sha256(&shown.client)].concat();
        Ok((octets, data.counter))
    }

    /// Whether this credential answered `challenge`; gives the authenticator's counter, which [`goes_on`] compares.
    ///
    /// # Errors
    /// [`PasskeyFault`], but `Counter`.
    pub fn check(
        &self,
        (shown, signature): (&Shown, &Signature),
        challenge: &[u8; CHALLENGE],
    ) -> Result<u32, PasskeyFault> {
        let (octets, counter) = self.signed(shown, challenge)?;
        let algorithm = self.algorithm().ok_or(PasskeyFault::Algorithm)?;
        let checked = self.public.check(algorithm, &octets, signature);
        checked.map_err(|_| PasskeyFault::Signature)?;
        Ok(counter)
    }
}

/// WebAuthn 7.2 step 21: whether a counter went on from the one that is kept; an authenticator that does not count says 0.
///
/// # Errors
/// `Counter`.
pub fn goes_on(kept: u32, said: u32) -> Result<(), PasskeyFault> {
    let counts = kept != 0 || said != 0;
    if counts && said <= kept {
        return Err(PasskeyFault::Counter);
    }
    Ok(())
}

/// The question that a passkey answers to release what `signed` says: a statement, or a list of them. What is released is the
/// question itself, so that an answer is good for nothing else.
#[must_use]
pub fn release_challenge(signed: &[u8]) -> [u8; CHALLENGE] {
    sha256(&[RELEASE, signed].concat())
}

/// RFC 4648 5 without filling, as WebAuthn writes octets (clause 3, *Base64url encoding*).
#[must_use]
pub fn url64(octets: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::with_capacity(octets.len().div_ceil(3) * 4);
    for group in octets.chunks(3) {
        let word = group
            .iter()
            .fold(0_u32, |word, octet| (word << 8) | u32::from(*octet));
        let word = word << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            let at = (word >> (18 - 6 * place)) & 63;
            let letter = usize::try_from(at).ok().and_then(|at| LETTERS.get(at));
            out.push(letter.copied().map(char::from).unwrap_or_default());
        }
    }
    out
}

#[cfg(test)]
mod tests;
