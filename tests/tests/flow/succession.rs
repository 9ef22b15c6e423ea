//! Another key for each use of the service's own, over the software store and over a token: what was signed before stays good, what
//! is signed next is by the next key, and wherever it is broken off the installation starts and the same words finish it.

mod later;
mod refused;
mod signed;

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::{Authorisation, KeyId, KeyUse, SignError};
use issuance::{FixedClock, Office, ServiceKey};
use pki::Certificate;
use registry::trace::Entry;
use succession::{Done, Order, Step, SuccessionError};
use tempfile::TempDir;
use tests::installation::{CUSTODIAN, DECIDER, Installation, NOW};
use tests::module::Module;
use time::{SignedDuration, UtcDateTime};
use tokio::runtime::{Builder, Runtime};
use verify::{Trust, Verdict};

use super::lasting::bundle;
use super::stage::Service;
use signed::{Signed, certificate, judged};

/// Those of the usual suite.
const USUAL: [&str; 5] = ["ocsp", "tsa", "credential", "status", "trust"];
/// Those of the national one.
const NATIONAL: [&str; 4] = ["sm-ocsp", "sm-tsa", "sm-credential", "sm-maker"];

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.enable_all().build().expect("a runtime")
}

fn id(name: &str) -> KeyId {
    KeyId::parse(name).expect("a plain name")
}

fn service_key(name: &str) -> ServiceKey {
    let mut all = succession::USES.into_iter();
    all.find(|key| key.name() == name).expect("a use")
}

async fn office(installation: &Installation, at: UtcDateTime) -> Office {
    let clock = Arc::new(FixedClock::new(at));
    installation.open(clock).await.expect("it opens")
}

/// The usual two people, and whether nobody else is there.
struct Two {
    people: [PersonKey; 2],
    keep: time::Duration,
    again: bool,
    alone: bool,
}

impl Two {
    fn usual() -> Two {
        Two::of([DECIDER, CUSTODIAN])
    }

    fn of(people: [&str; 2]) -> Two {
        Two {
            people: people.map(|name| PersonKey::parse(name).expect("a name")),
            keep: Order::USUAL,
            again: false,
            alone: true,
        }
    }

    fn order<'a>(&'a self, of: &'a str) -> Order<'a> {
        Order {
            of,
            people: self.people.each_ref(),
            keep: self.keep,
            again: self.again,
            alone: self.alone,
        }
    }

    async fn run(&self, office: &Office, of: &str, until: Step) -> Result<Done, SuccessionError> {
        succession::run(office, &self.order(of), until).await
    }
}

/// What the trace of both people's department has about an object.
async fn entries(office: &Office, object: &str) -> Vec<Entry> {
    let callers = office.registry().callers();
    let person = PersonKey::parse(DECIDER).expect("a name");
    let person = callers.person(&person).await.expect("a store");
    let department = person.expect("enrolled").department;
    entries_of(office, &department, object).await
}

/// What the trace of a department has about an object.
async fn entries_of(office: &Office, department: &DepartmentKey, object: &str) -> Vec<Entry> {
    let trace = office.registry().trace();
    let found = trace.about(department, object, 0).await;
    found.expect("a store")
}

async fn certificates(office: &Office, of: &str) -> Vec<Certificate> {
    let key = service_key(of);
    let by = match of.starts_with("sm-") {
        true => ServiceKey::NationalAuthority,
        false => ServiceKey::Authority,
    };
    let profile = key.profile().expect("it is certified").name;
    let all = office.registry().certificates();
    let all = all.of_profile(&by.id(), profile).await.expect("a store");
    let ders = all.iter().filter_map(|one| one.der.as_deref());
    ders.map(|der| Certificate::parse(der).expect("ours"))
        .collect()
}

