//! The file: its rights, and named mutations of its octets, each refused for its reason.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crypto::{Cost, KeyAlgorithm, KeyStore, KeyStoreError, KeyUse};
use time::Duration;

use crate::keystore::office::{Office, PASSPHRASE, fresh, id, new_key, noon, random};

fn mode(office: &Office, mode: u32) -> Result<(), KeyStoreError> {
    fs::set_permissions(&office.path, Permissions::from_mode(mode)).expect("our own file");
    KeyStore::open_at_cost(&office.path, Cost::FOR_TESTS).map(|_| ())
}

#[test]
fn the_file_is_made_for_its_owner_alone() {
    let office = Office::open();
    let made = fs::metadata(&office.path).expect("it is there");
    assert_eq!(made.permissions().mode() & 0o7777, 0o600);
    let folder = office.path.parent().expect("it is in a folder");
    let names: Vec<_> = fs::read_dir(folder)
        .expect("our own folder")
        .flatten()
        .collect();
    assert_eq!(names.len(), 1, "nothing is left beside it: {names:?}");
}

#[test]
fn wider_rights_are_refused() {
    let office = Office::open();
    for narrow in [0o600, 0o400] {
        assert_eq!(mode(&office, narrow), Ok(()), "{narrow:o}");
    }
    for wide in [
        0o640, 0o604, 0o660, 0o666, 0o700, 0o610, 0o601, 0o644, 0o777,
    ] {
        assert_eq!(
            mode(&office, wide),
            Err(KeyStoreError::ModeTooWide { mode: wide }),
            "{wide:o}"
        );
    }
}

#[test]
fn a_file_that_widened_meanwhile_is_not_written() {
    let office = Office::open();
    fs::set_permissions(&office.path, Permissions::from_mode(0o644)).expect("our own file");
    assert_eq!(
        office.store.change_passphrase(b"another", &random()),
        Err(KeyStoreError::ModeTooWide { mode: 0o644 })
    );
}

#[test]
fn what_is_there_is_not_replaced_by_a_new_store() {
    let office = Office::open();
    let refused = KeyStore::create_at_cost(&office.path, PASSPHRASE, Cost::FOR_TESTS, &random());
    assert_eq!(refused.map(|_| ()), Err(KeyStoreError::Exists));
    let folder = office.path.parent().expect("it is in a folder");
    let refused = KeyStore::open(folder).map(|_| ());
    assert_eq!(refused, Err(KeyStoreError::NotPlainFile));
    let refused = KeyStore::open(&folder.join("absent")).map(|_| ());
    assert!(matches!(
        refused,
        Err(KeyStoreError::File { act: "opened", .. })
    ));
}

#[test]
fn a_cheap_file_opens_only_where_cheap_is_asked_for() {
    let office = Office::open();
    let refused = KeyStore::open(&office.path).map(|_| ());
    assert_eq!(refused, Err(KeyStoreError::CostTooLow));
}

type Bend = fn(&mut Vec<u8>);

fn public_length(bytes: &[u8]) -> usize {
    let octets: [u8; 4] = bytes[36..40].try_into().expect("four octets");
    usize::try_from(u32::from_be_bytes(octets)).expect("small")
}

