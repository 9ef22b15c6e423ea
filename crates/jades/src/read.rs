//! Signatures as they arrive: compact, flattened or general (RFC 7515 7).

use serde_json::{Map, Value};

use crate::fault::{Fault, ReadJades};
use crate::header::Header;
use crate::text::{decode, object};
use crate::token::Token;
use crate::unsigned::Unsigned;

/// Octets of a protected header, decoded (T-I9).
pub const MAX_HEADER: usize = 64 * 1024;
/// Signatures over one payload.
pub const MAX_SIGNATURES: usize = 64;

/// What was read: one payload and its signatures.
#[derive(Debug, Clone)]
pub struct Jades {
    signatures: Vec<Signature>,
}

/// One signature, read and not checked.
#[derive(Debug, Clone)]
pub struct Signature {
    header: Header,
    token: Token,
}

impl Jades {
    /// Reads a signature. The caller has looked at the length.
    ///
    /// # Errors
    /// See [`ReadJades`].
    pub fn parse(octets: &[u8]) -> Result<Jades, ReadJades> {
        let text = std::str::from_utf8(octets)
            .map_err(|_| ReadJades::Serialization("not a text"))?
            .trim_ascii();
        let signatures = if text.starts_with('{') {
            json(text)?
        } else {
            vec![compact(text)?]
        };
        Ok(Jades { signatures })
    }

    /// The signatures.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

impl Signature {
    /// What is signed beside the content.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The signature as text.
    #[must_use]
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// What it lacks of the baseline where it signs another signature (5.1.3, 6.3).
    #[must_use]
    pub fn counter_faults(&self) -> Option<Fault> {
        let typed = self.header.content_type.is_some();
        typed.then_some(Fault::ContentType)
    }
}

/// RFC 7515 7.1: three parts between two dots. The payload of a signature over content elsewhere is empty (appendix F).
fn compact(text: &str) -> Result<Signature, ReadJades> {
    let wrong = ReadJades::Serialization("not three parts");
    let (protected, rest) = text.split_once('.').ok_or(wrong.clone())?;
    let (payload, signature) = rest.split_once('.').ok_or(wrong.clone())?;
    if signature.contains('.') {
        return Err(wrong);
    }
    let payload = (!payload.is_empty()).then_some(payload);
    one(protected, payload, signature, Unsigned::default())
}

/// RFC 7515 7.2: `payload`, and `protected`, `header`, `signature` beside it or in each of `signatures`.
fn json(text: &str) -> Result<Vec<Signature>, ReadJades> {
    let members = object(text.as_bytes(), "the signature")?;
    let payload = string(&members, "payload")?;
    let Some(list) = members.get("signatures") else {
        known(&members, &["payload", "protected", "header", "signature"])?;
        return Ok(vec![flat(&members, payload)?]);
    };
    // 7.2.2: in the general form the flattened members are absent.
    known(&members, &["payload", "signatures"])?;
    let list = list.as_array().filter(|list| !list.is_empty());
    let list = list.ok_or(ReadJades::Serialization("no signatures"))?;
    if list.len() > MAX_SIGNATURES {
        return Err(ReadJades::Limit("signatures"));
    }
    list.iter()
        .map(|one| {
            let members = one
                .as_object()
                .ok_or(ReadJades::Serialization("a signature that is no object"))?;
            known(members, &["protected", "header", "signature"])?;
            flat(members, payload)
        })
        .collect()
}

/// Members that nobody knows are not ignored: one reader might show what another takes for signed.
fn known(members: &Map<String, Value>, names: &[&str]) -> Result<(), ReadJades> {
    if members.keys().all(|name| names.contains(&name.as_str())) {
        Ok(())
    } else {
        Err(ReadJades::Serialization("an unknown member"))
    }
}

fn flat(members: &Map<String, Value>, payload: Option<&str>) -> Result<Signature, ReadJades> {
    let absent = ReadJades::Serialization("a member is absent");
    let protected = string(members, "protected")?.ok_or(absent.clone())?;
    let signature = string(members, "signature")?.ok_or(absent)?;
    let mut unsigned = Unsigned::default();
    if let Some(header) = members.get("header") {
        let header = header
            .as_object()
            .ok_or(ReadJades::Serialization("a header that is no object"))?;
        for (name, value) in header {
            // RFC 7515 4: what nobody protects decides nothing, and none of it may stand in for what is protected.
            if name != "etsiU" {
                return Err(ReadJades::Unprotected(name.clone()));
            }
            unsigned = Unsigned::read(value)?;
        }
    }
    one(protected, payload, signature, unsigned)
}

fn one(
    protected: &str,
    payload: Option<&str>,
    signature: &str,
    unsigned: Unsigned,
) -> Result<Signature, ReadJades> {
    let octets = decode(protected, "the protected header")?;
    if octets.len() > MAX_HEADER {
        return Err(ReadJades::Limit("the protected header"));
    }
    let header = Header::parse(&octets)?;
    decode(signature, "the signature")?;
    if let Some(payload) = payload.filter(|_| header.encoded) {
        decode(payload, "the payload")?;
    }
    // 5.2.8.1: the content lies elsewhere, or inside, and not both.
    if header.detached.is_some() && payload.is_some_and(|payload| !payload.is_empty()) {
        return Err(ReadJades::SignedData("a payload beside it"));
    }
    let token = Token {
        protected: protected.to_owned(),
        encoded: header.encoded,
        payload: payload
            .filter(|_| header.detached.is_none())
            .map(str::to_owned),
        detached: header.detached.clone(),
        signature: signature.to_owned(),
        unsigned,
    };
    Ok(Signature { header, token })
}

fn string<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, ReadJades> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ReadJades::Serialization("a member of the wrong kind")),
    }
}
