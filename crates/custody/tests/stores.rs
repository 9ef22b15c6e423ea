//! One body of tests over the software store and over SoftHSM2: whoever signs does not see which it is (T-K2).

use crypto::device::Order;
use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyStore, KeyStoreError, KeyUse, Release,
    ReleaseStatement, SignError, Signer as _, SoftwareSigner, SystemRandom, generate_pkcs8,
};
use time::{Duration, UtcDateTime};

use crate::softhsm::{KINDS, PASSPHRASE, id, over_both};

const MESSAGE: &[u8] = b"what is to be signed";
const SEAL: &str = "seal-990102-SPZYZ-01";

pub(crate) fn random() -> SystemRandom {
    SystemRandom::new()
}

pub(crate) fn noon() -> UtcDateTime {
    UtcDateTime::from_unix_timestamp(1_781_006_400).expect("within the calendar")
}

pub(crate) fn order(name: &str, for_use: KeyUse, kind: KeyAlgorithm) -> Order<'static> {
    Order {
        id: id(name),
        for_use,
        kind,
        algorithm: None,
        seal: None,
    }
}

fn journalled(key: &KeyId, message: &[u8]) -> Authorisation {
    Authorisation::journalled(key.clone(), KeyUse::Ocsp, message, noon())
}

/// Signs, and asks the public half that the store shows.
fn signs(store: &KeyStore, key: &KeyId, message: &[u8]) {
    let signature = store.sign(message, &journalled(key, message));
    let signature = signature.expect("it signs");
    let (public, algorithm, _) = store.public_key(key).expect("it is there");
    // What came from elsewhere: a value that was made here would be taken at its word.
    let received = crypto::Signature::new(signature.bytes().to_vec());
    assert_eq!(public.check(algorithm, message, &received), Ok(()), "{key}");
}

#[test]
fn every_kind_of_key_signs_and_is_found_again_by_another_process() {
    over_both(|place| {
        let names = ["p256", "p384", "ed25519"];
        let orders = names
            .iter()
            .zip(KINDS)
            .map(|(name, kind)| order(name, KeyUse::Ocsp, kind));
        let orders: Vec<_> = orders.collect();
        place.store.make(&orders, &random()).expect("three keys");
        let again = place.again();
        for name in names {
            signs(&place.store, &id(name), MESSAGE);
            signs(&again, &id(name), MESSAGE);
            signs(&again, &id(name), &vec![7; 100_000]);
        }
        for stored in again.list() {
            assert_eq!(stored.device.is_some(), place.is_token(), "{stored:?}");
        }
    });
}

#[test]
fn locked_and_for_another_use_and_over_other_octets_nothing_is_signed() {
    over_both(|place| {
        let orders = [order("ocsp", KeyUse::Ocsp, KeyAlgorithm::EcP256)];
        place.store.make(&orders, &random()).expect("a key");
        let key = id("ocsp");
        let sign = |under: &Authorisation| place.store.sign(MESSAGE, under).map(|_| ());
        let other = Authorisation::journalled(key.clone(), KeyUse::TimeStamps, MESSAGE, noon());
        assert_eq!(sign(&other), Err(SignError::WrongUse));
        let other = journalled(&key, b"other octets");
        assert_eq!(sign(&other), Err(SignError::NotJournalled));
        let other = journalled(&id("none"), MESSAGE);
        assert_eq!(sign(&other), Err(SignError::UnknownKey));
        place.store.lock();
        let good = journalled(&key, MESSAGE);
        assert_eq!(sign(&good), Err(SignError::Locked));
        let made = place.store.make(&orders, &random());
        assert_eq!(made, Err(KeyStoreError::Locked));
        place.store.unlock(PASSPHRASE).expect("the passphrase");
        signs(&place.store, &key, MESSAGE);
    });
}

/// The custodian's own key, and a use of the seal that they release.
fn custodian() -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &random()).expect("a key");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own")
}

fn released(by: &SoftwareSigner, seal: &str) -> Release {
    let statement = ReleaseStatement {
        job: "j".to_owned(),
        unsealed: [7; 32],
        seal: seal.to_owned(),
        purpose: "licence".to_owned(),
        matter: "990102-XK-0001".to_owned(),
        case: "BJ-990102-20260608-00017".to_owned(),
        decision: "granted".to_owned(),
        copies: 1,
        expires: noon() + Duration::HOUR,
        requester: "li".to_owned(),
        releaser: "wang".to_owned(),
    };
    let octets = statement.bytes();
    let under = Authorisation::journalled(id("own"), KeyUse::Release, &octets, noon());
    let signature = by.sign(Input::Message(&octets), &under).expect("signs");
    Release {
        passkey: None,
        statement,
        listing: None,
        algorithm: by.algorithm(),
        signature,
    }
}

