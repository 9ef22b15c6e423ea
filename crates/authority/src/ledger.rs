//! Where signatures for the public wait for the journal: those that wait at the same moment stand in one line.
//!
//! A line of the journal costs a durable commit. What queues while one line is committed goes into the next one, so
//! that nobody waits for a timer and a lonely request waits for its own commit alone. A line names the digest of each
//! of its signatures; none leaves before its line is durable (T-S8).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use catalogue::key::DepartmentKey;
use registry::StoreError;
use registry::asked::By;
use registry::journal::{Journal, KeyUse as Use};
use time::UtcDateTime;
use tokio::sync::oneshot;

use crate::keys::ServiceKey;

/// Signatures in one line, at most.
const MAX_LINE: usize = 256;
/// Signatures that wait, beyond which further ones are shed (T-A5).
const MAX_WAITING: usize = 4_096;
/// In whose trace the service's own acts stand.
const SERVICE: &str = "S-SERVICE";

/// What the lines of one ledger have in common.
#[derive(Debug, Clone, Copy)]
pub struct Heading {
    /// The key that was used.
    pub key: ServiceKey,
    /// For what.
    pub purpose: &'static str,
    /// On what, where it is for anybody.
    pub object: &'static str,
}

/// The lines of one key.
pub struct Ledger(Arc<Shared>);

impl std::fmt::Debug for Ledger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Ledger")
    }
}

struct Shared {
    heading: Heading,
    journal: Journal,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    writing: bool,
    waiting: Vec<Waiting>,
}

struct Waiting {
    digest: [u8; 32],
    moment: UtcDateTime,
    tell: oneshot::Sender<Result<(), StoreError>>,
}

impl Ledger {
    /// The lines of one key, none waiting.
    #[must_use]
    pub fn new(heading: Heading, journal: Journal) -> Self {
        Self(Arc::new(Shared {
            heading,
            journal,
            state: Mutex::default(),
        }))
    }

    /// Puts a signature into the journal; when it answers, the signature may leave.
    ///
    /// # Errors
    /// The store; `Busy` where too many wait. Then the signature must not leave.
    pub async fn write(&self, digest: [u8; 32], moment: UtcDateTime) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        let begins = {
            let mut state = self.0.state();
            if state.waiting.len() >= MAX_WAITING {
                return Err(StoreError::Busy);
            }
            state.waiting.push(Waiting {
                digest,
                moment,
                tell,
            });
            !std::mem::replace(&mut state.writing, true)
        };
        if begins {
            // A task of its own: whoever asked first may go away, and the others wait on.
            tokio::spawn(self.0.clone().run());
        }
        told.await.unwrap_or(Err(StoreError::Busy))
    }
}

impl Shared {
    /// Writes line after line until nobody waits.
    async fn run(self: Arc<Self>) {
        let rest = Rest(&self);
        while let Some(batch) = rest.0.next() {
            let done = self.journal.append(vec![self.line(&batch)]).await;
            for waiting in batch {
                // Whoever asked may have gone away.
                let _gone = waiting.tell.send(done.clone());
            }
        }
    }

    fn next(&self) -> Option<Vec<Waiting>> {
        let mut state = self.state();
        let count = state.waiting.len().min(MAX_LINE);
        if count == 0 {
            state.writing = false;
            return None;
        }
        Some(state.waiting.drain(..count).collect())
    }

    fn line(&self, batch: &[Waiting]) -> Use {
        let moments = batch.iter().map(|waiting| waiting.moment);
        Use {
            department: service(),
            // The latest: after a restart no moment before it is given (T-T2).
            by: By::new("service", moments.max().unwrap_or(UtcDateTime::UNIX_EPOCH)),
            key: self.heading.key.id(),
            purpose: self.heading.purpose.to_owned(),
            digests: batch.iter().map(|waiting| waiting.digest).collect(),
            object: self.heading.object.to_owned(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// However the writing ends, those who wait are told and the next one begins anew.
struct Rest<'a>(&'a Shared);

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        // Not so after the last line: then nobody waits, or another task writes already.
        if std::thread::panicking() {
            state.writing = false;
            state.waiting.clear();
        }
    }
}

/// The department under which the service's own acts stand in the trace.
#[must_use]
pub fn service() -> DepartmentKey {
    DepartmentKey::parse(SERVICE).expect("a department key of the right form")
}
