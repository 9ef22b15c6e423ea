//! R13, R19: what was decided on a promise is granted on a promise, at the seal too.

use serde_json::{Value, json};
use server::Call;
use tests::installation::CUSTODIAN;

use super::on_each_store;
use super::stage::{Stage, request};
use super::stop::decided;

/// The restriction of the credit office, under this number with this effect.
async fn restrict(stage: &Stage, number: &str, effect: &str) {
    let body = json!({
        "holder": {"kind": "org", "code": "91990102FAKE0A0109"},
        "ground": "严重失信名单管理办法第十条", "source": "临溪市市场监督管理局",
        "effect": effect, "types": ["ONE"], "from": "2026-01-01", "to": "2026-12-31",
    });
    let call = Call::send(
        "PUT".parse().expect("a method"),
        format!("/v1/restrictions/{number}"),
        "application/json",
        body.to_string().into_bytes(),
    );
    credit(stage, call).await;
}

async fn credit(stage: &Stage, call: Call) {
    let client = stage.at("C-SAMR").account("credit");
    let answer = client.call(call, stage.now()).await.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.json());
}

async fn released(stage: &Stage, job: &str) -> (u16, Value) {
    let custodian = ("custodian", CUSTODIAN);
    let answer = stage.at("Q-APR").release(custodian, job, stage.now()).await;
    let answer = answer.expect("an answer");
    (answer.status.as_u16(), answer.json())
}

#[test]
fn what_blocks_grants_on_a_promise_blocks_the_seal_of_one_and_nothing_else() {
    on_each_store("promise", async |stage| {
        stage.enrol("C-SAMR", "credit", "restrict").await;
        let job = decided(&stage).await;
        // Both come after the decision and reach its day; it was no renewal.
        restrict(&stage, "XZ-2026-1", "blocks_renewal").await;
        restrict(&stage, "XZ-2026-2", "blocks_commitment").await;
        let (status, told) = released(&stage, &job).await;
        let defect = &told["defects"][0];
        assert_eq!(
            (status, &defect["code"], &defect["rule"]),
            (422, &json!("restriction.blocks"), &json!("R13")),
            "{told}"
        );
        assert!(defect["text"].to_string().contains("XZ-2026-2"), "{told}");
        let last = stage.trace("Q-APR").await.pop().expect("an entry");
        assert_eq!(
            (last.deed.as_str(), last.ground.as_str()),
            ("deny", "restriction.blocks")
        );
        // Nor is it begun.
        let again = Call::post("/v1/licences", &request()).once("the-same-licence-again");
        let again = stage.call("Q-APR", again).await;
        assert_eq!(again.status, 422, "{}", again.json());
        assert_eq!(again.json()["defects"][0]["code"], "restriction.blocks");
        let lift = Call::post("/v1/restrictions/XZ-2026-2/lift", &json!({}));
        credit(&stage, lift).await;
        let (status, told) = released(&stage, &job).await;
        assert_eq!(status, 201, "{told}");
    });
}
