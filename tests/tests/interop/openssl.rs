//! openssl judges our messages, time-stamps and OCSP answers, and we judge its.

use std::path::PathBuf;

use asn1::Oid;
use base64::Engine as _;
use crypto::{
    Authorisation, Digest, DigestAlgorithm, Input, KeyId, KeyUse, SeededRandom, Signature,
    SignatureAlgorithm, Signer, SoftwareSigner,
};
use evidence::cms::{self, Form, SignedData};
use evidence::{ocsp, tsp};
use pki::certificate::Certificate;
use pki::crl::Reason;
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};

use super::judge::Judge;

const AT: UtcDateTime = utc_datetime!(2026-11-22 4:00);
pub(crate) const CONTENT: &[u8] = "印信 interop sample\n".as_bytes();
const POLICY: Oid = Oid::of(&[1, 2, 156, 99_999, 1, 1]);

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/rfc3161-ocsp-crl")
        .join(name)
}

pub(crate) fn certificate(name: &str) -> Certificate {
    let (folder, name) = name.split_once('/').expect("a folder");
    let der = std::fs::read(sample(&format!("{folder}/certs/{name}.der"))).expect("a certificate");
    Certificate::parse(&der).expect("a good certificate")
}

pub(crate) fn key(name: &str, algorithm: SignatureAlgorithm) -> SoftwareSigner {
    SoftwareSigner::from_pkcs8(&pkcs8(name), Some(algorithm)).expect("a good key")
}

pub(crate) fn pkcs8(name: &str) -> Vec<u8> {
    let (folder, name) = name.split_once('/').expect("a folder");
    let text =
        std::fs::read_to_string(sample(&format!("{folder}/keys/{name}.pem"))).expect("a key");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD
        .decode(body)
        .expect("base64")
}

fn sign(key: &SoftwareSigner, message: &[u8]) -> Signature {
    let id = KeyId::parse("sample").expect("a name");
    let under = Authorisation::journalled(id, KeyUse::TimeStamps, message, AT);
    key.sign(Input::Message(message), &under)
        .expect("a signature")
}

/// openssl with the certificates of one folder as PEM files and the private keys of the same names.
pub(crate) fn openssl(folder: &str) -> Option<Judge> {
    let judge = Judge::call("openssl")?;
    for name in ["ca", "leaf", "tsa", "ocsp"] {
        judge.put_pem(
            &format!("{name}.pem"),
            "CERTIFICATE",
            certificate(&format!("{folder}/{name}")).der(),
        );
        judge.copy(
            &format!("{name}.key"),
            &sample(&format!("{folder}/keys/{name}.pem")),
        );
    }
    judge.put("content", CONTENT);
    judge.put("other", b"other content");
    Some(judge)
}

fn attime() -> String {
    format!("-attime {}", AT.unix_timestamp())
}

