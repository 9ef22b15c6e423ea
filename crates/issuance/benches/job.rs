//! Processor time of the main job without HTTP, step by step: a licence and a caller's document, on SQLite on disk.
//!
//! `cargo bench -p issuance --bench job [-- JOBS]`. Each step is done for all jobs before the next one begins, so that
//! the processor time of the whole process, sequencers and store included, is the step's.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails the bench"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use catalogue::DocumentPurpose;
use catalogue::key::{MatterCode, SealCode};
use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signature, Signer, SoftwareSigner,
    SystemRandom,
};
use house::{House, caller, once, releaser};
use issuance::{Begun, IssueOrder, Level};
use licence::IssueRequest;
use papers::documents::{DocumentOrder, begin_document};
use registry::jobs::JobId;
use serde_json::Value;

#[path = "../tests/thread/house.rs"]
mod house;

/// Jobs of each kind, unless the command line says otherwise.
const JOBS: u32 = 200;
/// Signatures on each side of σ.
const SIGNATURES: u32 = 4_000;
/// Clock ticks of a second in `/proc/self/stat` (`USER_HZ`, the same on every Linux of today).
const TICKS: u64 = 100;

fn main() {
    let given = std::env::args().find_map(|argument| argument.parse().ok());
    let jobs = given.unwrap_or(JOBS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let sigma = sigma();
    println!("σ {:.1} µs", sigma.as_secs_f64() * 1e6);
    runtime.block_on(async {
        let house = House::found().await;
        licences(&house, jobs, sigma).await;
        for level in [Level::LongTerm, Level::Basic] {
            println!("documents at {}", level.code());
            documents(&house, level, jobs, sigma).await;
        }
    });
}

async fn licences(house: &House, jobs: u32, sigma: Duration) {
    let request = food();
    let asker = caller(&request.issuer);
    let order = |number: u32| {
        let mut request = request.clone();
        let (place, _) = request.case.rsplit_once('-').expect("a case number");
        request.case = format!("{place}-{number:05}");
        IssueOrder {
            request,
            photo: None,
        }
    };
    // Pages are laid out and caches filled before anything is counted.
    let warm = issuance::begin(&house.office, &asker, &once(0), &order(99_999)).await;
    let warm = vec![job(warm.expect("admitted"))];
    rest(house, &warm, &asker.department.to_string(), None).await;
    let mut waiting = Vec::new();
    let meter = Meter::start();
    for number in 1..=jobs {
        let begun = issuance::begin(&house.office, &asker, &once(number), &order(number)).await;
        waiting.push(job(begun.expect("admitted")));
    }
    meter.told("licence: admit, reserve, code, page, wait", jobs, sigma);
    rest(house, &waiting, asker.department.as_str(), Some(sigma)).await;
}

async fn documents(house: &House, level: Level, jobs: u32, sigma: Duration) {
    let asker = caller("Q-APR");
    let order = DocumentOrder {
        seal: SealCode::parse("990102-SPZYZ-01").expect("a seal"),
        purpose: DocumentPurpose::find("decision").expect("a purpose"),
        matter: MatterCode::parse("990102-XK-0006").ok(),
        case: "BJ-990102-20260610-00002".to_owned(),
        ground: "准予字〔2026〕第0002号".to_owned(),
        shown: papers::documents::Shown::Page {
            page: 1,
            corner: (300.0, 200.0),
        },
        flatten: false,
        edition: papers::documents::SealEdition::V4,
        level,
    };
    let mut waiting = Vec::new();
    let meter = Meter::start();
    for number in 1..=jobs {
        let once = once(
            number
                + if level == Level::Basic {
                    1_000_000
                } else {
                    2_000_000
                },
        );
        let begun = begin_document(&house.office, &asker, &once, &order, page(number)).await;
        waiting.push(job(begun.expect("admitted")));
    }
    meter.told("document: admit, preflight, keep, wait", jobs, sigma);
    rest(house, &waiting, "Q-APR", Some(sigma)).await;
}

/// From the custodian's look to the record.
async fn rest(house: &House, waiting: &[JobId], department: &str, sigma: Option<Duration>) {
    let custodian = releaser(department);
    let jobs = u32::try_from(waiting.len()).expect("few");
    let mut submitted = Vec::new();
    let meter = Meter::start();
    for job in waiting {
        let offer = issuance::release::offer(&house.office, &custodian, job).await;
        submitted.push(house.submitted(&offer.expect("it waits")));
    }
    if let Some(sigma) = sigma {
        meter.told("the custodian's look, and own signature", jobs, sigma);
    }
    let meter = Meter::start();
    for (job, submitted) in waiting.iter().zip(&submitted) {
        let released = issuance::release::release(&house.office, &custodian, job, submitted).await;
        released.expect("released and sealed");
    }
    if let Some(sigma) = sigma {
        meter.told(
            "release, seal, stamp, log, finish, recheck, record",
            jobs,
            sigma,
        );
    }
}

fn food() -> IssueRequest {
    let text = include_str!("../../demo/assets/licences.json");
    let all: Vec<Value> = serde_json::from_str(text).expect("JSON");
    let found = all
        .into_iter()
        .find(|entry| entry["request"]["type"] == "FOOD");
    let mut request = found.expect("a food licence")["request"].take();
    request.as_object_mut().expect("a request").remove("number");
    serde_json::from_value(request).expect("a request")
}

fn job(begun: Begun) -> JobId {
    let Begun::Waits(answer) = begun else {
        unreachable!("each has a key of its own");
    };
    let waits: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let text = waits["job"].as_str().expect("a job");
    JobId::parse(text).expect("a job")
}

/// One page of 50 KB, another one for each number.
fn page(number: u32) -> Vec<u8> {
    let content = format!("% {number}\n{}", "0 0 m 1 1 l S\n".repeat(50_000 / 14));
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/Resources<<>>/Contents 4 0 R>>".to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let start = file.len();
    file.push_str(&table);
    let size = objects.len() + 1;
    file.push_str(&format!(
        "trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.into_bytes()
}

/// What a step takes: of the processor, and on the wall.
struct Meter {
    processor: Duration,
    began: Instant,
}

impl Meter {
    fn start() -> Self {
        Self {
            processor: processor(),
            began: Instant::now(),
        }
    }

    fn told(self, step: &str, jobs: u32, sigma: Duration) {
        let each = (processor() - self.processor) / jobs;
        let wall = self.began.elapsed() / jobs;
        println!(
            "{step:55} {:8.3} ms {:7.1} σ  (wall {:.3} ms)",
            each.as_secs_f64() * 1e3,
            each.as_secs_f64() / sigma.as_secs_f64(),
            wall.as_secs_f64() * 1e3,
        );
    }
}

/// Processor time of this process until now (proc_pid_stat(5): fields 14 and 15).
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, rest) = stat.rsplit_once(')').expect("a name in parentheses");
    let fields = rest.split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// σ: signing with the check, less a check alone (docs/performance.md).
fn sigma() -> Duration {
    let random = SystemRandom::new();
    let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &random).expect("a key");
    let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own");
    let message = b"one signature";
    let name = KeyId::parse("sigma").expect("plain");
    let under = Authorisation::journalled(name, KeyUse::Release, message, house::NOW);
    let signature = signer.sign(Input::Message(message), &under).expect("signs");
    // As it would be received: of the value that was made here the check is not computed again.
    let signature = Signature::new(signature.into_bytes());
    let began = thread();
    for _ in 0..SIGNATURES {
        black_box(signer.sign(Input::Message(black_box(message)), &under)).expect("signs");
    }
    let signed = thread();
    for _ in 0..SIGNATURES {
        let good = signer
            .public_key()
            .check(signer.algorithm(), black_box(message), &signature);
        good.expect("its own");
    }
    (signed - began).saturating_sub(thread() - signed) / SIGNATURES
}

/// Processor time of this thread until now.
fn thread() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let first = told.split_whitespace().next().expect("a figure");
    Duration::from_nanos(first.parse().expect("a number"))
}
