//! The life of a licence: every phase with every event, the order of answers, and random lives.

use std::sync::LazyLock;

use catalogue::key::{DepartmentKey, PersonKey, TypeKey};
use catalogue::{Catalogue, Ending, EndingPower, Period, Rule, Sources, SuspensionPower};
use licence::life::{Event, Exposure, Ground, Life, Refused, Stop};
use licence::transition::{Cause, EventKind, TRANSITIONS, Transition};
use licence::{Phase, Status, Version};
use proptest::prelude::*;
use time::UtcDateTime;
use time::macros::{date, utc_datetime};

const DEPARTMENTS: &str = include_str!("../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../tests/fixtures/sample/matters-catalogue.json");

const FROM: UtcDateTime = utc_datetime!(2026-06-10 00:00);
const BEFORE: UtcDateTime = utc_datetime!(2026-06-01 00:00);
const DURING: UtcDateTime = utc_datetime!(2027-01-01 00:00);
const UNTIL: UtcDateTime = utc_datetime!(2028-06-10 00:00);
const AFTER: UtcDateTime = utc_datetime!(2029-01-01 00:00);
const PERIOD: Period = Period {
    from: FROM,
    until: Some(UNTIL),
};

/// The powers that the sample catalogue grants over driver qualifications and food permits.
struct Powers {
    suspension: SuspensionPower,
    other_suspension: SuspensionPower,
    endings: [EndingPower; 4],
}

fn powers() -> Powers {
    static SAMPLE: LazyLock<Catalogue> = LazyLock::new(|| {
        Catalogue::import(&Sources {
            departments: DEPARTMENTS.as_bytes(),
            types: TYPES.as_bytes(),
            matters: MATTERS.as_bytes(),
            powers: None,
        })
        .expect("the sample imports")
    });
    let catalogue = &*SAMPLE;
    let department = |key| DepartmentKey::parse(key).expect("key");
    let food = TypeKey::parse("FOOD").expect("key");
    let issuer = department("Q-APR");
    let day = date!(2026 - 06 - 10);
    let suspension = |by| {
        catalogue
            .may_suspend(&department(by), (&food, &issuer), day)
            .expect("power")
    };
    Powers {
        suspension: suspension("Q-APR"),
        other_suspension: suspension("C-SAMR"),
        endings: Ending::ALL.map(|ending| {
            catalogue
                .may_end(&department("C-SAMR"), (&food, &issuer), ending, day)
                .expect("power")
        }),
    }
}

fn person(key: &str) -> PersonKey {
    PersonKey::parse(key).expect("key")
}

/// An event of each kind whose condition holds at `at`.
fn event(kind: EventKind, at: UtcDateTime, powers: &Powers) -> Event {
    match kind {
        EventKind::Complete => Event::Complete { at },
        EventKind::Seal => Event::Seal {
            at,
            decided_by: person("chen"),
            released_by: person("he"),
            stop: Stop::Clear,
        },
        EventKind::Supersede => Event::Supersede {
            at,
            by: Version::new(2).expect("two"),
            ground: Ground::LateRenewal,
        },
        EventKind::Suspend => Event::Suspend {
            at,
            until: None,
            power: powers.suspension.clone(),
        },
        EventKind::Resume => Event::Resume {
            at,
            power: powers.suspension.clone(),
        },
        EventKind::End(ending) => Event::End {
            at,
            power: powers
                .endings
                .iter()
                .find(|power| power.ending() == ending)
                .expect("each ending")
                .clone(),
        },
        EventKind::Void => Event::Void {
            at,
            by: [person("zhou"), person("chen")],
            exposure: Exposure::Unpresented,
        },
        EventKind::Archive => Event::Archive { at },
    }
}

fn after(kinds: &[EventKind], at: UtcDateTime, powers: &Powers) -> Life {
    kinds.iter().fold(Life::draft(), |life, kind| {
        life.step(&event(*kind, at, powers), &PERIOD, at)
            .expect("listed")
    })
}

/// A life in each phase, and a moment at which it is in it.
fn in_phase(phase: Phase, powers: &Powers) -> (Life, UtcDateTime) {
    use EventKind::{Archive, Complete, End, Seal, Supersede, Suspend, Void};
    let (kinds, at): (Vec<EventKind>, _) = match phase {
        Phase::Draft => (vec![], DURING),
        Phase::PendingSeal => (vec![Complete], DURING),
        Phase::NotYetValid => (vec![Complete, Seal], BEFORE),
        Phase::Valid => (vec![Complete, Seal], DURING),
        Phase::Expired => (vec![Complete, Seal], AFTER),
        Phase::Suspended => (vec![Complete, Seal, Suspend], DURING),
        Phase::Superseded => (vec![Complete, Seal, Supersede], DURING),
        Phase::Ended(ending) => (vec![Complete, Seal, End(ending)], DURING),
        Phase::Voided => (vec![Complete, Seal, Void], DURING),
        Phase::Archived => (vec![Complete, Seal, End(Ending::Annulled), Archive], DURING),
    };
    (after(&kinds, at, powers), at)
}

