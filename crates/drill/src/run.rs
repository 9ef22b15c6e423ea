//! The whole way, step by step; each step finds out how far the one before it came.

use std::sync::Arc;

use backoffice::custody;
use catalogue::key::SealCode;
use issuance::{Office, upkeep};
use time::UtcDateTime;
use tokio::task::JoinHandle;

use crate::affected::{self, Found};
use crate::carry;
use crate::declare;
use crate::fault::DrillError;
use crate::order::{Order, Progress, Tell};
use crate::report::{Facts, Report, signed};
use crate::said::{moment, whole};

/// What a drill leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What was done.
    pub report: Report,
    /// The same, signed: a JWS.
    pub token: String,
}

/// What a drill would find, without changing anything.
///
/// # Errors
/// `UnknownSeal`, `Log`, `Store`.
pub async fn plan(
    office: &Office,
    seal: &SealCode,
    since: UtcDateTime,
) -> Result<Found, DrillError> {
    let desk = office.desk();
    let scope = desk.catalogue.seal(seal).ok_or(DrillError::UnknownSeal)?;
    let since = whole(since);
    let documents = affected::documents(office, scope, (since, "")).await?;
    let unexplained = affected::unexplained(office, scope, since).await?;
    Ok(Found {
        documents,
        unexplained,
    })
}

/// Both logs at work while a drill runs: nothing leaves that the public one does not show (D3).
struct AtWork([JoinHandle<()>; 2]);

impl AtWork {
    fn of(office: &Office) -> Self {
        Self([&office.log, &office.trace_log].map(|log| tokio::spawn(log.clone().run())))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// The whole drill. Broken off at any point, it is run again with the same order and goes on.
///
/// # Errors
/// [`DrillError`]; `NotYet` while documents wait.
pub async fn run(
    office: &Arc<Office>,
    order: &Order<'_>,
    tell: &Tell<'_>,
) -> Result<Done, DrillError> {
    let desk = office.desk();
    let scope = desk.catalogue.seal(order.seal);
    let scope = scope.ok_or(DrillError::UnknownSeal)?;
    declare::inspect(office, scope, order).await?;
    let _logs = AtWork::of(office);
    let drill = declare::declare(office, scope, order).await?;
    tell(Progress::Declared);
    declare::stop(office, scope, &drill).await?;
    let revoked = declare::revoke(office, scope, &drill).await?;
    tell(Progress::Revoked);
    declare::rekey(office, scope).await?;
    tell(Progress::Rekeyed);
    publish(office).await;
    let asked = (drill.since, drill.id.as_str());
    let found = affected::documents(office, scope, asked).await?;
    carry::begin(office, scope, (&drill, &found)).await?;
    let ready = carry::release(office, &drill, &order.custodian).await?;
    tell(Progress::Begun {
        documents: ready.len(),
    });
    carry::carry(office, ready, tell).await;
    let jobs = office.registry.jobs();
    let taken = jobs.of_drill(&drill.department, &drill.id).await?;
    let open = taken.iter().filter(|one| one.state.is_open()).count();
    if open > 0 {
        return Err(DrillError::NotYet(open));
    }
    publish(office).await;
    let left = affected::documents(office, scope, asked).await?;
    let facts = Facts {
        drill: &drill,
        revoked,
        certificates: standing(office, order.seal).await?,
        left: &left,
        taken: &taken,
        unexplained: affected::unexplained(office, scope, drill.since).await?,
    };
    let report = facts.report(office).await?;
    let token = signed(office, &drill, &report).await?;
    let digest = crypto::sha256(token.as_bytes());
    let now = whole(office.clock.now());
    office.registry.drills().end(&drill, digest, now).await?;
    Ok(Done { report, token })
}

async fn standing(
    office: &Office,
    seal: &SealCode,
) -> Result<Vec<pki::certificate::SerialNumber>, DrillError> {
    let found = custody::certificates(office, seal).await?;
    Ok(found.into_iter().map(|(_, serial)| serial).collect())
}

/// T-A3: lists and answers say what happened; where that fails now, the service's own upkeep does it.
async fn publish(office: &Office) {
    if let Err(error) = upkeep::round(office).await {
        tracing::warn!(%error, at = %moment(office.clock.now()), "lists and answers follow later");
    }
}
