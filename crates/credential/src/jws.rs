//! JWS in its compact form (RFC 7515 7.1): prepared, finished, parsed, checked with a key from elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use crypto::{PublicKey, Signature, SignatureAlgorithm, WrongForm};
use pki::Certificate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::algorithm::{self, CheckToken};
use crate::json;

/// Octets of one token (T-I9); status lists and trust bundles state their own.
pub const MAX_TOKEN: usize = 64 * 1024;
/// Certificates in a header.
const MAX_CHAIN: usize = 5;

/// What goes into a header.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// What kind of token: `typ` (RFC 8725 3.11).
    pub kind: &'a str,
    /// Algorithm of the signature to come.
    pub algorithm: SignatureAlgorithm,
    /// Name of the key, for who looks it up.
    pub kid: Option<&'a str>,
    /// The signer's certificate and those above it, without the anchor (`x5c`, RFC 7515 4.1.6).
    pub certificates: &'a [Certificate],
}

/// A token that lacks its signature. Used once.
#[derive(Debug)]
pub struct Prepared {
    input: String,
    algorithm: SignatureAlgorithm,
}

/// A token, read and not checked.
#[derive(Debug, Clone)]
pub struct Jws {
    header: Header,
    certificates: Vec<Vec<u8>>,
    payload: Vec<u8>,
    input: String,
    signature: Vec<u8>,
}

/// Why a text is no token that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadJws {
    /// Longer than is taken.
    #[error("token of more than {limit} octets")]
    TooLarge {
        /// Octets that are taken.
        limit: usize,
    },
    /// Not three parts.
    #[error("a token has three parts")]
    Parts,
    /// A part is not base64url without padding, in its only form.
    #[error("a part is not base64url without padding")]
    Base64,
    /// The header is not the JSON that is accepted.
    #[error("header is malformed")]
    Header(#[from] json::ReadJson),
    /// The header has no algorithm, or members of the wrong kind.
    #[error("header lacks a member or has one of the wrong kind")]
    HeaderMember,
    /// `none`, a MAC, or an algorithm that is not ours.
    #[error("algorithm is not allowed")]
    Algorithm,
    /// A critical member: none is understood here (RFC 7515 4.1.11).
    #[error("a critical member is not understood")]
    Critical,
    /// `jku`, `x5u` or `jwk`: a token does not bring or point to its own key (T-I9).
    #[error("the token points to its own key")]
    KeySource,
    /// A chain that is malformed or longer than five.
    #[error("certificate chain is malformed")]
    Chain,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    alg: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5c: Option<Vec<String>>,
    #[serde(skip_serializing)]
    crit: Option<serde::de::IgnoredAny>,
    #[serde(skip_serializing)]
    jku: Option<serde::de::IgnoredAny>,
    #[serde(skip_serializing)]
    x5u: Option<serde::de::IgnoredAny>,
    #[serde(skip_serializing)]
    jwk: Option<serde::de::IgnoredAny>,
}

impl Draft<'_> {
    /// Prepares a token over `payload`.
    ///
    /// # Errors
    /// `Algorithm` for one that has no name in JOSE, `Chain` for more than five certificates.
    pub fn prepare(&self, payload: &[u8]) -> Result<Prepared, ReadJws> {
        if self.certificates.len() > MAX_CHAIN {
            return Err(ReadJws::Chain);
        }
        let chain: Vec<String> = self
            .certificates
            .iter()
            .map(|certificate| STANDARD.encode(certificate.der()))
            .collect();
        let header = Header {
            alg: algorithm::jose_name(self.algorithm)
                .ok_or(ReadJws::Algorithm)?
                .to_owned(),
            kid: self.kid.map(str::to_owned),
            typ: Some(self.kind.to_owned()),
            x5c: (!chain.is_empty()).then_some(chain),
            crit: None,
            jku: None,
            x5u: None,
            jwk: None,
        };
        let header = serde_json::to_vec(&header).map_err(|_| ReadJws::HeaderMember)?;
        let mut input = URL_SAFE_NO_PAD.encode(header);
        input.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut input);
        Ok(Prepared {
            input,
            algorithm: self.algorithm,
        })
    }
}

impl Prepared {
    /// The bytes to be signed (RFC 7515 5.1).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        self.input.as_bytes()
    }

    /// The token with its signature.
    ///
    /// # Errors
    /// The signature is not one of the algorithm.
    pub fn finish(self, signature: &Signature) -> Result<String, WrongForm> {
        let value = algorithm::to_wire(self.algorithm, signature)?;
        let mut text = self.input;
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(value, &mut text);
        Ok(text)
    }
}

impl Jws {
    /// Reads a token of at most `limit` octets.
    ///
    /// # Errors
    /// See [`ReadJws`].
    pub fn parse(text: &str, limit: usize) -> Result<Jws, ReadJws> {
        if text.len() > limit {
            return Err(ReadJws::TooLarge { limit });
        }
        let mut parts = text.split('.');
        let (Some(head), Some(body), Some(tail), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ReadJws::Parts);
        };
        // RFC 7515 2: no padding; unused bits are zero, or two texts would be one token.
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| ReadJws::Base64);
        let raw = decode(head)?;
        json::inspect(&raw)?;
        let header: Header = serde_json::from_slice(&raw).map_err(|_| ReadJws::HeaderMember)?;
        if !algorithm::knows_jose(&header.alg) {
            return Err(ReadJws::Algorithm);
        }
        if header.crit.is_some() {
            return Err(ReadJws::Critical);
        }
        if header.jku.is_some() || header.x5u.is_some() || header.jwk.is_some() {
            return Err(ReadJws::KeySource);
        }
        let chain = header.x5c.as_deref().unwrap_or_default();
        if chain.len() > MAX_CHAIN {
            return Err(ReadJws::Chain);
        }
        let certificates = chain
            .iter()
            .map(|one| STANDARD.decode(one).map_err(|_| ReadJws::Chain))
            .collect::<Result<_, _>>()?;
        Ok(Jws {
            header,
            certificates,
            payload: decode(body)?,
            signature: decode(tail)?,
            input: text
                .get(..head.len() + 1 + body.len())
                .unwrap_or_default()
                .to_owned(),
        })
    }

    /// What kind of token it says it is.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }

    /// Name of the key it says it was signed with: a hint for a search, never a choice of trust.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The algorithm that it names: the key has to agree ([`Jws::check`]).
    #[must_use]
    pub fn algorithm(&self) -> Option<SignatureAlgorithm> {
        algorithm::jose_algorithm(&self.header.alg)
    }

    /// Its certificates, DER, the signer's first: candidates, never trust.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// What was signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Checks the signature; the key fixes the algorithm.
    ///
    /// # Errors
    /// See [`CheckToken`].
    pub fn check(&self, key: &PublicKey) -> Result<(), CheckToken> {
        algorithm::check_jose(
            &self.header.alg,
            key,
            self.input.as_bytes(),
            &self.signature,
        )
    }
}
