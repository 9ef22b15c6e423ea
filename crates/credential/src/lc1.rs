//! LC1, the printed code: CWT in COSE_Sign1, zlib, Base45 (`credentials` 6).

use crypto::{PublicKey, Signature, SignatureAlgorithm, WrongForm, sha256};
use pki::Certificate;
use thiserror::Error;

use crate::algorithm::{self, CheckToken};
use crate::base45;
use crate::cbor::{self, Manner};
use crate::cose::{self, MAX_COSE, ReadCose, Sign1};
use crate::deflate::{self, Inflate};

mod claims;

pub use claims::{Lc1Claims, LicenceClaims, PrepareLc1, StatusReference};

/// First characters of a printed code.
pub const PREFIX: &str = "LC1:";
/// Characters of a code: what the largest QR code holds in alphanumeric mode.
pub const MAX_TEXT: usize = 4_296;

/// The key id of a certificate in a code: the first 8 octets of SHA-256 of its DER.
#[must_use]
pub fn key_id(certificate: &Certificate) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = sha256(certificate.der());
    [a, b, c, d, e, f, g, h]
}

/// A code that lacks its signature. Used once.
#[derive(Debug)]
pub struct PreparedLc1 {
    protected: Vec<u8>,
    payload: Vec<u8>,
    to_be_signed: Vec<u8>,
    algorithm: SignatureAlgorithm,
}

/// A code, read and not checked.
#[derive(Debug, Clone)]
pub struct Lc1 {
    signed: Sign1,
    claims: Lc1Claims,
}

/// Why a text is no code that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadLc1 {
    /// Longer than [`MAX_TEXT`].
    #[error("more characters than a code holds")]
    TooLong,
    /// It does not begin with [`PREFIX`].
    #[error("the code does not begin with its prefix")]
    Prefix,
    /// Not Base45 (RFC 9285).
    #[error("not base45")]
    Base45,
    /// Not one zlib stream of at most 8 KiB.
    #[error("compressed data is refused")]
    Inflate(#[from] Inflate),
    /// Not the signed structure.
    #[error("signed structure is refused")]
    Cose(#[from] ReadCose),
    /// A claim is absent or of the wrong kind.
    #[error("claim {key} is absent or malformed")]
    Claim {
        /// Its key.
        key: i64,
    },
}

impl Lc1Claims {
    /// Prepares the code of these claims, signed by the key of the certificate with this [`key_id`].
    ///
    /// # Errors
    /// See [`PrepareLc1`].
    pub fn prepare(
        &self,
        kid: [u8; 8],
        algorithm: SignatureAlgorithm,
    ) -> Result<PreparedLc1, PrepareLc1> {
        let number = algorithm::cose_number(algorithm).ok_or(PrepareLc1::Algorithm)?;
        let payload = cbor::encode(&self.to_cbor()?);
        let protected = cose::protected(number, &kid);
        Ok(PreparedLc1 {
            to_be_signed: cose::to_be_signed(&protected, &payload),
            protected,
            payload,
            algorithm,
        })
    }
}

impl PreparedLc1 {
    /// The bytes to be signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The text of the code.
    ///
    /// # Errors
    /// The signature is not one of the algorithm.
    pub fn finish(self, signature: &Signature) -> Result<String, WrongForm> {
        let value = algorithm::to_wire(self.algorithm, signature)?;
        let signed = cose::encode(self.protected, self.payload, value);
        // `credentials` 6.5: compressed always, even where it gains little: one pipeline.
        Ok(format!(
            "{PREFIX}{}",
            base45::encode(&deflate::compress(&signed))
        ))
    }
}

impl Lc1 {
    /// Reads a code.
    ///
    /// # Errors
    /// See [`ReadLc1`].
    pub fn parse(text: &str) -> Result<Lc1, ReadLc1> {
        let signed = open(text, PREFIX, Manner::Deterministic)?;
        let claims = cbor::parse(&signed.payload, Manner::Deterministic).map_err(ReadCose::Cbor)?;
        Ok(Lc1 {
            claims: Lc1Claims::from_cbor(&claims).map_err(|key| ReadLc1::Claim { key })?,
            signed,
        })
    }

    /// The key id it names: every key that has it is tried, none is trusted for it.
    #[must_use]
    pub fn kid(&self) -> &[u8] {
        self.signed.kid.as_deref().unwrap_or_default()
    }

    /// What it says.
    #[must_use]
    pub fn claims(&self) -> &Lc1Claims {
        &self.claims
    }

    /// Checks the signature; the key fixes the algorithm.
    ///
    /// # Errors
    /// See [`CheckToken`].
    pub fn check(&self, key: &PublicKey) -> Result<(), CheckToken> {
        self.signed.check(key)
    }
}

/// Prefix, Base45, zlib, COSE: the pipeline of the European certificate, with any prefix.
fn open(text: &str, prefix: &str, manner: Manner) -> Result<Sign1, ReadLc1> {
    if text.len() > MAX_TEXT {
        return Err(ReadLc1::TooLong);
    }
    let body = text.strip_prefix(prefix).ok_or(ReadLc1::Prefix)?;
    let packed = base45::decode(body).ok_or(ReadLc1::Base45)?;
    Ok(Sign1::parse(&deflate::inflate(&packed, MAX_COSE)?, manner)?)
}

#[cfg(test)]
mod tests;