#[test]
fn every_phase_can_be_reached() {
    let powers = powers();
    for phase in Phase::ALL {
        let (life, at) = in_phase(phase, &powers);
        assert_eq!(life.phase(&PERIOD, at), phase);
        assert_eq!(Phase::find(phase.code()), Some(phase));
    }
}

#[test]
fn every_listed_pair_works_and_every_other_is_refused() {
    let powers = powers();
    let mut listed = 0;
    for phase in Phase::ALL {
        for kind in EventKind::ALL {
            let (life, at) = in_phase(phase, &powers);
            let stepped = life.step(&event(kind, at, &powers), &PERIOD, at);
            match Transition::find(phase, kind) {
                Some(row) => {
                    let next = stepped.expect("listed").phase(&PERIOD, at);
                    assert!(row.to.contains(&next), "{phase:?} {kind:?} {next:?}");
                    assert_eq!(row.to.first(), Some(&next), "{phase:?} {kind:?}");
                    listed += 1;
                }
                None => assert_eq!(
                    stepped,
                    Err(Refused::NotListed { phase, event: kind }),
                    "{phase:?} {kind:?}"
                ),
            }
        }
    }
    // domain.md 4.1: as many rows as the table lists, ending by ending.
    assert_eq!(listed, 28);
}

#[test]
fn the_table_is_the_page_line_by_line() {
    let pairs: Vec<(&str, &str, &str)> = TRANSITIONS
        .iter()
        .filter_map(|row| match row.cause {
            Cause::Event(kind) => Some((row.from.code(), kind.code(), row.to.first()?.code())),
            Cause::Time => None,
        })
        .collect();
    let mut expected = vec![
        ("draft", "complete", "pending_seal"),
        ("pending_seal", "seal", "valid"),
        ("valid", "supersede", "superseded"),
        ("expired", "supersede", "superseded"),
        ("valid", "suspend", "suspended"),
        ("suspended", "resume", "valid"),
    ];
    for ending in ["deregistered", "annulled", "withdrawn", "revoked"] {
        for from in ["valid", "suspended", "expired", "not_yet_valid"] {
            expected.push((from, ending, ending));
        }
    }
    expected.push(("pending_seal", "void", "voided"));
    expected.push(("valid", "void", "voided"));
    for ending in ["deregistered", "annulled", "withdrawn", "revoked"] {
        expected.push((ending, "archive", "archived"));
    }
    assert_eq!(pairs, expected);
    for (at, row) in TRANSITIONS.iter().enumerate() {
        assert!(!row.condition.is_empty());
        assert!(
            TRANSITIONS
                .iter()
                .skip(at + 1)
                .all(|other| (other.from, other.cause, other.to) != (row.from, row.cause, row.to))
        );
    }
}

#[test]
fn rows_of_time_happen_without_an_event() {
    let powers = powers();
    let sealed = after(&[EventKind::Complete, EventKind::Seal], BEFORE, &powers);
    assert_eq!(sealed.phase(&PERIOD, BEFORE), Phase::NotYetValid);
    assert_eq!(sealed.phase(&PERIOD, FROM), Phase::Valid);
    let last = UNTIL - time::SignedDuration::nanoseconds(1);
    assert_eq!(sealed.phase(&PERIOD, last), Phase::Valid);
    assert_eq!(sealed.phase(&PERIOD, UNTIL), Phase::Expired);
    let lifted = utc_datetime!(2027-03-01 00:00);
    let suspend = Event::Suspend {
        at: DURING,
        until: Some(lifted),
        power: powers.suspension.clone(),
    };
    let suspended = sealed.step(&suspend, &PERIOD, DURING).expect("listed");
    assert_eq!(suspended.phase(&PERIOD, DURING), Phase::Suspended);
    assert_eq!(suspended.phase(&PERIOD, lifted), Phase::Valid);
    // Suspension holds only while the validity lasts; afterwards the answer is expired.
    let open = after(
        &[EventKind::Complete, EventKind::Seal, EventKind::Suspend],
        DURING,
        &powers,
    );
    assert_eq!(open.phase(&PERIOD, AFTER), Phase::Expired);
}

