//! What an artefact holds, for who reports or keeps it: the objects on which a verdict can rest, and what each signature
//! says of itself. Nothing is judged here.

use std::collections::BTreeMap;

use crypto::{Digest, DigestAlgorithm, sha256};
use evidence::cms::{SignedData, SignerInfo, oids};
use evidence::tsp::Token;
use pdf::SubFilter;
use seal::ses::SealSignature;
use time::UtcDateTime;

use verify::facts::{Body, DocumentFacts, Lines};
use verify::{Case, Material, Trust};

mod asic;
mod jades;

/// What an artefact holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Each object once, in the order in which they are met: trust, what was handed in, the artefact's own.
    pub objects: Vec<Object>,
    /// Its signatures, in the order of the report's.
    pub signatures: Vec<Particulars>,
    places: BTreeMap<(ObjectKind, [u8; 32]), usize>,
}

/// What an object is (TS 119 102-2 4.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A certificate.
    Certificate,
    /// A list of revoked certificates.
    Crl,
    /// An answer about a certificate.
    Ocsp,
    /// A time-stamp token.
    TimeStamp,
}

/// Where an object was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// In the trust that was given.
    Trust,
    /// In the status material that was handed in.
    Supplied,
    /// In the document's security store.
    Store,
    /// In a signature.
    Signature,
    /// In a time-stamp token.
    Token,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Its octets, DER.
    pub octets: Vec<u8>,
    /// Their SHA-256: an object's name in reports.
    pub sha256: [u8; 32],
    /// Where it was met, each once.
    pub met: Vec<Met>,
}

/// What a signature says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Particulars {
    /// Whether it is a time-stamp over the document, and no signature.
    pub is_time_stamp: bool,
    /// The signature value.
    pub value: Option<Vec<u8>>,
    /// Digest of the data to be signed: of the signed attributes, or what stands in their place.
    pub to_be_signed: Option<Digest>,
    /// Digest of the signed document, recomputed.
    pub document: Option<Digest>,
    /// Its attributes, in their order.
    pub attributes: Vec<Stated>,
    /// Its time-stamps by their place among the objects, with the moment each states.
    pub stamps: Vec<(usize, UtcDateTime)>,
}

/// An attribute, signed unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stated {
    /// The time that the signer claims.
    SigningTime(UtcDateTime),
    /// The certificate that the signer names, by its digest.
    SigningCertificate(Digest),
    /// The digest that was signed.
    MessageDigest(Vec<u8>),
    /// The type of the content, an object identifier.
    ContentType(String),
    /// What the signer means, an object identifier.
    Commitment(String),
    /// What the signer means, in words.
    Reason(String),
    /// How the message is to be read.
    SubFilter(&'static str),
    /// The octets that are signed.
    ByteRange([u64; 4]),
}

/// Objects of one artefact that are told; what is more is of a file that nobody reports at length.
const MAX_OBJECTS: usize = 2_048;
/// Signatures that are told of, as many as are judged.
const MAX_SIGNATURES: usize = 32;

impl Inventory {
    /// What an artefact holds, beside what was given to judge it with.
    #[must_use]
    pub fn of(case: &Case, trust: &Trust, material: &Material) -> Inventory {
        let mut inventory = Inventory::default();
        for certificate in trust.known() {
            inventory.put(ObjectKind::Certificate, certificate.der(), Met::Trust);
        }
        let (lists, answers) = material.statuses();
        for list in lists {
            inventory.put(ObjectKind::Crl, list.der(), Met::Supplied);
        }
        for answer in answers {
            inventory.put(ObjectKind::Ocsp, answer.der(), Met::Supplied);
        }
        match case.body() {
            Body::Document(facts) => inventory.document(facts),
            Body::Ofd(facts) => inventory.ofd(facts),
            Body::Message(message) => {
                let content = message.content().map(|content| {
                    let signer = message.signer();
                    let own = signer.and_then(|signer| signer.digest_algorithm().ok());
                    Digest::of(own.unwrap_or(DigestAlgorithm::Sha256), content)
                });
                let told = inventory.message(message, content);
                inventory.signatures.push(told);
            }
            Body::Asic(read) => inventory.package(read),
            Body::Jades(read) => inventory.jades(read, material),
            Body::Seal(_)
            | Body::Record(_)
            | Body::Code(_)
            | Body::Package(_)
            | Body::Refused(_) => {}
        }
        inventory
    }
}

