//! Layers, decided: what is hidden by default is taken out, and what readers disagree about is refused.

use affix::flatten::{Done, flatten};
use pdf::ReadPdf;

use crate::files::{Kind, Small};
use crate::flattened::{all, content, flat, lines, stream, uncertain, with_content};

/// A file with two layers, the second hidden, and this content.
fn layered(data: &str) -> Small {
    let catalog = "/OCProperties<</OCGs[7 0 R 8 0 R]/D<</OFF[8 0 R]>>>>";
    let resources = "/Properties<</On 7 0 R/Off 8 0 R/Not 13 0 R/Other 14 0 R>>\
                     /XObject<</X 9 0 R/Y 10 0 R/Z 11 0 R>>";
    with_content(catalog, resources, data)
        .with(7, "<</Type/OCG/Name(shown)>>")
        .with(8, "<</Type/OCG/Name(hidden)>>")
        .with(
            9,
            stream("/Subtype/Form/BBox[0 0 9 9]/Resources<<>>", "(plain)"),
        )
        .with(
            10,
            stream(
                "/Subtype/Form/BBox[0 0 9 9]/OC 8 0 R/Resources<<>>",
                "(shadow)",
            ),
        )
        .with(
            11,
            stream(
                "/Subtype/Form/BBox[0 0 9 9]/OC 7 0 R/Resources<<>>",
                "(light)",
            ),
        )
        .with(13, "<</Type/OCMD/OCGs 8 0 R/P/AllOff>>")
        .with(14, "<</MCID 1>>")
}

#[test]
fn what_layers_hide_is_taken_out_and_what_sets_the_state_stays() {
    let flat_content = |data: &str| {
        let made = flat(&layered(data));
        let text = all(&made);
        assert!(!text.contains("OCG") && !text.contains("OCMD"), "{text}");
        (content(&made), made.lines)
    };
    for (data, wanted) in [
        ("/OC/On BDC (a)Tj EMC", vec!["(a)Tj"]),
        ("/OC/Not BDC 0 g EMC", vec!["0 g"]),
        (
            "/OC/Off BDC (a)Tj 0 0 9 9 re f /X Do /P sh EMC 1 w",
            vec!["1 w"],
        ),
        (
            "/OC/Off BDC 1 g 2 w q /F 9 Tf Q EMC",
            vec!["1 g", "2 w", "q", "/F 9 Tf", "Q"],
        ),
        // A path that clips goes on clipping.
        (
            "/OC/Off BDC 0 0 9 9 re W f EMC",
            vec!["0 0 9 9 re", "W", "n"],
        ),
        // One that was begun before is ended, as it would have been painted, and one begun here is painted behind.
        (
            "0 0 9 9 re /OC/Off BDC f EMC 1 w",
            vec!["0 0 9 9 re", "n", "1 w"],
        ),
        ("/OC/Off BDC 0 0 9 9 re EMC f", vec!["0 0 9 9 re", "f"]),
        // Text that moves to the next line goes on moving.
        (
            "BT /OC/Off BDC (a)' 1 2(b)\" EMC T* (c)Tj ET",
            vec!["BT", "T*", "1 Tw 2 Tc", "T*", "T*", "(c)Tj", "ET"],
        ),
        // What is inside what is hidden is hidden, and what is marked for others keeps its mark.
        (
            "/OC/Off BDC /OC/On BDC (a)Tj /Span<</ActualText(b)>>BDC (c)Tj EMC EMC EMC",
            vec![],
        ),
        (
            "/P/Other BDC /OC/On BDC 0 g EMC EMC",
            vec!["/P/Other BDC", "0 g", "EMC"],
        ),
        ("/OC/Off BDC BI/W 1 ID \x01 EI EMC EMC", vec![]),
    ] {
        let (found, lines) = flat_content(data);
        assert_eq!(found, wanted, "{data}");
        assert_eq!(lines[0].done, Done::LayersDecided);
    }
}

#[test]
fn what_only_hidden_content_painted_is_not_in_the_file() {
    let made = flat(&layered("/X Do /Y Do /Z Do"));
    let text = all(&made);
    assert!(text.contains("(plain)") && text.contains("(light)"));
    assert!(!text.contains("(shadow)"), "{text}");
    assert!(lines(&made).contains(&(Done::HiddenContent, None, Some(10))));
    let made = flat(&layered("/OC/Off BDC /X Do EMC /Z Do"));
    let text = all(&made);
    assert!(
        !text.contains("(plain)") && text.contains("(light)"),
        "{text}"
    );
}

