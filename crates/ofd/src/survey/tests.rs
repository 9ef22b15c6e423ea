//! What each foreign sample yields, and what each named change of one does to its facts.

use std::io::Cursor;

use super::*;
use crate::area::Area;
use crate::signed::{
    CheckMethod, Coverage, ListState, Outcome, Signature, SignatureKind, Signed, StampPlace,
    Uncovered,
};
use container::Change;
use container::ReadPackage;

fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/ofdrw");
    std::fs::read(format!("{folder}/{name}.ofd")).expect("a sample")
}

fn facts(octets: &[u8]) -> Facts {
    read(Cursor::new(octets)).expect("it is read")
}

/// The package anew, each entry as `edit` wants it; `None` takes it out.
fn edited(octets: &[u8], edit: impl Fn(&str, String) -> Option<String>) -> Vec<u8> {
    let mut package = Package::open(Cursor::new(octets)).expect("a package");
    let names: Vec<String> = package
        .entries()
        .iter()
        .map(|one| one.name().to_owned())
        .collect();
    let mut new = Change::empty();
    for name in names {
        let content = package
            .read(&name, u64::MAX)
            .expect("there")
            .expect("whole");
        match String::from_utf8(content) {
            Ok(text) => {
                if let Some(text) = edit(&name, text) {
                    new.put(&name, text.into_bytes());
                }
            }
            Err(error) => new.put(&name, error.into_bytes()),
        }
    }
    new.finish().expect("it is written")
}

/// The package with `from` replaced by `to` in one entry.
fn replaced(octets: &[u8], part: &str, from: &str, to: &str) -> Vec<u8> {
    let part = format!("/{part}");
    edited(octets, |name, text| {
        if !format!("/{name}").ends_with(&part) {
            return Some(text);
        }
        assert!(text.contains(from), "{name} has {from}");
        Some(text.replace(from, to))
    })
}

fn signatures(facts: &Facts) -> &[Signature] {
    let list = facts.bodies[0].signatures.as_ref();
    &list.expect("a list").signatures
}

fn signed(facts: &Facts) -> &Signed {
    signatures(facts)[0].read.as_ref().expect("it is read")
}

fn differing(signed: &Signed) -> Vec<(&str, Outcome)> {
    let other = signed
        .references
        .iter()
        .filter(|one| one.outcome != Outcome::Same);
    other
        .map(|one| (one.written.as_str(), one.outcome.clone()))
        .collect()
}

/// Each sample: its signatures, references of the first, how many of them differ, and what it leaves out.
type Expected = (
    &'static str,
    &'static [SignatureKind],
    usize,
    usize,
    &'static [&'static str],
);

const SEAL: &[SignatureKind] = &[SignatureKind::Seal];
const SEALS: &[SignatureKind] = &[SignatureKind::Seal, SignatureKind::Seal];
const SIGN: &[SignatureKind] = &[SignatureKind::Sign];
const PAGE: &[&str] = &["Doc_0/Pages/Page_0/Content.xml"];
const ADDED: &[&str] = &["Doc_0/Res/unlisted.bin"];

const SAMPLES: [Expected; 14] = [
    ("sealed-v4", SEAL, 8, 0, &[]),
    ("sealed-v4-certdigest", SEAL, 8, 0, &[]),
    ("sealed-v4-twice", SEALS, 7, 0, &[]),
    ("sealed-v1", SEAL, 8, 0, &[]),
    ("signed-gbt35275", SIGN, 7, 0, &[]),
    ("handmade-v4", SEAL, 8, 0, &[]),
    ("hand-skeleton-sealed-v4", SEAL, 10, 0, &[]),
    ("bad-content-changed", SEAL, 8, 1, PAGE),
    ("bad-signature-xml-changed", SEAL, 8, 0, &[]),
    ("bad-seal-signature", SEAL, 8, 0, &[]),
    ("bad-signer-not-in-seal", SEAL, 8, 0, &[]),
    ("bad-unlisted-file-added", SEAL, 8, 0, ADDED),
    ("plain", &[], 0, 0, &[]),
    ("hand-skeleton", &[], 0, 0, &[]),
];

