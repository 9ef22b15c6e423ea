//! A stored log that somebody changed: the fault is found and told with its place (T-L4).

use tlog::audit::AuditFault;
use tlog::tiles::TileFault;
use tlog::{Audit, TileKind, TilePath, TileSet, Tree, check_consistency, leaf_hash};

use crate::mutations::office::{Stored, leaf};

const SIZE: u64 = 700;

fn audit(stored: &Stored) -> Result<(), AuditFault> {
    let set = stored.set();
    let mut audit = Audit::new();
    for bundle in &stored.bundles {
        audit.bundle(&bundle.bytes, &set)?;
    }
    audit.finish(&stored.head)
}

/// The bundles of other entries, under the tiles and the head of the first.
fn with_entries(stored: &Stored, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Stored {
    let mut entries = stored.entries.clone();
    change(&mut entries);
    Stored {
        bundles: Stored::of(entries).bundles,
        ..stored.clone()
    }
}

fn tile<'a>(stored: &'a mut Stored, path: &str) -> &'a mut Vec<u8> {
    let tile = stored
        .tiles
        .iter_mut()
        .find(|tile| tile.path.to_string() == path)
        .expect("a tile of this log");
    &mut tile.bytes
}

fn differs(level: u8, position: u64) -> Result<(), AuditFault> {
    Err(AuditFault::Differs { level, position })
}

type Change = fn(&mut Vec<Vec<u8>>);

/// Entries changed in the store, and the first leaf that is found wrong.
const ENTRIES: &[(&str, Change, u64)] = &[
    ("a bit of an entry", |e| e[411][20] ^= 1, 411),
    (
        "the last octet of the last entry",
        |e| *e[699].last_mut().expect("some") ^= 1,
        699,
    ),
    ("two entries exchanged", |e| e.swap(10, 600), 10),
    (
        "an entry put in",
        |e| e.insert(300, leaf(9).encode().expect("a leaf")),
        300,
    ),
    (
        "an entry taken out",
        |e| {
            e.remove(5);
        },
        5,
    ),
    ("an entry emptied", |e| e[255].clear(), 255),
    ("an entry twice", |e| e[257] = e[256].clone(), 257),
];

#[test]
fn changed_entries_are_found_and_located() {
    let stored = Stored::with(SIZE);
    assert_eq!(audit(&stored), Ok(()));
    for (name, change, place) in ENTRIES {
        let bent = with_entries(&stored, change);
        assert_eq!(audit(&bent), differs(0, *place), "{name}");
    }
}

