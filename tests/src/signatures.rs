//! Signature cases for outside judges, answered by `crypto`.
//!
//! What cannot be read, an unknown algorithm and a bad signature have one answer: the question is
//! whether this signature counts, and it does not.

use crypto::{PublicKey, Signature, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

/// What the harness is asked.
#[derive(Debug, Deserialize)]
pub struct Cases {
    /// 1.
    pub version: u32,
    /// The cases.
    pub testcases: Vec<Case>,
}

/// One signature; octets are hexadecimal.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Name of the case.
    pub id: serde_json::Value,
    /// Such as `ecdsa-p256-sha256`.
    pub algorithm: String,
    /// SubjectPublicKeyInfo.
    pub spki: String,
    /// What was signed.
    pub msg: String,
    /// The signature as X.509 carries it.
    pub sig: String,
    /// Identity of the signer for SM2, null being the default one; the other algorithms have none.
    pub user_id: Option<String>,
}

/// What the harness answers.
#[derive(Debug, Serialize)]
pub struct Results {
    version: u32,
    results: Vec<Answered>,
}

#[derive(Debug, Serialize)]
struct Answered {
    id: serde_json::Value,
    actual_result: &'static str,
}

/// Answers all cases, in their order.
#[must_use]
pub fn judge_all(cases: &Cases) -> Results {
    let results = cases
        .testcases
        .iter()
        .map(|case| Answered {
            id: case.id.clone(),
            actual_result: if counts(case) { "SUCCESS" } else { "FAILURE" },
        })
        .collect();
    Results {
        version: 1,
        results,
    }
}

/// Whether the signature counts.
#[must_use]
pub fn counts(case: &Case) -> bool {
    judged(case).is_some()
}

fn judged(case: &Case) -> Option<()> {
    let algorithm = algorithm(&case.algorithm)?;
    let key = PublicKey::parse(&octets(&case.spki)?).ok()?;
    // T-C4: a key off its curve is refused before anything is checked with it.
    key.inspect().ok()?;
    let signature = Signature::new(octets(&case.sig)?);
    let message = octets(&case.msg)?;
    match (&case.user_id, algorithm) {
        (Some(identity), SignatureAlgorithm::Sm2Sm3) => {
            let identity = identity.as_bytes();
            key.check_identified(identity, &message, &signature).ok()
        }
        _ => key.check(algorithm, &message, &signature).ok(),
    }
}

fn algorithm(name: &str) -> Option<SignatureAlgorithm> {
    Some(match name {
        "ecdsa-p256-sha256" => SignatureAlgorithm::EcdsaP256Sha256,
        "ecdsa-p256-sha384" => SignatureAlgorithm::EcdsaP256Sha384,
        "ecdsa-p384-sha256" => SignatureAlgorithm::EcdsaP384Sha256,
        "ecdsa-p384-sha384" => SignatureAlgorithm::EcdsaP384Sha384,
        "ecdsa-p384-sha512" => SignatureAlgorithm::EcdsaP384Sha512,
        "ecdsa-p521-sha512" => SignatureAlgorithm::EcdsaP521Sha512,
        "ed25519" => SignatureAlgorithm::Ed25519,
        "rsa-pkcs1-sha256" => SignatureAlgorithm::RsaPkcs1Sha256,
        "rsa-pkcs1-sha384" => SignatureAlgorithm::RsaPkcs1Sha384,
        "rsa-pkcs1-sha512" => SignatureAlgorithm::RsaPkcs1Sha512,
        "rsa-pss-sha256" => SignatureAlgorithm::RsaPssSha256,
        "rsa-pss-sha384" => SignatureAlgorithm::RsaPssSha384,
        "rsa-pss-sha512" => SignatureAlgorithm::RsaPssSha512,
        "sm2-sm3" => SignatureAlgorithm::Sm2Sm3,
        _ => return None,
    })
}

fn octets(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use crypto::{
        Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signer, SoftwareSigner, SystemRandom,
        generate_pkcs8,
    };
    use serde_json::json;

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    fn case() -> Case {
        let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new()).expect("made here");
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own");
        let key = KeyId::parse("x").expect("a plain name");
        let now = time::UtcDateTime::UNIX_EPOCH;
        let under = Authorisation::journalled(key, KeyUse::Ocsp, b"message", now);
        let signature = signer
            .sign(Input::Message(b"message"), &under)
            .expect("signs");
        Case {
            id: json!("good"),
            algorithm: "ecdsa-p256-sha256".to_owned(),
            spki: hex(signer.public_key().spki()),
            msg: hex(b"message"),
            sig: hex(signature.bytes()),
            user_id: None,
        }
    }

    type Bend = fn(&mut Case);

    #[test]
    fn a_good_signature_counts_and_each_mutation_does_not() {
        assert!(counts(&case()));
        let bends: [(&str, Bend); 8] = [
            ("another message", |c| c.msg.push_str("00")),
            ("half an octet", |c| c.msg.push('0')),
            ("no hexadecimal", |c| c.sig = "zz".to_owned()),
            ("a signed digit", |c| c.sig.replace_range(..1, "+")),
            ("another algorithm", |c| c.algorithm = "ed25519".to_owned()),
            ("an algorithm of another curve", |c| {
                c.algorithm = "sm2-sm3".to_owned()
            }),
            ("an algorithm that is none", |c| {
                c.algorithm = "sm2-sha256".to_owned()
            }),
            ("no key", |c| c.spki.clear()),
        ];
        for (name, bend) in bends {
            let mut bent = case();
            bend(&mut bent);
            assert!(!counts(&bent), "{name}");
        }
    }

    #[test]
    fn answers_keep_the_names_and_the_order() {
        let mut second = case();
        second.id = json!(7);
        second.sig.clear();
        let cases = Cases {
            version: 1,
            testcases: vec![case(), second],
        };
        let answer = serde_json::to_value(judge_all(&cases)).expect("JSON");
        assert_eq!(
            answer,
            json!({"version": 1, "results": [
                {"id": "good", "actual_result": "SUCCESS"},
                {"id": 7, "actual_result": "FAILURE"},
            ]})
        );
    }
}
