//! The portfolio as a job of the service's upkeep: gone over once a week by one of the processes that share a store.

use std::path::Path;

use issuance::Office;
use registry::StoreError;
use time::{Duration, UtcDateTime};

use crate::run::{Report, RunError, Way, run};
use crate::standing::Standing;

/// How often the files are gone over. A margin is months, and a record that is begun is proof by itself two weeks later.
const EVERY: Duration = Duration::days(7);
/// For how long a process that began may be at it before another takes its turn.
const LIFE: Duration = Duration::hours(6);

/// A round: what is due within `margin` is renewed by the office's own unit, with the records in this folder. `None` where it
/// is nobody's turn, or another process's.
///
/// # Errors
/// [`RunError`]; then another round begins when the turn is over.
pub async fn round(
    office: &Office,
    (records, margin): (&Path, Duration),
) -> Result<Option<Report>, RunError> {
    let portfolio = office.registry.portfolio();
    if !portfolio.turn(office.now(), (EVERY, LIFE)).await? {
        return Ok(None);
    }
    run(office, (records, margin), &Way::Own).await.map(Some)
}

/// The portfolio as it was found last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Until when what can be proven.
    pub standing: Standing,
    /// When that was found.
    pub at: UtcDateTime,
}

impl Found {
    /// Whether nothing runs out unseen: gone over within two rounds, and nothing due is left.
    #[must_use]
    pub fn holds(&self, now: UtcDateTime) -> bool {
        self.standing.due == 0 && now < self.at.saturating_add(EVERY * 2)
    }

    /// When the first proof ends.
    #[must_use]
    pub fn first_end(&self) -> Option<UtcDateTime> {
        let told = self.standing.first_end.as_deref()?;
        UtcDateTime::parse(told, &time::format_description::well_known::Rfc3339).ok()
    }
}

/// What was found last of all departments, or of one; nothing before the first round.
///
/// # Errors
/// The store.
pub async fn found(
    office: &Office,
    department: Option<&catalogue::key::DepartmentKey>,
) -> Result<Option<Found>, StoreError> {
    let portfolio = office.registry.portfolio();
    let told = match department {
        Some(department) => portfolio.of(department).await?,
        None => portfolio.whole().await?,
    };
    let Some(told) = told else {
        return Ok(None);
    };
    let damaged = StoreError::Damaged {
        table: "portfolio_standing",
    };
    let standing = serde_json::from_str(&told.standing).map_err(|_| damaged)?;
    let at = told.at;
    Ok(Some(Found { standing, at }))
}
