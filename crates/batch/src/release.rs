//! One release over what waits of a batch: the custodian sees the list, looks at any page of it, and releases exactly
//! this list, or refuses it whole or in part (D19).

use crypto::{Listing, Release, ReleaseStatement};
use issuance::release::{ReleaseError, Submitted, challenge, deny, given, ruled_in_list, stands};
use issuance::{Asker, Office, import};
use registry::batches::{Batch, BatchId, Held, Line, ListRelease};
use registry::jobs::{JobId, JobState, Jobs, StepRefused};
use serde::Serialize;
use time::UtcDateTime;

use crate::carry::Carrying;
use crate::told::{self, BatchTold, moment};

/// What a releaser is shown of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListOffer {
    /// The batch.
    pub batch: String,
    /// The seal.
    pub seal: String,
    /// What the documents are for.
    pub purpose: String,
    /// Who asked for the seal.
    pub requester: String,
    /// How many uses the release lists.
    pub count: usize,
    /// SHA-256 over the sorted digests of the statements of its uses, lower-case hexadecimal.
    pub list: String,
    /// Until when the release would hold, RFC 3339: to be sent back with the signature.
    pub expires: String,
    /// The octets that the releaser signs, lower-case hexadecimal.
    pub statement: String,
    /// What a passkey answers instead, base64url. Good for five minutes.
    pub challenge: String,
    /// What is listed, in the order of the request.
    pub lines: Vec<Listed>,
}

/// One use of the seal in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its job.
    pub job: String,
    /// The licence's identifier.
    pub identifier: String,
    /// Its number.
    pub number: String,
    /// The matter.
    pub matter: String,
    /// The case.
    pub case: String,
    /// The decision.
    pub decision: String,
    /// SHA-256 of the page that waits, lower-case hexadecimal.
    pub unsealed: String,
    /// Where the page is looked at.
    pub page: String,
    /// Why the last release did not reach it: `code: text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A batch with what of it waits.
struct Due {
    batch: Batch,
    lines: Vec<Line>,
}

impl Due {
    /// What of a batch of the asker's department waits for a release.
    async fn found(office: &Office, asker: &Asker, batch: &BatchId) -> Result<Due, ReleaseError> {
        let batches = office.registry.batches();
        let found = batches.find(batch, Some(&asker.department)).await?;
        let batch = found.ok_or(ReleaseError::Unknown)?;
        let mut lines = batches.lines(&batch.id).await?;
        // The list is whole only when every page of it is there.
        let unmade = lines
            .iter()
            .any(|line| line.job.state == JobState::Reserved);
        if unmade {
            let state = JobState::Reserved;
            return Err(StepRefused::NotNow { state }.into());
        }
        let now = office.clock.now();
        let first = lines.first().map(|line| line.job.state);
        lines.retain(|line| line.is_due(now));
        if lines.is_empty() {
            let state = first.unwrap_or(JobState::Recorded);
            return Err(StepRefused::NotNow { state }.into());
        }
        Ok(Due { batch, lines })
    }

    /// The statement of each use, and the list of them.
    fn listed(
        &self,
        releaser: &str,
        expires: UtcDateTime,
    ) -> Result<(Vec<ReleaseStatement>, Listing), ReleaseError> {
        let statements = self
            .lines
            .iter()
            .map(|line| Jobs::statement(&line.job, releaser, expires))
            .collect::<Result<Vec<_>, _>>()?;
        let listing = Listing::of(self.batch.id.as_str(), &statements);
        let listing = listing.ok_or(StepRefused::Differs { member: "list" })?;
        Ok((statements, listing))
    }
}

impl Listed {
    fn of(line: &Line, statement: &ReleaseStatement) -> Self {
        let identifier = line.job.identifier.as_ref();
        Self {
            job: line.job.id.to_string(),
            identifier: identifier.map_or_else(String::new, ToString::to_string),
            number: line.number.clone(),
            matter: statement.matter.clone(),
            case: statement.case.clone(),
            decision: statement.decision.clone(),
            unsealed: hex(&statement.unsealed),
            page: format!("/v1/releases/{}/page", line.job.id),
            reason: line.held.clone(),
        }
    }
}

/// What waits of a batch, with the statement over the list of it.
///
/// # Errors
/// `Unknown`; `Step` while pages are being made, and when nothing waits.
pub async fn offer(
    office: &Office,
    asker: &Asker,
    batch: &BatchId,
) -> Result<ListOffer, ReleaseError> {
    let due = Due::found(office, asker, batch).await?;
    let expires = whole(office.clock.now()) + office.settings.release_life;
    let (statements, listing) = due.listed(&asker.person, expires)?;
    let first = statements.first().ok_or(ReleaseError::Unknown)?;
    let lines = due.lines.iter().zip(&statements);
    Ok(ListOffer {
        batch: due.batch.id.to_string(),
        seal: first.seal.clone(),
        purpose: first.purpose.clone(),
        requester: first.requester.clone(),
        count: listing.count(),
        list: hex(&listing.digest()),
        expires: moment(expires),
        challenge: challenge(&listing.bytes(first)),
        statement: hex(&listing.bytes(first)),
        lines: lines
            .map(|(line, statement)| Listed::of(line, statement))
            .collect(),
    })
}

