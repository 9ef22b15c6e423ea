//! What comes after the signature: the elements of `etsiU` (TS 119 182-1 5.3).

use serde_json::{Map, Value, json};

use crate::fault::ReadJades;
use crate::text::{decode, encode, object, padded, unpadded};

/// An element of `etsiU`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// Time-stamps over the signature value: `sigTst` (5.3.4).
    SignatureTimeStamp(Vec<Vec<u8>>),
    /// Certificates: `xVals` or `axVals` (5.3.5.2).
    Certificates(Vec<Vec<u8>>),
    /// Status: `rVals` or `arVals` (5.3.5.3).
    Revocations {
        /// Lists of revoked certificates, DER.
        crls: Vec<Vec<u8>>,
        /// Answers about one, DER of OCSPResponse.
        ocsps: Vec<Vec<u8>>,
    },
    /// Time-stamps over all before them: `arcTst` (5.3.6.2).
    ArchiveTimeStamp(Vec<Vec<u8>>),
    /// What validates a time-stamp: `tstVD` (5.3.6.1), `anyValData` (5.3.5.1).
    ValidationData {
        /// Certificates, DER.
        certificates: Vec<Vec<u8>>,
        /// Lists of revoked certificates, DER.
        crls: Vec<Vec<u8>>,
        /// Answers about one, DER of OCSPResponse.
        ocsps: Vec<Vec<u8>>,
    },
    /// A signature over the signature value: `cSig` (5.3.2), as text.
    CounterSignature(String),
    /// A receipt of the public log (D18).
    Receipt(Vec<u8>),
    /// Another, by its name.
    Other(String),
}

/// `etsiU` as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unsigned {
    /// The elements, each with its text as it stands there; empty for one in clear JSON.
    elements: Vec<(String, Element)>,
    clear: bool,
}

/// What elements carry that others are judged with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values<'a> {
    /// Certificates, DER.
    pub certificates: Vec<&'a [u8]>,
    /// Lists of revoked certificates, DER.
    pub crls: Vec<&'a [u8]>,
    /// Answers about one, DER of OCSPResponse.
    pub ocsps: Vec<&'a [u8]>,
    /// Time-stamp tokens over the signature value.
    pub stamps: Vec<&'a [u8]>,
    /// Time-stamp tokens over all before them.
    pub archives: Vec<&'a [u8]>,
}

/// Elements that name validation data instead of holding it (TS 119 182-1 annex A), forbidden from LT on (6.3).
const REFERENCES: [&str; 6] = ["xRefs", "axRefs", "rRefs", "arRefs", "sigRTst", "rfsTst"];

/// The name of the element that holds a receipt of the public log: the object identifier of the attribute of CMS, as a URN, so
/// that no other element has it.
pub const RECEIPT: &str = "urn:oid:2.25.302814158361537297158614022098125347143";

/// Signatures over signatures over signatures, each over the one before, that are looked at (5.3.2).
pub const MAX_DEPTH: usize = 4;
/// Elements of one signature.
pub const MAX_ELEMENTS: usize = 256;
/// Certificates, lists, answers or tokens in one element.
const MAX_VALUES: usize = 512;

impl Unsigned {
    /// 5.3.1: all elements in base64url, or all in clear JSON.
    pub(crate) fn read(value: &Value) -> Result<Unsigned, ReadJades> {
        let list = value.as_array().filter(|list| !list.is_empty());
        let list = list.ok_or(ReadJades::Unsigned("not a list, or an empty one"))?;
        if list.len() > MAX_ELEMENTS {
            return Err(ReadJades::Limit("elements that are not signed"));
        }
        let clear = list.iter().all(Value::is_object);
        if !clear && !list.iter().all(Value::is_string) {
            return Err(ReadJades::Unsigned("base64url and clear JSON mixed"));
        }
        let elements = list
            .iter()
            .map(|one| match one {
                Value::String(text) => {
                    let members = object(&decode(text, "etsiU")?, "etsiU")?;
                    Ok((text.clone(), Element::read(&members)?))
                }
                Value::Object(members) => Ok((String::new(), Element::read(members)?)),
                _ => Err(ReadJades::Unsigned("neither text nor object")),
            })
            .collect::<Result<_, _>>()?;
        Ok(Unsigned { elements, clear })
    }

