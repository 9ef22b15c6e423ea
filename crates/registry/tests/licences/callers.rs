//! Machines and people: enrolled once, ended at once; nonces once, quotas by the day.

use catalogue::key::PersonKey;
use crypto::SeededRandom;
use registry::Registry;
use registry::asked::{Asked, By, IdempotencyKey, Response};
use registry::callers::{
    Bound, EnrolRefused, KeyDigest, Machine, MachineOrder, MachineRefused, NewCaller, NewPerson,
    Nonce, Quota,
};
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
        assert_eq!(found.secret(), Some(caller().secret.as_slice()));
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

const KEY: KeyDigest = [7; 32];

/// An order of an administrator, under a request key of its own.
async fn ordered(
    registry: &Registry,
    (who, at): (&str, i64),
    order: MachineOrder,
) -> Result<usize, MachineRefused> {
    let by = By::new(who, by(at).at);
    let asked = Asked {
        caller: who.to_owned(),
        key: IdempotencyKey::parse(&format!("an-order-number-{at:04}")).expect("a key"),
        fingerprint: [1; 32],
    };
    let say = |machine: &Machine| Response {
        status: 200,
        body: machine.keys.len().to_string().into_bytes(),
    };
    let callers = registry.callers();
    let department = department();
    let kept = callers.keep(&department, order, (asked, by), Box::new(say));
    let kept = kept.await?.expect("answered");
    Ok(String::from_utf8(kept.body)
        .ok()
        .and_then(|text| text.parse().ok())
        .expect("a number"))
}

fn opened(id: &str) -> MachineOrder {
    MachineOrder::Open(NewCaller {
        id: id.to_owned(),
        secret: Zeroizing::default(),
        ..caller()
    })
}

fn bind(id: &str, key: KeyDigest) -> MachineOrder {
    MachineOrder::Bind(id.to_owned(), key)
}

async fn holds(registry: &Registry, key: KeyDigest) -> Option<(String, Bound)> {
    let found = registry.callers().find_bound(&key).await;
    let found = found.expect("answers");
    found.map(|(caller, bound)| (caller.id, bound))
}

#[test]
fn a_key_lets_in_when_a_second_administrator_has_bound_it_and_until_one_ends_it() {
    on_each_store(|stage| async move {
        let registry = office(&stage).await.registry;
        let of = |bound| Some(("m".to_owned(), bound));
        ordered(&registry, ("a", 0), opened("m"))
            .await
            .expect("free");
        let found = registry.callers().find("m").await.expect("answers");
        assert_eq!(
            found.expect("opened").secret(),
            None,
            "no signature is good"
        );
        let again = ordered(&registry, ("a", 1), opened("m")).await;
        assert!(matches!(again, Err(MachineRefused::Taken)), "{again:?}");
        assert_eq!(holds(&registry, KEY).await, None);
        let first = ordered(&registry, ("a", 2), bind("m", KEY)).await;
        assert_eq!(first.expect("bound"), 1);
        assert_eq!(holds(&registry, KEY).await, of(Bound::Waits));
        let alone = ordered(&registry, ("a", 3), bind("m", KEY)).await;
        assert!(
            matches!(alone, Err(MachineRefused::SamePerson)),
            "{alone:?}"
        );
        ordered(&registry, ("b", 4), bind("m", KEY))
            .await
            .expect("confirmed");
        assert_eq!(holds(&registry, KEY).await, of(Bound::Holds));
        let more = ordered(&registry, ("c", 5), bind("m", KEY)).await;
        assert!(
            matches!(more, Err(MachineRefused::NothingToChange)),
            "{more:?}"
        );
        // The same request is answered the same, whatever became of it.
        let repeated = ordered(&registry, ("b", 4), bind("m", KEY)).await;
        assert_eq!(repeated.expect("answered"), 1);
        // Another key beside it, and the first one ends.
        ordered(&registry, ("a", 6), bind("m", [8; 32]))
            .await
            .expect("bound");
        let ended = MachineOrder::Unbind("m".to_owned(), KEY);
        ordered(&registry, ("a", 7), ended.clone())
            .await
            .expect("ended");
        assert_eq!(holds(&registry, KEY).await, of(Bound::Ended));
        let gone = ordered(&registry, ("a", 8), ended).await;
        assert!(matches!(gone, Err(MachineRefused::Unknown)), "{gone:?}");
        let back = ordered(&registry, ("a", 9), bind("m", KEY)).await;
        assert!(matches!(back, Err(MachineRefused::Bound)), "{back:?}");
        let told = registry.callers().machines(&department()).await;
        assert_eq!(told.expect("answers")[0].keys.len(), 2);
        let end = MachineOrder::End("m".to_owned());
        ordered(&registry, ("a", 10), end).await.expect("ended");
        let late = ordered(&registry, ("b", 11), bind("m", [8; 32])).await;
        assert!(matches!(late, Err(MachineRefused::Unknown)), "{late:?}");
    });
}

