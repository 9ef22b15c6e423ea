//! A high-risk seal is released by several of its people (T-S1): kept until there are enough, each once, none who was taken out or took
//! theirs back meanwhile.

use std::collections::BTreeSet;

use catalogue::key::PersonKey;
use registry::Registry;
use registry::asked::By;
use registry::jobs::{Job, JobState, NotApproved, StepRefused};
use registry::regions::Spoken;
use releasing::QuorumWord;
use releasing::approvals::Approvers;
use time::Duration;

use super::office::{NOW, Office, by, department, grounds, office, release, signing};
use crate::stage::on_each_store;

const HE: &str = "he-shouzheng";
const YU: &str = "yu-wenqing";
const LU: &str = "lu-jingshu";

fn of(needed: usize, members: &[&str]) -> Option<Approvers> {
    let members: BTreeSet<String> = members.iter().map(|one| (*one).to_owned()).collect();
    Some(Approvers { needed, members })
}

/// Two people say who releases the seal.
async fn said(registry: &Registry, approvers: Option<Approvers>) {
    for (person, holds) in [("wang", false), ("sun", true)] {
        let word = QuorumWord {
            seal: grounds().seal,
            department: department(),
            approvers: approvers.clone(),
            person: PersonKey::parse(person).expect("a person"),
            at: NOW,
        };
        let spoken = registry.quorums().say(word).await.expect("a word");
        assert_eq!(spoken == Spoken::Holds, holds, "{person}");
    }
}

async fn high(stage: &std::sync::Arc<crate::stage::Stage>) -> (Office, Job) {
    let office = office(stage).await;
    said(&office.registry, of(2, &[HE, YU, LU])).await;
    let job = office.waiting("high-risk").await;
    (office, job)
}

async fn given(
    registry: &Registry,
    job: &Job,
    (person, seconds): (&str, i64),
) -> Result<Job, StepRefused> {
    let mut release = release(job);
    release.statement.releaser = person.to_owned();
    release.statement.expires = NOW + Duration::seconds(seconds) + Duration::HOUR;
    let by = By::new(person, NOW + Duration::seconds(seconds));
    registry
        .jobs()
        .release(&department(), &job.id, release, by)
        .await
}

fn why(taken: Result<Job, StepRefused>) -> Result<JobState, &'static str> {
    match taken {
        Ok(job) => Ok(job.state),
        Err(StepRefused::Approval(lacking)) => Err(lacking.code()),
        Err(other) => unreachable!("{other:?}"),
    }
}

async fn so_far(registry: &Registry, job: &Job, seconds: i64) -> Vec<String> {
    let place = (&job.department, &job.id, &job.grounds.seal);
    let at = NOW + Duration::seconds(seconds);
    let found = registry.quorums().so_far(place, at).await;
    let found = found.expect("answers").expect("a high-risk seal");
    assert_eq!(found.needed, 2);
    found.given.into_iter().map(|(person, _)| person).collect()
}

#[test]
fn one_of_two_is_kept_and_seen_and_the_second_person_s_is_taken() {
    on_each_store(|stage| async move {
        let (office, job) = high(&stage).await;
        let registry = &office.registry;
        let first = given(registry, &job, (HE, 2)).await;
        assert!(matches!(
            first,
            Err(StepRefused::Approval(NotApproved::Lacking {
                given: 1,
                needed: 2
            }))
        ));
        assert_eq!(so_far(registry, &job, 3).await, [HE]);
        let found = registry.jobs().find(&job.id, None).await.expect("answers");
        assert_eq!(found.map(|job| job.state), Some(JobState::Waiting));
        // Again, until later, by the same person: nobody is two.
        assert_eq!(
            why(given(registry, &job, (HE, 3)).await),
            Err("release.again")
        );
        assert_eq!(
            why(given(registry, &job, ("zhou", 3)).await),
            Err("release.not-of-them")
        );
        assert_eq!(
            why(given(registry, &job, (YU, 4)).await),
            Ok(JobState::Released)
        );
        let journalled = registry.jobs().journal(&job.id, signing(), by(5)).await;
        let journalled = journalled.expect("two of them");
        assert_eq!(journalled.release.statement.releaser, YU);
        let others: Vec<_> = journalled
            .approvals
            .iter()
            .map(|one| one.statement.releaser.as_str())
            .collect();
        assert_eq!(others, [HE]);
        let faults = registry.trace().check(&department()).await;
        assert!(faults.expect("answers").is_empty());
    });
}

