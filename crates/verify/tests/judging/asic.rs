//! ASiC packages of both forms, judged, and named mutations of them.

use asic::{Asic, File, Prepared, ProofKind, with_replaced};
use crypto::{Digest, DigestAlgorithm};
use evidence::cms::{Attribute, Draft, Extended, Material as Values, SignedData, prepare_archive};
use evidence::ocsp::Status;
use ofd::Change;
use records::{EvidenceRecord, TreeBuilder};
use time::Duration;
use verify::{Kind, Material, Report, SubIndication, Verdict};

use crate::hierarchy::{AT, SEAL, SEALED, algorithm, certificate, crl, ocsp, sign, trust};
use crate::jades::{Level, lists};
use crate::maker::{codes, errors, judged_with, token, token_over};

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;

const FILES: [File<'static>; 2] = [
    File {
        name: "decision.txt",
        media_type: "text/plain",
        octets: b"granted",
    },
    File {
        name: "annexes/决定 1.json",
        media_type: "application/json",
        octets: b"{}",
    },
];

/// A CAdES signature over octets elsewhere, at a level up to LT.
fn message(over: &[u8], level: Level) -> Vec<u8> {
    signed(SEAL, over, level)
}

/// The same by another key, at level B.
pub(crate) fn signed_by(key: &str, over: &[u8]) -> Vec<u8> {
    signed(key, over, Level::B)
}

fn signed(key: &str, over: &[u8], level: Level) -> Vec<u8> {
    let own = certificate(key);
    let digest = Digest::of(algorithm(key).digest(), over);
    let draft = Draft::cades(&digest, &own, algorithm(key), SEALED);
    let prepared = draft.prepare().expect("the parts go together");
    let signature = sign(key, &prepared.to_be_signed());
    let mut unsigned = Vec::new();
    if level >= Level::T {
        let stamp = token(signature.bytes(), SEALED + Duration::seconds(2), "tsa");
        unsigned.push(Attribute::signature_time_stamp(&stamp));
    }
    let chain = [own.der(), certificate("ca").der()].map(<[u8]>::to_vec);
    let plain = prepared.finish(&signature, &chain, &unsigned);
    if level < Level::Lt {
        return plain;
    }
    let at = SEALED + Duration::seconds(5);
    let mut extended = Extended::of(SignedData::parse(&plain).expect("a message"));
    extended.add_material(&Values {
        certificates: &["tsa", "ocsp"].map(|name| certificate(name).der().to_vec()),
        crls: &[crl("root", at)],
        ocsp_responses: &[SEAL, "tsa"].map(|name| ocsp(name, Status::Good, at)),
    });
    extended.encode()
}

pub(crate) fn finished(prepared: Prepared, level: Level) -> Vec<u8> {
    let signature = message(prepared.to_be_covered(), level);
    prepared.finish(&signature).expect("a package")
}

pub(crate) fn simple(level: Level) -> Vec<u8> {
    let prepared = Prepared::simple(&FILES[0], ProofKind::Signature).expect("a file");
    let package = finished(prepared, level);
    if level < Level::Lta {
        return package;
    }
    // The signature of a simple package is archived inside.
    let read = Asic::parse(&package).expect("a package");
    let signature = read.proofs().first().expect("one");
    let message = SignedData::parse(&signature.octets).expect("a message");
    let content = Digest::of(SHA256, FILES[0].octets);
    let archive = prepare_archive(&message, 0, &content).expect("a signer");
    let stamp = token_over(archive.imprint(), SEALED + Duration::seconds(9), "tsa");
    let archived = archive.finish(&stamp).expect("a token");
    with_replaced(&package, &signature.name, &archived).expect("nothing lists it")
}

pub(crate) fn extended(level: Level) -> Vec<u8> {
    let prepared = Prepared::extended(&FILES, ProofKind::Signature, SHA256).expect("files");
    let package = finished(prepared, level);
    if level < Level::Lta {
        return package;
    }
    archived(&package, Duration::seconds(9))
}

