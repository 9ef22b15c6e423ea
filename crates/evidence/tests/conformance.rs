//! The time-stamp, CRL and OCSP samples of `tests/fixtures/rfc3161-ocsp-crl`, each with the exact reason for which
//! it is refused.

use std::collections::BTreeMap;
use std::path::PathBuf;

use asn1::{Reader, Tag};
use crypto::{Digest, Signature};
use evidence::ocsp;
use evidence::tsp;
use pki::Crl;
use pki::algorithm::AlgorithmIdentifier;
use pki::certificate::{Certificate, SerialNumber};
use serde::Deserialize;
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};

#[derive(Deserialize)]
struct Manifest {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    file: String,
    kind: String,
    expect: String,
    message: Option<String>,
    request: Option<String>,
    trust: Option<String>,
    issuer: Option<String>,
    status: Option<String>,
    revoked: Option<Vec<String>>,
    not_revoked: Option<Vec<String>>,
}

const AT: UtcDateTime = utc_datetime!(2026-11-22 4:00);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/rfc3161-ocsp-crl")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).expect("a file of the samples")
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&read(name)).expect("a certificate of the samples")
}

fn cases(kinds: &[&str]) -> Vec<Case> {
    let manifest: Manifest = serde_json::from_slice(&read("manifest.json")).expect("the manifest");
    manifest
        .cases
        .into_iter()
        .filter(|case| kinds.contains(&case.kind.as_str()))
        .collect()
}

