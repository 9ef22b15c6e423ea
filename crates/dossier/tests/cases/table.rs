//! Every (state, act) pair of a case, and every capacity for it, generated from the table.

use catalogue::key::MatterCode;
use dossier::decision::Mode;
use dossier::event::{Application, Asked, CaseEvent, Following, Happening};
use dossier::material::Because;
use dossier::person::{Actor, Role};
use dossier::state::{Act, CASE, Competence, State};
use dossier::step::step;
use dossier::table::{Goes, Row};
use dossier::{Dossier, Refused, Scene};
use time::UtcDateTime;
use time::macros::{date, utc_datetime};

use crate::office::{
    LATER, Office, accepted, actor, after, body, certificate, filing, granted, handed_in, numbered,
    paper, part_decided, parts, release, released, representative, signed, supervisor,
    until_accepted, until_decided, words,
};

/// After everything the bases below hold, and after the day of the deferred item.
const AT: UtcDateTime = utc_datetime!(2026-06-24 02:00);

/// A case forwarded upward, accepted.
pub(crate) fn upward() -> Vec<CaseEvent> {
    let at = utc_datetime!(2026-06-08 01:15);
    let who = || actor("some.clerk", "C-APR", Role::Clerk);
    let law = |licence_type: &str, material| {
        crate::office::had(
            material,
            dossier::material::How::Fetched {
                licence: crate::office::business_licence(),
                licence_type: crate::office::kind(licence_type),
                ground: dossier::material::Ground::Law(words("民办教育促进法")),
            },
        )
    };
    numbered(
        1,
        [
            (
                at,
                who(),
                Happening::Received(Application {
                    package: None,
                    matter: MatterCode::parse("990100-XK-0025").expect("code"),
                    applicant: representative(),
                    represented_by: None,
                    form: paper(1),
                    signed: signed(1, "同意提交"),
                }),
            ),
            (at, who(), handed_in(1, 1)),
            (at, who(), law("ID", 2)),
            (at, who(), law("REAL", 3)),
            (at, who(), law("BL", 4)),
            (
                at,
                who(),
                Happening::Accepted {
                    parts: Vec::new(),
                    deferred: Vec::new(),
                },
            ),
        ],
    )
}

/// What the conditions of `act` ask for, whatever the state.
fn base(act: Act) -> Vec<CaseEvent> {
    match act {
        Act::Receive
        | Act::Accept
        | Act::Return
        | Act::AskSupplement
        | Act::GiveSupplement
        | Act::Close => filing(),
        Act::Decide => [until_accepted(), parts()].concat(),
        Act::Seal | Act::Deliver => until_decided(),
        Act::Archive => [until_decided(), release(), certificate()].concat(),
        Act::Forward | Act::AnswerForward => upward(),
        Act::Lift => {
            let mut events = until_accepted();
            let stopped = Happening::Stopped {
                reason: words("超时"),
            };
            let at = utc_datetime!(2026-06-09 01:00);
            events.push(after(&events, (at, supervisor()), stopped));
            events
        }
        _ => until_accepted(),
    }
}

/// An event of `act` that satisfies its conditions on its base.
fn happening(act: Act, role: Role) -> Happening {
    let mode = match role {
        Role::System => Mode::Automatic {
            rule: words("R-1"),
            owner: crate::office::person("rule.owner"),
        },
        _ => Mode::Commitment,
    };
    let reason = || words("理由");
    match act {
        Act::Receive => crate::office::application("990102-XK-0001"),
        Act::File => handed_in_before_its_day(),
        Act::Accept => accepted(),
        Act::Return => Happening::Returned { reason: reason() },
        Act::AskSupplement => Happening::SupplementAsked {
            asked: vec![Asked::Listed {
                material: 7,
                because: Because::Defective,
            }],
            conditions: Vec::new(),
            by: date!(2026 - 07 - 01),
        },
        Act::GiveSupplement => Happening::SupplementGiven,
        Act::Close => Happening::SupplementMissed,
        Act::Review => Happening::ReviewBegan,
        Act::BeginStep => Happening::StepBegan {
            step: words("现场核查"),
        },
        Act::EndStep => Happening::StepEnded,
        Act::Forward => Happening::Forwarded { to: body("C-EDU") },
        Act::AnswerForward => Happening::ForwardAnswered { answer: reason() },
        Act::DecidePart => part_decided("FIRE", "XF-1"),
        Act::Decide => Happening::Decided(granted("SP-2026-17", mode)),
        Act::RollBack => Happening::RolledBack { reason: reason() },
        Act::TakeUp => Happening::TakenUp,
        Act::Seal => Happening::Released {
            decision: words("SP-2026-17"),
        },
        Act::Deliver => Happening::Delivered { receipt: paper(9) },
        Act::Archive => Happening::Archived,
        Act::Stop => Happening::Stopped { reason: reason() },
        Act::Lift => Happening::Lifted { reason: reason() },
        Act::Withdraw => Happening::Withdrawn,
        Act::FollowUp => Happening::Followed(Following::Overdue { material: 6 }),
    }
}

fn handed_in_before_its_day() -> Happening {
    handed_in(6, 6)
}

fn at(act: Act) -> UtcDateTime {
    match act {
        // A deferred item is given on its day at the latest.
        Act::File => utc_datetime!(2026-06-23 02:00),
        _ => AT,
    }
}

