//! What an anchor has to be that two people add to our own, or date.

use crypto::sha256;
use pki::Certificate;
use pki::path::Anchor;
use registry::own_anchors::AnchorTrust;
use thiserror::Error;

use crate::office::Office;
use crate::regions::of_anchor;

/// What is wrong with an anchor that is to be added or dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AnchorFault {
    /// It is no certificate of an authority, or its key is none of ours.
    #[error("no certificate of an authority with a key that is known here")]
    Certificate,
    /// It is named by another digest.
    #[error("the certificate has another digest")]
    Digest,
    /// It is trusted for nothing, or for what there is not.
    #[error("the purposes are none of those that there are")]
    Purposes,
}

/// Whether an anchor can be added, or a root of the installation dated, under this name: SHA-256 of its certificate,
/// hexadecimal. A root of the installation is what it is; an added one names what it is trusted for.
///
/// # Errors
/// [`AnchorFault`].
pub fn inspect_anchor(office: &Office, name: &str, trust: &AnchorTrust) -> Result<(), AnchorFault> {
    let certificate = Certificate::parse(&trust.certificate);
    let certificate = certificate.map_err(|_| AnchorFault::Certificate)?;
    let digest = sha256(certificate.der());
    let digest: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    if digest != name {
        return Err(AnchorFault::Digest);
    }
    let known = Anchor::of(certificate.clone()).is_ok();
    if !known || !certificate.is_ca() {
        return Err(AnchorFault::Certificate);
    }
    let national = office.national.as_ref().map(|one| &one.hierarchy.root);
    let mut roots = [&office.hierarchy.root].into_iter().chain(national);
    let is_root = roots.any(|root| *root == certificate);
    of_anchor(trust).ok_or(AnchorFault::Purposes)?;
    if trust.purposes.is_empty() != is_root {
        return Err(AnchorFault::Purposes);
    }
    Ok(())
}
