//! Two times: what a licence was at a moment, and what was known of it then.

use serde_json::{Value, json};
use server::Call;
use time::format_description::well_known::Rfc3339;
use time::{SignedDuration, UtcDateTime};

use super::stage::{Service, ending};

#[tokio::test(flavor = "multi_thread")]
async fn was_it_valid_then_and_what_did_we_know_then_are_two_questions() {
    let service = Service::start().await;
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let sealed = service.now();
    service.wait(SignedDuration::hours(3));
    let call = Call::post(format!("/v1/licences/{identifier}/end"), &ending());
    let call = call.once("the-ending-of-the-past");
    let ended = bureau.call("approvals", call, service.now()).await;
    assert_eq!(ended.expect("an answer").status, 200);
    let over = service.now();
    service.wait(SignedDuration::hours(1));
    let state = async |at: UtcDateTime, known: UtcDateTime| {
        let text = |moment: UtcDateTime| moment.format(&Rfc3339).expect("text");
        let path = format!(
            "/v1/licences/{identifier}/state?at={}&known={}",
            text(at),
            text(known)
        );
        let answer = bureau
            .call("approvals", Call::get(path), service.now())
            .await;
        let told: Value = answer.expect("an answer").json();
        (told["state"].clone(), told["rests_on"].clone())
    };
    let hour = SignedDuration::hours(1);
    let now = service.now();
    for (at, known, expected, rests_on) in [
        (sealed - hour, now, "unknown", json!([])),
        (sealed + hour, now, "valid", json!([1, 2])),
        (over - hour, over - hour, "valid", json!([1, 2])),
        (over + hour, over - hour, "valid", json!([1, 2])),
        (over, now, "annulled", json!([1, 2, 3])),
        (over + hour, now, "annulled", json!([1, 2, 3])),
        (sealed + hour, sealed - hour, "unknown", json!([])),
    ] {
        assert_eq!(
            state(at, known).await,
            (json!(expected), rests_on),
            "{at} {known}"
        );
    }
    // Another department's licence is not there; a moment that is none is refused.
    let path = format!("/v1/licences/{identifier}/state");
    let stranger = service.at("C-TOB");
    let hidden = stranger
        .call("approvals", Call::get(path.clone()), now)
        .await;
    assert_eq!(hidden.expect("an answer").status, 404);
    let wrong = Call::get(format!("{path}?at=yesterday"));
    let wrong = bureau.call("approvals", wrong, now).await;
    assert_eq!(wrong.expect("an answer").status, 400);
}
