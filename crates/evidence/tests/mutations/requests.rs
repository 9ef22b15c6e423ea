//! Requests to the time-stamping authority and to the OCSP responder: what is refused, and with which answer.

use asn1::{Oid, Tag, write};
use crypto::{Digest, DigestAlgorithm, SeededRandom};
use evidence::ocsp;
use evidence::tsp;
use pki::algorithm::digest_identifier;

use crate::mutations::forge::{CONTENT, certificate};

/// TimeStampReq in parts.
struct Asked {
    version: u64,
    algorithm: Vec<u8>,
    imprint: Vec<u8>,
    more: Vec<Vec<u8>>,
    trailing: Vec<u8>,
}

type Bend = fn(&mut Asked);

const OTHER: Oid = Oid::of(&[1, 2, 156, 99_999, 9]);

/// A request, what is changed in it, and the variant and failure that it is refused with.
type Request = (&'static str, Bend, Option<(&'static str, tsp::Failure)>);

const STAMPS: &[Request] = &[
    ("nothing is wrong", |_| {}, None),
    (
        "parameters are NULL",
        |a| {
            let oid = digest_identifier(DigestAlgorithm::Sha256)[2..].to_vec();
            a.algorithm = write::sequence([oid, write::null()]);
        },
        None,
    ),
    (
        "a nonce of 64 octets",
        |a| a.more = vec![write::integer(&[1; 64])],
        None,
    ),
    (
        "a nonce of 65 octets",
        |a| {
            a.more = vec![write::integer(&[1; 65])];
        },
        Some(("Nonce", tsp::Failure::BadRequest)),
    ),
    (
        "version 0",
        |a| a.version = 0,
        Some(("Version", tsp::Failure::BadRequest)),
    ),
    (
        "version 2",
        |a| a.version = 2,
        Some(("Version", tsp::Failure::BadRequest)),
    ),
    (
        "an unknown algorithm",
        |a| {
            a.algorithm = write::sequence([write::oid(&OTHER)]);
        },
        Some(("ImprintAlgorithm", tsp::Failure::BadAlgorithm)),
    ),
    (
        "sha-256 with parameters",
        |a| {
            let oid = digest_identifier(DigestAlgorithm::Sha256)[2..].to_vec();
            a.algorithm = write::sequence([oid, write::unsigned(1)]);
        },
        Some(("ImprintAlgorithm", tsp::Failure::BadAlgorithm)),
    ),
    (
        "sha-1",
        |a| {
            a.algorithm = digest_identifier(DigestAlgorithm::Sha1);
            a.imprint = vec![0; 20];
        },
        Some(("ImprintWeak", tsp::Failure::BadAlgorithm)),
    ),
    (
        "an imprint that is too short",
        |a| {
            a.imprint = vec![0; 20];
        },
        Some(("ImprintLength", tsp::Failure::BadDataFormat)),
    ),
    (
        "an imprint that is too long",
        |a| {
            a.imprint = vec![0; 33];
        },
        Some(("ImprintLength", tsp::Failure::BadDataFormat)),
    ),
    (
        "an extension",
        |a| {
            let one = write::sequence([write::oid(&OTHER), write::octet_string(&[])]);
            a.more = vec![write::context(0, [one])];
        },
        Some(("Extension", tsp::Failure::UnacceptedExtension)),
    ),
    (
        "parts in another order",
        |a| {
            a.more = vec![write::boolean(true), write::unsigned(9)];
        },
        Some(("Malformed", tsp::Failure::BadDataFormat)),
    ),
    (
        "something unknown at the end",
        |a| {
            a.more = vec![write::null()];
        },
        Some(("Malformed", tsp::Failure::BadDataFormat)),
    ),
    (
        "an octet follows",
        |a| a.trailing = vec![0],
        Some(("Malformed", tsp::Failure::BadDataFormat)),
    ),
    (
        "more than 4 KiB",
        |a| {
            a.trailing = vec![0; tsp::MAX_REQUEST];
        },
        Some(("TooLarge", tsp::Failure::BadRequest)),
    ),
];

#[test]
fn each_request_for_a_stamp_gets_its_answer() {
    for (name, bend, expected) in STAMPS {
        let digest = Digest::of(DigestAlgorithm::Sha256, CONTENT);
        let mut asked = Asked {
            version: 1,
            algorithm: digest_identifier(DigestAlgorithm::Sha256),
            imprint: digest.bytes().to_vec(),
            more: Vec::new(),
            trailing: Vec::new(),
        };
        bend(&mut asked);
        let imprint = write::sequence([asked.algorithm, write::octet_string(&asked.imprint)]);
        let mut octets =
            write::sequence([write::unsigned(asked.version), imprint, asked.more.concat()]);
        octets.extend(&asked.trailing);
        let found = tsp::Request::parse(&octets).err();
        let Some((variant, failure)) = expected else {
            assert_eq!(found, None, "{name}");
            continue;
        };
        let found = found.expect(name);
        assert!(
            format!("{found:?}").starts_with(variant),
            "{name}: {found:?}"
        );
        assert_refusal(&found, *failure);
    }
}

