//! Which keys are taken as a person's own, and which doors are then closed to them.

use crypto::KeyAlgorithm;
use serde_json::json;
use server::Call;
use tests::own_token::OwnToken;
use tests::paper::{form, page};

use super::super::signatures::signer_called;
use super::super::stage::{Service, problem};
use super::{OTHER, PERSON, Scene, activate, ask, proven, refusal, services};

fn refused(code: &str) -> (u16, String, String) {
    (422, "certificate.refused".to_owned(), code.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_taken_from_who_holds_it_for_the_identity_that_it_names() {
    for service in services("requests").await {
        let token = OwnToken::with(KeyAlgorithm::EcP256).expect("a key");
        let stranger = OwnToken::with(KeyAlgorithm::EcP256).expect("a key");
        let odd = OwnToken::with(KeyAlgorithm::Ed25519).expect("a key");
        let id = proven(&service, PERSON, "a-key-of-the-person").await;
        let other = proven(&service, OTHER, "a-key-of-the-other").await;
        let good = token.request(&[&id]).expect("a request");
        let cut = good[..good.len() - 1].to_vec();
        for (request, code) in [
            (token.request_by(&stranger, &[&id]), "request.possession"),
            (Ok(cut), "request.malformed"),
            (Ok(Vec::new()), "request.malformed"),
            (token.request(&[&other]), "request.other-identity"),
            (token.request(&[]), "request.other-identity"),
            (token.request(&[&id, &other]), "request.other-identity"),
            (odd.request(&[&id]), "request.key-kind"),
        ] {
            let answer = activate(&service, &id, &request.expect("a request")).await;
            assert_eq!(refusal(&answer), refused(code));
        }
        assert_eq!(
            activate(&service, &id, &good).await.json()["state"],
            "active"
        );
        // The same key for another person, whatever they show.
        let also = token.request(&[&other]).expect("a request");
        let answer = activate(&service, &other, &also).await;
        assert_eq!(refusal(&answer), refused("request.key-known"));
        // The same person in another identity has the same token.
        let again = proven(&service, PERSON, "a-key-of-the-same-person").await;
        let request = token.request(&[&again]).expect("a request");
        assert_eq!(
            activate(&service, &again, &request).await.json()["state"],
            "active"
        );
        let call = Call::get(format!("/v1/signers/{other}/certificate"));
        assert_eq!(problem(&ask(&service, call).await).0, 404);
        let department = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
        let trace = service.office.registry().trace();
        let entries = trace.about(&department, &id, 0).await.expect("answers");
        let denied = entries.iter().filter(|entry| entry.deed == "deny").count();
        assert_eq!(denied, 7);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_signs_where_it_is_and_nowhere_else() {
    let service = Service::start().await;
    let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
    let order = json!({"signer": scene.signer, "intent": "本人确认", "case": ""});
    let call = form("/v1/signatures", &order, &page("form"));
    let here = scene.ask(call.once("a-key-of-a-key-of-ours")).await;
    assert_eq!(problem(&here), (409, "signer.refused".to_owned()));
    let path = format!("/v1/signers/{}/handwriting", scene.signer);
    let strokes = "yinxin strokes 1 800 400\n100,200,0,0 120,190,16,300 140,185,32,420 160,188,48,400 180,200,64,380\n\
        200,100,200,500 202,140,216,510 204,180,232,500 205,220,248,450\n";
    let body = json!({"strokes": strokes}).to_string().into_bytes();
    let put = "PUT".parse().expect("a method");
    let here = scene
        .ask(Call::send(put, &path, "application/json", body))
        .await;
    assert_eq!(problem(&here), (409, "signer.refused".to_owned()));
    let seen = json!({
        "signer": scene.signer, "intent": "本人确认", "case": "",
        "visible": {"page": 1, "x_mm": 30, "y_mm": 40, "handwriting": true},
    });
    let call = form("/v1/signatures/prepared", &seen, &page("form"));
    let none = scene.ask(call.once("a-key-of-no-sample")).await;
    assert_eq!(refusal(&none).2, "signer.handwriting");

    // A key of ours signs nothing elsewhere.
    let ours = signer_called(&scene.service, OTHER, "a-key-of-the-second").await;
    let order = json!({"signer": ours, "intent": "本人确认", "case": ""});
    let call = form("/v1/signatures/prepared", &order, &page("form"));
    let there = scene.ask(call.once("a-key-of-ours-elsewhere")).await;
    assert_eq!(problem(&there), (409, "signer.refused".to_owned()));
    let keys = scene.service.office.keys().list();
    let own = format!("person-{}", scene.signer);
    assert!(
        keys.iter().all(|key| key.id.as_str() != own),
        "no key was made here"
    );
}
