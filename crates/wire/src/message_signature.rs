//! Requests signed by machines: HTTP message signatures (RFC 9421) with `hmac-sha256`, over a content digest (RFC 9530).
//!
//! One profile, D9: the signature covers `@method`, `@target-uri`, `content-digest` where there is
//! content and `idempotency-key` where there is one; its parameters are `created`, `nonce` and
//! `keyid`. What is not covered is not believed.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sfv::{BareItem, Dictionary, FieldType, InnerList, List, ListEntry, Parser};
use thiserror::Error;
use time::UtcDateTime;

/// How far `created` may lie from the server's clock, in seconds (T-P1).
pub const MAX_SKEW: i64 = 300;

/// Octets of a nonce, at most.
const MAX_NONCE: usize = 64;
/// Octets of a nonce, at least: 96 bits in base64 or hexadecimal.
const MIN_NONCE: usize = 16;
/// Octets of each of the two headers, at most.
const MAX_HEADER: usize = 1024;

const METHOD: &str = "@method";
const TARGET: &str = "@target-uri";
const DIGEST: &str = "content-digest";
const KEY: &str = "idempotency-key";

/// Why a request counts as not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsigned {
    /// There is no signature, or not both headers of one.
    #[error("the request carries no signature")]
    Missing,
    /// A header is not a structured field of the form that RFC 9421 gives it.
    #[error("the signature headers cannot be read")]
    Malformed,
    /// There is more than one signature.
    #[error("the request carries more than one signature")]
    Several,
    /// A component that has to be covered is not, or one is covered that this profile has no use for.
    #[error("the signature covers other components than it has to")]
    Coverage,
    /// A parameter is missing, unknown, or of another kind.
    #[error("the signature has other parameters than it has to")]
    Parameters,
    /// `created` is too far from now.
    #[error("the signature was created too long ago or too far ahead")]
    Stale,
    /// The content is not what `content-digest` says.
    #[error("the content is not the one that was digested")]
    Content,
    /// The keyed digest is another.
    #[error("the signature is not good")]
    Wrong,
}

/// A request as its signature sees it.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The method.
    pub method: &'a Method,
    /// `scheme://authority/path?query`, as the client wrote it (RFC 9421 2.2.2).
    pub target: &'a str,
    /// All header fields.
    pub headers: &'a HeaderMap,
}

/// What the signature says of itself, read and not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Which key is said to have signed.
    pub key: String,
    /// The nonce, once per key.
    pub nonce: String,
    /// When the signature is said to have been made.
    pub created: UtcDateTime,
    /// SHA-256 of the content, as the signed field says; none where the field is absent.
    digest: Option<Vec<u8>>,
    base: Vec<u8>,
    value: Vec<u8>,
}

impl Claimed {
    /// Reads the signature of a request and compares coverage and age. The content need not be there yet.
    ///
    /// # Errors
    /// [`Unsigned`]; never `Wrong` or `Content`, which are for [`Claimed::check`] and [`Claimed::inspect`] to say.
    pub fn read(message: &Message<'_>, now: UtcDateTime) -> Result<Self, Unsigned> {
        let (label, input) = the_one_signature(message.headers)?;
        let value = signature_named(message.headers, &label)?;
        let components = covered(&input)?;
        inspect_coverage(&components, message)?;
        let parameters = parameters(&input)?;
        if (parameters.created - now.unix_timestamp()).abs() > MAX_SKEW {
            return Err(Unsigned::Stale);
        }
        let created = UtcDateTime::from_unix_timestamp(parameters.created)
            .map_err(|_| Unsigned::Parameters)?;
        Ok(Self {
            key: parameters.key,
            nonce: parameters.nonce,
            created,
            digest: digest(message.headers)?,
            base: base(&components, &input, message)?,
            value,
        })
    }

    /// Compares the content, by its SHA-256; none where there is no content.
    ///
    /// # Errors
    /// `Content` if it is not what was signed.
    pub fn inspect(&self, content: Option<&[u8; 32]>) -> Result<(), Unsigned> {
        let same = match (&self.digest, content) {
            (None, None) => true,
            (None, Some(_)) => false,
            // RFC 9530 2: nothing has a digest, too.
            (Some(signed), content) => {
                let nothing = crypto::sha256(&[]);
                crypto::mac::constant_time_eq(signed, content.unwrap_or(&nothing))
            }
        };
        same.then_some(()).ok_or(Unsigned::Content)
    }

