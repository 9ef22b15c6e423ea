//! What a verdict rests on, and what an artefact holds: for who reports at length.

use crypto::{Digest, DigestAlgorithm};
use time::Duration;
use transcript::inventory::{Inventory, Met, ObjectKind, Stated};
use verify::report::StatusPlace;
use verify::{Case, Material, open};

use crate::hierarchy::{SEAL, SEALED, certificate, trust};
use crate::maker::{GOOD, judged};

fn held(case: &Case) -> Inventory {
    Inventory::of(case, &trust(), &Material::empty())
}

#[test]
fn the_chain_and_each_status_that_a_verdict_rests_on_are_named() {
    let report = judged(&GOOD);
    let own = report.signatures[0]
        .certificate
        .clone()
        .expect("identified");
    assert_eq!(own, certificate(SEAL).der());
    let chain = report.basis.chain_of(&own).expect("a chain was built");
    let wanted = [SEAL, "ca", "root"].map(certificate);
    assert_eq!(chain.certificates, wanted);
    assert_eq!(
        chain.anchor,
        Some(certificate("root").subject().to_string())
    );
    assert_eq!(
        (chain.fault, chain.at),
        (None, SEALED + Duration::seconds(2))
    );
    let places: Vec<_> = chain
        .statuses
        .iter()
        .map(|one| (one.of, one.place))
        .collect();
    assert!(
        matches!(
            places[..],
            [(0, StatusPlace::Answer(_)), (1, StatusPlace::List(_))]
        ),
        "{places:?}"
    );
    let held = held(&open(&*GOOD));
    let kinds = [ObjectKind::Ocsp, ObjectKind::Crl];
    for ((_, place), kind) in places.into_iter().zip(kinds) {
        let octets = report.basis.octets(place).expect("it was used");
        let object = held.find(kind, octets).expect("it stands in the file");
        assert_eq!(held.objects[object].met, [Met::Store]);
    }
}

#[test]
fn a_chain_that_fails_says_why_and_where() {
    let absent = verify::Trust::absent();
    let policy = verify::Policy::default();
    let at = crate::hierarchy::AT;
    let report = verify::judge(&open(&*GOOD), &absent, &Material::empty(), &policy, at);
    let own = report.signatures[0]
        .certificate
        .clone()
        .expect("identified");
    let chain = report.basis.chain_of(&own).expect("one was asked for");
    assert_eq!(chain.anchor, None);
    assert_eq!(chain.fault.map(|(code, _)| code), Some("path.no-issuer"));
}

#[test]
fn what_a_signature_says_of_itself_is_told() {
    let held = held(&open(&*GOOD));
    let [one] = held.signatures.as_slice() else {
        panic!("one signature")
    };
    let named = Digest::of(DigestAlgorithm::Sha256, certificate(SEAL).der());
    let document = one.document.as_ref().expect("computed").bytes().to_vec();
    for stated in [
        Stated::SigningTime(SEALED),
        Stated::SigningCertificate(named),
        Stated::MessageDigest(document),
        Stated::ContentType("1.2.840.113549.1.7.1".to_owned()),
        Stated::SubFilter("ETSI.CAdES.detached"),
    ] {
        assert!(one.attributes.contains(&stated), "{stated:?}: {one:#?}");
    }
    let report = judged(&GOOD);
    let value = one.value.as_ref().expect("signed");
    let digest = crypto::sha256(value).map(|octet| format!("{octet:02x}"));
    assert_eq!(report.signatures[0].signature_digest, Some(digest.concat()));
    assert_eq!(one.stamps.len(), 1);
    let (place, moment) = one.stamps[0];
    assert_eq!(held.objects[place].kind, ObjectKind::TimeStamp);
    assert_eq!(moment, SEALED + Duration::seconds(2));
    // Each object once, wherever it was met.
    let authority = held.find(ObjectKind::Certificate, certificate("ca").der());
    let met = &held.objects[authority.expect("at hand")].met;
    assert_eq!(met[..], [Met::Trust, Met::Store, Met::Signature]);
}

#[test]
fn the_same_evidence_has_the_same_inventory() {
    let case = open(&*GOOD);
    let first = held(&case);
    assert_eq!(first, held(&open(&*GOOD)));
    assert!(
        !held(&open(
            &b"%PDF-1.7
"
            .to_vec()
        ))
        .objects
        .is_empty()
    );
}
