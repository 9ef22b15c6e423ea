//! Updates of the same kind as the file's last section, behind bytes that never change.

use affix::seal::{Certification, Fit, Place, prepare, prepare_time_stamp};
use crypto::{Digest, DigestAlgorithm, Hasher};
use pdf::{Object, SectionKind};

use crate::files::{
    KINDS, Kind, Small, empty_field, existing, finish, judged, new_field, request, sealed, shown,
};
use crate::keys::sample;
use crate::thread::leave;

fn kind_of(file: &[u8]) -> SectionKind {
    let read = pdf::read(&file).expect("well-formed");
    read.latest().section().kind
}

#[test]
fn a_section_is_followed_by_one_of_its_own_kind_and_a_hybrid_by_a_table() {
    for kind in KINDS {
        let file = Small::new("", "").with(9, "(last)").file(kind);
        let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
        leave(&format!("{kind:?}.pdf"), &out);
        assert_eq!(judged(&out), ["One"]);
        let expected = match kind {
            Kind::Table | Kind::Hybrid => SectionKind::Table,
            Kind::Stream => SectionKind::Stream,
        };
        assert_eq!(kind_of(&out), expected, "{kind:?}");
        let update = String::from_utf8_lossy(&out[file.len()..]).into_owned();
        assert!(!update.contains("/XRefStm"), "{kind:?}: {update}");
        // What the update does not name is found as before, in object streams too.
        assert_eq!(shown(&out, &["Pages", "Count"]), Object::Integer(1));
    }
}

#[test]
fn existing_bytes_never_change_whatever_is_done() {
    for kind in KINDS {
        let file = Small::new("/AcroForm<</Fields[8 0 R]>>", "/Annots[8 0 R]")
            .with(8, empty_field("Seal"))
            .with(9, "null")
            .file(kind);
        let mut certified = existing("Seal", Fit::Natural);
        certified.certification = Certification::Certify;
        let first = sealed(&file, &certified).expect("sealed");
        assert!(first.starts_with(&file));
        let quiet = request(Place::Invisible { name: "Two" });
        let second = sealed(&first, &quiet).expect("sealed");
        assert!(second.starts_with(&first));
        assert_eq!(judged(&second), ["Seal", "Two"]);
        let stamp = prepare_time_stamp(&second, "Stamp", 8_192).expect("prepared");
        let appended = stamp.finish(&sample("tsp/good.tst")).expect("it fits");
        let third = [second.as_slice(), &appended].concat();
        assert_eq!(judged(&third), ["Seal", "Two", "Stamp"], "{kind:?}");
        leave(&format!("{kind:?}-twice.pdf"), &second);
        let plain = Small::new("", "").with(9, "null").file(kind);
        let first = sealed(&plain, &request(Place::Page(new_field("One")))).expect("sealed");
        let second = sealed(&first, &request(Place::Page(new_field("Two")))).expect("sealed");
        leave(&format!("{kind:?}-two-new.pdf"), &second);
        assert_eq!(judged(&second), ["One", "Two"]);
    }
}

#[test]
fn a_missing_line_end_at_the_end_is_written_first() {
    for ending in [b"".as_slice(), b"\n", b"\r\n", b"\r"] {
        let mut file = Small::new("", "").file(Kind::Table);
        file.truncate(file.len() - 1);
        file.extend_from_slice(ending);
        let prepared =
            prepare(&file, &request(Place::Invisible { name: "One" })).expect("prepared");
        let starts = prepared.appended().starts_with(b"\n");
        assert_eq!(starts, ending.is_empty(), "{ending:?}");
        let out = finish(&file, prepared);
        assert_eq!(pdf::read(&out).expect("well-formed").revisions(), 2);
    }
}

#[test]
fn bytes_behind_the_end_of_the_file_are_not_taken_into_it() {
    let mut file = Small::new("", "").file(Kind::Table);
    file.extend_from_slice(b"5 0 obj (shadow) endobj\n");
    let refused = prepare(&file, &request(Place::Invisible { name: "One" }));
    assert!(refused.is_err(), "{refused:?}");
}

#[test]
fn the_digest_is_over_all_but_the_string_and_ends_with_the_file() {
    let file = Small::new("", "").file(Kind::Table);
    let prepared = prepare(&file, &request(Place::Page(new_field("One")))).expect("prepared");
    let [zero, open, close, rest] = prepared.byte_range();
    let digest = prepared
        .digest(&file, DigestAlgorithm::Sha256)
        .expect("in memory");
    let mut before = Hasher::new(DigestAlgorithm::Sha256);
    before.update(&file);
    assert_eq!(prepared.digest_after(before), digest);
    let out = finish(&file, prepared);
    let at = |offset: u64| usize::try_from(offset).expect("small");
    assert_eq!((zero, out[at(open)], out[at(close) - 1]), (0, b'<', b'>'));
    assert_eq!(at(close + rest), out.len());
    let covered = [&out[..at(open)], &out[at(close)..]].concat();
    assert_eq!(Digest::of(DigestAlgorithm::Sha256, &covered), digest);
}

#[test]
fn the_trailer_keeps_what_it_must() {
    for kind in KINDS {
        let mut small = Small::new("", "").with(9, "<</Title(kept)>>");
        small.trailer = "/Info 9 0 R/ID[<0102><0304>]";
        let file = small.file(kind);
        let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
        let read = pdf::read(&out).expect("well-formed");
        let trailer = read.latest().trailer().clone();
        let Some(Object::Array(pair)) = trailer.value(b"ID") else {
            panic!("{kind:?}: {trailer:?}");
        };
        assert_eq!(pair[0], Object::String(vec![1, 2]));
        assert_ne!(pair[1], Object::String(vec![3, 4]));
        assert_eq!(trailer.value(b"Info"), Some(&crate::files::reference(9)));
        let highest = out
            .windows(7)
            .filter(|window| window.ends_with(b" 0 obj"))
            .count();
        assert!(highest > 0);
        assert_eq!(
            trailer.integer(b"Prev"),
            pdf::read(&file)
                .map(|read| i64::try_from(read.latest().section().at).expect("small"))
                .ok()
        );
    }
}

#[test]
fn another_reader_finds_the_same_in_what_we_write() {
    for kind in [Kind::Table, Kind::Stream] {
        let file = Small::new("", "").with(9, "(last)").file(kind);
        let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
        let other = lopdf::Document::load_mem(&out).expect("lopdf reads it");
        let catalog = other.catalog().expect("a catalog");
        let form = catalog
            .get(b"AcroForm")
            .and_then(lopdf::Object::as_dict)
            .expect("a form");
        let field = form
            .get(b"Fields")
            .and_then(lopdf::Object::as_array)
            .expect("fields")[0]
            .as_reference()
            .expect("a reference");
        let field = other.get_dictionary(field).expect("a field");
        assert!(field.get(b"V").is_ok(), "{kind:?}");
        assert_eq!(other.get_pages().len(), 1);
    }
}
