//! A person signs with a key in a token of their own: prepared here, signed there, finished here, once.

mod between;
mod outside;
mod requests;
mod together;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::KeyAlgorithm;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::own_token::OwnToken;
use tests::paper::{form, page};

use super::signatures::{act, verified};
use super::stage::{Service, problem};

pub(super) const PERSON: (&str, &str) = ("林小满", "990102198805210245");
pub(super) const OTHER: (&str, &str) = ("陈知远", "99010219810705031X");
const INTENT: &str = "本人确认申请表所填内容真实，并申请办理本事项。";

/// A service, and a person with a token of their own.
pub(super) struct Scene {
    pub(super) service: Service,
    pub(super) token: OwnToken,
    pub(super) signer: String,
}

/// A file, and a database of the server that is given.
pub(super) async fn services(name: &str) -> Vec<Service> {
    let mut found = vec![Service::start().await];
    if let Some(server) = tests::databases::Server::expected() {
        let name = format!("elsewhere_{name}_{}", std::process::id());
        let made = server.make(&name, None).await.expect("a database");
        found.push(Service::start_in(Some(&made)).await);
    }
    found
}

impl Scene {
    pub(super) async fn of(service: Service, kind: KeyAlgorithm) -> Scene {
        let token = OwnToken::with(kind).expect("a key");
        let signer = own_signer(&service, PERSON, &token).await;
        Scene {
            service,
            token,
            signer,
        }
    }

    pub(super) async fn ask(&self, call: Call) -> Answer {
        ask(&self.service, call).await
    }

    pub(super) async fn prepare(&self, key: &str) -> Answer {
        let order = json!({
            "signer": self.signer, "intent": INTENT, "case": "BJ-990102-20260608-00017",
            "visible": {"page": 1, "x_mm": 30.5, "y_mm": 40.25},
        });
        let call = form("/v1/signatures/prepared", &order, &page("form"));
        self.ask(call.once(key)).await
    }

    pub(super) async fn prepared(&self, key: &str) -> Value {
        let answer = self.prepare(key).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()
    }

    /// What the token answers, as a client of the API sends it.
    pub(super) fn value(&self, prepared: &Value) -> Value {
        value(prepared, &self.token.signs(prepared).expect("signed"))
    }

    pub(super) async fn finish(&self, prepared: &Value, value: &Value, key: &str) -> Answer {
        let handle = prepared["prepared"].as_str().expect("a handle");
        let path = format!("/v1/signatures/prepared/{handle}/value");
        self.ask(Call::post(path, value).once(key)).await
    }

    pub(super) async fn told(&self, prepared: &Value) -> Value {
        let handle = prepared["prepared"].as_str().expect("a handle");
        let call = Call::get(format!("/v1/signatures/prepared/{handle}"));
        self.ask(call).await.json()
    }

    /// Grounds of the entries of a deed about what was prepared.
    pub(super) async fn traced(&self, prepared: &Value, deed: &str) -> Vec<String> {
        let department = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
        let trace = self.service.office.registry().trace();
        let object = prepared["prepared"].as_str().expect("a handle");
        let entries = trace.about(&department, object, 0).await.expect("answers");
        let of = entries.into_iter().filter(|entry| entry.deed == deed);
        of.map(|entry| entry.ground).collect()
    }

    /// How many signatures the register has of the case.
    pub(super) async fn signatures(&self) -> usize {
        let department = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
        let signers = self.service.office.registry().signers();
        let case = "BJ-990102-20260608-00017";
        signers
            .of_case(&department, case)
            .await
            .expect("answers")
            .len()
    }
}

pub(super) fn value(prepared: &Value, octets: &[u8]) -> Value {
    json!({
        "value": STANDARD.encode(octets), "algorithm": prepared["algorithm"], "document": prepared["document"],
    })
}

