//! Checkpoints of the trace in the public log: one for each size, its leaf in the same fact, in every process.

use registry::anchor::NewAnchor;
use registry::log::Log;
use tlog::{Hash, TreeHead};

use super::moment::at;
use crate::stage::on_each_store;

fn anchor(size: u64) -> NewAnchor {
    NewAnchor {
        head: TreeHead {
            size,
            root: Hash::new([7; 32]),
        },
        salt: [3; 16],
        leaf: format!("a commitment to {size}").into_bytes(),
        at: at(60),
    }
}

#[test]
fn a_checkpoint_of_the_trace_is_kept_once_with_its_leaf() {
    on_each_store(async |stage| {
        let (one, other) = (stage.open().await, stage.open().await);
        let (one, logs) = (one.anchors(), one.logs());
        let other = other.anchors();
        assert_eq!(one.newest().await.expect("answers"), None);
        assert!(one.keep(anchor(10)).await.expect("answers"));
        // Another process with the same tree, or an older one, adds nothing.
        for size in [10, 9] {
            assert!(!other.keep(anchor(size)).await.expect("answers"), "{size}");
        }
        assert!(other.keep(anchor(12)).await.expect("answers"));
        let both = tokio::join!(one.keep(anchor(20)), other.keep(anchor(20)));
        let kept = [both.0, both.1].map(|kept| kept.expect("answers"));
        assert!(kept.contains(&true) && kept.contains(&false), "{kept:?}");
        let waiting = logs.pending(Log::Public, 10).await.expect("answers");
        let leaves: Vec<&[u8]> = waiting.iter().map(|leaf| leaf.leaf.as_slice()).collect();
        let expected = [10, 12, 20].map(|size| anchor(size).leaf);
        assert_eq!(leaves, expected);
        let found = one.list(0).await.expect("answers");
        for ((found, waiting), size) in found.iter().zip(&waiting).zip([10, 12, 20]) {
            assert_eq!((found.head, found.salt), (anchor(size).head, [3; 16]));
            assert_eq!((found.leaf, found.at), (waiting.id, at(60)));
        }
        assert_eq!(found.len(), 3);
        assert_eq!(one.list(10).await.expect("answers").len(), 2);
        let newest = other.newest().await.expect("answers");
        assert_eq!(newest.map(|newest| newest.head.size), Some(20));
    });
}
