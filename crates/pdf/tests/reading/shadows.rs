//! Attacks that a strict reader never sees and a repairing one shows, and content prepared before signing
//! (ades-pki 7, points 3, 7 and 8).

use pdf::read;

use crate::changes::{check, refused};
use crate::honest::store;
use crate::maker::{
    Bodies, Maker, TRAILER, bodies, dictionary, document, sealed, second, signed, stream,
};

#[test]
fn what_was_referred_to_and_not_there_does_not_appear() {
    let form = stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 600 800]",
        "(Amount: 900) Tj",
    );
    // Object 60 is drawn by the page, 61 is an annotation of the second; neither existed when it was signed.
    let mut material = store();
    let body = material.remove(&41).expect("the certificate");
    material.insert(60, body);
    material.insert(40, "<</Type/DSS/Certs[60 0 R]>>".to_owned());
    let mut look = second("/Rect[10 10 99 99]/AP<</N 60 0 R>>", dictionary(""));
    look.insert(60, form.clone());
    let mut deep = second("/Rect[10 10 99 99]/AP<</N 32 0 R>>", dictionary(""));
    deep.insert(
        32,
        stream(
            "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 60 0 R>>>>",
            "/X Do",
        ),
    );
    deep.insert(60, form.clone());
    let mut field = second("/Rect[0 0 0 0]", dictionary(""));
    let widget = field.remove(&30).expect("the field");
    field.insert(61, widget);
    field.insert(
        5,
        "<</Fields[6 0 R 9 0 R 61 0 R]/SigFlags 3/DA(/F 9 Tf)>>".to_owned(),
    );
    field.insert(3, document()[&3].replace("9 0 R]/Res", "9 0 R 61 0 R]/Res"));
    check(&[
        (
            "a form appears",
            signed().update(&bodies(&[(60, &form)])),
            &["change.prepared-reference"],
        ),
        (
            "an annotation appears",
            signed().update(&bodies(&[(61, "<</Subtype/Stamp>>")])),
            &["change.prepared-reference"],
        ),
        (
            "as validation material",
            signed().update(&material),
            &["change.prepared-reference"],
        ),
        (
            "as the look of a signature",
            signed().update(&look).sign(),
            &["change.prepared-reference"],
        ),
        (
            "among the resources of a look",
            signed().update(&deep).sign(),
            &["change.prepared-reference"],
        ),
        (
            "as a signature field on another page",
            signed().update(&field).sign(),
            &["change.prepared-reference"],
        ),
        ("as metadata", metadata(), &["change.prepared-reference"]),
        (
            "as the description",
            description(),
            &["change.prepared-reference"],
        ),
    ]);
}

fn metadata() -> Maker {
    let catalog = document()[&1].replace("/Metadata 10", "/Metadata 60");
    let mut objects = bodies(&[(1, &catalog)]);
    objects.insert(60, stream("/Type/Metadata/Subtype/XML", "<x/>"));
    signed().update(&objects)
}

fn description() -> Maker {
    let mut maker = signed();
    maker.trailer = TRAILER.replace("/Info 11", "/Info 61");
    maker.update(&bodies(&[(61, "<</Title(x)>>")]))
}

#[test]
fn content_hidden_in_the_signed_revision_is_not_switched_to() {
    // Two bodies for object 4 before signing: the second is the one shown. A tiny table turns back to the first.
    let mut base = document();
    let shown = base
        .insert(4, stream("", "(Amount: 900) Tj"))
        .expect("the content");
    let maker = Maker::new(&base, TRAILER);
    let hidden = maker.places[&4];
    let mut update = sealed("");
    update.insert(4, shown);
    let mut maker = maker.update(&update).sign();
    maker.rows([(4, format!("{hidden:010} 00000 n \n"))].into(), false);
    assert_eq!(refused(&maker.bytes), ["change.object-moved"]);
    // A body that no table named.
    let mut objects = sealed("");
    let evil = "4 0 obj\n<</Length 1>>stream\nx\nendstream\nendobj\n";
    objects.insert(25, stream("", evil));
    let mut maker = Maker::new(&document(), TRAILER).update(&objects).sign();
    let inside = maker
        .bytes
        .windows(evil.len())
        .position(|w| w == evil.as_bytes())
        .expect("there");
    maker.rows([(4, format!("{inside:010} 00000 n \n"))].into(), false);
    assert_eq!(refused(&maker.bytes), ["change.object-moved"]);
    // An entry into an object stream of the signed revision.
    let packed = bodies(&[(19, "<</Type/Font/BaseFont/Evil>>"), (22, "[8]")]);
    let maker = Maker::new(&document(), TRAILER)
        .packed_update(&packed, 50, "")
        .update(&sealed(""))
        .sign();
    let moved = switched(maker);
    assert_eq!(refused(&moved), ["change.object-moved"]);
}

/// A cross-reference stream that says: object 8 is the first of object stream 50.
fn switched(maker: Maker) -> Vec<u8> {
    let at = maker.bytes.len();
    let body = stream(
        &format!(
            "{TRAILER}/Type/XRef/W[1 4 2]/Index[8 1 55 1]/Size 56/Prev {}/Filter/ASCIIHexDecode",
            maker.section
        ),
        &format!("02000000320000 01{at:08x}0000>"),
    );
    let text = format!("55 0 obj\n{body}\nendobj\nstartxref\n{at}\n%%EOF\n");
    [maker.bytes, text.into_bytes()].concat()
}

