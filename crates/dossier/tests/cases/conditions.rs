//! Conditions of rows that have their own kinds of case: forwarding, special steps, deferral run out.

use dossier::clock::Pause;
use dossier::decision::Mode;
use dossier::event::{Asked, CaseEvent, Filing, Following, Happening};
use dossier::material::Because;
use dossier::person::{Actor, Party, Role};
use dossier::state::State;
use dossier::{Fate, Scene, Took};
use time::UtcDateTime;
use time::macros::{date, utc_datetime};

use crate::office::{
    LATER, Office, actor, after, applicant, approver, body, certificate, clerk, consent, custodian,
    filing, granted, paper, platform, promise, release, released, supervisor, until_decided, words,
};
use crate::table::upward;

const AT: UtcDateTime = utc_datetime!(2026-06-10 09:00);

fn take(events: &[CaseEvent], at: UtcDateTime, (who, what): (Actor, Happening)) -> Took {
    let office = Office::shared();
    let event = after(events, (at, who), what);
    let releases = released(&event);
    let scene = Scene {
        releases: &releases,
        ..office.scene(LATER)
    };
    office.file(events).take(event, &scene)
}

fn code(took: &Took) -> Option<&'static str> {
    match &took.fate {
        Fate::Refused { why, .. } => Some(why.code()),
        _ => None,
    }
}

fn of_city(who: &str, role: Role) -> Actor {
    actor(who, "C-APR", role)
}

#[test]
fn a_case_that_goes_upward_is_decided_after_the_answer_from_above() {
    let decide = |mode| {
        (
            of_city("city.approver", Role::Approver),
            Happening::Decided(granted("JY-2026-1", mode)),
        )
    };
    let mut events = upward();
    let officer = || of_city("city.officer", Role::Officer);
    assert_eq!(
        code(&take(&events, AT, decide(Mode::Ordinary))),
        Some("case.not-forwarded")
    );
    let forward = Happening::Forwarded { to: body("C-EDU") };
    events.push(after(&events, (AT, officer()), forward));
    assert_eq!(
        code(&take(&events, AT, decide(Mode::Ordinary))),
        Some("case.transition-not-listed")
    );
    let answered = Happening::ForwardAnswered {
        answer: words("同意"),
    };
    events.push(after(&events, (AT, officer()), answered));
    // Nothing was promised in it.
    assert_eq!(
        code(&take(&events, AT, decide(Mode::Commitment))),
        Some("case.mode-of-decision")
    );
    let took = take(&events, AT, decide(Mode::Ordinary));
    assert_eq!(
        took.file.dossier().map(|case| case.state()),
        Some(State::Decided)
    );
}

#[test]
fn the_clock_pauses_for_listed_steps_alone() {
    let officer = || of_city("city.officer", Role::Officer);
    let begin = |step: &str| Happening::StepBegan { step: words(step) };
    for (step, pauses) in [("现场核查", 1), ("专家评审", 0)] {
        let mut events = upward();
        events.push(after(&events, (AT, officer()), begin(step)));
        let ended = utc_datetime!(2026-06-12 02:00);
        events.push(after(&events, (ended, officer()), Happening::StepEnded));
        let dossier = Office::shared().dossier(&events);
        let clock = dossier.clock().expect("accepted");
        assert_eq!(clock.pauses.len(), pauses, "{step}");
        for pause in &clock.pauses {
            assert_eq!(
                *pause,
                Pause {
                    from: date!(2026 - 06 - 10),
                    until: Some(date!(2026 - 06 - 12))
                }
            );
        }
    }
}

#[test]
fn what_was_not_given_by_its_day_goes_to_the_approver_before_anything_is_sealed() {
    let mut events = until_decided();
    let late = utc_datetime!(2026-06-24 02:00);
    let follow = Happening::Followed;
    let early = take(
        &events,
        utc_datetime!(2026-06-23 15:59),
        (platform(), follow(Following::Overdue { material: 6 })),
    );
    assert_eq!(code(&early), Some("deferred.early"));
    events.push(after(
        &events,
        (late, platform()),
        follow(Following::Overdue { material: 6 }),
    ));
    let releasing = || (custodian(), release().remove(0).what);
    assert_eq!(
        code(&take(&events, late, releasing())),
        Some("case.unanswered")
    );
    let given = take(&events, late, (applicant(), crate::office::handed_in(6, 6)));
    assert_eq!(code(&given), Some("deferred.transition-not-listed"));
    let refer = (platform(), follow(Following::Referred { material: 6 }));
    events.push(after(&events, (late, refer.0.clone()), refer.1));
    assert_eq!(code(&take(&events, late, releasing())), None);
}

