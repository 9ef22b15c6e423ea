//! Who may seal, issue, suspend and end, on which day: each refusal names its rule.

use catalogue::key::{DepartmentKey, MatterCode, SealCode, TypeKey};
use catalogue::{Catalogue, DocumentPurpose, Ending, Refusal, Rule, SealUse, Sources};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

const DEPARTMENTS: &str = include_str!("../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../tests/fixtures/sample/matters-catalogue.json");
const POWERS: &str = include_str!("../../../tests/fixtures/sample/powers.json");

const DAY: Date = date!(2026 - 06 - 10);

fn catalogue(change: impl Fn(&mut Value, &mut Value)) -> Catalogue {
    let mut matters: Value = serde_json::from_str(MATTERS).expect("JSON");
    let mut powers: Value = serde_json::from_str(POWERS).expect("JSON");
    change(&mut matters, &mut powers);
    Catalogue::import(&Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: TYPES.as_bytes(),
        matters: matters.to_string().as_bytes(),
        powers: Some(powers.to_string().as_bytes()),
    })
    .expect("imports")
}

fn sample() -> Catalogue {
    catalogue(|_, _| ())
}

fn department(key: &str) -> DepartmentKey {
    DepartmentKey::parse(key).expect("key")
}

fn kind(key: &str) -> TypeKey {
    TypeKey::parse(key).expect("key")
}

fn matter(code: &str) -> MatterCode {
    MatterCode::parse(code).expect("code")
}

fn sealing(seal: &str, purpose: DocumentPurpose, code: Option<&str>, by: &str) -> SealUse {
    SealUse {
        seal: SealCode::parse(seal).expect("code"),
        purpose,
        matter: code.map(matter),
        by: department(by),
    }
}

fn licence(seal: &str, code: &str, by: &str) -> SealUse {
    sealing(seal, DocumentPurpose::Licence, Some(code), by)
}

fn refusal(catalogue: &Catalogue, sealing: &SealUse, day: Date) -> (&'static str, Rule) {
    let refusal = catalogue.may_seal(sealing, day).expect_err("refused");
    (refusal.code(), refusal.rule())
}

#[test]
fn the_story_s_seal_may_stand_on_the_story_s_licence() {
    let grounds = sample()
        .may_seal(&licence("990102-SPZYZ-01", "990102-XK-0001", "Q-APR"), DAY)
        .expect("allowed");
    assert_eq!(grounds.matter_version(), Some(1));
    assert_eq!(grounds.under(), None);
    assert_eq!(grounds.on(), DAY);
}

#[test]
fn another_bureau_s_matter_is_outside_the_seal_s_scope() {
    // Story 6.1, 09:15: the approval seal for 990171-XK-0019.
    assert_eq!(
        refusal(
            &sample(),
            &licence("990102-SPZYZ-01", "990171-XK-0019", "Q-APR"),
            DAY
        ),
        ("catalogue.matter-out-of-scope", Rule::R1)
    );
}

#[test]
fn another_bureau_s_people_need_a_delegation() {
    assert_eq!(
        refusal(
            &sample(),
            &licence("990102-SPZYZ-01", "990102-XK-0001", "D-APR"),
            DAY
        ),
        ("catalogue.no-delegation", Rule::R4)
    );
}

#[test]
fn a_delegation_ends_at_its_date_and_on_revocation() {
    let notice = sealing(
        "990102-SLZYZ-01",
        DocumentPurpose::AcceptanceNotice,
        Some("990102-XK-0001"),
        "T-LIU",
    );
    let under = |catalogue: &Catalogue, day| {
        catalogue
            .may_seal(&notice, day)
            .map(|grounds| grounds.under().map(ToString::to_string))
    };
    let held = Ok(Some("SQ-990102-2026-0001".to_owned()));
    let catalogue_ = sample();
    assert_eq!(under(&catalogue_, date!(2026 - 12 - 31)), held);
    for day in [date!(2025 - 12 - 31), date!(2027 - 01 - 01)] {
        assert_eq!(
            refusal(&catalogue_, &notice, day),
            ("catalogue.delegation-over", Rule::R4)
        );
    }
    let revoked = catalogue(|_, powers| {
        powers["delegations"][0]["revoked_from"] = json!("2026-06-10");
    });
    assert_eq!(under(&revoked, date!(2026 - 06 - 09)), held);
    assert_eq!(
        refusal(&revoked, &notice, DAY),
        ("catalogue.delegation-over", Rule::R4)
    );
    let narrowed = catalogue(|_, powers| {
        powers["delegations"][0]["matters"] = json!(["990102-XK-0002"]);
    });
    assert_eq!(
        refusal(&narrowed, &notice, DAY),
        ("catalogue.no-delegation", Rule::R4)
    );
}

