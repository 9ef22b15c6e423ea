//! Powers and versions by date: what holds on a day holds on that day and on no other.

use std::collections::BTreeSet;

use catalogue::key::{DepartmentKey, SealCode, TransferKey};
use catalogue::matter::MatterStatus;
use catalogue::transfer::ScopeGround;
use catalogue::{Catalogue, DocumentPurpose, Fault, ImportError, Rule, SealUse};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

use crate::made::{catalogue, code, import};

const ON: Date = date!(2026 - 07 - 01);
const BEFORE: Date = date!(2026 - 06 - 30);

fn entry<'a>(matters: &'a mut Value, code: &str) -> &'a mut Value {
    matters["matters"]
        .as_array_mut()
        .expect("list")
        .iter_mut()
        .find(|matter| matter["code"] == code)
        .expect("matter")
}

/// 990100-XK-0022 came from the transport department in 2020 and goes back to it on 1 July.
fn taken_back(matters: &mut Value, powers: &mut Value) {
    let road = entry(matters, "990100-XK-0022");
    road["transferred_from"] = json!("2020-01-01");
    powers["transfers"] = json!([{
        "key": "HZ-2026-001",
        "from": "C-APR",
        "to": "C-TRANS",
        "matters": ["990100-XK-0022"],
        "on": "2026-07-01",
        "legal_basis": "临政发〔2026〕9号",
    }]);
    for seal in powers["seals"].as_array_mut().expect("list") {
        if seal["holder"] == "C-TRANS" && seal["kind"] == "部门业务专用章" {
            seal["seal_code"] = json!("990100-TRANS-01");
        }
    }
}

fn refusal(
    catalogue: &Catalogue,
    (seal, by, matter): (&str, &str, &str),
    day: Date,
) -> Option<(&'static str, Rule)> {
    let sealing = SealUse {
        seal: SealCode::parse(seal).expect("code"),
        purpose: DocumentPurpose::Licence,
        matter: Some(code(matter)),
        by: DepartmentKey::parse(by).expect("key"),
    };
    let refused = catalogue.may_seal(&sealing, day).err()?;
    Some((refused.code(), refused.rule()))
}

#[test]
fn a_transfer_moves_power_and_seal_on_its_day() {
    let catalogue = catalogue(taken_back);
    let bureau = ("990100-SPZYZ-01", "C-APR", "990100-XK-0022");
    let department = ("990100-TRANS-01", "C-TRANS", "990100-XK-0022");
    assert_eq!(refusal(&catalogue, bureau, BEFORE), None);
    assert_eq!(refusal(&catalogue, department, ON), None);
    assert_eq!(
        refusal(&catalogue, bureau, ON),
        Some(("catalogue.transferred-away", Rule::R2))
    );
    assert_eq!(
        refusal(&catalogue, department, BEFORE),
        Some(("catalogue.before-transfer", Rule::R2))
    );
    // Before 2020 the department decided, under its own seal.
    assert_eq!(refusal(&catalogue, department, date!(2019 - 12 - 31)), None);
    let matter = catalogue.matter(&code("990100-XK-0022")).expect("matter");
    let bodies: Vec<_> = catalogue
        .holdings(matter)
        .iter()
        .map(|held| (held.body.to_string(), held.from))
        .collect();
    assert_eq!(
        bodies,
        vec![
            ("C-TRANS".to_owned(), Date::MIN),
            ("C-APR".to_owned(), date!(2020 - 01 - 01)),
            ("C-TRANS".to_owned(), ON),
        ]
    );
}

