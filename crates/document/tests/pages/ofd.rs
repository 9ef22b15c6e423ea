//! The OFD of every sample beside its PDF: whole, the same twice, the seal in the same place, and all that is signed on
//! the page (R8).

use std::io::Cursor;

use document::{Edition, UnsealedOfd};
use ofd::Package;
use serde_json::Value;

use crate::folder;
use crate::samples::{self, STATUS, Sample};

fn rendered(sample: &Sample) -> UnsealedOfd {
    let shown = sample.shown();
    let page = sample.prepared().render_ofd(&shown.page());
    page.expect("a sample renders")
}

#[test]
fn every_sample_is_a_whole_package_with_its_data() {
    std::fs::create_dir_all(folder()).expect("a folder");
    for sample in samples::all() {
        let (key, file) = (sample.key(), rendered(&sample));
        std::fs::write(folder().join(format!("{key}.ofd")), &file.bytes).expect("written");
        assert_eq!(file.bytes, rendered(&sample).bytes, "{key}");
        let facts = ofd::read(Cursor::new(&file.bytes)).expect("our reader takes it");
        assert_eq!(facts.faults, [], "{key}");
        let body = &facts.bodies[0];
        let found = |one: &ofd::EntryFact| body.reachable.contains(&one.name);
        assert!(facts.entries.iter().all(found), "{key}");
        assert!(body.fonts.iter().all(|font| font.file.is_some()), "{key}");
        let list = body.signatures.as_ref().expect("it waits for the seal");
        assert!(list.signatures.is_empty() && !list.is_short, "{key}");
        let attached = |name: &str| {
            let mut found = body.attachments.iter().filter(|one| one.name == name);
            found
                .next()
                .and_then(|one| one.octets.clone())
                .expect("it is attached")
        };
        assert_eq!(attached("licence.json"), sample.json(), "{key}");
        assert_eq!(attached("status.json"), STATUS, "{key}");
        let metadata: Value = serde_json::from_slice(&attached("metadata.json")).expect("JSON");
        // The last is not of the licence: where the document asks for its seal.
        let (place, elements) = body.information.custom.split_last().expect("data");
        assert_eq!(*place, file.place.custom(), "{key}");
        for (name, value) in elements {
            assert_eq!(metadata[name], Value::from(value.as_str()), "{key}: {name}");
        }
        let identifier = &body.information.custom[0];
        let signed = sample.licence.rest["identifier"].as_str().expect("text");
        assert_eq!(
            (identifier.0.as_str(), identifier.1.as_str()),
            ("certificate_identifier", signed)
        );
        assert!(body.information.custom.len() >= 17, "{key}");
        assert_eq!(
            body.pages.last().map(|page| &page.id),
            Some(&file.place.page),
            "{key}"
        );
    }
}

#[test]
fn the_seal_stands_where_the_pdf_has_it() {
    for sample in samples::all() {
        let (key, file) = (sample.key(), rendered(&sample));
        let pdf = sample.render(sample.prepared()).expect("a sample renders");
        let facts = ofd::read(Cursor::new(&file.bytes)).expect("our reader takes it");
        let area = facts.bodies[0].pages[0].area.expect("a box");
        let [left, lower, right, upper] = pdf.seal_rectangle(119.06, 119.06);
        let millimetres = |points: f64| points * 25.4 / 72.0;
        let expected = [
            millimetres(left),
            area.height - millimetres(upper),
            millimetres(right - left),
            millimetres(upper - lower),
        ];
        let found = file.seal_boundary(42.0, 42.0);
        for (one, other) in found.iter().zip(expected) {
            assert!(
                (one - other).abs() < 0.05,
                "{key}: {found:?} and {expected:?}"
            );
        }
        let stamp = format!("{} {} {} {}", found[0], found[1], found[2], found[3]);
        let numbers: Vec<f64> = stamp
            .split(' ')
            .map(|one| one.parse().expect("one"))
            .collect();
        assert!(
            numbers[0] > 0.0 && numbers[0] + numbers[2] < area.width,
            "{key}"
        );
        assert!(
            numbers[1] > 0.0 && numbers[1] + numbers[3] < area.height,
            "{key}"
        );
    }
}

/// The text of all pages, without spaces.
fn words(octets: &[u8]) -> String {
    let mut package = Package::open(Cursor::new(octets)).expect("a package");
    let names: Vec<String> = package
        .entries()
        .iter()
        .map(|one| one.name().to_owned())
        .collect();
    let mut words = String::new();
    for name in names.iter().filter(|name| name.ends_with("/Content.xml")) {
        let page = package.read(name, 1 << 24).expect("there").expect("whole");
        let page = String::from_utf8(page).expect("text");
        for code in page.split("<ofd:TextCode").skip(1) {
            let text = code
                .split_once('>')
                .and_then(|(_, rest)| rest.split_once('<'));
            words.push_str(text.expect("an element").0);
        }
    }
    let words = words
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    words.replace([' ', '\u{3000}'], "")
}

#[test]
fn every_text_that_is_signed_can_be_read_in_the_ofd() {
    for sample in samples::all() {
        let (key, file) = (sample.key(), rendered(&sample));
        let page = words(&file.bytes);
        let rest = &sample.licence.rest;
        let texts = [
            &rest["number"],
            &rest["identifier"],
            &rest["issuer"]["name"],
        ];
        let fields = sample.licence.fields.iter().filter(|(name, _)| {
            *name != "photo_sha256" && !(key == "ELDER" && *name == "id_number")
        });
        let fields = fields.map(|(_, value)| value).filter_map(Value::as_str);
        let is_day = |text: &str| text.len() == 10 && text.as_bytes()[4] == b'-';
        for text in texts.into_iter().filter_map(Value::as_str).chain(fields) {
            let shown = text.replace(' ', "");
            assert!(
                page.contains(&shown) || is_day(text) || text.contains('T'),
                "{key}: {text}"
            );
        }
    }
}

#[test]
fn a_photo_that_is_another_one_and_a_missing_field_are_refused_alike() {
    let mut sample = samples::one("FOOD");
    let blank = sample.blank(Edition::Real);
    let name = sample
        .licence
        .fields
        .keys()
        .next()
        .expect("a field")
        .clone();
    sample.licence.fields.remove(&name);
    let shown = sample.shown();
    let (pdf, ofd) = (blank.render(&shown.page()), blank.render_ofd(&shown.page()));
    let [pdf, ofd] = [pdf.err(), ofd.err()].map(|one| one.map(|one| one.to_string()));
    assert!(pdf.is_some());
    assert_eq!(pdf, ofd);
}
