//! What has to hold of a service that was disturbed: nothing acknowledged is lost, nothing is issued twice (T-D1, T-D3).

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use issuance::FixedClock;
use registry::jobs::JobId;
use serde_json::Value;
use server::Call;
use time::UtcDateTime;
use tokio::task::JoinSet;

use crate::customer::{Asked, Customer};
use crate::installation::Installation;
use crate::leaves;

/// Callers at once that ask again.
const JUDGES: usize = 8;

/// T-D1 and T-D3 as callers see them: every request repeated three times has the answer that it had, every file is
/// there.
///
/// # Errors
/// What was lost or taken back.
pub async fn answers(customer: &Customer, asked: &[Asked], now: UtcDateTime) -> anyhow::Result<()> {
    let mut judges = JoinSet::new();
    for part in asked.chunks(asked.len().div_ceil(JUDGES).max(1)) {
        let (customer, part) = (customer.clone(), part.to_vec());
        judges.spawn(async move {
            for one in &part {
                answer(&customer, one, now).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(judged) = judges.join_next().await {
        judged??;
    }
    Ok(())
}

async fn answer(customer: &Customer, one: &Asked, now: UtcDateTime) -> anyhow::Result<()> {
    for _ in 0..3 {
        let again = customer.ask(&one.key, &one.body, now).await?;
        let (status, said) = (again.status, again.json());
        ensure!(
            status == 201 && said == one.issued,
            "{}: {status} {said}, but {} was told",
            one.key,
            one.issued
        );
    }
    let text = |name: &str| one.issued.get(name).and_then(Value::as_str);
    let identifier = text("identifier").context("an identifier was told")?;
    let call = Call::get(format!("/v1/licences/{identifier}/files/pdf"));
    let file = customer.call("approvals", call, now).await?;
    let digest = crate::installation::hex(&crypto::sha256(&file.content));
    ensure!(
        text("file_digest") == Some(digest.as_str()),
        "{identifier}: {} and another file than the one that was told",
        file.status
    );
    Ok(())
}

/// The same as facts: one licence, one number, one identifier for each key; log and trace whole. Returns how many
/// signatures were lost.
///
/// # Errors
/// What was lost or given twice.
pub async fn facts(
    installation: &Installation,
    department: &str,
    asked: &[Asked],
    now: UtcDateTime,
) -> anyhow::Result<u64> {
    let office = installation.open(Arc::new(FixedClock::new(now))).await?;
    let department = catalogue::key::DepartmentKey::parse(department)?;
    let licences = office.registry().licences();
    let (mut seen, mut numbers, mut last) = (BTreeSet::new(), BTreeSet::new(), None);
    loop {
        let page = licences.list(&department, last.as_ref(), 100).await?;
        for record in &page {
            ensure!(record.recorded.is_some(), "{record:?} was never recorded");
            seen.insert(record.identifier.to_string());
            numbers.insert(record.number.as_str().to_owned());
        }
        match page.last() {
            Some(record) => last = Some(record.clone()),
            None => break,
        }
    }
    let (licences, keys) = (seen.len(), asked.len());
    ensure!(
        licences == keys && numbers.len() == keys,
        "{keys} keys have {licences} licences with {} numbers",
        numbers.len()
    );
    let mut lost = 0;
    for one in asked {
        let text = |name: &str| one.issued.get(name).and_then(Value::as_str);
        let identifier = text("identifier").context("an identifier was told")?;
        ensure!(
            seen.remove(identifier),
            "{identifier} is not there, or was told twice"
        );
        let job = text("job").and_then(JobId::parse);
        let job = job.context("a job was told")?;
        let job = office.registry().jobs().find(&job, None).await?;
        let job = job.context("the job is there")?;
        leaves::judge(&office, &job, &[text("receipt").unwrap_or_default()])
            .await
            .with_context(|| one.key.clone())?;
        lost += job.attempts.saturating_sub(1);
    }
    let faults = office.registry().trace().check(&department).await?;
    ensure!(faults.is_empty(), "the trace: {faults:?}");
    Ok(lost)
}