#[test]
fn a_replaced_licence_cannot_be_suspended() {
    let powers = powers();
    let (life, at) = in_phase(Phase::Superseded, &powers);
    let refused = life
        .step(&event(EventKind::Suspend, at, &powers), &PERIOD, at)
        .expect_err("refused");
    assert_eq!(refused.code(), "licence.transition-not-listed");
    assert_eq!(refused.rule(), Rule::R10);
}

#[test]
fn the_old_version_holds_until_the_new_one_s_date() {
    let powers = powers();
    let sealed = after(&[EventKind::Complete, EventKind::Seal], DURING, &powers);
    let later = utc_datetime!(2027-07-02 00:00);
    let change = Event::Supersede {
        at: later,
        by: Version::new(2).expect("two"),
        ground: Ground::Change,
    };
    let changed = sealed.step(&change, &PERIOD, DURING).expect("listed");
    assert_eq!(changed.status(&PERIOD, DURING), Status::Valid);
    assert_eq!(changed.status(&PERIOD, DURING).list_entry(), 0);
    let answer = changed.status(&PERIOD, later);
    assert_eq!(answer.answer(), "superseded");
    assert_eq!(answer.list_entry(), 3);
    assert_eq!(
        changed.step(&change, &PERIOD, DURING),
        Err(Refused::AlreadyDecided)
    );
    // It can still be ended before that date, and then the ending is told.
    let ended = changed
        .step(
            &event(EventKind::End(Ending::Revoked), DURING, &powers),
            &PERIOD,
            DURING,
        )
        .expect("listed");
    assert_eq!(ended.status(&PERIOD, later).answer(), "revoked");
}

/// A life, an event at a moment of recording, and how it is refused.
type Case<'a> = (&'a Life, Event, UtcDateTime, Refused, Rule);

