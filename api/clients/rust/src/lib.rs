//! Client of the API of Yinxin: signed requests (RFC 9421), seals, releases, licences, verdicts.
//!
//! It blocks. Each method names its route; shapes of requests and answers are those of `openapi.json`, as JSON values.

mod account;
mod form;

use std::io::Read;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};
use thiserror::Error;
use ureq::http::{Request, header};

pub use account::{Account, Signed};
pub use form::Form;

/// Octets of an answer that are taken.
const LARGEST: u64 = 256 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a request came to nothing.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The service refused it (RFC 9457).
    #[error("{status} {code}")]
    Refused {
        /// The status of the answer.
        status: u16,
        /// The stable code, such as `release.refused`.
        code: String,
        /// The whole document; `null` where there is none.
        document: Value,
    },
    /// The service was not reached, or its answer not read.
    #[error("not answered")]
    Unanswered(#[from] ureq::Error),
    /// An answer that the document of the API does not know.
    #[error("another answer than the API knows: {0}")]
    Unknown(&'static str),
}

/// One service, asked in the name of one account; of nobody without one.
#[derive(Debug)]
pub struct Client {
    base: String,
    account: Option<Account>,
    agent: ureq::Agent,
}

/// One request: `content` with its media type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The octets and their media type.
    pub content: Option<(&'a [u8], &'a str)>,
    /// The idempotency key: 16 to 128 printable ASCII characters.
    pub key: Option<&'a str>,
}

impl Client {
    /// A client of the service at `base`, its public address without a path.
    #[must_use]
    pub fn new(base: &str, account: Option<Account>) -> Client {
        // A signature is over one address: nothing is sent on to another.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .build();
        Client {
            base: base.trim_end_matches('/').to_owned(),
            account,
            agent: config.into(),
        }
    }

    /// One request: the octets of its answer.
    ///
    /// # Errors
    /// `Refused` from status 300 on; `Unanswered`.
    pub fn call(&self, method: &str, path: &str, asked: Asked<'_>) -> Result<Vec<u8>, ClientError> {
        let target = format!("{}{path}", self.base);
        let mut request = Request::builder().method(method).uri(&target);
        let hashed = asked.content.map(|(octets, _)| digest_field(octets));
        if let (Some((_, kind)), Some(hashed)) = (asked.content, &hashed) {
            request = request.header(header::CONTENT_TYPE, kind);
            request = request.header("content-digest", hashed);
        }
        if let Some(key) = asked.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(account) = &self.account {
            let fresh = (now(), nonce()?);
            let signed = account.sign((method, &target), (hashed.as_deref(), asked.key), &fresh);
            request = request.header("signature-input", signed.input);
            request = request.header("signature", signed.value);
        }
        let content = asked.content.map_or(&[][..], |(octets, _)| octets);
        let request = request.body(content).map_err(ureq::Error::from)?;
        let answer = self.agent.run(request)?;
        read(answer)
    }

    fn told(&self, method: &str, path: &str, asked: Asked<'_>) -> Result<Value, ClientError> {
        let octets = self.call(method, path, asked)?;
        serde_json::from_slice(&octets).map_err(|_| ClientError::Unknown("no JSON"))
    }

    fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.told("GET", path, Asked::default())
    }

    /// `POST /v1/seal-signatures`: asks for a seal on these files, each a name and its octets. The job that waits.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn seal(
        &self,
        order: &Value,
        files: &[(&str, &[u8])],
        key: &str,
    ) -> Result<Value, ClientError> {
        let mut form = Form::default().with("order", None, order.to_string().as_bytes());
        for (name, octets) in files {
            form = form.with("file", Some(name), octets);
        }
        let (content, kind) = form.finish();
        let asked = Asked {
            content: Some((&content, &kind)),
            key: Some(key),
        };
        self.told("POST", "/v1/seal-signatures", asked)
    }

    /// `GET /v1/seal-signatures/{job}/file`: the sealed document.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn sealed(&self, job: &str) -> Result<Vec<u8>, ClientError> {
        let path = format!("/v1/seal-signatures/{}/file", part(job));
        self.call("GET", &path, Asked::default())
    }

    /// `POST /v1/licences`: a decided case. The job that waits, the identifier and the number.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn issue(&self, request: &Value, key: &str) -> Result<Value, ClientError> {
        self.post("/v1/licences", &json!({"request": request}), Some(key))
    }

    /// `GET /v1/licences/{identifier}/files/{form}`: the file, `pdf` or `ofd`.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn licence(&self, identifier: &str, form: &str) -> Result<Vec<u8>, ClientError> {
        let path = format!("/v1/licences/{}/files/{}", part(identifier), part(form));
        self.call("GET", &path, Asked::default())
    }

    /// `GET /v1/jobs/{job}`: where a job stands.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn job(&self, job: &str) -> Result<Value, ClientError> {
        self.get(&format!("/v1/jobs/{}", part(job)))
    }

    /// `GET /v1/releases/{job}`: what a custodian is asked to release.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn offer(&self, job: &str) -> Result<Value, ClientError> {
        self.get(&format!("/v1/releases/{}", part(job)))
    }

    /// `GET /v1/releases/{job}/page`: the octets that will be sealed.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn page(&self, job: &str) -> Result<Vec<u8>, ClientError> {
        let path = format!("/v1/releases/{}/page", part(job));
        self.call("GET", &path, Asked::default())
    }

    /// `POST /v1/releases/{job}`: releases exactly this offer. `sign` is given the octets of its statement and gives the
    /// signature of the custodian's own key under `algorithm`, ECDSA in DER.
    ///
    /// # Errors
    /// As [`Client::call`]; `Unknown` for an offer without statement.
    pub fn release(
        &self,
        offer: &Value,
        algorithm: &str,
        sign: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<Value, ClientError> {
        let statement = offer["statement"].as_str().and_then(octets);
        let statement = statement.ok_or(ClientError::Unknown("no statement"))?;
        let job = offer["job"].as_str();
        let job = job.ok_or(ClientError::Unknown("no job"))?;
        let content = json!({
            "expires": offer["expires"],
            "algorithm": algorithm,
            "signature": STANDARD.encode(sign(&statement)),
        });
        self.post(&format!("/v1/releases/{}", part(job)), &content, None)
    }

    /// `POST /v1/verifications`: the report on a file of any kind.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn verify(&self, octets: &[u8]) -> Result<Value, ClientError> {
        let form = Form::default().with("file", Some("file"), octets);
        let (content, kind) = form.finish();
        let asked = Asked {
            content: Some((&content, &kind)),
            key: None,
        };
        self.told("POST", "/v1/verifications", asked)
    }

    fn post(&self, path: &str, content: &Value, key: Option<&str>) -> Result<Value, ClientError> {
        let content = content.to_string();
        let asked = Asked {
            content: Some((content.as_bytes(), "application/json")),
            key,
        };
        self.told("POST", path, asked)
    }
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> Result<Vec<u8>, ClientError> {
    let status = answer.status().as_u16();
    let mut octets = Vec::new();
    let reader = answer.body_mut().as_reader();
    let took = reader.take(LARGEST).read_to_end(&mut octets);
    took.map_err(ureq::Error::from)?;
    if status < 300 {
        return Ok(octets);
    }
    let document: Value = serde_json::from_slice(&octets).unwrap_or_default();
    let code = document.get("code").and_then(Value::as_str);
    let code = code.unwrap_or("unknown").to_owned();
    Err(ClientError::Refused {
        status,
        code,
        document,
    })
}

/// `content-digest` (RFC 9530).
fn digest_field(octets: &[u8]) -> String {
    let value = STANDARD.encode(digest(&SHA256, octets));
    format!("sha-256=:{value}:")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client stands outside the house and has a clock of its own"
)]
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

fn nonce() -> Result<String, ClientError> {
    let mut octets = [0; 12];
    let filled = SystemRandom::new().fill(&mut octets);
    filled.map_err(|_| ClientError::Unknown("no randomness"))?;
    Ok(hex(&octets))
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn octets(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    let read = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(read).collect()
}

/// A part of a path: all but letters, digits and `-._~` is escaped (RFC 3986 2.3).
fn part(text: &str) -> String {
    let written = |octet: u8| match octet {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(octet).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_and_parts_of_paths_are_written_and_read() {
        assert_eq!(octets("00ff10"), Some(vec![0, 255, 16]));
        assert_eq!(octets("0g"), None);
        assert_eq!(part("a/b ü"), "a%2Fb%20%C3%BC");
        assert_eq!(nonce().expect("randomness").len(), 24);
    }
}
