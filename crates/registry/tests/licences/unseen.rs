//! What nobody here has seen is sealed by the seals of which two people said so (T-S5): asked where the release is taken, and again where
//! it is used up.

use std::sync::Arc;

use catalogue::key::PersonKey;
use catalogue::kind::Envelope;
use registry::Registry;
use registry::jobs::{Job, StepRefused, Unsealed};
use registry::regions::Spoken;
use releasing::UnseenWord;
use time::Duration;

use super::office::{
    NOW, Office, accepted, by, custodian, department, grounds, office, release, signing, unsealed,
};
use crate::stage::{Stage, on_each_store};

async fn said(registry: &Registry, person: &str, allowed: bool, seconds: i64) -> Spoken {
    let word = UnseenWord {
        seal: grounds().seal,
        department: department(),
        allowed,
        person: PersonKey::parse(person).expect("a person"),
        at: NOW + Duration::seconds(seconds),
    };
    registry.quorums().unseen().say(word).await.expect("a word")
}

async fn allowed(registry: &Registry) -> bool {
    let unseen = registry.quorums().unseen();
    unseen.is_allowed(&grounds().seal).await.expect("an answer")
}

/// A job of which digests wait.
async fn waiting(stage: &Arc<Stage>) -> (Office, Job) {
    let office = office(stage).await;
    let reserved = office.reserve("unseen").await;
    let digests = Unsealed {
        pdf: None,
        ofd: None,
        content: unsealed()
            .content
            .map(|(_, object)| (Envelope::CadesOfDigest, object)),
        ..unsealed()
    };
    let jobs = office.registry.jobs();
    let waits = jobs.await_release(&reserved.job, digests, accepted(), by(1));
    let job = waits.await.expect("reserved");
    (office, job)
}

#[test]
fn that_a_seal_is_used_unseen_two_people_say_and_that_it_is_not_one() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let registry = &office.registry;
        let waits = Spoken::Waits(NOW + Duration::DAY);
        assert_eq!(said(registry, "wang", true, 0).await, waits);
        // Said again by the same person it is one word, and a day later it is over.
        assert!(matches!(
            said(registry, "wang", true, 1).await,
            Spoken::Waits(_)
        ));
        assert!(!allowed(registry).await);
        let unseen = registry.quorums().unseen();
        let heard = unseen
            .waiting(&grounds().seal, NOW)
            .await
            .expect("an answer");
        assert_eq!(
            heard.map(|(allowed, first)| (allowed, first.person.to_string())),
            Some((true, "wang".to_owned()))
        );
        let late = said(registry, "sun", true, 86_402).await;
        assert!(matches!(late, Spoken::Waits(_)));
        assert_eq!(said(registry, "wang", true, 86_403).await, Spoken::Holds);
        assert!(allowed(registry).await);
        let people = unseen.people((&grounds().seal, &department())).await;
        let (people, _) = people.expect("an answer").expect("it holds");
        assert_eq!(people, ["sun", "wang"]);
        assert_eq!(said(registry, "sun", false, 86_404).await, Spoken::Holds);
        assert!(!allowed(registry).await);
        // What one said of it before that does not count afterwards.
        assert!(matches!(
            said(registry, "wang", true, 86_405).await,
            Spoken::Waits(_)
        ));
        assert_eq!(said(registry, "sun", false, 86_406).await, Spoken::Holds);
        assert!(matches!(
            said(registry, "sun", true, 86_407).await,
            Spoken::Waits(_)
        ));
        let faults = registry.trace().check(&department()).await;
        assert!(faults.expect("answers").is_empty());
    });
}

#[test]
fn what_nobody_has_seen_is_released_and_used_while_it_is_allowed() {
    on_each_store(|stage| async move {
        let (office, job) = waiting(&stage).await;
        let (registry, jobs) = (&office.registry, office.registry.jobs());
        let give = async || {
            let release = release(&job);
            jobs.release(&department(), &job.id, release, custodian(2))
                .await
        };
        assert!(matches!(give().await, Err(StepRefused::Unseen)));
        said(registry, "wang", true, 2).await;
        assert!(
            matches!(give().await, Err(StepRefused::Unseen)),
            "one is not two"
        );
        said(registry, "sun", true, 2).await;
        give().await.expect("it waits");
        // Taken back between the release and its use: nothing is signed.
        said(registry, "wang", false, 3).await;
        let used = jobs.journal(&job.id, signing(), by(4)).await;
        assert!(matches!(used, Err(StepRefused::Unseen)));
        for person in ["wang", "sun"] {
            said(registry, person, true, 5).await;
        }
        jobs.journal(&job.id, signing(), by(6))
            .await
            .expect("allowed again");
        let faults = registry.trace().check(&department()).await;
        assert!(faults.expect("answers").is_empty());
    });
}
