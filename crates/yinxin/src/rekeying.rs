//! `yinxin rekey`: another key in the place of one of the service's own, while no service runs (docs/operations/keys.md).

use std::path::PathBuf;

use anyhow::Context as _;
use catalogue::key::PersonKey;
use clap::Args;
use succession::{Done, Order, Step};
use time::Duration;

use crate::{alone, open};
use server::Config;

/// What is typed.
#[derive(Debug, Args)]
pub(crate) struct Rekeying {
    /// Whose place is given: ocsp, tsa, credential, status, trust; of the national suite sm-ocsp, sm-tsa, sm-credential, sm-maker.
    of: String,
    /// The two people who do it, as the installation knows them.
    #[arg(long, num_args = 2, required = true)]
    people: Vec<String>,
    /// For how many days the former key is kept before it may be erased.
    #[arg(long, default_value_t = 30)]
    days: u16,
    /// Makes and certifies the next key, so that what is published names it, and leaves the place as it is: the same words without
    /// this go on later.
    #[arg(long)]
    announce: bool,
    /// Though a former key of this use is still kept: the one in use has to go at once.
    #[arg(long)]
    again: bool,
    /// Erases the former keys of this use whose time has come; beside a service at work, too.
    #[arg(long, conflicts_with_all = ["announce", "again", "days"])]
    erase: bool,
    /// The configuration.
    #[arg(long, default_value = "yinxin.toml")]
    config: PathBuf,
}

impl Rekeying {
    /// Does it.
    ///
    /// # Errors
    /// What stands in the way; broken off, the same words go on.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let [first, second] = <[String; 2]>::try_from(self.people.clone())
            .map_err(|_| anyhow::anyhow!("two people do it"))?;
        let people = [PersonKey::parse(&first)?, PersonKey::parse(&second)?];
        let config = Config::read(&self.config)?;
        // Before anything of the keys is read, and held until the end.
        let held = alone::alone(&config.keys)
            .context("whether a service runs cannot be told beside the key store")?;
        let office = open::opened(&config).await?;
        let order = Order {
            of: &self.of,
            people: people.each_ref(),
            keep: Duration::days(self.days.into()),
            again: self.again,
            alone: held.is_some(),
        };
        if self.erase {
            for former in succession::erase(&office, &order).await? {
                println!(
                    "{former} is erased, as far as the medium does that in its place; its certificate stays"
                );
            }
            return Ok(());
        }
        let until = match self.announce {
            true => Step::Certified,
            false => Step::Succeeded,
        };
        let done = succession::run(&office, &order, until).await?;
        drop(held);
        self.tell(&done);
        Ok(())
    }

    fn tell(&self, done: &Done) {
        let serial = done.serial.map(|serial| serial.to_string());
        let serial = serial.unwrap_or_default();
        let of = &self.of;
        match &done.former {
            Some((former, until)) => println!(
                "{of} has another key, under certificate {serial}: start every node again\n\
                 {former} signs nothing any more; from {until} on two people erase it: yinxin rekey {of} --erase --people PERSON PERSON"
            ),
            None => println!(
                "the next key of {of} is certified ({serial}) and signs nothing yet: start every node again, so that what is published names it;\n\
                 the same words without --announce put it in its place"
            ),
        }
    }
}
