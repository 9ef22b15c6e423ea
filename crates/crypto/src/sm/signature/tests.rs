//! The published vectors, values of another program, and each rule of T-V8 by its name.

use super::*;
use crate::public_key::{CheckSignature, PublicKey, ReadKey};
use crate::random::{SeededRandom, SystemRandom};
use crate::signature::{Signature, SignatureAlgorithm};
use crate::sm::check::Checker;
use crate::spki::two_integers;

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex
        .chars()
        .map(|digit| digit.to_digit(16).expect("hexadecimal"))
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("an octet"))
        .collect()
}

/// GB/T 32918.5 annex A: key, message and value.
const D: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const P: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                 ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const Z: &str = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3";
const E: &str = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640";
const R: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
const S: &str = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
const MESSAGE: &[u8] = b"message digest";
/// The order of the curve.
const N: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";

fn value(r: &str, s: &str) -> Vec<u8> {
    let mut body = integer(&octets(r));
    body.append(&mut integer(&octets(s)));
    element(0x30, &body)
}

fn checker() -> Checker {
    Checker::new(&octets(P)).expect("a point of the curve")
}

/// A key and values of OpenSSL 3.0: `genpkey`, `pkcs8 -topk8 -nocrypt`, `pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:…`.
const FOREIGN: &str = "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420\
    edf680bd08b3646fed5f97dd976361dc47928aa9094e155fb92c01baabdda557a144034200041f80b02663cbeace\
    fb3a104def2ae4474021890d415c102bfbb093848a54e982e0c0da76de3dbd0265c8af4423f072a65879ca9047b1\
    86bcffdbb88d09f85564";
const FOREIGN_SPKI: &str = "3059301306072a8648ce3d020106082a811ccf5501822d03420004\
    1f80b02663cbeacefb3a104def2ae4474021890d415c102bfbb093848a54e982\
    e0c0da76de3dbd0265c8af4423f072a65879ca9047b186bcffdbb88d09f85564";
const FOREIGN_VALUE: &str = "304602210\
    08f54697f29d07e1bb2e18ae64116457308040d4f5375c1b4523e51f7af9cbde3\
    022100a4773ff4217d6416b9ac91a058086051706caf6cb891b1a4ed61d29d639c233e";
const FOREIGN_ALICE: &str = "3046022100\
    a7842aa2020e9dac408623e5b7e32b0a17305e9c25fdc3b5d14515638e50299e\
    022100cf13c13a0020092995b6f07bf501a52cbce99500ce1303bc39e20d66cc631e2e";

#[test]
fn the_published_signature_is_good() {
    let checker = checker();
    let usual = identity_digest(DEFAULT_IDENTITY, &octets(P)[1..]).expect("a short identity");
    assert_eq!(usual.to_vec(), octets(Z));
    assert_eq!(message_digest(&usual, MESSAGE).to_vec(), octets(E));
    assert!(checker.is_good(None, MESSAGE, &value(R, S)));
    assert!(checker.is_good(Some(DEFAULT_IDENTITY), MESSAGE, &value(R, S)));
    assert!(!checker.is_good(None, b"message digesu", &value(R, S)));
    assert!(!checker.is_good(None, MESSAGE, &value(S, R)));
}

#[test]
fn the_published_private_key_has_the_published_public_one() {
    let key = Key::from_number(&octets(D)).expect("a private number");
    assert_eq!(key.bits(), octets(P));
    let made = key.sign(MESSAGE, &SeededRandom::new(1)).expect("signs");
    assert!(checker().is_good(None, MESSAGE, &made));
}

#[test]
fn nonces_differ_where_randomness_does_and_where_the_message_does() {
    let key = Key::from_number(&octets(D)).expect("a private number");
    let made = |message: &[u8], seed| key.sign(message, &SeededRandom::new(seed)).expect("signs");
    assert_eq!(made(b"a", 1), made(b"a", 1));
    assert_ne!(made(b"a", 1), made(b"a", 2));
    let r = |value: &[u8]| two_integers(value).map(|(r, _)| r.to_vec());
    assert_ne!(r(&made(b"a", 1)), r(&made(b"b", 1)));
}

#[test]
fn keys_and_values_of_another_program_are_read() {
    let key = Key::from_pkcs8(&octets(FOREIGN)).expect("PKCS#8 of OpenSSL");
    let public = PublicKey::parse(&octets(FOREIGN_SPKI)).expect("a key of OpenSSL");
    assert_eq!(public.bits(), key.bits());
    let usual = Signature::new(octets(FOREIGN_VALUE));
    let alice = Signature::new(octets(FOREIGN_ALICE));
    let check = |value: &Signature| public.check(SignatureAlgorithm::Sm2Sm3, MESSAGE, value);
    assert_eq!(check(&usual), Ok(()));
    // T-V8: the identity is part of what was signed, and another one only where it is named.
    assert_eq!(check(&alice), Err(CheckSignature::Bad));
    let under = |identity: &[u8], value| public.check_identified(identity, MESSAGE, value);
    assert_eq!(under(b"ALICE123@YAHOO.COM", &alice), Ok(()));
    assert_eq!(
        under(b"ALICE123@YAHOO.COM", &usual),
        Err(CheckSignature::Bad)
    );
    assert_eq!(under(b"", &usual), Err(CheckSignature::Bad));
    assert_eq!(under(DEFAULT_IDENTITY, &usual), Ok(()));
    assert_eq!(under(&[b'a'; 8192], &usual), Err(CheckSignature::Bad));
}

