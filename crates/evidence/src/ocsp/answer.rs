//! The responder's side: from answers to a response, with one signature in between.

use crypto::{Digest, DigestAlgorithm, Signature, SignatureAlgorithm};
use thiserror::Error;
use time::UtcDateTime;

use crate::ocsp::extension::{self, Nonce};
use crate::ocsp::identifier::CertificateId;
use crate::ocsp::request::MAX_IDS;
use crate::ocsp::response::Status;
use asn1::write;
use pki::algorithm;
use pki::certificate::Certificate;
use pki::crl::Reason;

/// Answers in one response of ours: two for each certificate of the largest request.
pub const MAX_ANSWERS: usize = 2 * MAX_IDS;

/// A response in the making.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    signer: Signer<'a>,
    algorithm: SignatureAlgorithm,
    produced_at: UtcDateTime,
    singles: Vec<Vec<u8>>,
    nonce: Option<Nonce>,
    extended_revoke: bool,
    fault: Option<ResponderError>,
}

/// Whose key signs a response.
#[derive(Debug, Clone, Copy)]
pub enum Signer<'a> {
    /// The issuer's own.
    Issuer(&'a Certificate),
    /// A delegate's, whose certificate goes into the response (RFC 9919 2.2.2).
    Delegate(&'a Certificate),
}

/// For how long an answer is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// As of when it is known.
    pub this_update: UtcDateTime,
    /// By when something newer will be known. RFC 9919 2.2.4: always there.
    pub next_update: UtcDateTime,
    /// The moment from which on records of expired certificates are kept (RFC 6960 4.4.4): how old seals
    /// stay judgeable.
    pub archive_cutoff: Option<UtcDateTime>,
}

/// Why no response can be prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResponderError {
    /// Not a single answer.
    #[error("a response without an answer")]
    Empty,
    /// More than [`MAX_ANSWERS`].
    #[error("too many answers")]
    TooMany,
    /// nextUpdate is not after thisUpdate, or thisUpdate after producedAt.
    #[error("the answer's times are not in order")]
    Period,
    /// The signature algorithm is not one of the responder's key.
    #[error("the signature algorithm does not fit the responder's key")]
    Key,
}

/// A response that lacks its signature. Used once.
#[derive(Debug)]
pub struct Prepared {
    to_be_signed: Vec<u8>,
    algorithm: Vec<u8>,
    certificates: Vec<u8>,
}

impl<'a> Answer<'a> {
    /// A response made at `produced_at`, to be signed by `signer`.
    #[must_use]
    pub fn new(
        signer: Signer<'a>,
        algorithm: SignatureAlgorithm,
        produced_at: UtcDateTime,
    ) -> Self {
        let produced_at = whole(produced_at);
        Self {
            signer,
            algorithm,
            produced_at,
            singles: Vec::new(),
            nonce: None,
            extended_revoke: false,
            fault: None,
        }
    }

    /// With this answer about one certificate, once for each of `ids`: as asked, or for a pre-signed
    /// response one with SHA-256 and one with SHA-1 (RFC 9919 2.1.1).
    #[must_use]
    pub fn about(self, ids: &[&CertificateId], status: Status, period: &Period) -> Self {
        self.about_invalid(ids, (status, None), period)
    }

