//! What anyone may fetch, read back by the code of those who rely on it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use crypto::{
    Authorisation, Digest, DigestAlgorithm, Input, KeyAlgorithm, KeyId, KeyUse, Signer,
    SoftwareSigner, SystemRandom,
};
use evidence::ocsp::{self, CertificateId, Moment, NoncePolicy, Status};
use evidence::tsp;
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::Crl;
use serde_json::{Value, json};
use server::{Call, Client};
use tests::customer::Customer;
use time::Duration;
use tlog::{
    Checkpoint, Leaf, LeafIndex, NoteKey, Receipt, TilePath, TileSet, TrustedLog, check_inclusion,
    leaf_hash,
};

use super::licence::base64;
use super::stage::Service;

async fn certificate(service: &Service, name: &str) -> Certificate {
    let answer = service.fetch(&format!("/certificates/{name}")).await;
    Certificate::parse(&answer.content).expect("a certificate")
}

/// A certificate issued to a person by API, and its serial number.
pub(crate) async fn certified(service: &Service, customer: &Customer) -> (Certificate, String) {
    let random = SystemRandom::new();
    let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &random).expect("a key");
    let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("our own key");
    let department = customer.department();
    let mut statement = b"yinxin certificate v1\n".to_vec();
    for (name, value) in [
        ("department", department),
        ("surname", "周"),
        ("given_name", "明月"),
        ("identifier", "P-ZHOU-MINGYUE"),
    ] {
        statement.extend_from_slice(format!("{name} {} {value}\n", value.len()).as_bytes());
    }
    let name = KeyId::parse("person").expect("plain");
    let under = Authorisation::journalled(name, KeyUse::Release, &statement, service.now());
    let proof = signer
        .sign(Input::Message(&statement), &under)
        .expect("signs");
    let content = json!({
        "surname": "周", "given_name": "明月", "identifier": "P-ZHOU-MINGYUE",
        "public_key": base64(signer.public_key().spki()),
        "algorithm": "ecdsa-p256-sha256", "proof": base64(proof.bytes()), "days": 365,
    });
    let call = Call::post("/v1/certificates", &content);
    let answer = customer.call("approvals", call, service.now()).await;
    let told = answer.expect("an answer").json();
    let der = told["certificate"].as_str().expect("a certificate");
    let der = STANDARD.decode(der).expect("base64");
    let certificate = Certificate::parse(&der).expect("a certificate");
    let serial = told["serial"].as_str().expect("a serial").to_owned();
    (certificate, serial)
}

