//! What is read, and what is refused for which reason.

use super::*;
use crate::fault::Shape;

/// Small limits, and all that may differ allowed but two of an identifier.
pub(crate) const RULES: Rules = Rules {
    octets: 20_000,
    depth: 16,
    nodes: 1_000,
    attributes: 8,
    declarations: 20,
    utf16: true,
    mixed: true,
    ordered: true,
    identifiers: true,
};

fn read(text: &str) -> Result<Element, ReadXml> {
    parse(text.as_bytes(), &RULES)
}

fn refused(text: &str) -> ReadXml {
    read(text).expect_err("refused")
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
        "<a k=1/>",
        "<a k=\"&#1;\"/>",
        "</a>",
        "<a b$=\"\"/>",
        "<a><?xml version=\"1.0\"?></a>",
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
    assert!(read("<x xmlns:a=\"urn:a\" xmlns=\"urn:a\" a:k=\"1\" k=\"2\"/>").is_ok());
}

#[test]
fn identifiers_are_unique_whatever_they_are_called() {
    for text in [
        "<a Id=\"1\"><b Id=\"1\"/></a>",
        "<a ID=\"1\"><b id=\"1\"/></a>",
        "<a xml:id=\"1\"><b Id=\"1\"/></a>",
    ] {
        assert_eq!(refused(text), ReadXml::Identifier("1".to_owned()));
        let rules = Rules {
            identifiers: false,
            ..RULES
        };
        assert!(parse(text.as_bytes(), &rules).is_ok());
    }
}

#[test]
fn each_limit_holds_at_it_and_not_beyond() {
    let deep = |count: usize| format!("{}{}", "<a>".repeat(count), "</a>".repeat(count));
    assert!(read(&deep(RULES.depth)).is_ok());
    assert_eq!(refused(&deep(RULES.depth + 1)), ReadXml::Depth(RULES.depth));
    let wide = |count: usize| {
        let all: String = (0..count).map(|one| format!(" k{one}=\"\"")).collect();
        format!("<a{all}/>")
    };
    assert!(read(&wide(RULES.attributes)).is_ok());
    let attributes = ReadXml::Attributes(RULES.attributes);
    assert_eq!(refused(&wide(RULES.attributes + 1)), attributes);
    // The root and each element in it are two nodes, and so many texts, comments and references are one each.
    let many = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count / 2 - 1));
    assert!(read(&many(RULES.nodes)).is_ok());
    assert_eq!(refused(&many(RULES.nodes + 2)), ReadXml::Nodes(RULES.nodes));
    for piece in ["<!---->", "&#9;", "<![CDATA[]]>"] {
        let many = |count: usize| format!("<a>{}</a>", piece.repeat(count));
        assert!(read(&many(RULES.nodes - 2)).is_ok(), "{piece}");
        let beyond = many(RULES.nodes - 1);
        assert_eq!(refused(&beyond), ReadXml::Nodes(RULES.nodes), "{piece}");
    }
    let long = |octets: usize| format!("<a>{}</a>", " ".repeat(octets - 7));
    assert!(read(&long(RULES.octets)).is_ok());
    let large = ReadXml::Large(RULES.octets);
    assert_eq!(refused(&long(RULES.octets + 1)), large);
}

#[test]
fn namespaces_in_force_at_one_place_are_limited() {
    let declared = |count: usize, beside: &str| {
        let five = |at: usize| -> String {
            let all = 0..5;
            all.map(|one| format!(" xmlns:p{at}x{one}=\"urn:a\""))
                .collect()
        };
        let begins: String = (0..count).map(|at| format!("<a{}>", five(at))).collect();
        format!("{begins}{beside}{}", "</a>".repeat(count))
    };
    let deepest = RULES.declarations / 5;
    assert!(read(&declared(deepest, "")).is_ok());
    let most = ReadXml::Declarations(RULES.declarations);
    let one_more = "<b xmlns:q=\"urn:a\"/>";
    assert_eq!(refused(&declared(deepest, one_more)), most);
    // What is out of force does not count.
    let twice = [declared(deepest, ""), declared(deepest, "")].concat();
    assert!(read(&format!("<a>{twice}</a>")).is_ok());
}

#[test]
fn names_beyond_those_that_are_kept_are_the_same() {
    let rules = Rules {
        octets: 1_000_000,
        nodes: 100_000,
        ..RULES
    };
    let each = |one: usize| format!("<n{one} xmlns=\"urn:{}\" n{one}=\"\"/>", one % 2);
    let inner: String = (0..NAMES + 20).map(each).collect();
    let text = format!("<a>{inner}{inner}</a>");
    let tree = parse(text.as_bytes(), &rules).expect("well-formed");
    for (at, child) in tree.children.iter().enumerate() {
        let number = at % (NAMES + 20);
        let name = format!("n{number}");
        assert!(child.is(&format!("urn:{}", number % 2), &name));
        assert_eq!(child.attribute(&name), Some(""));
    }
}