impl Inventory {
    /// The place of an object by its octets.
    #[must_use]
    pub fn find(&self, kind: ObjectKind, octets: &[u8]) -> Option<usize> {
        self.places.get(&(kind, sha256(octets))).copied()
    }

    /// Keeps an object, once; where it was met before, only that it was met here too.
    pub fn put(&mut self, kind: ObjectKind, octets: &[u8], met: Met) -> Option<usize> {
        let digest = sha256(octets);
        let known = self.places.get(&(kind, digest)).copied();
        let place = known.unwrap_or(self.objects.len());
        match self.objects.get_mut(place) {
            Some(object) if !object.met.contains(&met) => object.met.push(met),
            Some(_) => {}
            None if place >= MAX_OBJECTS => return None,
            None => {
                self.places.insert((kind, digest), place);
                self.objects.push(Object {
                    kind,
                    octets: octets.to_vec(),
                    sha256: digest,
                    met: vec![met],
                });
            }
        }
        Some(place)
    }

    fn document(&mut self, facts: &DocumentFacts) {
        for (kind, all) in [
            (ObjectKind::Certificate, &facts.certificates),
            (ObjectKind::Crl, &facts.crls),
            (ObjectKind::Ocsp, &facts.ocsps),
        ] {
            for octets in all {
                self.put(kind, octets, Met::Store);
            }
        }
        for signature in facts.signatures.iter().take(MAX_SIGNATURES) {
            let told = match &signature.lines {
                Ok(lines) => self.field(lines),
                Err(_) => Particulars::default(),
            };
            self.signatures.push(told);
        }
    }

    fn field(&mut self, lines: &Lines) -> Particulars {
        let mut told = match (&lines.token, &lines.message) {
            (Some(Ok(token)), _) => {
                let document = lines.digest(token.info().imprint().algorithm()).cloned();
                let stamp = self.token(token);
                Particulars {
                    stamps: stamp.into_iter().collect(),
                    ..self.message(token.signed_data(), document)
                }
            }
            (None, Ok(message)) => {
                let own = message.signer().and_then(|one| one.digest_algorithm().ok());
                let document = lines.digest(own.unwrap_or(DigestAlgorithm::Sha256));
                self.message(message, document.cloned())
            }
            _ => Particulars::default(),
        };
        told.is_time_stamp = lines.sub_filter == SubFilter::TimeStamp;
        told.attributes
            .extend(lines.claimed.map(Stated::SigningTime));
        told.attributes
            .extend(lines.intent.clone().map(Stated::Reason));
        told.attributes
            .push(Stated::SubFilter(match lines.sub_filter {
                SubFilter::Cades => "ETSI.CAdES.detached",
                SubFilter::Pkcs7 => "adbe.pkcs7.detached",
                SubFilter::TimeStamp => "ETSI.RFC3161",
            }));
        told.attributes.push(Stated::ByteRange(lines.byte_range));
        told
    }

    fn message(&mut self, message: &SignedData, document: Option<Digest>) -> Particulars {
        self.enclosed(message, Met::Signature);
        let Some(signer) = message.signer() else {
            return Particulars::default();
        };
        let stamps = signer.time_stamps().take(MAX_SIGNATURES);
        let stamps: Vec<Token> = stamps.filter_map(|one| Token::parse(one).ok()).collect();
        let own = signer.digest_algorithm().unwrap_or(DigestAlgorithm::Sha256);
        let signed = signer.signed_attributes();
        Particulars {
            is_time_stamp: false,
            value: Some(signer.signature().to_vec()),
            to_be_signed: signed.map(|signed| Digest::of(own, signed.to_be_checked())),
            document,
            attributes: attributes(signer),
            stamps: stamps.iter().filter_map(|one| self.token(one)).collect(),
        }
    }

