//! Founding an installation: its keys, its hierarchy, its seals, its lists.
//!
//! Done once, on an empty registry and a new key store. Production makes the root elsewhere, in a ceremony; here
//! both lie in one key store, which the example mode says on every page.

use std::collections::BTreeMap;

use catalogue::{Catalogue, SealScope};
use crypto::{
    KeyAlgorithm, KeyId, KeyStore, KeyStoreError, KeyUse, NewKey, PublicKey, Random, ReadKey,
    ReadPrivateKey, SignatureAlgorithm,
};
use pki::certificate::{Certificate, Validity};
use pki::name::Name;
use pki::profile::{Issuer, LegalPerson, NameSubject, Profile, office};
use registry::Registry;
use registry::status::ListNumber;
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::certify::{Authority, CertifyError, Order, SHARDS};
use crate::clock::Clock;
use crate::keys::{ServiceKey, seal_key};
use crate::slots::{self, BeginList};

/// Why nothing was founded, or not everything.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FoundError {
    /// A key cannot be made.
    #[error("a key cannot be made")]
    Key(#[from] ReadPrivateKey),
    /// A public key cannot be read back.
    #[error("a public key cannot be read back")]
    Public(#[from] ReadKey),
    /// The key store refuses.
    #[error("the key store refuses")]
    KeyStore(#[from] KeyStoreError),
    /// A certificate cannot be issued.
    #[error("a certificate cannot be issued")]
    Certify(#[from] CertifyError),
    /// A name cannot stand in a certificate.
    #[error("a name cannot stand in a certificate")]
    Name(#[from] NameSubject),
    /// The registry cannot be written.
    #[error("the registry cannot be written")]
    Lists(#[from] registry::certificates::CertificateError),
    /// The status list cannot be begun.
    #[error("the status list cannot be begun")]
    Status(#[from] BeginList),
    /// No randomness.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
    /// The key store has no such key.
    #[error("the key store has no key {0}")]
    KeyAbsent(KeyId),
    /// The seal's code names no key.
    #[error("no key can be named after the seal {0}")]
    SealCode(String),
}

/// What is founded.
#[derive(Clone, Copy)]
pub struct Founding<'a> {
    /// Who operates the service, as its certificates say.
    pub operator: &'a str,
    /// Origin of the service, such as `https://licences.example`.
    pub address: &'a str,
    /// Whose seals are made.
    pub catalogue: &'a Catalogue,
    /// Where keys go; unlocked.
    pub keys: &'a KeyStore,
    /// Where facts go; empty.
    pub registry: &'a Registry,
    /// Keeps partitions of the revocation list from being filled from outside.
    pub shard_key: &'a [u8; 32],
    /// Now.
    pub clock: &'a dyn Clock,
    /// For keys, serial numbers and the permutation of the status list.
    pub random: &'a dyn Random,
}

impl std::fmt::Debug for Founding<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Founding")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// The number of the first status list; the next ones follow when it is full.
const FIRST_LIST: ListNumber = ListNumber(1);

/// How long each kind lives, within what its profile allows.
const ROOT_LIFE: Duration = Duration::days(3_650);
const AUTHORITY_LIFE: Duration = Duration::days(1_825);
const END_LIFE: Duration = Duration::days(365);

impl Founding<'_> {
    /// Makes everything.
    ///
    /// # Errors
    /// [`FoundError`]; begin again on an empty registry and a new key store.
    pub async fn found(&self) -> Result<(), FoundError> {
        self.make_keys()?;
        let root = self.root().await?;
        let root_issuer = Issuer::of(&root, self.algorithm(&ServiceKey::Root.id())?)?;
        let authority = self
            .service(ServiceKey::Root, &root_issuer, ServiceKey::Authority)
            .await?;
        let issuer = Issuer::of(&authority, self.algorithm(&ServiceKey::Authority.id())?)?;
        for key in ServiceKey::ALL {
            let made = matches!(key, ServiceKey::Root | ServiceKey::Authority);
            if !made && key.profile().is_some() {
                self.service(ServiceKey::Authority, &issuer, key).await?;
            }
        }
        for seal in self.catalogue.seals() {
            self.seal(&issuer, seal).await?;
        }
        let lists = self.registry.revocation_lists();
        lists.begin(&ServiceKey::Root.id(), 1).await?;
        lists
            .begin(&ServiceKey::Authority.id(), SHARDS.get())
            .await?;
        slots::begin(self.registry, self.address, FIRST_LIST, self.random).await?;
        Ok(())
    }

    /// All keys in one durable write.
    fn make_keys(&self) -> Result<(), FoundError> {
        let mut made = BTreeMap::new();
        for key in ServiceKey::ALL {
            let algorithm = match key {
                // C2SP signed-note: checkpoints are signed with Ed25519.
                ServiceKey::Log | ServiceKey::Trace => KeyAlgorithm::Ed25519,
                ServiceKey::Root => KeyAlgorithm::EcP384,
                _ => KeyAlgorithm::EcP256,
            };
            let pkcs8 = crypto::generate_pkcs8(algorithm, self.random)?;
            made.insert(key.id(), (key.for_use(), pkcs8, None));
        }
        for seal in self.catalogue.seals() {
            let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, self.random)?;
            let code = seal.seal.as_str();
            made.insert(key_of(seal)?, (KeyUse::Seal, pkcs8, Some(code)));
        }
        let keys: Vec<NewKey<'_>> = made
            .iter()
            .map(|(id, (for_use, pkcs8, seal))| NewKey {
                id: id.clone(),
                for_use: *for_use,
                algorithm: None,
                pkcs8,
                seal: *seal,
            })
            .collect();
        Ok(self.keys.add(&keys, self.random)?)
    }

    async fn root(&self) -> Result<Certificate, FoundError> {
        let name = office(self.operator, title(ServiceKey::Root))?;
        let id = ServiceKey::Root.id();
        let key = self.public(&id)?;
        let issuer = Issuer::without_certificate(name.clone(), key.clone(), self.algorithm(&id)?);
        let until = self.now() + ROOT_LIFE;
        let order = self.order(Profile::ROOT, &name, &key, until, "");
        Ok(self.authority(&id, &issuer).issue(&order).await?)
    }

    async fn service(
        &self,
        by: ServiceKey,
        issuer: &Issuer,
        key: ServiceKey,
    ) -> Result<Certificate, FoundError> {
        let profile = key.profile().unwrap_or(Profile::CREDENTIAL);
        let name = office(self.operator, title(key))?;
        let life = if key == ServiceKey::Authority {
            AUTHORITY_LIFE
        } else {
            END_LIFE
        };
        let public = self.public(&key.id())?;
        let order = self.order(profile, &name, &public, self.now() + life, "");
        Ok(self.authority(&by.id(), issuer).issue(&order).await?)
    }

    async fn seal(&self, issuer: &Issuer, seal: &SealScope) -> Result<(), FoundError> {
        let Some(department) = self.catalogue.department(&seal.holder) else {
            return Ok(());
        };
        // EN 319 412-3 4.2.1; D23: organizationIdentifier is NTRCN- and the credit code.
        let name = LegalPerson {
            organization: &department.name_zh,
            credit_code: department.code.as_str(),
            seal_code: seal.seal.as_str(),
            common_name: &seal.name_zh,
        }
        .name()?;
        let key = self.public(&key_of(seal)?)?;
        let until = self.now() + END_LIFE;
        let order = self.order(Profile::SEAL, &name, &key, until, seal.holder.as_str());
        self.authority(&ServiceKey::Authority.id(), issuer)
            .issue(&order)
            .await?;
        Ok(())
    }

    fn authority<'a>(&'a self, key: &'a KeyId, issuer: &'a Issuer) -> Authority<'a> {
        Authority {
            key,
            issuer,
            address: self.address,
            shard_key: self.shard_key,
            keys: self.keys,
            certificates: self.registry.certificates(),
            clock: self.clock,
            random: self.random,
            throw_away: None,
        }
    }

    fn order<'a>(
        &self,
        profile: Profile,
        subject: &'a Name,
        key: &'a PublicKey,
        until: UtcDateTime,
        department: &'a str,
    ) -> Order<'a> {
        let from = self.now();
        let last = until.min(from + profile.longest) - Duration::SECOND;
        Order {
            profile,
            subject,
            key,
            validity: Validity { from, last },
            department,
            asker: None,
        }
    }

    fn public(&self, id: &KeyId) -> Result<PublicKey, FoundError> {
        match self.keys.public_key(id) {
            Some((key, _, _)) => Ok(key),
            None => Err(FoundError::KeyAbsent(id.clone())),
        }
    }

    fn algorithm(&self, id: &KeyId) -> Result<SignatureAlgorithm, FoundError> {
        match self.keys.public_key(id) {
            Some((_, algorithm, _)) => Ok(algorithm),
            None => Err(FoundError::KeyAbsent(id.clone())),
        }
    }

    fn now(&self) -> UtcDateTime {
        let now = self.clock.now();
        now.replace_nanosecond(0).unwrap_or(now)
    }
}

fn key_of(seal: &SealScope) -> Result<KeyId, FoundError> {
    let code = seal.seal.as_str();
    seal_key(code).ok_or_else(|| FoundError::SealCode(code.to_owned()))
}

/// The common name of a service's certificate.
fn title(key: ServiceKey) -> &'static str {
    match key {
        ServiceKey::Root => "Root",
        ServiceKey::Authority => "Issuing CA",
        ServiceKey::Responder => "OCSP",
        ServiceKey::TimeStamps => "Time-stamps",
        ServiceKey::Log => "Log",
        ServiceKey::Trace => "Trace",
        ServiceKey::Credential => "Credentials",
        ServiceKey::StatusList => "Status lists",
        ServiceKey::TrustBundle => "Trust bundle",
    }
}
