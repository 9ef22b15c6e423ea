//! A caller's own OFD signed without a seal, in the form of GB/T 35275 (`Type="Sign"`): released and recorded as a seal is,
//! judged by everybody, beside seals of others.

use ofd::SignatureKind;
use serde_json::{Value, json};
use server::Call;
use tests::installation::{CUSTODIAN, STRANGER};
use verify::Verdict;
use verify::report::TimeSource;

use super::editions::{changed, judged, last, sealed};
use super::lasting;
use super::national::{form, get, offline};
use super::stage::{Service, problem};

const SIGNATURE: &str = "Doc_0/Signs/Sign_0/Signature.xml";
const VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";
const LIST: &str = "Doc_0/Signs/Signatures.xml";

fn unsealed() -> Vec<u8> {
    tests::packages::unsealed().expect("a package")
}

/// Kind and number of stamps of each signature.
fn kinds(file: &[u8]) -> Vec<(SignatureKind, usize)> {
    let facts = ofd::read(std::io::Cursor::new(file)).expect("a package");
    let list = facts.bodies[0].signatures.as_ref().expect("a list");
    let each = list.signatures.iter().map(|one| {
        let signed = one.read.as_ref().expect("read");
        (one.kind.clone(), signed.stamps.len())
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_signature_is_released_by_a_second_person_stamped_and_recorded() {
    let service = Service::start_national().await;
    let (bureau, now) = (service.at("Q-APR"), service.now());
    let order = form(
        "a-plain-signature-1",
        &unsealed(),
        &json!({"signature": "plain"}),
    );
    let waits = bureau
        .call("approvals", order, now)
        .await
        .expect("an answer");
    assert_eq!(waits.status, 202, "{}", waits.json());
    let job = waits.json()["job"].as_str().expect("a job").to_owned();
    let offer = Call::get(format!("/v1/releases/{job}"));
    let offer = bureau.call("custodian", offer, now).await;
    let offer = offer.expect("an answer").json();
    let said = "signed without a seal (GB/T 35275), shown nowhere";
    assert_eq!(
        (&offer["position"], &offer["level"]),
        (&json!(said), &json!("B-LT"))
    );
    // Not by whoever may release and is enrolled for another key, nor before anybody did.
    let strange = bureau.release(("stranger", STRANGER), &job, now).await;
    assert_ne!(strange.expect("an answer").status, 201);
    let path = format!("/v1/seal-signatures/{job}/file");
    assert_eq!(get(&service, &bureau, &path).await.status, 404);
    let told = bureau.release(("custodian", CUSTODIAN), &job, now).await;
    let told = told.expect("an answer");
    assert_eq!(told.status, 201, "{}", told.json());
    let receipt = told.json()["receipt"].as_str().map(str::to_owned);
    assert!(receipt.is_some_and(|text| text.starts_with("c2sp.org/tlog-proof@v1")));

    let file = get(&service, &bureau, &path).await.content.to_vec();
    assert_eq!(kinds(&file), [(SignatureKind::Sign, 0)]);
    let report = offline(&service, &file).await;
    let (format, verdict, codes) = last(&report);
    assert_eq!(
        (format, verdict),
        ("GB/T 35275", Verdict::Valid),
        "{report:#?}"
    );
    assert!(codes.contains(&"receipt.recorded"), "{codes:?}");
    assert!(!codes.contains(&"ofd.time-differs"), "{codes:?}");
    let source = report.signatures[0].time_source;
    assert_eq!(source, TimeSource::SignatureTimeStamp);
    let good = ("valid".to_owned(), vec![("valid".to_owned(), Vec::new())]);
    assert_eq!(judged(&service, &file).await, good);
    refused(&service, &file).await;
    // What proves it for later years is in its time-stamp.
    let trust = lasting::bundle(&service).await;
    lasting::lasts_as_its_time_stamp(&service, &trust, &[file]);
}

/// What is done to a file, and the finding that says so.
type Mutant = (
    &'static str,
    &'static str,
    fn(Vec<u8>) -> Vec<u8>,
    &'static str,
);

fn text(octets: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(octets).expect("text");
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1).into_bytes()
}

const MUTANTS: &[Mutant] = &[
    (
        "the page is another",
        "Doc_0/Pages/Page_0/Content.xml",
        |octets| text(octets, "L 150.31", "L 151.31"),
        "ofd.reference-differs",
    ),
    (
        "an entry is added",
        "Doc_0/Res/later.bin",
        |_| b"later".to_vec(),
        "ofd.unprotected-entry",
    ),
    (
        "the time in Signature.xml is another",
        SIGNATURE,
        |octets| {
            text(
                octets,
                "<ofd:SignatureDateTime>2",
                "<ofd:SignatureDateTime>1",
            )
        },
        "ofd.signed-other",
    ),
    (
        "the digests are by MD5",
        SIGNATURE,
        |octets| text(octets, " CheckMethod=\"1.2.156.10197.1.401\"", ""),
        "ofd.method-absent",
    ),
    (
        "it calls itself a seal",
        LIST,
        |octets| text(octets, "Type=\"Sign\"", "Type=\"Seal\""),
        "seal.malformed",
    ),
    (
        "the value has an octet more",
        VALUE,
        |mut octets| {
            octets.push(0);
            octets
        },
        "cms.trailing-zeros",
    ),
];

/// Each change of the signed file is refused for its reason.
async fn refused(service: &Service, file: &[u8]) {
    for (what, name, bend, code) in MUTANTS {
        let (verdict, signatures) = judged(service, &changed(file, name, bend)).await;
        assert_eq!(verdict, "invalid", "{what}");
        let (_, codes) = signatures.first().expect("a signature");
        assert!(codes.iter().any(|found| found == code), "{what}: {codes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_signatures_and_seals_of_several_offices_follow_each_other() {
    let service = Service::start_national().await;
    let (district, county) = (service.at("Q-APR"), service.at("N-APR"));
    let page = json!({"page": 1, "x_mm": 20.0, "y_mm": 20.0});
    let (_, _, first) = sealed(
        &service,
        &district,
        ("a-seal-before-it-1", &unsealed()),
        &page,
    )
    .await;
    let plain = json!({"seal": "990121-SPZYZ-01", "signature": "plain"});
    let (_, _, second) = sealed(&service, &county, ("a-plain-after-a-seal", &first), &plain).await;
    let basic = json!({"signature": "plain", "level": "B-B"});
    let (_, told, third) =
        sealed(&service, &district, ("a-plain-at-level-b", &second), &basic).await;
    // D18: without a time-stamp its receipt has no place in the file, and is told beside it.
    let receipt = told["receipt"].as_str().expect("a receipt");
    assert!(receipt.starts_with("c2sp.org/tlog-proof@v1"), "{receipt}");
    let report = offline(&service, &third).await;
    let (format, verdict, codes) = last(&report);
    assert_eq!(
        (format, verdict),
        ("GB/T 35275", Verdict::Valid),
        "{codes:?}"
    );
    assert!(!codes.contains(&"receipt.recorded"), "{codes:?}");
    let page = json!({"page": 2, "x_mm": 20.0, "y_mm": 20.0});
    let (_, _, fourth) = sealed(&service, &district, ("a-seal-behind-it-01", &third), &page).await;
    let seal = (SignatureKind::Seal, 1);
    let sign = (SignatureKind::Sign, 0);
    assert_eq!(kinds(&fourth), [seal.clone(), sign.clone(), sign, seal]);
    let good = ("valid".to_owned(), Vec::new());
    assert_eq!(
        judged(&service, &fourth).await,
        ("valid".to_owned(), vec![good; 4])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_plain_signature_can_be_is_refused_when_it_is_asked_for() {
    let service = Service::start_national().await;
    let bureau = service.at("Q-APR");
    let refused = async |number: u32, file: &[u8], how: Value| {
        let key = format!("refused-plain-one-{number}");
        let answer = bureau.call("approvals", form(&key, file, &how), service.now());
        let answer = answer.await.expect("an answer");
        (problem(&answer), answer.json().to_string())
    };
    let package = unsealed();
    for (number, how) in [
        json!({"signature": "plain", "place": "page"}),
        json!({"signature": "plain", "page": 1, "x_mm": 20.0, "y_mm": 20.0}),
        json!({"signature": "plain", "y_mm": 20.0}),
        json!({"signature": "plain", "edition": "V4"}),
        json!({"signature": "plain", "flatten": true}),
        json!({"signature": "Sign"}),
        json!({"signature": "seal"}),
    ]
    .into_iter()
    .enumerate()
    {
        let number = u32::try_from(number).expect("small");
        let (said, _) = refused(number, &package, how).await;
        assert_eq!(said, (400, "request.malformed".to_owned()), "{number}");
    }
    let no = (422, "document.refused".to_owned());
    let plain = || json!({"signature": "plain"});
    let (said, text) = refused(10, b"%PDF-1.7", plain()).await;
    assert_eq!(said, no);
    assert!(text.contains("document.ofd-alone"), "{text}");
    let other = json!({"signature": "plain", "seal": "990121-SPZYZ-01"});
    assert_eq!(refused(11, &package, other).await.0.0, 422);
    assert_eq!(refused(12, b"PK\x05\x06", plain()).await.0, no);
}
