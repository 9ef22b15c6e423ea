//! T-C7: a seal's key is declared compromised as of a moment. What a time-stamp shows to be older stays good, what is not
//! older is refused, in PDF, OFD and CAdES, by lists and by answers, whether or not the authority names the moment
//! (invalidityDate) beside that of the revocation.

use evidence::ocsp::Status;
use pki::crl::{Reason, Revoked};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::{Material, Report, SubIndication, Trust, Verdict};

use crate::hierarchy::{SEAL, SEALED, certificate, crl, crl_of, ocsp_of, trust};
use crate::maker::{Recipe, codes, errors, judged_with, sub};
use crate::messages::attached;
use crate::national::{closed, judged_beside};

const NATIONAL: &str = "sm-seal-990102-SPZYZ-01";
/// When everything is judged, three weeks later.
const LATER: UtcDateTime = utc_datetime!(2026-07-02 0:00);
/// When somebody noticed.
const NOTICED: UtcDateTime = utc_datetime!(2026-06-20 0:00);
const SECOND: Duration = Duration::SECOND;

/// What the authority says: revoked when, and not to be relied upon since when; whether what was stamped at `moment`
/// stays good.
fn words(moment: UtcDateTime) -> [(&'static str, UtcDateTime, Option<UtcDateTime>, bool); 8] {
    let (after, before) = (moment + SECOND, moment - SECOND);
    [
        ("compromised after", NOTICED, Some(after), true),
        ("compromised that second", NOTICED, Some(moment), false),
        ("compromised before", NOTICED, Some(before), false),
        ("revoked after", after, None, true),
        ("revoked that second", moment, None, false),
        ("revoked before", before, None, false),
        // The earlier of the two counts, whichever it is.
        ("named later than revoked", after, Some(NOTICED), true),
        ("revoked before it is named", before, Some(NOTICED), false),
    ]
}

fn entry(name: &str, since: UtcDateTime, invalid_since: Option<UtcDateTime>) -> Revoked {
    Revoked {
        serial: *certificate(name).serial(),
        since,
        reason: Reason::KeyCompromise,
        invalid_since,
    }
}

fn holds(report: &Report, (word, good): (&str, bool), refused: SubIndication) {
    let signature = report.signatures.first().expect("a signature");
    if good {
        assert_eq!(signature.verdict, Verdict::Valid, "{word}: {report:#?}");
        assert!(codes(report).contains(&"revocation.later"), "{word}");
    } else {
        assert_ne!(signature.verdict, Verdict::Valid, "{word}: {report:#?}");
        assert!(
            errors(report).contains(&"path.revoked"),
            "{word}: {report:#?}"
        );
        assert_eq!(sub(report), Some(refused), "{word}");
    }
}

/// Lists of both authorities; the issuing one's says this of the seal's certificate.
fn listed(told: Revoked) -> Material {
    let mut material = Material::empty();
    material.add("a.crl", &crl("root", LATER));
    material.add("a.crl", &crl_of("ca", LATER, [told]));
    material
}

/// The same by an answer, beside a list that does not know of it yet.
fn answered(since: UtcDateTime, invalid_since: Option<UtcDateTime>) -> Material {
    let mut material = Material::empty();
    for issuer in ["root", "ca"] {
        material.add("a.crl", &crl(issuer, LATER));
    }
    let status = Status::Revoked {
        at: since,
        reason: Reason::KeyCompromise,
    };
    material.add("a.ocsp", &ocsp_of(SEAL, (status, invalid_since), LATER));
    material
}

fn by_lists_and_answers(file: &Vec<u8>, moment: UtcDateTime, trust: &Trust) {
    for (word, since, invalid, good) in words(moment) {
        for (way, material) in [
            ("list", listed(entry(SEAL, since, invalid))),
            ("answer", answered(since, invalid)),
        ] {
            let report = judged_with(file, trust, &material, "default", LATER);
            let word = format!("{word}, by {way}");
            holds(&report, (&word, good), SubIndication::RevokedNoPoe);
        }
    }
}

#[test]
fn the_time_of_the_stamp_against_the_time_of_the_compromise_decides_in_pdf() {
    let file = Recipe::default().make();
    by_lists_and_answers(&file, SEALED + 2 * SECOND, &trust());
}

#[test]
fn the_time_of_the_stamp_against_the_time_of_the_compromise_decides_in_cades() {
    by_lists_and_answers(&attached(SEAL), SEALED + SECOND, &trust());
}

#[test]
fn the_time_of_the_stamp_against_the_time_of_the_compromise_decides_in_ofd() {
    let moment = SEALED + 2 * SECOND;
    let file = closed(NATIONAL, Some(moment));
    for (word, since, invalid, good) in words(moment) {
        let list = crl_of("sm-ca", LATER, [entry(NATIONAL, since, invalid)]);
        let report = judged_beside(&file, LATER, list);
        // GB/T 38540: the seal does not hold, which no later proof can mend.
        holds(&report, (word, good), SubIndication::Revoked);
    }
}

#[test]
fn the_documents_own_date_proves_nothing_against_a_compromise() {
    // Dated long before, stamped after: whoever has the key writes any date.
    let claimed = SEALED - Duration::days(5);
    let file = Recipe {
        claimed,
        ..Recipe::default()
    };
    let told = entry(SEAL, NOTICED, Some(SEALED - Duration::days(1)));
    let report = judged_with(&file.make(), &trust(), &listed(told), "default", LATER);
    let word = ("dated before", false);
    holds(&report, word, SubIndication::RevokedNoPoe);
    // Not stamped at all.
    let file = Recipe {
        stamp: None,
        store: None,
        ..Recipe::default()
    };
    let told = entry(SEAL, NOTICED, Some(SEALED + Duration::days(1)));
    let report = judged_with(&file.make(), &trust(), &listed(told), "default", LATER);
    holds(&report, ("not stamped", false), SubIndication::RevokedNoPoe);
}
