//! The national suite in an office that was founded without it: added by two people, from then on as if it had been there,
//! and what was issued before stays good.

use std::sync::Arc;

use issuance::FixedClock;
use tests::installation::{CUSTODIAN, DECIDER, Installation, NOW};
use tokio::runtime::{Builder, Runtime};
use verify::{Report, Verdict};

use super::national::{log_of_bundle, offline, told};
use super::stage::Service;

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.enable_all().build().expect("a runtime")
}

async fn refused(installation: &Installation, people: [&str; 2]) -> String {
    let clock = Arc::new(FixedClock::new(NOW));
    let refused = installation.add_national(clock, people).await;
    refused.expect_err("not by these").to_string()
}

fn is_recorded(report: &Report) -> bool {
    let seal = report.signatures.first().expect("a seal");
    let mut codes = seal.findings.iter().map(|finding| finding.code);
    report.verdict == Verdict::Valid && codes.any(|code| code == "receipt.recorded")
}

#[test]
fn an_office_adds_the_national_suite_and_what_it_issued_before_stays_good() {
    // A node that ran on without the keys would sign on in one suite alone: the first life ends before the second.
    let before = runtime();
    let (old, (folder, installation)) = before.block_on(async {
        let service = Service::start().await;
        let (bureau, issued) = service.issued("FOOD", 1).await;
        let identifier = issued["identifier"].as_str().expect("an identifier");
        let file = service.file(&bureau, identifier).await;
        (file, service.ended())
    });
    drop(before);

    runtime().block_on(async {
        let two = "two people who are enrolled have to do it";
        assert_eq!(refused(&installation, [DECIDER, DECIDER]).await, two);
        assert_eq!(refused(&installation, [DECIDER, "P-NOBODY"]).await, two);
        let clock = Arc::new(FixedClock::new(NOW));
        let people = [DECIDER, CUSTODIAN];
        let added = installation.add_national(clock.clone(), people).await;
        added.expect("added");
        let again = refused(&installation, people).await;
        assert_eq!(again, "the installation has the national suite");

        let office = installation.open(clock).await.expect("it opens");
        let department = office.registry().callers();
        let person = catalogue::key::PersonKey::parse(DECIDER).expect("a person");
        let person = department.person(&person).await.expect("a store");
        let trace = office.registry().trace();
        let department = person.expect("enrolled").department;
        let entries = trace.about(&department, "sm-root", 0).await;
        let entries = entries.expect("a store");
        let acts = entries.iter().filter(|one| one.ground == "national-suite");
        assert_eq!(acts.count(), 2, "one for each of two people");
        drop(office);

        let service = Service::of(folder, installation, "").await;
        let log = log_of_bundle(&service).await;
        assert_ne!(log["national_from"], 0, "{log}");
        let (bureau, issued) = service.issued("FOOD", 2).await;
        // Who could release the seal can release it in both suites.
        let files = told(&service, &bureau, &issued).await;
        assert_eq!(files.len(), 2, "{issued}");
        for file in files.iter().chain([&old]) {
            let report = offline(&service, file).await;
            assert!(is_recorded(&report), "{report:#?}");
        }
    });
}
