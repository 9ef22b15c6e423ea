//! The object store: what is put is read, and nothing else is.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use crypto::SystemRandom;
use crypto::aead::AeadKey;
use vault::{CHUNK, ObjectError, ObjectId, Objects, Wrapping};

fn wrapping() -> Wrapping {
    Wrapping::new(1, AeadKey::new([5; 32]))
}

fn opened(folder: &Path, quota: u64, wrapping: Wrapping) -> Objects {
    Objects::open(
        folder,
        quota,
        Arc::new(wrapping),
        Arc::new(SystemRandom::new()),
    )
    .expect("a folder that can be written")
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| u8::try_from(at % 251).expect("below 256"))
        .collect()
}

/// What stands in every file below a folder.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(fs::read(path).expect("a file"));
        }
    }
    found
}

/// An object in a file of its own, as large ones are.
fn alone(objects: &Objects, bytes: &[u8]) -> ObjectId {
    let mut draft = objects.draft().expect("there is room");
    draft.write(bytes).expect("there is room");
    draft.finish().expect("there is room")
}

fn with_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(work)
}

#[test]
fn the_newest_checkpoint_of_a_log_is_kept_beside_the_objects() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = opened(folder.path(), 1 << 20, wrapping());
    assert!(objects.checkpoint("public").expect("read").is_none());
    for note in [b"of 7".to_vec(), b"of 8".to_vec()] {
        with_runtime(objects.keep_checkpoint("public", note)).expect("kept");
    }
    let anew = opened(folder.path(), 1 << 20, wrapping());
    let kept = anew.checkpoint("public").expect("read");
    assert_eq!(kept.as_deref(), Some(b"of 8".as_slice()));
    assert!(anew.checkpoint("trace").expect("read").is_none());
    // It is no object: neither counted, nor swept away, nor in a copy.
    let copy = tempfile::tempdir().expect("a folder");
    let copied = with_runtime(anew.copy_to(copy.path())).expect("copied");
    assert!(copied.names.is_empty());
    let other = opened(copy.path(), 1 << 20, wrapping());
    assert!(other.checkpoint("public").expect("read").is_none());
}

#[test]
fn what_is_put_is_read_and_nothing_of_it_stands_on_the_disk() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path(), u64::MAX, wrapping());
        for length in [
            0,
            1,
            CHUNK - 1,
            CHUNK,
            CHUNK + 1,
            3 * CHUNK,
            8 * CHUNK,
            600_000,
        ] {
            let bytes = pattern(length);
            let id = objects.put(bytes.clone()).await.expect("there is room");
            assert_eq!(objects.read(&id).await.expect("stored"), bytes, "{length}");
            for stored in files(folder.path()) {
                let shown = stored
                    .windows(32)
                    .any(|part| part == pattern(32).as_slice());
                assert!(!shown, "{length}");
            }
            // Another process reads it too.
            let other = opened(folder.path(), u64::MAX, wrapping());
            assert_eq!(other.read(&id).await.expect("stored"), bytes, "{length}");
        }
    });
}

#[test]
fn an_object_is_read_from_any_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = opened(folder.path(), u64::MAX, wrapping());
    let bytes = pattern(2 * CHUNK + 100);
    let mut draft = objects.draft().expect("there is room");
    for piece in bytes.chunks(10_007) {
        draft.write(piece).expect("there is room");
    }
    let promised = draft.id();
    let id = draft.finish().expect("there is room");
    assert_eq!(id, promised);
    let mut reader = objects.reader(&id).expect("stored");
    assert_eq!(reader.length(), bytes.len() as u64);
    for (from, length) in [
        (0, 10),
        (CHUNK - 5, 10),
        (CHUNK, CHUNK + 3),
        (2 * CHUNK + 90, 50),
        (bytes.len(), 4),
    ] {
        let mut found = vec![0; length];
        let count = reader.read_at(from as u64, &mut found).expect("authentic");
        found.truncate(count);
        let until = (from + length).min(bytes.len());
        assert_eq!(Some(found.as_slice()), bytes.get(from..until), "{from}");
    }
    reader.seek(SeekFrom::End(-7)).expect("inside");
    let mut end = Vec::new();
    reader.read_to_end(&mut end).expect("authentic");
    assert_eq!(end, bytes.get(bytes.len() - 7..).expect("long enough"));
}

