//! How many of each thing a document has: at each limit, and one beyond it (T-I3, T-I5).

use std::io::Cursor;

use super::{MAX_BODIES, read};
use crate::document::{MAX_ANNOTATIONS, MAX_ATTACHMENTS, MAX_KEPT, MAX_PAGES};
use crate::facts::{Facts, MAX_ATTACHED};
use crate::fault::{ReadOfd, ReadPart, ReadXml};
use crate::signature::{MAX_SEAL, MAX_SIGNATURE, MAX_SIGNATURES, MAX_STAMPS, MAX_VALUE};
use crate::tree::NAMESPACE;
use container::Change;
use container::MAX_ENTRIES;
use container::ReadPackage;

/// Parts of a file: names and content, the elements in the place of `@`.
type Parts<'p> = &'p [(&'p str, &'p str, String)];

const BODY: &str =
    "<DocBody><DocInfo/><DocRoot>D.xml</DocRoot><Signatures>S.xml</Signatures></DocBody>";

/// A file of these parts: name, root and what it holds; a part without root is as it is.
fn read_of(parts: Parts<'_>) -> Result<Facts, ReadOfd> {
    let mut package = Change::empty();
    for (name, root, inner) in parts {
        let text = match *root {
            "" => inner.clone(),
            root => format!("<{root} xmlns=\"{NAMESPACE}\">{inner}</{root}>"),
        };
        package.put(name, text.into_bytes());
    }
    read(Cursor::new(package.finish().expect("plain names")))
}

/// A document with more behind its pages, and parts of its own.
fn document(pages: usize, more: &str, parts: Parts<'_>) -> Facts {
    let page = |id: usize| format!("<Page ID=\"{id}\" BaseLoc=\"P.xml\"/>");
    let pages: String = (1..=pages).map(page).collect();
    let document = format!("<CommonData/><Pages>{pages}</Pages>{more}");
    let mut all = vec![
        (
            "OFD.xml",
            "OFD",
            BODY.replace("<Signatures>S.xml</Signatures>", ""),
        ),
        ("D.xml", "Document", document),
        ("P.xml", "Page", String::new()),
    ];
    all.extend_from_slice(parts);
    read_of(&all).expect("it is read")
}

/// A document with this list of signatures, and parts of its own.
fn listed(list: &str, parts: Parts<'_>) -> Facts {
    let document = "<CommonData/><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages>".to_owned();
    let mut all = vec![
        ("OFD.xml", "OFD", BODY.to_owned()),
        ("D.xml", "Document", document),
        ("P.xml", "Page", String::new()),
        ("S.xml", "Signatures", list.to_owned()),
    ];
    all.extend_from_slice(parts);
    read_of(&all).expect("it is read")
}

fn faults(facts: &Facts) -> Vec<ReadPart> {
    facts.faults.iter().map(|one| one.fault.clone()).collect()
}

fn many(name: &'static str) -> Vec<ReadPart> {
    vec![ReadXml::TooMany(name).into()]
}

#[test]
fn sixteen_documents_are_read_and_no_more() {
    let of = |count: usize| {
        let bodies = "<DocBody><DocInfo/></DocBody>".repeat(count);
        read_of(&[("OFD.xml", "OFD", bodies)])
    };
    assert_eq!(of(MAX_BODIES).expect("it is read").bodies.len(), MAX_BODIES);
    let refused = of(MAX_BODIES + 1).err();
    assert_eq!(
        refused,
        Some(ReadOfd::Root(ReadXml::TooMany("DocBody").into()))
    );
}

#[test]
fn ten_thousand_pages_are_read_and_no_more() {
    assert_eq!(faults(&document(MAX_PAGES, "", &[])), []);
    assert_eq!(faults(&document(MAX_PAGES + 1, "", &[])), many("Page"));
}

#[test]
fn annotations_are_read_up_to_their_number() {
    let of = |count: usize| {
        let list = "<Page PageID=\"1\"><FileLoc>N.xml</FileLoc></Page>".to_owned();
        let note = |id: usize| format!("<Annot ID=\"{}\"/>", id + 10);
        let notes = (0..count).map(note).collect();
        let parts = [
            ("A.xml", "Annotations", list),
            ("N.xml", "PageAnnot", notes),
        ];
        document(1, "<Annotations>A.xml</Annotations>", &parts)
    };
    let facts = of(MAX_ANNOTATIONS);
    assert_eq!(
        (faults(&facts), facts.bodies[0].annotations.len()),
        (vec![], MAX_ANNOTATIONS)
    );
    assert_eq!(faults(&of(MAX_ANNOTATIONS + 1)), many("Annot"));
}

