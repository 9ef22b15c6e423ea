//! Forged signature dictionaries: each rule of /ByteRange, /Contents and the entries round them is broken once or
//! more, with the digest over the right octets.

use pdf::{SignatureField, read};

use crate::maker::{
    Bodies, Maker, RESERVE, TRAILER, bodies, dictionary, dictionary_of, document, hex, plain,
    sealed, second, signed,
};

fn fields(bytes: &[u8]) -> Vec<SignatureField> {
    let file = read(&bytes).expect("the chain is sound");
    file.signatures().expect("the form is sound")
}

fn fault(bytes: &[u8]) -> &'static str {
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
fn with_dictionary(change: impl Fn(String) -> String) -> Vec<u8> {
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

#[test]
fn each_entry_of_the_dictionary_is_what_it_must_be() {
    let transform = |parameters: &str| {
        let extra = format!("/Reference[{parameters}]");
        Maker::new(&document(), TRAILER)
            .update(&sealed(&extra))
            .sign()
            .bytes
    };
    let level = |level: &str| format!("<</TransformMethod/DocMDP/TransformParams<</P {level}>>>>");
    let of = |kind: &str, sub_filter: &str, extra: &str| {
        let mut objects = sealed("");
        objects.insert(20, dictionary_of(kind, sub_filter, extra));
        Maker::new(&document(), TRAILER)
            .update(&objects)
            .sign()
            .bytes
    };
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "no /Filter",
            with_dictionary(|body| body.replace("/Filter/Adobe.PPKLite", "")),
            "signature.filter",
        ),
        (
            "an unknown sub-filter",
            of("/Type/Sig", "/adbe.pkcs7.sha1", ""),
            "signature.sub-filter",
        ),
        (
            "no sub-filter",
            with_dictionary(|body| body.replace("/SubFilter/ETSI.CAdES.detached", "")),
            "signature.sub-filter",
        ),
        (
            "a time-stamp called a signature",
            of("/Type/Sig", "/ETSI.RFC3161", ""),
            "signature.type",
        ),
        (
            "a signature called a time-stamp",
            of("/Type/DocTimeStamp", "/ETSI.CAdES.detached", ""),
            "signature.type",
        ),
        (
            "a certificate beside the message",
            of("/Type/Sig", "/ETSI.CAdES.detached", "/Cert<3000>"),
            "signature.cert-entry",
        ),
        (
            "a date that is none",
            with_dictionary(|body| body.replace("D:2026", "D:20x6")),
            "signature.date",
        ),
        (
            "certified twice",
            transform(&format!("{0}{0}", level("2"))),
            "signature.transform",
        ),
        (
            "certified at level 7",
            transform(&level("7")),
            "signature.transform",
        ),
        (
            "certified without parameters",
            transform("<</TransformMethod/DocMDP/TransformParams 99 0 R>>"),
            "signature.transform",
        ),
        (
            "locked without names",
            transform("<</TransformMethod/FieldMDP/TransformParams<</Action/Include>>>>"),
            "signature.transform",
        ),
        (
            "called a certification by the catalog alone",
            called_certification(),
            "signature.transform",
        ),
        ("in an object stream", packed(), "signature.compressed"),
        ("direct in its field", direct(), "signature.not-indirect"),
        (
            "not there",
            with_field("/V 99 0 R"),
            "signature.no-dictionary",
        ),
        (
            "the field itself",
            with_field("/V 6 0 R"),
            "signature.filter",
        ),
        ("an array", array(), "signature.no-dictionary"),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(fault(bytes), *code, "{name}");
    }
}

fn called_certification() -> Vec<u8> {
    let mut objects = sealed("");
    objects.insert(
        1,
        document()[&1].replace("/AcroForm", "/Perms<</DocMDP 20 0 R>>/AcroForm"),
    );
    Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes
}

