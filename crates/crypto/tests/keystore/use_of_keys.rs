//! What a store lets its keys be used for, locked and unlocked.

use std::sync::Arc;
use std::thread;

use crypto::{
    Authorisation, Consent, Digest, DigestAlgorithm, KeyAlgorithm, KeyId, KeyStoreError, KeyUse,
    NewKey, ReadPrivateKey, SignError,
};
use time::Duration;

use crate::keystore::office::{
    MESSAGE, Office, PASSPHRASE, fresh, id, new_key, noon, public, random, seal_key, statement,
};

fn under(key: &str, for_use: KeyUse) -> Authorisation {
    Authorisation::journalled(id(key), for_use, MESSAGE, noon())
}

#[test]
fn an_opened_store_lists_and_signs_only_when_unlocked() {
    let office = Office::open();
    let store = office.again();
    assert!(store.is_locked());
    let names: Vec<String> = store.list().iter().map(|key| key.id.to_string()).collect();
    assert_eq!(names, ["ocsp", "seal-990102-SPZYZ-01"]);
    assert_eq!(
        store.list()[1].seal.as_deref(),
        Some("990102-SPZYZ-01"),
        "the code is the name without its prefix"
    );
    let under = under("ocsp", KeyUse::Ocsp);
    assert_eq!(store.sign(MESSAGE, &under), Err(SignError::Locked));
    store.unlock(PASSPHRASE).expect("the right passphrase");
    let signature = store.sign(MESSAGE, &under).expect("signs");
    let (key, algorithm, for_use) = store.public_key(&id("ocsp")).expect("it is there");
    assert_eq!(for_use, KeyUse::Ocsp);
    assert_eq!(key.check(algorithm, MESSAGE, &signature), Ok(()));
    store.lock();
    assert!(store.is_locked());
    assert_eq!(store.sign(MESSAGE, &under), Err(SignError::Locked));
}

#[test]
fn a_wrong_passphrase_leaves_the_store_locked() {
    let office = Office::open();
    let store = office.again();
    assert_eq!(
        store.unlock(b"correct horse battery stapler"),
        Err(KeyStoreError::NotAuthentic)
    );
    assert_eq!(store.unlock(b""), Err(KeyStoreError::PassphraseEmpty));
    assert!(store.is_locked());
}

#[test]
fn a_key_signs_only_what_was_journalled_for_its_own_use() {
    let office = Office::open();
    let sign = |under| office.store.sign(MESSAGE, &under);
    assert_eq!(
        sign(under("ocsp", KeyUse::TimeStamps)),
        Err(SignError::WrongUse)
    );
    assert_eq!(
        sign(under("tsa", KeyUse::TimeStamps)),
        Err(SignError::UnknownKey)
    );
    let mut other = under("ocsp", KeyUse::Ocsp);
    other.journalled[31] ^= 1;
    assert_eq!(sign(other), Err(SignError::NotJournalled));
    // A seal's key under another use than Seal would be a way around the release.
    assert_eq!(
        sign(under("seal-990102-SPZYZ-01", KeyUse::Ocsp)),
        Err(SignError::WrongUse)
    );
    assert_eq!(
        sign(under("seal-990102-SPZYZ-01", KeyUse::Seal)),
        Err(SignError::NotReleased)
    );
}

