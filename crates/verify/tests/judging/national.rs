//! OFD files sealed here, every digest and signature right: certificates revoked before and after the time-stamp, versions,
//! identifiers that stand for two things, what lies over a seal.

use affix::ofd::{List, PreparedSeal, Request, Stamp, prepare_seal};
use asn1::{Reader, Tag, write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Digest, DigestAlgorithm, SignatureAlgorithm};
use ofd::Area;
use ofd::draw::{Draft, Mark, Page, Path, Step};
use seal::ses::{self, Image, KIND_ORGANISATION, Listing, Seal, SealSignature, Usage};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::report::TimeSource;
use verify::{Material, Report, SubIndication, Trust, Verdict};

use crate::hierarchy::{SEALED, bundle, certificate, crl, sign};
use crate::maker::{codes, errors, judged_with, sub, token_over};
use crate::package::{Parts, SIGNATURE, VALUE, put};

pub(crate) const SM2: SignatureAlgorithm = SignatureAlgorithm::Sm2Sm3;
pub(crate) const GOOD: &str = "sm-seal-990102-SPZYZ-01";
const DOCUMENT: &str = "Doc_0/Document.xml";
const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
/// After both were revoked.
pub(crate) const LATER: UtcDateTime = utc_datetime!(2026-07-02 0:00);

fn page() -> Vec<u8> {
    let line = Mark::Path(Path {
        steps: vec![Step::Move(30.0, 40.0), Step::Line(180.0, 40.0)],
        fill: None,
        line: Some(([0; 3], 0.3)),
    });
    let page = Page {
        width: 210.0,
        height: 297.0,
        marks: vec![line],
        ..Page::default()
    };
    let draft = Draft {
        pages: vec![page],
        ..Draft::default()
    };
    draft.write().expect("a package")
}

/// A seal for this signer.
fn seal(signer: &str) -> Seal {
    seal_of(ses::Edition::V4, signer)
}

/// The same of this edition.
pub(crate) fn seal_of(edition: ses::Edition, signer: &str) -> Seal {
    let image = Image {
        format: "PNG".to_owned(),
        octets: b"\x89PNG".to_vec(),
        width: 42,
        height: 42,
    };
    let draft = ses::Draft {
        edition,
        vendor: "YINXIN",
        id: "9901020000018",
        kind: KIND_ORGANISATION,
        name: "审批专用章",
        signers: &[certificate(signer)],
        listing: Listing::Certificates,
        dates: [
            utc_datetime!(2026-01-05 0:00),
            utc_datetime!(2026-01-05 0:00),
            utc_datetime!(2028-12-31 0:00),
        ],
        image: &image,
    };
    let prepared = draft
        .prepare(&certificate("sm-maker"), SM2)
        .expect("a seal");
    let signature = sign("sm-maker", &prepared.to_be_signed());
    prepared.finish(&signature).expect("its maker signed")
}

/// The file sealed at the left edge and so far from it; stamped where a moment is given.
pub(crate) fn sealed(
    file: Vec<u8>,
    signer: &str,
    (left, list): (f64, List),
    stamped: Option<UtcDateTime>,
) -> Vec<u8> {
    let area = Area {
        x: left,
        y: 200.0,
        width: 42.0,
        height: 42.0,
    };
    let request = Request {
        stamps: &[Stamp {
            page: "1".to_owned(),
            area,
            clip: None,
        }],
        list,
        time: SEALED,
    };
    let under = (&certificate(signer), SM2);
    let prepared = prepare_seal(file, &request, &seal(signer), under).expect("it is sealed");
    let signature = sign(signer, prepared.to_be_signed());
    let imprint = PreparedSeal::imprint(&signature);
    let token = stamped.map(|moment| token_over(&imprint, moment, "sm-tsa"));
    prepared
        .finish(&signature, token.as_deref())
        .expect("it holds")
}

pub(crate) fn closed(signer: &str, stamped: Option<UtcDateTime>) -> Vec<u8> {
    sealed(page(), signer, (120.0, List::Closed), stamped)
}

