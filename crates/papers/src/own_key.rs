//! A key that the person holds: what shows that they do, and whether its certificate is in force.

use ceremony::{ReadRequest, Request};
use crypto::{PublicKey, sha256};
use pki::certificate::Certificate;
use pki::name::Name;
use pki::profile::Profile;
use registry::certificates::{CertificateError, Standing};
use registry::signers::SignerRecord;
use thiserror::Error;

use backoffice::keys::ServiceKey;
use backoffice::office::Office;

use crate::kinds::algorithm_of;

/// Why a key is not taken as a person's own.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OwnKeyRefused {
    /// No request, or its sender does not hold the key (RFC 2986 4.2).
    #[error("the request for a certificate is refused")]
    Request(#[from] ReadRequest),
    /// A request that was made for another identity, or for none.
    #[error("the request's subject has not the identity as its one serialNumber")]
    OtherIdentity,
    /// Another person's key.
    #[error("the key is another person's")]
    Known,
    /// A key of a kind that signs no documents of persons here.
    #[error("a key on P-256 or P-384, or of RSA, is certified")]
    Kind,
}

impl OwnKeyRefused {
    /// The code, as the trace has it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Request(ReadRequest::Possession) => "request.possession",
            Self::Request(_) => "request.malformed",
            Self::OtherIdentity => "request.other-identity",
            Self::Known => "request.key-known",
            Self::Kind => "request.key-kind",
        }
    }
}

/// The key of a request that was made for this identity by who holds the key. Of the subject the serialNumber counts: a request for
/// another identity is not this one's proof. Whatever else it says, the certificate says what was proven.
pub(crate) fn read(record: &SignerRecord, request: &[u8]) -> Result<PublicKey, OwnKeyRefused> {
    let request = Request::parse(request)?;
    let subject: &Name = &request.subject;
    let serials = subject.attributes();
    let mut serials = serials.filter(|one| one.kind() == pki::identifiers::SERIAL_NUMBER);
    let named = serials.next().and_then(|one| one.text());
    if named.as_deref() != Some(record.id.as_str()) || serials.next().is_some() {
        return Err(OwnKeyRefused::OtherIdentity);
    }
    match algorithm_of(request.key.algorithm()) {
        Some(_) => Ok(request.key),
        None => Err(OwnKeyRefused::Kind),
    }
}

/// By which the register knows it.
pub(crate) fn digest(key: &PublicKey) -> [u8; 32] {
    sha256(key.spki())
}

/// What an interrupted activation left: a certificate of this identity for this key, in force.
pub(crate) async fn left(
    office: &Office,
    (subject, key): (&Name, &PublicKey),
) -> Result<Option<Certificate>, CertificateError> {
    let certificates = office.registry.certificates();
    let ca = ServiceKey::Authority.id();
    let found = certificates.of_key(&ca, Profile::SIGNER.name, key).await?;
    let good = found
        .into_iter()
        .filter(|one| one.standing == Standing::Good);
    let mut read = good.filter_map(|one| Certificate::parse(one.der.as_deref()?).ok());
    Ok(read.find(|certificate| {
        certificate.subject() == subject && certificate.validity().last > office.clock.now()
    }))
}

/// Whether a certificate of ours is in force as the register has it at this moment.
pub(crate) async fn is_in_force(
    office: &Office,
    certificate: &Certificate,
) -> Result<bool, CertificateError> {
    let certificates = office.registry.certificates();
    let ca = ServiceKey::Authority.id();
    let found = certificates.find(&ca, *certificate.serial()).await?;
    Ok(found.is_some_and(|found| found.standing == Standing::Good))
}
