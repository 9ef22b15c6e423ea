//! PostgreSQL: a pool, one transaction for each fact.
//!
//! Facts of one department follow each other in its chain, so whoever holds the chain must not wait
//! for a disk. A fact commits without waiting, which lets go of its locks, and then waits for a
//! second, empty commit that is synchronous: the server writes its log in order, so what that commit
//! makes durable, here and on synchronous standbys, includes the fact. Many wait for one write.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Postgres, Row, Transaction};

use crate::error::{OpenStore, StoreError};

/// Connections of one process.
const CONNECTIONS: u32 = 24;
/// How long a fact waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// A PostgreSQL database in use.
#[derive(Debug)]
pub(crate) struct Database {
    pool: PgPool,
}

impl Database {
    /// Opens the database, refuses replicas and settings that lose acknowledged writes (T-D2, T-D7)
    /// and brings the schema up to date.
    pub(crate) async fn open(address: &str, steps: &Migrator) -> Result<Database, OpenStore> {
        let options = PgConnectOptions::from_str(address)
            .map_err(|_| OpenStore::Address)?
            .application_name("yinxin")
            .options([("lock_timeout", "5s"), ("statement_timeout", "30s")])
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
        Ok(Database { pool })
    }

    /// A transaction; dropped without a commit it is rolled back. Its commit alone promises
    /// nothing: [`Database::settle`] does.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        const BEGIN: &str = "BEGIN; SET LOCAL synchronous_commit = off";
        Ok(self.pool.begin_with(BEGIN).await?)
    }

    /// Answers when everything that was committed before is durable (T-D2). The message is read by
    /// nobody: a commit that writes nothing would not wait.
    pub(crate) async fn settle(&self) -> Result<(), StoreError> {
        const SETTLE: &str = "SELECT pg_logical_emit_message(true, 'yinxin', '')";
        sqlx::query(SETTLE).execute(&self.pool).await?;
        Ok(())
    }

    /// A connection that reads what is committed.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        Ok(self.pool.acquire().await?)
    }
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
