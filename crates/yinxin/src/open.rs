//! From a configuration to an open office: keys, secrets, registry, objects.

use std::path::PathBuf;
use std::sync::Arc;

use catalogue::{ReadZone, Zone};
use crypto::{KeyId, KeyStore, KeyStoreError, Random, StoredKey, SystemRandom};
use issuance::office::{Contact, OpenOffice, Policies};
use issuance::{Edition, Office, Parts, Settings};
use pki::Name;
use registry::objects::{ObjectError, Objects};
use registry::{OpenStore, Registry};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::alone;
use crate::field_keys::{FieldKeyError, FieldKeys};
use crate::references;
use crate::secret::{SecretError, secret};
use releasing::Terms;
use server::{Config, Mode};

/// Octets that the object store may take (*default*: 100 GiB).
const QUOTA: u64 = 100 << 30;

/// SHA-256 of the public halves of the example keys, with their names.
const EXAMPLES: &str = include_str!("../../../keys-example/files/fingerprints.txt");

/// What the operator of every demonstration is called: no such hierarchy seals a real licence.
pub(crate) const SAMPLE: &str = "样例";

/// What stands in every name of a drilled ceremony, and what the key of one is called: no service works with either, in
/// whatever mode.
const DRILL: &str = "DRILL";
const DRILL_KEY: &str = "drill-root";

