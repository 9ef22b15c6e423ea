//! A service whose keys are in a device: what it says of it, and what becomes of its work when the device is lost.

#![expect(
    clippy::panic,
    reason = "a request that comes to no end fails its test"
)]

use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use crypto::device::{Device, Fault, Handle};
use crypto::{KeyAlgorithm, KeyId, PublicKey, Signature, SignatureAlgorithm};
use serde_json::{Value, json};
use tests::cases;
use tests::customer::{Asked, Customer, Problem, Told as Heard, Tried};
use tests::installation::{Installation, NOW};
use tests::judged;
use tests::module::{Fall, Module};

use super::stage::Service;

/// Answers as it is told; hangs while it is told nothing.
#[derive(Debug)]
struct Told(Mutex<Option<Result<(), Fault>>>, Condvar);

impl Told {
    fn to_say(&self, what: Option<Result<(), Fault>>) {
        *self.0.lock().expect("not poisoned") = what;
        self.1.notify_all();
    }
}

impl Device for Told {
    fn make(&self, _: Handle, _: &KeyId, _: KeyAlgorithm) -> Result<PublicKey, Fault> {
        Err(Fault::Unsupported)
    }

    fn sign(
        &self,
        _: Handle,
        _: (&PublicKey, SignatureAlgorithm),
        _: &[u8],
    ) -> Result<Signature, Fault> {
        Err(Fault::Absent)
    }

    fn discard(&self, _: Handle) -> Result<(), Fault> {
        Err(Fault::Absent)
    }

    fn answers(&self, _: Instant) -> Result<(), Fault> {
        let told = self.0.lock().expect("not poisoned");
        let told = self.1.wait_while(told, |told| told.is_none());
        told.expect("not poisoned").expect("it was told")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_away_is_told_by_readyz_and_takes_nobody_from_verifying() {
    let folder = tempfile::tempdir().expect("a folder");
    let founded = Installation::found(folder.path(), None, NOW).await;
    let device = Arc::new(Told(Mutex::new(Some(Ok(()))), Condvar::new()));
    let over = founded.expect("founded").over(device.clone());
    let service = Service::of(folder, over, "").await;
    for (what, fault) in [
        (Some(Ok(())), Value::Null),
        (Some(Err(Fault::Absent)), json!("the device is not there")),
        (None, json!("the device did not answer in time")),
        (Some(Ok(())), Value::Null),
    ] {
        device.to_say(what);
        let answer = service.fetch("/readyz").await;
        let told = answer.json();
        assert_eq!(answer.status, 200, "{told}");
        assert_eq!(told["token"], json!(fault.is_null()), "{told}");
        assert_eq!(told["token_fault"], fault, "{told}");
    }
}

/// More signatures than one licence has.
const TOO_MANY: usize = 20;
/// Fewer than it has: of its code, seal, time-stamp, checkpoint.
const FEWEST: usize = 4;

/// Asks for a licence and releases it, again and again, with nothing between but the service's own upkeep.
async fn carried(service: &Service, customer: &Customer, number: u64) -> Asked {
    let case = cases::case("FOOD", number).expect("a case");
    let (body, key) = (cases::body(&case), format!("lost-token-{number:06}"));
    let mut heard = Heard::default();
    for _ in 0..TOO_MANY {
        let tried = customer.carry(&key, &body, service.now(), &mut heard).await;
        if let Tried::Issued(issued) = tried.expect("nothing is taken back") {
            for Problem { status, code, .. } in &heard.problems {
                // The key store did not sign, or the log's checkpoint was not signed.
                let known = ["keys.unavailable", "store.unavailable"].contains(&code.as_str());
                assert!(*status == 503 && known, "{key}: {status} {code}");
            }
            return Asked { key, body, issued };
        }
        let round = issuance::upkeep::round(&service.office).await;
        round.expect("a round");
    }
    panic!("{key} comes to no end: {heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_whose_token_is_killed_at_any_signature_is_issued_once_and_without_a_restart() {
    let apart = tempfile::tempdir().expect("a folder");
    let module = Module::expected(apart.path(), env!("CARGO_BIN_EXE_kill")).expect("a module");
    let Some(module) = module else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let founded = Installation::found_over(folder.path(), None, module.token(), NOW).await;
    let service = Service::of(folder, founded.expect("founded"), "").await;
    let customer = service.at("Q-APR");
    let mut asked = Vec::new();
    for number in 1.. {
        // Each signature of one, before it is made and after in turns.
        let (at, fall) = (asked.len(), [Fall::Before, Fall::After][asked.len() % 2]);
        assert!(at < TOO_MANY, "no licence has so many signatures");
        module.falls(fall, at).expect("told");
        asked.push(carried(&service, &customer, number).await);
        if module.stands(fall).expect("told") {
            break;
        }
    }
    assert!(asked.len() > FEWEST, "{asked:?}");
    let answers = judged::answers(&customer, &asked, service.now()).await;
    answers.expect("nothing that was told is taken back");
    let facts = judged::facts(&service.installation, "Q-APR", &asked, service.now()).await;
    assert!(
        facts.expect("each was issued once") > 0,
        "no signature was lost"
    );
}
