//! What shows that somebody may sign for another: the person's own signature, or a document that two people looked at.

use serde_json::{Value, json};
use server::Call;
use tests::paper::{form, page};

use super::super::stage::{databases, text};
use super::{CHILD, ELDER, MATTER, PRINCIPAL, PROXY, Scene, WORDS, guardian, proxy, refusal};

#[tokio::test(flavor = "multi_thread")]
async fn another_text_another_person_and_a_signature_for_somebody_else_authorise_nothing() {
    for database in databases("grounds").await {
        let scene = Scene::start(database.as_deref()).await;
        let order = proxy("proxy", &scene.proxy);
        let mandate = scene.recorded(&scene.clerk, &order).await;
        let under = Some((&mandate, MATTER));
        let asked = scene.sign(&scene.proxy, WORDS, under);
        scene.refused(asked, "mandate.not-confirmed").await;
        let other = scene.recorded(&scene.clerk, &order).await;
        let words = text(&mandate, "text");
        assert!(
            words.contains(MATTER) && words.contains("2026-07-31"),
            "{words}"
        );
        // The text of another mandate, one that was bent, and the right one by another person.
        let bent = words.replace("2026-07-31", "2026-12-31");
        for (signer, words) in [
            (&scene.principal, text(&other, "text")),
            (&scene.principal, bent),
            (&scene.proxy, words.clone()),
        ] {
            let signed = scene.sign(signer, &words, None).await.json();
            let ground = json!({"authorisation": signed["signature"]});
            let asked = scene.confirm(&scene.clerk, &mandate, &ground);
            scene.refused(asked, "mandate.authorisation").await;
        }
        let nothing = json!({"authorisation": "0".repeat(32)});
        let asked = scene.confirm(&scene.clerk, &mandate, &nothing);
        scene.refused(asked, "mandate.authorisation").await;
        chained(&scene).await;
        // The person's own; once.
        let signed = scene.sign(&scene.principal, &words, None).await.json();
        let ground = json!({"authorisation": signed["signature"]});
        let given = scene.confirm(&scene.clerk, &mandate, &ground).await;
        assert_eq!(given.json()["state"], "active", "{}", given.json());
        let asked = scene.confirm(&scene.clerk, &mandate, &ground);
        scene.refused(asked, "mandate.confirmed").await;
    }
}

