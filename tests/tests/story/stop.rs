//! R6: a supervisor's stop holds wherever a seal would be used for the case, until it is lifted.

use registry::jobs::{JobId, JobState};
use serde_json::{Value, json};
use server::Call;
use tests::installation::CUSTODIAN;
use time::Duration;
use time::macros::utc_datetime;

use super::on_each_store;
use super::stage::{Stage, request};

/// An event of a supervisor, or another one at this number.
fn at(number: u32, id: &str, (person, body, role): (&str, &str, &str), what: Value) -> Value {
    json!({
        "id": id, "case": super::stage::CASE, "number": number, "at": "2026-06-10T16:43:00+08:00",
        "actor": {"account": format!("{person}-1"), "person": person, "body": body, "role": role},
        "what": what,
    })
}

const SUPERVISOR: (&str, &str, &str) = ("P-WEN-HUAIJIN", "C-SUP", "supervisor");
const APPROVER: (&str, &str, &str) = ("P-CHEN-ZHIYUAN", "Q-APR", "approver");

pub(crate) async fn decided(stage: &Stage) -> String {
    for number in 1..=16 {
        let told = stage.event(number);
        let moment = told["at"].as_str().expect("a moment");
        let moment =
            time::OffsetDateTime::parse(moment, &time::format_description::well_known::Rfc3339);
        stage.go_to(moment.expect("RFC 3339").to_utc()).await;
        stage.applied(&told).await;
    }
    stage.go_to(utc_datetime!(2026-06-10 08:43)).await;
    let call = Call::post("/v1/licences", &request()).once("the-licence-of-the-story");
    let waits = stage.call("Q-APR", call).await;
    assert_eq!(waits.status, 202, "{}", waits.json());
    waits.json()["job"].as_str().expect("a job").to_owned()
}

#[test]
fn a_stopped_case_is_not_released_and_a_released_one_is_not_rolled_back() {
    on_each_store("stop", async |stage| {
        let job = decided(&stage).await;
        let stop = json!({"stopped": {"reason": "超越权限"}});
        // Only who supervises the bureau stops its case.
        let other = at(
            17,
            "other-stop",
            ("P-WEN-HUAIJIN", "Q-ENF", "supervisor"),
            stop.clone(),
        );
        assert_eq!(stage.refused(&other).await.0, "case.wrong-body");
        stage.applied(&at(17, "stop", SUPERVISOR, stop)).await;
        let case = stage.case("C-SUP").await;
        assert_eq!(
            (&case["state"], &case["stop"]["by"]),
            (&json!("decided"), &json!("P-WEN-HUAIJIN"))
        );
        assert_eq!(case["cards"][0]["colour"], "red");
        let bureau = stage.at("Q-APR");
        let released = bureau
            .release(("custodian", CUSTODIAN), &job, stage.now())
            .await;
        let refused = released.expect("an answer");
        assert_eq!(refused.status, 422);
        let problem = refused.json();
        assert_eq!(problem["code"], "release.refused");
        assert_eq!(problem["defects"][0]["code"], "seal.case-stopped");
        assert_eq!(problem["defects"][0]["rule"], "R6");
        let last = stage.trace("Q-APR").await.pop().expect("an entry");
        assert_eq!(
            (last.deed.as_str(), last.ground.as_str()),
            ("deny", "seal.case-stopped")
        );
        let red = stage
            .call("Q-APR", Call::get("/v1/cases?card=red"))
            .await
            .json();
        assert_eq!(
            (&red[0]["case"], &red[0]["stopped"]),
            (&json!(super::stage::CASE), &json!(true))
        );
        let yellow = stage
            .call("Q-APR", Call::get("/v1/cases?card=yellow"))
            .await
            .json();
        assert_eq!(yellow, json!([]));
        let lift = json!({"lifted": {"reason": "已核实"}});
        stage.applied(&at(18, "lift", SUPERVISOR, lift)).await;
        let issued = bureau
            .release(("custodian", CUSTODIAN), &job, stage.now())
            .await;
        assert_eq!(issued.expect("an answer").status, 201);
        // domain.md 4.4: from the release on nothing is rolled back.
        let back = json!({"rolled_back": {"reason": "依据有误"}});
        let (code, rule) = stage.refused(&at(19, "back", APPROVER, back)).await;
        assert_eq!(
            (code.as_str(), rule),
            ("case.released-already", json!("R10"))
        );
    });
}

/// How far a job is, after so much time.
async fn standing(stage: &Stage, job: &str) -> JobState {
    stage.go_to(stage.now() + Duration::minutes(2)).await;
    let jobs = stage.office.registry().jobs();
    let id = JobId::parse(job).expect("a job");
    let job = jobs.find(&id, None).await.expect("answers");
    job.expect("it is there").state
}

/// The grounds on which a job was refused, in order.
async fn denials(stage: &Stage, job: &str) -> Vec<String> {
    let all = stage.trace("Q-APR").await.into_iter();
    all.filter(|entry| entry.deed == "deny" && entry.object == job)
        .map(|entry| entry.ground)
        .collect()
}

#[test]
fn a_stop_between_release_and_journal_holds_what_was_released_until_it_is_lifted() {
    on_each_store("stop_left", async |stage| {
        let job = decided(&stage).await;
        stage.left_released(&job).await;
        let stop = json!({"stopped": {"reason": "超越权限"}});
        stage.applied(&at(17, "stop", SUPERVISOR, stop)).await;
        for _ in 0..3 {
            assert_eq!(standing(&stage, &job).await, JobState::Released);
        }
        assert_eq!(denials(&stage, &job).await, ["seal.case-stopped"]);
        let lift = json!({"lifted": {"reason": "已核实"}});
        stage.applied(&at(18, "lift", SUPERVISOR, lift)).await;
        assert_eq!(standing(&stage, &job).await, JobState::Recorded);
    });
}

#[test]
fn a_decision_that_was_rolled_back_carries_no_seal() {
    on_each_store("rolled_back", async |stage| {
        let job = decided(&stage).await;
        let back = json!({"rolled_back": {"reason": "依据有误"}});
        stage.applied(&at(17, "back", APPROVER, back)).await;
        let bureau = stage.at("Q-APR");
        let custodian = ("custodian", CUSTODIAN);
        let refused = bureau.release(custodian, &job, stage.now()).await;
        let refused = refused.expect("an answer");
        assert_eq!(refused.status, 422, "{}", refused.json());
        let defect = refused.json()["defects"][0].clone();
        let code = defect["code"].as_str().expect("a code").to_owned();
        assert_eq!(defect["rule"], "R1", "{defect}");
        assert_eq!(denials(&stage, &job).await, [code]);
        assert_eq!(standing(&stage, &job).await, JobState::Waiting);
    });
}
