//! `kill run`: kills the service as often as is wanted; `kill serve`: the process that is killed.

use std::path::Path;

use anyhow::{Context as _, bail};
use tests::child;
use tests::databases::Server;
use tests::kills::{self, Plan};
use time::UtcDateTime;

const USAGE: &str = "kill run [KILLS] [SEED] | kill serve FOLDER MOMENT [DATABASE]";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", folder, moment, rest @ ..] => {
            server::log_to_stderr(true);
            let moment = UtcDateTime::from_unix_timestamp(moment.parse()?)?;
            child::serve(Path::new(folder), moment, rest.first().copied()).await
        }
        ["run", rest @ ..] => {
            let number = |at: usize, usual: u64| match rest.get(at) {
                Some(text) => text.parse().context(USAGE),
                None => Ok(usual),
            };
            run(number(0, 1_000)?, number(1, 1)?).await
        }
        _ => bail!(USAGE),
    }
}

/// On SQLite, and on PostgreSQL where a server is given.
async fn run(kills: u64, seed: u64) -> anyhow::Result<()> {
    let mut plan = Plan {
        program: std::env::current_exe()?,
        kills: u32::try_from(kills)?,
        customers: 8,
        seed,
        database: None,
    };
    let folder = tempfile::tempdir()?;
    println!("SQLite: {:?}", kills::run(&plan, folder.path()).await?);
    let Some(server) = Server::given() else {
        println!("PostgreSQL: no server is given");
        return Ok(());
    };
    let name = format!("kill_{}", std::process::id());
    plan.database = Some(server.make(&name, None).await?);
    let folder = tempfile::tempdir()?;
    println!("PostgreSQL: {:?}", kills::run(&plan, folder.path()).await?);
    server.remove(&name).await
}
