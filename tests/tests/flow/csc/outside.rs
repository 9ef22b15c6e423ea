//! A client that knows only the text of the Cloud Signature Consortium, and judges that are not ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

use tests::paper::page;
use time::format_description::well_known::Rfc3339;

use super::Signing;
use super::provider::{AUDIENCE, ISSUER};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/python/csc.py");

/// A program that the tests need from outside; without it nothing is judged, and that is said.
pub(crate) fn named(variable: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        let insisted = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!insisted, "{variable} names nothing");
        println!("not judged: {variable} is not set");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outside_client_signs_a_page_by_its_hash_and_whole_and_outside_judges_take_both() {
    let Some(python) = named("YINXIN_JUDGE_PYTHON") else {
        return;
    };
    let signing = Signing::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("provider.pem"), signing.provider.pem()).expect("written");
    std::fs::write(at("page.pdf"), page("form")).expect("written");
    for (path, name) in [
        ("/certificates/root.cer", "root.cer"),
        ("/crl/root.crl", "root.crl"),
        ("/crl/ca.crl", "ca.crl"),
    ] {
        let octets = signing.service.fetch(path).await.content;
        std::fs::write(at(name), &octets).expect("written");
    }
    let root = std::fs::read(at("root.cer")).expect("a root");
    std::fs::write(
        at("root.pem"),
        super::provider::armoured("CERTIFICATE", &root),
    )
    .expect("written");
    let second = signing.service.now().unix_timestamp().to_string();
    let base = signing.service.base.clone();
    let arguments = [
        SCRIPT.to_owned(),
        base,
        at("provider.pem").display().to_string(),
        AUDIENCE.to_owned(),
        ISSUER.to_owned(),
        "lin".to_owned(),
        second,
        at("root.pem").display().to_string(),
        at("page.pdf").display().to_string(),
        folder.path().display().to_string(),
    ];
    let client = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(python);
        command.args(arguments).env("PYTHONDONTWRITEBYTECODE", "1");
        command.output().expect("it runs")
    });
    let output = client.await.expect("ends");
    let (said, wrong) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}\n{wrong}");
    let given = |name: &str| at(name).display().to_string();
    let moment = signing.service.now().format(&Rfc3339).expect("a moment");
    let jobs: Vec<String> = ["hash.pdf", "document.pdf"]
        .iter()
        .map(|file| {
            let material = [given("root.crl"), given("ca.crl")].join(";");
            [
                given(file),
                given("root.cer"),
                material,
                String::new(),
                moment.clone(),
            ]
            .join("\t")
                + "\n"
        })
        .collect();
    reference(&jobs.concat(), &["PAdES-BASELINE-T", "PAdES-BASELINE-LT"]);
}

/// The European reference library calls each of them good, at its level.
pub(crate) fn reference(jobs: &str, wanted: &[&str]) {
    let Some(classes) = named("YINXIN_JUDGE_DSS_CLASSES") else {
        return;
    };
    let mut judge = Command::new("java")
        .args(["-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", &classes])
        .arg("judges.Dss")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("java is there");
    let mut input = judge.stdin.take().expect("piped");
    input.write_all(jobs.as_bytes()).expect("taken");
    drop(input);
    let output = judge.wait_with_output().expect("ended");
    let told = String::from_utf8(output.stdout).expect("text");
    let lines = told
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let signatures: Vec<_> = lines.filter(|line| line[1] == "signature").collect();
    let said: Vec<_> = signatures.iter().map(|line| (line[3], line[5])).collect();
    let wanted: Vec<_> = wanted
        .iter()
        .map(|level| ("TOTAL_PASSED", *level))
        .collect();
    assert_eq!(said, wanted, "{told}");
}
