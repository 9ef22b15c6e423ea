//! Proofs for the long term: archive time-stamps of CAdES, and evidence records beside an artefact or by themselves.

use crypto::{Digest, DigestAlgorithm};
use evidence::cms::{
    Attribute, Draft, Extended, Material as Proofs, SignedData, prepare_archive,
    with_unsigned_attribute,
};
use pki::crl::{Reason, Revoked};
use records::{EvidenceRecord, TreeBuilder};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::report::TimeSource;
use verify::{Kind, Material, Report, SubIndication, Supplied, Verdict};

use crate::hierarchy::{AT, SEAL, SEALED, algorithm, certificate, crl, crl_of, sign, trust};
use crate::maker::{codes, errors, judged_with, sub, token, token_over};

pub(crate) const CONTENT: &[u8] = b"a decision in plain text";
const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
/// The certificate of the seal has ended, that of the time-stamps has not.
const LATER: UtcDateTime = utc_datetime!(2029-06-01 12:00);

fn parse(octets: &[u8]) -> SignedData {
    SignedData::parse(octets).expect("a message")
}

/// Detached, without any time-stamp.
pub(crate) fn level_b() -> Vec<u8> {
    let seal = certificate(SEAL);
    let digest = Digest::of(SHA256, CONTENT);
    let draft = Draft::cades(&digest, &seal, algorithm(SEAL), SEALED)
        .prepare()
        .expect("the parts go together");
    let signature = sign(SEAL, &draft.to_be_signed());
    let chain = [seal.der(), certificate("ca").der()].map(<[u8]>::to_vec);
    draft.finish(&signature, &chain, &[])
}

/// With all that proves it.
pub(crate) fn level_lt() -> Vec<u8> {
    let b = parse(&level_b());
    let value = b.signers()[0].signature();
    let stamp = token(value, SEALED + Duration::seconds(1), "tsa");
    let t = with_unsigned_attribute(&b, Attribute::signature_time_stamp(&stamp));
    let mut extended = Extended::of(parse(&t.expect("a signer")));
    let lists = ["root", "ca"].map(|issuer| crl(issuer, SEALED + Duration::minutes(5)));
    extended.add_material(&Proofs {
        certificates: &[certificate("tsa").der().to_vec()],
        crls: &lists,
        ocsp_responses: &[],
    });
    extended.encode()
}

pub(crate) fn archived(message: &[u8], moment: UtcDateTime) -> Vec<u8> {
    let digest = Digest::of(DigestAlgorithm::Sha512, CONTENT);
    let prepared = prepare_archive(&parse(message), 0, &digest).expect("a signer");
    let stamp = token_over(prepared.imprint(), moment, "tsa");
    prepared.finish(&stamp).expect("a token")
}

pub(crate) fn material(content: Option<&[u8]>) -> Material {
    let mut material = Material::empty();
    if let Some(content) = content {
        let taken = material.offer("content.txt", content.to_vec());
        assert_eq!(taken, Supplied::Taken);
    }
    material
}

fn judge(octets: &Vec<u8>, material: &Material, at: UtcDateTime) -> Report {
    judged_with(octets, &trust(), material, "default", at)
}

#[test]
fn levels_are_told_as_far_as_they_prove_something() {
    let lt = level_lt();
    let lta = archived(&lt, SEALED + Duration::minutes(10));
    let twice = archived(&lta, SEALED + Duration::minutes(20));
    for (message, level) in [(&lt, "B-LT"), (&lta, "B-LTA"), (&twice, "B-LTA")] {
        let report = judge(message, &material(Some(CONTENT)), AT);
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        assert_eq!(report.signatures[0].level, Some(level));
    }
}

#[test]
fn a_bad_archive_time_stamp_proves_nothing() {
    let lt = level_lt();
    let moment = SEALED + Duration::minutes(10);
    let lta = archived(&lt, moment);
    let given = material(Some(CONTENT));
    let told = |message: &[u8]| {
        let report = judge(&message.to_vec(), &given, AT);
        (report.signatures[0].level, codes(&report))
    };
    // Something that it covers was taken out: the lists.
    let mut bare = Extended::of(parse(&level_b()));
    for attribute in parse(&lta).signers()[0].unsigned_attributes() {
        bare.add_attribute(0, attribute.clone()).expect("a signer");
    }
    let (level, found) = told(&bare.encode());
    assert_eq!(level, Some("B-B"));
    assert!(found.contains(&"archive.index-dangling"), "{found:?}");

    let with = |value: Vec<u8>| {
        let kind = evidence::cms::oids::ARCHIVE_TIME_STAMP_V3;
        with_unsigned_attribute(&parse(&lt), Attribute::new(kind, value)).expect("a signer")
    };
    let (level, found) = told(&with(asn1::write::null()));
    assert_eq!(level, Some("B-LT"));
    assert!(found.contains(&"archive.token"), "{found:?}");
    // A token without an index, and one over another message.
    let plain = token(b"anything", moment, "tsa");
    let (_, found) = told(&with(plain));
    assert!(found.contains(&"archive.index-absent"), "{found:?}");
    let other = parse(&archived(&level_b(), moment));
    let other = other.signers()[0]
        .archive_time_stamps()
        .next()
        .expect("one");
    let (level, found) = told(&with(other.to_vec()));
    assert_eq!(level, Some("B-LT"));
    assert!(found.contains(&"tsp.imprint-differs"), "{found:?}");
}

