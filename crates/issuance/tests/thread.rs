//! The thread through every crate: post, release, file, verdict, end.

mod asked;

use crate::house::{House, caller, once, releaser};
use issuance::{Begun, IssueOrder};
use licence::IssueRequest;
use registry::jobs::JobId;
use serde_json::Value;

fn orders() -> Vec<(String, IssueRequest, bool)> {
    let text = include_str!("../../demo/assets/licences.json");
    let all: Vec<Value> = serde_json::from_str(text).expect("JSON");
    all.into_iter()
        .map(|entry| {
            let request: IssueRequest =
                serde_json::from_value(entry.get("request").cloned().unwrap_or_default())
                    .expect("a request");
            let photo = entry.get("photo").and_then(Value::as_bool).unwrap_or(false);
            (request.licence_type.clone(), request, photo)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decided_case_becomes_a_licence_and_ends() {
    let house = House::found().await;
    let (_, request, _) = orders()
        .into_iter()
        .find(|(kind, _, _)| kind == "FOOD")
        .expect("a food licence");
    let asker = caller(&request.issuer);
    let order = IssueOrder {
        request,
        photo: None,
    };
    let begun = issuance::begin(&house.office, &asker, &once(1), &order)
        .await
        .expect("admitted");
    let Begun::Waits(answer) = begun else {
        panic!("{begun:?}");
    };
    assert_eq!(answer.status, 202);
    let waits: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let job = JobId::parse(waits["job"].as_str().expect("a job")).expect("a job");
    let custodian = releaser("Q-APR");
    let offer = issuance::release::offer(&house.office, &custodian, &job)
        .await
        .expect("it waits");
    let submitted = house.submitted(&offer);
    let answer = issuance::release::release(&house.office, &custodian, &job, &submitted)
        .await
        .expect("released and sealed");
    assert_eq!(answer.status, 201);
    let issued: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(issued["state"], "valid");
}
