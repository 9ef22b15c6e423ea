//! Packages of files with what proves them, and evidence records, at their limits.

use std::fmt::Write as _;

use asn1::{Reader, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use container::{Packed, written};
use crypto::{Digest, DigestAlgorithm};

use super::Hostile;
use super::messages::joined;

/// The files.
pub const ALL: &[Hostile] = &[
    Hostile {
        name: "ASiC: 64 time-stamps over manifests of 45 MB, in SM3",
        make: || manifests(&[("content.bin".to_owned(), vec![7; 45 << 20])], "tst"),
        beside: &[],
    },
    Hostile {
        name: "ASiC: 64 signatures over manifests of 3,000 files that are others",
        make: || manifests(&files(3_000), "p7s"),
        beside: &[],
    },
    Hostile {
        name: "ASiC: 64 records over 45 MB",
        make: records,
        beside: &[],
    },
    Hostile {
        name: "record: 32 chains of eight time-stamps",
        make: || record(&joined(0x30, &[&stamp().repeat(8)]).repeat(32)),
        beside: &[("content.txt", content)],
    },
    Hostile {
        name: "record: 20 time-stamps, each with 16,384 hashes",
        make: || record(&joined(0x30, &[&listed().repeat(20)])),
        beside: &[("content.txt", content)],
    },
];

fn files(count: usize) -> Vec<(String, Vec<u8>)> {
    let named = (0..count).map(|number| format!("files/{number}.txt"));
    named.map(|name| (name, b"x".to_vec())).collect()
}

/// A file that each of 64 proofs lists, by an algorithm that takes long.
fn manifests(files: &[(String, Vec<u8>)], ending: &str) -> Vec<u8> {
    let mut references = String::new();
    for (name, octets) in files {
        let digest = Digest::of(DigestAlgorithm::Sm3, octets);
        let value = STANDARD.encode(digest.bytes());
        let _ = write!(
            references,
            "<a:DataObjectReference URI=\"{name}\"><d:DigestMethod Algorithm=\"urn:oid:1.2.156.10197.1.401\"/><d:DigestValue>{value}</d:DigestValue></a:DataObjectReference>"
        );
    }
    // Where there are many files each is listed with the digest of another.
    let references = match files {
        [_] => references,
        _ => references.replace("files/", "files/0"),
    };
    let mut all = vec![("mimetype".to_owned(), EXTENDED.to_vec())];
    all.extend(files.iter().cloned());
    for number in 0..64 {
        let proof = format!("META-INF/proof{number}.{ending}");
        let manifest = format!(
            "<a:ASiCManifest xmlns:a=\"http://uri.etsi.org/02918/v1.2.1#\" xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\"><a:SigReference URI=\"{proof}\"/>{references}</a:ASiCManifest>"
        );
        let name = format!("META-INF/ASiCManifest{number}.xml");
        all.extend([(proof, vec![0x30, 0]), (name, manifest.into_bytes())]);
    }
    package(all)
}

const SIMPLE: &[u8] = b"application/vnd.etsi.asic-s+zip";
const EXTENDED: &[u8] = b"application/vnd.etsi.asic-e+zip";

fn package(files: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let packed: Vec<(String, Packed)> = files
        .into_iter()
        .map(|(name, octets)| match name.ends_with(".xml") {
            true => (name, Packed::of(octets)),
            false => (name, Packed::stored(octets)),
        })
        .collect();
    let parts = packed.iter().map(|(name, packed)| (name.as_str(), packed));
    written(parts).unwrap_or_default()
}

fn records() -> Vec<u8> {
    let mut all = vec![
        ("mimetype".to_owned(), SIMPLE.to_vec()),
        ("content.bin".to_owned(), vec![7; 45 << 20]),
    ];
    let named = (0..64).map(|number| format!("META-INF/evidencerecord{number}.ers"));
    all.extend(named.map(|name| (name, RECORD.to_vec())));
    package(all)
}

/// A record of four time-stamps.
const RECORD: &[u8] = include_bytes!("../../fixtures/long-term/fourth-0.ers");

fn content() -> Vec<u8> {
    include_bytes!("../../fixtures/long-term/0.txt").to_vec()
}

/// Its version and algorithms, and its first time-stamp, each as it is encoded.
fn parts() -> Option<(Vec<u8>, Vec<u8>)> {
    let mut inside = Reader::single(RECORD, Tag::SEQUENCE).ok()?.reader().ok()?;
    let version = inside.expect(Tag::INTEGER).ok()?.raw().to_vec();
    let algorithms = inside.expect(Tag::SEQUENCE).ok()?.raw().to_vec();
    let mut chains = inside.expect(Tag::SEQUENCE).ok()?.reader().ok()?;
    let mut chain = chains.expect(Tag::SEQUENCE).ok()?.reader().ok()?;
    let stamp = chain.expect(Tag::SEQUENCE).ok()?.raw().to_vec();
    Some(([version, algorithms].concat(), stamp))
}

fn stamp() -> Vec<u8> {
    parts().unwrap_or_default().1
}

/// The token of the first time-stamp behind one list of as many hashes as are read.
fn listed() -> Vec<u8> {
    let read = records::EvidenceRecord::parse(RECORD);
    let read = read.ok();
    let token = read
        .as_ref()
        .and_then(|read| Some(read.chains().first()?.first()?.token()));
    let hash = joined(4, &[&[7; 32]]);
    let list = joined(0x30, &[&hash.repeat(16_384)]);
    joined(0x30, &[&joined(0xa2, &[&list]), token.unwrap_or_default()])
}

fn record(chains: &[u8]) -> Vec<u8> {
    let head = parts().unwrap_or_default().0;
    joined(0x30, &[&head, &joined(0x30, &[chains])])
}
