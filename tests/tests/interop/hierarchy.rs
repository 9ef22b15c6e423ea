//! openssl judges the example hierarchy as we make it: every certificate and list of the declaration.

use std::collections::BTreeMap;

use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signature, Signer as _, SoftwareSigner,
    SystemRandom, generate_pkcs8,
};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Coverage, Crl, CrlDraft};
use pki::hierarchy::{Entry, Hierarchy};
use pki::profile::{Issuer, Profile, Status};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};

use super::judge::Judge;

pub(crate) const AT: UtcDateTime = utc_datetime!(2026-11-22 4:00);

pub(crate) struct Made {
    pub(crate) key: SoftwareSigner,
    pub(crate) certificate: Certificate,
}

fn fresh(entry: &Entry) -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(entry.algorithm, &SystemRandom::new()).expect("a key");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key")
}

pub(crate) fn sign(key: &SoftwareSigner, message: &[u8]) -> Signature {
    let id = KeyId::parse("example").expect("a name");
    let under = Authorisation::journalled(id, KeyUse::Certificates, message, AT);
    key.sign(Input::Message(message), &under)
        .expect("a signature")
}

/// One certificate: prepared, linted under a throw-away signature, finished.
pub(crate) fn certify(entry: &Entry, number: u8, made: &BTreeMap<KeyId, Made>) -> Made {
    let key = fresh(entry);
    let (issuer, signer) = match made.get(&entry.issuer) {
        Some(above) => (
            Issuer::of(&above.certificate, above.key.algorithm()).expect("a key"),
            &above.key,
        ),
        None => (
            entry.as_issuer(key.public_key().clone(), key.algorithm()),
            &key,
        ),
    };
    let serial = SerialNumber::from_random([number; 16]);
    let draft = entry
        .prepare(key.public_key(), serial, &issuer)
        .expect("a draft");
    let throw_away = sign(&fresh(entry), draft.to_be_signed());
    let linted = draft.lint(&throw_away).expect("no finding");
    let signature = sign(signer, linted.to_be_signed());
    let certificate = linted.finish(&signature).expect("a certificate");
    Made { key, certificate }
}

pub(crate) fn list(hierarchy: &Hierarchy, issuer: &KeyId, made: &BTreeMap<KeyId, Made>) -> Crl {
    let own = &made[issuer];
    let numbers = made
        .iter()
        .map(|(key, made)| (key.clone(), *made.certificate.serial()))
        .collect();
    let issued_by = Issuer::of(&own.certificate, own.key.algorithm()).expect("a key");
    let draft = CrlDraft {
        issuer: &issued_by,
        number: 1,
        this_update: AT - Duration::HOUR,
        next_update: AT + Duration::days(7),
        coverage: Coverage::Complete,
        expired_kept_since: Some(utc_datetime!(2025-01-01 0:00)),
    };
    let prepared = draft
        .prepare(hierarchy.revoked_by(issuer, &numbers))
        .expect("a list");
    let signature = sign(&own.key, prepared.to_be_signed());
    prepared.finish(&signature).expect("a list")
}

#[test]
fn openssl_relies_on_what_the_example_hierarchy_says_and_on_nothing_else() {
    let Some(judge) = Judge::call("openssl") else {
        return;
    };
    let declaration = include_str!("../../../keys-example/hierarchy.toml");
    let hierarchy = Hierarchy::parse(declaration).expect("a hierarchy");
    // Those in SM2 stand in a test of their own.
    let entries = || {
        hierarchy
            .entries()
            .iter()
            .filter(|entry| entry.algorithm != KeyAlgorithm::Sm2)
    };
    let mut made = BTreeMap::new();
    for (place, entry) in hierarchy.entries().iter().enumerate() {
        let number = u8::try_from(place + 1).expect("few");
        let one = certify(entry, number, &made);
        let name = format!("{}.pem", entry.key);
        judge.put_pem(&name, "CERTIFICATE", one.certificate.der());
        made.insert(entry.key.clone(), one);
    }
    let mut candidates = Vec::new();
    let mut lists = Vec::new();
    for entry in entries().filter(|e| e.profile.is_authority()) {
        let name = format!("{}.crl", entry.key);
        judge.put_pem(&name, "X509 CRL", list(&hierarchy, &entry.key, &made).der());
        lists.extend(judge.get(&name));
        candidates.extend(judge.get(&format!("{}.pem", entry.key)));
    }
    judge.put("lists.pem", &lists);
    judge.put("candidates.pem", &candidates);
    let at = AT.unix_timestamp();
    let below_revoked = KeyId::parse("ca-compromised").expect("a name");
    for entry in entries() {
        let status = match entry.profile.status {
            Status::Published => "-crl_check_all",
            // ocsp-nocheck, and the anchor: nobody asks.
            Status::NotAsked | Status::OfAnchor => "",
        };
        let question = format!(
            "verify -x509_strict -policy_check -attime {at} {status} -CAfile root.pem \
             -untrusted candidates.pem -CRLfile lists.pem {}.pem",
            entry.key
        );
        let holds =
            entry.revoked.is_none() && entry.validity.contains(AT) && entry.issuer != below_revoked;
        if holds {
            judge.accepts(&question);
        } else {
            judge.refuses(&question);
        }
    }
    let seals = entries().filter(|entry| entry.profile == Profile::SEAL);
    assert_eq!(seals.count(), 8);
    judge.accepts("verify -x509_strict -purpose timestampsign -no_check_time -CAfile root.pem -untrusted candidates.pem tsa.pem");
}
