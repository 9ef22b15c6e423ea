//! A version that waits while the one before it stops or ends: the first passes, the second ends the job.

use serde_json::{Value, json};
use tests::cases;

use super::stage::{Service, again, on_each_database, version};

const BUREAU: &str = "C-APR";

/// An issued licence and a change of it that waits for its release: identifier, and the answer to its request.
async fn waiting_change(service: &Service) -> (String, Value) {
    let mut request = cases::case("ROAD", 1).expect("a case");
    if let Some(members) = request.as_object_mut() {
        members.remove("serial");
    }
    let first = service.issued(&request, "first").await;
    let today = service.today();
    let body = version("change", &again(&request, today, today));
    (first, body)
}

async fn act(service: &Service, identifier: &str, what: &str) {
    let mut body = json!({"decision": format!("{what}〔2026〕1号"), "legal_basis": "道路运输条例"});
    if what == "end" {
        body["ending"] = json!("annulled");
    }
    let path = format!("/v1/licences/{identifier}/{what}");
    let (status, told) = service.post(BUREAU, &path, &body, what).await;
    assert_eq!(status, 200, "{told}");
}

#[test]
fn a_version_waits_while_the_one_before_is_stopped_and_ends_with_it() {
    on_each_database("overtaken", async |service: Service| {
        let (first, body) = waiting_change(&service).await;
        let path = format!("/v1/licences/{first}/versions");
        let (status, waits) = service.post(BUREAU, &path, &body, "second").await;
        assert_eq!(status, 202, "{waits}");
        let job = waits["job"].as_str().expect("a job");
        for what in ["suspend", "end"] {
            act(&service, &first, what).await;
            let (status, told) = service.release(BUREAU, job).await;
            let defect = &told["defects"][0];
            assert_eq!(
                (status, &defect["code"], &defect["rule"]),
                (422, &json!("licence.transition-not-listed"), &json!("R10")),
                "{told}"
            );
            let told = service.read(BUREAU, &format!("/v1/jobs/{job}")).await;
            if what == "suspend" {
                // It may be resumed: the page waits on, and nothing was signed for it.
                assert_eq!(told["state"], "pending_seal", "{told}");
                act(&service, &first, "resume").await;
            } else {
                assert_eq!(told["state"], "failed", "{told}");
                let reason = told["reason"].as_str().expect("a reason");
                assert!(
                    reason.starts_with("licence.transition-not-listed: "),
                    "{reason}"
                );
            }
        }
        assert_eq!(
            service.denials(BUREAU, job).await,
            ["licence.transition-not-listed"; 2]
        );
        let told = service.read(BUREAU, &format!("/v1/licences/{first}")).await;
        assert_eq!(told["state"], "annulled", "{told}");
    });
}
