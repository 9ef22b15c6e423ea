//! Packages that were put together by somebody who has no key of the signer's, but everything that anyone is given: time-stamps,
//! records, parts of other good packages.

use asic::{Asic, Prepared, ProofKind};
use crypto::DigestAlgorithm;
use evidence::cms::{Extended, SignedData};
use time::Duration;
use verify::{Report, SubIndication, Verdict};

use crate::asic::{
    Entries, MANIFEST, archived, bent, content, extended, finished, judge, record, relisted,
    signed_by, simple,
};
use crate::hierarchy::SEALED;
use crate::jades::{Level, lists};
use crate::maker::{errors, token};

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
const SECOND: &str = "META-INF/ASiCManifest002.xml";

fn judged(package: &Vec<u8>) -> Report {
    judge(package, &lists())
}

/// A signed package with a file more, which a proof of this kind is over together with all that was signed.
fn joined(kind: ProofKind, name: &str) -> Vec<u8> {
    let more = bent(&extended(Level::T), |all| {
        all.push((name.to_owned(), b"not granted".to_vec()));
    });
    let beside = Prepared::beside(&more, kind, SHA256).expect("manifests");
    let over = beside.to_be_covered();
    let later = Duration::seconds(30);
    let proof = match kind {
        ProofKind::TimeStamp => token(over, SEALED + later, "tsa"),
        _ => record(over, later),
    };
    beside.finish(&proof).expect("a package")
}

#[test]
fn a_time_stamp_makes_no_file_one_that_was_signed() {
    for kind in [ProofKind::TimeStamp, ProofKind::Record] {
        let good = joined(kind, "annexes/more.txt");
        let report = judged(&good);
        assert_eq!(report.verdict, Verdict::Invalid, "{kind:?} {report:#?}");
        assert_eq!(errors(&report), ["asic.file-unsigned"], "{kind:?}");
        assert_eq!(report.sub_indication, Some(SubIndication::FormatFailure));
        let all = report.findings.iter();
        let named = all.filter(|one| one.text.contains("annexes/more.txt"));
        assert_eq!(named.count(), 1);
    }
}

#[test]
fn a_stranger_beside_the_signer_is_seen() {
    let package = extended(Level::B);
    let read = Asic::parse(&package).expect("a package");
    let signature = &read.proofs()[0];
    let over = read.file(MANIFEST).expect("the manifest");
    let message = |octets: &[u8]| SignedData::parse(octets).expect("a message");
    let mut both = Extended::of(message(&signature.octets));
    both.add_signers(message(&signed_by("status", over)))
        .expect("the same content");
    let both = both.encode();
    let bent = bent(&package, |all| {
        content(all, &signature.name).clone_from(&both)
    });
    let report = judged(&bent);
    let mut each: Vec<Verdict> = report.signatures.iter().map(|one| one.verdict).collect();
    each.sort_by_key(|verdict| *verdict != Verdict::Valid);
    assert_eq!(each, [Verdict::Valid, Verdict::Indeterminate]);
    assert_eq!(report.verdict, Verdict::Indeterminate, "{report:#?}");
    assert_eq!(errors(&report), ["path.purpose"]);
}

#[test]
fn a_second_signature_vouches_for_what_it_lists() {
    let more = bent(&extended(Level::T), |all| {
        all.push(("more.txt".to_owned(), b"granted, too".to_vec()));
    });
    assert_eq!(errors(&judged(&more)), ["asic.file-unsigned"]);
    let beside = Prepared::beside(&more, ProofKind::Signature, SHA256).expect("manifests");
    let report = judged(&finished(beside, Level::T));
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
}

/// Two signatures over one package, each with its manifest; the second lists a file more.
fn twice() -> Vec<u8> {
    let more = bent(&extended(Level::T), |all| {
        all.push(("more.txt".to_owned(), b"granted, too".to_vec()));
    });
    let beside = Prepared::beside(&more, ProofKind::Signature, SHA256).expect("manifests");
    finished(beside, Level::T)
}

fn swap(all: &mut Entries, one: &str, other: &str) {
    let first = content(all, one).clone();
    let second = std::mem::replace(content(all, other), first);
    *content(all, one) = second;
}

