//! Who approves and may not.

use catalogue::key::{DepartmentKey, PersonKey};
use hyper::Method;
use registry::asked::By;
use registry::callers::NewCaller;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::cases;
use tests::installation::{CUSTODIAN, DECIDER, STRANGER, secret};
use time::SignedDuration;
use zeroize::Zeroizing;

use super::super::stage::{Person, keyed, text};
use super::scene::{BUREAU, SEAL, Scene, outcome};

/// A job that this person asked for.
async fn asked_by(scene: &Scene, by: &Person) -> String {
    let call = keyed(Call::post("/v1/licences", &cases::body(&scene.request())));
    let answer = scene.service.asked_by(by, call).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    text(&answer.json(), "job")
}

pub(super) async fn requester(scene: &Scene) -> String {
    let call = keyed(Call::post("/v1/licences", &cases::body(&scene.request())));
    let job = text(&scene.call("custodian", call).await.json(), "job");
    let release = scene.signed(&job).await;
    scene.tried("custodian", &job, &release).await
}

pub(super) async fn second_account(scene: &Scene) -> String {
    let who = (BUREAU, "he.officer", CUSTODIAN);
    let own = scene.service.person(who, "officer").await;
    let job = asked_by(scene, &own).await;
    let release = scene.signed(&job).await;
    scene.tried("custodian", &job, &release).await
}

pub(super) async fn decider_s_account(scene: &Scene) -> String {
    let who = (BUREAU, "he.approver", CUSTODIAN);
    scene.service.person(who, "approver").await;
    let mut request = scene.request();
    request["decision"]["decided_by"] = json!("he.approver");
    let job = scene.of(&request).await;
    let release = scene.signed(&job).await;
    scene.tried("custodian", &job, &release).await
}

/// The release that somebody else signs in their own name.
async fn signed_by(scene: &Scene, (role, person): (&str, &str), job: &str) -> Value {
    let offer = Call::get(format!("/v1/releases/{job}"));
    let offer = scene.call(role, offer).await;
    let release = scene.bureau.release_of(person, &offer.json(), scene.now());
    release.expect("signed")
}

pub(super) async fn decider(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = signed_by(scene, ("decider", DECIDER), &job).await;
    scene.tried("decider", &job, &release).await
}

pub(super) async fn stranger(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = signed_by(scene, ("stranger", STRANGER), &job).await;
    scene.tried("stranger", &job, &release).await
}

pub(super) async fn machine(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    scene.tried("approvals", &job, &release).await
}

pub(super) async fn of_role(scene: &Scene, role: &str) -> String {
    let (account, person) = (format!("one.{role}"), format!("P-ONE-{role}"));
    let person = scene
        .service
        .person((BUREAU, &account, &person), role)
        .await;
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    scene.tried_by(&person, &job, &release).await
}

fn change(account: &str, roles: &[&str]) -> Call {
    let content = json!({"roles": roles}).to_string().into_bytes();
    let path = format!("/v1/accounts/{account}/roles");
    keyed(Call::send(Method::PUT, path, "application/json", content))
}

fn confirm(account: &str) -> Call {
    let path = format!("/v1/accounts/{account}/confirmation");
    keyed(Call::send(
        Method::POST,
        path,
        "application/json",
        Vec::new(),
    ))
}

