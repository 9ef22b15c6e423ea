//! The time in `Signature.xml` beside the one that was signed with the value (T-V5): another is told with how far away it is,
//! and decides nothing; what honest writers put there is not told of.

use affix::ofd::List;
use asn1::{Oid, Reader, Tag, write};
use crypto::{Digest, DigestAlgorithm};
use time::{Duration, UtcDateTime};
use verify::{Report, Verdict};

use crate::bent::{V1, V4};
use crate::bent_messages::{in_signer, stamped};
use crate::hierarchy::SEALED;
use crate::maker::{errors, token_over};
use crate::national::{LATER, judged};
use crate::package::{Parts, SIGNATURE};
use crate::sealings::{Sealing, parts, plain, read, seal};

const CODE: &str = "ofd.time-differs";

/// The text in the place of the date; none takes the element out.
fn date(parts: &mut Parts, written: &str) {
    let text = String::from_utf8(parts.entry(SIGNATURE).clone()).expect("text");
    let (before, rest) = text
        .split_once("<ofd:SignatureDateTime>")
        .expect("it is there");
    let (_, after) = rest
        .split_once("</ofd:SignatureDateTime>")
        .expect("it ends");
    let element = match written {
        "" => String::new(),
        written => format!("<ofd:SignatureDateTime>{written}</ofd:SignatureDateTime>"),
    };
    *parts.entry(SIGNATURE) = format!("{before}{element}{after}").into_bytes();
}

/// What is told of the time; whatever it is, the file is good.
fn told(file: &Vec<u8>) -> Option<String> {
    let report = judged(file, LATER);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(errors(&report), [""; 0]);
    differs(&report)
}

fn differs(report: &Report) -> Option<String> {
    let of_signatures = report.signatures.iter().flat_map(|one| &one.findings);
    let mut found = of_signatures.filter(|one| one.code == CODE);
    let first = found.next()?;
    assert!(found.next().is_none(), "once: {report:#?}");
    let (_, why) = first.text.split_once(": ").expect("it says how far");
    Some(why.to_owned())
}

/// Sealed in this edition, `Signature.xml` with this date.
fn sealed(edition: seal::ses::Edition, written: &str) -> Vec<u8> {
    Sealing::under(seal(edition, |info| info)).of(|parts| date(parts, written))
}

#[test]
fn a_sealed_file_whose_text_names_another_time_is_told_of() {
    for (written, why) in [
        ("20260610083209.000Z", "0:10:01 before 2026-06-10T08:42:10Z"),
        ("2026-06-10 17:42:10", "1:00:00 after 2026-06-10T08:42:10Z"),
        (
            "2026-06-10T08:42:10+08:00",
            "8:00:00 before 2026-06-10T08:42:10Z",
        ),
        ("20250610084210Z", "8760:00:00 before 2026-06-10T08:42:10Z"),
    ] {
        for edition in [V1, V4] {
            let found = told(&sealed(edition, written));
            assert_eq!(found.as_deref(), Some(why), "{written} {edition:?}");
        }
    }
    // The value's time is another, the text's the right one.
    let moved = SEALED.saturating_add(Duration::hours(2));
    let file = Sealing::usual().at(moved).file();
    let why = "2:00:00 before 2026-06-10T10:42:10Z";
    assert_eq!(told(&file).as_deref(), Some(why));
}

#[test]
fn dates_as_they_are_written_are_not_told_of() {
    for written in [
        "",
        "20260610084210.000Z",
        "20260610084210Z",
        "20260610164210.000Z",
        "2026-06-10 16:42:10",
        "2026-06-10 08:42:10",
        "2026-06-10 16:40:00",
        "2026-06-10T16:42:10+08:00",
        "2026/6/10 下午4:42",
        "yesterday",
    ] {
        for edition in [V1, V4] {
            assert_eq!(
                told(&sealed(edition, written)),
                None,
                "{written} {edition:?}"
            );
        }
    }
}

#[test]
fn text_without_a_zone_in_the_value_too_is_compared_as_a_span() {
    let file = |written: &str| {
        let seal = Sealing::under(seal(V1, |info| info));
        let zoneless = seal.before(|inside| inside[2] = write::bit_string(b"2026-06-10 16:42:10"));
        zoneless.of(|parts| date(parts, written))
    };
    assert_eq!(told(&file("2026-06-10 16:42:10")), None);
    let why = "1:00:00 after 2026-06-10T16:42:10Z";
    let found = told(&file("2026-06-10T17:42:10+00:00"));
    assert_eq!(found.as_deref(), Some(why));
}

/// A plain signature claims no time of its own: its time-stamp, where there is one, is after the text, within a day.
#[test]
fn a_plain_signature_is_compared_with_its_time_stamp() {
    let stamped = |written: &str, moment: UtcDateTime| {
        let stamp = |all: &mut Vec<Vec<u8>>| {
            let value = Reader::single(&all[4], Tag::OCTET_STRING).expect("the value");
            let digest = Digest::of(DigestAlgorithm::Sm3, value.content());
            let name = write::oid(&Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 14]));
            let token = token_over(&digest, moment, "sm-tsa");
            let one = write::sequence([name, write::set_of([token])]);
            all.push(write::context(1, [one]));
        };
        let bend = |parts: &mut Parts| date(parts, written);
        told(&plain(bend, |whole| in_signer(&whole, stamp)))
    };
    let evening = SEALED.saturating_add(Duration::hours(12));
    assert_eq!(stamped("20260610084210.000Z", SEALED), None);
    assert_eq!(stamped("20260610084210.000Z", evening), None);
    for (written, why) in [
        ("20260611084210.000Z", "4:00:00 after 2026-06-10T20:42:10Z"),
        (
            "20260608084210.000Z",
            "36:00:00 before 2026-06-09T20:42:10Z",
        ),
    ] {
        assert_eq!(stamped(written, evening).as_deref(), Some(why));
    }
    // Without one there is nothing to compare it with.
    let bend = |parts: &mut Parts| date(parts, "20250610084210.000Z");
    assert_eq!(told(&plain(bend, |it| it)), None);
}

#[test]
fn the_time_stamp_of_a_seal_is_beside_the_value_and_not_in_its_place() {
    let mut parts = parts(List::Closed);
    date(&mut parts, "20260610074210.000Z");
    Sealing::usual().put_on(&mut parts);
    let digest = Digest::of(DigestAlgorithm::Sm3, read(&mut parts).signature());
    stamped(&mut parts, &token_over(&digest, SEALED, "sm-tsa"));
    let why = "1:00:00 before 2026-06-10T08:42:10Z";
    assert_eq!(told(&parts.octets()).as_deref(), Some(why));
}
