//! Small files of every kind of cross-reference section, made from the bodies of their objects.

use std::collections::BTreeMap;

use affix::seal::{
    Appearance, Certification, Fit, NewField, Place, PrepareSeal, Prepared, SealRequest, prepare,
};
use crypto::DigestAlgorithm;
use pdf::{Coverage, Object, Reference, Source, Standing, SubFilter, View};
use time::macros::datetime;

use crate::keys::message;

/// The form of the section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Table,
    /// All objects that may be are in an object stream.
    Stream,
    /// A table whose last object is in an object stream that only /XRefStm knows.
    Hybrid,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Table, Kind::Stream, Kind::Hybrid];

/// A file in the making: bodies by number; 1 is the catalog.
#[derive(Clone)]
pub(crate) struct Small {
    pub(crate) bodies: BTreeMap<u32, String>,
    pub(crate) version: &'static str,
    /// Entries of the trailer besides those that must be there.
    pub(crate) trailer: &'static str,
}

impl Small {
    /// One page of 600 × 800 points; `catalog` and `page` are further entries of these.
    pub(crate) fn new(catalog: &str, page: &str) -> Small {
        let mut small = Small {
            bodies: BTreeMap::new(),
            version: "1.7",
            trailer: "/ID[<0102><0304>]",
        };
        small.put(1, format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"));
        small.put(
            2,
            "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>",
        );
        small.put(
            3,
            format!("<</Type/Page/Parent 2 0 R/Resources<<>>/Contents 4 0 R{page}>>"),
        );
        small.put(4, "<</Length 22>>stream\n0 0 300 400 re 0 0 m S\nendstream");
        small
    }

    pub(crate) fn put(&mut self, number: u32, body: impl Into<String>) {
        self.bodies.insert(number, body.into());
    }

    pub(crate) fn with(mut self, number: u32, body: impl Into<String>) -> Small {
        self.put(number, body);
        self
    }

    /// The octets of the file.
    pub(crate) fn file(&self, kind: Kind) -> Vec<u8> {
        let mut text = format!("%PDF-{}\n%\u{e9}\u{e9}\n", self.version);
        let mut places = BTreeMap::new();
        let last = self.bodies.keys().last().copied().unwrap_or_default();
        let mut packed = Vec::new();
        for (&number, body) in &self.bodies {
            let inside = match kind {
                Kind::Table => false,
                Kind::Stream => !body.contains("stream"),
                Kind::Hybrid => number == last,
            };
            if inside {
                packed.push(number);
            } else {
                places.insert(number, text.len());
                text += &format!("{number} 0 obj\n{body}\nendobj\n");
            }
        }
        if kind == Kind::Table {
            return self.table(text, &places, last + 1, "").into_bytes();
        }
        places.insert(last + 1, text.len());
        text += &self.container(last + 1, &packed);
        let start = text.len();
        places.insert(last + 2, start);
        text += &self.section(kind, last, &places, &packed);
        if kind == Kind::Hybrid {
            places.retain(|number, _| *number < last);
            let entry = format!("/XRefStm {start}");
            return self.table(text, &places, last, &entry).into_bytes();
        }
        text += &format!("startxref\n{start}\n%%EOF\n");
        text.into_bytes()
    }

    /// An object stream.
    fn container(&self, number: u32, packed: &[u32]) -> String {
        let (mut index, mut data) = (String::new(), String::new());
        for (number, body) in &self.bodies {
            if packed.contains(number) {
                index += &format!("{number} {} ", data.len());
                data += &format!("{body} ");
            }
        }
        format!(
            "{number} 0 obj\n<</Type/ObjStm/N {}/First {}/Length {}>>stream\n{index}{data}\nendstream\nendobj\n",
            packed.len(),
            index.len(),
            index.len() + data.len()
        )
    }

    /// A cross-reference stream; that of a hybrid file lists only what the table does not.
    fn section(
        &self,
        kind: Kind,
        last: u32,
        places: &BTreeMap<u32, usize>,
        packed: &[u32],
    ) -> String {
        let (container, number) = (last + 1, last + 2);
        let (first, index) = match kind {
            Kind::Hybrid => (last, format!("/Index[{last} 3]")),
            Kind::Table | Kind::Stream => (0, String::new()),
        };
        let mut rows = String::new();
        for object in first..=number {
            let inside = packed.iter().position(|it| *it == object);
            rows += &match (places.get(&object), inside) {
                (Some(place), _) => format!("01{place:06X}00"),
                (None, Some(at)) => format!("02{container:06X}{at:02X}"),
                (None, None) => "00000000FF".to_owned(),
            };
        }
        format!(
            "{number} 0 obj\n<</Type/XRef/Size {}/W[1 3 1]/Filter/ASCIIHexDecode/Length {}/Root 1 0 R{}{index}>>stream\n{rows}>\nendstream\nendobj\n",
            number + 1,
            rows.len() + 1,
            self.trailer,
        )
    }

    /// A table and its trailer.
    fn table(
        &self,
        mut text: String,
        places: &BTreeMap<u32, usize>,
        size: u32,
        entry: &str,
    ) -> String {
        let start = text.len();
        text += &format!("xref\n0 {size}\n0000000000 65535 f \n");
        for number in 1..size {
            text += &match places.get(&number) {
                Some(place) => format!("{place:010} 00000 n \n"),
                None => "0000000000 00000 f \n".to_owned(),
            };
        }
        let size = if entry.is_empty() { size } else { size + 3 };
        text + &format!(
            "trailer\n<</Size {size}/Root 1 0 R{}{entry}>>\nstartxref\n{start}\n%%EOF\n",
            self.trailer
        )
    }
}

/// A form of 100 × 50 points that needs a second object.
pub(crate) fn bodies(first: u32) -> Vec<Vec<u8>> {
    let form = format!(
        "<</Type/XObject/Subtype/Form/BBox[0 0 100 50]/Resources {} 0 R/Length 45>>stream\n\
         1 0 0 rg 0 0 100 50 re f 0 g 0 0 30 20 re f  \nendstream",
        first + 1
    );
    vec![form.into_bytes(), b"<</ProcSet[/PDF]>>".to_vec()]
}

pub(crate) const APPEARANCE: Appearance<'static> = Appearance {
    width: 100.0,
    height: 50.0,
    bodies: &bodies,
};

