//! Founding the demonstration: keys, secrets, hierarchy, accounts, all in its folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use catalogue::Catalogue;
use catalogue::key::{DepartmentKey, PersonKey};
use crypto::{KeyAlgorithm, KeyStore, PublicKey, Random, Signer, SoftwareSigner, SystemRandom};
use demo::{CUSTODIAN, Cast, DEPARTMENTS, MATTERS, POWERS, RECEIVERS, TYPES, pem};
use issuance::found::{Founding, keys_of_seal};
use issuance::import::{Files, keep};
use issuance::{Clock, Office, SystemClock};
use registry::Registry;
use registry::asked::By;
use registry::callers::{NewCaller, NewPerson};
use zeroize::Zeroizing;

use crate::field_keys::{self, FieldKeys};
use crate::open::{self, open as open_office};
use crate::secret::write_secret;
use duties::access::Scope;
use server::{Config, Mode};

/// Requests of one account a day.
const QUOTA: u64 = 1_000_000;
/// Who operates every demonstration.
pub(crate) const OPERATOR: &str = "云洲省电子证照信任服务 样例";

/// Writes the configuration, so that `yinxin serve` can go on where the demonstration ended.
pub(crate) fn config(
    folder: &Path,
    base: &str,
    (address, token): (SocketAddr, Option<&Path>),
) -> anyhow::Result<Config> {
    for name in ["", "secrets", "out", "out/status"] {
        let path = folder.join(name);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("{} cannot be made", path.display()))?;
    }
    let folder = fs::canonicalize(folder)?;
    let path = |name: &str| folder.join(name).display().to_string();
    let text = format!(
        "# The demonstration's configuration; see docs/operations/configuration.md.\n\
         mode = \"example\"\nlisten = \"{address}\"\npublic_url = \"{base}\"\n\
         database = \"sqlite:{}\"\nobjects = \"{}\"\nkeys = \"{}\"\n\
         passphrase_file = \"{}\"\nfield_key = \"{}\"\n",
        path("registry.db"),
        path("objects"),
        path("secrets/keys"),
        path("secrets/passphrase"),
        path("secrets/field.key"),
    );
    let token = token.map(fs::read_to_string).transpose()?;
    let text = text + &token.unwrap_or_default();
    let file = folder.join("yinxin.toml");
    fs::write(&file, text)?;
    let config = Config::read(&file)?;
    debug_assert_eq!(config.mode, Mode::Example);
    Ok(config)
}

/// Founds everything and opens the office.
pub(crate) async fn found(config: &Config, folder: &Path) -> anyhow::Result<(Arc<Office>, Cast)> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
    let passphrase = hex(random.as_ref())?;
    let secrets = folder.join("secrets");
    write_secret(&secrets.join("passphrase"), passphrase.as_bytes())?;
    write_secret(&config.field_key, &field_keys::first(random.as_ref())?)?;
    let keys = KeyStore::create(&config.keys, passphrase.as_bytes(), random.as_ref())?;
    let keys = open::over_token(keys, config)?;
    let registry = open::registry(config).await?;
    let clock = SystemClock;
    let files = Files {
        departments: DEPARTMENTS,
        types: TYPES,
        matters: MATTERS,
        powers: Some(POWERS),
    };
    let (catalogue, _) = keep(&registry, &files, "P-FOUNDER", clock.now()).await?;
    let field = FieldKeys::read(config)?;
    Founding {
        operator: OPERATOR,
        address: &config.public_url,
        policies: open::settings(config)?.policies,
        catalogue: &catalogue,
        keys: &keys,
        registry: &registry,
        shard_key: &field.shards(),
        clock: &clock,
        national: true,
        random: random.as_ref(),
    }
    .found()
    .await?;
    let custodian = custodian(&secrets)?;
    enrol_releaser(&keys, &catalogue, custodian.public_key(), random.as_ref())?;
    let cast = accounts(&registry, &catalogue, custodian, &secrets).await?;
    drop(keys);
    let office = open_office(config).await?;
    issuance::upkeep::round(&office).await?;
    Ok((office, cast))
}

/// The custodian's own key: it stays with the custodian, here as a PEM file.
fn custodian(secrets: &Path) -> anyhow::Result<SoftwareSigner> {
    let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new())?;
    let pem = pem("PRIVATE KEY", &pkcs8);
    write_secret(&secrets.join("custodian.pem"), pem.as_bytes())?;
    Ok(SoftwareSigner::from_pkcs8(&pkcs8, None)?)
}

