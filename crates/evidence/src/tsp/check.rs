//! The verifier's side: whether a token proves that something existed.

use crypto::{Digest, DigestAlgorithm, Signature};
use time::{Duration, UtcDateTime};

use crate::cms::{Fault, Form};
use crate::tsp::fault::TokenFault;
use crate::tsp::token::Token;
use asn1::write;
use pki::certificate::Certificate;
use pki::extension::KeyUsage;
use pki::identifiers;

/// How far a token may lie ahead of the moment of judging: two clocks never agree.
pub const MAX_AHEAD: Duration = Duration::minutes(1);

/// What a token with a good signature says; worth as much as the path of its certificate at its moment.
#[derive(Debug, Clone, Copy)]
pub struct Stamped<'a> {
    /// The authority's certificate; its path at [`Self::moment`] is the caller's to validate.
    pub certificate: &'a Certificate,
    /// The moment before which the data existed.
    pub moment: UtcDateTime,
}

impl Token {
    /// Judges the token over data with digest `stamped`: form, imprint, certificate, purpose, signature.
    ///
    /// `candidates` are the certificates in the token, which are untrusted, and any others at hand. `at` is
    /// the moment of judging: a token from the future is refused, but for [`MAX_AHEAD`].
    ///
    /// # Errors
    /// The first fault found, see [`TokenFault`].
    pub fn check<'a>(
        &self,
        stamped: &Digest,
        candidates: impl IntoIterator<Item = &'a Certificate>,
        at: UtcDateTime,
    ) -> Result<Stamped<'a>, TokenFault> {
        self.check_made(stamped, candidates, at, &[])
    }

    /// The same for a token that may be our own, its signature among `made`
    /// ([`crate::cms::SignerInfo::check_made`]).
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_made<'a>(
        &self,
        stamped: &Digest,
        candidates: impl IntoIterator<Item = &'a Certificate>,
        at: UtcDateTime,
        made: &[Signature],
    ) -> Result<Stamped<'a>, TokenFault> {
        let info = self.info();
        // RFC 3161 2.4.2: one SignerInfo, signed attributes, the TSTInfo inside.
        if let Some(fault) = self
            .signed_data()
            .inspect(Form::TimeStamp)
            .into_iter()
            .next()
        {
            return Err(TokenFault::Message(fault));
        }
        if info.imprint().algorithm() == DigestAlgorithm::Sha1 {
            return Err(TokenFault::ImprintWeak(Box::new(info.imprint().oid())));
        }
        if info.imprint().digest() != stamped {
            return Err(TokenFault::ImprintDiffers);
        }
        if let Some(oid) = info.critical_extension {
            return Err(TokenFault::CriticalExtension(Box::new(oid)));
        }
        if info.moment() > at.saturating_add(MAX_AHEAD) {
            return Err(TokenFault::FromTheFuture {
                moment: info.moment(),
                at,
            });
        }
        let signer = self.signed_data().signer().ok_or(Fault::NoSigner)?;
        let content = self.signed_data().content().ok_or(Fault::ContentAbsent)?;
        signer.inspect_digest(&Digest::of(signer.digest_algorithm()?, content))?;
        let certificate = signer.find_certificate(candidates)?;
        inspect_purpose(certificate)?;
        // RFC 3161 2.4.2: the name of the authority, where it is given, is one of its certificate.
        if !names(info.authority.as_deref(), certificate) {
            return Err(TokenFault::AuthorityName);
        }
        let key = certificate.public_key().map_err(|_| TokenFault::Key)?;
        signer.check_made(&key, made)?;
        Ok(Stamped {
            certificate,
            moment: info.moment(),
        })
    }
}

/// RFC 3161 2.3: extended key usage critical, timeStamping and nothing else. EN 319 422 6: key usage for
/// signatures alone, where there is one.
fn inspect_purpose(certificate: &Certificate) -> Result<(), TokenFault> {
    let extension = certificate
        .extension(&identifiers::EXTENDED_KEY_USAGE)
        .ok_or(TokenFault::PurposeAbsent)?;
    let purposes = certificate
        .purposes()
        .ok()
        .flatten()
        .ok_or(TokenFault::PurposeAbsent)?;
    if !purposes.contains(&identifiers::TIME_STAMPING) {
        return Err(TokenFault::PurposeDiffers);
    }
    if purposes.0.len() != 1 {
        return Err(TokenFault::PurposeShared);
    }
    if !extension.critical {
        return Err(TokenFault::PurposeNotCritical);
    }
    match certificate.key_usage() {
        Ok(None) => Ok(()),
        Ok(Some(usage)) if SIGNATURES.contains(usage) => Ok(()),
        _ => Err(TokenFault::KeyUsage),
    }
}

const SIGNATURES: KeyUsage = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);

/// Whether `authority`, a GeneralName, is the subject of `certificate` or one of its alternative names.
fn names(authority: Option<&[u8]>, certificate: &Certificate) -> bool {
    let Some(name) = authority else { return true };
    let subject = write::context(4, [certificate.subject().der()]);
    let alternatives = certificate.subject_alternative_names().unwrap_or_default();
    name == subject
        || alternatives
            .iter()
            .any(|alternative| alternative.encode() == name)
}
