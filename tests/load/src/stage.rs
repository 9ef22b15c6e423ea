//! A founded installation in a temporary folder, and the process that serves it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use issuance::{Clock as _, SystemClock};
use server::{Call, Client};
use tempfile::TempDir;
use tests::customer::Customer;
use tests::installation::Installation;

use crate::serving::COMMAND;
use crate::token;

/// Clock ticks of a second in `/proc/PID/stat` (`USER_HZ`, the same on every Linux of today).
const TICKS: u64 = 100;
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// The installation and its service.
pub(crate) struct Stage {
    pub(crate) installation: Installation,
    pub(crate) service: Service,
    database: Option<String>,
    folder: TempDir,
}

/// Which keys an installation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    InFile,
    /// In a SoftHSM2 token.
    InToken,
    /// In the file, of the national suite too: licences have both files.
    BothSuites,
}

impl Stage {
    /// Founds one, and starts to serve it.
    pub(crate) async fn set(database: Option<&str>, keys: Keys) -> anyhow::Result<Self> {
        Self::set_with(database, keys, 0).await
    }

    /// The same with so many seals beside the sample's; not in a token.
    pub(crate) async fn set_with(
        database: Option<&str>,
        keys: Keys,
        seals: usize,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let now = SystemClock.now();
        let installation = match keys {
            Keys::BothSuites | Keys::InFile => {
                let national = keys == Keys::BothSuites;
                let place = (folder.path(), database);
                Installation::found_with_seals(place, (national, seals), now).await?
            }
            Keys::InToken => {
                token::initialise(folder.path())?;
                let token = token::found(folder.path())?.context("it was made")?;
                Installation::found_over(folder.path(), database, token, now).await?
            }
        };
        // T-S7 has its tests; here it is the speed that is asked for.
        installation.without_limits()?;
        Ok(Self {
            service: Service::start(folder.path(), database)?,
            installation,
            database: database.map(str::to_owned),
            folder,
        })
    }

    /// Kills the service and starts it again on what it left; how long until it is ready.
    pub(crate) async fn killed(&mut self) -> anyhow::Result<Duration> {
        self.service.child.kill()?;
        self.service.child.wait()?;
        let began = Instant::now();
        self.service = Service::start(self.folder.path(), self.database.as_deref())?;
        let client = Client::anonymous(&self.service.base);
        loop {
            let answer = client.call(Call::get("/readyz"), SystemClock.now()).await;
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(began.elapsed());
            }
            anyhow::ensure!(began.elapsed() < PATIENCE, "it does not become ready");
        }
    }

    /// Ends the service; what it leaves, and the folder in which that is.
    pub(crate) fn ended(self) -> (Installation, TempDir) {
        (self.installation, self.folder)
    }

    /// A department at it.
    pub(crate) fn customer(&self, department: &str) -> Customer {
        Customer::new(&self.installation, &self.service.base, department)
    }
}

/// A process that serves.
pub(crate) struct Service {
    child: Child,
    /// Its origin.
    pub(crate) base: String,
}

impl Service {
    fn start(folder: &Path, database: Option<&str>) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(COMMAND).arg(folder).args(database);
        Self::spawn(command)
    }

    /// The web framework, or what it stands on, with nothing behind it.
    pub(crate) fn bare(which: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([COMMAND, which]);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().context("its output is ours")?;
        let mut base = String::new();
        BufReader::new(out).read_line(&mut base)?;
        let base = base.trim_end().to_owned();
        anyhow::ensure!(!base.is_empty(), "the service did not start");
        Ok(Self { child, base })
    }

    fn told(&self, file: &str) -> anyhow::Result<String> {
        let path = format!("/proc/{}/{file}", self.child.id());
        std::fs::read_to_string(&path).context(path)
    }

    /// The processor time that it took until now, of the program and of the system for it.
    pub(crate) fn processor(&self) -> anyhow::Result<Duration> {
        let stat = self.told("stat")?;
        // proc_pid_stat(5): the name in parentheses may hold anything; utime and stime are fields 14 and 15.
        let (_, rest) = stat.rsplit_once(')').context("a name in parentheses")?;
        let mut ticks = 0;
        for field in rest.split_whitespace().skip(11).take(2) {
            ticks += field.parse::<u64>()?;
        }
        Ok(Duration::from_millis(ticks * 1_000 / TICKS))
    }

    /// The most memory that it had resident, in MiB.
    pub(crate) fn peak(&self) -> anyhow::Result<u64> {
        self.memory("VmHWM:")
    }

    /// The memory that it has resident now, in MiB; from here on the most is counted anew.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        // proc(5), clear_refs: 5 resets the peak to what is resident.
        let path = format!("/proc/{}/clear_refs", self.child.id());
        std::fs::write(&path, "5").context(path)?;
        self.memory("VmRSS:")
    }

    fn memory(&self, name: &str) -> anyhow::Result<u64> {
        let status = self.told("status")?;
        let line = status.lines().find(|line| line.starts_with(name));
        let kib = line.and_then(|line| line.split_whitespace().nth(1));
        let kib = kib.with_context(|| name.to_owned())?;
        Ok(kib.parse::<u64>()? / 1_024)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Its input ends, and it with it.
        drop(self.child.stdin.take());
        let _ended = self.child.wait();
    }
}
