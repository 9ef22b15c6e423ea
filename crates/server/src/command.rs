//! What the binary's commands do.

use std::path::Path;

use anyhow::Context as _;

use crate::config::Config;
use crate::open::open;
use crate::{listen, serve as serving};

/// Runs the service until it is told to end.
///
/// # Errors
/// What is missing or occupied.
pub async fn serve(path: &Path) -> anyhow::Result<()> {
    let config = Config::read(path)?;
    let listener = listen::bind(config.listen)
        .await
        .with_context(|| format!("{} is taken", config.listen))?;
    let office = open(&config).await?;
    tracing::info!(address = %config.listen, mode = ?config.mode, store = "software key store", "the service is open");
    serving::run(office, config, listener, serving::told_to_end()).await
}

/// Prints the effective configuration.
///
/// # Errors
/// What is wrong with it.
pub fn check(path: &Path) -> anyhow::Result<()> {
    let config = Config::read(path)?;
    print!("{}", toml::to_string(&config)?);
    println!("# key store: software, one file (T-K1); a device is not configured");
    Ok(())
}

/// Sends the log to standard error; only warnings when `quiet`. `RUST_LOG` changes what is said.
pub fn log_to_stderr(quiet: bool) {
    let usual = if quiet { "warn" } else { "info" };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    // A second call, as tests make it, changes nothing.
    let _set = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
