//! Whatever is outside a mandate is refused by its name, and nothing is signed.

use serde_json::{Value, json};
use server::Call;
use tests::paper::{form, page};
use time::SignedDuration;

use super::super::stage::{databases, keyed, text};
use super::{
    BUREAU, CHILD, ELDER, MATTER, OTHER_MATTER, PRINCIPAL, Scene, WORDS, YOUTH, proxy, refusal,
    signing,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_days_before_and_after_are_outside() {
    for database in databases("days").await {
        let scene = Scene::start(database.as_deref()).await;
        let mut order = proxy("proxy", &scene.proxy);
        order["first"] = json!("2026-07-04");
        order["last"] = json!("2026-07-04");
        let mandate = scene.given(&order).await;
        assert_eq!(mandate["state"], "given");
        let under = Some((&mandate, MATTER));
        let youth = scene.guardian(YOUTH).await;
        assert!(youth.get("last").is_none(), "{youth}");
        let asked = scene.sign(&scene.proxy, WORDS, under);
        scene.refused(asked, "mandate.not-begun").await;
        // 09:00 on the 3rd, where the office is: the 4th begins in fifteen hours and ends in thirty-nine.
        scene.service.wait(SignedDuration::hours(15));
        let first = scene.sign(&scene.proxy, WORDS, under).await;
        assert_eq!(first.status, 201, "{}", first.json());
        scene.service.wait(SignedDuration::seconds(24 * 3_600 - 1));
        let last = scene.sign(&scene.proxy, WORDS, under).await;
        assert_eq!(last.status, 201, "its last second: {}", last.json());
        scene.service.wait(SignedDuration::seconds(1));
        let asked = scene.sign(&scene.proxy, WORDS, under);
        scene.refused(asked, "mandate.ended").await;
        assert_eq!(scene.find(&mandate).await["state"], "ended");
        // The guardian of who comes of age on the 10th.
        let under = Some((&youth, OTHER_MATTER));
        let last = scene.sign(&scene.principal, WORDS, under).await;
        assert_eq!(last.status, 201, "{}", last.json());
        scene.service.wait(SignedDuration::days(5));
        let asked = scene.sign(&scene.principal, WORDS, under);
        scene.refused(asked, "mandate.of-age").await;
        assert_eq!(scene.find(&youth).await["state"], "ended");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_matter_other_words_another_person_and_another_mandate_are_outside() {
    for database in databases("scope").await {
        let scene = Scene::start(database.as_deref()).await;
        let mut order = proxy("agent", &scene.proxy);
        order["intents"] = json!([WORDS]);
        let mandate = scene.given(&order).await;
        let own = Some((&mandate, MATTER));
        let other = Some((&mandate, OTHER_MATTER));
        for (signer, words, under, code) in [
            (&scene.proxy, WORDS, other, "mandate.out-of-scope"),
            (&scene.proxy, "本人放弃申请。", own, "mandate.out-of-scope"),
            (&scene.stranger, WORDS, own, "mandate.other-person"),
            (&scene.principal, WORDS, own, "mandate.other-person"),
        ] {
            let asked = scene.sign(signer, words, under);
            scene.refused(asked, code).await;
        }
        // A case that is kept here says its matter itself.
        let mut two = proxy("agent", &scene.proxy);
        two["matters"] = json!([MATTER, OTHER_MATTER]);
        let two = scene.given(&two).await;
        let asks = super::super::content::Asks {
            account: "applicant-1",
            person: "applicant",
            body: BUREAU,
            capacity: "applicant",
            number: 0,
        };
        let case = "BJ-990102-20260702-00077";
        let event = super::super::content::application(case, MATTER, &asks);
        let taken = scene.ask(Call::post(format!("/v1/cases/{case}/events"), &event));
        assert_eq!(taken.await.status, 200);
        let order = |matter: &str| {
            json!({
                "signer": scene.proxy, "intent": WORDS, "case": case,
                "mandate": {"id": two["mandate"], "matter": matter},
            })
        };
        let asked = scene.ask(form("/v1/signatures", &order(OTHER_MATTER), &page("form")));
        scene.refused(asked, "mandate.other-matter").await;
        let signed = scene
            .ask(form("/v1/signatures", &order(MATTER), &page("form")))
            .await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        let nowhere = json!({"mandate": "0".repeat(32)});
        let asked = scene
            .sign(&scene.proxy, WORDS, Some((&nowhere, MATTER)))
            .await;
        assert_eq!(refusal(&asked), (404, "not-found".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gave_it_and_is_cancelled_or_dead_is_signed_for_no_more() {
    for database in databases("gone").await {
        let scene = Scene::start(database.as_deref()).await;
        let mandate = scene.given(&proxy("proxy", &scene.proxy)).await;
        let under = Some((&mandate, MATTER));
        let cancel = json!({"act": "cancel", "reason": "本人注销"});
        assert_eq!(scene.act(&scene.principal, &cancel).await.status, 200);
        let asked = scene.sign(&scene.proxy, WORDS, under);
        scene.refused(asked, "mandate.principal-cancelled").await;
        let mut both = Vec::new();
        for _ in 0..2 {
            both.push(elder(&scene).await);
        }
        let died = scene.end(&scene.clerk, &both[0], "death").await;
        assert_eq!(died.json()["ending"], "death", "{}", died.json());
        for mandate in &both {
            let asked = scene.sign(&scene.proxy, WORDS, Some((mandate, MATTER)));
            scene.refused(asked, "mandate.principal-dead").await;
        }
        assert_eq!(scene.uses(ELDER.1).await, Vec::<Value>::new());
        let child = scene.guardian_of(CHILD, &scene.proxy).await;
        let ended = scene.end(&scene.clerk, &child, "representative").await;
        assert_eq!(ended.status, 200, "{}", ended.json());
        let asked = scene.sign(&scene.proxy, WORDS, Some((&child, MATTER)));
        scene.refused(asked, "mandate.revoked").await;
    }
}

/// Somebody without a key, by a document.
async fn elder(scene: &Scene) -> Value {
    let mut order = proxy("proxy", &scene.proxy);
    order["principal"] = json!({"name": ELDER.0, "number": ELDER.1});
    order["evidence"] = super::guardian(CHILD, "")["evidence"].clone();
    let mandate = scene.recorded(&scene.clerk, &order).await;
    let ground = json!({"evidence": mandate["evidence"]});
    let given = scene.confirm(&scene.other, &mandate, &ground).await;
    assert_eq!(given.status, 200, "{}", given.json());
    given.json()
}

/// Sixteen who sign at two nodes while it is taken back: whatever was signed was signed before, and stands in the history.
#[tokio::test(flavor = "multi_thread")]
async fn taken_back_while_others_sign_nothing_is_signed_after() {
    for database in databases("races").await {
        let scene = Scene::start(database.as_deref()).await;
        let mandate = scene.given(&proxy("proxy", &scene.proxy)).await;
        let now = scene.service.now();
        let mut signs = Vec::new();
        for place in 0..16 {
            let here = scene.service.at(BUREAU);
            let node = if place % 2 == 0 {
                here
            } else {
                scene.second.clone()
            };
            let call = keyed(signing(&scene.proxy, WORDS, Some((&mandate, MATTER))));
            signs.push(tokio::spawn(async move {
                node.call("approvals", call, now).await
            }));
        }
        let taken = scene.end(&scene.clerk, &mandate, "principal").await;
        let mut answers = Vec::new();
        for one in signs {
            answers.push(one.await.expect("it ends").expect("an answer"));
        }
        assert_eq!(taken.status, 200, "{}", taken.json());
        let entries = scene.service.trace(BUREAU).await;
        let id = text(&mandate, "mandate");
        let ends = |ground: &str| {
            entries
                .iter()
                .position(|one| one.object == id && one.ground == ground)
        };
        let end = ends("mandate.ended").expect("its end");
        let named = format!("mandate={id}");
        let signed: Vec<_> = entries
            .iter()
            .enumerate()
            .filter(|(_, one)| one.deed == "sign" && one.detail.contains(&named))
            .collect();
        assert!(signed.iter().all(|(place, _)| *place < end), "{signed:?}");
        let done = answers.iter().filter(|one| one.status == 201).count();
        assert_eq!(signed.len(), done);
        assert_eq!(scene.uses(PRINCIPAL.1).await.len(), done);
        for answer in answers.iter().filter(|one| one.status != 201) {
            assert_eq!(refusal(answer), (409, "mandate.revoked".to_owned()));
        }
    }
}
