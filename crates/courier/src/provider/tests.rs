//! A provider on this machine that says what the test wants, and counts how often it is asked.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{KeyAlgorithm, SignatureAlgorithm, SystemRandom, ThrowAway};
use serde_json::json;
use time::macros::utc_datetime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const NOW: UtcDateTime = utc_datetime!(2026-07-03 01:00);
const AGAIN: Duration = Duration::seconds(30);

/// What is answered to each path: the first line behind the version, and the content.
type Answers = Arc<Mutex<BTreeMap<String, (String, String)>>>;

struct Stage {
    issuer: String,
    answers: Answers,
    asked: Arc<AtomicUsize>,
}

impl Stage {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("bound"));
        let stage = Self {
            issuer,
            answers: Answers::default(),
            asked: Arc::default(),
        };
        tokio::spawn(serve(listener, stage.answers.clone(), stage.asked.clone()));
        let issuer = &stage.issuer;
        let document = json!({"issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"), "response_types_supported": ["code"]});
        stage.says(
            "/.well-known/openid-configuration",
            "200 OK",
            &document.to_string(),
        );
        stage
    }

    fn says(&self, path: &str, status: &str, content: &str) {
        let answer = (status.to_owned(), content.to_owned());
        self.answers
            .lock()
            .expect("whole")
            .insert(path.to_owned(), answer);
    }

    fn has(&self, keys: &[(&str, &ThrowAway)]) {
        let jwk = |(kid, key): &(&str, &ThrowAway)| {
            let x = URL_SAFE_NO_PAD.encode(key.public_key().bits());
            json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x})
        };
        let keys: Vec<_> = keys.iter().map(jwk).collect();
        self.says("/keys", "200 OK", &json!({"keys": keys}).to_string());
    }

    fn provider(&self) -> Provider {
        let algorithms = ["EdDSA".to_owned()];
        let terms = Terms::new(&self.issuer, ("yinxin", "api"), &algorithms, &[]);
        let secret = Zeroizing::new("secret".to_owned());
        Provider::new(terms.expect("terms"), secret, None, AGAIN).expect("a provider")
    }

    fn token(&self, kid: &str, key: &ThrowAway, at: UtcDateTime) -> String {
        let now = at.unix_timestamp();
        let claims = json!({"iss": self.issuer, "sub": "li", "aud": "api", "exp": now + 86_400, "iat": now, "client_id": "c", "jti": "j"});
        let header = json!({"alg": "EdDSA", "kid": kid, "typ": "at+jwt"});
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&header), part(&claims));
        let signature = key.sign(input.as_bytes()).expect("signs");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.bytes()))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn serve(listener: TcpListener, answers: Answers, asked: Arc<AtomicUsize>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut octets = vec![0; 8_192];
        let read = stream.read(&mut octets).await.unwrap_or(0);
        let text = String::from_utf8_lossy(&octets[..read]).into_owned();
        let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
        asked.fetch_add(1, Ordering::SeqCst);
        let found = answers.lock().expect("whole").get(&path).cloned();
        let (status, content) = found.unwrap_or(("404 Not Found".to_owned(), String::new()));
        let length = content.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{content}"
        );
        let _best_effort = stream.write_all(answer.as_bytes()).await;
    }
}

fn key() -> ThrowAway {
    let random = SystemRandom::new();
    ThrowAway::generate(SignatureAlgorithm::Ed25519, KeyAlgorithm::Ed25519, &random).expect("a key")
}

