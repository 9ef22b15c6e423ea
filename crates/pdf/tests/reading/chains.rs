//! Chains of sections that no correct writer makes: each is refused with its own fault.

use pdf::{ReadPdf, Reference, Seekable, read};

use crate::honest::store;
use crate::maker::{Maker, TRAILER, bodies, document, signed, stream};

fn fault(bytes: &[u8]) -> &'static str {
    match read(&bytes) {
        Ok(file) => match file.signatures().and_then(|_| file.survey()) {
            Ok(_) => "sound",
            Err(fault) => fault.code(),
        },
        Err(fault) => fault.code(),
    }
}

fn base() -> Maker {
    Maker::new(&document(), TRAILER)
}

/// The file with `from` replaced by `to` of the same length at its last place.
fn with(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "offsets stay");
    let at = bytes
        .windows(from.len())
        .rposition(|window| window == from.as_bytes())
        .expect("it is there");
    let mut bytes = bytes.to_vec();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    bytes
}

/// The file with its last `startxref` naming `at`.
fn pointing(maker: &Maker, at: &str) -> Vec<u8> {
    let start = maker.bytes.len() - format!("{}\n%%EOF\n", maker.section).len();
    [&maker.bytes[..start], format!("{at}\n%%EOF\n").as_bytes()].concat()
}

#[test]
fn the_file_that_all_mutations_begin_with_is_sound() {
    assert_eq!(fault(&base().bytes), "sound");
    assert_eq!(fault(&signed().bytes), "sound");
    assert_eq!(
        fault(&base().packed_update(&bodies(&[(11, "<<>>")]), 50, "").bytes),
        "sound"
    );
}