#[test]
fn a_key_is_one_machine_s_and_what_one_administrator_said_keeps_nobody_out() {
    on_each_store(|stage| async move {
        let registry = office(&stage).await.registry;
        for (at, id) in [(0, "m"), (1, "n")] {
            ordered(&registry, ("a", at), opened(id))
                .await
                .expect("free");
        }
        // A key that one administrator alone bound to another machine gives way.
        ordered(&registry, ("a", 2), bind("m", KEY))
            .await
            .expect("bound");
        ordered(&registry, ("a", 3), bind("n", KEY))
            .await
            .expect("bound");
        assert_eq!(
            holds(&registry, KEY).await,
            Some(("n".to_owned(), Bound::Waits))
        );
        ordered(&registry, ("b", 4), bind("n", KEY))
            .await
            .expect("confirmed");
        let other = ordered(&registry, ("a", 5), bind("m", KEY)).await;
        assert!(matches!(other, Err(MachineRefused::Bound)), "{other:?}");
        // One that waits is taken back, and is not used up.
        ordered(&registry, ("a", 6), bind("m", [9; 32]))
            .await
            .expect("bound");
        let taken_back = MachineOrder::Unbind("m".to_owned(), [9; 32]);
        ordered(&registry, ("b", 7), taken_back)
            .await
            .expect("taken back");
        assert_eq!(holds(&registry, [9; 32]).await, None);
        for (at, key) in (8..).zip(10..14) {
            ordered(&registry, ("a", at), bind("m", [key; 32]))
                .await
                .expect("room");
        }
        let fifth = ordered(&registry, ("a", 12), bind("m", [14; 32])).await;
        assert!(matches!(fifth, Err(MachineRefused::TooMany)), "{fifth:?}");
        let unknown = ordered(&registry, ("a", 13), bind("o", [15; 32])).await;
        assert!(
            matches!(unknown, Err(MachineRefused::Unknown)),
            "{unknown:?}"
        );
    });
}

#[test]
fn nobody_binds_a_key_to_an_account_through_which_they_act() {
    on_each_store(|stage| async move {
        let registry = office(&stage).await.registry;
        let mut account = caller();
        account.person = PersonKey::parse("a").ok();
        registry
            .callers()
            .enrol(account, by(0))
            .await
            .expect("free");
        let own = ordered(&registry, ("a", 1), bind("approval-system", KEY)).await;
        assert!(matches!(own, Err(MachineRefused::SamePerson)), "{own:?}");
    });
}

#[test]
fn requests_over_tls_count_in_the_same_quota() {
    on_each_store(|stage| async move {
        let callers = office(&stage).await.registry.callers();
        callers.enrol(caller(), by(0)).await.expect("free");
        let found = callers.find("approval-system").await.expect("answers");
        let found = found.expect("enrolled");
        let count = || callers.count(&found, NOW);
        assert_eq!(count().await.expect("answers"), Quota::Left(1));
        let admitted = callers.admit(&found, "a-nonce-of-its-own", NOW).await;
        assert_eq!(admitted.expect("answers"), (Nonce::Fresh, Quota::Left(0)));
        let more = count().await.expect("answers");
        assert!(matches!(more, Quota::Exhausted { .. }), "{more:?}");
    });
}
