//! Seals made on application, at two services on each database: each step by its own people, on what was asked for and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalogue::key::{DepartmentKey, PersonKey};
use crypto::SystemRandom;
use issuance::found::keys_of_seal;
use issuance::{FixedClock, Office};
use registry::asked::By;
use registry::callers::{NewCaller, NewPerson};
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tempfile::TempDir;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, Installation, NOW, secret};
use time::Duration;
use zeroize::Zeroizing;

pub(super) const SEAL: &str = "990102-BMYWZ-77";
pub(super) const BUREAU: &str = "Q-APR";
const OFFICER: &str = "Q-APR-officer";
pub(super) const KEEPER: &str = "Q-APR-custodian";

/// Accounts, whose they are, and what they may do. Two of the administrators' accounts are one person's, one is the applicant's.
const ACCOUNTS: [(&str, &str, &str); 6] = [
    (OFFICER, "P-OFFICER", "seal"),
    ("Q-APR-first", "P-FIRST", "seals"),
    ("Q-APR-second", "P-SECOND", "seals"),
    ("Q-APR-third", "P-THIRD", "seals"),
    ("Q-APR-again", "P-FIRST", "seals"),
    ("Q-APR-applicant", "P-OFFICER", "seals"),
];

pub(super) struct Bureau {
    installation: Installation,
    pub(super) offices: [Arc<Office>; 2],
    bases: [String; 2],
    pub(super) clock: Arc<FixedClock>,
    suites: Suites,
    calls: AtomicU32,
    _folder: TempDir,
}

/// The suites of the bureau's seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suites {
    One,
    Both,
}

pub(super) fn on_each_database(name: &str, suites: Suites, body: impl AsyncFn(Bureau)) {
    tests::databases::on_each(&format!("making_{name}"), async |database| {
        body(Bureau::start(database, suites).await).await;
    });
}

async fn enrol(office: &Office) {
    let by = By::new("P-FOUNDER", NOW);
    let department = DepartmentKey::parse(BUREAU).expect("a department");
    let callers = office.registry().callers();
    for (account, person, scope) in ACCOUNTS {
        let person = PersonKey::parse(person).expect("a person");
        if callers.person(&person).await.expect("answers").is_none() {
            let new = NewPerson {
                id: person.clone(),
                department: department.clone(),
                roles: Vec::new(),
                public_key: None,
            };
            callers
                .enrol_person(new, by.clone())
                .await
                .expect("enrolled");
        }
        let new = NewCaller {
            id: account.to_owned(),
            department: department.clone(),
            name: account.to_owned(),
            scopes: vec![scope.to_owned(), "read".to_owned()],
            quota: 10_000,
            person: Some(person),
            secret: Zeroizing::new(secret(account)),
        };
        callers.enrol(new, by.clone()).await.expect("enrolled");
    }
}

/// What is asked for.
pub(super) fn application() -> Value {
    json!({
        "seal": SEAL, "name": "临溪市临川区行政审批局业务专用章", "kind": "部门业务专用章",
        "purposes": ["document"], "valid_from": "2026-01-01", "ground": "临审〔2026〕21号",
        "documents": [{"name": "刻章申请书", "type": "application/pdf", "content": STANDARD.encode(b"%PDF-1.7")}],
    })
}

impl Bureau {
    async fn start(database: Option<&str>, suites: Suites) -> Bureau {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = match suites {
            Suites::One => Installation::found(folder.path(), database, NOW).await,
            Suites::Both => Installation::found_national(folder.path(), database, NOW).await,
        };
        let installation = installation.expect("founded");
        let clock = Arc::new(FixedClock::new(NOW));
        let open = async || {
            let office = installation.open(clock.clone()).await;
            Arc::new(office.expect("it opens"))
        };
        let offices = [open().await, open().await];
        enrol(&offices[0]).await;
        let mut bases = Vec::new();
        for office in &offices {
            bases.push(installation.serve(office.clone()).await.expect("it serves"));
        }
        Bureau {
            bases: bases.try_into().expect("two"),
            installation,
            offices,
            clock,
            suites,
            calls: AtomicU32::new(0),
            _folder: folder,
        }
    }

