//! Packages: one application, several matters, each material once.

use std::collections::BTreeMap;

use catalogue::key::MatterCode;
use catalogue::matter::{Matter, Means};
use dossier::event::Happening;
use dossier::material::Figures;
use dossier::number::{CaseNumber, PackageNumber};
use dossier::package::{CaseOf, Package, PackageOf, PackageRefused};
use dossier::{CaseFile, Fate};
use time::macros::utc_datetime;

use crate::office::{LATER, Office, applicant, application, numbered};

fn packaged(office: &Office) -> Vec<&Matter> {
    office
        .catalogue
        .matters()
        .filter(|matter| matter.terms.package)
        .collect()
}

#[test]
fn the_sample_s_figures_come_out() {
    let office = Office::sample();
    let means: Vec<&Means> = office
        .catalogue
        .matters()
        .flat_map(|matter| &matter.materials)
        .map(|material| &material.means)
        .collect();
    assert_eq!(means.len(), 165);
    let figures = Figures::of(means);
    assert_eq!(figures.hand_in, 54);
    assert_eq!(figures.promised, 15);
    assert_eq!(figures.exempt(), 96);
}

#[test]
fn every_material_of_every_matter_is_served_once_and_nothing_is_asked_twice() {
    let office = Office::sample();
    let matters = packaged(&office);
    for (at, one) in matters.iter().enumerate() {
        for other in matters.iter().skip(at + 1) {
            let package = Package::of(&[one, other]).expect("both are handled in packages");
            let mut served = BTreeMap::new();
            for need in &package.needs {
                for (code, number) in &need.serves {
                    *served.entry((code.clone(), *number)).or_insert(0) += 1;
                }
            }
            let wanted: usize = one.materials.len() + other.materials.len();
            assert_eq!(served.len(), wanted, "{} {}", one.code, other.code);
            assert!(served.values().all(|times| *times == 1));
            // Never more than the two apart would ask for.
            let apart = Figures::of(
                one.materials
                    .iter()
                    .chain(&other.materials)
                    .map(|material| &material.means),
            );
            assert!(package.figures().hand_in <= apart.hand_in);
            assert!(package.needs.len() <= wanted);
        }
    }
}

#[test]
fn two_trades_of_one_firm_share_what_they_have_in_common() {
    let office = Office::sample();
    let matter = |code: &str| {
        office
            .catalogue
            .matters()
            .find(|matter| matter.code.as_str() == code)
            .expect("in the sample")
    };
    let (restaurant, shop) = (matter("990102-XK-0001"), matter("990102-XK-0002"));
    let package = Package::of(&[restaurant, shop]).expect("a package");
    // All five of the shop's materials are among the restaurant's eight.
    assert_eq!(package.needs.len(), 8);
    let names: Vec<&str> = package
        .to_hand_in()
        .map(|need| need.name_zh.as_str())
        .collect();
    assert_eq!(names, ["申请表", "从业人员健康证明", "场所平面布局图"]);
    assert_eq!(package.promised_days, 5);
    let results: Vec<&str> = package.results.iter().map(|key| key.as_str()).collect();
    assert_eq!(results, ["ONE"]);
}

#[test]
fn of_two_ways_to_have_a_thing_the_lighter_counts() {
    let office = Office::sample();
    let matters = packaged(&office);
    let mut one = (*matters[0]).clone();
    let mut other = (*matters[1]).clone();
    one.materials.truncate(1);
    other.materials.truncate(1);
    one.materials[0].means = Means::Applicant;
    one.materials[0].may_follow = true;
    other.materials[0].means = Means::DataSharing;
    other.materials[0].name_zh = one.materials[0].name_zh.clone();
    let package = Package::of(&[&one, &other]).expect("a package");
    assert_eq!(package.needs.len(), 1);
    assert_eq!(package.needs[0].means, Means::DataSharing);
    assert!(!package.needs[0].may_follow, "not for both");
    assert_eq!(package.to_hand_in().count(), 0);
}

#[test]
fn what_is_no_package_is_refused() {
    let office = Office::sample();
    let matters = packaged(&office);
    let single = office
        .catalogue
        .matters()
        .find(|matter| !matter.terms.package)
        .expect("in the sample");
    assert_eq!(Package::of(&[matters[0]]), Err(PackageRefused::Count));
    assert_eq!(
        Package::of(&[matters[0], matters[0]]).map(|_| ()),
        Err(PackageRefused::Twice(matters[0].code.clone()))
    );
    let refused = Package::of(&[matters[0], single]).expect_err("no package");
    assert_eq!(refused.code(), "package.not-allowed");
    let mut suspended = (*matters[1]).clone();
    suspended.status = catalogue::matter::MatterStatus::Suspended;
    let refused = Package::of(&[matters[0], &suspended]).expect_err("suspended");
    assert_eq!(refused.code(), "package.not-published");
}

const SHOPS: [(&str, &str); 2] = [
    ("BJ-990102-20260608-00701", "990102-XK-0001"),
    ("BJ-990102-20260608-00702", "990102-XK-0004"),
];

fn case_of((case, matter): (&str, &str)) -> CaseOf {
    CaseOf {
        case: CaseNumber::parse(case).expect("a case"),
        matter: MatterCode::parse(matter).expect("a matter"),
    }
}

fn shops() -> PackageOf {
    PackageOf {
        number: PackageNumber::parse("TC-990102-20260608-00001").expect("a package"),
        cases: SHOPS.map(case_of).to_vec(),
    }
}

#[test]
fn a_case_of_a_package_asks_for_a_shared_thing_in_the_way_that_asks_least() {
    let office = Office::shared();
    let mut opened = application("990102-XK-0004");
    if let Happening::Received(application) = &mut opened {
        application.package = Some(shops());
    }
    let mut events = numbered(1, [(utc_datetime!(2026-06-08 01:12), applicant(), opened)]);
    events[0].case = shops().cases[1].case.clone();
    let dossier = office.dossier(&events);
    let terms = shops().terms(&office.catalogue).expect("a package");
    for item in dossier.items() {
        let matter = &dossier.terms().matter;
        let need = terms.need_of(matter, item.number).expect("served");
        assert_eq!(item.means, need.means);
    }
    // Under another case's number it is not of the package.
    events[0].case = CaseNumber::parse("BJ-990102-20260608-00999").expect("a case");
    let took = CaseFile::default().take(events.remove(0), &office.scene(LATER));
    let Fate::Refused { why, .. } = took.fate else {
        unreachable!("it is refused");
    };
    assert_eq!(why.code(), "package.other-case");
}