#[test]
fn numbers_outside_one_to_n_less_one_are_refused() {
    let checker = checker();
    // B1 and B2: the value that is good modulo n, written with n added, and the two ends.
    for (r, s) in [
        ("00", S),
        (R, "00"),
        (N, S),
        (R, N),
        // s + n needs 257 bits.
        (
            R,
            "01b1b6aa28df212fd8763182bc0d421ca12d9418683f45480ad7c75dcdbf9102cd",
        ),
    ] {
        assert!(!checker.is_good(None, MESSAGE, &value(r, s)), "{r} {s}");
    }
}

#[test]
fn values_that_are_not_der_are_refused() {
    let checker = checker();
    let good = value(R, S);
    let mut trailing = good.clone();
    trailing.push(0);
    let mut inside = good.clone();
    inside.extend([0x05, 0x00]);
    inside[1] += 2;
    // r with one zero more than DER has.
    let mut longer = good.clone();
    longer.splice(4..4, [0]);
    longer[1] += 1;
    longer[3] += 1;
    // r as a negative number: without the octet that says otherwise.
    let mut negative = good.clone();
    negative.remove(4);
    negative[1] -= 1;
    negative[3] -= 1;
    let mut long_form = good.clone();
    long_form.insert(1, 0x81);
    let raw = [octets(R), octets(S)].concat();
    for bent in [
        trailing,
        inside,
        longer,
        negative,
        long_form,
        raw,
        Vec::new(),
    ] {
        assert!(!checker.is_good(None, MESSAGE, &bent), "{bent:02x?}");
    }
}

#[test]
fn points_that_are_not_of_the_curve_are_refused() {
    let spki = |bits: &[u8]| {
        let content = [&[0], bits].concat();
        element(
            0x30,
            &[element(0x30, IDENTIFIER), element(0x03, &content)].concat(),
        )
    };
    let good = octets(P);
    assert!(PublicKey::parse(&spki(&good)).is_ok_and(|key| key.inspect().is_ok()));
    let mut off = good.clone();
    off[64] ^= 1;
    let mut zero = good.clone();
    zero[1..].fill(0);
    for bits in [off, zero, [vec![0x04], vec![0xff; 64]].concat()] {
        let key = PublicKey::parse(&spki(&bits)).expect("the form of a key");
        assert_eq!(key.inspect(), Err(ReadKey::NotOnCurve));
        let value = Signature::new(value(R, S));
        let checked = key.check(SignatureAlgorithm::Sm2Sm3, MESSAGE, &value);
        assert_eq!(checked, Err(CheckSignature::Bad));
    }
    let compressed = [&[0x03], &good[1..33]].concat();
    for bits in [&compressed[..], &[0x00], &good[..64]] {
        assert_eq!(PublicKey::parse(&spki(bits)), Err(ReadKey::PointForm));
    }
}

#[test]
fn a_key_under_the_other_identifier_is_the_same_key() {
    let curve = element(0x06, CURVE);
    let bits = element(0x03, &[&[0], &octets(P)[..]].concat());
    for (parameters, read) in [
        (Vec::new(), true),
        (curve.clone(), true),
        (vec![0x05, 0x00], false),
    ] {
        let identifier = element(0x30, &[curve.clone(), parameters].concat());
        let key = PublicKey::parse(&element(0x30, &[identifier, bits.clone()].concat()));
        assert_eq!(key.is_ok(), read);
        if let Ok(key) = key {
            let value = Signature::new(value(R, S));
            assert_eq!(
                key.check(SignatureAlgorithm::Sm2Sm3, MESSAGE, &value),
                Ok(())
            );
        }
    }
}

#[test]
fn private_numbers_outside_one_to_n_less_two_are_refused() {
    let mut last = LAST;
    assert!(Key::from_number(&last).is_none(), "n - 1");
    last[WIDTH - 1] -= 1;
    assert!(Key::from_number(&last).is_some(), "n - 2");
    assert!(Key::from_number(&octets(N)).is_none(), "n");
    assert!(Key::from_number(&[0xff; WIDTH]).is_none());
    assert!(Key::from_number(&[0; WIDTH]).is_none());
    assert!(Key::from_number(&[1; WIDTH - 1]).is_none());
    let mut one = [0; WIDTH];
    one[WIDTH - 1] = 1;
    assert!(Key::from_number(&one).is_some());
}

#[test]
fn a_key_written_here_is_read_here_and_its_form_is_strict() {
    let written = generate_pkcs8(&SystemRandom::new()).expect("made");
    assert!(Key::from_pkcs8(&written).is_some());
    assert_eq!(written.len(), octets(FOREIGN).len());
    for at in 0..written.len() {
        let mut bent = written.to_vec();
        bent[at] ^= 0x01;
        // Each octet counts: the public half inside is the private one's own.
        assert!(Key::from_pkcs8(&bent).is_none(), "{at}");
        assert!(Key::from_pkcs8(&written[..at]).is_none());
    }
    let mut trailing = written.to_vec();
    trailing.push(0);
    assert!(Key::from_pkcs8(&trailing).is_none());
}

#[test]
fn a_seed_makes_the_same_key() {
    let made = |seed| {
        generate_pkcs8(&SeededRandom::new(seed))
            .expect("made")
            .to_vec()
    };
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
}
