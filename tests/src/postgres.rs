//! A PostgreSQL server of a test's own: it may be stopped, killed and given bad files without disturbing others.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use sqlx::{Connection as _, PgConnection, Row as _};
use tempfile::TempDir;

use crate::databases::Server;

/// Where distributions put the server's programs.
const PLACES: [&str; 3] = ["/usr/lib/postgresql", "/usr/local/pgsql", "/usr/pgsql"];
/// The user and group nobody: the server refuses to run as root.
const NOBODY: u32 = 65_534;
/// How often to ask whether it answers yet, and how long to wait in between.
const TRIES: u32 = 600;
const BETWEEN: Duration = Duration::from_millis(50);

/// The server; it ends with this value.
#[derive(Debug)]
pub struct Own {
    process: Child,
    server: Server,
    folder: TempDir,
    port: u16,
    environment: Vec<(String, String)>,
}

/// What a server does for others of its kind.
#[derive(Debug, Clone, Copy)]
pub enum Role {
    /// It takes writes.
    Leads,
    /// It takes what another one writes, and no writes.
    Follows,
}

/// The programs of PostgreSQL, where there are any.
#[must_use]
pub fn programs() -> Option<PathBuf> {
    let versions = PLACES.iter().flat_map(|place| {
        let mut found: Vec<PathBuf> = std::fs::read_dir(place)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        found.sort();
        found.into_iter().rev().map(|version| version.join("bin"))
    });
    let here = PLACES.iter().map(|place| Path::new(place).join("bin"));
    versions.chain(here).find(|bin| bin.join("initdb").exists())
}

impl Own {
    /// Makes a folder for a server: what it will be given can be put there first.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn folder() -> anyhow::Result<TempDir> {
        Self::folder_in(&std::env::temp_dir())
    }

    /// The same inside another folder.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn folder_in(place: &Path) -> anyhow::Result<TempDir> {
        let folder = tempfile::tempdir_in(place)?;
        if is_root()? {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
        }
        Ok(folder)
    }

    /// Makes a database cluster there and starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(folder: TempDir, environment: &[(String, String)]) -> anyhow::Result<Own> {
        let bin = programs().context("there is no PostgreSQL here")?;
        let root = is_root()?;
        let data = folder.path().join("db");
        let made = as_user(root, &bin.join("initdb"))
            .arg("-D")
            .arg(&data)
            .args(["-U", "yinxin", "-A", "trust", "--no-sync"])
            .args(["--locale=C", "-E", "UTF8"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .status()?;
        ensure!(made.success(), "no cluster was made");
        let port = free_port()?;
        let own = Own {
            process: serve(folder.path(), port, environment)?,
            server: Server::at(&address(port)),
            folder,
            port,
            environment: environment.to_vec(),
        };
        own.answers(&address(port)).await?;
        Ok(own)
    }

    /// Ends it at once, with every connection to it; what was committed stays.
    ///
    /// # Errors
    /// As the system has it.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        send("QUIT", &[self.process.id()])?;
        self.process.wait()?;
        Ok(())
    }

    /// Starts it again where it was, after [`Own::stop`].
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        self.process = serve(self.folder.path(), self.port, &self.environment)?;
        self.answers(&address(self.port)).await
    }

    /// Its port on the loopback interface.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Another server that follows this one from now on: a copy of it, and each change as it is made.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn standby(&self) -> anyhow::Result<Own> {
        let folder = Own::folder()?;
        let bin = programs().context("there is no PostgreSQL here")?;
        let copied = as_user(is_root()?, &bin.join("pg_basebackup"))
            .args([
                "--write-recovery-conf",
                "--wal-method=stream",
                "--checkpoint=fast",
            ])
            .args([
                "-h",
                "127.0.0.1",
                "-U",
                "yinxin",
                "-p",
                &self.port.to_string(),
            ])
            .arg("-D")
            .arg(folder.path().join("db"))
            .current_dir(folder.path())
            .output()?;
        let told = String::from_utf8_lossy(&copied.stderr);
        ensure!(copied.status.success(), "no standby: {told}");
        let port = free_port()?;
        let own = Own {
            process: serve(folder.path(), port, &[])?,
            server: Server::at(&address(port)),
            folder,
            port,
            environment: Vec::new(),
        };
        own.answers(&address(port)).await?;
        Ok(own)
    }

    /// From now on a commit waits for the standby, which is here when this returns.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn wait_for_standby(&self) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&address(self.port)).await?;
        for statement in [
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "SELECT pg_reload_conf()",
        ] {
            sqlx::query(statement).execute(&mut connection).await?;
        }
        const ASK: &str = "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        for _ in 0..TRIES {
            let row = sqlx::query(ASK).fetch_one(&mut connection).await?;
            if row.try_get::<i64, _>(0)? == 1 {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN).await;
        }
        bail!("no standby follows")
    }

    /// Makes a standby the one that leads; returns when it takes writes.
    ///
    /// # Errors
    /// When it does not.
    pub fn promote(&self) -> anyhow::Result<()> {
        let bin = programs().context("there is no PostgreSQL here")?;
        let promoted = as_user(is_root()?, &bin.join("pg_ctl"))
            .args(["promote", "--wait", "-D"])
            .arg(self.folder.path().join("db"))
            .stdout(Stdio::null())
            .status()?;
        ensure!(promoted.success(), "it was not promoted");
        Ok(())
    }

    /// Starts it again after [`Own::stop`]: as what it was, or as one that follows another.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn come_back_as(&mut self, role: Role) -> anyhow::Result<()> {
        if let Role::Follows = role {
            std::fs::write(self.folder.path().join("db/standby.signal"), "")?;
        }
        self.start_again().await
    }

    async fn answers(&self, address: &str) -> anyhow::Result<()> {
        for _ in 0..TRIES {
            if let Ok(connection) = PgConnection::connect(address).await {
                return Ok(connection.close().await?);
            }
            tokio::time::sleep(BETWEEN).await;
        }
        let log = std::fs::read_to_string(self.folder.path().join("log"))?;
        bail!("the server does not answer: {log}")
    }

    /// To make databases on it.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Stops every process of it where it stands: connections stay open, and nothing is answered.
    ///
    /// # Errors
    /// As the system has it.
    pub fn pause(&self) -> anyhow::Result<()> {
        self.signal("STOP")
    }

    /// Lets all go on.
    ///
    /// # Errors
    /// As the system has it.
    pub fn go_on(&self) -> anyhow::Result<()> {
        self.signal("CONT")
    }

    fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let main = self.process.id();
        let mut all = children(main)?;
        all.insert(0, main);
        send(signal, &all)
    }
}

