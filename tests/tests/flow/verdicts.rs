//! A verdict in each form in which anybody may have it, and what comes beside a file.

use serde_json::Value;
use server::{Answer, Call, Client};
use transcript::bundle::judge_again;

use super::stage::{Service, problem};

const API: &str = "/v1/verifications";
const FILE: &str = "application/octet-stream";

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    std::fs::read(format!("{folder}/{name}")).expect("a fixture")
}

async fn asked(service: &Service, call: Call) -> Answer {
    let anybody = Client::anonymous(&service.base);
    anybody.call(call, service.now()).await.expect("an answer")
}

fn of(file: &[u8], query: &str) -> Call {
    let method = "POST".parse().expect("a method");
    let path = format!("/v1/verifications{query}");
    Call::send(method, path, FILE, file.to_vec())
}

/// A form with these parts: name, file name, octets.
fn parts(all: &[(&str, &str, Vec<u8>)], path: &str) -> Call {
    let mut content = Vec::new();
    for (name, file, octets) in all {
        let head = format!(
            "--cut\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n"
        );
        content.extend_from_slice(head.as_bytes());
        content.extend_from_slice(octets);
        content.extend_from_slice(b"\r\n");
    }
    content.extend_from_slice(b"--cut--\r\n");
    let method = "POST".parse().expect("a method");
    Call::send(method, path, "multipart/form-data; boundary=cut", content)
}

fn kind(answer: &Answer) -> (&str, u16) {
    let kind = answer.headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok());
    (kind.unwrap_or_default(), answer.status.as_u16())
}

