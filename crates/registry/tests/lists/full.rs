//! A disk without room and a sync that fails, made by the system itself (T-D4).
//!
//! A small file system of our own would need rights that a test has not, and a folder without write
//! permission stops nobody who runs as root. A limit on the size of files is set by anybody and kept
//! by the kernel: a write beyond it fails after a part of it was written, as on a full disk. The
//! signal that comes with it would end the process, so the work runs in a child whose shell ignores
//! it; `prlimit` takes the room away from the running child and gives it back.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crypto::SystemRandom;
use crypto::aead::AeadKey;
use registry::StoreError;
use registry::log::{Log, LogError};
use registry::objects::{ObjectError, Objects, Wrapping};

use super::moment::at;
use crate::stage::Stage;

/// Tells the child that it is one.
const CHILD: &str = "YINXIN_TEST_WITHOUT_ROOM";

#[test]
fn without_room_nothing_is_stored_and_with_room_it_goes_on() {
    if std::env::var_os(CHILD).is_some() {
        return;
    }
    let program = std::env::current_exe().expect("the test itself");
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(program)
        .args(["--exact", "lists::full::what_the_child_does", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("room came back"),
        "{said}{}",
        String::from_utf8_lossy(&child.stderr)
    );
}

/// The work of the child; nothing where it is run as a test of its own.
#[test]
fn what_the_child_does() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        objects_without_room(folder.path()).await;
        log_without_room().await;
        let folder = tempfile::tempdir().expect("a folder");
        a_failed_sync(folder.path()).await;
    });
    println!("room came back");
}

fn opened(folder: &Path) -> Objects {
    Objects::open(
        folder,
        u64::MAX,
        Arc::new(Wrapping::new(1, AeadKey::new([5; 32]))),
        Arc::new(SystemRandom::new()),
    )
    .expect("a folder that can be written")
}

async fn objects_without_room(folder: &Path) {
    let objects = opened(folder);
    let before = objects.put(vec![1; 300_000]).await.expect("room");
    files_up_to("100000");
    let refused = objects.put(vec![2; 300_000]).await.expect_err("no room");
    assert!(matches!(refused, ObjectError::Full(_)), "{refused:?}");
    assert!(refused.lacks_room());
    // What is small enough, and what was there, is served on.
    objects.put(vec![3; 1_000]).await.expect("room for it");
    assert_eq!(objects.read(&before).await.expect("stored").len(), 300_000);
    let swept = objects.sweep(at(0)).expect("readable");
    assert_eq!(swept.objects, 2, "the refused one left nothing");
    let drafts = std::fs::read_dir(folder.join("drafts")).expect("a folder");
    assert_eq!(drafts.count(), 0);
    files_up_to("unlimited");
    objects.put(vec![2; 300_000]).await.expect("room again");
}

async fn log_without_room() {
    let stage = Stage::sqlite();
    let registry = stage.open().await;
    let logs = registry.logs();
    logs.submit(Log::Public, vec![1; 1_000], None)
        .await
        .expect("room");
    files_up_to("200000");
    let mut taken = 1;
    let refused = loop {
        match logs.submit(Log::Public, vec![1; 20_000], None).await {
            Ok(_) => taken += 1,
            Err(refused) => break refused,
        }
        assert!(taken < 100, "the limit holds");
    };
    let known = matches!(
        refused,
        LogError::Store(StoreError::Full(_) | StoreError::Unavailable(_))
    );
    assert!(known, "{refused:?}");
    files_up_to("unlimited");
    // No repair: the same registry takes the next leaf, and has those that it acknowledged.
    logs.submit(Log::Public, vec![2; 1_000], None)
        .await
        .expect("room again");
    let waiting = logs.pending(Log::Public, 1_000).await.expect("readable");
    assert_eq!(waiting.len(), taken + 1);
}

fn files_up_to(octets: &str) {
    limit(&format!("--fsize={octets}:unlimited"));
}

fn limit(what: &str) {
    let done = Command::new("prlimit")
        .arg(format!("--pid={}", std::process::id()))
        .arg(what)
        .status()
        .expect("prlimit of util-linux");
    assert!(done.success());
}

/// A directory that cannot even be opened cannot be synced: the limit on open files lets the draft
/// in and nothing after it.
async fn a_failed_sync(folder: &Path) {
    let objects = opened(folder);
    let before = objects.put(vec![1; 1_000]).await.expect("room");
    let freed = given_back_later();
    let next = File::open("/dev/null").expect("there").as_raw_fd();
    limit(&format!("--nofile={}:", next + 1));
    let mut draft = objects.draft().expect("one more file");
    draft.write(b"covered by a failed sync").expect("room");
    let lost = draft.id();
    let refused = draft.finish().expect_err("the directory is not synced");
    assert!(matches!(refused, ObjectError::Write(_)), "{refused:?}");
    // Nothing is taken and nothing is tried again while the cause lasts: the draft's place is held.
    let held = File::open("/dev/null").expect("the place of the draft");
    for _ in 0..2 {
        let refused = objects.put(vec![2; 10]).await.expect_err("stopped");
        assert!(matches!(refused, ObjectError::Stopped), "{refused:?}");
        assert!(objects.recover().is_err());
    }
    give_back(freed);
    drop(held);
    objects.recover().expect("files can be opened again");
    objects.put(vec![2; 10]).await.expect("it goes on");
    assert_eq!(objects.read(&before).await.expect("stored").len(), 1_000);
    assert!(matches!(
        objects.read(&lost).await,
        Err(ObjectError::NotFound(_))
    ));
}

/// A shell that gives the files back when told so, started while there are some.
fn given_back_later() -> Child {
    Command::new("sh")
        .arg("-c")
        .arg(format!(
            "read _; prlimit --pid={} --nofile=1024:",
            std::process::id()
        ))
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell")
}

fn give_back(mut shell: Child) {
    let mut word = shell.stdin.take().expect("piped");
    word.write_all(b"now\n").expect("it reads");
    assert!(shell.wait().expect("our child").success());
}
