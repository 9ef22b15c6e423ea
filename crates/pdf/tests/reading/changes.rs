//! Updates after a signature that are refused: content, structure, forms and what was prepared beforehand.
//!
//! In all of them the signature itself stays right; that is the attack.

use pdf::{Standing, read};

use crate::maker::{
    Bodies, Maker, TRAILER, bodies, certified, dictionary, document, sealed, signed, stream,
};

/// Codes of what the first signature does not permit.
pub(crate) fn refused(bytes: &[u8]) -> Vec<&'static str> {
    let file = read(&bytes).expect("the chain is sound");
    let signatures = file.signatures().expect("the form is sound");
    let first = signatures.first().expect("a signature");
    assert_eq!(first.value().map(|_| ()), Ok(()), "the first is sound");
    let changes = file.changes_after(first, &signatures);
    let refused = changes.iter().filter(|change| !change.permitted);
    let mut codes: Vec<_> = refused.map(|change| change.kind.code()).collect();
    codes.dedup();
    codes
}

pub(crate) fn check(cases: &[(&str, Maker, &[&str])]) {
    let mut wrong = Vec::new();
    for (name, maker, codes) in cases {
        let found = refused(&maker.bytes);
        if found != *codes {
            wrong.push(format!("{name}: {found:?}, not {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The signed document with one object replaced.
fn one(number: u32, body: &str) -> Maker {
    signed().update(&bodies(&[(number, body)]))
}

/// The signed document with a part of one of its objects replaced.
fn part(number: u32, from: &str, to: &str) -> Maker {
    let objects = document();
    assert!(objects[&number].contains(from), "{from} is there");
    one(number, &objects[&number].replace(from, to))
}

#[test]
fn what_a_page_shows_never_changes() {
    let forged = stream("", "BT /F 20 Tf 50 700 Td (Amount: 900) Tj ET");
    let white = stream(
        "",
        "BT 3 Tr /F 20 Tf 50 700 Td (hidden) Tj ET BT (Amount: 100) Tj ET",
    );
    check(&[
        ("content replaced", one(4, &forged), &["change.content"]),
        (
            "text that is not painted added",
            one(4, &white),
            &["change.content"],
        ),
        (
            "the page names other content",
            part(3, "/Contents 4", "/Contents 7"),
            &["change.page"],
        ),
        (
            "content added to the page",
            part(3, "/Contents 4 0 R", "/Contents[4 0 R 7 0 R]"),
            &["change.page"],
        ),
        (
            "the font replaced",
            part(8, "/Helvetica", "/Courier"),
            &["change.content"],
        ),
        (
            "the font's descriptor replaced",
            part(16, "/Flags 32", "/Flags 32/FontFile 14 0 R"),
            &["change.content"],
        ),
        (
            "the font swapped in the resources",
            part(3, "/F 8 0 R", "/F 16 0 R"),
            &["change.page"],
        ),
        (
            "a form on the page replaced",
            one(
                7,
                &stream("/Type/XObject/Subtype/Form/BBox[0 0 999 999]", "f"),
            ),
            &["change.field-look", "change.content"],
        ),
    ]);
}

#[test]
fn how_a_page_lies_among_the_others_never_changes() {
    check(&[
        (
            "the page's box",
            part(3, "/Contents", "/MediaBox[0 0 1 1]/Contents"),
            &["change.page"],
        ),
        (
            "the page turned",
            part(3, "/Contents", "/Rotate 180/Contents"),
            &["change.page"],
        ),
        (
            "an action of the page",
            part(3, "/Contents", "/AA<</O<</S/JavaScript/JS(x)>>>>/Contents"),
            &["change.page"],
        ),
        (
            "the box that pages inherit",
            part(2, "600 800", "600 400"),
            &["change.page"],
        ),
        (
            "a page taken away",
            part(2, "3 0 R 17 0 R]/Count 2", "17 0 R]/Count 1"),
            &["change.page"],
        ),
        (
            "pages in another order",
            part(2, "3 0 R 17 0 R", "17 0 R 3 0 R"),
            &["change.page"],
        ),
        (
            "the page's content freed",
            free(4),
            &["change.object-freed"],
        ),
    ]);
}

fn free(number: u32) -> Maker {
    let mut maker = signed();
    maker.rows([(number, "0000000000 00001 f \n".to_owned())].into(), false);
    maker
}

#[test]
fn what_the_catalog_says_never_changes() {
    check(&[
        (
            "an action at opening",
            part(1, "/Pages", "/OpenAction<</S/JavaScript/JS(x)>>/Pages"),
            &["change.catalog"],
        ),
        (
            "other actions",
            part(1, "/Pages", "/AA<</WC<</S/URI/URI(x)>>>>/Pages"),
            &["change.catalog"],
        ),
        (
            "a layer switched on",
            part(1, "/OFF[15 0 R]", "/ON[15 0 R]"),
            &["change.catalog"],
        ),
        (
            "layers without their settings",
            part(1, "/D<</OFF[15 0 R]>>", ""),
            &["change.catalog"],
        ),
        (
            "the layer replaced",
            part(15, "(layer)", "(layer)/Usage<</View<</ViewState/ON>>>>"),
            &["change.content"],
        ),
        (
            "an embedded file replaced",
            one(14, &stream("/Type/EmbeddedFile", "{\"identifier\":\"9\"}")),
            &["change.object-replaced"],
        ),
        (
            "an embedded file added",
            part(12, "13 0 R]", "13 0 R(x)13 0 R]"),
            &["change.object-replaced"],
        ),
        (
            "scripts by name",
            part(
                12,
                "<<",
                "<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>",
            ),
            &["change.object-replaced"],
        ),
    ]);
}

#[test]
fn what_is_certified_and_declared_never_changes() {
    check(&[
        (
            "other names",
            part(1, "/Names 12 0 R", "/Names<<>>"),
            &["change.catalog"],
        ),
        (
            "a layout of pages",
            part(1, "/Metadata", "/PageLayout/OneColumn/Metadata"),
            &["change.catalog"],
        ),
        (
            "certified anew",
            part(1, "/Pages", "/Perms<</DocMDP 20 0 R>>/Pages"),
            &["change.permissions"],
        ),
        (
            "the version lowered",
            part(1, "/Pages", "/Version/2.0/Pages").update(&bodies(&[(
                1,
                &document()[&1].replace("/Pages", "/Version/1.4/Pages"),
            )])),
            &["change.version"],
        ),
        (
            "extensions with a reference",
            part(1, "/Pages", "/Extensions<</X 15 0 R>>/Pages"),
            &["change.version"],
        ),
        (
            "metadata of another form",
            one(10, &stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "f")),
            &["change.metadata-form"],
        ),
        (
            "a description that leads on",
            one(11, "<</Title 4 0 R>>"),
            &["change.metadata-form"],
        ),
    ]);
}

#[test]
fn another_catalog_or_trailer_is_refused() {
    let mut other = signed();
    other.trailer = TRAILER.replace("/Root 1", "/Root 70");
    let catalog = document()[&1].clone();
    let root = other.update(&bodies(&[(70, &catalog)]));
    assert!(refused(&root.bytes).contains(&"change.root"));
    let mut id = signed();
    id.trailer = TRAILER.replace("<01>", "<99>");
    let mut key = signed();
    key.trailer = format!("{TRAILER}/Shown 4 0 R");
    let mut info = signed();
    info.trailer = TRAILER.replace("/Info 11 0 R", "");
    let nothing = Bodies::new();
    let mut size = signed();
    size.size = 12;
    check(&[
        (
            "the file's identity",
            id.update(&nothing),
            &["change.trailer"],
        ),
        (
            "an unknown entry",
            key.update(&nothing),
            &["change.trailer"],
        ),
        (
            "a smaller size, beyond which nothing is",
            size.update(&nothing),
            &["change.trailer"],
        ),
        (
            "no description any more",
            info.update(&nothing),
            &["change.trailer"],
        ),
    ]);
}

#[test]
fn annotations_are_not_added_nor_taken_away() {
    let page = |annotations: &str| document()[&3].replace("9 0 R]/Res", annotations);
    let note =
        "<</Type/Annot/Subtype/FreeText/Rect[50 690 300 730]/DA(/F 20 Tf)/Contents(Amount: 900)>>";
    let add = |body: &str| signed().update(&bodies(&[(3, &page("9 0 R 30 0 R]/Res")), (30, body)]));
    let array = |elements: &str, extra: &[(u32, &str)]| {
        let mut objects = bodies(extra);
        objects.insert(18, elements.to_owned());
        signed().update(&objects)
    };
    check(&[
        ("text over text", add(note), &["change.annotation-added"]),
        (
            "a stamp",
            add("<</Type/Annot/Subtype/Stamp/Rect[0 0 600 800]>>"),
            &["change.annotation-added"],
        ),
        (
            "a link",
            add("<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(x)>>>>"),
            &["change.annotation-added"],
        ),
        (
            "a widget that no field has",
            add("<</Type/Annot/Subtype/Widget/FT/Sig/Rect[0 0 9 9]>>"),
            &["change.annotation-added"],
        ),
        (
            "one that was there, on this page too",
            signed().update(&bodies(&[(3, &page("9 0 R 9 0 R]/Res"))])),
            &["change.annotation-added"],
        ),
        (
            "one taken away",
            signed().update(&bodies(&[(3, &page("]/Res"))])),
            &["change.annotation-removed"],
        ),
        (
            "in another order",
            signed().update(&bodies(&[(
                3,
                &document()[&3].replace("6 0 R 9 0 R", "9 0 R 6 0 R"),
            )])),
            &["change.annotation-removed"],
        ),
        (
            "in an array of its own",
            array("[61 0 R 30 0 R]", &[(30, note)]),
            &["change.annotation-added"],
        ),
        (
            "over text, at the level that permits remarks",
            certified(3).update(&bodies(&[(3, &page("9 0 R 30 0 R]/Res")), (30, note)])),
            &["change.annotation-covers"],
        ),
    ]);
}

#[test]
fn fields_keep_their_values_and_their_looks() {
    let form = |from: &str, to: &str| part(5, from, to);
    check(&[
        (
            "a value without its look",
            part(9, "(old)", "(new)"),
            &["change.field-look"],
        ),
        (
            "a look without its value",
            part(9, "/AP<</N 7 0 R>>", "/AP<</N 21 0 R>>"),
            &["change.field-look"],
        ),
        (
            "a look replaced in place",
            one(
                7,
                &stream("/Type/XObject/Subtype/Form/BBox[0 0 80 20]", "(900) Tj"),
            ),
            &["change.field-look", "change.content"],
        ),
        ("a field hidden", part(9, "/F 4", "/F 2"), &["change.field"]),
        (
            "an action of a field",
            part(9, "/F 4", "/F 4/AA<</K<</S/JavaScript/JS(x)>>>>"),
            &["change.field"],
        ),
        (
            "values computed anew",
            form("/SigFlags", "/NeedAppearances true/SigFlags"),
            &["change.form"],
        ),
        (
            "another form language",
            form("/SigFlags", "/XFA 14 0 R/SigFlags"),
            &["change.form"],
        ),
        (
            "other defaults",
            form("/DA(/F 9 Tf)", "/DA(/F 99 Tf)"),
            &["change.form"],
        ),
        (
            "flags taken back",
            form("/SigFlags 1", "/SigFlags 0"),
            &["change.form"],
        ),
        (
            "a field taken out",
            form("6 0 R 9 0 R", "6 0 R"),
            &["change.field-removed"],
        ),
    ]);
}

#[test]
fn a_signed_field_keeps_its_look() {
    let seal = sealed("")[&6].clone();
    check(&[
        (
            "the seal moved",
            one(6, &seal.replace("[400 100", "[40 700")),
            &["change.field"],
        ),
        (
            "the seal's look",
            one(6, &seal.replace("/N 21", "/N 7")),
            &["change.field"],
        ),
        (
            "the seal's look in place",
            one(
                21,
                &stream("/Type/XObject/Subtype/Form/BBox[0 0 100 100]", "f"),
            ),
            &["change.content"],
        ),
        (
            "the seal's name",
            one(6, &seal.replace("(Seal)", "(Sael)")),
            &["change.field"],
        ),
        (
            "no form at all",
            part(1, "/AcroForm 5 0 R", ""),
            &["change.form"],
        ),
    ]);
}

#[test]
fn a_signature_that_is_taken_away_is_told() {
    let seal = sealed("")[&6].clone();
    let cases = [
        (
            "its value gone",
            one(6, &seal.replace("/V 20 0 R", "")),
            Standing::Gone,
        ),
        (
            "its field gone",
            part(5, "6 0 R 9 0 R", "9 0 R"),
            Standing::Gone,
        ),
        (
            "its form gone",
            part(1, "/AcroForm 5 0 R", ""),
            Standing::Gone,
        ),
        (
            "its value null",
            one(6, &seal.replace("/V 20 0 R", "/V null")),
            Standing::Gone,
        ),
        (
            "another value",
            signed()
                .update(&{
                    let mut objects = bodies(&[(6, &seal.replace("20 0 R", "25 0 R"))]);
                    objects.insert(25, dictionary(""));
                    objects
                })
                .sign(),
            Standing::Replaced,
        ),
        (
            "its dictionary overwritten",
            one(20, "<</Type/Sig/Filter/X/SubFilter/Y>>"),
            Standing::Replaced,
        ),
    ];
    for (name, maker, standing) in cases {
        let file = read(&maker.bytes).expect("sound");
        let signatures = file.signatures().expect("sound");
        assert_eq!(signatures[0].standing(), standing, "{name}");
        assert!(!refused(&maker.bytes).is_empty(), "{name}");
    }
    let overwritten = one(20, "<</Type/Sig/Filter/X/SubFilter/Y>>");
    assert_eq!(refused(&overwritten.bytes), ["change.signature"]);
    let other = one(6, &seal.replace("/V 20 0 R", "/V 14 0 R"));
    assert_eq!(refused(&other.bytes), ["change.signature"]);
}
