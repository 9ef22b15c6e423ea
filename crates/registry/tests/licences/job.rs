//! The steps of a job: each only after the one before it, the release exactly for this job and once.

use catalogue::DocumentPurpose;
use licence::Status;
use licence::life::Stop;
use registry::jobs::{
    DocumentReservation, DocumentReserving, Failure, JobKind, JobState, Logging, Reason,
    StepRefused,
};
use time::Duration;
use tlog::{Leaf, LeafKind};

use super::office::{
    NOW, accepted, asked, by, custodian, department, grounds, office, other_department, recording,
    release, reservation, signing, unsealed,
};
use crate::stage::on_each_store;

#[test]
fn a_licence_goes_through_every_step_and_is_valid() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let recorded = office.issued("whole").await;
        assert_eq!(recorded.job.state, JobState::Recorded);
        let record = recorded.record.expect("a licence");
        assert_eq!(record.recorded, Some(NOW + Duration::seconds(4)));
        assert_eq!(record.life.status(&record.period, NOW), Status::Valid);
        let licences = office.registry.licences();
        let found = licences.find(&record.identifier, Some(&department())).await;
        assert_eq!(found.expect("the store answers"), Some(record.clone()));
        let history = licences.history(&department(), &record.identifier).await;
        let kinds: Vec<String> = history
            .expect("the store answers")
            .into_iter()
            .map(|event| event.kind)
            .collect();
        assert_eq!(kinds, ["complete", "seal"]);
        let files = office.registry.jobs().files(&recorded.job.id, None).await;
        assert_eq!(
            files.expect("the store answers"),
            recording(&recorded.job).files
        );
    });
}

/// The step is refused because the job is in this state.
async fn not_now<T: std::fmt::Debug>(
    step: impl Future<Output = Result<T, StepRefused>>,
    state: JobState,
) {
    let refused = step.await;
    assert!(
        matches!(refused, Err(StepRefused::NotNow { state: found }) if found == state),
        "{state:?}: {refused:?}"
    );
}

#[test]
fn no_step_is_taken_before_the_one_before_it_or_twice() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let jobs = office.registry.jobs();
        let place = department();
        let reserved = office.reserve("order").await;
        let job = jobs.find(&reserved.job, None).await.expect("answers");
        let job = job.expect("reserved");
        let journal = |seconds| jobs.journal(&job.id, signing(), by(seconds));
        not_now(journal(1), JobState::Reserved).await;
        not_now(jobs.record(recording(&job)), JobState::Reserved).await;
        let refuse = jobs.refuse(&place, &job.id, "too early", custodian(1));
        not_now(refuse, JobState::Reserved).await;
        let render = |unsealed| jobs.await_release(&job.id, unsealed, accepted(), by(1));
        let rendered = render(unsealed()).await.expect("reserved");
        render(unsealed())
            .await
            .expect("a redo that made the same file finds its step taken");
        let mut other = unsealed();
        other.digest = [9; 32];
        not_now(render(other), JobState::Waiting).await;
        not_now(journal(2), JobState::Waiting).await;
        let give = || jobs.release(&place, &job.id, release(&rendered), custodian(2));
        give().await.expect("it waits");
        not_now(give(), JobState::Released).await;
        not_now(jobs.record(recording(&job)), JobState::Released).await;
        journal(3).await.expect("released");
        jobs.record(recording(&job)).await.expect("journalled");
        not_now(jobs.record(recording(&job)), JobState::Recorded).await;
        not_now(journal(5), JobState::Recorded).await;
        not_now(jobs.fail(&job.id, failure(1), by(6)), JobState::Recorded).await;
    });
}

#[test]
fn a_release_is_for_exactly_this_document_seal_and_ground() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let jobs = office.registry.jobs();
        let job = office.waiting("exact").await;
        let good = release(&job);
        for member in [
            "job",
            "document",
            "seal",
            "purpose",
            "matter",
            "case",
            "decision",
            "requester",
            "number of copies",
        ] {
            let mut wrong = good.clone();
            let statement = &mut wrong.statement;
            match member {
                "job" => statement.job = "0".repeat(32),
                "document" => statement.unsealed = [1; 32],
                "seal" => statement.seal = "990102-SLZYZ-01".to_owned(),
                "purpose" => {
                    statement.purpose = DocumentPurpose::AcceptanceNotice.code().to_owned()
                }
                "matter" => statement.matter = "990102-XK-0002".to_owned(),
                "case" => statement.case.push('8'),
                "decision" => statement.decision.clear(),
                "requester" => statement.requester = "zhou-qinghe".to_owned(),
                _ => statement.copies = 2,
            }
            let refused = jobs
                .release(&department(), &job.id, wrong, custodian(2))
                .await;
            assert!(
                matches!(refused, Err(StepRefused::Differs { member: found }) if found == member),
                "{member}: {refused:?}"
            );
        }
        let refused = jobs
            .release(&other_department(), &job.id, good.clone(), custodian(2))
            .await;
        assert!(matches!(refused, Err(StepRefused::Unknown)), "{refused:?}");
        for same in ["approval-system", "chen-zhiyuan"] {
            let mut own = good.clone();
            own.statement.releaser = same.to_owned();
            let refused = jobs
                .release(&department(), &job.id, own, custodian(2))
                .await;
            assert!(
                matches!(refused, Err(StepRefused::SamePerson)),
                "{refused:?}"
            );
        }
        let mut over = good.clone();
        over.statement.expires = NOW + Duration::seconds(2);
        let refused = jobs
            .release(&department(), &job.id, over, custodian(2))
            .await;
        assert!(matches!(refused, Err(StepRefused::Expired)), "{refused:?}");
        jobs.release(&department(), &job.id, good, custodian(2))
            .await
            .expect("the good one");
    });
}

