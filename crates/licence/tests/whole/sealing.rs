//! The rules at the seal: everything holds for the story's licence, and each rule alone refuses.

use std::collections::BTreeSet;

use catalogue::key::{MatterCode, PersonKey, SealCode};
use catalogue::{Catalogue, Days, DocumentPurpose, Ending, Rule, SealUse};
use licence::life::Stop;
use licence::restriction::{Effect, Grant, Reach, Restriction, standing};
use licence::sealing::{
    CHECKS, Case, Decided, Decider, MadeFrom, Names, Outcome, Output, Release, SealStanding, judge,
};
use licence::{Admitted, Phase};
use serde_json::json;
use time::UtcDateTime;
use time::macros::{date, utc_datetime};

use crate::whole::stage::{DAY, catalogue, changed, department, kind, person, story};

const NOW: UtcDateTime = utc_datetime!(2026-06-10 08:42);
const DOCUMENT: [u8; 32] = [7; 32];

/// The people, the use and the admitted request that a case refers to.
struct Scene {
    catalogue: Catalogue,
    sealing: SealUse,
    admitted: Admitted,
    approver: PersonKey,
    custodian: PersonKey,
    clerk: PersonKey,
    shown: BTreeSet<String>,
}

fn scene(catalogue: Catalogue) -> Scene {
    Scene {
        sealing: SealUse {
            seal: SealCode::parse("990102-SPZYZ-01").expect("code"),
            purpose: DocumentPurpose::Licence,
            matter: Some(MatterCode::parse("990102-XK-0001").expect("code")),
            by: department("Q-APR"),
        },
        admitted: story(&catalogue),
        catalogue,
        approver: person("chen.zhiyuan"),
        custodian: person("he.shouzheng"),
        clerk: person("zhou.qinghe"),
        shown: BTreeSet::new(),
    }
}

impl Scene {
    fn case(&self) -> Case<'_> {
        Case {
            sealing: &self.sealing,
            on: DAY,
            now: NOW,
            decision: Some(Decided {
                outcome: Outcome::Granted,
                by: Decider::Person(&self.approver),
                received_by: Some(&self.clerk),
            }),
            release: Some(Release {
                by: &self.custodian,
                document: DOCUMENT,
                until: utc_datetime!(2026-06-10 09:42),
            }),
            seal: SealStanding::InUse,
            administered_by: None,
            stop: Stop::Clear,
            ends: None,
            document: DOCUMENT,
            made_from: MadeFrom {
                page: ([1; 32], "integrated 1"),
                data: ([1; 32], "integrated 1"),
            },
            output: Output::Electronic,
            admitted: Some((&self.admitted).into()),
            names: Names::Own,
            phase: Phase::PendingSeal,
            restrictions: &[],
            shown: &self.shown,
            grant: Grant::OnCommitment,
        }
    }

    fn refused(&self, case: &Case<'_>) -> Option<(Rule, String)> {
        let refused = judge(case, &self.catalogue).err()?;
        Some((refused.rule(), refused.to_string()))
    }
}

