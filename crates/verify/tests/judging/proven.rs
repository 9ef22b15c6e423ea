//! What is proven of signatures by records beside them, whatever their format, and by deltas and several answers.

use crypto::{Digest, DigestAlgorithm};
use evidence::ocsp::Status;
use pki::crl::Reason;
use records::{EvidenceRecord, TreeBuilder};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::{Material, Report, SubIndication as Sub, Supplied, Verdict};

use crate::hierarchy::{SEAL, SEALED, crl, ocsp, trust};
use crate::indications::{Case, LISTED, STAMPED, lists};
use crate::jades::Level;
use crate::maker::{Recipe, codes, errors, judged_with, token_over};
use crate::world::{Entries, Signing, delta, list, with_stamp, with_store};
use crate::{asic, jades};

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
/// The certificate of the seal has ended, that of the time-stamps has not.
const LATER: UtcDateTime = utc_datetime!(2029-06-01 12:00);

/// A record over these octets, stamped by this authority.
pub(crate) fn record(octets: &[u8], moment: UtcDateTime, authority: &str) -> Vec<u8> {
    let mut builder = TreeBuilder::new(SHA256);
    for leaf in [octets, b"another"] {
        builder.push(&[Digest::of(SHA256, leaf)]).expect("a leaf");
    }
    let tree = builder.finish().expect("a tree");
    let stamp = token_over(tree.root(), moment, authority);
    let stamped = tree.stamped(&stamp).expect("over the root");
    EvidenceRecord::begin(stamped.archive_time_stamp(0).expect("a leaf")).encode()
}

#[test]
fn a_record_beside_json_or_a_package_keeps_it_alive_beyond_its_certificate() {
    let inside = jades::carried(jades::inside(), Level::B).flattened();
    let files = [
        ("JAdES", inside.into_bytes()),
        ("ASiC-S", asic::simple(Level::B)),
        ("ASiC-E", asic::extended(Level::B)),
    ];
    for (name, octets) in files {
        let mut given = Material::empty();
        for issuer in ["root", "ca"] {
            given.add("a.crl", &crl(issuer, LATER - Duration::HOUR));
        }
        let judged = |given: &Material| judged_with(&octets, &trust(), given, "default", LATER);
        let bare = judged(&given);
        assert_ne!(bare.verdict, Verdict::Valid, "{name}: {bare:#?}");
        let taken = given.add("it.ers", &record(&octets, SEALED + Duration::HOUR, "tsa"));
        assert_eq!(taken, Supplied::Taken);
        let report = judged(&given);
        assert_eq!(report.verdict, Verdict::Valid, "{name}: {report:#?}");
        assert!(codes(&report).contains(&"record.proves"));
    }
}

/// The verdict, and the codes that weigh, of a file without a time-stamp whose seal was put on hold and released.
fn released(answers: &[(Status, Duration)], at: UtcDateTime) -> (Verdict, Vec<&'static str>) {
    let file = Recipe {
        stamp: None,
        store: None,
        ..Recipe::default()
    };
    let mut material = Material::empty();
    material.add("a.crl", &crl("root", at));
    for (status, ago) in answers {
        material.add("a.ocsp", &ocsp(SEAL, *status, at - *ago));
    }
    let report = judged_with(&file.make(), &trust(), &material, "default", at);
    let signature = report.signatures.first().expect("a signature");
    let verdict = signature.verdict;
    let mut found = errors(&report);
    found.retain(|code| code.starts_with("path."));
    (verdict, found)
}

#[test]
fn a_hold_that_a_newer_answer_lifted_is_none_and_a_revocation_is_never_lifted() {
    let at = utc_datetime!(2026-07-02 12:00);
    let since = at - Duration::hours(30);
    let stopped = |reason| Status::Revoked { at: since, reason };
    let (old, new) = (Duration::hours(20), Duration::HOUR);
    let hold = stopped(Reason::CertificateHold);
    let good = (Verdict::Valid, vec![]);
    let bad = (Verdict::Indeterminate, vec!["path.revoked"]);
    assert_eq!(released(&[(hold, old), (Status::Good, new)], at), good);
    assert_eq!(released(&[(Status::Good, new), (hold, old)], at), good);
    assert_eq!(released(&[(Status::Good, old), (hold, new)], at), bad);
    let ended = stopped(Reason::Superseded);
    assert_eq!(released(&[(ended, old), (Status::Good, new)], at), bad);
}

#[test]
fn the_control_time_slides_to_where_a_delta_says_that_an_authority_ended() {
    // 5.6.2.2: revoked after the file was proven, by what a delta of its root alone tells.
    let ended = utc_datetime!(2026-06-20 0:00);
    let now = utc_datetime!(2026-07-03 0:00);
    let signing = Signing::by("w-seal-below-revoked", "w-ca-revoked").stamped(&[STAMPED]);
    let above = &["w-ca", "w-ca-revoked"];
    let entries: Entries<'_> = &[("w-ca-revoked", ended)];
    let judged = |file: Vec<u8>, listed: UtcDateTime| -> Report {
        let below = ["w-ca", "w-ca-revoked"].map(|issuer| list(issuer, listed, &[], true));
        let material = below.into_iter().chain([
            list("w-root", now - Duration::DAY, &[], true),
            delta("w-root", now - Duration::HOUR, entries),
        ]);
        let material = material.map(|octets| ("crl", octets)).collect();
        let case = Case::new("delta.pdf", file, None).judged(now, material);
        case.report()
    };
    let sub = |report: &Report| report.signatures[0].sub_indication;
    // What is known of the signer is from after the end: whoever held the authority's key could have said it.
    let bare = with_store(signing.document(), above, &[], &[]);
    let report = judged(bare, now - Duration::DAY);
    assert_eq!(sub(&report), Some(Sub::RevokedCaNoPoe), "{report:#?}");
    // Proven to be from before it.
    let kept = with_store(signing.document(), above, &lists(LISTED, &[], true), &[]);
    let proven = with_stamp(kept, "Archive1", (LISTED + Duration::HOUR, "w-tsa"));
    let report = judged(proven, now - Duration::DAY);
    assert_eq!(sub(&report), None, "{report:#?}");
}
