//! Time-stamps, plain signatures and seals by themselves that are wrong although what was signed was signed.

use affix::ofd::List;
use asn1::{Oid, write};
use crypto::{Digest, DigestAlgorithm};

use crate::bent::{Bent, V1, V4, moment, raw, refuse, sm3, utc};
use crate::bent_packages::entry;
use crate::hierarchy::{SEALED, certificate, sign};
use crate::maker::{codes, errors, token_over};
use crate::national::{GOOD, LATER, judged};
use crate::package::{LIST, Parts, SIGNATURE, VALUE, put};
use crate::sealings::{Sealing, elements, parts, plain, plain_over, read, seal, seal_by, with};

/// Time-stamps that do not fit.
pub(crate) const STAMPS: &[Bent] = &[
    (
        "the time-stamp is over Signature.xml",
        || {
            let mut parts = parts(List::Closed);
            Sealing::usual().put_on(&mut parts);
            let digest = Digest::of(DigestAlgorithm::Sm3, parts.entry(SIGNATURE));
            stamped(&mut parts, &token_over(&digest, SEALED, "sm-tsa"));
            parts.octets()
        },
        &["tsp.imprint-differs"],
    ),
    (
        "the time-stamp is over the value by its numbers alone",
        || {
            let mut parts = parts(List::Closed);
            Sealing::usual().put_on(&mut parts);
            let value = write::bit_string(read(&mut parts).signature());
            let digest = Digest::of(DigestAlgorithm::Sm3, &raw(&value)[3..]);
            stamped(&mut parts, &token_over(&digest, SEALED, "sm-tsa"));
            parts.octets()
        },
        &["tsp.imprint-differs"],
    ),
    (
        "the time-stamp is by who makes seals",
        || {
            let mut parts = parts(List::Closed);
            Sealing::usual().put_on(&mut parts);
            let digest = Digest::of(DigestAlgorithm::Sm3, read(&mut parts).signature());
            stamped(&mut parts, &token_over(&digest, SEALED, "sm-maker"));
            parts.octets()
        },
        &["tsp.purpose-absent"],
    ),
    (
        "the time-stamp has octets behind it",
        || {
            let mut parts = parts(List::Closed);
            Sealing::usual().put_on(&mut parts);
            let digest = Digest::of(DigestAlgorithm::Sm3, read(&mut parts).signature());
            let mut token = token_over(&digest, SEALED, "sm-tsa");
            token.extend(b"xyz");
            stamped(&mut parts, &token);
            parts.octets()
        },
        &["cms.trailing-octets"],
    ),
];

pub(crate) fn stamped(parts: &mut Parts, token: &[u8]) {
    let mut all = elements(parts.entry(VALUE));
    all.push(write::context(0, [write::bit_string(token)]));
    *parts.entry(VALUE) = write::sequence(all);
}

/// The element of the message of GB/T 35275 at a path.
fn message(path: &'static [usize], part: Vec<u8>) -> Vec<u8> {
    plain(
        |_| {},
        move |whole| {
            let inner = elements(&whole);
            let body = asn1::Reader::der(&inner[1]).element().expect("a tag");
            let body = put(body.content(), path, &part);
            write::sequence([inner[0].clone(), write::context(0, [body])])
        },
    )
}

/// The one signer's element at a place, in the place of another.
fn signer(place: usize, part: Vec<u8>) -> Vec<u8> {
    plain(
        |_| {},
        move |whole| in_signer(&whole, |all| all[place].clone_from(&part)),
    )
}

pub(crate) fn in_signer(whole: &[u8], bend: impl Fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let inner = elements(whole);
    let body = asn1::Reader::der(&inner[1]).element().expect("a tag");
    let mut parts = elements(body.content());
    let set = asn1::Reader::der(&parts[4]).element().expect("a set");
    let mut all = elements(set.content());
    bend(&mut all);
    parts[4] = write::set_of([write::sequence(all)]);
    write::sequence([
        inner[0].clone(),
        write::context(0, [write::sequence(parts)]),
    ])
}

