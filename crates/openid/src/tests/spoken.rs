//! What the provider says about itself, what it is sent, and what comes back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{AUDIENCE, CLIENT, ISSUER, terms, with, without};
use crate::*;

fn document() -> Value {
    json!({"issuer": ISSUER, "authorization_endpoint": "https://id.example/auth", "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://id.example/keys", "response_types_supported": ["code", "id_token"],
        "code_challenge_methods_supported": ["S256"], "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "authorization_response_iss_parameter_supported": true})
}

fn metadata(document: &Value) -> Result<Metadata, ReadMetadata> {
    Metadata::read(document.to_string().as_bytes(), &terms())
}

#[test]
fn metadata_are_the_issuers_own_and_lead_to_its_hosts() {
    assert!(metadata(&document()).is_ok());
    for (name, value, fault) in [
        ("issuer", json!("https://id.example"), ReadMetadata::Issuer),
        ("issuer", json!(null), ReadMetadata::Malformed),
        (
            "authorization_endpoint",
            json!("https://else.example/auth"),
            ReadMetadata::Host,
        ),
        (
            "token_endpoint",
            json!("https://id.example:8443/token"),
            ReadMetadata::Host,
        ),
        (
            "token_endpoint",
            json!("http://id.example/token"),
            ReadMetadata::Host,
        ),
        (
            "jwks_uri",
            json!("https://id.example@else.example/keys"),
            ReadMetadata::Host,
        ),
        ("jwks_uri", json!("file:///etc/keys"), ReadMetadata::Host),
        (
            "response_types_supported",
            json!(["id_token"]),
            ReadMetadata::Unsupported,
        ),
        (
            "code_challenge_methods_supported",
            json!(["plain"]),
            ReadMetadata::Unsupported,
        ),
        (
            "token_endpoint_auth_methods_supported",
            json!(["private_key_jwt"]),
            ReadMetadata::Unsupported,
        ),
    ] {
        let wrong = with(document(), name, value);
        assert_eq!(metadata(&wrong), Err(fault), "{wrong}");
    }
    let silent = without(document(), "code_challenge_methods_supported");
    assert!(metadata(&silent).is_ok());
    let large = format!("{}{}", document(), " ".repeat(MAX_DOCUMENT));
    let read = Metadata::read(large.as_bytes(), &terms());
    assert_eq!(read, Err(ReadMetadata::Malformed));
    let hosts = ["keys.example:8443".to_owned()];
    let algorithms = ["ES256".to_owned()];
    let terms = Terms::new(ISSUER, (CLIENT, AUDIENCE), &algorithms, &hosts).expect("terms");
    let elsewhere = with(document(), "jwks_uri", json!("https://keys.example:8443/"));
    let read = Metadata::read(elsewhere.to_string().as_bytes(), &terms).expect("agreed on");
    assert_eq!(read.keys(), "https://keys.example:8443/");
}

#[test]
fn terms_name_a_protected_issuer_and_known_algorithms() {
    let all = ALGORITHMS.map(str::to_owned);
    let new = |issuer: &str, client: &str, algorithms: &[String]| {
        Terms::new(issuer, (client, AUDIENCE), algorithms, &[]).err()
    };
    assert_eq!(new(ISSUER, CLIENT, &all), None);
    for issuer in [
        "http://id.example",
        "https://id.example?x=1",
        "id.example",
        "",
    ] {
        assert_eq!(
            new(issuer, CLIENT, &all),
            Some(ReadTerms::Issuer),
            "{issuer}"
        );
    }
    assert_eq!(new(ISSUER, "", &all), Some(ReadTerms::Empty));
    for name in ["HS256", "none", "PS256", ""] {
        assert_eq!(
            new(ISSUER, CLIENT, &[name.to_owned()]),
            Some(ReadTerms::Algorithm),
            "{name}"
        );
    }
    assert_eq!(new(ISSUER, CLIENT, &[]), Some(ReadTerms::Algorithm));
    let slash = Terms::new("https://id.example/", (CLIENT, AUDIENCE), &all, &[]).expect("terms");
    assert_eq!(
        slash.discovery(),
        "https://id.example/.well-known/openid-configuration"
    );
}

#[test]
fn who_signs_in_is_sent_with_a_challenge_and_a_code_is_exchanged_with_its_verifier() {
    let metadata = metadata(&document()).expect("metadata");
    let verifier = Verifier::of(&[7; 32]);
    let classes = ["high".to_owned()];
    let question = Question {
        state: "a state",
        nonce: "a+nonce",
        verifier: &verifier,
        redirect: "https://licences.example/sign-in/openid/back",
        classes: &classes,
    };
    let challenge = verifier.challenge();
    assert_eq!(
        metadata.address(&terms(), &question),
        format!(
            "https://id.example/auth?response_type=code&client_id=yinxin&redirect_uri=https%3A%2F%2Flicences.example%2Fsign-in%2Fopenid%2Fback\
             &scope=openid&state=a%20state&nonce=a%2Bnonce&code_challenge={challenge}&code_challenge_method=S256&acr_values=high"
        )
    );
    let exchange = metadata.exchange((&terms(), "s:e"), ("c&d", &verifier), "https://r");
    assert_eq!(exchange.address, "https://id.example/token");
    // `yinxin:s%3Ae`
    assert_eq!(
        exchange.authorization.as_deref().map(String::as_str),
        Some("Basic eWlueGluOnMlM0Fl")
    );
    let proof = URL_SAFE_NO_PAD.encode([7; 32]);
    assert_eq!(
        exchange.content.as_str(),
        format!(
            "grant_type=authorization_code&code=c%26d&redirect_uri=https%3A%2F%2Fr&code_verifier={proof}"
        )
    );
    let post = with(
        document(),
        "token_endpoint_auth_methods_supported",
        json!(["client_secret_post"]),
    );
    let post = Metadata::read(post.to_string().as_bytes(), &terms()).expect("metadata");
    let exchange = post.exchange((&terms(), "s"), ("c", &verifier), "https://r");
    assert!(exchange.authorization.is_none());
    assert!(
        exchange
            .content
            .ends_with("&client_id=yinxin&client_secret=s")
    );
    assert!(!format!("{exchange:?} {verifier:?}").contains(&proof));
}

#[test]
fn what_comes_back_is_this_providers_and_has_a_code() {
    let names = metadata(&document()).expect("metadata");
    let silent = metadata(&without(
        document(),
        "authorization_response_iss_parameter_supported",
    ));
    let silent = silent.expect("metadata");
    let back = |iss: Option<&str>, code: Option<&str>, error: Option<&str>| Returned {
        state: "s".to_owned(),
        code: code.map(str::to_owned),
        iss: iss.map(str::to_owned),
        error: error.map(str::to_owned),
    };
    let code =
        |back: Returned, metadata: &Metadata| back.code(&terms(), metadata).map(str::to_owned);
    assert_eq!(
        code(back(Some(ISSUER), Some("c"), None), &names),
        Ok("c".to_owned())
    );
    assert_eq!(
        code(back(None, Some("c"), None), &silent),
        Ok("c".to_owned())
    );
    let other = Some("https://else.example");
    for (back, metadata, fault) in [
        (back(other, Some("c"), None), &names, TokenFault::Issuer),
        (back(other, Some("c"), None), &silent, TokenFault::Issuer),
        (back(None, Some("c"), None), &names, TokenFault::Issuer),
        (
            back(Some(ISSUER), Some("c"), Some("access_denied")),
            &names,
            TokenFault::Denied,
        ),
        (back(Some(ISSUER), None, None), &names, TokenFault::Answer),
        (
            back(Some(ISSUER), Some(""), None),
            &names,
            TokenFault::Answer,
        ),
        (
            back(Some(ISSUER), Some(&"c".repeat(2_049)), None),
            &names,
            TokenFault::Answer,
        ),
    ] {
        assert_eq!(code(back, metadata), Err(fault));
    }
}

#[test]
fn an_answer_has_an_id_token_and_a_bearer_token() {
    let good =
        json!({"access_token": "a", "token_type": "bearer", "id_token": "i", "expires_in": 60});
    let read = |value: &Value| TokenAnswer::read(value.to_string().as_bytes());
    let answer = read(&good).expect("an answer");
    assert_eq!(
        (answer.id_token.as_str(), answer.access_token.as_str()),
        ("i", "a")
    );
    for wrong in [
        with(good.clone(), "token_type", json!("DPoP")),
        without(good.clone(), "id_token"),
        without(good.clone(), "access_token"),
    ] {
        assert_eq!(read(&wrong).err(), Some(TokenFault::Answer), "{wrong}");
    }
    let large = format!("{good}{}", " ".repeat(MAX_DOCUMENT));
    assert_eq!(
        TokenAnswer::read(large.as_bytes()).err(),
        Some(TokenFault::Answer)
    );
}
