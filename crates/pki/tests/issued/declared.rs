//! The example hierarchy: its declaration can be made, in order, and refuses what cannot.

use std::collections::BTreeMap;

use crypto::{KeyId, PublicKey, Signer as _, SoftwareSigner};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Coverage, CrlDraft};
use pki::hierarchy::{Hierarchy, ReadHierarchy};
use pki::path::{Anchor, Budget, Purpose, Question, StatusMaterial, validate};
use pki::profile::Issuer;
use time::Duration;

use super::crosscheck::judge;
use super::forge::{AT, finish, key_of, sign};

const DECLARATION: &str = include_str!("../../../../keys-example/hierarchy.toml");

struct Made {
    keys: BTreeMap<KeyId, SoftwareSigner>,
    certificates: BTreeMap<KeyId, Certificate>,
    numbers: BTreeMap<KeyId, SerialNumber>,
}

fn make(hierarchy: &Hierarchy) -> Made {
    let mut made = Made {
        keys: BTreeMap::new(),
        certificates: BTreeMap::new(),
        numbers: BTreeMap::new(),
    };
    for (place, entry) in hierarchy.entries().iter().enumerate() {
        let own = key_of(entry.algorithm);
        let public: PublicKey = own.public_key().clone();
        made.keys.insert(entry.key.clone(), own);
        let signer = &made.keys[&entry.issuer];
        let issuer = match made.certificates.get(&entry.issuer) {
            Some(above) => Issuer::of(above, signer.algorithm()).expect("a key"),
            None => entry.as_issuer(public.clone(), signer.algorithm()),
        };
        let number = u8::try_from(place + 1).expect("few");
        let serial = SerialNumber::from_random([number; 16]);
        let draft = entry
            .prepare(&public, serial, &issuer)
            .unwrap_or_else(|error| panic!("{}: {error}", entry.key));
        let certificate = finish(draft, signer);
        made.numbers.insert(entry.key.clone(), serial);
        made.certificates.insert(entry.key.clone(), certificate);
    }
    made
}

