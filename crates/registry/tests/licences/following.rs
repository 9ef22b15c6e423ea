//! Further versions: begun beside the one in force, superseding it when they are recorded, never two at once.

use licence::life::Ground;
use licence::versions::{Birth, NotFollowing, Succession};
use licence::{Event, Identifier, Refused, Status, Version};
use registry::asked::Response;
use registry::jobs::{Failure, Reason, StepRefused};
use registry::licences::{
    Change, ChangeRefused, Changing, FollowRefused, NotComposed, Record, ReserveRefused,
};
use registry::status::{ListNumber, StatusValue};
use time::Duration;

use super::further::{change, journalled, recorded, reserved};
use super::office::{NOW, Office, asked, by, department, office, powers, recording};
use crate::stage::on_each_store;

async fn find(office: &Office, identifier: &Identifier) -> Record {
    let found = office.registry.licences().find(identifier, None).await;
    found.expect("the store answers").expect("a version")
}

async fn values(office: &Office) -> Vec<(u32, StatusValue)> {
    let lists = office.registry.status_lists();
    lists.values(ListNumber(1)).await.expect("the list").values
}

async fn end(office: &Office, record: &Record) -> Result<Changing, ChangeRefused> {
    let (_, power) = powers();
    let change = Change {
        asked: Some(asked("the-ending")),
        department: department(),
        identifier: record.identifier.clone(),
        expected: record.revision,
        event: Event::End {
            at: NOW + Duration::seconds(13),
            power,
        },
        ground: "JD-2026-9".to_owned(),
        by: by(13),
        leaf: None,
        events: Vec::new(),
        notice: None,
        respond: Box::new(|_| Response {
            status: 200,
            body: Vec::new(),
        }),
    };
    office.registry.licences().change(change).await
}

#[test]
fn a_recorded_version_supersedes_the_one_before_in_the_same_fact() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let first = office.issued("first").await.record.expect("a licence");
        let mut further = change(&first, "second", NOW);
        // The power was transferred: another department may issue the next version (D17).
        further.grounds.decision = "BG-2026-1".to_owned();
        let second = reserved(&office, further).await;
        assert_eq!(second.licence, first.licence);
        assert_eq!(second.drawn.version, Version::new(2).expect("version"));
        assert_eq!(
            second.birth,
            Birth::Following(Version::FIRST, Ground::Change)
        );
        // Begun is not issued: nothing has changed for the first one.
        assert_eq!(find(&office, &first.identifier).await, first);
        let record = recorded(&office, &second)
            .await
            .expect("journalled")
            .record
            .expect("a licence");
        let now = NOW + Duration::seconds(15);
        assert_eq!(record.life.status(&record.period, now), Status::Valid);
        let old = find(&office, &first.identifier).await;
        assert_eq!(
            old.life.status(&old.period, now),
            Status::Superseded {
                by: Version::new(2).expect("version"),
                since: NOW + Duration::seconds(14),
            }
        );
        assert_eq!(
            values(&office).await,
            [(old.status_index, StatusValue::Superseded)]
        );
        let whole = office.registry.licences().whole(&first.licence).await;
        let whole = whole.expect("the store answers");
        let told: Vec<(u16, Vec<&str>)> = whole
            .iter()
            .map(|(record, events)| {
                let kinds = events.iter().map(|event| event.kind.as_str()).collect();
                (record.identifier.version().number(), kinds)
            })
            .collect();
        assert_eq!(
            told,
            [
                (1, vec!["complete", "seal", "supersede"]),
                (2, vec!["complete", "seal"])
            ]
        );
        // Nothing follows the old one any more.
        let refused = office.try_reserve(change(&old, "third", NOW)).await;
        assert!(
            matches!(
                refused,
                Err(ReserveRefused::Follow(FollowRefused::NotCurrent { .. }))
            ),
            "{refused:?}"
        );
    });
}

#[test]
fn a_later_day_leaves_the_old_version_in_force_until_upkeep_turns_its_entry() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let first = office.issued("first").await.record.expect("a licence");
        let from = NOW + Duration::days(20);
        let second = reserved(&office, change(&first, "second", from)).await;
        recorded(&office, &second).await.expect("journalled");
        let old = find(&office, &first.identifier).await;
        assert_eq!(
            old.life
                .status(&old.period, from - Duration::SECOND)
                .answer(),
            "valid"
        );
        assert_eq!(old.life.status(&old.period, from).answer(), "superseded");
        assert_eq!(values(&office).await, []);
        let licences = office.registry.licences();
        let early = licences.refresh_status(from - Duration::SECOND, 10).await;
        assert_eq!(early.ok(), Some(0));
        assert_eq!(licences.refresh_status(from, 10).await.ok(), Some(1));
        assert_eq!(
            values(&office).await,
            [(old.status_index, StatusValue::Superseded)]
        );
    });
}

