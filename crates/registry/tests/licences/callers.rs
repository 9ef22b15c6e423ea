//! Machines and people: enrolled once, ended at once; nonces once, quotas by the day.

use catalogue::key::PersonKey;
use crypto::SeededRandom;
use registry::callers::{EnrolRefused, NewCaller, NewPerson, Nonce, Quota};
use time::Duration;
use zeroize::Zeroizing;

use super::office::{NOW, by, department, office, other_department};
use crate::stage::on_each_store;

fn caller() -> NewCaller {
    NewCaller {
        id: "approval-system".to_owned(),
        department: department(),
        name: "审批系统".to_owned(),
        scopes: vec!["issue".to_owned(), "read".to_owned()],
        quota: 2,
        person: None,
        secret: Zeroizing::new(b"a secret of thirty-two octets...".to_vec()),
    }
}

#[test]
fn a_machine_is_enrolled_once_and_ended_in_its_department() {
    on_each_store(|stage| async move {
        let callers = office(&stage).await.registry.callers();
        callers.enrol(caller(), by(0)).await.expect("free");
        let taken = callers.enrol(caller(), by(1)).await;
        assert!(matches!(taken, Err(EnrolRefused::Taken)), "{taken:?}");
        let found = callers.find("approval-system").await.expect("answers");
        let found = found.expect("enrolled");
        assert_eq!(found.secret, caller().secret);
        assert_eq!(found.scopes, caller().scopes);
        assert_eq!(found.person(), "approval-system");
        assert!(!format!("{found:?}").contains("secret of"));
        let foreign = callers.end(&other_department(), &found.id, by(2)).await;
        assert!(matches!(foreign, Err(EnrolRefused::Unknown)), "{foreign:?}");
        callers
            .end(&department(), &found.id, by(2))
            .await
            .expect("enrolled");
        let listed = callers.list(&department()).await.expect("answers");
        assert_eq!(listed[0].ended, Some(by(2).at));
    });
}

#[test]
fn two_accounts_of_one_person_are_one_person() {
    on_each_store(|stage| async move {
        let callers = office(&stage).await.registry.callers();
        for id in ["window-1", "window-2"] {
            let mut account = caller();
            account.id = id.to_owned();
            account.person = PersonKey::parse("he-shouzheng").ok();
            callers.enrol(account, by(0)).await.expect("free");
            let found = callers.find(id).await.expect("answers").expect("enrolled");
            assert_eq!(found.person(), "he-shouzheng");
        }
    });
}

#[test]
fn a_person_is_enrolled_with_the_key_that_releases() {
    on_each_store(|stage| async move {
        let callers = office(&stage).await.registry.callers();
        let random = SeededRandom::new(5);
        let pkcs8 = crypto::generate_pkcs8(crypto::KeyAlgorithm::EcP256, &random);
        let signer = crypto::SoftwareSigner::from_pkcs8(
            &pkcs8.expect("a key"),
            Some(crypto::SignatureAlgorithm::EcdsaP256Sha256),
        );
        let key = crypto::Signer::public_key(&signer.expect("a signer")).clone();
        let id = PersonKey::parse("he-shouzheng").expect("an account");
        let person = NewPerson {
            id: id.clone(),
            department: department(),
            roles: vec!["custodian".to_owned()],
            public_key: Some(key.clone()),
        };
        callers.enrol_person(person, by(0)).await.expect("free");
        let found = callers
            .person(&id)
            .await
            .expect("answers")
            .expect("enrolled");
        assert_eq!(found.public_key, Some(key));
        callers
            .end_person(&department(), &id, by(1))
            .await
            .expect("enrolled");
        let people = callers.people(&department()).await.expect("answers");
        assert_eq!(people[0].ended, Some(by(1).at));
    });
}

#[test]
fn a_nonce_is_used_once_in_ten_minutes() {
    on_each_store(|stage| async move {
        let callers = office(&stage).await.registry.callers();
        callers.enrol(caller(), by(0)).await.expect("free");
        let one = callers.find("approval-system").await.expect("answers");
        let one = one.expect("enrolled");
        let mut other = one.clone();
        "another".clone_into(&mut other.id);
        let after = |seconds| NOW + Duration::seconds(seconds);
        for (caller, seconds, expected) in [
            (&one, 0, Nonce::Fresh),
            (&one, 0, Nonce::Used),
            (&other, 0, Nonce::Fresh),
            (&one, 599, Nonce::Used),
            (&one, 600, Nonce::Fresh),
        ] {
            let (found, _) = callers
                .admit(caller, "nonce", after(seconds))
                .await
                .expect("answers");
            assert_eq!(found, expected, "{} {seconds}", caller.id);
        }
        let forgotten = callers.forget(after(1_200), NOW).await;
        assert_eq!(forgotten.expect("answers"), 2);
    });
}

#[test]
fn requests_of_a_day_are_counted() {
    on_each_store(|stage| async move {
        let callers = office(&stage).await.registry.callers();
        callers.enrol(caller(), by(0)).await.expect("free");
        let caller = callers.find("approval-system").await.expect("answers");
        let caller = caller.expect("enrolled");
        let midnight = time::macros::utc_datetime!(2026-06-11 00:00);
        for (nonce, at, expected) in [
            ("n1", NOW, (Nonce::Fresh, Quota::Left(1))),
            ("n2", NOW, (Nonce::Fresh, Quota::Left(0))),
            (
                "n3",
                NOW,
                (Nonce::Fresh, Quota::Exhausted { until: midnight }),
            ),
            ("n4", midnight, (Nonce::Fresh, Quota::Left(1))),
        ] {
            let found = callers.admit(&caller, nonce, at).await;
            assert_eq!(found.expect("answers"), expected, "{nonce}");
        }
    });
}