/// The names of a variant and of those in it, without their facts.
fn variant(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    let names = text
        .split(['(', ' ', '{', ')'])
        .take_while(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
    names
        .take_while(|name| *name != "Oid")
        .collect::<Vec<_>>()
        .join(" ")
}

/// `Ok` with the answer, or the reason.
fn judge(case: &Case) -> Result<String, String> {
    match case.kind.as_str() {
        "tsp" => judge_response(case),
        "tsp-token" => judge_token(
            case,
            &tsp::Token::parse(&read(&case.file)).map_err(|e| variant(&e))?,
        ),
        "crl" => judge_list(case),
        _ => judge_status(case),
    }
}

/// The list as one about a certificate of its issuer, and the entries that the manifest names.
fn judge_list(case: &Case) -> Result<String, String> {
    let issuer = certificate(case.issuer.as_deref().expect("an issuer"));
    let folder = case.file.split('/').next().unwrap_or_default();
    let list = Crl::parse(&read(&case.file)).map_err(|e| variant(&e))?;
    list.covers(&certificate(&format!("{folder}/certs/leaf.der")))
        .map_err(|e| variant(&e))?;
    let identifier = Reader::single(list.algorithm_der(), Tag::SEQUENCE)
        .and_then(|element| AlgorithmIdentifier::read(&element))
        .map_err(|e| variant(&e))?;
    let key = issuer.public_key().map_err(|e| variant(&e))?;
    let algorithm = identifier
        .signature(key.algorithm())
        .map_err(|e| variant(&e))?;
    let signature = Signature::new(list.signature().to_vec());
    key.check(algorithm, list.tbs(), &signature)
        .map_err(|_| "signature")?;
    if list.this_update() > AT {
        return Err("from the future".to_owned());
    }
    if list.next_update() < AT {
        return Err("stale".to_owned());
    }
    let is_listed = |number: &String| {
        let digits = number.trim_start_matches("0x");
        list.find(&SerialNumber::from_hex(digits).expect("a serial number"))
            .is_some()
    };
    assert!(
        case.revoked.iter().flatten().all(is_listed),
        "{}",
        case.file
    );
    assert!(
        !case.not_revoked.iter().flatten().any(is_listed),
        "{}",
        case.file
    );
    Ok("listed".to_owned())
}

fn judge_response(case: &Case) -> Result<String, String> {
    let request = tsp::Request::parse(&read(case.request.as_deref().expect("a request")))
        .map_err(|e| variant(&e))?;
    let response = tsp::Response::parse(&read(&case.file)).map_err(|e| variant(&e))?;
    judge_token(case, response.check(&request).map_err(|e| variant(&e))?)
}

fn judge_token(case: &Case, token: &tsp::Token) -> Result<String, String> {
    let message = read(case.message.as_deref().expect("a message"));
    let stamped = Digest::of(token.info().imprint().algorithm(), &message);
    let inside: Vec<Certificate> = token
        .signed_data()
        .certificates()
        .iter()
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    let stamped = token
        .check(&stamped, &inside, AT)
        .map_err(|e| variant(&e))?;
    judge_path(
        &certificate(case.trust.as_deref().expect("a root")),
        stamped.certificate,
        stamped.moment,
    )
}

/// The shortest path: one certificate under the only root. Longer ones are tested with path validation.
fn judge_path(
    root: &Certificate,
    certificate: &Certificate,
    at: UtcDateTime,
) -> Result<String, String> {
    if certificate.issuer() != root.subject() {
        return Err("path: issuer".to_owned());
    }
    let key = root.public_key().map_err(|_| "path: key")?;
    certificate
        .check_signature(&key)
        .map_err(|_| "path: signature")?;
    if certificate.validity().contains(at) {
        Ok("stamped".to_owned())
    } else {
        Err("path: validity".to_owned())
    }
}

fn judge_status(case: &Case) -> Result<String, String> {
    judge_status_under(case, ocsp::NoncePolicy::Required)
}

fn judge_status_under(case: &Case, nonce_policy: ocsp::NoncePolicy) -> Result<String, String> {
    let request = ocsp::Request::parse(&read(case.request.as_deref().expect("a request")))
        .map_err(|e| variant(&e))?;
    let response = ocsp::Response::parse(&read(&case.file)).map_err(|e| variant(&e))?;
    let issuer = certificate(case.issuer.as_deref().expect("an issuer"));
    let id = request.ids().first().expect("one certificate");
    assert!(
        id.is_issued_by(&issuer),
        "the request is about a certificate of the issuer"
    );
    let asked = ocsp::Asked {
        issuer: &issuer,
        serial: &SerialNumber::from_octets(id.serial()).expect("a serial number"),
        nonce: request.nonce(),
        nonce_policy,
        moment: ocsp::Moment::Live {
            at: AT,
            skew: Duration::minutes(5),
        },
    };
    match response.check(&asked).map_err(|e| variant(&e))?.status {
        ocsp::Status::Good => Ok("good".to_owned()),
        ocsp::Status::Revoked { .. } => Ok("revoked".to_owned()),
        ocsp::Status::Unknown => Ok("unknown".to_owned()),
    }
}

/// Why each case that is not accepted is refused, by its name without folder and algorithm.
const REASONS: &[(&str, &str)] = &[
    // Extended key usage holds timeStamping alone and critically.
    ("tsp/eku-two.tsr", "PurposeShared"),
    ("tsp/eku-not-critical.tsr", "PurposeNotCritical"),
    ("tsp/eku-wrong.tsr", "PurposeDiffers"),
    ("tsp/eku-absent.tsr", "PurposeAbsent"),
    // The path at the token's moment.
    ("tsp/tsa-expired.tsr", "path: validity"),
    ("tsp/tsa-not-yet-valid.tsr", "path: validity"),
    ("tsp/tsa-other-ca.tsr", "path: issuer"),
    // The answer to the request.
    ("tsp/imprint-other.tsr", "ImprintDiffers"),
    ("tsp/imprint-length.tsr", "Token Info ImprintLength"),
    ("tsp/imprint-sha1.tsr", "ImprintDiffers"),
    ("tsp/nonce-other.tsr", "NonceDiffers"),
    ("tsp/nonce-absent.tsr", "NonceAbsent"),
    ("tsp/policy-other.tsr", "PolicyDiffers"),
    ("tsp/status-rejection.tsr", "NotGranted"),
    (
        "tsp/status-rejection-with-token.tsr",
        "TokenWithRejection Rejection",
    ),
    ("tsp/granted-without-token.tsr", "TokenAbsent"),
    // Policy, decided: a certificate that was asked for is inside.
    ("tsp/certificate-missing.tsr", "CertificatesAbsent"),
    // Which certificate signed. Policy, decided: SHA-1 names nothing.
    ("tsp/ess-missing.tsr", "Message SigningCertificateAbsent"),
    (
        "tsp/ess-other-certificate.tsr",
        "Message SigningCertificateIssuer",
    ),
    ("tsp/ess-v1-sha1.tsr", "Message SigningCertificateWeak"),
    // The message.
    ("tsp/signature-bit.tsr", "Message SignatureDiffers"),
    (
        "tsp/message-digest-wrong.tsr",
        "Message MessageDigestDiffers",
    ),
    ("tsp/content-changed.tsr", "Message MessageDigestDiffers"),
    ("tsp/content-type-data.tsr", "Token Content ContentType"),
    (
        "tsp/content-type-attribute.tsr",
        "Message ContentTypeDiffers",
    ),
    ("tsp/two-signers.tsr", "Message SeveralSigners"),
    ("tsp/digest-algorithm-other.tsr", "Message DigestWeak"),
    // Policy, decided: what is signed is DER, and is never put in order by whoever reads it.
    (
        "tsp/attributes-unsorted.tsr",
        "Message SignedAttributesNotDer SetOrder",
    ),
    // The content.
    ("tsp/version-2.tsr", "Token Info Version"),
    ("tsp/time-offset.tsr", "Token Info Asn1 Time"),
    ("tsp/time-no-seconds.tsr", "Token Info Asn1 Time"),
    ("tsp/time-trailing-zero.tsr", "Token Info Asn1 Time"),
    ("tsp/accuracy-zero-millis.tsr", "Token Info Accuracy"),
    ("tsp/extension-critical-unknown.tsr", "CriticalExtension"),
    // Policy, decided: a token from the future proves nothing.
    ("tsp/time-in-future.tsr", "FromTheFuture"),
    ("tsp/trailing-byte.tsr", "Asn1 Trailing"),
    ("tsp/truncated.tsr", "Asn1 Truncated"),
    // Policy, decided here for a client that wants its nonce; see `a_missing_nonce_is_a_matter_of_policy`.
    ("ocsp/no-nonce.ors", "NonceAbsent"),
    ("ocsp/nonce-other.ors", "NonceDiffers"),
    ("ocsp/other-serial.ors", "Unanswered"),
    ("ocsp/other-issuer-key.ors", "Unanswered"),
    ("ocsp/no-answers.ors", "Unanswered"),
    ("ocsp/answers-disagree.ors", "Disagreeing"),
    ("ocsp/expired.ors", "Stale"),
    ("ocsp/this-update-future.ors", "NotYetValid"),
    // Policy, decided: RFC 9919 clients reject it.
    ("ocsp/next-update-absent.ors", "NextUpdateAbsent"),
    ("ocsp/next-before-this.ors", "NextBeforeThis"),
    ("ocsp/responder-no-eku.ors", "ResponderPurpose"),
    ("ocsp/responder-other-ca.ors", "ResponderIssuer"),
    ("ocsp/responder-expired.ors", "ResponderExpired"),
    ("ocsp/responder-is-leaf.ors", "ResponderPurpose"),
    ("ocsp/responder-certificate-absent.ors", "ResponderAbsent"),
    ("ocsp/signature-bit.ors", "SignatureDiffers"),
    ("ocsp/signature-algorithm-other.ors", "SignatureAlgorithm"),
    ("ocsp/extension-critical-unknown.ors", "CriticalExtension"),
    ("ocsp/try-later.ors", "Refused TryLater"),
    ("ocsp/unauthorized.ors", "Refused Unauthorized"),
    ("ocsp/error-with-bytes.ors", "AnswerWithRefusal"),
    ("ocsp/trailing-byte.ors", "Asn1 Trailing"),
    ("ocsp/truncated.ors", "Asn1 Truncated"),
    // The list, its moment and its issuer.
    ("crl/expired.crl", "stale"),
    ("crl/not-yet.crl", "from the future"),
    ("crl/signature-bit.crl", "signature"),
    ("crl/other-key.crl", "signature"),
    ("crl/other-issuer.crl", "OtherIssuer"),
    ("crl/signature-algorithm-differs.crl", "AlgorithmsDiffer"),
    ("crl/next-update-absent.crl", "NextUpdateAbsent"),
    ("crl/version-1-with-extensions.crl", "Version"),
    ("crl/version-3.crl", "Version"),
    ("crl/number-absent.crl", "NumberAbsent"),
    ("crl/number-negative.crl", "Number"),
    ("crl/number-21-octets.crl", "Number"),
    ("crl/extension-critical-unknown.crl", "UnknownCritical"),
    ("crl/extension-twice.crl", "Extensions Duplicate"),
    ("crl/entry-critical-unknown.crl", "UnknownCritical"),
    ("crl/entry-reason-7.crl", "Reason"),
    ("crl/entry-remove-from-crl.crl", "Reason"),
    ("crl/delta.crl", "Delta"),
    ("crl/indirect.crl", "Indirect"),
    // Policy, decided: a partition says which one it is.
    ("crl/only-ca.crl", "PointWithoutName"),
    ("crl/utc-time-after-2049.crl", "Encoding Time"),
    ("crl/serial-zero-length.crl", "Encoding Integer"),
    ("crl/serial-not-minimal.crl", "Encoding Integer"),
    ("crl/trailing-byte.crl", "Encoding Trailing"),
    ("crl/truncated.crl", "Encoding Truncated"),
];

#[test]
fn every_sample_is_judged_as_its_manifest_says() {
    let reasons: BTreeMap<&str, &str> = REASONS.iter().copied().collect();
    assert_eq!(reasons.len(), REASONS.len(), "each case has one reason");
    let mut wrong = Vec::new();
    let mut used = BTreeMap::new();
    for case in cases(&["tsp", "tsp-token", "crl", "ocsp"]) {
        let (_, name) = case.file.split_once('/').expect("a folder");
        let found = judge(&case);
        let accepted = if case.kind == "crl" {
            "listed"
        } else {
            "stamped"
        };
        let expected = match (case.expect.as_str(), reasons.get(name)) {
            ("valid", None) => Ok(case.status.as_deref().unwrap_or(accepted).to_owned()),
            ("refused" | "policy", Some(reason)) => Err((*reason).to_owned()),
            _ => Err("no reason listed, or one for a valid case".to_owned()),
        };
        used.insert(name.to_owned(), ());
        if found != expected {
            wrong.push(format!("{}: {found:?}, expected {expected:?}", case.file));
        }
    }
    let unused: Vec<&&str> = reasons
        .keys()
        .filter(|name| !used.contains_key(**name))
        .collect();
    assert!(
        unused.is_empty(),
        "listed and not in the manifest: {unused:?}"
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_missing_nonce_is_a_matter_of_policy() {
    let mut seen = 0;
    for case in cases(&["ocsp"])
        .iter()
        .filter(|case| case.file.ends_with("ocsp/no-nonce.ors"))
    {
        seen += 1;
        let refused = judge_status_under(case, ocsp::NoncePolicy::Required);
        assert_eq!(refused, Err("NonceAbsent".to_owned()), "{}", case.file);
        let accepted = judge_status_under(case, ocsp::NoncePolicy::TimesSuffice);
        assert_eq!(accepted.as_deref(), Ok("good"), "{}", case.file);
    }
    assert_eq!(seen, 4);
}
