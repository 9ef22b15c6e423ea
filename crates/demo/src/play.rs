//! The story: cases are posted, a custodian looks and releases, files come out; and one bureau tries another's seal.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use issuance::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::cast::{Case, Cast, cases};
use crate::client::{Call, Client};
use crate::handed::{finished, good, status};
use crate::papers::form;
use crate::pem::pem;
use crate::story::Story;
use crate::tell::{Licence, Outcome, Told};

/// Plays story 6.1 up to its licence, and issues one licence of each type.
pub(crate) async fn play(
    client: &Client,
    cast: &Cast,
    (story, told): (&mut Story<'_>, &Told),
) -> anyhow::Result<Outcome> {
    let out = story.out.clone();
    publish(client, &out).await?;
    let mut outcome = Outcome::new(client.base(), &out);
    let mut cases = cases()?;
    // What the story fetches is in the register before it; its own licence comes next.
    let turn = |case: &Case| {
        ["BL", "ID", "ONE"]
            .iter()
            .position(|kind| *kind == case.kind())
    };
    cases.sort_by_key(|case| turn(case).unwrap_or(usize::MAX));
    for (number, case) in cases.iter().enumerate() {
        if case.kind() == "ONE" {
            story.until_decided(&outcome.licences).await?;
            foreign_seal(client, cast, told).await?;
        }
        let licence = issue(client, cast, case, number, &out).await;
        let licence = licence.with_context(|| format!("the licence of type {}", case.kind()))?;
        told.licence(&licence);
        if licence.kind == "ONE" {
            story.released(&licence).await?;
        }
        outcome.licences.push(licence);
    }
    outcome
        .licences
        .sort_by_key(|licence| licence.kind != "ONE");
    status(client, &out).await?;
    Ok(outcome)
}

/// Roots and trust bundle, and the issuing CA of the national suite, which other programs take for a root: what a verifier needs before it meets the first file.
async fn publish(client: &Client, out: &Path) -> anyhow::Result<()> {
    let now = SystemClock.now();
    for name in ["root", "sm-root", "sm-ca"] {
        let call = Call::get(format!("/certificates/{name}.cer"));
        let found = good(client.call(call, now).await?)?;
        let file = out.join(format!("{name}.pem"));
        fs::write(file, pem("CERTIFICATE", &found.content))?;
    }
    let trust = good(client.call(Call::get("/v1/trust"), now).await?)?;
    fs::write(out.join("trust.jws"), &trust.content)?;
    Ok(())
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
    finished(client, cast, (case.issuer(), case.kind()), &waits, out).await
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
    let call = form("/v1/seal-signatures", &order, b"%PDF-1.7");
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
