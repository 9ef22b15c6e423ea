//! Callers' documents: two jobs on one file, a release given again, and the level asked for.

use std::sync::atomic::Ordering;

use crypto::Release;
use issuance::{Begun, Level};
use papers::documents::{DocumentError, DocumentOrder, begin_document};
use registry::asked::By;
use registry::jobs::{JobId, JobState, Jobs, Signing, Witness};
use time::Duration;
use tlog::LeafKind;
use verify::{Material, Policy, Verdict};

use super::stage::{DEPARTMENT, blank, json, order, with_catalog};
use crate::house::{CUSTODIAN, House, NOW, caller, once, releaser};

#[tokio::test(flavor = "multi_thread")]
async fn two_jobs_on_one_document_have_a_release_each() {
    let house = House::found().await;
    let first = house.waiting(1, Level::LongTerm, blank()).await;
    let second = house.waiting(2, Level::LongTerm, blank()).await;
    let (one, other) = (house.offer(&first).await, house.offer(&second).await);
    assert_ne!(one.statement, other.statement, "the job is released");
    let custodian = releaser(DEPARTMENT);
    // The release of the one does not open the other.
    let stray = house.submitted(&one);
    let stray = issuance::release::release(&house.office, &custodian, &second, &stray).await;
    assert!(
        matches!(stray, Err(issuance::release::ReleaseError::Signature)),
        "{stray:?}"
    );
    for job in [&first, &second] {
        let sealed = house.release(job).await.expect("its own release");
        assert_eq!(sealed["state"], "sealed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journalled_job_whose_release_ran_out_waits_for_another_and_is_then_sealed_once() {
    let house = House::found().await;
    let job = house.waiting(1, Level::LongTerm, blank()).await;
    let submitted = house.submitted(&house.offer(&job).await);
    // A process took the release, journalled, and was lost.
    let jobs = house.office.registry().jobs();
    let waiting = house.job(&job).await;
    let release = Release {
        listing: None,
        statement: Jobs::statement(&waiting, CUSTODIAN, submitted.expires).expect("it waits"),
        algorithm: submitted.algorithm,
        signature: submitted.signature,
        passkey: submitted.passkey,
    };
    let by = |after| By::new(CUSTODIAN, NOW + after);
    jobs.release(&waiting.department, &job, release, by(Duration::SECOND))
        .await
        .expect("it waits");
    let signing = Signing {
        key: issuance::seal_key("990102-SPZYZ-01").expect("a seal's"),
        digest: [7; 32],
        beside: None,
        purpose: "decision".to_owned(),
        scope: 0,
        catalogue: 1,
        witness: Witness::new(|_, _| true),
    };
    jobs.journal(&job, signing, by(Duration::seconds(2)))
        .await
        .expect("released");
    house.later(Duration::hours(25)).await;
    let found = house.job(&job).await;
    assert_eq!((found.state, found.attempts), (JobState::Journalled, 1));
    let sealed = house.release(&job).await.expect("released again");
    assert_eq!(sealed["state"], "sealed");
    let ended = house.job(&job).await;
    assert_eq!((ended.state, ended.attempts), (JobState::Recorded, 2));
    assert_eq!(house.leaves(&job, LeafKind::SealSignature).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sealed_at_the_level_that_was_asked_for() {
    let house = House::found().await;
    for (number, level) in [(1, Level::Basic), (2, Level::LongTerm)] {
        let job = house.waiting(number, level, blank()).await;
        let offer = house.offer(&job).await;
        assert_eq!(offer.level, Some(level.code()));
        assert_eq!(
            offer.position.as_deref(),
            Some("page 1, 300.00 pt from the left, 200.00 pt from below")
        );
        house.release(&job).await.expect("sealed");
        let file =
            issuance::look::document_file(&house.office, &caller(DEPARTMENT), (&job, None)).await;
        let file = file.expect("kept").bytes;
        let report = verify::examine(
            "sealed.pdf",
            &file,
            &house.office.trust(),
            &Material::empty(),
            &Policy::named("form").expect("built in"),
            NOW,
        );
        assert_eq!(report.verdict, Verdict::Valid, "{report:?}");
        let [signature] = report.signatures.as_slice() else {
            panic!("{report:?}");
        };
        assert_eq!(signature.level, Some(level.code()));
        let has_store = file.windows(4).any(|part| part == b"/DSS");
        assert_eq!(has_store, level == Level::LongTerm);
        assert_eq!(house.leaves(&job, LeafKind::SealSignature).await, 1, "D3");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_holds_at_every_level_however_long_the_sealing_took() {
    for (number, level) in [(1, Level::Basic), (2, Level::LongTerm)] {
        let house = House::found().await;
        house.clock.step.store(1, Ordering::SeqCst);
        let job = house.waiting(number, level, blank()).await;
        let sealed = house.release(&job).await.expect("sealed");
        assert_eq!(sealed["state"], "sealed", "{level:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_acts_is_refused_or_flattened_when_that_is_asked() {
    let house = House::found().await;
    let (asker, file) = (
        caller(DEPARTMENT),
        with_catalog("/OpenAction<</S/Launch/F(x)>>"),
    );
    let refused = house.ask(1, Level::LongTerm, file.clone()).await;
    assert!(
        matches!(refused, Err(DocumentError::Active(_))),
        "{refused:?}"
    );
    let order = DocumentOrder {
        flatten: true,
        ..order(Level::LongTerm)
    };
    let begun = begin_document(&house.office, &asker, &once(2), &order, file).await;
    let Ok(Begun::Waits(answer)) = begun else {
        panic!("{begun:?}");
    };
    let answer = json(&answer.body);
    let flattened = serde_json::json!([
        {"code": "flatten.removed", "what": "preflight.automatic-action", "object": 1}
    ]);
    assert_eq!(answer["flattened"], flattened);
    let job = answer["job"]
        .as_str()
        .and_then(JobId::parse)
        .expect("a job");
    house.release(&job).await.expect("sealed");
    // What reaches nothing to flatten is told nothing of, and what cannot be decided is refused with its reason.
    let quiet = begin_document(&house.office, &asker, &once(3), &order, blank()).await;
    let Ok(Begun::Waits(quiet)) = quiet else {
        panic!("{quiet:?}");
    };
    assert_eq!(json(&quiet.body).get("flattened"), None);
    let signed = with_catalog("/Perms<</UR3<<>>>>");
    let refused = begin_document(&house.office, &asker, &once(4), &order, signed).await;
    let signed = papers::documents::FlattenPdf::Signed;
    assert!(
        matches!(&refused, Err(DocumentError::Flatten(found)) if *found == signed),
        "{refused:?}"
    );
}
