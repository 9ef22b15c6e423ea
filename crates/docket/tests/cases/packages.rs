//! Events of packages: what happens in which of their cases.

use catalogue::key::MatterCode;
use docket::together::{ActOf, PackageEvent, Together};
use dossier::event::Happening;
use dossier::material::How;
use dossier::number::{CaseNumber, EventId, PackageNumber};
use dossier::package::{CaseOf, PackageOf, PackageRefused};

use crate::office::{LATER, Office, applicant, paper};

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

fn happening(what: Together) -> PackageEvent {
    PackageEvent {
        id: EventId::parse("p-1").expect("an id"),
        package: shops().number,
        actor: applicant(),
        at: LATER,
        what,
    }
}

#[test]
fn what_two_lists_have_in_common_happens_in_both_cases() {
    let office = Office::shared();
    let package = shops();
    let had = |case: usize, material: u16| {
        let what = Together::Had {
            case: package.cases[case].case.clone(),
            material,
            how: How::HandedIn { paper: paper(1) },
        };
        happening(what).happenings(Some(&package), &office.catalogue)
    };
    // Form, business licence, identity card are in both lists; the plan of the rooms is the restaurant's alone.
    for material in [1, 2, 3] {
        assert_eq!(had(0, material).expect("listed").len(), 2);
        assert_eq!(had(0, material), had(1, material));
    }
    let plan = had(0, 7).expect("listed");
    assert_eq!(plan.len(), 1);
    assert_eq!(plan[0].0, package.cases[0].case);
    let missing = PackageRefused::NoSuchMaterial {
        case: package.cases[1].case.clone(),
        material: 7,
    };
    assert_eq!(had(1, 7), Err(missing));
}

#[test]
fn a_package_with_a_case_twice_or_of_another_is_none() {
    let office = Office::shared();
    let mut twice = shops();
    twice.cases[1].case = twice.cases[0].case.clone();
    let case = twice.cases[0].case.clone();
    assert_eq!(
        twice.terms(&office.catalogue),
        Err(PackageRefused::CaseTwice(case))
    );
    let nobody = happening(Together::Each(Vec::new()));
    assert_eq!(
        nobody.happenings(Some(&shops()), &office.catalogue),
        Err(PackageRefused::Nothing)
    );
    assert_eq!(
        nobody.happenings(None, &office.catalogue),
        Err(PackageRefused::Unopened)
    );
    let mut foreign = shops();
    foreign.cases.remove(0);
    let act = ActOf {
        case: shops().cases[0].case.clone(),
        what: Happening::Withdrawn,
    };
    let of_another = happening(Together::Each(vec![act.clone(), act.clone()]));
    assert_eq!(
        of_another.happenings(Some(&foreign), &office.catalogue),
        Err(PackageRefused::Count),
        "one matter is no package"
    );
    assert_eq!(
        of_another.happenings(Some(&shops()), &office.catalogue),
        Err(PackageRefused::CaseTwice(act.case))
    );
}