fn packed() -> Vec<u8> {
    let objects: Bodies = sealed("")
        .into_iter()
        .filter(|(number, _)| *number != 21)
        .collect();
    Maker::new(&document(), TRAILER)
        .packed_update(&objects, 50, "")
        .sign()
        .bytes
}

fn direct() -> Vec<u8> {
    let mut objects = sealed("");
    let field = objects[&6].replace("20 0 R", &objects[&20]);
    objects.insert(6, field);
    objects.remove(&20);
    Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes
}

fn with_field(value: &str) -> Vec<u8> {
    let field = document()[&6].replace("/F 132", &format!("/F 132{value}"));
    Maker::new(&document(), TRAILER)
        .update(&bodies(&[(6, &field)]))
        .bytes
}

fn array() -> Vec<u8> {
    let field = document()[&6].replace("/F 132", "/F 132/V 20 0 R");
    Maker::new(&document(), TRAILER)
        .update(&bodies(&[(6, &field), (20, "[1 2]")]))
        .bytes
}

#[test]
fn two_fields_never_show_one_signature() {
    // Both in the revision that signs.
    let mut objects = second("/Rect[0 0 0 0]", dictionary(""));
    let field = objects[&30].replace("31 0 R", "20 0 R");
    objects.insert(30, field);
    objects.remove(&31);
    objects.extend(sealed(""));
    let bytes = Maker::new(&document(), TRAILER)
        .update(&objects)
        .sign()
        .bytes;
    for field in fields(&bytes) {
        assert_eq!(
            field.value().map_err(|fault| fault.code()).err(),
            Some("signature.shared")
        );
    }
    // The second field later, with the dictionary of the first.
    let mut objects = second("/Rect[0 0 0 0]", String::new());
    let field = objects[&30].replace("31 0 R", "20 0 R");
    objects.insert(30, field);
    objects.remove(&31);
    assert_eq!(fault(&signed().update(&objects).bytes), "signature.shared");
}

#[test]
fn a_field_that_moves_to_an_older_signature_is_refused() {
    // The old field is gone, a new one takes the dictionary up.
    let mut objects = second("/Rect[0 0 0 0]", String::new());
    let field = objects[&30].replace("31 0 R", "20 0 R");
    objects.insert(30, field);
    objects.remove(&31);
    objects.insert(
        5,
        "<</Fields[9 0 R 30 0 R]/SigFlags 3/DA(/F 9 Tf)>>".to_owned(),
    );
    assert_eq!(
        fault(&signed().update(&objects).bytes),
        "signature.older-than-field"
    );
}

#[test]
fn a_signature_is_judged_in_the_revision_that_made_it() {
    // The range ends with the revision before: the update that shows the signature is not signed by it.
    let first = Maker::new(&document(), TRAILER);
    let end = first.bytes.len();
    let bytes = first
        .update(&sealed(""))
        .sign_as(
            |[_, a, b, _]| format!("0 {a} {b} {}", end.saturating_sub(b).max(1)),
            hex,
        )
        .bytes;
    assert_eq!(fault(&bytes), "signature.byte-range-end");
    // The range takes in an update that came later.
    let mut maker = signed();
    let old = maker.bytes.len();
    maker = maker.update(&bodies(&[(11, "<</Title(x)>>")]));
    let new = maker.bytes.len();
    let text = String::from_utf8_lossy(&maker.bytes).into_owned();
    let at = text.find("/ByteRange[").expect("there");
    let range = &text[at + 11..at + 11 + 84];
    let numbers: Vec<usize> = range
        .split_whitespace()
        .map(|n| n.parse().expect("a number"))
        .collect();
    let longer = format!("0 {} {} {}", numbers[1], numbers[2], numbers[3] + new - old);
    let at = maker
        .bytes
        .windows(11)
        .position(|w| w == b"/ByteRange[")
        .expect("there")
        + 11;
    maker.bytes[at..at + longer.len()].copy_from_slice(longer.as_bytes());
    assert_eq!(fault(&maker.bytes), "signature.byte-range-beyond");
}
