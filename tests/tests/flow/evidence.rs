//! The evidence of a case in one file: judged without the service, and every mutation of it refused by its finding.

use std::ffi::OsString;
use std::path::Path;

use serde_json::{Value, json};
use server::Call;
use tests::installation::NOW;

use super::papers::{CASE, accepted, sealed};
use super::stage::Service;

/// Files of the bundle behind its manifest.
type Files = Vec<(String, Vec<u8>)>;

async fn bundle(service: &Service) -> Vec<u8> {
    let call = Call::get(format!("/v1/cases/{CASE}/evidence"));
    let answer = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200);
    answer.content.to_vec()
}

async fn judged(service: &Service, file: Vec<u8>) -> Value {
    let method = "POST".parse().expect("a method");
    let call = Call::send(
        method,
        "/v1/verifications",
        "application/octet-stream",
        file,
    );
    let answer = service
        .at("Q-APR")
        .anybody()
        .call(call, service.now())
        .await;
    answer.expect("an answer").json()
}

fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings");
    let codes = findings
        .iter()
        .filter_map(|finding| finding["code"].as_str());
    codes.filter(|code| code.starts_with("package.")).collect()
}

/// The files of a tar archive, the manifest left out.
fn files(archive: &[u8]) -> Files {
    let mut files = Vec::new();
    let mut at = 0;
    loop {
        let header = &archive[at..at + 512];
        let end = header.iter().position(|octet| *octet == 0).expect("an end");
        if end == 0 {
            break;
        }
        let name = String::from_utf8_lossy(&header[..end]).into_owned();
        let size = String::from_utf8_lossy(&header[124..135]).into_owned();
        let size = usize::from_str_radix(&size, 8).expect("octal");
        files.push((name, archive[at + 512..at + 512 + size].to_vec()));
        at += 512 + size.next_multiple_of(512);
    }
    files.remove(0);
    files
}

fn place(files: &Files, ending: &str) -> usize {
    let found = files.iter().position(|(name, _)| name.ends_with(ending));
    found.expect("there is one")
}

