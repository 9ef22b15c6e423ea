//! Honest later changes as other software writes them: none is called tampering.

use crate::forge::{
    TRAILER, annotation, catalog, certified, change, countersigned, document, filled, form,
    form_of, part, sealed, second, signed, typed, with,
};
use crate::honest::{Honest, accept};
use crate::writer::{Bodies, Maker, bodies, dictionary, stream};

const FILLED: &[&str] = &["change.field-filled"];
const REMARK: &[&str] = &["change.annotated"];
const SECOND: &[&str] = &["change.signature-added"];
const SEEN: &[&str] = &["change.visible-signature-added"];
const SIGNED: &[&str] = &["change.field-signed"];
const BACK: &[&str] = &["change.annotated", "change.annotation-withdrawn"];
const BOTH: &[&str] = &["change.signature-added", "change.annotated"];

fn up(objects: Bodies) -> Vec<u8> {
    signed().update(&objects).bytes
}

fn at(level: usize, objects: Bodies) -> Vec<u8> {
    certified(level).update(&objects).bytes
}

fn and_signed(base: Maker, objects: Bodies) -> Vec<u8> {
    base.update(&objects).sign().bytes
}

/// The document with other objects in it, sealed; with `level`, certified.
pub(crate) fn prepared(level: Option<u8>, more: &[(u32, &str)]) -> Maker {
    let mut objects = document();
    objects.extend(bodies(more));
    let base = Maker::new(&objects, TRAILER);
    let Some(level) = level else {
        return base.update(&sealed("")).sign();
    };
    let reference = format!(
        "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P {level}>>>>]"
    );
    let mut update = sealed(&reference);
    let root = objects[&1].replace("/AcroForm", "/Perms<</DocMDP 20 0 R>>/AcroForm");
    update.insert(1, root);
    base.update(&update).sign()
}

/// An update that frees objects too.
fn freeing(mut maker: Maker, objects: &Bodies, freed: &[u32]) -> Vec<u8> {
    let places = maker.objects(objects);
    let used = places
        .iter()
        .map(|(number, place)| (*number, format!("{place:010} 00000 n \n")));
    let gone = freed
        .iter()
        .map(|number| (*number, "0000000000 00001 f \n".to_owned()));
    maker.rows(used.chain(gone).collect(), false);
    maker.bytes
}

fn look(value: &str, content: &str) -> Vec<u8> {
    up(with(filled(value, ""), 50, &form(content)))
}

fn in_font(value: &str, font: &str, shown: &str) -> Vec<u8> {
    let resources = format!("/Resources<</Font<</H {font}>>>>");
    let look = form_of(
        &resources,
        &format!("/Tx BMC q BT 0 g /H 9 Tf 2 5 Td {shown} Tj ET Q EMC"),
    );
    up(with(
        change(filled("", ""), 9, "/V()", &format!("/V{value}")),
        50,
        &look,
    ))
}

const SONG: &str = "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light-UniGB-UCS2-H/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W[1 95 500]/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6>>>>]>>";

/// The note in a field that groups the digits of what it holds.
fn formatted(value: &str, shown: &str) -> Vec<u8> {
    let action = "/AA<</F<</S/JavaScript/JS(AFNumber_Format)>>>>";
    let note = document()[&9].replace("/F 4", &format!("{action}/F 4"));
    let base = prepared(None, &[(9, &note)]);
    let note = note
        .replace("(old)", &format!("({value})"))
        .replace("19 0 R", "50 0 R");
    base.update(&bodies(&[(9, &note), (50, &typed(shown))]))
        .bytes
}

/// A box whose state has a name in the writer's own letters.
fn named_box() -> Vec<u8> {
    let field = document()[&22].replace("/Yes", "/#CA#C7");
    let base = prepared(None, &[(22, &field)]);
    base.update(&bodies(&[(
        22,
        &field.replace("/V/Off/AS/Off", "/V/#CA#C7/AS/#CA#C7"),
    )]))
    .bytes
}

