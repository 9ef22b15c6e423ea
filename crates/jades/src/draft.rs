//! Making a signature: `prepare` gives the bytes to be signed, `finish` takes the signature.

use crypto::{Digest, DigestAlgorithm, Signature, SignatureAlgorithm, WrongForm};
use pki::Certificate;
use serde_json::{Map, Value, json};
use thiserror::Error;
use time::UtcDateTime;

use crate::commitment::{Commitment, SignaturePolicy};
use crate::detached::{Detached, MAX_OBJECTS, Mechanism, object_digest};
use crate::text::{digest_name, encode, padded};
use crate::token::Token;
use crate::unsigned::{Unsigned, written};

/// What is to be signed, by which certificate's key.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// The signer's certificate.
    pub certificate: &'a Certificate,
    /// Those above it that go along, without the anchor (`x5c`).
    pub chain: &'a [Certificate],
    /// Algorithm of the signature to come.
    pub algorithm: SignatureAlgorithm,
    /// The digest by which the certificate is named: SHA-256 gives `x5t#S256`, others `x5t#o`.
    pub named_by: DigestAlgorithm,
    /// The claimed signing time, whole seconds: `iat`.
    pub claimed: UtcDateTime,
    /// What is signed.
    pub content: Content<'a>,
    /// What the signer commits to.
    pub commitments: &'a [Commitment],
    /// The policy that the signer names.
    pub policy: Option<&'a SignaturePolicy>,
    /// Time-stamp tokens over the content, made before it is signed: over its base64url form (`adoTst`).
    pub content_stamps: &'a [Vec<u8>],
}

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// Octets that go along, and their type.
    Inside(&'a [u8], Option<&'a str>),
    /// Octets that lie elsewhere and have no name: what a counter-signature signs.
    Outside(&'a [u8]),
    /// Objects that lie elsewhere, one behind the other.
    ByUri(&'a [Object<'a>]),
    /// Objects that lie elsewhere, by their digests.
    ByUriHash(DigestAlgorithm, &'a [Object<'a>]),
    /// Objects that lie elsewhere and are not at hand, by digests of their octets, all by one algorithm. The header says that
    /// they are not encoded (`b64`), since the digest of a base64url form would be another one (5.2.8.3.3).
    ByDigest(&'a [Named<'a>]),
}

/// An object that lies elsewhere and is not at hand.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Its URI.
    pub uri: &'a str,
    /// Its media type, without `application/` before it (RFC 7515 4.1.10).
    pub media_type: &'a str,
    /// The digest of its octets.
    pub digest: &'a Digest,
}

/// An object that lies elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Its URI.
    pub uri: &'a str,
    /// Its media type, without `application/` before it (RFC 7515 4.1.10).
    pub media_type: &'a str,
    /// Its octets.
    pub octets: &'a [u8],
}

/// Why nothing can be prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareJades {
    /// The algorithm is not one of the certificate's key, or has no name in JOSE.
    #[error("the signature algorithm does not fit the certificate's key or has no name")]
    Algorithm,
    /// A digest that nothing is made with.
    #[error("the digest has no name")]
    Digest,
    /// No objects, too many, or two of one name.
    #[error("no objects, too many, or two of one name")]
    Objects,
}

/// A signature that lacks its value. Used once.
#[derive(Debug)]
pub struct Prepared {
    input: Vec<u8>,
    token: Token,
    algorithm: SignatureAlgorithm,
}

