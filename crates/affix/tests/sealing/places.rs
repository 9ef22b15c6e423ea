//! Where a seal stands: fields that wait and fields made, on pages turned, cropped and scaled; what is indirect is
//! written where it is held.

use affix::seal::{Fit, NewField, Place, prepare};
use pdf::Object;

use crate::files::{Kind, Small, empty_field, existing, judged, new_field, request, sealed, shown};
use crate::thread::leave;

fn rounded(object: &Object) -> Vec<f64> {
    let elements = object.as_array().expect("an array");
    elements.iter().filter_map(Object::as_number).collect()
}

/// The update of a file as text.
fn update(file: &[u8], out: &[u8]) -> String {
    String::from_utf8_lossy(&out[file.len()..]).into_owned()
}

#[test]
fn a_field_merged_with_its_widget_stays_merged() {
    let file = Small::new("/AcroForm 7 0 R", "/Annots[8 0 R]")
        .with(7, "<</Fields[8 0 R]/DA(/F 0 Tf)>>")
        .with(8, empty_field("Seal"))
        .file(Kind::Table);
    let out = sealed(&file, &existing("Seal", Fit::Natural)).expect("sealed");
    judged(&out);
    let field = ["AcroForm", "Fields", "0"];
    let at = |key| shown(&out, &[field.as_slice(), &[key]].concat());
    assert_eq!(at("Subtype"), Object::Name(b"Widget".to_vec()));
    assert!(matches!(at("V"), Object::Dictionary(_)));
    assert_eq!(rounded(&at("Rect")), [150.0, 125.0, 250.0, 175.0]);
    // Hidden is cleared, Print and Locked are set.
    assert_eq!(at("F"), Object::Integer(132));
    assert_eq!(shown(&out, &["AcroForm", "SigFlags"]), Object::Integer(3));
    // The form is an object of its own, so the catalog is not written again, nor the page.
    let update = update(&file, &out);
    assert!(update.contains("\n7 0 obj\n") && !update.contains("\n1 0 obj\n"));
    assert!(!update.contains("\n3 0 obj\n"));
}

#[test]
fn a_field_apart_from_its_widget_stays_apart() {
    let file = Small::new("/AcroForm<</Fields[7 0 R]/SigFlags 3>>", "/Annots[8 0 R]")
        .with(7, "<</FT/Sig/T(Seal)/Kids[8 0 R]>>")
        .with(
            8,
            "<</Subtype/Widget/Parent 7 0 R/Rect[100 100 300 200]/P 3 0 R>>",
        )
        .file(Kind::Stream);
    let out = sealed(&file, &existing("Seal", Fit::Within)).expect("sealed");
    judged(&out);
    let field = ["AcroForm", "Fields", "0"];
    let at = |path: &[&str]| shown(&out, &[field.as_slice(), path].concat());
    assert!(matches!(at(&["V"]), Object::Dictionary(_)));
    assert_eq!(at(&["AP"]), Object::Null);
    assert!(matches!(at(&["Kids", "0", "AP", "N"]), Object::Stream(_)));
    assert_eq!(at(&["Kids", "0", "V"]), Object::Null);
    assert_eq!(
        rounded(&at(&["Kids", "0", "Rect"])),
        [100.0, 100.0, 300.0, 200.0]
    );
    // SigFlags are right already: neither form nor catalog is written again.
    assert!(!update(&file, &out).contains("\n1 0 obj\n"));
}

#[test]
fn a_field_is_found_by_the_names_of_all_its_ancestors() {
    let file = Small::new("/AcroForm<</Fields[6 0 R]>>", "/Annots[8 0 R]")
        .with(6, "<</T(office)/FT/Sig/Kids[8 0 R]>>")
        .with(
            8,
            "<</Subtype/Widget/Parent 6 0 R/T<FEFF53707AE0>/Rect[100 100 300 200]/P 3 0 R>>",
        )
        .file(Kind::Table);
    let refused = sealed(&file, &existing("office", Fit::Within));
    assert!(refused.is_err(), "a field above is none itself");
    let out = sealed(&file, &existing("office.印章", Fit::Within)).expect("sealed");
    judged(&out);
    let value = shown(&out, &["AcroForm", "Fields", "0", "Kids", "0", "V"]);
    assert!(matches!(value, Object::Dictionary(_)));
}

