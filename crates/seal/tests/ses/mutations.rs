//! Everything that is refused, each with the variant that says why.

use asn1::{Oid, ReadAsn1, Tag, write};
use crypto::SignatureAlgorithm;
use pki::algorithm::ResolveAlgorithm;
use seal::ses::{
    Edition, Listing, MAX_EXTENSIONS, MAX_LIST, MAX_LISTED, MAX_PICTURE, MAX_SEAL, MAX_SIGNATURE,
    Part, ReadSeal, Seal, SealFault, SealSignature,
};

use crate::ses::fixture::{PLACE, Pair, Person, SEALED, SM2, bend, ia5, p256, put};

const OTHER: Oid = Oid::of(&[1, 2, 156, 99_999, 1]);
/// The arc of SM2 with SM3 as it is mistyped in the field.
const MISTYPED: Oid = Oid::of(&[1, 2, 156, 10_197, 501]);
const SM2_SM3: Oid = Oid::of(&[1, 2, 156, 10_197, 1, 501]);

fn seal() -> Vec<u8> {
    Pair::new()
        .seal(Edition::V4, Listing::Certificates)
        .der()
        .to_vec()
}

fn refused(der: &[u8]) -> ReadSeal {
    Seal::parse(der).expect_err("a seal that is refused")
}

fn extension(critical: &[u8]) -> Vec<u8> {
    write::sequence([
        write::oid(&OTHER),
        critical.to_vec(),
        write::octet_string(b"x"),
    ])
}

/// The seal's information with one more part behind the picture.
fn with_extensions(der: &[u8], list: &[u8]) -> Vec<u8> {
    bend(der, &[0, 3], &|picture| [picture, list].concat())
}

#[test]
fn a_seal_of_another_structure_is_refused() {
    let der = seal();
    let three = put(&der, &[3], b"");
    assert_eq!(refused(&three), ReadSeal::Elements(3));
    // V4 has no room for a time-stamp of the seal.
    let stamp = write::context(0, [write::bit_string(b"\x30\x00")]);
    let five = bend(&der, &[3], &|value| [value, &stamp].concat());
    assert_eq!(refused(&five), ReadSeal::Elements(5));
    let six = bend(&der, &[3], &|value| [value, &stamp, &stamp].concat());
    assert_eq!(refused(&six), ReadSeal::Elements(6));
    let mark = put(&der, &[0, 0, 0], &ia5("EX"));
    assert_eq!(refused(&mark), ReadSeal::Mark);
    let vendor = put(
        &der,
        &[0, 0, 2],
        &write::element(Tag::IA5_STRING, "印".as_bytes()),
    );
    assert_eq!(refused(&vendor), ReadSeal::Text);
    let kind = put(&der, &[0, 2, 2], &write::unsigned(3));
    assert_eq!(refused(&kind), ReadSeal::ListKind(3));
    let nobody = put(&der, &[0, 2, 3], &write::sequence([b""]));
    assert_eq!(refused(&nobody), ReadSeal::NobodyListed);
    let width = put(&der, &[0, 3, 2], &write::unsigned(1 << 40));
    assert_eq!(refused(&width), ReadSeal::Number);
}

