//! Founding an installation: its keys, its hierarchy, its seals, its lists.
//!
//! Done once, on an empty registry and a new key store. Production makes the root elsewhere, in a ceremony; here
//! both lie in one key store, which the example mode says on every page.

mod rekeyed;

use std::collections::BTreeMap;

use catalogue::key::{PersonKey, SealCode};
use catalogue::{Catalogue, SealScope};
use crypto::device::Order as KeyOrder;
use crypto::{
    Authorisation, KeyAlgorithm, KeyId, KeyStore, KeyStoreError, KeyUse, PublicKey, Random,
    ReadKey, SignError, SignatureAlgorithm,
};
use document::seal_png;
use pki::certificate::{Certificate, Validity};
use pki::name::Name;
use pki::profile::{Issuer, LegalPerson, NameSubject, Profile, office};
use registry::Later;
use registry::asked::By;
use registry::journal::KeyUse as Use;
use registry::seals::SealObject;
use registry::status::ListNumber;
use registry::trace::Deed;
use registry::{Registry, StoreError};
use seal::ses::{self, Edition, Image, KIND_ORGANISATION, Listing, MakeSeal};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::by_two::{self, Done, TwoPeople};
use crate::certify::{Authority, CertifyError, Order, Policies, SHARDS};
use crate::clock::Clock;
use crate::keys::{ServiceKey, national_seal_key, seal_key};
use crate::office::Office;
use crate::seals::{SealError, VENDOR, picture};
use crate::slots::{self, BeginList};

