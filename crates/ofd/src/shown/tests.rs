//! What pages show: what is read of each kind of object, and what is told of the rest.

use std::io::Cursor;

use super::*;
use crate::tree::NAMESPACE;
use container::Change;

/// A file of one page with this content, these resources, and more in `Document.xml`.
fn file(content: &str, resources: &str, more: &str) -> Showing<Cursor<Vec<u8>>> {
    file_with(content, resources, more, 1)
}

/// The same, the part with its annotations named so often.
fn file_with(content: &str, resources: &str, more: &str, named: usize) -> Showing<Cursor<Vec<u8>>> {
    let part = |name: &str, inner: &str| format!("<{name} xmlns=\"{NAMESPACE}\">{inner}</{name}>");
    let mut package = Change::empty();
    let mut put = |name: &str, text: String| package.put(name, text.into_bytes());
    put(
        "OFD.xml",
        part(
            "OFD",
            "<DocBody><DocInfo/><DocRoot>D/Document.xml</DocRoot></DocBody>",
        ),
    );
    let inner = format!(
        "<CommonData><PageArea><PhysicalBox>0 0 20 10</PhysicalBox></PageArea><PublicRes>Res.xml</PublicRes>{more}"
    );
    put("D/Document.xml", part("Document", &inner));
    put("D/Res.xml", part("Res", resources));
    put("D/Page.xml", part("Page", content));
    put(
        "D/Under.xml",
        part("Page", "<Content><Layer>@</Layer></Content>").replace('@', &square("under")),
    );
    put(
        "D/Annotations.xml",
        part(
            "Annotations",
            &"<Page PageID=\"1\"><FileLoc>Annot.xml</FileLoc></Page>".repeat(named),
        ),
    );
    let shown = format!(
        "<Appearance Boundary=\"1 2 3 4\">{}</Appearance>",
        square("shown")
    );
    let annotations =
        format!("<Annot ID=\"a\">{shown}</Annot><Annot ID=\"b\" Visible=\"false\">{shown}</Annot>");
    put("D/Annot.xml", part("PageAnnot", &annotations));
    Showing::open(Cursor::new(package.finish().expect("plain names"))).expect("it is read")
}

/// The end of `Document.xml` without templates and annotations.
const PAGES: &str = "</CommonData><Pages><Page ID=\"1\" BaseLoc=\"Page.xml\"/></Pages>";

fn square(id: &str) -> String {
    format!(
        "<PathObject ID=\"{id}\" Boundary=\"0 0 5 5\"><AbbreviatedData>M 0 0 L 5 5</AbbreviatedData></PathObject>"
    )
}

fn layer(objects: &str) -> String {
    format!("<Content><Layer ID=\"l\">{objects}</Layer></Content>")
}

fn leaf(objects: &str, resources: &str) -> Leaf {
    file(&layer(objects), resources, PAGES)
        .page(0)
        .expect("a page")
}

fn gaps(leaf: &Leaf) -> Vec<(&str, &Unread)> {
    leaf.gaps
        .iter()
        .map(|gap| (gap.object.as_str(), &gap.what))
        .collect()
}

fn ids(objects: &[Object]) -> Vec<&str> {
    let each = objects.iter().map(|object| match &object.drawing {
        Drawing::Group(inner) => inner.first().map_or("", |one| one.id.as_str()),
        _ => object.id.as_str(),
    });
    each.collect()
}

#[test]
fn templates_layers_and_annotations_lie_in_their_order() {
    let layers = ["Foreground", "Body", "Background"].map(|kind| {
        let square = square(kind);
        format!("<Layer Type=\"{kind}\">{square}</Layer>")
    });
    let more = format!(
        "<TemplatePage ID=\"8\" BaseLoc=\"Under.xml\"/>{PAGES}<Annotations>Annotations.xml</Annotations>"
    );
    let content = |order: &str| {
        format!(
            "<Template TemplateID=\"8\"{order}/><Template TemplateID=\"9\"/><Content>{}</Content>",
            layers.concat()
        )
    };
    let mut under = file(&content(""), "", &more);
    let page = under.page(0).expect("a page");
    assert_eq!(
        ids(&page.objects),
        ["under", "Background", "Body", "Foreground", "shown"]
    );
    assert_eq!(gaps(&page), [("9", &Unread::Resource("9".to_owned()))]);
    let mut over = file(&content(" ZOrder=\"Foreground\""), "", &more);
    let page = over.page(0).expect("a page");
    assert_eq!(
        ids(&page.objects),
        ["Background", "Body", "Foreground", "under", "shown"]
    );
    assert_eq!(over.page(1), None);
}

