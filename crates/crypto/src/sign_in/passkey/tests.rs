//! What a passkey answers, and the same otherwise.

use super::*;
use crate::authorisation::{Authorisation, KeyId, KeyUse};
use crate::random::SeededRandom;
use crate::signer::{Input, Signer, SoftwareSigner, generate_pkcs8};
use time::UtcDateTime;

const ORIGIN: &str = "https://licences.example";
const ASKED: [u8; CHALLENGE] = [7; CHALLENGE];

/// An authenticator in software, and what its browser says.
struct Token {
    signer: SoftwareSigner,
    passkey: Passkey,
}

/// What it answers with, before it signs.
#[derive(Clone)]
struct Answer {
    party: String,
    flags: u8,
    counter: u32,
    rest: Vec<u8>,
    client: String,
}

fn answer() -> Answer {
    let asked = url64(&ASKED);
    Answer {
        party: "licences.example".to_owned(),
        flags: Authenticator::PRESENT | Authenticator::VERIFIED,
        counter: 5,
        rest: Vec::new(),
        client: format!(
            r#"{{"type":"webauthn.get","challenge":"{asked}","origin":"{ORIGIN}","crossOrigin":false}}"#
        ),
    }
}

impl Answer {
    fn shown(&self) -> Shown {
        let mut authenticator = sha256(self.party.as_bytes()).to_vec();
        authenticator.push(self.flags);
        authenticator.extend_from_slice(&self.counter.to_be_bytes());
        authenticator.extend_from_slice(&self.rest);
        Shown {
            credential: vec![1; 16],
            authenticator,
            client: self.client.clone().into_bytes(),
        }
    }
}

impl Token {
    fn of(kind: KeyAlgorithm) -> Token {
        let pkcs8 = generate_pkcs8(kind, &SeededRandom::new(3)).expect("generated here");
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own");
        let party = RelyingParty::of(ORIGIN).expect("an origin");
        let public = signer.public_key().clone();
        let passkey = Passkey::new(vec![1; 16], public, party).expect("a passkey");
        Token { signer, passkey }
    }

    fn signs(&self, shown: &Shown) -> Signature {
        let octets = [shown.authenticator.as_slice(), &sha256(&shown.client)].concat();
        let name = KeyId::parse("own").expect("a name");
        let at = UtcDateTime::UNIX_EPOCH;
        let under = Authorisation::journalled(name, KeyUse::Release, &octets, at);
        let signed = self.signer.sign(Input::Message(&octets), &under);
        signed.expect("signs")
    }

    fn check(&self, answer: &Answer) -> Result<u32, PasskeyFault> {
        let shown = answer.shown();
        let signature = self.signs(&shown);
        self.passkey.check((&shown, &signature), &ASKED)
    }
}

#[test]
fn an_answer_of_each_kind_of_key_is_taken() {
    for kind in [KeyAlgorithm::EcP256, KeyAlgorithm::Ed25519] {
        let token = Token::of(kind);
        assert_eq!(token.check(&answer()), Ok(5), "{kind:?}");
        // Further members of a browser, flags of credentials that are backed up, flags that say nothing yet.
        let mut other = answer();
        other.client = other.client.replace(
            r#""crossOrigin":false}"#,
            r#""crossOrigin":false,"other_keys_can_be_added_here":"do not compare"}"#,
        );
        other.flags |= Authenticator::MAY_BE_BACKED_UP | Authenticator::BACKED_UP | 0x22;
        assert_eq!(token.check(&other), Ok(5), "{kind:?}");
        // A browser that says of frames alone that they are frames.
        let mut silent = answer();
        says(&mut silent, ",\"crossOrigin\":false", "");
        assert_eq!(token.check(&silent), Ok(5), "{kind:?}");
    }
}

type Bend = fn(&mut Answer);

fn says(answer: &mut Answer, before: &str, after: &str) {
    assert!(answer.client.contains(before), "{before}");
    answer.client = answer.client.replace(before, after);
}