#[test]
fn an_appearance_keeps_its_shape_within_a_field() {
    let field = empty_field("Seal").replace("100 100 300 200", "300 150 100 100");
    let file = Small::new("/AcroForm<</Fields[8 0 R]>>", "/Annots[8 0 R]")
        .with(8, field)
        .file(Kind::Table);
    let out = sealed(&file, &existing("Seal", Fit::Within)).expect("sealed");
    judged(&out);
    // 100 × 50 in 200 × 50: at its own size, in the middle.
    assert!(
        update(&file, &out).contains("/BBox[0 0 200 50]/Matrix[1 0 0 1 0 0]"),
        "{}",
        update(&file, &out)
    );
    assert!(update(&file, &out).contains("q 1 0 0 1 50 0 cm /S Do Q"));
}

#[test]
fn a_new_field_stands_upright_on_every_page_as_it_is_seen() {
    for (degrees, rectangle, matrix) in [
        (0_i64, [60.0, 80.0, 110.0, 105.0], None),
        (90, [465.0, 75.0, 490.0, 125.0], Some("[0 1 -1 0 0 0]")),
        (180, [410.0, 715.0, 460.0, 740.0], Some("[-1 0 0 -1 0 0]")),
        (-90, [65.0, 695.0, 90.0, 745.0], Some("[0 -1 1 0 0 0]")),
    ] {
        let page = format!("/Rotate {degrees}/CropBox[35 50 485 770]/UserUnit 2.0");
        let page = page.replace("485", if degrees.abs() == 90 { "520" } else { "485" });
        let file = Small::new("", &page).file(Kind::Table);
        let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
        judged(&out);
        leave(&format!("turned{degrees}.pdf"), &out);
        let field = |key| shown(&out, &["AcroForm", "Fields", "0", key]);
        assert_eq!(rounded(&field("Rect")), rectangle, "{degrees}");
        let form = shown(&out, &["AcroForm", "Fields", "0", "AP", "N"]);
        let form = form.as_stream().expect("a form");
        assert_eq!(form.dictionary.value(b"Matrix").is_some(), matrix.is_some());
        let update = update(&file, &out);
        if let Some(matrix) = matrix {
            assert!(update.contains(&format!("/Matrix{matrix}")), "{update}");
            let turn = degrees.rem_euclid(360);
            assert!(update.contains(&format!("/MK<</R {turn}>>")), "{update}");
        }
        assert_eq!(
            field("TU"),
            Object::String(b"\xFE\xFF\x75\x35\x5B\x50\x53\x70\x7A\xE0".to_vec())
        );
        assert_eq!(field("F"), Object::Integer(132));
    }
}

#[test]
fn what_is_indirect_is_written_again_and_not_what_refers_to_it() {
    // Form, its fields and the page's annotations: direct, indirect, absent.
    let forms = [
        ("", "", ""),
        ("/AcroForm<<>>", "", ""),
        ("/AcroForm<</Fields[]>>", "", ""),
        ("/AcroForm 7 0 R", "<</SigFlags 3>>", "null"),
        ("/AcroForm 7 0 R", "<</Fields 8 0 R/SigFlags 3>>", "[]"),
    ];
    let pages = [("", "null"), ("/Annots[]", "null"), ("/Annots 9 0 R", "[]")];
    for (catalog, form, fields) in forms {
        for (page, annotations) in pages {
            let file = Small::new(catalog, page)
                .with(7, if form.is_empty() { "null" } else { form })
                .with(8, if fields.is_empty() { "null" } else { fields })
                .with(9, annotations)
                .file(Kind::Stream);
            let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
            judged(&out);
            let field = shown(&out, &["AcroForm", "Fields", "0"]);
            assert!(matches!(field, Object::Dictionary(_)), "{catalog}{page}");
            let listed = shown(&out, &["Pages", "Kids", "0", "Annots", "0"]);
            assert_eq!(listed, field, "{catalog}{page}");
            let update = update(&file, &out);
            let written = |number: u32| update.contains(&format!("\n{number} 0 obj\n"));
            let first = update.starts_with("3 0 obj\n") || written(3);
            assert_eq!(first, !page.contains("9 0 R"), "{page}: {update}");
            assert_eq!(written(9), page.contains("9 0 R"));
            assert_eq!(written(7), form == "<</SigFlags 3>>", "{form}");
            assert_eq!(written(8), fields == "[]");
        }
    }
}

