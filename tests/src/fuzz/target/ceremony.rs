//! What is declared for a key ceremony, what is brought into it, and what is left of it.

use std::sync::LazyLock;

use ceremony::{
    Declaration, Files, ReadTranscript, Request, RootKey, Session, TRANSCRIPT, Transcript, judge,
};
use crypto::device::Rehearsal;
use crypto::{Authorisation, Input, KeyId, KeyUse, Signer};
use time::UtcDateTime;

use crate::fuzz::seeds::{fixture, fixtures};

/// A declaration: its plan ends with the digest of its octets, and somebody can be there.
pub fn declaration(octets: &[u8]) -> bool {
    let Some(read) = parsed(octets) else {
        return false;
    };
    let (needed, of) = read.quorum();
    assert!((2..=of).contains(&needed));
    assert_eq!(read.digest(), crypto::sha256(octets));
    assert!(read.plan().contains("signed off: "));
    true
}

fn parsed(octets: &[u8]) -> Option<Declaration> {
    Declaration::parse(std::str::from_utf8(octets).ok()?).ok()
}

/// A transcript: each has one text.
pub fn transcript(octets: &[u8]) -> bool {
    let read: Result<Transcript, ReadTranscript> = Transcript::parse(octets);
    read.is_ok_and(|read| {
        assert_eq!(read.text().as_bytes(), octets, "one form");
        true
    })
}

/// A transcript beside files that it is not of: whatever it is, nothing of it is as declared but the one that was held.
pub fn folder(octets: &[u8]) -> bool {
    let Some(mut files) = HELD.clone() else {
        return false;
    };
    let own = files.insert(TRANSCRIPT.to_owned(), octets.to_vec());
    let judged = judge(&files, None);
    let is_own = own.as_deref() == Some(octets);
    assert_eq!(judged.faults.is_empty(), is_own, "{:?}", judged.faults);
    is_own
}

/// A request for a certificate: whoever brings it has the key.
pub fn request(octets: &[u8]) -> bool {
    Request::parse(octets).is_ok_and(|read| {
        assert!(read.key.inspect().is_ok());
        true
    })
}

/// What the drill of the fixtures leaves.
static HELD: LazyLock<Option<Files>> = LazyLock::new(held);

fn held() -> Option<Files> {
    let declared = fixture(&fixtures().join("ceremony/declaration.toml"))?;
    let declaration = parsed(&declared)?;
    let asked = fixture(&fixtures().join("ceremony/issuing.csr"))?;
    let drill = declaration.drill()?;
    let key = Rehearsal::generate(declaration.kind(), &drill.of_key()).ok()?;
    let id = KeyId::parse("drill-root")?;
    let sign = |octets: &[u8], at: UtcDateTime| {
        let under = Authorisation::journalled(id.clone(), KeyUse::Certificates, octets, at);
        key.sign(Input::Message(octets), &under)
    };
    let root = RootKey {
        public: key.public_key(),
        algorithm: key.algorithm(),
        sign: &sign,
    };
    let present: Vec<KeyId> = declaration
        .participants()
        .iter()
        .map(|one| one.name.clone())
        .collect();
    let session = Session {
        declaration: &declaration,
        signed_off: declaration.digest(),
        present: &present,
        folder: &Files::new(),
        requests: &Files::from([("issuing.csr".to_owned(), asked)]),
        now: drill.at,
    };
    session.admit().ok()?.hold(&root, &drill.of_session(1)).ok()
}

/// Seeds of these targets.
pub(crate) fn made(target: &str) -> Option<Vec<Vec<u8>>> {
    let file = match target {
        "ceremony_declaration" => "ceremony/declaration.toml",
        "signing_request" => "ceremony/issuing.csr",
        _ => return HELD.clone()?.remove(TRANSCRIPT).map(|one| vec![one]),
    };
    fixture(&fixtures().join(file)).map(|one| vec![one])
}
