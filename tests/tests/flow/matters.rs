//! Versions of matters by their acts: written by the body that decides, published by another, stopped, resumed, ended.

use serde_json::{Value, json};
use server::{Answer, Call};

use super::stage::{Service, problem};

const MATTER: &str = "990102-XK-0001";

async fn send(service: &Service, body: &str, (path, content): (&str, &Value)) -> Answer {
    let call = Call::send(
        "POST".parse().expect("a method"),
        path,
        "application/json",
        content.to_string().into_bytes(),
    );
    let bureau = service.at(body);
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

async fn draft(service: &Service, body: &str, entry: &Value) -> Answer {
    send(service, body, ("/v1/catalogue/matters", entry)).await
}

async fn act(service: &Service, body: &str, (version, act): (u32, &Value)) -> Answer {
    let path = format!("/v1/catalogue/matters/{MATTER}/versions/{version}/acts");
    send(service, body, (&path, act)).await
}

async fn read(service: &Service, path: &str) -> Value {
    let call = Call::get(path);
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer").json()
}

/// A second version of the restaurant's matter, with everything that publication asks for.
fn second() -> Value {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../crates/demo/assets/catalogue/matters-catalogue.json");
    let text = std::fs::read_to_string(path).expect("the demonstration's catalogue");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let all = file["matters"].as_array().expect("matters");
    let mut entry = all
        .iter()
        .find(|one| one["code"] == MATTER)
        .expect("listed")
        .clone();
    entry["version"] = json!(2);
    entry["promised_days"] = json!(4);
    entry["legal_basis"] = json!(["云洲省一业一证改革办法 第六条"]);
    entry["seal_basis"] = json!("云洲省行政审批专用章管理办法 第三条");
    for material in entry["materials"].as_array_mut().expect("materials") {
        material["legal_basis"] = json!("食品经营许可管理办法 第十二条");
    }
    entry
}

fn codes(answer: &Answer) -> Vec<String> {
    let told = answer.json();
    let defects = told["defects"].as_array().cloned().unwrap_or_default();
    defects
        .iter()
        .filter_map(|defect| defect["code"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_lives_from_its_draft_to_its_end_by_the_acts_of_two_bodies() {
    let service = Service::start().await;
    let drafted = draft(&service, "Q-APR", &second()).await;
    assert_eq!(drafted.status, 201, "{}", drafted.json());
    assert_eq!(drafted.json()["status"], "draft");
    let path = format!("/v1/catalogue/matters/{MATTER}");
    assert_eq!(
        read(&service, &path).await["version"],
        1,
        "a draft is not in force"
    );
    let submitted = act(&service, "Q-APR", (2, &json!({"event": "submit"}))).await;
    assert_eq!(submitted.status, 200, "{}", submitted.json());
    let published = act(&service, "C-GOV", (2, &json!({"event": "publish"}))).await;
    assert_eq!(published.status, 200, "{}", published.json());
    let now = read(&service, &path).await;
    assert_eq!(
        (&now["version"], &now["promised_days"], &now["status"]),
        (&json!(2), &json!(4), &json!("published"))
    );
    let basis = "云洲省政务服务事项管理办法 第九条";
    for (event, status) in [
        ("suspend", "suspended"),
        ("resume", "published"),
        ("abolish", "abolished"),
    ] {
        let order = json!({"event": event, "legal_basis": basis});
        let answer = act(&service, "C-GOV", (2, &order)).await;
        assert_eq!(answer.status, 200, "{event}: {}", answer.json());
        assert_eq!(read(&service, &path).await["status"], status, "{event}");
    }
    let whole = read(&service, &format!("{path}/versions/2")).await;
    let events: Vec<_> = whole["history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|one| one["event"].as_str().expect("an event").to_owned())
        .collect();
    let expected = ["draft", "submit", "publish", "suspend", "resume", "abolish"];
    assert_eq!(events, expected);
    let over = act(&service, "C-GOV", (2, &json!({"event": "publish"}))).await;
    assert_eq!(problem(&over), (409, "matter.refused".to_owned()));
    assert_eq!(codes(&over), ["matter.transition-not-listed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_for_another_publishes_his_own_or_leaves_a_basis_out() {
    let service = Service::start().await;
    let stranger = draft(&service, "D-APR", &second()).await;
    assert_eq!(problem(&stranger), (403, "caller.not-allowed".to_owned()));
    let mut bare = second();
    bare["materials"][0]["legal_basis"] = Value::Null;
    bare["seal_basis"] = Value::Null;
    assert_eq!(draft(&service, "Q-APR", &bare).await.status, 201);
    let early = act(&service, "C-GOV", (2, &json!({"event": "publish"}))).await;
    assert_eq!(problem(&early), (409, "matter.refused".to_owned()));
    let submit = json!({"event": "submit"});
    let not_its_own = act(&service, "C-SAMR", (2, &submit)).await;
    assert_eq!(codes(&not_its_own), ["matter.not-the-applying-body"]);
    assert_eq!(act(&service, "Q-APR", (2, &submit)).await.status, 200);
    let own = act(&service, "Q-APR", (2, &json!({"event": "publish"}))).await;
    assert_eq!(
        problem(&own),
        (403, "release.duties-not-separate".to_owned())
    );
    assert_eq!(codes(&own), ["matter.own-matter"]);
    let lacking = act(&service, "C-GOV", (2, &json!({"event": "publish"}))).await;
    assert_eq!(problem(&lacking), (422, "licence.not-admitted".to_owned()));
    assert_eq!(codes(&lacking), ["matter.lacking", "matter.lacking"]);
    let anew = draft(&service, "Q-APR", &second()).await;
    assert_eq!(codes(&anew), ["matter.not-a-draft"]);
    let baseless = act(&service, "C-GOV", (1, &json!({"event": "suspend"}))).await;
    assert_eq!(codes(&baseless), ["matter.no-legal-basis"]);
    let basis = "云洲省政务服务事项管理办法 第九条";
    let yesterday = json!({"event": "suspend", "legal_basis": basis, "on": "2020-01-01"});
    let past = act(&service, "C-GOV", (1, &yesterday)).await;
    assert_eq!(codes(&past), ["matter.day"]);
    let other = json!({"event": "suspend", "legal_basis": basis});
    let elsewhere = act(&service, "Q-APR", (1, &other)).await;
    assert_eq!(codes(&elsewhere), ["matter.not-the-catalogue-owner"]);
    assert_eq!(
        read(
            &service,
            &format!("/v1/catalogue/matters/{MATTER}/versions/1")
        )
        .await["status"],
        "published"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_does_not_import_is_refused_with_its_defects() {
    let service = Service::start().await;
    let mut entry = second();
    entry["materials"][0]["name_zh"] = json!("其他材料");
    entry["exercised_by"] = json!("Z-NIL");
    let refused = draft(&service, "Q-APR", &entry).await;
    assert_eq!(problem(&refused), (422, "licence.not-admitted".to_owned()));
    let told = refused.json().to_string();
    assert!(told.contains("materials[0].name_zh"), "{told}");
    assert!(told.contains("exercised_by"), "{told}");
    let mut strange = second();
    strange["colour"] = json!("red");
    assert_eq!(draft(&service, "Q-APR", &strange).await.status, 422);
    let unknown = act(&service, "C-GOV", (9, &json!({"event": "publish"}))).await;
    assert_eq!(unknown.status, 404);
}