/// Why the service cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum Start {
    /// A file with a secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The field keys.
    #[error(transparent)]
    FieldKeys(#[from] FieldKeyError),
    /// A policy is no object identifier.
    #[error("a policy is no object identifier, numbers with points between them")]
    Policy,
    /// The zone is not known.
    #[error("the zone is not known")]
    Zone(#[from] ReadZone),
    /// The key store.
    #[error("the key store cannot be used")]
    KeyStore(#[from] KeyStoreError),
    /// The shares of its passphrase.
    #[error("the shares do not open the key store")]
    Shares(#[from] shares::holders::HolderError),
    /// The registry.
    #[error("the registry cannot be opened")]
    Registry(#[from] OpenStore),
    /// The object store.
    #[error("the object store cannot be opened")]
    Objects(#[from] ObjectError),
    /// The office.
    #[error("the office cannot be opened")]
    Office(#[from] OpenOffice),
    /// The hierarchy is a demonstration's, and the mode is not.
    #[error("the hierarchy is a sample 样例; it works in mode \"example\" alone")]
    Sample,
    /// A key or the hierarchy is of a drilled ceremony.
    #[error("{what} is of a drilled key ceremony: whoever has its declaration has the key")]
    Drill {
        /// What.
        what: String,
    },
    /// A key is one of those that everybody has, and the mode is not `example`.
    #[error("{key} is the public example key {example}; it works in mode \"example\" alone")]
    ExampleKey {
        /// Its name in the key store.
        key: KeyId,
        /// Its name in `keys-example/`.
        example: &'static str,
    },
    /// Another key is being put in the place of one.
    #[error(transparent)]
    Rekeying(#[from] alone::Rekeying),
    /// Memory of the process cannot be kept out of core dumps (T-K4).
    #[error("core dumps cannot be switched off")]
    Dumps(#[from] rustix::io::Errno),
}

/// T-K4: no core dump, and no other process of the user reads this one's memory.
///
/// # Errors
/// As the system has it.
pub(crate) fn keep_memory_private() -> Result<(), Start> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    Ok(())
}

/// The registry of a configuration.
pub(crate) async fn registry(config: &Config) -> Result<Registry, Start> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
    let field = FieldKeys::read(config)?;
    let registry = registry::open(&config.database, field.secrets(random)).await?;
    Ok(registry.under(Terms {
        limits: config.release_limits.limits(),
        hours: config.office_hours.hours(Zone::named(&config.zone)?),
    }))
}

/// The object store of a configuration.
pub(crate) fn objects(config: &Config) -> Result<Objects, Start> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
    let field = FieldKeys::read(config)?;
    Ok(Objects::open(
        &config.objects,
        QUOTA,
        field.wrapping(),
        random,
    )?)
}

/// The key store, over the token where one is configured, and unlocked where a passphrase is at hand.
pub(crate) fn keys(config: &Config) -> Result<KeyStore, Start> {
    let keys = over_token(KeyStore::open(&config.keys)?, config)?;
    refuse_drills(&keys.list())?;
    if config.mode == Mode::Production {
        refuse_examples(&keys.list())?;
    }
    if !config.shares.is_empty() {
        keys.unlock(shares::holders::passphrase(&config.shares)?.as_bytes())?;
    } else if let Some(path) = &config.passphrase_file {
        let passphrase = Zeroizing::new(secret(path)?);
        keys.unlock(passphrase.trim_ascii_end())?;
    }
    Ok(keys)
}

/// A store over the token of a configuration, where it names one; nothing is asked of the token yet.
pub(crate) fn over_token(keys: KeyStore, config: &Config) -> Result<KeyStore, Start> {
    let Some(token) = &config.token else {
        return Ok(keys);
    };
    let mut pin = Zeroizing::new(secret(&token.pin_file)?);
    let length = pin.trim_ascii_end().len();
    pin.truncate(length);
    let beside = || std::env::current_exe().map(|own| own.with_file_name("yinxin-token"));
    let program = token.program.clone().or_else(|| beside().ok());
    let settings = custody::Settings {
        program: program.unwrap_or_else(|| PathBuf::from("yinxin-token")),
        environment: token.environment.clone().into_iter().collect(),
        module: token.module.clone(),
        label: token.label.clone(),
        sessions: token.sessions.into(),
        wait: token.limit.0,
        limit: token.limit.0,
        sm2: token.sm2,
    };
    let in_file: &[_] = match token.sm2_in_file {
        true => &[crypto::KeyAlgorithm::Sm2],
        false => &[],
    };
    let token = custody::Token::new(settings, pin);
    Ok(keys.over_device(Arc::new(token), in_file))
}

/// Where private keys are, said so that nobody misses it (T-K2).
pub(crate) fn custody_of(config: &Config, keys: &[StoredKey]) -> String {
    let in_token = keys.iter().filter(|key| key.device.is_some()).count();
    let in_file = keys.len() - in_token;
    match &config.token {
        None => format!("SOFTWARE key store, {in_file} keys in one file (T-K1)"),
        Some(token) => format!(
            "PKCS#11 token {:?} by {}, {in_token} keys in it; IN THE FILE: {in_file}",
            token.label,
            token.module.display()
        ),
    }
}

/// What the office decides once, as the configuration has it.
pub(crate) fn settings(config: &Config) -> Result<Settings, Start> {
    let span =
        |period: server::Period| time::Duration::try_from(period.0).unwrap_or(time::Duration::DAY);
    Ok(Settings {
        address: config.public_url.clone(),
        policies: policies(config)?,
        zone: Zone::named(&config.zone)?,
        edition: match config.mode {
            Mode::Production => Edition::Real,
            Mode::Example => Edition::Sample,
        },
        status_life: span(config.status),
        release_life: span(config.release),
        waiting_life: span(config.waiting),
        workers: std::thread::available_parallelism().map_or(2, usize::from),
        contact: config.operator.as_ref().map(contact),
    })
}

fn contact(operator: &server::OperatorConfig) -> Contact {
    Contact {
        street: operator.street.clone(),
        locality: operator.locality.clone(),
        province: operator.province.clone(),
        mail: operator.mail.clone(),
        rules: operator.rules.clone(),
    }
}

/// Under which policies certificates and time-stamps are made.
fn policies(config: &Config) -> Result<Policies, Start> {
    let own = match config.mode {
        Mode::Production => Policies::UNREGISTERED,
        Mode::Example => Policies::SAMPLES,
    };
    let (certificates, stamps) = (&config.certificate_policy, &config.stamp_policy);
    own.but(certificates.as_deref(), stamps.as_deref())
        .ok_or(Start::Policy)
}

/// Opens everything that a configuration names, beside others who do.
///
/// # Errors
/// [`Start`] names the file or the part; `Rekeying`.
pub(crate) async fn open(config: &Config) -> Result<Arc<Office>, Start> {
    alone::beside_others(&config.keys)?;
    opened(config).await
}

/// The same, for who has asked already whether they are alone.
///
/// # Errors
/// [`Start`] names the file or the part.
pub(crate) async fn opened(config: &Config) -> Result<Arc<Office>, Start> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
    let field = FieldKeys::read(config)?;
    let office = Office::open(Parts {
        settings: settings(config)?,
        registry: registry(config).await?,
        objects: objects(config)?,
        keys: Arc::new(keys(config)?),
        clock: references::clock(&config.time_references, &random),
        random,
        shard_key: field.shards(),
    })
    .await?;
    inspect_mode(config.mode, office.hierarchy().root.subject())?;
    Ok(Arc::new(office))
}

/// Keys whose private halves stand in the repository never seal a real licence.
fn refuse_examples(keys: &[StoredKey]) -> Result<(), Start> {
    for stored in keys {
        let digest = crypto::sha256(stored.public.spki());
        let digest: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
        let lines = EXAMPLES.lines().filter_map(|line| line.split_once("  "));
        let mut same = lines.filter(|(known, _)| *known == digest);
        if let Some((_, example)) = same.next() {
            return Err(Start::ExampleKey {
                key: stored.id.clone(),
                example,
            });
        }
    }
    Ok(())
}

/// A key that follows from a seed in a file.
fn refuse_drills(keys: &[StoredKey]) -> Result<(), Start> {
    let mut drills = keys.iter().filter(|key| key.id.as_str() == DRILL_KEY);
    drills
        .next()
        .map_or(Ok(()), |key| Err(drilled(key.id.as_str())))
}

fn drilled(what: &str) -> Start {
    Start::Drill {
        what: what.to_owned(),
    }
}

/// A demonstration's hierarchy never seals a real licence.
fn inspect_mode(mode: Mode, root: &Name) -> Result<(), Start> {
    let says = |mark: &str| {
        root.attributes()
            .any(|attribute| attribute.text().is_some_and(|text| text.contains(mark)))
    };
    if says(DRILL) {
        return Err(drilled("the hierarchy"));
    }
    let is_sample = says(SAMPLE);
    if is_sample && mode == Mode::Production {
        return Err(Start::Sample);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(operator: &str) -> Name {
        pki::profile::office(operator, "Root").expect("a name")
    }

    #[test]
    fn a_sample_hierarchy_works_in_example_mode_alone() {
        let sample = root(crate::demo::found::OPERATOR);
        assert!(matches!(
            inspect_mode(Mode::Production, &sample),
            Err(Start::Sample)
        ));
        assert!(inspect_mode(Mode::Example, &sample).is_ok());
        assert!(inspect_mode(Mode::Production, &root("云洲省政务服务管理局")).is_ok());
    }

    #[test]
    fn the_example_keys_of_the_repository_work_in_example_mode_alone() {
        let example = include_bytes!("../../../keys-example/files/seal-990102-SPZYZ-01.pkcs8");
        let random = SystemRandom::new();
        let own = crypto::generate_pkcs8(crypto::KeyAlgorithm::EcP256, &random).expect("a key");
        let stored = |pkcs8: &[u8]| {
            let signer = crypto::SoftwareSigner::from_pkcs8(pkcs8, None).expect("a good key");
            StoredKey {
                id: KeyId::parse("seal-1").expect("a name"),
                for_use: crypto::KeyUse::Seal,
                algorithm: crypto::Signer::algorithm(&signer),
                public: crypto::Signer::public_key(&signer).clone(),
                seal: None,
                device: None,
                erased: false,
                former: None,
            }
        };
        assert!(refuse_examples(&[stored(&own)]).is_ok());
        let refused = refuse_examples(&[stored(&own), stored(example)]);
        assert!(
            matches!(refused, Err(Start::ExampleKey { example, .. }) if example == "seal-990102-SPZYZ-01"),
            "{refused:?}"
        );
    }

    #[test]
    fn the_key_and_the_hierarchy_of_a_drilled_ceremony_work_in_no_mode() {
        for mode in [Mode::Production, Mode::Example] {
            let refused = inspect_mode(mode, &root("DRILL Office"));
            assert!(matches!(refused, Err(Start::Drill { .. })), "{refused:?}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys");
        let random = SystemRandom::new();
        let keys = KeyStore::create_at_cost(&path, b"x", crypto::Cost::FOR_TESTS, &random);
        let keys = keys.expect("a store");
        let pkcs8 = crypto::generate_pkcs8(crypto::KeyAlgorithm::Ed25519, &random).expect("a key");
        let add = |name: &str| {
            let key = crypto::NewKey {
                id: KeyId::parse(name).expect("a name"),
                for_use: crypto::KeyUse::Certificates,
                algorithm: None,
                pkcs8: &pkcs8,
                seal: None,
            };
            keys.add(&[key], &random).expect("added");
        };
        add("root");
        assert!(refuse_drills(&keys.list()).is_ok());
        add("drill-root");
        let refused = refuse_drills(&keys.list());
        assert!(matches!(refused, Err(Start::Drill { what }) if what == "drill-root"));
    }
}
