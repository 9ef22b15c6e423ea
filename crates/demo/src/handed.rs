//! What waits is released by its custodian, and what comes out lies in the folder.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use issuance::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::client::{Answer, Call, Client};
use crate::tell::Licence;

pub(crate) fn good(answer: Answer) -> anyhow::Result<Answer> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    bail!(
        "the service answered {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.content)
    );
}

fn text<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    let found = value.get(name).and_then(Value::as_str);
    found.with_context(|| format!("the answer has no {name}"))
}

/// The licence of a job that waits: released by the custodian of its issuer, its files in the folder under `name`.
pub(crate) async fn finished(
    client: &Client,
    cast: &Cast,
    (issuer, name): (&str, &str),
    waits: &Value,
    out: &Path,
) -> anyhow::Result<Licence> {
    let issued = released(client, cast, issuer, text(waits, "job")?).await?;
    let identifier = text(&issued, "identifier")?;
    let path = format!("/v1/licences/{identifier}/files/pdf");
    let account = cast.callers.get(issuer);
    let (account, secret) = account.context("the issuer has an account")?;
    let approvals = client.account(account, secret);
    let file = good(approvals.call(Call::get(&path), SystemClock.now()).await?)?;
    let at = |ending: &str| out.join(format!("{name}.{ending}"));
    fs::write(at("pdf"), &file.content)?;
    let ofd = beside(&approvals, &issued, &path).await?;
    if let Some((file, receipt)) = &ofd {
        fs::write(at("ofd"), file)?;
        fs::write(at("ofd.receipt"), receipt)?;
    }
    fs::write(at("lc1"), format!("{}\n", text(waits, "lc1")?))?;
    fs::write(at("receipt"), text(&issued, "receipt")?)?;
    let kind = name.split('-').next().unwrap_or(name);
    Ok(Licence {
        identifier: identifier.to_owned(),
        number: text(&issued, "number")?.to_owned(),
        kind: kind.to_owned(),
        state: text(&issued, "state")?.to_owned(),
        pdf: Some(at("pdf").display().to_string()),
        ofd: ofd.map(|_| at("ofd").display().to_string()),
        lc1: at("lc1").display().to_string(),
        receipt: at("receipt").display().to_string(),
    })
}

/// The OFD beside the PDF that is had at `path`, with its receipt, where the answer tells of one.
async fn beside(
    approvals: &Client,
    issued: &Value,
    path: &str,
) -> anyhow::Result<Option<(Vec<u8>, String)>> {
    let files = issued.get("files").and_then(Value::as_array);
    let mut files = files.into_iter().flatten();
    let Some(told) = files.find(|told| told.get("format") == Some(&"ofd".into())) else {
        return Ok(None);
    };
    let path = format!("{}ofd", path.trim_end_matches("pdf"));
    let file = good(approvals.call(Call::get(path), SystemClock.now()).await?)?;
    Ok(Some((
        file.content.to_vec(),
        text(told, "receipt")?.to_owned(),
    )))
}

/// The custodian of a department looks at what waits, and releases it.
pub(crate) async fn released(
    client: &Client,
    cast: &Cast,
    issuer: &str,
    job: &str,
) -> anyhow::Result<Value> {
    let custodian = cast.custodians.get(issuer);
    let (name, secret) = custodian.context("there is a custodian")?;
    let custodian = client.account(name, secret);
    let path = format!("/v1/releases/{job}");
    let offer = custodian.call(Call::get(&path), SystemClock.now()).await?;
    let release = release(cast, &good(offer)?.json())?;
    let call = Call::post(path, &release);
    Ok(good(custodian.call(call, SystemClock.now()).await?)?.json())
}

/// The custodian signs what the offer says.
fn release(cast: &Cast, offer: &Value) -> anyhow::Result<Value> {
    let statement = text(offer, "statement")?;
    let octets: Option<Vec<u8>> = statement
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let octets = octets.context("the statement is hexadecimal")?;
    let signature = cast.release(&octets, SystemClock.now())?;
    Ok(json!({
        "expires": text(offer, "expires")?,
        "algorithm": "ecdsa-p256-sha256",
        "signature": STANDARD.encode(signature),
    }))
}

/// Status as files: what an inspector takes along in the morning.
pub(crate) async fn status(client: &Client, out: &Path) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let folder = out.join("status");
    for (path, name) in [
        ("/status/1", "1.statuslist"),
        ("/crl/root.crl", "root.crl"),
        ("/crl/ca.crl", "ca.crl"),
        ("/crl/sm-root.crl", "sm-root.crl"),
        ("/crl/sm-ca.crl", "sm-ca.crl"),
        ("/log/checkpoint", "log.checkpoint"),
    ] {
        let answer = good(client.call(Call::get(path), now).await?)?;
        fs::write(folder.join(name), &answer.content)?;
    }
    Ok(())
}
