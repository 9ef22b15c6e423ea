//! A service of its own on a free port, its clock at the story's moments, and the bodies of the story.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use catalogue::key::DepartmentKey;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use issuance::{Clock, FixedClock, Office};
use registry::asked::By;
use registry::callers::NewCaller;
use registry::jobs::JobId;
use registry::trace::Entry;
use serde_json::{Value, json};
use server::{Answer, Call};
use tempfile::TempDir;
use tests::customer::Customer;
use tests::installation::{Installation, secret};
use time::UtcDateTime;
use time::macros::utc_datetime;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use zeroize::Zeroizing;

/// Shortly before the story begins.
const BEGINS: UtcDateTime = utc_datetime!(2026-06-08 01:10);
/// The secret of every subscriber.
const SECRET: &str = "a-secret-of-32-or-more-characters";
/// Bodies of the story that have no seal, and so no accounts yet.
const WITHOUT_SEAL: [&str; 3] = ["Q-ENF", "C-SUP", "CREDIT"];
/// The events of the story, as its approval systems post them.
const EVENTS: &str = include_str!("../../fixtures/sample/case-events.json");
/// The story as the specification of the sample dates it.
const SCENARIOS: &str = include_str!("../../fixtures/sample/scenarios.json");
pub(crate) const LICENCES: &str = include_str!("../../../crates/demo/assets/licences.json");

/// The case of the story.
pub(crate) const CASE: &str = "BJ-990102-20260608-00017";

/// A running service and what its receivers were told.
pub(crate) struct Stage {
    pub(crate) office: Arc<Office>,
    clock: Arc<FixedClock>,
    installation: Installation,
    base: String,
    /// The events, with what was signed and fetched in this run.
    events: Mutex<Vec<Value>>,
    /// Identifiers of licences that are older than the story.
    older: Mutex<Vec<String>>,
    told: Arc<Mutex<Vec<(String, Value)>>>,
    arrived: Arc<Notify>,
    _folder: TempDir,
}

/// The story of the sample's file.
pub(crate) fn story() -> Value {
    let all: Value = serde_json::from_str(SCENARIOS).expect("JSON");
    all["story_1_one_seal_restaurant"].clone()
}

/// The request for the story's licence.
pub(crate) fn request() -> Value {
    let all: Vec<Value> = serde_json::from_str(LICENCES).expect("JSON");
    let mut found = all
        .into_iter()
        .filter(|entry| entry["request"]["type"] == "ONE");
    let entry = found.next().expect("the story's licence");
    json!({"request": entry["request"], "photo": null})
}

