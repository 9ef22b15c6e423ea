//! What the leaf's key is to be used for, and what keyUsage and extKeyUsage have to say for it.

use crate::extension::{KeyUsage, Purposes};
use crate::identifiers as id;
use asn1::Oid;

/// Purposes that deployed signers of documents have beside that of RFC 9336: Adobe's authentic documents
/// and Microsoft's document signing.
const OLDER_DOCUMENT_SIGNING: [Oid; 2] = [
    Oid::of(&[1, 2, 840, 113_583, 1, 1, 5]),
    Oid::of(&[1, 3, 6, 1, 4, 1, 311, 10, 3, 12]),
];

/// What a certificate's key is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Purpose {
    /// Seals and signatures on documents (RFC 9336).
    DocumentSigning,
    /// Signatures of whatever purpose: for files from elsewhere, under a policy that says so.
    AnySignature,
    /// Time-stamp tokens (RFC 3161).
    TimeStamping,
    /// OCSP answers (RFC 6960).
    OcspSigning,
    /// Printed codes and credentials.
    Credential,
    /// Status lists.
    StatusList,
    /// The trust bundle.
    TrustBundle,
    /// Checkpoints of a log.
    Log,
    /// TLS servers.
    ServerAuthentication,
    /// TLS clients.
    ClientAuthentication,
}

const SIGNS: KeyUsage = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);
const SERVES: KeyUsage = KeyUsage::DIGITAL_SIGNATURE
    .and(KeyUsage::KEY_ENCIPHERMENT)
    .and(KeyUsage::KEY_AGREEMENT);

const ENCRYPTS: KeyUsage = KeyUsage::KEY_ENCIPHERMENT
    .and(KeyUsage::DATA_ENCIPHERMENT)
    .and(KeyUsage::KEY_AGREEMENT);
const AUTHORISES: KeyUsage = KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN);

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::DocumentSigning,
        Self::AnySignature,
        Self::TimeStamping,
        Self::OcspSigning,
        Self::Credential,
        Self::StatusList,
        Self::TrustBundle,
        Self::Log,
        Self::ServerAuthentication,
        Self::ClientAuthentication,
    ];

    /// Its word in trust bundles and policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DocumentSigning => "document-signing",
            Self::AnySignature => "any-signature",
            Self::TimeStamping => "time-stamping",
            Self::OcspSigning => "ocsp-signing",
            Self::Credential => "credential",
            Self::StatusList => "status-list",
            Self::TrustBundle => "trust-bundle",
            Self::Log => "log",
            Self::ServerAuthentication => "server-authentication",
            Self::ClientAuthentication => "client-authentication",
        }
    }

    /// The purpose of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Whether a leaf with this keyUsage may serve; one without may (RFC 5280 4.2.1.3: absent is no limit).
    pub(super) fn allows_usage(self, usage: Option<KeyUsage>) -> bool {
        let any_of = match self {
            // EN 319 412-2 4.3.2: types A to F, all of which have one of the two.
            Self::DocumentSigning | Self::AnySignature | Self::TimeStamping | Self::OcspSigning => {
                SIGNS
            }
            Self::ServerAuthentication => SERVES,
            // A key that only commits to content (a seal's) signs neither codes nor lists.
            _ => KeyUsage::DIGITAL_SIGNATURE,
        };
        usage.is_none_or(|usage| usage.intersects(any_of))
    }

    /// Whether this keyUsage is that of an encryption certificate (GB/T 20518): it enciphers or agrees, and nothing else.
    pub(super) fn only_encrypts(usage: KeyUsage) -> bool {
        usage.intersects(ENCRYPTS) && !usage.intersects(SIGNS.and(AUTHORISES))
    }

    /// Whether a leaf with this extKeyUsage may serve.
    pub(super) fn allows_leaf(self, purposes: Option<&Purposes>) -> bool {
        let Some(purposes) = purposes else {
            // RFC 3161 2.3, RFC 6960 4.2.2.2: these two are never taken for granted.
            return !matches!(self, Self::TimeStamping | Self::OcspSigning);
        };
        match self {
            Self::AnySignature => true,
            // anyExtendedKeyUsage does not stand for them either.
            Self::TimeStamping => purposes.contains(&id::TIME_STAMPING),
            Self::OcspSigning => purposes.contains(&id::OCSP_SIGNING),
            _ => self.allows_authority(Some(purposes)),
        }
    }

    /// Whether a CA with this extKeyUsage may stand above: where it has one, it names the purpose or any.
    pub(super) fn allows_authority(self, purposes: Option<&Purposes>) -> bool {
        let Some(purposes) = purposes else {
            return true;
        };
        let named = |oid: &Oid| purposes.allows(oid);
        match self {
            Self::AnySignature => true,
            Self::DocumentSigning => {
                named(&id::DOCUMENT_SIGNING) || OLDER_DOCUMENT_SIGNING.iter().any(named)
            }
            Self::TimeStamping => named(&id::TIME_STAMPING),
            Self::OcspSigning => named(&id::OCSP_SIGNING),
            Self::StatusList => named(&id::STATUS_LIST_SIGNING),
            Self::ServerAuthentication => named(&id::SERVER_AUTH),
            Self::ClientAuthentication => named(&id::CLIENT_AUTH),
            // No purpose of its own is registered: only who is bound to none may.
            Self::Credential | Self::TrustBundle | Self::Log => named(&id::ANY_PURPOSE),
        }
    }
}