#[test]
fn a_stopped_case_is_not_delivered() {
    let mut events = [until_decided(), release()].concat();
    let stopped = Happening::Stopped {
        reason: words("举报核实"),
    };
    events.push(after(&events, (AT, supervisor()), stopped));
    let what = certificate().remove(0).what;
    assert_eq!(
        code(&take(&events, AT, (platform(), what))),
        Some("case.stopped")
    );
}

#[test]
fn a_commitment_is_checked_by_who_supervises_and_not_by_who_granted() {
    let events = [until_decided(), release()].concat();
    let kept = |who| {
        take(
            &events,
            AT,
            (
                who,
                Happening::Followed(Following::Kept {
                    commitment: promise("CN-5"),
                    finding: words("属实"),
                }),
            ),
        )
    };
    assert_eq!(code(&kept(approver())), Some("case.wrong-capacity"));
    assert_eq!(code(&kept(platform())), Some("case.wrong-capacity"));
    assert_eq!(
        code(&kept(actor("samr.one", "C-SAMR", Role::Industry))),
        None
    );
}

#[test]
fn nobody_but_the_case_s_own_people_consents_in_it() {
    let events = &filing()[..1];
    let stranger = Party::parse("person", "秦长庚", "990103197911030573").expect("good");
    let consenting = |party| {
        take(
            events,
            AT,
            (
                applicant(),
                Happening::Filed(Filing::Mandated(consent("SQ-9", party))),
            ),
        )
    };
    assert_eq!(code(&consenting(stranger)), Some("mandate.out-of-scope"));
    assert_eq!(code(&consenting(crate::office::firm())), None);
    let again = take(
        &filing()[..2],
        AT,
        (
            applicant(),
            Happening::Filed(Filing::Mandated(consent("SQ-1", crate::office::firm()))),
        ),
    );
    assert_eq!(code(&again), Some("case.number-taken"));
}

#[test]
fn a_supplement_has_a_day_that_can_be_kept_and_asks_for_something() {
    let asking = |asked: Vec<Asked>, by| {
        take(
            &filing(),
            utc_datetime!(2026-06-09 02:00),
            (
                clerk(),
                Happening::SupplementAsked {
                    asked,
                    conditions: Vec::new(),
                    by,
                },
            ),
        )
    };
    let one = || {
        vec![Asked::Listed {
            material: 6,
            because: Because::Missing,
        }]
    };
    assert_eq!(
        code(&asking(one(), date!(2026 - 06 - 09))),
        Some("case.day")
    );
    assert_eq!(code(&asking(one(), date!(2026 - 06 - 10))), None);
    assert_eq!(
        code(&asking(Vec::new(), date!(2026 - 06 - 10))),
        Some("case.materials-open")
    );
}

#[test]
fn a_decision_that_was_rolled_back_was_still_somebody_s() {
    let mut events = until_decided();
    let back = Happening::RolledBack {
        reason: words("依据有误"),
    };
    events.push(after(&events, (AT, approver()), back));
    let officer = actor("some.officer", "Q-APR", Role::Officer);
    events.push(after(&events, (AT, officer), Happening::TakenUp));
    let second = actor("second.approver", "Q-APR", Role::Approver);
    let again = Happening::Decided(granted("SP-2026-19", Mode::Commitment));
    events.push(after(&events, (AT, second), again));
    let releasing = |who: &str| {
        let what = Happening::Released {
            decision: words("SP-2026-19"),
        };
        take(&events, AT, (actor(who, "Q-APR", Role::Custodian), what))
    };
    assert_eq!(code(&releasing("chen.zhiyuan")), Some("case.same-person"));
    assert_eq!(code(&releasing("he.shouzheng")), None);
}

#[test]
fn a_receipt_is_kept_and_a_rating_asked_for() {
    let events = [until_decided(), release()].concat();
    let what = Happening::Delivered { receipt: paper(18) };
    let took = take(&events, AT, (clerk(), what));
    assert_eq!(
        took.file.dossier().and_then(|case| case.receipt().copied()),
        Some(paper(18))
    );
    assert!(
        matches!(&took.fate, Fate::Applied(effects) if effects.contains(&dossier::Effect::Rating))
    );
}