/// A mutation of the files, packed as if it were whole, and the finding that names it.
fn mutations(whole: &Files) -> Vec<(Files, &'static str)> {
    let change = |ending: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = whole.clone();
        let at = place(whole, ending);
        change(&mut files[at].1);
        files
    };
    let without = |ending: &str| {
        let mut files = whole.clone();
        files.remove(place(whole, ending));
        files
    };
    let receipts: Vec<usize> = (0..whole.len())
        .filter(|at| whole[*at].0.ends_with(".receipt"))
        .collect();
    let mut swapped = whole.clone();
    let (one, other) = (receipts[0], receipts[1]);
    swapped[one].1.clone_from(&whole[other].1);
    let signature = |octets: &mut Vec<u8>| {
        let at = octets.len() - 12;
        octets[at] = if octets[at] == b'A' { b'B' } else { b'A' };
    };
    vec![
        (
            change(".pdf", &|octets| octets[1_000] ^= 1),
            "package.document",
        ),
        (without(".pdf"), "package.missing"),
        (
            change(".entry", &|octets| octets[40] ^= 1),
            "package.entry-differs",
        ),
        (swapped, "package.entry-differs"),
        (without(".receipt"), "package.entry-unproven"),
        (change(".receipt", &signature), "package.entry-unproven"),
        (
            change(".receipt", &|octets| octets.truncate(40)),
            "package.entry-differs",
        ),
        (change(".pdf", &|octets| octets.clear()), "package.document"),
        (Vec::new(), "package.no-trace"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_a_case_is_judged_without_the_service_and_no_change_passes() {
    let service = Service::start().await;
    accepted(&service).await;
    sealed(&service, "acceptance-notice").await;
    let whole = bundle(&service).await;
    let report = judged(&service, whole.clone()).await;
    assert_eq!(report["kind"], "archive");
    assert_eq!(report["verdict"], "valid", "{report}");
    let signatures = report["signatures"].as_array().expect("signatures");
    assert!(!signatures.is_empty());
    let parts = files(&whole);
    assert!(
        parts
            .iter()
            .filter(|(name, _)| name.ends_with(".entry"))
            .count()
            > 4
    );
    let packed = |case: &str, files: &Files| {
        verify::Case::pack(case, "2026-07-03T01:00:00Z", files).expect("plain names")
    };
    for (number, (files, code)) in mutations(&parts).into_iter().enumerate() {
        let report = judged(&service, packed(CASE, &files)).await;
        assert_ne!(report["verdict"], "valid", "{number}");
        assert!(codes(&report).contains(&code), "{number} {code}: {report}");
    }
    let report = judged(&service, packed("BJ-990102-20260608-99999", &parts)).await;
    assert_eq!(codes(&report), ["package.other-case"], "{report}");
    for length in [whole.len() - 700, 700, 300] {
        let report = judged(&service, whole[..length].to_vec()).await;
        assert_ne!(report["verdict"], "valid", "{length}");
    }
    let mut twice = whole.clone();
    twice.extend_from_slice(&whole);
    let report = judged(&service, twice).await;
    assert_eq!(codes(&report), ["package.malformed"], "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_was_sealed_in_a_case_is_in_its_evidence_with_what_lies_beside_its_seal() {
    let service = Service::start().await;
    accepted(&service).await;
    let bureau = service.at("Q-APR");
    for form in ["cades", "jades-detached", "asic-e"] {
        let how = json!({"envelope": form, "case": CASE});
        let key = format!("evidence-of-{form}");
        let call = super::national::form(&key, form.as_bytes(), &how);
        let waits = bureau.call("approvals", call, service.now()).await;
        let waits = waits.expect("an answer").json();
        let job = waits["job"].as_str().expect("a job").to_owned();
        let custodian = ("custodian", tests::installation::CUSTODIAN);
        let told = bureau.release(custodian, &job, service.now()).await;
        assert_eq!(told.expect("an answer").status, 201, "{form}");
    }
    let whole = bundle(&service).await;
    let report = judged(&service, whole.clone()).await;
    assert_eq!(report["verdict"], "valid", "{report}");
    let signatures = report["signatures"].as_array().expect("signatures");
    assert_eq!(signatures.len(), 3, "{report}");
    let parts = files(&whole);
    let packed = |files: &Files| {
        verify::Case::pack(CASE, "2026-07-03T01:00:00Z", files).expect("plain names")
    };
    for ending in [".p7s", ".jades", ".asice"] {
        let mut without = parts.clone();
        without.remove(place(&parts, ending));
        let report = judged(&service, packed(&without)).await;
        assert_eq!(codes(&report), ["package.missing"], "{ending} {report}");
    }
    for name in ["/content", "/a"] {
        let mut other = parts.clone();
        let at = place(&parts, name);
        other[at].1 = b"another".to_vec();
        let report = judged(&service, packed(&other)).await;
        assert_eq!(report["verdict"], "invalid", "{name} {report}");
        other.remove(at);
        let report = judged(&service, packed(&other)).await;
        assert_ne!(report["verdict"], "valid", "{name} {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_was_sealed_by_its_digest_is_told_of_in_the_evidence_and_was_not_seen() {
    let service = Service::start().await;
    accepted(&service).await;
    let bureau = service.at("Q-APR");
    for form in ["cades", "jades-detached"] {
        let how = json!({"envelope": form, "case": CASE});
        super::digests::sealed(&service, &bureau, &how).await;
    }
    let whole = bundle(&service).await;
    let report = judged(&service, whole.clone()).await;
    assert_eq!(report["verdict"], "valid", "{report}");
    let signatures = report["signatures"].as_array().expect("signatures");
    assert_eq!(signatures.len(), 2, "{report}");
    for signature in signatures {
        let findings = signature["findings"].as_array().expect("findings");
        let mut codes = findings.iter().map(|finding| &finding["code"]);
        assert!(
            codes.any(|code| code == "signature.content-digest"),
            "{report}"
        );
    }
    // Nothing of the content is there.
    let parts = files(&whole);
    let kept = super::digests::KEPT;
    let holds = |octets: &[u8]| octets.windows(kept.len()).any(|part| part == kept);
    assert!(!parts.iter().any(|(_, octets)| holds(octets)));
    // Another digest in the place of the one that was sealed, and none.
    let packed = |files: &Files| {
        verify::Case::pack(CASE, "2026-07-03T01:00:00Z", files).expect("plain names")
    };
    let at = parts
        .iter()
        .position(|(name, _)| name.starts_with("described/"));
    let at = at.expect("it is told of");
    let mut other = parts.clone();
    let text = String::from_utf8(other[at].1.clone()).expect("text");
    let digest = tests::installation::hex(&crypto::sha256(kept));
    let another = tests::installation::hex(&crypto::sha256(b"another"));
    other[at].1 = text.replace(&digest, &another).into_bytes();
    let report = judged(&service, packed(&other)).await;
    assert_eq!(report["verdict"], "invalid", "{report}");
    other.remove(at);
    let report = judged(&service, packed(&other)).await;
    assert_eq!(report["verdict"], "indeterminate", "{report}");
}

/// What the inspector's command says of a bundle in a folder, with no network: its exit status, and its line of JSON.
fn inspected(folder: &Path, bundle: &[u8], trust: Option<&[u8]>) -> (u8, Value) {
    let file = folder.join("case.tar");
    std::fs::write(&file, bundle).expect("written");
    let mut words: Vec<OsString> = vec!["yinxin-verify".into(), file.into()];
    if let Some(trust) = trust {
        let file = folder.join("trust.jwt");
        std::fs::write(&file, trust).expect("written");
        words.extend(["--trust".into(), file.into()]);
    }
    words.extend(["--at", "2026-07-03T01:00:00Z", "--json"].map(OsString::from));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = cli::run(words, NOW, &mut out, &mut err);
    let line = String::from_utf8(out).expect("UTF-8");
    assert_eq!(line.lines().count(), 1, "{line}");
    (status, serde_json::from_str(&line).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inspector_s_command_judges_the_evidence_of_a_case_from_a_file() {
    let service = Service::start().await;
    accepted(&service).await;
    sealed(&service, "acceptance-notice").await;
    let whole = bundle(&service).await;
    let trust = service.fetch("/v1/trust").await.content.to_vec();
    let folder = tempfile::tempdir().expect("a folder");
    let (status, told) = inspected(folder.path(), &whole, Some(&trust));
    assert_eq!((status, &told["kind"]), (cli::ALL_VALID, &json!("archive")));
    assert_eq!(told["verdict"], "valid", "{told}");
    let parts = files(&whole);
    for (number, (files, code)) in mutations(&parts).into_iter().enumerate() {
        let packed = verify::Case::pack(CASE, "2026-07-03T01:00:00Z", &files);
        let packed = packed.expect("plain names");
        let (status, told) = inspected(folder.path(), &packed, Some(&trust));
        assert_ne!(status, cli::ALL_VALID, "{number} {told}");
        assert!(codes(&told).contains(&code), "{number} {code}: {told}");
    }
    // Who trusts nobody is told that it cannot be said.
    let (status, told) = inspected(folder.path(), &whole, None);
    assert_eq!(status, cli::SOME_OPEN, "{told}");
    assert_eq!(told["verdict"], "indeterminate", "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_of_a_case_are_pdf_and_ofd_in_an_office_of_both_suites() {
    let service = Service::start_national().await;
    accepted(&service).await;
    sealed(&service, "acceptance-notice").await;
    let parts = files(&bundle(&service).await);
    let ofd = &parts[place(&parts, ".ofd")].1;
    let report = super::national::offline(&service, ofd).await;
    assert_eq!(report.verdict, verify::Verdict::Valid, "{report:#?}");
    let seal = report.signatures.first().expect("a seal");
    assert_eq!(seal.format, "GB/T 38540 V4");
    let pdf = &parts[place(&parts, ".pdf")].1;
    let report = super::national::offline(&service, pdf).await;
    assert_eq!(report.verdict, verify::Verdict::Valid, "{report:#?}");

    // Without the service: the lists go with it.
    let trust = service.fetch("/v1/trust").await.content.to_vec();
    let folder = tempfile::tempdir().expect("a folder");
    let whole = verify::Case::pack(CASE, "2026-07-03T01:00:00Z", &parts);
    let whole = whole.expect("plain names");
    let (status, told) = inspected(folder.path(), &whole, Some(&trust));
    assert_eq!(status, cli::ALL_VALID, "{told}");
    let signatures = told["signatures"].as_array().expect("signatures");
    assert_eq!(signatures.len(), 2, "{told}");

    // An OFD that is changed, or a package that is called one, is found out.
    for bend in [
        |octets: &mut Vec<u8>| octets.truncate(octets.len() / 2),
        |octets: &mut Vec<u8>| *octets = b"PK\x03\x04case.json".to_vec(),
    ] {
        let mut bent = parts.clone();
        let at = place(&bent, ".ofd");
        bend(&mut bent[at].1);
        let packed = verify::Case::pack(CASE, "2026-07-03T01:00:00Z", &bent);
        let packed = packed.expect("plain names");
        let (status, told) = inspected(folder.path(), &packed, Some(&trust));
        assert_ne!(status, cli::ALL_VALID, "{told}");
        assert!(codes(&told).contains(&"package.document"), "{told}");
    }
    // Each document holds by what it carries itself (decision 044), without the lists beside it too.
    let mut without = parts.clone();
    without.retain(|(name, _)| !name.ends_with(".crl"));
    assert_ne!(without.len(), parts.len());
    let packed = verify::Case::pack(CASE, "2026-07-03T01:00:00Z", &without);
    let (status, told) = inspected(folder.path(), &packed.expect("names"), Some(&trust));
    assert_eq!(status, cli::ALL_VALID, "{told}");
}
