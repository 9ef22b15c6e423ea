//! Two nodes put leaves into one log at once: each leaf gets its place at the first try, whichever node placed it (T-L5).

use std::sync::Arc;

use issuance::{FixedClock, Office};
use tests::databases::on_each;
use tests::installation::{Installation, NOW};

/// Rounds in which both nodes put a leaf into the log.
const ROUNDS: u32 = 40;

async fn put(office: &Office, leaf: String) -> u64 {
    let placed = office.log().append(leaf.into_bytes(), None).await;
    placed.expect("it is placed").index.0
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