/// Free a moment ago; nobody else takes ports that fast.
fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.port())
}

fn address(port: u16) -> String {
    format!("postgres://yinxin@127.0.0.1:{port}/postgres")
}

fn serve(folder: &Path, port: u16, environment: &[(String, String)]) -> anyhow::Result<Child> {
    let bin = programs().context("there is no PostgreSQL here")?;
    let process = as_user(is_root()?, &bin.join("postgres"))
        .arg("-D")
        .arg(folder.join("db"))
        .args(["-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories="])
        .args(["-c", "synchronous_commit=on"])
        .current_dir(folder)
        .envs(environment.iter().cloned())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.join("log"))?)
        .spawn()?;
    Ok(process)
}

impl Drop for Own {
    fn drop(&mut self) {
        let _on = self.go_on();
        // SIGQUIT: an immediate shutdown, children included.
        let _told = send("QUIT", &[self.process.id()]);
        let _gone = self.process.wait();
    }
}

/// A signal to processes, of which some may be gone.
fn send(signal: &str, processes: &[u32]) -> anyhow::Result<()> {
    let script = format!("kill -{signal} \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "kill"]);
    command.args(processes.iter().map(u32::to_string));
    let _some_are_gone = command.stderr(Stdio::null()).status()?;
    Ok(())
}

/// The processes whose parent is this one.
fn children(parent: u32) -> anyhow::Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // Gone meanwhile.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        // proc(5): after the name in parentheses come state and parent.
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        if rest.split_whitespace().nth(1) == Some(parent.to_string().as_str()) {
            found.push(process);
        }
    }
    Ok(found)
}

/// Whether we are root; a process's folder in `/proc` belongs to its user.
fn is_root() -> anyhow::Result<bool> {
    Ok(std::fs::metadata("/proc/self")?.uid() == 0)
}

fn as_user(root: bool, program: &Path) -> Command {
    if !root {
        return Command::new(program);
    }
    let nobody = NOBODY.to_string();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups"])
        .arg(program);
    command
}