#[test]
fn an_encoding_that_is_not_der_is_refused() {
    let der = seal();
    let mut trailing = der.clone();
    trailing.push(0);
    let at = der.len();
    assert_eq!(
        refused(&trailing),
        ReadSeal::Encoding(ReadAsn1::Trailing { at, octets: 1 })
    );
    let cut = &der[..der.len() - 1];
    assert_eq!(
        refused(cut),
        ReadSeal::Encoding(ReadAsn1::Truncated { at: 0 })
    );
    assert_eq!(
        refused(b""),
        ReadSeal::Encoding(ReadAsn1::Absent {
            at: 0,
            expected: Tag::SEQUENCE
        })
    );
    let indefinite = [&[0x30, 0x80][..], &der[4..], &[0, 0]].concat();
    let found = ReadSeal::Encoding(ReadAsn1::IndefiniteLength { at: 0 });
    assert_eq!(refused(&indefinite), found);
    for (path, part) in [
        // Parts of another type, more parts than there are, a fraction of a second, another zone, a padded number.
        (&[0, 1][..], write::utf8_string("9901020000018")),
        (&[0, 2, 1], ia5("name")),
        (&[0, 2, 3, 0], write::bit_string(b"x")),
        (
            &[0, 2, 4],
            write::element(Tag::GENERALIZED_TIME, b"20261101000000.5Z"),
        ),
        (
            &[0, 2, 4],
            write::element(Tag::GENERALIZED_TIME, b"20261101000000+0800"),
        ),
        (&[0, 2, 5], write::element(Tag::UTC_TIME, b"261101000000Z")),
        (&[0, 2, 0], vec![2, 2, 0, 1]),
        (&[0, 2, 0], vec![2, 1, 0xff]),
        (
            &[0, 3, 3],
            [write::unsigned(40), write::unsigned(40)].concat(),
        ),
        (&[0, 0, 2], [ia5("T"), ia5("T")].concat()),
        (&[1], write::bit_string(b"x")),
        (&[3], write::octet_string(b"x")),
        (&[3], vec![3, 2, 1, 0x80]),
    ] {
        let found = refused(&put(&der, path, &part));
        assert!(matches!(found, ReadSeal::Encoding(_)), "{path:?} {found:?}");
    }
}

#[test]
fn extensions_are_tolerated_unless_they_are_critical() {
    let der = seal();
    let plain = extension(b"");
    // Explicit FALSE is no DER and is signed so by many.
    let explicit = extension(&write::boolean(false));
    for one in [&plain, &explicit] {
        let list = write::sequence([one]);
        for list in [list.clone(), write::context(0, [list])] {
            let read = Seal::parse(&with_extensions(&der, &list)).expect("tolerated");
            assert_eq!(read.extensions().len(), 1);
            assert_eq!(read.extensions()[0].oid, OTHER);
        }
    }
    let critical = write::sequence([extension(&write::boolean(true))]);
    let found = refused(&with_extensions(&der, &critical));
    assert_eq!(found, ReadSeal::CriticalExtension(Box::new(OTHER)));
    let twice = write::sequence([&plain, &plain]);
    let found = refused(&with_extensions(&der, &twice));
    assert_eq!(found, ReadSeal::ExtensionTwice(Box::new(OTHER)));
    let odd = write::sequence([extension(&[1, 1, 1])]);
    assert!(matches!(
        refused(&with_extensions(&der, &odd)),
        ReadSeal::Encoding(_)
    ));
    let numbered = |number: usize| {
        let oid = Oid::of(&[1, 2, 156, number as u128]);
        write::sequence([write::oid(&oid), write::octet_string(b"")])
    };
    let list = |most| write::sequence((0..most).map(numbered));
    assert!(Seal::parse(&with_extensions(&der, &list(MAX_EXTENSIONS))).is_ok());
    let found = refused(&with_extensions(&der, &list(MAX_EXTENSIONS + 1)));
    assert_eq!(found, ReadSeal::TooManyExtensions(MAX_EXTENSIONS));
}

