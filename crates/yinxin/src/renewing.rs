//! `yinxin renew`: until when sealed files can be proven, and what is due renewed.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use portfolio::Way;

use crate::open::open;
use server::Config;

/// What the operator says.
#[derive(Debug, Args)]
pub(crate) struct Renewing {
    /// The folder of the records, where it is not the configured one.
    #[arg(long)]
    records: Option<PathBuf>,
    /// What ends within so many days is due.
    #[arg(long, default_value_t = 180)]
    days: u32,
    /// Tells what is due, stamps nothing and writes nothing.
    #[arg(long, conflicts_with_all = ["query", "token"])]
    dry_run: bool,
    /// Another unit is to stamp: its request is written here.
    #[arg(long, conflicts_with = "token")]
    query: Option<PathBuf>,
    /// It has stamped: its answer is here.
    #[arg(long)]
    token: Option<PathBuf>,
    /// The configuration.
    #[arg(long, default_value = "yinxin.toml")]
    config: PathBuf,
}

/// Goes over all sealed files, beside a service at work, too, and prints the report as one JSON object.
///
/// # Errors
/// What stands in the way; records that were kept stay, and the next run goes on.
pub(crate) async fn renew(asked: Renewing) -> anyhow::Result<()> {
    let way = match (asked.dry_run, asked.query, asked.token) {
        (true, ..) => Way::Dry,
        (_, Some(place), _) => Way::Query(place),
        (.., Some(place)) => Way::Token(place),
        _ => Way::Own,
    };
    let config = Config::read(&asked.config)?;
    let records = asked.records.unwrap_or_else(|| config.records());
    let office = open(&config).await?;
    let margin = time::Duration::days(asked.days.into());
    let report = portfolio::run(&office, (&records, margin), &way).await?;
    if let Some(until) = &report.short {
        bail!(
            "the office's unit ends on {until}, which renews nothing: another unit has to stamp (--query)"
        );
    }
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
