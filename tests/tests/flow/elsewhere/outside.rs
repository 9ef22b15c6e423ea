//! A token that is not ours signs with the bare mechanisms of PKCS#11, and judges that are not ours take what comes of it.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use server::Call;
use tests::paper::{form, page};
use time::format_description::well_known::Rfc3339;

use super::super::csc::outside::{named, reference};
use super::super::csc::provider::armoured;
use super::super::stage::Service;
use super::{PERSON, activate, ask, proven};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/python/own_token.py");

/// Runs the script; what it says stands in the failure.
async fn play(python: &str, arguments: Vec<String>) {
    let mut command = Command::new(python);
    command.arg(SCRIPT).args(arguments);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let output = tokio::task::spawn_blocking(move || command.output().expect("it runs"));
    let output = output.await.expect("ends");
    let (said, wrong) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}\n{wrong}");
}

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_softhsm_token_signs_the_octets_and_pyhanko_and_the_reference_library_take_the_file() {
    let tools = (named("YINXIN_JUDGE_PYTHON"), named("YINXIN_TEST_PKCS11"));
    let (Some(python), Some(module)) = tools else {
        return;
    };
    let service = Service::start().await;
    for kind in ["ec", "rsa"] {
        let folder = tempfile::tempdir().expect("a folder");
        signs(&service, folder.path(), (&python, &module, kind)).await;
    }
}

async fn signs(service: &Service, folder: &Path, (python, module, kind): (&str, &str, &str)) {
    let play = async |act: &str, last: &str| {
        let given = [act, module, &at(folder, ""), kind, last].map(str::to_owned);
        play(python, given.to_vec()).await;
    };
    let signer = proven(service, PERSON, &format!("a-key-of-the-person-{kind}")).await;
    play("make", &signer).await;
    let request = std::fs::read(folder.join("request.der")).expect("a request");
    let active = activate(service, &signer, &request).await.json();
    assert_eq!(active["state"], "active", "{active}");

    let order = json!({
        "signer": signer, "intent": "本人确认申请内容真实", "case": "",
        "visible": {"page": 1, "x_mm": 30, "y_mm": 40},
    });
    let call = form("/v1/signatures/prepared", &order, &page("form"));
    let prepared = ask(service, call.once(format!("a-key-of-prepared-{kind}"))).await;
    let prepared = prepared.json();
    let octets = prepared["to_be_signed"].as_str().expect("octets");
    let octets = STANDARD.decode(octets).expect("Base64");
    std::fs::write(folder.join("octets"), octets).expect("written");
    play("sign", &at(folder, "octets")).await;
    let value = std::fs::read(folder.join("value")).expect("a value");
    let value = json!({
        "value": STANDARD.encode(value), "algorithm": prepared["algorithm"], "document": prepared["document"],
        "form": if kind == "ec" { "plain" } else { "der" },
    });
    let handle = prepared["prepared"].as_str().expect("a handle");
    let call = Call::post(format!("/v1/signatures/prepared/{handle}/value"), &value);
    let signed = ask(service, call.once(format!("a-key-of-the-value-{kind}"))).await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    let id = signed.json()["signature"]
        .as_str()
        .expect("an id")
        .to_owned();
    let file = ask(service, Call::get(format!("/v1/signatures/{id}/file"))).await;
    std::fs::write(folder.join("signed.pdf"), &file.content).expect("written");
    judged(service, folder, python).await;
}

async fn judged(service: &Service, folder: &Path, python: &str) {
    for (path, name) in [
        ("/certificates/root.cer", "root.cer"),
        ("/crl/root.crl", "root.crl"),
        ("/crl/ca.crl", "ca.crl"),
    ] {
        let octets = service.fetch(path).await.content;
        std::fs::write(folder.join(name), &octets).expect("written");
    }
    let root = std::fs::read(folder.join("root.cer")).expect("a root");
    std::fs::write(folder.join("root.pem"), armoured("CERTIFICATE", &root)).expect("written");
    let second = service.now().unix_timestamp().to_string();
    let given = ["signed.pdf", "root.pem"].map(|name| at(folder, name));
    let [file, roots] = given;
    play(
        python,
        vec!["judge".to_owned(), file.clone(), roots, second],
    )
    .await;
    let moment = service.now().format(&Rfc3339).expect("a moment");
    let lists = [at(folder, "root.crl"), at(folder, "ca.crl")].join(";");
    let job = [file, at(folder, "root.cer"), lists, String::new(), moment].join("\t") + "\n";
    reference(&job, &["PAdES-BASELINE-LT"]);
}
