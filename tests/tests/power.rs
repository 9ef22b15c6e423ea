//! The power of the machine fails while departments use the service: what was acknowledged is there when it is back
//! (T-D2).
//!
//! `YINXIN_CUTS` says how often, `YINXIN_SEED` with which moments; docs/operations/kills.md has the full run.

use std::path::PathBuf;

use tests::kills::{Answers, End, Plan, run};
use tests::postgres::programs;
use tests::power::{Machine, Made};

fn number(name: &str, usual: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(usual, |text| text.parse().expect("a number"))
}

async fn nothing_is_lost(with_postgres: bool) {
    let mut machine = match Machine::make(with_postgres).await.expect("a machine") {
        Made::Machine(machine) => machine,
        Made::Refused(reason) => {
            println!("no power was cut: {reason}");
            return;
        }
    };
    let plan = Plan {
        program: PathBuf::from(env!("CARGO_BIN_EXE_kill")),
        kills: u32::try_from(number("YINXIN_CUTS", 10)).expect("not so many"),
        customers: 8,
        seed: number("YINXIN_SEED", 20_260_704),
        database: machine.database("power").await.expect("a database"),
        answers: Answers::UpTo(48),
        servers: 1,
    };
    println!("YINXIN_CUTS={} YINXIN_SEED={}", plan.kills, plan.seed);
    let folder = machine.folder().expect("a folder");
    let outcome = run(&plan, &folder, End::Power(&mut machine)).await;
    let outcome = outcome.expect("nothing is lost");
    println!("{outcome:?}");
    assert!(outcome.acknowledged > 0 && outcome.kills == plan.kills);
}

#[tokio::test(flavor = "multi_thread")]
async fn power_that_fails_takes_nothing_that_was_acknowledged() {
    nothing_is_lost(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_that_fails_takes_nothing_from_the_other_store() {
    if programs().is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "continuous integration has PostgreSQL"
        );
        println!("no power was cut: PostgreSQL is not installed");
        return;
    }
    nothing_is_lost(true).await;
}

/// What the tests above rest on: a cut takes what was not synchronised, and leaves what was.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_takes_what_was_not_synchronised_and_nothing_else() {
    let mut machine = match Machine::make(false).await.expect("a machine") {
        Made::Machine(machine) => machine,
        Made::Refused(reason) => {
            println!("no power was cut: {reason}");
            return;
        }
    };
    let folder = machine.folder().expect("a folder");
    let (kept, lost) = (folder.join("kept"), folder.join("lost"));
    std::fs::write(&kept, "synchronised").expect("written");
    for place in [
        kept.as_path(),
        folder.as_path(),
        folder.parent().expect("a disk"),
    ] {
        let file = std::fs::File::open(place).expect("opens");
        file.sync_all().expect("synchronised");
    }
    std::fs::write(&lost, "not synchronised").expect("written");
    machine.cut().expect("cut");
    let written = std::fs::write(&kept, "after the cut");
    assert!(written.is_err(), "a disk without power takes nothing");
    machine.back().await.expect("it comes back");
    assert_eq!(
        std::fs::read_to_string(&kept).expect("kept"),
        "synchronised"
    );
    assert!(!lost.exists(), "what was not synchronised is gone");
}