async fn licence(service: &Service) -> Vec<u8> {
    let (customer, told) = service.issued("FOOD", 1).await;
    let identifier = told["identifier"].as_str().expect("an identifier");
    let call = Call::get(format!("/v1/licences/{identifier}/files/pdf"));
    let answer = customer.call("approvals", call, service.now()).await;
    answer.expect("an answer").content.to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_told_in_the_form_that_is_asked_for() {
    let service = Service::start().await;
    let file = licence(&service).await;
    let short = asked(&service, of(&file, "")).await;
    assert_eq!(kind(&short), ("application/json", 200));
    assert_eq!(short.json()["answer"], "valid", "{}", short.json());

    let detailed = asked(&service, of(&file, "?form=detailed")).await.json();
    assert_eq!(detailed["report"]["verdict"], "valid");
    assert_eq!(detailed["signatures"][0]["process"], "LTVM", "{detailed}");

    let by_link = asked(&service, of(&file, "?form=etsi")).await;
    let accepting = of(&file, "").field("accept", "application/xml");
    let by_header = asked(&service, accepting).await;
    for answer in [&by_link, &by_header] {
        assert_eq!(kind(answer), ("application/xml", 200));
    }
    assert_eq!(by_link.content, by_header.content);
    let xml = String::from_utf8(by_link.content.to_vec()).expect("text");
    assert!(xml.contains("<ValidationReport"), "{xml}");
    assert!(xml.contains("mainindication:total-passed"), "{xml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundled_verdict_is_judged_again_from_what_it_holds_alone() {
    let service = Service::start().await;
    let file = licence(&service).await;
    let bundle = asked(&service, of(&file, "?form=bundle")).await;
    assert_eq!(bundle.status, 200);
    let again = judge_again(&bundle.content).expect("a bundle");
    assert!(again.same);
    // Not by the register's word, which nobody could judge again: by the list that it signed.
    let report: Value = serde_json::from_str(&again.report.to_json()).expect("JSON");
    assert_eq!(report["answer"], "valid", "{report}");
    assert_eq!(report["state"]["source"], "list", "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_revision_that_a_signature_signs_is_had_as_a_file() {
    let service = Service::start().await;
    let file = licence(&service).await;
    let first = asked(&service, of(&file, "?revision=1")).await;
    assert_eq!(kind(&first), ("application/pdf", 200));
    assert!(first.content.len() < file.len() && file.starts_with(&first.content));
    let none = asked(&service, of(&file, "?revision=99")).await;
    assert_eq!(problem(&none), (404, "not-found".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_not_guessed() {
    let service = Service::start().await;
    for query in ["?form=short", "?policy=mild", "?other=1"] {
        let answer = asked(&service, of(b"x", query)).await;
        assert_eq!(
            problem(&answer),
            (400, "request.malformed".to_owned()),
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_beside_a_detached_signature_is_what_it_is_over() {
    let service = Service::start().await;
    let signature = ("file", "lta.p7s", fixture("long-term/lta.p7s"));
    let said = async |beside: &[(&str, &str, Vec<u8>)]| {
        let all = [std::slice::from_ref(&signature), beside].concat();
        let answer = asked(&service, parts(&all, API)).await.json();
        let sub = answer["signatures"][0]["sub_indication"].clone();
        sub.as_str().map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(said(&[]).await, "SIGNED_DATA_NOT_FOUND");
    let content = ("content", "content.bin", fixture("long-term/content.bin"));
    let other = ("content", "content.bin", b"another".to_vec());
    // What it is over is there; what its attributes lack is told then.
    let found = said(std::slice::from_ref(&content)).await;
    assert_eq!(found, "SIG_CONSTRAINTS_FAILURE");
    assert_eq!(said(&[other]).await, "HASH_FAILURE");

    let all = [signature.clone(), content];
    let bundle = asked(&service, parts(&all, "/v1/verifications?form=bundle")).await;
    let again = judge_again(&bundle.content).expect("a bundle");
    assert!(again.same);
    let report: Value = serde_json::from_str(&again.report.to_json()).expect("JSON");
    let sub = &report["signatures"][0]["sub_indication"];
    assert_eq!(sub, "SIG_CONSTRAINTS_FAILURE", "{report}");

    let many = vec![("content", "a.txt", b"a".to_vec()); 65];
    let answer = asked(
        &service,
        parts(
            &[std::slice::from_ref(&signature), many.as_slice()].concat(),
            API,
        ),
    )
    .await;
    assert_eq!(problem(&answer), (413, "request.too-large".to_owned()));
}

/// By API and page alike: kind, file, and the finding by which what is not judged is told.
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_judged_or_told_why_it_is_not() {
    let service = Service::start().await;
    let sealed = licence(&service).await;
    let zip = b"PK\x03\x04\x14\0\0\0\0\0case.json".to_vec();
    for (kind, file, reason) in [
        ("pdf", sealed, None),
        ("ofd", fixture("ofdrw/sealed-v4.ofd"), None),
        ("esl", fixture("ofdrw/seal-v4.esl"), None),
        ("cms", fixture("long-term/attached.p7m"), None),
        ("evidence_record", fixture("long-term/fourth-0.ers"), None),
        ("jades", fixture("fuzz/envelopes/inside-LTA.json"), None),
        ("jades", fixture("fuzz/envelopes/compact-B.jws"), None),
        ("asic", fixture("fuzz/envelopes/simple-T.asics"), None),
        ("asic", fixture("fuzz/envelopes/extended-LTA.asice"), None),
        ("lc1", b"LC1:6BF".to_vec(), None),
        (
            "sd_jwt_vc",
            b"eyJhbGciOiJFUzI1NiJ9.e30.AA~".to_vec(),
            Some("input.sd-jwt-vc"),
        ),
        (
            "mdoc",
            b"\xa2jnameSpaces\xa0jissuerAuth\x84".to_vec(),
            Some("input.mdoc"),
        ),
        ("ld1", b"LD1:6BF".to_vec(), Some("input.ld1")),
        ("archive", zip, Some("input.archive")),
        ("unknown", b"hello".to_vec(), Some("input.unknown")),
    ] {
        let all = [("file", "a.bin", file)];
        let report = asked(&service, parts(&all, API)).await.json();
        assert_eq!(report["kind"], kind, "{report}");
        let is_judged = report["verdict"] != "not_processed";
        assert_eq!(is_judged, reason.is_none(), "{kind}: {report}");
        for (lang, word) in [("zh", "未作判断"), ("en", "Not judged")] {
            let path = format!("/verify?lang={lang}");
            let page = asked(&service, parts(&all, &path)).await;
            let page = String::from_utf8_lossy(&page.content).into_owned();
            assert_eq!(page.contains(&format!("? {word}")), !is_judged, "{page}");
            let named = reason.is_none_or(|code| page.contains(&format!("<code>{code}</code>")));
            assert!(named && page.contains("a.bin"), "{page}");
        }
    }
}