#[test]
fn parts_of_two_signatures_do_not_stand_for_each_other() {
    let good = twice();
    assert_eq!(judged(&good).verdict, Verdict::Valid);
    // Which signature a manifest belongs to is said inside it, and signed; its own name says nothing.
    let renamed = bent(&good, |all| swap(all, MANIFEST, SECOND));
    assert_eq!(judged(&renamed).verdict, Verdict::Valid);
    let (one, other) = ("META-INF/signature001.p7s", "META-INF/signature002.p7s");
    for (name, package, code) in [
        (
            "signatures",
            bent(&good, |all| swap(all, one, other)),
            "cms.message-digest-differs",
        ),
        (
            "one signature for both",
            bent(&good, |all| {
                let first = content(all, one).clone();
                *content(all, other) = first;
            }),
            "cms.message-digest-differs",
        ),
        (
            "one manifest for both",
            bent(&good, |all| {
                let first = content(all, MANIFEST).clone();
                *content(all, SECOND) = first;
            }),
            "asic.structure",
        ),
        (
            "the wider signature taken out",
            bent(&good, |all| {
                all.retain(|(name, _)| name != SECOND && name != other);
            }),
            "asic.file-unsigned",
        ),
        (
            "files in each other's place",
            bent(&good, |all| swap(all, "decision.txt", "more.txt")),
            "asic.file-differs",
        ),
    ] {
        let report = judged(&package);
        assert_eq!(report.verdict, Verdict::Invalid, "{name} {report:#?}");
        assert!(errors(&report).contains(&code), "{name} {report:#?}");
    }
}

#[test]
fn a_manifest_says_one_thing_in_one_way() {
    let file = "URI=\"decision.txt\"";
    for (name, old, new, code) in [
        (
            "named by other letters as well",
            "URI=\"annexes/%E5%86%B3%E5%AE%9A%201.json\"",
            "URI=\"%64ecision.txt\"",
            "asic.manifest",
        ),
        (
            "the digest of nothing",
            file,
            "URI=\"mimetype\"",
            "asic.file-missing",
        ),
        (
            "another case",
            file,
            "URI=\"Decision.txt\"",
            "asic.file-missing",
        ),
        (
            "two signatures",
            "<asic:DataObjectReference",
            "<asic:SigReference URI=\"META-INF/signature002.p7s\"/><asic:DataObjectReference",
            "asic.manifest",
        ),
    ] {
        let report = judged(&relisted(old, new));
        assert_ne!(report.verdict, Verdict::Valid, "{name}");
        assert!(errors(&report).contains(&code), "{name} {report:#?}");
    }
}

#[test]
fn an_archive_whose_chain_is_cut_is_no_archive() {
    let once = extended(Level::Lta);
    let again = archived(&once, Duration::seconds(40));
    assert_eq!(judged(&again).verdict, Verdict::Valid);
    let read = Asic::parse(&again).expect("a package");
    let names: Vec<String> = read.files().map(|(name, _)| name.to_owned()).collect();
    let manifests = names.iter().filter(|name| name.contains("Archive"));
    let manifests: Vec<&String> = manifests.collect();
    let [first, second] = manifests.as_slice() else {
        panic!("{names:?}");
    };
    let stamp = |manifest: &str| read.manifest(manifest).expect("it is there").proof.clone();
    // The older one gone: the newer one lists what is not there.
    let oldest = if read.manifest(first).expect("it").references.len()
        < read.manifest(second).expect("it").references.len()
    {
        *first
    } else {
        *second
    };
    let gone = [oldest.clone(), stamp(oldest)];
    let cut = bent(&again, |all| all.retain(|(name, _)| !gone.contains(name)));
    let report = judged(&cut);
    assert_eq!(report.verdict, Verdict::Indeterminate, "{report:#?}");
    assert_eq!(
        errors(&report),
        ["asic.file-missing", "asic.file-missing"],
        "{report:#?}"
    );
    // The manifest alone gone, or its token.
    for name in gone {
        let cut = bent(&again, |all| all.retain(|(found, _)| *found != name));
        let report = judged(&cut);
        assert_eq!(report.verdict, Verdict::Invalid, "{report:#?}");
        assert_eq!(errors(&report), ["asic.structure"], "{report:#?}");
    }
}

#[test]
fn the_type_of_a_package_is_said_exactly() {
    let of = |package: Vec<u8>, written: &[u8]| {
        let bent = bent(&package, |all| *content(all, "mimetype") = written.to_vec());
        let report = judged(&bent);
        assert_ne!(report.verdict, Verdict::Valid, "{written:?}");
        errors(&report).join(" ")
    };
    let simple_type: &[u8] = b"application/vnd.etsi.asic-s+zip";
    let extended_type: &[u8] = b"application/vnd.etsi.asic-e+zip";
    assert_eq!(of(extended(Level::T), simple_type), "asic.structure");
    assert_eq!(of(simple(Level::T), extended_type), "asic.structure");
    for written in [
        [extended_type, b"\n"].concat(),
        [b"\xef\xbb\xbf", extended_type].concat(),
        extended_type.to_ascii_uppercase(),
        [extended_type, b";v=1"].concat(),
    ] {
        let found = of(extended(Level::T), &written);
        assert_eq!(found, "asic.mimetype", "{written:?}");
    }
}
