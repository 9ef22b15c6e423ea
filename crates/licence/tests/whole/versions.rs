//! Versions and both times: what held, and what was known of it.

use catalogue::{Ending, Period, Rule};
use licence::life::{Beginning, Event, Exposure, Fact, Ground, Life, Refused};
use licence::transition::{EventKind, Transition};
use licence::versions::{
    ARCHIVED_AFTER, Birth, Grounds, History, NotFollowing, ReadGrounds, Versions,
};
use licence::{Phase, Status, Version};
use proptest::prelude::*;
use time::macros::utc_datetime;
use time::{SignedDuration, UtcDateTime};

use crate::whole::stage::{Powers, complete, department, person, powers, seal};

const FROM: UtcDateTime = utc_datetime!(2026-06-09 16:00);
const UNTIL: UtcDateTime = utc_datetime!(2028-06-09 16:00);
const PERIOD: Period = Period {
    from: FROM,
    until: Some(UNTIL),
};
const FAR: UtcDateTime = utc_datetime!(2100-01-01 00:00);

fn version(number: u16) -> Version {
    Version::new(number).expect("version")
}

fn day(number: i64) -> UtcDateTime {
    FROM + SignedDuration::days(number)
}

fn issued() -> Versions {
    let first = Versions::new(History::new(Life::draft(), PERIOD));
    sealed(&first, Version::FIRST, FROM)
}

fn sealed(versions: &Versions, version: Version, at: UtcDateTime) -> Versions {
    versions
        .record(version, &complete(at), at)
        .and_then(|versions| versions.record(version, &seal(at), at))
        .expect("listed")
}

fn later(from: i64) -> Period {
    Period {
        from: day(from),
        until: Some(UNTIL),
    }
}

#[test]
fn the_old_version_holds_until_the_new_one_takes_effect() {
    // Story 6.1, 17 July: version 002 with two parts, the old code answers superseded.
    let versions = issued();
    let drafted = versions
        .follow(Ground::Change, later(60), day(37))
        .expect("follows");
    // A draft changes nothing, and a second one is not begun beside it.
    assert_eq!(drafted.answer(day(70), FAR).version, Version::FIRST);
    assert_eq!(
        drafted.follow(Ground::Change, later(60), day(38)),
        Err(NotFollowing::Refused(Refused::AlreadyDecided))
    );
    let both = sealed(&drafted, version(2), day(38));
    for (at, number, answer) in [
        (day(-1), 1, "unknown"),
        (day(37), 1, "valid"),
        (day(59), 1, "valid"),
        (day(60), 2, "valid"),
        (UNTIL, 2, "expired"),
    ] {
        let told = both.answer(at, FAR);
        assert_eq!(
            (told.version, told.status.answer()),
            (version(number), answer),
            "{at}"
        );
    }
    let old = both.answer_of(Version::FIRST, day(60), FAR);
    assert_eq!(
        old,
        Some(Status::Superseded {
            by: version(2),
            since: day(60)
        })
    );
    assert_eq!(
        both.find(version(2)).map(|two| two.birth),
        Some(Birth::Following(Version::FIRST, Ground::Change))
    );
    // What was known on day 37 did not include the second version.
    assert_eq!(both.answer(day(61), day(37)).version, Version::FIRST);
}

#[test]
fn a_voided_draft_leaves_the_old_version_in_force_and_another_may_follow() {
    let void = |at, exposure| Event::Void {
        at,
        by: [person("zhou"), person("chen")],
        exposure,
    };
    let drafted = issued()
        .follow(Ground::Correction, later(10), day(1))
        .and_then(|versions| Ok(versions.record(version(2), &complete(day(2)), day(2))?))
        .and_then(|versions| {
            Ok(versions.record(version(2), &void(day(3), Exposure::Unpresented), day(3))?)
        })
        .expect("voided");
    assert_eq!(drafted.answer(day(20), FAR).version, Version::FIRST);
    let third = drafted
        .follow(Ground::Correction, later(10), day(4))
        .expect("follows");
    let third = sealed(&third, version(3), day(5));
    assert_eq!(third.answer(day(20), FAR).version, version(3));
    // A version that was voided after it was issued is replaced.
    let voided = third
        .record(version(3), &void(day(21), Exposure::Replaced), day(21))
        .expect("voided");
    assert_eq!(voided.answer(day(22), FAR).status.answer(), "void");
    let replaced = voided.restore(day(22)).expect("replaced");
    let replaced = sealed(&replaced, version(4), day(22));
    assert_eq!(replaced.answer(day(23), FAR).status, Status::Valid);
    assert_eq!(
        replaced.find(version(4)).map(|four| four.birth),
        Some(Birth::Replacing(version(3)))
    );
}

