//! PostgreSQL: a pool, one transaction for each fact.
//!
//! Facts of one department follow each other in its chain, so whoever holds the chain must not wait
//! for a disk. A fact commits without waiting, which lets go of its locks, and then waits for a
//! second, empty commit that is synchronous: the server writes its log in order, so what that commit
//! makes durable, here and on synchronous standbys, includes the fact. Many wait for one write.
//!
//! That holds for one life of one server. A server that crashes loses commits that nobody waited for, and so does a standby
//! that takes its place; both write on (T-D6). Therefore the second commit is made by a connection of its own
//! that was there before the fact began, and has not broken since: see `settling`.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Postgres};

use crate::durable::durable;
use crate::error::{OpenStore, StoreError};
use crate::fact::Run;
use crate::link::{Connection, Link};
use crate::settling::{Life, Settling};

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
        let settling = Arc::new(Settling::new(options.clone()));
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
        Ok(Database { pool, settling })
    }

    /// Carries a fact out in a transaction, which goes on when nobody waits for it. Its commit alone promises nothing:
    /// [`Database::settle`] does, when it is asked for the life in which the fact began.
    pub(crate) async fn carry_out(&self, run: Run) -> Result<Life, StoreError> {
        const BEGIN: &str = "BEGIN; SET LOCAL synchronous_commit = off";
        let life = self.settling.life().await?;
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
        Ok(life)
    }

    /// Answers when everything that was committed before, in this life, is durable (T-D2). One write serves all who wait.
    ///
    /// # Errors
    /// Whether it is durable is not known; in another life it may be gone.
    pub(crate) async fn settle(&self, life: Life) -> Result<(), StoreError> {
        Arc::clone(&self.settling).settle(life).await
    }

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
