//! Packages and lists that are wrong although what was signed was signed.

use affix::ofd::List;
use crypto::DigestAlgorithm;
use time::Duration;

use crate::bent::{Bent, refuse};
use crate::hierarchy::SEALED;
use crate::national::{GOOD, sealed};
use crate::package::{LIST, PAGE, Parts, SIGNATURE, VALUE};
use crate::sealings::{Sealing, parts, refer, skeleton};

const DOCUMENT: &str = "Doc_0/Document.xml";

/// The package is not in order, and it is sealed as it is.
pub(crate) const PACKAGES: &[Bent] = &[
    (
        "the digests are of another suite",
        || {
            let mut parts = parts(List::Closed);
            parts.text(
                SIGNATURE,
                "CheckMethod=\"1.2.156.10197.1.401\"",
                "CheckMethod=\"SHA256\"",
            );
            let sealing = Sealing {
                references: DigestAlgorithm::Sha256,
                ..Sealing::usual()
            };
            sealing.put_on(&mut parts);
            parts.octets()
        },
        &["ofd.method-mixed"],
    ),
    (
        "the method is the identifier of a keyed digest",
        || bent(|p| p.text(SIGNATURE, "10197.1.401\"", "10197.1.401.2\"")),
        &["ofd.method-unknown"],
    ),
    (
        "the method is nothing",
        || bent(|p| p.text(SIGNATURE, "\"1.2.156.10197.1.401\"", "\"\"")),
        &["ofd.method-unknown"],
    ),
    (
        "a reference is written in octets of an address",
        || bent(|p| p.text(SIGNATURE, "\"/OFD.xml\"", "\"/%4FFD.xml\"")),
        &["ofd.reference-absent", "ofd.unprotected-part"],
    ),
    (
        "a reference leads to another machine",
        || bent(|p| refer(p, "https://a.example/OFD.xml")),
        &["ofd.reference-location"],
    ),
    (
        "a reference leads to a folder",
        || bent(|p| refer(p, "/Doc_0/")),
        &["ofd.reference-location"],
    ),
    (
        "a reference leads nowhere",
        || bent(|p| refer(p, "/Doc_0/x.xml")),
        &["ofd.reference-absent"],
    ),
    (
        "a reference leads to the signature itself",
        || bent(|p| refer(p, &format!("/{SIGNATURE}"))),
        &["ofd.reference-differs"],
    ),
    (
        "a reference has a blank in front, and stands twice for that",
        || bent(|p| refer(p, " /OFD.xml")),
        &["ofd.reference-repeated"],
    ),
    (
        "a digest lacks its last sign",
        || {
            let mut parts = parts(List::Closed);
            let sealing = Sealing::usual();
            sealing.put_on(&mut parts);
            parts.text(SIGNATURE, "=</ofd:CheckValue>", "</ofd:CheckValue>");
            sealing.sign_anew(&mut parts);
            parts.octets()
        },
        &["ofd.reference-differs"],
    ),
    (
        "a page is named twice",
        || {
            bent(|p| {
                p.text(DOCUMENT, "<ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/>", "<ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/>")
            })
        },
        &["ofd.xml-identifier"],
    ),
    (
        "there are pages twice",
        || bent(|p| p.text(DOCUMENT, "<ofd:Pages>", "<ofd:Pages/><ofd:Pages>")),
        &["ofd.stamp-page", "ofd.xml-repeated"],
    ),
    (
        "there are no pages",
        || bent(|p| p.text(DOCUMENT, "ofd:Pages>", "ofd:Sheets>")),
        &["ofd.stamp-page", "ofd.xml-malformed"],
    ),
    (
        "a page lies outside",
        || bent(|p| p.text(DOCUMENT, "\"Pages/Page_0", "\"../../Pages/Page_0")),
        &["ofd.stamp-page", "ofd.location"],
    ),
    (
        "a page lies on another machine",
        || bent(|p| p.text(DOCUMENT, "\"Pages/Page_0/", "\"http://a.example/")),
        &["ofd.stamp-page", "ofd.location"],
    ),
    (
        "the document is a page",
        || {
            bent(|p| {
                p.text(
                    "OFD.xml",
                    ">Doc_0/Document.xml<",
                    ">Doc_0/Pages/Page_0/Content.xml<",
                )
            })
        },
        &["ofd.stamp-page", "ofd.xml-root"],
    ),
    (
        "there is no document",
        || {
            bent(|p| {
                p.text(
                    "OFD.xml",
                    "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>",
                    "",
                )
            })
        },
        &["ofd.stamp-page", "ofd.no-document"],
    ),
    (
        "there are two roots of a document",
        || {
            bent(|p| {
                p.text(
                    "OFD.xml",
                    "<ofd:DocRoot>",
                    "<ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot><ofd:DocRoot>",
                )
            })
        },
        &["ofd.xml-repeated"],
    ),
    (
        "there are two lists of signatures",
        || {
            bent(|p| {
                p.text(
                    "OFD.xml",
                    "</ofd:DocBody>",
                    "<ofd:Signatures>Doc_0/S.xml</ofd:Signatures></ofd:DocBody>",
                )
            })
        },
        &["ofd.xml-repeated"],
    ),
    (
        "there is a second document",
        || {
            bent(|p| {
                p.text("OFD.xml", "</ofd:OFD>", "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>")
            })
        },
        &["ofd.several-documents"],
    ),
    (
        "a font is not there",
        || {
            bent(|p| {
                p.text(
                    "Doc_0/PublicRes.xml",
                    "FamilyName=\"SimSun\"/>",
                    "FamilyName=\"SimSun\"><ofd:FontFile>f.ttf</ofd:FontFile></ofd:Font>",
                )
            })
        },
        &["ofd.part-absent"],
    ),
    (
        "an attachment is not there",
        || bent(|p| p.text("Doc_0/Attachs/Attachments.xml", "licence.json<", "x.json<")),
        &["ofd.part-absent"],
    ),
    (
        "resources lie outside",
        || {
            bent(|p| {
                p.text(
                    "Doc_0/DocumentRes.xml",
                    "BaseLoc=\"Res\"",
                    "BaseLoc=\"../..\"",
                )
            })
        },
        &["ofd.location"],
    ),
    (
        "the seal has no width",
        || bent(|p| p.text(SIGNATURE, "42 42\"", "0 42\"")),
        &["ofd.xml-value", "ofd.signature-unreadable", "ofd.xml-value"],
    ),
    (
        "the seal lies at no number",
        || bent(|p| p.text(SIGNATURE, "Boundary=\"120", "Boundary=\"NaN")),
        &["ofd.xml-value", "ofd.signature-unreadable", "ofd.xml-value"],
    ),
    (
        "the seal lies on no page",
        || bent(|p| p.text(SIGNATURE, " PageRef=\"1\"", "")),
        &[
            "ofd.xml-missing",
            "ofd.signature-unreadable",
            "ofd.xml-missing",
        ],
    ),
    (
        "two values are named",
        || {
            bent(|p| {
                p.text(
                    SIGNATURE,
                    "<ofd:SignedValue>",
                    "<ofd:SignedValue/><ofd:SignedValue>",
                )
            })
        },
        &[
            "ofd.xml-repeated",
            "ofd.signature-unreadable",
            "ofd.xml-repeated",
        ],
    ),
    (
        "two things are signed",
        || {
            bent(|p| {
                p.text(
                    SIGNATURE,
                    "<ofd:SignedInfo>",
                    "<ofd:SignedInfo/><ofd:SignedInfo>",
                )
            })
        },
        &[
            "ofd.xml-repeated",
            "ofd.signature-unreadable",
            "ofd.xml-repeated",
        ],
    ),
    (
        "two seals are named",
        || {
            bent(|p| {
                p.text(
                    SIGNATURE,
                    "<ofd:Seal>",
                    "<ofd:Seal><ofd:BaseLoc>a</ofd:BaseLoc></ofd:Seal><ofd:Seal>",
                )
            })
        },
        &[
            "ofd.xml-repeated",
            "ofd.signature-unreadable",
            "ofd.xml-repeated",
        ],
    ),
    (
        "two digests are stated of one entry",
        || {
            bent(|p| {
                p.text(
                    SIGNATURE,
                    "<ofd:CheckValue>",
                    "<ofd:CheckValue>AA==</ofd:CheckValue><ofd:CheckValue>",
                )
            })
        },
        &[
            "ofd.xml-repeated",
            "ofd.signature-unreadable",
            "ofd.xml-repeated",
        ],
    ),
    (
        "a page is in an encoding that it does not name",
        || bent(|p| p.text(PAGE, "UTF-8", "GB18030")),
        &["ofd.xml-encoding"],
    ),
    (
        "a page is of XML 1.1",
        || bent(|p| p.text(PAGE, "version=\"1.0\"", "version=\"1.1\"")),
        &["ofd.xml-malformed"],
    ),
    (
        "a page has a character that is none",
        || bent(|p| p.text(PAGE, "样例", "&#0;")),
        &["ofd.xml-entity"],
    ),
    (
        "a page has an entity of its own",
        || bent(|p| p.text(PAGE, "样例", "&name;")),
        &["ofd.xml-entity"],
    ),
    (
        "a page has text behind its root",
        || bent(|p| p.entry(PAGE).extend(b"x")),
        &["ofd.xml-malformed"],
    ),
    (
        "a page has two roots",
        || {
            bent(|p| {
                p.entry(PAGE)
                    .extend(b"<ofd:Page xmlns:ofd=\"http://www.ofdspec.org/2016\"/>")
            })
        },
        &["ofd.xml-malformed"],
    ),
    (
        "a page has an attribute twice",
        || bent(|p| p.text(PAGE, "Size=\"8\"", "Size=\"8\" Size=\"9\"")),
        &["ofd.xml-malformed"],
    ),
    (
        "a page has an element of nobody",
        || {
            bent(|p| {
                p.text(
                    PAGE,
                    "</ofd:Layer>",
                    "<x:Note xmlns:x=\"urn:x\"/></ofd:Layer>",
                )
            })
        },
        &["ofd.xml-namespace"],
    ),
    (
        "a page has a namespace that looks alike",
        || bent(|p| p.text(PAGE, "ofdspec.org/2016", "ofdspec.org/2016/")),
        &["ofd.xml-namespace"],
    ),
];

