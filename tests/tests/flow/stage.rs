//! A service of its own for each test, on a free port, at a clock that stands still.

use std::sync::Arc;

use issuance::{Clock, FixedClock, Office};
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tempfile::TempDir;
use tests::cases;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, Installation, NOW};
use time::{SignedDuration, UtcDateTime};

/// A running service. It ends with the runtime of its test.
pub(crate) struct Service {
    pub(crate) installation: Installation,
    pub(crate) base: String,
    pub(crate) office: Arc<Office>,
    clock: Arc<FixedClock>,
    _folder: TempDir,
}

impl Service {
    pub(crate) async fn start() -> Service {
        Service::start_with("").await
    }

    /// With these lines in its configuration beside the paths.
    pub(crate) async fn start_with(lines: &str) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), None, NOW).await;
        Service::of(folder, installation.expect("founded"), lines).await
    }

    /// In this database; a file where none is named.
    pub(crate) async fn start_in(database: Option<&str>) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, NOW).await;
        Service::of(folder, installation.expect("founded"), "").await
    }

    /// The same with the national suite.
    pub(crate) async fn start_national_in(database: Option<&str>) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found_national(folder.path(), database, NOW).await;
        Service::of(folder, installation.expect("founded"), "").await
    }

    /// With the national suite.
    pub(crate) async fn start_national() -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found_national(folder.path(), None, NOW).await;
        Service::of(folder, installation.expect("founded"), "").await
    }

    /// With the national suite, for PDF too.
    pub(crate) async fn start_national_alone() -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found_national_alone(folder.path(), NOW).await;
        Service::of(folder, installation.expect("founded"), "").await
    }

    /// Ends with its runtime; what it leaves behind.
    pub(crate) fn ended(self) -> (TempDir, Installation) {
        (self._folder, self.installation)
    }

    pub(crate) async fn of(folder: TempDir, installation: Installation, lines: &str) -> Service {
        installation.configure(lines).expect("written");
        let clock = Arc::new(FixedClock::new(NOW));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let office = Arc::new(office);
        let base = installation.serve(office.clone()).await.expect("it serves");
        Service {
            installation,
            base,
            office,
            clock,
            _folder: folder,
        }
    }

    pub(crate) fn now(&self) -> UtcDateTime {
        self.clock.now()
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, by: SignedDuration) {
        self.clock.put(self.clock.now() + by);
    }

    pub(crate) fn at(&self, department: &str) -> Customer {
        Customer::new(&self.installation, &self.base, department)
    }

    /// An answer to anybody.
    pub(crate) async fn fetch(&self, path: &str) -> Answer {
        let call = Call::get(path);
        let answer = Client::anonymous(&self.base).call(call, self.now()).await;
        answer.expect("an answer")
    }

    /// A licence that waits: its job.
    pub(crate) async fn waiting(&self, kind: &str, number: u64) -> (Customer, String) {
        let request = cases::case(kind, number).expect("a case");
        let issuer = request["issuer"].as_str().expect("an issuer").to_owned();
        let customer = self.at(&issuer);
        let key = format!("{kind}-key-{number:012}");
        let answer = customer.ask(&key, &cases::body(&request), self.now()).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 202, "{}", answer.json());
        let job = answer.json()["job"].as_str().expect("a job").to_owned();
        (customer, job)
    }

    /// An issued licence, as its caller was told.
    pub(crate) async fn issued(&self, kind: &str, number: u64) -> (Customer, Value) {
        let (customer, job) = self.waiting(kind, number).await;
        let custodian = ("custodian", CUSTODIAN);
        let answer = customer.release(custodian, &job, self.now()).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.json());
        (customer, answer.json())
    }

    pub(crate) async fn file(&self, customer: &Customer, identifier: &str) -> Vec<u8> {
        let call = Call::get(format!("/v1/licences/{identifier}/files/pdf"));
        let answer = customer.call("approvals", call, self.now()).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200);
        answer.content.to_vec()
    }
}

/// Status and stable code of a problem, in the form of RFC 9457.
pub(crate) fn problem(answer: &Answer) -> (u16, String) {
    let kind = answer
        .headers
        .get("content-type")
        .map(|kind| kind.as_bytes());
    assert_eq!(
        kind,
        Some(&b"application/problem+json"[..]),
        "{} {}",
        answer.status,
        answer.json()
    );
    let document = answer.json();
    let code = document["code"].as_str().expect("a code").to_owned();
    assert_eq!(document["status"], answer.status.as_u16());
    (answer.status.as_u16(), code)
}

/// The content of an ending.
pub(crate) fn ending() -> Value {
    json!({
        "ending": "annulled",
        "decision": "撤字〔2026〕第0001号",
        "legal_basis": "行政许可法第六十九条",
    })
}
