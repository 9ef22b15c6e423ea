//! What a caller of the text of CSC may bring that is not everybody's: a key in a token of their own, another account of the same
//! department, parameters that say what goes without saying; and a provider that changes its keys.

use crypto::{KeyAlgorithm, sha256};
use serde_json::{Value, json};
use server::{Call, Client};
use tests::own_token::OwnToken;
use tests::paper::page;

use super::provider::Provider;
use super::{SEAL, SHA256, Signing, document, hashes, waiting};
use crate::flow::elsewhere::own_signer;

/// Whose key is elsewhere, in this suite.
const OWNER: (&str, &str) = ("陈知远", "99010219850701123X");

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_its_person_keeps_is_told_as_it_is_and_signs_nothing_here() {
    let signing = Signing::start().await;
    let token = OwnToken::with(KeyAlgorithm::EcP384).expect("a key");
    let signer = own_signer(&signing.service, OWNER, &token).await;
    assert_eq!(signing.bind(&signer, "chen").await.status, 204);
    let chen = signing.token("chen");
    let wanted = json!({"credentialID": signer});
    let told = signing.post("credentials/info", &chen, &wanted).await;
    assert_eq!(
        told.json()["key"],
        json!({"status": "disabled", "algo": ["1.2.840.10045.4.3.3"], "len": 384, "curve": "1.3.132.0.34"})
    );
    let listed = async |valid: bool| {
        let asked = json!({"onlyValid": valid});
        let answer = signing.post("credentials/list", &chen, &asked).await;
        answer.json()["credentialIDs"].clone()
    };
    assert_eq!(listed(false).await, json!([signer]));
    assert_eq!(listed(true).await, json!([]));
    let before = signing.denied().await.len();
    let hash = sha256(b"one");
    let sad = signing.authorised("chen", &signer, &[hash]);
    let order = hashes(&signer, Some(&sad), &[hash]);
    let refused = signing.post("signatures/signHash", &chen, &order).await;
    assert_eq!(
        (
            refused.status.as_u16(),
            &refused.json()["error_description"]
        ),
        (
            400,
            &json!("The credential identified by credentialID is disabled")
        )
    );
    let denied = signing.denied().await;
    assert_eq!(
        denied.get(before..),
        Some(&["signer.held-by-person".to_owned()][..])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_account_asked_for_another_of_its_department_does_not_have() {
    let signing = Signing::start().await;
    let file = page("of one account");
    let waits = waiting(&signing, &file, &json!({"signature_format": "P"})).await;
    let poll = json!({"responseID": waits.json()["responseID"]});
    signing.account("Q-APR-others", "seal", None).await;
    let now = signing.service.now();
    let machine = |account: &str| {
        let scope = json!({"scope": "service"});
        signing.provider.token(now, account, account, &scope)
    };
    let other = machine("Q-APR-others");
    let refused = signing.post("signatures/signPolling", &other, &poll).await;
    assert_eq!(
        refused.json()["error_description"],
        "Invalid parameter responseID"
    );
    assert!(
        signing
            .denied()
            .await
            .contains(&"response.unknown".to_owned())
    );
    let own = machine("Q-APR-approvals");
    let own = signing.post("signatures/signPolling", &own, &poll).await;
    assert_eq!(own.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_s_keys_are_those_of_its_file_now() {
    let signing = Signing::start().await;
    let (old, next) = (signing.token("lin"), Provider::found());
    let listed = async |token: &str| {
        let answer = signing.post("credentials/list", token, &json!({})).await;
        answer.status.as_u16()
    };
    let scope = json!({"scope": "service"});
    let new = next.token(signing.service.now(), "lin", "app", &scope);
    assert_eq!((listed(&old).await, listed(&new).await), (200, 401));
    // What is none leaves the keys of before in use.
    signing.provider.publish("{}");
    assert_eq!((listed(&old).await, listed(&new).await), (200, 401));
    signing.provider.publish(&next.published());
    assert_eq!((listed(&old).await, listed(&new).await), (401, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_that_go_without_saying_are_passed_over_and_others_are_not() {
    let signing = Signing::start().await;
    let lin = signing.token("lin");
    let hash = sha256(b"one");
    let sad = signing.authorised("lin", &signing.lin, &[hash]);
    let mut order = hashes(&signing.lin, Some(&sad), &[hash]);
    // 11.10: ignored where the algorithm implies the digest.
    order["hashAlgorithmOID"] = json!("1.2.156.10197.1.401");
    let signed = signing.post("signatures/signHash", &lin, &order).await;
    assert_eq!(signed.status, 200, "{}", signed.json());
    let machine = signing.machine();
    let file = page("with parameters");
    let mut order = document(SEAL, Some("AAAA"), &file, &json!({"signature_format": "P"}));
    order["operationMode"] = json!("A");
    order["documents"][0]["signAlgoParams"] = json!("BQA=");
    let refused = signing.post("signatures/signDoc", &machine, &order).await;
    assert_eq!(
        refused.json()["error_description"],
        "Invalid parameter signAlgoParams"
    );
    // RFC 6750 3.1: of what was not shown nothing is said.
    let client = Client::anonymous(&signing.service.base);
    let call = Call::post("/csc/v2/credentials/list", &json!({}));
    let unshown = client.call(call, signing.service.now()).await;
    assert_eq!(
        unshown.expect("an answer").headers["www-authenticate"],
        "Bearer"
    );
    let wrong = signing.post("credentials/list", "none", &json!({})).await;
    assert_eq!(
        wrong.headers["www-authenticate"],
        "Bearer error=\"invalid_token\""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_cannot_be_signed_is_refused_with_one_entry() {
    let signing = Signing::start().await;
    let lin = signing.token("lin");
    let file = b"%PDF-1.7 and nothing more".to_vec();
    let sad = signing.authorised("lin", &signing.lin, &[sha256(&file)]);
    let how = json!({"signature_format": "P", "conformance_level": "AdES-B-LT"});
    let mut order: Value = document(&signing.lin, Some(&sad), &file, &how);
    order["documents"][0]["hashAlgorithmOID"] = json!(SHA256);
    let refused = signing.post("signatures/signDoc", &lin, &order).await;
    assert_eq!(refused.status, 400, "{}", refused.json());
    assert_eq!(signing.denied().await, ["document.unreadable"]);
}
