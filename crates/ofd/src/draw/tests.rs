//! What is written is read again: by our own reader, to the last number.

use std::io::Cursor;

use super::*;
use container::Package;

/// A line of text, the same turned, and a path.
fn lines() -> Vec<Mark> {
    let characters = "许 可𠀀证"
        .chars()
        .zip([0.0, 5.0, 7.5, 12.5, 17.5])
        .collect();
    let text = Text {
        font: 0,
        size: 5.0,
        characters,
        at: (30.0, 40.0),
        turn: 0.0,
        colour: [1, 2, 3],
        outline: Some(0.14),
    };
    let turned = Text {
        turn: 45.0,
        outline: None,
        characters: vec![('样', 0.0), ('例', 5.0), ('件', 10.0), ('.', 15.0)],
        ..text.clone()
    };
    let path = Path {
        steps: vec![
            Step::Move(10.0, 10.0),
            Step::Line(20.0, 10.0),
            Step::Curve([(20.0, 12.0), (18.0, 20.0), (10.0, 20.0)]),
            Step::Close,
        ],
        fill: None,
        line: Some(([200, 0, 0], 0.5)),
    };
    vec![Mark::Text(text), Mark::Text(turned), Mark::Path(path)]
}

fn draft() -> Draft {
    let area = |x, width| Area {
        x,
        y: 5.0,
        width,
        height: width,
    };
    let grid = Grid {
        area: area(150.0, 30.0),
        rows: vec![
            vec![true, true, false],
            vec![false; 3],
            vec![true, false, true],
        ],
    };
    Draft {
        information: Information {
            title: Some("证 <&> \"1\"".to_owned()),
            custom: vec![("a".to_owned(), "x\ny".to_owned())],
            ..Information::default()
        },
        fonts: vec![Font {
            name: "Hei".to_owned(),
            family: "Hei".to_owned(),
            program: Resource::of(vec![0; 64]),
        }],
        images: vec![Image {
            format: ImageFormat::Png,
            octets: vec![1, 2, 3],
        }],
        pages: vec![
            Page {
                width: 210.0,
                height: 297.0,
                marks: lines(),
                ..Page::default()
            },
            Page {
                width: 297.0,
                height: 210.0,
                marks: vec![Mark::Picture(0, area(3.0, 26.0)), Mark::Grid(grid)],
                ..Page::default()
            },
        ],
        attachments: vec![Attached {
            name: "licence.json".to_owned(),
            file: "licence.json".to_owned(),
            format: "json".to_owned(),
            octets: b"{}".to_vec(),
        }],
        templates: Templates::default(),
    }
}

/// The same with a template page under each of its pages.
fn with_templates() -> Draft {
    let mut draft = draft();
    let ground = |width, marks| Page {
        width,
        height: 297.0,
        marks,
        ..Page::default()
    };
    let grounds = [ground(210.0, lines()), ground(297.0, lines())];
    draft.templates = Templates::draw(1, &grounds).expect("no picture is on them");
    for (place, page) in draft.pages.iter_mut().enumerate() {
        page.templates = vec![place];
    }
    draft
}

fn part(octets: &[u8], name: &str) -> String {
    let mut package = Package::open(Cursor::new(octets)).expect("a package");
    let content = package.read(name, 1 << 20).expect("there").expect("whole");
    String::from_utf8(content).expect("text")
}

#[test]
fn a_draft_is_written_the_same_twice_and_read_whole() {
    let draft = draft();
    let octets = draft.write().expect("it is written");
    assert_eq!(octets, draft.write().expect("it is written"));
    let facts = crate::read(Cursor::new(&octets)).expect("it is read");
    assert_eq!(facts.faults, []);
    let body = &facts.bodies[0];
    assert_eq!(body.information, draft.information);
    let reached = facts
        .entries
        .iter()
        .filter(|one| !body.reachable.contains(&one.name));
    assert_eq!(reached.count(), 0, "every entry is found from OFD.xml");
    let pages: Vec<_> = body
        .pages
        .iter()
        .map(|page| (page.id.clone(), page.area))
        .collect();
    let area = |width, height| {
        Some(Area {
            x: 0.0,
            y: 0.0,
            width,
            height,
        })
    };
    assert_eq!(
        pages,
        [
            ("3".to_owned(), area(210.0, 297.0)),
            ("4".to_owned(), area(297.0, 210.0))
        ]
    );
    assert_eq!(page_identifier(&draft, 1), 4);
    assert_eq!(body.fonts[0].file.as_deref(), Some("Doc_0/Res/font_0.ttf"));
    assert_eq!(body.attachments[0].octets.as_deref(), Some(&b"{}"[..]));
    let list = body
        .signatures
        .as_ref()
        .expect("a list before the first signature");
    assert_eq!((list.signatures.len(), list.is_short), (0, false));
}

#[test]
fn identifiers_are_given_once_and_up_to_the_greatest() {
    inspect_identifiers(&draft(), &[]);
    let templates = [
        "Doc_0/Tpls/Tpl_0/Content.xml",
        "Doc_0/Tpls/Tpl_1/Content.xml",
    ];
    inspect_identifiers(&with_templates(), &templates);
}

