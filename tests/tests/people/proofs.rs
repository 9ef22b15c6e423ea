//! Until when what was sealed can be proven: as upkeep finds it, as a department's people are told, as an operator types it.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use evidence::tsp::Request;
use serde_json::{Value, json};
use server::Call;
use tests::cases;
use tests::installation::CUSTODIAN;
use time::{Duration, SignedDuration};

use super::stage::{Service, databases, text};

/// One licence of the bureau, in two files.
async fn sealed(service: &Service) {
    let request = cases::case("FOOD", 1).expect("a case");
    let customer = service.at(&text(&request, "issuer"));
    let key = "a-key-of-proofs-0001";
    let asked = customer
        .ask(key, &cases::body(&request), service.now())
        .await;
    let job = text(&asked.expect("an answer").json(), "job");
    let by = ("custodian", CUSTODIAN);
    let answer = customer.release(by, &job, service.now()).await;
    assert_eq!(answer.expect("an answer").status, 201);
}

async fn provable(service: &Service) -> Value {
    let ready = service.call(Call::get("/readyz")).await;
    ready.json()["provable"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departments_auditor_is_told_until_when_its_files_can_be_proven_and_another_departments_is_not()
 {
    for database in databases("proofs").await {
        let service = Service::start(database.as_deref()).await;
        sealed(&service).await;
        let auditor = ("Q-APR", "proofs.1", "P-PROOFS-1");
        let auditor = service.person(auditor, "auditor").await;
        let asked = async || service.asked_by(&auditor, Call::get("/v1/proofs")).await;
        let before = asked().await;
        assert_eq!(before.status, 200);
        let before = before.json();
        assert_eq!(
            (&before["as_of"], &before["files"]),
            (&Value::Null, &json!(0))
        );
        assert_eq!(provable(&service).await, json!(true), "nobody looked yet");
        let folder = tempfile::tempdir().expect("a folder");
        let records = folder.path().join("records");
        let margin = Duration::days(180);
        let round = async || portfolio::round(&service.office, (&records, margin)).await;
        assert!(round().await.expect("a round").is_some());
        // Whoever of the processes comes second finds that it was done.
        assert!(round().await.expect("a round").is_none());
        let told = asked().await.json();
        assert!(told["as_of"].is_string(), "{told}");
        assert_eq!((&told["files"], &told["due"]), (&json!(2), &json!(0)));
        assert_eq!(told["ends"], json!({"unit": 2}));
        assert!(text(&told, "first_end").starts_with("2031-"), "{told}");
        let elsewhere = ("Q-MKT", "proofs.2", "P-PROOFS-2");
        let elsewhere = service.person(elsewhere, "auditor").await;
        let theirs = service.asked_by(&elsewhere, Call::get("/v1/proofs")).await;
        assert_eq!(theirs.json()["files"], json!(0));
        let clerk = ("Q-APR", "proofs.3", "P-PROOFS-3");
        let clerk = service.person(clerk, "clerk").await;
        let refused = service.asked_by(&clerk, Call::get("/v1/proofs")).await;
        assert_eq!(refused.status, 403);
        assert_eq!(provable(&service).await, json!(true));
        // Nobody went over the files for two weeks.
        service.wait(SignedDuration::days(15));
        assert_eq!(provable(&service).await, json!(false));
        let acts = service.trace("SERVICE").await;
        let renews = acts.iter().filter(|entry| entry.deed == "renew").count();
        assert_eq!(renews, 1);
    }
}

/// The secrets of an installation of these tests, as a file of its operator.
fn field_key(folder: &Path) {
    let mut file = std::fs::OpenOptions::new();
    let file = file.write(true).create(true).truncate(true).mode(0o600);
    let mut file = file.open(folder.join("field.key")).expect("opened");
    for part in [1_u8, 2, 4, 3] {
        file.write_all(&[part; 32]).expect("written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_tells_what_is_due_and_asks_another_unit_for_it() {
    let service = Service::start(None).await;
    sealed(&service).await;
    let folder = service.installation.folder();
    field_key(folder);
    let config = folder.join("yinxin.toml");
    let config = config.to_str().expect("plain");
    let typed = async |more: &[&str]| {
        let words = ["yinxin", "renew", "--config", config, "--days", "36500"];
        server::renew(words.iter().chain(more).copied()).await
    };
    let read = |told: &str| serde_json::from_str::<Value>(told).expect("one JSON object");
    // In a hundred years everything is due; a dry run leaves nothing.
    let told = read(&typed(&["--dry-run"]).await.expect("told"));
    assert_eq!(
        (&told["files"], &told["due"]),
        (&json!(2), &json!(2)),
        "{told}"
    );
    assert_eq!(told["renewed"], json!(0));
    let records = folder.join("records");
    assert!(
        !records.exists(),
        "beside the object store, and not there yet"
    );
    let query = folder.join("root.tsq");
    let at = query.to_str().expect("plain");
    let told = read(&typed(&["--query", at]).await.expect("asked"));
    assert_eq!(told["renewed"], json!(0));
    let request = std::fs::read(&query).expect("written");
    assert!(Request::parse(&request).is_ok());
    let asked = std::fs::read_to_string(records.join("asked")).expect("remembered");
    assert_eq!(asked.lines().count(), 2);
    // Somewhere else, where the operator says so.
    let elsewhere = folder.join("elsewhere");
    let there = [
        "--records",
        elsewhere.to_str().expect("plain"),
        "--query",
        at,
    ];
    typed(&there).await.expect("asked");
    assert!(elsewhere.join("asked").exists());
    // The request is no answer, and two ways are none.
    assert!(typed(&["--token", at]).await.is_err());
    assert!(typed(&["--dry-run", "--query", at]).await.is_err());
    // Without the passphrase of the key store the office's own unit stamps nothing.
    assert!(typed(&[]).await.is_err());
    assert!(std::fs::read_dir(&records).expect("a folder").count() == 1);
}
