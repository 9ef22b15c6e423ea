//! `yinxin seal`: electronic seals as files, and their pictures (docs/operations/national.md).

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalogue::key::{PersonKey, SealCode};
use issuance::electronic::face::{self, Face};
use issuance::electronic::{self, Brought};
use papers::documents::SealEdition;
use verify::{Material, Supplied};

use crate::open::open;
use server::Config;

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
    /// Makes the electronic seals of a seal anew with a picture that its holder hands in; no node runs meanwhile.
    Picture {
        /// The seal's code.
        seal: String,
        /// The picture, PNG or JPEG: in the proportions of the seal, at least 600 dpi.
        #[arg(required_unless_present = "drawn", conflicts_with = "drawn")]
        file: Option<PathBuf>,
        /// The picture as it is drawn again.
        #[arg(long)]
        drawn: bool,
        /// The two people who do it, as the installation knows them.
        #[arg(long, num_args = 2, required = true)]
        people: Vec<String>,
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
            Esl::Picture {
                seal,
                file,
                drawn: _,
                people,
                config,
            } => picture(&config, &seal, file.as_deref(), &people).await,
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
                let [first, second] = two(&people)?;
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

fn two(people: &[String]) -> anyhow::Result<[PersonKey; 2]> {
    let [first, second] = people else {
        anyhow::bail!("two people do it");
    };
    Ok([PersonKey::parse(first)?, PersonKey::parse(second)?])
}

async fn picture(
    config: &Path,
    seal: &str,
    file: Option<&Path>,
    people: &[String],
) -> anyhow::Result<()> {
    let office = open(&Config::read(config)?).await?;
    let [first, second] = two(people)?;
    let octets = file.map(bounded).transpose()?;
    let face = Face {
        seal: &SealCode::parse(seal)?,
        picture: octets.as_deref(),
        people: [&first, &second],
    };
    face::put(&office, &face).await?;
    println!("the seals are made: start every node again");
    Ok(())
}

fn bounded(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    let file = std::fs::File::open(file)?;
    file.take(LONGEST).read_to_end(&mut octets)?;
    Ok(octets)
}

/// T-I10: one octet more than a picture may have; what is longer is refused for its length.
const LONGEST: u64 = (2 << 20) + 1;
