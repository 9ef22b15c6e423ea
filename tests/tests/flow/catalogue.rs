//! The catalogue as callers read it: matters on a day, reports, the change feed, and what an import is refused for.

use serde_json::{Value, json};
use server::{Answer, Call};

use super::stage::{Service, problem};

/// The files of the demonstration, as one import takes them.
fn files() -> Value {
    let sample = |name: &str| {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = root.join("../crates/demo/assets/catalogue").join(name);
        let text = std::fs::read_to_string(path).expect("the demonstration's catalogue");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    json!({
        "departments": sample("departments.json"),
        "types": sample("licence-types.json"),
        "matters": sample("matters-catalogue.json"),
        "powers": sample("powers.json"),
    })
}

async fn get(service: &Service, path: &str) -> Answer {
    let call = Call::get(path);
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

async fn put(service: &Service, content: &Value) -> Answer {
    let call = Call::send(
        "PUT".parse().expect("a method"),
        "/v1/catalogue",
        "application/json",
        content.to_string().into_bytes(),
    );
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_the_catalogue_come_out() {
    let service = Service::start().await;
    let coverage = get(&service, "/v1/catalogue/coverage").await;
    assert_eq!(coverage.status, 200);
    let told = coverage.json();
    let figure = |name: &str| told[name].as_u64();
    // The sample's 54 of 165, and the one matter more that the demonstration has: two materials.
    assert_eq!(figure("materials"), Some(167));
    assert_eq!(figure("to_hand_in"), Some(55));
    assert_eq!(figure("promised"), Some(15));
    assert_eq!(figure("exempt"), Some(97));
    assert_eq!(told["without_matter"], json!([]));
    let matter = get(&service, "/v1/catalogue/matters/990102-XK-0001")
        .await
        .json();
    assert_eq!(matter["status"], "published");
    assert_eq!(matter["seal"], "行政审批专用章");
    assert_eq!(matter["materials"].as_array().map(Vec::len), Some(8));
    assert_eq!(matter["materials"][3]["means"], "derived_from_field");
    let wrong = get(
        &service,
        "/v1/catalogue/matters/990102-XK-0001?on=2026-02-30",
    )
    .await;
    assert_eq!(wrong.status, 400);
    let regions = "/v1/catalogue/comparison?left=990102&right=990103";
    let comparison = get(&service, regions).await.json();
    assert_eq!(comparison["only_right"], json!([]));
    assert!(
        comparison["only_left"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    let nowhere = get(
        &service,
        "/v1/catalogue/comparison?left=990102&right=000001",
    )
    .await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_version_is_not_rewritten_and_the_feed_tells_what_changed() {
    let service = Service::start().await;
    let whole = files();
    let first = put(&service, &whole).await;
    assert_eq!(first.status, 200, "{}", first.json());
    let since = first.json()["version"].as_u64().expect("a version");
    let mut rewritten = whole.clone();
    rewritten["matters"]["matters"][0]["promised_days"] = json!(4);
    let refused = put(&service, &rewritten).await;
    assert_eq!(problem(&refused), (422, "licence.not-admitted".to_owned()));
    assert!(
        refused
            .json()
            .to_string()
            .contains("catalogue.published-rewritten")
    );
    // A new version beside the old one is what the law calls for.
    let mut next = whole.clone();
    let mut second = whole["matters"]["matters"][0].clone();
    second["version"] = json!(2);
    second["valid_from"] = json!("2099-01-01");
    second["promised_days"] = json!(4);
    next["matters"]["matters"]
        .as_array_mut()
        .expect("matters")
        .push(second);
    let answer = put(&service, &next).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let changes = get(&service, &format!("/v1/catalogue/changes?since={since}")).await;
    assert_eq!(
        changes.json(),
        json!([{
            "kind": "matter", "key": "990102-XK-0001", "version": 2, "turn": "added",
        }])
    );
    let path = "/v1/catalogue/matters/990102-XK-0001";
    assert_eq!(get(&service, path).await.json()["version"], 1);
    let later = get(&service, &format!("{path}?on=2099-01-01")).await.json();
    assert_eq!(
        (&later["version"], &later["promised_days"]),
        (&json!(2), &json!(4))
    );
    let unknown = get(&service, "/v1/catalogue/changes?since=999").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_defect_of_an_import_is_told_by_line_and_member() {
    let service = Service::start().await;
    let mut broken = files();
    broken["matters"]["matters"][2]["exercised_by"] = json!("Z-NIL");
    broken["matters"]["matters"][7]["materials"][0]["name_zh"] = json!("其他材料");
    let refused = put(&service, &broken).await;
    assert_eq!(refused.status, 422);
    let told = refused.json().to_string();
    for place in [
        "matters[2].exercised_by",
        "matters[7].materials[0].name_zh",
        "line 1:",
    ] {
        assert!(told.contains(place), "{place}: {told}");
    }
    let matter = get(&service, "/v1/catalogue/matters/990100-XK-0003").await;
    assert_eq!(matter.json()["exercised_by"], "C-APR");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_nobody_may_ask_for_any_more_are_listed_and_told_as_a_change() {
    let service = Service::start().await;
    let list = "/v1/catalogue/cancelled-documents";
    assert_eq!(get(&service, list).await.json(), json!([]));
    let mut whole = files();
    let since = put(&service, &whole).await.json()["version"].clone();
    let document = json!({
        "name_zh": "婚育证明", "cancelled_from": "2026-07-01", "legal_basis": "证明事项取消目录第三号",
    });
    whole["powers"]["cancelled_documents"] = json!([document]);
    let answer = put(&service, &whole).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(
        get(&service, list).await.json(),
        json!([{
            "name": "婚育证明", "cancelled_from": "2026-07-01", "legal_basis": "证明事项取消目录第三号",
        }])
    );
    let changes = get(&service, &format!("/v1/catalogue/changes?since={since}")).await;
    assert_eq!(
        changes.json(),
        json!([{"kind": "cancelled-document", "key": "婚育证明", "version": null, "turn": "added"}])
    );
}
