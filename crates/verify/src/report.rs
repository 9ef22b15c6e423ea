//! What is handed out: one object for one artefact. As JSON it is the command-line contract.

use serde::Serialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use facts::Kind;
use finding::{Answer, Verdict};
use finding::{Finding, Indication, SubIndication};

mod basis;

pub use basis::{Basis, ChainUsed, StatusPlace, StatusUsed};
pub use facts::{ChangeTold, Covers, Successor, hex};

/// The judgement of one artefact. As JSON it is the object of the command-line contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Name of the artefact, as it was given.
    pub file: String,
    /// What it is.
    pub kind: Kind,
    /// The verdict: the lesser of the signatures' and the answer's.
    pub verdict: Verdict,
    /// What is told about the licence, where one is concerned.
    pub answer: Option<Answer>,
    /// EN 319 102-1, of the worst signature.
    pub indication: Option<Indication>,
    /// EN 319 102-1, of the worst signature.
    pub sub_indication: Option<SubIndication>,
    /// One sentence for a person.
    pub sentence: Sentence,
    /// The moment asked about, RFC 3339.
    pub at: String,
    /// Name of the policy.
    pub policy: String,
    /// Where the state of the licence comes from, and how old that is.
    pub state: StateSource,
    /// The licence, where one is concerned: what is open to everybody.
    pub licence: Option<LicenceTold>,
    /// The signatures, in the order of their revisions.
    pub signatures: Vec<SignatureReport>,
    /// Findings about the artefact as a whole.
    pub findings: Vec<Finding>,
    /// What could settle what is open; whoever has a network may look for it and judge again.
    pub wanted: Vec<Wanted>,
    /// What the verdict rests on.
    #[serde(skip)]
    pub basis: Basis,
}

/// Something that is missing. Its address stands in the artefact, which anybody may have written: what is
/// fetched from where is for an allow-list to say (T-I8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// What it is.
    pub kind: WantedKind,
    /// Where it is said to be.
    pub uri: String,
}

/// What can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WantedKind {
    /// A status list of licences.
    StatusList,
    /// A list of revoked certificates.
    Crl,
    /// An answer about one certificate.
    Ocsp,
}

/// One sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Where a state comes from (`domain` 4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The register.
    Live,
    /// A status list.
    List,
    /// Nothing.
    None,
}

/// The source of the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateSource {
    /// Which source.
    pub source: Origin,
    /// When the list was made, RFC 3339.
    pub list_of: Option<String>,
    /// How old it is at the moment asked about.
    pub age_seconds: Option<i64>,
}

impl StateSource {
    /// No source.
    pub(crate) const NONE: StateSource = StateSource {
        source: Origin::None,
        list_of: None,
        age_seconds: None,
    };
}

/// What is told of a licence: identity, type, issuer and dates; nothing about persons (R16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct LicenceTold {
    /// Identifier.
    pub identifier: String,
    /// Number.
    pub number: Option<String>,
    /// Name of its type.
    pub type_name: Option<String>,
    /// Code of its issuer.
    pub issuer: String,
    /// Name of its issuer.
    pub issuer_name: Option<String>,
    /// First day.
    pub valid_from: Option<String>,
    /// Last day, or how it ends.
    pub valid_to: Option<String>,
    /// Content digest, hex.
    pub content_digest: Option<String>,
    /// The version that holds in its place, where the register was asked: no list names it (D20).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<Successor>,
}

/// Where the time of a signature comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// A time-stamp over the signature.
    SignatureTimeStamp,
    /// A time-stamp over the document.
    DocumentTimeStamp,
    /// The signer's word.
    Claimed,
    /// Nothing.
    None,
}

/// The judgement of one signature, which speaks of it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignatureReport {
    /// Name of its field, where it has one.
    pub field: Option<String>,
    /// Subject of the signer's certificate.
    pub signer: Option<String>,
    /// Form of the signature, such as `PAdES`.
    pub format: &'static str,
    /// Baseline level, such as `B-LT`.
    pub level: Option<&'static str>,
    /// When it was signed, RFC 3339: the proven time where there is one.
    pub signing_time: Option<String>,
    /// Where that comes from.
    pub time_source: TimeSource,
    /// What the signer claims, RFC 3339.
    pub claimed_time: Option<String>,
    /// What the signer means by it, in words that stand under the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// The roles in which the signer says to sign: words under the signature, which nobody certified.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// How far it reaches.
    pub covers: Covers,
    /// What came after it.
    pub changes_after: Vec<ChangeTold>,
    /// Its verdict.
    pub verdict: Verdict,
    /// EN 319 102-1.
    pub indication: Indication,
    /// EN 319 102-1.
    pub sub_indication: Option<SubIndication>,
    /// SHA-256 of the signature value, hex: which signature this is (TS 119 102-2 4.2).
    pub signature_digest: Option<String>,
    /// The signer's certificate, DER.
    #[serde(skip)]
    pub certificate: Option<Vec<u8>>,
    /// Its findings.
    pub findings: Vec<Finding>,
}

/// A moment as RFC 3339, whole seconds.
#[must_use]
pub fn told(moment: UtcDateTime) -> String {
    let whole = moment.replace_nanosecond(0).unwrap_or(moment);
    whole
        .format(&Rfc3339)
        .unwrap_or_else(|_| whole.unix_timestamp().to_string())
}

impl Report {
    /// The report as one line of JSON, without a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and numbers alone: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The first finding that weighs, for who wants one reason.
    #[must_use]
    pub fn reason(&self) -> Option<&Finding> {
        self.findings
            .iter()
            .chain(self.signatures.iter().flat_map(|one| &one.findings))
            .find(|finding| finding.severity == finding::Severity::Error)
    }
}
