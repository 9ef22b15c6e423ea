//! Until when what was sealed can be proven: as upkeep finds it, and as a department's people are told.

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
        let acts = service.trace("S-SERVICE").await;
        let renews = acts.iter().filter(|entry| entry.deed == "renew").count();
        assert_eq!(renews, 1);
    }
}
