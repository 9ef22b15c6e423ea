//! One release over a listed set of digests, taken whole; what a rule holds back waits on (D19).

use std::collections::BTreeSet;

use catalogue::key::DepartmentKey;
use crypto::{Listing, Release, sha256};
use releasing::approvals::{self, NotApproved};
use releasing::listed::{Held, ListRelease, ListReleased};
use releasing::{Terms, passkey};
use store::{Link, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::id::{BatchId, JobId};
use trail::secrets::{Secrets, hex};
use trail::trace::{self, Act, Deed};

use crate::jobs::about::act;
use crate::jobs::job::{self, Job, JobState, Lock};
use crate::jobs::permitted::{Permit, Ruled, counted, may_seal};
use crate::jobs::step::{self, StepRefused};

// 1004 is the catalogue's, as for a use of one seal.
const LOCK: &str = "SELECT seal FROM batch WHERE id = $1 AND department = $2 \
     AND pg_advisory_xact_lock_shared(1004) IS NOT NULL FOR UPDATE";
const FIND: &str = "SELECT seal FROM batch WHERE id = $1 AND department = $2";
const IN_FORCE: &str = "SELECT r.job FROM seal_release r JOIN batch_line l ON l.job = r.job \
     WHERE l.batch = $1 AND r.department = $2 AND r.expires > $3";
const RELEASE: &str = "INSERT INTO batch_release (digest, batch, department, listed, releaser, expires, released) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1";
const HELD: &str = "UPDATE batch_line SET held = $2 WHERE job = $1";

pub(crate) async fn release(
    link: &mut Link,
    secrets: &Secrets,
    (department, batch): (&DepartmentKey, &BatchId),
    (release, terms): (ListRelease, &Terms),
    by: &By,
) -> Result<Result<ListReleased, StepRefused>, StepRefused> {
    let mut jobs = due(link, secrets, (department, batch), by.at).await?;
    let Some(first) = jobs.first() else {
        return Err(StepRefused::NotNow {
            state: JobState::Recorded,
        });
    };
    if release.expires <= by.at {
        return Err(StepRefused::Expired);
    }
    let ruled = Ruled {
        scope: None,
        catalogue: release.catalogue,
    };
    match may_seal(link, first, ruled).await? {
        Permit::Given => {}
        Permit::OtherCatalogue => return Err(StepRefused::OtherCatalogue),
        _ => return Err(StepRefused::SealNotInUse),
    }
    let together = approvals::approvers(link, &first.grounds.seal).await?;
    if together.is_some() {
        return Err(NotApproved::Listed.into());
    }
    let signed = Signed::of(batch, &jobs, &release)?;
    let list = &signed.digest;
    let uses = (first, u64::try_from(release.listing.count()).ok());
    let mut acts = match counted((link, secrets), uses, (&release.releaser, terms), by).await? {
        Ok(acts) => acts,
        Err(over) => return Ok(Err(over.into())),
    };
    let values = [
        list.as_slice().into(),
        batch.as_str().into(),
        department.as_str().into(),
        (&signed.listed).into(),
        release.releaser.as_str().into(),
        release.expires.into(),
        by.at.into(),
    ];
    if link.row(RELEASE, &values).await?.is_none() {
        return Err(StepRefused::Used);
    }
    let whose = (department, release.releaser.as_str());
    passkey::count_on(link, whose, release.passkey.as_ref(), by.at).await??;
    let mut done = ListReleased {
        released: Vec::new(),
        held: Vec::new(),
    };
    for (job, one) in jobs.iter_mut().zip(&signed.each) {
        let known = release.held.iter().find(|held| held.job == job.id).cloned();
        let held = match known {
            Some(held) => held,
            None => match step::released(link, job, one, by).await {
                Ok(act) => {
                    acts.push(act);
                    done.released.push(job.id.clone());
                    continue;
                }
                Err(refused) => held_back(job, refused)?,
            },
        };
        acts.push(denied(job, &held, by));
        note_held(link, &held.job, &format!("{}: {}", held.code, held.text)).await?;
        done.held.push(held);
    }
    acts.push(whole((department, batch), (list, &release), &done, by));
    trace::write_all(link, &acts).await?;
    Ok(Ok(done))
}

/// The releases of all that wait, and what was signed for them.
struct Signed {
    each: Vec<Release>,
    listed: Vec<u8>,
    /// SHA-256 over what was signed.
    digest: [u8; 32],
}

impl Signed {
    /// T-S2: the list has exactly what waits, made here of what stands here.
    fn of(batch: &BatchId, jobs: &[Job], release: &ListRelease) -> Result<Signed, StepRefused> {
        let statements: Vec<_> = jobs
            .iter()
            .map(|job| step::statement_of(job, &release.releaser, 1, release.expires))
            .collect::<Result<_, _>>()?;
        let listing = Listing::of(batch.as_str(), &statements);
        let listing = listing.filter(|listing| *listing == release.listing);
        let listing = listing.ok_or(StepRefused::Differs { member: "list" })?;
        let first = statements.first();
        let digest = first.map(|first| sha256(&listing.bytes(first)));
        Ok(Signed {
            digest: digest.ok_or(StepRefused::Differs { member: "list" })?,
            listed: listing.encode(),
            each: statements
                .into_iter()
                .map(|statement| Release {
                    statement,
                    listing: Some(listing.clone()),
                    algorithm: release.algorithm,
                    signature: release.signature.clone(),
                    passkey: release.passkey.clone(),
                })
                .collect(),
        })
    }
}

/// What of a batch waits for a release, locked: pages nobody released, and releases that ran out unused.
async fn due(
    link: &mut Link,
    secrets: &Secrets,
    (department, batch): (&DepartmentKey, &BatchId),
    at: UtcDateTime,
) -> Result<Vec<Job>, StepRefused> {
    locked(link, (department, batch)).await?;
    let jobs = job::of_batch(link, secrets, batch.as_str(), Lock::Taken).await?;
    if jobs.iter().any(|job| job.state == JobState::Reserved) {
        return Err(StepRefused::NotNow {
            state: JobState::Reserved,
        });
    }
    let values = [batch.as_str().into(), department.as_str().into(), at.into()];
    let rows = link.rows(IN_FORCE, &values).await?;
    let in_force: BTreeSet<String> = rows
        .into_iter()
        .map(|mut row| row.text())
        .collect::<Result<_, _>>()?;
    Ok(jobs
        .into_iter()
        .filter(|job| match job.state {
            JobState::Waiting => true,
            JobState::Released | JobState::Journalled => !in_force.contains(job.id.as_str()),
            _ => false,
        })
        .collect())
}

async fn locked(
    link: &mut Link,
    (department, batch): (&DepartmentKey, &BatchId),
) -> Result<(), StepRefused> {
    let statement = if link.has_rivals() { LOCK } else { FIND };
    let values = [batch.as_str().into(), department.as_str().into()];
    let found = link.row(statement, &values).await?;
    found.map(|_| ()).ok_or(StepRefused::Unknown)
}

/// A refusal that holds one licence back; any other refuses the whole list.
fn held_back(job: &Job, refused: StepRefused) -> Result<Held, StepRefused> {
    let code = match &refused {
        // R3, R6.
        StepRefused::SamePerson => "release.same-person",
        StepRefused::CaseStopped => "case.stopped",
        _ => return Err(refused),
    };
    Ok(Held {
        job: job.id.clone(),
        code: code.to_owned(),
        text: refused.to_string(),
    })
}

fn denied(job: &Job, held: &Held, by: &By) -> Act {
    let mut act = act(job, by, Deed::Deny, Vec::new());
    act.object = job.id.to_string();
    act.ground = held.code.clone();
    act
}

fn whole(
    (department, batch): (&DepartmentKey, &BatchId),
    (list, release): (&[u8; 32], &ListRelease),
    done: &ListReleased,
    by: &By,
) -> Act {
    Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Release,
        object: batch.to_string(),
        ground: String::new(),
        detail: vec![
            ("releaser", release.releaser.clone()),
            ("list", hex(list)),
            ("count", release.listing.count().to_string()),
            ("released", done.released.len().to_string()),
        ],
        key: None,
    }
}

