//! A mandate is asked for twice where something lies between: what a token signs elsewhere, a role among several, a page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::KeyAlgorithm;
use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tests::own_token::OwnToken;
use tests::paper::{form, page};
use time::SignedDuration;

use super::super::stage::{databases, keyed, text};
use super::{
    CHILD, ELDER, MATTER, OTHER_MATTER, PROXY, STRANGER, Scene, WORDS, proxy, refusal, verified,
};

/// The proxy's own token, and the identity of its key.
async fn with_token(scene: &Scene) -> (OwnToken, String) {
    let person = json!({"name": PROXY.0, "number": PROXY.1});
    let taken = scene.ask(Call::post("/v1/signers", &person)).await.json();
    let signer = text(&taken, "signer");
    let prove = json!({"act": "prove", "level": "L2", "reason": "实名核验"});
    assert_eq!(scene.act(&signer, &prove).await.status, 200);
    let token = OwnToken::with(KeyAlgorithm::EcP256).expect("a key");
    let request = STANDARD.encode(token.request(&[&signer]).expect("a request"));
    let activate = json!({"act": "activate", "reason": "本人持有介质", "request": request});
    assert_eq!(scene.act(&signer, &activate).await.status, 200);
    (token, signer)
}

async fn prepared(scene: &Scene, signer: &str, mandate: &Value) -> Answer {
    let order = json!({
        "signer": signer, "intent": WORDS, "case": "",
        "mandate": {"id": mandate["mandate"], "matter": MATTER},
    });
    let call = form("/v1/signatures/prepared", &order, &page("form"));
    scene.ask(call).await
}

