//! One round: so many callers, each of whom asks again as soon as it was answered, for so long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::sigma::sigma;
use crate::stage::Service;

/// How much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) callers: usize,
    pub(crate) seconds: u64,
}

impl Asked {
    pub(crate) fn of(self, callers: usize) -> Self {
        Self { callers, ..self }
    }

    /// A tenth of it, before anything is counted: pages are laid out and caches filled.
    fn warm(self) -> Self {
        Self {
            seconds: self.seconds.div_ceil(10),
            ..self
        }
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// How long each took, the shortest first.
    pub(crate) times: Vec<Duration>,
    /// How long all took.
    pub(crate) elapsed: Duration,
    /// Processor time of the service.
    pub(crate) server: Duration,
    /// σ just before and just after.
    pub(crate) sigma: (Duration, Duration),
    /// The most memory that the service had resident until then, MiB.
    pub(crate) peak: u64,
    pub(crate) callers: usize,
}

/// Something to ask for: it says itself how long it took, since not all of it counts.
pub(crate) trait Act: Send + Sync + 'static {
    /// Asks once.
    fn act(&self) -> impl Future<Output = anyhow::Result<Duration>> + Send;
}

/// Asks, and measures.
pub(crate) async fn round(
    service: &Service,
    act: &Arc<impl Act>,
    asked: Asked,
) -> anyhow::Result<Told> {
    closed(act, asked.warm()).await?;
    let before = sigma()?;
    let (began, processor) = (Instant::now(), service.processor()?);
    let times = closed(act, asked).await?;
    let elapsed = began.elapsed();
    let server = service.processor()?.saturating_sub(processor);
    Ok(Told {
        times,
        elapsed,
        server,
        sigma: (before, sigma()?),
        peak: service.peak()?,
        callers: asked.callers,
    })
}

/// Asks so many times, and measures nothing.
pub(crate) async fn times(act: &Arc<impl Act>, callers: usize, count: usize) -> anyhow::Result<()> {
    let left = Arc::new(AtomicUsize::new(count));
    let mut asking = Vec::new();
    for _ in 0..callers {
        let (act, left) = (act.clone(), left.clone());
        asking.push(tokio::spawn(async move {
            let one = |left: usize| left.checked_sub(1);
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one)
                .is_ok()
            {
                act.act().await?;
            }
            anyhow::Ok(())
        }));
    }
    for caller in asking {
        caller.await??;
    }
    Ok(())
}

/// Asks until the time is over, and waits for what was begun.
pub(crate) async fn closed(act: &Arc<impl Act>, asked: Asked) -> anyhow::Result<Vec<Duration>> {
    let end = Instant::now() + Duration::from_secs(asked.seconds);
    let mut callers = Vec::new();
    for _ in 0..asked.callers {
        let act = act.clone();
        callers.push(tokio::spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                times.push(act.act().await?);
            }
            anyhow::Ok(times)
        }));
    }
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await??);
    }
    times.sort_unstable();
    Ok(times)
}

/// The time that `part` of a hundred did not exceed.
pub(crate) fn percentile(sorted: &[Duration], part: usize) -> Duration {
    let rank = (sorted.len() * part).div_ceil(100).max(1) - 1;
    sorted.get(rank).copied().unwrap_or_default()
}
