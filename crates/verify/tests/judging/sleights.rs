//! Sealed PDF files bent by means that leave no plain trace: other generations, containers that are pictures too, signs
//! that are called otherwise than they look, markers that hide, names spelt otherwise. Signature and digest stay right;
//! each file is refused with the finding that names what was done.

use std::collections::BTreeSet;

use crate::forge::{
    TRAILER, annotation, catalog, certified, change, document, filled, form, form_of, part, sealed,
    second, signed, typed, with,
};
use crate::forged::{Forged, refuse};
use crate::writer::{Bodies, Maker, bodies, dictionary, stream};

fn up(objects: Bodies) -> Vec<u8> {
    signed().update(&objects).bytes
}

fn at(level: usize, objects: Bodies) -> Vec<u8> {
    certified(level).update(&objects).bytes
}

fn cat(entry: &str) -> Vec<u8> {
    up(catalog(&signed(), entry))
}

/// The document with other objects in it, sealed.
fn prepared(more: &[(u32, &str)]) -> Maker {
    let mut objects = document();
    objects.extend(bodies(more));
    Maker::new(&objects, TRAILER).update(&sealed("")).sign()
}

/// An update by one object of another generation.
fn renamed(mut maker: Maker, number: u32, generation: u32, body: &str) -> Vec<u8> {
    let place = maker.bytes.len();
    let object = format!("{number} {generation} obj\n{body}\nendobj\n");
    maker.bytes.extend(object.bytes());
    maker.size = maker.size.max(number + 1);
    let row = format!("{place:010} {generation:05} n \n");
    maker.rows([(number, row)].into(), false);
    maker.bytes
}

const PAINT: &str = "BT /F 20 Tf 50 700 Td (Amount: 900) Tj ET";

/// The first page with another entry.
fn page(entry: &str) -> String {
    document()[&3].replace("/Contents", &format!("{entry}/Contents"))
}

/// The page draws /Z, of the generation 1 of an object that is null as generation 0, which the catalog names too.
fn other_generation() -> Vec<u8> {
    let page = document()[&3].replace("/Y 7 0 R", "/Y 7 0 R/Z 65 1 R");
    let root = document()[&1].replace("/Names", "/Spare 65 0 R/Names");
    renamed(
        prepared(&[(1, &root), (3, &page), (65, "null")]),
        65,
        1,
        &form(PAINT),
    )
}

/// The look of a new signature is what the page draws through 66, to which a reference of no use leads first.
fn hidden_way() -> Vec<u8> {
    let page = document()[&3].replace("/Y 7 0 R", "/Y 66 0 R");
    let root = document()[&1].replace("/Names", "/Spare 66 3 R/Names");
    let outer = form_of("/Resources<</XObject<</A 67 0 R>>>>", "/A Do");
    let base = prepared(&[(1, &root), (3, &page), (66, &outer)]);
    let mut objects = with(
        second("/Rect[10 200 90 260]/AP<</N 67 0 R>>"),
        67,
        &typed("B"),
    );
    let page = page.replace("39 0 R]", "39 0 R 30 0 R]");
    objects.insert(3, page);
    base.update(&objects).sign().bytes
}

/// The container of the page's font is the look of a field too.
fn picture_and_container() -> Vec<u8> {
    let font = document()[&8].clone();
    let head = |font: &str, text: &str| {
        let content = format!("8 0 {font} BT /F 9 Tf 2 5 Td ({text}) Tj ET");
        let entries = format!("/Type/ObjStm/N 1/First 4{LOOK}");
        stream(&entries, &content)
    };
    let mut first = document();
    first.remove(&8);
    let mut maker = Maker::new(&first, TRAILER);
    let places = maker.objects(&bodies(&[(19, &head(&font, "old"))]));
    let at = maker.bytes.len();
    let section = format!(
        "{TRAILER}/Type/XRef/W[1 4 2]/Index[8 1 19 1 81 1]/Size 82/Prev {}/Filter/ASCIIHexDecode",
        maker.section
    );
    let rows = format!("02000000130000 01{:08x}0000 01{at:08x}0000>", places[&19]);
    let body = stream(&section, &rows);
    let text = format!("81 0 obj\n{body}\nendobj\nstartxref\n{at}\n%%EOF\n");
    maker.bytes.extend(text.bytes());
    (maker.section, maker.size) = (at as u64, 82);
    let base = maker.update(&sealed("")).sign();
    let other = font.replace("/Helvetica", "/Courier");
    base.update(&with(part(9, "(old)", "(new)"), 19, &head(&other, "new")))
        .bytes
}

const LOOK: &str = "/Subtype/Form/BBox[0 0 80 20]/Resources<</Font<</F 16 0 R>>>>";

