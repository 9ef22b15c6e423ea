//! Kinds of certificate as values, and how one becomes the exact octets that are signed.
//!
//! A certificate comes about in three steps, each consuming the one before: [`Profile::prepare`] fixes the
//! octets, [`Draft::lint`] inspects a copy of them under a throw-away signature (T-C2), and
//! [`Linted::finish`] takes the signature of the real key over the same octets.

use time::Duration;

use crate::extension::KeyUsage;
use crate::identifiers as id;
use crate::lint::Subject;
use asn1::Oid;
use crypto::KeyAlgorithm;

mod draft;
mod encode;
mod issuer;
mod request;
mod subject;

pub use draft::{Draft, FinishCertificate, LintRefused, Linted, PrepareCertificate};
pub use issuer::{Issuer, key_identifier};
pub use request::{Addresses, Request};
pub use subject::{Citizen, LegalPerson, NameSubject, NaturalPerson, office};

/// A kind of certificate: what its key may do, what it says of its status, how long it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Its word in declarations and journals.
    pub name: &'static str,
    /// Whether it is a CA's, and of which kind.
    pub role: Role,
    /// keyUsage, always critical.
    pub usage: KeyUsage,
    /// extKeyUsage.
    pub purpose: Purpose,
    /// Where its status is had.
    pub status: Status,
    /// Whose rules of EN 319 412 hold for its subject.
    pub subject: Subject,
    /// How long one may live.
    pub longest: Duration,
}

/// Whose certificate it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A CA that issues its own certificate.
    Root,
    /// A CA below another, with this pathLenConstraint.
    Authority(u64),
    /// Nobody's issuer.
    EndEntity,
}

/// What extKeyUsage says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing: it is absent.
    Open,
    /// This one.
    Listed(Oid),
    /// This one and no other, critical (RFC 3161 2.3).
    Sole(Oid),
}

/// What a certificate says of where its status is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A list, an OCSP responder where there is one, and where the issuer's certificate is.
    Published,
    /// Nothing, and ocsp-nocheck: it lives too short for being revoked (RFC 6960 4.2.2.2.1).
    NotAsked,
    /// Nothing: a root is trusted or not by the list that names it.
    OfAnchor,
}

const YEAR: Duration = Duration::days(366);

impl Profile {
    /// keyUsage of a certificate for a key of this kind.
    ///
    /// GB/T 20518: the signing certificate of the holder of an SM2 key says digitalSignature and nonRepudiation, and readers
    /// of seals refuse one that says less; elsewhere a seal commits to content alone.
    #[must_use]
    pub fn usage_for(&self, key: KeyAlgorithm) -> KeyUsage {
        if key == KeyAlgorithm::Sm2 && self.usage == KeyUsage::NON_REPUDIATION {
            return self.usage.and(KeyUsage::DIGITAL_SIGNATURE);
        }
        self.usage
    }

    /// A root: keyCertSign and cRLSign, any depth below.
    pub const ROOT: Self = Self {
        name: "root",
        role: Role::Root,
        usage: KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
        purpose: Purpose::Open,
        status: Status::OfAnchor,
        subject: Subject::Any,
        longest: Duration::days(366 * 30),
    };

    /// An issuing CA: no CA below it.
    pub const ISSUING_CA: Self = Self {
        name: "issuing-ca",
        role: Role::Authority(0),
        usage: KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
        purpose: Purpose::Open,
        status: Status::Published,
        subject: Subject::Any,
        longest: Duration::days(366 * 15),
    };

    /// A seal of a legal person (EN 319 412-3): nonRepudiation alone (EN 319 412-2 4.3.2 type A) and the
    /// purpose document signing (RFC 9336).
    pub const SEAL: Self = Self {
        name: "seal",
        role: Role::EndEntity,
        usage: KeyUsage::NON_REPUDIATION,
        purpose: Purpose::Listed(id::DOCUMENT_SIGNING),
        status: Status::Published,
        subject: Subject::LegalPerson,
        longest: Duration::days(366 * 5),
    };

    /// A natural person who signs (EN 319 412-2), with the same uses as a seal.
    pub const SIGNER: Self = Self {
        name: "signer",
        subject: Subject::NaturalPerson,
        longest: Duration::days(366 * 3),
        ..Self::SEAL
    };

    /// The second certificate of a holder of a seal (GB/T 20518): others encrypt for the holder under it, and nothing
    /// is signed with it.
    pub const ENCRYPTION: Self = Self {
        name: "encryption",
        usage: KeyUsage::KEY_ENCIPHERMENT
            .and(KeyUsage::DATA_ENCIPHERMENT)
            .and(KeyUsage::KEY_AGREEMENT),
        purpose: Purpose::Open,
        ..Self::SEAL
    };

    /// A delegated OCSP responder (RFC 6960 4.2.2.2): short, ocsp-nocheck, no addresses of a status.
    pub const OCSP_RESPONDER: Self = Self {
        name: "ocsp-responder",
        role: Role::EndEntity,
        usage: KeyUsage::DIGITAL_SIGNATURE,
        purpose: Purpose::Listed(id::OCSP_SIGNING),
        status: Status::NotAsked,
        subject: Subject::Any,
        longest: YEAR,
    };

    /// A time-stamp authority (RFC 3161 2.3, EN 319 422 6): one purpose, critical.
    pub const TIME_STAMPING: Self = Self {
        name: "time-stamping",
        purpose: Purpose::Sole(id::TIME_STAMPING),
        longest: Duration::days(366 * 8),
        ..Self::LOG
    };

    /// The key that signs checkpoints of a log, where it has a certificate.
    pub const LOG: Self = Self {
        name: "log",
        role: Role::EndEntity,
        usage: KeyUsage::DIGITAL_SIGNATURE,
        purpose: Purpose::Open,
        status: Status::Published,
        subject: Subject::Any,
        longest: Duration::days(366 * 5),
    };

    /// The maker of seals (GB/T 38540), whose signature a seal carries.
    pub const SEAL_MAKER: Self = Self {
        name: "seal-maker",
        ..Self::LOG
    };

    /// The key that signs printed codes and credentials.
    pub const CREDENTIAL: Self = Self {
        name: "credential",
        ..Self::LOG
    };

    /// The key that signs status lists (Token Status List, clause 10).
    pub const STATUS_LIST: Self = Self {
        name: "status-list",
        purpose: Purpose::Listed(id::STATUS_LIST_SIGNING),
        ..Self::LOG
    };

    /// The key that signs the trust bundle.
    pub const TRUST_BUNDLE: Self = Self {
        name: "trust-bundle",
        ..Self::LOG
    };

    /// All profiles.
    pub const ALL: [Self; 12] = [
        Self::ROOT,
        Self::ISSUING_CA,
        Self::SEAL,
        Self::SIGNER,
        Self::ENCRYPTION,
        Self::OCSP_RESPONDER,
        Self::TIME_STAMPING,
        Self::LOG,
        Self::SEAL_MAKER,
        Self::CREDENTIAL,
        Self::STATUS_LIST,
        Self::TRUST_BUNDLE,
    ];

    /// The profile of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name == name)
    }

    /// Whether certificates of this profile issue others.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.role != Role::EndEntity
    }
}
