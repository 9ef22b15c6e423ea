//! Two nodes put leaves into one log at once: each leaf gets its place at the first try, whichever node placed it (T-L5).

use std::sync::Arc;

use issuance::sequencer::{AppendError, WitnessError};
use issuance::{FixedClock, Office};
use registry::log::Log;
use tests::databases::on_each;
use tests::installation::{Installation, NOW};
use tlog::{Checkpoint, Hash, TreeHead};

/// Rounds in which both nodes put a leaf into the log.
const ROUNDS: u32 = 40;

async fn put(office: &Office, leaf: String) -> u64 {
    let placed = office.log().append(leaf.into_bytes(), None).await;
    placed.expect("it is placed").index.0
}

/// The note of a head of this log, signed as its own are.
fn note(office: &Office, head: TreeHead) -> Vec<u8> {
    let signer = office.log().signer();
    let checkpoint = Checkpoint::new(&signer.origin, head).expect("a head");
    let message = checkpoint.to_be_signed();
    let (key, now) = (signer.key.clone(), office.now());
    let under = crypto::Authorisation::journalled(key, crypto::KeyUse::Checkpoints, &message, now);
    let signature = office.keys().sign(&message, &under).expect("signed");
    let note = checkpoint.finish(&signer.note_key, &signature);
    note.expect("a note").encode().into_bytes()
}

#[test]
fn a_log_that_was_put_back_or_has_other_entries_is_not_extended() {
    on_each("standing", async |database| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, NOW).await;
        let installation = installation.expect("founded");
        let open = || installation.open(Arc::new(FixedClock::new(NOW)));
        let office = open().await.expect("it opens");
        let working = tokio::spawn(office.log().clone().run());
        // Further than what was written down at the founding.
        put(&office, "one".to_owned()).await;
        let last = put(&office, "one more".to_owned()).await;
        working.abort();
        let head = office.registry().logs().latest(Log::Public).await;
        let head = head.expect("read").expect("begun").head;
        // What others say of the log tells nothing of it.
        let other = note(&office, head).repeat(2);
        let unknown = office.log().knows(&other);
        assert!(matches!(unknown, Err(WitnessError::Checkpoint(_))));
        let further = TreeHead {
            size: head.size + 1,
            ..head
        };
        let forked = TreeHead {
            size: head.size,
            root: Hash::new([7; 32]),
        };
        let before = TreeHead {
            size: last,
            root: Hash::new([7; 32]),
        };
        for seen in [further, forked, before] {
            let office = open().await.expect("it opens");
            office.log().knows(&note(&office, seen)).expect("its own");
            let working = tokio::spawn(office.log().clone().run());
            let refused = office.log().append(b"two".to_vec(), None).await;
            assert!(
                matches!(refused, Err(AppendError::Waits)),
                "{seen:?}: {refused:?}"
            );
            working.abort();
            let now = office.registry().logs().latest(Log::Public).await;
            assert_eq!(now.expect("read").expect("begun").head, head);
        }
        // Who knows no better goes on, with all that waits.
        let office = open().await.expect("it opens");
        office.log().knows(&note(&office, head)).expect("its own");
        let working = tokio::spawn(office.log().clone().run());
        let placed = put(&office, "three".to_owned()).await;
        working.abort();
        assert_eq!(placed, head.size + 3);
    });
}

#[test]
fn leaves_of_two_nodes_at_once_are_placed_at_the_first_try() {
    on_each("sequencers", async |database| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, NOW).await;
        let installation = installation.expect("founded");
        let clock = Arc::new(FixedClock::new(NOW));
        let one = installation.open(clock.clone()).await.expect("it opens");
        let other = installation.open(clock).await.expect("it opens");
        let working = [&one, &other].map(|office| tokio::spawn(office.log().clone().run()));
        let mut places = Vec::new();
        for round in 0..ROUNDS {
            let (first, second, third) = tokio::join!(
                put(&one, format!("one, {round}")),
                put(&other, format!("other, {round}")),
                put(&one, format!("one once more, {round}")),
            );
            places.extend([first, second, third]);
        }
        working.iter().for_each(tokio::task::JoinHandle::abort);
        places.sort_unstable();
        let first = places.first().copied().expect("some");
        let expected: Vec<u64> = (first..).take(places.len()).collect();
        assert_eq!(places, expected, "each leaf has a place of its own");
    });
}
