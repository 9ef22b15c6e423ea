//! Sealed PDF files bent after signing in every way that an attacker has without a key. Signature and digest stay
//! right; each file is refused with the finding that names what was changed.

use std::collections::BTreeSet;

use verify::Verdict;

use crate::forge::{
    TRAILER, annotation, catalog, certified, change, countersigned, document, filled, form,
    form_of, judge, locked, part, sealed, second, second_of, signed, told, typed, with,
};
use crate::writer::{Bodies, Maker, bodies, dictionary, dictionary_of, hex, plain, stream};

/// What is done, how, and the finding that has to name it.
pub(crate) type Forged = (&'static str, fn() -> Vec<u8>, &'static str);

fn up(objects: Bodies) -> Vec<u8> {
    signed().update(&objects).bytes
}

fn one(number: u32, body: &str) -> Vec<u8> {
    up(bodies(&[(number, body)]))
}

fn at(level: usize, objects: Bodies) -> Vec<u8> {
    certified(level).update(&objects).bytes
}

fn and_signed(base: Maker, objects: Bodies) -> Vec<u8> {
    base.update(&objects).sign().bytes
}

fn cat(entry: &str) -> Vec<u8> {
    up(catalog(&signed(), entry))
}

const PAINT: &str = "BT /F 20 Tf 50 700 Td (Amount: 900) Tj ET";

#[rustfmt::skip]
const CONTENT: &[Forged] = &[
    ("content replaced", || one(4, &stream("", PAINT)), "change.content"),
    ("content with text that is not painted", || one(4, &stream("", "BT 3 Tr (x) Tj ET BT /F 20 Tf 50 700 Td (Amount: 100) Tj ET")), "change.content"),
    ("content with white text", || one(4, &stream("", "1 g BT /F 20 Tf (Amount: 900) Tj ET")), "change.content"),
    ("content with the same data, filtered", || one(4, &stream("/Filter/ASCIIHexDecode", "20>")), "change.content"),
    ("content emptied", || one(4, &stream("", "")), "change.content"),
    ("content freed", || freed(4), "change.object-freed"),
    ("content turned into a dictionary", || one(4, "<<>>"), "change.content"),
    ("the page names other content", || up(part(3, "/Contents 4", "/Contents 7")), "change.page"),
    ("content added in front", || up(part(3, "/Contents 4 0 R", "/Contents[7 0 R 4 0 R]")), "change.page"),
    ("content added behind, made for it", || up(with(part(3, "/Contents 4 0 R", "/Contents[4 0 R 70 0 R]"), 70, &stream("", PAINT))), "change.page"),
    ("no content", || up(part(3, "/Contents 4 0 R", "")), "change.page"),
    ("a font replaced", || up(part(8, "/Helvetica", "/Symbol")), "change.content"),
    ("a font's encoding", || up(part(8, "/WinAnsiEncoding", "<</Differences[49/nine]>>")), "change.content"),
    ("a font's program", || up(with(part(16, "/Flags 32", "/Flags 32/FontFile 70 0 R"), 70, &stream("", "x"))), "change.content"),
    ("the font swapped in the resources", || up(part(3, "/F 8 0 R", "/F 16 0 R")), "change.page"),
    ("a form on the page replaced", || one(7, &form("BT /F 9 Tf (other terms) Tj ET")), "change.content"),
    ("a form on the page with other resources", || one(7, &form_of("", "BT /F 9 Tf 50 600 Td (Terms) Tj ET")), "change.content"),
    ("a picture where nothing was", || one(60, &form(PAINT)), "change.prepared-reference"),
    ("an annotation where nothing was", || one(61, "<</Type/Annot/Subtype/Stamp/Rect[0 0 600 800]>>"), "change.prepared-reference"),
    ("resources of the page", || up(part(3, "/Y 7 0 R", "/X 7 0 R").into_iter().map(|(n, b)| (n, b.replace("/X 60 0 R/X", "/X"))).collect()), "change.page"),
];

#[rustfmt::skip]
const PAGES: &[Forged] = &[
    ("the page's box", || up(part(3, "/Contents", "/MediaBox[0 0 1 1]/Contents")), "change.page"),
    ("the page's visible part", || up(part(3, "/Contents", "/CropBox[0 0 600 400]/Contents")), "change.page"),
    ("the page turned", || up(part(3, "/Contents", "/Rotate 180/Contents")), "change.page"),
    ("the page's units", || up(part(17, "1.5", "9")), "change.page"),
    ("an action of the page", || up(part(3, "/Contents", "/AA<</O<</S/JavaScript/JS(x)>>>>/Contents")), "change.page"),
    ("a transition of the page", || up(part(3, "/Contents", "/Trans<</S/Blinds>>/Contents")), "change.page"),
    ("the box that pages inherit", || up(part(2, "600 800", "600 400")), "change.page"),
    ("a page taken away", || up(part(2, "3 0 R 17 0 R]/Count 2", "17 0 R]/Count 1")), "change.page"),
    ("a page added", || up(with(part(2, "17 0 R]/Count 2", "17 0 R 70 0 R]/Count 3"), 70, "<</Type/Page/Parent 2 0 R/Resources<<>>>>")), "change.page"),
    ("pages in another order", || up(part(2, "3 0 R 17 0 R", "17 0 R 3 0 R")), "change.page"),
    ("a page replaced by another object", || up(with(part(2, "[3 0 R", "[70 0 R"), 70, &document()[&3])), "change.page"),
    ("another page tree", || up(with(part(1, "/Pages 2", "/Pages 70"), 70, &document()[&2])), "change.catalog"),
    ("a page that counts falsely", || up(part(2, "/Count 2", "/Count 3")), "change.page"),
    ("the page becomes a template", || up(part(3, "/Type/Page", "/Type/Template")), "change.page"),
];

