//! Pages read back by `pdf`, which refuses what it does not understand: what is embedded, what waits for
//! the seal, and that all that is signed can be read on the page (R8).

use std::collections::BTreeMap;

use document::Edition;
use pdf::{Dictionary, Object, View};
use serde_json::Value;

use crate::samples::{self, STATUS, Sample};

fn rendered(sample: &Sample) -> Vec<u8> {
    let page = sample.render(sample.prepared());
    page.expect("a sample renders").bytes
}

#[test]
fn every_page_is_one_clean_revision_with_its_data_and_an_empty_field() {
    for sample in samples::all() {
        let key = sample.key();
        let bytes = rendered(&sample);
        let source = bytes.as_slice();
        let file = pdf::read(&source).expect("the strict reader takes it");
        assert_eq!(file.revisions(), 1, "{key}");
        assert!(file.signatures().expect("a form").is_empty(), "{key}");
        let attached = file.attachments_at(0).expect("two attachments");
        let named = |name: &str| {
            let found = attached.iter().find(|file| file.name == name);
            found.expect("it is embedded").bytes.clone()
        };
        assert_eq!(attached.len(), 2, "{key}");
        assert_eq!(named("licence.json"), sample.json(), "{key}");
        assert_eq!(named("status.json"), STATUS, "{key}");
        let found = affix::preflight::preflight(&source).expect("it can be read");
        assert_eq!((found.pages, found.findings.len()), (1, 0), "{key}");
        let form = dictionary(
            &file.latest(),
            &file.latest().catalog().unwrap(),
            b"AcroForm",
        );
        let fields = form.value(b"Fields").and_then(Object::as_array).unwrap();
        assert_eq!(fields.len(), 1, "{key}");
        let field = file.latest().resolve(&fields[0]).unwrap();
        let field = field.as_dictionary().unwrap();
        assert_eq!(field.name(b"FT"), Some(b"Sig".as_slice()), "{key}");
        assert_eq!(
            field.value(b"T").and_then(Object::as_string),
            Some(b"Seal".as_slice())
        );
        assert!(field.value(b"V").is_none(), "{key}: nothing is signed yet");
    }
}

#[test]
fn every_value_that_is_signed_can_be_read_on_the_page() {
    for sample in samples::all() {
        let key = sample.key();
        let bytes = rendered(&sample);
        let page = words(&bytes);
        let rest = &sample.licence.rest;
        let more = [
            &rest["number"],
            &rest["identifier"],
            &rest["issuer"]["name"],
        ];
        let fields = sample.licence.fields.iter();
        let texts = fields
            .filter(|(name, _)| {
                // A digest stands for the photograph; ELDER masks the citizen's number.
                *name != "photo_sha256" && !(key == "ELDER" && *name == "id_number")
            })
            .map(|(_, value)| value)
            .chain(more);
        for text in texts.flat_map(strings) {
            let shown = text.replace(' ', "");
            let as_date = in_chinese(&text);
            assert!(
                page.contains(&shown) || as_date.is_some_and(|date| page.contains(&date)),
                "{key}: {text} is not on the page"
            );
        }
    }
}

#[test]
fn a_page_for_use_is_no_sample_and_a_sample_says_so() {
    let sample = samples::one("FOOD");
    assert!(!words(&rendered(&sample)).contains("SAMPLE"));
    let marked = sample.render(&sample.blank(Edition::Sample));
    assert!(words(&marked.expect("it renders").bytes).contains("样例SAMPLE"));
}

/// The texts of a value; numbers, moments and the keys of parts are written in other words.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.contains('T') && text.contains(":00+") => Vec::new(),
        Value::String(text) if ["FOOD", "SIGN", "FIRE"].contains(&text.as_str()) => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(entries) => entries.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// `2026-06-10` as pages write it.
fn in_chinese(text: &str) -> Option<String> {
    let mut parts = text.split('-').map(str::parse::<u32>);
    let (year, month, day) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    Some(format!("{year}年{month}月{day}日"))
}

/// All characters of the file in the order they are drawn, without blanks, by the fonts' own maps.
pub(crate) fn words(bytes: &[u8]) -> String {
    words_of_pages(bytes).concat()
}

/// The same, page by page.
pub(crate) fn words_of_pages(bytes: &[u8]) -> Vec<String> {
    let source = &bytes;
    let file = pdf::read(source).expect("the strict reader takes it");
    let view = file.latest();
    let pages = dictionary(&view, &view.catalog().unwrap(), b"Pages");
    let leaves = pages.value(b"Kids").and_then(Object::as_array).unwrap();
    leaves.iter().map(|leaf| words_of(&view, leaf)).collect()
}

fn words_of(view: &View<'_>, leaf: &Object) -> String {
    let leaf = view.resolve(leaf).unwrap();
    let leaf = leaf.as_dictionary().unwrap();
    let fonts = dictionary(view, &dictionary(view, leaf, b"Resources"), b"Font");
    let maps: BTreeMap<String, BTreeMap<u16, String>> = fonts
        .entries()
        .map(|(name, font)| {
            let font = view.resolve(font).unwrap();
            let unicode = view
                .value(font.as_dictionary().unwrap(), b"ToUnicode")
                .unwrap();
            let map = view.decoded(unicode.as_stream().unwrap()).unwrap();
            let name = String::from_utf8(name.to_vec()).unwrap();
            (name, map_of(&String::from_utf8(map).unwrap()))
        })
        .collect();
    let contents = leaf.value(b"Contents").and_then(Object::as_array).unwrap();
    let mut words = String::new();
    for content in contents {
        let content = view.resolve(content).unwrap();
        let content = view.decoded(content.as_stream().unwrap()).unwrap();
        let content = String::from_utf8(content).unwrap();
        let mut map = None;
        for part in content.split_inclusive(['\n', '<', '[', '>', ']', ' ']) {
            if let Some(name) = part.trim_end().strip_prefix('/') {
                map = maps.get(name).or(map);
            }
            let code = part.strip_suffix('>').filter(|code| code.len() == 4);
            let code = code.and_then(|code| u16::from_str_radix(code, 16).ok());
            if let (Some(code), Some(map)) = (code, map) {
                words.push_str(map.get(&code).expect("each code has its character"));
            }
        }
    }
    words.replace(' ', "")
}

/// Codes and texts of the `bfchar` and `bfrange` lines of a map.
fn map_of(map: &str) -> BTreeMap<u16, String> {
    let mut codes = BTreeMap::new();
    for line in map.lines().filter(|line| line.starts_with('<')) {
        let parts: Vec<&str> = line
            .split(['<', '>'])
            .filter(|part| !part.trim().is_empty())
            .collect();
        let [code, units] = parts[..] else { continue };
        let units: Vec<u16> = (0..units.len() / 4)
            .map(|unit| u16::from_str_radix(&units[unit * 4..unit * 4 + 4], 16).unwrap())
            .collect();
        codes.insert(
            u16::from_str_radix(code, 16).unwrap(),
            String::from_utf16(&units).unwrap(),
        );
    }
    codes
}

fn dictionary(view: &View<'_>, of: &Dictionary, key: &[u8]) -> Dictionary {
    let value = view.value(of, key).expect("it resolves");
    value.as_dictionary().expect("a dictionary").clone()
}
