//! What an office is opened with, and what of it is read from the register.

use std::sync::Arc;

use catalogue::Zone;
use crypto::{KeyId, KeyStore, Random, SignatureAlgorithm};
use document::Edition;
use pki::certificate::Certificate;
use pki::profile::Profile;
use registry::Registry;
use registry::certificates::Registered;
use registry::objects::Objects;
use time::{Duration, UtcDateTime};

use crate::certify::Policies;
use crate::clock::Clock;
use crate::hierarchy::Certified;
use crate::keys::ServiceKey;
use crate::opening::OpenOffice;

/// What an office decides once.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Origin of the service, such as `https://licences.example`; in certificates, codes and links.
    pub address: String,
    /// Under which policies it works.
    pub policies: Policies,
    /// The zone of legal dates.
    pub zone: Zone,
    /// Whether pages are marked as samples.
    pub edition: Edition,
    /// How long status answers and lists are good.
    pub status_life: Duration,
    /// How long a release may wait.
    pub release_life: Duration,
    /// How long a page waits for its release before its job ends.
    pub waiting_life: Duration,
    /// Processors at hand for work on documents and for what is asked meanwhile.
    pub workers: usize,
    /// Where the operator is reached, as its own trusted list says it; without it the list names the service's page.
    pub contact: Option<Contact>,
}

/// Where the operator of a scheme is reached, and its rules (TS 119 612 5.3.5, 5.3.9, 5.3.11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Street and number.
    pub street: String,
    /// City.
    pub locality: String,
    /// Province.
    pub province: String,
    /// Electronic mail, without `mailto:`.
    pub mail: String,
    /// The page with rules and policy of the scheme.
    pub rules: Option<String>,
}

/// The parts that an office is opened with.
pub struct Parts {
    /// What it decided once.
    pub settings: Settings,
    /// Facts.
    pub registry: Registry,
    /// Files.
    pub objects: Objects,
    /// Keys, unlocked or not.
    pub keys: Arc<KeyStore>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Keeps partitions of the revocation list from being filled from outside.
    pub shard_key: [u8; 32],
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Parts")
    }
}

/// The certificate of a key, as `by` issued it by a profile.
///
/// # Errors
/// `KeyAbsent`, or the register.
pub(crate) async fn certificate_of(
    parts: &Parts,
    (by, profile): (ServiceKey, Profile),
    key: &KeyId,
) -> Result<Certificate, OpenOffice> {
    let found = issued(&parts.registry, by, profile).await?;
    own(parts, key, &found).ok_or_else(|| OpenOffice::KeyAbsent(key.clone()))
}

/// The certificates of a profile that an issuer issued, the newest first.
pub(crate) async fn issued(
    registry: &Registry,
    by: ServiceKey,
    profile: Profile,
) -> Result<Vec<Certificate>, OpenOffice> {
    let certificates = registry.certificates();
    parsed(&certificates.of_profile(&by.id(), profile.name).await?)
}

pub(crate) fn parsed(found: &[Registered]) -> Result<Vec<Certificate>, OpenOffice> {
    let ders = found
        .iter()
        .filter_map(|registered| registered.der.as_ref());
    Ok(ders
        .map(|der| Certificate::parse(der))
        .collect::<Result<_, _>>()?)
}

/// All certificates of a key that is certified anew, as `by` issued them by a profile, beside those of the keys that had its
/// place before, or will have it next: a profile of the service's own has no other keys.
///
/// # Errors
/// `KeyAbsent`, or the register.
pub(crate) async fn certified_of(
    (registry, keys): (&Registry, &KeyStore),
    by: ServiceKey,
    key: ServiceKey,
) -> Result<Certified, OpenOffice> {
    let absent = || OpenOffice::KeyAbsent(key.id());
    let (public, _, _) = keys.public_key(&key.id()).ok_or_else(absent)?;
    let profile = key.profile().ok_or_else(absent)?;
    let found = issued(registry, by, profile).await?;
    let is_own = |one: &Certificate| one.public_key().is_ok_and(|key| key == public);
    let (own, others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_own);
    let mut own = own.into_iter();
    let newest = own.next().ok_or_else(absent)?;
    Ok(Certified::new(newest, own.collect()).beside(others))
}

fn own(parts: &Parts, key: &KeyId, found: &[Certificate]) -> Option<Certificate> {
    let (public, _, _) = parts.keys.public_key(key)?;
    found
        .iter()
        .find(|certificate| certificate.public_key().is_ok_and(|key| key == public))
        .cloned()
}

pub(crate) fn algorithm(parts: &Parts, key: ServiceKey) -> Result<SignatureAlgorithm, OpenOffice> {
    match parts.keys.public_key(&key.id()) {
        Some((_, algorithm, _)) => Ok(algorithm),
        None => Err(OpenOffice::KeyAbsent(key.id())),
    }
}

/// The latest moment that the journal knows of a token (T-T2).
pub(crate) async fn last_stamp(
    registry: &Registry,
    key: ServiceKey,
) -> Result<UtcDateTime, OpenOffice> {
    let last = registry.journal().last_use(&key.id()).await?;
    Ok(last.unwrap_or(UtcDateTime::UNIX_EPOCH))
}
