//! Updates after a signature that are refused: content, structure, forms and what was prepared beforehand.
//!
//! In all of them the signature itself stays right; that is the attack.

use pdf::{Standing, read};

use crate::honest::store;
use crate::maker::{
    Bodies, Maker, TRAILER, bodies, certified, dictionary, document, sealed, second, signed, stream,
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
            &["change.content"],
        ),
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
        (
            "other names",
            part(1, "/Names 12 0 R", "/Names<<>>"),
            &["change.catalog"],
        ),
        (
            "the page tree elsewhere",
            part(1, "/Pages 2", "/Pages 2").update(&bodies(&[(
                1,
                &document()[&1]
                    .replace("/Pages 2", "/Pages 2")
                    .replace("/Metadata", "/PageLayout/OneColumn/Metadata"),
            )])),
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
            "at levels that allow it to others",
            certified(3).update(&bodies(&[(3, &page("9 0 R 30 0 R]/Res")), (30, note)])),
            &["change.annotation-added"],
        ),
    ]);
}

#[test]
fn fields_keep_their_values_and_their_looks() {
    let seal = sealed("")[&6].clone();
    let form = |from: &str, to: &str| part(5, from, to);
    check(&[
        ("a value", part(9, "(old)", "(new)"), &["change.field"]),
        (
            "a look without its value",
            part(9, "/AP<</N 7 0 R>>", "/AP<</N 21 0 R>>"),
            &["change.field"],
        ),
        (
            "a look replaced in place",
            one(
                7,
                &stream("/Type/XObject/Subtype/Form/BBox[0 0 80 20]", "(900) Tj"),
            ),
            &["change.content"],
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

#[test]
fn new_fields_are_signatures_or_nothing() {
    let with = |change: &dyn Fn(&mut Bodies)| {
        let mut objects = second("/Rect[0 0 0 0]", dictionary(""));
        change(&mut objects);
        signed().update(&objects)
    };
    let field = |from: &'static str, to: &'static str| {
        with(&|objects| {
            let body = objects[&30].replace(from, to);
            objects.insert(30, body);
        })
    };
    check(&[
        (
            "a text field",
            field("/FT/Sig", "/FT/Tx").sign(),
            &["change.field-added"],
        ),
        (
            "an empty field",
            field("/V 31 0 R", ""),
            &["change.field-added", "change.object-unreached"],
        ),
        (
            "an action",
            field("/F 132", "/F 132/AA<</E<</S/JavaScript/JS(x)>>>>").sign(),
            &["change.field-added"],
        ),
        (
            "an action at a click",
            field("/F 132", "/F 132/A<</S/URI/URI(x)>>").sign(),
            &["change.field-added"],
        ),
        (
            "a layer",
            field("/F 132", "/F 132/OC 15 0 R").sign(),
            &["change.field-added"],
        ),
        (
            "a name that is taken",
            field("(Second)", "(Seal)").sign(),
            &["change.field-name"],
        ),
        (
            "no name",
            field("/T(Second)", "").sign(),
            &["change.field-name"],
        ),
        (
            "a name in two parts",
            field("(Second)", "(Seal.Second)").sign(),
            &["change.field-name"],
        ),
        (
            "a broken signature",
            with(&|objects| {
                objects.insert(31, "<</Type/Sig>>".to_owned());
            }),
            &["change.broken-signature"],
        ),
        (
            "a signature of part of the file",
            with(&|_| ()).sign_as(
                |[_, a, b, c]| format!("0 {a} {b} {}", c / 2),
                crate::maker::hex,
            ),
            &["change.broken-signature"],
        ),
        (
            "no page, yet something to show",
            shown("/Rect[0 0 9 9]/AP<</N 32 0 R>>", |objects| {
                objects.remove(&3);
            }),
            &["change.field-added"],
        ),
        (
            "another page than its own",
            shown("/Rect[0 0 9 9]/AP<</N 32 0 R>>", |objects| {
                let body = objects[&30].replace("/P 3", "/P 17");
                objects.insert(30, body);
            }),
            &["change.field-added"],
        ),
    ]);
}

/// A second signature with a look, 32, changed by `change`, signed.
fn shown(widget: &str, change: impl Fn(&mut Bodies)) -> Maker {
    shown_on(signed(), widget, change)
}

fn shown_on(base: Maker, widget: &str, change: impl Fn(&mut Bodies)) -> Maker {
    let mut objects = second(widget, dictionary(""));
    objects.insert(32, stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "f"));
    change(&mut objects);
    base.update(&objects).sign()
}

#[test]
fn a_signature_does_not_cover_what_was_certified() {
    let look = "/Rect[10 10 200 200]/AP<</N 32 0 R>>";
    let set = |body: String| {
        move |objects: &mut Bodies| {
            objects.insert(32, body.clone());
        }
    };
    let form = |entries: &str| {
        stream(
            &format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]{entries}"),
            "f",
        )
    };
    check(&[
        (
            "on a certified page",
            shown_on(certified(2), look, |_| ()),
            &["change.certified-page-covered"],
        ),
        (
            "on a page certified at level 3",
            shown_on(certified(3), look, |_| ()),
            &["change.certified-page-covered"],
        ),
        (
            "as large as the page",
            shown("/Rect[0 0 600 800]/AP<</N 32 0 R>>", |_| ()),
            &["change.page-covered"],
        ),
        (
            "larger than a quarter, corners the other way",
            shown("/Rect[600 800 200 400]/AP<</N 32 0 R>>", |_| ()),
            &["change.page-covered"],
        ),
        (
            "a look in a layer",
            shown(look, set(form("/OC 15 0 R"))),
            &["change.active-appearance"],
        ),
        (
            "a look with layers among its resources",
            shown(
                look,
                set(form("/Resources<</Properties<</L<</Type/OCG/Name(x)>>>>>>")),
            ),
            &["change.active-appearance"],
        ),
        (
            "a look from another file",
            shown(look, set(form("/Ref<</F(x)/Page 0>>"))),
            &["change.active-appearance"],
        ),
        (
            "a look whose data are elsewhere",
            shown(look, set(form("/F(x)"))),
            &["change.active-appearance"],
        ),
        (
            "a look for each state",
            shown("/Rect[10 10 99 99]/AP<</N 32 0 R/D 32 0 R>>", |_| ()),
            &["change.active-appearance"],
        ),
        (
            "no form",
            shown(look, set("[]".to_owned())),
            &["change.active-appearance"],
        ),
    ]);
}

#[test]
fn levels_and_locks_are_kept() {
    let hidden = || second("/Rect[0 0 0 0]", dictionary(""));
    let lock = |parameters: &str| {
        let extra =
            format!("/Reference[<</TransformMethod/FieldMDP/TransformParams<<{parameters}>>>>]");
        Maker::new(&document(), TRAILER)
            .update(&sealed(&extra))
            .sign()
    };
    check(&[
        (
            "level 1 permits no signature",
            certified(1).update(&hidden()).sign(),
            &["change.signature-added"],
        ),
        (
            "all fields are locked",
            lock("/Action/All").update(&hidden()).sign(),
            &["change.locked-field-signed"],
        ),
        (
            "this field is locked",
            lock("/Action/Include/Fields[(Second)]")
                .update(&hidden())
                .sign(),
            &["change.locked-field-signed"],
        ),
        (
            "all but another are locked",
            lock("/Action/Exclude/Fields[(note)]")
                .update(&hidden())
                .sign(),
            &["change.locked-field-signed"],
        ),
        (
            "a lock to level 1",
            lock("/Action/Include/Fields[(x)]/P 1")
                .update(&hidden())
                .sign(),
            &["change.signature-added"],
        ),
        (
            "a similar name is not locked",
            lock("/Action/Include/Fields[(Sec)]")
                .update(&hidden())
                .sign(),
            &[],
        ),
    ]);
}

#[test]
fn the_store_takes_material_alone_and_loses_none() {
    let grown = || signed().update(&store());
    let then = |body: &str| grown().update(&bodies(&[(40, body)]));
    let first = |body: &str, extra: &[(u32, &str)]| {
        let mut objects = store();
        objects.insert(40, body.to_owned());
        objects.extend(bodies(extra));
        signed().update(&objects)
    };
    let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "f");
    check(&[
        (
            "emptied",
            then("<</Type/DSS/Certs[]>>"),
            &["change.store-shrunk"],
        ),
        (
            "an array gone",
            then("<</Type/DSS>>"),
            &["change.store-shrunk"],
        ),
        (
            "gone",
            grown().update(&bodies(&[(1, &document()[&1])])),
            &["change.store-shrunk"],
        ),
        (
            "material replaced",
            grown().update(&bodies(&[(41, &stream("", "forged"))])),
            &["change.object-replaced"],
        ),
        (
            "a form among the material",
            first("<</Certs[41 0 R 42 0 R]>>", &[(42, &form)]),
            &["change.store-form"],
        ),
        (
            "an entry of another kind",
            first("<</Certs[41 0 R]/Show 42 0 R>>", &[(42, &form)]),
            &["change.store-form"],
        ),
        (
            "a direct element",
            first("<</Certs[41 0 R(x)]>>", &[]),
            &["change.store-form"],
        ),
        (
            "an array instead of a store",
            first("[41 0 R]", &[]),
            &["change.store-form"],
        ),
    ]);
}
