//! Judging what came out: over the network and without one, before and after a licence is ended.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use axum::http::Method;
use issuance::{Clock, SystemClock};
use serde_json::{Value, json};
use verify::{Material, Policy, Trust};

use crate::cast::Cast;
use crate::client::{Call, Client};
use crate::handed::status;
use crate::tell::{Check, Licence, Outcome, Told};

/// How often it is looked whether a list was signed anew, fifty milliseconds apart: more than a round of upkeep.
const LOOKS: usize = 600;
/// Which licence is ended: a business's food permit, by the bureau that issued it.
const ENDED: &str = "FOOD";

pub(crate) async fn judge(
    client: &Client,
    cast: &Cast,
    folder: &Path,
    outcome: &mut Outcome,
    told: &Told,
) -> anyhow::Result<()> {
    let out = folder.join("out");
    for licence in &outcome.licences {
        for file in licence.pdf.iter().chain(&licence.ofd) {
            outcome.checks.push(online(client, file).await?);
            outcome.checks.push(offline(&out, file)?);
        }
        outcome.checks.push(offline(&out, &licence.lc1)?);
    }
    let valid = outcome
        .checks
        .iter()
        .filter(|check| check.verdict == "valid")
        .count();
    told.line(&format!(
        "{valid} of {} checks of files and printed codes, online and offline, say valid",
        outcome.checks.len()
    ));
    let ended = outcome
        .licences
        .iter()
        .position(|licence| licence.kind == ENDED);
    let Some(licence) = ended.and_then(|at| outcome.licences.get_mut(at)) else {
        return Ok(());
    };
    end(client, cast, licence).await?;
    told.line(&format!(
        "ended: {} {} is annulled (撤销)",
        licence.kind, licence.number
    ));
    let (pdf, lc1) = (licence.pdf.clone().unwrap_or_default(), licence.lc1.clone());
    let ofd = licence.ofd.clone();
    outcome.checks.push(online(client, &pdf).await?);
    // The list of before the ending is still what an inspector without a network has.
    outcome.checks.push(offline(&out, &pdf)?);
    status(client, &out).await?;
    outcome.checks.push(offline(&out, &pdf)?);
    if let Some(ofd) = &ofd {
        outcome.checks.push(offline(&out, ofd)?);
    }
    outcome.checks.push(offline(&out, &lc1)?);
    let last = if ofd.is_some() { 5 } else { 4 };
    for check in outcome.checks.iter().rev().take(last).rev() {
        told.check(check);
    }
    Ok(())
}

async fn end(client: &Client, cast: &Cast, licence: &mut Licence) -> anyhow::Result<()> {
    let (name, secret) = cast
        .callers
        .get("Q-APR")
        .context("the bureau has an account")?;
    let order = json!({
        "ending": "annulled",
        "decision": "撤字〔2026〕第0001号",
        "legal_basis": "行政许可法第六十九条",
    });
    let path = format!("/v1/licences/{}/end", licence.identifier);
    let call = Call::post(path, &order).once("demonstration-ending-0001");
    let bureau = client.account(name, secret);
    let answer = bureau.call(call, SystemClock.now()).await?;
    let state = answer.json();
    let state = state.get("state").and_then(Value::as_str);
    licence.state = state.context("the ending was refused")?.to_owned();
    listed(client, Path::new(&licence.receipt)).await
}

/// The list follows within the minute of T-A3; the demonstration waits until another one is signed than the one that
/// lies beside this file.
pub(crate) async fn listed(client: &Client, beside: &Path) -> anyhow::Result<()> {
    let before = fs::read(beside.with_file_name("status/1.statuslist"))?;
    for _ in 0..LOOKS {
        let list = client
            .call(Call::get("/status/1"), SystemClock.now())
            .await?;
        if list.content != before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Through the service: the register itself says the state.
pub(crate) async fn online(client: &Client, path: &str) -> anyhow::Result<Check> {
    let now = SystemClock.now();
    let octets = fs::read(path)?;
    let call = Call::send(
        Method::POST,
        "/v1/verifications",
        "application/octet-stream",
        octets,
    );
    let report = client.call(call, now).await?.json();
    Ok(Check::of(path, "online", &report))
}

/// With trust and status from files, and no network.
pub(crate) fn offline(out: &Path, path: &str) -> anyhow::Result<Check> {
    let trust = Trust::parse(&fs::read(out.join("trust.jws"))?)?;
    let mut material = Material::empty();
    for entry in fs::read_dir(out.join("status"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        material.add(&name, &fs::read(entry.path())?);
    }
    let octets = fs::read(path)?;
    let policy = Policy::default();
    let report = verify::examine(path, &octets, &trust, &material, &policy, SystemClock.now());
    let report: Value = serde_json::from_str(&report.to_json())?;
    Ok(Check::of(path, "offline", &report))
}
