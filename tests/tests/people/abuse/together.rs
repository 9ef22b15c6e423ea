//! A high-risk seal, which two of its three people release together (T-S1), and fewer do not.

use crypto::SystemRandom;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::installation::{CUSTODIAN, DECIDER, STRANGER};

use super::super::stage::{Person, keyed, text};
use super::between::administrator;
use super::scene::{SEAL, Scene, outcome};

fn approvers(needed: u8, people: &[&str]) -> Call {
    let body = json!({"needed": needed, "people": people});
    keyed(Call::post(format!("/v1/seals/{SEAL}/approvers"), &body))
}

/// Two people say who releases the seal.
async fn said(scene: &Scene, names: [&str; 2], (needed, people): (u8, &[&str])) -> Person {
    let one = administrator(scene, names[0]).await;
    let other = administrator(scene, names[1]).await;
    for (person, status) in [(&one, 202), (&other, 200)] {
        let answer = scene
            .service
            .asked_by(person, approvers(needed, people))
            .await;
        assert_eq!(answer.status, status, "{}", answer.json());
    }
    one
}

/// The seal becomes one of high risk.
async fn high(scene: &Scene, names: [&str; 2]) {
    let keys = scene.service.office.keys();
    let key = crypto::KeyId::parse(&format!("seal-{SEAL}")).expect("a name");
    let signer = scene.service.installation.signer(STRANGER).expect("a key");
    let public = crypto::Signer::public_key(&signer).clone();
    keys.enrol_releaser(&key, STRANGER, &public, &SystemRandom::new())
        .expect("enrolled");
    said(scene, names, (2, &[CUSTODIAN, STRANGER, DECIDER])).await;
}

/// What this person releases of a job, now.
async fn released(scene: &Scene, job: &str, (role, person): (&str, &str)) -> Value {
    let offer = scene
        .call(role, Call::get(format!("/v1/releases/{job}")))
        .await;
    assert_eq!(offer.status, 200, "{}", offer.json());
    let signed = scene.bureau.release_of(person, &offer.json(), scene.now());
    signed.expect("it is signed")
}

async fn post(scene: &Scene, job: &str, who: (&str, &str)) -> Answer {
    let release = released(scene, job, who).await;
    scene.post(who.0, job, &release).await
}

const HE: (&str, &str) = ("custodian", CUSTODIAN);
const ZHOU: (&str, &str) = ("stranger", STRANGER);
const CHEN: (&str, &str) = ("decider", DECIDER);

/// How far a job has come, as the bureau sees it.
async fn so_far(scene: &Scene, job: &str) -> String {
    let look = Call::get(format!("/v1/jobs/{job}"));
    let told = scene.call("approvals", look).await.json();
    let given = told["approvals"]["given"].as_array().map_or(0, Vec::len);
    format!(
        "{} {given} of {}",
        text(&told, "state"),
        told["approvals"]["needed"]
    )
}

/// The first of them has released a job.
pub(super) async fn first(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let answer = post(scene, &job, HE).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    job
}

/// The second of them releases it.
pub(super) async fn second(scene: &Scene, job: &str) -> Answer {
    post(scene, job, ZHOU).await
}

pub(super) async fn one(scene: &Scene) -> String {
    high(scene, ["q", "r"]).await;
    scene.mark().await;
    let job = first(scene).await;
    so_far(scene, &job).await
}

pub(super) async fn again(scene: &Scene) -> String {
    let job = first(scene).await;
    scene.service.wait(time::SignedDuration::seconds(1));
    scene.mark().await;
    outcome(&post(scene, &job, HE).await)
}

pub(super) async fn decider(scene: &Scene) -> String {
    let job = first(scene).await;
    scene.mark().await;
    outcome(&post(scene, &job, CHEN).await)
}

pub(super) async fn withdrawn(scene: &Scene) -> String {
    let job = first(scene).await;
    let back = Call::post(format!("/v1/releases/{job}/withdrawal"), &json!({}));
    let answer = scene.call("custodian", back).await;
    assert_eq!(answer.status, 204);
    scene.mark().await;
    let answer = post(scene, &job, ZHOU).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    so_far(scene, &job).await
}

pub(super) async fn changed_by_one(scene: &Scene) -> String {
    let by = administrator(scene, "s").await;
    let answer = scene.service.asked_by(&by, approvers(1, &[])).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    scene.mark().await;
    let job = first(scene).await;
    so_far(scene, &job).await
}

pub(super) async fn taken_out(scene: &Scene) -> String {
    let job = first(scene).await;
    said(scene, ["t", "u"], (2, &[STRANGER, DECIDER])).await;
    scene.mark().await;
    let answer = post(scene, &job, ZHOU).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    so_far(scene, &job).await
}

pub(super) async fn not_of_them(scene: &Scene) -> String {
    let job = scene.waiting().await;
    scene.mark().await;
    let answer = outcome(&post(scene, &job, HE).await);
    said(scene, ["v", "w"], (2, &[CUSTODIAN, STRANGER, DECIDER])).await;
    answer
}

/// Both release it, each eight times at once, at two nodes; and then the seal is one that one person releases.
pub(super) async fn raced(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let releases = [
        (HE.0, released(scene, &job, HE).await),
        (ZHOU.0, released(scene, &job, ZHOU).await),
    ];
    scene.mark().await;
    let now = scene.now();
    let mut calls = Vec::new();
    for place in 0..16 {
        let (role, release) = releases[place % 2].clone();
        let call = Call::post(format!("/v1/releases/{job}"), &release);
        let customer = scene.bureau.clone();
        calls.push(tokio::spawn(
            async move { customer.call(role, call, now).await },
        ));
    }
    let mut done = 0;
    for call in calls {
        let answer = call.await.expect("it ends").expect("an answer");
        done += usize::from(answer.status == 201);
    }
    assert!(done <= 1, "{done} were let through");
    scene.finished(&job).await;
    let answer = outcome(&scene.post(HE.0, &job, &releases[0].1).await);
    said(scene, ["x", "y"], (1, &[])).await;
    answer
}
