//! PDF files.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{Hostile, UPLOAD};

/// The files, each near a limit of its own.
pub const ALL: &[Hostile] = &[
    Hostile {
        name: "PDF: 700,000 objects",
        make: || objects(700_000),
        beside: &[],
    },
    Hostile {
        name: "PDF: 975,000 objects in object streams",
        make: || packed(15, 65_000),
        beside: &[],
    },
    Hostile {
        name: "PDF: 32 signatures over 49 MB",
        make: || signatures(32, 49 << 20),
        beside: &[],
    },
    Hostile {
        name: "PDF: 900 signatures, each in an update of its own",
        make: || signatures(900, 0),
        beside: &[],
    },
    Hostile {
        name: "PDF: 900 updates that fill in 300 fields",
        make: || form(300, 900),
        beside: &[],
    },
    Hostile {
        name: "PDF: 30 updates that fill in 9,000 fields",
        make: || form(9_000, 30),
        beside: &[],
    },
    Hostile {
        name: "PDF: 300 updates that rewrite a tree of 9,999 pages",
        make: || pages(9_999, 300),
        beside: &[],
    },
    Hostile {
        name: "PDF: 990 updates that rewrite a tree of 300 pages",
        make: || pages(300, 990),
        beside: &[],
    },
    Hostile {
        name: "PDF: 200 updates of a catalog with 5,000 layers",
        make: || layers(5_000, 200),
        beside: &[],
    },
    Hostile {
        name: "PDF: objects that refer to 1,000 others, rewritten 30 times",
        make: || graph(300, 30),
        beside: &[],
    },
    Hostile {
        name: "PDF: five streams of a page that expand to 100 MiB each",
        make: || bombs(5, 1),
        beside: &[],
    },
    Hostile {
        name: "PDF: the same, compressed four times",
        make: || bombs(5, 4),
        beside: &[],
    },
    Hostile {
        name: "PDF: validation material of 45 MB",
        make: || store(900, 50_000),
        beside: &[],
    },
    Hostile {
        name: "PDF: a dictionary of 250,000 names",
        make: || names(250_000),
        beside: &[],
    },
    Hostile {
        name: "PDF: arrays nested 100,000 deep",
        make: || nested(100_000),
        beside: &[],
    },
];

/// A file in the making.
pub(super) struct Maker {
    pub(super) octets: Vec<u8>,
    places: BTreeMap<u32, usize>,
    size: u32,
    before: Option<usize>,
    /// Where the numbers of the last signature's range go, and the hole.
    range: Option<(usize, usize, usize)>,
}

pub(super) const SEAL: &str =
    "<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 6 0 R/Rect[0 0 0 0]/P 3 0 R/F 132>>";
/// A message that is none, long enough to be looked at.
const MESSAGE: &str = "3003020101";

impl Maker {
    pub(super) fn new() -> Maker {
        Maker {
            octets: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(),
            places: BTreeMap::new(),
            size: 1,
            before: None,
            range: None,
        }
    }

    pub(super) fn put(&mut self, number: u32, body: impl AsRef<[u8]>) {
        self.places.insert(number, self.octets.len());
        self.size = self.size.max(number + 1);
        self.octets.extend(format!("{number} 0 obj\n").bytes());
        self.octets.extend(body.as_ref());
        self.octets.extend(b"\nendobj\n");
    }

    pub(super) fn stream(&mut self, number: u32, entries: &str, data: &[u8]) {
        let mut body = format!("<</Length {}{entries}>>stream\n", data.len()).into_bytes();
        body.extend(data);
        body.extend(b"\nendstream");
        self.put(number, body);
    }

    pub(super) fn catalog(&mut self, fields: &str, entries: &str) {
        let form = format!("/AcroForm<</SigFlags 3/Fields[{fields}]>>");
        self.put(1, format!("<</Type/Catalog/Pages 2 0 R{form}{entries}>>"));
    }