/// Why a licence does not go on, for who looks at its batch.
pub(crate) async fn note_held(
    link: &mut Link,
    job: &JobId,
    reason: &str,
) -> Result<(), StoreError> {
    link.later(HELD, &[job.as_str().into(), reason.into()])
        .await
}

/// The second person refuses what was named, or all that may be refused.
pub(crate) async fn refuse(
    link: &mut Link,
    secrets: &Secrets,
    (department, batch): (&DepartmentKey, &BatchId),
    (named, reason): (Option<&[JobId]>, &str),
    by: &By,
) -> Result<(), StepRefused> {
    locked(link, (department, batch)).await?;
    let jobs = job::of_batch(link, secrets, batch.as_str(), Lock::Taken).await?;
    let refusable = |job: &Job| matches!(job.state, JobState::Waiting | JobState::Released);
    if let Some(named) = named {
        for one in named {
            let job = jobs.iter().find(|job| job.id == *one);
            let job = job.ok_or(StepRefused::Unknown)?;
            if !refusable(job) {
                return Err(StepRefused::NotNow { state: job.state });
            }
        }
    }
    let state = jobs.first().map_or(JobState::Refused, |job| job.state);
    let chosen = jobs
        .into_iter()
        .filter(|job| refusable(job) && named.is_none_or(|named| named.contains(&job.id)));
    let mut acts = Vec::new();
    for job in chosen {
        let job = step::end(link, job, (JobState::Refused, reason), by).await?;
        acts.push(act(&job, by, Deed::Refuse, Vec::new()));
    }
    if acts.is_empty() {
        return Err(StepRefused::NotNow { state });
    }
    trace::write_all(link, &acts).await?;
    Ok(())
}
