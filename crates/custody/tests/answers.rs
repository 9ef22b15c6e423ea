//! Whether a token answers: found out in bounded time, known for a few seconds, and mended by itself.

use std::time::{Duration, Instant};

use crypto::device::{Device, Fault, Handle};
use custody::Settings;

use crate::softhsm::{PIN, SoftHsm, token};
use crate::token::signal;

/// Longer than what was told is known for.
const LATER: Duration = Duration::from_secs(4);

#[test]
fn a_token_that_is_taken_away_is_told_with_its_reason_and_one_that_is_back_too() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let token = softhsm.token();
    let (there, away) = (softhsm.tokens(), softhsm.folder.path().join("away"));
    std::fs::rename(&there, &away).expect("moved");
    std::fs::create_dir(&there).expect("an empty folder");
    let begin = Instant::now();
    assert_eq!(token.answers(begin), Err(Fault::Absent));
    assert!(token.processes().is_empty());
    std::fs::remove_dir(&there).expect("removed");
    std::fs::rename(&away, &there).expect("moved back");
    // For a few seconds nobody asks again.
    assert_eq!(token.answers(begin), Err(Fault::Absent));
    assert!(token.processes().is_empty());
    let back = begin + LATER;
    assert_eq!(token.answers(back), Ok(()));
    // Killed while it lies idle: another is asked, after what is known is over.
    let processes = token.processes();
    assert_eq!(processes.len(), 1);
    signal("KILL", &processes);
    assert_eq!(token.answers(back), Ok(()));
    let told = token.answers(back + LATER);
    assert!(matches!(told, Ok(()) | Err(Fault::Lost)), "{told:?}");
    assert_eq!(token.answers(back + 2 * LATER), Ok(()));
    assert_ne!(token.processes(), processes);
}

#[test]
fn a_token_that_hangs_is_slow_for_all_who_ask_and_only_one_waits_for_it() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let settings = Settings {
        sessions: 1,
        limit: Duration::from_millis(400),
        ..softhsm.settings()
    };
    let token = token(settings, PIN);
    // On a machine that is busy itself the start may take longer.
    let mut begin = Instant::now();
    while token.answers(begin) != Ok(()) {
        begin += LATER;
    }
    signal("STOP", &token.processes());
    assert_eq!(token.answers(begin), Ok(()), "it is not asked");
    begin += LATER;
    assert_eq!(token.answers(begin), Err(Fault::Slow));
    assert_eq!(token.answers(begin), Err(Fault::Slow), "nor is it now");
    begin += LATER;
    while token.answers(begin) != Ok(()) {
        begin += LATER;
    }
}

#[test]
fn an_act_tells_what_a_probe_would() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let token = softhsm.token();
    let begin = Instant::now();
    assert_eq!(token.discard(Handle([1; 16])), Ok(()));
    let first = token.processes();
    signal("KILL", &first);
    // Known from the act: nothing is asked, so that nothing is started anew.
    assert_eq!(token.answers(begin), Ok(()));
    assert_eq!(token.processes(), first);
}

#[test]
fn a_wrong_pin_is_told_and_tried_once() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let wrong = token(softhsm.settings(), "000000");
    let begin = Instant::now();
    assert_eq!(wrong.answers(begin), Err(Fault::Pin));
    let away = softhsm.folder.path().join("away");
    std::fs::rename(softhsm.tokens(), away).expect("moved");
    assert_eq!(wrong.answers(begin + LATER), Err(Fault::Pin));
}
