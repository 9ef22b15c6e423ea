//! A key of the service gives its place to another, over the software store and over SoftHSM2: one body of tests (T-K2, T-S9).

use crypto::{
    Authorisation, KeyAlgorithm, KeyId, KeyStore, KeyStoreError, KeyUse, PublicKey, SignError,
    Signature,
};
use time::{Duration, UtcDateTime};

use crate::softhsm::{PASSPHRASE, Place, id, over_both};
use crate::stores::{noon, order, random};

const MESSAGE: &[u8] = b"what is to be signed";

/// From when on the former key may be erased.
fn later() -> UtcDateTime {
    noon() + Duration::days(30)
}

fn made(place: &Place, name: &str, for_use: KeyUse, kind: KeyAlgorithm) {
    let made = place.store.make(&[order(name, for_use, kind)], &random());
    made.expect("a key");
}

fn signed(store: &KeyStore, name: &str) -> Result<Signature, SignError> {
    let under = Authorisation::journalled(id(name), KeyUse::TimeStamps, MESSAGE, noon());
    let signature = store.sign(MESSAGE, &under)?;
    // What came from elsewhere: a value that was made here would be taken at its word.
    Ok(Signature::new(signature.bytes().to_vec()))
}

fn public(store: &KeyStore, name: &str) -> PublicKey {
    store.public_key(&id(name)).expect("it is there").0
}

fn checks(store: &KeyStore, name: &str, signature: &Signature) -> bool {
    let (public, algorithm, _) = store.public_key(&id(name)).expect("it is there");
    public.check(algorithm, MESSAGE, signature).is_ok()
}

fn succeeds(place: &Place, key: &str, (next, former): (&str, &str)) -> Result<(), KeyStoreError> {
    let names: (&KeyId, &KeyId) = (&id(next), &id(former));
    place.store.succeed(&id(key), names, later(), &random())
}

#[test]
fn the_next_key_signs_under_the_name_and_the_former_signs_nothing() {
    over_both(|place| {
        made(place, "tsa", KeyUse::TimeStamps, KeyAlgorithm::EcP256);
        made(place, "tsa.next", KeyUse::TimeStamps, KeyAlgorithm::EcP256);
        let beside = place.again();
        let before = signed(&place.store, "tsa").expect("it signs");
        let (own, next) = (
            public(&place.store, "tsa"),
            public(&place.store, "tsa.next"),
        );
        let held = place.objects();
        succeeds(place, "tsa", ("tsa.next", "tsa.retired-1")).expect("another in its place");
        assert_eq!(place.objects(), held, "nothing is moved in a token");
        assert_eq!(beside.follow(), Ok(true));
        let again = place.again();
        for store in [&place.store, &beside, &again] {
            assert_eq!(public(store, "tsa"), next);
            assert_eq!(public(store, "tsa.retired-1"), own);
            assert!(store.public_key(&id("tsa.next")).is_none());
            let after = signed(store, "tsa").expect("it signs");
            assert!(checks(store, "tsa", &after));
            assert!(!checks(store, "tsa.retired-1", &after));
            // What was signed before is checked with the half that stays.
            assert!(checks(store, "tsa.retired-1", &before));
            assert!(!checks(store, "tsa", &before));
            assert_eq!(signed(store, "tsa.retired-1"), Err(SignError::UnknownKey));
            assert_eq!(signed(store, "tsa.next"), Err(SignError::UnknownKey));
        }
        let former = again
            .list()
            .into_iter()
            .find(|key| key.id == id("tsa.retired-1"));
        let former = former.expect("it stays");
        assert_eq!((former.former, former.erased), (Some(later()), false));
        assert_eq!(former.device.is_some(), place.is_token());
    });
}

