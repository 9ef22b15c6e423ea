//! What the issuing office has at hand; without behaviour of its own beyond opening and the work that runs beside it.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use catalogue::Catalogue;
use crypto::{KeyId, KeyStore, Random, SignatureAlgorithm, ThrowAway};
use pki::certificate::Certificate;
use pki::profile::{Issuer, Profile};
use registry::Later;
use registry::asked::By;
use registry::audit::{Signer, Signers};
use registry::log::Log;
use registry::objects::Objects;
use registry::{Registry, StoreError};
use time::UtcDateTime;
use tlog::NoteKey;
use tokio::sync::{Mutex, Notify, Semaphore};
use verify::Trust;

use crate::answers::{self, Responder};
use crate::bundle::Contents;
use crate::certify::Authority;
pub use crate::certify::Policies;
use crate::clock::Clock;
pub use crate::clock::{Reading, WatchedClock, ntp};
pub use crate::desk::{Desk, PreparePage};
use crate::desking::DeskSource;
use crate::dropped::Dropped;
use crate::fresh::Fresh;
pub use crate::hierarchy::Hierarchy;
use crate::keys::ServiceKey;
use crate::ledger::{Heading, Ledger};
use crate::lists::{self, ListIssuer, Lists};
use crate::national::National;
use crate::own_list::OwnList;
pub use crate::parts::{Contact, Parts, Settings};
use crate::parts::{algorithm, certificate_of, certified_of, last_stamp};
use crate::regions;
use crate::sequencer::{CheckpointSigner, NationalSigner, Sequencer};
use crate::slots::Slots;
use crate::stamps::{Stamping, TimeStamps};
use crate::stored::StoredSources;
use crate::trusted::Trusted;

pub use crate::bundle::BundleError;
pub use crate::opening::OpenOffice;
pub use crate::seals::SealError;

/// Large documents in memory at once.
const LARGE: usize = 2;

/// How tokens for anybody stand in the journal.
const STAMPED: Heading = Heading {
    key: ServiceKey::TimeStamps,
    purpose: "time-stamp",
    object: "tsa",
};
/// How answers for anybody stand in the journal.
const ANSWERED: Heading = Heading {
    key: ServiceKey::Responder,
    purpose: "ocsp",
    object: "ocsp",
};

/// What the issuing office has at hand.
pub struct Office {
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
    /// Drafts of certificates by the issuing CA are linted under it.
    pub throw_away: OnceLock<ThrowAway>,
    /// Certificates of the service's own keys.
    pub hierarchy: Hierarchy,
    /// The national suite, where the office has it (D5).
    pub national: Option<National>,
    /// Time-stamps.
    pub stamps: TimeStamps,
    /// Journal lines of tokens for anybody.
    pub stamped: Ledger,
    /// Journal lines of answers for anybody.
    pub answered: Ledger,
    /// The public log.
    pub log: Sequencer,
    /// The trace's tree.
    pub trace_log: Sequencer,
    /// The responder of the issuing CA.
    pub responder: Responder,
    /// Revocation and status lists.
    pub lists: Lists,
    /// Places in status lists.
    pub slots: Slots,
    /// Places for work on a document without a wait in it. One processor is left for whoever asks meanwhile (T-A4).
    pub work: Arc<Semaphore>,
    /// Places for large documents, held from the release to the record: so many are in memory at once.
    pub large: Semaphore,
    /// Rung when upkeep has something to do.
    pub upkeep: Notify,
    /// Rung when an event waits.
    pub push: Notify,
    /// Jobs that failed in this process.
    pub dropped: Dropped,
    /// Files that were kept here a moment ago and wait for their seal.
    pub fresh: Fresh,
    /// Since when it is open.
    pub opened: UtcDateTime,
    /// Whether a seal's key was being replaced when that was looked at last.
    pub(crate) drilled: AtomicBool,
    /// Whether the key store was read anew since seals were put together.
    pub(crate) rekeyed: AtomicBool,
    /// Held while what another process decided is taken over: once, however many ask for it.
    pub(crate) taking_over: Mutex<()>,
    /// What it trusts.
    pub(crate) trusted: Trusted,
    desk: RwLock<Arc<Desk>>,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Office")
            .field("address", &self.settings.address)
            .finish_non_exhaustive()
    }
}

