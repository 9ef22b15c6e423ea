//! Packages: the evidence of a case, OFD.

use container::{Packed, written};

use super::{Hostile, UPLOAD, pdf};

/// The files.
pub const ALL: &[Hostile] = &[
    Hostile {
        name: "case: as many small forms filled in 100 times as fit",
        make: || case(&pdf::form(300, 20), 4_000),
        beside: &[],
    },
    Hostile {
        name: "case: 4,000 files of nothing",
        make: || case(b"%", 4_000),
        beside: &[],
    },
    Hostile {
        name: "OFD: 9,999 entries",
        make: entries,
        beside: &[],
    },
    Hostile {
        name: "OFD: a million elements",
        make: || ofd(&"<b xmlns:p=\"u\"><p:c/></b>".repeat(500_000)),
        beside: &[],
    },
    Hostile {
        name: "OFD: 60 MB of text",
        make: || ofd(&"x y z 1 2 3 ".repeat(5_000_000)),
        beside: &[],
    },
    Hostile {
        name: "OFD: 64 attributes on 15,000 elements",
        make: || ofd(&attributes().repeat(15_000)),
        beside: &[],
    },
];

/// The evidence of a case that has this document as often as is asked for and may be uploaded.
#[must_use]
pub fn case(document: &[u8], count: usize) -> Vec<u8> {
    let each = document.len() + 1_024;
    let count = ((UPLOAD - (2 << 20)) / each).clamp(1, count);
    let files: Vec<(String, Vec<u8>)> = (0..count)
        .map(|one| (format!("documents/{one}.pdf"), document.to_vec()))
        .collect();
    let packed = verify::Case::pack("BJ-990102-20260608-00017", "2026-07-03T01:00:00Z", &files);
    packed.unwrap_or_default()
}

fn package(files: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let packed: Vec<(String, Packed)> = files
        .into_iter()
        .map(|(name, octets)| (name, Packed::stored(octets)))
        .collect();
    let parts = packed.iter().map(|(name, packed)| (name.as_str(), packed));
    written(parts).unwrap_or_default()
}

fn entries() -> Vec<u8> {
    let mut files = vec![("OFD.xml".to_owned(), b"<a/>".to_vec())];
    files.extend((0..9_998).map(|one| (format!("Doc_0/{one}.xml"), b"<a/>".to_vec())));
    package(files)
}

/// A package whose first part holds this.
fn ofd(inside: &str) -> Vec<u8> {
    let space = "http://www.ofdspec.org/2016";
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ofd:OFD xmlns:ofd=\"{space}\" Version=\"1.1\" DocType=\"OFD\">{inside}</ofd:OFD>"
    );
    package(vec![("OFD.xml".to_owned(), text.into_bytes())])
}

fn attributes() -> String {
    let all: String = (0..64)
        .map(|one| format!(" a{one}=\"value of it\""))
        .collect();
    format!("<b{all}/>")
}
