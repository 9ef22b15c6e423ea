//! A mandate as its department sees it: both people starred, the words that are to be signed whole.

use backoffice::said::{hex, moment};
use registry::signers::mandates::{MandateRecord, UseRecord};
use serde::Serialize;
use signing::mandate::{Kind, State};
use time::Date;
use utoipa::ToSchema;

/// Somebody, starred.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonTold {
    /// The name, starred.
    name: String,
    /// The number, starred.
    number: String,
}

/// A mandate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MandateTold {
    /// Its identifier.
    mandate: String,
    /// `guardian`, `proxy` or `agent`.
    kind: &'static str,
    /// `recorded`: nobody has shown its ground; `given`: it begins later; `active`; `ended`; `revoked`.
    state: &'static str,
    /// Who is signed for.
    principal: PersonTold,
    /// Who signs.
    representative: PersonTold,
    /// The signature identity by which who signs was named.
    signer: String,
    /// First day, YYYY-MM-DD.
    first: String,
    /// Last day; none of a guardian: until the person is of full age.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    /// In these matters; none of a guardian: in all.
    matters: Vec<String>,
    /// What may be meant by signing; none: anything.
    intents: Vec<String>,
    /// What who is signed for signs to give it, as the intent of their signature; of a proxy or agent, until its ground is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// What is added to the words of each signature under it, and shown with them.
    clause: String,
    /// SHA-256 of the document that shows its ground, lower-case hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    /// The signature that gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorisation: Option<String>,
    /// When its ground was shown, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<String>,
    /// When it was taken back, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// At whose wish: `principal`, `representative`, `department`; or `death`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ending: Option<&'static str>,
}

impl MandateTold {
    pub(crate) fn of(record: &MandateRecord, today: Date) -> Self {
        let terms = &record.terms;
        let state = terms.state(record.standing(), today);
        let asks = state == State::Recorded && terms.kind != Kind::Guardian;
        Self {
            mandate: record.id.clone(),
            kind: terms.kind.code(),
            state: state.code(),
            principal: person(&record.principal),
            representative: person(&record.representative),
            signer: record.signer.clone(),
            first: terms.first.to_string(),
            last: terms.last.map(|last| last.to_string()),
            matters: terms.matters.iter().cloned().collect(),
            intents: terms.intents.iter().cloned().collect(),
            text: asks.then(|| record.authorisation_text()),
            clause: terms.bound("", record.named()),
            evidence: record.evidence.as_ref().map(|one| hex(&one.digest)),
            authorisation: record.authorisation.clone(),
            confirmed: record.confirmed.map(moment),
            ended: record.ended.map(|(at, _)| moment(at)),
            ending: record.ended.map(|(_, ending)| ending.code()),
        }
    }
}

fn person(party: &dossier::person::Party) -> PersonTold {
    PersonTold {
        name: party.masked_name(),
        number: party.masked_code(),
    }
}

/// A signature that was made under a mandate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UseTold {
    /// The signature.
    signature: String,
    /// The identity that signed.
    signer: String,
    /// The mandate.
    mandate: String,
    /// `guardian`, `proxy` or `agent`.
    kind: &'static str,
    /// In which matter.
    matter: String,
    /// The case, or empty.
    case: String,
    /// SHA-256 of the document as it was shown, lower-case hexadecimal.
    document: String,
    /// When, RFC 3339.
    signed: String,
}

impl From<UseRecord> for UseTold {
    fn from(record: UseRecord) -> Self {
        Self {
            signature: record.signature,
            signer: record.signer,
            mandate: record.mandate,
            kind: record.kind.code(),
            matter: record.matter,
            case: record.case,
            document: hex(&record.document),
            signed: moment(record.signed),
        }
    }
}
