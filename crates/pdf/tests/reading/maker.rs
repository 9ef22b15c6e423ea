//! A writer of small files of its own, by hand, so that what is forged here owes nothing to the code under test.
//!
//! Signatures are made last over the octets as they then are: except where the cryptography is the class, a
//! mutant keeps its digest and its signature right.

use std::collections::BTreeMap;

use crypto::{Digest, DigestAlgorithm};

use crate::keys::message;

/// Octets kept for a message.
pub(crate) const RESERVE: usize = 3_000;
/// Characters kept for the numbers of a /ByteRange.
const RANGE: usize = 84;

/// A file in the making.
#[derive(Clone)]
pub(crate) struct Maker {
    pub(crate) bytes: Vec<u8>,
    /// Offset of the last section.
    pub(crate) section: u64,
    pub(crate) size: u32,
    pub(crate) places: BTreeMap<u32, u64>,
    /// What the trailer has besides /Size and /Prev.
    pub(crate) trailer: String,
}

/// Objects by number.
pub(crate) type Bodies = BTreeMap<u32, String>;

pub(crate) fn bodies(listed: &[(u32, &str)]) -> Bodies {
    let owned = listed
        .iter()
        .map(|(number, body)| (*number, (*body).to_owned()));
    owned.collect()
}

pub(crate) fn stream(entries: &str, data: &str) -> String {
    format!(
        "<<{entries}/Length {}>>stream\n{data}\nendstream",
        data.len()
    )
}

impl Maker {
    /// The first revision.
    pub(crate) fn new(objects: &Bodies, trailer: &str) -> Maker {
        let mut maker = Maker {
            bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(),
            section: 0,
            size: 1,
            places: BTreeMap::new(),
            trailer: trailer.to_owned(),
        };
        let places = maker.objects(objects);
        maker.table(&places, true);
        maker
    }

    /// One more revision, as a table.
    pub(crate) fn update(mut self, objects: &Bodies) -> Maker {
        let places = self.objects(objects);
        self.table(&places, false);
        self
    }

    /// The same with objects in an object stream (number `container`) and a cross-reference stream (`container` + 1).
    pub(crate) fn packed_update(mut self, objects: &Bodies, container: u32, extra: &str) -> Maker {
        let (mut index, mut data) = (String::new(), String::new());
        for (number, body) in objects {
            index.push_str(&format!("{number} {} ", data.len()));
            data.push_str(body);
            data.push(' ');
        }
        let head = format!(
            "/Type/ObjStm/N {}/First {}",
            objects.len() + usize::from(!extra.is_empty()),
            index.len() + extra.len()
        );
        let body = stream(&head, &format!("{index}{extra}{data}"));
        let places = self.objects(&bodies(&[(container, &body)]));
        let at = self.bytes.len() as u64;
        let mut rows = Vec::new();
        let mut numbers = String::new();
        let mut row = |number: u32, kind: u8, second: u64, third: u16| {
            numbers.push_str(&format!("{number} 1 "));
            rows.push(kind);
            rows.extend_from_slice(&second.to_be_bytes()[4..]);
            rows.extend_from_slice(&third.to_be_bytes());
        };
        let mut all: Vec<u32> = objects
            .keys()
            .copied()
            .chain([container, container + 1])
            .collect();
        all.sort_unstable();
        for number in all {
            match objects.keys().position(|found| *found == number) {
                Some(at) => row(number, 2, container.into(), u16::try_from(at).expect("few")),
                None if number == container => row(number, 1, places[&container], 0),
                None => row(number, 1, at, 0),
            }
        }
        self.size = self.size.max(container + 2);
        let hex: String = rows.iter().map(|octet| format!("{octet:02x}")).collect();
        let head = format!(
            "{}/Type/XRef/W[1 4 2]/Index[{numbers}]/Size {}/Prev {}/Filter/ASCIIHexDecode",
            self.trailer, self.size, self.section
        );
        let body = stream(&head, &format!("{hex}>"));
        self.bytes.extend(
            format!(
                "{} 0 obj\n{body}\nendobj\nstartxref\n{at}\n%%EOF\n",
                container + 1
            )
            .bytes(),
        );
        self.section = at;
        self
    }

