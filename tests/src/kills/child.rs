//! The process that is killed.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use issuance::FixedClock;
use time::UtcDateTime;
use tokio::net::TcpListener;

use crate::installation::Installation;
use crate::kills::Plan;

/// A service in a process of its own.
pub(crate) struct Child {
    process: std::process::Child,
    base: String,
}

impl Child {
    /// Starts it and waits until it listens.
    pub(crate) async fn start(
        plan: &Plan,
        folder: &Path,
        now: UtcDateTime,
    ) -> anyhow::Result<Child> {
        let mut command = Command::new(&plan.program);
        command
            .arg("serve")
            .arg(folder)
            .arg(now.unix_timestamp().to_string())
            .args(&plan.database)
            .stdout(Stdio::piped());
        let read = tokio::task::spawn_blocking(move || {
            let mut process = command.spawn()?;
            let mut line = String::new();
            let out = process.stdout.take().context("it has an output")?;
            BufReader::new(out).read_line(&mut line)?;
            anyhow::Ok((process, line))
        });
        let (process, line) = read.await??;
        let address: SocketAddr = line.trim().parse().context("it says where it listens")?;
        Ok(Child {
            process,
            base: format!("http://{address}"),
        })
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// SIGKILL, which nothing can catch; returns when the process is gone.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // A plan that fails leaves no process behind; one that was killed already is gone.
        let _gone = self.kill();
    }
}

/// What the child does: serves the installation of a folder at a clock that stands still, until it is killed.
///
/// # Errors
/// What is missing.
pub async fn serve(folder: &Path, now: UtcDateTime, database: Option<&str>) -> anyhow::Result<()> {
    let installation = Installation::at(folder, database);
    let office = installation.open(Arc::new(FixedClock::new(now))).await?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr()?;
    let config = installation.config(address)?;
    writeln!(std::io::stdout(), "{address}")?;
    let never = std::future::pending();
    server::run(Arc::new(office), config, listener, never).await
}
