//! Honest files and later changes that the signatures permit: none is called tampering, whoever wrote the update, and
//! what the reader has to know of it is told.

use std::collections::{BTreeMap, BTreeSet};

use affix::dss::{Material as Store, append_dss};
use affix::seal::prepare_time_stamp;
use time::macros::utc_datetime;
use verify::Verdict;

use crate::forge::{
    TRAILER, annotation, catalog, certified, change, countersigned, document, filled, form,
    form_of, judge, locked, part, sealed, second, signed, told, typed, with,
};
use crate::hierarchy::{certificate, crl};
use crate::maker::token_over;
use crate::writer::{Bodies, Maker, bodies, stream};

/// What is done, how, and what is told of it; nothing for upkeep.
pub(crate) type Honest = (&'static str, fn() -> Vec<u8>, &'static [&'static str]);

const FILLED: &[&str] = &["change.field-filled"];
const REMARK: &[&str] = &["change.annotated"];
const SECOND: &[&str] = &["change.signature-added"];
const SEEN: &[&str] = &["change.visible-signature-added"];
const SIGNED: &[&str] = &["change.field-signed"];

fn up(objects: Bodies) -> Vec<u8> {
    signed().update(&objects).bytes
}

fn at(level: usize, objects: Bodies) -> Vec<u8> {
    certified(level).update(&objects).bytes
}

fn and_signed(base: Maker, objects: Bodies) -> Vec<u8> {
    base.update(&objects).sign().bytes
}

#[rustfmt::skip]
const FILLING: &[Honest] = &[
    ("a field filled in", || up(filled("new", "new")), FILLED),
    ("the same at level 2", || at(2, filled("new", "new")), FILLED),
    ("the same at level 3", || at(3, filled("new", "new")), FILLED),
    ("a field without a look", || up(part(34, "/V()", "/V(Main St)")), FILLED),
    ("a field with two widgets", || up(part(36, "/V()", "/V(Main St)")), FILLED),
    ("a look written in its place", || up(with(part(9, "(old)", "(new)"), 19, &typed("new"))), FILLED),
    ("a box ticked", || up(part(22, "/V/Off/AS/Off", "/V/Yes/AS/Yes")), FILLED),
    ("another colour chosen", || up(with(part(23, "/V(r)", "/V(g)"), 28, &typed("green"))), FILLED),
    ("a field emptied", || up(filled("", "")), FILLED),
    ("a value in UTF-16", || up(change(filled("new", "new"), 9, "(new)", "<FEFF006E00650077>")), FILLED),
    ("a look in two lines", || up(with(filled("one two", ""), 50, &form("/Tx BMC BT /F 9 Tf 9 TL 2 11 Td (one) Tj T* (two) Tj ET EMC"))), FILLED),
    ("a look with spacing and a frame", || up(with(filled("new", ""), 50, &form("0 0 80 20 re S /Tx BMC BT /F 9 Tf [(n)-20(e)3(w)]TJ ET EMC"))), FILLED),
    ("filled in twice", || signed().update(&filled("new", "new")).update(&with(part(9, "(old)", "(newer)"), 19, &typed("newer"))).bytes, FILLED),
    ("filled in, then signed", || and_signed(signed().update(&filled("new", "new")), countersigned("/F 4")), &["change.field-filled", "change.field-signed"]),
    ("another field is locked", || locked("/Action/Include/Fields[(addr)]").update(&filled("new", "new")).bytes, FILLED),
    ("a lock on parts of names", || locked("/Action/Include/Fields[(addr)]").update(&part(36, "/V()", "/V(x)")).bytes, FILLED),
    ("all but this field are locked", || locked("/Action/Exclude/Fields[(note)]").update(&filled("new", "new")).bytes, FILLED),
    ("a font that every reader has", || up(with(filled("new", ""), 50, &form_of("/Resources<</Font<</H<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>", "/Tx BMC BT /H 9 Tf (new) Tj ET EMC"))), FILLED),
    ("the form takes up a font", || up(with(change(filled("new", "new"), 5, "/Font<</F 8 0 R>>", "/Font<</F 8 0 R/Z 51 0 R>>"), 51, "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>")), FILLED),
    ("filled in by an object stream", || signed().packed_update(&part(34, "/V()", "/V(Main St)"), 70, "").bytes, FILLED),
];

#[rustfmt::skip]
const REMARKS: &[Honest] = &[
    ("a note", || at(3, annotation("<</Type/Annot/Subtype/Text/Rect[50 690 70 710]/Contents(why?)/P 3 0 R/T(A)>>")), REMARK),
    ("a note with its window", || at(3, with(change(annotation("<</Type/Annot/Subtype/Text/Rect[50 690 70 710]/Contents(why?)/Popup 40 0 R>>"), 3, "30 0 R]", "30 0 R 40 0 R]"), 40, "<</Type/Annot/Subtype/Popup/Rect[300 300 400 400]/Parent 30 0 R>>")), REMARK),
    ("a marker over text", || at(3, with(annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/QuadPoints[50 720 200 720 50 690 200 690]/AP<</N 41 0 R>>>>"), 41, &form_of("/Resources<</ExtGState<</G<</BM/Multiply>>>>>>", "/G gs 1 1 0 rg 0 0 80 20 re f"))), REMARK),
    ("a marker without a look", || at(3, annotation("<</Type/Annot/Subtype/Highlight/Rect[50 690 200 720]/QuadPoints[50 720 200 720 50 690 200 690]>>")), REMARK),
    ("a line below text", || at(3, with(annotation("<</Type/Annot/Subtype/Underline/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &form_of("", "1 w 0 1 m 80 1 l S"))), REMARK),
    ("a line through text", || at(3, with(annotation("<</Type/Annot/Subtype/StrikeOut/Rect[50 690 200 720]/AP<</N 41 0 R>>>>"), 41, &form_of("", "1 w 0 9 m 80 9 l S"))), REMARK),
    ("words beside the text", || at(3, with(annotation("<</Type/Annot/Subtype/FreeText/Rect[50 400 200 430]/DA(/F 9 Tf)/Contents(seen)/AP<</N 41 0 R>>>>"), 41, &typed("seen"))), REMARK),
    ("a stamp beside the text", || at(3, with(annotation("<</Type/Annot/Subtype/Stamp/Rect[300 400 380 420]/Name/Approved/AP<</N 41 0 R>>>>"), 41, &typed("ok"))), REMARK),
    ("a drawing beside the text", || at(3, annotation("<</Type/Annot/Subtype/Ink/Rect[300 400 380 420]/InkList[[300 400 380 420]]>>")), REMARK),
    ("a frame beside the text", || at(3, annotation("<</Type/Annot/Subtype/Square/Rect[300 400 380 420]/C[1 0 0]/BS<</W 2>>>>")), REMARK),
    ("in an array of its own", || at(3, with(bodies(&[(18, "[61 0 R 30 0 R]")]), 30, "<</Type/Annot/Subtype/Circle/Rect[300 400 380 420]/P 17 0 R>>")), REMARK),
    ("an answer to a note", || at(3, with(change(annotation("<</Type/Annot/Subtype/Text/Rect[50 690 70 710]/Contents(why?)>>"), 3, "30 0 R]", "30 0 R 40 0 R]"), 40, "<</Type/Annot/Subtype/Text/Rect[50 690 70 710]/IRT 30 0 R/RT/R/Contents(so)>>")), REMARK),
];

#[rustfmt::skip]
const SIGNING: &[Honest] = &[
    ("a second signature", || and_signed(signed(), second("/Rect[0 0 0 0]")), SECOND),
    ("a second signature at level 2", || and_signed(certified(2), second("/Rect[0 0 0 0]")), SECOND),
    ("a second that is seen", || and_signed(signed(), with(second("/Rect[10 200 90 260]/AP<</N 32 0 R>>"), 32, &typed("B"))), SEEN),
    ("a second that is seen, beside the text, at level 2", || and_signed(certified(2), with(second("/Rect[10 200 90 260]/AP<</N 32 0 R>>"), 32, &typed("B"))), SEEN),
    ("a second that is seen, beside the text, at level 3", || and_signed(certified(3), with(second("/Rect[10 200 90 260]/AP<</N 32 0 R>>"), 32, &typed("B"))), SEEN),
    ("a waiting field", || and_signed(signed(), countersigned("/F 4")), SIGNED),
    ("a waiting field at level 2", || and_signed(certified(2), countersigned("/F 4")), SIGNED),
    ("a waiting field that is locked by signing", || and_signed(signed(), countersigned("/F 132/M(D:20261122040000Z)")), SIGNED),
    ("field and widget apart", || and_signed(signed(), apart()), SECOND),
    ("a new field in a group that was there", || and_signed(signed(), grouped()), SECOND),
    ("a new field in a new group", || and_signed(signed(), in_new_group()), SECOND),
    ("a third", || and_signed(signed().update(&second("/Rect[0 0 0 0]")).sign(), countersigned("/F 4")), &["change.signature-added", "change.field-signed"]),
    ("a new field with a lock and wishes", || and_signed(signed(), with(second("/Rect[0 0 0 0]/Lock 33 1 R/SV<</Type/SV>>".replace("33 1", "45 0").as_str()), 45, "<</Type/SigFieldLock/Action/All>>")), SECOND),
    ("on a turned page with larger units", || and_signed(signed(), turned()), SEEN),
];

/// A second signature whose widget, 44, is not its field.
fn apart() -> Bodies {
    let objects = change(second(""), 3, "30 0 R]", "44 0 R]");
    let field = "<</FT/Sig/T(Second)/V 31 0 R/Kids[44 0 R]>>";
    let widget = "<</Type/Annot/Subtype/Widget/Parent 30 0 R/Rect[0 0 0 0]/F 132/P 3 0 R>>";
    with(with(objects, 30, field), 44, widget)
}

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

/// A second signature below a group, 44, of its own.
fn in_new_group() -> Bodies {
    let objects = change(
        second("/Parent 44 0 R/Rect[0 0 0 0]"),
        5,
        "30 0 R]",
        "44 0 R]",
    );
    with(objects, 44, "<</T(Others)/Kids[30 0 R]>>")
}

/// A second signature on the second page, whose annotations are an object of their own.
fn turned() -> Bodies {
    let mut objects = change(
        second("/Rect[10 200 90 260]/AP<</N 32 0 R>>"),
        30,
        "/P 3",
        "/P 17",
    );
    objects.remove(&3);
    with(with(objects, 18, "[61 0 R 30 0 R]"), 32, &typed("B"))
}

#[rustfmt::skip]
const UPKEEP: &[Honest] = &[
    ("material", || up(store(&signed(), "<</Type/DSS/Certs[41 0 R]>>")), &[]),
    ("material at level 1", || at(1, store(&certified(1), "<</Type/DSS/Certs[41 0 R]>>")), &[]),
    ("material at level 2", || at(2, store(&certified(2), "<</Certs[41 0 R]>>")), &[]),
    ("material at level 3", || at(3, store(&certified(3), "<</Certs[41 0 R]/CRLs[]>>")), &[]),
    ("material by signature", || up(store(&signed(), "<</Certs[41 0 R]/VRI<</Type/VRI/00FF<</Type/VRI/Cert[41 0 R]/TU(D:2026)>>>>>>")), &[]),
    ("material as we write it", || kept(signed().bytes), &[]),
    ("material twice", || kept(up(store(&signed(), "<</Certs[41 0 R]>>"))), &[]),
    ("a document time-stamp", || stamped(&signed().bytes, "One"), &[]),
    ("a document time-stamp at level 1", || stamped(&certified(1).bytes, "One"), &[]),
    ("renewed", || stamped(&kept(stamped(&kept(certified(1).bytes), "One")), "Two"), &[]),
    ("extensions", || up(catalog(&signed(), "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>")), &[]),
    ("extensions in an object", || up(with(catalog(&signed(), "/Extensions 46 0 R"), 46, "<</ESIC[<</BaseVersion/1.7/ExtensionLevel 2>>]>>")), &[]),
    ("a higher version", || at(2, catalog(&certified(2), "/Version/2.0")), &[]),
    ("another description", || up(part(11, "(test)", "(other)/ModDate(D:20261122)/Trapped/False")), &[]),
    ("a description anew", || in_trailer("/Info 11", "/Info 46", &bodies(&[(46, "<</Title(x)>>")])), &[]),
    ("metadata written anew", || up(with(Bodies::new(), 10, &stream("/Type/Metadata/Subtype/XML", "<x:xmpmeta/>"))), &[]),
    ("other metadata", || up(with(part(1, "/Metadata 10", "/Metadata 46"), 46, &stream("/Subtype/XML/Type/Metadata", "<x:xmpmeta/>"))), &[]),
];

#[rustfmt::skip]
const LAYOUTS: &[Honest] = &[
    ("nothing", || up(Bodies::new()), &[]),
    ("objects as they were", || up(bodies(&[(8, &document()[&8]), (4, &document()[&4]), (2, &document()[&2])])), &[]),
    ("an object as it was, in an object stream", || signed().packed_update(&part(11, "(test)", "(x)"), 70, "").bytes, &[]),
    ("streams after tables after streams", || signed().packed_update(&part(11, "(test)", "(x)"), 70, "").update(&part(11, "(test)", "(y)")).bytes, &[]),
    ("comments and white space", || behind(b"\n\n% a careful writer\r\n\t"), &[]),
    ("a carriage return at the end", || [signed().bytes, b"\r".to_vec()].concat(), &[]),
    ("rows that end in CR LF", || rows("\r\n"), &[]),
    ("rows that end in a space and CR", || rows(" \r"), &[]),
    ("all objects listed again", listed, &[]),
    ("a number that was never used is free", || freed(90), &[]),
    ("another second identity", || in_trailer("<02>", "<99>", &Bodies::new()), &[]),
    ("no entry that no clause knows", unknown_dropped, &[]),
    ("a form's fields in an array of their own", || own_array(5, "[6 0 R 9 0 R 22 0 R 23 0 R 25 0 R 33 0 R 36 0 R]", "/Fields"), SECOND),
    ("a form in the catalog itself", direct_form, &[]),
];

fn store(base: &Maker, body: &str) -> Bodies {
    let objects = with(catalog(base, "/DSS 40 0 R"), 40, body);
    with(objects, 41, &stream("", "0\x0bcertificate"))
}

/// With material, as our own writer adds it.
fn kept(file: Vec<u8>) -> Vec<u8> {
    let store = Store {
        certificates: &[certificate("ca").der().to_vec()],
        ocsps: &[],
        crls: &[crl("ca", utc_datetime!(2026-11-22 6:00))],
    };
    let update = append_dss(&file, &store).expect("it can be carried on");
    [file, update].concat()
}

fn stamped(file: &Vec<u8>, name: &str) -> Vec<u8> {
    let prepared = prepare_time_stamp(file, name, 8_000).expect("prepared");
    let digest = prepared
        .digest(file, crypto::DigestAlgorithm::Sha256)
        .expect("in memory");
    let token = token_over(&digest, utc_datetime!(2026-11-22 7:00), "tsa");
    let update = prepared.finish(&token).expect("it fits");
    [file.clone(), update].concat()
}

fn in_trailer(from: &str, to: &str, objects: &Bodies) -> Vec<u8> {
    let mut maker = signed();
    maker.trailer = TRAILER.replace(from, to);
    maker.update(objects).bytes
}

fn behind(octets: &[u8]) -> Vec<u8> {
    let mut maker = signed();
    maker.bytes.extend(octets);
    maker.update(&part(11, "(test)", "(x)")).bytes
}

fn rows(end: &str) -> Vec<u8> {
    let mut maker = signed();
    let places = maker.objects(&part(11, "(test)", "(x)"));
    let row = |(number, place): (&u32, &u64)| (*number, format!("{place:010} 00000 n{end}"));
    let rows = places.iter().map(row).collect();
    maker.rows(rows, false);
    maker.bytes
}

fn listed() -> Vec<u8> {
    let mut maker = signed();
    maker.objects(&part(11, "(test)", "(x)"));
    let places = maker.places.clone();
    maker.table(&places, false);
    maker.bytes
}

fn freed(number: u32) -> Vec<u8> {
    let mut maker = signed();
    maker.size = number + 1;
    let rows = [
        (0, "0000000090 65535 f \n"),
        (number, "0000000000 00001 f \n"),
    ];
    let rows: BTreeMap<u32, String> = rows.map(|(at, row)| (at, row.to_owned())).into();
    maker.rows(rows, false);
    maker.bytes
}

fn unknown_dropped() -> Vec<u8> {
    let first = format!("{TRAILER}/DocChecksum/00112233");
    let mut maker = Maker::new(&document(), &first).update(&sealed("")).sign();
    maker.trailer = TRAILER.to_owned();
    maker.update(&part(11, "(test)", "(x)")).bytes
}

/// A second signature where an array of the document is an object of its own, 47.
fn own_array(number: u32, array: &str, key: &str) -> Vec<u8> {
    let mut objects = document();
    let body = objects[&number].replace(&format!("{key}{array}"), &format!("{key} 47 0 R"));
    objects.insert(number, body);
    objects.insert(47, array.to_owned());
    let mut update = second("/Rect[0 0 0 0]");
    update.remove(&number);
    update.insert(47, array.replace(']', " 30 0 R]"));
    and_signed(
        Maker::new(&objects, TRAILER).update(&sealed("")).sign(),
        update,
    )
}

fn direct_form() -> Vec<u8> {
    let mut objects = document();
    let form = objects.remove(&5).expect("a form");
    let body = objects[&1].replace("5 0 R", &form);
    objects.insert(1, body);
    kept(
        Maker::new(&objects, TRAILER)
            .update(&sealed(""))
            .sign()
            .bytes,
    )
}

const ALL: [&[Honest]; 5] = [FILLING, REMARKS, SIGNING, UPKEEP, LAYOUTS];

/// Each is *valid*, and what is told of it is told.
pub(crate) fn accept(table: &[Honest]) {
    let mut wrong = Vec::new();
    for (name, make, wanted) in table {
        let report = judge(&make());
        let Some(first) = report.signatures.first() else {
            wrong.push(format!("{name}: {:?}", told(&report)));
            continue;
        };
        let changes = &first.changes_after;
        let codes: BTreeSet<&str> = changes.iter().map(|change| change.code).collect();
        let permitted = changes.iter().all(|change| change.permitted);
        let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
        if report.verdict != Verdict::Valid || codes != wanted || !permitted {
            wrong.push(format!(
                "{name}: {:?}, {:?} {changes:?}",
                report.verdict,
                told(&report)
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_honest_file_is_called_tampered() {
    for table in ALL {
        accept(table);
    }
}

#[test]
fn there_are_more_than_sixty_of_them_each_with_its_name() {
    let names: BTreeSet<&str> = ALL
        .iter()
        .copied()
        .flatten()
        .map(|honest| honest.0)
        .collect();
    let all: usize = ALL.iter().map(|table| table.len()).sum();
    assert_eq!(names.len(), all);
    assert!(all >= 60, "{all}");
}

#[test]
fn what_was_filled_in_is_told_with_page_field_and_both_values() {
    let report = judge(&up(filled("new", "new")));
    let [change] = report.signatures[0].changes_after.as_slice() else {
        panic!("one change: {report:#?}");
    };
    for word in ["page", "field note", "\"old\"", "\"new\""] {
        assert!(change.text.contains(word), "{word}: {}", change.text);
    }
}
