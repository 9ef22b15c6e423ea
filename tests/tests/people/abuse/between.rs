//! What changed between the approval and the use, and what the seal never served.

use registry::jobs::JobId;
use serde_json::{Value, json};
use server::Call;
use tests::cases;
use tests::paper::{form, page};

use super::super::content::{Asks, application};
use super::super::stage::{Person, keyed, text};
use super::rows::behind;
use super::scene::{BUREAU, SEAL, Scene, outcome};

async fn asked(scene: &Scene, request: &Value) -> String {
    let call = keyed(Call::post("/v1/licences", &cases::body(request)));
    scene.mark().await;
    outcome(&scene.call("approvals", call).await)
}

/// What the police issue, asked for as the own bureau's.
pub(super) async fn foreign(scene: &Scene) -> String {
    let mut request = cases::case("HOTEL", scene.next()).expect("a case");
    request["issuer"] = json!(BUREAU);
    asked(scene, &request).await
}

pub(super) async fn foreign_matter(scene: &Scene) -> String {
    let mut request = scene.request();
    request["matter"] = json!("990100-XK-0010");
    asked(scene, &request).await
}

pub(super) async fn foreign_purpose(scene: &Scene) -> String {
    let order = json!({
        "seal": "990102-SLZYZ-01", "purpose": "document", "ground": "内部材料〔2026〕1号",
        "page": 1, "x_mm": 20.0, "y_mm": 40.0,
    });
    let call = keyed(form("/v1/seal-signatures", &order, &page("form")));
    scene.mark().await;
    outcome(&scene.call("approvals", call).await)
}

/// A job that waits, of a case that was received by then and is not decided.
async fn received(scene: &Scene) -> (String, String) {
    let request = scene.request();
    let job = scene.of(&request).await;
    let (case, matter) = (text(&request, "case"), text(&request, "matter"));
    let number = usize::try_from(scene.next()).expect("few");
    let asks = Asks {
        account: "applicant-1",
        person: "applicant",
        body: BUREAU,
        capacity: "applicant",
        number,
    };
    let path = format!("/v1/cases/{case}/events");
    let event = application(&case, &matter, &asks);
    let answer = scene.call("approvals", keyed(Call::post(path, &event)));
    let answer = answer.await;
    assert!(answer.status.is_success(), "{}", answer.json());
    (job, case)
}

pub(super) async fn undecided(scene: &Scene) -> String {
    let (job, _) = received(scene).await;
    let release = scene.signed(&job).await;
    scene.tried("custodian", &job, &release).await
}

pub(super) async fn stopped(scene: &Scene) -> String {
    let (job, case) = received(scene).await;
    let account = "C-SUP-approvals";
    let enrolled = scene.service.installation.enrol(account, "C-SUP", 1_000);
    enrolled.await.expect("enrolled");
    let stop = json!({
        "id": "a-stop-between", "case": case, "number": 2, "at": "2026-07-02T02:00:00Z",
        "actor": {"account": "wen-1", "person": "P-WEN-HUAIJIN", "body": "C-SUP", "role": "supervisor"},
        "what": {"stopped": {"reason": "超越权限"}},
    });
    let path = format!("/v1/cases/{case}/events");
    let answer = scene.account(account, keyed(Call::post(path, &stop))).await;
    assert!(answer.status.is_success(), "{}", answer.json());
    scene.mark().await;
    left(scene, &job, "is stopped").await
}

/// What the register says to a release that comes by no door; nor does upkeep go on with it. How the job stands then.
async fn left(scene: &Scene, job: &str, why: &str) -> String {
    let office = &scene.service.office;
    let id = JobId::parse(job).expect("a job");
    let installation = &scene.service.installation;
    let left = installation.leave_released(office, &id, scene.now()).await;
    let left = left.expect_err("it is not taken");
    assert!(left.to_string().contains(why), "{left}");
    issuance::upkeep::round(office).await.expect("upkeep");
    let look = Call::get(format!("/v1/jobs/{job}"));
    text(&scene.call("approvals", look).await.json(), "state")
}

pub(super) async fn without_trace(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    scene.mark().await;
    behind(scene, "ALTER TABLE trace RENAME TO trace_away").await;
    let refused = outcome(&scene.post("custodian", &job, &release).await);
    behind(scene, "ALTER TABLE trace_away RENAME TO trace").await;
    refused
}

/// Both administrators of seals, and what they do to the seal.
pub(super) async fn administrator(scene: &Scene, name: &str) -> Person {
    let (account, person) = (format!("{name}.seals"), format!("P-SEALS-{name}"));
    let who = (BUREAU, account.as_str(), person.as_str());
    scene.service.person(who, "seal-administrator").await
}

