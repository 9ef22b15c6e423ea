//! A caller's own OFD sealed over the edges of its pages (骑缝章), and in the edition of GM/T 0031-2014.

use serde_json::{Value, json};
use server::Call;
use tests::customer::Customer;
use tests::installation::CUSTODIAN;
use verify::{Report, Verdict};

use super::licence::live;
use super::national::{form, get, offline};
use super::stage::{Service, problem};

/// Asks for a seal and releases it: what the releaser was shown, what became of it, and the sealed file.
pub(crate) async fn sealed(
    service: &Service,
    bureau: &Customer,
    (key, file): (&str, &[u8]),
    how: &Value,
) -> (Value, Value, Vec<u8>) {
    let now = service.now();
    let waits = bureau.call("approvals", form(key, file, how), now).await;
    let waits = waits.expect("an answer");
    assert_eq!(waits.status, 202, "{}", waits.json());
    let job = waits.json()["job"].as_str().expect("a job").to_owned();
    let offer = Call::get(format!("/v1/releases/{job}"));
    let offer = bureau.call("custodian", offer, now).await;
    let told = bureau.release(("custodian", CUSTODIAN), &job, now).await;
    let told = told.expect("an answer");
    assert_eq!(told.status, 201, "{}", told.json());
    let path = format!("/v1/seal-signatures/{job}/file");
    let file = get(service, bureau, &path).await.content.to_vec();
    (offer.expect("an answer").json(), told.json(), file)
}

