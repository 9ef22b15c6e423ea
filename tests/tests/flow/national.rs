//! Both files of one licence (D2, D5): a PDF in the usual suite and an OFD in the national one, on one record.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalogue::key::{DepartmentKey, PersonKey};
use credential::Lc1;
use issuance::FixedClock;
use pki::Certificate;
use registry::asked::By;
use registry::callers::NewCaller;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, STRANGER, hex, secret};
use time::SignedDuration;
use tlog::{Note, NoteKey};
use verify::{Kind, Material, Policy, Report, Trust, Verdict};
use zeroize::Zeroizing;

use super::lasting;
use super::licence::{followed, handle, live};
use super::pictures;
use super::stage::{Service, ending, problem};

pub(crate) async fn get(service: &Service, customer: &Customer, path: &str) -> Answer {
    let answer = customer.call("approvals", Call::get(path), service.now());
    answer.await.expect("an answer")
}

/// An inspector who took trust, revocation lists and status along.
pub(crate) async fn offline(service: &Service, file: &[u8]) -> Report {
    let trust = service.fetch("/v1/trust").await.content;
    let trust = Trust::parse(&trust).expect("our own bundle");
    let mut material = Material::empty();
    material.add("1.statuslist", &service.fetch("/status/1").await.content);
    for name in ["root.crl", "ca.crl", "sm-root.crl", "sm-ca.crl"] {
        let list = service.fetch(&format!("/crl/{name}")).await;
        assert_eq!(list.status, 200, "{name}");
        material.add(name, &list.content);
    }
    let file = file.to_vec();
    let now = service.now();
    verify::examine("a", &file, &trust, &material, &Policy::default(), now)
}

/// Asks for a seal on a file of the caller's own.
fn order(key: &str, file: &[u8], page: u32) -> Call {
    form(
        key,
        file,
        &json!({"page": page, "x_mm": 100.0, "y_mm": 20.0}),
    )
}