/// A record with one time-stamp over a document among others.
fn record(octets: &[u8], moment: UtcDateTime) -> EvidenceRecord {
    let mut builder = TreeBuilder::new(SHA256);
    for leaf in [b"one".as_slice(), octets, b"two"] {
        builder.push(&[Digest::of(SHA256, leaf)]).expect("a leaf");
    }
    let tree = builder.finish().expect("a tree");
    let stamp = token_over(tree.root(), moment, "tsa");
    let stamped = tree.stamped(&stamp).expect("over the root");
    EvidenceRecord::begin(stamped.archive_time_stamp(1).expect("a leaf"))
}

fn lists(material: &mut Material, at: UtcDateTime) {
    for issuer in ["root", "ca"] {
        let list = crl(issuer, at);
        assert_eq!(material.add("a.crl", &list), Supplied::Taken);
    }
}

#[test]
fn a_record_beside_a_signature_proves_when_it_was_there() {
    let b = level_b();
    let moment = SEALED + Duration::minutes(1);
    let mut given = material(Some(CONTENT));
    lists(&mut given, AT - Duration::hours(1));
    let bare = judge(&b, &given, AT);
    assert_eq!(bare.signatures[0].level, Some("B-B"));
    let octets = record(&b, moment).encode();
    assert_eq!(given.add("message.ers", &octets), Supplied::Taken);
    let report = judge(&b, &given, AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"record.proves"));
    assert_eq!(
        report.signatures[0].time_source,
        TimeSource::DocumentTimeStamp
    );
    let told = report.signatures[0].signing_time.as_deref();
    assert_eq!(told, Some("2026-06-10T08:43:10Z"));
}

#[test]
fn a_record_keeps_a_signature_alive_beyond_its_certificate() {
    let lt = level_lt();
    let mut given = material(Some(CONTENT));
    lists(&mut given, LATER - Duration::hours(1));
    let b = level_b();
    // Nothing proves that it was made in time.
    let bare = judge(&b, &given, LATER);
    assert_eq!(bare.verdict, Verdict::Indeterminate);
    for message in [&b, &lt] {
        let mut given = given.clone();
        let octets = record(message, SEALED + Duration::hours(1)).encode();
        assert_eq!(given.add("message.ers", &octets), Supplied::Taken);
        let report = judge(message, &given, LATER);
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    }
}

#[test]
fn a_record_whose_authority_was_revoked_proves_nothing() {
    let octets = record(CONTENT, SEALED).encode();
    let judged = |entry: Option<Revoked>| {
        let mut given = material(Some(CONTENT));
        given.add("a.crl", &crl("root", AT - Duration::hours(1)));
        given.add("a.crl", &crl_of("ca", AT - Duration::hours(1), entry));
        judge(&octets, &given, AT)
    };
    assert_eq!(judged(None).verdict, Verdict::Valid);
    // Afterwards, too: nothing proves that the token is older than that.
    let (before, after) = (SEALED - Duration::hours(1), SEALED + Duration::hours(1));
    for (since, reason) in [
        (before, Reason::Superseded),
        (before, Reason::KeyCompromise),
        (after, Reason::KeyCompromise),
    ] {
        let report = judged(Some(Revoked {
            serial: *certificate("tsa").serial(),
            since,
            reason,
            invalid_since: None,
        }));
        assert_eq!(report.verdict, Verdict::Indeterminate, "{report:#?}");
        assert_eq!(sub(&report), Some(SubIndication::NoPoe), "{since}");
        assert_eq!(errors(&report), ["path.revoked"], "{since} {report:#?}");
        assert!(!codes(&report).contains(&"record.proves"), "{since}");
    }
}

#[test]
fn a_record_about_something_else_is_told_and_weighs_nothing() {
    let b = level_b();
    let mut given = material(Some(CONTENT));
    lists(&mut given, AT - Duration::hours(1));
    let octets = record(b"another message", SEALED).encode();
    assert_eq!(given.add("message.ers", &octets), Supplied::Taken);
    let report = judge(&b, &given, AT);
    assert!(codes(&report).contains(&"record.object-absent"));
    assert!(!codes(&report).contains(&"record.proves"));
    assert_eq!(report.signatures[0].level, Some("B-B"));
    assert_eq!(given.add("other.ers", b"no record"), Supplied::Refused);
}

#[test]
fn a_record_by_itself_is_judged_over_the_documents_beside_it() {
    let octets = record(CONTENT, SEALED).encode();
    let mut given = material(Some(CONTENT));
    lists(&mut given, AT - Duration::hours(1));
    let report = judge(&octets, &given, AT);
    assert_eq!(report.kind, Kind::Record);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signatures[0].format, "RFC 4998");
    assert_eq!(
        report.signatures[0].signing_time.as_deref(),
        Some("2026-06-10T08:42:10Z")
    );

    let mut other = material(Some(b"another decision"));
    lists(&mut other, AT - Duration::hours(1));
    let report = judge(&octets, &other, AT);
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(sub(&report), Some(SubIndication::HashFailure));
    assert_eq!(errors(&report), ["record.object-absent"]);

    let report = judge(&octets, &material(None), AT);
    assert_eq!(report.verdict, Verdict::Indeterminate);
    assert_eq!(sub(&report), Some(SubIndication::SignedDataNotFound));

    let broken = octets[..octets.len() - 1].to_vec();
    let report = judge(&broken, &given, AT);
    assert_eq!(errors(&report), ["record.unreadable"]);
    // From a list of its authority nothing is known: the token proves nothing.
    let report = judge(&octets, &material(Some(CONTENT)), AT);
    assert_eq!(report.verdict, Verdict::Indeterminate);
}
