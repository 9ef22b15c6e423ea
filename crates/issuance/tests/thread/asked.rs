//! What anyone may ask for: each signature stands in the journal, those of one moment in one line.

use std::collections::BTreeSet;

use crypto::{Digest, DigestAlgorithm, SystemRandom};
use evidence::ocsp::{CertificateId, Nonce, Request};
use evidence::tsp;
use issuance::ServiceKey;
use issuance::answers::Answered;
use registry::trace::Entry;
use tokio::task::JoinSet;

use crate::house::{House, caller};

const ASKING: u8 = 40;

async fn lines(house: &House, key: ServiceKey) -> Vec<Entry> {
    let service = caller("S-SERVICE").department;
    let trace = house.office.registry().trace();
    let ledger = trace.ledger(&service, &key.id(), 0).await;
    assert!(trace.check(&service).await.expect("answers").is_empty());
    ledger.expect("answers")
}

fn digests(lines: &[Entry]) -> (usize, BTreeSet<String>) {
    let named = lines.iter().flat_map(|line| line.detail.lines());
    let named: Vec<String> = named
        .filter_map(|line| line.strip_prefix("digest=").map(str::to_owned))
        .collect();
    (named.len(), named.into_iter().collect())
}

#[tokio::test]
async fn time_stamps_of_one_moment_stand_in_one_line_each_by_its_digest() {
    let house = House::found().await;
    let (before, _) = digests(&lines(&house, ServiceKey::TimeStamps).await);
    let mut asking = JoinSet::new();
    for number in 0..ASKING {
        let office = house.office.clone();
        asking.spawn(async move {
            let digest = Digest::of(DigestAlgorithm::Sha256, &[number]);
            let query = tsp::Request::new(&digest).encode();
            issuance::asked::stamp(&office, &query).await
        });
    }
    while let Some(answer) = asking.join_next().await {
        let answer = answer.expect("no panic").expect("a token");
        assert!(tsp::Response::parse(&answer).is_ok());
    }
    let lines = lines(&house, ServiceKey::TimeStamps).await;
    let (all, different) = digests(&lines);
    assert_eq!(all - before, usize::from(ASKING));
    assert_eq!(all, different.len());
    assert!(lines.len() < usize::from(ASKING), "{} lines", lines.len());
}

#[tokio::test]
async fn an_answer_with_a_nonce_is_journalled_and_one_signed_ahead_is_not_signed_again() {
    let house = House::found().await;
    let hierarchy = house.office.hierarchy();
    let unit = hierarchy.time_stamps.current();
    let serial = unit.serial();
    let id = CertificateId::new(DigestAlgorithm::Sha256, &hierarchy.authority, serial);
    let (before, _) = digests(&lines(&house, ServiceKey::Responder).await);
    let ahead = Request::new(id.clone(), None).encode();
    let answered = issuance::asked::status(&house.office, &ahead).await;
    assert!(matches!(answered, Ok(Answered::Ahead(_))), "{answered:?}");
    let (after, _) = digests(&lines(&house, ServiceKey::Responder).await);
    assert_eq!(before, after);
    let nonce = Nonce::draw(&SystemRandom::new()).expect("random");
    let fresh = Request::new(id, Some(nonce)).encode();
    let answered = issuance::asked::status(&house.office, &fresh).await;
    assert!(matches!(answered, Ok(Answered::Fresh(_))), "{answered:?}");
    let (after, _) = digests(&lines(&house, ServiceKey::Responder).await);
    assert_eq!(before + 1, after);
}
