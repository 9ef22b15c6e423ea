//! What hangs on a licence beside its versions: paper copies by their table, the two words that void, restrictions of
//! holders; and documents whose file is kept before their job. Each one fact, with its entry, and once a request.

use catalogue::key::{PersonKey, TypeKey};
use catalogue::{Catalogue, Days, LicenceType, Sources};
use licence::life::Exposure;
use licence::paper::{PAPER_STEPS, PaperAct, PaperEvent, PaperRefused, PaperState, PaperStep};
use licence::restriction::{Effect, Restriction};
use licence::{Refused, Status};
use registry::asked::Response;
use registry::copies::{PaperDone, PaperOrder, PapersRefused};
use registry::jobs::{
    DocumentRefused, DocumentReservation, DocumentSubmission, DocumentSubmitted, JobKind, JobState,
};
use registry::licences::{ChangeRefused, Changing, Record, Voided, Voiding, Word};
use registry::restrictions::ImposeRefused;
use time::Duration;
use time::macros::date;

use super::office::{
    CANARY, NOW, Office, accepted, asked, by, department, grounds, holder, office,
    other_department, outgoing, unsealed,
};
use crate::stage::on_each_store;

fn answer(text: &str) -> Response {
    Response {
        status: 200,
        body: text.into(),
    }
}

async fn entries(office: &Office) -> usize {
    let trace = office.registry.trace();
    let all = trace.entries(&department(), 0).await;
    all.expect("answers").len()
}

/// A type of the sample that has paper beside the electronic licence.
fn beside() -> LicenceType {
    let catalogue = Catalogue::import(&Sources {
        departments: include_bytes!("../../../../tests/fixtures/sample/departments.json"),
        types: include_bytes!("../../../../tests/fixtures/sample/licence-types.json"),
        matters: include_bytes!("../../../../tests/fixtures/sample/matters-catalogue.json"),
        powers: None,
    });
    let catalogue = catalogue.expect("the sample imports");
    let key = TypeKey::parse("BL").expect("a type");
    catalogue.licence_type(&key).expect("it is listed").clone()
}

fn order(record: &Record, (event, reference): (PaperEvent, &str), seconds: i64) -> PaperOrder {
    PaperOrder {
        asked: asked(&format!("{} {seconds}", event.code())),
        identifier: record.identifier.clone(),
        act: PaperAct {
            event,
            at: NOW + Duration::seconds(seconds),
            reference: reference.to_owned(),
        },
        kind: beside(),
        events: vec![outgoing("licence.paper", &["industry"])],
        notice: None,
        response: answer(reference),
        by: by(seconds),
    }
}

/// What was done with the paper of a licence whose last copy is in this state.
fn lived(state: PaperState) -> &'static [PaperEvent] {
    use PaperEvent::{DeclareLost, Destroy, Issue, Surrender};
    match state {
        PaperState::None => &[],
        PaperState::Issued => &[Issue],
        PaperState::Lost => &[Issue, DeclareLost],
        PaperState::Surrendered => &[Issue, Surrender],
        PaperState::Destroyed => &[Issue, Surrender, Destroy],
    }
}

#[test]
fn every_pair_of_a_paper_copy_goes_through_the_store_as_its_table_says() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let papers = office.registry.copies();
        let (mut seconds, mut went) = (10, 0);
        for state in PaperState::ALL {
            for event in PaperEvent::ALL {
                let key = format!("{} {}", state.code(), event.code());
                let record = office.issued(&key).await.record.expect("a licence");
                for before in lived(state) {
                    seconds += 1;
                    let done = papers.act(order(&record, (*before, &key), seconds)).await;
                    assert!(matches!(done, Ok(PaperDone::Done(_))), "{key} {done:?}");
                }
                seconds += 1;
                let before = papers.copies(&record.licence).await.expect("answers");
                assert_eq!(before.state(), state);
                let traced = entries(&office).await;
                let another = format!("{key} again");
                let asked = order(&record, (event, &another), seconds);
                let done = papers.act(asked.clone()).await;
                let after = papers.copies(&record.licence).await.expect("answers");
                match PaperStep::find(state, event) {
                    Some(row) => {
                        assert_eq!(done.expect(&key), PaperDone::Done(after.clone()));
                        assert_eq!(after.state(), row.to, "{key}");
                        assert_eq!(entries(&office).await, traced + 1, "{key}");
                        let again = papers.act(asked).await.expect("repeated");
                        assert_eq!(again, PaperDone::Repeated(Some(answer(&another))));
                        went += 1;
                    }
                    None => {
                        let refused = matches!(
                            done,
                            Err(PapersRefused::Paper(PaperRefused::NotListed { .. }))
                        );
                        assert!(refused, "{key} {done:?}");
                        assert_eq!((after, entries(&office).await), (before, traced), "{key}");
                    }
                }
            }
        }
        assert_eq!(went, PAPER_STEPS.len());
    });
}

