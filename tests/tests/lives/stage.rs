//! A service on each database at hand, at a clock that the test moves.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use issuance::{Clock, FixedClock};
use registry::asked::By;
use registry::callers::NewCaller;
use registry::jobs::JobId;
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tempfile::TempDir;
use tests::cases;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, Installation, NOW, STRANGER, secret};
use time::{Date, SignedDuration, UtcDateTime};
use zeroize::Zeroizing;

/// A running service. It ends with the runtime of its test.
pub(crate) struct Service {
    pub(crate) base: String,
    pub(crate) office: Arc<issuance::Office>,
    installation: Installation,
    clock: Arc<FixedClock>,
    _folder: TempDir,
}

/// Plays `body` on each database.
pub(crate) fn on_each_database(name: &str, body: impl AsyncFn(Service)) {
    tests::databases::on_each(&format!("lives_{name}"), async |database| {
        body(Service::start(database).await).await;
    });
}

/// The same where seals have a key of the national suite, too.
pub(crate) fn on_each_national(name: &str, body: impl AsyncFn(Service)) {
    tests::databases::on_each(&format!("lives_{name}"), async |database| {
        let folder = tempfile::tempdir().expect("a folder");
        let founded = Installation::found_national(folder.path(), database, NOW).await;
        body(Service::of(folder, founded.expect("founded")).await).await;
    });
}

impl Service {
    async fn start(database: Option<&str>) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let founded = Installation::found(folder.path(), database, NOW).await;
        Service::of(folder, founded.expect("founded")).await
    }

    async fn of(folder: TempDir, installation: Installation) -> Service {
        let clock = Arc::new(FixedClock::new(NOW));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let office = Arc::new(office);
        let base = installation.serve(office.clone()).await.expect("it serves");
        Service {
            base,
            office,
            installation,
            clock,
            _folder: folder,
        }
    }

    /// The same office as another process opens it, at the same clock.
    pub(crate) async fn beside(&self) -> issuance::Office {
        let office = self.installation.open(self.clock.clone()).await;
        office.expect("it opens")
    }

    pub(crate) fn now(&self) -> UtcDateTime {
        self.clock.now()
    }

    /// Today, in the office's zone.
    pub(crate) fn today(&self) -> Date {
        catalogue::Zone::SHANGHAI.date_at(self.now())
    }

    /// Lets time pass, and the work that goes on beside requests with it.
    pub(crate) async fn wait(&self, by: SignedDuration) {
        self.clock.put(self.clock.now() + by);
        self.upkeep().await;
    }

    /// One round of upkeep.
    pub(crate) async fn upkeep(&self) {
        issuance::upkeep::round(&self.office).await.expect("upkeep");
    }

    pub(crate) fn at(&self, department: &str) -> Customer {
        Customer::new(&self.installation, &self.base, department)
    }

    /// A call of a department's account with this role: status and content.
    pub(crate) async fn call(&self, (department, role): (&str, &str), call: Call) -> (u16, Value) {
        let answer = self.at(department).call(role, call, self.now()).await;
        let answer = answer.expect("an answer");
        (answer.status.as_u16(), answer.json())
    }

    /// Something that a department's machine posts under a key.
    pub(crate) async fn post(
        &self,
        department: &str,
        path: &str,
        body: &Value,
        key: &str,
    ) -> (u16, Value) {
        let key = format!("a-key-of-lives-{key}");
        self.call((department, "approvals"), Call::post(path, body).once(&key))
            .await
    }

    /// What a department's machine reads.
    pub(crate) async fn read(&self, department: &str, path: &str) -> Value {
        let (status, told) = self.call((department, "approvals"), Call::get(path)).await;
        assert_eq!(status, 200, "{path} {told}");
        told
    }

    /// Releases what waits in a department: status and content.
    pub(crate) async fn release(&self, department: &str, job: &str) -> (u16, Value) {
        let custodian = ("custodian", CUSTODIAN);
        let answer = self
            .at(department)
            .release(custodian, job, self.now())
            .await;
        let answer = answer.expect("an answer");
        (answer.status.as_u16(), answer.json())
    }

    /// A release that stands in the register and of which nothing followed yet, as when its process was lost: no rule is
    /// asked on this way.
    pub(crate) async fn left_released(&self, job: &str) {
        let job = JobId::parse(job).expect("a job");
        let left = self
            .installation
            .leave_released(&self.office, &job, self.now());
        left.await.expect("it waits");
    }

    /// A licence that waits for its release: its job, its identifier.
    pub(crate) async fn waiting(&self, request: &Value, key: &str) -> (String, String) {
        let department = request["issuer"].as_str().expect("an issuer");
        let (status, told) = self
            .post(department, "/v1/licences", &cases::body(request), key)
            .await;
        assert_eq!(status, 202, "{told}");
        let text = |name: &str| told[name].as_str().expect("text").to_owned();
        (text("job"), text("identifier"))
    }

    /// An issued licence: its identifier.
    pub(crate) async fn issued(&self, request: &Value, key: &str) -> String {
        let (job, identifier) = self.waiting(request, key).await;
        let department = request["issuer"].as_str().expect("an issuer");
        let (status, told) = self.release(department, &job).await;
        assert_eq!(status, 201, "{told}");
        identifier
    }

    /// The word that the register answers to anybody who has the file, and the verdict.
    pub(crate) async fn verified(&self, file: &[u8]) -> Value {
        let call = Call::send(
            "POST".parse().expect("a method"),
            "/v1/verifications",
            "application/octet-stream",
            file.to_vec(),
        );
        let client = Client::anonymous(&self.base);
        let answer = client.call(call, self.now()).await.expect("an answer");
        assert_eq!(answer.status, 200);
        answer.json()
    }

    /// The sealed file of a licence.
    pub(crate) async fn file(&self, department: &str, identifier: &str) -> Vec<u8> {
        let call = Call::get(format!("/v1/licences/{identifier}/files/pdf"));
        let answer = self
            .at(department)
            .call("approvals", call, self.now())
            .await;
        let answer: Answer = answer.expect("an answer");
        assert_eq!(answer.status, 200);
        answer.content.to_vec()
    }

    /// Puts a changed catalogue in force.
    pub(crate) async fn import(&self, change: impl Fn(&mut Value)) {
        let mut whole = catalogue();
        change(&mut whole);
        let call = Call::send(
            "PUT".parse().expect("a method"),
            "/v1/catalogue",
            "application/json",
            whole.to_string().into_bytes(),
        );
        let (status, told) = self.call(("Q-APR", "approvals"), call).await;
        assert_eq!(status, 200, "{told}");
    }

    /// Accounts of two people who may say that a licence of the department is void.
    pub(crate) async fn enrol(&self, department: &str, roles: &[&str; 2]) {
        for (role, person) in roles.iter().zip([CUSTODIAN, STRANGER]) {
            self.account(department, role, &["void"], Some(person))
                .await;
        }
    }

    /// One more account of a department.
    pub(crate) async fn account(
        &self,
        department: &str,
        role: &str,
        scopes: &[&str],
        person: Option<&str>,
    ) {
        let id = format!("{department}-{role}");
        let caller = NewCaller {
            name: id.clone(),
            department: DepartmentKey::parse(department).expect("a department"),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            quota: 1_000_000,
            person: person.map(|person| PersonKey::parse(person).expect("a person")),
            secret: Zeroizing::new(secret(&id)),
            id,
        };
        let callers = self.office.registry().callers();
        let enrolled = callers.enrol(caller, By::new("P-FOUNDER", NOW)).await;
        enrolled.expect("enrolled");
    }

    /// Grounds of what a department's people were refused about an object, in order.
    pub(crate) async fn denials(&self, department: &str, object: &str) -> Vec<String> {
        let department = DepartmentKey::parse(department).expect("a department");
        let trace = self.office.registry().trace();
        let entries = trace.about(&department, object, 0).await.expect("a trace");
        let denied = entries.into_iter().filter(|entry| entry.deed == "deny");
        denied.map(|entry| entry.ground).collect()
    }
}

