//! A seal that is not in use signs nothing, whatever was released before (T-S6).

use catalogue::key::SealCode;
use crypto::KeyId;
use registry::asked::{Asked, IdempotencyKey, Response};
use registry::jobs::StepRefused;
use registry::journal::KeyUse;
use registry::log::Log;
use registry::seals::{Acting, SealAct, SealRefused, Tell};
use seal::life::{Consent, Duty, Event, Refused, Stage};
use time::Duration;

use super::office::{
    NOW, by, custodian, department, grounds, office, other_department, release, signing,
};
use crate::stage::on_each_store;

fn act(event: Event, (person, duty): (&str, Duty), seconds: i64) -> SealAct {
    SealAct {
        seal: grounds().seal,
        event,
        consent: Consent {
            person: person.to_owned(),
            duty,
        },
        reason: "停用〔2026〕第1号".to_owned(),
        leaf: vec![1, 2, 3],
        revokes: Vec::new(),
        application: None,
        at: NOW + Duration::seconds(seconds),
    }
}

const CUSTODIAN: (&str, Duty) = ("he-shouzheng", Duty::Custodian);
const ADMINISTRATOR: (&str, Duty) = ("zhou-mingyue", Duty::Administrator);

#[test]
fn a_suspension_stops_what_was_released_in_every_process_until_two_lift_it() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let released = office.released("released").await;
        let waiting = office.waiting("waiting").await;
        // Another process stops the seal; this one has the release and would go on.
        let other = stage.open().await.seals();
        let stopped = other.act(act(Event::Suspend, CUSTODIAN, 3)).await;
        assert_eq!(stopped.expect("listed").stage, Stage::Suspended);
        let jobs = office.registry.jobs();
        let journalled = jobs.journal(&released.id, signing(), by(4)).await;
        assert!(matches!(journalled, Err(StepRefused::SealNotInUse)));
        let asked = release(&waiting);
        let given = jobs
            .release(&department(), &waiting.id, asked, custodian(4))
            .await;
        assert!(matches!(given, Err(StepRefused::SealNotInUse)));
        let seals = office.registry.seals();
        let uses = seals.uses(&both(signing().key)).await;
        assert_eq!(uses.expect("answers"), 0);
        // One person is not enough, twice is not two.
        let first = seals.act(act(Event::Resume, CUSTODIAN, 5)).await;
        let first = first.expect("listed");
        assert_eq!(first.stage, Stage::Suspended);
        assert!(first.pending.is_some());
        let again = seals.act(act(Event::Resume, CUSTODIAN, 6)).await;
        assert!(matches!(again, Err(SealRefused::Life(Refused::SamePerson))));
        let lifted = seals.act(act(Event::Resume, ADMINISTRATOR, 7)).await;
        assert_eq!(lifted.expect("listed").stage, Stage::InUse);
        let journalled = jobs.journal(&released.id, signing(), by(8)).await;
        journalled.expect("in use again, and the release holds");
        let uses = seals.uses(&both(signing().key)).await;
        assert_eq!(uses.expect("answers"), 1, "the ledger has what was signed");
        let history = seals.history(&grounds().seal).await.expect("answers");
        let told: Vec<(&str, usize)> = history
            .iter()
            .map(|happened| (happened.event.as_str(), happened.people.len()))
            .collect();
        assert_eq!(told, [("establish", 1), ("suspend", 1), ("resume", 2)]);
        let leaves = office.registry.logs().pending(Log::Public, 10).await;
        assert_eq!(
            leaves.expect("answers").len(),
            2,
            "one for each change of state"
        );
        let faults = office.registry.trace().check(&department()).await;
        assert!(faults.expect("answers").is_empty());
    });
}

