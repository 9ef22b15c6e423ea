//! The rules at the seal over HTTP: what a rule refuses at the release names its number, leaves a trace entry, and is
//! not sealed; restrictions of a holder are shown before the decision and block only as listed (R13).

use serde_json::{Value, json};
use server::Call;
use time::Duration;

use super::stage::{Service, again, food, matter, on_each_database, version};

const BUREAU: &str = "Q-APR";
const FOOD_MATTER: &str = "990102-XK-0006";

/// The refusal of a release: status, code of the defect, rule.
async fn refusal(service: &Service, job: &str) -> (u16, Value, Value) {
    let (status, told) = service.release(BUREAU, job).await;
    let defect = &told["defects"][0];
    (status, defect["code"].clone(), defect["rule"].clone())
}

#[test]
fn a_matter_that_was_stopped_since_the_decision_carries_no_seal() {
    on_each_database("rules", async |service: Service| {
        let (job, identifier) = service.waiting(&food(1), "first").await;
        service
            .import(|whole| matter(whole, FOOD_MATTER)["status"] = json!("suspended"))
            .await;
        let suspended = (422, json!("catalogue.matter-not-published"), json!("R1"));
        assert_eq!(refusal(&service, &job).await, suspended);
        assert_eq!(
            service.denials(BUREAU, &job).await,
            ["catalogue.matter-not-published"]
        );
        // Nothing was released: with the rules as they were, the same job goes on.
        service.import(|_| ()).await;
        let (status, told) = service.release(BUREAU, &job).await;
        assert_eq!((status, &told["identifier"]), (201, &json!(identifier)));
        // Another body decides from now on: what was decided here and waits carries no seal of this one.
        let (moved, _) = service.waiting(&food(2), "second").await;
        service
            .import(|whole| {
                let mut second = matter(whole, FOOD_MATTER).clone();
                second["version"] = json!(2);
                second["valid_from"] = json!("2026-07-03");
                second["exercised_by"] = json!("C-SAMR");
                second["transferred"] = json!(false);
                second["seal_purpose"] = json!("部门业务专用章");
                let matters = whole["matters"]["matters"].as_array_mut();
                matters.expect("matters").push(second);
            })
            .await;
        let (status, code, rule) = refusal(&service, &moved).await;
        assert_eq!(status, 422, "{code} {rule}");
        assert!(rule == "R1" || rule == "R2", "{code} {rule}");
        assert_eq!(service.denials(BUREAU, &moved).await.len(), 1);
    });
}

fn restriction(holder: &Value, effect: &str, service: &Service) -> Value {
    json!({
        "holder": {"kind": "org", "code": holder["code"]},
        "ground": "严重失信名单管理办法第十条",
        "source": "临溪市市场监督管理局",
        "effect": effect,
        "types": if effect == "shown_only" { json!([]) } else { json!(["FOOD"]) },
        "from": "2026-01-01",
        "to": (service.today() + Duration::days(30)).to_string(),
    })
}

async fn put(service: &Service, number: &str, body: &Value) -> (u16, Value) {
    let call = Call::send(
        "PUT".parse().expect("a method"),
        format!("/v1/restrictions/{number}"),
        "application/json",
        body.to_string().into_bytes(),
    );
    service.call(("C-SAMR", "credit"), call).await
}

#[test]
fn a_restriction_is_shown_before_the_decision_and_blocks_only_as_listed() {
    on_each_database("restrictions", async |service: Service| {
        service
            .account("C-SAMR", "credit", &["restrict"], None)
            .await;
        let request = food(1);
        let shown = restriction(&request["holder"], "shown_only", &service);
        let (status, told) = put(&service, "XZ-2026-1", &shown).await;
        assert_eq!(
            (status, &told["effect"]),
            (200, &json!("shown_only")),
            "{told}"
        );
        assert_eq!(put(&service, "XZ-2026-1", &shown).await.0, 200);
        let other = restriction(&request["holder"], "blocks_renewal", &service);
        let (status, told) = put(&service, "XZ-2026-1", &other).await;
        assert_eq!(
            (status, &told["defects"][0]["code"]),
            (422, &json!("restriction.taken"))
        );
        let issue = async |request: &Value, key: &str| {
            let body = tests::cases::body(request);
            let (status, told) = service.post(BUREAU, "/v1/licences", &body, key).await;
            (
                status,
                told["defects"][0]["code"].clone(),
                told["defects"][0]["rule"].clone(),
            )
        };
        let hidden = (422, json!("restriction.not-shown"), json!("R13"));
        assert_eq!(issue(&request, "hidden").await, hidden);
        let call = Call::post(
            "/v1/restrictions/standing",
            &json!({"holder": {"kind": "org", "code": request["holder"]["code"]}, "on": null}),
        );
        let (status, told) = service.call((BUREAU, "approvals"), call).await;
        assert_eq!(
            (status, &told[0]["number"]),
            (200, &json!("XZ-2026-1")),
            "{told}"
        );
        let mut seen = request.clone();
        seen["decision"]["shown"] = json!(["XZ-2026-1"]);
        let (job, _) = service.waiting(&seen, "seen").await;
        // What comes after the decision need not have been shown; what blocks does.
        let later = restriction(&request["holder"], "shown_only", &service);
        service.wait(Duration::hours(1)).await;
        assert_eq!(put(&service, "XZ-2026-2", &later).await.0, 200);
        let blocking = restriction(&request["holder"], "blocks_grant", &service);
        assert_eq!(put(&service, "XZ-2026-3", &blocking).await.0, 200);
        let offer = Call::get(format!("/v1/releases/{job}"));
        let (_, offer) = service.call((BUREAU, "custodian"), offer).await;
        assert_eq!(
            offer["restrictions"],
            json!(["XZ-2026-1", "XZ-2026-2", "XZ-2026-3"])
        );
        let blocked = (422, json!("restriction.blocks"), json!("R13"));
        assert_eq!(refusal(&service, &job).await, blocked);
        assert_eq!(service.denials(BUREAU, &job).await, ["restriction.blocks"]);
        // Only who brought it lifts it.
        let lift = Call::post("/v1/restrictions/XZ-2026-3/lift", &json!({}));
        service.account(BUREAU, "credit", &["restrict"], None).await;
        assert_eq!(service.call((BUREAU, "credit"), lift.clone()).await.0, 404);
        assert_eq!(service.call(("C-SAMR", "credit"), lift).await.0, 200);
        let (status, told) = service.release(BUREAU, &job).await;
        assert_eq!(status, 201, "{told}");
        let identifier = told["identifier"].as_str().expect("issued");
        change_is_not_blocked(&service, &request, &blocking, identifier).await;
    });
}

/// A change grants nothing new: what blocks grants does not block it.
async fn change_is_not_blocked(
    service: &Service,
    request: &Value,
    blocking: &Value,
    identifier: &str,
) {
    assert_eq!(put(service, "XZ-2026-4", blocking).await.0, 200);
    let today = service.today();
    let path = format!("/v1/licences/{identifier}/versions");
    let body = version("change", &again(request, today, today));
    let (status, told) = service.post(BUREAU, &path, &body, "change").await;
    assert_eq!(status, 202, "{told}");
}