#[test]
fn the_acceptance_seal_stands_on_acceptance_notices_only() {
    let catalogue = sample();
    for purpose in DocumentPurpose::ALL {
        let asked = sealing("990102-SLZYZ-01", purpose, Some("990102-XK-0001"), "Q-APR");
        let allowed = catalogue.may_seal(&asked, DAY).is_ok();
        assert_eq!(allowed, purpose == DocumentPurpose::AcceptanceNotice);
        let approval = sealing("990102-SPZYZ-01", purpose, Some("990102-XK-0001"), "Q-APR");
        if purpose == DocumentPurpose::AcceptanceNotice {
            assert_eq!(
                refusal(&catalogue, &approval, DAY),
                ("catalogue.purpose-out-of-scope", Rule::R1)
            );
        }
    }
}

#[test]
fn only_a_published_matter_carries_a_seal() {
    for status in ["draft", "submitted", "suspended", "abolished"] {
        let catalogue = catalogue(|matters, _| matters["matters"][0]["status"] = json!(status));
        let asked = licence("990102-SPZYZ-01", "990102-XK-0001", "Q-APR");
        assert_eq!(
            refusal(&catalogue, &asked, DAY),
            ("catalogue.matter-not-published", Rule::R1),
            "{status}"
        );
        let issue = catalogue.may_issue(
            &department("Q-APR"),
            &kind("ONE"),
            &matter("990102-XK-0001"),
            DAY,
        );
        assert!(matches!(issue, Err(Refusal::MatterNotPublished { .. })));
    }
}

#[test]
fn power_moves_on_the_day_of_the_transfer() {
    let from = date!(2026 - 06 - 10);
    // 990100-XK-0022: from C-TRANS to C-APR.
    let catalogue = catalogue(|matters, powers| {
        for matter in matters["matters"].as_array_mut().expect("list") {
            if matter["code"] == "990100-XK-0022" {
                matter["transferred_from"] = json!("2026-06-10");
            }
        }
        for seal in powers["seals"].as_array_mut().expect("list") {
            if seal["holder"] == "C-TRANS" {
                seal["seal_code"] = json!("990100-TRANS-01");
            }
        }
    });
    let before = from.previous_day().expect("day");
    let new = licence("990100-SPZYZ-01", "990100-XK-0022", "C-APR");
    let former = licence("990100-TRANS-01", "990100-XK-0022", "C-TRANS");
    assert_eq!(
        refusal(&catalogue, &new, before),
        ("catalogue.before-transfer", Rule::R2)
    );
    assert!(catalogue.may_seal(&former, before).is_ok());
    assert!(catalogue.may_seal(&new, from).is_ok());
    assert_eq!(
        refusal(&catalogue, &former, from),
        ("catalogue.transferred-away", Rule::R2)
    );
    let issue = |by: &str, day| {
        catalogue
            .may_issue(
                &department(by),
                &kind("ROAD"),
                &matter("990100-XK-0022"),
                day,
            )
            .map(|power| power.by().to_string())
    };
    assert!(issue("C-TRANS", before).is_ok());
    assert!(matches!(
        issue("C-TRANS", from),
        Err(Refusal::TransferredAway { .. })
    ));
    assert!(matches!(
        issue("C-APR", before),
        Err(Refusal::BeforeTransfer { .. })
    ));
    assert_eq!(issue("C-APR", from), Ok("C-APR".to_owned()));
}

#[test]
fn an_approval_seal_never_stands_on_a_matter_that_was_not_transferred() {
    // A seal of the approval kind held by the body that decides a police matter.
    let catalogue = catalogue(|_, powers| {
        for seal in powers["seals"].as_array_mut().expect("list") {
            if seal["holder"] == "C-PSB" {
                seal["seal_code"] = json!("990100-PSB-01");
                seal["kind"] = json!("行政审批专用章");
            }
        }
    });
    assert_eq!(
        refusal(
            &catalogue,
            &licence("990100-PSB-01", "990100-XK-0005", "C-PSB"),
            DAY
        ),
        ("catalogue.not-transferred", Rule::R2)
    );
}

