//! Why no chain was found, or the best one does not hold.

use crypto::{ReadKey, SignatureAlgorithm};
use thiserror::Error;
use time::UtcDateTime;

use super::budget::Limit;
use super::form::NameForm;
use super::status::{CertificateStatus, ListRefused};
use crate::certificate::{Certificate, CheckIssued};
use crate::crl::Reason;
use crate::extension::ReadExtension;
use asn1::Oid;

/// The answer where there is no valid chain: what is wrong with the one that came furthest.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{fault}{}", of_whom(fault, chain))]
pub struct PathError {
    /// What is wrong.
    #[source]
    pub fault: Box<PathFault>,
    /// The chain that came furthest, leaf first; its anchor's certificate last where one was reached and
    /// has one.
    pub chain: Vec<Certificate>,
    /// The statuses that were asked along it, as far as it came.
    pub statuses: Vec<CertificateStatus>,
}

/// The subject of the certificate concerned: who is told its place alone cannot look for what is missing.
fn of_whom(fault: &PathFault, chain: &[Certificate]) -> String {
    let concerned = fault.at().and_then(|at| chain.get(at));
    concerned.map_or(String::new(), |one| format!(" ({})", one.subject()))
}

/// What is wrong. `at` is the place of the certificate in the chain, the leaf at 0; `by` the place of the CA
/// that forbids it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathFault {
    /// A limit of T-I8 was met before an answer was found: nobody knows.
    #[error("gave up: limit {limit:?}")]
    Budget {
        /// Which one.
        limit: Limit,
    },
    /// Nobody at hand has the name of its issuer.
    #[error("no issuer of certificate {at} is known")]
    NoIssuer {
        /// Which certificate.
        at: usize,
    },
    /// The one under the issuer's name did not sign it.
    #[error("signature on certificate {at} does not hold")]
    Signature {
        /// Which certificate.
        at: usize,
        /// In what way.
        #[source]
        cause: CheckIssued,
    },
    /// The key of a certificate is none that we check with.
    #[error("key of certificate {at} is refused")]
    Key {
        /// Which certificate.
        at: usize,
        /// In what way.
        #[source]
        cause: ReadKey,
    },
    /// The anchor is not trusted for this purpose.
    #[error("anchor is not trusted for this purpose")]
    AnchorPurpose,
    /// The anchor is not trusted at this moment.
    #[error("anchor is not trusted at this moment")]
    AnchorPeriod {
        /// From when on it is.
        from: Option<UtcDateTime>,
        /// Until before when.
        until: Option<UtcDateTime>,
    },
    /// An extension cannot be read.
    #[error("extension of certificate {at} is malformed")]
    Malformed {
        /// Which certificate.
        at: usize,
        /// In what way.
        #[source]
        cause: ReadExtension,
    },
    /// A critical extension that is not understood (RFC 5280 6.1.4 o, 6.1.5 f).
    #[error("certificate {at} has unknown critical extension {oid}")]
    UnknownCritical {
        /// Which certificate.
        at: usize,
        /// Which extension.
        oid: Box<Oid>,
    },
    /// Not a CA's certificate (RFC 5280 6.1.4 k).
    #[error("certificate {at} is no authority's")]
    NotAuthority {
        /// Which certificate.
        at: usize,
    },
    /// More CAs below than pathLenConstraint allows (RFC 5280 6.1.4 l).
    #[error("too many authorities above certificate {at}")]
    PathLength {
        /// The first certificate that is too many.
        at: usize,
    },
    /// keyUsage without what this place needs (RFC 5280 6.1.4 n).
    #[error("key usage of certificate {at} does not allow this")]
    KeyUsage {
        /// Which certificate.
        at: usize,
    },
    /// keyUsage of an encryption certificate, the other of a holder's two (GB/T 20518): its key is also in other hands.
    #[error("certificate {at} is for encryption")]
    EncryptionCertificate {
        /// Which certificate.
        at: usize,
    },
    /// extKeyUsage without the purpose asked for.
    #[error("certificate {at} is for other purposes")]
    Purpose {
        /// Which certificate.
        at: usize,
    },
    /// A name that no permitted subtree contains (RFC 5280 6.1.3 b).
    #[error("certificate {at} has a {form} name that authority {by} may not give")]
    NotPermitted {
        /// Which certificate.
        at: usize,
        /// Who is constrained.
        by: usize,
        /// The form of the name.
        form: NameForm,
    },
    /// A name in an excluded subtree (RFC 5280 6.1.3 c).
    #[error("certificate {at} has a {form} name that is excluded for authority {by}")]
    Excluded {
        /// Which certificate.
        at: usize,
        /// Who is constrained.
        by: usize,
        /// The form of the name.
        form: NameForm,
    },
    /// A name of a form that is constrained, and that cannot be held against the constraint.
    #[error("certificate {at} has a {form} name that cannot be compared")]
    NotComparable {
        /// Which certificate.
        at: usize,
        /// Who is constrained.
        by: usize,
        /// The form of the name.
        form: NameForm,
    },
    /// A subtree that is none of its form.
    #[error("authority {by} has a malformed {form} constraint")]
    Constraint {
        /// Which certificate.
        by: usize,
        /// The form of the subtree.
        form: NameForm,
    },
    /// A mapping to or from anyPolicy (RFC 5280 6.1.4 a).
    #[error("certificate {at} maps any policy")]
    AnyPolicyMapped {
        /// Which certificate.
        at: usize,
    },
    /// No policy holds along the chain, and one has to (RFC 5280 6.1.3 f, 6.1.5).
    #[error("no acceptable policy holds down to certificate {at}")]
    Policy {
        /// Where the last one ended.
        at: usize,
    },
    /// An RSA key below the floor.
    #[error("key of certificate {at} has {bits} bits")]
    WeakKey {
        /// Which certificate; the anchor has the place after the last.
        at: usize,
        /// Its bits.
        bits: usize,
    },
    /// A signature algorithm that is not accepted.
    #[error("certificate {at} is signed with an algorithm that is not accepted")]
    WeakAlgorithm {
        /// Which certificate.
        at: usize,
        /// Which algorithm.
        algorithm: SignatureAlgorithm,
    },
    /// Not valid yet.
    #[error("certificate {at} is valid from {from} on")]
    NotYetValid {
        /// Which certificate.
        at: usize,
        /// notBefore.
        from: UtcDateTime,
    },
    /// No longer valid.
    #[error("certificate {at} was valid until {last}")]
    Expired {
        /// Which certificate.
        at: usize,
        /// notAfter.
        last: UtcDateTime,
    },
    /// No usable status, and one has to be known.
    #[error("status of certificate {at} is unknown")]
    StatusUnknown {
        /// Which certificate.
        at: usize,
        /// Why each list that was tried does not count, by its place among those supplied.
        refused: Vec<(usize, ListRefused)>,
    },
    /// Revoked, at the moment asked about.
    #[error("certificate {at} is revoked since {since}")]
    Revoked {
        /// Which certificate.
        at: usize,
        /// Since when.
        since: UtcDateTime,
        /// Why.
        reason: Reason,
    },
}

