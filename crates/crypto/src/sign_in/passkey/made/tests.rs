//! What an authenticator makes, and the same otherwise.

use std::sync::LazyLock;

use time::UtcDateTime;

use super::*;
use crate::authorisation::{Authorisation, KeyId, KeyUse};
use crate::digest::sha256;
use crate::public_key::KeyAlgorithm;
use crate::random::SeededRandom;
use crate::sign_in::passkey::{MAX_CREDENTIAL, url64};
use crate::signer::{Input, Signer, SoftwareSigner, generate_pkcs8};

const ORIGIN: &str = "https://licences.example";
const ASKED: [u8; CHALLENGE] = [9; CHALLENGE];

fn head(major: u8, argument: usize) -> Vec<u8> {
    let major = major << 5;
    match u16::try_from(argument).expect("short") {
        short @ 0..24 => vec![major | short.to_be_bytes()[1]],
        short @ 24..256 => vec![major | 24, short.to_be_bytes()[1]],
        long => [&[major | 25][..], &long.to_be_bytes()].concat(),
    }
}

fn text(value: &str) -> Vec<u8> {
    [head(3, value.len()), value.as_bytes().to_vec()].concat()
}

fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len()), value.to_vec()].concat()
}

/// A number of COSE: small, or negative.
fn number(value: i8) -> Vec<u8> {
    match value {
        0.. => head(0, usize::from(value.unsigned_abs())),
        _ => head(1, usize::from(value.unsigned_abs()) - 1),
    }
}

/// What an authenticator makes, part by part.
#[derive(Clone)]
struct Making {
    format: Vec<u8>,
    statement: Vec<u8>,
    flags: u8,
    credential: Vec<u8>,
    /// Members of the key.
    key: Vec<(i8, Vec<u8>)>,
    extensions: Vec<u8>,
    kind: &'static str,
    tail: Vec<u8>,
    /// What kind of device it is.
    device: [u8; 16],
}

/// One key of each kind for all of these tests: each that is generated is another.
fn signer(kind: KeyAlgorithm) -> &'static SoftwareSigner {
    static P256: LazyLock<SoftwareSigner> = LazyLock::new(|| fresh(KeyAlgorithm::EcP256));
    static ED25519: LazyLock<SoftwareSigner> = LazyLock::new(|| fresh(KeyAlgorithm::Ed25519));
    match kind {
        KeyAlgorithm::EcP256 => &P256,
        _ => &ED25519,
    }
}

fn public(kind: KeyAlgorithm) -> PublicKey {
    signer(kind).public_key().clone()
}

fn fresh(kind: KeyAlgorithm) -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(kind, &SeededRandom::new(5)).expect("generated here");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own")
}

fn on_p256() -> Vec<(i8, Vec<u8>)> {
    let spki = public(KeyAlgorithm::EcP256).spki().to_vec();
    vec![
        (1, number(2)),
        (3, number(-7)),
        (-1, number(1)),
        (-2, bytes(&spki[27..59])),
        (-3, bytes(&spki[59..])),
    ]
}

fn on_ed25519() -> Vec<(i8, Vec<u8>)> {
    let spki = public(KeyAlgorithm::Ed25519).spki().to_vec();
    vec![
        (1, number(1)),
        (3, number(-8)),
        (-1, number(6)),
        (-2, bytes(&spki[12..])),
    ]
}

fn making() -> Making {
    Making {
        format: text("none"),
        statement: head(5, 0),
        flags: Authenticator::PRESENT | Authenticator::VERIFIED | Authenticator::ATTESTED,
        credential: vec![3; 32],
        key: on_p256(),
        extensions: Vec::new(),
        kind: "webauthn.create",
        tail: Vec::new(),
        device: [0; 16],
    }
}

impl Making {
    fn data(&self) -> Vec<u8> {
        let mut out = sha256(b"licences.example").to_vec();
        out.push(self.flags);
        out.extend_from_slice(&[0, 0, 0, 3]);
        if self.flags & Authenticator::ATTESTED != 0 {
            out.extend_from_slice(&self.device);
            let length = u16::try_from(self.credential.len()).expect("short");
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&self.credential);
            out.extend_from_slice(&head(5, self.key.len()));
            for (name, value) in &self.key {
                out.extend_from_slice(&number(*name));
                out.extend_from_slice(value);
            }
        }
        out.extend_from_slice(&self.extensions);
        out
    }

    fn object(&self) -> Vec<u8> {
        [
            head(5, 3),
            text("fmt"),
            self.format.clone(),
            text("attStmt"),
            self.statement.clone(),
            text("authData"),
            bytes(&self.data()),
            self.tail.clone(),
        ]
        .concat()
    }

    fn client(&self) -> String {
        let (kind, asked) = (self.kind, url64(&ASKED));
        format!(
            r#"{{"type":"{kind}","challenge":"{asked}","origin":"{ORIGIN}","crossOrigin":false}}"#
        )
    }

    /// Has the new key attest itself, with this algorithm said.
    fn attest(&mut self, kind: KeyAlgorithm, said: i8) {
        let octets = [self.data(), sha256(self.client().as_bytes()).to_vec()].concat();
        let name = KeyId::parse("own").expect("a name");
        let at = UtcDateTime::UNIX_EPOCH;
        let under = Authorisation::journalled(name, KeyUse::Release, &octets, at);
        let value = signer(kind).sign(Input::Message(&octets), &under);
        let value = value.expect("signs");
        self.format = text("packed");
        self.statement = [
            head(5, 2),
            text("alg"),
            number(said),
            text("sig"),
            bytes(value.bytes()),
        ]
        .concat();
    }

    fn read(&self) -> Result<(Passkey, u32), PasskeyFault> {
        let client = self.client();
        let party = RelyingParty::of(ORIGIN).expect("an origin");
        made(&party, &ASKED, (client.as_bytes(), &self.object()))
    }
}