fn makers() -> [(&'static str, SignatureAlgorithm); 5] {
    [
        ("p256", SignatureAlgorithm::EcdsaP256Sha256),
        ("rsa", SignatureAlgorithm::RsaPkcs1Sha256),
        ("rsa", SignatureAlgorithm::RsaPkcs1Sha512),
        ("rsa", SignatureAlgorithm::RsaPssSha256),
        ("rsa", SignatureAlgorithm::RsaPssSha384),
    ]
}

#[test]
fn openssl_accepts_our_messages() {
    for (folder, algorithm) in makers() {
        let Some(judge) = openssl(folder) else { return };
        let leaf = certificate(&format!("{folder}/leaf"));
        let digest = Digest::of(algorithm.digest(), CONTENT);
        let signer = key(&format!("{folder}/leaf"), algorithm);
        for draft in [
            cms::Draft::cades(&digest, &leaf, algorithm, AT),
            cms::Draft::pades(&digest, &leaf, algorithm).committing_to(cms::Commitment::Approval),
        ] {
            let prepared = draft.prepare().expect("a draft");
            let signature = sign(&signer, &prepared.to_be_signed());
            let message = prepared.finish(&signature, &[leaf.der()], &[]);
            judge.put("message", &message);
            let read = SignedData::parse(&message).expect("ours");
            let stamped = cms::with_unsigned_attribute(&read, cms::Attribute::receipt(b"receipt"))
                .expect("one signer");
            judge.put("extended", &stamped);
            for file in ["message", "extended"] {
                // -cades: the attribute signing-certificate is looked at too.
                let verify = |content| {
                    format!(
                        "cms -verify -cades -binary -inform DER -in {file} -content {content} -CAfile ca.pem -purpose any -out verified {}",
                        attime()
                    )
                };
                judge.accepts(&verify("content"));
                assert_eq!(judge.get("verified"), CONTENT);
                judge.refuses(&verify("other"));
            }
        }
    }
}

#[test]
fn we_accept_messages_of_openssl() {
    for (folder, more) in [
        ("p256", ""),
        ("p256", "-md sha384"),
        ("p256", "-keyid"),
        ("rsa", ""),
        (
            "rsa",
            "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest",
        ),
    ] {
        let Some(judge) = openssl(folder) else { return };
        for (shape, form) in [
            ("", Form::CadesDetached),
            ("-nodetach -stream -indef", Form::CadesAttached),
        ] {
            if shape.contains("-stream") && more.contains("pss") {
                // openssl 3.0 cannot stream this.
                continue;
            }
            judge.accepts(&format!(
                "cms -sign -cades -binary -in content -signer leaf.pem -inkey leaf.key -outform DER -out message {shape} {more}"
            ));
            let message = SignedData::parse(&judge.get("message")).expect("readable");
            assert_eq!(message.inspect(form), [], "{folder} {shape} {more}");
            let signer = message.signer().expect("one");
            let algorithm = signer.digest_algorithm().expect("known");
            assert_eq!(
                signer.inspect_digest(&Digest::of(algorithm, CONTENT)),
                Ok(())
            );
            let candidates = [
                certificate(&format!("{folder}/leaf")),
                certificate(&format!("{folder}/ca")),
            ];
            let found = signer.find_certificate(&candidates).expect("the leaf");
            assert_eq!(
                signer.check(&found.public_key().expect("a key")),
                Ok(()),
                "{folder} {shape} {more}"
            );
            assert!(signer.signing_time().is_some());
        }
    }
}

fn unit(folder: &str, algorithm: SignatureAlgorithm) -> tsp::Unit {
    let certificate = certificate(&format!("{folder}/tsa"));
    tsp::Unit {
        chain: vec![certificate.der().to_vec()],
        certificate,
        algorithm,
        policies: vec![POLICY],
        accuracy: tsp::Accuracy::SECOND,
    }
}

#[test]
fn openssl_asks_for_and_accepts_our_stamps() {
    // `openssl ts` knows no PSS.
    let without_pss = makers().into_iter().take(3);
    for (folder, algorithm) in without_pss {
        let Some(judge) = openssl(folder) else { return };
        for (question, hash) in [
            ("-cert", "sha256"),
            ("-cert -no_nonce", "sha512"),
            ("-cert -tspolicy 1.2.156.99999.1.1", "sha384"),
        ] {
            judge.accepts(&format!(
                "ts -query -data content -{hash} {question} -out query"
            ));
            let request = tsp::Request::parse(&judge.get("query")).expect("a good request");
            let serial = tsp::TokenSerial::draw(&SeededRandom::new(5)).expect("a number");
            let prepared =
                tsp::prepare(&request, &unit(folder, algorithm), serial, AT).expect("a token");
            let signature = sign(
                &key(&format!("{folder}/tsa"), algorithm),
                &prepared.to_be_signed(),
            );
            let token = prepared.finish(&signature);
            judge.put("reply", &tsp::grant(&token));
            let verify =
                |what: &str| format!("ts -verify {what} -in reply -CAfile ca.pem {}", attime());
            judge.accepts(&verify("-queryfile query"));
            judge.accepts(&verify("-data content"));
            judge.refuses(&verify("-data other"));
        }
        judge.accepts("ts -query -data content -sha256 -out query");
        let request = tsp::Request::parse(&judge.get("query")).expect("a good request");
        assert!(!request.wants_certificates());
        judge.put("reply", &tsp::Refused::TimeNotAvailable.encode());
        let said = judge.accepts("ts -reply -in reply -text");
        assert!(
            said.contains("timeNotAvailable") || said.contains("time source is not available"),
            "{said}"
        );
    }
}

#[test]
fn we_accept_stamps_of_openssl() {
    for folder in ["p256", "rsa"] {
        let Some(judge) = openssl(folder) else { return };
        judge.put(
            "config",
            b"[tsa]\nserial = serial\ndefault_policy = 1.2.156.99999.1.1\ndigests = sha256, sha384, sha512\n\
              accuracy = secs:1\nclock_precision_digits = 3\nordering = no\ntsa_name = yes\ness_cert_id_chain = no\n\
              ess_cert_id_alg = sha256\nsigner_digest = sha256\n",
        );
        judge.put("serial", b"01\n");
        let request = tsp::Request::new(&Digest::of(DigestAlgorithm::Sha384, CONTENT));
        let request = request
            .with_nonce(&SeededRandom::new(8))
            .expect("a nonce")
            .with_policy(POLICY);
        judge.put("query", &request.encode());
        judge.accepts(
            "ts -reply -config config -section tsa -queryfile query -signer tsa.pem -inkey tsa.key -chain ca.pem -out reply",
        );
        let response = tsp::Response::parse(&judge.get("reply")).expect("readable");
        let token = response.check(&request).expect("an answer");
        let candidates: Vec<Certificate> = token
            .signed_data()
            .certificates()
            .iter()
            .map(|der| Certificate::parse(der).expect("good"))
            .collect();
        let stamped = token
            .check(
                &Digest::of(DigestAlgorithm::Sha384, CONTENT),
                &candidates,
                token.info().moment(),
            )
            .expect("a good token");
        assert_eq!(*stamped.certificate, certificate(&format!("{folder}/tsa")));
        let other = token.check(
            &Digest::of(DigestAlgorithm::Sha384, b"other"),
            &candidates,
            AT,
        );
        assert_eq!(other.err(), Some(tsp::TokenFault::ImprintDiffers));
    }
}

/// Years: openssl compares an answer's times with its own clock.
const ANY_TIME: &str = "-validity_period 3000000000";

#[test]
fn openssl_asks_for_and_accepts_our_answers() {
    let period = ocsp::Period {
        this_update: AT - Duration::HOUR,
        next_update: AT + Duration::DAY,
        archive_cutoff: Some(AT - Duration::days(3650)),
    };
    let since = utc_datetime!(2026-11-01 0:00);
    for (folder, algorithm) in makers() {
        let Some(judge) = openssl(folder) else { return };
        let (ca, delegate) = (
            certificate(&format!("{folder}/ca")),
            certificate(&format!("{folder}/ocsp")),
        );
        for (hash, status, words) in [
            ("-sha1", ocsp::Status::Good, "leaf.pem: good"),
            ("-sha256", ocsp::Status::Good, "leaf.pem: good"),
            ("-sha256", ocsp::Status::Unknown, "leaf.pem: unknown"),
            (
                "-sha256",
                ocsp::Status::Revoked {
                    at: since,
                    reason: Reason::KeyCompromise,
                },
                "leaf.pem: revoked",
            ),
            ("-sha256", ocsp::Status::NEVER_ISSUED, "leaf.pem: revoked"),
        ] {
            judge.accepts(&format!(
                "ocsp -issuer ca.pem {hash} -cert leaf.pem -reqout query"
            ));
            let request = ocsp::Request::parse(&judge.get("query")).expect("a good request");
            let [id] = request.ids() else {
                panic!("one id")
            };
            assert!(id.is_issued_by(&ca));
            let answer = ocsp::Answer::new(ocsp::Signer::Delegate(&delegate), algorithm, AT)
                .about(&[id], status, &period)
                .with_nonce(request.nonce());
            let prepared = answer.prepare().expect("an answer");
            let signature = sign(
                &key(&format!("{folder}/ocsp"), algorithm),
                prepared.to_be_signed(),
            );
            judge.put("reply", &prepared.finish(&signature));
            let said = judge.accepts(&format!(
                "ocsp -no_nonce -respin reply -reqin query -issuer ca.pem {hash} -cert leaf.pem -CAfile ca.pem {ANY_TIME} {}",
                attime()
            ));
            assert!(said.contains("Response verify OK"), "{said}");
            assert!(!said.contains("WARNING"), "{said}");
            let printed = judge.accepts(&format!(
                "ocsp -no_nonce -respin reply -issuer ca.pem {hash} -cert leaf.pem -CAfile ca.pem {ANY_TIME} {}",
                attime()
            ));
            assert!(printed.contains(words), "{printed}");
        }
    }
}

#[test]
fn we_accept_answers_of_openssl() {
    for folder in ["p256", "rsa"] {
        let Some(judge) = openssl(folder) else { return };
        let (ca, leaf) = (
            certificate(&format!("{folder}/ca")),
            certificate(&format!("{folder}/leaf")),
        );
        let number = leaf.serial().to_string().to_uppercase();
        let subject = "/C=CN/O=x/CN=x";
        for (line, expected) in [
            (
                format!("V\t280601000000Z\t\t{number}\tunknown\t{subject}\n"),
                ocsp::Status::Good,
            ),
            (
                format!(
                    "R\t280601000000Z\t261101000000Z,superseded\t{number}\tunknown\t{subject}\n"
                ),
                ocsp::Status::Revoked {
                    at: utc_datetime!(2026-11-01 0:00),
                    reason: Reason::Superseded,
                },
            ),
            (String::new(), ocsp::Status::Unknown),
        ] {
            judge.put("index", line.as_bytes());
            for hash in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256] {
                let nonce = ocsp::Nonce::draw(&SeededRandom::new(4)).expect("a nonce");
                let request = ocsp::Request::new(
                    ocsp::CertificateId::new(hash, &ca, leaf.serial()),
                    Some(nonce.clone()),
                );
                judge.put("query", &request.encode());
                judge.accepts(
                    "ocsp -index index -rsigner ocsp.pem -rkey ocsp.key -CA ca.pem -ndays 1 -reqin query -respout reply",
                );
                let response = ocsp::Response::parse(&judge.get("reply")).expect("readable");
                let asked = ocsp::Asked {
                    issuer: &ca,
                    serial: leaf.serial(),
                    nonce: Some(&nonce),
                    nonce_policy: ocsp::NoncePolicy::Required,
                    moment: ocsp::Moment::Live {
                        at: response.produced_at(),
                        skew: Duration::ZERO,
                    },
                };
                let accepted = response.check(&asked).expect("acceptable");
                assert_eq!(accepted.status, expected, "{folder} {hash:?}");
            }
        }
    }
}
