//! What the register says of a case beside its events: releases of seals, and acts of the service itself.

use catalogue::Rule;
use dossier::deferral::DeferredState;
use dossier::event::{CaseEvent, Following, Happening};
use dossier::person::Role;
use dossier::scene::{HeldLicence, SealRelease};
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
fn a_licence_of_the_register_is_used_as_what_it_is_and_for_who_holds_it() {
    use dossier::event::Filing;
    use dossier::material::{Ground, How};
    use dossier::person::Party;

    let office = Office::shared();
    let events = story();
    let fetch = |event: &&CaseEvent| {
        matches!(
            &event.what,
            Happening::Filed(Filing::Had {
                how: How::Fetched { .. },
                ..
            })
        )
    };
    let at = events.iter().position(|event| fetch(&event));
    let at = at.expect("the story fetches a licence");
    let file = office.file(&events[..at]);
    let event = &events[at];
    let Happening::Filed(Filing::Had {
        how: How::Fetched {
            licence,
            licence_type,
            ..
        },
        ..
    }) = &event.what
    else {
        unreachable!("it does");
    };
    let other = Party::parse("org", "别家单位", "11990102FAKE000485").expect("a party");
    let own = file.dossier().expect("open").applicant();
    let held = |kind: &str, holder: &Party| {
        vec![HeldLicence {
            identifier: licence.clone(),
            licence_type: catalogue::key::TypeKey::parse(kind).expect("a type"),
            holder: holder.clone(),
        }]
    };
    let take = |event: &CaseEvent, licences: &[HeldLicence]| {
        let scene = office.scene(LATER);
        let scene = Scene { licences, ..scene };
        code(&file.take(event.clone(), &scene).fate)
    };
    let kind = licence_type.as_str();
    let mut by_law = event.clone();
    if let Happening::Filed(Filing::Had {
        how: How::Fetched { ground, .. },
        ..
    }) = &mut by_law.what
    {
        *ground = Ground::Law(words("数据条例第十二条"));
    }
    for event in [event, &by_law] {
        assert_eq!(take(event, &held(kind, own)), None);
        assert_eq!(
            take(event, &held("FOOD", own)),
            Some(("case.licence-other-type", Some(Rule::R14)))
        );
        assert_eq!(
            take(event, &held(kind, &other)),
            Some(("case.licence-of-another", Some(Rule::R15)))
        );
        // One that the register does not hold is its own register's to answer for (R32).
        assert_eq!(take(event, &[]), None);
    }
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
