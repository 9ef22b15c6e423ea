//! The security store: it grows and never shrinks, and nothing is in it twice.

use affix::dss::{Material, WritePdf, append_dss};
use affix::seal::{Place, prepare_time_stamp};
use pdf::{Object, ReadPdf};

use crate::files::{KINDS, Kind, Small, judged, new_field, request, sealed, shown};
use crate::keys::sample;
use crate::thread::leave;

fn count(file: &[u8], key: &str) -> usize {
    match shown(file, &["DSS", key]) {
        Object::Array(elements) => elements.len(),
        _ => 0,
    }
}

fn grown(file: &[u8], material: &Material<'_>) -> Vec<u8> {
    let update = append_dss(&file, material).expect("the file can be carried on");
    [file, &update].concat()
}

#[test]
fn material_is_stored_once_and_earlier_entries_stay_in_front() {
    let (leaf, issuer, answer) = (b"leaf".to_vec(), b"issuer".to_vec(), b"answer".to_vec());
    for kind in KINDS {
        let file = Small::new("", "").with(9, "null").file(kind);
        let twice = [leaf.clone(), leaf.clone()];
        let one = grown(
            &file,
            &Material {
                certificates: &twice,
                ..Material::default()
            },
        );
        assert_eq!((count(&one, "Certs"), count(&one, "OCSPs")), (1, 0));
        let both = [issuer.clone(), leaf.clone()];
        let more = Material {
            certificates: &both,
            ocsps: std::slice::from_ref(&answer),
            crls: &[],
        };
        let two = grown(&one, &more);
        assert_eq!((count(&two, "Certs"), count(&two, "OCSPs")), (2, 1));
        let lengths = ["0", "1"].map(|at| shown(&two, &["DSS", "Certs", at, "Length"]));
        assert_eq!(lengths, [Object::Integer(4), Object::Integer(6)]);
        assert_eq!(append_dss(&two, &more), Ok(Vec::new()), "{kind:?}");
        // The store is an object of its own; the second growth leaves the catalog alone.
        let update = String::from_utf8_lossy(&two[one.len()..]).into_owned();
        assert!(!update.starts_with("1 0 obj") && !update.contains("\n1 0 obj"));
    }
}

#[test]
fn lists_grow_in_whichever_object_holds_them() {
    let old = "<</Length 3>>stream\nold\nendstream";
    for (catalog, store, list) in [
        ("/DSS<</Certs[9 0 R]>>", "null", "null"),
        ("/DSS 7 0 R", "<</Certs[9 0 R]>>", "null"),
        ("/DSS 7 0 R", "<</Certs 8 0 R/VRI<<>>>>", "[9 0 R]"),
    ] {
        let file = Small::new(catalog, "")
            .with(7, store)
            .with(8, list)
            .with(9, old)
            .file(Kind::Table);
        let new = [b"old".to_vec(), b"new!".to_vec()];
        let out = grown(
            &file,
            &Material {
                certificates: &new,
                ..Material::default()
            },
        );
        let lengths = ["0", "1", "2"].map(|at| shown(&out, &["DSS", "Certs", at, "Length"]));
        let expected = [Object::Integer(3), Object::Integer(4), Object::Null];
        assert_eq!(lengths, expected, "{catalog}");
        let vri = shown(&out, &["DSS", "VRI"]);
        assert_eq!(vri != Object::Null, store.contains("VRI"));
    }
}

#[test]
fn the_extension_is_declared_below_version_two_and_never_lowered() {
    let material = Material {
        certificates: &[b"one".to_vec()],
        ..Material::default()
    };
    let level = |version, catalog: &str| {
        let mut small = Small::new(catalog, "");
        small.version = version;
        let out = grown(&small.file(Kind::Table), &material);
        shown(&out, &["Extensions", "ESIC", "ExtensionLevel"])
    };
    assert_eq!(level("1.7", ""), Object::Integer(5));
    assert_eq!(level("1.4", "/Version/1.6"), Object::Integer(5));
    assert_eq!(level("2.0", ""), Object::Null);
    assert_eq!(level("1.7", "/Version/2.0"), Object::Null);
    let with = |level| format!("/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel {level}>>>>");
    assert_eq!(level("1.7", &with(2)), Object::Integer(5));
    assert_eq!(level("1.7", &with(8)), Object::Integer(8));
    let others = "/Extensions<</ADBE<</BaseVersion/1.7/ExtensionLevel 8>>>>";
    assert_eq!(level("1.7", others), Object::Integer(5));
}

#[test]
fn a_store_that_is_none_is_refused() {
    let material = Material {
        certificates: &[b"one".to_vec()],
        ..Material::default()
    };
    for catalog in [
        "/DSS<</Certs 5>>",
        "/DSS<</Certs[5]>>",
        "/DSS<</Certs[1 0 R]>>",
    ] {
        let file = Small::new(catalog, "").file(Kind::Table);
        let refused = append_dss(&file, &material);
        assert!(
            matches!(refused, Err(WritePdf::Read(ReadPdf::Type { .. }))),
            "{catalog}: {refused:?}"
        );
    }
}

#[test]
fn a_time_stamp_follows_the_material_of_a_signature() {
    let file = Small::new("", "").file(Kind::Table);
    let sealed = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
    let material = Material {
        certificates: &[sample("certs/leaf.der"), sample("certs/ca.der")],
        ocsps: &[sample("ocsp/good.ors")],
        crls: &[sample("crl/good.crl")],
    };
    let stored = grown(&sealed, &material);
    let prepared = prepare_time_stamp(&stored, "Stamp", 8_192).expect("prepared");
    let update = String::from_utf8_lossy(prepared.appended()).into_owned();
    assert!(update.contains("/Type/DocTimeStamp") && update.contains("/SubFilter/ETSI.RFC3161"));
    assert!(!update.contains("/M(") && !update.contains("/Reference"));
    // The token of the samples is over something else; its place is what is looked at here.
    let appended = prepared.finish(&sample("tsp/good.tst")).expect("it fits");
    let out = [stored.as_slice(), &appended].concat();
    leave("time-stamped.pdf", &out);
    assert_eq!(judged(&out), ["One", "Stamp"]);
    let read = pdf::read(&out).expect("well-formed");
    let kept = read.dss().expect("a store");
    assert_eq!(kept.certificates, material.certificates);
    assert_eq!(
        (kept.ocsps.as_slice(), kept.crls.as_slice()),
        (material.ocsps, material.crls)
    );
    let value = shown(&out, &["AcroForm", "Fields", "1", "V", "Type"]);
    assert_eq!(value, Object::Name(b"DocTimeStamp".to_vec()));
}
