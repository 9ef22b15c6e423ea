//! Sealed files bent in every way that an attacker has without a key: each is refused, with the finding that says why.

use verify::Verdict;

use crate::maker::codes;
use crate::ofd::{LATER, judged, judged_alone, sample};
use crate::package::{LIST, PAGE, Parts, SIGNATURE, VALUE};
use crate::strokes::{SEALED, V4};

/// What is bent, how, and a finding that has to be there.
pub(crate) type Mutant = (&'static str, fn(&mut Parts), &'static str);

const SAMPLES: [(&str, &str); 4] = [
    ("sealed-v4.ofd", "ca.pem"),
    ("sealed-v4-certdigest.ofd", "ca.pem"),
    ("sealed-v1.ofd", "ca.pem"),
    ("signed-gbt35275.ofd", "ca.pem"),
];

/// What can be done to any of the samples.
const PACKAGE: &[Mutant] = &[
    (
        "a page is changed",
        |p| p.text(PAGE, "ofd:Page", "ofd:Page "),
        "ofd.reference-differs",
    ),
    (
        "a page is removed",
        |p| p.remove(PAGE),
        "ofd.reference-absent",
    ),
    (
        "a page is emptied",
        |p| p.entry(PAGE).clear(),
        "ofd.reference-differs",
    ),
    (
        "fonts are changed",
        |p| p.entry("Doc_0/PublicRes.xml").push(b'\n'),
        "ofd.reference-differs",
    ),
    (
        "resources are changed",
        |p| p.entry("Doc_0/DocumentRes.xml").push(b'\n'),
        "ofd.reference-differs",
    ),
    (
        "an image is changed",
        |p| p.entry("Doc_0/Res/mark.png").push(0),
        "ofd.reference-differs",
    ),
    (
        "an image is removed",
        |p| p.remove("Doc_0/Res/mark.png"),
        "ofd.reference-absent",
    ),
    (
        "the document is changed",
        |p| p.entry("Doc_0/Document.xml").push(b'\n'),
        "ofd.reference-differs",
    ),
    (
        "the document is removed",
        |p| p.remove("Doc_0/Document.xml"),
        "ofd.reference-absent",
    ),
    (
        "OFD.xml is changed",
        |p| p.entry("OFD.xml").push(b'\n'),
        "ofd.reference-differs",
    ),
    (
        "OFD.xml is removed",
        |p| p.remove("OFD.xml"),
        "ofd.part-absent",
    ),
    (
        "a page is added",
        |p| p.add("Doc_0/Pages/Page_1/Content.xml", b"<x/>"),
        "ofd.unprotected-entry",
    ),
    (
        "annotations are added",
        |p| p.add("Doc_0/Annots/Annotations.xml", b"<x/>"),
        "ofd.unprotected-entry",
    ),
    (
        "an attachment is added",
        |p| p.add("Doc_0/Attachs/a.txt", b"x"),
        "ofd.unprotected-entry",
    ),
    (
        "a file is added at the root",
        |p| p.add("readme.txt", b"x"),
        "ofd.unprotected-entry",
    ),
    (
        "a file is added beside the signature",
        |p| p.add("Doc_0/Signs/Sign_0/x.dat", b"x"),
        "ofd.unprotected-entry",
    ),
    (
        "an object has the identifier of another",
        |p| p.text(PAGE, "ID=\"5\"", "ID=\"4\""),
        "ofd.xml-identifier",
    ),
    (
        "an object has the identifier of a font, written otherwise",
        |p| p.text(PAGE, "ID=\"5\"", "ID=\"03\""),
        "ofd.xml-identifier",
    ),
    (
        "the document counts to less than it has",
        |p| p.text("Doc_0/Document.xml", "MaxUnitID>7", "MaxUnitID>6"),
        "ofd.identifier-beyond",
    ),
    (
        "the document has a version",
        |p| p.text("OFD.xml", "<ofd:DocRoot>", VERSION),
        "ofd.versions",
    ),
    (
        "the list of signatures is removed",
        |p| p.remove(LIST),
        "ofd.part-absent",
    ),
    (
        "the list gets a comment",
        |p| p.text(LIST, "<ofd:MaxSignId>", "<!-- --><ofd:MaxSignId>"),
        "ofd.reference-differs",
    ),
    (
        "the list has two entries of one number",
        |p| twice(p),
        "ofd.xml-identifier",
    ),
    (
        "Signature.xml is removed",
        |p| p.remove(SIGNATURE),
        "ofd.part-absent",
    ),
    (
        "Signature.xml is emptied",
        |p| p.entry(SIGNATURE).clear(),
        "ofd.signature-unreadable",
    ),
    (
        "Signature.xml has a document type",
        |p| p.text(SIGNATURE, "<ofd:Signature ", "<!DOCTYPE x><ofd:Signature "),
        "ofd.xml-doctype",
    ),
    (
        "Signature.xml has an instruction",
        |p| p.text(SIGNATURE, "<ofd:SignedInfo>", "<?x y?><ofd:SignedInfo>"),
        "ofd.xml-instruction",
    ),
    (
        "Signature.xml is of another namespace",
        |p| p.text(SIGNATURE, "ofdspec.org/2016", "ofdspec.org/2017"),
        "ofd.xml-namespace",
    ),
    (
        "the value is removed",
        |p| p.remove(VALUE),
        "ofd.value-absent",
    ),
    ("no method is named", |p| method(p, ""), "ofd.method-absent"),
    (
        "MD5 is named",
        |p| method(p, " CheckMethod=\"MD5\""),
        "ofd.method-weak",
    ),
    (
        "SHA-1 is named",
        |p| method(p, " CheckMethod=\"SHA1\""),
        "ofd.method-weak",
    ),
    (
        "another method is named",
        |p| method(p, " CheckMethod=\"CRC32\""),
        "ofd.method-unknown",
    ),
    (
        "SHA-256 is named beside SM3's values",
        |p| method(p, " CheckMethod=\"SHA256\""),
        "ofd.reference-differs",
    ),
    (
        "a reference is removed",
        |p| drop_reference(p),
        "ofd.unprotected-part",
    ),
    (
        "a reference stands twice",
        |p| repeat_reference(p),
        "ofd.reference-repeated",
    ),
    (
        "a reference climbs",
        |p| p.text(SIGNATURE, "\"/OFD.xml\"", "\"/Doc_0/../OFD.xml\""),
        "ofd.reference-location",
    ),
    (
        "a reference has a backslash",
        |p| {
            p.text(
                SIGNATURE,
                "\"/Doc_0/Document.xml\"",
                "\"/Doc_0\\Document.xml\"",
            )
        },
        "ofd.reference-location",
    ),
    (
        "a reference has another case",
        |p| p.text(SIGNATURE, "\"/OFD.xml\"", "\"/ofd.XML\""),
        "ofd.reference-absent",
    ),
    (
        "a digest is another one",
        |p| p.text(SIGNATURE, "<ofd:CheckValue>", "<ofd:CheckValue>AAAA"),
        "ofd.reference-differs",
    ),
    (
        "a digest has a comment in it",
        |p| p.text(SIGNATURE, "<ofd:CheckValue>", "<ofd:CheckValue>A<!-- -->"),
        "ofd.xml-comment",
    ),
    (
        "references stand twice",
        |p| {
            p.text(
                SIGNATURE,
                "<ofd:References",
                "<ofd:References/><ofd:References",
            )
        },
        "ofd.xml-repeated",
    ),
    (
        "octets stand in front",
        |p| p.before = b"x".to_vec(),
        "ofd.directory",
    ),
    (
        "octets stand behind",
        |p| p.behind = b"x".to_vec(),
        "ofd.no-end",
    ),
    (
        "the package has a comment",
        |p| p.comment = b"x".to_vec(),
        "ofd.no-end",
    ),
    (
        "entries are said to be encrypted",
        |p| p.flags = 1,
        "ofd.encrypted",
    ),
    (
        "entries are of another method",
        |p| p.method = 12,
        "ofd.method",
    ),
    (
        "a page has another name in front of it",
        |p| {
            p.local
                .push((PAGE.to_owned(), "Doc_0/Pages/Page_9/Content.xml".to_owned()))
        },
        "ofd.headers-differ",
    ),
    (
        "a second page of the same name comes first",
        |p| p.entries.insert(0, (PAGE.to_owned(), b"<x/>".to_vec())),
        "ofd.duplicate",
    ),
    (
        "a second page of the same name comes last",
        |p| p.add(PAGE, b"<x/>"),
        "ofd.duplicate",
    ),
    (
        "a second page differs in case",
        |p| p.add("Doc_0/Pages/page_0/content.XML", b"<x/>"),
        "ofd.duplicate",
    ),
    ("an entry climbs", |p| p.add("../x", b"x"), "ofd.path"),
    ("an entry is absolute", |p| p.add("/x", b"x"), "ofd.path"),
    (
        "an entry has a backslash",
        |p| p.add("Doc_0\\x", b"x"),
        "ofd.path",
    ),
    (
        "an entry is a variant by a dot",
        |p| p.add("Doc_0/./Document.xml", b"x"),
        "ofd.path",
    ),
    (
        "an entry is a folder with content",
        |p| p.add("Doc_0/Pages/", b"x"),
        "ofd.folder",
    ),
    ("checksums are others", |p| p.off = 1, "ofd.checksum"),
];