/// What the responder says of a serial number, asked in each way that clients ask.
async fn status(service: &Service, serial: &SerialNumber) -> Status {
    let issuer = certificate(service, "ca.cer").await;
    let id = CertificateId::new(DigestAlgorithm::Sha1, &issuer, serial);
    let request = ocsp::Request::new(id, None).encode();
    let raw = STANDARD.encode(&request);
    let escaped = raw
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let post = Call::send(
        "POST".parse().expect("a method"),
        "/ocsp",
        "application/ocsp-request",
        request,
    );
    let mut statuses = Vec::new();
    for call in [
        Call::get(format!("/ocsp/{raw}")),
        Call::get(format!("/ocsp/{escaped}")),
        post,
    ] {
        let client = Client::anonymous(&service.base);
        let answer = client.call(call, service.now()).await.expect("an answer");
        let kind = answer
            .headers
            .get("content-type")
            .map(|kind| kind.as_bytes());
        assert_eq!(kind, Some(&b"application/ocsp-response"[..]));
        let response = ocsp::Response::parse(&answer.content).expect("a response");
        let accepted = response.check(&ocsp::Asked {
            issuer: &issuer,
            serial,
            nonce: None,
            nonce_policy: NoncePolicy::TimesSuffice,
            moment: Moment::Live {
                at: service.now(),
                skew: Duration::minutes(1),
            },
        });
        statuses.push(accepted.expect("a good answer").status);
    }
    assert!(
        statuses.windows(2).all(|pair| pair[0] == pair[1]),
        "{statuses:?}"
    );
    statuses[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_good_until_it_is_revoked_in_answers_and_list() {
    let service = Service::start().await;
    let bureau = service.at("Q-APR");
    let tsa = certificate(&service, "tsa.cer").await;
    assert!(matches!(status(&service, tsa.serial()).await, Status::Good));
    let never = SerialNumber::from_hex(&"5".repeat(32)).expect("a serial");
    assert!(matches!(status(&service, &never).await, Status::Unknown));
    let (person, serial) = certified(&service, &bureau).await;
    assert!(matches!(
        status(&service, person.serial()).await,
        Status::Good
    ));
    let before = service.fetch("/crl/ca.crl").await.content;
    let call = Call::post(
        format!("/v1/certificates/{serial}/revocation"),
        &json!({"reason": "key_compromise"}),
    );
    let revoked = bureau.call("approvals", call, service.now()).await;
    assert_eq!(revoked.expect("an answer").status, 200);
    assert!(matches!(
        status(&service, person.serial()).await,
        Status::Revoked { .. }
    ));
    super::licence::followed(&service, "/crl/ca.crl", &before).await;
    let list = Crl::parse(&service.fetch("/crl/ca.crl").await.content).expect("a list");
    let issuer = certificate(&service, "ca.cer").await;
    list.check_signature(&issuer.public_key().expect("a key"))
        .expect("the authority's");
    let found = list.find(person.serial());
    assert!(found.is_some(), "the list names it");
}

#[tokio::test(flavor = "multi_thread")]
async fn anyone_gets_a_time_stamp_and_checks_it() {
    let service = Service::start().await;
    let digest = Digest::of(DigestAlgorithm::Sha256, b"something that exists");
    let request = tsp::Request::new(&digest);
    let request = request.with_nonce(&SystemRandom::new()).expect("a nonce");
    let call = Call::send(
        "POST".parse().expect("a method"),
        "/tsa",
        "application/timestamp-query",
        request.encode(),
    );
    let client = Client::anonymous(&service.base);
    let answer = client.call(call, service.now()).await.expect("an answer");
    let response = tsp::Response::parse(&answer.content).expect("a response");
    let token = response.check(&request).expect("granted");
    let unit = certificate(&service, "tsa.cer").await;
    let stamped = token
        .check(&digest, [&unit], service.now())
        .expect("a good token");
    assert_eq!(stamped.moment, service.now());
    let other = Digest::of(DigestAlgorithm::Sha256, b"something else");
    assert!(token.check(&other, [&unit], service.now()).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_holds_against_the_public_log_and_its_tiles() {
    let service = Service::start().await;
    let (_, first) = service.issued("FOOD", 1).await;
    let (_, second) = service.issued("FOOD", 2).await;
    let log = trusted_log(&service).await;
    let note = service.fetch("/log/checkpoint").await.content;
    let opened = log.open(&note).expect("signed by the log");
    let head = opened.checkpoint.head();
    let width = u16::try_from(head.size).expect("few leaves");
    let entries = service
        .fetch(&format!("/log/tile/entries/000.p/{width}"))
        .await;
    let entries = tlog::bundle::parse_bundle(&entries.content).expect("a bundle");
    let tile = service.fetch(&format!("/log/tile/0/000.p/{width}")).await;
    let mut tiles = TileSet::new();
    let path = TilePath::parse(&format!("tile/0/000.p/{width}")).expect("a path");
    tiles.insert(&path, &tile.content).expect("a tile");
    for issued in [first, second] {
        let receipt = issued["receipt"].as_str().expect("a receipt");
        let receipt = Receipt::parse(receipt.as_bytes()).expect("a receipt");
        let LeafIndex(index) = receipt.index;
        let entry = entries[usize::try_from(index).expect("few")];
        let leaf = Leaf::parse(entry).expect("a leaf");
        receipt.check(&leaf, &log).expect("the receipt holds");
        let proof = tiles.inclusion(receipt.index, head.size).expect("a proof");
        check_inclusion(&leaf_hash(entry), receipt.index, &head, &proof).expect("included");
        // D18: nothing of the licence stands in the log.
        let text = String::from_utf8_lossy(entry).into_owned();
        let identifier = issued["identifier"].as_str().expect("an identifier");
        assert!(!text.contains(identifier), "{text}");
    }
}

/// The log as the trust bundle names it.
async fn trusted_log(service: &Service) -> TrustedLog {
    let bundle = service.fetch("/v1/trust").await.content;
    let payload = bundle.split(|octet| *octet == b'.').nth(1).expect("a JWS");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let payload: Value = serde_json::from_slice(&payload).expect("JSON");
    let log = &payload["logs"][0];
    let keys = log["keys"].as_array().expect("keys").iter();
    let keys = keys.map(|key| NoteKey::parse(key.as_str().expect("a key")).expect("a key"));
    let origin = log["origin"].as_str().expect("an origin");
    TrustedLog::new(origin, keys.collect(), Vec::new(), 0).expect("a log")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_says_that_it_lives_and_that_it_is_ready() {
    let service = Service::start().await;
    for path in [
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/",
        "/verify",
        "/v1/trust",
    ] {
        let answer = service.fetch(path).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let note = service.fetch("/log/checkpoint").await;
    // A log without a leaf may have no checkpoint yet.
    if note.status == 200 {
        let text = String::from_utf8_lossy(&note.content).into_owned();
        let body = text.split("\n\n").next().expect("a body");
        assert!(Checkpoint::parse(&format!("{body}\n")).is_ok(), "{text}");
    }
}
