//! What each key of the service signs, and under which certificate it is good.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalogue::key::{PersonKey, SealCode};
use credential::{Jws, Lc1, key_id};
use crypto::{Digest, DigestAlgorithm};
use evidence::ocsp::{self, Asked, Moment, NoncePolicy};
use evidence::tsp;
use issuance::electronic::face::{self, Face};
use issuance::office::signers;
use issuance::{Office, stamps::TimeStamps};
use pki::Certificate;
use pki::certificate::SerialNumber;
use seal::ses::Seal;
use tests::cases;
use tests::installation::{CUSTODIAN, DECIDER, ORIGIN};
use time::{Duration, UtcDateTime};
use verify::{Material, Policy, Report, Trust};

use crate::flow::national::get;
use crate::flow::stage::Service;

const STAMPED: &[u8] = b"something that exists";
const SEAL: &str = "990102-SPZYZ-01";

/// What a key of the service signed.
pub(crate) struct Signed {
    /// Its name.
    pub(crate) of: &'static str,
    pub(crate) octets: Vec<u8>,
    /// Whose status an answer tells, and who issued that.
    asked: Option<(Certificate, SerialNumber)>,
}

impl Signed {
    fn of(of: &'static str, octets: Vec<u8>) -> Signed {
        Signed {
            of,
            octets,
            asked: None,
        }
    }

    /// Whether it names this certificate and is good by its key.
    pub(crate) fn is_by(&self, certificate: &Certificate, now: UtcDateTime) -> bool {
        let text = || std::str::from_utf8(&self.octets).expect("text");
        let key = certificate.public_key().expect("a key");
        match self.of {
            "ocsp" | "sm-ocsp" => {
                let (issuer, serial) = self.asked.as_ref().expect("it was asked");
                let response = ocsp::Response::parse(&self.octets).expect("ours");
                let asked = Asked {
                    issuer,
                    serial,
                    nonce: None,
                    nonce_policy: NoncePolicy::TimesSuffice,
                    moment: Moment::Live {
                        at: now,
                        skew: Duration::ZERO,
                    },
                };
                let der = certificate.der();
                let carried = self.octets.windows(der.len()).any(|found| found == der);
                carried && response.check(&asked).is_ok()
            }
            "tsa" | "sm-tsa" => {
                let token = tsp::Token::parse(&self.octets).expect("ours");
                token.check(&imprint(self.of), [certificate], now).is_ok()
            }
            "status" | "trust" => {
                let token = Jws::parse(text(), self.octets.len()).expect("ours");
                let named = token.certificates().first().map(Vec::as_slice);
                named == Some(certificate.der()) && token.check(&key).is_ok()
            }
            "credential" | "sm-credential" => {
                let code = Lc1::parse(text()).expect("ours");
                code.kid() == key_id(certificate) && code.check(&key).is_ok()
            }
            _ => {
                let seal = Seal::parse(&self.octets).expect("ours");
                seal.check_maker().expect("a maker's") == *certificate
            }
        }
    }
}

fn imprint(of: &str) -> Digest {
    let algorithm = match of {
        "sm-tsa" => DigestAlgorithm::Sm3,
        _ => DigestAlgorithm::Sha256,
    };
    Digest::of(algorithm, STAMPED)
}

/// The certificate of a key that is in use.
pub(crate) fn certificate(office: &Office, of: &str) -> Certificate {
    let own = office.hierarchy();
    let national = office.national.as_ref().map(|suite| &suite.hierarchy);
    let national = || national.expect("the office has the suite");
    let certified = match of {
        "ocsp" => &own.responder,
        "tsa" => &own.time_stamps,
        "credential" => &own.credential,
        "status" => &own.status,
        "trust" => &own.trust,
        "sm-ocsp" => &national().responder,
        "sm-tsa" => &national().time_stamps,
        "sm-credential" => &national().credential,
        _ => &national().maker,
    };
    Certificate::clone(&certified.current())
}