/// The package sealed anew as it is now, by whom it was: digests and signatures are right whatever was bent.
fn again(parts: &mut Parts) {
    let text = String::from_utf8(parts.entry(SIGNATURE).clone()).expect("text");
    let mut pieces = text.split("<ofd:Reference FileRef=\"/");
    let mut bent = pieces.next().expect("a beginning").to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('"').expect("a path");
        let (before, rest) = rest.split_once("<ofd:CheckValue>").expect("a digest");
        let (_, rest) = rest.split_once('<').expect("its end");
        let digest = Digest::of(DigestAlgorithm::Sm3, parts.entry(name));
        let digest = STANDARD.encode(digest.bytes());
        bent +=
            &format!("<ofd:Reference FileRef=\"/{name}\"{before}<ofd:CheckValue>{digest}<{rest}");
    }
    *parts.entry(SIGNATURE) = bent.into_bytes();
    let value = SealSignature::parse(parts.entry(VALUE)).expect("a value");
    let usage = Usage {
        seal: value.seal(),
        time: SEALED,
        digest: &Digest::of(DigestAlgorithm::Sm3, parts.entry(SIGNATURE)),
        property: &format!("/{SIGNATURE}"),
    };
    let prepared = usage.prepare(&certificate(GOOD), SM2).expect("in order");
    let signature = sign(GOOD, prepared.to_be_signed());
    let value = prepared.finish(&signature, None).expect("it holds");
    *parts.entry(VALUE) = value.der().to_vec();
}

/// A sealed file that was bent before it was sealed.
fn bent(bend: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let mut parts = Parts::read(&closed(GOOD, None));
    bend(&mut parts);
    again(&mut parts);
    parts.octets()
}

/// The judgement by the office's trust and the lists of both authorities as of `at`.
pub(crate) fn judged(file: &Vec<u8>, at: UtcDateTime) -> Report {
    judged_beside(file, at, crl("sm-ca", at))
}

/// The same with this list of the issuing authority.
pub(crate) fn judged_beside(file: &Vec<u8>, at: UtcDateTime, list: Vec<u8>) -> Report {
    judged_by(file, at, &list, None)
}

/// The same beside an evidence record.
fn judged_by(file: &Vec<u8>, at: UtcDateTime, list: &[u8], record: Option<&[u8]>) -> Report {
    let mut content = bundle();
    let mut anchor = content.anchors.first().expect("an anchor").clone();
    anchor.certificate = certificate("sm-root");
    content.anchors.push(anchor);
    content.certificates.push(certificate("sm-ca"));
    let trust = Trust::of(&content).expect("a good bundle");
    let mut material = Material::empty();
    material.add("a.crl", &crl("sm-root", at));
    material.add("a.crl", list);
    if let Some(record) = record {
        material.add("it.ers", record);
    }
    judged_with(file, &trust, &material, "default", at)
}

#[test]
fn a_package_sealed_again_as_it_was_is_good() {
    let report = judged(&bent(|_| {}), LATER);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(errors(&report), [""; 0]);
}

#[test]
fn a_seal_whose_certificate_was_revoked_before_the_time_stamp_is_refused() {
    let stamp = Some(SEALED + Duration::seconds(2));
    let report = judged(&closed("sm-seal-revoked", stamp), LATER);
    assert_eq!(report.verdict, Verdict::Invalid, "{report:#?}");
    assert_eq!(errors(&report), ["path.revoked"]);
    assert_eq!(sub(&report), Some(SubIndication::Revoked));
}

#[test]
fn a_seal_whose_certificate_was_revoked_after_the_time_stamp_is_good() {
    let stamp = Some(SEALED + Duration::seconds(2));
    let report = judged(&closed("sm-seal-on-hold", stamp), LATER);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"revocation.later"));
    assert_eq!(errors(&report), [""; 0]);
}

