//! The content of a trust bundle, as JSON under a signature.

use asn1::Oid;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential::{JwsDraft, PreparedJws, ReadJws};
use pki::Certificate;
use pki::path::{Anchor, AnchorPurposes, Purpose};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use tlog::{NoteKey, TrustedLog};

use crate::office::{Office, OfficeType};
use crate::value::told;

/// `typ` of a bundle (RFC 8725 3.11): or any token of the same signer would be one.
pub const BUNDLE_KIND: &str = "yinxin-trust+jwt";

/// Why the content of a bundle is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the content of the bundle is malformed at {member}")]
pub struct ReadBundle {
    /// Which member.
    pub member: &'static str,
}

/// What a bundle says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// When it was made; whole seconds.
    pub issued_at: UtcDateTime,
    /// Until when it is to be relied on.
    pub next_update: UtcDateTime,
    /// Whom to trust.
    pub anchors: Vec<BundleAnchor>,
    /// Further certificates: issuing CAs, and the signers of codes and status lists.
    pub certificates: Vec<Certificate>,
    /// Who may issue what.
    pub offices: Vec<Office>,
    /// The public logs.
    pub logs: Vec<BundleLog>,
    /// Policies under which time-stamps are accepted, dotted; empty is any.
    pub time_stamp_policies: Vec<String>,
}

/// An anchor of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleAnchor {
    /// Its certificate.
    pub certificate: Certificate,
    /// For what; empty is everything.
    pub purposes: Vec<Purpose>,
    /// From when on.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
}

/// A log of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleLog {
    /// Its name.
    pub origin: String,
    /// Its keys, each as a verifier key of C2SP signed-note.
    pub keys: Vec<String>,
    /// Its witnesses' keys.
    #[serde(default)]
    pub witnesses: Vec<String>,
    /// How many of the witnesses must have cosigned.
    #[serde(default)]
    pub quorum: usize,
    /// Its keys of the national suite: each larger tree than `national_from` is signed by one of them too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub national_keys: Vec<String>,
    /// Leaves of the tree when it began to sign in that suite.
    #[serde(default)]
    pub national_from: u64,
}

impl BundleLog {
    fn trusted(&self) -> Option<TrustedLog> {
        let (own, witnesses) = (keys(&self.keys)?, keys(&self.witnesses)?);
        let log = TrustedLog::new(&self.origin, own, witnesses, self.quorum).ok()?;
        if self.national_keys.is_empty() {
            return Some(log);
        }
        log.with_national(keys(&self.national_keys)?, self.national_from)
            .ok()
    }
}

fn keys(texts: &[String]) -> Option<Vec<NoteKey>> {
    texts.iter().map(|text| NoteKey::parse(text).ok()).collect()
}

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    issued_at: String,
    next_update: String,
    anchors: Vec<WrittenAnchor>,
    #[serde(default)]
    certificates: Vec<String>,
    #[serde(default)]
    offices: Vec<WrittenOffice>,
    #[serde(default)]
    logs: Vec<BundleLog>,
    #[serde(default)]
    time_stamp_policies: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct WrittenAnchor {
    certificate: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    purposes: Vec<String>,
    #[serde(flatten)]
    period: Period,
}

#[derive(Serialize, Deserialize)]
struct WrittenOffice {
    code: String,
    name: String,
    #[serde(flatten)]
    period: Period,
    types: Vec<WrittenType>,
    /// Hexadecimal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    under: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct WrittenType {
    code: String,
    #[serde(flatten)]
    period: Period,
}

#[derive(Serialize, Deserialize)]
struct Period {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl Bundle {
    /// Prepares the signed form; the header's `typ` is set here.
    ///
    /// # Errors
    /// As [`JwsDraft::prepare`].
    pub fn prepare(&self, signer: JwsDraft<'_>) -> Result<PreparedJws, ReadJws> {
        let payload = self.payload();
        let signer = JwsDraft {
            kind: BUNDLE_KIND,
            ..signer
        };
        signer.prepare(&payload)
    }

    /// The content of a bundle without a signature, as [`Bundle::parse`] reads it: for who has it from a process that it
    /// belongs to.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        // Texts and numbers alone: nothing in it can fail to be written, and nothing at all gives no trust.
        serde_json::to_vec(&self.written()).unwrap_or_default()
    }

    fn written(&self) -> Written {
        Written {
            version: 1,
            issued_at: told(self.issued_at),
            next_update: told(self.next_update),
            anchors: self
                .anchors
                .iter()
                .map(|anchor| WrittenAnchor {
                    certificate: STANDARD.encode(anchor.certificate.der()),
                    purposes: anchor
                        .purposes
                        .iter()
                        .map(|purpose| purpose.name().to_owned())
                        .collect(),
                    period: Period::of(anchor.from, anchor.until),
                })
                .collect(),
            certificates: self
                .certificates
                .iter()
                .map(|certificate| STANDARD.encode(certificate.der()))
                .collect(),
            offices: self.offices.iter().map(WrittenOffice::of).collect(),
            logs: self.logs.clone(),
            time_stamp_policies: self.time_stamp_policies.clone(),
        }
    }

