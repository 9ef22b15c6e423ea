//! Making and judging a one-page licence with every check, at every level, in σ: the processor time of one P-256 signature, taken before and
//! after each measurement on the same processor, so that what others do there weighs on both.

#[path = "../tests/judging/hierarchy.rs"]
mod hierarchy;
#[path = "made/levels.rs"]
mod levels;
#[path = "status/list.rs"]
mod list;
#[path = "../tests/judging/maker.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod maker;

use std::hint::black_box;
use std::time::Duration;

use crypto::{
    Authorisation, Input, KeyId, KeyUse, Signature, SignatureAlgorithm, Signer as _, SoftwareSigner,
};
use verify::{Policy, Trust, Verdict, examine, judge, open};

use hierarchy::{AT, SEAL, trust};
use levels::Desk;
use list::list;
use maker::GOOD;

/// Measurements; the middle one is told.
const ROUNDS: usize = 11;
/// Signatures of one measurement of σ, and questions of one measurement: Linux tells processor time in steps of
/// some milliseconds.
const SIGNATURES: u32 = 2_000;
const QUESTIONS: u32 = 150;
const MESSAGE: &[u8] = b"one signature";

fn main() {
    let (trust, material, policy) = (trust(), list(), Policy::default());
    let file = &*GOOD;
    let report = examine("a", file, &trust, &material, &policy, AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let case = open(file);
    println!(
        "one page, B-LT, {} octets; the middle of {ROUNDS}",
        file.len()
    );
    tell("read", || {
        black_box(open(black_box(file)));
    });
    tell("judge, seen such before", || {
        black_box(judge(black_box(&case), &trust, &material, &policy, AT));
    });
    tell("read and judge, seen such before", || {
        black_box(examine(
            "a",
            black_box(file),
            &trust,
            &material,
            &policy,
            AT,
        ));
    });
    levels_of(&trust, &policy);
    let bundle = hierarchy::bundle();
    tell("read and judge, the first file of all", || {
        let trust = Trust::of(&bundle).expect("a good bundle");
        black_box(examine(
            "a",
            black_box(file),
            &trust,
            &material,
            &policy,
            AT,
        ));
    });
}

/// Makes a file of a level.
type Make = fn(&Desk) -> Vec<u8>;

/// Prints what each level costs who makes it and who judges it.
fn levels_of(trust: &Trust, policy: &Policy) {
    let desk = Desk::new();
    let material = desk.material();
    let levels: [(&str, Make); 4] = [
        ("B-B", Desk::basic),
        ("B-T", Desk::timed),
        ("B-LT", Desk::kept),
        ("B-LTA", Desk::archived),
    ];
    for (level, make) in levels {
        let file = make(&desk);
        let report = examine("a", &file, trust, &material, policy, AT);
        let seal = report.signatures.first().expect("a seal");
        assert_eq!(
            (seal.level, seal.verdict),
            (Some(level), Verdict::Valid),
            "{report:#?}"
        );
        tell(&format!("make {level}"), || {
            black_box(make(black_box(&desk)));
        });
        tell(&format!("read and judge {level}"), || {
            black_box(examine("a", black_box(&file), trust, &material, policy, AT));
        });
    }
}

/// Prints what `ask` costs.
fn tell(what: &str, mut ask: impl FnMut()) {
    let signer = hierarchy::signer(SEAL);
    let mut costs: Vec<(f64, Duration)> = (0..ROUNDS)
        .map(|_| {
            let before = sigma(signer);
            let cost = time(QUESTIONS, &mut ask);
            let sigma = (before + sigma(signer)) / 2;
            (cost.as_secs_f64() / sigma.as_secs_f64(), cost)
        })
        .collect();
    costs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (sigmas, cost) = costs.get(ROUNDS / 2).expect("there are that many");
    let micros = cost.as_secs_f64() * 1e6;
    println!("{what:40} {sigmas:6.1} σ {micros:8.0} µs");
}

/// A signature alone: a key that signs also checks what it signed.
fn sigma(signer: &SoftwareSigner) -> Duration {
    let name = KeyId::parse("bench").expect("a name");
    let under = Authorisation::journalled(name, KeyUse::Release, MESSAGE, AT);
    let sign = || signer.sign(Input::Message(MESSAGE), &under).expect("signs");
    // As it would be received: of the value that was made here the check is not computed again.
    let signature = Signature::new(sign().into_bytes());
    let both = time(SIGNATURES, || {
        black_box(sign());
    });
    let check = time(SIGNATURES, || {
        let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
        let key = signer.public_key();
        key.check(algorithm, black_box(MESSAGE), &signature)
            .expect("its own");
    });
    both.saturating_sub(check)
}

/// The processor time of one of `times`.
fn time(times: u32, mut act: impl FnMut()) -> Duration {
    let began = processor();
    for _ in 0..times {
        act();
    }
    (processor() - began) / times
}

/// The processor time of this thread until now.
fn processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("this is Linux");
    let first = told.split_whitespace().next().expect("a figure");
    Duration::from_nanos(first.parse().expect("nanoseconds"))
}