#[test]
fn nothing_follows_what_is_suspended_ended_or_expired() {
    let powers = powers();
    let versions = issued();
    let suspended = versions
        .record(Version::FIRST, &powers.suspend(day(5), None), day(5))
        .expect("suspended");
    let ended = versions
        .record(Version::FIRST, &powers.end(Ending::Revoked, day(5)), day(5))
        .expect("ended");
    for (versions, phase) in [
        (&suspended, Phase::Suspended),
        (&ended, Phase::Ended(Ending::Revoked)),
    ] {
        assert_eq!(
            versions.follow(Ground::Change, later(10), day(6)),
            Err(NotFollowing::Refused(Refused::NotListed {
                phase,
                event: EventKind::Supersede
            }))
        );
    }
    let renewed = |ground, at| {
        let period = Period {
            from: UNTIL,
            until: Some(day(2_000)),
        };
        versions.follow(ground, period, at).map(|_| ())
    };
    assert_eq!(renewed(Ground::Renewal, day(700)), Ok(()));
    assert_eq!(
        renewed(Ground::Renewal, day(800)),
        Err(NotFollowing::Refused(Refused::NotRenewable))
    );
    assert_eq!(renewed(Ground::LateRenewal, day(800)), Ok(()));
    assert_eq!(
        versions.follow(
            Ground::Change,
            Period {
                from: day(1),
                until: Some(day(2))
            },
            day(3)
        ),
        Err(NotFollowing::Over)
    );
}

#[test]
fn an_ending_in_error_stays_and_a_new_version_begins() {
    let powers = powers();
    let ended = issued()
        .record(
            Version::FIRST,
            &powers.end(Ending::Annulled, day(5)),
            day(5),
        )
        .expect("ended");
    assert!(matches!(
        issued().restore(day(6)),
        Err(NotFollowing::NotEnded)
    ));
    let restored = ended.restore(day(9)).expect("restored");
    let restored = sealed(&restored, version(2), day(9));
    assert_eq!(restored.answer(day(8), FAR).status.answer(), "annulled");
    assert_eq!(restored.answer(day(9), FAR).status, Status::Valid);
    assert_eq!(restored.answer(UNTIL, FAR).status.answer(), "expired");
    let old = restored
        .answer_of(Version::FIRST, day(20), FAR)
        .expect("there");
    assert_eq!(old.answer(), "annulled");
}

#[test]
fn was_it_valid_and_what_did_we_know_are_two_questions() {
    let powers = powers();
    let first = History::new(Life::draft(), PERIOD);
    let record = |history: History, event: &Event, now| history.record(event, now).expect("listed");
    let history = record(first, &complete(FROM), FROM);
    let history = record(history, &seal(FROM), FROM);
    let history = record(history, &powers.suspend(day(10), None), day(11));
    let history = record(history, &powers.resume(day(20)), day(20));
    // Annulled on day 40, from day 30 on.
    let history = record(history, &powers.end(Ending::Annulled, day(30)), day(40));
    for (effective, known, answer) in [
        (day(5), FAR, "valid"),
        (day(10), FAR, "suspended"),
        (day(10), day(10), "valid"),
        (day(19), FAR, "suspended"),
        (day(20), FAR, "valid"),
        (day(35), day(35), "valid"),
        (day(35), day(39), "valid"),
        (day(35), day(40), "annulled"),
        (day(35), FAR, "annulled"),
        (day(29), FAR, "valid"),
        (day(-1), FAR, "unknown"),
    ] {
        assert_eq!(
            history.status(effective, known).answer(),
            answer,
            "{effective} {known}"
        );
    }
    assert_eq!(history.archive_due(day(41)), Some(day(30) + ARCHIVED_AFTER));
    assert_eq!(
        history.record(&Event::Archive { at: day(60) }, day(39)),
        Err(Refused::OutOfOrder)
    );
    // Kept by the register and read back.
    let mut facts = history.facts().to_vec();
    let text: Vec<String> = facts
        .iter()
        .map(|entry| serde_json::to_string(&entry.fact).expect("written"))
        .collect();
    for (entry, text) in facts.iter_mut().zip(text) {
        entry.fact = serde_json::from_str(&text).expect("read");
    }
    let read = History::kept(Life::draft(), PERIOD, facts);
    assert_eq!(read.status(day(35), FAR), history.status(day(35), FAR));
    assert_eq!(read.facts().len(), 5);
}