    pub(super) fn base(&self, at: usize) -> &str {
        &self.bases[at]
    }

    pub(super) async fn call(&self, at: usize, account: &str, call: Call) -> (u16, Value) {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let call = call.once(format!("a-call-of-makers-{number:06}"));
        let client = Client::anonymous(&self.bases[at]).account(account, &secret(account));
        let now = self.offices[0].now();
        let answer: Answer = client.call(call, now).await.expect("an answer");
        (answer.status.as_u16(), answer.json())
    }

    pub(super) async fn read(&self, account: &str, path: &str) -> Value {
        let (status, told) = self.call(0, account, Call::get(path)).await;
        assert_eq!(status, 200, "{path} {told}");
        told
    }

    pub(super) async fn post(
        &self,
        at: usize,
        account: &str,
        path: &str,
        body: &Value,
    ) -> (u16, Value) {
        self.call(at, account, Call::post(path, body)).await
    }

    /// An application that was taken: its digest.
    async fn applied(&self, body: &Value) -> String {
        let (status, told) = self.post(0, OFFICER, "/v1/seal-applications", body).await;
        assert_eq!((status, &told["state"]), (201, &json!("applied")), "{told}");
        told["digest"].as_str().expect("a digest").to_owned()
    }

    async fn act(&self, at: usize, account: &str, act: &str, digest: &str) -> (u16, Value) {
        self.act_on(SEAL, (at, account), (act, digest)).await
    }

    async fn act_on(
        &self,
        seal: &str,
        (at, account): (usize, &str),
        (act, digest): (&str, &str),
    ) -> (u16, Value) {
        let body = json!({"act": act, "digest": digest, "reason": "审核意见"});
        let path = format!("/v1/seal-applications/{seal}/acts");
        self.post(at, account, &path, &body).await
    }

    /// A step that goes: the state after it.
    async fn goes(&self, account: &str, act: &str, digest: &str) -> String {
        let (status, told) = self.act(0, account, act, digest).await;
        assert_eq!(status, 200, "{account} {act} {told}");
        told["state"].as_str().expect("a state").to_owned()
    }

    async fn refused(&self, account: &str, (act, digest): (&str, &str), why: (u16, &str)) {
        let before = self.denials().await;
        let (status, told) = self.act(1, account, act, digest).await;
        assert_eq!(
            (status, &told["code"]),
            (why.0, &json!(why.1)),
            "{account} {act} {told}"
        );
        assert_eq!(
            self.denials().await,
            before + 1,
            "{account} {act}: one entry"
        );
    }

    /// Entries of refusals about the seal.
    pub(super) async fn denials(&self) -> usize {
        let department = DepartmentKey::parse(BUREAU).expect("a department");
        let trace = self.offices[0].registry().trace();
        let entries = trace.entries(&department, 0).await.expect("answers");
        let about = entries
            .iter()
            .filter(|one| one.object == SEAL && one.deed == "deny");
        about.count()
    }

    /// The custodian may release the new seal, as an operator has it.
    async fn entrust(&self, seal: &str) {
        let custodian = PersonKey::parse(CUSTODIAN).expect("a person");
        let callers = self.offices[0].registry().callers();
        let person = callers
            .person(&custodian)
            .await
            .expect("answers")
            .expect("enrolled");
        let public = person.public_key.expect("a key");
        for key in keys_of_seal(seal, self.suites == Suites::Both) {
            let keys = self.offices[0].keys();
            keys.enrol_releaser(&key, CUSTODIAN, &public, &SystemRandom::new())
                .expect("enrolled");
        }
    }

    pub(super) fn customer(&self, at: usize) -> Customer {
        Customer::new(&self.installation, &self.bases[at], BUREAU)
    }