impl From<Limit> for PathFault {
    fn from(limit: Limit) -> Self {
        Self::Budget { limit }
    }
}

impl PathFault {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Budget { .. } => "path.limit",
            Self::NoIssuer { .. } => "path.no-issuer",
            Self::Signature { .. } => "path.signature-differs",
            Self::Key { .. } => "path.key",
            Self::AnchorPurpose => "path.anchor-purpose",
            Self::AnchorPeriod { .. } => "path.anchor-period",
            Self::Malformed { .. } => "path.malformed-extension",
            Self::UnknownCritical { .. } => "path.critical-extension",
            Self::NotAuthority { .. } => "path.not-an-authority",
            Self::PathLength { .. } => "path.length",
            Self::KeyUsage { .. } => "path.key-usage",
            Self::EncryptionCertificate { .. } => "path.encryption-certificate",
            Self::Purpose { .. } => "path.purpose",
            Self::NotPermitted { .. } => "path.name-not-permitted",
            Self::Excluded { .. } => "path.name-excluded",
            Self::NotComparable { .. } => "path.name-not-comparable",
            Self::Constraint { .. } => "path.malformed-constraint",
            Self::AnyPolicyMapped { .. } => "path.any-policy-mapped",
            Self::Policy { .. } => "path.policy",
            Self::WeakKey { .. } => "path.weak-key",
            Self::WeakAlgorithm { .. } => "path.weak-algorithm",
            Self::NotYetValid { .. } => "path.not-yet-valid",
            Self::Expired { .. } => "path.expired",
            Self::StatusUnknown { .. } => "path.status-unknown",
            Self::Revoked { .. } => "path.revoked",
        }
    }

    /// The place of the certificate concerned, the leaf at 0; `None` where it is not about one.
    #[must_use]
    pub fn at(&self) -> Option<usize> {
        match *self {
            Self::Budget { .. } | Self::AnchorPurpose | Self::AnchorPeriod { .. } => None,
            Self::Constraint { by, .. } => Some(by),
            Self::NoIssuer { at }
            | Self::Signature { at, .. }
            | Self::Key { at, .. }
            | Self::Malformed { at, .. }
            | Self::UnknownCritical { at, .. }
            | Self::NotAuthority { at }
            | Self::PathLength { at }
            | Self::KeyUsage { at }
            | Self::EncryptionCertificate { at }
            | Self::Purpose { at }
            | Self::NotPermitted { at, .. }
            | Self::Excluded { at, .. }
            | Self::NotComparable { at, .. }
            | Self::AnyPolicyMapped { at }
            | Self::Policy { at }
            | Self::WeakKey { at, .. }
            | Self::WeakAlgorithm { at, .. }
            | Self::NotYetValid { at, .. }
            | Self::Expired { at, .. }
            | Self::StatusUnknown { at, .. }
            | Self::Revoked { at, .. } => Some(at),
        }
    }

    /// How far a chain came that ends in this fault: of several, the furthest is told.
    pub(super) fn reach(&self) -> u8 {
        match self {
            Self::NoIssuer { .. } => 0,
            Self::Key { .. } | Self::Signature { .. } => 1,
            // One chain was too long; others were tried.
            Self::AnchorPurpose
            | Self::AnchorPeriod { .. }
            | Self::Budget {
                limit: Limit::Depth,
            } => 2,
            Self::WeakKey { .. } | Self::WeakAlgorithm { .. } => 4,
            Self::NotYetValid { .. } | Self::Expired { .. } => 5,
            Self::StatusUnknown { .. } => 6,
            Self::Revoked { .. } => 7,
            Self::Budget { .. } => 8,
            _ => 3,
        }
    }
}