    /// The elements in their order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter().map(|(_, element)| element)
    }

    /// What the elements before this place carry.
    #[must_use]
    pub fn values(&self, place: usize) -> Values<'_> {
        let mut values = Values::default();
        for element in self.elements().take(place) {
            match element {
                Element::SignatureTimeStamp(tokens) => {
                    values.stamps.extend(tokens.iter().map(Vec::as_slice))
                }
                Element::ArchiveTimeStamp(tokens) => {
                    values.archives.extend(tokens.iter().map(Vec::as_slice))
                }
                Element::Certificates(ders) => {
                    values.certificates.extend(ders.iter().map(Vec::as_slice))
                }
                Element::Revocations { crls, ocsps } => {
                    values.crls.extend(crls.iter().map(Vec::as_slice));
                    values.ocsps.extend(ocsps.iter().map(Vec::as_slice));
                }
                Element::ValidationData {
                    certificates,
                    crls,
                    ocsps,
                } => {
                    values
                        .certificates
                        .extend(certificates.iter().map(Vec::as_slice));
                    values.crls.extend(crls.iter().map(Vec::as_slice));
                    values.ocsps.extend(ocsps.iter().map(Vec::as_slice));
                }
                Element::CounterSignature(_) | Element::Receipt(_) | Element::Other(_) => {}
            }
        }
        values
    }

    /// Whether any element names validation data instead of holding it.
    #[must_use]
    pub fn has_references(&self) -> bool {
        self.elements().any(|element| match element {
            Element::Other(name) => REFERENCES.contains(&name.as_str()),
            _ => false,
        })
    }

    /// Whether there are signatures over the signature (5.3.2).
    #[must_use]
    pub fn is_countersigned(&self) -> bool {
        let mut all = self.elements();
        all.any(|element| matches!(element, Element::CounterSignature(_)))
    }

    /// Whether they stand in clear JSON, whose form for a time-stamp nobody fixed.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.clear
    }

    /// The texts of the elements before this place, one behind the other (5.3.6.3.1.1).
    pub(crate) fn before(&self, place: usize) -> impl Iterator<Item = &str> {
        let texts = self.elements.iter().take(place);
        texts.map(|(text, _)| text.as_str())
    }

    pub(crate) fn push(&mut self, element: Element) {
        let text = encode(element.written().to_string().as_bytes());
        self.elements.push((text, element));
    }

    pub(crate) fn written(&self) -> Value {
        json!(self.before(usize::MAX).collect::<Vec<_>>())
    }
}

