//! A service with licences of two departments and a case of a third's applicant, under a clock that stands.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalogue::key::{DepartmentKey, PersonKey};
use hyper::Method;
use issuance::{Clock, FixedClock, Office};
use registry::asked::By;
use registry::callers::NewCaller;
use registry::trace::Entry;
use serde_json::{Value, json};
use server::{Answer, Call};
use tempfile::TempDir;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, Installation, hex, secret};
use time::UtcDateTime;
use time::macros::utc_datetime;
use zeroize::Zeroizing;

/// The case of the restaurant: applicant the firm, represented by 林小满.
pub(crate) const CASE: &str = "BJ-990102-20260608-00017";
/// Its matter.
pub(crate) const MATTER: &str = "990102-XK-0001";
/// What the matter cites for the identity card of who represents the firm.
pub(crate) const LAW: &str = "行政许可法第三十一条";
/// Her citizen's number.
pub(crate) const NUMBER: &str = "990102198805210245";
/// What the service is told of a use.
pub(crate) const PURPOSE: &str = "核验法定代表人身份";

const BEGINS: UtcDateTime = utc_datetime!(2026-06-08 01:13);
const EVENTS: &str = include_str!("../../fixtures/sample/case-events.json");
const LICENCES: &str = include_str!("../../../crates/demo/assets/licences.json");
/// Bodies of the tests that have no seal, and so no accounts yet.
const WITHOUT_SEAL: [&str; 2] = ["C-SUP", "Q-ENF"];

/// A running service. It ends with the runtime of its test.
pub(crate) struct Stage {
    pub(crate) office: Arc<Office>,
    /// The identity card of 林小满, of the police.
    pub(crate) card: Value,
    /// The identity card of somebody else, of the police.
    pub(crate) foreign: Value,
    /// The firm's business licence, of the bureau itself.
    pub(crate) business: Value,
    clock: Arc<FixedClock>,
    installation: Installation,
    base: String,
    _folder: TempDir,
}

/// Plays `body` on each database.
pub(crate) fn on_each_database(name: &str, body: impl AsyncFn(Stage)) {
    tests::databases::on_each(&format!("uses_{name}"), async |database| {
        body(Stage::start(database).await).await;
    });
}

/// The order that nothing is wrong with: her identity card, for the bureau's case.
pub(crate) fn order(licence: &Value) -> Value {
    json!({
        "licence": {"identifier": licence["identifier"]},
        "purpose": PURPOSE,
        "matter": MATTER,
        "material": 3,
        "case": CASE,
        "person": "P-ZHOU-QINGHE",
        "ground": {"consent": "SQ-2"},
    })
}

/// The same with one member changed; null takes it away.
pub(crate) fn with(order: &Value, pointer: &str, value: Value) -> Value {
    let mut order = order.clone();
    let (above, name) = pointer.rsplit_once('/').expect("a pointer");
    let above = order.pointer_mut(above).and_then(Value::as_object_mut);
    let above = above.expect("an object");
    if value.is_null() {
        above.remove(name);
    } else {
        above.insert(name.to_owned(), value);
    }
    order
}

