//! What hangs together: permits that presuppose another licence of the same holder are at risk when it is gone; they do
//! not end by themselves, their authorities are told (domain.md 4.1).

use catalogue::Catalogue;
use catalogue::key::TypeKey;
use licence::relation::{AtRisk, Held, at_risk};
use licence::{Event, Phase};
use registry::StoreError;
use registry::licences::Record;
use registry::outbox::Outgoing;
use serde::Serialize;
use time::UtcDateTime;

use crate::office::Office;

/// What the authority of a dependant is told.
#[derive(Serialize)]
struct AtRiskTold<'a> {
    /// The dependant.
    identifier: String,
    /// The types of which its holder has none in force any more.
    lacking: Vec<String>,
    /// The licence that has gone.
    because: &'a str,
    /// What became of it.
    event: &'static str,
}

/// Whether any type presupposes this one.
fn is_presupposed(catalogue: &Catalogue, key: &TypeKey) -> bool {
    catalogue
        .licence_types()
        .any(|kind| kind.predecessors.contains(key))
}

fn held(all: &[Record], now: UtcDateTime) -> Vec<Held> {
    let issued = all.iter().filter(|record| record.recorded.is_some());
    issued
        .map(|record| Held {
            identifier: record.identifier.clone(),
            licence_type: record.licence_type.clone(),
            issuer: record.department.clone(),
            phase: record.life.phase(&record.period, now),
        })
        .collect()
}

/// What is told of the dependants that an event puts at risk; most types have none.
///
/// # Errors
/// The store.
pub async fn told(
    office: &Office,
    record: &Record,
    event: &Event,
    now: UtcDateTime,
) -> Result<Vec<Outgoing>, StoreError> {
    let gone = match event {
        Event::End { power, .. } => Phase::Ended(power.ending()),
        Event::Void { .. } => Phase::Voided,
        _ => return Ok(Vec::new()),
    };
    let desk = office.desk();
    if !is_presupposed(&desk.catalogue, &record.licence_type) {
        return Ok(Vec::new());
    }
    let licences = office.registry.licences();
    let mut held = held(&licences.held_beside(&record.identifier).await?, now);
    let before = at_risk(&held, &desk.catalogue);
    let ended = held.iter_mut();
    for one in ended.filter(|one| one.identifier == record.identifier) {
        one.phase = gone;
    }
    let after = at_risk(&held, &desk.catalogue);
    let because = record.identifier.to_string();
    let new = after.iter().filter(|risk| !before.contains(risk));
    let told = new.map(|risk| outgoing(risk, &because, event.kind().code()));
    Ok(told.collect())
}

fn outgoing(risk: &AtRisk, because: &str, event: &'static str) -> Outgoing {
    let told = AtRiskTold {
        identifier: risk.identifier.to_string(),
        lacking: risk.lacking.iter().map(ToString::to_string).collect(),
        because,
        event,
    };
    Outgoing {
        kind: "licence.at-risk".to_owned(),
        receivers: vec![risk.authority.to_string()],
        // These values hold strings alone: they always write.
        payload: serde_json::to_vec(&told).unwrap_or_default(),
    }
}

/// The types that a licence presupposes and its holder has not in force; computed, never stored.
///
/// # Errors
/// The store.
pub async fn lacking(office: &Office, record: &Record) -> Result<Vec<String>, StoreError> {
    let desk = office.desk();
    let kind = desk.catalogue.licence_type(&record.licence_type);
    if kind.is_none_or(|kind| kind.predecessors.is_empty()) {
        return Ok(Vec::new());
    }
    let licences = office.registry.licences();
    let all = licences.held_beside(&record.identifier).await?;
    let risks = at_risk(&held(&all, office.clock.now()), &desk.catalogue);
    let own = risks
        .into_iter()
        .find(|risk| risk.identifier == record.identifier);
    Ok(own.map_or_else(Vec::new, |risk| {
        risk.lacking.iter().map(ToString::to_string).collect()
    }))
}