#[test]
fn every_sample_yields_what_it_is() {
    for (name, kinds, references, differs, uncovered) in SAMPLES {
        let facts = facts(&sample(name));
        assert_eq!(facts.faults, [], "{name}");
        let body = &facts.bodies[0];
        let counts = (facts.bodies.len(), body.pages.len(), body.versions);
        assert_eq!(counts, (1, 1, 0), "{name}");
        let area = Area::parse("0 0 210 297");
        assert_eq!(body.pages[0].area, area, "{name}");
        let Some(list) = &body.signatures else {
            assert!(kinds.is_empty(), "{name}");
            continue;
        };
        let found: Vec<_> = list.signatures.iter().map(|one| one.kind.clone()).collect();
        assert_eq!((found.as_slice(), list.is_short), (kinds, false), "{name}");
        let signed = signed(&facts);
        let sm3 = CheckMethod::Digest(DigestAlgorithm::Sm3);
        assert_eq!(signed.check, sm3, "{name}");
        let method = Some("1.2.156.10197.1.501");
        assert_eq!(signed.method.as_deref(), method, "{name}");
        assert_eq!(signed.references.len(), references, "{name}");
        assert_eq!(differing(signed).len(), differs, "{name}");
        let names = signed
            .coverage
            .uncovered
            .iter()
            .map(|one| one.path.as_str());
        assert_eq!(names.collect::<Vec<_>>(), uncovered, "{name}");
        assert!(signed.value.octets.is_ok(), "{name}");
        for stamp in &signed.stamps {
            let place = (stamp.place, stamp.area.width);
            assert_eq!(place, (StampPlace::Inside, 40.0), "{name}");
        }
    }
}

#[test]
fn a_file_that_was_added_is_found_by_nobody() {
    let added = facts(&sample("bad-unlisted-file-added"));
    let unlisted = Uncovered {
        path: ADDED[0].to_owned(),
        reachable: false,
    };
    assert_eq!(signed(&added).coverage.uncovered, [unlisted]);
}

#[test]
fn a_licence_page_yields_its_data() {
    let facts = facts(&sample("hand-skeleton-sealed-v4"));
    let body = &facts.bodies[0];
    let information = &body.information;
    assert_eq!(information.title.as_deref(), Some("样例许可证"));
    assert_eq!(information.custom[1].0, "certificateName");
    let attached = &body.attachments[0];
    assert_eq!(
        (attached.name.as_str(), attached.format.as_deref()),
        ("licence", Some("json"))
    );
    assert!(
        attached
            .octets
            .as_ref()
            .is_some_and(|octets| octets.starts_with(b"{"))
    );
    assert_eq!(body.fonts[0].file, None, "a font that is not embedded");
    for path in ["OFD.xml", "Doc_0/Res/qr.png", "Doc_0/Signs/Sign_0/Seal.esl"] {
        assert!(body.reachable.contains(path), "{path}");
    }
    let signature = &signatures(&facts)[0];
    assert_eq!(
        signature.package_path(),
        "/Doc_0/Signs/Sign_0/Signature.xml"
    );
    assert!(signature.octets.ends_with(b"</ofd:Signature>"));
}

#[test]
fn the_first_of_two_signatures_leaves_out_the_second() {
    let facts = facts(&sample("sealed-v4-twice"));
    let [first, second] = signatures(&facts) else {
        panic!("two signatures");
    };
    let coverage = |one: &Signature| one.read.as_ref().expect("it is read").coverage.clone();
    let later = ["SignedValue.dat", "Seal.esl", "Signature.xml"];
    let mut expected = later.map(|file| format!("Doc_0/Signs/Sign_1/{file}"));
    expected.sort();
    let mut found = coverage(first);
    found.later.sort();
    assert_eq!(
        (found.later.as_slice(), found.list),
        (expected.as_slice(), ListState::Open)
    );
    let whole = Coverage::default();
    assert_eq!(coverage(second), whole);
    // A first signature that the second does not cover is left out by it.
    let octets = edited(&sample("sealed-v4-twice"), |name, text| {
        Some(match name.ends_with("Sign_1/Signature.xml") {
            true => text.replace("/Doc_0/Signs/Sign_0/SignedValue.dat\"", "/Doc_0/other\""),
            false => text,
        })
    });
    let facts = read(Cursor::new(octets)).expect("it is read");
    let uncovered = &coverage(&signatures(&facts)[1]).uncovered;
    assert_eq!(uncovered[0].path, "Doc_0/Signs/Sign_0/SignedValue.dat");
}

