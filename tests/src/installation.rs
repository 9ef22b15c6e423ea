//! A founded installation in a folder of its own, opened by one process after another: what flows, crashes and kills
//! begin with.
//!
//! Everything is as the service has it but two things: its key store is a cheap one (T-K1 is tested where it
//! stands), and its secrets are no secrets.

mod copied;
mod field_keys;
mod sources;
mod terms;

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use catalogue::key::{DepartmentKey, PersonKey};
use catalogue::{Catalogue, Zone};
use crypto::device::Device;
use crypto::{
    Authorisation, Cost, Input, KeyAlgorithm, KeyId, KeyStore, KeyUse, Random, Release, Signature,
    SignatureAlgorithm, Signer, SoftwareSigner, SystemRandom,
};
use issuance::found::{Founding, keys_of_seal};
use issuance::import::{Files, keep};
use issuance::office::{Contact, Policies};
use issuance::{Clock, Edition, FixedClock, Office, Parts, Settings};
use registry::Later;
use registry::Registry;
use registry::asked::By;
use registry::callers::{NewCaller, NewPerson};
use registry::jobs::{JobId, Jobs};
use registry::log::Log;
use registry::objects::Objects;
use server::{Config, Scope};
use sources::{SAMPLE, Sources};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

/// When scenarios begin.
pub const NOW: UtcDateTime = utc_datetime!(2026-07-03 01:00);
/// The origin that stands in certificates, codes and links.
pub const ORIGIN: &str = "http://licences.example";
/// Who releases every seal.
pub const CUSTODIAN: &str = "P-HE-SHOUZHENG";
/// Who decided every case, and is enrolled for every seal, too.
pub const DECIDER: &str = "P-CHEN-ZHIYUAN";
/// Who may release by the account's scope and is enrolled for no seal.
pub const STRANGER: &str = "P-ZHOU-MINGYUE";

const PASSPHRASE: &[u8] = b"a passphrase of the tests";
const SHARDS: [u8; 32] = [3; 32];
const QUOTA: u64 = 10_000_000;
const DEPARTMENTS: &[u8] = include_bytes!("../../crates/demo/assets/catalogue/departments.json");
const TYPES: &[u8] = include_bytes!("../../crates/demo/assets/catalogue/licence-types.json");
const MATTERS: &[u8] = include_bytes!("../../crates/demo/assets/catalogue/matters-catalogue.json");
const POWERS: &[u8] = include_bytes!("../../crates/demo/assets/catalogue/powers.json");

/// What a machine of a department may do.
pub const MACHINE: [Scope; 9] = [
    Scope::Catalogue,
    Scope::Issue,
    Scope::Change,
    Scope::Seal,
    Scope::Read,
    Scope::Certify,
    Scope::Notices,
    Scope::Sign,
    Scope::Cases,
];

/// A folder with everything that an office is opened from.
#[derive(Debug, Clone)]
pub struct Installation {
    folder: PathBuf,
    database: String,
    address: String,
    /// Where keys are made and sign, besides the file.
    device: Option<Arc<dyn Device>>,
    /// Where people have the keys with which they release.
    people: PathBuf,
}

impl Installation {
    /// What was founded in this folder, on this database; an SQLite file in the folder when none is named.
    #[must_use]
    pub fn at(folder: &Path, database: Option<&str>) -> Self {
        let file = || format!("sqlite:{}", folder.join("registry.db").display());
        Self {
            folder: folder.to_owned(),
            database: database.map_or_else(file, str::to_owned),
            address: ORIGIN.to_owned(),
            device: None,
            people: folder.to_owned(),
        }
    }

