//! Figures, coverage, comparison, change feed, what may be asked for, and calendars.

use catalogue::asking::MaterialFigures;
use catalogue::key::{MatterCode, RegionCode, TypeKey};
use catalogue::matter::{MatterKind, MatterStatus};
use catalogue::report::Difference;
use catalogue::report::feed::{Breach, Change, EntryKind, Subject, Turn};
use catalogue::{Fault, ImportError, Rule};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

use crate::made::{catalogue, code, import};

const DAY: Date = date!(2026 - 06 - 10);

fn region(text: &str) -> RegionCode {
    RegionCode::parse(text).expect("code")
}

#[test]
fn of_165_materials_54_are_handed_in_15_promised_and_96_exempt() {
    let coverage = catalogue(|_, _| ()).coverage();
    assert_eq!(
        coverage.materials,
        MaterialFigures {
            to_hand_in: 54,
            promised: 15,
            exempt: 96
        }
    );
    assert_eq!(coverage.materials.total(), 165);
    assert_eq!(coverage.matters, 45);
    assert_eq!(coverage.kinds.len(), 8);
    assert_eq!(coverage.kinds.get(&MatterKind::Permit), Some(&26));
}

#[test]
fn the_story_s_matter_has_three_to_hand_in_two_promised_and_three_exempt() {
    let catalogue = catalogue(|_, _| ());
    let matter = catalogue.matter(&code("990102-XK-0001"));
    assert_eq!(
        MaterialFigures::of(matter),
        MaterialFigures {
            to_hand_in: 3,
            promised: 2,
            exempt: 3
        }
    );
}

#[test]
fn coverage_names_matters_without_a_licence_type_and_types_without_a_matter() {
    let coverage = catalogue(|_, _| ()).coverage();
    let codes: Vec<_> = coverage
        .without_type
        .iter()
        .map(MatterCode::as_str)
        .collect();
    assert_eq!(
        codes,
        [
            "990100-BA-0003",
            "990100-CJ-0001",
            "990100-GF-0001",
            "990100-GF-0002",
            "990100-GG-0002",
            "990100-JL-0001",
            "990100-QT-0001",
            "990171-BA-0002",
        ]
    );
    let types: Vec<_> = coverage
        .without_matter
        .iter()
        .map(TypeKey::as_str)
        .collect();
    assert_eq!(types, ["ELDER"]);
    // A matter that is abolished is not covered any more.
    let abolished = catalogue(|matters, _| matters["matters"][0]["status"] = json!("abolished"));
    assert_eq!(abolished.coverage().matters, 44);
    assert_eq!(abolished.coverage().materials.total(), 157);
}

/// The matters of 990102 once more in 990103, with these changes to the first.
#[expect(clippy::indexing_slicing, reason = "members of the sample")]
fn two_districts(matters: &mut Value, change: &dyn Fn(&mut Value)) {
    let list = matters["matters"].as_array_mut().expect("list");
    let copies: Vec<Value> = list
        .iter()
        .filter(|matter| {
            matter["code"]
                .as_str()
                .is_some_and(|code| code.starts_with("990102-XK-000"))
                && matter["result_licence_type"] != "HOTEL"
        })
        .map(|matter| {
            let mut copy = matter.clone();
            let code = matter["code"]
                .as_str()
                .expect("text")
                .replace("990102", "990103");
            copy["code"] = json!(code);
            copy["exercised_by"] = json!("H-APR");
            copy["accepted_at"] = json!(["H-APR"]);
            copy
        })
        .collect();
    let at = list.len();
    list.extend(copies);
    change(&mut list[at]);
}