/// Plain signatures.
pub(crate) const PLAIN: &[Bent] = &[
    (
        "the content is by SHA-256",
        || {
            plain_over(
                |_| {},
                |text| Digest::of(DigestAlgorithm::Sha256, text).bytes().to_vec(),
                |it| it,
            )
        },
        &["ofd.signed-other"],
    ),
    (
        "the content is the digest of what is signed without its declaration",
        || {
            plain_over(
                |_| {},
                |text| {
                    let at = text.iter().position(|one| *one == b'\n').expect("a line");
                    sm3(&text[at + 1..])
                },
                |it| it,
            )
        },
        &["ofd.signed-other"],
    ),
    (
        "the content is the digest in letters",
        || {
            plain_over(
                |_| {},
                |text| {
                    let letters = sm3(text).into_iter().map(|one| format!("{one:02x}"));
                    letters.collect::<String>().into_bytes()
                },
                |it| it,
            )
        },
        &["ofd.signed-other"],
    ),
    (
        "the message is of the version of CMS",
        || message(&[0], write::unsigned(3)),
        &["cms.version"],
    ),
    (
        "no digest is announced",
        || message(&[1], write::set_of::<Vec<u8>>([])),
        &["cms.digest-not-announced"],
    ),
    (
        "there are no certificates",
        || message(&[3], Vec::new()),
        &[
            "cms.certificates-absent",
            "cms.signing-certificate-unmatched",
        ],
    ),
    (
        "nobody signed",
        || message(&[4], write::set_of::<Vec<u8>>([])),
        &["cms.no-signer"],
    ),
    (
        "the signer is named by another number",
        || {
            plain(
                |_| {},
                |whole| {
                    in_signer(&whole, |all| {
                        all[1] = put(&all[1], &[1], &write::unsigned(9))
                    })
                },
            )
        },
        &["cms.signing-certificate-unmatched"],
    ),
    (
        "the signer is named by a key",
        || signer(1, write::context_primitive(0, &[7; 20])),
        &[
            "cms.signer-version",
            "cms.identifier-form",
            "cms.signing-certificate-unmatched",
        ],
    ),
    (
        "the algorithm of the value is RSA's",
        || {
            let rsa = write::sequence([
                write::oid(&Oid::of(&[1, 2, 840, 113_549, 1, 1, 1])),
                write::null(),
            ]);
            signer(3, rsa)
        },
        &["cms.signature-algorithm"],
    ),
    (
        "the value is two numbers one after the other",
        || {
            plain(
                |_| {},
                |whole| {
                    in_signer(&whole, |all| {
                        let value = write::bit_string(&all[4][2..]);
                        all[4] = write::octet_string(&raw(&value)[3..]);
                    })
                },
            )
        },
        &["cms.signature-differs"],
    ),
    (
        "attributes that nobody signed stand there",
        || {
            plain(
                |_| {},
                |whole| {
                    in_signer(&whole, |all| {
                        let set = write::set_of([write::octet_string(&[0; 32])]);
                        let digest = Oid::of(&[1, 2, 840, 113_549, 1, 9, 4]);
                        let one = write::sequence([write::oid(&digest), set]);
                        all.insert(3, write::context(0, [one]));
                    })
                },
            )
        },
        &["cms.content-type-absent", "cms.message-digest-differs"],
    ),
    (
        "the message is called enveloped",
        || {
            plain(
                |_| {},
                |whole| {
                    let inner = elements(&whole);
                    let other = write::oid(&Oid::of(&[1, 2, 156, 10_197, 6, 1, 4, 2, 4]));
                    write::sequence([other, inner[1].clone()])
                },
            )
        },
        &["signature.cms-unreadable"],
    ),
    (
        "the message stands twice",
        || plain(|_| {}, |whole| [whole.clone(), whole].concat()),
        &["cms.trailing-octets"],
    ),
    (
        "the value is a bare signature",
        || plain(|_| {}, |_| sign(GOOD, b"x").bytes().to_vec()),
        &["signature.cms-unreadable"],
    ),
    (
        "the value is that of a seal",
        || {
            plain(
                |_| {},
                |_| {
                    elements(&Sealing::usual().signed(&Digest::of(DigestAlgorithm::Sm3, b""), "/x"))
                        .concat()
                },
            )
        },
        &["signature.cms-unreadable"],
    ),
    (
        "the signature stands in another folder a second time",
        || {
            let mut copy = Vec::new();
            let file = plain(|_| {}, |it| it);
            let mut parts = Parts::read(&file);
            for (name, octets) in &parts.entries {
                if name.contains("Sign_0/") {
                    copy.push((name.replace("Sign_0/", "Sign_1/"), octets.clone()));
                }
            }
            parts.entries.extend(copy);
            let one = entry(&mut parts, 0);
            let two = one.replace("Sign_0/", "Sign_1/").replace("ID=\"", "ID=\"9");
            parts.text(LIST, &one, &format!("{one}{two}"));
            parts.octets()
        },
        &[
            "ofd.reference-differs",
            "ofd.unprotected-entry",
            "ofd.unprotected-entry",
            "ofd.reference-differs",
            "ofd.unprotected-part",
            "ofd.unprotected-entry",
            "ofd.unprotected-entry",
        ],
    ),
];

