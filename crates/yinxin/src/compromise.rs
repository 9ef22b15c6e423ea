//! `yinxin drill`: a seal's key is compromised (T-C6, docs/operations/compromise.md).

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use catalogue::key::{PersonKey, SealCode};
use crypto::SoftwareSigner;
use drill::{Custodian, Found, Order, Progress, Report};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use crate::open;
use crate::secret::secret;
use server::Config;

/// What is typed.
#[derive(Debug, clap::Args)]
pub(crate) struct Drill {
    /// The seal's code.
    seal: String,
    /// Since when its key is not to be relied upon, RFC 3339.
    #[arg(long)]
    since: String,
    /// The two people: who administers the seal, and its custodian.
    #[arg(long, num_args = 2, required_unless_present = "dry_run")]
    people: Vec<String>,
    /// The custodian's key, PKCS #8, mode 0600.
    #[arg(long, required_unless_present = "dry_run")]
    key: Option<PathBuf>,
    /// Lists what was sealed since, and changes nothing.
    #[arg(long)]
    dry_run: bool,
    /// The folder for the report, signed and readable.
    #[arg(long, default_value = ".")]
    report: PathBuf,
    /// The configuration.
    #[arg(long, default_value = "yinxin.toml")]
    config: PathBuf,
}

impl Drill {
    /// Runs it, or looks what it would find.
    ///
    /// # Errors
    /// What stands in the way; broken off, the same command goes on.
    pub(crate) async fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.config)?;
        let seal = SealCode::parse(&self.seal).context("no code of a seal")?;
        let since = UtcDateTime::parse(&self.since, &Rfc3339).context("no moment, RFC 3339")?;
        let office = open::open(&config).await?;
        if self.dry_run {
            tell_found(&drill::plan(&office, &seal, since).await?);
            return Ok(());
        }
        let [administrator, custodian] = self.people.as_slice() else {
            bail!("two people do it: --people ADMINISTRATOR CUSTODIAN");
        };
        let (administrator, custodian) = (
            PersonKey::parse(administrator)?,
            PersonKey::parse(custodian)?,
        );
        let key = self.key.as_ref().context("--key: the custodian's key")?;
        let key = Zeroizing::new(secret(key)?);
        let key = SoftwareSigner::from_pkcs8(&key, None)?;
        let order = Order {
            seal: &seal,
            since,
            administrator: &administrator,
            custodian: Custodian {
                person: &custodian,
                key: &key,
            },
        };
        let shown = Shown::begin();
        let done = drill::run(&office, &order, &|progress| shown.tell(progress)).await?;
        drop(shown);
        self.keep(&done.report, &done.token)
    }

    /// The report beside the words for who stands there.
    fn keep(&self, report: &Report, token: &str) -> anyhow::Result<()> {
        let name = |ending: &str| self.report.join(format!("drill-{}.{ending}", self.seal));
        std::fs::write(name("jws"), token)?;
        std::fs::write(name("json"), serde_json::to_vec_pretty(report)?)?;
        println!(
            "{} documents were sealed since {}; {} of them are sealed anew",
            report.affected, report.since, report.resealed
        );
        for index in &report.unexplained {
            println!("entry {index} of the public log is a signature that no document explains");
        }
        println!(
            "report: {}\nevery node takes the other key over within a round; then two people let the seal go on (POST /v1/seals/{}/resume)",
            name("jws").display(),
            self.seal
        );
        Ok(())
    }
}

fn tell_found(found: &Found) {
    for one in &found.documents {
        let name = one.document.identifier.as_ref();
        let name = name.map_or_else(|| one.document.job.to_string(), ToString::to_string);
        let what = match one.not_anew {
            None => "is sealed anew".to_owned(),
            Some(why) => format!("stays as it is: {why:?}").to_lowercase(),
        };
        println!("{} {name} {what}", one.document.sealed);
    }
    println!(
        "{} documents were sealed since; {} of them would be sealed anew; {} signatures in the log belong to none",
        found.documents.len(),
        found.anew(),
        found.unexplained.len()
    );
}

/// What a person at a terminal sees of a drill: which step is done, then a bar over the documents. Nothing where standard
/// error is no terminal.
struct Shown(ProgressBar);

impl Shown {
    fn begin() -> Shown {
        let bar = ProgressBar::new(0).with_finish(ProgressFinish::Abandon);
        Shown(bar.with_style(style(STEP)))
    }

    fn tell(&self, progress: Progress) {
        match progress {
            Progress::Declared => self.step("declared"),
            Progress::Revoked => self.step("the seal is stopped, its certificates are revoked"),
            Progress::Rekeyed => self.step("the seal has another key"),
            Progress::Begun { documents } => {
                self.0.set_style(style(BAR));
                self.0.set_length(documents.try_into().unwrap_or(u64::MAX));
            }
            Progress::Sealed { done, .. } => {
                self.0.set_position(done.try_into().unwrap_or(u64::MAX))
            }
        }
    }

    fn step(&self, done: &'static str) {
        self.0.set_message(done);
    }
}

const STEP: &str = "{msg}";
const BAR: &str = "[{bar:40}] {pos} of {len} documents are sealed anew, {eta} to go";

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style.map_or_else(
        |_| ProgressStyle::default_bar(),
        |style| style.progress_chars("##."),
    )
}

#[cfg(test)]
mod tests {
    use drill::Progress;
    use indicatif::ProgressStyle;

    use super::{BAR, STEP, Shown};

    #[test]
    fn a_bar_is_as_long_as_there_are_documents_and_as_far_as_they_are_sealed() {
        for template in [STEP, BAR] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
        let shown = Shown::begin();
        shown.tell(Progress::Rekeyed);
        assert_eq!(shown.0.message(), "the seal has another key");
        shown.tell(Progress::Begun { documents: 4 });
        shown.tell(Progress::Sealed { done: 3, of: 4 });
        assert_eq!((shown.0.position(), shown.0.length()), (3, Some(4)));
    }
}