#[test]
fn limits_hold_at_them_and_not_beyond() {
    let der = seal();
    let picture = |octets: usize| put(&der, &[0, 3, 1], &write::octet_string(&vec![0; octets]));
    assert!(Seal::parse(&picture(MAX_PICTURE)).is_ok());
    let (part, octets, limit) = (Part::Picture, MAX_PICTURE + 1, MAX_PICTURE);
    assert_eq!(
        refused(&picture(octets)),
        ReadSeal::TooLarge {
            part,
            octets,
            limit
        }
    );
    let one = |octets: usize| {
        put(
            &der,
            &[0, 2, 3],
            &write::sequence([write::octet_string(&vec![0; octets])]),
        )
    };
    // Two headers of five octets.
    assert!(Seal::parse(&one(MAX_LIST - 10)).is_ok());
    let (part, octets, limit) = (Part::List, MAX_LIST + 1, MAX_LIST);
    assert_eq!(
        refused(&one(MAX_LIST - 9)),
        ReadSeal::TooLarge {
            part,
            octets,
            limit
        }
    );
    let many = |count| {
        put(
            &der,
            &[0, 2, 3],
            &write::sequence(vec![write::octet_string(b"x"); count]),
        )
    };
    assert!(Seal::parse(&many(MAX_LISTED)).is_ok());
    assert_eq!(
        refused(&many(MAX_LISTED + 1)),
        ReadSeal::TooManyListed(MAX_LISTED)
    );
    let whole = |octets: usize| {
        let rest = put(&der, &[1], &write::octet_string(&[0; 0x20_0000])).len() - 0x20_0000;
        put(&der, &[1], &write::octet_string(&vec![0; octets - rest]))
    };
    assert_eq!(whole(MAX_SEAL).len(), MAX_SEAL);
    assert!(Seal::parse(&whole(MAX_SEAL)).is_ok());
    let (part, octets, limit) = (Part::Seal, MAX_SEAL + 1, MAX_SEAL);
    assert_eq!(
        refused(&whole(octets)),
        ReadSeal::TooLarge {
            part,
            octets,
            limit
        }
    );
    let (part, octets, limit) = (Part::Signature, MAX_SIGNATURE + 1, MAX_SIGNATURE);
    let found = SealSignature::parse(&vec![0x30; octets]).err();
    assert_eq!(
        found,
        Some(ReadSeal::TooLarge {
            part,
            octets,
            limit
        })
    );
}

#[test]
fn whatever_the_maker_signed_and_is_changed_breaks_the_makers_signature() {
    let pair = Pair::new();
    for edition in [Edition::V1, Edition::V4] {
        let der = pair.seal(edition, Listing::Certificates).der().to_vec();
        let dates = if edition == Edition::V1 { 3 } else { 4 };
        let moment = if edition == Edition::V1 {
            write::element(Tag::UTC_TIME, b"991231000000Z")
        } else {
            write::element(Tag::GENERALIZED_TIME, b"20991231000000Z")
        };
        let later = write::sequence([extension(b"")]);
        for bent in [
            put(&der, &[0, 1], &ia5("1")),
            put(&der, &[0, 2, 0], &write::unsigned(2)),
            put(&der, &[0, 2, 1], &write::utf8_string("另一个")),
            put(
                &der,
                &[0, 2, dates - 1],
                &write::sequence([write::octet_string(b"me")]),
            ),
            put(&der, &[0, 2, dates + 2], &moment),
            put(&der, &[0, 3, 1], &write::octet_string(b"another picture")),
            put(&der, &[0, 3, 2], &write::unsigned(60)),
            with_extensions(&der, &later),
        ] {
            let read = Seal::parse(&bent).expect("it can be read");
            assert_eq!(read.check_maker().err(), Some(SealFault::MakerSignature));
        }
    }
}

#[test]
fn a_makers_certificate_or_algorithm_in_place_of_another_is_told() {
    let der = seal();
    let fault = |bent: Vec<u8>| Seal::parse(&bent).expect("read").check_maker().err();
    let other = Person::new("Maker", SM2);
    let der_of = |person: &Person| write::octet_string(person.certificate.der());
    assert_eq!(
        fault(put(&der, &[1], &der_of(&other))),
        Some(SealFault::MakerSignature)
    );
    let unreadable = fault(put(&der, &[1], &write::octet_string(b"x")));
    assert!(matches!(unreadable, Some(SealFault::MakerUnreadable(_))));
    for oid in [MISTYPED, OTHER] {
        let unknown = SealFault::MakerAlgorithm(ResolveAlgorithm::Unknown(Box::new(oid)));
        assert_eq!(fault(put(&der, &[2], &write::oid(&oid))), Some(unknown));
    }
    // 2.5 of the specification: an SM2 key beside another family's identifier.
    for oid in [
        Oid::of(&[1, 2, 840, 113_549, 1, 1, 11]),
        Oid::of(&[1, 2, 840, 10_045, 4, 3, 2]),
    ] {
        let found = fault(put(&der, &[2], &write::oid(&oid)));
        assert!(
            matches!(found, Some(SealFault::MakerAlgorithm(_))),
            "{found:?}"
        );
    }
    let curve = Person::new("Maker", p256());
    let found = fault(put(&der, &[1], &der_of(&curve)));
    assert!(matches!(
        found,
        Some(SealFault::MakerAlgorithm(ResolveAlgorithm::Key(_)))
    ));
    let empty = fault(put(&der, &[3], &write::bit_string(b"")));
    assert_eq!(empty, Some(SealFault::MakerSignature));
}

