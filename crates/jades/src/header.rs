//! The protected header (TS 119 182-1 5.1, 5.2): what is signed beside the content.

use crypto::{Digest, DigestAlgorithm};
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::macros::utc_datetime;
use time::{OffsetDateTime, UtcDateTime, UtcOffset};

use crate::commitment::{SignaturePolicy, commitments};
use crate::detached::Detached;
use crate::fault::{Fault, ReadJades};
use crate::text::{decode, digest_named, object, unpadded};
use crate::unsigned::tokens;

/// A protected header.
#[derive(Debug, Clone)]
pub struct Header {
    /// Name of the algorithm (RFC 7518 3.1).
    pub algorithm: String,
    /// Whether the payload is signed in base64url; else as it is (RFC 7797 3).
    pub encoded: bool,
    /// The claimed signing time.
    pub claimed: Option<UtcDateTime>,
    /// Digests of certificates, the signer's first.
    pub certificates: Vec<CertificateDigest>,
    /// Certificates that came along, DER: candidates, never trust.
    pub chain: Vec<Vec<u8>>,
    /// Where the content lies, if not inside.
    pub detached: Option<Detached>,
    /// What the signer commits to, by URI.
    pub commitments: Vec<String>,
    /// The policy that the signer names.
    pub policy: Option<SignaturePolicy>,
    /// Time-stamp tokens over the content that are signed with it: it was signed after them.
    pub content_stamps: Vec<Vec<u8>>,
    /// Type of the content.
    pub content_type: Option<String>,
    /// What it lacks of the baseline.
    pub faults: Vec<Fault>,
}

/// A certificate named by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateDigest {
    /// Over the DER; `None` where the digest's algorithm is none of ours.
    pub digest: Option<Digest>,
}

/// Certificates in a header.
const MAX_CHAIN: usize = 10;

/// From this day on the claimed time stands in `iat` (TS 119 182-1 v1.2.1 6.3 a).
const IAT_SINCE: UtcDateTime = utc_datetime!(2025-07-15 0:00);

/// RFC 7515 4.1, RFC 7518 4: names that `crit` may not list.
const REGISTERED: &[&str] = &[
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "epk",
    "apu", "apv", "iv", "tag", "p2s", "p2c", "enc", "zip",
];

/// TS 119 182-1 5.1.10, 5.1.11, 5.2: names that are understood here.
const UNDERSTOOD: &[&str] = &[
    "b64", "iat", "sigT", "x5t#o", "sigX5ts", "srCms", "sigPl", "srAts", "adoTst", "sigPId", "sigD",
];

/// TS 119 182-1 5.1.9, RFC 7797 6: what is of neither RFC 7515 nor RFC 7518 has to be listed where it stands, so that nobody who
/// does not know it takes the signature for one over less.
const TO_BE_LISTED: &[&str] = UNDERSTOOD;

impl Header {
    /// The header in these octets.
    ///
    /// # Errors
    /// See [`ReadJades`].
    pub fn parse(octets: &[u8]) -> Result<Header, ReadJades> {
        let members = object(octets, "the protected header")?;
        let algorithm = text(&members, "alg")?.ok_or(ReadJades::Header("alg".into()))?;
        // T-I9: `none` and MACs are in no table.
        if credential::jose_algorithm(&algorithm).is_none() {
            return Err(ReadJades::Algorithm(algorithm));
        }
        inspect_critical(&members)?;
        let mut faults = Vec::new();
        let detached = members.get("sigD").map(Detached::read).transpose()?;
        let content_type = text(&members, "cty")?;
        // 5.1.3: with sigD the types stand there.
        if content_type.is_some() && detached.is_some() {
            faults.push(Fault::ContentType);
        }
        Ok(Header {
            algorithm,
            encoded: encoded(&members)?,
            claimed: claimed(&members, &mut faults)?,
            certificates: certificates(&members, &mut faults)?,
            chain: chain(&members)?,
            detached,
            commitments: match members.get("srCms") {
                Some(value) => commitments(value)?,
                None => Vec::new(),
            },
            policy: members
                .get("sigPId")
                .map(SignaturePolicy::read)
                .transpose()?,
            content_stamps: match members.get("adoTst") {
                Some(value) => tokens(value).map_err(|_| ReadJades::Header("adoTst".into()))?,
                None => Vec::new(),
            },
            content_type,
            faults,
        })
    }
}

/// RFC 7515 4.1.11 and TS 119 182-1 5.1.9: a list that is not empty, of names that stand in the header once, are no registered
/// ones and are understood; and nothing that has to be listed is left out.
fn inspect_critical(members: &Map<String, Value>) -> Result<(), ReadJades> {
    let broken = |why: String| Err(ReadJades::Critical(why));
    let listed: Vec<&str> = match members.get("crit") {
        None => Vec::new(),
        Some(Value::Array(list)) if !list.is_empty() => {
            let Some(names) = list.iter().map(Value::as_str).collect() else {
                return broken("something else than a name".into());
            };
            names
        }
        Some(_) => return broken("not a list, or an empty one".into()),
    };
    for (place, name) in listed.iter().enumerate() {
        if listed.iter().take(place).any(|earlier| earlier == name) {
            return broken(format!("{name} twice"));
        }
        if REGISTERED.contains(name) {
            return broken(format!("{name}, which is a registered one"));
        }
        if !members.contains_key(*name) {
            return broken(format!("{name}, which is not there"));
        }
        if !UNDERSTOOD.contains(name) {
            return broken(format!("{name}, which is not understood"));
        }
    }
    for name in TO_BE_LISTED {
        if members.contains_key(*name) && !listed.contains(name) {
            return broken(format!("{name} is not listed"));
        }
    }
    Ok(())
}