/// A field that its signature locks is closed by flag as well.
fn closed() -> Vec<u8> {
    let lock = dictionary(
        "/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(note)]/V/1.2>>>>]",
    );
    let objects = with(second("/Rect[0 0 0 0]"), 31, &lock);
    and_signed(signed(), change(objects, 9, "/F 4", "/Ff 1/F 4"))
}

#[rustfmt::skip]
const FILLING: &[Honest] = &[
    ("filled in, the old look freed", || freeing(signed(), &filled("new", "new"), &[19]), FILLED),
    ("a look with its font outside the text", || look("new", "/Tx BMC q /F 9 Tf 0 g BT 1 0 0 1 2 6.5 Tm (new) Tj ET Q EMC"), FILLED),
    ("a look with a raised border", || look("new", "0.75 g 0 0 80 20 re f 1 g 1 1 m 1 19 l 79 19 l 78 18 l 2 18 l 2 2 l f 0.5 g 79 19 m 79 1 l 1 1 l 2 2 l 78 2 l 78 18 l f 0 G 0.5 0.5 79 19 re s /Tx BMC q 2 2 76 16 re W n BT /F 9 Tf 0 g 4 5 Td (new) Tj ET Q EMC"), FILLED),
    ("a look with a thick frame", || look("new", "0 0 0 RG 2 w 1 1 78 18 re S /Tx BMC q BT /F 9 Tf 0 g 4 5 Td (new) Tj ET Q EMC"), FILLED),
    ("a look with a place for each sign", || look("new", "q 0 0 0 RG 1 w 0 0 80 20 re s 20 0 m 20 20 l S 40 0 m 40 20 l S 60 0 m 60 20 l S Q /Tx BMC q BT /F 9 Tf 0 g 7 5 Td (n) Tj 20 0 Td (e) Tj 20 0 Td (w) Tj ET Q EMC"), FILLED),
    ("a look with a matrix that does nothing", || look("new", "/Tx BMC q 1 0 0 1 0 0 cm BT 0 0 0 rg /F 9 Tf 1 0 0 1 2 5 Tm (new) Tj ET Q EMC"), FILLED),
    ("a dash in two tables", || in_font("(a\\204b)", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>", "(a\\227b)"), FILLED),
    ("an accent by its name", || in_font("(\\351)", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/Differences[128/eacute]>>>>", "(\\200)"), FILLED),
    ("Chinese, drawn by the reader", || in_font("<FEFF65B054C1>", SONG, "<65B054C1>"), FILLED),
    ("digits in groups", || formatted("1234.5", "1,234.50"), FILLED),
    ("an amount with its currency", || formatted("1234", "$1,234.00"), FILLED),
    ("a box whose state has a name in other letters", named_box, FILLED),
    ("closed by flag where it is locked", closed, &["change.signature-added", "change.field-filled"]),
    ("numbers with a point more", || up(with(filled("new", "new"), 2, "<</Type/Pages/Kids[3 0 R 17 0 R]/Count 2/MediaBox[0.0 0.0 600.0 800.0]>>")), FILLED),
    ("a form that takes up a font for Chinese", || up(with(change(filled("new", "new"), 5, "/Font<</F 8 0 R>>", "/Font<</F 8 0 R/S 51 0 R>>"), 51, SONG)), FILLED),
];

/// A document whose defaults are objects of their own, and an update of them.
fn own_defaults(fonts: &str, update: &[(u32, &str)]) -> Vec<u8> {
    let form = document()[&5].replace("/DR<</Font<</F 8 0 R>>>>", "/DR 52 0 R");
    let base = prepared(None, &[(5, &form), (52, "<</Font 53 0 R>>"), (53, fonts)]);
    let mut objects = second("/Rect[0 0 0 0]");
    objects.insert(
        5,
        form.replace("36 0 R]/SigFlags 1", "36 0 R 30 0 R]/SigFlags 3"),
    );
    objects.extend(bodies(update));
    and_signed(base, objects)
}

const DINGBATS: &str = "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats/Name/ZaDb>>";

/// The waiting field without what a writer of it adds, and signed.
fn completed(without: &str, with_it: &str) -> Vec<u8> {
    let waiting = document()[&25].replace(without, "");
    let base = prepared(None, &[(25, &waiting)]);
    let field = waiting.replace("/F 4", &format!("/F 4{with_it}/V 42 0 R/AP<</N 43 0 R>>"));
    let objects = with(
        bodies(&[(25, &field), (43, &form("BT /F 9 Tf (B) Tj ET"))]),
        42,
        &dictionary(""),
    );
    and_signed(base, objects)
}

/// The tagged document, and a second signature with its element.
fn tagged(level: Option<u8>, root: &str, update: &[(u32, &str)], objects: Bodies) -> Maker {
    let catalog = document()[&1].replace("/Names", "/StructTreeRoot 90 0 R/Lang(en)/Names");
    let base = prepared(
        level,
        &[
            (1, &catalog),
            (90, root),
            (91, "<</Type/StructElem/S/Document/P 90 0 R/K[93 0 R]>>"),
            (92, "<</Nums[0[93 0 R]]>>"),
            (93, "<</Type/StructElem/S/P/P 91 0 R/Pg 3 0 R/K 0>>"),
            (95, "<</Kids[92 0 R]>>"),
        ],
    );
    let mut objects = objects;
    objects.extend(bodies(update));
    base.update(&objects)
}

const ROOT: &str = "<</Type/StructTreeRoot/K 91 0 R/ParentTree 92 0 R/ParentTreeNextKey 1>>";
const GROWN: &str = "<</Type/StructElem/S/Document/P 90 0 R/K[93 0 R 94 0 R]>>";
const ELEMENT: &str =
    "<</Type/StructElem/S/Form/P 91 0 R/Pg 3 0 R/K<</Type/OBJR/Obj 30 0 R/Pg 3 0 R>>>>";

fn tagged_seal() -> Bodies {
    second("/Rect[0 0 0 0]/StructParent 1/TU(Seal of B)")
}

/// Taken up at the end of a tree of parents that has leaves.
fn leaves() -> Vec<u8> {
    let root = ROOT.replace("92 0 R", "95 0 R");
    let update = [
        (90, root.replace("NextKey 1", "NextKey 2")),
        (91, GROWN.to_owned()),
        (94, ELEMENT.to_owned()),
        (95, "<</Kids[92 0 R 96 0 R]>>".to_owned()),
        (96, "<</Limits[1 1]/Nums[1 94 0 R]>>".to_owned()),
    ];
    let update: Vec<(u32, &str)> = update
        .iter()
        .map(|(number, body)| (*number, body.as_str()))
        .collect();
    tagged(None, &root, &update, tagged_seal()).sign().bytes
}

#[rustfmt::skip]
const SIGNING: &[Honest] = &[
    ("a field whose default is its signature", || and_signed(signed(), second("/Rect[0 0 0 0]/DV 31 0 R")), SECOND),
    ("a waiting field that gets its page", || completed("/P 3 0 R", "/P 3 0 R"), SIGNED),
    ("a waiting field that gets an empty frame", || completed("/X", "/MK<<>>"), SIGNED),
    ("a waiting field that gets its kind", || completed("/Type/Annot", "/Type/Annot"), SIGNED),
    ("defaults in an object of their own grow", || own_defaults("<</F 8 0 R>>", &[(52, "<</Font 53 0 R/Encoding<</PDFDocEncoding<</Type/Encoding/Differences[24/breve/caron]>>>>>>")]), SECOND),
    ("fonts of the defaults grow in their own object", || own_defaults("<</F 8 0 R>>", &[(53, "<</F 8 0 R/ZaDb 54 0 R>>"), (54, DINGBATS)]), SECOND),
    ("annotations become an object of their own", || { let mut objects = second("/Rect[0 0 0 0]"); let page = objects[&3].clone(); let from = page.find("/Annots[").expect("an array") + 7; let end = from + page[from..].find(']').expect("its end") + 1; objects.insert(48, page[from..end].to_owned()); objects.insert(3, format!("{} 48 0 R{}", &page[..from], &page[end..])); and_signed(signed(), objects) }, SECOND),
    ("the form becomes another object", || { let mut objects = second("/Rect[0 0 0 0]"); let form = objects.remove(&5).expect("the form"); objects.insert(49, form); objects.insert(1, document()[&1].replace("/AcroForm 5 0 R", "/AcroForm 49 0 R")); and_signed(signed(), objects) }, SECOND),
    ("the form becomes a part of the catalog", || { let mut objects = second("/Rect[0 0 0 0]"); let form = objects.remove(&5).expect("the form"); objects.insert(1, document()[&1].replace("/AcroForm 5 0 R", &format!("/AcroForm{form}"))); and_signed(signed(), objects) }, SECOND),
    ("a widget with its element", || tagged(None, ROOT, &[(91, GROWN), (92, "<</Nums[0[93 0 R]1 94 0 R]>>"), (94, ELEMENT)], tagged_seal()).sign().bytes, SECOND),
    ("a widget with its element, counted on", || tagged(Some(2), ROOT, &[(90, "<</Type/StructTreeRoot/K 91 0 R/ParentTree 92 0 R/ParentTreeNextKey 2>>"), (91, GROWN), (92, "<</Nums[0[93 0 R]1 94 0 R]>>"), (94, ELEMENT)], { let mut objects = tagged_seal(); objects.remove(&1); objects }).sign().bytes, SECOND),
    ("a widget with its element beside the document", || tagged(None, ROOT, &[(90, "<</Type/StructTreeRoot/K[91 0 R 94 0 R]/ParentTree 92 0 R/ParentTreeNextKey 2>>"), (92, "<</Nums[0[93 0 R]1 94 0 R]>>"), (94, "<</S/Form/P 90 0 R/K[<</Type/OBJR/Obj 30 0 R>>]/Alt(Seal of B)>>")], tagged_seal()).sign().bytes, SECOND),
    ("a widget with its element in a new leaf", leaves, SECOND),
    ("a widget that counts itself and has no element", || and_signed(signed(), second("/Rect[0 0 0 0]/StructParent 7")), SECOND),
    ("a second with a white ground, beside the text", || and_signed(signed(), with(second("/Rect[10 200 90 260]/AP<</N 32 0 R>>"), 32, &form("1 g 0 0 80 20 re f 0 g BT /F 9 Tf 2 5 Td (B) Tj ET"))), SEEN),
    ("a second with a masked picture", || { let objects = with(second("/Rect[10 200 90 260]/AP<</N 32 0 R>>"), 32, &form_of("/Resources<</XObject<</I 46 0 R>>>>", "q 80 0 0 20 0 0 cm /I Do Q")); let objects = with(objects, 46, &stream("/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/SMask 47 0 R", "x")); and_signed(signed(), with(objects, 47, &stream("/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", "x"))) }, SEEN),
    ("a waiting field over a line to sign on", || { let content = stream("", "BT /F 20 Tf 50 700 Td (Amount: 100) Tj ET BT /F 12 Tf 220 15 Td (__________) Tj ET /X Do /Y Do"); let base = prepared(Some(2), &[(4, &content)]); let objects = with(countersigned("/F 4"), 43, &form("1 g 0 0 80 20 re f 0 g BT /F 9 Tf 2 5 Td (B) Tj ET")); and_signed(base, objects) }, SIGNED),
];

const NOTE: &str = "<</Type/Annot/Subtype/Text/Rect[50 690 70 710]/Contents(why?)/P 3 0 R>>";

fn noted() -> Maker {
    certified(3).update(&annotation(NOTE))
}

fn page_as_it_was() -> Bodies {
    bodies(&[(3, &document()[&3])])
}

/// A note that was certified gets a window.
fn windowed() -> Vec<u8> {
    let note = "<</Type/Annot/Subtype/Text/Rect[300 690 320 710]/Contents(why?)/P 3 0 R>>";
    let page = document()[&3].replace("39 0 R]", "39 0 R 77 0 R]");
    let base = prepared(Some(3), &[(3, &page), (77, note)]);
    let objects = bodies(&[
        (3, &page.replace("77 0 R]", "77 0 R 78 0 R]")),
        (77, &note.replace("/P 3", "/Popup 78 0 R/M(D:2026)/P 3")),
        (
            78,
            "<</Type/Annot/Subtype/Popup/Rect[400 600 500 650]/Parent 77 0 R/F 28/Open false>>",
        ),
    ]);
    base.update(&objects).bytes
}

fn marker(kind: &str, entries: &str, content: &str) -> Vec<u8> {
    let body = format!("<</Type/Annot/Subtype/{kind}/Rect[50 690 200 720]/AP<</N 41 0 R>>>>");
    let look = format!(
        "/Type/XObject/Subtype/Form/BBox[50 690 200 720]/Matrix[1 0 0 1 -50 -690]{entries}"
    );
    at(3, with(annotation(&body), 41, &stream(&look, content)))
}

const MULTIPLY: &str = "/Resources<</ExtGState<</G<</Type/ExtGState/AIS false/BM/Multiply/ca 1>>>>/XObject<</A 70 0 R>>>>";

#[rustfmt::skip]
const REMARKS: &[Honest] = &[
    ("a remark taken back", || noted().update(&page_as_it_was()).bytes, BACK),
    ("a remark taken back and freed", || freeing(noted(), &page_as_it_was(), &[30]), BACK),
    ("a remark taken back with its window", || { let base = certified(3).update(&with(change(annotation(NOTE), 3, "30 0 R]", "30 0 R 40 0 R]"), 40, "<</Type/Annot/Subtype/Popup/Rect[300 300 400 400]/Parent 30 0 R>>")); freeing(base, &page_as_it_was(), &[30, 40]) }, BACK),
    ("one of two remarks taken back", || certified(3).update(&with(change(annotation(NOTE), 3, "30 0 R]", "30 0 R 40 0 R]"), 40, NOTE)).update(&with(part(3, "39 0 R]", "39 0 R 40 0 R]"), 3, &document()[&3].replace("39 0 R]", "39 0 R 40 0 R]"))).bytes, BACK),
    ("a remark written otherwise", || noted().update(&bodies(&[(30, &NOTE.replace("why?", "so"))])).bytes, REMARK),
    ("a remark moved", || noted().update(&bodies(&[(30, &NOTE.replace("[50 690", "[350 390").replace("70 710]", "370 410]"))])).bytes, REMARK),
    ("a note that was certified gets its window", windowed, REMARK),
    ("a remark, then a signature", || and_signed(noted(), change(second("/Rect[0 0 0 0]"), 3, "39 0 R 30 0 R]", "39 0 R 30 0 R 44 0 R]").into_iter().map(|(number, body)| if number == 30 { (44, body) } else { (number, body.replace("36 0 R 30 0 R]", "36 0 R 44 0 R]")) }).collect()), BOTH),
    ("a tagged remark", || tagged(Some(3), ROOT, &[(91, GROWN), (92, "<</Nums[0[93 0 R]1 94 0 R]>>"), (94, "<</Type/StructElem/S/Annot/P 91 0 R/Pg 3 0 R/K[<</Type/OBJR/Obj 30 0 R/Pg 3 0 R>>]/Alt(why?)>>")], annotation("<</Type/Annot/Subtype/Text/Rect[50 690 70 710]/Contents(why?)/StructParent 1>>")).bytes, REMARK),
    ("a marker painted as a group", || { let inner = stream("/Type/XObject/Subtype/Form/BBox[50 690 200 720]/Group<</S/Transparency>>", "1 1 0 rg 52 692 m 198 692 l 198 718 l 52 718 l h f"); let file = |o: Bodies| at(3, with(o, 70, &inner)); let body = "<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"; file(with(annotation(body), 41, &stream(&format!("/Type/XObject/Subtype/Form/BBox[50 690 200 720]/Matrix[1 0 0 1 -50 -690]{MULTIPLY}"), "/G gs /A Do"))) }, REMARK),
    ("a marker over two lines", || marker("Highlight", &MULTIPLY.replace("/XObject<</A 70 0 R>>", ""), "q /G gs 1 0.82 0 rg 50 704 m 200 704 l 200 720 l 50 720 l h f 50 690 m 200 690 l 200 705 l 50 705 l h f Q"), REMARK),
    ("a wavy line", || marker("Squiggly", "", "1 w 1 0 0 RG 50 692 m 52 694 l 54 692 l 56 694 l 58 692 l 60 694 l 62 692 l 64 694 l 66 692 l 68 694 l 70 692 l S"), REMARK),
    ("a line through two lines of text", || marker("StrikeOut", "", "1.2 w 1 0 0 RG 50 712 m 200 712 l S 50 697 m 200 697 l S"), REMARK),
    ("a marker and a line on one word", || certified(3).update(&with(with(part(3, " 39 0 R]", " 39 0 R 80 0 R 81 0 R]"), 80, "<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/C[1 1 0]/QuadPoints[50 720 200 720 50 690 200 690]>>"), 81, "<</Type/Annot/Subtype/Underline/Rect[50 690 200 720]/C[1 0 0]/QuadPoints[50 720 200 720 50 690 200 690]>>")).bytes, REMARK),
    ("a line with ends, beside the text", || at(3, annotation("<</Type/Annot/Subtype/Line/Rect[300 400 380 420]/L[305 410 375 410]/LE[/None/OpenArrow]/C[1 0 0]/BS<</W 1>>>>")), REMARK),
    ("a polygon beside the text", || at(3, annotation("<</Type/Annot/Subtype/Polygon/Rect[300 400 380 460]/Vertices[305 405 375 405 340 455]/C[1 0 0]>>")), REMARK),
    ("an answer in a state", || noted().update(&with(part(3, "39 0 R]", "39 0 R 30 0 R 40 0 R]"), 40, "<</Type/Annot/Subtype/Text/Rect[50 690 70 710]/IRT 30 0 R/State(Accepted)/StateModel(Review)/F 30>>")).bytes, REMARK),
];

/// A description whose entries are objects of their own.
fn own_entries(update: &[(u32, &str)]) -> Vec<u8> {
    let info = "<</Title 86 0 R/Producer 87 0 R/ModDate 88 0 R>>";
    let base = prepared(
        None,
        &[
            (11, info),
            (86, "(Contract)"),
            (87, "(Quartz)"),
            (88, "(D:2025)"),
        ],
    );
    base.update(&bodies(update)).bytes
}

/// With a store, then with another.
fn restored(first: &str, then: &str, more: &[(u32, &str)]) -> Vec<u8> {
    let objects = with(catalog(&signed(), "/DSS 40 0 R"), 40, first);
    let base = signed().update(&with(objects, 41, &stream("", "0\x0bcertificate")));
    base.update(&with(bodies(more), 40, then)).bytes
}

/// An object that nothing reaches, written anew as it was by one that writes whole containers.
fn orphans() -> Vec<u8> {
    let base = prepared(None, &[(89, "<</Nobody true>>")]);
    base.packed_update(
        &with(part(11, "(test)", "(x)"), 89, "<</Nobody true>>"),
        97,
        "",
    )
    .bytes
}

/// A reference that leads nowhere, and an object of its number in the next generation.
fn reused() -> Vec<u8> {
    let mut maker = signed();
    let place = maker.bytes.len();
    maker.size = 62;
    maker.bytes.extend(b"60 1 obj\n(D:2026)\nendobj\n");
    let info = maker.objects(&bodies(&[(11, "<</Title(Contract)/ModDate 60 1 R>>")]));
    maker.rows(
        [
            (11, format!("{:010} 00000 n \n", info[&11])),
            (60, format!("{place:010} 00001 n \n")),
        ]
        .into(),
        false,
    );
    maker.bytes
}

#[rustfmt::skip]
const UPKEEP: &[Honest] = &[
    ("a description with entries of their own", || own_entries(&[(11, "<</Title 86 0 R/Producer 87 0 R/ModDate(D:2026)>>")]), &[]),
    ("an entry of the description in its place", || own_entries(&[(88, "(D:2026)")]), &[]),
    ("metadata with parameters of their filter", || up(with(Bodies::new(), 10, &stream("/Type/Metadata/Subtype/XML/Filter/FlateDecode/DecodeParms<</Predictor 1>>", "x"))), &[]),
    ("a language that nobody had said", || up(catalog(&signed(), "/Lang(zh-CN)")), &[]),
    ("extensions with their address and date", || up(catalog(&signed(), "/Extensions<</Type/Extensions/ISO_<</Type/DeveloperExtensions/BaseVersion/2.0/ExtensionLevel 32001/ExtensionRevision(:2022)/URL(https://www.iso.org)>>>>")), &[]),
    ("material in a store written whole anew", || restored("<</Certs[41 0 R]>>", "<</Certs[42 0 R 43 0 R]>>", &[(42, &stream("", "0\x0bcertificate")), (43, &stream("", "0\x07another"))]), &[]),
    ("material by signature left out where the store has it", || restored("<</Certs[41 0 R]/VRI<</00FF<</Cert[41 0 R]>>>>>>", "<</Certs[41 0 R]>>", &[]), &[]),
    ("the same, written whole anew", || restored("<</Certs[41 0 R]/VRI<</00FF<</Cert[41 0 R]>>>>>>", "<</Certs[42 0 R]>>", &[(42, &stream("", "0\x0bcertificate"))]), &[]),
    ("another store", || { let objects = with(catalog(&signed(), "/DSS 40 0 R"), 40, "<</Certs[41 0 R]>>"); let base = signed().update(&with(objects, 41, &stream("", "0\x0bcertificate"))); base.update(&with(catalog(&signed(), "/DSS 44 0 R"), 44, "<</Certs[41 0 R]>>")).bytes }, &[]),
    ("an object that nobody reaches, as it was", orphans, &[]),
    ("the next generation of a number that was not in use", reused, &[]),
    ("a section under the number of an earlier one", || same_section(), &[]),
    ("what nobody reaches is freed", || freeing(prepared(None, &[(89, "<</Nobody true>>")]), &Bodies::new(), &[89]), &[]),
];

/// A section by stream, and another of the same number.
fn same_section() -> Vec<u8> {
    let mut maker = signed();
    for _ in 0..2 {
        let at = maker.bytes.len();
        let head = format!(
            "{TRAILER}/Type/XRef/W[1 4 2]/Index[70 1]/Size 90/Prev {}/Filter/ASCIIHexDecode",
            maker.section
        );
        let body = stream(&head, &format!("01{at:08x}0000>"));
        maker
            .bytes
            .extend(format!("70 0 obj\n{body}\nendobj\nstartxref\n{at}\n%%EOF\n").bytes());
        maker.section = at as u64;
    }
    maker.bytes
}

#[test]
fn fields_as_others_fill_them_in() {
    accept(FILLING);
}

#[test]
fn signatures_as_others_add_them() {
    accept(SIGNING);
}

#[test]
fn remarks_as_others_write_and_take_them_back() {
    accept(REMARKS);
}

#[test]
fn files_as_others_keep_them_up() {
    accept(UPKEEP);
    let all = FILLING.len() + SIGNING.len() + REMARKS.len() + UPKEEP.len();
    assert!(all >= 60, "{all}");
}