#[test]
fn a_copy_of_a_release_serves_no_second_job() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let first = office.released("first").await;
        // Same document, seal, case and decision: only the job tells them apart.
        let second = office.waiting("second").await;
        let (place, jobs) = (department(), office.registry.jobs());
        let give = |release| jobs.release(&place, &second.id, release, custodian(3));
        let refused = give(release(&first)).await;
        assert!(
            matches!(refused, Err(StepRefused::Differs { member: "job" })),
            "{refused:?}"
        );
        // Its own release at the same second, with the same expiry, is good.
        give(release(&second)).await.expect("its own");
    });
}

#[test]
fn a_lost_process_journals_again_under_its_release_and_both_attempts_show() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let job = office.journalled("lost").await;
        let jobs = office.registry.jobs();
        let again = jobs
            .journal(&job.id, signing(), by(60))
            .await
            .expect("the first result never left");
        assert_eq!((again.attempt, again.release), (2, release(&job)));
        let key = signing().key;
        let ledger = office.registry.trace().ledger(&department(), &key, 0).await;
        assert_eq!(ledger.expect("the store answers").len(), 2);
        let late = NOW + Duration::DAY - by(0).at;
        let refused = jobs
            .journal(&job.id, signing(), by(late.whole_seconds()))
            .await;
        assert!(matches!(refused, Err(StepRefused::Expired)), "{refused:?}");
        // Should the first process be slow and not lost, its file does not count.
        let refused = jobs.record(recording(&job)).await;
        assert!(
            matches!(refused, Err(StepRefused::Overtaken)),
            "{refused:?}"
        );
        let mut second = recording(&job);
        second.attempt = again.attempt;
        jobs.record(second).await.expect("the last attempt");
    });
}

#[test]
fn a_release_that_ran_out_unused_is_given_again() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let job = office.released("ran-out").await;
        let jobs = office.registry.jobs();
        let late = Duration::DAY.whole_seconds() + 1;
        let mut second = release(&job);
        second.statement.expires = NOW + Duration::DAY * 2;
        jobs.release(&department(), &job.id, second.clone(), custodian(late))
            .await
            .expect("the first one is over");
        let journalled = jobs.journal(&job.id, signing(), by(late + 1)).await;
        assert_eq!(journalled.expect("released").release, second);
    });
}

#[test]
fn a_stopped_case_is_not_recorded_and_a_refused_or_failed_job_has_ended() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let jobs = office.registry.jobs();
        let job = office.journalled("stopped").await;
        let mut stopped = recording(&job);
        stopped.stop = Stop::Stopped;
        let refused = jobs.record(stopped).await;
        assert!(
            matches!(refused, Err(StepRefused::Life(licence::Refused::Stopped))),
            "{refused:?}"
        );
        let files = jobs.files(&job.id, None).await.expect("the store answers");
        assert!(files.is_empty(), "a refused record leaves no file behind");

        let waiting = office.waiting("refused").await;
        let reason = "印".repeat(500);
        let refused = jobs
            .refuse(&department(), &waiting.id, &reason, custodian(3))
            .await
            .expect("it waits");
        assert_eq!(refused.state, JobState::Refused);
        assert_eq!(refused.reason.map(|reason| reason.len()), Some(999));
        let failed = jobs.fail(&job.id, failure(1), by(9)).await.expect("open");
        assert_eq!(failed.state, JobState::Failed);
        assert_eq!(Reason::of(&failed), Some(failure(1).reason));
        let again = jobs.fail(&job.id, failure(1), by(9)).await;
        assert!(
            matches!(again, Err(StepRefused::NotNow { .. })),
            "{again:?}"
        );
    });
}