#[test]
fn an_invisible_field_has_no_area_and_no_appearance() {
    let file = Small::new("", "").file(Kind::Table);
    let out = sealed(&file, &request(Place::Invisible { name: "Quiet" })).expect("sealed");
    judged(&out);
    let field = |key| shown(&out, &["AcroForm", "Fields", "0", key]);
    assert_eq!(rounded(&field("Rect")), [0.0; 4]);
    assert_eq!(field("AP"), Object::Null);
    assert_eq!(field("T"), Object::String(b"Quiet".to_vec()));
}

#[test]
fn a_second_page_is_counted_from_one() {
    let file = Small::new("", "")
        .with(
            2,
            "<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2/MediaBox[0 0 600 800]>>",
        )
        .with(5, "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>")
        .file(Kind::Table);
    let second = NewField {
        page: 2,
        ..new_field("One")
    };
    let out = sealed(&file, &request(Place::Page(second))).expect("sealed");
    judged(&out);
    assert_eq!(
        shown(&out, &["Pages", "Kids", "1", "Annots", "0"]),
        shown(&out, &["AcroForm", "Fields", "0"])
    );
    assert_eq!(shown(&out, &["Pages", "Kids", "0", "Annots"]), Object::Null);
}

#[test]
fn a_lock_of_the_field_goes_into_its_signature() {
    let field = empty_field("Seal").replace(
        "/T(Seal)",
        "/T(Seal)/Lock<</Type/SigFieldLock/Action/Include/Fields[(a)(b.c)]>>",
    );
    let file = Small::new("/AcroForm<</Fields[8 0 R]>>", "/Annots[8 0 R]")
        .with(8, field)
        .file(Kind::Table);
    let out = sealed(&file, &existing("Seal", Fit::Within)).expect("sealed");
    judged(&out);
    let lock = ["AcroForm", "Fields", "0", "V", "Reference", "0"];
    let at = |path: &[&str]| shown(&out, &[lock.as_slice(), path].concat());
    assert_eq!(at(&["TransformMethod"]), Object::Name(b"FieldMDP".to_vec()));
    assert_eq!(
        at(&["TransformParams", "Fields", "1"]),
        Object::String(b"b.c".to_vec())
    );
}

#[test]
fn a_file_that_is_signed_keeps_the_rectangle_of_the_next_field() {
    let file = Small::new("/AcroForm<</Fields[8 0 R 9 0 R]>>", "/Annots[8 0 R 9 0 R]")
        .with(8, empty_field("One"))
        .with(9, empty_field("Two"))
        .file(Kind::Table);
    let first = sealed(&file, &existing("One", Fit::Natural)).expect("sealed");
    let second = sealed(&first, &existing("Two", Fit::Natural)).expect("sealed");
    assert_eq!(judged(&second), ["One", "Two"]);
    let field = |key| shown(&second, &["AcroForm", "Fields", "1", key]);
    assert_eq!(rounded(&field("Rect")), [100.0, 100.0, 300.0, 200.0]);
    assert_eq!(field("F"), Object::Integer(134));
    assert!(update(&first, &second).contains("q 1 0 0 1 50 25 cm /S Do Q"));
    leave("two-fields.pdf", &second);
}

#[test]
fn a_certification_is_named_in_the_catalog() {
    let file = Small::new("", "").file(Kind::Table);
    let mut certifying = request(Place::Page(new_field("One")));
    certifying.certification = affix::seal::Certification::Certify;
    let prepared = prepare(&file, &certifying).expect("prepared");
    let out = [file.as_slice(), prepared.appended()].concat();
    let named = shown(&out, &["Perms", "DocMDP"]);
    assert_eq!(named, shown(&out, &["AcroForm", "Fields", "0", "V"]));
    let level = ["Perms", "DocMDP", "Reference", "0", "TransformParams", "P"];
    assert_eq!(shown(&out, &level), Object::Integer(2));
}