#[test]
fn two_districts_are_compared_matter_by_matter() {
    let catalogue = catalogue(|matters, _| {
        two_districts(matters, &|first| {
            first["promised_days"] = json!(7);
            first["handling"] = json!("承诺件");
            first["materials"][3]["means"] = json!("applicant");
            for member in ["licence_type", "field"] {
                first["materials"][3]
                    .as_object_mut()
                    .expect("object")
                    .remove(member);
            }
            first["materials"][5]["may_follow"] = json!(false);
            first["materials"][6]["name_zh"] = json!("场所平面图");
        });
    });
    let comparison = catalogue.compare(&region("990102"), &region("990103"));
    assert!(comparison.only_right.is_empty());
    assert_eq!(comparison.alike, 6);
    assert!(
        comparison
            .only_left
            .iter()
            .all(|matter| !matter.code.as_str().starts_with("990102-XK-000"))
    );
    let [differing] = comparison.differing.as_slice() else {
        panic!("{:?}", comparison.differing);
    };
    assert_eq!(differing.left.code, code("990102-XK-0001"));
    assert_eq!(differing.right.code, code("990103-XK-0001"));
    let text = |text: &str| text.to_owned();
    assert_eq!(
        differing.differences,
        vec![
            Difference::Handling(
                catalogue::matter::Handling::Joint,
                catalogue::matter::Handling::PromisedTerm
            ),
            Difference::PromisedDays(5, 7),
            Difference::Means(text("营业场所证明"), "derived_from_field", "applicant"),
            Difference::MayFollow(text("从业人员健康证明")),
            Difference::OnlyLeft(text("场所平面布局图")),
            Difference::OnlyRight(text("场所平面图")),
        ]
    );
    // The other way round it says the same.
    let other = catalogue.compare(&region("990103"), &region("990102"));
    assert_eq!(other.only_right.len(), comparison.only_left.len());
    assert_eq!(other.differing.len(), 1);
}

#[test]
fn the_feed_tells_what_changed_and_nothing_else() {
    let before = catalogue(|_, powers| powers["calendars"] = json!([]));
    assert_eq!(before.changes_to(&before), vec![]);
    let after = catalogue(|matters, powers| {
        let list = matters["matters"].as_array_mut().expect("list");
        let mut second = list[0].clone();
        second["version"] = json!(2);
        second["valid_from"] = json!("2026-07-01");
        list.push(second);
        list[1]["status"] = json!("suspended");
        powers["seals"][0]["valid_to"] = json!("2030-12-31");
        powers["delegations"] = json!([]);
        powers["calendars"] = json!([{
            "region": "990000", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
            "holidays": ["2026-06-19"],
        }]);
    });
    let entry = |kind, key: &str, turn| Change {
        subject: Subject::Entry(kind, key.to_owned()),
        turn,
    };
    assert_eq!(
        before.changes_to(&after),
        vec![
            Change {
                subject: Subject::Matter(code("990102-XK-0001"), 2),
                turn: Turn::Added
            },
            Change {
                subject: Subject::Matter(code("990102-XK-0002"), 1),
                turn: Turn::Status(MatterStatus::Published, MatterStatus::Suspended)
            },
            entry(EntryKind::Seal, "990102-SPZYZ-01", Turn::Changed),
            entry(EntryKind::Delegation, "SQ-990102-2026-0001", Turn::Removed),
            entry(EntryKind::Calendar, "990000", Turn::Added),
        ]
    );
    assert_eq!(before.breaches(&after), vec![]);
}

#[test]
fn published_versions_never_change() {
    let before = catalogue(|_, _| ());
    let matter = code("990102-XK-0001");
    let rewritten = catalogue(|matters, _| matters["matters"][0]["promised_days"] = json!(4));
    assert_eq!(
        before.breaches(&rewritten),
        vec![Breach::Rewritten {
            matter: matter.clone(),
            version: 1
        }]
    );
    let gone = catalogue(|matters, _| {
        matters["matters"].as_array_mut().expect("list").remove(0);
    });
    assert_eq!(
        before.breaches(&gone),
        vec![Breach::Gone {
            matter: matter.clone(),
            version: 1
        }]
    );
    // Status along the table only: abolished is final, and nothing goes back to a draft.
    let with = |status: &str| catalogue(|m, _| m["matters"][0]["status"] = json!(status));
    for (from, to, allowed) in [
        ("published", "draft", false),
        ("published", "abolished", true),
        ("suspended", "abolished", true),
        ("abolished", "published", false),
        ("draft", "published", true),
        ("submitted", "draft", false),
    ] {
        assert_eq!(
            with(from).breaches(&with(to)).is_empty(),
            allowed,
            "{from} {to}"
        );
    }
}

