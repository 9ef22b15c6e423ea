//! Named mutations of good events: each is refused with its own code and rule, and changes nothing.

use catalogue::Rule;
use dossier::decision::{Mode, Outcome, Ruled};
use dossier::event::{CaseEvent, Deferral, Filing, Happening, PartOf};
use dossier::person::{Actor, Role};
use dossier::signed::Assurance;
use dossier::state::State;
use dossier::{Fate, Scene, TakeRefused};
use licence::restriction::{Effect, Reach, Restriction};
use time::UtcDateTime;
use time::macros::utc_datetime;

use crate::office::{
    LATER, Office, accepted, actor, after, applicant, approver, body, clerk, custodian, decision,
    filing, granted, handed_in, kind, offered, paper, parts, person, promised, release, released,
    supervisor, until_accepted, until_decided, words,
};

const AT: UtcDateTime = utc_datetime!(2026-06-10 09:00);

/// Takes `event` after `events` and expects this refusal, nothing changed.
fn refused(
    office: &Office,
    events: &[CaseEvent],
    (who, what): (Actor, Happening),
    (code, rule): (&str, Rule),
) {
    let file = office.file(events);
    let event = after(events, (AT, who), what);
    let releases = released(&event);
    let scene = Scene {
        releases: &releases,
        ..office.scene(LATER)
    };
    let took = file.take(event, &scene);
    let Fate::Refused { why, cards } = took.fate else {
        unreachable!("{code}: {:?}", took.fate);
    };
    assert_eq!(why.code(), code);
    let TakeRefused::Case(why) = why else {
        unreachable!("{code} is a case's refusal");
    };
    assert_eq!(why.rule(), rule, "{code}");
    assert!(cards.is_empty(), "{code}");
    assert_eq!(took.file, file, "{code}");
}

fn ruled(change: impl FnOnce(&mut Ruled)) -> Happening {
    let mut ruled = granted("SP-2026-17", Mode::Commitment);
    change(&mut ruled);
    Happening::Decided(ruled)
}

fn accepting(change: impl FnOnce(&mut Vec<PartOf>, &mut Vec<Deferral>)) -> Happening {
    match accepted() {
        Happening::Accepted {
            mut parts,
            mut deferred,
        } => {
            change(&mut parts, &mut deferred);
            Happening::Accepted { parts, deferred }
        }
        other => other,
    }
}

#[test]
fn an_acceptance_that_is_not_lawful_is_refused() {
    let office = Office::sample();
    let events = filing();
    for (what, wanted) in [
        (
            accepting(|_, deferred| deferred.clear()),
            ("case.materials-open", Rule::R14),
        ),
        (
            accepting(|_, deferred| {
                deferred.push(Deferral {
                    material: 7,
                    working_days: 5,
                });
            }),
            ("material.had-already", Rule::R14),
        ),
        (
            accepting(|_, deferred| deferred[0].material = 9),
            ("material.not-listed", Rule::R14),
        ),
        (
            accepting(|_, deferred| deferred[0].working_days = 0),
            ("case.day", Rule::R10),
        ),
        (
            accepting(|parts, _| parts.clear()),
            ("case.parts", Rule::R1),
        ),
        (
            accepting(|parts, _| parts[1].licence_type = kind("FOOD")),
            ("case.parts", Rule::R1),
        ),
        (
            accepting(|parts, _| parts[2].by = body("C-URBAN")),
            ("case.part-not-in-power", Rule::R1),
        ),
        (
            accepting(|parts, _| parts[0].licence_type = kind("BL")),
            ("case.part-not-in-power", Rule::R1),
        ),
    ] {
        refused(&office, &events, (clerk(), what), wanted);
    }
    // Without the hand-in a material that may not follow cannot be deferred.
    let mut fewer = filing();
    fewer.pop();
    let what = accepting(|_, deferred| {
        deferred.push(Deferral {
            material: 7,
            working_days: 5,
        });
    });
    refused(
        &office,
        &fewer,
        (clerk(), what),
        ("material.not-deferrable", Rule::R21),
    );
}

