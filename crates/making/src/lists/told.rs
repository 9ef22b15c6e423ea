//! What is told of a list: where it stands, and each of its seals.

use backoffice::office::Office;
use backoffice::said::{hex, moment};
use catalogue::key::SealCode;
use issuance::Asker;
use registry::StoreError;
use registry::applications::SealList;
use serde::Serialize;

use super::order::KeptList;
use crate::fault::MakingError;

/// A list, as those of its department are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListTold {
    /// Its identifier.
    pub list: String,
    /// `applied`, `reviewed`, `approved`, `ordered`, `made` or `rejected`.
    pub state: &'static str,
    /// SHA-256 of what was handed in: each word on it names it.
    pub digest: String,
    /// Why the seals are needed.
    pub ground: String,
    /// Who handed it in.
    pub applicant: String,
    /// When, RFC 3339.
    pub applied: String,
    /// Who examined it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// Who granted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// Who had it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// Its seals, in order.
    pub lines: Vec<LineTold>,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineTold {
    /// Its place, from 1.
    pub line: usize,
    /// The seal.
    pub seal: String,
    /// Whose it is to be.
    pub department: String,
    /// Its name.
    pub name: String,
    /// Where the seal stands; `waiting` before its application is made.
    pub state: &'static str,
    /// Why it does not go on: the code is another application's by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

const DAMAGED: StoreError = StoreError::Damaged { table: "seal_list" };

/// A list as it is kept: what was handed in has the digest that each word names.
pub(super) fn kept(list: &SealList) -> Result<KeptList, MakingError> {
    let read: KeptList =
        serde_json::from_slice(&list.content).map_err(|_| MakingError::Store(DAMAGED))?;
    match read.handed.digest() == list.digest {
        true => Ok(read),
        false => Err(DAMAGED.into()),
    }
}

/// A list of the own department and where each of its seals stands.
///
/// # Errors
/// `Unknown`, `Store`.
pub async fn find(office: &Office, asker: &Asker, id: &str) -> Result<ListTold, MakingError> {
    let book = office.registry.applications();
    let found = book.list(&asker.department, id).await?;
    let list = found.ok_or(MakingError::Unknown)?;
    let content = kept(&list)?;
    let lines = lines(office, &content).await?;
    Ok(ListTold {
        list: list.id,
        state: list.state.code(),
        digest: hex(&list.digest),
        ground: content.handed.ground,
        applicant: list.applicant,
        applied: moment(list.applied),
        reviewer: list.reviewer,
        approver: list.approver,
        maker: list.maker,
        lines,
    })
}

async fn lines(office: &Office, content: &KeptList) -> Result<Vec<LineTold>, MakingError> {
    let mut told = Vec::new();
    let mut place = 0;
    for some in content.handed.lines.chunks(100) {
        let codes = some.iter().map(|line| SealCode::parse(&line.seal));
        let codes: Vec<SealCode> = codes.filter_map(Result::ok).collect();
        let records = office.registry.seals().records(&codes).await?;
        let digests = office.registry.applications().digests(&codes).await?;
        for line in some {
            let application = content.application(place);
            place += 1;
            let octets = serde_json::to_vec(&application).unwrap_or_default();
            let code = SealCode::parse(&line.seal).ok();
            let record = code.as_ref().and_then(|code| records.get(code));
            let own = code.as_ref().and_then(|code| digests.get(code));
            let is_other = record.is_some() && own != Some(&crypto::sha256(&octets));
            told.push(LineTold {
                line: place,
                seal: line.seal.clone(),
                department: line.department.clone(),
                name: line.name.clone(),
                state: match record {
                    Some(record) if !is_other => record.stage.code(),
                    _ => "waiting",
                },
                code: is_other.then_some("seal.code-taken"),
            });
        }
    }
    Ok(told)
}
