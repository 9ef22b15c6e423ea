//! A first session: what comes out, and what it is refused for.

use ceremony::{Broken, Declaration, Fault, ReadTranscript, Refused, Session, WhyNot, judge};
use crypto::{KeyAlgorithm, Random, RandomUnavailable, Signer};
use pki::certificate::Certificate;
use pki::crl::Crl;

use crate::room::{ALL, NOW, Room, first, held, key, names};

#[test]
fn a_whole_session_leaves_what_was_declared_and_nothing_else() {
    let files = held();
    let all: Vec<&str> = files.keys().map(String::as_str).collect();
    let expected = [
        "declaration-1.toml",
        "issuing.cer",
        "issuing.csr",
        "root-1.crl",
        "root.cer",
        "transcript",
    ];
    assert_eq!(all, expected);
    let root = Certificate::parse(&files["root.cer"]).expect("a certificate");
    let issuing = Certificate::parse(&files["issuing.cer"]).expect("a certificate");
    let list = Crl::parse(&files["root-1.crl"]).expect("a list");
    let key = root.public_key().expect("a key");
    assert_eq!(issuing.check_signature(&key), Ok(()));
    assert_eq!(list.check_signature(&key), Ok(()));
    assert_eq!(
        root.subject().common_name().as_deref(),
        Some("Root CA 2026")
    );
    assert_eq!(issuing.issuer(), root.subject());
    // T-C5: from the session's moment on, which nobody declares.
    assert_eq!((root.validity().from, issuing.validity().from), (NOW, NOW));
    assert_eq!(
        list.next_update() - list.this_update(),
        time::Duration::days(180)
    );
    assert!(list.covers(&issuing).is_ok() && list.entries().count() == 0);
    let judged = judge(&files, None);
    assert_eq!(judged.faults, []);
    assert_eq!((judged.sessions, judged.drill), (1, false));
    // Who has a key has not signed yet.
    let waited: Vec<_> = judged
        .unsigned
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(waited, ["master", "witness"]);
}

#[test]
fn each_kind_of_root_is_held_and_judged() {
    for (word, kind) in [
        ("ecdsa-p256", KeyAlgorithm::EcP256),
        ("ecdsa-p384", KeyAlgorithm::EcP384),
        ("sm2", KeyAlgorithm::Sm2),
    ] {
        let mut room = Room::of(&first().replacen("\"ed25519\"", &format!("{word:?}"), 1));
        room.root = key(kind, 1);
        let files = room.hold().expect("held");
        assert_eq!(judge(&files, None).faults, [], "{word}");
    }
}

#[test]
fn a_declaration_changed_after_it_was_signed_off_is_refused() {
    let signed_off = Declaration::parse(&first())
        .expect("a declaration")
        .digest();
    let room = Room::of(&first().replace("days = 180", "days = 360"));
    let session = Session {
        declaration: &room.declaration,
        signed_off,
        present: &room.present,
        folder: &room.folder,
        requests: &room.requests,
        now: NOW,
    };
    assert_eq!(session.admit().err(), Some(Refused::NotSignedOff));
}

#[test]
fn who_has_to_be_there_is_there() {
    let mut room = Room::of(&first());
    for (gone, duty, have, need) in [
        ("master", "master", 0, 1),
        ("two", "keeper", 2, 3),
        ("witness", "witness", 0, 1),
    ] {
        let there: Vec<&str> = ALL.into_iter().filter(|name| *name != gone).collect();
        room.present = names(&there);
        let absent = Refused::Broken(Broken::Absent { duty, have, need });
        assert_eq!(room.admit().err(), Some(absent));
    }
    for strange in ["guest", "one"] {
        room.present = names(&[&ALL[..], &[strange]].concat());
        let refused = room.admit().err();
        assert!(
            matches!(refused, Some(Refused::Broken(Broken::Stranger(_)))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_first_session_begins_with_nothing() {
    let again = Room {
        folder: held(),
        ..Room::of(&first())
    };
    assert_eq!(again.admit().err(), Some(Refused::NotEmpty));
}

#[test]
fn a_key_of_another_kind_than_was_declared_makes_no_root() {
    let mut room = Room::of(&first());
    room.root = key(KeyAlgorithm::Sm2, 1);
    assert_eq!(room.hold().err(), Some(Refused::OtherKey));
    assert_ne!(room.root.public_key().algorithm(), room.declaration.kind());
}

#[test]
fn nothing_is_revoked_that_was_never_signed() {
    let text = first()
        + "\n[[revoked]]\nserial = \"0a0b\"\nsince = \"2026-11-27T08:00:00Z\"\nreason = \"superseded\"\n";
    let refused = Room::of(&text).admit().err();
    let unknown = Broken::UnknownSerial("0a0b".to_owned());
    assert_eq!(refused, Some(Refused::Broken(unknown)));
}

/// A source that is broken: it gives the same each time.
#[derive(Debug)]
struct Stuck;

impl Random for Stuck {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable> {
        out.fill(7);
        Ok(())
    }
}

#[test]
fn two_certificates_of_one_number_do_not_leave() {
    let refused = Room::of(&first()).hold_with(&Stuck).expect_err("refused");
    let Refused::Recheck(fault) = refused else {
        unreachable!("{refused:?}");
    };
    let why = WhyNot::Serial;
    assert!(
        matches!(*fault, Fault::Line(ReadTranscript { why: told, .. }) if told == why),
        "{fault:?}"
    );
}
