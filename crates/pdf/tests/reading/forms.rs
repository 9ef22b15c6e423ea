//! Forged signature dictionaries: each rule of /ByteRange, /Contents and the entries round them is broken once or
//! more, with the digest over the right octets.

use pdf::{SignatureField, read};

use crate::maker::{Maker, RESERVE, TRAILER, dictionary, document, hex, plain, sealed, signed};

pub(crate) fn fields(bytes: &[u8]) -> Vec<SignatureField> {
    let file = read(&bytes).expect("the chain is sound");
    file.signatures().expect("the form is sound")
}

pub(crate) fn fault(bytes: &[u8]) -> &'static str {
    let fields = fields(bytes);
    let last = fields.last().expect("a signature");
    match last.value() {
        Ok(_) => "sound",
        Err(fault) => {
            assert!(!fault.clause().is_empty());
            fault.code()
        }
    }
}

fn with_range(range: impl Fn([usize; 4]) -> String) -> Vec<u8> {
    let maker = Maker::new(&document(), TRAILER).update(&sealed(""));
    maker.sign_as(range, hex).bytes
}

fn with_contents(contents: impl Fn(&[u8]) -> String) -> Vec<u8> {
    let maker = Maker::new(&document(), TRAILER).update(&sealed(""));
    maker.sign_as(plain, contents).bytes
}

/// The seal with its dictionary changed by `change`, then signed.
pub(crate) fn with_dictionary(change: impl Fn(String) -> String) -> Vec<u8> {
    let mut objects = sealed("");
    objects.insert(20, change(dictionary("")));
    Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes
}

/// The seal with other octets of the same length in place of `from`, put there after signing.
fn replaced(from: &str, to: &str) -> Vec<u8> {
    let mut bytes = signed().bytes;
    let at = bytes
        .windows(from.len())
        .rposition(|window| window == from.as_bytes())
        .expect("it is there");
    let to = format!("{to:<width$}", width = from.len());
    bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
    bytes
}