/// What is refused when the file is read.
const UNREADABLE: &[(&str, Bend, KeyStoreError)] = &[
    ("empty", Vec::clear, KeyStoreError::NotKeyStore),
    (
        "another kind of file",
        |b| b[0] = b'Z',
        KeyStoreError::NotKeyStore,
    ),
    (
        "another version",
        |b| b[7] = b'2',
        KeyStoreError::NotKeyStore,
    ),
    (
        "cut in the cost",
        |b| b.truncate(18),
        KeyStoreError::Truncated,
    ),
    (
        "cut in the salt",
        |b| b.truncate(30),
        KeyStoreError::Truncated,
    ),
    (
        "cut in the public part",
        |b| b.truncate(60),
        KeyStoreError::Truncated,
    ),
    (
        "cut before the tag",
        |b| {
            let end = 40 + public_length(b) + 20;
            b.truncate(end);
        },
        KeyStoreError::Truncated,
    ),
    (
        "a public part beyond the end",
        |b| b[36] = 0xff,
        KeyStoreError::Truncated,
    ),
    (
        "four tebibytes of memory",
        |b| b[8] = 0xff,
        KeyStoreError::CostOutOfRange,
    ),
    (
        "a million passes",
        |b| b[13] = 0x10,
        KeyStoreError::CostOutOfRange,
    ),
    ("no pass", |b| b[15] = 0, KeyStoreError::CostOutOfRange),
    ("no lane", |b| b[19] = 0, KeyStoreError::CostOutOfRange),
    (
        "less memory than lanes need",
        |b| b[11] = 1,
        KeyStoreError::CostOutOfRange,
    ),
    (
        "a record of no kind",
        |b| b[40] = 9,
        KeyStoreError::Record { record: 0 },
    ),
    (
        "a name that is none",
        |b| b[43] = b'/',
        KeyStoreError::Record { record: 0 },
    ),
    (
        "a use that is none",
        |b| b[47] = 0,
        KeyStoreError::Record { record: 0 },
    ),
    (
        "a seal's use without a code",
        |b| b[47] = 8,
        KeyStoreError::Record { record: 0 },
    ),
    (
        "an algorithm that is none",
        |b| b[48] = 99,
        KeyStoreError::Record { record: 0 },
    ),
    (
        "names out of order",
        |b| b[43] = b'z',
        KeyStoreError::Record { record: 1 },
    ),
    (
        "a key that is none",
        |b| b[51] = 0,
        KeyStoreError::Record { record: 0 },
    ),
];

#[test]
fn files_that_cannot_be_read_say_why() {
    let office = Office::open();
    let good = fs::read(&office.path).expect("our own file");
    assert_eq!(KeyStore::inspect(&good), Ok(office.store.list()));
    for (name, bend, reason) in UNREADABLE {
        let mut bent = good.clone();
        bend(&mut bent);
        fs::write(&office.path, &bent).expect("our own file");
        let refused = KeyStore::open_at_cost(&office.path, Cost::FOR_TESTS).map(|_| ());
        assert_eq!(refused.as_ref(), Err(reason), "{name}");
        assert_eq!(KeyStore::inspect(&bent).as_ref(), Err(reason), "{name}");
    }
}

/// What is read and is found changed when the store is unlocked.
const NOT_AUTHENTIC: &[(&str, Bend)] = &[
    ("more memory", |b| b[11] = 16),
    ("more passes", |b| b[15] = 2),
    ("another salt", |b| b[20] ^= 1),
    ("another use", |b| b[47] = 3),
    ("another name", |b| b[43] = b'a'),
    ("another algorithm", |b| b[48] = 2),
    ("another public key", |b| {
        // The last octet of the first key's SubjectPublicKeyInfo of 91 octets.
        b[141] ^= 1;
    }),
    ("another person", |b| {
        let at = b.windows(4).position(|w| w == b"wang").expect("enrolled");
        b[at] = b'v';
    }),
    ("another releaser's key", |b| {
        let end = 40 + public_length(b);
        b[end - 1] ^= 1;
    }),
    ("no releaser", |b| {
        // 1 + (2 + 20) + (2 + 4) + (2 + 44) octets: the last record.
        let end = 40 + public_length(b);
        b.drain(end - 75..end);
        let length = u32::try_from(end - 75 - 40).expect("small");
        b[36..40].copy_from_slice(&length.to_be_bytes());
    }),
    ("another nonce", |b| {
        let at = 40 + public_length(b);
        b[at] ^= 1;
    }),
    ("another ciphertext", |b| {
        let at = 40 + public_length(b) + 12;
        b[at] ^= 1;
    }),
    ("another tag", |b| {
        let last = b.len() - 1;
        b[last] ^= 1;
    }),
    ("an octet at the end", |b| b.push(0)),
    ("an octet less", |b| {
        b.pop();
    }),
];