#[test]
fn every_change_of_a_stored_object_is_found() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path(), u64::MAX, wrapping());
        let id = alone(&objects, &pattern(2 * CHUNK));
        let other = alone(&objects, &pattern(2 * CHUNK));
        let good = fs::read(objects.place(&id)).expect("a file");
        let (head, sealed) = (good.len() - 2 * (CHUNK + 28), CHUNK + 28);
        let chunk = |bytes: &[u8], number: usize| {
            let start = head + number * sealed;
            bytes
                .get(start..start + sealed)
                .expect("two chunks")
                .to_vec()
        };
        let start = good.get(..head).expect("a head").to_vec();
        let (first, last) = (chunk(&good, 0), chunk(&good, 1));
        let mut changed = Vec::new();
        for at in [0, 5, 20, head - 1, head, head + 100, good.len() - 1] {
            let mut bytes = good.clone();
            *bytes.get_mut(at).expect("inside") ^= 1;
            changed.push((format!("octet {at} flipped"), bytes));
        }
        let foreign = fs::read(objects.place(&other)).expect("a file");
        for (name, bytes) in [
            ("chunks exchanged", [&start[..], &last, &first].concat()),
            ("the last chunk cut off", [&start[..], &first].concat()),
            ("the first left out", [&start[..], &last].concat()),
            (
                "the last twice",
                [&start[..], &first, &last, &last].concat(),
            ),
            ("no chunk at all", start.clone()),
            ("half a head", start.get(..10).expect("inside").to_vec()),
            (
                "cut in the middle",
                good.get(..head + 9).expect("inside").to_vec(),
            ),
            ("another object's octets", foreign),
            ("nothing", Vec::new()),
        ] {
            changed.push((name.to_owned(), bytes));
        }
        for (name, bytes) in changed {
            fs::write(objects.place(&id), bytes).expect("written");
            let found = objects.read(&id).await;
            let refused = match &found {
                Err(ObjectError::Altered(which)) => *which == id,
                Err(ObjectError::UnknownKey(_)) => name == "octet 5 flipped",
                _ => false,
            };
            assert!(refused, "{name}: {found:?}");
        }
        fs::write(objects.place(&id), good).expect("written");
        assert!(objects.read(&id).await.is_ok());
    });
}

#[test]
fn an_object_under_a_former_key_is_read_and_under_a_foreign_one_is_not() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let old = opened(folder.path(), u64::MAX, wrapping());
        let id = old.put(b"old".to_vec()).await.expect("room");
        let rotated = Wrapping::new(2, AeadKey::new([6; 32])).with_former(1, AeadKey::new([5; 32]));
        let rotated = opened(folder.path(), u64::MAX, rotated);
        assert_eq!(rotated.read(&id).await.expect("former key"), b"old");
        let newer = rotated.put(b"new".to_vec()).await.expect("room");
        assert!(matches!(
            old.read(&newer).await,
            Err(ObjectError::UnknownKey(2))
        ));
        let foreign = Wrapping::new(1, AeadKey::new([9; 32]));
        let foreign = opened(folder.path(), u64::MAX, foreign);
        assert!(matches!(
            foreign.read(&id).await,
            Err(ObjectError::Altered(_))
        ));
    });
}

#[test]
fn the_quota_holds_and_room_comes_back() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path(), 1_000, wrapping());
        let first = objects.put(pattern(400)).await.expect("room");
        let refused = objects.put(pattern(600)).await.expect_err("no room");
        assert!(refused.lacks_room(), "{refused:?}");
        assert!(matches!(
            refused,
            ObjectError::QuotaReached { quota: 1_000 }
        ));
        let drafts = fs::read_dir(folder.path().join("drafts")).expect("a folder");
        assert_eq!(drafts.count(), 0, "a refused draft leaves nothing");
        objects
            .put(pattern(300))
            .await
            .expect("room for a smaller one");
        objects.remove(&first).await.expect("removed");
        objects.remove(&first).await.expect("again");
        assert!(matches!(
            objects.read(&first).await,
            Err(ObjectError::NotFound(_))
        ));
        objects.put(pattern(400)).await.expect("the room came back");

        // A process that starts anew counts what is there.
        let again = opened(folder.path(), 1_000, wrapping());
        let swept = again.sweep(at(0)).expect("readable");
        assert_eq!(swept.objects, 2);
        assert!(matches!(
            again.put(pattern(400)).await,
            Err(ObjectError::QuotaReached { .. })
        ));
    });
}

