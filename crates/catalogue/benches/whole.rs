//! A catalogue of 95,000 generated matters: how long it takes to load, how much memory it holds,
//! how fast it answers, and what a decision at the seal costs.
//!
//! `YINXIN_BENCH_MATTERS` says how many there are (95,000 if it does not).

use std::hint::black_box;
use std::time::Instant;

use catalogue::key::{DepartmentKey, MatterCode, RegionCode, SealCode};
use catalogue::{Catalogue, DocumentPurpose, SealUse, Sources};
use serde_json::{Value, json};
use time::macros::date;

const DEPARTMENTS: &str = include_str!("../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../tests/fixtures/sample/matters-catalogue.json");
const POWERS: &str = include_str!("../../../tests/fixtures/sample/powers.json");

/// Delegations beside the sample's own.
const DELEGATIONS: usize = 5_000;
/// Questions of each kind.
const ASKED: usize = 200_000;

fn main() {
    let many = std::env::var("YINXIN_BENCH_MATTERS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(95_000);
    let matters = generated(many);
    let powers = lent();
    println!("{many} matters, {} MB of JSON", matters.len() >> 20);
    let before = resident();
    let start = Instant::now();
    let catalogue = Catalogue::import(&Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: TYPES.as_bytes(),
        matters: matters.as_bytes(),
        powers: Some(powers.as_bytes()),
    })
    .expect("imports");
    println!("load: {:.2} s", start.elapsed().as_secs_f64());
    drop(matters);
    println!(
        "memory of the process: {} MB after loading ({} before)",
        resident() >> 20,
        before >> 20
    );
    // Copies have what the catalogue itself needs and nothing that the reading left behind; the
    // first ones fill the room that it left. Keys are shared: 50 octets each.
    let _filling = [catalogue.clone(), catalogue.clone(), catalogue.clone()];
    let filled = resident();
    let _growing = [catalogue.clone(), catalogue.clone(), catalogue.clone()];
    let each = resident().saturating_sub(filled) / 3 + catalogue.matters().len() * 50;
    println!("memory of the catalogue: {} MB", each >> 20);
    answers(&catalogue);
}

fn answers(catalogue: &Catalogue) {
    let codes: Vec<MatterCode> = catalogue
        .matters()
        .map(|matter| matter.code.clone())
        .collect();
    let day = date!(2026 - 06 - 10);
    let spread = || codes.iter().cycle().step_by(7_919).take(ASKED);
    timed("matter by code", spread(), |code| {
        black_box(catalogue.matter_on(code, day).is_some());
    });
    let uses: Vec<SealUse> = codes
        .iter()
        .filter(|code| code.as_str().starts_with("990102"))
        .map(|code| SealUse {
            seal: SealCode::parse("990102-SPZYZ-01").expect("code"),
            purpose: DocumentPurpose::Licence,
            matter: Some(code.clone()),
            by: DepartmentKey::parse("Q-APR").expect("key"),
        })
        .collect();
    timed(
        "rules at the seal",
        uses.iter().cycle().step_by(7_919).take(ASKED),
        |sealing| {
            black_box(catalogue.may_seal(sealing, day).is_ok());
        },
    );
    let delegated: Vec<SealUse> = uses
        .iter()
        .map(|sealing| SealUse {
            seal: SealCode::parse("990102-SLZYZ-01").expect("code"),
            purpose: DocumentPurpose::AcceptanceNotice,
            by: DepartmentKey::parse("T-LIU").expect("key"),
            ..sealing.clone()
        })
        .collect();
    timed(
        "rules at the seal, under a delegation",
        delegated.iter().cycle().step_by(7_919).take(ASKED),
        |sealing| {
            black_box(catalogue.may_seal(sealing, day).is_ok());
        },
    );
    let start = Instant::now();
    black_box(catalogue.coverage());
    println!("coverage: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let region = |text| RegionCode::parse(text).expect("code");
    let start = Instant::now();
    black_box(catalogue.compare(&region("990102"), &region("990171")));
    println!("comparison: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    black_box(catalogue.changes_to(catalogue).len());
    println!("change feed: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
}

fn timed<'a, T: 'a>(name: &str, questions: impl Iterator<Item = &'a T>, ask: impl Fn(&T)) {
    let mut took: Vec<u64> = questions
        .map(|question| {
            let start = Instant::now();
            ask(question);
            u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
        })
        .collect();
    took.sort_unstable();
    let mean = took.iter().sum::<u64>() / u64::try_from(took.len().max(1)).unwrap_or(1);
    let at = |share: usize| took.get(took.len() * share / 1_000).copied().unwrap_or(0);
    println!(
        "{name}: mean {mean} ns, median {} ns, 99.9 % {} ns",
        at(500),
        at(999)
    );
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
        members.insert(
            "code".to_owned(),
            json!(format!("{stem}{:06}", number + 10_000)),
        );
        members.insert("legal_basis".to_owned(), json!(["示范条例 第十条"]));
        list.push(entry);
    }
    serde_json::to_string(&file).expect("text")
}

fn lent() -> String {
    let mut file: Value = serde_json::from_str(POWERS).expect("JSON");
    let list = file
        .get_mut("delegations")
        .and_then(Value::as_array_mut)
        .expect("list");
    let first = list.first().cloned().expect("one");
    for number in 0..DELEGATIONS {
        let mut entry = first.clone();
        let members = entry.as_object_mut().expect("object");
        members.insert("key".to_owned(), json!(format!("SQ-BENCH-{number:05}")));
        let lender = ["C-APR", "H-APR", "N-APR"]
            .into_iter()
            .cycle()
            .nth(number % 3);
        members.insert("from".to_owned(), json!(lender));
        members.remove("matters");
        list.push(entry);
    }
    serde_json::to_string(&file).expect("text")
}

/// Bytes of this process in memory; 0 where the system does not say.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1))
        .and_then(|text| text.parse::<usize>().ok())
        .map_or(0, |kilobytes| kilobytes << 10)
}
