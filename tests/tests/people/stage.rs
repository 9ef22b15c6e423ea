//! A service for each test and each database, and people who sign in to it.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::SystemRandom;
use crypto::sign_in::one_time;
use duties::Roles;
use issuance::{Clock, FixedClock, Office};
use registry::accounts::AccountKey;
use registry::asked::By;
use registry::trace::Entry;
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tempfile::TempDir;
use tests::customer::Customer;
use tests::databases;
use tests::installation::{Installation, NOW};
use tests::provider::{SECRET, lines};
use time::{SignedDuration, UtcDateTime};
use tokio::net::TcpListener;

/// A request with a key that no other one of this test run has.
pub(crate) fn keyed(call: Call) -> Call {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    call.once(format!("a-key-of-people-{number:08}"))
}

/// What everybody chooses.
pub(crate) const PASSWORD: &str = "a long enough phrase";

/// A running service. It ends with the runtime of its test.
pub(crate) struct Service {
    pub(crate) installation: Installation,
    pub(crate) base: String,
    pub(crate) office: Arc<Office>,
    clock: Arc<FixedClock>,
    _folder: TempDir,
}

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: String,
    pub(crate) token: String,
    /// The secret of the second factor.
    pub(crate) factor: Option<Vec<u8>>,
}

/// The databases that there are: a file, and a database of the server that is given.
pub(crate) async fn databases(name: &str) -> Vec<Option<String>> {
    let mut found = vec![None];
    if let Some(server) = databases::Server::expected() {
        let name = format!("people_{name}_{}", std::process::id());
        found.push(Some(server.make(&name, None).await.expect("a database")));
    }
    found
}

/// People sign in by this provider, too.
fn provided(folder: &TempDir, installation: &Installation, (issuer, more): (&str, &str)) {
    let secret = folder.path().join("openid.secret");
    std::fs::write(&secret, SECRET).expect("written");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).expect("set");
    installation
        .configure(&lines(issuer, &secret, more))
        .expect("configured");
}