fn somebody(act: Act, role: Role) -> Actor {
    let of = match act.competence() {
        Competence::Part => "C-FIRE",
        Competence::Supervising => "C-SUP",
        _ if matches!(act, Act::Forward | Act::AnswerForward) => "C-APR",
        _ => "Q-APR",
    };
    actor("somebody.new", of, role)
}

/// The dossier as it would be in `state`, through its stored form.
fn in_state(dossier: &Dossier, state: State) -> Dossier {
    let mut stored = serde_json::to_value(dossier).expect("JSON");
    stored.as_object_mut().expect("an object").insert(
        "state".to_owned(),
        serde_json::to_value(state).expect("JSON"),
    );
    serde_json::from_value(stored).expect("read back")
}

/// The row the program should obey: the state's own, or for what reviews an accepted case the
/// review's.
fn listed(state: State, act: Act) -> Option<&'static Row<State, Act>> {
    let from = match state {
        State::Accepted if act.reviews() => State::InReview,
        other => other,
    };
    Row::find(CASE, from, act)
}

#[test]
fn every_listed_pair_works_and_every_other_is_refused_as_not_listed() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    let mut pairs = 0;
    for act in Act::ALL {
        let events = base(act);
        let dossier = office.dossier(&events);
        for state in State::ALL {
            pairs += 1;
            let stands = in_state(&dossier, state);
            let row = listed(state, act);
            let role = row.map_or(Role::System, |row| row.by[0]);
            let event = after(
                &events,
                (at(act), somebody(act, role)),
                happening(act, role),
            );
            let releases = released(&event);
            let scene = Scene {
                releases: &releases,
                ..scene
            };
            let stepped = step(&stands, &event, &scene);
            match row {
                Some(row) => {
                    let next = stepped.unwrap_or_else(|why| {
                        unreachable!("{state:?} {act:?} is listed, and: {why}")
                    });
                    let wanted = match row.goes {
                        Goes::To(state) => state,
                        Goes::Back => State::Accepted,
                    };
                    assert_eq!(next.dossier.state(), wanted, "{state:?} {act:?}");
                }
                None => {
                    let why = stepped.expect_err("is not listed");
                    assert_eq!(
                        why.code(),
                        "case.transition-not-listed",
                        "{state:?} {act:?}"
                    );
                    assert!(
                        matches!(&why, Refused::NotListed(not) if not.state == state.code() && not.act == act.code())
                    );
                }
            }
        }
    }
    assert_eq!(pairs, 15 * 23);
}

#[test]
fn every_row_is_for_its_capacities_alone() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    for row in CASE {
        let events = base(row.act);
        let stands = in_state(&office.dossier(&events), row.from);
        for role in Role::ALL {
            let event = after(
                &events,
                (at(row.act), somebody(row.act, role)),
                happening(row.act, role),
            );
            let releases = released(&event);
            let scene = Scene {
                releases: &releases,
                ..scene
            };
            let stepped = step(&stands, &event, &scene);
            if row.by.contains(&role) {
                assert!(stepped.is_ok(), "{row:?} by {role:?}: {stepped:?}");
            } else {
                assert_eq!(
                    stepped.map(|_| ()),
                    Err(Refused::Capacity { act: row.act, role }),
                    "{row:?} by {role:?}"
                );
            }
        }
    }
}

#[test]
fn every_act_is_for_its_bodies_alone() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    for row in CASE {
        // The applicant's side belongs to no body.
        let Some(role) = row.by.iter().copied().find(|role| !role.applies()) else {
            continue;
        };
        let events = base(row.act);
        let stands = in_state(&office.dossier(&events), row.from);
        for department in office.catalogue.departments() {
            let who = actor("somebody.new", department.key.as_str(), role);
            let event = after(&events, (at(row.act), who), happening(row.act, role));
            let upward = matches!(row.act, Act::Forward | Act::AnswerForward);
            let own = if upward { "C-APR" } else { "Q-APR" };
            let lawful: &[&str] = match row.act.competence() {
                // T-LIU holds the delegation for acceptance notices.
                Competence::Accepting => &["Q-APR", "T-LIU"],
                Competence::Deciding => &[own],
                Competence::Part => &["C-FIRE"],
                Competence::Supervising => &["C-SUP"],
                // Parts are known from acceptance on.
                Competence::Concerned => &[
                    "Q-APR", "T-LIU", "C-SAMR", "Q-ENF", "C-ENF", "C-URBAN", "C-FIRE",
                ],
            };
            let releases = released(&event);
            let scene = Scene {
                releases: &releases,
                ..scene
            };
            let stepped = step(&stands, &event, &scene);
            if lawful.contains(&department.key.as_str()) {
                assert!(
                    stepped.is_ok(),
                    "{row:?} by {}: {stepped:?}",
                    department.key
                );
            } else {
                assert_eq!(
                    stepped.map(|_| ()).expect_err("another body").code(),
                    "case.wrong-body",
                    "{row:?} by {}",
                    department.key
                );
            }
        }
    }
}

#[test]
fn each_kind_of_case_has_its_own_acts() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    for (act, events) in [
        (Act::Forward, until_accepted()),
        (Act::DecidePart, upward()),
    ] {
        let dossier = office.dossier(&events);
        let role = Role::Officer;
        let event = after(&events, (AT, somebody(act, role)), happening(act, role));
        assert_eq!(
            step(&dossier, &event, &scene).map(|_| ()),
            Err(Refused::Handling { act })
        );
    }
}
