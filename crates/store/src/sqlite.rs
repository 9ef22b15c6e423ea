//! SQLite: one writer that commits in groups, and readers beside it.
//!
//! The writer is a thread that owns its connection: a fact crosses to it once, with all its
//! statements. It takes whatever has queued, runs each fact in a savepoint of one transaction, commits
//! once and answers all. A group begins as soon as the last one is durable, never on a timer.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use sqlx::migrate::Migrator;
use tokio::runtime::Handle;

use crate::error::{OpenStore, StoreError};
use crate::fact::{Answer, Run};
use crate::file::File;
use crate::link::{Connection, Link};
use crate::readers::{Reader, Readers};

/// Facts that may wait for the writer; above it the store is busy (T-A5).
const MAX_QUEUE: usize = 1_024;
/// Facts of one group.
const MAX_GROUP: usize = 256;

/// A fact on its way to the writer.
pub(crate) struct Command {
    pub(crate) run: Run,
    pub(crate) promise: Promise,
}

/// What has to be true when a fact is answered. The higher one includes the lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// It outlives the process.
    Committed,
    /// It outlives the machine (T-D2).
    Durable,
}

/// An SQLite file in use. When it is dropped, what has queued is written first.
#[derive(Debug)]
pub(crate) struct Database {
    queue: Option<SyncSender<Command>>,
    writer: Option<JoinHandle<()>>,
    readers: Readers,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Command")
            .field("promise", &self.promise)
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Opens the file, checks that commits are synchronous (T-D2) and brings the schema up to date.
    pub(crate) fn open(path: &Path, steps: &Migrator) -> Result<Database, OpenStore> {
        let file = File::open(path)?;
        file.take_steps(steps)?;
        let (queue, commands) = sync_channel(MAX_QUEUE);
        let writer = Writer {
            path: path.to_path_buf(),
            link: Some(Link::new(Connection::Writer(file))),
            kept: Promise::Durable,
            runtime: Handle::current(),
        };
        let writer = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.work(&commands))
            .map_err(StoreError::thread)?;
        Ok(Database {
            queue: Some(queue),
            writer: Some(writer),
            readers: Readers::new(path.to_path_buf()),
        })
    }

    /// Hands a fact to the writer.
    pub(crate) fn submit(&self, command: Command) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or_else(StoreError::stopped)?;
        queue.try_send(command).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::stopped(),
        })
    }

    /// A connection that reads what is committed.
    pub(crate) async fn reader(&self) -> Result<Reader, StoreError> {
        self.readers.lend().await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The writer ends when nobody can give it facts any more.
        self.queue = None;
        if let Some(writer) = self.writer.take()
            && writer.thread().id() != thread::current().id()
        {
            // A panic of it was told already.
            let _ended = writer.join();
        }
    }
}

struct Writer {
    path: PathBuf,
    link: Option<Link>,
    /// What the connection keeps, as it is set: durable when it is opened.
    kept: Promise,
    runtime: Handle,
}

impl Writer {
    /// Works until nobody can give it facts any more. A fact that panics takes its group with it and
    /// nothing else: the connection is given up, which rolls back, and the next group has a new one.
    fn work(mut self, commands: &Receiver<Command>) {
        let mut group = VecDeque::new();
        while let Ok(first) = commands.recv() {
            group.push_back(first);
            // Whoever is about to bring a fact is let to the processor first: where it is short, fewer groups are
            // written, and where it is not this costs a call.
            thread::yield_now();
            group.extend(commands.try_iter().take(MAX_GROUP - 1));
            let link = match self.link.take() {
                Some(link) => Ok(link),
                None => self.reopen(),
            };
            let kept = &mut self.kept;
            // Should a fact panic, the connection is dropped on the way.
            let turn = AssertUnwindSafe(|| {
                // Nothing of this waits, but for a fact that waits for something else than its link.
                self.runtime.block_on(async {
                    match link {
                        Ok(link) => commit(link, &mut group, kept).await,
                        Err(error) => {
                            refuse(&mut group, &error).await;
                            None
                        }
                    }
                })
            });
            self.link = catch_unwind(turn).unwrap_or_else(|_| {
                tracing::error!("a fact stopped the writer; its group is undone");
                None
            });
            group.clear();
        }
    }

