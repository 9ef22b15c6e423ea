//! A signature with what it signs and what came later, as text.

use credential::CheckToken;
use crypto::{Digest, PublicKey};
use serde_json::{Map, Value};

use crate::detached::{Detached, Mechanism, object_digest};
use crate::fault::ReadJades;
use crate::header::Header;
use crate::text::{decode, encode};
use crate::unsigned::{Element, Unsigned};

/// What is at hand of content that lies elsewhere: the octets of this name, or of the only content where a signature names none.
pub type Contents<'a> = &'a dyn Fn(Option<&str>) -> Option<&'a [u8]>;

/// A signature as it is written and extended.
#[derive(Debug, Clone)]
pub struct Token {
    /// The protected header in base64url.
    pub(crate) protected: String,
    /// What it says of the payload.
    pub(crate) encoded: bool,
    pub(crate) detached: Option<Detached>,
    /// The payload as it stands there; `None` where the content lies elsewhere.
    pub(crate) payload: Option<String>,
    /// The signature value in base64url.
    pub(crate) signature: String,
    pub(crate) unsigned: Unsigned,
}

impl Token {
    /// What came after the signature.
    #[must_use]
    pub fn unsigned(&self) -> &Unsigned {
        &self.unsigned
    }

    /// Where the content lies, if not inside.
    #[must_use]
    pub fn detached(&self) -> Option<&Detached> {
        self.detached.as_ref()
    }

