//! The command line of `yinxin`: the service and what its operators do.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::Entrusting;
use crate::compromise::Drill;
use crate::demo::Demo;
use crate::esl::Esl;
use crate::rekeying::Rekeying;
use crate::renewing::{self, Renewing};
use crate::resealing::FieldKeyCommand;
use crate::seal_list::SealList;
use crate::{backups, command, open};
use server::{Threads, openapi};

/// 印信 Yinxin: electronic licences and electronic seals.
#[derive(Debug, Parser)]
#[command(name = "yinxin", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows the main job on embedded storage, in an empty folder.
    Demo {
        /// The folder; empty, or not there yet.
        #[arg(long, default_value = "yinxin-demo")]
        dir: PathBuf,
        /// The port on the loopback address; 0 takes a free one.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Ends when everything was shown.
        #[arg(long)]
        exit: bool,
        /// Makes the keys in a PKCS#11 token: a file with the table `[token]` of docs/operations/tokens.md.
        #[arg(long)]
        token: Option<PathBuf>,
        /// Prints one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Runs the service.
    Serve {
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
        /// A file with a share of the key store's passphrase; as many as are needed.
        #[arg(long)]
        share: Vec<PathBuf>,
    },
    /// What opens the key store, in the hands of several people (docs/operations/tokens.md).
    #[command(subcommand)]
    Keys(Keys),
    /// Explains the effective configuration, or goes over the whole trace.
    Check {
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
        /// Goes over trace and logs, and names what was changed, removed, moved or put there.
        #[arg(long)]
        trace: bool,
        /// The newest checkpoint of the public log that others have seen.
        #[arg(long, requires = "trace")]
        checkpoint: Option<PathBuf>,
    },
    /// Writes everything of one moment into an empty folder.
    Backup {
        /// The folder.
        folder: PathBuf,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
    /// Fills an empty installation from a backup.
    Restore {
        /// The folder.
        folder: PathBuf,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
        /// The newest checkpoint of the public log that others have seen.
        #[arg(long)]
        checkpoint: Option<PathBuf>,
    },
    /// Opens the first account of a department, and prints the invitation for its person.
    Account {
        /// The account's name.
        account: String,
        /// The department.
        #[arg(long)]
        department: String,
        /// The person's key: the same over all accounts of one person.
        #[arg(long)]
        person: String,
        /// Roles of docs/accounts.md, with commas between them.
        #[arg(long, default_value = "administrator", value_delimiter = ',')]
        roles: Vec<String>,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
    /// Adds the national suite (SM2, SM3, OFD) to an installation that was founded without it; no node runs meanwhile.
    National {
        /// The two people who do it, as the installation knows them.
        #[arg(long, num_args = 2, required = true)]
        people: Vec<String>,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
    /// Gives out an electronic seal (`.esl`), takes one that another maker signed, or gives a seal another picture.
    #[command(subcommand)]
    Seal(Esl),
    /// The key under which personal data stands is replaced while the service runs (docs/operations/field-keys.md).
    #[command(subcommand)]
    FieldKey(FieldKeyCommand),
    /// Looks through a list of seals that are asked for at once, or hands it in.
    #[command(subcommand)]
    SealList(SealList),
    /// Lets the passkeys of an account release a seal; no node runs meanwhile.
    Entrust(Entrusting),
    /// Puts another key in the place of one of the service's own, by two people; no node runs meanwhile. Broken off, the same
    /// words go on.
    Rekey(Rekeying),
    /// Says until when sealed files can be proven, and renews what is due by one evidence record.
    Renew(Renewing),
    /// Declares a seal's key compromised since a moment, and seals anew what was sealed since. Broken off, the same words go
    /// on. The seal stays stopped for all else.
    Drill(Drill),
    /// Prints the API document.
    Openapi,
    /// Judges documents for the service that started it (T-I3).
    #[command(hide = true)]
    Judge,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Seals the key store anew, so that a number of shares opens it and its passphrase of before does not.
    Split {
        /// How many open it.
        #[arg(long, default_value_t = 2)]
        needs: u8,
        /// Of how many.
        #[arg(long, default_value_t = 3)]
        of: u8,
        /// The folder for the shares.
        #[arg(long)]
        into: PathBuf,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
    /// Finds out whether shares open the key store, and writes its passphrase where the configuration has it read.
    Unlock {
        /// A file with a share; as many as are needed.
        #[arg(long, required = true)]
        share: Vec<PathBuf>,
        /// The configuration.
        #[arg(long, default_value = "yinxin.toml")]
        config: PathBuf,
    },
}

/// The whole of the binary: reads the arguments of the process, does what they say, and tells how it ended.
///
/// It lies here and not in the binary so that its futures are compiled once.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Judge => judge(),
        command => obey(command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A refused start says what to do, with its causes and without a stack.
            eprintln!("yinxin: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Judges for the service that started it, alone with what is brought.
fn judge() -> anyhow::Result<()> {
    open::keep_memory_private()?;
    Ok(public::judge_apart()?)
}

fn obey(command: Command) -> anyhow::Result<()> {
    open::keep_memory_private()?;
    server::log_to_stderr(matches!(&command, Command::Demo { .. }));
    let threads = Threads::start()?;
    let front = threads.front();
    threads.run(async {
        match command {
            Command::Demo {
                dir,
                port,
                exit,
                token,
                json,
            } => {
                let demo = Demo {
                    folder: dir,
                    port,
                    exit,
                    token,
                    json,
                };
                demo.run(front).await
            }
            Command::Serve { config, share } => command::serve(&config, share, front).await,
            Command::Keys(Keys::Split {
                needs,
                of,
                into,
                config,
            }) => command::split_keys(&config, (needs, of), &into),
            Command::Keys(Keys::Unlock { share, config }) => command::unlock_keys(&config, &share),
            Command::Check {
                config,
                trace: true,
                checkpoint,
            } => command::check_trace(&config, checkpoint.as_deref()).await,
            Command::Check { config, .. } => command::check(&config),
            Command::Backup { folder, config } => backups::backup(&config, &folder).await,
            Command::Restore {
                folder,
                config,
                checkpoint,
            } => backups::restore(&config, &folder, checkpoint.as_deref()).await,
            Command::Account {
                account,
                department,
                person,
                roles,
                config,
            } => {
                let named = [account, department, person, roles.join(" ")];
                command::open_account(&config, named).await
            }
            Command::National { people, config } => {
                let people = <[String; 2]>::try_from(people);
                let people = people.map_err(|_| anyhow::anyhow!("two people do it"))?;
                command::add_national(&config, people).await
            }
            Command::Seal(asked) => asked.run().await,
            Command::FieldKey(asked) => asked.run().await,
            Command::SealList(asked) => asked.run().await,
            Command::Entrust(asked) => command::entrust(asked).await,
            Command::Rekey(asked) => asked.run().await,
            Command::Renew(asked) => renewing::renew(asked).await,
            Command::Drill(drill) => drill.run().await,
            Command::Judge => Ok(()),
            Command::Openapi => Ok(openapi().map(|document| print!("{document}"))?),
        }
    })
}