#[test]
fn each_change_of_what_is_signed_shows_in_its_reference() {
    let octets = sample("hand-skeleton-sealed-v4");
    for (part, from, to) in [
        ("OFD.xml", "样例", "样本"),
        ("Doc_0/Document.xml", "210 297", "210 298"),
        ("PublicRes.xml", "SimSun", "SimHei"),
        ("DocumentRes.xml", "PNG", "JPG"),
        ("Page_0/Content.xml", "样例", "样本"),
        ("Attachments.xml", "licence", "licences"),
        ("Attachs/licence.json", "{", "{ "),
        ("Signs/Signatures.xml", "s002", "s003"),
    ] {
        let facts = facts(&replaced(&octets, part, from, to));
        let signed = signed(&facts);
        let [(written, Outcome::Differs)] = differing(signed)[..] else {
            panic!("{part}: {:?}", differing(signed));
        };
        assert!(written.ends_with(part), "{written}");
        let covered = signed.coverage.list == ListState::Covered;
        assert_eq!(covered, part != "Signs/Signatures.xml", "{part}");
    }
    let without = edited(&octets, |name, text| {
        (!name.ends_with("licence.json")).then_some(text)
    });
    let facts = facts(&without);
    let absent = [("/Doc_0/Attachs/licence.json", Outcome::Absent)];
    assert_eq!(differing(signed(&facts)), absent);
    assert_eq!(facts.faults[0].fault, ReadPart::Absent);
}

#[test]
fn a_reference_is_written_in_one_way_and_once() {
    let octets = sample("sealed-v4");
    for (to, outcome) in [
        ("/Doc_0/./Document.xml", Outcome::Location),
        ("/Doc_0/../Doc_0/Document.xml", Outcome::Location),
        ("/Doc_0//Document.xml", Outcome::Location),
        ("\\Doc_0\\Document.xml", Outcome::Location),
        ("../../../../Document.xml", Outcome::Location),
        ("/doc_0/Document.xml", Outcome::Absent),
        ("/OFD.xml", Outcome::Repeated),
    ] {
        let bent = replaced(
            &octets,
            "Signature.xml",
            "/Doc_0/Document.xml\"",
            &format!("{to}\""),
        );
        let facts = facts(&bent);
        let signed = signed(&facts);
        assert_eq!(differing(signed), [(to, outcome)]);
        assert_eq!(signed.coverage.uncovered[0].path, "Doc_0/Document.xml");
        assert!(signed.coverage.uncovered[0].reachable);
    }
}

#[test]
fn the_method_of_digests_is_told_and_weak_ones_are_not_computed() {
    let octets = sample("sealed-v4");
    for (to, check) in [
        ("", CheckMethod::Absent),
        (" CheckMethod=\"MD5\"", CheckMethod::Md5),
        (" CheckMethod=\"SHA1\"", CheckMethod::Sha1),
        (
            " CheckMethod=\"1.2.156.10197.1.401.2\"",
            CheckMethod::Unknown("1.2.156.10197.1.401.2".into()),
        ),
    ] {
        let facts = facts(&replaced(
            &octets,
            "Signature.xml",
            " CheckMethod=\"SM3\"",
            to,
        ));
        let signed = signed(&facts);
        assert_eq!(signed.check, check);
        let all = signed.references.iter();
        assert!(
            all.map(|one| &one.outcome)
                .all(|outcome| *outcome == Outcome::NotComputed)
        );
        // All eight but the list, which is excused while it is open.
        assert_eq!(signed.coverage.uncovered.len(), 7);
    }
    let by_identifier = "1.2.156.10197.1.401";
    let octets = replaced(
        &octets,
        "Signature.xml",
        "\"SM3\"",
        &format!("\"{by_identifier}\""),
    );
    assert_eq!(differing(signed(&facts(&octets))), []);
}

#[test]
fn what_is_taken_out_of_the_list_is_missed() {
    let octets = sample("sealed-v4-twice");
    let second =
        "<ofd:Signature ID=\"s003\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_1/Signature.xml\"/>";
    let facts_of = |octets: &[u8]| facts(octets).bodies[0].signatures.clone();
    let list = facts_of(&replaced(&octets, "Signatures.xml", second, "")).expect("a list");
    assert_eq!((list.signatures.len(), list.is_short), (1, true));
    let coverage = &list.signatures[0]
        .read
        .as_ref()
        .expect("it is read")
        .coverage;
    assert_eq!((coverage.uncovered.len(), coverage.later.len()), (3, 0));
    let octets = sample("sealed-v4");
    let only =
        "<ofd:Signature ID=\"s001\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_0/Signature.xml\"/>";
    let list = facts_of(&replaced(&octets, "Signatures.xml", only, "")).expect("a list");
    assert_eq!((list.signatures.len(), list.is_short), (0, true));
    let element = "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>";
    assert!(facts_of(&replaced(&octets, "OFD.xml", element, "")).is_none());
}

