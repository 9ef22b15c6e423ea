//! A person with a token of their own signs as one of several.

use crypto::KeyAlgorithm;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::paper::{form, page};
use time::format_description::well_known::Rfc3339;

use super::super::signatures::{signer_called, verified};
use super::{OTHER, Scene, refusal, services};

const ROLES: [&str; 2] = ["撰稿人", "审稿人"];
const INTENT: &str = "本人确认本文件。";

/// A document that the one with a token and another sign.
struct Round {
    scene: Scene,
    id: String,
    signers: [String; 2],
}

impl Round {
    async fn of(scene: Scene, order: &str) -> Round {
        let other = signer_called(&scene.service, OTHER, "a-key-of-the-second").await;
        let signers = [other, scene.signer.clone()];
        let deadline = scene.service.now() + time::Duration::minutes(10);
        let deadline = deadline.replace_nanosecond(0).expect("a moment");
        let roles = ROLES.iter().zip(&signers);
        let roles: Vec<Value> = roles
            .map(|(role, signer)| json!({"role": role, "signer": signer, "intent": INTENT}))
            .collect();
        let plan = json!({
            "case": "BJ-990102-20260608-00017", "order": order, "roles": roles,
            "deadline": deadline.format(&Rfc3339).expect("written"),
        });
        let call = form("/v1/signings", &plan, &page("form"));
        let begun = scene.ask(call.once("a-key-of-the-signing")).await;
        let id = begun.json()["signing"].as_str().expect("an id").to_owned();
        Round { scene, id, signers }
    }

    async fn told(&self) -> Value {
        let call = Call::get(format!("/v1/signings/{}", self.id));
        self.scene.ask(call).await.json()
    }

    async fn shown(&self, place: usize) -> Value {
        json!({
            "role": ROLES[place], "signer": self.signers[place], "document": self.told().await["file_digest"],
            "intent": INTENT,
        })
    }

    /// The one whose key is kept here.
    async fn other_signs(&self) {
        let path = format!("/v1/signings/{}/signatures", self.id);
        let call = Call::post(path, &self.shown(0).await).once("a-key-of-the-other");
        let signed = self.scene.ask(call).await;
        assert_eq!(signed.status, 201, "{}", signed.json());
    }

    async fn prepare(&self, shown: &Value, key: &str) -> Answer {
        let path = format!("/v1/signings/{}/prepared", self.id);
        self.scene.ask(Call::post(path, shown).once(key)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_ones_own_signs_in_its_turn_over_what_the_others_signed() {
    for service in services("turn").await {
        let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
        let round = Round::of(scene, "ordered").await;
        let early = round
            .prepare(&round.shown(1).await, "a-key-of-who-is-early")
            .await;
        assert_eq!(refusal(&early).2, "signing.out-of-order");
        round.other_signs().await;
        let mut words = round.shown(1).await;
        words["intent"] = json!("别的意思");
        let other = round.prepare(&words, "a-key-of-other-words").await;
        assert_eq!(refusal(&other).2, "signing.other-intent");
        let prepared = round
            .prepare(&round.shown(1).await, "a-key-of-the-turn")
            .await;
        assert_eq!(prepared.status, 201, "{}", prepared.json());
        let prepared = prepared.json();
        // Nobody waits for who has it in their hands, and it does not outlive the deadline.
        assert_eq!(prepared["until"], round.told().await["deadline"]);
        let value = round.scene.value(&prepared);
        let signed = round
            .scene
            .finish(&prepared, &value, "a-key-of-the-value")
            .await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        assert_eq!(round.told().await["state"], "complete");
        let call = Call::get(format!("/v1/signings/{}/file", round.id));
        let file = round.scene.ask(call).await.content.to_vec();
        let report = verified(&round.scene.service, file).await;
        assert_eq!(report["verdict"], "valid", "{report}");
        let signatures = report["signatures"].as_array().expect("signatures");
        let roles: Vec<&Value> = signatures.iter().map(|one| &one["roles"][0]).collect();
        assert_eq!(roles, ROLES);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_signed_or_declined_meanwhile_has_to_be_prepared_anew() {
    for service in services("meanwhile").await {
        let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
        let round = Round::of(scene, "parallel").await;
        let before = round
            .prepare(&round.shown(1).await, "a-key-of-what-was-before")
            .await;
        assert_eq!(before.status, 201, "{}", before.json());
        let before = before.json();
        round.other_signs().await;
        let value = round.scene.value(&before);
        let moved = round
            .scene
            .finish(&before, &value, "a-key-of-what-moved")
            .await;
        assert_eq!(refusal(&moved).2, "signing.other-document");
        assert_eq!(
            round.scene.traced(&before, "deny").await,
            ["signing.other-document"]
        );
        let anew = round
            .prepare(&round.shown(1).await, "a-key-of-what-is-anew")
            .await
            .json();
        let path = format!("/v1/signings/{}/refusals", round.id);
        let body = json!({"role": ROLES[1], "signer": round.signers[1], "reason": "数据有误"});
        let call = Call::post(path, &body).once("a-key-of-the-refusal");
        assert_eq!(round.scene.ask(call).await.json()["state"], "declined");
        let value = round.scene.value(&anew);
        let late = round
            .scene
            .finish(&anew, &value, "a-key-after-the-refusal")
            .await;
        assert_eq!(refusal(&late).2, "signing.declined");
        assert_eq!(round.scene.signatures().await, 1);
    }
}
