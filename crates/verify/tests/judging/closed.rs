//! Fields that nobody fills in (ISO 32000-2 12.7.4.1, table 227, ReadOnly): what they said when they were signed stays. What the
//! form itself computes follows the fields that are filled in.

use crate::carried::prepared;
use crate::forge::{document, typed};
use crate::forged::{Forged, refuse};
use crate::honest::{Honest, accept};
use crate::writer::bodies;

/// Field `number` with `entries`, sealed at `level`; then the value that it had in another one's place, and its look.
fn refilled(level: Option<u8>, number: u32, (entries, from, to): (&str, &str, &str)) -> Vec<u8> {
    let field = document()[&number].replacen("/FT", &format!("{entries}/FT"), 1);
    let base = prepared(level, &[(number, &field)]);
    let filled = field.replace(from, to);
    let shown = filled.replace("19 0 R", "50 0 R");
    base.update(&bodies(&[(number, &shown), (50, &typed("new"))]))
        .bytes
}

fn note(level: Option<u8>, entries: &str) -> Vec<u8> {
    refilled(level, 9, (entries, "(old)", "(new)"))
}

/// A field below one that has this flag.
fn below(entries: &str) -> Vec<u8> {
    let (group, street) = (document()[&33].clone(), document()[&34].clone());
    let group = group.replacen("/FT", &format!("{entries}/FT"), 1);
    let base = prepared(Some(2), &[(33, &group)]);
    let filled = street.replace("/V()", "/V(new)/AP<</N 50 0 R>>");
    base.update(&bodies(&[(34, &filled), (50, &typed("new"))]))
        .bytes
}

#[rustfmt::skip]
const REFUSED: &[Forged] = &[
    ("a field that is read alone, filled in", || note(None, "/Ff 1"), "change.field"),
    ("the same where filling in is permitted", || note(Some(2), "/Ff 1"), "change.field"),
    ("the same where remarks are permitted", || note(Some(3), "/Ff 1"), "change.field"),
    ("with other flags beside", || note(Some(2), "/Ff 4097"), "change.field"),
    ("emptied", || refilled(Some(2), 9, ("/Ff 1", "/V(old)", "")), "change.field"),
    ("below a field that is read alone", || below("/Ff 1"), "change.field"),
    ("a box that is read alone, ticked", || refilled(Some(2), 22, ("/Ff 1", "/Off/AS/Off", "/Yes/AS/Yes")), "change.field"),
    ("one that writes what it holds in another way", || note(Some(2), "/Ff 1/AA<</F<</S/JavaScript/JS(AFNumber_Format)>>>>"), "change.field"),
    ("opened and filled in at once", || refilled(Some(2), 9, ("/Ff 1", "/Ff 1", "/Ff 0")), "change.field"),
    ("given to the form to be computed, and filled in", || refilled(Some(2), 9, ("/Ff 1", "/Ff 1", "/Ff 1/AA<</C<</S/JavaScript/JS(x)>>>>")), "change.field"),
];

#[rustfmt::skip]
const TAKEN: &[Honest] = &[
    ("what the form computes", || note(Some(2), "/Ff 1/AA<</C<</S/JavaScript/JS(AFSimple_Calculate)>>>>"), &["change.field-filled"]),
    ("a field of several lines", || note(Some(2), "/Ff 4096"), &["change.field-filled"]),
    ("below a field of several lines", || below("/Ff 4096"), &["change.field-filled"]),
];

#[test]
fn what_is_read_alone_says_what_was_signed() {
    refuse(REFUSED);
    accept(TAKEN);
}