impl Draft<'_> {
    /// Computes what will be signed.
    ///
    /// # Errors
    /// See [`PrepareJades`].
    pub fn prepare(&self) -> Result<Prepared, PrepareJades> {
        let key = self.certificate.public_key();
        let key = key.map_err(|_| PrepareJades::Algorithm)?;
        if pki::algorithm::key_of(self.algorithm) != key.algorithm() {
            return Err(PrepareJades::Algorithm);
        }
        let detached = self.detached()?;
        let protected = encode(self.header(detached.as_ref())?.to_string().as_bytes());
        let payload = match self.content {
            Content::Inside(octets, _) | Content::Outside(octets) => encode(octets),
            Content::ByUri(objects) => objects.iter().map(|one| encode(one.octets)).collect(),
            // TS 119 182-1 5.2.8.3.3: an empty stream.
            Content::ByUriHash(..) | Content::ByDigest(_) => String::new(),
        };
        let mut input = protected.clone().into_bytes();
        input.push(b'.');
        input.extend_from_slice(payload.as_bytes());
        let inside = matches!(self.content, Content::Inside(..));
        Ok(Prepared {
            input,
            token: Token {
                protected,
                encoded: self.is_encoded(),
                detached,
                payload: inside.then_some(payload),
                signature: String::new(),
                unsigned: Unsigned::default(),
            },
            algorithm: self.algorithm,
        })
    }

    /// RFC 7797 3: whether content counts in its base64url form.
    fn is_encoded(&self) -> bool {
        !matches!(self.content, Content::ByDigest(_))
    }

    fn detached(&self) -> Result<Option<Detached>, PrepareJades> {
        let named = |objects: &[Object<'_>]| objects.iter().map(|one| one.uri.to_owned()).collect();
        let (names, mechanism): (Vec<String>, _) = match self.content {
            Content::Inside(..) | Content::Outside(_) => return Ok(None),
            Content::ByUri(objects) => (named(objects), Mechanism::ByUri),
            Content::ByUriHash(algorithm, objects) => {
                digest_name(algorithm).ok_or(PrepareJades::Digest)?;
                let digests = objects
                    .iter()
                    .map(|one| object_digest(algorithm, one.octets, true));
                (named(objects), Mechanism::ByUriHash(digests.collect()))
            }
            Content::ByDigest(objects) => {
                let names = objects.iter().map(|one| one.uri.to_owned());
                (
                    names.collect(),
                    Mechanism::ByUriHash(of_one_algorithm(objects)?),
                )
            }
        };
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        if names.is_empty() || names.len() > MAX_OBJECTS || sorted.len() != names.len() {
            return Err(PrepareJades::Objects);
        }
        Ok(Some(Detached { mechanism, names }))
    }

    fn header(&self, detached: Option<&Detached>) -> Result<Value, PrepareJades> {
        let mut members = Map::new();
        let name = credential::jose_name(self.algorithm).ok_or(PrepareJades::Algorithm)?;
        members.insert("alg".into(), name.into());
        if let Content::Inside(_, Some(kind)) = self.content {
            members.insert("cty".into(), kind.into());
        }
        let der = self.certificate.der();
        let digest = encode(Digest::of(self.named_by, der).bytes());
        if self.named_by == DigestAlgorithm::Sha256 {
            members.insert("x5t#S256".into(), digest.into());
        } else {
            let name = digest_name(self.named_by).ok_or(PrepareJades::Digest)?;
            members.insert("x5t#o".into(), json!({ "digAlg": name, "digVal": digest }));
        }
        let chain: Vec<String> = std::iter::once(self.certificate)
            .chain(self.chain)
            .map(|one| padded(one.der()))
            .collect();
        members.insert("x5c".into(), chain.into());
        members.insert("iat".into(), self.claimed.unix_timestamp().into());
        if !self.commitments.is_empty() {
            let list: Vec<Value> = self
                .commitments
                .iter()
                .map(|one| json!({ "commId": { "id": one.uri() } }))
                .collect();
            members.insert("srCms".into(), list.into());
        }
        if let Some(policy) = self.policy {
            members.insert("sigPId".into(), policy.written());
        }
        if !self.content_stamps.is_empty() {
            members.insert("adoTst".into(), written(self.content_stamps));
        }
        if let Some(detached) = detached {
            let types: Vec<&str> = match self.content {
                Content::ByUri(objects) | Content::ByUriHash(_, objects) => {
                    objects.iter().map(|one| one.media_type).collect()
                }
                Content::ByDigest(objects) => objects.iter().map(|one| one.media_type).collect(),
                Content::Inside(..) | Content::Outside(_) => Vec::new(),
            };
            members.insert("sigD".into(), detached.written(&types));
        }
        if !self.is_encoded() {
            members.insert("b64".into(), false.into());
        }
        // TS 119 182-1 5.1.9: each member that is not from RFC 7515 or RFC 7518.
        let critical: Vec<&str> = ["b64", "x5t#o", "iat", "srCms", "adoTst", "sigPId", "sigD"]
            .into_iter()
            .filter(|name| members.contains_key(*name))
            .collect();
        members.insert("crit".into(), critical.into());
        Ok(Value::Object(members))
    }
}

/// 5.2.8.1: `hashM` is one for all.
fn of_one_algorithm(objects: &[Named<'_>]) -> Result<Vec<Digest>, PrepareJades> {
    let mut digests = Vec::with_capacity(objects.len());
    for object in objects {
        let algorithm = object.digest.algorithm();
        let first = digests.first().map_or(algorithm, Digest::algorithm);
        if algorithm != first || digest_name(algorithm).is_none() {
            return Err(PrepareJades::Digest);
        }
        digests.push(object.digest.clone());
    }
    Ok(digests)
}

impl Prepared {
    /// The bytes to be signed (RFC 7515 5.1).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.input
    }

    /// The value of this signature as it will stand in the text, before base64url.
    ///
    /// # Errors
    /// The value is not one of the algorithm.
    pub fn value(&self, signature: &Signature) -> Result<Vec<u8>, WrongForm> {
        credential::to_wire(self.algorithm, signature)
    }

    /// What a signature time-stamp is over, before the signature is there: the text of this value (TS 119 182-1 5.3.4).
    #[must_use]
    pub fn stamped(value: &[u8]) -> Vec<u8> {
        encode(value).into_bytes()
    }

    /// The signature with its value.
    ///
    /// # Errors
    /// The value is not one of the algorithm.
    pub fn finish(self, signature: &Signature) -> Result<Token, WrongForm> {
        let value = credential::to_wire(self.algorithm, signature)?;
        Ok(Token {
            signature: encode(&value),
            ..self.token
        })
    }
}
