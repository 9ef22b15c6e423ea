//! Lists under every algorithm that lists in use have, each signed by the European reference library.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pki::Certificate;
use trustlist::{CheckList, ReadList, TrustedList};

use crate::lists::maker::{certificate, piece, put};

const TEXT: &str = include_str!("../../../../tests/fixtures/trustlist/dss.xml");

macro_rules! signed {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!(
                "../../../../tests/fixtures/trustlist/signatures/",
                $name,
                ".xml"
            )),
        )
    };
}

/// Key and digest, and the signature of the list under it.
const SIGNATURES: &[(&str, &str)] = &[
    signed!("p256-sha384"),
    signed!("p256-sha512"),
    signed!("p384-sha256"),
    signed!("p384-sha384"),
    signed!("p384-sha512"),
    signed!("p521-sha512"),
    signed!("rsa-sha256"),
    signed!("rsa-sha384"),
    signed!("rsa-sha512"),
    signed!("rsa-sha256-pss"),
    signed!("rsa-sha384-pss"),
    signed!("rsa-sha512-pss"),
];
/// A digest shorter than the key asks for (TS 119 312 A.2): nobody's.
const SHORT: (&str, &str) = signed!("p521-sha256");

fn list(signature: &str) -> String {
    let own = piece(TEXT, "<ds:Signature ", "</ds:Signature>");
    put(TEXT, own, signature)
}

fn octets(signature: &str, begin: &str, end: &str) -> Vec<u8> {
    let inside = piece(signature, begin, end);
    let (_, text) = inside.split_once('>').expect("an element");
    let text = text.strip_suffix(end).expect("its end");
    STANDARD.decode(text).expect("base64")
}

fn signer(signature: &str) -> Certificate {
    let der = octets(signature, "<ds:X509Certificate>", "</ds:X509Certificate>");
    Certificate::parse(&der).expect("a certificate")
}

fn read(signature: &str, text: &str) -> Result<TrustedList, ReadList> {
    TrustedList::parse(text.as_bytes(), &[signer(signature)])
}

/// The list with another value under it.
fn valued(signature: &str, value: &[u8]) -> String {
    let old = piece(signature, "<ds:SignatureValue", "</ds:SignatureValue>");
    let (head, _) = old.split_once('>').expect("an element");
    let new = format!("{head}>{}</ds:SignatureValue>", STANDARD.encode(value));
    list(&put(signature, old, &new))
}

fn value(signature: &str) -> Vec<u8> {
    octets(signature, "<ds:SignatureValue", "</ds:SignatureValue>")
}

fn refused(name: &str, found: Result<TrustedList, ReadList>) -> CheckList {
    match found {
        Err(ReadList::Signature(cause)) => cause,
        other => unreachable!("{name}: {other:?}"),
    }
}

#[test]
fn a_list_is_read_under_each_algorithm() {
    for (name, signature) in SIGNATURES {
        let found =
            read(signature, &list(signature)).unwrap_or_else(|why| unreachable!("{name}: {why}"));
        assert_eq!(found.signed.signer, signer(signature), "{name}");
        assert_eq!(found.sequence, 42, "{name}");
    }
}

#[test]
fn what_was_changed_is_found_under_each_algorithm() {
    for (name, signature) in SIGNATURES {
        let changed = put(&list(signature), "CN:A scheme", "CN:B scheme");
        assert_eq!(refused(name, read(signature, &changed)), CheckList::Changed);
        let changed = put(&list(signature), "SigningTime>2026", "SigningTime>2025");
        let cause = refused(name, read(signature, &changed));
        assert_eq!(cause, CheckList::PropertiesChanged, "{name}");
        for place in [0, value(signature).len() - 1] {
            let mut bent = value(signature);
            bent[place] ^= 1;
            let cause = refused(name, read(signature, &valued(signature, &bent)));
            assert_eq!(cause, CheckList::Value, "{name}");
        }
        let longer = [value(signature), vec![0]].concat();
        let cause = refused(name, read(signature, &valued(signature, &longer)));
        assert_eq!(cause, CheckList::Value, "{name}");
        let other = TrustedList::parse(list(signature).as_bytes(), &[certificate("root")]);
        assert_eq!(refused(name, other), CheckList::Signer, "{name}");
    }
}

#[test]
fn a_value_counts_under_its_own_algorithm_alone() {
    const MORE: &str = "http://www.w3.org/2001/04/xmldsig-more#";
    let names = [
        "ecdsa-sha256",
        "ecdsa-sha384",
        "ecdsa-sha512",
        "rsa-sha256",
        "rsa-sha384",
        "rsa-sha512",
    ];
    for (name, signature) in SIGNATURES {
        let method = piece(signature, "<ds:SignatureMethod Algorithm=\"", "\"/>");
        for other in names {
            let named = format!("<ds:SignatureMethod Algorithm=\"{MORE}{other}\"/>");
            if named == method {
                continue;
            }
            let text = list(&put(signature, method, &named));
            assert_eq!(
                refused(name, read(signature, &text)),
                CheckList::Value,
                "{name} as {other}"
            );
        }
    }
}

/// Each half with leading zeros, in so many octets.
fn halves(fixed: &[u8], width: usize) -> Vec<u8> {
    let (r, s) = fixed.split_at(fixed.len() / 2);
    let padded = |half: &[u8]| [vec![0; width - half.len()], half.to_vec()].concat();
    [padded(r), padded(s)].concat()
}

#[test]
fn two_integers_have_the_width_of_the_curve_and_no_more() {
    let curves = [("p256", 32), ("p384", 48), ("p521", 66)];
    for (name, signature) in SIGNATURES {
        let Some((_, width)) = curves.iter().find(|(curve, _)| name.starts_with(curve)) else {
            continue;
        };
        let fixed = value(signature);
        let text = valued(signature, &halves(&fixed, *width));
        assert!(read(signature, &text).is_ok(), "{name}");
        let der = crypto::Signature::from_fixed(&fixed).expect("two halves");
        let half = &fixed[..fixed.len() / 2];
        // RFC 9231 2.3.6 has no DER.
        for bent in [der.bytes(), &halves(&fixed, width + 1), half, &fixed[1..]] {
            let cause = refused(name, read(signature, &valued(signature, bent)));
            assert_eq!(cause, CheckList::Value, "{name}");
        }
    }
    // As the library wrote it: an octet less for each than the curve has.
    let (_, signature) = SIGNATURES
        .iter()
        .find(|(name, _)| *name == "p521-sha512")
        .expect("there");
    assert_eq!(value(signature).len(), 130);
}

#[test]
fn a_digest_that_is_too_short_for_the_key_and_sha_1_are_refused() {
    let (name, signature) = SHORT;
    assert_eq!(
        refused(name, read(signature, &list(signature))),
        CheckList::Value
    );
    let weak = "http://www.w3.org/2000/09/xmldsig#ecdsa-sha1";
    for (name, signature) in SIGNATURES {
        let method = piece(signature, "<ds:SignatureMethod Algorithm=\"", "\"/>");
        let named = format!("<ds:SignatureMethod Algorithm=\"{weak}\"/>");
        let text = list(&put(signature, method, &named));
        let cause = refused(name, read(signature, &text));
        assert_eq!(cause, CheckList::Algorithm(weak.to_owned()), "{name}");
    }
}
