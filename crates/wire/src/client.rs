//! A caller of the API: signs its requests and reads the answers. The demonstration and the tests speak through it.

use std::pin::Pin;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{Random, SystemRandom};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use thiserror::Error;
use time::UtcDateTime;

use crate::message_signature::{Credentials, Unsigned, sign};

/// Why there is no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The request cannot be written.
    #[error("the request cannot be written")]
    Request(#[from] axum::http::Error),
    /// The request cannot be signed.
    #[error("the request cannot be signed")]
    Sign(#[from] Unsigned),
    /// The server cannot be reached, or closed the connection.
    #[error("the server does not answer")]
    Transport(#[from] hyper_util::client::legacy::Error),
    /// The answer broke off.
    #[error("the answer broke off")]
    Answer(#[from] hyper::Error),
    /// No randomness for a nonce.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its header fields.
    pub headers: HeaderMap,
    /// Its content.
    pub content: Bytes,
}

impl Answer {
    /// The content as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.content).unwrap_or_default()
    }
}

/// A request before it is signed.
#[derive(Debug, Clone, Default)]
pub struct Call {
    method: Method,
    path: String,
    content: Vec<u8>,
    kind: Option<&'static str>,
    key: Option<String>,
    fields: Vec<(&'static str, String)>,
}

impl Call {
    /// `GET` of a path with its query.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// `POST` of JSON.
    #[must_use]
    pub fn post(path: impl Into<String>, content: &serde_json::Value) -> Self {
        Self::send(
            Method::POST,
            path,
            "application/json",
            content.to_string().into_bytes(),
        )
    }

    /// Any method with content of this kind.
    #[must_use]
    pub fn send(
        method: Method,
        path: impl Into<String>,
        kind: &'static str,
        content: Vec<u8>,
    ) -> Self {
        Self {
            method,
            path: path.into(),
            content,
            kind: Some(kind),
            ..Self::default()
        }
    }

    /// With one more field of the header, such as `authorization`.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// With an idempotency key.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// One account at one server.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    account: Option<(String, Vec<u8>)>,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

impl Client {
    /// A client without an account, for what is public. `base` is an origin such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn anonymous(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            account: None,
            pool: Pool::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// The origin.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The same server under an account.
    #[must_use]
    pub fn account(&self, key: &str, secret: &[u8]) -> Self {
        Self {
            account: Some((key.to_owned(), secret.to_vec())),
            ..self.clone()
        }
    }

    /// Sends a request at `now`, signed if the client has an account.
    ///
    /// # Errors
    /// [`CallError`]; a problem document is an answer.
    pub fn call(
        &self,
        call: Call,
        now: UtcDateTime,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, CallError>> + Send + '_>> {
        Box::pin(self.answered(call, now))
    }

    async fn answered(&self, call: Call, now: UtcDateTime) -> Result<Answer, CallError> {
        let target = format!("{}{}", self.base, call.path);
        let mut headers = HeaderMap::new();
        let authority = self.base.split_once("://").map_or("", |(_, host)| host);
        headers.insert(
            HOST,
            HeaderValue::from_str(authority).map_err(axum::http::Error::from)?,
        );
        if let Some(kind) = call.kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        if let Some(key) = &call.key {
            let value = HeaderValue::from_str(key).map_err(axum::http::Error::from)?;
            headers.insert("idempotency-key", value);
        }
        for (name, value) in &call.fields {
            let value = HeaderValue::from_str(value).map_err(axum::http::Error::from)?;
            headers.insert(*name, value);
        }
        if let Some((key, secret)) = &self.account {
            let mut octets = [0; 18];
            SystemRandom::new().fill(&mut octets)?;
            let credentials = Credentials {
                key,
                secret,
                nonce: &URL_SAFE_NO_PAD.encode(octets),
                created: now,
            };
            sign(
                &call.method,
                &target,
                &mut headers,
                &call.content,
                &credentials,
            )?;
        }
        let mut request = Request::builder().method(call.method).uri(target);
        if let Some(fields) = request.headers_mut() {
            *fields = headers;
        }
        let request = request.body(Full::new(Bytes::from(call.content)))?;
        let (parts, body) = self.pool.request(request).await?.into_parts();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            content: body.collect().await?.to_bytes(),
        })
    }
}
