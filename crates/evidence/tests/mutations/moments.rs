//! When an answer was made beside what it says: never before it is known, and no answer is from the future.

use crypto::DigestAlgorithm;
use evidence::ocsp::{Answer, Moment, NoncePolicy, Response, Signer, Status, StatusFault};
use time::Duration;
use time::macros::utc_datetime;

use crate::mutations::answers::{PERIOD, p256, without_certificates};
use crate::mutations::forge::{AT, key, sign};

#[test]
fn a_kept_answer_may_be_old_but_not_from_the_future() {
    let world = p256();
    let id = world.id(DigestAlgorithm::Sha256);
    let response = world.signed(world.answer().about(&[&id], Status::Good, &PERIOD), "ocsp");
    let read = Response::parse(&response).expect("readable");
    let judge = |at| {
        let mut asked = world.asked(None, NoncePolicy::Required);
        asked.moment = Moment::Kept { at };
        read.check(&asked).map(|accepted| accepted.status)
    };
    // The delegate's certificate has ended by then; it was valid when it answered.
    assert_eq!(judge(utc_datetime!(2036-01-01 0:00)), Ok(Status::Good));
    let before = AT - Duration::SECOND;
    assert_eq!(
        judge(before),
        Err(StatusFault::ProducedAhead {
            produced_at: AT,
            at: before
        })
    );
}

#[test]
fn what_is_known_is_not_signed_before_it_is_known() {
    let world = p256();
    let (id, by) = (world.id(DigestAlgorithm::Sha256), Signer::Issuer(&world.ca));
    let answer = Answer::new(by, world.algorithm, AT).about(&[&id], Status::Good, &PERIOD);
    let mut tbs = answer.prepare().expect("an answer").to_be_signed().to_vec();
    let made = tbs
        .windows(4)
        .position(|octets| octets == b"2026")
        .expect("producedAt");
    tbs[made + 3] = b'5';
    let found = world.judge(&without_certificates(
        &tbs,
        sign(&key("p256/ca", None), &tbs).bytes(),
    ));
    assert!(
        matches!(found, Err(StatusFault::NotYetValid { .. })),
        "{found:?}"
    );
}
