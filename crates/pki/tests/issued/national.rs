//! The same hierarchy in SM2: certificates, lists and chains, and what is refused of them.

use asn1::write;
use crypto::{KeyAlgorithm, SignatureAlgorithm, Signer as _};
use pki::certificate::Certificate;
use pki::crl::{Reason, Revoked};
use pki::extension::KeyUsage;
use pki::lint::inspect;
use pki::path::{Budget, Chain, PathError, Purpose, Question, StatusMaterial, Strength, validate};
use pki::profile::Profile;
use time::Duration;

use super::forge::{AT, Hierarchy, key, seeded, serial, sign};

fn national() -> Hierarchy {
    Hierarchy::of(KeyAlgorithm::Sm2)
}

fn judge(
    world: &Hierarchy,
    leaf: &Certificate,
    question: &Question<'_>,
) -> Result<Chain, PathError> {
    let candidates = [world.ca.clone()];
    let anchors = [world.anchor()];
    validate(leaf, &candidates, &anchors, question, &mut Budget::new())
}

fn code(judged: Result<Chain, PathError>) -> &'static str {
    judged.map_or_else(|error| error.fault.code(), |_| "good")
}

fn signing() -> Question<'static> {
    Question::new(Purpose::DocumentSigning, AT)
}

#[test]
fn a_chain_in_sm2_passes_the_linter_and_holds() {
    let world = national();
    let leaf = world.leaf_for(Profile::SEAL, &seeded(KeyAlgorithm::Sm2, 10));
    let all = [
        (&world.root, Profile::ROOT),
        (&world.ca, Profile::ISSUING_CA),
        (&leaf, Profile::SEAL),
    ];
    for (certificate, profile) in all {
        assert_eq!(inspect(certificate.der(), profile.subject), []);
        // GB/T 20518: id-ecPublicKey with the curve, SM2 with SM3 without parameters.
        assert_eq!(
            certificate.spki()[..23],
            [
                0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
                0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d
            ]
        );
        assert_eq!(
            certificate.algorithm_der(),
            [
                0x30, 0x0a, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75
            ]
        );
    }
    let chain = judge(&world, &leaf, &signing()).expect("a chain");
    assert_eq!(chain.certificates().len(), 3);
}

#[test]
fn a_seal_in_sm2_signs_and_commits_and_still_signs_no_code() {
    let world = national();
    let leaf = world.leaf_for(Profile::SEAL, &seeded(KeyAlgorithm::Sm2, 10));
    let both = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);
    assert_eq!(leaf.key_usage(), Ok(Some(both)));
    // D2: its purpose keeps it from codes, lists and logs.
    for purpose in [Purpose::Credential, Purpose::StatusList, Purpose::Log] {
        let judged = judge(&world, &leaf, &Question::new(purpose, AT));
        assert_eq!(code(judged), "path.purpose", "{purpose:?}");
    }
    let other = world.leaf_for(Profile::SEAL, &key(10));
    assert_eq!(other.key_usage(), Ok(Some(KeyUsage::NON_REPUDIATION)));
}

#[test]
fn chains_of_both_suites_hold() {
    let national = national();
    let leaf = national.leaf_for(Profile::SEAL, &key(10));
    assert_eq!(code(judge(&national, &leaf, &signing())), "good");
    let other = Hierarchy::new();
    let leaf = other.leaf_for(Profile::SEAL, &seeded(KeyAlgorithm::Sm2, 10));
    assert_eq!(code(judge(&other, &leaf, &signing())), "good");
}

#[test]
fn an_altered_or_foreign_certificate_is_refused() {
    let world = national();
    let leaf = world.leaf_for(Profile::SEAL, &seeded(KeyAlgorithm::Sm2, 10));
    let mut der = leaf.der().to_vec();
    let at = der
        .windows(8)
        .position(|window| window == &leaf.serial().octets()[..8])
        .expect("its number");
    der[at + 5] ^= 1;
    let altered = Certificate::parse(&der).expect("still a certificate");
    assert_eq!(
        code(judge(&world, &altered, &signing())),
        "path.signature-differs"
    );
    // By another key in the authority's name.
    let signature = sign(&seeded(KeyAlgorithm::Sm2, 77), leaf.tbs());
    let der = write::sequence([
        leaf.tbs(),
        leaf.algorithm_der(),
        &write::bit_string(signature.bytes()),
    ]);
    let foreign = Certificate::parse(&der).expect("still a certificate");
    assert_eq!(
        code(judge(&world, &foreign, &signing())),
        "path.signature-differs"
    );
}