    fn reopen(&mut self) -> Result<Link, StoreError> {
        self.kept = Promise::Durable;
        match File::open(&self.path) {
            Ok(file) => Ok(Link::new(Connection::Writer(file))),
            Err(OpenStore::Store(error)) => Err(error),
            Err(_) => Err(StoreError::stopped()),
        }
    }
}

/// Tells facts that were not run why.
async fn refuse(group: &mut VecDeque<Command>, error: &StoreError) {
    tracing::error!(error = %error, waiting = group.len(), "the store takes no facts");
    for command in group.drain(..) {
        let done = (command.run)(Err(error.clone())).await;
        (done.answer)(Err(error.clone()));
    }
}

/// Runs and commits a group; gives the connection back if it may be used again.
async fn commit(mut link: Link, group: &mut VecDeque<Command>, kept: &mut Promise) -> Option<Link> {
    let mut answers = Vec::with_capacity(group.len());
    let mut ended = synchronous(&mut link, group, kept).await;
    if ended.is_ok() {
        ended = run(&mut link, group, &mut answers).await;
    }
    if ended.is_ok() {
        ended = link.run("COMMIT", &[]).await.map(|_| ());
    }
    for answer in answers {
        answer(ended.clone());
    }
    let Err(error) = ended else {
        return Some(link);
    };
    refuse(group, &error).await;
    // After a failed write or synchronisation the connection is never used again (T-D4); closing
    // it rolls back. Otherwise the group is rolled back here.
    let usable = !error.ends_connection() && link.run("ROLLBACK", &[]).await.is_ok();
    usable.then_some(link)
}

/// T-D2: a group that holds a durable fact is synchronised, and with it whatever was committed
/// before. What is set between transactions costs no disk, but as much as a statement.
async fn synchronous(
    link: &mut Link,
    group: &VecDeque<Command>,
    kept: &mut Promise,
) -> Result<(), StoreError> {
    let promises = group.iter().map(|command| command.promise);
    let promise = promises.max().unwrap_or(Promise::Durable);
    if promise == *kept {
        return Ok(());
    }
    let setting = match promise {
        Promise::Committed => "PRAGMA synchronous = NORMAL",
        Promise::Durable => "PRAGMA synchronous = FULL",
    };
    link.run(setting, &[]).await?;
    *kept = promise;
    Ok(())
}

async fn run(
    link: &mut Link,
    group: &mut VecDeque<Command>,
    answers: &mut Vec<Answer>,
) -> Result<(), StoreError> {
    link.run("BEGIN IMMEDIATE", &[]).await?;
    // Whether the transaction holds something that a refused fact must not take with it.
    let mut stands = false;
    // In the order in which they came.
    while let Some(command) = group.pop_front() {
        // A note is refused by no rule once it has written, so that it needs nothing to go back to.
        let saved = stands && command.promise == Promise::Durable;
        if saved {
            link.run("SAVEPOINT fact", &[]).await?;
        }
        let before = link.changed();
        let done = (command.run)(Ok(&mut *link)).await;
        answers.push(done.answer);
        if let Some(error) = link.broken() {
            return Err(error.clone());
        }
        match (stands, done.stands) {
            (true, true) if saved => {
                link.run("RELEASE fact", &[]).await?;
            }
            (true, false) if saved => {
                link.run("ROLLBACK TO fact", &[]).await?;
                link.run("RELEASE fact", &[]).await?;
            }
            // Half of a note is undone with its group, which may come again.
            (true, false) if link.changed() != before => return Err(StoreError::Busy),
            (true, _) => {}
            (false, true) => stands = true,
            (false, false) => {
                link.run("ROLLBACK", &[]).await?;
                link.run("BEGIN IMMEDIATE", &[]).await?;
            }
        }
    }
    Ok(())
}