/// A document whose description and font stand in an object stream, 80.
fn packed() -> Maker {
    let parts = bodies(&[(8, &document()[&8]), (11, &document()[&11])]);
    let mut first = document();
    first.remove(&8);
    first.remove(&11);
    let maker = Maker::new(&first, TRAILER).packed_update(&parts, 80, "");
    maker.update(&sealed("")).sign()
}

fn other_container() -> Vec<u8> {
    let parts = [
        document()[&8].replace("/Helvetica", "/Courier"),
        document()[&11].clone(),
    ];
    let index = format!("8 0 11 {} ", parts[0].len() + 1);
    let head = format!("/Type/ObjStm/N 2/First {}", index.len());
    let body = stream(&head, &format!("{index}{} ", parts.join(" ")));
    packed().update(&bodies(&[(80, &body)])).bytes
}

/// A section of kind hybrid: the table lists nothing, its stream the page's content anew.
fn hybrid() -> Vec<u8> {
    let mut maker = signed();
    let places = maker.objects(&bodies(&[(4, &stream("", PAINT))]));
    let hidden = maker.bytes.len();
    let head = "/Type/XRef/W[1 4 2]/Index[4 1]/Size 90/Filter/ASCIIHexDecode";
    let body = stream(head, &format!("01{:08x}0000>", places[&4]));
    maker
        .bytes
        .extend(format!("85 0 obj\n{body}\nendobj\n").bytes());
    maker.size = 90;
    maker.trailer = format!("{TRAILER}/XRefStm {hidden}");
    maker.rows([(4, "0000000000 65535 f \n".to_owned())].into(), false);
    maker.bytes
}

/// A first section that names as the one before it what was written behind it later, as a file ordered for its first
/// page does.
fn backwards() -> Vec<u8> {
    let mut objects = document();
    objects.extend(sealed(""));
    let trailer = format!("{TRAILER}/Prev 0000020000");
    let mut maker = Maker::new(&objects, &trailer).sign();
    let filler = 20_000 - maker.bytes.len();
    maker
        .bytes
        .extend(format!("%{}\n", " ".repeat(filler - 2)).bytes());
    let first = maker.section;
    maker.bytes.extend(
        format!("xref\n70 1\n0000000000 00000 f \ntrailer\n<</Size 90{TRAILER}>>\nstartxref\n{first}\n%%EOF\n").bytes(),
    );
    maker.bytes
}

#[rustfmt::skip]
const NUMBERS: &[Forged] = &[
    ("another generation of an object that is null", other_generation, "change.object-replaced"),
    ("another generation of the page's content", || renamed(signed(), 4, 1, &stream("", PAINT)), "change.object-replaced"),
    ("a generation that was waited for", || { let page = document()[&3].replace("/Y 7 0 R", "/Y 7 0 R/Z 65 1 R"); renamed(prepared(&[(3, &page)]), 65, 1, &form(PAINT)) }, "change.prepared-reference"),
    ("a look that the page draws by a way that was hidden", hidden_way, "change.prepared-reference"),
    ("a container that is a look", picture_and_container, "change.object-stream"),
    ("a container written anew in its place", other_container, "change.object-stream"),
    ("a container emptied", || packed().update(&bodies(&[(80, &stream("/Type/ObjStm/N 0/First 0", ""))])).bytes, "change.object-stream"),
    ("content by the stream of a hybrid section", hybrid, "change.content"),
    ("a stream of a hybrid section in what was signed", || { let mut m = signed(); m.trailer = format!("{TRAILER}/XRefStm 15"); m.update(&Bodies::new()).bytes }, "pdf.xref-missing"),
    ("a section that waited for the one before it", backwards, "signature.byte-range-end"),
    ("the seal's dictionary as it was, elsewhere", || up(bodies(&[(20, &real(20))])), "signature.replaced"),
    ("the seal's dictionary in an object stream", || signed().packed_update(&bodies(&[(20, &real(20))]), 80, "").bytes, "signature.replaced"),
    ("content in an object stream's stead", || signed().packed_update(&part(2, "600 800", "600 80"), 80, "").bytes, "change.page"),
    ("the header of another file in a comment", || between("%PDF-1.4\n"), "change.bytes-unaccounted"),
    ("an object stream in a comment", || between("%endstream\n"), "change.bytes-unaccounted"),
];

/// An object of the sealed file as its octets are.
fn real(number: u32) -> String {
    let maker = signed();
    let from = usize::try_from(maker.places[&number]).expect("small");
    let text: String = maker.bytes[from..]
        .iter()
        .copied()
        .map(char::from)
        .collect();
    let start = text.find("obj\n").expect("an object") + 4;
    let end = text.find("\nendobj").expect("its end");
    text[start..end].to_owned()
}

