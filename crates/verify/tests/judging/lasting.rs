//! Files that outlast their certificates: document time-stamps, renewed and not (EN 319 102-1 5.6).

use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::SubIndication as Sub;

use crate::indications::{Case, LISTED, SOON, STAMPED, lists};
use crate::world::{Entries, Signing, Stamp, list, with_stamp, with_store};

/// When the first document time-stamp is made, by an authority whose certificate ends soon.
const FIRST: Stamp = (utc_datetime!(2026-06-10 9:00), "w-tsa-short");
/// When the file is renewed.
const RENEWED: UtcDateTime = utc_datetime!(2026-07-20 0:00);
/// After the end of the first authority's certificate.
const LATER: UtcDateTime = utc_datetime!(2026-08-10 0:00);
/// What a verifier needs above the signer.
const ABOVE: &[&str] = &["w-ca", "w-ca-short", "w-ca-revoked"];

/// Signed, stamped, with material of `listed`.
fn kept(signing: &Signing, listed: UtcDateTime, entries: Entries<'_>) -> Vec<u8> {
    let file = signing.clone().stamped(&[STAMPED]).document();
    with_store(file, ABOVE, &lists(listed, entries, true), &[])
}

/// The same under a document time-stamp.
fn archived(signing: &Signing, stamp: Stamp) -> Vec<u8> {
    with_stamp(kept(signing, LISTED, &[]), "Archive1", stamp)
}

/// The same once more, with material of then.
fn renewed(
    file: Vec<u8>,
    at: UtcDateTime,
    entries: Entries<'_>,
    authority: &'static str,
) -> Vec<u8> {
    let file = with_store(file, ABOVE, &lists(at, entries, true), &[]);
    with_stamp(file, "Archive2", (at + Duration::MINUTE, authority))
}

fn case(name: &str, octets: Vec<u8>, expected: Option<Sub>, at: UtcDateTime) -> Case {
    Case::new(name, octets, expected).judged(at, Vec::new())
}

/// With lists of the moment of judging at hand.
fn listed(case: Case, entries: Entries<'_>) -> Case {
    let all = lists(case.at, entries, true).into_iter();
    let (at, material) = (case.at, all.map(|octets| ("crl", octets)).collect());
    case.judged(at, material)
}

/// The end of the second authority.
const ENDED: UtcDateTime = utc_datetime!(2026-07-15 0:00);
/// After the end of the signer's authority.
const FAR: UtcDateTime = utc_datetime!(2026-09-10 0:00);
const STRONG: Stamp = (FIRST.0, "w-tsa");
const REVOKED: Stamp = (FIRST.0, "w-tsa-revoked");

fn seal() -> Signing {
    Signing::by("w-seal", "w-ca")
}

fn short() -> Signing {
    Signing::by("w-seal-short", "w-ca")
}

fn below() -> Signing {
    Signing::by("w-seal-below-short", "w-ca-short")
}

/// A file that holds, whatever of it has ended.
pub(crate) fn held() -> Vec<Case> {
    let good = |name, octets, at| case(name, octets, None, at);
    let end: Entries<'_> = &[("w-tsa-revoked", ENDED)];
    let long = |stamp: Stamp| archived(&seal(), stamp);
    let again = |file, at| renewed(file, at, &[], "w-tsa-2");
    let weak = r#"[{"name":"ecdsa","bits":256,"until":"2026-06-16"},{"name":"ecdsa","bits":384}]"#;
    vec![
        good("kept.pdf", kept(&seal(), LISTED, &[]), SOON),
        good("archived.pdf", long(STRONG), SOON),
        good("archived-by-short.pdf", long(FIRST), SOON),
        good(
            "renewed.pdf",
            again(long(FIRST), RENEWED),
            RENEWED + Duration::HOUR,
        ),
        // The first authority has expired: the second stamp proves the first.
        good(
            "outlasts-its-authority.pdf",
            again(long(FIRST), RENEWED),
            LATER,
        ),
        good(
            "outlasts-its-seal.pdf",
            again(archived(&short(), FIRST), RENEWED),
            LATER,
        ),
        // The signer's authority has expired too.
        listed(
            good(
                "outlasts-its-issuer.pdf",
                again(archived(&below(), STRONG), RENEWED),
                FAR,
            ),
            &[],
        ),
        // The authority of the first stamp was revoked after the renewal.
        listed(
            good(
                "authority-revoked-later.pdf",
                again(long(REVOKED), ENDED - Duration::DAY),
                LATER,
            ),
            end,
        ),
        // P-256 is no longer relied on; what a stamp on P-384 covers is older than that, and the lists were fresh until then.
        Case {
            algorithms: weak,
            ..listed(
                good(
                    "outlasts-its-algorithm.pdf",
                    archived(&seal(), (FIRST.0, "w-tsa-384")),
                    utc_datetime!(2026-06-25 0:00),
                ),
                &[],
            )
        },
    ]
}