#[test]
fn a_first_consent_is_over_after_a_day_and_a_cancelled_seal_is_never_used_again() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let released = office.released("cancelled").await;
        let seals = office.registry.seals();
        let day = 86_400;
        for (event, who, at, stage) in [
            (Event::Suspend, ADMINISTRATOR, 1, Stage::Suspended),
            (Event::Resume, CUSTODIAN, 2, Stage::Suspended),
            // Too late to be the second: it is a first one again.
            (Event::Resume, ADMINISTRATOR, 2 + day, Stage::Suspended),
            (Event::Cancel, ADMINISTRATOR, 3 + day, Stage::Cancelled),
        ] {
            let gone = seals.act(act(event, who, at)).await;
            assert_eq!(gone.expect("listed").stage, stage, "{event:?}");
        }
        let back = seals.act(act(Event::Resume, CUSTODIAN, 4 + day)).await;
        assert!(matches!(
            back,
            Err(SealRefused::Life(Refused::NotListed { .. }))
        ));
        let journalled = office
            .registry
            .jobs()
            .journal(&released.id, signing(), by(5))
            .await;
        assert!(matches!(journalled, Err(StepRefused::SealNotInUse)));
        // Opening the office again takes over what is new and revives nothing.
        let both = vec![
            (grounds().seal, department()),
            (
                SealCode::parse("990102-SLZYZ-01").expect("a seal"),
                department(),
            ),
        ];
        seals.establish(both, by(6)).await.expect("answers");
        let mut stages = Vec::new();
        for code in ["990102-SLZYZ-01", "990102-SPZYZ-01"] {
            let code = SealCode::parse(code).expect("a seal");
            let found = seals.find(&code).await.expect("answers");
            stages.push(found.expect("established").stage);
        }
        assert_eq!(stages, [Stage::InUse, Stage::Cancelled]);
    });
}

#[test]
fn a_seal_that_nobody_took_over_signs_nothing() {
    on_each_store(|stage| async move {
        let office = super::office::Office {
            registry: stage.open().await,
        };
        office.begin_list(1).await;
        let job = office.waiting("nobodys").await;
        let jobs = office.registry.jobs();
        let asked = release(&job);
        let given = jobs
            .release(&department(), &job.id, asked, custodian(2))
            .await;
        assert!(matches!(given, Err(StepRefused::SealNotInUse)));
    });
}

#[test]
fn a_request_acts_once_on_a_seal_and_its_answer_is_kept() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let (seals, other) = (office.registry.seals(), stage.open().await.seals());
        let asked = |key: &str, mark: u8| Asked {
            caller: "q-apr-seals".to_owned(),
            key: IdempotencyKey::parse(key).expect("16 characters"),
            fingerprint: [mark; 32],
        };
        let tell = || -> Tell {
            Box::new(|record| Response {
                status: 200,
                body: record.stage.code().into(),
            })
        };
        assert!(seals.stopped().await.expect("answers").is_empty());
        let (first, second) = ("a-key-of-a-seal-1", "a-key-of-a-seal-2");
        let suspend = || act(Event::Suspend, CUSTODIAN, 3);
        let done = seals.act_once(suspend(), asked(first, 1), tell()).await;
        let response = match done {
            Ok(Acting::Acted(response)) => Some(response),
            _ => None,
        };
        let response = response.expect("it acts");
        assert_eq!(response.body, b"suspended");
        let stopped = other.stopped().await.expect("answers");
        assert_eq!(stopped.into_iter().collect::<Vec<_>>(), [grounds().seal]);
        let again = other.act_once(suspend(), asked(first, 1), tell()).await;
        assert!(matches!(again, Ok(Acting::Repeated(Some(same))) if same == response));
        let reused = seals.act_once(suspend(), asked(first, 2), tell()).await;
        assert!(matches!(reused, Err(SealRefused::KeyReused)));
        // What the table refuses leaves nothing, and its key is free.
        let refused = seals.act_once(suspend(), asked(second, 3), tell()).await;
        assert!(matches!(refused, Err(SealRefused::Life(_))));
        let resume = act(Event::Resume, CUSTODIAN, 5);
        let waits = seals.act_once(resume, asked(second, 4), tell()).await;
        assert!(matches!(waits, Ok(Acting::Acted(_))));
        let history = seals.history(&grounds().seal).await.expect("answers");
        assert_eq!(history.len(), 2, "establish and suspend");
    });
}

