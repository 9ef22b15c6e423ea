//! Names: comparison, display, refusal.

use super::*;

fn raw(attributes: &[(Oid, Tag, &[u8])]) -> Vec<u8> {
    write::sequence(attributes.iter().map(|(kind, tag, value)| {
        write::set_of([write::sequence([
            write::oid(kind),
            write::element(*tag, value),
        ])])
    }))
}

fn one(tag: Tag, value: &str) -> Name {
    Name::parse(&raw(&[(id::ORGANIZATION, tag, value.as_bytes())])).expect("a name")
}

#[test]
fn case_space_and_string_type_do_not_matter() {
    let name = one(Tag::UTF8_STRING, "Example Office");
    assert_eq!(name, one(Tag::PRINTABLE_STRING, "  EXAMPLE   office "));
    assert_ne!(name, one(Tag::UTF8_STRING, "ExampleOffice"));
    assert_eq!(
        one(Tag::UTF8_STRING, "示例市 市场监管局"),
        one(Tag::UTF8_STRING, "示例市\u{3000}市场监管局")
    );
    // Full-width letters are compatibility forms of the narrow ones.
    assert_eq!(
        one(Tag::UTF8_STRING, "ＡＢＣ"),
        one(Tag::UTF8_STRING, "abc")
    );
    assert_eq!(
        one(Tag::UTF8_STRING, "Straße"),
        one(Tag::UTF8_STRING, "STRASSE")
    );
}

#[test]
fn values_with_prohibited_characters_match_octet_for_octet() {
    let rare = one(Tag::UTF8_STRING, "\u{2ceb2}氏 A");
    assert_eq!(rare, one(Tag::UTF8_STRING, "\u{2ceb2}氏 A"));
    assert_ne!(rare, one(Tag::UTF8_STRING, "\u{2ceb2}氏 a"));
}

#[test]
fn other_string_types_match_octet_for_octet() {
    let bmp = Name::parse(&raw(&[(id::ORGANIZATION, BMP_STRING, &[0x79, 0x3a])])).expect("a name");
    assert_eq!(bmp.text(&id::ORGANIZATION).as_deref(), Some("示"));
    assert_ne!(bmp, one(Tag::UTF8_STRING, "示"));
}

#[test]
fn attributes_of_one_relative_name_match_in_any_order_of_values() {
    let pair = |a: &str, b: &str| {
        let one =
            |kind: &Oid, text: &str| write::sequence([write::oid(kind), write::utf8_string(text)]);
        let set = write::set_of([one(&id::COMMON_NAME, a), one(&id::COMMON_NAME, b)]);
        Name::parse(&write::sequence([set])).expect("a name")
    };
    // Folding changes the order of the encodings.
    assert_eq!(pair("a", "B"), pair("A", "b"));
}

#[test]
fn a_name_is_within_its_beginning_only() {
    let base = Name::of(&[(id::COUNTRY, "CN"), (id::ORGANIZATION, "局")]).expect("a name");
    let below = Name::of(&[
        (id::COUNTRY, "cn"),
        (id::ORGANIZATION, "局"),
        (id::COMMON_NAME, "x"),
    ])
    .expect("a name");
    let beside = Name::of(&[(id::COUNTRY, "CN"), (id::ORGANIZATION, "局二")]).expect("a name");
    assert!(below.is_within(&base) && base.is_within(&base));
    assert!(!base.is_within(&below) && !beside.is_within(&base));
}

#[test]
fn names_are_shown_most_specific_first_and_escaped() {
    let name = Name::of(&[
        (id::COUNTRY, "CN"),
        (id::ORGANIZATION, "示例市市场监督管理局"),
        (id::ORGANIZATION_IDENTIFIER, "NTRCN-11330100002489559A"),
        (id::COMMON_NAME, " 专用章, \"一\"\n"),
    ])
    .expect("a name");
    assert_eq!(
        name.to_string(),
        "CN=\\ 专用章\\, \\\"一\\\"\\0a,organizationIdentifier=NTRCN-11330100002489559A,\
         O=示例市市场监督管理局,C=CN"
    );
    let odd = Name::parse(&raw(&[(Oid::of(&[1, 2, 3]), Tag::INTEGER, &[5])])).expect("a name");
    assert_eq!(odd.to_string(), "1.2.3=#020105");
}

#[test]
fn faulty_names_are_refused() {
    assert_eq!(
        Name::of(&[(id::COUNTRY, "中国")]).err(),
        Some(ReadName::Value {
            attribute: Box::new(id::COUNTRY)
        })
    );
    assert_eq!(
        Name::parse(&raw(&[(id::COMMON_NAME, Tag::UTF8_STRING, &[0xff])])).err(),
        Some(ReadName::Value {
            attribute: Box::new(id::COMMON_NAME)
        })
    );
    let empty = write::sequence([write::set_of::<&[u8]>([])]);
    assert_eq!(Name::parse(&empty).err(), Some(ReadName::EmptyRelative));
    let attributes = vec![(id::COMMON_NAME, "x"); MAX_ATTRIBUTES + 1];
    assert_eq!(
        Name::of(&attributes).err(),
        Some(ReadName::TooManyAttributes)
    );
    assert!(Name::of(&attributes[..MAX_ATTRIBUTES]).is_ok());
}