#[test]
fn a_converted_paper_begins_in_the_state_it_had() {
    let old = Period {
        from: day(-2_000),
        until: Some(day(-10)),
    };
    let suspended = Beginning::Suspended {
        since: day(-3),
        until: None,
        by: department("Q-APR"),
    };
    let ended = Beginning::Ended {
        ending: Ending::Revoked,
        since: day(-3),
    };
    for (beginning, period, answer) in [
        (&Beginning::InForce, PERIOD, "valid"),
        (&Beginning::InForce, old, "expired"),
        (&suspended, later(-100), "suspended"),
        (&ended, PERIOD, "revoked"),
        (&ended, old, "revoked"),
    ] {
        let history = History::new(Life::converted(beginning, FROM), period);
        assert_eq!(history.status(FROM, FROM).answer(), answer);
        let licence = Versions::new(history);
        assert_eq!(licence.answer(FROM, FROM).status.answer(), answer);
    }
    // From there on its life is like any other's.
    let life = Life::converted(&suspended, FROM);
    let resumed = life
        .step(&powers().resume(day(1)), &PERIOD, day(1))
        .expect("listed");
    assert_eq!(resumed.status(&PERIOD, day(1)), Status::Valid);
}

#[test]
fn an_act_without_decision_basis_or_reason_has_no_grounds() {
    assert!(Grounds::new("撤决-2026-3", "行政许可法 第六十九条", "承诺不实").is_ok());
    for (decision, basis, reason, missing) in [
        ("", "法", "由", ReadGrounds::Decision),
        ("决", " ", "由", ReadGrounds::LegalBasis),
        ("决", "法", "\n", ReadGrounds::Reason),
    ] {
        assert_eq!(Grounds::new(decision, basis, reason), Err(missing));
    }
    let long = "长".repeat(501);
    assert_eq!(Grounds::new("决", "法", &long), Err(ReadGrounds::Reason));
}

#[test]
fn fifty_versions_answer_like_two() {
    let mut versions = issued();
    for number in 2..=50 {
        let at = i64::from(number) * 10;
        versions = versions
            .follow(Ground::Change, later(at), day(at - 1))
            .expect("follows");
        versions = sealed(&versions, version(number), day(at - 1));
    }
    assert_eq!(versions.all().count(), 50);
    for number in 2..=50 {
        let at = day(i64::from(number) * 10);
        assert_eq!(versions.answer(at, FAR).version, version(number));
        let before = at - SignedDuration::nanoseconds(1);
        assert_eq!(versions.answer(before, FAR).version, version(number - 1));
        // Known a day before the change was recorded, the one before it would have held on.
        let known = at - SignedDuration::days(2);
        assert_eq!(versions.answer(at, known).version, version(number - 1));
    }
}

/// An event of a kind, recorded at `now`, that holds from `shift` days before or after.
fn event(kind: EventKind, at: UtcDateTime, powers: &Powers) -> Event {
    match kind {
        EventKind::Complete => complete(at),
        EventKind::Seal => seal(at),
        EventKind::Supersede => Event::Supersede {
            at,
            by: version(2),
            ground: Ground::LateRenewal,
        },
        EventKind::Suspend => powers.suspend(at, None),
        EventKind::Resume => powers.resume(at),
        EventKind::End(ending) => powers.end(ending, at),
        EventKind::Void => Event::Void {
            at,
            by: [person("zhou"), person("chen")],
            exposure: Exposure::Unpresented,
        },
        EventKind::Archive => Event::Archive { at },
    }
}