fn between(text: &str) -> Vec<u8> {
    let mut maker = signed();
    maker.bytes.extend(text.bytes());
    maker.update(&part(11, "(test)", "(x)")).bytes
}

#[rustfmt::skip]
const NAMES: &[Forged] = &[
    ("an action at opening, spelt otherwise", || cat("/Open#41ction<</S/JavaScript/JS(x)>>"), "change.catalog"),
    ("actions of the document, spelt otherwise", || cat("/#41#41<</WC<</S/URI/URI(x)>>>>"), "change.catalog"),
    ("a second form, spelt otherwise", || cat("/Acro#46orm 5 0 R"), "pdf.duplicate-key"),
    ("content under a name spelt otherwise", || up(part(3, "/Contents 4 0 R", "/Con#74ents 7 0 R")), "change.page"),
    ("resources under a name spelt otherwise", || up(part(3, "/Resources", "/Resou#72ces 5 0 R/Old")), "change.page"),
    ("extensions that are an annotation", || up(with(catalog(&signed(), "/Extensions 61 0 R"), 61, "<</Type/Annot/Subtype/FreeText/Rect[50 690 300 730]/Contents(Amount: 900)/DA(/F 20 Tf)>>")), "change.version"),
    ("extensions that a page has too", || up(with(catalog(&signed(), "/Extensions 61 0 R"), 61, "<</Type/Extensions/ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>")), "change.prepared-reference"),
    ("extensions with a rectangle", || cat("/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>/Rect[0 0 9 9]>>"), "change.version"),
    ("extensions with a level in words", || cat("/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel(5)>>>>"), "change.version"),
    ("associated files of the document", || cat("/AF[13 0 R]"), "change.catalog"),
    ("a base of addresses", || cat("/URI<</Base(x)>>"), "change.catalog"),
    ("a document that asks for scripts", || cat("/NeedsRendering true"), "change.catalog"),
    ("marked otherwise", || cat("/MarkInfo<</Suspects true>>"), "change.catalog"),
    ("destinations", || cat("/Dests<</a[17 0 R/Fit]>>"), "change.catalog"),
    ("a web capture", || cat("/SpiderInfo<</V 1.0>>"), "change.catalog"),
    ("attestations", || cat("/Legal<</JavaScriptActions 0>>"), "change.catalog"),
    ("layers by use", || up(part(1, "/OFF[15 0 R]", "/OFF[15 0 R]/AS[<</Event/View/OCGs[15 0 R]/Category[/View]>>]")), "change.catalog"),
    ("layers, all on at first", || up(part(1, "/D<<", "/D<</BaseState/ON")), "change.catalog"),
    ("other configurations of layers", || up(part(1, "/D<<", "/Configs[<<>>]/D<<")), "change.catalog"),
    ("a small picture of the page", || up(bodies(&[(3, &page("/Thumb 7 0 R"))])), "change.page"),
    ("files of the page", || up(bodies(&[(3, &page("/AF[13 0 R]"))])), "change.page"),
    ("beads of the page", || up(bodies(&[(3, &page("/B[]"))])), "change.page"),
    ("a group of the page", || up(bodies(&[(3, &page("/Group<</S/Transparency/CS/DeviceCMYK>>"))])), "change.page"),
    ("the page's trimmed part", || up(bodies(&[(3, &page("/TrimBox[0 0 10 10]"))])), "change.page"),
    ("how long the page is shown", || up(bodies(&[(3, &page("/Dur 1"))])), "change.page"),
    ("data of a programme", || up(bodies(&[(3, &page("/PieceInfo<</X<</LastModified(D:2026)>>>>"))])), "change.page"),
    ("views of the page", || up(bodies(&[(3, &page("/VP[]"))])), "change.page"),
    ("colours of the page's boxes", || up(bodies(&[(3, &page("/BoxColorInfo<<>>"))])), "change.page"),
    ("a template of the page", || up(bodies(&[(3, &page("/TemplateInstantiated/x"))])), "change.page"),
    ("requirements in what was one's own", || cat("/Requirements[<</S/OCInteract>>]"), "change.catalog"),
];

/// The note with a look in a font that the update brings along.
fn in_font(value: &str, font: &str, shown: &str) -> Vec<u8> {
    let resources = format!("/Resources<</Font<</H {font}>>>>");
    let look = form_of(&resources, &format!("BT /H 9 Tf 2 5 Td ({shown}) Tj ET"));
    up(with(filled(value, ""), 50, &look))
}

fn standard(name: &str, entries: &str) -> String {
    format!("<</Type/Font/Subtype/Type1/BaseFont/{name}{entries}>>")
}