    /// Writes objects and tells where they are.
    pub(crate) fn objects(&mut self, objects: &Bodies) -> BTreeMap<u32, u64> {
        let mut places = BTreeMap::new();
        for (number, body) in objects {
            places.insert(*number, self.bytes.len() as u64);
            self.bytes
                .extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
            self.size = self.size.max(number + 1);
        }
        self.places.extend(&places);
        places
    }

    /// Writes a table with these entries, its trailer and the footer.
    pub(crate) fn table(&mut self, places: &BTreeMap<u32, u64>, first: bool) {
        let rows = places
            .iter()
            .map(|(number, place)| (*number, format!("{place:010} 00000 n \n")));
        self.rows(rows.collect(), first);
    }

    /// Writes a table of rows as they are.
    pub(crate) fn rows(&mut self, mut rows: BTreeMap<u32, String>, first: bool) {
        let at = self.bytes.len() as u64;
        let previous = if first {
            rows.insert(0, "0000000000 65535 f \n".to_owned());
            String::new()
        } else {
            format!("/Prev {}", self.section)
        };
        let mut text = String::from("xref\n");
        for (number, row) in &rows {
            text.push_str(&format!("{number} 1\n{row}"));
        }
        text.push_str(&format!(
            "trailer\n<<{}/Size {}{previous}>>\nstartxref\n{at}\n%%EOF\n",
            self.trailer, self.size
        ));
        self.bytes.extend(text.bytes());
        self.section = at;
    }

    /// Signs the last signature dictionary written.
    pub(crate) fn sign(self) -> Maker {
        self.sign_as(plain, hex)
    }

    /// Signs, and writes numbers and message as told. The digest is over the ranges round the reserved place.
    pub(crate) fn sign_as(
        mut self,
        range: impl Fn([usize; 4]) -> String,
        contents: impl Fn(&[u8]) -> String,
    ) -> Maker {
        let blank = " ".repeat(RANGE);
        let zeros = "0".repeat(RESERVE * 2);
        let place = last(&self.bytes, blank.as_bytes());
        let gap = last(&self.bytes, zeros.as_bytes()) - 1;
        let end = gap + zeros.len() + 2;
        let numbers = range([0, gap, end, self.bytes.len() - end]);
        let numbers = format!("{numbers:<RANGE$}");
        assert_eq!(numbers.len(), RANGE, "the numbers fit");
        self.bytes[place..place + RANGE].copy_from_slice(numbers.as_bytes());
        let signed = [&self.bytes[..gap], &self.bytes[end..]].concat();
        let digest = Digest::of(DigestAlgorithm::Sha256, &signed);
        let written = contents(&message(&digest));
        let written = format!("{written:<width$}", width = zeros.len() + 2);
        assert_eq!(written.len(), zeros.len() + 2, "the message fits");
        self.bytes[gap..end].copy_from_slice(written.as_bytes());
        self
    }
}

/// The four numbers as they are right.
pub(crate) fn plain([start, a, b, c]: [usize; 4]) -> String {
    format!("{start} {a} {b} {c}")
}

/// A hexadecimal string padded with zeros.
pub(crate) fn hex(message: &[u8]) -> String {
    let digits: String = message.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("<{digits:0<width$}>", width = RESERVE * 2)
}

fn last(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes
        .windows(wanted.len())
        .rposition(|window| window == wanted)
        .expect("the place is reserved")
}

/// A signature dictionary with places for its numbers and its message.
pub(crate) fn dictionary(extra: &str) -> String {
    dictionary_of("/Type/Sig", "/ETSI.CAdES.detached", extra)
}

pub(crate) fn dictionary_of(kind: &str, sub_filter: &str, extra: &str) -> String {
    format!(
        "<<{kind}/Filter/Adobe.PPKLite/SubFilter{sub_filter}/M(D:20261122040000Z){extra}\n/ByteRange[{}]\n/Contents<{}>>>",
        " ".repeat(RANGE),
        "0".repeat(RESERVE * 2)
    )
}

