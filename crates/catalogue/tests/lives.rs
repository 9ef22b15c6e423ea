//! The lives of matters and delegations: every listed step works, every other is refused, and a
//! matter is published by nobody who wrote it and with nothing lacking.

use catalogue::key::{DepartmentKey, MatterCode, PersonKey};
use catalogue::life::{
    DELEGATION_STEPS, DelegationActor, DelegationEvent, DelegationRefused, DelegationState,
    DelegationStep, Lack, MATTER_STEPS, MatterAct, MatterEvent, MatterLife, MatterRefused,
    MatterStep,
};
use catalogue::matter::{Matter, MatterStatus};
use catalogue::scope::Delegation;
use catalogue::{Catalogue, Rule, Sources};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

const DEPARTMENTS: &str = include_str!("../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../tests/fixtures/sample/matters-catalogue.json");
const POWERS: &str = include_str!("../../../tests/fixtures/sample/powers.json");

const DAY: Date = date!(2026 - 06 - 10);

/// The sample, with legal bases for the first matter.
#[expect(clippy::indexing_slicing, reason = "members of the sample")]
fn catalogue(change: impl Fn(&mut Value, &mut Value)) -> Catalogue {
    let mut matters: Value = serde_json::from_str(MATTERS).expect("JSON");
    let mut powers: Value = serde_json::from_str(POWERS).expect("JSON");
    let first = &mut matters["matters"][0];
    first["legal_basis"] = json!(["云洲省一业一证改革办法 第六条"]);
    first["seal_basis"] = json!("云洲省行政审批专用章管理办法 第三条");
    for material in first["materials"].as_array_mut().expect("list") {
        material["legal_basis"] = json!("食品经营许可管理办法 第十二条");
    }
    change(&mut matters, &mut powers);
    Catalogue::import(&Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: TYPES.as_bytes(),
        matters: matters.to_string().as_bytes(),
        powers: Some(powers.to_string().as_bytes()),
    })
    .expect("imports")
}

fn first(catalogue: &Catalogue) -> &Matter {
    catalogue
        .matter(&MatterCode::parse("990102-XK-0001").expect("code"))
        .expect("matter")
}

fn department(key: &str) -> DepartmentKey {
    DepartmentKey::parse(key).expect("key")
}

fn person(key: &str) -> PersonKey {
    PersonKey::parse(key).expect("key")
}

fn act(event: MatterEvent, by: &str, who: &str, on: Date) -> MatterAct {
    MatterAct {
        event,
        by: department(by),
        person: person(who),
        on,
        legal_basis: "云洲省政务服务事项管理办法 第九条".to_owned(),
    }
}

/// The right body and person for each event.
fn rightful(event: MatterEvent) -> MatterAct {
    match event {
        MatterEvent::Submit => act(event, "Q-APR", "zhou", DAY),
        _ => act(event, "C-GOV", "gu", DAY),
    }
}

fn draft() -> MatterLife {
    MatterLife::draft(department("Q-APR"), person("zhou"), DAY)
}

/// A life in this status, by a way of the table.
fn in_status(status: MatterStatus, catalogue: &Catalogue) -> MatterLife {
    use MatterEvent::{Abolish, Publish, Submit, Suspend};
    let events: &[MatterEvent] = match status {
        MatterStatus::Draft => &[],
        MatterStatus::Submitted => &[Submit],
        MatterStatus::Published => &[Submit, Publish],
        MatterStatus::Suspended => &[Submit, Publish, Suspend],
        MatterStatus::Abolished => &[Submit, Publish, Abolish],
    };
    events.iter().fold(draft(), |life, event| {
        life.step(&rightful(*event), first(catalogue), catalogue)
            .expect("listed")
    })
}

#[test]
fn every_listed_step_of_a_matter_works_and_every_other_is_refused() {
    let catalogue = catalogue(|_, _| ());
    let mut listed = 0;
    for status in MatterStatus::ALL {
        for event in MatterEvent::ALL {
            let life = in_status(status, &catalogue);
            assert_eq!(life.status(), status);
            let stepped = life.step(&rightful(event), first(&catalogue), &catalogue);
            match MatterStep::find(status, event) {
                Some(row) => {
                    assert_eq!(stepped.expect("listed").status(), row.to);
                    listed += 1;
                }
                None => {
                    let refused = stepped.expect_err("refused");
                    assert_eq!(refused, MatterRefused::NotListed { status, event });
                    assert_eq!(refused.rule(), Rule::R10);
                }
            }
        }
    }
    assert_eq!(listed, MATTER_STEPS.len());
    assert_eq!(listed, 5);
}

