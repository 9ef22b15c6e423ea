//! What lies before the story's first row: licences in the register that it fetches, papers that its applicant signs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::Call;
use tests::installation::{CUSTODIAN, hex};
use tests::paper::{form, page};

use super::stage::{CASE, LICENCES, Stage};

/// What she means by signing the form, the promises, the consents.
const FORM: &str = "本人确认申请内容真实，同意提交";
pub(crate) const PROMISE: &str = "本人已知晓告知内容并作出承诺";
const CONSENT: &str = "同意本次办件调用所列证照";

/// 营业执照 and 居民身份证 stand in the register, and the story fetches those.
pub(crate) async fn licences(stage: &Stage) {
    let business = issued(stage, "BL").await;
    let person = issued(stage, "ID").await;
    for (number, how, licence) in [
        (8, "fetched", &business),
        (9, "fetched", &person),
        (10, "derived", &business),
    ] {
        let member = format!("/what/filed/had/how/{how}/licence");
        stage.change_event(number, &member, json!(licence));
    }
}

/// The licence of this type in the sample.
async fn issued(stage: &Stage, kind: &str) -> String {
    let all: Vec<Value> = serde_json::from_str(LICENCES).expect("JSON");
    let mut found = all
        .into_iter()
        .filter(|entry| entry["request"]["type"] == kind);
    let entry = found.next().expect("the sample has one");
    let (mut request, mut photo) = (entry["request"].clone(), Value::Null);
    if entry["photo"] == true {
        let drawn = issuance::sample_photo(6);
        request["fields"]["photo_sha256"] = json!(hex(&crypto::sha256(&drawn)));
        photo = json!(STANDARD.encode(drawn));
    }
    let issuer = request["issuer"].as_str().expect("an issuer");
    let body = json!({"request": request, "photo": photo});
    let call = Call::post("/v1/licences", &body).once(format!("older-than-the-story-{kind}"));
    let waits = stage.call(issuer, call).await;
    assert_eq!(waits.status, 202, "{kind} {}", waits.json());
    let waits = waits.json();
    let identifier = waits["identifier"].as_str().expect("an identifier");
    stage.is_older(identifier);
    let job = waits["job"].as_str().expect("a job");
    let custodian = ("custodian", CUSTODIAN);
    let issued = stage.at(issuer).release(custodian, job, stage.now()).await;
    let issued = issued.expect("an answer");
    assert_eq!(issued.status, 201, "{kind} {}", issued.json());
    identifier.to_owned()
}

/// The legal representative signs form, promises and consents with a key of her own: what the events say of each
/// signature is what the service told of it.
pub(crate) async fn sign(stage: &Stage) {
    let signer = signer(stage).await;
    let signed = Signing {
        stage,
        signer: &signer,
    };
    let form = signed.paper("form", FORM).await;
    stage.change_event(1, "/what/received/form", form["paper"].clone());
    let handed_in = "/what/filed/had/how/handed_in/paper";
    stage.change_event(11, handed_in, form["paper"].clone());
    stage.change_event(1, "/what/received/signed", form);
    for (offered, promised, number) in [(4, 6, "CN-5"), (5, 7, "CN-8")] {
        let promise = signed.paper(number, PROMISE).await;
        let paper = "/what/filed/offered/terms/paper";
        stage.change_event(offered, paper, promise["paper"].clone());
        stage.change_event(promised, "/what/filed/promised/signed", promise);
    }
    // One consent is the firm's, by its representative; one is her own.
    for (number, mandate) in [(2, "SQ-1"), (3, "SQ-2")] {
        let consent = signed.paper(mandate, CONSENT).await;
        stage.change_event(number, "/what/filed/mandated/signed", consent);
    }
}

/// Her signature identity, proven at level L2.
async fn signer(stage: &Stage) -> String {
    let person = json!({"name": "林小满", "number": "990102198805210245"});
    let call = Call::post("/v1/signers", &person).once("the-signer-of-the-story");
    let taken = stage.call("Q-APR", call).await;
    assert_eq!(taken.status, 200, "{}", taken.json());
    let signer = taken.json()["signer"].as_str().expect("an id").to_owned();
    for (act, level) in [("prove", json!("L2")), ("activate", Value::Null)] {
        let body = json!({"act": act, "level": level, "reason": "实名核验"});
        let call = Call::post(format!("/v1/signers/{signer}/acts"), &body);
        let done = stage.call("Q-APR", call.once(format!("signer-of-the-story-{act}")));
        let done = done.await;
        assert_eq!(done.status, 200, "{}", done.json());
    }
    signer
}

struct Signing<'a> {
    stage: &'a Stage,
    signer: &'a str,
}

impl Signing<'_> {
    /// Signs a paper of its own: what the service tells of it. Anybody reads signer, intent and time in the file.
    async fn paper(&self, paper: &str, intent: &str) -> Value {
        let stage = self.stage;
        let order = json!({"signer": self.signer, "intent": intent, "case": CASE});
        let content = page(paper);
        let call = form("/v1/signatures", &order, &content);
        let call = call.once(format!("signature-of-the-story-{paper}"));
        let told = stage.call("Q-APR", call).await;
        assert_eq!(told.status, 201, "{}", told.json());
        let told = told.json();
        let signed = told["signed"].clone();
        assert_eq!(signed["paper"], json!(hex(&crypto::sha256(&content))));
        let id = told["signature"].as_str().expect("an id");
        let call = Call::get(format!("/v1/signatures/{id}/file"));
        let file = stage.call("Q-APR", call).await.content.to_vec();
        let report = super::rows::judged(stage, file).await;
        let found = &report["signatures"][0];
        assert_eq!(
            (&found["verdict"], &found["intent"], &found["time_source"]),
            (
                &json!("valid"),
                &json!(intent),
                &json!("signature_time_stamp")
            ),
            "{report}"
        );
        assert!(found["signer"].to_string().contains("林小满"), "{report}");
        assert_eq!(found["signing_time"], "2026-06-08T01:12:00Z");
        signed
    }
}
