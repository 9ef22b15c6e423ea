//! The logs: what waits, what stands, and who may extend.

use registry::Registry;
use registry::log::{Extension, Log, LogError, Pending};
use tlog::bundle::parse_bundle;
use tlog::{
    Hash, LeafIndex, TileKind, TilePath, Tree, check_inclusion, leaf_hash, wanted_for_inclusion,
    wanted_for_tree,
};

use crate::stage::on_each_store;

/// What a sequencer does between two readings: pure, and so the same in every process.
fn step(tree: &Tree, waiting: &[Pending], mark: &str) -> (Tree, Extension) {
    let hashes: Vec<Hash> = waiting.iter().map(|leaf| leaf_hash(&leaf.leaf)).collect();
    let grown = tree.append(&hashes).expect("a small tree grows");
    let step = Extension {
        old: tree.head(),
        new: grown.head(),
        checkpoint: format!("{mark} {}", grown.head().size).into_bytes(),
        entries: waiting.iter().map(|leaf| leaf.id).collect(),
        tiles: grown.tiles().to_vec(),
    };
    (grown.into_tree(), step)
}

async fn submitted(registry: &Registry, log: Log, count: u32) {
    for number in 0..count {
        let leaf = format!("{log:?} leaf {number}").into_bytes();
        registry
            .logs()
            .submit(log, leaf, None)
            .await
            .expect("a leaf is taken");
    }
}

/// Takes all that waits into the log, `limit` at a time.
async fn sequenced(registry: &Registry, log: Log, mut tree: Tree, limit: u32) -> Tree {
    loop {
        let waiting = registry.logs().pending(log, limit).await.expect("readable");
        if waiting.is_empty() {
            return tree;
        }
        let (grown, step) = step(&tree, &waiting, "checkpoint");
        registry
            .logs()
            .extend(log, step)
            .await
            .expect("nobody else extends");
        tree = grown;
    }
}

#[test]
fn a_leaf_waits_gets_an_index_and_is_proven() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let logs = registry.logs();
        assert_eq!(logs.latest(Log::Public).await.expect("readable"), None);
        let first = logs
            .submit(Log::Public, b"first".to_vec(), None)
            .await
            .expect("taken");
        assert_eq!(logs.index_of(first).await.expect("readable"), None);
        submitted(&registry, Log::Public, 299).await;
        submitted(&registry, Log::Trace, 3).await;

        let tree = sequenced(&registry, Log::Public, Tree::empty(), 70).await;
        assert_eq!(tree.size(), 300);
        assert_eq!(
            logs.index_of(first).await.expect("readable"),
            Some(LeafIndex(0))
        );
        let head = logs
            .latest(Log::Public)
            .await
            .expect("readable")
            .expect("the log has begun");
        assert_eq!(head.head, tree.head());
        assert_eq!(head.checkpoint, b"checkpoint 300");
        // The other log is another one.
        assert_eq!(logs.latest(Log::Trace).await.expect("readable"), None);
        assert_eq!(
            logs.pending(Log::Trace, 10).await.expect("readable").len(),
            3
        );

        // A process that starts anew finds the same tree, and proofs from what is stored hold.
        let again = stage.open().await;
        let tiles = again
            .logs()
            .tiles(Log::Public, wanted_for_tree(300))
            .await
            .expect("the right edge is stored");
        assert_eq!(
            Tree::restore(&head.head, &tiles).expect("tiles and head agree"),
            tree
        );
        for index in [0, 1, 255, 256, 299].map(LeafIndex) {
            let tiles = again
                .logs()
                .tiles(Log::Public, wanted_for_inclusion(index, 300))
                .await
                .expect("stored");
            let proof = tiles.inclusion(index, 300).expect("enough tiles");
            let entry = again
                .logs()
                .entry(Log::Public, index)
                .await
                .expect("readable")
                .expect("the log reaches so far");
            check_inclusion(&leaf_hash(&entry), index, &head.head, &proof).expect("it is there");
        }
    });
}