#[test]
fn a_credential_of_each_kind_is_read() {
    for (key, kind) in [
        (on_p256(), KeyAlgorithm::EcP256),
        (on_ed25519(), KeyAlgorithm::Ed25519),
    ] {
        let mut making = making();
        making.key = key;
        for credential in [1, 32, MAX_CREDENTIAL] {
            making.credential = vec![3; credential];
            let (passkey, counter) = making.read().expect("made");
            assert_eq!((passkey.public, counter), (public(kind), 3));
            assert_eq!(passkey.credential, making.credential);
        }
    }
    // What an authenticator adds on its own, and another order of members.
    let mut more = making();
    more.flags |= Authenticator::EXTENDED;
    more.extensions = [
        head(5, 2),
        text("credProtect"),
        number(2),
        text("a"),
        vec![0xf5],
    ]
    .concat();
    more.key.reverse();
    assert!(more.read().is_ok());
}

#[test]
fn what_attests_itself_is_checked() {
    for (key, kind, said) in [
        (on_p256(), KeyAlgorithm::EcP256, -7),
        (on_ed25519(), KeyAlgorithm::Ed25519, -8),
    ] {
        let mut making = making();
        making.key = key;
        making.attest(kind, said);
        let (passkey, _) = making.read().expect("made");
        assert_eq!(passkey.public, public(kind));
    }
}

type Bend = fn(&mut Making);

