//! Certificates, revocation lists and OCSP answers.

use crypto::KeyId;
use pki::certificate::SerialNumber;
use pki::crl::{Reason, Revoked};
use registry::Registry;
use registry::certificates::{
    CertificateError, Intent, Revocation, Scope, SignedAnswer, SignedList, Standing,
};
use time::Duration;

use super::moment::at;
use crate::licences::trace::tamper;
use crate::stage::on_each_store;

fn ca() -> KeyId {
    KeyId::parse("ca").expect("a key's name")
}

fn serial(number: u8) -> SerialNumber {
    SerialNumber::from_random([number; 16])
}

fn intent(number: u8, shard: u32) -> Intent {
    Intent {
        issuer: ca(),
        serial: serial(number),
        tbs_digest: [number; 32],
        profile: "seal".to_owned(),
        shard,
        department: "Q-APR".to_owned(),
        moment: at(i64::from(number)),
    }
}

async fn issued(registry: &Registry, number: u8, shard: u32) {
    let certificates = registry.certificates();
    certificates
        .intend(intent(number, shard))
        .await
        .expect("a fresh serial number");
    certificates
        .issued(
            &ca(),
            serial(number),
            [number; 32],
            vec![0x30, number],
            None,
        )
        .await
        .expect("intended");
}

fn revoked(number: u8, reason: Reason) -> Revoked {
    Revoked {
        serial: serial(number),
        since: at(100),
        reason,
        invalid_since: Some(at(90)),
    }
}

fn answer(this: i64) -> SignedAnswer {
    SignedAnswer {
        der: format!("answer of {this}").into_bytes(),
        this_update: at(this),
        next_update: at(this) + Duration::hours(48),
    }
}

#[test]
fn a_serial_number_is_taken_once_per_issuer() {
    on_each_store(async |stage| {
        let (one, other) = (stage.open().await, stage.open().await);
        let (mine, theirs) = (one.certificates(), other.certificates());
        let (me, them) = tokio::join!(mine.intend(intent(1, 0)), theirs.intend(intent(1, 3)));
        assert!(me.is_ok() != them.is_ok(), "{me:?} {them:?}");
        let refused = me.and(them).expect_err("one of the two");
        assert!(matches!(refused, CertificateError::SerialTaken(taken) if taken == serial(1)));
        let root = KeyId::parse("root").expect("a key's name");
        let of_the_root = Intent {
            issuer: root,
            ..intent(1, 0)
        };
        mine.intend(of_the_root).await.expect("another issuer's");
    });
}

/// T-C9.
#[test]
fn only_what_was_issued_is_good() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let certificates = registry.certificates();
        let standing = async |number| {
            let found = certificates.find(&ca(), serial(number)).await;
            found.expect("readable").map(|found| found.standing)
        };
        assert_eq!(standing(1).await, None);
        certificates.intend(intent(1, 0)).await.expect("fresh");
        assert_eq!(standing(1).await, Some(Standing::Intended));
        let wrong = certificates
            .issued(&ca(), serial(1), [9; 32], vec![1], None)
            .await
            .expect_err("other octets than intended");
        assert!(matches!(wrong, CertificateError::NotIntended(_)));
        certificates
            .issued(&ca(), serial(1), [1; 32], vec![0x30, 1], None)
            .await
            .expect("as intended");
        assert_eq!(standing(1).await, Some(Standing::Good));
        let again = certificates
            .issued(&ca(), serial(1), [1; 32], vec![0x30, 2], None)
            .await;
        assert!(
            matches!(again, Err(CertificateError::NotIntended(_))),
            "a second certificate under one number"
        );

        certificates.intend(intent(2, 0)).await.expect("fresh");
        let open = certificates.unfinished(&ca(), 10).await.expect("readable");
        assert_eq!(open.len(), 1);
        certificates
            .void(&ca(), serial(2), at(200))
            .await
            .expect("unfinished");
        assert_eq!(standing(2).await, Some(Standing::Voided));
        assert!(certificates.void(&ca(), serial(1), at(200)).await.is_err());
        let late = certificates
            .issued(&ca(), serial(2), [2; 32], vec![1], None)
            .await;
        assert!(matches!(late, Err(CertificateError::NotIntended(_))));
        let revoke = certificates
            .revoke(&ca(), revoked(2, Reason::KeyCompromise), None)
            .await;
        assert!(matches!(revoke, Err(CertificateError::NotIssued(_))));
        let due = registry.ocsp_answers().due(&ca(), at(0), 10).await;
        assert_eq!(due.expect("readable").len(), 1, "no answer for the void");
    });
}