/// One more archive time-stamp, this long after sealing.
pub(crate) fn archived(package: &[u8], after: Duration) -> Vec<u8> {
    let prepared = Prepared::archive(package, SHA256).expect("manifests");
    let stamp = token(prepared.to_be_covered(), SEALED + after, "tsa");
    prepared.finish(&stamp).expect("a package")
}

pub(crate) fn judge(octets: &Vec<u8>, material: &Material) -> Report {
    judged_with(octets, &trust(), material, "default", AT)
}

pub(crate) fn formats(report: &Report) -> Vec<(&str, Option<&str>)> {
    let all = report.signatures.iter();
    all.map(|one| (one.format, one.level)).collect()
}

#[test]
fn both_forms_are_valid_and_have_no_answer() {
    for (package, format) in [
        (simple(Level::T), "ASiC-S with CAdES"),
        (extended(Level::T), "ASiC-E with CAdES"),
    ] {
        let report = judge(&package, &lists());
        assert_eq!(report.kind, Kind::Asic);
        assert_eq!(
            (report.verdict, report.answer),
            (Verdict::Valid, None),
            "{report:#?}"
        );
        assert_eq!(formats(&report), [(format, Some("B-T"))]);
        let held =
            transcript::inventory::Inventory::of(&verify::open(&package), &trust(), &lists());
        assert_eq!(held.signatures.len(), 1);
    }
}

#[test]
fn each_level_is_judged_with_what_it_carries() {
    for (level, name) in [
        (Level::B, "B-B"),
        (Level::T, "B-T"),
        (Level::Lt, "B-LT"),
        (Level::Lta, "B-LTA"),
    ] {
        for package in [simple(level), extended(level)] {
            let report = judge(&package, &lists());
            assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
            assert!(
                formats(&report).iter().any(|one| one.1 == Some(name)),
                "{name} {report:#?}"
            );
        }
    }
    let report = judge(&extended(Level::Lt), &Material::empty());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
}

#[test]
fn an_archive_manifest_holds_all_that_was_there_and_is_carried_on() {
    let once = extended(Level::Lta);
    let twice = archived(&once, Duration::seconds(20));
    let read = Asic::parse(&twice).expect("a package");
    assert!(
        read.manifest("META-INF/ASiCArchiveManifest001.xml")
            .is_some()
    );
    for package in [&once, &twice] {
        let report = judge(package, &lists());
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        let archive = ("ASiC-E archive time-stamp", None);
        assert!(formats(&report).contains(&archive));
    }
    // A signature that an archive lists is not exchanged any more.
    assert!(with_replaced(&once, "META-INF/signature001.p7s", b"x").is_err());
}

#[test]
fn a_second_signature_and_a_time_stamp_stand_beside_the_first() {
    let package = extended(Level::B);
    let beside = Prepared::beside(&package, ProofKind::Signature, SHA256).expect("manifests");
    let package = finished(beside, Level::T);
    let beside = Prepared::beside(&package, ProofKind::TimeStamp, SHA256).expect("manifests");
    let stamp = token(
        beside.to_be_covered(),
        SEALED + Duration::seconds(30),
        "tsa",
    );
    let package = beside.finish(&stamp).expect("a package");
    let report = judge(&package, &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signatures.len(), 3);
    assert_eq!(report.signatures[2].format, "ASiC-E time-stamp");
    let read = Asic::parse(&package).expect("a package");
    let first = read.file("META-INF/signature001.p7s").expect("the first");
    let same = with_replaced(&package, "META-INF/signature001.p7s", first).expect("it is there");
    assert_eq!(judge(&same, &lists()).verdict, Verdict::Valid);
}