    /// The same, with what people have in a folder of their own, on another disk than the service.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn with_people_in(self, folder: &Path) -> anyhow::Result<Self> {
        copied::copy(&self.folder, folder)?;
        let people = folder.to_owned();
        Ok(Self { people, ..self })
    }

    /// The same with its keys in this device: those that are made from now on.
    #[must_use]
    pub fn over(self, device: Arc<dyn Device>) -> Self {
        Self {
            device: Some(device),
            ..self
        }
    }

    /// Founds one over this device.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn found_over(
        folder: &Path,
        database: Option<&str>,
        device: Arc<dyn Device>,
        now: UtcDateTime,
    ) -> anyhow::Result<Self> {
        let over = Self::at(folder, database).over(device);
        Self::found_with(over, now, false, SAMPLE).await
    }

    fn over_device(&self, keys: KeyStore) -> KeyStore {
        match &self.device {
            Some(device) => keys.over_device(device.clone(), &[]),
            None => keys,
        }
    }

    /// Founds one at `now`: keys, hierarchy, seals, catalogue, accounts, first lists and answers.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn found(
        folder: &Path,
        database: Option<&str>,
        now: UtcDateTime,
    ) -> anyhow::Result<Self> {
        Self::found_with(Self::at(folder, database), now, false, SAMPLE).await
    }

    /// Another installation than the rest, under an address of its own.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn found_elsewhere(
        folder: &Path,
        address: &str,
        now: UtcDateTime,
    ) -> anyhow::Result<Self> {
        let elsewhere = Self {
            address: address.to_owned(),
            ..Self::at(folder, None)
        };
        Self::found_with(elsewhere, now, false, SAMPLE).await
    }

    /// The same with the national suite: each licence is a PDF and an OFD.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn found_national(
        folder: &Path,
        database: Option<&str>,
        now: UtcDateTime,
    ) -> anyhow::Result<Self> {
        Self::found_with(Self::at(folder, database), now, true, SAMPLE).await
    }

    fn found_with<'a>(
        this: Self,
        now: UtcDateTime,
        national: bool,
        (types, powers): Sources<'a>,
    ) -> Later<'a, anyhow::Result<Self>> {
        Box::pin(async move {
            let random = SystemRandom::new();
            let clock = Arc::new(FixedClock::new(now));
            let path = this.folder.join("keys");
            let keys = KeyStore::create_at_cost(&path, PASSPHRASE, Cost::FOR_TESTS, &random)?;
            let keys = this.over_device(keys);
            let registry = this.registry().await?;
            let files = Files {
                departments: DEPARTMENTS,
                types,
                matters: MATTERS,
                powers: Some(powers),
            };
            let (catalogue, _) = keep(&registry, &files, "P-FOUNDER", now).await?;
            let founding = Founding {
                operator: "云洲省电子证照服务（样例）",
                address: &this.address,
                policies: Policies::SAMPLES,
                catalogue: &catalogue,
                keys: &keys,
                registry: &registry,
                shard_key: &SHARDS,
                clock: clock.as_ref(),
                national,
                random: &random,
            };
            founding.found().await?;
            for person in [CUSTODIAN, DECIDER, STRANGER] {
                let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &random)?;
                fs::write(this.folder.join(format!("{person}.pk8")), pkcs8)?;
            }
            for person in [CUSTODIAN, DECIDER] {
                let public = this.signer(person)?.public_key().clone();
                for seal in catalogue.seals().filter(|seal| !sources::is_one(seal)) {
                    for key in keys_of_seal(seal.seal.as_str(), national) {
                        keys.enrol_releaser(&key, person, &public, &random)?;
                    }
                }
            }
            this.accounts(&registry, &catalogue, now).await?;
            drop(keys);
            let office = this.open(clock).await?;
            anchored(&office).await?;
            Ok(this)
        })
    }

    /// Adds the national suite to one that was founded without it, by these two people.
    ///
    /// # Errors
    /// As it is refused.
    pub fn add_national<'a>(
        &'a self,
        clock: Arc<dyn Clock>,
        people: [&'a str; 2],
    ) -> Later<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let office = self.open(clock.clone()).await?;
            let founding = Founding {
                operator: "云洲省电子证照服务（样例）",
                address: &self.address,
                policies: Policies::SAMPLES,
                catalogue: &office.desk().catalogue,
                keys: office.keys(),
                registry: office.registry(),
                shard_key: &SHARDS,
                clock: clock.as_ref(),
                national: true,
                random: &SystemRandom::new(),
            };
            let [first, second] = people.map(PersonKey::parse);
            Ok(founding.add_national([&first?, &second?]).await?)
        })
    }

    /// For each department with a seal: a machine, and accounts of the custodian, the decider and a stranger.
    async fn accounts(
        &self,
        registry: &Registry,
        catalogue: &Catalogue,
        now: UtcDateTime,
    ) -> anyhow::Result<()> {
        let departments: BTreeSet<&DepartmentKey> =
            catalogue.seals().map(|seal| &seal.holder).collect();
        let by = By::new("P-FOUNDER", now);
        let first = departments.first().context("a seal has a holder")?;
        for person in [CUSTODIAN, DECIDER, STRANGER] {
            let new = NewPerson {
                id: PersonKey::parse(person)?,
                department: (*first).clone(),
                roles: Vec::new(),
                public_key: Some(self.signer(person)?.public_key().clone()),
            };
            registry.callers().enrol_person(new, by.clone()).await?;
        }
        for department in departments {
            for (role, scopes, person) in [
                ("approvals", &MACHINE[..], None),
                (
                    "custodian",
                    &[Scope::Release, Scope::Issue],
                    Some(CUSTODIAN),
                ),
                ("decider", &[Scope::Release], Some(DECIDER)),
                ("stranger", &[Scope::Release], Some(STRANGER)),
            ] {
                let id = format!("{department}-{role}");
                let new = NewCaller {
                    name: id.clone(),
                    department: department.clone(),
                    scopes: scopes.iter().map(|scope| scope.code().to_owned()).collect(),
                    quota: QUOTA,
                    person: person.map(PersonKey::parse).transpose()?,
                    secret: Zeroizing::new(secret(&id)),
                    id,
                };
                registry.callers().enrol(new, by.clone()).await?;
            }
        }
        Ok(())
    }

    /// One more machine of a department, under a quota of its own: requests a day.
    ///
    /// # Errors
    /// What the registry says.
    pub fn enrol<'a>(
        &'a self,
        id: &'a str,
        department: &'a str,
        quota: u64,
    ) -> Later<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let new = NewCaller {
                id: id.to_owned(),
                name: id.to_owned(),
                department: DepartmentKey::parse(department)?,
                scopes: MACHINE
                    .iter()
                    .map(|scope| scope.code().to_owned())
                    .collect(),
                quota,
                person: None,
                secret: Zeroizing::new(secret(id)),
            };
            let registry = self.registry().await?;
            let by = By::new("P-FOUNDER", NOW);
            Ok(registry.callers().enrol(new, by).await?)
        })
    }

    /// Lines that its configuration has from now on beside the paths.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn configure(&self, lines: &str) -> anyhow::Result<()> {
        Ok(fs::write(self.folder.join("more.toml"), lines)?)
    }

    fn registry(&self) -> Later<'_, anyhow::Result<Registry>> {
        Box::pin(async move {
            let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
            let secrets = field_keys::secrets(&self.folder, random)?;
            let registry = registry::open(&self.database, secrets).await?;
            Ok(terms::under(&self.folder, registry))
        })
    }

    /// Under which field keys it is opened from now on: it seals under the first and knows the others. Without this, and at
    /// its founding, it has number 1 alone; 2 is taken, by look-ups.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn use_field_keys(&self, numbers: &[u8]) -> anyhow::Result<()> {
        field_keys::take(&self.folder, numbers)
    }

    /// Opens the office, as a process does at its start.
    ///
    /// # Errors
    /// What is missing.
    pub fn open(&self, clock: Arc<dyn Clock>) -> Later<'_, anyhow::Result<Office>> {
        Box::pin(async move {
            let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
            let keys = KeyStore::open_at_cost(&self.folder.join("keys"), Cost::FOR_TESTS)?;
            let keys = self.over_device(keys);
            keys.unlock(PASSPHRASE)?;
            let wrapping = field_keys::wrapping(&self.folder)?;
            let place = self.folder.join("objects");
            let parts = Parts {
                settings: Settings {
                    address: self.address.clone(),
                    policies: Policies::SAMPLES,
                    zone: Zone::SHANGHAI,
                    edition: Edition::Sample,
                    status_life: Duration::hours(48),
                    release_life: Duration::hours(24),
                    waiting_life: Duration::days(30),
                    workers: 2,
                    contact: Some(Contact {
                        street: "中山路 1 号".to_owned(),
                        locality: "云洲市".to_owned(),
                        province: "云洲省".to_owned(),
                        mail: "help@licences.example".to_owned(),
                        rules: Some("https://licences.example/rules".to_owned()),
                    }),
                },
                registry: self.registry().await?,
                objects: Objects::open(&place, 1 << 34, wrapping, random.clone())?,
                keys: Arc::new(keys),
                clock,
                random,
                shard_key: SHARDS,
            };
            Ok(Office::open(parts).await?)
        })
    }

    /// The configuration under which its HTTP API is served.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn config(&self, address: SocketAddr) -> anyhow::Result<Config> {
        let path = |name: &str| self.folder.join(name).display().to_string();
        let more = fs::read_to_string(self.folder.join("more.toml")).unwrap_or_default();
        let text = format!(
            "mode = \"example\"\nlisten = \"{address}\"\npublic_url = \"{}\"\ndatabase = \"{}\"\n\
             objects = \"{}\"\nkeys = \"{}\"\nfield_key = \"{}\"\n{more}",
            self.address,
            self.database,
            path("objects"),
            path("keys"),
            path("field.key"),
        );
        let file = self.folder.join("yinxin.toml");
        fs::write(&file, text)?;
        Ok(Config::read(&file)?)
    }

    /// The person's signature over a statement.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn release(
        &self,
        person: &str,
        statement: &[u8],
        now: UtcDateTime,
    ) -> anyhow::Result<Signature> {
        let name = KeyId::parse("person").context("plain ASCII")?;
        let under = Authorisation::journalled(name, KeyUse::Release, statement, now);
        Ok(self
            .signer(person)?
            .sign(Input::Message(statement), &under)?)
    }

    /// Has the register of an office take the custodian's release of a job that waits, and nothing follows: as when the
    /// process was lost. No rule is asked on this way.
    ///
    /// # Errors
    /// When there is no such job, or it does not wait.
    pub async fn leave_released(
        &self,
        office: &Office,
        job: &JobId,
        now: UtcDateTime,
    ) -> anyhow::Result<()> {
        let jobs = office.registry().jobs();
        let job = jobs.find(job, None).await?.context("a job")?;
        let statement = Jobs::statement(&job, CUSTODIAN, now + Duration::hours(24))?;
        let release = Release {
            signature: self.release(CUSTODIAN, &statement.bytes(), now)?,
            statement,
            listing: None,
            algorithm: SignatureAlgorithm::EcdsaP256Sha256,
            passkey: None,
        };
        let by = By::new(CUSTODIAN, now);
        jobs.release(&job.department, &job.id, release, by).await?;
        Ok(())
    }

    /// The key of one of the people of the tests.
    ///
    /// # Errors
    /// There is no such file.
    pub fn signer(&self, person: &str) -> anyhow::Result<SoftwareSigner> {
        let pkcs8 = fs::read(self.people.join(format!("{person}.pk8")))?;
        Ok(SoftwareSigner::from_pkcs8(&pkcs8, None)?)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Waits until everyone who had an SQLite file open has closed it: the last one takes the log beside it away.
    ///
    /// # Errors
    /// When somebody keeps it open.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let log = self.folder.join("registry.db-wal");
        for _ in 0..10_000 {
            if !log.exists() {
                return Ok(());
            }
            let file = self.database.trim_start_matches("sqlite:");
            let one = rusqlite::Connection::open(file)?;
            one.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
            drop(one);
            tokio::task::yield_now().await;
        }
        anyhow::bail!("{} stays open", self.database)
    }

    /// Serves an office that was opened on it, with the configuration that its folder gives, at a free port of the
    /// loopback, until the runtime of the test ends. Where it listens, as the start of an address.
    ///
    /// # Errors
    /// What is wrong with the configuration, or no port.
    pub fn serve(&self, office: Arc<Office>) -> Later<'_, anyhow::Result<String>> {
        Box::pin(async move {
            let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
            self.serve_on(listener, office).await
        })
    }

    /// The same on this port.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    pub fn serve_on(
        &self,
        listener: TcpListener,
        office: Arc<Office>,
    ) -> Later<'_, anyhow::Result<String>> {
        Box::pin(async move {
            let address = listener.local_addr()?;
            let config = self.config(address)?;
            let never = std::future::pending();
            tokio::spawn(server::run(
                office,
                config,
                listener,
                Handle::current(),
                never,
            ));
            Ok(format!("http://{address}"))
        })
    }

    /// The address of its database.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The same files in another folder; an SQLite file among them, which nobody may have open.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn copy_to(&self, folder: &Path, database: Option<&str>) -> anyhow::Result<Self> {
        copied::copy(&self.folder, folder)?;
        Ok(Self::at(folder, database))
    }
}

/// One round of upkeep with both logs at work, and one more that anchors the trace: a service that is opened on this
/// installation at the same moment finds everything done.
async fn anchored(office: &Office) -> anyhow::Result<()> {
    let logs = office.registry().logs();
    let both = [office.trace_log(), office.log()].map(|log| tokio::spawn(log.clone().run()));
    for log in [Log::Trace, Log::Public] {
        issuance::upkeep::round(office).await?;
        while !logs.pending(log, 1).await?.is_empty() {
            tokio::task::yield_now().await;
        }
    }
    both.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

/// The secret of an account.
#[must_use]
pub fn secret(account: &str) -> Vec<u8> {
    hex(&crypto::sha256(account.as_bytes())).into_bytes()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The octets of hexadecimal text.
#[must_use]
pub fn octets(hex: &str) -> Option<Vec<u8>> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