#[test]
fn encodings_are_what_they_say() {
    let units = |text: &str, write: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(write).collect()
    };
    let wide = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>证</a>";
    let narrow = Rules {
        utf16: false,
        ..RULES
    };
    for octets in [units(wide, u16::to_be_bytes), units(wide, u16::to_le_bytes)] {
        let found = parse(&octets, &RULES).expect("as declared");
        assert_eq!(found.text, "证");
        assert_eq!(parse(&octets, &narrow), Err(ReadXml::Encoding));
        let cut = octets.split_last().map(|(_, rest)| rest);
        assert_eq!(parse(cut.expect("octets"), &RULES), Err(ReadXml::Encoding));
    }
    assert!(read("\u{FEFF}<a/>").is_ok());
    for other in [
        b"<?xml version=\"1.0\" encoding=\"GBK\"?><a/>".to_vec(),
        b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>".to_vec(),
        b"<a>\xFF</a>".to_vec(),
        b"\xFE\xFF\xD8\x00".to_vec(),
        units(
            "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
            u16::to_be_bytes,
        ),
    ] {
        assert_eq!(parse(&other, &RULES), Err(ReadXml::Encoding));
    }
}

#[test]
fn text_is_read_whole_or_not_at_all() {
    let comment = ReadXml::Comment("a".to_owned());
    for text in [
        "<a>b<!-- c -->d</a>",
        "<a><!-- c -->d</a>",
        "<a>b<!-- c --></a>",
        "<a><!-- c --><b/>d</a>",
    ] {
        assert_eq!(refused(text), comment, "{text}");
    }
    assert!(read("<a><!-- between --> <b/></a>").is_ok());
    let whole = read("<a>b<![CDATA[&]]>c&amp;&#x4E19;</a>").expect("well-formed");
    assert_eq!(whole.text, "b&c&丙");
    let mixed = read("<a> b <c>d</c> e<f/></a>").expect("well-formed");
    assert_eq!((mixed.text.as_str(), &*mixed.trimmed()), (" b ", "b  e"));
    assert_eq!((mixed.pieces(9), mixed.pieces(1)), (3, 2));
}

#[test]
fn text_beside_elements_is_for_the_field_to_allow() {
    let rules = Rules {
        mixed: false,
        ..RULES
    };
    let refused = Err(ReadXml::Mixed("a".to_owned()));
    for text in ["<a>b<c/></a>", "<a><c/>b</a>", "<a><c/> <c/>&#49;<c/></a>"] {
        assert_eq!(parse(text.as_bytes(), &rules), refused, "{text}");
        assert!(read(text).is_ok());
    }
    assert!(parse(b"<a> <c>b</c> </a>", &rules).is_ok());
}

#[test]
fn the_order_of_text_is_kept_where_it_is_signed() {
    let text = "<a> <b> </b>\n<c/></a>";
    let kept = read(text).expect("well-formed");
    let behind: Vec<&str> = kept
        .children
        .iter()
        .map(|one| one.behind.as_str())
        .collect();
    assert_eq!((kept.text.as_str(), behind), (" ", vec!["\n", ""]));
    let rules = Rules {
        ordered: false,
        ..RULES
    };
    let bare = parse(text.as_bytes(), &rules).expect("well-formed");
    assert_eq!((bare.text.as_str(), bare.text_of("b")), ("", Ok(Some(""))));
    assert_eq!(bare.child("b").map(|one| one.text.as_str()), Ok(" "));
    let mixed = parse(b"<a> b<c/> d</a>", &rules).expect("well-formed");
    assert_eq!((mixed.text.as_str(), &*mixed.trimmed()), (" b d", "b d"));
}

#[test]
fn an_element_knows_its_children_by_name() {
    let tree =
        read("<a xmlns=\"urn:a\" xmlns:b=\"urn:b\" k=\"1\" b:k=\"2\"><c/><c/><b:c/><d/></a>");
    let tree = tree.expect("well-formed");
    assert_eq!(tree.all("c").count(), 2);
    assert_eq!(tree.one("c"), Err(Shape::Repeated("c")));
    assert_eq!(tree.one("e"), Ok(None));
    assert_eq!(tree.child("e"), Err(Shape::Missing("e")));
    assert!(tree.child("d").is_ok_and(|one| one.is("urn:a", "d")));
    assert!(tree.child_in("urn:b", "c").is_ok());
    assert_eq!(tree.child_in("urn:b", "d"), Err(Shape::Missing("d")));
    assert_eq!(
        (tree.required("k"), tree.attribute_in("urn:b", "k")),
        (Ok("1"), Some("2"))
    );
    assert_eq!(tree.required("l"), Err(Shape::Missing("l")));
    assert_eq!(tree.end, 69);
}
