//! The rules at the seal, R1 to R13, with 95,000 generated matters: what one decision costs.
//!
//! `YINXIN_BENCH_MATTERS` says how many there are (95,000 if it does not).

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use catalogue::key::{DepartmentKey, MatterCode, PersonKey, SealCode, TypeKey};
use catalogue::{Catalogue, Days, DocumentPurpose, SealUse, Sources};
use licence::Phase;
use licence::life::Stop;
use licence::restriction::{Effect, Grant, Reach, Restriction};
use licence::sealing::{
    Case, Decided, Decider, Granted, MadeFrom, Names, Outcome, Output, Release, SealStanding, judge,
};
use serde_json::{Value, json};
use time::macros::{date, utc_datetime};

const DEPARTMENTS: &str = include_str!("../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../tests/fixtures/sample/matters-catalogue.json");
const POWERS: &str = include_str!("../../../tests/fixtures/sample/powers.json");

/// Decisions.
const ASKED: usize = 200_000;
/// Restrictions of the holder.
const RESTRICTIONS: usize = 10;

fn main() {
    let many = std::env::var("YINXIN_BENCH_MATTERS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(95_000);
    let catalogue = Catalogue::import(&Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: TYPES.as_bytes(),
        matters: generated(many).as_bytes(),
        powers: Some(POWERS.as_bytes()),
    })
    .expect("imports");
    let codes: Vec<MatterCode> = catalogue
        .matters()
        .filter(|matter| {
            let result = matter.result.as_ref().map(|key| key.as_str());
            matter.code.as_str().starts_with("990102-XK") && result == Some("FOOD")
        })
        .map(|matter| matter.code.clone())
        .collect();
    println!("{many} matters, {} of them decided here", codes.len());
    decide(&catalogue, &codes);
}

/// What all decisions have in common.
struct Scene {
    bureau: DepartmentKey,
    food: TypeKey,
    seal: SealCode,
    approver: PersonKey,
    custodian: PersonKey,
    restrictions: Vec<Restriction>,
    shown: BTreeSet<String>,
}

fn decide(catalogue: &Catalogue, codes: &[MatterCode]) {
    let restrictions: Vec<Restriction> = (0..RESTRICTIONS).map(restriction).collect();
    let scene = Scene {
        bureau: DepartmentKey::parse("Q-APR").expect("key"),
        food: TypeKey::parse("FOOD").expect("key"),
        seal: SealCode::parse("990102-SPZYZ-01").expect("code"),
        approver: PersonKey::parse("chen.zhiyuan").expect("key"),
        custodian: PersonKey::parse("he.shouzheng").expect("key"),
        shown: restrictions.iter().map(|one| one.number.clone()).collect(),
        restrictions,
    };
    let mut took: Vec<u64> = Vec::with_capacity(ASKED);
    for code in codes.iter().cycle().step_by(7_919).take(ASKED) {
        let start = Instant::now();
        scene.decide(catalogue, code);
        took.push(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    took.sort_unstable();
    let at = |share: usize| took.get(took.len() * share / 1_000).copied().unwrap_or(0);
    println!(
        "rules at the seal: median {} ns, 99.9 % {} ns",
        at(500),
        at(999)
    );
}

impl Scene {
    /// As the office does it: the power on the day of the decision, then every rule.
    fn decide(&self, catalogue: &Catalogue, code: &MatterCode) {
        let day = date!(2026 - 06 - 10);
        let kind = catalogue.licence_type(&self.food).expect("a type");
        let power = catalogue
            .may_issue(&self.bureau, &self.food, code, day)
            .expect("a power");
        let sealing = SealUse {
            seal: self.seal.clone(),
            purpose: DocumentPurpose::Licence,
            matter: Some(code.clone()),
            by: self.bureau.clone(),
        };
        let case = Case {
            sealing: &sealing,
            on: day,
            now: utc_datetime!(2026-06-10 08:42),
            decision: Some(Decided {
                outcome: Outcome::Granted,
                by: Decider::Person(&self.approver),
                received_by: None,
            }),
            release: Some(Release {
                by: &self.custodian,
                document: [7; 32],
                until: utc_datetime!(2026-06-10 09:42),
            }),
            seal: SealStanding::InUse,
            administered_by: None,
            stop: Stop::Clear,
            ends: None,
            document: [7; 32],
            made_from: MadeFrom {
                page: ([1; 32], "FOOD"),
                data: ([1; 32], "FOOD"),
            },
            output: Output::Electronic,
            admitted: Some(Granted {
                power: &power,
                kind,
                decided_on: day,
            }),
            names: Names::Own,
            phase: Phase::PendingSeal,
            restrictions: &self.restrictions,
            shown: &self.shown,
            grant: Grant::Ordinary,
        };
        black_box(judge(&case, catalogue).expect("every rule holds"));
    }
}

fn restriction(number: usize) -> Restriction {
    Restriction {
        number: format!("XZ-2026-{number:06}"),
        ground: "示范条例 第十条".to_owned(),
        source: "示范机关".to_owned(),
        effect: Effect::BlocksRenewal(Reach::Every),
        days: Days::always(),
    }
}

/// The sample's matters over and over, each under a code of its own in its own region.
fn generated(many: usize) -> String {
    let mut file: Value = serde_json::from_str(MATTERS).expect("JSON");
    let list = file
        .get_mut("matters")
        .and_then(Value::as_array_mut)
        .expect("list");
    let sample = list.clone();
    for (number, entry) in (0..many.saturating_sub(sample.len())).zip(sample.iter().cycle()) {
        let mut entry = entry.clone();
        let code = entry.get("code").and_then(Value::as_str).expect("code");
        let stem = code.get(..10).expect("region and kind").to_owned();
        let members = entry.as_object_mut().expect("object");
        let code = format!("{stem}{:06}", number + 10_000);
        members.insert("code".to_owned(), json!(code));
        members.insert("legal_basis".to_owned(), json!(["示范条例 第十条"]));
        list.push(entry);
    }
    serde_json::to_string(&file).expect("text")
}
