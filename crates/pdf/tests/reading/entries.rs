//! Forged entries of signature dictionaries, and dictionaries in the wrong place.

use crate::forms::{fault, fields, with_dictionary};
use crate::maker::{
    Bodies, Maker, TRAILER, bodies, dictionary, dictionary_of, document, hex, sealed, second,
    signed,
};

#[test]
fn each_entry_of_the_dictionary_is_what_it_must_be() {
    let of = |kind: &str, sub_filter: &str, extra: &str| {
        let mut objects = sealed("");
        objects.insert(20, dictionary_of(kind, sub_filter, extra));
        Maker::new(&document(), TRAILER)
            .update(&objects)
            .sign()
            .bytes
    };
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "no /Filter",
            with_dictionary(|body| body.replace("/Filter/Adobe.PPKLite", "")),
            "signature.filter",
        ),
        (
            "an unknown sub-filter",
            of("/Type/Sig", "/adbe.pkcs7.sha1", ""),
            "signature.sub-filter",
        ),
        (
            "no sub-filter",
            with_dictionary(|body| body.replace("/SubFilter/ETSI.CAdES.detached", "")),
            "signature.sub-filter",
        ),
        (
            "a time-stamp called a signature",
            of("/Type/Sig", "/ETSI.RFC3161", ""),
            "signature.type",
        ),
        (
            "a signature called a time-stamp",
            of("/Type/DocTimeStamp", "/ETSI.CAdES.detached", ""),
            "signature.type",
        ),
        (
            "a certificate beside the message",
            of("/Type/Sig", "/ETSI.CAdES.detached", "/Cert<3000>"),
            "signature.cert-entry",
        ),
        (
            "a date that is none",
            with_dictionary(|body| body.replace("D:2026", "D:20x6")),
            "signature.date",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

#[test]
fn transforms_and_places_are_what_they_must_be() {
    let transform = |parameters: &str| {
        let extra = format!("/Reference[{parameters}]");
        Maker::new(&document(), TRAILER)
            .update(&sealed(&extra))
            .sign()
            .bytes
    };
    let level = |level: &str| format!("<</TransformMethod/DocMDP/TransformParams<</P {level}>>>>");
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "certified twice",
            transform(&format!("{0}{0}", level("2"))),
            "signature.transform",
        ),
        (
            "certified at level 7",
            transform(&level("7")),
            "signature.transform",
        ),
        (
            "certified without parameters",
            transform("<</TransformMethod/DocMDP/TransformParams 99 0 R>>"),
            "signature.transform",
        ),
        (
            "locked without names",
            transform("<</TransformMethod/FieldMDP/TransformParams<</Action/Include>>>>"),
            "signature.transform",
        ),
        (
            "called a certification by the catalog alone",
            called_certification(),
            "signature.transform",
        ),
        ("in an object stream", packed(), "signature.compressed"),
        ("direct in its field", direct(), "signature.not-indirect"),
        (
            "not there",
            with_field("/V 99 0 R"),
            "signature.no-dictionary",
        ),
        (
            "the field itself",
            with_field("/V 6 0 R"),
            "signature.filter",
        ),
        ("an array", array(), "signature.no-dictionary"),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

fn called_certification() -> Vec<u8> {
    let mut objects = sealed("");
    objects.insert(
        1,
        document()[&1].replace("/AcroForm", "/Perms<</DocMDP 20 0 R>>/AcroForm"),
    );
    Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes
}

fn packed() -> Vec<u8> {
    let objects: Bodies = sealed("")
        .into_iter()
        .filter(|(number, _)| *number != 21)
        .collect();
    Maker::new(&document(), TRAILER)
        .packed_update(&objects, 50, "")
        .sign()
        .bytes
}

fn direct() -> Vec<u8> {
    let mut objects = sealed("");
    let field = objects[&6].replace("20 0 R", &objects[&20]);
    objects.insert(6, field);
    objects.remove(&20);
    Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes
}

fn with_field(value: &str) -> Vec<u8> {
    let field = document()[&6].replace("/F 132", &format!("/F 132{value}"));
    Maker::new(&document(), TRAILER)
        .update(&bodies(&[(6, &field)]))
        .bytes
}

fn array() -> Vec<u8> {
    let field = document()[&6].replace("/F 132", "/F 132/V 20 0 R");
    Maker::new(&document(), TRAILER)
        .update(&bodies(&[(6, &field), (20, "[1 2]")]))
        .bytes
}

#[test]
fn two_fields_never_show_one_signature() {
    // Both in the revision that signs.
    let mut objects = second("/Rect[0 0 0 0]", dictionary(""));
    let field = objects[&30].replace("31 0 R", "20 0 R");
    objects.insert(30, field);
    objects.remove(&31);
    objects.extend(sealed(""));
    let bytes = Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes;
    for field in fields(&bytes) {
        assert_eq!(
            field.value().map_err(|fault| fault.code()).err(),
            Some("signature.shared")
        );
    }
    // The second field later, with the dictionary of the first.
    let mut objects = second("/Rect[0 0 0 0]", String::new());
    let field = objects[&30].replace("31 0 R", "20 0 R");
    objects.insert(30, field);
    objects.remove(&31);
    assert_eq!(fault(&signed().update(&objects).bytes), "signature.shared");
}

#[test]
fn a_field_that_moves_to_an_older_signature_is_refused() {
    // The old field is gone, a new one takes the dictionary up.
    let mut objects = second("/Rect[0 0 0 0]", String::new());
    let field = objects[&30].replace("31 0 R", "20 0 R");
    objects.insert(30, field);
    objects.remove(&31);
    objects.insert(
        5,
        "<</Fields[9 0 R 30 0 R]/SigFlags 3/DA(/F 9 Tf)>>".to_owned(),
    );
    assert_eq!(
        fault(&signed().update(&objects).bytes),
        "signature.older-than-field"
    );
}

#[test]
fn a_signature_is_judged_in_the_revision_that_made_it() {
    // The range ends with the revision before: the update that shows the signature is not signed by it.
    let first = Maker::new(&document(), TRAILER);
    let end = first.bytes.len();
    let bytes = first
        .update(&sealed(""))
        .sign_as(
            |[_, a, b, _]| format!("0 {a} {b} {}", end.saturating_sub(b).max(1)),
            hex,
        )
        .bytes;
    assert_eq!(fault(&bytes), "signature.byte-range-end");
    // The range takes in an update that came later.
    let mut maker = signed();
    let old = maker.bytes.len();
    maker = maker.update(&bodies(&[(11, "<</Title(x)>>")]));
    let new = maker.bytes.len();
    let text = String::from_utf8_lossy(&maker.bytes).into_owned();
    let at = text.find("/ByteRange[").expect("there");
    let range = &text[at + 11..at + 11 + 84];
    let numbers: Vec<usize> = range
        .split_whitespace()
        .map(|n| n.parse().expect("a number"))
        .collect();
    let longer = format!("0 {} {} {}", numbers[1], numbers[2], numbers[3] + new - old);
    let at = maker
        .bytes
        .windows(11)
        .position(|w| w == b"/ByteRange[")
        .expect("there")
        + 11;
    maker.bytes[at..at + longer.len()].copy_from_slice(longer.as_bytes());
    assert_eq!(fault(&maker.bytes), "signature.byte-range-beyond");
}
