//! PDF changed along its numbers, names and objects; updates appended as a forger would.

use super::octets;
use crate::fuzz::dice::Dice;

const NAMES: &[&str] = &[
    "/Type",
    "/Catalog",
    "/Pages",
    "/Page",
    "/Kids",
    "/Parent",
    "/Count",
    "/Contents",
    "/Resources",
    "/Annots",
    "/AcroForm",
    "/Fields",
    "/FT",
    "/Sig",
    "/V",
    "/T",
    "/TU",
    "/AP",
    "/N",
    "/AS",
    "/Rect",
    "/ByteRange",
    "/SubFilter",
    "/Filter",
    "/FlateDecode",
    "/ASCIIHexDecode",
    "/ASCII85Decode",
    "/RunLengthDecode",
    "/Crypt",
    "/DecodeParms",
    "/Predictor",
    "/Columns",
    "/Colors",
    "/BitsPerComponent",
    "/Length",
    "/Size",
    "/Prev",
    "/Root",
    "/Info",
    "/ID",
    "/W",
    "/Index",
    "/XRefStm",
    "/XRef",
    "/ObjStm",
    "/First",
    "/Extends",
    "/Encrypt",
    "/DSS",
    "/VRI",
    "/Certs",
    "/OCSPs",
    "/CRLs",
    "/Perms",
    "/DocMDP",
    "/Lock",
    "/Names",
    "/EmbeddedFiles",
    "/AF",
    "/OpenAction",
    "/AA",
    "/JavaScript",
    "/JS",
    "/OCProperties",
    "/StructTreeRoot",
    "/Metadata",
    "/Version",
    "/Extensions",
];

const WORDS: &[&str] = &[
    "obj",
    "endobj",
    "stream",
    "endstream",
    "xref",
    "trailer",
    "startxref",
    "%%EOF",
    "null",
    "true",
    "<<",
    ">>",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "R",
    "\r",
    "\n",
    "%",
    "#",
    "f \n",
    "n \n",
];

/// A changed copy.
#[must_use]
pub fn mutate(dice: &mut Dice, from: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    match dice.below(8) {
        0 | 1 => octets::replace_number(dice, from),
        2 => replace_name(dice, from),
        3 => insert(dice, from, WORDS),
        4 => insert(dice, from, NAMES),
        5 => move_number(dice, from),
        6 => update(dice, from, from),
        _ => update(dice, from, other),
    }
}

fn insert(dice: &mut Dice, from: &[u8], words: &[&str]) -> Option<Vec<u8>> {
    let word = *dice.one(words)?;
    let at = dice.below(from.len());
    let end = (at + dice.below(2) * word.len()).min(from.len());
    let mut out = from.to_vec();
    out.splice(at..end, word.bytes());
    Some(out)
}

fn replace_name(dice: &mut Dice, from: &[u8]) -> Option<Vec<u8>> {
    let start = dice.below(from.len());
    let first = start + from.get(start..)?.iter().position(|octet| *octet == b'/')?;
    let length = from
        .get(first + 1..)?
        .iter()
        .position(|octet| !octet.is_ascii_alphanumeric())?;
    let mut out = from.to_vec();
    out.splice(first..=first + length, dice.one(NAMES)?.bytes());
    Some(out)
}

/// One written number put in the place of another: offsets and references go astray.
fn move_number(dice: &mut Dice, from: &[u8]) -> Option<Vec<u8>> {
    let (one, other) = (number_from(dice, from)?, number_from(dice, from)?);
    let moved = from.get(other)?.to_vec();
    let mut out = from.to_vec();
    out.splice(one, moved);
    Some(out)
}

fn number_from(dice: &mut Dice, from: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = dice.below(from.len());
    let digit = |at: &usize| from.get(*at).is_some_and(u8::is_ascii_digit);
    let first = (start..from.len()).find(digit)?;
    let end = (first..from.len()).find(|at| !digit(at))?;
    Some(first..end)
}

/// An update with a table of its own that replaces one object of the file by a changed one.
fn update(dice: &mut Dice, from: &[u8], lender: &[u8]) -> Option<Vec<u8>> {
    let objects = objects(from);
    let (number, body) = dice.one(&objects)?.clone();
    let theirs = self::objects(lender);
    let body = match dice.one(&theirs) {
        Some((_, lent)) if dice.once_in(3) => lent.clone(),
        _ => body,
    };
    let body = match dice.below(4) {
        0 => body,
        1 => octets::replace_number(dice, &body)?,
        2 => replace_name(dice, &body)?,
        _ => octets::mutate(dice, body, lender),
    };
    let previous = last_after(from, b"startxref")?;
    let size = last_after(from, b"/Size ")?;
    let root = last_after(from, b"/Root ")?;
    let number = if dice.once_in(6) {
        size.clone()
    } else {
        number
    };
    let mut out = from.to_vec();
    out.extend_from_slice(b"\n");
    let object_at = out.len();
    out.extend_from_slice(format!("{number} 0 obj").as_bytes());
    out.extend_from_slice(&body);
    out.extend_from_slice(b"endobj\n");
    let table_at = out.len();
    let size: u64 = size.parse().ok()?;
    let size = size.saturating_add(u64::from(dice.once_in(3)));
    out.extend_from_slice(
        format!(
            "xref\n{number} 1\n{object_at:010} 00000 n \ntrailer\n<</Size {size}/Root {root} 0 R\
             /Prev {previous}>>\nstartxref\n{table_at}\n%%EOF\n"
        )
        .as_bytes(),
    );
    Some(out)
}

/// Number and body of each uncompressed object that can be seen, the first 400.
fn objects(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = position(file, at, b" 0 obj") {
        at = next + 6;
        let digits = file
            .get(..next)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(|octet| octet.is_ascii_digit())
            .count();
        let number = file.get(next - digits..next).unwrap_or_default();
        let Some(end) = position(file, at, b"endobj") else {
            break;
        };
        let body = file.get(at..end).unwrap_or_default();
        if digits > 0 && body.len() < 20_000 {
            found.push((String::from_utf8_lossy(number).into_owned(), body.to_vec()));
        }
        if found.len() == 400 {
            break;
        }
    }
    found
}

fn position(file: &[u8], from: usize, word: &[u8]) -> Option<usize> {
    file.get(from..)?
        .windows(word.len())
        .position(|window| window == word)
        .map(|at| from + at)
}

/// The number written behind the last `word`.
fn last_after(file: &[u8], word: &[u8]) -> Option<String> {
    let at = file
        .windows(word.len())
        .rposition(|window| window == word)?;
    let rest = file.get(at + word.len()..)?;
    let number: String = rest
        .iter()
        .skip_while(|octet| octet.is_ascii_whitespace())
        .take_while(|octet| octet.is_ascii_digit())
        .map(|octet| char::from(*octet))
        .collect();
    (!number.is_empty()).then_some(number)
}