/// What is answered otherwise, and signed so.
const BENT: &[(&str, Bend, PasskeyFault)] = &[
    (
        "made instead of shown",
        |a| says(a, "webauthn.get", "webauthn.create"),
        PasskeyFault::Ceremony,
    ),
    (
        "members in another order",
        |a| says(a, r#""type":"webauthn.get","#, ""),
        PasskeyFault::Ceremony,
    ),
    (
        "white space",
        |a| says(a, "{\"type", "{ \"type"),
        PasskeyFault::Ceremony,
    ),
    (
        "another question",
        |a| says(a, &url64(&ASKED), &url64(&[8; 32])),
        PasskeyFault::Challenge,
    ),
    (
        "the beginning of the question",
        |a| says(a, &url64(&ASKED), &url64(&ASKED[..31])),
        PasskeyFault::Challenge,
    ),
    (
        "the question, filled",
        |a| says(a, &url64(&ASKED), &(url64(&ASKED) + "=")),
        PasskeyFault::Challenge,
    ),
    (
        "a page of another origin",
        |a| says(a, ORIGIN, "https://licences.example.evil"),
        PasskeyFault::Origin,
    ),
    (
        "the same host without encryption",
        |a| says(a, ORIGIN, "http://licences.example"),
        PasskeyFault::Origin,
    ),
    (
        "the same host on another port",
        |a| says(a, ORIGIN, "https://licences.example:8443"),
        PasskeyFault::Origin,
    ),
    (
        "in a frame of another origin",
        |a| says(a, "false", "true,\"topOrigin\":\"https://evil.example\""),
        PasskeyFault::CrossOrigin,
    ),
    (
        "nothing said of frames, but of a page around",
        |a| {
            says(
                a,
                "\"crossOrigin\":false",
                "\"topOrigin\":\"https://licences.example\"",
            )
        },
        PasskeyFault::CrossOrigin,
    ),
    (
        "nothing said of frames, and not ended",
        |a| says(a, ",\"crossOrigin\":false}", ""),
        PasskeyFault::CrossOrigin,
    ),
    (
        "nothing said of frames, and ended twice",
        |a| says(a, ",\"crossOrigin\":false}", "}}"),
        PasskeyFault::CrossOrigin,
    ),
    (
        "not ended",
        |a| says(a, "false}", "false"),
        PasskeyFault::Client,
    ),
    (
        "ended twice",
        |a| says(a, "false}", "false}}"),
        PasskeyFault::Client,
    ),
    (
        "too long",
        |a| {
            let more = format!("false,\"x\":\"{}\"}}", "x".repeat(MAX_CLIENT));
            says(a, "false}", &more);
        },
        PasskeyFault::Client,
    ),
    (
        "another relying party",
        |a| a.party = "example".to_owned(),
        PasskeyFault::RelyingParty,
    ),
    (
        "nobody there",
        |a| a.flags ^= Authenticator::PRESENT,
        PasskeyFault::NotPresent,
    ),
    (
        "nobody verified",
        |a| a.flags ^= Authenticator::VERIFIED,
        PasskeyFault::NotVerified,
    ),
    (
        "backed up and cannot be",
        |a| a.flags |= Authenticator::BACKED_UP,
        PasskeyFault::Backup,
    ),
    (
        "a new credential is said to follow",
        |a| a.flags |= Authenticator::ATTESTED,
        PasskeyFault::Authenticator,
    ),
    (
        "extensions are said to follow",
        |a| a.flags |= Authenticator::EXTENDED,
        PasskeyFault::Authenticator,
    ),
    (
        "something follows",
        |a| a.rest.push(0xa0),
        PasskeyFault::Authenticator,
    ),
];

#[test]
fn what_is_answered_otherwise_is_refused() {
    let token = Token::of(KeyAlgorithm::EcP256);
    for (name, bend, fault) in BENT {
        let mut bent = answer();
        bend(&mut bent);
        assert_eq!(token.check(&bent), Err(*fault), "{name}");
    }
}

#[test]
fn what_is_changed_after_it_was_signed_is_refused() {
    let token = Token::of(KeyAlgorithm::EcP256);
    let shown = answer().shown();
    let signature = token.signs(&shown);
    let check = |shown: &Shown, signature: &Signature| {
        let checked = token.passkey.check((shown, signature), &ASKED);
        checked.map(|_| ())
    };
    assert_eq!(check(&shown, &signature), Ok(()));
    let mut later = answer();
    later.counter += 1;
    let bad = PasskeyFault::Signature;
    assert_eq!(check(&later.shown(), &signature), Err(bad));
    let mut more = answer();
    says(&mut more, "false}", "false,\"a\":1}");
    assert_eq!(check(&more.shown(), &signature), Err(bad));
    let mut octets = signature.bytes().to_vec();
    *octets.last_mut().expect("octets") ^= 1;
    assert_eq!(check(&shown, &Signature::new(octets)), Err(bad));
    let mut other = shown.clone();
    other.credential[0] ^= 1;
    assert_eq!(check(&other, &signature), Err(PasskeyFault::Credential));
    let mut short = shown.clone();
    short.authenticator.truncate(36);
    assert_eq!(check(&short, &signature), Err(PasskeyFault::Authenticator));
    let stranger = Token::of(KeyAlgorithm::Ed25519);
    assert_eq!(check(&shown, &stranger.signs(&shown)), Err(bad));
}

#[test]
fn a_counter_goes_on_or_there_is_none() {
    for (kept, said) in [(0, 0), (0, 1), (5, 6), (5, u32::MAX)] {
        assert_eq!(goes_on(kept, said), Ok(()), "{kept} {said}");
    }
    for (kept, said) in [(5, 5), (5, 4), (5, 0), (u32::MAX, u32::MAX)] {
        let back = Err(PasskeyFault::Counter);
        assert_eq!(goes_on(kept, said), back, "{kept} {said}");
    }
}

#[test]
fn credentials_have_a_length_and_keys_a_kind() {
    let token = Token::of(KeyAlgorithm::EcP256);
    let of = |length, public: &PublicKey| {
        let party = token.passkey.party.clone();
        Passkey::new(vec![1; length], public.clone(), party).map(|_| ())
    };
    let own = &token.passkey.public;
    assert_eq!(of(MAX_CREDENTIAL, own), Ok(()));
    assert_eq!(of(0, own), Err(PasskeyFault::Credential));
    assert_eq!(of(MAX_CREDENTIAL + 1, own), Err(PasskeyFault::Credential));
    let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP384, &SeededRandom::new(3)).expect("a key");
    let other = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads");
    assert_eq!(of(16, other.public_key()), Err(PasskeyFault::Algorithm));
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    for (origin, id) in [
        (ORIGIN, "licences.example"),
        ("https://licences.example:8443", "licences.example"),
        ("http://localhost:8080", "localhost"),
    ] {
        let party = RelyingParty::of(origin).expect(origin);
        assert_eq!((party.origin(), party.id()), (origin, id));
    }
    for origin in [
        "",
        "licences.example",
        "https://",
        "https://licences.example/",
        "https://Licences.example",
        "https://licences.example:",
        "https://licences.example:0",
        "https://licences.example:08443",
        "https://licences.example:65536",
        "https://a\"b",
        "https://印.example",
        "ftp://licences.example",
    ] {
        assert_eq!(RelyingParty::of(origin), None, "{origin}");
    }
    let long = format!("https://{}", "a".repeat(254));
    assert_eq!(RelyingParty::of(&long), None);
}

#[test]
fn clause_10_of_rfc_4648_without_filling() {
    for (plain, written) in [
        ("", ""),
        ("f", "Zg"),
        ("fo", "Zm8"),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(url64(plain.as_bytes()), written);
    }
    assert_eq!(url64(&[0xfb, 0xff]), "-_8");
}
