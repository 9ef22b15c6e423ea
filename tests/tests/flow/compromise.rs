//! A seal's key is compromised (T-C6): what was sealed since is sealed anew under another key, by two people, once each,
//! wherever the work is broken off and begun again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use catalogue::key::{PersonKey, SealCode};
use crypto::SoftwareSigner;
use drill::{Custodian, Done, DrillError, Order, Progress};
use issuance::office::{Desk, signers};
use issuance::{FixedClock, Office};
use registry::log::Log;
use seal::life::Stage;
use serde_json::Value;
use tempfile::TempDir;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, DECIDER, Installation, NOW, ORIGIN, STRANGER};
use time::{Duration, UtcDateTime};
use tlog::{Leaf, LeafKind};
use tokio::sync::Notify;

use super::licence::live;
use super::stage::Service;

const SEAL: &str = "990102-SPZYZ-01";
/// What was sealed in an envelope.
const CONTENT: &[u8] = b"{\"granted\": true}";
/// A minute before the second licence.
const SINCE: UtcDateTime = NOW.saturating_add(Duration::minutes(9));

/// Licences of before and after the moment, and everything that is needed to go on.
struct Scene {
    folder: TempDir,
    installation: Installation,
    /// Identifier and file of each, in their order.
    files: Vec<(String, Vec<u8>)>,
    customer: Customer,
    now: UtcDateTime,
}

impl Scene {
    /// Content in envelopes, all of it sealed after the moment: the job of each, and its file.
    async fn of_envelopes(service: Service, forms: &[&str]) -> Scene {
        service.wait(Duration::minutes(10));
        let customer = service.at("Q-APR");
        let mut files = Vec::new();
        for form in forms {
            let how = serde_json::json!({"envelope": form});
            let key = format!("sealed-anew-as-{form}");
            let call = super::national::form(&key, CONTENT, &how);
            let waits = customer.call("approvals", call, service.now()).await;
            let waits = waits.expect("an answer").json();
            let job = waits["job"].as_str().expect("a job").to_owned();
            let custodian = ("custodian", CUSTODIAN);
            let sealed = customer.release(custodian, &job, service.now()).await;
            assert_eq!(sealed.expect("an answer").status, 201, "{form}");
            let path = format!("/v1/seal-signatures/{job}/file");
            let file = super::national::get(&service, &customer, &path).await;
            files.push((job, file.content.to_vec()));
        }
        let now = service.now();
        let (folder, installation) = service.ended();
        Scene {
            folder,
            installation,
            files,
            customer,
            now,
        }
    }

    /// Content that was sealed by its digest, after the moment.
    async fn of_digest(service: Service) -> Scene {
        service.wait(Duration::minutes(10));
        let customer = service.at("Q-APR");
        let how = serde_json::json!({"level": "B-LTA"});
        let files = vec![super::digests::sealed(&service, &customer, &how).await];
        let now = service.now();
        let (folder, installation) = service.ended();
        Scene {
            folder,
            installation,
            files,
            customer,
            now,
        }
    }

    /// One licence before, and two after.
    async fn of(service: Service, kind: &str) -> Scene {
        let mut files = Vec::new();
        let mut customer = None;
        for number in 1..=3 {
            let (asks, issued) = service.issued(kind, number).await;
            let identifier = issued["identifier"].as_str().expect("text").to_owned();
            let file = service.file(&asks, &identifier).await;
            files.push((identifier, file));
            customer = Some(asks);
            service.wait(Duration::minutes(10));
        }
        let now = service.now();
        let (folder, installation) = service.ended();
        Scene {
            folder,
            installation,
            files,
            customer: customer.expect("three"),
            now,
        }
    }

    async fn office(&self) -> Arc<Office> {
        let clock = Arc::new(FixedClock::new(self.now));
        Arc::new(self.installation.open(clock).await.expect("it opens"))
    }

