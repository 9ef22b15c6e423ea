//! The whole way over HTTP: subscribe, be told under a signature, refuse, decide, be told again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use issuance::{Clock, FixedClock};
use registry::asked::By;
use registry::callers::NewCaller;
use serde_json::{Value, json};
use server::{Answer, Call, Claimed, Client, Message, Unsigned};
use tempfile::TempDir;
use tests::cases;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, Installation, NOW, secret};
use time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use zeroize::Zeroizing;

use super::stage::{SECRET, department};

const ENFORCEMENT: &str = "Q-ENF";
/// Its account that is told of events.
const EVENTS: &str = "Q-ENF-events";

/// A request as the receiver got it.
struct Got {
    headers: HeaderMap,
    content: Bytes,
}

impl Got {
    fn event(&self) -> Value {
        serde_json::from_slice(&self.content).expect("JSON")
    }
}

/// A receiver on the loopback interface; it answers with the status that the test wants.
struct Receiver {
    address: SocketAddr,
    status: Arc<AtomicU16>,
    got: UnboundedReceiver<Got>,
}

impl Receiver {
    async fn start() -> Receiver {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(free).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let status = Arc::new(AtomicU16::new(204));
        let (tell, got) = unbounded_channel();
        let answers = status.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tell, answers) = (tell.clone(), answers.clone());
                let service = service_fn(move |request: Request<Incoming>| {
                    let (tell, answers) = (tell.clone(), answers.clone());
                    async move {
                        let (parts, body) = request.into_parts();
                        let content = body.collect().await?.to_bytes();
                        let headers = parts.headers;
                        let _gone = tell.send(Got { headers, content });
                        let status = answers.load(Ordering::SeqCst);
                        let answer = Response::builder().status(status);
                        Ok::<_, hyper::Error>(answer.body(Empty::<Bytes>::new()).expect("a status"))
                    }
                });
                let connection = hyper::server::conn::http1::Builder::new();
                tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
            }
        });
        Receiver {
            address,
            status,
            got,
        }
    }

    fn address(&self) -> String {
        format!("http://{}/events?of=yinxin", self.address)
    }

    async fn next(&mut self) -> Got {
        self.got.recv().await.expect("a delivery")
    }
}

/// A service with an account of the enforcement department.
struct House {
    installation: Installation,
    base: String,
    clock: Arc<FixedClock>,
    _folder: TempDir,
}

impl House {
    async fn start() -> House {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), None, NOW).await;
        let installation = installation.expect("founded");
        let clock = Arc::new(FixedClock::new(NOW));
        let office = installation.open(clock.clone()).await.expect("it opens");
        for (id, scopes) in [(EVENTS, "subscribe"), ("Q-ENF-reader", "read")] {
            let caller = NewCaller {
                id: id.to_owned(),
                department: department(ENFORCEMENT),
                name: id.to_owned(),
                scopes: vec![scopes.to_owned()],
                quota: 10_000,
                person: None,
                secret: Zeroizing::new(secret(id)),
            };
            let callers = office.registry().callers();
            let enrolled = callers.enrol(caller, By::new("P-FOUNDER", NOW)).await;
            enrolled.expect("enrolled");
        }
        let base = installation
            .serve(Arc::new(office))
            .await
            .expect("it serves");
        House {
            installation,
            base,
            clock,
            _folder: folder,
        }
    }

    async fn call(&self, account: &str, call: Call) -> Answer {
        let client = Client::anonymous(&self.base).account(account, &secret(account));
        let answer = client.call(call, self.clock.now()).await;
        answer.expect("an answer")
    }

    async fn put(&self, account: &str, body: &Value) -> Answer {
        let content = body.to_string().into_bytes();
        let call = Call::send(Method::PUT, "/v1/subscription", "application/json", content);
        self.call(account, call).await
    }

    /// Issues a licence of the district; its answer.
    async fn issue(&self, number: u64) -> Value {
        let customer = Customer::new(&self.installation, &self.base, "Q-APR");
        let now = self.clock.now();
        let body = cases::body(&cases::case("FOOD", number).expect("a case"));
        let key = format!("a-licence-of-push-{number}");
        let waits = customer.ask(&key, &body, now).await.expect("an answer");
        assert_eq!(waits.status, 202, "{}", waits.json());
        let job = waits.json()["job"].as_str().expect("a job").to_owned();
        let issued = customer.release(("custodian", CUSTODIAN), &job, now).await;
        let issued = issued.expect("an answer");
        assert_eq!(issued.status, 201, "{}", issued.json());
        issued.json()
    }

    /// The next delivery, which is due some time from now: the clock goes on until it comes.
    async fn later(&self, receiver: &mut Receiver) -> Got {
        loop {
            self.clock.put(self.clock.now() + Duration::seconds(10));
            // Whoever changes a subscription has the office look at once.
            let wish = wish(&receiver.address());
            assert_eq!(self.put(EVENTS, &wish).await.status, 200);
            if let Ok(got) = receiver.got.try_recv() {
                return got;
            }
        }
    }

    /// The first parked delivery, once there is one.
    async fn parked(&self) -> Value {
        for _ in 0..10_000 {
            let answer = self
                .call(EVENTS, Call::get("/v1/subscription/parked"))
                .await;
            assert_eq!(answer.status, 200);
            if let Some(first) = answer.json().get(0) {
                return first.clone();
            }
        }
        Value::Null
    }
}

