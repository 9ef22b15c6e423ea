//! What the binary's commands do.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use crypto::sign_in::passkey::RelyingParty;
use crypto::{KeyStore, SystemRandom};
use duties::Roles;
use issuance::accounts::found;
use issuance::accounts::passkeys::entrust as enrol_for;
use issuance::found::Founding;
use issuance::{Clock as _, SystemClock};
use pki::identifiers::ORGANIZATION;
use registry::accounts::AccountKey;
use registry::asked::By;
use tokio::runtime::Handle;

use crate::backups;
use crate::field_keys::FieldKeys;
use crate::open::{self, open};
use crate::secret::write_secret;
use server::Config;

/// Runs the service until it is told to end; connections are accepted and strangers answered in `front`.
///
/// # Errors
/// What is missing or occupied.
pub(crate) async fn serve(path: &Path, shares: Vec<PathBuf>, front: Handle) -> anyhow::Result<()> {
    let mut config = Config::read(path)?.judged_apart()?;
    config.shares.extend(shares);
    let listener = server::bind(config.listen)
        .await
        .with_context(|| format!("{} is taken", config.listen))?;
    let office = open(&config).await?;
    tracing::info!(address = %config.listen, mode = ?config.mode, store = open::custody_of(&config, &office.keys().list()), "the service is open");
    server::run(office, config, listener, front, server::told_to_end()).await
}

/// Prints the effective configuration.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(path: &Path) -> anyhow::Result<()> {
    let config = Config::read(path)?;
    print!("{}", toml::to_string(&config)?);
    let keys = KeyStore::open(&config.keys).map(|keys| keys.list());
    match keys {
        Ok(keys) => println!("# key store: {}", open::custody_of(&config, &keys)),
        Err(error) => println!("# key store: {}; {error}", open::custody_of(&config, &[])),
    }
    println!("# tls: {}", protection(&config));
    println!("# the trace was not gone over: check --trace does so");
    Ok(())
}

/// Who protects connections, and until when.
fn protection(config: &Config) -> String {
    let Some(files) = config.tls.clone() else {
        return "a proxy's; the service itself speaks without".to_owned();
    };
    let of_machines = match files.clients.is_empty() {
        true => "no machine is asked for a certificate",
        false => "machines may come with a certificate",
    };
    match tls::Gate::open(files) {
        Ok(gate) if gate.until() < SystemClock.now() => {
            format!("THE CERTIFICATE WAS VALID UNTIL {}", gate.until())
        }
        Ok(gate) => format!(
            "the certificate is valid until {}; {of_machines}",
            gate.until()
        ),
        Err(fault) => format!("THE FILES CANNOT BE USED: {fault}"),
    }
}

/// Seals the key store under a secret whose shares go to people (T-K3). The numbers are how many open, and of how many.
///
/// # Errors
/// What stands in the way; the store then opens as before.
pub(crate) fn split_keys(path: &Path, numbers: (u8, u8), into: &Path) -> anyhow::Result<()> {
    let keys = open::keys(&Config::read(path)?)?;
    for share in shares::holders::give_out(&keys, into, numbers, &SystemRandom::new())? {
        println!("{}", share.display());
    }
    println!(
        "any {} of these {} open the key store; its passphrase of before does not: hand them out, each to one person, and delete them here",
        numbers.0, numbers.1
    );
    Ok(())
}

/// Finds out whether shares open the key store, and writes the passphrase to where the service reads it, if the
/// configuration names a file.
///
/// # Errors
/// What stands in the way.
pub(crate) fn unlock_keys(path: &Path, shares: &[PathBuf]) -> anyhow::Result<()> {
    let config = Config::read(path)?;
    let passphrase = shares::holders::passphrase(shares)?;
    KeyStore::open(&config.keys)?.unlock(passphrase.as_bytes())?;
    match &config.passphrase_file {
        None => println!("the shares open the key store"),
        Some(file) => {
            write_secret(file, passphrase.as_bytes())
                .with_context(|| format!("{} cannot be written", file.display()))?;
            println!(
                "the shares open the key store; start the service, and delete {} then",
                file.display()
            );
        }
    }
    Ok(())
}

