//! What is not sealed, each for its own reason.

use affix::seal::{
    Appearance, Certification, Fit, MAX_RESERVE, NewField, Place, PrepareSeal, prepare,
    prepare_time_stamp,
};
use pdf::ReadPdf;

use crate::files::{Kind, Small, empty_field, existing, new_field, request, sealed};

fn with_field(field: impl Into<String>) -> Vec<u8> {
    Small::new("/AcroForm<</Fields[8 0 R]>>", "/Annots[8 0 R]")
        .with(8, field)
        .file(Kind::Table)
}

fn refused(file: &[u8], fit: Fit) -> PrepareSeal {
    prepare(&file, &existing("Seal", fit)).expect_err("refused")
}

#[test]
fn a_field_must_be_there_for_signatures_and_empty() {
    let good = empty_field("Seal");
    let file = with_field(good.as_str());
    assert!(sealed(&file, &existing("Seal", Fit::Natural)).is_ok());
    let absent = prepare(&file, &existing("Other", Fit::Natural));
    assert_eq!(absent.err(), Some(PrepareSeal::NoField));
    let text = with_field(good.replace("/FT/Sig", "/FT/Tx"));
    assert_eq!(refused(&text, Fit::Natural), PrepareSeal::OtherField);
    let signed = sealed(&file, &existing("Seal", Fit::Natural)).expect("sealed");
    assert_eq!(refused(&signed, Fit::Natural), PrepareSeal::Signed);
    let bound = with_field(good.replace("/FT/Sig", "/FT/Sig/SV<</Ff 1>>"));
    assert_eq!(refused(&bound, Fit::Natural), PrepareSeal::SeedValue);
    let free = with_field(good.replace("/FT/Sig", "/FT/Sig/SV<</Ff 0>>"));
    assert!(sealed(&free, &existing("Seal", Fit::Natural)).is_ok());
}

#[test]
fn two_fields_of_one_name_are_no_place() {
    let file = Small::new("/AcroForm<</Fields[8 0 R 9 0 R]>>", "/Annots[8 0 R 9 0 R]")
        .with(8, empty_field("Seal"))
        .with(9, empty_field("Seal"))
        .file(Kind::Table);
    assert_eq!(refused(&file, Fit::Natural), PrepareSeal::Signed);
}

#[test]
fn a_field_shows_itself_in_one_place() {
    let widget = "<</Subtype/Widget/Parent 8 0 R/Rect[100 100 300 200]/P 3 0 R>>";
    let split = |kids: &str| {
        Small::new("/AcroForm<</Fields[8 0 R]>>", "/Annots[9 0 R 10 0 R]")
            .with(8, format!("<</FT/Sig/T(Seal)/Kids[{kids}]>>"))
            .with(9, widget)
            .with(10, widget)
            .file(Kind::Table)
    };
    for (kids, widgets) in [("9 0 R 10 0 R", 2), ("", 0)] {
        let found = refused(&split(kids), Fit::Natural);
        assert_eq!(found, PrepareSeal::Widgets { widgets });
    }
    let mut quiet = existing("Seal", Fit::Natural);
    quiet.appearance = None;
    assert!(prepare(&split(""), &quiet).is_ok(), "nothing is shown");
}

#[test]
fn a_field_without_room_or_page_shows_nothing() {
    let field =
        |rectangle: &str| with_field(empty_field("Seal").replace("100 100 300 200", rectangle));
    for fit in [Fit::Natural, Fit::Within] {
        assert_eq!(refused(&field("0 0 0 0"), fit), PrepareSeal::TooSmall);
        assert_eq!(refused(&field("0 0 10"), fit), PrepareSeal::NoFrame);
    }
    let nowhere = Small::new("/AcroForm<</Fields[8 0 R]>>", "")
        .with(8, empty_field("Seal").replace("/P 3 0 R", ""))
        .file(Kind::Table);
    assert_eq!(refused(&nowhere, Fit::Natural), PrepareSeal::NoFrame);
    let beyond = Fit::At([0.0, 0.0, 601.0, 10.0]);
    let file = field("0 0 10 10");
    assert_eq!(refused(&file, beyond), PrepareSeal::Outside);
    let small = Small::new("/AcroForm<</Fields[8 0 R 9 0 R]>>", "/Annots[8 0 R 9 0 R]")
        .with(8, empty_field("Seal").replace("300 200", "150 120"))
        .with(9, empty_field("First"))
        .file(Kind::Table);
    let first = sealed(&small, &existing("First", Fit::Within)).expect("sealed");
    assert_eq!(refused(&first, Fit::Natural), PrepareSeal::TooSmall);
    let moved = Fit::At([0.0, 0.0, 100.0, 50.0]);
    assert_eq!(refused(&first, moved), PrepareSeal::Moved);
}