    async fn accept(&self, seal: &str) -> (u16, Value) {
        let path = format!("/v1/seals/{seal}/acceptance");
        let offer = self.read(KEEPER, &path).await;
        let release = self.customer(0).release_of(CUSTODIAN, &offer, NOW);
        self.post(0, KEEPER, &path, &release.expect("signed")).await
    }

    /// A seal in use.
    pub(super) async fn made(&self, body: &Value) {
        let seal = body["seal"].as_str().expect("a code");
        let digest = self.applied(body).await;
        for (account, act) in [
            ("Q-APR-first", "review"),
            ("Q-APR-second", "approve"),
            ("Q-APR-third", "make"),
        ] {
            let step = (act, digest.as_str());
            let (status, told) = self.act_on(seal, (0, account), step).await;
            assert_eq!(status, 200, "{act} {told}");
        }
        self.entrust(seal).await;
        let (status, told) = self.accept(seal).await;
        assert_eq!((status, &told["state"]), (200, &json!("in_use")), "{told}");
    }

    /// A document that waits for the seal: its job.
    pub(super) async fn waiting(&self, at: usize) -> String {
        let order = json!({
            "seal": SEAL, "purpose": "document", "ground": "印字〔2026〕第1号", "page": 1, "x_mm": 100, "y_mm": 40,
        });
        let page = tests::paper::page("复印件与原件一致");
        let call = tests::paper::form("/v1/seal-signatures", &order, &page);
        let (status, told) = self.call(at, "Q-APR-approvals", call).await;
        assert_eq!(status, 202, "{told}");
        told["job"].as_str().expect("a job").to_owned()
    }

    /// The sealed file of a job.
    pub(super) async fn sealed(&self, job: &str) -> Vec<u8> {
        let call = Call::get(format!("/v1/seal-signatures/{job}/file"));
        let answer = self.customer(0).call("approvals", call, NOW).await;
        answer.expect("an answer").content.to_vec()
    }

    pub(super) async fn release(&self, at: usize, job: &str) -> (u16, Value) {
        let custodian = ("custodian", CUSTODIAN);
        let answer = self.customer(at).release(custodian, job, NOW).await;
        let answer = answer.expect("an answer");
        (answer.status.as_u16(), answer.json())
    }
}

const TWICE: (u16, &str) = (403, "release.duties-not-separate");
const ELSEWHERE: (u16, &str) = (409, "seal.refused");

/// The test of a seal that was made: by its custodian alone, over what was made and nothing else; it signs nothing before.
async fn tested(bureau: &Bureau) {
    let path = format!("/v1/seals/{SEAL}/acceptance");
    let offer = bureau.read(KEEPER, &path).await;
    let release = bureau
        .customer(0)
        .release_of(CUSTODIAN, &offer, NOW)
        .expect("signed");
    let (status, told) = bureau.post(0, KEEPER, &path, &release).await;
    assert_eq!(status, 403, "no custodian of it yet: {told}");
    bureau.entrust(SEAL).await;
    let mut other = release.clone();
    other["expires"] = json!("2026-07-03T02:00:00Z");
    let (status, told) = bureau.post(0, KEEPER, &path, &other).await;
    assert_eq!(status, 422, "another statement than was signed: {told}");
    let job = bureau.waiting(0).await;
    let (status, told) = bureau.release(0, &job).await;
    assert_eq!(status, 422, "not in use: {told}");
    let (status, told) = bureau.accept(SEAL).await;
    assert_eq!((status, &told["state"]), (200, &json!("in_use")), "{told}");
    let (status, told) = bureau.release(0, &job).await;
    assert_eq!(status, 201, "{told}");
}