#[test]
fn of_releases_that_race_each_person_s_counts_once_and_the_job_is_released_once() {
    on_each_store(|stage| async move {
        let (office, job) = high(&stage).await;
        let nodes = [office.registry.clone(), stage.open().await];
        let mut racing = tokio::task::JoinSet::new();
        for place in 0..32 {
            let (node, job) = (nodes[place % 2].clone(), job.clone());
            let person = [HE, YU][place / 2 % 2];
            let seconds = 2 + i64::try_from(place).expect("few");
            racing.spawn(async move { given(&node, &job, (person, seconds)).await });
        }
        let (mut taken, mut lacking) = (0, 0);
        while let Some(one) = racing.join_next().await {
            match one.expect("no panic") {
                Ok(_) => taken += 1,
                Err(StepRefused::Approval(NotApproved::Lacking { .. })) => lacking += 1,
                Err(StepRefused::Approval(NotApproved::Again)) => {}
                // It is released, for an hour.
                Err(StepRefused::NotNow {
                    state: JobState::Released,
                }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((taken, lacking), (1, 1));
    });
}

#[test]
fn what_was_taken_back_or_ran_out_does_not_count() {
    on_each_store(|stage| async move {
        let (office, job) = high(&stage).await;
        let registry = &office.registry;
        let quorums = registry.quorums();
        assert_eq!(
            why(given(registry, &job, (HE, 2)).await),
            Err("release.lacking")
        );
        let place = (&job.department, &job.id);
        for (person, there) in [(YU, false), (HE, true), (HE, false)] {
            let back = quorums.withdraw(place, person, By::new(person, NOW)).await;
            assert_eq!(back.expect("answers"), there, "{person}");
        }
        assert_eq!(
            why(given(registry, &job, (YU, 3)).await),
            Err("release.lacking")
        );
        // An hour later it has run out; the same person may give it again.
        assert_eq!(
            why(given(registry, &job, (LU, 3_700)).await),
            Err("release.lacking")
        );
        assert_eq!(so_far(registry, &job, 3_700).await, [LU]);
        assert_eq!(
            why(given(registry, &job, (YU, 3_701)).await),
            Ok(JobState::Released)
        );
        let late = quorums.withdraw(place, LU, By::new(LU, NOW)).await;
        assert!(!late.expect("answers"), "it is released");
    });
}

#[test]
fn who_was_taken_out_before_the_use_does_not_count() {
    on_each_store(|stage| async move {
        let (office, job) = high(&stage).await;
        let registry = &office.registry;
        assert_eq!(
            why(given(registry, &job, (HE, 2)).await),
            Err("release.lacking")
        );
        said(registry, of(2, &[YU, LU])).await;
        assert_eq!(
            why(given(registry, &job, (YU, 3)).await),
            Err("release.lacking")
        );
        assert_eq!(
            why(given(registry, &job, (LU, 4)).await),
            Ok(JobState::Released)
        );
        // Between the release and its use, too.
        said(registry, of(2, &[HE, LU])).await;
        let jobs = registry.jobs();
        said(registry, of(2, &[LU, "zhou"])).await;
        let refused = jobs.journal(&job.id, signing(), by(5)).await;
        assert!(
            matches!(refused, Err(StepRefused::Approval(NotApproved::TooFew))),
            "{refused:?}"
        );
        said(registry, None).await;
        jobs.journal(&job.id, signing(), by(6))
            .await
            .expect("one is enough again");
    });
}