#[test]
fn a_file_may_be_stamped_alone() {
    let prepared = Prepared::simple(&FILES[0], ProofKind::TimeStamp).expect("a file");
    let stamp = token(prepared.to_be_covered(), SEALED, "tsa");
    let package = prepared.finish(&stamp).expect("a package");
    let report = judge(&package, &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(formats(&report), [("ASiC-S time-stamp", None)]);
}

/// A record over these octets, this long after sealing.
pub(crate) fn record(over: &[u8], after: Duration) -> Vec<u8> {
    let mut tree = TreeBuilder::new(SHA256);
    let leaf = tree.push(&[Digest::of(SHA256, over)]).expect("a leaf");
    tree.push(&[Digest::of(SHA256, b"another document")])
        .expect("a leaf");
    let tree = tree.finish().expect("two leaves");
    let stamp = token_over(tree.root(), SEALED + after, "tsa");
    let stamped = tree.stamped(&stamp).expect("over the root");
    let first = stamped.archive_time_stamp(leaf).expect("a leaf");
    EvidenceRecord::begin(first).encode()
}

#[test]
fn evidence_records_prove_what_lies_beside_them() {
    let later = Duration::seconds(40);
    let prepared = Prepared::simple(&FILES[0], ProofKind::Record).expect("a file");
    let octets = record(prepared.to_be_covered(), later);
    let package = prepared.finish(&octets).expect("a package");
    let report = judge(&package, &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"record.proves"));
    let beside = Prepared::beside(&extended(Level::B), ProofKind::Record, SHA256);
    let beside = beside.expect("manifests");
    let octets = record(beside.to_be_covered(), later);
    let report = judge(&beside.finish(&octets).expect("a package"), &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signatures.len(), 2);
    // One over something else, and one that is none.
    for (octets, code) in [
        (record(b"other", later), "record.object-absent"),
        (b"?".to_vec(), "record.unreadable"),
    ] {
        let prepared = Prepared::simple(&FILES[0], ProofKind::Record).expect("a file");
        let report = judge(&prepared.finish(&octets).expect("a package"), &lists());
        assert_ne!(report.verdict, Verdict::Valid);
        assert_eq!(errors(&report), [code], "{report:#?}");
    }
}

/// All entries of a package as they stand, written anew after a change.
pub(crate) fn bent(package: &[u8], change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut read = ofd::Package::open(std::io::Cursor::new(package)).expect("a package");
    let names: Vec<String> = read
        .entries()
        .iter()
        .map(|one| one.name().to_owned())
        .collect();
    let mut entries: Vec<(String, Vec<u8>)> = names
        .into_iter()
        .map(|name| {
            let content = read.read(&name, 1 << 20).expect("there").expect("whole");
            (name, content)
        })
        .collect();
    change(&mut entries);
    let mut written = Change::empty();
    for (name, content) in entries {
        written.put_stored(&name, content);
    }
    written.finish().expect("a package")
}

pub(crate) fn content<'a>(entries: &'a mut [(String, Vec<u8>)], name: &str) -> &'a mut Vec<u8> {
    let found = entries.iter_mut().find(|(found, _)| found == name);
    &mut found.expect("it is there").1
}

fn replace(octets: &mut Vec<u8>, old: &str, new: &str) {
    let text = String::from_utf8(octets.clone()).expect("a text");
    assert!(text.contains(old), "{old}");
    *octets = text.replacen(old, new, 1).into_bytes();
}

pub(crate) const MANIFEST: &str = "META-INF/ASiCManifest001.xml";

/// A manifest changed and signed again, so that nothing but its content is wrong.
pub(crate) fn relisted(old: &str, new: &str) -> Vec<u8> {
    bent(&extended(Level::T), |entries| {
        let manifest = content(entries, MANIFEST);
        replace(manifest, old, new);
        let signed = message(&manifest.clone(), Level::T);
        *content(entries, "META-INF/signature001.p7s") = signed;
    })
}

pub(crate) type Entries = Vec<(String, Vec<u8>)>;
type Named = (&'static str, fn(&mut Entries), &'static str);

