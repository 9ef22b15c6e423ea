//! A high-risk seal signs under as many releases as it needs, by its own people, each by themselves, of one use (T-S1): named
//! mutations, each refused.

use std::collections::BTreeSet;

use crypto::{
    Authorisation, KeyAlgorithm, KeyStoreError, Release, ReleaseStatement, SignError,
    SoftwareSigner,
};
use time::Duration;

use crate::keystore::office::{
    MESSAGE, Office, PASSPHRASE, fresh, id, noon, random, seal_key, signed, statement,
};

const SEAL: &str = "990102-SPZYZ-01";

fn of(people: &[&str]) -> BTreeSet<String> {
    people.iter().map(|one| (*one).to_owned()).collect()
}

/// The office with two more releasers, and two of the three needed.
struct Several {
    office: Office,
    zhao: SoftwareSigner,
    qian: SoftwareSigner,
}

impl Several {
    fn open() -> Several {
        let office = Office::open();
        let signer = || SoftwareSigner::from_pkcs8(&fresh(KeyAlgorithm::Ed25519), None);
        let (zhao, qian) = (signer().expect("a key"), signer().expect("a key"));
        for (person, signer) in [("zhao", &zhao), ("qian", &qian)] {
            let public = crypto::Signer::public_key(signer);
            let enrolled = office
                .store
                .enrol_releaser(&seal_key(), person, public, &random());
            enrolled.expect("a releaser");
        }
        let people = of(&["wang", "zhao", "qian"]);
        let set = office.store.set_quorum(SEAL, (2, &people), &random());
        set.expect("all of them are enrolled");
        Several { office, zhao, qian }
    }

    fn by(&self, person: &str, change: impl FnOnce(&mut ReleaseStatement)) -> Release {
        let signer = match person {
            "zhao" => &self.zhao,
            "qian" => &self.qian,
            _ => &self.office.releaser,
        };
        let mut stated = ReleaseStatement {
            releaser: person.to_owned(),
            ..statement()
        };
        change(&mut stated);
        signed(stated, signer)
    }

    fn sign(&self, release: Release, approvals: Vec<Release>) -> Result<(), SignError> {
        let under = Authorisation::released(seal_key(), MESSAGE, noon(), release);
        let under = under.with(approvals);
        self.office.store.sign(MESSAGE, &under).map(|_| ())
    }
}

#[test]
fn two_of_three_let_a_high_risk_seal_sign_and_one_does_not() {
    let several = Several::open();
    let plain = |person| several.by(person, |_| {});
    assert_eq!(
        several.sign(plain("wang"), vec![]),
        Err(SignError::TooFewApprovals)
    );
    for (one, other) in [("wang", "zhao"), ("qian", "wang"), ("zhao", "qian")] {
        assert_eq!(
            several.sign(plain(one), vec![plain(other)]),
            Ok(()),
            "{one} {other}"
        );
    }
    let all = vec![plain("zhao"), plain("qian")];
    assert_eq!(several.sign(plain("wang"), all), Ok(()));
}

#[test]
fn an_approval_that_is_not_another_person_s_of_this_use_does_not_count() {
    let several = Several::open();
    let good = || several.by("wang", |_| {});
    let mut bent = several.by("zhao", |_| {});
    bent.statement.expires += Duration::HOUR;
    let mut renamed = several.by("wang", |_| {});
    renamed.statement.releaser = "zhao".to_owned();
    let wrong: Vec<(&str, Release)> = vec![
        ("the same person twice", good()),
        (
            "the same person until later",
            several.by("wang", |one| one.expires += Duration::HOUR),
        ),
        (
            "another document",
            several.by("zhao", |one| one.unsealed[0] ^= 1),
        ),
        ("another job", several.by("zhao", |one| one.job.push('2'))),
        (
            "another purpose",
            several.by("zhao", |one| one.purpose.push('2')),
        ),
        ("another case", several.by("zhao", |one| one.case.push('2'))),
        (
            "another decision",
            several.by("zhao", |one| one.decision.push('2')),
        ),
        ("more copies", several.by("zhao", |one| one.copies = 2)),
        (
            "another requester",
            several.by("zhao", |one| one.requester.push('2')),
        ),
        (
            "an expired one",
            several.by("zhao", |one| one.expires = noon()),
        ),
        (
            "who asked for it",
            several.by("zhao", |one| one.requester = "zhao".to_owned()),
        ),
        ("changed after it was signed", bent),
        ("in another person's name", renamed),
    ];
    for (name, approval) in wrong {
        let refused = several.sign(good(), vec![approval]);
        assert_eq!(refused, Err(SignError::TooFewApprovals), "{name}");
    }
}

#[test]
fn who_is_not_or_no_longer_of_its_people_does_not_count() {
    let several = Several::open();
    let store = &several.office.store;
    let plain = |person| several.by(person, |_| {});
    let fewer = of(&["wang", "qian"]);
    store
        .set_quorum(SEAL, (2, &fewer), &random())
        .expect("changed");
    let refused = several.sign(plain("wang"), vec![plain("zhao")]);
    assert_eq!(
        refused,
        Err(SignError::TooFewApprovals),
        "taken out of the quorum"
    );
    // Who is none of its people does not even release.
    let refused = several.sign(plain("zhao"), vec![plain("wang")]);
    assert_eq!(refused, Err(SignError::TooFewApprovals));
    store
        .dismiss_releaser(&seal_key(), "qian", &random())
        .expect("dismissed");
    let refused = several.sign(plain("wang"), vec![plain("qian")]);
    assert_eq!(refused, Err(SignError::TooFewApprovals), "dismissed");
    let none = store.set_quorum(SEAL, (2, &fewer), &random());
    assert_eq!(none, Err(KeyStoreError::NotEnrolled));
    let other = store.set_quorum("990102-OTHER-01", (2, &fewer), &random());
    assert_eq!(other, Err(KeyStoreError::NotEnrolled), "no such seal");
    store
        .set_quorum(SEAL, (1, &of(&[])), &random())
        .expect("one again");
    assert_eq!(several.sign(plain("wang"), vec![]), Ok(()));
}

#[test]
fn a_quorum_stands_in_the_file_and_is_two_to_sixteen() {
    let several = Several::open();
    let again = several.office.again();
    let people = of(&["qian", "wang", "zhao"]);
    assert_eq!(again.quorum(SEAL), Some((2, people.clone())));
    again.unlock(PASSPHRASE).expect("the same file");
    let under = Authorisation::released(seal_key(), MESSAGE, noon(), several.by("wang", |_| {}));
    assert_eq!(
        again.sign(MESSAGE, &under).map(|_| ()),
        Err(SignError::TooFewApprovals)
    );
    let mut many: BTreeSet<String> = (0..17).map(|number| format!("p{number:02}")).collect();
    let set =
        |needed, people: &BTreeSet<String>| again.set_quorum(SEAL, (needed, people), &random());
    for (needed, people) in [
        (0, &people),
        (1, &people),
        (4, &people),
        (2, &many),
        (2, &of(&["wang", ""])),
    ] {
        assert_eq!(set(needed, people), Err(KeyStoreError::Quorum), "{needed}");
    }
    many.pop_last();
    assert_eq!(
        set(16, &many),
        Err(KeyStoreError::NotEnrolled),
        "sixteen of whom none is enrolled"
    );
    assert_eq!(set(3, &people), Ok(()));
    assert_eq!(again.quorum(id("ocsp").as_str()), None);
}