/// A look in a font, 68, that stood in the document when it was signed, with a table that calls 9 a 1.
fn waiting_font(font: &str) -> Vec<u8> {
    let form = document()[&5].replace("/F 8 0 R", "/F 8 0 R/W 68 0 R");
    let table =
        "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <39> <0031> endbfchar";
    let base = prepared(&[(5, &form), (68, font), (69, &stream("", table))]);
    let look = form_of(
        "/Resources<</Font<</W 68 0 R>>>>",
        "BT /W 9 Tf 2 5 Td (9) Tj ET",
    );
    base.update(&with(filled("1", ""), 50, &look)).bytes
}

fn look(content: &str) -> Vec<u8> {
    up(with(filled("1900", ""), 50, &form(content)))
}

#[rustfmt::skip]
const SIGNS: &[Forged] = &[
    ("a sign that is called a space", || in_font("1900", &standard("Helvetica", "/Encoding<</Differences[49/space]>>"), "1900"), "change.field-look"),
    ("a sign under a code that is no character", || in_font("1", &standard("Helvetica", "/Encoding<</Differences[1/nine]>>"), "1\\001"), "change.field-look"),
    ("signs under codes of no standing", || in_font("1", &standard("Helvetica", "/Encoding<</Differences[129/zero/zero]>>"), "1\\201\\202"), "change.field-look"),
    ("a sign under the code of another letter", || in_font("1\\310", &standard("Helvetica", "/Encoding<</Differences[200/nine]>>"), "1\\310"), "change.field-look"),
    ("a sign that the value has not", || in_font("1900", &standard("Helvetica", "/Encoding/WinAnsiEncoding"), "1900\\200"), "change.field-look"),
    ("boxes for letters", || in_font("nnnn", &standard("ZapfDingbats", ""), "nnnn"), "change.field-look"),
    ("Greek for Latin", || in_font("abc", &standard("Symbol", ""), "abc"), "change.field-look"),
    ("signs of an expert's table", || in_font("1900", &standard("Helvetica", "/Encoding/MacExpertEncoding"), "1900"), "change.field-look"),
    ("an expert's table below differences", || in_font("1900", &standard("Helvetica", "/Encoding<</BaseEncoding/MacExpertEncoding>>"), "1900"), "change.field-look"),
    ("a table that calls a sign another, in wait", || waiting_font(&standard("Helvetica", "/Encoding/WinAnsiEncoding/ToUnicode 69 0 R")), "change.field-look"),
    ("the same without an encoding", || waiting_font(&standard("Helvetica", "/ToUnicode 69 0 R")), "change.field-look"),
    ("drawings that are called signs, in wait", || waiting_font("<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FontBBox[0 0 9 9]/CharProcs<<>>/Encoding<</Differences[57/one]>>/ToUnicode 69 0 R/FirstChar 57/LastChar 57/Widths[600]>>"), "change.field-look"),
    ("black on black", || look("0 g 0 0 80 20 re f BT /F 9 Tf 2 5 Td (1900) Tj ET"), "change.field-look"),
    ("one sign on its own colour", || look("0.1 g 2 3 5 12 re f BT 0 g /F 9 Tf 2 5 Td (1900) Tj ET"), "change.field-look"),
    ("one sign on a thick line", || look("20 w 2 10 m 7 10 l S BT /F 9 Tf 2 5 Td (1900) Tj ET"), "change.field-look"),
    ("one sign behind a hatching", || look("1 w 2 3 m 2 15 l 3 3 m 3 15 l 4 3 m 4 15 l 5 3 m 5 15 l 6 3 m 6 15 l 7 3 m 7 15 l S BT /F 9 Tf 2 5 Td (1900) Tj ET"), "change.field-look"),
    ("signs moved back by many steps", || look("BT /F 9 Tf 2 5 Td [(1)110 110 110 110 110(900)] TJ ET"), "change.field-look"),
    ("signs moved back by many operators", || look("BT /F 9 Tf 2 5 Td [(1)110]TJ [110]TJ [110]TJ [110]TJ [110(900)]TJ ET"), "change.field-look"),
    ("a colour beyond black that is white", || look("2 2 -20 rg BT /F 9 Tf 2 5 Td (1900) Tj ET"), "change.field-look"),
    ("a space drawn by a matrix", || look("1 0 0 1 60 0 cm BT /F 9 Tf 2 5 Td (1900) Tj ET"), "change.field-look"),
];

fn signed_by(widget: &str, look: &str, base: Maker) -> Vec<u8> {
    let objects = with(second(&format!("{widget}/AP<</N 32 0 R>>")), 32, look);
    base.update(&objects).sign().bytes
}