#[test]
fn each_broken_chain_has_its_own_fault() {
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "no header",
            with(&base().bytes, "%PDF-1.7", "%PxF-1.7"),
            "pdf.header",
        ),
        (
            "an unknown version",
            with(&base().bytes, "%PDF-1.7", "%PDF-9.9"),
            "pdf.header",
        ),
        (
            "a header not at 0",
            [b"\n".as_slice(), &base().bytes].concat(),
            "pdf.header",
        ),
        (
            "no startxref",
            with(&base().bytes, "startxref", "startxxxx"),
            "pdf.startxref",
        ),
        (
            "no end",
            with(&base().bytes, "%%EOF", "%%EOX"),
            "pdf.startxref",
        ),
        (
            "startxref beyond the end",
            pointing(&base(), "99999999"),
            "pdf.xref-missing",
        ),
        (
            "startxref beside the section",
            pointing(&base(), &(base().section + 1).to_string()),
            "pdf.xref-missing",
        ),
        (
            "startxref at an object",
            pointing(&base(), &base().places[&5].to_string()),
            "pdf.xref-missing",
        ),
        (
            "a negative startxref",
            pointing(&base(), "-1"),
            "pdf.startxref",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

#[test]
fn sections_follow_each_other_backwards() {
    let updated = base().update(&store());
    let previous = format!("/Prev {}", base().section);
    let own = format!("/Prev {}", updated.section);
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "startxref of the section before",
            pointing(&updated, &base().section.to_string()),
            "pdf.startxref",
        ),
        (
            "a chain to itself",
            with(
                &updated.bytes,
                &previous,
                &format!("{own:<width$}", width = previous.len()),
            ),
            "pdf.xref-chain",
        ),
        (
            "a negative /Prev",
            with(&updated.bytes, &previous, &negative(&previous)),
            "pdf.trailer",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

#[test]
fn each_broken_section_has_its_own_fault() {
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "a section in the middle that says another place",
            middle(),
            "pdf.xref-chain",
        ),
        (
            "an entry of nineteen octets",
            with(&base().bytes, " 00000 n \n", " 00000 n\n\n"),
            "pdf.xref-malformed",
        ),
        ("an object twice in a table", twice(), "pdf.xref-duplicate"),
        (
            "a number above /Size",
            with(&base().bytes, "/Size 19", "/Size 18"),
            "pdf.xref-malformed",
        ),
        ("/Size of two thousand million", size(), "pdf.limit"),
        (
            "no /Root",
            with(&base().bytes, "/Root 1 0 R", "/Rxot 1 0 R"),
            "pdf.trailer",
        ),
        (
            "an encrypted file",
            with(&base().bytes, "/ID[<01><02>]", "/Encrypt<<>> "),
            "pdf.encrypted",
        ),
        (
            "an entry that points beside its object",
            shifted(),
            "pdf.wrong-object",
        ),
        (
            "a key twice in the catalog",
            with(&base().bytes, "/OCProperties", "/Pages       "),
            "pdf.duplicate-key",
        ),
        (
            "a length that is not true",
            with(&base().bytes, "/Length 18>>", "/Length 17>>"),
            "pdf.stream-length",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

fn negative(previous: &str) -> String {
    let text = format!("/Prev -{}", "1".repeat(previous.len() - 7));
    text
}

/// The footer of the first revision names an object.
fn middle() -> Vec<u8> {
    let mut first = base();
    first.bytes = pointing(&first, "1234");
    first.update(&store()).bytes
}

fn twice() -> Vec<u8> {
    let mut maker = base();
    let objects = maker.objects(&bodies(&[(8, "<</Type/Font>>")]));
    let row = format!(
        "8 1\n{0:010} 00000 n \n8 1\n{0:010} 00000 n \n",
        objects[&8]
    );
    let at = maker.bytes.len();
    let text = format!(
        "xref\n{row}trailer\n<<{TRAILER}/Size 19/Prev {}>>\nstartxref\n{at}\n%%EOF\n",
        maker.section
    );
    maker.bytes.extend(text.bytes());
    maker.bytes
}

fn size() -> Vec<u8> {
    let text = format!("{TRAILER}/Size 19");
    let mut maker = base();
    let at = maker.bytes.len() - format!("{text}>>\nstartxref\n{}\n%%EOF\n", maker.section).len();
    let section = maker.section;
    maker.bytes.truncate(at);
    maker
        .bytes
        .extend(format!("{TRAILER}/Size 2147483647>>\nstartxref\n{section}\n%%EOF\n").bytes());
    maker.bytes
}

fn shifted() -> Vec<u8> {
    let maker = base();
    let place = format!("{:010} 00000 n", maker.places[&8]);
    with(
        &maker.bytes,
        &place,
        &format!("{:010} 00000 n", maker.places[&8] + 2),
    )
}

#[test]
fn more_sections_than_the_limit_are_refused_and_as_many_are_read() {
    let mut maker = base();
    for _ in 1..1_000 {
        maker = maker.update(&bodies(&[]));
    }
    assert_eq!(read(&maker.bytes).map(|file| file.revisions()), Ok(1_000));
    maker = maker.update(&bodies(&[]));
    let refused = read(&maker.bytes).map(|file| file.revisions());
    assert_eq!(
        refused,
        Err(ReadPdf::Limit {
            what: "cross-reference sections",
            limit: 1_000
        })
    );
}

#[test]
fn a_stream_expands_to_its_limit_and_no_further() {
    let run = |octets: usize| {
        // Runs of 128 copies, two octets each.
        let data = "81 61 ".repeat(octets / 128);
        let mut objects = document();
        objects.insert(
            4,
            stream(
                "/Filter[/ASCIIHexDecode/RunLengthDecode]",
                &format!("{data}80>"),
            ),
        );
        fault(&Maker::new(&objects, TRAILER).bytes)
    };
    assert_eq!(run(100 * 1024 * 1024), "sound");
    assert_eq!(run(100 * 1024 * 1024 + 128), "pdf.limit");
}

#[test]
fn a_file_is_read_from_anything_that_seeks() {
    let bytes = signed().bytes;
    let source = Seekable::new(std::io::Cursor::new(bytes)).expect("seeks");
    let file = read(&source).expect("sound");
    assert_eq!(file.signatures().map(|found| found.len()), Ok(1));
}

#[test]
fn a_stream_is_as_long_as_its_own_revision_says() {
    let before = bodies(&[
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[]/Count 0>>"),
        (5, "<</Length 6 0 R>>stream\nabc\nendstream"),
        (6, "3"),
    ]);
    let longer = bodies(&[(6, "4000")]);
    let bytes = Maker::new(&before, "/Root 1 0 R").update(&longer).bytes;
    let file = read(&bytes).expect("sound sections");
    let stream = Reference {
        number: 5,
        generation: 0,
    };
    for _ in 0..2 {
        let found = file.at(0).object(stream).expect("as long as it says");
        let found = found.as_stream().expect("a stream");
        assert_eq!(found.range.end - found.range.start, 3);
        assert!(matches!(
            file.at(1).object(stream),
            Err(ReadPdf::StreamLength { .. })
        ));
    }
}

/// Objects 1 and 2 in a table, 3 and the section's stream in the stream alone; `rows` are what the table says of
/// those two.
fn hybrid(rows: [&str; 2]) -> Vec<u8> {
    let mut text = "%PDF-1.5\n".to_owned();
    let mut places = Vec::new();
    for body in [
        "1 0 obj<</Type/Catalog/Pages 2 0 R/Hidden 3 0 R>>endobj\n",
        "2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n",
        "3 0 obj(hidden)endobj\n",
    ] {
        places.push(text.len());
        text += body;
    }
    let [first, second, hidden] = places.as_slice() else {
        panic!("three objects")
    };
    let section = text.len();
    text += &format!(
        "4 0 obj<</Type/XRef/Size 5/Index[3 2]/W[1 2 1]/Filter/ASCIIHexDecode/Length 17>>stream\n\
         01{hidden:04x}0001{section:04x}00>\nendstream endobj\n"
    );
    let start = text.len();
    text +=
        &format!("xref\n0 5\n0000000003 65535 f \n{first:010} 00000 n \n{second:010} 00000 n \n");
    for row in rows {
        text += &row.replace("HIDDEN", &format!("{hidden:010}"));
    }
    text +=
        &format!("trailer<</Size 5/Root 1 0 R/XRefStm {section}>>\nstartxref\n{start}\n%%EOF\n");
    text.into_bytes()
}

#[test]
fn a_hybrid_table_lists_as_free_what_its_stream_has() {
    let bytes = hybrid(["0000000004 00000 f \n", "0000000000 00000 f \n"]);
    let file = read(&bytes).expect("as 7.5.8.4 says");
    let hidden = Reference {
        number: 3,
        generation: 0,
    };
    let found = file.latest().object(hidden).expect("read");
    assert_eq!(found.as_string(), Some(b"hidden".as_slice()));
    assert_eq!(file.survey().expect("sound").objects, 3);
    // One that both say is in use, though at the same place, is there twice.
    let bytes = hybrid(["HIDDEN 00000 n \n", "0000000000 00000 f \n"]);
    assert_eq!(fault(&bytes), ReadPdf::DuplicateEntry { number: 3 }.code());
}
