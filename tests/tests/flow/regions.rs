//! Two installations under roots of their own: what one issued is untrusted at the other until two people there have
//! taken its trust in, genuine then, and untrusted again when they take it back (R32).

use std::sync::Arc;

use ::catalogue::key::DepartmentKey;
use issuance::{Asker, FixedClock, Office};
use registry::regions::Spoken;
use sharing::exchange::{Exchange, ExchangeError, exchange};
use tests::installation::{Installation, NOW};
use time::Duration;
use verify::{Answer, Material, Policy, Report, Trust, Verdict, examine};

use crate::stage::Service;

fn person(person: &str, account: &str) -> Asker {
    Asker {
        account: account.to_owned(),
        person: person.to_owned(),
        department: DepartmentKey::parse("Q-APR").expect("a department"),
    }
}

fn order(bundle: Option<String>) -> Exchange {
    Exchange {
        region: "elsewhere".to_owned(),
        bundle,
        from: None,
        until: None,
        decision: "互认决定 1".to_owned(),
    }
}

/// The file, as somebody judges it who has this installation's bundle and nothing else.
fn judged(office: &Office, file: &[u8]) -> Report {
    let bundle = office.trust_bundle().expect("unlocked");
    let trust = Trust::parse(bundle.as_bytes()).expect("a good bundle");
    let policy = Policy::named("recheck").expect("built in");
    let at = office.now();
    examine(
        "licence.pdf",
        &file,
        &trust,
        &Material::empty(),
        &policy,
        at,
    )
}

async fn both(office: &Office, bundle: Option<String>) -> [Spoken; 2] {
    let one = person("P-ONE", "Q-APR-one");
    let other = person("P-OTHER", "Q-APR-other");
    let order = order(bundle);
    let first = exchange(office, &one, &order).await.expect("taken");
    [
        first,
        exchange(office, &other, &order).await.expect("taken"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn installations_with_different_roots_verify_each_other_s_licences_after_an_exchange() {
    let here = Service::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let there = Installation::found_elsewhere(folder.path(), "http://there.example", NOW).await;
    let there = Service::of(folder, there.expect("founded"), "").await;
    let mut offices = Vec::new();
    let mut files = Vec::new();
    for service in [&here, &there] {
        let clock = Arc::new(FixedClock::new(service.now()));
        let office = service.installation.open(clock).await;
        offices.push(office.expect("it opens"));
        let (customer, told) = service.issued("FOOD", 1).await;
        let identifier = told["identifier"].as_str().expect("an identifier");
        files.push(service.file(&customer, identifier).await);
    }
    let (ours, theirs) = (&offices[0], &offices[1]);
    for (office, own, other) in [(ours, 0, 1), (theirs, 1, 0)] {
        assert_eq!(judged(office, &files[own]).verdict, Verdict::Valid);
        let foreign = judged(office, &files[other]);
        assert_eq!(foreign.answer, Some(Answer::Untrusted), "{foreign:#?}");
    }
    let bundle = theirs.trust_bundle().expect("unlocked");
    let machine = person("Q-APR-approvals", "Q-APR-approvals");
    let alone = exchange(ours, &machine, &order(Some(bundle.clone()))).await;
    assert!(matches!(alone, Err(ExchangeError::Machine)));
    let spoken = both(ours, Some(bundle.clone())).await;
    assert!(matches!(spoken, [Spoken::Waits(_), Spoken::Holds]));
    let back = both(theirs, Some(ours.trust_bundle().expect("unlocked"))).await;
    assert_eq!(back[1], Spoken::Holds);
    for office in [ours, theirs] {
        for file in &files {
            let report = judged(office, file);
            assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        }
    }
    // A process that opens later reads what was decided; one that is open takes it in at its next round.
    let later = Arc::new(FixedClock::new(here.now()));
    let again = here.installation.open(later).await.expect("it opens");
    assert_eq!(judged(&again, &files[1]).verdict, Verdict::Valid);
    let gone = both(ours, None).await;
    assert_eq!(gone[1], Spoken::Holds);
    assert_eq!(judged(ours, &files[1]).answer, Some(Answer::Untrusted));
    assert_eq!(judged(ours, &files[0]).verdict, Verdict::Valid);
    assert!(again.renew_trust().await.expect("readable"));
    assert_eq!(judged(&again, &files[1]).answer, Some(Answer::Untrusted));
    // Past its next update their bundle is not taken in any more.
    let late = Arc::new(FixedClock::new(here.now() + Duration::days(31)));
    let late = here.installation.open(late).await.expect("it opens");
    let old = exchange(&late, &person("P-ONE", "Q-APR-one"), &order(Some(bundle))).await;
    assert!(matches!(old, Err(ExchangeError::Stale)), "{old:?}");
}