#[test]
fn the_makers_rule_of_one_edition_does_not_hold_in_the_other() {
    let pair = Pair::new();
    // Signed as GM/T 0031-2014 has it, in the structure of GB/T 38540: over the triple.
    let der = pair.seal(Edition::V4, Listing::Certificates).der().to_vec();
    let old = Seal::parse(&der).expect("a seal");
    let triple = write::sequence([
        old.signed().to_vec(),
        write::octet_string(old.maker()),
        write::oid(&SM2_SM3),
    ]);
    let value = pair.maker.key.sign(&triple).expect("a value");
    let bent = put(&der, &[3], &write::bit_string(value.bytes()));
    let fault = Seal::parse(&bent).expect("read").check_maker().err();
    assert_eq!(fault, Some(SealFault::MakerSignature));
    // And the other way round: over the information alone.
    let der = pair.seal(Edition::V1, Listing::Certificates).der().to_vec();
    let info = bend_part(&der, &[0]);
    let value = pair.maker.key.sign(&info).expect("a value");
    let bent = put(&der, &[1, 2], &write::bit_string(value.bytes()));
    let fault = Seal::parse(&bent).expect("read").check_maker().err();
    assert_eq!(fault, Some(SealFault::MakerSignature));
}

/// The element at `path`.
fn bend_part(der: &[u8], path: &[usize]) -> Vec<u8> {
    let found = std::cell::RefCell::new(Vec::new());
    bend(der, path, &|part| {
        *found.borrow_mut() = part.to_vec();
        part.to_vec()
    });
    found.into_inner()
}

#[test]
fn versions_that_do_not_fit_their_structure_are_told() {
    let pair = Pair::new();
    let v4 = pair.seal(Edition::V4, Listing::Certificates).der().to_vec();
    for version in [1, 3, 6, 11] {
        let read = Seal::parse(&put(&v4, &[0, 0, 1], &write::unsigned(version))).expect("read");
        let edition = Edition::V4;
        assert_eq!(
            read.inspect_version(),
            Err(SealFault::Version { edition, version })
        );
    }
    let five = Seal::parse(&put(&v4, &[0, 0, 1], &write::unsigned(5))).expect("read");
    assert_eq!(
        (five.edition(), five.inspect_version()),
        (Edition::V5, Ok(()))
    );
    let v1 = pair.seal(Edition::V1, Listing::Certificates).der().to_vec();
    for version in [4, 5] {
        let read = Seal::parse(&put(&v1, &[0, 0, 1], &write::unsigned(version))).expect("read");
        let edition = Edition::V1;
        assert_eq!(
            read.inspect_version(),
            Err(SealFault::Version { edition, version })
        );
    }
    for version in [1, 2, 11] {
        let read = Seal::parse(&put(&v1, &[0, 0, 1], &write::unsigned(version))).expect("read");
        assert_eq!(read.inspect_version(), Ok(()));
    }
}

