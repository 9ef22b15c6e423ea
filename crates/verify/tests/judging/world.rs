//! A world in which everything can go wrong, its lists and answers, and signed files made in it.

use std::sync::LazyLock;

use affix::dss::{Material as Store, append_dss};
use affix::seal::{Certification, Place, SealRequest, prepare, prepare_time_stamp};
use asn1::{Oid, Reader, Tag, write};
use crypto::{Digest, DigestAlgorithm, SeededRandom, Signature, SignatureAlgorithm, Signer as _};
use evidence::cms::{Attribute, Draft, Time, oids};
use evidence::ocsp::{Answer, CertificateId, Period, Signer, Status};
use evidence::tsp::{self, Accuracy, TokenSerial, Unit};
use pki::certificate::Certificate;
use pki::crl::{Coverage, CrlDraft, Reason, Revoked};
use pki::extension::Extension;
use pki::identifiers;
use pki::profile::Issuer;
use time::macros::utc_datetime;
use time::{Duration, OffsetDateTime, UtcDateTime};

use crate::hierarchy::{Made, sign_with};

/// When files are signed.
pub(crate) const SIGNED: UtcDateTime = utc_datetime!(2026-06-10 8:00);

static WORLD: LazyLock<Made> = LazyLock::new(|| Made::of(include_str!("world.toml")));

pub(crate) fn certificate(name: &str) -> &'static Certificate {
    WORLD.certificates.get(name).expect("declared")
}

pub(crate) fn der(name: &str) -> Vec<u8> {
    certificate(name).der().to_vec()
}

fn algorithm(name: &str) -> SignatureAlgorithm {
    WORLD.keys.get(name).expect("declared").algorithm()
}

fn sign(name: &str, message: &[u8]) -> Signature {
    sign_with(WORLD.keys.get(name).expect("declared"), message)
}