impl Office {
    /// Opens an office that was founded.
    ///
    /// # Errors
    /// [`OpenOffice`] names what is missing.
    pub fn open(parts: Parts) -> Later<'static, Result<Self, OpenOffice>> {
        Box::pin(async move {
            let hierarchy = hierarchy(&parts).await?;
            let (catalogue, version) = stored_catalogue(&parts.registry).await?;
            let source = DeskSource {
                registry: &parts.registry,
                keys: &parts.keys,
                settings: &parts.settings,
            };
            let desk = source.desk(catalogue, version).await?;
            establish(&parts.registry, &desk, parts.clock.now()).await?;
            let slots = Slots::load(&parts.registry, &parts.settings.address).await?;
            slots.newest().ok_or(OpenOffice::NoStatusList)?;
            let responder = responder(&parts, &hierarchy)?;
            responder.load().await?;
            let national = National::open(&parts).await?;
            let lists = lists(&parts, &hierarchy, national.as_ref())?;
            lists.load().await?;
            let last = last_stamp(&parts.registry, ServiceKey::TimeStamps).await?;
            let (log, trace_log) = sequencers(&parts).await?;
            let decided = regions::kept(&parts.registry).await?;
            let contents = Contents {
                decided: &decided,
                hierarchy: &hierarchy,
                national: national.as_ref().map(|national| &national.hierarchy),
                desk: &desk,
                log: log.signer(),
                trace: trace_log.signer(),
                now: parts.clock.now(),
            };
            let trust = Trust::of(&contents.bundle())?;
            let own_list = OwnList::kept(&parts.registry, &hierarchy.trust).await?;
            Ok(Self {
                trusted: Trusted::new(trust, decided, own_list),
                log,
                stamps: TimeStamps::new(stamping(&parts, &hierarchy)?, last),
                stamped: Ledger::new(STAMPED, parts.registry.journal()),
                answered: Ledger::new(ANSWERED, parts.registry.journal()),
                trace_log,
                responder,
                lists,
                slots,
                work: Arc::new(Semaphore::new(
                    parts.settings.workers.saturating_sub(1).max(1),
                )),
                large: Semaphore::new(LARGE),
                upkeep: Notify::new(),
                push: Notify::new(),
                dropped: Dropped::default(),
                fresh: Fresh::default(),
                opened: parts.clock.now(),
                drilled: AtomicBool::new(false),
                rekeyed: AtomicBool::new(false),
                taking_over: Mutex::new(()),
                desk: RwLock::new(Arc::new(desk)),
                hierarchy,
                national,
                settings: parts.settings,
                registry: parts.registry,
                objects: parts.objects,
                keys: parts.keys,
                clock: parts.clock,
                random: parts.random,
                shard_key: parts.shard_key,
                throw_away: OnceLock::new(),
            })
        })
    }

    /// The catalogue in force and what follows from it.
    #[must_use]
    pub fn desk(&self) -> Arc<Desk> {
        self.desk
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Puts another catalogue in force, with what follows from it.
    ///
    /// # Errors
    /// As [`Office::open`]; then the catalogue before stays in force.
    pub async fn put_in_force(
        &self,
        (catalogue, version): (Catalogue, u64),
    ) -> Result<(), OpenOffice> {
        let source = DeskSource {
            registry: &self.registry,
            keys: &self.keys,
            settings: &self.settings,
        };
        let desk = source.again(&self.desk(), (catalogue, version)).await?;
        establish(&self.registry, &desk, self.clock.now()).await?;
        let decided = self.trusted.decided();
        let trust = Trust::of(&self.contents(&desk, &decided).bundle())?;
        self.trusted.put(trust);
        *self.desk.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(desk);
        Ok(())
    }

    /// Puts the seals in force whose scopes were decided since, here or in another process; everything else stays.
    pub(crate) async fn follow_scopes(&self) -> Result<(), OpenOffice> {
        let source = DeskSource {
            registry: &self.registry,
            keys: &self.keys,
            settings: &self.settings,
        };
        let desk = source.after(&self.desk()).await?;
        *self.desk.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(desk);
        Ok(())
    }

    /// Puts the seals in force whose keys are others in the key store than their certificates say; everything else stays.
    pub(crate) async fn follow_seal_keys(&self) -> Result<(), OpenOffice> {
        let source = DeskSource {
            registry: &self.registry,
            keys: &self.keys,
            settings: &self.settings,
        };
        if let Some(desk) = source.rekeyed(&self.desk()).await? {
            establish(&self.registry, &desk, self.clock.now()).await?;
            *self.desk.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(desk);
        }
        Ok(())
    }

    /// What the office decided once.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The facts.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> UtcDateTime {
        self.clock.now()
    }

    /// The files: to see whether there is room for more.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// When it was opened.
    #[must_use]
    pub fn opened(&self) -> UtcDateTime {
        self.opened
    }

    /// The key store: to see whether it is locked.
    #[must_use]
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// The certificates of the service's own keys.
    #[must_use]
    pub fn hierarchy(&self) -> &Hierarchy {
        &self.hierarchy
    }

    /// A CA of this office at work, by the identifier of its key: drafts are linted under the office's throw-away key.
    #[must_use]
    pub fn issues_by<'a>(&'a self, key: &'a KeyId, issuer: &'a Issuer) -> Authority<'a> {
        Authority {
            key,
            issuer,
            address: &self.settings.address,
            policy: self.settings.policies.certificates,
            shard_key: &self.shard_key,
            keys: &self.keys,
            certificates: self.registry.certificates(),
            clock: self.clock.as_ref(),
            random: self.random.as_ref(),
            throw_away: Some(&self.throw_away),
        }
    }

    /// SHA-256 of the certificates of our roots, DER, the national one last: under them stands what this office seals.
    #[must_use]
    pub fn roots(&self) -> Vec<[u8; 32]> {
        let national = self.national.as_ref();
        let national = national.map(|national| &national.hierarchy.root);
        let roots = [&self.hierarchy.root].into_iter().chain(national);
        roots.map(|root| crypto::sha256(root.der())).collect()
    }

    /// The public log.
    #[must_use]
    pub fn log(&self) -> &Sequencer {
        &self.log
    }

    /// The log of the trace; private.
    #[must_use]
    pub fn trace_log(&self) -> &Sequencer {
        &self.trace_log
    }

    /// Certificate status.
    #[must_use]
    pub fn responder(&self) -> &Responder {
        &self.responder
    }

    /// Published lists.
    #[must_use]
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// How a key of the service signs; none when it is not in the key store.
    #[must_use]
    pub fn algorithm(&self, key: ServiceKey) -> Option<SignatureAlgorithm> {
        self.keys
            .public_key(&key.id())
            .map(|(_, algorithm, _)| algorithm)
    }
}