    /// Whether the content is inside.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.payload.is_some()
    }

    /// The content, where it is inside.
    #[must_use]
    pub fn content(&self) -> Option<Vec<u8>> {
        let payload = self.payload.as_deref()?;
        if self.encoded {
            decode(payload, "the payload").ok()
        } else {
            Some(payload.as_bytes().to_vec())
        }
    }

    /// What a signature time-stamp is over: the text of the signature value (TS 119 182-1 5.3.4).
    #[must_use]
    pub fn signature_text(&self) -> &str {
        &self.signature
    }

    /// The signature value.
    #[must_use]
    pub fn signature(&self) -> Vec<u8> {
        decode(&self.signature, "the signature").unwrap_or_default()
    }

    /// Adds an element behind the others; what was signed or stamped keeps its octets.
    ///
    /// # Errors
    /// `Unsigned` where the elements stand in clear JSON: the two are not mixed (5.3.1).
    pub fn with(mut self, element: Element) -> Result<Token, ReadJades> {
        if self.unsigned.is_clear() {
            return Err(ReadJades::Unsigned("in clear JSON"));
        }
        self.unsigned.push(element);
        Ok(self)
    }

    /// The names of the content that is signed and not at hand.
    #[must_use]
    pub fn missing(&self, contents: Contents<'_>) -> Vec<String> {
        match (&self.payload, &self.detached) {
            (Some(_), _) => Vec::new(),
            (None, None) => match contents(None) {
                Some(_) => Vec::new(),
                None => vec![String::new()],
            },
            (None, Some(detached)) => detached
                .names
                .iter()
                .filter(|name| contents(Some(name)).is_none())
                .cloned()
                .collect(),
        }
    }

    /// The digest that is signed of an object's octets as they are; nothing where that of their base64url form is signed
    /// (5.2.8.3.3), which the octets' own digest says nothing of.
    #[must_use]
    pub fn named_digest(&self, name: &str) -> Option<&Digest> {
        let detached = self.detached.as_ref().filter(|_| !self.encoded)?;
        let Mechanism::ByUriHash(digests) = &detached.mechanism else {
            return None;
        };
        let mut pairs = detached.names.iter().zip(digests);
        let found = pairs.find(|(known, _)| *known == name);
        found.map(|(_, digest)| digest)
    }

    /// The names of the objects at hand that are not those whose digests are signed (5.2.8.3.3).
    #[must_use]
    pub fn differing(&self, contents: Contents<'_>) -> Vec<String> {
        let Some(Detached {
            mechanism: Mechanism::ByUriHash(digests),
            names,
        }) = &self.detached
        else {
            return Vec::new();
        };
        let pairs = names.iter().zip(digests);
        let differs = |octets: &[u8], digest: &Digest| {
            object_digest(digest.algorithm(), octets, self.encoded) != *digest
        };
        pairs
            .filter(|(name, digest)| {
                contents(Some(name)).is_some_and(|octets| differs(octets, digest))
            })
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Checks the signature; the key fixes the algorithm. `None` where content is missing, so that nobody can say.
    #[must_use]
    pub fn check(
        &self,
        header: &Header,
        key: &PublicKey,
        contents: Contents<'_>,
    ) -> Option<Result<(), CheckToken>> {
        let input = self.signing_input(contents)?;
        let value = self.signature();
        Some(credential::check_jose(
            &header.algorithm,
            key,
            &input,
            &value,
        ))
    }

    /// What was signed: header and payload, between them a dot (RFC 7515 5.1, RFC 7797 3). `None` where content is missing.
    #[must_use]
    pub fn signing_input(&self, contents: Contents<'_>) -> Option<Vec<u8>> {
        let mut input = self.protected.clone().into_bytes();
        input.push(b'.');
        match self.detached.as_ref().map(|detached| &detached.mechanism) {
            // 5.2.8.3.3: the payload is an empty stream.
            Some(Mechanism::ByUriHash(_)) => {}
            _ => input.extend(self.signed_data(contents)?),
        }
        Some(input)
    }

    /// The content as a signature or a time-stamp takes it in: the payload, or each object of `sigD`, in base64url
    /// or as it is (5.2.6, 5.2.8.3.2, 5.3.6.3.1). `None` where it is missing.
    #[must_use]
    pub fn signed_data(&self, contents: Contents<'_>) -> Option<Vec<u8>> {
        if let Some(payload) = &self.payload {
            return Some(payload.clone().into_bytes());
        }
        let form = |octets: &[u8]| {
            if self.encoded {
                encode(octets).into_bytes()
            } else {
                octets.to_vec()
            }
        };
        let Some(detached) = &self.detached else {
            return contents(None).map(form);
        };
        if detached.mechanism == Mechanism::HttpHeaders {
            return None;
        }
        let mut all = Vec::new();
        for name in &detached.names {
            all.extend(form(contents(Some(name))?));
        }
        Some(all)
    }

    /// What an archive time-stamp at this place of `etsiU` is over, and one to come at the end: content, header, signature,
    /// and all elements before it (5.3.6.3.1). `None` where content is missing, or where elements stand in clear JSON, which has
    /// no form that is fixed.
    #[must_use]
    pub fn archive_input(&self, contents: Contents<'_>, place: usize) -> Option<Vec<u8>> {
        if self.unsigned.is_clear() {
            return None;
        }
        let mut input = self.signed_data(contents)?;
        for part in [&self.protected, &self.signature] {
            input.push(b'.');
            input.extend_from_slice(part.as_bytes());
        }
        input.push(b'.');
        for text in self.unsigned.before(place) {
            input.extend_from_slice(text.as_bytes());
        }
        Some(input)
    }

    /// The compact serialization (RFC 7515 7.1), which has no room for what came later: then `None`, as for a payload that is
    /// not encoded and has a dot in it (RFC 7797 5.2).
    #[must_use]
    pub fn compact(&self) -> Option<String> {
        let payload = self.payload.as_deref().unwrap_or_default();
        let plain = |letter: char| matches!(letter, ' '..='~') && letter != '.';
        if self.unsigned.elements().next().is_some() || !payload.chars().all(plain) {
            return None;
        }
        Some(format!("{}.{payload}.{}", self.protected, self.signature))
    }

    /// The flattened JSON serialization (RFC 7515 7.2.2).
    #[must_use]
    pub fn flattened(&self) -> String {
        let mut members = Map::new();
        if let Some(payload) = &self.payload {
            members.insert("payload".into(), payload.as_str().into());
        }
        members.insert("protected".into(), self.protected.as_str().into());
        members.insert("signature".into(), self.signature.as_str().into());
        if self.unsigned.elements().next().is_some() {
            let mut header = Map::new();
            header.insert("etsiU".into(), self.unsigned.written());
            members.insert("header".into(), Value::Object(header));
        }
        Value::Object(members).to_string()
    }
}
