//! A further version is being sealed, and meanwhile another process ends the version before it.

use issuance::lives::change::{self, Order, Ordered};
use issuance::lives::following::{VersionOrder, follow};
use issuance::{Begun, IssueOrder, Once};
use licence::Identifier;
use licence::versions::following::Following;
use registry::asked::IdempotencyKey;
use registry::jobs::{JobId, JobState, Reason};
use serde_json::Value;
use tests::installation::NOW;
use tests::interrupted::{Ended, Interrupted, Side};
use time::Duration;

use super::lives::{Life, Stage, runtime};

/// How the version came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It was recorded first: the old version is superseded.
    Recorded,
    /// The version before had ended: its job failed with that reason.
    GivenUp,
}

fn once(key: &str) -> Once {
    Once {
        key: IdempotencyKey::parse(key).expect("16 characters"),
        fingerprint: [9; 32],
    }
}

/// A change that waits for its release, of a licence that was issued: identifier, and what waits.
async fn change_waits(life: &Life) -> (Identifier, Value) {
    let waits = life.ask().await.expect("it waits");
    let issued = life.release(&waits).await.expect("issued");
    let first = issued["identifier"].as_str().expect("an identifier");
    let first = Identifier::parse(first).expect("an identifier");
    let mut request = tests::cases::request("FOOD", 7).expect("a food licence");
    request.valid_to = None;
    request.decision.number = "变更〔2026〕第0001号".to_owned();
    let ordered = VersionOrder {
        order: IssueOrder {
            request,
            photo: None,
        },
        following: Following::Change,
    };
    let key = once("the-key-of-the-change");
    let begun = follow(&life.office, &life.machine(), &key, &first, &ordered).await;
    let Begun::Waits(answer) = begun.expect("it waits") else {
        panic!("asked once");
    };
    let waits = serde_json::from_slice(&answer.body).expect("JSON");
    (first, waits)
}

/// Whether upkeep was told of something since it was looked at last, before a first version and after a change of it.
pub(crate) fn upkeep_told(stage: &Stage) -> (bool, bool) {
    let (_folder, name, installation) = stage.case();
    let told = runtime().block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(1)).await;
        let told = async || {
            let notified = life.office.upkeep.notified();
            tokio::time::timeout(std::time::Duration::ZERO, notified)
                .await
                .is_ok()
        };
        let (_, waits) = change_waits(&life).await;
        let before = told().await;
        life.release(&waits).await.expect("superseded");
        (before, told().await)
    });
    stage.end(&name);
    told
}

/// Seals the change up to its `wait`-th wait, ends the version before, and goes on; nothing when it has fewer waits.
pub(crate) fn ended_beside(stage: &Stage, wait: usize) -> Option<End> {
    let (_folder, name, installation) = stage.case();
    let end = runtime().block_on(async {
        let slow = Life::begin(&installation, NOW + Duration::minutes(1)).await;
        let (first, waits) = change_waits(&slow).await;
        let mut work = Interrupted::new(slow.release(&waits), wait, Side::After);
        if (&mut work).await != Ended::Lost {
            return None;
        }
        let other = Life::begin(&installation, NOW + Duration::minutes(1)).await;
        let ordered = Ordered {
            order: Order::End(catalogue::Ending::Annulled),
            decision: "撤字〔2026〕第0001号".to_owned(),
            legal_basis: "行政许可法第六十九条".to_owned(),
            effective: None,
        };
        let key = once("the-key-of-the-ending");
        let ended = change::change(&other.office, &other.machine(), &key, &first, &ordered).await;
        let _told = work.rest().await;
        // Whatever is left is looked at again when it is a minute old, and then nothing is open.
        other.clock.put(NOW + Duration::minutes(5));
        other.go_on().await;
        let id = JobId::parse(waits["job"].as_str().expect("a job")).expect("a job");
        let job = other.office.registry().jobs().find(&id, None).await;
        let job = job.expect("answers").expect("a job");
        Some(match job.state {
            JobState::Recorded => {
                assert!(ended.is_err(), "wait {wait}: ended and superseded");
                End::Recorded
            }
            // The release was not given yet: it waits for one, and is refused it.
            JobState::Waiting => {
                assert!(other.release(&waits).await.is_err(), "wait {wait}");
                given_up(&other, &id).await
            }
            _ => given_up(&other, &id).await,
        })
    });
    stage.end(&name);
    end
}

async fn given_up(life: &Life, id: &JobId) -> End {
    let job = life.office.registry().jobs().find(id, None).await;
    let job = job.expect("answers").expect("a job");
    assert_eq!(job.state, JobState::Failed);
    let reason = Reason::of(&job).expect("a reason");
    assert_eq!(reason.code, "licence.transition-not-listed");
    // Each leaf that an attempt left in the public log is closed.
    let leaves = life.office.registry().logs().leaves_of(id).await;
    assert_eq!(leaves.expect("leaves").len() % 2, 0, "a leaf is not closed");
    End::GivenUp
}
