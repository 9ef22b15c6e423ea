//! The client's side: whether a response says something about the certificate asked about.

use crypto::{Digest, DigestAlgorithm, Signature};
use time::{Duration, UtcDateTime};

use crate::ocsp::extension::{self, Extension, Nonce};
use crate::ocsp::fault::StatusFault;
use crate::ocsp::identifier::key_bits;
use crate::ocsp::response::{ResponderId, Response, SingleResponse, Status};
use asn1::{Oid, Reader, Tag};
use pki::certificate::{Certificate, SerialNumber};
use pki::extension::KeyUsage;
use pki::identifiers;
use pki::name::Name;
use pki::path::Memory;

/// What was asked, and as of when the answer is judged.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The issuer of the certificate asked about.
    pub issuer: &'a Certificate,
    /// The serial number asked about.
    pub serial: &'a SerialNumber,
    /// The nonce that was sent.
    pub nonce: Option<&'a Nonce>,
    /// What a missing nonce means.
    pub nonce_policy: NoncePolicy,
    /// When, and how strictly, times are judged.
    pub moment: Moment,
}

/// What it means that a nonce was sent and none came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoncePolicy {
    /// The response is refused.
    Required,
    /// The response may have been signed in advance (RFC 9919 3): its times decide.
    TimesSuffice,
}

/// As of when an answer is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Now: the answer is current and so is the responder's certificate.
    Live {
        /// Now.
        at: UtcDateTime,
        /// How far the responder's clock may be from ours.
        skew: Duration,
    },
    /// An answer kept with a signature: it may be of any age, whoever judges compares its times with those
    /// that are proven; the responder's certificate was valid when the answer was made.
    Kept {
        /// Now: nothing lies ahead of it.
        at: UtcDateTime,
    },
}

/// An answer that can be relied on.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What it says.
    pub status: Status,
    /// As of when that is known.
    pub this_update: UtcDateTime,
    /// By when something newer is known.
    pub next_update: UtcDateTime,
    /// When the response was signed, by its own word.
    pub produced_at: UtcDateTime,
    /// Since when a revoked certificate is not to be relied upon, where that is told (RFC 5280 5.3.2).
    pub invalid_since: Option<UtcDateTime>,
    /// From when on records of expired certificates are kept.
    pub archive_cutoff: Option<UtcDateTime>,
    /// Who answered.
    pub responder: Responder,
}

/// Who answered.
#[derive(Debug, Clone)]
pub enum Responder {
    /// The issuer itself.
    Issuer,
    /// A delegate of the issuer. Without ocsp-nocheck its own status is the caller's to ask for
    /// (RFC 6960 4.2.2.2.1).
    Delegate(Certificate),
}

impl Response {
    /// Judges the response: about the certificate asked about, by someone entitled, signed, timely.
    ///
    /// # Errors
    /// The first fault found, see [`StatusFault`].
    pub fn check(&self, asked: &Asked<'_>) -> Result<Accepted, StatusFault> {
        self.check_remembering(asked, &Memory::new())
    }

    /// As [`Response::check`], beside a memory: signatures that held before are not computed again.
    ///
    /// # Errors
    /// As [`Response::check`].
    pub fn check_remembering(
        &self,
        asked: &Asked<'_>,
        memory: &Memory,
    ) -> Result<Accepted, StatusFault> {
        let single = self.answer_about(asked)?;
        refuse_critical(
            &self.extensions,
            &[extension::NONCE, extension::EXTENDED_REVOKE],
        )?;
        refuse_critical(
            &single.extensions,
            &[extension::ARCHIVE_CUTOFF, extension::INVALIDITY_DATE],
        )?;
        match (asked.nonce, &self.nonce) {
            (Some(sent), Some(received)) if sent != received => {
                return Err(StatusFault::NonceDiffers);
            }
            (Some(_), None) if asked.nonce_policy == NoncePolicy::Required => {
                return Err(StatusFault::NonceAbsent);
            }
            // A pre-signed response holds none; a nonce that nobody sent binds nothing and harms nothing.
            _ => {}
        }
        let responder = self.find_responder(asked, memory)?;
        let key = match &responder {
            Responder::Issuer => asked.issuer,
            Responder::Delegate(certificate) => certificate,
        };
        let key = key
            .public_key()
            .map_err(|_| StatusFault::SignatureAlgorithm)?;
        let algorithm = self
            .signature_algorithm
            .signature(key.algorithm())
            .map_err(|_| StatusFault::SignatureAlgorithm)?;
        let object = self.signed_object();
        let signature = || Signature::new(self.signature.clone());
        memory
            .recall(&object, &key, || {
                key.check(algorithm, &self.to_be_signed, &signature())
            })
            .map_err(|_| StatusFault::SignatureDiffers)?;
        let next_update = self.inspect_times(single, asked.moment)?;
        Ok(Accepted {
            status: single.status,
            this_update: single.this_update,
            next_update,
            produced_at: self.produced_at,
            invalid_since: single.invalid_since,
            archive_cutoff: archive_cutoff(&single.extensions),
            responder,
        })
    }

    /// What was signed, how, and the signature: each encoded, so that no two responses give the same octets.
    fn signed_object(&self) -> Vec<u8> {
        [
            self.to_be_signed.as_slice(),
            &self.signature_algorithm.encode(),
            &self.signature,
        ]
        .concat()
    }