impl Stage {
    pub(crate) async fn start(database: Option<&str>) -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, BEGINS).await;
        let installation = installation.expect("founded");
        let clock = Arc::new(FixedClock::new(BEGINS));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let office = Arc::new(office);
        for body in WITHOUT_SEAL {
            let account = format!("{body}-approvals");
            let enrolled = installation.enrol(&account, body, 10_000).await;
            enrolled.expect("enrolled");
        }
        let base = installation.serve(office.clone()).await.expect("it serves");
        Stage {
            office,
            clock,
            installation,
            base,
            events: Mutex::new(serde_json::from_str(EVENTS).expect("JSON")),
            older: Mutex::default(),
            told: Arc::default(),
            arrived: Arc::default(),
            _folder: folder,
        }
    }

    pub(crate) fn now(&self) -> UtcDateTime {
        self.clock.now()
    }

    /// Goes on to a later moment, with the upkeep that a service does meanwhile.
    pub(crate) async fn go_to(&self, at: UtcDateTime) {
        self.clock.put(at);
        let round = issuance::upkeep::round(&self.office).await;
        round.expect("the store answers");
    }

    pub(crate) fn at(&self, department: &str) -> Customer {
        Customer::new(&self.installation, &self.base, department)
    }

    /// A release that stands in the register and of which nothing followed yet, as when its process was lost.
    pub(crate) async fn left_released(&self, job: &str) {
        let job = JobId::parse(job).expect("a job");
        let left = self
            .installation
            .leave_released(&self.office, &job, self.now());
        left.await.expect("it waits");
    }

    /// What a department's approval system is answered.
    pub(crate) async fn call(&self, department: &str, call: Call) -> Answer {
        let customer = self.at(department);
        let answer = customer.call("approvals", call, self.now()).await;
        answer.expect("an answer")
    }

    /// An event as the body that it names posts it.
    pub(crate) async fn post(&self, event: &Value) -> Answer {
        let body = event["actor"]["body"].as_str().expect("a body");
        let case = event["case"].as_str().expect("a case");
        let id = event["id"].as_str().expect("an id");
        let call = Call::post(format!("/v1/cases/{case}/events"), event);
        self.call(body, call.once(format!("a-key-of-the-story-{id}")))
            .await
    }

    /// An event that has to be applied; its answer.
    pub(crate) async fn applied(&self, event: &Value) -> Value {
        let answer = self.post(event).await;
        assert_eq!(answer.status, 200, "{event} {}", answer.json());
        let told = answer.json();
        assert_eq!(told["fate"], "applied", "{told}");
        told
    }

    /// The code and the rule under which an event is refused.
    pub(crate) async fn refused(&self, event: &Value) -> (String, Value) {
        let answer = self.post(event).await;
        assert_eq!(answer.status, 422, "{event} {}", answer.json());
        let told = answer.json();
        assert_eq!(told["code"], "case.event-refused", "{told}");
        let defect = &told["defects"][0];
        let code = defect["code"].as_str().expect("a code").to_owned();
        (code, defect["rule"].clone())
    }

    /// The case as a department is shown it.
    pub(crate) async fn case(&self, department: &str) -> Value {
        let call = Call::get(format!("/v1/cases/{CASE}"));
        let answer = self.call(department, call).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    /// The trace of a department.
    pub(crate) async fn trace(&self, department: &str) -> Vec<Entry> {
        let key = DepartmentKey::parse(department).expect("a department");
        let entries = self.office.registry().trace().entries(&key, 0).await;
        entries.expect("the store answers")
    }

    /// The event of this number.
    pub(crate) fn event(&self, number: usize) -> Value {
        self.events.lock().expect("nobody panicked")[number - 1].clone()
    }

    /// Puts something of this run into an event.
    pub(crate) fn change_event(&self, number: usize, pointer: &str, value: Value) {
        let mut events = self.events.lock().expect("nobody panicked");
        let member = events[number - 1].pointer_mut(pointer);
        *member.expect("a member") = value;
    }

    /// Notes a licence that is older than the story: what others were told of it is none of its rows.
    pub(crate) fn is_older(&self, identifier: &str) {
        let mut older = self.older.lock().expect("nobody panicked");
        older.push(identifier.to_owned());
    }

    /// One more account of a department.
    pub(crate) async fn enrol(&self, department: &str, role: &str, scope: &str) {
        let id = format!("{department}-{role}");
        let caller = NewCaller {
            id: id.clone(),
            name: id.clone(),
            department: DepartmentKey::parse(department).expect("a department"),
            scopes: vec![scope.to_owned()],
            quota: 10_000,
            person: None,
            secret: Zeroizing::new(secret(&id)),
        };
        let callers = self.office.registry().callers();
        let enrolled = callers.enrol(caller, By::new("P-FOUNDER", BEGINS)).await;
        enrolled.expect("enrolled");
    }

    /// Lets each of these be told of everything, at a receiver that acknowledges.
    pub(crate) async fn subscribe(&self, departments: &[&str]) {
        let address = self.receiver().await;
        for department in departments {
            self.enrol(department, "events", "subscribe").await;
            let body = json!({
                "address": format!("http://{address}/{department}"),
                "kinds": [], "secret": SECRET,
            });
            let content = body.to_string().into_bytes();
            let call = Call::send(Method::PUT, "/v1/subscription", "application/json", content);
            let client = self.at(department).account("events");
            let answer = client.call(call, self.now()).await.expect("an answer");
            assert_eq!(answer.status, 200, "{}", answer.json());
        }
    }

    /// A receiver on the loopback interface; whom it was told as is the path.
    async fn receiver(&self) -> SocketAddr {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(free).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (told, arrived) = (self.told.clone(), self.arrived.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (told, arrived) = (told.clone(), arrived.clone());
                let service = service_fn(move |request: Request<Incoming>| {
                    let (told, arrived) = (told.clone(), arrived.clone());
                    async move {
                        let whose = request.uri().path().trim_start_matches('/').to_owned();
                        let content = request.into_body().collect().await?.to_bytes();
                        let event = serde_json::from_slice(&content).expect("JSON");
                        told.lock().expect("nobody panicked").push((whose, event));
                        arrived.notify_waiters();
                        let answer = Response::builder().status(204);
                        Ok::<_, hyper::Error>(answer.body(Empty::<Bytes>::new()).expect("a status"))
                    }
                });
                let connection = hyper::server::conn::http1::Builder::new();
                tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
            }
        });
        address
    }

    /// What a receiver was told of a kind, once it is at least `many`.
    pub(crate) async fn told(&self, receiver: &str, kind: &str, many: usize) -> Vec<Value> {
        loop {
            let arrived = self.arrived.notified();
            let found = self.heard(receiver, kind);
            if found.len() >= many {
                return found;
            }
            issuance::push::wake(&self.office);
            arrived.await;
        }
    }

    /// What a receiver was told of a kind so far.
    pub(crate) fn heard(&self, receiver: &str, kind: &str) -> Vec<Value> {
        let mut all = self.all(receiver);
        all.retain(|event| event["type"] == kind);
        all
    }

    /// Everything that a receiver was told of the story, in order of arrival.
    pub(crate) fn all(&self, receiver: &str) -> Vec<Value> {
        let older = self.older.lock().expect("nobody panicked");
        let told = self.told.lock().expect("nobody panicked");
        let own = told.iter().filter(|(whose, _)| whose == receiver);
        let of_story = own.filter(|(_, event)| {
            let about = event["data"]["identifier"].as_str().unwrap_or_default();
            !older.iter().any(|identifier| identifier == about)
        });
        of_story.map(|(_, event)| event.clone()).collect()
    }
}