#[test]
fn no_sequence_of_acts_leaves_the_table() {
    let catalogue = catalogue(|_, _| ());
    let matter = first(&catalogue);
    let mut lives = vec![draft()];
    let mut reached = std::collections::BTreeSet::from([MatterStatus::Draft]);
    // Every sequence of up to six acts: what is refused changes nothing, and the abolished stay so.
    for _ in 0..6 {
        let mut next = Vec::new();
        for life in &lives {
            for event in MatterEvent::ALL {
                let row = MatterStep::find(life.status(), event);
                let stepped = life.step(&rightful(event), matter, &catalogue);
                assert_eq!(stepped.is_ok(), row.is_some(), "{event:?}");
                if let (Ok(stepped), Some(row)) = (stepped, row) {
                    assert_eq!(stepped.status(), row.to);
                    assert_ne!(life.status(), MatterStatus::Abolished);
                    reached.insert(stepped.status());
                    next.push(stepped);
                }
            }
        }
        lives = next;
    }
    assert_eq!(reached.len(), MatterStatus::ALL.len());
}

#[test]
fn the_applying_body_cannot_publish_its_own_matter() {
    let catalogue = catalogue(|_, _| ());
    let matter = first(&catalogue);
    let submitted = in_status(MatterStatus::Submitted, &catalogue);
    let refused = |act: &MatterAct| {
        let refused = submitted
            .step(act, matter, &catalogue)
            .expect_err("refused");
        (refused.code(), refused.rule())
    };
    for (by, who, expected) in [
        // The body that decides, and the industry authority.
        ("Q-APR", "gu", ("matter.own-matter", Rule::R3)),
        ("C-SAMR", "gu", ("matter.own-matter", Rule::R3)),
        // The person who wrote it, moved to the administration.
        ("C-GOV", "zhou", ("matter.same-person", Rule::R3)),
        // Bodies that administer no catalogue, or none there.
        ("H-APR", "gu", ("matter.not-the-catalogue-owner", Rule::R1)),
        ("X-GOV", "gu", ("matter.not-the-catalogue-owner", Rule::R1)),
    ] {
        assert_eq!(
            refused(&act(MatterEvent::Publish, by, who, DAY)),
            expected,
            "{by}"
        );
    }
    assert_eq!(
        refused(&act(
            MatterEvent::Publish,
            "C-GOV",
            "gu",
            date!(2026 - 06 - 09)
        )),
        ("matter.event-out-of-order", Rule::R10)
    );
    for by in ["C-GOV", "P-GOV"] {
        assert!(
            submitted
                .step(
                    &act(MatterEvent::Publish, by, "gu", DAY),
                    matter,
                    &catalogue
                )
                .is_ok()
        );
    }
    // Nobody but the body that wrote it submits it.
    for by in ["C-GOV", "C-SAMR", "H-APR"] {
        let refused = draft()
            .step(
                &act(MatterEvent::Submit, by, "zhou", DAY),
                matter,
                &catalogue,
            )
            .expect_err("refused");
        assert_eq!(refused, MatterRefused::NotTheApplyingBody(department(by)));
    }
    // A stop needs its ground.
    let mut bare = rightful(MatterEvent::Suspend);
    bare.legal_basis = " ".to_owned();
    assert_eq!(
        in_status(MatterStatus::Published, &catalogue).step(&bare, matter, &catalogue),
        Err(MatterRefused::NoBasis)
    );
}

type Change<'a> = &'a dyn Fn(&mut Value, &mut Value);

