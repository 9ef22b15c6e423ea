//! What the signer means: commitments (`srCms`) and the policy (`sigPId`).

use crypto::Digest;
use serde_json::{Map, Value, json};

use crate::fault::ReadJades;
use crate::text::{decode, digest_name, digest_named, encode};

/// What the signer commits to (TS 119 182-1 5.2.3, names of TS 119 172-1 annex B).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commitment {
    /// The signer created, approved and sent the content.
    Origin,
    /// The signer approved the content.
    Approval,
    /// The signer created the content.
    Creation,
}

impl Commitment {
    /// Its URI, which stands in the signature.
    #[must_use]
    pub fn uri(self) -> &'static str {
        match self {
            Commitment::Origin => "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin",
            Commitment::Approval => "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval",
            Commitment::Creation => "http://uri.etsi.org/01903/v1.2.2#ProofOfCreation",
        }
    }
}

/// The policy that the signer names (TS 119 182-1 5.2.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignaturePolicy {
    /// Its identifier, a URI or `urn:oid:`.
    pub id: String,
    /// Digest of its document, where the signer names it.
    pub digest: Option<Digest>,
}

impl SignaturePolicy {
    pub(crate) fn written(&self) -> Value {
        let mut members = Map::new();
        members.insert("id".into(), json!({ "id": self.id }));
        let digest = self.digest.as_ref();
        if let Some((digest, name)) =
            digest.and_then(|digest| Some((digest, digest_name(digest.algorithm())?)))
        {
            members.insert("digAlg".into(), name.into());
            members.insert("digVal".into(), encode(digest.bytes()).into());
        }
        Value::Object(members)
    }

    /// TS 119 182-1 5.2.7.1: an identifier, and both of algorithm and digest or none.
    pub(crate) fn read(value: &Value) -> Result<SignaturePolicy, ReadJades> {
        let wrong = || ReadJades::Header("sigPId".into());
        let id = value
            .pointer("/id/id")
            .and_then(Value::as_str)
            .ok_or_else(wrong)?;
        let digest = match (value.get("digAlg"), value.get("digVal")) {
            (None, None) => None,
            (Some(Value::String(name)), Some(Value::String(text))) => {
                let octets = decode(text, "sigPId")?;
                // A digest that is not known says nothing here: the policy's document is not at hand anyway.
                digest_named(name).and_then(|algorithm| Digest::from_bytes(algorithm, &octets).ok())
            }
            _ => return Err(wrong()),
        };
        Ok(SignaturePolicy {
            id: id.to_owned(),
            digest,
        })
    }
}

/// The URIs in `srCms`.
pub(crate) fn commitments(value: &Value) -> Result<Vec<String>, ReadJades> {
    let wrong = || ReadJades::Header("srCms".into());
    let list = value
        .as_array()
        .filter(|list| !list.is_empty())
        .ok_or_else(wrong)?;
    list.iter()
        .map(|one| {
            let id = one.pointer("/commId/id").and_then(Value::as_str);
            id.map(str::to_owned).ok_or_else(wrong)
        })
        .collect()
}
