//! A failure that lasts ends its job: with a reason, and without a trace of what did not leave.

use issuance::release::ReleaseError;
use issuance::{Begun, IssueError, IssueOrder, Level, SealingError};
use licence::IssueRequest;
use papers::documents::DocumentError;
use registry::asked::By;
use registry::jobs::{DocumentReservation, DocumentReserving, Grounds, JobState};
use serde_json::Value;
use time::Duration;
use tlog::LeafKind;

use super::stage::{DEPARTMENT, blank, json, order};
use crate::house::{House, NOW, caller, once};

/// A document that was sealed, and then changed where its first signature looks.
async fn broken(house: &House) -> Vec<u8> {
    let job = house.waiting(1, Level::LongTerm, blank()).await;
    house.release(&job).await.expect("sealed");
    let file =
        issuance::look::document_file(&house.office, &caller(DEPARTMENT), (&job, None)).await;
    let mut file = file.expect("kept").bytes;
    let place = file.windows(7).position(|part| part == b"595 842");
    *file.get_mut(place.expect("its size") + 2).expect("inside") = b'6';
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_recheck_refuses_is_sealed_three_times_and_then_given_up_with_its_reason() {
    let house = House::found().await;
    let file = broken(&house).await;
    let job = house.waiting(2, Level::LongTerm, file).await;
    let refused = house
        .release(&job)
        .await
        .expect_err("its first signature is broken");
    let ReleaseError::Sealing(cause) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        matches!(*cause, IssueError::Sealing(SealingError::NotAccepted(_))),
        "{cause:?}"
    );
    assert_eq!(house.job(&job).await.state, JobState::Journalled);
    for _ in 0..6 {
        house.later(Duration::minutes(2)).await;
    }
    let ended = house.job(&job).await;
    assert_eq!((ended.state, ended.attempts), (JobState::Failed, 3));
    let signed = house.leaves(&job, LeafKind::SealSignature).await;
    let closed = house.leaves(&job, LeafKind::Abandoned).await;
    assert_eq!(
        (signed, closed),
        (3, 3),
        "each signature is closed in the log"
    );
    let told = issuance::look::job(&house.office, &caller(DEPARTMENT), &job).await;
    let told = told.expect("it is there");
    assert_eq!(told.state, "failed");
    let reason = told.reason.expect("a reason");
    assert!(reason.starts_with("seal.not-accepted: "), "{reason}");
    let file =
        issuance::look::document_file(&house.office, &caller(DEPARTMENT), (&job, None)).await;
    assert!(matches!(file, Err(IssueError::Unknown)), "nothing left");
}

/// A food licence whose address has a character that no font has.
fn unprintable() -> IssueOrder {
    let text = include_str!("../../../demo/assets/licences.json");
    let all: Vec<Value> = serde_json::from_str(text).expect("JSON");
    let food = all
        .into_iter()
        .find(|entry| entry["request"]["type"] == "FOOD");
    let mut request = food.expect("a food licence")["request"].take();
    request["fields"]["address"] = "云洲省\u{30EDD}路1号".into();
    let request: IssueRequest = serde_json::from_value(request).expect("a request");
    IssueOrder {
        request,
        photo: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_page_cannot_be_made_is_told_the_same_when_it_is_repeated() {
    let house = House::found().await;
    let order = unprintable();
    let asker = caller(&order.request.issuer);
    let first = issuance::begin(&house.office, &asker, &once(1), &order).await;
    let Err(IssueError::Draft(cause)) = first else {
        panic!("{first:?}");
    };
    let mut expected = cause.to_string();
    let mut below: Option<&dyn std::error::Error> = std::error::Error::source(&cause);
    while let Some(error) = below {
        expected = format!("{expected}: {error}");
        below = error.source();
    }
    for _ in 0..2 {
        let again = issuance::begin(&house.office, &asker, &once(1), &order).await;
        let Err(IssueError::GivenUp(reason)) = again else {
            panic!("{again:?}");
        };
        assert_eq!(reason.code, "licence.page-refused");
        assert_eq!(reason.text, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reserved_document_that_nobody_brings_again_ends_with_its_reservation() {
    let house = House::found().await;
    let order = order(Level::LongTerm);
    let asker = caller(DEPARTMENT);
    let once = once(1);
    // A process was lost between the reservation and the file.
    let reservation = DocumentReservation {
        asked: registry::asked::Asked {
            caller: asker.account.clone(),
            key: once.key.clone(),
            fingerprint: once.fingerprint,
        },
        by: By::new(asker.person.clone(), NOW),
        department: asker.department.clone(),
        grounds: Grounds {
            seal: order.seal.clone(),
            purpose: order.purpose,
            matter: order.matter.clone(),
            case: order.case.clone(),
            decision: order.ground.clone(),
            decided_by: None,
            requester: asker.person.clone(),
        },
        catalogue: 1,
        payload: br#"{"page":1,"corner":[300.0,200.0]}"#.to_vec(),
    };
    let jobs = house.office.registry().jobs();
    let reserved = jobs.reserve_document(reservation).await.expect("the first");
    let DocumentReserving::Reserved(job) = reserved else {
        panic!("{reserved:?}");
    };
    house.later(Duration::hours(71)).await;
    assert_eq!(house.job(&job).await.state, JobState::Reserved);
    house.later(Duration::hours(1)).await;
    let ended = house.job(&job).await;
    assert_eq!(ended.state, JobState::Failed);
    let reason = ended.reason.expect("a reason");
    assert!(reason.starts_with("job.expired: "), "{reason}");
    let again = house.ask(1, Level::LongTerm, blank()).await;
    let Err(DocumentError::Repeated(cause)) = again else {
        panic!("{again:?}");
    };
    assert!(
        matches!(&*cause, IssueError::GivenUp(reason) if reason.code == "job.expired"),
        "{cause:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_code_is_journalled_with_its_reservation_and_once() {
    let house = House::found().await;
    let mut order = unprintable();
    let fields = serde_json::json!({"address": "云洲省临溪市青石区长桥路1号"});
    for (name, value) in fields.as_object().expect("fields") {
        order.request.fields.insert(name.clone(), value.clone());
    }
    let asker = caller(&order.request.issuer);
    let begun = issuance::begin(&house.office, &asker, &once(1), &order).await;
    let Ok(Begun::Waits(answer)) = begun else {
        panic!("{begun:?}");
    };
    let text = json(&answer.body)["lc1"]
        .as_str()
        .expect("a code")
        .to_owned();
    let code = credential::Lc1::parse(&text).expect("ours");
    let key = issuance::ServiceKey::Credential.id();
    let trace = house.office.registry().trace();
    let ledger = trace
        .ledger(&asker.department, &key, 0)
        .await
        .expect("a store");
    let lines: Vec<&str> = ledger.iter().map(|entry| entry.detail.as_str()).collect();
    let kid = code.kid().try_into().expect("eight octets");
    let algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256;
    let signed = code.claims().prepare(kid, algorithm).expect("as it was");
    let digest = crypto::sha256(signed.to_be_signed());
    let digest: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert!(line.contains(&format!("digest={digest}")), "{line}");
}