#[test]
fn a_person_s_key_signs_a_digest_that_they_consented_to_and_a_seal_s_key_none() {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let longer = fresh(KeyAlgorithm::EcP384);
    let keys = [
        new_key("person-a1", KeyUse::Person, &pkcs8),
        new_key("person-a2", KeyUse::Person, &longer),
    ];
    office.store.add(&keys, &random()).expect("two keys");
    let digest = Digest::of(DigestAlgorithm::Sha256, MESSAGE);
    let consent = |signer: &str, document: &[u8]| Consent {
        signer: signer.to_owned(),
        document: document.try_into().expect("32 octets"),
        intent: "同意".to_owned(),
        at: noon(),
        list: None,
    };
    let under = |signer: &str, document: &[u8]| {
        let key = id(&format!("person-{signer}"));
        Authorisation::consented(key, MESSAGE, noon(), consent(signer, document))
    };
    let good = under("a1", digest.bytes());
    let signature = office.store.sign_digest(&digest, &good).expect("signs");
    let (key, algorithm, _) = office.store.public_key(&id("person-a1")).expect("there");
    assert_eq!(key.check(algorithm, MESSAGE, &signature), Ok(()));
    let sign = |digest: &Digest, under: &Authorisation| office.store.sign_digest(digest, under);
    // To another digest, and to none.
    let other = Digest::of(DigestAlgorithm::Sha256, b"another");
    assert_eq!(sign(&other, &good), Err(SignError::NotConsented));
    let mut none = good.clone();
    none.consent = None;
    assert_eq!(sign(&digest, &none), Err(SignError::NotConsented));
    let mut elsewhere = good.clone();
    elsewhere.journalled[0] ^= 1;
    assert_eq!(sign(&digest, &elsewhere), Err(SignError::NotJournalled));
    let mut late = good.clone();
    late.now += Consent::LIFE + Duration::SECOND;
    assert_eq!(sign(&digest, &late), Err(SignError::NotConsented));
    let unsupported = Err(SignError::DigestUnsupported);
    assert_eq!(sign(&digest, &under("a2", digest.bytes())), unsupported);
    // D19: what a seal is put under is seen whole by who releases it.
    let seal = Authorisation::released(seal_key(), MESSAGE, noon(), office.released(statement()));
    assert!(office.store.sign(MESSAGE, &seal).is_ok());
    assert_eq!(sign(&digest, &seal), unsupported);
    let ocsp = Authorisation::journalled(id("ocsp"), KeyUse::Ocsp, MESSAGE, noon());
    assert_eq!(sign(&digest, &ocsp), unsupported);
}

#[test]
fn a_person_s_key_signs_under_that_person_s_consent_to_words_and_not_later() {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let keys = [new_key("person-a1", KeyUse::Person, &pkcs8)];
    office.store.add(&keys, &random()).expect("one key");
    let consent = Consent {
        signer: "a1".to_owned(),
        document: [7; 32],
        intent: "本人同意".to_owned(),
        at: noon(),
        list: None,
    };
    let sign = |consent, now| {
        let under = Authorisation::consented(id("person-a1"), MESSAGE, now, consent);
        office.store.sign(MESSAGE, &under)
    };
    assert!(sign(consent.clone(), noon()).is_ok());
    assert!(sign(consent.clone(), noon() + Consent::LIFE).is_ok());
    let bare = under("person-a1", KeyUse::Person);
    assert_eq!(
        office.store.sign(MESSAGE, &bare),
        Err(SignError::NotConsented)
    );
    let late = noon() + Consent::LIFE + Duration::SECOND;
    assert_eq!(sign(consent.clone(), late), Err(SignError::NotConsented));
    let early = noon() - Duration::SECOND;
    assert_eq!(sign(consent.clone(), early), Err(SignError::NotConsented));
    let another = Consent {
        signer: "a2".to_owned(),
        ..consent.clone()
    };
    assert_eq!(sign(another, noon()), Err(SignError::NotConsented));
    let wordless = Consent {
        intent: " ".to_owned(),
        ..consent
    };
    assert_eq!(sign(wordless, noon()), Err(SignError::NotConsented));
}

#[test]
fn one_consent_is_to_every_document_of_its_list_and_to_no_other() {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let keys = [new_key("person-a1", KeyUse::Person, &pkcs8)];
    office.store.add(&keys, &random()).expect("one key");
    let documents = [[1; 32], [2; 32], [3; 32]];
    let list = Consent::list_of(&documents).expect("a list");
    let consent = |document, agreed| Consent {
        signer: "a1".to_owned(),
        document,
        intent: "本人同意".to_owned(),
        at: noon(),
        list: Some((list.clone(), agreed)),
    };
    let sign = |consent, now| {
        let under = Authorisation::consented(id("person-a1"), MESSAGE, now, consent);
        office.store.sign(MESSAGE, &under)
    };
    for document in documents {
        assert!(sign(consent(document, list.digest()), noon()).is_ok());
    }
    let shorter = Consent::list_of(&documents[..2]).expect("a list");
    let late = noon() + Consent::LIFE + Duration::SECOND;
    for (document, agreed, now) in [
        ([4; 32], list.digest(), noon()),
        ([1; 32], shorter.digest(), noon()),
        ([1; 32], [1; 32], noon()),
        ([1; 32], list.digest(), late),
    ] {
        let refused = sign(consent(document, agreed), now);
        assert_eq!(refused, Err(SignError::NotConsented));
    }
}

