//! A person's own token, as far as the service knows of it: it has a key that never leaves it, asks for a certificate, and signs octets.

use anyhow::anyhow;
use asn1::{Oid, Tag, write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{KeyAlgorithm, SignatureAlgorithm, SystemRandom, ThrowAway};
use pki::name::Name;
use serde_json::Value;

const COMMON_NAME: Oid = Oid::of(&[2, 5, 4, 3]);
const SERIAL_NUMBER: Oid = Oid::of(&[2, 5, 4, 5]);

/// A token with one key.
#[derive(Debug)]
pub struct OwnToken(ThrowAway);

impl OwnToken {
    /// With a fresh key of this kind.
    ///
    /// # Errors
    /// When none can be made.
    pub fn with(kind: KeyAlgorithm) -> anyhow::Result<Self> {
        let algorithm = match kind {
            KeyAlgorithm::EcP384 => SignatureAlgorithm::EcdsaP384Sha384,
            KeyAlgorithm::Ed25519 => SignatureAlgorithm::Ed25519,
            _ => SignatureAlgorithm::EcdsaP256Sha256,
        };
        let random = SystemRandom::new();
        Ok(Self(ThrowAway::generate(algorithm, kind, &random)?))
    }

    /// A request (RFC 2986) for a certificate of the identities of these numbers, about its own key, signed by it.
    ///
    /// # Errors
    /// When it does not sign.
    pub fn request(&self, serials: &[&str]) -> anyhow::Result<Vec<u8>> {
        self.request_by(self, serials)
    }

    /// The same about its own key, signed by another's.
    ///
    /// # Errors
    /// When it does not sign.
    pub fn request_by(&self, other: &Self, serials: &[&str]) -> anyhow::Result<Vec<u8>> {
        let mut subject = vec![(COMMON_NAME, "whoever this says")];
        subject.extend(serials.iter().map(|serial| (SERIAL_NUMBER, *serial)));
        let information = write::sequence([
            write::unsigned(0),
            Name::of(&subject)?.der().to_vec(),
            self.0.public_key().spki().to_vec(),
            write::element(Tag::context(0), &[]),
        ]);
        let signature = other.0.sign(&information)?;
        let algorithm = pki::algorithm::identifier(self.0.algorithm());
        Ok(write::sequence([
            information,
            algorithm,
            write::bit_string(signature.bytes()),
        ]))
    }

    /// Signs octets; the value as CMS carries it.
    ///
    /// # Errors
    /// When it does not sign.
    pub fn sign(&self, octets: &[u8]) -> anyhow::Result<Vec<u8>> {
        Ok(self.0.sign(octets)?.bytes().to_vec())
    }

    /// Signs what was prepared, as the service told it.
    ///
    /// # Errors
    /// When there are no octets to be signed.
    pub fn signs(&self, prepared: &Value) -> anyhow::Result<Vec<u8>> {
        let octets = prepared.get("to_be_signed").and_then(Value::as_str);
        let octets = octets.ok_or_else(|| anyhow!("nothing to be signed: {prepared}"))?;
        self.sign(&STANDARD.decode(octets)?)
    }
}
