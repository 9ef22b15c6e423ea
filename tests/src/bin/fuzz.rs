//! `fuzz`: every parse entry under mutants of what the fixtures hold, for a while (T-K7).
//!
//! `fuzz [--seconds N] [--each N] [--target NAME]… [--seed N] [--careful] [--list] [--input FILE]`. `--seconds`
//! is shared by the targets, `--each` is for each of them; the default is 8 seconds shared. Ends with 1 where
//! something failed; what did is in `target/fuzz-failures`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use tests::fuzz::run::{Asked, run};
use tests::fuzz::target::named;
use tests::fuzz::{TARGETS, Target};

fn main() -> anyhow::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let mut targets: Vec<&'static Target> = Vec::new();
    let (mut shared, mut each) = (Duration::from_secs(8), None);
    let (mut seed, mut careful, mut input) = (None, false, None);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .context(format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--seconds" => shared = Duration::from_secs(value()?.parse()?),
            "--each" => each = Some(Duration::from_secs(value()?.parse()?)),
            "--seed" => seed = Some(value()?.parse()?),
            "--target" => targets.push(named(&value()?).context("no such target, see --list")?),
            "--input" => input = Some(value()?),
            "--careful" => careful = true,
            "--list" => {
                TARGETS
                    .iter()
                    .for_each(|target| println!("{}", target.name));
                return Ok(ExitCode::SUCCESS);
            }
            other => anyhow::bail!("{other} is not understood"),
        }
    }
    if targets.is_empty() {
        targets = TARGETS.iter().collect();
    }
    if let Some(path) = input {
        let octets = std::fs::read(&path).context(path)?;
        for target in targets {
            println!("{}: accepted {}", target.name, (target.read)(&octets));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let count = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    let asked = Asked {
        seed: seed.unwrap_or_else(any_seed),
        each: each.unwrap_or(shared / count),
        failures: Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz-failures"),
        careful,
    };
    println!(
        "seed {}, {:?} for each of {count} targets",
        asked.seed, asked.each
    );
    let told = run(&targets, &asked, &mut std::io::stdout())?;
    let inputs: u64 = told.iter().map(|told| told.inputs).sum();
    let failures: usize = told.iter().map(|told| told.failures.len()).sum();
    println!("{inputs} inputs, {failures} failures, seed {}", asked.seed);
    Ok(if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Another one for each process: the hasher of the standard library is keyed at random.
fn any_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0_u8)
}
