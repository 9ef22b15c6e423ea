//! What is brought.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalogue::key::MatterCode;
use papers::signing::Mandated;
use registry::signers::mandates::Ground;
use serde::{Deserialize, Serialize};
use signing::mandate::{Ending, Kind, Terms};
use time::Date;
use utoipa::ToSchema;
use wire::problem::{Code, Problem};

use crate::acts::Order;

/// Most lines of a page.
const PAGE: u32 = 100;

/// Who is signed for.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonBody {
    /// The name as the person's document has it.
    name: String,
    /// The citizen's number.
    number: String,
}

/// A mandate that is written down.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MandateBody {
    /// `guardian` of a minor, `proxy` whom somebody named, or `agent` (委托代办).
    kind: String,
    /// Who is signed for, with a signature identity or without one.
    principal: PersonBody,
    /// The signature identity of who signs, of the own department.
    representative: String,
    /// First day, YYYY-MM-DD.
    #[serde(with = "replies::day")]
    #[schema(value_type = String)]
    first: Date,
    /// Last day, at most five years later; a guardian's may have none.
    #[serde(default, with = "replies::day::maybe")]
    #[schema(value_type = Option<String>)]
    last: Option<Date>,
    /// In which matters, 1 to 20; a guardian's may name none.
    #[serde(default)]
    matters: Vec<String>,
    /// What may be meant by signing, at most 8 wordings; none: anything.
    #[serde(default)]
    intents: Vec<String>,
    /// The document that shows its ground, Base64: of a guardian, and of who has no key of their own.
    #[serde(default)]
    evidence: Option<String>,
}

/// What shows the ground of a mandate: one of both.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroundBody {
    /// The signature of who is signed for, whose intent is the `text` of the mandate.
    #[serde(default)]
    authorisation: Option<String>,
    /// SHA-256 of the document that was brought and that was reviewed, lower-case hexadecimal.
    #[serde(default)]
    evidence: Option<String>,
}

/// That a mandate is taken back.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndBody {
    /// At whose wish: `principal`, `representative`, `department`; or `death` of who is signed for, which ends all of theirs.
    by: String,
    /// Why.
    pub(crate) reason: String,
}

/// Whose mandates are asked for, or uses of them. The number stands in no address (D8).
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchBody {
    /// The citizen's number of who is signed for, or who signs.
    number: String,
    /// The last one of the page before.
    #[serde(default)]
    pub(crate) after: String,
    /// How many, 1 to 100; 100 where nothing is said.
    #[serde(default)]
    limit: Option<u32>,
}

/// A mandate, and for what it is used. Who signs for whom as what is added to the words.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MandatePart {
    /// The mandate.
    id: String,
    /// The code of the matter; that of the case, where that is kept here.
    matter: String,
}

impl MandatePart {
    /// As it is asked for.
    ///
    /// # Errors
    /// Where the matter is no code of one.
    pub fn read(&self) -> Result<Mandated, Problem> {
        let matter = MatterCode::parse(&self.matter);
        let matter = matter.map_err(|_| malformed("matter is the code of a matter"))?;
        Ok(Mandated::named(&self.id, matter.as_str()))
    }
}

/// Which page of the uses of a mandate is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsesQuery {
    /// The signature that is the last one of the page before.
    #[serde(default)]
    pub(crate) after: String,
    /// How many, 1 to 100; 100 where nothing is said.
    limit: Option<u32>,
}

fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

fn limited(limit: Option<u32>) -> Result<u32, Problem> {
    let limit = limit.unwrap_or(PAGE);
    let lawful = (1..=PAGE).contains(&limit);
    lawful
        .then_some(limit)
        .ok_or_else(|| malformed("limit is 1 to 100"))
}

impl MandateBody {
    pub(crate) fn read(self) -> Result<Order, Problem> {
        let kind = Kind::find(&self.kind);
        let evidence = self.evidence.map(|text| STANDARD.decode(text)).transpose();
        let evidence = evidence.map_err(|_| malformed("evidence is Base64"))?;
        if evidence.as_ref().is_some_and(Vec::is_empty) {
            return Err(malformed("evidence is a document"));
        }
        Ok(Order {
            principal: (self.principal.name, self.principal.number),
            representative: self.representative,
            terms: Terms {
                kind: kind.ok_or_else(|| malformed("kind is guardian, proxy or agent"))?,
                first: self.first,
                last: self.last,
                matters: matters(&self.matters)?,
                intents: self.intents.into_iter().collect(),
                born: None,
            },
            evidence,
        })
    }
}

fn matters(codes: &[String]) -> Result<BTreeSet<String>, Problem> {
    let read = codes.iter().map(|code| MatterCode::parse(code));
    let read: Result<Vec<MatterCode>, _> = read.collect();
    let read = read.map_err(|_| malformed("matters are codes of matters"))?;
    Ok(read.iter().map(|code| code.as_str().to_owned()).collect())
}

impl GroundBody {
    pub(crate) fn read(self) -> Result<Ground, Problem> {
        let one = || malformed("authorisation, or evidence: a SHA-256, lower-case hexadecimal");
        match (self.authorisation, self.evidence) {
            (Some(signature), None) => Ok(Ground::Signature(signature)),
            (None, Some(digest)) => sha256(&digest).map(Ground::Evidence).ok_or_else(one),
            _ => Err(one()),
        }
    }
}

/// A SHA-256 of 64 lower-case hexadecimal digits.
fn sha256(text: &str) -> Option<[u8; 32]> {
    let plain = |octet: u8| octet.is_ascii_digit() || (b'a'..=b'f').contains(&octet);
    if text.len() != 64 || !text.bytes().all(plain) {
        return None;
    }
    let octets = text.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    octets.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

impl EndBody {
    pub(crate) fn ending(&self) -> Result<Ending, Problem> {
        let known = Ending::find(&self.by);
        known.ok_or_else(|| malformed("by is principal, representative, department or death"))
    }
}

impl SearchBody {
    /// The number as it is kept.
    pub(crate) fn number(&self) -> String {
        self.number.trim().to_uppercase()
    }

    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        limited(self.limit)
    }
}

impl UsesQuery {
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        limited(self.limit)
    }
}
