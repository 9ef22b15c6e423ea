//! Sequences of events: any order of arrival, any mixture of acts; the table is never left.

use dossier::decision::Mode;
use dossier::event::{CaseEvent, Following, Happening};
use dossier::number::EventId;
use dossier::person::{Actor, Duty, Role};
use dossier::state::{CASE, State};
use dossier::table::{Goes, Row};
use dossier::{CaseFile, Dossier, Fate, Scene};
use proptest::prelude::*;
use time::Duration;
use time::macros::{date, utc_datetime};

use crate::office::{
    LATER, Office, accepted, actor, applicant, approver, broken, case, certificate, clerk,
    decision, filing, granted, handed_in, parts, platform, promise, release, released, story,
    supervisor, words,
};

/// Everything that may be tried, by whom it may be tried.
fn pool() -> Vec<(Actor, Happening)> {
    let officer = || actor("some.officer", "Q-APR", Role::Officer);
    let reason = || words("理由");
    let mut pool: Vec<(Actor, Happening)> = [
        filing(),
        parts(),
        decision(),
        release(),
        certificate(),
        broken(),
    ]
    .concat()
    .into_iter()
    .map(|event| (event.actor, event.what))
    .collect();
    pool.extend([
        (clerk(), accepted()),
        (clerk(), Happening::Returned { reason: reason() }),
        (
            clerk(),
            Happening::SupplementAsked {
                asked: vec![dossier::event::Asked::Listed {
                    material: 6,
                    because: dossier::material::Because::Missing,
                }],
                conditions: Vec::new(),
                by: date!(2026 - 07 - 01),
            },
        ),
        (applicant(), handed_in(6, 6)),
        (applicant(), Happening::SupplementGiven),
        (officer(), Happening::ReviewBegan),
        (
            officer(),
            Happening::StepBegan {
                step: words("现场核查"),
            },
        ),
        (officer(), Happening::StepEnded),
        (officer(), Happening::TakenUp),
        (approver(), Happening::RolledBack { reason: reason() }),
        // One person in two capacities.
        (
            actor("chen.zhiyuan", "Q-APR", Role::Custodian),
            release().remove(0).what,
        ),
        (
            actor("zhou.qinghe", "Q-APR", Role::Approver),
            Happening::Decided(granted("SP-2026-17", Mode::Commitment)),
        ),
        (supervisor(), Happening::Stopped { reason: reason() }),
        (supervisor(), Happening::Lifted { reason: reason() }),
        (
            platform(),
            Happening::Followed(Following::Overdue { material: 6 }),
        ),
        (
            platform(),
            Happening::Followed(Following::Referred { material: 6 }),
        ),
        (
            actor("enforcer.one", "Q-ENF", Role::Inspector),
            Happening::Followed(Following::Kept {
                commitment: promise("CN-5"),
                finding: reason(),
            }),
        ),
    ]);
    pool
}

/// What must hold between a case and its successor.
fn follows_the_table(before: &Dossier, after: &Dossier, event: &CaseEvent) {
    let act = event.what.act();
    let from = match before.state() {
        State::Accepted if act.reviews() => State::InReview,
        other => other,
    };
    let row = Row::find(CASE, from, act).expect("only listed pairs are applied");
    match row.goes {
        Goes::To(state) => assert_eq!(after.state(), state),
        Goes::Back => assert_eq!(before.state(), State::Stopped),
    }
    assert!(row.by.contains(&event.actor.role));
}

