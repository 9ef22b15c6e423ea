//! Later sessions of the same root: a next list, another authority, a revocation.

use ceremony::{Broken, Fault, Files, Refused, judge};
use crypto::{KeyAlgorithm, sha256};
use pki::certificate::Certificate;
use pki::crl::Crl;
use time::Duration;

use crate::room::{Asked, NOW, Room, first, held, hex, key, name, names, next, request};

fn revoking(session: u32, serial: &str) -> String {
    let since = "2026-11-28T08:00:00Z";
    next(session)
        + &format!(
            "\n[[revoked]]\nserial = \"{serial}\"\nsince = \"{since}\"\nreason = \"key-compromise\"\n"
        )
}

fn serial(files: &Files) -> String {
    let issuing = Certificate::parse(&files["issuing.cer"]).expect("a certificate");
    issuing.serial().to_string()
}

/// The refusal of a session after the first.
fn refused(text: &str) -> Refused {
    Room::after(&held(), text).hold().expect_err("refused")
}

#[test]
fn a_quorum_signs_the_next_list_another_authority_and_a_revocation() {
    let files = held();
    // Two of three keepers, in a session after the first.
    let mut second = Room::after(&files, &revoking(2, &serial(&files)));
    second.present = names(&["master", "one", "three", "witness"]);
    let files = second.hold().expect("held");
    assert_eq!(judge(&files, None).faults, []);
    let list = Crl::parse(&files["root-2.crl"]).expect("a list");
    let issuing = Certificate::parse(&files["issuing.cer"]).expect("a certificate");
    assert!(list.find(issuing.serial()).is_some());
    // And a third with another authority, in whose list the revoked one stays.
    let asked = Asked {
        subject: "Issuing CA 2027",
        ..Asked::default()
    };
    let octets = request(&asked);
    let digest = hex(&sha256(&octets));
    let more = format!(
        "\n[[certificate]]\nname = \"issuing-2027\"\nprofile = \"issuing-ca\"\ncommon_name = \"Issuing CA 2027\"\ndays = 3650\nrequest = \"{digest}\"\n"
    );
    let mut third = Room::after(&files, &(revoking(3, &serial(&files)) + &more));
    third.requests.insert("issuing-2027.csr".to_owned(), octets);
    let files = third.hold().expect("held");
    let judged = judge(&files, None);
    assert_eq!((judged.faults, judged.sessions), (vec![], 3));
}

#[test]
fn too_few_keepers_open_nothing() {
    let mut room = Room::after(&held(), &next(2));
    room.present = names(&["master", "two", "witness"]);
    let duty = "keeper";
    let absent = Broken::Absent {
        duty,
        have: 1,
        need: 2,
    };
    assert_eq!(room.admit().err(), Some(Refused::Broken(absent)));
}

#[test]
fn what_is_revoked_stays_so() {
    let first = held();
    let revoked = serial(&first);
    let second = Room::after(&first, &revoking(2, &revoked))
        .hold()
        .expect("held");
    let refused = Room::after(&second, &next(3)).admit().err();
    let gone = Broken::NotRevoked(revoked);
    assert_eq!(refused, Some(Refused::Broken(gone)));
}

#[test]
fn sessions_and_lists_follow_one_another() {
    let three = next(3).replace("number = 3", "number = 2");
    let not_next = Broken::Session {
        declared: 3,
        next: 2,
    };
    assert_eq!(refused(&three), Refused::Broken(not_next));
    let same = next(2).replace("number = 2", "number = 1");
    assert_eq!(refused(&same), Refused::Broken(Broken::ListNumber(1)));
    let again = first()
        .replace("session = 1", "session = 2")
        .replace("number = 1", "number = 2");
    assert_eq!(
        refused(&again),
        Refused::Broken(Broken::NameTaken(name("issuing")))
    );
    let mut early = Room::after(&held(), &next(2));
    early.now = NOW - Duration::SECOND;
    assert_eq!(early.admit().err(), Some(Refused::Clock));
}

#[test]
fn root_quorum_and_keepers_stay_as_they_were_declared() {
    for (from, to, what) in [
        ("root-2026", "root-2027", "ceremony"),
        ("pki.example", "other.example", "address"),
        ("2.25.1", "2.25.2", "policy"),
        ("Root CA 2026", "Root CA 2027", "root"),
        ("keepers = 2", "keepers = 3", "quorum"),
        ("name = \"three\"", "name = \"four\"", "keepers"),
        (
            "[list]",
            "[drill]\nseed = 1\nat = \"2026-11-28T09:00:00Z\"\n\n[list]",
            "root",
        ),
    ] {
        let text = next(2).replace(from, to);
        let mut room = Room::after(&held(), &text);
        room.present = names(&["master", "one", "two", "witness"]);
        if what == "quorum" {
            room.present.push(name("three"));
        }
        assert_eq!(
            room.admit().err(),
            Some(Refused::Broken(Broken::Departs(what))),
            "{to}"
        );
    }
}

#[test]
fn another_key_is_not_the_root_s_and_lives_beyond_it_are_refused() {
    let mut room = Room::after(&held(), &next(2));
    room.root = key(KeyAlgorithm::Ed25519, 2);
    assert_eq!(room.hold().err(), Some(Refused::OtherKey));
    // Declared within the root's length, and begun so late that it ends after it.
    let from = "\n[[certificate]]";
    let text = first();
    let certificate =
        &text[text.find(from).expect("it is there")..text.find("[list]").expect("it is there")];
    let certificate = certificate.replace("\"issuing\"", "\"late\"");
    let mut late = Room::after(&held(), &(next(2) + &certificate));
    late.requests
        .insert("late.csr".to_owned(), request(&Asked::default()));
    late.now = NOW + Duration::days(3651);
    let refused = late.hold().expect_err("refused");
    assert!(
        matches!(
            refused,
            Refused::Prepare(pki::profile::PrepareCertificate::OutlivesIssuer { .. })
        ),
        "{refused:?}"
    );
}

#[test]
fn nothing_is_added_to_what_was_changed() {
    let mut files = held();
    files.insert("notes".to_owned(), b"x".to_vec());
    let refused = Room::after(&files, &next(2)).admit().err();
    let file = "notes".to_owned();
    assert_eq!(
        refused,
        Some(Refused::Earlier(Box::new(Fault::Unnamed { file })))
    );
}