const VERSION: &str = "<ofd:Versions><ofd:Version ID=\"1\" Index=\"1\" Current=\"true\" BaseLoc=\"Doc_0/V.xml\"/></ofd:Versions><ofd:DocRoot>";

fn twice(p: &mut Parts) {
    let text = String::from_utf8(p.entry(LIST).clone()).expect("text");
    let from = text.find("<ofd:Signature ").expect("an entry");
    let end = from + text[from..].find("/>").expect("its end") + 2;
    let one = text[from..end].to_owned();
    p.text(LIST, &one, &format!("{one}{one}"));
}

fn method(p: &mut Parts, to: &str) {
    p.text(SIGNATURE, " CheckMethod=\"SM3\"", to);
}

fn reference(p: &mut Parts) -> String {
    let text = String::from_utf8(p.entry(SIGNATURE).clone()).expect("text");
    let from = text
        .find(&format!("<ofd:Reference FileRef=\"/{PAGE}\""))
        .expect("the page's");
    let end = from + text[from..].find("</ofd:Reference>").expect("its end") + 16;
    text[from..end].to_owned()
}

fn drop_reference(p: &mut Parts) {
    let one = reference(p);
    p.text(SIGNATURE, &one, "");
}

fn repeat_reference(p: &mut Parts) {
    let one = reference(p);
    p.text(SIGNATURE, &one, &format!("{one}{one}"));
}