#[test]
fn a_copy_is_found_by_its_number_for_ever_and_its_number_is_given_once() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let record = office.issued("copies").await.record.expect("a licence");
        let papers = office.registry.copies();
        for (place, act) in [
            (PaperEvent::Issue, "ZZ-1"),
            (PaperEvent::DeclareLost, "GG-1"),
            (PaperEvent::Issue, "ZZ-2"),
        ]
        .into_iter()
        .enumerate()
        {
            let seconds = i64::try_from(place).expect("few") + 10;
            papers
                .act(order(&record, act, seconds))
                .await
                .expect("listed");
        }
        let found = papers.find("ZZ-1").await.expect("answers");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].copy.state, PaperState::Lost);
        assert_eq!(found[0].copy.notice.as_deref(), Some("GG-1"));
        assert_eq!(found[0].record.identifier, record.identifier);
        assert!(papers.find("ZZ-9").await.expect("answers").is_empty());
        let surrendered = order(&record, (PaperEvent::Surrender, "JD-1"), 20);
        papers.act(surrendered).await.expect("listed");
        let twice = papers
            .act(order(&record, (PaperEvent::Issue, "ZZ-1"), 21))
            .await;
        let used = matches!(twice, Err(PapersRefused::Paper(PaperRefused::NumberUsed)));
        assert!(used, "{twice:?}");
        // A second copy of an earlier moment, and the key of another request.
        let early = papers
            .act(order(&record, (PaperEvent::Issue, "ZZ-3"), 5))
            .await;
        let early = matches!(early, Err(PapersRefused::Paper(PaperRefused::OutOfOrder)));
        assert!(early);
        let mut other = order(&record, (PaperEvent::Surrender, "JD-2"), 20);
        other.asked.fingerprint = [9; 32];
        let other = papers.act(other).await;
        assert!(matches!(other, Err(PapersRefused::KeyReused)), "{other:?}");
    });
}

fn word(record: &Record, (key, person): (&str, &str), exposure: Exposure, seconds: i64) -> Voiding {
    Voiding {
        word: Word {
            asked: asked(key),
            department: department(),
            identifier: record.identifier.clone(),
            expected: record.revision,
            person: PersonKey::parse(person).expect("a person"),
            at: NOW + Duration::seconds(seconds),
            exposure,
            ground: "作字〔2026〕第1号 姓名有误".to_owned(),
            by: by(seconds),
            waits: answer("waits"),
        },
        leaf: b"a leaf".to_vec(),
        events: vec![outgoing("licence.void", &["industry"])],
        respond: Box::new(|record| answer(&record.revision.to_string())),
    }
}

