//! What a service keeps: memory while large documents pass, and everything over a kill.

use std::sync::Arc;

use anyhow::ensure;
use hyper::Method;
use issuance::{Clock as _, SystemClock};
use server::{Call, Client};

use crate::round::times;
use crate::stage::Stage;
use crate::work::{Department, page};

/// Octets of a large document.
const LARGE: usize = 20_000_000;
/// How often it passes.
const PASSES: usize = 3;
const CALLERS: usize = 32;

/// Resident memory of the service while a document of 20 MB is judged, and while one is sealed.
pub(crate) async fn memory(stage: &Stage) -> anyhow::Result<()> {
    let service = &stage.service;
    let small = Department::sealing(stage, None, 50_000)?;
    small.one().await?;
    let idle = service.resident()?;
    let client = Client::anonymous(&service.base);
    for _ in 0..PASSES {
        let kind = "application/octet-stream";
        let call = Call::send(Method::POST, "/v1/verifications", kind, page(0, LARGE));
        let answer = client.call(call, SystemClock.now()).await?;
        ensure!(answer.status == 200, "judged with {}", answer.status);
    }
    let judged = service.peak()?;
    let between = service.resident()?;
    let large = Department::sealing(stage, None, LARGE)?;
    for _ in 0..PASSES {
        large.one().await?;
    }
    println!(
        "\nresident: {idle} MiB idle, at most {judged} MiB while 20 MB are judged; \
         {between} MiB after it, at most {} MiB while 20 MB are sealed\n",
        service.peak()?
    );
    Ok(())
}

/// How long a service takes from its start after a kill until it is ready.
pub(crate) async fn start(stage: &mut Stage, kind: &str, licences: usize) -> anyhow::Result<()> {
    let department = Arc::new(Department::issuing(stage, kind)?);
    times(&department, CALLERS, licences).await?;
    for _ in 0..PASSES {
        let took = stage.killed().await?;
        println!(
            "\nready {:.0} ms after a start on what a kill left, {licences} licences more\n",
            took.as_secs_f64() * 1e3
        );
    }
    Ok(())
}
