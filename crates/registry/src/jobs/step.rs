//! The steps of a job between reservation and record, each one fact.

use catalogue::key::DepartmentKey;
use crypto::sign_in::passkey::PasskeyFault;
use crypto::{Release, ReleaseStatement, sha256};
use thiserror::Error;

use crate::cases;
use crate::jobs::about::act;
use crate::jobs::closing;
use crate::jobs::job::{self, Job, JobState, Unsealed};
use crate::jobs::permitted::{Permit, Ruled, counted, may_seal};
use releasing::approvals::{self, NotApproved};
use releasing::kept::{self, Given, Journalled, Signing, list_of};
use releasing::{Over, Terms, passkey, unseen};
use store::Link;
use store::StoreError;
use trail::asked::{By, Response};
use trail::id::JobId;
use trail::secrets::{Secrets, hex};
use trail::trace::{self, Act, Deed};

/// A step is not taken.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum StepRefused {
    /// There is no such job, or not in this department.
    #[error("no such job")]
    Unknown,
    /// The job is in another state than this step needs.
    #[error("the job is {}", state.code())]
    NotNow {
        /// The state it is in.
        state: JobState,
    },
    /// The release is for something else: a member differs (T-S2).
    #[error("the release is for another {member}")]
    Differs {
        /// The member of the statement.
        member: &'static str,
    },
    /// Who releases asked for it or decided it (R3, T-S1).
    #[error("the releaser asked for the seal or decided the case")]
    SamePerson,
    /// A row of the release, or of another approval of the use, is not what an enrolled person signed (T-S3).
    #[error("a release was not given by a person of the seal")]
    NotGiven,
    /// The release is over (T-S2).
    #[error("the release is over")]
    Expired,
    /// The same statement released another job already.
    #[error("the release was used already")]
    Used,
    /// The passkey that released is not in force for this person, or did not count on (T-S3).
    #[error(transparent)]
    Passkey(#[from] PasskeyFault),
    /// Another process has taken the job up since: what this one made does not count.
    #[error("another attempt has begun since")]
    Overtaken,
    /// The seal is not in use: it was suspended, replaced or cancelled, or never taken over (T-S6).
    #[error("the seal is not in use")]
    SealNotInUse,
    /// A supervisor has stopped the case (R6).
    #[error("the case is stopped")]
    CaseStopped,
    /// The seal has another scope since its use was ruled on.
    #[error("the seal has another scope since its use was ruled on")]
    OtherScope,
    /// Another catalogue came into force since the use was ruled on.
    #[error("another catalogue came into force since the use was ruled on")]
    OtherCatalogue,
    /// Nobody here has seen the content, and the seal may not be used so (T-S5).
    #[error("the seal may not be used on content that was not sent")]
    Unseen,
    /// Releases of the seal or the person exceed their limit (T-S7).
    #[error(transparent)]
    Over(#[from] Over),
    /// The seal is a high-risk one, and not released by as many of its people as have to (T-S1).
    #[error(transparent)]
    Approval(#[from] NotApproved),
    /// The life of the licence refuses.
    #[error(transparent)]
    Life(#[from] licence::Refused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const AWAIT: &str = "UPDATE job SET state = 'waiting', changed = $3, unsealed = $4, unsealed_object = $5, unsealed_ofd = $6, \
     unsealed_content = $7, unsealed_envelope = $8 WHERE department = $1 AND id = $2";
const RELEASED: &str =
    "UPDATE job SET state = 'released', changed = $3 WHERE department = $1 AND id = $2";
const JOURNALLED: &str = "UPDATE job SET state = 'journalled', changed = $3, attempts = attempts + 1 \
     WHERE department = $1 AND id = $2";
const END: &str =
    "UPDATE job SET state = $3, changed = $4, reason = $5 WHERE department = $1 AND id = $2";
const DROP_OVER: &str =
    "DELETE FROM seal_release WHERE department = $1 AND job = $2 AND expires <= $3";
const CONSUME: &str = "UPDATE seal_release SET consumed = $3 \
     WHERE department = $1 AND job = $2 AND consumed IS NULL RETURNING 1";

/// Longest reason kept, in octets.
const MAX_REASON: usize = 1_000;

pub(crate) async fn await_release(
    link: &mut Link,
    secrets: &Secrets,
    id: &JobId,
    (unsealed, answer): (&Unsealed, &Response),
    by: &By,
) -> Result<Job, StepRefused> {
    let mut job = locked(link, secrets, id, None).await?;
    if job.state != JobState::Reserved {
        // A redo that made the same file finds its work done.
        let same = job
            .unsealed
            .as_ref()
            .is_some_and(|found| found.digest == unsealed.digest);
        return if same && job.state == JobState::Waiting {
            Ok(job)
        } else {
            Err(StepRefused::NotNow { state: job.state })
        };
    }
    await_pages(link, (&job.department, id.as_str()), unsealed, by.at).await?;
    job::answer(link, secrets, &job, answer).await?;
    job.state = JobState::Waiting;
    job.changed = by.at;
    job.unsealed = Some(unsealed.clone());
    let detail = unseen::told(&unsealed.digest, unsealed.is_of_digest());
    trace::write(link, &act(&job, by, Deed::AwaitRelease, detail)).await?;
    Ok(job)
}

/// The pages of a job that was inserted wait for their release.
pub(crate) async fn await_pages(
    link: &mut Link,
    (department, id): (&DepartmentKey, &str),
    unsealed: &Unsealed,
    at: time::UtcDateTime,
) -> Result<(), StoreError> {
    let (form, content) = unsealed
        .content
        .as_ref()
        .map(|(form, at)| (form.code(), at.as_str()))
        .unzip();
    let values = [
        department.as_str().into(),
        id.into(),
        at.into(),
        (&unsealed.digest).into(),
        unsealed.pdf.as_deref().into(),
        unsealed.ofd.as_deref().into(),
        content.into(),
        form.into(),
    ];
    link.later(AWAIT, &values).await
}

pub(crate) async fn release(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &JobId),
    (release, terms): (&Release, &Terms),
    by: &By,
) -> Result<Result<Job, StepRefused>, StepRefused> {
    let mut job = locked(link, secrets, id, Some(department)).await?;
    let ready = ready(link, &job, release, by).await?;
    let mut acts = match passed((link, secrets), &job, (release, &ready.0, terms), by).await? {
        Ok(acts) => acts,
        Err(refused) => return Ok(Err(refused)),
    };
    acts.push(take(link, &mut job, (release, ready), by).await?);
    trace::write_all(link, &acts).await?;
    Ok(Ok(job))
}

/// T-S7, T-S3, T-S1: what a release has to pass besides naming its use; gives what the trace has to say. What is refused inside
/// stands in this fact, which commits with nothing else.
async fn passed(
    (link, secrets): (&mut Link, &Secrets),
    job: &Job,
    (release, digest, terms): (&Release, &[u8; 32], &Terms),
    by: &By,
) -> Result<Result<Vec<Act>, StepRefused>, StepRefused> {
    let releaser = release.statement.releaser.as_str();
    let mut acts = match counted((link, secrets), (job, None), (releaser, terms), by).await? {
        Ok(acts) => acts,
        Err(over) => return Ok(Err(over.into())),
    };
    let whose = (&job.department, releaser);
    passkey::count_on(link, whose, release.passkey.as_ref(), by.at).await??;
    let place = (&job.department, &job.id, &job.grounds.seal);
    let lacking = approvals::approve(link, place, (release, digest), by.at).await??;
    let Some(lacking) = lacking else {
        return Ok(Ok(acts));
    };
    let mut approved = release_act(job, (release, digest), by);
    approved.ground = lacking.code().to_owned();
    acts.push(approved);
    trace::write_all(link, &acts).await?;
    Ok(Err(lacking.into()))
}

/// Releases a job that the fact has locked, alone or in a list; gives what the trace has to say. Refused before
/// anything is written.
pub(crate) async fn released(
    link: &mut Link,
    job: &mut Job,
    release: &Release,
    by: &By,
) -> Result<Act, StepRefused> {
    let ready = ready(link, job, release, by).await?;
    take(link, job, (release, ready), by).await
}

/// Whether the job takes it: the digest of its statement, and whether it was released before.
async fn ready(
    link: &mut Link,
    job: &Job,
    release: &Release,
    by: &By,
) -> Result<([u8; 32], bool), StepRefused> {
    let again = match job.state {
        JobState::Waiting => false,
        // A release that ran out before it was used may be given again.
        JobState::Released | JobState::Journalled => true,
        state => return Err(StepRefused::NotNow { state }),
    };
    Ok((
        admit(link, job, (release, Ruled::default()), by).await?,
        again,
    ))
}

async fn take(
    link: &mut Link,
    job: &mut Job,
    (release, (digest, again)): (&Release, ([u8; 32], bool)),
    by: &By,
) -> Result<Act, StepRefused> {
    let (department, id) = (job.department.as_str(), job.id.as_str());
    let place = [department.into(), id.into(), by.at.into()];
    if again && link.run(DROP_OVER, &place).await? == 0 {
        return Err(StepRefused::NotNow { state: job.state });
    }
    insert(link, job, (release, &digest), (by, None)).await?;
    link.later(RELEASED, &place).await?;
    job.state = JobState::Released;
    job.changed = by.at;
    Ok(release_act(job, (release, &digest), by))
}

/// [`release`] and [`journal`] in one fact, for a job whose revision was laid out before its release is taken: the
/// release is used up as it is given.
pub(crate) async fn release_and_journal(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &JobId),
    (release, signing, terms): (&Release, &Signing, &Terms),
    (by, service): (&By, &By),
) -> Result<Result<(Job, Journalled), StepRefused>, StepRefused> {
    let mut job = for_use(link, secrets, id, Some(department)).await?;
    if job.state != JobState::Waiting {
        return Err(StepRefused::NotNow { state: job.state });
    }
    let digest = admit(link, &job, (release, Ruled::by(signing)), by).await?;
    let mut acts = match passed((link, secrets), &job, (release, &digest, terms), by).await? {
        Ok(acts) => acts,
        Err(refused) => return Ok(Err(refused)),
    };
    let approvals = find_approvals(link, &job, (release, signing)).await?;
    insert(link, &job, (release, &digest), (by, Some(service))).await?;
    let (department, id) = (department.as_str(), id.as_str());
    let values = [department.into(), id.into(), service.at.into()];
    link.later(JOURNALLED, &values).await?;
    job.attempts += 1;
    job.state = JobState::Journalled;
    job.changed = service.at;
    acts.push(release_act(&job, (release, &digest), by));
    acts.push(sign_act(&job, (release, signing), job.attempts, service));
    trace::write_all(link, &acts).await?;
    let journalled = Journalled {
        release: release.clone(),
        approvals,
        attempt: job.attempts,
    };
    Ok(Ok((job, journalled)))
}

/// T-S1, T-S2, R3: what a release has to be, asked in the transaction that takes it. Gives the digest of its statement.
async fn admit(
    link: &mut Link,
    job: &Job,
    (release, ruled): (&Release, Ruled),
    by: &By,
) -> Result<[u8; 32], StepRefused> {
    let statement = &release.statement;
    compare(statement, job)?;
    inspect_use(link, job, ruled).await?;
    let decided = job.grounds.decided_by.as_ref();
    // R3: a decision names an account, and whose it is counts.
    let decider = match decided {
        Some(account) => rolls::accounts::person_of(link, account.as_str()).await?,
        None => None,
    };
    if statement.releaser == statement.requester
        || statement.releaser == job.caller
        || decided.is_some_and(|person| person.as_str() == statement.releaser)
        || decider.is_some_and(|person| person == statement.releaser)
    {
        return Err(StepRefused::SamePerson);
    }
    if statement.expires <= by.at {
        return Err(StepRefused::Expired);
    }
    Ok(sha256(&statement.bytes()))
}

async fn insert(
    link: &mut Link,
    job: &Job,
    release: (&Release, &[u8; 32]),
    (by, consumed): (&By, Option<&By>),
) -> Result<(), StepRefused> {
    let given = (by.at, consumed.map(|by| by.at));
    match kept::keep(link, (&job.department, &job.id), release, given).await? {
        true => Ok(()),
        false => Err(StepRefused::Used),
    }
}

fn release_act(job: &Job, (release, digest): (&Release, &[u8; 32]), by: &By) -> Act {
    let statement = &release.statement;
    let mut detail = vec![
        ("releaser", statement.releaser.clone()),
        ("statement", hex(digest)),
    ];
    let is_unseen = job.unsealed.as_ref().is_some_and(Unsealed::is_of_digest);
    detail.extend(unseen::told(&statement.unsealed, is_unseen));
    detail.extend(list_of(release).map(|list| ("list", hex(&list))));
    act(job, by, Deed::Release, detail)
}

/// The journal's line: which key, over what, under whose release.
fn sign_act(job: &Job, (release, signing): (&Release, &Signing), attempt: u64, by: &By) -> Act {
    let mut detail = vec![
        ("digest", hex(&signing.digest)),
        ("purpose", signing.purpose.clone()),
        ("attempt", attempt.to_string()),
        ("releaser", release.statement.releaser.clone()),
        ("requester", release.statement.requester.clone()),
    ];
    detail.extend(
        job.grounds
            .decided_by
            .iter()
            .map(|one| ("decider", one.to_string())),
    );
    let is_unseen = job.unsealed.as_ref().is_some_and(Unsealed::is_of_digest);
    detail.extend(unseen::content(is_unseen));
    if let Some((key, digest)) = &signing.beside {
        detail.extend([("beside", key.to_string()), ("digest_beside", hex(digest))]);
    }
    let mut act = act(job, by, Deed::Sign, detail);
    act.key = Some(signing.key.clone());
    act
}

/// T-S2: the release names exactly this use.
fn compare(statement: &ReleaseStatement, job: &Job) -> Result<(), StepRefused> {
    let expected = statement_of(job, "", 0, statement.expires)?;
    for (member, same) in [
        ("job", statement.job == expected.job),
        ("document", statement.unsealed == expected.unsealed),
        ("seal", statement.seal == expected.seal),
        ("purpose", statement.purpose == expected.purpose),
        ("matter", statement.matter == expected.matter),
        ("case", statement.case == expected.case),
        ("decision", statement.decision == expected.decision),
        ("requester", statement.requester == expected.requester),
        ("number of copies", statement.copies == 1),
    ] {
        if !same {
            return Err(StepRefused::Differs { member });
        }
    }
    Ok(())
}

/// What a releaser has to sign for this job.
pub(crate) fn statement_of(
    job: &Job,
    releaser: &str,
    copies: u32,
    expires: time::UtcDateTime,
) -> Result<ReleaseStatement, StepRefused> {
    let unsealed = job
        .unsealed
        .as_ref()
        .ok_or(StepRefused::NotNow { state: job.state })?;
    let grounds = &job.grounds;
    Ok(ReleaseStatement {
        job: job.id.to_string(),
        unsealed: unsealed.digest,
        seal: grounds.seal.as_str().to_owned(),
        purpose: grounds.purpose.code().to_owned(),
        matter: grounds
            .matter
            .as_ref()
            .map_or_else(String::new, |matter| matter.as_str().to_owned()),
        case: grounds.case.clone(),
        decision: grounds.decision.clone(),
        copies,
        expires,
        requester: grounds.requester.clone(),
        releaser: releaser.to_owned(),
    })
}

pub(crate) async fn journal(
    link: &mut Link,
    secrets: &Secrets,
    id: &JobId,
    signing: &Signing,
    by: &By,
) -> Result<Journalled, StepRefused> {
    let job = for_use(link, secrets, id, None).await?;
    if !matches!(job.state, JobState::Released | JobState::Journalled) {
        return Err(StepRefused::NotNow { state: job.state });
    }
    let release = find_release(link, &job).await?;
    if release.statement.expires <= by.at {
        return Err(StepRefused::Expired);
    }
    inspect_use(link, &job, Ruled::by(signing)).await?;
    let place = (&job.department, id, &job.grounds.seal);
    let releaser = (release.statement.releaser.as_str(), by.at);
    approvals::hold(link, place, releaser).await??;
    let approvals = find_approvals(link, &job, (&release, signing)).await?;
    let (department, id) = (job.department.as_str(), id.as_str());
    // Consumed once; a redo after a lost process finds it consumed by this very job, whose first
    // result never left (house-style 2.2).
    let consumed = link
        .row(CONSUME, &[department.into(), id.into(), by.at.into()])
        .await?;
    if consumed.is_some() == (job.state == JobState::Journalled) {
        return Err(StepRefused::Used);
    }
    link.later(JOURNALLED, &[department.into(), id.into(), by.at.into()])
        .await?;
    let attempt = job.attempts + 1;
    // From here on no earlier attempt can log or record: what it left in the log is closed.
    if attempt > 1 {
        closing::close(link, &job.id, by.at).await?;
    }
    trace::write(link, &sign_act(&job, (&release, signing), attempt, by)).await?;
    Ok(Journalled {
        release,
        approvals,
        attempt,
    })
}

/// T-S6, R6: asked in the transaction that takes or consumes the release; a suspension of the seal or a stop of the
/// case waits for it, or stops it.
async fn inspect_use(link: &mut Link, job: &Job, ruled: Ruled) -> Result<(), StepRefused> {
    let permit = may_seal(link, job, ruled).await?;
    let is_stopped = cases::is_stopped(link, &job.grounds.case).await?;
    match (permit, is_stopped) {
        (Permit::NotInUse, _) => Err(StepRefused::SealNotInUse),
        (Permit::OtherScope, _) => Err(StepRefused::OtherScope),
        (Permit::OtherCatalogue, _) => Err(StepRefused::OtherCatalogue),
        (Permit::Unseen, _) => Err(StepRefused::Unseen),
        (Permit::Given, true) => Err(StepRefused::CaseStopped),
        (Permit::Given, false) => Ok(()),
    }
}

pub(crate) async fn find_release(link: &mut Link, job: &Job) -> Result<Release, StepRefused> {
    let given = kept::find(link, (&job.department, &job.id)).await?;
    as_given(job, given)
}

/// What others released of the same use, where the seal needs several. T-S3: a row that nobody signed is not used up, and the
/// journal has no line of it.
async fn find_approvals(
    link: &mut Link,
    job: &Job,
    (release, signing): (&Release, &Signing),
) -> Result<Vec<Release>, StepRefused> {
    let given = approvals::given(link, (&job.department, &job.id)).await?;
    let given = given.into_iter().map(|one| as_given(job, one));
    let approvals: Vec<Release> = given.collect::<Result<_, _>>()?;
    let is_given = signing.is_given(release, &approvals);
    is_given.then_some(approvals).ok_or(StepRefused::NotGiven)
}

fn as_given(job: &Job, given: Given) -> Result<Release, StepRefused> {
    Ok(Release {
        statement: statement_of(job, &given.releaser, given.copies, given.expires)?,
        listing: given.listing,
        algorithm: given.algorithm,
        signature: given.signature,
        passkey: given.passkey,
    })
}

/// The second person refuses what waits or is released.
pub(crate) async fn refuse(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &JobId),
    reason: &str,
    by: &By,
) -> Result<Job, StepRefused> {
    let job = locked(link, secrets, id, Some(department)).await?;
    if !matches!(job.state, JobState::Waiting | JobState::Released) {
        return Err(StepRefused::NotNow { state: job.state });
    }
    let job = end(link, job, (JobState::Refused, reason), by).await?;
    trace::write(link, &act(&job, by, Deed::Refuse, Vec::new())).await?;
    Ok(job)
}

/// The job without a file, and why.
pub(crate) async fn end(
    link: &mut Link,
    mut job: Job,
    (state, reason): (JobState, &str),
    by: &By,
) -> Result<Job, StoreError> {
    let end = reason.floor_char_boundary(MAX_REASON);
    let reason = reason.get(..end).unwrap_or_default();
    let values = [
        job.department.as_str().into(),
        job.id.as_str().into(),
        state.code().into(),
        by.at.into(),
        reason.into(),
    ];
    link.later(END, &values).await?;
    job.state = state;
    job.changed = by.at;
    job.reason = Some(reason.to_owned());
    Ok(job)
}

pub(crate) async fn locked(
    link: &mut Link,
    secrets: &Secrets,
    id: &JobId,
    department: Option<&DepartmentKey>,
) -> Result<Job, StepRefused> {
    let department = department.map(|key| key.as_str());
    job::lock(link, secrets, id, department)
        .await?
        .ok_or(StepRefused::Unknown)
}

/// The same for a use of its seal.
async fn for_use(
    link: &mut Link,
    secrets: &Secrets,
    id: &JobId,
    department: Option<&DepartmentKey>,
) -> Result<Job, StepRefused> {
    let department = department.map(|key| key.as_str());
    job::lock_for_use(link, secrets, id, department)
        .await?
        .ok_or(StepRefused::Unknown)
}