    /// One page with these entries.
    pub(super) fn page(&mut self, entries: &str) {
        self.put(2, "<</Type/Pages/Count 1/Kids[3 0 R]>>");
        self.put(
            3,
            format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]{entries}>>"),
        );
    }

    /// A signature's dictionary: its range is known when the update is closed.
    pub(super) fn sign(&mut self, number: u32) {
        self.sign_with(number, "");
    }

    /// A signature's dictionary with these entries.
    pub(super) fn sign_with(&mut self, number: u32, entries: &str) {
        self.sign_in(number, entries, MESSAGE);
    }

    /// A signature's dictionary with these entries, and a hole for its message that has these digits.
    pub(super) fn sign_in(&mut self, number: u32, entries: &str, digits: &str) {
        let head = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached";
        let range = format!("/ByteRange[0 {:>32}]/Contents<{digits}>", "");
        self.put(number, format!("{head}{entries}{range}>>"));
        let end = self.octets.len() - "\nendobj\n".len() - ">>".len();
        let start = end - digits.len() - 2;
        self.range = Some((start - "]/Contents".len() - 32, start, end));
    }

    /// Closes the update and says where the hole is: from its `<` to behind its `>`.
    pub(super) fn close_over(&mut self) -> Range<usize> {
        let (_, start, end) = self.range.unwrap_or_default();
        self.close();
        start..end
    }

    /// What lies before and behind a hole.
    pub(super) fn beside(&self, hole: Range<usize>) -> Vec<u8> {
        let before = self.octets.get(..hole.start).unwrap_or_default();
        let behind = self.octets.get(hole.end..).unwrap_or_default();
        [before, behind].concat()
    }

    /// Writes over what stands at an offset.
    pub(super) fn write(&mut self, at: usize, text: &str) {
        if let Some(room) = self.octets.get_mut(at..at + text.len()) {
            room.copy_from_slice(text.as_bytes());
        }
    }

    pub(super) fn close(&mut self) {
        let at = self.octets.len();
        let mut table = "xref\n".to_owned();
        if self.before.is_none() {
            table.push_str("0 1\n0000000000 65535 f \n");
        }
        let places: Vec<(u32, usize)> = std::mem::take(&mut self.places).into_iter().collect();
        for run in places.chunk_by(|one, next| one.0 + 1 == next.0) {
            let first = run.first().map_or(0, |first| first.0);
            table.push_str(&format!("{first} {}\n", run.len()));
            for (_, place) in run {
                table.push_str(&format!("{place:010} 00000 n \n"));
            }
        }
        let before = self.before.map(|before| format!("/Prev {before}"));
        let before = before.unwrap_or_default();
        table.push_str(&format!(
            "trailer\n<</Size {}/Root 1 0 R{before}>>\nstartxref\n{at}\n%%EOF\n",
            self.size
        ));
        self.octets.extend(table.bytes());
        self.before = Some(at);
        self.cover();
    }

    fn cover(&mut self) {
        let Some((place, start, end)) = self.range.take() else {
            return;
        };
        let numbers = format!("{start} {end} {}", self.octets.len() - end);
        let room = self.octets.get_mut(place..place + numbers.len());
        if let Some(room) = room {
            room.copy_from_slice(numbers.as_bytes());
        }
    }

    /// Whether another update like the last ones still fits into an upload.
    pub(super) fn has_room(&self, round: usize) -> bool {
        self.octets.len() + self.octets.len() / (round + 1) < UPLOAD
    }
}

pub(super) fn references(numbers: impl Iterator<Item = u32>) -> String {
    numbers.map(|number| format!("{number} 0 R ")).collect()
}

fn objects(count: u32) -> Vec<u8> {
    let mut file = Maker::new();
    file.catalog("", "");
    file.page("");
    for number in 4..count {
        file.put(number, "null");
    }
    file.close();
    file.octets
}

