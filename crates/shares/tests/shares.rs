//! A secret in shares: any k open it, fewer and others do not, and each says why (T-K3).

use crypto::{Cost, KeyStore, KeyStoreError, Random, SeededRandom, SystemRandom};
use shares::holders::{HolderError, give_out, passphrase};
use shares::{LONGEST_SHARE, MOST, SECRET, Share, ShareError, join, split};

const PASSPHRASE: &[u8] = b"correct horse battery staple";

const SET: [u8; SECRET] = [0x5a; SECRET];

fn made(path: &std::path::Path) -> KeyStore {
    KeyStore::create_at_cost(path, PASSPHRASE, Cost::FOR_TESTS, &SystemRandom::new())
        .expect("a store")
}

fn shares(numbers: (u8, u8)) -> Vec<Share> {
    split(&SET, numbers, &SeededRandom::new(7)).expect("shares")
}

/// All subsets, by the bits of a number.
fn subsets(of: &[Share]) -> impl Iterator<Item = Vec<Share>> {
    (0_u32..1 << of.len()).map(|bits| {
        let chosen = of.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
        chosen.map(|(_, share)| share.clone()).collect()
    })
}

#[test]
fn any_k_or_more_open_and_fewer_do_not() {
    for (needs, of) in [(2, 2), (2, 3), (3, 5), (5, 5)] {
        for chosen in subsets(&shares((needs, of))) {
            let have = chosen.len();
            let joined = join(&chosen).map(|secret| *secret);
            if have >= usize::from(needs) {
                assert_eq!(joined, Ok(SET), "{chosen:?}");
            } else {
                let need = if have == 0 { 2 } else { needs };
                assert_eq!(joined, Err(ShareError::TooFew { have, need }));
            }
        }
    }
}

#[test]
fn numbers_that_make_no_sense_are_refused() {
    for numbers in [(0, 0), (1, 1), (1, 3), (4, 3), (2, MOST + 1), (2, 255)] {
        let split = split(&SET, numbers, &SeededRandom::new(7));
        assert_eq!(split, Err(ShareError::Numbers), "{numbers:?}");
    }
    assert_eq!(shares((MOST, MOST)).len(), usize::from(MOST));
}

#[test]
fn a_share_is_read_as_it_was_written_and_no_changed_octet_goes_unseen() {
    for share in shares((2, 3)) {
        let text = share.text();
        assert_eq!(Share::parse(&text), Ok(share.clone()));
        for at in 0..text.len() {
            let mut octets = text.as_bytes().to_vec();
            octets[at] ^= 1;
            let changed = String::from_utf8(octets).expect("ASCII");
            assert!(Share::parse(&changed).is_err(), "octet {at}");
            assert!(Share::parse(&text[..at]).is_err(), "cut off at {at}");
        }
        let upper = text.to_uppercase();
        assert_eq!(Share::parse(&upper), Err(ShareError::Malformed));
        assert!(Share::parse(&format!("{}\n", *text)).is_err());
        // As long as a text may be, and one octet longer: neither is a share.
        for longest in [LONGEST_SHARE, LONGEST_SHARE + 1] {
            let filled = format!("{}{}", *text, "x".repeat(longest - text.len()));
            assert_eq!(Share::parse(&filled), Err(ShareError::Malformed));
        }
        // Nothing secret is printed.
        let value = text.lines().nth(3).expect("a value");
        assert!(!format!("{share:?}").contains(&value[6..]));
    }
}

#[test]
fn a_digit_mistyped_is_told_by_the_check() {
    let text = shares((2, 3))[0].text();
    let at = text.find("value ").expect("a value") + 6;
    let other = if text.as_bytes()[at] == b'0' {
        "1"
    } else {
        "0"
    };
    let mut typed = text.to_string();
    typed.replace_range(at..=at, other);
    assert_eq!(Share::parse(&typed), Err(ShareError::Check));
}

/// A share whose holder put another value into it, and reckoned its check again.
fn forged(share: &Share) -> Share {
    let text = share.text();
    let (signed, _) = text.rsplit_once("check ").expect("a check");
    let at = signed.find("value ").expect("a value") + 6;
    let mut signed = signed.to_owned();
    let other = if signed.as_bytes().get(at) == Some(&b'0') {
        "1"
    } else {
        "0"
    };
    signed.replace_range(at..=at, other);
    let digest = crypto::sha256(signed.as_bytes());
    let check: String = digest[..8]
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    Share::parse(&format!("{signed}check {check}\n")).expect("its check is good")
}

