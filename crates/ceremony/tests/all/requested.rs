//! Requests: whose key it is, and that no more is asked for than is declared.

use asn1::Oid;
use ceremony::{Broken, ReadRequest, Refused, Request};
use crypto::sha256;
use pki::extension::{BasicConstraints, KeyUsage};
use pki::identifiers as id;

use crate::room::{Asked, Room, first, hex, request};

/// What a session says to a request that is the declared one.
fn refused(asked: &Asked<'_>) -> ReadRequest {
    let octets = request(asked);
    let known = hex(&sha256(&request(&Asked::default())));
    let mut room = Room::of(&first().replace(&known, &hex(&sha256(&octets))));
    room.requests.insert("issuing.csr".to_owned(), octets);
    match room.admit().expect_err("refused") {
        Refused::Broken(Broken::Request { cause, .. }) => cause,
        other => unreachable!("{other:?}"),
    }
}

fn basic(ca: bool, path_length: Option<u64>) -> (Oid, Vec<u8>) {
    (
        id::BASIC_CONSTRAINTS,
        BasicConstraints { ca, path_length }.encode(),
    )
}

#[test]
fn a_request_that_asks_for_what_is_declared_or_leaves_it_open_is_taken() {
    let usage = (
        id::KEY_USAGE,
        KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN).encode(),
    );
    for extensions in [
        vec![],
        vec![basic(true, None)],
        vec![usage],
        vec![basic(true, Some(0))],
    ] {
        let asked = Asked {
            extensions,
            ..Asked::default()
        };
        let read = Request::parse(&request(&asked)).expect("a request");
        let subject = read.subject.clone();
        assert_eq!(
            read.inspect(&subject, pki::profile::Profile::ISSUING_CA),
            Ok(())
        );
    }
}

#[test]
fn a_request_that_its_key_did_not_sign_proves_no_possession() {
    let asked = Asked {
        signed_by: 8,
        ..Asked::default()
    };
    assert_eq!(refused(&asked), ReadRequest::Possession);
    // And any octet changed after it was signed.
    let good = request(&Asked::default());
    for at in 0..good.len() {
        let mut octets = good.clone();
        octets[at] ^= 1;
        assert!(Request::parse(&octets).is_err(), "octet {at}");
        assert!(Request::parse(&good[..at]).is_err(), "{at} octets");
    }
    let mut longer = good;
    longer.push(0);
    assert!(Request::parse(&longer).is_err());
}

#[test]
fn a_request_for_another_profile_is_refused() {
    let usage = |usage: KeyUsage| (id::KEY_USAGE, usage.encode());
    for extension in [
        basic(false, None),
        basic(true, Some(1)),
        usage(KeyUsage::KEY_CERT_SIGN),
        usage(KeyUsage::DIGITAL_SIGNATURE),
    ] {
        let asked = Asked {
            extensions: vec![extension],
            ..Asked::default()
        };
        let profile = "issuing-ca";
        assert_eq!(refused(&asked), ReadRequest::Profile { profile });
    }
}

#[test]
fn a_request_for_what_nobody_declared_is_refused() {
    let other = Asked {
        subject: "Issuing CA 2027",
        ..Asked::default()
    };
    assert_eq!(refused(&other), ReadRequest::OtherSubject);
    let names = Asked {
        extensions: vec![(id::SUBJECT_ALT_NAME, vec![0x30, 0])],
        ..Asked::default()
    };
    assert_eq!(
        refused(&names),
        ReadRequest::NotDeclared(Box::new(id::SUBJECT_ALT_NAME))
    );
    let password = Oid::of(&[1, 2, 840, 113_549, 1, 9, 7]);
    let attribute = Asked {
        attribute: password,
        ..Asked::default()
    };
    assert_eq!(
        refused(&attribute),
        ReadRequest::NotDeclared(Box::new(password))
    );
    let twice = Asked {
        extensions: vec![basic(true, None), basic(true, None)],
        ..Asked::default()
    };
    assert_eq!(
        refused(&twice),
        ReadRequest::Twice(Box::new(id::BASIC_CONSTRAINTS))
    );
    let version = Asked {
        version: 1,
        ..Asked::default()
    };
    assert_eq!(refused(&version), ReadRequest::Version);
}

#[test]
fn another_request_than_was_declared_or_none_is_refused() {
    let mut room = Room::of(&first());
    let other = Asked {
        extensions: vec![],
        ..Asked::default()
    };
    for octets in [None, Some(request(&other))] {
        room.requests = octets
            .map(|octets| ("issuing.csr".to_owned(), octets))
            .into_iter()
            .collect();
        let refused = room.admit().expect_err("refused");
        assert!(
            matches!(refused, Refused::Broken(Broken::OtherRequest { .. })),
            "{refused:?}"
        );
    }
}