/// RFC 7797 3: true where it is absent. 5.1.10: with HTTP fields it is false.
fn encoded(members: &Map<String, Value>) -> Result<bool, ReadJades> {
    match members.get("b64") {
        None => Ok(true),
        Some(Value::Bool(encoded)) => Ok(*encoded),
        Some(_) => Err(ReadJades::Header("b64".into())),
    }
}

/// 5.1.11 `iat`, 5.2.1 `sigT`: one of them, and the older one only in what is older.
fn claimed(
    members: &Map<String, Value>,
    faults: &mut Vec<Fault>,
) -> Result<Option<UtcDateTime>, ReadJades> {
    let issued = match members.get("iat") {
        None => None,
        Some(value) => Some(
            value
                .as_i64()
                .and_then(|seconds| UtcDateTime::from_unix_timestamp(seconds).ok())
                .ok_or(ReadJades::Header("iat".into()))?,
        ),
    };
    let said = text(members, "sigT")?
        .map(|said| signing_time(&said))
        .transpose()?;
    match (issued, said) {
        (Some(_), Some(_)) => faults.push(Fault::SigningTimeTwice),
        (None, Some(said)) if said >= IAT_SINCE => faults.push(Fault::SigningTimeOld),
        (None, None) => faults.push(Fault::SigningTimeAbsent),
        _ => {}
    }
    Ok(issued.or(said))
}

/// RFC 3339, in UTC and without fractions (5.2.1).
fn signing_time(text: &str) -> Result<UtcDateTime, ReadJades> {
    let wrong = || ReadJades::Header("sigT".into());
    let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wrong())?;
    if moment.offset() != UtcOffset::UTC || moment.nanosecond() != 0 {
        return Err(wrong());
    }
    Ok(moment.to_utc())
}

/// 5.1.7, 5.2.2: exactly one of the three ways to name the signer's certificate (6.3, table 1).
fn certificates(
    members: &Map<String, Value>,
    faults: &mut Vec<Fault>,
) -> Result<Vec<CertificateDigest>, ReadJades> {
    let (plain, other) = (text(members, "x5t#S256")?, members.get("x5t#o"));
    let several = members.get("sigX5ts");
    let ways = [plain.is_some(), other.is_some(), several.is_some()];
    match ways.iter().filter(|way| **way).count() {
        0 => faults.push(Fault::CertificateUnnamed),
        1 => {}
        _ => faults.push(Fault::CertificateNamedTwice),
    }
    let mut found = Vec::new();
    if let Some(text) = plain {
        let octets = decode(&text, "x5t#S256")?;
        let digest = Digest::from_bytes(DigestAlgorithm::Sha256, &octets)
            .map_err(|_| ReadJades::Header("x5t#S256".into()))?;
        found.push(CertificateDigest {
            digest: Some(digest),
        });
    }
    if let Some(value) = other {
        found.push(named(value, "x5t#o")?);
    }
    if let Some(value) = several {
        let list = value.as_array().filter(|list| !list.is_empty());
        let list = list.ok_or(ReadJades::Header("sigX5ts".into()))?;
        for one in list.iter().take(MAX_CHAIN) {
            found.push(named(one, "sigX5ts")?);
        }
    }
    if found.first().is_some_and(|first| first.digest.is_none()) {
        faults.push(Fault::CertificateDigest);
    }
    Ok(found)
}

/// `digAlg` and `digVal` (5.2.2.2).
fn named(value: &Value, place: &'static str) -> Result<CertificateDigest, ReadJades> {
    let wrong = || ReadJades::Header(place.into());
    let member = |name: &str| value.get(name).and_then(Value::as_str).ok_or_else(wrong);
    let octets = decode(member("digVal")?, place)?;
    let digest = match digest_named(member("digAlg")?) {
        Some(algorithm) => Some(Digest::from_bytes(algorithm, &octets).map_err(|_| wrong())?),
        None => None,
    };
    Ok(CertificateDigest { digest })
}

/// RFC 7515 4.1.6: DER in padded base64.
fn chain(members: &Map<String, Value>) -> Result<Vec<Vec<u8>>, ReadJades> {
    let list = match members.get("x5c") {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) if !list.is_empty() && list.len() <= MAX_CHAIN => list,
        Some(_) => return Err(ReadJades::Chain),
    };
    list.iter()
        .map(|one| one.as_str().and_then(unpadded).ok_or(ReadJades::Chain))
        .collect()
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, ReadJades> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ReadJades::Header(name.to_owned())),
    }
}
