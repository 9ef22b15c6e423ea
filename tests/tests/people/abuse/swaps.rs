//! What was approved is exchanged, used again, used late, used at once.

use serde_json::{Value, json};
use server::{Call, Credentials, sign};
use tests::cases;
use tests::installation::{CUSTODIAN, DECIDER, octets, secret};
use tests::paper::{form, page};
use time::{Duration, SignedDuration};

use super::super::stage::{keyed, text};
use super::scene::{BUREAU, RELEASER, SEAL, Scene, changed, outcome, until};

/// The release of a statement that says something else than what waits.
pub(super) async fn member(scene: &Scene, name: &str) -> String {
    let job = scene.waiting().await;
    let value = match name {
        "unsealed" => "ab".repeat(32),
        "copies" => "2".to_owned(),
        "purpose" => "decision".to_owned(),
        "seal" => "990102-SPZYZ-02".to_owned(),
        "matter" => "990102-XK-0001".to_owned(),
        "case" => "BJ-990102-20260610-99999".to_owned(),
        "releaser" => DECIDER.to_owned(),
        _ => "another".to_owned(),
    };
    let offer = changed(&scene.offer(&job).await, name, &value);
    let release = scene.bureau.release_of(CUSTODIAN, &offer, scene.now());
    scene
        .tried("custodian", &job, &release.expect("signed"))
        .await
}

pub(super) async fn other_key(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let offer = scene.offer(&job).await;
    let release = scene.bureau.release_of(DECIDER, &offer, scene.now());
    scene
        .tried("custodian", &job, &release.expect("signed"))
        .await
}

/// A document that waits with the seal at this height.
async fn document(scene: &Scene, height: f64) -> String {
    let order = json!({
        "seal": SEAL, "purpose": "document", "ground": "内部材料〔2026〕1号",
        "page": 1, "x_mm": 20.0, "y_mm": height,
    });
    let call = keyed(form("/v1/seal-signatures", &order, &page("form")));
    let answer = scene.call("approvals", call).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    text(&answer.json(), "job")
}

pub(super) async fn position(scene: &Scene) -> String {
    let (high, low) = (document(scene, 200.0).await, document(scene, 40.0).await);
    let release = scene.signed(&high).await;
    scene.tried("custodian", &low, &release).await
}

pub(super) async fn stretched(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let offer = scene.offer(&job).await;
    let short = until(&offer, scene.now() + Duration::minutes(1));
    let release = scene.bureau.release_of(CUSTODIAN, &short, scene.now());
    let mut release = release.expect("signed");
    release["expires"] = offer["expires"].clone();
    scene.tried("custodian", &job, &release).await
}

pub(super) async fn too_long(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let day = Duration::days(1) + Duration::seconds(1);
    let offer = until(&scene.offer(&job).await, scene.now() + day);
    let release = scene.bureau.release_of(CUSTODIAN, &offer, scene.now());
    scene
        .tried("custodian", &job, &release.expect("signed"))
        .await
}

pub(super) async fn late(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let offer = until(&scene.offer(&job).await, scene.now() + Duration::seconds(9));
    let release = scene.bureau.release_of(CUSTODIAN, &offer, scene.now());
    scene.service.wait(SignedDuration::seconds(10));
    scene
        .tried("custodian", &job, &release.expect("signed"))
        .await
}

pub(super) async fn again(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    let first = scene.post("custodian", &job, &release).await;
    scene.settled(&job, &first).await;
    scene.tried("custodian", &job, &release).await
}

pub(super) async fn elsewhere(scene: &Scene) -> String {
    let request = scene.request();
    // Of one case, so that all that differs is the job.
    let (first, second) = (scene.of(&request).await, scene.of(&request).await);
    let release = scene.signed(&first).await;
    scene.tried("custodian", &second, &release).await
}

pub(super) async fn refused(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    let refusal = Call::post(
        format!("/v1/releases/{job}/refusal"),
        &json!({"reason": "撤回"}),
    );
    assert_eq!(scene.call("custodian", refusal).await.status, 200);
    scene.tried("custodian", &job, &release).await
}

/// How a list is changed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Listed {
    Longer,
    Shorter,
    Reordered,
}

/// A batch of two that waits.
async fn batch(scene: &Scene) -> String {
    let licences = [scene.request(), scene.request()].map(|request| json!({"request": request}));
    let call = keyed(Call::post("/v1/batches", &json!({"licences": licences})));
    let answer = scene.call("approvals", call).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    let batch = text(&answer.json(), "batch");
    loop {
        let look = Call::get(format!("/v1/batches/{batch}"));
        if scene.call("approvals", look).await.json()["counts"]["waiting"] == 2 {
            return batch;
        }
        tokio::task::yield_now().await;
    }
}