#[test]
fn a_person_s_key_is_destroyed_and_signs_nothing_any_more() {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let keys = [new_key("person-a1", KeyUse::Person, &pkcs8)];
    office.store.add(&keys, &random()).expect("one key");
    let consent = Consent {
        signer: "a1".to_owned(),
        document: [7; 32],
        intent: "本人同意".to_owned(),
        at: noon(),
        list: None,
    };
    let under = Authorisation::consented(id("person-a1"), MESSAGE, noon(), consent);
    assert!(office.store.sign(MESSAGE, &under).is_ok());
    let key = id("person-a1");
    office.store.destroy(&key, &random()).expect("destroyed");
    assert_eq!(
        office.store.sign(MESSAGE, &under),
        Err(SignError::UnknownKey)
    );
    assert!(office.store.public_key(&key).is_none());
    let again = office.store.destroy(&key, &random());
    assert_eq!(again, Err(KeyStoreError::UnknownKey(key)));
    let other = office.store.destroy(&id("ocsp"), &random());
    assert_eq!(other, Err(KeyStoreError::NotPerson(id("ocsp"))));
}

#[test]
fn the_file_that_held_an_erased_key_is_written_over() {
    let office = Office::open();
    let path = office.path.clone();
    // What still has the file of before open sees what becomes of it.
    let before = std::fs::File::open(&path).expect("it is there");
    let length = before.metadata().expect("told").len();
    let erased = office.store.erase("990102-SPZYZ-01", &random());
    assert!(erased.expect("erased").iter().all(|key| key.erased));
    let mut octets = Vec::new();
    std::io::Read::read_to_end(&mut &before, &mut octets).expect("read");
    assert_eq!(octets, vec![0; usize::try_from(length).expect("small")]);
    let store = office.again();
    store.unlock(PASSPHRASE).expect("the right passphrase");
    let names: Vec<String> = store.list().iter().map(|key| key.id.to_string()).collect();
    assert_eq!(names, ["ocsp", "seal-990102-SPZYZ-01"]);
    let none = office.store.erase("none", &random());
    assert_eq!(none, Ok(Vec::new()), "a seal without a key");
}

#[test]
fn many_threads_sign_at_once_and_locking_stops_them() {
    let office = Arc::new(Office::open());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let office = Arc::clone(&office);
            thread::spawn(move || {
                let under = under("ocsp", KeyUse::Ocsp);
                (0..8)
                    .map(|_| office.store.sign(MESSAGE, &under))
                    .filter(Result::is_ok)
                    .count()
            })
        })
        .collect();
    let made: usize = threads
        .into_iter()
        .map(|thread| thread.join().expect("no panic"))
        .sum();
    assert_eq!(made, 32);
    office.store.lock();
    assert_eq!(
        office.store.sign(MESSAGE, &under("ocsp", KeyUse::Ocsp)),
        Err(SignError::Locked)
    );
}

#[test]
fn keys_are_added_all_or_none() {
    let office = Office::open();
    let (tsa, log) = (fresh(KeyAlgorithm::EcP256), fresh(KeyAlgorithm::Ed25519));
    let keys = [
        new_key("tsa", KeyUse::TimeStamps, &tsa),
        new_key("ocsp", KeyUse::Ocsp, &log),
    ];
    assert_eq!(
        office.store.add(&keys, &random()),
        Err(KeyStoreError::KeyExists(id("ocsp")))
    );
    assert_eq!(office.store.list().len(), 2);
    assert_eq!(office.again().list().len(), 2);
    let keys = [
        new_key("tsa", KeyUse::TimeStamps, &tsa),
        new_key("log", KeyUse::Checkpoints, &log),
    ];
    assert_eq!(office.store.add(&keys, &random()), Ok(()));
    let again = office.again();
    assert_eq!(again.list(), office.store.list());
    again.unlock(PASSPHRASE).expect("the right passphrase");
    assert!(
        again
            .sign(MESSAGE, &under("log", KeyUse::Checkpoints))
            .is_ok()
    );
}

