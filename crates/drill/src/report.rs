//! The report of a drill: what was declared, by whom, what was found, what became of each document. Signed by the key that
//! signs the trust bundle, so that whoever trusts the office can check it.

use backoffice::keys::ServiceKey;
use credential::JwsDraft;
use crypto::{Authorisation, KeyUse, SignError, sha256};
use issuance::Office;
use pki::certificate::SerialNumber;
use registry::asked::By;
use registry::drills::Drill;
use registry::jobs::{JobState, Resealed};
use registry::journal::KeyUse as Use;
use registry::log::Log;
use serde::Serialize;

use crate::affected::{Affected, NotAnew};
use crate::fault::DrillError;
use crate::said::{hex, moment};

/// `typ` of the signed report.
pub const REPORT_TYPE: &str = "yinxin-drill+jwt";

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The drill's identifier, as the trace has it.
    pub drill: String,
    /// The department.
    pub department: String,
    /// The seal.
    pub seal: String,
    /// Since when its keys are not to be relied upon, RFC 3339.
    pub since: String,
    /// When that was declared.
    pub declared: String,
    /// Who declared it.
    pub administrator: String,
    /// And with whom.
    pub custodian: String,
    /// Serial numbers of the certificates that were revoked.
    pub revoked: Vec<String>,
    /// Serial numbers of those that the seal has now.
    pub certificates: Vec<String>,
    /// Documents that were sealed since.
    pub affected: usize,
    /// Of these sealed anew.
    pub resealed: usize,
    /// Signatures in the public log that no document explains, by their places: there should be none.
    pub unexplained: Vec<u64>,
    /// Entries of the public log at the end.
    pub log_size: u64,
    /// When it ended.
    pub ended: String,
    /// Each document.
    pub documents: Vec<Outcome>,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The licence's identifier, or the job that sealed the document.
    pub document: String,
    /// When the compromised key sealed it, by trusted time.
    pub sealed: String,
    /// The job that sealed it anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// SHA-256 of each file in force since: `format digest`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Why it was not sealed anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_anew: Option<NotAnew>,
    /// Why its job ended without a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a report is made of.
pub(crate) struct Facts<'a> {
    pub(crate) drill: &'a Drill,
    pub(crate) revoked: Vec<SerialNumber>,
    pub(crate) certificates: Vec<SerialNumber>,
    pub(crate) left: &'a [Affected],
    pub(crate) taken: &'a [Resealed],
    pub(crate) unexplained: Vec<u64>,
}

impl Facts<'_> {
    pub(crate) async fn report(self, office: &Office) -> Result<Report, DrillError> {
        let head = office.registry.logs().latest(Log::Public).await?;
        let mut documents = Vec::with_capacity(self.left.len() + self.taken.len());
        for one in self.taken {
            documents.push(outcome(office, one).await?);
        }
        documents.extend(self.left.iter().map(|one| Outcome {
            document: name(one.document.identifier.as_ref(), &one.document.job),
            sealed: moment(one.document.sealed),
            job: None,
            files: Vec::new(),
            not_anew: one.not_anew,
            reason: None,
        }));
        let recorded = self.taken.iter();
        let recorded = recorded.filter(|one| one.state == JobState::Recorded);
        let text = |serials: Vec<SerialNumber>| serials.iter().map(ToString::to_string).collect();
        let drill = self.drill;
        Ok(Report {
            drill: drill.id.clone(),
            department: drill.department.to_string(),
            seal: drill.seal.to_string(),
            since: moment(drill.since),
            declared: moment(drill.declared),
            administrator: drill.administrator.to_string(),
            custodian: drill.custodian.to_string(),
            revoked: text(self.revoked),
            certificates: text(self.certificates),
            affected: documents.len(),
            resealed: recorded.count(),
            unexplained: self.unexplained,
            log_size: head.map_or(0, |head| head.head.size),
            ended: moment(office.clock.now()),
            documents,
        })
    }
}

async fn outcome(office: &Office, one: &Resealed) -> Result<Outcome, DrillError> {
    let is_done = one.state == JobState::Recorded;
    let files = match is_done {
        true => office.registry.jobs().files(&one.of, None).await?,
        false => Vec::new(),
    };
    let files = files.iter();
    let files = files.map(|file| format!("{} {}", file.format, hex(&file.digest)));
    Ok(Outcome {
        document: name(one.identifier.as_ref(), &one.of),
        sealed: moment(one.sealed),
        job: Some(one.job.to_string()),
        files: files.collect(),
        not_anew: None,
        reason: one.held.clone().filter(|_| !is_done),
    })
}

fn name(identifier: Option<&impl ToString>, job: &impl ToString) -> String {
    identifier.map_or_else(|| job.to_string(), ToString::to_string)
}

/// The report as a token (JWS), known to the journal before it is signed (T-S8).
pub(crate) async fn signed(
    office: &Office,
    drill: &Drill,
    report: &Report,
) -> Result<String, DrillError> {
    let id = ServiceKey::TrustBundle.id();
    let (_, algorithm, _) = office.keys.public_key(&id).ok_or(SignError::UnknownKey)?;
    let hierarchy = &office.hierarchy;
    let trust = hierarchy.trust.current();
    let certificates = [trust.as_ref().clone(), hierarchy.authority.clone()];
    let draft = JwsDraft {
        kind: REPORT_TYPE,
        algorithm,
        kid: None,
        certificates: &certificates,
    };
    // These values hold strings and numbers alone: they always write.
    let payload = serde_json::to_vec(report).unwrap_or_default();
    let prepared = draft.prepare(&payload).map_err(|_| SignError::Failed)?;
    let message = prepared.to_be_signed().to_vec();
    let now = office.clock.now();
    let line = Use {
        department: drill.department.clone(),
        by: By::new("service", now),
        key: id.clone(),
        purpose: "drill-report".to_owned(),
        digests: vec![sha256(&message)],
        object: drill.id.clone(),
    };
    office.registry.journal().append(vec![line]).await?;
    let under = Authorisation::journalled(id, KeyUse::TrustBundle, &message, now);
    let signature = office.keys.sign(&message, &under)?;
    let token = prepared.finish(&signature);
    Ok(token.map_err(|_| SignError::Failed)?)
}
