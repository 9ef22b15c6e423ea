//! Reservation: one key, one effect; numbers and identifiers are given once.

use licence::{LicenceNumber, SerialText};
use registry::jobs::JobState;
use registry::licences::{ReserveRefused, Reserving};
use registry::status::ListNumber;

use super::office::{self, NOW, office, reservation};
use crate::stage::on_each_store;

#[test]
fn numbers_and_indices_run_and_the_moment_is_kept() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        for (running, key) in [(1, "first"), (2, "second"), (3, "third")] {
            let reserved = office.reserve(key).await;
            assert_eq!(reserved.drawn.running, running);
            assert_eq!(u64::from(reserved.drawn.status_counter), running - 1);
            assert_eq!(
                reserved.composed.number.as_str(),
                format!("YZCY-990102-2026-{running:06}")
            );
            let job = office.registry.jobs().find(&reserved.job, None).await;
            let job = job.expect("the store answers").expect("it was reserved");
            assert_eq!((job.state, job.begun), (JobState::Reserved, NOW));
            assert!(job.payload.starts_with(b"payload with "));
        }
    });
}

#[test]
fn the_same_request_finds_its_job_and_another_under_its_key_is_refused() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let reserved = office.reserve("once").await;
        // Rendering goes on: the caller is asked to wait.
        let running = office.try_reserve(reservation("once")).await;
        assert!(
            matches!(&running, Err(ReserveRefused::Running { job }) if *job == reserved.job),
            "{running:?}"
        );
        office
            .registry
            .jobs()
            .await_release(
                &reserved.job,
                office::unsealed(),
                office::accepted(),
                office::by(1),
            )
            .await
            .expect("reserved");
        let repeated = office.try_reserve(reservation("once")).await;
        assert_eq!(
            repeated.expect("the same request"),
            Reserving::Repeated {
                job: reserved.job,
                response: Some(office::accepted())
            }
        );
        let mut other = reservation("once");
        other.asked.fingerprint = [1; 32];
        let refused = office.try_reserve(other).await;
        assert!(
            matches!(refused, Err(ReserveRefused::KeyReused)),
            "{refused:?}"
        );
        // Keys are the caller's own.
        let mut elsewhere = reservation("once");
        elsewhere.asked.caller = "another-system".to_owned();
        elsewhere.asked.fingerprint = [1; 32];
        elsewhere.compose = reservation("elsewhere").compose;
        let fresh = office.try_reserve(elsewhere).await;
        assert!(matches!(fresh, Ok(Reserving::Reserved(_))), "{fresh:?}");
    });
}

#[test]
fn the_answer_of_a_finished_request_is_given_again() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let recorded = office.issued("answered").await;
        let repeated = office.try_reserve(reservation("answered")).await;
        assert_eq!(
            repeated.expect("the same request"),
            Reserving::Repeated {
                job: recorded.job.id,
                response: Some(office::response())
            }
        );
    });
}

#[test]
fn a_number_is_unique_within_type_and_issuer_and_an_identifier_for_ever() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let first = office.reserve("first").await;
        let mut same_number = reservation("same-number");
        same_number.number = Some(first.composed.number.clone());
        let number = first.composed.number.clone();
        let inner = same_number.compose;
        same_number.compose = Box::new(move |drawn| {
            let mut composed = inner(drawn)?;
            composed.number = number.clone();
            Ok(composed)
        });
        let refused = office.try_reserve(same_number).await;
        assert!(
            matches!(refused, Err(ReserveRefused::NumberTaken)),
            "{refused:?}"
        );

        let mut same_serial = reservation("same-serial");
        let serial: SerialText = first.composed.identifier.serial().clone();
        same_serial.serial = Some(serial);
        let identifier = first.composed.identifier.clone();
        let inner = same_serial.compose;
        same_serial.compose = Box::new(move |drawn| {
            let mut composed = inner(drawn)?;
            composed.identifier = identifier.clone();
            Ok(composed)
        });
        let refused = office.try_reserve(same_serial).await;
        assert!(
            matches!(refused, Err(ReserveRefused::IdentifierTaken)),
            "{refused:?}"
        );
        // A refused request leaves nothing behind, its key included.
        let again = office.try_reserve(reservation("same-number")).await;
        assert!(matches!(again, Ok(Reserving::Reserved(_))), "{again:?}");
    });
}

#[test]
fn a_drawn_number_that_a_request_brought_before_is_passed_over() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let mut brought = reservation("brought");
        let number = LicenceNumber::parse("YZCY-990102-2026-000002").expect("a number");
        brought.number = Some(number.clone());
        let serial = SerialText::parse("BROUGHT0002").expect("a serial");
        brought.serial = Some(serial.clone());
        let inner = brought.compose;
        brought.compose = Box::new(move |drawn| {
            let mut composed = inner(&registry::licences::Drawn {
                running: 77,
                ..drawn.clone()
            })?;
            composed.number = number.clone();
            composed.identifier = licence::Identifier::new(
                composed.identifier.type_code().clone(),
                *composed.identifier.issuer(),
                serial.clone(),
                composed.identifier.version(),
            );
            Ok(composed)
        });
        office.try_reserve(brought).await.expect("free");
        assert_eq!(office.reserve("one").await.drawn.running, 1);
        assert_eq!(office.reserve("three").await.drawn.running, 3);
    });
}

#[test]
fn a_list_that_is_not_there_is_full() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let mut reservation = reservation("no-list");
        reservation.status_list = ListNumber(2);
        let refused = office.try_reserve(reservation).await;
        assert!(
            matches!(refused, Err(ReserveRefused::ListFull)),
            "{refused:?}"
        );
    });
}
