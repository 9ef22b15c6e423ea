//! Documents that several sign: one person at a time, the file that stands and no other, until the deadline.

use registry::Registry;
use registry::rounds::{KeptFile, NewRound, NewSeat, Part, RoundRecord, RoundRefused};
use registry::signers::{Begun, SignerRefused};
use signing::round::{Order, Outcome, PlanRefused, TurnRefused};
use time::Duration;

use super::office::{CANARY, NAME, NOW, asked, by, department, other_department};
use super::signers::{active_of, beginning, signing};
use crate::stage::on_each_store;

const SECOND: &str = "99010219810705031X";
const ROLES: [&str; 2] = ["撰稿人", "审稿人"];

fn file(octet: u8) -> KeptFile {
    KeptFile {
        object: format!("object-{octet}"),
        digest: [octet; 32],
        length: 9,
    }
}

fn new(key: &str, signers: [&str; 2]) -> NewRound {
    let seat = |(role, signer): (&str, &str)| NewSeat {
        role: role.to_owned(),
        signer: signer.to_owned(),
        intent: format!("{NAME}确认"),
        mandate: None,
    };
    NewRound {
        asked: asked(key),
        department: department(),
        case: "BJ-990102-20260608-00017".to_owned(),
        order: Order::Parallel,
        deadline: NOW + Duration::seconds(100),
        seats: ROLES.into_iter().zip(signers).map(seat).collect(),
        file: file(5),
        by: by(0),
    }
}

fn part(record: &RoundRecord, place: usize, shown: u8) -> Part {
    let seat = record.round.seats().get(place).expect("a seat");
    Part {
        round: record.id.clone(),
        role: seat.role.clone(),
        signer: seat.signer.clone(),
        shown: [shown; 32],
        intent: format!("{NAME}确认"),
    }
}

/// Two people and a document that both are to sign.
async fn begun(registry: &Registry) -> RoundRecord {
    let signers = registry.signers();
    let first = active_of(&signers, ("the first", CANARY)).await;
    let second = active_of(&signers, ("the second", SECOND)).await;
    let new = new("a round", [&first.id, &second.id]);
    registry.rounds().begin(new).await.expect("planned")
}

/// The signature of a role that is about to be made at `at` over the file `shown`.
async fn begins(
    registry: &Registry,
    (record, place, shown): (&RoundRecord, usize, u8),
    (key, at): (&str, i64),
) -> Result<String, SignerRefused> {
    let part = part(record, place, shown);
    let mut beginning = beginning(&part.signer, key);
    beginning.document = [shown; 32];
    beginning.by = by(at);
    beginning.part = Some(part);
    match registry.signers().begin(beginning).await? {
        Begun::Journalled { id } => Ok(id),
        Begun::Repeated(_) => unreachable!("it was not recorded"),
    }
}

/// The signed file of `record` is recorded at `at`.
async fn records(
    registry: &Registry,
    (record, id, key): (&RoundRecord, &str, &str),
    (octet, at): (u8, i64),
) -> Result<(), SignerRefused> {
    let mut signing = signing(id, key, b"signed");
    (signing.object, signing.digest) = (file(octet).object, file(octet).digest);
    (signing.round, signing.by) = (Some(record.id.clone()), by(at));
    registry.signers().record(signing).await.map(drop)
}

/// The second of them declines at `at`.
async fn declines(
    registry: &Registry,
    record: &RoundRecord,
    at: i64,
) -> Result<RoundRecord, RoundRefused> {
    let part = part(record, 1, 5);
    let why = (NAME.to_owned(), by(at));
    registry.rounds().decline(&department(), part, why).await
}

fn turn<T: std::fmt::Debug>(refused: Result<T, SignerRefused>) -> TurnRefused {
    match refused {
        Err(SignerRefused::Round(RoundRefused::Turn(refused))) => refused,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn one_signs_at_a_time_over_the_file_that_stands_and_all_make_it_complete() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let record = begun(&registry).await;
        let first = begins(&registry, (&record, 0, 5), ("one", 1))
            .await
            .expect("a turn");
        // Nobody beside it for a minute, and the same request goes on with its own.
        let beside = begins(&registry, (&record, 1, 5), ("two", 61)).await;
        assert!(matches!(
            beside,
            Err(SignerRefused::Round(RoundRefused::Running))
        ));
        let again = begins(&registry, (&record, 0, 5), ("one", 61)).await;
        assert_eq!(again.expect("its own turn"), first);
        let declined = declines(&registry, &record, 62).await;
        assert!(matches!(declined, Err(RoundRefused::Running)));
        records(&registry, (&record, &first, "one"), (6, 63))
            .await
            .expect("recorded");
        // The file is another one now: the old one is signed by nobody.
        let old = begins(&registry, (&record, 1, 5), ("three", 64)).await;
        assert!(matches!(
            old,
            Err(SignerRefused::Round(RoundRefused::OtherDocument))
        ));
        let twice = begins(&registry, (&record, 0, 6), ("four", 64)).await;
        assert_eq!(turn(twice), TurnRefused::Signed);
        let second = begins(&registry, (&record, 1, 6), ("five", 65))
            .await
            .expect("a turn");
        records(&registry, (&record, &second, "five"), (7, 66))
            .await
            .expect("recorded");
        let found = registry.rounds().find(&department(), &record.id).await;
        let found = found.expect("answers").expect("it is there");
        assert_eq!(found.round.outcome(by(500).at), Outcome::Complete);
        assert_eq!((found.document, found.file.digest), ([5; 32], [7; 32]));
        assert_eq!(found.seats[1].signature.as_ref(), Some(&second));
        let hidden = registry
            .rounds()
            .find(&other_department(), &record.id)
            .await;
        assert_eq!(hidden.expect("answers"), None);
        let traced = registry.trace().check(&department()).await;
        assert!(traced.expect("answers").is_empty());
    });
}