#[test]
fn a_seal_is_made_by_people_who_are_none_of_those_before_and_tested_before_it_is_in_use() {
    on_each_database("people", Suites::Both, async |bureau: Bureau| {
        let digest = bureau.applied(&application()).await;
        bureau
            .refused("Q-APR-second", ("approve", &digest), ELSEWHERE)
            .await;
        bureau
            .refused("Q-APR-applicant", ("review", &digest), TWICE)
            .await;
        // Another application than the one that is kept.
        bureau
            .refused("Q-APR-first", ("review", &"0".repeat(64)), ELSEWHERE)
            .await;
        assert_eq!(
            bureau.goes("Q-APR-first", "review", &digest).await,
            "reviewed"
        );
        for account in ["Q-APR-first", "Q-APR-again", "Q-APR-applicant"] {
            bureau.refused(account, ("approve", &digest), TWICE).await;
        }
        bureau
            .refused("Q-APR-second", ("make", &digest), ELSEWHERE)
            .await;
        // Two services, one approval.
        let (one, other) = tokio::join!(
            bureau.act(0, "Q-APR-second", "approve", &digest),
            bureau.act(1, "Q-APR-third", "approve", &digest)
        );
        let mut went = [one.0, other.0];
        went.sort_unstable();
        assert_eq!(went, [200, 409], "{one:?} {other:?}");
        // Used once: it does not approve again, and what was swapped since is not made.
        bureau
            .refused("Q-APR-third", ("approve", &digest), ELSEWHERE)
            .await;
        bureau
            .refused("Q-APR-third", ("make", &"1".repeat(64)), ELSEWHERE)
            .await;
        assert_eq!(bureau.goes("Q-APR-third", "make", &digest).await, "made");
        tested(&bureau).await;
        let told = bureau
            .read(OFFICER, &format!("/v1/seal-applications/{SEAL}"))
            .await;
        let events: Vec<&str> = told["history"]
            .as_array()
            .expect("a history")
            .iter()
            .filter_map(|one| one["event"].as_str())
            .collect();
        assert_eq!(events, ["apply", "review", "approve", "make", "accept"]);
        assert_eq!(told["documents"][0]["name"], "刻章申请书");
        let seal = bureau.read(KEEPER, &format!("/v1/seals/{SEAL}")).await;
        assert_eq!(seal["uses"], 3, "the test by each key, and the document");
    });
}

#[test]
fn what_is_asked_for_is_refused_with_every_fault_and_a_code_is_given_once() {
    on_each_database("orders", Suites::One, async |bureau: Bureau| {
        let mut wrong = application();
        wrong["kind"] = json!("受理专用章");
        wrong["ground"] = json!("");
        wrong["documents"] = json!([]);
        let (status, told) = bureau
            .post(0, OFFICER, "/v1/seal-applications", &wrong)
            .await;
        let defects = told["defects"].as_array().expect("defects");
        let places: Vec<&str> = defects
            .iter()
            .filter_map(|one| one["at"].as_str())
            .collect();
        assert_eq!(
            (status, places),
            (422, vec!["ground", "documents", "purposes"]),
            "{told}"
        );
        let digest = bureau.applied(&application()).await;
        let kept = super::open::kept(&bureau.offices[0]);
        let (status, told) = bureau
            .post(1, OFFICER, "/v1/seal-applications", &application())
            .await;
        assert_eq!(
            (status, &told["defects"][0]["code"]),
            (422, &json!("seal.code-taken")),
            "{told}"
        );
        assert_eq!(
            super::open::kept(&bureau.offices[0]),
            kept,
            "its documents are nobody's"
        );
        // Refused with a reason, and for good.
        let body = json!({"act": "reject", "digest": digest});
        let path = format!("/v1/seal-applications/{SEAL}/acts");
        assert_eq!(bureau.post(0, "Q-APR-first", &path, &body).await.0, 400);
        assert_eq!(
            bureau.goes("Q-APR-first", "reject", &digest).await,
            "rejected"
        );
        for act in ["review", "approve", "make"] {
            bureau
                .refused("Q-APR-second", (act, &digest), ELSEWHERE)
                .await;
        }
        let (status, _) = bureau
            .post(0, OFFICER, "/v1/seal-applications", &application())
            .await;
        assert_eq!(status, 422, "its code stays taken");
        let listed = bureau.read(OFFICER, "/v1/seal-applications").await;
        assert_eq!(listed[0]["state"], "rejected");
    });
}

