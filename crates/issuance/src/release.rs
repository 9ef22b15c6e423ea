//! Step 6: a second person looks at what waits and releases exactly that, or refuses it (D19).

use catalogue::key::SealCode;
use std::sync::Arc;

use catalogue::kind::FileFormat;
use crypto::sign_in::passkey::{PasskeyFault, Shown, release_challenge, url64};
use crypto::{KeyId, Release, ReleaseStatement, Signature, SignatureAlgorithm};
use licence::sealing::SealRefused;
use registry::Later;
use registry::asked::Response;
use registry::jobs::{Job, JobId, JobKind, JobState, Jobs, NotApproved, StepRefused, Unsealed};
use registry::log::LogError;
use registry::trace::{Act, Deed};
use serde::Serialize;
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::anchor;
use crate::asker::Asker;
use crate::desk::Desk;
use crate::finishing::{AtOnce, go_on, release_and_go_on, subject};
use crate::give_up::{Cause, give_up};
use crate::import;
use crate::issue::IssueError;
use crate::keys::seal_key;
use crate::lives::restrictions::numbers;
use crate::office::Office;
use crate::ruling::{self, MOVED_ON, RulingError};
use crate::said::{Waits, approvals, hex, moment, response};
use crate::sealing::{Spot, Subject};
use crate::sequencer::AppendError;
pub use crate::unseen::NotSent;
use crate::unseen::{is_of_digest, not_sent};
use crate::waiting::waiting_files;

/// Jobs of one page of a list.
const PAGE: u32 = 200;

