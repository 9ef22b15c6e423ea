//! The service in a process of its own, which can be killed, stopped or given bad files.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use issuance::FixedClock;
use time::UtcDateTime;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

use crate::installation::Installation;

/// How often to look whether a process stands still, and how long to wait in between.
const LOOKS: u32 = 2_000;
const BETWEEN: Duration = Duration::from_millis(1);

/// What is served, and by which program.
#[derive(Debug, Clone)]
pub struct Serving {
    /// A program that calls [`asked_to_serve`] with its arguments.
    pub program: PathBuf,
    /// Where the installation stands.
    pub folder: PathBuf,
    /// A PostgreSQL database; an SQLite file when none is named.
    pub database: Option<String>,
    /// Variables that the process has beside ours.
    pub environment: Vec<(String, String)>,
}

/// A service in a process of its own.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    base: String,
}

impl Child {
    /// Starts it at a clock that stands still, and waits until it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(serving: &Serving, now: UtcDateTime) -> anyhow::Result<Child> {
        let mut command = Command::new(&serving.program);
        command
            .arg("serve")
            .arg(&serving.folder)
            .arg(now.unix_timestamp().to_string())
            .args(&serving.database)
            .envs(serving.environment.iter().cloned())
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

    /// Its origin.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// SIGSTOP, which nothing can catch; returns when none of its threads does anything but wait for its disk. One that
    /// does stops before it learns what the disk says.
    ///
    /// # Errors
    /// As the system has it.
    pub async fn halt(&mut self) -> anyhow::Result<()> {
        let process = self.process.id();
        let told = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -STOP {process}"))
            .status()?;
        ensure!(told.success(), "process {process} does not stop");
        for _ in 0..LOOKS {
            if stands_still(process)? {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN).await;
        }
        bail!("process {process} goes on")
    }

    /// SIGKILL, which nothing can catch; returns when the process is gone.
    ///
    /// # Errors
    /// As the system has it.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// The most memory that it had resident until now, in KiB (`VmHWM` of `/proc/PID/status`).
    ///
    /// # Errors
    /// When the system does not say.
    pub fn peak(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let figure = line.and_then(|line| line.trim().split(' ').next());
        Ok(figure.context("the system tells the peak")?.parse()?)
    }
}

/// Whether each thread is stopped, or waits for its disk (`proc_pid_stat(5)`, the third field).
fn stands_still(process: u32) -> anyhow::Result<bool> {
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let Ok(stat) = std::fs::read_to_string(thread?.path().join("stat")) else {
            // It ended in between.
            continue;
        };
        let state = stat
            .rsplit(')')
            .next()
            .and_then(|rest| rest.trim().chars().next());
        if !matches!(state, Some('T' | 'D')) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Drop for Child {
    fn drop(&mut self) {
        // A plan that fails leaves no process behind; one that was killed already is gone.
        let _gone = self.kill();
    }
}

/// Serves, when these are the arguments of a child: `serve FOLDER MOMENT [DATABASE]`; judges for one, when they are `judge`. `None` when they are others.
///
/// # Errors
/// What is missing.
pub async fn asked_to_serve(arguments: &[&str]) -> Option<anyhow::Result<()>> {
    if let ["judge"] = arguments {
        return Some(server::judge_apart().map_err(Into::into));
    }
    let ["serve", folder, moment, rest @ ..] = arguments else {
        return None;
    };
    server::log_to_stderr(true);
    let moment = moment.parse().ok();
    let moment = moment.and_then(|moment| UtcDateTime::from_unix_timestamp(moment).ok());
    Some(match moment {
        Some(moment) => serve(Path::new(folder), moment, rest.first().copied()).await,
        None => Err(anyhow::anyhow!("a moment is a number of seconds")),
    })
}

/// What the child does: serves the installation of a folder at a clock that stands still, until it is killed. It has
/// documents judged as the service does, by itself in processes of their own.
///
/// # Errors
/// What is missing.
async fn serve(folder: &Path, now: UtcDateTime, database: Option<&str>) -> anyhow::Result<()> {
    let installation = Installation::at(folder, database);
    let office = installation.open(Arc::new(FixedClock::new(now))).await?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr()?;
    let config = installation.config(address)?.judged_apart()?;
    writeln!(std::io::stdout(), "{address}")?;
    let never = std::future::pending();
    server::run(Arc::new(office), config, listener, Handle::current(), never).await
}