#[test]
fn a_decision_that_is_not_lawful_is_refused() {
    let office = Office::sample();
    let events = [until_accepted(), parts()].concat();
    let machine = actor("platform", "Q-APR", Role::System);
    let automatic = || Mode::Automatic {
        rule: words("R-1"),
        owner: person("rule.owner"),
    };
    for (who, what, wanted) in [
        (
            approver(),
            ruled(|ruled| ruled.outcome = Outcome::Refused),
            ("case.reasons-missing", Rule::R10),
        ),
        (
            approver(),
            ruled(|ruled| ruled.mode = automatic()),
            ("case.rule-of-decision", Rule::R5),
        ),
        (machine, ruled(|_| ()), ("case.rule-of-decision", Rule::R5)),
        (
            actor("zhou.qinghe", "Q-APR", Role::Approver),
            ruled(|_| ()),
            ("case.same-person", Rule::R3),
        ),
        (
            actor("chen.zhiyuan", "C-APR", Role::Approver),
            ruled(|_| ()),
            ("case.wrong-body", Rule::R1),
        ),
        (clerk(), ruled(|_| ()), ("case.wrong-capacity", Rule::R3)),
    ] {
        refused(&office, &events, (who, what), wanted);
    }
    refused(
        &office,
        &until_accepted(),
        (approver(), ruled(|_| ())),
        ("case.parts-open", Rule::R1),
    );
}

#[test]
fn restrictions_are_shown_before_the_decision_and_block_only_as_listed() {
    let mut office = Office::sample();
    let events = [until_accepted(), parts()].concat();
    let restriction = |effect| Restriction {
        number: "CJ-1".to_owned(),
        ground: "失信被执行人".to_owned(),
        source: "C-SAMR".to_owned(),
        effect,
        days: catalogue::Days::new(time::macros::date!(2026 - 06 - 10), None).expect("in order"),
    };
    let shown = || ruled(|ruled| ruled.shown = vec![words("CJ-1")]);
    for (effect, unshown, code) in [
        (Effect::ShownOnly, "case.restriction-not-shown", None),
        (
            Effect::BlocksCommitment(Reach::Every),
            "case.restriction-blocks",
            Some("case.restriction-blocks"),
        ),
        (
            Effect::BlocksGrant(Reach::Types([kind("ONE")].into())),
            "case.restriction-blocks",
            Some("case.restriction-blocks"),
        ),
        (
            Effect::BlocksGrant(Reach::Types([kind("FOOD")].into())),
            "case.restriction-not-shown",
            None,
        ),
        (
            Effect::BlocksRenewal(Reach::Every),
            "case.restriction-not-shown",
            None,
        ),
    ] {
        office.restrictions = vec![restriction(effect)];
        refused(
            &office,
            &events,
            (approver(), ruled(|_| ())),
            (unshown, Rule::R13),
        );
        let event = after(&events, (AT, approver()), shown());
        let got = match office.file(&events).take(event, &office.scene(LATER)).fate {
            Fate::Refused { why, .. } => Some(why.code()),
            _ => None,
        };
        assert_eq!(got, code);
    }
    // What refuses the case is blocked by nothing, and shown all the same.
    office.restrictions = vec![restriction(Effect::BlocksGrant(Reach::Every))];
    let refusing = |numbers: Vec<dossier::Words>| {
        ruled(|ruled| {
            ruled.outcome = Outcome::Refused;
            ruled.reasons = Some(words("不符合条件"));
            ruled.shown = numbers;
        })
    };
    refused(
        &office,
        &events,
        (approver(), refusing(Vec::new())),
        ("case.restriction-not-shown", Rule::R13),
    );
    let event = after(&events, (AT, approver()), refusing(vec![words("CJ-1")]));
    let took = office.file(&events).take(event, &office.scene(LATER));
    assert!(matches!(took.fate, Fate::Applied(_)));
}

