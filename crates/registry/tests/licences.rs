//! Licences, jobs, trace, outbox and callers, on each store at hand.

#[path = "licences/beside.rs"]
mod beside;
#[path = "licences/callers.rs"]
mod callers;
#[path = "licences/change.rs"]
mod change;
#[path = "licences/following.rs"]
mod following;
#[path = "licences/further.rs"]
mod further;
#[path = "licences/job.rs"]
mod job;
#[path = "licences/located.rs"]
mod located;
#[path = "licences/look.rs"]
mod look;
#[path = "licences/notices.rs"]
mod notices;
#[path = "licences/office.rs"]
mod office;
#[path = "licences/outbox.rs"]
mod outbox;
#[path = "licences/promises.rs"]
mod promises;
#[path = "licences/reserve.rs"]
mod reserve;
#[path = "licences/seals.rs"]
mod seals;
#[path = "licences/signers.rs"]
mod signers;
#[path = "lists/stage.rs"]
mod stage;
#[path = "licences/tables.rs"]
mod tables;
#[path = "licences/trace.rs"]
mod trace;

/// Everything here runs on SQLite alone; with a server it runs on PostgreSQL too. In continuous
/// integration the server must be there, so that its half never passes by being absent.
#[test]
fn continuous_integration_has_a_postgresql() {
    let server = std::env::var(stage::SERVER).is_ok();
    if std::env::var("CI").is_ok_and(|value| value == "true") {
        assert!(server, "{} names no server", stage::SERVER);
    }
    if !server {
        println!(
            "PostgreSQL was not tested: {} names no server",
            stage::SERVER
        );
    }
}
