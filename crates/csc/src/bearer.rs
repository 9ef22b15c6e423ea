//! Who calls: what the provider's access token says, once it was checked (RFC 9068, RFC 9396, CSC 2.1 8.4).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use time::UtcDateTime;

/// Why a token is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unverified {
    /// It is not the provider's, or not for this service.
    Invalid,
    /// It was.
    Expired,
    /// The provider's keys cannot be had.
    Unavailable,
}

/// What a checked token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// Issuer and subject, as identities are bound to them.
    pub(crate) user: String,
    /// The subject, where the client acts for itself and for nobody else (RFC 9068 2.2: `sub` is the client then).
    pub(crate) machine: Option<String>,
    /// Whether it is for the service.
    pub(crate) service: bool,
    /// What it authorises a credential for, where it does.
    pub(crate) credential: Option<Granted>,
    /// Its own name among those of its issuer (`jti`): a token is the same one however its signature is written.
    pub(crate) id: String,
    /// Its last moment.
    pub(crate) expires: UtcDateTime,
}

/// What somebody authorised at the provider: a credential, for these hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) credential: String,
    pub(crate) hashes: Vec<[u8; 32]>,
    pub(crate) algorithm: String,
    pub(crate) allowed: u32,
    /// What they were shown: the labels of the documents, or the description.
    pub(crate) words: String,
    /// When.
    pub(crate) given: UtcDateTime,
}

impl Bearer {
    /// The text under which an identity is bound to a subject of a provider.
    #[must_use]
    pub fn user_of(issuer: &str, subject: &str) -> String {
        format!("{issuer}\n{subject}")
    }

    /// What the claims of a token say, whose signature, issuer, audience and life were checked. `None` where one that this service
    /// needs is not there, or of another type.
    #[must_use]
    pub fn read(claims: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let moment = |name: &str| {
            let second = claims.get(name)?.as_i64()?;
            UtcDateTime::from_unix_timestamp(second).ok()
        };
        let (issuer, subject) = (text("iss")?, text("sub")?);
        let client = text("client_id")?;
        let scopes = text("scope").unwrap_or_default();
        let has = |wanted: &str| scopes.split(' ').any(|scope| scope == wanted);
        let given = moment("iat")?;
        Some(Self {
            user: Self::user_of(issuer, subject),
            machine: (subject == client).then(|| subject.to_owned()),
            id: format!("{issuer}\n{}", text("jti")?),
            service: has("service"),
            credential: granted(claims, has("credential"), given),
            expires: moment("exp")?,
        })
    }
}

/// RFC 9396 9.1 first; then the claims as the parameters of 8.4.2 are named.
fn granted(claims: &Map<String, Value>, scoped: bool, given: UtcDateTime) -> Option<Granted> {
    let details = claims.get("authorization_details");
    if let Some(details) = details.and_then(Value::as_array) {
        let is_ours = |one: &&Value| one.get("type").and_then(Value::as_str) == Some("credential");
        let mut ours = details.iter().filter(is_ours);
        return match (ours.next(), ours.next()) {
            (Some(one), None) => detailed(one, given),
            _ => None,
        };
    }
    scoped.then(|| plain(claims, given)).flatten()
}

fn detailed(detail: &Value, given: UtcDateTime) -> Option<Granted> {
    let text = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    let digests = detail.get("documentDigests")?.as_array()?;
    let mut hashes = Vec::with_capacity(digests.len());
    let mut words = Vec::new();
    for one in digests {
        hashes.push(digest(&text(one, "hash")?)?);
        words.extend(text(one, "label"));
    }
    Some(Granted {
        credential: text(detail, "credentialID")?,
        allowed: u32::try_from(hashes.len()).ok()?,
        hashes,
        algorithm: text(detail, "hashAlgorithmOID")?,
        words: words.join("；"),
        given,
    })
}

