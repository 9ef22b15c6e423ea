//! A seal signs under a release and under nothing else (D19, T-S1 to T-S3): named mutations of a good
//! release, each refused for exactly one reason.

use crypto::{
    Authorisation, KeyAlgorithm, KeyStoreError, KeyUse, Listing, Release, ReleaseStatement,
    SignError, Signer, SoftwareSigner,
};
use time::Duration;

use crate::keystore::office::{
    MESSAGE, Office, fresh, id, listed, new_key, noon, public, random, seal_key, signed, statement,
};

fn sign(office: &Office, release: Release) -> Result<(), SignError> {
    let under = Authorisation::released(seal_key(), MESSAGE, noon(), release);
    office.store.sign(MESSAGE, &under).map(|_| ())
}

#[test]
fn a_good_release_lets_the_seal_sign() {
    let office = Office::open();
    let under = Authorisation::released(seal_key(), MESSAGE, noon(), office.released(statement()));
    let signature = office.store.sign(MESSAGE, &under).expect("released");
    let (key, algorithm, _) = office.store.public_key(&seal_key()).expect("it is there");
    assert_eq!(key.check(algorithm, MESSAGE, &signature), Ok(()));
}

type Bend = fn(&mut ReleaseStatement);

/// What is stated otherwise before the releaser signs.
const STATED: &[(&str, Bend, SignError)] = &[
    (
        "another seal",
        |s| s.seal = "990102-SPZYZ-02".to_owned(),
        SignError::ReleaseForAnotherSeal,
    ),
    (
        "the key's name instead of the seal's code",
        |s| s.seal = "seal-990102-SPZYZ-01".to_owned(),
        SignError::ReleaseForAnotherSeal,
    ),
    (
        "requester and releaser are one",
        |s| s.requester = "wang".to_owned(),
        SignError::ReleasedByRequester,
    ),
    (
        "expired this second",
        |s| s.expires = noon(),
        SignError::ReleaseExpired,
    ),
    (
        "expired an hour ago",
        |s| s.expires = noon() - Duration::HOUR,
        SignError::ReleaseExpired,
    ),
    (
        "a releaser who is not enrolled",
        |s| s.releaser = "zhao".to_owned(),
        SignError::ReleaseUnsigned,
    ),
    (
        "a releaser's name with a space",
        |s| s.releaser = "wang ".to_owned(),
        SignError::ReleaseUnsigned,
    ),
];

#[test]
fn releases_that_state_something_else_are_refused() {
    let office = Office::open();
    for (name, bend, reason) in STATED {
        let mut bent = statement();
        bend(&mut bent);
        assert_eq!(sign(&office, office.released(bent)), Err(*reason), "{name}");
    }
}

/// What is changed after the releaser signed.
const CHANGED: &[(&str, Bend)] = &[
    ("another document", |s| s.unsealed[0] ^= 1),
    ("another purpose", |s| s.purpose.push('2')),
    ("another matter", |s| s.matter.push('2')),
    ("another case", |s| s.case.push('2')),
    ("another decision", |s| s.decision = "refused".to_owned()),
    ("more copies", |s| s.copies = 100),
    ("a later expiry", |s| s.expires += Duration::DAY),
    ("another requester", |s| s.requester = "zhao".to_owned()),
];

#[test]
fn releases_changed_after_signing_are_refused() {
    let office = Office::open();
    for (name, bend) in CHANGED {
        let mut release = office.released(statement());
        bend(&mut release.statement);
        assert_eq!(
            sign(&office, release),
            Err(SignError::ReleaseUnsigned),
            "{name}"
        );
    }
}

/// Three uses of one seal.
fn three() -> Vec<ReleaseStatement> {
    let of = |job: &str| ReleaseStatement {
        job: job.to_owned(),
        ..statement()
    };
    vec![of("first"), of("second"), of("third")]
}

#[test]
fn one_release_of_a_list_lets_the_seal_sign_each_use_of_it() {
    let office = Office::open();
    let release = listed(&three(), &office.releaser);
    for statement in three() {
        let of_it = Release {
            statement,
            ..release.clone()
        };
        assert_eq!(sign(&office, of_it), Ok(()));
    }
}