/// Why nothing was founded, or not everything.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FoundError {
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
    /// A seal cannot be drawn.
    #[error("a seal cannot be drawn")]
    Seal(#[from] SealError),
    /// An electronic seal cannot be made.
    #[error("an electronic seal cannot be made")]
    Object(#[from] MakeSeal),
    /// The key store did not sign.
    #[error("the key store did not sign")]
    Sign(#[from] SignError),
    /// The registry cannot be written.
    #[error("the registry cannot be written")]
    Store(#[from] StoreError),
    /// The national suite is there.
    #[error("the installation has the national suite")]
    HasNational,
    /// Who does it.
    #[error(transparent)]
    People(#[from] TwoPeople),
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
    /// Under which policies it works.
    pub policies: Policies,
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
    /// Whether the national suite is founded too (D5): a hierarchy in SM2, and each seal as GB/T 38540 has it.
    pub national: bool,
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

/// How long each kind lives, within what its profile allows; a time-stamp proves no longer than its unit (EN 319 102-1 5.4.4).
const ROOT_LIFE: Duration = Duration::days(3_650);
/// The authority goes on publishing lists that keep what has expired when its units have ended: what another unit renewed by
/// then is judged by them.
const AUTHORITY_LIFE: Duration = Duration::days(3_620);
const STAMPS_LIFE: Duration = Duration::days(1_795);
const END_LIFE: Duration = Duration::days(365);

/// How long a certificate of a key lives that is certified anew each year. A time-stamp holds no longer than the certificate
/// of its unit, and nothing proves when a printed code was made, which holds no longer than the certificate under which it was
/// signed: these live as long as licences do.
pub(crate) fn life(key: ServiceKey) -> Duration {
    match key {
        ServiceKey::Credential
        | ServiceKey::NationalCredential
        | ServiceKey::TimeStamps
        | ServiceKey::NationalTimeStamps => STAMPS_LIFE,
        _ => END_LIFE,
    }
}

impl<'a> Founding<'a> {
    /// What is made once more in an office that was founded.
    #[must_use]
    pub fn over(office: &'a Office, catalogue: &'a Catalogue) -> Founding<'a> {
        Founding {
            operator: "",
            address: &office.settings.address,
            policies: office.settings.policies,
            catalogue,
            keys: &office.keys,
            registry: &office.registry,
            shard_key: &office.shard_key,
            clock: office.clock.as_ref(),
            national: false,
            random: office.random.as_ref(),
        }
    }
}

impl Founding<'_> {
    /// Makes everything.
    ///
    /// # Errors
    /// [`FoundError`]; begin again on an empty registry and a new key store.
    pub fn found(&self) -> Later<'_, Result<(), FoundError>> {
        Box::pin(async move {
            self.make_keys()?;
            let issuer = self
                .authorities(ServiceKey::Root, ServiceKey::Authority)
                .await?;
            for key in ServiceKey::ALL {
                let made = matches!(key, ServiceKey::Root | ServiceKey::Authority);
                if !made && key.profile().is_some() {
                    self.service(ServiceKey::Authority, &issuer, key).await?;
                }
            }
            for seal in self.catalogue.seals() {
                let key = key_of(seal)?;
                self.seal((ServiceKey::Authority, &issuer), seal, &key)
                    .await?;
            }
            self.lists(ServiceKey::Root, ServiceKey::Authority).await?;
            if self.national {
                self.found_national().await?;
            }
            slots::begin(self.registry, self.address, FIRST_LIST, self.random).await?;
            Ok(())
        })
    }

    /// Adds the national suite to an installation that was founded without it, by two people, whose departments' traces
    /// have it before anything is made; whoever may release a seal may release it in this suite, too. Broken off, it is
    /// done again.
    ///
    /// # Errors
    /// [`FoundError`]; `HasNational` where the suite is there, `People`.
    pub async fn add_national(&self, people: [&PersonKey; 2]) -> Result<(), FoundError> {
        if !self.registry.seals().objects().await?.is_empty() {
            return Err(FoundError::HasNational);
        }
        let done = Done {
            deed: Deed::Key,
            object: ServiceKey::NationalRoot.id().to_string(),
            ground: "national-suite",
            detail: Vec::new(),
        };
        let [first, second] = people;
        by_two::record(self.registry, (first, second), done, self.now()).await?;
        if self
            .keys
            .public_key(&ServiceKey::NationalRoot.id())
            .is_none()
        {
            self.keys.make(&self.national_keys()?, self.random)?;
        }
        for seal in self.catalogue.seals() {
            let national = national_key_of(seal)?;
            for releaser in self.keys.releasers(&key_of(seal)?) {
                let person = &releaser.person;
                match &releaser.passkey {
                    None => {
                        let own = &releaser.public;
                        self.keys
                            .enrol_releaser(&national, person, own, self.random)?;
                    }
                    Some(passkey) => {
                        self.keys
                            .enrol_passkey(&national, person, passkey, self.random)?;
                    }
                }
            }
        }
        self.found_national().await
    }

    /// The national suite: hierarchy, the keys of seals, and each seal as its maker signs it, which are kept last.
    async fn found_national(&self) -> Result<(), FoundError> {
        use ServiceKey as K;
        let issuer = self
            .authorities(K::NationalRoot, K::NationalAuthority)
            .await?;
        for key in [
            K::NationalResponder,
            K::NationalTimeStamps,
            K::NationalCredential,
        ] {
            self.service(K::NationalAuthority, &issuer, key).await?;
        }
        let maker = self
            .service(K::NationalAuthority, &issuer, K::SealMaker)
            .await?;
        let mut drawn = self.pictures()?;
        let mut made = Vec::new();
        for scope in self.catalogue.seals() {
            let key = national_key_of(scope)?;
            let by = (K::NationalAuthority, &issuer);
            let certificate = self.seal(by, scope, &key).await?;
            let (Some(certificate), Some(image)) = (certificate, drawn.remove(&scope.seal)) else {
                continue;
            };
            let on = (scope, &image);
            let object = self.object(&maker, (Edition::V4, on), &certificate).await?;
            let earlier = self.object(&maker, (Edition::V1, on), &certificate).await?;
            made.push(SealObject {
                code: scope.seal.clone(),
                department: scope.holder.clone(),
                object,
                earlier: Some(earlier),
            });
        }
        self.lists(K::NationalRoot, K::NationalAuthority).await?;
        Ok(self.registry.seals().keep_objects(made, self.now()).await?)
    }

    /// The pictures of all seals, drawn by as many threads as there are processors, at most four.
    fn pictures(&self) -> Result<BTreeMap<SealCode, Image>, FoundError> {
        let scopes: Vec<&SealScope> = self.catalogue.seals().collect();
        let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
        let share = scopes.len().div_ceil(threads).max(1);
        let drawn = std::thread::scope(|scope| {
            let parts = scopes.chunks(share);
            let running: Vec<_> = parts
                .map(|part| scope.spawn(|| part.iter().map(|seal| self.image(seal)).collect()))
                .collect();
            let results = running.into_iter().map(|thread| match thread.join() {
                Ok(results) => results,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            results.collect::<Vec<Vec<Result<_, FoundError>>>>()
        });
        let found: Result<Vec<Option<_>>, _> = drawn.into_iter().flatten().collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// The picture of a seal as GB/T 38540 carries it: PNG, 600 dpi, its size in millimetres.
    pub(crate) fn image(&self, scope: &SealScope) -> Result<Option<(SealCode, Image)>, FoundError> {
        let Some(department) = self.catalogue.department(&scope.holder) else {
            return Ok(None);
        };
        let picture = picture(scope, department)?;
        let octets = seal_png(&picture).map_err(|source| SealError::Appearance {
            seal: scope.seal.clone(),
            source,
        })?;
        let image = Image {
            format: "PNG".to_owned(),
            octets,
            width: whole_millimetres(picture.width),
            height: whole_millimetres(picture.height),
        };
        Ok(Some((scope.seal.clone(), image)))
    }

    /// A seal as its maker signs it (GB/T 38540, GM/T 0031), known to the journal before (T-S8).
    pub(crate) async fn object(
        &self,
        maker: &Certificate,
        (edition, (scope, image)): (Edition, (&SealScope, &Image)),
        signer: &Certificate,
    ) -> Result<Vec<u8>, FoundError> {
        let now = self.now();
        let last = signer.validity().last;
        let draft = ses::Draft {
            edition,
            vendor: VENDOR,
            id: scope.seal.as_str(),
            kind: KIND_ORGANISATION,
            name: &scope.name_zh,
            signers: std::slice::from_ref(signer),
            listing: Listing::Certificates,
            dates: [now, now, last],
            image,
        };
        let key = ServiceKey::SealMaker.id();
        let prepared = draft.prepare(maker, self.algorithm(&key)?)?;
        let message = prepared.to_be_signed();
        let line = Use {
            department: scope.holder.clone(),
            by: By::new("service", now),
            key: key.clone(),
            purpose: "seal-object".to_owned(),
            digests: vec![crypto::sha256(&message)],
            object: scope.seal.to_string(),
        };
        self.registry.journal().append(vec![line]).await?;
        let under = Authorisation::journalled(key, KeyUse::Certificates, &message, now);
        let signature = self.keys.sign(&message, &under)?;
        Ok(prepared.finish(&signature)?.der().to_vec())
    }

    /// Root and issuing CA of a suite; gives the CA.
    async fn authorities(&self, top: ServiceKey, below: ServiceKey) -> Result<Issuer, FoundError> {
        let root = self.root(top).await?;
        let issuer = Issuer::of(&root, self.algorithm(&top.id())?)?;
        let authority = self.service(top, &issuer, below).await?;
        Ok(Issuer::of(&authority, self.algorithm(&below.id())?)?)
    }

    async fn lists(&self, root: ServiceKey, authority: ServiceKey) -> Result<(), FoundError> {
        let lists = self.registry.revocation_lists();
        lists.begin(&root.id(), 1).await?;
        Ok(lists.begin(&authority.id(), SHARDS.get()).await?)
    }

    /// All keys in one durable write.
    fn make_keys(&self) -> Result<(), FoundError> {
        let services = ServiceKey::ALL.into_iter().map(|key| {
            let kind = match key {
                // C2SP signed-note: checkpoints are signed with Ed25519.
                ServiceKey::Log | ServiceKey::Trace => KeyAlgorithm::Ed25519,
                ServiceKey::Root => KeyAlgorithm::EcP384,
                _ => KeyAlgorithm::EcP256,
            };
            key_order(key.id(), (key.for_use(), kind), None)
        });
        let mut orders: Vec<KeyOrder<'_>> = services.collect();
        for seal in self.catalogue.seals() {
            let of_seal = (KeyUse::Seal, KeyAlgorithm::EcP256);
            orders.push(key_order(key_of(seal)?, of_seal, Some(seal.seal.as_str())));
        }
        if self.national {
            orders.extend(self.national_keys()?);
        }
        Ok(self.keys.make(&orders, self.random)?)
    }

    fn national_keys(&self) -> Result<Vec<KeyOrder<'_>>, FoundError> {
        let services = ServiceKey::NATIONAL
            .into_iter()
            .map(|key| key_order(key.id(), (key.for_use(), KeyAlgorithm::Sm2), None));
        let mut orders: Vec<KeyOrder<'_>> = services.collect();
        for seal in self.catalogue.seals() {
            let of_seal = (KeyUse::Seal, KeyAlgorithm::Sm2);
            orders.push(key_order(
                national_key_of(seal)?,
                of_seal,
                Some(seal.seal.as_str()),
            ));
        }
        Ok(orders)
    }

    async fn root(&self, root: ServiceKey) -> Result<Certificate, FoundError> {
        let name = office(self.operator, title(root))?;
        let id = root.id();
        let key = self.public(&id)?;
        let issuer = Issuer::without_certificate(name.clone(), key.clone(), self.algorithm(&id)?);
        let order = self.order(Profile::ROOT, &name, &key, self.now() + ROOT_LIFE, "");
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
        let life = match key {
            ServiceKey::Authority | ServiceKey::NationalAuthority => AUTHORITY_LIFE,
            ServiceKey::TimeStamps | ServiceKey::NationalTimeStamps => STAMPS_LIFE,
            key => life(key),
        };
        let public = self.public(&key.id())?;
        let order = self.order(profile, &name, &public, self.now() + life, "");
        Ok(self.authority(&by.id(), issuer).issue(&order).await?)
    }

    async fn seal(
        &self,
        (by, issuer): (ServiceKey, &Issuer),
        seal: &SealScope,
        key: &KeyId,
    ) -> Result<Option<Certificate>, FoundError> {
        let Some(department) = self.catalogue.department(&seal.holder) else {
            return Ok(None);
        };
        // EN 319 412-3 4.2.1; D23: organizationIdentifier is NTRCN- and the credit code.
        let name = LegalPerson {
            organization: &department.name_zh,
            credit_code: department.code.as_str(),
            seal_code: seal.seal.as_str(),
            common_name: &seal.name_zh,
        }
        .name()?;
        let key = self.public(key)?;
        let until = self.now() + END_LIFE;
        let order = self.order(Profile::SEAL, &name, &key, until, seal.holder.as_str());
        let issued = self.authority(&by.id(), issuer).issue(&order).await?;
        Ok(Some(issued))
    }

    fn authority<'a>(&'a self, key: &'a KeyId, issuer: &'a Issuer) -> Authority<'a> {
        Authority {
            key,
            issuer,
            address: self.address,
            policy: self.policies.certificates,
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

/// The keys of a seal, one for each suite (D23), where the code can name them: who is enrolled for one is enrolled for all.
#[must_use]
pub fn keys_of_seal(code: &str, national: bool) -> Vec<KeyId> {
    let of_suite = national_seal_key(code).filter(|_| national);
    seal_key(code).into_iter().chain(of_suite).collect()
}

fn key_order(
    id: KeyId,
    (for_use, kind): (KeyUse, KeyAlgorithm),
    seal: Option<&str>,
) -> KeyOrder<'_> {
    KeyOrder {
        id,
        for_use,
        kind,
        algorithm: None,
        seal,
    }
}

fn national_key_of(seal: &SealScope) -> Result<KeyId, FoundError> {
    let code = seal.seal.as_str();
    national_seal_key(code).ok_or_else(|| FoundError::SealCode(code.to_owned()))
}

/// A size of a picture, which is between a millimetre and a metre, to the whole millimetre.
fn whole_millimetres(size: f64) -> u32 {
    let whole = (1..=1_000_u32).find(|whole| f64::from(*whole) >= size.round());
    whole.unwrap_or(1_000)
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
        ServiceKey::NationalRoot => "Root SM2",
        ServiceKey::NationalAuthority => "Issuing CA SM2",
        ServiceKey::NationalResponder => "OCSP SM2",
        ServiceKey::NationalTimeStamps => "Time-stamps SM2",
        ServiceKey::SealMaker => "Seal maker",
        ServiceKey::NationalCredential => "Credentials SM2",
        ServiceKey::NationalLog => "Log SM2",
        ServiceKey::NationalTrace => "Trace SM2",
    }
}