#[test]
fn characters_stand_where_deltas_put_them_and_glyphs_in_their_place() {
    let text = "<TextObject ID=\"t\" Boundary=\"0 0 9 9\" Font=\"1\" Size=\"3\" CharDirection=\"90\" ReadDirection=\"180\">\
                <TextCode X=\"1\" Y=\"2\" DeltaX=\"g 2 3\" DeltaY=\"0 0 1\">甲乙丙丁</TextCode><TextCode Y=\"5\">戊己</TextCode>\
                <CGTransform CodePosition=\"1\" CodeCount=\"2\" GlyphCount=\"1\"><Glyphs>77</Glyphs></CGTransform>\
                <CGTransform CodePosition=\"4\" CodeCount=\"1\" GlyphCount=\"2\"><Glyphs>5 6</Glyphs></CGTransform>\
                <CGTransform CodePosition=\"40\"><Glyphs>5</Glyphs></CGTransform></TextObject>";
    let page = leaf(text, "");
    let Drawing::Text(text) = &page.objects[0].drawing else {
        panic!("a text: {page:?}");
    };
    let letters: Vec<(char, Option<u16>, f64, f64)> = text
        .letters
        .iter()
        .map(|one| (one.character, one.glyph, one.at.0, one.at.1))
        .collect();
    assert_eq!(
        letters,
        [
            ('甲', None, 1.0, 2.0),
            ('乙', Some(77), 4.0, 2.0),
            (' ', None, 7.0, 2.0),
            ('丁', None, 10.0, 3.0),
            ('戊', Some(5), 1.0, 5.0),
            ('己', None, 1.0, 5.0),
            ('戊', Some(6), 1.0, 5.0),
        ]
    );
    assert_eq!(
        (text.turn, text.fill, text.stroke.is_some()),
        (90.0, Some(Paint::BLACK), false)
    );
    let value = Unread::Value("CGTransform");
    assert_eq!(gaps(&page), [("t", &Unread::Direction(180)), ("t", &value)]);
}

#[test]
fn what_an_object_does_not_say_its_drawing_parameters_do() {
    let resources = "<DrawParams><DrawParam ID=\"5\" Relative=\"6\" LineWidth=\"2\" Join=\"Bevel\"/><DrawParam ID=\"6\" \
                     Relative=\"5\" LineWidth=\"9\" Cap=\"Round\" DashPattern=\"1 2\"><StrokeColor Value=\"1 2 3\"/></DrawParam>\
                     </DrawParams><ColorSpaces><ColorSpace ID=\"7\" Type=\"CMYK\"/><ColorSpace ID=\"8\" Type=\"GRAY\" \
                     BitsPerComponent=\"4\"><Palette><CV>15</CV><CV>3</CV></Palette></ColorSpace></ColorSpaces>";
    let path = |inner: &str| {
        format!(
            "<PathObject ID=\"p\" Boundary=\"0 0 5 5\" DrawParam=\"5\" Fill=\"true\">{inner}<AbbreviatedData>M 0 0</AbbreviatedData>\
             </PathObject>"
        )
    };
    let drawn = |inner: &str| {
        let page = leaf(&path(inner), resources);
        match &page.objects[0].drawing {
            Drawing::Path(path) => (path.clone(), page.gaps.clone()),
            other => panic!("a path: {other:?}"),
        }
    };
    let (path, none) = drawn("");
    let (paint, line) = path.stroke.expect("a line");
    assert_eq!((paint.colour, path.fill, none.len()), ([1, 2, 3], None, 0));
    assert_eq!(
        (line.width, line.join, line.cap),
        (2.0, Join::Bevel, Cap::Round)
    );
    assert_eq!(line.dashes, [1.0, 2.0]);
    let fill = |colour: &str| drawn(&format!("<FillColor {colour}/>")).0.fill;
    let seen = |red, green, blue, opacity| {
        Some(Paint {
            colour: [red, green, blue],
            opacity,
        })
    };
    assert_eq!(
        fill("Value=\"255 128 0\" Alpha=\"51\""),
        seen(255, 128, 0, 0.2)
    );
    assert_eq!(fill("Value=\"#FF #80 #0\""), seen(255, 128, 0, 1.0));
    assert_eq!(
        fill("ColorSpace=\"7\" Value=\"0 255 255 0\""),
        seen(255, 0, 0, 1.0)
    );
    assert_eq!(fill("ColorSpace=\"8\" Index=\"1\""), seen(51, 51, 51, 1.0));
    for (colour, what) in [
        ("<FillColor Value=\"1 2\"/>", Unread::Value("Color")),
        (
            "<FillColor ColorSpace=\"99\" Value=\"1\"/>",
            Unread::Resource("99".to_owned()),
        ),
        (
            "<FillColor><AxialShd/></FillColor>",
            Unread::Colour("AxialShd".to_owned()),
        ),
    ] {
        let (path, gaps) = drawn(colour);
        let told: Vec<&Unread> = gaps.iter().map(|gap| &gap.what).collect();
        assert_eq!((path.fill, told), (None, vec![&what]), "{colour}");
    }
}

