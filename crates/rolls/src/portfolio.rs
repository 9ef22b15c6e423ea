//! The portfolio as it was found last: of each department, until when its files can be proven; and whose turn it is to go over
//! them, of the processes that share a store.

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use store::{Store, StoreError};
use time::{Duration, UtcDateTime};
use trail::trace::{self, Act};

/// The portfolio in a store.
#[derive(Debug, Clone)]
pub struct Portfolio {
    store: Arc<Store>,
}

/// What was found of one department, or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What was found: JSON, as `portfolio` writes it.
    pub standing: String,
    /// When.
    pub at: UtcDateTime,
}

/// Who is told of all departments together.
const WHOLE: &str = "";

const TURN: &str = "INSERT INTO portfolio_turn (name, held_until, done) VALUES ('files', $1, NULL) \
     ON CONFLICT (name) DO UPDATE SET held_until = excluded.held_until \
     WHERE portfolio_turn.held_until <= $2 AND (portfolio_turn.done IS NULL OR portfolio_turn.done <= $3)";
const DONE: &str = "INSERT INTO portfolio_turn (name, held_until, done) VALUES ('files', $1, $1) \
     ON CONFLICT (name) DO UPDATE SET held_until = excluded.held_until, done = excluded.done";
const FORGET: &str = "DELETE FROM portfolio_standing";
const KEEP: &str =
    "INSERT INTO portfolio_standing (department, standing, found) VALUES ($1, $2, $3)";
const OF: &str = "SELECT standing, found FROM portfolio_standing WHERE department = $1";

impl Portfolio {
    /// The portfolio in a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Portfolio {
        Portfolio { store }
    }

    /// Whether it is the turn of who asks to go over the files: the last time is `every` ago, and nobody is at it. Who begins
    /// and is lost has it for `life`.
    ///
    /// # Errors
    /// The store.
    pub async fn turn(
        &self,
        now: UtcDateTime,
        (every, life): (Duration, Duration),
    ) -> Result<bool, StoreError> {
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [(now + life).into(), now.into(), (now - every).into()];
                    Ok(link.run(TURN, &values).await? == 1)
                })
            })
            .await
    }

    /// Keeps what was found, of each department and of all together, in the place of what was found before, with its entry
    /// in the trace.
    ///
    /// # Errors
    /// The store.
    pub async fn keep(
        &self,
        (whole, each): (String, Vec<(DepartmentKey, String)>),
        act: Act,
    ) -> Result<(), StoreError> {
        let at = act.by.at;
        self.store
            .write(move |link| {
                Box::pin(async move {
                    link.run(FORGET, &[]).await?;
                    let each = each.iter().map(|(key, told)| (key.as_str(), told));
                    for (department, standing) in each.chain([(WHOLE, &whole)]) {
                        let values = [department.into(), standing.as_str().into(), at.into()];
                        link.later(KEEP, &values).await?;
                    }
                    link.later(DONE, &[at.into()]).await?;
                    trace::write(link, &act).await.map(drop)
                })
            })
            .await
    }

    /// What was found last of a department; nothing where it has no files, or nobody went over them yet.
    ///
    /// # Errors
    /// The store.
    pub async fn of(&self, department: &DepartmentKey) -> Result<Option<Told>, StoreError> {
        self.find(department.as_str()).await
    }

    /// The same of all departments together.
    ///
    /// # Errors
    /// The store.
    pub async fn whole(&self) -> Result<Option<Told>, StoreError> {
        self.find(WHOLE).await
    }

    async fn find(&self, department: &str) -> Result<Option<Told>, StoreError> {
        let mut link = self.store.reader().await?;
        let Some(mut row) = link.row(OF, &[department.into()]).await? else {
            return Ok(None);
        };
        Ok(Some(Told {
            standing: row.text()?,
            at: row.moment()?,
        }))
    }
}
