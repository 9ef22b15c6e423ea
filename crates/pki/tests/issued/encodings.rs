//! Named mutations of a certificate's octets, each refused by the reader for exactly one reason.

use asn1::{Oid, ReadAsn1, Tag, write};
use crypto::SignatureAlgorithm;
use pki::certificate::{Certificate, ReadCertificate, ReadSerial};
use pki::extension::{Extension, ReadExtension};
use pki::identifiers as id;
use pki::lint::{Subject, inspect};
use pki::name::ReadName;

use super::bent::{Bent, Scene};
use super::forge::LAST;

/// What the leaf is refused for that is bent in this way.
fn refused(bend: impl FnOnce(&mut Bent)) -> Option<ReadCertificate> {
    let mut scene = Scene::new();
    bend(&mut scene.leaf);
    Certificate::parse(&scene.leaf.encode(&scene.signer)).err()
}

#[test]
fn versions_serials_and_algorithms_that_cannot_be_are_refused() {
    assert_eq!(refused(|_| ()), None);
    let version = |number| write::context(0, [write::unsigned(number)]);
    assert_eq!(
        refused(|c| c.version = version(3)),
        Some(ReadCertificate::Version)
    );
    assert_eq!(
        refused(|c| c.version = version(1)),
        Some(ReadCertificate::VersionTooLow { version: 2 })
    );
    assert_eq!(
        refused(|c| c.version.clear()),
        Some(ReadCertificate::VersionTooLow { version: 1 })
    );
    assert!(matches!(
        refused(|c| c.version = version(0)),
        Some(ReadCertificate::Encoding(ReadAsn1::Default { .. }))
    ));
    let not_positive = Some(ReadCertificate::Serial(ReadSerial::NotPositive));
    for content in [&[0][..], &[0x80], &[0xff, 0x00]] {
        assert_eq!(
            refused(|c| c.serial = write::integer(content)),
            not_positive
        );
    }
    assert_eq!(
        refused(|c| c.serial = write::integer(&[1; 21])),
        Some(ReadCertificate::Serial(ReadSerial::TooLong))
    );
    assert!(matches!(
        refused(|c| c.serial = write::integer(&[0, 1])),
        Some(ReadCertificate::Encoding(ReadAsn1::Integer { .. }))
    ));
    let other = pki::algorithm::identifier(SignatureAlgorithm::EcdsaP256Sha256);
    assert_eq!(
        refused(|c| c.algorithm_inside = other),
        Some(ReadCertificate::AlgorithmsDiffer)
    );
}

#[test]
fn names_that_cannot_be_are_refused() {
    let empty = write::sequence::<Vec<u8>>([]);
    assert_eq!(
        refused(|c| c.issuer = empty),
        Some(ReadCertificate::IssuerEmpty)
    );
    let attribute = |value: Vec<u8>| write::sequence([write::oid(&id::COMMON_NAME), value]);
    let name = |attributes: &[Vec<u8>]| write::sequence([write::set_of(attributes)]);
    assert_eq!(
        refused(|c| c.subject = name(&[])),
        Some(ReadCertificate::Subject(ReadName::EmptyRelative))
    );
    let broken = attribute(write::element(Tag::UTF8_STRING, &[0xff]));
    assert!(matches!(
        refused(|c| c.subject = name(&[broken])),
        Some(ReadCertificate::Encoding(ReadAsn1::Text { .. }))
    ));
    let wide = attribute(write::element(Tag(0x1e), &[0x4e]));
    let attribute = Box::new(id::COMMON_NAME);
    assert_eq!(
        refused(|c| c.subject = name(&[wide])),
        Some(ReadCertificate::Subject(ReadName::Value { attribute }))
    );
}

#[test]
fn moments_in_forms_that_the_profile_forbids_are_refused() {
    let period = |from: Vec<u8>| write::sequence([from, write::time(LAST)]);
    let utc = |text: &str| write::element(Tag::UTC_TIME, text.as_bytes());
    let generalized = |text: &str| write::element(Tag::GENERALIZED_TIME, text.as_bytes());
    for wrong in [
        // RFC 5280 4.1.2.5.1: seconds and Z.
        utc("2611220400Z"),
        utc("261122040000+0000"),
        utc("261322040000Z"),
        // 4.1.2.5.2: no fraction; 4.1.2.5: not before 2050.
        generalized("20500101000000.5Z"),
        generalized("20261122040000Z"),
    ] {
        let found = refused(|c| c.validity = period(wrong));
        assert!(
            matches!(
                found,
                Some(ReadCertificate::Encoding(ReadAsn1::Time { .. }))
            ),
            "{found:?}"
        );
    }
    let integer = write::unsigned(1);
    assert!(matches!(
        refused(|c| c.validity = period(integer)),
        Some(ReadCertificate::Encoding(ReadAsn1::Unexpected { .. }))
    ));
}

#[test]
fn extensions_that_cannot_be_are_refused() {
    let oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 7]);
    let unknown = Extension {
        oid,
        critical: false,
        value: &[5, 0],
    }
    .encode();
    assert_eq!(
        refused(|c| c.extensions = vec![unknown.clone(), unknown]),
        Some(ReadCertificate::Extensions(ReadExtension::Duplicate {
            oid: Box::new(oid)
        }))
    );
    // X.690 11.5: FALSE is the default and is left out.
    let explicit = write::sequence([
        write::oid(&oid),
        write::boolean(false),
        write::octet_string(&[5, 0]),
    ]);
    assert!(matches!(
        refused(|c| c.extensions = vec![explicit]),
        Some(ReadCertificate::Extensions(ReadExtension::Encoding(
            ReadAsn1::Default { .. }
        )))
    ));
    let many: Vec<Vec<u8>> = (0..129)
        .map(|last| {
            Extension {
                oid: Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 1_000 + last]),
                critical: false,
                value: &[5, 0],
            }
            .encode()
        })
        .collect();
    let some = many[..128].to_vec();
    assert_eq!(refused(|c| c.extensions = some), None);
    assert_eq!(
        refused(|c| c.extensions = many),
        Some(ReadCertificate::Extensions(ReadExtension::TooMany))
    );
}

#[test]
fn octets_around_and_beside_the_certificate_are_refused() {
    let is_encoding = |found: Option<ReadCertificate>| {
        assert!(
            matches!(found, Some(ReadCertificate::Encoding(_))),
            "{found:?}"
        );
    };
    is_encoding(refused(|c| c.trailing = vec![0]));
    is_encoding(refused(|c| c.identifiers = write::unsigned(7)));
    is_encoding(refused(|c| c.key.push(0)));
    let mut scene = Scene::new();
    let good = scene.leaf.encode(&scene.signer);
    // A length in more octets than it needs (X.690 10.1).
    let mut long = vec![0x30, 0x83, 0];
    long.extend_from_slice(&good[2..]);
    is_encoding(Certificate::parse(&long).err());
    is_encoding(Certificate::parse(&good[..good.len() - 1]).err());
    scene.leaf.identifiers = write::context_primitive(1, &[0, 7]);
    let identified = scene.leaf.encode(&scene.signer);
    // RFC 5280 4.1.2.8: may be read, is never made.
    assert!(Certificate::parse(&identified).is_ok());
    let codes: Vec<&str> = inspect(&identified, Subject::Any)
        .iter()
        .map(|finding| finding.rule.code)
        .collect();
    assert_eq!(codes, ["unique-identifier"]);
}