pub(super) fn squeezed(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(data).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// Objects in streams, and a cross-reference stream that names them.
fn packed(streams: u32, each: u32) -> Vec<u8> {
    let mut file = Maker::new();
    file.catalog("5 0 R", "");
    file.page("");
    file.put(5, SEAL);
    file.sign(6);
    let first = 10 + streams;
    for stream in 0..streams {
        let begin = first + stream * each;
        let head: String = (0..each)
            .map(|at| format!("{} {} ", begin + at, at * 5))
            .collect();
        let data = squeezed(format!("{head}{}", "null ".repeat(each as usize)).as_bytes());
        let entries = format!(
            "/Type/ObjStm/N {each}/First {}/Filter/FlateDecode",
            head.len()
        );
        file.stream(10 + stream, &entries, &data);
    }
    let (at, last) = (file.octets.len(), first + streams * each);
    file.places.insert(last, at);
    let mut rows = Vec::new();
    for number in 0..=last {
        let (kind, place, index) = match file.places.get(&number) {
            Some(place) => (1_u8, *place as u64, 0),
            None if number >= first => {
                let place = u64::from(10 + (number - first) / each);
                (2, place, (number - first) % each)
            }
            None => (0, 0, if number == 0 { 65_535 } else { 0 }),
        };
        rows.push(kind);
        rows.extend(&place.to_be_bytes()[4..]);
        rows.extend(&index.to_be_bytes()[2..]);
    }
    let entries = format!(
        "/Type/XRef/Size {}/W[1 4 2]/Root 1 0 R/Filter/FlateDecode",
        last + 1
    );
    file.stream(last, &entries, &squeezed(&rows));
    file.octets
        .extend(format!("startxref\n{at}\n%%EOF\n").bytes());
    file.cover();
    file.octets
}

/// Signatures, each in an update of its own, over so many octets.
#[must_use]
pub fn signatures(count: u32, octets: usize) -> Vec<u8> {
    let mut file = Maker::new();
    file.page("");
    if octets > 0 {
        file.stream(4, "", &vec![b'x'; octets]);
    }
    for one in 0..count {
        let field = 10 + 2 * one;
        file.catalog(&references((10..=field).step_by(2)), "");
        let value = field + 1;
        file.put(
            field,
            format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(s{one})/V {value} 0 R/Rect[0 0 0 0]/P 3 0 R/F 132>>"),
        );
        file.sign(value);
        file.close();
    }
    file.octets
}

/// A signed form of so many fields, all filled in so many times, as far as it can be uploaded.
#[must_use]
pub fn form(fields: u32, updates: usize) -> Vec<u8> {
    let mut file = Maker::new();
    let all = references(10..10 + fields);
    let field = |number: u32, value: usize| {
        format!(
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(f{number})/Rect[0 0 9 9]/P 3 0 R/F 4/V({value})>>"
        )
    };
    file.catalog(&format!("5 0 R {all}"), "");
    file.page(&format!("/Annots[5 0 R {all}]"));
    file.put(5, SEAL);
    for update in 0..=updates {
        for number in 10..10 + fields {
            file.put(number, field(number, update));
        }
        if update == 0 {
            file.sign(6);
        }
        file.close();
        if !file.has_room(update) {
            break;
        }
    }
    file.octets
}

/// A signed file of so many pages whose tree is written anew so many times.
fn pages(count: u32, updates: usize) -> Vec<u8> {
    let mut file = Maker::new();
    let kids = references(20..20 + count);
    let tree = format!("<</Type/Pages/Count {count}/Kids[{kids}]>>");
    file.put(5, SEAL.replace("3 0 R", "20 0 R"));
    for number in 20..20 + count {
        file.put(
            number,
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 7 0 R>>",
        );
    }
    file.stream(7, "", b"BT (a) Tj ET");
    file.sign(6);
    for update in 0..=updates {
        file.catalog("5 0 R", &format!("/X {update}"));
        file.put(2, &tree);
        file.close();
        if !file.has_room(update) {
            break;
        }
    }
    file.octets
}

fn layers(count: u32, updates: usize) -> Vec<u8> {
    let mut file = Maker::new();
    let all = references(20..20 + count);
    let said = format!("/OCProperties<</OCGs[{all}]/D<</Order[{all}]/ON[{all}]>>>>");
    file.page("");
    file.put(5, SEAL);
    for number in 20..20 + count {
        file.put(number, format!("<</Type/OCG/Name(g{number})>>"));
    }
    file.sign(6);
    for update in 0..=updates {
        file.catalog("5 0 R", &format!("{said}/X {update}"));
        file.close();
        if !file.has_room(update) {
            break;
        }
    }
    file.octets
}

/// Objects each of which refers to a thousand others.
fn graph(count: u32, updates: usize) -> Vec<u8> {
    let mut file = Maker::new();
    file.catalog("5 0 R", "/Names 20 0 R");
    file.page("");
    file.put(5, SEAL);
    for update in 0..=updates {
        for one in 0..count {
            let others = references((0..1_000).map(|other| 20 + (one * 7 + other * 13) % count));
            file.put(20 + one, format!("<</K[{others}]/V {update}>>"));
        }
        if update == 0 {
            file.sign(6);
        }
        file.close();
        if !file.has_room(update) {
            break;
        }
    }
    file.octets
}

/// Content that expands to as much as one stream may, compressed so many times; then something is laid over the page.
fn bombs(streams: u32, times: usize) -> Vec<u8> {
    let mut data = vec![b' '; (100 << 20) - 1];
    for _ in 0..times {
        data = squeezed(&data);
    }
    let filters = format!("/Filter[{}]", "/FlateDecode".repeat(times));
    let contents = format!("/Contents[{}]", references(20..20 + streams));
    let mut file = Maker::new();
    file.catalog("5 0 R", "");
    file.page(&contents);
    file.put(5, SEAL);
    for number in 20..20 + streams {
        file.stream(number, &filters, &data);
    }
    file.sign(6);
    file.close();
    file.catalog("5 0 R 9 0 R", "");
    file.put(
        9,
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(t)/V(a)/Rect[0 0 9 9]/P 3 0 R/F 4>>",
    );
    file.page(&format!("{contents}/Annots[9 0 R]"));
    file.close();
    file.octets
}

fn store(count: u32, each: usize) -> Vec<u8> {
    let mut file = Maker::new();
    let all = references(20..20 + count);
    file.catalog(
        "5 0 R",
        &format!("/DSS<</CRLs[{all}]/Certs[{all}]/OCSPs[{all}]>>"),
    );
    file.page("");
    file.put(5, SEAL);
    for number in 20..20 + count {
        file.stream(number, "", &vec![b'0'; each]);
    }
    file.sign(6);
    file.close();
    file.octets
}

fn names(count: u32) -> Vec<u8> {
    let all: String = (0..count).map(|name| format!("/k{name} 0")).collect();
    let mut file = Maker::new();
    file.catalog("", &format!("/X<<{all}>>"));
    file.page("");
    file.close();
    file.octets
}

fn nested(depth: usize) -> Vec<u8> {
    let mut file = Maker::new();
    file.catalog("", "/X 4 0 R");
    file.page("");
    file.put(4, format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    file.close();
    file.octets
}
