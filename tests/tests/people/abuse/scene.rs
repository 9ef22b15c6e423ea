//! A service at two nodes, the people of its bureau, and what is counted before and after each sequence.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crypto::KeyId;
use registry::jobs::{JobId, JobState};
use registry::trace::Entry;
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tests::cases;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, ORIGIN, octets, secret};
use tests::token::Token;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::passkeys::{CUSTODY, entrusted, with_passkey};
use super::super::stage::{Person, Service, keyed, problem, text};

pub(super) const BUREAU: &str = "Q-APR";
pub(super) const SEAL: &str = "990102-SPZYZ-01";
pub(super) const RELEASER: (&str, &str) = ("custodian", CUSTODIAN);

/// What a sequence must not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    /// Signatures that the journal allowed.
    pub(super) signatures: u64,
    /// Lines of the ledger.
    pub(super) lines: u64,
    /// Leaves of the public log.
    pub(super) leaves: u64,
    /// Jobs whose files left.
    pub(super) recorded: u64,
}

/// Where it is played.
pub(super) struct Scene {
    pub(super) service: Service,
    pub(super) bureau: Customer,
    /// The same bureau at another node of the service.
    pub(super) second: Customer,
    pub(super) custodian: Person,
    pub(super) li: Person,
    pub(super) wu: Person,
    pub(super) token: Mutex<Token>,
    number: AtomicU64,
    mark: Mutex<(Count, usize)>,
}

impl Scene {
    pub(super) async fn start(database: Option<&str>) -> Scene {
        let service = Service::international(database).await;
        let office = service.installation.open(service.clock());
        let office = std::sync::Arc::new(office.await.expect("it opens"));
        let base = service.installation.serve(office).await.expect("it serves");
        let custody = (CUSTODY, "custodian");
        let (custodian, token) = with_passkey(&service, custody, 1).await;
        entrusted(&service, ORIGIN).await;
        let li = (BUREAU, "li.admin", "P-LI");
        let wu = (BUREAU, "wu.admin", "P-WU");
        let li = service.person(li, "administrator").await;
        let wu = service.person(wu, "administrator").await;
        Scene {
            bureau: service.at(BUREAU),
            second: Customer::new(&service.installation, &base, BUREAU),
            custodian,
            li,
            wu,
            token: Mutex::new(token),
            number: AtomicU64::new(1),
            mark: Mutex::default(),
            service,
        }
    }

    pub(super) fn now(&self) -> UtcDateTime {
        self.service.now()
    }

