//! Objects come from one wrapping key under another while they are in use (T-P5).

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crypto::SystemRandom;
use crypto::aead::AeadKey;
use vault::{ObjectError, ObjectId, Objects, Rewrapped, Wrapping};

/// Octets of an object's head, and of what stands before an object in a pack.
const HEAD: usize = 68;
const ENTRY: u64 = 24;

fn key_of(number: u32) -> AeadKey {
    AeadKey::new([u8::try_from(number).expect("small"); 32])
}

/// The store as a node has it that wraps under the first of the keys and knows the others.
fn opened(folder: &Path, keys: &[u32]) -> Objects {
    let (current, others) = keys.split_first().expect("a key");
    let wrapping = Wrapping::new(*current, key_of(*current));
    let wrapping = others.iter().fold(wrapping, |wrapping, number| {
        wrapping.with_former(*number, key_of(*number))
    });
    let random = Arc::new(SystemRandom::new());
    Objects::open(folder, u64::MAX, Arc::new(wrapping), random).expect("a folder")
}

fn with_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(work)
}

/// Small ones in a pack, and large ones in files of their own.
async fn filled(objects: &Objects) -> Vec<(ObjectId, Vec<u8>)> {
    let mut all = Vec::new();
    for (number, length) in (0_u8..).zip([0, 1, 70_000, 600_000, 800_000]) {
        let content = vec![number; length];
        let id = objects.put(content.clone()).await.expect("room");
        all.push((id, content));
    }
    all
}

/// The file of an object and where it begins there.
fn lies(folder: &Path, objects: &Objects, id: &ObjectId) -> (PathBuf, u64) {
    let own = objects.place(id);
    if own.exists() {
        return (own, 0);
    }
    let name = id.to_string();
    let (pack, rest) = name.split_at(16);
    let start = u64::from_str_radix(rest.get(..8).expect("digits"), 16).expect("a number");
    (folder.join("packs").join(pack), start + ENTRY)
}

/// The same of each.
fn all_lie(folder: &Path, objects: &Objects, all: &[(ObjectId, Vec<u8>)]) -> Vec<(PathBuf, u64)> {
    let ids = all.iter().map(|(id, _)| id);
    ids.map(|id| lies(folder, objects, id)).collect()
}

fn head(at: &(PathBuf, u64)) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    let file = File::open(&at.0).expect("a file");
    file.read_exact_at(&mut head, at.1).expect("a head");
    head
}

fn overwrite(at: &(PathBuf, u64), octets: &[u8]) {
    let file = File::options().write(true).open(&at.0).expect("a file");
    file.write_all_at(octets, at.1).expect("written");
}

#[test]
fn every_object_opens_under_the_new_key_alone_and_its_content_was_not_written() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let old = opened(folder.path(), &[1]);
        let all = filled(&old).await;
        let places = all_lie(folder.path(), &old, &all);
        let before: Vec<_> = places
            .iter()
            .map(|(path, _)| fs::read(path).expect("a file"))
            .collect();
        let both = opened(folder.path(), &[2, 1]);
        let done = both.rewrap().await.expect("rewrapped");
        assert_eq!((done.anew, done.before, done.unopened.len()), (5, 0, 0));
        let again = both.rewrap().await.expect("gone over");
        assert_eq!((again.anew, again.before), (0, 5));
        let alone = opened(folder.path(), &[2]);
        for (id, content) in &all {
            assert_eq!(&alone.read(id).await.expect("the new key"), content);
            assert!(matches!(
                old.read(id).await,
                Err(ObjectError::UnknownKey(2))
            ));
        }
        // Beside the heads no octet is another.
        for (at, mut octets) in places.iter().zip(before) {
            for other in places.iter().filter(|other| other.0 == at.0) {
                let start = usize::try_from(other.1).expect("small");
                octets.splice(start..start + HEAD, head(other));
            }
            assert_eq!(fs::read(&at.0).expect("a file"), octets);
        }
        assert!(!folder.path().join("rewrap").exists());
    });
}

#[test]
fn a_head_that_a_power_cut_tore_is_written_again_at_the_next_start() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let old = opened(folder.path(), &[1]);
        let all = filled(&old).await;
        let places = all_lie(folder.path(), &old, &all);
        let before: Vec<_> = places.iter().map(head).collect();
        let both = opened(folder.path(), &[2, 1]);
        both.rewrap().await.expect("rewrapped");
        // As it is when power fails while the second half of each head is not written yet.
        let mut note = Vec::new();
        for ((id, _), (at, old)) in all.iter().zip(places.iter().zip(&before)) {
            let new = head(at);
            note.extend_from_slice(id.octets());
            note.extend_from_slice(&new);
            overwrite(at, old);
            overwrite(at, new.get(..30).expect("longer"));
        }
        for (id, _) in &all {
            assert!(both.read(id).await.is_err());
        }
        fs::write(folder.path().join("rewrap"), &note).expect("written");
        let again = opened(folder.path(), &[2, 1]);
        for (id, content) in &all {
            assert_eq!(&again.read(id).await.expect("written again"), content);
        }
        assert!(!folder.path().join("rewrap").exists());
    });
}

#[test]
fn what_was_removed_meanwhile_gets_no_key_again() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path(), &[2]);
        let all = filled(&objects).await;
        let mut note = Vec::new();
        for (id, _) in &all {
            note.extend_from_slice(id.octets());
            note.extend_from_slice(&head(&lies(folder.path(), &objects, id)));
        }
        let (gone, _) = all.first().expect("some");
        let at = lies(folder.path(), &objects, gone);
        objects.remove(gone).await.expect("removed");
        let (large, _) = all.last().expect("some");
        objects.remove(large).await.expect("removed");
        fs::write(folder.path().join("rewrap"), &note).expect("written");
        let again = opened(folder.path(), &[2]);
        assert_eq!(head(&at), [0; HEAD]);
        for id in [gone, large] {
            assert!(matches!(
                again.read(id).await,
                Err(ObjectError::NotFound(_))
            ));
        }
    });
}

#[test]
fn what_does_not_open_is_named_and_the_others_go_on() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let old = opened(folder.path(), &[1]);
        let all = filled(&old).await;
        let foreign = opened(folder.path(), &[7]);
        let unknown = foreign.put(b"foreign".to_vec()).await.expect("room");
        let (altered, _) = all.get(1).expect("some");
        overwrite(
            &lies(folder.path(), &old, altered),
            &[b'Y', b'X', b'O', b'1', 0, 0, 0, 1, 9],
        );
        let both = opened(folder.path(), &[2, 1]);
        let done = both.rewrap().await.expect("rewrapped");
        let mut named = done.unopened;
        named.sort();
        let mut expected = vec![*altered, unknown];
        expected.sort();
        assert_eq!(named, expected);
        assert_eq!(done.anew, 4);
        assert_eq!(foreign.read(&unknown).await.expect("as it was"), b"foreign");
    });
}

#[test]
fn two_processes_do_not_rewrap_at_once() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let both = opened(folder.path(), &[2, 1]);
        let lock = File::create(folder.path().join("rewrap.lock")).expect("a file");
        lock.lock().expect("free");
        assert!(matches!(
            both.rewrap().await,
            Err(ObjectError::BeingRewrapped)
        ));
        // And a node that starts meanwhile leaves the note to who is at it.
        fs::write(folder.path().join("rewrap"), b"").expect("written");
        opened(folder.path(), &[2, 1]);
        assert!(folder.path().join("rewrap").exists());
        lock.unlock().expect("held");
        assert_eq!(both.rewrap().await.expect("free"), Rewrapped::default());
    });
}
