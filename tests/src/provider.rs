//! An OpenID provider on this machine that answers what a test wants, right or wrong.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{KeyAlgorithm, SignatureAlgorithm, SystemRandom, ThrowAway};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The client that the service is there.
pub const CLIENT: &str = "yinxin";
/// Its secret.
pub const SECRET: &str = "a secret of the tests";

/// A provider. It ends with the runtime of its test.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its name and address.
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The ID token of the next exchange; without it the code is not taken.
    token: Option<String>,
    /// What was sent to be exchanged, last.
    form: String,
    keys: String,
    is_away: bool,
}

/// A key of a provider.
pub struct Key(ThrowAway);

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key")
    }
}

impl Key {
    /// A fresh one on P-256.
    ///
    /// # Errors
    /// No randomness.
    pub fn fresh() -> anyhow::Result<Self> {
        let (algorithm, kind) = (SignatureAlgorithm::EcdsaP256Sha256, KeyAlgorithm::EcP256);
        Ok(Self(ThrowAway::generate(
            algorithm,
            kind,
            &SystemRandom::new(),
        )?))
    }

    /// Its public half, as it stands in certificates.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        self.0.public_key().spki()
    }

    fn jwk(&self, kid: &str) -> Value {
        let point = self.0.public_key().bits();
        let half =
            |from: usize| URL_SAFE_NO_PAD.encode(point.get(from..from + 32).unwrap_or_default());
        json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": half(1), "y": half(33)})
    }

    /// A token with this header and these claims.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn token(&self, header: &Value, claims: &Value) -> anyhow::Result<String> {
        let input = input(header, claims);
        let signature = self.0.sign(input.as_bytes())?;
        let value = signature.to_fixed(32)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(value)))
    }
}

/// What is signed of a token.
#[must_use]
pub fn input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// What the service is configured with for a provider.
#[must_use]
pub fn lines(issuer: &str, secret: &std::path::Path, more: &str) -> String {
    let secret = secret.display();
    format!(
        "[openid]\nissuer = \"{issuer}\"\nclient = \"{CLIENT}\"\nsecret_file = \"{secret}\"\n{more}\n"
    )
}

impl Provider {
    /// One with this key, under the name `one`.
    ///
    /// # Errors
    /// No port.
    pub async fn start(key: &Key) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let provider = Self {
            issuer: format!("http://{}", listener.local_addr()?),
            state: Arc::default(),
        };
        provider.has(key, "one");
        let served = provider.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _whoever_asked_left = served.answer(stream).await;
            }
        });
        Ok(provider)
    }

    /// It has this key alone from now on.
    pub fn has(&self, key: &Key, kid: &str) {
        self.state().keys = json!({"keys": [key.jwk(kid)]}).to_string();
    }

    /// The next code is exchanged for this token.
    pub fn gives(&self, token: Option<String>) {
        self.state().token = token;
    }

    /// Whether it says nothing.
    pub fn goes_away(&self, is_away: bool) {
        self.state().is_away = is_away;
    }

    /// What was sent to be exchanged, last.
    #[must_use]
    pub fn form(&self) -> String {
        self.state().form.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let text = whole(&mut stream).await?;
        let path = text.split(' ').nth(1).unwrap_or_default();
        let content = text
            .split_once("\r\n\r\n")
            .map_or("", |(_, content)| content);
        let (status, content) = self.said(path, content);
        let length = content.len();
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        stream
            .write_all(format!("{head}{content}").as_bytes())
            .await
    }

    fn said(&self, path: &str, content: &str) -> (&'static str, String) {
        let issuer = &self.issuer;
        let mut state = self.state();
        if state.is_away {
            return ("503 Service Unavailable", String::new());
        }
        match path {
            "/.well-known/openid-configuration" => {
                let document = json!({"issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"),
                    "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                    "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
                    "authorization_response_iss_parameter_supported": true});
                ("200 OK", document.to_string())
            }
            "/keys" => ("200 OK", state.keys.clone()),
            "/token" => {
                content.clone_into(&mut state.form);
                let answer = |token: String| {
                    let answer =
                        json!({"access_token": "a", "token_type": "Bearer", "id_token": token});
                    ("200 OK", answer.to_string())
                };
                let refused = (
                    "400 Bad Request",
                    json!({"error": "invalid_grant"}).to_string(),
                );
                state.token.take().map_or(refused, answer)
            }
            _ => ("404 Not Found", String::new()),
        }
    }
}

/// A request, with its content.
async fn whole(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut octets = Vec::new();
    loop {
        let read = stream.read_buf(&mut octets).await?;
        let text = String::from_utf8_lossy(&octets).into_owned();
        let lower = text.to_ascii_lowercase();
        let length = lower
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.trim().parse().ok());
        let content = text
            .split_once("\r\n\r\n")
            .map(|(_, content)| content.len());
        if read == 0 || content.is_some_and(|got| got >= length.unwrap_or(0)) {
            return Ok(text);
        }
    }
}