#[test]
fn elements_that_may_occur_once_and_do_not_are_named() {
    let octets = sample("sealed-v4");
    for (part, from, to, fault) in [
        (
            "Signature.xml",
            "</ofd:References>",
            "</ofd:References><ofd:References CheckMethod=\"SM3\"/>",
            ReadXml::Repeated("References"),
        ),
        (
            "Signature.xml",
            "<ofd:Seal>",
            "<ofd:Seal/><ofd:Seal>",
            ReadXml::Repeated("Seal"),
        ),
        (
            "Signature.xml",
            "<ofd:SignedInfo>",
            "<ofd:SignedInfo/><ofd:SignedInfo>",
            ReadXml::Repeated("SignedInfo"),
        ),
        (
            "Signature.xml",
            "<ofd:SignedValue>",
            "<ofd:SignedValue>x</ofd:SignedValue><ofd:SignedValue>",
            ReadXml::Repeated("SignedValue"),
        ),
        (
            "Signature.xml",
            "<ofd:Provider",
            "<ofd:Other",
            ReadXml::Missing("Provider"),
        ),
        (
            "Signature.xml",
            "120 200 40 40",
            "120 200 40",
            ReadXml::Value("Boundary"),
        ),
        ("Signatures.xml", "ID=\"s001\"", "", ReadXml::Missing("ID")),
        (
            "Document.xml",
            "<ofd:Pages>",
            "<ofd:Pages/><ofd:Pages>",
            ReadXml::Repeated("Pages"),
        ),
        (
            "PublicRes.xml",
            "ID=\"3\"",
            "ID=\"1\"",
            ReadXml::Identifier("1".to_owned()),
        ),
    ] {
        let facts = facts(&replaced(&octets, part, from, to));
        let found: Vec<_> = facts.faults.iter().map(|one| one.fault.clone()).collect();
        let named = found.contains(&ReadPart::Xml(fault.clone()));
        assert!(named || part == "PublicRes.xml", "{part}: {found:?}");
        assert!(!found.is_empty(), "{part}");
    }
    let twice = replaced(
        &octets,
        "OFD.xml",
        "<ofd:DocRoot>",
        "<ofd:DocRoot>x</ofd:DocRoot><ofd:DocRoot>",
    );
    let refused = read(Cursor::new(twice)).expect_err("it is refused");
    assert_eq!(refused, ReadOfd::Root(ReadXml::Repeated("DocRoot").into()));
    assert_eq!(refused.code(), "ofd.xml-repeated");
}

#[test]
fn a_second_document_and_a_version_are_seen() {
    let octets = sample("sealed-v4");
    let more = "<ofd:DocBody><ofd:DocInfo/></ofd:DocBody></ofd:OFD>";
    let octets = replaced(&octets, "OFD.xml", "</ofd:OFD>", more);
    assert_eq!(facts(&octets).bodies.len(), 2);
    let versions = "<ofd:Versions><ofd:Version ID=\"1\" Index=\"1\" BaseLoc=\"v.xml\"/></ofd:Versions><ofd:Signatures>";
    let octets = replaced(
        &sample("sealed-v4"),
        "OFD.xml",
        "<ofd:Signatures>",
        versions,
    );
    assert_eq!(facts(&octets).bodies[0].versions, 1);
}

#[test]
fn stamps_stand_on_pages() {
    let octets = sample("sealed-v4");
    for (from, to, place) in [
        ("PageRef=\"1\"", "PageRef=\"2\"", StampPlace::NoSuchPage),
        ("120 200 40 40", "180 200 40 40", StampPlace::Outside),
        ("120 200 40 40", "-1 200 40 40", StampPlace::Outside),
        ("120 200 40 40", "170 257 40 40", StampPlace::Inside),
        (
            "120 200 40 40\"",
            "190 200 40 40\" Clip=\"0 0 20 40\"",
            StampPlace::Inside,
        ),
        (
            "120 200 40 40\"",
            "190 200 40 40\" Clip=\"0 0 21 40\"",
            StampPlace::Outside,
        ),
    ] {
        let facts = facts(&replaced(&octets, "Signature.xml", from, to));
        assert_eq!(signed(&facts).stamps[0].place, place, "{to}");
    }
}