/// Broken off after each step, and gone on with: the installation starts each time, and signs by the keys of before.
async fn broken_off_and_finished(installation: &Installation, uses: &[&'static str]) {
    let two = Two::usual();
    let public = |office: &Office, of: &str| office.keys().public_key(&id(of)).map(|key| key.0);
    let standing = office(installation, NOW).await;
    let before: Vec<_> = uses.iter().map(|of| public(&standing, of)).collect();
    drop(standing);
    for until in [
        Step::Told,
        Step::Made,
        Step::Certified,
        Step::Proven,
        Step::Agreed,
    ] {
        let first = office(installation, NOW).await;
        for of in uses {
            let done = two.run(&first, of, until).await.expect("so far");
            assert_eq!((done.step, done.former), (until, None), "{of}");
        }
        drop(first);
        let office = office(installation, NOW).await;
        let round = issuance::upkeep::round(&office).await;
        round.expect("the service goes on");
        for (of, before) in uses.iter().zip(&before) {
            assert_eq!(public(&office, of), *before, "{of} {until:?}");
            let known = certificates(&office, of).await.len();
            // Once, however often it is gone on with.
            let expected = if until < Step::Certified { 1 } else { 2 };
            assert_eq!(known, expected, "{of} {until:?}");
        }
    }
    for (of, before) in uses.iter().zip(before) {
        let office = office(installation, NOW).await;
        let done = two.run(&office, of, Step::Succeeded).await.expect("done");
        let expected = Some((former(of), NOW + Order::USUAL));
        assert_eq!((done.step, &done.former), (Step::Succeeded, &expected));
        let all = certificates(&office, of).await;
        assert_eq!(all.len(), 2, "{of}");
        let own = all.iter().find(|one| Some(*one.serial()) == done.serial);
        let own = own.and_then(|own| own.public_key().ok());
        assert_eq!(own, public(&office, of), "{of}");
        assert_ne!(own, before, "{of}");
        told(&office, of, &done).await;
    }
}

fn former(of: &str) -> KeyId {
    id(&format!("{of}.retired-1"))
}

/// The trace has who did it, the journal what the next key signed, before it was in its place.
async fn told(office: &Office, of: &str, done: &Done) {
    let serial = done.serial.expect("certified").to_string();
    let acts = entries(office, of).await;
    let of_ground = |ground: &str| -> Vec<&Entry> {
        let own = acts
            .iter()
            .filter(|one| one.ground == ground && one.deed == "key");
        own.collect()
    };
    // Six runs and two people; the last two of them agreed.
    assert_eq!(of_ground("rekey-begun").len(), 12, "{of}");
    let agreed = of_ground("rekey");
    assert_eq!(agreed.len(), 4, "{of}");
    for (person, other) in [(DECIDER, CUSTODIAN), (CUSTODIAN, DECIDER)] {
        let own = agreed.iter().filter(|one| one.actor == person);
        let mut own = own.map(|one| one.detail.as_str());
        let detail = own.next().expect("an entry");
        for line in [
            format!("with={other}"),
            format!("former={of}.retired-1"),
            format!("certificate={serial}"),
            "erased_from=2026-08-02T01:00:00Z".to_owned(),
        ] {
            assert!(detail.lines().any(|one| one == line), "{detail}: {line}");
        }
    }
    let used = acts.iter().filter(|one| one.deed == "sign");
    let used: Vec<&Entry> = used
        .filter(|one| one.key == Some(format!("{of}.next")))
        .collect();
    assert_eq!(
        used.len(),
        3,
        "{of}: a line for each time that it was proven"
    );
    let purpose = |one: &&Entry| {
        one.detail
            .lines()
            .any(|line| line == "purpose=key-succession")
    };
    assert!(used.iter().all(purpose), "{used:?}");
    let issued = entries(office, &serial).await;
    assert!(
        issued
            .iter()
            .any(|one| one.deed == "certificate" && one.ground == "issued"),
        "{issued:?}"
    );
}

/// A former key signs nothing, by its own name or as the next.
fn signs_nothing(office: &Office, of: &str) {
    for name in [format!("{of}.retired-1"), format!("{of}.next")] {
        let for_use: KeyUse = service_key(of).for_use();
        let under = Authorisation::journalled(id(&name), for_use, b"anything", NOW);
        let refused = office.keys().sign(b"anything", &under);
        assert_eq!(refused, Err(SignError::UnknownKey), "{name}");
    }
}

struct Before {
    folder: TempDir,
    installation: Installation,
    signed: Vec<Signed>,
    files: Vec<Vec<u8>>,
    certificates: Vec<Certificate>,
    bundle: (Vec<u8>, UtcDateTime),
    job: String,
}

/// A service at work: what it signed under each key, and a licence that waits for its release with its code printed.
async fn before(service: Service, uses: &[&'static str]) -> Before {
    let (signed, files) = signed::by_each(&service, uses, 1).await;
    let certificates = uses
        .iter()
        .map(|of| certificate(&service.office, of))
        .collect();
    let bundle = service.fetch("/v1/trust").await.content.to_vec();
    let (_, job) = service.waiting("FOOD", 9).await;
    let at = service.now();
    let (folder, installation) = service.ended();
    Before {
        folder,
        installation,
        signed,
        files,
        certificates,
        bundle: (bundle, at),
        job,
    }
}

/// The same service after its keys were changed, a day later.
async fn after(before: Before, uses: &[&'static str]) {
    let trust_before = Trust::parse(&before.bundle.0).expect("our own bundle");
    let service = Service::of(before.folder, before.installation, "").await;
    service.wait(SignedDuration::hours(25));
    let round = issuance::upkeep::round(&service.office).await;
    round.expect("a round");
    for of in uses {
        signs_nothing(&service.office, of);
    }
    if uses.contains(&"sm-maker") {
        signed::seal_made_anew(&service.office).await;
    }
    let (signed, files) = signed::by_each(&service, uses, 2).await;
    let (trust, now) = (bundle(&service).await, service.now());
    let next = service.fetch("/v1/trust").await.content;
    let followed = trust_before.parse_successor(&next, before.bundle.1);
    assert!(followed.is_ok(), "{followed:?}");
    for ((of, old), (was, is)) in uses
        .iter()
        .zip(&before.certificates)
        .zip(before.signed.iter().zip(&signed))
    {
        let own = certificate(&service.office, of);
        assert_ne!(old.public_key().ok(), own.public_key().ok(), "{of}");
        assert_eq!(old.subject(), own.subject(), "{of}");
        assert!(was.is_by(old, now) && !was.is_by(&own, now), "{of}: before");
        assert!(is.is_by(&own, now) && !is.is_by(old, now), "{of}: after");
        for one in [old, &own] {
            let known = trust.known().any(|known| known == one);
            assert!(known, "{of}: the bundle names both");
        }
    }
    // Everything that was printed and sealed before and after, by our own verifier with what is published now.
    let all = before.signed.iter().chain(&signed);
    let codes = all.filter(|one| one.of.ends_with("credential"));
    let codes = codes.map(|one| one.octets.clone());
    let files = before.files.into_iter().chain(files).chain(codes);
    for file in files {
        let report = judged(&service, &trust, &file).await;
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    }
    // What waited goes on under the code that was printed for it.
    let customer = service.at("Q-APR");
    let released = customer
        .release(("custodian", CUSTODIAN), &before.job, now)
        .await;
    let released = released.expect("an answer");
    assert_eq!(released.status, 201, "{}", released.json());
    let issued = released.json();
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let file = service.file(&customer, identifier).await;
    let report = judged(&service, &trust, &file).await;
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    signed::books_are_whole(&service).await;
}

/// Three lives: before, the change of every key, after.
fn every_key_is_changed(
    founding: impl Future<Output = (TempDir, Installation)>,
    (uses, in_token): (&[&'static str], bool),
) {
    let first = runtime();
    let known = first.block_on(async {
        let (folder, installation) = founding.await;
        before(Service::of(folder, installation, "").await, uses).await
    });
    drop(first);
    let between = runtime();
    between.block_on(async {
        broken_off_and_finished(&known.installation, uses).await;
        let office = office(&known.installation, NOW).await;
        let keys = office.keys().list();
        for name in uses.iter().flat_map(|of| [id(of), former(of)]) {
            let stored = keys.iter().find(|key| key.id == name);
            let stored = stored.expect("it is there");
            assert_eq!(stored.device.is_some(), in_token, "{name}");
        }
    });
    drop(between);
    runtime().block_on(after(known, uses));
}

#[test]
fn every_key_of_the_usual_suite_gives_its_place_and_what_it_signed_stays_good() {
    let founded = async {
        let folder = tempfile::tempdir().expect("a folder");
        let founded = Installation::found(folder.path(), None, NOW).await;
        (folder, founded.expect("founded"))
    };
    every_key_is_changed(founded, (&USUAL, false));
}

#[test]
fn every_key_of_the_usual_suite_gives_its_place_in_a_token() {
    let apart = tempfile::tempdir().expect("a folder");
    let module = Module::expected(apart.path(), env!("CARGO_BIN_EXE_kill")).expect("a module");
    let Some(module) = module else {
        return;
    };
    let founded = async {
        let folder = tempfile::tempdir().expect("a folder");
        let founded = Installation::found_over(folder.path(), None, module.token(), NOW).await;
        (folder, founded.expect("founded"))
    };
    every_key_is_changed(founded, (&USUAL, true));
}

#[test]
fn every_key_of_the_national_suite_gives_its_place() {
    let founded = async {
        let folder = tempfile::tempdir().expect("a folder");
        let founded = Installation::found_national_alone(folder.path(), NOW).await;
        (folder, founded.expect("founded"))
    };
    every_key_is_changed(founded, (&NATIONAL, false));
}
