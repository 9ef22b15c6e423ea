//! Logs and witnesses that cannot be trusted as they are described.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{KeyAlgorithm, Signer, SoftwareSigner, SystemRandom, generate_pkcs8};
use tlog::checkpoint::{CheckpointFault, TrustFault};
use tlog::key::NoteKeyFault;
use tlog::note::NoteFault;
use tlog::{Checkpoint, NoteKey, TreeHead, TrustedLog, empty_root};

use crate::mutations::office::{ORIGIN, Office, national, sign, signer};

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
fn a_log_of_both_suites_signs_in_both() {
    let office = Office::open();
    let head = office.stored.head;
    let of = |from| {
        office
            .trust()
            .with_national(vec![office.national_key()], from)
    };
    let trust = of(0).expect("a log of both suites");
    let usual = office.note(head);
    let absent = CheckpointFault::NationalAbsent { size: head.size };
    let refused = trust.open(usual.encode().as_bytes());
    assert_eq!(refused.expect_err("in the usual suite alone"), absent);
    assert_eq!(absent.code(), "checkpoint.national-absent");
    // What was signed before the log had that key stays good.
    let later = of(head.size).expect("a log of both suites");
    assert!(later.open(usual.encode().as_bytes()).is_ok());

    let signature = sign(&national(), usual.text().as_bytes());
    let both = usual.signed_by(&office.national_key(), &signature);
    let both = both.expect("its own key").encode();
    let opened = trust.open(both.as_bytes()).expect("in both suites");
    assert_eq!(opened.checkpoint.head(), head);
    // Whoever knows no such key is not kept from reading, and SM2 stands in for nobody.
    assert!(office.trust().open(both.as_bytes()).is_ok());
    let usual = usual.encode();
    let log = usual.lines().nth(4).expect("the log's line");
    let alone = both.replace(&format!("{log}\n"), "");
    let refused = trust.open(alone.as_bytes()).expect_err("in SM2 alone");
    assert_eq!(refused, CheckpointFault::NotSignedByLog);

    // Its line under another tree, which the log and its witness did sign.
    let other = usual.replacen("\n300\n", "\n299\n", 1);
    let (text, _) = other.split_once("\n\n").expect("a text");
    let other = office.say(&format!("{text}\n")).encode();
    let national = both.lines().last().expect("a line");
    let forged = trust.open(format!("{other}{national}\n").as_bytes());
    assert!(matches!(
        forged,
        Err(CheckpointFault::Note(NoteFault::BadSignature { .. }))
    ));
}

#[test]
fn keys_of_the_national_suite_are_told_by_their_object_identifier() {
    let office = Office::open();
    let key = office.national_key();
    assert_eq!(NoteKey::parse(&key.vkey()), Ok(key.clone()));
    let with = |keys| office.trust().with_national(keys, 0).map(|_| ());
    assert_eq!(with(Vec::new()), Err(TrustFault::NoKey));
    assert_eq!(with(vec![office.key()]), Err(TrustFault::WrongKind));
    assert_eq!(
        TrustedLog::new(ORIGIN, vec![key.clone()], Vec::new(), 0),
        Err(TrustFault::WrongKind)
    );
    assert_eq!(
        NoteKey::sm2(ORIGIN, office.log.public_key()),
        Err(NoteKeyFault::NotSm2)
    );
    // Another type behind 0xff is another's, and a point beside the curve is no key.
    let bent = |bend: fn(&mut Vec<u8>)| {
        let vkey = key.vkey();
        let (before, octets) = vkey.rsplit_once('+').expect("a key");
        let mut octets = STANDARD.decode(octets).expect("base64");
        bend(&mut octets);
        NoteKey::parse(&format!("{before}+{}", STANDARD.encode(octets)))
    };
    assert_eq!(bent(|key| key[10] ^= 1), Err(NoteKeyFault::Kind(0xff)));
    assert_eq!(bent(|key| key[75] ^= 1), Err(NoteKeyFault::NotSm2));
    assert_eq!(bent(|key| key.truncate(75)), Err(NoteKeyFault::NotSm2));
    assert_eq!(bent(|key| key.truncate(11)), Err(NoteKeyFault::NotSm2));
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