#[test]
fn changed_tiles_are_found_and_located() {
    let stored = Stored::with(SIZE);
    for (path, octet, level, position) in [
        ("tile/0/000", 0, 0, 0),
        ("tile/0/001", 32 * 255 + 31, 0, 511),
        ("tile/0/002.p/188", 32 * 187, 0, 699),
        ("tile/1/000.p/2", 32, 1, 1),
    ] {
        let mut bent = stored.clone();
        tile(&mut bent, path)[octet] ^= 1;
        assert_eq!(audit(&bent), differs(level, position), "{path}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let stored = Stored::with(SIZE);
    let mut bent = stored.clone();
    bent.tiles
        .retain(|tile| tile.path.to_string() != "tile/0/001");
    let path = TilePath::parse("tile/0/001").expect("a tile");
    assert_eq!(audit(&bent), Err(AuditFault::Absent { path }));
    let mut bent = stored.clone();
    bent.bundles.pop();
    assert_eq!(
        audit(&bent),
        Err(AuditFault::Size {
            found: 512,
            wanted: 700
        })
    );
    let bent = with_entries(&stored, |entries| entries.truncate(699));
    assert_eq!(
        audit(&bent),
        Err(AuditFault::Size {
            found: 699,
            wanted: 700
        })
    );
    let mut bent = stored.clone();
    let short = with_entries(&stored, |entries| entries.truncate(256 + 10));
    bent.bundles.splice(1..2, short.bundles[1..2].to_vec());
    assert_eq!(audit(&bent), Err(AuditFault::AfterPartial { from: 266 }));
    let mut bent = stored;
    bent.bundles[2].bytes.pop();
    let refused = audit(&bent).expect_err("cut off");
    assert!(
        matches!(refused, AuditFault::Bundle { from: 512, .. }),
        "{refused:?}"
    );
}

#[test]
fn a_history_rewritten_throughout_fails_against_the_checkpoint() {
    let stored = Stored::with(SIZE);
    let mut entries = stored.entries.clone();
    entries[3][20] ^= 1;
    let mut rewritten = Stored::of(entries);
    assert_eq!(audit(&rewritten), Ok(()), "it is consistent in itself");
    let forged = rewritten.head;
    rewritten.head = stored.head;
    assert_eq!(audit(&rewritten), Err(AuditFault::Root));
    // And no proof leads from an older checkpoint to the forged one.
    let old = Stored::with(500).head;
    let proof = rewritten.set().consistency(500, SIZE).expect("whole");
    let refused = check_consistency(&old, &forged, &proof).expect_err("rewritten");
    assert_eq!(refused.code(), "proof.old-root-differs");
}

#[test]
fn every_octet_of_every_leaf_counts() {
    let stored = Stored::with(20);
    for place in 0..20_usize {
        for at in 0..stored.entries[place].len() {
            let bent = with_entries(&stored, |entries| entries[place][at] ^= 0x10);
            let position = u64::try_from(place).expect("small");
            assert_eq!(audit(&bent), differs(0, position), "octet {at}");
        }
    }
}

#[test]
fn a_sequencer_does_not_start_on_tiles_of_another_tree() {
    let stored = Stored::with(SIZE);
    let mut bent = stored.clone();
    tile(&mut bent, "tile/0/002.p/188")[7] ^= 1;
    let refused = Tree::restore(&stored.head, &bent.set());
    assert_eq!(refused, Err(TileFault::RootDiffers));
    let mut head = stored.head;
    head.size -= 1;
    let refused = Tree::restore(&head, &stored.set());
    assert_eq!(refused, Err(TileFault::RootDiffers));
    bent.tiles
        .retain(|tile| tile.path.is_partial() && tile.path.kind() == TileKind::Hashes(0));
    let path = TilePath::parse("tile/1/000.p/2").expect("a tile");
    let refused = Tree::restore(&stored.head, &bent.set());
    assert_eq!(refused, Err(TileFault::Absent { path }));
}

#[test]
fn tiles_that_are_no_tiles_are_refused() {
    let mut set = TileSet::new();
    let path = TilePath::parse("tile/0/000.p/2").expect("a tile");
    for wrong in [&[0_u8; 32][..], &[0; 63], &[0; 65], &[0; 96], &[]] {
        assert_eq!(
            set.insert(&path, wrong),
            Err(TileFault::Length {
                path,
                found: wrong.len()
            })
        );
    }
    assert_eq!(set.insert(&path, &[0; 64]), Ok(()));
    assert_eq!(
        set.insert(&path, &[1; 64]),
        Err(TileFault::Disagree { path })
    );
    let entries = TilePath::parse("tile/entries/000").expect("a bundle");
    assert_eq!(
        set.insert(&entries, b""),
        Err(TileFault::NotHashes { path: entries })
    );
}

#[test]
fn proofs_beyond_the_tree_are_not_made() {
    let stored = Stored::with(20);
    let set = stored.set();
    let beyond = |place, size| Err(TileFault::BeyondTree { place, size });
    assert_eq!(set.inclusion(tlog::LeafIndex(20), 20), beyond(20, 20));
    assert_eq!(set.consistency(21, 20), beyond(21, 20));
    assert_eq!(tlog::wanted_for_inclusion(tlog::LeafIndex(20), 20), []);
    let grown = Tree::empty()
        .append(&[leaf_hash(b"a"), leaf_hash(b"b")])
        .expect("not full");
    assert_eq!(grown.inclusion(tlog::LeafIndex(2)), beyond(2, 2));
}