#[test]
fn only_the_last_attempt_logs_and_fails_and_its_failure_closes_what_was_logged() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let jobs = office.registry.jobs();
        let job = office.released("logs").await;
        let leaf = |attempt| Logging {
            job: job.id.clone(),
            attempt,
            // One for each file of the use.
            leaves: [0, 10]
                .map(|file| signature(u8::try_from(attempt).expect("few") + file))
                .map(|leaf| leaf.encode().expect("lawful"))
                .to_vec(),
            uses: Vec::new(),
        };
        not_now(jobs.log(leaf(1)), JobState::Released).await;
        jobs.journal(&job.id, signing(), by(3))
            .await
            .expect("released");
        jobs.log(leaf(1)).await.expect("the only attempt");
        jobs.journal(&job.id, signing(), by(70))
            .await
            .expect("lost");
        // The first process was slow and not lost: nothing of it comes into the log any more, nor does it end the job.
        let late = jobs.log(leaf(1)).await;
        assert!(matches!(late, Err(StepRefused::Overtaken)), "{late:?}");
        let late = jobs.fail(&job.id, failure(1), by(71)).await;
        assert!(matches!(late, Err(StepRefused::Overtaken)), "{late:?}");
        jobs.log(leaf(2)).await.expect("the last attempt");
        jobs.fail(&job.id, failure(2), by(72))
            .await
            .expect("the last attempt");
        let leaves = office.registry.logs().leaves_of(&job.id).await;
        let leaves = leaves.expect("the store answers").into_iter();
        let leaves: Vec<_> = leaves
            .map(|submitted| Leaf::parse(&submitted.leaf).expect("ours"))
            .map(|leaf| (leaf.kind, leaf.commitment))
            .collect();
        // The second attempt closed what the first one left, the end of the job what the second one left; once each.
        let (signed, closed) = (LeafKind::SealSignature, LeafKind::Abandoned);
        assert_eq!(
            leaves,
            [
                (signed, [1; 32]),
                (signed, [11; 32]),
                (closed, [1; 32]),
                (closed, [11; 32]),
                (signed, [2; 32]),
                (signed, [12; 32]),
                (closed, [2; 32]),
                (closed, [12; 32])
            ]
        );
        not_now(jobs.log(leaf(2)), JobState::Failed).await;
    });
}

/// The leaf of a seal signature.
fn signature(commitment: u8) -> Leaf {
    Leaf {
        kind: LeafKind::SealSignature,
        office: "11990102MB1A00008K".to_owned(),
        subject: "990102-SPZYZ-01".to_owned(),
        moment: NOW,
        commitment: [commitment; 32],
        status: None,
    }
}

/// Given up after so many attempts.
fn failure(attempts: u64) -> Failure {
    Failure {
        attempts,
        reason: Reason {
            code: "licence.page-refused".to_owned(),
            text: "no font".to_owned(),
        },
    }
}

#[test]
fn a_start_finds_what_is_unfinished_in_its_state() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let reserved = office.reserve("a").await.job;
        let waiting = office.waiting("b").await.id;
        let released = office.released("c-with-another-document").await;
        let again = stage.open().await;
        for (state, job) in [
            (JobState::Reserved, &reserved),
            (JobState::Waiting, &waiting),
            (JobState::Released, &released.id),
        ] {
            let found = again.jobs().unfinished(state, None, 10).await;
            let found = found.expect("the store answers");
            assert_eq!(found.iter().map(|job| &job.id).collect::<Vec<_>>(), [job]);
            let page = again.jobs().unfinished(state, found.last(), 10).await;
            assert!(page.expect("the store answers").is_empty());
        }
        let release_of = again.jobs().release_of(&released).await;
        assert_eq!(release_of.expect("released"), release(&released));
        for (department, count) in [(department(), 1), (other_department(), 0)] {
            let found = again.jobs().waiting(&department, None, 10).await;
            assert_eq!(found.expect("the store answers").len(), count);
        }
    });
}

#[test]
fn a_document_of_the_caller_s_own_takes_the_same_steps() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let jobs = office.registry.jobs();
        let document = DocumentReservation {
            asked: asked("document"),
            by: by(0),
            department: department(),
            grounds: grounds(),
            catalogue: 0,
            payload: b"where the file is".to_vec(),
        };
        let Ok(DocumentReserving::Reserved(id)) = jobs.reserve_document(document.clone()).await
        else {
            panic!("a fresh reservation");
        };
        let job = jobs
            .await_release(&id, unsealed(), accepted(), by(1))
            .await
            .expect("reserved");
        assert_eq!(
            (job.kind, job.identifier.as_ref()),
            (JobKind::Document, None)
        );
        jobs.release(&department(), &id, release(&job), custodian(2))
            .await
            .expect("it waits");
        jobs.journal(&id, signing(), by(3)).await.expect("released");
        let recorded = jobs.record(recording(&job)).await.expect("journalled");
        assert!(recorded.record.is_none());
        let repeated = jobs.reserve_document(document).await;
        assert!(
            matches!(
                repeated,
                Ok(DocumentReserving::Repeated {
                    response: Some(_),
                    ..
                })
            ),
            "{repeated:?}"
        );
        // A key names one request, whatever it asks for.
        let licence = office.try_reserve(reservation("document")).await;
        assert!(licence.is_ok(), "{licence:?}");
    });
}
