//! What XML is read, and each limit at it and beyond it.

use super::*;
use xml::Shape;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

fn strict(fault: xml::ReadXml) -> ReadXml {
    ReadXml::Strict(fault)
}

fn whole(inner: &str) -> String {
    format!("{HEAD}<ofd:A xmlns:ofd=\"{NAMESPACE}\">{inner}</ofd:A>")
}

fn read(inner: &str) -> Result<Element, ReadXml> {
    parse(whole(inner).as_bytes(), "A")
}

#[test]
fn a_tree_has_names_attributes_and_text() {
    let tree =
        read("<ofd:B ID=\"1\" x=\"a&amp;b\">甲&lt;<![CDATA[<乙>]]>&#x4E19;</ofd:B> <ofd:C/>");
    let tree = tree.expect("well-formed");
    let child = tree.child("B").expect("one");
    assert_eq!(child.text, "甲<<乙>丙");
    assert_eq!(
        (child.attribute("ID"), child.attribute("x")),
        (Some("1"), Some("a&b"))
    );
    assert_eq!((tree.text.as_str(), tree.children.len()), ("", 2));
    let plain = format!("<A xmlns=\"{NAMESPACE}\"/>");
    assert!(
        parse(plain.as_bytes(), "A").is_ok(),
        "the namespace as default"
    );
    assert_eq!(
        parse(plain.as_bytes(), "B"),
        Err(ReadXml::Root("A".to_owned()))
    );
}

#[test]
fn data_of_an_extension_are_of_whatever_schema_and_nothing_else_is() {
    let part = |root: &str, inner: &str| {
        let own = "<w:x xmlns:w=\"urn:w\"><w:y/></w:x>";
        let inner = inner.replace('@', own);
        let text = format!("<{root} xmlns=\"{NAMESPACE}\">{inner}</{root}>");
        parse(text.as_bytes(), root).err()
    };
    let foreign = Some(ReadXml::Namespace("x".to_owned()));
    let data = "<Extension><Data>@</Data></Extension>";
    assert_eq!(part("Extensions", data), None);
    assert_eq!(part("Document", data), foreign);
    assert_eq!(part("Extensions", "<Extension>@</Extension>"), foreign);
    assert_eq!(
        part("Extensions", "<Extension><Data/>@</Extension>"),
        foreign
    );
}

#[test]
fn an_element_that_may_occur_once_does_not_occur_twice() {
    let tree = read("<ofd:B/><ofd:B/>").expect("well-formed");
    assert_eq!(tree.one("B"), Err(Shape::Repeated("B")));
    assert_eq!(tree.all("B").count(), 2);
    assert_eq!(tree.child("C"), Err(Shape::Missing("C")));
    assert_eq!(tree.required("ID"), Err(Shape::Missing("ID")));
}

#[test]
fn what_others_read_differently_is_refused() {
    let foreign = |name: &str| ReadXml::Namespace(name.to_owned());
    for (inner, fault) in [
        ("<?b c?>", strict(xml::ReadXml::Instruction)),
        ("<ofd:B>&x;</ofd:B>", strict(xml::ReadXml::Entity)),
        ("<ofd:B>&#0;</ofd:B>", strict(xml::ReadXml::Entity)),
        ("<ofd:B>&#xFFFF;</ofd:B>", strict(xml::ReadXml::Entity)),
        ("<ofd:B x=\"&y;\"/>", strict(xml::ReadXml::Entity)),
        ("<B/>", foreign("B")),
        ("<ofd:B xmlns:ofd=\"urn:other\"/>", foreign("B")),
        ("<x:B xmlns:x=\"http://www.ofdspec.org\"/>", foreign("B")),
        ("<y:B/>", strict(xml::ReadXml::Prefix("y".to_owned()))),
        (
            "<ofd:B y:x=\"\"/>",
            strict(xml::ReadXml::Prefix("y".to_owned())),
        ),
        (
            "<ofd:B>a<!-- -->b</ofd:B>",
            strict(xml::ReadXml::Comment("B".to_owned())),
        ),
        (
            "<ofd:B><!-- -->b</ofd:B>",
            strict(xml::ReadXml::Comment("B".to_owned())),
        ),
        (
            "<ofd:B>b<!-- --></ofd:B>",
            strict(xml::ReadXml::Comment("B".to_owned())),
        ),
    ] {
        assert_eq!(read(inner), Err(fault), "{inner}");
    }
    assert!(read("<!-- between --><ofd:B/>").is_ok());
    let doctype = format!("<!DOCTYPE A [<!ENTITY x \"y\">]><A xmlns=\"{NAMESPACE}\"/>");
    assert_eq!(
        parse(doctype.as_bytes(), "A"),
        Err(strict(xml::ReadXml::Doctype))
    );
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for inner in [
        "<ofd:B>",
        "</ofd:B>",
        "<ofd:B></ofd:C>",
        "<ofd:B x=\"1\" x=\"2\"/>",
        "<ofd:B x=1/>",
        "<ofd:B x=\"<\"/>",
        "<ofd:B x=\"&#1;\"/>",
        "a & b",
        "\u{1}",
        "\u{FFFE}",
        "<?xml version=\"1.0\"?>",
    ] {
        let found = read(inner);
        assert!(
            matches!(
                found,
                Err(ReadXml::Strict(
                    xml::ReadXml::Malformed { .. } | xml::ReadXml::Entity
                ))
            ),
            "{inner}: {found:?}"
        );
    }
    for outer in [
        String::new(),
        HEAD.to_owned(),
        format!("{}<B xmlns=\"{NAMESPACE}\"/>", whole("")),
        format!("{}text", whole("")),
        format!(" {}", whole("")),
        whole("").replace("1.0", "1.1"),
    ] {
        let found = parse(outer.as_bytes(), "A");
        assert!(
            matches!(found, Err(ReadXml::Strict(xml::ReadXml::Malformed { .. }))),
            "{outer}: {found:?}"
        );
    }
}