/// The answer to a refused request: status rejection, the reason as its bit, no token.
fn assert_refusal(refused: &tsp::Refused, failure: tsp::Failure) {
    let response = tsp::Response::parse(&refused.encode()).expect("an answer");
    assert_eq!(response.status(), tsp::Status::Rejection);
    assert_eq!(response.failure(), Some(failure), "{refused}");
    assert_eq!(response.text(), [refused.to_string()]);
    assert!(response.token().is_none());
}

#[test]
fn every_failure_has_its_bit() {
    for (refused, failure, bit) in [
        (
            tsp::Refused::ImprintWeak(Box::new(OTHER)),
            tsp::Failure::BadAlgorithm,
            0,
        ),
        (tsp::Refused::Version(2), tsp::Failure::BadRequest, 2),
        (
            tsp::Refused::ImprintLength {
                found: 1,
                expected: 2,
            },
            tsp::Failure::BadDataFormat,
            5,
        ),
        (
            tsp::Refused::TimeNotAvailable,
            tsp::Failure::TimeNotAvailable,
            14,
        ),
        (
            tsp::Refused::Policy(Box::new(OTHER)),
            tsp::Failure::UnacceptedPolicy,
            15,
        ),
        (
            tsp::Refused::Extension(Box::new(OTHER)),
            tsp::Failure::UnacceptedExtension,
            16,
        ),
        (tsp::Refused::Unavailable, tsp::Failure::SystemFailure, 25),
    ] {
        assert_eq!(failure.bit(), bit);
        assert_refusal(&refused, failure);
        asn1::inspect_der(&refused.encode()).expect("der");
    }
    assert_eq!(tsp::Failure::AddInfoNotAvailable.bit(), 17);
}

fn id(serial: &[u8]) -> Vec<u8> {
    write::sequence([
        digest_identifier(DigestAlgorithm::Sha256),
        write::octet_string(&[1; 32]),
        write::octet_string(&[2; 32]),
        write::integer(serial),
    ])
}

fn nonce(octets: &[u8], critical: bool) -> Vec<u8> {
    let oid = Oid::of(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 2]);
    let critical = if critical {
        write::boolean(true)
    } else {
        Vec::new()
    };
    write::sequence([
        write::oid(&oid),
        critical,
        write::octet_string(&write::octet_string(octets)),
    ])
}

fn unknown(critical: bool) -> Vec<u8> {
    let critical = if critical {
        write::boolean(true)
    } else {
        Vec::new()
    };
    write::sequence([write::oid(&OTHER), critical, write::octet_string(&[5, 0])])
}

fn status_request(ids: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
    let list = ids.iter().map(|id| write::sequence([id]));
    let extensions = match extensions {
        [] => Vec::new(),
        extensions => write::context(2, [write::sequence(extensions)]),
    };
    write::sequence([write::sequence([write::sequence(list), extensions])])
}

/// A request, its octets, and how reading it ends.
type Read = (&'static str, Vec<u8>, &'static str);

fn extended() -> Vec<Read> {
    let asking = |extensions: &[Vec<u8>]| status_request(&[id(&[1])], extensions);
    let single = |critical| {
        let extensions = write::context(0, [write::sequence([unknown(critical)])]);
        framed(&[write::sequence([write::sequence([id(&[1]), extensions])])])
    };
    vec![
        ("a nonce of one octet", asking(&[nonce(&[7], false)]), "Ok"),
        (
            "a nonce of 128 octets",
            asking(&[nonce(&[7; 128], true)]),
            "Ok",
        ),
        (
            "an empty nonce",
            asking(&[nonce(&[], false)]),
            "NonceLength(0)",
        ),
        (
            "a nonce of 129 octets",
            asking(&[nonce(&[7; 129], false)]),
            "NonceLength(129)",
        ),
        (
            "two nonces",
            asking(&[nonce(&[7], false), nonce(&[8], false)]),
            "Repeated",
        ),
        ("an unknown extension", asking(&[unknown(false)]), "Ok"),
        (
            "a critical one",
            asking(&[unknown(true)]),
            "CriticalExtension",
        ),
        ("an unknown one of an id", single(false), "Ok"),
        ("a critical one of an id", single(true), "CriticalExtension"),
    ]
}

