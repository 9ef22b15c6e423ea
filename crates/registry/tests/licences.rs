//! Licences, jobs, trace, outbox and callers, on each store at hand.

mod activations;
mod approvals;
mod beside;
mod callers;
mod change;
mod following;
mod further;
mod job;
mod limits;
mod located;
mod look;
mod moved_on;
mod notices;
mod office;
mod outbox;
mod promises;
mod resealing;
mod reserve;
mod rounds;
mod seals;
mod signers;
mod tables;
pub(crate) mod trace;
mod unseen;

/// Everything here runs on SQLite alone; with a server it runs on PostgreSQL too. In continuous
/// integration the server must be there, so that its half never passes by being absent.
#[test]
fn continuous_integration_has_a_postgresql() {
    let server = std::env::var(crate::stage::SERVER).is_ok();
    if std::env::var("CI").is_ok_and(|value| value == "true") {
        assert!(server, "{} names no server", crate::stage::SERVER);
    }
    if !server {
        println!(
            "PostgreSQL was not tested: {} names no server",
            crate::stage::SERVER
        );
    }
}
