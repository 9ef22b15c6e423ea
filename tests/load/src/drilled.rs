//! The drill of T-C6: so many licences are issued, the key of their seal is declared compromised, and all of them are sealed
//! anew, in two runs: the first is lost when half of them are done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use catalogue::key::{PersonKey, SealCode};
use crypto::SoftwareSigner;
use drill::{Custodian, Done, DrillError, Order, Progress};
use issuance::{Clock as _, SystemClock};
use tests::installation::{CUSTODIAN, Installation, STRANGER};
use tokio::sync::Notify;

use crate::round::times;
use crate::stage::Stage;
use crate::work::Department;

const CALLERS: usize = 32;
/// The seal under which licences of the usual type stand.
const SEAL: &str = "990102-SPZYZ-01";

/// Prints how long issuing and the drill took.
pub(crate) async fn drill(stage: Stage, kind: &str, licences: usize) -> anyhow::Result<()> {
    let since = SystemClock.now().replace_nanosecond(0)?;
    let department = Arc::new(Department::issuing(&stage, kind)?);
    let began = Instant::now();
    times(&department, CALLERS, licences).await?;
    println!(
        "{licences} licences issued in {:.1} s",
        seconds(began.elapsed())
    );
    let (installation, _folder) = stage.ended();
    let began = Instant::now();
    let lost = run(&installation, since, |done, of| done * 2 >= of).await?;
    let first = began.elapsed();
    ensure!(lost.is_none(), "the first run was to be lost");
    let began = Instant::now();
    let done = run(&installation, since, |_, _| false).await?;
    let second = began.elapsed();
    let report = done.context("the second run was lost")??.report;
    ensure!(
        (report.affected, report.resealed) == (licences, licences),
        "{} affected, {} sealed anew",
        report.affected,
        report.resealed
    );
    ensure!(report.unexplained.is_empty(), "{:?}", report.unexplained);
    let whole = seconds(first + second);
    println!(
        "drill of {licences}: {:.1} s until it was lost at half, {:.1} s for the rest and the report; {whole:.1} s, {:.0} a second",
        seconds(first),
        seconds(second),
        f64::from(u32::try_from(licences)?) / whole
    );
    Ok(())
}

fn seconds(span: Duration) -> f64 {
    span.as_secs_f64()
}

/// A run that is lost once `lost` says so of what is done and of how many.
async fn run(
    installation: &Installation,
    since: time::UtcDateTime,
    lost: impl Fn(usize, usize) -> bool + Sync,
) -> anyhow::Result<Option<Result<Done, DrillError>>> {
    let office = Arc::new(installation.open(Arc::new(SystemClock)).await?);
    let pkcs8 = std::fs::read(installation.folder().join(format!("{CUSTODIAN}.pk8")))?;
    let key = SoftwareSigner::from_pkcs8(&pkcs8, None)?;
    let (administrator, custodian) = (PersonKey::parse(STRANGER)?, PersonKey::parse(CUSTODIAN)?);
    let seal = SealCode::parse(SEAL)?;
    let order = Order {
        seal: &seal,
        since,
        administrator: &administrator,
        custodian: Custodian {
            person: &custodian,
            key: &key,
        },
    };
    let (gone, over) = (Notify::new(), AtomicBool::new(false));
    let tell = |progress| {
        if let Progress::Sealed { done, of } = progress
            && lost(done, of)
            && !over.swap(true, Ordering::SeqCst)
        {
            gone.notify_one();
        }
    };
    Ok(tokio::select! {
        biased;
        () = gone.notified() => None,
        done = drill::run(&office, &order, &tell) => Some(done),
    })
}