impl Element {
    /// 5.3.1: an object with one member, which is the element.
    fn read(members: &Map<String, Value>) -> Result<Element, ReadJades> {
        let mut all = members.iter();
        let (Some((name, value)), None) = (all.next(), all.next()) else {
            return Err(ReadJades::Unsigned("not one member"));
        };
        Ok(match name.as_str() {
            "sigTst" => Element::SignatureTimeStamp(tokens(value)?),
            "arcTst" => Element::ArchiveTimeStamp(tokens(value)?),
            "xVals" | "axVals" => Element::Certificates(certificates(Some(value))?),
            "rVals" | "arVals" => {
                let (crls, ocsps) = revocations(Some(value))?;
                Element::Revocations { crls, ocsps }
            }
            "tstVD" | "anyValData" => {
                let (crls, ocsps) = revocations(value.get("rVals"))?;
                let certificates = certificates(value.get("xVals"))?;
                Element::ValidationData {
                    certificates,
                    crls,
                    ocsps,
                }
            }
            "cSig" => Element::CounterSignature(match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
            RECEIPT => {
                let octets = value.as_str().and_then(unpadded);
                Element::Receipt(octets.ok_or(ReadJades::Unsigned("a receipt"))?)
            }
            other => Element::Other(other.to_owned()),
        })
    }

    fn written(&self) -> Value {
        let values = |ders: &[Vec<u8>]| -> Vec<Value> {
            ders.iter()
                .map(|der| json!({ "val": padded(der) }))
                .collect()
        };
        let certificates = |ders: &[Vec<u8>]| -> Vec<Value> {
            ders.iter()
                .map(|der| json!({ "x509Cert": { "val": padded(der) } }))
                .collect()
        };
        let revocations = |crls: &[Vec<u8>], ocsps: &[Vec<u8>]| {
            let mut members = Map::new();
            if !crls.is_empty() {
                members.insert("crlVals".into(), values(crls).into());
            }
            if !ocsps.is_empty() {
                members.insert("ocspVals".into(), values(ocsps).into());
            }
            Value::Object(members)
        };
        match self {
            Element::SignatureTimeStamp(tokens) => {
                json!({ "sigTst": written(tokens) })
            }
            Element::ArchiveTimeStamp(tokens) => {
                json!({ "arcTst": written(tokens) })
            }
            Element::Certificates(ders) => json!({ "xVals": certificates(ders) }),
            Element::Revocations { crls, ocsps } => json!({ "rVals": revocations(crls, ocsps) }),
            Element::ValidationData {
                certificates: ders,
                crls,
                ocsps,
            } => {
                let mut members = Map::new();
                if !ders.is_empty() {
                    members.insert("xVals".into(), certificates(ders).into());
                }
                if !crls.is_empty() || !ocsps.is_empty() {
                    members.insert("rVals".into(), revocations(crls, ocsps));
                }
                json!({ "tstVD": members })
            }
            Element::CounterSignature(text) => {
                let value =
                    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()));
                json!({ "cSig": value })
            }
            Element::Receipt(octets) => json!({ RECEIPT: padded(octets) }),
            Element::Other(name) => json!({ name: {} }),
        }
    }
}

/// Tokens in a container (5.4.3).
pub(crate) fn written(tokens: &[Vec<u8>]) -> Value {
    let tokens: Vec<Value> = tokens
        .iter()
        .map(|one| json!({ "val": padded(one) }))
        .collect();
    json!({ "tstTokens": tokens })
}

/// 5.4.3: `tstTokens`, each with its DER in `val`. Of other forms than RFC 3161 none is read.
pub(crate) fn tokens(value: &Value) -> Result<Vec<Vec<u8>>, ReadJades> {
    if value.get("timeStamped").is_some_and(|part| part != "all") {
        return Err(ReadJades::Unsigned("a time-stamp over a part"));
    }
    let tokens = vals(value.get("tstTokens"), |one| one)?;
    if tokens.is_empty() {
        return Err(ReadJades::Unsigned("no time-stamp token"));
    }
    Ok(tokens)
}

/// 5.3.5.2: each in `x509Cert`; of other kinds none is read.
fn certificates(value: Option<&Value>) -> Result<Vec<Vec<u8>>, ReadJades> {
    vals(value, |one| one.get("x509Cert").unwrap_or(&Value::Null))
}

type Revocations = (Vec<Vec<u8>>, Vec<Vec<u8>>);

/// 5.3.5.3: lists and answers.
fn revocations(value: Option<&Value>) -> Result<Revocations, ReadJades> {
    let Some(value) = value else {
        return Ok((Vec::new(), Vec::new()));
    };
    let crls = vals(value.get("crlVals"), |one| one)?;
    Ok((crls, vals(value.get("ocspVals"), |one| one)?))
}

/// The octets in `val` of each of a list (5.4.2).
fn vals(
    list: Option<&Value>,
    inside: impl Fn(&Value) -> &Value,
) -> Result<Vec<Vec<u8>>, ReadJades> {
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    let list = list
        .as_array()
        .ok_or(ReadJades::Unsigned("not a list of values"))?;
    if list.len() > MAX_VALUES {
        return Err(ReadJades::Limit("values in an element"));
    }
    list.iter()
        .map(|one| {
            let text = inside(one).get("val").and_then(Value::as_str);
            text.and_then(unpadded)
                .ok_or(ReadJades::Unsigned("a value that is no base64"))
        })
        .collect()
}
