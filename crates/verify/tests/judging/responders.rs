//! Who answers about a certificate, and whether that one may have been revoked itself (RFC 6960 4.2.2.2.1).

use asn1::{Oid, write};
use crypto::DigestAlgorithm;
use evidence::ocsp::{Answer, CertificateId, Period, Signer, Status};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Reason, Revoked};
use time::Duration;
use verify::{Material, Report, SubIndication, Verdict};

use crate::hierarchy::{AT, SEAL, algorithm, certificate, crl, crl_of, sign, trust};
use crate::maker::{Recipe, codes, judged_with, sub};

/// The responder's certificate without ocsp-nocheck: its identifier is one that nobody knows, and the authority signed that.
fn bare() -> Certificate {
    let own = certificate("ocsp");
    let mut tbs = own.tbs().to_vec();
    let [known, other] =
        [5, 77].map(|last| write::oid(&Oid::of(&[1, 3, 6, 1, 5, 5, 7, 48, 1, last])));
    let mut places = tbs.windows(known.len());
    let place = places.position(|found| found == known);
    let place = place.expect("ocsp-nocheck");
    tbs[place..place + other.len()].copy_from_slice(&other);
    let bits = write::bit_string(sign("ca", &tbs).bytes());
    let der = write::sequence([&tbs, own.algorithm_der(), &bits]);
    Certificate::parse(&der).expect("a certificate")
}

/// An answer of this responder about the seal.
fn answer(responder: &Certificate, status: Status) -> Vec<u8> {
    let ca = certificate("ca");
    let seal = certificate(SEAL);
    let id = CertificateId::new(DigestAlgorithm::Sha256, &ca, seal.serial());
    let period = Period {
        this_update: AT,
        next_update: AT + Duration::hours(48),
        archive_cutoff: None,
    };
    let prepared = Answer::new(Signer::Delegate(responder), algorithm("ocsp"), AT)
        .about(&[&id], status, &period)
        .prepare()
        .expect("in order");
    let signature = sign("ocsp", prepared.to_be_signed());
    prepared.finish(&signature)
}

/// The verdict on a file without a time-stamp, with an answer of `responder` and these lists of its authority.
fn judged(responder: &Certificate, status: Status, lists: &[Vec<u8>]) -> Report {
    let recipe = Recipe {
        stamp: None,
        store: None,
        ..Recipe::default()
    };
    let mut material = Material::empty();
    material.add("a.crl", &crl("root", AT));
    material.add("a.ocsp", &answer(responder, status));
    for list in lists {
        material.add("b.crl", list);
    }
    judged_with(&recipe.make(), &trust(), &material, "default", AT)
}

fn revoked(serial: &SerialNumber) -> Vec<u8> {
    let entry = Revoked {
        serial: *serial,
        since: AT - Duration::hours(2),
        reason: Reason::KeyCompromise,
        invalid_since: None,
    };
    crl_of("ca", AT, [entry])
}

#[test]
fn who_may_have_been_revoked_answers_with_a_list_beside_it() {
    let (known, bare) = (certificate("ocsp"), bare());
    let good = judged(&known, Status::Good, &[]);
    assert_eq!(good.signatures[0].verdict, Verdict::Valid, "{good:#?}");
    // Nothing is known of it: what it says is no statement, and the reader is told why.
    let report = judged(&bare, Status::Good, &[]);
    assert_eq!(sub(&report), Some(SubIndication::TryLater), "{report:#?}");
    let told = codes(&report);
    assert!(told.contains(&"path.status-unknown"), "{told:?}");
    assert!(told.contains(&"ocsp.responder-status"), "{told:?}");
    // A list from after its answer, and one that held when it answered; then one that had run out before.
    for (since, statement) in [(0, true), (6, true), (8, false)] {
        let list = crl_of("ca", AT - Duration::days(since), []);
        let report = judged_by(&bare, &list);
        assert_eq!(report, statement, "{since}");
    }
    // It was revoked, whatever another list says.
    assert!(!judged_by(&bare, &revoked(bare.serial())));
}

/// Whether an answer of `responder` that the seal was revoked counts beside a list that does not have the seal.
fn judged_by(responder: &Certificate, list: &[u8]) -> bool {
    let status = Status::Revoked {
        at: AT - Duration::hours(1),
        reason: Reason::KeyCompromise,
    };
    let report = judged(responder, status, &[list.to_vec()]);
    codes(&report).contains(&"path.revoked")
}
