//! How a case is opened, by whom, and at which moments events may lie.

use dossier::event::{CaseEvent, Happening};
use dossier::person::Role;
use dossier::signed::Assurance;
use dossier::{CaseFile, Fate};
use time::Duration;
use time::macros::utc_datetime;

use crate::office::{
    LATER, Office, accepted, actor, after, application, approver, filing, until_accepted,
};

fn first(change: impl FnOnce(&mut CaseEvent)) -> CaseEvent {
    let mut event = filing().remove(0);
    change(&mut event);
    event
}

#[test]
fn a_case_is_not_opened_unlawfully() {
    let office = Office::sample();
    for (event, code) in [
        (
            first(|event| event.what = application("990102-XK-9999")),
            "catalogue.matter-unknown",
        ),
        (
            first(|event| event.at = utc_datetime!(2026-06-07 15:59:59)),
            "case.event-before-case",
        ),
        (
            first(|event| event.at = LATER + Duration::seconds(301)),
            "case.event-in-future",
        ),
        (
            first(|event| event.actor = actor("other", "D-APR", Role::Clerk)),
            "case.wrong-body",
        ),
        (
            first(|event| event.actor = approver()),
            "case.wrong-capacity",
        ),
        (
            first(|event| event.what = accepted()),
            "case.transition-not-listed",
        ),
        (
            first(|event| {
                if let Happening::Received(application) = &mut event.what {
                    application.signed.level = Assurance::L1;
                }
            }),
            "signed.assurance-low",
        ),
        (
            first(|event| {
                if let Happening::Received(application) = &mut event.what {
                    application.represented_by = None;
                }
            }),
            "signed.other-signer",
        ),
    ] {
        let took = CaseFile::default().take(event, &office.scene(LATER));
        let Fate::Refused { why, .. } = took.fate else {
            unreachable!("{code}: {:?}", took.fate);
        };
        assert_eq!(why.code(), code);
        assert_eq!(took.file, CaseFile::default());
    }
}

#[test]
fn a_delegation_lets_a_window_accept_until_its_last_day() {
    let office = Office::sample();
    for (at, code) in [
        (utc_datetime!(2026-12-31 15:59:59), None),
        (
            utc_datetime!(2026-12-31 16:00),
            Some("catalogue.delegation-over"),
        ),
    ] {
        let event = first(|event| {
            event.at = at;
            event.actor = actor("window.one", "T-LIU", Role::Clerk);
        });
        let took = CaseFile::default().take(event, &office.scene(at));
        let got = match took.fate {
            Fate::Refused { why, .. } => Some(why.code()),
            _ => None,
        };
        assert_eq!(got, code, "{at}");
    }
}

#[test]
fn moments_go_forward_and_not_ahead() {
    let office = Office::sample();
    let events = until_accepted();
    let file = office.file(&events);
    let now = utc_datetime!(2026-06-08 01:20);
    for (at, code) in [
        (
            utc_datetime!(2026-06-08 01:14:59),
            Some("case.event-out-of-order"),
        ),
        (now + Duration::seconds(300), None),
        (now + Duration::seconds(301), Some("case.event-in-future")),
    ] {
        let officer = actor("some.officer", "Q-APR", Role::Officer);
        let event = after(&events, (at, officer), Happening::ReviewBegan);
        let got = match file.take(event, &office.scene(now)).fate {
            Fate::Refused { why, .. } => Some(why.code()),
            _ => None,
        };
        assert_eq!(got, code, "{at}");
    }
}