    /// Checks the keyed digest in constant time (RFC 9421 3.3.3).
    ///
    /// # Errors
    /// `Wrong` if the secret made another one.
    pub fn check(&self, secret: &[u8]) -> Result<(), Unsigned> {
        let expected = crypto::mac::hmac_sha256(secret, &self.base);
        crypto::mac::constant_time_eq(&expected, &self.value)
            .then_some(())
            .ok_or(Unsigned::Wrong)
    }
}

/// Adds digest and signature to the headers of a request: the client's half of the same profile.
///
/// # Errors
/// `Malformed` if a key or nonce cannot stand in a header.
pub fn sign(
    method: &Method,
    target: &str,
    headers: &mut HeaderMap,
    content: &[u8],
    signer: &Credentials<'_>,
) -> Result<(), Unsigned> {
    let put = |headers: &mut HeaderMap, name: &'static str, value: String| {
        let value = value.parse().map_err(|_| Unsigned::Malformed)?;
        headers.insert(name, value);
        Ok(())
    };
    let mut components = vec![METHOD, TARGET];
    if !content.is_empty() {
        put(headers, DIGEST, content_digest(content))?;
        components.push(DIGEST);
    }
    if headers.contains_key(KEY) {
        components.push(KEY);
    }
    let list = components
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(" ");
    let input = format!(
        "({list});created={};keyid=\"{}\";nonce=\"{}\"",
        signer.created.unix_timestamp(),
        signer.key,
        signer.nonce
    );
    put(headers, "signature-input", format!("request={input}"))?;
    let (_, parsed) = the_one_signature(headers)?;
    let message = Message {
        method,
        target,
        headers,
    };
    let components = covered(&parsed)?;
    let value = crypto::mac::hmac_sha256(signer.secret, &base(&components, &parsed, &message)?);
    put(
        headers,
        "signature",
        format!("request=:{}:", STANDARD.encode(value)),
    )
}

/// Who signs a request, and when.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// Name of the key.
    pub key: &'a str,
    /// The secret shared with the server.
    pub secret: &'a [u8],
    /// Used once.
    pub nonce: &'a str,
    /// Now.
    pub created: UtcDateTime,
}

impl std::fmt::Debug for Credentials<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// `Content-Digest` of some content with SHA-256 (RFC 9530 2).
#[must_use]
pub fn content_digest(content: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(crypto::sha256(content)))
}

fn only<'a>(headers: &'a HeaderMap, name: &str, absent: Unsigned) -> Result<&'a str, Unsigned> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().ok_or(absent)?;
    // RFC 9421 2.1 would join several lines; a profile with one signature has no need of it.
    if values.next().is_some() {
        return Err(Unsigned::Several);
    }
    let text = first.to_str().map_err(|_| Unsigned::Malformed)?;
    (text.len() <= MAX_HEADER)
        .then_some(text)
        .ok_or(Unsigned::Malformed)
}

fn dictionary(text: &str) -> Result<Dictionary, Unsigned> {
    Parser::new(text).parse().map_err(|_| Unsigned::Malformed)
}

fn the_one_signature(headers: &HeaderMap) -> Result<(String, InnerList), Unsigned> {
    let fields = dictionary(only(headers, "signature-input", Unsigned::Missing)?)?;
    if fields.len() > 1 {
        return Err(Unsigned::Several);
    }
    match fields.into_iter().next() {
        Some((label, ListEntry::InnerList(input))) => Ok((label.to_string(), input)),
        Some(_) => Err(Unsigned::Malformed),
        None => Err(Unsigned::Missing),
    }
}

fn signature_named(headers: &HeaderMap, label: &str) -> Result<Vec<u8>, Unsigned> {
    let fields = dictionary(only(headers, "signature", Unsigned::Missing)?)?;
    if fields.len() > 1 {
        return Err(Unsigned::Several);
    }
    match fields.into_iter().next() {
        Some((name, ListEntry::Item(item))) if name.as_str() == label => item
            .bare_item
            .as_byte_sequence()
            .map(<[u8]>::to_vec)
            .ok_or(Unsigned::Malformed),
        _ => Err(Unsigned::Missing),
    }
}

/// The names of the covered components. A component with parameters is another component
/// (RFC 9421 2), of which this profile knows none.
fn covered(input: &InnerList) -> Result<Vec<String>, Unsigned> {
    let mut names = Vec::new();
    for item in &input.items {
        let name = match &item.bare_item {
            BareItem::String(name) if item.params.is_empty() => name.as_str().to_owned(),
            _ => return Err(Unsigned::Coverage),
        };
        // RFC 9421 2: each component occurs once.
        if names.contains(&name) {
            return Err(Unsigned::Coverage);
        }
        names.push(name);
    }
    Ok(names)
}

