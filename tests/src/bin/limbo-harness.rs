//! `limbo-harness`: x509-limbo cases on standard input, results on standard output.

use std::io::{Read as _, Write as _};

use anyhow::Context as _;
use tests::limbo::{Limbo, judge_all};

fn main() -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .context("standard input cannot be read")?;
    let limbo: Limbo = serde_json::from_str(&text).context("not the JSON of x509-limbo")?;
    anyhow::ensure!(limbo.version == 1, "cases of version {}", limbo.version);
    #[expect(
        clippy::disallowed_methods,
        reason = "cases without a moment ask about now, and this is the edge"
    )]
    let now = time::UtcDateTime::now();
    let report = serde_json::to_string_pretty(&judge_all(&limbo, now))?;
    writeln!(std::io::stdout(), "{report}").context("standard output cannot be written")
}
