//! The boxes of pages: of their own, of a template, of the document, and of a part that pages share (GB/T 33190-2016, 7.7).

use std::io::Cursor;

use super::read;
use crate::area::Area;
use crate::facts::Facts;
use crate::limits::MAX_TEMPLATES;
use crate::signed::StampPlace;
use crate::tree::NAMESPACE;
use container::Change;

/// The document's box.
const WHOLE: &str = "0 0 100 50";
/// That of whatever is larger.
const LARGE: &str = "0 0 210 297";

fn area(written: &str) -> String {
    format!("<Area><PhysicalBox>{written}</PhysicalBox></Area>")
}

/// A file of these templates and pages with their parts, and a seal on each page that fits on the larger box alone.
fn file(templates: &[&str], pages: &[&str], parts: &[(&str, String)]) -> Facts {
    let each = |name: &str, first: usize, locations: &[&str]| -> String {
        let written = locations.iter().enumerate().map(|(place, location)| {
            format!("<{name} ID=\"{}\" BaseLoc=\"{location}\"/>", first + place)
        });
        written.collect()
    };
    let document = format!(
        "<CommonData><PageArea><PhysicalBox>{WHOLE}</PhysicalBox></PageArea>{}</CommonData><Pages>{}</Pages>",
        each("TemplatePage", 101, templates),
        each("Page", 1, pages)
    );
    let stamps: String = (1..=pages.len())
        .map(|page| {
            format!("<StampAnnot ID=\"s{page}\" PageRef=\"{page}\" Boundary=\"120 200 40 40\"/>")
        })
        .collect();
    let signed = format!(
        "<SignedInfo><Provider/><References/>{stamps}</SignedInfo><SignedValue>value</SignedValue>"
    );
    let root =
        "<DocBody><DocInfo/><DocRoot>D.xml</DocRoot><Signatures>S.xml</Signatures></DocBody>";
    let mut package = Change::empty();
    let mut put = |name: &str, root: &str, inner: &str| {
        let text = format!("<{root} xmlns=\"{NAMESPACE}\">{inner}</{root}>");
        package.put(name, text.into_bytes());
    };
    put("OFD.xml", "OFD", root);
    put("D.xml", "Document", &document);
    put(
        "S.xml",
        "Signatures",
        "<Signature ID=\"1\" BaseLoc=\"G.xml\"/>",
    );
    put("G.xml", "Signature", &signed);
    for (name, inner) in parts {
        put(name, "Page", inner);
    }
    read(Cursor::new(package.finish().expect("plain names"))).expect("it is read")
}

/// Whether each page has the larger box, and shows its seal for that; the others have the document's.
fn large(facts: &Facts) -> Vec<bool> {
    let body = &facts.bodies[0];
    let list = body.signatures.as_ref().expect("a list");
    let signed = list.signatures[0].read.as_ref().expect("it is read");
    let both = body.pages.iter().zip(&signed.stamps);
    let found = both.map(|(page, stamp)| {
        let large = page.area == Area::parse(LARGE);
        assert!(large || page.area == Area::parse(WHOLE), "{page:?}");
        assert_eq!(stamp.place == StampPlace::Inside, large, "{page:?}");
        large
    });
    found.collect()
}

#[test]
fn pages_that_share_a_part_have_its_box() {
    let parts = [("P.xml", area(LARGE)), ("Q.xml", String::new())];
    let facts = file(&[], &["P.xml", "Q.xml", "P.xml", "/P.xml", "Q.xml"], &parts);
    assert_eq!(large(&facts), [true, false, true, true, false]);
    assert_eq!(facts.faults, []);
    // A part that is a template's is read as the page that it is too.
    let facts = file(&["P.xml"], &["P.xml", "Q.xml"], &parts);
    assert_eq!(large(&facts), [true, false]);
}

#[test]
fn a_part_that_cannot_be_read_is_told_once_and_has_no_box() {
    let facts = file(&[], &["N.xml", "N.xml"], &[]);
    assert_eq!(large(&facts), [false, false]);
    let absent = facts.faults.iter().filter(|one| one.path == "N.xml");
    assert_eq!(absent.count(), 1);
}

#[test]
fn a_page_without_a_box_has_that_of_its_first_template_with_one() {
    let on = |ids: &[usize]| -> String {
        let named = ids
            .iter()
            .map(|id| format!("<Template TemplateID=\"{id}\"/>"));
        named.collect()
    };
    let parts = [
        ("T.xml", area(LARGE)),
        ("U.xml", area(WHOLE)),
        ("V.xml", String::new()),
        ("on-t.xml", on(&[101])),
        ("on-v.xml", on(&[103])),
        ("on-v-t.xml", on(&[103, 101, 102])),
        ("on-u-t.xml", on(&[102, 101])),
        ("on-none.xml", on(&[9])),
        ("own.xml", area(WHOLE) + &on(&[101])),
        ("again.xml", on(&[104])),
    ];
    let pages = parts.iter().map(|(name, _)| *name).skip(3);
    let pages: Vec<&str> = pages.collect();
    let facts = file(&["T.xml", "U.xml", "V.xml", "T.xml"], &pages, &parts);
    let expected = [true, false, true, false, false, false, true];
    assert_eq!(large(&facts), expected);
    assert_eq!(facts.bodies[0].templates.len(), 4);
}

#[test]
fn templates_of_a_page_are_asked_up_to_their_number() {
    let at = |place: usize| {
        let before = "<Template TemplateID=\"102\"/>".repeat(place);
        let inner = format!("{before}<Template TemplateID=\"101\"/>");
        let parts = [
            ("T.xml", area(LARGE)),
            ("V.xml", String::new()),
            ("P.xml", inner),
        ];
        large(&file(&["T.xml", "V.xml"], &["P.xml"], &parts))
    };
    assert_eq!(at(MAX_TEMPLATES - 1), [true]);
    assert_eq!(at(MAX_TEMPLATES), [false]);
}
