//! `yinxin field-key`: another field key takes the place of the configured one while the service runs (T-P5,
//! docs/operations/field-keys.md).

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use catalogue::key::PersonKey;
use crypto::SystemRandom;
use issuance::electronic::by_two::{self, Done};
use issuance::{Clock as _, SystemClock};
use reencryption::Resealed;
use registry::objects::Rewrapped;
use registry::trace::Deed;

use crate::field_keys::FieldKeys;
use crate::open;
use crate::secret::write_secret;
use server::Config;

/// What is typed.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum FieldKeyCommand {
    /// Makes the field key that will take the place of the configured one, in a new file.
    New {
        /// The file.
        file: PathBuf,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
    /// Brings everything that stands under another field key under the configured one, beside services at work.
    Reseal {
        /// The two people who do it, as the installation knows them.
        #[arg(long, num_args = 2, required = true)]
        people: Vec<String>,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
}

impl FieldKeyCommand {
    /// Does it.
    ///
    /// # Errors
    /// What stands in the way; that something does not open.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::New { file, config } => make(&Config::read(&config)?, &file),
            Self::Reseal { people, config } => {
                let people = <[String; 2]>::try_from(people);
                let people = people.map_err(|_| anyhow::anyhow!("two people do it"))?;
                reseal(&Config::read(&config)?, people).await
            }
        }
    }
}

fn make(config: &Config, file: &Path) -> anyhow::Result<()> {
    let keys = FieldKeys::read(config)?;
    let next = keys.next(&SystemRandom::new())?;
    let (number, octets) = next.context("no number is left")?;
    write_secret(file, &octets).with_context(|| format!("{} cannot be written", file.display()))?;
    println!(
        "field key {number} is in {}: name it in other_field_keys of every node before any node has it as field_key",
        file.display()
    );
    Ok(())
}

async fn reseal(config: &Config, people: [String; 2]) -> anyhow::Result<()> {
    let [first, second] = people;
    let (first, second) = (PersonKey::parse(&first)?, PersonKey::parse(&second)?);
    let registry = open::registry(config).await?;
    let objects = open::objects(config)?;
    let number = registry.reencryption().number();
    let act = |ground, detail| Done {
        deed: Deed::Key,
        object: format!("field-key-{number}"),
        ground,
        detail,
    };
    let begun = act("reseal-begun", Vec::new());
    by_two::record(&registry, (&first, &second), begun, SystemClock.now()).await?;
    let columns = registry.reencryption().run(&mut tell).await?;
    let rewrapped = objects.rewrap().await?;
    let sum = |of: fn(&Resealed) -> u64| columns.iter().map(of).sum::<u64>();
    let (values, unopened) = (sum(|column| column.anew), sum(|column| column.unopened));
    tell_objects(&rewrapped);
    let lost = unopened + rewrapped.unopened.len() as u64;
    let detail = vec![
        ("values", values.to_string()),
        ("objects", rewrapped.anew.to_string()),
        ("unopened", lost.to_string()),
    ];
    let ended = act("reseal-ended", detail);
    by_two::record(&registry, (&first, &second), ended, SystemClock.now()).await?;
    if lost > 0 {
        bail!(
            "{lost} open under no key of the configuration: keep every key, see docs/operations/field-keys.md"
        );
    }
    match values + rewrapped.anew + sum(|column| column.changed) {
        0 => println!(
            "everything stands under field key {number}: the others are not needed any more"
        ),
        _ => println!(
            "field key {number} has everything that was found; when every node seals under it, run this once more: it has to find nothing"
        ),
    }
    Ok(())
}

fn tell(done: &Resealed) {
    if done.anew + done.before + done.changed + done.unopened == 0 {
        return;
    }
    println!(
        "{}.{}: {} anew, {} before",
        done.column.table, done.column.column, done.anew, done.before
    );
    if done.unopened > 0 {
        println!("  {} do not open: {}", done.unopened, done.names.join(", "));
    }
}

fn tell_objects(done: &Rewrapped) {
    println!("objects: {} anew, {} before", done.anew, done.before);
    for id in &done.unopened {
        println!("  {id} does not open");
    }
}
