//! A service, an ear at its log, and receivers that take whatever they are told.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use catalogue::key::{DepartmentKey, PersonKey};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use issuance::{Clock as _, FixedClock, Office};
use registry::asked::By;
use registry::callers::NewCaller;
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tempfile::TempDir;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, Installation, NOW, secret};
use time::UtcDateTime;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use zeroize::Zeroizing;

/// Everything that is logged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ear(Arc<Mutex<Vec<u8>>>);

impl Ear {
    /// Listens to everything that this process logs, at the most talkative level.
    pub(crate) fn listen(&self) {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(self.clone())
            .try_init()
            .expect("nobody else listens in this process");
    }

    pub(crate) fn heard(&self) -> Vec<u8> {
        self.0.lock().expect("nobody panicked").clone()
    }
}

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

/// Who is told of everything.
const RECEIVERS: [&str; 8] = [
    "C-SAMR", "C-CULT", "Q-ENF", "C-ENF", "CREDIT", "C-NAT", "C-PSB", "HOLDERS",
];

type Told = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A running service. It ends with the runtime of its test.
pub(crate) struct Service {
    pub(crate) installation: Installation,
    pub(crate) office: Arc<Office>,
    base: String,
    clock: Arc<FixedClock>,
    told: Told,
    arrived: Arc<Notify>,
    _folder: TempDir,
}

impl Service {
    pub(crate) async fn start(database: Option<&str>) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, NOW).await;
        let installation = installation.expect("founded");
        let clock = Arc::new(FixedClock::new(NOW));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let office = Arc::new(office);
        let base = installation.serve(office.clone()).await.expect("it serves");
        let service = Service {
            installation,
            office,
            base,
            clock,
            told: Told::default(),
            arrived: Arc::default(),
            _folder: folder,
        };
        service.subscribe().await;
        service
    }

    pub(crate) fn now(&self) -> UtcDateTime {
        self.clock.now()
    }

    /// One more account of a department.
    pub(crate) async fn account(&self, department: &str, role: &str, scopes: &[&str]) {
        let id = format!("{department}-{role}");
        let person = (role == "voider").then(|| PersonKey::parse(CUSTODIAN).expect("a person"));
        let caller = NewCaller {
            name: id.clone(),
            department: DepartmentKey::parse(department).expect("a department"),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            quota: 10_000,
            person,
            secret: Zeroizing::new(secret(&id)),
            id,
        };
        let callers = self.office.registry().callers();
        let enrolled = callers.enrol(caller, By::new("P-FOUNDER", NOW)).await;
        enrolled.expect("enrolled");
    }

    pub(crate) fn at(&self, department: &str) -> Customer {
        Customer::new(&self.installation, &self.base, department)
    }

    /// A call of a department's account with this role.
    pub(crate) async fn call(&self, (department, role): (&str, &str), call: Call) -> Answer {
        let answer = self.at(department).call(role, call, self.now()).await;
        answer.expect("an answer")
    }

    /// Something that a department's machine posts under a key, and that is answered with this status.
    pub(crate) async fn done(
        &self,
        department: &str,
        (call, key): (Call, &str),
        status: u16,
    ) -> Value {
        let call = call.once(format!("a-key-of-canaries-{key}"));
        let answer = self.call((department, "approvals"), call).await;
        assert_eq!(answer.status, status, "{key} {}", answer.json());
        answer.json()
    }

    /// Releases what waits.
    pub(crate) async fn release(&self, department: &str, told: &Value) -> Value {
        let job = told["job"].as_str().expect("a job");
        let custodian = ("custodian", CUSTODIAN);
        let customer = self.at(department);
        let answer = customer.release(custodian, job, self.now()).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()
    }

    /// An answer to anybody.
    pub(crate) async fn fetch(&self, path: &str) -> Answer {
        self.anybody(Call::get(path)).await
    }

    /// What anybody is answered to a call.
    pub(crate) async fn anybody(&self, call: Call) -> Answer {
        let client = Client::anonymous(&self.base);
        let answer = client.call(call, self.now()).await;
        answer.expect("an answer")
    }

    /// What somebody is told who signs with another secret than the account's.
    pub(crate) async fn impostor(&self, path: &str) -> Answer {
        let client = Client::anonymous(&self.base).account("C-NAT-approvals", &secret("another"));
        let answer = client.call(Call::get(path), self.now()).await;
        answer.expect("an answer")
    }

    /// What anybody is told of a file.
    pub(crate) async fn verified(&self, file: Vec<u8>) -> Answer {
        let post = "POST".parse().expect("a method");
        let call = Call::send(post, "/v1/verifications", "application/octet-stream", file);
        let client = Client::anonymous(&self.base);
        let answer = client.call(call, self.now()).await;
        answer.expect("an answer")
    }

    async fn subscribe(&self) {
        let address = self.receiver().await;
        for receiver in RECEIVERS {
            self.account(receiver, "events", &["subscribe"]).await;
            let body = json!({
                "address": format!("http://{address}/{receiver}"),
                "kinds": [], "secret": "a-secret-of-32-or-more-characters",
            });
            let put = "PUT".parse().expect("a method");
            let content = body.to_string().into_bytes();
            let call = Call::send(put, "/v1/subscription", "application/json", content);
            let answer = self.call((receiver, "events"), call).await;
            assert_eq!(answer.status, 200, "{}", answer.json());
        }
    }

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
                        let content = request.into_body().collect().await?.to_bytes().to_vec();
                        told.lock().expect("nobody panicked").push((whose, content));
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

    /// What receivers were told, once it is at least so much.
    pub(crate) async fn told(&self, least: usize) -> Vec<(String, Vec<u8>)> {
        loop {
            let arrived = self.arrived.notified();
            let told = self.told.lock().expect("nobody panicked").clone();
            if told.len() >= least {
                return told;
            }
            issuance::push::wake(&self.office);
            arrived.await;
        }
    }
}
