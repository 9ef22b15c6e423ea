//! A seal's life over HTTP, at two services on one database: who may stop it, who lets it go on, what then signs.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

mod destruction;
mod listed;
mod lists;
mod making;
mod open;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::DigestAlgorithm;
use evidence::ocsp::{CertificateId, Request, Response, Status};
use issuance::FixedClock;
use pki::certificate::SerialNumber;
use pki::crl::Reason;
use registry::asked::By;
use registry::callers::NewCaller;
use registry::certificates::Standing;
use rusqlite::Connection;
use seal::life::{Event, Hands, Stage, Transition};
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tempfile::TempDir;
use tests::cases;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, Installation, NOW, STRANGER, secret};
use zeroize::Zeroizing;

const SEAL: &str = "990102-SPZYZ-01";
const ADMINISTRATOR: &str = "Q-APR-seals";
const KEEPER: &str = "Q-APR-custodian";

struct House {
    installation: Installation,
    bases: [String; 2],
    acts: AtomicU32,
    _folder: TempDir,
}

/// Serves what is installed, as one more process would.
async fn serve(installation: &Installation, first: bool) -> String {
    let clock = Arc::new(FixedClock::new(NOW));
    let office = installation.open(clock).await.expect("it opens");
    if first {
        let person = PersonKey::parse(STRANGER).expect("a person");
        // Who releases a seal does not administer it: the custodian's second account changes nothing.
        let custodian = PersonKey::parse(CUSTODIAN).expect("a person");
        for (id, department, person) in [
            (ADMINISTRATOR, "Q-APR", person.clone()),
            ("Q-APR-both", "Q-APR", custodian),
            ("H-APR-seals", "H-APR", person),
        ] {
            let caller = NewCaller {
                id: id.to_owned(),
                department: DepartmentKey::parse(department).expect("a department"),
                name: id.to_owned(),
                scopes: vec!["seals".to_owned()],
                quota: 1_000,
                person: Some(person),
                secret: Zeroizing::new(secret(id)),
            };
            let callers = office.registry().callers();
            let enrolled = callers.enrol(caller, By::new("P-FOUNDER", NOW)).await;
            enrolled.expect("enrolled");
        }
    }
    let base = installation.serve(Arc::new(office)).await;
    base.expect("it serves")
}

