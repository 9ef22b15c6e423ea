//! Another catalogue came into force at another process: what was judged by the one before is not taken.

use crypto::{Listing, sha256};
use registry::Registry;
use registry::asked::IdempotencyKey;
use registry::batches::{BatchBegun, BatchRefused, ListRelease, NewBatch, NewLine};
use registry::jobs::{DocumentRefused, DocumentReservation, JobState, Jobs, Signing, StepRefused};
use registry::licences::ReserveRefused;

use super::office::{
    accepted, asked, by, custodian, department, grounds, office, release, reservation, signing,
    unsealed,
};
use crate::stage::on_each_store;

/// Another process puts a catalogue in force; gives its number.
async fn imported(other: &Registry, sources: &[u8]) -> u64 {
    let (digest, person) = (sha256(sources), "gu.xingzhou".to_owned());
    let catalogues = other.catalogues();
    let imported = catalogues.import(sources.to_vec(), digest, person, by(0).at);
    imported.await.expect("nobody else imports")
}

fn under(catalogue: u64) -> Signing {
    Signing {
        catalogue,
        ..signing()
    }
}

#[test]
fn a_use_that_was_ruled_on_by_the_catalogue_before_is_not_journalled() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let released = office.released("released").await;
        let waiting = office.waiting("waiting").await;
        let other = stage.open().await;
        assert_eq!(imported(&other, b"one").await, 1);
        let jobs = office.registry.jobs();
        let stale = jobs.journal(&released.id, signing(), by(4)).await;
        assert!(matches!(stale, Err(StepRefused::OtherCatalogue)));
        let at_once = (department(), release(&waiting));
        let both = || (custodian(4), by(4));
        let what = (at_once.1.clone(), under(0));
        let stale = jobs.release_and_journal((&at_once.0, &waiting.id), what, both());
        assert!(matches!(stale.await, Err(StepRefused::OtherCatalogue)));
        let uses = office
            .registry
            .seals()
            .uses(&[signing().key, signing().key])
            .await;
        assert_eq!(uses.expect("answers"), 0);
        for (job, state) in [
            (&released.id, JobState::Released),
            (&waiting.id, JobState::Waiting),
        ] {
            let found = jobs.find(job, None).await.expect("answers").expect("kept");
            assert_eq!(found.state, state, "it stays as it is");
        }
        // Judged by what is in force, it goes on.
        jobs.journal(&released.id, under(1), by(5))
            .await
            .expect("by the catalogue in force");
        let what = (at_once.1, under(1));
        jobs.release_and_journal((&at_once.0, &waiting.id), what, both())
            .await
            .expect("by the catalogue in force");
        let faults = office.registry.trace().check(&department()).await;
        assert!(faults.expect("answers").is_empty());
    });
}

#[test]
fn what_was_admitted_by_the_catalogue_before_is_not_reserved_and_its_key_stays_free() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let other = stage.open().await;
        assert_eq!(imported(&other, b"one").await, 1);
        let licences = office.registry.licences();
        let stale = licences.reserve(reservation("licence")).await;
        assert!(matches!(stale, Err(ReserveRefused::OtherCatalogue)));
        let mut anew = reservation("licence");
        anew.catalogue = 1;
        licences.reserve(anew).await.expect("under the same key");
        let jobs = office.registry.jobs();
        let mut document = DocumentReservation {
            asked: asked("document"),
            by: by(0),
            department: department(),
            catalogue: 0,
            grounds: grounds(),
            payload: b"where the file is".to_vec(),
        };
        let stale = jobs.reserve_document(document.clone()).await;
        assert!(matches!(stale, Err(DocumentRefused::OtherCatalogue)));
        document.catalogue = 1;
        let anew = jobs.reserve_document(document).await;
        anew.expect("under the same key");
        let batches = office.registry.batches();
        let stale = batches.begin(batch(0)).await;
        let refused = stale.expect_err("by the catalogue before");
        assert!(matches!(
            refused,
            BatchRefused::Line {
                place: 0,
                refused: ReserveRefused::OtherCatalogue
            }
        ));
        let begun = batches.begin(batch(1)).await;
        assert!(matches!(begun, Ok(BatchBegun::Begun(..))));
    });
}

fn batch(catalogue: u64) -> NewBatch {
    let mut line = reservation("of-a-batch");
    line.catalogue = catalogue;
    let mut asked = asked("batch");
    asked.key = IdempotencyKey::parse("request-number-batch-0").expect("long enough");
    NewBatch {
        asked,
        by: by(0),
        department: department(),
        requester: "approval-system".to_owned(),
        seal: grounds().seal,
        package: String::new(),
        lines: vec![NewLine {
            entry: 0,
            reservation: line,
        }],
        respond: Box::new(|_, _| accepted()),
    }
}

#[test]
fn a_list_that_was_ruled_on_by_the_catalogue_before_releases_nothing() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let batches = office.registry.batches();
        let jobs = office.registry.jobs();
        let Ok(BatchBegun::Begun(id, _)) = batches.begin(batch(0)).await else {
            panic!("it begins");
        };
        for job in jobs.of_batch(&id).await.expect("answers") {
            jobs.await_release(&job.id, unsealed(), accepted(), by(1))
                .await
                .expect("rendered");
        }
        let other = stage.open().await;
        assert_eq!(imported(&other, b"one").await, 1);
        let waiting = jobs.of_batch(&id).await.expect("answers");
        let given = waiting.first().map(release).expect("one");
        let listing = Listing::of(id.as_str(), std::slice::from_ref(&given.statement));
        let list = |catalogue| ListRelease {
            listing: listing.clone().expect("a list"),
            releaser: given.statement.releaser.clone(),
            expires: given.statement.expires,
            algorithm: given.algorithm,
            signature: given.signature.clone(),
            passkey: None,
            catalogue: Some(catalogue),
            held: Vec::new(),
        };
        let place = department();
        let stale = batches.release(&place, &id, list(0), custodian(2)).await;
        assert!(matches!(stale, Err(StepRefused::OtherCatalogue)));
        let found = jobs.of_batch(&id).await.expect("answers");
        assert!(found.iter().all(|job| job.state == JobState::Waiting));
        let anew = batches.release(&place, &id, list(1), custodian(3)).await;
        assert_eq!(anew.expect("by the catalogue in force").released.len(), 1);
    });
}

/// A use under way holds the catalogue until it ends, and none that comes after another catalogue is by the one before.
#[test]
fn of_uses_and_a_catalogue_that_race_none_is_journalled_after_it_by_the_one_before() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let mut released = Vec::new();
        for number in 0..12 {
            released.push(office.released(&format!("racing-{number}")).await);
        }
        let other = stage.open().await;
        let uses = released.into_iter().map(|job| {
            let jobs: Jobs = office.registry.jobs();
            tokio::spawn(async move { jobs.journal(&job.id, under(0), by(4)).await })
        });
        let uses: Vec<_> = uses.collect();
        assert_eq!(imported(&other, b"one").await, 1);
        // It was answered: from here on nothing more comes to the journal.
        let seals = office.registry.seals();
        let then = seals
            .uses(&[signing().key, signing().key])
            .await
            .expect("answers");
        let mut taken = 0;
        for one in uses {
            match one.await.expect("it ends") {
                Ok(_) => taken += 1,
                Err(refused) => assert!(matches!(refused, StepRefused::OtherCatalogue)),
            }
        }
        let after = seals
            .uses(&[signing().key, signing().key])
            .await
            .expect("answers");
        assert_eq!((then, after), (taken, taken));
    });
}