#[test]
fn only_what_the_list_says_may_be_asked_for() {
    let catalogue = catalogue(|_, powers| {
        powers["cancelled_documents"] = json!([{
            "name_zh": "场所平面布局图",
            "cancelled_from": "2026-07-01",
            "legal_basis": "证明事项取消清单（2026）",
        }]);
    });
    let ask = |matter: &str, name: &str, day| {
        catalogue
            .may_ask(&code(matter), name, day)
            .map(|material| material.number)
            .map_err(|refusal| (refusal.code(), refusal.rule()))
    };
    let one = "990102-XK-0001";
    assert_eq!(ask(one, "申请表", DAY), Ok(1));
    assert_eq!(ask(one, "场所平面布局图", DAY), Ok(7));
    for (name, day, refused) in [
        ("银行流水", DAY, "catalogue.material-not-listed"),
        ("营业执照", DAY, "catalogue.material-exempt"),
        ("营业场所证明", DAY, "catalogue.material-exempt"),
        ("消防安全承诺", DAY, "catalogue.material-exempt"),
        (
            "场所平面布局图",
            date!(2026 - 07 - 01),
            "catalogue.material-cancelled",
        ),
    ] {
        assert_eq!(ask(one, name, day), Err((refused, Rule::R14)), "{name}");
    }
    assert_eq!(
        ask("990102-XK-0009", "报刊公告样张", DAY),
        Err(("catalogue.material-cancelled", Rule::R14))
    );
    // A version that begins after the cancellation may not hold it any more.
    let refused = import(|matters, powers| {
        matters["matters"][0]["valid_from"] = json!("2026-08-01");
        powers["cancelled_documents"] = json!([{
            "name_zh": "场所平面布局图", "cancelled_from": "2026-07-01", "legal_basis": "清单",
        }]);
    });
    let ImportError::Defects(defects) = refused.expect_err("refused") else {
        panic!("refused as a whole");
    };
    assert_eq!(
        defects
            .first()
            .map(|defect| (defect.place.as_str(), &defect.fault)),
        Some(("matters[0].materials[6].means", &Fault::Cancelled))
    );
}

#[test]
fn a_material_without_a_name_of_its_own_is_refused() {
    for name in [
        "其他材料",
        "其他 材料",
        "其它有关资料",
        "相关证明文件",
        "施工图等材料",
    ] {
        let refused = import(|matters, _| {
            matters["matters"][0]["materials"][0]["name_zh"] = json!(name);
        });
        let ImportError::Defects(defects) = refused.expect_err("refused") else {
            panic!("refused as a whole");
        };
        assert_eq!(
            defects
                .first()
                .map(|defect| (defect.place.as_str(), &defect.fault)),
            Some(("matters[0].materials[0].name_zh", &Fault::Nameless)),
            "{name}"
        );
    }
}

#[test]
fn a_region_has_its_own_calendar_or_that_around_it() {
    let catalogue = catalogue(|_, powers| {
        powers["calendars"] = json!([
            {
                "region": "000000", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
                "holidays": ["2026-06-19"], "note": "端午节",
            },
            {
                "region": "990171", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
                "holidays": [], "worked": ["2026-06-20"],
            },
        ]);
    });
    let end = |code: &str| {
        catalogue
            .calendar(&region(code))
            .after(date!(2026 - 06 - 08), 10)
    };
    assert_eq!(end("990102"), Some(date!(2026 - 06 - 23)));
    assert_eq!(end("990171"), Some(date!(2026 - 06 - 20)));
    let none = self::catalogue(|_, powers| powers["calendars"] = json!([]));
    assert_eq!(
        none.calendar(&region("990102"))
            .after(date!(2026 - 06 - 08), 10),
        Some(date!(2026 - 06 - 22))
    );
    for (calendar, place, fault) in [
        (
            json!([{"region": "990102", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "holidays": ["2027-01-01"]}]),
            "calendars[0].holidays",
            Fault::Range,
        ),
        (
            json!([{"region": "990109", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "holidays": []}]),
            "calendars[0].region",
            Fault::Unknown,
        ),
        (
            json!([{"region": "990102", "valid_from": "0026-01-01", "valid_to": "2026-12-31", "holidays": []}]),
            "calendars[0].valid_to",
            Fault::Range,
        ),
    ] {
        let refused = import(|_, powers| powers["calendars"] = calendar.clone());
        let ImportError::Defects(defects) = refused.expect_err("refused") else {
            panic!("refused as a whole");
        };
        assert_eq!(
            defects
                .first()
                .map(|defect| (defect.place.as_str(), &defect.fault)),
            Some((place, &fault))
        );
    }
}

#[test]
fn types_that_became_one_keep_their_old_names() {
    let catalogue = catalogue(|_, _| ());
    let [merged] = catalogue.merged_types() else {
        panic!("one merging");
    };
    assert_eq!(merged.successor, TypeKey::parse("BL").expect("key"));
    assert_eq!(
        merged.predecessors,
        ["工商营业执照", "组织机构代码证", "税务登记证"]
    );
}