/// A request for a place, with the appearance above where one is shown.
pub(crate) fn request(place: Place<'_>) -> SealRequest<'_> {
    SealRequest {
        place,
        appearance: match place {
            Place::Invisible { .. } => None,
            Place::Field { .. } | Place::Page(_) => Some(APPEARANCE),
        },
        certification: Certification::Approval,
        claimed: datetime!(2026-11-22 12:00 +8),
        name: None,
        reason: None,
        location: None,
        contact: None,
        reserve: 2_048,
    }
}

/// A place on the first page.
pub(crate) fn new_field(name: &str) -> NewField<'_> {
    NewField {
        name,
        page: 1,
        corner: (50.0, 60.0),
        size: (100.0, 50.0),
        described: "电子印章",
    }
}

pub(crate) fn existing(name: &str, fit: Fit) -> SealRequest<'_> {
    request(Place::Field { name, fit })
}

/// What an empty field merged with its widget looks like.
pub(crate) fn empty_field(name: &str) -> String {
    format!("<</Type/Annot/Subtype/Widget/FT/Sig/T({name})/Rect[100 100 300 200]/F 134/P 3 0 R>>")
}

/// Digests, signs and finishes: the whole file.
pub(crate) fn finish(file: &[u8], prepared: Prepared) -> Vec<u8> {
    let digest = prepared
        .digest(&file, DigestAlgorithm::Sha256)
        .expect("the file is in memory");
    let appended = prepared.finish(&message(&digest)).expect("it fits");
    [file, &appended].concat()
}

/// The whole way from a file to a sealed one.
pub(crate) fn sealed(file: &[u8], request: &SealRequest<'_>) -> Result<Vec<u8>, PrepareSeal> {
    Ok(finish(file, prepare(&file, request)?))
}

/// Reads a file back as an inspector would: every signature sound and standing, every later change permitted.
/// Gives the names of the signatures' fields.
pub(crate) fn judged(file: &[u8]) -> Vec<String> {
    let read = pdf::read(&file as &dyn Source).expect("what we write we read");
    read.survey()
        .expect("everything that is reached is well-formed");
    let signatures = read.signatures().expect("fields can be walked");
    for signature in &signatures {
        assert_eq!(signature.standing(), Standing::Standing);
        let value = signature.value().expect("a sound signature");
        assert_ne!(signature.coverage(), Coverage::Part);
        let digest = read
            .digest(value, DigestAlgorithm::Sha256)
            .expect("the file is in memory");
        // The message that the tests make holds the digest as it is.
        let found = value
            .contents()
            .windows(digest.bytes().len())
            .any(|window| window == digest.bytes());
        assert!(found || value.sub_filter() == SubFilter::TimeStamp);
        for change in read.changes_after(signature, &signatures) {
            assert!(change.permitted, "{}: {change:?}", signature.name());
        }
    }
    signatures
        .iter()
        .map(|signature| signature.name().to_owned())
        .collect()
}

/// An object of the latest revision, as text that shows it.
pub(crate) fn shown(file: &[u8], path: &[&str]) -> Object {
    let read = pdf::read(&file as &dyn Source).expect("the file is well-formed");
    walk(read.latest(), path)
}

/// Follows keys and indexes from the catalog.
fn walk(view: View<'_>, path: &[&str]) -> Object {
    let mut found = Object::Dictionary(view.catalog().expect("a catalog"));
    for step in path {
        let next = match (&found, step.parse::<usize>()) {
            (Object::Array(elements), Ok(at)) => elements.get(at).cloned(),
            (Object::Dictionary(entries), _) => entries.value(step.as_bytes()).cloned(),
            (Object::Stream(stream), _) => stream.dictionary.value(step.as_bytes()).cloned(),
            _ => None,
        };
        found = view
            .resolve(&next.unwrap_or(Object::Null))
            .expect("references lead somewhere");
    }
    found
}

/// The number of an object that a catalog's path refers to.
pub(crate) fn reference(number: u32) -> Object {
    Object::Reference(Reference {
        number,
        generation: 0,
    })
}