/// The same with what is said of the place, the level and the edition.
pub(crate) fn form(key: &str, file: &[u8], how: &Value) -> Call {
    let mut order = json!({
        "seal": "990102-SPZYZ-01", "purpose": "document", "ground": "内部材料〔2026〕1号",
    });
    let members = order.as_object_mut().expect("an object");
    members.extend(how.as_object().expect("an object").clone());
    let mut form = format!(
        "--part-of-a-form\r\ncontent-disposition: form-data; name=\"order\"\r\n\r\n{order}\r\n\
         --part-of-a-form\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(file);
    form.extend_from_slice(b"\r\n--part-of-a-form--\r\n");
    let post = "POST".parse().expect("a method");
    let kind = "multipart/form-data; boundary=part-of-a-form";
    Call::send(post, "/v1/seal-signatures", kind, form).once(key)
}

/// What is released are both files, by one digest over theirs.
async fn offered(service: &Service, bureau: &Customer, job: &str) {
    let now = service.now();
    let offer = Call::get(format!("/v1/releases/{job}"));
    let offer = bureau.call("custodian", offer, now).await;
    let offer = offer.expect("an answer").json();
    assert_eq!(offer["formats"], json!(["pdf", "ofd"]), "{offer}");
    let mut digests = Vec::new();
    for format in ["pdf", "ofd"] {
        let page = Call::get(format!("/v1/releases/{job}/page?format={format}"));
        let page = bureau.call("custodian", page, now).await;
        let page = page.expect("an answer");
        let kind = format!("application/{format}");
        assert_eq!(page.headers["content-type"], kind.as_str());
        digests.extend(crypto::sha256(&page.content));
    }
    assert_eq!(offer["unsealed"], json!(hex(&crypto::sha256(&digests))));
    let other = Call::get(format!("/v1/releases/{job}/page?format=doc"));
    let other = bureau.call("custodian", other, now).await;
    let malformed = (400, "request.malformed".to_owned());
    assert_eq!(problem(&other.expect("an answer")), malformed);
}

/// Each file of a licence, as it is had and as its caller was told of it; with its receipt.
pub(crate) async fn told(service: &Service, bureau: &Customer, issued: &Value) -> Vec<Vec<u8>> {
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let mut files = Vec::new();
    for (told, format) in issued["files"]
        .as_array()
        .into_iter()
        .flatten()
        .zip(["pdf", "ofd"])
    {
        assert_eq!(told["format"], format);
        let path = format!("/v1/licences/{identifier}/files/{format}");
        let file = get(service, bureau, &path).await;
        assert_eq!(file.status, 200);
        assert_eq!(
            told["file_digest"],
            json!(hex(&crypto::sha256(&file.content)))
        );
        let path = format!("/v1/licences/{identifier}/receipt?format={format}");
        let receipt = get(service, bureau, &path).await.content;
        assert_eq!(
            told["receipt"].as_str().map(str::as_bytes),
            Some(&receipt[..])
        );
        files.push(file.content.to_vec());
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn one_licence_is_a_pdf_and_an_ofd_and_ends_as_both() {
    let service = Service::start_national().await;
    let (bureau, job) = service.waiting("FOOD", 1).await;
    let now = service.now();

    offered(&service, &bureau, &job).await;
    let issued = bureau.release(("custodian", CUSTODIAN), &job, now).await;
    let issued = issued.expect("an answer");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let issued = issued.json();
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let files = told(&service, &bureau, &issued).await;
    let [pdf, ofd] = files.as_slice() else {
        panic!("two files: {issued}");
    };
    assert_eq!(issued["file_digest"], json!(hex(&crypto::sha256(pdf))));

    for name in [
        "sm-root",
        "sm-ca",
        "sm-ocsp",
        "sm-tsa",
        "sm-maker",
        "sm-credential",
    ] {
        let certificate = service.fetch(&format!("/certificates/{name}.cer")).await;
        assert_eq!(certificate.status, 200, "{name}");
    }
    let report = offline(&service, ofd).await;
    assert_eq!(
        (report.kind, report.verdict),
        (Kind::Ofd, Verdict::Valid),
        "{report:#?}"
    );
    let seal = report.signatures.first().expect("a seal");
    assert_eq!(seal.format, "GB/T 38540 V4");
    for file in [pdf, ofd] {
        let live = live(&service, file).await;
        let said = (
            &live["verdict"],
            &live["answer"],
            &live["licence"]["identifier"],
        );
        let valid = json!("valid");
        assert_eq!(said, (&valid, &valid, &json!(identifier)), "{live}");
    }

    // One revoke ends both.
    let call = Call::post(format!("/v1/licences/{identifier}/end"), &ending());
    let ended = bureau
        .call("approvals", call.once("the-ending-of-both"), now)
        .await;
    assert_eq!(ended.expect("an answer").status, 200);
    for file in [pdf, ofd] {
        let live = live(&service, file).await;
        let said = (&live["verdict"], &live["answer"]);
        assert_eq!(said, (&json!("invalid"), &json!("annulled")), "{live}");
    }
}

/// What the bundle says of the public log.
pub(crate) async fn log_of_bundle(service: &Service) -> Value {
    let bundle = service.fetch("/v1/trust").await.content;
    let payload = bundle.split(|octet| *octet == b'.').nth(1).expect("a JWS");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let payload: Value = serde_json::from_slice(&payload).expect("JSON");
    payload["logs"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_signed_in_both_suites_where_the_office_has_both() {
    let service = Service::start_national().await;
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let files = told(&service, &bureau, &issued).await;
    let log = log_of_bundle(&service).await;
    let national = log["national_keys"][0].as_str().expect("a key");
    let national = NoteKey::parse(national).expect("a key of the national suite");
    let note = service.fetch("/log/checkpoint").await.content;
    let note = Note::parse(&note).expect("a note");
    let signed = note.check(std::slice::from_ref(&national));
    assert_eq!(signed.expect("in SM2 too")[0].key, &national);
    let usual = log["keys"][0].as_str().expect("a key");
    let usual = NoteKey::parse(usual).expect("a key");
    assert!(note.check(&[usual]).is_ok(), "and in the usual suite");
    for file in &files {
        let report = offline(&service, file).await;
        let seal = report.signatures.first().expect("a seal");
        let mut codes = seal.findings.iter().map(|finding| finding.code);
        assert!(codes.any(|code| code == "receipt.recorded"), "{report:#?}");
    }
    // An office without the suite has no such key, and nobody asks for one.
    let service = Service::start().await;
    let log = log_of_bundle(&service).await;
    assert_eq!(log.get("national_keys"), None, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callers_own_package_is_sealed_and_one_that_cannot_be_is_refused() {
    let service = Service::start_national().await;
    let bureau = service.at("Q-APR");
    let made = tests::packages::made().expect("packages");
    let unsealed = tests::packages::unsealed().expect("a package");
    let ask = async |key: &str, file: &[u8], page: u32| {
        let answer = bureau.call("approvals", order(key, file, page), service.now());
        answer.await.expect("an answer")
    };
    let waits = ask("a-package-of-ours-1", &unsealed, 1).await;
    assert_eq!(waits.status, 202, "{}", waits.json());
    let job = waits.json()["job"].as_str().expect("a job").to_owned();
    let sealed = bureau
        .release(("custodian", CUSTODIAN), &job, service.now())
        .await;
    let sealed = sealed.expect("an answer");
    assert_eq!(sealed.status, 201, "{}", sealed.json());
    let path = format!("/v1/seal-signatures/{job}/file");
    let file = get(&service, &bureau, &path).await;
    assert_eq!(file.headers["content-type"], "application/ofd");
    let report = offline(&service, &file.content).await;
    let seal = report.signatures.first().expect("a seal");
    assert_eq!(seal.verdict, Verdict::Valid, "{report:#?}");

    let refused = (422, "document.refused".to_owned());
    let no_page = ask("a-package-of-ours-2", &unsealed, 9).await;
    assert_eq!(problem(&no_page), refused);
    let closed = made.iter().find(|one| one.name == "v4").expect("made");
    let closed = ask("a-package-of-ours-3", &closed.file, 1).await;
    assert_eq!(
        problem(&closed),
        refused,
        "nobody signs behind a closed list"
    );
    let torn = ask("a-package-of-ours-4", &unsealed[..400], 1).await;
    assert_eq!(problem(&torn), refused);
}

/// Seals a file of the caller's own; gives the sealed one.
async fn sealed(service: &Service, bureau: &Customer, (key, file): (&str, &[u8])) -> Vec<u8> {
    let waits = bureau.call("approvals", order(key, file, 1), service.now());
    let waits = waits.await.expect("an answer");
    assert_eq!(waits.status, 202, "{}", waits.json());
    let job = waits.json()["job"].as_str().expect("a job").to_owned();
    let now = service.now();
    let sealed = bureau.release(("custodian", CUSTODIAN), &job, now).await;
    let sealed = sealed.expect("an answer");
    assert_eq!(sealed.status, 201, "{}", sealed.json());
    let path = format!("/v1/seal-signatures/{job}/file");
    get(service, bureau, &path).await.content.to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_carries_a_licence_is_sealed_as_a_document_and_is_no_licence() {
    let service = Service::start_national().await;
    let (bureau, job) = service.waiting("FOOD", 1).await;
    for format in ["pdf", "ofd"] {
        // What waits for a licence's seal carries all that a licence carries.
        let page = Call::get(format!("/v1/releases/{job}/page?format={format}"));
        let page = bureau.call("custodian", page, service.now()).await;
        let page = page.expect("an answer").content;
        let key = format!("carries-a-licence-{format}");
        let file = sealed(&service, &bureau, (&key, &page)).await;
        let report = offline(&service, &file).await;
        let seal = report.signatures.first().expect("a seal");
        assert_eq!(seal.verdict, Verdict::Valid, "{format}: {report:#?}");
        let has = |code: &str| {
            let all = report.findings.iter().chain(&seal.findings);
            all.filter(|finding| finding.code == code).count() == 1
        };
        assert!(has("receipt.recorded") && has("receipt.of-document"));
        assert!(has("licence.of-document"), "{report:#?}");
        assert_eq!(report.answer, Some(verify::Answer::Untrusted));
        assert_ne!(report.verdict, Verdict::Valid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_without_the_national_suite_seals_no_package() {
    let service = Service::start().await;
    let bureau = service.at("Q-APR");
    let package = tests::packages::unsealed().expect("a package");
    let call = order("a-package-of-ours-1", &package, 1);
    let answer = bureau.call("approvals", call, service.now()).await;
    let answer = answer.expect("an answer");
    assert_eq!(problem(&answer), (422, "document.refused".to_owned()));
    assert!(
        answer.json().to_string().contains("document.no-suite"),
        "{}",
        answer.json()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_is_sealed_in_the_national_suite_where_its_type_asks_for_it() {
    let service = Service::start_national_alone().await;
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let files = told(&service, &bureau, &issued).await;
    let [pdf, _] = files.as_slice() else {
        panic!("two files: {issued}");
    };
    let report = offline(&service, pdf).await;
    assert_eq!(
        (report.kind, report.verdict),
        (Kind::Pdf, Verdict::Valid),
        "{report:#?}"
    );
    let seal = report.signatures.first().expect("a seal");
    assert_eq!(seal.level, Some("B-LT"));
    let codes = seal.findings.iter().map(|finding| finding.code);
    let codes: Vec<&str> = codes.collect();
    assert!(codes.contains(&"signature.national-profile"), "{codes:?}");
    let page = pictures::told(&service, pdf).await;
    let row = "<dt>Profile</dt><dd>signed with SM2 and SM3: a national profile";
    assert!(page.contains(row), "{page}");
    let trust = lasting::bundle(&service).await;
    lasting::lasts_as_its_time_stamp(&service, &trust, &files);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_code_is_in_the_suite_of_all_files_of_its_type() {
    let both = Service::start_national().await;
    let alone = Service::start_national_alone().await;
    for (service, signer) in [(&both, "credential"), (&alone, "sm-credential")] {
        let request = tests::cases::case("FOOD", 1).expect("a case");
        let (bureau, body) = (service.at("Q-APR"), tests::cases::body(&request));
        let now = service.now();
        let waits = bureau.ask("a-printed-code-1", &body, now).await;
        let waits = waits.expect("an answer").json();
        let job = waits["job"].as_str().expect("a job");
        let issued = bureau.release(("custodian", CUSTODIAN), job, now).await;
        assert_eq!(issued.expect("an answer").status, 201);
        let text = waits["lc1"].as_str().expect("a code");
        let code = Lc1::parse(text).expect("ours");
        let certificate = service.fetch(&format!("/certificates/{signer}.cer")).await;
        let certificate = Certificate::parse(&certificate.content).expect("a certificate");
        assert_eq!(code.kid(), credential::key_id(&certificate), "{signer}");
        let key = certificate.public_key().expect("a key");
        code.check(&key).expect("the code of this key");
        // The inspector with what was taken along, and the page that asks the register.
        let report = offline(service, text.as_bytes()).await;
        assert_eq!(
            (report.kind, report.verdict),
            (Kind::Lc1, Verdict::Valid),
            "{report:#?}"
        );
        let live = live(service, text.as_bytes()).await;
        assert_eq!(live["answer"], json!("valid"), "{live}");
        let inspected = inspected(service, text.as_bytes()).await;
        assert_eq!(inspected, (cli::ALL_VALID, json!("lc1"), json!("valid")));
        let handle = handle(service, &report.licence.expect("a licence").identifier).await;
        let page = service.fetch(&format!("/v/{handle}")).await;
        assert_eq!(page.status, 200, "{signer}");
    }
}

/// What `yinxin-verify` says of a file, with the bundle and the lists taken along in a folder: exit status, kind and answer.
async fn inspected(service: &Service, octets: &[u8]) -> (u8, Value, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = |name: &str, octets: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, octets).expect("written");
        path.into_os_string()
    };
    let file = kept("artefact", octets);
    let trust = kept("trust.jwt", &service.fetch("/v1/trust").await.content);
    kept("1.statuslist", &service.fetch("/status/1").await.content);
    for name in ["root.crl", "ca.crl", "sm-root.crl", "sm-ca.crl"] {
        kept(name, &service.fetch(&format!("/crl/{name}")).await.content);
    }
    let status = folder.path().as_os_str().to_owned();
    let words = ["yinxin-verify".into(), file, "--trust".into(), trust];
    let more = ["--status".into(), status, "--json".into()];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = words.into_iter().chain(more);
    let exit = cli::run(words, service.now(), &mut out, &mut err);
    let told: Value = serde_json::from_slice(&out).expect("one line of JSON");
    (exit, told["kind"].clone(), told["answer"].clone())
}

/// An administrator of the bureau's seals, as one more account.
async fn administrator(service: &Service) -> server::Client {
    let person = PersonKey::parse(STRANGER).expect("a person");
    let caller = NewCaller {
        id: "Q-APR-seals".to_owned(),
        department: DepartmentKey::parse("Q-APR").expect("a department"),
        name: "Q-APR-seals".to_owned(),
        scopes: vec!["seals".to_owned()],
        quota: 1_000,
        person: Some(person),
        secret: Zeroizing::new(secret("Q-APR-seals")),
    };
    let clock = Arc::new(FixedClock::new(service.now()));
    let office = service.installation.open(clock).await.expect("it opens");
    let callers = office.registry().callers();
    let enrolled = callers.enrol(caller, By::new("P-FOUNDER", service.now()));
    enrolled.await.expect("enrolled");
    server::Client::anonymous(&service.base).account("Q-APR-seals", &secret("Q-APR-seals"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stamped_before_its_seal_was_cancelled_stays_good() {
    let service = Service::start_national().await;
    let administrator = administrator(&service).await;
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let files = told(&service, &bureau, &issued).await;
    service.wait(SignedDuration::hours(1));
    let list = service.fetch("/crl/sm-ca.crl").await.content;
    let call = Call::post(
        "/v1/seals/990102-SPZYZ-01/cancel",
        &json!({"reason": "停用"}),
    );
    let call = call.once("the-seal-is-cancelled");
    let cancelled = administrator.call(call, service.now()).await;
    let cancelled = cancelled.expect("an answer").json();
    assert_eq!(cancelled["state"], "cancelled", "{cancelled}");
    followed(&service, "/crl/sm-ca.crl", &list).await;
    service.wait(SignedDuration::hours(1));
    // Both certificates ended, of either suite; both time-stamps are older.
    for file in &files {
        let report = offline(&service, file).await;
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    }
}
