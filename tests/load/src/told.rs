//! The table.

use std::time::Duration;

use crate::round::{Told, percentile};

/// The machine's load, and the head of the table.
pub(crate) fn head() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load of the machine before: {}\n", load.trim_end());
    println!(
        "| load | callers | done | a second | p50 ms | p99 ms | server ms each | σ µs | σ each | peak MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
}

/// A row; σ is the mean of before and after.
pub(crate) fn row(name: &str, told: &Told) {
    let count = u32::try_from(told.times.len()).unwrap_or(u32::MAX).max(1);
    let (before, after) = told.sigma;
    let sigma = (before + after) / 2;
    let each = told.server / count;
    println!(
        "| {name} | {} | {count} | {:.0} | {:.1} | {:.1} | {:.3} | {:.1} / {:.1} | {:.1} | {} |",
        told.callers,
        f64::from(count) / told.elapsed.as_secs_f64(),
        ms(percentile(&told.times, 50)),
        ms(percentile(&told.times, 99)),
        ms(each),
        ms(before) * 1e3,
        ms(after) * 1e3,
        each.as_secs_f64() / sigma.as_secs_f64().max(1e-9),
        told.peak,
    );
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