#[test]
fn what_a_crash_left_is_swept_and_what_is_being_written_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = opened(folder.path(), u64::MAX, wrapping());
    let left = folder.path().join("drafts").join("0123");
    let file = fs::File::create(&left).expect("writable");
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    file.set_modified(long_ago).expect("our own file");
    let mut draft = objects.draft().expect("room");
    draft.write(b"half").expect("room");
    let swept = objects.sweep(at(-100_000_000)).expect("readable");
    assert_eq!((swept.drafts, swept.objects), (1, 0));
    assert!(!left.exists());
    draft.write(b" and half").expect("room");
    let id = draft.finish().expect("room");
    let swept = objects.sweep(at(-100_000_000)).expect("readable");
    assert_eq!((swept.drafts, swept.objects), (0, 1));
    let mut names = Vec::new();
    objects
        .each(&mut |found, _| {
            names.push(found);
            Ok(())
        })
        .expect("readable");
    assert_eq!(names, [id]);
}

#[test]
fn a_checkpoint_that_was_being_kept_is_swept_and_what_is_kept_stays() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path(), u64::MAX, wrapping());
        let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
        let kept = objects.keep_checkpoint("public", b"kept".to_vec()).await;
        kept.expect("room");
        // As a lost process leaves it, here and where it was written before; one that is being written now; what is none.
        let name = "standing.public.1";
        let all = [
            name,
            "drafts/standing.public.1",
            "standing.trace.2",
            "other.public.3",
        ];
        for (place, is_old) in all.iter().zip([true, true, false, true]) {
            let file = fs::File::create(folder.path().join(place)).expect("writable");
            if is_old {
                file.set_modified(long_ago).expect("our own file");
            }
        }
        let file = fs::File::open(folder.path().join("standing.public")).expect("kept");
        file.set_modified(long_ago).expect("our own file");
        let swept = objects.sweep(at(-100_000_000)).expect("readable");
        assert_eq!(swept.drafts, 2);
        let left = all.map(|place| folder.path().join(place).exists());
        assert_eq!(left, [false, false, true, true]);
        let found = objects.checkpoint("public").expect("readable");
        assert_eq!(found.as_deref(), Some(&b"kept"[..]));
        // Nothing of its own is left behind.
        let drafts = fs::read_dir(folder.path().join("drafts")).expect("a folder");
        assert_eq!(drafts.count(), 0);
    });
}

#[test]
fn names_have_one_spelling() {
    let name = "00ff00ff00ff00ff00ff00ff00ff00ff";
    assert_eq!(ObjectId::parse(name).expect("a name").to_string(), name);
    for wrong in [
        "",
        "00FF00ff00ff00ff00ff00ff00ff00ff",
        "00ff00ff00ff00ff00ff00ff00ff00f",
        "00ff00ff00ff00ff00ff00ff00ff00fff",
        "../../../../../../../etc/passwd0",
        "印信印信印信印信印信a",
    ] {
        assert!(ObjectId::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn many_writers_share_their_syncs_and_lose_nothing() {
    with_runtime(async {
        let folder = tempfile::tempdir().expect("a folder");
        let objects = opened(folder.path(), u64::MAX, wrapping());
        let writers: Vec<_> = (0..64_usize)
            .map(|number| {
                let objects = objects.clone();
                tokio::spawn(async move {
                    let id = objects.put(pattern(number * 100)).await.expect("room");
                    (id, number)
                })
            })
            .collect();
        for writer in writers {
            let (id, number) = writer.await.expect("no writer fails");
            let found = objects.read(&id).await.expect("stored");
            assert_eq!(found, pattern(number * 100));
        }
    });
}

/// Seconds after a fixed moment.
fn at(seconds: i64) -> time::UtcDateTime {
    time::UtcDateTime::from_unix_timestamp(1_780_000_000 + seconds)
        .expect("a moment of this century")
}
