//! The story of several holders, killed at random moments, comes to the same end as an undisturbed one, on each store.
//!
//! `YINXIN_STORY_KILLS` says how often, `YINXIN_SEED` with which moments; docs/operations/kills.md has the full run.

use std::path::PathBuf;

use tests::databases::Server;
use tests::replay::{Plan, Summary, run};

fn number(name: &str, usual: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(usual, |text| text.parse().expect("a number"))
}

fn plan() -> Plan {
    let plan = Plan {
        program: PathBuf::from(env!("CARGO_BIN_EXE_kill")),
        holders: 3,
        kills: u32::try_from(number("YINXIN_STORY_KILLS", 12)).expect("not so many"),
        workers: 3,
        seed: number("YINXIN_SEED", 20_260_608),
        database: None,
        servers: 1,
    };
    println!(
        "YINXIN_STORY_KILLS={} YINXIN_SEED={}",
        plan.kills, plan.seed
    );
    plan
}

async fn told(plan: &Plan) -> Summary {
    let folder = tempfile::tempdir().expect("a folder");
    let summary = run(plan, folder.path()).await;
    summary.expect("everything comes to its end")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_was_killed_ends_as_one_that_was_not_on_each_store() {
    let plan = plan();
    let undisturbed = Plan {
        kills: 0,
        ..plan.clone()
    };
    let wanted = told(&undisturbed).await;
    assert!(wanted.lines() > 60 && wanted.again == 0, "{wanted:?}");
    let same = wanted.same_as(&told(&plan).await);
    assert_eq!(same, Ok(()), "SQLite");
    let Some(server) = Server::expected() else {
        return;
    };
    let name = format!("replay_{}", std::process::id());
    let database = server.make(&name, None).await.expect("a database");
    let two = Plan {
        database: Some(database),
        servers: 2,
        ..plan
    };
    let same = wanted.same_as(&told(&two).await);
    assert_eq!(same, Ok(()), "PostgreSQL, two processes");
    server.remove(&name).await.expect("removed");
}
