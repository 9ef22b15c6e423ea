//! From a request to a certificate: prepared, linted, finished.

use crypto::{PublicKey, ReadKey, Signature};
use thiserror::Error;
use time::UtcDateTime;

use super::encode::to_be_signed;
use super::issuer::Issuer;
use super::request::{Addresses, Request};
use super::{Profile, Role, Status};
use crate::algorithm::{identifier, key_of};
use crate::certificate::{Certificate, CheckIssued, ReadCertificate, Validity};
use crate::lint::{self, LintFinding, Subject};
use asn1::write;

/// Why nothing was prepared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareCertificate {
    /// The validity ends before it begins, begins before 1950, or lasts longer than the profile allows.
    #[error("validity from {from} to {last} is none that the profile allows")]
    Validity {
        /// Its first moment.
        from: UtcDateTime,
        /// Its last moment.
        last: UtcDateTime,
    },
    /// It would begin before its issuer's or end after it.
    #[error("valid beyond its issuer, which ends {last}")]
    OutlivesIssuer {
        /// The issuer's last moment.
        last: UtcDateTime,
    },
    /// The subject, or the issuer, has no name (RFC 5280 4.1.2.4; no profile of ours is without subject).
    #[error("subject or issuer is empty")]
    NameEmpty,
    /// The key cannot be certified (T-C4).
    #[error("subject's key is refused")]
    Key(#[from] ReadKey),
    /// The serial number has fewer than 64 bits (T-C1).
    #[error("serial number of {octets} octets")]
    Serial {
        /// How many it has.
        octets: usize,
    },
    /// The algorithm is not one of the issuer's key.
    #[error("algorithm does not go with the issuer's key")]
    Algorithm,
    /// A root that is not its own issuer, or another that is.
    #[error("a root issues itself, and nobody else does")]
    SelfIssued,
    /// The profile says where the status is had, and no list or no issuer's address is given.
    #[error("no address of the list or of the issuer's certificate")]
    AddressAbsent,
}

/// The octets that will be signed, not yet inspected.
#[derive(Debug, Clone)]
pub struct Draft(Parts);

/// The octets that will be signed, with no finding that stops issue.
#[derive(Debug, Clone)]
pub struct Linted {
    parts: Parts,
    warnings: Vec<LintFinding>,
}

#[derive(Debug, Clone)]
struct Parts {
    to_be_signed: Vec<u8>,
    algorithm: Vec<u8>,
    issuer: PublicKey,
    subject: Subject,
}

/// The linter stops issue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the linter stops issue: {} findings", findings.len())]
pub struct LintRefused {
    /// All findings, warnings among them.
    pub findings: Vec<LintFinding>,
}

/// Why a signature makes no certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FinishCertificate {
    /// The signature is not the issuer's over these octets: the throw-away one among others.
    #[error("the signature is not the issuer's")]
    Signature(#[from] CheckIssued),
    /// What came out cannot be read.
    #[error("what came out is no certificate")]
    Unreadable(#[from] ReadCertificate),
}

impl Profile {
    /// The exact octets of a certificate of this profile.
    ///
    /// # Errors
    /// See [`PrepareCertificate`].
    pub fn prepare(
        &self,
        request: &Request<'_>,
        issuer: &Issuer,
        addresses: &Addresses<'_>,
    ) -> Result<Draft, PrepareCertificate> {
        self.inspect(request, issuer, addresses)?;
        Ok(Draft(Parts {
            to_be_signed: to_be_signed(self, request, issuer, addresses),
            algorithm: identifier(issuer.algorithm),
            issuer: issuer.key.clone(),
            subject: self.subject,
        }))
    }

    fn inspect(
        &self,
        request: &Request<'_>,
        issuer: &Issuer,
        addresses: &Addresses<'_>,
    ) -> Result<(), PrepareCertificate> {
        let Validity { from, last } = request.validity;
        if last < from || last - from > self.longest || from.year() < 1950 {
            return Err(PrepareCertificate::Validity { from, last });
        }
        if let Some(own) = issuer.validity
            && (from < own.from || own.last < last)
        {
            return Err(PrepareCertificate::OutlivesIssuer { last: own.last });
        }
        if request.subject.is_empty() || issuer.name.is_empty() {
            return Err(PrepareCertificate::NameEmpty);
        }
        // T-C4: on the curve, and large enough, before anybody vouches for it.
        request.key.inspect()?;
        let octets = request.serial.octets().len();
        if octets < 8 || request.serial.is_zero() {
            return Err(PrepareCertificate::Serial { octets });
        }
        if key_of(issuer.algorithm) != issuer.key.algorithm() {
            return Err(PrepareCertificate::Algorithm);
        }
        let is_own = *request.subject == issuer.name && *request.key == issuer.key;
        // RFC 5280 3.2: self-signed; any other that shares its issuer's name would be taken for one.
        let is_root = self.role == Role::Root;
        if is_own != is_root || (!is_root && *request.subject == issuer.name) {
            return Err(PrepareCertificate::SelfIssued);
        }
        let incomplete = addresses.crl.is_none() || addresses.issuer.is_none();
        if self.status == Status::Published && incomplete {
            return Err(PrepareCertificate::AddressAbsent);
        }
        Ok(())
    }
}

impl Draft {
    /// The draft of octets that another author wrote for `issuer`.
    pub(crate) fn written(to_be_signed: &[u8], issuer: &Issuer) -> Self {
        Self(Parts {
            to_be_signed: to_be_signed.to_vec(),
            algorithm: identifier(issuer.algorithm),
            issuer: issuer.key.clone(),
            subject: Subject::Any,
        })
    }

    /// What is signed: first with a throw-away key, then with the issuer's.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.0.to_be_signed
    }

    /// Inspects a copy under a throw-away signature (T-C2), which nobody checks: it fills the place.
    ///
    /// # Errors
    /// A finding of severity *error*.
    pub fn lint(self, throw_away: &Signature) -> Result<Linted, LintRefused> {
        let findings = lint::inspect(&self.0.certificate(throw_away), self.0.subject);
        if lint::stops_issue(&findings) {
            return Err(LintRefused { findings });
        }
        Ok(Linted {
            parts: self.0,
            warnings: findings,
        })
    }
}

impl Linted {
    /// What is signed: the octets that were linted.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.parts.to_be_signed
    }

    /// Findings that do not stop issue.
    #[must_use]
    pub fn warnings(&self) -> &[LintFinding] {
        &self.warnings
    }

    /// The certificate with the issuer's signature, which is checked once more.
    ///
    /// # Errors
    /// See [`FinishCertificate`].
    pub fn finish(self, signature: &Signature) -> Result<Certificate, FinishCertificate> {
        let certificate = Certificate::parse(&self.parts.certificate(signature))?;
        // The throw-away copy must never leave as a certificate.
        certificate.check_signature(&self.parts.issuer)?;
        Ok(certificate)
    }
}

impl Parts {
    /// RFC 5280 4.1.1.
    fn certificate(&self, signature: &Signature) -> Vec<u8> {
        write::sequence([
            self.to_be_signed.as_slice(),
            &self.algorithm,
            &write::bit_string(signature.bytes()),
        ])
    }
}
