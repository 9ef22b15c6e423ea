//! One person signs for another: as guardian, proxy or agent, within scope and term, and no further (R4, R15, R18).

mod bent;
mod ground;
mod later;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::customer::Customer;
use tests::paper::{form, page};
use time::SignedDuration;

use super::stage::{Person, Service, databases, keyed, text};

const BUREAU: &str = "Q-APR";
const MATTER: &str = "990102-XK-0001";
const OTHER_MATTER: &str = "990102-XK-0006";
const WORDS: &str = "本人确认申请内容真实。";
/// Who is signed for, who signs, and somebody else.
const PRINCIPAL: (&str, &str) = ("林小满", "990102198805210245");
const PROXY: (&str, &str) = ("陈知远", "99010219810705031X");
const STRANGER: (&str, &str) = ("周明月", "990102197909230166");
/// Without a key of their own: an elder, and a child.
const ELDER: (&str, &str) = ("秦长庚", "99010219450312014X");
const CHILD: (&str, &str) = ("林星河", "990102201206010123");
/// Of full age on 10 July 2026.
const YOUTH: (&str, &str) = ("林知夏", "990102200807100138");

/// A service at two nodes, three clerks of whom two are one person, an administrator, and persons who sign.
struct Scene {
    service: Service,
    second: Customer,
    clerk: Person,
    same: Person,
    other: Person,
    administrator: Person,
    principal: String,
    proxy: String,
    stranger: String,
}

impl Scene {
    async fn start(database: Option<&str>) -> Scene {
        let service = Service::international(database).await;
        let clerk =
            async |account, person| service.person((BUREAU, account, person), "clerk").await;
        let (zhou, same) = (
            clerk("zhou.1", "P-ZHOU").await,
            clerk("zhou.2", "P-ZHOU").await,
        );
        let other = clerk("sun.1", "P-SUN").await;
        let administrator = (BUREAU, "li.admin", "P-LI");
        let mut scene = Scene {
            second: service.at(BUREAU),
            clerk: zhou,
            same,
            other,
            administrator: service.person(administrator, "administrator").await,
            principal: String::new(),
            proxy: String::new(),
            stranger: String::new(),
            service,
        };
        scene.principal = scene.signer(PRINCIPAL).await;
        scene.proxy = scene.signer(PROXY).await;
        scene.stranger = scene.signer(STRANGER).await;
        let installation = &scene.service.installation;
        let office = installation.open(scene.service.clock()).await;
        let office = Arc::new(office.expect("it opens"));
        let base = installation.serve(office).await.expect("it serves");
        scene.second = Customer::new(installation, &base, BUREAU);
        scene
    }

    async fn ask(&self, call: Call) -> Answer {
        let bureau = self.service.at(BUREAU);
        let answer = bureau.call("approvals", keyed(call), self.service.now());
        answer.await.expect("an answer")
    }

    async fn asked_by(&self, person: &Person, call: Call) -> Answer {
        self.service.asked_by(person, keyed(call)).await
    }

    /// An active identity whose key is kept here.
    async fn signer(&self, (name, number): (&str, &str)) -> String {
        let person = json!({"name": name, "number": number});
        let taken = self.ask(Call::post("/v1/signers", &person)).await.json();
        let signer = text(&taken, "signer");
        for (act, level) in [("prove", Some("L2")), ("activate", None)] {
            let body = json!({"act": act, "level": level, "reason": "实名核验"});
            assert_eq!(self.act(&signer, &body).await.status, 200);
        }
        signer
    }

    async fn act(&self, signer: &str, body: &Value) -> Answer {
        let call = Call::post(format!("/v1/signers/{signer}/acts"), body);
        self.ask(call).await
    }