/// `@target-uri` (RFC 9421 2.2.2): what the client wrote, as far as it reaches us. The scheme is that of the public
/// address; the authority is covered by the signature, whatever it is.
#[must_use]
pub fn target(public_url: &str, parts: &Parts) -> String {
    let scheme = public_url
        .split_once("://")
        .map_or("https", |(scheme, _)| scheme);
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| parts.uri.host())
        .unwrap_or_default();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    format!("{scheme}://{host}{path}")
}

fn inspect_coverage(components: &[String], message: &Message<'_>) -> Result<(), Unsigned> {
    let has = |name: &str| components.iter().any(|component| component == name);
    let known = components
        .iter()
        .all(|component| [METHOD, TARGET, DIGEST, KEY].contains(&component.as_str()));
    let digest = has(DIGEST) || !message.headers.contains_key(DIGEST);
    let key = has(KEY) || !message.headers.contains_key(KEY);
    (known && has(METHOD) && has(TARGET) && digest && key)
        .then_some(())
        .ok_or(Unsigned::Coverage)
}

struct Parameters {
    created: i64,
    nonce: String,
    key: String,
}

fn parameters(input: &InnerList) -> Result<Parameters, Unsigned> {
    let (mut created, mut nonce, mut key) = (None, None, None);
    for (name, value) in &input.params {
        match (name.as_str(), value) {
            ("created", BareItem::Integer(seconds)) => created = Some(i64::from(*seconds)),
            ("nonce", BareItem::String(text)) => nonce = Some(text.as_str().to_owned()),
            ("keyid", BareItem::String(text)) => key = Some(text.as_str().to_owned()),
            ("alg", BareItem::String(text)) if text.as_str() == "hmac-sha256" => {}
            _ => return Err(Unsigned::Parameters),
        }
    }
    match (created, nonce, key) {
        (Some(created), Some(nonce), Some(key))
            if (MIN_NONCE..=MAX_NONCE).contains(&nonce.len()) =>
        {
            Ok(Parameters {
                created,
                nonce,
                key,
            })
        }
        _ => Err(Unsigned::Parameters),
    }
}

/// SHA-256 in `Content-Digest` (RFC 9530 2), where there is one.
fn digest(headers: &HeaderMap) -> Result<Option<Vec<u8>>, Unsigned> {
    if !headers.contains_key(DIGEST) {
        return Ok(None);
    }
    let fields = dictionary(only(headers, DIGEST, Unsigned::Content)?)?;
    match fields.get("sha-256") {
        Some(ListEntry::Item(item)) => item
            .bare_item
            .as_byte_sequence()
            .map(|digest| Some(digest.to_vec()))
            .ok_or(Unsigned::Content),
        _ => Err(Unsigned::Content),
    }
}

