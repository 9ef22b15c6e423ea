//! A chain that was found to hold.

use super::anchor::Anchor;
use super::status::CertificateStatus;
use crate::certificate::Certificate;
use asn1::Oid;

/// A chain that held for the question asked, and what was used to say so. Made by `validate` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub(super) issued: Vec<Certificate>,
    pub(super) anchor: Anchor,
    pub(super) statuses: Vec<CertificateStatus>,
    pub(super) policies: Vec<Oid>,
}

impl Chain {
    /// Its certificates, leaf first; the anchor's own last, where it has one.
    #[must_use]
    pub fn certificates(&self) -> Vec<Certificate> {
        let anchor = self
            .anchor
            .certificate()
            .filter(|own| !self.issued.contains(own));
        self.issued.iter().chain(anchor).cloned().collect()
    }

    /// Its certificates without the anchor, leaf first: what goes into a signature beside it. Where the leaf
    /// itself is an anchor, the leaf.
    #[must_use]
    pub fn issued(&self) -> &[Certificate] {
        &self.issued
    }

    /// Who is trusted.
    #[must_use]
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// For each of [`Chain::issued`], which status was used.
    #[must_use]
    pub fn statuses(&self) -> &[CertificateStatus] {
        &self.statuses
    }

    /// Policies that hold (RFC 5280 6.1.5 g); empty where none does, anyPolicy where every one would.
    #[must_use]
    pub fn policies(&self) -> &[Oid] {
        &self.policies
    }
}