#[test]
fn period_list_and_kind_of_a_seal_bound_its_use() {
    let asked = licence("990102-SPZYZ-01", "990102-XK-0001", "Q-APR");
    let over = catalogue(|_, powers| powers["seals"][0]["valid_to"] = json!("2026-06-09"));
    assert_eq!(
        refusal(&over, &asked, DAY),
        ("catalogue.seal-out-of-period", Rule::R1)
    );
    assert!(over.may_seal(&asked, date!(2026 - 06 - 09)).is_ok());
    let listed = catalogue(|_, powers| powers["seals"][0]["matters"] = json!(["990102-XK-0002"]));
    assert_eq!(
        refusal(&listed, &asked, DAY),
        ("catalogue.matter-out-of-scope", Rule::R1)
    );
    let department = catalogue(|_, powers| {
        powers["seals"][0]["kind"] = json!("部门业务专用章");
    });
    assert_eq!(
        refusal(&department, &asked, DAY),
        ("catalogue.wrong-kind-of-seal", Rule::R1)
    );
    let none = sealing("990102-SPZYZ-01", DocumentPurpose::Licence, None, "Q-APR");
    assert_eq!(
        refusal(&sample(), &none, DAY),
        ("catalogue.matter-missing", Rule::R1)
    );
    let any = sealing("990102-SPZYZ-01", DocumentPurpose::Document, None, "Q-APR");
    assert!(sample().may_seal(&any, DAY).is_ok());
    let unknown = licence("990102-SPZYZ-09", "990102-XK-0001", "Q-APR");
    assert_eq!(
        refusal(&sample(), &unknown, DAY),
        ("catalogue.seal-unknown", Rule::R1)
    );
    let nothing = licence("990102-SPZYZ-01", "990102-XK-9999", "Q-APR");
    assert_eq!(
        refusal(&sample(), &nothing, DAY),
        ("catalogue.matter-unknown", Rule::R1)
    );
}

#[test]
fn every_matter_of_the_sample_can_be_sealed_by_its_body() {
    let catalogue = sample();
    for entry in catalogue.matters() {
        let seal = catalogue
            .seals()
            .find(|seal| seal.holder == entry.exercised_by && seal.kind == entry.seal);
        let Some(seal) = seal else {
            panic!("no seal for {}", entry.code);
        };
        let asked = licence(
            seal.seal.as_str(),
            entry.code.as_str(),
            entry.exercised_by.as_str(),
        );
        assert!(catalogue.may_seal(&asked, DAY).is_ok(), "{}", entry.code);
    }
}

#[test]
fn a_body_issues_what_its_matter_results_in() {
    let catalogue = sample();
    let ask = |by: &str, key: &str, code: &str| {
        catalogue
            .may_issue(&department(by), &kind(key), &matter(code), DAY)
            .map_err(|refusal| refusal.code())
    };
    assert!(ask("Q-APR", "ONE", "990102-XK-0001").is_ok());
    for (by, key, code, expected) in [
        (
            "Q-APR",
            "FOOD",
            "990102-XK-0001",
            "catalogue.not-the-result",
        ),
        ("C-FIRE", "ONE", "990102-XK-0001", "catalogue.not-an-issuer"),
        (
            "H-APR",
            "ONE",
            "990102-XK-0001",
            "catalogue.not-the-deciding-body",
        ),
        (
            "Z-APR",
            "ONE",
            "990102-XK-0001",
            "catalogue.department-unknown",
        ),
        ("Q-APR", "TWO", "990102-XK-0001", "catalogue.type-unknown"),
        ("Q-APR", "ONE", "990102-XK-9999", "catalogue.matter-unknown"),
    ] {
        assert_eq!(ask(by, key, code), Err(expected), "{by} {key} {code}");
    }
}

#[test]
fn ending_needs_the_power_the_type_names() {
    let catalogue = sample();
    let ask = |by: &str, key: &str, issuer: &str, ending| {
        catalogue
            .may_end(
                &department(by),
                (&kind(key), &department(issuer)),
                ending,
                DAY,
            )
            .map(|power| power.ending())
            .map_err(|refusal| (refusal.code(), refusal.rule()))
    };
    // The industry authority, the issuer, and an issuer of the same power above it.
    for by in ["C-SAMR", "Q-APR", "C-APR", "Q-SAMR"] {
        assert_eq!(
            ask(by, "FOOD", "Q-APR", Ending::Revoked),
            Ok(Ending::Revoked),
            "{by}"
        );
    }
    // Another district, another trade, another province.
    for by in ["H-APR", "C-FIRE", "X-GOV", "C-ENF"] {
        assert_eq!(
            ask(by, "FOOD", "Q-APR", Ending::Revoked),
            Err(("catalogue.no-power", Rule::R7)),
            "{by}"
        );
    }
    assert_eq!(
        ask("C-NAT", "REAL", "C-NAT", Ending::Revoked),
        Err(("catalogue.ending-not-listed", Rule::R7))
    );
    assert_eq!(
        ask("C-FIRE", "FIRE", "C-FIRE", Ending::Annulled),
        Ok(Ending::Annulled)
    );
}

#[test]
fn only_types_that_may_be_suspended_are() {
    let catalogue = sample();
    let ask = |by: &str, key: &str, issuer: &str| {
        catalogue
            .may_suspend(&department(by), (&kind(key), &department(issuer)), DAY)
            .map(|power| power.by().to_string())
            .map_err(|refusal| refusal.rule())
    };
    assert_eq!(ask("C-TRANS", "RQUAL", "C-TRANS"), Ok("C-TRANS".to_owned()));
    assert_eq!(ask("C-FIRE", "FIRE", "C-FIRE"), Err(Rule::R10));
    assert_eq!(ask("C-FIRE", "RQUAL", "C-TRANS"), Err(Rule::R7));
}