#[test]
fn a_new_field_needs_a_name_of_its_own() {
    let file = Small::new("/AcroForm<</Fields[7 0 R 8 0 R]>>", "/Annots[8 0 R 9 0 R]")
        .with(7, "<</T(office)/Kids[9 0 R]>>")
        .with(8, empty_field("Seal"))
        .with(9, empty_field("inner").replace("/FT", "/Parent 7 0 R/FT"))
        .file(Kind::Table);
    for name in ["", "a.b", "Seal", "office"] {
        for place in [Place::Invisible { name }, Place::Page(new_field(name))] {
            let found = prepare(&file, &request(place)).err();
            assert_eq!(found, Some(PrepareSeal::Name), "{name}");
        }
        let found = prepare_time_stamp(&file, name, 100).err();
        assert_eq!(found, Some(PrepareSeal::Name), "{name}");
    }
    assert!(prepare(&file, &request(Place::Invisible { name: "inner" })).is_ok());
}

#[test]
fn a_new_field_needs_a_page_and_a_place_on_it() {
    let file = Small::new("", "").file(Kind::Table);
    let at = |change: &dyn Fn(&mut NewField<'static>)| {
        let mut place = new_field("One");
        change(&mut place);
        prepare(&file, &request(Place::Page(place))).err()
    };
    for page in [0, 2, u32::MAX] {
        let found = at(&|place| place.page = page);
        assert_eq!(found, Some(PrepareSeal::NoPage { page, pages: 1 }));
    }
    for corner in [(-1.0, 0.0), (501.0, 0.0), (0.0, 751.0), (f64::NAN, 0.0)] {
        let found = at(&|place| place.corner = corner);
        assert_eq!(found, Some(PrepareSeal::Outside), "{corner:?}");
    }
    assert_eq!(
        at(&|place| place.size = (0.0, 1.0)),
        Some(PrepareSeal::Outside)
    );
    for page in [
        "/Rotate 45",
        "/MediaBox[0 0 0 0]",
        "/UserUnit 0",
        "/MediaBox 5",
    ] {
        let file = Small::new("", page).file(Kind::Table);
        let found = prepare(&file, &request(Place::Page(new_field("One")))).err();
        assert_eq!(found, Some(PrepareSeal::NoFrame), "{page}");
    }
}

#[test]
fn what_is_shown_must_be_something() {
    let file = Small::new("", "").file(Kind::Table);
    let mut asked = request(Place::Page(new_field("One")));
    asked.appearance = None;
    let found = prepare(&file, &asked).err();
    assert_eq!(found, Some(PrepareSeal::NoAppearance));
    let nothing = |_| Vec::new();
    for (width, height) in [(100.0, 50.0), (0.0, 50.0), (100.0, f64::INFINITY)] {
        asked.appearance = Some(Appearance {
            width,
            height,
            bodies: &nothing,
        });
        let found = prepare(&file, &asked).err();
        assert_eq!(found, Some(PrepareSeal::EmptyAppearance));
    }
}

#[test]
fn room_for_the_message_has_bounds() {
    let file = Small::new("", "").file(Kind::Table);
    for reserve in [0, MAX_RESERVE + 1, usize::MAX] {
        let mut asked = request(Place::Invisible { name: "One" });
        asked.reserve = reserve;
        let found = prepare(&file, &asked).err();
        assert_eq!(found, Some(PrepareSeal::Reserve { reserve }));
        let found = prepare_time_stamp(&file, "One", reserve).err();
        assert_eq!(found, Some(PrepareSeal::Reserve { reserve }));
    }
    let mut asked = request(Place::Invisible { name: "One" });
    asked.reserve = MAX_RESERVE;
    assert!(prepare(&file, &asked).is_ok());
}

