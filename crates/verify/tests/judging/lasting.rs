//! Files that outlast their certificates: document time-stamps, renewed and not (EN 319 102-1 5.6).

use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::SubIndication as Sub;

use crate::indications::{Case, LISTED, SOON, STAMPED, lists};
use crate::world::{Entries, Signing, Stamp, with_stamp, with_store};

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

pub(crate) fn all() -> Vec<Case> {
    let seal = Signing::by("w-seal", "w-ca");
    let short = Signing::by("w-seal-short", "w-ca");
    let below = Signing::by("w-seal-below-short", "w-ca-short");
    let ended = utc_datetime!(2026-07-15 0:00);
    let end: Entries<'_> = &[("w-tsa-revoked", ended)];
    let far = utc_datetime!(2026-09-10 0:00);
    let long = |stamp: Stamp| archived(&seal, stamp);
    let strong = (utc_datetime!(2026-06-10 9:00), "w-tsa");
    let revoked = (utc_datetime!(2026-06-10 9:00), "w-tsa-revoked");
    vec![
        case("kept.pdf", kept(&seal, LISTED, &[]), None, SOON),
        case("archived.pdf", long(strong), None, SOON),
        case("archived-by-short.pdf", long(FIRST), None, SOON),
        case(
            "renewed.pdf",
            renewed(long(FIRST), RENEWED, &[], "w-tsa-2"),
            None,
            RENEWED + Duration::HOUR,
        ),
        // The first authority has expired: the second stamp proves the first.
        case(
            "outlasts-its-authority.pdf",
            renewed(long(FIRST), RENEWED, &[], "w-tsa-2"),
            None,
            LATER,
        ),
        case(
            "outlasts-its-seal.pdf",
            renewed(archived(&short, FIRST), RENEWED, &[], "w-tsa-2"),
            None,
            LATER,
        ),
        // The signer's authority has expired too.
        listed(
            case(
                "outlasts-its-issuer.pdf",
                renewed(archived(&below, strong), RENEWED, &[], "w-tsa-2"),
                None,
                far,
            ),
            &[],
        ),
        listed(
            case(
                "issuer-expired.pdf",
                kept(&below, LISTED, &[]),
                Some(Sub::OutOfBoundsNoPoe),
                far,
            ),
            &[],
        ),
        // The authority was revoked after the renewal, or before it.
        listed(
            case(
                "authority-revoked-later.pdf",
                renewed(long(revoked), ended - Duration::DAY, &[], "w-tsa-2"),
                None,
                LATER,
            ),
            end,
        ),
        listed(
            case(
                "stamped-by-revoked.pdf",
                short
                    .clone()
                    .stamped(&[(STAMPED.0, "w-tsa-revoked")])
                    .document(),
                Some(Sub::OutOfBoundsNotRevoked),
                LATER,
            ),
            end,
        ),
        listed(
            case(
                "short-stamp-expired.pdf",
                short
                    .clone()
                    .stamped(&[(STAMPED.0, "w-tsa-short")])
                    .document(),
                Some(Sub::OutOfBoundsNotRevoked),
                LATER,
            ),
            &[],
        ),
    ]
}