/// An agent of the principal signs, for the principal, that somebody else may sign for the principal.
async fn chained(scene: &Scene) {
    let agent = scene.given(&proxy("agent", &scene.proxy)).await;
    let further = scene
        .recorded(&scene.clerk, &proxy("agent", &scene.stranger))
        .await;
    let words = text(&further, "text");
    let signed = scene.sign(&scene.proxy, &words, Some((&agent, MATTER)));
    let signed = signed.await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    let ground = json!({"authorisation": signed.json()["signature"]});
    let asked = scene.confirm(&scene.clerk, &further, &ground);
    scene.refused(asked, "mandate.chained").await;
    let asked = scene.sign(&scene.stranger, WORDS, Some((&further, MATTER)));
    scene.refused(asked, "mandate.not-confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_brought_by_one_person_and_reviewed_by_another() {
    for database in databases("evidence").await {
        let scene = Scene::start(database.as_deref()).await;
        let order = guardian(CHILD, &scene.principal);
        let mandate = scene.recorded(&scene.clerk, &order).await;
        assert_eq!(
            (&mandate["state"], mandate.get("text")),
            (&json!("recorded"), None)
        );
        let id = text(&mandate, "mandate");
        let shown = Call::get(format!("/v1/mandates/{id}/evidence"));
        let shown = scene.asked_by(&scene.other, shown).await;
        assert_eq!(shown.content.to_vec(), page("出生医学证明"));
        let ground = json!({"evidence": mandate["evidence"]});
        for by in [&scene.clerk, &scene.same] {
            let asked = scene.confirm(by, &mandate, &ground);
            scene.refused(asked, "mandate.same-person").await;
        }
        let other = json!({"evidence": "00".repeat(32)});
        let asked = scene.confirm(&scene.other, &mandate, &other);
        scene.refused(asked, "mandate.other-evidence").await;
        let machine = async {
            let call = Call::post(format!("/v1/mandates/{id}/confirmation"), &ground);
            scene.ask(call).await
        };
        scene.refused(machine, "mandate.machine").await;
        let signed = scene.sign(&scene.principal, WORDS, None).await.json();
        let signature = json!({"authorisation": signed["signature"]});
        let asked = scene.confirm(&scene.other, &mandate, &signature);
        scene.refused(asked, "mandate.authorisation").await;
        let given = scene.confirm(&scene.other, &mandate, &ground).await;
        assert_eq!(given.json()["state"], "active", "{}", given.json());
        let signed = scene
            .sign(&scene.principal, WORDS, Some((&given.json(), MATTER)))
            .await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        let words = text(&signed.json()["signed"], "intent");
        assert!(words.contains("林小满作为林星河的监护人"), "{words}");
        without_a_key(&scene).await;
    }
}

/// Who has a key says it with that; who has none by a document, or with a key that is made for it at a window.
async fn without_a_key(scene: &Scene) {
    let evidence = guardian(CHILD, "")["evidence"].clone();
    let mut order = proxy("proxy", &scene.proxy);
    order["evidence"] = evidence;
    let mandate = scene.recorded(&scene.clerk, &order).await;
    let ground = json!({"evidence": mandate["evidence"]});
    let asked = scene.confirm(&scene.other, &mandate, &ground);
    scene.refused(asked, "mandate.ground").await;
    order["principal"] = json!({"name": ELDER.0, "number": ELDER.1});
    let mandate = scene.recorded(&scene.clerk, &order).await;
    let ground = json!({"evidence": mandate["evidence"]});
    let given = scene.confirm(&scene.other, &mandate, &ground).await;
    assert_eq!(given.status, 200, "{}", given.json());
    let mandate = scene.recorded(&scene.clerk, &order).await;
    let at_window = json!({
        "name": ELDER.0, "number": ELDER.1, "level": "L2", "means": "身份证与本人比对",
        "intent": mandate["text"], "case": "",
    });
    let call = form("/v1/pad-signatures", &at_window, &page("授权书"));
    let signed = scene.ask(call).await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    let ground = json!({"authorisation": signed.json()["signature"]});
    let given = scene.confirm(&scene.clerk, &mandate, &ground).await;
    assert_eq!(given.json()["state"], "active", "{}", given.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_mandate_is_not_written_down() {
    for database in databases("planned").await {
        let scene = Scene::start(database.as_deref()).await;
        let good = proxy("proxy", &scene.proxy);
        let with = |name: &str, value: Value| {
            let mut order = good.clone();
            order[name] = value;
            order
        };
        let child = json!({"name": CHILD.0, "number": CHILD.1});
        let mut bare = guardian(CHILD, &scene.principal);
        bare["evidence"] = Value::Null;
        for (order, code) in [
            (with("last", Value::Null), "mandate.term"),
            (with("last", json!("2026-07-02")), "mandate.term"),
            (with("last", json!("2031-12-31")), "mandate.term"),
            (with("matters", json!([])), "mandate.scope"),
            (with("intents", json!(["长".repeat(900)])), "mandate.scope"),
            (
                with("representative", json!(scene.principal)),
                "mandate.one-person",
            ),
            (with("principal", child), "mandate.minor"),
            (guardian(ELDER, &scene.principal), "mandate.of-age"),
            (guardian(PRINCIPAL, &scene.proxy), "mandate.of-age"),
            (bare, "mandate.ground"),
        ] {
            let asked = scene.asked_by(&scene.clerk, Call::post("/v1/mandates", &order));
            scene.refused(asked, code).await;
        }
        let machine = scene.ask(Call::post(
            "/v1/mandates",
            &guardian(CHILD, &scene.principal),
        ));
        scene.refused(machine, "mandate.machine").await;
        let unknown = with("representative", json!("0".repeat(32)));
        let unknown = scene
            .asked_by(&scene.clerk, Call::post("/v1/mandates", &unknown))
            .await;
        assert_eq!(refusal(&unknown), (404, "not-found".to_owned()));
        let body = json!({"number": PROXY.1});
        let listed = scene.ask(Call::post("/v1/mandates/search", &body)).await;
        assert_eq!(listed.json(), json!([]), "nothing of it is left");
        // Another department has none of it.
        let mandate = scene.given(&good).await;
        let id = text(&mandate, "mandate");
        let other = tests::cases::case("DRUG", 1).expect("a case");
        let stranger = scene.service.at(&text(&other, "issuer"));
        for call in [
            Call::get(format!("/v1/mandates/{id}")),
            Call::post(
                format!("/v1/mandates/{id}/end"),
                &json!({"by": "principal", "reason": "撤"}),
            ),
        ] {
            let call = super::keyed(call);
            let answer = stranger.call("approvals", call, scene.service.now()).await;
            assert_eq!(answer.expect("an answer").status, 404);
        }
    }
}
