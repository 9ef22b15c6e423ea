//! The image of a process that used keys and locked them away.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crypto::{Authorisation, Cost, KeyId, KeyStore, KeyUse, NewKey, SeededRandom, SystemRandom};
use time::UtcDateTime;
use zeroize::Zeroizing;

const MASK: u8 = 0xa5;
/// A P-256 key, PKCS#8, masked; made for this test. Its private scalar stands at octet 36.
const MASKED: [u8; 138] = [
    0x95, 0x24, 0x22, 0xa7, 0xa4, 0xa5, 0x95, 0xb6, 0xa3, 0xa2, 0x8f, 0x23, 0xed, 0x6b, 0x98, 0xa7,
    0xa4, 0xa3, 0xad, 0x8f, 0x23, 0xed, 0x6b, 0x98, 0xa6, 0xa4, 0xa2, 0xa1, 0xc8, 0x95, 0xce, 0xa7,
    0xa4, 0xa4, 0xa1, 0x85, 0xee, 0xcb, 0xe4, 0x9c, 0x23, 0xa1, 0x12, 0xcb, 0xe2, 0xc6, 0xae, 0x30,
    0x99, 0x4f, 0xd2, 0xd5, 0x4f, 0x68, 0xa4, 0xc5, 0x45, 0x41, 0x16, 0xdb, 0x59, 0xe4, 0xa1, 0x55,
    0x4b, 0xbb, 0xf0, 0x66, 0x04, 0xe1, 0xa6, 0xe7, 0xa5, 0xa1, 0x6a, 0x4f, 0xe4, 0xc2, 0x98, 0xa8,
    0x7e, 0x06, 0x19, 0x87, 0x81, 0xbd, 0xc1, 0x59, 0x30, 0x99, 0xdd, 0xb5, 0x90, 0x6f, 0xb5, 0x30,
    0xd7, 0x8e, 0xd2, 0x69, 0xda, 0x3e, 0x5a, 0x79, 0x80, 0xff, 0x1e, 0x57, 0xa1, 0xb8, 0x21, 0x10,
    0xd3, 0xef, 0xd9, 0x55, 0xda, 0x83, 0x44, 0x98, 0x5f, 0x72, 0x5b, 0x0d, 0x8d, 0x46, 0x0a, 0x5a,
    0x13, 0xdb, 0xd8, 0x77, 0xea, 0x61, 0x72, 0x58, 0x03, 0xb2,
];
const SCALAR: std::ops::Range<usize> = 36..68;
/// The scalar in the form in which it is computed with: times 2^256 modulo the order, least octet first,
/// masked.
const LIMBS: [u8; 32] = [
    0x58, 0x13, 0x81, 0x27, 0xf9, 0xc5, 0x33, 0x08, 0x34, 0x67, 0xe1, 0x90, 0x11, 0x0c, 0x00, 0xc6,
    0xe4, 0x2e, 0x8e, 0xd0, 0x15, 0xe6, 0x12, 0x7c, 0x4d, 0x11, 0x80, 0x2f, 0xb7, 0xec, 0xfa, 0xa6,
];
/// An Ed25519 seed, masked.
const SEED: [u8; 32] = [
    0x17, 0x2b, 0x99, 0x03, 0x5e, 0xd1, 0x7c, 0x42, 0x88, 0x6f, 0x30, 0xe5, 0x9a, 0x04, 0xcb, 0x71,
    0x2e, 0xf0, 0x53, 0xb8, 0x1d, 0x66, 0xa9, 0x3c, 0xd7, 0x48, 0x91, 0x0e, 0xfb, 0x25, 0x84, 0x6a,
];
/// The second half of the SHA-512 of the seed, from which nonces follow (RFC 8032 5.1.5), masked.
const PREFIX: [u8; 32] = [
    0xb3, 0x75, 0x89, 0x32, 0x24, 0xd6, 0x58, 0x7f, 0xa0, 0xf7, 0xa8, 0x3b, 0x33, 0xd5, 0xcb, 0xbe,
    0x5e, 0x33, 0x7b, 0x9b, 0x65, 0x3d, 0xe2, 0x33, 0xf5, 0x53, 0xed, 0xa7, 0xd5, 0xff, 0x66, 0xfb,
];
/// The passphrase, masked.
const PASSPHRASE: [u8; 24] = [
    0xd6, 0xc0, 0xc6, 0xd7, 0xc0, 0xd1, 0x88, 0xd5, 0xc4, 0xd6, 0xd6, 0xd5, 0xcd, 0xd7, 0xc4, 0xd6,
    0xc0, 0x88, 0xca, 0xc3, 0x88, 0xd2, 0xc0, 0x95,
];
/// Octets before the seed in the PKCS#8 of an Ed25519 key (RFC 8410 7).
const BEFORE_SEED: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