/// Seals by themselves.
pub(crate) const BARE: &[Bent] = &[
    (
        "its period is over",
        || seal(V4, with(&[2, 6], moment("20260701000000Z"))),
        &["seal.expired"],
    ),
    (
        "its period has not begun",
        || seal(V1, with(&[2, 4], utc("260703000000Z"))),
        &["seal.not-yet-valid"],
    ),
    (
        "who may sign documents made it",
        || seal_by(V4, "sm-signer-approver", |info| info),
        &["path.purpose"],
    ),
    (
        "it was made with a certificate for encryption",
        || seal_by(V1, "sm-encryption-990102-SPZYZ-01", |info| info),
        &["path.encryption-certificate"],
    ),
    (
        "who made it was revoked",
        || seal_by(V1, "sm-seal-revoked", |info| info),
        &["path.revoked"],
    ),
    (
        "the rule of the first edition is that of the fourth",
        || {
            let one = elements(&seal(V1, |info| info));
            let flat = [vec![one[0].clone()], elements(&one[1])].concat();
            let flat = write::sequence(flat);
            // A list of the first edition has no kind: what follows the name has to be one.
            let list = elements(&elements(&elements(&flat)[0])[2])[2].clone();
            let kind = [write::unsigned(1), list].concat();
            put(
                &put(&flat, &[0, 2, 2], &kind),
                &[0, 0, 1],
                &write::unsigned(4),
            )
        },
        &["seal.malformed"],
    ),
    (
        "nobody may seal with it",
        || seal(V4, with(&[2, 3], write::sequence::<Vec<u8>>([]))),
        &["seal.malformed"],
    ),
    (
        "another signature of the maker stands under it",
        || {
            let other = seal(V4, with(&[2, 1], write::utf8_string("受理专用章")));
            put(&seal(V4, |info| info), &[3], &elements(&other)[3])
        },
        &["seal.maker-signature"],
    ),
    (
        "the maker is another of the same trade",
        || {
            put(
                &seal(V4, |info| info),
                &[1],
                &write::octet_string(certificate("sm-trust").der()),
            )
        },
        &["seal.maker-signature"],
    ),
];

#[test]
fn time_stamps_that_do_not_fit_prove_nothing_and_are_told() {
    for (name, make, expected) in STAMPS {
        let report = judged(&make(), LATER);
        let found = codes(&report);
        assert!(
            found.contains(&expected[0]),
            "{name}: {:?} {found:?} {:?}",
            report.verdict,
            errors(&report)
        );
    }
}

#[test]
fn plain_signatures_that_are_not_in_order_are_refused() {
    refuse(PLAIN);
}

#[test]
fn seals_by_themselves_that_are_not_in_order_are_refused() {
    refuse(BARE);
}
