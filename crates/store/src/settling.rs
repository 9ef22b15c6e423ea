//! When what was committed on PostgreSQL is durable: one empty commit that waits for the disk, and for synchronous standbys, on
//! behalf of all who committed before it.
//!
//! The commit is made by one connection, whose life is numbered. A fact notes the number before it begins; only a commit
//! in the same life speaks for it. Such a connection was there before the fact and is there after it, so that the
//! server has neither crashed nor been replaced in between: either ends every connection. A commit by a
//! connection that was made later would succeed on a server that never heard of the fact (T-D6).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::oneshot;

use crate::durable::durable;
use crate::error::StoreError;

/// The number of a life of the connection, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life(u64);

/// The connection, and who waits for it.
#[derive(Debug)]
pub(crate) struct Settling {
    options: PgConnectOptions,
    /// The number of the life that goes on as far as is known; 0 for none.
    alive: AtomicU64,
    held: tokio::sync::Mutex<Held>,
    queue: Queue,
}

#[derive(Debug, Default)]
struct Held {
    connection: Option<PgConnection>,
    /// Lives until now, the present one included.
    lives: u64,
}

/// Who waits for the disk. Whoever comes while a write is under way waits for the next: the one under
/// way may have begun before what he committed.
#[derive(Debug, Default)]
struct Queue(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    under_way: bool,
    next: Vec<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    life: Life,
    tell: oneshot::Sender<Result<(), StoreError>>,
}

impl Queue {
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

impl Settling {
    /// Connects when it is first asked for a life.
    pub(crate) fn new(options: PgConnectOptions) -> Settling {
        Settling {
            options,
            alive: AtomicU64::new(0),
            held: tokio::sync::Mutex::default(),
            queue: Queue::default(),
        }
    }

    /// The life that goes on; another one begins where the last has ended.
    ///
    /// # Errors
    /// The server is not reached, or would lose what is acknowledged (T-D2, T-D7).
    pub(crate) async fn life(&self) -> Result<Life, StoreError> {
        match self.alive.load(Ordering::Acquire) {
            0 => self.begin().await,
            number => Ok(Life(number)),
        }
    }

    async fn begin(&self) -> Result<Life, StoreError> {
        let mut held = self.held.lock().await;
        if held.connection.is_none() {
            let mut connection = self.options.connect().await?;
            if let Some(refused) = durable(&mut connection).await? {
                return Err(sqlx::Error::Configuration(Box::new(refused)).into());
            }
            held.connection = Some(connection);
            held.lives += 1;
            self.alive.store(held.lives, Ordering::Release);
        }
        Ok(Life(held.lives))
    }

    /// Answers when what was committed before, by a fact that began in this life, is durable.
    ///
    /// # Errors
    /// Whether it is durable is not known.
    pub(crate) async fn settle(self: Arc<Self>, life: Life) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        if self.queue.join(Waiter { life, tell }) {
            tokio::spawn(self.write());
        }
        told.await.map_err(|_| StoreError::stopped())?
    }

    /// One write after the other, as long as somebody waits.
    async fn write(self: Arc<Self>) {
        while let Some(waiters) = self.queue.next() {
            let done = self.synchronise().await;
            for waiter in waiters {
                let told = match &done {
                    Ok(life) if *life == waiter.life => Ok(()),
                    Ok(_) => Err(StoreError::stopped()),
                    Err(error) => Err(error.clone()),
                };
                // He may have gone away.
                let _gone = waiter.tell.send(told);
            }
        }
    }

    /// A commit that is synchronous, and the life in which it was made. The message is read by nobody: a commit that writes
    /// nothing would not wait.
    async fn synchronise(&self) -> Result<Life, StoreError> {
        const SETTLE: &str = "SELECT pg_logical_emit_message(true, 'yinxin', '')";
        let mut held = self.held.lock().await;
        let Some(connection) = &mut held.connection else {
            return Err(StoreError::stopped());
        };
        match sqlx::query(SETTLE).execute(connection).await {
            Ok(_) => Ok(Life(held.lives)),
            Err(error) => {
                // T-D4: what failed to make durable is not asked again.
                self.alive.store(0, Ordering::Release);
                held.connection = None;
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_while_a_write_is_under_way_waits_for_the_next() {
        let settling = Queue::default();
        let waiter = || Waiter {
            life: Life(1),
            tell: oneshot::channel().0,
        };
        assert!(settling.join(waiter()), "the first begins");
        assert_eq!(settling.next().expect("one waits").len(), 1);
        assert!(!settling.join(waiter()) && !settling.join(waiter()));
        assert_eq!(settling.next().expect("two wait").len(), 2);
        assert!(settling.next().is_none());
        assert!(settling.join(waiter()), "nothing is under way any more");
    }
}