/// The digest of the list that is offered, as it would be of another one.
pub(super) async fn list(scene: &Scene, how: Listed) -> String {
    let path = format!("/v1/batches/{}/release", batch(scene).await);
    let offer = scene
        .call("custodian", Call::get(path.clone()))
        .await
        .json();
    let statements = offer["list"].as_array().or(offer["licences"].as_array());
    let mut digests: Vec<String> = statements
        .into_iter()
        .flatten()
        .map(Value::to_string)
        .collect();
    let count = match how {
        Listed::Longer => {
            digests.push("another".to_owned());
            "3"
        }
        Listed::Shorter => {
            digests.pop();
            "1"
        }
        Listed::Reordered => {
            digests.reverse();
            "2"
        }
    };
    let other = tests::installation::hex(&crypto::sha256(digests.concat().as_bytes()));
    let offer = changed(&changed(&offer, "list", &other), "count", count);
    let release = scene.bureau.release_of(CUSTODIAN, &offer, scene.now());
    scene.mark().await;
    let call = Call::post(path, &release.expect("signed"));
    outcome(&scene.call("custodian", call).await)
}

pub(super) async fn key_again(scene: &Scene) -> String {
    let key = format!("a-key-used-again-{:04}", scene.next());
    let ask = |request: &Value| Call::post("/v1/licences", &cases::body(request)).once(key.clone());
    let first = scene.call("approvals", ask(&scene.request())).await;
    assert_eq!(first.status, 202);
    scene.mark().await;
    outcome(&scene.call("approvals", ask(&scene.request())).await)
}

/// The octets of a signed release, sent twice.
pub(super) async fn nonce_again(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await.to_string();
    let account = format!("{BUREAU}-custodian");
    let target = format!("{}/v1/releases/{job}", scene.service.base);
    let mut call = Call::send(
        hyper::Method::POST,
        format!("/v1/releases/{job}"),
        "application/json",
        release.clone().into_bytes(),
    );
    let mut headers = hyper::HeaderMap::new();
    let host = scene.service.base.trim_start_matches("http://");
    headers.insert("host", host.parse().expect("a host"));
    headers.insert("content-type", "application/json".parse().expect("a type"));
    let credentials = Credentials {
        key: &account,
        secret: &secret(&account),
        nonce: "a-nonce-that-is-sent-twice",
        created: scene.now(),
    };
    let method = hyper::Method::POST;
    sign(
        &method,
        &target,
        &mut headers,
        release.as_bytes(),
        &credentials,
    )
    .expect("signed");
    for name in ["content-digest", "signature-input", "signature"] {
        let value = headers[name].to_str().expect("a text").to_owned();
        call = call.field(name, value);
    }
    let first = scene.service.call(call.clone()).await;
    scene.settled(&job, &first).await;
    scene.mark().await;
    // However often: one entry.
    scene.service.call(call.clone()).await;
    outcome(&scene.service.call(call).await)
}

/// One is let through, and the others are told why they are not.
async fn one_of(scene: &Scene, at: &[&tests::customer::Customer], count: usize) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    scene.mark().await;
    let now = scene.now();
    let calls = (0..count).map(|number| {
        let customer = at[number % at.len()].clone();
        let call = Call::post(format!("/v1/releases/{job}"), &release);
        tokio::spawn(async move { customer.call(RELEASER.0, call, now).await })
    });
    let calls: Vec<_> = calls.collect();
    let mut done = 0;
    for call in calls {
        let answer = call.await.expect("it ends").expect("an answer");
        // The others are told so, or to come back.
        assert!(
            [201, 422, 429, 503].contains(&answer.status.as_u16()),
            "{}",
            answer.json()
        );
        done += usize::from(answer.status == 201);
    }
    assert!(done <= 1, "{done} were let through");
    scene.finished(&job).await;
    outcome(&scene.post("custodian", &job, &release).await)
}

pub(super) async fn raced(scene: &Scene) -> String {
    one_of(scene, &[&scene.bureau], 64).await
}

pub(super) async fn two_nodes(scene: &Scene) -> String {
    one_of(scene, &[&scene.bureau, &scene.second], 2).await
}

/// Statements are texts.
#[test]
fn a_changed_statement_differs_in_one_member() {
    let hex = |text: &str| tests::installation::hex(text.as_bytes());
    let offer = json!({"statement": hex("yinxin release v2\ncopies 1 1\nseal 1 a\n")});
    let changed = changed(&offer, "copies", "2");
    let text = octets(&text(&changed, "statement")).expect("octets");
    assert_eq!(text, b"yinxin release v2\ncopies 1 2\nseal 1 a\n");
}