#[test]
fn what_another_root_proves_outlasts_the_end_of_trust_in_the_first() {
    let sunset = utc_datetime!(2026-06-12 0:00);
    let other = |at| ["w-other-root", "w-other-ca"].map(|issuer| list(issuer, at, &[], true));
    let mut file = kept(&seal(), LISTED, &[]);
    file = with_store(file, &["w-other-ca"], &other(LISTED), &[]);
    let stamped = |at| with_stamp(file.clone(), "Archive1", (at, "w-tsa-other"));
    let judged = |octets, expected| {
        let case = case(
            "sunset.pdf",
            octets,
            expected,
            utc_datetime!(2026-06-13 0:00),
        );
        let beside = Some("w-other-root");
        let report = Case {
            beside,
            sunset: Some(sunset),
            ..case
        }
        .report();
        assert_eq!(report.signatures[0].sub_indication, expected, "{report:#?}");
    };
    // Before the end, and after it.
    judged(stamped(FIRST.0), None);
    let late = Some(Sub::NoCertificateChainFoundNoPoe);
    judged(stamped(sunset + Duration::HOUR), late);
}

/// A file of which something has ended before it was proven to exist.
pub(crate) fn lapsed() -> Vec<Case> {
    let end: Entries<'_> = &[("w-tsa-revoked", ENDED)];
    let bad = |name, octets, sub, at| case(name, octets, Some(sub), at);
    let by = |authority| short().stamped(&[(STAMPED.0, authority)]).document();
    let weak = r#"[{"name":"ecdsa","bits":256,"until":"2026-06-10"},{"name":"ecdsa","bits":384}]"#;
    vec![
        listed(
            bad(
                "issuer-expired.pdf",
                kept(&below(), LISTED, &[]),
                Sub::OutOfBoundsNoPoe,
                FAR,
            ),
            &[],
        ),
        listed(
            bad(
                "stamped-by-revoked.pdf",
                by("w-tsa-revoked"),
                Sub::OutOfBoundsNotRevoked,
                LATER,
            ),
            end,
        ),
        listed(
            bad(
                "short-stamp-expired.pdf",
                by("w-tsa-short"),
                Sub::OutOfBoundsNotRevoked,
                LATER,
            ),
            &[],
        ),
        // Renewed when the seal had expired and no longer could be proven.
        listed(
            bad(
                "renewed-too-late.pdf",
                renewed(by("w-tsa-short"), LATER, &[], "w-tsa-2"),
                Sub::OutOfBoundsNotRevoked,
                LATER + Duration::HOUR,
            ),
            &[],
        ),
        listed(
            Case {
                algorithms: weak,
                ..bad(
                    "archived-when-weak.pdf",
                    archived(&seal(), (FIRST.0, "w-tsa-384")),
                    Sub::CryptoConstraintsFailureNoPoe,
                    utc_datetime!(2026-06-25 0:00),
                )
            },
            &[],
        ),
    ]
}
