//! A second reader: what lopdf finds in sound files is what we find.

use std::path::Path;

use pdf::{Dictionary, Object, Reference, View, read};

/// Both readings of one object as text; streams by their dictionary.
fn ours(object: &Object) -> String {
    match object {
        Object::Null => "null".to_owned(),
        Object::Boolean(value) => value.to_string(),
        Object::Integer(value) => value.to_string(),
        Object::Real(value) => format!("{value:.3}"),
        Object::String(octets) => format!("{octets:?}"),
        Object::Name(octets) => format!("/{octets:?}"),
        Object::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(ours).collect();
            format!("[{}]", elements.join(" "))
        }
        Object::Dictionary(dictionary) => our_entries(dictionary),
        Object::Stream(stream) => our_entries(&stream.dictionary),
        Object::Reference(reference) => format!("{} {} R", reference.number, reference.generation),
    }
}

fn our_entries(dictionary: &Dictionary) -> String {
    let mut entries: Vec<String> = dictionary
        .entries()
        .map(|(key, value)| format!("{key:?} {}", ours(value)))
        .collect();
    entries.sort();
    format!("<<{}>>", entries.join(" "))
}

fn theirs(object: &lopdf::Object) -> String {
    match object {
        lopdf::Object::Null => "null".to_owned(),
        lopdf::Object::Boolean(value) => value.to_string(),
        lopdf::Object::Integer(value) => value.to_string(),
        lopdf::Object::Real(value) => format!("{value:.3}"),
        lopdf::Object::String(octets, _) => format!("{octets:?}"),
        lopdf::Object::Name(octets) => format!("/{octets:?}"),
        lopdf::Object::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(theirs).collect();
            format!("[{}]", elements.join(" "))
        }
        lopdf::Object::Dictionary(dictionary) => their_entries(dictionary),
        lopdf::Object::Stream(stream) => their_entries(&stream.dict),
        lopdf::Object::Reference((number, generation)) => format!("{number} {generation} R"),
    }
}

fn their_entries(dictionary: &lopdf::Dictionary) -> String {
    let mut entries: Vec<String> = dictionary
        .iter()
        .map(|(key, value)| format!("{key:?} {}", theirs(value)))
        .collect();
    entries.sort();
    format!("<<{}>>", entries.join(" "))
}

/// Compares every object that lopdf keeps (not the containers) with ours; tells how many.
fn compare(name: &str, bytes: &[u8]) -> usize {
    let file = read(&bytes).expect("we read it");
    let view: View<'_> = file.latest();
    let other = lopdf::Document::load_mem(bytes).expect("lopdf reads it");
    let mut compared = 0;
    for ((number, generation), object) in &other.objects {
        let reference = Reference {
            number: *number,
            generation: *generation,
        };
        let container = object
            .as_stream()
            .is_ok_and(|stream| stream.dict.has_type(b"ObjStm") || stream.dict.has_type(b"XRef"));
        if container {
            continue;
        }
        let own = view.object(reference).expect("we read it");
        assert_eq!(ours(&own), theirs(object), "{name}: object {number}");
        compared += 1;
        if let (Object::Stream(own), Ok(stream)) = (&own, object.as_stream())
            && stream.dict.get(b"Filter").is_ok()
            && let Ok(data) = stream.decompressed_content()
        {
            let decoded = view.decoded(own).expect("we decode it");
            assert_eq!(decoded, data, "{name}: data of object {number}");
        }
    }
    let pages: Vec<u32> = other
        .get_pages()
        .values()
        .map(|(number, _)| *number)
        .collect();
    let own: Vec<u32> = view
        .pages()
        .expect("we walk the pages")
        .iter()
        .map(|page| page.number)
        .collect();
    assert_eq!(own, pages, "{name}: pages");
    compared
}

#[test]
fn both_readers_find_the_same_objects() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pdf-foreign");
    let mut files = 0;
    let mut objects = 0;
    for entry in std::fs::read_dir(folder).expect("the samples") {
        let path = entry.expect("an entry").path();
        // One is encrypted, which neither of them opens.
        let is_open = !path.ends_with("honest-encrypted.pdf");
        if is_open && path.extension().is_some_and(|ending| ending == "pdf") {
            let bytes = std::fs::read(&path).expect("a sample");
            objects += compare(&path.display().to_string(), &bytes);
            files += 1;
        }
    }
    assert!(
        files >= 30 && objects > 200,
        "{files} files, {objects} objects"
    );
}
