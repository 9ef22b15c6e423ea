//! Whatever octets are given, there is a verdict, and it is not *valid* (T-V1, T-I3).

use std::path::Path;

use affix::seal::{Certification, Place};
use proptest::prelude::*;
use verify::{Kind, MAX_ARTEFACT, Material, Source, Verdict};

use crate::forge::{TRAILER, document, filled, form_of, judge, sealed, told, with};
use crate::hierarchy::{AT, trust};
use crate::maker::{GOOD, Recipe, errors, judged, judged_alone, judged_with};
use crate::writer::{Maker, stream};

#[test]
fn no_cut_of_a_good_file_is_valid() {
    let length = GOOD.len();
    for step in 0..200 {
        let end = length * step / 200;
        let cut = GOOD[..end].to_vec();
        let report = judged_with(&cut, &trust(), &Material::empty(), "recheck", AT);
        assert_ne!(report.verdict, Verdict::Valid, "cut at {end}");
    }
}

#[test]
fn no_flip_of_an_octet_under_the_seal_is_valid() {
    // What the first byte range covers; behind it stand the message, whose unsigned parts prove and are not
    // proven, and the validation material.
    let end = Recipe::default().page().bytes.len();
    for step in 0..300 {
        let at = end * step / 300 + step % 7;
        let mut changed = GOOD.clone();
        changed[at] ^= 1 << (step % 8);
        let report = judged_with(&changed, &trust(), &Material::empty(), "recheck", AT);
        assert_ne!(report.verdict, Verdict::Valid, "octet {at}");
    }
}

#[test]
fn octets_behind_the_file_are_seen() {
    // White space alone belongs to nothing and says nothing.
    for tail in [&b"x"[..], b"\n%%EOF\n", b"\nstartxref\n0\n%%EOF\n"] {
        let file = [&GOOD[..], tail].concat();
        let report = judged_with(&file, &trust(), &Material::empty(), "recheck", AT);
        assert_ne!(report.verdict, Verdict::Valid, "{tail:?}");
    }
}

#[test]
fn every_hostile_file_at_hand_ends_in_a_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut seen = 0;
    let mut folders = vec![
        folder.join("malformed"),
        folder.join("rfc3161-ocsp-crl/p256"),
        folder.join("dcc-common"),
    ];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let octets = std::fs::read(&path).expect("readable");
            let report = judged(&octets);
            assert_ne!(report.verdict, Verdict::Valid, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 250, "{seen} files");
}

/// The note filled in with a look that takes up `fonts`, `times` over; the table of each has some 55,000 codes.
fn looked(fonts: u32, times: usize) -> Vec<u8> {
    let table = "1 begincodespacerange <00> <ff> endcodespacerange <0000> <ffff> <0000> endbfrange";
    let mut objects = document();
    objects.insert(200, stream("", table));
    for font in 0..fonts {
        let said = document()[&8].replace("/Encoding", "/ToUnicode 200 0 R/Encoding");
        objects.insert(100 + font, said);
    }
    let base = Maker::new(&objects, TRAILER).update(&sealed("")).sign();
    let named: String = (0..fonts)
        .map(|font| format!("/G{font} {} 0 R", 100 + font))
        .collect();
    let taken: String = (0..fonts).map(|font| format!("/G{font} 9 Tf ")).collect();
    let content = format!(
        "/Tx BMC q BT 0 g {}2 5 Td (new) Tj ET Q EMC",
        taken.repeat(times)
    );
    let look = form_of(&format!("/Resources<</Font<<{named}>>>>"), &content);
    base.update(&with(filled("new", ""), 50, &look)).bytes
}

#[test]
fn a_font_is_read_once_for_all_looks_and_the_codes_of_its_table_are_counted() {
    let report = judge(&looked(1, 20_000));
    assert!(told(&report).contains(&"change.field-filled"));
    assert_eq!(report.verdict, Verdict::Valid);
    let report = judge(&looked(30, 1));
    assert!(told(&report).contains(&"change.field-filled"));
    assert_eq!(report.verdict, Verdict::Valid);
    // T-I3: more codes than are followed in the life of a file.
    let report = judge(&looked(40, 1));
    assert_ne!(report.verdict, Verdict::Valid);
    assert!(told(&report).contains(&"change.unreadable"));
}