#[test]
fn a_seal_of_the_newest_edition_is_read() {
    let pair = Pair::new();
    let v4 = pair.seal(Edition::V4, Listing::Certificates).der().to_vec();
    let info = bend_part(&put(&v4, &[0, 0, 1], &write::unsigned(5)), &[0]);
    let value = pair.maker.key.sign(&info).expect("a value");
    let stamp = write::context(0, [write::bit_string(b"\x30\x00")]);
    let der = put(&v4, &[0], &info);
    let der = put(
        &der,
        &[3],
        &[write::bit_string(value.bytes()), stamp].concat(),
    );
    let read = Seal::parse(&der).expect("a seal");
    assert_eq!(read.edition(), Edition::V5);
    assert_eq!(read.time_stamp(), Some(&b"\x30\x00"[..]));
    assert!(read.check_maker().is_ok());
}

#[test]
fn what_writers_of_the_first_edition_put_in_the_place_of_others_is_read() {
    let pair = Pair::new();
    let seal = pair.seal(Edition::V1, Listing::Certificates);
    let signature = pair.signature(&seal, None);
    let octets = |part: &[u8]| write::octet_string(&part[3..]);
    let mut der = signature.der().to_vec();
    for path in [&[0, 2][..], &[0, 3], &[1]] {
        der = bend(&der, path, &octets);
    }
    let read = SealSignature::parse(&der).expect("tolerated");
    assert_eq!(read.data_hash(), signature.data_hash());
    assert_eq!(read.signature(), signature.signature());
    assert_eq!(read.time(), signature.time());
    let moment = write::element(Tag::GENERALIZED_TIME, b"20261102000000Z");
    let der = put(seal.der(), &[0, 2, 4], &moment);
    assert_eq!(
        Seal::parse(&der).expect("tolerated").valid_from(),
        seal.valid_from()
    );
}

#[test]
fn a_signature_of_another_structure_is_refused() {
    let pair = Pair::new();
    let refused = |der: &[u8]| SealSignature::parse(der).err();
    let v4 = pair.seal(Edition::V4, Listing::Certificates);
    let v1 = pair.seal(Edition::V1, Listing::Certificates);
    let (new, old) = (pair.signature(&v4, None), pair.signature(&v1, None));
    let (seal, signature) = (Edition::V1, Edition::V4);
    let mixed = put(new.der(), &[0, 1], v1.der());
    assert_eq!(
        refused(&mixed),
        Some(ReadSeal::EditionsDiffer { seal, signature })
    );
    let (seal, signature) = (Edition::V4, Edition::V1);
    let mixed = put(old.der(), &[0, 1], v4.der());
    assert_eq!(
        refused(&mixed),
        Some(ReadSeal::EditionsDiffer { seal, signature })
    );
    assert_eq!(
        refused(&put(new.der(), &[3], b"")),
        Some(ReadSeal::Elements(3))
    );
    let list = write::sequence([extension(&write::boolean(true))]);
    let critical = write::context(0, [list.clone()]);
    let behind = |part: &[u8]| bend(new.der(), &[0, 4], &|property| [property, part].concat());
    let found = Some(ReadSeal::CriticalExtension(Box::new(OTHER)));
    assert_eq!(refused(&behind(&critical)), found);
    // Here the tag of the extensions is not left out.
    assert!(matches!(
        refused(&behind(&list)),
        Some(ReadSeal::Encoding(_))
    ));
    let mut trailing = new.der().to_vec();
    trailing.push(0);
    assert!(matches!(refused(&trailing), Some(ReadSeal::Encoding(_))));
    for (path, part) in [
        (&[0, 2][..], write::element(Tag::UTC_TIME, b"261122040000Z")),
        (&[0, 3], write::octet_string(&[0; 32])),
        (&[0, 4], write::utf8_string(PLACE)),
        (&[3], write::octet_string(b"x")),
        (
            &[3],
            [write::bit_string(b"x"), write::bit_string(b"x")].concat(),
        ),
        (
            &[3],
            [
                write::bit_string(b"x"),
                write::context(0, [write::octet_string(b"x")]),
            ]
            .concat(),
        ),
        (
            &[3],
            [
                write::bit_string(b"x"),
                write::context(1, [write::bit_string(b"x")]),
            ]
            .concat(),
        ),
    ] {
        let found = refused(&put(new.der(), path, &part));
        assert!(
            matches!(found, Some(ReadSeal::Encoding(_))),
            "{path:?} {found:?}"
        );
    }
}