#[test]
fn without_a_time_stamp_a_revoked_certificate_seals_nothing_whenever_that_was() {
    for signer in ["sm-seal-revoked", "sm-seal-on-hold"] {
        let report = judged(&closed(signer, None), LATER);
        assert_eq!(report.verdict, Verdict::Invalid, "{signer}: {report:#?}");
        assert_eq!(errors(&report), ["path.revoked"], "{signer}");
    }
}

#[test]
fn a_time_stamp_from_after_the_revocation_proves_nothing_older() {
    let stamp = Some(utc_datetime!(2026-07-01 0:00));
    let report = judged(&closed("sm-seal-on-hold", stamp), LATER);
    assert_eq!(report.verdict, Verdict::Invalid, "{report:#?}");
    assert!(errors(&report).contains(&"path.revoked"));
}

#[test]
fn a_document_with_versions_is_not_judged_though_they_are_sealed() {
    let version = "<ofd:Versions><ofd:Version ID=\"1\" Index=\"1\" BaseLoc=\"Doc_0/V.xml\"/></ofd:Versions></ofd:DocBody>";
    let file = bent(|parts| parts.text("OFD.xml", "</ofd:DocBody>", version));
    let report = judged(&file, LATER);
    assert_eq!(report.verdict, Verdict::NotProcessed, "{report:#?}");
    assert_eq!(errors(&report), ["ofd.versions"]);
    // A list without any is none.
    let file =
        bent(|parts| parts.text("OFD.xml", "</ofd:DocBody>", "<ofd:Versions/></ofd:DocBody>"));
    assert_eq!(judged(&file, LATER).verdict, Verdict::Valid);
}

#[test]
fn one_identifier_for_two_things_is_refused_though_it_is_sealed() {
    let object = |id: &str| {
        format!(
            "<ofd:PathObject ID=\"{id}\" Boundary=\"0 0 1 1\"><ofd:AbbreviatedData>M 0 0</ofd:AbbreviatedData></ofd:PathObject></ofd:Layer>"
        )
    };
    for id in ["1", "01", "2"] {
        let file = bent(|parts| parts.text(PAGE, "</ofd:Layer>", &object(id)));
        let report = judged(&file, LATER);
        assert_eq!(report.verdict, Verdict::Invalid, "{id}: {report:#?}");
        assert_eq!(errors(&report), ["ofd.xml-identifier"], "{id}");
    }
    // One beyond the greatest is told, and takes nothing.
    let file = bent(|parts| parts.text(PAGE, "</ofd:Layer>", &object("900")));
    let report = judged(&file, LATER);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"ofd.identifier-beyond"));
}

/// A file with an annotation of this appearance, which was there before the seal.
fn annotated(page: &str, attributes: &str, appearance: &str) -> Report {
    let part = |name: &str, inner: &str| {
        format!("<ofd:{name} xmlns:ofd=\"http://www.ofdspec.org/2016\">{inner}</ofd:{name}>")
    };
    let list = format!("<ofd:Page PageID=\"{page}\"><ofd:FileLoc>A.xml</ofd:FileLoc></ofd:Page>");
    let note = format!(
        "<ofd:Annot ID=\"800\" Type=\"Stamp\" {attributes}><ofd:Appearance {appearance}/></ofd:Annot>"
    );
    let file = bent(|parts| {
        let named = "<ofd:Annotations>Annots.xml</ofd:Annotations></ofd:Document>";
        parts.text(DOCUMENT, "</ofd:Document>", named);
        parts.text(DOCUMENT, "<ofd:MaxUnitID>", "<ofd:MaxUnitID>9");
        parts.add("Doc_0/Annots.xml", part("Annotations", &list).as_bytes());
        parts.add("Doc_0/A.xml", part("PageAnnot", &note).as_bytes());
        let all = ["Doc_0/Annots.xml", "Doc_0/A.xml"].map(|name| {
            format!("<ofd:Reference FileRef=\"/{name}\"><ofd:CheckValue></ofd:CheckValue></ofd:Reference>")
        });
        let end = format!("{}</ofd:References>", all.concat());
        parts.text(SIGNATURE, "</ofd:References>", &end);
    });
    judged(&file, LATER)
}