#[test]
fn what_the_list_does_not_have_is_not_released_by_it() {
    let office = Office::open();
    let bends = CHANGED.iter().copied();
    let bends = bends.chain([("another job", (|s| s.job.push('2')) as Bend)]);
    for (name, bend) in bends {
        let mut release = listed(&three(), &office.releaser);
        bend(&mut release.statement);
        let refused = sign(&office, release);
        assert_eq!(refused, Err(SignError::ReleaseUnsigned), "{name}");
    }
    let good = listed(&three(), &office.releaser);
    // The list with one more, one less, under another name, or taken away.
    let mut more = three();
    more.push(ReleaseStatement {
        job: "fourth".to_owned(),
        ..statement()
    });
    for listing in [
        Listing::of("batch", &more),
        Listing::of("batch", &three()[..2]),
        Listing::of("other", &three()),
        None,
    ] {
        let bent = Release {
            listing,
            ..good.clone()
        };
        assert_eq!(sign(&office, bent), Err(SignError::ReleaseUnsigned));
    }
    let mut over = three();
    over.iter_mut().for_each(|one| one.expires = noon());
    let over = listed(&over, &office.releaser);
    assert_eq!(sign(&office, over), Err(SignError::ReleaseExpired));
}

#[test]
fn a_release_signed_by_another_key_is_refused() {
    let office = Office::open();
    let stranger = SoftwareSigner::from_pkcs8(&fresh(KeyAlgorithm::Ed25519), None).expect("reads");
    assert_eq!(
        sign(&office, signed(statement(), &stranger)),
        Err(SignError::ReleaseUnsigned)
    );
}

#[test]
fn a_releaser_of_another_seal_is_none_of_this_one() {
    let office = Office::open();
    let pkcs8 = fresh(KeyAlgorithm::EcP256);
    let second = new_key("seal-990102-SPZYZ-02", KeyUse::Seal, &pkcs8);
    office
        .store
        .add(&[second], &random())
        .expect("a second seal");
    let zhao = SoftwareSigner::from_pkcs8(&fresh(KeyAlgorithm::EcP256), None).expect("reads");
    office
        .store
        .enrol_releaser(
            &id("seal-990102-SPZYZ-02"),
            "zhao",
            zhao.public_key(),
            &random(),
        )
        .expect("enrolled there");
    let mut bent = statement();
    bent.releaser = "zhao".to_owned();
    assert_eq!(
        sign(&office, signed(bent, &zhao)),
        Err(SignError::ReleaseUnsigned)
    );
}

#[test]
fn who_is_dismissed_releases_no_more() {
    let office = Office::open();
    let release = office.released(statement());
    assert_eq!(sign(&office, release.clone()), Ok(()));
    office
        .store
        .dismiss_releaser(&seal_key(), "wang", &random())
        .expect("was enrolled");
    assert_eq!(sign(&office, release), Err(SignError::ReleaseUnsigned));
    assert_eq!(
        office
            .store
            .dismiss_releaser(&seal_key(), "wang", &random()),
        Err(KeyStoreError::NotEnrolled)
    );
    assert!(office.again().releasers(&seal_key()).is_empty());
}

#[test]
fn enrolment_is_for_seals_and_one_key_is_one_person() {
    let office = Office::open();
    let other = public(&office.store, &id("ocsp"));
    let own = office.releaser.public_key();
    let enrol = |key: &str, person: &str, public_key| {
        office
            .store
            .enrol_releaser(&id(key), person, public_key, &random())
    };
    let seal = "seal-990102-SPZYZ-01";
    assert_eq!(
        enrol("ocsp", "zhao", &other),
        Err(KeyStoreError::NotSeal(id("ocsp")))
    );
    assert_eq!(
        enrol("seal-x", "zhao", &other),
        Err(KeyStoreError::UnknownKey(id("seal-x")))
    );
    assert_eq!(enrol(seal, "", &other), Err(KeyStoreError::Person));
    assert_eq!(
        enrol(seal, &"x".repeat(257), &other),
        Err(KeyStoreError::Person)
    );
    // R3: the requester must not release under a second name.
    assert_eq!(enrol(seal, "li", own), Err(KeyStoreError::KeyOfAnother));
    assert_eq!(enrol(seal, "wang", own), Ok(()));
}