fn plain(claims: &Map<String, Value>, given: UtcDateTime) -> Option<Granted> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let hashes = match claims.get("hashes")? {
        // 8.4.2: the parameter is one text, its values parted by commas.
        Value::String(text) => text.split(',').map(digest).collect::<Option<Vec<_>>>()?,
        Value::Array(values) => values
            .iter()
            .map(|value| digest(value.as_str()?))
            .collect::<Option<Vec<_>>>()?,
        _ => return None,
    };
    let allowed = claims.get("numSignatures")?.as_u64()?;
    Some(Granted {
        credential: text("credentialID")?.to_owned(),
        hashes,
        algorithm: text("hashAlgorithmOID")?.to_owned(),
        allowed: u32::try_from(allowed).ok()?,
        words: text("description").unwrap_or_default().to_owned(),
        given,
    })
}

/// A SHA-256 in base64: of either alphabet, since a query has the one and a document the other, filled up or not.
pub(crate) fn digest(text: &str) -> Option<[u8; 32]> {
    let engines = [STANDARD, URL_SAFE, STANDARD_NO_PAD, URL_SAFE_NO_PAD];
    let octets = engines.iter().find_map(|engine| engine.decode(text).ok())?;
    octets.try_into().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(more: Value) -> Map<String, Value> {
        let mut claims = json!({
            "iss": "https://id.example", "sub": "lin", "client_id": "app", "scope": "service",
            "iat": 1_790_000_000, "exp": 1_790_000_300, "jti": "t-1",
        });
        for (name, value) in more.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims.as_object().expect("an object").clone()
    }

    #[test]
    fn a_token_says_who_calls_and_what_was_authorised() {
        let plain = Bearer::read(&claims(json!({}))).expect("whole");
        assert_eq!(plain.user, "https://id.example\nlin");
        assert!(plain.service && plain.machine.is_none() && plain.credential.is_none());
        let machine = Bearer::read(&claims(json!({"sub": "app"}))).expect("whole");
        assert_eq!(machine.machine.as_deref(), Some("app"));
        let hash = STANDARD.encode([7; 32]);
        let detailed = json!({"authorization_details": [{
            "type": "credential", "credentialID": "c", "hashAlgorithmOID": "1.2",
            "documentDigests": [{"hash": hash, "label": "A"}, {"hash": STANDARD.encode([8; 32]), "label": "B"}],
        }]});
        let granted = Bearer::read(&claims(detailed)).and_then(|bearer| bearer.credential);
        let granted = granted.expect("granted");
        assert_eq!(granted.hashes, [[7; 32], [8; 32]]);
        assert_eq!((granted.allowed, granted.words.as_str()), (2, "A；B"));
        let url = URL_SAFE_NO_PAD.encode([7; 32]);
        let by_claims = json!({"scope": "credential", "credentialID": "c", "numSignatures": 1,
            "hashes": format!("{url},{hash}"), "hashAlgorithmOID": "1.2", "description": "D"});
        let granted = Bearer::read(&claims(by_claims)).and_then(|bearer| bearer.credential);
        let granted = granted.expect("granted");
        assert_eq!((granted.hashes.len(), granted.allowed), (2, 1));
    }

    #[test]
    fn what_is_not_whole_authorises_nothing() {
        let hash = STANDARD.encode([7; 32]);
        let base = json!({"scope": "credential", "credentialID": "c", "numSignatures": 1,
            "hashes": [hash], "hashAlgorithmOID": "1.2"});
        for (name, value) in [
            ("scope", json!("service")),
            ("credentialID", json!(1)),
            ("numSignatures", json!("1")),
            ("hashes", json!(["AAAA"])),
            ("hashAlgorithmOID", Value::Null),
            ("authorization_details", json!([])),
            (
                "authorization_details",
                json!([{"type": "credential"}, {"type": "credential"}]),
            ),
        ] {
            let mut other = base.clone();
            other[name] = value;
            let read = Bearer::read(&claims(other)).expect("who calls is known");
            assert_eq!(read.credential, None, "{name}");
        }
        for name in ["iss", "sub", "client_id", "iat", "exp", "jti"] {
            let mut without = claims(json!({}));
            without.remove(name);
            assert_eq!(Bearer::read(&without), None, "{name}");
        }
    }
}