/// The catalogue of the sample, as it is imported.
pub(crate) fn catalogue() -> Value {
    let sample = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    json!({
        "departments": sample(include_str!("../../../crates/demo/assets/catalogue/departments.json")),
        "types": sample(include_str!("../../../crates/demo/assets/catalogue/licence-types.json")),
        "matters": sample(include_str!("../../../crates/demo/assets/catalogue/matters-catalogue.json")),
        "powers": sample(include_str!("../../../crates/demo/assets/catalogue/powers.json")),
    })
}

/// The matter of this code in a catalogue that is about to be imported.
pub(crate) fn matter<'a>(whole: &'a mut Value, code: &str) -> &'a mut Value {
    let matters = whole["matters"]["matters"].as_array_mut();
    matters
        .expect("matters")
        .iter_mut()
        .find(|matter| matter["code"] == code)
        .expect("the matter")
}

/// A food permit of the bureau, decided on 10 June 2026.
pub(crate) fn food(number: u64) -> Value {
    cases::case("FOOD", number).expect("a case")
}

/// The same case, decided again on `day` and in force from `from`, as a further version.
pub(crate) fn again(request: &Value, day: Date, from: Date) -> Value {
    let mut request = request.clone();
    request["decision"]["number"] = json!(format!("变更〔{}〕第0001号", day.year()));
    request["decision"]["decided_on"] = json!(day.to_string());
    request["valid_from"] = json!(from.to_string());
    if let Some(members) = request.as_object_mut() {
        members.remove("valid_to");
    }
    request
}

/// The content of a further version.
pub(crate) fn version(ground: &str, request: &Value) -> Value {
    json!({"ground": ground, "request": request})
}