fn seen(entries: &str, content: &str) -> Vec<u8> {
    signed_by("/Rect[10 200 90 260]", &form_of(entries, content), signed())
}

#[rustfmt::skip]
const WIDGETS: &[Forged] = &[
    ("a signature whose place stands elsewhere", || { let objects = with(second("/Rect[50 690 44 0 R 45 0 R]/AP<</N 32 0 R>>"), 32, &typed("900")); certified(2).update(&with(with(objects, 44, "300"), 45, "730")).sign().bytes }, "change.field-added"),
    ("a signature with six numbers for a place", || signed_by("/Rect[50 690 300 730 0 0]", &typed("900"), certified(2)), "change.field-added"),
    ("a signature with words for a place", || signed_by("/Rect[50 690(300)730]", &typed("900"), certified(2)), "change.field-added"),
    ("a signature that keeps its size on the screen", || flagged(12), "change.field-added"),
    ("a signature that keeps its way up", || flagged(20), "change.field-added"),
    ("a look that shows a layer of the document", || seen("/Resources<</Font<</F 8 0 R>>/Properties<</L 15 0 R>>>>", "/OC/L BDC BT /F 9 Tf (B) Tj ET EMC"), "change.active-appearance"),
    ("a look that is a programme", || { let objects = with(second("/Rect[10 200 90 260]/AP<</N 32 0 R>>"), 32, &form_of("/Resources<</XObject<</P 46 0 R>>>>", "/P Do")); signed().update(&with(objects, 46, &stream("/Type/XObject/Subtype/PS", "showpage"))).sign().bytes }, "change.active-appearance"),
    ("a look with a file", || seen("/AF[13 0 R]", "f"), "change.active-appearance"),
    ("a look with a file in it", || seen("/EF<</F 14 0 R>>", "f"), "change.active-appearance"),
    ("a text field's state", || up(part(9, "/F 4", "/AS/X/F 4")), "change.field"),
    ("a field's frame", || up(part(9, "/F 4", "/MK<</BG[0 0 0]>>/F 4")), "change.field"),
    ("where a field's text stands", || up(part(9, "/F 4", "/Q 2/F 4")), "change.field"),
    ("how long a field's text may be", || up(part(9, "/F 4", "/MaxLen 3/F 4")), "change.field"),
    ("what a field is reset to", || up(part(9, "/F 4", "/DV(900)/F 4")), "change.field"),
    ("what a field is called aloud", || up(part(9, "/F 4", "/TU(Amount)/F 4")), "change.field"),
    ("how a field is pressed", || up(part(9, "/F 4", "/H/P/F 4")), "change.field"),
    ("a field's border", || up(part(9, "/F 4", "/BS<</W 9>>/F 4")), "change.field"),
];

/// A new signature with these flags of its widget.
fn flagged(flags: u32) -> Vec<u8> {
    let objects = with(
        second("/Rect[10 200 90 260]/AP<</N 32 0 R>>"),
        32,
        &typed("B"),
    );
    let objects = change(objects, 30, "/F 132", &format!("/F {flags}"));
    certified(2).update(&objects).sign().bytes
}

const MULTIPLY: &str =
    "/Resources<</ExtGState<</G<</BM/Multiply>>/L<</LW 20>>/T<</BM/Multiply/TR/Identity>>>>>>";

/// A marker on the text with a look.
fn marker(kind: &str, rectangle: &str, entries: &str, content: &str) -> Vec<u8> {
    let body = format!("<</Type/Annot/Subtype/{kind}/Rect[{rectangle}]/AP<</N 41 0 R>>>>");
    at(3, with(annotation(&body), 41, &form_of(entries, content)))
}

/// A line in a look as large as the page, on the text.
fn boxed(space: &str, content: &str) -> Vec<u8> {
    let look = stream(
        &format!("/Type/XObject/Subtype/Form/BBox[{space}]"),
        content,
    );
    let body = format!("<</Type/Annot/Subtype/StrikeOut/Rect[{space}]/AP<</N 41 0 R>>>>");
    at(3, with(annotation(&body), 41, &look))
}

fn on_text(content: &str) -> Vec<u8> {
    marker("Highlight", "50 690 200 720", MULTIPLY, content)
}

fn line(content: &str) -> Vec<u8> {
    marker("StrikeOut", "50 690 200 720", MULTIPLY, content)
}

/// Many annotations on the first page, by number from 100 on.
fn many(count: u32, body: impl Fn(u32) -> String) -> Bodies {
    let names: String = (100..100 + count)
        .map(|number| format!(" {number} 0 R"))
        .collect();
    let mut objects = part(3, " 39 0 R]", &format!(" 39 0 R{names}]"));
    objects.extend((0..count).map(|one| (100 + one, body(one))));
    objects
}