#[test]
fn a_key_gives_its_place_to_one_of_its_own_use_and_kind_alone() {
    over_both(|place| {
        for (name, for_use, kind) in [
            ("tsa", KeyUse::TimeStamps, KeyAlgorithm::EcP256),
            ("tsa.next", KeyUse::TimeStamps, KeyAlgorithm::EcP256),
            ("ocsp.next", KeyUse::Ocsp, KeyAlgorithm::EcP256),
            ("tsa.other", KeyUse::TimeStamps, KeyAlgorithm::EcP384),
            ("log", KeyUse::Checkpoints, KeyAlgorithm::Ed25519),
            ("log.next", KeyUse::Checkpoints, KeyAlgorithm::Ed25519),
            ("person-a", KeyUse::Person, KeyAlgorithm::EcP256),
            ("person-b", KeyUse::Person, KeyAlgorithm::EcP256),
            ("seal-1", KeyUse::Seal, KeyAlgorithm::EcP256),
            ("seal-2", KeyUse::Seal, KeyAlgorithm::EcP256),
        ] {
            made(place, name, for_use, kind);
        }
        let before = place.store.list();
        let not = |name| KeyStoreError::NotSuccessor(id(name));
        for (key, next, former, why) in [
            ("tsa", "ocsp.next", "f", not("ocsp.next")),
            ("tsa", "tsa.other", "f", not("tsa.other")),
            ("log", "log.next", "f", not("log.next")),
            ("person-a", "person-b", "f", not("person-b")),
            ("seal-1", "seal-2", "f", not("seal-2")),
            ("tsa", "none", "f", KeyStoreError::UnknownKey(id("none"))),
            (
                "none",
                "tsa.next",
                "f",
                KeyStoreError::UnknownKey(id("none")),
            ),
            ("tsa", "tsa", "f", KeyStoreError::UnknownKey(id("tsa"))),
            (
                "tsa",
                "tsa.next",
                "log",
                KeyStoreError::KeyExists(id("log")),
            ),
        ] {
            assert_eq!(
                succeeds(place, key, (next, former)),
                Err(why),
                "{key} {next}"
            );
            assert_eq!(place.store.list(), before, "{key} {next}");
            assert_eq!(place.again().list(), before, "{key} {next}");
        }
        place.store.lock();
        let locked = succeeds(place, "tsa", ("tsa.next", "f"));
        assert_eq!(locked, Err(KeyStoreError::Locked));
        place.store.unlock(PASSPHRASE).expect("the passphrase");
        assert_eq!(succeeds(place, "tsa", ("tsa.next", "f")), Ok(()));
        made(place, "tsa.next", KeyUse::TimeStamps, KeyAlgorithm::EcP256);
        // A former key never comes back.
        let back = succeeds(place, "tsa.next", ("f", "g"));
        assert_eq!(back, Err(KeyStoreError::UnknownKey(id("f"))));
        let again = succeeds(place, "f", ("tsa.next", "g"));
        assert_eq!(again, Err(KeyStoreError::UnknownKey(id("f"))));
    });
}

#[test]
fn what_another_process_wrote_meanwhile_is_not_undone() {
    over_both(|place| {
        made(place, "tsa", KeyUse::TimeStamps, KeyAlgorithm::EcP256);
        made(place, "tsa.next", KeyUse::TimeStamps, KeyAlgorithm::EcP256);
        let other = place.again();
        let more = [order("ocsp", KeyUse::Ocsp, KeyAlgorithm::EcP256)];
        other.make(&more, &random()).expect("it is the first");
        let refused = succeeds(place, "tsa", ("tsa.next", "tsa.retired-1"));
        assert_eq!(refused, Err(KeyStoreError::ChangedOnDisk));
        assert!(signed(&place.store, "tsa").is_ok());
        assert_eq!(place.store.follow(), Ok(true));
        let done = succeeds(place, "tsa", ("tsa.next", "tsa.retired-1"));
        assert_eq!(done, Ok(()));
    });
}

#[test]
fn a_former_key_is_erased_from_its_moment_on_and_its_public_half_stays() {
    over_both(|place| {
        made(place, "tsa", KeyUse::TimeStamps, KeyAlgorithm::EcP256);
        made(place, "tsa.next", KeyUse::TimeStamps, KeyAlgorithm::EcP256);
        let own = public(&place.store, "tsa");
        succeeds(place, "tsa", ("tsa.next", "tsa.retired-1")).expect("another in its place");
        let former = id("tsa.retired-1");
        let held = place.objects();
        let early = later() - Duration::SECOND;
        for (key, now, why) in [
            (&former, early, KeyStoreError::NotYet(former.clone())),
            (&id("tsa"), later(), KeyStoreError::InUse(id("tsa"))),
            (&id("none"), later(), KeyStoreError::UnknownKey(id("none"))),
        ] {
            let refused = place.store.erase_former(key, now, &random());
            assert_eq!(refused, Err(why));
            assert_eq!(place.objects(), held);
        }
        let erase = || place.store.erase_former(&former, later(), &random());
        assert_eq!(erase(), Ok(()));
        assert_eq!(erase(), Ok(()), "erased twice is erased once");
        if place.is_token() {
            assert_eq!(place.objects(), held - 2, "both halves are gone from it");
        }
        for store in [&place.store, &place.again()] {
            let left = store.list().into_iter().find(|key| key.id == former);
            let left = left.expect("its public half stays");
            assert!(left.erased && left.device.is_none() && left.former.is_none());
            assert_eq!(left.public, own);
            assert_eq!(signed(store, "tsa.retired-1"), Err(SignError::UnknownKey));
            assert!(signed(store, "tsa").is_ok());
        }
        // No key is ever made under its name again.
        let order = [order(
            "tsa.retired-1",
            KeyUse::TimeStamps,
            KeyAlgorithm::EcP256,
        )];
        let refused = place.store.make(&order, &random());
        assert_eq!(refused, Err(KeyStoreError::KeyExists(former.clone())));
        place.store.lock();
        assert_eq!(erase(), Err(KeyStoreError::Locked));
    });
}