#[test]
fn mixed_doubled_and_forged_shares_are_refused_each_for_its_reason() {
    let ours = shares((2, 3));
    let other = split(&[1; SECRET], (2, 3), &SeededRandom::new(8)).expect("shares");
    let of = |chosen: &[&Share]| {
        let chosen: Vec<_> = chosen.iter().map(|share| (*share).clone()).collect();
        join(&chosen).map(|secret| *secret)
    };
    assert_eq!(of(&[&ours[0], &other[1]]), Err(ShareError::Mixed));
    assert_eq!(of(&[&ours[0], &ours[0]]), Err(ShareError::Twice(1)));
    assert_eq!(of(&[&ours[0], &forged(&ours[2])]), Err(ShareError::Changed));
    // One more than is needed, and not of the same polynomial.
    let all = [&ours[0], &ours[1], &forged(&ours[2])];
    assert_eq!(of(&all), Err(ShareError::Changed));
    assert_eq!(of(&[&ours[0], &ours[2]]), Ok(SET));
}

/// Randomness of one octet, over and over.
#[derive(Debug)]
struct Flat(u8);

impl Random for Flat {
    fn fill(&self, out: &mut [u8]) -> Result<(), crypto::RandomUnavailable> {
        out.fill(self.0);
        Ok(())
    }
}

#[test]
fn the_value_of_one_share_takes_every_octet_once_whatever_the_secret_is() {
    // 2 of 3, over all coefficients: what one share shows is uniform for each secret, so that it says nothing.
    for secret in [0, 1, 0xff] {
        let values = (0..=255).map(|coefficient| {
            let shares = split(&[secret; SECRET], (2, 3), &Flat(coefficient)).expect("shares");
            let text = shares[0].text();
            let value = text.lines().nth(3).expect("a value");
            value[6..8].to_owned()
        });
        let values: std::collections::BTreeSet<String> = values.collect();
        assert_eq!(values.len(), 256, "{secret}");
    }
}

#[test]
fn a_store_given_to_holders_opens_by_two_of_three_and_no_longer_by_its_passphrase() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys");
    let store = made(&path);
    let given = give_out(&store, folder.path(), (2, 3), &SystemRandom::new()).expect("given");
    let again = || KeyStore::open_at_cost(&path, Cost::FOR_TESTS).expect("opens");
    assert_eq!(again().unlock(PASSPHRASE), Err(KeyStoreError::NotAuthentic));
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let two = [given[one].clone(), given[other].clone()];
        let words = passphrase(&two).expect("two open");
        assert_eq!(again().unlock(words.as_bytes()), Ok(()));
    }
    let alone = passphrase(&given[..1]);
    let few = ShareError::TooFew { have: 1, need: 2 };
    assert!(matches!(alone, Err(HolderError::Join(told)) if told == few));
    let mode =
        std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&given[0]).expect("it is there"));
    assert_eq!(mode & 0o777, 0o600);
    // Nothing is written over what is there, and the store opens as before.
    let second = give_out(&store, folder.path(), (2, 3), &SystemRandom::new());
    assert!(matches!(second, Err(HolderError::File { .. })));
    assert!(passphrase(&given).is_ok_and(|words| again().unlock(words.as_bytes()).is_ok()));
    // What is no share is named.
    let nothing = passphrase(&[given[0].clone(), path.clone()]);
    assert!(matches!(nothing, Err(HolderError::Share { path: named, .. }) if named == path));
}

#[test]
fn a_store_that_cannot_be_sealed_anew_leaves_no_shares() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = made(&folder.path().join("keys"));
    store.lock();
    let refused = give_out(&store, folder.path(), (2, 3), &SystemRandom::new());
    assert!(matches!(
        refused,
        Err(HolderError::KeyStore(KeyStoreError::Locked))
    ));
    assert!(!folder.path().join("share-1").exists());
}

#[test]
fn where_nobody_knows_what_opens_the_store_its_shares_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys");
    let store = made(&path);
    std::fs::remove_file(&path).expect("gone");
    let refused = give_out(&store, folder.path(), (2, 3), &SystemRandom::new());
    assert!(matches!(
        refused,
        Err(HolderError::KeyStore(KeyStoreError::File { .. }))
    ));
    let given = [1, 2].map(|index| folder.path().join(format!("share-{index}")));
    assert!(passphrase(&given).is_ok());
}