#[test]
fn two_people_who_say_the_same_within_a_day_void_a_licence_and_nobody_else_does() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let record = office.issued("void").await.record.expect("a licence");
        let licences = office.registry.licences();
        let (replaced, unpresented) = (Exposure::Replaced, Exposure::Unpresented);
        let first = licences.void(word(&record, ("one", "p-one"), replaced, 100));
        let until = NOW + Duration::seconds(100) + Duration::DAY;
        assert_eq!(first.await.expect("waits"), Voided::Waits(until));
        let before = licences.find(&record.identifier, None).await;
        assert_eq!(
            before.expect("answers"),
            Some(record.clone()),
            "nothing yet"
        );
        // The same request, the same person, another department, another word.
        let again = licences.void(word(&record, ("one", "p-one"), replaced, 100));
        let Ok(Voided::Done(Changing::Repeated { response })) = again.await else {
            panic!("the same request");
        };
        assert_eq!(response, Some(answer("waits")));
        let same = licences.void(word(&record, ("same", "p-one"), replaced, 101));
        let same = same.await;
        assert!(
            matches!(same, Err(ChangeRefused::Life(Refused::SamePerson))),
            "{same:?}"
        );
        let mut foreign = word(&record, ("foreign", "p-two"), replaced, 102);
        foreign.word.department = other_department();
        let foreign = licences.void(foreign).await;
        assert!(
            matches!(foreign, Err(ChangeRefused::Unknown)),
            "{foreign:?}"
        );
        let other = licences.void(word(&record, ("other", "p-two"), unpresented, 103));
        let waits = matches!(other.await, Ok(Voided::Waits(_)));
        assert!(waits, "another word is a first one again");
        // Over after a day: the next is a first one.
        let late = 103 + 86_400;
        let late_word = licences.void(word(&record, ("late", "p-one"), unpresented, late));
        assert!(matches!(late_word.await, Ok(Voided::Waits(_))));
        let second = licences.void(word(&record, ("two", "p-two"), unpresented, late + 1));
        let Ok(Voided::Done(Changing::Changed { record: void, .. })) = second.await else {
            panic!("two people within a day");
        };
        let now = NOW + Duration::seconds(late + 2);
        assert!(matches!(
            void.life.status(&void.period, now),
            Status::Void { .. }
        ));
        assert_eq!(void.revision, record.revision + 1);
        let over = licences.void(word(&void, ("over", "p-one"), unpresented, late + 3));
        let over = over.await;
        assert!(
            matches!(over, Err(ChangeRefused::Life(Refused::NotListed { .. }))),
            "{over:?}"
        );
    });
}

#[test]
fn what_waits_for_its_seal_is_void_with_its_job() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let job = office.released("void with its job").await;
        let licences = office.registry.licences();
        let identifier = job.identifier.clone().expect("a licence's");
        let found = licences.find(&identifier, None).await.expect("answers");
        let record = found.expect("reserved");
        for (key, person) in [("one", "p-one"), ("two", "p-two")] {
            let said = licences.void(word(&record, (key, person), Exposure::Unpresented, 100));
            said.await.expect("listed");
        }
        let jobs = office.registry.jobs();
        let ended = jobs.find(&job.id, None).await.expect("answers");
        assert_eq!(ended.expect("it is kept").state, JobState::Failed);
        let journalled = jobs
            .journal(&job.id, super::office::signing(), by(101))
            .await;
        assert!(journalled.is_err(), "what is void is not sealed");
    });
}

fn restriction(number: &str, effect: Effect) -> Restriction {
    Restriction {
        number: number.to_owned(),
        ground: "严重失信名单管理办法第十条".to_owned(),
        source: "临溪市市场监督管理局".to_owned(),
        effect,
        days: Days::new(date!(2026 - 01 - 01), Some(date!(2026 - 12 - 31))).expect("days"),
    }
}

#[test]
fn a_restriction_is_recorded_once_found_by_its_holder_alone_and_lifted_by_who_brought_it() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let record = office.issued("restricted").await.record.expect("a licence");
        let restrictions = office.registry.restrictions();
        let (holder, other) = (holder(CANARY), holder("990102198805210245"));
        let impose = async |number: &str, effect: Effect, seconds| {
            let restriction = restriction(number, effect);
            let code = holder.code();
            restrictions
                .impose(department(), code, restriction, by(seconds))
                .await
        };
        let traced = entries(&office).await;
        impose("XZ-1", Effect::ShownOnly, 1)
            .await
            .expect("recorded");
        assert_eq!(entries(&office).await, traced + 1);
        impose("XZ-1", Effect::ShownOnly, 2)
            .await
            .expect("the same");
        assert_eq!(entries(&office).await, traced + 1, "nothing more");
        let whole = Effect::find("blocks_grant", licence::restriction::Reach::Every);
        let whole = whole.expect("listed");
        let taken = impose("XZ-1", whole.clone(), 3).await;
        assert!(matches!(taken, Err(ImposeRefused::Taken)), "{taken:?}");
        impose("XZ-2", whole, 4).await.expect("recorded");
        let numbers = |found: Vec<registry::restrictions::Imposed>| -> Vec<String> {
            let all = found.into_iter();
            all.map(|imposed| imposed.restriction.number).collect()
        };
        let of = restrictions.of(holder.code()).await.expect("answers");
        assert!(
            of.iter()
                .all(|imposed| !imposed.holder_masked.contains(CANARY))
        );
        assert_eq!(numbers(of), ["XZ-1", "XZ-2"]);
        let of = restrictions.of(other.code()).await.expect("answers");
        assert!(of.is_empty());
        let of = restrictions.of_version(&record.identifier).await;
        assert_eq!(numbers(of.expect("answers")), ["XZ-1", "XZ-2"]);
        let theirs = restrictions.lift(other_department(), "XZ-2", by(5)).await;
        assert!(matches!(theirs, Err(ImposeRefused::Unknown)), "{theirs:?}");
        for seconds in [6, 7] {
            let lifted = restrictions.lift(department(), "XZ-2", by(seconds)).await;
            lifted.expect("lifted, and lifted again");
        }
        let of = restrictions.of(holder.code()).await.expect("answers");
        assert_eq!(numbers(of), ["XZ-1"]);
        let kept = restrictions.find(&department(), "XZ-2").await;
        let kept = kept.expect("answers").expect("it is kept");
        assert_eq!(kept.lifted, Some(NOW + Duration::seconds(6)));
        let hidden = restrictions.find(&other_department(), "XZ-2").await;
        assert!(hidden.expect("answers").is_none());
    });
}

