//! The service killed at random moments: no acknowledged write is lost, no key has two licences (T-D1, T-D3).
//!
//! `YINXIN_KILLS` says how often, `YINXIN_SEED` with which moments; docs/operations/kills.md has the full run.

use std::path::PathBuf;

use tests::databases::Server;
use tests::kills::{Answers, End, Plan, run};

fn number(name: &str, usual: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(usual, |text| text.parse().expect("a number"))
}

fn plan(database: Option<String>) -> Plan {
    let plan = Plan {
        program: PathBuf::from(env!("CARGO_BIN_EXE_kill")),
        kills: u32::try_from(number("YINXIN_KILLS", 50)).expect("not so many"),
        customers: 8,
        seed: number("YINXIN_SEED", 20_260_703),
        database,
        answers: Answers::UpTo(48),
        servers: 1,
    };
    println!("YINXIN_KILLS={} YINXIN_SEED={}", plan.kills, plan.seed);
    plan
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_service_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = plan(None);
    let outcome = run(&plan, folder.path(), End::Kill)
        .await
        .expect("nothing is lost");
    println!("{outcome:?}");
    assert!(outcome.acknowledged > 0 && outcome.kills == plan.kills);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_service_loses_nothing_on_the_other_store() {
    let Some(server) = Server::expected() else {
        return;
    };
    let name = format!("kill_{}", std::process::id());
    let database = server.make(&name, None).await.expect("a database");
    let folder = tempfile::tempdir().expect("a folder");
    let plan = plan(Some(database));
    let outcome = run(&plan, folder.path(), End::Kill)
        .await
        .expect("nothing is lost");
    println!("{outcome:?}");
    assert!(outcome.acknowledged > 0 && outcome.kills == plan.kills);
    server.remove(&name).await.expect("removed");
}