/// Which certificates a list names as revoked, and since when.
pub(crate) type Entries<'a> = &'a [(&'a str, UtcDateTime)];

/// The list of an authority as of `at`, good for a week. It keeps what expired where `keeps` says so.
pub(crate) fn list(issuer: &str, at: UtcDateTime, entries: Entries<'_>, keeps: bool) -> Vec<u8> {
    let own = Issuer::of(certificate(issuer), algorithm(issuer)).expect("a key");
    let draft = CrlDraft {
        issuer: &own,
        number: u64::try_from(at.unix_timestamp()).expect("after 1970"),
        this_update: at,
        next_update: at + Duration::days(7),
        coverage: Coverage::Complete,
        expired_kept_since: keeps.then_some(utc_datetime!(2025-01-01 0:00)),
    };
    let revoked = entries.iter().map(|(name, since)| Revoked {
        serial: *certificate(name).serial(),
        since: *since,
        reason: Reason::Superseded,
        invalid_since: None,
    });
    let prepared = draft.prepare(revoked).expect("a list");
    let signature = sign(issuer, prepared.to_be_signed());
    prepared.finish(&signature).expect("a list").der().to_vec()
}

/// The same as a delta to every earlier list of the authority.
pub(crate) fn delta(issuer: &str, at: UtcDateTime, entries: Entries<'_>) -> Vec<u8> {
    let mut whole = parts(&list(issuer, at, entries, true), Tag::SEQUENCE);
    let mut fields = parts(&whole[0], Tag::SEQUENCE);
    let outer = fields.pop().expect("extensions");
    let list = parts(&outer, Tag::context(0)).pop().expect("a list");
    let mut extensions = parts(&list, Tag::SEQUENCE);
    let indicator = Extension {
        oid: identifiers::DELTA_CRL_INDICATOR,
        critical: true,
        value: &write::unsigned(0),
    };
    extensions.push(indicator.encode());
    fields.push(write::context(0, [write::sequence(extensions)]));
    whole[0] = write::sequence(fields);
    whole[2] = write::bit_string(sign(issuer, &whole[0]).bytes());
    write::sequence(whole)
}

/// The elements inside one.
fn parts(der: &[u8], tag: Tag) -> Vec<Vec<u8>> {
    let element = Reader::single(der, tag).expect("an element");
    let mut inside = element.reader().expect("elements inside");
    let mut all = Vec::new();
    while !inside.is_empty() {
        all.push(inside.element().expect("an element").raw().to_vec());
    }
    all
}

/// An answer of `responder` about a certificate of `w-ca`, good for two days.
pub(crate) fn answer(name: &str, responder: &str, status: Status, at: UtcDateTime) -> Vec<u8> {
    let id = CertificateId::new(
        DigestAlgorithm::Sha256,
        certificate("w-ca"),
        certificate(name).serial(),
    );
    let period = Period {
        this_update: at,
        next_update: at + Duration::hours(48),
        archive_cutoff: None,
    };
    let signer = Signer::Delegate(certificate(responder));
    let prepared = Answer::new(signer, algorithm(responder), at)
        .about(&[&id], status, &period)
        .prepare()
        .expect("in order");
    let signature = sign(responder, prepared.to_be_signed());
    prepared.finish(&signature)
}

/// A token over what has this digest.
pub(crate) fn token(digest: &Digest, moment: UtcDateTime, authority: &str) -> Vec<u8> {
    let unit = Unit {
        certificate: certificate(authority).clone(),
        chain: vec![der(authority), der("w-ca"), der("w-ca-384")],
        algorithm: algorithm(authority),
        policies: vec![Oid::of(&[1, 3, 6, 1, 4, 1, 55_555, 1])],
        accuracy: Accuracy::SECOND,
    };
    let seed = u64::try_from(moment.unix_timestamp()).expect("after 1970");
    let serial = TokenSerial::draw(&SeededRandom::new(seed)).expect("a seed gives");
    let prepared =
        tsp::prepare(&tsp::Request::new(digest), &unit, serial, moment).expect("granted");
    let signature = sign(authority, &prepared.to_be_signed());
    prepared.finish(&signature)
}

fn token_over(octets: &[u8], moment: UtcDateTime, authority: &str) -> Vec<u8> {
    let digest = Digest::of(DigestAlgorithm::Sha256, octets);
    token(&digest, moment, authority)
}

/// A moment and the authority that says it.
pub(crate) type Stamp = (UtcDateTime, &'static str);

/// How a signature is made.
#[derive(Clone)]
pub(crate) struct Signing {
    pub(crate) seal: &'static str,
    /// Certificates inside the message, the signer's among them or not.
    pub(crate) inside: Vec<&'static str>,
    pub(crate) stamps: Vec<Stamp>,
    /// A content-time-stamp.
    pub(crate) before: Option<Stamp>,
    /// The policy whose document this is.
    pub(crate) policy: Option<&'static [u8]>,
    pub(crate) claims: bool,
    /// Changes the token of the first stamp.
    pub(crate) bend_token: fn(Vec<u8>) -> Vec<u8>,
    pub(crate) bend_signature: fn(Signature) -> Signature,
}

/// What is signed in messages.
pub(crate) const CONTENT: &[u8] = b"a decision in plain text";
/// The name of the signature policy.
pub(crate) const POLICY: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 55_555, 9]);

impl Default for Signing {
    fn default() -> Signing {
        Signing {
            seal: "w-seal",
            inside: vec!["w-seal", "w-ca"],
            stamps: Vec::new(),
            before: None,
            policy: None,
            claims: true,
            bend_token: |token| token,
            bend_signature: |signature| signature,
        }
    }
}

impl Signing {
    /// By this seal, with the authority above it.
    pub(crate) fn by(seal: &'static str, above: &'static str) -> Signing {
        Signing {
            seal,
            inside: vec![seal, above],
            ..Signing::default()
        }
    }

    /// The same with these stamps.
    pub(crate) fn stamped(self, stamps: &[Stamp]) -> Signing {
        Signing {
            stamps: stamps.to_vec(),
            ..self
        }
    }

    fn finish(&self, draft: Draft<'_>, stamped: &[u8]) -> Vec<u8> {
        let before = self.before;
        let before = before.map(|(moment, authority)| token_over(stamped, moment, authority));
        let draft = match &before {
            Some(token) => draft.stamped_before(token),
            None => draft,
        };
        let draft = match self.policy {
            Some(document) => {
                draft.under_policy(POLICY, &Digest::of(DigestAlgorithm::Sha256, document))
            }
            None => draft,
        };
        let prepared = draft.prepare().expect("the parts go together");
        let signature = (self.bend_signature)(sign(self.seal, &prepared.to_be_signed()));
        let stamps = self.stamps.iter().enumerate().map(|(place, stamp)| {
            let token = token_over(signature.bytes(), stamp.0, stamp.1);
            let bent = (self.bend_token)(token.clone());
            Attribute::signature_time_stamp(if place == 0 { &bent } else { &token })
        });
        let stamps: Vec<Attribute> = stamps.collect();
        let inside: Vec<Vec<u8>> = self.inside.iter().map(|name| der(name)).collect();
        prepared.finish(&signature, &inside, &stamps)
    }

    fn time(&self) -> Time {
        if self.claims {
            Time::Signed(SIGNED)
        } else {
            Time::Elsewhere
        }
    }

    /// A message with its content.
    pub(crate) fn message(&self) -> Vec<u8> {
        let (seal, algorithm) = (certificate(self.seal), algorithm(self.seal));
        let draft = Draft::attached(oids::DATA, CONTENT, seal, algorithm, self.time());
        self.finish(draft, CONTENT)
    }

    /// A message whose content lies elsewhere.
    pub(crate) fn detached(&self) -> Vec<u8> {
        let (seal, algorithm) = (certificate(self.seal), algorithm(self.seal));
        let digest = Digest::of(algorithm.digest(), CONTENT);
        self.finish(Draft::cades(&digest, seal, algorithm, SIGNED), CONTENT)
    }

    /// A signed PDF.
    pub(crate) fn document(&self) -> Vec<u8> {
        self.onto(PAGE.to_vec(), "Signature")
    }

    /// The file with one signature more.
    pub(crate) fn onto(&self, file: Vec<u8>, field: &str) -> Vec<u8> {
        let request = SealRequest {
            place: Place::Invisible { name: field },
            appearance: None,
            certification: Certification::Approval,
            claimed: OffsetDateTime::from(SIGNED),
            name: None,
            reason: None,
            location: None,
            contact: None,
            reserve: 16_000,
        };
        let hole = prepare(&file, &request).expect("the page can be signed");
        let of = |algorithm| hole.digest(&file, algorithm).expect("it can be read");
        let (seal, algorithm) = (certificate(self.seal), algorithm(self.seal));
        let digest = of(algorithm.digest());
        // What a content-time-stamp is over: the octets of the ranges.
        let [_, first, second, length] = hole.byte_range();
        let whole = [&file[..], hole.appended()].concat();
        let at = |place: u64| usize::try_from(place).expect("small");
        let ranges = [
            &whole[..at(first)],
            &whole[at(second)..at(second) + at(length)],
        ]
        .concat();
        let message = self.finish(Draft::pades(&digest, seal, algorithm), &ranges);
        let update = hole.finish(&message).expect("it fits");
        [file, update].concat()
    }
}

/// The file with validation material.
pub(crate) fn with_store(
    file: Vec<u8>,
    certificates: &[&str],
    lists: &[Vec<u8>],
    answers: &[Vec<u8>],
) -> Vec<u8> {
    let certificates: Vec<Vec<u8>> = certificates.iter().map(|name| der(name)).collect();
    let update = append_dss(
        &file,
        &Store {
            certificates: &certificates,
            ocsps: answers,
            crls: lists,
        },
    )
    .expect("the file can be carried on");
    [file, update].concat()
}

/// The file with a document time-stamp.
pub(crate) fn with_stamp(file: Vec<u8>, field: &str, (moment, authority): Stamp) -> Vec<u8> {
    let hole = prepare_time_stamp(&file, field, 8_000).expect("the file can be carried on");
    let digest = hole
        .digest(&file, DigestAlgorithm::Sha256)
        .expect("it can be read");
    let update = hole
        .finish(&token(&digest, moment, authority))
        .expect("it fits");
    [file, update].concat()
}

/// An empty page.
static PAGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    ];
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = String::from("xref\n0 4\n0000000000 65535 f \n");
    for (at, body) in bodies.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend(format!("{} 0 obj\n{body}\nendobj\n", at + 1).as_bytes());
    }
    let start = out.len();
    let id = "<00112233445566778899aabbccddeeff>";
    out.extend(table.as_bytes());
    out.extend(
        format!("trailer\n<</Size 4/Root 1 0 R/ID[{id}{id}]>>\nstartxref\n{start}\n%%EOF\n")
            .as_bytes(),
    );
    out
});
