//! The canonical form, by the examples of the W3C and rule by rule.

use crate::parse;
use crate::read::tests::RULES;

fn form(text: &str) -> String {
    let tree = parse(text.as_bytes(), &RULES).expect("well-formed");
    let octets = super::canonical(&tree, None, 1_000);
    String::from_utf8(octets.expect("short")).expect("text")
}

#[test]
fn a_piece_has_one_form_wherever_it_stands() {
    // W3C Exclusive XML Canonicalization 1.0, 2.2: the enclosing element's namespaces and xml: attributes stay behind.
    let piece = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"/></n1:elem2>";
    let alone = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>";
    assert_eq!(form(piece), alone);
    let around = format!(
        "<n0:pdu xmlns:n0=\"http://a.example\" xmlns:n1=\"http://example.net\" xmlns:n2=\"http://b.example\" xml:space=\"retain\">{piece}</n0:pdu>"
    );
    let root = parse(around.as_bytes(), &RULES).expect("well-formed");
    let inner = root.children.first().expect("one child");
    let form = super::canonical(inner, None, 1_000);
    assert_eq!(form.as_deref(), Some(alone.as_bytes()));
}

#[test]
fn namespaces_are_declared_where_they_are_used_and_not_again() {
    assert_eq!(
        form("<a:x xmlns:a=\"urn:a\" xmlns:b=\"urn:b\"><a:y/><b:z/><b:z b:k=\"1\"/></a:x>"),
        "<a:x xmlns:a=\"urn:a\"><a:y></a:y><b:z xmlns:b=\"urn:b\"></b:z><b:z xmlns:b=\"urn:b\" b:k=\"1\"></b:z></a:x>"
    );
    // One prefix, two namespaces; and back again.
    assert_eq!(
        form(
            "<a:x xmlns:a=\"urn:a\"><a:y xmlns:a=\"urn:b\"><a:z xmlns:a=\"urn:a\"/></a:y><a:w/></a:x>"
        ),
        "<a:x xmlns:a=\"urn:a\"><a:y xmlns:a=\"urn:b\"><a:z xmlns:a=\"urn:a\"></a:z></a:y><a:w></a:w></a:x>"
    );
}

#[test]
fn the_default_namespace_is_left_where_it_ends() {
    assert_eq!(
        form(
            "<x xmlns=\"urn:a\"><y xmlns=\"\"><z/></y><a:w xmlns:a=\"urn:b\" k=\"1\"><v/></a:w></x>"
        ),
        "<x xmlns=\"urn:a\"><y xmlns=\"\"><z></z></y><a:w xmlns:a=\"urn:b\" k=\"1\"><v></v></a:w></x>"
    );
    assert_eq!(form("<x xmlns=\"\"><y/></x>"), "<x><y></y></x>");
    // Declared for what is inside, and not used outside.
    assert_eq!(
        form("<a:x xmlns:a=\"urn:a\" xmlns=\"urn:b\"><y/></a:x>"),
        "<a:x xmlns:a=\"urn:a\"><y xmlns=\"urn:b\"></y></a:x>"
    );
}

#[test]
fn attributes_stand_by_namespace_and_name() {
    // Canonical XML 1.0, 3.3.
    assert_eq!(
        form(
            "<e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr2=\"all\" attr=\"I'm\" b:attr=\"sorted\" a:attr=\"out\"/>"
        ),
        "<e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>"
    );
    assert_eq!(
        form("<e b=\"1\"   a='2' xml:id=\"i\"\n/>"),
        "<e a=\"2\" b=\"1\" xml:id=\"i\"></e>"
    );
}

#[test]
fn characters_have_one_form() {
    // Canonical XML 1.0, 3.4.
    assert_eq!(
        form("<d>First line&#x0d;&#10;Second \"line\" &gt; &lt; &amp; ></d>"),
        "<d>First line&#xD;\nSecond \"line\" &gt; &lt; &amp; &gt;</d>"
    );
    assert_eq!(form("<d>a\r\nb\rc</d>"), "<d>a\nb\nc</d>");
    assert_eq!(
        form("<d><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></d>"),
        "<d>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</d>"
    );
    assert_eq!(
        form("<d k='v>\"0\" &amp;&amp; &lt;\"10\" &apos;&#xD;&#xA;&#9;x&#x20;y\tz\nw'/>"),
        "<d k=\"v>&quot;0&quot; &amp;&amp; &lt;&quot;10&quot; '&#xD;&#xA;&#x9;x y z w\"></d>"
    );
    assert_eq!(form("<d>&#169;証&#x7167;</d>"), "<d>©証照</d>");
}

#[test]
fn what_stands_around_the_root_and_comments_are_left_out() {
    // Canonical XML 1.0, 3.1, without comments.
    assert_eq!(
        form(
            "<?xml version=\"1.0\"?>\n<!-- one -->\n<doc>  <!-- two --> <e/></doc>\n<!-- three -->\n"
        ),
        "<doc>   <e></e></doc>"
    );
}

#[test]
fn the_form_of_a_form_is_itself() {
    let text = "<a:x xmlns:a=\"urn:a\" xmlns=\"urn:b\" k=\"&#9;&quot;\"><y a:k='1'>&amp;&#13;</y><z xmlns=\"\"/></a:x>";
    assert_eq!(form(&form(text)), form(text));
}

#[test]
fn a_child_may_be_left_out() {
    let root = parse(b"<x><y>1</y><z/>2</x>", &RULES).expect("well-formed");
    let second = root.children.get(1);
    let form = super::canonical(&root, second, 16);
    assert_eq!(form.as_deref(), Some(b"<x><y>1</y>2</x>".as_slice()));
    assert_eq!(super::canonical(&root, second, 15), None);
}

#[test]
fn a_form_is_no_longer_than_is_asked_for() {
    let uses = "<a:b/>".repeat(200);
    let text = format!("<x xmlns:a=\"urn:{}\">{uses}</x>", "a".repeat(5_000));
    let tree = parse(text.as_bytes(), &RULES).expect("well-formed");
    assert_eq!(super::canonical(&tree, None, 1_000_000), None);
    let whole = super::canonical(&tree, None, 2_000_000).expect("a million octets");
    assert!(whole.len() > 1_000_000 && whole.len() > 100 * text.len());
    let exactly = super::canonical(&tree, None, whole.len());
    assert_eq!(exactly.map(|form| form.len()), Some(whole.len()));
}