#[test]
fn a_key_in_the_place_of_another_signs_under_its_releasers_and_the_other_signs_nothing() {
    let office = Office::open();
    let before = public(&office.store, &seal_key());
    let (retired, pkcs8) = (
        id("seal-990102-SPZYZ-01.retired-1"),
        fresh(KeyAlgorithm::EcP256),
    );
    let new = new_key("seal-990102-SPZYZ-01", KeyUse::Seal, &pkcs8);
    office
        .store
        .replace(&new, &retired, &random())
        .expect("another key");
    let again = office.again();
    again.unlock(PASSPHRASE).expect("the right passphrase");
    for store in [&office.store, &again] {
        assert_eq!(public(store, &retired), before);
        let now = public(store, &seal_key());
        assert_ne!(now, before);
        assert_eq!(store.releasers(&seal_key()).len(), 1);
        assert!(store.releasers(&retired).is_empty());
        let sign = |key| {
            let release = office.released(statement());
            store.sign(
                MESSAGE,
                &Authorisation::released(key, MESSAGE, noon(), release),
            )
        };
        let (_, algorithm, _) = store.public_key(&seal_key()).expect("a key");
        let signature = sign(seal_key()).expect("released");
        assert_eq!(now.check(algorithm, MESSAGE, &signature), Ok(()));
        assert_eq!(sign(retired.clone()), Err(SignError::ReleaseUnsigned));
    }
}

#[test]
fn only_a_seals_key_is_replaced_and_by_one_of_the_same_seal() {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let retired = id("retired");
    let replace = |key: NewKey<'_>, retired: &KeyId| office.store.replace(&key, retired, &random());
    let of_other = NewKey {
        seal: Some("another"),
        ..new_key("seal-990102-SPZYZ-01", KeyUse::Seal, &pkcs8)
    };
    for (key, retired, refused) in [
        (
            new_key("seal-other", KeyUse::Seal, &pkcs8),
            &retired,
            KeyStoreError::UnknownKey(id("seal-other")),
        ),
        (
            new_key("ocsp", KeyUse::Ocsp, &pkcs8),
            &retired,
            KeyStoreError::NotSeal(id("ocsp")),
        ),
        (of_other, &retired, KeyStoreError::SealCode(seal_key())),
        (
            new_key("seal-990102-SPZYZ-01", KeyUse::Seal, &pkcs8),
            &id("ocsp"),
            KeyStoreError::KeyExists(id("ocsp")),
        ),
    ] {
        assert_eq!(replace(key, retired), Err(refused));
    }
    assert_eq!(
        office.again().list(),
        office.store.list(),
        "nothing changed"
    );
}

#[test]
fn keys_that_do_not_fit_are_refused() {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let add = |key| office.store.add(&[key], &random());
    assert_eq!(
        add(new_key("x", KeyUse::Ocsp, b"no key")),
        Err(KeyStoreError::PrivateKey {
            key: id("x"),
            source: ReadPrivateKey::Unreadable
        })
    );
    assert_eq!(
        add(new_key("unnamed", KeyUse::Seal, &pkcs8)),
        Err(KeyStoreError::SealCode(id("unnamed")))
    );
    assert_eq!(
        add(new_key("seal-", KeyUse::Seal, &pkcs8)),
        Err(KeyStoreError::SealCode(id("seal-")))
    );
    let mut coded = new_key("tsa", KeyUse::TimeStamps, &pkcs8);
    coded.seal = Some("990102-SPZYZ-01");
    assert_eq!(add(coded), Err(KeyStoreError::SealCode(id("tsa"))));
    office.store.lock();
    assert_eq!(
        add(new_key("tsa", KeyUse::TimeStamps, &pkcs8)),
        Err(KeyStoreError::Locked)
    );
}

