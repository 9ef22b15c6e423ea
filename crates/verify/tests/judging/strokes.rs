//! What can be done to a seal signature without a key, and the finding that says so.

use asn1::{Oid, Tag, write};

use crate::mutants::Mutant;
use crate::ofd::sample;
use crate::package::{LIST, SEAL, SIGNATURE, VALUE};

/// What can be done to seal signatures.
pub(crate) const SEALED: &[Mutant] = &[
    (
        "Signature.xml has an octet more",
        |p| p.entry(SIGNATURE).push(b'\n'),
        "seal.digest-differs",
    ),
    (
        "the seal moves on its page",
        |p| p.text(SIGNATURE, "120 200", "20 20"),
        "seal.digest-differs",
    ),
    (
        "the seal moves to a page that is not there",
        |p| p.text(SIGNATURE, "PageRef=\"1\"", "PageRef=\"77\""),
        "ofd.stamp-page",
    ),
    (
        "the seal lies outside its page",
        |p| p.text(SIGNATURE, "120 200", "1200 200"),
        "ofd.stamp-outside",
    ),
    (
        "the kind becomes plain",
        |p| p.text(LIST, "Type=\"Seal\"", "Type=\"Sign\""),
        "signature.cms-unreadable",
    ),
    (
        "the kind is unknown",
        |p| p.text(LIST, "Type=\"Seal\"", "Type=\"Relative\""),
        "ofd.signature-kind",
    ),
    (
        "the seal beside is removed",
        |p| p.remove(SEAL),
        "ofd.seal-absent",
    ),
    (
        "the seal beside has an octet more",
        |p| p.entry(SEAL).push(0),
        "seal.differs",
    ),
    (
        "the seal beside is another",
        |p| *p.entry(SEAL) = sample("parts/handmade-v4.SignedValue.dat"),
        "seal.differs",
    ),
    (
        "the value has an octet more",
        |p| p.entry(VALUE).push(0),
        "seal.malformed",
    ),
    (
        "the value is cut",
        |p| p.entry(VALUE).truncate(100),
        "seal.malformed",
    ),
    (
        "the value is of another document",
        |p| *p.entry(VALUE) = other_value(),
        "seal.digest-differs",
    ),
    (
        "what was sealed stands elsewhere",
        |p| p.value(&[0, 4], &ia5("/Doc_0/Signs/Sign_1/Signature.xml")),
        "seal.property-differs",
    ),
    (
        "the digest is shorter",
        |p| p.value(&[0, 3], &write::bit_string(&[0; 20])),
        "seal.digest-form",
    ),
    (
        "the digest is another",
        |p| p.value(&[0, 3], &write::bit_string(&[0; 32])),
        "seal.value",
    ),
    (
        "the picture is another",
        |p| p.value(&[0, 1, 0, 3, 1], &write::octet_string(b"x")),
        "seal.maker-signature",
    ),
    (
        "the seal's name is another",
        |p| p.value(&[0, 1, 0, 2, 1], &write::utf8_string("另一个")),
        "seal.maker-signature",
    ),
    (
        "the seal has a critical extension",
        |p| p.value(&[0, 1, 0, 3, 3], &critical()),
        "seal.malformed",
    ),
];

/// What can be done to seal signatures of GB/T 38540.
pub(crate) const V4: &[Mutant] = &[
    (
        "the version is another",
        |p| p.value(&[0, 0], &write::unsigned(1)),
        "seal.versions-differ",
    ),
    (
        "the seal's version is another",
        |p| p.value(&[0, 1, 0, 0, 1], &write::unsigned(3)),
        "seal.version",
    ),
    (
        "the seal is of the first edition",
        |p| p.value(&[0, 1], &sample("seal-v1.esl")),
        "seal.versions-differ",
    ),
    (
        "the signer is another",
        |p| p.value(&[1], &write::octet_string(&certificate("other.pem"))),
        "seal.signer-not-listed",
    ),
    (
        "the signer is unreadable",
        |p| p.value(&[1], &write::octet_string(b"x")),
        "seal.signer-unreadable",
    ),
    (
        "the signer's algorithm is mistyped",
        |p| p.value(&[2], &write::oid(&MISTYPED)),
        "seal.signer-algorithm",
    ),
    (
        "the signer's algorithm is of another family",
        |p| p.value(&[2], &write::oid(&RSA)),
        "seal.signer-algorithm",
    ),
    (
        "the value is nothing",
        |p| p.value(&[3], &write::bit_string(b"")),
        "seal.value",
    ),
    (
        "the time-stamp is no token",
        |p| p.value(&[3], &stamped()),
        "time.stamp-unreadable",
    ),
    (
        "the time is after the seal's period",
        |p| p.value(&[0, 2], &moment("20400101000000Z")),
        "seal.expired",
    ),
    (
        "the time is before the seal's period",
        |p| p.value(&[0, 2], &moment("20261120000000Z")),
        "seal.not-yet-valid",
    ),
    (
        "the time is outside the certificate",
        |p| p.value(&[0, 2], &moment("20200101000000Z")),
        "seal.time-outside-certificate",
    ),
    (
        "the maker is another",
        |p| p.value(&[0, 1, 1], &write::octet_string(&certificate("other.pem"))),
        "seal.maker-signature",
    ),
    (
        "the maker is unreadable",
        |p| p.value(&[0, 1, 1], &write::octet_string(b"x")),
        "seal.maker-unreadable",
    ),
    (
        "the maker's algorithm is mistyped",
        |p| p.value(&[0, 1, 2], &write::oid(&MISTYPED)),
        "seal.maker-algorithm",
    ),
    (
        "the maker's value is nothing",
        |p| p.value(&[0, 1, 3], &write::bit_string(b"")),
        "seal.maker-signature",
    ),
    (
        "nobody is listed",
        |p| p.value(&[0, 1, 0, 2, 3], &write::sequence([b""])),
        "seal.malformed",
    ),
];

const MISTYPED: Oid = Oid::of(&[1, 2, 156, 10_197, 501]);
const RSA: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 11]);

fn other_value() -> Vec<u8> {
    sample("parts/handmade-v4.SignedValue.dat")
}

fn ia5(text: &str) -> Vec<u8> {
    write::element(Tag::IA5_STRING, text.as_bytes())
}

fn moment(text: &str) -> Vec<u8> {
    write::element(Tag::GENERALIZED_TIME, text.as_bytes())
}

fn stamped() -> Vec<u8> {
    let stamp = write::context(0, [write::bit_string(b"x")]);
    [write::bit_string(b"x"), stamp].concat()
}

/// A fourth number in the picture is no extension, critical or not.
fn critical() -> Vec<u8> {
    let inside = [
        write::oid(&RSA),
        write::boolean(true),
        write::octet_string(b"x"),
    ];
    [
        write::unsigned(40),
        write::sequence([write::sequence(inside)]),
    ]
    .concat()
}

fn certificate(name: &str) -> Vec<u8> {
    use base64::Engine as _;
    let text = String::from_utf8(sample(name)).expect("text");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD
        .decode(body)
        .expect("base64")
}
