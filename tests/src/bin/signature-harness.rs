//! `signature-harness`: signatures on standard input, whether `crypto` takes them on standard output.

use std::io::{Read as _, Write as _};

use anyhow::Context as _;
use tests::signatures::{Cases, judge_all};

fn main() -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .context("standard input cannot be read")?;
    let cases: Cases = serde_json::from_str(&text).context("not the JSON of signature cases")?;
    anyhow::ensure!(cases.version == 1, "cases of version {}", cases.version);
    let report = serde_json::to_string_pretty(&judge_all(&cases))?;
    writeln!(std::io::stdout(), "{report}").context("standard output cannot be written")
}