#[test]
fn a_person_with_several_accounts_is_one_person() {
    let office = Office::sample();
    // Decided by chen.zhiyuan; released by another account of the same person.
    let mut second = actor("chen.zhiyuan", "Q-APR", Role::Custodian);
    second.account = dossier::number::AccountKey::parse("custodian-7").expect("key");
    let what = release().remove(0).what;
    refused(
        &office,
        &until_decided(),
        (second, what),
        ("case.same-person", Rule::R3),
    );
    // Who received it at the counter decides a part of it by no account.
    let mut other = actor("zhou.qinghe", "C-FIRE", Role::Industry);
    other.account = dossier::number::AccountKey::parse("fire-9").expect("key");
    let what = parts().remove(0).what;
    refused(
        &office,
        &until_accepted(),
        (other, what),
        ("case.same-person", Rule::R3),
    );
    // An automatic decision is its owner's, who has released the rule in advance (D19).
    let owner = Mode::Automatic {
        rule: words("R-1"),
        owner: person("he.shouzheng"),
    };
    let mut events = [until_accepted(), parts()].concat();
    let machine = actor("platform", "Q-APR", Role::System);
    let what = ruled(|ruled| ruled.mode = owner.clone());
    events.push(after(&events, (AT, machine.clone()), what));
    let what = release().remove(0).what;
    let event = after(&events, (AT, custodian()), what);
    let releases = released(&event);
    let scene = Scene {
        releases: &releases,
        ..office.scene(LATER)
    };
    let took = office.file(&events).take(event, &scene);
    assert!(matches!(took.fate, Fate::Applied(_)), "{:?}", took.fate);
    // Who received a case owns no rule that decides it.
    let events = [until_accepted(), parts()].concat();
    let received = Mode::Automatic {
        rule: words("R-1"),
        owner: person("zhou.qinghe"),
    };
    let what = ruled(|ruled| ruled.mode = received);
    refused(
        &office,
        &events,
        (machine, what),
        ("case.same-person", Rule::R3),
    );
}

#[test]
fn parts_are_decided_once_and_by_their_bodies() {
    let office = Office::sample();
    let events = [until_accepted(), parts()].concat();
    let again = parts().remove(0).what;
    let fire = || actor("fire.two", "C-FIRE", Role::Industry);
    refused(
        &office,
        &events,
        (fire(), again),
        ("case.part-decided", Rule::R10),
    );
    let food = crate::office::part_decided("FOOD", "SP-1");
    refused(
        &office,
        &events,
        (fire(), food),
        ("case.wrong-body", Rule::R1),
    );
    let nothing = |what: Happening| match what {
        Happening::PartDecided { part, mut ruled } => {
            ruled.outcome = Outcome::Refused;
            ruled.reasons = Some(words("现场不符合要求"));
            Happening::PartDecided { part, ruled }
        }
        other => other,
    };
    let mut events = until_accepted();
    for part in parts() {
        events.push(after(
            &events,
            (part.at, part.actor.clone()),
            nothing(part.what),
        ));
    }
    // The bureau's own part is granted with the whole, so the case may be granted without them.
    let file = office.file(&events);
    let took = file.take(
        after(&events, (AT, approver()), ruled(|_| ())),
        &office.scene(LATER),
    );
    let grant = took.file.dossier().and_then(dossier::Dossier::grant);
    let parts = grant.expect("granted").parts.len();
    assert_eq!(parts, 1);
}

#[test]
fn a_stop_blocks_whatever_comes_next_until_it_is_lifted() {
    let office = Office::sample();
    let stop = || Happening::Stopped {
        reason: words("超时办理"),
    };
    let lift = || Happening::Lifted {
        reason: words("已整改"),
    };
    let release = || release().remove(0).what;
    let mut events = until_decided();
    refused(
        &office,
        &events,
        (supervisor(), lift()),
        ("case.not-stopped", Rule::R6),
    );
    events.push(after(&events, (AT, supervisor()), stop()));
    // R6: decided already, so the stop blocks the seal alone.
    let file = office.file(&events);
    let dossier = file.dossier().expect("open");
    assert_eq!(dossier.state(), State::Decided);
    assert!(dossier.grant().is_none());
    refused(
        &office,
        &events,
        (custodian(), release()),
        ("case.stopped", Rule::R6),
    );
    refused(
        &office,
        &events,
        (supervisor(), stop()),
        ("case.stopped", Rule::R6),
    );
    events.push(after(&events, (AT, supervisor()), lift()));
    let event = after(&events, (AT, custodian()), release());
    let releases = released(&event);
    let scene = Scene {
        releases: &releases,
        ..office.scene(LATER)
    };
    let took = office.file(&events).take(event, &scene);
    assert!(matches!(took.fate, Fate::Applied(_)), "{:?}", took.fate);
    // Before the decision it moves the case, and lifting takes it back to where it was.
    let mut events = [until_accepted(), parts()].concat();
    events.push(after(&events, (AT, supervisor()), stop()));
    refused(
        &office,
        &events,
        (approver(), decision().remove(0).what),
        ("case.transition-not-listed", Rule::R10),
    );
    events.push(after(&events, (AT, supervisor()), lift()));
    let dossier = office.dossier(&events);
    assert_eq!(dossier.state(), State::InReview);
    assert_eq!(dossier.cards().len(), 1, "the red card stays");
}