#[test]
fn the_scope_of_a_seal_follows_with_its_ground() {
    let catalogue = catalogue(|matters, powers| {
        taken_back(matters, powers);
        let permit = entry(matters, "990100-XK-0025");
        permit["status"] = json!("abolished");
        permit["status_from"] = json!("2026-09-01");
    });
    let versions = catalogue.scope_versions(&SealCode::parse("990100-SPZYZ-01").expect("code"));
    let told: Vec<_> = versions
        .iter()
        .map(|version| (version.version, version.from, version.grounds.clone()))
        .collect();
    let transfer = ScopeGround::Transfer(TransferKey::parse("HZ-2026-001").expect("key"));
    assert_eq!(
        told,
        vec![
            (
                1,
                date!(2019 - 01 - 01),
                BTreeSet::from([ScopeGround::Begun])
            ),
            (
                2,
                date!(2020 - 01 - 01),
                BTreeSet::from([ScopeGround::Entry])
            ),
            (3, ON, BTreeSet::from([transfer])),
            (
                4,
                date!(2026 - 09 - 01),
                BTreeSet::from([ScopeGround::Abolished])
            ),
        ]
    );
    assert_eq!(versions[0].gained.len(), 8);
    assert_eq!(versions[1].gained, BTreeSet::from([code("990100-XK-0022")]));
    assert_eq!(versions[2].lost, BTreeSet::from([code("990100-XK-0022")]));
    assert_eq!(versions[3].lost, BTreeSet::from([code("990100-XK-0025")]));
    // What the versions say and what the seal may do agree, day by day.
    for day in [date!(2019 - 06 - 01), BEFORE, ON, date!(2026 - 09 - 01)] {
        let mut scope = BTreeSet::new();
        for version in versions.iter().filter(|version| version.from <= day) {
            scope.extend(version.gained.iter().cloned());
            scope.retain(|code| !version.lost.contains(code));
        }
        for matter in catalogue.matters() {
            let asked = ("990100-SPZYZ-01", "C-APR", matter.code.as_str());
            assert_eq!(
                refusal(&catalogue, asked, day).is_none(),
                scope.contains(&matter.code),
                "{} {day}",
                matter.code
            );
        }
    }
}

#[test]
fn a_transfer_that_cannot_be_is_refused_by_its_place() {
    let cases: [(&str, Value, &str, Fault); 7] = [
        (
            "from",
            json!("C-EDU"),
            "transfers[0].from",
            Fault::NotTheHolder,
        ),
        ("to", json!("C-APR"), "transfers[0].to", Fault::Mismatch),
        ("to", json!("C-FIRE"), "transfers[0].to", Fault::NotAnIssuer),
        (
            "legal_basis",
            json!(" "),
            "transfers[0].legal_basis",
            Fault::Text,
        ),
        ("on", json!("2026-02-30"), "transfers[0].on", Fault::Date),
        (
            "matters",
            json!([]),
            "transfers[0].matters",
            Fault::Mismatch,
        ),
        (
            "matters",
            json!(["990100-XK-9999"]),
            "transfers[0].matters",
            Fault::Unknown,
        ),
    ];
    for (member, value, place, fault) in cases {
        let refused = import(|matters, powers| {
            taken_back(matters, powers);
            powers["transfers"][0][member] = value.clone();
        });
        let ImportError::Defects(defects) = refused.expect_err("refused") else {
            panic!("{member}");
        };
        assert_eq!(
            defects
                .first()
                .map(|defect| (defect.place.as_str(), &defect.fault)),
            Some((place, &fault)),
            "{member}"
        );
    }
    // R2: police matters never move, by a transfer as little as by their entry.
    let police = import(|_, powers| {
        powers["transfers"] = json!([{
            "key": "HZ-2026-002", "from": "C-PSB", "to": "C-APR",
            "matters": ["990100-XK-0005"], "on": "2026-07-01", "legal_basis": "无",
        }]);
    });
    let ImportError::Defects(defects) = police.expect_err("refused") else {
        panic!("refused as a whole");
    };
    assert!(
        defects
            .iter()
            .any(|defect| defect.fault == Fault::NeverTransferred)
    );
}

#[test]
fn a_power_that_was_cancelled_is_gone_from_the_list() {
    let catalogue = catalogue(|_, powers| {
        powers["power_lists"] = json!([{
            "body": "C-TOB",
            "powers": [{
                "matter": "990100-XK-0018",
                "legal_basis": "烟草专卖法实施条例 第九条",
                "valid_from": "2015-01-01",
                "valid_to": "2026-06-30",
            }],
        }]);
        for seal in powers["seals"].as_array_mut().expect("list") {
            if seal["holder"] == "C-TOB" {
                seal["seal_code"] = json!("990100-TOB-01");
            }
        }
    });
    let asked = ("990100-TOB-01", "C-TOB", "990100-XK-0018");
    assert_eq!(refusal(&catalogue, asked, BEFORE), None);
    assert_eq!(
        refusal(&catalogue, asked, ON),
        Some(("catalogue.power-not-listed", Rule::R1))
    );
    // A body that has published no list is not bound by one.
    let other = ("990100-SPZYZ-01", "C-APR", "990100-XK-0022");
    assert_eq!(refusal(&catalogue, other, ON), None);
}

