//! Who looks at the ledger of others: a supervisor sees who acted, an auditor what was done.

use serde_json::{Value, json};
use server::Call;
use tests::cases;
use tests::installation::CUSTODIAN;
use time::SignedDuration;

use super::stage::{Person, Service, problem, text};

const BUREAU: &str = "Q-APR";

async fn told(service: &Service, by: &Person, path: &str) -> Value {
    let answer = service.asked_by(by, Call::get(path)).await;
    assert_eq!(answer.status, 200, "{path} {}", answer.json());
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_sees_uses_and_nobody_s_and_a_supervisor_those_of_the_bodies_that_it_watches() {
    let service = Service::international(None).await;
    let bureau = service.at(BUREAU);
    let body = cases::body(&cases::case("FOOD", 1).expect("a case"));
    let asked = bureau.ask("a-key-of-what-is-audited", &body, service.now());
    let job = text(&asked.await.expect("an answer").json(), "job");
    let released = bureau.release(("custodian", CUSTODIAN), &job, service.now());
    assert_eq!(released.await.expect("an answer").status, 201);
    service.wait(SignedDuration::seconds(1));
    let who = (BUREAU, "sun.audit", "P-SUN");
    let auditor = service.person(who, "auditor").await;
    let page = told(&service, &auditor, "/v1/ledger").await;
    let line = &page["lines"][0];
    assert_eq!(
        (&line["job"], &line["purpose"]),
        (&json!(job), &json!("licence"))
    );
    for person in ["requester", "decider", "releaser"] {
        assert_eq!(line.get(person), None, "{line}");
    }
    let query = format!("/v1/ledger?person={CUSTODIAN}");
    assert_eq!(told(&service, &auditor, &query).await["lines"], json!([]));
    let sums = told(&service, &auditor, "/v1/ledger/totals").await;
    assert_eq!((&sums["uses"], sums.get("by_releaser")), (&json!(1), None));
    let file = service
        .asked_by(&auditor, Call::get("/v1/ledger/file?format=jsonl"))
        .await;
    let file = String::from_utf8(file.content.to_vec()).expect("UTF-8");
    assert!(file.contains(&job) && !file.contains(CUSTODIAN), "{file}");
    let who = ("C-SUP", "wen.watch", "P-WEN");
    let supervisor = service.person(who, "supervisor").await;
    let page = told(
        &service,
        &supervisor,
        &format!("/v1/ledger?department={BUREAU}"),
    )
    .await;
    assert_eq!(page["lines"][0]["releaser"], CUSTODIAN, "{page}");
    // A body that supervises nobody finds nothing there.
    let who = ("H-APR", "zhao.watch", "P-ZHAO");
    let elsewhere = service.person(who, "supervisor").await;
    let call = Call::get(format!("/v1/ledger?department={BUREAU}"));
    let refused = service.asked_by(&elsewhere, call).await;
    assert_eq!(problem(&refused).1, "not-found");
}
