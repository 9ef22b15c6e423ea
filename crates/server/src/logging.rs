//! Where the log goes.

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
