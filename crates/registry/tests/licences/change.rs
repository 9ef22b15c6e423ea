//! Changes of state: by the table, on the revision they were decided on, with everything that hangs
//! on them.

use licence::{Event, Refused, Status};
use registry::asked::Response;
use registry::licences::{Change, ChangeRefused, Changing, Record};
use registry::log::Log;
use registry::status::{ListNumber, StatusValue};
use time::Duration;

use super::office::{
    NOW, Office, asked, by, department, office, other_department, outgoing, powers,
};
use crate::stage::on_each_store;

fn suspend(record: &Record, key: &str, seconds: i64) -> Change {
    let (power, _) = powers();
    let at = NOW + Duration::seconds(seconds);
    change(
        record,
        key,
        Event::Suspend {
            at,
            until: Some(at + Duration::DAY),
            power,
        },
        seconds,
    )
}

fn change(record: &Record, key: &str, event: Event, seconds: i64) -> Change {
    Change {
        asked: Some(asked(key)),
        department: department(),
        identifier: record.identifier.clone(),
        expected: record.revision,
        event,
        ground: "JD-2026-9".to_owned(),
        by: by(seconds),
        leaf: Some(b"a leaf".to_vec()),
        events: vec![outgoing("licence.changed", &["industry"])],
        notice: None,
        respond: Box::new(|record| Response {
            status: 200,
            body: record.revision.to_string().into_bytes(),
        }),
    }
}

async fn values(office: &Office) -> Vec<(u32, StatusValue)> {
    let lists = office.registry.status_lists();
    lists.values(ListNumber(1)).await.expect("the list").values
}

#[test]
fn suspended_then_ended_with_status_leaf_answer_and_history() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let record = office.issued("whole").await.record.expect("a licence");
        let licences = office.registry.licences();
        let suspended = licences.change(suspend(&record, "suspend", 100)).await;
        let Ok(Changing::Changed { record, status }) = suspended else {
            panic!("listed: {suspended:?}");
        };
        assert_eq!(status, StatusValue::Suspended);
        let index = record.status_index;
        assert_eq!(values(&office).await, [(index, StatusValue::Suspended)]);
        let (_, power) = powers();
        let end = Event::End {
            at: NOW + Duration::seconds(200),
            power,
        };
        let ended = licences.change(change(&record, "end", end, 200)).await;
        let Ok(Changing::Changed { record, status }) = ended else {
            panic!("listed: {ended:?}");
        };
        assert_eq!(status, StatusValue::Ended);
        assert_eq!(values(&office).await, [(index, StatusValue::Ended)]);
        let now = NOW + Duration::seconds(201);
        assert!(matches!(
            record.life.status(&record.period, now),
            Status::Ended { .. }
        ));
        let history = licences.history(&department(), &record.identifier).await;
        let history = history.expect("the store answers");
        assert_eq!(
            history
                .iter()
                .map(|event| event.kind.as_str())
                .collect::<Vec<_>>(),
            ["complete", "seal", "suspend", "revoked"]
        );
        assert_eq!(history.last().map(|event| &event.life), Some(&record.life));
        let leaves = office.registry.logs().pending(Log::Public, 10).await;
        assert_eq!(leaves.expect("the log").len(), 2);
    });
}

#[test]
fn of_two_who_decided_on_one_revision_the_second_decides_again() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let record = office.issued("race").await.record.expect("a licence");
        let licences = office.registry.licences();
        let (first, second) = tokio::join!(
            licences.change(suspend(&record, "first", 100)),
            licences.change(suspend(&record, "second", 100)),
        );
        let changed = [&first, &second]
            .iter()
            .filter(|found| matches!(found, Ok(Changing::Changed { .. })))
            .count();
        let overtaken = [&first, &second]
            .iter()
            .filter(|found| matches!(found, Err(ChangeRefused::Revision { found: 3 })))
            .count();
        assert_eq!((changed, overtaken), (1, 1), "{first:?} {second:?}");
    });
}

#[test]
fn a_change_that_is_not_listed_or_not_ours_leaves_nothing_behind() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let licences = office.registry.licences();
        let record = office.issued("nothing").await.record.expect("a licence");
        let (power, _) = powers();
        let resume = Event::Resume {
            at: NOW + Duration::seconds(100),
            power,
        };
        let refused = licences
            .change(change(&record, "resume", resume, 100))
            .await;
        assert!(
            matches!(refused, Err(ChangeRefused::Life(Refused::NotListed { .. }))),
            "{refused:?}"
        );
        let mut foreign = suspend(&record, "foreign", 100);
        foreign.department = other_department();
        let refused = licences.change(foreign).await;
        assert!(
            matches!(refused, Err(ChangeRefused::Unknown)),
            "{refused:?}"
        );
        assert!(values(&office).await.is_empty());
        let found = licences.find(&record.identifier, None).await;
        assert_eq!(found.expect("the store answers"), Some(record.clone()));
        // The keys are free: nothing was done under them.
        let changed = licences.change(suspend(&record, "resume", 100)).await;
        assert!(
            matches!(changed, Ok(Changing::Changed { .. })),
            "{changed:?}"
        );
    });
}

#[test]
fn the_same_change_asked_again_has_its_first_answer() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let licences = office.registry.licences();
        let record = office.issued("again").await.record.expect("a licence");
        licences
            .change(suspend(&record, "suspend", 100))
            .await
            .expect("listed");
        let repeated = licences.change(suspend(&record, "suspend", 100)).await;
        assert_eq!(
            repeated.expect("the same request"),
            Changing::Repeated {
                response: Some(Response {
                    status: 200,
                    body: b"3".to_vec()
                })
            }
        );
        let mut other = suspend(&record, "suspend", 100);
        other.asked = Some(registry::asked::Asked {
            fingerprint: [0; 32],
            ..asked("suspend")
        });
        let refused = licences.change(other).await;
        assert!(
            matches!(refused, Err(ChangeRefused::KeyReused)),
            "{refused:?}"
        );
    });
}

#[test]
fn entries_follow_when_their_moment_comes() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let licences = office.registry.licences();
        let record = office.issued("later").await.record.expect("a licence");
        licences
            .change(suspend(&record, "suspend", 100))
            .await
            .expect("listed");
        let end = NOW + Duration::seconds(100) + Duration::DAY;
        let before = licences.refresh_status(end - Duration::SECOND, 10).await;
        assert_eq!(before.expect("the store answers"), 0);
        assert_eq!(values(&office).await.len(), 1);
        let after = licences.refresh_status(end, 10).await;
        assert_eq!(after.expect("the store answers"), 1);
        assert!(values(&office).await.is_empty(), "the suspension has ended");
    });
}
