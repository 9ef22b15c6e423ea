//! Sealed packages, seals and plain signatures that are wrong although what was signed was signed: each is refused, and for
//! these reasons alone.

use affix::ofd::List;
use asn1::{Oid, Tag, write};
use crypto::{Digest, DigestAlgorithm};
use seal::ses::Edition;
use time::Duration;
use time::macros::utc_datetime;
use verify::Verdict;

use crate::hierarchy::certificate;
use crate::maker::errors;
use crate::national::{GOOD, LATER, judged};
use crate::package::{SIGNATURE, VALUE, put};
use crate::sealings::{SM2_SM3, Sealing, elements, parts, seal, seal_by, with};

/// What is wrong, how it is made, and the findings that weigh, in their order.
pub(crate) type Bent = (&'static str, fn() -> Vec<u8>, &'static [&'static str]);

pub(crate) const V1: Edition = Edition::V1;
pub(crate) const V4: Edition = Edition::V4;

pub(crate) fn refuse(table: &[Bent]) {
    let mut wrong = Vec::new();
    for (name, make, expected) in table {
        let report = judged(&make(), LATER);
        let found = errors(&report);
        if report.verdict == Verdict::Valid || found != *expected {
            wrong.push(format!("{name}: {:?} {found:?}", report.verdict));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

pub(crate) fn utc(text: &str) -> Vec<u8> {
    write::element(Tag::UTC_TIME, text.as_bytes())
}

pub(crate) fn moment(text: &str) -> Vec<u8> {
    write::element(Tag::GENERALIZED_TIME, text.as_bytes())
}

fn ia5(text: &str) -> Vec<u8> {
    write::element(Tag::IA5_STRING, text.as_bytes())
}

fn extension(critical: bool) -> Vec<u8> {
    write::sequence([
        write::oid(&Oid::of(&[1, 2, 3, 4])),
        write::boolean(critical),
        write::octet_string(b"x"),
    ])
}

/// A list of digests in the place of certificates.
pub(crate) fn digests(value: &[u8]) -> Vec<u8> {
    let one = write::sequence([
        write::element(Tag::PRINTABLE_STRING, b"SM3"),
        write::octet_string(value),
    ]);
    write::sequence([one])
}

pub(crate) fn listing(kind: u64, list: &[u8]) -> Vec<u8> {
    let list = list.to_vec();
    seal(V4, move |info| {
        put(&put(&info, &[2, 3], &list), &[2, 2], &write::unsigned(kind))
    })
}

pub(crate) fn sm3(octets: &[u8]) -> Vec<u8> {
    Digest::of(DigestAlgorithm::Sm3, octets).bytes().to_vec()
}

pub(crate) fn used(seal: Vec<u8>) -> Vec<u8> {
    Sealing::under(seal).file()
}

/// Whoever makes seals signs what is not in order, or who signs makes none.
pub(crate) const SEALS: &[Bent] = &[
    (
        "who may sign documents made the seal",
        || used(seal_by(V4, "sm-signer-approver", |info| info)),
        &["path.purpose"],
    ),
    (
        "who may sign documents made the seal of the first edition",
        || used(seal_by(V1, GOOD, |info| info)),
        &["path.purpose"],
    ),
    (
        "the seal was made with a certificate for encryption",
        || used(seal_by(V4, "sm-encryption-990102-SPZYZ-01", |info| info)),
        &["path.encryption-certificate"],
    ),
    (
        "who made the seal was revoked",
        || used(seal_by(V4, "sm-seal-revoked", |info| info)),
        &["path.revoked"],
    ),
    (
        "the seal ends before it begins",
        || used(seal(V4, with(&[2, 6], moment("20251231000000Z")))),
        &["seal.period-empty"],
    ),
    (
        "the seal begins a second later",
        || used(seal(V4, with(&[2, 5], moment("20260610084211Z")))),
        &["seal.not-yet-valid"],
    ),
    (
        "the seal ended a second before",
        || used(seal(V4, with(&[2, 6], moment("20260610084209Z")))),
        &["seal.expired"],
    ),
    (
        "certificates are called digests",
        || used(seal(V4, with(&[2, 2], write::unsigned(2)))),
        &["seal.malformed"],
    ),
    (
        "digests are called certificates",
        || used(listing(1, &digests(&sm3(certificate(GOOD).der())))),
        &["seal.malformed"],
    ),
    (
        "the list is of a third kind",
        || used(seal(V4, with(&[2, 2], write::unsigned(3)))),
        &["seal.malformed"],
    ),
    (
        "the digest listed is by SHA-256",
        || {
            let digest = Digest::of(DigestAlgorithm::Sha256, certificate(GOOD).der());
            used(listing(2, &digests(digest.bytes())))
        },
        &["seal.signer-not-listed"],
    ),
    (
        "the digest listed is of what the certificate's issuer signed",
        || {
            let inside = elements(certificate(GOOD).der()).swap_remove(0);
            used(listing(2, &digests(&sm3(&inside))))
        },
        &["seal.signer-not-listed"],
    ),
    (
        "the digest listed is cut",
        || used(listing(2, &digests(&sm3(certificate(GOOD).der())[..31]))),
        &["seal.signer-not-listed"],
    ),
    (
        "the certificate listed has an octet more",
        || {
            let mut der = certificate(GOOD).der().to_vec();
            der.push(0);
            used(listing(1, &write::sequence([write::octet_string(&der)])))
        },
        &["seal.signer-not-listed"],
    ),
    (
        "the seal is of another person of the office",
        || Sealing::usual().by("sm-signer-approver").file(),
        &["seal.signer-not-listed"],
    ),
    (
        "the seal has a critical extension behind others",
        || {
            let both = [
                extension(false),
                put(&extension(true), &[0], &write::oid(&SM2_SM3)),
            ];
            let all = write::sequence(both);
            used(seal(V4, move |info| {
                put(
                    &info,
                    &[3],
                    &[elements(&info)[3].clone(), all.clone()].concat(),
                )
            }))
        },
        &["seal.critical-extension"],
    ),
    (
        "the seal has one extension twice",
        || {
            let all = write::sequence([extension(false), extension(false)]);
            used(seal(V4, move |info| {
                put(
                    &info,
                    &[3],
                    &[elements(&info)[3].clone(), all.clone()].concat(),
                )
            }))
        },
        &["seal.malformed"],
    ),
    (
        "the mark is in small letters",
        || used(seal(V4, with(&[0, 0], ia5("es")))),
        &["seal.malformed"],
    ),
    (
        "a date has no zone",
        || used(seal(V4, with(&[2, 4], moment("20260105000000")))),
        &["seal.malformed"],
    ),
    (
        "a date has a zone of its own",
        || used(seal(V4, with(&[2, 4], moment("20260105080000+0800")))),
        &["seal.malformed"],
    ),
    (
        "a date has a fraction",
        || used(seal(V4, with(&[2, 4], moment("20260105000000.0Z")))),
        &["seal.malformed"],
    ),
    (
        "a date is of the older form",
        || used(seal(V4, with(&[2, 4], utc("260105000000Z")))),
        &["seal.malformed"],
    ),
    (
        "a date is no day",
        || used(seal(V4, with(&[2, 4], moment("20260230000000Z")))),
        &["seal.malformed"],
    ),
    (
        "the name is in another alphabet of ASN.1",
        || {
            used(seal(
                V4,
                with(&[2, 1], write::element(Tag::PRINTABLE_STRING, b"A")),
            ))
        },
        &["seal.malformed"],
    ),
    (
        "the name is no UTF-8",
        || {
            used(seal(
                V4,
                with(&[2, 1], write::element(Tag::UTF8_STRING, b"\xC0\xAF")),
            ))
        },
        &["seal.malformed"],
    ),
    (
        "the picture is narrower than nothing",
        || used(seal(V4, with(&[3, 2], write::integer(&[0xFF])))),
        &["seal.malformed"],
    ),
    (
        "the first edition is called the fourth",
        || used(seal(V1, with(&[0, 1], write::unsigned(4)))),
        &["seal.version"],
    ),
    (
        "the fourth edition is called the sixth",
        || used(seal(V4, with(&[0, 1], write::unsigned(6)))),
        &["seal.version"],
    ),
    (
        "the fifth edition's seal has what is no time-stamp",
        || {
            let mut all = elements(&seal(V4, with(&[0, 1], write::unsigned(5))));
            all.push(write::context(0, [write::octet_string(b"x")]));
            used(write::sequence(all))
        },
        &["seal.malformed"],
    ),
];

/// The signer signs what is not in order.
pub(crate) const USES: &[Bent] = &[
    (
        "it is sealed with a certificate for encryption",
        || {
            let other = "sm-encryption-990102-SPZYZ-01";
            let list = write::sequence([write::octet_string(certificate(other).der())]);
            Sealing::under(listing(1, &list)).by(other).file()
        },
        &["path.encryption-certificate"],
    ),
    (
        "it is sealed with a certificate that had ended",
        || {
            let other = "sm-seal-expired";
            let list = write::sequence([write::octet_string(certificate(other).der())]);
            Sealing::under(listing(1, &list)).by(other).file()
        },
        &["path.expired", "seal.time-outside-certificate"],
    ),
    (
        "it is sealed the day after tomorrow",
        || Sealing::usual().at(LATER + Duration::days(2)).file(),
        &["time.claimed-ahead"],
    ),
    (
        "it is sealed before the certificate was",
        || {
            let early = seal(V4, with(&[2, 5], moment("20240101000000Z")));
            Sealing::under(early)
                .at(utc_datetime!(2025-12-31 23:59:59))
                .file()
        },
        &["seal.time-outside-certificate"],
    ),
    (
        "what was sealed is named without its slash",
        || {
            Sealing::usual()
                .before(|inside| inside[4] = ia5(SIGNATURE))
                .file()
        },
        &["seal.property-differs"],
    ),
    (
        "what was sealed is named in another case",
        || {
            let name = format!("/{SIGNATURE}").to_lowercase();
            let mut parts = parts(List::Closed);
            let sealing = Sealing::usual();
            sealing.put_on(&mut parts);
            let digest = Digest::of(DigestAlgorithm::Sm3, parts.entry(SIGNATURE));
            *parts.entry(VALUE) = sealing.signed(&digest, &name);
            parts.octets()
        },
        &["seal.property-differs"],
    ),
    (
        "what was sealed is named by another path to it",
        || {
            Sealing::usual()
                .before(|inside| inside[4] = ia5("/Doc_0/Signs/../Signs/Sign_0/Signature.xml"))
                .file()
        },
        &["seal.property-differs"],
    ),
    (
        "the digest is by SHA-256",
        || over(DigestAlgorithm::Sha256, |text| text.to_vec()),
        &["seal.digest-differs"],
    ),
    (
        "the digest is of Signature.xml without its declaration",
        || {
            over(DigestAlgorithm::Sm3, |text| {
                let at = text.iter().position(|one| *one == b'\n').expect("a line");
                text[at + 1..].to_vec()
            })
        },
        &["seal.digest-differs"],
    ),
    (
        "the digest is of what is signed in Signature.xml",
        || {
            over(DigestAlgorithm::Sm3, |text| {
                let text = std::str::from_utf8(text).expect("text");
                let (_, rest) = text.split_once("<ofd:SignedInfo>").expect("it is there");
                rest.split_once("</ofd:SignedInfo>")
                    .expect("it ends")
                    .0
                    .as_bytes()
                    .to_vec()
            })
        },
        &["seal.digest-differs"],
    ),
    (
        "the digest is of the digest",
        || over(DigestAlgorithm::Sm3, sm3),
        &["seal.digest-differs"],
    ),
    (
        "what was signed has a critical extension",
        || {
            Sealing::usual()
                .before(|inside| {
                    inside.push(write::context(0, [write::sequence([extension(true)])]))
                })
                .file()
        },
        &["seal.critical-extension"],
    ),
    (
        "what was signed has extensions without their tag",
        || {
            Sealing::usual()
                .before(|inside| inside.push(write::sequence([extension(false)])))
                .file()
        },
        &["seal.malformed"],
    ),
    (
        "what was signed names the version of the fifth edition",
        || {
            Sealing::usual()
                .before(|inside| inside[0] = write::unsigned(5))
                .file()
        },
        &["seal.versions-differ"],
    ),
    (
        "the fifth edition is signed as the fourth",
        || {
            let five = seal(V4, with(&[0, 1], write::unsigned(5)));
            Sealing::under(five)
                .before(|inside| inside[0] = write::unsigned(4))
                .file()
        },
        &["seal.versions-differ"],
    ),
    (
        "a time is not that of ASN.1",
        || {
            Sealing::usual()
                .before(|inside| inside[2] = ia5("20260610084210Z"))
                .file()
        },
        &["seal.malformed"],
    ),
    (
        "a length is longer than it has to be",
        || {
            Sealing::usual()
                .before(|inside| {
                    let content = inside[4][2..].to_vec();
                    let length = u8::try_from(content.len()).expect("short");
                    inside[4] = [&[0x16, 0x81, length][..], &content].concat();
                })
                .file()
        },
        &["seal.malformed"],
    ),
    (
        "the value is two numbers one after the other",
        || {
            Sealing::usual()
                .after(|whole| whole[3] = raw(&whole[3]))
                .file()
        },
        &["seal.value"],
    ),
    (
        "the value has a zero in front of a number",
        || {
            Sealing::usual()
                .after(|whole| whole[3] = padded(&whole[3]))
                .file()
        },
        &["seal.value"],
    ),
    (
        "the value has an octet behind its numbers",
        || {
            Sealing::usual()
                .after(|whole| whole[3] = write::bit_string(&[&whole[3][3..], &[0]].concat()))
                .file()
        },
        &["seal.value"],
    ),
    (
        "the value does not end with an octet",
        || Sealing::usual().after(|whole| whole[3][2] = 4).file(),
        &["seal.malformed"],
    ),
    (
        "the value is of two elements",
        || Sealing::usual().after(|whole| whole.truncate(3)).file(),
        &["seal.malformed"],
    ),
    (
        "the signer is named by the certificate of encryption of the same holder",
        || {
            Sealing::usual()
                .after(|whole| {
                    let other = certificate("sm-encryption-990102-SPZYZ-01");
                    whole[1] = write::octet_string(other.der());
                })
                .file()
        },
        &[
            "seal.value",
            "seal.signer-not-listed",
            "path.encryption-certificate",
        ],
    ),
    (
        "the algorithm is a digest",
        || {
            Sealing::usual()
                .after(|whole| whole[2] = write::oid(&Oid::of(&[1, 2, 156, 10_197, 1, 401])))
                .file()
        },
        &["seal.signer-algorithm"],
    ),
];

/// Sealed over the digest of something else.
fn over(algorithm: DigestAlgorithm, what: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut parts = parts(List::Closed);
    let sealing = Sealing::usual();
    sealing.put_on(&mut parts);
    let digest = Digest::of(algorithm, &what(parts.entry(SIGNATURE)));
    *parts.entry(VALUE) = sealing.signed(&digest, &format!("/{SIGNATURE}"));
    parts.octets()
}

/// The numbers of a value, without what is in front of them.
fn numbers(value: &[u8]) -> [Vec<u8>; 2] {
    let pair = elements(&value[3..]);
    [pair[0][2..].to_vec(), pair[1][2..].to_vec()]
}

pub(crate) fn raw(value: &[u8]) -> Vec<u8> {
    let wide = |number: &Vec<u8>| {
        let short = number.iter().skip_while(|one| **one == 0).copied();
        let short: Vec<u8> = short.collect();
        [vec![0; 32 - short.len()], short].concat()
    };
    write::bit_string(&numbers(value).each_ref().map(wide).concat())
}

fn padded(value: &[u8]) -> Vec<u8> {
    let [r, s] = numbers(value);
    let longer = write::element(Tag::INTEGER, &[&[0][..], &r].concat());
    write::bit_string(&write::sequence([longer, write::element(Tag::INTEGER, &s)]))
}

#[test]
fn seals_that_are_not_in_order_are_refused_though_they_are_signed() {
    refuse(SEALS);
}

#[test]
fn uses_that_are_not_in_order_are_refused_though_they_are_signed() {
    refuse(USES);
}