fn enrol_releaser(
    keys: &KeyStore,
    catalogue: &Catalogue,
    public: &PublicKey,
    random: &dyn Random,
) -> anyhow::Result<()> {
    for seal in catalogue.seals() {
        for key in keys_of_seal(seal.seal.as_str(), true) {
            keys.enrol_releaser(&key, CUSTODIAN, public, random)?;
        }
    }
    Ok(())
}

/// An approval system and a custodian's account for each department that has a seal.
async fn accounts(
    registry: &Registry,
    catalogue: &Catalogue,
    custodian: SoftwareSigner,
    secrets: &Path,
) -> anyhow::Result<Cast> {
    let departments: BTreeSet<&DepartmentKey> =
        catalogue.seals().map(|seal| &seal.holder).collect();
    let by = By::new("P-FOUNDER", SystemClock.now());
    let person = PersonKey::parse(CUSTODIAN)?;
    let mut cast = Cast {
        callers: BTreeMap::new(),
        custodians: BTreeMap::new(),
        subscribers: BTreeMap::new(),
        push_secret: hex(&SystemRandom::new())?.into_bytes(),
        custodian,
    };
    let mut first = true;
    for department in departments {
        if first {
            let custodian = NewPerson {
                id: person.clone(),
                department: department.clone(),
                roles: vec!["custodian".to_owned()],
                public_key: Some(cast.custodian.public_key().clone()),
            };
            registry
                .callers()
                .enrol_person(custodian, by.clone())
                .await?;
            first = false;
        }
        let machine = [
            Scope::Catalogue,
            Scope::Issue,
            Scope::Change,
            Scope::Seal,
            Scope::Cases,
            Scope::Read,
            Scope::Certify,
            Scope::Sign,
        ];
        let of = department.to_string();
        let name = format!("{of}-approvals");
        let secret = enrol(
            registry,
            secrets,
            (&name, department),
            (&machine, None),
            &by,
        )
        .await?;
        cast.callers.insert(of.clone(), (name, secret));
        let name = format!("{of}-custodian");
        let whose = Some(person.clone());
        let may = [Scope::Release];
        let secret = enrol(registry, secrets, (&name, department), (&may, whose), &by).await?;
        cast.custodians.insert(of, (name, secret));
    }
    // Bodies of the story without a seal.
    for body in ["Q-ENF", "C-SUP"] {
        let department = DepartmentKey::parse(body)?;
        let name = format!("{body}-approvals");
        let may = [Scope::Cases, Scope::Read];
        let secret = enrol(registry, secrets, (&name, &department), (&may, None), &by).await?;
        cast.callers.insert(body.to_owned(), (name, secret));
    }
    subscribers(registry, secrets, &mut cast, &by).await?;
    Ok(cast)
}

/// An account for each that is told of events.
async fn subscribers(
    registry: &Registry,
    secrets: &Path,
    cast: &mut Cast,
    by: &By,
) -> anyhow::Result<()> {
    for body in RECEIVERS {
        let department = DepartmentKey::parse(body)?;
        let name = format!("{body}-events");
        let may = [Scope::Subscribe];
        let secret = enrol(registry, secrets, (&name, &department), (&may, None), by).await?;
        cast.subscribers.insert(body.to_owned(), (name, secret));
    }
    Ok(())
}

async fn enrol(
    registry: &Registry,
    folder: &Path,
    (name, department): (&str, &DepartmentKey),
    (may, person): (&[Scope], Option<PersonKey>),
    by: &By,
) -> anyhow::Result<Vec<u8>> {
    let secret = hex(&SystemRandom::new())?;
    let caller = NewCaller {
        id: name.to_owned(),
        department: department.clone(),
        name: name.to_owned(),
        scopes: may.iter().map(|scope| scope.code().to_owned()).collect(),
        quota: QUOTA,
        person,
        secret: Zeroizing::new(secret.as_bytes().to_vec()),
    };
    registry.callers().enrol(caller, by.clone()).await?;
    write_secret(&folder.join(format!("{name}.secret")), secret.as_bytes())?;
    Ok(secret.into_bytes())
}

/// 256 random bits in hexadecimal.
fn hex(random: &dyn Random) -> anyhow::Result<String> {
    let mut octets = Zeroizing::new([0; 32]);
    random.fill(octets.as_mut())?;
    Ok(octets.iter().map(|octet| format!("{octet:02x}")).collect())
}