fn refused(sample: (&str, &str), mutants: &[Mutant]) {
    let good = Parts::of(sample.0);
    for (name, bend, expected) in mutants {
        let mut parts = good.clone();
        bend(&mut parts);
        let report = judged(&parts.octets(), sample.1, LATER);
        assert_ne!(report.verdict, Verdict::Valid, "{}: {name}", sample.0);
        let found = codes(&report);
        assert!(found.contains(expected), "{}: {name}: {found:?}", sample.0);
    }
}

#[test]
fn a_package_put_together_again_is_still_good() {
    for (name, anchor) in SAMPLES {
        let report = judged(&Parts::of(name).octets(), anchor, LATER);
        assert_eq!(report.verdict, Verdict::Valid, "{name}: {report:#?}");
    }
}

#[test]
fn every_mutant_of_a_package_is_refused_for_its_reason() {
    for sample in SAMPLES {
        refused(sample, PACKAGE);
    }
}

#[test]
fn every_mutant_of_a_seal_signature_is_refused_for_its_reason() {
    for sample in &SAMPLES[..3] {
        refused(*sample, SEALED);
    }
    for sample in &SAMPLES[..2] {
        refused(*sample, V4);
    }
}

#[test]
fn a_list_that_was_emptied_is_not_signed() {
    for (name, anchor) in SAMPLES {
        let mut parts = Parts::of(name);
        let text = String::from_utf8(parts.entry(LIST).clone()).expect("text");
        let from = text.find("<ofd:Signature ").expect("an entry");
        let end = from + text[from..].find("/>").expect("its end") + 2;
        parts.text(LIST, &text[from..end], "");
        let report = judged(&parts.octets(), anchor, LATER);
        assert_eq!(report.verdict, Verdict::NotSigned, "{name}");
        assert!(codes(&report).contains(&"ofd.list-empty"), "{name}");
    }
}