#[test]
fn signatures_beyond_the_limit_are_not_judged_and_the_file_is_not_valid() {
    let recipe = Recipe {
        stamp: None,
        bend_receipt: |_| None,
        certification: Certification::Approval,
        ..Recipe::default()
    };
    let mut file = recipe.page().bytes;
    for number in 0..33 {
        let name = format!("Field{number}");
        let update = recipe.seal(&file, Place::Invisible { name: &name });
        file.extend(update);
        if number == 31 {
            let report = judged_with(&file, &trust(), &Material::empty(), "form", AT);
            assert_eq!(report.signatures.len(), 32);
            assert_ne!(report.verdict, Verdict::NotProcessed);
        }
    }
    let report = judged_with(&file, &trust(), &Material::empty(), "form", AT);
    assert_eq!(report.signatures.len(), 32);
    assert_eq!(report.verdict, Verdict::NotProcessed);
    assert!(errors(&report).contains(&"limit.signatures"));
}

/// The text of a code and then blanks, as long as it says.
struct Long(u64);

impl Source for Long {
    fn length(&self) -> u64 {
        self.0
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), pdf::ReadPdf> {
        for (at, octet) in (offset..).zip(into) {
            let at = usize::try_from(at).expect("small");
            *octet = b"LC1:".get(at).copied().unwrap_or(b' ');
        }
        Ok(())
    }
}

#[test]
fn fifty_mebibytes_of_what_is_no_pdf_are_looked_at_and_one_octet_more_is_not() {
    let judged = |length| judged_with(&Long(length), &trust(), &Material::empty(), "default", AT);
    let most = judged(MAX_ARTEFACT);
    assert_eq!(errors(&most), ["code.unreadable"]);
    let beyond = judged(MAX_ARTEFACT + 1);
    assert_eq!(beyond.verdict, Verdict::NotProcessed);
    assert_eq!(beyond.findings[0].code, "input.too-large");
}

#[test]
fn each_kind_that_is_not_judged_says_so() {
    for (octets, kind, code) in [
        (&b""[..], Kind::Unknown, "input.empty"),
        (b"hello", Kind::Unknown, "input.unknown"),
        (b"PK\x03\x04\x14\0a", Kind::Archive, "input.archive"),
        (
            b"eyJhbGciOiJFUzI1NiJ9.e30.AA~",
            Kind::SdJwtVc,
            "input.sd-jwt-vc",
        ),
        (b"\xa2jissuerAuth\x84", Kind::Mdoc, "input.mdoc"),
        (b"LD1:ABC", Kind::Ld1, "input.ld1"),
    ] {
        let report = judged(&octets.to_vec());
        assert_eq!(
            (report.verdict, report.kind, report.findings[0].code),
            (Verdict::NotProcessed, kind, code)
        );
        assert_eq!(report.indication, None);
    }
}

proptest! {
    #[test]
    fn no_octets_make_the_verifier_fall(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_ne!(judged_alone(&octets).verdict, Verdict::Valid);
    }

    #[test]
    fn nothing_after_a_known_beginning_makes_it_fall(
        beginning in prop_oneof![
            Just(&b"%PDF-1.7\n"[..]),
            Just(&b"LC1:"[..]),
            Just(&b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"[..]),
        ],
        rest in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let octets = [beginning, &rest].concat();
        prop_assert_ne!(judged_alone(&octets).verdict, Verdict::Valid);
    }
}

#[test]
fn what_was_ended_is_not_processed_and_says_why() {
    let policy = verify::Policy::default();
    let why = "more than 20 s of processor time";
    let finding = verify::Finding::of("limit.spent").because(why);
    let report = verify::not_judged(("it", Kind::Pdf), finding, &policy, AT);
    assert_eq!(report.verdict, Verdict::NotProcessed);
    assert_eq!((report.file.as_str(), report.kind), ("it", Kind::Pdf));
    assert_eq!(errors(&report), ["limit.spent"]);
    assert!(report.findings[0].text.ends_with(why));
    assert!(report.signatures.is_empty() && report.answer.is_none());
}
