//! More callers than the service can serve: what is too much is refused at once, and memory stays where it was (T-A5).

use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;
use server::Call;
use tokio::sync::Barrier;

use crate::customer::{Told, Tried};
use crate::faults::ground::{DEPARTMENT, Ground, Place, Problems};

/// Jobs in flight that the service is configured for.
pub const JOBS: u32 = 8;

/// Requests a day of the account that has few.
pub const FEW: u64 = 20;

/// What came of it.
#[derive(Debug, Clone)]
pub struct Flood {
    /// Callers at once.
    pub callers: u32,
    /// Requests that were made.
    pub requests: usize,
    /// Requests that were refused, each with the word when to come back.
    pub problems: Problems,
    /// Requests of the account that has few that were admitted.
    pub admitted: u64,
    /// Those of it that were refused with 429.
    pub too_many: u64,
    /// Licences issued, none lost and none given twice.
    pub licences: usize,
    /// The most memory resident before the flood, KiB.
    pub before: u64,
    /// The same after it, KiB.
    pub peak: u64,
}

/// So many callers at once, each with so many requests; what was refused is asked again afterwards.
///
/// # Errors
/// What was lost, or answered otherwise than with 429 or 503 and `Retry-After`.
pub async fn flood(program: &Path, callers: u32, each: u32) -> anyhow::Result<Flood> {
    let place = Place {
        program: program.to_owned(),
        postgres: None,
        relay: None,
    };
    let folder = tempfile::tempdir()?;
    let lines = format!("jobs = {JOBS}\n");
    let mut ground = Ground::prepare(&place, folder, Vec::new(), &lines).await?;
    let mut told = Told::default();
    let first = ground.request(0)?;
    ground.issued(first, &mut told).await?;
    let before = ground.child.peak()?;
    let together = Arc::new(Barrier::new(usize::try_from(callers)?));
    let mut floods = Vec::new();
    for caller in 0..callers {
        let (customer, now, together) = (ground.customer(), ground.now, together.clone());
        let requests = (0..each).map(|running| ground.request(1 + caller * each + running));
        let requests: Vec<_> = requests.collect::<anyhow::Result<_>>()?;
        floods.push(tokio::spawn(async move {
            together.wait().await;
            let mut open = Vec::new();
            for (key, body) in requests {
                let mut told = Told::default();
                let tried = customer.carry(&key, &body, now, &mut told).await?;
                ensure!(tried != Tried::Gone, "{key}: the service is gone");
                open.push(((key, body), told));
            }
            anyhow::Ok(open)
        }));
    }
    let mut open = Vec::new();
    for flood in floods {
        open.extend(flood.await??);
    }
    let requests = open.len();
    let peak = ground.child.peak()?;
    for (request, mut told) in open {
        ground.issued(request, &mut told).await?;
        ground.count(told)?;
    }
    let (admitted, too_many) = few(&ground).await?;
    let (licences, problems) = ground.judge().await?;
    Ok(Flood {
        callers,
        requests,
        problems,
        admitted,
        too_many,
        licences,
        before,
        peak,
    })
}

/// Twice as many requests at once as an account has for a day: admitted, and refused with 429.
async fn few(ground: &Ground) -> anyhow::Result<(u64, u64)> {
    let id = format!("{DEPARTMENT}-few");
    ground.installation.enrol(&id, DEPARTMENT, FEW).await?;
    let account = ground.customer().account("few");
    let mut asked = Vec::new();
    for _ in 0..2 * FEW {
        let (account, now) = (account.clone(), ground.now);
        asked.push(tokio::spawn(async move {
            account.call(Call::get("/v1/licences"), now).await
        }));
    }
    let (mut admitted, mut too_many) = (0, 0);
    for asked in asked {
        let answer = asked.await??;
        match answer.status.as_u16() {
            200 => admitted += 1,
            429 if answer.headers.contains_key("retry-after") => too_many += 1,
            other => anyhow::bail!("{other}: {}", answer.json()),
        }
    }
    Ok((admitted, too_many))
}