fn rule(scene: &Scene, change: impl FnOnce(&mut Case<'_>)) -> Option<Rule> {
    let mut case = scene.case();
    change(&mut case);
    scene.refused(&case).map(|(rule, _)| rule)
}

#[test]
fn the_story_s_licence_is_sealed_and_the_rules_are_asked_in_their_order() {
    let scene = scene(catalogue());
    let grounds = judge(&scene.case(), &scene.catalogue).expect("every rule holds");
    assert_eq!(grounds.matter_version(), Some(1));
    let numbers: Vec<_> = CHECKS.iter().map(|(rule, _)| rule.number()).collect();
    let expected: Vec<_> = (1..=13).map(|number| format!("R{number}")).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn each_fact_that_is_missing_is_refused_by_its_rule() {
    let one = scene(catalogue());
    let release = one.case().release.expect("one");
    type Change<'a> = Box<dyn FnOnce(&mut Case<'_>) + 'a>;
    let cases: Vec<(Rule, Change<'_>)> = vec![
        (Rule::R1, Box::new(|case| case.decision = None)),
        (Rule::R1, Box::new(|case| case.release = None)),
        (
            Rule::R1,
            Box::new(|case| case.seal = SealStanding::NotInUse),
        ),
        (Rule::R1, Box::new(|case| case.document = [8; 32])),
        (Rule::R1, Box::new(|case| case.now = release.until)),
        (Rule::R6, Box::new(|case| case.stop = Stop::Stopped)),
        (
            Rule::R7,
            Box::new(|case| case.ends = Some((Ending::Revoked, None))),
        ),
        (
            Rule::R8,
            Box::new(|case| case.made_from.page.1 = "integrated 2"),
        ),
        (Rule::R8, Box::new(|case| case.made_from.data.0 = [2; 32])),
        (Rule::R9, Box::new(|case| case.output = Output::PaperOnly)),
        (Rule::R9, Box::new(|case| case.output = Output::Together)),
        (Rule::R11, Box::new(|case| case.admitted = None)),
        (Rule::R12, Box::new(|case| case.names = Names::NumberTaken)),
        (
            Rule::R12,
            Box::new(|case| case.names = Names::IdentifierTaken),
        ),
    ];
    for (at, (expected, change)) in cases.into_iter().enumerate() {
        assert_eq!(rule(&one, change), Some(expected), "case {at}");
    }
}

#[test]
fn people_deciders_and_phases_are_judged_by_their_rules() {
    let one = scene(catalogue());
    let other = person("he.shouzheng");
    let decision = one.case().decision.expect("one");
    let release = one.case().release.expect("one");
    // R1: what was refused to the holder is not sealed.
    let mut case = one.case();
    case.decision = Some(Decided {
        outcome: Outcome::Denied,
        ..decision
    });
    assert_eq!(one.refused(&case).map(|(rule, _)| rule), Some(Rule::R1));
    // R3: nobody is two of them.
    for (decided, released, received, administered) in [
        (&other, &other, None, None),
        (&one.approver, &one.custodian, Some(&one.approver), None),
        (&one.approver, &one.custodian, None, Some(&one.approver)),
        (&one.approver, &one.custodian, None, Some(&one.custodian)),
    ] {
        let mut case = one.case();
        case.decision = Some(Decided {
            by: Decider::Person(decided),
            received_by: received,
            ..decision
        });
        case.release = Some(Release {
            by: released,
            ..release
        });
        case.administered_by = administered;
        assert_eq!(one.refused(&case).map(|(rule, _)| rule), Some(Rule::R3));
    }
    // R5: a rule without its owner decides nothing; R3: with one, its owner does not release what it decided.
    for (id, owner, expected) in [
        ("", Some(&one.approver), Some(Rule::R5)),
        ("GZ-7", None, Some(Rule::R5)),
        ("GZ-7", Some(&one.custodian), Some(Rule::R3)),
        ("GZ-7", Some(&one.approver), None),
    ] {
        let mut case = one.case();
        case.decision = Some(Decided {
            by: Decider::Automatic { rule: id, owner },
            ..decision
        });
        assert_eq!(one.refused(&case).map(|(rule, _)| rule), expected, "{id}");
    }
    // R10: only what waits for its seal is sealed.
    for phase in Phase::ALL {
        let refused = rule(&one, |case| case.phase = phase);
        let expected = (phase != Phase::PendingSeal).then_some(Rule::R10);
        assert_eq!(refused, expected, "{phase:?}");
    }
}

#[test]
fn what_the_catalogue_refuses_keeps_its_rule() {
    // Out of scope: another bureau's matter (story 6.1, 09:15).
    let mut other = scene(catalogue());
    other.sealing.matter = Some(MatterCode::parse("990171-XK-0019").expect("code"));
    assert_eq!(rule(&other, |_| ()), Some(Rule::R1));
    // Wrong day of a transfer.
    let mut moved = scene(changed(|_, powers| {
        powers["transfers"] = json!([{
            "key": "HZ-1", "from": "Q-APR", "to": "C-APR", "matters": ["990102-XK-0001"],
            "on": "2026-06-11", "legal_basis": "临政发〔2026〕9号",
        }]);
    }));
    assert_eq!(rule(&moved, |_| ()), None);
    assert_eq!(
        rule(&moved, |case| case.on = date!(2026 - 06 - 11)),
        Some(Rule::R2)
    );
    // Ended delegation: the window's people may seal acceptance notices until 31 December.
    moved.sealing = SealUse {
        seal: SealCode::parse("990102-SLZYZ-01").expect("code"),
        purpose: DocumentPurpose::AcceptanceNotice,
        by: department("T-LIU"),
        ..moved.sealing.clone()
    };
    let notice = |case: &mut Case<'_>| {
        // D19: acceptance notices stand before any decision or release.
        case.decision = None;
        case.release = None;
        case.admitted = None;
    };
    assert_eq!(rule(&moved, notice), None);
    let late = |case: &mut Case<'_>| {
        notice(case);
        case.on = date!(2027 - 01 - 01);
    };
    let mut ended = scene(catalogue());
    ended.sealing = moved.sealing.clone();
    assert_eq!(rule(&ended, late), Some(Rule::R4));
}