#[test]
fn nothing_is_published_that_lacks_its_legal_basis() {
    let cases: [(Change<'_>, Lack, Rule); 5] = [
        (
            &|matters, _| {
                matters["matters"][0]["legal_basis"] = json!([]);
            },
            Lack::LegalBasis,
            Rule::R1,
        ),
        (
            &|matters, _| {
                matters["matters"][0]
                    .as_object_mut()
                    .expect("object")
                    .remove("seal_basis");
            },
            Lack::SealBasis,
            Rule::R1,
        ),
        (
            &|matters, _| {
                matters["matters"][0]["materials"][5]
                    .as_object_mut()
                    .expect("object")
                    .remove("legal_basis");
            },
            Lack::MaterialBasis { number: 6 },
            Rule::R14,
        ),
        (
            &|_, powers| {
                powers["cancelled_documents"] = json!([{
                    "name_zh": "场所平面布局图",
                    "cancelled_from": "2026-06-10",
                    "legal_basis": "证明事项取消清单（2026）",
                }]);
            },
            Lack::Cancelled { number: 7 },
            Rule::R14,
        ),
        (&|_, _| (), Lack::Nameless { number: 1 }, Rule::R14),
    ];
    for (change, lack, rule) in cases {
        let catalogue = catalogue(change);
        let mut matter = first(&catalogue).clone();
        if lack == (Lack::Nameless { number: 1 }) {
            // Import refuses it already; a draft may still hold it.
            "其他材料".clone_into(&mut matter.materials[0].name_zh);
        }
        let submitted = in_status(MatterStatus::Submitted, &self::catalogue(|_, _| ()));
        let refused = submitted
            .step(&rightful(MatterEvent::Publish), &matter, &catalogue)
            .expect_err("refused");
        assert_eq!(refused.rule(), rule);
        assert_eq!(refused, MatterRefused::Lacking(vec![lack]));
    }
}

/// A delegation in this state on [`DAY`].
#[expect(clippy::indexing_slicing, reason = "members of the sample")]
fn lent(state: DelegationState) -> Delegation {
    let catalogue = catalogue(|_, powers| {
        let (from, to, revoked) = match state {
            DelegationState::Given => ("2026-06-11", "2026-12-31", None),
            DelegationState::Active => ("2026-06-01", "2026-06-10", None),
            DelegationState::Ended => ("2026-01-01", "2026-06-09", None),
            DelegationState::Revoked => ("2026-01-01", "2026-12-31", Some("2026-06-10")),
        };
        let delegation = &mut powers["delegations"][0];
        delegation["valid_from"] = json!(from);
        delegation["valid_to"] = json!(to);
        if let Some(revoked) = revoked {
            delegation["revoked_from"] = json!(revoked);
        }
    });
    let mut all = catalogue.delegations();
    all.next().expect("one").clone()
}

/// The state after an event, where it may happen on [`DAY`]: by the calendar on the days before and after, by the lender
/// on the day itself.
fn moved(delegation: &Delegation, row: &DelegationStep) -> DelegationState {
    match row.actor {
        DelegationActor::Lender => {
            let after = delegation.step(row.event, &delegation.from, DAY);
            after.expect("the lender takes it back").state_on(DAY)
        }
        DelegationActor::Day => delegation.state_on(DAY.next_day().expect("a day")),
    }
}

#[test]
fn every_listed_step_of_a_delegation_works_and_every_other_is_refused() {
    let mut listed = 0;
    for state in DelegationState::ALL {
        let delegation = lent(state);
        assert_eq!(delegation.state_on(DAY), state);
        let holds = state == DelegationState::Active;
        assert_eq!(delegation.holds_on(DAY), holds, "{state:?}");
        for event in DelegationEvent::ALL {
            let which = format!("{state:?} {event:?}");
            let asked = delegation.step(event, &delegation.from, DAY);
            match state.listed(event) {
                Ok(row) => {
                    listed += 1;
                    assert_eq!((row.from, row.event), (state, event));
                    assert_eq!(moved(&delegation, row), row.to, "{which}");
                    assert!(!row.condition.is_empty());
                    if row.actor == DelegationActor::Day {
                        // Nobody does what its days do.
                        assert_eq!(asked, Err(DelegationRefused::ByItsDays), "{which}");
                    }
                }
                Err(refused) => {
                    assert_eq!(refused, DelegationRefused::NotListed { state, event });
                    assert_eq!(refused.rule(), Rule::R10);
                    assert_eq!(asked, Err(refused), "{which}");
                }
            }
        }
    }
    assert_eq!(listed, DELEGATION_STEPS.len(), "each row was met once");
}

#[test]
fn what_is_taken_back_stays_so_and_what_was_done_before_remains_good() {
    for state in [DelegationState::Given, DelegationState::Active] {
        let delegation = lent(state);
        let revoked = delegation.revoke(&delegation.from, DAY).expect("listed");
        assert!(!revoked.holds_on(DAY));
        // R4: acts done before remain good.
        let before = DAY.previous_day().expect("day");
        assert_eq!(revoked.holds_on(before), delegation.holds_on(before));
        let late = revoked.state_on(date!(2030 - 01 - 01));
        assert_eq!(late, DelegationState::Revoked);
        let other = department("T-SHI");
        let refused = delegation.revoke(&other, DAY).expect_err("another's");
        assert_eq!(refused, DelegationRefused::NotTheLender(other));
        assert_eq!(refused.rule(), Rule::R4);
    }
}

#[test]
fn time_moves_a_delegation_along_its_table() {
    let delegation = lent(DelegationState::Given);
    let mut seen = vec![delegation.state_on(date!(2026 - 06 - 01))];
    for day in [
        DAY,
        date!(2026 - 06 - 11),
        date!(2026 - 12 - 31),
        date!(2027 - 01 - 01),
    ] {
        let state = delegation.state_on(day);
        if seen.last() != Some(&state) {
            let last = *seen.last().expect("one");
            let row = DELEGATION_STEPS
                .iter()
                .find(|row| (row.from, row.to) == (last, state));
            assert_eq!(row.map(|row| row.actor), Some(DelegationActor::Day));
            seen.push(state);
        }
    }
    assert_eq!(
        seen,
        [
            DelegationState::Given,
            DelegationState::Active,
            DelegationState::Ended
        ]
    );
}

#[test]
fn what_came_with_a_file_is_nobodys_draft_and_goes_on_from_where_it_stands() {
    let catalogue = catalogue(|_, _| ());
    let life = MatterLife::imported(first(&catalogue));
    assert_eq!(life.status(), MatterStatus::Published);
    assert_eq!(life.written_by(), None);
    let stopped = life.step(
        &rightful(MatterEvent::Suspend),
        first(&catalogue),
        &catalogue,
    );
    assert_eq!(stopped.expect("listed").status(), MatterStatus::Suspended);
    assert!(!life.may_be_rewritten_by(&department("Q-APR")));
}

#[test]
fn a_draft_is_rewritten_by_its_own_body_until_it_is_submitted() {
    let catalogue = catalogue(|_, _| ());
    assert!(draft().may_be_rewritten_by(&department("Q-APR")));
    assert!(!draft().may_be_rewritten_by(&department("C-SAMR")));
    let submitted = in_status(MatterStatus::Submitted, &catalogue);
    assert!(!submitted.may_be_rewritten_by(&department("Q-APR")));
}

#[test]
fn an_entry_is_read_out_of_the_file_and_put_back_in_its_place_or_at_the_end() {
    let sources = Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: TYPES.as_bytes(),
        matters: MATTERS.as_bytes(),
        powers: Some(POWERS.as_bytes()),
    };
    let code = MatterCode::parse("990102-XK-0001").expect("code");
    assert!(sources.matter(&code, 2).expect("readable").is_none());
    let mut entry = sources
        .matter(&code, 1)
        .expect("readable")
        .expect("version 1");
    entry.status = "suspended".to_owned();
    let mut second = entry.clone();
    second.version = 2;
    second.status = "draft".to_owned();
    let text = sources.with_matters(&[entry, second]).expect("written");
    let later = Catalogue::import(&Sources {
        matters: text.as_bytes(),
        ..sources
    })
    .expect("imports");
    let statuses: Vec<_> = later
        .matter_versions(&code)
        .map(|matter| (matter.version, matter.status))
        .collect();
    let expected = [(1, MatterStatus::Suspended), (2, MatterStatus::Draft)];
    assert_eq!(statuses, expected);
    let before = Catalogue::import(&sources).expect("imports");
    assert!(before.breaches(&later).is_empty());
    assert_eq!(before.changes_to(&later).len(), 2);
}