    /// A mandate that is written down.
    async fn recorded(&self, by: &Person, order: &Value) -> Value {
        let answer = self.asked_by(by, Call::post("/v1/mandates", order)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()
    }

    async fn confirm(&self, by: &Person, mandate: &Value, ground: &Value) -> Answer {
        let id = text(mandate, "mandate");
        let call = Call::post(format!("/v1/mandates/{id}/confirmation"), ground);
        self.asked_by(by, call).await
    }

    /// A proxy's mandate that its principal signed.
    async fn given(&self, order: &Value) -> Value {
        let mandate = self.recorded(&self.clerk, order).await;
        let words = text(&mandate, "text");
        let signed = self.sign(&self.principal, &words, None).await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        let ground = json!({"authorisation": signed.json()["signature"]});
        let given = self.confirm(&self.clerk, &mandate, &ground).await;
        assert_eq!(given.status, 200, "{}", given.json());
        given.json()
    }

    /// A guardian's, whose document two people looked at.
    async fn guardian(&self, child: (&str, &str)) -> Value {
        self.guardian_of(child, &self.principal).await
    }

    async fn guardian_of(&self, child: (&str, &str), signer: &str) -> Value {
        let order = guardian(child, signer);
        let mandate = self.recorded(&self.clerk, &order).await;
        let ground = json!({"evidence": mandate["evidence"]});
        let given = self.confirm(&self.other, &mandate, &ground).await;
        assert_eq!(given.status, 200, "{}", given.json());
        given.json()
    }

    async fn sign(&self, signer: &str, words: &str, mandate: Option<(&Value, &str)>) -> Answer {
        self.ask(signing(signer, words, mandate)).await
    }

    async fn end(&self, by: &Person, mandate: &Value, wish: &str) -> Answer {
        let id = text(mandate, "mandate");
        let body = json!({"by": wish, "reason": "不再需要"});
        let call = Call::post(format!("/v1/mandates/{id}/end"), &body);
        self.asked_by(by, call).await
    }

    async fn find(&self, mandate: &Value) -> Value {
        let id = text(mandate, "mandate");
        self.ask(Call::get(format!("/v1/mandates/{id}")))
            .await
            .json()
    }

    /// How many signatures were made under mandates of a person, or for them.
    async fn uses(&self, number: &str) -> Vec<Value> {
        let call = Call::post("/v1/mandates/uses", &json!({"number": number}));
        let told = self.ask(call).await.json();
        told.as_array().expect("an array").clone()
    }

    /// The grounds of refusals in the trace, since `from`.
    async fn denied(&self, from: usize) -> Vec<String> {
        let entries = self.service.trace(BUREAU).await.into_iter().skip(from);
        let denied = entries.filter(|entry| entry.deed == "deny");
        denied.map(|entry| entry.ground).collect()
    }

    /// What a rule refuses: its code, one entry in the trace, and no line of the key journal.
    async fn refused(&self, asked: impl Future<Output = Answer>, code: &str) {
        let before = self.service.trace(BUREAU).await.len();
        let answer = asked.await;
        assert_eq!(refusal(&answer), (409, code.to_owned()));
        let entries = self.service.trace(BUREAU).await;
        let after: Vec<_> = entries.iter().skip(before).collect();
        assert!(after.iter().all(|entry| entry.deed != "sign"), "{code}");
        assert_eq!(self.denied(before).await, [code]);
    }
}

fn signing(signer: &str, words: &str, mandate: Option<(&Value, &str)>) -> Call {
    let mut order = json!({"signer": signer, "intent": words, "case": ""});
    if let Some((mandate, matter)) = mandate {
        order["mandate"] = json!({"id": mandate["mandate"], "matter": matter});
    }
    form("/v1/signatures", &order, &page("form"))
}

fn proxy(kind: &str, representative: &str) -> Value {
    json!({
        "kind": kind, "principal": {"name": PRINCIPAL.0, "number": PRINCIPAL.1}, "representative": representative,
        "first": "2026-07-03", "last": "2026-07-31", "matters": [MATTER],
    })
}

fn guardian((name, number): (&str, &str), representative: &str) -> Value {
    json!({
        "kind": "guardian", "principal": {"name": name, "number": number}, "representative": representative,
        "first": "2026-07-03", "evidence": STANDARD.encode(page("出生医学证明")),
    })
}

/// Status of a problem, and the code of its defect.
fn refusal(answer: &Answer) -> (u16, String) {
    let told = answer.json();
    let code = told["defects"][0]["code"].as_str();
    (
        answer.status.as_u16(),
        code.unwrap_or_else(|| told["code"].as_str().unwrap_or_default())
            .to_owned(),
    )
}

async fn verified(scene: &Scene, signature: &Value) -> Value {
    let id = text(signature, "signature");
    let call = Call::get(format!("/v1/signatures/{id}/file"));
    let file = scene.ask(call).await.content.to_vec();
    let call = Call::send(Method::POST, "/v1/verifications", "application/pdf", file);
    scene.service.call(call).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_signs_with_their_own_key_and_the_file_says_for_whom() {
    for database in databases("mandates").await {
        let scene = Scene::start(database.as_deref()).await;
        let mandate = scene.given(&proxy("proxy", &scene.proxy)).await;
        assert_eq!(mandate["state"], "active", "{mandate}");
        assert_eq!(mandate["principal"]["name"], "林**", "{mandate}");
        let under = Some((&mandate, MATTER));
        let signed = scene.sign(&scene.proxy, WORDS, under).await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        let signed = signed.json();
        let words = format!("{WORDS}{}", text(&mandate, "clause"));
        assert!(words.contains("陈知远作为林小满的代理人"), "{words}");
        assert_eq!(signed["signed"]["intent"], words);
        assert_eq!(signed["signed"]["by"]["name"], PROXY.0, "the key's person");
        assert_eq!(signed["mandate"], mandate["mandate"]);
        let report = verified(&scene, &signed).await;
        let found = &report["signatures"][0];
        assert_eq!(found["verdict"], "valid", "{report}");
        assert_eq!(found["intent"], words);
        let role = found["roles"][0].as_str().expect("a role");
        assert!(role.starts_with("林小满的代理人"), "{role}");
        assert!(role.ends_with(&text(&mandate, "mandate")), "{role}");
        // Both see it in their history, and nobody else.
        for (number, count) in [(PRINCIPAL.1, 1), (PROXY.1, 1), (STRANGER.1, 0)] {
            let uses = scene.uses(number).await;
            assert_eq!(uses.len(), count, "{uses:?}");
            if let Some(one) = uses.first() {
                let of = (&one["signature"], &one["matter"], &one["kind"]);
                let expected = (&signed["signature"], &json!(MATTER), &json!("proxy"));
                assert_eq!(of, expected);
            }
        }
        ends(&scene, &mandate, &signed).await;
    }
}

/// Taken back at the principal's wish: refused at both nodes at once, and what was signed before stays good (R4).
async fn ends(scene: &Scene, mandate: &Value, signed: &Value) {
    let ended = scene.end(&scene.administrator, mandate, "principal").await;
    assert_eq!(
        (ended.status.as_u16(), &ended.json()["state"]),
        (200, &json!("revoked"))
    );
    let under = Some((mandate, MATTER));
    let asked = scene.sign(&scene.proxy, WORDS, under);
    scene.refused(asked, "mandate.revoked").await;
    let there = async {
        let call = keyed(signing(&scene.proxy, WORDS, under));
        let answer = scene.second.call("approvals", call, scene.service.now());
        answer.await.expect("an answer")
    };
    scene.refused(there, "mandate.revoked").await;
    let again = scene.end(&scene.clerk, mandate, "principal").await;
    assert_eq!(refusal(&again), (409, "mandate.revoked".to_owned()));
    // By identifier, a page at a time, for both people.
    let second = scene.given(&proxy("agent", &scene.stranger)).await;
    let mut all = [text(mandate, "mandate"), text(&second, "mandate")];
    all.sort();
    let mut listed: Vec<String> = Vec::new();
    for _ in 0..3 {
        let after = listed.last().cloned().unwrap_or_default();
        let body = json!({"number": PRINCIPAL.1, "after": after, "limit": 1});
        let page = scene.ask(Call::post("/v1/mandates/search", &body)).await;
        let page = page.json();
        let page = page.as_array().expect("an array");
        listed.extend(page.iter().map(|one| text(one, "mandate")));
    }
    assert_eq!(listed, all);
    scene.service.wait(SignedDuration::days(2));
    let report = verified(scene, signed).await;
    assert_eq!(report["signatures"][0]["verdict"], "valid", "{report}");
    assert_eq!(scene.uses(PRINCIPAL.1).await.len(), 1);
}