#[rustfmt::skip]
const CATALOG: &[Forged] = &[
    ("an action at opening", || cat("/OpenAction<</S/JavaScript/JS(x)>>"), "change.catalog"),
    ("a place to open at", || cat("/OpenAction[17 0 R/Fit]"), "change.catalog"),
    ("actions of the document", || cat("/AA<</WC<</S/URI/URI(x)>>>>"), "change.catalog"),
    ("a layer switched on", || up(part(1, "/OFF[15 0 R]", "/ON[15 0 R]")), "change.catalog"),
    ("layers without settings", || up(part(1, "/D<</OFF[15 0 R]>>", "")), "change.catalog"),
    ("a layer more", || up(with(part(1, "/OCGs[15 0 R]", "/OCGs[15 0 R 70 0 R]"), 70, "<</Type/OCG/Name(x)>>")), "change.catalog"),
    ("the layer's use", || up(part(15, "(layer)", "(layer)/Usage<</Print<</PrintState/ON>>>>")), "change.content"),
    ("scripts by name", || up(part(12, "<<", "<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>")), "change.object-replaced"),
    ("an embedded file replaced", || one(14, &stream("/Type/EmbeddedFile", "other")), "change.object-replaced"),
    ("an embedded file named twice", || up(with(part(12, "13 0 R]", "13 0 R(x)70 0 R]"), 70, &document()[&13])), "pdf.type"),
    ("an embedded file added", || up(with(with(part(12, "13 0 R]", "13 0 R(x)70 0 R]"), 70, "<</Type/Filespec/F(x)/UF(x)/EF<</F 71 0 R>>>>"), 71, &stream("/Type/EmbeddedFile", "x"))), "change.object-replaced"),
    ("an embedded file renamed", || up(part(13, "/UF(notes.txt)", "/UF(other.txt)")), "change.object-replaced"),
    ("other names", || up(part(1, "/Names 12 0 R", "/Names<<>>")), "change.catalog"),
    ("a portfolio", || cat("/Collection<</View/D>>"), "change.catalog"),
    ("a layout of pages", || cat("/PageMode/UseAttachments"), "change.catalog"),
    ("how it is shown", || up(part(1, "DisplayDocTitle true", "HideMenubar true")), "change.catalog"),
    ("page labels", || cat("/PageLabels<</Nums[0<</P(99)>>]>>"), "change.catalog"),
    ("a structure tree", || up(with(catalog(&signed(), "/StructTreeRoot 70 0 R"), 70, "<</Type/StructTreeRoot>>")), "change.catalog"),
    ("output intents", || cat("/OutputIntents[<</S/GTS_PDFA1>>]"), "change.catalog"),
    ("articles", || cat("/Threads[]"), "change.catalog"),
    ("outlines", || up(with(catalog(&signed(), "/Outlines 70 0 R"), 70, "<</Count 0>>")), "change.catalog"),
    ("requirements", || cat("/Requirements[<</S/EnableJavaScripts>>]"), "change.catalog"),
    ("an entry named like material", || cat("/DSS2<</Certs[]>>"), "change.catalog"),
    ("certified anew", || cat("/Perms<</DocMDP 20 0 R>>"), "change.permissions"),
    ("a certification taken away", || at(2, bodies(&[(1, &document()[&1])])), "change.permissions"),
    ("rights of use", || cat("/Perms<</UR3 20 0 R>>"), "change.permissions"),
    ("the version lowered", || signed().update(&catalog(&signed(), "/Version/2.0")).update(&catalog(&signed(), "/Version/1.4")).bytes, "change.version"),
    ("extensions that lead on", || cat("/Extensions<</X 15 0 R>>"), "change.version"),
    ("extensions that were there already as something else", || cat("/Extensions 15 0 R"), "change.version"),
    ("metadata of another form", || one(10, &form(PAINT)), "change.metadata-form"),
    ("no metadata", || up(part(1, "/Metadata 10 0 R", "")), "change.catalog"),
    ("a description that leads on", || one(11, "<</Title 4 0 R>>"), "change.metadata-form"),
    ("no description", || in_trailer("/Info 11 0 R", ""), "change.trailer"),
    ("another catalog", || { let mut m = signed(); m.trailer = TRAILER.replace("/Root 1", "/Root 70"); m.update(&bodies(&[(70, &document()[&1])])).bytes }, "change.root"),
    ("another identity", || in_trailer("<01>", "<99>"), "change.trailer"),
    ("an entry of the trailer", || in_trailer("/Root", "/Shown 4 0 R/Root"), "change.trailer"),
    ("encryption", || in_trailer("/Root", "/Encrypt 70 0 R/Root"), "pdf.encrypted"),
    ("a smaller size", || { let mut m = signed(); m.size = 12; m.update(&Bodies::new()).bytes }, "change.trailer"),
];

