//! The content of a request: one JSON object, whose parameters are read one by one, since each refusal names its own (CSC 2.1 11).
//! What the text does not know is passed over (RFC 6749 3.1); what it knows, and is of another type, is refused.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::fault::Fault;

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Fields(Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let content = Bytes::from_request(request, state).await;
        Self::read(&content.map_err(|_| malformed())?)
    }
}

impl Fields {
    /// The content of a request.
    pub(crate) fn read(content: &[u8]) -> Result<Self, Fault> {
        // T-I1: UTF-8, of bounded depth, no name twice.
        issuance::inspect_json(content).map_err(|_| malformed())?;
        serde_json::from_slice(content)
            .map(Self)
            .map_err(|_| malformed())
    }

    /// A part of a request that is an object of its own.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        value.as_object().cloned().map(Self)
    }

    /// A parameter that is there; one that is null is not.
    pub(crate) fn find(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text, where there is one.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Fault> {
        let value = self.find(name);
        value
            .map(|value| value.as_str().ok_or_else(|| Fault::missing("string", name)))
            .transpose()
    }

    /// A text that has to be there.
    pub(crate) fn needed(&self, name: &str) -> Result<&str, Fault> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Fault::missing("string", name))
    }

    /// Whether it was said; what was not is false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.find(name) {
            None => Ok(false),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| Fault::missing("boolean", name)),
        }
    }

    /// Values, where there are any.
    pub(crate) fn values(&self, name: &str) -> Result<Option<&Vec<Value>>, Fault> {
        let value = self.find(name);
        value
            .map(|value| {
                value
                    .as_array()
                    .ok_or_else(|| Fault::missing("array", name))
            })
            .transpose()
    }

    /// SHA-256 values in base64, at least one.
    pub(crate) fn hashes(&self, name: &str) -> Result<Vec<[u8; 32]>, Fault> {
        let values = self.values(name)?;
        let values = values.ok_or_else(|| Fault::missing("array", name))?;
        if values.is_empty() {
            return Err(Fault::request("Empty hash array"));
        }
        values.iter().map(hash).collect()
    }

    /// What goes on while nobody waits: no notification is offered, and a result is kept for longer than anybody asks.
    pub(crate) fn later(&self) -> Result<(), Fault> {
        for name in ["response_uri", "responseURI"] {
            if self.find(name).is_some() {
                return Err(Fault::invalid(name));
            }
        }
        for name in ["validity_period", "validityPeriod"] {
            let value = self.find(name);
            if value.is_some_and(|value| value.as_u64().is_none_or(|millis| millis == 0)) {
                return Err(Fault::invalid(name));
            }
        }
        Ok(())
    }
}

fn malformed() -> Fault {
    Fault::request("The request is not a JSON object")
}

/// One value of a hash.
pub(crate) fn hash(value: &Value) -> Result<[u8; 32], Fault> {
    let bad = || Fault::request("Invalid Base64 hash string parameter");
    let text = value.as_str().ok_or_else(bad)?;
    let octets = STANDARD.decode(text).map_err(|_| bad())?;
    let length = || Fault::request("Invalid digest value length");
    octets.try_into().map_err(|_| length())
}