#[test]
fn a_seal_signs_under_its_release_and_its_retired_key_signs_nothing() {
    over_both(|place| {
        let seal = order(SEAL, KeyUse::Seal, KeyAlgorithm::EcP256);
        let made = place.store.make(std::slice::from_ref(&seal), &random());
        made.expect("a seal");
        let wang = custodian();
        let (key, public) = (id(SEAL), wang.public_key());
        let enrolled = place.store.enrol_releaser(&key, "wang", public, &random());
        enrolled.expect("a releaser");
        let sign = |key: &KeyId, release| {
            let under = Authorisation::released(key.clone(), MESSAGE, noon(), release);
            place.store.sign(MESSAGE, &under)
        };
        let bare = Authorisation::journalled(key.clone(), KeyUse::Seal, MESSAGE, noon());
        let refused = place.store.sign(MESSAGE, &bare);
        assert_eq!(refused, Err(SignError::NotReleased));
        let good = released(&wang, "990102-SPZYZ-01");
        let before = sign(&key, good.clone()).expect("released");
        let other = released(&wang, "990102-SPZYZ-02");
        let refused = sign(&key, other);
        assert_eq!(refused, Err(SignError::ReleaseForAnotherSeal));

        let retired = id("seal-990102-SPZYZ-01.retired-1");
        let was = place.store.public_key(&key).expect("a seal").0;
        let put = place.store.make_instead(&seal, &retired, &random());
        put.expect("another key in its place");
        let (now, algorithm, _) = place.store.public_key(&key).expect("a seal");
        let after = sign(&key, good.clone()).expect("released");
        assert_ne!(was, now);
        assert_eq!(now.check(algorithm, MESSAGE, &after), Ok(()));
        assert!(now.check(algorithm, MESSAGE, &before).is_err());
        assert_eq!(sign(&retired, good), Err(SignError::ReleaseUnsigned));
    });
}

#[test]
fn keys_are_made_all_or_none() {
    over_both(|place| {
        let good = order("one", KeyUse::Ocsp, KeyAlgorithm::EcP256);
        let made = place.store.make(std::slice::from_ref(&good), &random());
        made.expect("a key");
        let two = order("two", KeyUse::Ocsp, KeyAlgorithm::EcP256);
        let bad = order("three", KeyUse::Seal, KeyAlgorithm::EcP256);
        for (orders, why) in [
            ([two.clone(), good], KeyStoreError::KeyExists(id("one"))),
            ([two.clone(), bad], KeyStoreError::SealCode(id("three"))),
            ([two.clone(), two], KeyStoreError::KeyExists(id("two"))),
        ] {
            assert_eq!(place.store.make(&orders, &random()), Err(why));
            assert!(place.store.public_key(&id("two")).is_none());
        }
    });
}

#[test]
fn many_threads_sign_at_once() {
    over_both(|place| {
        let orders = [order("ocsp", KeyUse::Ocsp, KeyAlgorithm::EcP256)];
        place.store.make(&orders, &random()).expect("a key");
        std::thread::scope(|scope| {
            for thread in 0..6_u8 {
                let store = &place.store;
                scope.spawn(move || {
                    for turn in 0..10 {
                        signs(store, &id("ocsp"), &[thread, turn]);
                    }
                });
            }
        });
    });
}

#[test]
fn the_keys_of_a_seal_are_erased_in_every_suite_and_its_public_halves_stay() {
    over_both(|place| {
        let retired = id("seal-990102-SPZYZ-01.retired-1");
        let second = "sm-seal-990102-SPZYZ-01";
        let seal = order(SEAL, KeyUse::Seal, KeyAlgorithm::EcP256);
        let mut other_suite = order(second, KeyUse::Seal, KeyAlgorithm::EcP384);
        other_suite.seal = Some("990102-SPZYZ-01");
        let other = order("seal-990102-SPZYZ-02", KeyUse::Seal, KeyAlgorithm::EcP256);
        let orders = [seal.clone(), other_suite, other];
        place.store.make(&orders, &random()).expect("three seals");
        let put = place.store.make_instead(&seal, &retired, &random());
        put.expect("another key in its place");
        let wang = custodian();
        for name in [SEAL, second, "seal-990102-SPZYZ-02"] {
            let public = wang.public_key();
            let enrolled = place
                .store
                .enrol_releaser(&id(name), "wang", public, &random());
            enrolled.expect("a releaser");
        }
        let sign = |store: &KeyStore, name: &str, code: &str| {
            let release = released(&wang, code);
            let under = Authorisation::released(id(name), MESSAGE, noon(), release);
            store.sign(MESSAGE, &under).map(|_| ())
        };
        let held = place.objects();
        let public = |store: &KeyStore, name: &KeyId| store.public_key(name).expect("it stays").0;
        let before =
            [id(SEAL), id(second), retired.clone()].map(|name| public(&place.store, &name));
        let erased = place.store.erase("990102-SPZYZ-01", &random());
        let erased = erased.expect("erased");
        assert_eq!(erased.len(), 3);
        assert!(erased.iter().all(|key| key.erased && key.device.is_none()));
        let again = place.store.erase("990102-SPZYZ-01", &random());
        assert_eq!(again.expect("erased once"), erased);
        if place.is_token() {
            // Each key is two objects of a token: its private and its public half.
            assert_eq!(
                place.objects(),
                held - 6,
                "three keys are gone from the token"
            );
        }
        for store in [&place.store, &place.again()] {
            for name in [SEAL, second] {
                let signed = sign(store, name, "990102-SPZYZ-01");
                assert_eq!(signed, Err(SignError::UnknownKey));
            }
            assert_eq!(
                sign(store, "seal-990102-SPZYZ-02", "990102-SPZYZ-02"),
                Ok(())
            );
            let after = [id(SEAL), id(second), retired.clone()].map(|name| public(store, &name));
            assert_eq!(after, before);
        }
        let put = place
            .store
            .make_instead(&seal, &id("seal-990102-SPZYZ-01.retired-2"), &random());
        assert_eq!(put, Err(KeyStoreError::UnknownKey(id(SEAL))), "for good");
        let made = place.store.make(&[seal], &random());
        assert_eq!(
            made,
            Err(KeyStoreError::KeyExists(id(SEAL))),
            "a code is given once"
        );
        place.store.lock();
        let locked = place.store.erase("990102-SPZYZ-02", &random());
        assert_eq!(locked, Err(KeyStoreError::Locked));
    });
}