    fn key(&self, person: &str) -> SoftwareSigner {
        let path = self.folder.path().join(format!("{person}.pk8"));
        let pkcs8 = std::fs::read(path).expect("a key");
        SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key")
    }

    /// The drill by these two, in a process of its own that is lost once `lost` is said.
    async fn run(
        &self,
        (administrator, custodian): (&str, &str),
        lost: impl Fn(Progress) -> bool + Sync,
    ) -> Option<Result<Done, DrillError>> {
        let office = self.office().await;
        let people = [administrator, custodian].map(|name| PersonKey::parse(name).expect("a name"));
        let (key, seal) = (self.key(custodian), SealCode::parse(SEAL).expect("a code"));
        let order = Order {
            seal: &seal,
            since: SINCE,
            administrator: &people[0],
            custodian: Custodian {
                person: &people[1],
                key: &key,
            },
        };
        let (gone, over) = (Notify::new(), AtomicBool::new(false));
        let tell = |progress| {
            if lost(progress) && !over.swap(true, Ordering::SeqCst) {
                gone.notify_one();
            }
        };
        tokio::select! {
            biased;
            () = gone.notified() => None,
            done = drill::run(&office, &order, &tell) => Some(done),
        }
    }

    /// Served again, as every node is afterwards.
    async fn served(self) -> (Service, Customer, Vec<(String, Vec<u8>)>) {
        let service = Service::of(self.folder, self.installation, "").await;
        service.wait(self.now - NOW);
        let customer = service.at("Q-APR");
        let _before = self.customer;
        (service, customer, self.files)
    }
}

/// Seal signatures in the public log that no other leaf closed.
async fn logged(office: &Office) -> usize {
    let logs = office.registry().logs();
    let entries = logs.entries(Log::Public, tlog::LeafIndex(0), 10_000).await;
    let leaves = entries.expect("entries");
    let leaves: Vec<Leaf> = leaves
        .iter()
        .filter_map(|leaf| Leaf::parse(leaf).ok())
        .collect();
    let of = |kind| leaves.iter().filter(move |leaf| leaf.kind == kind);
    of(LeafKind::SealSignature).count() - of(LeafKind::Abandoned).count()
}

fn verdict(report: &Value) -> (&str, &str) {
    let text = |name: &str| report[name].as_str().unwrap_or_default();
    (text("verdict"), text("answer"))
}

/// What is told when, and whether it is the first time that it is.
fn reaches(at: usize) -> impl Fn(Progress) -> bool + Sync {
    move |progress| {
        let place = match progress {
            Progress::Declared => 0,
            Progress::Revoked => 1,
            Progress::Rekeyed => 2,
            Progress::Begun { .. } => 3,
            Progress::Sealed { .. } => 4,
        };
        place == at
    }
}

/// A file, and a database of the server that is given.
async fn databases(name: &str) -> Vec<Option<String>> {
    let mut found = vec![None];
    if let Some(server) = tests::databases::Server::expected() {
        let name = format!("drill_{name}_{}", std::process::id());
        found.push(Some(server.make(&name, None).await.expect("a database")));
    }
    found
}

#[tokio::test]
async fn what_a_compromised_key_sealed_since_is_sealed_anew_once_wherever_the_work_is_broken_off() {
    for database in databases("broken").await {
        broken_off(Service::start_in(database.as_deref()).await).await;
    }
}