#[test]
fn a_revocation_is_told_once_and_only_a_hold_is_taken_back() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let certificates = registry.certificates();
        issued(&registry, 1, 0).await;
        let hold = revoked(1, Reason::CertificateHold);
        let kept = certificates
            .revoke(&ca(), hold, None)
            .await
            .expect("issued");
        assert_eq!(kept, Revocation::Recorded);
        let again = certificates
            .revoke(&ca(), hold, None)
            .await
            .expect("issued");
        assert_eq!(again, Revocation::Already(hold));
        certificates.resume(&ca(), serial(1)).await.expect("held");
        assert!(matches!(
            certificates.resume(&ca(), serial(1)).await,
            Err(CertificateError::NotHeld(_))
        ));
        certificates
            .revoke(&ca(), hold, None)
            .await
            .expect("issued");
        let compromised = revoked(1, Reason::KeyCompromise);
        let kept = certificates.revoke(&ca(), compromised, None).await;
        assert_eq!(kept.expect("from a hold"), Revocation::Recorded);
        assert!(matches!(
            certificates.resume(&ca(), serial(1)).await,
            Err(CertificateError::NotHeld(_))
        ));
        let milder = certificates
            .revoke(&ca(), hold, None)
            .await
            .expect("issued");
        assert_eq!(milder, Revocation::Already(compromised));
        let found = certificates.find(&ca(), serial(1)).await.expect("readable");
        assert_eq!(
            found.expect("issued").standing,
            Standing::Revoked(compromised)
        );
    });
}

#[test]
fn a_list_has_one_writer_and_numbers_only_rise() {
    on_each_store(async |stage| {
        let (one, other) = (stage.open().await, stage.open().await);
        one.revocation_lists().begin(&ca(), 2).await.expect("begun");
        let (mine, theirs) = (one.revocation_lists(), other.revocation_lists());
        let scope = Scope::Shard(1);
        let (key_a, key_b) = (ca(), ca());
        let (me, them) = tokio::join!(
            mine.take_turn(&key_a, scope, at(0), at(30)),
            theirs.take_turn(&key_b, scope, at(0), at(30))
        );
        let first = match (me, them) {
            (Ok(turn), Err(CertificateError::Leased))
            | (Err(CertificateError::Leased), Ok(turn)) => turn,
            both => panic!("not exactly one took the turn: {both:?}"),
        };
        // Another scope is another turn.
        mine.take_turn(&ca(), Scope::Complete, at(0), at(30))
            .await
            .expect("free");
        let second = theirs
            .take_turn(&ca(), scope, at(30), at(60))
            .await
            .expect("the first lease is over");
        assert!(second.number > first.number);
        let list = |number| SignedList {
            number,
            der: vec![1],
            this_update: at(30),
            next_update: at(90),
        };
        let late = mine.publish(&ca(), scope, first, list(first.number)).await;
        assert!(matches!(late, Err(CertificateError::Overtaken(_))));
        theirs
            .publish(&ca(), scope, second, list(second.number))
            .await
            .expect("in its turn");
        let latest = mine.latest(&ca(), scope).await.expect("readable");
        assert_eq!(latest, Some(list(second.number)));
        let third = mine
            .take_turn(&ca(), scope, at(31), at(61))
            .await
            .expect("publishing ended the turn");
        assert!(third.number > second.number);
    });
}

/// T-A3.
#[test]
fn a_revocation_makes_its_shard_and_the_complete_list_due() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let lists = registry.revocation_lists();
        let publish = async |scope, now| {
            let turn = lists
                .take_turn(&ca(), scope, at(now), at(now + 10))
                .await
                .expect("free");
            let entries = lists.revoked_in(&ca(), scope).await.expect("readable");
            let list = SignedList {
                number: turn.number,
                der: vec![1],
                this_update: at(now),
                next_update: at(now + 1_000),
            };
            (turn, list, entries)
        };
        issued(&registry, 1, 0).await;
        issued(&registry, 2, 1).await;
        let all = [Scope::Complete, Scope::Shard(0), Scope::Shard(1)];
        assert_eq!(lists.due(&ca(), at(0)).await.expect("readable"), all);
        for scope in all {
            let (turn, list, entries) = publish(scope, 100).await;
            assert_eq!(entries, []);
            lists
                .publish(&ca(), scope, turn, list)
                .await
                .expect("in turn");
        }
        assert_eq!(lists.due(&ca(), at(200)).await.expect("readable"), []);
        assert_eq!(lists.due(&ca(), at(600)).await.expect("readable"), all);

        let gone = revoked(2, Reason::KeyCompromise);
        registry
            .certificates()
            .revoke(&ca(), gone, None)
            .await
            .expect("issued");
        let both = [Scope::Complete, Scope::Shard(1)];
        assert_eq!(lists.due(&ca(), at(200)).await.expect("readable"), both);
        // Revoked between the turn and the publication: the scope stays due.
        let (turn, list, entries) = publish(Scope::Complete, 200).await;
        assert_eq!(entries, [gone]);
        registry
            .certificates()
            .revoke(&ca(), revoked(1, Reason::Superseded), None)
            .await
            .expect("issued");
        lists
            .publish(&ca(), Scope::Complete, turn, list)
            .await
            .expect("in turn");
        assert_eq!(lists.due(&ca(), at(200)).await.expect("readable"), all);
        let shard = lists.revoked_in(&ca(), Scope::Shard(0)).await;
        assert_eq!(shard.expect("readable"), [revoked(1, Reason::Superseded)]);
    });
}