#[test]
fn whatever_the_signer_signed_and_is_changed_breaks_the_value() {
    let pair = Pair::new();
    for edition in [Edition::V1, Edition::V4] {
        let seal = pair.seal(edition, Listing::Certificates);
        let der = pair.signature(&seal, None).der().to_vec();
        let other = Pair::new().seal(edition, Listing::Certificates);
        let moment = write::element(Tag::GENERALIZED_TIME, b"20261122050000Z");
        let moment = if edition == Edition::V1 {
            write::bit_string(&moment)
        } else {
            moment
        };
        for bent in [
            put(&der, &[0, 0], &write::unsigned(9)),
            put(&der, &[0, 1], other.der()),
            put(&der, &[0, 2], &moment),
            put(&der, &[0, 3], &write::bit_string(&[0; 32])),
            put(&der, &[0, 4], &ia5("/Doc_0/Signs/Sign_1/Signature.xml")),
        ] {
            let read = SealSignature::parse(&bent).expect("it can be read");
            let fault = read.check_value(&pair.signer.certificate, &[]).err();
            assert_eq!(fault, Some(SealFault::Value));
        }
    }
}

#[test]
fn each_rule_of_a_signature_is_asked_for_itself() {
    let pair = Pair::new();
    let seal = pair.seal(Edition::V4, Listing::Certificates);
    let good = pair.signature(&seal, None);
    let signer = &pair.signer.certificate;
    let read = |der: &[u8]| SealSignature::parse(der).expect("read");
    let nine = read(&put(good.der(), &[0, 0], &write::unsigned(9)));
    let (seal_version, signature) = (4, 9);
    let fault = SealFault::VersionsDiffer {
        seal: seal_version,
        signature,
    };
    assert_eq!(nine.inspect_version(), Err(fault));
    let short = read(&put(good.der(), &[0, 3], &write::bit_string(&[0; 20])));
    let (octets, algorithm) = (20, SM2.digest());
    let fault = SealFault::DigestForm { octets, algorithm };
    assert_eq!(short.inspect_digest(signer, SEALED), Err(fault));
    assert_eq!(
        good.inspect_digest(signer, b"else"),
        Err(SealFault::DigestDiffers)
    );
    let fault = good.inspect_property("/Doc_0/Signs/Sign_1/Signature.xml");
    assert!(matches!(fault, Err(SealFault::PropertyDiffers { .. })));
    let mut beside = seal.der().to_vec();
    beside.push(0);
    assert_eq!(good.inspect_beside(&beside), Err(SealFault::SealDiffers));
    let mistyped = read(&put(good.der(), &[2], &write::oid(&MISTYPED)));
    let unknown = ResolveAlgorithm::Unknown(Box::new(MISTYPED));
    let fault = SealFault::SignerAlgorithm(unknown);
    assert_eq!(mistyped.check_value(signer, &[]), Err(fault));
    let curve = Person::new("Signer", SignatureAlgorithm::EcdsaP256Sha256);
    let found = good.check_value(&curve.certificate, &[]);
    assert!(matches!(
        found,
        Err(SealFault::SignerAlgorithm(ResolveAlgorithm::Key(_)))
    ));
    let unreadable = read(&put(good.der(), &[1], &write::octet_string(b"x")));
    assert!(matches!(
        unreadable.signer(),
        Err(SealFault::SignerUnreadable(_))
    ));
    // V4 does not sign the certificate: one of another key breaks the value, and the list tells it too.
    let other = Person::new("Signer", SM2);
    let swapped = read(&put(
        good.der(),
        &[1],
        &write::octet_string(other.certificate.der()),
    ));
    let named = swapped.signer().expect("a certificate");
    assert_eq!(swapped.check_value(&named, &[]), Err(SealFault::Value));
    assert_eq!(
        swapped.seal().inspect_signer(named.der()),
        Err(SealFault::SignerNotListed)
    );
}
