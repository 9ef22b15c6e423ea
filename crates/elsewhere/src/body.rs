//! What is brought and told.

use backoffice::said::{hex, moment};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use papers::elsewhere::{PreparedTold, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::problem::{Code, Problem};

/// Longest value in Base64: of an RSA key of 8,192 bits.
const MAX_VALUE: usize = 1_368;

/// What was prepared.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreparedBody {
    /// Its handle, good for one signature, in its department alone.
    prepared: String,
    /// `waits`, `taken` or `lapsed`.
    state: &'static str,
    /// The signature identity.
    signer: String,
    /// What the person means by signing, as it stands under the signature; empty when it is over.
    intent: String,
    /// SHA-256 of the document as it was shown, lower-case hexadecimal.
    document: String,
    /// SHA-256 of the certificate, lower-case hexadecimal.
    certificate: String,
    /// `ecdsa-p256-sha256`, `ecdsa-p384-sha384` or `rsa-pkcs1-sha256`.
    algorithm: String,
    /// The octets to be signed, Base64: the signed attributes in DER (RFC 5652 5.4). A token that hashes takes these.
    to_be_signed: String,
    /// Their digest with the hash of the algorithm, lower-case hexadecimal: a token that takes a digest takes this.
    digest: String,
    /// Until when, RFC 3339, the last second included.
    until: String,
    /// The signature that took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

impl From<PreparedTold> for PreparedBody {
    fn from(told: PreparedTold) -> Self {
        Self {
            digest: hex(&told.digest()),
            prepared: told.prepared,
            state: told.state,
            signer: told.signer,
            intent: told.intent,
            document: hex(&told.document),
            certificate: hex(&told.certificate),
            algorithm: told.algorithm,
            to_be_signed: STANDARD.encode(&told.to_be_signed),
            until: moment(told.until),
            signature: told.signature,
        }
    }
}

/// What was made elsewhere.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValueBody {
    /// The signature's value, Base64.
    value: String,
    /// `der`: as CMS carries it, of ECDSA the sequence of r and s; `plain`: r and s one after the other, as PKCS#11 gives it. `der` without
    /// it; for RSA they are the same.
    #[serde(default)]
    form: Option<String>,
    /// The algorithm, as it was prepared.
    algorithm: String,
    /// SHA-256 of the document as it was shown, lower-case hexadecimal, as it was prepared.
    document: String,
}

impl ValueBody {
    pub(crate) fn read(self) -> Result<Value, Problem> {
        let plain = match self.form.as_deref() {
            None | Some("der") => false,
            Some("plain") => true,
            Some(_) => return Err(malformed("form is der or plain")),
        };
        let value = Some(self.value).filter(|value| value.len() <= MAX_VALUE);
        let octets = value.and_then(|value| STANDARD.decode(value).ok());
        let document = digest(&self.document);
        Ok(Value {
            document: document
                .ok_or_else(|| malformed("document is a SHA-256, lower-case hexadecimal"))?,
            algorithm: self.algorithm,
            octets: octets.ok_or_else(|| malformed("value is Base64 of a signature's value"))?,
            plain,
        })
    }
}

/// A request that cannot be read, and why.
#[must_use]
pub fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

/// A SHA-256 of 64 lower-case hexadecimal digits.
#[must_use]
pub fn digest(text: &str) -> Option<[u8; 32]> {
    let plain = |octet: u8| octet.is_ascii_digit() || (b'a'..=b'f').contains(&octet);
    if text.len() != 64 || !text.bytes().all(plain) {
        return None;
    }
    let octets: Option<Vec<u8>> = text.as_bytes().chunks(2).map(octet).collect();
    octets?.try_into().ok()
}

fn octet(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}
