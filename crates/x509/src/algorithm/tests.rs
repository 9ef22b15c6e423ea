//! National algorithms by their identifiers: read where they are right, unknown where they are nearly so.

use super::*;

fn read(der: &[u8]) -> AlgorithmIdentifier {
    let element = Reader::single(der, Tag::SEQUENCE).expect("a sequence");
    AlgorithmIdentifier::read(&element).expect("an identifier")
}

fn named(arcs: &[u128], parameters: Vec<u8>) -> AlgorithmIdentifier {
    read(&write::sequence([write::oid(&Oid::of(arcs)), parameters]))
}

const NATIONAL: [u128; 6] = [1, 2, 156, 10_197, 1, 501];

#[test]
fn sm2_with_sm3_is_read_without_parameters_alone() {
    let identifier = named(&NATIONAL, Vec::new());
    assert_eq!(
        identifier.raw(),
        [
            0x30, 10, 0x06, 8, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75
        ]
    );
    assert_eq!(
        identifier.raw(),
        super::identifier(SignatureAlgorithm::Sm2Sm3)
    );
    let signature = |identifier: &AlgorithmIdentifier| identifier.signature(KeyAlgorithm::Sm2);
    assert_eq!(signature(&identifier), Ok(SignatureAlgorithm::Sm2Sm3));
    let oid = Box::new(identifier.oid());
    for parameters in [write::null(), write::oid(&Oid::of(&NATIONAL))] {
        let refused = signature(&named(&NATIONAL, parameters));
        assert_eq!(refused, Err(ResolveAlgorithm::Parameters(oid.clone())));
    }
    let beside = |digest| identifier.signature_over(digest, KeyAlgorithm::Sm2);
    assert_eq!(beside(DigestAlgorithm::Sm3), Ok(SignatureAlgorithm::Sm2Sm3));
    assert_eq!(
        beside(DigestAlgorithm::Sha256),
        Err(ResolveAlgorithm::Digest(oid))
    );
}

#[test]
fn keys_and_algorithms_of_two_curves_do_not_go_together() {
    let national = named(&NATIONAL, Vec::new());
    let other = read(&identifier(SignatureAlgorithm::EcdsaP256Sha256));
    let refused =
        |identifier: &AlgorithmIdentifier| Err(ResolveAlgorithm::Key(Box::new(identifier.oid())));
    for key in [
        KeyAlgorithm::EcP256,
        KeyAlgorithm::Ed25519,
        KeyAlgorithm::Rsa,
    ] {
        assert_eq!(national.signature(key), refused(&national));
    }
    assert_eq!(other.signature(KeyAlgorithm::Sm2), refused(&other));
    let ours = SignatureAlgorithm::Sm2Sm3;
    assert_eq!(key_of(ours), KeyAlgorithm::Sm2);
}

#[test]
fn sm2_alone_needs_sm3_beside_it() {
    for parameters in [Vec::new(), write::null()] {
        let alone = named(&[1, 2, 156, 10_197, 1, 301, 1], parameters);
        let oid = Box::new(alone.oid());
        let beside = |digest| alone.signature_over(digest, KeyAlgorithm::Sm2);
        assert_eq!(beside(DigestAlgorithm::Sm3), Ok(SignatureAlgorithm::Sm2Sm3));
        for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
            assert_eq!(beside(digest), Err(ResolveAlgorithm::Digest(oid.clone())));
        }
        assert_eq!(
            alone.signature(KeyAlgorithm::Sm2),
            Err(ResolveAlgorithm::Unknown(oid.clone()))
        );
        let rsa = alone.signature_over(DigestAlgorithm::Sm3, KeyAlgorithm::Rsa);
        assert_eq!(rsa, Err(ResolveAlgorithm::Key(oid)));
    }
    let bare = bare_identifier(SignatureAlgorithm::Sm2Sm3);
    assert_eq!(read(&bare).oid(), Oid::of(&[1, 2, 156, 10_197, 1, 301, 1]));
}

#[test]
fn what_is_nearly_a_national_algorithm_is_unknown() {
    // The typing error without its arc, and RSA with SM3, which nobody here signs with.
    for arcs in [&[1, 2, 156, 10_197, 501][..], &[1, 2, 156, 10_197, 1, 504]] {
        let identifier = named(arcs, Vec::new());
        let unknown = Err(ResolveAlgorithm::Unknown(Box::new(identifier.oid())));
        for key in [KeyAlgorithm::Sm2, KeyAlgorithm::Rsa] {
            assert_eq!(identifier.signature(key), unknown);
            assert_eq!(
                identifier.signature_over(DigestAlgorithm::Sm3, key),
                unknown
            );
        }
    }
    // HMAC-SM3 where SM3 was meant.
    assert_eq!(
        named(&[1, 2, 156, 10_197, 1, 401, 2], Vec::new()).digest(),
        None
    );
    let rsa = read(&write::sequence([write::oid(&RSA), write::null()]));
    let over = rsa.signature_over(DigestAlgorithm::Sm3, KeyAlgorithm::Rsa);
    assert_eq!(over, Err(ResolveAlgorithm::Digest(Box::new(RSA))));
}

#[test]
fn sm3_is_a_digest_with_and_without_null() {
    for parameters in [Vec::new(), write::null()] {
        let sm3 = named(&[1, 2, 156, 10_197, 1, 401], parameters);
        assert_eq!(sm3.digest(), Some(DigestAlgorithm::Sm3));
    }
    assert_eq!(
        read(&digest_identifier(DigestAlgorithm::Sm3)).digest(),
        Some(DigestAlgorithm::Sm3)
    );
    assert_eq!(
        digest_of(&Oid::of(&[1, 2, 156, 10_197, 1, 401])),
        Some(DigestAlgorithm::Sm3)
    );
}