#[test]
fn a_narrower_tile_is_the_beginning_of_the_widest_and_a_wider_one_is_absent() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        submitted(&registry, Log::Public, 40).await;
        sequenced(&registry, Log::Public, Tree::empty(), 17).await;
        let tile = async |kind, width| {
            let path = TilePath::new(kind, 0, width).expect("an address");
            registry
                .logs()
                .tile(Log::Public, path)
                .await
                .expect("readable")
        };
        let widest = tile(TileKind::Hashes(0), 40).await.expect("stored");
        let narrow = tile(TileKind::Hashes(0), 17).await.expect("still served");
        assert_eq!(widest.len(), 40 * 32);
        assert_eq!(Some(narrow.as_slice()), widest.get(..17 * 32));
        assert_eq!(tile(TileKind::Hashes(0), 41).await, None);
        assert_eq!(tile(TileKind::Hashes(1), 1).await, None);

        let bundle = tile(TileKind::Entries, 40)
            .await
            .expect("made from entries");
        let entries = parse_bundle(&bundle).expect("a bundle");
        assert_eq!(entries.len(), 40);
        assert_eq!(entries.first(), Some(&&b"Public leaf 0"[..]));
        assert_eq!(tile(TileKind::Entries, 41).await, None);
    });
}

/// T-L5.
#[test]
fn of_two_processes_that_extend_from_one_head_exactly_one_wins() {
    on_each_store(async |stage| {
        let (one, other) = (stage.open().await, stage.open().await);
        let mut tree = Tree::empty();
        for round in 0..20 {
            submitted(&one, Log::Public, 5).await;
            let (mine, theirs) = (
                one.logs().pending(Log::Public, 5).await.expect("readable"),
                other
                    .logs()
                    .pending(Log::Public, 4)
                    .await
                    .expect("readable"),
            );
            let (my_tree, my_step) = step(&tree, &mine, "one");
            let (their_tree, their_step) = step(&tree, &theirs, "other");
            let (my_logs, their_logs) = (one.logs(), other.logs());
            let (me, them) = tokio::join!(
                my_logs.extend(Log::Public, my_step),
                their_logs.extend(Log::Public, their_step)
            );
            let (winner, loser) = match (&me, &them) {
                (Ok(()), Err(error)) => (my_tree, error),
                (Err(error), Ok(())) => (their_tree, error),
                both => panic!("round {round}: not exactly one won: {both:?}"),
            };
            assert!(
                matches!(loser, LogError::Overtaken { now: Some(now) } if *now == winner.head()),
                "round {round}: {loser:?}"
            );
            let stands = one.logs().latest(Log::Public).await.expect("readable");
            assert_eq!(stands.expect("begun").head, winner.head());
            // The loser reads again and goes on; nothing is lost and nothing is there twice.
            tree = sequenced(&other, Log::Public, winner, 100).await;
        }
        assert_eq!(tree.size(), 100);
        let entries = one
            .logs()
            .entries(Log::Public, LeafIndex(0), 200)
            .await
            .expect("readable");
        assert_eq!(entries.len(), 100);
    });
}

