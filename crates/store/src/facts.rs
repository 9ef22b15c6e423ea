//! The store as facts see it: write one in one transaction, read what is committed.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::{OpenStore, StoreError};
use crate::link::{Connection, Link};
use crate::migration::{self, Migration};
use crate::sqlite::{Command, Done, Promise, Run};
use crate::{postgres, sqlite};

/// What a fact or a question gives, some time.
pub type Later<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;

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
    pub async fn open(address: &str, steps: &[Migration]) -> Result<Store, OpenStore> {
        Ok(Store(if let Some(path) = address.strip_prefix("sqlite:") {
            let path = Path::new(path.strip_prefix("//").unwrap_or(path));
            Database::Sqlite(sqlite::Database::open(path, &migration::sqlite(steps))?)
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let steps = migration::postgres(steps);
            Database::Postgres(postgres::Database::open(address, &steps).await?)
        } else {
            return Err(OpenStore::Address);
        }))
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
        let told = self.begin(fact, Promise::Durable).await?;
        let found = answer(told).await?;
        if let Database::Postgres(database) = &self.0 {
            tokio::time::timeout(PATIENCE, database.settle())
                .await
                .map_err(|_| StoreError::late())??;
        }
        Ok(found)
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
        answer(self.begin(fact, Promise::Committed).await?).await
    }

    /// Gives a fact to the database.
    async fn begin<T, E, F>(
        &self,
        fact: F,
        promise: Promise,
    ) -> Result<oneshot::Receiver<Result<T, E>>, StoreError>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'c> FnOnce(&'c mut Link) -> Later<'c, Result<T, E>> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        match &self.0 {
            Database::Sqlite(database) => {
                let run: Run = Box::new(move |link| {
                    Box::pin(async move {
                        let found = match link {
                            Ok(link) => fact(link).await,
                            Err(error) => Err(E::from(error)),
                        };
                        Done {
                            stands: found.is_ok(),
                            answer: Box::new(move |committed| {
                                let found = committed.map_err(E::from).and(found);
                                // The asker may have gone away.
                                let _gone = tell.send(found);
                            }),
                        }
                    })
                });
                database.submit(Command { run, promise })?;
            }
            Database::Postgres(database) => {
                let transaction = database.begin().await?;
                tokio::spawn(async move {
                    let mut link = Link::new(Connection::Postgres(transaction));
                    let mut found = fact(&mut link).await;
                    if found.is_ok()
                        && let Err(error) = link.flush().await
                    {
                        found = Err(error.into());
                    }
                    // The asker may have gone away.
                    let _gone = tell.send(ended(link, found).await);
                });
            }
        }
        Ok(told)
    }

    /// A connection for questions about what is committed. Nothing may be decided on an answer that
    /// a fact does not check again.
    ///
    /// # Errors
    /// `Busy` when no connection becomes free, `Unavailable`.
    pub async fn reader(&self) -> Result<Link, StoreError> {
        Ok(Link::new(match &self.0 {
            Database::Sqlite(database) => Connection::Reader(database.reader().await?),
            Database::Postgres(database) => Connection::PostgresReader(database.reader().await?),
        }))
    }

    /// A connection for long questions, such as a backup: others of the same worker go on meanwhile.
    ///
    /// # Errors
    /// `Busy` when no connection becomes free, `Unavailable`.
    pub async fn scanner(&self) -> Result<Link, StoreError> {
        Ok(Link::new(match &self.0 {
            Database::Sqlite(database) => Connection::Scanner(database.reader().await?),
            Database::Postgres(database) => Connection::PostgresReader(database.reader().await?),
        }))
    }
}

/// What a fact came to, when its asker has waited long enough.
async fn answer<T, E: From<StoreError>>(told: oneshot::Receiver<Result<T, E>>) -> Result<T, E> {
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => Err(StoreError::stopped().into()),
        // It may still be written: the asker asks again under the same key.
        Err(_) => Err(StoreError::late().into()),
    }
}

/// Commits what stands, on PostgreSQL.
async fn ended<T, E: From<StoreError>>(link: Link, found: Result<T, E>) -> Result<T, E> {
    match (found, link.into_connection()) {
        (Ok(found), Connection::Postgres(transaction)) => transaction
            .commit()
            .await
            .map(|()| found)
            .map_err(|error| E::from(error.into())),
        (Err(refused), Connection::Postgres(transaction)) => {
            // What cannot be rolled back was ended by the server already.
            let _ended = transaction.rollback().await;
            Err(refused)
        }
        (found, _) => found,
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