#[test]
fn a_turn_that_was_lost_is_over_after_a_minute_and_what_was_late_stays_out() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let record = begun(&registry).await;
        let lost = begins(&registry, (&record, 0, 5), ("one", 1))
            .await
            .expect("a turn");
        let next = begins(&registry, (&record, 1, 5), ("two", 62))
            .await
            .expect("a turn");
        let late = records(&registry, (&record, &lost, "one"), (6, 63)).await;
        assert!(matches!(
            late,
            Err(SignerRefused::Round(RoundRefused::Running))
        ));
        records(&registry, (&record, &next, "two"), (7, 64))
            .await
            .expect("recorded");
        // The turn was taken in time, the time-stamp is a second late.
        let last = begins(&registry, (&record, 0, 7), ("three", 100))
            .await
            .expect("a turn");
        let late = records(&registry, (&record, &last, "three"), (8, 101)).await;
        assert_eq!(turn(late), TurnRefused::Lapsed);
        let over = begins(&registry, (&record, 0, 7), ("four", 101)).await;
        assert_eq!(turn(over), TurnRefused::Lapsed);
        let found = registry.rounds().find(&department(), &record.id).await;
        let found = found.expect("answers").expect("it is there");
        assert_eq!(found.file, file(7));
        assert_eq!(found.round.missing().collect::<Vec<_>>(), ROLES[..1]);
        assert_eq!(found.round.outcome(by(101).at), Outcome::Lapsed);
    });
}

#[test]
fn a_plan_names_people_of_the_department_each_once_and_a_reason_stays() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let record = begun(&registry).await;
        let signers = registry.signers();
        let same = active_of(&signers, ("the same once more", CANARY)).await;
        let first = record.round.seats()[0].signer.clone();
        let twice = registry
            .rounds()
            .begin(new("twice", [&first, &same.id]))
            .await;
        assert!(matches!(
            twice,
            Err(RoundRefused::Plan(PlanRefused::PersonTwice))
        ));
        let nobody = registry
            .rounds()
            .begin(new("nobody", [&first, "nobody"]))
            .await;
        assert!(matches!(nobody, Err(RoundRefused::Unknown)));
        let again = registry
            .rounds()
            .begin(new("a round", [&first, &same.id]))
            .await;
        assert_eq!(again.expect("the same request").id, record.id);
        let declined = declines(&registry, &record, 2).await.expect("declined");
        let found = registry.rounds().find(&department(), &record.id).await;
        assert_eq!(found.expect("answers"), Some(declined.clone()));
        assert_eq!(declined.seats[1].reason.as_deref(), Some(NAME));
        let after = begins(&registry, (&record, 0, 5), ("one", 3)).await;
        assert_eq!(turn(after), TurnRefused::Declined);
    });
}

#[test]
fn what_lapsed_is_told_once_and_what_ended_before_is_not() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let record = begun(&registry).await;
        let rounds = registry.rounds();
        let signers = record.round.seats().iter().map(|seat| seat.signer.as_str());
        let signers: Vec<&str> = signers.collect();
        let other = rounds
            .begin(new("declined", [signers[0], signers[1]]))
            .await;
        let other = other.expect("planned");
        declines(&registry, &other, 2).await.expect("declined");
        // Somebody's turn is as long as it lasts.
        let last = begins(&registry, (&record, 0, 5), ("one", 100)).await;
        let last = last.expect("a turn");
        let over = async |second| rounds.over(by(second).at, 9).await.expect("answers");
        assert_eq!((over(100).await, over(160).await), (vec![], vec![]));
        let due = over(161).await;
        let ids: Vec<&str> = due.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, [record.id.as_str()]);
        let early = rounds.lapse(due[0].clone(), by(100)).await;
        assert!(!early.expect("answers"), "it is not over yet");
        for told in [true, false] {
            let lapsed = rounds.lapse(due[0].clone(), by(161)).await;
            assert_eq!(lapsed.expect("answers"), told);
        }
        assert_eq!(over(200).await, vec![]);
        let late = records(&registry, (&record, &last, "one"), (6, 100)).await;
        assert!(matches!(
            late,
            Err(SignerRefused::Round(RoundRefused::Running))
        ));
        let traced = registry.trace().check(&department()).await;
        assert!(traced.expect("answers").is_empty());
    });
}

#[test]
fn what_is_complete_does_not_lapse() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let record = begun(&registry).await;
        for (place, octet, name) in [(0, 5, "one"), (1, 6, "two")] {
            let turn = begins(&registry, (&record, place, octet), (name, 2)).await;
            let turn = turn.expect("a turn");
            let signed = records(&registry, (&record, &turn, name), (octet + 1, 3)).await;
            signed.expect("recorded");
        }
        let over = registry.rounds().over(by(500).at, 9).await;
        assert_eq!(over.expect("answers"), vec![]);
    });
}
