//! Signatures judged by the digest of their content, where nobody hands the content in.

use ::jades::{Content, Named, Token};
use crypto::{Digest, DigestAlgorithm};
use verify::facts::{ContentDigest, NoDigest, described_by};
use verify::{Case, Material, Report, SubIndication, Verdict};

use crate::archives::{CONTENT, archived, level_b, level_lt, material};
use crate::hierarchy::{AT, SEAL, trust};
use crate::jades::{Level, OBJECTS, by_hash, by_uri, carried, inside, lists, signed};
use crate::maker::{codes, errors, judged_with, sub};
use crate::messages::attached;

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;

/// `sha256:VALUE`, of octets.
fn written(algorithm: DigestAlgorithm, octets: &[u8]) -> String {
    let name = format!("{algorithm:?}").to_lowercase();
    let digest = Digest::of(algorithm, octets);
    format!("{name}:{}", verify::report::hex(digest.bytes()))
}

fn given(texts: &[String]) -> Vec<ContentDigest> {
    let read = texts.iter().map(|text| ContentDigest::parse(text));
    read.collect::<Result<_, _>>().expect("digests")
}

/// Judged beside what the digests say, and what else is at hand.
fn judge(octets: &Vec<u8>, mut beside: Material, texts: &[String]) -> Report {
    let all = described_by(&given(texts), &Case::open(octets), &[]);
    beside.describe(all.expect("digests that stand for the content"));
    judged_with(octets, &trust(), &beside, "default", AT)
}

fn refused(octets: &Vec<u8>, texts: &[String], offered: &[&str]) -> NoDigest {
    let offered: Vec<String> = offered.iter().map(|name| (*name).to_owned()).collect();
    let refused = described_by(&given(texts), &Case::open(octets), &offered);
    refused.expect_err("nothing that stands for the content")
}

/// What a verdict comes to, without that nobody saw the content.
fn comes_to(report: &Report) -> (Verdict, Option<&'static str>, Vec<&'static str>) {
    let mut found = codes(report);
    found.retain(|code| *code != "signature.content-digest");
    (report.verdict, report.signatures[0].level, found)
}

fn says(report: &Report, code: &str) -> bool {
    codes(report).contains(&code)
}

#[test]
fn a_message_comes_to_the_same_by_digest_and_says_that_nobody_saw_its_content() {
    for message in [level_b(), level_lt()] {
        let whole = judged_with(&message, &trust(), &material(Some(CONTENT)), "default", AT);
        let report = judge(&message, material(None), &[written(SHA256, CONTENT)]);
        assert!(says(&report, "signature.content-digest"), "{report:#?}");
        assert!(!says(&whole, "signature.content-digest"));
        assert_eq!(comes_to(&report), comes_to(&whole));
    }
    // One bit of the digest, wherever.
    let message = level_lt();
    for at in 0..32 {
        let mut value = Digest::of(SHA256, CONTENT).bytes().to_vec();
        value[at] ^= 1 << (at % 8);
        let text = format!("sha256:{}", verify::report::hex(&value));
        let report = judge(&message, material(None), &[text]);
        assert_eq!(report.verdict, Verdict::Invalid);
        assert_eq!(sub(&report), Some(SubIndication::HashFailure));
        assert_eq!(errors(&report), ["cms.message-digest-differs"]);
    }
}

/// EN 319 122-1 5.5.3: the archive time-stamp takes the content by an algorithm of its own.
#[test]
fn an_archive_by_another_digest_than_the_one_given_is_never_valid() {
    let archived = archived(
        &level_lt(),
        crate::hierarchy::SEALED + time::Duration::minutes(10),
    );
    let whole = judged_with(&archived, &trust(), &material(Some(CONTENT)), "default", AT);
    assert_eq!(whole.signatures[0].level, Some("B-LTA"));
    let own = written(SHA256, CONTENT);
    let report = judge(&archived, material(None), std::slice::from_ref(&own));
    assert_eq!(report.verdict, Verdict::Indeterminate, "{report:#?}");
    assert_eq!(sub(&report), Some(SubIndication::SignedDataNotFound));
    assert_eq!(errors(&report), ["signature.content-unseen"]);
    assert_eq!(report.signatures[0].level, Some("B-LT"));
    assert!(!says(&report, "tsp.imprint-weak"), "{report:#?}");
    // Both digests, and it is what it is with the content.
    let of_archive = written(DigestAlgorithm::Sha512, CONTENT);
    let report = judge(&archived, material(None), &[own.clone(), of_archive]);
    assert_eq!(comes_to(&report), comes_to(&whole));
    // A wrong one for the archive proves nothing, as another content does.
    let wrong = written(DigestAlgorithm::Sha512, b"other");
    let report = judge(&archived, material(None), &[own, wrong]);
    assert_eq!(report.signatures[0].level, Some("B-LT"), "{report:#?}");
    assert!(says(&report, "tsp.imprint-differs"), "{report:#?}");
}

