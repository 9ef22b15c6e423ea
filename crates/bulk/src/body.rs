//! A list as it arrives, and what is told of a dry run.

use std::collections::BTreeMap;

use backoffice::said::hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use making::lists::{Checked, LineOrder, ListOrder, Look};
use making::{Document, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::problem::{Code, Problem};

/// A document that comes with a list.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListDocument {
    /// What it is.
    name: String,
    /// Its media type.
    #[serde(rename = "type")]
    kind: String,
    /// Its octets, base64.
    content: String,
}

/// A line of a list: a seal that is asked for.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListLine {
    /// The code that the seal is to have; none is given twice.
    seal: String,
    /// Whose it is to be: the own department, or one of the region whose seals it administers.
    department: String,
    /// Its name, as it will stand in its certificate.
    name: String,
    /// What kind of seal, in the words that stand in it.
    kind: String,
    /// Purposes of documents, as a catalogue names them.
    purposes: Vec<String>,
    /// Codes of matters; every matter of the department's power without it.
    #[serde(default)]
    matters: Option<Vec<String>>,
    /// First day, `YYYY-MM-DD`.
    valid_from: String,
    /// Last day.
    #[serde(default)]
    valid_to: Option<String>,
    /// The seal in whose place it is to come.
    #[serde(default)]
    replaces: Option<String>,
    /// The name of its picture in `pictures`; the drawn one without it.
    #[serde(default)]
    picture: Option<String>,
    /// The person who is to hold it.
    custodian: String,
    /// The person who is to approve it: the same on every line.
    approver: String,
}

/// Seals that are asked for at once.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListBody {
    /// Why they are needed.
    ground: String,
    /// 1 to 10 documents, of all lines.
    documents: Vec<ListDocument>,
    /// Pictures that lines name, base64.
    #[serde(default)]
    pictures: BTreeMap<String, String>,
    /// 1 to 1,000 seals.
    lines: Vec<ListLine>,
}

/// A person's word on a list.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListWord {
    /// `review`, `reject`, `approve` or `make`.
    pub(crate) act: String,
    /// The digest of the list, as who says it has read it.
    pub(crate) digest: String,
    /// Why; not left empty where it is refused.
    #[serde(default, deserialize_with = "replies::json::reason")]
    pub(crate) reason: String,
}

pub(crate) fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

fn octets(text: &str) -> Result<Vec<u8>, Problem> {
    let read = STANDARD.decode(text);
    read.map_err(|_| malformed("a document or a picture is not base64"))
}

impl ListBody {
    pub(crate) fn read(self, list: String) -> Result<ListOrder, Problem> {
        let document = |one: ListDocument| {
            Ok(Document {
                content: octets(&one.content)?,
                name: one.name,
                kind: one.kind,
            })
        };
        let picture = |(name, text): (String, String)| Ok((name, octets(&text)?));
        Ok(ListOrder {
            list,
            ground: self.ground,
            documents: self
                .documents
                .into_iter()
                .map(document)
                .collect::<Result<_, Problem>>()?,
            pictures: self
                .pictures
                .into_iter()
                .map(picture)
                .collect::<Result<_, Problem>>()?,
            lines: self.lines.into_iter().map(LineOrder::from).collect(),
        })
    }
}

impl From<ListLine> for LineOrder {
    fn from(line: ListLine) -> Self {
        Self {
            seal: line.seal,
            department: line.department,
            name: line.name,
            kind: line.kind,
            purposes: line.purposes,
            matters: line.matters,
            valid_from: line.valid_from,
            valid_to: line.valid_to,
            replaces: line.replaces,
            picture: line.picture,
            custodian: line.custodian,
            approver: line.approver,
        }
    }
}

/// What a dry run found.
#[derive(Debug, Serialize)]
pub(crate) struct LookTold {
    /// SHA-256 that the list would have.
    digest: String,
    /// How many seals would be made, and how many are refused.
    would_be_made: usize,
    refused: usize,
    /// What refuses all of it.
    faults: Vec<FaultTold>,
    lines: Vec<CheckedTold>,
}

#[derive(Debug, Serialize)]
struct CheckedTold {
    line: usize,
    seal: String,
    /// `would_be_made` or `refused`.
    result: &'static str,
    faults: Vec<FaultTold>,
}

#[derive(Debug, Serialize)]
struct FaultTold {
    at: String,
    code: &'static str,
    text: String,
}

impl From<Wrong> for FaultTold {
    fn from(wrong: Wrong) -> Self {
        Self {
            at: wrong.at,
            code: wrong.code,
            text: wrong.text,
        }
    }
}

impl LookTold {
    pub(crate) fn of(look: Look) -> Self {
        let refused = look.lines.iter().filter(|line| !line.wrong.is_empty());
        let refused = refused.count();
        let stands = look.wrong.is_empty();
        Self {
            digest: hex(&look.digest),
            would_be_made: match stands {
                true => look.lines.len() - refused,
                false => 0,
            },
            refused,
            faults: look.wrong.into_iter().map(FaultTold::from).collect(),
            lines: look
                .lines
                .into_iter()
                .map(|line| told(line, stands))
                .collect(),
        }
    }
}

fn told(line: Checked, stands: bool) -> CheckedTold {
    CheckedTold {
        line: line.line,
        seal: line.seal,
        result: result(line.wrong.is_empty() && stands),
        faults: line.wrong.into_iter().map(FaultTold::from).collect(),
    }
}

fn result(is_clear: bool) -> &'static str {
    match is_clear {
        true => "would_be_made",
        false => "refused",
    }
}