const EXTENDED: &[Named] = &[
    (
        "a file changed",
        |all| content(all, "decision.txt").push(b'!'),
        "asic.file-differs",
    ),
    (
        "a file taken out",
        |all| all.retain(|one| one.0 != "decision.txt"),
        "asic.file-missing",
    ),
    (
        "a file put in",
        |all| all.push(("more.txt".into(), b"more".to_vec())),
        "asic.file-unsigned",
    ),
    (
        "the manifest changed",
        |all| replace(content(all, MANIFEST), "text/plain", "text/html"),
        "cms.message-digest-differs",
    ),
    (
        "the manifest taken out",
        |all| all.retain(|one| one.0 != MANIFEST),
        "asic.structure",
    ),
    (
        "the signature taken out",
        |all| all.retain(|one| one.0 != "META-INF/signature001.p7s"),
        "asic.unsigned",
    ),
    (
        "a signature that no manifest names",
        |all| all.push(("META-INF/signature002.p7s".into(), b"0".to_vec())),
        "asic.structure",
    ),
    (
        "two manifests for one signature",
        |all| {
            let manifest = content(all, MANIFEST).clone();
            all.push(("META-INF/ASiCManifest002.xml".into(), manifest));
        },
        "asic.structure",
    ),
    (
        "a signature of a form that is not judged",
        |all| all.push(("META-INF/signatures.xml".into(), b"<a/>".to_vec())),
        "asic.structure",
    ),
    (
        "no mimetype",
        |all| {
            all.remove(0);
        },
        "asic.mimetype",
    ),
    ("mimetype not first", |all| all.swap(0, 1), "asic.mimetype"),
    (
        "another mimetype",
        |all| all[0].1 = b"application/vnd.etsi.asic-x+zip".to_vec(),
        "asic.mimetype",
    ),
    (
        "the type of the other form",
        |all| all[0].1 = b"application/vnd.etsi.asic-s+zip".to_vec(),
        "asic.structure",
    ),
    (
        "octets that are no signature",
        |all| *content(all, "META-INF/signature001.p7s") = b"x".to_vec(),
        "signature.cms-unreadable",
    ),
    (
        "a document type",
        |all| {
            replace(
                content(all, MANIFEST),
                "<asic:ASiCManifest",
                "<!DOCTYPE a [<!ENTITY b \"c\">]><asic:ASiCManifest",
            );
        },
        "asic.manifest",
    ),
    (
        "another namespace",
        |all| replace(content(all, MANIFEST), "02918/v1.2.1#", "02918/v1.2.2#"),
        "asic.manifest",
    ),
    (
        "a comment within a digest",
        |all| {
            replace(
                content(all, MANIFEST),
                "<ds:DigestValue>",
                "<ds:DigestValue><!-- -->",
            )
        },
        "asic.manifest",
    ),
];

#[test]
fn each_change_of_a_package_is_refused_for_its_reason() {
    let good = extended(Level::T);
    assert_eq!(
        judge(&bent(&good, |_| ()), &lists()).verdict,
        Verdict::Valid
    );
    for (name, change, code) in EXTENDED {
        let report = judge(&bent(&good, change), &lists());
        assert_ne!(report.verdict, Verdict::Valid, "{name}");
        assert!(errors(&report).contains(code), "{name} {report:#?}");
    }
    let report = judge(
        &bent(&good, |all| content(all, "decision.txt").push(b'!')),
        &lists(),
    );
    assert_eq!(
        report.signatures[0].sub_indication,
        Some(SubIndication::HashFailure)
    );
}

