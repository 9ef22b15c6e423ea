//! More releases than a seal's limit allows (T-S7), and how a stop is not lifted.

use serde_json::{Value, json};
use server::Call;
use time::SignedDuration;

use super::super::stage::{Person, keyed};
use super::between::administrator;
use super::scene::{RELEASER, SEAL, Scene, outcome};

/// What the seal is released a minute, in these sequences.
const FEW: u32 = 3;
const NOTE: &str = "已与保管人核实";

async fn two(scene: &Scene, names: [&str; 2]) -> [Person; 2] {
    let [one, other] = names;
    [
        administrator(scene, one).await,
        administrator(scene, other).await,
    ]
}

fn limits(per_minute: u32) -> Call {
    let body = json!({"per_day": 500, "per_minute": per_minute, "listed_per_day": 3_000});
    keyed(Call::post(format!("/v1/seals/{SEAL}/limits"), &body))
}

/// Two people give the seal a limit, and what was released before is more than a minute ago.
async fn limited(scene: &Scene, by: &[Person; 2], per_minute: u32) {
    for (person, status) in by.iter().zip([202, 200]) {
        let answer = scene.service.asked_by(person, limits(per_minute)).await;
        assert_eq!(answer.status, status, "{}", answer.json());
    }
    scene.service.wait(SignedDuration::seconds(61));
}

async fn lift(scene: &Scene, by: &Person, note: &str) -> server::Answer {
    let path = format!("/v1/release-stops/seal/{SEAL}/lift");
    let call = keyed(Call::post(path, &json!({"note": note})));
    scene.service.asked_by(by, call).await
}

/// Jobs that wait, each with its release.
async fn ready(scene: &Scene, count: usize) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for _ in 0..count {
        let job = scene.waiting().await;
        let release = scene.signed(&job).await;
        found.push((job, release));
    }
    found
}

/// Twelve at two nodes: one more than the limit is let through, with an alarm; the next one is told of the stop that it made, and all
/// others that there is one.
pub(super) async fn raced(scene: &Scene) -> String {
    let by = two(scene, ["h", "i"]).await;
    limited(scene, &by, FEW).await;
    let ready = ready(scene, 12).await;
    scene.mark().await;
    let now = scene.now();
    let mut calls = Vec::new();
    for (place, (job, release)) in ready.into_iter().enumerate() {
        let customer = [&scene.bureau, &scene.second][place % 2].clone();
        let call = Call::post(format!("/v1/releases/{job}"), &release);
        let called = async move { customer.call(RELEASER.0, call, now).await };
        calls.push((job, tokio::spawn(called)));
    }
    let mut stopped = Vec::new();
    for (job, call) in calls {
        let answer = call.await.expect("it ends").expect("an answer");
        match answer.status.as_u16() {
            422 => stopped.push(outcome(&answer)),
            _ => scene.settled(&job, &answer).await,
        }
    }
    stopped.sort();
    stopped.dedup();
    stopped.join(", ")
}

async fn one_more(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    scene.tried("custodian", &job, &release).await
}

pub(super) async fn stopped(scene: &Scene) -> String {
    scene.service.wait(SignedDuration::seconds(61));
    one_more(scene).await
}

pub(super) async fn lifted_by_custodian(scene: &Scene) -> String {
    let custodian = scene.custodian.clone();
    scene.mark().await;
    outcome(&lift(scene, &custodian, NOTE).await)
}

pub(super) async fn lifted_twice(scene: &Scene) -> String {
    let one = administrator(scene, "j").await;
    for _ in 0..2 {
        let answer = lift(scene, &one, NOTE).await;
        assert_eq!(answer.status, 202, "{}", answer.json());
    }
    one_more(scene).await
}

pub(super) async fn lifted_otherwise(scene: &Scene) -> String {
    let by = two(scene, ["k", "l"]).await;
    for (person, note) in by.iter().zip(["查无异常", "未见异常"]) {
        let answer = lift(scene, person, note).await;
        assert_eq!(answer.status, 202, "{}", answer.json());
    }
    one_more(scene).await
}

/// It is lifted as it has to be, and one person alone would have it be released more often.
pub(super) async fn raised_by_one(scene: &Scene) -> String {
    let by = two(scene, ["m", "n"]).await;
    for (person, status) in by.iter().zip([202, 200]) {
        let answer = lift(scene, person, "核实无误，恢复").await;
        assert_eq!(answer.status, status, "{}", answer.json());
    }
    let answer = scene.service.asked_by(&by[0], limits(50)).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    let mut ready = ready(scene, 5).await;
    let last = ready.pop().expect("five");
    scene.mark().await;
    for (job, release) in ready {
        let answer = scene.post("custodian", &job, &release).await;
        scene.settled(&job, &answer).await;
    }
    let answer = outcome(&scene.post("custodian", &last.0, &last.1).await);
    let marked = scene.since(scene.marked().1).await;
    assert!(marked.iter().any(|one| one.1 == "alarm.seal-limit"));
    // What comes after is not about limits.
    for (person, status) in by.iter().zip([202, 200]) {
        let answer = lift(scene, person, NOTE).await;
        assert_eq!(answer.status, status, "{}", answer.json());
    }
    let answered = scene.service.asked_by(&by[1], limits(50)).await;
    assert_eq!(answered.status, 200, "{}", answered.json());
    scene.service.wait(SignedDuration::seconds(61));
    answer
}