#[test]
fn a_seal_is_used_under_the_scope_that_two_people_gave_it_last_and_under_no_other() {
    on_each_database("scope", Suites::One, async |bureau: Bureau| {
        bureau.made(&application()).await;
        let (first, second) = (bureau.waiting(0).await, bureau.waiting(1).await);
        let path = format!("/v1/seals/{SEAL}/scopes");
        let body = json!({
            "purposes": ["decision"], "valid_from": "2026-01-01", "ground": "decision", "reference": "临审〔2026〕22号",
        });
        let mut untrue = body.clone();
        untrue["ground"] = json!("transfer");
        let (status, told) = bureau.post(0, "Q-APR-first", &path, &untrue).await;
        assert_eq!(
            (status, &told["defects"][0]["code"]),
            (422, &json!("seal.scope-ground")),
            "{told}"
        );
        for account in ["Q-APR-first", "Q-APR-again"] {
            let (status, told) = bureau.post(0, account, &path, &body).await;
            assert_eq!((status, &told["state"]), (202, &json!("waits")), "{told}");
        }
        let (status, told) = bureau.release(0, &first).await;
        assert_eq!(status, 201, "one word changes nothing: {told}");
        let third = bureau.waiting(0).await;
        let (status, told) = bureau.post(0, "Q-APR-second", &path, &body).await;
        assert_eq!((status, &told["state"]), (200, &json!("holds")), "{told}");
        // The service at which it was decided refuses by the new scope; the other one too, which is told of it by nobody.
        let (status, told) = bureau.release(0, &third).await;
        let code = &told["defects"][0]["code"];
        assert_eq!(
            (status, code),
            (422, &json!("catalogue.purpose-out-of-scope")),
            "{told}"
        );
        let (status, told) = bureau.release(1, &second).await;
        let code = &told["defects"][0]["code"];
        assert_eq!(
            (status, code),
            (422, &json!("catalogue.purpose-out-of-scope")),
            "{told}"
        );
        let scopes = bureau.read(KEEPER, &path).await;
        assert_eq!(scopes[1]["people"], json!(["P-FIRST", "P-SECOND"]));
        assert_eq!(scopes[1]["ground"], "decision 临审〔2026〕22号");
    });
}

/// What the bureau's other service says of the seal.
async fn elsewhere(bureau: &Bureau) -> (u16, Value) {
    let path = format!("/v1/seals/{SEAL}");
    bureau.call(1, KEEPER, Call::get(path)).await
}

#[test]
fn a_seal_that_one_service_made_is_known_used_and_stopped_at_the_other_at_once() {
    on_each_database("elsewhere", Suites::One, async |bureau: Bureau| {
        bureau.made(&application()).await;
        // No round of upkeep tells the other service of it.
        let (status, told) = elsewhere(&bureau).await;
        assert_eq!((status, &told["state"]), (200, &json!("in_use")), "{told}");
        let job = bureau.waiting(1).await;
        let (status, told) = bureau.release(1, &job).await;
        assert_eq!(status, 201, "{told}");
        let (here, there) = (bureau.waiting(0).await, bureau.waiting(1).await);
        let path = format!("/v1/seals/{SEAL}/suspend");
        let why = json!({"reason": "停用〔2026〕第1号"});
        let (status, told) = bureau.post(1, KEEPER, &path, &why).await;
        assert_eq!(
            (status, &told["state"]),
            (200, &json!("suspended")),
            "{told}"
        );
        for (at, job) in [(0, &here), (1, &there)] {
            let (status, told) = bureau.release(at, job).await;
            let code = &told["defects"][0]["code"];
            assert_eq!((status, code), (422, &json!("seal.not-in-use")), "{told}");
        }
    });
}

