//! The names of the installation's own keys.

use crypto::{KeyId, KeyUse};
use pki::profile::Profile;

/// A key of the service, other than a seal's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceKey {
    /// The root of the hierarchy; offline in production.
    Root,
    /// The issuing CA.
    Authority,
    /// The OCSP responder.
    Responder,
    /// The time-stamping unit.
    TimeStamps,
    /// Checkpoints of the public log.
    Log,
    /// Checkpoints of the trace.
    Trace,
    /// Printed codes and credentials.
    Credential,
    /// Token status lists.
    StatusList,
    /// The trust bundle.
    TrustBundle,
    /// The root of the national suite (D5); offline in production.
    NationalRoot,
    /// The issuing CA of the national suite.
    NationalAuthority,
    /// Its OCSP responder.
    NationalResponder,
    /// Its time-stamping unit.
    NationalTimeStamps,
    /// Makes electronic seals of GB/T 38540.
    SealMaker,
    /// Printed codes of types that ask for the national suite alone.
    NationalCredential,
    /// Checkpoints of the public log, in SM2 beside the usual signature.
    NationalLog,
    /// Checkpoints of the trace, likewise.
    NationalTrace,
}

impl ServiceKey {
    /// All, in the order in which they are made: issuers first.
    pub const ALL: [Self; 9] = [
        Self::Root,
        Self::Authority,
        Self::Responder,
        Self::TimeStamps,
        Self::Log,
        Self::Trace,
        Self::Credential,
        Self::StatusList,
        Self::TrustBundle,
    ];

    /// Those of the national suite, issuers first; an office may have none of them.
    pub const NATIONAL: [Self; 8] = [
        Self::NationalRoot,
        Self::NationalAuthority,
        Self::NationalResponder,
        Self::NationalTimeStamps,
        Self::SealMaker,
        Self::NationalCredential,
        Self::NationalLog,
        Self::NationalTrace,
    ];

    /// Its name in the key store and the journal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Authority => "ca",
            Self::Responder => "ocsp",
            Self::TimeStamps => "tsa",
            Self::Log => "log",
            Self::Trace => "trace",
            Self::Credential => "credential",
            Self::StatusList => "status",
            Self::TrustBundle => "trust",
            Self::NationalRoot => "sm-root",
            Self::NationalAuthority => "sm-ca",
            Self::NationalResponder => "sm-ocsp",
            Self::NationalTimeStamps => "sm-tsa",
            Self::SealMaker => "sm-maker",
            Self::NationalCredential => "sm-credential",
            Self::NationalLog => "sm-log",
            Self::NationalTrace => "sm-trace",
        }
    }

    /// What it is used for.
    #[must_use]
    pub fn for_use(self) -> KeyUse {
        match self {
            Self::Root
            | Self::Authority
            | Self::NationalRoot
            | Self::NationalAuthority
            | Self::SealMaker => KeyUse::Certificates,
            Self::Responder | Self::NationalResponder => KeyUse::Ocsp,
            Self::TimeStamps | Self::NationalTimeStamps => KeyUse::TimeStamps,
            Self::Log | Self::Trace | Self::NationalLog | Self::NationalTrace => {
                KeyUse::Checkpoints
            }
            Self::Credential | Self::NationalCredential => KeyUse::Credentials,
            Self::StatusList => KeyUse::StatusLists,
            Self::TrustBundle => KeyUse::TrustBundle,
        }
    }

    /// The profile of its certificate; checkpoints are signed by bare keys (C2SP signed-note).
    #[must_use]
    pub fn profile(self) -> Option<Profile> {
        Some(match self {
            Self::Root | Self::NationalRoot => Profile::ROOT,
            Self::Authority | Self::NationalAuthority => Profile::ISSUING_CA,
            Self::Responder | Self::NationalResponder => Profile::OCSP_RESPONDER,
            Self::TimeStamps | Self::NationalTimeStamps => Profile::TIME_STAMPING,
            Self::SealMaker => Profile::SEAL_MAKER,
            Self::Credential | Self::NationalCredential => Profile::CREDENTIAL,
            Self::StatusList => Profile::STATUS_LIST,
            Self::TrustBundle => Profile::TRUST_BUNDLE,
            Self::Log | Self::Trace | Self::NationalLog | Self::NationalTrace => return None,
        })
    }

    /// Its name as the key store takes it.
    #[must_use]
    pub fn id(self) -> KeyId {
        key_id(self.name())
    }
}

/// The name of a seal's key: the seal's code behind `seal-`.
///
/// `None` for a code that no key can be named after.
#[must_use]
pub fn seal_key(seal: &str) -> Option<KeyId> {
    KeyId::parse(&format!("seal-{seal}"))
}

/// The name of a seal's key of the national suite (D23: a seal has one key per suite): `sm-seal-` and the code.
///
/// `None` for a code that no key can be named after.
#[must_use]
pub fn national_seal_key(seal: &str) -> Option<KeyId> {
    KeyId::parse(&format!("sm-seal-{seal}"))
}

/// The keys of a seal, one for each suite (D23).
#[must_use]
pub fn seal_keys(seal: &str) -> Option<[KeyId; 2]> {
    seal_key(seal).zip(national_seal_key(seal)).map(Into::into)
}

fn key_id(name: &'static str) -> KeyId {
    KeyId::parse(name).expect("names of service keys are plain ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_key_has_a_name_of_its_own() {
        let all = || ServiceKey::ALL.into_iter().chain(ServiceKey::NATIONAL);
        let mut names: Vec<KeyId> = all().map(ServiceKey::id).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all().count());
        assert_eq!(
            seal_key("990102-SPZYZ-01")
                .map(|id| id.to_string())
                .as_deref(),
            Some("seal-990102-SPZYZ-01")
        );
        assert_eq!(seal_key("印"), None);
    }
}
