//! The story: cases are posted, a custodian looks and releases, files come out; and one bureau tries another's seal.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use issuance::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::client::{Answer, Call, Client};
use crate::demo::cast::{Case, Cast, cases};
use crate::demo::found::pem;
use crate::demo::story::Story;
use crate::demo::tell::{Licence, Outcome, Told};

/// Plays the parts of story 6.1 that exist, and issues one licence of each type.
pub(crate) async fn play(
    client: &Client,
    cast: &Cast,
    folder: &Path,
    told: &Told,
) -> anyhow::Result<Outcome> {
    let out = folder.join("out");
    publish(client, &out).await?;
    let mut outcome = Outcome::new(client.base(), &out);
    let mut cases = cases()?;
    // The story's own licence comes first.
    cases.sort_by_key(|case| case.kind() != "ONE");
    let story = Story::new(client, cast, told)?;
    story.until_decided().await?;
    foreign_seal(client, cast, told).await?;
    for (number, case) in cases.iter().enumerate() {
        let licence = issue(client, cast, case, number, &out).await;
        let licence = licence.with_context(|| format!("the licence of type {}", case.kind()))?;
        told.licence(&licence);
        if licence.kind == "ONE" {
            story.released().await?;
        }
        outcome.licences.push(licence);
    }
    story.followed().await?;
    status(client, &out).await?;
    Ok(outcome)
}

/// Root and trust bundle: what a verifier needs before it meets the first file.
async fn publish(client: &Client, out: &Path) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let root = good(
        client
            .call(Call::get("/certificates/root.cer"), now)
            .await?,
    )?;
    fs::write(out.join("root.pem"), pem("CERTIFICATE", &root.content))?;
    let trust = good(client.call(Call::get("/v1/trust"), now).await?)?;
    fs::write(out.join("trust.jws"), &trust.content)?;
    Ok(())
}

fn good(answer: Answer) -> anyhow::Result<Answer> {
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

/// A case from post to file.
async fn issue(
    client: &Client,
    cast: &Cast,
    case: &Case,
    number: usize,
    out: &Path,
) -> anyhow::Result<Licence> {
    let (name, secret) = cast
        .callers
        .get(case.issuer())
        .context("the issuer has an account")?;
    let approvals = client.account(name, secret);
    let body = body(case, number);
    let now = SystemClock.now();
    let call = Call::post("/v1/licences", &body).once(format!("demonstration-{number:04}"));
    let waits = good(approvals.call(call, now).await?)?.json();
    let job = text(&waits, "job")?;
    let code = text(&waits, "lc1")?;
    let (name, secret) = cast
        .custodians
        .get(case.issuer())
        .context("there is a custodian")?;
    let custodian = client.account(name, secret);
    let offer = good(
        custodian
            .call(Call::get(format!("/v1/releases/{job}")), now)
            .await?,
    )?
    .json();
    let release = release(cast, &offer)?;
    let call = Call::post(format!("/v1/releases/{job}"), &release);
    let issued = good(custodian.call(call, SystemClock.now()).await?)?.json();
    let identifier = text(&issued, "identifier")?;
    let path = format!("/v1/licences/{identifier}/files/pdf");
    let file = good(approvals.call(Call::get(path), SystemClock.now()).await?)?;
    let at = |ending: &str| out.join(format!("{}.{ending}", case.kind()));
    fs::write(at("pdf"), &file.content)?;
    fs::write(at("lc1"), format!("{code}\n"))?;
    fs::write(at("receipt"), text(&issued, "receipt")?)?;
    Ok(Licence {
        identifier: identifier.to_owned(),
        number: text(&issued, "number")?.to_owned(),
        kind: case.kind().to_owned(),
        state: text(&issued, "state")?.to_owned(),
        pdf: Some(at("pdf").display().to_string()),
        ofd: None,
        lc1: at("lc1").display().to_string(),
        receipt: at("receipt").display().to_string(),
    })
}

/// The content of the request, with a drawn photograph where the type shows one.
fn body(case: &Case, number: usize) -> Value {
    let mut request = case.request.clone();
    let mut photo = None;
    if case.photo {
        let drawn = issuance::sample_photo(u64::try_from(number).unwrap_or_default());
        let digest: String = crypto::sha256(&drawn)
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect();
        if let Some(field) = request.pointer_mut("/fields/photo_sha256") {
            *field = Value::String(digest);
        }
        photo = Some(STANDARD.encode(drawn));
    }
    json!({"request": request, "photo": photo})
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

/// Story 6.1, 09:15: another bureau tries the approval seal. It is refused, and the refusal stands in the trace.
async fn foreign_seal(client: &Client, cast: &Cast, told: &Told) -> anyhow::Result<()> {
    let (name, secret) = cast
        .callers
        .get("H-APR")
        .context("the other bureau has an account")?;
    let order = json!({
        "seal": "990102-SPZYZ-01", "purpose": "decision", "matter": "990171-XK-0019",
        "case": "BJ-990171-20260608-00001", "ground": "none", "page": 1, "x_mm": 100, "y_mm": 40,
    });
    let boundary = "part-of-the-demonstration";
    let form = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"order\"\r\n\r\n{order}\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\r\n--{boundary}--\r\n"
    );
    let kind = "multipart/form-data; boundary=part-of-the-demonstration";
    let call = Call::send(Method::POST, "/v1/seal-signatures", kind, form.into_bytes());
    let call = call.once("demonstration-foreign-seal");
    let other = client.account(name, secret);
    let answer = other.call(call, SystemClock.now()).await?;
    ensure!(
        answer.status.as_u16() == 422,
        "another bureau's use of the seal was answered with {}",
        answer.status
    );
    let refusal = answer.json();
    let code = refusal
        .pointer("/defects/0/code")
        .and_then(Value::as_str)
        .unwrap_or_default();
    told.line(&format!(
        "refused and traced: another bureau asked for the approval seal ({code})"
    ));
    Ok(())
}

/// Status as files: what an inspector takes along in the morning.
pub(crate) async fn status(client: &Client, out: &Path) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let folder = out.join("status");
    for (path, name) in [
        ("/status/1", "1.statuslist"),
        ("/crl/root.crl", "root.crl"),
        ("/crl/ca.crl", "ca.crl"),
        ("/log/checkpoint", "log.checkpoint"),
    ] {
        let answer = good(client.call(Call::get(path), now).await?)?;
        fs::write(folder.join(name), &answer.content)?;
    }
    Ok(())
}
