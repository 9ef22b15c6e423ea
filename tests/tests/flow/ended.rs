//! A document that takes more processor time than it gets is *not processed*, and others are judged meanwhile (T-I3).

use hyper::Method;
use serde_json::Value;
use server::{Answer, Call, Client};
use tests::hostile::{packages, pdf};

use super::stage::Service;

/// A service whose documents are judged in processes of their own, each for two seconds at most.
async fn start() -> Service {
    let program = env!("CARGO_BIN_EXE_fault");
    Service::start_with(&format!("judge = \"{program}\"\njudge_time = \"2s\"\n")).await
}

async fn sent(service: &Service, path: &str, kind: &'static str, content: Vec<u8>) -> Answer {
    let call = Call::send(Method::POST, path, kind, content);
    let anybody = Client::anonymous(&service.base);
    let answer = anybody.call(call, service.now());
    answer.await.expect("an answer")
}

async fn judged(service: &Service, path: &str, content: Vec<u8>) -> Value {
    let answer = sent(service, path, "application/octet-stream", content).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings");
    let codes = findings.iter().map(|finding| &finding["code"]);
    codes.filter_map(Value::as_str).collect()
}

/// The parts of a form with one file.
fn form(file: &[u8]) -> (&'static str, Vec<u8>) {
    let head = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"it.pdf\"\r\n\r\n";
    let content = [head, file, b"\r\n--b--\r\n"].concat();
    ("multipart/form-data; boundary=b", content)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_runs_on_ends_and_others_are_judged_meanwhile() {
    let service = start().await;
    let (customer, told) = service.issued("FOOD", 1).await;
    let identifier = told["identifier"].as_str().expect("an identifier");
    let licence = service.file(&customer, identifier).await;
    const PATH: &str = "/v1/verifications";
    // Who judges apart trusts what the service does, and has the register's word.
    let before = judged(&service, PATH, licence.clone()).await;
    assert_eq!(before["verdict"], "valid", "{before}");
    assert_eq!(before["state"]["source"], "live");

    let hostile = packages::case(&pdf::form(300, 20), 120);
    let running = judged(&service, PATH, hostile.clone());
    let beside = async {
        for _ in 0..3 {
            assert_eq!(judged(&service, PATH, licence.clone()).await, before);
        }
    };
    let (ended, ()) = tokio::join!(running, beside);
    assert_eq!(ended["verdict"], "not_processed");
    assert_eq!(ended["kind"], "archive");
    assert_eq!(codes(&ended), ["limit.spent"]);
    let why = ended["findings"][0]["text"].as_str().expect("a text");
    assert!(why.ends_with("more than 2 s of processor time"), "{why}");
    assert_eq!(ended["signatures"], serde_json::json!([]));

    // In every form, and as a page.
    let etsi = format!("{PATH}?form=etsi");
    let kind = "application/octet-stream";
    let told = sent(&service, &etsi, kind, hostile.clone()).await;
    assert_eq!(told.status, 200);
    assert!(String::from_utf8_lossy(&told.content).contains("ValidationReport"));
    let (kind, content) = form(&hostile);
    let page = sent(&service, "/verify?lang=en", kind, content).await;
    let page = String::from_utf8_lossy(&page.content).into_owned();
    assert!(
        page.contains("limit.spent") && page.contains("Not judged"),
        "{page}"
    );
    assert_eq!(
        judged(&service, PATH, licence).await,
        before,
        "nothing is left of it"
    );
}