#[test]
fn each_rule_of_the_byte_range_has_its_own_fault() {
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "the key is missing",
            replaced("/ByteRange", "/ByteRangX"),
            "signature.byte-range-missing",
        ),
        ("null", null_range(), "signature.byte-range-missing"),
        (
            "no numbers",
            with_range(|_| String::new()),
            "signature.byte-range-count",
        ),
        (
            "one pair",
            with_range(|[_, a, ..]| format!("0 {a}")),
            "signature.byte-range-count",
        ),
        (
            "three numbers",
            with_range(|[_, a, b, _]| format!("0 {a} {b}")),
            "signature.byte-range-count",
        ),
        (
            "a pair more",
            with_range(|range| format!("{} 0 0", plain(range))),
            "signature.byte-range-count",
        ),
        (
            "strings",
            with_range(|[_, a, b, c]| format!("(0)({a})({b})({c})")),
            "signature.byte-range-type",
        ),
        (
            "fractions",
            with_range(|[_, a, b, c]| format!("0 {a}.0 {b} {c}")),
            "signature.byte-range-type",
        ),
        (
            "a negative length",
            with_range(|[_, a, b, c]| format!("0 {a} {b} -{c}")),
            "signature.byte-range-negative",
        ),
        (
            "a negative start",
            with_range(|[_, a, b, c]| format!("-1 {a} {b} {c}")),
            "signature.byte-range-negative",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

#[test]
fn the_ranges_lie_as_they_must() {
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "not from 0",
            with_range(|[_, a, b, c]| format!("1 {} {b} {c}", a - 1)),
            "signature.byte-range-start",
        ),
        (
            "overlap",
            with_range(|[_, a, _, c]| format!("0 {a} {} {c}", a - 5)),
            "signature.byte-range-overlap",
        ),
        (
            "no gap",
            with_range(|[_, a, b, c]| format!("0 {a} {a} {}", b + c - a)),
            "signature.byte-range-overlap",
        ),
        (
            "an empty second range",
            with_range(|[_, a, b, _]| format!("0 {a} {b} 0")),
            "signature.byte-range-overlap",
        ),
        (
            "an empty first range",
            with_range(|[_, _, b, c]| format!("0 0 {b} {c}")),
            "signature.byte-range-overlap",
        ),
        (
            "beyond the end",
            with_range(|[_, a, b, c]| format!("0 {a} {b} {}", c + 1)),
            "signature.byte-range-beyond",
        ),
        (
            "sums that overflow",
            with_range(|[_, a, b, _]| format!("0 {a} {b} {}", i64::MAX)),
            "signature.byte-range-beyond",
        ),
        (
            "one octet before the mark",
            with_range(|[_, a, b, c]| format!("0 {a} {b} {}", c - 2)),
            "signature.byte-range-end",
        ),
        (
            "far before the end",
            with_range(|[_, a, b, c]| format!("0 {a} {b} {}", c / 2)),
            "signature.byte-range-end",
        ),
        (
            "a reference to an array",
            with_range_object("/ByteRange 25 0 R"),
            "signature.byte-range-indirect",
        ),
        (
            "a reference to a number",
            with_range(|[_, a, b, _]| format!("0 {a} {b} 25 0 R")),
            "signature.byte-range-indirect",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

fn null_range() -> Vec<u8> {
    let bytes = signed().bytes;
    let start = bytes
        .windows(11)
        .rposition(|w| w == b"/ByteRange[")
        .expect("there");
    let end = start
        + bytes[start..]
            .iter()
            .position(|octet| *octet == b']')
            .expect("there");
    let mut bytes = bytes;
    let text = format!("{:<width$}", "/ByteRange null", width = end + 1 - start);
    bytes[start..=end].copy_from_slice(text.as_bytes());
    bytes
}

fn with_range_object(text: &str) -> Vec<u8> {
    let mut objects = sealed("");
    let body = objects[&20].replace("/ByteRange[", &format!("{text}/Kept["));
    objects.insert(20, body);
    objects.insert(25, "[0 1 2 3]".to_owned());
    Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes
}

#[test]
fn the_gap_is_exactly_the_contents_of_this_dictionary() {
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "begins an octet early",
            with_range(|[_, a, b, c]| format!("0 {} {b} {c}", a - 1)),
            "signature.contents-gap",
        ),
        (
            "begins an octet late",
            with_range(|[_, a, b, c]| format!("0 {} {b} {c}", a + 1)),
            "signature.contents-gap",
        ),
        (
            "ends an octet late",
            with_range(|[_, a, b, c]| format!("0 {a} {} {}", b + 1, c - 1)),
            "signature.contents-gap",
        ),
        (
            "ends an octet early",
            with_range(|[_, a, b, c]| format!("0 {a} {} {}", b - 1, c + 1)),
            "signature.contents-gap",
        ),
        (
            "takes in the dictionary's end",
            with_range(|[_, a, b, c]| format!("0 {a} {} {}", b + 10, c - 10)),
            "signature.contents-gap",
        ),
        (
            "holds the string of another key",
            another_key(),
            "signature.contents-form",
        ),
        (
            "holds the string of another dictionary",
            another_dictionary(),
            "signature.contents-gap",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

/// The signed place is /Cantents; /Contents is a short string elsewhere.
fn another_key() -> Vec<u8> {
    with_dictionary(|body| body.replace("/Contents<", "/Contents(0)/Cantents<"))
}

/// The reserved place is in an object that no field shows.
fn another_dictionary() -> Vec<u8> {
    let mut objects = sealed("");
    let reserved = "0".repeat(RESERVE * 2);
    let body = objects[&20].replace(&reserved, "30030201ff");
    objects.insert(20, body);
    objects.insert(25, format!("<</Contents<{reserved}>>>"));
    Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes
}

#[test]
fn each_rule_of_the_contents_has_its_own_fault() {
    let padded = |text: &str| format!("<{text:0<width$}>", width = RESERVE * 2);
    let digits = |message: &[u8]| {
        message
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect::<String>()
    };
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "the key is missing",
            replaced("/Contents<", "/Cantents<"),
            "signature.contents-missing",
        ),
        (
            "null",
            with_dictionary(|body| body.replace("/Contents<", "/Contents null/Kept<")),
            "signature.contents-missing",
        ),
        (
            "a name",
            with_dictionary(|body| body.replace("/Contents<", "/Contents/None/Kept<")),
            "signature.contents-form",
        ),
        (
            "a reference",
            with_dictionary(|body| body.replace("/Contents<", "/Contents 25 0 R/Kept<")),
            "signature.contents-form",
        ),
        (
            "a literal string",
            with_contents(|_| format!("({})", "0".repeat(RESERVE * 2))),
            "signature.contents-form",
        ),
        (
            "empty",
            with_dictionary(|body| body.replace("/Contents<", "/Contents<>/Kept<")),
            "signature.contents-gap",
        ),
        ("empty in the gap", empty(), "signature.contents-empty"),
        (
            "zeros",
            with_contents(|_| padded("")),
            "signature.contents-empty",
        ),
        (
            "an odd number of digits",
            with_contents(|message| {
                format!("<{:0<width$}> ", digits(message), width = RESERVE * 2 - 1)
            }),
            "signature.contents-gap",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

#[test]
fn the_contents_are_one_message_in_digits() {
    let padded = |text: &str| format!("<{text:0<width$}>", width = RESERVE * 2);
    let digits = |message: &[u8]| {
        message
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect::<String>()
    };
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "white space among the digits",
            with_contents(|message| padded(&format!("{} ", digits(message)))),
            "signature.contents-digits",
        ),
        (
            "a line end among the digits",
            with_contents(|message| padded(&format!("\n\n{}", digits(message)))),
            "signature.contents-digits",
        ),
        (
            "no DER",
            with_contents(|_| padded("0500")),
            "signature.contents-encoding",
        ),
        (
            "a length of 2^32-1",
            with_contents(|_| padded("3084ffffffff00")),
            "signature.contents-encoding",
        ),
        (
            "sequences without end",
            with_contents(|_| padded(&"3080".repeat(200))),
            "signature.contents-encoding",
        ),
        (
            "octets behind the message",
            with_contents(|message| padded(&format!("{}00ff", digits(message)))),
            "signature.contents-trailing",
        ),
        (
            "a second message behind the first",
            with_contents(|message| padded(&format!("{0}3000", digits(message)))),
            "signature.contents-trailing",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

/// `<>` alone is the gap.
fn empty() -> Vec<u8> {
    let mut objects = sealed("");
    let body = objects[&20].replace(&format!("<{}>", "0".repeat(RESERVE * 2)), "<>");
    objects.insert(20, body);
    let mut bytes = Maker::new(&document(), TRAILER).update(&objects).bytes;
    let gap = bytes
        .windows(12)
        .rposition(|w| w == b"/Contents<>>")
        .expect("there")
        + 9;
    let place = bytes
        .windows(11)
        .rposition(|w| w == b"/ByteRange[")
        .expect("there")
        + 11;
    let numbers = format!("0 {gap} {} {}", gap + 2, bytes.len() - gap - 2);
    bytes[place..place + numbers.len()].copy_from_slice(numbers.as_bytes());
    bytes
}