proptest! {
    #[test]
    fn folding_facts_is_stepping_events_and_the_past_is_never_rewritten(
        steps in proptest::collection::vec(
            (proptest::sample::select(EventKind::ALL.to_vec()), 0_i64..60, -20_i64..20),
            0..30
        )
    ) {
        let powers = powers();
        let mut history = History::new(Life::draft(), PERIOD);
        let mut life = Life::draft();
        let mut now = FROM;
        let mut answers: Vec<(UtcDateTime, UtcDateTime, Status)> = Vec::new();
        for (kind, wait, shift) in steps {
            now += SignedDuration::days(wait);
            let at = now + SignedDuration::days(shift);
            let event = event(kind, at, &powers);
            let phase = life.phase(&PERIOD, now);
            match (life.step(&event, &PERIOD, now), history.record(&event, now)) {
                (Ok(stepped), Ok(recorded)) => {
                    prop_assert!(Transition::find(phase, kind).is_some());
                    prop_assert_eq!(&stepped, &recorded.life());
                    // What the register keeps of it gives the same fact again.
                    let kept = Fact::kept(kind, at, &stepped);
                    prop_assert_eq!(kept, Some(event.fact()));
                    prop_assert_eq!(EventKind::find(kind.code()), Some(kind));
                    life = stepped;
                    history = recorded;
                }
                (Err(one), Err(other)) => prop_assert_eq!(one, other),
                (one, other) => prop_assert!(false, "{one:?} {other:?}"),
            }
            // What was known at a moment stays what was known at it.
            for (effective, known, status) in &answers {
                prop_assert_eq!(history.status(*effective, *known), *status);
            }
            for effective in [now, at] {
                answers.push((effective, now, history.status(effective, now)));
            }
            now += SignedDuration::seconds(1);
        }
        // The present by all that is known is what the life says.
        prop_assert_eq!(history.status(FAR, FAR), life.status(&PERIOD, FAR));
    }

    #[test]
    fn a_licence_never_has_two_versions_in_force(
        steps in proptest::collection::vec(
            (proptest::sample::select(vec![0_u8, 1, 2, 3, 4, 5, 6]), 1_i64..40, 0_i64..90),
            0..40
        )
    ) {
        let powers = powers();
        let mut versions = issued();
        let mut now = day(1);
        for (act, wait, ahead) in steps {
            now += SignedDuration::days(wait);
            let from = now + SignedDuration::days(ahead);
            let period = Period { from, until: Some(from + SignedDuration::days(700)) };
            let last = version(u16::try_from(versions.all().count()).expect("few"));
            let current = versions.current(now).version;
            let next = match act {
                0 | 1 => versions.follow(Ground::Change, period, now).ok(),
                2 => versions.record(last, &complete(now), now).ok(),
                3 => versions.record(last, &seal(now), now).ok(),
                4 => versions.record(current, &powers.suspend(now, None), now).ok(),
                5 => versions.record(current, &powers.resume(now), now).ok(),
                _ => versions.restore(now).ok(),
            };
            if let Some(next) = next {
                versions = next;
            }
            for at in [now, from, from + SignedDuration::days(1)] {
                let valid = versions.all().filter(|one| {
                    matches!(one.history.status(at, FAR), Status::Valid | Status::Suspended { .. })
                });
                prop_assert!(valid.count() <= 1, "{at}");
            }
            // Once issued, the licence always has an answer.
            prop_assert_ne!(versions.answer(now, FAR).status, Status::Unknown);
        }
        prop_assert!(versions.all().count() <= 41);
    }
}

#[test]
fn a_seal_for_a_version_whose_ground_is_gone_is_refused() {
    let powers = powers();
    let drafted = issued()
        .follow(Ground::Change, later(10), day(1))
        .and_then(|versions| Ok(versions.record(version(2), &complete(day(2)), day(2))?))
        .and_then(|versions| {
            let end = powers.end(Ending::Revoked, day(3));
            Ok(versions.record(Version::FIRST, &end, day(3))?)
        })
        .expect("ended meanwhile");
    let refused = drafted
        .record(version(2), &seal(day(4)), day(4))
        .expect_err("refused");
    assert_eq!(refused.rule(), Rule::R10);
}