#[test]
fn thirty_two_signatures_are_judged_and_one_more_is_told() {
    let of = |count: usize| {
        let mut parts = Parts::of("sealed-v4.ofd");
        let more = |id: usize| {
            format!(
                "<ofd:Signature ID=\"{id}\" Type=\"Seal\" BaseLoc=\"Sign_{id}/Signature.xml\"/>"
            )
        };
        let text = parts.entry(SIGNATURE).clone();
        for one in 1..count {
            parts.add(
                &format!("Doc_0/Signs/Sign_{}/Signature.xml", one + 100),
                &text,
            );
        }
        let more: String = (1..count).map(|one| more(one + 100)).collect();
        parts.text(
            LIST,
            "</ofd:Signatures>",
            &format!("{more}</ofd:Signatures>"),
        );
        judged(&parts.octets(), "ca.pem", LATER)
    };
    let (within, beyond) = (of(32), of(33));
    assert_eq!((within.signatures.len(), beyond.signatures.len()), (32, 32));
    assert!(!codes(&within).contains(&"limit.signatures"));
    assert!(codes(&beyond).contains(&"limit.signatures"));
    assert_ne!(beyond.verdict, Verdict::Valid);
}

#[test]
fn the_last_of_two_signatures_that_was_taken_away_is_told() {
    let mut parts = Parts::of("sealed-v4-twice.ofd");
    let text = String::from_utf8(parts.entry(LIST).clone()).expect("text");
    let from = text.rfind("<ofd:Signature ").expect("an entry");
    let end = from + text[from..].find("/>").expect("its end") + 2;
    parts.text(LIST, &text[from..end], "");
    let left = judged(&parts.octets(), "ca.pem", LATER);
    // Its files are left behind, which nothing protects.
    assert!(codes(&left).contains(&"ofd.unprotected-entry"));
    assert_eq!(left.verdict, Verdict::Invalid);
    parts.entries.retain(|(name, _)| !name.contains("Sign_1"));
    let gone = judged(&parts.octets(), "ca.pem", LATER);
    assert!(codes(&gone).contains(&"ofd.list-short"), "{gone:#?}");
}

#[test]
fn any_octet_that_is_another_is_found() {
    for (name, anchor) in SAMPLES {
        let good = sample(name);
        let mut dates = 0;
        for at in (0..good.len()).step_by(97) {
            let mut bent = good.clone();
            bent[at] ^= 0x20;
            let report = judged_alone(&bent, anchor, LATER);
            // A date in a header is nobody's content, and nobody reads it.
            let same = report.verdict == Verdict::Valid
                && Parts::read(&bent).entries == Parts::of(name).entries;
            assert!(same || report.verdict != Verdict::Valid, "{name} at {at}");
            dates += usize::from(same);
        }
        assert!(
            dates < good.len() / 97 / 20,
            "{name}: {dates} of them change nothing"
        );
    }
}