/// Seals whose keys and certificates are there, made in a ceremony or at the founding, begin their life in use.
async fn establish(registry: &Registry, desk: &Desk, now: UtcDateTime) -> Result<(), StoreError> {
    let known = registry.seals().codes().await?;
    let seals = desk.catalogue.seals();
    let seals: Vec<_> = seals
        .filter(|scope| desk.seals.contains_key(&scope.seal) && !known.contains(&scope.seal))
        .map(|scope| (scope.seal.clone(), scope.holder.clone()))
        .collect();
    if seals.is_empty() {
        return Ok(());
    }
    let by = By::new("service", now);
    registry.seals().establish(seals, by).await
}

async fn hierarchy(parts: &Parts) -> Result<Hierarchy, OpenOffice> {
    let of = async |by: ServiceKey, key: ServiceKey, profile: Profile| {
        certificate_of(parts, (by, profile), &key.id()).await
    };
    let certified = async |key: ServiceKey| {
        certified_of((&parts.registry, &parts.keys), ServiceKey::Authority, key).await
    };
    use ServiceKey as K;
    Ok(Hierarchy {
        root: of(K::Root, K::Root, Profile::ROOT).await?,
        authority: of(K::Root, K::Authority, Profile::ISSUING_CA).await?,
        responder: certified(K::Responder).await?,
        time_stamps: certified(K::TimeStamps).await?,
        credential: certified(K::Credential).await?,
        status: certified(K::StatusList).await?,
        trust: certified(K::TrustBundle).await?,
    })
}

fn responder(parts: &Parts, hierarchy: &Hierarchy) -> Result<Responder, OpenOffice> {
    Ok(Responder::new(answers::Parts {
        of: (ServiceKey::Authority, ServiceKey::Responder),
        authority: hierarchy.authority.clone(),
        certificate: hierarchy.responder.clone(),
        algorithm: algorithm(parts, ServiceKey::Responder)?,
        life: parts.settings.status_life,
        keys: parts.keys.clone(),
        clock: parts.clock.clone(),
        registry: parts.registry.clone(),
    }))
}