/// A second version of the story's matter from 1 July, promised in three days.
#[expect(clippy::indexing_slicing, reason = "members of the sample")]
fn second_version(matters: &mut Value) {
    let list = matters["matters"].as_array_mut().expect("list");
    let mut second = list[0].clone();
    second["version"] = json!(2);
    second["valid_from"] = json!("2026-07-01");
    second["promised_days"] = json!(3);
    list.push(second);
}

#[test]
fn the_version_in_force_is_the_one_of_the_day() {
    let catalogue = catalogue(|matters, _| second_version(matters));
    let one = code("990102-XK-0001");
    let on = |day| catalogue.matter_on(&one, day).map(|matter| matter.version);
    assert_eq!((on(BEFORE), on(ON)), (Some(1), Some(2)));
    assert_eq!(catalogue.matter(&one).map(|matter| matter.version), Some(2));
    assert_eq!(catalogue.matter_versions(&one).count(), 2);
    assert_eq!(catalogue.matters().len(), 45);
    let sealing = SealUse {
        seal: SealCode::parse("990102-SPZYZ-01").expect("code"),
        purpose: DocumentPurpose::Licence,
        matter: Some(one.clone()),
        by: DepartmentKey::parse("Q-APR").expect("key"),
    };
    for (day, version) in [(BEFORE, 1), (ON, 2)] {
        let grounds = catalogue.may_seal(&sealing, day).expect("allowed");
        assert_eq!(grounds.matter_version(), Some(version));
    }
    // A draft beside it changes nothing.
    let drafted = self::catalogue(|matters, _| {
        second_version(matters);
        let last = matters["matters"]
            .as_array_mut()
            .and_then(|list| list.last_mut());
        last.expect("one")["status"] = json!("draft");
    });
    assert_eq!(
        drafted.matter_on(&one, ON).map(|matter| matter.version),
        Some(1)
    );
    assert_eq!(drafted.matter(&one).map(|matter| matter.version), Some(1));
}

#[test]
fn versions_that_overlap_or_stand_twice_are_refused() {
    for (member, value, fault) in [
        ("version", json!(1), Fault::Twice),
        ("valid_from", json!(null), Fault::Order),
    ] {
        let refused = import(|matters, _| {
            second_version(matters);
            let last = matters["matters"]
                .as_array_mut()
                .and_then(|list| list.last_mut());
            last.expect("one")[member] = value.clone();
        });
        let ImportError::Defects(defects) = refused.expect_err("refused") else {
            panic!("{member}");
        };
        assert_eq!(defects.first().map(|defect| &defect.fault), Some(&fault));
    }
}

#[test]
fn a_matter_is_suspended_and_abolished_from_its_day_on() {
    for (status, expected) in [
        ("suspended", MatterStatus::Suspended),
        ("abolished", MatterStatus::Abolished),
    ] {
        let catalogue = catalogue(|matters, _| {
            let first = entry(matters, "990102-XK-0001");
            first["status"] = json!(status);
            first["status_from"] = json!("2026-07-01");
        });
        let matter = catalogue.matter(&code("990102-XK-0001")).expect("matter");
        assert_eq!(matter.status_on(BEFORE), MatterStatus::Published);
        assert_eq!(matter.status_on(ON), expected);
        let asked = ("990102-SPZYZ-01", "Q-APR", "990102-XK-0001");
        assert_eq!(refusal(&catalogue, asked, BEFORE), None);
        assert_eq!(
            refusal(&catalogue, asked, ON),
            Some(("catalogue.matter-not-published", Rule::R1))
        );
    }
    let later = catalogue(|matters, _| {
        entry(matters, "990102-XK-0001")["valid_from"] = json!("2026-07-01");
    });
    let asked = ("990102-SPZYZ-01", "Q-APR", "990102-XK-0001");
    assert_eq!(
        refusal(&later, asked, BEFORE),
        Some(("catalogue.matter-not-published", Rule::R1))
    );
    assert_eq!(refusal(&later, asked, ON), None);
}