#[test]
fn files_that_were_changed_do_not_unlock() {
    let office = Office::open();
    let good = fs::read(&office.path).expect("our own file");
    for (name, bend) in NOT_AUTHENTIC {
        let mut bent = good.clone();
        bend(&mut bent);
        fs::write(&office.path, &bent).expect("our own file");
        let store = KeyStore::open_at_cost(&office.path, Cost::FOR_TESTS)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            store.unlock(PASSPHRASE),
            Err(KeyStoreError::NotAuthentic),
            "{name}"
        );
        assert!(store.is_locked(), "{name}");
    }
}

#[test]
fn no_changed_octet_goes_unseen() {
    let office = Office::open();
    let good = fs::read(&office.path).expect("our own file");
    for at in 0..good.len() {
        let mut bent = good.clone();
        bent[at] ^= 0x04;
        fs::write(&office.path, &bent).expect("our own file");
        let unlocked = KeyStore::open_at_cost(&office.path, Cost::FOR_TESTS)
            .and_then(|store| store.unlock(PASSPHRASE));
        assert!(unlocked.is_err(), "octet {at}");
    }
}

/// A store whose first key gave its place to another, and where in its file the moment stands from which the former may be erased.
fn with_a_former_key() -> (Office, usize) {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let next = [new_key("ocsp.next", KeyUse::Ocsp, &pkcs8)];
    office.store.add(&next, &random()).expect("one key");
    let names = (&id("ocsp.next"), &id("ocsp.retired-1"));
    let gives = office
        .store
        .succeed(&id("ocsp"), names, noon() + Duration::DAY, &random());
    gives.expect("another key in its place");
    let octets = fs::read(&office.path).expect("our own file");
    let name = b"ocsp.retired-1";
    let at = octets.windows(name.len()).position(|found| found == name);
    // After the name: use, algorithm, 2 + 91 octets of the public half, no code of a seal.
    let moment = at.expect("it is there") + name.len() + 1 + 1 + 93 + 2;
    (office, moment)
}

#[test]
fn a_former_key_is_read_as_it_was_written() {
    let (office, moment) = with_a_former_key();
    let store = office.again();
    assert_eq!(store.list(), office.store.list());
    let former = store.list().into_iter().find_map(|key| key.former);
    assert_eq!(former, Some(noon() + Duration::DAY));
    store.unlock(PASSPHRASE).expect("the passphrase");
    let good = fs::read(&office.path).expect("our own file");
    let seconds = good[moment..moment + 8].try_into().expect("eight octets");
    let told = i64::from_be_bytes(seconds);
    assert_eq!(told, (noon() + Duration::DAY).unix_timestamp());
}

#[test]
fn the_moment_of_a_former_key_is_neither_moved_nor_out_of_the_calendar() {
    let (office, moment) = with_a_former_key();
    let good = fs::read(&office.path).expect("our own file");
    let mut sooner = good.clone();
    sooner[moment + 7] ^= 1;
    fs::write(&office.path, &sooner).expect("our own file");
    let refused = office.again().unlock(PASSPHRASE);
    assert_eq!(refused, Err(KeyStoreError::NotAuthentic));
    let mut never = good;
    never[moment] = 0x7f;
    // Keys stand in the order of their names: `ocsp`, `ocsp.retired-1`.
    let why = KeyStoreError::Record { record: 1 };
    assert_eq!(KeyStore::inspect(&never), Err(why));
}

#[test]
fn the_same_store_is_never_sealed_to_the_same_octets() {
    let office = Office::open();
    let before = fs::read(&office.path).expect("our own file");
    office
        .store
        .change_passphrase(PASSPHRASE, &crypto::SystemRandom::new())
        .expect("sealed again");
    let after = fs::read(&office.path).expect("our own file");
    assert_ne!(before[20..36], after[20..36], "the salt is fresh");
    assert_eq!(before.len(), after.len());
}
