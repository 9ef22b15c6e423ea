//! Documents, tokens and records of the tests.

use std::path::{Path, PathBuf};

use asn1::Oid;
use base64::Engine as _;
use crypto::{
    Authorisation, Digest, DigestAlgorithm, Input, KeyId, KeyUse, SeededRandom, SignatureAlgorithm,
    Signer, SoftwareSigner,
};
use evidence::tsp::{Accuracy, Request, TokenSerial, Unit, prepare};
use pki::certificate::Certificate;
use records::{EvidenceRecord, Object, Tree, TreeBuilder};
use time::UtcDateTime;
use time::macros::utc_datetime;

pub(crate) const FIRST: UtcDateTime = utc_datetime!(2026-11-21 12:00);
pub(crate) const SECOND: UtcDateTime = utc_datetime!(2026-11-22 12:00);
pub(crate) const THIRD: UtcDateTime = utc_datetime!(2026-11-23 12:00);
pub(crate) const NOW: UtcDateTime = utc_datetime!(2026-11-25 5:00);

pub(crate) fn sample(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = folder
        .join("../../tests/fixtures/rfc3161-ocsp-crl/p256")
        .join(name);
    std::fs::read(path).expect("a sample")
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::parse(&sample(&format!("certs/{name}.der"))).expect("a certificate")
}

/// Leaves what was made where a foreign judge finds it.
pub(crate) fn left(name: &str, octets: &[u8]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), octets).expect("a file");
}

/// The key of the time-stamping unit.
pub(crate) fn key() -> SoftwareSigner {
    let text = String::from_utf8(sample("keys/tsa.pem")).expect("text");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let pkcs8 = base64::engine::general_purpose::STANDARD
        .decode(body)
        .expect("base64");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a key")
}

/// A token over `stamped` at `moment`.
pub(crate) fn token(stamped: &Digest, moment: UtcDateTime) -> Vec<u8> {
    let certificate = certificate("tsa");
    let unit = Unit {
        chain: vec![certificate.der().to_vec()],
        certificate,
        algorithm: SignatureAlgorithm::EcdsaP256Sha256,
        policies: vec![Oid::of(&[1, 2, 156, 99_999, 1, 1])],
        accuracy: Accuracy::SECOND,
    };
    let seed = stamped.bytes().iter().map(|octet| u64::from(*octet)).sum();
    let serial = TokenSerial::draw(&SeededRandom::new(seed)).expect("a number");
    let prepared = prepare(&Request::new(stamped), &unit, serial, moment).expect("a request");
    let message = prepared.to_be_signed();
    let id = KeyId::parse("sample").expect("a name");
    let under = Authorisation::journalled(id, KeyUse::TimeStamps, &message, NOW);
    let signature = key()
        .sign(Input::Message(&message), &under)
        .expect("a signature");
    prepared.finish(&signature)
}

pub(crate) fn document(number: usize) -> Vec<u8> {
    format!("document {number} of the archive\n").into_bytes()
}

pub(crate) fn digest(algorithm: DigestAlgorithm, number: usize) -> Digest {
    Digest::of(algorithm, &document(number))
}

/// The documents of each record of the tests' archive: single ones, and a group of three.
pub(crate) const GROUPS: [&[usize]; 5] = [&[0], &[1], &[2, 3, 4], &[5], &[6]];

pub(crate) fn digests(algorithm: DigestAlgorithm, group: &[usize]) -> Vec<Digest> {
    group
        .iter()
        .map(|number| digest(algorithm, *number))
        .collect()
}

pub(crate) fn tree(algorithm: DigestAlgorithm, leaves: &[Vec<Digest>]) -> Tree {
    let mut builder = TreeBuilder::new(algorithm);
    for (place, leaf) in leaves.iter().enumerate() {
        assert_eq!(builder.push(leaf), Ok(place));
    }
    builder.finish().expect("a tree")
}

/// Records over the archive with one time-stamp.
pub(crate) fn archive(algorithm: DigestAlgorithm) -> Vec<EvidenceRecord> {
    let leaves: Vec<Vec<Digest>> = GROUPS.map(|group| digests(algorithm, group)).to_vec();
    let tree = tree(algorithm, &leaves);
    let token = token(tree.root(), FIRST);
    let stamped = tree.stamped(&token).expect("a token over the root");
    let first = |place| stamped.archive_time_stamp(place).expect("a leaf");
    (0..GROUPS.len())
        .map(|place| EvidenceRecord::begin(first(place)))
        .collect()
}

/// Codes of what is wrong with `record` over these documents.
pub(crate) fn codes(record: &EvidenceRecord, group: &[usize]) -> Vec<&'static str> {
    let digests: Vec<Box<dyn Fn(DigestAlgorithm) -> Option<Digest>>> = group
        .iter()
        .map(|number| {
            let number = *number;
            let one = move |algorithm| Some(digest(algorithm, number));
            Box::new(one) as Box<dyn Fn(DigestAlgorithm) -> Option<Digest>>
        })
        .collect();
    let objects: Vec<Object<'_>> = digests.iter().map(|one| &**one as Object<'_>).collect();
    let found = record.inspect(&objects);
    let unit = [certificate("tsa")];
    for stamp in &found.stamps {
        let checked = stamp
            .token
            .check(stamp.token.info().imprint().digest(), &unit, NOW);
        assert!(checked.is_ok(), "{checked:?}");
        assert!(!found.faults.is_empty() || stamp.root == *stamp.token.info().imprint().digest());
    }
    found.faults.iter().map(records::Fault::code).collect()
}