async fn broken_off(service: Service) {
    let scene = Scene::of(service, "FOOD").await;
    // Another process of the same office, at work all the while.
    let node = scene.office().await;
    let office = scene.office().await;
    let seal = SealCode::parse(SEAL).expect("a code");
    let before = (logged(&office).await, office.keys().list().len());
    // A look changes nothing.
    let found = drill::plan(&office, &seal, SINCE).await.expect("a look");
    assert_eq!((found.documents.len(), found.anew()), (2, 2));
    assert_eq!(found.unexplained, [0_u64; 0]);
    drop(office);
    for at in 0..5 {
        let lost = scene.run((STRANGER, CUSTODIAN), reaches(at)).await;
        assert!(lost.is_none(), "lost at {at}");
    }
    let done = scene.run((STRANGER, CUSTODIAN), |_| false).await;
    let done = done.expect("not lost").expect("done");
    let report = &done.report;
    assert_eq!((report.affected, report.resealed), (2, 2), "{report:#?}");
    assert_eq!((report.revoked.len(), report.certificates.len()), (1, 1));
    assert_ne!(report.revoked, report.certificates);
    assert_eq!(report.unexplained, [0_u64; 0]);
    let office = scene.office().await;
    // Two more signatures than before, however often they were begun; one more key, and the seal is stopped.
    assert_eq!(logged(&office).await, before.0 + 2);
    assert_eq!(office.keys().list().len(), before.1 + 1);
    let record = office
        .registry()
        .seals()
        .find(&seal)
        .await
        .expect("a store");
    assert_eq!(record.expect("a seal").stage, Stage::Suspended);
    let signed = credential::Jws::parse(&done.token, 1 << 20).expect("a token");
    let by = office
        .hierarchy()
        .trust
        .current()
        .public_key()
        .expect("a key");
    assert!(signed.check(&by).is_ok() && signed.kind() == Some(drill::REPORT_TYPE));
    // Ended is ended.
    let again = scene.run((STRANGER, CUSTODIAN), |_| false).await;
    assert!(
        matches!(again, Some(Err(DrillError::Ended { .. }))),
        "{again:?}"
    );
    let signers = signers(office.keys(), ORIGIN).expect("keys");
    let audited = office.registry().audits().audit(&signers, None).await;
    assert!(audited.expect("read").found.is_empty());
    drop(office);
    follows(&node, &seal).await;
    drop(node);
    let (service, customer, files) = scene.served().await;
    for (place, (identifier, file)) in files.iter().enumerate() {
        let now = service.file(&customer, identifier).await;
        let old = live(&service, file).await;
        if place == 0 {
            assert_eq!(now, *file, "sealed before");
            assert_eq!(verdict(&old), ("valid", "valid"), "{old:#}");
            continue;
        }
        assert_ne!(now, *file);
        assert_eq!(verdict(&old).1, "untrusted", "{old:#}");
        let new = live(&service, &now).await;
        assert_eq!(verdict(&new), ("valid", "valid"), "{new:#}");
    }
}

/// A process that was at work before the drill knows the other key after one round, and no restart.
async fn follows(node: &Office, seal: &SealCode) {
    let key = issuance::seal_key(SEAL).expect("a name");
    let public = || node.keys().public_key(&key).expect("a key").0;
    let (before, desk) = (public(), node.desk());
    let certificate = |desk: &Desk| desk.seals[seal].certificate.public_key().expect("a key");
    assert_eq!(certificate(&desk), before);
    issuance::upkeep::round(node).await.expect("a round");
    assert_ne!(public(), before);
    assert_eq!(certificate(&node.desk()), public(), "and its certificate");
}

#[tokio::test]
async fn both_files_of_a_licence_are_sealed_anew_under_both_keys_of_the_seal() {
    for database in databases("both").await {
        both_files(Service::start_national_in(database.as_deref()).await).await;
    }
}

async fn both_files(service: Service) {
    let scene = Scene::of(service, "FOOD").await;
    let done = scene.run((STRANGER, CUSTODIAN), |_| false).await;
    let report = done.expect("not lost").expect("done").report;
    assert_eq!((report.affected, report.resealed), (2, 2), "{report:#?}");
    assert_eq!((report.revoked.len(), report.certificates.len()), (2, 2));
    let files = report.documents.iter().map(|one| one.files.len());
    assert_eq!(files.sum::<usize>(), 4);
    let (service, customer, files) = scene.served().await;
    for (identifier, _) in files {
        for format in ["pdf", "ofd"] {
            let path = format!("/v1/licences/{identifier}/files/{format}");
            let answer = customer
                .call("approvals", server::Call::get(path), service.now())
                .await;
            let file = answer.expect("an answer").content.to_vec();
            let report = live(&service, &file).await;
            assert_eq!(verdict(&report), ("valid", "valid"), "{format} {report:#}");
        }
    }
}

