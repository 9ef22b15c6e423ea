//! Files beyond the widths of their numbers, of which nearly all octets are nowhere.

use std::sync::atomic::{AtomicUsize, Ordering};

use affix::dss::{Material, append_dss};
use affix::seal::{Joined, Place, PrepareSeal, WriteUpdate, prepare};
use crypto::DigestAlgorithm;
use pdf::{Object, ReadPdf, Source};

use crate::files::{new_field, request};

/// A file whose stream of `hole` zeros is not kept.
struct Sparse {
    before: Vec<u8>,
    hole: u64,
    after: Vec<u8>,
    /// Octets that were read, and the most at once.
    read: AtomicUsize,
    most: AtomicUsize,
}

/// The form of its section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Table,
    Stream,
}

impl Sparse {
    /// A file of exactly `length` octets.
    fn new(length: u64, form: Form) -> Sparse {
        let mut hole = length - 2_000;
        // The numbers in the file depend on its length: two passes settle their digits, a comment the rest.
        for _ in 0..4 {
            let made = Sparse::with_hole(hole, form, 0);
            let found = made.length();
            if found <= length {
                let padding = usize::try_from(length - found).expect("little");
                let made = Sparse::with_hole(hole, form, padding);
                assert_eq!(made.length(), length);
                return made;
            }
            hole -= found - length;
        }
        panic!("the length settles");
    }

