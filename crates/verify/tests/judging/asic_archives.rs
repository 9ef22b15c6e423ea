//! Archive time-stamps of packages: proven by what the signatures in them carry, and never called good where they are not.

use asic::Asic;
use crypto::{Digest, DigestAlgorithm};
use time::Duration;
use verify::{SubIndication, Trust, Verdict};

use crate::asic::{bent, content, extended, formats, judge};
use crate::hierarchy::{AT, SEALED, certificate};
use crate::jades::{Level, lists};
use crate::maker::{errors, judged_with, token_over};
use crate::trust::pem;

const STAMP: &str = "META-INF/timestamp001.tst";

#[test]
fn an_archive_is_proven_by_what_the_signature_carries() {
    // Under the root alone: the authority of both time-stamps stands in the signature's message, and in no token.
    let root = Trust::parse(pem(&[certificate("root")]).as_bytes()).expect("an anchor");
    let report = judged_with(&extended(Level::Lta), &root, &lists(), "default", AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let signature = ("ASiC-E with CAdES", Some("B-LTA"));
    let archive = ("ASiC-E archive time-stamp", None);
    assert_eq!(formats(&report), [signature, archive]);
}

#[test]
fn an_archive_time_stamp_that_does_not_hold_is_not_called_valid() {
    let package = extended(Level::Lta);
    let read = Asic::parse(&package).expect("a package");
    let mut changed = read.file(STAMP).expect("the token").to_vec();
    *changed.last_mut().expect("octets") ^= 1;
    let other = Digest::of(DigestAlgorithm::Sha256, b"something else");
    let elsewhere = token_over(&other, SEALED + Duration::seconds(9), "tsa");
    for (stamp, code) in [
        (changed, "cms.signature-differs"),
        (elsewhere, "tsp.imprint-differs"),
    ] {
        let package = bent(&package, |all| content(all, STAMP).clone_from(&stamp));
        let report = judge(&package, &lists());
        let [signature, archive] = report.signatures.as_slice() else {
            panic!("{report:#?}");
        };
        // The signature is what it was, and archived no more.
        let found = (signature.verdict, signature.level);
        assert_eq!(found, (Verdict::Valid, Some("B-LT")), "{code}");
        let found = (archive.verdict, archive.sub_indication);
        let wanted = (Verdict::Indeterminate, Some(SubIndication::NoPoe));
        assert_eq!(found, wanted, "{code}");
        assert_eq!(errors(&report), [code]);
        assert_eq!(report.verdict, Verdict::Indeterminate, "{code}");
    }
}