#[rustfmt::skip]
const FORMS: &[Forged] = &[
    ("a value that the look does not show", || up(part(9, "(old)", "(new)")), "change.field-look"),
    ("a look that the value does not say", || up(filled("100", "900")), "change.field-look"),
    ("a look in its place that the value does not say", || one(19, &typed("900")), "change.field-look"),
    ("a look with text that is not painted", || up(with(filled("100", ""), 50, &form("BT 3 Tr /F 9 Tf (100) Tj ET 0 0 9 9 re f"))), "change.field-look"),
    ("a look with a picture over its text", || up(with(filled("100", ""), 50, &form("BT /F 9 Tf (100) Tj ET BI /W 1/H 1/BPC 1/IM true ID \u{1} EI"))), "change.field-look"),
    ("a look with another form in it", || up(with(with(filled("100", ""), 50, &form_of("/Resources<</Font<</F 8 0 R>>/XObject<</A 70 0 R>>>>", "BT /F 9 Tf (100) Tj ET /A Do")), 70, &typed("900"))), "change.field-look"),
    ("a look drawn with curves", || up(with(filled("100", ""), 50, &form("BT /F 9 Tf (100) Tj ET 0 0 m 1 1 2 2 3 3 c f"))), "change.field-look"),
    ("a look that is transparent", || up(with(filled("100", ""), 50, &form_of("/Resources<</Font<</F 8 0 R>>/ExtGState<</G<</ca 0>>>>>>", "/G gs BT /F 9 Tf (100) Tj ET"))), "change.field-look"),
    ("a look in a font with a table of its own", || up(with(filled("100", ""), 50, &form_of("/Resources<</Font<</H<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 10 0 R>>>>>>", "BT /H 9 Tf (900) Tj ET"))), "change.field-look"),
    ("a look in a font with an encoding of its own", || up(with(filled("100", ""), 50, &form_of("/Resources<</Font<</H<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[49/nine]>>>>>>>>", "BT /H 9 Tf (100) Tj ET"))), "change.field-look"),
    ("a look in a font made for it", || up(with(with(filled("100", ""), 50, &form_of("/Resources<</Font<</H 70 0 R>>>>", "BT /H 9 Tf (100) Tj ET")), 70, "<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 0 0]>>")), "change.field-look"),
    ("a look in no font", || up(with(filled("100", ""), 50, &form("BT /Q 9 Tf (100) Tj ET"))), "change.field-look"),
    ("a look with a sign in white", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf 2 5 Td 1 g (1) Tj 0 g (900) Tj ET"))), "change.field-look"),
    ("a look in white", || up(with(filled("1900", ""), 50, &form("1 g BT /F 9 Tf 2 5 Td (1900) Tj ET"))), "change.field-look"),
    ("a look with something over its text", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf 2 5 Td (1900) Tj ET 1 g 0 0 7 20 re f"))), "change.field-look"),
    ("a look with signs on each other", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf 2 5 Td (1) Tj 0 0 Td (900) Tj ET BT /F 9 Tf 2 5 Td () Tj ET"))), "change.field-look"),
    ("a look with signs moved back", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf 2 5 Td [(1)900(900)] TJ ET"))), "change.field-look"),
    ("a look that begins outside", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf -9 5 Td (1900) Tj ET"))), "change.field-look"),
    ("a look that ends outside", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf 70 5 Td (1900) Tj ET"))), "change.field-look"),
    ("a look above its field", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf 2 25 Td (1900) Tj ET"))), "change.field-look"),
    ("a look in tiny signs", || up(with(filled("1900", ""), 50, &form("BT /F 0.1 Tf 2 5 Td (1900) Tj ET"))), "change.field-look"),
    ("a look with narrow signs", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf 1 Tz 2 5 Td (1900) Tj ET"))), "change.field-look"),
    ("a look with signs pushed together", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf -9 Tc 2 5 Td (1900) Tj ET"))), "change.field-look"),
    ("a look that is clipped", || up(with(filled("1900", ""), 50, &form("9 0 80 20 re W n BT /F 9 Tf 2 5 Td (1900) Tj ET"))), "change.field-look"),
    ("a look in a space of its own", || up(with(filled("1900", ""), 50, &form("q 0 0 0 0 0 0 cm BT /F 9 Tf 2 5 Td (1900) Tj ET Q"))), "change.field-look"),
    ("a look in two colours", || up(with(filled("1900", ""), 50, &form("BT /F 9 Tf 2 5 Td (19) Tj 0.7 g (00) Tj ET"))), "change.field-look"),
    ("a look that is cut", || up(change(with(filled("1900", ""), 50, &form("BT /F 9 Tf 2 5 Td (1900) Tj ET")), 50, "[0 0 80 20]", "[9 0 80 20]")), "change.field-look"),
    ("a look that is stretched", || up(with(filled("1900", ""), 50, &form_of("/Matrix[9 0 0 1 0 0]/Resources<</Font<</F 8 0 R>>>>", "BT /F 9 Tf 2 5 Td (1900) Tj ET"))), "change.field-look"),
    ("a choice whose place is another's", || up(change(with(part(23, "/V(r)", "/V(g)/I[0]"), 28, &typed("green")), 23, "/T", "/T")), "change.field-look"),
    ("the form takes up a font of its own", || up(with(part(5, "/Font<</F 8 0 R>>", "/Font<</F 8 0 R/H 70 0 R>>"), 70, "<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 0 0]>>")), "change.form"),
    ("the form takes up other resources", || up(with(part(5, "/Font<</F 8 0 R>>", "/Font<</F 8 0 R>>/XObject<</A 70 0 R>>"), 70, &form(PAINT))), "change.form"),
    ("a look with a layer", || up(with(filled("100", ""), 50, &form_of("/OC 15 0 R/Resources<</Font<</F 8 0 R>>>>", "BT /F 9 Tf (100) Tj ET"))), "change.active-appearance"),
    ("a look for the pressed field", || up(change(filled("100", "100"), 9, "/N 50 0 R", "/N 50 0 R/D 50 0 R")), "change.field-look"),
    ("a look that the page uses too", || up(with(part(9, "(old)", "(new)"), 19, &typed("new"))).into_iter().chain(b"x".iter().copied()).collect(), "change.bytes-behind-end"),
    ("a box that shows what it is not", || up(part(22, "/AS/Off", "/AS/Yes")), "change.field-look"),
    ("a box that is what it does not show", || up(part(22, "/V/Off", "/V/Yes")), "change.field-look"),
    ("a box with another look", || up(part(22, "/Yes 26 0 R/Off 27 0 R", "/Yes 27 0 R/Off 26 0 R")), "change.field-look"),
    ("a choice that shows another", || up(part(23, "/V(r)", "/V(g)")), "change.field-look"),
    ("a choice with other options", || up(part(23, "[(g)(green)]", "[(g)(red)]")), "change.field"),
    ("a value that is no text", || up(part(9, "/V(old)", "/V 4 0 R")), "change.field"),
    ("rich text", || up(part(9, "/V(old)", "/V(old)/RV(<p>900</p>)")), "change.field"),
    ("a field hidden", || up(part(9, "/F 4", "/F 2")), "change.field"),
    ("a field moved", || up(part(9, "[10 10 90 30]", "[50 690 300 730]")), "change.field"),
    ("a field renamed", || up(part(9, "(note)", "(other)")), "change.field"),
    ("a field of another kind", || up(part(9, "/FT/Tx", "/FT/Btn")), "change.field"),
    ("a field's flags", || up(part(23, "/Ff 131072", "/Ff 131073")), "change.field"),
    ("a field with an action", || up(part(9, "/F 4", "/F 4/AA<</K<</S/JavaScript/JS(x)>>>>")), "change.field"),
    ("a field in a layer", || up(part(9, "/F 4", "/F 4/OC 15 0 R")), "change.field"),
    ("a field's default look", || up(part(9, "/F 4", "/DA(/F 1 Tf)/F 4")), "change.field"),
    ("a parent's value", || up(part(33, "/FT/Tx", "/FT/Tx/V(x)")), "change.field"),
    ("a parent's kids", || up(part(33, "34 0 R 35 0 R", "35 0 R 34 0 R")), "change.field"),
    ("a field filled in at level 1", || at(1, filled("new", "new")), "change.locked-field-filled"),
    ("a locked field filled in", || locked("/Action/Include/Fields[(note)]").update(&filled("new", "new")).bytes, "change.locked-field-filled"),
    ("a field below a locked one", || locked("/Action/Include/Fields[(addr)]").update(&part(34, "/V()", "/V(x)")).bytes, "change.locked-field-filled"),
    ("all fields locked", || locked("/Action/All").update(&part(36, "/V()", "/V(x)")).bytes, "change.locked-field-filled"),
    ("all but another locked", || locked("/Action/Exclude/Fields[(addr)]").update(&filled("new", "new")).bytes, "change.locked-field-filled"),
    ("a lock to level 1", || locked("/Action/Include/Fields[(x)]/P 1").update(&filled("new", "new")).bytes, "change.locked-field-filled"),
    ("values computed anew", || up(part(5, "/SigFlags", "/NeedAppearances true/SigFlags")), "change.form"),
    ("another form language", || up(part(5, "/SigFlags", "/XFA 14 0 R/SigFlags")), "change.form"),
    ("other defaults", || up(part(5, "/DA(/F 9 Tf)", "/DA(/F 99 Tf)")), "change.form"),
    ("another default font", || up(with(part(5, "/F 8 0 R", "/F 70 0 R"), 70, "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>")), "change.form"),
    ("an order of computing", || up(part(5, "/SigFlags", "/CO[9 0 R]/SigFlags")), "change.form"),
    ("flags taken back", || up(part(5, "/SigFlags 1", "/SigFlags 0")), "change.form"),
    ("a field taken out", || up(part(5, "6 0 R 9 0 R", "6 0 R")), "change.field-removed"),
    ("fields in another order", || up(part(5, "6 0 R 9 0 R", "9 0 R 6 0 R")), "change.field-removed"),
    ("no form", || up(part(1, "/AcroForm 5 0 R", "")), "change.form"),
];

fn freed(number: u32) -> Vec<u8> {
    let mut maker = signed();
    maker.rows([(number, "0000000000 00001 f \n".to_owned())].into(), false);
    maker.bytes
}

fn in_trailer(from: &str, to: &str) -> Vec<u8> {
    let mut maker = signed();
    maker.trailer = TRAILER.replace(from, to);
    maker.update(&Bodies::new()).bytes
}

#[rustfmt::skip]
const ANNOTATIONS: &[Forged] = &[
    ("text over text", || at(3, with(annotation("<</Type/Annot/Subtype/FreeText/Rect[50 690 300 730]/AP<</N 41 0 R>>/Contents(900)>>"), 41, &typed("900"))), "change.annotation-covers"),
    ("a stamp over the page", || at(3, annotation("<</Type/Annot/Subtype/Stamp/Rect[0 0 600 800]>>")), "change.annotation-covers"),
    ("a frame over the look of the seal", || at(3, annotation("<</Type/Annot/Subtype/Square/Rect[450 150 460 160]/IC[1 1 1]>>")), "change.annotation-covers"),
    ("a drawing over a form on the page", || at(3, annotation("<</Type/Annot/Subtype/Ink/Rect[50 600 60 605]/InkList[[50 600 60 605]]>>")), "change.annotation-covers"),
    ("a marker that does not let through", || at(3, with(annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &form("1 g 0 0 80 20 re f"))), "change.annotation-covers"),
    ("a marker in black", || at(3, with(annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &form_of("/Resources<</ExtGState<</G<</BM/Multiply>>>>>>", "/G gs 0 g 0 0 80 20 re f"))), "change.annotation-covers"),
    ("a marker in black that readers draw", || at(3, annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/C[0 0 0]/QuadPoints[50 720 200 720 50 690 200 690]>>")), "change.annotation-covers"),
    ("a marker with something dark in it", || at(3, with(with(annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &form_of("/Resources<</ExtGState<</G<</BM/Multiply>>>>/XObject<</A 70 0 R>>>>", "/G gs /A Do")), 70, &form("0 g 0 0 80 20 re f"))), "change.annotation-covers"),
    ("thin lines one beside the other", || at(3, with(annotation("<</Type/Annot/Subtype/Squiggly/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &form_of("", "2 w 0 1 m 80 1 l 80 3 l 0 3 l 0 5 l 80 5 l 80 7 l 0 7 l 0 9 l 80 9 l S"))), "change.annotation-covers"),
    ("a window that stands open over text", || at(3, annotation("<</Type/Annot/Subtype/Popup/Rect[50 690 200 720]/Open true>>")), "change.annotation-covers"),
    ("a marker with text", || at(3, with(annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &typed("900"))), "change.annotation-covers"),
    ("a line as thick as text", || at(3, with(annotation("<</Type/Annot/Subtype/StrikeOut/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &form_of("", "20 w 0 9 m 80 9 l S"))), "change.annotation-covers"),
    ("a line made thick", || at(3, with(annotation("<</Type/Annot/Subtype/Underline/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &form_of("", "9 0 0 9 0 0 cm 1 w 0 1 m 9 1 l S"))), "change.annotation-covers"),
    ("a note with a picture over text", || at(3, with(annotation("<</Type/Annot/Subtype/Text/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &typed("900"))), "change.annotation-covers"),
    ("over a page whose forms paint each other without end", bomb, "change.unreadable"),
    ("a window with a look", || at(3, with(annotation("<</Type/Annot/Subtype/Popup/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &typed("900"))), "change.annotation-covers"),
    ("a remark with an action", || at(3, annotation("<</Type/Annot/Subtype/Text/Rect[300 300 320 320]/A<</S/URI/URI(x)>>>>")), "change.annotation-added"),
    ("a remark in a layer", || at(3, annotation("<</Type/Annot/Subtype/Text/Rect[300 300 320 320]/OC 15 0 R>>")), "change.annotation-added"),
    ("a link", || at(3, annotation("<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(x)>>>>")), "change.annotation-added"),
    ("an attached file", || at(3, annotation("<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 13 0 R>>")), "change.annotation-added"),
    ("a film", || at(3, annotation("<</Type/Annot/Subtype/Movie/Rect[0 0 9 9]>>")), "change.annotation-added"),
    ("a water mark", || at(3, annotation("<</Type/Annot/Subtype/Watermark/Rect[0 0 9 9]>>")), "change.annotation-added"),
    ("a redaction", || at(3, annotation("<</Type/Annot/Subtype/Redact/Rect[0 0 9 9]>>")), "change.annotation-added"),
    ("a remark at level 2", || at(2, annotation("<</Type/Annot/Subtype/Text/Rect[300 300 320 320]>>")), "change.annotation-added"),
    ("a remark at level 1", || at(1, annotation("<</Type/Annot/Subtype/Text/Rect[300 300 320 320]>>")), "change.annotation-added"),
    ("a remark where nobody permitted it", || up(annotation("<</Type/Annot/Subtype/Text/Rect[300 300 320 320]>>")), "change.annotation-added"),
    ("a widget that no field has", || at(3, annotation("<</Type/Annot/Subtype/Widget/FT/Tx/T(x)/Rect[0 0 9 9]>>")), "change.annotation-added"),
    ("an annotation taken away", || at(3, part(3, " 39 0 R]", "]")), "change.annotation-removed"),
    ("annotations in another order", || at(3, part(3, "6 0 R 9 0 R", "9 0 R 6 0 R")), "change.annotation-removed"),
    ("an annotation moved", || at(3, part(39, "[500 700 550 720]", "[50 690 200 720]")), "change.content"),
    ("a link that leads elsewhere", || up(part(39, "/Dest[17 0 R/Fit]", "/A<</S/URI/URI(x)>>")), "change.content"),
    ("one annotation on two pages", || at(3, with(bodies(&[(18, "[61 0 R 39 0 R]")]), 39, &document()[&39])), "change.annotation-added"),
    ("a remark with a look that acts", || at(3, with(annotation("<</Type/Annot/Subtype/Square/Rect[300 400 380 420]/AP<</N 41 0 R>>>>"), 41, &form_of("/OC 15 0 R", "f"))), "change.active-appearance"),
    ("a remark that says it is of another page", || at(3, annotation("<</Type/Annot/Subtype/Text/Rect[300 300 320 320]/P 17 0 R>>")), "change.annotation-added"),
];

/// A stamp on a certified page whose forms would paint each other two to the power of sixteen times a thousand.
fn bomb() -> Vec<u8> {
    let mut objects = document();
    for number in 100..116 {
        let inner = form_of(
            &format!("/Resources<</XObject<</A {} 0 R>>>>", number + 1),
            "/A Do /A Do",
        );
        objects.insert(number, inner);
    }
    objects.insert(116, form("BT ET"));
    let page = objects[&3].replace("/Y 7 0 R", "/Y 100 0 R");
    objects.insert(3, page.clone());
    objects.insert(4, stream("", &"/Y Do ".repeat(1_000)));
    let reference = "/Reference[<</TransformMethod/DocMDP/TransformParams<</P 3/V/1.2>>>>]";
    let base = Maker::new(&objects, TRAILER)
        .update(&sealed(reference))
        .sign();
    let stamp = "<</Type/Annot/Subtype/Stamp/Rect[300 400 380 420]>>";
    base.update(&bodies(&[
        (3, &page.replace("39 0 R]", "39 0 R 30 0 R]")),
        (30, stamp),
    ]))
    .bytes
}

fn seen(rectangle: &str, look: &str) -> Bodies {
    with(
        second(&format!("/Rect[{rectangle}]/AP<</N 32 0 R>>")),
        32,
        look,
    )
}

#[rustfmt::skip]
const SIGNATURES: &[Forged] = &[
    ("the seal's value gone", || up(part(6, "/V 20 0 R", "")), "signature.gone"),
    ("the seal's value null", || up(part(6, "/V 20 0 R", "/V null")), "signature.gone"),
    ("the seal's field gone", || up(part(5, "[6 0 R 9", "[9")), "signature.gone"),
    ("the form of the seal gone", || up(part(1, "/AcroForm 5 0 R", "")), "signature.gone"),
    ("the seal's dictionary overwritten", || one(20, "<</Type/Sig/Filter/X/SubFilter/Y>>"), "signature.replaced"),
    ("another dictionary in the seal's field", || and_signed(signed(), with(part(6, "/V 20", "/V 42"), 42, &dictionary(""))), "signature.replaced"),
    ("the seal's dictionary copied", || up(copied()), "change.broken-signature"),
    ("two fields with one signature", || up(change(second_of("/Rect[0 0 0 0]", "null".to_owned()), 30, "/V 31 0 R", "/V 20 0 R")), "change.broken-signature"),
    ("the seal moved", || up(part(6, "[400 100 500 200]", "[10 10 99 99]")), "change.field"),
    ("the seal's look", || up(part(6, "/N 21", "/N 7")), "change.field"),
    ("the seal's look in its place", || one(21, &form(PAINT)), "change.content"),
    ("the seal's name", || up(part(6, "(Seal)", "(Sael)")), "change.field"),
    ("the seal's font", || up(part(8, "/Helvetica", "/Courier")), "change.content"),
    ("a field of text", || up(change(second("/Rect[0 0 0 0]"), 30, "/FT/Sig", "/FT/Tx")), "change.field-added"),
    ("an empty field of a signature", || up(change(second("/Rect[0 0 0 0]"), 30, "/V 31 0 R", "")), "change.field-added"),
    ("a field with an action", || and_signed(signed(), second("/Rect[0 0 0 0]/AA<</E<</S/JavaScript/JS(x)>>>>")), "change.field-added"),
    ("a field that acts at a click", || and_signed(signed(), second("/Rect[0 0 0 0]/A<</S/URI/URI(x)>>")), "change.field-added"),
    ("a new field in a layer", || and_signed(signed(), second("/Rect[0 0 0 0]/OC 15 0 R")), "change.field-added"),
    ("a field with two widgets", || and_signed(signed(), second("/Kids[9 0 R 22 0 R]")), "pdf.circle"),
    ("a field whose widget was there", || and_signed(signed(), second("/Kids[9 0 R]")), "pdf.circle"),
    ("a group that takes up what was there", || up(part(33, "35 0 R]", "35 0 R 9 0 R]")), "pdf.circle"),
    ("a group that takes up text", || up(with(part(33, "35 0 R]", "35 0 R 70 0 R]"), 70, "<</T(x)/FT/Tx/Parent 33 0 R/V(900)>>")), "change.field-added"),
    ("a group that gets another name", || and_signed(signed(), change(grouped(), 33, "(addr)", "(adr)")), "change.field"),
    ("a new group with an action", || { let o = change(second("/Parent 44 0 R/Rect[0 0 0 0]"), 5, "30 0 R]", "44 0 R]"); and_signed(signed(), with(o, 44, "<</T(Others)/Kids[30 0 R]/AA<</C<</S/JavaScript/JS(x)>>>>>>")) }, "change.field-added"),
    ("a name that is taken in its group", || and_signed(signed(), change(grouped(), 30, "(Second)", "(town)")), "change.field-name"),
    ("a name that is taken", || and_signed(signed(), change(second("/Rect[0 0 0 0]"), 30, "(Second)", "(Seal)")), "change.field-name"),
    ("no name", || and_signed(signed(), change(second("/Rect[0 0 0 0]"), 30, "/T(Second)", "")), "change.field-name"),
    ("a name in parts", || and_signed(signed(), change(second("/Rect[0 0 0 0]"), 30, "(Second)", "(addr.Second)")), "change.field-name"),
    ("a signature of no form", || up(second_of("/Rect[0 0 0 0]", "<</Type/Sig>>".to_owned())), "change.broken-signature"),
    ("a signature of part of the file", || signed().update(&second("/Rect[0 0 0 0]")).sign_as(|[_, a, b, c]| format!("0 {a} {b} {}", c / 2), hex).bytes, "change.broken-signature"),
    ("a signature that leaves out the beginning", || signed().update(&second("/Rect[0 0 0 0]")).sign_as(|[_, a, b, c]| format!("9 {} {b} {c}", a - 9), hex).bytes, "change.broken-signature"),
    ("something to see, on no page", || { let mut o = seen("10 200 90 260", &typed("B")); o.remove(&3); and_signed(signed(), o) }, "change.field-added"),
    ("on another page than its own", || and_signed(signed(), change(seen("10 200 90 260", &typed("B")), 30, "/P 3", "/P 17")), "change.field-added"),
    ("over certified text at level 2", || and_signed(certified(2), seen("50 690 200 730", &typed("900"))), "change.certified-page-covered"),
    ("over certified text at level 3", || and_signed(certified(3), seen("50 690 200 730", &typed("900"))), "change.certified-page-covered"),
    ("over the seal of a certified page", || and_signed(certified(2), seen("410 110 420 120", &typed("B"))), "change.certified-page-covered"),
    ("over a filled-in field of a certified page", || and_signed(certified(2), seen("20 15 60 25", &typed("B"))), "change.certified-page-covered"),
    ("as large as the page", || and_signed(signed(), seen("0 0 600 800", &typed("B"))), "change.page-covered"),
    ("larger than a quarter, corners turned", || and_signed(signed(), seen("600 800 200 400", &typed("B"))), "change.page-covered"),
    ("a look in a layer", || and_signed(signed(), seen("10 200 90 260", &form_of("/OC 15 0 R", "f"))), "change.active-appearance"),
    ("a look from another file", || and_signed(signed(), seen("10 200 90 260", &form_of("/Ref<</F(x)/Page 0>>", "f"))), "change.active-appearance"),
    ("a look whose data are elsewhere", || and_signed(signed(), seen("10 200 90 260", &form_of("/F(x)", "f"))), "change.active-appearance"),
    ("a look that is no form", || and_signed(signed(), seen("10 200 90 260", "[]")), "change.active-appearance"),
    ("a look that the page shows too", || and_signed(signed(), change(seen("10 200 90 260", &typed("B")), 30, "/N 32 0 R", "/N 60 0 R").into_iter().map(|(n, b)| (if n == 32 { 60 } else { n }, b)).collect()), "change.prepared-reference"),
    ("a signature at level 1", || and_signed(certified(1), second("/Rect[0 0 0 0]")), "change.signature-added"),
    ("the waiting field at level 1", || and_signed(certified(1), countersigned("/F 4")), "change.field-signed"),
    ("a locked field signed", || and_signed(locked("/Action/Include/Fields[(Countersign)]"), countersigned("/F 4")), "change.locked-field-signed"),
    ("a new field where all are locked", || and_signed(locked("/Action/All"), second("/Rect[0 0 0 0]")), "change.locked-field-signed"),
    ("a second certification", || { let mut o = second_of("/Rect[0 0 0 0]", dictionary("/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2/V/1.2>>>>]")); o.extend(catalog(&signed(), "/Perms<</DocMDP 31 0 R>>")); and_signed(signed(), o) }, "change.permissions"),
    ("a field with two widgets of its own", || { let o = with(second("/Kids[44 0 R 45 0 R]"), 44, "<</Type/Annot/Subtype/Widget/Parent 30 0 R/Rect[0 0 0 0]>>"); and_signed(signed(), with(o, 45, "<</Type/Annot/Subtype/Widget/Parent 30 0 R/Rect[50 690 200 730]>>")) }, "change.field-added"),
    ("the waiting field, hidden", || and_signed(signed(), countersigned("/F 6")), "change.field"),
    ("the waiting field, moved", || and_signed(signed(), change(countersigned("/F 4"), 25, "[220 10", "[20 10")), "change.field"),
    ("the waiting field with an action", || and_signed(signed(), countersigned("/F 4/A<</S/URI/URI(x)>>")), "change.field"),
    ("a time-stamp that is none", || up(second_of("/Rect[0 0 0 0]", dictionary_of("/Type/DocTimeStamp", "/ETSI.RFC3161", ""))), "change.broken-signature"),
    ("a signature under another name of its form", || and_signed(signed(), second_of("/Rect[0 0 0 0]", dictionary_of("/Type/Sig", "/adbe.x509.rsa_sha1", ""))), "change.broken-signature"),
];

/// A second signature below the group of the address.
fn grouped() -> Bodies {
    let mut objects = change(
        second("/Parent 33 0 R/Rect[0 0 0 0]"),
        33,
        "35 0 R]",
        "35 0 R 30 0 R]",
    );
    objects.remove(&5);
    objects
}

fn copied() -> Bodies {
    let bytes = signed().bytes;
    let text: String = bytes.iter().copied().map(char::from).collect();
    let from = text.find("20 0 obj\n").expect("the dictionary") + 9;
    let end = from + text[from..].find("\nendobj").expect("its end");
    second_of("/Rect[0 0 0 0]", text[from..end].to_owned())
}

#[rustfmt::skip]
const STORES: &[Forged] = &[
    ("material emptied", || store("<</Certs[41 0 R]>>", "<</Certs[]>>"), "change.store-shrunk"),
    ("an array of material gone", || store("<</Certs[41 0 R]>>", "<<>>"), "change.store-shrunk"),
    ("the store gone", || signed().update(&kept("<</Certs[41 0 R]>>")).update(&bodies(&[(1, &document()[&1])])).bytes, "change.store-shrunk"),
    ("material replaced", || signed().update(&kept("<</Certs[41 0 R]>>")).update(&bodies(&[(41, &stream("", "forged"))])).bytes, "change.object-replaced"),
    ("a form among material", || up(with(kept("<</Certs[41 0 R 70 0 R]>>"), 70, &form(PAINT))), "change.store-form"),
    ("material that is text", || up(with(kept("<</Certs[41 0 R 70 0 R]>>"), 70, &stream("", "a program"))), "change.store-form"),
    ("material with something behind it", || up(with(kept("<</CRLs[70 0 R]>>"), 70, &stream("", "0\x01xPK"))), "change.store-form"),
    ("material that is cut", || up(with(kept("<</OCSPs[70 0 R]>>"), 70, &stream("", "0\x09x"))), "change.store-form"),
    ("material of nothing", || up(with(kept("<</Certs[70 0 R]>>"), 70, &stream("", ""))), "change.store-form"),
    ("material by signature that is text", || up(with(kept("<</Certs[41 0 R]/VRI<</00<</TS 70 0 R>>>>>>"), 70, &stream("", "a stamp"))), "change.store-form"),
    ("material of another kind", || up(with(kept("<</Certs[41 0 R]/Show 70 0 R>>"), 70, &form(PAINT))), "change.store-form"),
    ("material that is no stream", || up(kept("<</Certs[41 0 R(x)]>>")), "pdf.type"),
    ("a store that is an array", || up(kept("[41 0 R]")), "pdf.type"),
    ("material by signature of another form", || up(kept("<</Certs[41 0 R]/VRI<</00<</Show 41 0 R>>>>>>")), "change.store-form"),
    ("material that the page shows too", || up(with(kept("<</Certs[41 0 R 60 0 R]>>"), 60, &stream("", "0\x01x"))), "change.prepared-reference"),
];

fn kept(body: &str) -> Bodies {
    let objects = with(catalog(&signed(), "/DSS 40 0 R"), 40, body);
    with(objects, 41, &stream("", "0\x0bcertificate"))
}

fn store(first: &str, then: &str) -> Vec<u8> {
    signed()
        .update(&kept(first))
        .update(&bodies(&[(40, then)]))
        .bytes
}

const EVIL: &str = "4 0 obj\n<</Length 1>>stream\nx\nendstream\nendobj\n";

#[rustfmt::skip]
const OCTETS: &[Forged] = &[
    ("an object behind the end", || behind(EVIL), "change.bytes-behind-end"),
    ("a word behind the end", || behind("x"), "change.bytes-behind-end"),
    ("a comment behind the end", || behind("% x"), "change.bytes-behind-end"),
    ("an object and a table without startxref", || behind(&format!("{EVIL}xref\n4 1\n0000000000 00000 n \ntrailer\n<</Root 1 0 R>>\n")), "change.bytes-behind-end"),
    ("an object that no table names", || between(EVIL), "change.bytes-unaccounted"),
    ("an object in a comment", || between("%4 0 obj <</Length 1>>\n"), "change.bytes-unaccounted"),
    ("a table in a comment", || between("% xref\n"), "change.bytes-unaccounted"),
    ("a trailer in a comment", || between("% trailer\n"), "change.bytes-unaccounted"),
    ("a trailer that nothing names", || between("trailer\n<</Root 1 0 R>>\n"), "change.bytes-unaccounted"),
    ("a comment too long", || between(&format!("%{}\n", "x".repeat(5_000))), "change.bytes-unaccounted"),
    ("an empty table over new objects", || { let mut m = signed(); m.bytes.extend(EVIL.bytes()); m.update(&Bodies::new()).bytes }, "change.bytes-unaccounted"),
    ("a table that only moves objects", || moved(4, 7), "change.object-moved"),
    ("a table that moves the page", || moved(3, 17), "change.object-moved"),
    ("an object that nothing reaches", || one(70, "<</Type/Page>>"), "change.object-unreached"),
    ("an object named like material that nothing reaches", || one(70, "<</Type/DSS>>"), "change.object-unreached"),
    ("an object that is said to be a field", || one(70, "<</FT/Sig/T(x)>>"), "change.object-unreached"),
    ("objects in each other", nested, "change.objects-overlap"),
    ("more in an object stream than is named", || signed().packed_update(&part(11, "(test)", "(x)"), 80, "4 0 ").bytes, "change.object-stream"),
    ("a page in an object stream", || signed().packed_update(&part(3, "/Contents 4", "/Contents 7"), 80, "").bytes, "change.page"),
    ("a key twice", || up(part(3, "/Contents 4 0 R", "/Contents 4 0 R/Contents 7 0 R")), "change.unreadable"),
    ("a key twice, spelt otherwise", || up(part(3, "/Contents 4 0 R", "/Contents 4 0 R/#43ontents 7 0 R")), "change.unreadable"),
    ("an end inside an object", || one(8, "<</Type/Font>>endobj 8 0 obj<<>>"), "change.bytes-unaccounted"),
    ("a length too long", || one(4, "<</Length 99999>>stream\nx\nendstream"), "change.unreadable"),
    ("a length too short", || one(4, "<</Length 1>>stream\nxyz\nendstream"), "change.unreadable"),
    ("a length in a circle", || one(4, "<</Length 4 0 R>>stream\nx\nendstream"), "change.unreadable"),
    ("undone by a later update", || signed().update(&bodies(&[(4, &stream("", PAINT))])).update(&bodies(&[(4, &document()[&4])])).bytes, "change.content"),
    ("a table whose startxref is elsewhere", || behind("startxref\n99999999\n%%EOF\n"), "pdf.xref-missing"),
    ("a startxref without a number", || behind("startxref\n"), "pdf.startxref"),
    ("the last section said twice", || behind(&format!("startxref\n{}\n%%EOF\n", signed().section)), "pdf.startxref"),
    ("a section that goes back to itself", || { let mut m = signed(); m.section = m.bytes.len() as u64; m.update(&Bodies::new()).bytes }, "pdf.xref-chain"),
    ("octets in front of the header", || [b"x".to_vec(), signed().bytes].concat(), "pdf.header"),
    ("the last octets cut off", || { let mut b = signed().bytes; b.truncate(b.len() - 20); b }, "pdf.startxref"),
    ("rows of nineteen octets", || { let mut m = signed(); let p = m.objects(&part(11, "(test)", "(x)")); m.rows(p.iter().map(|(n, p)| (*n, format!("{p:010} 00000 n\n"))).collect(), false); m.bytes }, "pdf.xref-malformed"),
    ("a number twice in a table", || { let mut m = signed(); let p = m.objects(&part(11, "(test)", "(x)")); let row = format!("{:010} 00000 n \n", p[&11]); m.rows([(11, format!("{row}11 1\n{row}"))].into(), false); m.bytes }, "pdf.xref-duplicate"),
    ("another generation", || { let mut m = signed(); let p = m.objects(&part(11, "(test)", "(x)")); m.rows([(11, format!("{:010} 00007 n \n", p[&11]))].into(), false); m.bytes }, "change.metadata-form"),
    ("an entry at another object", || { let mut m = signed(); let p = m.objects(&part(11, "(test)", "(x)")); m.rows([(4, format!("{:010} 00000 n \n", p[&11]))].into(), false); m.bytes }, "change.unreadable"),
];

fn behind(text: &str) -> Vec<u8> {
    [signed().bytes, text.as_bytes().to_vec()].concat()
}

fn between(text: &str) -> Vec<u8> {
    let mut maker = signed();
    maker.bytes.extend(text.bytes());
    maker.update(&kept("<</Certs[41 0 R]>>")).bytes
}

fn moved(number: u32, to: u32) -> Vec<u8> {
    let mut maker = signed();
    let place = maker.places[&to];
    maker.rows([(number, format!("{place:010} 00000 n \n"))].into(), false);
    maker.bytes
}

fn nested() -> Vec<u8> {
    let mut maker = signed();
    let inner = "71 0 obj\n[4 0 R]\nendobj\n";
    let mut places = maker.objects(&bodies(&[(70, &stream("", inner))]));
    let at = maker.bytes.windows(inner.len());
    let at = at.into_iter().rposition(|w| w == inner.as_bytes());
    places.insert(71, at.expect("there") as u64);
    maker.size = 72;
    maker.table(&places, false);
    maker.bytes
}

fn range(numbers: fn([usize; 4]) -> String) -> Vec<u8> {
    let maker = Maker::new(&document(), TRAILER).update(&sealed(""));
    maker.sign_as(numbers, hex).bytes
}

fn contents(written: fn(&[u8]) -> String) -> Vec<u8> {
    let maker = Maker::new(&document(), TRAILER).update(&sealed(""));
    maker.sign_as(plain, written).bytes
}

#[rustfmt::skip]
const DICTIONARIES: &[Forged] = &[
    ("ranges that are null", || range(|_| "null null null null".to_owned()), "signature.byte-range-type"),
    ("two numbers", || range(|[_, a, _, _]| format!("0 {a}")), "signature.byte-range-count"),
    ("six numbers", || range(|[_, a, b, c]| format!("0 {a} {b} {c} 0 0")), "signature.byte-range-count"),
    ("a negative number", || range(|[_, a, b, c]| format!("0 {a} {b} -{c}")), "signature.byte-range-negative"),
    ("a range from elsewhere", || range(|[_, a, b, c]| format!("1 {} {b} {c}", a - 1)), "signature.byte-range-start"),
    ("ranges over each other", || range(|[_, a, b, c]| format!("0 {} {b} {c}", b + a)), "signature.byte-range-overlap"),
    ("a range beyond the end", || range(|[_, a, b, c]| format!("0 {a} {b} {}", c + 99)), "signature.byte-range-beyond"),
    ("a range that ends early", || range(|[_, a, b, c]| format!("0 {a} {b} {}", c - 9)), "signature.byte-range-end"),
    ("a wider gap", || range(|[_, a, b, c]| format!("0 {} {b} {c}", a - 9)), "signature.contents-gap"),
    ("a narrower gap", || range(|[_, a, b, c]| format!("0 {a} {} {}", b - 9, c + 9)), "signature.contents-gap"),
    ("ranges with points", || range(|[_, a, b, c]| format!("0 {a}.0 {b} {c}")), "signature.byte-range-type"),
    ("a message of nothing", || contents(|_| format!("<{}>", "0".repeat(6_000))), "signature.contents-empty"),
    ("a message that is not one element", || contents(|m| hex(&[m, b"\x01"].concat())), "signature.contents-trailing"),
    ("a message that breaks off", || contents(|m| hex(&m[..m.len() / 2])), "signature.cms-unreadable"),
    ("a message with another digit", || contents(|m| hex(m).replacen("30", "3g", 1)), "signature.unreadable"),
];

const ALL: [&[Forged]; 9] = [
    CONTENT,
    PAGES,
    CATALOG,
    FORMS,
    ANNOTATIONS,
    SIGNATURES,
    STORES,
    OCTETS,
    DICTIONARIES,
];

pub(crate) fn refuse(table: &[Forged]) {
    let mut wrong = Vec::new();
    for (name, make, wanted) in table {
        let report = judge(&make());
        let found = told(&report);
        if report.verdict == Verdict::Valid || !found.contains(wanted) {
            wrong.push(format!(
                "{name}: {:?}, {found:?}, not {wanted}",
                report.verdict
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn forged_content_and_pages_are_refused() {
    refuse(CONTENT);
    refuse(PAGES);
    refuse(CATALOG);
}

#[test]
fn forged_forms_and_annotations_are_refused() {
    refuse(FORMS);
    refuse(ANNOTATIONS);
}

#[test]
fn forged_signatures_and_material_are_refused() {
    refuse(SIGNATURES);
    refuse(STORES);
    refuse(DICTIONARIES);
}

#[test]
fn forged_octets_are_refused() {
    refuse(OCTETS);
}

#[test]
fn any_octet_that_is_another_is_found() {
    let good = signed().bytes;
    let text: String = good.iter().copied().map(char::from).collect();
    let message = text.find("/Contents<").expect("a message") + 10;
    let end = message + text[message..].find('>').expect("its end");
    // Certificates that the message carries along are candidates, and sign nothing.
    for at in (0..good.len())
        .step_by(31)
        .filter(|at| !(message..end).contains(at))
    {
        let mut bent = good.clone();
        bent[at] ^= 0x21;
        let report = judge(&bent);
        assert_ne!(report.verdict, Verdict::Valid, "octet {at}");
        assert!(!told(&report).is_empty(), "octet {at}");
    }
}

#[test]
fn there_are_more_than_one_hundred_and_fifty_each_with_its_name() {
    let names: BTreeSet<(&str, &str)> = ALL
        .iter()
        .copied()
        .flatten()
        .map(|one| (one.0, one.2))
        .collect();
    let all: usize = ALL.iter().map(|table| table.len()).sum();
    assert_eq!(names.len(), all);
    assert!(all >= 150, "{all}");
}