/// What must hold of every case at every time.
fn is_lawful(dossier: &Dossier) {
    let duties = dossier.duties();
    for decider in duties.of(Duty::Decide) {
        assert!(!duties.of(Duty::Release).any(|who| who == decider), "R3");
        assert!(!duties.of(Duty::Receive).any(|who| who == decider), "R3");
    }
    if dossier.stop().is_some() {
        assert!(dossier.grant().is_none(), "R6");
    }
    if dossier.grant().is_some() {
        assert!(matches!(
            dossier.state(),
            State::Decided | State::Sealing | State::Delivered | State::Archived
        ));
        assert!(dossier.parts().iter().all(|part| part.decision.is_some()));
    }
    if dossier.state() == State::Archived {
        assert!(dossier.clock().is_some_and(|clock| clock.stopped.is_some()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(128)
    })]

    #[test]
    fn in_whatever_order_and_how_often_events_arrive_the_case_is_the_same(
        order in Just(story()).prop_shuffle(),
        repeats in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let office = Office::shared();
        let releases: Vec<_> = story().iter().flat_map(released).collect();
        let scene = Scene { releases: &releases, ..office.scene(LATER) };
        let whole = office.file(&story());
        let mut arriving = order.clone();
        for repeat in &repeats {
            arriving.insert(repeat.index(arriving.len()), repeat.get(&order).clone());
        }
        let mut file = CaseFile::default();
        let mut applied = 0;
        for event in arriving {
            let took = file.take(event, &scene);
            let fates = std::iter::once(&took.fate).chain(took.late.iter().map(|(_, fate)| fate));
            for fate in fates {
                match fate {
                    Fate::Applied(_) => applied += 1,
                    Fate::Repeated | Fate::Parked { .. } => {}
                    Fate::Refused { why, .. } => prop_assert!(false, "{why}"),
                }
            }
            file = took.file;
        }
        prop_assert_eq!(applied, story().len());
        prop_assert!(file.parked().is_empty());
        prop_assert_eq!(file, whole);
    }

    #[test]
    fn no_sequence_of_acts_leaves_the_table_and_no_refused_act_changes_anything(
        tried in prop::collection::vec((any::<prop::sample::Index>(), 0_i64..72), 1..80),
        prepared in 0_usize..=23,
    ) {
        let office = Office::shared();
        let scene = office.scene(LATER);
        let start = story();
        let mut file = office.file(&start[..prepared.min(start.len())]);
        let mut at = file
            .history()
            .last()
            .map_or(utc_datetime!(2026-06-08 01:12), |last| last.at);
        let pool = pool();
        for (turn, (index, hours)) in tried.into_iter().enumerate() {
            let (actor, what) = index.get(&pool).clone();
            at += Duration::hours(hours);
            let event = CaseEvent {
                id: EventId::parse(&format!("t-{turn}")).expect("id"),
                case: case(),
                number: file.due(),
                actor,
                at,
                what,
            };
            let releases = released(&event);
            let scene = Scene { releases: &releases, ..scene };
            let took = file.take(event.clone(), &scene);
            match (&took.fate, file.dossier(), took.file.dossier()) {
                (Fate::Applied(_), Some(before), Some(after)) => {
                    follows_the_table(before, after, &event);
                }
                (Fate::Applied(_), None, Some(opened)) => {
                    prop_assert_eq!(opened.state(), State::Received);
                }
                (Fate::Refused { cards, .. }, _, _) => {
                    prop_assert_eq!(&took.file, &file.carded(cards.clone()));
                }
                (fate, _, _) => prop_assert!(false, "{fate:?}"),
            }
            prop_assert!(took.late.is_empty());
            file = took.file;
            file.dossier().into_iter().for_each(is_lawful);
        }
        // The case is the fold of its history, and survives its stored form.
        let stored = serde_json::to_string(&file).expect("JSON");
        let again: CaseFile = serde_json::from_str(&stored).expect("read back");
        prop_assert_eq!(&again, &file);
        let mut folded = office.file(file.history());
        if let Some(dossier) = file.dossier() {
            folded = folded.carded(dossier.cards().to_vec());
        }
        let (folded, file) = (folded.dossier(), file.dossier());
        prop_assert_eq!(folded.map(Dossier::state), file.map(Dossier::state));
        prop_assert_eq!(folded.map(Dossier::items), file.map(Dossier::items));
        prop_assert_eq!(folded.map(Dossier::decision), file.map(Dossier::decision));
    }
}

#[test]
fn what_waits_is_bounded_and_what_can_never_have_its_turn_is_not_kept() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    let far = |number: u32, id: &str| CaseEvent {
        id: EventId::parse(id).expect("id"),
        number,
        ..story()[5].clone()
    };
    let took = CaseFile::default().take(far(66, "far"), &scene);
    assert!(matches!(&took.fate, Fate::Refused { why, .. } if why.code() == "case.full"));
    let mut file = CaseFile::default();
    for number in 2..66 {
        let took = file.take(far(number, &format!("p-{number}")), &scene);
        assert_eq!(took.fate, Fate::Parked { waits_for: 1 });
        file = took.file;
    }
    let took = file.take(far(9, "one-more"), &scene);
    assert!(matches!(&took.fate, Fate::Refused { why, .. } if why.code() == "case.full"));
}

#[test]
fn a_wrong_body_cannot_take_the_place_of_a_parked_event() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    let events = story();
    let stranger = CaseEvent {
        id: EventId::parse("stranger").expect("id"),
        actor: actor("stranger", "N-APR", Role::Clerk),
        ..events[12].clone()
    };
    // The stranger's acceptance waits under the number of the right one.
    let mut file = office.file(&events[..11]);
    file = file.take(stranger, &scene).file;
    file = file.take(events[12].clone(), &scene).file;
    let took = file.take(events[11].clone(), &scene);
    assert!(matches!(took.fate, Fate::Applied(_)));
    let fates: Vec<&str> = took
        .late
        .iter()
        .map(|(_, fate)| match fate {
            Fate::Applied(_) => "applied",
            Fate::Refused { why, .. } => why.code(),
            _ => "waits",
        })
        .collect();
    assert_eq!(fates, ["case.wrong-body", "applied"]);
    assert_eq!(
        took.file.dossier().map(Dossier::state),
        Some(State::Accepted)
    );
}

#[test]
fn of_two_that_wait_under_one_number_one_is_applied() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    let events = story();
    let mut file = office.file(&events[..10]);
    let other = CaseEvent {
        id: EventId::parse("other").expect("id"),
        ..events[11].clone()
    };
    for waiting in [events[11].clone(), other] {
        let took = file.take(waiting, &scene);
        assert_eq!(took.fate, Fate::Parked { waits_for: 11 });
        file = took.file;
    }
    let took = file.take(events[10].clone(), &scene);
    let [
        (first, Fate::Applied(_)),
        (second, Fate::Refused { why, .. }),
    ] = took.late.as_slice()
    else {
        unreachable!("{:?}", took.late);
    };
    assert_eq!((first, second.as_str()), (&events[11].id, "other"));
    assert_eq!(why.code(), "case.event-number-taken");
    assert_eq!(took.file.due(), 13);
}

#[test]
fn an_event_of_another_case_is_not_taken() {
    let office = Office::sample();
    let mut event = story()[1].clone();
    event.case = dossier::number::CaseNumber::parse("BJ-990102-20260608-00018").expect("number");
    let took = office.file(&story()[..1]).take(event, &office.scene(LATER));
    assert!(matches!(&took.fate, Fate::Refused { why, .. } if why.code() == "case.other-case"));
}