    pub(super) fn next(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// What there is now.
    pub(super) async fn count(&self) -> Count {
        let registry = self.service.office.registry();
        let mut count = Count::default();
        for scope in self.service.office.desk().catalogue.seals() {
            let key = KeyId::parse(&format!("seal-{}", scope.seal)).expect("a key");
            let used = registry.trace().used(&key).await.expect("answers");
            let made = registry.logs().made(&scope.seal).await.expect("answers");
            count.signatures += made.attempts;
            count.lines += used.lines;
            count.leaves += made.leaves;
            count.recorded += made.recorded;
        }
        count
    }

    /// From here on nothing may be signed.
    pub(super) async fn mark(&self) {
        let entries = self.service.trace(BUREAU).await.len();
        let marked = (self.count().await, entries);
        *self.mark.lock().expect("a mark") = marked;
    }

    pub(super) fn marked(&self) -> (Count, usize) {
        *self.mark.lock().expect("a mark")
    }

    /// Deeds and grounds of the trace since then.
    pub(super) async fn since(&self, entries: usize) -> Vec<(String, String)> {
        let all = self.service.trace(BUREAU).await.into_iter().skip(entries);
        all.map(|entry: Entry| (entry.deed, entry.ground)).collect()
    }

    pub(super) async fn call(&self, role: &str, call: Call) -> Answer {
        let answer = self.bureau.call(role, call, self.now()).await;
        answer.expect("an answer")
    }

    /// What an account of another name is answered.
    pub(super) async fn account(&self, name: &str, call: Call) -> Answer {
        let client = Client::anonymous(&self.service.base).account(name, &secret(name));
        client.call(call, self.now()).await.expect("an answer")
    }

    /// A request for a food permit of a case of its own.
    pub(super) fn request(&self) -> Value {
        cases::case("FOOD", self.next()).expect("a case")
    }

    /// A job that waits for its release, of this request.
    pub(super) async fn of(&self, request: &Value) -> String {
        let key = format!("a-key-of-abuses-{:06}", self.next());
        let call = Call::post("/v1/licences", &cases::body(request)).once(key);
        let answer = self.call("approvals", call).await;
        assert_eq!(answer.status, 202, "{}", answer.json());
        text(&answer.json(), "job")
    }

    /// A job that waits.
    pub(super) async fn waiting(&self) -> String {
        self.of(&self.request()).await
    }

    pub(super) async fn offer(&self, job: &str) -> Value {
        let offer = Call::get(format!("/v1/releases/{job}"));
        let offer = self.call("custodian", offer).await;
        assert_eq!(offer.status, 200, "{}", offer.json());
        offer.json()
    }

    /// The custodian's release of a job, signed.
    pub(super) async fn signed(&self, job: &str) -> Value {
        let offer = self.offer(job).await;
        let signed = self.bureau.release_of(CUSTODIAN, &offer, self.now());
        signed.expect("it is signed")
    }

    pub(super) async fn post(&self, role: &str, job: &str, release: &Value) -> Answer {
        let call = Call::post(format!("/v1/releases/{job}"), release);
        self.call(role, call).await
    }

    /// What was released has its effect, here or, where the job went on by itself, a little later.
    pub(super) async fn settled(&self, job: &str, answer: &Answer) {
        assert!(
            [201, 503].contains(&answer.status.as_u16()),
            "{}",
            answer.json()
        );
        self.finished(job).await;
    }

    /// The job has come to its end.
    pub(super) async fn finished(&self, job: &str) {
        let id = JobId::parse(job).expect("a job");
        let jobs = self.service.office.registry().jobs();
        loop {
            let found = jobs.find(&id, None).await.expect("answers").expect("a job");
            if found.state == JobState::Recorded {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The release is marked and posted: what is answered.
    pub(super) async fn tried(&self, role: &str, job: &str, release: &Value) -> String {
        self.mark().await;
        outcome(&self.post(role, job, release).await)
    }

    /// The same by a person's session.
    pub(super) async fn tried_by(&self, by: &Person, job: &str, release: &Value) -> String {
        self.mark().await;
        let call = Call::post(format!("/v1/releases/{job}"), release);
        outcome(&self.service.asked_by(by, call).await)
    }

    /// An act of the bureau's administrators on a seal, by this account.
    pub(super) async fn act(&self, account: &str, (seal, act): (&str, &str)) -> Answer {
        let path = format!("/v1/seals/{seal}/{act}");
        let call = Call::post(path, &json!({"reason": "停用〔2026〕第1号"}));
        self.account(account, keyed(call)).await
    }
}

/// The code of an answer and of its first defect.
pub(super) fn outcome(answer: &Answer) -> String {
    if answer.status.is_success() {
        return format!("done {}", answer.json());
    }
    let (_, code, defect) = problem(answer);
    format!("{code} {defect}").trim_end().to_owned()
}

/// An offer whose statement says another value of a member.
pub(super) fn changed(offer: &Value, name: &str, value: &str) -> Value {
    let statement = octets(&text(offer, "statement")).expect("octets");
    let statement = String::from_utf8(statement).expect("a text");
    let mut lines: Vec<String> = statement.lines().map(str::to_owned).collect();
    let begin = format!("{name} ");
    let line = lines.iter_mut().find(|line| line.starts_with(&begin));
    *line.expect("a member") = format!("{name} {} {value}", value.len());
    let mut whole = lines.join("\n");
    whole.push('\n');
    let mut offer = offer.clone();
    offer["statement"] = json!(tests::installation::hex(whole.as_bytes()));
    offer
}

/// The same with another expiry, in the statement and beside it.
pub(super) fn until(offer: &Value, expires: UtcDateTime) -> Value {
    let seconds = expires.unix_timestamp().to_string();
    let mut offer = changed(offer, "expires", &seconds);
    offer["expires"] = json!(expires.format(&Rfc3339).expect("a moment"));
    offer
}