#[test]
fn what_is_drawn_over_a_seal_is_told_though_it_is_sealed() {
    for (page, attributes, appearance, is_told) in [
        ("1", "", "Boundary=\"150 220 5 5\"", true),
        ("1", "", "", true),
        ("1", "", "Boundary=\"10 10 5 5\"", false),
        ("1", "Visible=\"false\"", "Boundary=\"150 220 5 5\"", false),
        ("7", "", "Boundary=\"150 220 5 5\"", false),
    ] {
        let report = annotated(page, attributes, appearance);
        let case = (page, attributes, appearance);
        assert_eq!(report.verdict, Verdict::Valid, "{case:?}: {report:#?}");
        let told = codes(&report).contains(&"ofd.stamp-covered");
        assert_eq!(told, is_told, "{case:?}");
    }
}

#[test]
fn a_later_seal_over_an_earlier_one_is_told_of_the_earlier_one() {
    for (left, is_told) in [(100.0, true), (30.0, false)] {
        let first = sealed(page(), GOOD, (120.0, List::Open), None);
        let both = sealed(first, GOOD, (left, List::Closed), None);
        let report = judged(&both, LATER);
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        let told = |place: usize| {
            let found = report.signatures.get(place).expect("a signature");
            found
                .findings
                .iter()
                .any(|one| one.code == "ofd.stamp-covered")
        };
        assert_eq!((told(0), told(1)), (is_told, false), "{left}");
    }
}

#[test]
fn a_record_from_before_the_revocation_proves_what_no_time_stamp_does() {
    let file = closed("sm-seal-on-hold", None);
    let proven = |moment| {
        let record = crate::proven::record(&file, moment, "sm-tsa");
        judged_by(&file, LATER, &crl("sm-ca", LATER), Some(&record))
    };
    let report = proven(SEALED + Duration::HOUR);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"revocation.later"));
    // From after it: nothing.
    let report = proven(LATER - Duration::HOUR);
    assert_eq!(report.verdict, Verdict::Invalid, "{report:#?}");
    assert!(errors(&report).contains(&"path.revoked"));
}

/// A seal of the newest edition, which may have a time-stamp of its own.
fn newest(stamp: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let v4 = seal(GOOD).der().to_vec();
    let info = part(&put(&v4, &[0, 0, 1], &write::unsigned(5)), 0);
    let value = sign("sm-maker", &info);
    let token = write::context(0, [write::bit_string(&stamp(value.bytes()))]);
    let parts = [
        info,
        part(&v4, 1),
        part(&v4, 2),
        write::bit_string(value.bytes()),
        token,
    ];
    write::sequence(parts)
}

/// One of the elements inside.
fn part(der: &[u8], place: usize) -> Vec<u8> {
    let element = Reader::single(der, Tag::SEQUENCE).expect("a sequence");
    let mut inside = element.reader().expect("elements");
    for _ in 0..place {
        inside.element().expect("an element");
    }
    inside.element().expect("an element").raw().to_vec()
}

#[test]
fn the_time_stamp_of_a_seal_proves_when_it_was_made() {
    let stamped = |over: &[u8]| crate::maker::token(over, SEALED, "sm-tsa");
    let report = judged(&newest(stamped), LATER);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let signature = &report.signatures[0];
    assert_eq!(signature.time_source, TimeSource::SignatureTimeStamp);
    assert_eq!(
        signature.signing_time.as_deref(),
        Some("2026-06-10T08:42:10Z")
    );
    // Over something else it is told, and takes nothing from the seal.
    let report = judged(&newest(|_| stamped(b"another")), LATER);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"tsp.imprint-differs"));
    assert_ne!(
        report.signatures[0].time_source,
        TimeSource::SignatureTimeStamp
    );
}