    /// The content of a bundle, out of the payload of its token.
    ///
    /// # Errors
    /// Which member is not of its form.
    pub fn parse(payload: &[u8]) -> Result<Bundle, ReadBundle> {
        let malformed = |member| ReadBundle { member };
        credential::inspect_json(payload).map_err(|_| malformed("json"))?;
        let written: Written = serde_json::from_slice(payload).map_err(|_| malformed("members"))?;
        if written.version != 1 {
            return Err(malformed("version"));
        }
        Ok(Bundle {
            issued_at: moment(&written.issued_at).ok_or(malformed("issued_at"))?,
            next_update: moment(&written.next_update).ok_or(malformed("next_update"))?,
            anchors: written
                .anchors
                .iter()
                .map(|anchor| anchor.read().ok_or(malformed("anchors")))
                .collect::<Result<_, _>>()?,
            certificates: written
                .certificates
                .iter()
                .map(|text| certificate(text).ok_or(malformed("certificates")))
                .collect::<Result<_, _>>()?,
            offices: written
                .offices
                .iter()
                .map(|office| office.read().ok_or(malformed("offices")))
                .collect::<Result<_, _>>()?,
            logs: written.logs,
            time_stamp_policies: written.time_stamp_policies,
        })
    }

    /// Its anchors, for path validation.
    ///
    /// # Errors
    /// A key that is none of ours.
    pub fn trusted_anchors(&self) -> Result<Vec<Anchor>, ReadBundle> {
        self.anchors
            .iter()
            .map(|entry| {
                let purposes = if entry.purposes.is_empty() {
                    AnchorPurposes::Every
                } else {
                    AnchorPurposes::These(entry.purposes.clone())
                };
                let anchor = Anchor::of(entry.certificate.clone())
                    .map_err(|_| ReadBundle { member: "anchors" })?;
                Ok(anchor
                    .with_purposes(purposes)
                    .within(entry.from, entry.until))
            })
            .collect()
    }

    /// Its logs, with their keys.
    ///
    /// # Errors
    /// A key that cannot be read, or more of a quorum than witnesses.
    pub fn trusted_logs(&self) -> Result<Vec<TrustedLog>, ReadBundle> {
        let malformed = ReadBundle { member: "logs" };
        let logs = self.logs.iter().map(BundleLog::trusted);
        logs.collect::<Option<_>>().ok_or(malformed)
    }

    /// Its policies of time-stamps.
    ///
    /// # Errors
    /// What is no object identifier.
    pub fn policies(&self) -> Result<Vec<Oid>, ReadBundle> {
        self.time_stamp_policies
            .iter()
            .map(|text| {
                Oid::from_dotted(text).ok_or(ReadBundle {
                    member: "time_stamp_policies",
                })
            })
            .collect()
    }
}

impl WrittenAnchor {
    fn read(&self) -> Option<BundleAnchor> {
        let (from, until) = self.period.read()?;
        Some(BundleAnchor {
            certificate: certificate(&self.certificate)?,
            purposes: self
                .purposes
                .iter()
                .map(|name| Purpose::named(name))
                .collect::<Option<_>>()?,
            from,
            until,
        })
    }
}

impl WrittenOffice {
    fn of(office: &Office) -> WrittenOffice {
        WrittenOffice {
            code: office.code.clone(),
            name: office.name.clone(),
            period: Period::of(office.from, office.until),
            types: office
                .types
                .iter()
                .map(|entry| WrittenType {
                    code: entry.code.clone(),
                    period: Period::of(entry.from, entry.until),
                })
                .collect(),
            under: office.under.iter().map(|one| hex(one)).collect(),
        }
    }

    fn read(&self) -> Option<Office> {
        let (from, until) = self.period.read()?;
        let types = self.types.iter().map(|entry| {
            let (from, until) = entry.period.read()?;
            Some(OfficeType {
                code: entry.code.clone(),
                from,
                until,
            })
        });
        Some(Office {
            code: self.code.clone(),
            name: self.name.clone(),
            from,
            until,
            types: types.collect::<Option<_>>()?,
            under: self
                .under
                .iter()
                .map(|one| digest(one))
                .collect::<Option<_>>()?,
        })
    }
}

impl Period {
    fn of(from: Option<UtcDateTime>, until: Option<UtcDateTime>) -> Period {
        Period {
            from: from.map(told),
            until: until.map(told),
        }
    }

    fn read(&self) -> Option<(Option<UtcDateTime>, Option<UtcDateTime>)> {
        let end = |text: &Option<String>| match text {
            None => Some(None),
            Some(text) => moment(text).map(Some),
        };
        Some((end(&self.from)?, end(&self.until)?))
    }
}

fn moment(text: &str) -> Option<UtcDateTime> {
    UtcDateTime::parse(text, &Rfc3339).ok()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let lower = |one: u8| one.is_ascii_digit() || (b'a'..=b'f').contains(&one);
    let pairs = text.bytes().all(lower).then(|| text.as_bytes().chunks(2));
    let octets: Option<Vec<u8>> = pairs?.map(octet).collect();
    octets?.try_into().ok()
}

fn certificate(text: &str) -> Option<Certificate> {
    Certificate::parse(&STANDARD.decode(text).ok()?).ok()
}
