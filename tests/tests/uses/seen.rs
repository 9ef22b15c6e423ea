//! Who sees that a licence was used: its department, who watches that, the holder; nobody else (R15, T-P3).

use catalogue::key::DepartmentKey;
use hyper::Method;
use serde_json::{Value, json};
use server::Call;

use super::stage::{CASE, LAW, MATTER, NUMBER, PURPOSE, Stage, on_each_database, order, with};

async fn read(stage: &Stage, department: &str, path: &str) -> (u16, Value) {
    let answer = stage.call((department, "approvals"), Call::get(path)).await;
    (answer.status.as_u16(), answer.json())
}

#[test]
fn a_use_is_seen_by_whose_licence_it_is_by_its_supervisor_and_by_nobody_else() {
    on_each_database("seen", async |stage: Stage| {
        let plain = order(&stage.card);
        let first = stage.used("first", &plain).await;
        // Uses of one second stand in no order.
        stage.go_to(stage.now() + time::Duration::SECOND);
        let second = with(&plain, "/ground", json!({"law": LAW}));
        let second = with(&second, "/facts", json!([{"of_age": 18}]));
        let second = stage.used("second", &second).await;
        let identifier = stage.card["identifier"].as_str().expect("an identifier");
        let path = format!("/v1/licences/{identifier}/uses");
        for department in ["C-PSB", "C-SUP"] {
            let (status, told) = read(&stage, department, &path).await;
            assert_eq!(status, 200, "{department}");
            assert_eq!(
                (&told[0]["use"], &told[1]["use"]),
                (&second["use"], &first["use"])
            );
            let expected = json!({
                "at": "2026-06-08T01:13:00Z", "use": first["use"], "licence": identifier, "department": "Q-APR",
                "person": "P-ZHOU-QINGHE", "purpose": PURPOSE, "matter": MATTER, "case": CASE, "material": 3,
                "ground": "consent", "consent": "SQ-2", "state": "valid", "fields": ["ethnic", "name", "sex"],
                "facts": [],
            });
            assert_eq!(told[1], expected);
            assert_eq!(
                (&told[0]["law"], &told[0]["facts"]),
                (&json!(LAW), &json!(["of_age 18"]))
            );
            assert!(!told.to_string().contains("林小满"));
        }
        for department in ["Q-APR", "C-FIRE", "C-TOB", "Q-ENF"] {
            assert_eq!(read(&stage, department, &path).await.0, 404, "{department}");
        }
        one_s_own(&stage, &first).await;
        told(&stage, identifier).await;
    });
}

/// A department sees what it used itself; a supervisor what the bodies used that it watches.
async fn one_s_own(stage: &Stage, first: &Value) {
    let id = first["use"].as_str().expect("a use");
    let one = format!("/v1/uses/{id}");
    let (status, told) = read(stage, "Q-APR", &one).await;
    assert_eq!((status, &told["purpose"]), (200, &json!(PURPOSE)));
    let (_, listed) = read(stage, "Q-APR", "/v1/uses").await;
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    let (_, after) = read(
        stage,
        "Q-APR",
        &format!(
            "/v1/uses?after={}",
            listed[0]["use"].as_str().expect("a use")
        ),
    )
    .await;
    assert_eq!(after, json!([listed[1]]));
    let (status, watched) = read(stage, "C-SUP", "/v1/uses?department=Q-APR").await;
    assert_eq!((status, watched), (200, listed));
    for department in ["C-PSB", "C-FIRE", "C-TOB"] {
        assert_eq!(read(stage, department, &one).await.0, 404, "{department}");
        let other = read(stage, department, "/v1/uses?department=Q-APR").await;
        assert_eq!(
            other,
            read(stage, department, "/v1/uses?department=NONE").await
        );
        assert_eq!(other.0, 404);
        assert_eq!(read(stage, department, "/v1/uses").await, (200, json!([])));
    }
}