fn refused_all(cases: &[Case<'_>]) {
    for (life, event, now, refused, rule) in cases {
        let error = life.step(event, &PERIOD, *now).expect_err("refused");
        assert_eq!((error.rule(), &error), (*rule, refused));
    }
}

#[test]
fn decide_and_release_are_two_people_and_a_stop_blocks() {
    let powers = powers();
    let pending = after(&[EventKind::Complete], DURING, &powers);
    let seal = |released_by: &str, stop| Event::Seal {
        at: DURING,
        decided_by: person("chen"),
        released_by: person(released_by),
        stop,
    };
    let same = seal("chen", Stop::Clear);
    let stopped = seal("he", Stop::Stopped);
    refused_all(&[
        (&pending, same, DURING, Refused::SamePerson, Rule::R3),
        (&pending, stopped, DURING, Refused::Stopped, Rule::R6),
    ]);
}

#[test]
fn voiding_needs_two_people_and_no_use() {
    let powers = powers();
    let pending = after(&[EventKind::Complete], DURING, &powers);
    let valid = after(&[EventKind::Complete, EventKind::Seal], DURING, &powers);
    let void = |second: &str, exposure| Event::Void {
        at: DURING,
        by: [person("zhou"), person(second)],
        exposure,
    };
    let alone = void("zhou", Exposure::Unpresented);
    let seen = void("chen", Exposure::Presented);
    refused_all(&[
        (
            &pending,
            alone.clone(),
            DURING,
            Refused::SamePerson,
            Rule::R3,
        ),
        (&valid, alone, DURING, Refused::SamePerson, Rule::R3),
        (&valid, seen, DURING, Refused::Presented, Rule::R10),
    ]);
    let replaced = void("chen", Exposure::Replaced);
    assert!(valid.step(&replaced, &PERIOD, DURING).is_ok());
}

#[test]
fn an_expired_licence_is_renewed_only_where_late_renewal_is_allowed() {
    let powers = powers();
    let valid = after(&[EventKind::Complete, EventKind::Seal], DURING, &powers);
    let change = |ground| Event::Supersede {
        at: AFTER,
        by: Version::new(2).expect("two"),
        ground,
    };
    refused_all(
        &[Ground::Renewal, Ground::Change, Ground::Correction].map(|ground| {
            (
                &valid,
                change(ground),
                AFTER,
                Refused::NotRenewable,
                Rule::R10,
            )
        }),
    );
    assert!(
        valid
            .step(&change(Ground::LateRenewal), &PERIOD, AFTER)
            .is_ok()
    );
}

#[test]
fn a_suspension_has_a_length_an_order_and_one_authority() {
    let powers = powers();
    let valid = after(&[EventKind::Complete, EventKind::Seal], DURING, &powers);
    let suspended = after(
        &[EventKind::Complete, EventKind::Seal, EventKind::Suspend],
        DURING,
        &powers,
    );
    let suspend = |at, until| Event::Suspend {
        at,
        until,
        power: powers.suspension.clone(),
    };
    let resume = |at, power: &SuspensionPower| Event::Resume {
        at,
        power: power.clone(),
    };
    let other = resume(DURING, &powers.other_suspension);
    let early = resume(FROM, &powers.suspension);
    let empty = suspend(DURING, Some(DURING));
    refused_all(&[
        (&valid, empty, DURING, Refused::EmptySuspension, Rule::R10),
        (
            &valid,
            suspend(AFTER, None),
            DURING,
            Refused::EmptySuspension,
            Rule::R10,
        ),
        (
            &valid,
            suspend(FROM, None),
            DURING,
            Refused::OutOfOrder,
            Rule::R10,
        ),
        (&suspended, other, DURING, Refused::OtherAuthority, Rule::R7),
        (&suspended, early, DURING, Refused::OutOfOrder, Rule::R10),
    ]);
}

#[test]
fn answers_come_in_the_order_of_the_page() {
    let powers = powers();
    // Void beats ended beats superseded beats suspended beats the period.
    let suspended = after(
        &[EventKind::Complete, EventKind::Seal, EventKind::Suspend],
        DURING,
        &powers,
    );
    assert_eq!(suspended.status(&PERIOD, DURING).answer(), "suspended");
    assert_eq!(suspended.status(&PERIOD, BEFORE).answer(), "not_yet_valid");
    assert_eq!(suspended.status(&PERIOD, AFTER).answer(), "expired");
    let ended = suspended
        .step(
            &event(EventKind::End(Ending::Revoked), DURING, &powers),
            &PERIOD,
            DURING,
        )
        .expect("listed");
    for at in [DURING, AFTER] {
        assert_eq!(ended.status(&PERIOD, at).answer(), "revoked");
    }
    let archived = ended
        .step(&event(EventKind::Archive, AFTER, &powers), &PERIOD, AFTER)
        .expect("listed");
    assert!(matches!(
        archived.status(&PERIOD, AFTER),
        Status::Ended {
            archived: true,
            ending: Ending::Revoked,
            ..
        }
    ));
    let entries = [
        (Phase::Valid, 0),
        (Phase::Expired, 0),
        (Phase::PendingSeal, 0),
        (Phase::Suspended, 2),
        (Phase::Superseded, 3),
        (Phase::Voided, 1),
        (Phase::Ended(Ending::Deregistered), 1),
    ];
    for (phase, entry) in entries {
        let (life, at) = in_phase(phase, &powers);
        assert_eq!(life.status(&PERIOD, at).list_entry(), entry, "{phase:?}");
    }
}

#[test]
fn a_life_is_written_and_read_back() {
    let powers = powers();
    for phase in Phase::ALL {
        let (life, _) = in_phase(phase, &powers);
        let text = serde_json::to_string(&life).expect("written");
        assert_eq!(serde_json::from_str::<Life>(&text).expect("read"), life);
    }
}

fn any_kind() -> impl Strategy<Value = EventKind> {
    proptest::sample::select(EventKind::ALL.to_vec())
}

proptest! {
    #[test]
    fn no_sequence_of_events_leaves_the_table(
        steps in proptest::collection::vec((any_kind(), 0_i64..1_500), 0..40)
    ) {
        let powers = powers();
        let mut life = Life::draft();
        let mut ended = None;
        for (kind, day) in steps {
            let at = BEFORE + time::SignedDuration::days(day);
            let phase = life.phase(&PERIOD, at);
            match life.step(&event(kind, at, &powers), &PERIOD, at) {
                Ok(next) => {
                    let row = Transition::find(phase, kind);
                    prop_assert!(row.is_some(), "{phase:?} {kind:?}");
                    let to = next.phase(&PERIOD, at);
                    prop_assert!(row.is_some_and(|row| row.to.contains(&to)), "{phase:?} {kind:?} {to:?}");
                    life = next;
                }
                Err(Refused::NotListed { .. }) => {
                    prop_assert!(Transition::find(phase, kind).is_none());
                }
                Err(_) => prop_assert!(Transition::find(phase, kind).is_some()),
            }
            // Ended states are final.
            let last = life.status(&PERIOD, utc_datetime!(2100-01-01 00:00));
            if let Some(ending) = ended {
                let same = matches!(last, Status::Ended { ending: now, .. } if now == ending);
                prop_assert!(same, "an ended state is final");
            }
            if let Status::Ended { ending, .. } = last {
                ended = Some(ending);
            }
        }
    }
}
