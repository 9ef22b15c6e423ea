//! Who comes with a certificate: whether it counts now.

use std::sync::Arc;

use pki::Certificate;
use pki::identifiers::CLIENT_AUTH;
use pki::path::{self, Budget, Purpose, Question, StatusDemand, StatusMaterial};
use rustls::pki_types::CertificateDer;
use time::UtcDateTime;

use crate::standing::Standing;

/// What a client has presented, and has the key of.
#[derive(Debug, Clone)]
pub struct Presented {
    standing: Arc<Standing>,
    /// Its own first; what is not read is left out, and it is nobody's where that is its own.
    chain: Arc<[Certificate]>,
}

/// Why a certificate does not count, as a stable code: `certificate.malformed`, `certificate.purpose` or those of `pki::path`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untrusted(pub &'static str);

impl Presented {
    pub(crate) fn of(standing: Arc<Standing>, chain: &[CertificateDer<'_>]) -> Self {
        let read = chain.iter().map(|one| Certificate::parse(one));
        // The first one that is not read ends it: what stands above it does not stand above the own one.
        let chain = read.map_while(Result::ok).collect();
        Self { standing, chain }
    }

    /// SHA-256 over the SubjectPublicKeyInfo of its certificate: the key that it has.
    #[must_use]
    pub fn key(&self) -> Option<[u8; 32]> {
        let own = self.chain.first()?;
        Some(crypto::sha256(own.spki()))
    }

    /// Judges the certificate at a moment: a chain to one of the anchors, for clients of TLS, not revoked.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn judge(&self, now: UtcDateTime) -> Result<(), Untrusted> {
        let in_use = self.standing.in_use();
        let (own, above) = self
            .chain
            .split_first()
            .ok_or(Untrusted("certificate.malformed"))?;
        // A certificate that says nothing of its purpose was not made for this one.
        let purposes = own.purposes().ok().flatten();
        if !purposes.is_some_and(|purposes| purposes.contains(&CLIENT_AUTH)) {
            return Err(Untrusted("certificate.purpose"));
        }
        let mut question = Question::new(Purpose::ClientAuthentication, now);
        if !in_use.lists.is_empty() {
            question = question.with_status(StatusMaterial {
                demand: StatusDemand::Everything,
                now,
                lists: &in_use.lists,
                answers: None,
            });
        }
        let mut budget = Budget::new();
        let judged = path::validate(own, above, &in_use.anchors, &question, &mut budget);
        judged.map_or_else(|error| Err(Untrusted(error.fault.code())), |_| Ok(()))
    }
}
