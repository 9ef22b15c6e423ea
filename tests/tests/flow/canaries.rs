//! Values planted in personal fields are looked for where they must not be (T-P8): in everything that the service
//! logs at its most talkative, in every file that it keeps, in what it answers when it refuses.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use server::Call;
use tests::cases;
use tests::installation::CUSTODIAN;
use tracing_subscriber::fmt::MakeWriter;

use crate::stage::Service;

/// What only this test writes into personal fields.
const NAME: &str = "金丝雀云雀";
const PLACE: &str = "云洲省临溪市青石区金丝雀巷99号";
const NUMBER: &str = "990102199302140868";

/// Everything that is logged.
#[derive(Debug, Clone, Default)]
struct Ear(Arc<Mutex<Vec<u8>>>);

impl Write for Ear {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(octets)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Ear {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn person() -> Value {
    let mut request = cases::case("REAL", 1).expect("a case");
    request["holder"]["name"] = json!(NAME);
    request["fields"]["owner"] = json!(NAME);
    request["fields"]["location"] = json!(PLACE);
    assert_eq!(request["fields"]["owner_id"], NUMBER);
    request
}

fn found_in(octets: &[u8]) -> Option<&'static str> {
    [NAME, PLACE, NUMBER].into_iter().find(|canary| {
        let canary = canary.as_bytes();
        octets.windows(canary.len()).any(|window| window == canary)
    })
}

fn search(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            search(&path, found);
        } else if let Some(canary) = found_in(&std::fs::read(&path).expect("a file")) {
            found.push(format!("{}: {canary}", path.display()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_logged_stored_in_the_clear_or_told_in_a_refusal() {
    let ear = Ear::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(ear.clone())
        .try_init()
        .expect("nobody else listens in this process");
    let service = Service::start().await;
    let office = service.at("C-NAT");
    let now = service.now();
    let key = "a-key-of-canaries";
    let answer = office.ask(key, &cases::body(&person()), now).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.json());
    let job = answer.json()["job"].as_str().expect("a job").to_owned();
    let issued = office.release(("custodian", CUSTODIAN), &job, now).await;
    let issued = issued.expect("an answer").json();
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let file = service.file(&office, identifier).await;
    let report = Call::send(
        "POST".parse().expect("a method"),
        "/v1/verifications",
        "application/octet-stream",
        file,
    );
    let report = office.anybody().call(report, now).await.expect("an answer");
    assert_eq!(report.json()["verdict"], "valid");
    refusals(&service).await;
    let mut found = Vec::new();
    search(service.installation.folder(), &mut found);
    let heard = ear.0.lock().expect("nobody panicked").clone();
    assert!(heard.len() > 10_000, "it listened");
    if let Some(canary) = found_in(&heard) {
        let text = String::from_utf8_lossy(&heard).into_owned();
        let line = text.lines().find(|line| line.contains(canary));
        found.push(format!("the log: {}", line.unwrap_or_default()));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_planted_value_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("below");
    std::fs::create_dir(&below).expect("a folder");
    std::fs::write(below.join("a"), format!("..{NUMBER}..")).expect("a file");
    std::fs::write(below.join("b"), "nothing").expect("a file");
    let mut found = Vec::new();
    search(folder.path(), &mut found);
    assert_eq!(found.len(), 1, "{found:?}");
}

/// Requests that carry the same values and are refused, each in another way.
async fn refusals(service: &Service) {
    let office = service.at("C-NAT");
    let mut other_number = person();
    other_number["fields"]["owner_id"] = json!("990102199302140869");
    let mut unknown_field = person();
    unknown_field["fields"]["nickname"] = json!(NAME);
    let mut wrong_kind = person();
    wrong_kind["fields"]["area_m2"] = json!(PLACE);
    let mut wrong_place = person();
    wrong_place["decision"] = json!(NAME);
    let mut wrong_type = person();
    wrong_type["type"] = json!(NAME);
    let mut wrong_date = person();
    wrong_date["valid_from"] = json!(PLACE);
    let mut wrong_matter = person();
    wrong_matter["matter"] = json!(NUMBER);
    let mut long = person();
    long["fields"]["owner"] = json!(NAME.repeat(400));
    for (number, request) in [
        other_number,
        unknown_field,
        wrong_kind,
        wrong_place,
        wrong_type,
        wrong_date,
        wrong_matter,
        long,
    ]
    .iter()
    .enumerate()
    {
        let key = format!("a-refused-request-{number:04}");
        let body = cases::body(request);
        let answer = office.ask(&key, &body, service.now()).await;
        let answer = answer.expect("an answer");
        let status = answer.status.as_u16();
        assert!((400..500).contains(&status), "{number}: {}", answer.json());
        let told = found_in(&answer.content);
        assert_eq!(told, None, "{number}: {}", answer.json());
    }
}