    fn with_hole(hole: u64, form: Form, padding: usize) -> Sparse {
        let mut before = b"%PDF-1.7\n%\xE9\xE9\xE9\xE9\n".to_vec();
        let mut places = Vec::new();
        for (number, body) in [
            (1, "<</Type/Catalog/Pages 2 0 R>>".to_owned()),
            (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned()),
        ] {
            places.push(before.len() as u64);
            before.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        let fourth = before.len() as u64;
        before.extend_from_slice(format!("4 0 obj\n<</Length {hole}>>stream\n").as_bytes());
        let mut after = b"\nendstream\nendobj\n%".to_vec();
        after.extend(std::iter::repeat_n(b'.', padding));
        after.push(b'\n');
        let offset = |after: &[u8]| before.len() as u64 + hole + after.len() as u64;
        places.push(offset(&after));
        places.push(fourth);
        after.extend_from_slice(
            b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>\nendobj\n",
        );
        let start = offset(&after);
        if form == Form::Table {
            let rows: String = places
                .iter()
                .map(|place| format!("{place:010} 00000 n \n"))
                .collect();
            after.extend_from_slice(
                format!("xref\n0 5\n0000000000 65535 f \n{rows}trailer\n<</Size 5/Root 1 0 R>>\n")
                    .as_bytes(),
            );
        } else {
            places.push(start);
            let mut rows = String::from("0000000000000000FF");
            for place in places {
                rows.push_str(&format!("01{place:014X}00"));
            }
            after.extend_from_slice(
                format!(
                    "5 0 obj\n<</Type/XRef/Size 6/W[1 7 1]/Root 1 0 R/Filter/ASCIIHexDecode/Length {}>>stream\n{rows}>\nendstream\nendobj\n",
                    rows.len() + 1
                )
                .as_bytes(),
            );
        }
        after.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Sparse {
            before,
            hole,
            after,
            read: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }
}

impl Source for Sparse {
    fn length(&self) -> u64 {
        self.before.len() as u64 + self.hole + self.after.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadPdf> {
        let (first, last) = (
            self.before.len() as u64,
            self.before.len() as u64 + self.hole,
        );
        if offset.saturating_add(into.len() as u64) > self.length() {
            return Err(ReadPdf::Truncated { at: self.length() });
        }
        self.read.fetch_add(into.len(), Ordering::Relaxed);
        self.most.fetch_max(into.len(), Ordering::Relaxed);
        for (at, octet) in (offset..).zip(into) {
            *octet = match at {
                at if at < first => self.before[usize::try_from(at).expect("small")],
                at if at < last => 0,
                at => self.after[usize::try_from(at - last).expect("small")],
            };
        }
        Ok(())
    }
}

/// Lengths round every width that signers are known to have got wrong.
const LENGTHS: [u64; 10] = [
    99_999_999,
    100_000_000,
    999_999_999,
    1_000_000_000,
    2_147_483_648,
    4_294_967_295,
    4_294_967_296,
    5_000_000_000,
    9_999_000_000,
    9_999_999_999 - 20_000,
];

fn carried_on(length: u64, form: Form) {
    let file = Sparse::new(length, form);
    let prepared = prepare(&file, &request(Place::Page(new_field("One")))).expect("prepared");
    let [zero, open, close, rest] = prepared.byte_range();
    assert_eq!(zero, 0);
    assert!(open > length && close > open);
    let at = |offset: u64| prepared.appended()[usize::try_from(offset - length).expect("small")];
    assert_eq!((at(open), at(close - 1)), (b'<', b'>'), "{length}");
    assert_eq!(close + rest, length + prepared.appended().len() as u64);
    let sealed = Joined::new(&file, prepared.appended());
    let read = pdf::read(&sealed).expect("what we write we read");
    assert_eq!(read.revisions(), 2);
    let pages = read.latest().pages().expect("pages");
    let page = read.latest().object(pages[0]).expect("a page");
    let page = page.as_dictionary().expect("a page");
    assert!(matches!(page.value(b"Annots"), Some(Object::Array(_))));
    let material = Material {
        certificates: &[b"one".to_vec()],
        ..Material::default()
    };
    let update = append_dss(&sealed, &material).expect("the file can be carried on");
    let whole = Joined::new(&sealed, &update);
    let read = pdf::read(&whole).expect("what we write we read");
    let catalog = read.latest().catalog().expect("a catalog");
    assert!(catalog.value(b"DSS").is_some(), "{length} {form:?}");
}

#[test]
fn tables_carry_files_on_up_to_the_last_offset_of_ten_digits() {
    for length in LENGTHS {
        carried_on(length, Form::Table);
    }
}

#[test]
fn streams_carry_files_on_beyond_every_width() {
    for length in LENGTHS {
        carried_on(length, Form::Stream);
    }
    for length in [9_999_999_999, 10_000_000_000, 10_000_000_001, 1 << 40] {
        carried_on(length, Form::Stream);
    }
}

#[test]
fn a_table_that_cannot_hold_the_offset_is_refused_and_not_bent() {
    let file = Sparse::new(9_999_999_999 - 100, Form::Table);
    let refused = prepare(&file, &request(Place::Page(new_field("One")))).err();
    assert!(
        matches!(
            refused,
            Some(PrepareSeal::Update(WriteUpdate::BeyondTable { .. }))
        ),
        "{refused:?}"
    );
}

#[test]
fn neither_work_nor_memory_grows_with_the_file() {
    let effort = |length| {
        let file = Sparse::new(length, Form::Table);
        let prepared = prepare(&file, &request(Place::Page(new_field("One")))).expect("prepared");
        let (read, most) = (&file.read, &file.most);
        assert!(prepared.appended().len() < 16_384);
        (read.load(Ordering::Relaxed), most.load(Ordering::Relaxed))
    };
    let (read, most) = effort(100_000);
    assert!(read < 100_000, "{read}");
    let (more, at_once) = effort(9_000_000_000);
    assert!(more < 2 * read && at_once <= most.max(65_536), "{more}");
    let file = Sparse::new(3_000_000, Form::Table);
    let prepared = prepare(&file, &request(Place::Page(new_field("One")))).expect("prepared");
    file.read.store(0, Ordering::Relaxed);
    let digest = prepared.digest(&file, DigestAlgorithm::Sha256);
    assert!(digest.is_ok());
    // Each octet once, in pieces.
    assert_eq!(file.read.load(Ordering::Relaxed), 3_000_000);
    assert!(file.most.load(Ordering::Relaxed) <= 65_536);
}