fn lists(
    parts: &Parts,
    hierarchy: &Hierarchy,
    national: Option<&National>,
) -> Result<Lists, OpenOffice> {
    let issuer = |key: ServiceKey, certificate: &Certificate| {
        Ok::<_, OpenOffice>(ListIssuer {
            key: key.id(),
            issuer: Issuer::of(certificate, algorithm(parts, key)?)?,
            since: certificate.validity().from,
        })
    };
    let mut issuers = vec![
        issuer(ServiceKey::Root, &hierarchy.root)?,
        issuer(ServiceKey::Authority, &hierarchy.authority)?,
    ];
    if let Some(national) = national {
        issuers.extend(national.list_issuers(parts)?);
    }
    Ok(Lists::new(lists::Parts {
        issuers,
        address: parts.settings.address.clone(),
        status: hierarchy.status.clone(),
        authority: hierarchy.authority.clone(),
        algorithm: algorithm(parts, ServiceKey::StatusList)?,
        life: parts.settings.status_life,
        keys: parts.keys.clone(),
        clock: parts.clock.clone(),
        registry: parts.registry.clone(),
    }))
}

fn stamping(parts: &Parts, hierarchy: &Hierarchy) -> Result<Stamping, OpenOffice> {
    Ok(Stamping {
        key: ServiceKey::TimeStamps,
        certified: hierarchy.time_stamps.clone(),
        authority: hierarchy.authority.clone(),
        algorithm: algorithm(parts, ServiceKey::TimeStamps)?,
        policies: vec![parts.settings.policies.stamps],
    })
}

/// Who signs the checkpoints of both logs of the service at this address: what an audit asks for.
///
/// # Errors
/// `KeyAbsent`, `Note`.
pub fn signers(keys: &KeyStore, address: &str) -> Result<Signers, OpenOffice> {
    Ok(Signers {
        public: signer(keys, address, ServiceKey::Log)?,
        trace: signer(keys, address, ServiceKey::Trace)?,
    })
}

fn signer(keys: &KeyStore, address: &str, key: ServiceKey) -> Result<Signer, OpenOffice> {
    let Some((public, _, _)) = keys.public_key(&key.id()) else {
        return Err(OpenOffice::KeyAbsent(key.id()));
    };
    let origin = origin(address, key);
    Ok(Signer {
        key: NoteKey::ed25519(&origin, &public)?,
        origin,
    })
}

/// The sequencers of the public log and of the trace's.
async fn sequencers(parts: &Parts) -> Result<(Sequencer, Sequencer), OpenOffice> {
    use ServiceKey as K;
    let public = sequencer(parts, Log::Public, (K::Log, K::NationalLog)).await?;
    let trace = sequencer(parts, Log::Trace, (K::Trace, K::NationalTrace)).await?;
    Ok((public, trace))
}

/// The sequencer of a log, which signs in the national suite too where that key is in the key store.
async fn sequencer(
    parts: &Parts,
    log: Log,
    (key, national): (ServiceKey, ServiceKey),
) -> Result<Sequencer, OpenOffice> {
    let signer = signer(&parts.keys, &parts.settings.address, key)?;
    let national = match parts.keys.public_key(&national.id()) {
        Some((public, _, _)) => Some(NationalSigner {
            key: national.id(),
            note_key: NoteKey::sm2(&signer.origin, &public)?,
            from: parts.registry.suites().national_since(log).await?,
        }),
        None => None,
    };
    let signer = CheckpointSigner {
        national,
        note_key: signer.key,
        origin: signer.origin,
        key: key.id(),
    };
    let sequencer = Sequencer::new(
        log,
        parts.registry.logs(),
        signer,
        parts.keys.clone(),
        parts.clock.clone(),
    );
    // T-D8: how far it had come when it was written down last, whatever the store says.
    authority::standing::recall(&sequencer, &parts.objects)?;
    Ok(sequencer)
}

/// The origin line of a log: the service's name without its scheme (C2SP tlog-checkpoint).
fn origin(address: &str, key: ServiceKey) -> String {
    let host = address.split_once("://").map_or(address, |(_, host)| host);
    format!("{host}/{}", key.name())
}

async fn stored_catalogue(registry: &Registry) -> Result<(Catalogue, u64), OpenOffice> {
    let latest = registry.catalogues().latest().await?;
    let latest = latest.ok_or(OpenOffice::NoCatalogue)?;
    let stored = StoredSources::of(&latest)?;
    Ok((stored.import()?, latest.version))
}