#[test]
fn what_a_signed_manifest_lists_is_held_to() {
    let file = "URI=\"decision.txt\"";
    for (name, old, new, code) in [
        ("climbs", file, "URI=\"../decision.txt\"", "asic.manifest"),
        ("absolute", file, "URI=\"/decision.txt\"", "asic.manifest"),
        ("fetched", file, "URI=\"http://a/b\"", "asic.manifest"),
        ("other file", file, "URI=\"decision\"", "asic.file-missing"),
        (
            "one file twice",
            file,
            "URI=\"annexes/%E5%86%B3%E5%AE%9A%201.json\"",
            "asic.manifest",
        ),
        (
            "weak digest",
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2001/04/xmldsig-more#md5",
            "asic.digest-unknown",
        ),
        (
            "unknown element",
            "<asic:DataObjectReference",
            "<asic:Other/><asic:DataObjectReference",
            "asic.manifest",
        ),
        (
            "critical extension",
            "<asic:DataObjectReference",
            "<asic:ASiCManifestExtensions><asic:Extension Critical=\"true\"/></asic:ASiCManifestExtensions><asic:DataObjectReference",
            "asic.manifest",
        ),
        (
            "other signature",
            "signature001.p7s",
            "signature009.p7s",
            "asic.structure",
        ),
    ] {
        let report = judge(&relisted(old, new), &lists());
        assert_ne!(report.verdict, Verdict::Valid, "{name}");
        assert!(errors(&report).contains(&code), "{name} {report:#?}");
    }
    let digest = Digest::of(DigestAlgorithm::Sha1, b"granted");
    use base64::Engine as _;
    let strong = base64::engine::general_purpose::STANDARD.encode(crypto::sha256(b"granted"));
    let weak = base64::engine::general_purpose::STANDARD.encode(digest.bytes());
    let package = bent(&extended(Level::T), |entries| {
        let manifest = content(entries, MANIFEST);
        replace(manifest, &strong, &weak);
        replace(
            manifest,
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2000/09/xmldsig#sha1",
        );
        let signed = message(&manifest.clone(), Level::T);
        *content(entries, "META-INF/signature001.p7s") = signed;
    });
    let report = judge(&package, &lists());
    assert!(errors(&report).contains(&"asic.digest-weak"), "{report:#?}");
}

#[test]
fn a_simple_package_has_one_file_and_one_proof() {
    let good = simple(Level::T);
    let cases: [Named; 5] = [
        (
            "the file in a folder",
            |all| {
                let file = all.iter_mut().find(|one| one.0 == "decision.txt");
                file.expect("it is there").0 = "a/decision.txt".to_owned();
            },
            "asic.structure",
        ),
        (
            "the file changed",
            |all| content(all, "decision.txt").push(b'!'),
            "cms.message-digest-differs",
        ),
        (
            "two files",
            |all| all.push(("more.txt".into(), b"more".to_vec())),
            "asic.structure",
        ),
        (
            "two signatures",
            |all| all.push(("META-INF/timestamp.tst".into(), b"0".to_vec())),
            "asic.structure",
        ),
        (
            "no file",
            |all| all.retain(|one| one.0 != "decision.txt"),
            "asic.structure",
        ),
    ];
    for (name, change, code) in cases {
        let report = judge(&bent(&good, change), &lists());
        assert_eq!(report.verdict, Verdict::Invalid, "{name}");
        assert_eq!(errors(&report), [code], "{name}");
    }
}

#[test]
fn the_zip_around_it_is_read_strictly() {
    let good = extended(Level::T);
    let at = |needle: &[u8]| {
        let found = good.windows(needle.len()).position(|one| one == needle);
        found.expect("it is there")
    };
    let local = at(b"decision.txt");
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut octets = good.clone();
        change(&mut octets);
        errors(&judge(&octets, &lists())).join(" ")
    };
    assert_eq!(changed(&|octets| octets.push(0)), "asic.stray-octets");
    assert_eq!(
        changed(&|octets| octets[local] = b'D'),
        "asic.headers-differ"
    );
    assert_eq!(
        changed(&|octets| {
            let end = local + "decision.txt".len();
            octets[end] ^= 0x55;
        }),
        "asic.damaged"
    );
    let prefixed = [b"#!/bin/sh\n".to_vec(), good.clone()].concat();
    assert_ne!(judge(&prefixed, &lists()).verdict, Verdict::Valid);
    let renamed = |name: &[u8; 12]| {
        changed(&|octets| {
            let mut from = 0;
            while let Some(found) = octets[from..]
                .windows(12)
                .position(|one| one == b"decision.txt")
            {
                octets[from + found..from + found + 12].copy_from_slice(name);
                from += found + 12;
            }
        })
    };
    assert_eq!(renamed(b"../ision.txt"), "asic.path");
    // The same name but for case is one name to some.
    assert_eq!(renamed(b"MIMETYPE/txt"), "asic.duplicate");
}