#[test]
fn every_octet_of_an_update_belongs_to_something() {
    let evil = "4 0 obj\n<</Length 1>>stream\nx\nendstream\nendobj\n";
    let behind = |text: &str| {
        let mut maker = signed();
        maker.bytes.extend(text.bytes());
        maker
    };
    let between = |text: &str| behind(text).update(&store());
    check(&[
        (
            "an object behind the end",
            behind(evil),
            &["change.bytes-behind-end"],
        ),
        (
            "a word behind the end",
            behind("x"),
            &["change.bytes-behind-end"],
        ),
        (
            "a comment behind the end",
            behind("% x"),
            &["change.bytes-behind-end"],
        ),
        (
            "an object that no table names",
            between(evil),
            &["change.bytes-unaccounted"],
        ),
        (
            "an object in a comment",
            between("%4 0 obj <</Length 1>>\n"),
            &["change.bytes-unaccounted"],
        ),
        (
            "a table in a comment",
            between("% xref\n"),
            &["change.bytes-unaccounted"],
        ),
        (
            "a trailer that nothing names",
            between("trailer\n<</Root 1 0 R>>\n"),
            &["change.bytes-unaccounted"],
        ),
        (
            "a comment too long",
            between(&format!("%{}\n", "x".repeat(5_000))),
            &["change.bytes-unaccounted"],
        ),
    ]);
}

#[test]
fn every_entry_of_an_update_names_something_new() {
    let evil = "4 0 obj\n<</Length 1>>stream\nx\nendstream\nendobj\n";
    check(&[
        (
            "an empty table over new objects",
            empty_table(evil),
            &["change.bytes-unaccounted"],
        ),
        (
            "a table that only moves old objects",
            moved(),
            &["change.object-moved"],
        ),
        (
            "an object that nothing reaches",
            signed().update(&bodies(&[(70, "<</Type/Page>>")])),
            &["change.object-unreached"],
        ),
        (
            "objects in each other",
            nested(),
            &["change.objects-overlap", "change.object-unreached"],
        ),
        (
            "more in an object stream than is named",
            unlisted(),
            &["change.object-stream"],
        ),
    ]);
}

fn empty_table(evil: &str) -> Maker {
    let mut maker = signed();
    maker.bytes.extend(evil.bytes());
    maker.update(&Bodies::new())
}

fn moved() -> Maker {
    let mut maker = signed();
    let place = maker.places[&7];
    maker.rows([(4, format!("{place:010} 00000 n \n"))].into(), false);
    maker
}

fn nested() -> Maker {
    let mut maker = signed();
    let inner = "71 0 obj\n[4 0 R]\nendobj\n";
    let mut places = maker.objects(&bodies(&[(70, &stream("", inner))]));
    let at = maker
        .bytes
        .windows(inner.len())
        .rposition(|w| w == inner.as_bytes())
        .expect("there");
    places.insert(71, at as u64);
    maker.size = 72;
    maker.table(&places, false);
    maker
}

fn unlisted() -> Maker {
    let catalog = document()[&1].replace("/AcroForm", "/DSS<<>>/AcroForm");
    signed().packed_update(&bodies(&[(1, &catalog)]), 50, "4 0 ")
}

#[test]
fn a_broken_section_behind_a_signature_is_no_signed_file() {
    let text = |text: &str| {
        let mut maker = signed();
        maker.bytes.extend(text.bytes());
        read(&maker.bytes).map(|_| ()).map_err(|fault| fault.code())
    };
    assert_eq!(
        text("xref\n0 0\n"),
        Ok(()),
        "without startxref it is octets behind the end"
    );
    assert_eq!(
        text("startxref\n99999999\n%%EOF\n"),
        Err("pdf.xref-missing")
    );
    assert_eq!(text("startxref\n0\n%%EOF\n"), Err("pdf.xref-missing"));
    assert_eq!(text("startxref\n"), Err("pdf.startxref"));
    let again = format!("startxref\n{}\n%%EOF\n", signed().section);
    assert_eq!(
        text(&again),
        Err("pdf.startxref"),
        "a second end for the same section"
    );
}

#[test]
fn parser_differences_are_refused() {
    let update = |objects: &[(u32, &str)]| signed().update(&bodies(objects));
    let page = document()[&3].clone();
    let twice = page.replace("/Contents 4 0 R", "/Contents 4 0 R/Contents 7 0 R");
    check(&[
        (
            "a key twice",
            update(&[(3, &twice)]),
            &["change.unreadable"],
        ),
        (
            "endobj inside",
            update(&[(8, "<</Type/Font>>endobj 8 0 obj<<>>")]),
            &["change.bytes-unaccounted", "change.content"],
        ),
        (
            "a length too long",
            update(&[(4, "<</Length 99999>>stream\nx\nendstream")]),
            &["change.unreadable"],
        ),
        (
            "a length in a circle",
            update(&[(4, "<</Length 4 0 R>>stream\nx\nendstream")]),
            &["change.unreadable"],
        ),
    ]);
}

#[test]
fn what_a_later_update_undoes_was_done_all_the_same() {
    let undone = signed()
        .update(&bodies(&[(4, &stream("", "(Amount: 900) Tj"))]))
        .update(&bodies(&[(4, &document()[&4])]));
    assert_eq!(refused(&undone.bytes), ["change.content"]);
}

#[test]
fn changes_are_told_with_their_place() {
    let maker = signed().update(&bodies(&[(
        16,
        "<</Type/FontDescriptor/FontName/Courier/Flags 32>>",
    )]));
    let file = read(&maker.bytes).expect("sound");
    let signatures = file.signatures().expect("sound");
    let changes = file.changes_after(&signatures[0], &signatures);
    let [change] = changes.as_slice() else {
        panic!("one change: {changes:?}");
    };
    assert_eq!(
        (change.revision, change.object, change.pages.as_slice()),
        (2, Some(16), [1].as_slice())
    );
    assert!(
        change
            .path
            .ends_with("3 /Resources > 8 /FontDescriptor > 16"),
        "{}",
        change.path
    );
}