#[test]
fn a_restriction_is_shown_before_the_decision_and_blocks_only_as_listed() {
    let restriction = |effect, last| Restriction {
        number: "LHCJ-2026-0007".to_owned(),
        ground: "失信联合惩戒备忘录 第四条".to_owned(),
        source: "C-SAMR".to_owned(),
        effect,
        days: Days::new(date!(2026 - 01 - 01), Some(last)).expect("in order"),
    };
    let last = date!(2026 - 12 - 31);
    let types = |key: &str| Reach::Types([kind(key)].into());
    let matters = |code: &str| Reach::Matters([MatterCode::parse(code).expect("code")].into());
    let over = date!(2026 - 06 - 09);
    let cases = [
        // Effect, its last day, refused although shown, refused when not shown.
        (Effect::ShownOnly, last, false, true),
        (Effect::BlocksGrant(Reach::Every), last, true, true),
        (Effect::BlocksGrant(Reach::Every), over, false, false),
        (Effect::BlocksGrant(types("ONE")), last, true, true),
        (Effect::BlocksGrant(types("BL")), last, false, true),
        (
            Effect::BlocksGrant(matters("990102-XK-0001")),
            last,
            true,
            true,
        ),
        (
            Effect::BlocksGrant(matters("990102-XK-0002")),
            last,
            false,
            true,
        ),
        (Effect::BlocksCommitment(Reach::Every), last, true, true),
        (Effect::BlocksRenewal(Reach::Every), last, false, true),
    ];
    for (effect, last, blocks, hidden) in cases {
        let restrictions = [restriction(effect, last)];
        let mut scene = scene(catalogue());
        let refused = |scene: &Scene| {
            let mut case = scene.case();
            case.restrictions = &restrictions;
            scene.refused(&case)
        };
        let expected = |refused: bool| refused.then_some(Rule::R13);
        assert_eq!(refused(&scene).map(|(rule, _)| rule), expected(hidden));
        scene.shown.insert("LHCJ-2026-0007".to_owned());
        let told = refused(&scene);
        assert_eq!(told.as_ref().map(|(rule, _)| *rule), expected(blocks));
        assert_eq!(
            told.is_some_and(|(_, text)| text.contains("blocks")),
            blocks
        );
        assert_eq!(
            standing(&restrictions, DAY).count(),
            usize::from(last > DAY)
        );
    }
    // The ordinary way stays open to whoever may not promise.
    let restrictions = [restriction(Effect::BlocksCommitment(Reach::Every), last)];
    let mut scene = scene(catalogue());
    scene.shown.insert("LHCJ-2026-0007".to_owned());
    let mut case = scene.case();
    case.restrictions = &restrictions;
    case.grant = Grant::Ordinary;
    assert_eq!(scene.refused(&case), None);
}
