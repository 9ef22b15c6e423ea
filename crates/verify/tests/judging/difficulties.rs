//! What real files bring along (`docs/difficulties.md`): each is dealt with, and nothing fails by chance.

use affix::seal::{Certification, FinishSeal, Place, Prepared, SealRequest, prepare};
use crypto::DigestAlgorithm;
use evidence::cms::{Attribute, Draft};
use evidence::tsp::{self, Accuracy, TokenSerial, Unit};
use time::macros::{datetime, utc_datetime};
use verify::report::TimeSource;
use verify::{Material, Source, Verdict};

use crate::forge::{LATER, document, judge, told};
use crate::hierarchy::{MADE, SEAL, algorithm, certificate, sign, trust};
use crate::keys::message;
use crate::maker::judged_with;
use crate::writer::stream;

fn prepared(file: &dyn Source, reserve: usize, certification: Certification) -> Prepared {
    let request = SealRequest {
        place: Place::Invisible { name: "Second" },
        appearance: None,
        certification,
        claimed: datetime!(2026-11-22 4:00 UTC),
        name: None,
        reason: None,
        location: None,
        contact: None,
        reserve,
    };
    prepare(file, &request).expect("it can be sealed")
}

/// Seals a file as our own writer does.
fn sealed(file: Vec<u8>) -> Vec<u8> {
    let prepared = prepared(&file, 6_000, Certification::Approval);
    let digest = prepared
        .digest(&file, DigestAlgorithm::Sha256)
        .expect("it can be read");
    let update = prepared.finish(&message(&digest)).expect("it fits");
    [file, update].concat()
}

/// A file whose page tree only readers of streams see, as some writers make them.
fn hybrid() -> Vec<u8> {
    let mut file = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    let packed = "2 0 <</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>";
    let container = stream("/Type/ObjStm/N 1/First 4", packed);
    for (number, body) in [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (3, "<</Type/Page/Parent 2 0 R/Resources<<>>>>"),
        (4, container.as_str()),
    ] {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
    }
    let section = file.len();
    let rows = format!(
        "02000000040000 01{:08x}0000 01{section:08x}0000>",
        places[2]
    );
    let head = "/Type/XRef/W[1 4 2]/Index[2 1 4 2]/Size 6/Root 1 0 R/Filter/ASCIIHexDecode";
    file.extend(format!("5 0 obj\n{}\nendobj\n", stream(head, &rows)).bytes());
    let table = file.len();
    file.extend(
        format!(
            "xref\n0 6\n0000000002 65535 f \n{:010} 00000 n \n0000000004 00000 f \n{:010} 00000 n \n\
             0000000005 00000 f \n0000000000 00000 f \ntrailer\n<</Size 6/Root 1 0 R/ID[<01><02>]/XRefStm {section}>>\n\
             startxref\n{table}\n%%EOF\n",
            places[0], places[1]
        )
        .bytes(),
    );
    file
}

#[test]
fn a_hybrid_file_is_carried_on_by_a_table_and_stays_good() {
    let first = sealed(hybrid());
    let report = judge(&first);
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", told(&report));
    let update = first[hybrid().len()..].to_vec();
    let text = String::from_utf8_lossy(&update);
    assert!(text.contains("\nxref\n") && !text.contains("/XRefStm"));
}

#[test]
fn a_time_stamp_of_twenty_kilobytes_is_given_a_larger_hole() {
    let page = crate::writer::Maker::new(&document(), crate::forge::TRAILER).bytes;
    let certificates = MADE.certificates.values();
    let carried: Vec<Vec<u8>> = certificates.map(|one| one.der().to_vec()).collect();
    let message = |prepared: &Prepared| {
        let digest = prepared
            .digest(&page, algorithm(SEAL).digest())
            .expect("it can be read");
        let own = certificate(SEAL);
        let draft = Draft::pades(&digest, &own, algorithm(SEAL))
            .prepare()
            .expect("the parts go together");
        let signature = sign(SEAL, &draft.to_be_signed());
        let token = large_token(signature.bytes(), &carried);
        assert!(token.len() > 20_000, "{} octets", token.len());
        let chain = [own.der().to_vec(), certificate("ca").der().to_vec()];
        draft.finish(
            &signature,
            &chain,
            &[Attribute::signature_time_stamp(&token)],
        )
    };
    let small = prepared(&page, 6_000, Certification::Approval);
    let made = message(&small);
    let Err(FinishSeal::TooLarge { needs, has }) = small.finish(&made) else {
        panic!("it does not fit");
    };
    assert_eq!((needs, has), (made.len(), 6_000));
    // Once more, with room for what was needed and for numbers that are longer by chance.
    let large = prepared(&page, needs + needs / 2, Certification::Approval);
    let made = message(&large);
    let update = large.finish(&made).expect("it fits");
    let report = judge(&[page.clone(), update].concat());
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", told(&report));
    assert_eq!(
        report.signatures[0].time_source,
        TimeSource::SignatureTimeStamp
    );
}

/// A token that carries many certificates along.
fn large_token(octets: &[u8], carried: &[Vec<u8>]) -> Vec<u8> {
    let digest = crypto::Digest::of(DigestAlgorithm::Sha256, octets);
    let unit = Unit {
        certificate: certificate("tsa"),
        chain: carried.to_vec(),
        algorithm: algorithm("tsa"),
        policies: vec![asn1::Oid::of(&[1, 3, 6, 1, 4, 1, 55_555, 1])],
        accuracy: Accuracy::SECOND,
    };
    let serial = TokenSerial::draw(&crypto::SeededRandom::new(7)).expect("a seed gives");
    let at = utc_datetime!(2026-11-22 4:00:02);
    let prepared = tsp::prepare(&tsp::Request::new(&digest), &unit, serial, at).expect("granted");
    let signature = sign("tsa", &prepared.to_be_signed());
    prepared.finish(&signature)
}

#[test]
fn what_status_is_missing_is_named() {
    let file = crate::forge::signed().bytes;
    let report = judged_with(&file, &trust(), &Material::empty(), "default", LATER);
    assert_eq!(report.verdict, Verdict::Indeterminate);
    let findings = &report.signatures[0].findings;
    let missing = findings
        .iter()
        .find(|finding| {
            finding.code.starts_with("path.") || finding.code.starts_with("revocation.")
        })
        .expect("what is missing");
    let whose = certificate("ca").subject().to_string();
    assert!(missing.text.contains(&whose), "{missing:?}");
}
