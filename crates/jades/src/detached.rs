//! Content that lies elsewhere: `sigD` (TS 119 182-1 5.2.8).

use crypto::{Digest, DigestAlgorithm};
use serde_json::{Map, Value, json};

use crate::fault::ReadJades;
use crate::text::{decode, digest_name, digest_named, encode};

/// What `sigD` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detached {
    /// How the content is found and what of it is signed.
    pub mechanism: Mechanism,
    /// Names of the parts, in the order in which they are signed.
    pub names: Vec<String>,
}

/// How content that lies elsewhere is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mechanism {
    /// Fields of an HTTP message (5.2.8.2): read, and not judged.
    HttpHeaders,
    /// The objects themselves, one behind the other (5.2.8.3.2).
    ByUri,
    /// Their digests, which stand in the header; the payload is empty (5.2.8.3.3).
    ByUriHash(Vec<Digest>),
}

/// Objects that one signature names.
pub(crate) const MAX_OBJECTS: usize = 1_000;

const HTTP: &str = "http://uri.etsi.org/19182/HttpHeaders";
const URI: &str = "http://uri.etsi.org/19182/ObjectIdByURI";
const URI_HASH: &str = "http://uri.etsi.org/19182/ObjectIdByURIHash";

impl Detached {
    /// 5.2.8.1: a mechanism, names that are not empty, and with digests one for each.
    pub(crate) fn read(value: &Value) -> Result<Detached, ReadJades> {
        let wrong = ReadJades::SignedData;
        let members = value.as_object().ok_or(wrong("not an object"))?;
        let names = strings(members, "pars")?;
        let has_hashes = members.contains_key("hashM") || members.contains_key("hashV");
        let mechanism = match members.get("mId").and_then(Value::as_str) {
            Some(HTTP) if !has_hashes => Mechanism::HttpHeaders,
            Some(URI) if !has_hashes => Mechanism::ByUri,
            Some(URI_HASH) => Mechanism::ByUriHash(digests(members)?),
            Some(HTTP | URI) => return Err(wrong("digests where none belong")),
            _ => return Err(wrong("an unknown mechanism")),
        };
        if let Mechanism::ByUriHash(digests) = &mechanism
            && digests.len() != names.len()
        {
            return Err(wrong("not one digest for each name"));
        }
        if members.contains_key("ctys") && strings(members, "ctys")?.len() != names.len() {
            return Err(wrong("not one type for each name"));
        }
        let known =
            |name: &String| matches!(name.as_str(), "mId" | "pars" | "hashM" | "hashV" | "ctys");
        if !members.keys().all(known) {
            return Err(wrong("an unknown member"));
        }
        // Two readers could take two contents for one name.
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(wrong("a name twice"));
        }
        Ok(Detached { mechanism, names })
    }

    pub(crate) fn written(&self, types: &[&str]) -> Value {
        let mut members = Map::new();
        let mechanism = match &self.mechanism {
            Mechanism::HttpHeaders => HTTP,
            Mechanism::ByUri => URI,
            Mechanism::ByUriHash(_) => URI_HASH,
        };
        members.insert("mId".into(), mechanism.into());
        members.insert("pars".into(), json!(self.names));
        if let Mechanism::ByUriHash(digests) = &self.mechanism {
            let name = digests
                .first()
                .and_then(|digest| digest_name(digest.algorithm()));
            let values: Vec<String> = digests
                .iter()
                .map(|digest| encode(digest.bytes()))
                .collect();
            members.insert("hashM".into(), name.unwrap_or_default().into());
            members.insert("hashV".into(), json!(values));
        }
        if !types.is_empty() {
            members.insert("ctys".into(), json!(types));
        }
        Value::Object(members)
    }
}

/// 5.2.8.3.3: the digest of an object is taken over what would have been its payload: its base64url form, or its octets
/// where `b64` is false.
pub(crate) fn object_digest(algorithm: DigestAlgorithm, octets: &[u8], encoded: bool) -> Digest {
    if encoded {
        Digest::of(algorithm, encode(octets).as_bytes())
    } else {
        Digest::of(algorithm, octets)
    }
}

fn strings(members: &Map<String, Value>, name: &'static str) -> Result<Vec<String>, ReadJades> {
    let list = members.get(name).and_then(Value::as_array);
    let list = list
        .filter(|list| !list.is_empty() && list.len() <= MAX_OBJECTS)
        .ok_or(ReadJades::SignedData(
            "a list that is absent, empty or too long",
        ))?;
    list.iter()
        .map(|one| one.as_str().map(str::to_owned))
        .collect::<Option<Vec<_>>>()
        .ok_or(ReadJades::SignedData("a list of something else than texts"))
}

fn digests(members: &Map<String, Value>) -> Result<Vec<Digest>, ReadJades> {
    let algorithm = members
        .get("hashM")
        .and_then(Value::as_str)
        .and_then(digest_named)
        .ok_or(ReadJades::SignedData("an unknown digest"))?;
    strings(members, "hashV")?
        .iter()
        .map(|text| {
            Digest::from_bytes(algorithm, &decode(text, "hashV")?)
                .map_err(|_| ReadJades::SignedData("a digest of the wrong length"))
        })
        .collect()
}