#[test]
fn only_the_first_signature_certifies() {
    let file = Small::new("", "").file(Kind::Table);
    let first = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
    let mut second = request(Place::Page(new_field("Two")));
    assert!(prepare(&first, &second).is_ok());
    second.certification = Certification::Certify;
    let found = prepare(&first, &second).err();
    assert_eq!(found, Some(PrepareSeal::NotFirst));
}

#[test]
fn a_signature_that_forbids_every_change_is_not_broken() {
    let mut certifying = request(Place::Page(new_field("One")));
    certifying.certification = Certification::Certify;
    let file = Small::new("", "").file(Kind::Table);
    let certified = sealed(&file, &certifying).expect("sealed");
    let quiet = request(Place::Invisible { name: "Two" });
    assert!(prepare(&certified, &quiet).is_ok());
    let at = certified
        .windows(4)
        .position(|window| window == b"/P 2")
        .expect("a level");
    let mut closed = certified.clone();
    closed[at + 3] = b'1';
    let found = prepare(&closed, &quiet).err();
    assert_eq!(found, Some(PrepareSeal::Final));
    // Upkeep is no change at any level.
    assert!(prepare_time_stamp(&closed, "Stamp", 4_096).is_ok());
}

#[test]
fn a_certified_file_gets_no_new_field_that_is_seen() {
    let mut certifying = request(Place::Page(new_field("One")));
    certifying.certification = Certification::Certify;
    let file = Small::new("", "").file(Kind::Table);
    let certified = sealed(&file, &certifying).expect("sealed");
    let asked = request(Place::Page(new_field("Two")));
    let found = prepare(&certified, &asked).err();
    assert_eq!(found, Some(PrepareSeal::NewAnnotation));
    // Level 3 permits annotations; no level is level 2.
    let level = |with: &[u8; 4]| {
        let mut other = certified.clone();
        let at = other.windows(4).position(|window| window == b"/P 2");
        let at = at.expect("a level");
        other[at..at + 4].copy_from_slice(with);
        prepare(&other, &asked).err()
    };
    assert_eq!(level(b"/P 3"), None);
    assert_eq!(level(b"/Q 3"), Some(PrepareSeal::NewAnnotation));
}

#[test]
fn a_field_that_a_signature_locks_is_not_signed() {
    for (lock, locked) in [
        ("/Action/All", true),
        ("/Action/Include/Fields[(Seal)]", true),
        ("/Action/Include/Fields[(Sea)]", false),
        ("/Action/Exclude/Fields[(First)]", true),
        ("/Action/Exclude/Fields[(Seal)]", false),
    ] {
        let first = empty_field("First").replace("/FT", &format!("/Lock<<{lock}>>/FT"));
        let file = Small::new("/AcroForm<</Fields[8 0 R 9 0 R]>>", "/Annots[8 0 R 9 0 R]")
            .with(8, first)
            .with(9, empty_field("Seal"))
            .file(Kind::Table);
        assert!(
            prepare(&file, &existing("Seal", Fit::Within)).is_ok(),
            "not yet"
        );
        let signed = sealed(&file, &existing("First", Fit::Within)).expect("sealed");
        let found = prepare(&signed, &existing("Seal", Fit::Within)).err();
        assert_eq!(found, locked.then_some(PrepareSeal::Locked), "{lock}");
    }
}

#[test]
fn an_encrypted_file_is_not_sealed() {
    let mut small = Small::new("", "");
    small.trailer = "/Encrypt<</Filter/Standard>>/ID[<01><02>]";
    let file = small.file(Kind::Table);
    let found = prepare(&file, &request(Place::Invisible { name: "One" })).err();
    assert_eq!(found, Some(PrepareSeal::Read(ReadPdf::Encrypted)));
}
