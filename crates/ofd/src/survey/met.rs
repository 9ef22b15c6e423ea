//! Files that were met before say the same again, and what was changed in them says what it is now (decision 033).

use std::io::Cursor;

use crypto::{Digest, DigestAlgorithm};

use super::{read, read_back, read_digested};
use crate::area::Area;
use crate::facts::Facts;
use crate::tree::NAMESPACE;
use container::Change;

/// A page with this box that is as long as a template page, and a font; the parts by name.
fn parts(box_of: &str, font: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let part = |name: &str, inner: &str| {
        format!("<{name} xmlns=\"{NAMESPACE}\">{inner}</{name}>").into_bytes()
    };
    let path: String = (0..3_000).map(|at| format!("L {at} {} ", at * 7)).collect();
    let page = format!(
        "<Area><PhysicalBox>{box_of}</PhysicalBox></Area><Content><Layer ID=\"2\"><PathObject ID=\"3\" Boundary=\"0 0 9 9\">\
         <AbbreviatedData>{path}</AbbreviatedData></PathObject></Layer></Content>"
    );
    let root = "<DocBody><DocInfo/><DocRoot>D.xml</DocRoot></DocBody>";
    let document = "<CommonData><PublicRes>R.xml</PublicRes></CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages>";
    let fonts = "<Fonts><Font ID=\"4\" FontName=\"F\"><FontFile>f.ttf</FontFile></Font></Fonts>";
    vec![
        ("OFD.xml", part("OFD", root)),
        ("D.xml", part("Document", document)),
        ("R.xml", part("Res", fonts)),
        ("f.ttf", font.to_vec()),
        ("P.xml", part("Page", &page)),
    ]
}

fn file(parts: &[(&'static str, Vec<u8>)]) -> Vec<u8> {
    let mut package = Change::empty();
    for (name, content) in parts {
        package.put(name, content.clone());
    }
    package.finish().expect("plain names")
}

/// What is read, each digest being that of the content.
fn inspect(parts: &[(&'static str, Vec<u8>)]) -> Facts {
    let octets = file(parts);
    let mut found = Vec::new();
    for algorithm in [DigestAlgorithm::Sm3, DigestAlgorithm::Sha256] {
        let (facts, digests) = read_digested(Cursor::new(&octets), algorithm).expect("it is read");
        let digests: Vec<Digest> = digests.into_iter().map(|one| one.expect("whole")).collect();
        let contents = parts.iter();
        let contents: Vec<Digest> = contents
            .map(|(_, content)| Digest::of(algorithm, content))
            .collect();
        assert_eq!(digests, contents);
        found.push(facts);
    }
    found.push(read(Cursor::new(&octets)).expect("it is read"));
    found.push(read_back(Cursor::new(&octets)).expect("it is read"));
    let first = found.swap_remove(0);
    for other in found {
        assert_eq!(format!("{other:?}"), format!("{first:?}"));
    }
    first
}

fn width(facts: &Facts) -> Option<f64> {
    let area: Option<Area> = facts.bodies.first()?.pages.first()?.area;
    area.map(|area| area.width)
}

#[test]
fn a_file_says_the_same_when_it_is_met_again_and_another_says_its_own() {
    let mut font: Vec<u8> = (0..5_000_u16).flat_map(u16::to_be_bytes).collect();
    let first = parts("0 0 210 297", &font);
    for _ in 0..3 {
        let facts = inspect(&first);
        assert_eq!(facts.faults, []);
        assert_eq!(width(&facts), Some(210.0));
    }
    assert_eq!(width(&inspect(&parts("0 0 211 297", &font))), Some(211.0));
    if let Some(octet) = font.last_mut() {
        *octet ^= 1;
    }
    inspect(&parts("0 0 210 297", &font));
    inspect(&first);
}

#[test]
fn a_part_that_was_met_is_no_part_of_another_kind() {
    let mut wrong = parts("0 0 210 297", b"");
    inspect(&wrong);
    // The page's octets in the place of a list of resources: what they are is asked again.
    let page = wrong.last().expect("a page").1.clone();
    for (name, content) in &mut wrong {
        if *name == "R.xml" {
            content.clone_from(&page);
        }
    }
    let facts = inspect(&wrong);
    assert_eq!(facts.faults.len(), 1, "{:?}", facts.faults);
    assert_eq!(
        facts.faults.first().map(|one| one.path.as_str()),
        Some("R.xml")
    );
}