#[tokio::test]
async fn content_in_envelopes_is_sealed_anew_as_it_was_released() {
    let forms = ["asic-s", "jades"];
    let scene = Scene::of_envelopes(Service::start().await, &forms).await;
    let done = scene.run((STRANGER, CUSTODIAN), |_| false).await;
    let report = done.expect("not lost").expect("done").report;
    assert_eq!((report.affected, report.resealed), (2, 2), "{report:#?}");
    let (service, customer, files) = scene.served().await;
    for (job, old) in files {
        let path = format!("/v1/seal-signatures/{job}/file");
        let new = super::national::get(&service, &customer, &path).await;
        let new = new.content.to_vec();
        assert_ne!(new, old);
        assert_ne!(verdict(&live(&service, &old).await).0, "valid");
        let report = live(&service, &new).await;
        assert_eq!(verdict(&report).0, "valid", "{report:#}");
        assert_eq!(report["signatures"][0]["level"], "B-LT");
    }
}

#[tokio::test]
async fn content_that_nobody_here_has_is_sealed_anew_by_its_digest() {
    for database in databases("unseen").await {
        let service = Service::start_in(database.as_deref()).await;
        let scene = Scene::of_digest(service).await;
        let done = scene.run((STRANGER, CUSTODIAN), |_| false).await;
        let report = done.expect("not lost").expect("done").report;
        assert_eq!((report.affected, report.resealed), (1, 1), "{report:#?}");
        let (service, customer, files) = scene.served().await;
        for (job, old) in files {
            let path = format!("/v1/seal-signatures/{job}/file");
            let new = super::national::get(&service, &customer, &path).await;
            let new = new.content.to_vec();
            assert_ne!(new, old);
            let trust = service.fetch("/v1/trust").await.content.to_vec();
            let trust = verify::Trust::parse(&trust).expect("our own bundle");
            let mut beside = verify::Material::empty();
            beside.offer("", super::digests::KEPT.to_vec());
            let policy = verify::Policy::default();
            let judge = |file: &Vec<u8>| {
                verify::examine("a", file, &trust, &beside, &policy, service.now())
            };
            let report = judge(&new);
            assert_eq!(report.verdict, verify::Verdict::Valid, "{report:#?}");
            assert_eq!(report.signatures[0].level, Some("B-LTA"), "{report:#?}");
        }
    }
}

#[tokio::test]
async fn one_person_or_the_wrong_two_compromise_nothing() {
    let scene = Scene::of(Service::start().await, "FOOD").await;
    // Who releases does not administer; who is not enrolled does not release; one is not two.
    let run = async |people| scene.run(people, |_| false).await.expect("not lost");
    let refused = run((DECIDER, CUSTODIAN)).await;
    assert!(
        matches!(refused, Err(DrillError::Administrator(_))),
        "{refused:?}"
    );
    let refused = run((STRANGER, STRANGER)).await;
    assert!(
        matches!(refused, Err(DrillError::Custodian(_))),
        "{refused:?}"
    );
    let refused = run((CUSTODIAN, CUSTODIAN)).await;
    assert!(
        matches!(refused, Err(DrillError::Administrator(_))),
        "{refused:?}"
    );
    let office = scene.office().await;
    let seal = SealCode::parse(SEAL).expect("a code");
    let record = office
        .registry()
        .seals()
        .find(&seal)
        .await
        .expect("a store");
    assert_eq!(record.expect("a seal").stage, Stage::InUse);
    // Who decided a case releases nothing of it: the others are sealed anew, and these wait with their reason.
    let refused = run((STRANGER, DECIDER)).await;
    assert!(matches!(refused, Err(DrillError::NotYet(2))), "{refused:?}");
}