/// By digests of the octets as they are: `b64` is false.
fn by_digest() -> Token {
    let digests = OBJECTS.map(|one| Digest::of(SHA256, one.octets));
    let named = [0, 1].map(|at| Named {
        uri: OBJECTS[at].uri,
        media_type: OBJECTS[at].media_type,
        digest: &digests[at],
    });
    signed(SEAL, Content::ByDigest(&named), SHA256)
}

fn of_objects() -> Vec<String> {
    let named = |one: ::jades::Object<'_>| format!("{}@{}", written(SHA256, one.octets), one.uri);
    OBJECTS.map(named).to_vec()
}

#[test]
fn a_jades_signature_comes_to_the_same_by_digest_until_an_archive_takes_the_objects() {
    for level in [Level::B, Level::T, Level::Lt] {
        let json = carried(by_digest(), level).flattened().into_bytes();
        let whole = judged_with(&json, &trust(), &crate::jades::offered(), "default", AT);
        let report = judge(&json, lists(), &of_objects());
        assert!(says(&report, "signature.content-digest"), "{report:#?}");
        assert_eq!(comes_to(&report), comes_to(&whole));
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    }
    // TS 119 182-1 5.3.6.3.1: the objects themselves.
    let json = carried(by_digest(), Level::Lta).flattened().into_bytes();
    let report = judge(&json, lists(), &of_objects());
    assert_eq!(report.verdict, Verdict::Indeterminate, "{report:#?}");
    assert_eq!(errors(&report), ["signature.content-unseen"]);
    let whole = judged_with(&json, &trust(), &crate::jades::offered(), "default", AT);
    assert_eq!(comes_to(&whole).1, Some("B-LTA"));
    // Of another object.
    let mut other = of_objects();
    other[1] = format!("{}@annex.json", written(SHA256, b"[]"));
    let json = by_digest().flattened().into_bytes();
    let report = judge(&json, lists(), &other);
    assert_eq!(report.verdict, Verdict::Invalid, "{report:#?}");
    assert_eq!(errors(&report), ["jades.content-differs"]);
    // Of one alone: the other one is wanting.
    let report = judge(&json, lists(), &of_objects()[..1]);
    assert_eq!(errors(&report), ["signature.content-absent"]);
}

#[test]
fn a_digest_that_does_not_stand_for_the_content_of_a_message_is_refused() {
    let message = level_lt();
    let own = written(SHA256, CONTENT);
    let wrong = NoDigest::Algorithm("sha-256");
    for algorithm in [DigestAlgorithm::Sha512, DigestAlgorithm::Sm3] {
        assert_eq!(
            refused(&message, &[written(algorithm, CONTENT)], &[]),
            wrong
        );
    }
    let twice = [own.clone(), own.clone()];
    assert_eq!(refused(&message, &twice, &[]), NoDigest::Repeated);
    let named = [format!("{own}@content.txt")];
    assert_eq!(refused(&message, &named, &[]), NoDigest::Name);
    let both = refused(&message, std::slice::from_ref(&own), &["content.txt"]);
    assert_eq!(both, NoDigest::Both);
    // What holds its content, and what is no message.
    let inside = inside().flattened().into_bytes();
    for whole in [attached(SEAL), inside, b"%PDF-1.7\n".to_vec()] {
        let refused = refused(&whole, std::slice::from_ref(&own), &[]);
        assert_eq!(refused, NoDigest::Nothing);
    }
    let none = described_by(&[], &Case::open(&message), &["content.txt".to_owned()]);
    assert_eq!(none, Ok(Vec::new()));
}

#[test]
fn a_digest_that_does_not_stand_for_the_objects_of_a_jades_signature_is_refused() {
    let octets = |token: Token| token.flattened().into_bytes();
    let (own, all) = (written(SHA256, CONTENT), of_objects());
    // Two files, and it does not say which.
    let one = refused(&octets(by_digest()), &[own], &[]);
    assert_eq!(one, NoDigest::Name);
    let both = refused(&octets(by_digest()), &all, &["annex.json"]);
    assert_eq!(both, NoDigest::Both);
    // 5.2.8.3.3: the digest of the base64url form; 5.2.8.3.2: the octets.
    for other in [by_hash(), by_uri()] {
        assert_eq!(refused(&octets(other), &all, &[]), NoDigest::Form);
    }
}