#[test]
fn two_versions_are_never_begun_beside_each_other() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let first = office.issued("first").await.record.expect("a licence");
        let second = reserved(&office, change(&first, "second", NOW)).await;
        let refused = office.try_reserve(change(&first, "third", NOW)).await;
        assert!(
            matches!(
                refused,
                Err(ReserveRefused::Follow(FollowRefused::NotFollowing(
                    NotFollowing::Refused(Refused::AlreadyDecided)
                )))
            ),
            "{refused:?}"
        );
        // Given up, its number stays used, and the next one goes on.
        let failure = Failure {
            attempts: 0,
            reason: Reason {
                code: "licence.page-refused".to_owned(),
                text: "too long".to_owned(),
            },
        };
        let jobs = office.registry.jobs();
        jobs.fail(&second.job, failure, by(12)).await.expect("open");
        let third = reserved(&office, change(&first, "fourth", NOW)).await;
        assert_eq!(third.drawn.version.number(), 3);
        recorded(&office, &third).await.expect("journalled");
        let old = find(&office, &first.identifier).await;
        let now = NOW + Duration::seconds(20);
        assert_eq!(old.life.status(&old.period, now).answer(), "superseded");
    });
}

#[test]
fn what_changed_meanwhile_is_not_superseded() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let first = office.issued("first").await.record.expect("a licence");
        let mut stale = change(&first, "stale", NOW);
        if let Some(follows) = &mut stale.follows {
            follows.expected += 1;
        }
        let refused = office.try_reserve(stale).await;
        assert!(
            matches!(
                refused,
                Err(ReserveRefused::Follow(FollowRefused::Revision { found: 2 }))
            ),
            "{refused:?}"
        );
        let second = reserved(&office, change(&first, "second", NOW)).await;
        let job = journalled(&office, &second).await;
        end(&office, &first).await.expect("listed");
        let mut late = recording(&job);
        late.by = by(14);
        let refused = office.registry.jobs().record(late).await;
        assert!(
            matches!(refused, Err(StepRefused::Life(Refused::NotListed { .. }))),
            "{refused:?}"
        );
        // Half of it is nothing: the new version waits, and no file of it is there.
        let version = find(&office, &second.composed.identifier).await;
        assert_eq!(version.recorded, None);
        let files = office.registry.jobs().files(&job.id, None).await;
        assert_eq!(files.ok(), Some(Vec::new()));
    });
}

#[test]
fn an_ending_in_error_stays_and_a_new_version_stands_beside_it() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let first = office.issued("first").await.record.expect("a licence");
        let restoring = |record: &Record, key: &str| {
            let mut further = change(record, key, NOW);
            if let Some(follows) = &mut further.follows {
                follows.succession = Succession::Restores;
            }
            further.by = by(20);
            further
        };
        let refused = office.try_reserve(restoring(&first, "too-early")).await;
        assert!(
            matches!(
                refused,
                Err(ReserveRefused::Follow(FollowRefused::NotFollowing(
                    NotFollowing::NotEnded
                )))
            ),
            "{refused:?}"
        );
        end(&office, &first).await.expect("listed");
        let ended = find(&office, &first.identifier).await;
        let second = reserved(&office, restoring(&ended, "again")).await;
        assert_eq!(second.birth, Birth::EndingAnnulled(Version::FIRST));
        let record = recorded(&office, &second).await.expect("journalled").record;
        assert_eq!(record.map(|record| record.birth), Some(second.birth));
        // The ended version stays as it was (R28), under its own index.
        assert_eq!(find(&office, &first.identifier).await, ended);
        assert_eq!(
            values(&office).await,
            [(ended.status_index, StatusValue::Ended)]
        );
    });
}

#[test]
fn a_licence_that_cannot_be_composed_leaves_nothing() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let first = office.issued("first").await.record.expect("a licence");
        let mut further = change(&first, "second", NOW);
        further.compose = Box::new(|_| Err(NotComposed));
        let refused = office.try_reserve(further).await;
        assert!(
            matches!(refused, Err(ReserveRefused::NotComposed(NotComposed))),
            "{refused:?}"
        );
        let whole = office.registry.licences().whole(&first.licence).await;
        assert_eq!(whole.map(|whole| whole.len()).ok(), Some(1));
    });
}