#[test]
fn a_stop_is_the_first_that_the_other_service_hears_of_a_seal_or_a_document_or_its_test() {
    on_each_database("first_heard", Suites::One, async |bureau: Bureau| {
        let digest = bureau.applied(&application()).await;
        for (account, act) in [
            ("Q-APR-first", "review"),
            ("Q-APR-second", "approve"),
            ("Q-APR-third", "make"),
        ] {
            bureau.goes(account, act, &digest).await;
        }
        bureau.entrust(SEAL).await;
        // Made here, and accepted there.
        let path = format!("/v1/seals/{SEAL}/acceptance");
        let (status, offer) = bureau.call(1, KEEPER, Call::get(&path)).await;
        assert_eq!(status, 200, "{offer}");
        let release = bureau.customer(1).release_of(CUSTODIAN, &offer, NOW);
        let (status, told) = bureau
            .post(1, KEEPER, &path, &release.expect("signed"))
            .await;
        assert_eq!((status, &told["state"]), (200, &json!("in_use")), "{told}");
        let mut second = application();
        second["seal"] = json!("990102-BMYWZ-78");
        bureau.made(&second).await;
        let path = "/v1/seals/990102-BMYWZ-78/suspend";
        let why = json!({"reason": "停用〔2026〕第2号"});
        let (status, told) = bureau.post(1, KEEPER, path, &why).await;
        assert_eq!(
            (status, &told["state"]),
            (200, &json!("suspended")),
            "{told}"
        );
        let mut third = application();
        third["seal"] = json!("990102-BMYWZ-79");
        bureau.made(&third).await;
        let (status, listed) = bureau.call(1, KEEPER, Call::get("/v1/seals")).await;
        let listed = listed.as_array().expect("a list");
        let of = |one: &Value| one["seal"] == "990102-BMYWZ-79";
        assert!(status == 200 && listed.iter().any(of), "{listed:?}");
    });
}

#[test]
fn a_seal_is_replaced_by_one_that_was_made_for_it_and_its_documents_stay_good() {
    on_each_database("successor", Suites::One, async |bureau: Bureau| {
        let old = "990102-SPZYZ-01";
        let mut body = application();
        bureau.made(&body).await;
        let path = format!("/v1/seals/{SEAL}/replace");
        let replace = json!({"by": old, "reason": "更名"});
        let (status, told) = bureau.post(0, "Q-APR-first", &path, &replace).await;
        assert_eq!(status, 404, "no application for it: {told}");
        let job = bureau.waiting(0).await;
        let (status, told) = bureau.release(0, &job).await;
        assert_eq!(status, 201, "{told}");
        let waits = bureau.waiting(0).await;
        body["seal"] = json!("990102-BMYWZ-78");
        body["replaces"] = json!("990102-NONE-01");
        let (status, told) = bureau
            .post(0, OFFICER, "/v1/seal-applications", &body)
            .await;
        assert_eq!(status, 404, "what is not there is not replaced: {told}");
        body["replaces"] = json!(SEAL);
        let replace = json!({"by": "990102-BMYWZ-78", "reason": "更名"});
        let (status, told) = bureau.post(0, "Q-APR-first", &path, &replace).await;
        assert_eq!(status, 404, "not asked for yet: {told}");
        let before = bureau.sealed(&job).await;
        bureau.made(&body).await;
        // What was stamped before its certificate ended is proven.
        bureau.clock.put(NOW + Duration::minutes(1));
        let (status, told) = bureau.post(0, "Q-APR-first", &path, &replace).await;
        assert_eq!(
            (status, &told["state"]),
            (200, &json!("replaced")),
            "{told}"
        );
        let (status, told) = bureau.release(0, &waits).await;
        assert_eq!(status, 422, "what waited is not sealed: {told}");
        // The same octets, judged after the certificate has ended.
        let call = Call::send(
            "POST".parse().expect("a method"),
            "/v1/verifications",
            "application/octet-stream",
            before,
        );
        let (status, told) = bureau.call(0, "Q-APR-approvals", call).await;
        assert_eq!((status, &told["verdict"]), (200, &json!("valid")), "{told}");
    });
}