/// T-A2.
#[test]
fn an_answer_is_due_at_once_at_half_its_life_and_after_a_revocation() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let answers = registry.ocsp_answers();
        issued(&registry, 1, 0).await;
        issued(&registry, 2, 0).await;
        let due = async |seconds| answers.due(&ca(), at(seconds), 10).await.expect("readable");
        let first = due(0).await;
        assert_eq!(first.len(), 2);
        assert!(first.iter().all(|due| due.revoked.is_none()));
        let kept = answers
            .keep(&ca(), first.iter().map(|due| (*due, answer(0))).collect())
            .await;
        assert_eq!(kept.expect("kept"), 2);
        assert_eq!(due(24 * 3_600 - 1).await.len(), 0);
        assert_eq!(due(24 * 3_600).await.len(), 2);

        registry
            .certificates()
            .revoke(&ca(), revoked(2, Reason::KeyCompromise), None)
            .await
            .expect("issued");
        let second = due(1).await;
        assert_eq!(second.len(), 1);
        assert_eq!(
            second.first().and_then(|due| due.revoked),
            Some(revoked(2, Reason::KeyCompromise))
        );
        // *Good*, signed before the revocation and offered after it.
        let stale = first.iter().map(|due| (*due, answer(5))).collect();
        assert_eq!(answers.keep(&ca(), stale).await.expect("asked"), 1);
        assert_eq!(due(6).await, second, "still due");
        let truth = second.iter().map(|due| (*due, answer(6))).collect();
        assert_eq!(answers.keep(&ca(), truth).await.expect("asked"), 1);
        // And an answer of an earlier moment never takes the place of a later one.
        let earlier = second.iter().map(|due| (*due, answer(3))).collect();
        assert_eq!(answers.keep(&ca(), earlier).await.expect("asked"), 0);
        let found = answers.find(&ca(), serial(2)).await.expect("readable");
        assert_eq!(found, Some(answer(6)));

        let all = answers.list(&ca(), None, 10).await.expect("readable");
        assert_eq!(all.len(), 2);
        let rest = answers
            .list(&ca(), Some(serial(1)), 10)
            .await
            .expect("readable");
        assert_eq!(rest, [(serial(2), answer(6))]);
    });
}

#[test]
fn the_certificates_of_a_key_are_found_whether_their_key_was_noted_or_not() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let certificates = registry.certificates();
        let read = |octets: &[u8]| pki::certificate::Certificate::parse(octets).expect("reads");
        let own = read(include_bytes!(
            "../../../../keys-example/files/seal-990102-SPZYZ-01.cer"
        ));
        let other = read(include_bytes!(
            "../../../../keys-example/files/seal-990102-SLZYZ-01.cer"
        ));
        for (number, der) in [(1, &own), (2, &other), (3, &own)] {
            certificates.intend(intent(number, 0)).await.expect("fresh");
            let der = der.der().to_vec();
            let (ca, tbs) = (ca(), [number; 32]);
            let done = certificates.issued(&ca, serial(number), tbs, der, None);
            done.await.expect("intended");
        }
        issued(&registry, 4, 0).await;
        let key = own.public_key().expect("a key");
        let of_key = async || {
            let found = certificates.of_key(&ca(), "seal", &key).await;
            let found = found.expect("readable").into_iter();
            found.map(|one| one.serial).collect::<Vec<_>>()
        };
        assert_eq!(of_key().await, [serial(3), serial(1)], "the newest first");
        // Issued before keys were noted.
        tamper(
            &stage,
            "UPDATE certificate SET subject_key = NULL WHERE intended = 1780000001",
        )
        .await;
        assert_eq!(of_key().await, [serial(3), serial(1)]);
        assert!(
            certificates
                .of_key(&ca(), "signer", &key)
                .await
                .expect("readable")
                .is_empty()
        );
    });
}