fn submission(key: &str) -> DocumentSubmission {
    DocumentSubmission {
        reservation: DocumentReservation {
            asked: asked(key),
            by: by(0),
            department: department(),
            grounds: grounds(),
            catalogue: 0,
            payload: b"where the file is".to_vec(),
        },
        unsealed: unsealed(),
        respond: Box::new(|job| Response {
            status: 202,
            body: job.id.to_string().into_bytes(),
        }),
        by: by(1),
    }
}

#[test]
fn a_document_that_is_kept_already_waits_with_its_reservation_and_once_a_request() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let jobs = office.registry.jobs();
        let submitted = jobs.submit_document(submission("kept")).await;
        let Ok(DocumentSubmitted::Waits(told)) = submitted else {
            panic!("a fresh request: {submitted:?}");
        };
        let waiting = jobs
            .waiting(&department(), None, 10)
            .await
            .expect("answers");
        let [job] = waiting.as_slice() else {
            panic!("{waiting:?}");
        };
        assert_eq!(told.body, job.id.to_string().into_bytes());
        assert_eq!(
            (job.kind, job.state),
            (JobKind::Document, JobState::Waiting)
        );
        assert_eq!(job.unsealed, Some(unsealed()));
        let trace = office.registry.trace();
        let about = trace.about(&department(), &job.id.to_string(), 0).await;
        let deeds: Vec<String> = about
            .expect("answers")
            .into_iter()
            .map(|entry| entry.deed)
            .collect();
        assert_eq!(deeds, ["reserve", "await-release"]);
        // Again: the same job, its answer, and nothing more.
        let again = jobs.submit_document(submission("kept")).await;
        let repeated = DocumentSubmitted::Repeated {
            job: job.id.clone(),
            response: Some(told),
        };
        assert_eq!(again.expect("the same"), repeated);
        let mut other = submission("kept");
        other.reservation.asked.fingerprint = [9; 32];
        let other = jobs.submit_document(other).await;
        assert!(
            matches!(other, Err(DocumentRefused::KeyReused)),
            "{other:?}"
        );
        assert_eq!(
            jobs.waiting(&department(), None, 10)
                .await
                .expect("answers")
                .len(),
            1
        );
        // It goes on like any other.
        let release = super::office::release(job);
        let by = super::office::custodian(2);
        let released = jobs.release(&department(), &job.id, release, by).await;
        assert_eq!(released.expect("it waits").state, JobState::Released);
        assert_eq!(accepted().status, 202);
    });
}

#[test]
fn of_two_processes_that_submit_one_request_one_job_waits() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let (one, other) = (office.registry.jobs(), stage.open().await.jobs());
        let (first, second) = tokio::join!(
            one.submit_document(submission("both")),
            other.submit_document(submission("both")),
        );
        let fresh = [&first, &second]
            .iter()
            .filter(|submitted| matches!(submitted, Ok(DocumentSubmitted::Waits(_))))
            .count();
        assert_eq!(fresh, 1, "{first:?} {second:?}");
        assert_eq!(
            one.waiting(&department(), None, 10)
                .await
                .expect("answers")
                .len(),
            1
        );
    });
}
