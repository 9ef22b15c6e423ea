//! `load`: what the service costs under load. A process of its own serves on loopback, this one asks; what is told
//! is the processor time of the serving process alone, in σ, the processor time of one P-256 signature.
//!
//! `load issue|seal|digest|state|certificate|ocsp|tsa|verify|idle-verify-under-flood|memory|handles|start|turnover|drill|seals|all [--callers N]
//! [--seconds N] [--type KEY] [--level b-b|b-lt] [--licences N] [--seals N] [--database URL] [--files both] [--keys token]`. The database is an SQLite
//! file in a temporary folder; a PostgreSQL database that is named has to be empty. With `--files both` the office has the
//! national suite, and each licence is a PDF and an OFD. With `--keys token` its keys are in SoftHSM2. Prints a table in Markdown; `docs/performance.md` says how to read it.

mod change;
mod drilled;
mod hidden;
mod kept;
mod public;
mod round;
mod sealed;
mod serving;
mod sigma;
mod stage;
mod token;
mod told;
mod turned;
mod work;

use anyhow::Context as _;

use crate::round::Asked;
use crate::stage::{Keys, Stage};

/// Everything that `all` does, in this order.
const ALL: [&str; 13] = [
    "issue",
    "seal",
    "digest",
    "state",
    "certificate",
    "verify",
    "idle-verify-under-flood",
    "ocsp",
    "tsa",
    "memory",
    "handles",
    "start",
    "turnover",
];

struct Arguments {
    command: String,
    asked: Asked,
    kind: String,
    level: Option<String>,
    licences: usize,
    seals: usize,
    database: Option<String>,
    /// Whether the office has the national suite: each licence is a PDF and an OFD then.
    both: bool,
    /// Whether its keys are in a token.
    in_token: bool,
}

impl Arguments {
    fn keys(&self) -> Keys {
        match (self.both, self.in_token) {
            (true, _) => Keys::BothSuites,
            (_, true) => Keys::InToken,
            _ => Keys::InFile,
        }
    }
}

fn arguments() -> anyhow::Result<Arguments> {
    let mut given = std::env::args().skip(1);
    let mut arguments = Arguments {
        command: given
            .next()
            .context("which load? see the head of main.rs")?,
        asked: Asked {
            callers: 32,
            seconds: 20,
        },
        kind: "FOOD".to_owned(),
        level: None,
        licences: 200,
        seals: 10_000,
        database: None,
        both: false,
        in_token: false,
    };
    while let Some(name) = given.next() {
        let value = given.next();
        let value = value.with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--callers" => arguments.asked.callers = value.parse()?,
            "--seconds" => arguments.asked.seconds = value.parse()?,
            "--type" => arguments.kind = value,
            "--level" => arguments.level = Some(value),
            "--licences" => arguments.licences = value.parse()?,
            "--seals" => arguments.seals = value.parse()?,
            "--database" => arguments.database = Some(value),
            "--keys" => arguments.in_token = value == "token",
            "--files" => arguments.both = value == "both",
            other => anyhow::bail!("{other} is not understood"),
        }
    }
    Ok(arguments)
}

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let first = words.next();
    // The serving process is this binary once more, with the threads that the service has; so are those that judge for it.
    if first.as_deref() == Some("judge") {
        return Ok(server::judge_apart()?);
    }
    if first.as_deref() == Some(serving::COMMAND) {
        let folder = words.next().context("which folder?")?;
        let threads = server::Threads::start()?;
        let front = threads.front();
        return threads.run(serving::serve(&folder, words.next().as_deref(), front));
    }
    let arguments = arguments()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(load(&arguments))
}

async fn load(arguments: &Arguments) -> anyhow::Result<()> {
    // T-C6: by itself, since it ends its service.
    if arguments.command == "drill" {
        let stage = Stage::set(arguments.database.as_deref(), arguments.keys()).await?;
        return drilled::drill(stage, &arguments.kind, arguments.licences).await;
    }
    if arguments.command == "seals" {
        let asked = (arguments.seals, arguments.asked);
        return sealed::seals(arguments.keys(), asked).await;
    }
    let chosen = match arguments.command.as_str() {
        "all" => &ALL[..],
        one => std::slice::from_ref(
            ALL.iter()
                .find(|name| **name == one)
                .context("no such load")?,
        ),
    };
    let mut stage = Stage::set(arguments.database.as_deref(), arguments.keys()).await?;
    told::head();
    for name in chosen {
        match *name {
            "issue" => work::issue(&stage, &arguments.kind, arguments.asked).await?,
            "seal" => work::seal(&stage, arguments.level.as_deref(), arguments.asked).await?,
            "digest" => work::digest(&stage, arguments.asked).await?,
            "state" => change::state(&stage, &arguments.kind, arguments.asked).await?,
            "certificate" => change::certificate(&stage, arguments.asked).await?,
            "memory" => kept::memory(&stage).await?,
            "handles" => hidden::handles(&stage).await?,
            "start" => kept::start(&mut stage, &arguments.kind, arguments.licences).await?,
            "turnover" => {
                let asked = (arguments.licences, arguments.asked);
                turned::turnover(&mut stage, &arguments.kind, asked).await?;
            }
            "verify" => public::verify(&stage, &arguments.kind, arguments.asked).await?,
            "ocsp" => public::ocsp(&stage, arguments.asked).await?,
            "tsa" => public::tsa(&stage, arguments.asked).await?,
            _ => public::verify_under_flood(&stage, &arguments.kind, arguments.asked).await?,
        }
    }
    Ok(())
}
