//! Small objects, many to a file: each as safe as in a file of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crypto::SystemRandom;
use crypto::aead::AeadKey;
use vault::{ObjectError, ObjectId, Objects, Wrapping};

fn opened(folder: &Path) -> Objects {
    let wrapping = Arc::new(Wrapping::new(1, AeadKey::new([5; 32])));
    let random = Arc::new(SystemRandom::new());
    Objects::open(folder, u64::MAX, wrapping, random).expect("a folder that can be written")
}

fn with_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(work)
}

fn packs(folder: &Path) -> Vec<PathBuf> {
    let packs = fs::read_dir(folder.join("packs")).expect("a folder");
    packs.map(|entry| entry.expect("readable").path()).collect()
}

fn names(objects: &Objects) -> Vec<ObjectId> {
    let mut names = Vec::new();
    let each = objects.each(&mut |id, _| {
        names.push(id);
        Ok(())
    });
    each.expect("readable");
    names.sort();
    names
}

async fn put(objects: &Objects, text: &str) -> ObjectId {
    let id = objects.put(text.as_bytes().to_vec()).await;
    id.expect("there is room")
}

#[test]
fn small_objects_share_a_file_and_a_process_begins_one_of_its_own() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path());
        let mut ids = Vec::new();
        for number in 0..20 {
            ids.push(put(&objects, &number.to_string()).await);
        }
        assert_eq!(packs(folder.path()).len(), 1);
        let other = opened(folder.path());
        ids.push(put(&other, "20").await);
        assert_eq!(packs(folder.path()).len(), 2);
        for (number, id) in ids.iter().enumerate() {
            let found = objects.read(id).await.expect("stored");
            assert_eq!(found, number.to_string().as_bytes());
        }
        ids.sort();
        assert_eq!(names(&objects), ids);
    });
}

#[test]
fn every_change_in_a_pack_is_found_and_the_objects_beside_it_are_read() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path());
        let first = put(&objects, "one").await;
        let second = put(&objects, "two, which is changed").await;
        let third = put(&objects, "three").await;
        let [pack] = <[PathBuf; 1]>::try_from(packs(folder.path())).expect("one pack");
        let good = fs::read(&pack).expect("a file");
        let place = |text: &ObjectId| {
            let begins = |part: &[u8]| part == text.octets().as_slice();
            good.windows(16).position(begins).expect("its name") - 4
        };
        let (from, until) = (place(&second), place(&third));
        for at in from..until {
            let mut bytes = good.clone();
            *bytes.get_mut(at).expect("inside") ^= 1;
            fs::write(&pack, bytes).expect("written");
            let found = objects.read(&second).await;
            assert!(
                matches!(
                    found,
                    Err(ObjectError::Altered(_)
                        | ObjectError::NotFound(_)
                        | ObjectError::UnknownKey(_))
                ),
                "octet {at}: {found:?}"
            );
            for (id, text) in [(&first, "one"), (&third, "three")] {
                let found = objects.read(id).await.expect("not changed");
                assert_eq!(found, text.as_bytes());
            }
        }
        // One object's octets in the place of another's.
        let mut bytes = good.clone();
        let name = good.get(from + 4..from + 20).expect("a name").to_vec();
        let at = place(&first) + 4;
        bytes.splice(at..at + 16, name);
        fs::write(&pack, bytes).expect("written");
        assert!(objects.read(&first).await.is_err());
    });
}

#[test]
fn what_a_lost_process_left_half_written_hides_nothing() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path());
        let (first, second) = (put(&objects, "one").await, put(&objects, "two").await);
        let [pack] = <[PathBuf; 1]>::try_from(packs(folder.path())).expect("one pack");
        let good = fs::read(&pack).expect("a file");
        for cut in 1..100 {
            fs::write(&pack, good.get(..good.len() - cut).expect("longer")).expect("written");
            let again = opened(folder.path());
            assert_eq!(again.read(&first).await.expect("whole"), b"one");
            let torn = again.read(&second).await;
            assert!(matches!(torn, Err(ObjectError::NotFound(_))), "{torn:?}");
            assert_eq!(names(&again), [first]);
        }
        let again = opened(folder.path());
        let third = put(&again, "three").await;
        assert_eq!(again.read(&third).await.expect("stored"), b"three");
        assert_eq!(
            packs(folder.path()).len(),
            2,
            "nothing follows what is torn"
        );
    });
}

#[test]
fn a_removed_object_cannot_be_opened_by_anybody_any_more() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path());
        let (first, second) = (put(&objects, "one").await, put(&objects, "two").await);
        let [pack] = <[PathBuf; 1]>::try_from(packs(folder.path())).expect("one pack");
        objects.remove(&first).await.expect("removed");
        objects.remove(&first).await.expect("again");
        assert!(matches!(
            objects.read(&first).await,
            Err(ObjectError::NotFound(_))
        ));
        assert_eq!(names(&objects), [second]);
        // Its key is gone: the mark put back does not bring it back.
        let mut bytes = fs::read(&pack).expect("a file");
        bytes.splice(..4, *b"YXP1");
        fs::write(&pack, bytes).expect("written");
        let found = objects.read(&first).await;
        assert!(matches!(found, Err(ObjectError::Altered(_))), "{found:?}");
        assert_eq!(objects.read(&second).await.expect("stored"), b"two");
    });
}

#[test]
fn a_copy_goes_on_where_the_last_one_ended() {
    with_runtime(async {
        let (folder, backup) = (tempfile::tempdir(), tempfile::tempdir());
        let (folder, backup) = (folder.expect("a folder"), backup.expect("a folder"));
        let objects = opened(folder.path());
        let first = put(&objects, "one").await;
        let copied = objects.copy_to(backup.path()).await.expect("room");
        assert!(copied.names.contains(&first) && copied.names.len() == 1);
        let second = put(&objects, "two").await;
        let copied = objects.copy_to(backup.path()).await.expect("room");
        assert!(copied.names.contains(&second) && copied.names.len() == 2);
        let restored = tempfile::tempdir().expect("a folder");
        let other = opened(restored.path());
        let copied = other.copy_from(backup.path()).await.expect("room");
        assert_eq!(copied.names.len(), 2);
        assert_eq!(other.read(&first).await.expect("stored"), b"one");
        assert_eq!(other.read(&second).await.expect("stored"), b"two");
    });
}

#[test]
fn a_pack_that_was_taken_away_is_reported_and_the_store_goes_on() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path());
        // Nothing can be made where the packs should stand.
        fs::remove_dir(folder.path().join("packs")).expect("empty");
        fs::write(folder.path().join("packs"), b"").expect("writable");
        let refused = objects.put(b"one".to_vec()).await;
        assert!(matches!(refused, Err(ObjectError::Write(_))), "{refused:?}");
        fs::remove_file(folder.path().join("packs")).expect("ours");
        fs::create_dir(folder.path().join("packs")).expect("writable");
        let id = put(&objects, "one").await;
        assert_eq!(objects.read(&id).await.expect("stored"), b"one");
    });
}
