//! What is read, and what is refused for which reason.

use super::*;

fn refused(text: &str) -> ReadXml {
    parse(text.as_bytes()).expect_err("refused")
}

fn malformed(text: &str) {
    let found = refused(text);
    assert!(
        matches!(found, ReadXml::Malformed { .. }),
        "{text}: {found:?}"
    );
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for text in [
        "",
        "text",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>text",
        "<a k=\"<\"/>",
        "<a k=\"1\" k=\"2\"/>",
        "<a:b:c xmlns:a=\"urn:a\"/>",
        "<:a/>",
        "<1a/>",
        "<a\u{1}/>",
        "<a>\u{FFFE}</a>",
        " <?xml version=\"1.0\"?><a/>",
        "<?xml version=\"1.1\"?><a/>",
        "<a'/>",
    ] {
        malformed(text);
    }
}

#[test]
fn document_types_entities_and_instructions_are_refused() {
    assert_eq!(refused("<!DOCTYPE a><a/>"), ReadXml::Doctype);
    assert_eq!(refused("<a>&b;</a>"), ReadXml::Entity);
    assert_eq!(refused("<a b=\"&c;\"/>"), ReadXml::Entity);
    assert_eq!(refused("<a>&#0;</a>"), ReadXml::Entity);
    assert_eq!(refused("<a>&#xFFFF;</a>"), ReadXml::Entity);
    assert_eq!(refused("<?b c?><a/>"), ReadXml::Instruction);
    assert_eq!(refused("<a><?b c?></a>"), ReadXml::Instruction);
}

#[test]
fn prefixes_stand_for_something() {
    let prefix = |text: &str| ReadXml::Prefix(text.to_owned());
    assert_eq!(refused("<a:b/>"), prefix("a"));
    assert_eq!(refused("<b a:c=\"\"/>"), prefix("a"));
    assert_eq!(refused("<b xmlns:a=\"\"/>"), prefix("a"));
    assert_eq!(refused("<b xmlns:xml=\"urn:a\"/>"), prefix("xml"));
    assert_eq!(refused("<b xmlns:xmlns=\"urn:a\"/>"), prefix("xmlns"));
    assert_eq!(
        refused("<b xmlns:a=\"http://www.w3.org/XML/1998/namespace\"/>"),
        prefix("a")
    );
    // Out of force behind the element that declared it.
    assert_eq!(refused("<b><c xmlns:a=\"urn:a\"/><a:d/></b>"), prefix("a"));
}

#[test]
fn one_attribute_under_two_prefixes_is_one() {
    assert_eq!(
        refused("<x xmlns:a=\"urn:a\" xmlns:b=\"urn:a\" a:k=\"1\" b:k=\"2\"/>"),
        ReadXml::Attribute("k".to_owned())
    );
    assert!(parse(b"<x xmlns:a=\"urn:a\" xmlns=\"urn:a\" a:k=\"1\" k=\"2\"/>").is_ok());
}

#[test]
fn identifiers_are_unique_whatever_they_are_called() {
    for text in [
        "<a Id=\"1\"><b Id=\"1\"/></a>",
        "<a ID=\"1\"><b id=\"1\"/></a>",
        "<a xml:id=\"1\"><b Id=\"1\"/></a>",
    ] {
        assert_eq!(refused(text), ReadXml::Identifier("1".to_owned()));
    }
}

#[test]
fn limits_hold() {
    let deep = |count: usize| format!("{}{}", "<a>".repeat(count), "</a>".repeat(count));
    assert!(parse(deep(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(refused(&deep(MAX_DEPTH + 1)), ReadXml::Depth);
    let wide = |count: usize| {
        let all: String = (0..count).map(|one| format!(" k{one}=\"\"")).collect();
        format!("<a{all}/>")
    };
    assert!(parse(wide(MAX_ATTRIBUTES).as_bytes()).is_ok());
    assert_eq!(refused(&wide(MAX_ATTRIBUTES + 1)), ReadXml::Attributes);
    let many = format!("<a>{}</a>", "<b/>".repeat(MAX_NODES / 2));
    assert_eq!(refused(&many), ReadXml::Nodes);
    let declared = |count: usize| {
        let five = |at: usize| -> String {
            (0..5)
                .map(|one| format!(" xmlns:p{at}x{one}=\"urn:a\""))
                .collect()
        };
        let begins: String = (0..count).map(|at| format!("<a{}>", five(at))).collect();
        format!("{begins}{}", "</a>".repeat(count))
    };
    assert!(parse(declared(51).as_bytes()).is_ok());
    assert_eq!(refused(&declared(52)), ReadXml::Attributes);
    assert_eq!(parse(&vec![b' '; MAX_OCTETS + 1]), Err(ReadXml::Large));
}

#[test]
fn encodings_are_what_they_say() {
    let units = |text: &str, write: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(write).collect()
    };
    let wide = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>证</a>";
    let found = parse(&units(wide, u16::to_be_bytes)).expect("as declared");
    assert_eq!(found.text(), "证");
    assert!(parse(&units(wide, u16::to_le_bytes)).is_ok());
    assert!(parse("\u{FEFF}<a/>".as_bytes()).is_ok());
    for other in [
        b"<?xml version=\"1.0\" encoding=\"GBK\"?><a/>".to_vec(),
        b"<a>\xFF</a>".to_vec(),
        units(
            "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
            u16::to_be_bytes,
        ),
    ] {
        assert_eq!(parse(&other), Err(ReadXml::Encoding));
    }
}

#[test]
fn text_is_read_whole_or_not_at_all() {
    assert_eq!(
        refused("<a>b<!-- c -->d</a>"),
        ReadXml::Comment("a".to_owned())
    );
    let whole = parse(b"<a>b<![CDATA[&]]>c&amp;</a>").expect("well-formed");
    assert_eq!(whole.text(), "b&c&");
    assert_eq!(whole.children.len(), 1);
}