#[test]
fn attachments_are_read_up_to_their_number_and_kept_up_to_theirs() {
    let of = |count: usize, length: u64| {
        let one = |id: usize| {
            format!("<Attachment ID=\"a{id}\" Name=\"n\"><FileLoc>a.json</FileLoc></Attachment>")
        };
        let all = (0..count).map(one).collect();
        let content = "7".repeat(usize::try_from(length).expect("small"));
        let parts = [("A.xml", "Attachments", all), ("a.json", "", content)];
        document(1, "<Attachments>A.xml</Attachments>", &parts)
    };
    let kept = |facts: &Facts| {
        let all = facts.bodies[0].attachments.iter();
        all.filter(|one| one.octets.is_some()).count()
    };
    let facts = of(MAX_ATTACHMENTS, 1);
    assert_eq!((faults(&facts), kept(&facts)), (vec![], MAX_KEPT));
    assert_eq!(facts.bodies[0].attachments.len(), MAX_ATTACHMENTS);
    assert_eq!(faults(&of(MAX_ATTACHMENTS + 1, 1)), many("Attachment"));
    assert_eq!(kept(&of(1, MAX_ATTACHED)), 1);
    assert_eq!(kept(&of(1, MAX_ATTACHED + 1)), 0);
}

#[test]
fn a_hundred_signatures_are_read_and_no_more() {
    let of = |count: usize| {
        let one = |id: usize| format!("<Signature ID=\"{id}\" BaseLoc=\"G{id}.xml\"/>");
        let all: String = (0..count).map(one).collect();
        let names: Vec<String> = (0..count).map(|id| format!("G{id}.xml")).collect();
        let parts = names
            .iter()
            .map(|name| (name.as_str(), "", signature("", "", 0)));
        listed(&all, &parts.collect::<Vec<_>>())
    };
    let count = |facts: &Facts| {
        let list = facts.bodies[0].signatures.as_ref().expect("a list");
        (list.signatures.len(), list.fault.clone())
    };
    assert_eq!(count(&of(MAX_SIGNATURES)), (MAX_SIGNATURES, None));
    let fault = ReadXml::TooMany("Signature").into();
    assert_eq!(
        count(&of(MAX_SIGNATURES + 1)),
        (MAX_SIGNATURES, Some(fault))
    );
}

/// `Signature.xml` with these references and stamps, so many octets longer.
fn signature(references: &str, stamps: &str, longer: usize) -> String {
    let space = " ".repeat(longer);
    format!(
        "<Signature xmlns=\"{NAMESPACE}\"><SignedInfo><Provider/><References>{references}</References>{stamps}<Seal><BaseLoc>\
         seal</BaseLoc></Seal></SignedInfo>{space}<SignedValue>value</SignedValue></Signature>"
    )
}

/// The one signature of a file: what came of it, of its value and of its seal.
fn one(text: String, value: u64, seal: u64) -> [Option<ReadPart>; 3] {
    let octets = |length: u64| "x".repeat(usize::try_from(length).expect("small"));
    let parts = [
        ("G.xml", "", text),
        ("value", "", octets(value)),
        ("seal", "", octets(seal)),
    ];
    let facts = listed("<Signature ID=\"1\" BaseLoc=\"G.xml\"/>", &parts);
    let list = facts.bodies[0].signatures.as_ref().expect("a list");
    match &list.signatures[0].read {
        Err(fault) => [Some(fault.clone()), None, None],
        Ok(signed) => {
            let seal = signed
                .seal
                .as_ref()
                .and_then(|part| part.octets.clone().err());
            [None, signed.value.octets.clone().err(), seal]
        }
    }
}

#[test]
fn references_and_stamps_are_read_up_to_their_numbers() {
    let reference = "<Reference FileRef=\"/x\"><CheckValue>AA==</CheckValue></Reference>";
    let stamp = "<StampAnnot ID=\"1\" PageRef=\"1\" Boundary=\"0 0 1 1\"/>";
    let of = |references: usize, stamps: usize| {
        let text = signature(&reference.repeat(references), &stamp.repeat(stamps), 0);
        one(text, 1, 1)[0].clone()
    };
    assert_eq!(of(MAX_ENTRIES, MAX_STAMPS), None);
    let many = |name| Some(ReadXml::TooMany(name).into());
    assert_eq!(of(MAX_ENTRIES + 1, 0), many("Reference"));
    assert_eq!(of(0, MAX_STAMPS + 1), many("StampAnnot"));
}

#[test]
fn a_signature_its_value_and_its_seal_are_as_long_as_they_may_be_and_no_longer() {
    let large = |name: &str| {
        Some(ReadPart::Octets(ReadPackage::Large {
            name: name.to_owned(),
        }))
    };
    let frame = signature("", "", 0).len() as u64;
    let longer = |to: u64| signature("", "", usize::try_from(to - frame).expect("small"));
    let at = one(longer(MAX_SIGNATURE), MAX_VALUE, MAX_SEAL);
    assert_eq!(at, [None, None, None]);
    let beyond = one(signature("", "", 0), MAX_VALUE + 1, MAX_SEAL + 1);
    assert_eq!(beyond, [None, large("value"), large("seal")]);
    let beyond = one(longer(MAX_SIGNATURE + 1), 1, 1);
    assert_eq!(beyond, [large("G.xml"), None, None]);
}