#[test]
fn another_passphrase_replaces_the_old_one() {
    let office = Office::open();
    let before = public(&office.store, &seal_key());
    office
        .store
        .change_passphrase(b"another", &random())
        .expect("sealed again");
    let again = office.again();
    assert_eq!(again.unlock(PASSPHRASE), Err(KeyStoreError::NotAuthentic));
    assert_eq!(again.unlock(b"another"), Ok(()));
    assert_eq!(public(&again, &seal_key()), before);
    assert_eq!(again.releasers(&seal_key()).len(), 1);
}

#[test]
fn a_store_that_another_process_wrote_is_not_overwritten() {
    let office = Office::open();
    let other = office.again();
    other.unlock(PASSPHRASE).expect("the right passphrase");
    let (tsa, log) = (fresh(KeyAlgorithm::EcP256), fresh(KeyAlgorithm::Ed25519));
    other
        .add(&[new_key("tsa", KeyUse::TimeStamps, &tsa)], &random())
        .expect("it is the first");
    assert_eq!(
        office
            .store
            .add(&[new_key("log", KeyUse::Checkpoints, &log)], &random()),
        Err(KeyStoreError::ChangedOnDisk)
    );
    assert_eq!(office.store.list().len(), 2);
}

#[test]
fn what_another_process_wrote_is_taken_over_and_signed_with() {
    let office = Office::open();
    assert_eq!(office.store.follow(), Ok(false));
    let other = office.again();
    other.unlock(PASSPHRASE).expect("the right passphrase");
    let (before, next) = (
        public(&office.store, &seal_key()),
        fresh(KeyAlgorithm::EcP384),
    );
    let new = new_key("seal-990102-SPZYZ-01", KeyUse::Seal, &next);
    let retired = id("seal-990102-SPZYZ-01.retired-1");
    other.replace(&new, &retired, &random()).expect("replaced");
    assert_eq!(public(&office.store, &seal_key()), before);
    assert_eq!(office.store.follow(), Ok(true));
    assert_ne!(public(&office.store, &seal_key()), before);
    assert_eq!(
        public(&office.store, &seal_key()),
        public(&other, &seal_key())
    );
    assert_eq!(public(&office.store, &retired), before);
    let mut seals = under("seal-990102-SPZYZ-01", KeyUse::Seal);
    seals.release = Some(office.released(statement()));
    let signed = office.store.sign(MESSAGE, &seals).expect("released");
    let (key, algorithm, _) = office.store.public_key(&seal_key()).expect("a key");
    assert!(key.check(algorithm, MESSAGE, &signed).is_ok());
    assert!(before.check(algorithm, MESSAGE, &signed).is_err());
    assert_eq!(office.store.follow(), Ok(false));
    // Both write on what the other one wrote.
    let tsa = fresh(KeyAlgorithm::EcP256);
    let tsa = new_key("tsa", KeyUse::TimeStamps, &tsa);
    office
        .store
        .add(&[tsa], &random())
        .expect("it knows the file");
    other.lock();
    assert_eq!(other.follow(), Ok(true));
    assert!(other.is_locked() && other.list().len() == office.store.list().len());
}

#[test]
fn a_store_under_another_passphrase_or_a_broken_one_is_not_taken_over() {
    let office = Office::open();
    let other = office.again();
    other.unlock(PASSPHRASE).expect("the right passphrase");
    other
        .change_passphrase(b"another", &random())
        .expect("sealed again");
    assert_eq!(office.store.follow(), Err(KeyStoreError::NotAuthentic));
    std::fs::write(&office.path, b"no store").expect("written");
    assert_eq!(office.store.follow(), Err(KeyStoreError::NotKeyStore));
    assert!(!office.store.is_locked() && office.store.list().len() == 2);
}

#[test]
fn nothing_secret_is_printed() {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let key = new_key("tsa", KeyUse::TimeStamps, &pkcs8);
    assert!(!format!("{key:?}").contains("pkcs8"));
    let shown = format!("{:?}", office.store);
    assert!(shown.contains("locked: false") && !shown.contains("signers"));
}