#[test]
fn clips_composites_and_blocks_keep_their_matrices() {
    let clip = "<Clips TransFlag=\"false\"><Clip><Area CTM=\"2 0 0 2 1 1\"><Path Boundary=\"3 4 9 9\" Rule=\"Even-Odd\">\
                <AbbreviatedData>M 0 0 L 1 0</AbbreviatedData></Path><Text/></Area></Clip></Clips>";
    let unit = format!(
        "<CompositeGraphicUnits><CompositeGraphicUnit ID=\"3\"><Content>{}</Content></CompositeGraphicUnit>\
                        </CompositeGraphicUnits>",
        square("inner")
    );
    let objects = format!(
        "<CompositeObject ID=\"c\" ResourceID=\"3\" Boundary=\"1 1 5 5\" CTM=\"2 0 0 2 0 0\" Alpha=\"51\">{clip}</CompositeObject>\
         <PageBlock ID=\"b\">{}</PageBlock>{}",
        square("held"),
        square("unseen").replace("ID=", "Visible=\"false\" ID=")
    );
    let page = leaf(&objects, &unit);
    assert_eq!(ids(&page.objects), ["inner", "held"]);
    let composite = &page.objects[0];
    assert_eq!((composite.matrix[0], composite.opacity), (2.0, 0.2));
    let clip = &composite.clips[0];
    assert!(!clip.own && clip.areas[0].1.even_odd);
    assert_eq!(clip.areas[0].0, [2.0, 0.0, 0.0, 2.0, 7.0, 9.0]);
    assert_eq!(gaps(&page), [("c", &Unread::ClipText)]);
}

#[test]
fn what_is_not_understood_is_told_and_the_rest_is_read() {
    let odd = "<VideoObject ID=\"v\"/><PathObject ID=\"p\"><AbbreviatedData>M 0 0</AbbreviatedData></PathObject>\
               <PathObject ID=\"q\" Boundary=\"0 0 1 1\"><AbbreviatedData>M 0</AbbreviatedData></PathObject>\
               <ImageObject ID=\"i\" Boundary=\"0 0 1 1\" ResourceID=\"4\"/><TextObject ID=\"t\" Boundary=\"0 0 1 1\" Font=\"1\"/>\
               <CompositeObject ID=\"c\" Boundary=\"0 0 1 1\" ResourceID=\"5\"/>";
    let page = leaf(&format!("{odd}{}", square("last")), "");
    assert_eq!(ids(&page.objects), ["last"]);
    let resource = |id: &str| Unread::Resource(id.to_owned());
    assert_eq!(
        gaps(&page),
        [
            ("v", &Unread::Element("VideoObject".to_owned())),
            ("p", &Unread::Value("Boundary")),
            ("q", &Unread::Value("AbbreviatedData")),
            ("i", &resource("4")),
            ("t", &Unread::Value("Size")),
            ("c", &resource("5")),
        ]
    );
}