fn dark(_: u32) -> String {
    "<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/C[.3 .3 .3]/QuadPoints[50 720 200 720 50 690 200 690]>>".to_owned()
}

/// The same over as many updates.
fn one_by_one() -> Vec<u8> {
    (1..4)
        .fold(certified(3), |maker, count| {
            let mut objects = many(count, dark);
            objects.retain(|number, _| *number == 3 || *number == 99 + count);
            maker.update(&objects)
        })
        .bytes
}

fn beside(entries: &str) -> Vec<u8> {
    at(
        3,
        annotation(&format!("<</Type/Annot/Rect[300 400 380 420]{entries}>>")),
    )
}

#[rustfmt::skip]
const MARKERS: &[Forged] = &[
    ("a ground that multiplies no more", || on_text("q /G gs Q 1 g 0 0 80 20 re f"), "change.annotation-covers"),
    ("a colour that was left again", || on_text("/G gs 0 g q 1 g Q 0 0 80 20 re f"), "change.annotation-covers"),
    ("grounds on each other", || on_text("/G gs .5 g 0 0 80 20 re f 0 0 80 20 re f 0 0 80 20 re f"), "change.annotation-covers"),
    ("a group that blends with nothing", || marker("Highlight", "50 690 200 720", &format!("/Group<</S/Transparency/I true>>{MULTIPLY}"), "/G gs 1 g 0 0 80 20 re f"), "change.annotation-covers"),
    ("a marker that is turned over by a function", || on_text("/T gs 1 g 0 0 80 20 re f"), "change.annotation-covers"),
    ("a marker that covers by its mode", || at(3, annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/C[1 1 1]/BM/Normal/QuadPoints[50 720 200 720 50 690 200 690]>>")), "change.annotation-covers"),
    ("a marker with a list of modes", || at(3, annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/C[1 1 1]/BM[/Normal]/QuadPoints[50 720 200 720 50 690 200 690]>>")), "change.annotation-covers"),
    ("a thick line in a large space", || boxed("0 0 600 800", "20 w 1 G 120 700 m 200 700 l S"), "change.annotation-covers"),
    ("a line there and back", || line("20 w 0 9 m 500 9 500 9 0 9 c S"), "change.annotation-covers"),
    ("a line made thick by a state", || line("/L gs 0 9 m 80 9 l S"), "change.annotation-covers"),
    ("a line that closes itself", || line("6 w 0 9 m 80 9 l 80 9.1 l s"), "change.annotation-covers"),
    ("many thin lines in a large space", || boxed("0 0 600 800", "1 w 1 G 120 695 m 200 695 l 200 696.2 l 120 696.2 l 120 697.4 l 200 697.4 l 200 698.6 l 120 698.6 l 120 699.8 l 200 699.8 l 200 701 l 120 701 l 120 702.2 l 200 702.2 l S"), "change.annotation-covers"),
    ("a thin line in a small space", || { let look = stream("/Type/XObject/Subtype/Form/BBox[0 0 8 2]", "1 w 0 1 m 8 1 l S"); at(3, with(annotation("<</Type/Annot/Subtype/StrikeOut/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &look)) }, "change.annotation-covers"),
    ("a curve made thick by its matrix", || line("1 0 0 20 0 0 cm 1 w 0 .4 m 20 .4 40 .4 80 .4 c S"), "change.annotation-covers"),
    ("many markers on one word", || at(3, many(3, dark)), "change.annotation-covers"),
    ("many markers, one by one", one_by_one, "change.annotation-covers"),
    ("many lines through one word", || at(3, many(12, |one| { let y = 695 + one; format!("<</Type/Annot/Subtype/StrikeOut/Rect[50 690 200 720]/C[1 1 1]/QuadPoints[50 {y}.5 200 {y}.5 50 {y} 200 {y}]>>") })), "change.annotation-covers"),
    ("many lines with looks through one word", || at(3, with(many(12, |one| format!("<</Type/Annot/Subtype/Underline/Rect[50 {} 200 {}]/AP<</N 41 0 R>>>>", 690 + one, 692 + one)), 41, &form_of("", "8 w 0 8 m 80 8 l S"))), "change.annotation-covers"),
    ("ink beyond its rectangle", || beside("/Subtype/Ink/InkList[[50 700 200 700]]/BS<</W 30>>/C[1 1 1]"), "change.annotation-covers"),
    ("a line beyond its rectangle", || beside("/Subtype/Line/L[50 700 200 700]/BS<</W 30>>/C[1 1 1]"), "change.annotation-covers"),
    ("a polygon beyond its rectangle", || beside("/Subtype/Polygon/Vertices[50 690 200 690 200 720 50 720]/IC[1 1 1]"), "change.annotation-covers"),
    ("a line of many points beyond its rectangle", || beside("/Subtype/PolyLine/Vertices[50 690 200 720]/C[1 1 1]"), "change.annotation-covers"),
    ("words whose pointer crosses the text", || beside("/Subtype/FreeText/DA(/F 9 Tf)/CL[50 700 200 700]/BS<</W 30>>"), "change.annotation-covers"),
    ("a line as thick as the space above it", || beside("/Subtype/Line/L[300 410 380 410]/BS<</W 700>>/C[1 1 1]"), "change.annotation-covers"),
    ("leaders that reach the text", || beside("/Subtype/Line/L[50 410 200 410]/LL 300/C[1 1 1]"), "change.annotation-covers"),
    ("a stamp that keeps its size on the screen", || beside("/Subtype/Stamp/Name/Approved/F 12"), "change.annotation-covers"),
    ("words that keep their way up", || beside("/Subtype/FreeText/DA(/F 9 Tf)/Contents(900)/F 20"), "change.annotation-covers"),
];

/// A field over the amount, in wait: empty and without a ground.
fn over_words(field: &str, more: &[(u32, &str)]) -> Maker {
    let page = document()[&3].replace("39 0 R]", "39 0 R 72 0 R]");
    let list = document()[&5].replace("36 0 R]", "36 0 R 72 0 R]");
    let place = "/Type/Annot/Subtype/Widget/F 4/P 3 0 R/Rect[50 695 130 715]";
    let mut objects = document();
    objects.extend(bodies(more));
    objects.extend(bodies(&[
        (3, &page),
        (5, &list),
        (72, &format!("<<{place}{field}>>")),
    ]));
    let reference = "/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2/V/1.2>>>>]";
    let base = Maker::new(&objects, TRAILER);
    let mut update = sealed(reference);
    update.insert(
        1,
        document()[&1].replace("/AcroForm", "/Perms<</DocMDP 20 0 R>>/AcroForm"),
    );
    base.update(&update).sign()
}

fn field_over_words(look: &str) -> Vec<u8> {
    let place = "<</Type/Annot/Subtype/Widget/F 4/P 3 0 R/Rect[50 695 130 715]/FT/Tx/T(over)";
    let base = over_words("/FT/Tx/T(over)/V()/AP<</N 73 0 R>>", &[(73, &typed(""))]);
    let objects = bodies(&[
        (72, &format!("{place}/V(900)/AP<</N 74 0 R>>>>")),
        (74, look),
    ]);
    base.update(&objects).bytes
}

fn box_over_words(on: &str) -> Vec<u8> {
    let states = "/FT/Btn/T(over)/AP<</N<</Yes 73 0 R/Off 27 0 R>>>>";
    let base = over_words(&format!("{states}/V/Off/AS/Off"), &[(73, on)]);
    let place = "<</Type/Annot/Subtype/Widget/F 4/P 3 0 R/Rect[50 695 130 715]";
    base.update(&bodies(&[(72, &format!("{place}{states}/V/Yes/AS/Yes>>"))]))
        .bytes
}

fn seal_over_words(look: &str) -> Vec<u8> {
    let base = over_words("/FT/Sig/T(over)", &[]);
    let field = "<</Type/Annot/Subtype/Widget/F 4/P 3 0 R/Rect[50 695 130 715]/FT/Sig/T(over)/V 75 0 R/AP<</N 74 0 R>>>>";
    let objects = with(bodies(&[(72, field), (74, look)]), 75, &dictionary(""));
    base.update(&objects).sign().bytes
}

const WHITE: &str = "1 g 0 0 80 20 re f 0 g BT /F 9 Tf 2 5 Td (900) Tj ET";

/// A document with a structure tree, and a second signature for which the tree takes up `element`.
fn structured(element: &str, paragraph: Option<&str>, parents: &str) -> Vec<u8> {
    let root = document()[&1].replace("/Names", "/StructTreeRoot 90 0 R/Names");
    let said = "<</Type/StructElem/S/P/P 91 0 R/Pg 3 0 R/K 0/ActualText(Amount: 100)>>";
    let base = prepared(&[
        (1, &root),
        (
            90,
            "<</Type/StructTreeRoot/K 91 0 R/ParentTree 92 0 R/ParentTreeNextKey 1>>",
        ),
        (91, "<</Type/StructElem/S/Document/P 90 0 R/K[93 0 R]>>"),
        (92, "<</Nums[0[93 0 R]]>>"),
        (93, said),
    ]);
    let mut objects = second("/Rect[0 0 0 0]/StructParent 1");
    objects.extend(bodies(&[
        (
            91,
            "<</Type/StructElem/S/Document/P 90 0 R/K[93 0 R 94 0 R]>>",
        ),
        (92, parents),
        (94, element),
    ]));
    if let Some(paragraph) = paragraph {
        objects.insert(93, paragraph.to_owned());
    }
    base.update(&objects).sign().bytes
}

const ELEMENT: &str =
    "<</Type/StructElem/S/Form/P 91 0 R/Pg 3 0 R/K<</Type/OBJR/Obj 30 0 R/Pg 3 0 R>>>>";
const PARENTS: &str = "<</Nums[0[93 0 R]1 94 0 R]>>";

#[rustfmt::skip]
const WORDS: &[Forged] = &[
    ("a field that waited over words gets a ground", || field_over_words(&form(WHITE)), "change.field-covers"),
    ("the same by lines as wide as words", || field_over_words(&form("20 w 1 G 0 10 m 80 10 l S BT /F 9 Tf 2 5 Td (900) Tj ET")), "change.field-covers"),
    ("a box whose mark is a ground over words", || box_over_words(&form("1 g 0 0 80 20 re f")), "change.field-covers"),
    ("a box whose mark is a sentence", || box_over_words(&form("BT /F 9 Tf 2 5 Td (Amount: 900) Tj ET")), "change.field-look"),
    ("a box whose mark is a picture over words", || box_over_words(&form("BI /W 1/H 1/BPC 8/CS/G ID \u{1} EI")), "change.field-covers"),
    ("a waiting signature over words", || seal_over_words(&form(WHITE)), "change.field-covers"),
    ("a waiting signature over words, in a form in its look", || { let base = over_words("/FT/Sig/T(over)", &[]); let field = "<</Type/Annot/Subtype/Widget/F 4/P 3 0 R/Rect[50 695 130 715]/FT/Sig/T(over)/V 75 0 R/AP<</N 74 0 R>>>>"; let objects = with(bodies(&[(72, field), (74, &form_of("/Resources<</XObject<</A 76 0 R>>>>", "/A Do")), (76, &form(WHITE))]), 75, &dictionary("")); base.update(&objects).sign().bytes }, "change.field-covers"),
    ("a second signature over words where nothing is certified", || signed_by("/Rect[50 695 130 715]", &form(WHITE), signed()), "change.field-covers"),
    ("what a paragraph is read aloud as", || structured(ELEMENT, Some("<</Type/StructElem/S/P/P 91 0 R/Pg 3 0 R/K 0/ActualText(Amount: 900)>>"), PARENTS), "change.object-replaced"),
    ("an element that is read aloud", || structured("<</Type/StructElem/S/Form/P 91 0 R/ActualText(Amount: 900)/K<</Type/OBJR/Obj 30 0 R/Pg 3 0 R>>>>", None, PARENTS), "change.object-replaced"),
    ("an element of a paragraph", || structured("<</Type/StructElem/S/P/P 91 0 R/Pg 3 0 R/K 0>>", None, PARENTS), "change.object-replaced"),
    ("an element about what was there", || structured("<</Type/StructElem/S/Form/P 91 0 R/K<</Type/OBJR/Obj 9 0 R/Pg 3 0 R>>>>", None, PARENTS), "change.object-replaced"),
    ("an element with marks of the page besides", || structured("<</Type/StructElem/S/Form/P 91 0 R/K[<</Type/OBJR/Obj 30 0 R/Pg 3 0 R>>0]>>", None, PARENTS), "change.object-replaced"),
    ("another parent for what was there", || structured(ELEMENT, None, "<</Nums[0[94 0 R]1 94 0 R]>>"), "change.object-replaced"),
    ("a parent for other marks", || structured(ELEMENT, None, "<</Nums[0[93 0 R]1[94 0 R]]>>"), "change.object-replaced"),
];

const ALL: [&[Forged]; 6] = [NUMBERS, NAMES, SIGNS, WIDGETS, MARKERS, WORDS];

#[test]
fn other_numbers_and_names_are_refused() {
    refuse(NUMBERS);
    refuse(NAMES);
}

#[test]
fn other_signs_are_refused() {
    refuse(SIGNS);
    refuse(WIDGETS);
}

#[test]
fn markers_that_hide_are_refused() {
    refuse(MARKERS);
}

#[test]
fn words_stay_seen_and_read() {
    refuse(WORDS);
}

#[test]
fn there_are_more_than_sixty_each_with_its_name() {
    let names: BTreeSet<&str> = ALL.iter().copied().flatten().map(|one| one.0).collect();
    let all: usize = ALL.iter().map(|table| table.len()).sum();
    assert_eq!(names.len(), all);
    assert!(all >= 60, "{all}");
}
