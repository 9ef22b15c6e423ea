//! What is refused, each with its code, its entry of the trace, and nothing done.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::sha256;
use serde_json::{Value, json};
use tests::paper::page;
use time::SignedDuration;

use super::provider::{AUDIENCE, ISSUER, Provider};
use super::{SEAL, SHA256, Signing, document, hashes, terms, waiting};
use crate::flow::signatures::act;
use crate::flow::stage::Service;

fn missing(kind: &str, name: &str) -> String {
    format!("Missing (or invalid type) {kind} parameter {name}")
}

fn invalid(name: &str) -> String {
    format!("Invalid parameter {name}")
}

async fn refused(signing: &Signing, route: &str, token: &str, content: &Value) -> String {
    let answer = signing.post(route, token, content).await;
    assert_eq!(answer.status, 400, "{route} {}", answer.json());
    assert_eq!(answer.json()["error"], "invalid_request");
    let text = answer.json()["error_description"]
        .as_str()
        .map(str::to_owned);
    text.expect("words")
}

/// What the trace has of them.
const GROUNDS: [&str; 7] = [
    "activation.unknown",
    "credential.unknown",
    "activation.hash",
    "activation.used",
    "activation.unknown",
    "activation.unknown",
    "activation.used",
];

#[tokio::test(flavor = "multi_thread")]
async fn activation_data_holds_for_its_user_credential_and_hashes_and_once() {
    let signing = Signing::start().await;
    let hash = sha256(b"one");
    let sad = signing.authorised("lin", &signing.lin, &[hash]);
    let lin = signing.token("lin");
    let he = signing.token("he");
    let route = "signatures/signHash";
    // Another user's, with their own credential and with the other's.
    let order = hashes(&signing.he, Some(&sad), &[hash]);
    assert_eq!(
        refused(&signing, route, &he, &order).await,
        "Invalid parameter SAD"
    );
    let order = hashes(&signing.lin, Some(&sad), &[hash]);
    assert_eq!(
        refused(&signing, route, &he, &order).await,
        "Invalid parameter credentialID"
    );
    // Another hash, and one more.
    let swapped = hashes(&signing.lin, Some(&sad), &[sha256(b"two")]);
    let not = "Hash is not authorized by the SAD";
    assert_eq!(refused(&signing, route, &lin, &swapped).await, not);
    let more = hashes(&signing.lin, Some(&sad), &[hash, sha256(b"two")]);
    assert_eq!(
        refused(&signing, route, &lin, &more).await,
        "Invalid parameter SAD"
    );
    // Activation data that nobody gave, and a token for the service alone.
    for none in ["AAAA", &lin] {
        let order = hashes(&signing.lin, Some(none), &[hash]);
        assert_eq!(
            refused(&signing, route, &lin, &order).await,
            "Invalid parameter SAD"
        );
    }
    let order = hashes(&signing.lin, None, &[hash]);
    let missing = "Missing (or invalid type) string parameter SAD";
    assert_eq!(refused(&signing, route, &lin, &order).await, missing);
    assert!(
        !signing
            .traced("sign")
            .await
            .iter()
            .any(|(ground, _)| *ground == signing.lin)
    );
    // It is still good for what was authorised, and once.
    let order = hashes(&signing.lin, Some(&sad), &[hash]);
    assert_eq!(signing.post(route, &lin, &order).await.status, 200);
    assert_eq!(
        refused(&signing, route, &lin, &order).await,
        "Invalid parameter SAD"
    );
    assert_eq!(signing.denied().await, GROUNDS);
    let signed = signing.traced("sign").await;
    assert_eq!(
        signed
            .iter()
            .filter(|(ground, _)| *ground == signing.lin)
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_requests_at_once_one_signs() {
    let signing = Arc::new(Signing::start().await);
    let hash = sha256(b"one");
    let sad = signing.authorised("lin", &signing.lin, &[hash]);
    let order = hashes(&signing.lin, Some(&sad), &[hash]);
    let tries: Vec<_> = (0..16)
        .map(|_| {
            let (signing, order) = (Arc::clone(&signing), order.clone());
            tokio::spawn(async move {
                let token = signing.token("lin");
                let answer = signing.post("signatures/signHash", &token, &order).await;
                answer.status.as_u16()
            })
        })
        .collect();
    let mut answers = Vec::new();
    for one in tries {
        answers.push(one.await.expect("ends"));
    }
    answers.sort_unstable();
    let mut expected = vec![400; 16];
    expected[0] = 200;
    assert_eq!(answers, expected);
    assert_eq!(signing.denied().await, vec!["activation.used"; 15]);
    // A document is signed once, too, and a seal is asked for once.
    let file = page("form");
    let sad = signing.authorised("lin", &signing.lin, &[sha256(&file)]);
    let how = json!({"signature_format": "P", "conformance_level": "AdES-B-LT"});
    let order = document(&signing.lin, Some(&sad), &file, &how);
    let token = signing.token("lin");
    let (first, second) = tokio::join!(
        signing.post("signatures/signDoc", &token, &order),
        signing.post("signatures/signDoc", &token, &order)
    );
    let good = [first.status, second.status]
        .iter()
        .filter(|status| status.is_success())
        .count();
    assert!(good >= 1, "{} {}", first.json(), second.json());
    let third = signing.post("signatures/signDoc", &token, &order).await;
    assert_eq!(third.json()["error_description"], "Invalid parameter SAD");
    let signed = signing.traced("record").await;
    assert_eq!(
        signed
            .iter()
            .filter(|(ground, _)| *ground == signing.lin)
            .count(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_authorised_expires_and_stops_with_the_identity() {
    let signing = Signing::start().await;
    let hash = sha256(b"one");
    let sad = signing.authorised("lin", &signing.lin, &[hash]);
    let order = hashes(&signing.lin, Some(&sad), &[hash]);
    let stopped = act(&signing.service, &signing.lin, "suspend").await;
    assert_eq!(stopped.json()["state"], "suspended");
    let disabled = "The credential identified by credentialID is disabled";
    let token = signing.token("lin");
    assert_eq!(
        refused(&signing, "signatures/signHash", &token, &order).await,
        disabled
    );
    let only = signing
        .post("credentials/list", &token, &json!({"onlyValid": true}))
        .await;
    assert_eq!(only.json()["credentialIDs"], json!([]));
    act(&signing.service, &signing.lin, "resume").await;
    signing.service.wait(SignedDuration::minutes(5));
    let token = signing.token("lin");
    // The token is over; what it was shown in is not.
    assert_eq!(
        refused(&signing, "signatures/signHash", &token, &order).await,
        "SAD expired"
    );
    let shown = signing.post("signatures/signHash", &sad, &order).await;
    assert_eq!(
        (shown.status.as_u16(), &shown.json()["error"]),
        (401, &json!("expired_token"))
    );
    assert_eq!(
        signing.denied().await,
        ["signer.not-active", "activation.expired"]
    );
    assert!(
        !signing
            .traced("sign")
            .await
            .iter()
            .any(|(ground, _)| *ground == signing.lin)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_stopped_after_it_was_authorised_is_not_used_and_is_never_without_its_release() {
    let signing = Signing::start().await;
    let machine = signing.machine();
    let file = page("form");
    let how = json!({"signature_format": "P"});
    let waits = waiting(&signing, &file, &how).await.json();
    let response = waits["responseID"].as_str().expect("a name").to_owned();
    // Hashes are no documents: what is sealed is seen by who releases it.
    let order = hashes(SEAL, Some("AAAA"), &[sha256(&file)]);
    let why = refused(&signing, "signatures/signHash", &machine, &order).await;
    assert!(why.starts_with("Invalid parameter credentialID"), "{why}");
    let hash = STANDARD.encode(sha256(&file));
    let asked = json!({"credentialID": SEAL, "numSignatures": 1, "hashes": [hash], "hashAlgorithmOID": SHA256});
    let given = signing
        .post("credentials/authorize", &machine, &asked)
        .await
        .json();
    let customer = signing.service.at("Q-APR");
    let stop = server::Call::post(
        format!("/v1/seals/{SEAL}/suspend"),
        &json!({"reason": "钥匙遗失"}),
    );
    let stopped = customer
        .call(
            "custodian",
            stop.once("a-key-of-the-stop"),
            signing.service.now(),
        )
        .await;
    assert_eq!(stopped.expect("an answer").status, 200);
    let disabled = "The credential identified by credentialID is disabled";
    let mut order = document(SEAL, given["SAD"].as_str(), &file, &how);
    order["operationMode"] = json!("A");
    order["clientData"] = json!(terms(true));
    assert_eq!(
        refused(&signing, "signatures/signDoc", &machine, &order).await,
        disabled
    );
    assert_eq!(
        refused(&signing, "credentials/authorize", &machine, &asked).await,
        disabled
    );
    let custodian = ("custodian", tests::installation::CUSTODIAN);
    let released = customer
        .release(custodian, &response, signing.service.now())
        .await;
    assert_ne!(released.expect("an answer").status, 201);
    let poll = json!({"responseID": response});
    assert_ne!(
        signing
            .post("signatures/signPolling", &machine, &poll)
            .await
            .status,
        200
    );
    let denied = signing.denied().await;
    for ground in ["credential.hashes", "activation.disabled"] {
        assert!(denied.contains(&ground.to_owned()), "{denied:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_the_provider_s_for_this_service_and_now_opens_nothing() {
    let signing = Signing::start().await;
    let now = signing.service.now();
    let second = now.unix_timestamp();
    let claims = |more: Value| {
        let mut claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "lin", "client_id": "app", "scope": "service",
            "iat": second, "exp": second + 300, "jti": "t-1",
        });
        for (name, value) in more.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims
    };
    let whole = signing.provider.signed("at+jwt", &claims(json!({})));
    let list = async |token: &str| {
        let answer = signing.post("credentials/list", token, &json!({})).await;
        (
            answer.status.as_u16(),
            answer.json()["error"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    assert_eq!(list(&whole).await.0, 200);
    let invalid = (401, "invalid_token".to_owned());
    for other in [
        json!({"iss": "https://id.other"}),
        json!({"aud": "https://other.example"}),
        json!({"aud": ["a", "b"]}),
        json!({"iat": second + 61}),
        json!({"nbf": second + 61}),
        json!({"jti": null}),
        json!({"exp": null}),
        json!({"cnf": {"x5t#S256": "AAAA"}}),
    ] {
        let token = signing.provider.signed("at+jwt", &claims(other.clone()));
        assert_eq!(list(&token).await, invalid, "{other}");
    }
    let expired = signing
        .provider
        .signed("at+jwt", &claims(json!({"exp": second})));
    assert_eq!(list(&expired).await, (401, "expired_token".to_owned()));
    assert_eq!(
        list(&signing.provider.signed("JWT", &claims(json!({})))).await,
        invalid
    );
    assert_eq!(
        list(&Provider::found().signed("at+jwt", &claims(json!({})))).await,
        invalid
    );
    assert_eq!(list("none").await, invalid);
    let scoped = signing
        .provider
        .signed("at+jwt", &claims(json!({"scope": "profile"})));
    assert_eq!(list(&scoped).await, (403, "access_denied".to_owned()));
    // A client that has the name of an account, and acts for somebody.
    let account = json!({"client_id": "Q-APR-approvals"});
    let borrowed = signing.provider.signed("at+jwt", &claims(account));
    let listed = signing
        .post("credentials/list", &borrowed, &json!({}))
        .await
        .json();
    assert_eq!(listed["credentialIDs"], json!([signing.lin]));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_parameter_is_refused_by_its_name() {
    let signing = Signing::start().await;
    let lin = signing.token("lin");
    let hash = sha256(b"one");
    let sad = signing.authorised("lin", &signing.lin, &[hash]);
    let base = hashes(&signing.lin, Some(&sad), &[hash]);
    for (name, value, why) in [
        ("credentialID", json!(1), missing("string", "credentialID")),
        ("credentialID", json!("x"), invalid("credentialID")),
        ("hashes", json!("x"), missing("array", "hashes")),
        ("hashes", json!([]), "Empty hash array".to_owned()),
        (
            "hashes",
            json!(["*"]),
            "Invalid Base64 hash string parameter".to_owned(),
        ),
        (
            "hashes",
            json!(["AAAA"]),
            "Invalid digest value length".to_owned(),
        ),
        ("signAlgo", Value::Null, missing("string", "signAlgo")),
        (
            "signAlgo",
            json!("1.2.840.113549.1.1.11"),
            invalid("signAlgo"),
        ),
        ("signAlgoParams", json!("AAAA"), invalid("signAlgoParams")),
        (
            "hashAlgorithmOID",
            json!(1),
            missing("string", "hashAlgorithmOID"),
        ),
        ("operationMode", json!("A"), invalid("operationMode")),
        (
            "responseURI",
            json!("https://a.example"),
            invalid("responseURI"),
        ),
        ("validity_period", json!(0), invalid("validity_period")),
    ] {
        let mut other = base.clone();
        other[name] = value;
        assert_eq!(
            refused(&signing, "signatures/signHash", &lin, &other).await,
            why
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_parameter_of_an_authorisation_is_refused_by_its_name() {
    let signing = Signing::start().await;
    let (lin, machine) = (signing.token("lin"), signing.machine());
    let hash = STANDARD.encode(sha256(b"one"));
    let asked = json!({"credentialID": SEAL, "numSignatures": 1, "hashes": [hash], "hashAlgorithmOID": SHA256});
    for (name, value, why) in [
        (
            "numSignatures",
            json!("1"),
            missing("integer", "numSignatures"),
        ),
        (
            "numSignatures",
            json!(0),
            "Invalid value for parameter numSignatures".to_owned(),
        ),
        (
            "numSignatures",
            json!(2),
            "Numbers of signatures is too high".to_owned(),
        ),
        ("hashes", Value::Null, missing("array", "hashes")),
        (
            "hashes",
            json!([STANDARD.encode([1; 32]), STANDARD.encode([2; 32])]),
            invalid("hashes"),
        ),
        (
            "hashAlgorithmOID",
            json!("1.2"),
            invalid("hashAlgorithmOID"),
        ),
        (
            "description",
            json!("字".repeat(501)),
            invalid("description"),
        ),
    ] {
        let mut other = asked.clone();
        other[name] = value;
        assert_eq!(
            refused(&signing, "credentials/authorize", &machine, &other).await,
            why
        );
    }
    let mut pin = asked.clone();
    pin["authData"] = json!([{"id": "PIN", "value": "1"}]);
    let answer = signing
        .post("credentials/authorize", &machine, &pin)
        .await
        .json();
    assert_eq!(answer["error"], "invalid_authentication_data");
    let mut person = asked;
    person["credentialID"] = json!(signing.lin);
    let why = refused(&signing, "credentials/authorize", &lin, &person).await;
    assert!(why.contains("oauth2code"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_parameter_of_a_document_is_refused_by_its_name() {
    let signing = Signing::start().await;
    let machine = signing.machine();
    let (signing, machine) = (&signing, machine.as_str());
    let file = page("form");
    let how = json!({"signature_format": "P"});
    let base = {
        let mut order = document(SEAL, Some("AAAA"), &file, &how);
        order["operationMode"] = json!("A");
        order["clientData"] = json!(terms(true));
        order
    };
    let one = base["documents"][0].clone();
    for (name, value, why) in [
        (
            "operationMode",
            json!("S"),
            "Invalid parameter operationMode",
        ),
        (
            "documentDigests",
            json!([{}]),
            "Invalid object parameter documentDigests: documents are signed whole",
        ),
        (
            "documents",
            Value::Null,
            "Empty documentDigests and documents objects",
        ),
        (
            "documents",
            json!([one, one]),
            "Invalid array parameter documents",
        ),
        ("SAD", json!("AAAA"), "Invalid parameter SAD"),
    ] {
        let mut other = base.clone();
        other[name] = value;
        assert_eq!(
            refused(signing, "signatures/signDoc", machine, &other).await,
            why
        );
    }
    let mut other = base.clone();
    other["clientData"] = json!("{}");
    let why = refused(signing, "signatures/signDoc", machine, &other).await;
    assert!(why.starts_with("Invalid parameter clientData"), "{why}");
    members(signing, (machine, &base)).await;
}

/// Those of the document itself.
async fn members(signing: &Signing, (machine, base): (&str, &Value)) {
    for (name, value, why) in [
        (
            "document",
            json!("*"),
            "Invalid Base64 documents string parameter",
        ),
        ("signAlgo", json!("1.2"), "Invalid parameter signAlgo"),
        (
            "conformance_level",
            json!("AdES-B-X"),
            "Invalid parameter conformance_level",
        ),
        (
            "signed_envelope_property",
            json!("Certification"),
            "Invalid parameter signed_envelope_property",
        ),
        ("signed_props", json!([]), "Invalid parameter signed_props"),
    ] {
        let mut other = base.clone();
        other["documents"][0][name] = value;
        assert_eq!(
            refused(signing, "signatures/signDoc", machine, &other).await,
            why
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_bound_by_who_keeps_it_and_no_request_of_another_kind_is_read() {
    let signing = Signing::start().await;
    assert_eq!(signing.bind("0".repeat(32).as_str(), "x").await.status, 404);
    assert_eq!(signing.bind(&signing.lin, "").await.status, 400);
    assert_eq!(signing.bind(&signing.lin, "lin").await.status, 204);
    // Another account waits for a second person's word; who says it twice is one person.
    for _ in 0..2 {
        assert_eq!(signing.bind(&signing.lin, "lin.2").await.status, 202);
    }
    let token = signing.token("lin.2");
    let listed = signing.post("credentials/list", &token, &json!({})).await;
    assert_eq!(listed.json()["credentialIDs"], json!([]));
    let second = signing
        .account("Q-APR-second", "sign", Some(tests::installation::STRANGER))
        .await;
    let other = signing.bound(&second, (&signing.lin, "lin.3")).await;
    assert_eq!(other, 202, "another word");
    assert_eq!(signing.bind(&signing.lin, "lin.2").await.status, 202);
    let agreed = signing.bound(&second, (&signing.lin, "lin.2")).await;
    assert_eq!(agreed, 204);
    let told = signing.traced("signer").await;
    let told = told.iter().filter(|(ground, _)| ground.contains("subject"));
    let told: Vec<&str> = told.map(|(ground, _)| ground.as_str()).collect();
    let waits = "consent to subject";
    assert_eq!(
        told,
        ["subject", "subject", waits, waits, waits, waits, "subject"]
    );
    // Bound anew, the account before has nothing any more.
    for nobody in ["lin", "stranger"] {
        let token = signing.token(nobody);
        let listed = signing.post("credentials/list", &token, &json!({})).await;
        assert_eq!(listed.json()["credentialIDs"], json!([]));
    }
    let listed = signing
        .post("credentials/list", &signing.token("lin.2"), &json!({}))
        .await;
    assert_eq!(listed.json()["credentialIDs"], json!([signing.lin]));
    let call = server::Call::post("/csc/v2/credentials/list", &json!([]));
    let token = format!("Bearer {}", signing.token("lin.2"));
    let client = server::Client::anonymous(&signing.service.base);
    let answer = client
        .call(call.field("authorization", token), signing.service.now())
        .await;
    assert_eq!(
        answer.expect("an answer").json()["error"],
        "invalid_request"
    );
    let call = server::Call::post("/csc/v2/credentials/list", &json!({}));
    let answer = client
        .call(
            call.field("authorization", "Basic AAAA"),
            signing.service.now(),
        )
        .await;
    assert_eq!(
        answer.expect("an answer").json()["error_description"],
        "Malformed authorization header"
    );
    let plain = Service::start().await;
    let call = server::Call::post("/csc/v2/credentials/list", &json!({}));
    let answer = server::Client::anonymous(&plain.base)
        .call(call, plain.now())
        .await;
    assert_eq!(answer.expect("an answer").status, 501);
}