fn inspect_identifiers(draft: &Draft, more: &[&str]) {
    let octets = draft.write().expect("it is written");
    let mut found = Vec::new();
    let parts = [
        "Doc_0/PublicRes.xml",
        "Doc_0/DocumentRes.xml",
        "Doc_0/Document.xml",
        "Doc_0/Pages/Page_0/Content.xml",
        "Doc_0/Pages/Page_1/Content.xml",
        "Doc_0/Attachs/Attachments.xml",
    ];
    for name in parts.iter().chain(more) {
        let text = part(&octets, name);
        let each = text.split(" ID=\"").skip(1);
        found.extend(each.map(|rest| rest.split('"').next().expect("quoted").to_owned()));
    }
    let mut numbers: Vec<usize> = found
        .iter()
        .map(|one| one.parse().expect("a number"))
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
    let greatest = format!("<ofd:MaxUnitID>{}</ofd:MaxUnitID>", numbers.len());
    assert!(part(&octets, "Doc_0/Document.xml").contains(&greatest));
}

#[test]
fn pages_lie_on_template_pages_that_are_the_same_in_every_document() {
    let draft = with_templates();
    let octets = draft.write().expect("it is written");
    let facts = crate::read(Cursor::new(&octets)).expect("it is read");
    assert_eq!(facts.faults, []);
    let known: Vec<_> = facts.bodies[0]
        .templates
        .iter()
        .map(|one| &one.id)
        .collect();
    assert_eq!(known, ["2", "7"]);
    let stamped = page_identifier(&draft, 1).to_string();
    assert_eq!(facts.bodies[0].pages[1].id, stamped);
    let page = part(&octets, "Doc_0/Pages/Page_1/Content.xml");
    let named = "</ofd:Area><ofd:Template TemplateID=\"7\" ZOrder=\"Background\"/><ofd:Content>";
    assert!(page.contains(named), "{page}");
    let first = part(&octets, "Doc_0/Tpls/Tpl_0/Content.xml");
    let mut other = with_templates();
    other.pages.truncate(1);
    other.images.clear();
    let other = other.write().expect("it is written");
    assert_eq!(part(&other, "Doc_0/Tpls/Tpl_0/Content.xml"), first);
}

#[test]
fn template_pages_of_fewer_fonts_or_with_a_picture_are_refused() {
    let mut draft = with_templates();
    draft.fonts.push(draft.fonts[0].clone());
    assert_eq!(draft.write(), Err(WriteOfd::Templates));
    let second = draft.pages.get(1).cloned().expect("two pages");
    let refused = Templates::draw(1, &[second]);
    assert_eq!(refused.err(), Some(WriteOfd::Templates));
}

#[test]
fn characters_stand_where_they_are_put() {
    let octets = draft().write().expect("it is written");
    let page = part(&octets, "Doc_0/Pages/Page_0/Content.xml");
    for piece in [
        "Boundary=\"27.5 34 27.5 8.5\" Font=\"1\" Size=\"5\" Stroke=\"true\" Fill=\"true\" LineWidth=\"0.14\"",
        "<ofd:TextCode X=\"2.5\" Y=\"6\" DeltaX=\"5 2.5\">许 可</ofd:TextCode>",
        "<ofd:TextCode X=\"15\" Y=\"6\">𠀀</ofd:TextCode>",
        "<ofd:TextCode X=\"20\" Y=\"6\">证</ofd:TextCode>",
        "CTM=\"0.707107 -0.707107 0.707107 0.707107 30.000000 40.000000\"",
        "<ofd:TextCode X=\"0\" Y=\"0\" DeltaX=\"g 3 5\">样例件.</ofd:TextCode>",
        "Boundary=\"9.49 9.49 11.02 11.02\" LineWidth=\"0.5\" Stroke=\"true\" Fill=\"false\"",
        "M 0.51 0.51 L 10.51 0.51 B 10.51 2.51 8.51 10.51 0.51 10.51 C",
    ] {
        assert!(page.contains(piece), "{piece} in {page}");
    }
    let page = part(&octets, "Doc_0/Pages/Page_1/Content.xml");
    for piece in [
        "ResourceID=\"2\" Boundary=\"3 5 26 26\" CTM=\"26 0 0 26 0 0\"",
        "CTM=\"10.000000 0 0 10.000000 0 0\"",
        "M 0 0 L 2 0 L 2 1 L 0 1 C M 0 2 L 1 2 L 1 3 L 0 3 C M 2 2 L 3 2 L 3 3 L 2 3 C",
    ] {
        assert!(page.contains(piece), "{piece} in {page}");
    }
}

#[test]
fn an_attachment_does_not_take_another_place() {
    for file in [
        "../OFD.xml",
        "Attachments.xml/a",
        "",
        "a\\b",
        "ATTACHMENTS.XML",
        "Attachments.xml",
    ] {
        let mut draft = draft();
        draft.attachments[0].file = file.to_owned();
        let refused = draft.write().expect_err("it is refused");
        assert!(
            matches!(refused, WriteOfd::Package(_)),
            "{file}: {refused:?}"
        );
    }
}