/// The signature base of RFC 9421 2.5.
fn base(
    components: &[String],
    input: &InnerList,
    message: &Message<'_>,
) -> Result<Vec<u8>, Unsigned> {
    let mut out = String::new();
    for name in components {
        let value = match name.as_str() {
            METHOD => message.method.as_str(),
            TARGET => message.target,
            DIGEST | KEY => only(message.headers, name, Unsigned::Coverage)?.trim(),
            _ => return Err(Unsigned::Coverage),
        };
        out.push_str(&format!("\"{name}\": {value}\n"));
    }
    let list: List = vec![ListEntry::InnerList(input.clone())];
    let serialised = list.serialize().ok_or(Unsigned::Malformed)?;
    out.push_str(&format!("\"@signature-params\": {serialised}"));
    Ok(out.into_bytes())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use time::macros::utc_datetime;

    use super::*;

    const NOW: UtcDateTime = utc_datetime!(2026-06-10 08:42:00);
    const TARGET_URI: &str = "https://licences.example/v1/licences?x=1";
    const BODY: &[u8] = br#"{"case":"BJ"}"#;
    const SECRET: &[u8] = b"thirty-two octets of a test secret";

    fn signed() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(KEY, HeaderValue::from_static("0123456789abcdef"));
        let credentials = Credentials {
            key: "approvals",
            secret: SECRET,
            nonce: "bm9uY2Utbm9uY2Ut",
            created: NOW,
        };
        sign(&Method::POST, TARGET_URI, &mut headers, BODY, &credentials).expect("plain values");
        headers
    }

    fn judged(headers: &HeaderMap, target: &str, content: &[u8]) -> Result<String, Unsigned> {
        let message = Message {
            method: &Method::POST,
            target,
            headers,
        };
        let claimed = Claimed::read(&message, NOW)?;
        claimed.check(SECRET)?;
        let digest = (!content.is_empty()).then(|| crypto::sha256(content));
        claimed.inspect(digest.as_ref())?;
        Ok(claimed.key)
    }

    fn replaced(name: &'static str, from: &str, to: &str) -> HeaderMap {
        let mut headers = signed();
        let value = headers[name].to_str().expect("text").replace(from, to);
        headers.insert(name, value.parse().expect("a header"));
        headers
    }

    #[test]
    fn what_the_client_signs_the_server_believes() {
        assert_eq!(
            judged(&signed(), TARGET_URI, BODY),
            Ok("approvals".to_owned())
        );
    }

    #[test]
    fn each_covered_part_is_covered() {
        assert_eq!(
            judged(&signed(), "https://licences.example/v1/licences", BODY),
            Err(Unsigned::Wrong)
        );
        assert_eq!(judged(&signed(), TARGET_URI, b"{}"), Err(Unsigned::Content));
        let other_key = replaced(KEY, "f", "e");
        assert_eq!(judged(&other_key, TARGET_URI, BODY), Err(Unsigned::Wrong));
        let mut digest = signed();
        digest.insert(DIGEST, content_digest(b"{}").parse().expect("a header"));
        assert_eq!(judged(&digest, TARGET_URI, b"{}"), Err(Unsigned::Wrong));
    }

    #[test]
    fn content_without_a_digest_is_not_believed() {
        let mut headers = HeaderMap::new();
        let credentials = Credentials {
            key: "approvals",
            secret: SECRET,
            nonce: "bm9uY2Utbm9uY2Ut",
            created: NOW,
        };
        sign(&Method::POST, TARGET_URI, &mut headers, b"", &credentials).expect("plain values");
        assert!(judged(&headers, TARGET_URI, b"").is_ok());
        assert_eq!(judged(&headers, TARGET_URI, BODY), Err(Unsigned::Content));
        assert_eq!(judged(&signed(), TARGET_URI, b""), Err(Unsigned::Content));
    }

    #[test]
    fn a_component_left_out_is_noticed() {
        for name in [METHOD, TARGET, DIGEST, KEY] {
            let headers = replaced("signature-input", &format!("\"{name}\""), "");
            assert_eq!(
                judged(&headers, TARGET_URI, BODY),
                Err(Unsigned::Coverage),
                "{name}"
            );
        }
    }

    #[test]
    fn parameters_are_exactly_those_of_the_profile() {
        let gone = replaced("signature-input", ";keyid=\"approvals\"", "");
        assert_eq!(judged(&gone, TARGET_URI, BODY), Err(Unsigned::Parameters));
        let more = replaced("signature-input", ";created", ";expires=1;created");
        assert_eq!(judged(&more, TARGET_URI, BODY), Err(Unsigned::Parameters));
        let other = replaced("signature-input", ";created", ";alg=\"ed25519\";created");
        assert_eq!(judged(&other, TARGET_URI, BODY), Err(Unsigned::Parameters));
        let short = replaced("signature-input", "bm9uY2Utbm9uY2Ut", "bm9uY2U");
        assert_eq!(judged(&short, TARGET_URI, BODY), Err(Unsigned::Parameters));
    }

    #[test]
    fn age_is_bounded_on_both_sides() {
        let headers = signed();
        let message = Message {
            method: &Method::POST,
            target: TARGET_URI,
            headers: &headers,
        };
        for (seconds, fresh) in [
            (MAX_SKEW, true),
            (MAX_SKEW + 1, false),
            (-MAX_SKEW, true),
            (-MAX_SKEW - 1, false),
        ] {
            let now = NOW + time::Duration::seconds(seconds);
            let read = Claimed::read(&message, now);
            assert_eq!(read.is_ok(), fresh, "{seconds}");
            assert!(fresh || read == Err(Unsigned::Stale));
        }
    }

    #[test]
    fn one_signature_is_one_signature() {
        let mut twice = signed();
        let again = twice["signature-input"].clone();
        twice.append("signature-input", again);
        assert_eq!(judged(&twice, TARGET_URI, BODY), Err(Unsigned::Several));
        let other = replaced("signature", "request=", "other=");
        assert_eq!(judged(&other, TARGET_URI, BODY), Err(Unsigned::Missing));
        let mut none = signed();
        none.remove("signature");
        assert_eq!(judged(&none, TARGET_URI, BODY), Err(Unsigned::Missing));
        let doubled = replaced("signature-input", "\"@method\"", "\"@method\" \"@method\"");
        assert_eq!(judged(&doubled, TARGET_URI, BODY), Err(Unsigned::Coverage));
    }
}
