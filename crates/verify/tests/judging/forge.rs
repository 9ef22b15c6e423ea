//! Forged files: a document with everything that a PDF can have, sealed, and what may be appended to it.

use std::sync::LazyLock;

use evidence::ocsp::Status;
use time::UtcDateTime;
use time::macros::utc_datetime;
use verify::{Material, Report, Source};

use crate::hierarchy::{SEAL, crl, ocsp, trust};
use crate::maker::{codes, judged_with};
use crate::writer::{Bodies, Maker, bodies, dictionary, stream};

pub(crate) const TRAILER: &str = "/Root 1 0 R/Info 11 0 R/ID[<01><02>]";

/// A form that shows `content`.
pub(crate) fn form(content: &str) -> String {
    form_of("/Resources<</Font<</F 8 0 R>>>>", content)
}

pub(crate) fn form_of(entries: &str, content: &str) -> String {
    let head = format!("/Type/XObject/Subtype/Form/BBox[0 0 80 20]{entries}");
    stream(&head, content)
}

/// What a text field shows.
pub(crate) fn typed(text: &str) -> String {
    form(&format!(
        "/Tx BMC q BT /F 9 Tf 0 g 2 5 Td ({text}) Tj ET Q EMC"
    ))
}

/// Two pages, a form with fields of every kind, a layer, an embedded file, metadata, and references to what nobody
/// has written yet: 60 and 61.
pub(crate) fn document() -> Bodies {
    let widget = "/Type/Annot/Subtype/Widget/F 4/P 3 0 R";
    let text = [
        (1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Metadata 10 0 R/Names 12 0 R/OCProperties<</OCGs[15 0 R]/D<</OFF[15 0 R]>>>>/ViewerPreferences<</DisplayDocTitle true>>>>".to_owned()),
        (2, "<</Type/Pages/Kids[3 0 R 17 0 R]/Count 2/MediaBox[0 0 600 800]>>".to_owned()),
        (3, "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[6 0 R 9 0 R 22 0 R 23 0 R 25 0 R 34 0 R 35 0 R 37 0 R 38 0 R 39 0 R]/Resources<</Font<</F 8 0 R>>/XObject<</X 60 0 R/Y 7 0 R>>/Properties<</L 15 0 R>>>>>>".to_owned()),
        (5, "<</Fields[6 0 R 9 0 R 22 0 R 23 0 R 25 0 R 33 0 R 36 0 R]/SigFlags 1/DA(/F 9 Tf)/DR<</Font<</F 8 0 R>>>>>>".to_owned()),
        (6, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/Rect[400 100 500 200]/F 132/P 3 0 R>>".to_owned()),
        (8, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/FontDescriptor 16 0 R>>".to_owned()),
        (9, format!("<<{widget}/FT/Tx/T(note)/V(old)/Rect[10 10 90 30]/AP<</N 19 0 R>>>>")),
        (11, "<</Title(Contract)/Producer(test)>>".to_owned()),
        (12, "<</EmbeddedFiles<</Names[(notes.txt)13 0 R]>>>>".to_owned()),
        (13, "<</Type/Filespec/F(notes.txt)/UF(notes.txt)/AFRelationship/Data/EF<</F 14 0 R>>>>".to_owned()),
        (15, "<</Type/OCG/Name(layer)>>".to_owned()),
        (16, "<</Type/FontDescriptor/FontName/Helvetica/Flags 32>>".to_owned()),
        (17, "<</Type/Page/Parent 2 0 R/Annots 18 0 R/Resources<<>>/Rotate 90/UserUnit 1.5>>".to_owned()),
        (18, "[61 0 R]".to_owned()),
        (22, format!("<<{widget}/FT/Btn/T(agree)/V/Off/AS/Off/Rect[100 10 120 30]/AP<</N<</Yes 26 0 R/Off 27 0 R>>>>>>")),
        (23, format!("<<{widget}/FT/Ch/Ff 131072/T(colour)/Opt[[(r)(red)][(g)(green)]]/V(r)/Rect[130 10 210 30]/AP<</N 28 0 R>>>>")),
        (25, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Countersign)/Rect[220 10 280 60]/F 4/P 3 0 R>>".to_owned()),
        (33, "<</T(addr)/FT/Tx/Kids[34 0 R 35 0 R]>>".to_owned()),
        (34, format!("<<{widget}/Parent 33 0 R/T(street)/V()/Rect[10 40 90 60]>>")),
        (35, format!("<<{widget}/Parent 33 0 R/T(town)/V()/Rect[100 40 190 60]>>")),
        (36, "<</FT/Tx/T(address)/V()/Kids[37 0 R 38 0 R]>>".to_owned()),
        (37, format!("<<{widget}/Parent 36 0 R/Rect[10 70 90 90]>>")),
        (38, format!("<<{widget}/Parent 36 0 R/Rect[100 70 190 90]>>")),
        (39, "<</Type/Annot/Subtype/Link/Rect[500 700 550 720]/Border[0 0 0]/Dest[17 0 R/Fit]>>".to_owned()),
    ];
    let mut objects: Bodies = text.into_iter().collect();
    let streams = [
        (
            4,
            stream(
                "",
                "BT /F 20 Tf 50 700 Td (Amount: 100) Tj ET /X Do /Y Do 0 0 600 800 re S",
            ),
        ),
        (7, form("BT /F 9 Tf 50 600 Td (Terms) Tj ET")),
        (
            10,
            stream(
                "/Type/Metadata/Subtype/XML",
                "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
            ),
        ),
        (14, stream("/Type/EmbeddedFile", "notes")),
        (19, typed("old")),
        (26, form("BT /F 9 Tf (x) Tj ET")),
        (27, form("")),
        (28, typed("red")),
    ];
    objects.extend(streams);
    objects
}

/// The seal on it: field, dictionary, look.
pub(crate) fn sealed(extra: &str) -> Bodies {
    let field = document()[&6].replace("/F 132", "/F 132/V 20 0 R/AP<</N 21 0 R>>");
    let mut objects = bodies(&[(6, &field)]);
    objects.insert(20, dictionary(extra));
    objects.insert(21, form("0 0 100 100 re S"));
    objects
}

fn made(objects: &Bodies) -> Maker {
    Maker::new(&document(), TRAILER).update(objects).sign()
}

static SIGNED: LazyLock<Maker> = LazyLock::new(|| made(&sealed("")));
static CERTIFIED: LazyLock<[Maker; 3]> = LazyLock::new(|| [1, 2, 3].map(certify));

fn certify(level: usize) -> Maker {
    let reference = format!(
        "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P {level}>>>>]"
    );
    let mut objects = sealed(&reference);
    objects.insert(1, certified_catalog());
    made(&objects)
}

fn certified_catalog() -> String {
    document()[&1].replace("/AcroForm", "/Perms<</DocMDP 20 0 R>>/AcroForm")
}

/// The document with a seal that certifies nothing.
pub(crate) fn signed() -> Maker {
    SIGNED.clone()
}

/// With a seal that certifies it, `level` as /P.
pub(crate) fn certified(level: usize) -> Maker {
    CERTIFIED[level - 1].clone()
}

/// With a seal that locks fields.
pub(crate) fn locked(parameters: &str) -> Maker {
    made(&sealed(&format!(
        "/Reference[<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams/V/1.2{parameters}>>>>]"
    )))
}

/// What an object of the sealed document says, with something else in a place of it.
pub(crate) fn part(number: u32, from: &str, to: &str) -> Bodies {
    change(Bodies::new(), number, from, to)
}

/// The same in what an update already has.
pub(crate) fn change(mut objects: Bodies, number: u32, from: &str, to: &str) -> Bodies {
    let old = objects
        .get(&number)
        .or(sealed("").get(&number))
        .or(document().get(&number))
        .expect("there is such an object")
        .clone();
    assert!(old.contains(from), "{number} has {from}");
    objects.insert(number, old.replacen(from, to, 1));
    objects
}

pub(crate) fn with(mut objects: Bodies, number: u32, body: &str) -> Bodies {
    objects.insert(number, body.to_owned());
    objects
}

/// A catalog entry more, certified or not.
pub(crate) fn catalog(base: &Maker, entry: &str) -> Bodies {
    let is_certified = base.bytes.windows(6).any(|window| window == b"/Perms");
    let old = if is_certified {
        certified_catalog()
    } else {
        document()[&1].clone()
    };
    bodies(&[(1, &old.replace("/AcroForm", &format!("{entry}/AcroForm")))])
}

/// Annotation 30 on the first page.
pub(crate) fn annotation(body: &str) -> Bodies {
    with(part(3, "39 0 R]", "39 0 R 30 0 R]"), 30, body)
}

/// A second signature in a new field, 30, its dictionary 31.
pub(crate) fn second(widget: &str) -> Bodies {
    second_of(widget, dictionary(""))
}

pub(crate) fn second_of(widget: &str, dictionary: String) -> Bodies {
    let field =
        format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(Second)/V 31 0 R/P 3 0 R/F 132{widget}>>");
    let objects = change(
        annotation(&field),
        5,
        "36 0 R]/SigFlags 1",
        "36 0 R 30 0 R]/SigFlags 3",
    );
    with(objects, 31, &dictionary)
}

/// The waiting field, signed: its dictionary 42, its look 43.
pub(crate) fn countersigned(entries: &str) -> Bodies {
    let to = format!("{entries}/V 42 0 R/AP<</N 43 0 R>>");
    let objects = with(part(25, "/F 4", &to), 42, &dictionary(""));
    with(objects, 43, &form("BT /F 9 Tf (B) Tj ET"))
}

/// The note, filled in: its value, and what it shows.
pub(crate) fn filled(value: &str, shown: &str) -> Bodies {
    let objects = change(
        part(9, "(old)", &format!("({value})")),
        9,
        "19 0 R",
        "50 0 R",
    );
    with(objects, 50, &typed(shown))
}

/// When they are looked at, a few hours after they say that they were sealed.
pub(crate) const LATER: UtcDateTime = utc_datetime!(2026-11-22 12:00);

/// Answers and lists about the seal.
static MATERIAL: LazyLock<Material> = LazyLock::new(|| {
    let mut material = Material::empty();
    let at = utc_datetime!(2026-11-22 6:00);
    for name in [SEAL, "tsa"] {
        material.add("a.ocsp", &ocsp(name, Status::Good, at));
    }
    for issuer in ["root", "ca"] {
        material.add("a.crl", &crl(issuer, at));
    }
    material
});

pub(crate) fn judge(file: &Vec<u8>) -> Report {
    judge_source(file)
}

pub(crate) fn judge_source(file: &dyn Source) -> Report {
    judged_with(file, &trust(), &MATERIAL, "default", LATER)
}

/// All codes, those of changes that are permitted too.
pub(crate) fn told(report: &Report) -> Vec<&'static str> {
    let mut found = codes(report);
    for signature in &report.signatures {
        found.extend(signature.changes_after.iter().map(|change| change.code));
    }
    found
}