    /// The answer about the certificate, the newest where there are several that agree.
    ///
    /// RFC 6960 3.2 and 4.1.1: issuer name, issuer key and serial number all match.
    fn answer_about(&self, asked: &Asked<'_>) -> Result<&SingleResponse, StatusFault> {
        let issuer = asked.issuer;
        let mut found: Option<&SingleResponse> = None;
        for single in &self.singles {
            let id = single.id();
            if id.serial() != asked.serial.octets() || !id.is_issued_by(issuer) {
                continue;
            }
            found = match found {
                None => Some(single),
                Some(other) if other.status != single.status => {
                    return Err(StatusFault::Disagreeing);
                }
                Some(other) if other.this_update >= single.this_update => Some(other),
                Some(_) => Some(single),
            };
        }
        found.ok_or(StatusFault::Unanswered)
    }

    /// RFC 6960 4.2.2.2: the issuer itself, or a delegate whose certificate the issuer itself issued for this
    /// purpose. (Responders named by local configuration are not accepted.)
    fn find_responder(&self, asked: &Asked<'_>, memory: &Memory) -> Result<Responder, StatusFault> {
        if self.is_named(asked.issuer) {
            return Ok(Responder::Issuer);
        }
        let mut malformed = false;
        for raw in &self.certificates {
            let Ok(certificate) = Certificate::parse(raw) else {
                malformed = true;
                continue;
            };
            if self.is_named(&certificate) {
                self.inspect_delegate(&certificate, asked, memory)?;
                return Ok(Responder::Delegate(certificate));
            }
        }
        Err(if malformed {
            StatusFault::ResponderMalformed
        } else {
            StatusFault::ResponderAbsent
        })
    }

    fn is_named(&self, certificate: &Certificate) -> bool {
        match &self.responder {
            ResponderId::Name(name) => {
                name == certificate.subject().der()
                    || Name::parse(name).is_ok_and(|name| name == *certificate.subject())
            }
            ResponderId::Key(hash) => {
                Digest::of(DigestAlgorithm::Sha1, key_bits(certificate)).bytes() == hash
            }
        }
    }

    fn inspect_delegate(
        &self,
        delegate: &Certificate,
        asked: &Asked<'_>,
        memory: &Memory,
    ) -> Result<(), StatusFault> {
        if delegate.issuer() != asked.issuer.subject() {
            return Err(StatusFault::ResponderIssuer);
        }
        let key = asked
            .issuer
            .public_key()
            .map_err(|_| StatusFault::ResponderSignature)?;
        memory
            .recall(delegate.der(), &key, || delegate.check_signature(&key))
            .map_err(|_| StatusFault::ResponderSignature)?;
        let purposes = delegate
            .purposes()
            .map_err(|_| StatusFault::ResponderMalformed)?;
        // anyExtendedKeyUsage does not count: RFC 6960 4.2.2.2 asks for id-kp-OCSPSigning itself.
        if !purposes.is_some_and(|purposes| purposes.contains(&identifiers::OCSP_SIGNING)) {
            return Err(StatusFault::ResponderPurpose);
        }
        let usage = delegate
            .key_usage()
            .map_err(|_| StatusFault::ResponderMalformed)?;
        if usage.is_some_and(|usage| {
            !usage.intersects(KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION))
        }) {
            return Err(StatusFault::ResponderKeyUsage);
        }
        if let Some(oid) = delegate.unknown_critical().next() {
            return Err(StatusFault::CriticalExtension(Box::new(oid)));
        }
        let at = match asked.moment {
            Moment::Live { at, .. } => at,
            Moment::Kept { .. } => self.produced_at,
        };
        let validity = delegate.validity();
        if at < validity.from {
            return Err(StatusFault::ResponderNotYetValid {
                from: validity.from,
            });
        }
        if !validity.contains(at) {
            return Err(StatusFault::ResponderExpired {
                until: validity.last,
            });
        }
        Ok(())
    }

    fn inspect_times(
        &self,
        single: &SingleResponse,
        moment: Moment,
    ) -> Result<UtcDateTime, StatusFault> {
        let next_update = single.next_update.ok_or(StatusFault::NextUpdateAbsent)?;
        let this_update = single.this_update;
        if next_update < this_update {
            return Err(StatusFault::NextBeforeThis);
        }
        let (at, skew) = match moment {
            Moment::Live { at, skew } => (at, skew),
            Moment::Kept { at } => (at, Duration::ZERO),
        };
        let latest = at.saturating_add(skew);
        // 2.4: what is known as of a moment is not signed before it.
        if this_update > self.produced_at {
            let at = self.produced_at;
            return Err(StatusFault::NotYetValid { this_update, at });
        }
        if this_update > latest {
            return Err(StatusFault::NotYetValid { this_update, at });
        }
        if self.produced_at > latest {
            return Err(StatusFault::ProducedAhead {
                produced_at: self.produced_at,
                at,
            });
        }
        if matches!(moment, Moment::Live { .. }) && next_update < at.saturating_sub(skew) {
            return Err(StatusFault::Stale { next_update, at });
        }
        Ok(next_update)
    }
}

fn refuse_critical(extensions: &[Extension], known: &[Oid]) -> Result<(), StatusFault> {
    match extensions
        .iter()
        .find(|extension| extension.critical && !known.contains(&extension.kind))
    {
        Some(unknown) => Err(StatusFault::CriticalExtension(Box::new(unknown.kind))),
        None => Ok(()),
    }
}

fn archive_cutoff(extensions: &[Extension]) -> Option<UtcDateTime> {
    let extension = extensions
        .iter()
        .find(|extension| extension.kind == extension::ARCHIVE_CUTOFF)?;
    let element = Reader::single(&extension.value, Tag::GENERALIZED_TIME).ok()?;
    element.generalized_time(asn1::Fraction::Refused).ok()
}