#[test]
fn locations_that_lead_nowhere_are_named() {
    let octets = sample("sealed-v4");
    for (part, from, to, fault) in [
        (
            "OFD.xml",
            "Doc_0/Document.xml",
            "../Document.xml",
            ReadPart::Location,
        ),
        (
            "OFD.xml",
            "Doc_0/Document.xml",
            "Doc_1/Document.xml",
            ReadPart::Absent,
        ),
        (
            "OFD.xml",
            "/Doc_0/Signs/Signatures.xml",
            "/Doc_0/Signs",
            ReadPart::Absent,
        ),
        (
            "Signature.xml",
            "/Doc_0/Signs/Sign_0/SignedValue.dat",
            "a\\b",
            ReadPart::Location,
        ),
        ("DocumentRes.xml", "mark.png", "mark.jpg", ReadPart::Absent),
        (
            "DocumentRes.xml",
            "mark.png",
            "../../../mark.png",
            ReadPart::Location,
        ),
    ] {
        let facts = facts(&replaced(&octets, part, from, to));
        let list = facts.bodies[0].signatures.as_ref().expect("a list");
        let value = list
            .signatures
            .first()
            .and_then(|one| one.read.as_ref().ok());
        let value = value.and_then(|signed| signed.value.octets.as_ref().err());
        let found = facts.faults.iter().any(|one| one.fault == fault);
        assert!(found || value == Some(&fault), "{to}: {:?}", facts.faults);
    }
}

#[test]
fn a_damaged_entry_is_a_fact_and_a_bomb_is_an_error() {
    let octets = sample("sealed-v4");
    let place = octets
        .windows(12)
        .position(|window| window == b"Res/mark.png");
    let mut bent = octets.clone();
    bent[place.expect("there") + 40] ^= 1;
    let facts = facts(&bent);
    let [(_, Outcome::Unreadable(fault))] = &differing(signed(&facts))[..] else {
        panic!("{:?}", differing(signed(&facts)));
    };
    assert!(matches!(fault.code(), "ofd.data" | "ofd.checksum"));
    let package = Package::open(Cursor::new(octets)).expect("a package");
    let mut change = Change::of(package);
    change.put("Doc_0/Res/mark.png", vec![0; 1 << 20]);
    let bomb = change.finish().expect("stored, as it packs too well");
    assert!(read(Cursor::new(bomb)).is_ok());
    let none = read(Cursor::new(b"PK\x05\x06".as_slice())).err();
    assert_eq!(none, Some(ReadOfd::Package(ReadPackage::NoEnd)));
}

#[test]
fn what_does_not_change_is_copied_as_it_is() {
    let octets = sample("sealed-v4");
    let package = Package::open(Cursor::new(&octets)).expect("a package");
    let mut change = Change::of(package);
    change.put("Doc_0/Signs/Sign_1/Seal.esl", vec![1, 2, 3]);
    change.put("OFD.xml", b"new".to_vec());
    let names = change.names();
    let new = change.finish().expect("it is written");
    let place = |octets: &[u8], name: &[u8]| octets.windows(name.len()).position(|one| one == name);
    let from = place(&octets, b"Doc_0/Res/mark.png").expect("there");
    let to = place(&new, b"Doc_0/Res/mark.png").expect("there");
    assert_eq!(octets[from - 30..from + 4_000], new[to - 30..to + 4_000]);
    let mut package = Package::open(Cursor::new(&new)).expect("a package");
    let found: Vec<&str> = package.entries().iter().map(|one| one.name()).collect();
    assert_eq!(found, names);
    assert_eq!(found.last(), Some(&"Doc_0/Signs/Sign_1/Seal.esl"));
    assert_eq!(package.read("OFD.xml", 9), Some(Ok(b"new".to_vec())));
    let mark = package.read("Doc_0/Res/mark.png", 10_000);
    assert_eq!(mark.expect("there").expect("whole").len(), 4518);
}

#[test]
fn a_list_of_signatures_is_named_once() {
    let mut package = Package::open(Cursor::new(sample("plain"))).expect("a package");
    let octets = package.read(ROOT, 10_000).expect("there").expect("whole");
    let location = "/Doc_0/Signs/Signatures.xml";
    let named = crate::listed::with_signatures(&octets, location).expect("it had none");
    let tree = crate::tree::parse(&named, "OFD").expect("well-formed");
    let body = tree.child("DocBody").expect("one");
    assert_eq!(body.text_of("Signatures"), Ok(Some(location)));
    let again = crate::listed::with_signatures(&named, location);
    assert_eq!(again, Err(ReadXml::Repeated("Signatures")));
}
