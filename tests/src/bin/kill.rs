//! `kill run`: kills the service as often as is wanted; `kill keys`: uses many request keys meanwhile; `kill power`: cuts the
//! power of its machine; `kill story`: plays the story of many holders meanwhile and compares the end with an undisturbed
//! one; `kill serve`: the process that is killed.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};
use tests::child;
use tests::databases::Server;
use tests::kills::{self, Answers, End, Plan};
use tests::postgres;
use tests::power::{Machine, Made};
use tests::replay::{self, Summary};

const USAGE: &str = "kill run [KILLS] [SEED] | kill keys [KEYS] [KILLS] [SEED] | kill power [CUTS] [SEED] | kill story [HOLDERS] [KILLS] [SEED] \
     | kill serve FOLDER MOMENT [DATABASE]";
/// Answers between two kills of `run`, at most.
const ANSWERS: u32 = 48;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if std::env::var_os(tests::module::HOST).is_some() {
        // A token's process has no arguments: its parent starts it as it starts `yinxin-token`.
        return Ok(custody::host()?);
    }
    if let Some(served) = child::asked_to_serve(&words).await {
        return served;
    }
    match words.as_slice() {
        ["run", rest @ ..] => {
            let kills = u32::try_from(number(rest, 0, 1_000)?)?;
            both(kills, Answers::UpTo(ANSWERS), number(rest, 1, 1)?).await
        }
        ["keys", rest @ ..] => {
            let keys = u32::try_from(number(rest, 0, 10_000)?)?;
            let kills = u32::try_from(number(rest, 1, 50)?)?;
            // Each key has two answers: that it waits, and that it is sealed.
            let answers = Answers::Each(keys.saturating_mul(2).div_ceil(kills.max(1)));
            both(kills, answers, number(rest, 2, 1)?).await
        }
        ["power", rest @ ..] => {
            let cuts = u32::try_from(number(rest, 0, 200)?)?;
            power(cuts, number(rest, 1, 1)?).await
        }
        ["story", rest @ ..] => {
            let plan = replay::Plan {
                program: std::env::current_exe()?,
                holders: usize::try_from(number(rest, 0, 200)?)?,
                kills: u32::try_from(number(rest, 1, 1_000)?)?,
                workers: 8,
                seed: number(rest, 2, 1)?,
                database: None,
                servers: 1,
            };
            story(plan).await
        }
        _ => bail!(USAGE),
    }
}

fn number(words: &[&str], at: usize, usual: u64) -> anyhow::Result<u64> {
    words
        .get(at)
        .map_or(Ok(usual), |text| text.parse().context(USAGE))
}

/// On SQLite, and on PostgreSQL where a server is given: there two processes serve at once.
async fn both(kills: u32, answers: Answers, seed: u64) -> anyhow::Result<()> {
    let mut plan = Plan {
        program: std::env::current_exe()?,
        kills,
        customers: 8,
        seed,
        database: None,
        answers,
        servers: 1,
    };
    println!(
        "commit {}, seed {seed}, {kills} kills, {answers:?}",
        commit()
    );
    one("SQLite, one process", &plan).await?;
    let Some(server) = Server::given() else {
        println!("PostgreSQL: no server is given");
        return Ok(());
    };
    let name = format!("kill_{}", std::process::id());
    for servers in [1, 2] {
        plan.database = Some(server.make(&name, None).await?);
        plan.servers = servers;
        one(&format!("PostgreSQL, processes: {servers}"), &plan).await?;
        server.remove(&name).await?;
    }
    Ok(())
}

async fn one(name: &str, plan: &Plan) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let outcome = kills::run(plan, folder.path(), End::Kill).await;
    let outcome = outcome.with_context(|| name.to_owned())?;
    let seconds = began.elapsed().as_secs();
    println!("{name}: {outcome:?}; lost 0, twice 0; {seconds} s");
    Ok(())
}

/// On a disk of its own, with SQLite and, where it is installed, with PostgreSQL on the same disk.
async fn power(cuts: u32, seed: u64) -> anyhow::Result<()> {
    println!("commit {}, seed {seed}, {cuts} power cuts", commit());
    for (name, with_postgres) in [("SQLite", false), ("PostgreSQL", true)] {
        if with_postgres && postgres::programs().is_none() {
            println!("{name}: not installed");
            continue;
        }
        let mut machine = match Machine::make(with_postgres).await? {
            Made::Machine(machine) => machine,
            Made::Refused(reason) => bail!("{name}: {reason}"),
        };
        let plan = Plan {
            program: std::env::current_exe()?,
            kills: cuts,
            customers: 8,
            seed,
            database: machine.database("power").await?,
            answers: Answers::UpTo(ANSWERS),
            servers: 1,
        };
        let (folder, began) = (machine.folder()?, Instant::now());
        let outcome = kills::run(&plan, &folder, End::Power(&mut machine)).await;
        let outcome = outcome.with_context(|| name.to_owned())?;
        let seconds = began.elapsed().as_secs();
        println!("{name}: {outcome:?}; lost 0, twice 0; {seconds} s");
    }
    Ok(())
}

/// The story of many holders: undisturbed, then killed on each store; all have to come to the same.
async fn story(mut plan: replay::Plan) -> anyhow::Result<()> {
    let (kills, holders, seed) = (plan.kills, plan.holders, plan.seed);
    println!(
        "commit {}, seed {seed}, {holders} holders, {kills} kills",
        commit()
    );
    let undisturbed = replay::Plan {
        kills: 0,
        ..plan.clone()
    };
    let wanted = told("SQLite, undisturbed", &undisturbed, None).await?;
    told("SQLite, one process", &plan, Some(&wanted)).await?;
    let Some(server) = Server::given() else {
        println!("PostgreSQL: no server is given");
        return Ok(());
    };
    let name = format!("story_{}", std::process::id());
    for servers in [1, 2] {
        plan.database = Some(server.make(&name, None).await?);
        plan.servers = servers;
        let what = format!("PostgreSQL, processes: {servers}");
        told(&what, &plan, Some(&wanted)).await?;
        server.remove(&name).await?;
    }
    Ok(())
}

async fn told(
    name: &str,
    plan: &replay::Plan,
    wanted: Option<&Summary>,
) -> anyhow::Result<Summary> {
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let summary = replay::run(plan, folder.path()).await;
    let summary = summary.with_context(|| name.to_owned())?;
    if let Some(wanted) = wanted {
        let same = wanted.same_as(&summary);
        same.with_context(|| name.to_owned())?;
    }
    println!(
        "{name}: {} kills, {} lines the same, {} signatures made again; {} s",
        plan.kills,
        summary.lines(),
        summary.again,
        began.elapsed().as_secs()
    );
    Ok(summary)
}

/// The commit that is checked out, as far as git says.
fn commit() -> String {
    let told = Command::new("git")
        .args(["describe", "--always", "--dirty", "--abbrev=12"])
        .output();
    told.map(|told| String::from_utf8_lossy(&told.stdout).trim().to_owned())
        .unwrap_or_default()
}
