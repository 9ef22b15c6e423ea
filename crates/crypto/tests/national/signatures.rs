//! Signatures and digests: the published ones, and those made and bent with other programs.

use crypto::{Digest, DigestAlgorithm, PublicKey, Signature, SignatureAlgorithm};

use crate::national::vectors::{cases, file, octets, spki};

const USUAL: &[u8] = b"1234567812345678";

/// Whether the case's signature counts; a key that cannot be read has none.
fn counts(case: &serde_json::Value) -> bool {
    let Ok(key) = PublicKey::parse(&spki(&octets(case, "public"))) else {
        return false;
    };
    let (identity, message) = (octets(case, "id_hex"), octets(case, "message_hex"));
    let value = Signature::new(octets(case, "signature_der"));
    let named = key.check_identified(&identity, &message, &value).is_ok();
    if identity == USUAL {
        let usual = key.check(SignatureAlgorithm::Sm2Sm3, &message, &value);
        assert_eq!(usual.is_ok(), named, "the identity named is the usual one");
    }
    named
}

#[test]
fn good_signatures_of_another_program_are_good() {
    let vectors = file("sign.json");
    let good = cases(&vectors, "good");
    assert_eq!(good.len(), 200);
    for case in good {
        assert!(counts(case), "{}", case["n"]);
        // What JOSE, COSE and devices carry says the same.
        let raw = octets(case, "signature_raw");
        let value = Signature::new(octets(case, "signature_der"));
        assert_eq!(value.to_fixed(32), Ok(raw.clone()));
        assert_eq!(Signature::from_fixed(&raw), Ok(value));
    }
}

#[test]
fn bad_signatures_of_forty_kinds_are_refused() {
    let vectors = file("sign.json");
    let bad = cases(&vectors, "bad");
    let kinds: std::collections::BTreeSet<_> =
        bad.iter().map(|case| case["kind"].as_str()).collect();
    assert_eq!((bad.len(), kinds.len()), (200, 40));
    for case in bad {
        assert!(!counts(case), "{}: {}", case["n"], case["kind"]);
    }
}

#[test]
fn the_published_signature_and_digests_are_ours_too() {
    let vectors = file("published.json");
    for case in cases(&vectors, "sm3") {
        let value = Digest::of(DigestAlgorithm::Sm3, &octets(case, "message_hex"));
        assert_eq!(value.bytes(), octets(case, "digest"), "{}", case["place"]);
    }
    for case in cases(&vectors, "sm2_sign") {
        let point = [vec![4], octets(case, "public_x"), octets(case, "public_y")].concat();
        let key = PublicKey::parse(&spki(&point)).expect("a key");
        let value = Signature::new(octets(case, "der"));
        let identity = octets(case, "id_hex");
        let message = octets(case, "message_hex");
        assert_eq!(key.check_identified(&identity, &message, &value), Ok(()));
    }
}