fn framed(to_be_signed: &[Vec<u8>]) -> Vec<u8> {
    write::sequence([write::sequence(to_be_signed)])
}

fn shaped() -> Vec<Read> {
    let list = write::sequence([write::sequence([id(&[1])])]);
    let version = |number| write::context(0, [write::unsigned(number)]);
    let name = write::context(1, [write::null()]);
    let signature = write::context(0, [write::sequence([write::null()])]);
    let half = write::sequence([digest_identifier(DigestAlgorithm::Sha256)]);
    let half = write::sequence([write::sequence([half])]);
    vec![
        ("one id", status_request(&[id(&[1])], &[]), "Ok"),
        ("twenty ids", status_request(&vec![id(&[1]); 20], &[]), "Ok"),
        (
            "twenty-one ids",
            status_request(&vec![id(&[1]); 21], &[]),
            "TooManyIds",
        ),
        ("no id", status_request(&[], &[]), "Empty"),
        (
            "version 1 written out",
            framed(&[version(0), list.clone()]),
            "Asn1(Default",
        ),
        (
            "version 2",
            framed(&[version(1), list.clone()]),
            "Version(1)",
        ),
        ("a requestor's name", framed(&[name, list.clone()]), "Ok"),
        (
            "a signature",
            write::sequence([write::sequence([&list]), signature]),
            "Ok",
        ),
        (
            "an octet follows",
            [framed(&[list]), vec![0]].concat(),
            "Asn1(Trailing",
        ),
        (
            "an id without its serial number",
            framed(&[half]),
            "Asn1(Absent",
        ),
    ]
}

#[test]
fn each_request_for_a_status_is_read_or_refused_for_its_reason() {
    for (name, octets, expected) in extended().into_iter().chain(shaped()) {
        let found = match ocsp::Request::parse(&octets) {
            Ok(_) => "Ok".to_owned(),
            Err(error) => {
                assert_eq!(error.refusal(), ocsp::Refusal::MalformedRequest);
                format!("{error:?}")
            }
        };
        assert!(
            found.starts_with(expected),
            "{name}: {found}, expected {expected}"
        );
    }
}

#[test]
fn a_request_of_8_kib_is_the_largest() {
    let filler = |length: usize| {
        let id = |length| {
            write::sequence([
                write::sequence([write::oid(&OTHER)]),
                write::octet_string(&vec![0; length]),
                write::octet_string(&[]),
                write::unsigned(1),
            ])
        };
        status_request(&[id(length)], &[])
    };
    let mut length = ocsp::MAX_REQUEST - 64;
    while filler(length).len() < ocsp::MAX_REQUEST {
        length += 1;
    }
    assert!(ocsp::Request::parse(&filler(length)).is_ok());
    let larger = filler(length + 1);
    assert_eq!(
        ocsp::Request::parse(&larger),
        Err(ocsp::ReadRequest::TooLarge(ocsp::MAX_REQUEST + 1))
    );
}

#[test]
fn our_own_request_survives_both_ways_of_sending() {
    let (ca, leaf) = (certificate("p256/ca"), certificate("p256/leaf"));
    let nonce = ocsp::Nonce::draw(&SeededRandom::new(3)).expect("a nonce");
    assert_eq!(nonce.octets().len(), 32);
    let id = ocsp::CertificateId::new(DigestAlgorithm::Sha256, &ca, leaf.serial());
    let request = ocsp::Request::new(id, None);
    let responder = "http://status.office.example/ocsp/p256";
    let path = ocsp::encode_path(responder, &request.encode()).expect("a short one");
    assert!(!path.contains(['/', '+', '=']));
    let received =
        ocsp::Request::parse(&ocsp::decode_path(&path).expect("a path")).expect("a request");
    assert_eq!(received, request);
    assert!(received.ids()[0].is_issued_by(&ca));
    let id = received.ids()[0].clone();
    let long = ocsp::Request::new(id, Some(nonce.clone()));
    assert_eq!(
        ocsp::encode_path(responder, &long.encode()),
        None,
        "a nonce makes it a POST"
    );
    assert_eq!(
        ocsp::Request::parse(&long.encode())
            .expect("a request")
            .nonce(),
        Some(&nonce)
    );
    assert_eq!(long.encode()[0], Tag::SEQUENCE.0);
}

#[test]
fn preferred_algorithms_are_a_wish() {
    let kind = Oid::of(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 8]);
    let wish = write::sequence([write::sequence([write::sequence([write::oid(&OTHER)])])]);
    let extension = write::sequence([write::oid(&kind), write::octet_string(&wish)]);
    let request =
        ocsp::Request::parse(&status_request(&[id(&[1])], &[extension])).expect("a request");
    assert_eq!(request.preferred_algorithms(), [OTHER]);
}