/// T-L5 from the other side: many sequencers at once, one chain of heads.
#[test]
fn many_sequencers_at_once_make_one_log() {
    on_each_store(async |stage| {
        let registries = [stage.open().await, stage.open().await, stage.open().await];
        let workers = registries.map(|registry| {
            tokio::spawn(async move {
                submitted(&registry, Log::Trace, 40).await;
                let logs = registry.logs();
                loop {
                    let waiting = logs.pending(Log::Trace, 7).await.expect("readable");
                    if waiting.is_empty() {
                        return;
                    }
                    let head = logs.latest(Log::Trace).await.expect("readable");
                    let tree = match head {
                        None => Tree::empty(),
                        Some(head) => {
                            let wanted = wanted_for_tree(head.head.size);
                            let tiles = logs.tiles(Log::Trace, wanted).await.expect("stored");
                            let Ok(tree) = Tree::restore(&head.head, &tiles) else {
                                panic!("tiles and head of one log disagree");
                            };
                            tree
                        }
                    };
                    let (_, step) = step(&tree, &waiting, "checkpoint");
                    match logs.extend(Log::Trace, step).await {
                        Ok(())
                        | Err(LogError::Overtaken { .. } | LogError::NotPending)
                        | Err(LogError::Store(registry::StoreError::Busy)) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
            })
        });
        for worker in workers {
            worker.await.expect("no sequencer fails");
        }
        let registry = stage.open().await;
        let logs = registry.logs();
        let head = logs.latest(Log::Trace).await.expect("readable");
        let head = head.expect("begun").head;
        let entries = logs
            .entries(Log::Trace, LeafIndex(0), 1_000)
            .await
            .expect("readable");
        assert_eq!((head.size, entries.len()), (120, 120));
        let hashes: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let tree = Tree::empty().append(&hashes).expect("small").into_tree();
        assert_eq!(tree.head(), head, "entries and root are one log");
    });
}

#[test]
fn a_step_that_does_not_fit_is_refused_and_records_nothing() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let logs = registry.logs();
        submitted(&registry, Log::Public, 4).await;
        let tree = sequenced(&registry, Log::Public, Tree::empty(), 4).await;
        let sequenced_ids = logs.pending(Log::Public, 9).await.expect("readable");
        assert!(sequenced_ids.is_empty());
        submitted(&registry, Log::Public, 2).await;
        submitted(&registry, Log::Trace, 2).await;
        let waiting = logs.pending(Log::Public, 9).await.expect("readable");
        let foreign = logs.pending(Log::Trace, 9).await.expect("readable");
        let (_, good) = step(&tree, &waiting, "checkpoint");

        let mut second_checkpoint = good.clone();
        second_checkpoint.entries.clear();
        second_checkpoint.new = second_checkpoint.old;
        let mut short = good.clone();
        short.entries.pop();
        let (_, of_the_other_log) = step(&tree, &foreign, "checkpoint");
        let mut twice = good.clone();
        twice.entries = vec![waiting.first().expect("two wait").id; 2];
        let mut cut_tile = good.clone();
        cut_tile.tiles.first_mut().expect("a tile").bytes.pop();
        let mut bundle = good.clone();
        bundle.tiles.first_mut().expect("a tile").path =
            TilePath::new(TileKind::Entries, 0, 6).expect("an address");
        let mut other_root = good.clone();
        other_root.old.root = Hash::new([7; 32]);
        let mut from_nothing = step(&Tree::empty(), &waiting, "checkpoint").1;
        from_nothing.checkpoint = b"fork".to_vec();

        for (name, wrong, want) in [
            (
                "a second checkpoint of one size",
                second_checkpoint,
                "WrongStep",
            ),
            ("fewer entries than the sizes say", short, "WrongStep"),
            ("leaves of the other log", of_the_other_log, "NotPending"),
            ("one leaf twice", twice, "NotPending"),
            ("a tile cut short", cut_tile, "WrongTile"),
            ("a bundle of entries", bundle, "WrongTile"),
            ("another root of the same size", other_root, "Overtaken"),
            ("a log begun again", from_nothing, "Overtaken"),
        ] {
            let refused = logs.extend(Log::Public, wrong).await.expect_err(name);
            let found = format!("{refused:?}");
            assert!(found.starts_with(want), "{name}: {found}");
            let stands = logs.latest(Log::Public).await.expect("readable");
            assert_eq!(stands.expect("begun").head, tree.head(), "{name}");
            let still = logs.pending(Log::Public, 9).await.expect("readable");
            assert_eq!(still, waiting, "{name}");
        }
        logs.extend(Log::Public, good).await.expect("the good one");
    });
}

#[test]
fn the_checkpoint_of_the_empty_log_is_published_once() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let logs = registry.logs();
        let (_, empty) = step(&Tree::empty(), &[], "checkpoint");
        logs.extend(Log::Public, empty.clone()).await.expect("once");
        assert!(matches!(
            logs.extend(Log::Public, empty).await,
            Err(LogError::Overtaken { now: Some(now) }) if now.size == 0
        ));
        submitted(&registry, Log::Public, 1).await;
        sequenced(&registry, Log::Public, Tree::empty(), 1).await;
    });
}

#[test]
fn a_leaf_too_long_for_a_bundle_is_not_taken() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let logs = registry.logs();
        let longest = vec![1; tlog::bundle::MAX_ENTRY];
        logs.submit(Log::Public, longest, None).await.expect("fits");
        let longer = vec![1; tlog::bundle::MAX_ENTRY + 1];
        assert!(logs.submit(Log::Public, longer, None).await.is_err());
    });
}

/// T-L3.
#[test]
fn the_newest_countersigned_checkpoint_is_kept() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let logs = registry.logs();
        submitted(&registry, Log::Public, 9).await;
        sequenced(&registry, Log::Public, Tree::empty(), 3).await;
        let newest = async || logs.latest_witnessed(Log::Public).await.expect("readable");
        let witnessed =
            async |size, text: &[u8]| logs.witnessed(Log::Public, size, text.to_vec()).await;
        assert_eq!(newest().await, None);
        witnessed(6, b"six").await.expect("kept");
        assert_eq!(newest().await, Some((6, b"six".to_vec())));
        witnessed(3, b"three")
            .await
            .expect("dropped without a word");
        assert_eq!(newest().await, Some((6, b"six".to_vec())));
        witnessed(6, b"six and another").await.expect("kept");
        assert_eq!(newest().await, Some((6, b"six and another".to_vec())));
        assert!(matches!(
            witnessed(10, b"ten").await,
            Err(LogError::BeyondLog { size: 10 })
        ));
    });
}
