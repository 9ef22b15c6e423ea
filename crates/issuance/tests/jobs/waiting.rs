//! What waits: a page that nobody releases, and a release whose seal is stopped.

use crypto::Release;
use issuance::custody::{Duty, Event};
use issuance::release::ReleaseError;
use issuance::{Begun, IssueError, Level};
use registry::asked::By;
use registry::jobs::{JobState, Jobs, StepRefused};
use time::Duration;

use super::stage::{DEPARTMENT, blank, order};
use crate::house::{CUSTODIAN, House, caller, once, releaser};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_nobody_releases_in_its_time_ends_with_its_reason() {
    let house = House::found().await;
    let job = house.waiting(1, Level::LongTerm, blank()).await;
    house.later(Duration::days(29)).await;
    let later = house.waiting(2, Level::LongTerm, blank()).await;
    assert_eq!(house.job(&job).await.state, JobState::Waiting);
    let submitted = house.submitted(&house.offer(&job).await);
    house.later(Duration::days(1)).await;
    let ended = house.job(&job).await;
    assert_eq!(ended.state, JobState::Failed);
    let reason = ended.reason.expect("a reason");
    assert!(reason.starts_with("release.none: "), "{reason}");
    assert_eq!(house.job(&later).await.state, JobState::Waiting);
    // Nobody releases it any more, and its request is told why.
    let custodian = releaser(DEPARTMENT);
    let late = issuance::release::release(&house.office, &custodian, &job, &submitted).await;
    let late = late.expect_err("it ended");
    assert!(
        matches!(
            late,
            ReleaseError::Step(StepRefused::NotNow {
                state: JobState::Failed
            })
        ),
        "{late:?}"
    );
    let (asker, once) = (caller(DEPARTMENT), once(1));
    let order = order(Level::LongTerm);
    let again =
        papers::documents::begin_document(&house.office, &asker, &once, &order, blank()).await;
    // What waited was answered with 202; the answer to the same request stays the one that was given.
    assert!(matches!(again, Ok(Begun::Repeated(_))));
    let told = issuance::look::job(&house.office, &asker, &job)
        .await
        .expect("it is there");
    assert_eq!(told.state, "failed");
    let file = issuance::look::document_file(&house.office, &asker, (&job, None)).await;
    assert!(matches!(file, Err(IssueError::Unknown)));
}

impl House {
    /// One round of upkeep, a while later: how many jobs were finished, and how many were tried in vain.
    async fn round(&self) -> (usize, usize) {
        use issuance::Clock;
        self.clock
            .clock
            .put(self.clock.now() + Duration::minutes(2));
        let round = issuance::upkeep::round(&self.office)
            .await
            .expect("it goes through");
        (round.jobs, round.failed)
    }

    async fn seal_is_to(&self, event: Event, duty: Duty, number: u32) {
        let (asker, seal) = match duty {
            Duty::Custodian => (releaser(DEPARTMENT), order(Level::Basic).seal),
            _ => (caller(DEPARTMENT), order(Level::Basic).seal),
        };
        let (duties, once) = ([duty], once(number));
        let why = (event, "停用〔2026〕第1号");
        let who = (&asker, &duties[..]);
        let acted = issuance::custody::act(&self.office, who, &once, &seal, why).await;
        acted.expect("listed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_a_stopped_seal_are_not_tried_until_it_goes_on() {
    let house = House::found().await;
    let id = house.waiting(1, Level::LongTerm, blank()).await;
    // Released, and its process was lost before the journal.
    let submitted = house.submitted(&house.offer(&id).await);
    let job = house.job(&id).await;
    let statement = Jobs::statement(&job, CUSTODIAN, submitted.expires).expect("it waits");
    let release = Release {
        listing: None,
        statement,
        algorithm: submitted.algorithm,
        signature: submitted.signature,
        passkey: submitted.passkey,
    };
    let by = By::new(CUSTODIAN, job.changed);
    let jobs = house.office.registry().jobs();
    let released = jobs.release(&job.department, &id, release, by).await;
    released.expect("it is released");
    house.seal_is_to(Event::Suspend, Duty::Custodian, 10).await;
    for _ in 0..3 {
        assert_eq!(house.round().await, (0, 0), "nobody tries it");
    }
    assert_eq!(house.job(&id).await.state, JobState::Released);
    house.seal_is_to(Event::Resume, Duty::Custodian, 11).await;
    house
        .seal_is_to(Event::Resume, Duty::Administrator, 12)
        .await;
    assert_eq!(house.round().await, (1, 0));
    assert_eq!(house.job(&id).await.state, JobState::Recorded);
}
