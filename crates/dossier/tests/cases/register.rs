//! What the register says of a case beside its events: releases of seals, and acts of the service itself.

use catalogue::Rule;
use dossier::deferral::DeferredState;
use dossier::event::{CaseEvent, Following, Happening};
use dossier::person::Role;
use dossier::scene::SealRelease;
use dossier::{Fate, Scene, TakeRefused};
use time::macros::utc_datetime;

use crate::office::{
    LATER, Office, actor, after, approver, certificate, release, story, until_decided, words,
};

fn scene_of<'a>(office: &'a Office, releases: &'a [SealRelease]) -> Scene<'a> {
    Scene {
        releases,
        ..office.scene(LATER)
    }
}

fn given(by: &str, decision: &str) -> Vec<SealRelease> {
    vec![SealRelease {
        decision: decision.to_owned(),
        by: by.to_owned(),
    }]
}

fn code(fate: &Fate) -> Option<(&'static str, Option<Rule>)> {
    match fate {
        Fate::Refused { why, .. } => Some((
            why.code(),
            match why {
                TakeRefused::Case(why) => Some(why.rule()),
                _ => None,
            },
        )),
        _ => None,
    }
}

#[test]
fn a_release_that_the_register_does_not_hold_did_not_happen() {
    let office = Office::shared();
    let file = office.file(&until_decided());
    let told = release().remove(0);
    for held in [
        Vec::new(),
        given("he.shouzheng", "SP-2026-18"),
        given("other.custodian", "SP-2026-17"),
    ] {
        let took = file.take(told.clone(), &scene_of(office, &held));
        let refused = Some(("case.not-released", Some(Rule::R1)));
        assert_eq!(code(&took.fate), refused, "{held:?}");
        assert_eq!(took.file, file);
    }
    let held = given("he.shouzheng", "SP-2026-17");
    let took = file.take(told, &scene_of(office, &held));
    assert!(matches!(took.fate, Fate::Applied(_)));
}

#[test]
fn what_a_seal_was_released_for_is_not_rolled_back() {
    let office = Office::shared();
    let events = until_decided();
    let file = office.file(&events);
    let reason = words("依据有误");
    let at = utc_datetime!(2026-06-10 08:41);
    let back = after(&events, (at, approver()), Happening::RolledBack { reason });
    let held = given("he.shouzheng", "SP-2026-17");
    let took = file.take(back.clone(), &scene_of(office, &held));
    let refused = Some(("case.released-already", Some(Rule::R10)));
    assert_eq!(code(&took.fate), refused);
    let other = given("he.shouzheng", "SP-2026-16");
    let took = file.take(back, &scene_of(office, &other));
    assert!(matches!(took.fate, Fate::Applied(_)), "{:?}", took.fate);
}

#[test]
fn an_act_of_the_service_uses_no_number_up_and_holds_no_later_report_back() {
    let office = Office::shared();
    let events = [until_decided(), release()].concat();
    let file = office.file(&events);
    let overdue = |number: u32, id: &str| CaseEvent {
        number,
        id: dossier::number::EventId::parse(id).expect("an id"),
        ..after(
            &events,
            (
                utc_datetime!(2026-06-24 00:00),
                actor("yinxin", "Q-APR", Role::System),
            ),
            Happening::Followed(Following::Overdue { material: 6 }),
        )
    };
    let scene = office.scene(LATER);
    // Only at the number of the last event, and only once.
    for number in [16, 18] {
        let took = file.add(overdue(number, "own-1"), &scene);
        assert_eq!(code(&took.fate), Some(("case.event-number-taken", None)));
    }
    let took = file.add(overdue(17, "own-1"), &scene);
    assert!(matches!(took.fate, Fate::Applied(_)), "{:?}", took.fate);
    let again = took.file.add(overdue(17, "own-1"), &scene);
    assert_eq!(again.fate, Fate::Repeated);
    let dossier = took.file.dossier().expect("open");
    assert_eq!(dossier.deferred()[0].state, DeferredState::Overdue);
    assert_eq!((took.file.due(), took.file.history().len()), (18, 18));
    // The delivery of 10 June is reported after the item ran out, and still has its turn.
    let delivered = certificate().remove(0);
    let took = took.file.take(delivered, &scene);
    assert!(matches!(took.fate, Fate::Applied(_)), "{:?}", took.fate);
    // Before its day is over the table refuses it.
    let early = CaseEvent {
        at: utc_datetime!(2026-06-23 15:00),
        ..overdue(17, "own-2")
    };
    let took = file.add(early, &scene);
    assert_eq!(code(&took.fate), Some(("deferred.early", Some(Rule::R21))));
    // Nothing is added to a case that was never opened.
    let took = dossier::CaseFile::default().add(overdue(0, "own-3"), &scene);
    assert_eq!(code(&took.fate), Some(("case.event-number-taken", None)));
    assert_eq!(story()[16].number, 17);
}