const BENT: &[(&str, Bend, PasskeyFault)] = &[
    (
        "shown instead of made",
        |m| m.kind = "webauthn.get",
        PasskeyFault::Ceremony,
    ),
    (
        "attested by itself, without a statement",
        |m| m.format = text("packed"),
        PasskeyFault::Attestation,
    ),
    (
        "attested by itself, in another format",
        |m| {
            m.attest(KeyAlgorithm::EcP256, -7);
            m.format = text("none");
        },
        PasskeyFault::Attestation,
    ),
    (
        "attested by itself, and other than it was",
        |m| {
            m.attest(KeyAlgorithm::EcP256, -7);
            m.credential = vec![4; 32];
        },
        PasskeyFault::Attestation,
    ),
    (
        "attested by itself, with another algorithm said",
        |m| m.attest(KeyAlgorithm::EcP256, -8),
        PasskeyFault::Attestation,
    ),
    (
        "attested by another key",
        |m| m.attest(KeyAlgorithm::Ed25519, -7),
        PasskeyFault::Attestation,
    ),
    (
        "attested by a device that says what it is",
        |m| {
            m.device = [1; 16];
            m.attest(KeyAlgorithm::EcP256, -7);
        },
        PasskeyFault::Attestation,
    ),
    (
        "attested by another's certificate",
        |m| {
            m.attest(KeyAlgorithm::EcP256, -7);
            let more = [text("x5c"), head(4, 0)].concat();
            m.statement[0] += 1;
            m.statement.extend(more);
        },
        PasskeyFault::Attestation,
    ),
    (
        "a statement with a member twice",
        |m| m.statement = [head(5, 2), text("alg"), number(-7), text("alg"), number(-7)].concat(),
        PasskeyFault::Made,
    ),
    (
        "a statement",
        |m| m.statement = [head(5, 1), text("alg"), number(-7)].concat(),
        PasskeyFault::Attestation,
    ),
    (
        "a format that is no text",
        |m| m.format = bytes(b"none"),
        PasskeyFault::Made,
    ),
    (
        "more after the object",
        |m| m.tail = vec![0],
        PasskeyFault::Made,
    ),
    (
        "nothing made",
        |m| m.flags ^= Authenticator::ATTESTED,
        PasskeyFault::Authenticator,
    ),
    (
        "nobody there",
        |m| m.flags ^= Authenticator::PRESENT,
        PasskeyFault::NotPresent,
    ),
    (
        "nobody verified",
        |m| m.flags ^= Authenticator::VERIFIED,
        PasskeyFault::NotVerified,
    ),
    (
        "no identifier",
        |m| m.credential.clear(),
        PasskeyFault::Credential,
    ),
    (
        "too long an identifier",
        |m| m.credential = vec![3; MAX_CREDENTIAL + 1],
        PasskeyFault::Credential,
    ),
    (
        "extensions that are not said",
        |m| m.extensions = [head(5, 1), text("a"), number(1)].concat(),
        PasskeyFault::Made,
    ),
    (
        "extensions that are not there",
        |m| m.flags |= Authenticator::EXTENDED,
        PasskeyFault::Made,
    ),
    (
        "an extension twice",
        |m| {
            m.flags |= Authenticator::EXTENDED;
            m.extensions = [head(5, 2), text("a"), number(1), text("a"), number(1)].concat();
        },
        PasskeyFault::Made,
    ),
    (
        "an extension that is nested",
        |m| {
            m.flags |= Authenticator::EXTENDED;
            m.extensions = [head(5, 1), text("a"), head(5, 0)].concat();
        },
        PasskeyFault::Made,
    ),
    (
        "too many extensions",
        |m| {
            m.flags |= Authenticator::EXTENDED;
            let nine: Vec<u8> = (0..9)
                .flat_map(|n| [text(&n.to_string()), number(1)].concat())
                .collect();
            m.extensions = [head(5, 9), nine].concat();
        },
        PasskeyFault::Made,
    ),
    (
        "RS256",
        |m| m.key[1].1 = [head(1, 256)].concat(),
        PasskeyFault::Algorithm,
    ),
    (
        "ES384",
        |m| m.key[1].1 = number(-35),
        PasskeyFault::Algorithm,
    ),
    (
        "ES256 on P-384",
        |m| m.key[2].1 = number(2),
        PasskeyFault::Algorithm,
    ),
    (
        "EdDSA on P-256",
        |m| m.key[1].1 = number(-8),
        PasskeyFault::Algorithm,
    ),
    (
        "a compressed point",
        |m| m.key[4].1 = vec![0xf5],
        PasskeyFault::Key,
    ),
    ("no second number", |m| m.key.truncate(4), PasskeyFault::Key),
    (
        "a member more",
        |m| m.key.push((2, bytes(b"name"))),
        PasskeyFault::Key,
    ),
    (
        "a member twice",
        |m| {
            let again = m.key[3].clone();
            m.key[4] = again;
        },
        PasskeyFault::Key,
    ),
    (
        "a short number",
        |m| m.key[3].1 = bytes(&[1; 31]),
        PasskeyFault::Key,
    ),
    (
        "a point off the curve",
        |m| m.key[4].1 = bytes(&[1; 32]),
        PasskeyFault::Key,
    ),
    (
        "a point of zeros",
        |m| {
            m.key[3].1 = bytes(&[0; 32]);
            m.key[4].1 = bytes(&[0; 32]);
        },
        PasskeyFault::Key,
    ),
    (
        "a short key of Ed25519",
        |m| {
            m.key = on_ed25519();
            m.key[3].1 = bytes(&[1; 31]);
        },
        PasskeyFault::Key,
    ),
];

#[test]
fn what_is_made_otherwise_is_refused() {
    for (name, bend, fault) in BENT {
        let mut bent = making();
        bend(&mut bent);
        assert_eq!(bent.read().map(|_| ()), Err(*fault), "{name}");
    }
}

#[test]
fn another_writing_of_the_same_is_refused() {
    let good = making().object();
    let party = RelyingParty::of(ORIGIN).expect("an origin");
    let asked = url64(&ASKED);
    let client = format!(
        r#"{{"type":"webauthn.create","challenge":"{asked}","origin":"{ORIGIN}","crossOrigin":false}}"#
    );
    let read = |object: &[u8]| made(&party, &ASKED, (client.as_bytes(), object)).map(|_| ());
    assert_eq!(read(&good), Ok(()));
    // The map with a length in two octets, and without one; a map of two; nothing.
    let long = [&[0xb8, 3][..], &good[1..]].concat();
    let endless = [&[0xbf][..], &good[1..], &[0xff]].concat();
    let fewer = [&[0xa2][..], &good[1..]].concat();
    let twice = [
        &[0xa3][..],
        &text("fmt"),
        &text("none"),
        &text("fmt"),
        &text("none"),
        &text("attStmt"),
        &head(5, 0),
    ]
    .concat();
    for other in [
        &long[..],
        &endless,
        &fewer,
        &twice,
        &[],
        &good[..good.len() - 1],
    ] {
        assert_eq!(read(other), Err(PasskeyFault::Made));
    }
    let vast = [good.as_slice(), &vec![0; MAX_MADE]].concat();
    assert_eq!(read(&vast), Err(PasskeyFault::Made));
    for at in 0..good.len() {
        // Whatever is cut off or changed, an answer comes back.
        assert!(read(&good[..at]).is_err(), "{at}");
        let mut bent = good.clone();
        bent[at] ^= 0x80;
        let _told = read(&bent);
    }
}