impl Stage {
    async fn start(database: Option<&str>) -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, BEGINS).await;
        Self::of(folder, installation.expect("founded")).await
    }

    /// With the national suite: each licence is a PDF and an OFD.
    pub(crate) async fn start_national() -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found_national(folder.path(), None, BEGINS).await;
        Self::of(folder, installation.expect("founded")).await
    }

    async fn of(folder: TempDir, installation: Installation) -> Stage {
        let clock = Arc::new(FixedClock::new(BEGINS));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let office = Arc::new(office);
        let base = installation.serve(office.clone()).await.expect("it serves");
        let mut stage = Stage {
            office,
            card: Value::Null,
            foreign: Value::Null,
            business: Value::Null,
            clock,
            installation,
            base,
            _folder: folder,
        };
        stage.furnish().await;
        stage
    }

    async fn furnish(&mut self) {
        for body in WITHOUT_SEAL {
            let account = format!("{body}-approvals");
            let enrolled = self.installation.enrol(&account, body, 10_000).await;
            enrolled.expect("enrolled");
        }
        for (department, role, person) in [
            ("Q-APR", "uses", None),
            ("Q-APR", "inquirer", Some(CUSTODIAN)),
            ("C-FIRE", "uses", None),
            ("C-PSB", "uses", None),
        ] {
            self.account((department, role), &["use", "read"], person)
                .await;
        }
        self.import().await;
        self.card = self.issued("ID", |_| ()).await;
        self.foreign = self
            .issued("ID", |request| {
                let other =
                    json!({"kind": "person", "name": "高远舟", "code": "990121198409071350"});
                request["holder"] = other;
                request["fields"]["name"] = json!("高远舟");
                request["fields"]["id_number"] = json!("990121198409071350");
                request["fields"]["born_on"] = json!("1984-09-07");
                request["fields"]["sex"] = json!("男");
                request["case"] = json!("BJ-990100-20260309-00077");
            })
            .await;
        self.business = self.issued("BL", |_| ()).await;
        for number in 1..=3 {
            let (status, told) = self.report(&event(number)).await;
            assert_eq!((status, &told["fate"]), (200, &json!("applied")), "{told}");
        }
        // Her consent by which fields are allowed that not everybody may see, for her identity card alone.
        let mut named = event(3);
        named["id"] = json!("named-fields");
        named["number"] = json!(4);
        let mandate = &mut named["what"]["filed"]["mandated"];
        mandate["number"] = json!("SQ-3");
        mandate["scope"]["use"]["types"] = json!(["ID"]);
        mandate["scope"]["use"]["fields"] = json!(["born_on", "id_number"]);
        let (status, told) = self.report(&named).await;
        assert_eq!((status, &told["fate"]), (200, &json!("applied")), "{told}");
    }

    /// The sample's catalogue, in which the matter cites a law for the identity card, and another matter is suspended.
    async fn import(&self) {
        let sample = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let mut whole = json!({
            "departments": sample(include_str!("../../../crates/demo/assets/catalogue/departments.json")),
            "types": sample(include_str!("../../../crates/demo/assets/catalogue/licence-types.json")),
            "matters": sample(include_str!("../../../crates/demo/assets/catalogue/matters-catalogue.json")),
            "powers": sample(include_str!("../../../crates/demo/assets/catalogue/powers.json")),
        });
        let matters = whole["matters"]["matters"].as_array_mut();
        let matters = matters.expect("matters");
        let known = matters.iter().find(|matter| matter["code"] == MATTER);
        let mut next = known.expect("the matter").clone();
        next["version"] = json!(2);
        next["valid_from"] = json!("2026-06-08");
        next["materials"][2]["legal_basis"] = json!(LAW);
        matters.push(next);
        for matter in matters {
            if matter["code"] == "990102-XK-0002" {
                matter["status"] = json!("suspended");
            }
        }
        let content = whole.to_string().into_bytes();
        let call = Call::send(Method::PUT, "/v1/catalogue", "application/json", content);
        let answer = self.call(("Q-APR", "approvals"), call).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    async fn account(
        &self,
        (department, role): (&str, &str),
        scopes: &[&str],
        person: Option<&str>,
    ) {
        let id = format!("{department}-{role}");
        let caller = NewCaller {
            name: id.clone(),
            department: DepartmentKey::parse(department).expect("a department"),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            quota: 10_000,
            person: person.map(|person| PersonKey::parse(person).expect("a person")),
            secret: Zeroizing::new(secret(&id)),
            id,
        };
        let callers = self.office.registry().callers();
        let enrolled = callers.enrol(caller, By::new("P-FOUNDER", BEGINS)).await;
        enrolled.expect("enrolled");
    }

    /// The licence of this type in the sample, changed and sealed.
    async fn issued(&self, kind: &str, change: impl Fn(&mut Value)) -> Value {
        let all: Vec<Value> = serde_json::from_str(LICENCES).expect("JSON");
        let mut found = all
            .into_iter()
            .filter(|entry| entry["request"]["type"] == kind);
        let entry = found.next().expect("the sample has one");
        let (mut request, mut photo) = (entry["request"].clone(), Value::Null);
        if entry["photo"] == true {
            let drawn = issuance::sample_photo(6);
            request["fields"]["photo_sha256"] = json!(hex(&crypto::sha256(&drawn)));
            photo = json!(STANDARD.encode(drawn));
        }
        change(&mut request);
        let issuer = request["issuer"].as_str().expect("an issuer");
        let key = format!("older-than-the-case-{}", request["case"]);
        let body = json!({"request": request, "photo": photo});
        let call = Call::post("/v1/licences", &body).once(key);
        let waits = self.call((issuer, "approvals"), call).await;
        assert_eq!(waits.status, 202, "{kind} {}", waits.json());
        let job = waits.json()["job"].as_str().expect("a job").to_owned();
        let custodian = ("custodian", CUSTODIAN);
        let issued = self.at(issuer).release(custodian, &job, self.now()).await;
        let issued = issued.expect("an answer");
        assert_eq!(issued.status, 201, "{kind} {}", issued.json());
        issued.json()
    }

    pub(crate) fn now(&self) -> UtcDateTime {
        self.clock.now()
    }

    pub(crate) fn go_to(&self, at: UtcDateTime) {
        self.clock.put(at);
    }

    fn at(&self, department: &str) -> Customer {
        Customer::new(&self.installation, &self.base, department)
    }

    /// What an account of a department is answered.
    pub(crate) async fn call(&self, (department, role): (&str, &str), call: Call) -> Answer {
        let customer = self.at(department);
        let answer = customer.call(role, call, self.now()).await;
        answer.expect("an answer")
    }

    /// What anybody is answered.
    pub(crate) async fn anybody(&self, path: &str) -> Answer {
        let customer = self.at("Q-APR");
        let answer = customer.anybody().call(Call::get(path), self.now()).await;
        answer.expect("an answer")
    }

    /// What the bureau is answered to a use.
    pub(crate) async fn uses(&self, key: &str, order: &Value) -> Answer {
        let call = Call::post("/v1/uses", order).once(format!("a-key-of-uses-{key}"));
        self.call(("Q-APR", "uses"), call).await
    }

    /// The answer to a use that nothing is wrong with.
    pub(crate) async fn used(&self, key: &str, order: &Value) -> Value {
        let answer = self.uses(key, order).await;
        assert_eq!(answer.status, 201, "{key} {}", answer.json());
        answer.json()
    }

    /// Code and rule of the refusal of a use.
    pub(crate) async fn refused(&self, key: &str, order: &Value) -> (String, String) {
        let answer = self.uses(key, order).await;
        refusal(&answer)
    }

    /// An event as the body that it names reports it.
    pub(crate) async fn report(&self, event: &Value) -> (u16, Value) {
        let body = event["actor"]["body"].as_str().expect("a body");
        let id = event["id"].as_str().expect("an id");
        let call = Call::post(format!("/v1/cases/{CASE}/events"), event);
        let call = call.once(format!("a-key-of-events-{id}"));
        let answer = self.call((body, "approvals"), call).await;
        (answer.status.as_u16(), answer.json())
    }

    /// An event at this number of the case, applied.
    pub(crate) async fn happens(&self, number: u32, (body, role): (&str, &str), what: Value) {
        let at = self.now() + time::Duration::hours(8);
        let form = time::macros::format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second]+08:00"
        );
        let event = json!({
            "id": format!("happens-{number}"), "case": CASE, "number": number,
            "at": at.format(form).expect("a moment"),
            "actor": {"account": format!("{body}-{role}-9"), "person": format!("P-{role}").to_uppercase(), "body": body, "role": role},
            "what": what,
        });
        let (status, told) = self.report(&event).await;
        assert_eq!((status, &told["fate"]), (200, &json!("applied")), "{told}");
    }

    /// The trace of a department.
    pub(crate) async fn trace(&self, department: &str) -> Vec<Entry> {
        let key = DepartmentKey::parse(department).expect("a department");
        let entries = self.office.registry().trace().entries(&key, 0).await;
        entries.expect("the store answers")
    }

    /// The uses of the bureau that are kept.
    pub(crate) async fn kept(&self) -> usize {
        let uses = self.office.registry().uses();
        let bureau = DepartmentKey::parse("Q-APR").expect("a department");
        uses.list(&bureau, None, 100)
            .await
            .expect("the store answers")
            .len()
    }
}

/// Code and rule of a refusal.
pub(crate) fn refusal(answer: &Answer) -> (String, String) {
    let told = answer.json();
    assert_eq!(
        (answer.status.as_u16(), &told["code"]),
        (422, &json!("use.refused")),
        "{told}"
    );
    let text = |name: &str| {
        told["defects"][0][name]
            .as_str()
            .expect("a text")
            .to_owned()
    };
    (text("code"), text("rule"))
}

/// An event of the sample's story.
pub(crate) fn event(number: usize) -> Value {
    let all: Vec<Value> = serde_json::from_str(EVENTS).expect("JSON");
    all[number - 1].clone()
}