fn unmasked(masked: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut open = Zeroizing::new(Vec::with_capacity(masked.len()));
    open.extend(masked.iter().map(|octet| octet ^ MASK));
    open
}

fn id(name: &str) -> KeyId {
    KeyId::parse(name).expect("a plain name")
}

fn sign(store: &KeyStore, name: &str) {
    let under =
        Authorisation::journalled(id(name), KeyUse::Ocsp, b"message", UtcDateTime::UNIX_EPOCH);
    store.sign(b"message", &under).expect("signs");
}

#[inline(never)]
fn office(path: &Path) -> KeyStore {
    let random = SeededRandom::new(3);
    let passphrase = unmasked(&PASSPHRASE);
    let store =
        KeyStore::create_at_cost(path, &passphrase, Cost::FOR_TESTS, &random).expect("a store");
    let ec = unmasked(&MASKED);
    let mut ed = Zeroizing::new(Vec::with_capacity(48));
    ed.extend(BEFORE_SEED);
    ed.extend(SEED.iter().map(|octet| octet ^ MASK));
    let key = |name, pkcs8| NewKey {
        id: id(name),
        for_use: KeyUse::Ocsp,
        algorithm: None,
        pkcs8,
        seal: None,
    };
    store
        .add(&[key("ec", &ec), key("ed", &ed)], &random)
        .expect("two keys");
    store.lock();
    store.unlock(&passphrase).expect("the right passphrase");
    sign(&store, "ec");
    sign(&store, "ed");
    store
        .change_passphrase(&passphrase, &SystemRandom::new())
        .expect("sealed again");
    store
}

/// How often the masked octets stand, unmasked, in the writable memory of this process.
fn found(masked: &[u8]) -> usize {
    let maps = fs::read_to_string("/proc/self/maps").expect("this is Linux");
    let mut memory = File::open("/proc/self/mem").expect("our own memory");
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let range = line.split(' ').next().expect("a range");
        let (from, to) = range.split_once('-').expect("two ends");
        let [from, to] = [from, to].map(|end| u64::from_str_radix(end, 16).expect("hexadecimal"));
        let length = usize::try_from(to - from).expect("a part of memory");
        let mut copy = vec![0; length];
        memory.seek(SeekFrom::Start(from)).expect("within it");
        if memory.read_exact(&mut copy).is_err() {
            continue;
        }
        found += copy
            .windows(masked.len())
            .filter(|window| {
                window
                    .iter()
                    .zip(masked)
                    .all(|(octet, masked)| octet ^ MASK == *masked)
            })
            .count();
        copy.fill(0);
        std::hint::black_box(&copy);
    }
    found
}

fn reversed(masked: &[u8]) -> Vec<u8> {
    masked.iter().rev().copied().collect()
}

#[test]
fn after_locking_no_key_is_left_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let scalar = &MASKED[SCALAR];
    let held = unmasked(scalar);
    assert!(found(scalar) > 0, "the search finds what is there");
    drop(held);
    assert_eq!(found(scalar), 0, "and not what is not");
    let store = office(&folder.path().join("keys"));
    for (name, masked) in [("scalar", &LIMBS), ("prefix", &PREFIX)] {
        let there = found(masked) > 0;
        assert!(
            there,
            "{name} of an unlocked key: its absence means something"
        );
    }
    store.lock();
    assert!(store.is_locked());
    for (name, masked) in [
        ("the scalar as it is written", scalar.to_vec()),
        ("the scalar in limbs", reversed(scalar)),
        ("the scalar as it is computed with", LIMBS.to_vec()),
        ("the seed", SEED.to_vec()),
        ("what nonces follow from", PREFIX.to_vec()),
        ("the passphrase", PASSPHRASE.to_vec()),
    ] {
        assert_eq!(found(&masked), 0, "{name}");
    }
}