#[test]
fn a_page_of_seals_is_asked_for_in_one_question_at_each_stage() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let seals = office.registry.seals();
        let code =
            |number: u32| SealCode::parse(&format!("990102-SPZYZ-{number:03}")).expect("a code");
        let many: Vec<SealCode> = (100..220).map(code).collect();
        let established = many.iter().map(|seal| (seal.clone(), department()));
        let done = seals.establish(established.collect(), by(1)).await;
        done.expect("answers");
        let records = seals.records(&many[..2]).await.expect("answers");
        assert_eq!(records.keys().cloned().collect::<Vec<_>>(), many[..2]);
        let unknown = [code(999), many[5].clone()];
        let records = seals.records(&unknown).await.expect("answers");
        assert_eq!(records.into_keys().collect::<Vec<_>>(), many[5..6]);
        let first = seals.records(&many).await.expect("answers");
        assert_eq!(first.len(), 100, "no more than a page");
        assert!(seals.records(&[]).await.expect("answers").is_empty());
        let mut stop = act(Event::Suspend, CUSTODIAN, 3);
        stop.seal = many[7].clone();
        seals.act(stop).await.expect("listed");
        let own = department();
        let at = async |stage, of, after: &SealCode, limit| {
            let page = seals.at_stage((stage, of), (after.as_str(), limit)).await;
            page.expect("answers")
        };
        for of in [None, Some(&own)] {
            assert_eq!(at(Stage::Suspended, of, &code(1), 9).await, many[7..8]);
            assert!(at(Stage::Suspended, of, &many[7], 9).await.is_empty());
            assert_eq!(
                at(Stage::InUse, of, &many[5], 2).await,
                [many[6].clone(), many[8].clone()]
            );
        }
        let elsewhere = other_department();
        assert!(
            at(Stage::Suspended, Some(&elsewhere), &code(1), 9)
                .await
                .is_empty()
        );
        assert_eq!(seals.codes().await.expect("answers").len(), 121);
        // The totals of ledgers, in one question too.
        let released = office.released("released").await;
        let journalled = office
            .registry
            .jobs()
            .journal(&released.id, signing(), by(4))
            .await;
        journalled.expect("in use");
        let other = KeyId::parse("seal-of-nobody").expect("a name");
        let used = seals.used(&[other, signing().key]).await.expect("answers");
        assert_eq!(used.into_iter().collect::<Vec<_>>(), [(signing().key, 1)]);
    });
}

#[test]
fn the_total_of_a_ledger_is_counted_with_its_lines_in_whatever_department() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let other = KeyId::parse("seal-of-nobody").expect("a name");
        let line = |department, key: &KeyId| KeyUse {
            department,
            by: by(1),
            key: key.clone(),
            purpose: "licence".to_owned(),
            digests: vec![[1; 32]],
            object: "a job".to_owned(),
        };
        let own = signing().key;
        let lines = vec![
            line(department(), &own),
            line(other_department(), &own),
            line(department(), &other),
            line(department(), &own),
        ];
        let journal = office.registry.journal();
        for _ in 0..2 {
            journal.append(lines.clone()).await.expect("written");
        }
        let (seals, trace) = (office.registry.seals(), office.registry.trace());
        for (key, lines) in [(&own, 6), (&other, 2)] {
            let uses = seals.uses(&both(key.clone())).await;
            assert_eq!(uses.expect("answers"), lines);
            let used = trace.used(key).await.expect("answers");
            assert_eq!((used.lines, used.counted), (lines, lines));
        }
        let uses = seals.uses(&[own.clone(), other.clone()]).await;
        assert_eq!(uses.expect("answers"), 8, "of both keys of a seal");
        let unused = KeyId::parse("seal-never-used").expect("a name");
        let uses = seals.uses(&both(unused.clone())).await;
        assert_eq!(uses.expect("answers"), 0);
        let used = seals.used(&[other.clone(), unused, own.clone()]).await;
        let used: Vec<_> = used.expect("answers").into_iter().collect();
        assert_eq!(used, [(own, 6), (other, 2)]);
    });
}

/// The keys of a seal that was used in one suite alone.
fn both(key: KeyId) -> [KeyId; 2] {
    [key, KeyId::parse("sm-seal-never-used").expect("a name")]
}

#[test]
fn a_look_at_a_seal_is_what_its_parts_say() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let (seals, code) = (office.registry.seals(), grounds().seal);
        let released = office.released("released").await;
        let jobs = office.registry.jobs();
        let journalled = jobs.journal(&released.id, signing(), by(2)).await;
        journalled.expect("in use");
        let stopped = seals.act(act(Event::Suspend, CUSTODIAN, 3)).await;
        stopped.expect("listed");
        let first = seals.act(act(Event::Resume, CUSTODIAN, 4)).await;
        first.expect("waits for the second");
        let look = seals.look((&code, &both(signing().key))).await;
        let look = look.expect("answers").expect("there is one");
        assert!(look.record.pending.is_some());
        assert_eq!(seals.find(&code).await.expect("answers"), Some(look.record));
        assert_eq!(seals.history(&code).await.expect("answers"), look.history);
        assert_eq!(look.history.len(), 2);
        let scope = seals.scope(&code).await.expect("answers");
        assert_eq!((look.uses, Some(look.scope)), (1, scope));
        let unknown = SealCode::parse("990102-SPZYZ-404").expect("a code");
        let none = seals.look((&unknown, &both(signing().key))).await;
        assert_eq!(none.expect("answers"), None);
    });
}
