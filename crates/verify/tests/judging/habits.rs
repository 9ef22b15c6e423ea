//! Packages as other producers write them, which are read as what they are; and what nobody bent.

use affix::ofd::List;
use asn1::{Oid, Tag, write};
use crypto::{Digest, DigestAlgorithm};
use verify::{Kind, Verdict};

use crate::bent::{SEALS, USES, V1, V4, digests, listing, sm3, used};
use crate::bent_messages::{BARE, PLAIN, STAMPS, stamped};
use crate::bent_packages::{LISTS, PACKAGES, twice};
use crate::hierarchy::{SEALED, certificate};
use crate::maker::{codes, errors, token_over};
use crate::national::{GOOD, LATER, judged};
use crate::package::{LIST, Parts, SEAL, SIGNATURE, put};
use crate::sealings::{Sealing, add, elements, parts, plain, plain_over, read, seal, with};
use crate::zipped::{Habit, zipped};

/// What a producer does, and what is told of it beside what is told of any file.
pub(crate) type Honest = (&'static str, fn() -> Vec<u8>, &'static [&'static str]);

pub(crate) fn bent(bend: impl Fn(&mut Parts)) -> Vec<u8> {
    Sealing::usual().of(bend)
}

/// The package under other names, sealed there.
fn moved(folder: &str) -> Vec<u8> {
    let mut parts = parts(List::Closed);
    let all = |text: &str| {
        text.replace("Doc_0/Signs/Sign_0", folder).replace(
            "Doc_0/Signs",
            &folder[..folder.rfind('/').expect("a folder")],
        )
    };
    for (name, octets) in &mut parts.entries {
        *name = all(name);
        if name.ends_with(".xml") {
            *octets = all(std::str::from_utf8(octets).expect("text")).into_bytes();
        }
    }
    let paths =
        ["Signature.xml", "SignedValue.dat", "Seal.esl"].map(|name| format!("{folder}/{name}"));
    Sealing {
        paths,
        ..Sealing::usual()
    }
    .put_on(&mut parts);
    parts.octets()
}

/// How signatures are written.
const SIGNATURES: &[Honest] = &[
    (
        "a list that says nothing of kinds",
        || bent(|p| p.text(LIST, " Type=\"Seal\"", "")),
        &[],
    ),
    (
        "a number with letters in front",
        || {
            bent(|p| {
                p.text(LIST, "Signature ID=\"", "Signature ID=\"s00");
                p.text(LIST, "<ofd:MaxSignId>", "<ofd:MaxSignId>s00");
            })
        },
        &[],
    ),
    (
        "locations from the root",
        || {
            bent(|p| {
                let text = String::from_utf8(p.entry(SIGNATURE).clone()).expect("text");
                let from = |text: &str, name: &str| {
                    text.replace(
                        &format!(">{name}<"),
                        &format!(">/Doc_0/Signs/Sign_0/{name}<"),
                    )
                };
                *p.entry(SIGNATURE) =
                    from(&from(&text, "Seal.esl"), "SignedValue.dat").into_bytes();
            })
        },
        &[],
    ),
    (
        "the value in front, the seal in front of the references",
        || {
            bent(|p| {
                let text = String::from_utf8(p.entry(SIGNATURE).clone()).expect("text");
                let cut = |text: &str, name: &str| {
                    let from = text.find(&format!("<ofd:{name}>")).expect("it is there");
                    let end = format!("</ofd:{name}>");
                    let to = text.find(&end).expect("it ends") + end.len();
                    (
                        text[from..to].to_owned(),
                        format!("{}{}", &text[..from], &text[to..]),
                    )
                };
                let (value, text) = cut(&text, "SignedValue");
                let (beside, text) = cut(&text, "Seal");
                let text = text.replace("<ofd:SignedInfo>", &format!("{value}<ofd:SignedInfo>"));
                let text = text.replace("<ofd:References", &format!("{beside}<ofd:References"));
                *p.entry(SIGNATURE) = text.into_bytes();
            })
        },
        &[],
    ),
    (
        "a date of any form, or none",
        || {
            bent(|p| {
                let text = String::from_utf8(p.entry(SIGNATURE).clone()).expect("text");
                let from = text.find("<ofd:SignatureDateTime>").expect("it is there");
                let to = text.find("</ofd:SignatureDateTime>").expect("it ends");
                *p.entry(SIGNATURE) = format!(
                    "{}<ofd:SignatureDateTime>2026/6/10 下午4:42{}",
                    &text[..from],
                    &text[to..]
                )
                .into_bytes();
            })
        },
        &[],
    ),
    (
        "neither method nor date",
        || {
            bent(|p| {
                let text = String::from_utf8(p.entry(SIGNATURE).clone()).expect("text");
                let from = text.find("<ofd:SignatureMethod>").expect("it is there");
                let to = text.find("</ofd:SignatureDateTime>").expect("it ends") + 24;
                *p.entry(SIGNATURE) = format!("{}{}", &text[..from], &text[to..]).into_bytes();
            })
        },
        &[],
    ),
    (
        "the method by its name in small letters",
        || bent(|p| p.text(SIGNATURE, "\"1.2.156.10197.1.401\"", "\"sm3\"")),
        &[],
    ),
    (
        "parameters of a later draft",
        || {
            bent(|p| {
                p.text(SIGNATURE, "</ofd:SignedInfo>", "<ofd:Parameters><ofd:Parameter Name=\"a\">b</ofd:Parameter></ofd:Parameters></ofd:SignedInfo>")
            })
        },
        &[],
    ),
    (
        "a digest over two lines",
        || {
            let mut parts = parts(List::Closed);
            let sealing = Sealing::usual();
            sealing.put_on(&mut parts);
            parts.text(SIGNATURE, "=</ofd:CheckValue>", "\r\n=</ofd:CheckValue>");
            sealing.sign_anew(&mut parts);
            parts.octets()
        },
        &[],
    ),
    (
        "no seal beside",
        || {
            let mut parts = parts(List::Closed);
            parts.remove(SEAL);
            let text = String::from_utf8(parts.entry(SIGNATURE).clone()).expect("text");
            let from = text
                .find(&format!("<ofd:Reference FileRef=\"/{SEAL}\""))
                .expect("it is listed");
            let end = from + text[from..].find("</ofd:Reference>").expect("it ends") + 16;
            let text = format!("{}{}", &text[..from], &text[end..]);
            let (from, to) = (
                text.find("<ofd:Seal>").expect("it is there"),
                text.find("</ofd:Seal>").expect("it ends"),
            );
            *parts.entry(SIGNATURE) = format!("{}{}", &text[..from], &text[to + 11..]).into_bytes();
            Sealing::usual().put_on(&mut parts);
            parts.octets()
        },
        &["ofd.seal-inside"],
    ),
    (
        "it shows nowhere",
        || {
            bent(|p| {
                let text = String::from_utf8(p.entry(SIGNATURE).clone()).expect("text");
                let from = text.find("<ofd:StampAnnot").expect("it is there");
                let to = from + text[from..].find("/>").expect("it ends") + 2;
                *p.entry(SIGNATURE) = format!("{}{}", &text[..from], &text[to..]).into_bytes();
            })
        },
        &["ofd.stamp-absent"],
    ),
    (
        "folders of other names",
        || moved("Doc_0/Signatures/Sign_001"),
        &[],
    ),
    ("signatures at the root", || moved("Signs/S1"), &[]),
    (
        "a seal of the first edition",
        || used(seal(V1, |info| info)),
        &[],
    ),
    (
        "text for a time in the first edition",
        || {
            Sealing::under(seal(V1, |info| info))
                .before(|inside| inside[2] = write::bit_string(b"2026-06-10 16:42:10"))
                .file()
        },
        &["seal.time-zone"],
    ),
    (
        "octets for bits in the first edition",
        || {
            Sealing::under(seal(V1, |info| info))
                .before(|inside| inside[3] = write::octet_string(&inside[3][3..]))
                .file()
        },
        &[],
    ),
    (
        "a seal that lists a digest",
        || used(listing(2, &digests(&sm3(certificate(GOOD).der())))),
        &[],
    ),
    (
        "a seal that lists several",
        || {
            let all = ["sm-signer-custodian", GOOD, "sm-signer-approver"];
            let all = all.map(|name| write::octet_string(certificate(name).der()));
            used(listing(1, &write::sequence(all)))
        },
        &[],
    ),
    (
        "a seal of a kind that is not settled",
        || used(seal(V4, with(&[2, 0], write::unsigned(7)))),
        &[],
    ),
    (
        "a seal whose picture has another word",
        || {
            used(seal(
                V4,
                with(&[3, 0], write::element(Tag::IA5_STRING, b"ofd")),
            ))
        },
        &[],
    ),
    (
        "a seal without a vendor",
        || {
            used(seal(
                V4,
                with(&[0, 2], write::element(Tag::IA5_STRING, b"")),
            ))
        },
        &[],
    ),
    (
        "a seal whose number has letters",
        || {
            used(seal(
                V4,
                with(&[1], write::element(Tag::IA5_STRING, b"5101000000012A-b")),
            ))
        },
        &[],
    ),
    (
        "extensions of a seal that say that they are not critical",
        || used(extended(false)),
        &[],
    ),
    (
        "extensions of a seal behind a tag",
        || used(extended(true)),
        &[],
    ),
    (
        "extensions of what was signed",
        || {
            Sealing::usual()
                .before(|inside| inside.push(write::context(0, [extensions()])))
                .file()
        },
        &[],
    ),
    (
        "a seal of the fifth edition",
        || used(seal(V4, with(&[0, 1], write::unsigned(5)))),
        &["seal.edition-v5"],
    ),
    (
        "two seals, the list open",
        || twice().octets(),
        &["ofd.list-open"],
    ),
    ("a plain signature", || plain(|_| {}, |it| it), &[]),
    (
        "a plain signature over Signature.xml itself",
        || plain_over(|_| {}, <[u8]>::to_vec, |it| it),
        &[],
    ),
    (
        "a plain signature under the names of CMS",
        || {
            plain(
                |_| {},
                |whole| {
                    let inner = elements(&whole);
                    write::sequence([
                        write::oid(&Oid::of(&[1, 2, 840, 113_549, 1, 7, 2])),
                        inner[1].clone(),
                    ])
                },
            )
        },
        &[],
    ),
    (
        "a file that nothing leads to",
        || bent(|p| add(p, "Doc_0/说明.txt", b"x")),
        &[],
    ),
];

fn extensions() -> Vec<u8> {
    let one = write::sequence([
        write::oid(&Oid::of(&[1, 2, 3, 4])),
        write::boolean(false),
        write::octet_string(b"x"),
    ]);
    write::sequence([one])
}

fn extended(tagged: bool) -> Vec<u8> {
    let all = if tagged {
        write::context(0, [extensions()])
    } else {
        extensions()
    };
    seal(V4, move |info| {
        put(
            &info,
            &[3],
            &[elements(&info)[3].clone(), all.clone()].concat(),
        )
    })
}

pub(crate) fn read_as_valid(table: &[Honest]) {
    let usual = [
        "ofd.seal-inside",
        "ofd.stamp-absent",
        "ofd.list-open",
        "ofd.time-differs",
        "seal.",
        "ofd.identifier-beyond",
    ];
    let mut wrong = Vec::new();
    for (name, make, told) in table {
        let report = judged(&make(), LATER);
        let found = codes(&report);
        let beside: Vec<&str> = found
            .iter()
            .copied()
            .filter(|code| usual.iter().any(|one| code.starts_with(one)))
            .collect();
        if report.verdict != Verdict::Valid || report.kind != Kind::Ofd || beside != *told {
            wrong.push(format!(
                "{name}: {:?} {:?} {beside:?}",
                report.verdict,
                errors(&report)
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn signatures_are_read_however_they_are_written() {
    read_as_valid(SIGNATURES);
}

#[test]
fn packages_are_read_however_they_were_packed() {
    let file = bent(|p| add(p, "Doc_0/Attachs/说明.txt", b"x"));
    let entries = Parts::read(&file).entries;
    for habit in Habit::READ {
        let report = judged(&zipped(&entries, habit), LATER);
        assert_eq!(
            report.verdict,
            Verdict::Valid,
            "{habit:?}: {:?}",
            errors(&report)
        );
    }
    for (habit, code) in Habit::REFUSED {
        let report = judged(&zipped(&entries, habit), LATER);
        assert_eq!(
            (report.verdict, errors(&report)),
            (Verdict::Invalid, vec![code]),
            "{habit:?}"
        );
    }
}

/// A time-stamp as authorities make them under either name of the message, over the value or its whole element.
#[test]
fn time_stamps_are_read_under_both_names_and_over_both_octets() {
    for national in [false, true] {
        for whole in [false, true] {
            let mut parts = parts(List::Closed);
            Sealing::usual().put_on(&mut parts);
            let signature = read(&mut parts);
            let over = if whole {
                signature.signature_element()
            } else {
                signature.signature()
            };
            let digest = Digest::of(DigestAlgorithm::Sm3, over);
            let mut token = token_over(&digest, SEALED, "sm-tsa");
            if national {
                let inner = elements(&token);
                let name = write::oid(&Oid::of(&[1, 2, 156, 10_197, 6, 1, 4, 2, 2]));
                token = write::sequence([name, inner[1].clone()]);
            }
            stamped(&mut parts, &token);
            let report = judged(&parts.octets(), LATER);
            assert_eq!(
                report.verdict,
                Verdict::Valid,
                "{national} {whole}: {:?}",
                codes(&report)
            );
            let source = report.signatures[0].time_source;
            assert_eq!(
                source,
                verify::report::TimeSource::SignatureTimeStamp,
                "{national} {whole}"
            );
        }
    }
}

#[test]
fn there_are_more_than_one_hundred_of_them_each_with_its_name() {
    let all = [SEALS, USES, PACKAGES, LISTS, STAMPS, PLAIN, BARE];
    let names: std::collections::BTreeSet<(usize, &str)> = all
        .iter()
        .enumerate()
        .flat_map(|(place, table)| table.iter().map(move |(name, ..)| (place, *name)))
        .collect();
    let count: usize = all.iter().map(|table| table.len()).sum();
    assert_eq!(names.len(), count);
    assert!(count > 100, "{count}");
}

#[test]
fn what_nobody_bent_is_good() {
    for file in [
        Sealing::usual().file(),
        used(seal(V1, |info| info)),
        used(listing(2, &digests(&sm3(certificate(GOOD).der())))),
        twice().octets(),
        plain(|_| {}, |it| it),
        plain_over(|_| {}, <[u8]>::to_vec, |it| it),
        seal(V1, |info| info),
        seal(V4, |info| info),
        bent(|p| add(p, "Doc_0/x.txt", b"x")),
    ] {
        let report = judged(&file, LATER);
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        assert_eq!(errors(&report), [""; 0]);
    }
}
