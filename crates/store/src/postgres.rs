//! PostgreSQL: a pool, one transaction for each fact.
//!
//! Facts of one department follow each other in its chain, so whoever holds the chain must not wait
//! for a disk. A fact commits without waiting, which lets go of its locks, and then waits for a
//! second, empty commit that is synchronous: the server writes its log in order, so what that commit
//! makes durable, here and on synchronous standbys, includes the fact. Many wait for one write.

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Postgres, Row};
use tokio::sync::oneshot;

use crate::error::{OpenStore, StoreError};
use crate::fact::Run;
use crate::link::{Connection, Link};

/// Connections of one process.
const CONNECTIONS: u32 = 24;
/// How long a fact waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Statements kept prepared by each connection.
const STATEMENTS: usize = 1_000;

/// A PostgreSQL database in use.
#[derive(Debug)]
pub(crate) struct Database {
    pool: PgPool,
    settling: Arc<Settling>,
}

/// Who waits for the disk. Whoever comes while a write is under way waits for the next: the one under
/// way may have begun before what he committed.
#[derive(Debug, Default)]
struct Settling(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    under_way: bool,
    next: Vec<Waiter>,
}

type Waiter = oneshot::Sender<Result<(), StoreError>>;

impl Settling {
    /// Adds a waiter; whether he has to begin the writing.
    fn join(&self, waiter: Waiter) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.next.push(waiter);
        !std::mem::replace(&mut waiting.under_way, true)
    }

    /// Those who wait for the next write; with none the writing ends.
    fn next(&self) -> Option<Vec<Waiter>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.under_way = !waiting.next.is_empty();
        waiting.under_way.then(|| std::mem::take(&mut waiting.next))
    }
}

impl Database {
    /// Opens the database, refuses replicas and settings that lose acknowledged writes (T-D2, T-D7)
    /// and brings the schema up to date.
    pub(crate) async fn open(address: &str, steps: &Migrator) -> Result<Database, OpenStore> {
        let options = PgConnectOptions::from_str(address)
            .map_err(|_| OpenStore::Address)?
            .application_name("yinxin")
            .options([("lock_timeout", "5s"), ("statement_timeout", "30s")])
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(StoreError::from)?;
        if let Some(refused) = durable(&mut connection).await.map_err(StoreError::from)? {
            return Err(refused);
        }
        steps.run_direct(None, &mut connection, false).await?;
        // It is closed by being dropped; what it did is committed.
        drop(connection);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    match durable(connection).await? {
                        None => Ok(()),
                        Some(refused) => Err(sqlx::Error::Configuration(Box::new(refused))),
                    }
                })
            })
            .connect_lazy_with(options);
        Ok(Database {
            pool,
            settling: Arc::default(),
        })
    }

    /// Carries a fact out in a transaction, which goes on when nobody waits for it. Its commit alone promises nothing:
    /// [`Database::settle`] does.
    pub(crate) async fn carry_out(&self, run: Run) -> Result<(), StoreError> {
        const BEGIN: &str = "BEGIN; SET LOCAL synchronous_commit = off";
        let transaction = self.pool.begin_with(BEGIN).await?;
        tokio::spawn(async move {
            let mut link = Link::new(Connection::Postgres(transaction));
            let done = run(Ok(&mut link)).await;
            let kept = if done.stands {
                link.flush().await
            } else {
                Ok(())
            };
            (done.answer)(ended(link, done.stands, kept).await);
        });
        Ok(())
    }

    /// Answers when everything that was committed before is durable (T-D2). One write serves all who
    /// wait.
    pub(crate) async fn settle(&self) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        if self.settling.join(tell) {
            let (pool, settling) = (self.pool.clone(), Arc::clone(&self.settling));
            tokio::spawn(async move {
                while let Some(waiters) = settling.next() {
                    let done = synchronise(&pool).await;
                    for waiter in waiters {
                        // He may have gone away.
                        let _gone = waiter.send(done.clone());
                    }
                }
            });
        }
        told.await.map_err(|_| StoreError::stopped())?
    }

    /// A connection that reads what is committed.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        Ok(self.pool.acquire().await?)
    }
}

/// Commits what stands and was kept.
async fn ended(link: Link, stands: bool, kept: Result<(), StoreError>) -> Result<(), StoreError> {
    let Connection::Postgres(transaction) = link.into_connection() else {
        return kept;
    };
    if stands && kept.is_ok() {
        return Ok(transaction.commit().await?);
    }
    // What cannot be rolled back was ended by the server already.
    let _ended = transaction.rollback().await;
    kept
}

/// A commit that is synchronous. The message is read by nobody: a commit that writes nothing would not
/// wait.
async fn synchronise(pool: &PgPool) -> Result<(), StoreError> {
    const SETTLE: &str = "SELECT pg_logical_emit_message(true, 'yinxin', '')";
    sqlx::query(SETTLE).execute(pool).await?;
    Ok(())
}

/// Asked of every new connection: after a failover it may lead to another node.
async fn durable(connection: &mut PgConnection) -> Result<Option<OpenStore>, sqlx::Error> {
    const ASK: &str = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on', \
         current_setting('synchronous_commit'), current_setting('fsync')";
    let row = sqlx::query(ASK).fetch_one(connection).await?;
    if row.try_get(0)? {
        return Ok(Some(OpenStore::Replica));
    }
    let synchronous: String = row.try_get(1)?;
    if synchronous != "on" && synchronous != "remote_apply" {
        return Ok(Some(OpenStore::NotDurable {
            setting: "synchronous_commit",
            found: synchronous,
        }));
    }
    let fsync: String = row.try_get(2)?;
    Ok((fsync != "on").then_some(OpenStore::NotDurable {
        setting: "fsync",
        found: fsync,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_while_a_write_is_under_way_waits_for_the_next() {
        let settling = Settling::default();
        let waiter = || oneshot::channel().0;
        assert!(settling.join(waiter()), "the first begins");
        assert_eq!(settling.next().expect("one waits").len(), 1);
        assert!(!settling.join(waiter()) && !settling.join(waiter()));
        assert_eq!(settling.next().expect("two wait").len(), 2);
        assert!(settling.next().is_none());
        assert!(settling.join(waiter()), "nothing is under way any more");
    }
}