/// Why a release was not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// There is no such job, or not in this department.
    #[error("there is no such job here")]
    Unknown,
    /// The person is not enrolled for this seal.
    #[error("the person is not enrolled as releaser of this seal")]
    NotEnrolled,
    /// The signature is not the person's over this statement.
    #[error("the signature is not over this statement")]
    Signature,
    /// The passkey's answer is not one to this release.
    #[error("the passkey released nothing: {0}")]
    Passkey(#[from] PasskeyFault),
    /// The expiry is over, or further away than a release may wait.
    #[error("the expiry is not one that a release may have")]
    Expiry,
    /// Content was not sent, and the release does not say so; or it was, and the release says that it was not.
    #[error("the release has content_not_sent true exactly where the content was not sent")]
    Unseen,
    /// A rule at the seal says no.
    #[error("a rule at the seal says no")]
    Ruled(#[from] SealRefused),
    /// The job does not take it.
    #[error("the job does not take it")]
    Step(#[from] StepRefused),
    /// The store is older than its logs: what was used stands there as unused (T-D8).
    #[error("the store is older than its logs")]
    Behind(#[source] AppendError),
    /// It was released, and sealing failed; the service takes the job up again.
    #[error("the release stands, and sealing goes on later")]
    Sealing(#[source] Box<IssueError>),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] registry::StoreError),
}

/// What a releaser is shown of one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// The job.
    #[serde(flatten)]
    pub waits: Waits,
    /// The matter.
    pub matter: String,
    /// The case.
    pub case: String,
    /// The decision.
    pub decision: String,
    /// Who asked for the seal.
    pub requester: String,
    /// Where the seal will stand on a caller's document (T-S2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Where nobody here has the content: its files, of which the digests alone were sent. What is released is the text that waits as the
    /// page, which names them and says so (T-S5). Told of one offer alone, in lists it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_not_sent: Option<Vec<NotSent>>,
    /// The level at which a caller's document will be sealed: `B-LT` or `B-B`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<&'static str>,
    /// The numbers of the restrictions that stand against the holder of a licence today (R13); not told in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<String>,
    /// The formats of the files that wait, where they are several: what is released is the SHA-256 over the digests of both,
    /// in this order. Of a caller's content of another kind, what its seal becomes, such as `asic-e`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<&'static str>,
    /// When the page was made, RFC 3339.
    pub since: String,
    /// Until when the release would hold, RFC 3339: to be sent back with the signature.
    pub expires: String,
    /// The octets that the releaser signs, lower-case hexadecimal.
    pub statement: String,
    /// What a passkey answers instead, base64url: a digest of the statement. Good for five minutes.
    pub challenge: String,
}

/// A release as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Until when it holds, as the offer had it.
    pub expires: UtcDateTime,
    /// How the person's key signs.
    pub algorithm: SignatureAlgorithm,
    /// The signature over the offer's statement, or by a passkey that answered the offer's challenge.
    pub signature: Signature,
    /// What stands beside the signature of a passkey.
    pub passkey: Option<Shown>,
    /// Whether who releases says that they know that the content was not sent.
    pub content_not_sent: bool,
}

/// T-S3: how long what is offered may be answered by a passkey.
const ANSWERED: Duration = Duration::minutes(5);

/// What waits in the asker's department, the longest first.
///
/// # Errors
/// `Store`.
pub async fn waiting(office: &Office, asker: &Asker) -> Result<Vec<Offer>, ReleaseError> {
    let jobs = office.registry.jobs();
    let found = jobs.waiting(&asker.department, None, PAGE).await?;
    found
        .iter()
        .map(|job| offer_of(office, asker, job))
        .collect()
}

/// What waits under this job.
///
/// # Errors
/// `Unknown`; `Step` when it waits no longer.
pub async fn offer(office: &Office, asker: &Asker, job: &JobId) -> Result<Offer, ReleaseError> {
    let job = found(office, asker, job).await?;
    let mut offer = offer_of(office, asker, &job)?;
    offer.waits.approvals = approvals(office, &job).await?;
    if is_of_digest(&job) {
        let files = not_sent(office, &job).await;
        offer.content_not_sent = Some(files.ok_or(ReleaseError::Unknown)?);
    }
    if let Some(identifier) = &job.identifier {
        let restrictions = office.registry.restrictions();
        let imposed = restrictions.of_version(identifier).await?;
        let today = office.settings.zone.date_at(office.clock.now());
        offer.restrictions = numbers(&imposed, today);
    }
    Ok(offer)
}

/// The page that waits, octet for octet what will be sealed (T-S5): in this format, or as the first of its files.
///
/// # Errors
/// `Unknown`, also where nothing waits in this format.
pub async fn page(
    office: &Office,
    asker: &Asker,
    job: &JobId,
    format: Option<FileFormat>,
) -> Result<(Vec<u8>, FileFormat), ReleaseError> {
    let job = found(office, asker, job).await?;
    let files = waiting_files(office, &job).await;
    let files = files.map_err(|_| ReleaseError::Unknown)?;
    let mut files = files.into_iter().flatten();
    let file = files.find(|file| format.is_none_or(|format| file.format == format));
    let file = file.ok_or(ReleaseError::Unknown)?;
    Ok((Arc::unwrap_or_clone(file.file), file.format))
}

async fn found(office: &Office, asker: &Asker, job: &JobId) -> Result<Job, ReleaseError> {
    let jobs = office.registry.jobs();
    let job = jobs.find(job, Some(&asker.department)).await?;
    job.ok_or(ReleaseError::Unknown)
}

fn offer_of(office: &Office, asker: &Asker, job: &Job) -> Result<Offer, ReleaseError> {
    let now = crate::answers::whole(office.clock.now());
    let expires = now + office.settings.release_life;
    let statement = Jobs::statement(job, &asker.person, expires)?;
    let spot: Option<Spot> = match job.kind {
        JobKind::Licence => None,
        JobKind::Document | JobKind::Reseal => serde_json::from_slice(&job.payload).ok(),
    };
    Ok(Offer {
        position: spot.as_ref().map(Spot::told),
        level: spot.map(|spot| spot.level.code()),
        content_not_sent: is_of_digest(job).then(Vec::new),
        waits: Waits::of(job, None, None),
        matter: statement.matter.clone(),
        case: statement.case.clone(),
        decision: statement.decision.clone(),
        requester: statement.requester.clone(),
        restrictions: Vec::new(),
        formats: formats(job),
        since: moment(job.changed),
        expires: moment(expires),
        challenge: challenge(&statement.bytes()),
        statement: hex(&statement.bytes()),
    })
}

/// What a passkey answers to release what these octets say, as a browser is given it.
#[must_use]
pub fn challenge(signed: &[u8]) -> String {
    url64(&release_challenge(signed))
}

fn formats(job: &Job) -> Vec<&'static str> {
    let both = |unsealed: &Unsealed| unsealed.pdf.is_some() && unsealed.ofd.is_some();
    match &job.unsealed {
        Some(unsealed) if both(unsealed) => [FileFormat::Pdf, FileFormat::Ofd]
            .map(FileFormat::code)
            .to_vec(),
        // What a caller's content becomes is approved with it.
        Some(unsealed) => {
            let content = unsealed.content.iter();
            content.map(|(form, _)| form.code()).collect()
        }
        None => Vec::new(),
    }
}

/// Takes a release and goes on to the sealed file.
///
/// # Errors
/// [`ReleaseError`]; a refused one stands in the trace. `Sealing` means that the release stands.
pub fn release<'a>(
    office: &'a Office,
    asker: &'a Asker,
    job: &'a JobId,
    submitted: &'a Submitted,
) -> Later<'a, Result<Response, ReleaseError>> {
    Box::pin(async move {
        let job = found(office, asker, job).await?;
        let release = match checked(office, asker, &job, submitted) {
            Ok(release) => release,
            Err(refused) => return Err(deny(office, asker, job.id.as_str(), refused).await?),
        };
        let desk = office.desk();
        let mut attempted = attempt(office, &desk, asker, (&job, &release)).await;
        let may_change = matches!(
            attempted,
            Err(ReleaseError::Ruled(_)
                | ReleaseError::Step(StepRefused::OtherScope | StepRefused::OtherCatalogue))
        );
        // T-S6: by what another process decided since, where that may change the answer.
        if may_change && import::heard(office, &desk).await {
            attempted = attempt(office, &office.desk(), asker, (&job, &release)).await;
        }
        match attempted {
            Ok(completed) => ended(office, &job, completed),
            // T-S1: it is kept, and others have to release the same.
            Err(ReleaseError::Step(StepRefused::Approval(NotApproved::Lacking { .. }))) => {
                lacking(office, &job).await
            }
            Err(ReleaseError::Step(refused)) => Err(untaken(office, asker, &job, refused).await?),
            Err(refused @ ReleaseError::Ruled(_)) => {
                Err(ruled_out(office, asker, &job, refused).await?)
            }
            Err(refused @ ReleaseError::Behind(_)) => {
                Err(deny(office, asker, job.id.as_str(), refused).await?)
            }
            Err(error) => Err(error),
        }
    })
}