#[test]
fn pages_end_at_their_limits() {
    let told = |objects: &str, resources: &str| {
        let page = leaf(objects, resources);
        page.gaps.last().map(|gap| gap.what.clone())
    };
    let within = format!(
        "{}{}{}",
        "<PageBlock>".repeat(17),
        square("deep"),
        "</PageBlock>".repeat(17)
    );
    let nested = Unread::TooMany(objects::MAX_NESTED, "blocks within each other");
    assert_eq!(told(&within, ""), Some(nested.clone()));
    let within = format!(
        "{}{}{}",
        "<PageBlock>".repeat(16),
        square("deep"),
        "</PageBlock>".repeat(16)
    );
    assert_eq!(told(&within, ""), None);
    let itself = "<CompositeObject ID=\"c\" ResourceID=\"3\" Boundary=\"0 0 5 5\"/>";
    let unit = format!(
        "<CompositeGraphicUnits><CompositeGraphicUnit ID=\"3\"><Content>{itself}{itself}</Content>\
                        </CompositeGraphicUnit></CompositeGraphicUnits>"
    );
    let page = leaf(itself, &unit);
    let many = Unread::TooMany(objects::MAX_OBJECTS, "objects");
    assert!(
        page.gaps
            .iter()
            .any(|gap| gap.what == nested || gap.what == many)
    );
    assert!(page.gaps.len() <= objects::MAX_GAPS);
    let text = |count: usize| {
        let text = "字".repeat(count);
        format!(
            "<TextObject ID=\"t\" Boundary=\"0 0 9 9\" Font=\"1\" Size=\"3\"><TextCode X=\"0\" Y=\"0\">{text}</TextCode></TextObject>"
        )
    };
    assert_eq!(told(&text(objects::MAX_LETTERS), ""), None);
    let more = told(&text(objects::MAX_LETTERS + 1), "");
    assert_eq!(
        more,
        Some(Unread::TooMany(objects::MAX_LETTERS, "characters"))
    );
    let path = |count: usize| {
        let steps = "C ".repeat(count);
        format!(
            "<PathObject ID=\"p\" Boundary=\"0 0 9 9\"><AbbreviatedData>{steps}</AbbreviatedData></PathObject>"
        )
    };
    assert_eq!(told(&path(objects::MAX_STEPS), ""), None);
    let more = told(&path(objects::MAX_STEPS + 1), "");
    assert_eq!(
        more,
        Some(Unread::TooMany(objects::MAX_STEPS, "steps of paths"))
    );
}

#[test]
fn templates_of_a_page_and_parts_of_its_annotations_are_read_up_to_their_numbers() {
    let templates = |count: usize| {
        let content = format!(
            "{}{}",
            "<Template TemplateID=\"9\"/>".repeat(count),
            layer("")
        );
        let more = format!("<TemplatePage ID=\"9\" BaseLoc=\"Under.xml\"/>{PAGES}");
        let page = file(&content, "", &more).page(0).expect("a page");
        (
            page.objects.len(),
            page.gaps.last().map(|gap| gap.what.clone()),
        )
    };
    assert_eq!(templates(MAX_TEMPLATES), (MAX_TEMPLATES, None));
    let many = Unread::TooMany(MAX_TEMPLATES, "templates");
    assert_eq!(templates(MAX_TEMPLATES + 1), (MAX_TEMPLATES, Some(many)));
    let parts = |count: usize| {
        let more = format!("{PAGES}<Annotations>Annotations.xml</Annotations>");
        let page = file_with(&layer(""), "", &more, count)
            .page(0)
            .expect("a page");
        (
            page.objects.len(),
            page.gaps.last().map(|gap| gap.what.clone()),
        )
    };
    assert_eq!(parts(annotated::MAX_PARTS), (annotated::MAX_PARTS, None));
    let many = Unread::TooMany(annotated::MAX_PARTS, "parts with annotations");
    assert_eq!(
        parts(annotated::MAX_PARTS + 1),
        (annotated::MAX_PARTS, Some(many))
    );
}