    fn enclosed(&mut self, message: &SignedData, met: Met) {
        for der in message.certificates() {
            self.put(ObjectKind::Certificate, der, met);
        }
        for der in message.crls() {
            self.put(ObjectKind::Crl, der, met);
        }
        for der in message.ocsp_responses() {
            self.put(ObjectKind::Ocsp, der, met);
        }
    }

    fn token(&mut self, token: &Token) -> Option<(usize, UtcDateTime)> {
        let place = self.put(ObjectKind::TimeStamp, token.der(), Met::Signature)?;
        self.enclosed(token.signed_data(), Met::Token);
        Some((place, token.info().moment()))
    }

    fn ofd(&mut self, facts: &ofd::Facts) {
        let list = facts
            .bodies
            .first()
            .and_then(|body| body.signatures.as_ref());
        let signatures = list.map(|list| list.signatures.as_slice());
        for signature in signatures.unwrap_or_default().iter().take(MAX_SIGNATURES) {
            let value = signature.read.as_ref().ok();
            let value = value.and_then(|read| read.value.octets.as_ref().ok());
            let told = value.map(|value| match signature.kind {
                ofd::SignatureKind::Sign => self.national(value, &signature.octets),
                _ => self.seal(value, &signature.octets),
            });
            self.signatures.push(told.unwrap_or_default());
        }
    }

    /// GB/T 38540: what is signed stands whole in the signature.
    fn seal(&mut self, value: &[u8], signed: &[u8]) -> Particulars {
        let Ok(read) = SealSignature::parse(value) else {
            return Particulars::default();
        };
        for der in [read.certificate(), read.seal().maker()] {
            self.put(ObjectKind::Certificate, der, Met::Signature);
        }
        let token = read.time_stamp().and_then(|token| Token::parse(token).ok());
        let stamp = token.and_then(|token| self.token(&token));
        let signer = read.signer().and_then(|signer| read.signed_with(&signer));
        let own = signer.map_or(DigestAlgorithm::Sm3, |(_, algorithm)| algorithm.digest());
        Particulars {
            is_time_stamp: false,
            value: Some(read.signature().to_vec()),
            to_be_signed: Some(Digest::of(own, read.signed())),
            document: Some(Digest::of(own, signed)),
            attributes: vec![Stated::MessageDigest(read.data_hash().to_vec())],
            stamps: stamp.into_iter().collect(),
        }
    }

    fn national(&mut self, value: &[u8], signed: &[u8]) -> Particulars {
        match SignedData::parse_national(value) {
            Ok(message) => {
                let document = Digest::of(DigestAlgorithm::Sm3, signed);
                self.message(&message, Some(document))
            }
            Err(_) => Particulars::default(),
        }
    }
}

fn attributes(signer: &SignerInfo) -> Vec<Stated> {
    let mut told = Vec::new();
    let Some(signed) = signer.signed_attributes() else {
        return told;
    };
    let oid = |kind| {
        let value = signed.value(kind)?;
        let mut reader = asn1::Reader::der(value);
        reader.oid().ok().map(|oid| oid.to_string())
    };
    told.extend(oid(oids::CONTENT_TYPE).map(Stated::ContentType));
    let digest = signer.claimed_digest().ok();
    told.extend(digest.map(|digest| Stated::MessageDigest(digest.to_vec())));
    told.extend(signer.signing_time().map(Stated::SigningTime));
    if let Ok(named) = signer.signing_certificate() {
        let first = named.certificates.first();
        let named = first.and_then(|one| Digest::from_bytes(one.algorithm?, &one.hash).ok());
        told.extend(named.map(Stated::SigningCertificate));
    }
    let commitment = signed.value(oids::COMMITMENT_TYPE).and_then(|value| {
        let mut inside = asn1::Reader::der(value).sequence().ok()?;
        inside.oid().ok().map(|oid| oid.to_string())
    });
    told.extend(commitment.map(Stated::Commitment));
    told
}