fn bent(bend: impl Fn(&mut Parts)) -> Vec<u8> {
    Sealing::usual().of(bend)
}

const SECOND: [&str; 3] = [
    "Doc_0/Signs/Sign_1/Signature.xml",
    "Doc_0/Signs/Sign_1/SignedValue.dat",
    "Doc_0/Signs/Sign_1/Seal.esl",
];

/// Sealed by two, neither of whom closes the list.
pub(crate) fn twice() -> Parts {
    let first = sealed(skeleton(), GOOD, (20.0, List::Open), None);
    Parts::read(&sealed(first, GOOD, (120.0, List::Open), None))
}

fn open(bend: impl Fn(&mut Parts)) -> Vec<u8> {
    let mut parts = twice();
    bend(&mut parts);
    parts.octets()
}

/// The entry of the list with this number.
pub(crate) fn entry(parts: &mut Parts, place: usize) -> String {
    let text = String::from_utf8(parts.entry(LIST).clone()).expect("text");
    let all = text
        .split("<ofd:Signature ")
        .nth(place + 1)
        .expect("an entry");
    let (one, _) = all.split_once("/>").expect("its end");
    format!("<ofd:Signature {one}/>")
}

/// What may be done to a file without a key while its list is open, as nobody signs it.
pub(crate) const LISTS: &[Bent] = &[
    (
        "one signature counts for two",
        || {
            open(|p| {
                let one = entry(p, 0);
                let again = one.replace("ID=\"", "ID=\"9");
                p.text(LIST, &one, &format!("{one}{again}"));
            })
        },
        &[
            "ofd.unprotected-entry",
            "ofd.unprotected-entry",
            "ofd.unprotected-entry",
            "ofd.xml-repeated",
        ],
    ),
    (
        "one signature counts for two by another path",
        || {
            open(|p| {
                let one = entry(p, 1);
                let again = one
                    .replace("ID=\"", "ID=\"9")
                    .replace("BaseLoc=\"/Doc_0", "BaseLoc=\"../../Doc_0");
                p.text(LIST, &one, &format!("{one}{again}"));
            })
        },
        &["ofd.xml-repeated"],
    ),
    (
        "the second stands before the first",
        || {
            open(|p| {
                let (one, two) = (entry(p, 0), entry(p, 1));
                p.text(LIST, &format!("{one}{two}"), &format!("{two}{one}"));
            })
        },
        &[
            "ofd.unprotected-part",
            "ofd.unprotected-part",
            "ofd.unprotected-part",
        ],
    ),
    (
        "a signature stands within another",
        || {
            open(|p| {
                let two = entry(p, 1);
                let inner = two.replace("ID=\"", "ID=\"9");
                let outer = two.replace("/>", &format!(">{inner}</ofd:Signature>"));
                p.text(LIST, &two, &outer);
            })
        },
        &["ofd.xml-misplaced"],
    ),
    (
        "a signature stands within something else",
        || {
            open(|p| {
                let two = entry(p, 1);
                p.text(LIST, &two, &format!("<ofd:Removed>{two}</ofd:Removed>"));
            })
        },
        &["ofd.xml-misplaced"],
    ),
    (
        "two greatest numbers are named",
        || {
            open(|p| {
                p.text(
                    LIST,
                    "<ofd:MaxSignId>",
                    "<ofd:MaxSignId>1</ofd:MaxSignId><ofd:MaxSignId>",
                )
            })
        },
        &["ofd.xml-repeated"],
    ),
    (
        "the list has an element of nobody",
        || {
            open(|p| {
                p.text(
                    LIST,
                    "</ofd:Signatures>",
                    "<x:y xmlns:x=\"urn:x\"/></ofd:Signatures>",
                )
            })
        },
        &["ofd.xml-namespace"],
    ),
    (
        "the values of two are exchanged",
        || {
            open(|p| {
                let first = p.entry(VALUE).clone();
                let second = std::mem::replace(p.entry(SECOND[1]), first);
                *p.entry(VALUE) = second;
            })
        },
        &[
            "seal.digest-differs",
            "seal.property-differs",
            "seal.differs",
            "seal.digest-differs",
            "seal.property-differs",
            "seal.differs",
            "ofd.reference-differs",
        ],
    ),
    (
        "the first was signed anew beneath the second",
        || open(|p| Sealing::usual().at(SEALED + Duration::HOUR).put_on(p)),
        &[
            "ofd.reference-differs",
            "ofd.reference-differs",
            "ofd.reference-differs",
        ],
    ),
    (
        "the second moved to a folder of its own",
        || {
            open(|p| {
                for (name, _) in &mut p.entries {
                    *name = name.replace("Sign_1/", "Sign_7/");
                }
                p.text(LIST, "Sign_1/", "Sign_7/");
            })
        },
        &[
            "ofd.unprotected-entry",
            "ofd.unprotected-entry",
            "ofd.reference-absent",
            "ofd.unprotected-entry",
            "ofd.unprotected-entry",
            "ofd.value-absent",
        ],
    ),
    (
        "a second that leaves a page out follows",
        || {
            let mut parts = twice();
            let text = String::from_utf8(parts.entry(SECOND[0]).clone()).expect("text");
            let from = text
                .find(&format!("<ofd:Reference FileRef=\"/{PAGE}\""))
                .expect("the page");
            let end = from + text[from..].find("</ofd:Reference>").expect("its end") + 16;
            let without = format!("{}{}", &text[..from], &text[end..]);
            *parts.entry(SECOND[0]) = without.into_bytes();
            let paths = SECOND.map(str::to_owned);
            Sealing {
                paths,
                ..Sealing::usual()
            }
            .put_on(&mut parts);
            parts.octets()
        },
        &["ofd.unprotected-part"],
    ),
    (
        "a second that leaves the first out follows",
        || {
            let mut parts = twice();
            let text = String::from_utf8(parts.entry(SECOND[0]).clone()).expect("text");
            let pieces = text
                .split("<ofd:Reference ")
                .filter(|piece| !piece.contains("Sign_0/"));
            let pieces: Vec<&str> = pieces.collect();
            *parts.entry(SECOND[0]) = pieces.join("<ofd:Reference ").into_bytes();
            let paths = SECOND.map(str::to_owned);
            Sealing {
                paths,
                ..Sealing::usual()
            }
            .put_on(&mut parts);
            parts.octets()
        },
        &[
            "ofd.unprotected-part",
            "ofd.unprotected-part",
            "ofd.unprotected-part",
        ],
    ),
    (
        "a second under a revoked certificate follows",
        || {
            let first = sealed(skeleton(), GOOD, (20.0, List::Open), None);
            sealed(first, "sm-seal-revoked", (120.0, List::Closed), None)
        },
        &["path.revoked"],
    ),
];

#[test]
fn packages_that_are_not_in_order_are_refused_though_they_are_sealed() {
    refuse(PACKAGES);
}

#[test]
fn an_open_list_is_not_for_others_to_arrange() {
    refuse(LISTS);
}
