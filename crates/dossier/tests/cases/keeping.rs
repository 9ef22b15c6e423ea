//! What is kept of a case: materials for the next case, the closing package for the archives.

use dossier::archive::{CLOSING, ClosingAct, ClosingPackage, ClosingState};
use dossier::library::{KEPT, Kept, KeptAct, KeptState, of_case};
use dossier::material::{Ground, Having, How, Item};
use dossier::table::{Goes, Row};
use time::macros::{date, utc_datetime};

use crate::office::{Office, firm, paper, representative, story, until_accepted, words};

fn kept(state: KeptState) -> Kept {
    let dossier = Office::shared().dossier(&story());
    let mut kept = of_case(&dossier)
        .into_iter()
        .find(|kept| kept.name == words("从业人员健康证明"))
        .expect("handed in");
    kept.state = state;
    kept
}

#[test]
fn every_pair_of_a_material_goes_as_its_table_says() {
    for state in KeptState::ALL {
        for act in KeptAct::ALL {
            let got = kept(state).step(act);
            match Row::find(KEPT, state, act).map(|row| row.goes) {
                Some(Goes::To(to)) => assert_eq!(got.expect("listed").state, to),
                _ => assert_eq!(
                    got.expect_err("not listed").code(),
                    "kept.transition-not-listed"
                ),
            }
        }
    }
}

#[test]
fn the_library_takes_what_was_handed_in_and_nothing_that_registers_have() {
    let dossier = Office::shared().dossier(&story());
    let names: Vec<String> = of_case(&dossier)
        .iter()
        .map(|kept| kept.name.as_str().to_owned())
        .collect();
    assert_eq!(names, ["申请表", "从业人员健康证明", "场所平面布局图"]);
}

#[test]
fn a_material_serves_its_own_holder_again_while_it_is_true() {
    let mut filed = kept(KeptState::Filed);
    filed.good_until = Some(date!(2027 - 06 - 17));
    let law = || Ground::Law(words("优化营商环境条例"));
    let (used, how) = filed
        .reuse(&firm(), law(), date!(2027 - 06 - 17))
        .expect("still true");
    assert_eq!(used.state, KeptState::InReuse);
    assert!(matches!(&how, How::Reused { paper: found, .. } if *found == paper(6)));
    // The other case has it in this way, without asking.
    let office = Office::shared();
    let item: Item = office
        .dossier(&until_accepted())
        .item(6)
        .expect("listed")
        .clone();
    let at = utc_datetime!(2026-06-20 02:00);
    assert!(item.have(Having { how, at }).is_ok());
    for (subject, day, code) in [
        (
            representative(),
            date!(2027 - 06 - 17),
            "kept.other-subject",
        ),
        (firm(), date!(2027 - 06 - 18), "kept.out-of-date"),
    ] {
        let refused = filed.reuse(&subject, law(), day).expect_err("not usable");
        assert_eq!(refused.code(), code);
    }
}

#[test]
fn a_material_is_destroyed_only_after_its_retention() {
    let mut archived = kept(KeptState::Archived);
    let day = date!(2056 - 06 - 18);
    assert_eq!(
        archived.destroy(day).expect_err("for ever").code(),
        "kept.retained"
    );
    archived.retained_until = Some(day);
    assert!(archived.destroy(day).is_err());
    let after = day.next_day().expect("a day");
    assert_eq!(
        archived.destroy(after).expect("over").state,
        KeptState::Destroyed
    );
}

#[test]
fn every_pair_of_a_closing_package_goes_as_its_table_says() {
    let package = ClosingPackage::of(&Office::shared().file(&story())).expect("closed");
    for state in ClosingState::ALL {
        for act in ClosingAct::ALL {
            let mut package = package.clone();
            package.state = state;
            let got = package.step(act);
            match Row::find(CLOSING, state, act).map(|row| row.goes) {
                Some(Goes::To(to)) => assert_eq!(got.expect("listed").state, to),
                _ => assert_eq!(got.expect_err("not listed").life, "closing package"),
            }
        }
    }
}

#[test]
fn a_closing_package_holds_every_paper_once_and_names_no_person() {
    let office = Office::shared();
    let package = ClosingPackage::of(&office.file(&story())).expect("closed");
    let papers: Vec<(&str, u8)> = package
        .papers
        .iter()
        .map(|enclosed| (enclosed.what.as_str(), enclosed.paper.bytes()[0]))
        .collect();
    assert_eq!(
        papers,
        [
            ("申请表", 1),
            ("从业人员健康证明", 6),
            ("场所平面布局图", 7),
            ("承诺书", 5),
            ("承诺书", 8),
            ("送达回证", 18),
        ]
    );
    assert_eq!(package.licences.len(), 2);
    assert_eq!(
        package.decisions,
        [
            words("SP-2026-17"),
            words("CG-2026-31"),
            words("XF-2026-77")
        ]
    );
    assert_eq!(package.events as usize, story().len());
    let stored = serde_json::to_string(&package).expect("JSON");
    for canary in ["林小满", "云上小馆", "990102198805210245", "zhou.qinghe"] {
        assert!(!stored.contains(canary), "{canary}");
    }
    assert!(ClosingPackage::of(&office.file(&until_accepted())).is_none());
}