/// The government stops the matter of these licences at one node, or lets it go on.
async fn matter(scene: &Scene, event: &str) {
    let code = text(&scene.request(), "matter");
    let path = format!("/v1/catalogue/matters/{code}/versions/1/acts");
    let order = json!({"event": event, "legal_basis": "云洲省政务服务事项管理办法 第九条"});
    let government = scene.service.at("C-GOV");
    let call = keyed(Call::post(path, &order));
    let answer = government.call("approvals", call, scene.now()).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.json());
}

/// What the other node answers at the very next call, which has had no round of upkeep.
async fn at_the_other(scene: &Scene, role: &str, call: Call) -> String {
    matter(scene, "suspend").await;
    scene.mark().await;
    let answer = scene.second.call(role, call, scene.now()).await;
    let answer = outcome(&answer.expect("an answer"));
    matter(scene, "resume").await;
    answer
}

pub(super) async fn matter_stopped_elsewhere(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    let call = Call::post(format!("/v1/releases/{job}"), &release);
    at_the_other(scene, "custodian", call).await
}

pub(super) async fn asked_elsewhere(scene: &Scene) -> String {
    let call = keyed(Call::post("/v1/licences", &cases::body(&scene.request())));
    at_the_other(scene, "approvals", call).await
}

pub(super) async fn document_elsewhere(scene: &Scene) -> String {
    let order = json!({
        "seal": SEAL, "purpose": "document", "matter": text(&scene.request(), "matter"),
        "ground": "内部材料〔2026〕2号", "page": 1, "x_mm": 20.0, "y_mm": 40.0,
    });
    let call = keyed(form("/v1/seal-signatures", &order, &page("form")));
    at_the_other(scene, "approvals", call).await
}

async fn act(scene: &Scene, act: &str) -> Value {
    let answer = scene.act("Q-APR-custodian", (SEAL, act)).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

/// The seal goes on, by its custodian and an administrator.
async fn lifted(scene: &Scene, name: &str) {
    let by = administrator(scene, name).await;
    let path = format!("/v1/seals/{SEAL}/resume");
    let call = keyed(Call::post(path, &json!({"reason": "复核通过"})));
    let answer = scene.service.asked_by(&by, call).await;
    if answer.json()["state"] != "in_use" {
        assert_eq!(act(scene, "resume").await["state"], "in_use");
    }
}

pub(super) async fn suspended(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    act(scene, "suspend").await;
    let answer = scene.tried("custodian", &job, &release).await;
    lifted(scene, "a").await;
    answer
}

pub(super) async fn lifted_twice(scene: &Scene) -> String {
    act(scene, "suspend").await;
    act(scene, "resume").await;
    scene.mark().await;
    let answer = scene.act("Q-APR-custodian", (SEAL, "resume")).await;
    lifted(scene, "b").await;
    outcome(&answer)
}

pub(super) async fn lifted_by_one(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    act(scene, "suspend").await;
    act(scene, "resume").await;
    let answer = scene.tried("custodian", &job, &release).await;
    lifted(scene, "c").await;
    answer
}

pub(super) async fn released_before(scene: &Scene) -> String {
    let job = scene.waiting().await;
    act(scene, "suspend").await;
    scene.mark().await;
    let state = left(scene, &job, "not in use").await;
    lifted(scene, "d").await;
    state
}

/// Two people's word on the scope of the seal.
async fn scoped(scene: &Scene, (purposes, by): (&[&str], [&Person; 2])) {
    let path = format!("/v1/seals/{SEAL}/scopes");
    let body = json!({
        "purposes": purposes, "valid_from": "2026-01-01", "ground": "decision", "reference": "临审〔2026〕22号",
    });
    for person in by {
        let call = keyed(Call::post(path.clone(), &body));
        let answer = scene.service.asked_by(person, call).await;
        assert!(answer.status.is_success(), "{}", answer.json());
    }
}

pub(super) async fn other_scope(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    let one = administrator(scene, "e").await;
    let other = administrator(scene, "f").await;
    scoped(scene, (&["decision"], [&one, &other])).await;
    let answer = scene.tried("custodian", &job, &release).await;
    scoped(scene, (&["licence"], [&one, &other])).await;
    answer
}

pub(super) async fn cancelled(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    let by = administrator(scene, "g").await;
    let path = format!("/v1/seals/{SEAL}/cancel");
    let call = keyed(Call::post(path, &json!({"reason": "机构撤并"})));
    let answer = scene.service.asked_by(&by, call).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    scene.tried("custodian", &job, &release).await
}