/// The document that most mutations begin with: a page with text, an empty field for the seal, a text field, a
/// layer, metadata, an embedded file, and references to objects 60 and 61 that nobody has written yet.
pub(crate) fn document() -> Bodies {
    let pdf = [
        (
            1,
            "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Metadata 10 0 R/Names 12 0 R\
             /OCProperties<</OCGs[15 0 R]/D<</OFF[15 0 R]>>>>>>",
        ),
        (
            2,
            "<</Type/Pages/Kids[3 0 R 17 0 R]/Count 2/MediaBox[0 0 600 800]>>",
        ),
        (
            3,
            "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[6 0 R 9 0 R]/Resources<</Font<</F 8 0 R>>\
             /XObject<</X 60 0 R/Y 7 0 R>>/Properties<</L 15 0 R>>>>>>",
        ),
        (5, "<</Fields[6 0 R 9 0 R]/SigFlags 1/DA(/F 9 Tf)>>"),
        (
            6,
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/Rect[400 100 500 200]/F 132/P 3 0 R>>",
        ),
        (
            8,
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FontDescriptor 16 0 R>>",
        ),
        (
            9,
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(note)/V(old)/Rect[10 10 90 30]/F 4/P 3 0 R/AP<</N 7 0 R>>>>",
        ),
        (11, "<</Title(Licence)/Producer(test)>>"),
        (12, "<</EmbeddedFiles<</Names[(licence.json)13 0 R]>>>>"),
        (
            13,
            "<</Type/Filespec/F(licence.json)/UF(licence.json)/AFRelationship/Data/EF<</F 14 0 R>>>>",
        ),
        (15, "<</Type/OCG/Name(layer)>>"),
        (16, "<</Type/FontDescriptor/FontName/Helvetica/Flags 32>>"),
        (
            17,
            "<</Type/Page/Parent 2 0 R/Annots 18 0 R/Resources<<>>>>",
        ),
        (18, "[61 0 R]"),
    ];
    let mut objects = bodies(&pdf);
    objects.insert(
        4,
        stream("", "BT /F 20 Tf 50 700 Td (Amount: 100) Tj ET /X Do"),
    );
    objects.insert(
        7,
        stream("/Type/XObject/Subtype/Form/BBox[0 0 80 20]", "BT ET"),
    );
    objects.insert(
        10,
        stream(
            "/Type/Metadata/Subtype/XML",
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        ),
    );
    objects.insert(14, stream("/Type/EmbeddedFile", "{\"identifier\":\"1\"}"));
    objects
}

pub(crate) const TRAILER: &str = "/Root 1 0 R/Info 11 0 R/ID[<01><02>]";

/// The field of the seal, signed, with its look.
pub(crate) fn sealed(extra: &str) -> Bodies {
    let mut objects = bodies(&[(
        6,
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/Rect[400 100 500 200]/F 132/P 3 0 R/V 20 0 R/AP<</N 21 0 R>>>>",
    )]);
    objects.insert(20, dictionary(extra));
    objects.insert(
        21,
        stream(
            "/Type/XObject/Subtype/Form/BBox[0 0 100 100]",
            "0 0 100 100 re S",
        ),
    );
    objects
}

/// The document, sealed in its second revision.
pub(crate) fn signed() -> Maker {
    Maker::new(&document(), TRAILER).update(&sealed("")).sign()
}

/// The same, certified with `level` as /P.
pub(crate) fn certified(level: u8) -> Maker {
    let reference = format!(
        "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P {level}>>>>]"
    );
    let mut objects = sealed(&reference);
    let catalog = document()[&1].replace("/AcroForm", "/Perms<</DocMDP 20 0 R>>/AcroForm");
    objects.insert(1, catalog);
    Maker::new(&document(), TRAILER).update(&objects).sign()
}

/// A second signature in a new field, 30, with its dictionary 31; `widget` are further entries of the field.
pub(crate) fn second(widget: &str, dictionary: String) -> Bodies {
    let page = document()[&3].replace("9 0 R]/Res", "9 0 R 30 0 R]/Res");
    let field =
        format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(Second)/V 31 0 R/P 3 0 R/F 132{widget}>>");
    let mut objects = bodies(&[
        (3, &page),
        (5, "<</Fields[6 0 R 9 0 R 30 0 R]/SigFlags 3/DA(/F 9 Tf)>>"),
        (30, &field),
    ]);
    objects.insert(31, dictionary);
    objects
}