pub(super) async fn ask(service: &Service, call: Call) -> Answer {
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

/// An identity that is proven.
pub(super) async fn proven(service: &Service, (name, number): (&str, &str), key: &str) -> String {
    let body = json!({"name": name, "number": number});
    let taken = ask(service, Call::post("/v1/signers", &body).once(key)).await;
    let id = taken.json()["signer"].as_str().expect("an id").to_owned();
    assert_eq!(act(service, &id, "prove").await.status, 200);
    id
}

pub(super) async fn activate(service: &Service, signer: &str, request: &[u8]) -> Answer {
    let body =
        json!({"act": "activate", "reason": "本人持有介质", "request": STANDARD.encode(request)});
    let call = Call::post(format!("/v1/signers/{signer}/acts"), &body);
    ask(service, call.once("a-key-nobody-looks-at")).await
}

/// An identity whose key is in the token.
pub(crate) async fn own_signer(
    service: &Service,
    person: (&str, &str),
    token: &OwnToken,
) -> String {
    let key = format!("a-key-of-the-owner-{}", person.1);
    let id = proven(service, person, &key).await;
    let request = token.request(&[&id]).expect("a request");
    let active = activate(service, &id, &request).await;
    let told = active.json();
    assert_eq!(
        (&told["state"], &told["key"]),
        (&json!("active"), &json!("person")),
        "{told}"
    );
    id
}

/// The code of a refusal, and of its ground.
pub(super) fn refusal(answer: &Answer) -> (u16, String, String) {
    let (status, code) = problem(answer);
    let ground = answer.json()["defects"][0]["code"].clone();
    (status, code, ground.as_str().unwrap_or_default().to_owned())
}

pub(super) fn prepared_refused(code: &str) -> (u16, String, String) {
    (409, "prepared.refused".to_owned(), code.to_owned())
}

async fn file(scene: &Scene, signature: &Value) -> Vec<u8> {
    let id = signature["signature"].as_str().expect("an id");
    let call = Call::get(format!("/v1/signatures/{id}/file"));
    scene.ask(call).await.content.to_vec()
}

/// r and s one after the other, of an ECDSA signature in DER.
fn plain(der: &[u8], width: usize) -> Vec<u8> {
    let mut parts = asn1::Reader::single(der, asn1::Tag::SEQUENCE)
        .and_then(|sequence| sequence.reader())
        .expect("a sequence");
    let mut out = Vec::new();
    for _ in 0..2 {
        let number = parts.expect(asn1::Tag::INTEGER).expect("a number");
        let octets = number.content();
        let octets = &octets[octets.len().saturating_sub(width)..];
        out.extend(std::iter::repeat_n(0, width - octets.len()));
        out.extend_from_slice(octets);
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_ones_own_signs_as_a_key_of_ours_does() {
    for service in services("signs").await {
        signs(Scene::of(service, KeyAlgorithm::EcP256).await, false).await;
    }
    let service = Service::start().await;
    signs(Scene::of(service, KeyAlgorithm::EcP384).await, true).await;
}

async fn signs(scene: Scene, in_plain: bool) {
    let prepared = scene.prepared("a-key-of-what-is-prepared").await;
    assert_eq!(
        scene.prepared("a-key-of-what-is-prepared").await,
        prepared,
        "one request, one handle"
    );
    assert_eq!(scene.told(&prepared).await, prepared);
    assert_eq!(
        (&prepared["state"], &prepared["intent"]),
        (&json!("waits"), &json!(INTENT))
    );
    let octets = STANDARD.decode(prepared["to_be_signed"].as_str().expect("octets"));
    let octets = octets.expect("Base64");
    let mut value = scene.value(&prepared);
    if in_plain {
        let der = scene.token.sign(&octets).expect("signed");
        value["value"] = json!(STANDARD.encode(plain(&der, 48)));
        value["form"] = json!("plain");
    }
    let signed = scene
        .finish(&prepared, &value, "a-key-of-the-value-1")
        .await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    let again = scene
        .finish(&prepared, &value, "a-key-of-the-value-1")
        .await;
    assert_eq!(again.json(), signed.json(), "one request, one signature");
    let other = scene
        .finish(&prepared, &value, "a-key-of-the-value-2")
        .await;
    assert_eq!(refusal(&other), prepared_refused("prepared.used"));
    let told = scene.told(&prepared).await;
    assert_eq!(told["state"], "taken");
    assert_eq!(told["signature"], signed.json()["signature"]);
    assert_eq!(scene.signatures().await, 1);

    let bytes = file(&scene, &signed.json()).await;
    let report = verified(&scene.service, bytes.clone()).await;
    let found = &report["signatures"][0];
    assert_eq!(found["verdict"], "valid", "{report}");
    assert_eq!(found["intent"], INTENT);
    assert_eq!(found["level"], "B-LT");
    assert_eq!(found["time_source"], "signature_time_stamp");
    assert!(found["signer"].as_str().expect("a name").contains(PERSON.0));
    // What was given out to be signed is what stands in the file.
    let inner = &octets[octets.len() - 20..];
    let hex: String = inner.iter().map(|octet| format!("{octet:02x}")).collect();
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    assert!(
        text.contains(&hex),
        "the signed attributes stand in the file"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_comes_back_is_refused_with_its_code_and_changes_nothing() {
    for service in services("refused").await {
        let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
        let prepared = scene.prepared("a-key-of-what-is-prepared").await;
        let other = scene.prepared("a-key-of-another-one").await;
        let good = scene.value(&prepared);
        let bent = bent(&scene, (&prepared, &other), &good);
        let codes: Vec<String> = bent.iter().map(|(_, code)| (*code).to_owned()).collect();
        for (place, (value, code)) in bent.into_iter().enumerate() {
            let key = format!("a-key-of-what-is-bent-{place}");
            let refused = scene.finish(&prepared, &value, &key).await;
            assert_eq!(refusal(&refused), prepared_refused(code), "{value}");
        }
        assert_eq!(scene.traced(&prepared, "deny").await, codes);
        // In another department there is no such handle, and nobody else's is taken.
        let handle = prepared["prepared"].as_str().expect("a handle");
        let path = format!("/v1/signatures/prepared/{handle}/value");
        let call = Call::post(&path, &good).once("a-key-of-a-stranger");
        let other = tests::cases::case("DRUG", 1).expect("a case");
        let bureau = scene
            .service
            .at(other["issuer"].as_str().expect("a department"));
        let strange = bureau.call("approvals", call, scene.service.now()).await;
        assert_eq!(problem(&strange.expect("an answer")).0, 404);
        for (field, wrong) in [
            ("value", json!("!")),
            ("form", json!("raw")),
            ("document", json!("00")),
        ] {
            let mut value = good.clone();
            value[field] = wrong;
            let refused = scene
                .finish(&prepared, &value, "a-key-of-what-is-none")
                .await;
            assert_eq!(
                problem(&refused),
                (400, "request.malformed".to_owned()),
                "{field}"
            );
        }
        assert_eq!(scene.signatures().await, 0);
        let signed = scene.finish(&prepared, &good, "a-key-of-the-value").await;
        assert_eq!(signed.status, 201, "{}", signed.json());
    }
}

/// Values that are not the signature of what was prepared, and why.
fn bent(
    scene: &Scene,
    (prepared, other): (&Value, &Value),
    good: &Value,
) -> Vec<(Value, &'static str)> {
    let octets = |value: Vec<u8>| {
        let mut bent = good.clone();
        bent["value"] = json!(STANDARD.encode(value));
        bent
    };
    let der = scene.token.signs(prepared).expect("signed");
    let stranger = OwnToken::with(KeyAlgorithm::EcP256).expect("a key");
    let mut flipped = der.clone();
    *flipped.last_mut().expect("octets") ^= 1;
    let longer = [&der[..], &[0]].concat();
    let nought = asn1::write::sequence([asn1::write::unsigned(0), asn1::write::unsigned(1)]);
    let mut algorithm = good.clone();
    algorithm["algorithm"] = json!("ecdsa-p384-sha384");
    let mut document = good.clone();
    document["document"] = json!("00".repeat(32));
    let mut form = good.clone();
    form["form"] = json!("plain");
    vec![
        (algorithm, "prepared.other-algorithm"),
        (document, "prepared.other-document"),
        (octets(flipped), "prepared.value"),
        (octets(longer), "prepared.value"),
        (octets(nought), "prepared.value"),
        (octets(Vec::new()), "prepared.value"),
        (form, "prepared.value"),
        (
            octets(stranger.signs(prepared).expect("signed")),
            "prepared.value",
        ),
        // By the right key, over what was prepared under another handle.
        (
            octets(scene.token.signs(other).expect("signed")),
            "prepared.value",
        ),
        (
            octets(scene.token.sign(b"anything").expect("signed")),
            "prepared.value",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_values_at_once_one_is_taken() {
    for service in services("race").await {
        let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
        let prepared = scene.prepared("a-key-of-what-is-prepared").await;
        let value = scene.value(&prepared);
        let scene = std::sync::Arc::new(scene);
        let mut asked = tokio::task::JoinSet::new();
        for place in 0..8 {
            let (scene, prepared, value) = (scene.clone(), prepared.clone(), value.clone());
            asked.spawn(async move {
                let key = format!("a-key-of-one-of-many-{place}");
                scene.finish(&prepared, &value, &key).await
            });
        }
        let answers = asked.join_all().await;
        let (signed, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == 201);
        assert_eq!((signed.len(), refused.len()), (1, 7));
        for answer in refused {
            assert_eq!(refusal(answer), prepared_refused("prepared.used"));
        }
        assert_eq!(scene.signatures().await, 1);
    }
}
