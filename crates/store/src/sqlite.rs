//! SQLite: one writer that commits in groups, and readers beside it.
//!
//! The writer takes whatever has queued, runs each fact in a savepoint of one transaction, commits
//! once and answers all. A group begins as soon as the last one is durable, never on a timer.

use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Sqlite};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc};

use crate::error::{OpenStore, StoreError};
use crate::link::{Connection, Link};

/// Facts that may wait for the writer; above it the store is busy (T-A5).
const MAX_QUEUE: usize = 1_024;
/// Facts of one group.
const MAX_GROUP: usize = 256;
/// Readers.
const READERS: u32 = 8;
/// How long another process may hold the file before this one is told that it is busy.
const PATIENCE: Duration = Duration::from_secs(5);
/// Statements kept prepared by each connection.
const STATEMENTS: usize = 400;

/// A fact on its way to the writer: run on the open connection, or told why there is none.
pub(crate) type Command =
    Box<dyn for<'c> FnOnce(Result<&'c mut Link, StoreError>) -> Later<'c, Done> + Send>;

/// What comes some time.
type Later<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;

/// A fact that was run and not yet committed.
pub(crate) struct Done {
    /// Whether it stands, or is undone because a rule refused it.
    pub(crate) stands: bool,
    /// Tells the asker how it ended, once that is known.
    pub(crate) answer: Answer,
}

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// An SQLite file in use.
#[derive(Debug)]
pub(crate) struct Database {
    queue: mpsc::Sender<Command>,
    readers: SqlitePool,
}

impl std::fmt::Debug for Done {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Done")
            .field("stands", &self.stands)
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Opens the file, checks that commits are synchronous (T-D2) and brings the schema up to date.
    pub(crate) async fn open(address: &str, steps: &Migrator) -> Result<Database, OpenStore> {
        let options = SqliteConnectOptions::from_str(address)
            .map_err(|_| OpenStore::Address)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .statement_cache_capacity(STATEMENTS)
            .pragma("cache_size", "-65536")
            .disable_statement_logging();
        let mut writer = options.connect().await.map_err(StoreError::from)?;
        steps
            .run_direct(None, &mut writer, false)
            .await
            .map_err(StoreError::migrate)?;
        let writer = durable(writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_lazy_with(options.clone().read_only(true));
        let (queue, commands) = mpsc::channel(MAX_QUEUE);
        let writer = Writer {
            options,
            link: Some(writer),
        };
        tokio::spawn(supervise(writer, commands));
        Ok(Database { queue, readers })
    }

    /// Hands a fact to the writer.
    pub(crate) fn submit(&self, command: Command) -> Result<(), StoreError> {
        self.queue
            .try_send(command)
            .map_err(|refused| match refused {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Closed(_) => StoreError::from(sqlx::Error::WorkerCrashed),
            })
    }

    /// A connection that reads what is committed.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        Ok(self.readers.acquire().await?)
    }
}

/// T-D2: WAL with `synchronous=FULL`; NORMAL loses what was acknowledged.
async fn durable(connection: SqliteConnection) -> Result<Link, OpenStore> {
    let mut link = Link::new(Connection::SqliteWriter(Box::new(connection)));
    let synchronous = link
        .one("PRAGMA synchronous", &[], "pragma")
        .await?
        .integer()?;
    // 2 is FULL, 3 is EXTRA.
    if synchronous < 2 {
        return Err(OpenStore::NotDurable {
            setting: "synchronous",
            found: synchronous.to_string(),
        });
    }
    let journal = link
        .one("PRAGMA journal_mode", &[], "pragma")
        .await?
        .text()?;
    if journal != "wal" {
        return Err(OpenStore::NotDurable {
            setting: "journal_mode",
            found: journal,
        });
    }
    Ok(link)
}

struct Writer {
    options: SqliteConnectOptions,
    link: Option<Link>,
}

/// Keeps a writer at work. A fact that panics takes its group with it and nothing else: the
/// connection is given up, which rolls back, and the next group has a new one.
async fn supervise(writer: Writer, commands: mpsc::Receiver<Command>) {
    let shared = Arc::new(Mutex::new((writer, commands)));
    loop {
        let turn = Arc::clone(&shared);
        let work = tokio::spawn(async move {
            let (writer, commands) = &mut *turn.lock().await;
            writer.work(commands).await;
        });
        match work.await {
            Ok(()) => return,
            Err(error) => {
                if error.is_cancelled() {
                    return;
                }
                tracing::error!("a fact stopped the writer; its group is undone");
            }
        }
    }
}

impl Writer {
    async fn work(&mut self, commands: &mut mpsc::Receiver<Command>) {
        let mut group = Vec::new();
        while commands.recv_many(&mut group, MAX_GROUP).await > 0 {
            let link = match self.link.take() {
                Some(link) => Ok(link),
                None => self.reopen().await,
            };
            match link {
                // Taken out while it works: should a fact panic, the connection is dropped.
                Ok(link) => self.link = commit(link, &mut group).await,
                Err(error) => refuse(&mut group, &error).await,
            }
        }
    }

    async fn reopen(&self) -> Result<Link, StoreError> {
        let connection = self.options.connect().await?;
        match durable(connection).await {
            Ok(link) => Ok(link),
            Err(OpenStore::Store(error)) => Err(error),
            Err(_) => Err(StoreError::from(sqlx::Error::WorkerCrashed)),
        }
    }
}

/// Tells facts that were not run why.
async fn refuse(group: &mut Vec<Command>, error: &StoreError) {
    tracing::error!(error = %error, waiting = group.len(), "the store takes no facts");
    for command in group.drain(..) {
        let done = command(Err(error.clone())).await;
        (done.answer)(Err(error.clone()));
    }
}

/// Runs and commits a group; gives the connection back if it may be used again.
async fn commit(mut link: Link, group: &mut Vec<Command>) -> Option<Link> {
    let mut answers = Vec::with_capacity(group.len());
    let mut ended = run(&mut link, group, &mut answers).await;
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

async fn run(
    link: &mut Link,
    group: &mut Vec<Command>,
    answers: &mut Vec<Answer>,
) -> Result<(), StoreError> {
    const SAVEPOINT: &str = "SAVEPOINT fact";
    link.run("BEGIN IMMEDIATE", &[]).await?;
    while !group.is_empty() {
        link.later(SAVEPOINT, &[]).await?;
        // In the order in which they came.
        let command = group.remove(0);
        let mut done = command(Ok(&mut *link)).await;
        let mut refused = None;
        if done.stands {
            link.later("RELEASE fact", &[]).await?;
            if let Err(error) = link.flush().await {
                done.stands = false;
                refused = Some(error);
            }
        }
        if let Some(error) = link.broken() {
            answers.push(done.answer);
            return Err(error.clone());
        }
        if !done.stands && !link.forget(SAVEPOINT) {
            link.run("ROLLBACK TO fact", &[]).await?;
            link.run("RELEASE fact", &[]).await?;
        }
        match refused {
            None => answers.push(done.answer),
            Some(error) => (done.answer)(Err(error)),
        }
    }
    Ok(())
}