/// What an administrator does and may do.
async fn done(scene: &Scene, by: &Person, call: Call) -> Value {
    let answer = scene.service.asked_by(by, call).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

pub(super) async fn lost_role(scene: &Scene) -> String {
    let who = (BUREAU, "he.second", CUSTODIAN);
    let custodian = scene.service.person(who, "custodian").await;
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    done(scene, &scene.li, change(who.1, &["archivist"])).await;
    done(scene, &scene.wu, confirm(who.1)).await;
    scene.service.wait(SignedDuration::seconds(60));
    let custodian = scene.service.signs_in(who.1, custodian.factor).await;
    scene.tried_by(&custodian, &job, &release).await
}

pub(super) async fn early_role(scene: &Scene) -> String {
    let who = (BUREAU, "he.friend", "P-FRIEND");
    scene.service.person(who, "archivist").await;
    let told = done(scene, &scene.li, change(who.1, &["custodian"])).await;
    let invitation = text(&told, "invitation");
    let factor = scene.service.activated(who.1, &invitation).await;
    let friend = scene.service.signs_in(who.1, factor).await;
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    scene.tried_by(&friend, &job, &release).await
}

/// What an administrator is answered who asks for this.
async fn asks(scene: &Scene, by: &Person, call: Call) -> String {
    scene.mark().await;
    outcome(&scene.service.asked_by(by, call).await)
}

pub(super) async fn own_role(scene: &Scene) -> String {
    asks(scene, &scene.li, change("li.admin", &["custodian"])).await
}

pub(super) async fn own_change(scene: &Scene) -> String {
    let who = (BUREAU, "zhou.clerk", "P-ZHOU");
    scene.service.opened(who, "clerk").await;
    done(scene, &scene.li, change(who.1, &["custodian"])).await;
    asks(scene, &scene.li, confirm(who.1)).await
}

pub(super) async fn apart_roles(scene: &Scene) -> String {
    let who = (BUREAU, "he.seals", CUSTODIAN);
    scene.service.opened(who, "archivist").await;
    asks(scene, &scene.li, change(who.1, &["seal-administrator"])).await
}

pub(super) async fn other_department(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    scene.mark().await;
    let before = hidden(scene).await;
    let call = Call::post(format!("/v1/releases/{job}"), &release);
    let answer = outcome(&scene.account("H-APR-custodian", call).await);
    assert_eq!(hidden(scene).await, before + 1);
    answer
}

/// How often the other department's trace has it that something was not there.
async fn hidden(scene: &Scene) -> usize {
    let entries = scene.service.trace("H-APR").await.into_iter();
    let denied = entries.filter(|entry| entry.deed == "deny" && entry.ground == "not-found");
    denied.count()
}

/// An account of this department with every scope over seals.
pub(super) async fn enrolled(scene: &Scene, (id, department): (&str, &str)) {
    let caller = NewCaller {
        id: id.to_owned(),
        department: DepartmentKey::parse(department).expect("a department"),
        name: id.to_owned(),
        scopes: ["seals", "release", "read"].map(str::to_owned).to_vec(),
        quota: 1_000,
        person: Some(PersonKey::parse(STRANGER).expect("a person")),
        secret: Zeroizing::new(secret(id)),
    };
    let callers = scene.service.office.registry().callers();
    let enrolled = callers.enrol(caller, By::new("P-FOUNDER", scene.now()));
    enrolled.await.expect("enrolled");
}

pub(super) async fn every_door(scene: &Scene) -> String {
    enrolled(scene, ("H-APR-every", "H-APR")).await;
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    let reason = json!({"reason": "停用〔2026〕第1号"});
    let scope = json!({
        "purposes": ["decision"], "valid_from": "2026-01-01", "ground": "decision", "reference": "临审〔2026〕22号",
    });
    let post = |path: String, content: &Value| keyed(Call::post(path, content));
    let seal = format!("/v1/seals/{SEAL}");
    let doors = [
        Call::get(seal.clone()),
        Call::get(format!("{seal}/scopes")),
        post(format!("{seal}/scopes"), &scope),
        post(format!("{seal}/suspend"), &reason),
        post(format!("{seal}/resume"), &reason),
        post(format!("{seal}/cancel"), &reason),
        post(
            format!("{seal}/replace"),
            &json!({"by": "990121-SPZYZ-01", "reason": "更名"}),
        ),
        Call::get(format!("{seal}/acceptance")),
        Call::get(format!("/v1/seal-applications/{SEAL}")),
        Call::get(format!("/v1/ledger?seal={SEAL}")),
        Call::get(format!("/v1/ledger/totals?department={BUREAU}")),
        Call::get(format!("/v1/ledger/file?seal={SEAL}")),
        Call::get(format!("/v1/jobs/{job}")),
        Call::get(format!("/v1/releases/{job}")),
        Call::get(format!("/v1/releases/{job}/page")),
        post(format!("/v1/releases/{job}"), &release),
        post(format!("/v1/releases/{job}/refusal"), &reason),
    ];
    scene.mark().await;
    let before = hidden(scene).await;
    let mut answers = Vec::new();
    for door in doors {
        answers.push(outcome(&scene.account("H-APR-every", door).await));
    }
    let first = answers.first().expect("an answer").clone();
    assert!(answers.iter().all(|one| *one == first), "{answers:?}");
    // What would have changed something, each once.
    assert_eq!(hidden(scene).await, before + 7);
    first
}

/// What the custodian's passkey answers to the offer of a job.
async fn answered(scene: &Scene, job: &str) -> Value {
    let offer = Call::get(format!("/v1/releases/{job}"));
    let offer = scene.service.asked_by(&scene.custodian, offer).await.json();
    let mut token = scene.token.lock().expect("a token");
    token.releases(&offer).expect("signed")
}

pub(super) async fn passkey_elsewhere(scene: &Scene) -> String {
    let (first, second) = (scene.waiting().await, scene.waiting().await);
    let release = answered(scene, &first).await;
    scene.tried_by(&scene.custodian, &second, &release).await
}

pub(super) async fn passkey_old(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = answered(scene, &job).await;
    scene.service.wait(SignedDuration::minutes(5));
    scene.tried_by(&scene.custodian, &job, &release).await
}

pub(super) async fn passkey_copied(scene: &Scene) -> String {
    let (first, second) = (scene.waiting().await, scene.waiting().await);
    let release = answered(scene, &first).await;
    let call = Call::post(format!("/v1/releases/{first}"), &release);
    let done: Answer = scene.service.asked_by(&scene.custodian, call).await;
    scene.settled(&first, &done).await;
    scene.token.lock().expect("a token").counter = 1;
    let release = answered(scene, &second).await;
    scene.token.lock().expect("a token").counter = 50;
    scene.tried_by(&scene.custodian, &second, &release).await
}
