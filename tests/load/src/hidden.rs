//! Handles that show nothing: whether the time of their answers tells them apart (T-P6).

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use issuance::{Clock as _, SystemClock};
use licence::Identifier;
use serde_json::Value;
use server::{Call, Client};
use tests::cases;

use crate::round::percentile;
use crate::stage::Stage;
use crate::work::{expect, text};

/// Questions about each handle.
const TRIALS: usize = 10_000;
/// T-P6: by how much the medians may differ.
const BOUND: Duration = Duration::from_millis(1);
/// Characters of a handle.
const HANDLE: usize = 22;

/// Asks in turn for a handle of a licence that waits for its seal, one that was never given, and one that cannot be.
pub(crate) async fn handles(stage: &Stage) -> anyhow::Result<()> {
    let mut never = "A".repeat(HANDLE - 1);
    never.push('Q');
    let asked = [
        ("waits for its seal", waiting(stage).await?),
        ("never given", never),
        ("cannot be one", "!".repeat(HANDLE)),
    ];
    let client = Client::anonymous(&stage.service.base);
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..TRIALS {
        for ((name, handle), times) in asked.iter().zip(&mut times) {
            let began = Instant::now();
            let call = Call::get(format!("/v/{handle}"));
            let answer = client.call(call, SystemClock.now()).await?;
            times.push(began.elapsed());
            ensure!(answer.status == 404, "{name}: {}", answer.status);
        }
    }
    let mut medians = Vec::new();
    for ((name, _), times) in asked.iter().zip(&mut times) {
        times.sort_unstable();
        let median = percentile(times, 50);
        println!("\nhandle that {name}: median of {TRIALS} answers {median:?}");
        medians.push(median);
    }
    let (least, most) = (medians.iter().min(), medians.iter().max());
    let difference = *most.context("three")? - *least.context("three")?;
    println!("\nthe medians differ by {difference:?}, at most {BOUND:?} are allowed (T-P6)\n");
    ensure!(difference <= BOUND, "the time tells them apart");
    Ok(())
}

/// The handle of a licence that waits.
async fn waiting(stage: &Stage) -> anyhow::Result<String> {
    let request = cases::case("FOOD", 77_777)?;
    let issuer = request.get("issuer").and_then(Value::as_str);
    let bureau = stage.customer(issuer.context("a case has an issuer")?);
    let now = SystemClock.now();
    let body = cases::body(&request);
    let waits = bureau.ask("a-handle-of-the-load", &body, now).await?;
    let waits = expect(waits, 202)?;
    let identifier = Identifier::parse(text(&waits, "identifier")?)?;
    // The page shows it in compressed words; the register has it plainly.
    let office = stage.installation.open(Arc::new(SystemClock)).await?;
    let licences = office.registry().licences();
    let content = licences.content(&identifier, None).await?;
    Ok(content.context("it is reserved")?.handle)
}
