//! What a compromised key sealed is sealed anew, once in each drill, and its file takes the place of the one before.

use registry::batches::BatchId;
use registry::drills::{Drill, NewDrill};
use registry::jobs::{Job, JobKind, JobState, NewResealing, SealedSince, StepRefused};
use time::{Duration, UtcDateTime};

use super::office::{
    NOW, Office, by, custodian, department, grounds, office, other_department, recording, release,
    signing,
};
use crate::stage::on_each_store;

fn person(name: &str) -> catalogue::key::PersonKey {
    catalogue::key::PersonKey::parse(name).expect("a person")
}

impl Office {
    /// The seal's key is declared compromised since a moment.
    async fn declared(&self, since: UtcDateTime) -> Drill {
        let new = NewDrill {
            department: department(),
            seal: grounds().seal,
            since,
            administrator: person("su-qing"),
            custodian: person("he-shouzheng"),
            at: NOW + Duration::HOUR,
        };
        self.registry.drills().declare(new).await.expect("declared")
    }

    /// What the seal sealed since.
    async fn since(&self, since: UtcDateTime, drill: &str) -> Vec<SealedSince> {
        let (department, seal) = (department(), grounds().seal);
        let jobs = self.registry.jobs();
        let found = jobs
            .sealed_since((&department, &seal), (since, drill), None, 100)
            .await;
        let (found, next) = found.expect("the store answers");
        assert_eq!(next, None, "one page");
        found
    }
}

fn resealing(drill: &Drill, documents: Vec<SealedSince>) -> NewResealing {
    NewResealing {
        drill: drill.id.clone(),
        department: department(),
        seal: grounds().seal,
        requester: drill.administrator.to_string(),
        documents,
        by: by(3_700),
    }
}

#[test]
fn a_document_is_taken_up_once_in_a_drill_and_its_new_file_stands_where_the_old_one_stood() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let (jobs, place) = (office.registry.jobs(), department());
        let first = office.issued("reseal").await.job;
        let drill = office.declared(NOW).await;
        let found = office.since(NOW, &drill.id).await;
        let [document] = found.as_slice() else {
            panic!("one document: {found:?}");
        };
        assert_eq!(
            (&document.job, &document.identifier),
            (&first.id, &first.identifier)
        );
        // A key that was copied after all of them was sealed by nobody else.
        assert!(
            office
                .since(NOW + Duration::HOUR, &drill.id)
                .await
                .is_empty()
        );
        let new = resealing(&drill, found.clone());
        let batch = jobs.begin_resealing(new.clone()).await.expect("begun");
        let again = jobs.begin_resealing(new).await;
        assert!(matches!(again, Err(StepRefused::Used)), "{again:?}");
        assert!(office.since(NOW, &drill.id).await.is_empty(), "taken up");
        let open = jobs.batches_of_drill(&place, &drill.id).await;
        assert_eq!(
            open.expect("answers"),
            std::slice::from_ref(&batch),
            "the refused one left nothing"
        );
        replaced(&office, (&drill, &batch), &first).await;
    });
}

/// The job of a batch goes its way: the new file stands where the old one stood.
async fn replaced(office: &Office, (drill, batch): (&Drill, &BatchId), first: &Job) {
    let (jobs, place) = (office.registry.jobs(), department());
    let [job] = jobs
        .of_batch(batch)
        .await
        .expect("answers")
        .try_into()
        .expect("one");
    assert_eq!((job.kind, job.state), (JobKind::Reseal, JobState::Waiting));
    assert_eq!(
        job.unsealed, first.unsealed,
        "the very pages that were sealed"
    );
    jobs.release(&place, &job.id, release(&job), custodian(3_710))
        .await
        .expect("it waits");
    jobs.journal(&job.id, signing(), by(3_720))
        .await
        .expect("released");
    let mut file = recording(&job);
    file.files.first_mut().expect("one").digest = [5; 32];
    file.by = by(3_730);
    jobs.record(file.clone()).await.expect("journalled");
    let kept = async |id| jobs.files(id, None).await.expect("answers");
    assert_eq!(
        kept(&first.id).await,
        file.files,
        "in the place of the old one"
    );
    assert_eq!(kept(&job.id).await, recording(first).files, "put aside");
    let told = jobs.of_drill(&place, &drill.id).await.expect("answers");
    let told: Vec<_> = told.iter().map(|one| (&one.of, one.state)).collect();
    assert_eq!(told, [(&first.id, JobState::Recorded)]);
    let open = jobs.batches_of_drill(&place, &drill.id).await;
    assert!(open.expect("answers").is_empty(), "nothing is left to do");
    assert!(office.since(NOW, &drill.id).await.is_empty());
    // Another drill finds what this one sealed, under the job that sealed it first.
    let next = office.since(NOW, "another").await;
    let next: Vec<_> = next.iter().map(|one| &one.job).collect();
    assert_eq!(next, [&first.id]);
}

#[test]
fn another_departments_documents_and_what_is_not_sealed_yet_are_not_taken_up() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let jobs = office.registry.jobs();
        let waiting = office.waiting("unsealed").await;
        let sealed = office.issued("sealed").await.job;
        let drill = office.declared(NOW).await;
        let found = office.since(NOW, &drill.id).await;
        assert_eq!(found.len(), 1, "what waits is not sealed");
        let mut open = found.clone();
        open.first_mut().expect("one").job = waiting.id.clone();
        let refused = jobs.begin_resealing(resealing(&drill, open)).await;
        let is_open = matches!(
            refused,
            Err(StepRefused::NotNow {
                state: JobState::Waiting
            })
        );
        assert!(is_open, "{refused:?}");
        let mut elsewhere = resealing(&drill, found.clone());
        elsewhere.department = other_department();
        let refused = jobs.begin_resealing(elsewhere).await;
        assert!(matches!(refused, Err(StepRefused::Unknown)), "{refused:?}");
        let mut seal = resealing(&drill, found);
        seal.seal = catalogue::key::SealCode::parse("990102-SLZYZ-01").expect("a seal");
        let refused = jobs.begin_resealing(seal).await;
        assert!(
            matches!(refused, Err(StepRefused::NotNow { .. })),
            "{refused:?}"
        );
        let none = jobs.of_drill(&department(), &drill.id).await;
        assert!(none.expect("answers").is_empty(), "nothing was begun");
        let files = jobs.files(&sealed.id, None).await.expect("answers");
        assert_eq!(files, recording(&sealed).files);
        assert!(office.registry.drills().any().await.expect("answers"));
        let ended = NOW + Duration::HOUR;
        office
            .registry
            .drills()
            .end(&drill, [1; 32], ended)
            .await
            .expect("ended");
        assert!(!office.registry.drills().any().await.expect("answers"));
    });
}