    /// The same of a certificate that is revoked and was not to be relied upon before that already: since then
    /// (invalidityDate, RFC 6960 4.4.5, RFC 5280 5.3.2).
    #[must_use]
    pub fn about_invalid(
        mut self,
        ids: &[&CertificateId],
        (status, invalid_since): (Status, Option<UtcDateTime>),
        period: &Period,
    ) -> Self {
        let (this_update, next_update) = (whole(period.this_update), whole(period.next_update));
        if next_update <= this_update || this_update > self.produced_at {
            self.fault = self.fault.or(Some(ResponderError::Period));
        }
        // RFC 6960 4.4.8: whoever says revoked of what was never issued says so.
        self.extended_revoke |= status == Status::NEVER_ISSUED;
        let of_answer = [
            (extension::ARCHIVE_CUTOFF, period.archive_cutoff),
            (extension::INVALIDITY_DATE, invalid_since),
        ];
        let told = of_answer.into_iter().filter_map(|(kind, moment)| {
            let moment = write::generalized_time(whole(moment?));
            Some(extension::encode(kind, &moment))
        });
        let told: Vec<Vec<u8>> = told.collect();
        let extensions = match told.is_empty() {
            true => Vec::new(),
            false => write::context(1, [write::sequence(told)]),
        };
        for id in ids {
            self.singles.push(write::sequence([
                id.der(),
                &encode_status(status),
                &write::generalized_time(this_update),
                &write::context(0, [write::generalized_time(next_update)]),
                &extensions,
            ]));
        }
        self
    }

    /// With the request's nonce (RFC 9654 2.2).
    #[must_use]
    pub fn with_nonce(mut self, nonce: Option<&Nonce>) -> Self {
        self.nonce = nonce.cloned();
        self
    }

    /// Computes what will be signed.
    ///
    /// # Errors
    /// See [`ResponderError`].
    pub fn prepare(self) -> Result<Prepared, ResponderError> {
        let (certificate, certificates) = match self.signer {
            Signer::Issuer(certificate) => (certificate, Vec::new()),
            Signer::Delegate(certificate) => (
                certificate,
                write::context(0, [write::sequence([certificate.der()])]),
            ),
        };
        let key = certificate.public_key().map_err(|_| ResponderError::Key)?;
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.singles.is_empty() {
            return Err(ResponderError::Empty);
        }
        if self.singles.len() > MAX_ANSWERS {
            return Err(ResponderError::TooMany);
        }
        if algorithm::key_of(self.algorithm) != key.algorithm() {
            return Err(ResponderError::Key);
        }
        // RFC 9919 2.2.1: byKey, which is SHA-1 by definition (RFC 6960 4.2.1).
        let key_hash = Digest::of(DigestAlgorithm::Sha1, key.bits());
        let responder = write::context(2, [write::octet_string(key_hash.bytes())]);
        let mut extensions: Vec<u8> = self.nonce.iter().flat_map(Nonce::encode).collect();
        if self.extended_revoke {
            extensions.extend(extension::encode(
                extension::EXTENDED_REVOKE,
                &write::null(),
            ));
        }
        if !extensions.is_empty() {
            extensions = write::context(1, [write::sequence([extensions])]);
        }
        let produced_at = write::generalized_time(self.produced_at);
        Ok(Prepared {
            to_be_signed: write::sequence([
                responder,
                produced_at,
                write::sequence(self.singles),
                extensions,
            ]),
            algorithm: algorithm::identifier(self.algorithm),
            certificates,
        })
    }
}

impl Prepared {
    /// The octets to be signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The finished OCSPResponse.
    #[must_use]
    pub fn finish(self, signature: &Signature) -> Vec<u8> {
        let signature = write::bit_string(signature.bytes());
        let basic = write::sequence([
            self.to_be_signed,
            self.algorithm,
            signature,
            self.certificates,
        ]);
        let bytes = write::sequence([write::oid(&extension::BASIC), write::octet_string(&basic)]);
        write::sequence([write::enumerated(0), write::context(0, [bytes])])
    }
}

/// RFC 9919 2.2.4: no fractions of a second.
fn whole(moment: UtcDateTime) -> UtcDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
}

fn encode_status(status: Status) -> Vec<u8> {
    match status {
        Status::Good => write::context_primitive(0, &[]),
        Status::Unknown => write::context_primitive(2, &[]),
        Status::Revoked { at, reason } => {
            let reason = match reason {
                // RFC 5280 5.3.1: unspecified is left out.
                Reason::Unspecified => Vec::new(),
                other => write::context(0, [write::enumerated(other.code())]),
            };
            write::context(1, [write::generalized_time(whole(at)), reason])
        }
    }
}