/// The last signature of a file: its format, its verdict, and what was found.
pub(crate) fn last(report: &Report) -> (&str, Verdict, Vec<&str>) {
    let seal = report.signatures.last().expect("a seal");
    let codes = seal.findings.iter().map(|finding| finding.code);
    (seal.format, seal.verdict, codes.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_goes_over_the_edges_of_all_pages() {
    let service = Service::start_national().await;
    let bureau = service.at("Q-APR");
    let file = tests::packages::unsealed().expect("a package");
    let how = json!({"place": "edges", "y_mm": 120.0});
    let (offer, _, sealed) = sealed(&service, &bureau, ("over-the-edges-1", &file), &how).await;
    let position = offer["position"].as_str().expect("a position");
    assert!(position.starts_with("over the right edges"), "{position}");
    let report = offline(&service, &sealed).await;
    let (format, verdict, codes) = last(&report);
    assert_eq!(
        (format, verdict),
        ("GB/T 38540 V4", Verdict::Valid),
        "{report:#?}"
    );
    assert!(codes.contains(&"receipt.recorded"), "{codes:?}");
    let facts = ofd::read(std::io::Cursor::new(sealed.as_slice())).expect("a package");
    let body = facts.bodies.first().expect("a document");
    let list = body.signatures.as_ref().expect("a list");
    let signed = list.signatures.first().expect("a seal").read.as_ref();
    let stamps = &signed.expect("read").stamps;
    // A strip on each page, all of one width, which side by side are the seal.
    let pages: Vec<&str> = body.pages.iter().map(|page| page.id.as_str()).collect();
    let shown: Vec<&str> = stamps.iter().map(|stamp| stamp.page.as_str()).collect();
    assert_eq!(shown, pages);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_of_the_earlier_edition_is_used_where_it_is_asked_for() {
    let service = Service::start_national().await;
    let bureau = service.at("Q-APR");
    let file = tests::packages::unsealed().expect("a package");
    let page = json!({"page": 1, "x_mm": 100.0, "y_mm": 20.0, "level": "B-B", "edition": "V1"});
    let (_, told, first) = sealed(&service, &bureau, ("earlier-edition-1", &file), &page).await;
    let report = offline(&service, &first).await;
    let (format, verdict, codes) = last(&report);
    assert_eq!(format, "GM/T 0031 V1");
    assert_eq!(verdict, Verdict::Valid, "{codes:?}");
    // D18: its receipt has no place in the file, and is told beside it.
    assert!(!codes.contains(&"receipt.recorded"), "{codes:?}");
    let receipt = told["receipt"].as_str().expect("a receipt");
    assert!(receipt.starts_with("c2sp.org/tlog-proof@v1"), "{receipt}");
    // Over the edges, too, and after a seal of the other edition.
    let edges = json!({"place": "edges", "y_mm": 60.0, "level": "B-B", "edition": "V1"});
    let (_, _, second) = sealed(&service, &bureau, ("earlier-edition-2", &first), &edges).await;
    let usual = json!({"page": 2, "x_mm": 100.0, "y_mm": 20.0});
    let (_, _, third) = sealed(&service, &bureau, ("earlier-edition-3", &second), &usual).await;
    let report = offline(&service, &third).await;
    let formats: Vec<&str> = report.signatures.iter().map(|one| one.format).collect();
    assert_eq!(formats, ["GM/T 0031 V1", "GM/T 0031 V1", "GB/T 38540 V4"]);
    let valid = |one: &verify::SignatureReport| one.verdict == Verdict::Valid;
    assert!(report.signatures.iter().all(valid), "{report:#?}");
}

/// The package with one entry that is another; an absent one is added.
pub(crate) fn changed(file: &[u8], name: &str, content: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let package = ofd::Package::open(std::io::Cursor::new(file.to_vec())).expect("a package");
    let mut change = ofd::Change::of(package);
    let before = change.read(name, 1 << 20).and_then(Result::ok);
    change.put(name, content(before.unwrap_or_default()));
    change.finish().expect("it is written")
}

/// What everybody is told of a file: its verdict, and of each signature verdict and codes that weigh.
pub(crate) async fn judged(service: &Service, file: &[u8]) -> (String, Vec<(String, Vec<String>)>) {
    let report = live(service, file).await;
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let signatures = report["signatures"].as_array().expect("signatures");
    let each = signatures.iter().map(|one| {
        let findings = one["findings"].as_array().expect("findings");
        let weigh = findings.iter().filter(|one| one["severity"] == "error");
        let codes = weigh.map(|one| text(&one["code"])).collect();
        (text(&one["verdict"]), codes)
    });
    (text(&report["verdict"]), each.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_offices_seal_one_file_and_both_seals_hold_until_it_is_changed() {
    let service = Service::start_national().await;
    let (district, county) = (service.at("Q-APR"), service.at("N-APR"));
    let file = tests::packages::unsealed().expect("a package");
    let how = json!({"page": 1, "x_mm": 20.0, "y_mm": 20.0});
    let (_, _, first) = sealed(&service, &district, ("first-of-two-seals-1", &file), &how).await;
    let good = || ("valid".to_owned(), Vec::new());
    let all_good = |count: usize| ("valid".to_owned(), vec![good(); count]);
    assert_eq!(judged(&service, &first).await, all_good(1));
    let how = json!({"seal": "990121-SPZYZ-01", "page": 1, "x_mm": 120.0, "y_mm": 20.0});
    // Nobody seals with the seal of another office.
    let other = district.call(
        "approvals",
        form("not-its-own-seal-01", &first, &how),
        service.now(),
    );
    assert_eq!(problem(&other.await.expect("an answer")).0, 422);
    let (_, told, second) =
        sealed(&service, &county, ("second-of-two-seals-1", &first), &how).await;
    assert!(told["receipt"].as_str().is_some(), "{told}");
    assert_eq!(judged(&service, &second).await, all_good(2));
    let report = offline(&service, &second).await;
    let signers = report.signatures.iter().map(|one| one.signer.clone());
    let signers: std::collections::BTreeSet<_> = signers.collect();
    assert_eq!(
        signers.len(),
        2,
        "each under its own certificate: {signers:?}"
    );

    // What is changed later is refused under both, and no third seal covers it up.
    let page = "Doc_0/Pages/Page_0/Content.xml";
    let bent = changed(&second, page, |content| {
        let text = String::from_utf8(content).expect("text");
        let bent = text.replacen("L 150.31", "L 151.31", 1);
        assert_ne!(text, bent, "the page has its line");
        bent.into_bytes()
    });
    let differs = |code: &str| ("invalid".to_owned(), vec![code.to_owned()]);
    let (verdict, signatures) = judged(&service, &bent).await;
    assert_eq!(verdict, "invalid");
    assert_eq!(signatures, vec![differs("ofd.reference-differs"); 2]);
    let added = changed(&second, "Doc_0/Attachs/later.txt", |_| b"later".to_vec());
    let (verdict, signatures) = judged(&service, &added).await;
    assert_eq!(verdict, "invalid");
    assert_eq!(signatures, vec![differs("ofd.unprotected-entry"); 2]);
    let seal = changed(
        &second,
        "Doc_0/Signs/Sign_0/SignedValue.dat",
        |mut value| {
            if let Some(octet) = value.last_mut() {
                *octet ^= 1;
            }
            value
        },
    );
    let (verdict, signatures) = judged(&service, &seal).await;
    assert_eq!(verdict, "invalid");
    // The last octet is in what nobody signed of the first seal: the second has all of it.
    let by_second = signatures.last().expect("the second");
    assert_eq!(*by_second, differs("ofd.reference-differs"));
    for (number, file) in [bent, added].iter().enumerate() {
        let key = format!("a-third-seal-over-{number}");
        let how = json!({"page": 2, "x_mm": 20.0, "y_mm": 20.0});
        let answer = district.call("approvals", form(&key, file, &how), service.now());
        let no = (422, "document.refused".to_owned());
        assert_eq!(problem(&answer.await.expect("an answer")), no, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_seal_can_be_is_refused_when_it_is_asked_for() {
    let service = Service::start_national().await;
    let bureau = service.at("Q-APR");
    let package = tests::packages::unsealed().expect("a package");
    let (_, issued) = service.issued("FOOD", 1).await;
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let pdf = service.file(&bureau, identifier).await;
    let refused = async |number: u32, file: &[u8], how: Value| {
        let key = format!("refused-edition-{number}");
        let answer = bureau.call("approvals", form(&key, file, &how), service.now());
        let answer = answer.await.expect("an answer");
        (problem(&answer), answer.json().to_string())
    };
    let malformed = (400, "request.malformed".to_owned());
    let no = (422, "document.refused".to_owned());
    for (number, how) in [
        json!({"place": "edges", "page": 1, "y_mm": 20.0}),
        json!({"place": "edges", "x_mm": 0.0, "y_mm": 20.0}),
        json!({"place": "middle", "y_mm": 20.0}),
        json!({"page": 1, "y_mm": 20.0}),
        json!({"place": "edges", "y_mm": -1.0}),
        json!({"place": "edges", "y_mm": 20.0, "edition": "V5"}),
    ]
    .into_iter()
    .enumerate()
    {
        let number = u32::try_from(number).expect("small");
        assert_eq!(
            refused(number, &package, how).await.0,
            malformed,
            "{number}"
        );
    }
    let edges = json!({"place": "edges", "y_mm": 20.0});
    let (said, text) = refused(10, &pdf, edges).await;
    assert_eq!(said, no);
    assert!(text.contains("document.ofd-alone"), "{text}");
    let earlier = json!({"page": 1, "x_mm": 20.0, "y_mm": 20.0, "level": "B-B", "edition": "V1"});
    let (said, text) = refused(11, &pdf, earlier).await;
    assert_eq!(said, no);
    assert!(text.contains("document.ofd-alone"), "{text}");
    let stamped = json!({"page": 1, "x_mm": 20.0, "y_mm": 20.0, "edition": "V1"});
    let (said, text) = refused(12, &package, stamped).await;
    assert_eq!(said, no);
    assert!(text.contains("document.no-stamp"), "{text}");
    // Over the upper edge of the page, before anybody releases it.
    let beyond = json!({"place": "edges", "y_mm": 290.0});
    assert_eq!(refused(13, &package, beyond).await.0, no);
    let beyond = json!({"page": 1, "x_mm": 205.0, "y_mm": 20.0});
    assert_eq!(refused(14, &package, beyond).await.0, no);
}