impl Service {
    pub(crate) async fn start(database: Option<&str>) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found_national(folder.path(), database, NOW)
            .await
            .expect("founded");
        Service::of(folder, installation).await
    }

    /// Without the national suite.
    pub(crate) async fn international(database: Option<&str>) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, NOW).await;
        Service::of(folder, installation.expect("founded")).await
    }

    /// Its clock, for another node.
    pub(crate) fn clock(&self) -> Arc<FixedClock> {
        self.clock.clone()
    }

    /// One that people sign in to by this provider, too.
    pub(crate) async fn with(issuer: &str, more: &str, database: Option<&str>) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, NOW).await;
        let installation = installation.expect("founded");
        provided(&folder, &installation, (issuer, more));
        Service::of(folder, installation).await
    }

    /// Another installation than the rest, under this address, without the national suite.
    pub(crate) async fn elsewhere(address: &str) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found_elsewhere(folder.path(), address, NOW).await;
        Service::of(folder, installation.expect("founded")).await
    }

    /// So, in this database; a file where none is named.
    pub(crate) async fn reached_at(address: &str, database: Option<&str>) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found_at(folder.path(), (address, database), NOW).await;
        Service::of(folder, installation.expect("founded")).await
    }

    /// One that browsers reach under the address that it says it has.
    pub(crate) async fn on_this_machine() -> Service {
        Service::on_this_machine_with(|_| None).await
    }

    /// So, by the provider of this issuer, too; it is told which origin people come from.
    pub(crate) async fn on_this_machine_with(
        issuer: impl FnOnce(&str) -> Option<String>,
    ) -> Service {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let folder = tempfile::tempdir().expect("a folder");
        let origin = format!("http://localhost:{}", address.port());
        let installation = Installation::found_elsewhere(folder.path(), &origin, NOW).await;
        let installation = installation.expect("founded");
        if let Some(issuer) = issuer(&origin) {
            provided(&folder, &installation, (&issuer, ""));
        }
        let service = Service::over(folder, installation, listener).await;
        Service {
            base: origin,
            ..service
        }
    }

    async fn of(folder: TempDir, installation: Installation) -> Service {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        Service::over(folder, installation, listener).await
    }

    async fn over(folder: TempDir, installation: Installation, listener: TcpListener) -> Service {
        let clock = Arc::new(FixedClock::new(NOW));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let office = Arc::new(office);
        let served = installation.serve_on(listener, office.clone());
        let base = served.await.expect("it serves");
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

    pub(crate) async fn call(&self, call: Call) -> Answer {
        let answer = Client::anonymous(&self.base).call(call, self.now()).await;
        answer.expect("an answer")
    }

    /// What a person is answered who shows the token.
    pub(crate) async fn asked_by(&self, person: &Person, call: Call) -> Answer {
        let bearer = format!("Bearer {}", person.token);
        self.call(call.field("authorization", bearer)).await
    }

    /// An account opened where the service runs: its invitation.
    pub(crate) async fn opened(
        &self,
        (department, account, person): (&str, &str, &str),
        roles: &str,
    ) -> String {
        let who = (
            DepartmentKey::parse(department).expect("a department"),
            AccountKey::parse(account).expect("a name"),
            PersonKey::parse(person).expect("a key"),
        );
        let roles = Roles::read(roles).expect("roles");
        let by = By::new("operator", self.now());
        let random = SystemRandom::new();
        let registry = self.office.registry();
        let opened = issuance::accounts::found(registry, &random, who, (roles, by)).await;
        opened.expect("it is opened").invitation.to_string()
    }

    /// Uses an invitation; gives the secret of the second factor, if there is one.
    pub(crate) async fn activated(&self, account: &str, invitation: &str) -> Option<Vec<u8>> {
        let content = json!({"invitation": invitation, "password": PASSWORD});
        let call = Call::post(format!("/v1/accounts/{account}/activation"), &content);
        let answer = self.call(call).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let told = answer.json();
        let address = told["second_factor"].as_str()?;
        let (_, rest) = address.split_once("secret=").expect("a secret");
        Some(base32(rest.split('&').next().expect("a secret")))
    }

    pub(crate) fn code(&self, factor: Option<&Vec<u8>>) -> String {
        let step = self.now().unix_timestamp().div_euclid(30);
        factor.map_or_else(String::new, |secret| one_time::code(secret, step))
    }

    /// What is answered to who signs in.
    pub(crate) async fn knocks(&self, account: &str, password: &str, code: &str) -> Answer {
        let content = json!({"account": account, "password": password, "code": code});
        self.call(Call::post("/v1/sessions", &content)).await
    }

    /// A person who signs in with their password and their second factor.
    pub(crate) async fn signs_in(&self, account: &str, factor: Option<Vec<u8>>) -> Person {
        let code = self.code(factor.as_ref());
        let answer = self.knocks(account, PASSWORD, &code).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        Person {
            account: account.to_owned(),
            token: text(&answer.json(), "token"),
            factor,
        }
    }

    /// A person with an account of these roles, signed in.
    pub(crate) async fn person(&self, who: (&str, &str, &str), roles: &str) -> Person {
        let invitation = self.opened(who, roles).await;
        let factor = self.activated(who.1, &invitation).await;
        self.signs_in(who.1, factor).await
    }

    /// The grounds of a department's trace, with the objects.
    pub(crate) async fn trace(&self, department: &str) -> Vec<Entry> {
        let key = DepartmentKey::parse(department).expect("a department");
        let entries = self.office.registry().trace().entries(&key, 0).await;
        entries.expect("the store answers")
    }
}

/// A text of an answer.
pub(crate) fn text(told: &Value, name: &str) -> String {
    let text = told[name].as_str();
    text.unwrap_or_else(|| panic!("{name} of {told}"))
        .to_owned()
}

/// Status and code of a problem, and the code of its first defect.
pub(crate) fn problem(answer: &Answer) -> (u16, String, String) {
    let told = answer.json();
    let defect = told["defects"][0]["code"].as_str().unwrap_or_default();
    (
        answer.status.as_u16(),
        text(&told, "code"),
        defect.to_owned(),
    )
}

fn base32(text: &str) -> Vec<u8> {
    let bits: Vec<u8> = text
        .bytes()
        .flat_map(|letter| {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                _ => letter - b'2' + 26,
            };
            (0..5).rev().map(move |at| (value >> at) & 1)
        })
        .collect();
    let whole = bits.chunks_exact(8);
    whole
        .map(|bits| bits.iter().fold(0, |octet, bit| (octet << 1) | bit))
        .collect()
}