fn wish(address: &str) -> Value {
    json!({"address": address, "kinds": ["licence.issued", "licence.suspend"], "secret": SECRET})
}

/// The parts of an event that are the same for every licence's.
fn judge(got: &Got, issued: &Value) {
    let event = got.event();
    let header = |name: &str| got.headers.get(name).and_then(|value| value.to_str().ok());
    let kind = "application/cloudevents+json; charset=utf-8";
    assert_eq!(header("content-type"), Some(kind));
    assert_eq!(header("idempotency-key"), event["id"].as_str());
    for (name, value) in [
        ("specversion", "1.0"),
        ("type", "licence.issued"),
        ("source", "http://licences.example"),
        ("sequence", "00000000000000000002"),
        ("datacontenttype", "application/json"),
    ] {
        assert_eq!(event[name], value);
    }
    assert_eq!(event["data"]["identifier"], issued["identifier"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_a_signed_event_and_is_told_again_under_its_name() {
    let house = House::start().await;
    let mut receiver = Receiver::start().await;
    let subscribed = house.put(EVENTS, &wish(&receiver.address())).await;
    assert_eq!(subscribed.status, 200, "{}", subscribed.json());
    assert!(!subscribed.json().to_string().contains(SECRET));
    let issued = house.issue(1).await;
    let got = receiver.next().await;
    judge(&got, &issued);
    let target = receiver.address();
    let message = Message {
        method: &Method::POST,
        target: &target,
        headers: &got.headers,
    };
    let claimed = Claimed::read(&message, house.clock.now()).expect("signed");
    assert_eq!(claimed.check(SECRET.as_bytes()), Ok(()));
    let content = crypto::sha256(&got.content);
    assert_eq!(claimed.inspect(Some(&content)), Ok(()));
    assert_eq!(claimed.check(b"another secret"), Err(Unsigned::Wrong));
    assert_eq!(claimed.key, ENFORCEMENT);
    let told = got.event()["id"].clone();
    // What is on its way counts as told: asking again, as a receiver may, has it told after that.
    let since = json!({"since": "2026-07-03T00:00:00Z"});
    let again = loop {
        let replay = Call::post("/v1/subscription/replay", &since);
        assert_eq!(house.call(EVENTS, replay).await.status, 200);
        if let Ok(again) = receiver.got.try_recv() {
            break again.event()["id"].clone();
        }
    };
    assert_eq!(again, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_five_times_waits_for_a_person() {
    let house = House::start().await;
    let mut receiver = Receiver::start().await;
    receiver.status.store(422, Ordering::SeqCst);
    house.put(EVENTS, &wish(&receiver.address())).await;
    house.issue(1).await;
    let refused = receiver.next().await.event()["id"].clone();
    for _ in 1..5 {
        let again = house.later(&mut receiver).await;
        assert_eq!(again.event()["id"], refused);
    }
    let parked = house.parked().await;
    assert_eq!(parked["event"], refused);
    let why = (&parked["tries"], &parked["reason"]);
    assert_eq!(why, (&json!(5), &json!("receiver.refused 422")));
    receiver.status.store(200, Ordering::SeqCst);
    let event = refused.as_str().expect("an event");
    let path = format!("/v1/subscription/parked/{event}");
    let retry = Call::post(&path, &json!({"decision": "retry"}));
    assert_eq!(house.call(EVENTS, retry).await.status, 204);
    assert_eq!(receiver.next().await.event()["id"], refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_the_accounts_own_and_leads_where_the_service_may_call() {
    let house = House::start().await;
    let events = EVENTS;
    let get = || Call::get("/v1/subscription");
    assert_eq!(house.call("Q-ENF-reader", get()).await.status, 403);
    assert_eq!(house.call("Q-APR-approvals", get()).await.status, 403);
    assert_eq!(house.call(events, get()).await.status, 404);
    let address = "https://events.example/yinxin";
    for (body, why) in [
        (wish("http://192.168.1.7/events"), "private"),
        (wish("https://10.0.0.1/"), "private"),
        (wish("https://169.254.169.254/latest/meta-data"), "private"),
        (wish("http://events.example/"), "https"),
        (wish("https://a:b@events.example/"), "form"),
        (
            json!({"address": address, "kinds": ["licence.eaten"], "secret": SECRET}),
            "kind",
        ),
        (
            json!({"address": address, "kinds": [], "secret": "short"}),
            "secret",
        ),
    ] {
        let refused = house.put(events, &body).await;
        assert_eq!(refused.status, 422, "{body}");
        let problem = refused.json();
        assert_eq!(problem["code"], "subscription.refused");
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|told| told.contains(why)),
            "{problem}"
        );
    }
    assert_eq!(house.put(events, &wish(address)).await.status, 200);
    let found = house.call(events, get()).await;
    assert_eq!(
        found.json(),
        json!({"address": address, "kinds": ["licence.issued", "licence.suspend"]})
    );
    let end = || {
        Call::send(
            Method::DELETE,
            "/v1/subscription",
            "application/json",
            Vec::new(),
        )
    };
    assert_eq!(house.call(events, end()).await.status, 204);
    assert_eq!(house.call(events, end()).await.status, 404);
    let nothing = json!({"decision": "retry"});
    let path = format!("/v1/subscription/parked/{}", "0".repeat(32));
    assert_eq!(
        house.call(events, Call::post(path, &nothing)).await.status,
        404
    );
}