/// Goes over the whole trace and both logs, and says where something is wrong; beside a service at work, too. With a
/// checkpoint of the public log that others have seen, that one is compared (T-L2, T-L4).
///
/// # Errors
/// What cannot be read; that something is wrong.
pub(crate) async fn check_trace(path: &Path, checkpoint: Option<&Path>) -> anyhow::Result<()> {
    let config = Config::read(path)?;
    let registry = open::registry(&config).await?;
    let keys = KeyStore::open(&config.keys)?;
    let seen = checkpoint.map(backups::seen).transpose()?;
    let signers = issuance::office::signers(&keys, &config.public_url)?;
    let audited = registry.audits().audit(&signers, seen).await?;
    println!(
        "{} entries of {} departments, {} leaves of the public log, {} of them checkpoints of the trace",
        audited.entries, audited.departments, audited.leaves, audited.anchors
    );
    for found in &audited.found {
        println!("{found}");
    }
    match audited.found.len() {
        0 => Ok(()),
        wrong => bail!("{wrong} things are wrong: see docs/operations/trace.md"),
    }
}

/// Adds the national suite to an installation that was founded without it. No node runs meanwhile: one that has not the
/// keys would sign checkpoints in one suite alone. The names are the two people.
///
/// # Errors
/// What stands in the way; broken off, it is done again.
pub(crate) async fn add_national(path: &Path, people: [String; 2]) -> anyhow::Result<()> {
    let config = Config::read(path)?;
    let office = open(&config).await?;
    let root = office.hierarchy().root.subject().text(&ORGANIZATION);
    let operator = root.context("the root names no organisation")?;
    let [first, second] = people;
    let (first, second) = (PersonKey::parse(&first)?, PersonKey::parse(&second)?);
    let founding = Founding {
        operator: &operator,
        address: &config.public_url,
        policies: open::settings(&config)?.policies,
        catalogue: &office.desk().catalogue,
        keys: office.keys(),
        registry: office.registry(),
        shard_key: &FieldKeys::read(&config)?.shards(),
        clock: &SystemClock,
        national: true,
        random: &SystemRandom::new(),
    };
    founding.add_national([&first, &second]).await?;
    println!(
        "the national suite is there: start every node again, and hand out the trust bundle anew"
    );
    Ok(())
}

/// Opens an account where the service runs, beside one at work, too: it begins at once, and its invitation is printed.
/// The names are account, department, person, roles.
///
/// # Errors
/// What stands in the way.
pub(crate) async fn open_account(path: &Path, names: [String; 4]) -> anyhow::Result<()> {
    let [account, department, person, roles] = names;
    let config = Config::read(path)?;
    let registry = open::registry(&config).await?;
    let who = (
        DepartmentKey::parse(&department)?,
        AccountKey::parse(&account)?,
        PersonKey::parse(&person)?,
    );
    let by = By::new("operator", SystemClock.now());
    let random = SystemRandom::new();
    let opened = found(&registry, &random, who, (Roles::read(&roles)?, by)).await?;
    println!(
        "{account} of {department} may: {}\n\
         to be activated until {} with POST /v1/accounts/{account}/activation\n\
         {{\"invitation\": \"{}\", \"password\": \"...\"}}",
        opened.account.roles,
        opened.until,
        opened.invitation.as_str()
    );
    Ok(())
}

/// Whose passkeys are to release what.
#[derive(Debug, clap::Args)]
pub(crate) struct Entrusting {
    /// The account's name.
    account: String,
    /// The seal's code.
    #[arg(long)]
    seal: String,
    /// The configuration.
    #[arg(long, default_value = "yinxin.toml")]
    config: PathBuf,
}

/// Lets the passkeys of an account release a seal: an act on the key store, while no service runs on it.
///
/// # Errors
/// What stands in the way.
pub(crate) async fn entrust(asked: Entrusting) -> anyhow::Result<()> {
    let config = Config::read(&asked.config)?;
    let (account, code) = (
        AccountKey::parse(&asked.account)?,
        SealCode::parse(&asked.seal)?,
    );
    let party = RelyingParty::of(config.public_url.trim_end_matches('/'));
    let party = party.context("no browser gives passkeys to pages of this public_url")?;
    let office = open(&config).await?;
    let (person, count) = enrol_for(&office, (&account, &code), &party).await?;
    println!("{count} passkeys of {person} may release {code}: start the service again");
    Ok(())
}