#[test]
fn null_parameters_are_refused() {
    let world = national();
    let leaf = world.leaf_for(Profile::SEAL, &seeded(KeyAlgorithm::Sm2, 10));
    // Both places name the algorithm with NULL, and the signature is right over these octets.
    let bare = leaf.algorithm_der().to_vec();
    let oid = &bare[2..];
    let with_null = write::sequence([oid, &write::null()]);
    let body = &leaf.tbs()[4..];
    let at = body
        .windows(bare.len())
        .position(|window| window == bare)
        .expect("named inside");
    let body = [&body[..at], &with_null, &body[at + bare.len()..]].concat();
    let to_be_signed = write::sequence([body]);
    let signature = sign(&world.ca_key, &to_be_signed);
    let der = write::sequence([
        to_be_signed,
        with_null,
        write::bit_string(signature.bytes()),
    ]);
    let leaf = Certificate::parse(&der).expect("a certificate");
    assert_eq!(
        code(judge(&world, &leaf, &signing())),
        "path.signature-differs"
    );
    assert_ne!(inspect(&der, Profile::SEAL.subject), []);
}

#[test]
fn the_encryption_certificate_of_the_holder_of_a_seal_signs_nothing() {
    let world = national();
    let leaf = world.leaf_for(Profile::ENCRYPTION, &seeded(KeyAlgorithm::Sm2, 11));
    assert_eq!(inspect(leaf.der(), Profile::ENCRYPTION.subject), []);
    for purpose in [
        Purpose::DocumentSigning,
        Purpose::AnySignature,
        Purpose::TimeStamping,
        Purpose::OcspSigning,
        Purpose::Credential,
    ] {
        let judged = judge(&world, &leaf, &Question::new(purpose, AT));
        assert_eq!(code(judged), "path.encryption-certificate", "{purpose:?}");
    }
}

#[test]
fn a_policy_may_refuse_the_suite() {
    let world = national();
    let leaf = world.leaf_for(Profile::SEAL, &seeded(KeyAlgorithm::Sm2, 10));
    let refused = [SignatureAlgorithm::Sm2Sm3];
    let strength = Strength {
        refused: &refused,
        ..Strength::default()
    };
    let judged = judge(&world, &leaf, &signing().with_strength(strength));
    assert_eq!(code(judged), "path.weak-algorithm");
    let other = [SignatureAlgorithm::EcdsaP256Sha256];
    let strength = Strength {
        refused: &other,
        ..Strength::default()
    };
    assert_eq!(
        code(judge(&world, &leaf, &signing().with_strength(strength))),
        "good"
    );
}

#[test]
fn lists_in_sm2_are_made_checked_and_obeyed() {
    let world = national();
    let leaf = world.leaf_for(Profile::SEAL, &seeded(KeyAlgorithm::Sm2, 10));
    let revoked = Revoked {
        serial: serial(10),
        since: AT - Duration::days(1),
        reason: Reason::KeyCompromise,
        invalid_since: None,
    };
    for (entries, expected) in [(vec![], "good"), (vec![revoked], "path.revoked")] {
        let lists = [world.ca_list(&entries), world.root_list(&[])];
        assert_eq!(lists[0].check_signature(world.ca_key.public_key()), Ok(()));
        assert!(
            lists[0]
                .check_signature(world.root_key.public_key())
                .is_err()
        );
        let question = signing().with_status(StatusMaterial::of_lists(&lists, AT));
        assert_eq!(code(judge(&world, &leaf, &question)), expected);
    }
    let mut der = world.ca_list(&[]).der().to_vec();
    *der.last_mut().expect("not empty") ^= 1;
    let altered = pki::Crl::parse(&der).expect("still a list");
    assert!(altered.check_signature(world.ca_key.public_key()).is_err());
}