async fn finished(scene: &Scene, token: &OwnToken, prepared: &Value) -> Answer {
    let value = token.signs(prepared).expect("signed");
    let value = json!({
        "value": STANDARD.encode(value), "algorithm": prepared["algorithm"], "document": prepared["document"],
    });
    let handle = text(prepared, "prepared");
    let path = format!("/v1/signatures/prepared/{handle}/value");
    scene.ask(Call::post(path, &value)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn taken_back_between_the_octets_and_their_value_the_value_is_refused() {
    for database in databases("octets").await {
        let scene = Scene::start(database.as_deref()).await;
        let (token, signer) = with_token(&scene).await;
        let mandate = scene.given(&proxy("proxy", &scene.proxy)).await;
        let first = prepared(&scene, &signer, &mandate).await;
        assert_eq!(first.status, 201, "{}", first.json());
        let second = prepared(&scene, &signer, &mandate).await.json();
        let signed = finished(&scene, &token, &first.json()).await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        let report = verified(&scene, &signed.json()).await;
        let found = &report["signatures"][0];
        let words = format!("{WORDS}{}", text(&mandate, "clause"));
        assert_eq!(
            (&found["verdict"], &found["intent"]),
            (&json!("valid"), &json!(words))
        );
        assert!(
            found["roles"][0]
                .as_str()
                .is_some_and(|role| role.starts_with("林小满的代理人"))
        );
        assert_eq!(scene.uses(PROXY.1).await.len(), 1);
        assert_eq!(
            scene.end(&scene.clerk, &mandate, "principal").await.status,
            200
        );
        let asked = finished(&scene, &token, &second);
        scene.refused(asked, "mandate.revoked").await;
        let asked = prepared(&scene, &signer, &mandate);
        scene.refused(asked, "mandate.revoked").await;
        assert_eq!(scene.uses(PROXY.1).await.len(), 1);
    }
}

/// Two roles: the proxy's, under a mandate, and somebody else's own.
fn round(scene: &Scene, (mandate, matter): (&Value, &str)) -> Call {
    let order = json!({
        "order": "parallel", "deadline": "2026-07-31T00:00:00Z", "roles": [
            {"role": "申请人", "signer": scene.proxy, "intent": WORDS, "mandate": {"id": mandate["mandate"], "matter": matter}},
            {"role": "见证人", "signer": scene.stranger, "intent": "本人见证"},
        ],
    });
    form("/v1/signings", &order, &page("form"))
}

fn seat(round: &Value, signer: &str, words: &Value) -> Call {
    let body = json!({
        "role": "申请人", "signer": signer, "document": round["file_digest"], "intent": words,
    });
    Call::post(
        format!("/v1/signings/{}/signatures", text(round, "signing")),
        &body,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_signed_for_another_in_the_words_that_were_shown_and_while_the_mandate_holds() {
    for database in databases("roles_for_others").await {
        let scene = Scene::start(database.as_deref()).await;
        let mandate = scene.given(&proxy("proxy", &scene.proxy)).await;
        let asked = scene.ask(round(&scene, (&mandate, OTHER_MATTER)));
        scene.refused(asked, "mandate.out-of-scope").await;
        let begun = scene.ask(round(&scene, (&mandate, MATTER))).await;
        assert_eq!(begun.status, 200, "{}", begun.json());
        let begun = begun.json();
        let words = &begun["roles"][0]["intent"];
        assert_eq!(begun["roles"][0]["mandate"], mandate["mandate"]);
        assert!(
            words
                .as_str()
                .is_some_and(|words| words.contains("作为林小满的代理人"))
        );
        // The words without whom it is for are other words.
        let asked = scene.ask(seat(&begun, &scene.proxy, &json!(WORDS)));
        scene.refused(asked, "mandate.words").await;
        let other = words.as_str().expect("words").replace("真实", "属实");
        let asked = scene.ask(seat(&begun, &scene.proxy, &json!(other))).await;
        assert_eq!(refusal(&asked), (409, "signing.other-intent".to_owned()));
        let signed = scene.ask(seat(&begun, &scene.proxy, words)).await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        let report = verified(&scene, &signed.json()).await;
        let found = &report["signatures"][0];
        assert_eq!(
            (&found["intent"], &found["roles"][0]),
            (words, &json!("申请人"))
        );
        assert_eq!(scene.uses(PROXY.1).await.len(), 1);
        let begun = scene.ask(round(&scene, (&mandate, MATTER))).await.json();
        assert_eq!(
            scene.end(&scene.clerk, &mandate, "principal").await.status,
            200
        );
        let asked = scene.ask(seat(&begun, &scene.proxy, words));
        scene.refused(asked, "mandate.revoked").await;
        let decline = json!({"role": "申请人", "signer": scene.proxy, "reason": "不同意"});
        let path = format!("/v1/signings/{}/refusals", text(&begun, "signing"));
        let asked = scene.ask(Call::post(path, &decline));
        scene.refused(asked, "mandate.revoked").await;
        let asked = scene.ask(round(&scene, (&mandate, MATTER)));
        scene.refused(asked, "mandate.revoked").await;
        assert_eq!(scene.uses(PROXY.1).await.len(), 1);
    }
}

fn at_page((name, number): (&str, &str), mandate: &Value) -> Call {
    let order = json!({
        "name": name, "number": number, "level": "L2", "proof": "channel", "means": "预留手机号",
        "intent": WORDS, "intent_en": "I confirm it.", "mandate": {"id": mandate["mandate"], "matter": MATTER},
    });
    form("/v1/pads", &order, &page("form"))
}

/// A page as its guest's device has it: where it is, and the cookie.
struct Guest {
    path: String,
    origin: String,
    cookie: String,
    document: String,
}

impl Guest {
    async fn comes(scene: &Scene, made: &Value) -> Guest {
        let link = text(made, "link");
        let at = link.find("/s/").expect("a page");
        let (origin, path) = link.split_at(at);
        let mut guest = Guest {
            path: path.to_owned(),
            origin: origin.to_owned(),
            cookie: String::new(),
            document: text(made, "document"),
        };
        let opened = guest
            .send(scene, "", format!("code={}", text(made, "code")))
            .await;
        assert_eq!(opened.status, 303);
        let cookie = opened.headers["set-cookie"].to_str().expect("a cookie");
        guest.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        guest
    }

    async fn send(&self, scene: &Scene, below: &str, content: String) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        let path = format!("{}{below}", self.path);
        let call = Call::send(Method::POST, path, kind, content.into_bytes());
        let call = call.field("origin", self.origin.clone());
        self.call(scene, call).await
    }

    async fn call(&self, scene: &Scene, call: Call) -> Answer {
        let call = call.field("cookie", self.cookie.clone());
        let device = Client::anonymous(&scene.service.base);
        let answer = device.call(call, scene.service.now()).await;
        answer.expect("an answer")
    }

    async fn signs(&self, scene: &Scene) -> Answer {
        let content = format!("document={}&read=yes", self.document);
        self.send(scene, "/signature?lang=en", content).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_for_whom_and_signs_while_the_mandate_holds() {
    for database in databases("pages_for_others").await {
        let scene = Scene::start(database.as_deref()).await;
        let child = scene.guardian(CHILD).await;
        let asked = scene.ask(at_page(STRANGER, &child));
        scene.refused(asked, "mandate.other-person").await;
        let parent = super::PRINCIPAL;
        let made = scene.ask(at_page(parent, &child)).await;
        assert_eq!(made.status, 201, "{}", made.json());
        let made = made.json();
        let guest = Guest::comes(&scene, &made).await;
        let shown = guest.call(&scene, Call::get(guest.path.clone())).await;
        let shown = String::from_utf8_lossy(&shown.content).into_owned();
        assert!(shown.contains("林小满作为林星河的监护人"), "{shown}");
        let english = Call::get(format!("{}?lang=en", guest.path));
        let english = guest.call(&scene, english).await;
        let english = String::from_utf8_lossy(&english.content).into_owned();
        assert!(english.contains("as guardian of 林星河"), "{english}");
        let signed = guest.signs(&scene).await;
        assert_eq!(
            signed.status,
            303,
            "{}",
            String::from_utf8_lossy(&signed.content)
        );
        let state = Call::get(format!("/v1/pads/{}", text(&made, "pad")));
        let told = scene.ask(state).await.json();
        assert_eq!(told["state"], "signed", "{told}");
        let report = verified(&scene, &told).await;
        let words = report["signatures"][0]["intent"].as_str().expect("words");
        assert!(words.contains("林小满作为林星河的监护人") && words.contains("as guardian of"));
        assert_eq!(scene.uses(CHILD.1).await.len(), 1);
        ended(&scene, &child).await;
    }
}

/// A page that was made before the mandate was taken back signs nothing after it; nor does a window.
async fn ended(scene: &Scene, child: &Value) {
    let parent = super::PRINCIPAL;
    let made = scene.ask(at_page(parent, child)).await.json();
    let guest = Guest::comes(scene, &made).await;
    scene.service.wait(SignedDuration::minutes(1));
    assert_eq!(
        scene.end(&scene.clerk, child, "department").await.status,
        200
    );
    let before = scene.service.trace(super::BUREAU).await.len();
    let refused = guest.signs(scene).await;
    assert_ne!(refused.status, 303);
    assert_eq!(scene.denied(before).await, ["mandate.revoked"]);
    let told = scene.ask(Call::get(format!("/v1/pads/{}", text(&made, "pad"))));
    assert_eq!(told.await.json()["state"], "open");
    let order = json!({
        "name": parent.0, "number": parent.1, "level": "L2", "means": "身份证与本人比对", "intent": WORDS, "case": "",
        "mandate": {"id": child["mandate"], "matter": MATTER},
    });
    let window = keyed(form("/v1/pad-signatures", &order, &page("form")));
    scene.refused(scene.ask(window), "mandate.revoked").await;
    assert_eq!(scene.uses(CHILD.1).await.len(), 1);
    assert_eq!(scene.uses(ELDER.1).await.len(), 0);
}