impl House {
    async fn start() -> House {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), None, NOW).await;
        let installation = installation.expect("founded");
        let bases = [
            serve(&installation, true).await,
            serve(&installation, false).await,
        ];
        House {
            installation,
            bases,
            acts: AtomicU32::new(0),
            _folder: folder,
        }
    }

    async fn call(&self, at: usize, account: &str, call: Call) -> Answer {
        let client = Client::anonymous(&self.bases[at]).account(account, &secret(account));
        client.call(call, NOW).await.expect("an answer")
    }

    async fn act(&self, at: usize, account: &str, what: &str) -> (u16, Value) {
        let number = self.acts.fetch_add(1, Ordering::Relaxed);
        let key = format!("an-act-on-seals-{number:04}");
        self.act_under(&key, at, account, what).await
    }

    async fn act_under(&self, key: &str, at: usize, account: &str, what: &str) -> (u16, Value) {
        let path = format!("/v1/seals/{SEAL}/{what}");
        let call = Call::post(path, &json!({"reason": "停用〔2026〕第1号"})).once(key);
        let answer = self.call(at, account, call).await;
        (answer.status.as_u16(), answer.json())
    }

    fn customer(&self) -> Customer {
        Customer::new(&self.installation, &self.bases[0], "Q-APR")
    }

    async fn waiting(&self, number: u64) -> String {
        let body = cases::body(&cases::case("FOOD", number).expect("a case"));
        let key = format!("a-licence-of-seals-{number}");
        let waits = self.customer().ask(&key, &body, NOW).await;
        let waits = waits.expect("an answer");
        assert_eq!(waits.status, 202, "{}", waits.json());
        waits.json()["job"].as_str().expect("a job").to_owned()
    }

    async fn release(&self, job: &str) -> (u16, Value) {
        let custodian = ("custodian", CUSTODIAN);
        let answer = self.customer().release(custodian, job, NOW).await;
        let answer = answer.expect("an answer");
        (answer.status.as_u16(), answer.json())
    }

    async fn seal(&self) -> Value {
        let call = Call::get(format!("/v1/seals/{SEAL}"));
        let answer = self.call(0, KEEPER, call).await;
        assert_eq!(answer.status, 200);
        answer.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_that_one_service_stops_signs_at_none_until_two_people_lift_it() {
    let house = House::start().await;
    let job = house.waiting(1).await;
    let (status, told) = house.act(1, KEEPER, "suspend").await;
    assert_eq!(
        (status, &told["state"]),
        (200, &json!("suspended")),
        "{told}"
    );
    let (status, refused) = house.release(&job).await;
    assert_eq!(status, 422, "{refused}");
    assert_eq!(refused["defects"][0]["code"], "seal.not-in-use");
    let (status, told) = house.act(0, KEEPER, "resume").await;
    assert_eq!((status, &told["state"]), (200, &json!("suspended")));
    assert_eq!(told["waits"]["duty"], "custodian");
    let (status, same) = house.act(1, KEEPER, "resume").await;
    assert_eq!(
        (status, &same["code"]),
        (403, &json!("release.duties-not-separate"))
    );
    let (status, told) = house.act(1, ADMINISTRATOR, "resume").await;
    assert_eq!((status, &told["state"]), (200, &json!("in_use")), "{told}");
    let (status, issued) = house.release(&job).await;
    assert_eq!(status, 201, "{issued}");
    // The ledger's total is the signatures that were made, and each change of state has its people.
    let seal = house.seal().await;
    assert_eq!(seal["uses"], 1);
    let events: Vec<&str> = seal["history"]
        .as_array()
        .expect("a history")
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    assert_eq!(events, ["establish", "suspend", "resume"]);
    assert_eq!(seal["history"][2]["people"], json!([CUSTODIAN, STRANGER]));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_duty_does_its_own_and_a_cancelled_seal_stays_so() {
    let house = House::start().await;
    let job = house.waiting(1).await;
    for (account, what, status, code) in [
        // No duty at all; a duty that may not; one person with both; another district's administration.
        ("Q-APR-approvals", "suspend", 403, "caller.not-allowed"),
        ("Q-APR-stranger", "suspend", 403, "caller.not-allowed"),
        (KEEPER, "cancel", 403, "caller.not-allowed"),
        ("Q-APR-both", "suspend", 403, "release.duties-not-separate"),
        ("H-APR-seals", "suspend", 404, "not-found"),
        (ADMINISTRATOR, "resume", 409, "seal.refused"),
    ] {
        let (found, refused) = house.act(0, account, what).await;
        assert_eq!(
            (found, &refused["code"]),
            (status, &json!(code)),
            "{account} {what}"
        );
    }
    let (status, told) = house.act(0, ADMINISTRATOR, "cancel").await;
    assert_eq!((status, &told["state"]), (200, &json!("cancelled")));
    let (status, refused) = house.release(&job).await;
    assert_eq!(
        (status, &refused["defects"][0]["code"]),
        (422, &json!("seal.not-in-use"))
    );
    for what in ["suspend", "resume", "cancel"] {
        let (status, refused) = house.act(1, ADMINISTRATOR, what).await;
        assert_eq!(
            (status, &refused["code"]),
            (409, &json!("seal.refused")),
            "{what}"
        );
    }
    assert_eq!(house.seal().await["uses"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_has_one_effect_under_its_key_however_often_it_arrives() {
    let house = House::start().await;
    let key = "one-act-on-a-seal";
    let first = house.act_under(key, 0, KEEPER, "suspend").await;
    assert_eq!((first.0, &first.1["state"]), (200, &json!("suspended")));
    // At the other service too, whatever the seal would say to a second act.
    for at in [0, 1] {
        assert_eq!(house.act_under(key, at, KEEPER, "suspend").await, first);
    }
    let (status, reused) = house.act_under(key, 0, KEEPER, "resume").await;
    assert_eq!(
        (status, &reused["code"]),
        (422, &json!("idempotency.reused"))
    );
    let waits = "one-consent-to-it";
    let first = house.act_under(waits, 0, KEEPER, "resume").await;
    assert_eq!((first.0, &first.1["state"]), (200, &json!("suspended")));
    assert_eq!(house.act_under(waits, 1, KEEPER, "resume").await, first);
    let (status, told) = house.act(1, ADMINISTRATOR, "resume").await;
    assert_eq!((status, &told["state"]), (200, &json!("in_use")), "{told}");
    let path = format!("/v1/seals/{SEAL}/suspend");
    let keyless = Call::post(path, &json!({"reason": "停用"}));
    let answer = house.call(0, KEEPER, keyless).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["code"]),
        (400, &json!("idempotency.missing"))
    );
    let events = house.seal().await["history"].as_array().map(Vec::len);
    assert_eq!(events, Some(3), "establish, suspend, resume");
}

/// Puts the seal where no door leads.
fn place(book: &Connection, stage: Stage) {
    let statement = format!(
        "UPDATE seal SET stage = '{}', pending_event = NULL, pending_person = NULL, pending_duty = NULL, \
         pending_until = NULL WHERE code = '{SEAL}'",
        stage.code()
    );
    book.execute_batch(&statement).expect("it runs");
}

/// How often the table's refusal stands in the trace.
fn denials(book: &Connection) -> u32 {
    let question = format!(
        "SELECT COUNT(*) FROM trace WHERE act = 'deny' AND object = '{SEAL}' \
         AND ground = 'seal.transition-not-listed'"
    );
    let told = book.query_row(&question, [], |row| row.get(0));
    told.expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_of_a_seal_goes_from_every_stage_as_its_table_says() {
    let house = House::start().await;
    let file = house.installation.folder().join("registry.db");
    let book = Connection::open(file).expect("it opens");
    let patience = std::time::Duration::from_secs(10);
    book.busy_timeout(patience).expect("set");
    let mut went = 0;
    for stage in Stage::ALL {
        for event in [Event::Suspend, Event::Resume, Event::Cancel] {
            place(&book, stage);
            let before = (house.seal().await, denials(&book));
            let (status, told) = house.act(0, ADMINISTRATOR, event.code()).await;
            let pair = format!("{} {}: {told}", stage.code(), event.code());
            let Some(row) = Transition::find(stage, event) else {
                let code = &told["code"];
                assert_eq!((status, code), (409, &json!("seal.refused")), "{pair}");
                let after = (house.seal().await, denials(&book) - 1);
                assert_eq!(after, before, "{pair}");
                continue;
            };
            if matches!(row.hands, Hands::Two(..)) {
                assert_eq!(told["state"], stage.code(), "{pair}");
                let (status, told) = house.act(1, KEEPER, event.code()).await;
                let state = &told["state"];
                assert_eq!((status, state), (200, &json!(row.to.code())), "{pair}");
            } else {
                let state = &told["state"];
                assert_eq!((status, state), (200, &json!(row.to.code())), "{pair}");
            }
            assert_eq!(denials(&book), before.1, "{pair}");
            went += 1;
        }
    }
    assert_eq!(went, 5, "in use: two; suspended: two; replaced: one");
}

/// Certificates of seals that stand, by serial number.
async fn standing(house: &House) -> BTreeSet<Vec<u8>> {
    let clock = Arc::new(FixedClock::new(NOW));
    let office = house.installation.open(clock).await.expect("it opens");
    let certificates = office.registry().certificates();
    let issuer = issuance::ServiceKey::Authority.id();
    let found = certificates
        .of_profile(&issuer, pki::profile::Profile::SEAL.name)
        .await;
    let found = found.expect("a register").into_iter();
    found
        .filter(|one| one.standing == Standing::Good)
        .map(|one| one.serial.octets().to_vec())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_seal_takes_its_certificate_with_it_in_list_and_answer() {
    let house = House::start().await;
    let before = standing(&house).await;
    let (status, told) = house.act(0, ADMINISTRATOR, "cancel").await;
    assert_eq!(
        (status, &told["state"]),
        (200, &json!("cancelled")),
        "{told}"
    );
    let after = standing(&house).await;
    let gone: Vec<&Vec<u8>> = before.difference(&after).collect();
    assert_eq!(
        (gone.len(), after.len()),
        (1, before.len() - 1),
        "its own, and no other"
    );
    let serial = SerialNumber::from_octets(gone[0]).expect("a serial number");
    let fetch = async |call: Call| {
        let client = Client::anonymous(&house.bases[0]);
        client.call(call, NOW).await.expect("an answer").content
    };
    let authority = fetch(Call::get("/certificates/ca.cer")).await;
    let authority = pki::Certificate::parse(&authority).expect("a certificate");
    let id = CertificateId::new(DigestAlgorithm::Sha256, &authority, &serial);
    let kind = "application/ocsp-request";
    let mut said = (false, false);
    for _ in 0..1_000 {
        let list = fetch(Call::get("/crl/ca.crl")).await;
        let list = pki::Crl::parse(&list).expect("a list");
        let question = Request::new(id.clone(), None).encode();
        let post = "POST".parse().expect("a method");
        let answer = fetch(Call::send(post, "/ocsp", kind, question)).await;
        let answer = Response::parse(&answer).expect("an answer");
        let status = answer.singles().first().expect("about it").status();
        said = (
            list.find(&serial).is_some(),
            matches!(
                status,
                Status::Revoked {
                    reason: Reason::CessationOfOperation,
                    ..
                }
            ),
        );
        if said == (true, true) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(said, (true, true), "list and answer");
}