#[test]
fn the_example_hierarchy_is_made_in_its_order_and_holds_as_it_says() {
    let hierarchy = Hierarchy::parse(DECLARATION).expect("a hierarchy");
    let made = make(&hierarchy);
    assert_eq!(hierarchy.bare_keys().len(), 2);
    let lists: Vec<pki::Crl> = hierarchy
        .entries()
        .iter()
        .filter(|entry| entry.profile.is_authority())
        .map(|entry| {
            let signer = &made.keys[&entry.key];
            let issuer = Issuer::of(&made.certificates[&entry.key], signer.algorithm());
            let draft = CrlDraft {
                issuer: &issuer.expect("a key"),
                number: 1,
                this_update: AT,
                next_update: AT + Duration::days(30),
                coverage: Coverage::Complete,
                expired_kept_since: Some(time::macros::utc_datetime!(2025-01-01 0:00)),
            };
            let prepared = draft
                .prepare(hierarchy.revoked_by(&entry.key, &made.numbers))
                .expect("a list");
            let signature = sign(signer, prepared.to_be_signed());
            prepared.finish(&signature).expect("a list")
        })
        .collect();
    let all: Vec<Certificate> = made.certificates.values().cloned().collect();
    let anchor = |name| {
        let root = KeyId::parse(name).expect("a name");
        Anchor::of(made.certificates[&root].clone()).expect("a key")
    };
    let anchors = [anchor("root"), anchor("sm-root")];
    let question = Question::new(Purpose::DocumentSigning, AT)
        .with_status(StatusMaterial::of_lists(&lists, AT));
    let mut outcomes = Vec::new();
    for entry in hierarchy.entries() {
        let (name, national) = match entry.key.as_str().strip_prefix("sm-") {
            Some(name) => (name, true),
            None => (entry.key.as_str(), false),
        };
        if !["seal-", "signer-", "encryption-"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            continue;
        }
        let leaf = &made.certificates[&entry.key];
        let outcome = validate(leaf, &all, &anchors, &question, &mut Budget::new());
        // The second judge knows no SM2.
        if !national {
            let root = KeyId::parse("root").expect("a name");
            let asked = (Purpose::DocumentSigning, AT);
            let second = judge(&made.certificates[&root], &all, leaf.der(), &lists, asked);
            assert_eq!(outcome.is_ok(), second.is_ok(), "{} {second:?}", entry.key);
        }
        let code = outcome.map_or_else(|error| error.fault.code(), |_| "good");
        outcomes.push((national, format!("{name} {code}")));
    }
    let of = |wanted| {
        let found = outcomes
            .iter()
            .filter(move |(national, _)| *national == wanted);
        found
            .map(|(_, outcome)| outcome.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(false), OUTCOMES);
    let encryption = ["encryption-990102-SPZYZ-01 path.encryption-certificate"];
    assert_eq!(of(true), [&OUTCOMES[..], &encryption].concat());
}

/// What is found of the seals and the people, in either suite.
const OUTCOMES: [&str; 11] = [
    "seal-990102-SPZYZ-01 good",
    "seal-990102-SLZYZ-01 good",
    "seal-990100-SPZYZ-01 good",
    "seal-990100-SCJDG-01 good",
    "seal-expired path.expired",
    "seal-revoked path.revoked",
    "seal-on-hold path.revoked",
    "seal-below-compromised path.revoked",
    "signer-custodian good",
    "signer-approver good",
    "signer-left path.revoked",
];

/// The declaration with one piece of text replaced.
fn bent(from: &str, to: &str) -> Result<Hierarchy, ReadHierarchy> {
    assert!(DECLARATION.contains(from), "{from}");
    Hierarchy::parse(&DECLARATION.replacen(from, to, 1))
}

fn key(name: &str) -> KeyId {
    KeyId::parse(name).expect("a name")
}

#[test]
fn a_declaration_that_cannot_be_made_is_refused_for_its_reason() {
    let word = |name: &str, word: &str| ReadHierarchy::Word {
        key: key(name),
        word: word.to_owned(),
    };
    assert!(matches!(
        bent("operator", "oparetor"),
        Err(ReadHierarchy::Syntax { .. })
    ));
    assert!(matches!(
        bent("seal_code", "stamp_code"),
        Err(ReadHierarchy::Syntax { .. })
    ));
    assert_eq!(
        bent("key = \"ocsp\"", "key = \"o csp\""),
        Err(ReadHierarchy::Key {
            key: "o csp".to_owned()
        })
    );
    assert_eq!(
        bent("key = \"ocsp\"", "key = \"tsa\""),
        Err(ReadHierarchy::Twice { key: key("tsa") })
    );
    assert_eq!(
        bent("key = \"trace\"", "key = \"ca\""),
        Err(ReadHierarchy::Twice { key: key("ca") })
    );
    assert_eq!(
        bent("ecdsa-p384", "rsa-1024"),
        Err(word("root", "rsa-1024"))
    );
    assert_eq!(
        bent("\"ocsp-responder\"", "\"oracle\""),
        Err(word("ocsp", "oracle"))
    );
    assert_eq!(
        bent("\"ca-compromise\"", "\"bored\""),
        Err(word("ca-compromised", "bored"))
    );
}

#[test]
fn issuers_and_moments_that_cannot_be_are_refused() {
    assert_eq!(
        bent("issuer = \"root\"", "issuer = \"ca\""),
        Err(ReadHierarchy::Issuer { key: key("ca") })
    );
    assert_eq!(
        bent("issuer = \"ca-compromised\"", "issuer = \"ocsp\""),
        Err(ReadHierarchy::Issuer {
            key: key("seal-below-compromised")
        })
    );
    assert_eq!(
        bent("days = 3650", "days = 36500"),
        Err(ReadHierarchy::Moment { key: key("ca") })
    );
    assert_eq!(
        bent("from = \"2025-01-01T00:00:00Z\"", "from = \"2026-01-01\""),
        Err(ReadHierarchy::Moment { key: key("root") })
    );
    assert_eq!(
        bent("since = \"2026-03-01", "since = \"2024-03-01"),
        Err(ReadHierarchy::Moment {
            key: key("ca-compromised")
        })
    );
    assert!(matches!(
        bent(
            "credit_code = \"11990102FAKE000485\"",
            "credit_code = \"485\""
        ),
        Err(ReadHierarchy::Subject { .. })
    ));
}