/// Takes one release over everything that waits of a batch; gives how far the batch is, and the work that follows.
///
/// # Errors
/// [`ReleaseError`]; a refused one stands in the trace. One licence that a rule holds back refuses no other.
pub async fn release(
    office: &Office,
    asker: &Asker,
    batch: &BatchId,
    submitted: &Submitted,
) -> Result<(BatchTold, Carrying), ReleaseError> {
    let jobs = match released(office, asker, batch, submitted).await {
        Ok(jobs) => jobs,
        Err(ReleaseError::Unknown) => return Err(ReleaseError::Unknown),
        Err(refused) => return Err(deny(office, asker, batch.as_str(), refused).await?),
    };
    let told = told::find(office, asker, batch).await?;
    let told = told.ok_or(ReleaseError::Unknown)?;
    Ok((told, Carrying::files(jobs)))
}

async fn released(
    office: &Office,
    asker: &Asker,
    batch: &BatchId,
    submitted: &Submitted,
) -> Result<Vec<JobId>, ReleaseError> {
    let desk = office.desk();
    match tried(office, asker, batch, submitted).await {
        // T-S6: by what another process decided since.
        Err(ReleaseError::Step(StepRefused::OtherCatalogue))
            if import::heard(office, &desk).await =>
        {
            tried(office, asker, batch, submitted).await
        }
        done => done,
    }
}

async fn tried(
    office: &Office,
    asker: &Asker,
    batch: &BatchId,
    submitted: &Submitted,
) -> Result<Vec<JobId>, ReleaseError> {
    stands(office).await?;
    // What comes into force while the rules are asked makes them be asked once more.
    let catalogue = office.desk().version;
    let due = Due::found(office, asker, batch).await?;
    let (statements, listing) = due.listed(&asker.person, submitted.expires)?;
    let first = statements.first().ok_or(ReleaseError::Unknown)?;
    let release = Release {
        statement: first.clone(),
        listing: Some(listing.clone()),
        algorithm: submitted.algorithm,
        signature: submitted.signature.clone(),
        passkey: submitted.passkey.clone(),
    };
    // T-S3: the person's own signature over exactly this list; the key store looks once more before each signature.
    given(office, asker, (&due.batch.seal, &release))?;
    let list = ListRelease {
        listing,
        releaser: asker.person.clone(),
        expires: submitted.expires,
        algorithm: submitted.algorithm,
        signature: submitted.signature.clone(),
        passkey: submitted.passkey.clone(),
        catalogue: Some(catalogue),
        held: held(office, &due.lines, &statements).await?,
    };
    let by = asker.by(office.clock.now());
    let batches = office.registry.batches();
    let done = batches.release(&asker.department, batch, list, by).await;
    if let Err(StepRefused::Store(_)) = &done {
        // Whether the release stands is not known.
        office.dropped.doubt(office.clock.now());
    }
    Ok(done?.released)
}

/// R1 to R13, licence by licence: what a rule refuses is not released, the others are.
async fn held(
    office: &Office,
    lines: &[Line],
    statements: &[ReleaseStatement],
) -> Result<Vec<Held>, ReleaseError> {
    let mut held = Vec::new();
    for (line, statement) in lines.iter().zip(statements) {
        let (code, text) = match ruled_in_list(office, &line.job, statement).await {
            Ok(()) => continue,
            Err(ReleaseError::Ruled(refused)) => (refused.code(), refused.to_string()),
            Err(ReleaseError::Step(refused @ StepRefused::SamePerson)) => {
                ("release.same-person", refused.to_string())
            }
            Err(error) => return Err(error),
        };
        held.push(Held {
            job: line.job.id.clone(),
            code: code.to_owned(),
            text,
        });
    }
    Ok(held)
}

/// Refuses these licences of a batch, or all that wait or are released: their jobs end without a seal.
///
/// # Errors
/// `Unknown`, `Step`, `Store`.
pub async fn refuse(
    office: &Office,
    asker: &Asker,
    batch: &BatchId,
    (jobs, reason): (Option<Vec<JobId>>, &str),
) -> Result<BatchTold, ReleaseError> {
    let by = asker.by(office.clock.now());
    let batches = office.registry.batches();
    let refused = batches.refuse(&asker.department, batch, (jobs, reason), by);
    match refused.await {
        Err(StepRefused::Unknown) => return Err(ReleaseError::Unknown),
        refused => refused?,
    }
    let told = told::find(office, asker, batch).await?;
    told.ok_or(ReleaseError::Unknown)
}

/// The moment without the part of a second: statements have none.
fn whole(at: UtcDateTime) -> UtcDateTime {
    at.replace_nanosecond(0).unwrap_or(at)
}

fn hex(octets: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let digits = |octet: &u8| [digit(octet >> 4), digit(octet & 15)];
    octets.iter().flat_map(digits).collect()
}
