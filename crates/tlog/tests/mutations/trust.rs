//! Logs and witnesses that cannot be trusted as they are described.

use crypto::{KeyAlgorithm, Signer, SoftwareSigner, SystemRandom, generate_pkcs8};
use tlog::checkpoint::TrustFault;
use tlog::key::NoteKeyFault;
use tlog::{Checkpoint, NoteKey, TreeHead, TrustedLog, empty_root};

use crate::office::{ORIGIN, Office, signer};

#[test]
fn a_log_needs_keys_of_its_own_and_witnesses_that_differ() {
    let office = Office::open();
    let (key, witness) = (office.key(), office.witness_key());
    let twin = NoteKey::witness("witness.example/w2", office.witness.public_key()).expect("a name");
    let trust = |keys: &[&NoteKey], witnesses: &[&NoteKey], quorum| {
        let own = |keys: &[&NoteKey]| keys.iter().copied().cloned().collect();
        TrustedLog::new(ORIGIN, own(keys), own(witnesses), quorum).map(|_| ())
    };
    assert_eq!(trust(&[&key], &[&witness], 1), Ok(()));
    assert_eq!(trust(&[], &[&witness], 0), Err(TrustFault::NoKey));
    assert_eq!(trust(&[&key], &[&witness], 2), Err(TrustFault::Quorum));
    assert_eq!(trust(&[&witness], &[], 0), Err(TrustFault::WrongKind));
    assert_eq!(trust(&[&key], &[&key], 0), Err(TrustFault::WrongKind));
    assert_eq!(trust(&[&key, &key], &[], 0), Err(TrustFault::SameKey));
    // One key under two names would be a quorum of two.
    assert_eq!(
        trust(&[&key], &[&witness, &twin], 2),
        Err(TrustFault::SameKey)
    );
}

#[test]
fn one_witness_that_signs_twice_is_one_witness() {
    let office = Office::open();
    let second = NoteKey::witness("witness.example/w2", signer(3).public_key()).expect("a name");
    let witnesses = vec![office.witness_key(), second];
    let trust = TrustedLog::new(ORIGIN, vec![office.key()], witnesses, 2).expect("a log");
    let note = office.note(office.stored.head).encode();
    let again = note
        .split_inclusive('\n')
        .find(|line| line.starts_with("\u{2014} witness"))
        .expect("cosigned");
    let refused = trust.open(format!("{note}{again}").as_bytes());
    assert_eq!(refused.expect_err("one").code(), "checkpoint.witnesses");
}

#[test]
fn keys_of_notes_are_ed25519_under_plain_names() {
    let office = Office::open();
    let public = office.log.public_key();
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb", &"x".repeat(257)] {
        assert_eq!(
            NoteKey::ed25519(name, public),
            Err(NoteKeyFault::Name),
            "{name:?}"
        );
    }
    let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new()).expect("made here");
    let other = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own");
    assert_eq!(
        NoteKey::ed25519(ORIGIN, other.public_key()),
        Err(NoteKeyFault::NotEd25519)
    );
    let key = office.witness_key();
    assert_eq!(NoteKey::parse(&key.vkey()), Ok(key));
}

#[test]
fn origins_are_one_line() {
    let head = TreeHead {
        size: 0,
        root: empty_root(),
    };
    for origin in ["", "a\nb", "a\tb", &"x".repeat(257)] {
        let refused = Checkpoint::new(origin, head).expect_err("no origin");
        assert_eq!(refused.code(), "checkpoint.origin", "{origin:?}");
    }
}
