//! `yinxin seal`: electronic seals as files (docs/operations/national.md).

use std::path::PathBuf;

use anyhow::Context as _;
use catalogue::key::{PersonKey, SealCode};
use issuance::electronic::{self, Brought};
use papers::documents::SealEdition;
use verify::{Material, Supplied};

use crate::config::Config;
use crate::open::open;

/// What is typed.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Esl {
    /// Writes the electronic seal of a seal, as its maker signed it, into a new file.
    Export {
        /// The seal's code.
        seal: String,
        /// The file.
        file: PathBuf,
        /// `V4` (GB/T 38540) or `V1` (GM/T 0031-2014).
        #[arg(long, default_value = "V4")]
        edition: String,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
    /// Takes an electronic seal in the place of the one of its edition; no node runs meanwhile.
    Import {
        /// The seal's code.
        seal: String,
        /// The file.
        file: PathBuf,
        /// What the status of its maker is judged with (`.crl`, `.ocsp`), beside our own lists.
        #[arg(long)]
        material: Vec<PathBuf>,
        /// The two people who do it, as the installation knows them.
        #[arg(long, num_args = 2, required = true)]
        people: Vec<String>,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
}

impl Esl {
    /// Does it.
    ///
    /// # Errors
    /// What stands in the way; then everything is as it was.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self {
            Esl::Export {
                seal,
                file,
                edition,
                config,
            } => {
                let edition = SealEdition::find(&edition).context("an edition is V4 or V1")?;
                let office = open(&Config::read(&config)?).await?;
                let octets = electronic::give_out(&office, &SealCode::parse(&seal)?, edition)?;
                let mut out = std::fs::File::create_new(&file)?;
                Ok(std::io::Write::write_all(&mut out, &octets)?)
            }
            Esl::Import {
                seal,
                file,
                material,
                people,
                config,
            } => {
                let office = open(&Config::read(&config)?).await?;
                let mut beside = Material::empty();
                for list in material {
                    let taken = beside.add(&list.to_string_lossy(), &std::fs::read(&list)?);
                    anyhow::ensure!(
                        taken == Supplied::Taken,
                        "{} is no status material",
                        list.display()
                    );
                }
                let [first, second] = people.as_slice() else {
                    anyhow::bail!("two people do it");
                };
                let (first, second) = (PersonKey::parse(first)?, PersonKey::parse(second)?);
                let brought = Brought {
                    seal: &SealCode::parse(&seal)?,
                    octets: &std::fs::read(&file)?,
                    material: &beside,
                    people: [&first, &second],
                };
                electronic::take(&office, &brought).await?;
                println!("it is taken: start every node again");
                Ok(())
            }
        }
    }
}