#[test]
fn layers_inside_forms_patterns_glyphs_and_annotations_are_decided() {
    let inside = "/Subtype/Form/BBox[0 0 9 9]/Resources<</Properties<</A 8 0 R/B 7 0 R>>>>";
    let data = "/OC/A BDC (shadow)Tj EMC BT /OC/B BDC (light)Tj EMC ET";
    let font = "<</Type/Font/Subtype/Type3/CharProcs<</a 16 0 R>>/Resources<</Properties<</A 8 0 R/B 7 0 R>>>>>>";
    for small in [
        layered("/X Do").with(9, stream(inside, data)),
        layered("/X Do")
            .with(
                9,
                stream("/BBox[0 0 9 9]/Resources<</Font<</F 15 0 R>>>>", "0 g"),
            )
            .with(15, font)
            .with(16, stream("", data)),
    ] {
        let text = all(&flat(&small));
        assert!(
            text.contains("(light)") && !text.contains("(shadow)"),
            "{text}"
        );
    }
    for (layer, seen) in [("7 0 R", true), ("8 0 R", false), ("13 0 R", true)] {
        let page = "<</Type/Page/Parent 2 0 R/Annots[17 0 R]/Contents 4 0 R>>";
        let annotation = format!("<</Subtype/Stamp/Rect[0 0 9 9]/AP<</N 9 0 R>>/OC {layer}>>");
        let small = layered("0 g").with(3, page).with(17, annotation);
        assert_eq!(all(&flat(&small)).contains("(plain)"), seen, "{layer}");
    }
}

#[test]
fn memberships_are_decided_by_policy_and_expression() {
    for (membership, seen) in [
        ("/OCGs[7 0 R 8 0 R]", true),
        ("/OCGs[7 0 R 8 0 R]/P/AllOn", false),
        ("/OCGs[7 0 R 8 0 R]/P/AnyOff", true),
        ("/OCGs[7 0 R 8 0 R]/P/AllOff", false),
        ("/OCGs 8 0 R", false),
        ("/OCGs[]", true),
        ("/OCGs 8 0 R/VE[/Not 8 0 R]", true),
        ("/VE[/And 7 0 R[/Not 7 0 R]]", false),
        ("/VE[/Or 8 0 R 7 0 R]", true),
    ] {
        let body = format!("<</Type/OCMD{membership}>>");
        let small = layered("/OC/Not BDC (seen)Tj EMC").with(13, body);
        assert_eq!(all(&flat(&small)).contains("(seen)"), seen, "{membership}");
    }
    let broken = layered("/OC/Not BDC EMC").with(13, "<</Type/OCMD/VE[/Nand 7 0 R]>>");
    let refused = flatten(&broken.file(Kind::Table));
    assert_eq!(refused, Err(ReadPdf::Type { what: "/VE" }.into()));
}

#[test]
fn layers_of_which_readers_show_different_things_are_refused() {
    let refused = |small: &Small| uncertain(small);
    let before = "hidden text before text that is shown";
    assert_eq!(
        refused(&layered("BT /OC/Off BDC (a)Tj EMC (b)Tj ET")),
        before
    );
    assert_eq!(
        refused(&layered("BT 7 Tr /OC/Off BDC (a)Tj EMC ET")),
        "hidden text that may clip"
    );
    let nameless =
        layered("/X Do").with(9, stream("/Subtype/Form/BBox[0 0 9 9]", "/OC/On BDC EMC"));
    assert_eq!(refused(&nameless), "a layer named without resources");
    let group = |body: &str, configuration: &str| {
        let mut small = layered("0 g").with(8, format!("<</Type/OCG{body}>>"));
        let properties = format!("/OCProperties<</OCGs[7 0 R 8 0 R]/D<<{configuration}>>>>");
        small.put(1, format!("<</Type/Catalog/Pages 2 0 R{properties}>>"));
        small
    };
    let uses = "/AS[<</Event/View/OCGs[8 0 R]/Category[/View]>>]";
    let circumstances = "a layer that circumstances show or hide";
    for usage in [
        "/View<</ViewState/OFF>>",
        "/Zoom<</min 2>>",
        "/Language<</Lang(zh)>>",
    ] {
        let small = group(&format!("/Usage<<{usage}>>"), uses);
        assert_eq!(refused(&small), circumstances, "{usage}");
    }
    let same = group("/Usage<</View<</ViewState/ON>>>>", uses);
    assert_eq!(lines(&flat(&same)).len(), 1, "as it is by default");
    let design = group("/Intent/Design", "/OFF[8 0 R]");
    assert_eq!(refused(&design), "a hidden layer of another intent");
}