#[test]
fn a_release_is_for_the_decision_that_stands() {
    let office = Office::sample();
    let what = Happening::Released {
        decision: words("SP-2026-18"),
    };
    refused(
        &office,
        &until_decided(),
        (custodian(), what),
        ("case.other-decision", Rule::R1),
    );
    // Rolled back before sealing, decided anew; the old decision is not released any more.
    let mut events = until_decided();
    let back = Happening::RolledBack {
        reason: words("依据有误"),
    };
    events.push(after(&events, (AT, approver()), back.clone()));
    let officer = actor("some.officer", "Q-APR", Role::Officer);
    events.push(after(&events, (AT, officer), Happening::TakenUp));
    let rolled = office.dossier(&events);
    assert!(rolled.decision().is_none() && rolled.clock().expect("runs").stopped.is_none());
    assert_eq!(
        rolled.parts().iter().filter(|part| part.granted()).count(),
        2,
        "what other bodies decided remains"
    );
    let again = ruled(|ruled| ruled.number = words("SP-2026-19"));
    events.push(after(&events, (AT, approver()), again));
    refused(
        &office,
        &events,
        (custodian(), release().remove(0).what),
        ("case.other-decision", Rule::R1),
    );
    let what = Happening::Released {
        decision: words("SP-2026-19"),
    };
    events.push(after(&events, (AT, custodian()), what));
    refused(
        &office,
        &events,
        (approver(), back),
        ("case.transition-not-listed", Rule::R10),
    );
}

#[test]
fn papers_that_are_not_what_they_should_be_are_refused() {
    let office = Office::sample();
    let events = &filing()[..5];
    let signing = |change: fn(&mut dossier::signed::Signed)| {
        let mut signed = crate::office::signed(8, "承诺");
        change(&mut signed);
        Happening::Filed(Filing::Promised {
            commitment: crate::office::promise("CN-8"),
            signed,
        })
    };
    for (what, wanted) in [
        (
            signing(|signed| signed.level = Assurance::L1),
            ("signed.assurance-low", Rule::R19),
        ),
        (
            signing(|signed| signed.paper = paper(9)),
            ("signed.other-paper", Rule::R19),
        ),
        (
            signing(|signed| signed.by = crate::office::firm()),
            ("signed.no-person", Rule::R19),
        ),
        (
            signing(|signed| signed.at = utc_datetime!(2026-06-11 00:00)),
            ("signed.later", Rule::R19),
        ),
        (promised("CN-9", 8), ("case.commitment-unknown", Rule::R19)),
        (
            offered("CN-8", 8, "FIRE", 8),
            ("case.number-taken", Rule::R10),
        ),
        (
            offered("CN-9", 7, "FIRE", 8),
            ("material.not-promisable", Rule::R19),
        ),
        (
            offered("CN-9", 8, "NOPE", 8),
            ("case.part-unknown", Rule::R1),
        ),
        (handed_in(2, 2), ("material.can-be-had", Rule::R14)),
        (handed_in(9, 9), ("material.not-listed", Rule::R14)),
        (
            crate::office::fetched(2, "BL", "SQ-3"),
            ("case.mandate-unknown", Rule::R15),
        ),
    ] {
        refused(&office, events, (applicant(), what), wanted);
    }
    let foreign = actor("platform", "Q-ENF", Role::System);
    refused(
        &office,
        events,
        (foreign, crate::office::fetched(2, "BL", "SQ-1")),
        ("mandate.out-of-scope", Rule::R15),
    );
}

#[test]
fn the_clock_gives_each_card_once_and_none_after_the_decision() {
    let office = Office::sample();
    let dossier = office.dossier(&until_accepted());
    let cards = |dossier: &dossier::Dossier, now| {
        dossier::step::due_cards(dossier, &office.scene(now), now)
    };
    assert!(cards(&dossier, utc_datetime!(2026-06-12 01:00)).is_empty());
    let yellow = cards(&dossier, utc_datetime!(2026-06-15 01:00));
    assert_eq!(yellow.len(), 1);
    let carded = dossier.carded(yellow.clone());
    assert!(cards(&carded, utc_datetime!(2026-06-15 02:00)).is_empty());
    let red = cards(&carded, utc_datetime!(2026-06-16 01:00));
    assert_eq!(red[0].colour, dossier::card::Colour::Red);
    assert_eq!(carded.carded(yellow).cards().len(), 1);
    let decided = office.dossier(&until_decided());
    assert!(cards(&decided, utc_datetime!(2026-07-16 01:00)).is_empty());
}