/// One attempt, by what is in force in this process: what came of the release that stands, or why it does not.
async fn attempt(
    office: &Office,
    desk: &Desk,
    asker: &Asker,
    (job, release): (&Job, &Release),
) -> Result<Result<Response, IssueError>, ReleaseError> {
    let subject = match subject(office, job).await {
        Ok(subject) => subject,
        Err(IssueError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(ReleaseError::Unknown),
    };
    ruled(office, desk, (job, &subject), &release.statement).await?;
    stands(office).await?;
    let by = asker.by(office.clock.now());
    if job.state == JobState::Waiting {
        match release_and_go_on(office, desk, (job, subject), (release, &by)).await {
            AtOnce::NotLaidOut => {}
            AtOnce::NotTaken(refused) => return Err(refused.into()),
            AtOnce::Stands(completed) => return Ok(completed),
        }
    }
    let jobs = office.registry.jobs();
    let released = jobs.release(&asker.department, &job.id, release.clone(), by);
    Ok(go_on(office, released.await?).await)
}

/// T-D8: nothing is released by a store that was put back in time.
///
/// # Errors
/// `Behind`, `Store`.
pub async fn stands(office: &Office) -> Result<(), ReleaseError> {
    anchor::stands(office).await.map_err(|error| match error {
        AppendError::Log(LogError::Store(error)) => error.into(),
        error => ReleaseError::Behind(error),
    })
}

/// What a rule refuses for good ends the job.
async fn ruled_out(
    office: &Office,
    asker: &Asker,
    job: &Job,
    refused: ReleaseError,
) -> Result<ReleaseError, ReleaseError> {
    let refused = deny(office, asker, job.id.as_str(), refused).await?;
    if let ReleaseError::Ruled(rule) = &refused {
        let given_up = give_up(office, job, Cause::Ruled(rule)).await;
        given_up.map_err(|error| ReleaseError::Sealing(Box::new(error.into())))?;
    }
    Ok(refused)
}

/// The answer to a release that is not the last one that its seal needs: how far it has come.
async fn lacking(office: &Office, job: &Job) -> Result<Response, ReleaseError> {
    let mut waits = Waits::of(job, None, None);
    waits.approvals = approvals(office, job).await?;
    Ok(response(202, &waits))
}

/// What came of a release that stands.
fn ended(
    office: &Office,
    job: &Job,
    completed: Result<Response, IssueError>,
) -> Result<Response, ReleaseError> {
    completed.map_err(|error| {
        office.dropped.note(&job.id);
        ReleaseError::Sealing(Box::new(error))
    })
}

async fn untaken(
    office: &Office,
    asker: &Asker,
    job: &Job,
    refused: StepRefused,
) -> Result<ReleaseError, ReleaseError> {
    if let StepRefused::Store(error) = refused {
        // Whether the release stands is not known.
        office.dropped.note(&job.id);
        return Ok(error.into());
    }
    deny(office, asker, job.id.as_str(), refused.into()).await
}

/// R1 to R13: what a rule refuses is not released.
async fn ruled(
    office: &Office,
    desk: &Desk,
    (job, subject): (&Job, &Subject),
    statement: &ReleaseStatement,
) -> Result<(), ReleaseError> {
    let Subject::Licence(licence) = subject else {
        return Ok(ruling::rule_document(office, desk, job)?);
    };
    let (record, content) = licence.as_ref();
    match ruling::rule(office, desk, (job, record, content), statement).await {
        Ok(()) => Ok(()),
        // R3 has an answer of its own, which the registry gives too.
        Err(RulingError::Refused(SealRefused::SamePerson("decide", "release"))) => {
            Err(StepRefused::SamePerson.into())
        }
        Err(RulingError::Refused(refused)) => Err(refused.into()),
        Err(RulingError::Store(error)) => Err(error.into()),
    }
}

/// T-S3: the person's own signature over exactly this use; the key store looks once more before it signs.
fn checked(
    office: &Office,
    asker: &Asker,
    job: &Job,
    submitted: &Submitted,
) -> Result<Release, ReleaseError> {
    // A release that ran out before its file was recorded may be given again.
    let takes = [JobState::Waiting, JobState::Released, JobState::Journalled];
    if !takes.contains(&job.state) {
        return Err(StepRefused::NotNow { state: job.state }.into());
    }
    // T-S5: who releases what nobody here has seen says that they know it.
    if submitted.content_not_sent != is_of_digest(job) {
        return Err(ReleaseError::Unseen);
    }
    let statement = Jobs::statement(job, &asker.person, submitted.expires)?;
    let release = Release {
        statement,
        listing: None,
        algorithm: submitted.algorithm,
        signature: submitted.signature.clone(),
        passkey: submitted.passkey.clone(),
    };
    given(office, asker, (&job.grounds.seal, &release))?;
    Ok(release)
}

/// T-S3: whether the asker gave this release of a seal, with a key of their own or a passkey that is enrolled for it, and not
/// too long ago.
///
/// # Errors
/// `Expiry`, `NotEnrolled`, `Passkey`, `Signature`.
pub fn given(
    office: &Office,
    asker: &Asker,
    (seal, release): (&SealCode, &Release),
) -> Result<(), ReleaseError> {
    lasts(office, release.statement.expires)?;
    let key = enrolled(office, asker, seal)?;
    if let Some(shown) = &release.passkey {
        answered(office, (&key, &asker.person), (release, shown))?;
    }
    let checked = office.keys.check_release(&key, release);
    checked.map_err(|_| ReleaseError::Signature)
}

/// What exactly is wrong with a passkey's answer.
fn answered(
    office: &Office,
    (key, person): (&KeyId, &str),
    (release, shown): (&Release, &Shown),
) -> Result<(), ReleaseError> {
    // When it was offered is what it expires by.
    let offered = release.statement.expires - office.settings.release_life;
    if office.clock.now() >= offered + ANSWERED {
        return Err(PasskeyFault::Challenge.into());
    }
    let releasers = office.keys.releasers(key);
    let mut own = releasers
        .iter()
        .filter(|releaser| releaser.person == person)
        .filter_map(|releaser| releaser.passkey.as_ref());
    let passkey = own.find(|passkey| passkey.credential == shown.credential);
    let passkey = passkey.ok_or(PasskeyFault::Credential)?;
    let challenge = release.challenge().ok_or(PasskeyFault::Challenge)?;
    passkey.check((shown, &release.signature), &challenge)?;
    Ok(())
}

/// Whether a release may hold until then.
///
/// # Errors
/// `Expiry`.
fn lasts(office: &Office, expires: UtcDateTime) -> Result<(), ReleaseError> {
    let now = office.clock.now();
    let latest = now + office.settings.release_life;
    if expires <= now || expires > latest {
        return Err(ReleaseError::Expiry);
    }
    Ok(())
}

/// The key of a seal that the asker may release.
///
/// # Errors
/// `NotEnrolled`.
fn enrolled(office: &Office, asker: &Asker, seal: &SealCode) -> Result<KeyId, ReleaseError> {
    let key = seal_key(seal.as_str()).ok_or(ReleaseError::NotEnrolled)?;
    let releasers = office.keys.releasers(&key);
    if !releasers
        .iter()
        .any(|releaser| releaser.person == asker.person)
    {
        return Err(ReleaseError::NotEnrolled);
    }
    Ok(key)
}

/// R1 to R13 for one of a list: what a rule refuses is not released.
///
/// # Errors
/// `Ruled`; `Step` with `SamePerson` (R3); `Unknown`, `Store`.
pub async fn ruled_in_list(
    office: &Office,
    job: &Job,
    statement: &ReleaseStatement,
) -> Result<(), ReleaseError> {
    let subject = match subject(office, job).await {
        Ok(subject) => subject,
        Err(IssueError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(ReleaseError::Unknown),
    };
    let desk = office.desk();
    match ruled(office, &desk, (job, &subject), statement).await {
        // T-S6: as above.
        Err(ReleaseError::Ruled(_)) if import::heard(office, &desk).await => {
            ruled(office, &office.desk(), (job, &subject), statement).await
        }
        answer => answer,
    }
}

/// T-L1: a release that is refused stands in the trace; gives the refusal back.
///
/// # Errors
/// `Store`.
pub async fn deny(
    office: &Office,
    asker: &Asker,
    object: &str,
    refused: ReleaseError,
) -> Result<ReleaseError, ReleaseError> {
    // What is not there is written down by who admitted the caller.
    if let ReleaseError::Store(_)
    | ReleaseError::Unknown
    | ReleaseError::Step(StepRefused::Unknown) = refused
    {
        return Ok(refused);
    }
    let mut detail = Vec::new();
    if let ReleaseError::Ruled(refused) = &refused {
        detail.push(("rule", refused.rule().number().to_owned()));
    }
    let ground = match &refused {
        ReleaseError::Ruled(refused) => refused.code(),
        ReleaseError::NotEnrolled => "release.not-enrolled",
        ReleaseError::Signature => "release.signature",
        ReleaseError::Passkey(fault) | ReleaseError::Step(StepRefused::Passkey(fault)) => {
            fault.code()
        }
        ReleaseError::Expiry => "release.expiry",
        ReleaseError::Behind(_) => "log.behind",
        ReleaseError::Unseen => "release.unseen",
        ReleaseError::Step(StepRefused::SamePerson) => "release.same-person",
        ReleaseError::Step(StepRefused::Differs { .. }) => "release.differs",
        ReleaseError::Step(StepRefused::NotGiven) => "release.not-given",
        ReleaseError::Step(StepRefused::Used) => "release.used",
        ReleaseError::Step(StepRefused::Over(over)) => over.code(),
        ReleaseError::Step(StepRefused::Approval(lacking)) => lacking.code(),
        ReleaseError::Step(StepRefused::SealNotInUse) => "seal.not-in-use",
        ReleaseError::Step(StepRefused::OtherScope) => "seal.other-scope",
        ReleaseError::Step(StepRefused::OtherCatalogue) => MOVED_ON,
        ReleaseError::Step(StepRefused::Unseen) => "seal.unseen",
        ReleaseError::Step(StepRefused::CaseStopped) => "case.stopped",
        _ => "release.not-now",
    };
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: ground.to_owned(),
        detail,
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(refused)
}

/// Refuses what waits: the job ends without a seal.
///
/// # Errors
/// `Unknown`, `Step`, `Store`.
pub async fn refuse(
    office: &Office,
    asker: &Asker,
    job: &JobId,
    reason: &str,
) -> Result<Waits, ReleaseError> {
    let jobs = office.registry.jobs();
    let by = asker.by(office.clock.now());
    let job = match jobs.refuse(&asker.department, job, reason, by).await {
        Ok(job) => job,
        Err(StepRefused::Unknown) => return Err(ReleaseError::Unknown),
        Err(refused) => return Err(deny(office, asker, job.as_str(), refused.into()).await?),
    };
    Ok(Waits::of(&job, None, None))
}