/// One of each, and the files of a licence.
pub(crate) async fn by_each(
    service: &Service,
    uses: &[&'static str],
    number: u64,
) -> (Vec<Signed>, Vec<Vec<u8>>) {
    let (code, files) = licence(service, number).await;
    let office = &service.office;
    let mut signed = Vec::new();
    for of in uses.iter().copied() {
        signed.push(match of {
            "ocsp" | "sm-ocsp" => answer(office, of).await,
            "tsa" => stamp(office, of, &office.stamps),
            "sm-tsa" => {
                let suite = office.national.as_ref().expect("the office has the suite");
                stamp(office, of, &suite.stamps)
            }
            "status" => Signed::of(of, service.fetch("/status/1").await.content.to_vec()),
            "trust" => Signed::of(of, service.fetch("/v1/trust").await.content.to_vec()),
            "sm-maker" => {
                let code = SealCode::parse(SEAL).expect("a code");
                let object = office.registry().seals().object(&code).await;
                Signed::of(of, object.expect("a store").expect("it is made").object)
            }
            _ => Signed::of(of, code.clone().into_bytes()),
        });
    }
    (signed, files)
}

/// A licence: the code of its page, and its files.
async fn licence(service: &Service, number: u64) -> (String, Vec<Vec<u8>>) {
    let request = cases::case("FOOD", number).expect("a case");
    let (bureau, now) = (service.at("Q-APR"), service.now());
    let key = format!("succession-{number:06}");
    let waits = bureau.ask(&key, &cases::body(&request), now).await;
    let waits = waits.expect("an answer").json();
    let job = waits["job"].as_str().expect("a job");
    let issued = bureau.release(("custodian", CUSTODIAN), job, now).await;
    let issued = issued.expect("an answer");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let issued = issued.json();
    let identifier = issued["identifier"].as_str().expect("an identifier");
    // Where there is one file alone, nothing lists it.
    let told = issued["files"].as_array().into_iter().flatten();
    let told = told.filter_map(|file| file["format"].as_str());
    let formats: BTreeSet<&str> = ["pdf"].into_iter().chain(told).collect();
    let mut files = Vec::new();
    for format in formats {
        let path = format!("/v1/licences/{identifier}/files/{format}");
        let file = get(service, &bureau, &path).await;
        assert_eq!(file.status, 200, "{format}");
        files.push(file.content.to_vec());
    }
    let code = waits["lc1"].as_str().expect("a code").to_owned();
    (code, files)
}

async fn answer(office: &Office, of: &'static str) -> Signed {
    let national = office.national.as_ref().filter(|_| of == "sm-ocsp");
    let responder = national.map_or(&office.responder, |suite| &suite.responder);
    // Of whoever is certified in this suite and not the responder itself.
    let other = if national.is_some() { "sm-tsa" } else { "tsa" };
    let serial = *certificate(office, other).serial();
    let told = responder.newest(serial).await.expect("it is good");
    Signed {
        asked: Some((responder.authority().clone(), serial)),
        ..Signed::of(of, Arc::unwrap_or_clone(told))
    }
}

fn stamp(office: &Office, of: &'static str, stamps: &TimeStamps) -> Signed {
    let clock = office.clock.as_ref();
    let stamp = stamps.stamp_digest(&imprint(of), clock, office.keys(), office.random.as_ref());
    Signed::of(of, stamp.expect("a token").token)
}

/// The electronic seals of one seal, by whoever makes them now.
pub(crate) async fn seal_made_anew(office: &Office) {
    let people = [DECIDER, CUSTODIAN].map(|name| PersonKey::parse(name).expect("a name"));
    let [first, second] = &people;
    let face = Face {
        seal: &SealCode::parse(SEAL).expect("a code"),
        picture: None,
        people: [first, second],
    };
    face::put(office, &face).await.expect("made anew");
}

/// What an inspector says who took trust and lists along.
pub(crate) async fn judged(service: &Service, trust: &Trust, file: &[u8]) -> Report {
    let mut material = Material::empty();
    material.add("1.statuslist", &service.fetch("/status/1").await.content);
    for name in ["root.crl", "ca.crl", "sm-root.crl", "sm-ca.crl"] {
        let list = service.fetch(&format!("/crl/{name}")).await;
        if list.status == 200 {
            material.add(name, &list.content);
        }
    }
    let now = service.now();
    verify::examine(
        "a",
        &file.to_vec(),
        trust,
        &material,
        &Policy::default(),
        now,
    )
}

/// Trace and logs, gone over whole.
pub(crate) async fn books_are_whole(service: &Service) {
    let signers = signers(service.office.keys(), ORIGIN).expect("keys of the logs");
    let audited = service
        .office
        .registry()
        .audits()
        .audit(&signers, None)
        .await;
    let found = audited.expect("it is gone over").found;
    assert!(found.is_empty(), "{found:?}");
}
