//! The store as facts see it: write one in one transaction, read what is committed.

use std::path::Path;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::{OpenStore, StoreError};
use crate::fact::{self, Run, Told};
use crate::later::Later;
use crate::link::{Connection, Link};
use crate::migration::{self, Migration};
use crate::sqlite::{Command, Promise};
use crate::{postgres, sqlite};

/// How long the asker of a fact waits, so that a database that stands still holds nobody for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Either database.
#[derive(Debug)]
pub struct Store(Database);

#[derive(Debug)]
enum Database {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…` and takes the steps of its schema that are not taken.
    ///
    /// # Errors
    /// `Address` for anything else; `NotDurable` and `Replica` where acknowledged writes could be
    /// lost (T-D2, T-D7); `Migrate`.
    pub fn open<'a>(
        address: &'a str,
        steps: &'a [Migration],
    ) -> Later<'a, Result<Store, OpenStore>> {
        Box::pin(async move {
            Ok(Store(if let Some(path) = address.strip_prefix("sqlite:") {
                let path = Path::new(path.strip_prefix("//").unwrap_or(path));
                Database::Sqlite(sqlite::Database::open(path, &migration::sqlite(steps))?)
            } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
                let steps = migration::postgres(steps);
                Database::Postgres(postgres::Database::open(address, &steps).await?)
            } else {
                return Err(OpenStore::Address);
            }))
        })
    }

    /// Writes one fact: all that `fact` does, or nothing when it refuses. Answers after the commit
    /// is durable. A fact that has begun goes on when its asker goes away. It waits for nothing but
    /// its link: on SQLite every other fact waits with it.
    ///
    /// # Errors
    /// What the fact refuses with; the store's own errors as `E`.
    pub async fn write<T, E, F>(&self, fact: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'c> FnOnce(&'c mut Link) -> Later<'c, Result<T, E>> + Send + 'static,
    {
        let (run, told) = fact::run(fact);
        self.carry_out(run, told, Promise::Durable).await?.found()
    }

    /// Writes a fact like [`Store::write`] that may be lost with the machine, though not with the
    /// process: it is durable as soon as any later fact is. For what guards a request and is nothing
    /// without it, such as a nonce.
    ///
    /// # Errors
    /// What the fact refuses with; the store's own errors as `E`.
    pub async fn note<T, E, F>(&self, fact: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'c> FnOnce(&'c mut Link) -> Later<'c, Result<T, E>> + Send + 'static,
    {
        let (run, told) = fact::run(fact);
        self.carry_out(run, told, Promise::Committed).await?.found()
    }

    /// Gives a fact to the database, and waits for what it came to.
    fn carry_out(
        &self,
        run: Run,
        told: oneshot::Receiver<Told>,
        promise: Promise,
    ) -> Later<'_, Result<Told, StoreError>> {
        Box::pin(async move {
            let life = match &self.0 {
                Database::Sqlite(database) => {
                    database.submit(Command { run, promise })?;
                    None
                }
                Database::Postgres(database) => Some(database.carry_out(run).await?),
            };
            // When it is late it may still be written: the asker asks again under the same key.
            let told = tokio::time::timeout(PATIENCE, told).await;
            let told = told.map_err(|_| StoreError::late())?;
            let told = told.map_err(|_| StoreError::stopped())?;
            if let (Database::Postgres(database), Some(life)) = (&self.0, life)
                && promise == Promise::Durable
                && told.stands
            {
                tokio::time::timeout(PATIENCE, database.settle(life))
                    .await
                    .map_err(|_| StoreError::late())??;
            }
            Ok(told)
        })
    }

    /// A connection for questions about what is committed. Nothing may be decided on an answer that
    /// a fact does not check again.
    ///
    /// # Errors
    /// `Busy` when no connection becomes free, `Unavailable`.
    pub fn reader(&self) -> Later<'_, Result<Link, StoreError>> {
        Box::pin(async move {
            Ok(Link::new(match &self.0 {
                Database::Sqlite(database) => Connection::Reader(database.reader().await?),
                Database::Postgres(database) => {
                    Connection::PostgresReader(database.reader().await?)
                }
            }))
        })
    }

    /// A connection for long questions, such as a backup: others of the same worker go on meanwhile.
    ///
    /// # Errors
    /// `Busy` when no connection becomes free, `Unavailable`.
    pub fn scanner(&self) -> Later<'_, Result<Link, StoreError>> {
        Box::pin(async move {
            Ok(Link::new(match &self.0 {
                Database::Sqlite(database) => Connection::Scanner(database.reader().await?),
                Database::Postgres(database) => {
                    Connection::PostgresReader(database.reader().await?)
                }
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: Migration = Migration {
        number: 1,
        name: "counter",
        text: "CREATE TABLE counter (\n    name TEXT NOT NULL PRIMARY KEY,\n    value BIGINT NOT NULL\n);",
    };

    async fn fill(store: &Store, length: usize) -> Result<u64, StoreError> {
        store
            .write(move |link| {
                Box::pin(async move {
                    let text = "x".repeat(length);
                    link.run(
                        "INSERT INTO counter (name, value) VALUES ($1, 1)",
                        &[text.as_str().into()],
                    )
                    .await
                })
            })
            .await
    }

    #[test]
    fn a_full_disk_is_told_as_full_and_the_store_goes_on_when_there_is_space() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite:{}", folder.path().join("full.db").display());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let store = Store::open(&address, &[SCHEMA])
                .await
                .expect("a fresh file opens");
            fill(&store, 10).await.expect("there is space");
            // What a full disk is to SQLite: the file cannot grow.
            let limit: Result<u64, StoreError> = store
                .write(|link| {
                    Box::pin(async move { link.run("PRAGMA max_page_count = 1", &[]).await })
                })
                .await;
            limit.expect("a limit below the size is the size");
            let refused = fill(&store, 1_000_000).await;
            assert!(matches!(refused, Err(StoreError::Full(_))), "{refused:?}");
            // The connection is another one, without the limit; nothing was repaired by hand.
            fill(&store, 1_000_001).await.expect("there is space again");
        });
    }
}