/// The issuing department and the holders' side are told once, without a value.
async fn told(stage: &Stage, identifier: &str) {
    for receiver in ["C-PSB", sharing::HOLDERS] {
        let key = DepartmentKey::parse(receiver).expect("a department");
        let outbox = stage.office.registry().outbox();
        let mut kinds = Vec::new();
        loop {
            let due = outbox
                .due(&key, stage.now(), 100)
                .await
                .expect("the store answers");
            if due.is_empty() {
                break;
            }
            let mut settled = Vec::new();
            for delivery in due {
                let data: Value = serde_json::from_slice(&delivery.payload).expect("JSON");
                if delivery.kind == "licence.used" {
                    assert_eq!(
                        (&data["identifier"], &data["department"]),
                        (&json!(identifier), &json!("Q-APR"))
                    );
                    let text = data.to_string();
                    assert!(
                        !text.contains("林小满")
                            && !text.contains(NUMBER)
                            && !text.contains(PURPOSE)
                    );
                    kinds.push(data["ground"].as_str().expect("a ground").to_owned());
                }
                settled.push((delivery.event, registry::outbox::Outcome::Done));
            }
            outbox
                .settle(&key, settled)
                .await
                .expect("the store answers");
        }
        assert_eq!(kinds, ["consent", "law"], "{receiver}");
    }
}

/// The path of the link that a department gives there, and its page.
async fn opened(stage: &Stage, department: &str, path: &str) -> (String, String) {
    let ask = Call::post(path, &json!({}));
    let given = stage.call((department, "approvals"), ask).await.json();
    let link = given["link"].as_str().expect("a link");
    let link = link[link.find("/h/").expect("a path")..].to_owned();
    let page = stage.anybody(&link).await;
    assert_eq!(page.status, 200);
    (link, String::from_utf8_lossy(&page.content).into_owned())
}

#[test]
fn the_holder_sees_each_use_of_one_licence_or_of_all_that_they_have() {
    on_each_database("holder", async |stage: Stage| {
        let named = with(&order(&stage.card), "/ground", json!({"consent": "SQ-3"}));
        stage.used("card", &named).await;
        let place = with(
            &order(&stage.business),
            "/ground",
            json!({"consent": "SQ-1"}),
        );
        stage
            .used("place", &with(&place, "/material", json!(4)))
            .await;
        let card = stage.card["identifier"].as_str().expect("an identifier");
        let (one, all) = (
            format!("/v1/licences/{card}/link"),
            format!("/v1/licences/{card}/holder-link"),
        );
        let mut pages = Vec::new();
        for path in [&one, &all] {
            // Another department gives no link to it.
            let ask = Call::post(path, &json!({}));
            assert_eq!(stage.call(("Q-APR", "approvals"), ask).await.status, 404);
            let (link, text) = opened(&stage, "C-PSB", path).await;
            assert_eq!(opened(&stage, "C-PSB", path).await.0, link);
            for shown in [
                "临溪市青石区行政审批服务局",
                PURPOSE,
                CASE,
                "P-ZHOU-QINGHE",
                "居民身份证",
            ] {
                assert!(text.contains(shown), "{path} {shown}");
            }
            for hidden in [NUMBER, "林小满", "1988-05-21", card, "990102********0245"] {
                assert!(!text.contains(hidden), "{path} {hidden}");
            }
            pages.push((link, text));
        }
        assert!(
            pages[1].1.contains("您的证照及使用记录") && !pages[0].1.contains("您的证照及使用记录")
        );
        // The firm's business licence is the firm's: its page is another one.
        assert!(!pages[1].1.contains("营业执照"));
        let business = stage.business["identifier"]
            .as_str()
            .expect("an identifier");
        let path = format!("/v1/licences/{business}/holder-link");
        let (_, text) = opened(&stage, "Q-APR", &path).await;
        assert!(text.contains("营业执照") && text.contains("住所") && text.contains(CASE));
        // Taken back, each leads nowhere, and the other one still does.
        let take = Call::send(Method::DELETE, &all, "application/json", Vec::new());
        assert_eq!(stage.call(("C-PSB", "approvals"), take).await.status, 204);
        assert_eq!(stage.anybody(&pages[1].0).await.status, 404);
        assert_eq!(stage.anybody(&pages[0].0).await.status, 200);
    });
}