#[tokio::test]
async fn a_new_key_is_asked_for_once_in_a_while() {
    let stage = Stage::new().await;
    let (old, new) = (key(), key());
    stage.has(&[("old", &old)]);
    let provider = stage.provider();
    let by_old = stage.token("old", &old, NOW);
    assert!(provider.access(&by_old, None, NOW).await.is_ok());
    assert_eq!(stage.asked(), 2, "metadata and keys");
    stage.has(&[("new", &new)]);
    let by_new = stage.token("new", &new, NOW);
    let unknown = Err(ProviderError::Token(TokenFault::Key));
    let soon = NOW + AGAIN - Duration::SECOND;
    assert_eq!(provider.access(&by_new, None, soon).await, unknown);
    assert_eq!(stage.asked(), 2, "not yet again");
    let later = NOW + AGAIN;
    assert!(provider.access(&by_new, None, later).await.is_ok());
    assert_eq!(stage.asked(), 4);
    // What is gone is gone, and whoever sends made-up names has nobody asked more often.
    assert_eq!(provider.access(&by_old, None, later).await, unknown);
    let made_up = stage.token("made up", &new, NOW);
    assert_eq!(provider.access(&made_up, None, later).await, unknown);
    assert_eq!(stage.asked(), 4);
}

#[tokio::test]
async fn a_provider_that_is_away_is_gone_on_with_for_an_hour_and_no_longer() {
    let stage = Stage::new().await;
    let own = key();
    let token = stage.token("own", &own, NOW);
    let provider = stage.provider();
    assert_eq!(
        provider.access(&token, None, NOW).await,
        Err(ProviderError::Away),
        "no keys yet"
    );
    stage.has(&[("own", &own)]);
    let begun = NOW + AGAIN;
    assert!(provider.access(&token, None, begun).await.is_ok());
    stage.says("/.well-known/openid-configuration", "503 Busy", "");
    let asked = stage.asked();
    let nearly = begun + LASTING - Duration::SECOND;
    assert!(provider.access(&token, None, nearly).await.is_ok());
    assert_eq!(stage.asked(), asked + 1, "asked, in vain");
    let over = begun + LASTING;
    assert_eq!(
        provider.access(&token, None, over).await,
        Err(ProviderError::Away)
    );
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_answer_is_longer_than_its_limit() {
    let stage = Stage::new().await;
    let own = key();
    let token = stage.token("own", &own, NOW);
    stage.has(&[("own", &own)]);
    let keys = stage.answers.lock().expect("whole")["/keys"].1.clone();
    let moved = format!("302 Found\r\nlocation: {}/moved", stage.issuer);
    stage.says("/moved", "200 OK", &keys);
    for (status, content) in [
        (moved.as_str(), String::new()),
        ("500 Wrong", keys.clone()),
        ("200 OK", format!("{keys}{}", " ".repeat(MAX_DOCUMENT))),
        ("200 OK", "{}".to_owned()),
    ] {
        stage.says("/keys", status, &content);
        let asked = stage.provider().access(&token, None, NOW).await;
        assert_eq!(asked, Err(ProviderError::Away), "{status}");
    }
    stage.says("/keys", "200 OK", &keys);
    assert!(stage.provider().access(&token, None, NOW).await.is_ok());
}

#[tokio::test]
async fn a_code_that_the_provider_does_not_take_lets_nobody_in() {
    let stage = Stage::new().await;
    stage.has(&[("own", &key())]);
    let provider = stage.provider();
    let returned = Returned {
        code: Some("a code".to_owned()),
        ..Returned::default()
    };
    let verifier = Verifier::of(&[1; 32]);
    for (status, content, fault) in [
        (
            "400 Bad Request",
            r#"{"error":"invalid_grant"}"#,
            ProviderError::Token(TokenFault::Denied),
        ),
        ("302 Found", "", ProviderError::Away),
        ("500 Wrong", "", ProviderError::Away),
        ("200 OK", "{}", ProviderError::Token(TokenFault::Answer)),
        (
            "200 OK",
            r#"{"access_token":"a","token_type":"Bearer","id_token":"i"}"#,
            ProviderError::Token(TokenFault::Form),
        ),
    ] {
        stage.says("/token", status, content);
        let back = provider.exchange(&returned, (&verifier, "nonce"), "http://here/back", NOW);
        assert_eq!(back.await, Err(fault), "{status} {content}");
    }
}

#[test]
fn roots_are_certificates() {
    assert_eq!(own_roots(b"").err(), Some(NoRoots));
    let none = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(own_roots(none).err(), Some(NoRoots));
}