#[test]
fn the_encoding_is_the_one_declared() {
    let text = whole("<ofd:B>甲</ofd:B>");
    assert!(parse(format!("\u{FEFF}{text}").as_bytes(), "A").is_ok());
    let wide = text.replace("UTF-8", "UTF-16");
    let octets = |units: fn(u16) -> [u8; 2], mark: &[u8]| {
        let units: Vec<u8> = wide.encode_utf16().flat_map(units).collect();
        [mark, &units].concat()
    };
    let big = octets(u16::to_be_bytes, &[0xFE, 0xFF]);
    let little = octets(u16::to_le_bytes, &[0xFF, 0xFE]);
    for octets in [&big, &little] {
        let tree = parse(octets, "A").expect("UTF-16");
        assert_eq!(tree.text_of("B"), Ok(Some("甲")));
    }
    for octets in [
        &big[..big.len() - 1],
        &big[2..],
        wide.as_bytes(),
        text.replace("UTF-8", "GBK").as_bytes(),
        b"\xFF",
        &[0xFE, 0xFF, 0xD8, 0x00],
    ] {
        let found = parse(octets, "A");
        assert!(matches!(
            found,
            Err(ReadXml::Strict(
                xml::ReadXml::Encoding | xml::ReadXml::Malformed { .. }
            ))
        ));
    }
    let declared = text.replace("UTF-8", "GBK");
    assert_eq!(
        parse(declared.as_bytes(), "A"),
        Err(strict(xml::ReadXml::Encoding))
    );
}

#[test]
fn each_limit_holds_at_it_and_not_beyond() {
    let deep = |depth: usize| "<ofd:B>".repeat(depth) + &"</ofd:B>".repeat(depth);
    assert!(read(&deep(RULES.depth - 1)).is_ok());
    assert_eq!(
        read(&deep(RULES.depth)),
        Err(strict(xml::ReadXml::Depth(64)))
    );
    let wide = |count: usize| {
        let attributes: String = (0..count)
            .map(|number| format!(" a{number}=\"\""))
            .collect();
        format!("<ofd:B{attributes}/>")
    };
    assert!(read(&wide(RULES.attributes)).is_ok());
    assert_eq!(
        read(&wide(RULES.attributes + 1)),
        Err(strict(xml::ReadXml::Attributes(64)))
    );
    // Declaration, root and its end are three nodes, each empty element two more.
    let many = |count: usize| "<ofd:B/>".repeat(count);
    assert!(read(&many((RULES.nodes - 3) / 2)).is_ok());
    assert_eq!(
        read(&many(RULES.nodes / 2)),
        Err(strict(xml::ReadXml::Nodes(1_000_000)))
    );
    let frame = whole("").len();
    let long = |length: usize| whole(&" ".repeat(length - frame));
    assert!(parse(long(MAX_OCTETS).as_bytes(), "A").is_ok());
    assert_eq!(
        parse(long(MAX_OCTETS + 1).as_bytes(), "A"),
        Err(strict(xml::ReadXml::Large(MAX_OCTETS)))
    );
}
